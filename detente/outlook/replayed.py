"""The rules of answers beside the record, move by move: what was said of each before it was made, and what came.

A move is forecast from the day before it, everything estimated there. Nothing is simulated: odds of an answer are in closed form.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.campaign import (
    ANSWER,
    Chronology,
    Initiative,
    Odds,
    Record,
    Reply,
    chronology,
    estimate,
    initiatives,
    replies,
)
from detente.outlook.rolling import MODEL
from detente.outlook.scoring import MethodScore, method_rows

Floats = NDArray[np.float64]
PRIORS = "priors"
EVEN = "even"
DAYS = np.arange(ANSWER + 1)
SUBJECTS = ("answered", "days to the answer", "at once", "in kind")
"""What the rules say of a move, each scored apart; all but the first where an answer came."""


@dataclass(frozen=True, eq=False)
class AnswerOdds:
    """What the rules say of the answer to a move.

    Attributes
    ----------
    answered, at_once, in_kind : float
        Chance that an answer comes within a week, without notice, and in the form of the move.
    days : array [day]
        Chance of each day from the move's own to a week after, if an answer comes.
    ratio : (float, float, float)
        Duty of an answer over the duty answered: 5, 50 and 95 percent.
    """

    answered: float
    at_once: float
    in_kind: float
    days: Floats
    ratio: tuple[float, float, float]

    @classmethod
    def of(cls, odds: Odds) -> AnswerOdds:
        """Read them off a posterior."""
        share = {name: yes / (yes + no) for name, (yes, no) in odds.betas.items()}
        lags, weights = odds.lags
        days = np.bincount(lags.astype(np.int64), weights=weights, minlength=len(DAYS)).astype(np.float64)
        return cls(
            share["answer"], share["answer_at_once"], share["answer_in_kind"], days, _quantiles(*odds.ratios)
        )


@dataclass(frozen=True, eq=False)
class ReplayedMove:
    """A move of the record, what was said of its answer before, and the answer.

    Attributes
    ----------
    date : date
    move : Initiative
    said : mapping of method to AnswerOdds
        ``model`` and ``priors`` (without this pair's own record).
    answer : Reply or None
        None where no answer came, or none yet.
    closed : bool
        Its week is over.
    """

    date: dt.date
    move: Initiative
    said: dict[str, AnswerOdds]
    answer: Reply | None
    closed: bool


def replay_moves(record: Record, *, since: dt.date | None = None) -> tuple[ReplayedMove, ...]:
    """Set the rules of answers beside every move of a record, each with what was known the day before.

    Parameters
    ----------
    record : Record
        As known on its last day.
    since : date, optional
        Moves before this day are left out; they are still learnt from.

    Returns
    -------
    tuple of ReplayedMove
        In order.

    Examples
    --------
    >>> import datetime as dt
    >>> from detente.campaign import record_of
    >>> from detente.dossier import load_dossier
    >>> from detente.world import load_world
    >>> record = record_of(load_dossier("busan-2025"), load_world())
    >>> moves = replay_moves(record, since=dt.date(2025, 10, 1))
    >>> [(str(each.date), each.answer.lag if each.answer else None) for each in moves]
    [('2025-10-04', None), ('2025-10-09', 1), ('2025-10-10', None)]
    """
    full = chronology(record, record.main.dossier.asof)
    moves = initiatives(full)
    given = {id(each.to): each for each in reversed(replies(moves))}  # the first answer to each
    replayed = []
    for move in moves:
        date = full.asof + dt.timedelta(days=move.day)
        if since is not None and date < since:
            continue
        before = chronology(record, date - dt.timedelta(days=1))
        said = {MODEL: _said(before), PRIORS: _said(before, weight=0.0)}
        replayed.append(ReplayedMove(date, move, said, given.get(id(move)), move.day < -ANSWER))
    return tuple(replayed)


def _said(chron: Chronology, weight: float | None = None) -> AnswerOdds:
    return AnswerOdds.of(estimate(chron, weight=weight))


def _quantiles(values: Floats, weights: Floats) -> tuple[float, float, float]:
    """Values below which 5, 50 and 95 percent of the weight lie."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    low, middle, high = (
        float(values[order][min(int(np.searchsorted(below, q - 1e-12)), len(values) - 1)])
        for q in (0.05, 0.5, 0.95)
    )
    return low, middle, high


def replay_scores(moves: Sequence[ReplayedMove]) -> tuple[MethodScore, ...]:
    """Scores of what the rules said of answers, by what they say, beside the priors alone and even odds.

    Parameters
    ----------
    moves : sequence of ReplayedMove
        Those whose week is not over are left out.
    """
    closed = [each for each in moves if each.closed]
    answered = [each for each in closed if each.answer is not None]
    rows: list[MethodScore] = []
    for subject in SUBJECTS:
        asked = closed if subject == SUBJECTS[0] else answered
        if not asked:
            continue
        outcome = np.array([_outcome(each, subject) for each in asked])
        shares = {
            name: np.array([_share(each.said[name], subject) for each in asked]) for name in (MODEL, PRIORS)
        }
        classes = shares[MODEL].shape[1]
        shares[EVEN] = np.full((len(asked), classes), 1 / classes)
        rows += method_rows(subject, shares, outcome, [each.date for each in asked])
    return tuple(rows)


def _outcome(each: ReplayedMove, subject: str) -> int:
    """What came, as the position of a class."""
    if subject == SUBJECTS[0] or each.answer is None:
        return int(each.answer is not None)
    return {
        SUBJECTS[1]: each.answer.lag,
        SUBJECTS[2]: int(each.answer.move.at_once),
        SUBJECTS[3]: int(each.answer.in_kind),
    }[subject]


def _share(said: AnswerOdds, subject: str) -> Floats:
    """What was said of every class."""
    if subject == SUBJECTS[1]:
        return said.days
    chance = {SUBJECTS[0]: said.answered, SUBJECTS[2]: said.at_once, SUBJECTS[3]: said.in_kind}[subject]
    return np.array([1 - chance, chance])
