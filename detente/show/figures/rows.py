"""The row chart that most figures of a briefing are: horizontal bars under headings, each with its own label and value.

Rows are placed in pixels from the top, so that a heading has a line of its own and a long label can take two; values
run along one shared horizontal scale. Every bar carries its value as text, so there is no axis to read it off and, but
for stacks, no legend.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detente.show.figures.theme import INK

Row = dict[str, Any]

WIDTHS = {
    "ijl'|": 0.28,
    " .,:;!It/[]·": 0.34,
    "()-fr“”‘’": 0.42,
    "cszvxykJ": 0.56,
    "abdeghnopqu0123456789$FLETSZ–": 0.64,
    "ABCKPRVXY?*": 0.69,
    "DGHNOQU&": 0.78,
    "w+\u2212=<>": 0.84,
    "mMW%@▲▼—": 0.98,
}
"""Advance of characters in parts of the size of the letters, as in the widest of the fonts a reader may have (DejaVu Sans)."""
_ADVANCE = {character: width for characters, width in WIDTHS.items() for character in characters}
OTHER = 0.66
BOLD = 1.1


@dataclass(frozen=True)
class Heading:
    """A line of text between groups of bars."""

    text: str


@dataclass(frozen=True)
class Bar:
    """One bar from zero to `value`, with the text set at its end and an optional interval."""

    label: str
    value: float
    text: str
    colour: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Segment:
    """A piece of a stacked bar, from `start` to `end`, with a text inside where it fits."""

    start: float
    end: float
    colour: str
    text: str = ""


@dataclass(frozen=True)
class Stack:
    """A stacked bar with the text set at its end."""

    label: str
    segments: tuple[Segment, ...]
    text: str

    @property
    def value(self) -> float:
        """Where the bar ends."""
        return max(segment.end for segment in self.segments)


def layer(mark: Mapping[str, Any], rows: Sequence[Row], **encoding: Any) -> dict[str, Any]:
    """One layer of a chart with its own rows."""
    return {"mark": dict(mark), "data": {"values": list(rows)}, "encoding": encoding}


def pixel(name: str) -> dict[str, Any]:
    """Encode a field that already is a position in pixels from the top."""
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


def text_width(text: str, size: float = 12, *, bold: bool = False) -> float:
    """How wide a text is at most, in pixels: measured in the widest of the fonts a reader may have, so that nothing is cut.

    Examples
    --------
    >>> text_width("ill") < text_width("mmm"), round(text_width("10", 10), 1)
    (True, 12.8)
    """
    return sum(_ADVANCE.get(character, OTHER) for character in text) * size * (BOLD if bold else 1.0)


def fold(text: str, width: float, *, size: float = 12, lines: int = 2, bold: bool = False) -> list[str]:
    """Break a text into lines of at most `width` pixels; the last line ends in an ellipsis when it does not fit."""
    whole: list[str] = []
    for characters in range(max(int(width / (0.5 * size)), 6), 5, -1):
        whole = textwrap.wrap(text, characters, max_lines=lines, placeholder=" …") or [text]
        if all(text_width(line, size, bold=bold) <= width for line in whole):
            break
    return whole


def padded_domain(low: float, high: float, width: float, *, left: float, right: float) -> tuple[float, float]:
    """Widen [low, high] so that `left` and `right` pixels stay free beside it for the values' texts."""
    span = (high - low) or 1.0
    share = max(1 - (left + right) / width, 0.2)
    whole = span / share
    return low - whole * left / width, high + whole * right / width


