"""EXIOBASE 3 folders: read, and refused with file and line where they are damaged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from published_tables import Bilateral, random_bilateral, write_exiobase

from detente.core import BalanceError, DetenteError, InputError, LabelError, SchemaError, UnitError
from detente.world.read import build_world, read_exiobase, read_source

RATE = 1.25
SECTORS = ("Cultivation of paddy rice", "Manufacture of gas; distribution, mains (40.2)", "Post")


@pytest.fixture(scope="module")
def table() -> Bilateral:
    return random_bilateral(("AT", "US", "WA"), SECTORS, 11)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, table: Bilateral) -> Path:
    return write_exiobase(tmp_path_factory.mktemp("exiobase") / "IOT_2011_ixi", table)


def test_read_at_the_stated_rate(folder: Path, table: Bilateral) -> None:
    read = read_exiobase(folder, usd_per_unit=RATE)
    assert (read.year, read.labels.countries) == (2011, ("AUT", "USA", "WA"))
    assert read.labels.sectors == ("s001", "s002", "s003")
    assert read.labels.sector_name("s002") == SECTORS[1]
    for name, wanted in (("flows", table.flows), ("inputs", table.inputs), ("final", table.final_demand)):
        assert getattr(read, name) == pytest.approx(RATE * wanted, rel=1e-12, abs=1e-9), name
    assert [file["path"] for file in read.files] == ["Z.txt", "Y.txt", "x.txt", "unit.txt"]
    assert any("1.25 USD per EUR" in line for line in read.method)


def test_a_world_is_built(folder: Path, table: Bilateral) -> None:
    report = build_world(f"exiobase:{folder}", year=1980, elasticities="4", exchange=RATE)
    assert report.economy.labels.countries == ("AUT", "USA", "WA")
    abroad = RATE * table.flows[1, 0]
    np.testing.assert_allclose(report.economy.flows[1, 0], abroad, rtol=1e-9)


def test_headings_without_names_of_rows(folder: Path, tmp_path: Path, table: Bilateral) -> None:
    copy = shutil.copytree(folder, tmp_path / "IOT_2011_pxp")
    for name in ("Z.txt", "Y.txt"):
        lines = (copy / name).read_text().splitlines(keepends=True)
        (copy / name).write_text("".join(lines[:2] + lines[3:]))
    assert read_exiobase(copy, usd_per_unit=1).flows == pytest.approx(table.flows, rel=1e-12)


def _line(number: int, change: Callable[[str], str]) -> Callable[[str], str]:
    def damaged(text: str) -> str:
        lines = text.splitlines(keepends=True)
        lines[number - 1] = change(lines[number - 1])
        return "".join(lines)

    return damaged


def _cell(text: str) -> Callable[[str], str]:
    def changed(line: str) -> str:
        cells = line.split("\t")
        return "\t".join([*cells[:3], text, *cells[4:]])

    return changed


@pytest.mark.parametrize(
    ("file", "damage", "error", "told"),
    [
        ("Z.txt", _line(5, _cell("x")), SchemaError, "Z.txt:5"),
        ("Z.txt", _line(5, _cell("-4000")), InputError, "negative flow"),
        ("Z.txt", _line(5, _cell("9e12")), UnitError, "more than any economy"),
        ("Z.txt", _line(2, lambda line: line.replace("sector", "sectors")), SchemaError, "Z.txt:2"),
        ("Z.txt", lambda text: text[: text.rstrip().rfind("\t")], SchemaError, "cut short"),
        ("Z.txt", _line(12, lambda _: ""), LabelError, "same industry"),
        ("Y.txt", _line(12, lambda _: ""), LabelError, "same industry"),
        ("Y.txt", lambda text: "".join(sorted(text.splitlines(keepends=True)[3:])), SchemaError, "Y.txt:1"),
        ("x.txt", _line(3, lambda line: line.rpartition("\t")[0] + "\t1\n"), BalanceError, "adds up to"),
        ("x.txt", _line(10, lambda _: ""), InputError, "1 industries have no output"),
        ("unit.txt", _line(4, lambda line: line.replace("M.EUR", "tonnes")), UnitError, "unit.txt:4"),
    ],
)  # fmt: skip
def test_damage_is_named(
    folder: Path,
    tmp_path: Path,
    file: str,
    damage: Callable[[str], str],
    error: type[DetenteError],
    told: str,
) -> None:
    copy = shutil.copytree(folder, tmp_path / "IOT_2011_ixi")
    (copy / file).write_text(damage((copy / file).read_text()))
    with pytest.raises(error) as caught:
        read_exiobase(copy, usd_per_unit=RATE)
    assert told in str(caught.value)


def test_rows_in_another_order(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "IOT_2011_ixi")
    lines = (copy / "Y.txt").read_text().splitlines(keepends=True)
    (copy / "Y.txt").write_text("".join([*lines[:3], lines[4], lines[3], *lines[5:]]))
    with pytest.raises(LabelError, match="same industry") as caught:
        read_exiobase(copy, usd_per_unit=RATE)
    assert "Y.txt:4" in str(caught.value)


def test_the_rate_is_asked_for(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UnitError, match="what a euro cost"):
        read_source(f"exiobase:{folder}")
    with pytest.raises(UnitError, match="no exchange rate"):
        read_source(f"exiobase:{folder}", exchange=0.0)
    with pytest.raises(UnitError, match="are in USD"):
        read_source("icio:2020.csv", exchange=1.1)
    with pytest.raises(InputError, match="no folder or zip archive"):
        read_exiobase(tmp_path / "IOT_2011_ixi.zip", usd_per_unit=1.1)
    with pytest.raises(InputError, match="no year"):
        read_exiobase(tmp_path, usd_per_unit=1.1)
