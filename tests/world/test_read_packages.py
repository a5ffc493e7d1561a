"""Folders of research packages with a column, a row or a cell that is wrong: refused by name, never a trace."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detente.core import DetenteError, LabelError, SchemaError, UnitError
from detente.world.read import read_source
from fuzz import parquets

arrow = pytest.importorskip("pyarrow", reason="the packages are parquet (development dependency)")
parquet = pytest.importorskip("pyarrow.parquet")
Columns = dict[str, list[Any]]
CUBE = "icio2022/trade_cube_2011_2022.parquet"
TECHNOLOGY = "icio2020_coef/country_sector.parquet"
COEFFICIENTS = "icio2020_coef/io_coefficients.parquet"
GROUPS = "icio2022/sectors_elasticities.csv"
SOURCES = {
    "oecd-cube": (parquets.cube, 2022),
    "wiod": (parquets.wiod, 1984),
    "ossa": (parquets.ossa, 1980),
    "uschina": (parquets.uschina, 2017),
    "cp": (parquets.cp, 1993),
}


def without(name: str) -> Callable[[Columns], Columns]:
    return lambda columns: {key: cells for key, cells in columns.items() if key != name}


def every(name: str, change: Callable[[Any], Any]) -> Callable[[Columns], Columns]:
    return lambda columns: {**columns, name: [change(cell) for cell in columns[name]]}


def first(name: str, cell: Any) -> Callable[[Columns], Columns]:
    return lambda columns: {**columns, name: [cell, *columns[name][1:]]}


def only(name: str, test: Callable[[Any], bool]) -> Callable[[Columns], Columns]:
    def kept(columns: Columns) -> Columns:
        rows = [k for k, cell in enumerate(columns[name]) if test(cell)]
        return {key: [cells[k] for k in rows] for key, cells in columns.items()}

    return kept


def read(folder: Path, kind: str, file: str = "", change: Callable[[Columns], Columns] | None = None) -> Any:
    make, year = SOURCES[kind]
    for name, content in make().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if change is not None:
        columns = parquet.read_table(io.BytesIO((folder / file).read_bytes())).to_pydict()
        parquet.write_table(arrow.table(change(columns)), folder / file)
    return read_source(f"{kind}:{folder / 'wiot1984.parquet' if kind == 'wiod' else folder}", year=year)


@pytest.mark.parametrize("kind", SOURCES)
def test_the_packages_as_they_are(tmp_path: Path, kind: str) -> None:
    table = read(tmp_path, kind)
    assert table.flows.min() >= 0
    assert table.flows.sum() > 0


@pytest.mark.parametrize(
    ("kind", "file", "change", "error", "words"),
    [
        ("oecd-cube", CUBE, without("destination"), SchemaError, "column `destination` is missing"),
        ("oecd-cube", CUBE, without("sector"), SchemaError, "column `sector` is missing"),
        ("oecd-cube", CUBE, every("sector", lambda code: [code]), LabelError, "unknown code"),
        ("oecd-cube", TECHNOLOGY, without("country"), SchemaError, "column `country` is missing"),
        ("oecd-cube", TECHNOLOGY, only("country", lambda code: code == "AAA"), LabelError, "`BBB` has no technology"),
        ("oecd-cube", COEFFICIENTS, every("coef", lambda _: 0.25), UnitError, "inputs use up the whole output"),
        ("ossa", "trade_tariff.parquet", first("trade_musd", 1e300), UnitError, "more than any economy has"),
        ("uschina", "trade_tariff.parquet", first("trade_musd", -1e300), UnitError, "AAA, AAA, A03"),
        ("cp", "country_sector.parquet", first("va_share", float("inf")), UnitError, "va_share is inf"),
        ("wiod", "wiot1984.parquet", every("USA|c14", lambda cell: f"about {cell}"), SchemaError, "holds no numbers"),
        ("wiod", "wiot1984.parquet", first("USA|c14", float("nan")), UnitError, "row 1: USA|c14"),
        ("wiod", "wiot1984.parquet", without("country"), SchemaError, "column `country` is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    tmp_path: Path,
    kind: str,
    file: str,
    change: Callable[[Columns], Columns],
    error: type[DetenteError],
    words: str,
) -> None:
    with pytest.raises(error) as caught:
        read(tmp_path, kind, file, change)
    assert words in str(caught.value)


def test_a_sector_without_a_group_of_duties_is_named(tmp_path: Path) -> None:
    read(tmp_path, "oecd-cube")
    path = tmp_path / GROUPS
    path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "C24" not in line))
    with pytest.raises(LabelError, match="`C24` has no group of duties"):
        read_source(f"oecd-cube:{tmp_path}", year=2022)
