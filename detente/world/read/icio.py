"""OECD Inter-Country Input-Output tables, as the OECD publishes them in CSV.

Both naming schemes are read: that of the 2023 edition (77 economies, 45 industries: ``ARG_A01_02``) and that of the
2025 edition (81 economies, 50 industries: ``ARG_A01``), with or without the extension that splits China and Mexico by
type of firm (``CN1 CN2``, ``MX1 MX2``), whose parts are added up. Final demand has columns ``ARG_HFCE`` …; below the
industries stand taxes less subsidies (``TLS``), value added (``VA``, ``VALU``) and output (``OUT``, ``OUTPUT``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from detente.core import InputError, LabelError, SchemaError, suggestion
from detente.world.read.files import check_text
from detente.world.read.matrix import HeaderLabel, MatrixSum, stream_matrix, table_of
from detente.world.read.packed import Source, is_archive, packed_year
from detente.world.read.table import SourceTable

Label = TypeVar("Label")
FINAL = {"HFCE": False, "NPISH": False, "GGFC": False, "GFCF": True, "INVNT": True, "DPABR": True,
         "DIRP": True, "P33": True, "FD": True, "NONRES": True, "CONS_ABR": True, "CONS_NONRES": True}  # fmt: skip
"""Categories of final demand, and whether a cell may be negative (stocks, disposals, purchases abroad)."""
PARENTS = {"CN1": "CHN", "CN2": "CHN", "CN3": "CHN", "CN4": "CHN",
           "MX1": "MEX", "MX2": "MEX", "MX3": "MEX"}  # fmt: skip
"""Parts of an economy in the extended tables, added up to the economy."""
_BELOW = {
    "TLS": "taxes",
    "TAXSUB": "taxes",
    "VA": "value_added",
    "VALU": "value_added",
    "OUT": "output",
    "OUTPUT": "output",
}
_TOTALS = ("OUT", "OUTPUT", "TOTAL")
_CODE = re.compile(r"^([A-Z][A-Z0-9]{2})_([A-Z0-9][A-Z0-9_]*)$")
SOURCE = {
    "citation": "OECD Inter-Country Input-Output tables",
    "licence": "free with attribution (OECD terms)",
    "used_for": "trade, technology, final demand",
}


def year_of(path: Path) -> int | None:
    """Last year in a file name, as in ``2020_SML.csv`` or ``ICIO2021_2018.csv``.

    Examples
    --------
    >>> year_of(Path("ICIO2021_2018.csv")), year_of(Path("table.csv"))
    (2018, None)
    """
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", path.stem.replace("ICIO2", "ICIO 2"))
    return int(years[-1]) if years else None


def column_label(name: str) -> HeaderLabel:
    """What a column of an ICIO table stands for.

    Raises
    ------
    LabelError
        A heading of another form.
    """
    if name in _TOTALS:
        return HeaderLabel("output")
    match = _CODE.match(name)
    if not match:
        raise LabelError(
            f"column `{name}` is no country and industry",
            where="line 1",
            hint="columns are named such as ARG_A01 or ARG_HFCE; " + suggestion(name, _TOTALS),
        )
    country, item = PARENTS.get(match[1], match[1]), match[2]
    if item in FINAL:
        return HeaderLabel("final", country, item, FINAL[item])
    return HeaderLabel("industry", country, item)


def row_label(cells: Sequence[str]) -> tuple[HeaderLabel, str]:
    """What a row of an ICIO table stands for, and its name.

    Raises
    ------
    LabelError
        A label of another form.
    """
    name = cells[0]
    tail = name.rpartition("_")[2]
    if tail in _BELOW:
        return HeaderLabel(_BELOW[tail]), name  # type: ignore[arg-type]
    match = _CODE.match(name)
    if not match:
        raise LabelError(
            f"row `{name}` is no country and industry",
            hint="rows are named such as ARG_A01, then TLS, VA and OUT",
        )
    return HeaderLabel("industry", PARENTS.get(match[1], match[1]), match[2]), name


def _in_file(label: Callable[[Any], Label], path: Source) -> Callable[[Any], Label]:
    """What reads a heading, whose errors name the file."""

    def read(heading: Any) -> Label:
        try:
            return label(heading)
        except LabelError as error:
            raise SchemaError(error.what, file=path.name, key=error.where, hint=error.hint) from None

    return read


def read_icio(path: str | Path, *, year: int | None = None) -> SourceTable:
    """Read an OECD inter-country input–output table.

    Parameters
    ----------
    path : path
        The CSV of one year, or the zip archive as the OECD ships it, read without unpacking; of several years in one, `year` says
        which.
    year : int, optional
        Taken from the file's name when left out.

    Returns
    -------
    SourceTable
        Million USD at basic prices. Taxes less subsidies are counted with value added.

    Raises
    ------
    InputError, SchemaError, LabelError, UnitError, BalanceError
        With file, line and cell; see the page on table formats.
    """
    given = Path(path)
    file: Source = packed_year(given, ".csv", year) if is_archive(given) else given
    check_text(file, expected="the CSV of an ICIO table")
    year = year if year is not None else year_of(Path(file.name))
    if year is None:
        raise InputError("the file's name holds no year", where=str(file), hint="say which with --year")
    total = stream_matrix(file, _in_file(column_label, file), _in_file(row_label, file))
    _refuse_double_count(total)
    return table_of(
        total,
        file,
        name=f"icio-{year}",
        year=year,
        source=SOURCE,
        method=(
            "Rows are added up to flows by country, inputs by user and final demand while the file streams by.",
            "Output is the sum of a row. Value added is output less inputs: it holds taxes less subsidies on inputs.",
        ),
    )


def _refuse_double_count(total: MatrixSum) -> None:
    """Refuse a table that has an economy's parts and the economy itself."""
    for part, parent in PARENTS.items():
        if total.entity_totals.get(part, 0.0) > 0 and total.entity_totals.get(parent, 0.0) > 0:
            raise LabelError(
                f"the table has rows of {parent} and of its part {part}: they would be counted twice",
                where=total.file,
                hint=f"drop one of the two; the extended tables have {part} only",
            )
