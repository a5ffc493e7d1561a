"""Equilibria under caps, bans and floors, one or many at once.

The sweeps find the wedges together with prices, wages and spending (`limits`). Where they do not settle, a semismooth Newton
method on the complementarity conditions does, with the exact derivatives of every volume by every wedge from the adjoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from detente.core import RESULTS, InputError, SolveError
from detente.equilibrium.advice import QUICK, how_far, what_to_try
from detente.equilibrium.baseline import CORE, prepare
from detente.equilibrium.budget import BUDGET, SECONDS, Meter, sweep_cost, work_of
from detente.equilibrium.controls import (
    ControlledSolution,
    QuantityControl,
    apply_controls,
    apply_to_each,
    bindings_of,
    by_wedge,
    check_controls,
    excess,
    volume_of,
)
from detente.equilibrium.derivatives import gradients
from detente.equilibrium.limits import Limits
from detente.equilibrium.readings import flow
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.solve import CHUNK, begin, check_wedges, finish, solve
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import Newton, deficits, sweep_chunk
from detente.world.economy import Array, Economy, Wedges

MAX_STEPS = 60
TIGHT = 1e-9
"""Largest relative distance between a binding flow and its limit."""
STEERING = 1e-6
"""Accuracy of the slopes: they choose the steps, and the limits themselves say when to stop."""
SMALLEST_STAGE = 1 / 64
"""Shortest part of the way from a start's volumes to the limits, in logarithms."""
MAX_LOG_WEDGE = 50.0
"""Beyond a factor of e⁵⁰ between cost and price the flow cannot be held where it is asked to be."""
MAX_LOG_SUBSIDY = 30.0
"""The same for a floor: a subsidy of all but 1e-13 of the price; beyond 36 nothing of the price is left in 16 digits."""
BACKWARD = (1.0, 0.5, 0.25, 0.125, 0.0625)
"""Shares of a step that are tried until an equilibrium is found."""


def solve_batch_with_controls(
    economy: Economy,
    wedges: Sequence[Wedges],
    controls: Sequence[Sequence[QuantityControl]],
    *,
    closure: str | Array = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    start: ControlledSolution | None = None,
    throw: bool = False,
) -> tuple[ControlledSolution, ...]:
    """Solve many scenarios, each under controls of its own; one that fails carries its code and never stops the others.

    Parameters
    ----------
    economy : Economy
    wedges : sequence of Wedges
        Duties, trade costs and export taxes of each scenario besides its controls.
    controls : sequence of sequence of QuantityControl
        Controls of each scenario, none of them binding a flow twice; a scenario may have none.
    closure, structure, solver
        As in `solve_batch`.
    start : ControlledSolution, optional
        Where the search begins: the equilibrium, and the wedges of controls of the same name. What is found does not depend
        on it.
    throw : bool
        Raise `SolveError` for the first scenario that fails.

    Returns
    -------
    tuple of ControlledSolution
        In the order given.

    Raises
    ------
    InputError, UnitError
        For wedges that do not fit, and controls that overlap, bind nothing, or have no sense.
    SolveError
        Only with ``throw=True``.

    See Also
    --------
    solve_with_controls : the same for one scenario.

    Examples
    --------
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> caps = [
    ...     QuantityControl.on(world, "parts", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], limit=limit)
    ...     for limit in (0.25, 0.5, 2.0)
    ... ]
    >>> found = solve_batch_with_controls(world, [Wedges.unchanged(world)] * 3, [[cap] for cap in caps])
    >>> [round(one.bindings["parts"].volume_hat, 6) for one in found]
    [0.25, 0.5, 1.0]
    """
    if len(wedges) != len(controls):
        raise InputError(
            f"{len(wedges)} scenarios and controls for {len(controls)}",
            where=economy.name,
            hint="give every scenario its controls, an empty list where it has none",
        )
    solver = solver or Newton()
    for one, some in zip(wedges, controls, strict=True):
        check_wedges(economy, one)
        check_controls(economy, some)
    setting = _Setting(economy, structure, closure, solver, Meter(solver.budget, solver.seconds))
    found: list[ControlledSolution] = []
    for first in range(0, len(wedges), CHUNK):
        part, own = wedges[first : first + CHUNK], controls[first : first + CHUNK]
        for one, some, swept in zip(part, own, _swept(setting, part, own, start), strict=True):
            own_setting = replace(setting, meter=Meter(solver.budget, solver.seconds))
            made = swept or _in_stages(own_setting, one, some, start)
            found.append(made or _by_newton(own_setting, one, some, start, throw))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Setting:
    """What every scenario of a batch shares, and what the one at hand may still take."""

    economy: Economy
    structure: Structure
    closure: str | Array
    solver: Newton
    meter: Meter = field(default_factory=lambda: Meter(BUDGET, SECONDS))

    def solve(self, wedges: Wedges, start: Equilibrium | None, throw: bool) -> Solution[Equilibrium]:
        """One scenario without controls, within what is left of the budget."""
        work, seconds = self.meter.left
        found = solve(
            self.economy,
            wedges,
            closure=self.closure,
            structure=self.structure,
            solver=replace(self.solver, budget=max(work, 1.0), seconds=max(seconds, 1e-3)),
            start=start,
            throw=throw,
        )
        self.meter.charge(work_of(found))
        return found

    def works(self, wedges: Wedges, controls: Sequence[QuantityControl], closure: str) -> bool:
        """Whether a scenario has an equilibrium under another closure, as far as a quick search finds out."""
        (found,) = solve_batch_with_controls(
            self.economy, [wedges], [controls], closure=closure, structure=self.structure, solver=QUICK
        )
        return found.solution.result.ok


