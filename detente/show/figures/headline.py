"""The picture that opens a briefing: every outcome for each side, after one year and in the long run, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from detente.core import Column, InputError, Table
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import Row, fold, layer, padded_domain, pixel, text_width
from detente.show.figures.theme import GRID, INK, check_colours, country_name, look
from detente.show.words.words import enough_digits, shown_percent

FIRST, LAST = "after one year", "in the long run"
SIZES = {True: (64.0, 26.0), False: (128.0, 30.0)}
"""Room for labels and height of a row, pixels: on a phone, on a desk."""


@dataclass(frozen=True)
class HorizonChange:
    """What an outcome does to the real income of one side at one horizon.

    Parameters
    ----------
    outcome, side : str
        Title of the outcome, code of the side.
    long : bool
        The long run; else the first year.
    pct : float
        Percent.
    low, high : float, optional
        Interval, percent.
    """

    outcome: str
    side: str
    long: bool
    pct: float
    low: float | None = None
    high: float | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """From where to where the mark reaches."""
        return (
            min(self.pct, self.pct if self.low is None else self.low),
            max(self.pct, self.pct if self.high is None else self.high),
        )


def headline_figure(
    changes: Sequence[HorizonChange],
    *,
    title: str,
    standing: str,
    interval: str = "",
    name: str = "headline",
) -> Figure:
    """Draw what each outcome does to each side after one year (open marks) and in the long run (full marks).

    Parameters
    ----------
    changes : sequence of HorizonChange
        Outcomes and sides in the order they are drawn; one or two horizons of each.
    title : str
        The finding.
    standing : str
        What the outcomes are compared with, for running text.
    interval : str
        What the interval is, where there is one.

    Raises
    ------
    InputError
        When there is nothing to draw.
    LabelError
        When a side has no colour.
    """
    if not changes:
        raise InputError("there is no outcome to draw", where="headline_figure", hint="give at least one")
    check_colours("country", [change.side for change in changes])
    digits = enough_digits(change.pct for change in changes)
    table = Table(
        name,
        "What each outcome does to real income, after one year and in the long run",
        (
            Column("outcome", "Outcome"),
            Column("side", "Side"),
            Column("horizon", "When"),
            Column("real_income_pct", "Real income", "%", "number", digits),
            Column("low_pct", "Low", "%", "number", digits),
            Column("high_pct", "High", "%", "number", digits),
        ),
        tuple(
            (c.outcome, country_name(c.side), LAST if c.long else FIRST, c.pct, c.low, c.high)
            for c in changes
        ),
        f"Against {standing}." + (f" Low and high: {interval}." if interval else ""),
    )
    note = f"Against {standing}. Open marks: {FIRST}; full marks: {LAST}."
    if interval and any(change.low is not None for change in changes):
        note += f" Lines: {interval}."
    return Figure(
        name,
        title,
        in_short(f"{title} Marks for each outcome and side, {FIRST} and {LAST}."),
        _spec(changes, WIDE, digits),
        table,
        note=note,
        subtitle=f"Change of real income, percent, against {standing}",
        narrow=_spec(changes, NARROW, digits),
    )


def _spec(changes: Sequence[HorizonChange], width: int, digits: int) -> dict[str, Any]:
    narrow = width < 500
    label, tall = SIZES[narrow]
    plot = width - 12.0
    lows, highs = zip(*(change.ends for change in changes), strict=True)
    room = text_width("+0.00%") + 14
    named = room if narrow else text_width(f"+0.00% {FIRST}") + 14
    low, high = padded_domain(
        min(*lows, 0.0),
        max(*highs, 0.0),
        plot - label,
        left=0.0 if min(lows) >= 0 else named if changes[0].pct < 0 else room,
        right=0.0 if max(highs) <= 0 else named if changes[0].pct >= 0 else room,
    )
    x: dict[str, Any] = {
        "type": "quantitative",
        "scale": {"domain": [low, high], "range": [label, plot], "nice": False, "zero": False},
        "axis": None,
    }
    marks, texts, labels, bands, height = _place(changes, label, tall, plot, digits, narrow=narrow)
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    fill = {"field": "fill", "type": "nominal", "scale": None, "legend": None}
    layers = [
        layer({"type": "rule", "color": GRID}, bands, x=_flat("x"), x2={"field": "x2"}, y=pixel("y")),
        layer(
            {"type": "rule", "color": INK, "strokeWidth": 1},
            [{"x": 0, "y": 20.0, "y2": height}],
            x={**x, "field": "x"},
            y=pixel("y"),
            y2={"field": "y2"},
        ),
    ]
    lines = [mark for mark in marks if mark["x2"] > mark["x1"]]
    if lines:
        rule = {"type": "rule", "strokeWidth": 2.6, "opacity": 0.55}
        layers.append(
            layer(rule, lines, x={**x, "field": "x1"}, x2={"field": "x2"}, y=pixel("y"), color=colour)
        )
    for shape in dict.fromkeys(str(mark["shape"]) for mark in marks):
        own = [mark for mark in marks if mark["shape"] == shape]
        point = {
            "type": "point",
            "filled": True,
            "size": 74,
            "shape": shape,
            "strokeWidth": 1.8,
            "opacity": 1,
        }
        layers.append(layer(point, own, x={**x, "field": "x"}, y=pixel("y"), fill=fill, stroke=colour))
    layers += _word_layers(texts, labels, x)
    return {"width": plot, "height": height, "layer": layers}


def _word_layers(texts: Sequence[Row], labels: Sequence[Row], x: dict[str, Any]) -> list[dict[str, Any]]:
    """The values beside the marks, and the names on the left."""
    words = {"field": "text", "type": "nominal"}
    text = {"type": "text", "baseline": "middle", "align": "left"}
    layers = []
    for align in ("left", "right"):
        own = [row for row in texts if row["align"] == align]
        if own:
            says = {**text, "align": align, "dx": 8 if align == "left" else -8, "fontSize": 12}
            layers.append(layer(says, own, x={**x, "field": "x"}, y=pixel("y"), text=words))
    for bold in (True, False):
        own = [row for row in labels if row["bold"] == bold]
        mark = {**text, "fontSize": 13 if bold else 12, "fontWeight": "bold" if bold else "normal"}
        layers.append(layer(mark, own, x=_flat("x"), y=pixel("y"), text=words))
    return layers


def _flat(name: str) -> dict[str, Any]:
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


def _place(
    changes: Sequence[HorizonChange], label: float, tall: float, plot: float, digits: int, *, narrow: bool
) -> tuple[list[Row], list[Row], list[Row], list[Row], float]:
    """Marks, their texts, the labels on the left and the lines between outcomes, with the height of it all."""
    marks: list[Row] = []
    texts: list[Row] = []
    labels: list[Row] = []
    bands: list[Row] = []
    y, named = 0.0, set[bool]()
    for outcome in dict.fromkeys(change.outcome for change in changes):
        if y:
            y += 5
            bands.append({"x": 0, "x2": plot, "y": y})
            y += 3
        for line in fold(outcome, plot, size=13, lines=2):
            labels.append({"x": 0, "y": y + 11, "text": line, "bold": True})
            y += 18
        of_outcome = [change for change in changes if change.outcome == outcome]
        for side in dict.fromkeys(change.side for change in of_outcome):
            own = [change for change in of_outcome if change.side == side]
            for k, line in enumerate(lines := fold(country_name(side, short=narrow), label - 8)):
                shift = (k - (len(lines) - 1) / 2) * 13
                labels.append({"x": 8, "y": y + tall / 2 + shift, "text": line, "bold": False})
            for k, change in enumerate(own):
                at = y + tall * (0.5 if len(own) == 1 else 0.27 + 0.46 * k)
                marks.append(_mark(change, at))
                texts.append(_text(change, at, digits, first=change.long not in named, narrow=narrow))
                named.add(change.long)
            y += tall
    return marks, texts, labels, bands, y + 4


def _mark(change: HorizonChange, y: float) -> Row:
    drawn = look("country", change.side)
    low, high = change.ends
    return {
        "x": change.pct,
        "x1": low,
        "x2": high,
        "y": y,
        "colour": drawn.colour,
        "fill": drawn.colour if change.long else "#ffffff",
        "shape": drawn.shape if drawn.shape in ("circle", "square") else "circle",
    }


def _text(change: HorizonChange, y: float, digits: int, *, first: bool, narrow: bool) -> Row:
    """The value beside a mark, away from the zero line; the first of each horizon says which it is."""
    low, high = change.ends
    left = change.pct < 0
    when = f" {LAST if change.long else FIRST}" if first and not narrow else ""
    return {
        "x": low if left else high,
        "y": y,
        "align": "right" if left else "left",
        "text": f"{shown_percent(change.pct, digits)}{when}",
    }
