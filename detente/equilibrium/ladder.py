"""The ladder of rescue: what is tried where a solve does not settle, in which order, and why.

Every solve begins with the sweeps of `settle.sweep_chunk`, all scenarios of a batch at once: they settle nearly everything for a
fraction of what Newton costs. A scenario that they do not settle climbs a ladder by itself, within a budget of its own:
`SHOCKS` without limits on quantities, `LIMITS` with them. The residuals of the plain equations judge what every rung finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from detente.core import RESULTS
from detente.equilibrium.budget import Meter, sweep_cost
from detente.equilibrium.plain_residuals import GATE
from detente.equilibrium.robust import solve_robustly, sweep_in_stages
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import Newton
from detente.world import Array, Economy, Wedges

if TYPE_CHECKING:
    from detente.equilibrium.controls import ControlledSolution, QuantityControl
    from detente.equilibrium.quantity_search import BatchSetting

SHARE = 0.2
"""Share of what is left of the budget that a rung gets, such as sweeps, which are cheap. The last resort gets the rest."""
STEPS_OUTSIDE = 3
"""Times as many sweeps a stage where a backstop is at work: its schedule bends where the base year's derivatives are straight."""

STEPS_AT_FLOORS = 4
"""Times as many sweeps before a robust method takes over where wages have floors: markets change sides at these, where the base year's
derivatives do not follow. A sweep costs some milliseconds, what takes over costs seconds."""


def first_look(solver: Newton, structure: Structure, economy: Economy) -> Newton:
    """Settings of the sweeps before anything else is tried.

    Parameters
    ----------
    solver : Newton
    structure : Structure
    economy : Economy
        No more sweeps are made than the budget allows at what one costs here.
    """
    steps = solver.max_steps
    if solver.robust and not structure.is_core and np.any(structure.wage_floor):
        steps = STEPS_AT_FLOORS * steps
    prices = economy.va_share.shape[0] if math.isinf(structure.mobility) else economy.va_share.size
    if steps * sweep_cost(prices) > solver.budget:
        steps = math.ceil(solver.budget / sweep_cost(prices))
    return solver if steps == solver.max_steps else replace(solver, max_steps=steps)


def used_up(solution: Solution[Equilibrium], solver: Newton) -> Solution[Equilibrium] | None:
    """A first look that failed, as given up where it took all of the solver's budget; None where some is left for a rescue."""
    work = float(solution.stats["num_steps"]) * sweep_cost(solution.value.factor_price_hat.size)
    if work < solver.budget:
        return None
    stats = {**solution.stats, "work": work, "reached": 0.0, "ended": "budget"}
    return replace(solution, result=RESULTS.gave_up, stats=stats)


@dataclass(eq=False)
class Climb:
    """One scenario on its way up the ladder.

    Attributes
    ----------
    economy : Economy
    wedges : Wedges
    deficit : array [country], million USD
    solver : Newton
    structure : Structure
    start : Equilibrium or None
        On the same economy and structure, near what is looked for.
    judged : function of method, point and steps to Solution
        Gives a point its code.
    in_parts : bool
        Bans cut trade into parts or close sectors: no small step leads there from trade in one piece.
    further : (array, float), optional
        A point of the path from the base year and its share of the way, as far as a rung came.
    """

    economy: Economy
    wedges: Wedges
    deficit: Array
    solver: Newton
    structure: Structure
    start: Equilibrium | None
    judged: Callable[[str, Array, int], Solution[Equilibrium]]
    in_parts: bool = False
    further: tuple[Array, float] | None = None

    @property
    def outside(self) -> bool:
        """Whether a backstop is at work, which Newton's derivatives do not know."""
        return self.structure.backstop is not None

    @property
    def asked(self) -> tuple[Economy, Wedges, Array, Newton, Structure]:
        """What `robust` asks for."""
        solver = self.solver
        if self.outside:
            solver = replace(solver, max_steps=STEPS_OUTSIDE * solver.max_steps)
        return self.economy, self.wedges, self.deficit, solver, self.structure


@dataclass(frozen=True)
class Remedy:
    """One thing to try.

    Attributes
    ----------
    name : str
    why : str
        Why here, and not earlier or later.
    fits : function of Climb to bool
        Whether it can lead anywhere.
    climb : function of Climb and Meter to Solution
        Notes on the meter what it took and how far it came.
    """

    name: str
    why: str
    fits: Callable[[Climb], bool]
    climb: Callable[[Climb, Meter], Solution[Equilibrium]]


def from_start(scenario: Climb, meter: Meter) -> Solution[Equilibrium]:
    """Sweeps in stages from a start that was given."""
    return scenario.judged("stages", *sweep_in_stages(*scenario.asked, scenario.start, meter))


