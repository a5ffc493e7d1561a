"""The record as a reader of two sides meets it: its ledger, clocks ahead, rounds, contradictions, sources, estimates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.core import EVERYBODY, Cell, Column, Table
from detente.dossier import Status, show_value
from detente.show.figures import authority_look

if TYPE_CHECKING:
    from detente.dossier import Dossier, Measure, Parameter


@dataclass(frozen=True)
class SourceText:
    """Something a statement rests on.

    Parameters
    ----------
    id : str
        Slug; the page anchors it as ``source-ID``.
    title, publisher : str
        As one would cite it.
    date : str
        ISO day, or empty.
    quality : str
        ``A`` official or primary, ``B`` established news or research, ``C`` re-host of B, ``D`` low quality.
    note, url : str
        The address is shown as a link and never loaded.
    """

    id: str
    title: str
    publisher: str
    date: str = ""
    quality: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class MeasureRow:
    """One measure as of the briefing's day.

    Parameters
    ----------
    id, actor, title : str
        Slug, country code (``USA``, ``CHN``, …) and title.
    status : str
        A member of `detente.dossier.measure.Status`.
    value : str
        Rate or quantity as text with its unit (``20 %``), or empty.
    since, until : str
        ISO days; `until` empty when nothing is scheduled.
    source : str
        Source id.
    grade : str
        ``official``, ``reported``, ``inferred`` or ``assumed``.
    kind : str
        Instrument and authority in words.
    place, note : str
        Where in the source; what to know.
    """

    id: str
    actor: str
    title: str
    status: str
    since: str
    source: str
    grade: str
    until: str = ""
    value: str = ""
    kind: str = ""
    place: str = ""
    note: str = ""


@dataclass(frozen=True)
class ClockRow:
    """A date on which something fires unless somebody acts.

    `fires` is an ISO day; the days left are counted from the briefing's as-of day. `kind` is one of
    ``legal_expiry``, ``threat_deadline``, ``entry_into_force``, ``meeting``, ``pledge``, ``political``.
    """

    id: str
    title: str
    fires: str
    kind: str
    on_firing: str
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True)
class ReadingText:
    """What some reports say about a disputed matter; `documents` names them ("Reuters via News.Az, 23 October")."""

    says: str
    documents: tuple[str, ...]


@dataclass(frozen=True)
class ConflictCard:
    """Claims that cannot all be right, side by side, with the reading taken and why."""

    id: str
    question: str
    kind: str
    readings: tuple[ReadingText, ...]
    reading_taken: str
    why: str
    basis: str
    source: str = ""


def aimed(measure: Measure, parties: tuple[str, ...]) -> bool:
    """Whether a measure is one party's and meets another: named as a target, or one of all."""
    if measure.actor not in parties:
        return False
    others = [code for code in parties if code != measure.actor and code not in measure.except_targets]
    return bool(others) and (EVERYBODY in measure.targets or any(code in measure.targets for code in others))


def days_left(fires: str, asof: dt.date) -> int:
    """Days from the as-of day to an ISO day."""
    return (dt.date.fromisoformat(fires) - asof).days


def measure_rows(dossier: Dossier, parties: tuple[str, ...]) -> tuple[MeasureRow, ...]:
    """Measures of the parties as of the record's day, in force first."""
    order = [Status.in_force, Status.suspended, Status.announced, Status.withdrawn]
    rows = []
    for state in dossier.states(dossier.asof).values():
        measure = state.measure
        if not aimed(measure, parties):
            continue
        rows.append(
            (
                order.index(state.status) if state.status in order else len(order),
                state.since,
                MeasureRow(
                    id=measure.id,
                    actor=measure.actor,
                    title=measure.title,
                    status=state.status.value,
                    since=state.since.isoformat(),
                    until=state.until.isoformat() if state.until else "",
                    source=state.source,
                    grade=state.grade.value,
                    value=show_value(state),
                    kind=f"{measure.instrument.value.replace('_', ' ')} · {authority_look(measure.authority, dossier.authorities).name}",
                    place=state.place,
                    note=state.note,
                ),
            )
        )
    rows.sort(key=lambda row: (row[0], -row[1].toordinal(), row[2].id))
    return tuple(row for _, _, row in rows)


