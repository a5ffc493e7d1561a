"""Equilibria under caps, bans and floors, one or many at once.

The sweeps find the wedges together with prices, wages and spending (`limits`). Where they do not settle (`ladder.LIMITS`), they
go in stages, and in the end a semismooth Newton method on the complementarity conditions does, with the exact derivatives of
every volume by every wedge from the adjoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from detente.core import RESULTS, InputError, SolveError
from detente.equilibrium.advice import QUICK, how_far, what_to_try
from detente.equilibrium.bans import Ground, any_ban
from detente.equilibrium.baseline import CORE, prepare, prepare_for
from detente.equilibrium.budget import Meter, sweep_cost
from detente.equilibrium.controls import (
    ControlledSolution,
    QuantityControl,
    apply_controls,
    apply_on_top,
    apply_to_each,
    bindings_of,
    breach,
    check_controls,
    excess,
    volume_of,
)
from detente.equilibrium.foresight import Foresight
from detente.equilibrium.judged import (
    CHUNK,
    alone,
    check_each,
    chunks,
    finish,
    refused,
    starting_point,
    take,
)
from detente.equilibrium.ladder import first_look, rescue_limits, used_up
from detente.equilibrium.limits import Limits
from detente.equilibrium.quantity_search import TIGHT, BatchSetting, known_wedges, with_note
from detente.equilibrium.settle import sweep_chunk
from detente.equilibrium.steering import BATCH
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import Newton
from detente.world import Array, Economy, Wedges

KNOWN = 1_000.0
"""Wedge of a cap, times the cost, up to which an answer is one: five times the highest a plant pays rather than stop (assumed)."""
SMALLEST_STAGE = 1 / 64
"""Shortest part of the way from a start's volumes to the limits, in logarithms."""


