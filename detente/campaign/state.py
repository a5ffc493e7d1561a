"""The state of a batch of simulated paths: what stands on each, and on which day each thing comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.campaign.calendar import Chronology
from detente.campaign.clocks import LiveClock
from detente.campaign.drawn import Drawn
from detente.campaign.futures import Fate
from detente.campaign.initiative import initiatives
from detente.campaign.ledger import NO_CLOCK
from detente.campaign.odds import WEEK, Odds, expects_meeting, features

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.int8]
NEVER = 1e9
PENDING = 6
"""New threats of one path that can wait at the same time."""
TOGETHER = 7
"""Clocks due within so many days of each other are decided together."""
OWN = ("move", "answer", "meeting", "relief", "back", "rupture")
"""What comes up on the way, a column each."""


class PathState:
    """The state of every path. Used through `detente.campaign.simulate`."""

    def __init__(
        self,
        chron: Chronology,
        odds: Odds,
        days: int,
        paths: int,
        seed: int,
        *,
        what_if: Mapping[str, Fate],
        priors: Mapping[str, Any],
        clocks: bool,
        meetings: bool,
        blocks: int | None,
        remember: bool = False,
    ) -> None:
        self.chron, self.days, self.paths, self.seed = chron, days, paths, seed
        self.rng = np.random.default_rng(seed)
        self.priors = priors
        self.draws = Drawn(odds, paths, self.rng, blocks)
        self.clocks = chron.live if clocks else ()
        self.meetings = chron.planned if meetings else ()
        self.limit = chron.record.rules.decoupling
        self.truce = np.full(paths, chron.truce)
        self.duty = np.tile(chron.duty, (paths, 1))
        self.gap = np.tile(chron.gap, (paths, 1))
        self.controls = np.tile(chron.controls, (paths, 1))
        self.fate = np.zeros((paths, len(self.clocks)), dtype=np.int8)
        self.settled = np.full((paths, len(self.clocks)), days + 1, dtype=np.int32)
        self.rows: list[tuple[Any, ...]] = []
        self._columns()
        self._set_clocks(what_if)
        everyone = np.arange(paths)
        for k, meeting in enumerate(self.meetings):
            first, last = priors["moved_days"]
            held = self.rng.random(paths) < self.draws.share["held"]
            later = self.rng.integers(first, last, size=paths)
            self.when[:, self.first_meeting + k] = chron.day(meeting.start) + np.where(held, 0, later)
        if meetings:
            self._next_meeting(everyone, np.zeros(paths))
        self._next_move(everyone, np.zeros(paths))
        self._next_relief(everyone, np.zeros(paths))
        self._break(everyone, np.zeros(paths))
        if remember:
            self._remember()

    def _columns(self) -> None:
        """Name the columns of what can happen: known clocks, known meetings, new clocks, then the rest."""
        n, m = len(self.clocks), len(self.meetings)
        self.first_meeting, self.first_pending = n, n + m
        first_own = n + m + PENDING
        self.own = {name: first_own + k for k, name in enumerate(OWN)}
        self.when = np.full((self.paths, first_own + len(OWN)), NEVER)
        self.will = np.zeros((self.paths, first_own), dtype=np.int8)  # the fate that comes at `when`
        self.known_duty = np.array([clock.duty for clock in self.clocks]).reshape(-1, 2)
        self.known_controls = np.array([clock.controls for clock in self.clocks], dtype=np.int32).reshape(
            -1, 2
        )
        self.known_side = np.array([clock.side for clock in self.clocks], dtype=np.int8)
        self.known_truce = np.array([clock.kind == "truce" for clock in self.clocks], dtype=bool)
        self.known_easing = np.array([clock.kind == "cut" for clock in self.clocks], dtype=bool)
        self.given = np.zeros(n, dtype=bool)  # settled by a what-if: no meeting changes it
        due = [self.chron.day(clock.due) if clock.due else NEVER for clock in self.clocks]
        self.known_due = np.array(due, dtype=np.float64)
        self.meets_to_sign = np.array([meeting.signing for meeting in self.meetings], dtype=bool)
        self.meets_high = np.array([meeting.leaders for meeting in self.meetings], dtype=bool)
        shape = (self.paths, PENDING)
        self.new_side = np.zeros(shape, dtype=np.int8)
        self.new_duty, self.new_control = np.zeros(shape), np.zeros(shape, dtype=np.int32)
        self.new_truce, self.new_due = np.zeros(shape, dtype=bool), np.zeros(shape)
        self.answer_side = np.zeros(self.paths, dtype=np.int8)
        self.answered_duty = np.zeros(self.paths)  # of the move that is answered
        self.answered_control = np.zeros(self.paths, dtype=bool)

    # --- the start -------------------------------------------------------------------------------------------------

    def _set_clocks(self, what_if: Mapping[str, Fate]) -> None:
        """Decide what becomes of each known clock, and when; clocks of one week are decided by one draw."""
        last, luck = -NEVER, np.zeros(self.paths)
        for j, clock in enumerate(self.clocks):
            due = self.known_due[j]
            if due - last > TOGETHER or clock.due is None:
                last, luck = due, self.rng.random(self.paths)
            forced = what_if.get(clock.id)
            self.given[j] = forced is not None
            if clock.kind == "open":
                chance, fires = (
                    self.draws.share["open_carried"],
                    1 + np.floor(self._wait(np.arange(self.paths), "open")),
                )
                off = fires
            else:
                chance, fires = self._chance(clock), np.full(self.paths, due)
                off = self._off_day(clock, due)
            carried = luck < (chance if forced is None else float(forced is Fate.carried))
            again = self.rng.random(self.paths) < (
                1.0 if clock.kind == "truce" else self.draws.share["again"]
            )
            if forced in (Fate.put_off, Fate.dropped):
                again = np.full(self.paths, forced is Fate.put_off)
            self.will[:, j] = np.where(carried, Fate.carried, np.where(again, Fate.put_off, Fate.dropped))
            self.when[:, j] = np.where(carried, fires, off)

    def _chance(self, clock: LiveClock) -> Floats:
        """Chance that a live clock is carried out: as at its start, given that it has not been put off so far."""
        if clock.kind in ("cut", "law"):
            return self.draws.share["agreed"]
        x = features(clock.lead, expects_meeting(self.chron, clock), clock.kind == "truce")
        chance = 1 / (1 + np.exp(-self.draws.logit @ x))
        left = self._left(clock)
        return np.asarray(chance / (chance + (1 - chance) * left))

    def _spans(self, clock: LiveClock) -> tuple[int, int, int]:
        """Notice of a clock, days that are left, and how many of those before its last week."""
        assert clock.due is not None
        lead, left = max(clock.lead, 1), max(self.chron.day(clock.due), 0)
        return lead, left, max(left - WEEK, 0)

    def _left(self, clock: LiveClock) -> Floats:
        """Chance that a step which is to be put off has not been so far."""
        lead, left, early = self._spans(clock)
        late = self.draws.share["last_week"] if lead > WEEK else np.ones(self.paths)
        return np.asarray(late * min(1.0, left / min(lead, WEEK)) + (1 - late) * early / max(lead - WEEK, 1))

    def _off_day(self, clock: LiveClock, due: float) -> Floats:
        """Day on which a step that is not carried out is put off: in its last week, or on any day before that."""
        lead, left, early = self._spans(clock)
        late = self.draws.share["last_week"] if lead > WEEK else np.ones(self.paths)
        soon = late * min(1.0, left / min(lead, WEEK))
        later = (1 - late) * early / max(lead - WEEK, 1)
        in_week = self.rng.random(self.paths) * (soon + later) < soon
        share = self.rng.random(self.paths)
        near, far = min(left, WEEK), max(early, 1)
        day = np.where(in_week, due - np.floor(share * near), np.ceil(share * far))
        return np.asarray(np.clip(day, 1, max(due, 1)))

    def _remember(self) -> None:
        """A move of the last days may still be answered: with the lags that are left, given that it was not yet."""
        lags, weights = self.draws.lags
        moves = initiatives(self.chron)
        for side in (0, 1):
            last = next((move for move in reversed(moves) if move.side == side), None)
            if last is None or last.answered:
                continue
            left = lags > -last.day
            reach = float(weights[left].sum())
            if reach <= 0:
                continue
            share = self.draws.share["answer"] * reach
            due = np.flatnonzero(
                self.rng.random(self.paths) < share / (1 - self.draws.share["answer"] + share)
            )
            lag = self.rng.choice(lags[left], size=len(due), p=weights[left] / reach)
            self._reply(due, last.day + lag, 1 - side, last.size, last.control)

    def _reply(self, who: Ints, when: Floats, side: Any, duty: Any, control: Any) -> None:
        """A side will answer a move of the other on a day."""
        self.when[who, self.own["answer"]] = when
        self.answer_side[who] = side
        self.answered_duty[who], self.answered_control[who] = duty, control

    # --- what comes next ------------------------------------------------------------------------------------------

    def _wait(self, who: Ints, name: str) -> Floats:
        return np.asarray(self.rng.exponential(size=len(who)) / np.maximum(self.draws.rate[name][who], 1e-9))

    def _next_move(self, who: Ints, now: Floats) -> None:
        wait = self.rng.exponential(size=len(who))
        rate = np.where(
            self.truce[who], self.draws.rate["trigger.truce"][who], self.draws.rate["trigger.open"][who]
        )
        self.when[who, self.own["move"]] = 1 + np.floor(now + wait / np.maximum(rate, 1e-9))

    def _next_meeting(self, who: Ints, now: Floats) -> None:
        low, high = self.priors["meeting_notice"]
        notice = np.where(now > 0, 0, self.rng.integers(low, high, len(who)))
        self.when[who, self.own["meeting"]] = 1 + np.floor(now + self._wait(who, "meetings")) + notice

    def _next_relief(self, who: Ints, now: Floats) -> None:
        self.when[who, self.own["relief"]] = 1 + np.floor(now + self._wait(who, "relief"))

    def _break(self, who: Ints, now: Floats) -> None:
        """Where duties are so high that trade all but ends, the day on which they are taken back."""
        apart = self._highest(who) >= self.limit
        column = self.own["rupture"]
        fresh = apart & (self.when[who, column] >= NEVER)
        begun = who[fresh]
        self.when[begun, column] = 1 + np.floor(now[fresh] + self._wait(begun, "rupture"))
        self.when[who[~apart], column] = NEVER

    def _write(
        self,
        who: Ints,
        now: Floats,
        act: Any,
        side: Any,
        duty: Floats | None = None,
        controls: Any = None,
        clock: Any = NO_CLOCK,
    ) -> None:
        """Enter an act into the ledger of each path, and into its levels."""
        n = len(who)
        if not n:
            return
        self.rows.append(
            (
                who.astype(np.int32),
                now.astype(np.int32),
                _of_each(act, n, np.int8),
                _of_each(side, n, np.int8),
                _of_each(clock, n, np.int32),
                np.zeros((n, 2)) if duty is None else duty,
                np.zeros((n, 2), dtype=np.int32)
                if controls is None
                else np.asarray(controls, dtype=np.int32),
            )
        )
        if duty is not None:
            for side in (0, 1):  # numpy is slow to pick rows of two
                self.duty[who, side] += duty[:, side]
        if controls is not None:
            for side in (0, 1):
                self.controls[who, side] += controls[:, side]

    def _highest(self, who: Ints) -> Floats:
        """The higher of both sides' duties on each path."""
        duty = self.duty.take(who, axis=0)
        return np.asarray(np.maximum(duty[:, 0], duty[:, 1]))


def _of_each(value: Any, count: int, kind: type[np.integer[Any]]) -> NDArray[Any]:
    """A value of each path; one of all is repeated."""
    return value.astype(kind) if isinstance(value, np.ndarray) else np.full(count, value, kind)


def of_side(side: Bytes, amount: Any) -> Any:
    """An amount of each path put on its side [path, side]."""
    spread = np.zeros((len(side), 2), dtype=np.asarray(amount).dtype)
    spread[np.arange(len(side)), side] = amount
    return spread