def _swept(
    setting: _Setting,
    wedges: Sequence[Wedges],
    controls: Sequence[Sequence[QuantityControl]],
    start: ControlledSolution | None,
) -> list[ControlledSolution | None]:
    """Solve a chunk by sweeps that find the wedges of the controls too.

    Where they do not settle it is None, or its code when the solver is not to try anything else.
    """
    economy, structure, solver = setting.economy, setting.structure, setting.solver
    deficit = deficits(economy, setting.closure)
    technology = prepare(economy, structure).technology
    named = setting.closure if isinstance(setting.closure, str) else "own"
    theta = economy.trade_elasticity
    bans = [[one for one in some if one.limit == 0] for some in controls]
    free = [[one for one in some if one.limit > 0] for some in controls]
    banned = apply_to_each(wedges, bans, [np.zeros(len(ban)) for ban in bans], theta)
    limits = Limits.of(economy, banned, free)
    begun = None
    if start is not None:
        width = 0 if limits is None else limits.width
        there = begin(economy, structure, start.value)
        begun = np.stack([np.pad(there, (0, width)) for _ in free])
        for k, some in enumerate(free):
            begun[k, there.size : there.size + len(some)] = _known_wedges(start, some)
    points, steps = sweep_chunk(economy, banned, deficit, solver, structure, limits, begun)
    settled = points.shape[1] - (0 if limits is None else limits.width)
    log_wedges = [np.nan_to_num(points[k, settled : settled + len(some)]) for k, some in enumerate(free)]
    applied = banned
    if limits is not None:
        each = [Wedges(*arrays) for arrays in zip(*_arrays(banned), strict=True)]
        applied = apply_to_each(each, free, log_wedges, theta)
    solutions = finish(technology, applied, named, deficit, points[:, :settled], steps, solver, "sweep")
    found: list[ControlledSolution | None] = []
    for k, solution in enumerate(solutions):
        met = solution.result.ok
        if met and free[k]:
            over = excess(solution.value, free[k], log_wedges[k])
            met = bool(np.abs(np.minimum(log_wedges[k], -over)).max() < TIGHT)
        if not met:
            code = RESULTS.max_steps_reached if solution.result.ok else solution.result
            unmet = ControlledSolution(replace(solution, result=code), {})
            found.append(None if solver.robust else unmet)
            continue
        sizes = dict(zip((one.name for one in free[k]), log_wedges[k], strict=True))
        in_order = np.array([float(sizes.get(one.name, 0.0)) for one in controls[k]])
        bound = bindings_of(solution.value, wedges[k], controls[k], in_order)
        found.append(ControlledSolution(solution, bound))
    return found


def _known_wedges(start: ControlledSolution, controls: Sequence[QuantityControl]) -> Array:
    """Log wedges that a start has for controls of these names; nil where it has none, or bans what is now allowed."""
    known = [start.bindings[one.name].log_wedge if one.name in start.bindings else 0.0 for one in controls]
    return np.where(np.isfinite(known), known, 0.0)


