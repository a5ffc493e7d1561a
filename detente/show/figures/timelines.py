"""The clocks ahead along the calendar (and the path of duties, from its own module)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from detente.core import Column, InputError, Table
from detente.show.figures.figures import NARROW, WIDE, Figure
from detente.show.figures.paths import Event, duty_path_figure
from detente.show.figures.rows import Row, fold, layer, pixel
from detente.show.figures.theme import INK, MUTED
from detente.show.figures.timeaxis import Day, as_day, milliseconds, time_axis
from detente.show.words.words import count_words, counted, date_words


@dataclass(frozen=True)
class ClockDot:
    """A clock ahead: what it is, the day it fires, and what it does then."""

    title: str
    fires: Day
    does: str = ""


def clocks(rows: Sequence[ClockDot], *, asof: Day, title: str = "", name: str = "clocks_ahead") -> Figure:
    """Draw the days left to each clock ahead, soonest first.

    Raises
    ------
    InputError
        When there is no clock, or one that has fired.
    """
    known = as_day(asof)
    if not rows:
        raise InputError("there is no clock ahead", where="clocks", hint="leave the figure out")
    ordered = sorted(rows, key=lambda row: (as_day(row.fires), row.title))
    if as_day(ordered[0].fires) < known:
        raise InputError(
            f"the clock `{ordered[0].title}` has fired", where="clocks", hint="show only clocks ahead"
        )
    left = [(as_day(row.fires) - known).days for row in ordered]
    table = Table(
        name,
        "Clocks ahead",
        (
            Column("title", "Clock"),
            Column("fires", "Fires", kind="date"),
            Column("days_left", "Days left", "days", "number", 0),
            Column("on_firing", "What happens"),
        ),
        tuple(
            (row.title, as_day(row.fires).isoformat(), days, row.does)
            for row, days in zip(ordered, left, strict=True)
        ),
        f"Counted from {date_words(known)}.",
    )

    finding = (
        title
        or f"{count_words(len(ordered), 'clock')} ahead, the first in {count_words(left[0], 'day')}.".capitalize()
    )
    alt = f"Lines from {date_words(known)} to each clock, soonest first. {finding}"
    return Figure(
        name,
        finding,
        alt,
        _clock_spec(ordered, left, known, WIDE),
        table,
        note="",
        subtitle=f"Days left, counted from {date_words(known)}",
        narrow=_clock_spec(ordered, left, known, NARROW),
    )


def _clock_spec(
    ordered: Sequence[ClockDot], left: Sequence[int], known: dt.date, width: int
) -> dict[str, Any]:
    plot, y = width - 16.0, 6.0
    dots: list[Row] = []
    titles: list[Row] = []
    for row, days in zip(ordered, left, strict=True):
        when = f"{date_words(row.fires, year=as_day(row.fires).year != known.year)}, {counted(days, 'day')}"
        for line in fold(f"{when}: {row.title}", plot, lines=2, bold=True):
            titles.append({"y": y + 7, "text": line, "quiet": False})
            y += 15
        for line in fold(row.does, plot, lines=2) if row.does else ():
            titles.append({"y": y + 7, "text": line, "quiet": True})
            y += 15
        dots.append({"x": milliseconds(known), "x2": milliseconds(row.fires), "y": y + 5})
        y += 18
    x = time_axis(known, as_day(ordered[-1].fires) + dt.timedelta(days=3), (4, plot))
    rule = {"type": "rule", "color": "#9aa4ae", "strokeWidth": 1.4}
    dot = {"type": "point", "filled": True, "size": 70, "color": INK, "opacity": 1}
    text = {"type": "text", "align": "left", "baseline": "middle"}
    layers = [
        layer(rule, dots, x={**x, "field": "x"}, x2={"field": "x2"}, y=pixel("y")),
        layer(dot, dots, x={**x, "field": "x2"}, y=pixel("y")),
    ]
    for quiet in (False, True):
        own = [row for row in titles if row["quiet"] == quiet]
        if own:
            mark = {**text, "color": MUTED if quiet else INK, "fontWeight": "normal" if quiet else "bold"}
            says = {"field": "text", "type": "nominal"}
            layers.append(layer(mark, own, x={"value": 0}, y=pixel("y"), text=says))
    return {"width": plot, "height": y, "layer": layers}


__all__ = ["ClockDot", "Event", "clocks", "duty_path_figure"]
