"""The rules of answers beside the record, move by move."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from detente.campaign import chronology, estimate
from detente.outlook import AnswerOdds, replay_moves, replay_scores
from tests.campaign.test_calendar import cut_on


@pytest.fixture(scope="module")
def moves(record):
    return replay_moves(record)


def test_what_was_said_is_what_was_known_the_day_before(record, moves):
    """The same from the record in which nothing after that day was written."""
    for each in [move for move in moves if move.date in (dt.date(2019, 8, 13), dt.date(2025, 4, 9))]:
        day = each.date - dt.timedelta(days=1)
        known = AnswerOdds.of(estimate(chronology(cut_on(record, day), day)))
        said = each.said["model"]
        assert (said.answered, said.at_once, said.in_kind) == (known.answered, known.at_once, known.in_kind)
        assert (said.days.tolist(), said.ratio) == (known.days.tolist(), known.ratio)
    assert len({each.said["priors"].answered for each in moves}) == 1
    assert len({each.said["model"].answered for each in moves}) > 10


def test_what_came(moves):
    by_day = {(each.date, each.move.side): each for each in moves}
    threat = by_day[dt.date(2025, 4, 2), 0]
    assert (threat.answer.lag, threat.answer.in_kind, threat.answer.move.at_once) == (2, True, True)
    assert threat.answer.ratio == pytest.approx(84.0 / 69.2, abs=1e-3)
    assert by_day[dt.date(2022, 10, 7), 0].answer is None
    assert by_day[dt.date(2022, 10, 7), 0].closed
    last = moves[-1]
    assert (last.answer, last.closed) == (None, False)


def test_scores_by_hand(moves):
    """The mean of minus the logarithm of what was said of what happened; the move whose week is not over is left out."""
    closed = [each for each in moves if each.closed]
    rows = {(row.subject, row.method): row for row in replay_scores(moves)}
    said = [
        each.said["model"].answered if each.answer else 1 - each.said["model"].answered for each in closed
    ]
    assert rows["answered", "model"].mean["log"] == pytest.approx(-np.log(said).mean(), abs=1e-12)
    assert rows["answered", "model"].forecasts == len(closed) == len(moves) - 1
    days = [each.said["model"].days[each.answer.lag] for each in closed if each.answer]
    assert rows["days to the answer", "model"].mean["log"] == pytest.approx(-np.log(days).mean(), abs=1e-12)
    assert rows["days to the answer", "even"].mean["log"] == pytest.approx(np.log(8))
    for each in moves:
        assert each.said["model"].days.sum() == pytest.approx(1, abs=1e-12)
        low, middle, high = each.said["model"].ratio
        assert low <= middle <= high


def test_moves_since_a_day_are_learnt_from_all(record, moves):
    late = replay_moves(record, since=dt.date(2025, 10, 1))
    assert [each.date for each in late] == [each.date for each in moves if each.date >= dt.date(2025, 10, 1)]
    assert (
        late[0].said["model"].answered
        == next(each for each in moves if each.date == late[0].date).said["model"].answered
    )
    assert replay_scores(()) == ()
