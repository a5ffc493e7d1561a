"""Scores of forecasts in classes: logarithmic, Brier, ranked probability; calibration; block bootstrap of differences.

Lower is better everywhere. Forecasts of overlapping windows are not independent, so intervals are taken over blocks of days.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.core import InputError

Floats = NDArray[np.float64]
FLOOR = 1e-3
"""Least probability a forecast is scored with: nobody's score is infinite."""
BLOCK = 120
"""Days of one block of the bootstrap."""
SCORES = ("log", "brier", "ranked")
BINS = (0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.9, 1.0)
"""Edges of the calibration table."""
EPOCH = dt.date(2018, 1, 1)


def scores_of(probability: Floats, outcome: NDArray[np.integer]) -> dict[str, Floats]:
    """Score every forecast.

    Parameters
    ----------
    probability : array [forecast, class]
        Classes in order, for the ranked score.
    outcome : int array [forecast]

    Returns
    -------
    mapping of score to array [forecast]
        ``log``: minus the logarithm of the probability of what happened, with a floor of 0.001. ``brier``: sum of squared errors
        over classes. ``ranked``: mean squared error of the cumulated probabilities (Epstein 1969).

    Examples
    --------
    >>> sure = scores_of(np.array([[0.0, 1.0]]), np.array([1]))
    >>> [round(float(sure[name][0]), 3) for name in SCORES]
    [0.001, 0.0, 0.0]
    """
    share = np.clip(np.asarray(probability, dtype=np.float64), FLOOR, 1.0)
    share = share / share.sum(axis=1, keepdims=True)
    truth = np.eye(share.shape[1])[outcome]
    steps = np.cumsum(share - truth, axis=1)[:, :-1]
    return {
        "log": -np.log(share[np.arange(len(share)), outcome]),
        "brier": ((share - truth) ** 2).sum(axis=1),
        "ranked": (steps**2).mean(axis=1),
    }


def block_interval(
    values: Floats, days: Sequence[dt.date], *, seed: int = 1, draws: int = 2000, block: int = BLOCK
) -> tuple[float, float, int]:
    """5 and 95 percent bounds of a mean under a bootstrap of calendar blocks, and how many blocks there are.

    Raises
    ------
    InputError
        When there is nothing to average.
    """
    if not len(values):
        raise InputError("no forecast to average", where="block_interval", hint="give at least one")
    number = np.array([(day - EPOCH).days // block for day in days])
    names, of = np.unique(number, return_inverse=True)
    total = np.bincount(of, weights=values)
    count = np.bincount(of).astype(np.float64)
    picks = _picks(seed, draws, len(names))
    means = total[picks].sum(axis=1) / count[picks].sum(axis=1)
    low, high = np.percentile(means, [5, 95])
    return float(low), float(high), len(names)


@functools.lru_cache(maxsize=8)
def _picks(seed: int, draws: int, count: int) -> NDArray[np.int64]:
    """Blocks of every bootstrap draw [draw, block]: the same for all scores over as many blocks."""
    picks = np.random.default_rng(seed).integers(0, count, (draws, count))
    picks.flags.writeable = False
    return picks


@dataclass(frozen=True)
class CalibrationBin:
    """Forecast probabilities between two edges: how many, what they said on average, how often it happened."""

    low: float
    high: float
    forecasts: int
    said: float
    happened: float


def calibration(
    probability: Floats, happened: NDArray[np.bool_], edges: Sequence[float] = BINS
) -> tuple[CalibrationBin, ...]:
    """Group yes-or-no forecasts by what they said.

    Parameters
    ----------
    probability : array [forecast]
    happened : bool array [forecast]
    """
    bins = []
    for low, high in itertools.pairwise(edges):
        inside = (probability >= low) & ((probability < high) | ((high == edges[-1]) & (probability <= high)))
        n = int(inside.sum())
        said = float(probability[inside].mean()) if n else 0.0
        bins.append(CalibrationBin(low, high, n, said, float(happened[inside].mean()) if n else 0.0))
    return tuple(bins)
