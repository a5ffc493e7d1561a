"""Draws: the same bytes for the same seed, whatever the workers; intervals and drivers that mean what they say."""

from __future__ import annotations

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from detente.cases import runs
from detente.cases.case import Case
from detente.cases.headline_results import HEADLINES
from detente.cases.horizons import horizon
from detente.core import MOST_DIMENSIONS, RESULTS, InputError, LabelError, Local, Pool, SolveError, sobol
from detente.equilibrium import Lane, LaneStart, Model, can_share, solve
from detente.equilibrium.baseline import prepare
from detente.equilibrium.explain.accounts import Shift
from detente.equilibrium.explain.targets import account
from detente.outlook import (
    draw_outcomes,
    drawn_batches,
    draws,
    driver_table,
    drivers,
    points,
    uncertain_parameters,
    uncertainty_table,
)
from detente.outlook.intervals import interval_table, linear_fit, quantile_errors, result_changes
from detente.outlook.prior import BETWEEN_SETS, WITHIN_SETS, apply_draw, drawn_answer, sector_group
from detente.outlook.sobol import sobol_indices
from detente.policy import ModelOptions, Scenario
from detente.world import Wedges, elasticity_table, load_world, toy
from detente.world.elasticities import elasticity_set

WORLD = toy()


def case(name, tariff=1.0, cost=1.0):
    iceberg = np.ones_like(WORLD.tariff)
    iceberg[0, 1, 1] = cost
    wedges = Wedges.of(WORLD, tariff=tariff * WORLD.tariff, iceberg_hat=iceberg)
    return Case(Scenario(id=name, title=name, dossier="toy"), wedges)


CASES = [case("still"), case("war", 4.0, 1.1)]


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers():
    one, two = (draw_outcomes(Model(WORLD), CASES, draws=24, seed=3, on=on) for on in (Local(), Pool(2)))
    assert one.values.tobytes() == two.values.tobytes()
    other = draw_outcomes(Model(WORLD), CASES, draws=24, seed=4)
    assert not np.array_equal(one.values, other.values)


def test_lent_inverses_go_to_a_copy_that_nobody_else_holds(monkeypatch):
    """A server that solves on an economy while its draws are solved must meet the inverses it had."""
    lent = []
    real = runs.share_preparation

    def watched(economy, structure, like):
        lent.append((economy, like[0]))
        real(economy, structure, like)

    monkeypatch.setattr(runs, "share_preparation", watched)
    _, structure = horizon("short", WORLD)
    other = WORLD.with_elasticities(1.4 * WORLD.trade_elasticity, "other")
    copy = runs.steered_like(Model(other, structure), Model(WORLD, structure)).economy
    assert copy is not other
    assert copy.data_hash == other.data_hash
    assert lent == [(copy, WORLD)]
    np.testing.assert_array_equal(
        prepare(copy, structure).factor_inverse, prepare(WORLD, structure).factor_inverse
    )
    assert not np.array_equal(
        prepare(other, structure).factor_inverse, prepare(copy, structure).factor_inverse
    )

    before = prepare(WORLD, structure).factor_inverse.copy()
    calls = []
    solve_all = drawn_batches.solve_cases

    def failing_at_first(model, cases, **settings):
        """Solve, but say of lent inverses that they steer too badly."""
        calls.append(model.economy)
        solved = solve_all(model, cases, **settings)
        if len(calls) % 2:
            return [(dataclasses.replace(s, result=RESULTS.diverged), bindings) for s, bindings in solved]
        return solved

    monkeypatch.setattr(drawn_batches, "solve_cases", failing_at_first)
    model = Model(WORLD, structure)
    task = drawn_batches.DrawTask(model, tuple(CASES), uncertain_parameters(model))
    monkeypatch.setattr(drawn_batches, "solve_lanes", lambda *_, **__: None)  # nothing fits a batch
    draws._several(task, np.zeros((1, len(task.parameters))))
    lent_to, own = calls
    assert lent_to is not own
    assert WORLD not in calls
    np.testing.assert_array_equal(prepare(WORLD, structure).factor_inverse, before)


@pytest.mark.parametrize("at", ["long", "short"])
def test_draws_in_a_batch_are_those_solved_alone(monkeypatch, at):
    _, structure = horizon(at, WORLD)
    model = Model(WORLD, structure)
    task = drawn_batches.DrawTask(model, tuple(CASES), uncertain_parameters(model))
    normals = points(5, len(task.parameters), seed=2)
    together = draws._several(task, normals)
    alone = []
    monkeypatch.setattr(drawn_batches, "solve_lanes", lambda *_, **__: alone.append(1))
    for (levels, *_), (others, *_) in zip(together, draws._several(task, normals), strict=True):
        np.testing.assert_allclose(levels, others, rtol=1e-9, atol=1e-7)
    assert alone == [1]
    free = Model(WORLD, dataclasses.replace(structure, mobility=np.inf))
    assert not can_share(Lane(WORLD, free.structure, CASES[0].wedges), (WORLD, horizon("short", WORLD)[1]))