def ledger_table(
    rows: Sequence[MeasureRow], name: str = "measures", title: str = "Measures and their status"
) -> Table:
    """The ledger of two sides as a table, a measure a row."""
    columns = [
        Column(key, label, kind="date" if key in ("since", "until") else "text")
        for key, label in (
            ("id", "Id"),
            ("actor", "Side"),
            ("title", "Measure"),
            ("kind", "Kind"),
            ("status", "Status"),
            ("value", "Value"),
            ("since", "Since"),
            ("until", "Until"),
            ("source", "Source"),
            ("place", "Place"),
            ("grade", "Grade"),
            ("note", "Note"),
        )
    ]
    cells = tuple(tuple(getattr(row, column.key) for column in columns) for row in rows)
    return Table(name, title, tuple(columns), cells)


def clock_rows(dossier: Dossier) -> tuple[ClockRow, ...]:
    """Clocks that have not fired and were not called off, soonest first."""
    ahead = [
        clock
        for clock in dossier.clocks.values()
        if clock.fires >= dossier.asof and not (clock.superseded and clock.superseded <= dossier.asof)
    ]
    ahead.sort(key=lambda clock: (clock.fires, clock.id))
    return tuple(
        ClockRow(
            clock.id,
            clock.title,
            clock.fires.isoformat(),
            clock.kind,
            clock.on_firing,
            clock.source,
            clock.grade.value,
            clock.note,
        )
        for clock in ahead
    )


def ahead_table(
    rows: Sequence[ClockRow], asof: dt.date, name: str = "clocks", title: str = "Clocks ahead"
) -> Table:
    """The clocks ahead as a table, soonest first, with the days left."""
    columns = (
        Column("id", "Id"),
        Column("title", "Clock"),
        Column("fires", "Fires", kind="date"),
        Column("days_left", "Days left", "days", "number", 0),
        Column("kind", "Kind"),
        Column("on_firing", "What happens"),
        Column("source", "Source"),
        Column("grade", "Grade"),
        Column("note", "Note"),
    )
    cells = tuple(
        (r.id, r.title, r.fires, days_left(r.fires, asof), r.kind, r.on_firing, r.source, r.grade, r.note)
        for r in sorted(rows, key=lambda r: (r.fires, r.id))
    )
    return Table(name, title, columns, cells, f"Days counted from {asof.isoformat()}.")


def rounds_table(dossier: Dossier) -> Table:
    """Meetings of the two sides and what each moved."""
    return Table(
        "rounds",
        "Rounds of talks",
        (
            Column("start", "From", kind="date"),
            Column("end", "To", kind="date"),
            Column("place", "Place"),
            Column("level", "Level"),
            Column("outcome", "What it moved"),
            Column("source", "Source"),
        ),
        tuple(
            (
                item.start.isoformat(),
                item.end.isoformat(),
                item.place,
                item.level,
                item.outcome or "ahead",
                item.source,
            )
            for item in sorted(dossier.rounds.values(), key=lambda item: item.start)
        ),
    )


def conflict_cards(dossier: Dossier) -> tuple[ConflictCard, ...]:
    """Contradictions with the documents behind each reading."""

    def names(claims: tuple[str, ...]) -> tuple[str, ...]:
        documents = dict.fromkeys(
            dossier.claims[claim].document for claim in claims if claim in dossier.claims
        )
        return tuple(
            f"{dossier.documents[key].publisher}, {dossier.documents[key].date.isoformat()} ({key})"
            for key in documents
        )

    return tuple(
        ConflictCard(
            conflict.id,
            conflict.question,
            conflict.kind,
            tuple(ReadingText(reading.says, names(reading.claims)) for reading in conflict.readings),
            conflict.reading_taken,
            conflict.why,
            conflict.basis,
            conflict.source or "",
        )
        for conflict in dossier.conflicts.values()
    )


