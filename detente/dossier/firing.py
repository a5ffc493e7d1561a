"""What happens by itself: clocks that fire, measures that change on days of their own, and a record in which they wait.

A suspension that runs out, a rate that steps up, a notice that enters into force: the record knows the day, and nobody has to
act. Everything here is read as known on the record's as-of day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from detente.dossier.claims import show_value
from detente.dossier.dossier import Dossier, FrozenDict
from detente.dossier.measure import Clock, DatedValue, Measure
from detente.dossier.timeline import MeasureState, known_day, resolve

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """One measure on the eve of a day and on the day.

    Parameters
    ----------
    measure : str
    before, after : MeasureState
    """

    measure: str
    before: MeasureState
    after: MeasureState

    @property
    def day(self) -> dt.date:
        """The day of the change."""
        return self.after.date

    @property
    def changes(self) -> bool:
        """Whether anything changes."""
        eve, day = self.before, self.after
        return (eve.status, eve.value, dict(eve.by_target)) != (day.status, day.value, dict(day.by_target))

    def words(self) -> str:
        """The change as a person reads it."""
        before, after = (_say(state) for state in (self.before, self.after))
        return f"{self.measure}: {before} → {after}"


def _say(state: MeasureState) -> str:
    status = state.status.value.replace("_", " ")
    value = show_value(state)
    return f"{status} ({value})" if value else status


def running(dossier: Dossier, clock: Clock) -> bool:
    """Whether a clock had not been called off by the record's day."""
    return clock.superseded is None or clock.superseded > dossier.asof


def changes(dossier: Dossier, clock: Clock) -> tuple[Change, ...]:
    """What a clock changes in the ledger, by the law as known on the record's day: eve against day.

    A political clock and a threat carry out what they announce: the measures they name come into force.
    """
    if not running(dossier, clock):
        return ()
    fired = []
    for key in clock.measures:
        measure = dossier.measures[key]
        eve = max(clock.fires - ONE_DAY, measure.announced)
        fired.append(
            Change(key, dossier.state(key, eve), dossier.state(key, max(clock.fires, measure.announced)))
        )
    return tuple(change for change in fired if change.changes)


def turns(dossier: Dossier, after: dt.date, until: dt.date) -> tuple[Change, ...]:
    """Every change of a measure between two days, by the law as known and nobody acting.

    Parameters
    ----------
    dossier : Dossier
    after, until : date
        Changes on `after` itself are left out, those on `until` are in.

    Returns
    -------
    tuple of Change
        By day, then in the order of the record.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> record = load_dossier("busan-2025")
    >>> [one.measure for one in turns(record, record.asof, dt.date(2025, 11, 10)) if one.after.value]
    ['china-2025-reciprocal-usa-24', 'usa-2025-reciprocal-china-24']
    """
    turning: list[Change] = []
    for key, measure in dossier.measures.items():
        for day in sorted(day for day in _days(measure, dossier.asof) if after < day <= until):
            if measure.announced < day:
                change = Change(
                    key, resolve(measure, day - ONE_DAY, dossier.asof), resolve(measure, day, dossier.asof)
                )
                if change.changes or _scope(change.before) != _scope(change.after):
                    turning.append(change)
    return tuple(sorted(turning, key=lambda change: change.day))


def _scope(state: MeasureState) -> object:
    return state.products, state.ceiling


def _days(measure: Measure, asof: dt.date) -> set[dt.date]:
    """Days on which a known entry of a measure begins or runs out."""
    entries = [value for value in measure.values if known_day(measure, value) <= asof]
    return {day for value in entries for day in (value.from_, value.until) if day is not None}


def waiting(dossier: Dossier, until: dt.date, waits: Callable[[str, dt.date], bool]) -> Dossier:
    """The record in which some changes after its as-of day wait until a day is past: what holds, goes on holding.

    Parameters
    ----------
    dossier : Dossier
    until : date
        Changes up to this day can wait; they come the day after.
    waits : callable of (measure id, date)
        Whether what changes in this measure on this day waits.

    Returns
    -------
    Dossier
    """
    later = until + ONE_DAY

    def moved(key: str, value: DatedValue) -> DatedValue:
        ends = value.until is not None and dossier.asof < value.until <= until and waits(key, value.until)
        begins = dossier.asof < value.from_ <= until and waits(key, value.from_)
        if not (ends or begins):
            return value
        end = later if ends else value.until
        if begins and end is not None and end <= later:
            end = None  # it would end before it begins
        return value.model_copy(update={"from_": later if begins else value.from_, "until": end})

    changed = {}
    for key, measure in dossier.measures.items():
        values = tuple(moved(key, value) for value in measure.values)
        if values != measure.values:
            changed[key] = measure.model_copy(update={"values": values})
    if not changed:
        return dossier
    return dataclasses.replace(dossier, measures=FrozenDict({**dossier.measures, **changed}))


def record_span(dossier: Dossier) -> tuple[dt.date, dt.date]:
    """First and last day on which the record says anything: its first announcement; its last day, expiry or clock.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> [day.isoformat() for day in record_span(load_dossier("phase-one-2018"))]
    ['2017-08-18', '2020-11-03']
    """
    first = min((measure.announced for measure in dossier.measures.values()), default=dossier.asof)
    return first, max(_known_days(dossier), default=dossier.asof)


def _known_days(dossier: Dossier) -> Iterator[dt.date]:
    yield dossier.asof
    for measure in dossier.measures.values():
        yield from _days(measure, dossier.asof)
    yield from (clock.fires for clock in dossier.clocks.values() if running(dossier, clock))