def row_chart(
    rows: Sequence[Heading | Bar | Stack],
    width: int,
    *,
    label_width: float,
    legend: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Build the specification of a row chart.

    Parameters
    ----------
    rows : sequence of Heading, Bar and Stack
        From top to bottom.
    width : int, pixels
        Total width.
    label_width : float, pixels
        Room for labels on the left.
    legend : sequence of (name, colour)
        Drawn on top, for stacked bars.

    Notes
    -----
    The text of a bar stands to the right of it, and of the zero line when the bar points left: the texts line up, and
    no bar is squeezed to make room on both sides.
    """
    plot = width - 12
    top = _legend_height(legend, plot)
    layers: list[dict[str, Any]] = _legend_layers(legend, plot)
    placed, height = _place(rows, label_width, top, plot)
    bars = [(row, box) for row, box in placed if not isinstance(row, Heading)]
    x = {"type": "quantitative", "scale": _value_scale(bars, plot, label_width), "axis": None}
    layers += _bar_layers(bars, x)
    layers += _text_layers(placed, bars, x)
    # The zero line stops at headings, so that it crosses no text.
    edges = [top + 2, *(edge for row, box in placed if isinstance(row, Heading) for edge in box[:2]), height]
    zero = [{"x": 0, "y": a, "y2": b} for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 12]
    rule = {"type": "rule", "color": INK, "strokeWidth": 1}
    layers.append(layer(rule, zero, x={**x, "field": "x"}, y=pixel("y"), y2={"field": "y2"}))
    return {"width": plot, "height": height, "layer": layers}


Box = tuple[float, float, list[str]]


def _place(
    rows: Sequence[Heading | Bar | Stack], label_width: float, top: float, width: float
) -> tuple[list[tuple[Heading | Bar | Stack, Box]], float]:
    y = top
    placed: list[tuple[Heading | Bar | Stack, Box]] = []
    for row in rows:
        if isinstance(row, Heading):
            y += 10 if placed else 2
            lines = fold(row.text, width, size=13, bold=True)
            tall = 5.0 + 15 * len(lines)
        else:
            lines = fold(row.label, label_width - 8)
            tall = 21.0 if len(lines) == 1 else 30.0
        placed.append((row, (y, y + tall, lines)))
        y += tall
    return placed, y + 4


def _value_scale(bars: Sequence[tuple[Any, Box]], plot: float, label_width: float) -> dict[str, Any]:
    lows = [min(0.0, row.value, getattr(row, "low", None) or 0.0) for row, _ in bars]
    highs = [max(0.0, row.value, getattr(row, "high", None) or 0.0) for row, _ in bars]
    right = max((text_width(row.text) + 10 for row, _ in bars), default=6.0)
    reach = max(max(highs), 0.0)
    whole = plot - label_width
    # Only the bar that reaches furthest right decides how much room its text takes.
    domain = padded_domain(min(lows), reach, whole, left=2.0, right=right)
    return {"domain": list(domain), "range": [label_width, plot], "nice": False, "zero": False}


def _bar_layers(bars: Sequence[tuple[Any, Box]], x: dict[str, Any]) -> list[dict[str, Any]]:
    rectangles: list[Row] = []
    whiskers: list[Row] = []
    for row, (y, y2, _) in bars:
        middle = (y + y2) / 2
        pieces = row.segments if isinstance(row, Stack) else (Segment(0.0, row.value, row.colour),)
        rectangles += [
            {"x": piece.start, "x2": piece.end, "y": middle - 6.5, "y2": middle + 6.5, "colour": piece.colour}
            for piece in pieces
        ]
        if isinstance(row, Bar) and row.low is not None and row.high is not None:
            whiskers.append({"x": row.low, "x2": row.high, "y": middle})
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    box = {"type": "rect", "stroke": "#ffffff", "strokeWidth": 0.8}
    out = [
        layer(
            box,
            rectangles,
            x={**x, "field": "x"},
            x2={"field": "x2"},
            y=pixel("y"),
            y2={"field": "y2"},
            color=colour,
        )
    ]
    for tone, thick in (("#ffffff", 4.0), (INK, 1.6)):
        if whiskers:
            # Cased in white, so that the line is seen on a dark bar.
            rule = {"type": "rule", "color": tone, "strokeWidth": thick}
            out.append(layer(rule, whiskers, x={**x, "field": "x"}, x2={"field": "x2"}, y=pixel("y")))
    return out


def _text_layers(
    placed: Sequence[tuple[Any, Box]], bars: Sequence[tuple[Any, Box]], x: dict[str, Any]
) -> list[dict[str, Any]]:
    labels = [
        {"y": (y + y2) / 2 + (index - (len(lines) - 1) / 2) * 13, "text": line}
        for row, (y, y2, lines) in placed
        if not isinstance(row, Heading)
        for index, line in enumerate(lines)
    ]
    headings = [
        {"y": (y + y2) / 2 + (index - (len(lines) - 1) / 2) * 15, "text": line}
        for row, (y, y2, lines) in placed
        if isinstance(row, Heading)
        for index, line in enumerate(lines)
    ]
    text: dict[str, Any] = {"type": "text", "baseline": "middle", "align": "left"}
    words = {"field": "text", "type": "nominal"}
    out = [layer({**text, "fontSize": 12}, labels, x={"value": 0}, y=pixel("y"), text=words)]
    if headings:
        out.append(
            layer(
                {**text, "fontSize": 13, "fontWeight": "bold"},
                headings,
                x={"value": 0},
                y=pixel("y"),
                text=words,
            )
        )
    ends = [{"x": _end(row), "y": (y + y2) / 2, "text": row.text} for row, (y, y2, _) in bars]
    out.append(layer({**text, "dx": 6}, ends, x={**x, "field": "x"}, y=pixel("y"), text=words))
    inside = [
        {"x": (s.start + s.end) / 2, "y": (y + y2) / 2, "text": s.text, "tone": _on(s.colour)}
        for row, (y, y2, _) in bars
        if isinstance(row, Stack)
        for s in row.segments
        if s.text and (s.end - s.start) * _pixels_per_unit(x) > text_width(s.text, 10) + 4
    ]
    if inside:
        tone = {"field": "tone", "type": "nominal", "scale": None, "legend": None}
        middle = {**text, "align": "center", "fontSize": 10}
        out.append(layer(middle, inside, x={**x, "field": "x"}, y=pixel("y"), text=words, color=tone))
    return out


def _end(row: Bar | Stack) -> float:
    if isinstance(row, Bar) and row.high is not None:
        return max(row.value, row.high, 0.0)
    return max(row.value, 0.0)


def _pixels_per_unit(x: Mapping[str, Any]) -> float:
    scale = x["scale"]
    return float((scale["range"][1] - scale["range"][0]) / (scale["domain"][1] - scale["domain"][0]))


def _on(colour: str) -> str:
    # Black or white, whichever is read better on the colour.
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


def legend_places(legend: Sequence[tuple[str, str]], plot: float) -> list[tuple[float, float]]:
    """Left and top of every entry of a legend that flows over as many lines as it needs."""
    places, x, y = [], 0.0, 8.0
    for name, _ in legend:
        wide = 18 + text_width(name) + 14
        if x and x + wide - 14 > plot:
            x, y = 0.0, y + 19
        places.append((x, y))
        x += wide
    return places


def _legend_height(legend: Sequence[tuple[str, str]], plot: float) -> float:
    return legend_places(legend, plot)[-1][1] + 18 if legend else 0.0


def _legend_layers(legend: Sequence[tuple[str, str]], plot: float) -> list[dict[str, Any]]:
    if not legend:
        return []
    rows = [
        {"x": x, "x2": x + 12, "tx": x + 17, "y": y - 6, "y2": y + 6, "ty": y, "colour": colour, "text": name}
        for (name, colour), (x, y) in zip(legend, legend_places(legend, plot), strict=True)
    ]
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    flat = {"type": "quantitative", "scale": None, "axis": None}
    return [
        layer(
            {"type": "rect"},
            rows,
            x={**flat, "field": "x"},
            x2={"field": "x2"},
            y=pixel("y"),
            y2={"field": "y2"},
            color=colour,
        ),
        layer(
            {"type": "text", "align": "left", "baseline": "middle"},
            rows,
            x={**flat, "field": "tx"},
            y=pixel("ty"),
            text={"field": "text", "type": "nominal"},
        ),
    ]
