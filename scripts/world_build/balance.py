"""Close the accounts of one region at a time: the output nearest to what is known that every identity allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

EXPORT_CAP = 0.90  # a sector sells at most this share of its output abroad
LEAST_OUTPUT = 0.2  # no sector shrinks below this share of its prior (assumed)
LEAST_FINAL = (
    1e-4  # final demand is never below this share of a product's prior expenditure, so that no share is zero
)
FINAL_WEIGHT = 0.5  # a final-demand prior is trusted half as much as an output prior (assumed)


@dataclass(frozen=True)
class Balanced:
    """Output and final demand of one region, and the cap on exports that could be kept."""

    output: np.ndarray  # [sector]
    final_demand: np.ndarray  # [sector], duty paid
    export_cap: float


def balance_region(
    input_shares: np.ndarray,
    va_share: np.ndarray,
    value_added: float,
    exports: np.ndarray,
    imports_duty_paid: np.ndarray,
    output_prior: np.ndarray,
    final_prior: np.ndarray,
) -> Balanced:
    """Find output ``Y`` [sector] with the least departure from the priors of output and of final demand.

    Minimise ``Σ (Y − Y₀)²/Y₀ + FINAL_WEIGHT Σ (F − F₀)²/F₀`` where final demand is what expenditure leaves,
    ``F = (I − g) Y − exports + imports``, subject to ``va · Y = value added`` and, in every sector, ``F`` positive and
    exports at most `EXPORT_CAP` of output (a generalised least-squares balancing: Stone, Champernowne, Meade 1942).
    An input-only product, whose F₀ is near zero, counts with a tenth of its prior expenditure instead.
    Where no output satisfies the cap, it is raised in steps to 0.99.

    Parameters
    ----------
    input_shares : array [supplier, user]
    va_share, exports, imports_duty_paid, output_prior, final_prior : array [sector]
        Values in million USD.
    value_added : float
        Million USD.
    """
    identity = np.eye(len(exports))
    leontief = identity - input_shares
    net = exports - imports_duty_paid
    spending = final_prior.sum()
    final_prior = final_prior * (value_added - net.sum()) / spending
    output_scale = np.sqrt(np.maximum(output_prior, 1e-5 * output_prior.sum()))
    final_scale = np.sqrt(
        np.maximum(final_prior, 0.1 * (final_prior + input_shares @ output_prior)) / FINAL_WEIGHT
    )
    least_final = np.maximum(LEAST_FINAL * (final_prior + input_shares @ output_prior), 0.01)
    weights = np.concatenate([1 / output_scale, 1 / final_scale])
    design = np.vstack([identity, leontief]) * weights[:, None]
    wanted = np.concatenate([output_prior, final_prior + net]) * weights
    for cap in (EXPORT_CAP, 0.93, 0.96, 0.98, 0.99):
        lower = np.vstack([identity * (1 / output_scale)[:, None], leontief * (1 / final_scale)[:, None]])
        # One millionth of slack keeps the cap after rounding.
        least_output = np.maximum(exports / cap * (1 + 1e-6), np.maximum(LEAST_OUTPUT * output_prior, 0.1))
        bounds = np.concatenate([least_output / output_scale, (net + least_final) / final_scale])
        output = constrained_least_squares(design, wanted, lower, bounds, va_share, value_added)
        if output is not None:
            return Balanced(output, leontief @ output - net, cap)
    raise RuntimeError(
        "no output satisfies the accounts: exports exceed what the region's value added can carry"
    )


def constrained_least_squares(
    design: np.ndarray,
    wanted: np.ndarray,
    lower: np.ndarray,
    bounds: np.ndarray,
    normal: np.ndarray,
    level: float,
) -> np.ndarray | None:
    """Minimise ``|design x − wanted|`` subject to ``lower x ≥ bounds`` and ``normal · x = level``; None when impossible.

    The equality is removed by a basis of its null space, the rest is Lawson and Hanson's least-distance problem,
    solved exactly as a non-negative least-squares problem.
    """
    size = float(np.linalg.norm(wanted / np.linalg.norm(design, axis=1)) or 1.0)
    particular = normal * level / (normal @ normal)
    basis = np.linalg.svd(normal[None, :])[2][1:].T * size
    q, r = np.linalg.qr(design @ basis)
    target = q.T @ (wanted - design @ particular)
    constraint = np.linalg.solve(r.T, (lower @ basis).T).T
    right = bounds - lower @ particular - constraint @ target
    scale = np.maximum(np.linalg.norm(constraint, axis=1), 1e-12)
    constraint, right = constraint / scale[:, None], right / scale
    stacked = np.vstack([constraint.T, right[None, :]])
    unit = np.zeros(len(stacked))
    unit[-1] = 1.0
    multipliers, _ = nnls(stacked, unit, maxiter=50 * stacked.shape[1])
    residual = stacked @ multipliers - unit
    if abs(residual[-1]) < 1e-10:
        return None
    distance = -residual[:-1] / residual[-1]
    solution: np.ndarray = particular + basis @ np.linalg.solve(r, distance + target)
    return solution if (lower @ solution - bounds).min() > -1e-8 else None
