"""What a measure is on a day: the as-of rule of `DatedValue`, applied without reading anything.

Two days go in. `date` is the day the policy is evaluated; `asof` is what was known. A value that became known later
than `asof` is never seen, even when it reaches back to an earlier day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from detente.core import DateError
from detente.dossier.effect import Effect
from detente.dossier.measure import DatedValue, FirmRate, Grade, Measure, Products, Status

if TYPE_CHECKING:
    from detente.dossier.dossier import Dossier

RUNS_OUT_AS = {
    Status.announced: Status.in_force,
    Status.suspended: Status.in_force,
    Status.in_force: Status.lapsed,
}
"""Status after `until` when the entry does not say: a suspension snaps back, a measure in force lapses."""


@dataclass(frozen=True)
class MeasureState:
    """One measure on one day.

    Parameters
    ----------
    measure : Measure
    date : date
        Day evaluated.
    status : Status
    value : float or None
        In the measure's unit. A measure that is not in force still shows the value that would return.
    by_target : mapping of str to float
        Values for single targets, before `value`.
    ceiling : tuple of str
        Targets for which the value caps the most-favoured-nation duty plus this one.
    products : Products
        Scope on this day.
    since : date
        Since when it has had this status and value.
    until : date or None
        Day on which this runs out unless somebody acts.
    source, grade, note, place
        Of the entry that decides.
    known : date
        Day that entry became public.
    by_firm : tuple of FirmRate
        Rates by firm of which `value` is the average.
    shares_from : str
        What the shares of the firms rest on.
    effect : Effect, optional
        What it does to trade on this day, for a measure that is no duty.
    """

    measure: Measure
    date: dt.date
    status: Status
    value: float | None
    by_target: Mapping[str, float]
    ceiling: tuple[str, ...]
    products: Products
    since: dt.date
    until: dt.date | None
    source: str
    grade: Grade
    note: str = ""
    place: str = ""
    known: dt.date = field(default=dt.date.min)
    by_firm: tuple[FirmRate, ...] = ()
    shares_from: str = ""
    effect: Effect | None = None

    @property
    def in_force(self) -> bool:
        """Whether it binds on this day."""
        return self.status is Status.in_force

    def rate_for(self, target: str) -> float:
        """Value for one target: its own, else the common one, else zero. Says nothing about the status."""
        if target in self.by_target:
            return self.by_target[target]
        return self.value if self.value is not None else 0.0

    def covers(self, target: str) -> bool:
        """Whether a country code is among the targets (``all`` covers everyone but the actor and the exceptions)."""
        if target == self.measure.actor or target in self.measure.except_targets:
            return False
        return "all" in self.measure.targets or target in self.measure.targets


def known_day(measure: Measure, value: DatedValue) -> dt.date:
    """Day a value became public: its own, else the measure's announcement."""
    return value.known or measure.announced


_Key = tuple[int, dt.date, dt.date]
_RESOLVED: dict[_Key, MeasureState] = {}
_HELD: dict[_Key, MeasureState] = {}
"""States that were resolved, by the measure's identity: measures are frozen, and a state holds its own, so that no other
measure can come to its place in memory."""
_KEPT = 20_000


def _remembered(
    states: dict[_Key, MeasureState],
    resolved: Callable[[Measure, dt.date, dt.date], MeasureState],
    measure: Measure,
    date: dt.date,
    asof: dt.date,
) -> MeasureState:
    """State of one measure object and two days, always the same object."""
    key = id(measure), date, asof
    state = states.get(key)
    if state is None or state.measure is not measure:
        state = resolved(measure, date, asof)
        if len(states) >= _KEPT:
            states.clear()
        states[key] = state
    return state


def resolve(measure: Measure, date: dt.date, asof: dt.date) -> MeasureState:
    """State of a measure on `date`, as known on `asof`; of one measure object and two days always the same object.

    Parameters
    ----------
    measure : Measure
    date, asof : date

    Returns
    -------
    MeasureState

    Raises
    ------
    DateError
        When the measure was not announced by `date`, or nothing about it was known on `asof`.

    Notes
    -----
    The entry with the latest `from` not after `date` decides; ties go to the latest `known`, then to the later entry
    of the file. An entry that gives no value, targets, ceiling, products or effect of its own keeps those of the entry before
    it. When `date` has reached the entry's `until`, the status is its `then`. Between announcement and the first
    `from` the status is announced.
    """
    return _remembered(_RESOLVED, _resolved, measure, date, asof)


def held_in_base(measure: Measure, day: dt.date, asof: dt.date) -> MeasureState:
    """State that the data of a base year hold on its last day: a measure's `in_base` where it says so."""
    return _remembered(_HELD, _held, measure, day, asof)


