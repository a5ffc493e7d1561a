"""Scores by hand, and calibration of forecasts that are true by construction."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from detente.core import InputError
from detente.outlook import block_interval, calibration, scores_of


def test_three_classes_by_hand():
    scores = scores_of(np.array([[0.5, 0.3, 0.2], [0.0, 0.0, 1.0]]), np.array([1, 0]))
    assert scores["log"][0] == pytest.approx(-np.log(0.3))
    assert scores["brier"][0] == pytest.approx(0.5**2 + 0.7**2 + 0.2**2)
    assert scores["ranked"][0] == pytest.approx((0.5**2 + 0.2**2) / 2)
    assert scores["log"][1] == pytest.approx(-np.log(0.001 / 1.002))  # never infinite
    assert scores["ranked"][1] == pytest.approx(1.0, abs=0.01)  # wrong by two classes
    near = scores_of(np.array([[0.0, 1.0, 0.0]]), np.array([0]))
    assert near["ranked"][0] < scores["ranked"][1]  # by one class: the ranked score sees the order


def test_saying_the_truth_scores_best():
    """Each score is proper: no other probability does better on average than the true one."""
    true = np.array([0.6, 0.3, 0.1])
    outcomes = np.repeat([0, 1, 2], (true * 1000).astype(int))
    rng = np.random.default_rng(0)
    best = {key: value.mean() for key, value in scores_of(np.tile(true, (1000, 1)), outcomes).items()}
    for _ in range(20):
        other = scores_of(np.tile(rng.dirichlet(np.ones(3)), (1000, 1)), outcomes)
        assert all(best[key] <= other[key].mean() + 1e-12 for key in best)


def test_calibration_of_simulated_truth_lies_within_its_interval():
    rng = np.random.default_rng(1)
    said = rng.random(20_000)
    bins = calibration(said, rng.random(20_000) < said)
    assert sum(each.forecasts for each in bins) == 20_000
    for each in bins:
        error = 4 * np.sqrt(each.said * (1 - each.said) / each.forecasts)
        assert each.happened == pytest.approx(each.said, abs=error)
    liar = calibration(said, rng.random(20_000) < said**2)
    assert max(each.said - each.happened for each in liar) > 0.2


def test_blocks_hang_together():
    """A mean over few blocks has the spread of few numbers, however many forecasts fall into each."""
    days = [dt.date(2018, 1, 1) + dt.timedelta(days=k) for k in range(1200)]
    block = np.repeat(np.random.default_rng(2).standard_normal(10), 120)
    low, high, blocks = block_interval(block, days)
    assert blocks == 10
    assert (high - low) / 2 > 1.0 * block.std() / np.sqrt(10)
    mixed = np.random.default_rng(3).permutation(block)
    narrow = block_interval(mixed, days)
    assert narrow[1] - narrow[0] < (high - low) / 3
    assert block_interval(np.ones(1200), days)[:2] == (1.0, 1.0)
    with pytest.raises(InputError):
        block_interval(np.zeros(0), [])
