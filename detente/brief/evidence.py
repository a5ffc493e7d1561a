"""The recorded part of a briefing: measures, clocks, rounds, contradictions, the path of duties."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from detente.brief.content import ClockRow, ConflictCard, MeasureRow, ReadingText, Source
from detente.core import Column, Table
from detente.dossier import Status, show_value
from detente.show.figures import Event, Span, authority_look

if TYPE_CHECKING:
    from detente.dossier import Dossier, Measure


def aimed(measure: Measure, parties: tuple[str, ...]) -> bool:
    """Whether a measure is one party's and meets another: named as a target, or one of all."""
    if measure.actor not in parties:
        return False
    others = [code for code in parties if code != measure.actor and code not in measure.except_targets]
    return bool(others) and ("all" in measure.targets or any(code in measure.targets for code in others))


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


def first_shown(dossier: Dossier, parties: tuple[str, str], enough: int = 6) -> dt.date:
    """Where pictures of the past begin: at the turn of a year, far enough back that some measures of the parties fall into it."""
    announced = sorted(one.announced for one in dossier.measures.values() if aimed(one, parties))
    first = dt.date(dossier.asof.year, 1, 1)
    while announced and announced[0] < first and sum(day >= first for day in announced) < enough:
        first = dt.date(first.year - 1, 1, 1)
    return first


def spans(dossier: Dossier, parties: tuple[str, str], start: dt.date, end: dt.date) -> tuple[Span, ...]:
    """Stretches of status of measures the parties aim at each other, as known on the record's day."""
    found: list[Span] = []
    for measure in dossier.measures.values():
        if not aimed(measure, parties) or measure.announced < start:
            continue
        found += _stretches(dossier, measure, end)
    found.sort(key=lambda span: parties.index(span.actor))
    return tuple(found)


def _stretches(dossier: Dossier, measure: Measure, end: dt.date) -> list[Span]:
    days = {measure.announced}
    for value in measure.values:
        days |= {day for day in (value.from_, value.until) if day is not None and day <= end}
    pieces: list[tuple[str, dt.date]] = []
    for day in sorted(day for day in days if day >= measure.announced):
        status = dossier.state(measure.id, day).status.value
        if not pieces or pieces[-1][0] != status:
            pieces.append((status, day))
    return [
        Span(
            measure.id,
            measure.title,
            measure.actor,
            status,
            day,
            pieces[k + 1][1] if k + 1 < len(pieces) else None,
        )
        for k, (status, day) in enumerate(pieces)
    ]


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


def events(dossier: Dossier, start: dt.date) -> tuple[Event, ...]:
    """Rounds and pending deadlines, to mark in the path of duties."""
    marks = [Event(item.start, item.place) for item in dossier.rounds.values() if item.start >= start]
    marks += [
        Event(clock.fires, clock.title)
        for clock in dossier.clocks.values()
        if clock.kind == "legal_expiry"
        and dossier.asof <= clock.fires <= dossier.asof + dt.timedelta(days=30)
        and not (clock.superseded and clock.superseded <= dossier.asof)
    ]
    return tuple(sorted(marks, key=lambda mark: str(mark.date)))


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


def sources(dossier: Dossier) -> tuple[Source, ...]:
    """Sources of the record as the page lists them."""
    return tuple(
        Source(
            key,
            item.title,
            item.publisher,
            item.date.isoformat() if item.date else "",
            item.quality,
            item.note,
        )
        for key, item in dossier.sources.items()
    )


def estimates_table(dossier: Dossier) -> Table | None:
    """Other models' published numbers, as known on the record's day; none when the record has none."""
    found = [item for item in dossier.parameters.values() if item.kind == "estimate"]
    if not found:
        return None
    return Table(
        "estimates",
        "What other models say",
        (
            Column("title", "Estimate"),
            Column("value", "Value", "", "number", 3),
            Column("unit", "Unit"),
            Column("concept", "Concept"),
            Column("source", "Source"),
        ),
        tuple(
            (
                item.title,
                100 * item.value if item.unit == "fraction" else item.value,
                "%" if item.unit == "fraction" else item.unit,
                item.concept,
                item.source,
            )
            for item in found
        ),
        note=(
            "Shown beside ours, not tuned to. One-year models with sticky quantities (Kiel) find larger American losses than "
            "long-run models (this one; Ignatenko and others): horizon, use of revenue and speed of substitution differ."
        ),
    )
