"""The life of every measure along the calendar, in lanes by side: announced, in force, suspended, ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from detente.core import Column, InputError, Table
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import Row, fold, layer, pixel, text_width
from detente.show.figures.theme import INK, MUTED, check_colours, country_name, look
from detente.show.figures.timeaxis import Day, as_day, milliseconds, time_axis
from detente.show.words.words import cardinal, count_words, date_words

_HALO = {"stroke": "#ffffff", "strokeWidth": 4, "color": "#ffffff"}
"""Ground below a text that something may cross."""

_ENDED = ("lapsed", "repealed", "withdrawn", "void")


@dataclass(frozen=True)
class Span:
    """A stretch of a measure's life: `status` from `start` until `end` (open when None)."""

    measure: str
    title: str
    actor: str
    status: str
    start: Day
    end: Day | None = None


def timeline(
    spans: Sequence[Span],
    *,
    asof: Day,
    start: Day,
    end: Day,
    since: Day | None = None,
    title: str = "",
    name: str = "timeline",
) -> Figure:
    """Draw the life of every measure, side by side.

    In force is a full bar, suspended an open one, announced a dashed line from a diamond; what has lapsed, been
    repealed, withdrawn or declared void ends in a cross. Each stretch says its status in words where there is room.

    Parameters
    ----------
    spans : sequence of Span
        Stretches of the measures' lives; several of one measure share a row.
    asof : day
        What was known; a vertical rule.
    start, end : day
        The window drawn. A stretch outside it is in the table only.
    since : day, optional
        Where measures announced earlier are left out: the title counts those announced from this day on, and says so.
    """
    first, last, known = as_day(start), as_day(end), as_day(asof)
    if not spans:
        raise InputError("there is no measure to draw", where="timeline", hint="give at least one stretch")
    if not first < last:
        raise InputError("the window ends before it starts", where="timeline", hint="swap start and end")
    check_colours("country", dict.fromkeys(span.actor for span in spans))
    check_colours("status", dict.fromkeys(span.status for span in spans))
    table = _span_table(name, spans, known)
    now = {
        s.measure: s for s in spans if as_day(s.start) <= known and (s.end is None or as_day(s.end) > known)
    }
    counted = {
        status: sum(s.status == status for s in now.values())
        for status in ("in_force", "suspended", "announced")
    }
    finding = title or _counting(counted, known, as_day(since) if since else None)
    alt = in_short(
        f"Bars along the calendar from {date_words(first)} to {date_words(last)}, one row a measure. {finding}"
    )
    return Figure(
        name,
        finding,
        alt,
        _timeline_spec(spans, known, first, last, WIDE),
        table,
        note="Full bar: in force. Open bar: suspended. Dashed line from a diamond: announced. Cross: ended.",
        subtitle=f"Measures and their status, as known on {date_words(known)}",
        narrow=_timeline_spec(spans, known, first, last, NARROW),
    )


def _counting(counted: Mapping[str, int], known: dt.date, since: dt.date | None) -> str:
    """The title: how many measures of the two sides are in force, suspended and announced."""
    others = " and ".join(
        f"{cardinal(counted[status]) if counted[status] else 'none'} {status}"
        for status in ("suspended", "announced")
    )
    be = "was" if counted["in_force"] == 1 else "were"
    if since is None:
        said = f"{count_words(counted['in_force'], 'measure')} of the two sides {be} in force"
        return f"On {date_words(known)}, {said}, {others}."
    return (
        f"Of the measures that the two sides have announced since {date_words(since)}, "
        f"{cardinal(counted['in_force']) if counted['in_force'] else 'none'} {be} in force on {date_words(known)}, {others}."
    )


