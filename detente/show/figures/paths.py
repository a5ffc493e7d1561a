"""The path of duties: the average duty of each side on the other, as steps along the calendar."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detente.core import Column, InputError, Table, known as known_figure
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import Row, layer, pixel, text_width
from detente.show.figures.theme import GRID, INK, MUTED, check_colours, country_name, look
from detente.show.figures.timeaxis import Day, as_day, milliseconds, time_axis
from detente.show.words.words import NBSP, date_words, number, percent

Rates = Mapping[tuple[str, str], Sequence[float]]
"""Average duties as fractions by (importer, exporter), one a date."""


@dataclass(frozen=True)
class Event:
    """Something that happened, or is due, on a day: marked in the path of duties."""

    date: Day
    label: str


def duty_path_figure(
    dates: Sequence[Day],
    rates: Rates,
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
    table = _path_table(name, days, rates, known, concept)
    marked = sorted(
        (event for event in events if days[0] <= as_day(event.date) <= last),
        key=lambda event: (as_day(event.date), event.label),
    )

    def spec(width: int) -> dict[str, Any]:
        return _path_spec(days, rates, known, last, marked, width)

    finding = title or _path_title(days, rates, known)
    note = (
        f"Dashed, on grey: what was scheduled as of {date_words(known)} if nobody acts."
        if last > known
        else ""
    )
    return Figure(
        name,
        finding,
        in_short(
            f"Step lines of the average duty of each side on the other, percent, as known on {date_words(known)}. {finding}"
        ),
        spec(WIDE),
        table,
        note=note,
        subtitle=f"Average duty, percent; {concept}",
        narrow=spec(NARROW),
        key=tuple(f"{event.label}, {date_words(event.date)}" for event in marked),
    )


def _path_table(name: str, days: Sequence[dt.date], rates: Rates, known: dt.date, concept: str) -> Table:
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
    return Table(
        name,
        "Average duty of each side on the other",
        tuple(columns),
        tuple(body),
        f"{concept}. A rate holds until the next date.",
    )


def _check_path(days: Sequence[dt.date], rates: Rates) -> None:
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


def _path_title(days: Sequence[dt.date], rates: Rates, known: dt.date) -> str:
    past = [k for k, day in enumerate(days) if day <= known]
    if not past:
        return "Average duties ahead."
    (importer, exporter), series = next(iter(rates.items()))
    now, top = series[past[-1]], max(past, key=lambda k: series[k])
    who, on = country_name(importer, in_sentence=True), country_name(exporter, in_sentence=True)
    head = f"The average duty of {who} on goods from {on} stands at {percent(100 * now, 1)}"
    first, last, peak = (round(known_figure(100 * rate), 1) for rate in (series[0], now, series[top]))
    if peak > 1.02 * last:
        month = date_words(days[top]).split(NBSP)[1]
        return f"{head}, after a peak of {percent(100 * series[top], 1)} in {month}."
    if first == last:
        return f"{head}, as on {date_words(days[0])}."
    return f"{head}, {'up' if last > first else 'down'} from {percent(100 * series[0], 1)} on {date_words(days[0])}."


def _path_spec(
    days: Sequence[dt.date], rates: Rates, known: dt.date, last: dt.date, events: Sequence[Event], width: int
) -> dict[str, Any]:
    narrow = width < 500
    left, plot = 34.0, width - 12.0
    right = plot - (74.0 if narrow else 190.0)
    span = max((last - days[0]).days, 1)

    def place(day: Day) -> float:
        return left + (as_day(day) - days[0]).days / span * (right - left)

    labels, strip = _event_labels(events, place, plot, narrow=narrow)
    height = strip + (200 if narrow else 250)
    top = 110 * max(max(series) for series in rates.values()) or 1.0
    x = time_axis(days[0], last, (left, right))
    axis = {
        "title": None,
        "grid": True,
        "domain": False,
        "ticks": False,
        "tickCount": 5,
        "format": ",~f",
        "gridColor": GRID,
        "labelColor": MUTED,
        "offset": -left,
    }
    scale = {"domain": [0, top], "range": [height, strip], "nice": False}
    y = {"type": "quantitative", "scale": scale, "axis": axis}
    layers: list[dict[str, Any]] = []
    if last > known:
        shade = [{"x": milliseconds(known), "x2": milliseconds(last), "y": strip, "y2": height}]
        grey = {"type": "rect", "color": "#f1f3f5"}
        both = {"x": {**x, "field": "x"}, "x2": {"field": "x2"}, "y": pixel("y"), "y2": {"field": "y2"}}
        layers.append(layer(grey, shade, **both))
    layers += _event_layers(labels, x, height, 10.5 if narrow else 11.0)
    layers += _line_layers(days, rates, known, last, x, y)
    layers += _value_labels(days, rates, known, x, y, narrow=narrow)
    layers += _end_labels(rates, top, (strip, height), right, narrow=narrow)
    return {"width": plot, "height": height, "layer": layers}


def _event_layers(
    labels: Sequence[Row], x: dict[str, Any], height: float, size: float
) -> list[dict[str, Any]]:
    rows = [{**row, "y2": height} for row in labels]
    if not rows:
        return []
    at = {**x, "field": "x"}
    rule = {"type": "rule", "color": "#aab3bc", "strokeWidth": 0.8}
    layers = [layer(rule, rows, x=at, y=pixel("y"), y2={"field": "y2"})]
    for align, shift in (("left", 4), ("right", -4)):
        of_side = [row for row in rows if row["align"] == align]
        text = {
            "type": "text",
            "baseline": "middle",
            "fontSize": size,
            "color": INK,
            "align": align,
            "dx": shift,
        }
        if of_side:
            layers.append(
                layer(text, of_side, x=at, y=pixel("ty"), text={"field": "text", "type": "nominal"})
            )
    return layers


def _line_layers(
    days: Sequence[dt.date], rates: Rates, known: dt.date, last: dt.date, x: dict[str, Any], y: dict[str, Any]
) -> list[dict[str, Any]]:
    # Each line in two pieces that meet on the as-of day: what was known is full, what was scheduled is dashed.
    layers = []
    for (importer, _), series in rates.items():
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
        look_of = {
            "type": "line",
            "interpolate": "step-after",
            "color": look("country", importer).colour,
            "strokeWidth": 2.4,
        }
        for rows, dash in ((before, [1, 0]), (after, [5, 3])):
            if len(rows) > 1:
                line = {**look_of, "strokeDash": dash, "clip": False}
                layers.append(layer(line, rows, x={**x, "field": "x"}, y={**y, "field": "y"}))
    return layers


def _value_labels(
    days: Sequence[dt.date],
    rates: Rates,
    known: dt.date,
    x: dict[str, Any],
    y: dict[str, Any],
    *,
    narrow: bool,
) -> list[dict[str, Any]]:
    """The numbers of each line where they are read: its peak, and where it stands on the as-of day."""
    layers = []
    past = [k for k, day in enumerate(days) if day <= known]
    highest = max(rates, key=lambda pair: known_figure(rates[pair][past[-1]])) if past else None
    for pair, series in rates.items():
        if not past:
            continue
        importer = pair[0]
        top, now = max(past, key=lambda k: known_figure(series[k])), past[-1]
        places = [(known, series[now], "right", -4, pair == highest)]
        if series[top] > 1.05 * series[now]:
            places.append((days[top], series[top], "left", 2, True))
        for day, rate, align, shift, above in places:
            row = [
                {"x": milliseconds(day), "y": 100 * float(rate), "text": f"{number(100 * float(rate), 1)}%"}
            ]
            mark = {"type": "text", "align": align, "dx": shift}
            mark |= {"baseline": "bottom", "dy": -4} if above else {"baseline": "top", "dy": 5}
            tone = {"color": look("country", importer).colour, "fontSize": 11 if narrow else 12}
            says = {"field": "text", "type": "nominal"}
            layers.append(
                layer({**mark, **tone}, row, x={**x, "field": "x"}, y={**y, "field": "y"}, text=says)
            )
    return layers


def _event_labels(
    events: Sequence[Event], place: Callable[[Day], float], plot: float, *, narrow: bool
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
    rates: Rates, top: float, bounds: tuple[float, float], x: float, *, narrow: bool
) -> list[dict[str, Any]]:
    # Direct labels at the right end of the lines, pushed apart when the lines end close together.
    strip, height = bounds
    half, floor, placed = 15.0, strip, []
    for (importer, exporter), series in sorted(
        rates.items(), key=lambda item: (-known_figure(item[1][-1]), item[0])
    ):
        y = max(strip + (height - strip) * (1 - 100 * series[-1] / top), floor + half)
        floor = y + half
        who = (
            country_name(importer, short=True)
            if narrow
            else f"{country_name(importer)} on {country_name(exporter)}"
        )
        placed.append((y, look("country", importer).colour, (who, f"{number(100 * series[-1], 1)}%")))
    over = max(floor - (height + 6), 0.0)
    out = []
    says = {"field": "text", "type": "nominal"}
    for y, colour, lines in placed:
        for k, line in enumerate(lines):
            row = [{"y": y - over + (k - 0.5) * 14, "text": line}]
            mark = {"type": "text", "align": "left", "baseline": "middle", "color": colour, "fontSize": 12}
            weight = {"fontWeight": "bold"} if k else {}
            out.append(layer({**mark, **weight}, row, x={"value": x + 7}, y=pixel("y"), text=says))
    return out