def reading_table(
    cards: Sequence[ConflictCard], name: str = "conflicts", title: str = "What the reports disagree on"
) -> Table:
    """The disagreements as a table, one reading a row."""
    keys = ("id", "question", "kind", "says", "documents", "reading_taken", "why", "basis", "source")
    labels = ("Id", "Question", "Kind", "Reading", "Reports", "Reading taken", "Why", "Basis", "Source")
    rows = tuple(
        (c.id, c.question, c.kind, r.says, "; ".join(r.documents), c.reading_taken, c.why, c.basis, c.source)
        for c in cards
        for r in c.readings
    )
    columns = tuple(Column(key, label) for key, label in zip(keys, labels, strict=True))
    return Table(name, title, columns, rows)


def count_table(dossier: Dossier) -> Table:
    """How much the record holds: reports, chains of rewrites, claims, contradictions."""
    chains = {document.chain for document in dossier.documents.values()}
    return Table(
        "evidence_counts",
        "What the record holds",
        (Column("what", "What"), Column("count", "Count", "count", "number", 0)),
        (
            ("reports", len(dossier.documents)),
            ("independent chains", len(chains)),
            ("claims", len(dossier.claims)),
            ("contradictions", len(dossier.conflicts)),
        ),
    )


def sources(dossier: Dossier) -> tuple[SourceText, ...]:
    """Sources of the record as the page lists them."""
    return tuple(
        SourceText(
            key,
            item.title,
            item.publisher,
            item.date.isoformat() if item.date else "",
            item.quality,
            item.note,
        )
        for key, item in dossier.sources.items()
    )


def source_table(sources: Sequence[SourceText]) -> Table:
    """The list of sources as a table."""
    columns = tuple(
        Column(key, key.capitalize())
        for key in ("id", "title", "publisher", "date", "quality", "note", "url")
    )
    rows = tuple(tuple(getattr(s, c.key) for c in columns) for s in sources)
    return Table("sources", "Sources", columns, rows)


def estimates_table(
    dossier: Dossier, beside: Mapping[str, tuple[float, float]] | None = None
) -> Table | None:
    """Other models' published numbers, as known on the record's day; none when the record has none.

    Parameters
    ----------
    dossier : Dossier
    beside : mapping of id to (float, float), optional
        Ours beside an estimate, percent: under the study's closures, and in the end (`detente.validation.beside_estimates`).
    """
    estimates = [item for item in dossier.parameters.values() if item.kind == "estimate"]
    if not estimates:
        return None
    ours = beside or {}

    def columns_of(item: Parameter) -> tuple[Cell, ...]:
        return ours.get(item.id, (None, None)) if ours else ()

    note = (
        "Shown beside ours, not tuned to. One-year models with sticky quantities find larger losses than "
        "long-run models (this one among them): horizon, use of revenue and speed of substitution differ."
    )
    if ours:
        note += (
            " Ours, their closures: the study's own assumptions as far as our engine can be set to them. `detente bridge` walks "
            "from there to ours step by step."
        )
    return Table(
        "estimates",
        "What other models say",
        (
            Column("title", "Estimate"),
            Column("value", "Value", "", "number", 3),
            *(
                (
                    Column("ours_same", "Ours, their closures", "", "number", 3),
                    Column("ours", "Ours", "", "number", 3),
                )
                if ours
                else ()
            ),
            Column("unit", "Unit"),
            Column("concept", "Concept"),
            Column("source", "Source"),
        ),
        tuple(
            (
                item.title,
                100 * item.value if item.unit == "fraction" else item.value,
                *columns_of(item),
                "%" if item.unit == "fraction" else item.unit,
                item.concept,
                item.source,
            )
            for item in estimates
        ),
        note=note,
    )
