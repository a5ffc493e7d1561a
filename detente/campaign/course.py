"""A standoff played forward by hand or by rule, day by day.

Every day is one draw of the same hazards that `detente outlook` reads its odds from, seeded by the campaign's seed and the day: the
same moves with the same seed give the same course, and two branches that differ in one move share their luck on every day. A clock
fires on its day unless somebody acts; sides that are played by rule act as the record's odds say.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detente.campaign.calendar import Chronology
from detente.campaign.ledger import BOTH
from detente.campaign.odds import Odds, estimate
from detente.campaign.oneday import next_day
from detente.campaign.played import OFFER, PASSED, Happening, Pair, lived
from detente.core import DateError, EvidenceError, LabelError, suggestion

MOVES = ("step", "threat", "cut", "carry-out", "put-off", "drop", "prolong", "call")
"""What a side played by hand can do: bring something in force, threaten it with a day, take something back; carry a clock of its own
out at once, put it off, drop it; offer to prolong an expiry of both; call a meeting."""
LATER = 30
"""Days by which something is put off when no day is named."""
LONGEST = 3 * 366
"""Days a campaign may last."""
Pricer = Callable[[Pair, Pair], Pair]
"""Loss of each side at a year's rate, million USD, from both sides' added duties and packages of controls."""


@dataclass(frozen=True)
class HandMove:
    """Something a side played by hand does.

    Attributes
    ----------
    what : str
        One of `MOVES`.
    duty : float
        Average duty on the other's goods that is brought, threatened or taken back, a fraction.
    controls : int
        Packages of controls, likewise.
    clock : str
        Id of the clock it is about.
    due : date or None
        Day of a threat, of what is put off, of a meeting.
    leaders : bool
        Whether leaders are to meet.
    """

    what: str
    duty: float = 0.0
    controls: int = 0
    clock: str = ""
    due: dt.date | None = None
    leaders: bool = False


@dataclass(frozen=True, eq=False)
class Campaign:
    """A standoff played from a day on.

    Attributes
    ----------
    start : Chronology
        Of the day it begins, from a record known no later.
    hand : tuple of int
        Sides played by hand; the others are played by rule.
    seeds : tuple of (date, int)
        From which day on which seed; a branch may have luck of its own.
    entries : tuple of Happening
        What happened, in order.
    price : callable, optional
        What duties and controls cost each side (`detente.campaign.level_costs`); costs are not told without it.
    loss : (float, float) or None
        Loss of each side at a year's rate on the first day, million USD.
    """

    start: Chronology
    hand: tuple[int, ...]
    seeds: tuple[tuple[dt.date, int], ...]
    entries: tuple[Happening, ...] = ()
    price: Pricer | None = None
    loss: Pair | None = None

    @classmethod
    def begin(
        cls, start: Chronology, hand: tuple[str, ...], seed: int, *, price: Pricer | None = None
    ) -> Campaign:
        """A campaign on its first day.

        Raises
        ------
        LabelError
            For a side that is none.
        """
        for code in hand:
            if code not in start.sides:
                raise LabelError(
                    f"`{code}` is no side of this record", where="--side", hint=suggestion(code, start.sides)
                )
        sides = tuple(side for side in (0, 1) if start.sides[side] in hand)
        loss = price(_pair(start.duty), _pair(start.controls)) if price else None
        return cls(start, sides, ((start.asof, seed),), (), price, loss)

    @property
    def today(self) -> dt.date:
        """Day on which it stands."""
        return self.entries[-1].day if self.entries else self.start.asof

    @property
    def happened(self) -> tuple[Happening, ...]:
        """Entries without those that only let days pass."""
        return tuple(entry for entry in self.entries if entry.act != PASSED)

    @functools.cached_property
    def chronology(self) -> Chronology:
        """The standoff as it stands."""
        return lived(self.start, self.entries, self.today)

    @functools.cached_property
    def odds(self) -> Odds:
        """Estimated on the day of the last thing that happened, with what was played as part of the pair's past."""
        past = self.happened
        return estimate(lived(self.start, past, past[-1].day if past else self.start.asof))

    @property
    def offers(self) -> frozenset[str]:
        """Expiries of both that every side played by hand has offered to prolong."""
        offered: dict[str, set[int]] = {}
        for entry in self.entries:
            if entry.act == OFFER:
                offered.setdefault(entry.clock, set()).add(entry.side)
        return frozenset(name for name, sides in offered.items() if sides >= set(self.hand))

    def _with(self, *entries: Happening) -> Campaign:
        """With entries more, each with what stands after it costs."""
        duty, controls = (
            _pair(self.chronology.duty),
            _pair(self.chronology.controls),
        )
        priced = []
        loss = self.loss_now
        for entry in entries:
            if any(entry.duty) or any(entry.controls):
                duty = (duty[0] + entry.duty[0], duty[1] + entry.duty[1])
                controls = (controls[0] + entry.controls[0], controls[1] + entry.controls[1])
                loss = self.price(duty, controls) if self.price else None
            priced.append(dataclasses.replace(entry, loss=loss))
        return dataclasses.replace(self, entries=(*self.entries, *priced))

    @property
    def loss_now(self) -> Pair | None:
        """What stands today costs each side at a year's rate, million USD."""
        return self.entries[-1].loss if self.entries else self.loss

    def cost_so_far(self) -> Pair | None:
        """What the days since the beginning have cost each side, million USD; None where costs are not told."""
        total, rate, since = np.zeros(2), self.loss, self.start.asof
        for entry in (*self.entries, None):
            if rate is None:
                return None
            day = entry.day if entry else self.today
            total += np.array(rate) * (day - since).days / 365
            since, rate = day, entry.loss if entry else rate
        return _pair(total)

    def seed_of(self, day: dt.date) -> int:
        """Seed of one day's draw."""
        seed = next(seed for begins, seed in reversed(self.seeds) if begins < day)
        return int(np.random.SeedSequence([seed, day.toordinal()]).generate_state(1)[0])

    def until(self, day: dt.date, *, first: bool = False) -> Campaign:
        """Let days pass up to a day, or to the first on which something happens.

        Raises
        ------
        DateError
            For a day that is not later than today, or beyond what a campaign may last.
        """
        if not self.today < day <= self.start.asof + dt.timedelta(days=LONGEST):
            raise DateError(
                f"{day} does not follow {self.today}, or lies more than three years after the beginning",
                where="--until",
                hint=f"a later day, such as {self.today + dt.timedelta(days=7)}",
            )
        played = self
        now = self.today
        hand = frozenset(self.hand)
        while now < day:
            now += dt.timedelta(days=1)
            chron = lived(played.start, played.entries, now - dt.timedelta(days=1))
            drawn = next_day(chron, played.odds, played.seed_of(now), hand, played.offers)
            if drawn:
                played = played._with(*drawn)
                if first:
                    break
        if played.today < now:
            played = played._with(Happening(now, BOTH, "chance", PASSED))
        return played

    def act(self, move: HandMove, side: int) -> Campaign:
        """Do something today, for a side played by hand.

        Raises
        ------
        InputError
            For a side played by rule, a move that lacks something, or one that changes nothing.
        LabelError
            For a move or a clock there is none of.
        """
        from detente.campaign.moves import entries_of

        return self._with(*entries_of(self, move, side))

    def branch(self, day: dt.date, *, seed: int | None = None) -> Campaign:
        """The same campaign as it stood at the end of a day, to be played otherwise.

        Parameters
        ----------
        day : date
        seed : int, optional
            Luck of its own from then on; the same luck when left out.
        """
        if not self.start.asof <= day <= self.today:
            raise DateError(
                f"{day} is not a day of this campaign",
                where="--on",
                hint=f"from {self.start.asof} to {self.today}",
            )
        kept = tuple(entry for entry in self.entries if entry.day <= day)
        seeds = tuple(each for each in self.seeds if each[0] <= day)
        if seed is not None:
            seeds = (*(each for each in seeds if each[0] < day), (day, seed))
        fresh = dataclasses.replace(self, entries=kept, seeds=seeds)
        return fresh if fresh.today == day else fresh._with(Happening(day, BOTH, "chance", PASSED))

    def replay(self) -> Campaign:
        """Play the moves made by hand again from the beginning, and check that everything else follows as it did.

        Raises
        ------
        EvidenceError
            With the first entry that does not.
        """
        again = dataclasses.replace(self, entries=())
        for entry in self.entries:
            if entry.day > again.today:
                again = again.until(entry.day)
            if entry.by == "hand":
                again = again._with(dataclasses.replace(entry, loss=None))
        pairs = zip(self.happened, again.happened, strict=False)
        number = next((k for k, (old, new) in enumerate(pairs) if not _same(old, new)), None)
        if number is None and len(self.happened) != len(again.happened):
            number = min(len(self.happened), len(again.happened))
        if number is not None:
            raise EvidenceError(
                "the same moves no longer give this course",
                where=f"entry {number + 1}",
                hint="take the version of Détente and the record it was played with, or branch before that entry",
            )
        return again


def _same(old: Happening, new: Happening) -> bool:
    return dataclasses.replace(old, loss=None) == dataclasses.replace(new, loss=None)


def _pair(values: object) -> Pair:
    first, second = np.asarray(values, dtype=np.float64)
    return float(first), float(second)
