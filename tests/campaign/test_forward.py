"""The simulation: what goes in comes out, by hand where a hand can do it."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from detente.campaign import (
    ANSWER,
    Act,
    Fate,
    Initiative,
    Ledger,
    LiveClock,
    chronology,
    estimate,
    initiatives,
    replies,
    rungs,
    shipped_rules,
    simulate,
)
from detente.campaign.initiative import LARGEST
from detente.campaign.odds import shipped_priors
from detente.core import InputError, LabelError
from tests.campaign.test_calendar import cut_on

DAY = dt.date(2025, 10, 28)
PATHS = 4000


@pytest.fixture(scope="module")
def quiet(record):
    """A day on which nothing is known, nothing moves and nobody meets: only what a test puts in can happen."""
    chron = dataclasses.replace(
        chronology(record, DAY),
        clocks=(),
        meetings=(),
        duty=np.zeros(2),
        controls=np.zeros(2, dtype=np.int64),
    )
    odds = estimate(chronology(record, DAY))
    still = dict.fromkeys(odds.gammas, (1e-09, 1000000000.0))
    sure = {**odds.betas, "answer": (1e-9, 1e3), "again": (1e-9, 1e3), "last_week": (1e3, 1e-9)}
    return chron, dataclasses.replace(odds, gammas=still, betas=sure, cov=np.eye(4) * 1e-18)


def clock(name, side, due, duty, kind="threat"):
    both = (duty, 0.0) if side == 0 else (0.0, duty)
    return LiveClock(name, name, side, kind, DAY, DAY + dt.timedelta(days=due), (), both, (0, 0))


def test_two_clocks_by_hand(quiet):
    """A threat of 3 points due on day 10 and one of 1 point on day 30, no others: three ways a month can end."""
    chron, odds = quiet
    odds = dataclasses.replace(odds, mean=np.array([np.log(0.3 / 0.7), 0.0, 0.0, 0.0]))
    chron = dataclasses.replace(chron, clocks=(clock("a", 0, 10, 0.03), clock("b", 1, 30, 0.01)))
    futures = simulate(chron, odds, days=40, paths=20_000, seed=3)
    carried = futures.fate == Fate.carried
    error = 4 * np.sqrt(0.3 * 0.7 / futures.paths)
    assert carried.mean(axis=0) == pytest.approx([0.3, 0.3], abs=error)
    assert (carried[:, 0] & carried[:, 1]).mean() == pytest.approx(
        0.09, abs=error
    )  # far apart: decided apart
    reached = rungs(futures.ledger, np.zeros(2), [40], paths=futures.paths)[:, 0]
    names = shipped_rules().rungs
    shares = {name: (reached == names.index(name)).mean() for name in names}
    assert shares["escalation"] == pytest.approx(
        0.3, abs=error
    )  # the first is carried out, whatever the second
    assert shares["truce-extended"] == pytest.approx(0.7, abs=error)  # else at least the first is dropped
    day = futures.settled[carried[:, 0], 0]
    assert (day == 10).all()
    dropped = futures.settled[~carried[:, 0], 0]
    assert dropped.min() >= 4
    assert dropped.max() <= 10


def test_clocks_of_one_week_are_decided_together(quiet):
    chron, odds = quiet
    odds = dataclasses.replace(odds, mean=np.array([0.2, 0.0, 0.0, 0.0]))
    chron = dataclasses.replace(chron, clocks=(clock("a", 0, 10, 0.03), clock("b", 1, 12, 0.03)))
    fate = simulate(chron, odds, days=20, paths=PATHS, seed=1).fate
    assert ((fate[:, 0] == Fate.carried) == (fate[:, 1] == Fate.carried)).mean() > 0.99


def test_base_rates_come_out_as_they_went_in(quiet):
    """Moves at a known rate, each a step at once of a known kind: the number of steps is Poisson with that mean."""
    chron, odds = quiet
    rates = {**odds.gammas, "trigger.truce": (1e6, 1e8), "trigger.open": (1e6, 1e8)}  # one in a hundred days
    shares = {
        **odds.betas,
        "at_once": (1e6, 1e-6),
        "control": (1e-6, 1e6),
        "breach": (1e-6, 1e6),
        "first_side": (3e6, 1e6),
    }
    odds = dataclasses.replace(odds, gammas=rates, betas=shares, sizes=(np.array([0.001]), np.array([1.0])))
    futures = simulate(chron, odds, days=200, paths=PATHS, seed=5)
    steps = futures.ledger.act == Act.step
    count = np.bincount(futures.ledger.path[steps], minlength=PATHS)
    # a day is the unit: a move comes at the end of its day, on average half a day late, and so does the next
    assert count.mean() == pytest.approx(200 / 100.5, abs=4 * np.sqrt(2 / PATHS))
    assert (futures.ledger.side[steps] == 0).mean() == pytest.approx(0.75, abs=0.02)
    assert (futures.ledger.act == Act.step).sum() == len(futures.ledger)


def test_levels_by_day_add_up(record):
    chron = chronology(record, DAY)
    futures = simulate(chron, estimate(chron), days=60, paths=300, seed=2)
    duty = futures.duty_by_day()
    assert duty.shape == (300, 61, 2)
    assert duty[:, 0] == pytest.approx(np.tile(chron.duty, (300, 1)))
    slow = chron.duty.copy()
    mine = futures.ledger.path == 7
    for day in range(61):
        slow = slow + futures.ledger.duty[mine & (futures.ledger.day == day)].sum(axis=0)
        assert duty[7, day] == pytest.approx(slow, abs=1e-12)
    assert (duty > -1e-12).all()
    assert (np.diff(futures.ledger.path) >= 0).all()


def test_same_seed_same_bytes_and_what_if(record):
    chron = chronology(record, DAY)
    odds = estimate(chron)
    first, again = (simulate(chron, odds, days=90, paths=500, seed=9) for _ in range(2))
    for key in vars(first.ledger):
        assert getattr(first.ledger, key).tobytes() == getattr(again.ledger, key).tobytes()
    other = simulate(chron, odds, days=90, paths=500, seed=10)
    assert other.ledger.day.tobytes() != first.ledger.day.tobytes()
    name = first.clocks[0].id
    forced = simulate(chron, odds, days=90, paths=500, seed=9, what_if={name: Fate.carried})
    assert (forced.fate[:, 0] == Fate.carried).all()
    with pytest.raises(LabelError, match="no live clock"):
        simulate(chron, odds, seed=1, what_if={"clock-threat-10": Fate.carried})
    with pytest.raises(InputError):
        simulate(chron, odds, seed=1, paths=0)


def test_nothing_after_the_day_enters_a_forecast(record):
    """A forecast from the whole record is that from the record cut on the day, to the byte."""
    for day in (dt.date(2019, 8, 5), dt.date(2025, 10, 12), DAY):
        futures = [
            simulate(chron, estimate(chron), days=90, paths=50, seed=4)
            for chron in (chronology(record, day), chronology(cut_on(record, day), day))
        ]
        for key in vars(futures[0].ledger):
            assert getattr(futures[0].ledger, key).tobytes() == getattr(futures[1].ledger, key).tobytes()


def test_a_ledger_without_acts_stays_where_it_is(quiet):
    chron, odds = quiet
    futures = simulate(chron, odds, days=30, paths=5, seed=1)
    assert len(futures.ledger) == 0
    assert len(Ledger.empty()) == 0
    assert (rungs(futures.ledger, np.zeros(2), [30], paths=5) == shipped_rules().rung("status-quo")).all()


def answering(odds, **shares):
    """Odds under which one side begins duties of 4 points at once, and every move is answered two days later, as `shares` say."""
    sure, never = (1e9, 1e-9), (1e-9, 1e9)
    betas = {
        **odds.betas,
        **dict.fromkeys(("at_once", "first_side", "answer", "answer_at_once", "answer_in_kind"), sure),
        **dict.fromkeys(("control", "breach"), never),
        **shares,
    }

    def only(value):
        return np.array([value]), np.array([1.0])

    return dataclasses.replace(odds, betas=betas, sizes=only(0.04), lags=only(2.0), ratios=only(0.5))


def exchange(chron, odds, days=6, paths=50):
    """Steps of a path that begins a move on its first day: (day, side, duty, controls)."""
    rates = {**odds.gammas, "trigger.truce": (1e9, 1e6), "trigger.open": (1e6, 1e15)}
    odds = dataclasses.replace(odds, gammas=rates)
    chron = dataclasses.replace(chron, ledger=Ledger.of([(0, -100, Act.cut, 0, -1, (0.0, 0.0), (0, 0))]))
    futures = simulate(chron, odds, days=days, paths=paths, seed=8)
    own = futures.ledger.take(futures.ledger.path == 7)
    return [
        (int(day), int(side), round(float(duty.max()), 9), int(controls.max()))
        for day, side, duty, controls in zip(own.day, own.side, own.duty, own.controls, strict=True)
    ]


def test_answers_come_in_kind_and_in_proportion(quiet):
    """A duty is answered by half of it two days later, that by half of it again; nobody begins anything else."""
    chron, odds = quiet
    assert exchange(chron, answering(odds)) == [(1, 0, 0.04, 0), (3, 1, 0.02, 0), (5, 0, 0.01, 0)]


def test_answers_in_the_other_form(quiet):
    """A duty is answered by a control, and that by a duty of the size of any move: it has no proportion to a control."""
    chron, odds = quiet
    other = answering(odds, answer_in_kind=(1e-9, 1e9))
    assert exchange(chron, other) == [(1, 0, 0.04, 0), (3, 1, 0.0, 1), (5, 0, 0.04, 0)]


def test_no_answer_is_larger_than_a_rupture(quiet):
    chron, odds = quiet
    large = dataclasses.replace(answering(odds), ratios=(np.array([1000.0]), np.array([1.0])))
    assert [duty for _, _, duty, _ in exchange(chron, large)][1:] == [0.8, 0.8]


def test_threats_are_answered_when_they_are_made(quiet):
    """A threat with a day is answered before that day comes; carrying it out is not answered once more."""
    chron, odds = quiet
    warned = answering(odds, at_once=(1e-9, 1e9), answer_at_once=(1e9, 1e-9))
    warned = dataclasses.replace(
        warned,
        leads=(np.array([4.0]), np.array([1.0])),
        mean=np.array([50.0, 0.0, 0.0, 0.0]),
        ratios=(np.array([0.0]), np.array([1.0])),
    )
    steps = [step for step in exchange(chron, warned, days=12) if step[2] > 0]
    assert steps == [(5, 0, 0.04, 0)]  # announced on day 1; the answers carry no duty
    assert [(day, side) for day, side, *_ in exchange(chron, warned, days=12)] == [
        (1, 0), (3, 1), (5, 0), (5, 0), (7, 1), (9, 0), (11, 1),
    ]  # fmt: skip


def test_what_answers_are_learnt_from(record):
    """Counts of the record: 13 of its moves were answered, 11 in kind; a week that is not over counts for nothing, answered or not."""
    chron = chronology(record, DAY)
    moves = initiatives(chron)
    given = replies(moves)
    assert [each.lag for each in given] == [0, 1, 1, 3, 0, 3, 1, 2, 5, 2, 6, 5, 1]
    odds = estimate(chron, weight=1.0)
    answered = sum(move.answered for move in moves)
    assert answered == len(given)
    closed = [move for move in moves if move.day < -ANSWER]
    prior = shipped_priors()["answer"]
    assert odds.betas["answer"] == (prior["yes"] + answered, prior["no"] + len(closed) - answered)
    prior = shipped_priors()["answer_in_kind"]
    kind = sum(each.in_kind for each in given)
    assert odds.betas["answer_in_kind"] == (prior["yes"] + kind, prior["no"] + len(given) - kind)
    lags, weights = odds.lags
    assert weights[lags == 1].sum() == pytest.approx((2 / 8 + 4) / (2 + 13))
    ratios, _ = odds.ratios
    assert ratios.max() == LARGEST  # an answer seven times as large counts as twice
    tied = [each for each in given if each.lag == 0]
    assert len(tied) == 2
    assert all(each.ratio is None for each in tied)  # which of the two came first is not known
    begun = [move for move in moves if not move.answers and move not in [each.to for each in tied]]
    prior = shipped_priors()["first_side"]
    first = sum(move.side == 0 for move in begun)
    assert odds.betas["first_side"] == (prior["first"] + first, prior["second"] + len(begun) - first)
    soon = estimate(chronology(record, dt.date(2025, 10, 12)), weight=1.0)
    late = estimate(chronology(record, dt.date(2025, 10, 20)), weight=1.0)
    news = [late.betas["answer"][k] - soon.betas["answer"][k] for k in (0, 1)]
    assert news == [1, 1]  # moves of 9 and 10 October, when their weeks are over: the first was answered


def test_an_answer_is_one_to_the_last_move_before_it():
    """Two moves of one side, then one of the other: the first was not answered; nor is a move a week and a day before."""

    def move(day, side):
        return Initiative(day, side, True, False, 0.1)

    given = replies([move(-30, 0), move(-26, 0), move(-25, 1), move(-17, 0)])
    assert [(each.to.day, each.move.day) for each in given] == [(-26, -25)]
