"""Words of tables as a page shows them: names of the command line become titles; files keep what the tables say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from detente.core import Table

PROSE: Final = 48
"""Characters from which a text is prose, and its column gets room."""
_MARKED: Final = re.compile(r"`([^`]+)`")
_CODE: Final = re.compile(r"[a-z]+(_[a-z]+)+")
_CELLS: Final[Mapping[str, str]] = {"delta": "difference"}


def worded(text: str, titles: Mapping[str, str]) -> Any:
    """A sentence of a table as markup: ids of outcomes and results by their titles, other words of the command line as code.

    Parameters
    ----------
    text : str
    titles : mapping of id to title

    Examples
    --------
    >>> str(worded("delta: against `standing`; `--draws` says how sure", {"standing": "Standing state"}))
    'difference: against “Standing state”; <code>--draws</code> says how sure'
    """
    from markupsafe import Markup, escape

    def told(match: re.Match[str]) -> str:
        name = match[1]
        return f"“{escape(titles[name])}”" if name in titles else f"<code>{escape(name)}</code>"

    parts, place = [], 0
    for match in _MARKED.finditer(text):
        parts += [str(escape(text[place : match.start()])), told(match)]
        place = match.end()
    joined = "".join([*parts, str(escape(text[place:]))])
    for name, title in titles.items():
        if "." in name:  # a result, which titles of tables name without a mark
            joined = joined.replace(name, str(escape(title)))
    joined = re.sub(r"^delta\b|(?<=; )delta\b", _CELLS["delta"], joined)
    return Markup(joined[:1].upper() + joined[1:] if joined.startswith(("level:", "delta:")) else joined)


def cell_words(text: str) -> str:
    """A code of the record in words.

    Examples
    --------
    >>> cell_words("in_force"), cell_words("delta"), cell_words("usa-2025-threat-100")
    ('in force', 'difference', 'usa-2025-threat-100')
    """
    return text.replace("_", " ") if _CODE.fullmatch(text) else _CELLS.get(text, text)


def prose_columns(table: Table | None) -> frozenset[str]:
    """Keys of the columns that hold sentences.

    Examples
    --------
    >>> from detente.core import Column, Table
    >>> columns = (Column("a", "A"), Column("b", "B"))
    >>> sorted(prose_columns(Table("t", "T", columns, (("x", "Each of them was told the day before, and nobody came."),))))
    ['b']
    """
    if table is None:
        return frozenset()
    return frozenset(
        column.key
        for n, column in enumerate(table.columns)
        if column.kind == "text"
        and any(len(text := str(row[n] or "")) > PROSE and " " in text for row in table.rows)
    )
