"""A world as four plain CSV files in a folder, with a small YAML that says year and units.

=================== ============================================================ ============================
file                columns                                                      when it may be left out
=================== ============================================================ ============================
``world.yaml``      ``name, year, unit, tariff_unit, uses, source, licence``      never
``trade.csv``       ``importer,exporter,sector,value[,tariff]``                  never
``inputs.csv``      ``country,supplier,user,value``                              when nothing is used as input
``value_added.csv`` ``country,sector,value``                                     when trade has sales at home
``final_demand.csv`` ``country,sector,value``                                    final demand is what is left
=================== ============================================================ ============================
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import (
    InputError,
    LabelError,
    Labels,
    SchemaError,
    UnitError,
    is_file,
    is_folder,
    is_there,
    suggestion,
    write_folder,
)
from detente.world.economy import Array, Economy
from detente.world.numbers import parse_number
from detente.world.read.files import million_usd, read_long, unit_factor
from detente.world.read.table import SourceTable, hashed, mean_duty

KEYS = ("name", "year", "unit", "tariff_unit", "uses", "source", "licence", "countries", "sectors")
TARIFF_UNITS = {"fraction": 1.0, "percent": 0.01}
USES = ("before duty", "duty paid")


@dataclass(frozen=True)
class _Cell:
    line: int
    keys: tuple[str, ...]
    value: float
    tariff: float = 0.0


def read_long_folder(folder: str | Path, *, year: int | None = None) -> SourceTable:
    """Read a world from a folder of long CSV files.

    Parameters
    ----------
    folder : path
    year : int, optional
        Overrides that of ``world.yaml``.

    Returns
    -------
    SourceTable

    Raises
    ------
    InputError, SchemaError, LabelError, UnitError
        With file, line and cell.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise InputError(
            "this is no folder",
            where=str(folder),
            hint="give the folder that holds world.yaml and trade.csv",
        )
    sheet = _sheet(folder / "world.yaml")
    factor = unit_factor(str(sheet.get("unit", "million USD")), where="world.yaml: unit")
    rate = _choice(sheet, "tariff_unit", TARIFF_UNITS, "fraction")
    uses = str(sheet.get("uses", "before duty"))
    if uses not in USES:
        raise SchemaError(
            f"unknown `uses: {uses}`", file="world.yaml", key="uses", hint=suggestion(uses, USES)
        )
    trade = _cells(
        folder / "trade.csv", ("importer", "exporter", "sector"), factor, tariff=TARIFF_UNITS[rate]
    )
    inputs = _optional(folder / "inputs.csv", ("country", "supplier", "user"), factor)
    added = _optional(folder / "value_added.csv", ("country", "sector"), factor)
    final = _optional(folder / "final_demand.csv", ("country", "sector"), factor)
    labels = _labels_of_trade(sheet, trade, inputs, added, final)
    arrays = _account_arrays(labels, trade, inputs, added, final, duty_paid=uses == "duty paid")
    files = [
        folder / name
        for name in ("world.yaml", "trade.csv", "inputs.csv", "value_added.csv", "final_demand.csv")
    ]
    return SourceTable(
        name=str(sheet["name"]),
        year=year if year is not None else int(sheet["year"]),
        labels=labels,
        files=hashed(*[path for path in files if is_file(path)]),
        sources=(
            {
                "citation": str(sheet.get("source", "not stated")),
                "licence": str(sheet.get("licence", "not stated")),
                "used_for": "baseline",
            },
        ),
        method=(f"Long CSV files, values in {sheet.get('unit', 'million USD')}, uses {uses}.",),
        **arrays,
    )


def _sheet(path: Path) -> Mapping[str, Any]:
    from detente.dossier import read_yaml

    if not is_there(path):
        raise InputError(
            "the folder has no world.yaml",
            where=str(path.parent),
            hint="write one with name, year and unit (million USD, thousand USD, USD, billion USD)",
        )
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise SchemaError("world.yaml holds no keys", file=path.name, hint="write name, year and unit")
    for key in file.data:
        if key not in KEYS:
            raise SchemaError(
                f"unknown key `{key}`", file=path.name, line=file.place((key,))[0], hint=suggestion(key, KEYS)
            )
    for key in ("name", "year"):
        if key not in file.data:
            raise SchemaError(f"`{key}` is missing", file=path.name, hint=f"add `{key}: …`")
    year = file.data["year"]
    if isinstance(year, bool) or not isinstance(year, int) or not 0 < year < 10_000:
        raise SchemaError(f"`{year}` is no year", file=path.name, key="year", hint="write year: 2022")
    for key in ("countries", "sectors"):
        names = file.data.get(key)
        if names is not None and not (
            isinstance(names, dict) and all(isinstance(name, str) for name in names.values())
        ):
            raise SchemaError(
                f"`{key}` is no list of names",
                file=path.name,
                key=key,
                hint="write `code: name` below it, indented",
            )
    return file.data


