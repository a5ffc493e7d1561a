"""A table that knows its names and units; what is printed, written and drawn is read from one of these."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from detente.core.digits import DIGITS, known, unit_of
from detente.core.plain import UNPRINTABLE, csv_cell, json_text, markdown_cell, markdown_text
from detente.core.units import PURE, unit_said

Cell = str | float | int | None
Kind = Literal["text", "number", "date"]
SHOWN = 12
"""Digits a number is rounded to before it is shown: what lies on the boundary of two roundings is on one side everywhere."""


@dataclass(frozen=True)
class Column:
    """One column of a `Table`.

    Parameters
    ----------
    key : str
        Machine name, the header in CSV and JSON.
    label : str
        Name to show; the unit is added in brackets when there is one.
    unit : str
        ``%``, ``USD bn``, ``points``, ``count`` … (`detente.core.units`); empty for texts, and for numbers beside a column
        ``unit`` that names it row by row.
    kind : {"text", "number", "date"}
        Numbers are set flush right.
    digits : int
        Decimals shown to people.
    significant : int
        Digits a number has in files; fewer for one that small differences were divided by (`detente.core.digits`).
    names : mapping of str to str
        Names of the codes in the cells: people read ``China (CHN)``, files keep the code and gain a column ``<key>_name``.

    Examples
    --------
    >>> Column("importer", "Importer", names={"USA": "United States"}).show("USA")
    'United States (USA)'
    """

    key: str
    label: str
    unit: str = ""
    kind: Kind = "text"
    digits: int = 2
    significant: int = field(default=DIGITS, kw_only=True)
    names: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def heading(self) -> str:
        """Label with its unit, unless that is a count or the label names it."""
        unit = unit_said(self.unit, self.label)
        heading = f"{self.label} [{unit}]" if unit else self.label
        return heading.translate(UNPRINTABLE)

    def show(self, cell: Cell) -> str:
        """Write a cell for a person: rounded, a true minus sign never confused with a zero."""
        if cell is None or (isinstance(cell, float) and math.isnan(cell)):
            return "–"
        if self.kind == "number" and isinstance(cell, (int, float)):
            text = f"{known(cell, SHOWN) if isinstance(cell, float) else cell:,.{self.digits}f}"
            return text[1:] if text.startswith("-") and not text.strip("-0.,") else text
        text = ", ".join(self._named(code) for code in str(cell).split(", ")) if self.names else str(cell)
        return text.translate(UNPRINTABLE)

    def name(self, cell: Cell) -> str:
        """Names of the codes in a cell, as files give them; a code without a name is its own."""
        return "; ".join(self.names.get(code, code) for code in str(cell).split(", ")) if cell else ""

    def _named(self, code: str) -> str:
        name = self.names.get(code, code)
        return code if name == code else f"{name.split(' (')[0]} ({code})"


@dataclass(frozen=True)
class Table:
    """Rows under named columns, with a title and a note on concept and source.

    Parameters
    ----------
    name : str
        File name without extension.
    title : str
        What the table says.
    columns : tuple of Column
    rows : tuple of tuple
        One tuple a row, in column order.
    note : str
        Concept, source, caveats.
    marks : mapping of (int, str) to str
        What people read in brackets after the number of one cell, by row and key of its column, such as ``sector average``; files
        have the number alone.

    Examples
    --------
    >>> table = Table("t", "Two rows", (Column("who", "Who"), Column("x", "X", "%", "number", 1)), (("USA", -0.04), ("CHN", 2)))
    >>> print(table.to_csv(), end="")
    who,x
    USA,-0.04
    CHN,2
    >>> table.columns[1].show(-0.04)
    '0.0'
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[tuple[int, str], str] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        for position, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"table {self.name!r}: row {position} has {len(row)} cells for {len(self.columns)} columns"
                )
            for column, cell in zip(self.columns, row, strict=True):
                if isinstance(cell, float) and not math.isfinite(cell):
                    raise ValueError(
                        f"table {self.name!r}: row {position}, column {column.key!r} is not a finite number"
                    )

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> Iterator[dict[str, Cell]]:
        """Each row as a dictionary keyed by column."""
        keys = [column.key for column in self.columns]
        for row in self.rows:
            yield dict(zip(keys, row, strict=True))

    def column(self, key: str) -> list[Cell]:
        """All cells under one key."""
        position = [column.key for column in self.columns].index(key)
        return [row[position] for row in self.rows]

    def to_csv(self) -> str:
        """Comma-separated text with every known digit and a header of keys; names stand beside their codes.

        A text that a spreadsheet would compute has an apostrophe before it, see `detente.core.plain.csv_cell`.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        columns, rows = self._in_full()
        writer.writerow([csv_cell(column.key) for column in columns])
        writer.writerows([["" if cell is None else _full(cell) for cell in row] for row in rows])
        return out.getvalue()

    def _in_full(self) -> tuple[list[Column], list[list[Cell]]]:
        """Columns and rows as files have them: after each column of codes one of their names."""
        taken = {column.key for column in self.columns}
        added = {
            j: Column(f"{column.key}_name", f"{column.label}, name")
            for j, column in enumerate(self.columns)
            if column.names and f"{column.key}_name" not in taken
        }
        columns = [
            written
            for j, column in enumerate(self.columns)
            for written in ((column, added[j]) if j in added else (column,))
        ]
        rows = [
            [
                written
                for j, cell in enumerate(row)
                for written in ((cell, self.columns[j].name(cell)) if j in added else (cell,))
            ]
            for row in self._known_rows()
        ]
        return columns, rows

    def _known_rows(self) -> list[tuple[Cell, ...]]:
        """Rows without the digits that are noise; numbers of one unit end at a decimal place that all of them know."""
        stated = next((j for j, column in enumerate(self.columns) if column.key == "unit"), None)
        units = [
            [
                "" if column.unit in PURE else column.unit or ("" if stated is None else str(row[stated]))
                for row in self.rows
            ]
            for column in self.columns
        ]
        columns = [[row[j] for row in self.rows] for j in range(len(self.columns))]
        every = [*itertools.chain(*columns)], [*itertools.chain(*units)]
        known_columns = []
        wholes: dict[int, dict[str, float]] = {}
        for cells, unit, column in zip(columns, units, self.columns, strict=True):
            # a column of noise alone has no scale of its own: that of its unit in the table counts too
            depth = DIGITS + 1 + (DIGITS - column.significant)
            if depth not in wholes:
                wholes[depth] = _last_places(*every, depth + 1)
            last, whole = _last_places(cells, unit, depth), wholes[depth]
            known_columns.append(
                [
                    known(float(cell), column.significant, unit=max(last[of], whole[of]))
                    if isinstance(cell, float)
                    else cell
                    for cell, of in zip(cells, unit, strict=True)
                ]
            )
        return list(zip(*known_columns, strict=True))

    def to_json(self) -> str:
        """Title, columns with units, note and rows as JSON text."""
        columns, rows = self._in_full()
        keys = [column.key for column in columns]
        body = {
            "name": self.name,
            "title": self.title,
            "note": self.note,
            **({"meta": dict(self.meta)} if self.meta else {}),
            "columns": [{"key": c.key, "label": c.label, "unit": c.unit} for c in columns],
            "rows": [dict(zip(keys, row, strict=True)) for row in rows],
        }
        return json_text(json.dumps(body, ensure_ascii=False, indent=1)) + "\n"

    def to_markdown(self) -> str:
        """GitHub-style table, rounded for people."""

        def line(cells: Sequence[str]) -> str:
            return "| " + " | ".join(cells) + " |"

        rule = ["---:" if column.kind == "number" else "---" for column in self.columns]
        lines = [
            f"**{markdown_text(self.title)}**",
            "",
            line([markdown_cell(c.heading) for c in self.columns]),
            line(rule),
        ]
        lines += [
            line(
                [
                    markdown_cell(text, number=not isinstance(cell, str))
                    for text, cell in zip(texts, row, strict=True)
                ]
            )
            for texts, row in zip(self.shown(), self.rows, strict=True)
        ]
        if self.note:
            lines += ["", f"_{markdown_text(self.note)}_"]
        return "\n".join(lines) + "\n"

    def shown(self) -> list[list[str]]:
        """Cells as a person reads them, marks in brackets."""
        return [
            [
                f"{column.show(cell)} ({mark})"
                if (mark := self.marks.get((r, column.key)))
                else column.show(cell)
                for column, cell in zip(self.columns, row, strict=True)
            ]
            for r, row in enumerate(self.rows)
        ]


def _last_places(cells: Sequence[Cell], units: Sequence[str], depth: int) -> dict[str, float]:
    """Last decimal place that is known, by unit; zero where there is no unit to compare within."""
    numbers: dict[str, list[float]] = {}
    for cell, unit in zip(cells, units, strict=True):
        if isinstance(cell, float):
            numbers.setdefault(unit, []).append(cell)
    return {unit: unit_of(values, depth) if unit else 0.0 for unit, values in numbers.items()}


def _full(cell: Cell) -> str:
    if isinstance(cell, str):
        return csv_cell(cell)
    return repr(float(cell)) if isinstance(cell, float) else str(cell)