def solve_batch_with_controls(
    economy: Economy,
    wedges: Sequence[Wedges],
    controls: Sequence[Sequence[QuantityControl]],
    *,
    closure: str | Array = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    start: ControlledSolution | None = None,
    foresight: Foresight | None = None,
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
    foresight : Foresight, optional
        As in `solve`.
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
    detente.equilibrium.solve : the one way in.

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
    check_each(economy, wedges)
    for some in {tuple(map(id, some)): some for some in controls}.values():
        check_controls(economy, some)
    setting = BatchSetting(economy, structure, closure, solver, Meter(solver.budget, solver.seconds))
    if foresight is None and len(wedges) >= BATCH:
        foresight = Foresight()
    solutions: list[ControlledSolution] = []
    for first in range(0, len(wedges), CHUNK):
        part = slice(first, first + CHUNK)
        solutions += _chunk(setting, wedges[part], controls[part], start, foresight)
        for k, held in enumerate(solutions[first:], first):
            if throw and not held.solution.result.ok:
                raise SolveError(
                    f"the quantity controls were not met: {held.solution.message} ({how_far(held.solution)})",
                    where=economy.name,
                    hint=what_to_try(
                        held.solution,
                        closure,
                        partial(_works, setting, wedges[k], controls[k]),
                        limits={control.kind for control in controls[k]},
                    ),
                    solution=held.solution,
                )
    return tuple(solutions)


def _works(setting: BatchSetting, wedges: Wedges, controls: Sequence[QuantityControl], closure: str) -> bool:
    """Whether a scenario has an equilibrium under another closure, as far as a quick search finds out."""
    (controlled,) = solve_batch_with_controls(
        setting.economy, [wedges], [controls], closure=closure, structure=setting.structure, solver=QUICK
    )
    return controlled.solution.result.ok


def _chunk(
    setting: BatchSetting,
    wedges: Sequence[Wedges],
    controls: Sequence[Sequence[QuantityControl]],
    start: ControlledSolution | None,
    foresight: Foresight | None,
) -> list[ControlledSolution]:
    """Solve some scenarios: by sweeps together, each of those that do not settle by `ladder.LIMITS`, and verify them."""
    banned = _with_bans(wedges, controls)
    judged: dict[int, ControlledSolution] = {}
    for lanes, ground in chunks(setting.economy, setting.structure, banned, setting.deficit):
        known = {k: _refused(setting, banned[k], controls[k], ground) for k in lanes}
        left = [k for k in lanes if known[k] is None]
        if left:
            policies, limits = [wedges[k] for k in left], [controls[k] for k in left]
            swept = _swept(setting, policies, limits, start, ground, take(banned, left), foresight)
            known |= dict(zip(left, swept, strict=True))
        for k, settled in known.items():
            own = replace(setting, meter=Meter(setting.solver.budget, setting.solver.seconds))
            controlled = settled or rescue_limits(own, wedges[k], controls[k], start)
            judged[k] = verified(controlled, controls[k])
    return [judged[k] for k in range(len(wedges))]


def _with_bans(wedges: Sequence[Wedges], controls: Sequence[Sequence[QuantityControl]]) -> Wedges:
    """Wedges of several scenarios with their bans, with a leading axis."""
    bans = [[control for control in some if control.is_ban] for some in controls]
    return apply_to_each(wedges, bans, [np.zeros(len(ban)) for ban in bans])


def _refused(
    setting: BatchSetting, wedges: Wedges, controls: Sequence[QuantityControl], ground: Ground | None
) -> ControlledSolution | None:
    """Code of a scenario that no prices can meet: nobody supplies a good, or a floor stands on flows that are banned.

    `wedges` have the bans in; `ground` is what they leave of trade where they cut it.
    """
    if ground is None and not any_ban(wedges):
        return None
    ground = ground or Ground(wedges, setting.deficit)
    named = setting.closure if isinstance(setting.closure, str) else "own"
    without = refused(setting.economy, setting.structure, named, ground)
    closed = np.isinf(ground.wedges.iceberg_hat)
    stuck = [
        f"`{control.name}` asks for {control.limit:g} of flows that are banned or cut off."
        for control in controls
        if control.is_floor and closed[control.traded(setting.economy)].all()
    ]
    if without is None and stuck:
        said = " ".join((*stuck, ground.note)).strip()
        code = RESULTS.control_violated
        without = refused(setting.economy, setting.structure, named, ground, code, said)
    return None if without is None else ControlledSolution(without, {})


def verified(controlled: ControlledSolution, controls: Sequence[QuantityControl]) -> ControlledSolution:
    """A success only if every control holds by its own statement, at a wedge within what is known; the note names the others."""
    if not controls or not controlled.solution.result.ok:
        return controlled
    sizes = {
        control.name: controlled.bindings[control.name].log_wedge
        for control in controls
        if not control.is_floor
    }
    endless = [name for name, size in sizes.items() if np.log(KNOWN) < size < np.inf]
    if endless:
        said = "; ".join(f"`{name}`: a wedge of {np.exp(sizes[name]):.3g} times the cost" for name in endless)
        return replace(controlled, solution=with_note(controlled.solution, RESULTS.beyond_knowledge, said))
    breaches = [breach(control, controlled.bindings[control.name]) for control in controls]
    said = "; ".join(filter(None, breaches))
    if not said:
        return controlled
    return replace(controlled, solution=with_note(controlled.solution, RESULTS.control_violated, said))


def _swept(
    setting: BatchSetting,
    wedges: Sequence[Wedges],
    controls: Sequence[Sequence[QuantityControl]],
    start: ControlledSolution | None,
    ground: Ground | None = None,
    banned: Wedges | None = None,
    foresight: Foresight | None = None,
) -> list[ControlledSolution | None]:
    """Solve a chunk by sweeps that find the wedges of the controls too; `ground` is what bans left of the trade of one alone.

    `banned` are the wedges with the bans in, where they are at hand.

    Where they do not settle it is None, or its code when the solver is not to try anything else.
    """
    economy, structure = setting.economy, setting.structure
    solver = first_look(setting.solver, structure, economy)
    deficit = setting.deficit if ground is None else ground.deficit
    named = setting.closure if isinstance(setting.closure, str) else "own"
    free = [[control for control in some if not control.is_ban] for some in controls]
    if ground is not None:
        banned, base = alone(ground.wedges), prepare_for(economy, structure, ground.wedges)
    else:
        banned, base = banned or _with_bans(wedges, controls), prepare(economy, structure)
    limits = Limits.of(economy, banned, free)
    begun = None
    if start is not None:
        width = 0 if limits is None else limits.width
        there = starting_point(economy, structure, start.value)
        begun = np.stack([np.pad(there, (0, width)) for _ in free])
        for k, some in enumerate(free):
            begun[k, there.size : there.size + len(some)] = known_wedges(start, some)
    if foresight is not None:
        foresight = foresight if ground is None else Foresight()
        foresight.expect([[control.name for control in some] for some in free])
    points, steps = sweep_chunk(economy, banned, deficit, solver, structure, limits, begun, base, foresight)
    width = 0 if limits is None else limits.width
    settled = points.shape[1] - width
    log_wedges = [np.nan_to_num(points[k, settled : settled + len(some)]) for k, some in enumerate(free)]
    applied = banned
    if limits is not None:
        applied = apply_on_top(banned, free, log_wedges)
    points = points[:, :settled]
    solutions = finish(base.technology, applied, named, deficit, points, steps, solver, "sweep", ground)
    controlled: list[ControlledSolution | None] = []
    for k, solution in enumerate(solutions):
        met, volumes = solution.result.ok, dict[str, float]()
        if met and free[k]:
            over = excess(solution.value, free[k], log_wedges[k], volumes)
            met = bool(np.abs(np.minimum(log_wedges[k], -over)).max() < TIGHT)
        if not met:
            code = RESULTS.max_steps_reached if solution.result.ok else solution.result
            unmet = replace(solution, result=code)
            ended = used_up(unmet, setting.solver) if solver.robust else unmet
            controlled.append(None if ended is None else ControlledSolution(ended, {}))
            continue
        sizes = dict(zip((control.name for control in free[k]), log_wedges[k], strict=True))
        in_order = np.array([float(sizes.get(control.name, 0.0)) for control in controls[k]])
        bound = bindings_of(solution.value, wedges[k], controls[k], in_order, volumes)
        controlled.append(ControlledSolution(solution, bound))
    return controlled


def in_stages(
    setting: BatchSetting,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    start: ControlledSolution | None,
) -> ControlledSolution | None:
    """Sweeps along a path of limits, from the volumes of a start (bans and nothing else) to those asked for."""
    free = [control for control in controls if not control.is_ban]
    if not free or not setting.solver.robust:
        return None
    here = start
    if here is None or any(control.is_ban for control in controls):
        bans = [control for control in controls if control.is_ban]
        near = None if start is None else start.value
        alone = setting.solve(apply_controls(wedges, bans, np.zeros(len(bans))), near, throw=False)
        if not alone.result.ok:
            return None
        here = ControlledSolution(alone, {})
    known = dict(zip((control.name for control in free), known_wedges(here, free), strict=True))
    first = {
        control.name: volume_of(here.value, control, float(known[control.name])) or control.limit
        for control in free
    }
    reached, stage = 0.0, 0.5
    ((_, ground),) = chunks(
        setting.economy, setting.structure, _with_bans([wedges], [controls]), setting.deficit
    )
    while reached < 1:
        target = min(1.0, reached + stage)
        staged = [
            control
            if control.is_ban or target == 1
            else replace(control, limit=float(first[control.name] ** (1 - target) * control.limit**target))
            for control in controls
        ]
        if setting.meter.ended:
            return None
        (swept,) = _swept(setting, [wedges], [staged], here, ground)
        steps = setting.solver.max_steps if swept is None else int(swept.solution.stats["num_steps"])
        setting.meter.charge(steps * sweep_cost(here.value.factor_price_hat.size))
        if swept is not None and swept.solution.result.ok:
            here, reached, stage = swept, target, min(2 * stage, 1.0)
        else:
            stage /= 2
            if stage < SMALLEST_STAGE:
                return None
    solution = replace(here.solution, stats={**here.solution.stats, "method": "stages"})
    return ControlledSolution(solution, here.bindings)
