"""Bars, drawn by hand: fast enough to follow a slider, and the same rows as a picture to keep."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from detente.core import Table
    from detente.show.figures import Figure

GAIN: Final = "#1f6f78"
LOSS: Final = "#b5431a"
INK: Final = "#1c2530"
QUIET: Final = "#4d5966"


@dataclass(frozen=True, eq=False)
class DrawnView:
    """A table with a picture of it; None where there is nothing to draw."""

    table: Table
    figure: Figure | None


@dataclass(frozen=True)
class BarRow:
    """One row: a label, a number, as it is read, the code of its economy, the result it is, and the ends of its interval."""

    label: str
    value: float
    text: str
    code: str = ""
    result: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class BarRows:
    """Ranked rows under a title; `heading` names the number and its unit, `left_out` counts the rows in the middle that are not."""

    title: str
    heading: str
    rows: tuple[BarRow, ...]
    left_out: int = 0

    @property
    def are_of_several(self) -> bool:
        """Whether rows are of economies that are told apart from one another, not all of the two sides' sectors."""
        return len({bar.code for bar in self.rows}) > 2

    @functools.cached_property
    def scale(self) -> tuple[float, float]:
        """Lowest and highest end of the axis, with nought on it.

        Examples
        --------
        >>> BarRows("t", "x", (BarRow("a", 2.0, "2"), BarRow("b", -1.0, "−1"))).scale
        (-1.0, 2.0)
        """
        low = min(0.0, *(bar.value if bar.low is None else min(bar.low, bar.value) for bar in self.rows), 0.0)
        high = max(
            0.0, *(bar.value if bar.high is None else max(bar.high, bar.value) for bar in self.rows), 0.0
        )
        return (low, high) if high > low else (0.0, 1.0)

    def span(self, bar: BarRow) -> tuple[float, float]:
        """Where a bar begins and how long it is, in hundredths of the axis."""
        low, high = self.scale
        start, end = sorted((0.0, bar.value))
        return round(100 * (start - low) / (high - low), 3), round(100 * (end - start) / (high - low), 3)

    def ends(self, bar: BarRow) -> tuple[float, float] | None:
        """Where the interval of a bar begins and ends, in hundredths of the axis; None where it has none."""
        if bar.low is None or bar.high is None:
            return None
        low, high = self.scale
        return round(100 * (bar.low - low) / (high - low), 3), round(100 * (bar.high - low) / (high - low), 3)

    @property
    def zero(self) -> float:
        """Where nought is, in hundredths of the axis."""
        low, high = self.scale
        return round(-100 * low / (high - low), 3)


def as_svg(bars: BarRows, note: str = "") -> str:
    """Bars as a picture that stands alone: font, colours and description are in it.

    Examples
    --------
    >>> as_svg(BarRows("Two", "Real income [%]", (BarRow("A & B", 2.0, "2.0"), BarRow("C", -1.0, "−1.0"))))[:33]
    '<svg xmlns="http://www.w3.org/200'
    """
    row, top, left, plot, width = 24, 74, 262, 408, 760
    height = top + row * len(bars.rows) + 40
    told = "; ".join(f"{bar.label} {bar.text}" for bar in bars.rows)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="Helvetica, Arial, Liberation Sans, sans-serif" font-size="13">',
        f"<title>{escape(bars.title)}</title><desc>{escape(bars.heading)}: {escape(told)}</desc>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="30" font-size="17" font-weight="700" fill="{INK}">{escape(_cut(bars.title, 88))}</text>',
        f'<text x="16" y="52" fill="{QUIET}">{escape(bars.heading)}</text>',
    ]
    zero = left + plot * bars.zero / 100
    for n, bar in enumerate(bars.rows):
        y = top + row * n
        start, length = bars.span(bar)
        colour = GAIN if bar.value >= 0 else LOSS
        lines += [
            f'<text x="{left - 10}" y="{y + 12}" text-anchor="end" fill="{INK}">{escape(_cut_middle(bar.label, 36))}</text>',
            f'<rect x="{left + plot * start / 100:.2f}" y="{y}" width="{max(plot * length / 100, 0.5):.2f}" height="16" fill="{colour}"/>',
            f'<text x="{width - 16}" y="{y + 12}" text-anchor="end" fill="{INK}">{escape(bar.text)}</text>',
        ]
        if (ends := bars.ends(bar)) is not None:
            x1, x2 = (left + plot * end / 100 for end in ends)
            lines.append(f'<path d="M{x1:.2f} {y + 8}H{x2:.2f}" stroke="{INK}" stroke-width="2"/>')
    bottom = top + row * len(bars.rows)
    lines += [
        f'<line x1="{zero:.2f}" x2="{zero:.2f}" y1="{top - 6}" y2="{bottom}" stroke="{INK}"/>',
        f'<text x="16" y="{bottom + 22}" font-size="11" fill="{QUIET}">{escape(_cut(note, 118))}</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _cut_middle(text: str, most: int) -> str:
    """A label cut before its last part, which says whose it is.

    Examples
    --------
    >>> _cut_middle("Furniture, toys, other manufacturing · US", 36)
    'Furniture, toys, other manufac… · US'
    """
    head, mark, tail = text.rpartition(" · ")
    return f"{_cut(head, most - len(mark + tail))}{mark}{tail}" if mark else _cut(text, most)


def standalone(svg: str) -> str:
    """An inline picture as a file of its own, on white.

    Examples
    --------
    >>> standalone('<svg viewBox="0 0 1 1"></svg>')
    '<svg xmlns="http://www.w3.org/2000/svg" style="background:#fff" viewBox="0 0 1 1"></svg>\\n'
    """
    name = "" if "xmlns=" in svg[:400] else 'xmlns="http://www.w3.org/2000/svg" '
    return svg.replace("<svg ", f'<svg {name}style="background:#fff" ', 1) + "\n"