def _span_table(name: str, spans: Sequence[Span], known: dt.date) -> Table:
    return Table(
        name,
        "Measures on the calendar",
        (
            Column("actor", "Side"),
            Column("measure", "Measure"),
            Column("title", "Title"),
            Column("status", "Status"),
            Column("start", "From", kind="date"),
            Column("end", "Until", kind="date"),
        ),
        tuple(
            (
                country_name(s.actor),
                s.measure,
                s.title,
                look("status", s.status).name,
                as_day(s.start).isoformat(),
                as_day(s.end).isoformat() if s.end else "",
            )
            for s in spans
        ),
        f"As known on {date_words(known)}.",
    )


@dataclass
class _Drawing:
    """Rows of each kind of mark, gathered while measures are laid out from top to bottom."""

    first: dt.date
    last: dt.date
    known: dt.date
    left: float
    right: float
    headings: list[Row] = field(default_factory=list)
    titles: list[Row] = field(default_factory=list)
    bars: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    marks: list[Row] = field(default_factory=list)
    words: list[Row] = field(default_factory=list)

    def add(self, span: Span, top: float) -> None:
        """Draw one stretch in the row that starts at `top`."""
        colour = look("country", span.actor).colour
        start, end = (
            max(as_day(span.start), self.first),
            min(as_day(span.end) if span.end else self.last, self.last),
        )
        base: Row = {"y": top, "y2": top + 13, "middle": top + 6.5, "colour": colour}
        row: Row = {**base, "x": milliseconds(start), "x2": milliseconds(end)}
        room = (end - start).days / (self.last - self.first).days * (self.right - self.left)
        said = look("status", span.status).name.lower()
        opened = as_day(span.start) >= self.first
        fits = room > text_width(said, 10) + (18 if span.status == "announced" else 10)
        if span.status in _ENDED:
            if opened:
                self.marks.append({**row, "text": "×", "size": 17, "shift": 2})
            if room > text_width(said, 10) + 22:
                self.words.append({**row, "text": said, "tone": MUTED, "shift": 15, "halo": True})
            return
        if span.status == "announced":
            self.lines.append(row)
            if opened:
                self.marks.append({**row, "text": "◆", "size": 12, "shift": -5})
            if fits:
                self.words.append({**row, "text": said, "tone": INK, "shift": 9, "halo": True})
            return
        solid = span.status == "in_force"
        # What lies after the as-of day is what the law schedules: paler.
        for begin, stop, strength in (
            (start, min(end, self.known), 1.0),
            (max(start, self.known), end, 0.45),
        ):
            if begin < stop:
                piece = {**base, "x": milliseconds(begin), "x2": milliseconds(stop), "strength": strength}
                self.bars.append({**piece, "fill": colour if solid else "#ffffff"})
        # The word stands in the part before the as-of day, or after it, but not across: its colour could not be right.
        scale = (self.right - self.left) / (self.last - self.first).days
        for begin, stop, dark in ((start, min(end, self.known), solid), (max(start, self.known), end, False)):
            if (stop - begin).days * scale > text_width(said, 10) + 10:
                word = {**base, "x": milliseconds(begin), "text": said, "shift": 4, "halo": False}
                self.words.append({**word, "tone": "#ffffff" if dark else INK})
                break


def _timeline_spec(
    spans: Sequence[Span], known: dt.date, first: dt.date, last: dt.date, width: int
) -> dict[str, Any]:
    narrow = width < 500
    plot = width - 16.0
    board = _Drawing(first, last, known, 0.0 if narrow else 300.0, plot)
    y = 18.0
    drawn = [s for s in spans if as_day(s.start) <= last and (s.end is None or as_day(s.end) >= first)]
    for actor in dict.fromkeys(s.actor for s in drawn):
        board.headings.append({"y": y + 8, "text": country_name(actor)})
        y += 22
        for measure in dict.fromkeys(s.measure for s in drawn if s.actor == actor):
            rows = sorted((s for s in drawn if s.measure == measure), key=lambda s: as_day(s.start))
            folded = fold(rows[0].title, plot if narrow else board.left - 16, size=11.5, lines=2)
            tall = 14.0 * len(folded)
            top = y + tall + 1 if narrow else y + max(tall, 18) / 2 - 7
            offset = 0.0 if narrow else max(0.0, (18 - tall) / 2)
            board.titles += [{"y": y + offset + 7 + 13.5 * k, "text": line} for k, line in enumerate(folded)]
            for span in rows:
                board.add(span, top)
            y = top + 21 if narrow else y + max(tall, 18) + 4
        y += 6
    x = time_axis(first, last, (board.left, plot))
    return {"width": plot, "height": y, "layer": _ground(board, x, y) + _things(board, x)}


