"""Paths along time: the named horizons are points of them, law changes on its day, sums are sums, and shortages have a ceiling."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest

from detente.cases import (
    LawOfDays,
    Standoff,
    horizon,
    ladder_table,
    read_cut,
    summary_table,
    unfold,
    unfold_scenario,
    unfolding_table,
    way_out,
    worth_of_uses,
)
from detente.cases.adjustment import adjusting, elasticities_after, structure_after
from detente.cases.backstops import ladders
from detente.cases.holdings import Holdings, figures_of
from detente.cases.stocks import walk
from detente.core import RESULTS, InputError, UnitError
from detente.dossier import load_dossier
from detente.equilibrium import Model, Policy, solve
from detente.validation.shortages import LATE, magnets_of, may_2025, shortage_checks, tonnes
from detente.world import Wedges, load_world, toy


@pytest.fixture(scope="module")
def world():
    return load_world()


@pytest.fixture(scope="module")
def standoff():
    return Standoff.load()


@pytest.mark.parametrize(("name", "months"), [("impact", 3.0), ("short", 12.0)])
def test_named_horizons_are_points_of_the_path(world, name, months):
    economy, structure = horizon(name, world)
    here, there = adjusting(world)(months)
    assert np.array_equal(here.trade_elasticity, economy.trade_elasticity)
    for key in ("sigma_value_added", "sigma_materials", "sigma_critical", "sigma_final", "mobility"):
        assert getattr(there, key) == pytest.approx(getattr(structure, key), rel=1e-14)
    assert np.array_equal(there.backstop.capacity, structure.backstop.capacity)
    cut = read_cut(economy, "CHN:rare-earths:0.5")
    values = [
        solve(Model(*at), Policy(world, Wedges.unchanged(world), (cut,))).value
        for at in ((economy, structure), (here, there))
    ]
    assert np.abs(values[0].real_income_hat / values[1].real_income_hat - 1).max() < 1e-9


def test_everything_opens_up_with_time(world):
    months = (0.5, 3, 6, 12, 24, 48, 84)
    cars = world.labels.sector("C29")
    theta = [elasticities_after(world, at)[cars] for at in months]
    assert theta == sorted(theta)
    assert theta[-1] == pytest.approx(2.0)
    beans = world.labels.sector("SOY")
    assert (
        np.ptp([elasticities_after(world, at)[beans] for at in months]) < 1e-12
    )  # the same whoever sells them
    mobility = [structure_after(world, at).mobility for at in months]
    assert mobility == sorted(mobility)
    capacity = [structure_after(world, at).backstop.capacity.sum() for at in months]
    assert capacity == sorted(capacity)
    assert structure_after(world, 120.0).is_core


def test_a_date_just_before_everything_has_adjusted_is_solved():
    world = toy()
    war = Policy.unchanged(world).duty("USA", "CHN").add_points(0.25)
    economy, structure = adjusting(world)(119.96)
    assert math.isinf(structure.mobility)
    assert not structure.is_core
    late = solve(Model(economy, structure), war.wedges).value.real_income_hat
    core = solve(Model(economy), war.wedges).value.real_income_hat
    assert np.abs(late / core - 1).max() < 1e-5


def test_a_path_is_its_dates_solved_each_alone():
    economy = toy()
    policy = Policy.unchanged(economy).duty("USA", "CHN").add_points(0.5).duty("CHN", "USA").add_points(0.5)
    path = unfold(economy, policy, dates=(1.0, 2.0, 9.0, 12.0))
    for period in path.periods:
        at = adjusting(economy)(period.start + period.months / 2)
        alone = solve(Model(*at), policy).value
        np.testing.assert_allclose(period.value.real_income_hat, alone.real_income_hat, rtol=1e-9)
    long = solve(Model(economy), policy).value
    assert np.array_equal(path.long.real_income_hat, long.real_income_hat)


def test_sums_are_sums():
    economy = toy()
    path = unfold(economy, Policy.unchanged(economy).duty("USA", "CHN").add_points(0.5))
    gains = path.gains()
    assert path.first_year() == pytest.approx(gains[:12].mean(0), rel=1e-12)
    rate, income = 0.05, economy.income
    # a plain sum by fine steps of time instead of integrals in closed form
    step, total = 1 / 2400, np.zeros(len(income))
    edges = np.cumsum([period.months for period in path.periods]) / 12
    for k in range(int(200 / step)):
        time = (k + 0.5) * step
        at = int(np.searchsorted(edges, time))
        rate_of_gain = gains[at] if at < len(gains) else path.long.real_income_hat - 1
        total += rate_of_gain * math.exp(-math.log1p(rate) * time) * step
    assert path.discounted(rate) == pytest.approx(total * income, rel=1e-3)
    with pytest.raises(UnitError, match="rate"):
        path.discounted(0.0)
    with pytest.raises(UnitError, match="path has 6 months"):
        unfold(economy, Policy.unchanged(economy), dates=(3.0, 3.0)).first_year()
    with pytest.raises(UnitError, match="periods are"):
        unfold(economy, Policy.unchanged(economy), dates=(1.0, -3.0))


def test_measures_begin_on_their_day(standoff):
    """The truce runs out on 10 November 2025: thirteen days after the record's own day, unless it is held."""
    law = LawOfDays(standoff.world, standoff.dossier, standoff.scenario("standing"))
    assert law.first_day == dt.date(2025, 10, 28)
    labels = standoff.world.labels
    n, i, s = labels.country("USA"), labels.country("CHN"), labels.sector("C13T15")
    before, after = (law(days / 30.4375)[0].tariff[n, i, s] for days in (11.5, 14.5))
    assert after - before > 0.1
    held = LawOfDays(standoff.world, standoff.dossier, standoff.scenario("standing"), True)
    assert held(14.5 / 30.4375)[0].tariff[n, i, s] == before
    assert law(14.5 / 30.4375)[0] is law(16 / 30.4375)[0]  # made ready once a stretch
    assert law(600.0)[0] is not None  # beyond the record its law stays


