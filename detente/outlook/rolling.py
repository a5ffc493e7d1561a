"""Forecasts made again from the record alone, as of one past day after another, and what then happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.campaign import (
    Chronology,
    Fate,
    Futures,
    Odds,
    Record,
    chronology,
    estimate,
    rungs,
    simulate,
    standing,
    threat_rates,
)
from detente.core import Where, run
from detente.outlook.baselines import TRUST, climatology, level_of, persistence, schedule, window_rungs

Floats = NDArray[np.float64]
HORIZONS = (14, 30, 90, 365)
"""Days ahead."""
PATHS = 2000
"""Futures of one forecast of the backtest."""
EVERY = 14
WARM = 28
"""Days a standoff has been on before the first forecast."""
FEW = 4
"""Origins that are not worth a process of their own."""
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


@dataclass(frozen=True)
class ClockForecast:
    """Chance that a dated threat or expiry, live on one day, is carried out; and whether it was.

    Attributes
    ----------
    origin : date
    clock, kind : str
    due : date
    probability : mapping of method to float
        ``model``; ``schedule`` (threats are carried out, expiries are not); ``other episodes`` (the share of 1,053 threats).
    outcome : int
        1 carried out, 0 put off or dropped, -1 not settled by the record's day.
    """

    origin: dt.date
    clock: str
    kind: str
    due: dt.date
    probability: Mapping[str, float]
    outcome: int


@dataclass(frozen=True)
class Backtest:
    """Every forecast made again: of the ladder and of clocks."""

    ladder: tuple[Forecast, ...]
    clocks: tuple[ClockForecast, ...]


def ladder_shares(futures: Futures, chron: Chronology, horizons: Sequence[int]) -> Floats:
    """Share of simulated futures on each rung [horizon, rung], every rung seen half a time before."""
    rules = chron.record.rules
    reached = rungs(futures.ledger, level_of(chron), horizons, paths=futures.paths, rules=rules)
    n = len(rules.rungs)
    counts = np.stack([np.bincount(reached[:, k], minlength=n) for k in range(len(horizons))])
    return np.asarray((counts + HALF) / (futures.paths + HALF * n))


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
    """Simulate, and give the share of futures on each rung [horizon, rung]."""
    futures = simulate(
        chron, odds, days=max(horizons), paths=paths, seed=seed, clocks=clocks, meetings=meetings
    )
    return ladder_shares(futures, chron, horizons)


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


def rungs_reached(full: Chronology, days: Sequence[dt.date], horizon: int) -> NDArray[np.int8]:
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
    step: Callable[[], None] = lambda: None,
    on: Where | None = None,
) -> Backtest:
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
    step : callable, optional
        Called after each origin.
    on : Local, Pool, Remote or Cluster, optional
        Where the origins are forecast (`detente.core.work`); here, when left out. The forecasts do not depend on it.
    """
    full = chronology(record, record.main.dossier.asof)
    days = origins(full) if days is None else tuple(days)
    reached = {horizon: rungs_reached(full, days, horizon) for horizon in horizons}
    asked = _Asked(record, full, tuple(horizons), paths, seed, weight)
    told = run(_from_origin, asked, days, on=on, few=FEW, arrived=lambda position, forecast: step())
    ladder = [
        Forecast(day, horizon, shares, int(reached[horizon][k]))
        for k, (day, (by_horizon, _)) in enumerate(zip(days, told, strict=True))
        for horizon, shares in zip(horizons, by_horizon, strict=True)
    ]
    return Backtest(tuple(ladder), tuple(forecast for _, clocks in told for forecast in clocks))


@dataclass(frozen=True, eq=False)
class _Asked:
    """What every origin of a backtest is forecast from."""

    record: Record
    full: Chronology
    horizons: tuple[int, ...]
    paths: int
    seed: int
    weight: float | None


def _from_origin(
    asked: _Asked, day: dt.date
) -> tuple[list[dict[str, tuple[float, ...]]], list[ClockForecast]]:
    """Probabilities of the rungs by horizon and method, and of the clocks, with what was known on a day."""
    chron = chronology(asked.record, day)
    odds = estimate(chron, weight=asked.weight)
    futures = simulate(chron, odds, days=max(asked.horizons), paths=asked.paths, seed=asked.seed)
    by_method = {
        MODEL: ladder_shares(futures, chron, asked.horizons),
        "schedule": schedule(chron, asked.horizons),
        "climatology": climatology(chron, asked.horizons),
        "persistence": persistence(chron, asked.horizons),
    }
    by_horizon = [
        {name: tuple(float(x) for x in share[h]) for name, share in by_method.items()}
        for h in range(len(asked.horizons))
    ]
    return by_horizon, clock_forecasts(futures, asked.full)


def clock_forecasts(futures: Futures, full: Chronology) -> list[ClockForecast]:
    """Chances of the dated threats and expiries that were live, and what the whole record says became of them."""
    settled = {(clock.id, clock.kind, clock.due): clock.outcome for clock in full.clocks}
    other = threat_rates()["all"].carried
    forecasts = []
    for j, clock in enumerate(futures.clocks):
        if clock.kind not in ("threat", "truce") or clock.due is None:
            continue
        if (clock.due - futures.asof).days > futures.days:
            continue
        carried = int((futures.fate[:, j] == Fate.carried).sum())
        outcome = settled.get((clock.id, clock.kind, clock.due), "live")
        forecasts.append(
            ClockForecast(
                futures.asof,
                clock.id,
                clock.kind,
                clock.due,
                {
                    MODEL: (carried + HALF) / (futures.paths + 1.0),
                    "schedule": TRUST if clock.kind == "threat" else 1 - TRUST,
                    "other episodes": other,
                },
                {"carried": 1, "put off": 0, "dropped": 0}.get(outcome, -1),
            )
        )
    return forecasts
