"""What is asked of a solve and what is made of it: wedges refused before it, chunks solved together, points judged by the plain equations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from detente.core import RESULTS, InputError, UnitError
from detente.equilibrium.bans import Ground, any_ban, settle
from detente.equilibrium.baseline import prepare
from detente.equilibrium.budget import Meter
from detente.equilibrium.plain_residuals import GATE, WALRAS_GATE, chunk_residuals
from detente.equilibrium.robust import point_of, polish
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.structure import Structure, Technology
from detente.equilibrium.sweep import Newton
from detente.world import Array, Economy, Wedges, frozen

CHUNK = 32
"""Scenarios solved together: more fall out of the processor's cache, fewer waste its width."""

MOVED = 1e-6
"""Prices that moved by more were moved by something: far beyond what the solver leaves of those that did not."""


LARGEST = {"tariff": 1e50, "export_tax": 1e50, "iceberg_hat": 1e200}
"""Largest duty, tax and change of a trade cost: the product of all three with a flow is still a number. Nothing is left of the flow long
before."""
CHEAPEST = 500.0
"""Largest trade elasticity times minus the logarithm of a trade cost: beyond, a flow is weighed by what is no number any more."""


def check_wedges(economy: Economy, wedges: Wedges) -> None:
    """Refuse wedges that cannot be priced, naming the worst cell, before any numerics.

    Raises
    ------
    InputError
        When the arrays do not have the economy's shape.
    UnitError
        For values that are not finite or above `LARGEST`, duties or export taxes at or below −100 %, and trade costs at or
        below zero, or so low that what they do is no number (`CHEAPEST`). An infinite trade cost is a ban.
    """
    check_each(economy, [wedges])


def check_each(economy: Economy, policies: Sequence[Wedges]) -> None:
    """`check_wedges` for many, what they share looked at once.

    Raises
    ------
    InputError, UnitError
        As `check_wedges`.
    """
    looked_at = {id(array) for array in economy.nothing_added}
    for wedges in policies:
        if wedges.tariff.shape[-3:] != economy.flows.shape:
            raise InputError(
                f"wedges have shape {wedges.tariff.shape}, the economy {economy.flows.shape}",
                where=economy.name,
                hint="build wedges from this economy: Wedges.unchanged(economy)",
            )
        for name in ("tariff", "export_tax", "iceberg_hat"):
            values = getattr(wedges, name)
            if id(values) not in looked_at:
                looked_at.add(id(values))
                _check(economy, name, values)


def _check(economy: Economy, name: str, values: Array) -> None:
    """Refuse a duty, tax or trade cost that cannot be priced, naming the cell."""
    lowest = np.maximum(np.exp(-CHEAPEST / economy.trade_elasticity), 1 / LARGEST["iceberg_hat"])
    least = float(lowest.max()) if name == "iceberg_hat" else -1.0
    if values.size and values.min() > least and values.max() <= LARGEST[name]:
        return  # as nearly all; what is not a number is not above anything
    if name == "iceberg_hat":
        bad = ~(values >= lowest) | ((values > LARGEST[name]) & (values < np.inf))
    else:
        bad = ~((values > -1) & (values <= LARGEST[name]))
    if not bad.any():
        return
    labels, at = economy.labels, tuple(np.argwhere(bad)[0])
    n, i, s = at[-3:]
    raise UnitError(
        f"{name}[{labels.countries[n]}, {labels.countries[i]}, {labels.sectors[s]}] is {values[at]}",
        where=economy.name,
        hint="duties and taxes are fractions above -1 (0.25 is 25 %), trade-cost changes positive ratios (inf is a ban), "
        f"no lower than {lowest[s]:.3g} in this sector; at most {LARGEST[name]:g}",
    )


