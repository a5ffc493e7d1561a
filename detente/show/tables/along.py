"""The picture of a path: real income of each country at every date, the band of the draws behind it, the long run at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.cases import Unfolding, unfolding_table
from detente.core import Cell, Column, Table, known
from detente.outlook import Band, PathDraws
from detente.show.figures.figures import NARROW, WIDE, Figure
from detente.show.figures.rows import Row, layer, pixel
from detente.show.figures.theme import GRID, MUTED, countries as coloured, country_name, look
from detente.show.words.words import joined, number, percent
from detente.world import Array

_PLAIN = "#5c6770"
_LATER = 6.0
"""Months on the picture that the long run takes up after the last date."""

Lines = Mapping[str, tuple[Array, Array | None, Array | None]]
"""Central, low and high of each country by date, the long run last, per cent."""


def along_figure(path: Unfolding, countries: Sequence[str], drawn: PathDraws | None = None) -> Figure:
    """Draw real income along time.

    Parameters
    ----------
    path : Unfolding
    countries : sequence of str
    drawn : PathDraws, optional
        Whose band of 90 % lies behind the lines.
    """
    labels = path.long.economy.labels
    central = 100 * np.vstack([path.gains(), path.long.real_income_hat - 1])
    band = None
    if drawn is not None:
        band = Band.of(100 * np.concatenate([drawn.gains, drawn.long[:, None]], axis=1))
    lines: dict[str, tuple[Array, Array | None, Array | None]] = {}
    for code in countries:
        n = labels.country(code)
        lines[code] = (
            central[:, n],
            None if band is None else band.low[:, n],
            None if band is None else band.high[:, n],
        )
    first = path.first_year()
    title = "; ".join(
        f"{country_name(code)}: {percent(100 * float(first[labels.country(code)]), 2, signed=True)} of real income in the "
        f"first year, {percent(float(line[0][-1]), 2, signed=True)} in the long run"
        for code, line in lines.items()
    )
    words = "; ".join(
        f"{country_name(code)} from {number(float(line[0][0]), 2)} to {number(float(line[0][-1]), 2)}"
        for code, line in lines.items()
    )
    behind = "" if drawn is None else f"; band: 90 % of {len(drawn.gains)} draws"
    return Figure(
        "path",
        f"{title}.",
        f"Steps of real income of {joined([country_name(code) for code in lines])} along time, per cent: {words}.",
        _spec(path, lines, WIDE),
        _table(path, lines),
        note=unfolding_table(path, ()).note,
        subtitle=f"Real income against the base year, percent; the long run at the right{behind}",
        narrow=_spec(path, lines, NARROW),
    )


def _table(path: Unfolding, lines: Lines) -> Table:
    """What is drawn, one row a date and country; the long run last."""
    rows: list[tuple[Cell, ...]] = []
    for k, period in enumerate((*path.periods, None)):
        day = None if period is None else path.day(period)
        when = (None, None) if period is None else (period.start, period.start + period.months)
        for code, arrays in lines.items():
            ends = (None if array is None else float(array[k]) for array in arrays)
            rows.append((*when, "" if day is None else day.isoformat(), code, *ends))
    return Table(
        "path-along",
        "The path along time, drawn",
        (
            Column("from_month", "From month", "month", "number", 1),
            Column("to_month", "To month", "month", "number", 1),
            Column("from_day", "From day"),
            Column("country", "Country"),
            Column("real_income_pct", "Real income", "%", "number", 3),
            Column("low_pct", "5 % of draws", "%", "number", 3),
            Column("high_pct", "95 % of draws", "%", "number", 3),
        ),
        tuple(rows),
    )


def _rows(starts: Sequence[float], end: float, *values: Array) -> list[Row]:
    """Points of steps: one at the start of every date, and the end of the long run."""
    names = ("y", "y2")[: len(values)]
    rows: list[Row] = [
        {"x": start, **{name: float(array[k]) for name, array in zip(names, values, strict=True)}}
        for k, start in enumerate(starts)
    ]
    return [*rows, {**rows[-1], "x": end}]


def _spec(path: Unfolding, lines: Lines, width: int) -> dict[str, Any]:
    narrow, height = width < (WIDE + NARROW) // 2, 250.0
    plot = width - 12.0
    left, right = 40.0, plot - (64.0 if narrow else 120.0)
    last = path.periods[-1].start + path.periods[-1].months
    starts, end = [*(period.start for period in path.periods), last], last + _LATER
    every = np.concatenate([array for line in lines.values() for array in line if array is not None])
    low, high = min(float(every.min()), 0.0), max(float(every.max()), 0.0)
    low, high = (low, high) if high > low else (-1.0, 1.0)
    quiet = {"grid": True, "domain": False, "ticks": False, "gridColor": GRID, "labelColor": MUTED}
    x = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [0, end], "range": [left, right], "nice": False},
        "axis": {**quiet, "grid": False, "title": "Months", "values": [*range(0, int(last) + 1, 12)]},
    }
    y: dict[str, Any] = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [low, high], "range": [height, 8.0], "nice": False},
        "axis": {**quiet, "title": None, "offset": -left, "tickCount": 5, "format": ",~f"},
    }
    layers: list[dict[str, Any]] = []
    rule = [{"x": last, "y": 8.0, "y2": height, "ty": height - 6, "text": "long run"}]
    dashed = {"type": "rule", "color": "#aab3bc", "strokeWidth": 0.8, "strokeDash": [4, 3]}
    text = {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "color": MUTED, "fontSize": 11}
    says = {"field": "text", "type": "nominal"}
    layers.append(layer(dashed, rule, x=x, y=pixel("y"), y2={"field": "y2"}))
    layers.append(layer(text, rule, x=x, y=pixel("ty"), text=says))
    for code, (_, below, above) in lines.items():
        if below is not None and above is not None:
            area = {"type": "area", "interpolate": "step-after", "color": _colour(code), "opacity": 0.18}
            layers.append(layer(area, _rows(starts, end, below, above), x=x, y=y, y2={"field": "y2"}))
    taken = 0.0
    for code, (central, _, _) in sorted(
        lines.items(), key=lambda item: (-known(float(item[1][0][-1])), item[0])
    ):
        mark = {"type": "line", "interpolate": "step-after", "color": _colour(code), "strokeWidth": 2.4}
        layers.append(layer(mark, _rows(starts, end, central), x=x, y=y))
        at = max(8.0 + (height - 8.0) * (high - float(central[-1])) / (high - low), taken + 14)
        taken = at
        name = {"type": "text", "align": "left", "baseline": "middle", "color": _colour(code), "fontSize": 12}
        row: list[Row] = [{"y": at, "text": country_name(code, short=narrow)}]
        layers.append(layer(name, row, x={"value": right + 6}, y=pixel("y"), text=says))
    return {"width": plot, "height": height, "layer": layers}


def _colour(code: str) -> str:
    return look("country", code).colour if code in coloured() else _PLAIN
