"""EXIOBASE 3, monetary, as its publishers ship it: the archive of one year (``IOT_2011_ixi.zip`` or ``_pxp``), or its folder.

Files are text with tabs between cells. ``Z.txt`` (uses by industries) and ``Y.txt`` (final demand) begin with a line of
regions and a line of industries or categories, then usually the names of the two label columns; ``x.txt`` holds output,
``unit.txt`` the unit. Values are million EUR, so the reader wants to be told what a euro cost. Extensions
(``satellite``, ``impacts``), ``A.txt`` and the rest of the folder are not read. An archive is read row by row without unpacking: memory is
that of some rows and of the sums that are wanted, whatever the table's size.
"""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from detente.core import InputError, LabelError, Labels, SchemaError, UnitError, is_folder
from detente.world.economy import Array
from detente.world.numbers import parse_number
from detente.world.read.files import check_doubled, lines_of, ragged
from detente.world.read.icio import year_of
from detente.world.read.matrix import BLOCK, HeaderLabel, MatrixSum, table_of
from detente.world.read.packed import Source, is_archive, packed_beside
from detente.world.read.table import SourceTable, hashed

SOURCE = {
    "citation": "EXIOBASE 3 (Stadler and others 2018)",
    "licence": "CC BY-SA 4.0 (from memory)",
    "used_for": "trade, technology, final demand",
}
UNIT = "M.EUR"
"""The one unit of the monetary tables."""
MAY_BE_NEGATIVE = ("gross fixed capital formation", "changes in inventories", "changes in valuables")
EXPORTS = "exports: total (fob)"
"""A category that is empty in a table of the whole world."""
COUNTRIES = {
    "AT": "AUT", "AU": "AUS", "BE": "BEL", "BG": "BGR", "BR": "BRA", "CA": "CAN", "CH": "CHE", "CN": "CHN", "CY": "CYP",
    "CZ": "CZE", "DE": "DEU", "DK": "DNK", "EE": "EST", "ES": "ESP", "FI": "FIN", "FR": "FRA", "GB": "GBR", "GR": "GRC",
    "HR": "HRV", "HU": "HUN", "ID": "IDN", "IE": "IRL", "IN": "IND", "IT": "ITA", "JP": "JPN", "KR": "KOR", "LT": "LTU",
    "LU": "LUX", "LV": "LVA", "MT": "MLT", "MX": "MEX", "NL": "NLD", "NO": "NOR", "PL": "POL", "PT": "PRT", "RO": "ROU",
    "RU": "RUS", "SE": "SWE", "SI": "SVN", "SK": "SVK", "TR": "TUR", "TW": "TWN", "US": "USA", "ZA": "ZAF",
}  # fmt: skip
"""ISO-3 codes of its countries; ``WA WE WF WL WM`` (rests of continents) stay as they are."""