def test_tables_say_first_year_and_long_run_together(standoff):
    path = unfold_scenario(standoff.world, standoff.dossier, standoff.scenario("standing"), dates=(6.0, 6.0))
    summary = summary_table(path, ["USA"])
    assert "Every date is under the law of its day" in summary.note
    (row,) = summary.records()
    assert row["first_year_pct"] == pytest.approx(
        100 * path.first_year()[standoff.world.labels.country("USA")]
    )
    dates = list(unfolding_table(path, ["USA", "CHN"]).records())
    assert len(dates) == 6
    assert dates[0]["from_day"] == "2025-10-28"
    assert dates[-1]["from_month"] is None


# ---- ladders -------------------------------------------------------------------------------------------------------


def test_ladders_follow_the_file(world):
    with pytest.raises(InputError, match="no ladder of C26"):
        way_out(world, 12.0, stocks={("USA", "C26"): 0.7})
    backstop = way_out(world, 12.0, stocks={("USA", "MAG"): 0.7})
    labels, said = world.labels, ladders()
    (cell,) = np.flatnonzero(
        (backstop.importer == labels.country("USA")) & (backstop.sector == labels.sector("MAG"))
    )
    assert (
        worth_of_uses(world)[labels.country("USA"), labels.sector("MAG")] > said.top
    )  # so the top is the file's
    for row, rung in enumerate(said.rungs):
        assert backstop.first[row, cell] == pytest.approx(rung.first * math.log(said.top))
        expected = 0.7 if rung.name == "stocks" else rung.at(12.0)
        assert backstop.capacity[row, cell] == pytest.approx(expected)
    assert [name for name, stops in zip(backstop.steps, backstop.stops, strict=True) if stops] == [
        "stopped uses"
    ]
    assert {row["grade"] for row in ladder_table().records()} <= {"assumed", "inferred"}
    assert way_out(toy(), 12.0) is None


def test_worth_of_uses_is_what_plants_earn_on_a_dollar_of_the_input():
    economy = toy()
    n, r = 0, economy.labels.sector("PARTS")
    total, weight = 0.0, 0.0
    for u in range(len(economy.labels.sectors)):
        paid = economy.input_shares[n, r, u] * economy.output[n, u]
        if paid > 0:
            total += paid * math.log(1 + economy.va_share[n, u] / economy.input_shares[n, r, u])
            weight += paid
    assert worth_of_uses(economy)[n, r] == pytest.approx(math.exp(total / weight), rel=1e-12)