def finish(
    technology: Technology,
    wedges: Wedges,
    closure: str,
    deficit: Array,
    points: Array,
    steps: npt.NDArray[np.int64],
    solver: Newton,
    method: str,
    ground: Ground | None = None,
) -> list[Solution[Equilibrium]]:
    """Turn points into Solutions, each judged by the residuals of the plain equations; `ground` is what bans left of trade."""
    economy = technology.economy
    N, S = economy.va_share.shape
    count, factors = len(points), points.shape[1] - 2 * N * S
    factor_hat = np.exp(points[:, :factors])
    factor_hat = factor_hat if technology.mobile else factor_hat.reshape(count, N, S)
    price_hat = np.exp(points[:, factors : factors + N * S]).reshape(count, N, S)
    scale = prepare(economy, technology.structure).scale
    expenditure = points[:, factors + N * S :].reshape(count, N, S) * scale
    deficit = frozen(deficit)
    with np.errstate(all="ignore"):  # points that left the numbers have residuals that are none
        judged, levels = chunk_residuals(technology, wedges, deficit, factor_hat, price_hat, expenditure)
    for array in (factor_hat, price_hat, expenditure, *levels.values()):
        array.flags.writeable = False
    solutions = []
    for k, residual in enumerate(judged):
        stats: dict[str, float | int | str] = dict(residual)
        result = _verdict(stats, out_of_steps=bool(steps[k] >= solver.max_steps))
        if result is RESULTS.nonfinite:
            stats["max_residual"] = float("inf")
        value = Equilibrium(
            economy=economy,
            wedges=wedges[k],
            structure=technology.structure,
            closure=closure,
            factor_price_hat=factor_hat[k],
            price_hat=price_hat[k],
            expenditure_new=expenditure[k],
            deficit_new=deficit,
        )
        # cached properties, computed already; without a ground nothing is cut, and the technology is the economy's
        value.__dict__.update({name: array[k] for name, array in levels.items()}, technology=technology)
        if ground is not None:
            stats |= {"parts": ground.parts} | ({"note": ground.note} if ground.note else {})
        if result.ok and _unchanged(economy, value.wedges, deficit, price_hat[k]):
            result = RESULTS.no_shock
        solution = Solution(value, result, {"num_steps": int(steps[k]), "method": method, **stats})
        if result is RESULTS.walras_violated and solver.robust:
            solution = _polished(solution, technology, solver, ground)
        solutions.append(solution)
    return solutions


def _verdict(stats: Mapping[str, float | int | str], *, out_of_steps: bool) -> RESULTS:
    """What the residuals of the plain equations say of a point."""
    worst, walras = float(stats["max_residual"]), float(stats["walras"])
    if not (np.isfinite(worst) and np.isfinite(walras)):
        return RESULTS.nonfinite
    if worst > GATE:
        if worst > 1:
            return RESULTS.diverged
        return RESULTS.max_steps_reached if out_of_steps else RESULTS.residual_too_large
    if abs(walras) > WALRAS_GATE:
        return RESULTS.walras_violated
    return RESULTS.income_negative if float(stats["lowest_income"]) <= 0 else RESULTS.successful


def _polished(
    solution: Solution[Equilibrium], technology: Technology, solver: Newton, ground: Ground | None
) -> Solution[Equilibrium]:
    """A point whose dropped market does not clear, solved again with another one dropped; as it was where that fails."""
    value, method = solution.value, str(solution.stats["method"])
    meter = Meter(solver.budget, solver.seconds)
    polished = polish(technology, value.wedges, value.deficit_new, point_of(value), meter, solver.rtol)
    if polished is None:
        return solution
    steps = np.array([int(solution.stats["num_steps"]) + polished[1]])
    only = replace(solver, robust=False)  # once
    wedges, deficit = alone(value.wedges), value.deficit_new
    again = finish(
        technology, wedges, value.closure, deficit, polished[0][None], steps, only, method, ground
    )[0]
    return again if again.result.ok else solution


