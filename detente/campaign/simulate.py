"""A standoff played forward many times: the next event of every future at once, until all are past the horizon.

Every future draws its own parameters from their posterior, then its own events. What can happen next on a path stands in one
row of days, one column a thing; each round takes the earliest of every row. Nothing is solved inside a path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.campaign.chronology import Chronology
from detente.campaign.clocks import LiveClock
from detente.campaign.futures import Fate, Futures
from detente.campaign.ledger import BOTH, NO_CLOCK, Act, Ledger
from detente.campaign.odds import Odds, expects_meeting, features, shipped_priors
from detente.core import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NEVER = 1e9
PENDING = 6
"""New threats of one path that can wait at the same time."""
FOCAL = 60
"""Days within which an expiry is settled by a meeting before it."""
CERTAIN = {Fate.carried: 1.0, Fate.put_off: 0.0, Fate.dropped: 0.0}


class _Draws:
    """Parameters of every path."""

    def __init__(self, odds: Odds, paths: int, rng: np.random.Generator) -> None:
        self.logit = odds.draw(paths, rng)
        self.rate = {
            name: rng.gamma(events, size=paths) / days for name, (events, days) in sorted(odds.gammas.items())
        }
        self.share = {
            name: rng.beta(yes, no, size=paths)
            for name, (yes, no) in sorted(odds.betas.items())
            if name != "put_off"
        }
        shape, spread = odds.betas["put_off"]
        self.put_off = rng.gamma(shape, size=paths) / spread
        self.meeting = np.cumsum(rng.dirichlet(odds.meeting, size=paths), axis=1)
        self.leads, self.sizes = odds.leads, odds.sizes


class Simulator:
    """The state of every path, and what each kind of event does to it. Used through `simulate`."""

    def __init__(
        self,
        chron: Chronology,
        odds: Odds,
        days: int,
        paths: int,
        seed: int,
        *,
        what_if: dict[str, Fate],
        priors: Any,
        use_clocks: bool,
        use_meetings: bool,
    ) -> None:
        self.chron, self.days, self.paths = chron, days, paths
        self.rng = np.random.default_rng(seed)
        self.priors = priors
        self.draws = _Draws(odds, paths, self.rng)
        self.clocks = chron.live if use_clocks else ()
        self.meetings = chron.planned if use_meetings else ()
        self.use_meetings = use_meetings
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
        self._set_meetings()
        everyone = np.arange(paths)
        self._next_move(everyone, 0.0)
        self._rupture(everyone, np.zeros(paths))

    def _columns(self) -> None:
        """Name the columns of what can happen: known clocks, known meetings, then what comes up on the way."""
        n, m = len(self.clocks), len(self.meetings)
        self.first_meeting = n
        self.first_pending = n + m
        self.own = {
            name: self.first_pending + PENDING + k
            for k, name in enumerate(("move", "answer", "meeting", "back", "rupture"))
        }
        columns = self.first_pending + PENDING + len(self.own)
        self.when = np.full((self.paths, columns), NEVER)
        self.will = np.zeros((self.paths, n + m + PENDING), dtype=np.int8)  # the fate that comes at `when`
        shape = (self.paths, PENDING)
        self.new_side = np.zeros(shape, dtype=np.int8)
        self.new_duty = np.zeros(shape)
        self.new_control = np.zeros(shape, dtype=np.int32)
        self.new_truce = np.zeros(shape, dtype=bool)
        self.answer_side = np.zeros(self.paths, dtype=np.int8)

    # --- the start -------------------------------------------------------------------------------------------------

    def _set_clocks(self, what_if: dict[str, Fate]) -> None:
        everyone = np.arange(self.paths)
        for j, clock in enumerate(self.clocks):
            forced = what_if.get(clock.id)
            if clock.kind == "open":
                self._set_open(j, clock, forced)
                continue
            assert clock.due is not None
            due, lead = self.chron.day(clock.due), float(max(clock.lead, 1))
            elapsed = min(max((self.chron.asof - clock.known).days / lead, 0.0), 1.0)
            if clock.kind == "cut":
                chance = self.draws.share["agreed"]
            else:
                chance = self._carried(clock, elapsed)
            if forced is not None:
                chance = np.full(self.paths, CERTAIN[forced])
            carried = self.rng.random(self.paths) < chance
            again = self.rng.random(self.paths) < (1.0 if clock.kind == "truce" else self.draws.share["again"])
            if forced in (Fate.put_off, Fate.dropped):
                again = np.full(self.paths, forced is Fate.put_off)
            self.will[:, j] = np.where(carried, Fate.carried, np.where(again, Fate.put_off, Fate.dropped))
            self.when[:, j] = np.where(carried, due, self._off_day(everyone, elapsed, lead, due))

    def _carried(self, clock: LiveClock, elapsed: float) -> Floats:
        """Chance that a live clock is carried out: what was likely at its start, given that it has not been put off so far."""
        x = features(clock.lead, expects_meeting(self.chron, clock), clock.kind == "truce")
        chance = 1 / (1 + np.exp(-self.draws.logit @ x))
        left = 1 - elapsed**self.draws.put_off
        return np.asarray(chance / (chance + (1 - chance) * left))

    def _off_day(self, who: Ints, elapsed: float, lead: float, due: float) -> Floats:
        """Day on which a step that is not carried out is put off: a share of its notice, beyond what has passed."""
        shape = self.draws.put_off[who]
        low = elapsed**shape
        share = (low + (1 - low) * self.rng.random(len(who))) ** (1 / shape)
        return np.asarray(np.clip(due - np.floor(lead * (1 - share)), 1, max(due, 1)))

    def _set_open(self, j: int, clock: LiveClock, forced: Fate | None) -> None:
        wait = self.rng.exponential(size=self.paths) / np.maximum(self.draws.rate["open"], 1e-9)
        chance = self.draws.share["open_carried"] if forced is None else CERTAIN[forced]
        carried = self.rng.random(self.paths) < chance
        self.will[:, j] = np.where(carried, Fate.carried, Fate.dropped)
        self.when[:, j] = 1 + np.floor(wait)

    def _set_meetings(self) -> None:
        for k, meeting in enumerate(self.meetings):
            self.when[:, self.first_meeting + k] = self.chron.day(meeting.start)
        if self.use_meetings:
            self._next_meeting(np.arange(self.paths), 0.0)

    # --- what comes next ------------------------------------------------------------------------------------------

    def _wait(self, who: Ints, name: str) -> Floats:
        return np.asarray(self.rng.exponential(size=len(who)) / np.maximum(self.draws.rate[name][who], 1e-9))

    def _next_move(self, who: Ints, now: Floats | float) -> None:
        calm, tense = self._wait(who, "trigger.truce"), self._wait(who, "trigger.open")
        self.when[who, self.own["move"]] = 1 + np.floor(now + np.where(self.truce[who], calm, tense))

    def _next_meeting(self, who: Ints, now: Floats | float) -> None:
        low, high = self.priors["meeting_notice"]
        notice = np.where(np.asarray(now) > 0, 0, self.rng.integers(low, high, len(who)))
        self.when[who, self.own["meeting"]] = 1 + np.floor(now + self._wait(who, "meetings")) + notice

    def _rupture(self, who: Ints, now: Floats) -> None:
        """Where duties are so high that trade all but ends, the day on which they are taken back."""
        apart = self.duty[who].max(axis=1) >= self.limit
        column = self.own["rupture"]
        fresh = apart & (self.when[who, column] >= NEVER)
        hit = who[fresh]
        self.when[hit, column] = 1 + np.floor(now[fresh] + self._wait(hit, "rupture"))
        self.when[who[~apart], column] = NEVER

    # --- what happens ---------------------------------------------------------------------------------------------

    def run(self) -> Futures:
        """Take the next event of every path until all are past the horizon."""
        alive = np.arange(self.paths)
        while len(alive):
            column = np.argmin(self.when[alive], axis=1)
            now = self.when[alive, column]
            going = now <= self.days
            alive, column, now = alive[going], column[going], now[going]
            if not len(alive):
                break
            for at in np.unique(column):
                mine = column == at
                self._happens(int(at), alive[mine], now[mine])
        return self._futures()

    def _happens(self, at: int, who: Ints, now: Floats) -> None:
        if at < self.first_meeting:
            self._known_clock(at, who, now)
        elif at < self.first_pending:
            self.when[who, at] = NEVER
            self._meet(who, now)
        elif at < self.first_pending + PENDING:
            self._new_clock(at - self.first_pending, who, now)
        else:
            name = next(key for key, value in self.own.items() if value == at)
            handlers: dict[str, Callable[[Ints, Floats], None]] = {
                "move": self._move,
                "answer": self._answer,
                "meeting": self._own_meeting,
                "back": self._take_back,
                "rupture": self._end_rupture,
            }
            handlers[name](who, now)

    def _write(
        self, who: Ints, now: Floats, act: Act, side: Any, duty: Floats | None = None, controls: Any = None, clock: int = NO_CLOCK
    ) -> None:
        n = len(who)
        if not n:
            return
        moved = np.zeros((n, 2)) if duty is None else duty
        packages = np.zeros((n, 2), dtype=np.int32) if controls is None else np.asarray(controls, dtype=np.int32)
        self.rows.append(
            (
                who.astype(np.int32),
                now.astype(np.int32),
                np.full(n, act, dtype=np.int8),
                np.broadcast_to(np.asarray(side, dtype=np.int8), (n,)),
                np.full(n, clock, dtype=np.int32),
                moved,
                packages,
            )
        )
        self.duty[who] += moved
        self.controls[who] += packages

    def _harsher(
        self, who: Ints, now: Floats, side: Any, duty: Floats, controls: Any, clock: int = NO_CLOCK, answered: bool = True
    ) -> None:
        """A step comes into force; what restores a court's taking is no step. The other side may answer."""
        restored = np.minimum(self.gap[who], np.maximum(duty, 0.0))
        self.gap[who] -= restored
        refills = restored.sum(axis=1) > 0
        self._write(who[refills], now[refills], Act.refill, side if np.ndim(side) == 0 else side[refills], restored[refills], None, clock)
        self._write(who, now, Act.step, side, duty - restored, controls, clock)
        self.truce[who] = False
        if answered:
            sides = np.broadcast_to(np.asarray(side, dtype=np.int8), (len(who),))
            hit = (self.rng.random(len(who)) < self.draws.share["answer"][who]) & (sides != BOTH)
            reply = who[hit]
            lag = self.rng.integers(0, int(self.priors["answer_days"]), len(reply))
            self.when[reply, self.own["answer"]] = now[hit] + lag
            self.answer_side[reply] = 1 - sides[hit]
        self._rupture(who, now)
        self._next_move(who, now)

    def _known_clock(self, j: int, who: Ints, now: Floats) -> None:
        clock = self.clocks[j]
        fate = self.will[who, j]
        self.fate[who, j], self.settled[who, j] = fate, now
        self.when[who, j] = NEVER
        done = fate == Fate.carried
        duty = np.tile(np.array(clock.duty), (len(who), 1))
        controls = np.tile(np.array(clock.controls), (len(who), 1))
        if clock.kind == "cut":
            self._write(who[done], now[done], Act.cut, clock.side, duty[done], controls[done], j)
            self.truce[who[done]] = True
            return
        self._harsher(who[done], now[done], clock.side, duty[done], controls[done], j)
        self._eased(who[~done], now[~done], clock, fate[~done], j)

    def _eased(self, who: Ints, now: Floats, clock: LiveClock, fate: NDArray[np.int8], j: int) -> None:
        later = fate == Fate.put_off
        self._write(who[later], now[later], Act.put_off, clock.side, clock=j)
        self._write(who[~later], now[~later], Act.dropped, clock.side, clock=j)
        hit = who[later]
        sides = 0 if clock.side == BOTH else clock.side
        self._wait_for(
            hit,
            now[later],
            np.full(len(hit), sides, dtype=np.int8),
            np.tile(np.array([max(clock.duty), 0.0]), (len(hit), 1))[:, 0],
            np.full(len(hit), max(clock.controls), dtype=np.int32),
            truce=np.full(len(hit), clock.kind == "truce"),
        )

    def _wait_for(
        self, who: Ints, now: Floats, side: NDArray[np.int8], duty: Floats, control: Any, truce: NDArray[np.bool_]
    ) -> None:
        """Enter a new clock on each path: its notice, what will become of it, and when. A path that is full lets it go."""
        free = self.when[who, self.first_pending : self.first_pending + PENDING] >= NEVER
        place = np.argmax(free, axis=1)
        room = free.any(axis=1)
        who, now, side, duty, control, truce, place = (
            each[room] for each in (who, now, side, duty, np.asarray(control), truce, place)
        )
        n = len(who)
        if not n:
            return
        values, weights = self.draws.leads
        lead = self.rng.choice(values, size=n, p=weights)
        lead = np.where(truce, self.rng.choice(np.array(self.priors["truce_days"], dtype=np.float64), size=n), lead)
        lead = np.maximum(lead, 1.0)
        due = now + lead
        meeting = (self.when[who, self.first_meeting : self.first_pending] <= due[:, None]).any(axis=1)
        x = np.stack([np.ones(n), np.log(lead / 30.0), meeting, truce], axis=1)
        chance = 1 / (1 + np.exp(-(x * self.draws.logit[who]).sum(axis=1)))
        carried = self.rng.random(n) < chance
        again = truce | (self.rng.random(n) < self.draws.share["again"][who])
        shape = self.draws.put_off[who]
        off = np.maximum(due - np.floor(lead * (1 - self.rng.random(n) ** (1 / shape))), now + 1)
        at = self.first_pending + place
        self.when[who, at] = np.where(carried, due, off)
        self.will[who, at] = np.where(carried, Fate.carried, np.where(again, Fate.put_off, Fate.dropped))
        self.new_side[who, place], self.new_duty[who, place] = side, duty
        self.new_control[who, place], self.new_truce[who, place] = control, truce

    def _new_clock(self, k: int, who: Ints, now: Floats) -> None:
        at = self.first_pending + k
        fate = self.will[who, at]
        self.when[who, at] = NEVER
        side, truce = self.new_side[who, k].copy(), self.new_truce[who, k].copy()
        amount, control = self.new_duty[who, k].copy(), self.new_control[who, k].copy()
        done = fate == Fate.carried
        duty, packages = self._of_side(side, amount), self._of_side(side, control)
        both = truce[:, None] & np.ones(2, dtype=bool)
        duty, packages = np.where(both, amount[:, None], duty), np.where(both, control[:, None], packages)
        shown = np.where(truce, BOTH, side).astype(np.int8)
        self._harsher(who[done], now[done], shown[done], duty[done], packages[done])
        for kind, act in ((Fate.put_off, Act.put_off), (Fate.dropped, Act.dropped)):
            hit = fate == kind
            self._write(who[hit], now[hit], act, shown[hit])
        hit = fate == Fate.put_off
        self._wait_for(who[hit], now[hit], side[hit], amount[hit], control[hit], truce[hit])

    @staticmethod
    def _of_side(side: NDArray[np.int8], amount: Any) -> Any:
        spread = np.zeros((len(side), 2), dtype=np.asarray(amount).dtype)
        spread[np.arange(len(side)), side] = amount
        return spread

    def _size(self, who: Ints) -> tuple[Floats, NDArray[np.int32]]:
        """Duty and controls of a new move."""
        n = len(who)
        control = self.rng.random(n) < self.draws.share["control"][who]
        values, weights = self.draws.sizes
        size = self.rng.choice(values, size=n, p=weights)
        breach = self.rng.random(n) < self.draws.share["breach"][who]
        size = np.where(breach, float(self.priors["breach_size"]), size)
        return np.where(control & ~breach, 0.0, size), (control & ~breach).astype(np.int32)

    def _move(self, who: Ints, now: Floats) -> None:
        side = (self.rng.random(len(who)) >= self.draws.share["first_side"][who]).astype(np.int8)
        duty, control = self._size(who)
        at_once = self.rng.random(len(who)) < self.draws.share["at_once"][who]
        self.when[who, self.own["move"]] = NEVER
        now_ = at_once
        self._harsher(
            who[now_],
            now[now_],
            side[now_],
            self._of_side(side, duty)[now_],
            self._of_side(side, control)[now_],
        )
        later = ~at_once
        hit = who[later]
        self._write(hit, now[later], Act.threat, side[later])
        self.truce[hit] = False
        self._wait_for(hit, now[later], side[later], duty[later], control[later], np.zeros(len(hit), dtype=bool))
        self._next_move(hit, now[later])

    def _answer(self, who: Ints, now: Floats) -> None:
        side = self.answer_side[who]
        self.when[who, self.own["answer"]] = NEVER
        duty, control = self._size(who)
        self._harsher(who, now, side, self._of_side(side, duty), self._of_side(side, control), answered=False)

    def _own_meeting(self, who: Ints, now: Floats) -> None:
        self._next_meeting(who, now)
        self._meet(who, now)

    def _meet(self, who: Ints, now: Floats) -> None:
        """A meeting brings nothing, puts steps off, takes something back, or ends in a broad agreement."""
        self._write(who, now, Act.meeting, BOTH)
        result = (self.rng.random(len(who))[:, None] > self.draws.meeting[who]).sum(axis=1)
        eases = result >= 1
        hit, day = who[eases], now[eases]
        self._settle_pending(hit, day)
        self.truce[hit] = True
        signed = result == 3
        self._write(who[signed], now[signed], Act.agreement, BOTH)
        back = result >= 2
        low, high = self.priors["back_days"]
        hit = who[back]
        self.when[hit, self.own["back"]] = now[back] + self.rng.integers(low, high, len(hit))
        self._next_move(who[eases], day)

    def _settle_pending(self, who: Ints, now: Floats) -> None:
        """What waits is put off or dropped by a meeting: threats at once, expiries that are near."""
        if not len(who):
            return
        for j, clock in enumerate(self.clocks):
            if clock.kind == "cut":
                continue
            far = clock.kind == "truce" and clock.due is not None
            near = (self.chron.day(clock.due) - now <= FOCAL) if far and clock.due else np.ones(len(who), dtype=bool)
            hit = near & (self.when[who, j] < NEVER) & (self.when[who, j] >= now)
            if clock.kind == "open":
                hit &= False
            mine, day = who[hit], now[hit]
            self.when[mine, j] = NEVER
            again = np.full(len(mine), clock.kind == "truce")
            fate = np.where(again, Fate.put_off, Fate.dropped).astype(np.int8)
            self.fate[mine, j], self.settled[mine, j] = fate, day
            self._eased(mine, day, clock, fate, j)
        for k in range(PENDING):
            at = self.first_pending + k
            waits = self.when[who, at]
            hit = (waits < NEVER) & (~self.new_truce[who, k] | (waits - now <= FOCAL))
            mine, day = who[hit], now[hit]
            self.when[mine, at] = NEVER
            self._write(mine, day, Act.put_off, np.where(self.new_truce[mine, k], BOTH, self.new_side[mine, k]))

    def _take_back(self, who: Ints, now: Floats) -> None:
        """Something is taken back: from a rupture everything above the threshold's half, else a step and a control."""
        self.when[who, self.own["back"]] = NEVER
        apart = self.duty[who].max(axis=1) >= self.limit
        self._end_rupture(who[apart], now[apart])
        rest, day = who[~apart], now[~apart]
        values, weights = self.draws.sizes
        size = self.rng.choice(values, size=len(rest), p=weights)
        duty = -np.minimum(size[:, None] / 2, np.maximum(self.duty[rest], 0.0))
        controls = -np.minimum(self.controls[rest], 1).clip(0)
        self._write(rest, day, Act.cut, BOTH, duty, controls)
        self.truce[rest] = True

    def _end_rupture(self, who: Ints, now: Floats) -> None:
        self.when[who, self.own["rupture"]] = NEVER
        lower = np.minimum(self.chron.duty, self.limit / 2)
        duty = np.minimum(lower - self.duty[who], 0.0)
        self._write(who, now, Act.cut, BOTH, duty)
        self.truce[who] = True
        self._next_move(who, now)

    def _futures(self) -> Futures:
        chron = self.chron
        if self.rows:
            columns = [np.concatenate(parts) for parts in zip(*self.rows, strict=True)]
            order = np.lexsort((np.arange(len(columns[0])), columns[1], columns[0]))
            ledger = Ledger(*(column[order] for column in columns))
        else:
            ledger = Ledger.empty()
        return Futures(
            chron.asof,
            self.days,
            0,
            chron.sides,
            tuple(self.clocks),
            self.paths,
            chron.duty,
            chron.controls,
            ledger,
            self.fate,
            self.settled,
        )


def simulate(
    chron: Chronology,
    odds: Odds,
    *,
    days: int = 365,
    paths: int = 20_000,
    seed: int,
    what_if: dict[str, Fate] | None = None,
    priors: Any = None,
    clocks: bool = True,
    meetings: bool = True,
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
    clocks, meetings : bool
        Whether the known clocks, and meetings known and new, take part; both off is the hazard of moves alone.

    Raises
    ------
    InputError
        For fewer than one path or day, or a what-if on a clock that is not live.
    """
    if paths < 1 or days < 1:
        raise InputError("nothing to simulate", where="simulate", hint="at least one path of one day")
    chosen = what_if or {}
    names = [clock.id for clock in chron.live]
    for name in chosen:
        if name not in names:
            from detente.core import LabelError, suggestion

            raise LabelError(f"no live clock `{name}` on {chron.asof}", where="what-if", hint=suggestion(name, names))
    run = Simulator(
        chron,
        odds,
        days,
        paths,
        seed,
        what_if=chosen,
        priors=priors or shipped_priors(),
        use_clocks=clocks,
        use_meetings=meetings,
    )
    return run.run()
