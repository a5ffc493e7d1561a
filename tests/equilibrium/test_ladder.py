"""The ladder of rescue: its order, where it stops, and what it returns when nothing leads there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detente.core import RESULTS
from detente.equilibrium import Model, Newton, ladder, solve
from detente.equilibrium.ladder import LIMITS, SHOCKS, Climb, Remedy, rescue, rescue_limits
from detente.equilibrium.plain_residuals import GATE
from detente.equilibrium.structure import Structure
from detente.world import Wedges, toy

WORLD = toy()
VALUE = solve(Model(WORLD), Wedges.of(WORLD, tariff=2 * WORLD.tariff))


def climb(**options) -> Climb:
    asked = (WORLD, Wedges.unchanged(WORLD), WORLD.deficit, Newton(budget=1000.0), Structure())
    return Climb(*asked, **{"start": None, "judged": lambda *found: VALUE, **options})


def ending(result: RESULTS, residual: float):
    return replace(VALUE, result=result, stats={**VALUE.stats, "max_residual": residual})


def a_rung(name, solution, reached, spent=1.0, fits=True, seen=None) -> Remedy:
    def tried(scenario, meter):
        (seen if seen is not None else []).append((name, meter.left[0]))
        meter.reached = reached
        meter.charge(spent)
        return solution

    return Remedy(name, "why", lambda scenario: fits, tried)


def test_the_order_is_a_list_and_every_rung_says_why() -> None:
    assert [rung.name for rung in SHOCKS] == ["from start", "stages", "newton"]
    assert [rung.name for rung in LIMITS] == ["stages", "newton"]
    assert all(len(rung.why) > 30 for rung in (*SHOCKS, *LIMITS))


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["stages", "newton"]),
        ({"start": VALUE.value}, ["from start", "stages", "newton"]),
        ({"in_parts": True, "start": VALUE.value}, ["newton"]),
    ],
)
def test_rungs_that_lead_nowhere_are_left_out(options, names) -> None:
    assert [rung.name for rung in SHOCKS if rung.fits(climb(**options))] == names


def test_newton_knows_no_backstop_and_sweeps_need_more_steps_for_one(monkeypatch) -> None:
    backed = climb(in_parts=True, start=VALUE.value)
    monkeypatch.setattr(Climb, "outside", True)
    assert [rung.name for rung in SHOCKS if rung.fits(backed)] == ["from start", "stages"]
    assert backed.asked[3].max_steps == 3 * Newton().max_steps
    assert backed.asked[3].budget == 1000.0


def test_it_stops_at_the_first_equilibrium(monkeypatch) -> None:
    seen: list = []
    lost, met = ending(RESULTS.max_steps_reached, 1.0), ending(RESULTS.successful, 1e-13)
    rungs = [a_rung("one", lost, 0.2, 3.0, seen=seen), a_rung("no", met, 1.0, fits=False, seen=seen)]
    rungs += [a_rung("two", met, 1.0, 4.0, seen=seen), a_rung("three", met, 1.0, seen=seen)]
    monkeypatch.setattr(ladder, "SHOCKS", tuple(rungs))
    solution = rescue(climb())
    assert [name for name, _ in seen] == ["one", "two"]
    assert [left for _, left in seen] == pytest.approx([0.2 * 1000.0, 0.2 * 997.0])
    assert solution.result is RESULTS.successful
    assert solution.stats["work"] == pytest.approx(7.0)


def test_the_furthest_of_the_last_two_is_returned(monkeypatch) -> None:
    lost = [ending(RESULTS.diverged, float(k + 1)) for k in range(3)]
    rungs = [a_rung(str(k), lost[k], reached) for k, reached in enumerate((0.9, 0.5, 0.25))]
    monkeypatch.setattr(ladder, "SHOCKS", tuple(rungs))
    solution = rescue(climb())
    assert (solution.result, solution.stats["reached"], solution.stats["ended"]) == (
        RESULTS.gave_up,
        0.5,
        "stages",
    )
    assert solution.stats["max_residual"] == 2.0


def test_markets_that_clear_with_something_else_wrong_end_the_stages(monkeypatch) -> None:
    seen: list = []
    broke = ending(RESULTS.income_negative, GATE / 2)
    rungs = [a_rung("stages", broke, 1.0, seen=seen), a_rung("newton", VALUE, 1.0, seen=seen)]
    monkeypatch.setattr(ladder, "SHOCKS", tuple(rungs))
    solution = rescue(climb())
    assert [name for name, _ in seen] == ["stages"]
    assert solution.result is RESULTS.income_negative


def test_a_budget_that_is_spent_ends_it(monkeypatch) -> None:
    seen: list = []
    lost = ending(RESULTS.max_steps_reached, 1.0)
    monkeypatch.setattr(
        ladder, "SHOCKS", (a_rung("one", lost, 0.3, 2000.0, seen=seen), a_rung("two", VALUE, 1.0, seen=seen))
    )
    solution = rescue(climb())
    assert [name for name, _ in seen] == ["one"]
    assert (solution.result, solution.stats["ended"]) == (RESULTS.gave_up, "budget")


def test_newton_begins_where_the_sweeps_ended(monkeypatch) -> None:
    point, begun = np.arange(3.0), []

    def sweeps(*asked):
        asked[-1].reached = 0.25
        return point, 7

    def newton(economy, wedges, deficit, solver, structure, meter, further):
        begun.append((meter.reached, further))
        return point, 3

    monkeypatch.setattr(ladder, "sweep_in_stages", sweeps)
    monkeypatch.setattr(ladder, "solve_robustly", newton)
    codes = iter([ending(RESULTS.max_steps_reached, 1.0), VALUE])
    judged: list = []
    scenario = climb(judged=lambda method, at, steps: (judged.append((method, steps)), next(codes))[1])
    assert rescue(scenario).result.ok
    assert begun == [(0.25, (point, 0.25))]
    assert judged == [("stages", 7), ("newton", 3)]


def test_limits_climb_until_a_rung_finds_something(monkeypatch) -> None:
    asked: list = []

    def rung(name, found):
        return ladder.LimitRung(name, "why", lambda *words: (asked.append((name, words)), found)[1])

    monkeypatch.setattr(ladder, "LIMITS", (rung("one", None), rung("two", "found"), rung("three", "more")))
    assert rescue_limits("setting", "wedges", "controls", None) == "found"
    assert asked == [(name, ("setting", "wedges", "controls", None)) for name in ("one", "two")]
