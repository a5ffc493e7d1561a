"""Limits on quantities: sweeps, stages and Newton agree, and what is said where they cannot be met, on the toy world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detente.core import RESULTS, InputError, SolveError
from detente.equilibrium import Newton, Structure, quantities, quantity_search
from detente.equilibrium.bans import Ground
from detente.equilibrium.budget import Meter
from detente.equilibrium.controls import (
    Binding,
    ControlledSolution,
    QuantityControl,
    apply_controls,
    bindings_of,
    excess,
)
from detente.equilibrium.quantities import (
    _refused,
    _swept,
    _with_bans,
    in_stages,
    solve_batch_with_controls,
    verified,
)
from detente.equilibrium.quantity_search import BatchSetting, by_newton, known_wedges, with_note
from detente.equilibrium.solver import solve_batch
from detente.world import Wedges, toy

WORLD = toy()
BASE = Wedges.unchanged(WORLD)
USA, CHN, EU, MEX, ROW = range(5)
SLOW = Structure(sigma_value_added=0.5, sigma_materials=0.4, mobility=2.0)


def control(name="cap", limit=0.5, importers=("USA",), exporters=("CHN",), sectors=("PARTS",), **keys):
    return QuantityControl.on(
        WORLD, name, importers=importers, exporters=exporters, sectors=sectors, limit=limit, **keys
    )


SEVERAL = [
    control("queues", 0.4, rent="destroyed"),
    control("auction", 0.5, ("CHN",), ("USA",), ("GOODS",), rent="importer"),
    control("licence", 0.3, ("EU27", "MEX"), ("CHN",), ("GOODS",)),
    control("floor", 1.3, ("CHN",), ("USA",), ("PARTS",), kind="floor"),
    control("slack", 9.0, ("MEX",), ("EU27",), ("FARM",)),
    control("ban", 0.0, ("USA",), ("EU27",), ("FARM",)),
]


CORE = Structure()
SOLVE = BatchSetting.solve


def setting(structure=CORE, **solver):
    chosen = Newton(**solver)
    return BatchSetting(WORLD, structure, "share", chosen, Meter(chosen.budget, chosen.seconds))


def holds(found, controls):
    assert found.solution.result.ok
    for one in controls:
        bound = found.bindings[one.name]
        if one.limit == 0:
            assert (bound.log_wedge, bound.volume_hat, bound.rent_usd) == (np.inf, 0.0, 0.0)
        elif one.name == "slack":
            assert (bound.log_wedge, bound.rent_usd) == (0.0, 0.0)
        else:
            assert bound.volume_hat == pytest.approx(one.limit, rel=1e-8)
            assert bound.log_wedge > 0


@pytest.mark.parametrize("structure", [Structure(), SLOW], ids=["core", "immobile"])
def test_three_ways_to_the_same_wedges(structure) -> None:
    swept = _swept(setting(structure), [BASE], [SEVERAL], None)[0]
    staged = in_stages(setting(structure), BASE, SEVERAL, None)
    newton = by_newton(setting(structure), BASE, SEVERAL, None)
    for found in (swept, staged, newton):
        holds(found, SEVERAL)
        assert list(found.bindings) == [one.name for one in SEVERAL]
        for name, bound in swept.bindings.items():
            other = found.bindings[name]
            if np.isfinite(bound.log_wedge):
                assert other.log_wedge == pytest.approx(bound.log_wedge, abs=1e-7)
                assert other.rent_usd == pytest.approx(bound.rent_usd, rel=1e-6, abs=1e-6)
        assert found.value.real_income_hat == pytest.approx(swept.value.real_income_hat, abs=1e-9)
    assert [one.solution.stats["method"] for one in (swept, staged)] == ["sweep", "stages"]


def test_many_scenarios_are_each_their_own_in_their_order(monkeypatch) -> None:
    monkeypatch.setattr(quantities, "CHUNK", 2)
    duties = np.array(WORLD.tariff)
    duties[USA, CHN] += 0.3
    wedges = [BASE, Wedges.of(WORLD, tariff=duties), BASE, BASE, BASE]
    controls = [[control()], [], SEVERAL, [control(limit=0.2)], [control("ban", 0.0)]]
    found = solve_batch_with_controls(WORLD, wedges, controls)
    for one, own, mine in zip(found, wedges, controls, strict=True):
        (alone,) = solve_batch_with_controls(WORLD, [own], [mine])
        assert one.value.real_income_hat == pytest.approx(alone.value.real_income_hat, abs=1e-11)
        assert {name: b.volume_hat for name, b in one.bindings.items()} == pytest.approx(
            {name: b.volume_hat for name, b in alone.bindings.items()}, abs=1e-9
        )
    assert dict(found[1].bindings) == {}
    assert {one.solution.stats["method"] for one in found} == {"sweep"}
    with pytest.raises(InputError, match="2 scenarios and controls for 1"):
        solve_batch_with_controls(WORLD, [BASE, BASE], [[]])


def test_the_first_that_fails_is_raised_when_asked() -> None:
    hopeless = control("floor", 1e4, ("CHN",), ("USA",), ("FARM",), kind="floor")
    short = Newton(budget=60.0)
    for first in ([control()], []):
        with pytest.raises(SolveError, match="the quantity controls were not met") as caught:
            solve_batch_with_controls(WORLD, [BASE, BASE], [first, [hopeless]], throw=True, solver=short)
        assert "a lower floor" in str(caught.value)
        assert "of the base flow, at least 10000 asked for" in str(caught.value)
        assert not caught.value.solution.result.ok
    both = solve_batch_with_controls(WORLD, [BASE, BASE], [[hopeless], [control()]], solver=short)
    assert [one.solution.result.ok for one in both] == [False, True]
    assert len(solve_batch_with_controls(WORLD, [BASE], [[control()]], throw=True)) == 1


def test_bans_are_put_in_and_nothing_else() -> None:
    found = _with_bans([BASE, BASE], [SEVERAL, [control()]])
    assert np.argwhere(np.isinf(found.iceberg_hat)).tolist() == [[0, USA, EU, 0]]
    assert (found.tariff == WORLD.tariff).all()
    assert not found.export_tax.any()


def test_what_no_prices_can_meet_is_said_before_any_search() -> None:
    floor = control("floor", 1.2, kind="floor")
    assert _refused(setting(), BASE, [floor], None) is None
    iceberg = np.ones_like(WORLD.flows)
    iceberg[USA, CHN, 1] = np.inf
    banned = Wedges.of(WORLD, iceberg_hat=iceberg)
    found = _refused(setting(), banned, [control(), floor], None)
    assert found.solution.result is RESULTS.control_violated
    assert found.solution.note == "`floor` asks for 1.2 of flows that are banned or cut off."
    wider = control("floor", 1.2, importers=("USA", "MEX"), kind="floor")
    assert _refused(setting(), banned, [wider], None) is None  # Mexico may still buy
    assert _refused(setting(), banned, [control()], None) is None
    ground = Ground(banned, WORLD.deficit, note="Note.")
    assert _refused(setting(), banned, [floor], ground).solution.note.endswith("cut off. Note.")
    missing = Ground(banned, WORLD.deficit, missing=(("USA", "PARTS"),))
    assert _refused(setting(), banned, [floor], missing).solution.result is RESULTS.no_supplier


def test_a_success_is_one_only_if_every_limit_holds() -> None:
    (solution,) = solve_batch(WORLD, [BASE])
    cap, floor = control(), control("floor", 1.2, ("MEX",), kind="floor")
    good = {"cap": Binding(0.2, 0.5, 1.0), "floor": Binding(0.2, 1.2, -1.0)}
    fine = ControlledSolution(solution, good)
    assert verified(fine, [cap, floor]) is fine
    assert verified(fine, []) is fine
    bad = ControlledSolution(solution, {**good, "cap": Binding(0.2, 0.6, 1.0)})
    found = verified(bad, [cap, floor])
    assert found.solution.result is RESULTS.control_violated
    assert found.solution.note == "`cap`: 0.6 of the base flow, at most 0.5 allowed."
    worse = ControlledSolution(solution, {"cap": Binding(0.2, 0.6, 1.0), "floor": Binding(0.2, 1.0, 1.0)})
    assert verified(worse, [cap, floor]).solution.note.count("of the base flow") == 2
    failed = ControlledSolution(replace(solution, result=RESULTS.diverged), bad.bindings)
    assert verified(failed, [cap]) is failed


def test_notes_are_added_before_what_was_said() -> None:
    (solution,) = solve_batch(WORLD, [BASE])
    first = with_note(solution, RESULTS.gave_up, "one")
    assert (first.result, first.note) == (RESULTS.gave_up, "one.")
    assert with_note(first, RESULTS.diverged, "two").note == "two. one."
    assert with_note(first, RESULTS.diverged, "").note == "one."


def test_wedges_of_a_start_by_name() -> None:
    (solution,) = solve_batch(WORLD, [BASE])
    start = ControlledSolution(
        solution, {"cap": Binding(0.7, 0.5, 0.0), "ban": Binding(np.inf, 0.0, 0.0), "z": Binding(0.1, 1, 1)}
    )
    asked = [control("other"), control("cap"), control("ban", 0.3)]
    assert known_wedges(start, asked).tolist() == [0.0, 0.7, 0.0]


@pytest.mark.parametrize("way", ["sweep", "stages", "newton"])
def test_a_start_changes_nothing_but_the_way(way) -> None:
    start = by_newton(setting(), BASE, SEVERAL[:4], None)
    asked = [replace(one, limit=one.limit * 0.9) for one in SEVERAL[:3]] + SEVERAL[3:]
    do = {
        "sweep": lambda at: _swept(setting(), [BASE], [asked], at)[0],
        "stages": lambda at: in_stages(setting(), BASE, asked, at),
        "newton": lambda at: by_newton(setting(), BASE, asked, at),
    }[way]
    one, other = do(start), do(None)
    holds(one, asked)
    assert one.value.real_income_hat == pytest.approx(other.value.real_income_hat, abs=1e-9)
    same = do(do(None))
    assert same.solution.stats["num_steps"] <= other.solution.stats["num_steps"]


def test_sweeps_that_do_not_settle_are_none_or_a_code() -> None:
    assert _swept(setting(max_steps=3), [BASE, BASE], [[control()], []], None)[0] is None
    done = _swept(setting(max_steps=3), [BASE], [[]], None)[0]
    assert done.solution.result is RESULTS.no_shock
    (coded,) = _swept(setting(max_steps=3, robust=False), [BASE], [[control()]], None)
    assert not coded.solution.result.ok
    assert coded.bindings == {}


def test_stages_need_a_limit_and_a_solver_that_may() -> None:
    assert in_stages(setting(), BASE, [control("ban", 0.0)], None) is None
    assert in_stages(setting(robust=False), BASE, [control()], None) is None
    spent = setting()
    spent.meter.charge(1e12)
    assert in_stages(spent, BASE, [control()], None) is None
    assert in_stages(setting(max_steps=2), BASE, [control()], None) is None


def staged(monkeypatch, fails, limit=0.25):
    """Stages towards a limit: those asked for, where sweeps settle is given."""
    tried = []
    plain = quantities._swept

    def swept(setting, wedges, controls, start, ground):
        tried.append([one.limit for one in controls[0]])
        return [None] if fails(tried) else plain(setting, wedges, controls, start, ground)

    monkeypatch.setattr(quantities, "_swept", swept)
    found = in_stages(setting(), BASE, [control(limit=limit), control("ban", 0.0, ("MEX",))], None)
    return tried, found


def test_stages_are_of_logarithms_halved_where_they_fail_and_doubled_where_not(monkeypatch) -> None:
    tried, found = staged(monkeypatch, lambda tried: False)
    first = tried[0][0] ** 2 / 0.25  # the volume with the ban alone, a little above one
    assert 1 < first < 1.1
    assert [one[0] for one in tried] == pytest.approx([first**0.5 * 0.25**0.5, 0.25])
    assert all(one[1] == 0.0 for one in tried)
    assert found.bindings["cap"].volume_hat == pytest.approx(0.25, rel=1e-9)
    tried, found = staged(monkeypatch, lambda tried: len(tried) == 1)
    assert [one[0] for one in tried] == pytest.approx(
        [first ** (1 - s) * 0.25**s for s in (0.5, 0.25, 0.75, 1.0)]
    )
    assert found is not None
    tried, found = staged(monkeypatch, lambda tried: True)
    assert found is None
    assert [np.log(one[0] / first) / np.log(0.25 / first) for one in tried] == pytest.approx(
        [1 / 2**k for k in range(1, 7)]
    )


def test_stages_are_charged_for_their_sweeps(monkeypatch) -> None:
    steps = []
    plain = quantities._swept

    def swept(*arguments):
        made = plain(*arguments)
        steps.append(made[0].solution.stats["num_steps"])
        return made

    monkeypatch.setattr(quantities, "_swept", swept)
    own = setting()
    in_stages(own, BASE, [control(limit=0.25)], None)
    alone = solve_batch(WORLD, [BASE])[0].stats["num_steps"]  # where the path begins
    assert own.meter.spent == pytest.approx((alone + sum(steps)) * (1 + 5 / 150))


# ---- Newton ------------------------------------------------------------------------------------------------------------


def test_newton_without_limits_is_a_plain_solve() -> None:
    duties = np.array(WORLD.tariff)
    duties[USA, CHN] += 0.3
    war = Wedges.of(WORLD, tariff=duties)
    found = by_newton(setting(), war, [], None)
    (plain,) = solve_batch(WORLD, [war])
    assert found.value.real_income_hat.tolist() == plain.value.real_income_hat.tolist()
    assert found.bindings == {}
    only = by_newton(setting(), BASE, [control("ban", 0.0)], None)
    assert only.bindings["ban"] == Binding(np.inf, 0.0, 0.0)
    assert only.solution.result.ok


def test_a_step_is_newtons_in_the_wedges() -> None:
    """From the wedges of a start a step of the slopes leads to within its square of the limits."""
    free = [SEVERAL[0], SEVERAL[2], SEVERAL[3]]
    solved = by_newton(setting(), BASE, free, None)
    there = np.array([solved.bindings[one.name].log_wedge for one in free])
    gaps = []
    for size in (1e-2, 1e-3):
        near = there + size * np.array([1.0, -0.5, 0.7])
        value = setting().solve(apply_controls(BASE, free, near), None, throw=True).value
        step = quantity_search._slope_step(value, free, excess(value, free, near))
        gaps.append(np.abs(near + step - there).max())
        bound = bindings_of(value, BASE, free, near)
        assert all(bound[one.name].log_wedge == m for one, m in zip(free, near, strict=True))
    assert gaps[0] < 5e-4
    assert gaps[1] < 5e-6


def test_what_newton_says_when_it_gives_up(monkeypatch) -> None:
    cap, floor = control(limit=0.2), control("floor", 1.5, ("CHN",), ("USA",), ("PARTS",), kind="floor")
    tight = setting()
    tight.meter.budget = 30.0
    found = by_newton(tight, BASE, [cap], None)
    assert found.solution.result is RESULTS.gave_up
    assert found.solution.stats["ended"] == "budget"
    assert "`cap`:" in found.solution.note
    assert found.solution.stats["work"] >= 30.0
    monkeypatch.setattr(quantity_search, "_slope_step", lambda *_: None)
    found = by_newton(setting(), BASE, [cap], None)
    assert (found.solution.result, found.solution.stats["ended"]) == (RESULTS.gave_up, "derivatives")
    # steps that lead nowhere: after ten without coming nearer
    monkeypatch.setattr(quantity_search, "_slope_step", lambda value, controls, over: np.zeros(len(controls)))
    found = by_newton(setting(), BASE, [cap], None)
    assert found.solution.result is RESULTS.control_violated
    assert "at most 0.2 allowed" in found.solution.note
    assert "no subsidy" not in found.solution.note
    found = by_newton(setting(), BASE, [floor], None)
    assert "at least 1.5 asked for" in found.solution.note
    assert "no subsidy that was tried reaches the floor" in found.solution.note


def test_steps_that_come_no_nearer_are_counted(monkeypatch) -> None:
    tries = []
    plain = BatchSetting.solve
    monkeypatch.setattr(BatchSetting, "solve", lambda *a, **k: tries.append(1) or plain(*a, **k))
    monkeypatch.setattr(quantity_search, "_slope_step", lambda value, controls, over: np.zeros(len(controls)))
    by_newton(setting(), BASE, [control(limit=0.2)], None)
    assert len(tries) == 1 + 11  # the first look, and one after each step but the last
    monkeypatch.setattr(quantity_search, "MAX_STEPS", 4)
    tries.clear()
    found = by_newton(setting(), BASE, [control(limit=0.2)], None)
    assert len(tries) == 1 + 4
    assert found.solution.result is RESULTS.control_violated


def test_one_limit_that_holds_does_not_make_the_search_go_on(monkeypatch) -> None:
    tries = []
    plain = BatchSetting.solve
    monkeypatch.setattr(BatchSetting, "solve", lambda *a, **k: tries.append(1) or plain(*a, **k))
    monkeypatch.setattr(quantity_search, "_slope_step", lambda value, controls, over: np.zeros(len(controls)))
    by_newton(setting(), BASE, [control(limit=0.2), SEVERAL[4]], None)
    assert len(tries) == 1 + 11


def test_the_search_is_charged_for_its_solves_and_its_slopes(monkeypatch) -> None:
    slopes, solves = [], []
    step, plain = quantity_search._slope_step, BatchSetting.solve

    def solved(*arguments, **keys):
        solves.append(plain(*arguments, **keys))
        return solves[-1]

    def stepped(value, controls, over):
        slopes.append(len(controls))
        return step(value, controls, over)

    monkeypatch.setattr(BatchSetting, "solve", solved)
    monkeypatch.setattr(quantity_search, "_slope_step", stepped)
    own = setting()
    by_newton(own, BASE, SEVERAL[:4], None)
    assert slopes
    cost = 1 + 5 / 150
    assert own.meter.spent == pytest.approx(
        cost * (sum(one.stats["num_steps"] for one in solves) + 20 * sum(slopes))
    )


def failing(monkeypatch, after):
    """Solves that are found up to a number, and none from there on."""
    count = []

    def solved(*arguments, **keys):
        count.append(1)
        found = SOLVE(*arguments, **keys)
        return found if len(count) <= after else replace(found, result=RESULTS.diverged)

    monkeypatch.setattr(BatchSetting, "solve", solved)
    return count


def test_a_floor_that_is_paid_for_and_cannot_be_raised_is_out_of_reach(monkeypatch) -> None:
    first = control("a", 1.5, ("CHN",), ("USA",), ("PARTS",), kind="floor")
    other = control("b", 0.5, ("MEX",), ("CHN",), ("PARTS",), kind="floor")
    (plain,) = solve_batch(WORLD, [BASE])
    paid = ControlledSolution(plain, {"a": Binding(0.05, 1.1, 0.0), "b": Binding(0.0, 1.0, 0.0)})
    count = failing(monkeypatch, 1)
    found = by_newton(setting(), BASE, [first, other], paid)
    assert found.solution.result is RESULTS.floor_unreached
    assert len(count) == 1 + 5  # the step, a half, … a sixteenth of it
    failing(monkeypatch, 1)
    found = by_newton(setting(), BASE, [first, other], None)  # nothing is paid yet
    assert found.solution.result is RESULTS.control_violated
    failing(monkeypatch, 1)
    cap = control(limit=0.2)
    assert by_newton(setting(), BASE, [cap], None).solution.result is RESULTS.control_violated


def test_where_the_first_look_fails_the_limits_it_misses_are_said(monkeypatch) -> None:
    failing(monkeypatch, 0)
    found = by_newton(setting(), BASE, [control(limit=0.2)], None)
    assert found.solution.result is RESULTS.diverged
    assert found.solution.note == "`cap`: 1 of the base flow, at most 0.2 allowed."
    found = by_newton(setting(), BASE, [control("ban", 0.0)], None)
    assert (found.solution.result, found.solution.note) == (RESULTS.diverged, "")


def test_wedges_beyond_reach_end_the_search(monkeypatch) -> None:
    monkeypatch.setattr(quantity_search, "MAX_LOG_WEDGE", 0.3)
    asked = []
    monkeypatch.setattr(
        quantity_search,
        "apply_controls",
        lambda w, c, point: asked.append(max(point)) or apply_controls(w, c, point),
    )
    found = by_newton(setting(), BASE, [control(limit=0.05)], None)
    assert found.solution.result is RESULTS.control_violated
    assert max(asked) <= 0.3
    monkeypatch.setattr(quantity_search, "MAX_LOG_SUBSIDY", 0.02)
    floor = control("floor", 1.5, ("CHN",), ("USA",), ("PARTS",), kind="floor")
    assert by_newton(setting(), BASE, [floor], None).solution.result is RESULTS.floor_unreached
    monkeypatch.setattr(quantity_search, "MAX_LOG_SUBSIDY", 30.0)
    assert by_newton(setting(), BASE, [floor], None).solution.result.ok


def test_a_closure_that_asks_for_more_trade_than_a_cap_lets_through_is_named(monkeypatch) -> None:
    cap = control("cap", 0.2)
    monkeypatch.setattr(quantity_search, "_slope_step", lambda value, controls, over: np.zeros(len(controls)))
    found = by_newton(setting(), BASE, [cap], None)
    codes = WORLD.labels.countries
    borrows = [codes[USA]] if WORLD.deficit[USA] > 0 else []
    lends = [codes[CHN]] if WORLD.deficit[CHN] < 0 else []
    whom = ", ".join(code for code in codes if code in (*borrows, *lends))
    assert whom
    assert f"the closure has {whom} trade what it borrows or lends" in found.solution.note
    balanced = BatchSetting(WORLD, Structure(), "zero", Newton(), Meter(1e9, 1e9))
    assert "the closure has" not in by_newton(balanced, BASE, [cap], None).solution.note


def test_a_setting_solves_within_what_is_left() -> None:
    own = setting()
    assert own.deficit.tolist() == WORLD.deficit.tolist()
    duties = np.array(WORLD.tariff)
    duties[USA, CHN] += 0.3
    found = own.solve(Wedges.of(WORLD, tariff=duties), None, throw=True)
    assert own.meter.spent == pytest.approx(found.stats["num_steps"] * (1 + 5 / 150))
    assert BatchSetting(WORLD, Structure(), "zero", Newton()).deficit.tolist() == [0] * 5