def _ground(board: _Drawing, x: dict[str, Any], height: float) -> list[dict[str, Any]]:
    if not board.first <= board.known <= board.last:
        return []
    at: dict[str, Any] = {**x, "field": "x"}
    now: Row = {
        "x": milliseconds(board.known),
        "x2": milliseconds(board.last),
        "y": 12,
        "y2": height,
        "ty": 5,
        "text": f"as of {date_words(board.known, year=False)}",
    }
    late = (board.known - board.first).days > 0.7 * (board.last - board.first).days
    text = {"type": "text", "baseline": "middle", "fontSize": 11, "align": "right" if late else "left"}
    ends = {"y": pixel("y"), "y2": {"field": "y2"}}
    return [
        layer({"type": "rect", "color": "#f1f3f5"}, [now], x=at, x2={"field": "x2"}, **ends),
        layer({"type": "rule", "color": INK, "strokeWidth": 1}, [now], x=at, **ends),
        layer(text, [now], x=at, y=pixel("ty"), text={"field": "text", "type": "nominal"}),
    ]


def _things(board: _Drawing, x: dict[str, Any]) -> list[dict[str, Any]]:
    def plain(name: str) -> dict[str, Any]:
        return {
            "field": name,
            "type": "nominal" if name in ("colour", "fill", "tone") else "quantitative",
            "scale": None,
            "legend": None,
        }

    text: dict[str, Any] = {"type": "text", "align": "left", "baseline": "middle"}
    says = {"field": "text", "type": "nominal"}
    at: dict[str, Any] = {**x, "field": "x"}
    spread = {"x": at, "x2": {"field": "x2"}}
    bold = {**text, "fontSize": 13, "fontWeight": "bold"}
    layers = [
        layer(bold, board.headings, x={"value": 0}, y=pixel("y"), text=says),
        layer({**text, "fontSize": 11.5, **_HALO}, board.titles, x={"value": 0}, y=pixel("y"), text=says),
        layer({**text, "fontSize": 11.5}, board.titles, x={"value": 0}, y=pixel("y"), text=says),
    ]
    if board.bars:
        ends = {"y": pixel("y"), "y2": {"field": "y2"}}
        box = {"type": "rect", "strokeWidth": 1.2}
        solid = {"fill": plain("fill"), "stroke": plain("colour"), "opacity": plain("strength")}
        layers.append(layer(box, board.bars, **spread, **ends, **solid))
    if board.lines:
        dashed = {"type": "rule", "strokeDash": [3, 3], "strokeWidth": 1.4}
        layers.append(layer(dashed, board.lines, **spread, y=pixel("middle"), color=plain("colour")))
    for size, shift in sorted({(m["size"], m["shift"]) for m in board.marks}):
        rows = [m for m in board.marks if m["size"] == size]
        mark = {**text, "fontSize": size, "dx": shift, "fontWeight": "bold"}
        layers.append(layer(mark, rows, x=at, y=pixel("middle"), text=says, color=plain("colour")))
    for shift, halo in sorted({(w["shift"], w["halo"]) for w in board.words}):
        rows = [w for w in board.words if w["shift"] == shift]
        mark = {**text, "fontSize": 10, "dx": shift}
        if halo:
            layers.append(layer({**mark, **_HALO}, rows, x=at, y=pixel("middle"), text=says))
        layers.append(layer(mark, rows, x=at, y=pixel("middle"), text=says, color=plain("tone")))
    return layers