@pytest.mark.parametrize("at", ["long", "short"])
def test_what_scenarios_set_themselves_is_drawn_in_batches_too(monkeypatch, at):
    """Floors, minima and uses of duties, each group of scenarios in lanes of its own, are those solved one by one."""
    model = Model(WORLD, horizon(at, WORLD)[1])
    sets = [
        ModelOptions(wage_floor=0.99, minimum_consumption={"FARM": 0.4}),
        ModelOptions(revenue="tax-cut", labour_supply={"USA": 0.4}),
    ]
    cases = [CASES[0]]
    for options in sets:
        scenario = Scenario(id=f"own-{len(cases)}", title="Own", dossier="toy", options=options)
        cases.append(dataclasses.replace(CASES[1], scenario=scenario))
    task = drawn_batches.DrawTask(model, tuple(cases), draws.drawn_parameters(model, cases))
    assert [positions for _, positions in task.groups] == [(0,), (1,), (2,)]
    normals = points(4, len(task.parameters), seed=2)
    alone, solve_alone = [], drawn_batches.solve_alone

    def counted(*given):
        alone.append(1)
        return solve_alone(*given)

    monkeypatch.setattr(drawn_batches, "solve_alone", counted)
    together = draws._several(task, normals)
    assert not alone
    monkeypatch.setattr(drawn_batches, "solve_lanes", lambda *_, **__: None)
    for (levels, *_), (others, *_) in zip(together, draws._several(task, normals), strict=True):
        np.testing.assert_allclose(levels, others, rtol=1e-8, atol=1e-6)
    assert len(alone) == len(normals)
    apart = together[0][0][1] - together[1][0][1]
    assert np.abs(apart).max() > 1e-3


@pytest.mark.parametrize(("within", "stepwise"), [(0.8, True), (0.35, True), (0.8, False)])
def test_draws_out_of_reach_are_reached_step_by_step_or_from_their_neighbours(monkeypatch, within, stepwise):
    """Where a search succeeds only from nearby, draws are what they are where it always does, and none is solved on its own."""
    model = Model(WORLD, horizon("short", WORLD)[1])
    task = drawn_batches.DrawTask(model, tuple(CASES), uncertain_parameters(model)).begun()
    normals = points(8, len(task.parameters), seed=2)
    plain = draws.solve_draws(task, normals)[0]
    real, ways = drawn_batches.solve_lanes, []

    def short_sighted(lanes, like, **settings):
        ends = real(lanes, like, **settings)
        moved = [
            np.abs(LaneStart.of(end).point - lane.start.point).max()
            for lane, end in zip(lanes, ends, strict=True)
        ]
        widest = within * sight
        ways.append([distance < widest for distance in moved])
        return [
            end if distance < widest else dataclasses.replace(end, result=RESULTS.diverged)
            for end, distance in zip(ends, moved, strict=True)
        ]

    middle = task.starts[1].point
    drawn = drawn_batches.solve_drawn(task, normals)
    sight = max(np.abs(LaneStart.of(each.solutions[1]).point - middle).max() for each in drawn)
    monkeypatch.setattr(drawn_batches, "solve_lanes", short_sighted)
    monkeypatch.setattr(drawn_batches, "solve_alone", None)
    if not stepwise:
        monkeypatch.setattr(drawn_batches._Batch, "_followed", lambda *_: {})
    values, _, said = draws.solve_draws(task, normals)
    assert not all(ways[0])
    assert len(ways[1]) == ways[0].count(False)  # all of them together
    assert not any(said)
    np.testing.assert_allclose(values, plain, rtol=1e-9, atol=1e-7)


