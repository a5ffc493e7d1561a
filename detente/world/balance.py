"""Close the accounts of one country at a time: the output nearest to what is known that every identity allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.core import BalanceError
from detente.world.economy import Array

EXPORT_CAP = 0.90
"""A sector sells at most this share of its output abroad (shipped world)."""
EXPORT_CAPS = (EXPORT_CAP, 0.93, 0.96, 0.98, 0.99)
"""Tried in this order."""
LEAST_OUTPUT = 0.2
"""No sector shrinks below this share of its prior (assumed)."""
LEAST_FINAL = 1e-4
"""Final demand is never below this share of a product's prior expenditure, so that no share is zero."""
FINAL_WEIGHT = 0.5
"""A final-demand prior is trusted half as much as an output prior (assumed)."""


@dataclass(frozen=True)
class BalanceLimits:
    """How far balancing may go.

    Parameters
    ----------
    export_caps : tuple of float
        Largest share of output sold abroad; the first that works is kept.
    least_output : float, share of the prior
    least_final : float, share of the product's prior expenditure
    floors : (float, float), million USD
        Least output and least final demand of any sector.
    """

    export_caps: tuple[float, ...] = EXPORT_CAPS
    least_output: float = LEAST_OUTPUT
    least_final: float = LEAST_FINAL
    floors: tuple[float, float] = (0.1, 0.01)


SHIPPED = BalanceLimits()
AS_PUBLISHED = BalanceLimits(export_caps=(1.0,), least_output=0.0, least_final=0.0, floors=(0.0, 0.0))
"""For other people's tables: nothing but the signs is asked for."""


@dataclass(frozen=True)
class Balanced:
    """Output and final demand of one country, and the cap on exports that could be kept.

    Parameters
    ----------
    output, final_demand : array [sector], million USD
        Final demand duty paid.
    export_cap : float, share of output
    """

    output: Array
    final_demand: Array
    export_cap: float


def balance_region(
    input_shares: Array,
    va_share: Array,
    value_added: float,
    exports: Array,
    imports_duty_paid: Array,
    output_prior: Array,
    final_prior: Array,
    *,
    limits: BalanceLimits = SHIPPED,
    name: str = "region",
) -> Balanced:
    """Find output ``Y`` [sector] with the least departure from the priors of output and of final demand.

    Minimise ``Σ (Y − Y₀)²/Y₀ + FINAL_WEIGHT Σ (F − F₀)²/F₀`` where final demand is what expenditure leaves,
    ``F = (I − g) Y − exports + imports``, subject to ``va · Y = value added`` and, in every sector, ``F`` not negative
    and exports at most a cap of output (a generalised least-squares balancing: Stone, Champernowne, Meade 1942).
    An input-only product, whose F₀ is near zero, counts with a tenth of its prior expenditure instead.

    Parameters
    ----------
    input_shares : array [supplier, user]
        Duty paid, share of the user's output.
    va_share, exports, imports_duty_paid, output_prior, final_prior : array [sector]
        Values in million USD.
    value_added : float
        Million USD.
    limits : Limits
    name : str
        For messages.

    Raises
    ------
    BalanceError
        When no output satisfies the accounts.
    """
    identity = np.eye(len(exports))
    leontief = identity - input_shares
    net = exports - imports_duty_paid
    spending = final_prior.sum()
    if not value_added - net.sum() > 0 or not spending > 0:
        raise BalanceError(
            "exports exceed what the country earns: nothing is left to spend",
            where=name,
            hint="exports or value added are in another unit, or importer and exporter are exchanged",
        )
    final_prior = final_prior * (value_added - net.sum()) / spending
    output_scale = np.sqrt(np.maximum(output_prior, 1e-5 * output_prior.sum()))
    use = final_prior + input_shares @ output_prior
    final_scale = np.sqrt(
        np.maximum(np.maximum(final_prior, 0.1 * use), 1e-9 * output_prior.sum()) / FINAL_WEIGHT
    )
    least_final = np.maximum(limits.least_final * use, limits.floors[1])
    weights = np.concatenate([1 / output_scale, 1 / final_scale])
    design = np.vstack([identity, leontief]) * weights[:, None]
    wanted = np.concatenate([output_prior, final_prior + net]) * weights
    active = (output_prior > 0) | (exports > 0)
    rows = np.concatenate([active, leontief[:, active].any(1)])
    lower = np.vstack([identity * (1 / output_scale)[:, None], leontief * (1 / final_scale)[:, None]])
    for cap in limits.export_caps:
        # One millionth of slack keeps a cap below one after rounding.
        slack = 1e-6 if cap < 1 else 0.0
        least_output = np.maximum(
            exports / cap * (1 + slack), np.maximum(limits.least_output * output_prior, limits.floors[0])
        )
        bounds = np.concatenate([least_output / output_scale, (net + least_final) / final_scale])
        output = _solved_where_active(design, wanted, lower, bounds, va_share, value_added, active, rows)
        if output is not None:
            return Balanced(output, leontief @ output - net, cap)
    raise BalanceError(
        "no output satisfies the accounts: exports exceed what the region's value added can carry",
        where=name,
        hint="check exports, input shares and value added of this country",
    )


