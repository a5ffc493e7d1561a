"""What each side chose and what it could have chosen instead, day by day, read from the record by rule.

A *decision* is a day on which a side made public that a measure of its own against the other changes. What it took is the record
as known then, looked at a month on; what would have happened without it is the record as known the day before, looked at on the
same day, so that a suspension that runs out does run out. The other options are each of its measures switched by itself, all of
them off or on, and for a duty one step further. What a court voided is nobody's decision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detente.dossier import Instrument, Status, resolve
from detente.policy import Scenario, Setting
from detente.policy.duties import is_duty

if TYPE_CHECKING:
    from detente.dossier import Dossier, Measure, MeasureState

LOOK = dt.timedelta(days=30)
"""How long after it is made public a decision is looked at, unless it takes effect later."""
TOGETHER = dt.timedelta(days=5)
"""Easing steps no further apart than this are one package; where both sides take part, an exchange."""
AHEAD = dt.timedelta(days=60)
"""A meeting within so long is ahead."""
CONTROLS = (Instrument.export_control, Instrument.entity_listing)
"""Instruments whose use is a matter of security."""
OVER = (Status.lapsed, Status.repealed, Status.withdrawn, Status.void)
"""States from which a measure does not come back by a switch."""
Bite = tuple[bool, float]
"""How hard a measure bites, to compare two states of it: whether it is in force, and its value."""
_Change = tuple[dt.date, str, tuple[str, ...]]
"""Day, side, and the measures whose bite it changes."""


@dataclass(frozen=True)
class Option:
    """One thing a side could have done.

    Attributes
    ----------
    id : str
        ``taken``, ``nothing``, ``off:MEASURE``, ``on:MEASURE``, ``all-off``, ``all-on`` or ``further``.
    settings : mapping of measure to Setting
        On top of what was known.
    controls : int
        Packages of the side's own export controls and listings in force.
    retreat : bool
        Whether it softens what stands or is due, and gets nothing for it.
    """

    id: str
    settings: Mapping[str, Setting]
    controls: int
    retreat: bool


@dataclass(frozen=True)
class Decision:
    """A decision of one side.

    Attributes
    ----------
    day, known : date
        When it was made public; when both sides' parts of it were.
    on : date
        Day on which its options are compared.
    player : str
    measures : tuple of str
        Own measures that it changes.
    joint : bool
        Whether the other side eased too: then nothing means that neither does.
    ahead : bool
        Whether a meeting was known to be ahead.
    options : tuple of Option
        The first was taken, the second is nothing.
    """

    day: dt.date
    known: dt.date
    on: dt.date
    player: str
    measures: tuple[str, ...]
    joint: bool
    ahead: bool
    options: tuple[Option, ...]

    @property
    def id(self) -> str:
        """Day and side."""
        return f"{self.day}-{self.player}"


def between(measure: Measure, parties: Sequence[str]) -> bool:
    """Whether a measure of one party is aimed at another; duties on everybody are aimed at nobody."""
    rivals = [code for code in parties if code != measure.actor]
    if measure.actor not in parties or not (
        is_duty(measure) or measure.effect is not None or measure.instrument in CONTROLS
    ):
        return False
    named = any(code in measure.targets for code in rivals)
    return named or (not is_duty(measure) and "all" in measure.targets)


def state_known(measure: Measure, on: dt.date, known: dt.date) -> MeasureState | None:
    """State of a measure on a day as known on another; None where it was not announced."""
    if measure.announced > min(on, known) or all(
        (v.known or measure.announced) > known for v in measure.values
    ):
        return None
    return resolve(measure, on, known)


def bite(measure: Measure, status: Status | None, value: float | None) -> Bite:
    """How hard a measure bites in a state; a pledge that is kept eases."""
    if status is not Status.in_force:
        return (False, 0.0)
    if measure.instrument is Instrument.purchase_pledge:
        return (False, -(value or 1.0))
    return (True, value or 0.0)


def bite_known(measure: Measure, on: dt.date, known: dt.date) -> Bite:
    """How hard it bites on a day as known on another."""
    state = state_known(measure, on, known)
    return (False, 0.0) if state is None else bite(measure, state.status, state.value)


def setting_that_gives(state: MeasureState | None) -> Setting:
    """The setting that puts a measure into a state."""
    if state is None:
        return Setting(status=Status.repealed)
    return Setting(status=state.status, value=state.value, extraordinary=True)


def decisions(record: Dossier, parties: Sequence[str] | None = None) -> tuple[Decision, ...]:
    """Decisions of the parties, by day.

    Parameters
    ----------
    record : Dossier
        What it does not know yet is no decision.
    parties : sequence of str, optional
        Two of them; the record's own when left out.

    Returns
    -------
    tuple of Decision
        Those that change how hard some measure bites.

    Examples
    --------
    >>> import datetime as dt
    >>> from detente.dossier import load_dossier
    >>> early = decisions(load_dossier("busan-2025", asof=dt.date(2018, 10, 1)))
    >>> [(str(decision.day), decision.player) for decision in early[-2:]]
    [('2018-09-17', 'USA'), ('2018-09-18', 'CHN')]
    """
    parties = tuple(parties or record.parties)
    choices = []
    for package in _packages(record, tuple(_changes(record, parties))):
        known, sides = package[-1][0], {player for _, player, _ in package}
        if known + TOGETHER > record.asof:
            continue  # more may still be added to it
        before = package[0][0] - dt.timedelta(days=1)
        for player in (code for code in parties if code in sides):
            mine = [(day, names) for day, side, names in package if side == player]
            own = tuple(dict.fromkeys(name for _, names in mine for name in names))
            on = max(known + LOOK, *(_begins(record.measures[name], mine[0][0], known) for name in own))
            changed = own if len(sides) == 1 else tuple(name for _, _, names in package for name in names)
            default = {
                name: setting_that_gives(state_known(record.measures[name], on, before)) for name in changed
            }
            scene = _Scene(record, parties, player, own, known, on, default, len(sides) > 1)
            ahead = any(
                package[0][0] <= meeting.start <= package[0][0] + AHEAD
                for meeting in record.rounds.values()
                if meeting.known <= package[0][0]
            )
            options = tuple(scene.options())
            choices.append(Decision(mine[0][0], known, on, player, own, scene.joint, ahead, options))
    return tuple(sorted(choices, key=lambda decision: (decision.day, parties.index(decision.player))))


@dataclass(frozen=True)
class PublicStep:
    """What one side made public on one day.

    Attributes
    ----------
    day : date
    player : str
    measures : tuple of str
    softer : bool
        Whether every one of them bites less than it would have.
    due : bool
        Whether some of it had been announced with a day, so that it was half expected.
    """

    day: dt.date
    player: str
    measures: tuple[str, ...]
    softer: bool
    due: bool


def steps_of(record: Dossier, parties: Sequence[str] | None = None) -> tuple[PublicStep, ...]:
    """Changes by day and side, with their direction.

    Examples
    --------
    >>> import datetime as dt
    >>> from detente.dossier import load_dossier
    >>> last = steps_of(load_dossier("busan-2025", asof=dt.date(2025, 5, 20)))[-1]
    >>> last.player, last.softer
    ('CHN', True)
    """
    parties = tuple(parties or record.parties)
    steps = []
    for day, player, names in _changes(record, parties):
        before = day - dt.timedelta(days=1)
        waiting = [state_known(record.measures[name], before, before) for name in names]
        dated = [
            state
            for state in waiting
            if state is not None and state.until is not None and state.until > before
        ]
        steps.append(PublicStep(day, player, names, _eases(record, names, day), bool(dated)))
    return tuple(steps)


def _eases(record: Dossier, names: Sequence[str], day: dt.date) -> bool:
    return all(after <= before for before, after in (_pair(record, name, day) for name in names))


def _changes(record: Dossier, parties: Sequence[str]) -> Iterator[_Change]:
    """Days on which a side made changes of its own measures public, with those measures."""
    days: dict[tuple[dt.date, str], dict[str, None]] = {}
    for name, measure in record.measures.items():
        if not between(measure, parties):
            continue
        for value in measure.values:
            day = value.known or measure.announced
            if value.status is not Status.void and day <= record.asof:
                days.setdefault((day, measure.actor), {})[name] = None
    for (day, player), names in sorted(days.items()):
        moved = tuple(name for name in names if len(set(_pair(record, name, day))) > 1)
        if moved:
            yield day, player, moved


def _pair(record: Dossier, name: str, day: dt.date) -> tuple[Bite, Bite]:
    """How hard a measure bites without and with what became public on a day."""
    measure = record.measures[name]
    on = max(day + LOOK, _begins(measure, day, day))
    return bite_known(measure, on, day - dt.timedelta(days=1)), bite_known(measure, on, day)


def _begins(measure: Measure, since: dt.date, until: dt.date) -> dt.date:
    """First day on which something takes effect that became public between two days."""
    return min(
        value.from_ for value in measure.values if since <= (value.known or measure.announced) <= until
    )


def _packages(record: Dossier, changes: Sequence[_Change]) -> list[list[_Change]]:
    """Easing steps a few days apart together; every other change by itself."""
    packages: list[list[_Change]] = []
    easing: list[_Change] = []
    for change in changes:
        day, _, names = change
        if not _eases(record, names, day):
            packages.append([change])
        elif easing and day - easing[-1][0] <= TOGETHER:
            easing.append(change)
        else:
            easing = [change]
            packages.append(easing)
    return packages


@dataclass(frozen=True)
class _Scene:
    """What the options of one decision are made of."""

    record: Dossier
    parties: Sequence[str]
    player: str
    names: Sequence[str]
    known: dt.date
    on: dt.date
    default: Mapping[str, Setting]
    joint: bool
    own: dict[str, Measure] = field(init=False)
    taken: dict[str, Bite] = field(init=False)
    standing: dict[str, Bite] = field(init=False)

    def __post_init__(self) -> None:
        own = {
            name: measure
            for name, measure in self.record.measures.items()
            if measure.actor == self.player
            and between(measure, self.parties)
            and state_known(measure, self.on, self.known) is not None
        }
        taken = {name: bite_known(measure, self.on, self.known) for name, measure in own.items()}
        standing = taken | {
            name: bite(own[name], setting.status, setting.value)
            for name, setting in self.default.items()
            if name in own
        }
        for name, value in (("own", own), ("taken", taken), ("standing", standing)):
            object.__setattr__(self, name, value)

    @property
    def packages(self) -> dict[tuple[Instrument, dt.date], list[str]]:
        """Own measures of one instrument announced on one day are used together."""
        packages: dict[tuple[Instrument, dt.date], list[str]] = {}
        for name, measure in self.own.items():
            packages.setdefault((measure.instrument, measure.announced), []).append(name)
        return packages

    def option(self, label: str, changes: Mapping[str, Setting]) -> Option:
        """The option that makes these changes where nothing would have been done."""
        return self._of(label, {**self.default, **changes}, self.standing | self._bites(changes))

    def _bites(self, changes: Mapping[str, Setting]) -> dict[str, Bite]:
        bites = {}
        for name, setting in changes.items():
            state = state_known(self.own[name], self.on, self.known)
            value = setting.value if setting.value is not None or state is None else state.value
            bites[name] = bite(self.own[name], setting.status, value)
        return bites

    def _of(self, label: str, settings: Mapping[str, Setting], after: Mapping[str, Bite]) -> Option:
        controls = sum(
            kind in CONTROLS and any(after[name][0] for name in inside)
            for (kind, _), inside in self.packages.items()
        )
        softer = any(after[name] < self.standing[name] for name in self.own)
        return Option(label, settings, controls, softer and not (label == "taken" and self.joint))

    def options(self) -> Iterator[Option]:
        """What was taken, nothing, then the others."""
        yield self._of("taken", {}, self.taken)
        yield self.option("nothing", {})
        every_off: dict[str, Setting] = {}
        every_on: dict[str, Setting] = {}
        for inside in self.packages.values():
            off = {
                name: Setting(status=Status.repealed)
                for name in inside
                if self.standing[name] != (False, 0.0)
            }
            on = {name: Setting() for name in inside if name not in off and self._can_return(name)}
            if off:
                every_off |= off
                yield self.option(f"off:{next(iter(off))}", off)
            if on and set(on) - set(self.names):
                every_on |= on
                yield self.option(f"on:{next(iter(on))}", on)
        if len(every_off) > 1:
            yield self.option("all-off", every_off)
        if len(every_on) > 1:
            yield self.option("all-on", every_on)
        further = {
            name: Setting(value=2 * self.taken[name][1] - self.standing[name][1], extraordinary=True)
            for name in self.names
            if is_duty(self.own[name]) and self.taken[name] > self.standing[name]
        }
        if further:
            yield self.option("further", further)

    def _can_return(self, name: str) -> bool:
        state = state_known(self.own[name], self.on, self.known)
        gone = name in self.default and self.default[name].status in OVER
        return state is not None and state.status not in OVER and not gone


def option_scenario(record: Dossier, decision: Decision, option: Option, parties: Sequence[str]) -> Scenario:
    """The option as a scenario on a record that may know more than was known then."""
    settings = {}
    for name, measure in record.measures.items():
        if measure.announced > decision.on:
            continue
        then = state_known(measure, decision.on, decision.known)
        now = resolve(measure, decision.on, record.asof)
        same = then is not None and (then.status, then.value, then.by_target) == (
            now.status,
            now.value,
            now.by_target,
        )
        if not same:
            settings[name] = setting_that_gives(then)
    return Scenario(
        id="option",
        title=option.id,
        dossier=record.id,
        date=decision.on,
        hold_clocks=False,
        set={**settings, **option.settings},
    )
