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
from pathlib import Path
from typing import Any

from detente.core import (
    InputError,
    SchemaError,
    is_file,
    is_folder,
    is_there,
    suggestion,
    write_folder,
)
from detente.world.economy import Economy
from detente.world.read.files import unit_factor
from detente.world.read.long_cells import LongCell, account_arrays, labels_of_trade, read_cells
from detente.world.read.table import SourceTable, hashed

KEYS = ("name", "year", "unit", "tariff_unit", "uses", "source", "licence", "countries", "sectors")
TARIFF_UNITS = {"fraction": 1.0, "percent": 0.01}
USES = ("before duty", "duty paid")


def known_folder(folder: str | Path, files: str) -> Path:
    """The path of a folder that is there; `files` names what it should hold.

    Raises
    ------
    InputError
        Where it is none.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise InputError("this is no folder", where=str(folder), hint=f"give the folder that holds {files}")
    return folder


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
    folder = known_folder(folder, "world.yaml and trade.csv")
    sheet = read_sheet(folder / "world.yaml")
    factor = unit_factor(str(sheet.get("unit", "million USD")), where="world.yaml: unit")
    rate = choice_of(sheet, "tariff_unit", TARIFF_UNITS, "fraction")
    uses = str(sheet.get("uses", "before duty"))
    if uses not in USES:
        raise SchemaError(
            f"unknown `uses: {uses}`", file="world.yaml", key="uses", hint=suggestion(uses, USES)
        )
    trade = read_cells(
        folder / "trade.csv", ("importer", "exporter", "sector"), factor, tariff=TARIFF_UNITS[rate]
    )
    inputs = _optional(folder / "inputs.csv", ("country", "supplier", "user"), factor)
    added = _optional(folder / "value_added.csv", ("country", "sector"), factor)
    final = _optional(folder / "final_demand.csv", ("country", "sector"), factor)
    labels = labels_of_trade(sheet, trade, inputs, added, final)
    arrays = account_arrays(labels, trade, inputs, added, final, duty_paid=uses == "duty paid")
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


def read_sheet(path: Path, keys: tuple[str, ...] = KEYS) -> Mapping[str, Any]:
    """What a world.yaml says, with the keys it may have.

    Raises
    ------
    InputError, SchemaError
        Without the file; for keys that are unknown, missing, or of another form.
    """
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
        if key not in keys:
            raise SchemaError(
                f"unknown key `{key}`", file=path.name, line=file.place((key,))[0], hint=suggestion(key, keys)
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


def choice_of(sheet: Mapping[str, Any], key: str, options: Mapping[str, Any], default: str) -> str:
    """A key of a sheet that is one of several words.

    Raises
    ------
    SchemaError
        For another word, with the nearest one.
    """
    value = str(sheet.get(key, default))
    if value not in options:
        raise SchemaError(
            f"unknown `{key}: {value}`", file="world.yaml", key=key, hint=suggestion(value, options)
        )
    return value


def _optional(path: Path, keys: tuple[str, ...], factor: float) -> list[LongCell] | None:
    return read_cells(path, keys, factor) if is_there(path) else None


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