@pytest.mark.parametrize(
    "words", ["CHN:rare-earths:0", "CHN:BAT+BAM:0", "TWN:CHP:0", "USA:SOY:0:CHN", "JPN+EU27:TOL:0"]
)
def test_a_full_stop_has_prices_below_the_top_and_nobody_gains_tens_of_billions_by_not_selling(world, words):
    economy, structure = horizon("impact", world)
    cut = read_cut(economy, words)
    solution = solve(Model(economy, structure), Policy(economy, Wedges.unchanged(economy), (cut,)))
    value = solution.value
    backstop = structure.backstop
    tops = np.exp(backstop.full.max(0))
    relative = np.exp(backstop.relative(np.log(value.price_hat), np.log(value.consumer_price_hat)))
    assert (relative < 1.01 * tops).all()
    for code in words.split(":")[0].split("+"):
        assert value.equivalent_variation_usd[economy.labels.country(code)] < 10_000


def test_without_ways_out_a_shortage_has_no_ceiling(world):
    found = []
    for ways_out in (True, False):
        economy, structure = horizon("impact", world, ways_out=ways_out)
        asked = Policy(
            economy, Wedges.unchanged(economy), (read_cut(economy, "CHN:MAG:0.07", rent="exporter"),)
        )
        found.append(solve(Model(economy, structure), asked, throw=False))
    at = world.labels.country("USA"), world.labels.sector("MAG")
    assert found[0].result.ok
    assert 4 < found[0].value.price_hat[at] < 15
    assert found[1].result is RESULTS.beyond_knowledge  # refused, with the cut and its size in the note
    assert "CHN:MAG" in found[1].note
    assert found[1].value.price_hat[at] > 1_000


# ---- the magnets of 2025 -------------------------------------------------------------------------------------------


def test_the_tonnage_of_2025_needs_no_plant_to_stop_for_long(world):
    """China's deliveries of May to October 2025 as caps: prices jump in May, and what is left of them by August is little."""
    record = load_dossier(asof=LATE)
    months = [tonnes(record, "us", f"2025-{month:02}") for month in range(5, 11)]
    left = [month / tonnes(record, "us", "2024") for month in months]
    economy_wide = [may_2025(record)[1], 0.6, 0.9, 1.0, 1.0, 1.0]
    months = {
        k + 0.5: magnets_of(world, min(a, 1.0), b)
        for k, (a, b) in enumerate(zip(left, economy_wide, strict=True))
    }
    still = Wedges.unchanged(world)
    held = {control.name: figures_of(world, control) for control in months[0.5]}
    path = walk(
        world, lambda middle: (still, months[middle]), Holdings(world, held), (1.0,) * 6, adjusting(world)
    )
    n, s = world.labels.country("USA"), world.labels.sector("MAG")
    price = [period.value.price_hat[n, s] for period in path]
    assert 4 < price[0] < 10
    assert price[0] > price[1] > price[2] > 0.99
    assert max(price[3:]) < 2
    for k, period in enumerate(path):  # the tonnage is delivered to the last of it, or less is wanted
        usa = period.draws["usa"].binding
        assert usa.volume_hat == pytest.approx(min(left[k], 1.0), abs=1e-8) or usa.log_wedge == 0
    for period in path:
        backstop = period.value.structure.backstop
        logs = np.log(period.value.price_hat), np.log(period.value.consumer_price_hat)
        met, _ = backstop.taken(*logs, period.value.expenditure_new)
        cell = (backstop.importer == n) & (backstop.sector == s)
        assert met[list(backstop.stops).index(True), cell] < 0.05  # one plant for a week was observed
    assert 0 < path[-1].draws["usa"].left < 2.0


def test_every_line_on_shortages_agrees(world):
    found = shortage_checks(world)
    assert len(found) == 3
    assert {check.verdict for check in found} == {"agrees"}
    assert shortage_checks(toy()) == []


def test_dates_solved_together_lend_no_inverses_that_nothing_asks_for(standoff, monkeypatch):
    from detente.equilibrium import baseline

    made = []
    inverses = baseline._inverses

    def counted(technology, *given):
        made.append(technology.structure.horizon)
        return inverses(technology, *given)

    monkeypatch.setattr(baseline, "_inverses", counted)
    economy = replace(standoff.world)  # nothing is prepared for a copy
    still = Policy.unchanged(economy).duty("USA", "CHN").add_points(0.1)
    unfold(economy, still, dates=(12.0, 24.0, 24.0))
    assert [name for name in made if "months" in name] == ["36 months"]
    at = adjusting(economy)
    assert at.bare(6.0)[1] is at(6.0)[1]
    assert "5 months" in made
