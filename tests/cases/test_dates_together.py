"""Dates solved at once are the dates solved in turn; measures, stocks and capacity do along time what they say, on the toy world."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from detente.cases import together
from detente.cases.adjustment import adjusting
from detente.cases.holdings import Holdings
from detente.cases.stocks import walk
from detente.cases.unfolding import unfold
from detente.cases.variation import Dated, Variation, path_ranges, unfold_varied, varied
from detente.core import InputError
from detente.equilibrium import Backstop, Lane, Policy, QuantityControl, Step, Structure, solve_lanes
from detente.outlook import draw_path, path_band_table, path_intervals_table, path_parameters
from detente.world import Wedges, toy

WORLD = toy()
STILL = Wedges.unchanged(WORLD)
WAR = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.5).wedges
USA, PARTS = WORLD.labels.country("USA"), WORLD.labels.sector("PARTS")
OPENS = 4.0
"""Month in which the new capacity of `ladder` comes on stream."""


def cut(limit: float) -> QuantityControl:
    return QuantityControl.on(
        WORLD, "parts", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], limit=limit, rent="destroyed"
    )


def ladder(months: float, capacity: float = 0.0):
    """The toy world so many months on, its parts with stocks, capacity that opens in a month, and plants that stop."""
    steps = [
        Step("stocks", 0.0, 1.0, 1.05),
        Step("new capacity", capacity * (months > OPENS), 1.01, 1.1),
        Step("stopped uses", 1.0, 1.3, 20.0, stops=True),
    ]
    economy = WORLD.with_elasticities(np.full(len(WORLD.labels.sectors), 0.5 + 0.02 * months), "by month")
    buyers = {(code, "PARTS"): steps for code in WORLD.labels.countries}
    structure = Structure(
        0.5, 0.2, 0.2, ("PARTS",), 0.9, 1.5 + months / 20, backstop=Backstop.of(WORLD, buyers)
    )
    return economy, structure


def setting(capacity: float = 0.0):
    """`ladder` by month; a month asked for again is the same."""
    known: dict[float, tuple] = {}
    return lambda months: known.setdefault(months, ladder(months, capacity))


def path_of(law, held, months=(1.0,) * 6, *, at=None, together=True):
    return walk(WORLD, law, Holdings(WORLD, held), months, at or setting(), together=together)


@pytest.fixture(scope="module")
def at_once():
    return path_of(lambda months: (WAR, (cut(0.3),)), {"parts": 1.5})


def test_dates_at_once_are_dates_in_turn_with_the_stocks_they_leave(at_once):
    in_turn = path_of(lambda months: (WAR, (cut(0.3),)), {"parts": 1.5}, together=False)
    for one, other in zip(at_once, in_turn, strict=True):
        assert np.abs(one.value.real_income_hat - other.value.real_income_hat).max() < 1e-9
        for field in ("volume", "drawn", "left"):
            assert getattr(one.draws["parts"], field) == pytest.approx(
                getattr(other.draws["parts"], field), abs=1e-9
            )


def test_no_date_is_left_to_be_solved_in_turn(monkeypatch):
    monkeypatch.setattr("detente.cases.parting.solve", lambda *_, **__: pytest.fail("solved in turn"))
    path = path_of(lambda months: (WAR, (cut(0.3),)), {"parts": 1.5}, months=(1.0,) * (together.EARLY + 2))
    assert len(path) == together.EARLY + 2


def test_a_stock_is_used_once(at_once):
    left = [1.5, *(period.draws["parts"].left for period in at_once)]
    for period, (before, after) in zip(at_once, itertools.pairwise(left), strict=True):
        draw = period.draws["parts"]
        assert draw.drawn == pytest.approx(before - after, abs=1e-12)
        assert draw.drawn >= 0
        given = period.value.structure.backstop.capacity[0]
        assert given[0] > 0 or before == 0
    assert left[-1] < 0.1 * left[0]
    prices = [period.value.price_hat[USA, PARTS] for period in at_once]
    bare = path_of(lambda months: (WAR, (cut(0.3),)), {}, months=(1.0,))
    assert 1 < prices[0] < bare[0].value.price_hat[USA, PARTS]


def test_a_measure_that_has_ended_leaves_no_trace_but_through_stocks():
    """A cut of the first two months is nothing in the third; when it comes back in the fifth, what it used up is missing."""

    def law(months):
        return STILL, ((cut(0.1),) if months < 2 or months > 4 else ())

    path = path_of(law, {"parts": 0.3})
    for period in path[2:4]:
        assert np.abs(period.value.real_income_hat - 1).max() < 1e-9
    fresh = path_of(lambda months: (STILL, (cut(0.1),) if months > 4 else ()), {"parts": 0.3})
    again, first = path[4], fresh[4]
    assert again.draws["parts"].drawn < first.draws["parts"].drawn - 1e-3
    assert again.value.price_hat[USA, PARTS] > first.value.price_hat[USA, PARTS] + 1e-3


def test_a_duty_that_has_ended_leaves_no_trace():
    war = unfold(WORLD, lambda months: (WAR if months < 3 else STILL, ()), dates=(1.0,) * 5)
    assert np.abs(war.gains()[:3]).max() > 1e-4
    assert np.abs(war.gains()[3:]).max() < 1e-9
    assert np.abs(war.long.real_income_hat - 1).max() < 1e-9


def test_capacity_helps_from_the_month_it_opens():
    def law(months):
        return STILL, (cut(0.1),)

    with_it, without = (path_of(law, {}, at=setting(capacity)) for capacity in (0.3, 0.0))
    for one, other in zip(with_it, without, strict=True):
        gap = other.value.price_hat[USA, PARTS] - one.value.price_hat[USA, PARTS]
        if one.start + 0.5 < OPENS:
            assert abs(gap) < 1e-9
        else:
            assert gap > 0.01


def test_an_economy_from_another_process_is_solved_at_once_too():
    economy, structure = ladder(1.0)
    copied = dataclasses.replace(economy, flows=np.array(economy.flows))
    assert solve_lanes([Lane(copied, structure, WAR)], (economy, structure)) is not None
    other = dataclasses.replace(economy, flows=2 * economy.flows)
    assert solve_lanes([Lane(other, structure, WAR)], (economy, structure)) is None


def test_lanes_are_declined_where_an_elasticity_is_one_or_factors_are_free():
    economy, structure = ladder(1.0)
    for other in (dataclasses.replace(structure, sigma_final=1.0), Structure()):
        assert solve_lanes([Lane(economy, other, WAR)], (economy, structure)) is None
    (solution,) = solve_lanes([Lane(economy, structure, WAR)], (economy, structure))
    assert solution.result.ok
    assert solution.stats["max_residual"] < 1e-10


# ---- draws ---------------------------------------------------------------------------------------------------------


def test_factors_of_one_change_nothing():
    law = Dated.of(lambda months: (WAR, ()), (6.0, 6.0))
    same = unfold_varied(WORLD, law, Variation(np.ones(len(WORLD.labels.sectors))))
    path = unfold(WORLD, law, dates=(6.0, 6.0))
    assert np.array_equal(same.gains(), path.gains())
    assert np.array_equal(same.long.real_income_hat, path.long.real_income_hat)


def test_each_range_moves_what_it_says():
    name = {one.moves: one.name for one in path_ranges()}
    plain = np.ones(len(WORLD.labels.sectors))
    slow = varied(WORLD, Variation(plain, ranges={name["pace"]: 0.5}))(24.0)
    assert np.array_equal(slow[0].trade_elasticity, adjusting(WORLD)(12.0)[0].trade_elasticity)
    assert slow[1].mobility == pytest.approx(adjusting(WORLD)(12.0)[1].mobility)
    assert Variation(plain, ranges={name["stocks"]: 2.0}).factor("stocks") == 2.0
    assert {one.grade for one in path_ranges()} <= {"official", "reported", "inferred", "assumed"}
    assert all(one.source and one.sd > 0 for one in path_ranges())
    with pytest.raises(InputError, match="cannot make an interval"):
        draw_path(WORLD, lambda months: (WAR, ()), unfold(WORLD, Policy(WORLD, WAR), dates=(12.0,)), draws=1)


def test_bands_hold_the_draws_of_first_year_and_long_run_together():
    dates = (6.0, 6.0)
    path = unfold(WORLD, Policy(WORLD, WAR), dates=dates)
    done = []
    drawn = draw_path(
        WORLD,
        lambda months: (WAR, ()),
        path,
        draws=8,
        dates=dates,
        report=lambda count, whole: done.append((count, whole)),
    )
    again = draw_path(WORLD, lambda months: (WAR, ()), path, draws=8, dates=dates)
    assert np.array_equal(drawn.gains, again.gains)
    assert done == [(k, 8) for k in range(1, 9)]
    assert drawn.first_year == pytest.approx(drawn.gains.mean(1), rel=1e-12)
    rows = list(path_intervals_table(drawn, ["USA"]).records())
    assert [row["when"] for row in rows] == ["first year", "months to 12", "long run", "discounted sum"]
    for row in rows:
        assert row["low"] < row["median"] < row["high"]
    assert rows[2]["low"] == pytest.approx(100 * np.percentile(drawn.long[:, USA], 5))
    band = list(path_band_table(drawn, ["USA", "CHN"]).records())
    assert len(band) == 6
    assert len(path_parameters(WORLD)) == len(drawn.parameters)
