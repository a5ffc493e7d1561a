"""World Input-Output Database tables in three layouts.

* A wide table ``country,sector,AUS|c1,…,AUS|f1,…,gross_output[,value_added_residual]``, as CSV or as parquet.
* The 2016 release as exported for statistics packages: ``IndustryCode,IndustryDescription,Country,RNr,Year`` and
   ``vAUS1 … vAUS61,TOT``; users 1–56 are industries, 57–61 final demand.
* A long CSV ``row_country,row_item,col_country,col_item,value``.

The layout is told from the header.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import InputError, LabelError, SchemaError, UnitError, is_folder, readable_file
from detente.world.economy import Array
from detente.world.numbers import parse_number
from detente.world.read.files import check_text, lines_of, million_usd, read_long
from detente.world.read.icio import year_of
from detente.world.read.matrix import HeaderLabel, MatrixSum, stream_matrix, table_of
from detente.world.read.table import SourceTable

SOURCE = {
    "citation": "World Input-Output Database (Timmer, Dietzenbacher, Los, Stehrer and de Vries 2015)",
    "licence": "CC BY 4.0 (from memory)",
    "used_for": "trade, technology, final demand",
}
COUNTRIES = {"ROM": "ROU", "RoW": "ROW"}
"""WIOD codes that differ from ISO."""
FINAL = {"c37": False, "c38": False, "c39": False, "c41": True, "c42": True,
         "f1": False, "f2": False, "f3": False, "f4": True, "f5": True,
         "CONS_h": False, "CONS_np": False, "CONS_g": False, "GFCF": True, "INVEN": True}  # fmt: skip
"""Categories of final demand, and whether a cell may be negative."""
_WIDE = re.compile(r"^([A-Za-z]{3})\|(\w+)$")
_STATA = re.compile(r"^v([A-Za-z]{3})(\d+)$")
_INDUSTRIES_2016 = 56
_STATA_BELOW = {"VA": "value_added", "GO": "output", "TXSP": "taxes", "IntTTM": "taxes"}
LONG = ("row_country", "row_item", "col_country", "col_item", "value")


def read_wiod(path: str | Path, *, year: int | None = None) -> SourceTable:
    """Read a WIOD table.

    Parameters
    ----------
    path : path
        CSV in one of the layouts above, or parquet of the first (needs pyarrow).
    year : int, optional
        Taken from the file's name when left out.

    Returns
    -------
    SourceTable
        Million USD at basic prices. Taxes and international margins are counted with value added.

    Raises
    ------
    InputError, SchemaError, LabelError, UnitError, BalanceError
        With file, line and cell.
    """
    path = Path(path)
    if is_folder(path):
        path = _only_table(path)
    year = year if year is not None else year_of(Path(re.sub(r"(?<=\D)(?=(?:19|20)\d\d)", " ", path.stem)))
    if year is None:
        raise InputError("the file's name holds no year", where=str(path), hint="say which with --year")
    if path.suffix == ".parquet":
        total = _from_parquet(path)
    else:
        check_text(path, expected="the CSV of a WIOD table")
        header = next(lines_of(path), (0, ""))[1]
        if header.replace('"', "").startswith("IndustryCode,"):
            total = stream_matrix(path, _stata_column, _stata_row, label_columns=5)
        elif "row_country" in header:
            total = _from_long(path)
        else:
            total = stream_matrix(path, _wide_column, _wide_row, label_columns=2)
    return table_of(
        total,
        path,
        name=f"wiod-{year}",
        year=year,
        source=SOURCE,
        method=(
            "Rows are added up to flows by country, inputs by user and final demand.",
            "Output is the sum of a row. Value added is output less inputs: it holds taxes and international margins.",
        ),
    )


def _only_table(folder: Path) -> Path:
    tables = sorted(
        path for path in folder.iterdir() if re.fullmatch(r"wio[dt].*\d{4}.*\.(csv|parquet)", path.name)
    )
    if len(tables) != 1:
        raise InputError(
            f"{len(tables)} WIOD tables in this folder, one is wanted",
            where=str(folder),
            hint="give the file itself",
        )
    return tables[0]


def _industry(country: str, item: str) -> HeaderLabel:
    code = COUNTRIES.get(country, country)
    if item in FINAL:
        return HeaderLabel("final", code, item, FINAL[item])
    return HeaderLabel("industry", code, item)


def _wide_column(name: str) -> HeaderLabel:
    if name == "gross_output":
        return HeaderLabel("output")
    if name == "value_added_residual":
        return HeaderLabel("skip")  # output less inputs: says nothing that the sums do not
    match = _WIDE.match(name)
    if not match:
        raise LabelError(
            f"column `{name}` is no country and industry",
            where="line 1",
            hint="columns are named such as AUS|c1",
        )
    return _industry(match[1], match[2])


def _wide_row(cells: Sequence[str]) -> tuple[HeaderLabel, str]:
    return _industry(cells[0], cells[1]), f"{cells[0]}|{cells[1]}"


def _stata_column(name: str) -> HeaderLabel:
    if name == "TOT":
        return HeaderLabel("output")
    match = _STATA.match(name)
    if not match:
        raise LabelError(
            f"column `{name}` is no country and user", where="line 1", hint="columns are named such as vAUS1"
        )
    place = int(match[2])
    country = COUNTRIES.get(match[1], match[1].upper())
    if place <= _INDUSTRIES_2016:
        return HeaderLabel("industry", country, f"r{place}")
    return HeaderLabel("final", country, f"f{place - _INDUSTRIES_2016}", place - _INDUSTRIES_2016 >= 4)


def _stata_row(cells: Sequence[str]) -> tuple[HeaderLabel, str]:
    code, _, country, place, _ = cells
    if country == "TOT":
        return HeaderLabel(_STATA_BELOW.get(code, "skip")), code  # type: ignore[arg-type]
    return HeaderLabel(
        "industry", COUNTRIES.get(country, country.upper()), f"r{int(place)}"
    ), f"v{country}{int(place)}"


def _from_parquet(path: Path) -> MatrixSum:
    columns = read_parquet(path)
    need_columns(columns, ("country", "sector"), path.name)
    names = [name for name in columns if name not in ("country", "sector")]
    total = MatrixSum([_wide_column(name) for name in names], names, path.name)
    values = np.column_stack([_money(columns[name], name, path) for name in names])
    for position, labels in enumerate(zip(columns["country"], columns["sector"], strict=True)):
        label, name = _wide_row([str(cell) for cell in labels])
        total.add(label, name, position + 2, values[position])
    return total


def _from_long(path: Path) -> MatrixSum:
    """A long table: labels in a first pass, values in a second, so that only one row is held at a time."""
    names: dict[str, None] = {}
    sellers: dict[str, None] = {}
    for _, (row_country, row_item, col_country, col_item, _) in read_long(path, LONG):
        names[f"{col_country}|{col_item}"] = None
        sellers[f"{row_country}|{row_item}"] = None
    for name in sellers:
        names.setdefault(name, None)
    ordered = list(names)
    place = {name: position for position, name in enumerate(ordered)}
    blocks: dict[str, Array] = {}
    seen: dict[tuple[str, str], int] = {}
    for line, (row_country, row_item, col_country, col_item, text) in read_long(path, LONG):
        seller, user = f"{row_country}|{row_item}", f"{col_country}|{col_item}"
        if (seller, user) in seen:
            raise SchemaError(
                f"{seller} → {user} stands in line {seen[seller, user]} already",
                file=path.name,
                line=line,
                hint="drop one of the two",
            )
        seen[seller, user] = line
        value = parse_number(text, file=path.name, line=line, cell=f"{seller} → {user}")
        row = blocks.setdefault(seller, np.zeros(len(ordered)))
        row[place[user]] = million_usd(value, 1.0, where=f"{path.name}:{line}: {seller} → {user}")
    columns = [_wide_column(name) for name in ordered]
    total = MatrixSum(columns, ordered, path.name)
    for name, label in zip(ordered, columns, strict=True):
        if label.kind == "industry":
            total.add(label, name, 0, blocks.get(name, np.zeros(len(ordered))))
    return total


def _money(cells: Any, name: str, path: Path) -> Array:
    """A column as numbers, each of them finite."""
    try:
        values = np.asarray(cells, dtype=np.float64)
    except (TypeError, ValueError):
        raise SchemaError(
            f"column `{name}` holds no numbers", file=path.name, hint="export it again as numbers"
        ) from None
    if not np.isfinite(values).all():
        row = int((~np.isfinite(values)).argmax())
        raise UnitError(
            f"{values[row]} is no amount",
            where=f"{path.name}: row {row + 1}: {name}",
            hint="write 0 where nothing is sold",
        )
    return values


def need_columns(columns: Mapping[str, Any], names: Sequence[str], where: str) -> None:
    """Refuse a table without one of these columns.

    Raises
    ------
    SchemaError
        Names the first that is missing and those that are there.
    """
    for name in names:
        if name not in columns:
            raise SchemaError(
                f"column `{name}` is missing", file=where, hint="columns: " + ", ".join(columns)
            )


def read_parquet(path: Path) -> dict[str, Any]:
    """Read a parquet file to arrays by column, with pyarrow, which only developers need.

    Raises
    ------
    InputError
        No such file, no pyarrow, or no parquet.
    """
    readable_file(path, expected="a parquet file")
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise InputError(
            "parquet needs pyarrow, which is not installed",
            where=path.name,
            hint="pip install pyarrow, or give CSV",
        ) from None
    try:
        table = parquet.read_table(path)
        return {
            name: np.asarray(column.to_pylist())
            if str(column.type).startswith(("dictionary", "string", "large_string"))
            else column.to_numpy()
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    except Exception as error:  # pyarrow has its own tree of errors; all of them mean an unreadable file
        told = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InputError(
            f"this is no readable parquet file: {told}",
            where=path.name,
            hint="copy it again",
        ) from None
