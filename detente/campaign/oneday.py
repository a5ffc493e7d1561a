"""The next day of a played standoff: one draw of the simulation, with the sides that are played by hand left out.

The hazards are those of `detente.campaign.simulate`, one day of one path. A side that is played by hand begins nothing, answers nothing
and settles none of its clocks by itself: they fire on their day unless it acts. What a meeting brings binds both.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Container, Iterator

import numpy as np

from detente.campaign.calendar import SAME_MEETING, Chronology
from detente.campaign.clocks import LiveClock
from detente.campaign.forward import Simulator
from detente.campaign.futures import Fate
from detente.campaign.ledger import BOTH, NO_CLOCK, Act
from detente.campaign.odds import Odds, shipped_priors
from detente.campaign.played import AGREED, CALLED, MOVED, By, Happening, named, threat_title
from detente.campaign.state import NEVER, PENDING, Bytes, Floats, Ints

MEETINGS = (Act.meeting, Act.summit)


class OneDay(Simulator):
    """One day of one course of events. Used through `next_day`."""

    def __init__(
        self, chron: Chronology, odds: Odds, seed: int, hand: Container[int], offers: Container[str]
    ) -> None:
        self.hand = hand
        self.hands = [side for side in (0, 1) if side in hand]
        super().__init__(
            chron, odds, 1, 1, seed, what_if={}, priors=shipped_priors(), clocks=True, meetings=True,
            blocks=None, remember=True,
        )  # fmt: skip
        self.by_itself = np.zeros(len(self.clocks), dtype=bool)
        for j, clock in enumerate(self.clocks):
            joint = clock.side == BOTH and bool(self.hands)
            if clock.side in hand or (joint and clock.id not in offers):
                self.by_itself[j] = (
                    clock.side in hand or len(self.hands) == 2 or self.will[0, j] != Fate.carried
                )
                self.will[0, j], self.when[0, j] = Fate.carried, self.known_due[j]
        self.moved = {
            k: int(self.when[0, self.first_meeting + k])
            for k, meeting in enumerate(self.meetings)
            if chron.day(meeting.start) == 1 and self.when[0, self.first_meeting + k] > 1
        }

    def _begin(self, who: Ints, now: Floats, side: Bytes) -> None:
        ruled = ~np.isin(side, self.hands)
        self._next_move(who[~ruled], now[~ruled])
        super()._begin(who[ruled], now[ruled], side[ruled])

    def _answer(self, who: Ints, now: Floats) -> None:
        ruled = ~np.isin(self.answer_side[who], self.hands)
        self.when[who[~ruled], self.own["answer"]] = NEVER
        super()._answer(who[ruled], now[ruled])


def next_day(
    chron: Chronology, odds: Odds, seed: int, hand: Container[int], offers: Container[str]
) -> list[Happening]:
    """What happens on the day after a chronology's, drawn.

    Parameters
    ----------
    chron : Chronology
        Of a played standoff.
    odds : Odds
    seed : int
        Of this day: the same seed and the same past give the same day.
    hand : container of int
        Sides played by hand.
    offers : container of str
        Expiries of both sides that every side played by hand would prolong.
    """
    day = OneDay(chron, odds, seed, hand, offers)
    day.run()
    entries: list[Happening] = []
    date = chron.asof + dt.timedelta(days=1)
    fresh = _begun(day, date)
    for row in _rows(day):
        entry = _entry(day, date, *row)
        if entry is None:
            continue
        if entry.act in (Act.put_off.name, Act.threat.name):
            entry = dataclasses.replace(entry, begins=_belonging(entry, fresh, day, chron, entries))
            if entry.begins is None and entry.act == Act.threat.name:
                continue  # there was no room for it
        entries.append(entry)
    entries += _of_meetings(day, date, chron, odds, seed, entries)
    return entries


def _rows(day: OneDay) -> Iterator[tuple[Act, int, int, tuple[float, float], tuple[int, int]]]:
    for _, _, acts, sides, clocks, duties, controls in day.rows:
        for i in range(len(acts)):
            duty = (float(duties[i][0]), float(duties[i][1]))
            package = (int(controls[i][0]), int(controls[i][1]))
            yield Act(int(acts[i])), int(sides[i]), int(clocks[i]), duty, package


def _entry(
    day: OneDay,
    date: dt.date,
    act: Act,
    side: int,
    clock: int,
    duty: tuple[float, float],
    controls: tuple[int, int],
) -> Happening | None:
    """One row as an entry; of what is taken back without a clock a side played by hand takes back nothing."""
    by: By = "chance" if act in MEETINGS or act is Act.agreement else "rule"
    name = ""
    if clock != NO_CLOCK:
        name = day.clocks[clock].id
        if day.by_itself[clock]:  # what a meeting settles is nobody's neglect
            by = "clock" if act in (Act.step, Act.cut, Act.refill) else "chance"
    elif act is Act.cut and day.hands:
        duty = (0.0 if 0 in day.hands else duty[0], 0.0 if 1 in day.hands else duty[1])
        controls = (0 if 0 in day.hands else controls[0], 0 if 1 in day.hands else controls[1])
        if not any(duty) and not any(controls):
            return None
        side = 1 - day.hands[0] if side == BOTH else side
    return Happening(date, side, by, act.name, name, None, duty, controls)


def _begun(day: OneDay, date: dt.date) -> list[LiveClock]:
    """Clocks that came up on the day, in order."""
    clocks = []
    for k in range(PENDING):
        if day.when[0, day.first_pending + k] >= NEVER:
            continue
        truce, side = bool(day.new_truce[0, k]), int(day.new_side[0, k])
        level, control = float(day.new_duty[0, k]), int(day.new_control[0, k])
        due = day.chron.asof + dt.timedelta(days=int(day.new_due[0, k]))
        mine = [truce or side == s for s in (0, 1)]
        clocks.append(
            LiveClock(
                "",
                threat_title(level, control),
                BOTH if truce else side,
                "truce" if truce else "threat",
                date,
                due,
                (),
                (level * mine[0], level * mine[1]),
                (control * mine[0], control * mine[1]),
            )
        )
    return clocks


def _belonging(
    entry: Happening, fresh: list[LiveClock], day: OneDay, chron: Chronology, before: list[Happening]
) -> LiveClock | None:
    """The clock that begins with an entry: a threat's own, or that of a step put off, which keeps its size."""
    old = next((clock for clock in day.clocks if clock.id == entry.clock), None)
    for clock in fresh:
        if clock.side == entry.side and (old is None or (old.kind == "truce") == (clock.kind == "truce")):
            fresh.remove(clock)
            if old is not None:
                clock = dataclasses.replace(
                    clock, title=old.title, measures=old.measures, duty=old.duty, controls=old.controls
                )
            taken = {other.id for other in chron.clocks} | {each.begins.id for each in before if each.begins}
            return named(clock, chron.sides, taken)
    return None


