"""Compact lists: the columns by which an entry is found and told from others; `--full` gives every column, as cards where a
table of them would not fit a line.

Only what people read at a terminal or in a pipe is shortened: CSV, JSON, Markdown and the files of other programs hold all of it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Final

import typer

from detente.core import Table

KEPT: Final[dict[str, tuple[str, ...]]] = {
    "audit": ("severity", "rule", "id", "what", "hint"),
    "audit_dates": ("id", "from", "known", "days", "status"),
    "citations": ("kind", "key", "reference"),
    "claims": ("id", "document", "says", "verdict"),
    "clocks": ("fires", "days", "id", "title", "state", r"cost_\w+"),
    "conflict_list": ("id", "kind", "question", "observations"),
    "controls": ("id", "title", "status", "since", "until"),
    "data-files": ("file", "title", "sources", "bytes"),
    "data-sources": ("source", "title", "licence"),
    "measures": ("id", "title", "status", "shown", "since"),
    "pledges": ("id", "due", "pledged", "unit", "delivered_pct", "elapsed_pct", "state"),
    "scenarios": ("scenario", "title", "date", "settings", "known"),
}
"""Keys of the columns of a compact list, as patterns, by the name of its table; any other table is short enough as it is."""
MORE = "Every column: --full."

FullOption = Annotated[
    bool,
    typer.Option(
        "--full", help="Every column, as cards where a table is too wide; files and pipes as CSV have all."
    ),
]


def is_list(table: Table) -> bool:
    """Whether a table is one of the lists that are shortened."""
    return table.name in KEPT


def compact(table: Table) -> Table:
    """Shorten a list to the columns by which its entries are found, with a note how to see the others.

    Parameters
    ----------
    table : Table

    Returns
    -------
    Table
        The same rows; the table itself where it is no list or nothing would be left out.

    Examples
    --------
    >>> from detente.core import Column
    >>> columns = (Column("id", "Claim"), Column("says", "Says"), Column("speaker", "Speaker"))
    >>> short = compact(Table("claims", "Claims", columns, (("000-01", "They met", "White House"),)))
    >>> [column.key for column in short.columns], short.note
    (['id', 'says'], 'Every column: --full.')
    """
    wanted = KEPT.get(table.name)
    places = [
        j
        for pattern in wanted or ()
        for j, column in enumerate(table.columns)
        if re.fullmatch(pattern, column.key)
    ]
    if not places or len(places) == len(table.columns):
        return table
    return replace(
        table,
        columns=tuple(table.columns[j] for j in places),
        rows=tuple(tuple(row[j] for j in places) for row in table.rows),
        note=f"{table.note} {MORE}".strip(),
    )