def _solved_where_active(
    design: Array,
    wanted: Array,
    lower: Array,
    bounds: Array,
    va_share: Array,
    value_added: float,
    active: npt.NDArray[np.bool_],
    rows: npt.NDArray[np.bool_],
) -> Array | None:
    """Output [sector] of the least-squares problem with idle sectors at zero; None when nothing is within the bounds.

    `active` [sector] says which sectors make or export something, `rows` [constraint] which bounds any of them moves:
    what is not made at home stays so, and a bound that nothing moves must hold by itself.
    """
    if active.all():
        return constrained_least_squares(design, wanted, lower, bounds, va_share, value_added)
    if not (bounds[~rows] <= 1e-8).all():
        return None
    made_at_home = constrained_least_squares(
        design[rows][:, active],
        wanted[rows],
        lower[rows][:, active],
        bounds[rows],
        va_share[active],
        value_added,
    )
    if made_at_home is None:
        return None
    output = np.zeros(len(active))
    output[active] = made_at_home
    return output


def constrained_least_squares(
    design: Array, wanted: Array, lower: Array, bounds: Array, normal: Array, level: float
) -> Array | None:
    """Minimise ``|design x − wanted|`` subject to ``lower x ≥ bounds`` and ``normal · x = level``; None when impossible.

    The equality is removed by a basis of its null space, the rest is Lawson and Hanson's least-distance problem,
    solved exactly as a non-negative least-squares problem.

    Parameters
    ----------
    design : array [row, unknown]
    wanted : array [row]
    lower : array [constraint, unknown]
    bounds : array [constraint]
    normal : array [unknown]
    level : float

    Examples
    --------
    >>> ones = np.ones(3)
    >>> constrained_least_squares(np.eye(3), np.array([1.0, 0.6, -1.0]), np.eye(3), 0 * ones, ones, 1.0).round(6).tolist()
    [0.7, 0.3, 0.0]
    """
    from scipy.optimize import nnls

    if not normal.any():  # a country whose inputs are all of its output: nothing can meet the level
        return None
    size = float(np.linalg.norm(wanted / np.linalg.norm(design, axis=1)) or 1.0)
    particular = normal * level / (normal @ normal)
    if len(normal) == 1:
        return particular if (lower @ particular - bounds).min() > -1e-8 else None
    basis = np.linalg.svd(normal[None, :])[2][1:].T * size
    q, r = np.linalg.qr(design @ basis)
    target = q.T @ (wanted - design @ particular)
    constraint = np.linalg.solve(r.T, (lower @ basis).T).T
    right = bounds - lower @ particular - constraint @ target
    scale = np.maximum(np.linalg.norm(constraint, axis=1), 1e-12)
    constraint, right = constraint / scale[:, None], right / scale
    # The second try brings the constraints to the size of one: far from the wanted point the first loses digits.
    for shrink in (1.0, 1 / max(float(np.abs(right).max()), 1e-300)):
        stacked = np.vstack([constraint.T, right[None, :] * shrink])
        unit = np.zeros(len(stacked))
        unit[-1] = 1.0
        try:
            multipliers, _ = nnls(stacked, unit, maxiter=50 * stacked.shape[1])
        except RuntimeError:  # too many steps
            continue
        residual = stacked @ multipliers - unit
        if abs(residual[-1]) < 1e-10:
            continue
        distance = -residual[:-1] / residual[-1]
        if shrink != 1.0:
            distance = distance / shrink
        solution: Array = particular + basis @ np.linalg.solve(r, distance + target)
        if (lower @ solution - bounds).min() > -1e-8:
            return solution
    return None


def cut_inputs(input_shares: Array, output: Array, expenditure: Array) -> Array:
    """Scale inputs [country, supplier, user] down where they use more of a product than is spent on it.

    Parameters
    ----------
    input_shares : array [country, supplier, user]
    output : array [country, user]
    expenditure : array [country, supplier]
        Duty paid.
    """
    used = np.einsum("nrs,ns->nr", input_shares, output)
    scale = np.divide(expenditure, used, out=np.ones_like(used), where=used > expenditure)
    return np.asarray(input_shares * scale[:, :, None])
