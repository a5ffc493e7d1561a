"""A world as plain CSV files: what is read, what is derived, and what is refused with file, line and cell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detente.core import BalanceError, DetenteError, InputError, LabelError, SchemaError, UnitError
from detente.world import toy
from detente.world.read.build import build_world
from detente.world.read.long_csv import read_long_folder, write_long_folder

SHEET = "name: two\nyear: 1900\nunit: million USD\nuses: before duty\n"
TRADE = "importer,exporter,sector,value,tariff\nA,A,g,80,\nA,B,g,20,0.1\nB,B,g,60,\nB,A,g,15,0.05\n"
INPUTS = "country,supplier,user,value\nA,g,g,40\nB,g,g,30\n"
FINAL = "country,sector,value\nA,g,60\nB,g,45\n"
VALUE = "country,sector,value\nA,g,55\nB,g,50\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (
        ("world.yaml", SHEET),
        ("trade.csv", TRADE),
        ("inputs.csv", INPUTS),
        ("final_demand.csv", FINAL),
        ("value_added.csv", VALUE),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return folder


def test_values_and_duties(folder: Path) -> None:
    table = read_long_folder(folder)
    assert table.labels.countries == ("A", "B")
    assert table.flows[:, :, 0].tolist() == [[80, 20], [15, 60]]
    assert table.duties[:, :, 0].tolist() == [[0, 0.1], [0.05, 0]]
    assert table.output[:, 0].tolist() == [95, 80]
    assert table.final is not None
    assert table.final[:, 0].tolist() == [60, 45]


def test_a_table_that_balances_is_not_moved(folder: Path) -> None:
    report = build_world(f"long:{folder}", elasticities="4")
    assert report.moved.column("moved_pct") == pytest.approx([0.0] * len(report.moved), abs=1e-9)
    economy = report.economy
    assert economy.flows[:, :, 0].tolist() == [[80, 20], [15, 60]]
    # Uses are before duty: final demand is 60 at the average duty on what A buys, 2 on 100.
    assert economy.final_demand[0, 0] == pytest.approx(60 * 1.02)


def test_sales_at_home_follow_from_value_added(folder: Path) -> None:
    change(change(folder, "trade.csv", "A,A,g,80,\n", ""), "trade.csv", "B,B,g,60,\n", "")
    assert read_long_folder(folder).flows[:, :, 0].tolist() == [[80, 20], [15, 60]]
    (folder / "value_added.csv").unlink()
    with pytest.raises(InputError, match="output is not known"):
        read_long_folder(folder)


def test_files_that_may_be_left_out(folder: Path) -> None:
    (folder / "final_demand.csv").unlink()
    (folder / "value_added.csv").unlink()
    economy = build_world(f"long:{folder}", elasticities="4").economy
    assert economy.flows[:, :, 0].tolist() == [[80, 20], [15, 60]]
    (folder / "inputs.csv").unlink()
    assert build_world(f"long:{folder}", elasticities="4").economy.va_share.min() == 1.0


@pytest.mark.parametrize("unit", ["thousand USD", "USD", "billion USD"])
def test_units(folder: Path, unit: str) -> None:
    change(folder, "world.yaml", "million USD", unit)
    factor = {"thousand USD": 1e-3, "USD": 1e-6, "billion USD": 1e3}[unit]
    assert read_long_folder(folder).flows[0, 1, 0] == pytest.approx(20 * factor)


def test_duties_in_percent(folder: Path) -> None:
    change(folder, "world.yaml", "unit:", "tariff_unit: percent\nunit:")
    assert read_long_folder(folder).duties[0, 1, 0] == pytest.approx(0.001)


def test_round_trip_of_a_world(tmp_path: Path) -> None:
    economy = toy()
    again = build_world(f"long:{write_long_folder(economy, tmp_path)}", elasticities="4").economy
    assert again.labels == economy.labels
    for name in ("flows", "tariff", "va_share", "input_shares", "final_demand"):
        assert getattr(again, name) == pytest.approx(getattr(economy, name), rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize(
    ("file", "old", "new", "kind", "words"),
    [
        ("world.yaml", "year: 1900\n", "", SchemaError, ("world.yaml", "`year` is missing")),
        ("world.yaml", "year: 1900", "year: soon", SchemaError, ("world.yaml", "no year")),
        ("world.yaml", "unit:", "units:", SchemaError, ("world.yaml:3", "`unit`")),
        ("world.yaml", "before duty", "after duty", SchemaError, ("uses",)),
        ("trade.csv", "A,B,g,20,0.1", "A,B,g,20,10000", UnitError, ("trade.csv:3", "A, B, g", "tariff_unit")),
        ("trade.csv", "A,A,g,80,", "A,A,g,80,0.1", UnitError, ("trade.csv:2", "sales at home")),
        ("trade.csv", "A,B,g,20", "A,B,g,-20", InputError, ("trade.csv:3", "A, B, g", "negative")),
        ("trade.csv", "A,B,g,20", "A,B,g,", UnitError, ("trade.csv:3", "A, B, g", "no number")),
        ("trade.csv", "A,B,g,20", "A,B,g,nan", UnitError, ("trade.csv:3", "A, B, g")),
        ("trade.csv", "A,B,g,20", "A,B,g,1e15", UnitError, ("trade.csv:3", "more than any economy")),
        ("trade.csv", "A,B,g,20", "A,,g,20", SchemaError, ("trade.csv:3", "exporter", "code is missing")),
        ("trade.csv", "B,A,g,15", "A,B,g,15", LabelError, ("trade.csv:5", "line 3 already")),
        ("trade.csv", "B,A,g,15,0.05", "B,A,g,15", SchemaError, ("trade.csv:5", "cut short")),
        ("inputs.csv", "A,g,g", "C,g,g", LabelError, ("inputs.csv:2", "country `C` has no trade")),
        ("inputs.csv", "A,g,g", "A,h,g", LabelError, ("inputs.csv:2", "sector `h` has no trade")),
        ("inputs.csv", "B,g,g,30\n", "", LabelError, ("inputs.csv", "no row for B")),
        ("value_added.csv", "B,g,50\n", "", LabelError, ("value_added.csv", "no row for B")),
    ],
)
def test_refused(
    folder: Path, file: str, old: str, new: str, kind: type[DetenteError], words: tuple[str, ...]
) -> None:
    with pytest.raises(kind) as error:
        read_long_folder(change(folder, file, old, new))
    for word in words:
        assert word in str(error.value), word
    assert error.value.hint


def test_missing_sheet_and_missing_folder(folder: Path) -> None:
    (folder / "world.yaml").unlink()
    with pytest.raises(InputError, match=r"no world\.yaml"):
        read_long_folder(folder)
    with pytest.raises(InputError, match="no folder"):
        read_long_folder(folder / "trade.csv")
    (folder / "trade.csv").unlink()
    (folder / "world.yaml").write_text(SHEET)
    with pytest.raises(InputError, match="no such file"):
        read_long_folder(folder)


def refused(folder: Path, kind: type[DetenteError], *words: str) -> None:
    with pytest.raises(kind) as error:
        build_world(f"long:{folder}", elasticities="4")
    for word in words:
        assert word in str(error.value), word


def test_one_file_in_another_unit(folder: Path) -> None:
    rows = INPUTS.replace("40", "40000").replace("30", "30000")
    (folder / "inputs.csv").write_text(rows)
    refused(folder, UnitError, "in another unit")
    (folder / "inputs.csv").write_text(INPUTS)
    (folder / "final_demand.csv").write_text(FINAL.replace("60", "60000").replace("45", "45000"))
    refused(folder, UnitError, "in another unit")


def test_trade_a_thousand_times_too_large(folder: Path) -> None:
    (folder / "trade.csv").write_text("importer,exporter,sector,value\nA,B,g,20000\nB,A,g,15000\n")
    refused(folder, UnitError, "the world exports")


def test_trade_a_thousand_times_too_small_is_noted(folder: Path) -> None:
    (folder / "trade.csv").write_text("importer,exporter,sector,value\nA,B,g,0.02\nB,A,g,0.015\n")
    (folder / "final_demand.csv").unlink()
    report = build_world(f"long:{folder}", elasticities="4")
    assert any("same unit" in note for note in report.notes)


def test_the_whole_table_in_another_unit(folder: Path, tmp_path: Path) -> None:
    change(folder, "world.yaml", "year: 1900", "year: 2020")
    refused(folder, UnitError, "GDP of 2020", "declare the unit")


def test_totals_that_disagree(folder: Path) -> None:
    change(folder, "final_demand.csv", "A,g,60", "A,g,140")
    refused(folder, BalanceError, "supply and uses of A disagree", "most in g", "--max-gap")
    report = build_world(f"long:{folder}", elasticities="4", max_gap=1.0)
    assert max(float(x or 0) for x in report.moved.column("moved_pct")) > 1


def test_importer_and_exporter_exchanged(tmp_path: Path) -> None:
    """Uses fit supplies only one way round, whether sales at home are given or derived."""
    economy = toy()
    folder = write_long_folder(economy, tmp_path)
    text = (folder / "trade.csv").read_text()
    swapped = text.replace("importer,exporter", "exporter,importer", 1)
    (folder / "trade.csv").write_text(swapped)
    refused(folder, BalanceError, "exchanged", "trade balance of", "wrong sign")
    rows = [row for row in swapped.splitlines() if row.split(",")[0] != row.split(",")[1]]
    (folder / "trade.csv").write_text("\n".join(rows) + "\n")
    refused(folder, BalanceError, "exchanged")


def test_a_country_without_production(folder: Path) -> None:
    change(folder, "value_added.csv", "B,g,50", "B,g,0")
    change(folder, "inputs.csv", "B,g,g,30", "B,g,g,0")
    change(folder, "trade.csv", "A,B,g,20,0.1", "A,B,g,0,0.1")
    change(folder, "trade.csv", "B,B,g,60", "B,B,g,0")
    change(folder, "final_demand.csv", "B,g,45", "B,g,15")
    refused(folder, BalanceError, "B makes nothing", "--regions")


def test_negative_stocks_are_balanced_away(folder: Path) -> None:
    """Final demand below zero: output rises until the stocks are made."""
    (folder / "final_demand.csv").write_text("country,sector,value\nA,g,60\nB,g,45\nA,h,-5\nB,h,0\n")
    (folder / "trade.csv").write_text(TRADE + "A,A,h,10,\nB,B,h,5,\n")
    (folder / "inputs.csv").write_text(INPUTS + "A,h,g,15\nB,h,g,5\n")
    (folder / "value_added.csv").write_text("country,sector,value\nA,g,40\nB,g,45\nA,h,10\nB,h,5\n")
    report = build_world(f"long:{folder}", elasticities="4")
    assert report.economy.final_demand.min() >= -1e-9
    assert np.array(report.economy.value_added).sum() == pytest.approx(100, rel=0.02)
    assert "A" in report.moved.column("country")
    assert len(report.cells)
