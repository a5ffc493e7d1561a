"""A table from data frames with labels: pandas, polars, or any mapping of columns; nothing is imported for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from detente.core import InputError, Labels, SchemaError, suggestion
from detente.world.read.files import unit_factor
from detente.world.read.long_cells import LongCell, account_arrays, checked_cells, labels_of_trade
from detente.world.read.long_csv import TARIFF_UNITS, USES
from detente.world.read.table import SourceTable
from detente.world.read.trade_gdp import trade_gdp_table

Frame = Any
"""Something with named columns: `frame.columns` or keys, and `frame[name]` a sequence."""
COLUMNS = {
    "trade": ("importer", "exporter", "sector"),
    "inputs": ("country", "supplier", "user"),
    "value_added": ("country", "sector"),
    "final": ("country", "sector"),
    "gdp": ("country",),
}


def table_of_frames(
    trade: Frame,
    *,
    name: str,
    year: int,
    unit: str,
    inputs: Frame | None = None,
    value_added: Frame | None = None,
    final: Frame | None = None,
    gdp: Frame | None = None,
    gdp_unit: str | None = None,
    sales_over_gdp: float = 1.0,
    tariff_unit: str = "fraction",
    uses: str = "before duty",
    source: str = "data frames",
    licence: str = "not stated",
) -> SourceTable:
    """Put a world together from frames in long form, one row a cell, columns by name.

    Parameters
    ----------
    trade : frame
        ``importer, exporter, sector, value`` and, if wanted, ``tariff``; without ``sector`` where `gdp` is given.
    name : str
    year : int
    unit : {"USD", "thousand USD", "million USD", "billion USD"}
        Of every value; there is no default, since a wrong one is the commonest mistake.
    inputs : frame, optional
        ``country, supplier, user, value``.
    value_added, final : frame, optional
        ``country, sector, value``.
    gdp : frame, optional
        ``country, value``: one sector, sales at home by difference.
    gdp_unit : str, optional
        `unit` when left out.
    sales_over_gdp : float
    tariff_unit : {"fraction", "percent"}
    uses : {"before duty", "duty paid"}
    source, licence : str
        Said of the world.

    Returns
    -------
    SourceTable
        For `build_world`, which balances it and reports what moved.

    Raises
    ------
    InputError, SchemaError, LabelError, UnitError
        With the frame, row and cell.

    Examples
    --------
    >>> from detente.world.read import build_world
    >>> trade = {"importer": ["A", "B"], "exporter": ["B", "A"], "value": [10.0, 12.0], "tariff": [0.05, 0.0]}
    >>> gdp = {"country": ["A", "B"], "value": [0.1, 0.2]}
    >>> table = table_of_frames(trade, gdp=gdp, name="two", year=1900, unit="million USD", gdp_unit="billion USD")
    >>> build_world(table, elasticities="4").economy.value_added.round(6).tolist()
    [100.0, 200.0]
    """
    factor = unit_factor(unit, where="unit")
    for key, given, allowed in (("tariff_unit", tariff_unit, TARIFF_UNITS), ("uses", uses, USES)):
        if given not in allowed:
            raise InputError(f"unknown {key} `{given}`", hint=suggestion(given, tuple(allowed)))
    rate = TARIFF_UNITS[tariff_unit]
    if gdp is not None:
        if inputs is not None or value_added is not None or final is not None:
            raise InputError(
                "GDP alone makes a world of one sector, without inputs or final demand",
                where="gdp",
                hint="leave out `gdp`, or the other frames",
            )
        pairs = _cells_of(trade, "trade", ("importer", "exporter"), factor, tariff=rate)
        sizes = _cells_of(gdp, "gdp", COLUMNS["gdp"], unit_factor(gdp_unit or unit, where="gdp_unit"))
        return trade_gdp_table(
            pairs,
            sizes,
            name=name,
            year=year,
            sales_over_gdp=sales_over_gdp,
            source=source,
            licence=licence,
            units=(unit, gdp_unit or unit),
        )
    cells = _cells_of(trade, "trade", COLUMNS["trade"], factor, tariff=rate)
    others = {
        key: None if frame is None else _cells_of(frame, key, COLUMNS[key], factor)
        for key, frame in (("inputs", inputs), ("value_added", value_added), ("final", final))
    }
    labels: Labels = labels_of_trade({}, cells, others["inputs"], others["value_added"], others["final"])
    arrays = account_arrays(
        labels, cells, others["inputs"], others["value_added"], others["final"], duty_paid=uses == "duty paid"
    )
    return SourceTable(
        name=name,
        year=year,
        labels=labels,
        sources=({"citation": source, "licence": licence, "used_for": "baseline"},),
        method=(f"Data frames, values in {unit}, uses {uses}.",),
        **arrays,
    )


def _cells_of(
    frame: Frame, what: str, keys: tuple[str, ...], factor: float, *, tariff: float | None = None
) -> list[LongCell]:
    """Cells of one frame, checked as those of a file are; rows count from 0 as frames do."""
    rows = _rows_of(frame, what, (*keys, "value"), ("tariff",) if tariff is not None else ())
    # only final demand may be negative; the check knows it by the name of its file
    return checked_cells(rows, f"{what}_demand.csv" if what == "final" else what, keys, factor, tariff=tariff)


def _rows_of(
    frame: Frame, what: str, required: Sequence[str], optional: Sequence[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    names = [str(name) for name in (frame.columns if hasattr(frame, "columns") else frame)]
    for name in required:
        if name not in names:
            raise SchemaError(
                f"column `{name}` is missing",
                file=what,
                hint=f"{suggestion(name, names)}; rename it, and bring an index into columns with reset_index()",
            )
    for name in names:
        if name not in (*required, *optional):
            raise SchemaError(
                f"unknown column `{name}`",
                file=what,
                key=name,
                hint=f"columns: {', '.join((*required, *optional))}; drop what is not needed",
            )
    columns = [list(frame[name]) for name in required]
    columns += [list(frame[name]) if name in names else [""] * len(columns[0]) for name in optional]
    for row, cells in enumerate(zip(*columns, strict=True)):
        yield row, tuple(_text(cell) for cell in cells)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    return repr(float(cell)) if hasattr(cell, "__float__") else str(cell)