def _in_stages(
    setting: _Setting,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    start: ControlledSolution | None,
) -> ControlledSolution | None:
    """Sweeps along a path of limits, from the volumes of a start (bans and nothing else) to those asked for."""
    free = [one for one in controls if one.limit > 0]
    if not free or not setting.solver.robust:
        return None
    here = start
    if here is None or any(one.limit == 0 for one in controls):
        bans = [one for one in controls if one.limit == 0]
        theta = setting.economy.trade_elasticity
        near = None if start is None else start.value
        alone = setting.solve(apply_controls(wedges, bans, np.zeros(len(bans)), theta), near, throw=False)
        if not alone.result.ok:
            return None
        here = ControlledSolution(alone, {})
    known = dict(zip((one.name for one in free), _known_wedges(here, free), strict=True))
    first = {one.name: volume_of(here.value, one, float(known[one.name])) for one in free}
    reached, stage = 0.0, 0.5
    while reached < 1:
        target = min(1.0, reached + stage)
        staged = [
            one
            if one.limit == 0 or target == 1
            else replace(one, limit=float(first[one.name] ** (1 - target) * one.limit**target))
            for one in controls
        ]
        if setting.meter.ended:
            return None
        (made,) = _swept(setting, [wedges], [staged], here)
        steps = setting.solver.max_steps if made is None else int(made.solution.stats["num_steps"])
        setting.meter.charge(steps * sweep_cost(here.value.factor_price_hat.size))
        if made is not None:
            here, reached, stage = made, target, min(2 * stage, 1.0)
        else:
            stage /= 2
            if stage < SMALLEST_STAGE:
                return None
    solution = replace(here.solution, stats={**here.solution.stats, "method": "stages"})
    return ControlledSolution(solution, here.bindings)


def _arrays(wedges: Wedges) -> tuple[Array, Array, Array]:
    return wedges.tariff, wedges.iceberg_hat, wedges.export_tax


def solve_with_controls(
    economy: Economy,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    *,
    closure: str | Array = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    start: ControlledSolution | None = None,
    throw: bool = True,
) -> ControlledSolution:
    """Find the equilibrium under caps, bans and floors on volumes.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
        Duties, trade costs and export taxes besides the controls.
    controls : sequence of QuantityControl
        No flow may be bound by two.
    closure, structure, solver
        As in `solve`.
    start : ControlledSolution, optional
        As in `solve_batch_with_controls`.
    throw : bool
        Raise `SolveError` on failure; ``False`` returns the code.

    Returns
    -------
    ControlledSolution

    Raises
    ------
    InputError, UnitError
        For controls that overlap, bind nothing, or have no sense.
    SolveError
        When no wedges make the controls hold.

    Examples
    --------
    >>> from detente.world import Wedges, toy
    >>> economy = toy()
    >>> a, b, s = economy.labels.countries[0], economy.labels.countries[1], economy.labels.sectors[1]
    >>> cap = QuantityControl.on(economy, "cap", importers=[a], exporters=[b], sectors=[s], limit=0.5)
    >>> found = solve_with_controls(economy, Wedges.unchanged(economy), [cap])
    >>> round(found.bindings["cap"].volume_hat, 9), found.bindings["cap"].rent_usd > 0
    (0.5, True)
    """
    found = solve_batch_with_controls(
        economy,
        [wedges],
        [controls],
        closure=closure,
        structure=structure,
        solver=solver,
        start=start,
        throw=throw,
    )
    return found[0]