def read_exiobase(
    path: str | Path, *, year: int | None = None, usd_per_unit: float | None = None
) -> SourceTable:
    """Read one year of EXIOBASE 3.

    Parameters
    ----------
    path : path
        The zip archive of one year, or a folder with ``Z.txt``, ``Y.txt``, ``x.txt`` and ``unit.txt``.
    year : int, optional
        Taken from the name of archive or folder when left out.
    usd_per_unit : float, USD per EUR
        The year's exchange rate. There is no default: a wrong one moves every value.

    Returns
    -------
    SourceTable
        Million USD at basic prices. Sectors are ``s001`` … in the order of the table, with its names. Whatever output
        leaves after inputs (taxes less subsidies too) is counted with value added.

    Raises
    ------
    InputError, SchemaError, LabelError, UnitError, BalanceError
        With file, line and cell.
    """
    folder, files = Path(path), ("Z.txt", "Y.txt", "x.txt", "unit.txt")
    z: Source
    y: Source
    x: Source
    unit: Source
    if is_archive(folder):
        z, y, x, unit = packed_beside(folder, files)
    elif is_folder(folder):
        z, y, x, unit = (folder / name for name in files)
    else:
        raise InputError(
            "no folder or zip archive of that name",
            where=str(folder),
            hint="give the archive as it was downloaded, such as IOT_2011_ixi.zip, or the unpacked folder with Z.txt",
        )
    year = year if year is not None else year_of(Path(folder.stem.replace("_", " ")))
    if year is None:
        raise InputError("the name holds no year", where=str(folder), hint="say which with --year")
    if usd_per_unit is None:
        raise UnitError(
            "the table is in million EUR, and nobody said what a euro cost",
            where=str(folder),
            hint="give USD per EUR with --exchange, such as --exchange 1.05",
        )
    _check_units(unit)
    total, names = _matrix(z, y, usd_per_unit)
    _stated_output(total, x, names, usd_per_unit)
    table = table_of(
        total,
        z,
        name=f"exiobase-{year}",
        year=year,
        source=SOURCE,
        method=(
            "Rows of Z.txt and Y.txt are added up to flows by country, inputs by user and final demand.",
            "Output is the sum of a row, compared with x.txt. Value added is output less inputs: it holds taxes.",
            f"Million EUR are made million USD at {usd_per_unit:g} USD per EUR.",
        ),
    )
    said = {code: name for name, code in names.items()}
    labels = Labels(table.labels.countries, table.labels.sectors, sector_names=said)
    return dataclasses.replace(table, labels=labels, files=hashed(z, y, x, unit))


def _split(text: str) -> list[str]:
    return [cell.strip().strip('"') for cell in text.split("\t")]


def _check_units(path: Source) -> None:
    """Refuse a table of which a sector is not in million EUR (the hybrid tables have tonnes)."""
    rows = ((line, _split(text)) for line, text in lines_of(path))
    _, header = next(rows, (0, [""]))
    if header != ["region", "sector", "unit"]:
        raise SchemaError(
            "the first line is not region, sector, unit",
            file=path.name,
            line=1,
            hint="with tabs between them",
        )
    for line, cells in rows:
        if cells[-1] != UNIT:
            raise UnitError(
                f"unit `{cells[-1][:40]}`",
                where=f"{path.name}:{line}",
                hint=f"only the monetary tables are read, all in {UNIT}",
            )


def _heading(rows: Iterator[tuple[int, str]], path: Source) -> tuple[list[str], list[str]]:
    """Regions and items of the columns: the first two lines."""
    lines = [(line, _split(text)) for line, text in itertools.islice(rows, 2)]
    for (line, cells), key in zip(lines, (("region",), ("sector", "category")), strict=False):
        if cells[0] not in key or len(cells) < 3:
            raise SchemaError(
                f"the line begins with `{cells[0][:40]}`",
                file=path.name,
                line=line,
                hint="a line of regions, then one of sectors or categories, with tabs between cells",
            )
    if len(lines) < 2 or len(lines[0][1]) != len(lines[1][1]):
        raise SchemaError(
            "the lines of regions and of sectors differ in length",
            file=path.name,
            line=2,
            hint="the file is cut short or damaged: unpack it again",
        )
    return lines[0][1][2:], lines[1][1][2:]


def _rows(path: Source, rows: Iterator[tuple[int, str]], width: int) -> Iterator[tuple[int, str, str, Array]]:
    """Line, region, sector and numbers of every row; the names of the label columns are passed over."""
    while block := list(itertools.islice(rows, BLOCK)):
        parts = [(line, *_labels(text)) for line, text in block]
        parts = [part for part in parts if part[1:3] != ("region", "sector") or part[3].strip()]
        values = _parsed([part[3] for part in parts], width)
        for place, (line, region, sector, rest) in enumerate(parts):
            if values is not None:
                yield line, region, sector, values[place]
                continue
            cells = rest.split("\t")
            if len(cells) != width:
                last = place == len(parts) - 1 and next(rows, None) is None
                raise ragged(path, line, len(cells) + 2, width + 2, last=last)
            numbers = [
                parse_number(
                    cell.strip().strip('"'),
                    file=path.name,
                    line=line,
                    cell=f"{region}|{sector}, column {column}",
                )
                for column, cell in enumerate(cells, 3)
            ]
            yield line, region, sector, np.array(numbers)


