"""Data folders of research packages, as stored by the project: parquet files that need pyarrow (developers have it).

Each returns a `SourceTable`; what the package does not hold (technology of a later year, service detail) is filled in
one stated way and noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.core import InputError, LabelError, Labels, SchemaError, UnitError, csv_rows, is_file, suggestion
from detente.world.economy import Array
from detente.world.numbers import check_theta, parse_number
from detente.world.read.cp_text import cp_table
from detente.world.read.files import LARGEST, check_doubled, lines_of, ragged
from detente.world.read.table import SourceTable, hashed, mean_duty
from detente.world.read.wiod import need_columns, read_parquet

CUBE_TO_SECTOR = {
    "A01": "A01_02", "A02": "A01_02", "B05": "B05_06", "B06": "B05_06", "B07": "B07_08", "B08": "B07_08",
    "C24A": "C24", "C24B": "C24", "C301": "C30", "C302T309": "C30",
}  # fmt: skip
"""Sectors of the cube that the technology knows only together."""
SERVICES = "SERV"
LINE = "line of the file"
"""Key under which a row keeps its line."""


def _keyed_rows(path: Path, keys: tuple[str, ...], *others: str) -> list[dict[str, str]]:
    """Rows of a CSV by column; `keys` tell the rows apart, `others` must be there too."""
    rows = csv_rows((text for _, text in lines_of(path)), file=path.name)
    numbers = (line for line, _ in lines_of(path))
    header = next(rows, [])
    next(numbers, None)
    check_doubled(header, path, "column")
    for name in (*keys, *others):
        if name not in header:
            raise SchemaError(
                f"column `{name}` is missing", file=path.name, line=1, hint="columns: " + ",".join(header)
            )
    records: list[dict[str, str]] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, row in zip(numbers, rows, strict=False):
        if len(row) != len(header):
            raise ragged(path, line, len(row), len(header), last=next(rows, None) is None)
        cells = dict(zip(header, row, strict=True))
        key = tuple(cells[name] for name in keys)
        if key in seen:
            raise LabelError(
                f"{', '.join(key)} stands in line {seen[key]} already",
                where=f"{path.name}:{line}",
                hint="drop or rename one of the two",
            )
        seen[key] = line
        records.append({**cells, LINE: str(line)})
    return records


def _column(rows: Sequence[Mapping[str, str]], name: str, path: Path) -> Array:
    """Numbers of a column, each of them finite."""
    return np.array([parse_number(row[name], file=path.name, line=int(row[LINE]), cell=name) for row in rows])


def _theta(rows: Sequence[Mapping[str, str]], name: str, path: Path, *, less: float = 0.0) -> Array:
    """Trade elasticities from a column, each of them one that a study could find."""
    values = _column(rows, name, path) - less
    for row, value in zip(rows, values, strict=True):
        check_theta(float(value), where=f"{path.name}:{row[LINE]}: {row['sector']}")
    return np.asarray(values)


def _positions(codes: Sequence[str], values: Sequence[str] | Any, where: str) -> npt.NDArray[np.int64]:
    """Positions of codes in a list; an unknown code is an error."""
    index = {code: position for position, code in enumerate(codes)}
    for value in values:
        if value not in index:
            raise LabelError(f"unknown code `{value}`", where=where, hint=suggestion(str(value), codes))
    return np.array([index[value] for value in values], dtype=np.intp)


def _cube(
    columns: Mapping[str, Any],
    value: str,
    axes: tuple[tuple[str, Sequence[str]], ...],
    where: str,
    *,
    adds_up: bool = False,
) -> Array:
    """Values of a long table on axes; a cell that stands twice is refused, unless cells are meant to add up."""
    need_columns(columns, (*(axis for axis, _ in axes), value), where)
    places = tuple(_positions(codes, [str(code) for code in columns[name]], where) for name, codes in axes)
    try:
        values = np.asarray(columns[value], dtype=np.float64)
    except (TypeError, ValueError):
        raise SchemaError(f"column `{value}` holds no numbers", file=where, hint="export it again") from None
    shape = tuple(len(codes) for _, codes in axes)

    def cell(row: int) -> str:
        return ", ".join(str(columns[name][row]) for name, _ in axes)

    if not np.isfinite(values).all():
        row = int((~np.isfinite(values)).argmax())
        raise UnitError(
            f"{value} is {values[row]}", where=f"{where}: {cell(row)}", hint="write 0 where nothing is traded"
        )
    if np.abs(values).max(initial=0.0) > LARGEST:
        row = int(np.abs(values).argmax())
        raise UnitError(
            f"{value} is {values[row]:.3g}: more than any economy has",
            where=f"{where}: {cell(row)}",
            hint="the table must be in million USD, and a cell is misread or in another unit",
        )
    result = np.zeros(shape)
    np.add.at(result, places, values)
    if not adds_up:
        count = np.zeros(shape, dtype=np.int64)
        np.add.at(count, places, 1)
        doubled = count[places] > 1
        if doubled.any():
            raise LabelError(
                f"{cell(int(doubled.argmax()))} stands twice", where=where, hint="drop one of the two rows"
            )
    return result


def _refuse_doubled(columns: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    """Refuse a long table in which a cell stands twice, before its codes are merged."""
    need_columns(columns, keys, where)
    seen: set[tuple[str, ...]] = set()
    for key in zip(*([str(code) for code in columns[name]] for name in keys), strict=True):
        if key in seen:
            raise LabelError(f"{', '.join(key)} stands twice", where=where, hint="drop one of the two rows")
        seen.add(key)


def _named_files(path: str | Path, *names: str) -> list[Path]:
    folder = Path(path)
    files = [folder / name for name in names]
    for file in files:
        if not is_file(file):
            raise InputError(
                f"the folder has no {file.relative_to(folder)}",
                where=str(folder),
                hint="needed: " + ", ".join(names),
            )
    return files


def read_cube_folder(folder: str | Path, *, year: int = 2022) -> SourceTable:
    """Read the OECD cube (``icio2022/``) with the OECD technology of 2020 (``icio2020_coef/``).

    Parameters
    ----------
    folder : path
        Holds both.
    year : int
        2011 to 2022.

    Returns
    -------
    SourceTable
        81 economies, 22 goods and one aggregate of services, duties of Teti (2024) for 2021.
    """
    names = ("icio2022/trade_cube_2011_2022.parquet", "icio2022/countries.csv", "icio2022/sectors_elasticities.csv",
             "icio2022/tariffs_teti_16sec.parquet", "icio2020_coef/sectors.csv", "icio2020_coef/country_sector.parquet",
             "icio2020_coef/io_coefficients.parquet")  # fmt: skip
    paths = _named_files(folder, *names)
    cube, tariffs = read_parquet(paths[0]), read_parquet(paths[3])
    if f"musd_{year}" not in cube:
        raise InputError(f"the cube has no year {year}", where=paths[0].name, hint="2011 to 2022")
    countries = [row["iso3"] for row in _keyed_rows(paths[1], ("iso3",), "name")]
    detail = _keyed_rows(paths[2], ("sector",), "wiod16")
    technology = _keyed_rows(paths[4], ("sector",), "is_goods", "name")
    goods = [row["sector"] for row in technology if row["is_goods"] == "1"]
    sectors = [*goods, SERVICES]
    _refuse_doubled(cube, ("destination", "origin", "sector"), paths[0].name)
    cube["sector"] = [CUBE_TO_SECTOR.get(str(code), str(code)) for code in cube["sector"]]
    axes = (("destination", countries), ("origin", countries), ("sector", sectors))
    flows = _cube(cube, f"musd_{year}", axes, paths[0].name, adds_up=True)
    tariff = _cube_duties(tariffs, countries, sectors, detail, paths[3].name, paths[2].name)
    shares = _cube_technology(paths, countries, sectors, [row["sector"] for row in technology])
    output = flows.sum(0)
    return SourceTable(
        name=f"oecd-cube-{year}",
        year=year,
        labels=Labels(
            tuple(countries),
            tuple(sectors),
            {row["iso3"]: row["name"] for row in _keyed_rows(paths[1], ("iso3",), "name")},
            {**{row["sector"]: row["name"] for row in technology}, SERVICES: "Services"},
        ),
        flows=flows,
        inputs=shares * output[:, None, :],
        output=output,
        tariff=tariff,
        sources=(
            {"citation": f"OECD Inter-Country Input-Output tables, extended edition, {year}", "licence": "OECD: free with attribution", "used_for": "trade"},
            {"citation": "OECD Inter-Country Input-Output tables, 2023 edition, 2020", "licence": "OECD: free with attribution", "used_for": "technology"},
            {"citation": "Teti (2024), Global Tariff Database", "licence": "not stated", "used_for": "duties of 2021"},
        ),
        files=hashed(*paths),
        notes=(
            "economies without technology of 2020 take that of the rest of the world",
            "duties are simple averages in 16 groups; food and tobacco (C10T12) is too high by a wide margin",
        ),
        method=(
            "Services are one sector: inputs of the 23 services of 2020 are averaged with the output each country's final demand calls for.",
            "Final demand is what supply leaves after inputs.",
        ),
    )  # fmt: skip


def _cube_duties(
    tariffs: Mapping[str, Any],
    countries: Sequence[str],
    sectors: Sequence[str],
    detail: Sequence[Mapping[str, str]],
    file: str,
    groups_file: str,
) -> Array:
    """Duties [importer, exporter, sector] of Teti's groups at the cube's sectors; none on services and at home."""
    group_of = {CUBE_TO_SECTOR.get(row["sector"], row["sector"]): row["wiod16"] for row in detail}
    for code in sectors:
        if code not in group_of:
            raise LabelError(
                f"the sector `{code}` has no group of duties",
                where=groups_file,
                hint="give it a row with its `wiod16`",
            )
    groups = sorted(set(group_of.values()))
    by_group = _cube(
        tariffs,
        "tariff_2021",
        (("importer", countries), ("exporter", countries), ("wiod16", groups)),
        file,
    )
    tariff = by_group[:, :, [groups.index(group_of[code]) for code in sectors]]
    tariff[:, :, -1] = 0.0
    tariff[np.arange(len(countries)), np.arange(len(countries))] = 0.0
    return tariff


def _cube_technology(paths: list[Path], countries: list[str], sectors: list[str], detail: list[str]) -> Array:
    """Input shares [country, supplier, user] at the cube's sectors, services merged."""
    table, coefficients = read_parquet(paths[5]), read_parquet(paths[6])
    need_columns(table, ("country",), paths[5].name)
    known = list(dict.fromkeys(str(code) for code in table["country"]))
    missing = [code for code in countries if code not in known]
    if missing and "ROW" not in known:
        raise LabelError(
            f"`{missing[0]}` has no technology, nor has the rest of the world (ROW)",
            where=paths[5].name,
            hint="give one of the two its rows",
        )
    alpha = _cube(table, "final_share_alpha", (("country", known), ("sector", detail)), paths[5].name)
    axes = (("country", known), ("input_sector", detail), ("using_sector", detail))
    coef = _cube(coefficients, "coef", axes, paths[6].name)
    try:
        output = np.linalg.solve(np.eye(len(detail)) - coef, alpha[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        raise UnitError(
            "in one country inputs use up the whole output of what makes them",
            where=paths[6].name,
            hint="coefficients of inputs are fractions of the user's output; those of a user add up to less than 1",
        ) from None
    group = np.zeros((len(detail), len(sectors)))
    group[
        np.arange(len(detail)),
        [sectors.index(code) if code in sectors else len(sectors) - 1 for code in detail],
    ] = 1
    weight = np.maximum(output, 1e-12)
    used = np.einsum("nrs,ns,rj,sk->njk", coef, weight, group, group, optimize=True)
    shares = used / (weight @ group)[:, None, :]
    return np.asarray(np.stack([shares[known.index(code if code in known else "ROW")] for code in countries]))


def read_uschina_folder(folder: str | Path, *, year: int = 2017) -> SourceTable:
    """Read the US–China model data of 2017 (``uschina2017/``): 7 regions, 44 sectors, duties before the trade war."""
    names = ("trade_tariff.parquet", "region_sector.csv", "io_shares.parquet", "sectors_elasticities.csv")
    paths = _named_files(folder, *names)
    trade, io = read_parquet(paths[0]), read_parquet(paths[2])
    cells = _keyed_rows(paths[1], ("region", "sector"), "va_share")
    detail = _keyed_rows(paths[3], ("sector",), "name", "theta")
    countries = list(dict.fromkeys(row["region"] for row in cells))
    sectors = [row["sector"] for row in detail]
    axes = (("importer", countries), ("exporter", countries), ("sector", sectors))
    flows = _cube(trade, "trade_musd", axes, paths[0].name)
    tariff = _cube(trade, "tariff_prewar_2017", axes, paths[0].name)
    tariff[np.arange(len(countries)), np.arange(len(countries))] = 0.0
    share = _cube(
        io, "share_of_materials", (("region", countries), ("input_sector", sectors), ("using_sector", sectors)), paths[2].name
    )  # fmt: skip
    columns = {
        **{key: [row[key] for row in cells] for key in ("region", "sector")},
        "va_share": _column(cells, "va_share", paths[1]),
    }
    va = _cube(columns, "va_share", (("region", countries), ("sector", sectors)), paths[1].name)
    output = flows.sum(0)
    price = 1 + mean_duty(flows, tariff)
    return SourceTable(
        name="uschina-2017",
        year=year,
        labels=Labels(tuple(countries), tuple(sectors), {}, {row["sector"]: row["name"] for row in detail}),
        flows=flows,
        inputs=share * ((1 - va) * output)[:, None, :] / price[:, :, None],
        output=output,
        tariff=tariff,
        trade_elasticity=_theta(detail, "theta", paths[3]),
        elasticity_source="as in the package (ECON7115 teaching data)",
        sources=({"citation": "US–China trade-war model data 2017 (ECON7115 teaching data)", "licence": "none stated", "used_for": "baseline"},),
        files=hashed(*paths),
        method=("Inputs are the share of materials times output less value added; final demand is what is left.",),
    )  # fmt: skip


def read_ossa_folder(folder: str | Path, *, year: int = 2007) -> SourceTable:
    """Read the data of Ossa (2014) (``ossa2014/``): 7 regions, 33 goods, no inputs, raw trade with its imbalances."""
    paths = _named_files(folder, "trade_tariff.parquet", "regions.csv", "sectors_sigma.csv")
    trade = read_parquet(paths[0])
    regions = _keyed_rows(paths[1], ("region",), "name")
    detail = _keyed_rows(paths[2], ("sector",), "name", "sigma_main")
    countries, sectors = [row["region"] for row in regions], [row["sector"] for row in detail]
    axes = (("importer", countries), ("exporter", countries), ("sector", sectors))
    flows = _cube(trade, "trade_musd", axes, paths[0].name)
    tariff = _cube(trade, "tariff", axes, paths[0].name)
    tariff[np.arange(len(countries)), np.arange(len(countries))] = 0.0
    return SourceTable(
        name="ossa-2007",
        year=year,
        labels=Labels(
            tuple(countries),
            tuple(sectors),
            {row["region"]: row["name"] for row in regions},
            {row["sector"]: row["name"] for row in detail},
        ),
        flows=flows,
        inputs=np.zeros((len(countries), len(sectors), len(sectors))),
        output=flows.sum(0),
        tariff=tariff,
        trade_elasticity=_theta(detail, "sigma_main", paths[2], less=1.0),
        elasticity_source="Ossa (2014), Am. Econ. Rev. 104(12): σ − 1",
        sources=({"citation": "Ossa, R. (2014). Trade Wars and Trade Talks with Data. American Economic Review 104(12), replication files (GTAP 8)", "licence": "none stated", "used_for": "baseline"},),
        files=hashed(*paths),
        notes=("goods only and no inputs: value added equals output",),
    )  # fmt: skip


def read_cp_parquet_folder(folder: str | Path, *, year: int = 1993) -> SourceTable:
    """Read the data of Caliendo and Parro (2015) as stored in ``cp2015/``; duties of 1993 or 2005."""
    names = (
        "countries.csv",
        "sectors_theta.csv",
        "trade_tariff.parquet",
        "country_sector.parquet",
        "io_coefficients.parquet",
    )
    paths = _named_files(folder, *names)
    nations = _keyed_rows(paths[0], ("iso3",), "name")
    detail = _keyed_rows(paths[1], ("sector",), "name", "theta")
    countries, sectors = [row["iso3"] for row in nations], [row["sector"] for row in detail]
    trade, table, io = (read_parquet(path) for path in paths[2:])
    if f"tariff_{year}_pct" not in trade:
        raise InputError(f"no duties of {year}", where=paths[2].name, hint="1993 or 2005")
    axes = (("importer", countries), ("exporter", countries), ("sector", sectors))
    two = (("country", countries), ("sector", sectors))
    return cp_table(
        Labels(
            tuple(countries),
            tuple(sectors),
            {row["iso3"]: row["name"] for row in nations},
            {row["sector"]: row["name"] for row in detail},
        ),
        _cube(trade, "trade_musd", axes, paths[2].name),
        _cube(trade, f"tariff_{year}_pct", axes, paths[2].name) / 100,
        _cube(table, "va_share", two, paths[3].name),
        _cube(
            io, "share_of_materials", (("country", countries), ("input_sector", sectors), ("using_sector", sectors)), paths[4].name
        ),
        _cube(table, "gross_output_musd", two, paths[3].name),
        _theta(detail, "theta", paths[1]),
        1993,
        hashed(*paths),
        f"duties of {year}",
    )  # fmt: skip
