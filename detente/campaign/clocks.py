"""Clocks: dated steps that fire unless somebody acts, threats without a day, and cuts agreed; and what became of each.

Nothing is coded by hand. The record says of each measure what was known on which day; a step that is planned on one day of
knowledge and is no longer planned on a later one was put off or dropped, one that is still planned on its day was carried out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from detente.campaign.ledger import BOTH
from detente.campaign.record import EPSILON, PairPart, Record, Turn
from detente.dossier import Clock, Measure, Status, resolve

Kind = Literal["threat", "truce", "open", "cut", "law"]
Outcome = Literal["live", "carried", "put off", "dropped", "dated"]
FAR = 60
"""Days to a due day from which on a small move of it is a correction."""
_TITLED = ("legal_expiry", "threat_deadline", "entry_into_force")


@dataclass(frozen=True)
class LiveClock:
    """A step that is known and has not happened, or a past one with what became of it.

    Attributes
    ----------
    id : str
        Of the record's clock where it has one, else made of kind, side and day.
    title : str
    side : int
        Index of the acting side, or `detente.campaign.ledger.BOTH`.
    kind : str
        ``threat`` (dated), ``truce`` (a suspension runs out), ``open`` (a threat without a day), ``cut`` (an easing agreed),
        ``law`` (a small step of a measure in force, set long before: law taking its course).
    known, due : date
        Day it became known; day it fires, None without one.
    measures : tuple of str
        Measures that change when it fires.
    duty : (float, float)
        Change of each side's average added duty when it fires, a fraction.
    controls : (int, int)
        Change of each side's packages of controls when it fires.
    outcome : str
        ``live``, ``carried``, ``put off`` (a later day was named), ``dropped``, or ``dated`` (an open threat was given a day).
    settled : date or None
        Day on which the outcome was known.
    eased : date or None
        First day on which any part of it was put off or dropped, also while the rest is live.
    """

    id: str
    title: str
    side: int
    kind: str
    known: dt.date
    due: dt.date | None
    measures: tuple[str, ...]
    duty: tuple[float, float]
    controls: tuple[int, int]
    outcome: str = "live"
    settled: dt.date | None = None
    eased: dt.date | None = None

    @property
    def lead(self) -> int:
        """Days between the day it became known and its due day; zero without one."""
        return (self.due - self.known).days if self.due else 0


@dataclass(frozen=True)
class _Step:
    """One measure's planned change, followed through what was known."""

    turn: Turn
    kind: Kind
    known: dt.date
    outcome: Outcome = "live"
    settled: dt.date | None = None


def _by_title(record: Record, asof: dt.date) -> dict[dt.date, list[Clock]]:
    by_day: dict[dt.date, list[Clock]] = {}
    for clock in record.clocks().values():
        if clock.known <= asof and clock.kind in _TITLED:
            by_day.setdefault(clock.fires, []).append(clock)
    return by_day


def clocks_as_of(record: Record, asof: dt.date) -> tuple[LiveClock, ...]:
    """Every clock of the record, live and settled, as known on a day.

    Parameters
    ----------
    record : Record
    asof : date

    Returns
    -------
    tuple of LiveClock
        By the day they became known, then by due day. Steps of one kind and side on one day are one clock; expiries of one day
        are one clock of both sides, since one decision settles them.
    """
    titles = _by_title(record, asof)
    steps: list[_Step] = []
    for part, start in zip(record.parts, record.speaks_from(asof), strict=True):
        for measure in part.counted:
            steps += _dated(part, measure, start, asof, titles)
            steps += _open(part, measure, start, asof)
    groups: dict[tuple[str, int, dt.date | None, str], list[_Step]] = {}
    for step in steps:
        side = BOTH if step.kind == "truce" else step.turn.side
        due = None if step.kind == "open" else step.turn.day
        alone = step.turn.measure if step.kind == "open" else ""
        groups.setdefault((step.kind, side, due, alone), []).append(step)
    clocks = [_package(record, key, group, titles) for key, group in groups.items()]
    return tuple(sorted(clocks, key=lambda clock: (clock.known, clock.due or dt.date.max, clock.id)))


def _dated(
    part: PairPart, measure: Measure, start: dt.date, asof: dt.date, titles: dict[dt.date, list[Clock]]
) -> Iterable[_Step]:
    """Follow a measure's planned changes from one day of knowledge to the next."""
    days = [day for day in part.known_days(measure, asof) if day > start]
    open_steps: list[_Step] = []
    settled: list[_Step] = []
    for day in days:
        plan = {turn.day: turn for turn in part.turns(measure, day) if turn.day >= day}
        kept = []
        for step in open_steps:
            if step.turn.day < day:
                settled.append(replace(step, outcome="carried", settled=step.turn.day))
            elif (turn := _same(step, plan, day, part.rules.same_due)) is not None:
                kept.append(replace(step, turn=turn))
                plan.pop(turn.day)
            elif resolve(measure, day, day).status is not Status.void:  # what a court ends is nobody's move
                later = any(turn.harsher and turn.day > step.turn.day for turn in plan.values())
                settled.append(replace(step, outcome="put off" if later else "dropped", settled=day))
        kept += [
            _Step(turn, _kind(part, turn, day, titles.get(turn.day, ())), day)
            for turn in plan.values()
            if turn.day > day
        ]
        open_steps = kept
    for step in open_steps:
        happened = step.turn.day <= asof
        yield replace(step, outcome="carried", settled=step.turn.day) if happened else step
    yield from settled


