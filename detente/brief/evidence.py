"""Marks of the record on a briefing's calendar: stretches of status, rounds and deadlines."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from detente.show.figures import Event, Span
from detente.show.tables import aimed

if TYPE_CHECKING:
    from detente.dossier import Dossier, Measure


def first_shown(dossier: Dossier, parties: tuple[str, str], enough: int = 6) -> dt.date:
    """Where pictures of the past begin: at the turn of a year, far enough back that some measures of the parties fall into it."""
    announced = sorted(measure.announced for measure in dossier.measures.values() if aimed(measure, parties))
    first = dt.date(dossier.asof.year, 1, 1)
    while announced and announced[0] < first and sum(day >= first for day in announced) < enough:
        first = dt.date(first.year - 1, 1, 1)
    return first


def spans(dossier: Dossier, parties: tuple[str, str], start: dt.date, end: dt.date) -> tuple[Span, ...]:
    """Stretches of status of measures the parties aim at each other, as known on the record's day."""
    stretches: list[Span] = []
    for measure in dossier.measures.values():
        if aimed(measure, parties) and not before(measure, parties, start):
            stretches += _stretches(dossier, measure, end)
    stretches.sort(key=lambda span: parties.index(span.actor))
    return tuple(stretches)


def before(measure: Measure, parties: tuple[str, str], start: dt.date) -> bool:
    """Whether a measure of the parties was announced before a day, and so is left out of a picture that starts there."""
    return aimed(measure, parties) and measure.announced < start


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
