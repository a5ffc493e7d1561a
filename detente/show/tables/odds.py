"""Odds as a reader of a briefing sees them: the ladder and the fan drawn, and in plain words how good such odds have been.

A log score is told as the odds that were given to what then happened: e to the power of minus the mean log score, a typical
probability (the geometric mean), which anybody can hold against a coin or against how often things came about before.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from detente.core import Cell, Column, Table
from detente.outlook import clock_scores, ladder_scores
from detente.show.figures import Figure, RungOdds, country_name, fan_figure, rungs_figure
from detente.show.tables.outlook import KINDS, WORSE, outlook_duty_table, outlook_table
from detente.show.words import joined, number

if TYPE_CHECKING:
    from detente.campaign import Rules
    from detente.outlook import Backtest, Outlook

RUNG_NAMES = {
    "broad": "a broad agreement",
    "narrow": "some easing",
    "truce-extended": "a longer truce",
    "status-quo": "no change",
    "escalation": "escalation",
    "decoupling": "prohibitive duties",
}
"""What rungs are called in a text; other words than scenarios have."""
BETTER = ("broad", "narrow")
YEAR = 365
BEFORE = ("climatology", "other episodes")
"""Methods that only count how often things came about before."""


def rung_meanings(rules: Rules) -> Mapping[str, str]:
    """When a course of events is read as a rung, in a few words.

    Examples
    --------
    >>> from detente.campaign import shipped_rules
    >>> rung_meanings(shipped_rules())["escalation"]
    'duties up 2 points, or controls added'
    """
    points = number(100 * rules.duty, 0)
    return {
        "broad": "a large purchase pledge, or a signature",
        "narrow": f"duties down {points} points, or controls gone",
        "truce-extended": "a step put off or a threat dropped",
        "status-quo": "nothing of the kind",
        "escalation": f"duties up {points} points, or controls added",
        "decoupling": f"a side adds {number(100 * rules.decoupling, 0)} points or more in all",
    }


def span_words(days: int) -> str:
    """How far a horizon is."""
    return "a year" if days == YEAR else f"{days} days"


def odds_scores_table(test: Backtest) -> Table:
    """How good odds have been, by horizon of the ladder and kind of clock: what they gave to what then happened.

    Parameters
    ----------
    test : Backtest
        Forecasts made and settled by a day.
    """
    subjects: dict[tuple[str, str], dict[str, tuple[int, int, float]]] = {}
    for kind, scored in (("course", ladder_scores(test)), ("clock", clock_scores(test))):
        for row in scored:
            own = subjects.setdefault((kind, row.subject), {})
            own["before" if row.method in BEFORE else row.method] = (
                row.forecasts,
                row.blocks,
                row.mean["log"],
            )
    rows: list[tuple[Cell, ...]] = []
    for (kind, subject), of in subjects.items():
        if "model" not in of:
            continue
        count, blocks, log = of["model"]
        given = [
            100 * math.exp(-of[name][2]) if name in of else None for name in ("model", "before", "schedule")
        ]
        rows.append((kind, subject, KINDS.get(subject, f"within {subject} days"), count, blocks, log, *given))
    return Table(
        "odds-scores",
        "How good such odds have been",
        (
            Column("of", "Odds of"),
            Column("subject", "Days, or kind"),
            Column("what", "In words"),
            Column("forecasts", "Forecasts", "count", "number", 0),
            Column("blocks", "Blocks", "count", "number", 0),
            Column("log", "Log score", "logarithm", "number", 2),
            Column("given", "Given to what happened", "%", "number", 0),
            Column("given_before", "by how often it came before", "%", "number", 0),
            Column("given_schedule", "by taking announcements at their word", "%", "number", 0),
        ),
        tuple(rows),
        note="Forecasts made every 14 days from what was known then, settled by the day of the briefing. Given: the probability that was "
        "typically given to what then happened, e to the power of minus the mean log score; higher is better. Blocks of 120 days: hardly "
        "more are independent. The structure was chosen knowing the record.",
    )


def ladder_odds_figure(outlook: Outlook, test: Backtest | None = None) -> Figure:
    """Draw the ladder with its odds at the outlook's horizon and at the longest one.

    Parameters
    ----------
    outlook : Outlook
    test : Backtest, optional
        Forecasts made and settled by the day of the outlook.
    """
    meanings = rung_meanings(outlook.chron.record.rules)
    days = tuple(dict.fromkeys((outlook.horizon, max(outlook.horizons))))
    chances = [
        RungOdds(
            f"{RUNG_NAMES[name][:1].upper()}{RUNG_NAMES[name][1:]}",
            meanings[name],
            f"within {span_words(day)}",
            day == outlook.horizon,
            *(100 * value for value in (chance.value, chance.low, chance.high)),
        )
        for rung, name in enumerate(outlook.chron.record.rules.rungs)
        for day in days
        for chance in [outlook.ladder[outlook.horizons.index(day)][rung]]
    ]
    return rungs_figure(
        chances,
        title=_split_words(outlook, days),
        note=scored_plainly(test, days),
        table=outlook_table(outlook, test),
    )


def likeliest_words(outlook: Outlook) -> str:
    """Which rung is likeliest at the outlook's horizon, and at the longest one."""
    said = []
    for day in dict.fromkeys((outlook.horizon, max(outlook.horizons))):
        chances = outlook.ladder[outlook.horizons.index(day)]
        top = max(range(len(chances)), key=lambda rung: chances[rung].value)
        said.append(
            (
                RUNG_NAMES[outlook.chron.record.rules.rungs[top]],
                span_words(day),
                number(100 * chances[top].value, 0),
            )
        )
    (name, when, odds), (later, far, more) = said[0], said[-1]
    head = f"{name[:1].upper()}{name[1:]}"
    if len(said) == 1:
        return f"{head} is likeliest within {when}, at {odds} percent"
    if name == later:
        return f"{head} is likeliest, within {when} ({odds} percent) and within {far} ({more})"
    return f"{head} is likeliest within {when} ({odds} percent), {later} within {far} ({more})"


