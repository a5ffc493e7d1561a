"""A dated ledger of acts, of one course of events or of many: the real record and every simulated future are one of these.

A row is one act on one day: whose, what it changes in each side's average added duty and number of control packages, and which
clock it settles. The ladder (`detente.campaign.ladder`) reads nothing else, so what happened and what was simulated are
classified by the same function.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

BOTH = 2
"""Side of an act of both."""
NO_CLOCK = -1


class Act(IntEnum):
    """Kinds of act."""

    step = 0
    """A harsher measure comes into force: a threat or an expiry carried out, an answer to one."""
    cut = 1
    """A measure is lowered, suspended or given up."""
    put_off = 2
    """A dated step gets a later day, or is suspended without one."""
    dropped = 3
    """A threat is taken back."""
    threat = 4
    """A threat becomes known."""
    meeting = 5
    """The sides meet below the level of leaders."""
    agreement = 6
    """A broad agreement is signed."""
    court = 7
    """A court takes a measure away: nobody's move."""
    refill = 8
    """A side restores what a court took away: the level is as before, no step."""
    summit = 9
    """The leaders of both sides meet."""


@dataclass(frozen=True, eq=False)
class Ledger:
    """Acts of one or many courses of events, sorted by course, day and order of happening.

    Attributes
    ----------
    path : int32 array [act]
        Course of events it belongs to; zero in a real record.
    day : int32 array [act]
        Days after the as-of day; negative before it.
    act : int8 array [act]
        An `Act`.
    side : int8 array [act]
        Index of the side in `Chronology.sides`, or `BOTH`.
    clock : int32 array [act]
        Index of the clock it settles, or `NO_CLOCK`.
    duty : float64 array [act, side]
        Change of the average duty that each side has added on the other's goods, a fraction.
    controls : int32 array [act, side]
        Change of the number of packages of controls each side has in force.
    """

    path: NDArray[np.int32]
    day: NDArray[np.int32]
    act: NDArray[np.int8]
    side: NDArray[np.int8]
    clock: NDArray[np.int32]
    duty: NDArray[np.float64]
    controls: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.path)

    @classmethod
    def empty(cls) -> Ledger:
        """No act at all."""
        return cls.of([])

    @classmethod
    def of(
        cls, rows: Sequence[tuple[int, int, int, int, int, tuple[float, float], tuple[int, int]]]
    ) -> Ledger:
        """From rows (path, day, act, side, clock, duty, controls), sorted here; ties keep their order.

        Examples
        --------
        >>> Ledger.of([(0, 5, Act.step, 1, 0, (0.0, 0.02), (0, 0))]).duty.tolist()
        [[0.0, 0.02]]
        """
        rows = sorted(rows, key=lambda row: (row[0], row[1]))
        return cls(
            np.array([row[0] for row in rows], dtype=np.int32),
            np.array([row[1] for row in rows], dtype=np.int32),
            np.array([row[2] for row in rows], dtype=np.int8),
            np.array([row[3] for row in rows], dtype=np.int8),
            np.array([row[4] for row in rows], dtype=np.int32),
            np.array([row[5] for row in rows], dtype=np.float64).reshape(len(rows), 2),
            np.array([row[6] for row in rows], dtype=np.int32).reshape(len(rows), 2),
        )

    def take(self, where: NDArray[np.bool_]) -> Ledger:
        """The acts at which `where` is true."""
        these = np.flatnonzero(where)
        return Ledger(*(getattr(self, field.name).take(these, axis=0) for field in dataclasses.fields(self)))

    def since(self, day: int) -> Ledger:
        """The acts after a day, counted from it: a window that begins there."""
        later = self.take(self.day > day)
        return dataclasses.replace(later, day=(later.day - day).astype(np.int32))
