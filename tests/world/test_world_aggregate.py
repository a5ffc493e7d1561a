"""Merging countries and sectors, by hand on the toy world."""

import numpy as np
import pytest

from detente.core import LabelError
from detente.world import aggregate, check, toy


def test_nothing_named_changes_nothing() -> None:
    economy, same = toy(), aggregate(toy())
    for name in ("flows", "tariff", "va_share", "input_shares", "trade_elasticity"):
        assert getattr(same, name) == pytest.approx(getattr(economy, name))


def test_two_countries_by_hand() -> None:
    economy = toy()
    small = aggregate(economy, {"MEX": "NAM", "USA": "NAM"}, country_names={"NAM": "North America"})
    check(small)
    assert small.labels.countries == ("NAM", "CHN", "EU27", "ROW")
    assert small.labels.country_name("NAM") == "North America"
    assert small.labels.country_name("CHN") == "China"
    us, mx, cn = (economy.labels.country(code) for code in ("USA", "MEX", "CHN"))
    inside = economy.flows[np.ix_([us, mx], [us, mx])].sum((0, 1))
    assert small.flows[0, 0] == pytest.approx(inside)
    assert small.tariff[0, 0].max() == 0
    imports = economy.flows[[us, mx], cn]
    rate = (imports * economy.tariff[[us, mx], cn]).sum(0) / imports.sum(0)
    assert small.tariff[0, 1] == pytest.approx(rate)
    made = economy.output[[us, mx]]
    assert small.va_share[0] == pytest.approx((made * economy.va_share[[us, mx]]).sum(0) / made.sum(0))
    assert small.deficit.sum() == pytest.approx(0, abs=1e-6)
    assert small.deficit[0] == pytest.approx(economy.deficit[[us, mx]].sum())


def test_two_sectors_by_hand() -> None:
    economy = toy()
    small = aggregate(
        economy, None, {"PARTS": "MADE", "GOODS": "MADE"}, sector_names={"MADE": "Manufactures"}
    )
    check(small)
    assert small.labels.sectors == ("FARM", "MADE", "SERV")
    assert small.labels.sector_name("MADE") == "Manufactures"
    spent = economy.expenditure.sum(0)[1:3]
    assert small.trade_elasticity[1] == pytest.approx(
        (spent * economy.trade_elasticity[1:3]).sum() / spent.sum()
    )
    assert small.final_demand[:, 1] == pytest.approx(economy.final_demand[:, 1:3].sum(1))
    assert small.tariff_revenue == pytest.approx(economy.tariff_revenue)


def test_dropped_duties_never_make_final_demand_negative() -> None:
    """Where final demand cannot carry the duties of merged countries, inputs do, and cost shares still add up."""
    economy = toy()
    inputs = np.array(economy.input_shares)
    room = economy.final_demand[:, 1] / economy.output.sum(1)
    inputs[:, 1] += 0.999 * room[:, None]
    tight = type(economy)(
        "tight",
        2024,
        economy.labels,
        economy.flows,
        economy.tariff,
        1 - inputs.sum(1),
        inputs,
        economy.trade_elasticity,
        "x",
    )
    check(tight)
    small = aggregate(tight, dict.fromkeys(economy.labels.countries, "WORLD"))
    check(small)
    assert small.final_demand.min() >= -1e-6


def test_unknown_codes() -> None:
    with pytest.raises(LabelError, match="country map names `MXE`") as caught:
        aggregate(toy(), {"MXE": "ROW"})
    assert "`MEX`" in str(caught.value)
    with pytest.raises(LabelError, match="sector map"):
        aggregate(toy(), None, {"GOODZ": "X"})


def test_where_it_came_from_is_kept() -> None:
    small = aggregate(toy(), {"MEX": "ROW"})
    assert small.provenance["aggregated_from"]["data_hash"] == toy().data_hash  # type: ignore[index]
