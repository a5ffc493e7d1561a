"""The outlook of a day: the ladder with odds, every live clock with its own, what moves them, and who else forecasts what.

Everything is read off one batch of simulated futures. Blocks of futures share their parameters, so what differs between blocks is
what the parameters leave open; that is the interval.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.campaign import (
    Act,
    Chronology,
    Fate,
    Futures,
    LiveClock,
    Odds,
    estimate,
    rungs,
    simulate,
)
from detente.outlook.baselines import climatology, level_of, past_rungs, persistence, schedule
from detente.outlook.rolling import HALF, HORIZONS, rung_odds

Floats = NDArray[np.float64]
AHEAD_PATHS = 20_000
BLOCKS = 100
BOUNDS = (5.0, 95.0)
INFORMATION = ("clocks", "meetings", "own record")
"""What a forecast can be told or not: the dated steps, the meetings, this pair's own past."""
INFORMED_PATHS = 4000


@dataclass(frozen=True)
class Chance:
    """A probability with what the parameters leave open, 5 to 95 percent."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClockOdds:
    """One live clock and what may become of it within the horizon.

    Attributes
    ----------
    clock : LiveClock
    carried, put_off, dropped, live : Chance
    settled : date or None
        Day by which it is settled in half of the futures; None when most leave it open.
    if_carried, if_not : tuple of float
        Odds of the rungs at the horizon among the futures in which it is carried out, or is not; empty without a hundred such.
    """

    clock: LiveClock
    carried: Chance
    put_off: Chance
    dropped: Chance
    live: Chance
    settled: dt.date | None
    if_carried: tuple[float, ...]
    if_not: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Outlook:
    """What may come of a standoff, as known on a day.

    Attributes
    ----------
    chron : Chronology
    odds : Odds
    futures : Futures
    horizons : tuple of int
        Days.
    horizon : int
        The one that clocks and information are read at.
    ladder : tuple of tuple of Chance
        By horizon, by rung, best to worst.
    baselines : mapping of method to array [horizon, rung]
    clocks : tuple of ClockOdds
    information : mapping of str to tuple of float
        Points by which each piece of information moves each rung at the horizon, by Shapley value; they add up to the forecast less
        the forecast told nothing, which stands under ``nothing``.
    windows : tuple of (int, float)
        By horizon: past windows of the reference class, and how many of them are independent.
    what_if : mapping of clock id to Fate
    """

    chron: Chronology
    odds: Odds
    futures: Futures
    horizons: tuple[int, ...]
    horizon: int
    ladder: tuple[tuple[Chance, ...], ...]
    baselines: Mapping[str, Floats]
    clocks: tuple[ClockOdds, ...]
    information: Mapping[str, tuple[float, ...]]
    windows: tuple[tuple[int, float], ...]
    what_if: Mapping[str, Fate]


def look_ahead(
    chron: Chronology,
    *,
    horizons: Sequence[int] = HORIZONS,
    horizon: int = 30,
    paths: int = AHEAD_PATHS,
    seed: int = 1,
    what_if: Mapping[str, Fate] | None = None,
    informed: bool = True,
    remember: bool = False,
) -> Outlook:
    """Forecast from what was known on the chronology's day.

    Parameters
    ----------
    chron : Chronology
    horizons : sequence of int
        Days ahead of the ladder.
    horizon : int
        Days ahead at which clocks and information are read; put among `horizons`.
    paths, seed : int
        Simulated futures; the same seed gives the same bytes.
    what_if : mapping of clock id to Fate, optional
        Clocks taken as settled this way.
    informed : bool
        Whether to take apart what moves the odds (eight smaller simulations more).
    remember : bool
        Whether a step of the last days can still be answered, as in a standoff that is played.
    """
    days = tuple(sorted({*horizons, horizon}))
    odds = estimate(chron)
    chosen = dict(what_if or {})
    blocks = min(BLOCKS, paths)
    futures = simulate(
        chron, odds, days=max(days), paths=paths, seed=seed, what_if=chosen, blocks=blocks, remember=remember
    )
    rules = chron.record.rules
    reached = rungs(futures.ledger, level_of(chron), days, paths=paths, rules=rules)
    block = np.arange(paths) * blocks // paths
    ladder = tuple(
        tuple(
            _chance(reached[:, k] == rung, block, smooth=len(rules.rungs)) for rung in range(len(rules.rungs))
        )
        for k in range(len(days))
    )
    at = days.index(horizon)
    return Outlook(
        chron,
        odds,
        futures,
        days,
        horizon,
        ladder,
        {
            "schedule": schedule(chron, days),
            "climatology": climatology(chron, days),
            "persistence": persistence(chron, days),
        },
        tuple(
            _clock_odds(futures, j, horizon, reached[:, at], block, len(rules.rungs))
            for j in range(len(futures.clocks))
        ),
        information_shares(chron, horizon, seed, paths=min(paths, INFORMED_PATHS))
        if informed and not chosen
        else {},
        tuple(_windows(chron, day) for day in days),
        chosen,
    )


def _chance(happens: NDArray[np.bool_], block: NDArray[np.int64], *, smooth: int) -> Chance:
    """A share of futures, with the spread between blocks that is not the luck of a block."""
    n = len(happens)
    value = float((happens.sum() + HALF) / (n + HALF * smooth))
    size = np.bincount(block)
    share = np.bincount(block, weights=happens.astype(np.float64)) / size
    spread = float(share.var())
    luck = value * (1 - value) / float(size.mean())
    shrink = math.sqrt(max(spread - luck, 0.0) / spread) if spread > 0 else 0.0
    low, high = np.percentile(share, BOUNDS)
    mean = float(share.mean())
    return Chance(
        value,
        min(max(mean + shrink * (float(low) - mean), 0.0), value),
        max(min(mean + shrink * (float(high) - mean), 1.0), value),
    )


ENOUGH = 100
"""Futures that a conditional probability needs."""


def _clock_odds(
    futures: Futures, j: int, horizon: int, rung: NDArray[np.int8], block: NDArray[np.int64], n: int
) -> ClockOdds:
    """What becomes of one clock by the horizon, and the ladder given that."""
    inside = futures.settled[:, j] <= horizon
    fate = np.where(inside, futures.fate[:, j], Fate.live)

    def given(where: NDArray[np.bool_]) -> tuple[float, ...]:
        if where.sum() < ENOUGH:
            return ()
        return tuple(float(x) for x in np.bincount(rung[where], minlength=n) / where.sum())

    middle = int(np.median(futures.settled[:, j]))
    day = futures.asof + dt.timedelta(days=middle) if middle <= futures.days else None
    chances = {each: _chance(fate == each, block, smooth=len(Fate)) for each in Fate}
    return ClockOdds(
        futures.clocks[j],
        chances[Fate.carried],
        chances[Fate.put_off],
        chances[Fate.dropped],
        chances[Fate.live],
        day,
        given(fate == Fate.carried),
        given((fate == Fate.put_off) | (fate == Fate.dropped)),
    )


def _windows(chron: Chronology, horizon: int) -> tuple[int, float]:
    """Weekly windows of the standoff that had closed, and how many of that length fit without overlap."""
    number = len(past_rungs(chron, horizon))
    return number, number * 7 / max(horizon, 14)


def information_shares(
    chron: Chronology, horizon: int, seed: int, *, paths: int = INFORMED_PATHS
) -> dict[str, tuple[float, ...]]:
    """What each piece of information does to the odds of each rung: its Shapley value over every order of being told.

    Returns
    -------
    mapping of str to tuple of float
        ``nothing`` the odds of a forecast that is told nothing; then `INFORMATION`, in points of probability. They add up to the
        odds of the forecast that is told all.
    """
    told: dict[frozenset[str], Floats] = {}
    for size in range(len(INFORMATION) + 1):
        for known in itertools.combinations(INFORMATION, size):
            odds = estimate(chron, weight=None if "own record" in known else 0.0)
            told[frozenset(known)] = rung_odds(
                chron,
                odds,
                [horizon],
                paths,
                seed,
                clocks="clocks" in known,
                meetings="meetings" in known,
            )[0]
    shares = {"nothing": tuple(float(x) for x in told[frozenset()])}
    n = len(INFORMATION)
    for piece in INFORMATION:
        others = [other for other in INFORMATION if other != piece]
        worth = np.zeros_like(told[frozenset()])
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for known in itertools.combinations(others, size):
                worth += weight * (told[frozenset({*known, piece})] - told[frozenset(known)])
        shares[piece] = tuple(float(x) for x in worth)
    return shares


def duty_fan(outlook: Outlook, days: Sequence[int]) -> Floats:
    """Quantiles 5, 25, 50, 75 and 95 of each side's average added duty [quantile, day, side], a fraction."""
    level = outlook.futures.duty_by_day(np.asarray(days))
    return np.asarray(np.percentile(level, [5, 25, 50, 75, 95], axis=0))


def summit_odds(outlook: Outlook, day: dt.date) -> Chance:
    """Chance that the leaders of both sides meet on or before a day within the longest horizon."""
    futures = outlook.futures
    met = (futures.ledger.act == Act.summit) & (futures.ledger.day <= (day - futures.asof).days)
    hits = np.bincount(futures.ledger.path[met], minlength=futures.paths) > 0
    block = np.arange(futures.paths) * min(BLOCKS, futures.paths) // futures.paths
    return _chance(hits, block, smooth=2)
