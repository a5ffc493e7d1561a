"""Scores of a backtest against its baselines: by horizon, by kind of clock, and how well probabilities were kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.outlook.human import HumanForecast
from detente.outlook.rolling import MODEL, Backtest, Forecast
from detente.outlook.scores import SCORES, CalibrationBin, block_interval, calibration, scores_of


@dataclass(frozen=True)
class MethodScore:
    """Mean scores of one method over one set of forecasts, and how far the model is ahead of it.

    Attributes
    ----------
    subject : str
        Horizon in days, or kind of clock.
    method : str
    forecasts, blocks : int
        Number of forecasts, and of blocks of 120 days they fall into: the independent ones are hardly more.
    mean : mapping of score to float
    ahead, low, high : float
        Mean log score of the model less that of the method, with 5 and 95 percent bounds over blocks; negative is better. Zero for
        the model itself.
    """

    subject: str
    method: str
    forecasts: int
    blocks: int
    mean: dict[str, float]
    ahead: float
    low: float
    high: float


def ladder_scores(
    test: Backtest, *, keep: Callable[[Forecast], bool] = lambda forecast: True
) -> tuple[MethodScore, ...]:
    """Scores of the forecasts of the ladder whose windows have closed, by horizon and method."""
    rows: list[MethodScore] = []
    for horizon in sorted({forecast.horizon for forecast in test.ladder}):
        closed = [f for f in test.ladder if f.horizon == horizon and f.outcome >= 0 and keep(f)]
        if closed:
            shares = {name: np.array([f.probability[name] for f in closed]) for name in closed[0].probability}
            outcome = np.array([f.outcome for f in closed])
            rows += method_rows(str(horizon), shares, outcome, [f.origin for f in closed])
    return tuple(rows)


def clock_scores(test: Backtest) -> tuple[MethodScore, ...]:
    """Scores of the chances that dated threats and expiries are carried out, by kind and method."""
    rows: list[MethodScore] = []
    for kind in sorted({each.kind for each in test.clocks}):
        settled = [each for each in test.clocks if each.kind == kind and each.outcome >= 0]
        if settled:
            outcome = np.array([each.outcome for each in settled])
            shares = {}
            for name in settled[0].probability:
                chance = np.array([each.probability[name] for each in settled])
                shares[name] = np.stack([1 - chance, chance], axis=1)
            rows += method_rows(kind, shares, outcome, [each.origin for each in settled])
    return tuple(rows)


HUMAN = "human"
MEETING = "meeting of leaders"


def human_scores(
    prices: Sequence[HumanForecast], ours: Mapping[str, float], *, base: float = 0.5
) -> tuple[MethodScore, ...]:
    """Scores of human prices and of our odds on the same settled questions, from what was known on the same days.

    Parameters
    ----------
    prices : sequence of HumanForecast
    ours : mapping of key to float
        Our odds, by `HumanForecast.key`; a question without any is left out.
    base : float
        What somebody who knows nothing says.
    """
    asked = [each for each in prices if each.resolved is not None and each.key in ours]
    if not asked:
        return ()
    said = {
        MODEL: [ours[each.key] for each in asked],
        HUMAN: [each.probability for each in asked],
        "even": [base] * len(asked),
    }
    shares = {name: np.stack([1 - np.array(odds), np.array(odds)], axis=1) for name, odds in said.items()}
    outcome = np.array([int(bool(each.resolved)) for each in asked])
    return tuple(method_rows(MEETING, shares, outcome, [each.date for each in asked]))


def method_rows(
    subject: str,
    shares: dict[str, NDArray[np.float64]],
    outcome: NDArray[np.integer],
    days: Sequence[dt.date],
) -> list[MethodScore]:
    """Mean scores of each method over one set of forecasts, the model's among them, and how far the model is ahead.

    Parameters
    ----------
    subject : str
    shares : mapping of method to array [forecast, class]
    outcome : int array [forecast]
    days : sequence of date
        Of each forecast: blocks of days are drawn for the bounds.
    """
    scores = {name: scores_of(share, outcome) for name, share in shares.items()}
    rows = []
    for name, each in scores.items():
        ahead = scores[MODEL]["log"] - each["log"]
        low, high, blocks = block_interval(ahead, days)
        mean = {key: float(each[key].mean()) for key in SCORES}
        rows.append(MethodScore(subject, name, len(days), blocks, mean, float(ahead.mean()), low, high))
    return rows


def ladder_calibration(test: Backtest, method: str = MODEL) -> tuple[CalibrationBin, ...]:
    """What the probabilities of the rungs said, and how often each came true; every rung of every closed window counts."""
    closed = [forecast for forecast in test.ladder if forecast.outcome >= 0]
    if not closed:
        return calibration(np.zeros(0), np.zeros(0, dtype=bool))
    shares = np.array([forecast.probability[method] for forecast in closed])
    happened = np.eye(shares.shape[1], dtype=bool)[[forecast.outcome for forecast in closed]]
    return calibration(shares.ravel(), happened.ravel())