def _same(step: _Step, plan: dict[dt.date, Turn], day: dt.date, moved: int) -> Turn | None:
    """The planned change that is still this step: on its day, or on one beside it while the day is far."""
    near = [step.turn.day]
    if (step.turn.day - day).days >= FAR:
        near += sorted(
            (other for other in plan if 0 < abs((other - step.turn.day).days) <= moved),
            key=lambda other: abs((other - step.turn.day).days),
        )
    for other in near:
        turn = plan.get(other)
        if turn is not None and (turn.harsher, turn.easier) == (step.turn.harsher, step.turn.easier):
            return turn
    return None


def _kind(part: PairPart, turn: Turn, known: dt.date, clocks: Sequence[Clock]) -> Kind:
    if not turn.harsher:
        return "cut"
    small = not turn.control and turn.duty < part.rules.duty
    if turn.binds and small and (turn.day - known).days >= FAR:
        return "law"
    expiry = any(clock.kind == "legal_expiry" and turn.measure in clock.measures for clock in clocks)
    return "truce" if turn.held or expiry else "threat"


def _open(part: PairPart, measure: Measure, start: dt.date, asof: dt.date) -> Iterable[_Step]:
    """Spells in which a measure is announced and no day is named for it."""
    began: dt.date | None = None
    value = 0.0
    turn: Turn | None = None
    for day in (day for day in part.known_days(measure, asof) if day > start and day >= measure.announced):
        state = resolve(measure, day, day)
        planned = any(change.harsher and change.day > day for change in part.turns(measure, day))
        ends = resolve(measure, max([day, *(entry.from_ for entry in measure.values)]), day)
        waiting = state.status is ends.status is Status.announced and not planned
        if waiting and began is None:
            began = day
            value = part.level(replace(state, status=Status.in_force))
            control = int(measure.instrument.value in part.rules.controls)
            if abs(value) <= EPSILON and not control:
                return  # it moves nothing that is counted
            side = part.sides.index(measure.actor)
            turn = Turn(measure.id, side, day, day, value, control, court=False, held=False, binds=False)
        elif not waiting and began is not None and turn is not None:
            outcome: Outcome = "carried" if state.in_force else "dated" if planned else "dropped"
            yield _Step(turn, "open", began, outcome, day)
            began = None
    if began is not None and turn is not None:
        yield _Step(turn, "open", began)


def _package(
    record: Record,
    key: tuple[str, int, dt.date | None, str],
    group: list[_Step],
    titles: dict[dt.date, list[Clock]],
) -> LiveClock:
    kind, side, due, _ = key
    live = [step for step in group if step.outcome == "live"]
    counted = live or group
    measures = tuple(sorted({step.turn.measure for step in counted}))
    name, title = _named(record, kind, side, due, measures, titles.get(due, []) if due else [])
    duty = tuple(sum(step.turn.duty for step in counted if step.turn.side == s) for s in (0, 1))
    signs = [{step.turn.control for step in counted if step.turn.side == s} for s in (0, 1)]
    controls = tuple((1 in signs[s]) - (-1 in signs[s]) for s in (0, 1))
    outcome = "live" if live else _joint([step.outcome for step in group])
    ended = None if live else max(step.settled for step in group if step.settled)
    eased = [step.settled for step in group if step.settled and step.outcome in ("put off", "dropped")]
    return LiveClock(
        name,
        title,
        side,
        kind,
        min(step.known for step in counted),
        due,
        measures,
        (duty[0], duty[1]),
        (controls[0], controls[1]),
        outcome,
        ended,
        min(eased, default=None),
    )


def _joint(outcomes: list[Outcome]) -> str:
    """What became of a package: carried out when any part of it was."""
    return next(word for word in ("carried", "dated", "put off", "dropped") if word in outcomes)


def _named(
    record: Record,
    kind: str,
    side: int,
    due: dt.date | None,
    measures: tuple[str, ...],
    clocks: list[Clock],
) -> tuple[str, str]:
    """Id and title: of the record's clock that names most of the measures, else made from what changes."""
    fitting = [clock for clock in clocks if set(clock.measures) & set(measures)] or [
        clock for clock in clocks if not clock.measures and kind == "truce"
    ]
    if fitting and kind != "cut":
        best = max(fitting, key=lambda clock: len(set(clock.measures) & set(measures)))
        own = (best.kind == "legal_expiry") == (kind == "truce")
        return best.id if own else f"{best.id}-{kind}", best.title
    actor = "both" if side == BOTH else record.sides[side]
    titles = {
        name: part.dossier.measures[name].title
        for part in record.parts
        for name in measures
        if name in part.dossier.measures
    }
    more = f" and {len(measures) - 1} more" if len(measures) > 1 else ""
    day = due.isoformat() if due else measures[0]
    return f"{kind}-{actor}-{day}".lower(), f"{titles[measures[0]]}{more}"