def _of_meetings(
    day: OneDay, date: dt.date, chron: Chronology, odds: Odds, seed: int, before: list[Happening]
) -> Iterator[Happening]:
    """A meeting that is moved or called, and what one agreed to take back later."""
    for k, when in day.moved.items():
        due = chron.asof + dt.timedelta(days=when)
        yield Happening(date, BOTH, "chance", MOVED, due=due, leaders=day.meetings[k].leaders)
    rng = np.random.default_rng([seed, 1])
    back = day.when[0, day.own["back"]]
    if back < NEVER:
        values, weights = odds.sizes
        size = float(rng.choice(values, p=weights)) / 2
        duty = [-min(size, max(float(level), 0.0)) for level in day.duty[0]]
        controls = [-int(np.clip(count, 0, 1)) for count in day.controls[0]]
        due = chron.asof + dt.timedelta(days=int(back))
        clock = LiveClock(
            "", "Taken back, as agreed", BOTH, "cut", date, due, (), (duty[0], duty[1]), (controls[0], controls[1])
        )  # fmt: skip
        taken = {other.id for other in chron.clocks} | {each.begins.id for each in before if each.begins}
        yield Happening(date, BOTH, "chance", AGREED, begins=named(clock, chron.sides, taken))
    events, days = odds.gammas["meetings"]
    if rng.random() < -np.expm1(-rng.gamma(events) / days):
        low, high = day.priors["meeting_notice"]
        due = date + dt.timedelta(days=int(rng.integers(low, high)))
        leaders = bool(rng.random() < rng.beta(*odds.betas["leaders"]))
        if any(abs((meeting.start - due).days) <= SAME_MEETING for meeting in chron.planned):
            return  # one meeting, not two
        yield Happening(date, BOTH, "chance", CALLED, due=due, leaders=leaders)