def _choice(sheet: Mapping[str, Any], key: str, options: Mapping[str, Any], default: str) -> str:
    value = str(sheet.get(key, default))
    if value not in options:
        raise SchemaError(
            f"unknown `{key}: {value}`", file="world.yaml", key=key, hint=suggestion(value, options)
        )
    return value


def _cells(path: Path, keys: tuple[str, ...], factor: float, *, tariff: float | None = None) -> list[_Cell]:
    """Read one file; refuse doubled cells, negative values, and rates that look like another unit."""
    seen: dict[tuple[str, ...], int] = {}
    entries = []
    optional = ("tariff",) if tariff is not None else ()
    for line, cells in read_long(path, (*keys, "value"), optional):
        names = cells[: len(keys)]
        for key, name in zip(keys, names, strict=True):
            if not name:
                raise SchemaError(
                    "the code is missing",
                    file=path.name,
                    line=line,
                    key=key,
                    hint="write a code in every row",
                )
        if names in seen:
            raise LabelError(
                f"{', '.join(names)} stands in line {seen[names]} already",
                where=f"{path.name}:{line}",
                hint="drop one of the two, or add them up",
            )
        seen[names] = line
        cell = ", ".join(names)
        value = million_usd(
            parse_number(cells[len(keys)], file=path.name, line=line, cell=cell),
            factor,
            where=f"{path.name}:{line}: {cell}",
        )
        if value < 0 and path.name != "final_demand.csv":
            raise InputError(
                f"negative value {value:g}",
                where=f"{path.name}:{line}: {cell}",
                hint="only final demand may be negative, where stocks were run down",
            )
        rate = 0.0
        if tariff is not None and cells[-1]:
            rate = tariff * parse_number(cells[-1], file=path.name, line=line, cell=f"{cell}: tariff")
            if not -1 < rate <= 100:
                raise UnitError(
                    f"a duty of {100 * rate:g} %",
                    where=f"{path.name}:{line}: {cell}",
                    hint="say `tariff_unit: percent` or `fraction` in world.yaml",
                )
        entries.append(_Cell(line, names, value, rate))
    return entries


def _optional(path: Path, keys: tuple[str, ...], factor: float) -> list[_Cell] | None:
    return _cells(path, keys, factor) if is_there(path) else None


def _labels_of_trade(
    sheet: Mapping[str, Any],
    trade: list[_Cell],
    inputs: list[_Cell] | None,
    added: list[_Cell] | None,
    final: list[_Cell] | None,
) -> Labels:
    """Codes in order of first appearance in trade; the other files may not know any other."""
    named_countries, named_sectors = sheet.get("countries") or {}, sheet.get("sectors") or {}
    countries = list(dict.fromkeys([*named_countries, *(code for cell in trade for code in cell.keys[:2])]))
    sectors = list(dict.fromkeys([*named_sectors, *(cell.keys[2] for cell in trade)]))
    for name, cells in (("inputs.csv", inputs), ("value_added.csv", added), ("final_demand.csv", final)):
        for cell in cells or ():
            if cell.keys[0] not in countries:
                raise LabelError(
                    f"country `{cell.keys[0]}` has no trade",
                    where=f"{name}:{cell.line}",
                    hint=suggestion(cell.keys[0], countries),
                )
            for code in cell.keys[1:]:
                if code not in sectors:
                    raise LabelError(
                        f"sector `{code}` has no trade",
                        where=f"{name}:{cell.line}",
                        hint=suggestion(code, sectors),
                    )
        missing = [code for code in countries if cells and code not in {cell.keys[0] for cell in cells}]
        if missing:
            raise LabelError(
                f"no row for {', '.join(missing[:8])}, which trade.csv has",
                where=name,
                hint="every country needs its rows; write 0 where there is nothing",
            )
    return Labels(
        tuple(countries),
        tuple(sectors),
        {str(code): str(text) for code, text in named_countries.items() if str(text) != str(code)},
        {str(code): str(text) for code, text in named_sectors.items() if str(text) != str(code)},
    )


