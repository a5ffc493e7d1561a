"""A standoff that is played on: what was done since the day it began, and the chronology of any day of it.

The played part is a list of entries; with the chronology it starts from they give a chronology of a later day, of the same form. So
odds, baselines and simulations read a played standoff as they read a real one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.campaign.calendar import Chronology, Meeting, Row
from detente.campaign.clocks import LiveClock
from detente.campaign.ledger import BOTH, NO_CLOCK, Act, Ledger

By = Literal["hand", "rule", "clock", "chance"]
PASSED, CALLED, MOVED, OFFER, AGREED = "passed", "called", "moved", "offer", "agreed"
"""Entries that are no act of a ledger: days went by, a meeting was called or moved, a side would prolong, a cut was agreed."""
OUTCOMES = {Act.step: "carried", Act.cut: "carried", Act.put_off: "put off", Act.dropped: "dropped"}
Pair = tuple[float, float]


@dataclass(frozen=True)
class Happening:
    """Something that happened in a played standoff.

    Attributes
    ----------
    day : date
    side : int
        Index of the acting side, or `detente.campaign.ledger.BOTH`.
    by : str
        ``hand``; ``rule``, drawn from the odds; ``clock``, what fires because nobody acted; ``chance``, of no side alone.
    act : str
        Name of an `Act`, or ``passed``, ``called``, ``moved``, ``offer``, ``agreed``.
    clock : str
        Id of the clock it settles or is about; empty without one.
    begins : LiveClock or None
        Clock that begins with it.
    duty : (float, float)
        Change of each side's average added duty, a fraction.
    controls : (int, int)
        Change of each side's packages of controls.
    due : date or None
        New day of a meeting that was called or moved.
    leaders : bool
        Whether leaders meet.
    loss : (float, float) or None
        What stands after it costs each side at a year's rate, million USD; None where costs are not told.
    """

    day: dt.date
    side: int
    by: By
    act: str
    clock: str = ""
    begins: LiveClock | None = None
    duty: Pair = (0.0, 0.0)
    controls: tuple[int, int] = (0, 0)
    due: dt.date | None = None
    leaders: bool = False
    loss: Pair | None = None

    @property
    def known(self) -> Act | None:
        """The act of a ledger it is, if it is one."""
        return Act.__members__.get(self.act)


def live_places(clocks: Sequence[LiveClock]) -> dict[str, int]:
    """Position of each live clock, by id."""
    return {clock.id: place for place, clock in enumerate(clocks) if clock.outcome == "live"}


def lived(start: Chronology, entries: Iterable[Happening], today: dt.date) -> Chronology:
    """The chronology of a day of a played standoff.

    Parameters
    ----------
    start : Chronology
        Of the day it begins; its record is known no later than that.
    entries : iterable of Happening
        What happened since, in order, up to `today`.
    today : date

    Returns
    -------
    Chronology
        Days count from `today`; what happened is ledger, what was settled is settled, meetings that were held are past.
    """
    clocks, meetings, gap = list(start.clocks), list(start.meetings), start.gap.copy()
    place = live_places(clocks)
    duty, controls = start.duty.copy(), start.controls.copy()
    rows: list[Row] = []
    for entry in entries:
        act = entry.known
        at = place.pop(entry.clock) if act is not None and act in OUTCOMES and entry.clock else NO_CLOCK
        if at != NO_CLOCK and act is not None:
            clocks[at] = _settled(clocks[at], OUTCOMES[act], entry.day)
        if entry.begins is not None:
            place[entry.begins.id] = len(clocks)
            clocks.append(entry.begins)
        if act is Act.threat:
            at = len(clocks) - 1
        _meet(entry, act, meetings)
        if act is None:
            continue
        if act is Act.refill:
            gap -= np.array(entry.duty)
        duty += np.array(entry.duty)
        controls += np.array(entry.controls)
        rows += _ledger_rows(entry, act, at, (entry.day - today).days)
    shift = (today - start.asof).days
    old = dataclasses.replace(start.ledger, day=(start.ledger.day - shift).astype(np.int32))
    return Chronology(
        today,
        start.record,
        _joined(old, Ledger.of(rows)),
        tuple(clocks),
        tuple(sorted(meetings, key=lambda meeting: (meeting.start, meeting.known, meeting.title))),
        duty,
        controls,
        gap,
    )


def _ledger_rows(entry: Happening, act: Act, at: int, day: int) -> Iterator[Row]:
    """An entry as rows of the ledger; what both sides do at once is a row each, as in a record."""
    if entry.side != BOTH or act not in (Act.step, Act.cut, Act.refill):
        yield 0, day, int(act), entry.side, at, entry.duty, entry.controls
        return
    for side in (0, 1):
        if entry.duty[side] or entry.controls[side]:
            mine = [float(side == s) for s in (0, 1)]
            duty = (entry.duty[0] * mine[0], entry.duty[1] * mine[1])
            yield (
                0,
                day,
                int(act),
                side,
                at,
                duty,
                (
                    entry.controls[0] * int(mine[0]),
                    entry.controls[1] * int(mine[1]),
                ),
            )


def _settled(clock: LiveClock, outcome: str, day: dt.date) -> LiveClock:
    eased = clock.eased if outcome == "carried" else clock.eased or day
    return dataclasses.replace(clock, outcome=outcome, settled=day, eased=eased)


def _meet(entry: Happening, act: Act | None, meetings: list[Meeting]) -> None:
    """Enter a meeting that was called or moved, and one that nobody had planned."""
    planned = [k for k, meeting in enumerate(meetings) if meeting.start == entry.day]
    if entry.act == CALLED and entry.due is not None:
        meetings.append(Meeting(entry.day, entry.due, entry.due, entry.leaders, title_of(entry.leaders)))
    elif entry.act == MOVED and entry.due is not None and planned:
        meetings[planned[0]] = dataclasses.replace(meetings[planned[0]], start=entry.due, end=entry.due)
    elif act in (Act.meeting, Act.summit) and not planned:
        leaders = act is Act.summit
        meetings.append(Meeting(entry.day, entry.day, entry.day, leaders, title_of(leaders)))


def title_of(leaders: bool) -> str:
    """What a meeting of a played standoff is called."""
    return "Leaders' meeting" if leaders else "Meeting"


def threat_title(duty: float, controls: int) -> str:
    """What a threat of a played standoff is called.

    Examples
    --------
    >>> threat_title(0.1, 0)
    'Threat of 10.0 points of duty'
    """
    parts = [f"{100 * duty:.1f} points of duty"] if duty else []
    parts += [f"{controls} package{'s' if controls > 1 else ''} of controls"] if controls else []
    return f"Threat of {' and '.join(parts)}"


def _joined(first: Ledger, second: Ledger) -> Ledger:
    return Ledger(
        *(
            np.concatenate([getattr(first, field.name), getattr(second, field.name)])
            for field in dataclasses.fields(Ledger)
        )
    )


def named(clock: LiveClock, sides: tuple[str, str], taken: Iterable[str]) -> LiveClock:
    """A clock of a played standoff with an id of its own, made of kind, side and day."""
    who = "both" if clock.side == BOTH else sides[clock.side].lower()
    stem = f"played-{clock.kind}-{who}-{clock.due}"
    used, name, number = set(taken), stem, 1
    while name in used:
        number += 1
        name = f"{stem}-{number}"
    return dataclasses.replace(clock, id=name)
