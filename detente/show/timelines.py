"""Charts along the calendar: the path of duties and the clocks ahead."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detente.core import Column, InputError, Table
from detente.show.figures import NARROW, WIDE, Figure
from detente.show.rows import fold, layer, pixel, text_width
from detente.show.sentences import count_words, date_words, number, percent
from detente.show.theme import GRID, INK, MUTED, check_colours, country_name, look
from detente.show.timeaxis import Day, as_day, milliseconds, time_axis


@dataclass(frozen=True)
class Event:
    """Something that happened, or is due, on a day: marked in the path of duties."""

    date: Day
    label: str


@dataclass(frozen=True)
class ClockDot:
    """A clock ahead: what it is and the day it fires."""

    title: str
    fires: Day


def duty_path(
    dates: Sequence[Day],
    rates: Mapping[tuple[str, str], Sequence[float]],
    *,
    asof: Day,
    concept: str,
    events: Sequence[Event] = (),
    end: Day | None = None,
    title: str = "",
    name: str = "duty_path",
) -> Figure:
    """Draw the average duty of each side on the other as steps.

    Parameters
    ----------
    dates : sequence of days, in order
        Days on which a rate changes; each rate holds until the next day listed.
    rates : mapping of (importer, exporter) to fractions, one a date
        Usually ``("USA", "CHN")`` and ``("CHN", "USA")``. The line takes the importer's colour.
    asof : day
        What was known: later steps are dashed on a shaded ground, as scheduled by law.
    concept : str
        Which average; printed below the title.
    events : sequence of Event
        Marked by a rule and a label (a number and a key on a phone).
    end : day, optional
        Where the picture ends; the last date when left out.
    title : str
        The finding; written from the numbers when left out.

    Raises
    ------
    InputError
        When dates are not in order or a series has another length.
    """
    days = [as_day(value) for value in dates]
    known = as_day(asof)
    last = max(as_day(end) if end is not None else days[-1], known)
    _check_path(days, rates)
    check_colours("country", [importer for importer, _ in rates])
    pairs = list(rates)
    columns = [Column("date", "Date", kind="date"), Column("known", "Known or scheduled")]
    columns += [
        Column(f"{i.lower()}_on_{e.lower()}_pct", f"{country_name(i)} on {country_name(e)}", "%", "number", 1)
        for i, e in pairs
    ]
    body = [
        (
            day.isoformat(),
            "known" if day <= known else "scheduled",
            *(100 * float(rates[pair][k]) for pair in pairs),
        )
        for k, day in enumerate(days)
    ]
    table = Table(
        name,
        "Average duty of each side on the other",
        tuple(columns),
        tuple(body),
        f"{concept}. A rate holds until the next date.",
    )
    marked = sorted(
        (event for event in events if days[0] <= as_day(event.date) <= last),
        key=lambda event: (as_day(event.date), event.label),
    )

    def spec(width: int) -> dict[str, Any]:
        return _path_spec(days, rates, known, last, marked, width)

    finding = title or _path_title(days, rates, known)
    listed = "; ".join(
        f"{country_name(i)} on {country_name(e)}: "
        + ", ".join(f"{number(100 * rates[i, e][k], 1)} from {date_words(day)}" for k, day in enumerate(days))
        for i, e in pairs
    )
    alt = f"Step lines of the average duty, percent, as known on {date_words(known)}. {listed}."
    note = (
        f"Dashed, on grey: what was scheduled as of {date_words(known)} if nobody acts."
        if last > known
        else ""
    )
    return Figure(
        name,
        finding,
        alt,
        spec(WIDE),
        table,
        note=note,
        subtitle=f"Average duty, percent; {concept}",
        narrow=spec(NARROW),
        key=tuple(f"{event.label}, {date_words(event.date)}" for event in marked),
    )


def _check_path(days: Sequence[dt.date], rates: Mapping[tuple[str, str], Sequence[float]]) -> None:
    if not days or not rates:
        raise InputError("a path needs dates and at least one series", where="duty_path", hint="give both")
    if any(later <= earlier for earlier, later in itertools.pairwise(days)):
        raise InputError("the dates are not in order", where="duty_path", hint="sort them, each day once")
    for pair, series in rates.items():
        if len(series) != len(days):
            raise InputError(
                f"{len(series)} rates for {len(days)} dates",
                where=f"duty_path {pair}",
                hint="one rate a date",
            )


def _path_title(
    days: Sequence[dt.date], rates: Mapping[tuple[str, str], Sequence[float]], known: dt.date
) -> str:
    past = [k for k, day in enumerate(days) if day <= known]
    if not past:
        return "Average duties ahead."
    (importer, exporter), series = next(iter(rates.items()))
    now, top = series[past[-1]], max(past, key=lambda k: series[k])
    who, on = country_name(importer, in_sentence=True), country_name(exporter, in_sentence=True)
    head = f"The average duty of {who} on goods from {on} stands at {percent(100 * now, 1)}"
    if series[top] > now * 1.02:
        return f"{head}, after a peak of {percent(100 * series[top], 1)} in {date_words(days[top]).split(chr(160))[1]}."
    return f"{head}, up from {percent(100 * series[0], 1)} on {date_words(days[0])}."


def _path_spec(
    days: Sequence[dt.date],
    rates: Mapping[tuple[str, str], Sequence[float]],
    known: dt.date,
    last: dt.date,
    events: Sequence[Event],
    width: int,
) -> dict[str, Any]:
    narrow = width < 500
    left, right = 34.0, (74.0 if narrow else 190.0)
    plot = width - 12.0
    span = max((last - days[0]).days, 1)

    def place(day: Day) -> float:
        return left + (as_day(day) - days[0]).days / span * (plot - right - left)

    labels, strip = _event_labels(events, place, plot, narrow=narrow)
    height = strip + (200 if narrow else 250)
    top = 100 * max(max(series) for series in rates.values())
    x = time_axis(days[0], last, (left, plot - right))
    y = {
        "type": "quantitative",
        "scale": {"domain": [0, top * 1.04 or 1], "range": [height, strip], "nice": False},
        "axis": {
            "title": None,
            "grid": True,
            "domain": False,
            "ticks": False,
            "tickCount": 5,
            "format": ",~f",
            "gridColor": GRID,
            "labelColor": MUTED,
            "offset": -left,
        },
    }
    layers: list[dict[str, Any]] = []
    if last > known:
        shade = [{"x": milliseconds(known), "x2": milliseconds(last), "y": strip, "y2": height}]
        layers.append(
            layer(
                {"type": "rect", "color": "#f1f3f5"},
                shade,
                x={**x, "field": "x"},
                x2={"field": "x2"},
                y=pixel("y"),
                y2={"field": "y2"},
            )
        )
    if labels:
        rule = {"type": "rule", "color": "#aab3bc", "strokeWidth": 0.8}
        layers.append(layer(rule, labels, x={**x, "field": "x"}, y=pixel("y"), y2={"field": "y2"}))
        text = {"type": "text", "baseline": "middle", "fontSize": 10.5 if narrow else 11, "color": INK}
        for align, shift in (("left", 4), ("right", -4)):
            rows = [row for row in ({**row, "y2": height} for row in labels) if row["align"] == align]
            if rows:
                layers.append(
                    layer(
                        {**text, "align": align, "dx": shift},
                        rows,
                        x={**x, "field": "x"},
                        y=pixel("ty"),
                        text={"field": "text", "type": "nominal"},
                    )
                )
    for row in labels:
        row["y2"] = height
    ends: list[dict[str, Any]] = []
    for (importer, exporter), series in rates.items():
        colour = look("country", importer).colour
        points = [
            {"x": milliseconds(day), "y": 100 * float(rate)} for day, rate in zip(days, series, strict=True)
        ]
        before = [p for p in points if p["x"] <= milliseconds(known)]
        after = [p for p in points if p["x"] > milliseconds(known)]
        if before:
            now = {"x": milliseconds(known), "y": before[-1]["y"]}
            before, after = [*before, now], [now, *after]
        if last > known:
            after.append({"x": milliseconds(last), "y": points[-1]["y"]})
        for rows, dash in ((before, [1, 0]), (after, [5, 3])):
            if len(rows) > 1:
                line = {
                    "type": "line",
                    "interpolate": "step-after",
                    "color": colour,
                    "strokeWidth": 2.4,
                    "strokeDash": dash,
                    "clip": False,
                }
                layers.append(layer(line, rows, x={**x, "field": "x"}, y={**y, "field": "y"}))
        short = country_name(importer, short=True)
        value = f"{number(points[-1]['y'], 1)}%"
        ends.append(
            {
                "value": points[-1]["y"],
                "colour": colour,
                "lines": [short, value]
                if narrow
                else [f"{country_name(importer)} on {country_name(exporter)}", value],
            }
        )
    layers += _end_labels(ends, top, strip, height, plot - right)
    return {"width": plot, "height": height, "layer": layers}


def _event_labels(
    events: Sequence[Event], place: Any, plot: float, *, narrow: bool
) -> tuple[list[dict[str, Any]], float]:
    # A label that would run into an earlier one goes a line lower, so that no rule crosses a text.
    rows: list[dict[str, Any]] = []
    taken: list[tuple[float, float, int]] = []
    for index, event in enumerate(events, start=1):
        text = str(index) if narrow else event.label
        wide, x = text_width(text, 11) + 8, place(event.date)
        align = "right" if not narrow and x + wide > plot else "left"
        low, high = (x - wide, x) if align == "right" else (x, x + wide)
        level = max((lvl + 1 for a, b, lvl in taken if low < b and a < high), default=0)
        taken.append((low, high, level))
        rows.append({"x": milliseconds(event.date), "level": level, "text": text, "align": align})
    levels = max((row["level"] for row in rows), default=-1) + 1
    for row in rows:
        row["ty"] = 8 + 15 * row["level"]
        row["y"] = row["ty"] - 6
    return rows, levels * 15 + 10.0


def _end_labels(
    ends: list[dict[str, Any]], top: float, strip: float, height: float, x: float
) -> list[dict[str, Any]]:
    # Direct labels at the right end of the lines, pushed apart when the lines end close together.
    tall, out = 30.0, []
    ends.sort(key=lambda end: -end["value"])
    floor = strip
    for end in ends:
        y = strip + (height - strip) * (1 - end["value"] / (top * 1.04 or 1))
        y = max(y, floor + tall / 2)
        floor = y + tall / 2
        end["y"] = y
    over = max(floor - (height + 6), 0.0)
    for end in ends:
        for k, line in enumerate(end["lines"]):
            row = [{"y": end["y"] - over + (k - 0.5) * 14, "text": line}]
            mark = {
                "type": "text",
                "align": "left",
                "baseline": "middle",
                "color": end["colour"],
                "fontWeight": "bold" if k else "normal",
                "fontSize": 12,
            }
            out.append(
                layer(mark, row, x={"value": x + 7}, y=pixel("y"), text={"field": "text", "type": "nominal"})
            )
    return out


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
            Column("days_left", "Days left", kind="number", digits=0),
        ),
        tuple(
            (row.title, as_day(row.fires).isoformat(), days) for row, days in zip(ordered, left, strict=True)
        ),
        f"Counted from {date_words(known)}.",
    )

    def spec(width: int) -> dict[str, Any]:
        plot, y, dots, titles = width - 16.0, 6.0, [], []
        for row, days in zip(ordered, left, strict=True):
            text = f"{date_words(row.fires)}: {row.title} ({days} days)"
            for line in fold(text, plot, lines=2):
                titles.append({"y": y + 7, "text": line})
                y += 15
            dots.append({"x": milliseconds(known), "x2": milliseconds(row.fires), "y": y + 5})
            y += 18
        x = time_axis(known, as_day(ordered[-1].fires) + dt.timedelta(days=3), (4, plot))
        text_mark: dict[str, Any] = {"type": "text", "align": "left", "baseline": "middle"}
        layers = [
            layer(
                {"type": "rule", "color": "#9aa4ae", "strokeWidth": 1.4},
                dots,
                x={**x, "field": "x"},
                x2={"field": "x2"},
                y=pixel("y"),
            ),
            layer(
                {"type": "point", "filled": True, "size": 70, "color": INK},
                dots,
                x={**x, "field": "x2"},
                y=pixel("y"),
            ),
            layer(text_mark, titles, x={"value": 0}, y=pixel("y"), text={"field": "text", "type": "nominal"}),
        ]
        return {"width": plot, "height": y, "layer": layers}

    finding = (
        title
        or f"{count_words(len(ordered), 'clock')} ahead, the first in {count_words(left[0], 'day')}.".capitalize()
    )
    alt = (
        "Lines from the as-of day to each clock. "
        + "; ".join(
            f"{row.title}: {date_words(row.fires)}, {days} days"
            for row, days in zip(ordered, left, strict=True)
        )
        + "."
    )
    return Figure(
        name,
        finding,
        alt,
        spec(WIDE),
        table,
        note="",
        subtitle=f"Days left, counted from {date_words(known)}",
        narrow=spec(NARROW),
    )
