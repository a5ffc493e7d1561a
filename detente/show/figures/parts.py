"""The parts of a change by measure, drawn: the largest as bars, the rest together, the change itself last."""

from __future__ import annotations

import math

from detente.core import InputError, Table, known
from detente.show.figures.figures import NARROW, WIDE, Figure
from detente.show.figures.levers import QUIET
from detente.show.figures.rows import Bar, row_chart, text_width
from detente.show.figures.theme import GAIN, INK, LOSS
from detente.show.words import count_words, enough_digits, number

_WHOLE = "total"


def parts_figure(table: Table, count: int = 8) -> Figure:
    """Draw what each measure contributes to a change.

    Parameters
    ----------
    table : Table
        `explain_measures` of `explain`: its last row is the change itself.
    count : int
        Measures drawn; the others share one bar.

    Raises
    ------
    InputError
        When the table holds no part.
    """
    column = next((c for c in table.columns if c.key == "contribution_shown"), None)
    rows = list(table.records())
    parts = [row for row in rows if row["part"] != _WHOLE]
    if column is None or not parts:
        raise InputError("there is no part to draw", where=table.name, hint="give the parts by measure")
    unit = f" {column.unit}"
    shown = [(str(row["title"] or row["part"]), float(row["contribution_shown"] or 0.0)) for row in parts]
    ranked = sorted(shown, key=lambda pair: -abs(known(pair[1])))
    digits = enough_digits([value for _, value in ranked])
    drawn = [pair for pair in ranked[:count] if abs(known(pair[1])) >= 0.5 * 10.0**-digits] or ranked[:1]
    others = ranked[len(drawn) :]
    if others:
        words = count_words(len(others), "other measure")
        drawn = [*drawn, (words[0].upper() + words[1:], math.fsum(value for _, value in others))]
    total = sum(float(row["contribution_shown"] or 0.0) for row in rows if row["part"] == _WHOLE)

    def text(value: float) -> str:
        return number(value, digits, signed=True) + unit

    def spec(width: int) -> dict[str, object]:
        bars = [
            Bar(
                name,
                value,
                text(value),
                QUIET if others and k == len(drawn) - 1 else GAIN if value >= 0 else LOSS,
            )
            for k, (name, value) in enumerate(drawn)
        ]
        bars.append(Bar("The change itself", total, text(total), INK))
        labels = min(max(text_width(bar.label) for bar in bars) + 14, 320 if width > 500 else 150)
        return row_chart(bars, width, label_width=labels)

    first, largest = drawn[0]
    return Figure(
        table.name,
        f"{table.title.split(' by measure')[0]}: {text(total)}, of which {text(largest)} by “{first}”.",
        f"Bars of the parts: {'; '.join(f'{name} {text(value)}' for name, value in drawn)}; the change itself {text(total)}.",
        spec(WIDE),
        table,
        note=table.note,
        subtitle=f"{table.title.replace('`', '')}, {column.unit}",
        narrow=spec(NARROW),
    )
