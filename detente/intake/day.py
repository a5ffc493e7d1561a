"""The day of a report that does not print one, worked out from what it says of meetings and measures in the ledger.

Each expression of time beside a meeting or a measure of the ledger speaks for the days on which it would be right. The
days with the most such support are the answer; the earliest of them is taken, and the others are reported with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from detente.dossier import Dossier, codes_of
from detente.intake.article import Article
from detente.intake.dates import resolve_expression
from detente.intake.events import round_of
from detente.intake.expressions import Expression, find_expressions
from detente.intake.matching import profiles
from detente.intake.measures import find_mentions
from detente.intake.names import Mention

_BACK = 450
"""Days before the ledger's own day that are tried."""


@dataclass(frozen=True)
class ReportDay:
    """Day of a report.

    `rule` says where it comes from; `earliest` and `latest` bound it when it was worked out.
    """

    day: dt.date
    rule: str
    confidence: float
    earliest: dt.date
    latest: dt.date


Test = Callable[[dt.date], float]


def report_day(
    article: Article, dossier: Dossier, names: Sequence[Mention], *, given: dt.date | None = None
) -> ReportDay:
    """Find the day of a report: given, printed, worked out, or else the ledger's own.

    Parameters
    ----------
    article : Article
    dossier : Dossier
    names : sequence of Mention
    given : date, optional
        What the user says.
    """
    if given is not None:
        return ReportDay(given, "given", 1.0, given, given)
    if article.published is not None:
        day = article.published
        return ReportDay(day, article.published_rule, 0.95, day, day)
    tests = [*_round_tests(article, dossier), *_measure_tests(article, dossier, names)]
    if tests:
        tests += _fresh_tests(article)
    last = max(
        [dossier.asof, *(meeting.end for meeting in dossier.rounds.values() if meeting.known <= dossier.asof)]
    )
    days = [last - dt.timedelta(days=shift) for shift in range(_BACK, -1, -1)]
    support = {day: sum(test(day) for test in tests) for day in days} if tests else {}
    best = max(support.values(), default=0.0)
    if best < 1.0:
        day = dossier.asof
        return ReportDay(day, "no day found: the ledger's own is taken; give one with --date", 0.2, day, day)
    good = [day for day in days if support[day] > best - 0.01]
    # Only the run of days next to the first: the same weekday of another week is another reading.
    run = [good[0]]
    for day in good[1:]:
        if (day - run[-1]).days == 1:
            run.append(day)
    sure = 0.8 if len(run) <= 4 and len(run) == len(good) else 0.5
    return ReportDay(run[0], "worked out from meetings and measures of the ledger", sure, run[0], run[-1])


def _hits(expression: Expression, first: dt.date, last: dt.date, known: dt.date, weight: float) -> Test:
    def test(day: dt.date) -> float:
        resolution = resolve_expression(expression, day)
        if resolution.first is None or resolution.last is None or known > day:
            return 0.0
        right_side = expression.tense != "past" or first <= day
        if expression.tense == "ahead" and last < day:
            right_side = False
        return weight if right_side and resolution.first <= last and first <= resolution.last else 0.0

    return test


def _fresh_tests(article: Article) -> list[Test]:
    """A report prints what was said on a weekday on that day or the next: a little support for those two days."""
    tests: list[Test] = []
    for sentence in article.sentences:
        for expression in find_expressions(sentence.text):
            if expression.rule == "weekday" and expression.tense == "past" and "w" not in expression.parts:

                def test(day: dt.date, told: Expression = expression) -> float:
                    first = resolve_expression(told, day).first
                    return 0.3 if first is not None and (day - first).days <= 1 else 0.0

                tests.append(test)
    return tests


def _round_tests(article: Article, dossier: Dossier) -> list[Test]:
    tests: list[Test] = []
    for sentence in article.sentences:
        rounds = round_of(sentence.text, dossier)
        for expression in find_expressions(sentence.text) if rounds else []:
            if expression.rule not in (
                "weekday",
                "weekend",
                "calendar period",
                "month and day",
                "day and month",
            ):
                continue
            near = expression.rule != "calendar period" or expression.parts.get("u") == "week"
            for meeting, exact in rounds:
                if near:
                    tests.append(
                        _hits(expression, meeting.start, meeting.end, meeting.known, 2.0 if exact else 1.0)
                    )
                if expression.tense == "past" and expression.rule == "weekday":
                    tests.append(_hits(expression, meeting.known, meeting.known, meeting.known, 0.8))
    return tests


def _measure_tests(article: Article, dossier: Dossier, names: Sequence[Mention]) -> list[Test]:
    known = profiles(dossier)
    sides = set(codes_of(dossier))
    tests: list[Test] = []
    for mention in find_mentions(article, names):
        expressions = find_expressions(mention.near)
        for profile in known:
            announced = profile.measure.announced
            if profile.instrument not in mention.instruments or not mention.topics & profile.topics:
                continue
            if mention.actor and mention.actor != profile.measure.actor:
                continue
            partner = (mention.partners - sides) & set(profile.measure.targets)
            if partner:
                tests.append(lambda day, known=announced: 0.7 if known <= day else 0.0)  # type: ignore[misc]
            for expression in expressions:
                if expression.rule == "weekday":
                    tests.append(_hits(expression, announced, announced, announced, 0.5))
                elif expression.rule == "calendar period" and expression.tense == "past":
                    tests.append(_hits(expression, announced, announced, announced, 0.15))
    return tests