def scored_plainly(test: Backtest | None, days: tuple[int, ...]) -> str:
    """How good odds of the ladder have been at each horizon, for a reader who knows no scores."""
    rows = {} if test is None else {row["subject"]: row for row in odds_scores_table(test).records()}
    told = [(day, rows[str(day)]) for day in days if str(day) in rows]
    if not told:
        return "No such odds have been scored by this day, so nobody knows how good they are."
    given, before = (
        joined([f"{number(float(row[key] or 0), 0)} percent within {span_words(day)}" for day, row in told])
        if key == "given"
        else joined([number(float(row[key] or 0), 0) for _, row in told])
        for key in ("given", "given_before")
    )
    return f"Score: such odds have typically given what then happened {given}; how often it came before would have given {before}."


def _split_words(outlook: Outlook, days: tuple[int, ...]) -> str:
    """How likely anything worse and anything better is, at each horizon."""
    names = outlook.chron.record.rules.rungs
    says = []
    for group in (WORSE, BETTER):
        odds = [
            number(
                100
                * sum(outlook.ladder[outlook.horizons.index(day)][names.index(name)].value for name in group),
                0,
            )
            for day in days
        ]
        says.append([f"{value} percent" if not k else value for k, value in enumerate(odds)])
    when = [f"within {span_words(day)}" for day in days]
    worse = joined([f"{value} {then}" for value, then in zip(says[0], when, strict=True)])
    return f"The odds of something worse are {worse}; of something better, {joined([value.removesuffix(' percent') for value in says[1]])}."


def duty_fan_figure(outlook: Outlook, test: Backtest | None = None) -> Figure:
    """Draw the fan of duties from the day of the outlook to its longest horizon.

    Parameters
    ----------
    outlook : Outlook
    test : Backtest, optional
        For the note: the score of the ladder read off the same futures.
    """
    longest = max(outlook.horizons)
    table = outlook_duty_table(replace(outlook, horizon=longest))
    rows = list(table.records())
    sides = outlook.chron.sides
    fan = {
        (side, sides[1 - k]): [
            [float(row[key] or 0.0) for key in ("p5", "p25", "median", "p75", "p95")]
            for row in rows
            if row["importer"] == side
        ]
        for k, side in enumerate(sides)
    }
    days = [dt.date.fromisoformat(str(row["date"])) for row in rows if row["importer"] == sides[0]]
    said = [
        f"{'that' if k else 'the added duty'} of {country_name(importer, in_sentence=True)} "
        f"{'' if k else 'lies '}between {number(values[-1][1], 0)} and {number(values[-1][3], 0)}{'' if k else ' percent'}"
        for k, ((importer, _), values) in enumerate(fan.items())
    ]
    return fan_figure(
        days,
        fan,
        title=f"In half of the courses, {span_words(longest)} from now {', '.join(said)}.",
        note=f"The same {outlook.futures.paths:,} courses as the odds. {scored_plainly(test, (longest,))} Duties have no score of their own.",
        table=table,
    )
