"""Fill the page from typed content. No number is made here; texts are escaped by the template engine."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace
from typing import Any

from detente.brief.content import (
    BriefContent,
    Bullets,
    ClockBlock,
    ConflictBlock,
    KeyNumber,
    MeasureBlock,
    MeasureRow,
    Paragraph,
    Subheading,
    TableBlock,
)
from detente.brief.tables import days_left
from detente.core import Cell, Column, LabelError, Table, suggestion
from detente.show.figures import GRADES, NARROW, STATUSES, WIDE, Figure, country_name, figure_svg
from detente.show.words import NBSP, THIN, counted, date_words, number

_KINDS = {
    Paragraph: "paragraph",
    Bullets: "bullets",
    Subheading: "subheading",
    TableBlock: "table",
    Figure: "figure",
    MeasureBlock: "measures",
    ClockBlock: "clocks",
    ConflictBlock: "conflicts",
}

CLOCK_KINDS = {
    "legal_expiry": "legal expiry",
    "threat_deadline": "deadline of a threat",
    "entry_into_force": "entry into force",
    "meeting": "meeting",
    "pledge": "pledge due",
    "political": "political date",
}

BASES = {
    "outside_source": "an outside source",
    "logic": "logic",
    "inside_the_reports": "the reports themselves",
    "unresolved": "unresolved",
}

CONFLICT_KINDS = {
    "disagreement": "disagreement",
    "error": "error",
    "wording": "wording",
    "change_over_time": "change over time",
    "concept": "concept",
}

GLYPHS = {
    "in_force": "●",
    "suspended": "◐",
    "announced": "◇",
    "lapsed": "×",
    "repealed": "×",
    "withdrawn": "×",
    "void": "×",
}


def render_page(content: BriefContent, tables: dict[str, Table]) -> str:
    """Render the page of a checked briefing.

    Parameters
    ----------
    content : BriefContent
    tables : dict of Table by name
        As `detente.brief.tables.check_content` returns them.

    Returns
    -------
    str
        A complete HTML document that needs nothing else but its data files.
    """
    numbers = {source.id: position for position, source in enumerate(content.sources, start=1)}
    page = _environment().get_template("page.html.j2")
    text: str = page.render(
        c=content,
        tables=tables,
        source_numbers=numbers,
        contents=_contents(content),
        stamp=_stamp_lines(content),
        glyphs=GLYPHS,
        clock_kinds=CLOCK_KINDS,
        conflict_kinds=CONFLICT_KINDS,
        bases=BASES,
        grades=GRADES,
    )
    return text


@functools.cache
def _environment() -> Any:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("detente.brief", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        block_kind=lambda block: _KINDS[type(block)],
        svg=lambda figure, narrow=False: Markup(figure_svg(figure, NARROW if narrow else WIDE)),
        by_side=_by_side,
        shown_columns=_shown_columns,
        days_left=days_left,
        row_word=lambda table: "row" if len(table) == 1 else "rows",
        css=lambda: Markup(_source(environment, "style.css")),
    )
    environment.filters.update(
        day=_day,
        short_day=_short_day,
        key_value=_key_value,
        key_range=_key_range,
        cell=shown_cell,
        counted=counted,
        country=country_name,
        status=lambda code: STATUSES[code].name,
    )
    return environment


def _source(environment: Any, name: str) -> str:
    return str(environment.loader.get_source(environment, name)[0])


def shown_cell(cell: Cell, column: Column) -> str:
    """Write a cell for the page: as the table shows it, with a true minus sign.

    Examples
    --------
    >>> shown_cell(-1234.5, Column("x", "X", "%", "number", 1))
    '−1,234.5'
    """
    if column.kind == "number" and isinstance(cell, int | float):
        return number(float(cell), column.digits)
    return column.show(cell)


def _shown_columns(block: TableBlock) -> Table:
    """Return the table of a block with the columns it shows; the file keeps them all."""
    if not block.columns:
        return block.table
    known = [column.key for column in block.table.columns]
    for key in block.columns:
        if key not in known:
            raise LabelError(f"table `{block.table.name}` has no column `{key}`", hint=suggestion(key, known))
    places = [known.index(key) for key in block.columns]
    rows = tuple(tuple(row[place] for place in places) for row in block.table.rows)
    return replace(block.table, columns=tuple(block.table.columns[place] for place in places), rows=rows)


def _by_side(rows: tuple[MeasureRow, ...]) -> list[tuple[str, list[MeasureRow]]]:
    return [
        (actor, [row for row in rows if row.actor == actor])
        for actor in dict.fromkeys(row.actor for row in rows)
    ]


def _day(value: str | dt.date) -> str:
    return date_words(value) if value else ""


def _short_day(value: str | dt.date) -> str:
    day = dt.date.fromisoformat(value) if isinstance(value, str) else value
    words = date_words(day).split()
    return NBSP.join((words[0], words[1][:3], words[2]))


def _key_value(key: KeyNumber) -> str:
    return number(key.value, key.digits, signed=key.signed)


def _key_range(key: KeyNumber) -> str:
    if key.low is None or key.high is None:
        return ""
    return f"{number(key.low, key.digits, signed=key.signed)} to {number(key.high, key.digits, signed=key.signed)}{THIN}{key.unit}"


def _contents(content: BriefContent) -> list[tuple[str, str]]:
    after = [
        ("method", "How the numbers were made"),
        ("limits", "Limits and assumptions"),
        ("sources", "Sources"),
        ("data", "Data and stamp"),
    ]
    return [(section.id, section.title) for section in content.sections] + after


def _stamp_lines(content: BriefContent) -> list[tuple[str, str]]:
    stamp = content.stamp
    solver = "; ".join(f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in stamp.solver.items())
    return [
        ("Détente", f"version {stamp.version}, commit {stamp.commit}"),
        ("Dossier", f"{stamp.dossier}, record last checked {_day(stamp.vintage)}, as of {_day(stamp.asof)}"),
        ("World data", stamp.data_hash),
        ("Parameters", stamp.parameters_hash),
        ("Trade elasticities", stamp.elasticity_source),
        ("Horizon", stamp.horizon),
        ("Closure", stamp.closure),
        *(
            (name, said)
            for name, said in (("Duties", stamp.revenue), ("Wages and labour", stamp.labour))
            if said
        ),
        ("Seed", "nothing was drawn" if stamp.seed is None else str(stamp.seed)),
        ("Solver", solver or "no solve"),
    ]


def _plain(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float) else str(value)