def refused(
    economy: Economy,
    structure: Structure,
    closure: str,
    ground: Ground,
    code: RESULTS | None = None,
    said: str = "",
) -> Solution[Equilibrium] | None:
    """Code of a scenario that has no equilibrium whatever prices do, with the base year's numbers.

    None when bans leave nothing that says so and no other `code` is given.
    """
    said = said or ground.failure
    if not said:
        return None
    technology = prepare(economy, structure).technology
    factors = economy.va_share.shape[:1] if technology.mobile else economy.va_share.shape
    value = Equilibrium(
        economy=economy,
        wedges=ground.wedges,
        structure=structure,
        closure=closure,
        factor_price_hat=frozen(np.ones(factors)),
        price_hat=frozen(np.ones(economy.va_share.shape)),
        expenditure_new=economy.expenditure,
        deficit_new=frozen(ground.deficit),
    )
    code = code or (RESULTS.no_supplier if ground.missing else RESULTS.no_equilibrium)
    stats: dict[str, float | int | str] = {
        "num_steps": 0,
        "method": "none",
        "parts": ground.parts,
        "note": said,
    }
    for name in ("max", "clearing", "price", "expenditure"):
        stats[f"{name}_residual"] = float("inf")
    return Solution(value, code, {**stats, "walras": float("inf")})


def starting_point(economy: Economy, structure: Structure, start: Equilibrium) -> Array:
    """Point of a start.

    Raises
    ------
    InputError
        When its unknowns are not those of the economy and structure.
    """
    technology = prepare(economy, structure).technology
    N, S = economy.va_share.shape
    shapes = (start.factor_price_hat.shape, start.price_hat.shape)
    if shapes != ((N,) if technology.mobile else (N, S), (N, S)):
        raise InputError(
            f"the start has factor prices and prices of shapes {shapes}",
            where=economy.name,
            hint="start from an equilibrium of the same economy and structure",
        )
    return point_of(start)


def _unchanged(economy: Economy, wedges: Wedges, deficit: Array, price_hat: Array) -> bool:
    """Whether the wedges are the base year's own and the closure leaves deficits, and so prices, as they are."""
    return (
        bool(np.abs(price_hat - 1).max() < MOVED)  # spares nearly all scenarios the rest
        and np.array_equal(deficit, economy.deficit)
        and np.array_equal(wedges.tariff, economy.tariff)
        and bool((wedges.iceberg_hat == 1).all())
        and not wedges.export_tax.any()
    )


def chunks(
    economy: Economy, structure: Structure, wedges: Wedges, deficit: Array
) -> list[tuple[list[int], Ground | None]]:
    """Scenarios to be solved together: by `CHUNK`, but those whose trade bans have cut one by one, with what is left of it.

    Parameters
    ----------
    economy : Economy
    structure : Structure
    wedges : Wedges
        With a leading scenario axis.
    deficit : array [country], million USD
        Under the closure.
    """
    count = len(wedges.tariff)
    grounds: dict[int, Ground] = {}
    if any_ban(wedges):
        mobile = math.isinf(structure.mobility)
        banned, harmless = np.isinf(wedges.iceberg_hat), set[bytes]()
        for lane in np.flatnonzero(banned.any((1, 2, 3))):
            bans = banned[lane].tobytes()  # what is left of trade follows from them alone
            if bans in harmless:
                continue
            ground = settle(economy, wedges[int(lane)], deficit)
            if ground.failure or ground.parts > 1 or (ground.closes and not mobile):
                grounds[int(lane)] = ground
            else:
                harmless.add(bans)
    plain = [lane for lane in range(count) if lane not in grounds]
    together: list[tuple[list[int], Ground | None]] = [
        (plain[first : first + CHUNK], None) for first in range(0, len(plain), CHUNK)
    ]
    return together + [([lane], ground) for lane, ground in grounds.items()]


def alone(wedges: Wedges) -> Wedges:
    """One scenario with a leading axis."""
    return Wedges(wedges.tariff[None], wedges.iceberg_hat[None], wedges.export_tax[None])


def take(wedges: Wedges, lanes: Sequence[int]) -> Wedges:
    """Scenarios of a batch: a view where they follow one another."""
    if lanes[-1] - lanes[0] + 1 == len(lanes):
        return part_of(wedges, lanes[0], lanes[-1] + 1)
    at = list(lanes)
    return Wedges(wedges.tariff[at], wedges.iceberg_hat[at], wedges.export_tax[at])


def part_of(wedges: Wedges, first: int, last: int) -> Wedges:
    """Scenarios of a batch that follow one another, as a view."""
    return Wedges(wedges.tariff[first:last], wedges.iceberg_hat[first:last], wedges.export_tax[first:last])
