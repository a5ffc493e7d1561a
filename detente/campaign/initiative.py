"""Moves of a standoff: new threats and steps without notice, by side, each a trigger or an answer to the other side."""

from __future__ import annotations

from dataclasses import dataclass

from detente.campaign.calendar import Chronology
from detente.campaign.ledger import Act

ONE_MOVE = 3
"""Days within which what one side does is one move."""
ANSWER = 7
"""Days within which a move answers one of the other side."""


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
        The other side answered it.
    """

    day: int
    side: int
    at_once: bool
    control: bool
    size: float
    answers: bool = False
    answered: bool = False


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
    answers = [
        any(other.side != move.side and 0 <= move.day - other.day <= ANSWER for other in begun[:k])
        for k, move in enumerate(begun)
    ]
    answered = [
        any(other.side != move.side and 0 <= other.day - move.day <= ANSWER for other in begun[k + 1 :])
        for k, move in enumerate(begun)
    ]
    return [
        Initiative(m.day, m.side, m.at_once, m.control, m.size, a, b)
        for m, a, b in zip(begun, answers, answered, strict=True)
    ]