def _by_newton(
    setting: _Setting,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    start: ControlledSolution | None,
    throw: bool,
) -> ControlledSolution:
    """Semismooth Newton on the complementarity conditions, every step an equilibrium and the derivatives of its volumes."""
    economy = setting.economy
    near = None if start is None else start.value
    if not controls:
        return ControlledSolution(setting.solve(wedges, near, throw), {})
    theta = economy.trade_elasticity
    log_wedge = np.zeros(len(controls)) if start is None else _known_wedges(start, controls)
    log_wedge[[k for k, control in enumerate(controls) if control.limit == 0]] = 0.0
    free = [k for k, control in enumerate(controls) if control.limit > 0]
    floors = np.array([control.kind == "floor" for control in controls])
    most = np.where(floors, MAX_LOG_SUBSIDY, MAX_LOG_WEDGE)
    # a volume moves by about 1 + θ per unit of its log wedge: the two sides of the conditions are compared in that unit
    reach = np.array(
        [1 + float(np.broadcast_to(theta, controls[k].cells.shape)[controls[k].cells].max()) for k in free]
    )

    def at(point: Array, near: Equilibrium | None) -> Solution[Equilibrium]:
        return setting.solve(apply_controls(wedges, controls, point, theta), near, throw=False)

    solution = at(log_wedge, near)
    result, ended = solution.result, ""
    last: Equilibrium | None = None
    for _ in range(MAX_STEPS):
        if not solution.result.ok or not free:
            result = solution.result
            break
        last = solution.value
        over = excess(solution.value, [controls[k] for k in free], log_wedge[free])
        point = log_wedge[free]
        natural = np.minimum(point, -over)  # nil where the complementarity conditions hold
        if np.abs(natural).max() < TIGHT:
            break
        active = point + over / reach > 0
        move = np.where(active, 0.0, -point)
        if active.any():
            chosen = [free[k] for k in np.flatnonzero(active)]
            setting.meter.charge(20 * len(chosen) * sweep_cost(solution.value.factor_price_hat.size))
            try:
                move[active] = _towards([controls[k] for k in chosen], solution.value, over[active])
            except (SolveError, np.linalg.LinAlgError):
                result, ended = RESULTS.gave_up, "derivatives"
                break
        move = np.clip(move, -1.5, 1.5)  # a volume is nearly log-linear in its wedge: longer steps overshoot
        before, near = log_wedge.copy(), solution.value
        for share in BACKWARD:  # a step to where no equilibrium is found is taken back by halves
            log_wedge[free] = np.maximum(point + share * move, 0.0)
            if (log_wedge > most).any():
                result = RESULTS.floor_unreached if (log_wedge > most)[floors].any() else RESULTS.diverged
                break
            solution = at(log_wedge, near)
            if solution.result.ok or setting.meter.ended:
                break
        if not solution.result.ok and solution.result is not RESULTS.gave_up and before[floors].any():
            # every further subsidy is one the budget cannot pay
            result = RESULTS.floor_unreached
        if setting.meter.ended and result.ok:
            result, ended = RESULTS.gave_up, setting.meter.ended
        if not result.ok:
            break
    else:
        result = RESULTS.max_steps_reached
    if not result.ok and (solution.result.ok or result is RESULTS.floor_unreached):
        stats = {**solution.stats, "work": setting.meter.spent}
        solution = replace(solution, result=result, stats={**stats, "ended": ended} if ended else stats)
    if throw and not solution.result.ok:
        missed = "" if last is None else _floors_missed(last, wedges, controls)
        raise SolveError(
            f"the quantity controls were not met: {solution.result.value} ({how_far(solution)}){missed}",
            where=economy.name,
            hint=what_to_try(
                solution,
                setting.closure,
                partial(setting.works, wedges, controls),
                limits={control.kind for control in controls},
            ),
            solution=solution,
        )
    with np.errstate(all="ignore"):  # an iterate without an equilibrium may be anything
        return ControlledSolution(solution, bindings_of(solution.value, wedges, controls, log_wedge))


def _towards(chosen: Sequence[QuantityControl], value: Equilibrium, over: Array) -> Array:
    """Moves of log wedges that bring volumes to their limits, to first order.

    Raises
    ------
    SolveError, numpy.linalg.LinAlgError
        When the volumes have no derivative, or the wedges do not move them apart.
    """
    slopes = gradients(value, [flow(value, one.name, one.cells) for one in chosen], tolerance=STEERING)
    jacobian = np.array(
        [
            [
                (-1.0 if one.kind == "floor" else 1.0) * by_wedge(slope, other, value.wedges)
                for other in chosen
            ]
            for one, slope in zip(chosen, slopes, strict=True)
        ]
    )
    move = np.linalg.solve(jacobian, -over)
    if not np.isfinite(move).all():
        raise np.linalg.LinAlgError
    return np.asarray(move)


def _floors_missed(value: Equilibrium, wedges: Wedges, controls: Sequence[QuantityControl]) -> str:
    """Say of every floor that an equilibrium misses what it asks for, and what it got for which subsidy."""
    said = ""
    for control in controls:
        volume = volume_of(value, control, 0.0)
        if control.kind != "floor" or volume >= control.limit * (1 - TIGHT):
            continue
        at = control.traded(value.economy)
        paid = 1 - float(((1 + value.wedges.tariff[at]) / (1 + wedges.tariff[at])).min())
        said += (
            f"; floor `{control.name}` asks for {control.limit:.4g} times the base volume and was last seen at "
            f"{volume:.4g} with a subsidy of {100 * paid:.4g} %"
        )
    return said
