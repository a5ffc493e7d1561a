"""The text layout of Caliendo and Parro (2015): matrices of numbers without labels.

=================== =============================== ======================================================
file                shape                           content
=================== =============================== ======================================================
``xbilat*.txt``     [tradables · N, N]              trade before duty, thousand USD; stacked by sector, row =
                                                    importer, column = exporter
``tariffs*.txt``    [tradables · N, N]              duties in percent, same layout
``IO.txt``          [N · S, S]                      share of materials; stacked by country, row = input,
                                                    column = using sector
``B.txt``           [S, N]                          value added in output
``GO.txt``          [S, N]                          gross output, USD
``T.txt``           [tradables]                     trade elasticities (8.22 for the sectors without)
``countries.csv``   ``code[,name]``                 optional; without it 31 × 40 tables get the paper's labels
``sectors.csv``     ``code[,name]``                 optional
=================== =============================== ======================================================

Cells are separated by tabs, blanks or commas.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from detente.core import InputError, LabelError, Labels, SchemaError, UnitError, is_file, is_folder
from detente.world.economy import Array
from detente.world.numbers import check_theta, parse_number
from detente.world.read.files import check_text, lines_of, read_long
from detente.world.read.table import SourceTable, hashed, mean_duty

_SMALL_SHARE = 0.1
"""The paper's own negative shares of materials are smaller than this."""
NO_ESTIMATE = 8.22
"""Elasticity the authors give to sectors without an estimate (the mean of the others)."""
PAPER_COUNTRIES = ["ARG", "AUS", "AUT", "BRA", "CAN", "CHL", "CHN", "DNK", "FIN", "FRA", "DEU", "GRC", "HUN", "IND", "IDN", "IRL", "ITA", "JPN", "KOR", "MEX", "NLD", "NZL", "NOR", "PRT", "ZAF", "ESP", "SWE", "TUR", "GBR", "USA", "ROW"]  # fmt: skip
PAPER_SECTORS = {
    "s01": "Agriculture", "s02": "Mining", "s03": "Food", "s04": "Textile", "s05": "Wood", "s06": "Paper",
    "s07": "Petroleum", "s08": "Chemicals", "s09": "Plastic", "s10": "Minerals", "s11": "Basic metals",
    "s12": "Metal products", "s13": "Machinery", "s14": "Office", "s15": "Electrical", "s16": "Communication",
    "s17": "Medical", "s18": "Auto", "s19": "Other transport", "s20": "Other", "s21": "Electricity",
    "s22": "Construction", "s23": "Retail", "s24": "Hotels", "s25": "Land transport", "s26": "Water transport",
    "s27": "Air transport", "s28": "Transport services", "s29": "Post", "s30": "Finance", "s31": "Real estate",
    "s32": "Renting of machinery", "s33": "Computer services", "s34": "Research", "s35": "Other business",
    "s36": "Public administration", "s37": "Education", "s38": "Health", "s39": "Other services", "s40": "Private households",
}  # fmt: skip
SOURCE = {
    "citation": "Caliendo, L. and Parro, F. (2015). Estimates of the Trade and Welfare Effects of NAFTA. "
    "Review of Economic Studies 82(1), data",
    "licence": "supplementary data of the paper; the distributing repository states none",
    "used_for": "trade, duties, technology, elasticities",
}


