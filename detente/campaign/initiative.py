"""Moves of a standoff: new threats and steps without notice, by side, each a trigger or an answer to the other side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from detente.campaign.calendar import Chronology
from detente.campaign.ledger import Act

ONE_MOVE = 3
"""Days within which what one side does is one move."""
ANSWER = 7
"""Days within which a move answers one of the other side."""
LARGEST = 2.0
"""Size of an answer over that of what it answers, at most, where sizes are learnt: beyond, the two are hardly one exchange."""


@dataclass(frozen=True)
class Initiative:
    """Something one side began.

    Attributes
    ----------
    day : int
        Days from the as-of day, not positive.
    side : int
    at_once : bool
        Without notice.
    control : bool
        A control rather than a duty.
    size : float
        Largest duty it threatens or brings, a fraction.
    answers : bool
        It answers a move of the other side.
    answered : bool
        The other side answered it, as the last move of this side before.
    """

    day: int
    side: int
    at_once: bool
    control: bool
    size: float
    answers: bool = False
    answered: bool = False


@dataclass(frozen=True)
class Reply:
    """A move and the move of the other side that it answers: the last one in the week before.

    Attributes
    ----------
    move, to : Initiative
    """

    move: Initiative
    to: Initiative

    @property
    def lag(self) -> int:
        """Days between the two."""
        return self.move.day - self.to.day

    @property
    def in_kind(self) -> bool:
        """A control for a control, a duty for a duty."""
        return self.move.control == self.to.control

    @property
    def ratio(self) -> float | None:
        """Duty of the answer over the duty it answers; None where either brings none, and on one day: which came first is not known."""
        if self.lag == 0 or self.move.control or self.to.control or self.to.size <= 0:
            return None
        return self.move.size / self.to.size


def replies(moves: Sequence[Initiative]) -> list[Reply]:
    """Who answered whom, in order.

    Parameters
    ----------
    moves : sequence of Initiative
        As `initiatives` gives them.

    Examples
    --------
    >>> threat = Initiative(-20, 0, False, False, 0.10)
    >>> reply = Initiative(-18, 1, True, False, 0.05, answers=True)
    >>> [(each.lag, each.in_kind, each.ratio) for each in replies([threat, reply])]
    [(2, True, 0.5)]
    """
    to = [_answered(moves, k) for k in range(len(moves))]
    return [Reply(moves[k], moves[j]) for k, j in enumerate(to) if j is not None]


def initiatives(chron: Chronology) -> list[Initiative]:
    """Every move up to the as-of day, in order.

    A step on the day on which a clock of its side falls due is that clock's, not a new move.
    """
    ledger = chron.ledger
    due = {
        (chron.day(clock.due), side)
        for clock in chron.clocks
        if clock.due and clock.kind in ("threat", "truce")
        for side in ((0, 1) if clock.side == 2 else (clock.side,))
    }
    begun: list[Initiative] = []
    for i in range(len(ledger)):
        day, side, act = int(ledger.day[i]), int(ledger.side[i]), ledger.act[i]
        if act == Act.threat:
            clock = chron.clocks[ledger.clock[i]]
            move = Initiative(day, side, False, clock.controls[side] > 0, clock.duty[side])
        elif act == Act.step and (day, side) not in due:
            move = Initiative(day, side, True, bool(ledger.controls[i].any()), float(ledger.duty[i, side]))
        else:
            continue
        last = next((k for k in range(len(begun) - 1, -1, -1) if begun[k].side == side), None)
        if last is not None and day - begun[last].day <= ONE_MOVE:
            old = begun[last]
            begun[last] = Initiative(
                old.day, side, old.at_once, old.control and move.control, max(old.size, move.size)
            )
        else:
            begun.append(move)
    begun.sort(key=lambda move: move.day)
    to = [_answered(begun, k) for k in range(len(begun))]
    return [
        Initiative(m.day, m.side, m.at_once, m.control, m.size, to[k] is not None, k in to)
        for k, m in enumerate(begun)
    ]


def _answered(moves: Sequence[Initiative], k: int) -> int | None:
    """Which move another one answers: the last one of the other side before it, within a week."""
    move = moves[k]
    for j in range(k - 1, -1, -1):
        if moves[j].side != move.side:
            return j if move.day - moves[j].day <= ANSWER else None
    return None