def test_a_draw_without_an_equilibrium_is_told_and_stops_no_other(monkeypatch):
    whole = draw_outcomes(Model(WORLD), CASES, draws=4)
    real = drawn_batches.solve_drawn

    def without_the_second(task, normals):
        solved = real(task, normals)
        return solved if len(solved) == 1 else [solved[0], SolveError("no price of it"), *solved[2:]]

    monkeypatch.setattr(draws, "solve_drawn", without_the_second)
    drawn = draw_outcomes(Model(WORLD), CASES, draws=4)
    kept = [0, 2, 3]
    np.testing.assert_array_equal(drawn.values, whole.values[kept])
    np.testing.assert_array_equal(drawn.normals, whole.normals[kept])
    assert drawn.unsolved == ("no price of it",)
    note = interval_table(drawn).note
    assert "3 quasi-random draws" in note
    assert "1 more has no equilibrium and is left out" in note
    shares = drivers(Model(WORLD), CASES, draws=4)
    assert len(shares.draws.values) == 6
    assert len(shares.draws.unsolved) == 2  # one of each chunk, both of the same draw
    monkeypatch.setattr(draws, "solve_drawn", lambda task, rows: [SolveError("none")] * len(rows))
    with pytest.raises(SolveError, match="none"):
        draw_outcomes(Model(WORLD), CASES, draws=4)


def test_the_sequence_is_that_of_the_library():
    from scipy.stats import qmc

    for dimensions in (1, 2, 19, MOST_DIMENSIONS):
        library = qmc.Sobol(dimensions, rng=np.random.default_rng(4)).random_base2(7)
        own = sobol(128, dimensions, np.random.default_rng(4).spawn(1)[0])
        np.testing.assert_array_equal(own, library)
    with pytest.raises(InputError, match="at most 64"):
        sobol(2, MOST_DIMENSIONS + 1, np.random.default_rng(1))


def test_draws_beside_solves_on_the_same_economy_change_neither():
    wedges = CASES[1].wedges
    alone = solve(Model(WORLD), wedges).value.real_income_hat
    drawn = draw_outcomes(Model(WORLD), CASES, draws=8, seed=5).values
    with ThreadPoolExecutor(3) as pool:
        solves = [pool.submit(lambda: solve(Model(WORLD), wedges).value.real_income_hat) for _ in range(24)]
        beside = [pool.submit(draw_outcomes, Model(WORLD), CASES, draws=8, seed=5) for _ in range(2)]
        for future in solves:
            assert future.result().tobytes() == alone.tobytes()
        for future in beside:
            assert future.result().values.tobytes() == drawn.tobytes()


def test_a_draw_is_an_exact_solve_of_its_own_economy():
    """What steers the solves of a draw is borrowed; what they find is not."""
    _, structure = horizon("short", WORLD)
    found = draw_outcomes(Model(WORLD, structure), CASES, draws=4, seed=1)
    normals = points(4, len(found.parameters), 1)
    for k, row in enumerate(normals):
        drawn, scale = apply_draw(Model(WORLD, structure), found.parameters, row)
        wedges = CASES[1].wedges
        alone = solve(drawn, Wedges(wedges.tariff, wedges.iceberg_hat**scale, wedges.export_tax))
        assert 100 * (alone.value.real_income_hat - 1) == pytest.approx(found.values[k, 1, 0, :-1], abs=1e-8)


def test_the_base_year_does_not_move_whatever_is_drawn():
    found = draw_outcomes(Model(WORLD), [CASES[0]], draws=8, seed=1)
    assert abs(found.values[:, 0, [0, 1, 2, 3, 5, 6]]).max() < 1e-7


def test_the_centre_is_the_value_of_the_horizon():
    found = draw_outcomes(Model(WORLD), CASES, draws=4)
    exact = solve(Model(WORLD), CASES[1].wedges).value
    assert found.central[1, 0, :-1] == pytest.approx(100 * (exact.real_income_hat - 1), abs=1e-9)
    assert found.central[1, 4, :-1] == pytest.approx(exact.tariff_revenue_new / 1e3, rel=1e-9)


def test_spread_of_the_elasticities_is_that_of_the_shipped_sets():
    sets = [str(row["set"]) for row in elasticity_table().records() if row["horizon"] == "long"]
    codes = tuple(c for c in load_world().labels.sectors if c not in ("UTC", "TRT", "BUS", "PUB"))
    every = np.log([elasticity_set(name, codes)[0] for name in sets])
    level = every.mean(1)
    within = every - level[:, None]
    within = within - within.mean(0)
    assert pytest.approx(level.std(ddof=1), abs=0.01) == BETWEEN_SETS
    assert pytest.approx(within.std(ddof=1), abs=0.01) == WITHIN_SETS


