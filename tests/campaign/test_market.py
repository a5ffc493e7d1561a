"""The event study on made-up series whose truth is known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from detente.campaign import abnormal_moves, implied_odds, kappa_of, market_table, shipped_market
from detente.core import InputError, LabelError

FIRST = dt.date(2018, 1, 1)


def series(count: int, seed: int) -> tuple[list[dt.date], np.ndarray]:
    days = [FIRST + dt.timedelta(days=k) for k in range(count * 7 // 5 + 7)]
    trading = [day for day in days if day.weekday() < 5][:count]
    return trading, np.random.default_rng(seed).normal(0.05, 1.0, count)


def test_an_abnormal_move_is_what_is_beyond_the_usual_days() -> None:
    days, changes = series(300, 1)
    event = 200
    usual = changes[event - 120 : event - 10]
    moves = abnormal_moves(days, changes, [days[event]])
    assert moves.moves[0] == pytest.approx(changes[event] + changes[event + 1] - 2 * usual.mean())
    assert moves.errors[0] == pytest.approx(usual.std(ddof=1) * np.sqrt(2 + 4 / len(usual)))


def test_a_day_without_trading_counts_for_the_next_and_the_ends_are_left_out() -> None:
    days, changes = series(300, 1)
    friday = next(k for k in range(150, 160) if days[k].weekday() == 4)
    sunday = days[friday] + dt.timedelta(days=2)
    both = abnormal_moves(days, changes, [sunday, days[friday + 1], days[3], days[-1]])
    assert both.kept == (0, 1)
    assert both.moves[0] == both.moves[1]


def test_what_comes_after_the_window_changes_nothing() -> None:
    days, changes = series(300, 1)
    other = changes.copy()
    other[202:] = 99.0
    assert abnormal_moves(days, other, [days[200]]).moves == abnormal_moves(days, changes, [days[200]]).moves


def test_kappa_of_a_market_that_moves_by_surprises_is_found_and_its_error_is_its_spread() -> None:
    rng = np.random.default_rng(0)
    truth, estimates, errors = -2.0, [], []
    for seed in range(60):
        days, changes = series(1500, seed)
        events = [int(k) for k in np.arange(150, 1450, 40)]
        surprise = rng.uniform(-1, 1, len(events))
        for k, size in zip(events, surprise, strict=True):
            changes[k] += truth * size
        moves = abnormal_moves(days, changes, [days[k] for k in events])
        kappa, error, _, worst = kappa_of(moves, surprise)
        estimates.append(kappa)
        errors.append(error)
        assert worst != kappa
    assert np.mean(estimates) == pytest.approx(truth, abs=0.15)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.3)


def test_odds_read_back_from_a_move() -> None:
    series = shipped_market().named("sp500").model_copy(update={"kappa": -2.0, "error": 0.25})
    odds, least, most = implied_odds(0.3, -1.0, series)
    assert odds == pytest.approx(0.8)
    assert (least, most) == (pytest.approx(0.3 + 1 / 2.5), pytest.approx(0.3 + 1 / 1.5))
    assert implied_odds(0.3, -9.0, series)[0] == 1.0
    unsure = series.model_copy(
        update={"error": 1.5}
    )  # κ is not told from zero: a move says nothing for certain
    assert implied_odds(0.3, -1.0, unsure)[1:] == (0.0, 1.0)
    with pytest.raises(InputError):
        implied_odds(1.3, -1.0, series)


def test_estimates_of_later_events_are_not_there_earlier() -> None:
    file = shipped_market()
    assert market_table(file).rows
    assert not market_table(file, dt.date(2020, 1, 1)).rows
    with pytest.raises(LabelError):
        file.named("nikkei")


def test_nothing_is_said_of_two_events_or_of_no_surprise() -> None:
    days, changes = series(300, 1)
    moves = abnormal_moves(days, changes, [days[150], days[200], days[250]])
    with pytest.raises(InputError, match="surprise"):
        kappa_of(moves, np.zeros(3))
    with pytest.raises(InputError, match="surprises"):
        kappa_of(moves, np.ones(2))