def _labels(text: str) -> tuple[str, str, str]:
    """The two labels of a row and the rest of it."""
    region, _, rest = text.partition("\t")
    sector, _, rest = rest.partition("\t")
    return region.strip().strip('"'), sector.strip().strip('"'), rest


def _parsed(texts: list[str], width: int) -> Array | None:
    """Numbers of several rows at once; None where they have to be looked at cell by cell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = np.loadtxt(texts, delimiter="\t", ndmin=2, comments=None)
    except (ValueError, UserWarning):
        return None
    return values if values.shape == (len(texts), width) and np.isfinite(values).all() else None


def _matrix(z: Source, y: Source, rate: float) -> tuple[MatrixSum, dict[str, str]]:
    """The two files side by side, row by row, and the code of every sector's name."""
    sales, finals = lines_of(z), lines_of(y)
    users, kinds = _heading(sales, z), _heading(finals, y)
    codes = {name: f"s{place:03d}" for place, name in enumerate(dict.fromkeys(users[1]), 1)}
    columns = [HeaderLabel("industry", COUNTRIES.get(r, r), codes[s]) for r, s in zip(*users, strict=True)]
    for region, category in zip(*kinds, strict=True):
        kind = category.lower()
        columns.append(
            HeaderLabel(
                "skip" if kind == EXPORTS else "final",
                COUNTRIES.get(region, region),
                category,
                kind.startswith(MAY_BE_NEGATIVE),
            )
        )
    names = [f"{c.country}_{c.item}" for c in columns]
    check_doubled(names, z, "column")
    total = MatrixSum(columns, names, z.name)
    pairs = itertools.zip_longest(_rows(z, sales, len(users[0])), _rows(y, finals, len(kinds[0])))
    for used, bought in pairs:
        if used is None or bought is None or used[1:3] != bought[1:3]:
            short = z if used is None else y
            line = (bought if used is None else used)[0]
            raise LabelError(
                "rows of Z.txt and Y.txt do not name the same industry",
                where=f"{short.name}:{bought[0] if bought is not None else line}",
                hint="both list the same industries in the same order; one is cut short or was sorted",
            )
        line, region, sector = used[:3]
        country = COUNTRIES.get(region, region)
        label = HeaderLabel("industry", country, codes.get(sector, sector))
        total.add(label, f"{country}_{label.item}", line, rate * np.concatenate([used[3], bought[3]]))
    return total, codes


def _stated_output(total: MatrixSum, path: Source, codes: dict[str, str], rate: float) -> None:
    """Take the output stated in ``x.txt``, which the sums of rows are then held against."""
    rows = lines_of(path)
    header = _split(next(rows, (0, ""))[1])
    if header[:2] != ["region", "sector"] or len(header) != 3:
        raise SchemaError(
            "the first line is not region, sector, indout",
            file=path.name,
            line=1,
            hint="with tabs between them",
        )
    for line, region, sector, values in _rows(path, rows, 1):
        country, code = COUNTRIES.get(region, region), codes.get(sector, "")
        if country not in total.countries or not code:
            raise LabelError(
                f"`{region} {sector[:60]}` has no column in Z.txt",
                where=f"{path.name}:{line}",
                hint="files of one year",
            )
        total.stated_output[total.countries.index(country), total.sectors.index(code)] = rate * values[0]
    missing = np.argwhere(np.isnan(total.stated_output))
    if len(missing):
        n, s = missing[0]
        raise InputError(
            f"{len(missing)} industries have no output, the first {total.countries[n]}_{total.sectors[s]}",
            where=path.name,
            hint="the file is cut short: unpack it again",
        )
