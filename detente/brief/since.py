"""A briefing held against an earlier one: what changed since, as the first section of the page."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from detente.brief.build import MADE_BY
from detente.brief.content import BriefContent, Paragraph, Section, TableBlock
from detente.brief.tables import tables_of
from detente.core import InputError, Table, csv_rows, read_json, read_text
from detente.show import make
from detente.show.tables import Difference, differences
from detente.show.words import Sentence, count_words, date_words, joined

READ = ("measures", "clocks", "averages", "outcomes")
"""Data files of a briefing that are held against each other."""
LARGEST = 4_000_000
SHOWN = 12
"""Differences on the page; all stand in the data file and the annex."""


def held_against(content: BriefContent, folder: str | Path) -> BriefContent:
    """The same briefing, opening with what changed since an earlier one.

    Parameters
    ----------
    content : BriefContent
    folder : path-like
        Where the earlier briefing was written.

    Raises
    ------
    InputError
        When the folder holds no briefing, or one of another record.
    """
    day, dossier, earlier = _earlier(Path(folder))
    if dossier != content.stamp.dossier:
        raise InputError(
            f"the earlier briefing is of `{dossier}`, this one of `{content.stamp.dossier}`",
            where=str(folder),
            hint="give the folder of an earlier briefing of the same record",
        )
    tables = tables_of(content)
    now = {name: _rows(tables[name].to_csv(), name) for name in READ if name in tables}
    section = since_section(differences(earlier, now), day)
    return replace(content, sections=(section, *content.sections))


def since_section(changes: tuple[Difference, ...], day: str) -> Section:
    """What changed since the day of an earlier briefing."""
    if not changes:
        said = Sentence(f"Nothing that this briefing reports has changed since {date_words(day)}.")
        return Section(
            "since", f"Nothing changed since {date_words(day)}", (Paragraph((said,)),), label="Since"
        )
    plural = {
        "measure": "measures",
        "clock": "clocks",
        "duty": "average duties",
        "outcome": "numbers of outcomes",
    }
    singular = {"duty": "average duty", "outcome": "number of outcomes"}
    counts = {kind: sum(change.kind == kind for change in changes) for kind in plural}
    title = joined(
        [
            count_words(count, singular.get(kind, kind), plural[kind])
            for kind, count in counts.items()
            if count
        ]
    )
    table: Table = make("since", changes=changes, day=day)
    few = replace(table, name="since-few", rows=table.rows[:SHOWN])
    whole = len(changes) <= SHOWN
    return Section(
        "since",
        f"Since {date_words(day)}: {title} changed",
        (TableBlock(table if whole else few),),
        () if whole else (TableBlock(table),),
        label="Since",
    )


def _earlier(folder: Path) -> tuple[str, str, dict[str, list[dict[str, str]]]]:
    """Day, record and data of an earlier briefing."""
    hint = "give the folder that `detente brief` wrote"
    manifest = read_json(folder / "manifest.json", expected="a briefing")
    stamp = manifest.get("stamp") if isinstance(manifest, dict) else None
    if not isinstance(stamp, dict) or manifest.get("made_by") != MADE_BY:
        raise InputError("the folder holds no Détente briefing", where=str(folder), hint=hint)
    day, dossier = manifest.get("asof"), stamp.get("dossier")
    if not isinstance(day, str) or not isinstance(dossier, str):
        raise InputError(
            "the manifest does not say of which day and record it is", where=str(folder), hint=hint
        )
    try:
        date_words(day)
    except ValueError:
        raise InputError(f"`{day[:40]}` is no day", where=str(folder / "manifest.json"), hint=hint) from None
    tables = {}
    for name in READ:
        place = folder / "data" / f"{name}.csv"
        if place.is_file():
            tables[name] = _rows(read_text(place, limit=LARGEST, expected="data of a briefing"), place.name)
    return day, dossier, tables


def _rows(text: str, name: str) -> list[dict[str, str]]:
    """Rows of a CSV by the keys of its heading."""
    head, *body = [*csv_rows(io.StringIO(text, newline=""), file=name)] or [[]]
    return [dict(zip(head, row, strict=False)) for row in body]
