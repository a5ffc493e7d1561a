"""What a batch of simulated futures is: many courses of events from one as-of day, as arrays.

Costs, beliefs and pictures attach to this and to nothing else of the simulation:

* `ledger` holds every simulated act (`detente.campaign.ledger.Ledger`, column `path` says of which future);
* `fate` and `settled` [path, clock] say for each clock live on the as-of day what became of it and when;
* `duty_by_day` and `controls_by_day` [path, day, side] are each side's level on each day, as-of day first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from detente.campaign.clocks import LiveClock
from detente.campaign.ledger import Ledger


class Fate(IntEnum):
    """What became of a clock."""

    live = 0
    carried = 1
    put_off = 2
    dropped = 3


@dataclass(frozen=True, eq=False)
class Futures:
    """Simulated courses of events, all from what was known on one day.

    Attributes
    ----------
    asof : date
        Day the simulation starts; nothing known later enters.
    days : int
        Length of each future: its last day is `asof` plus this.
    seed : int
    sides : (str, str)
        The two parties, in the order of every axis of sides.
    clocks : tuple of LiveClock
        Those live on the as-of day, in the order of the axes of `fate` and `settled`. A clock names its measures (`measures`), so
        the state of a measure on a path follows from the fate of its clock.
    paths : int
        Number of futures.
    start_duty : array [side]
        Average duty each side has added on the other's goods, as-of day, a fraction.
    start_controls : int array [side]
        Packages of controls each side has in force.
    ledger : Ledger
        Every act of every future, sorted by path and day; days count from the as-of day (1 … `days`).
    fate : int8 array [path, clock]
        A `Fate`.
    settled : int32 array [path, clock]
        Day on which the clock was settled; ``days + 1`` while it is live.
    """

    asof: dt.date
    days: int
    seed: int
    sides: tuple[str, str]
    clocks: tuple[LiveClock, ...]
    paths: int
    start_duty: NDArray[np.float64]
    start_controls: NDArray[np.int64]
    ledger: Ledger
    fate: NDArray[np.int8]
    settled: NDArray[np.int32]

    def duty_by_day(self, days: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Average added duty [path, day, side], a fraction; every day from the as-of day on, or the `days` given."""
        return self._by_day(self.ledger.duty, self.start_duty, days)

    def controls_by_day(self, days: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Packages of controls in force [path, day, side]."""
        return self._by_day(
            self.ledger.controls.astype(np.float64), self.start_controls.astype(np.float64), days
        )

    def _by_day(
        self, change: NDArray[np.float64], start: NDArray[np.float64], days: NDArray[np.int64] | None
    ) -> NDArray[np.float64]:
        wanted = np.arange(self.days + 1) if days is None else np.asarray(days)
        at = np.searchsorted(wanted, self.ledger.day)  # the first wanted day on which the act shows
        inside = np.flatnonzero(at < len(wanted))
        place = self.ledger.path.take(inside).astype(np.int64) * len(wanted) + at.take(inside)
        level = np.zeros((self.paths, len(wanted), 2))
        for side in (0, 1):
            flat = np.bincount(
                place,
                weights=change[:, side].take(inside),
                minlength=self.paths * len(wanted),
            )
            level[:, :, side] = start[side] + np.cumsum(flat.reshape(self.paths, len(wanted)), axis=1)
        return level
