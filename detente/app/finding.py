"""Rows of the record that are looked for by words: every word must stand somewhere in a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from detente.core import Table

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer

FEWEST: Final = 2
MOST: Final = 9
"""Different values of a column that is offered to choose from."""
LONGEST: Final = 28
"""Characters of a value that is offered."""
OFFERED: Final = ("status", "actor_name", "state", "by", "kind", "verdict", "basis", "quality", "grade")
"""Columns that are offered, those first that a table has."""
COLUMNS: Final = 2

Make = Callable[["PageAnswer", "Laboratory"], Table]


def found_in(table: Table, words: str) -> Table:
    """The rows that have every word, in any case, in some of their cells.

    Examples
    --------
    >>> from detente.core import Column
    >>> table = Table("t", "T", (Column("a", "A"), Column("b", "B")), (("Rare earths", "in force"), ("Soy", "in force")))
    >>> len(found_in(table, "FORCE rare")), len(found_in(table, '"in force"')), found_in(table, "") is table
    (1, 2, True)
    """
    if not words.strip():
        return table
    wanted = _parts(words.casefold())
    rows = []
    for row in table.rows:
        text = "\n".join(str(cell) for cell in row if cell is not None).casefold()
        if all(part in text for part in wanted):
            rows.append(row)
    return replace(table, rows=tuple(rows))


def _parts(words: str) -> list[str]:
    """Words, and what stands between quotation marks as one."""
    parts = []
    for n, piece in enumerate(words.split('"')):
        parts += [piece] if n % 2 else piece.split()
    return [part for part in parts if part]


def findable(make: Make) -> Make:
    """A table of the record of which only those rows are left that were looked for."""

    def make_table(answer: PageAnswer, laboratory: Laboratory) -> Table:
        return found_in(make(answer, laboratory), answer.state.find)

    return make_table


@dataclass(frozen=True)
class FindForm:
    """What rows are looked for by, and values that are offered.

    Attributes
    ----------
    words : str
    offered : tuple of (title, values)
        Of each column its values with how many rows have it.
    """

    words: str
    offered: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]


def find_form(answer: PageAnswer, table: Table | None) -> FindForm:
    """The form above a table of the record."""
    offered: list[tuple[str, tuple[tuple[str, int], ...]]] = []
    if table is not None:
        keys = [column.key for column in table.columns]
        for key in (key for key in OFFERED if key in keys):
            counts = Counter(str(cell) for cell in table.column(key) if cell)
            if FEWEST <= len(counts) <= MOST and all(len(value) <= LONGEST for value in counts):
                offered.append((table.columns[keys.index(key)].label, tuple(counts.most_common())))
    return FindForm(answer.state.find, tuple(offered[:COLUMNS]))
