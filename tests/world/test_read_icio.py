"""OECD tables: both editions' labels, split economies, and every way a file can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from published_tables import Bilateral, random_bilateral, write_icio

from detente.core import BalanceError, DetenteError, InputError, LabelError, SchemaError, UnitError
from detente.world.read.icio import read_icio, year_of

EDITION_2023 = ("A01_02", "B05_06", "C10T12", "H49")
EDITION_2025 = ("A01", "A02", "C302T309", "J58T60")
COUNTRIES = ("USA", "CHN", "MEX", "ROW")


@pytest.fixture(scope="module")
def table() -> Bilateral:
    return random_bilateral(COUNTRIES, EDITION_2023, 3)


@pytest.fixture
def written(table: Bilateral, tmp_path: Path) -> Path:
    return write_icio(tmp_path / "2020_SML.csv", table)


def assert_read(path: Path, table: Bilateral) -> None:
    found = read_icio(path)
    assert found.year == 2020
    assert found.labels.countries == table.countries
    assert found.labels.sectors == table.sectors
    for name, wanted in (("flows", table.flows), ("inputs", table.inputs), ("final", table.final_demand)):
        assert getattr(found, name) == pytest.approx(wanted, rel=1e-9, abs=1e-6), name


@pytest.mark.parametrize("sectors", [EDITION_2023, EDITION_2025, ("01T02", "05T06", "10T12", "49")])
def test_editions(tmp_path: Path, sectors: tuple[str, ...]) -> None:
    table = random_bilateral(COUNTRIES, sectors, 4)
    assert_read(write_icio(tmp_path / "2020.csv", table), table)


def test_parts_of_china_and_mexico_are_added_up(tmp_path: Path, table: Bilateral) -> None:
    path = write_icio(
        tmp_path / "ICIO2025_2020.csv", table, split={"CHN": ("CN1", "CN2"), "MEX": ("MX1", "MX2", "MX3")}
    )
    assert "CN1_A01_02" in path.read_text()
    assert_read(path, table)


def test_quoted_cells(written: Path, table: Bilateral) -> None:
    lines = [",".join(f'"{cell}"' for cell in line.split(",")) for line in written.read_text().splitlines()]
    written.write_text("\r\n".join(lines) + "\r\n")
    assert_read(written, table)


def test_rows_in_any_order_and_without_totals(tmp_path: Path, table: Bilateral) -> None:
    order = np.random.default_rng(0).permutation(16)
    assert_read(write_icio(tmp_path / "2020.csv", table, order=order, with_below=False), table)


def test_stocks_run_down_are_noted(written: Path) -> None:
    assert any("stocks run down" in note for note in read_icio(written).notes)


def test_year_comes_from_the_name_or_is_given(table: Bilateral, tmp_path: Path) -> None:
    path = write_icio(tmp_path / "table.csv", table)
    with pytest.raises(InputError, match="holds no year") as error:
        read_icio(path)
    assert "--year" in str(error.value.hint)
    assert read_icio(path, year=2019).year == 2019
    assert year_of(Path("ICIO2025_2022_SML.csv")) == 2022


def edit(path: Path, change: Callable[[list[str]], None]) -> Path:
    lines = path.read_text().splitlines()
    change(lines)
    path.write_text("\n".join(lines) + "\n")
    return path


def cell(line: str, column: int, value: str) -> str:
    cells = line.split(",")
    cells[column] = value
    return ",".join(cells)


def set_cell(row: int, column: int, value: str) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        lines[row] = cell(lines[row], column, value)

    return change


def refused(path: Path, kind: type[DetenteError], *words: str) -> None:
    with pytest.raises(kind) as error:
        read_icio(path)
    for word in (path.name, *words):
        assert word in str(error.value), word
    assert error.value.hint


@pytest.mark.parametrize(
    ("value", "kind", "word"),
    [
        ("nan", UnitError, "no number"),
        ("", UnitError, "no number"),
        ("inf", UnitError, "not finite"),
        ("n.a", SchemaError, "not a number"),
        ("1e16", UnitError, "more than any economy"),
        ("-500", InputError, "negative flow"),
    ],
)
def test_a_wrong_cell_is_named(written: Path, value: str, kind: type[DetenteError], word: str) -> None:
    refused(edit(written, set_cell(2, 3, value)), kind, word, "2020_SML.csv:3", "USA_B05_06 → USA_C10T12")


def test_household_consumption_may_not_be_negative_and_stocks_may(written: Path) -> None:
    header = written.read_text().splitlines()[0].split(",")
    stocks = edit(written, set_cell(1, header.index("CHN_INVNT"), "-0.5"))
    assert read_icio(stocks).final is not None
    refused(edit(written, set_cell(1, header.index("CHN_HFCE"), "-5")), InputError, "CHN_HFCE", "stocks")


def test_ragged_row(written: Path) -> None:
    def change(lines: list[str]) -> None:
        lines[4] += ",7"

    refused(edit(written, change), SchemaError, "2020_SML.csv:5", "cells")


def test_cut_within_a_row_and_between_rows(written: Path, tmp_path: Path) -> None:
    text = written.read_text()
    short = tmp_path / "short_2020.csv"
    short.write_text(text[: len(text) // 2])
    refused(short, SchemaError, "cut short")
    short.write_text("\n".join(text.splitlines()[:10]) + "\n")
    refused(short, InputError, "industries have a column and no row", "MEX_B05_06", "cut short")


def test_labels_twice(written: Path) -> None:
    header = written.read_text().splitlines()[0]
    refused(
        edit(written, lambda lines: lines.__setitem__(0, header.replace("CHN_H49", "CHN_C10T12"))),
        LabelError,
        "CHN_C10T12",
        "twice",
    )


def test_rows_twice(written: Path) -> None:
    refused(edit(written, lambda lines: lines.insert(3, lines[2])), LabelError, "USA_B05_06", "lines 3 and 4")


def test_unknown_labels(written: Path) -> None:
    text = written.read_text()
    written.write_text(text.replace("USA_HFCE", "household"))
    refused(written, SchemaError, "household")
    written.write_text(text.replace("\nUSA_H49,", "\nUSA-H49,"))
    refused(written, SchemaError, "USA-H49")
    written.write_text(text.replace("\nUSA_H49,", "\nUSA_H50,"))
    refused(written, LabelError, "USA_H50")


def test_semicolons(written: Path) -> None:
    written.write_text(written.read_text().replace(",", ";"))
    refused(written, SchemaError, "semicolons")


def test_a_row_that_does_not_add_up(written: Path) -> None:
    refused(edit(written, set_cell(1, 1, "9000000")), BalanceError, "the row adds up to", "USA_A01_02")


def test_a_column_that_does_not_add_up(written: Path) -> None:
    refused(edit(written, set_cell(18, 2, "9000000")), BalanceError, "the column adds up to", "USA_B05_06")


def test_totals_in_another_unit(written: Path, table: Bilateral) -> None:
    def change(lines: list[str]) -> None:
        for row in range(1, 17):
            lines[row] = cell(lines[row], -1, repr(float(lines[row].split(",")[-1]) / 1000))

    refused(edit(written, change), BalanceError, "another unit")


def test_rows_and_columns_exchanged(tmp_path: Path, table: Bilateral) -> None:
    swapped = Bilateral(
        table.countries,
        table.sectors,
        table.intermediate.transpose(2, 3, 0, 1),
        table.final,
        table.taxes,
        table.value_added,
    )
    path = write_icio(tmp_path / "2020.csv", swapped)
    lines = path.read_text().splitlines()
    for row, value in enumerate(table.output.reshape(-1), 1):
        lines[row] = cell(lines[row], -1, repr(float(value)))
    output = ["OUT", *map(repr, table.output.reshape(-1).tolist())]
    lines[19] = ",".join(output + ["0"] * (len(lines[0].split(",")) - len(output)))
    path.write_text("\n".join(lines) + "\n")
    refused(path, BalanceError, "output stated")


def test_an_economy_beside_its_parts(tmp_path: Path) -> None:
    table = random_bilateral(("USA", "CHN", "CN1"), EDITION_2023, 5)
    refused(write_icio(tmp_path / "2020.csv", table, with_below=False), LabelError, "counted twice", "CN1")


def test_the_matrix_is_never_held_whole(tmp_path: Path) -> None:
    """Peak memory stays below the matrix of numbers alone, to say nothing of its text."""
    import tracemalloc

    table = random_bilateral(
        tuple(f"{a}{b}A" for a in "ABCD" for b in "BCDFGH"), tuple(f"A{k:02d}" for k in range(25)), 6
    )
    path = write_icio(tmp_path / "2020.csv", table)
    tracemalloc.start()
    read_icio(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    cells = 600 * (600 + 24 * 6 + 1)
    assert peak < 0.75 * 8 * cells
