"""The chronology of a standoff as known on a day: acts, clocks, meetings, levels, truce or open; derived, never coded."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.campaign.clocks import LiveClock, clocks_as_of
from detente.campaign.ledger import BOTH, NO_CLOCK, Act, Ledger
from detente.campaign.record import EPSILON, Record, Turn
from detente.core import DateError
from detente.dossier import resolve

EASING = (Act.cut, Act.put_off, Act.dropped, Act.agreement)
HARDENING = (Act.step, Act.threat)
SAME_MEETING = 3
"""Days within which two entries are one meeting."""

Row = tuple[int, int, int, int, int, tuple[float, float], tuple[int, int]]


@dataclass(frozen=True)
class Meeting:
    """A meeting of the two sides: when it became known, its days, whether leaders meet, and whether to sign an agreement."""

    known: dt.date
    start: dt.date
    end: dt.date
    leaders: bool
    title: str
    signing: bool = False


@dataclass(frozen=True, eq=False)
class Chronology:
    """Everything about a standoff that was known on one day, as numbers.

    Attributes
    ----------
    asof : date
    sides : (str, str)
    ledger : Ledger
        Acts up to the as-of day; days count from it, so none is positive.
    clocks : tuple of LiveClock
        Live and settled ones; `live` has the former.
    meetings : tuple of Meeting
        Past and planned.
    duty : array [side]
        Average duty each side has added on the other's goods, a fraction.
    controls : int array [side]
        Packages of controls in force, counted from the ledger.
    gap : array [side]
        What courts have taken away and was not restored: a duty up to here is no step.
    """

    asof: dt.date
    record: Record
    ledger: Ledger
    clocks: tuple[LiveClock, ...]
    meetings: tuple[Meeting, ...]
    duty: NDArray[np.float64]
    controls: NDArray[np.int64]
    gap: NDArray[np.float64]

    @property
    def sides(self) -> tuple[str, str]:
        """The two parties."""
        return self.record.sides

    @property
    def live(self) -> tuple[LiveClock, ...]:
        """Clocks that are not settled, by due day; those without one last."""
        waiting = [clock for clock in self.clocks if clock.outcome == "live"]
        return tuple(sorted(waiting, key=lambda clock: (clock.due or dt.date.max, clock.id)))

    @property
    def planned(self) -> tuple[Meeting, ...]:
        """Meetings still to come."""
        return tuple(meeting for meeting in self.meetings if meeting.start > self.asof)

    @functools.cached_property
    def turns(self) -> NDArray[np.bool_]:
        """For each day from the first act to the as-of day whether a truce holds."""
        return _truce(self.ledger, self.first)

    @property
    def first(self) -> int:
        """Day of the first act, counted from the as-of day; zero when there is none."""
        return int(self.ledger.day.min()) if len(self.ledger) else 0

    @property
    def truce(self) -> bool:
        """Whether the last thing that was done eased: a truce holds."""
        return bool(self.turns[-1]) if len(self.turns) else False

    def changes_class(self, clock: LiveClock) -> bool:
        """Whether what a clock eases, its authority hardens in the same step of the law: goods change class, nobody gives way."""
        authority = {
            name: measure.authority
            for part in self.record.parts
            for name, measure in part.dossier.measures.items()
        }
        when = (clock.side, clock.due, clock.known)
        harder = {
            authority.get(name)
            for other in self.clocks
            if other.kind == "law" and (other.side, other.due, other.known) == when
            for name in other.measures
        } - {None}
        return clock.kind == "cut" and any(authority.get(name) in harder for name in clock.measures)

    def day(self, date: dt.date) -> int:
        """A date as days from the as-of day."""
        return (date - self.asof).days


def _truce(ledger: Ledger, first: int) -> NDArray[np.bool_]:
    """Truce by day from `first` to the as-of day: the last act eased; on one day easing speaks last."""
    mood = np.zeros(1 - first, dtype=np.int8)
    for kinds, word in ((HARDENING, -1), (EASING, 1)):
        mood[ledger.day[np.isin(ledger.act, kinds)] - first] = word
    last = np.maximum.accumulate(np.where(mood != 0, np.arange(len(mood)), -1))
    return np.where(last >= 0, mood[np.maximum(last, 0)] > 0, False)


def chronology(record: Record, asof: dt.date) -> Chronology:
    """Read a record as known on a day.

    Parameters
    ----------
    record : Record
        Loaded as of this day or a later one; nothing known later is used.
    asof : date

    Raises
    ------
    DateError
        When the record was loaded as of an earlier day.
    """
    if asof > record.main.dossier.asof:
        raise DateError(
            f"the record is read as of {record.main.dossier.asof}, earlier than {asof}",
            where=record.main.dossier.id,
            hint="load it as of that day or a later one",
        )
    clocks = clocks_as_of(record, asof)
    rows, gap = _acts(record, asof)
    rows += list(_settlements(clocks, asof))
    meetings = _meetings(record, asof)
    rows += [
        (
            0,
            (m.start - asof).days,
            Act.summit if m.leaders else Act.meeting,
            BOTH,
            NO_CLOCK,
            (0.0, 0.0),
            (0, 0),
        )
        for m in meetings
        if m.start <= asof
    ]
    ledger = Ledger.of(rows)
    return Chronology(
        asof, record, ledger, clocks, meetings, _levels(record, asof), ledger.controls.sum(axis=0), gap
    )


def _acts(record: Record, asof: dt.date) -> tuple[list[Row], NDArray[np.float64]]:
    """Steps, cuts and what courts did, one row a side and day; and what is left to restore."""
    by_day: dict[tuple[dt.date, int], list[Turn]] = {}
    for part, start in zip(record.parts, record.speaks_from(asof), strict=True):
        for measure in part.counted:
            for turn in part.turns(measure, asof):
                if turn.day <= asof and turn.known > start:
                    by_day.setdefault((turn.day, turn.side), []).append(turn)
    gap = np.zeros(2)
    rows: list[Row] = []
    for (day, side), turns in sorted(by_day.items()):
        rows += _day_rows((day - asof).days, side, turns, gap)
    for part in record.parts:
        for side, known in part.pledges():
            if known <= asof:
                rows.append((0, (known - asof).days, Act.agreement, side, NO_CLOCK, (0.0, 0.0), (0, 0)))
    return rows, gap


def _day_rows(day: int, side: int, turns: list[Turn], gap: NDArray[np.float64]) -> Iterator[Row]:
    def row(act: Act, duty: float, control: int) -> Row:
        duties, controls = [0.0, 0.0], [0, 0]
        duties[side], controls[side] = duty, control
        return (0, day, act, side, NO_CLOCK, (duties[0], duties[1]), (controls[0], controls[1]))

    taken = sum(turn.duty for turn in turns if turn.court)
    if taken < -EPSILON:
        gap[side] -= taken
        yield row(Act.court, taken, 0)
    net = sum(turn.duty for turn in turns if not turn.court)
    if net > EPSILON:
        restored = min(float(gap[side]), net)
        gap[side] -= restored
        if restored > EPSILON:
            yield row(Act.refill, restored, 0)
        net -= restored
    if abs(net) > EPSILON:
        yield row(Act.step if net > 0 else Act.cut, net, 0)
    signs = {turn.control for turn in turns if turn.control and not turn.court}
    if control := (1 in signs) - (-1 in signs):
        yield row(Act.step if control > 0 else Act.cut, 0.0, control)


def _settlements(clocks: Iterable[LiveClock], asof: dt.date) -> Iterator[Row]:
    """When each threat became known, and when a step was put off or dropped."""
    nothing: tuple[tuple[float, float], tuple[int, int]] = ((0.0, 0.0), (0, 0))
    for position, clock in enumerate(clocks):
        if clock.kind in ("threat", "open"):
            yield (0, (clock.known - asof).days, Act.threat, clock.side, position, *nothing)
        if clock.kind != "cut" and clock.eased:
            act = Act.put_off if clock.outcome == "put off" else Act.dropped
            yield (0, (clock.eased - asof).days, act, clock.side, position, *nothing)


def _meetings(record: Record, asof: dt.date) -> tuple[Meeting, ...]:
    """Rounds known by the day and planned meetings that were not called off, each once."""
    known = [
        Meeting(each.known, each.start, each.end, each.level == "leaders", each.title, each.signing)
        for each in record.rounds()
        if each.known <= asof
    ]
    for clock in record.clocks().values():
        off = clock.superseded is not None and clock.superseded <= asof
        if clock.kind == "meeting" and clock.known <= asof and not off:
            known.append(Meeting(clock.known, clock.fires, clock.fires, True, clock.title))
    once: list[Meeting] = []
    for meeting in sorted(known, key=lambda each: (each.start, each.known, each.title)):
        if not once or (meeting.start - once[-1].start).days > SAME_MEETING:
            once.append(meeting)
    return tuple(once)


def _levels(record: Record, asof: dt.date) -> NDArray[np.float64]:
    """Average duty each side has added, by the record that was asked for."""
    part = record.main
    level = np.zeros(2)
    for measure in part.counted:
        if measure.announced <= asof and part.known_days(measure, asof):
            level[part.sides.index(measure.actor)] += part.level(resolve(measure, asof, asof))
    return level
