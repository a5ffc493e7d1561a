"""Searches that have no end are given up within their budget, say how far they came, and never raise unless asked to."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.cases.cuts import read_cut
from detente.cases.horizons import horizon
from detente.cli.main import app
from detente.core import RESULTS, SolveError, UnitError
from detente.equilibrium import Model, Newton, Policy, Structure, quantity_search as search, solve
from detente.equilibrium.advice import how_far, what_to_try
from detente.equilibrium.anderson import Anderson
from detente.equilibrium.budget import BUDGET, Meter, sweep_cost, work_of
from detente.equilibrium.controls import QuantityControl
from detente.equilibrium.plain_residuals import GATE, residuals
from detente.equilibrium.structure import FREE
from detente.world import Wedges, load_world, toy

TOY = toy()
SMALL = Newton(budget=400.0)


def subsidised(world, rate):
    """Every duty at the same rate."""
    tariff = np.full_like(world.tariff, rate)
    tariff[range(len(tariff)), range(len(tariff))] = 0
    return Wedges.of(world, tariff=tariff)


def war(world, size):
    tariff = np.array(world.tariff)
    tariff[0, 1] += size
    tariff[1, 0] += size
    return Wedges.of(world, tariff=tariff)


def test_a_search_without_end_is_given_up_and_says_how_far_it_came():
    """At −90 % everywhere no country can pay for its subsidies."""
    world = load_world()
    solution = solve(Model(world, solver=Newton(budget=1_500.0)), subsidised(world, -0.9), throw=False)
    stats = solution.stats
    assert solution.result is RESULTS.gave_up
    assert 1_500 <= stats["work"] < 1_500 + 1_500  # the last step is not broken off
    assert 0 < stats["reached"] < 1
    assert np.isfinite(stats["max_residual"])
    assert stats["ended"] == "budget"
    with pytest.raises(SolveError) as caught:
        solve(Model(world, solver=Newton(budget=300.0)), subsidised(world, -0.9))
    said = str(caught.value)
    for words in (
        "given up",
        "% of the way",
        "largest residual",
        "budget of",
        "smaller subsidies",
        "--budget",
    ):
        assert words in said


def test_the_same_input_is_given_up_at_the_same_place():
    economy, structure = horizon("impact", load_world(), ways_out=False)
    cut = read_cut(economy, "CHN:rare-earths:0", rent="exporter")
    asked = Policy(economy, Wedges.unchanged(economy), (cut,))
    first, again = (
        solve(Model(economy, structure, solver=Newton(budget=1_500.0)), asked, throw=False) for _ in range(2)
    )
    assert first.result is RESULTS.gave_up
    assert first.stats == again.stats
    assert np.array_equal(first.value.price_hat, again.value.price_hat)


@pytest.mark.parametrize("name", ["cut", "subsidies"])
def test_the_default_budget_ends_within_its_work(name):
    """The work, not the clock, is what a test can hold to: 10,000 sweeps are about four seconds on an idle core."""
    economy, structure = horizon("impact", load_world(), ways_out=False)
    if name == "cut":
        cut = read_cut(economy, "CHN:rare-earths:0", rent="exporter")
        asked = Policy(economy, Wedges.unchanged(economy), (cut,))
        solution = solve(Model(economy, structure), asked, throw=False)
    else:
        world = load_world()
        solution = solve(Model(world), subsidised(world, -0.9), throw=False)
    assert solution.result is RESULTS.gave_up
    assert solution.stats["work"] < 1.1 * BUDGET


@pytest.mark.parametrize(("sectors", "closure"), [(("REE",), "share"), (("REE", "MAG"), "zero")])
def test_a_full_stop_at_impact_has_its_answer_within_the_budget(sectors, closure):
    """Some small markets' factor prices move by a factor of e²⁰: each is held back on its own."""
    economy, structure = horizon("impact", load_world(), ways_out=False)
    china, iceberg = economy.labels.country("CHN"), np.ones_like(economy.flows)
    iceberg[:, china, [economy.labels.sector(one) for one in sectors]] = np.inf
    iceberg[china, china] = 1
    patient = Newton(seconds=np.inf)  # a busy machine is slow, and the work is the same
    model = Model(economy, structure, closure, solver=patient)
    solution = solve(model, Wedges.of(economy, iceberg_hat=iceberg))
    assert solution.stats["method"] == "newton"
    assert solution.stats["work"] < BUDGET
    assert residuals(solution.value)["max_residual"] < GATE
    assert solution.value.income_new.min() > 0
    assert np.ptp(np.log(solution.value.factor_price_hat)) > 20