def _in_stages(scenario: Climb, meter: Meter) -> Solution[Equilibrium]:
    """Sweeps in stages from the base year; the point they reach is kept for what comes after."""
    point, steps = sweep_in_stages(*scenario.asked, None, meter)
    scenario.further = (point, meter.reached) if meter.reached > 0 else None
    return scenario.judged("stages", point, steps)


def _by_newton(scenario: Climb, meter: Meter) -> Solution[Equilibrium]:
    """Exact implicit Newton, at once or in stages from where the sweeps ended."""
    if scenario.further is not None:
        meter.reached = scenario.further[1]
    return scenario.judged("newton", *solve_robustly(*scenario.asked, meter, scenario.further))


SHOCKS = (
    Remedy(
        "from start",
        "a start is near what is looked for, and sweeps are cheap",
        lambda scenario: scenario.start is not None and (scenario.outside or not scenario.in_parts),
        from_start,
    ),
    Remedy(
        "stages",
        "most shocks are only too large for one look; this way also finds the branch that leads from the base year",
        lambda scenario: scenario.outside or not scenario.in_parts,
        _in_stages,
    ),
    Remedy(
        "newton",
        "settles what no sweep does, and trade that bans cut into parts; each step costs as much as many sweeps",
        lambda scenario: not scenario.outside,
        _by_newton,
    ),
)
"""Rungs of a scenario without limits on quantities."""


def rescue(scenario: Climb) -> Solution[Equilibrium]:
    """Climb `SHOCKS` within the solver's budget, until an equilibrium is found.

    Returns
    -------
    Solution
        The equilibrium; else the furthest point met, with the code `gave_up` unless markets clear there and something else
        is wrong with it. ``stats`` say the ``work`` done, how much of the way was ``reached``, and what ``ended`` it.
    """
    meter = Meter(scenario.solver.budget, scenario.solver.seconds)
    tries: list[tuple[Solution[Equilibrium], float]] = []
    rungs = [rung for rung in SHOCKS if rung.fits(scenario)]
    for rung in rungs:
        part = meter.part(1.0 if rung is rungs[-1] else SHARE)
        solution = rung.climb(scenario, part)
        meter.charge(part.spent)
        if solution.result.ok:
            return replace(solution, stats={**solution.stats, "work": meter.spent})
        tries.append((solution, part.reached))
        if rung.name == "stages" and float(solution.stats["max_residual"]) <= GATE:
            break  # the branch that leads from the base year: markets clear, and something else is wrong with it
        if meter.ended:
            break
    settled = [
        (solution, share) for solution, share in tries if float(solution.stats["max_residual"]) <= GATE
    ]
    solution, share = settled[0] if settled else max(tries[-2:], key=lambda attempt: attempt[1])
    stats = {**solution.stats, "work": meter.spent, "reached": share, "ended": meter.ended or "stages"}
    return replace(solution, result=solution.result if settled else RESULTS.gave_up, stats=stats)


@dataclass(frozen=True)
class LimitRung:
    """One thing to try under limits on quantities: `climb` returns None where it leads nowhere.

    Attributes
    ----------
    name, why : str
        As in `Remedy`.
    climb : function of Setting, wedges, controls and start to ControlledSolution or None
    """

    name: str
    why: str
    climb: Callable[
        [BatchSetting, Wedges, Sequence[QuantityControl], ControlledSolution | None],
        ControlledSolution | None,
    ]


def limits_in_stages(
    setting: BatchSetting,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    start: ControlledSolution | None,
) -> ControlledSolution | None:
    """Sweeps along a path of limits (`quantities.in_stages`)."""
    from detente.equilibrium import quantities  # it stands on solves, and these stand on this ladder

    return quantities.in_stages(setting, wedges, controls, start)


def limits_by_newton(
    setting: BatchSetting,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    start: ControlledSolution | None,
) -> ControlledSolution | None:
    """Semismooth Newton on the complementarity conditions (`quantity_search.by_newton`)."""
    from detente.equilibrium import quantity_search

    return quantity_search.by_newton(setting, wedges, controls, start)


LIMITS = (
    LimitRung("stages", "limits too tight for one look, by sweeps, which are cheap", limits_in_stages),
    LimitRung(
        "newton",
        "every step is an equilibrium and the derivatives of its volumes; each of its solves climbs `SHOCKS` if need be",
        limits_by_newton,
    ),
)
"""Rungs of a scenario with limits on quantities."""


def rescue_limits(
    setting: BatchSetting,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    start: ControlledSolution | None,
) -> ControlledSolution:
    """Climb `LIMITS` within the setting's budget; what the last rung found, where none leads to an equilibrium."""
    for rung in LIMITS:
        solution = rung.climb(setting, wedges, controls, start)
        if solution is not None:
            return solution
    raise AssertionError("the last rung returns what it found")  # pragma: no cover