def _held(measure: Measure, day: dt.date, asof: dt.date) -> MeasureState:
    """What the record says of the day, or of the base year."""
    state = resolve(measure, day, asof)
    if measure.in_base is None:
        return state
    return replace(state, status=Status.in_force, value=measure.in_base, by_target={}, by_firm=(), ceiling=())


def _resolved(measure: Measure, date: dt.date, asof: dt.date) -> MeasureState:
    """What the entries of a measure say."""
    if date < measure.announced:
        raise DateError(
            f"`{measure.id}` was announced only on {measure.announced}",
            where=f"state on {date}",
            hint="ask for a later day, or use states(date), which leaves it out",
        )
    entries = ordered(measure, measure.values, asof)
    if not entries:
        raise DateError(
            f"nothing was known about `{measure.id}` on {asof}",
            where=f"state on {date}",
            hint="use a later as-of day",
        )
    begun = [entry for entry in entries if entry.from_ <= date]
    if not begun:
        return _before(measure, date, entries[0])
    entry = begun[-1]
    run_out = entry.until is not None and date >= entry.until
    status, since, until = entry.status, entry.from_, entry.until
    if run_out:
        assert entry.until is not None
        status = entry.then or RUNS_OUT_AS.get(entry.status, entry.status)
        since, until = entry.until, None
    following = _next_change(entries, date, status, begun)
    if following is not None and (until is None or following < until):
        until = following
    valued = next((e for e in reversed(begun) if e.value is not None or e.by_target), entry)
    return MeasureState(
        measure=measure,
        date=date,
        status=status,
        value=valued.value,
        by_target=valued.by_target,
        ceiling=valued.ceiling,
        products=next((e.products for e in reversed(begun) if e.products is not None), measure.products),
        since=since,
        until=until,
        source=entry.source,
        grade=entry.grade,
        note=entry.note,
        place=entry.place,
        known=known_day(measure, entry),
        by_firm=valued.by_firm,
        shares_from=valued.shares_from,
        effect=next((e.effect for e in reversed(begun) if e.effect is not None), measure.effect),
    )


def ordered(measure: Measure, values: Iterable[DatedValue], asof: dt.date) -> list[DatedValue]:
    """Entries known on `asof`, in the order in which they decide."""
    seen = [value for value in values if known_day(measure, value) <= asof]
    return sorted(
        seen, key=lambda value: (value.from_, known_day(measure, value))
    )  # stable: file order breaks ties


def _next_change(
    entries: list[DatedValue], date: dt.date, status: Status, begun: list[DatedValue]
) -> dt.date | None:
    """First later day on which an entry brings another status or value (one that only adds a note does not)."""
    value = next(
        ((e.value, e.by_target) for e in reversed(begun) if e.value is not None or e.by_target), None
    )
    decisive = {entry.from_: entry for entry in entries if entry.from_ > date}  # ties: the last one decides
    for day, entry in decisive.items():
        given = (entry.value, entry.by_target) if entry.value is not None or entry.by_target else value
        if entry.status is not status or given != value:
            return day
    return None


def _before(measure: Measure, date: dt.date, first: DatedValue) -> MeasureState:
    """Announced, and nothing has begun yet."""
    return MeasureState(
        measure=measure,
        date=date,
        status=Status.announced,
        value=first.value,
        by_target=first.by_target,
        ceiling=first.ceiling,
        products=first.products or measure.products,
        since=measure.announced,
        until=first.from_,
        source=first.source,
        grade=first.grade,
        note=first.note,
        place=first.place,
        known=known_day(measure, first),
        by_firm=first.by_firm,
        shares_from=first.shares_from,
        effect=first.effect or measure.effect,
    )


def acts_of(record: Dossier, parties: Sequence[str]) -> dict[dt.date, list[str]]:
    """Duties of some actors that begin, change or end, by day: ids of measures, in the order of the days.

    Parameters
    ----------
    record : Dossier
    parties : sequence of str

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> acts = acts_of(load_dossier("eu-ev-2024"), ("EU27", "CHN"))
    >>> len(acts) > 5, list(acts) == sorted(acts)
    (True, True)
    """
    acts: dict[dt.date, dict[str, None]] = {}
    for name, measure in record.measures.items():
        if measure.unit == "fraction" and not measure.inert and measure.actor in parties:
            for value in measure.values:
                for day in (value.from_, value.until):
                    if day is not None:
                        acts.setdefault(day, {})[name] = None
    return {day: list(acts[day]) for day in sorted(acts)}
