"""Lay a table out within a width: wrapped cells, several blocks of columns, or one paragraph a row."""

from __future__ import annotations

import io
import itertools
import textwrap
from collections.abc import Sequence

from detente.core import UNPRINTABLE, Column, Table, unit_said

NOTE_WIDTH = 110
"""Longest line of a note, however wide the terminal is."""
LONGEST_WORD = 34
"""A word up to this length (an id, say) is never broken."""
READABLE, TIGHT = 22, 12
"""A column of prose is not made narrower than this; beside columns of numbers, not narrower than the second."""
HIGHEST = 6
"""Lines of a cell beyond which a row reads better as a paragraph."""
BOUND = "\ue000"
"""Stands for a space at which a line must not break, while lines are broken."""
BLOCKS = 4
"""A table in more blocks than this is written as paragraphs instead."""
EMPTY = ("", "–")
NAMING = ("title", "what", "says", "name")
"""Keys of columns that say in words what the first column names by a code."""


def as_text(table: Table, *, width: int | None = None, colour: bool = False, listed: bool = False) -> str:
    """Lay a table out for reading.

    Whatever fits is one table. What does not: columns that say the same in every row go above it, cells and headings wrap,
    columns of numbers continue in further blocks under the same keys, and a table of texts becomes one paragraph a row.

    Parameters
    ----------
    table : Table
    width : int, optional
        Characters in a line. Without it nothing wraps.
    colour : bool
        Whether to use escape codes.
    listed : bool
        Whether it is a list: few lines a row, and its last columns left out where the line is too short for them.

    Examples
    --------
    >>> from detente.core import Column, Table
    >>> small = Table("t", "Small", (Column("who", "Who"), Column("x", "X", "%", "number", 1)), (("USA", 1.0),))
    >>> print(as_text(small, width=40), end="")
    Small
    <BLANKLINE>
    Who   X [%]
    ───────────
    USA     1.0
    """
    cells = table.shown()
    whole = tuple(range(len(table.columns)))
    body: list[str]
    shared = ""
    if width is None or sum(_natural(table, cells, j) for j in whole) + 3 * (len(whole) - 1) <= width:
        body = [_grid(table, cells, whole, None, colour)]
    else:
        same = _same(table, cells)
        shared = "; ".join(f"{table.columns[j].heading}: {cells[0][j] or '–'}" for j in same)
        kept = tuple(j for j in whole if j not in same)
        body = _narrow(table, cells, kept, width, colour, listed)
    head = [_title(table.title.translate(UNPRINTABLE), width, colour)]
    head += ["\n".join(textwrap.wrap(shared, min(width or NOTE_WIDTH, NOTE_WIDTH)))] if shared else []
    foot = (
        ["\n".join(textwrap.wrap(table.note.translate(UNPRINTABLE), min(width or NOTE_WIDTH, NOTE_WIDTH)))]
        if table.note
        else []
    )
    return "\n\n".join([*head, *body, *foot]) + "\n"


def _narrow(
    table: Table,
    cells: Sequence[Sequence[str]],
    kept: tuple[int, ...],
    width: int,
    colour: bool,
    listed: bool,
) -> list[str]:
    """Parts of a table that does not fit as it is: one wrapped table, several blocks, or paragraphs."""
    numbers = 2 * sum(table.columns[j].kind == "number" for j in kept) >= len(kept)
    if listed:
        for few in range(len(kept), 1, -1):
            widths = _fewest_lines(table, cells, kept[:few], width)
            if widths is not None:
                return [_grid(table, cells, kept[:few], widths, colour)]
    for readable in (READABLE, TIGHT) if numbers else (READABLE,):
        widths = _allot(table, cells, kept, width, readable)
        if widths is not None and (numbers or _height(cells, widths) <= HIGHEST):
            return [_grid(table, cells, kept, widths, colour)]
    blocks = _blocks(table, cells, kept, width) if numbers else []
    if not 1 <= len(blocks) <= BLOCKS:
        keys = _keys(table, cells, kept)[:3] or [kept[0]]
        return [_paragraph(table, row, keys, [j for j in kept if j not in keys], width) for row in cells]
    parts = []
    for block in blocks:
        widths = _allot(table, cells, block, width)
        assert widths is not None
        parts.append(_grid(table, cells, block, widths, colour))
    return parts


def _height(cells: Sequence[Sequence[str]], widths: dict[int, int]) -> int:
    """Lines of the highest cell."""
    return max((len(textwrap.wrap(row[j], w)) for row in cells for j, w in widths.items()), default=1)


