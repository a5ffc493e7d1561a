"""Forecasts that need no model: the schedule, climatology, persistence. A model earns its place by beating them.

Each gives the probability of every rung after each horizon, from what was known on a day alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente.campaign import BOTH, NO_CLOCK, Act, Chronology, Ledger, rungs, standing

Floats = NDArray[np.float64]
TRUST = 0.7
"""Probability the schedule puts on the rung it leads to."""
STEADY = 0.85
"""Probability persistence puts on nothing happening."""
WEEK = 7
SHORTEST = 14
"""Windows shorter than this many days count as independent of those a week later as windows of this length."""
PSEUDO = 0.5
"""Windows that climatology has seen of every rung before it looks."""


def level_of(chron: Chronology) -> Floats:
    """Average added duty of each side with what courts took put back: what the ladder starts from."""
    return np.asarray(chron.duty + chron.gap)


def schedule(chron: Chronology, horizons: Sequence[int], *, trust: float = TRUST) -> Floats:
    """What is announced happens on its day; what is suspended is suspended again; what is agreed comes into force or is signed.

    Returns
    -------
    array [horizon, rung]
        `trust` on the rung so reached, the rest shared equally.
    """
    rows = []
    for position, clock in enumerate(chron.live):
        if clock.due is None:
            continue
        day = chron.day(clock.due)
        if clock.kind == "truce":
            rows.append((0, day, int(Act.put_off), BOTH, position, (0.0, 0.0), (0, 0)))
            continue
        act = Act.cut if clock.kind == "cut" else Act.step
        duty = np.array(clock.duty)
        if act is Act.step:
            duty = duty - np.minimum(duty.clip(0), chron.gap)
        rows.append(
            (0, day, int(act), clock.side, position, (float(duty[0]), float(duty[1])), clock.controls)
        )
    for meeting in chron.planned:
        if meeting.signing:
            day = chron.day(meeting.start)
            rows.append((0, day, int(Act.agreement), BOTH, NO_CLOCK, (0.0, 0.0), (0, 0)))
    rules = chron.record.rules
    reached = rungs(Ledger.of(rows), level_of(chron), horizons, rules=rules)[0]
    return _on(reached, len(rules.rungs), trust)


def persistence(chron: Chronology, horizons: Sequence[int]) -> Floats:
    """Nothing happens [horizon, rung]."""
    rules = chron.record.rules
    return _on(np.full(len(horizons), rules.rung("status-quo")), len(rules.rungs), STEADY)


def _on(rung: NDArray[np.integer], n: int, weight: float) -> Floats:
    share = np.full((len(rung), n), (1 - weight) / (n - 1))
    share[np.arange(len(rung)), rung] = weight
    return share


def climatology(chron: Chronology, horizons: Sequence[int]) -> Floats:
    """How often each rung came about in windows that had closed by the day [horizon, rung].

    Windows begin every week of the standoff so far. Overlapping ones count for as much as they are independent.
    """
    n = len(chron.record.rules.rungs)
    counts = np.full((len(horizons), n), PSEUDO)
    for k, horizon in enumerate(horizons):
        outcome = past_rungs(chron, horizon)
        np.add.at(counts[k], outcome, WEEK / max(horizon, SHORTEST))
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def past_rungs(chron: Chronology, horizon: int) -> NDArray[np.int8]:
    """Rung of every weekly window of a length that had closed by the day, in the standoff so far."""
    first = chron.first
    on = standing(chron, chron.record.rules.quiet)
    starts = [day for day in range(first, 1 - horizon, WEEK) if on[day - first]]
    return window_rungs(chron, starts, horizon)


def window_rungs(chron: Chronology, starts: Sequence[int], horizon: int) -> NDArray[np.int8]:
    """Rung reached in windows of the ledger: from each start, in days from the as-of day, over a horizon."""
    if not len(starts):
        return np.zeros(0, dtype=np.int8)
    ledger = chron.ledger
    begin = np.asarray(starts)
    inside = (ledger.day[None, :] > begin[:, None]) & (ledger.day[None, :] <= begin[:, None] + horizon)
    window, act = np.nonzero(inside)
    many = Ledger(
        window.astype(np.int32),
        (ledger.day[act] - begin[window]).astype(np.int32),
        ledger.act[act],
        ledger.side[act],
        ledger.clock[act],
        ledger.duty[act],
        ledger.controls[act],
    )
    counted = ~np.isin(ledger.act, (Act.court, Act.refill))
    after = counted[None, :] & (ledger.day[None, :] > begin[:, None])
    level = level_of(chron)[None, :] - after.astype(np.float64) @ ledger.duty
    return rungs(many, level, [horizon], paths=len(begin), rules=chron.record.rules)[:, 0]
