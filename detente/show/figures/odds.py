"""Pictures of what may come: the ladder with its odds at two horizons, and the fan of duties ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detente.core import Table
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import Row, fold, layer, pixel, text_width
from detente.show.figures.theme import GRID, INK, MUTED, check_colours, country_name, look
from detente.show.figures.timeaxis import milliseconds, time_axis
from detente.show.words.words import number

NEAR, FAR = "#c2571a", "#17406d"
"""Colours of the nearer and the farther horizon; the nearer has an open mark, so that they tell apart in grey."""
ROW, FAN = 35.0, 74.0
"""Heights in pixels: of a rung, of the fan of one side."""
AREA, LINE = 0.16, 2.2


@dataclass(frozen=True)
class RungOdds:
    """How likely a rung is at one horizon.

    Parameters
    ----------
    rung, means : str
        What it is called, and when a course is read as it.
    horizon : str
        In words ("within 30 days").
    near : bool
        Whether the horizon is the nearer of the two.
    odds, low, high : float
        Percent, with what the estimates leave open.
    """

    rung: str
    means: str
    horizon: str
    near: bool
    odds: float
    low: float
    high: float


def rungs_figure(chances: Sequence[RungOdds], *, title: str, note: str, table: Table) -> Figure:
    """Draw the rungs of the ladder, each with its odds at one or two horizons and their interval.

    Parameters
    ----------
    chances : sequence of RungOdds
        In the order they are drawn.
    title : str
        The finding.
    note : str
        How good such odds have been.
    table : Table
        The numbers.
    """
    return Figure(
        "outlook",
        title,
        in_short(f"{title} Marks and intervals for each kind of course at each horizon."),
        _rungs(chances, WIDE),
        table,
        note=note,
        subtitle="Odds, percent; lines: 5 to 95 percent of what the estimates leave open",
        narrow=_rungs(chances, NARROW),
    )


def _rungs(chances: Sequence[RungOdds], width: int) -> dict[str, Any]:
    narrow = width < 500
    plot = width - 12.0
    label, head = (0.0, 34.0) if narrow else (262.0, 0.0)
    marks, labels = _places(chances, (label, head, plot), narrow=narrow)
    count = len({chance.rung for chance in chances})
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    fill = {"field": "fill", "type": "nominal", "scale": None, "legend": None}
    says = {"field": "text", "type": "nominal"}
    line = {"type": "rule", "strokeWidth": 2.6, "opacity": 0.5}
    zero = [
        {"x": label, "y": row * (head + ROW) + head, "y2": (row + 1) * (head + ROW)} for row in range(count)
    ]
    ruled = {"type": "rule", "color": INK, "strokeWidth": 1}
    layers = [
        layer(ruled, zero, x=pixel("x"), y=pixel("y"), y2={"field": "y2"}),
        layer(line, marks, x=pixel("x0"), x2={"field": "x2"}, y=pixel("y"), color=colour),
    ]
    for shape in ("square", "circle"):
        own = [mark for mark in marks if mark["shape"] == shape]
        point = {"type": "point", "filled": True, "size": 70, "strokeWidth": 1.8, "opacity": 1}
        if own:
            shaped = {**point, "shape": shape}
            layers.append(layer(shaped, own, x=pixel("x1"), y=pixel("y"), fill=fill, stroke=colour))
    text = {"type": "text", "baseline": "middle", "align": "left"}
    layers.append(layer({**text, "dx": 8, "fontSize": 12}, marks, x=pixel("x2"), y=pixel("y"), text=says))
    for bold, look_of in (
        (True, {"fontSize": 12.5, "fontWeight": "bold", "color": INK}),
        (False, {"fontSize": 11, "color": MUTED}),
    ):
        named = [row for row in labels if row["bold"] == bold]
        layers.append(layer({**text, **look_of}, named, x=pixel("x"), y=pixel("y"), text=says))
    return {"width": plot, "height": count * (head + ROW) + 4, "layer": layers}


def _places(
    chances: Sequence[RungOdds], room: tuple[float, float, float], *, narrow: bool
) -> tuple[list[Row], list[Row]]:
    """Marks with their texts, and the names of the rungs, row by row."""
    label, head, plot = room
    longest = max((chance.horizon for chance in chances), key=len)
    span = plot - label - text_width(f"100% {longest}") - 10
    marks: list[Row] = []
    labels: list[Row] = []
    y, named = 0.0, set[bool]()
    for rung in dict.fromkeys(chance.rung for chance in chances):
        own = [chance for chance in chances if chance.rung == rung]
        middle = y + 8 if narrow else y + ROW / 2 - 8
        labels.append({"x": 0, "y": middle, "text": rung, "bold": True})
        means = fold(own[0].means, plot if narrow else label - 8, size=11, lines=1)[0]
        labels.append({"x": 0, "y": middle + 15, "text": means, "bold": False})
        for k, chance in enumerate(own):
            when = f" {chance.horizon}" if chance.near not in named else ""
            named.add(chance.near)
            ends = {
                f"x{n}": label + span * v / 100 for n, v in enumerate((chance.low, chance.odds, chance.high))
            }
            marks.append(
                {
                    **ends,
                    "y": y + head + ROW * (0.5 if len(own) == 1 else 0.28 + 0.44 * k),
                    "colour": NEAR if chance.near else FAR,
                    "fill": "#ffffff" if chance.near else FAR,
                    "shape": "square" if chance.near else "circle",
                    "text": f"{number(chance.odds, 0)}%{when}",
                }
            )
        y += head + ROW
    return marks, labels


def fan_figure(
    days: Sequence[dt.date],
    fan: Mapping[tuple[str, str], Sequence[Sequence[float]]],
    *,
    title: str,
    note: str,
    table: Table,
) -> Figure:
    """Draw what the duties that two sides have added on each other may come to: half and nine in ten of the courses.

    Parameters
    ----------
    days : sequence of date
    fan : mapping of (importer, exporter) to rows of five percents
        At each day the 5th, 25th, 50th, 75th and 95th percentile.
    title, note : str
    table : Table
        The numbers.

    Raises
    ------
    LabelError
        When a side has no colour.
    """
    check_colours("country", [importer for importer, _ in fan])
    return Figure(
        "outlook-duty",
        title,
        in_short(f"{title} A band and a median line for each side, from today to the horizon."),
        _fans(days, fan, WIDE),
        table,
        note=note,
        subtitle="Average duty added on the other side’s goods, percent; darker: half of the courses, lighter: nine in ten",
        narrow=_fans(days, fan, NARROW),
    )


def _fans(
    days: Sequence[dt.date], fan: Mapping[tuple[str, str], Sequence[Sequence[float]]], width: int
) -> dict[str, Any]:
    narrow = width < 500
    plot, left = width - 12.0, 30.0
    right = plot - (78.0 if narrow else 96.0)
    x = time_axis(days[0], days[-1], (left, right))
    top = 1.06 * max(row[-1] for rows in fan.values() for row in rows) or 1.0
    at = {**x, "field": "x"}
    says = {"field": "text", "type": "nominal"}
    layers: list[dict[str, Any]] = []
    for k, ((importer, exporter), rows) in enumerate(fan.items()):
        upper = 20.0 + k * (FAN + 30)

        def level(value: float, upper: float = upper) -> float:
            return upper + FAN * (1 - value / top)

        ticks = [tick for tick in (0, 50, 100, 150) if tick <= top]
        grid = [{"x": left, "x2": right, "y": level(tick), "text": number(float(tick), 0)} for tick in ticks]
        layers.append(
            layer({"type": "rule", "color": GRID}, grid, x=pixel("x"), x2={"field": "x2"}, y=pixel("y"))
        )
        side = {
            "type": "text",
            "align": "right",
            "baseline": "middle",
            "fontSize": 11,
            "color": MUTED,
            "dx": -5,
        }
        layers.append(layer(side, grid, x=pixel("x"), y=pixel("y"), text=says))
        colour = look("country", importer).colour
        points = [
            {"x": milliseconds(day), **{f"y{q}": level(value) for q, value in enumerate(row)}}
            for day, row in zip(days, rows, strict=True)
        ]
        for low, high, deep in ((0, 4, AREA), (1, 3, 2 * AREA)):
            area = {"type": "area", "color": colour, "opacity": deep}
            layers.append(layer(area, points, x=at, y=pixel(f"y{low}"), y2={"field": f"y{high}"}))
        layers.append(
            layer({"type": "line", "color": colour, "strokeWidth": LINE}, points, x=at, y=pixel("y2"))
        )
        name = f"{country_name(importer, short=narrow)} on {country_name(exporter, short=narrow)}"
        heading = {
            "type": "text",
            "align": "left",
            "baseline": "middle",
            "fontSize": 12,
            "fontWeight": "bold",
            "color": colour,
        }
        layers.append(
            layer(
                heading, [{"x": left, "y": upper - 12, "text": name}], x=pixel("x"), y=pixel("y"), text=says
            )
        )
        layers.append(_ends(rows[-1], (right, level), colour))
    return {"width": plot, "height": 20 + len(fan) * (FAN + 30) - 26, "layer": layers}


def _ends(last: Sequence[float], place: tuple[float, Any], colour: str) -> dict[str, Any]:
    """The numbers at the right end: the median and the ends of nine in ten, pushed apart."""
    right, level = place
    rows: list[Row] = []
    floor = -1e9
    for q in (4, 2, 0):
        y = max(level(last[q]), floor + 14)
        floor = y
        rows.append(
            {"x": right + 6, "y": y, "text": f"{number(last[q], 0)}%" + (" median" if q == 2 else "")}
        )
    mark = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 11.5, "color": colour}
    return layer(mark, rows, x=pixel("x"), y=pixel("y"), text={"field": "text", "type": "nominal"})
