"""A world from trade between countries and their GDP alone: one sector, sales at home by difference.

=================== ============================================================ ============================
file                columns                                                      when it may be left out
=================== ============================================================ ============================
``world.yaml``      ``name, year, unit, gdp_unit, sales_over_gdp``, and those of    never
                    `long_csv`
``trade.csv``       ``importer,exporter,value[,tariff]``                         never
``gdp.csv``         ``country,value``                                            never
=================== ============================================================ ============================

What a country sells in all is its GDP times ``sales_over_gdp`` (1 when left out: no inputs); what it does not sell abroad it
sells at home. An entrepôt sells more abroad than it makes: what it makes is raised to its exports, and the notes of the table, which
the report of a build repeats, say by how much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from detente.core import (
    InputError,
    LabelError,
    Labels,
    SchemaError,
    UnitError,
    is_number,
    suggestion,
)
from detente.world.economy import Array
from detente.world.read.files import unit_factor
from detente.world.read.long_cells import LongCell, read_cells
from detente.world.read.long_csv import KEYS, TARIFF_UNITS, choice_of, known_folder, read_sheet
from detente.world.read.table import SourceTable, hashed, mean_duty

SECTOR = "ALL"


def read_trade_gdp_folder(folder: str | Path, *, year: int | None = None) -> SourceTable:
    """Read a folder with trade and GDP alone.

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
    folder = known_folder(folder, "world.yaml, trade.csv and gdp.csv")
    sheet = read_sheet(folder / "world.yaml", (*KEYS, "gdp_unit", "sales_over_gdp"))
    unit = str(sheet.get("unit", "million USD"))
    factor = unit_factor(unit, where="world.yaml: unit")
    gdp_unit = str(sheet.get("gdp_unit", unit))
    rate = TARIFF_UNITS[choice_of(sheet, "tariff_unit", TARIFF_UNITS, "fraction")]
    ratio = str(sheet.get("sales_over_gdp", 1))
    if not is_number(ratio):
        raise SchemaError(
            f"`{ratio}` is no number", file="world.yaml", key="sales_over_gdp", hint="write 2.0"
        )
    trade = read_cells(folder / "trade.csv", ("importer", "exporter"), factor, tariff=rate)
    gdp = read_cells(folder / "gdp.csv", ("country",), unit_factor(gdp_unit, where="world.yaml: gdp_unit"))
    return trade_gdp_table(
        trade,
        gdp,
        name=str(sheet["name"]),
        year=year if year is not None else int(sheet["year"]),
        sales_over_gdp=float(ratio),
        names=sheet.get("countries") or {},
        source=str(sheet.get("source", "not stated")),
        licence=str(sheet.get("licence", "not stated")),
        files=hashed(*(folder / name for name in ("world.yaml", "trade.csv", "gdp.csv"))),
        units=(unit, gdp_unit),
    )


def trade_gdp_table(
    trade: Sequence[LongCell],
    gdp: Sequence[LongCell],
    *,
    name: str,
    year: int,
    sales_over_gdp: float = 1.0,
    names: Mapping[str, str] | None = None,
    source: str = "not stated",
    licence: str = "not stated",
    files: tuple[Mapping[str, str], ...] = (),
    units: tuple[str, str] = ("million USD", "million USD"),
) -> SourceTable:
    """One sector from cells of trade and of GDP, million USD.

    Parameters
    ----------
    trade : sequence of LongCell
        Importer and exporter; rows of sales at home are refused: they follow from GDP.
    gdp : sequence of LongCell
        Country.
    name : str
    year : int
    sales_over_gdp : float
        What is sold in all over GDP, 1 or more: the rest is inputs.
    names : mapping, optional
        Names of countries by code.
    source, licence, files, units
        Said of the table.

    Raises
    ------
    LabelError
        For a country that has GDP and no trade, or trade and no GDP.
    InputError, UnitError
        For rows of sales at home, a GDP that is not positive, and a ratio below 1.
    """
    if not (np.isfinite(sales_over_gdp) and sales_over_gdp >= 1):
        raise UnitError(
            f"sales_over_gdp is {sales_over_gdp}",
            where=name,
            hint="1 where nothing is used as input; gross output is about twice GDP",
        )
    codes, flows, tariff = _pairs(trade, gdp)
    output = sales_over_gdp * np.array([cell.value for cell in gdp])
    exports = flows.sum(0)
    sales = np.maximum(output, exports)
    raised = sales - output
    here = np.arange(len(codes))
    flows[here, here] = sales - exports
    notes = ["Sales at home are what GDP leaves after exports, one sector."]
    short = [int(k) for k in np.argsort(-raised, kind="stable") if raised[k] > 0]
    if short:
        listed = ", ".join(f"{codes[k]} by {raised[k]:,.0f}" for k in short[:8])
        notes.append(
            f"{len(short)} of {len(codes)} countries sell more abroad than they make: they sell nothing at home, and what they make "
            f"is raised to their exports ({raised.sum():,.0f} million USD in all: {listed}{', …' if len(short) > 8 else ''})"
        )
    # inputs are bought with duty and stored before it; so GDP stays what it is
    price = 1 + mean_duty(flows[:, :, None], tariff[:, :, None])[:, 0]
    inputs = (1 - 1 / sales_over_gdp) * sales / price
    return SourceTable(
        name=name,
        year=year,
        labels=Labels(
            tuple(codes),
            (SECTOR,),
            {str(code): str(text) for code, text in (names or {}).items() if str(text) != str(code)},
            {SECTOR: "all goods and services"},
        ),
        flows=flows[:, :, None],
        inputs=inputs[:, None, None],
        output=sales[:, None],
        tariff=tariff[:, :, None] if tariff.any() else None,
        files=files,
        sources=({"citation": source, "licence": licence, "used_for": "trade and GDP"},),
        notes=tuple(notes),
        method=(f"Trade in {units[0]}, GDP in {units[1]}; sales over GDP {sales_over_gdp:g}.",),
    )


def _pairs(trade: Sequence[LongCell], gdp: Sequence[LongCell]) -> tuple[list[str], Array, Array]:
    """Countries, flows between them and duties [importer, exporter]; refuses what does not fit together."""
    codes = list(dict.fromkeys(cell.keys[0] for cell in gdp))
    place = {code: k for k, code in enumerate(codes)}
    flows, tariff = np.zeros((len(codes), len(codes))), np.zeros((len(codes), len(codes)))
    for cell in trade:
        for code in cell.keys:
            if code not in place:
                raise LabelError(
                    f"country `{code}` has trade and no GDP",
                    where=f"trade:{cell.line}",
                    hint=suggestion(code, codes) or "add its GDP, or drop its rows",
                )
        importer, exporter = (place[code] for code in cell.keys)
        if importer == exporter:
            raise InputError(
                f"sales of `{cell.keys[0]}` at home are stated",
                where=f"trade:{cell.line}",
                hint="drop the row: here they are what GDP leaves after exports",
            )
        flows[importer, exporter], tariff[importer, exporter] = cell.value, cell.tariff
    for k, cell in enumerate(gdp):
        if not cell.value > 0:
            raise UnitError(f"the GDP of `{cell.keys[0]}` is {cell.value:g}", where=f"gdp:{cell.line}")
        if not (flows[k].any() or flows[:, k].any()):
            raise LabelError(
                f"country `{cell.keys[0]}` has GDP and no trade",
                where=f"gdp:{cell.line}",
                hint="drop its row",
            )
    return codes, flows, tariff
