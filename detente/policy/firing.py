"""What the date of a scenario lets happen by itself, and which of it the scenario holds: one place that every reader asks.

A scenario dated after a clock's day is read under the law of its date, nobody having acted: a truce that runs out on the way
has run out. `fired` lists what changes between the record's as-of day and the scenario's date, and `holding` is the record in
which what the scenario holds (`hold_clocks`) has not changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.core import LabelError, suggestion
from detente.dossier import Change, Clock, Measure, record_span, running, turns, waiting

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.policy.scenario import Scenario


@dataclass(frozen=True)
class Fired:
    """A clock whose day lies between the as-of day and a scenario's date, or a change that no clock of the record names.

    Attributes
    ----------
    day : date
    clock : Clock or None
        None for a change that no clock names.
    changes : tuple of Change
        What changes in the ledger; what would have, where it is held. Empty where no measure of the record is named.
    held : bool
        Whether the scenario holds it.
    settled : frozenset of str
        Measures among them that the scenario decides itself, so that the clock does not.
    """

    day: dt.date
    clock: Clock | None
    changes: tuple[Change, ...]
    held: bool
    settled: frozenset[str] = frozenset()

    @property
    def own(self) -> tuple[Change, ...]:
        """Changes that can move a result and that the scenario does not decide itself."""
        return tuple(
            change
            for change in self.changes
            if change.measure not in self.settled and not change.after.measure.inert
        )

    @property
    def lets(self) -> tuple[Change, ...]:
        """Those of them that happen in the scenario by themselves."""
        return () if self.held else self.own

    @property
    def name(self) -> str:
        """Id of the clock, or of the measure that changes."""
        return self.clock.id if self.clock is not None else self.changes[0].measure


@dataclass(frozen=True)
class Timing:
    """What a scenario's date means for the record it starts from.

    Attributes
    ----------
    asof, date : date
    fired : tuple of Fired
        In order of days.
    beyond : str
        Why the date lies outside the record's reach, in words; empty when it does not.
    idle : tuple of str
        What the scenario holds without need: clocks and measures that change nothing on the way.
    """

    asof: dt.date
    date: dt.date
    fired: tuple[Fired, ...] = ()
    beyond: str = ""
    idle: tuple[str, ...] = ()

    @property
    def lets(self) -> tuple[Fired, ...]:
        """What fires and changes a measure that can move a result and that the scenario neither holds nor decides."""
        return tuple(fired for fired in self.fired if fired.lets)

    @property
    def held(self) -> tuple[Fired, ...]:
        """What would have done so, had the scenario not held it."""
        return tuple(fired for fired in self.fired if fired.held and fired.own)


def timing(dossier: Dossier, scenario: Scenario) -> Timing:
    """List the clocks that a scenario's date lets fire, with what each snaps back to, and what the scenario holds.

    Parameters
    ----------
    dossier : Dossier
        The record, without the scenario.
    scenario : Scenario

    Returns
    -------
    Timing

    Raises
    ------
    LabelError
        For a clock or a measure in `hold_clocks` that the record does not know.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.policy.scenario import Scenario
    >>> record = load_dossier("busan-2025")
    >>> later = Scenario(id="later", title="Later", dossier="busan-2025", date=dt.date(2025, 11, 10))
    >>> [one.name for one in timing(record, later).lets]
    ['clock-software-controls', 'clock-notices-55-58', 'clock-truce-2']
    >>> timing(record, later.model_copy(update={"hold_clocks": True})).lets
    ()
    """
    day = scenario.on(dossier.asof)
    if not scenario.record:
        return Timing(dossier.asof, day)
    actual = turns(holding(dossier, scenario), dossier.asof, day)
    happens = {(change.measure, change.day) for change in actual}
    natural = turns(dossier, dossier.asof, day)
    put_off = tuple(change for change in natural if (change.measure, change.day) not in happens)
    settled = decided(scenario, dossier.measures)
    events, named = [], set()
    for clock in dossier.clocks.values():
        if running(dossier, clock) and dossier.asof < clock.fires <= day:
            held = _holds(scenario, clock.id)
            mine = tuple(
                change
                for change in (put_off if held else actual)
                if change.day == clock.fires and change.measure in clock.measures
            )
            events.append(Fired(clock.fires, clock, mine, held, _of(mine, settled)))
            named |= {(change.measure, change.day) for change in mine}
    for held, rest in ((False, actual), (True, put_off)):
        events += [
            Fired(change.day, None, (change,), held, _of((change,), settled))
            for change in rest
            if (change.measure, change.day) not in named
        ]
    ordered = tuple(sorted(events, key=lambda fired: (fired.day, fired.clock is None, fired.name)))
    return Timing(dossier.asof, day, ordered, _beyond(dossier, day), _idle(dossier, scenario, put_off))


def check_hold(dossier: Dossier, names: Iterable[str], where: str) -> None:
    """Refuse a name to hold that is no clock and no measure of the record, with the nearest one."""
    for name in names:
        _what(dossier, name, where)


def holding(dossier: Dossier, scenario: Scenario) -> Dossier:
    """The record in which what a scenario holds waits until its date is past.

    Raises
    ------
    LabelError
        For a clock or a measure in `hold_clocks` that the record does not know.
    """
    hold, day = scenario.hold_clocks, scenario.on(dossier.asof)
    if isinstance(hold, bool):
        return waiting(dossier, day, lambda _measure, _day: True) if hold else dossier
    pairs = {pair for name in hold for pair in _what(dossier, name, f"{scenario.id}: hold_clocks")}
    return waiting(dossier, day, lambda name, on: (name, on) in pairs or (name, None) in pairs)


def _what(dossier: Dossier, name: str, where: str) -> set[tuple[str, dt.date | None]]:
    """Measures, and the days on which their changes wait (None: every day), of a clock or a measure that is held."""
    if name in dossier.clocks:
        clock = dossier.clocks[name]
        return {(key, clock.fires) for key in clock.measures if running(dossier, clock)}
    if name in dossier.measures:
        return {(name, None)}
    clocks = [key for key, clock in dossier.clocks.items() if running(dossier, clock)]
    raise LabelError(
        f"no clock or measure `{name}` was known on {dossier.asof}",
        where=where,
        hint=suggestion(name, [*clocks, *dossier.measures], list_with="detente clocks"),
    )


def _holds(scenario: Scenario, name: str) -> bool:
    hold = scenario.hold_clocks
    return hold if isinstance(hold, bool) else name in hold


def _idle(dossier: Dossier, scenario: Scenario, put_off: tuple[Change, ...]) -> tuple[str, ...]:
    """Names that are held and put nothing off."""
    hold = scenario.hold_clocks
    if isinstance(hold, bool):
        return ()
    waits = {(change.measure, change.day) for change in put_off} | {
        (change.measure, None) for change in put_off
    }
    return tuple(name for name in hold if not waits & _what(dossier, name, f"{scenario.id}: hold_clocks"))


def _of(changes: tuple[Change, ...], settled: frozenset[str]) -> frozenset[str]:
    return settled & {change.measure for change in changes}


def decided(scenario: Scenario, measures: Mapping[str, Measure]) -> frozenset[str]:
    """Measures whose state on its date a scenario says itself: set, disabled with their authority, or removed."""
    return frozenset(
        name
        for name, measure in measures.items()
        if name in scenario.set
        or measure.authority in scenario.disable
        or (scenario.remove_between is not None and scenario.remove_between.takes(measure))
    )


def _beyond(dossier: Dossier, day: dt.date) -> str:
    first, last = record_span(dossier)
    if day < first:
        return f"{day} is before the first day of the record, {first}: nothing in it had been announced"
    if day > last:
        return f"{day} is after the last day the record knows anything of, {last}: it reads as if nobody acted since"
    return ""
