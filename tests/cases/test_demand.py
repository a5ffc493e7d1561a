"""A surplus that no duty has made, and exports by destination along a path."""

from __future__ import annotations

import numpy as np
import pytest

from detente.cases import Still, closure_in, closure_words, shifted_balances, unfold
from detente.core import InputError, LabelError, UnitError
from detente.equilibrium import Model, Policy, solve
from detente.validation.diversion import exports_pct, growth, only_between, trends
from detente.world import Wedges, goods_sectors, toy

WORLD = toy()


def test_a_larger_surplus_is_what_it_says_and_is_sold_abroad():
    economy = WORLD
    balances = shifted_balances(economy, "CHN", 20.0)
    n = economy.labels.country("CHN")
    change = balances - economy.deficit
    assert change[n] == -20.0
    assert change.sum() == pytest.approx(0.0, abs=1e-9)
    others = np.delete(change / economy.income, n)
    assert others == pytest.approx(others[0])
    value = solve(Model(economy, closure=balances), Wedges.unchanged(economy)).value
    assert value.deficit_new == pytest.approx(balances, abs=1e-6)
    assert value.wage_hat[n] < 1  # it sells more by being cheaper
    assert shifted_balances(economy, "CHN", 0.0) == pytest.approx(economy.deficit)


def test_a_path_takes_balances_and_says_where_exports_go():
    war = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.25)
    bare = unfold(WORLD, war, dates=(3.0, 9.0), closure="fixed")
    more = unfold(WORLD, war, dates=(3.0, 9.0), closure=shifted_balances(WORLD, "CHN", 20.0))
    assert exports_pct(bare, "CHN", ("USA",)) < 0
    for buyer in ("USA", "EU27"):
        assert exports_pct(more, "CHN", (buyer,)) > exports_pct(bare, "CHN", (buyer,))
    goods, i, n = goods_sectors(WORLD), *(WORLD.labels.country(code) for code in ("CHN", "USA"))
    flows = [period.value.flows_new[n, i, goods].sum() for period in bare.periods]
    by_hand = 100 * ((3 * flows[0] + 9 * flows[1]) / 12 / WORLD.flows[n, i, goods].sum() - 1)
    assert exports_pct(bare, "CHN", ("USA",)) == pytest.approx(by_hand)


def test_amounts_and_countries_that_make_no_sense():
    with pytest.raises(LabelError, match="CHM"):
        shifted_balances(WORLD, "CHM", 1.0)
    with pytest.raises(UnitError, match="less than its income"):
        shifted_balances(WORLD, "CHN", 1e12)


def test_a_line_of_the_wrong_sign_differs():
    assert growth("exports", -0.1, 7.5, note="").verdict == "differs"
    assert growth("exports", -20.0, -25.9, note="").verdict == "agrees"


def test_between_keeps_what_two_do_to_each_other_and_nothing_else():
    war = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.25).duty("MEX", "CHN").add_points(0.1)
    wedges, controls = only_between(Still(war.wedges, ()), WORLD, "CHN", "USA")(3.0)
    moved = {tuple(cell) for cell in np.argwhere(np.any(wedges.tariff != WORLD.tariff, axis=2))}
    n, i = WORLD.labels.country("USA"), WORLD.labels.country("CHN")
    assert (moved, controls) == ({(n, i)}, ())
    assert np.array_equal(wedges.tariff[n, i], war.wedges.tariff[n, i])


def test_trends_lie_within_their_windows():
    table = trends()
    assert all(row.low <= row.trend <= row.high for row in table.values())
    parts = [row.trend for name, row in table.items() if name != "WORLD"]
    assert min(parts) < table["WORLD"].trend < max(parts)


def test_a_closure_is_a_name_or_a_surplus_that_grows():
    assert closure_in("fixed", WORLD) == "fixed"
    given = closure_in("CHN=-0.02", WORLD)
    assert given == pytest.approx(shifted_balances(WORLD, "CHN", -20.0))
    value = solve(Model(WORLD, closure=given), Wedges.unchanged(WORLD)).value
    assert "surplus of China USD 0.0 billion smaller" in closure_words(value)
    assert "zero" not in closure_words(solve(Model(WORLD), Wedges.unchanged(WORLD)).value)
    with pytest.raises(InputError, match="fxed"):
        closure_in("fxed", WORLD)
    with pytest.raises(UnitError, match="`CHN=lots` names no amount"):
        closure_in("CHN=lots", WORLD)
    with pytest.raises(LabelError, match="CHM"):
        closure_in("CHM=1", WORLD)