def read_cp_folder(folder: str | Path, *, year: int = 1993) -> SourceTable:
    """Read a folder in the text layout of Caliendo and Parro (2015).

    Parameters
    ----------
    folder : path
    year : int
        Year of the duties taken, ``tariffs1993.txt`` or ``tariffs2005.txt``; trade is that of the only ``xbilat`` file.

    Returns
    -------
    SourceTable
        Sales at home are output less exports, negative where exports exceed output.

    Raises
    ------
    InputError, SchemaError, UnitError
        With file, line and cell.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise InputError(
            "this is no folder", where=str(folder), hint="give the folder that holds xbilat1993.txt"
        )
    trade_path = _only_file(folder, "xbilat", None)
    paths = [
        trade_path,
        _only_file(folder, "tariffs", year),
        *(folder / f"{name}.txt" for name in ("IO", "B", "GO", "T")),
    ]
    go_path = paths[4]
    shape = _matrix(go_path).shape
    S, N = shape
    labels, label_files = _paper_labels(folder, N, S)
    trade = _matrix(paths[0], columns=N)
    if trade.shape[0] % N or trade.shape[0] > N * S:
        raise SchemaError(
            f"{trade.shape[0]} rows are no multiple of {N} countries, or more than {S} sectors of them",
            file=trade_path.name,
            hint="rows are stacked by sector, one row an importer: the file is cut short, or B.txt is of another table",
        )
    J = trade.shape[0] // N
    flows, tariff = np.zeros((N, N, S)), np.zeros((N, N, S))
    flows[:, :, :J] = _stacked(trade, paths[0], labels, J) / 1e3
    tariff[:, :, :J] = (
        _stacked(_matrix(paths[1], rows=J * N, columns=N), paths[1], labels, J, least=-100.0) / 100
    )
    tariff[np.arange(N), np.arange(N)] = 0.0
    materials = _matrix(paths[2], rows=N * S, columns=S).reshape(N, S, S)
    va_share = _matrix(paths[3], rows=S, columns=N).T
    output = _matrix(go_path, rows=S, columns=N).T / 1e6
    _check_value_added(va_share, labels, paths[3])
    _check_materials(materials, labels, paths[2])
    theta = _estimates(paths[5], labels, J)
    trade_year = int(re.sub(r"[^0-9]", "", trade_path.stem)[-4:] or year)
    return cp_table(
        labels, flows, tariff, va_share, materials, output, theta, trade_year, hashed(*paths, *label_files),
        f"duties of {year}",
    )  # fmt: skip


def cp_table(
    labels: Labels,
    flows: Array,
    tariff: Array,
    va_share: Array,
    materials: Array,
    output: Array,
    theta: Array,
    year: int,
    files: tuple[dict[str, str], ...],
    note: str,
) -> SourceTable:
    """Table of Caliendo and Parro's arrays.

    Parameters
    ----------
    labels : Labels
    flows : array [importer, exporter, sector], million USD
        Between countries.
    tariff : array [importer, exporter, sector], fraction
    va_share, output : array [country, sector]
    materials : array [country, input, user], share of materials
    theta : array [sector]
    year : int
    files, note
        For the table's provenance.
    """
    flows = flows.copy()
    home = np.arange(len(labels.countries))
    flows[home, home] = 0.0
    flows[home, home] = output - flows.sum(0)
    negative = int((materials < 0).sum())
    notes = [note]
    if negative:
        notes.append(
            f"{negative} negative shares of materials (least {materials.min():.2g}) are zero, the others rescaled"
        )
    materials = np.maximum(materials, 0.0)
    whole = materials.sum(1, keepdims=True)
    shares = np.divide(materials, whole, out=np.zeros_like(materials), where=whole > 0)
    used = shares * ((1 - va_share) * output)[:, None, :]
    price = 1 + mean_duty(np.maximum(flows, 0.0), tariff)
    return SourceTable(
        name=f"cp-{year}",
        year=year,
        labels=labels,
        flows=flows,
        inputs=used / price[:, :, None],
        output=output,
        tariff=tariff,
        trade_elasticity=theta,
        elasticity_source=f"Caliendo and Parro (2015), table 1; {NO_ESTIMATE} where there is no estimate",
        sources=(SOURCE,),
        files=files,
        notes=tuple(notes),
        method=(
            "Sales at home are output less exports; where that is negative, balancing raises output.",
            "Inputs are the share of materials times output less value added; final demand is what is left.",
        ),
    )


def _only_file(folder: Path, stem: str, year: int | None) -> Path:
    files = sorted(folder.glob(f"{stem}*.txt"))
    if year is not None and len(files) > 1:
        files = [path for path in files if str(year) in path.stem]
    if len(files) != 1:
        raise InputError(
            f"{len(files)} files {stem}*.txt, one is wanted",
            where=str(folder),
            hint=f"such as {stem}1993.txt; choose the duties with --year",
        )
    return files[0]


def _matrix(path: Path, *, rows: int | None = None, columns: int | None = None) -> Array:
    """Read a matrix; the shape, when known, is checked with the line that breaks it."""
    check_text(path, expected="a text file of numbers")
    matrix: list[list[float]] = []
    line = 0
    for line, text in lines_of(path):
        cells = [cell for cell in re.split(r"[,\s]+", text.strip()) if cell]
        wanted = columns if columns is not None else len(matrix[0]) if matrix else len(cells)
        if len(cells) != wanted:
            raise SchemaError(
                f"the row has {len(cells)} numbers, {wanted} are wanted",
                file=path.name,
                line=line,
                hint="one number a country (trade, duties, B, GO) or a sector (IO)",
            )
        matrix.append(
            [
                parse_number(cell, file=path.name, line=line, cell=f"column {c}")
                for c, cell in enumerate(cells, 1)
            ]
        )
    if rows is not None and len(matrix) != rows:
        what = "cut short" if len(matrix) < rows else "too long"
        raise SchemaError(
            f"the file is {what}: {len(matrix)} of {rows} rows",
            file=path.name,
            line=line,
            hint="copy it again",
        )
    return np.array(matrix)


def _stacked(values: Array, path: Path, labels: Labels, J: int, *, least: float = 0.0) -> Array:
    """[sector · importer, exporter] as [importer, exporter, sector]; refuse values below a bound."""
    N = len(labels.countries)
    cube = values.reshape(J, N, N).transpose(1, 2, 0)
    if (cube < least).any():
        n, i, s = np.argwhere(cube < least)[0]
        raise InputError(
            f"value {cube[n, i, s]:g}",
            where=f"{path.name}:{s * N + n + 1}: importer {labels.countries[n]}, exporter {labels.countries[i]}, sector {labels.sectors[s]}",
            hint="trade is not negative; duties are percent above -100",
        )
    return np.asarray(cube)


def _estimates(path: Path, labels: Labels, J: int) -> Array:
    """Elasticities [sector] from ``T.txt``: one a sector with trade, or one a sector; the others have `NO_ESTIMATE`."""
    values = _matrix(path).ravel()
    S = len(labels.sectors)
    if len(values) not in (J, S):
        raise SchemaError(
            f"{len(values)} elasticities for {J} sectors with trade",
            file=path.name,
            hint="one a sector, in the order of the trade file: the file is cut short, or of another table",
        )
    for s, value in enumerate(values):
        check_theta(float(value), where=f"{path.name}: sector {labels.sectors[s]}")
    theta = np.full(S, NO_ESTIMATE)
    theta[: len(values)] = values
    return theta


def _check_materials(materials: Array, labels: Labels, path: Path) -> None:
    """Refuse shares of materials with the wrong sign, or beyond one; the paper's own few small negative ones pass."""
    bad = (materials < -_SMALL_SHARE) | (materials > 1 + _SMALL_SHARE)
    if bad.any():
        n, r, s = (int(k) for k in np.argwhere(bad)[0])
        raise UnitError(
            f"the share of materials is {materials[n, r, s]:g}",
            where=f"{path.name}:{n * len(labels.sectors) + r + 1}: country {labels.countries[n]}, "
            f"input {labels.sectors[r]}, user {labels.sectors[s]}",
            hint="IO holds fractions between 0 and 1, stacked by country: a sign is flipped, or these are percent",
        )


