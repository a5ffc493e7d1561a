"""A standoff played forward many times: the next event of every future at once, until all are past the horizon.

Every future draws its own parameters from their posterior, then its own events. What can happen next on a path stands in one
row of days, one column a thing; each round takes the earliest of every row. Nothing is solved inside a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.campaign.calendar import Chronology
from detente.campaign.futures import Fate, Futures
from detente.campaign.ledger import BOTH, NO_CLOCK, Act, Ledger
from detente.campaign.odds import WEEK, Odds, notice, shipped_priors
from detente.campaign.state import NEVER, OWN, PENDING, Bools, Bytes, Floats, Ints, PathState, of_side
from detente.core import InputError, LabelError, suggestion

FOCAL = 60
"""Days within which an expiry is settled by a meeting before it."""


class Simulator(PathState):
    """What each kind of event does to the state of every path. Used through `simulate`."""

    def run(self) -> Futures:
        """Take the next event of every path until all are past the horizon."""
        alive = np.arange(self.paths)
        handlers = (self._known_clock, self._known_meeting, self._new_clock)
        own = tuple(getattr(self, f"_{name}") for name in OWN)
        edges = np.array([self.first_meeting, self.first_pending, self.first_pending + PENDING])
        while len(alive):
            next_up = self.when.take(alive, axis=0)
            column = np.argmin(next_up, axis=1)
            now = next_up[np.arange(len(alive)), column]
            going = now <= self.days
            alive, column, now = alive[going], column[going], now[going]
            group = np.searchsorted(edges, column, side="right")
            for k, handle in enumerate(handlers):
                mine = group == k
                if mine.any():
                    handle(alive[mine], now[mine], column[mine])
            for name, act in zip(OWN, own, strict=True):
                mine = column == self.own[name]
                if mine.any():
                    act(alive[mine], now[mine])
        return self._futures()

    def _harsher(
        self,
        who: Ints,
        now: Floats,
        side: Bytes,
        duty: Floats,
        controls: Any,
        clock: Any = NO_CLOCK,
    ) -> None:
        """A step comes into force; what restores a court's taking is no step."""
        if not len(who):
            return
        clock = np.broadcast_to(np.asarray(clock, dtype=np.int32), (len(who),))
        restored = np.minimum(self.gap.take(who, axis=0), np.maximum(duty, 0.0))
        refills = restored[:, 0] + restored[:, 1] > 0
        if refills.any():
            self.gap[who] -= restored
            self._write(
                who[refills], now[refills], Act.refill, side[refills], restored[refills], None, clock[refills]
            )
        self._write(who, now, Act.step, side, duty - restored, controls, clock)
        self.truce[who] = False
        self._break(who, now)
        self._next_move(who, now)

    def _known_clock(self, who: Ints, now: Floats, j: Ints) -> None:
        """A known clock is carried out, put off or dropped."""
        fate = self.will[who, j]
        self.fate[who, j], self.settled[who, j] = fate, now
        self.when[who, j] = NEVER
        done = fate == Fate.carried
        easing = done & self.known_easing[j]
        self._write(
            who[easing], now[easing], Act.cut, self.known_side[j[easing]],
            self.known_duty[j[easing]], self.known_controls[j[easing]], j[easing],
        )  # fmt: skip
        self.truce[who[easing]] = True
        step = done & ~easing
        k = j[step]
        duty, controls = (known.take(k, axis=0) for known in (self.known_duty, self.known_controls))
        self._harsher(who[step], now[step], self.known_side[k], duty, controls, k)
        self._eased(who[~done], now[~done], j[~done], fate[~done])

    def _eased(self, who: Ints, now: Floats, j: Ints, fate: Bytes) -> None:
        """A known clock is put off, with a new day, or dropped."""
        if not len(who):
            return
        real = ~self.known_easing[j]  # a cut that does not come is nothing that is put off
        later = fate == Fate.put_off
        act = np.where(later, Act.put_off, Act.dropped)
        self._write(who[real], now[real], act[real], self.known_side[j[real]], clock=j[real])
        again = later & real
        k = j[again]
        side = np.where(self.known_side[k] == BOTH, 0, self.known_side[k]).astype(np.int8)
        self._wait_for(
            who[again], now[again], side,
            self.known_duty.max(axis=1)[k], self.known_controls.max(axis=1)[k], self.known_truce[k],
        )  # fmt: skip

    def _wait_for(
        self, who: Ints, now: Floats, side: Bytes, duty: Floats, control: Any, truce: Bools
    ) -> None:
        """Enter a new clock on each path: its notice, what will become of it, and when. A path that is full lets it go."""
        if not len(who):
            return
        free = self.when.take(who, axis=0)[:, self.first_pending : self.first_pending + PENDING] >= NEVER
        room = free.any(axis=1)
        place = np.argmax(free, axis=1)[room]
        who, now, side, duty = who[room], now[room], side[room], duty[room]
        control, truce = np.asarray(control)[room], truce[room]
        n = len(who)
        values, weights = self.draws.leads
        longer = self.rng.choice(np.array(self.priors["truce_days"], dtype=np.float64), size=n)
        lead = np.maximum(np.where(truce, longer, self.rng.choice(values, size=n, p=weights)), 1.0)
        due = now + lead
        coming = self.when.take(who, axis=0)[:, self.first_meeting : self.first_pending]
        meeting = (coming <= due[:, None]).any(axis=1)
        x = np.stack([np.ones(n), notice(lead), meeting, truce], axis=1)
        chance = 1 / (1 + np.exp(-(x * self.draws.logit.take(who, axis=0)).sum(axis=1)))
        carried = self.rng.random(n) < chance
        again = truce | (self.rng.random(n) < self.draws.share["again"][who])
        near = (self.rng.random(n) < self.draws.share["last_week"][who]) | (lead <= WEEK)
        span = np.where(near, np.minimum(lead, WEEK), lead - WEEK)
        off = np.where(near, due, due - WEEK) - np.floor(self.rng.random(n) * span)
        at = self.first_pending + place
        self.when[who, at] = np.where(carried, due, np.maximum(off, now + 1))
        self.will[who, at] = np.where(carried, Fate.carried, np.where(again, Fate.put_off, Fate.dropped))
        self.new_side[who, place], self.new_duty[who, place] = side, duty
        self.new_control[who, place], self.new_truce[who, place] = control, truce
        self.new_due[who, place] = due

    def _new_clock(self, who: Ints, now: Floats, at: Ints) -> None:
        """A clock that came up on the way is carried out, put off or dropped."""
        k = at - self.first_pending
        fate = self.will[who, at]
        self.when[who, at] = NEVER
        side, truce = self.new_side[who, k], self.new_truce[who, k]
        amount, control = self.new_duty[who, k], self.new_control[who, k]
        shares = of_side(side, np.ones(len(who)))
        shares[truce] = 1.0
        shown = np.where(truce, BOTH, side).astype(np.int8)
        done = fate == Fate.carried
        duty, packages = amount[:, None] * shares, (control[:, None] * shares).astype(np.int32)
        self._harsher(who[done], now[done], shown[done], duty[done], packages[done])
        later = fate == Fate.put_off
        act = np.where(later, Act.put_off, Act.dropped)
        self._write(who[~done], now[~done], act[~done], shown[~done])
        self._wait_for(who[later], now[later], side[later], amount[later], control[later], truce[later])

    def _size(self, who: Ints) -> tuple[Floats, NDArray[np.int32]]:
        """Duty and controls of a new move."""
        n = len(who)
        breach = self.rng.random(n) < self.draws.share["breach"][who]
        control = (self.rng.random(n) < self.draws.share["control"][who]) & ~breach
        values, weights = self.draws.sizes
        size = self.rng.choice(values, size=n, p=weights)
        size = np.where(breach, float(self.priors["breach_size"]), size)
        return np.where(control, 0.0, size), control.astype(np.int32)

    def _move(self, who: Ints, now: Floats) -> None:
        """A side begins something."""
        self._begin(
            who, now, (self.rng.random(len(who)) >= self.draws.share["first_side"][who]).astype(np.int8)
        )

    def _begin(self, who: Ints, now: Floats, side: Bytes) -> None:
        """What a side begins comes at once, or with notice."""
        duty, control = self._size(who)
        at_once = self.rng.random(len(who)) < self.draws.share["at_once"][who]
        self.when[who, self.own["move"]] = NEVER
        self._announce(who, now, side, duty, control, at_once)

    def _announce(
        self, who: Ints, now: Floats, side: Bytes, duty: Floats, control: NDArray[np.int32], at_once: Bools
    ) -> None:
        """A move is made, in force at once or a threat with a day. The other side may answer, as moves of the record were."""
        duties, packages = of_side(side, duty), of_side(side, control)
        self._harsher(who[at_once], now[at_once], side[at_once], duties[at_once], packages[at_once])
        later = ~at_once
        warned, day = who[later], now[later]
        self._write(warned, day, Act.threat, side[later])
        self.truce[warned] = False
        self._wait_for(
            warned, day, side[later], duty[later], control[later], np.zeros(len(warned), dtype=bool)
        )
        self._next_move(warned, day)
        replies = self.rng.random(len(who)) < self.draws.share["answer"][who]
        reply = who[replies]
        values, weights = self.draws.lags
        lag = self.rng.choice(values, size=len(reply), p=weights)
        self._reply(reply, now[replies] + lag, 1 - side[replies], duty[replies], control[replies] > 0)

    def _answer(self, who: Ints, now: Floats) -> None:
        """A side answers: mostly in kind, with a duty that has a proportion to the one it answers."""
        n = len(who)
        side, against = self.answer_side[who], self.answered_control[who]
        self.when[who, self.own["answer"]] = NEVER
        in_kind = self.rng.random(n) < self.draws.share["answer_in_kind"][who]
        control = np.where(in_kind, against, ~against)
        values, weights = self.draws.ratios
        matched = self.answered_duty[who] * self.rng.choice(values, size=n, p=weights)
        sizes, chances = self.draws.sizes
        free = self.rng.choice(sizes, size=n, p=chances)
        duty = np.where(control, 0.0, np.where(against, free, matched))
        at_once = self.rng.random(n) < self.draws.share["answer_at_once"][who]
        duty = np.minimum(duty, float(self.priors["breach_size"]))
        self._announce(who, now, side, duty, control.astype(np.int32), at_once)

    def _known_meeting(self, who: Ints, now: Floats, at: Ints) -> None:
        self.when[who, at] = NEVER
        k = at - self.first_meeting
        self._meet(who, now, self.meets_high[k], self.meets_to_sign[k])

    def _meeting(self, who: Ints, now: Floats) -> None:
        self._next_meeting(who, now)
        high = self.rng.random(len(who)) < self.draws.share["leaders"][who]
        self._meet(who, now, high, np.zeros(len(who), dtype=bool))

    def _meet(self, who: Ints, now: Floats, high: Bools, to_sign: Bools) -> None:
        """A meeting brings nothing, puts steps off, takes something back, or ends in a broad agreement."""
        self._write(who, now, np.where(high, Act.summit, Act.meeting), BOTH)
        result = self.draws.meeting_result(who, high, self.rng)
        if to_sign.any():
            signs = self.rng.random(len(who)) < self.draws.share["signing"][who]
            result = np.where(to_sign & signs, 3, result)
        eases = result >= 1
        eased, day = who[eases], now[eases]
        self._settle_pending(eased, day)
        self.truce[eased] = True
        signed = result == 3
        self._write(who[signed], now[signed], Act.agreement, BOTH)
        back = result >= 2
        low, high_day = self.priors["back_days"]
        self.when[who[back], self.own["back"]] = now[back] + self.rng.integers(low, high_day, int(back.sum()))
        self._next_move(eased, day)

    def _settle_pending(self, who: Ints, now: Floats) -> None:
        """What waits is put off or dropped by a meeting: threats at once, expiries that are near."""
        if not len(who):
            return
        n = len(self.clocks)
        waits = self.when.take(who, axis=0)[:, :n] < NEVER
        near = ~self.known_truce[None, :] | (self.known_due[None, :] - now[:, None] <= FOCAL)
        dated = (
            (self.known_due < NEVER)
            & ~self.known_easing
            & ~self.given
            & np.array([c.kind != "law" for c in self.clocks], bool)
        )
        row, j = np.nonzero(waits & near & dated[None, :])
        mine, day = who[row], now[row]
        fate = np.where(self.known_truce[j], Fate.put_off, Fate.dropped).astype(np.int8)
        self.when[mine, j] = NEVER
        self.fate[mine, j], self.settled[mine, j] = fate, day
        for clock in np.flatnonzero(np.bincount(j)):  # one at a time: each needs a free place of its own
            this = j == clock
            self._eased(mine[this], day[this], j[this], fate[this])
        columns = np.arange(self.first_pending, self.first_pending + PENDING)
        new = self.when.take(who, axis=0)[:, self.first_pending : self.first_pending + PENDING]
        due_soon = ~self.new_truce.take(who, axis=0) | (new - now[:, None] <= FOCAL)
        row, k = np.nonzero((new < NEVER) & (new > now[:, None]) & due_soon)
        mine, day = who[row], now[row]
        self.when[mine, columns[k]] = NEVER
        self._write(mine, day, Act.put_off, np.where(self.new_truce[mine, k], BOTH, self.new_side[mine, k]))

    def _relief(self, who: Ints, now: Floats) -> None:
        self._next_relief(who, now)
        self._take_back(who, now)

    def _back(self, who: Ints, now: Floats) -> None:
        self.when[who, self.own["back"]] = NEVER
        self._take_back(who, now)

    def _take_back(self, who: Ints, now: Floats) -> None:
        """Something is taken back: all of a rupture, else half a step and a package of controls on each side."""
        apart = self._highest(who) >= self.limit
        self._rupture(who[apart], now[apart])
        rest, day = who[~apart], now[~apart]
        values, weights = self.draws.sizes
        size = self.rng.choice(values, size=len(rest), p=weights)
        duty = -np.minimum(size[:, None] / 2, np.maximum(self.duty[rest], 0.0))
        self._write(rest, day, Act.cut, BOTH, duty, -np.clip(self.controls[rest], 0, 1))
        self.truce[rest] = True

    def _rupture(self, who: Ints, now: Floats) -> None:
        """Duties fall back to where they stood on the as-of day, or half the threshold."""
        self.when[who, self.own["rupture"]] = NEVER
        there = self.duty.take(who, axis=0)
        duty = np.minimum(np.minimum(self.chron.duty, self.limit / 2) - there, 0.0)
        self._write(who, now, Act.cut, BOTH, duty)
        self.truce[who] = True
        self._next_move(who, now)

    def _futures(self) -> Futures:
        ledger = Ledger.empty()
        if self.rows:
            columns = [np.concatenate(parts) for parts in zip(*self.rows, strict=True)]
            place = columns[0].astype(np.int64) * (self.days + 1) + columns[1]
            # the order of happening within a day stays; no two places are the same, which sorts faster than what must be stable
            order = np.argsort(place * len(place) + np.arange(len(place)))
            ledger = Ledger(*(column.take(order, axis=0) for column in columns))
        return Futures(
            self.chron.asof, self.days, self.seed, self.chron.sides, tuple(self.clocks), self.paths,
            self.chron.duty, self.chron.controls, ledger, self.fate, self.settled,
        )  # fmt: skip