def test_seconds_are_the_second_guard():
    world = load_world()
    solution = solve(Model(world, solver=Newton(seconds=0.02)), subsidised(world, -0.9), throw=False)
    assert solution.result is RESULTS.gave_up
    assert solution.stats["ended"] == "seconds"


def test_more_budget_goes_further():
    economy, structure = horizon("short", load_world(), ways_out=False)
    cut = read_cut(economy, "CHN:rare-earths:0", rent="exporter")
    asked = Policy(economy, Wedges.unchanged(economy), (cut,))
    results = [
        solve(Model(economy, structure, solver=Newton(budget=budget)), asked, throw=False)
        for budget in (40.0, 20_000.0)
    ]
    assert [one.result for one in results] == [RESULTS.gave_up, RESULTS.successful]
    assert results[0].stats["reached"] < 1
    assert results[1].stats["work"] < 20_000


@pytest.mark.parametrize("controls", [(), ("cap",)])
def test_the_sweeps_count_as_well(controls):
    """What sweeps alone would settle is given up, without a rescue, at the first sweep that the budget does not pay."""
    asked = Policy(TOY, war(TOY, 0.5), tuple(cap(0.5, kind) for kind in controls))
    enough = solve(Model(TOY), asked)
    assert enough.stats["method"] == "sweep"
    work = work_of(enough)
    cost = sweep_cost(enough.value.factor_price_hat.size)
    short = solve(Model(TOY, solver=Newton(budget=work / 2)), asked, throw=False)
    assert short.result is RESULTS.gave_up
    assert short.stats["ended"] == "budget"
    assert work / 2 <= short.stats["work"] < work / 2 + cost
    again = solve(Model(TOY, solver=Newton(budget=work)), asked)
    assert np.array_equal(again.value.price_hat, enough.value.price_hat)


def test_one_that_is_given_up_does_not_stop_the_others():
    asked = [war(TOY, 0.5), subsidised(TOY, -0.95), Wedges.unchanged(TOY)]
    found = solve(Model(TOY, solver=SMALL), asked, throw=False)
    assert found[0].result.ok
    assert found[2].result is RESULTS.no_shock
    assert not found[1].result.ok


