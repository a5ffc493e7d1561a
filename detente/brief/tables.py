"""The tables behind a briefing: those of its figures and blocks, and the checks that the page keeps its promises."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator

from detente.brief.content import (
    Block,
    BriefContent,
    Bullets,
    ClockBlock,
    ConflictBlock,
    MeasureBlock,
    Paragraph,
    TableBlock,
)
from detente.core import EvidenceError, InputError, LabelError, Table, suggestion
from detente.show import build
from detente.show.figures import Figure, country_name, look
from detente.show.tables import days_left
from detente.show.words import Sentence

_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")


def block_table(block: Block, asof: dt.date) -> Table | None:
    """The table that a block writes; None of a text."""
    if isinstance(block, Figure | TableBlock):
        return block.table
    if isinstance(block, MeasureBlock):
        return build("ledger", rows=block.rows, name=block.name, title=block.title)
    if isinstance(block, ClockBlock):
        return build("clocks-ahead", rows=block.rows, asof=asof, name=block.name, title=block.title)
    if isinstance(block, ConflictBlock):
        return build("readings", cards=block.cards, name=block.name, title=block.title)
    return None


def tables_of(content: BriefContent) -> dict[str, Table]:
    """Every table that a briefing writes, by name, in the order of the page.

    Raises
    ------
    InputError
        When two different tables have one name, or a name cannot be a file name.
    """
    tables: dict[str, Table] = {}
    own = [block_table(block, content.asof) for block in content.everything]
    for table in (
        *(t for t in own if t is not None),
        *content.tables,
        build("sources", sources=content.sources),
    ):
        if not _NAME.match(table.name):
            raise InputError(
                f"`{table.name}` cannot be the name of a table",
                hint="use lower-case letters, digits and hyphens",
            )
        if table.name in tables and tables[table.name] != table:
            raise InputError(f"two tables are called `{table.name}`", hint="give one of them another name")
        tables[table.name] = table
    return tables


def figures_in(content: BriefContent) -> list[Figure]:
    """Every figure, in the order of the page."""
    return [block for block in content.everything if isinstance(block, Figure)]


def sentences_of(content: BriefContent) -> Iterator[Sentence]:
    """Every sentence, in the order of the page."""
    yield from (*content.summary_sentences, *content.terms, *content.beside, *content.chances.values())
    yield from () if content.chance_score is None else (content.chance_score,)
    for block in content.everything:
        if isinstance(block, Paragraph):
            yield from block.sentences
        elif isinstance(block, Bullets):
            yield from block.items
    yield from content.brief_method
    for paragraph in content.method:
        yield from paragraph.sentences


def _cited(content: BriefContent) -> Iterator[tuple[str, str]]:
    for sentence in sentences_of(content):
        yield from ((source, sentence.text[:60]) for source in sentence.sources)
    yield from ((row.source, row.id) for row in content.ahead)
    for block in content.everything:
        if isinstance(block, MeasureBlock | ClockBlock):
            yield from ((row.source, row.id) for row in block.rows)
        elif isinstance(block, ConflictBlock):
            yield from ((card.source, card.id) for card in block.cards if card.source)


def _stands_in(value: float, table: Table) -> bool:
    # The text may say percent where the table has fractions, or million where it has billion, and "falls by" for a minus.
    cells = [abs(float(cell)) for row in table.rows for cell in row if isinstance(cell, int | float)]
    return any(
        math.isclose(abs(value) * scale, cell, rel_tol=1e-9, abs_tol=1e-15)
        for scale in (1.0, 1e3, 1e-3, 1e2, 1e-2)
        for cell in cells
    )


def _check_numbers(content: BriefContent, tables: dict[str, Table]) -> None:
    for key in content.key_numbers:
        for value in (key.value, key.low, key.high, key.share):
            if value is not None:
                _check_number(value, key.table, tables, where=f"key number `{key.label}`")
    for sentence in sentences_of(content):
        if sentence.values and sentence.table:
            for value in sentence.values:
                _check_number(value, sentence.table, tables, where=f"sentence `{sentence.text[:60]}…`")
        elif sentence.values:
            raise EvidenceError(
                "the numbers of a sentence name no table",
                where=f"sentence `{sentence.text[:60]}…`",
                hint="use `sentence.read_from(table_name)`",
            )


def _check_number(value: float, name: str, tables: dict[str, Table], *, where: str) -> None:
    if name not in tables:
        raise LabelError(f"the briefing has no table `{name}`", where=where, hint=suggestion(name, tables))
    if not _stands_in(value, tables[name]):
        raise EvidenceError(
            f"{value!r} does not stand in table `{name}`",
            where=where,
            hint="write the sentence from the table's own numbers",
        )


def check_content(content: BriefContent) -> dict[str, Table]:
    """Check that a briefing keeps its promises, and return its tables.

    Raises
    ------
    EvidenceError
        When a key number or a number in a sentence is in no table.
    LabelError
        When a source is cited that is not listed, or a side, status or table is unknown.
    InputError
        When two sections, tables, sources or measures share a name, or a clock has fired.
    """
    if not content.summary_sentences:
        raise InputError("a briefing needs its finding", hint="give at least one summary sentence")
    if content.chances and content.chance_score is None:
        raise EvidenceError(
            "odds are told without their score", hint="say how good such odds have been, or leave them out"
        )
    tables = tables_of(content)
    _check_numbers(content, tables)
    known = [source.id for source in content.sources]
    _unique(known, "sources")
    _unique([section.id for section in content.sections], "sections")
    _unique([figure.name for figure in figures_in(content)], "figures")
    for source, where in _cited(content):
        if source not in known:
            raise LabelError(
                f"source `{source}` is cited but not listed", where=where, hint=suggestion(source, known)
            )
    for section in content.sections:
        if not _NAME.match(section.id) or section.id in RESERVED:
            raise InputError(
                f"`{section.id}` cannot be the id of a section", hint="use another word, lower case"
            )
    for block in content.everything:
        if isinstance(block, MeasureBlock):
            _unique([row.id for row in block.rows], "measures")
            for row in block.rows:
                look("status", row.status)
    clocks = [row for block in content.everything if isinstance(block, ClockBlock) for row in block.rows]
    for clock in (*content.ahead, *clocks):
        if days_left(clock.fires, content.asof) < 0:
            raise InputError("the clock has fired", where=clock.id, hint="show only clocks ahead")
    return tables


RESERVED = (
    "top",
    "finding",
    "next",
    "contents",
    "annex",
    "cannot",
    "method",
    "limits",
    "assumed",
    "sources",
    "cite",
    "data",
    "stamp",
    "main",
)
"""Anchors that the page itself uses."""


def _unique(names: list[str], kind: str) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise InputError(f"{kind} appear twice: {', '.join(doubled)}", hint="give each a name of its own")


__all__ = [
    "block_table",
    "check_content",
    "country_name",
    "days_left",
    "figures_in",
    "tables_of",
]
