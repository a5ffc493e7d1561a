"""Fill the pages from typed content. No number is made here; texts are escaped by the template engine."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from detente.brief.content import (
    Block,
    BriefContent,
    Bullets,
    ClockBlock,
    ConflictBlock,
    KeyNumber,
    MeasureBlock,
    MeasureRow,
    Paragraph,
    SourceText,
    Subheading,
    TableBlock,
)
from detente.brief.numbering import ANNEX, INDEX, command_of, kind_of, places
from detente.brief.tables import days_left
from detente.core import Cell, Column, LabelError, Table, suggestion
from detente.show.figures import GRADES, NARROW, STATUSES, WIDE, Figure, country_name, figure_svg
from detente.show.words import (
    NBSP,
    THIN,
    Sentence,
    count_words,
    counted,
    date_words,
    joined,
    lower_first,
    number,
)

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


def render_page(content: BriefContent, tables: dict[str, Table], page: str = INDEX) -> str:
    """Render one page of a checked briefing.

    Parameters
    ----------
    content : BriefContent
    tables : dict of Table by name
        As `detente.brief.tables.check_content` returns them.
    page : {"index.html", "annex.html", "note.html"}

    Returns
    -------
    str
        A complete HTML document that needs nothing else but its data files.
    """
    listed = [source.id for source in content.sources if not _nobody(source)]
    numbers = {id: position for position, id in enumerate(listed, start=1)}
    read = places(content)

    def place_of(name: str) -> str:
        return read[name].href(page) if name in read else f"data/{name}.csv"

    template, what = _TEMPLATES[page]
    text: str = (
        _environment()
        .get_template(template)
        .render(
            c=content,
            what=what,
            tables=tables,
            source_numbers=numbers,
            source_page="" if page == ANNEX else ANNEX,
            contents=_contents(content, page),
            stamp=_stamp_lines(content),
            place_of=place_of,
            label_of=lambda name: read[name].label if name in read else "data",
            mark_of=lambda name: read[name].short if name in read else "data",
            command_of=lambda name: command_of(name, content),
            glyphs=GLYPHS,
            clock_kinds=CLOCK_KINDS,
            conflict_kinds=CONFLICT_KINDS,
            bases=BASES,
            grades=GRADES,
        )
    )
    return text


NOTE = "note.html"
_TEMPLATES = {
    INDEX: ("page.html.j2", "briefing"),
    ANNEX: ("annex.html.j2", "annex"),
    NOTE: ("note.html.j2", "short"),
}


def _nobody(source: SourceText) -> bool:
    """Whether an entry of the sources is none: nobody published it, and what rests on it is graded, not cited."""
    return source.publisher.strip().lower() in ("", "nobody")


_UNSOURCED = (
    (re.compile(r"\b(is|are) from (?:memory|general knowledge)\b", re.I), r"\1 assumed"),
    (re.compile(r"\bfrom (?:memory|general knowledge)( only)?\b", re.I), "assumed"),
    (re.compile(r"\b(?:from )?general knowledge\b", re.I), "an assumption"),
    (re.compile(r"^memory$"), "assumed"),
)


def graded(text: str) -> str:
    """What rests on nobody's text says its grade, whatever words the record has for it.

    Examples
    --------
    >>> graded("Notice numbers and days are from memory."), graded("memory")
    ('Notice numbers and days are assumed.', 'assumed')
    """
    for pattern, words in _UNSOURCED:
        text = pattern.sub(words, text)
    return text


def _inventory(behind: tuple[Block, ...]) -> str:
    """What the annex holds behind a section, counted."""
    counts = [kind_of(block) for block in behind]
    said = [count_words(counts.count(kind), kind.lower()) for kind in ("Figure", "Table") if kind in counts]
    return joined(said) or "the text in full"


def _first_words(blocks: tuple[Block, ...]) -> tuple[Sentence, ...]:
    """The first paragraph of a section, for the note; of a section that starts with a picture, nothing."""
    return next((block.sentences[:3] for block in blocks if isinstance(block, Paragraph)), ())


@functools.cache
def _environment() -> Any:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("detente.brief", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        optimized=False,  # to look for constants, of which there are none, is a fifth of the compiling
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
        cited=jinja2.pass_context(_cited),
        day=_day,
        short_day=_short_day,
        key_value=_key_value,
        key_range=_key_range,
        key_share=_key_share,
        graded=graded,
        inventory=_inventory,
        first_words=_first_words,
        lower_first=lower_first,
        cell=shown_cell,
        counted=counted,
        country=country_name,
        status=lambda code: STATUSES[code].name,
    )
    return environment


def _cited(context: Any, ids: Iterable[str]) -> list[str]:
    """Those among sources that the page numbers."""
    return [id for id in ids if id in context["source_numbers"]]


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


def _key_share(key: KeyNumber) -> str:
    """A share of real income, beside what is told in money."""
    assert key.share is not None
    return f"{number(key.share, 2, signed=True)}{THIN}% of real income"


def _contents(content: BriefContent, page: str) -> list[tuple[str, str]]:
    sections = [(s.id, s.short) for s in content.sections if page == INDEX or s.behind]
    if page == INDEX:
        return [("finding", "The answer"), *sections, ("method", "Method and limits")]
    after = [("method", "Method"), ("limits", "Limits"), ("sources", "Sources"), ("data", "Data")]
    return [*sections, *after]


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