@pytest.mark.parametrize("name", ["budget", "seconds"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_a_budget_of_nothing_is_refused(name, value):
    with pytest.raises(UnitError, match=name):
        Newton(**{name: value})


def test_work_is_counted_in_sweeps():
    quick = solve(Model(TOY), war(TOY, 0.2))
    factors = quick.value.factor_price_hat.size
    assert work_of(quick) == quick.stats["num_steps"] * sweep_cost(factors)
    meter = Meter(10.0, 60.0)
    part = meter.part(0.5)
    part.charge(5.0)
    assert part.ended == "budget"
    meter.charge(part.spent)
    assert meter.left[0] == 5.0
    assert meter.ended == ""


# Factors that move as good as freely


def test_mobility_far_above_any_estimate_is_free_mobility():
    """Real incomes differ from those of free mobility by about 1/κ, up to the κ from which they are taken as its own."""
    wedges = war(TOY, 0.5)
    core = solve(Model(TOY), wedges).value.real_income_hat
    scaled = []
    for kappa in (100.0, 400.0, 1_600.0, FREE):
        value = solve(Model(TOY, Structure(mobility=kappa)), wedges).value
        assert value.factor_price_hat.ndim == 2
        scaled.append(kappa * np.abs(value.real_income_hat - core).max())
    np.testing.assert_allclose(scaled, scaled[-1], rtol=0.05)
    assert scaled[-1] / FREE < 1e-5
    for kappa in (np.nextafter(FREE, np.inf), 1e7, 1e300):
        structure = Structure(mobility=kappa)
        assert structure.is_core
        assert np.array_equal(solve(Model(TOY, structure), wedges).value.real_income_hat, core)


# Nothing raised that was not asked for


def cap(limit, kind="cap"):
    return QuantityControl.on(
        TOY, "parts", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], limit=limit, kind=kind
    )


@pytest.mark.parametrize("failing", [SolveError("no derivative"), np.linalg.LinAlgError("singular")])
def test_a_missing_derivative_is_a_code(monkeypatch, failing):
    def none(*arguments, **keywords):
        raise failing

    monkeypatch.setattr(search, "gradients", none)
    setting = search.BatchSetting(TOY, Structure(), "share", Newton())
    found = search.by_newton(setting, Wedges.unchanged(TOY), [cap(0.5)], None)
    assert found.solution.result is RESULTS.gave_up
    assert "no derivative" in how_far(found.solution)


def test_a_singular_slope_is_a_code(monkeypatch):
    monkeypatch.setattr(search, "by_wedge", lambda *_: 0.0)
    setting = search.BatchSetting(TOY, Structure(), "share", Newton())
    found = search.by_newton(setting, Wedges.unchanged(TOY), [cap(0.5)], None)
    assert found.solution.result is RESULTS.gave_up


@pytest.mark.parametrize("limit", [1e4, 1e12, 1e300])
@pytest.mark.parametrize("closure", ["share", "zero"])
def test_a_floor_that_no_subsidy_buys_says_so(limit, closure):
    asked = Policy(TOY, Wedges.unchanged(TOY), (cap(limit, "floor"),))
    found = solve(Model(TOY, closure=closure), asked, throw=False)
    assert found.result in (RESULTS.floor_unreached, RESULTS.gave_up)
    with pytest.raises(SolveError) as caught:
        solve(Model(TOY, closure=closure), asked)
    assert re.search(r"`parts`: .* asked for", str(caught.value))
    assert "a lower floor" in str(caught.value)


def test_a_floor_within_reach_is_bought():
    found = solve(Model(TOY), Policy(TOY, Wedges.unchanged(TOY), (cap(30.0, "floor"),)))
    assert found.bindings["parts"].volume_hat == pytest.approx(30.0, rel=1e-8)


def test_a_scenario_that_left_the_numbers_does_not_stop_acceleration():
    """Histories that are nearly collinear need least squares, which must not meet its neighbour's not-a-number."""
    history = Anderson(2, 3, 4)
    point = np.zeros((2, 3))
    for step in (1.0, 1.0, 1.0):
        move = np.full((2, 3), step)
        move[1] = np.nan
        point = history.advance(point, move)
    assert np.isfinite(point[0]).all()


# What to try


def test_an_income_below_zero_names_the_closure_that_works():
    """ABROAD lives on what HOME lends, fixed in money; behind its wall HOME cannot earn that any more."""
    economy = lending(0.3)
    wall = np.zeros_like(economy.tariff)
    wall[1, 0] = 9.0
    solution = solve(Model(economy), Wedges.of(economy, tariff=wall), throw=False)
    assert solution.result is RESULTS.income_negative
    assert solve(Model(economy, closure="zero"), Wedges.of(economy, tariff=wall)).result.ok
    with pytest.raises(SolveError, match="closure `zero` has an equilibrium here"):
        solve(Model(economy), Wedges.of(economy, tariff=wall))


def lending(share):
    """Two countries of one size; HOME sells more than it buys by this share of what it earns."""
    flows = 1e6 * np.array([[[0.9 - share], [0.1]], [[0.1 + share], [0.9]]])
    return dataclasses.replace(
        TOY,
        name="lending",
        labels=type(TOY.labels)(("HOME", "ABROAD"), ("GOODS",)),
        flows=flows,
        tariff=np.zeros_like(flows),
        va_share=np.ones((2, 1)),
        input_shares=np.zeros((2, 1, 1)),
        trade_elasticity=np.array([4.0]),
    )


def test_advice_never_names_a_closure_that_does_not_work():
    world = load_world()
    solution = solve(Model(world, solver=SMALL), subsidised(world, -0.9), throw=False)
    assert "closure `zero` has" not in what_to_try(solution, "share", lambda _: False)
    assert "closure `zero` has" in what_to_try(solution, "share", lambda _: True)
    assert "closure `zero` has" not in what_to_try(solution, "zero", lambda _: True)


# On the command line


def test_the_command_line_raises_and_lowers_the_budget():
    runner = CliRunner()
    cut = ["path", "--cut", "CHN:rare-earths:0", "--stock", "0", "--months", "1"]
    few = runner.invoke(app, [*cut, "--budget", "50"])
    assert isinstance(few.exception, SolveError)
    assert few.exception.exit_code == 3
    assert "given up" in str(few.exception)
    assert "leave a larger share" in str(few.exception)
    one = runner.invoke(app, ["run", "talks-fail", "--budget", "1"])  # that sweeps would settle
    assert isinstance(one.exception, SolveError)
    assert "budget of 1 sweeps used up" in str(one.exception)
    for verb in (cut, ["run", "talks-fail"], ["compare", "talks-fail", "truce-lapses"]):
        nothing = runner.invoke(app, [*verb, "--budget", "0"])
        assert isinstance(nothing.exception, UnitError), nothing.exception
        assert "--budget" in str(nothing.exception)