def _account_arrays(
    labels: Labels,
    trade: list[_Cell],
    inputs: list[_Cell] | None,
    added: list[_Cell] | None,
    final: list[_Cell] | None,
    *,
    duty_paid: bool,
) -> dict[str, Any]:
    country = {code: n for n, code in enumerate(labels.countries)}
    sector = {code: s for s, code in enumerate(labels.sectors)}
    N, S = len(country), len(sector)
    flows, tariff = np.zeros((N, N, S)), np.zeros((N, N, S))
    for cell in trade:
        place = country[cell.keys[0]], country[cell.keys[1]], sector[cell.keys[2]]
        if place[0] == place[1] and cell.tariff:
            raise UnitError(
                f"a duty on sales at home ({cell.keys[0]})",
                where=f"trade.csv:{cell.line}",
                hint="leave the tariff empty where importer and exporter are the same",
            )
        flows[place], tariff[place] = cell.value, cell.tariff
    used = np.zeros((N, S, S))
    for cell in inputs or ():
        used[country[cell.keys[0]], sector[cell.keys[1]], sector[cell.keys[2]]] = cell.value
    home = bool(np.einsum("nns->n", flows).all())
    if added is None and not home:
        raise InputError(
            "sales at home are missing, and so is value_added.csv: output is not known",
            where="trade.csv",
            hint="add rows with importer = exporter for every country, or value_added.csv",
        )
    output = flows.sum(0)
    if added is not None:
        value_added = _two_way(added, country, sector)
        output = used.sum(1) + value_added
        if not home:
            exports = flows.sum(0) - np.einsum("nns->ns", flows)
            for n in range(N):
                flows[n, n] = output[n] - exports[n]
    bought = None if final is None else _two_way(final, country, sector)
    if duty_paid:
        # Output is what costs add up to, so it is made of duty-paid inputs; uses are stored before duty.
        price = 1 + mean_duty(np.maximum(flows, 0.0), tariff)
        used = used / price[:, :, None]
        bought = None if bought is None else bought / price
    return {
        "flows": flows,
        "inputs": used,
        "output": output,
        "final": bought,
        "tariff": tariff if tariff.any() else None,
    }


def _two_way(cells: list[_Cell], country: Mapping[str, int], sector: Mapping[str, int]) -> Array:
    values = np.zeros((len(country), len(sector)))
    for cell in cells:
        values[country[cell.keys[0]], sector[cell.keys[1]]] = cell.value
    return values


def write_long_folder(economy: Economy, folder: str | Path) -> Path:
    """Write a world as long CSV files, the form `read_long_folder` reads; zero cells are left out.

    Parameters
    ----------
    economy : Economy
    folder : path

    Returns
    -------
    Path
        The folder.
    """
    folder = Path(folder)
    countries, sectors = economy.labels.countries, economy.labels.sectors
    value = economy.va_share * economy.output
    used = economy.input_shares * economy.output[:, None, :]
    files: dict[str, bytes] = {}

    def write(name: str, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        files[name] = out.getvalue().encode()

    pairs = [(n, i) for n in range(len(countries)) for i in range(len(countries))]
    write(
        "trade.csv",
        ("importer", "exporter", "sector", "value", "tariff"),
        [
            (
                countries[n],
                countries[i],
                code,
                repr(float(economy.flows[n, i, s])),
                repr(float(economy.tariff[n, i, s])),
            )
            for n, i in pairs
            for s, code in enumerate(sectors)
            if economy.flows[n, i, s] or economy.tariff[n, i, s]
        ],
    )
    write(
        "inputs.csv",
        ("country", "supplier", "user", "value"),
        [
            (code, sectors[r], sectors[s], repr(float(used[n, r, s])))
            for n, code in enumerate(countries)
            for r in range(len(sectors))
            for s in range(len(sectors))
            if used[n, r, s] or r == s == 0
        ],
    )
    for name, values in (("value_added.csv", value), ("final_demand.csv", economy.final_demand)):
        rows: list[tuple[object, ...]] = [
            (code, sectors[s], repr(float(values[n, s])))
            for n, code in enumerate(countries)
            for s in range(len(sectors))
        ]
        write(name, ("country", "sector", "value"), rows)
    lines = [f"name: {json.dumps(economy.name, ensure_ascii=False)}", f"year: {economy.year}"]
    lines += ["unit: million USD", "tariff_unit: fraction", "uses: duty paid"]
    for key, codes, name_of in (
        ("countries", countries, economy.labels.country_name),
        ("sectors", sectors, economy.labels.sector_name),
    ):
        lines.append(f"{key}:")
        lines += [f"  {json.dumps(code)}: {json.dumps(name_of(code), ensure_ascii=False)}" for code in codes]
    files["world.yaml"] = ("\n".join(lines) + "\n").encode()
    return write_folder(folder, files, keep=True)