def test_draws_have_the_stated_spread():
    parameters = uncertain_parameters(Model(WORLD))
    normals = points(1024, len(parameters), 1)
    assert abs(normals.mean(0)).max() < 0.02
    assert abs(normals.std(0) - 1).max() < 0.02
    scale = [apply_draw(Model(WORLD), parameters, row)[1] for row in normals]
    assert np.log(scale).std() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("name", "given", "factor", "drawn"),
    [
        ("margin", [0.0, 0.25, 1.0], 3.0, [0.0, 0.5, 1.0]),  # odds of 1 to 3 become 1 to 1
        ("minimum_consumption", [0.5, 1.0], 4.0, [0.8, 1.0]),
        ("wage_floor", [0.0, 0.98, 1.0], 2.0, [0.0, 0.96, 1.0]),  # no floor stays none
        ("wage_floor", [0.5], 3.0, [0.0]),
        ("pass_through", [1.0, 1.5, 0.5, 0.0], 3.0, [1.0, 2.5, 0.25, 0.0]),
        ("scale", [0.0, 0.2], 3.0, [0.0, 0.6]),
    ],
)
def test_a_factor_keeps_a_share_a_share_and_what_is_not_there_away(name, given, factor, drawn):
    assert drawn_answer(name, np.array(given), factor) == pytest.approx(np.array(drawn), abs=1e-9)


def test_what_is_drawn_depends_on_the_horizon():
    long = {p.name for p in uncertain_parameters(Model(WORLD))}
    short = {p.name for p in uncertain_parameters(Model(WORLD, horizon("short", WORLD)[1]))}
    assert {"mobility", "sigma_critical"} <= short - long
    assert {p.group for p in uncertain_parameters(Model(WORLD), nests=False)}.isdisjoint({"nests"})
    for parameter in uncertain_parameters(Model(load_world())):
        assert parameter.sd > 0
        assert parameter.grade in ("inferred", "assumed")
        assert parameter.source
    assert len({sector_group(code) for code in load_world().labels.sectors}) == 4
    assert [sector_group(code) for code in ("C24", "C25", "C26", "C10T12", "B09")] == [
        "chemicals and metals",
        "chemicals and metals",
        "machinery and electronics",
        "light manufacturing",
        "primary goods",
    ]


def test_intervals_hold_the_median_and_differences_are_ratios():
    found = draw_outcomes(Model(WORLD), CASES, draws=32)
    made = interval_table(found, against="still", countries=("USA", "CHN"))
    assert len(made) == 2 * len(HEADLINES)
    for row in made.records():
        assert row["low"] <= row["median"] <= row["high"]
        assert row["low"] < row["high"]
    level = {
        (r["country"], r["metric"]): r["central"]
        for r in interval_table(found).records()
        if r["outcome"] == "war"
    }
    delta = {(r["country"], r["metric"]): r["central"] for r in made.records()}
    assert delta["USA", "real_income_pct"] == pytest.approx(level["USA", "real_income_pct"], abs=1e-9)
    base = WORLD.tariff_revenue[0] / 1e3
    assert delta["USA", "tariff_revenue_usd_bn"] == pytest.approx(
        level["USA", "tariff_revenue_usd_bn"] - base, abs=1e-6
    )
    assert "32 quasi-random draws, seed 1" in made.note