def _natural(table: Table, cells: Sequence[Sequence[str]], j: int) -> int:
    """Width at which nothing in a column wraps."""
    return max(len(table.columns[j].heading), *(_longest(row[j].split("\n")) for row in cells), 1)


def _longest(parts: Sequence[str]) -> int:
    return max(map(len, parts), default=0)


def _least(table: Table, cells: Sequence[Sequence[str]], j: int, readable: int) -> int:
    """Width below which a column cannot be read: numbers and words stay whole."""
    column = table.columns[j]
    head = _longest(_heading(column).split(" "))
    if column.kind != "text":
        return max(head, *(len(row[j]) for row in cells), 1)
    longest = max((len(row[j]) for row in cells), default=0)
    word = min(max((_longest(row[j].split()) for row in cells), default=0), LONGEST_WORD)
    return max(head, word, min(readable, longest), 1)


def _heading(column: Column) -> str:
    """Heading whose unit stays in one piece when it wraps."""
    unit = f"[{shown}]" if (shown := unit_said(column.unit, column.label)) else ""
    whole = unit.replace(" ", BOUND) if len(unit) <= 10 else unit
    return f"{column.label} {whole}".strip()


def _same(table: Table, cells: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Columns of text that say the same in every row; never all of them, and none in a table of one row."""
    if len(cells) < 2:
        return ()
    alike = tuple(
        j
        for j, column in enumerate(table.columns)
        if column.kind != "number" and all(row[j] == cells[0][j] for row in cells)
    )
    return alike if len(alike) < len(table.columns) else ()


def _allot(
    table: Table, cells: Sequence[Sequence[str]], columns: Sequence[int], width: int, readable: int = READABLE
) -> dict[int, int] | None:
    """Widths of columns within a line, two characters apart; None when they do not fit."""
    least = {j: _least(table, cells, j, readable) for j in columns}
    spare = width - sum(least.values()) - 2 * (len(columns) - 1)
    if spare < 0:
        return None
    wants = {j: _natural(table, cells, j) - least[j] for j in columns}
    while spare > 0 and any(wants.values()):  # texts first, the shortest of them whole before the long ones
        j = min(
            (k for k in columns if wants[k]), key=lambda k: (table.columns[k].kind == "number", least[k], k)
        )
        least[j], wants[j], spare = least[j] + 1, wants[j] - 1, spare - 1
    return least


def _fewest_lines(
    table: Table, cells: Sequence[Sequence[str]], columns: Sequence[int], width: int
) -> dict[int, int] | None:
    """Widths of the columns of a list, the longest texts widest; None when they do not fit."""
    widths = {j: _least(table, cells, j, TIGHT) for j in columns}
    spare = width - sum(widths.values()) - 2 * (len(columns) - 1)
    if spare < 0:
        return None
    lengths = {j: [len(row[j]) for row in cells] for j in columns}
    most = {j: _natural(table, cells, j) for j in columns}
    for _ in range(spare):
        growing = [j for j in columns if widths[j] < most[j]]
        if not growing:
            break
        widest = max(growing, key=lambda j: (sum(-(-size // widths[j]) for size in lengths[j]), -j))
        widths[widest] += 1
    return widths


def _keys(table: Table, cells: Sequence[Sequence[str]], kept: Sequence[int]) -> list[int]:
    """First columns, before any number, that tell the rows apart."""
    keys: list[int] = []
    for j in kept:
        if table.columns[j].kind == "number":
            break
        keys.append(j)
        if len({tuple(row[k] for k in keys) for row in cells}) == len(cells):
            break
    return keys


def _blocks(
    table: Table, cells: Sequence[Sequence[str]], kept: Sequence[int], width: int
) -> list[tuple[int, ...]]:
    """Columns of each block, the keys of a row first in every one; none when a block cannot hold its keys."""
    keys = _keys(table, cells, kept)
    blocks: list[tuple[int, ...]] = []
    current = tuple(keys)
    for j in (j for j in kept if j not in keys):
        if _allot(table, cells, (*current, j), width) is None:
            if current == tuple(keys):
                return []
            blocks.append(current)
            current = tuple(keys)
            if _allot(table, cells, (*current, j), width) is None:
                return []
        current = (*current, j)
    return [*blocks, current]


def _paragraph(
    table: Table, row: Sequence[str], keys: Sequence[int], others: Sequence[int], width: int
) -> str:
    """One row as a paragraph: its keys, then short facts in running lines and texts on lines of their own."""
    head = " · ".join(row[j] or "–" for j in keys)
    if others and table.columns[others[0]].key in NAMING and row[others[0]] not in EMPTY:
        head, others = f"{head}: {row[others[0]]}", others[1:]
    lines = textwrap.wrap(head, width, subsequent_indent="  ", break_on_hyphens=False)
    filled = [(table.columns[j].heading, row[j]) for j in others if row[j] not in EMPTY]
    for short, group in itertools.groupby(filled, key=lambda pair: len(pair[0]) + len(pair[1]) < 40):
        facts = [f"{label}: {text}" for label, text in group]
        if short:  # a fact is not torn apart at the end of a line
            facts = [" · ".join(fact.replace(" ", BOUND) for fact in facts)]
        for fact in facts:
            lines += textwrap.wrap(
                fact, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
            )
    return "\n".join(lines).replace(BOUND, " ")


def _grid(
    table: Table,
    cells: Sequence[Sequence[str]],
    columns: Sequence[int],
    widths: dict[int, int] | None,
    colour: bool,
) -> str:
    """Some columns as a grid; widths are those given, or what the cells need."""
    plain = None if colour else _plain_grid(table, cells, columns, widths)
    if plain is not None:
        return plain
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 1 if widths is None else 0),
        header_style="bold" if colour else "",
    )
    for j in columns:
        column = table.columns[j]
        grid.add_column(
            Text(column.heading if widths is None else _heading(column)),
            justify="right" if column.kind == "number" else "left",
            no_wrap=widths is None,
            width=None if widths is None else widths[j],
            overflow="fold",
        )
    for row in cells:
        grid.add_row(*(Text(row[j]) for j in columns))
    return _line(grid, None, colour)


SIMPLE = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x300)])) | set(
    "‐‑‒–—―‘’‚“”„•…−≤≥≈→×·─" + BOUND
)
"""Characters that take one place each, whatever stands beside them."""


def _plain_grid(
    table: Table, cells: Sequence[Sequence[str]], columns: Sequence[int], widths: dict[int, int] | None
) -> str | None:
    """What `_grid` lays out with rich, without loading it; None where that needs more than words of simple characters."""
    heads = [table.columns[j].heading if widths is None else _heading(table.columns[j]) for j in columns]
    texts = [heads, *([row[j] for j in columns] for row in cells)]
    if widths is None:
        sizes = [max(max(len(row[k]) for row in texts), 1) for k in range(len(columns))]
    else:
        sizes = [widths[j] for j in columns]
    right = [table.columns[j].kind == "number" for j in columns]
    lines = []
    for number, row in enumerate(texts):
        wrapped = [_wrapped(text, size) for text, size in zip(row, sizes, strict=True)]
        height = max(len(parts or ()) for parts in wrapped)
        filled = []
        for parts, size, numeric in zip(wrapped, sizes, right, strict=True):
            if parts is None:
                return None
            empty = [""] * (height - len(parts))
            parts = [*empty, *parts] if number == 0 else [*parts, *empty]
            filled.append([part.rjust(size) if numeric else part.ljust(size) for part in parts])
        gap = " " * (3 if widths is None else 2)
        lines += [gap.join(pieces).rstrip() for pieces in zip(*filled, strict=True)]
        if number == 0:
            lines.append("─" * (sum(sizes) + len(gap) * (len(sizes) - 1)))
    return "\n".join(lines).replace(BOUND, " ")


def _wrapped(text: str, size: int) -> list[str] | None:
    """Lines of a cell; None where a line must break anywhere but at a single blank between words."""
    if not SIMPLE.issuperset(text) or text != text.strip(" "):
        return None
    if len(text) <= size:
        return [text]
    words = text.split(" ")
    if "" in words or any(len(word) > size for word in words):
        return None
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= size:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _title(title: str, width: int | None, colour: bool) -> str:
    if not colour and len(title) <= (width or len(title)) and SIMPLE.issuperset(title):
        return title.rstrip()
    from rich.text import Text

    return _line(Text(title, style="bold" if colour else ""), width, colour)


def _line(thing: object, width: int | None, colour: bool) -> str:
    from rich.console import Console

    stream = io.StringIO()
    console = Console(
        file=stream, width=width or 100_000, no_color=not colour, force_terminal=colour, highlight=False
    )
    console.print(thing)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()).replace(BOUND, " ")