def _check_value_added(va_share: Array, labels: Labels, path: Path) -> None:
    bad = (va_share < 0) | (va_share > 1 + 1e-9)
    if bad.any():
        n, s = np.argwhere(bad)[0]
        raise UnitError(
            f"value added is {va_share[n, s]:g} of output",
            where=f"{path.name}:{s + 1}: country {labels.countries[n]}, sector {labels.sectors[s]}",
            hint="B is a fraction between 0 and 1, sectors in rows and countries in columns",
        )


def _paper_labels(folder: Path, N: int, S: int) -> tuple[Labels, list[Path]]:
    """Labels from the folder's own files, the paper's for a table of its size."""
    files = []
    codes: list[dict[str, str]] = []
    for name, count in (("countries.csv", N), ("sectors.csv", S)):
        path = folder / name
        if not is_file(path):
            codes.append({})
            continue
        files.append(path)
        titles: dict[str, str] = {}
        for line, (code, title) in read_long(path, ("code",), ("name",)):
            if code in titles or not code:
                raise LabelError(
                    f"the code `{code}` stands twice" if code else "the code is missing",
                    where=f"{name}:{line}",
                    hint="give every row a code of its own",
                )
            titles[code] = title or code
        if len(titles) != count:
            raise SchemaError(
                f"{len(titles)} codes for {count} in the data",
                file=name,
                hint="one row a country or sector, in order",
            )
        codes.append(titles)
    countries, sectors = codes
    if not countries:
        countries = {code: code for code in PAPER_COUNTRIES} if len(PAPER_COUNTRIES) == N else {}
    if not sectors and len(PAPER_SECTORS) == S:
        sectors = dict(PAPER_SECTORS)
    if not countries or not sectors:
        raise InputError(
            f"{N} countries and {S} sectors have no names",
            where=str(folder),
            hint="add countries.csv and sectors.csv with a column `code`",
        )
    return Labels(tuple(countries), tuple(sectors), countries, sectors), files