def simulate(
    chron: Chronology,
    odds: Odds,
    *,
    days: int = 365,
    paths: int = 20_000,
    seed: int,
    what_if: Mapping[str, Fate] | None = None,
    priors: Mapping[str, Any] | None = None,
    clocks: bool = True,
    meetings: bool = True,
    blocks: int | None = None,
    remember: bool = False,
) -> Futures:
    """Play a standoff forward from a day, many times.

    Parameters
    ----------
    chron : Chronology
        What was known on the day.
    odds : Odds
        Estimated from it (`detente.campaign.estimate`).
    days : int
        Length of each future.
    paths : int
    seed : int
        Same seed, same bytes.
    what_if : mapping of clock id to Fate, optional
        Clocks whose outcome is taken as given.
    priors : mapping, optional
        The shipped ones when left out.
    clocks, meetings : bool
        Whether the known clocks, and meetings known and new, take part; with both off moves and reliefs are left.
    blocks : int, optional
        Blocks of consecutive paths that share their parameters: what differs between blocks is what the parameters leave open.
        Every path draws its own when left out.
    remember : bool
        Whether a move of the last days can still be answered. In a standoff that is played it must, since its days are drawn one
        by one; forecasts of the record score alike with it.

    Returns
    -------
    Futures

    Raises
    ------
    InputError
        For fewer than one path or day.
    LabelError
        For a what-if on a clock that is not live.
    """
    if paths < 1 or days < 1 or not 0 < (blocks or 1) <= paths:
        raise InputError(
            "nothing to simulate",
            where="simulate",
            hint="at least one path of one day, and no more blocks than paths",
        )
    chosen = what_if or {}
    names = [clock.id for clock in chron.live]
    for name in chosen:
        if name not in names:
            raise LabelError(
                f"no live clock `{name}` on {chron.asof}", where="what-if", hint=suggestion(name, names)
            )
    held = priors or shipped_priors()
    return Simulator(
        chron,
        odds,
        days,
        paths,
        seed,
        what_if=chosen,
        priors=held,
        clocks=clocks,
        meetings=meetings,
        blocks=blocks,
        remember=remember,
    ).run()
