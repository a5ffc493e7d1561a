"""Cells of long files and frames: checked one by one, then laid out as the arrays of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import InputError, LabelError, Labels, SchemaError, UnitError, suggestion
from detente.world.economy import Array
from detente.world.numbers import parse_number
from detente.world.read.files import million_usd, read_long
from detente.world.read.table import mean_duty


@dataclass(frozen=True)
class LongCell:
    """One row of a long file: its line, codes, million USD, and duty."""

    line: int
    keys: tuple[str, ...]
    value: float
    tariff: float = 0.0


def read_cells(
    path: Path, keys: tuple[str, ...], factor: float, *, tariff: float | None = None
) -> list[LongCell]:
    """Read one file of cells.

    Raises
    ------
    InputError, SchemaError, LabelError, UnitError
        See `checked_cells`.
    """
    rows = read_long(path, (*keys, "value"), ("tariff",) if tariff is not None else ())
    return checked_cells(rows, path.name, keys, factor, tariff=tariff)


def checked_cells(
    rows: Iterable[tuple[int, tuple[str, ...]]],
    file: str,
    keys: tuple[str, ...],
    factor: float,
    *,
    tariff: float | None = None,
) -> list[LongCell]:
    """Cells from rows of text; refuses doubled cells, negative values, and rates that look like another unit.

    Parameters
    ----------
    rows : iterable of (line, texts)
        Codes, then the value, then a duty where `tariff` says what makes a fraction of it.
    file : str
        What to call their source in a complaint.
    keys : tuple of str
        What the codes stand for.
    factor : float
        What makes million USD of a value.
    tariff : float, optional

    Raises
    ------
    InputError, SchemaError, LabelError, UnitError
        With file, line and cell.
    """
    seen: dict[tuple[str, ...], int] = {}
    entries = []
    for line, cells in rows:
        names = cells[: len(keys)]
        for key, name in zip(keys, names, strict=True):
            if not name:
                raise SchemaError(
                    "the code is missing",
                    file=file,
                    line=line,
                    key=key,
                    hint="write a code in every row",
                )
        if names in seen:
            raise LabelError(
                f"{', '.join(names)} stands in line {seen[names]} already",
                where=f"{file}:{line}",
                hint="drop one of the two, or add them up",
            )
        seen[names] = line
        cell = ", ".join(names)
        value = million_usd(
            parse_number(cells[len(keys)], file=file, line=line, cell=cell),
            factor,
            where=f"{file}:{line}: {cell}",
        )
        if value < 0 and file != "final_demand.csv":
            raise InputError(
                f"negative value {value:g}",
                where=f"{file}:{line}: {cell}",
                hint="only final demand may be negative, where stocks were run down",
            )
        rate = 0.0
        if tariff is not None and cells[-1]:
            rate = tariff * parse_number(cells[-1], file=file, line=line, cell=f"{cell}: tariff")
            if not -1 < rate <= 100:
                raise UnitError(
                    f"a duty of {100 * rate:g} %",
                    where=f"{file}:{line}: {cell}",
                    hint="say `tariff_unit: percent` or `fraction` in world.yaml",
                )
        entries.append(LongCell(line, names, value, rate))
    return entries


def labels_of_trade(
    sheet: Mapping[str, Any],
    trade: list[LongCell],
    inputs: list[LongCell] | None,
    added: list[LongCell] | None,
    final: list[LongCell] | None,
) -> Labels:
    """Codes in order of first appearance in trade; the other files may not know any other.

    Raises
    ------
    LabelError
        For a code without trade, or a country without rows.
    """
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


def account_arrays(
    labels: Labels,
    trade: list[LongCell],
    inputs: list[LongCell] | None,
    added: list[LongCell] | None,
    final: list[LongCell] | None,
    *,
    duty_paid: bool,
) -> dict[str, Any]:
    """Arrays of a `SourceTable` from cells.

    Raises
    ------
    InputError, UnitError
        Where sales at home are not known, or bear a duty.
    """
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


def _two_way(cells: list[LongCell], country: Mapping[str, int], sector: Mapping[str, int]) -> Array:
    values = np.zeros((len(country), len(sector)))
    for cell in cells:
        values[country[cell.keys[0]], sector[cell.keys[1]]] = cell.value
    return values
