"""Tables over economies: the sides and the world unless others are asked for, and the world is the sum of its countries."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import table_materials as materials

from detente.cases import WORLD
from detente.cli.whose import OF_SIDES, WITH_WORLD, economies_shown, with_the_others
from detente.core import LabelError
from detente.show.registry import build

MONEY = (
    "tariff_revenue_before_usd_bn",
    "tariff_revenue_usd_bn",
    "tariff_revenue_change_usd_bn",
    "export_tax_usd_bn",
    "rent_usd_bn",
    "profit_usd_bn",
)


def rows(name, **given):
    return list(build(name, outcomes=materials.outcomes(), **given).records())


def test_revenue_of_the_world_is_that_of_its_countries():
    every = rows("revenue", against="standing")
    (world,) = rows("revenue", against="standing", countries=[WORLD])
    assert world["name"] == "World"
    for key in MONEY:
        assert world[key] == pytest.approx(sum(row[key] for row in every), rel=1e-12, abs=1e-9)
    assert world["tariff_revenue_usd_bn"] > 0
    shares = [row["tariff_revenue_share_pct"] for row in every]
    assert min(shares) < world["tariff_revenue_share_pct"] < max(shares)


def test_trade_with_the_world_is_trade_with_everybody_else():
    every = rows("flows", against="standing")
    few = rows("flows", against="standing", countries=["USA", "CHN", WORLD])
    pairs = {(row["importer"], row["exporter"]): row for row in few}
    assert set(pairs) == {
        ("USA", "CHN"), ("CHN", "USA"), ("USA", WORLD), (WORLD, "USA"), ("CHN", WORLD), (WORLD, "CHN"), (WORLD, WORLD),
    }  # fmt: skip
    for key in ("base_usd_bn", "new_usd_bn"):
        bought = sum(row[key] for row in every if row["importer"] == "USA")
        sold = sum(row[key] for row in every if row["exporter"] == "USA")
        assert pairs["USA", WORLD][key] == pytest.approx(bought, rel=1e-12)
        assert pairs[WORLD, "USA"][key] == pytest.approx(sold, rel=1e-12)
        assert pairs[WORLD, WORLD][key] == pytest.approx(sum(row[key] for row in every), rel=1e-12)
    direct = next(row for row in every if (row["importer"], row["exporter"]) == ("USA", "CHN"))
    assert pairs["USA", "CHN"] == direct


def test_the_world_charges_between_the_lowest_and_the_highest():
    every, (standing, war) = rows("effective-duties"), rows("effective-duties", countries=[WORLD])
    for world in (standing, war):
        mine = [row["duty_pre_pct"] for row in every if row["outcome"] == world["outcome"]]
        assert min(mine) < world["duty_pre_pct"] < max(mine)
    assert war["duty_pre_pct"] > standing["duty_pre_pct"]


def test_who_is_shown_unless_others_are_asked_for():
    ready = SimpleNamespace(dossier=materials.record(), economy=materials.world())
    for table in WITH_WORLD:
        assert economies_shown((), "", table, ready) == ("USA", "CHN", "WORLD")
    for table in OF_SIDES:
        assert economies_shown((), "", table, ready) == ("USA", "CHN")
        assert economies_shown((), "all", table, ready) == ()
        assert economies_shown(("MEX",), "MEX", table, ready) == ("MEX",)
    table = build("effective-duties", outcomes=materials.outcomes())
    assert with_the_others([table], ("USA",), "")[0].note.endswith("Every economy: --countries all.")
    assert with_the_others([table], ("USA",), "US") == [table]


def test_the_world_has_no_wage():
    with pytest.raises(LabelError):
        rows("wages", countries=[WORLD])
