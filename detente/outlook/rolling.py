"""Forecasts made again from the record alone, as of one past day after another, and what then happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.campaign import Chronology, Odds, Record, chronology, estimate, rungs, simulate, standing
from detente.outlook.baselines import climatology, level_of, persistence, schedule, window_rungs

Floats = NDArray[np.float64]
HORIZONS = (14, 30, 90, 365)
"""Days ahead."""
PATHS = 2000
"""Futures of one forecast of the backtest."""
EVERY = 14
WARM = 28
"""Days a standoff has been on before the first forecast."""
MODEL = "model"
HALF = 0.5


@dataclass(frozen=True)
class Forecast:
    """Probabilities of the rungs from one day over one horizon, by method, and the rung that was reached.

    Attributes
    ----------
    origin : date
    horizon : int
        Days.
    probability : mapping of method to tuple of float
        By rung, best to worst.
    outcome : int
        Position of the rung; -1 while the window is open.
    """

    origin: dt.date
    horizon: int
    probability: Mapping[str, tuple[float, ...]]
    outcome: int


def rung_odds(
    chron: Chronology,
    odds: Odds,
    horizons: Sequence[int],
    paths: int,
    seed: int,
    *,
    clocks: bool = True,
    meetings: bool = True,
) -> Floats:
    """Share of simulated futures on each rung [horizon, rung], every rung seen half a time before."""
    futures = simulate(
        chron, odds, days=max(horizons), paths=paths, seed=seed, clocks=clocks, meetings=meetings
    )
    reached = rungs(futures.ledger, level_of(chron), horizons, paths=paths, rules=chron.record.rules)
    n = len(chron.record.rules.rungs)
    counts = np.stack([np.bincount(reached[:, k], minlength=n) for k in range(len(horizons))])
    return np.asarray((counts + HALF) / (paths + HALF * n))


def origins(chron: Chronology, every: int = EVERY) -> tuple[dt.date, ...]:
    """Days to forecast from: every two weeks while the standoff was on, from four weeks after each beginning.

    Examples
    --------
    The days are those of the record alone, so the same record gives the same days.
    """
    on = standing(chron, chron.record.rules.quiet)
    first = chron.first
    days: list[int] = []
    begin: int | None = None
    for day in range(len(on)):
        if not on[day]:
            begin = None
            continue
        begin = day if begin is None else begin
        if day - begin >= WARM and (day - begin - WARM) % every == 0:
            days.append(day + first)
    return tuple(chron.asof + dt.timedelta(days=day) for day in days)


def outcomes(full: Chronology, days: Sequence[dt.date], horizon: int) -> NDArray[np.int8]:
    """Rung that was reached from each day over a horizon; -1 where the window is still open."""
    starts = np.array([(day - full.asof).days for day in days])
    closed = starts + horizon <= 0
    reached = np.full(len(days), -1, dtype=np.int8)
    reached[closed] = window_rungs(full, starts[closed].tolist(), horizon)
    return reached


def backtest(
    record: Record,
    *,
    days: Sequence[dt.date] | None = None,
    horizons: Sequence[int] = HORIZONS,
    paths: int = PATHS,
    seed: int = 1,
    weight: float | None = None,
) -> tuple[Forecast, ...]:
    """Forecast from every origin with what was known on it, refitted there, and read what happened from the whole record.

    Parameters
    ----------
    record : Record
        As known on its last day.
    days : sequence of date, optional
        Origins; those of `origins` when left out.
    horizons : sequence of int
        Days ahead.
    paths : int
        Simulated futures of each origin.
    seed : int
    weight : float, optional
        Power of the pair's own record.
    """
    full = chronology(record, record.main.dossier.asof)
    days = origins(full) if days is None else tuple(days)
    reached = {horizon: outcomes(full, days, horizon) for horizon in horizons}
    forecasts = []
    for k, day in enumerate(days):
        chron = chronology(record, day)
        by_method = methods(chron, horizons, paths=paths, seed=seed, weight=weight)
        for h, horizon in enumerate(horizons):
            forecasts.append(
                Forecast(
                    day,
                    horizon,
                    {name: tuple(float(x) for x in share[h]) for name, share in by_method.items()},
                    int(reached[horizon][k]),
                )
            )
    return tuple(forecasts)


def methods(
    chron: Chronology,
    horizons: Sequence[int],
    *,
    paths: int = PATHS,
    seed: int = 1,
    weight: float | None = None,
) -> dict[str, Floats]:
    """Probabilities [horizon, rung] by every method, from what was known on the chronology's day."""
    odds = estimate(chron, weight=weight)
    return {
        MODEL: rung_odds(chron, odds, horizons, paths, seed),
        "schedule": schedule(chron, horizons),
        "climatology": climatology(chron, horizons),
        "persistence": persistence(chron, horizons),
    }
