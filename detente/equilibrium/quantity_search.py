"""The wedges that enforce limits on quantities, by Newton on the complementarity conditions: for what the sweeps do not settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from detente.core import RESULTS, InputError, SolveError
from detente.equilibrium.budget import BUDGET, SECONDS, Meter, sweep_cost, work_of
from detente.equilibrium.controls import (
    Binding,
    ControlledSolution,
    QuantityControl,
    apply_controls,
    bindings_of,
    breach,
    by_wedge,
    excess,
    overstep,
)
from detente.equilibrium.gradients.derivatives import gradients
from detente.equilibrium.gradients.readings import flow
from detente.equilibrium.judged import alone
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.solver import solve_batch
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import Newton, deficits
from detente.world import Array, Economy, Wedges

MAX_STEPS = 60


MAX_IDLE = 10


"""Steps without coming nearer to the limits before the search ends: volumes may turn back before they reach them."""


TIGHT = 1e-9


"""Largest relative distance between a binding flow and its limit."""


STEERING = 1e-6


"""Accuracy of the slopes: they choose the steps, and the limits themselves say when to stop."""


MAX_LOG_WEDGE = 50.0


"""Beyond a factor of e⁵⁰ between cost and price the flow cannot be held where it is asked to be."""


MAX_LOG_SUBSIDY = 30.0


"""The same for a floor: a subsidy of all but 1e-13 of the price; beyond 36 nothing of the price is left in 16 digits."""


BACKWARD = (1.0, 0.5, 0.25, 0.125, 0.0625)


"""Shares of a step that are tried until an equilibrium is found."""


def with_note(solution: Solution[Equilibrium], code: RESULTS, said: str) -> Solution[Equilibrium]:
    """A solution with another code, and why."""
    note = " ".join(filter(None, (f"{said}." if said else "", solution.note)))
    return replace(solution, result=code, stats={**solution.stats, "note": note})


@dataclass(frozen=True, eq=False)
class BatchSetting:
    """What every scenario of a batch shares, and what the one at hand may still take."""

    economy: Economy
    structure: Structure
    closure: str | Array
    solver: Newton
    meter: Meter = field(default_factory=lambda: Meter(BUDGET, SECONDS))

    @property
    def deficit(self) -> Array:
        """Deficits under the closure [country], million USD."""
        return deficits(self.economy, self.closure)

    def solve(self, wedges: Wedges, start: Equilibrium | None, throw: bool) -> Solution[Equilibrium]:
        """One scenario without controls, within what is left of the budget."""
        work, seconds = self.meter.left
        (solution,) = solve_batch(
            self.economy,
            alone(wedges),
            closure=self.closure,
            structure=self.structure,
            solver=replace(self.solver, budget=max(work, 1.0), seconds=max(seconds, 1e-3)),
            start=start,
            throw=throw,
        )
        self.meter.charge(work_of(solution))
        return solution

    def under(
        self,
        wedges: Wedges,
        controls: Sequence[QuantityControl],
        log_wedge: Array,
        near: Equilibrium | None,
    ) -> Solution[Equilibrium]:
        """One scenario whose controls are enforced by these log wedges."""
        return self.solve(apply_controls(wedges, controls, log_wedge), near, throw=False)


def known_wedges(start: ControlledSolution, controls: Sequence[QuantityControl]) -> Array:
    """Log wedges that a start has for controls of these names; nil where it has none, or bans what is now allowed."""
    known = [
        start.bindings[control.name].log_wedge if control.name in start.bindings else 0.0
        for control in controls
    ]
    return np.where(np.isfinite(known), known, 0.0)


def by_newton(
    setting: BatchSetting,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    start: ControlledSolution | None,
) -> ControlledSolution:
    """Semismooth Newton on the complementarity conditions, every step an equilibrium and the derivatives of its volumes."""
    near = None if start is None else start.value
    if not controls:
        return ControlledSolution(setting.solve(wedges, near, throw=False), {})
    log_wedge = np.zeros(len(controls)) if start is None else known_wedges(start, controls)
    log_wedge[[k for k, control in enumerate(controls) if control.is_ban]] = 0.0
    free = [k for k, control in enumerate(controls) if not control.is_ban]
    floors = np.array([control.is_floor for control in controls])
    most = np.where(floors, MAX_LOG_SUBSIDY, MAX_LOG_WEDGE)
    bindable = [controls[k] for k in free]
    reach = _reach(setting.economy, bindable)
    solution = setting.under(wedges, controls, log_wedge, near)
    result, ended = solution.result, ""
    nearest, idle = float("inf"), 0
    for _ in range(MAX_STEPS):
        if not solution.result.ok or not free:
            break
        over = excess(solution.value, bindable, log_wedge[free])
        point = log_wedge[free]
        natural = np.minimum(point, -over)  # nil where the complementarity conditions hold
        if np.abs(natural).max() < TIGHT:
            break
        if np.abs(natural).max() < 0.99 * nearest:
            nearest, idle = float(np.abs(natural).max()), 0
        elif (idle := idle + 1) > MAX_IDLE:
            result = RESULTS.max_steps_reached
            break
        active = point + over / reach > 0
        move = _move(setting, solution.value, bindable, point, over, active)
        if move is None:
            result, ended = RESULTS.gave_up, "derivatives"
            break
        for share in BACKWARD:  # a step to where no equilibrium is found is taken back by halves
            trial = np.array(log_wedge)
            trial[free] = np.maximum(point + share * move, 0.0)
            if (trial > most).any():
                result = RESULTS.floor_unreached if (trial > most)[floors].any() else RESULTS.diverged
                break
            there = setting.under(wedges, controls, trial, solution.value)
            if there.result.ok or setting.meter.ended:
                break
        if result.ok and not there.result.ok:
            # every further subsidy is one the budget cannot pay
            stuck = not setting.meter.ended and log_wedge[floors].any()
            result = RESULTS.floor_unreached if stuck else there.result
        if setting.meter.ended and result is not RESULTS.floor_unreached:
            result, ended = RESULTS.gave_up, setting.meter.ended
        if not result.ok:
            break
        log_wedge, solution = trial, there
    else:
        result = RESULTS.max_steps_reached
    return _concluded(setting, solution, wedges, controls, log_wedge, result, ended)


def _reach(economy: Economy, controls: Sequence[QuantityControl]) -> Array:
    """By how much a volume moves per unit of its log wedge, about 1 + θ: the conditions are compared in that unit."""
    theta = economy.trade_elasticity
    return np.array(
        [1 + float(np.broadcast_to(theta, control.cells.shape)[control.cells].max()) for control in controls]
    )


def _move(
    setting: BatchSetting,
    value: Equilibrium,
    free: Sequence[QuantityControl],
    log_wedge: Array,
    over: Array,
    active: npt.NDArray[np.bool_],
) -> Array | None:
    """Newton step of the free controls: the active ones to their limits, the others to nil; None without derivatives."""
    move = np.where(active, 0.0, -log_wedge)
    if active.any():
        chosen = [free[int(k)] for k in np.flatnonzero(active)]
        setting.meter.charge(20 * len(chosen) * sweep_cost(value.factor_price_hat.size))
        step = _slope_step(value, chosen, over[active])
        if step is None:
            return None
        move[active] = step
    return np.clip(move, -1.5, 1.5)  # a volume is nearly log-linear in its wedge: longer steps overshoot


def _concluded(
    setting: BatchSetting,
    solution: Solution[Equilibrium],
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    log_wedge: Array,
    result: RESULTS,
    ended: str,
) -> ControlledSolution:
    """What a search that ended with `result` hands on: bindings, and which limits were not met and why."""
    with np.errstate(all="ignore"):  # an iterate without an equilibrium may be anything
        bound = bindings_of(solution.value, wedges, controls, log_wedge)
    if solution.result.ok and not result.ok:  # the markets clear, the limits do not hold
        stats = {**solution.stats, "work": setting.meter.spent, **({"ended": ended} if ended else {})}
        code = result if result in (RESULTS.floor_unreached, RESULTS.gave_up) else RESULTS.control_violated
        solution = with_note(replace(solution, stats=stats), code, _reached(solution, controls, bound))
    elif (
        not solution.result.ok
        and any(not control.is_ban for control in controls)
        and np.isfinite([binding.volume_hat for binding in bound.values()]).all()
    ):
        solution = with_note(solution, solution.result, _reached(solution, controls, bound))
    return ControlledSolution(solution, bound)


def _slope_step(value: Equilibrium, controls: Sequence[QuantityControl], over: Array) -> Array | None:
    """Newton step of the log wedges of controls that bind; None where volumes have no usable derivatives."""
    sign = np.array([control.enforcement.sign for control in controls])
    try:
        outputs = [flow(value, control.name, control.cells) for control in controls]
        slopes = gradients(value, outputs, tolerance=STEERING)
        by_wedges = [[by_wedge(slope, control, value.wedges) for control in controls] for slope in slopes]
        step = np.asarray(np.linalg.solve(sign[:, None] * np.array(by_wedges), -over))
    except (SolveError, InputError, np.linalg.LinAlgError):  # at a kink, such as the end of a backstop, too
        return None
    return step if np.isfinite(step).all() else None


def _reached(
    solution: Solution[Equilibrium], controls: Sequence[QuantityControl], bound: Mapping[str, Binding]
) -> str:
    """Limits on whose wrong side the search ended, and why no wedge may bring them about."""
    unmet = [control for control in controls if overstep(control, bound[control.name])]
    said = [overstep(control, bound[control.name]) for control in unmet]
    said = said or [text for control in controls if (text := breach(control, bound[control.name]))]
    said = said or ["the search for the wedges ended before the limits were met"]
    if any(control.is_floor for control in unmet):
        said.append(
            "no subsidy that was tried reaches the floor: the buyers' budget pays for it, and has too little"
        )
    deficit, codes = solution.value.deficit_new, solution.value.economy.labels.countries
    for control in unmet if solution.result.ok else ():
        borrow, lend = control.cells.any((1, 2)) & (deficit > 0), control.cells.any((0, 2)) & (deficit < 0)
        whom = ", ".join(codes[n] for n in np.flatnonzero(borrow | lend))
        if not control.is_floor and whom:
            said.append(
                f"the closure has {whom} trade what it borrows or lends, which may be more than `{control.name}` lets through: "
                "try the closure `zero`"
            )
    return "; ".join(said)
