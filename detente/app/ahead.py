"""What is ahead: what each clock would do, and odds that are never shown without the score of such odds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from detente.app.drawing import DrawnView
from detente.core import InputError
from detente.dossier import parties_of
from detente.show import build, make
from detente.show.figures import ClockDot

if TYPE_CHECKING:
    from detente.app.jobs import Report
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.campaign import Record
    from detente.outlook import Backtest

PATHS = 20_000
"""Simulated futures, as `detente outlook` takes."""
SEED = 1


def later_drawn(
    laboratory: Laboratory, key: Hashable, title: str, solve: Callable[[Report], DrawnView]
) -> DrawnView:
    """A table with its picture that is computed when it is told to (`Jobs.result`)."""
    drawn = laboratory.jobs.result(key, title, solve, at_once=False)
    assert isinstance(drawn, DrawnView)
    return drawn


def stakes_drawn(answer: PageAnswer, laboratory: Laboratory) -> DrawnView:
    """Every clock ahead with what its firing would cost each side.

    Raises
    ------
    Unfinished
        Until it is computed.
    """
    record = answer.dossier
    economy = replace(laboratory.economy())

    def solve(report: Report) -> DrawnView:
        from detente.show.tables import costs

        parties = parties_of(record)
        coming = [clock for clock in record.clocks.values() if clock.fires >= record.asof]
        stakes = costs(record, economy, coming, parties)
        table = build("clocks", dossier=record, from_date=record.asof, stakes=stakes, parties=parties)
        dots = [ClockDot(clock.title, clock.fires) for clock in coming if clock.superseded is None]
        return DrawnView(table, make("clock-marks", rows=dots, asof=record.asof) if dots else None)

    key = ("due", answer.state.case, record.asof)
    return later_drawn(laboratory, key, "What each clock would do", solve)


def odds_drawn(answer: PageAnswer, laboratory: Laboratory) -> DrawnView:
    """The ladder with odds and, in the same rows, how good such odds have been.

    Raises
    ------
    Unfinished
        Until it is computed.
    InputError
        For a record of which no forecast was ever settled: odds without a score are not shown.
    """

    def make_odds(record: Record, test: Backtest) -> DrawnView:
        from detente.campaign import chronology
        from detente.outlook import look_ahead

        chron = chronology(record, record.main.dossier.asof)
        ahead = look_ahead(chron, paths=PATHS, seed=SEED, informed=False)
        figure = make("outlook-figure", outlook=ahead, test=test)
        return DrawnView(figure.table, figure)

    return _scored(answer, laboratory, "odds", "Odds of the ladder, with their scores", make_odds)


def scores_drawn(answer: PageAnswer, laboratory: Laboratory) -> DrawnView:
    """How good forecasts of the ladder have been, and what happened of what was said.

    Raises
    ------
    Unfinished
        Until it is computed.
    InputError
        For a record of which no forecast was ever settled.
    """

    def make_scores(record: Record, test: Backtest) -> DrawnView:
        from detente.outlook import ladder_scores

        name, day = record.main.dossier.id, record.main.dossier.asof
        table = build("scores", rows=ladder_scores(test), record=name, asof=day)
        return DrawnView(table, make("calibration-figure", test=test, record=name))

    return _scored(answer, laboratory, "scores", "Scores of forecasts", make_scores)


def _scored(
    answer: PageAnswer,
    laboratory: Laboratory,
    name: str,
    title: str,
    make_of: Callable[[Record, Backtest], DrawnView],
) -> DrawnView:
    dossier, economy = answer.dossier, replace(laboratory.economy())
    source = laboratory.source(answer.state.case)

    def solve(report: Report) -> DrawnView:
        from detente.campaign import record_of
        from detente.outlook import kept_backtest, kept_file

        record = record_of(dossier, economy)
        test = kept_backtest(record, dossier.asof, path=kept_file(source))
        if test is None or not any(forecast.outcome >= 0 for forecast in test.ladder):
            raise InputError(
                "no forecast of this record has been settled, and odds without a score are not shown",
                where=f"{dossier.id} as of {dossier.asof}",
                hint="`detente score --again` makes the forecasts of the past anew",
            )
        return make_of(record, test)

    return later_drawn(laboratory, (name, answer.state.case, dossier.asof), title, solve)