def ishigami(z):
    from scipy.special import ndtr

    x = math.pi * (2 * ndtr(z) - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_a_known_function():
    """Ishigami's function, whose indices are known: 0.314, 0.442, 0 alone; 0.558, 0.442, 0.244 with interactions."""
    first, total, *_ = sobol_indices(ishigami, [[0], [1], [2]], points(4096, 6, seed=1))
    assert first == pytest.approx([0.314, 0.442, 0.0], abs=0.02)
    assert total == pytest.approx([0.558, 0.442, 0.244], abs=0.02)


def test_standard_errors_of_indices_are_how_far_they_scatter():
    """Over 300 independent samples the stated errors are, in the mean, the spread of the estimates."""
    groups, random = [[0], [1], [2]], np.random.default_rng(3)
    several = [sobol_indices(ishigami, groups, random.standard_normal((128, 6))) for _ in range(300)]
    for estimate, error in (("first", "first_error"), ("total", "total_error")):
        scatter = np.std([getattr(each, estimate) for each in several], axis=0)
        stated = np.mean([getattr(each, error) for each in several], axis=0)
        assert stated == pytest.approx(scatter, rel=0.15)
    still = sobol_indices(lambda x: np.zeros(len(x)), groups, random.standard_normal((8, 6)))
    assert not any(np.any(each) for each in still[:5])


def test_sobol_indices_of_groups_agree_with_an_independent_code():
    """scipy's own estimator on the same function, one group a variable."""
    from scipy.stats import sobol_indices as reference, uniform

    theirs = reference(
        func=lambda x: x[0] + 2 * x[1] + x[0] * x[2],
        n=2048,
        dists=[uniform()] * 3,
        rng=np.random.default_rng(0),
    )

    def ours_model(z):
        from scipy.special import ndtr

        x = ndtr(z)
        return x[:, 0] + 2 * x[:, 1] + x[:, 0] * x[:, 2]

    first, total, *_ = sobol_indices(ours_model, [[0], [1], [2]], points(2048, 6, seed=1))
    assert first == pytest.approx(theirs.first_order, abs=0.02)
    assert total == pytest.approx(theirs.total_order, abs=0.02)


def test_drivers_of_a_war_without_effects_are_not_effects():
    found = drivers(Model(WORLD), [case("still"), case("war", 4.0)], draws=64, against="still", nests=False)
    made = list(driver_table(found, ("USA",), against="still").records())
    by_group = {row["group"]: row["total_pct"] for row in made}
    assert by_group["effects of measures"] == pytest.approx(0, abs=1e-9)
    assert max(by_group, key=by_group.get).startswith("elasticities")
    assert {row["outcome"] for row in made} == {"war"}


def test_what_makes_no_sense_is_refused():
    with pytest.raises(InputError, match="1 draw cannot"):
        draw_outcomes(Model(WORLD), CASES, draws=1)
    with pytest.raises(InputError, match="no scenario"):
        draw_outcomes(Model(WORLD), [], draws=4)
    found = draw_outcomes(Model(WORLD), CASES, draws=4)
    with pytest.raises(LabelError, match="unknown outcome"):
        interval_table(found, against="wr")
    with pytest.raises(LabelError, match="`USA`"):
        interval_table(found, countries=("USAA",))
    with pytest.raises(LabelError, match="no metric"):
        driver_table(drivers(Model(WORLD), CASES, draws=4), ("USA",), metric="income")


def test_the_table_says_how_every_spread_is_known():
    for row in uncertainty_table(Model(WORLD)).records():
        assert row["factor_low"] * row["factor_high"] == pytest.approx(1)
        assert row["source"]


def test_error_of_an_end_is_that_of_repeated_samples():
    draw = np.random.default_rng(7)
    samples = draw.normal(size=(64, 3000))
    for percent in (5, 95):
        spread = np.percentile(samples, percent, axis=0).std()
        assert quantile_errors(samples, percent).mean() == pytest.approx(spread, rel=0.15)
    assert quantile_errors(np.full((16, 2), 3.0), 5) == pytest.approx([0, 0], abs=1e-6)


def test_a_linear_fit_finds_linear_drivers_and_says_what_it_misses():
    found = draw_outcomes(Model(WORLD), CASES[:1], draws=256)
    z = found.normals
    linear = linear_fit(found, 2 * z[:, 0] + z[:, 1])
    assert linear.shares[:2] == pytest.approx([0.8, 0.2], abs=0.01)
    assert linear.explained == pytest.approx(1)
    assert linear.shares.sum() == pytest.approx(linear.explained)
    bent = linear_fit(found, z[:, 0] ** 2)
    assert bent.explained < 0.2
    with pytest.raises(InputError, match="cannot tell"):
        linear_fit(draw_outcomes(Model(WORLD), CASES[:1], draws=4), z[:4, 0])


def test_any_result_is_drawn_like_a_headline():
    """Real income and duties read as results are the headlines; terms of trade start from the reference."""
    names = ("USA.real_income", "USA.revenue", "USA.terms_of_trade")
    found = draw_outcomes(Model(WORLD), CASES, draws=8, results=names, reference="still")
    central, drawn = result_changes(found, "USA.real_income", "war", "still")
    against, values = found.against("still")
    assert 100 * np.expm1(drawn) == pytest.approx(values[:, 1, 0, 0], abs=1e-9)
    assert 100 * math.expm1(central) == pytest.approx(against[1, 0, 0], abs=1e-9)
    central, drawn = result_changes(found, "USA.revenue", "war", "still")
    assert drawn / 1e3 == pytest.approx(values[:, 1, 4, 0], rel=1e-9)
    central, drawn = result_changes(found, "USA.terms_of_trade", "war", "still")
    exact = account("usa.terms_of_trade", Shift(*(solve(Model(WORLD), one.wedges).value for one in CASES)))
    assert central == pytest.approx(exact.total, rel=1e-4)
    assert np.ptp(drawn) > 0


def test_the_world_is_drawn_too_and_its_wage_is_the_numeraire():
    found = draw_outcomes(Model(WORLD), CASES, draws=16)
    rows = list(interval_table(found, against="still", countries=("WORLD",)).records())
    assert {r["metric"] for r in rows} == set(HEADLINES) - {"wage_pct"}
    for row in rows:
        assert row["low"] < row["high"]
        assert row["end_error"] > 0
