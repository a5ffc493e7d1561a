"""Tables of what may come of a standoff: the ladder with odds, clocks with theirs, what moves them, and the scores of such odds.

No probability stands without its method and its score: where a record has no backtest, the note says that there is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.core import Cell, Column, Table
from detente.outlook import duty_fan, ladder_calibration
from detente.show.figures import Figure
from detente.show.tables.scored import (
    AHEAD,
    HUMAN_NOTE,
    METHODS,
    NO_ODDS,
    ahead_cells,
    clock_words,
    is_scored,
    scored_horizon,
    scored_words,
    scores_over,
)

if TYPE_CHECKING:
    from detente.campaign import LiveClock
    from detente.outlook import Backtest, CalibrationBin, HumanForecast, MethodScore, Outlook, SettledQuestion

KINDS = {
    "threat": "threat with a day",
    "truce": "suspension that runs out",
    "open": "threat without a day",
    "cut": "easing agreed",
    "law": "small step set long before",
}
"""What kinds of clock are called."""
CLASSES = "goods change class"
"""What an easing of goods that come under a harsher duty by the same act is called."""
WORSE = ("escalation", "decoupling")
WEEK = 7


def _percent(key: str, label: str, digits: int = 0) -> Column:
    return Column(key, label, "%", "number", digits)


def outlook_table(outlook: Outlook, test: Backtest | None = None) -> Table:
    """The ladder with its odds, their interval, the simple forecasts beside them, and the score such odds have had.

    Parameters
    ----------
    outlook : Outlook
    test : Backtest, optional
        Forecasts made and settled by the day of the outlook.
    """
    names = outlook.chron.record.rules.rungs
    rows: list[tuple[Cell, ...]] = []
    for k, horizon in enumerate(outlook.horizons):
        speaks = scored_horizon(test, horizon)
        scored = scores_over(test, speaks) if test is not None and speaks is not None else {}
        score = scored["model"].mean["log"] if scored else None
        told = speaks is not None
        for rung, name in enumerate(names):
            chance = outlook.ladder[k][rung]
            simple = [outlook.baselines[each][k, rung] for each in ("schedule", "climatology", "persistence")]
            odds = [100 * float(share) for share in (chance.value, chance.low, chance.high, *simple)]
            rows.append((horizon, name, *(odds if told else [None] * len(odds)), score))
    given = "".join(
        f" Taken as given: {name} {fate.name.replace('_', ' ')}." for name, fate in outlook.what_if.items()
    )
    sides = " and ".join(outlook.chron.sides)
    windows = outlook.windows[outlook.horizons.index(outlook.horizon)]
    told = any(is_scored(test, horizon) for horizon in outlook.horizons)
    words = (
        scored_words(test, outlook.horizon)
        if told
        else NO_ODDS.format(record=outlook.chron.record.main.dossier.id)
    )
    return Table(
        "outlook",
        f"What may come of the standoff of {sides}, as known on {outlook.chron.asof}",
        (
            Column("horizon_days", "Horizon", "days", "number", 0),
            Column("rung", "Rung"),
            _percent("probability", "Odds"),
            _percent("low", "from"),
            _percent("high", "to"),
            _percent("schedule", "Schedule"),
            _percent("climatology", "Climatology"),
            _percent("persistence", "Persistence"),
            Column("log_score", "Score", "logarithm", "number", 2),
        ),
        tuple(rows),
        note=f"{outlook.futures.paths:,} simulated futures from the calendar as known on the day, seed {outlook.futures.seed}; from and to: 5 to "
        "95 percent of what the parameters leave open. Rungs are read mechanically; see docs/concepts/outlook.md. Reference class: "
        f"{windows[0]} weekly windows of this standoff that had closed ({windows[1]:.0f} independent), and 1,053 threats of 1945 to "
        f"2005. Score: mean log score of forecasts over that horizon settled by the day. {words}{given}",
    )


def outlook_clocks_table(outlook: Outlook, test: Backtest | None = None) -> Table:
    """Every live clock: what becomes of it by the horizon, when it is settled, and what that does to the odds of worse.

    Where no odds of clocks have been scored by the day, what is live and when it falls due is all that is told.
    """
    told = test is not None and any(each.outcome >= 0 for each in test.clocks)
    rules = outlook.chron.record.rules
    worse = [rules.rung(name) for name in WORSE]

    def at_worse(odds: tuple[float, ...]) -> Cell:
        return 100 * sum(odds[rung] for rung in worse) if odds else None

    rows: list[tuple[Cell, ...]] = [
        (
            each.clock.id,
            each.clock.title,
            _side(outlook, each.clock),
            CLASSES if outlook.chron.changes_class(each.clock) else KINDS[each.clock.kind],
            each.clock.known.isoformat(),
            each.clock.due.isoformat() if each.clock.due else None,
            *(
                (
                    100 * each.carried.value,
                    100 * each.carried.low,
                    100 * each.carried.high,
                    100 * each.put_off.value,
                    100 * each.dropped.value,
                    100 * each.live.value,
                    each.settled.isoformat() if each.settled else None,
                    at_worse(each.if_carried),
                    at_worse(each.if_not),
                )
                if told
                else (None,) * 9
            ),
        )
        for each in outlook.clocks
    ]
    return Table(
        "outlook-clocks",
        f"Clocks live on {outlook.chron.asof}, and what becomes of them within {outlook.horizon} days",
        (
            Column("clock", "Clock"),
            Column("title", "What fires"),
            Column("side", "Side"),
            Column("kind", "Kind"),
            Column("known", "Known since", kind="date"),
            Column("due", "Due", kind="date"),
            _percent("carried", "Carried out"),
            _percent("carried_low", "from"),
            _percent("carried_high", "to"),
            _percent("put_off", "Put off"),
            _percent("dropped", "Dropped"),
            _percent("live", "Still open"),
            Column("settled", "Half settled by", kind="date"),
            _percent("worse_if_carried", "Worse if carried out"),
            _percent("worse_if_not", "if not"),
        ),
        tuple(rows),
        note="Steps of one side and kind on one day are one clock; expiries of one day are one of both sides. Prior: 1,053 threats, 46 "
        f"percent carried out; this pair's {outlook.odds.rows} settled clocks count with a weight below one. Worse is escalation or decoupling, "
        f"read among the futures in which the clock is, or is not, carried out by then: a dependence, not an effect. "
        f"{clock_words(test) if told else NO_ODDS.format(record=outlook.chron.record.main.dossier.id)}",
    )


def _side(outlook: Outlook, clock: LiveClock) -> str:
    return "both" if clock.side > 1 else outlook.chron.sides[clock.side]


def outlook_information_table(outlook: Outlook) -> Table:
    """What moves the odds most: the share of each piece of information in the odds of each rung, by Shapley value."""
    names = outlook.chron.record.rules.rungs
    titles = {
        "nothing": "Told nothing: other episodes and the standing of the day alone",
        "clocks": "Dated steps and threats that are known",
        "meetings": "Meetings, planned and to come",
        "own record": "This pair's own past",
    }
    rows: list[tuple[Cell, ...]] = [
        (titles.get(piece, piece), *(100 * share for share in shares))
        for piece, shares in outlook.information.items()
    ]
    if rows:
        total = [sum(shares[rung] for shares in outlook.information.values()) for rung in range(len(names))]
        rows.append(("Odds", *(100 * share for share in total)))
    return Table(
        "outlook-information",
        f"What moves the odds over {outlook.horizon} days, as known on {outlook.chron.asof}",
        (
            Column("information", "Information"),
            *(Column(name.replace("-", "_"), name, "points", "number", 1) for name in names),
        ),
        tuple(rows),
        note="The first row and the last are odds in percent; rows between are the points that each piece of information adds, averaged "
        "over every order of being told (Shapley value). Read off simulations of their own, so the last row differs from the ladder "
        "by sampling, about a point.",
    )


def outlook_duty_table(outlook: Outlook) -> Table:
    """The fan of the average duty that each side has added, week by week."""
    days = list(range(0, outlook.horizon + 1, WEEK))
    fan = duty_fan(outlook, days)
    rows: list[tuple[Cell, ...]] = [
        (
            (outlook.chron.asof + dt.timedelta(days=day)).isoformat(),
            side,
            *(100 * float(x) for x in fan[:, k, s]),
        )
        for s, side in enumerate(outlook.chron.sides)
        for k, day in enumerate(days)
    ]
    return Table(
        "outlook-duty",
        f"Average duty added between the two, as simulated from {outlook.chron.asof}",
        (
            Column("date", "Day", kind="date"),
            Column("importer", "On the other's goods, by"),
            _percent("p5", "5 %", 1),
            _percent("p25", "25 %", 1),
            _percent("median", "Median", 1),
            _percent("p75", "75 %", 1),
            _percent("p95", "95 %", 1),
        ),
        tuple(rows),
        note="Duties of measures that name the other side, weighed by trade of the base year; rates times covered shares, added up, so a "
        "little above the stacked average of `detente duties`.",
    )


def method_score_table(rows: Sequence[MethodScore], record: str, asof: Any) -> Table:
    """Mean scores by horizon or kind of clock and by method, and how far the model is ahead of each."""
    cells: list[tuple[Cell, ...]] = [
        (
            row.subject,
            row.method,
            row.forecasts,
            row.blocks,
            row.mean["log"],
            row.mean["brier"],
            row.mean["ranked"],
            *ahead_cells(row),
        )
        for row in rows
    ]
    return Table(
        "scores",
        f"How good such forecasts have been: {record}, settled by {asof}",
        (
            Column("subject", "Horizon in days, or kind of clock"),
            Column("method", "Method", names=METHODS),
            Column("forecasts", "Forecasts", "count", "number", 0),
            Column("blocks", "Blocks", "count", "number", 0),
            Column("log", "Log", "logarithm", "number", 3),
            Column("brier", "Brier", "score", "number", 3),
            Column("ranked", "Ranked", "score", "number", 3),
            *AHEAD,
        ),
        tuple(cells),
        note=HUMAN_NOTE
        if any(row.method == "human" for row in rows)
        else "Lower is better. Forecast every 14 days of the standoff from what was known then, refitted each time; from and to: 5 to 95 "
        "percent under a bootstrap of blocks of 120 days. Structure and priors were chosen knowing the record, so this is not out of "
        "sample: registered questions are (--table registered).",
    )


def calibration_table(bins: Sequence[CalibrationBin], record: str) -> Table:
    """What the odds of the ladder said, and how often each came true."""
    return Table(
        "score-calibration",
        f"What was said and what happened: {record}",
        (
            _percent("from", "Said at least"),
            _percent("to", "and less than"),
            Column("forecasts", "Odds", "count", "number", 0),
            _percent("said", "Said on average", 1),
            _percent("happened", "Happened", 1),
        ),
        tuple(
            (100 * each.low, 100 * each.high, each.forecasts, 100 * each.said, 100 * each.happened)
            for each in bins
            if each.forecasts
        ),
        note="Every rung of every closed window is one probability; those of one day hang together.",
    )


def calibration_figure(test: Backtest, record: str) -> Figure:
    """Draw what the odds of the ladder said against how often they came true, with the line on which both are one."""
    bins = [each for each in ladder_calibration(test) if each.forecasts]
    table = calibration_table(bins, record)
    values = [
        {"said": 100 * each.said, "happened": 100 * each.happened, "forecasts": each.forecasts}
        for each in bins
    ]
    worst = max(bins, key=lambda each: abs(each.said - each.happened))
    axis = {"scale": {"domain": [0, 100]}}
    spec: dict[str, Any] = {
        "height": 320,
        "layer": [
            {
                "data": {"values": [{"said": 0, "happened": 0}, {"said": 100, "happened": 100}]},
                "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "color": "#888888"},
                "encoding": {
                    "x": {"field": "said", "type": "quantitative", **axis, "title": "Said, percent"},
                    "y": {"field": "happened", "type": "quantitative", **axis, "title": "Happened, percent"},
                },
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "opacity": 0.9},
                "encoding": {
                    "x": {"field": "said", "type": "quantitative", **axis},
                    "y": {"field": "happened", "type": "quantitative", **axis},
                    "size": {
                        "field": "forecasts",
                        "type": "quantitative",
                        "legend": {"title": "Odds given", "titleLimit": 120},
                    },
                },
            },
        ],
    }
    return Figure(
        name="score-calibration",
        title=f"Odds of the ladder were off by at most {abs(100 * (worst.said - worst.happened)):.0f} points in any group",
        alt="Points of groups of probabilities by what was said on average and how often it happened, beside the diagonal.",
        spec=spec,
        table=table,
        note=table.note,
        subtitle=f"{record}: forecasts every 14 days, grouped by what they said",
    )


def registered_table(settled: Sequence[SettledQuestion]) -> Table:
    """Registered questions with their odds, and what became of those that the record has settled."""
    rows: list[tuple[Cell, ...]] = [
        (
            each.question.number,
            each.question.asof.isoformat(),
            each.question.kind,
            each.question.subject,
            each.question.until.isoformat(),
            "; ".join(f"{name} {100 * odds:.0f} %" for name, odds in each.question.odds.items()),
            each.answer or "open",
            each.log,
        )
        for each in settled
    ]
    done = [each.log for each in settled if each.log is not None]
    scored = (
        f"Mean log score of {len(done)} settled: {np.mean(done):.2f}." if done else "None is settled yet."
    )
    return Table(
        "registered",
        "Questions registered before they were settled",
        (
            Column("number", "Number", "rank", "number", 0),
            Column("asof", "As of", kind="date"),
            Column("kind", "Kind"),
            Column("subject", "Days, or clock"),
            Column("until", "Settled by", kind="date"),
            Column("odds", "Odds"),
            Column("answer", "Answer"),
            Column("log", "Log score", "logarithm", "number", 2),
        ),
        tuple(rows),
        note=f"{scored} Each line of the file holds the hash of the one before; a changed line is refused. Rules stand in the file.",
    )


def human_table(rows: Sequence[HumanForecast], ours: Mapping[str, float] | None = None) -> Table:
    """Prices and crowds on questions near ours, with what came of them and their log score."""
    known = ours or {}
    cells: list[tuple[Cell, ...]] = [
        (
            each.platform,
            each.question,
            each.date.isoformat(),
            100 * each.probability,
            100 * known[each.key] if each.key in known else None,
            "open" if each.resolved is None else "yes" if each.resolved else "no",
            each.log,
            each.grade,
        )
        for each in rows
    ]
    return Table(
        "human-forecasts",
        "What markets and crowds said on questions near ours",
        (
            Column("platform", "Platform"),
            Column("question", "Question"),
            Column("date", "Day", kind="date"),
            _percent("probability", "Price"),
            _percent("ours", "Détente, as known on the day", 0),
            Column("answer", "Answer"),
            Column("log", "Log score of the price", "logarithm", "number", 2),
            Column("grade", "Grade"),
        ),
        tuple(cells),
        note="Grade A: ForecastBench (Forecasting Research Institute), CC BY-SA 4.0, an extract; the derived file keeps that licence. C: single "
        "prices seen in public notes, the day as stated there. Ours is given for meetings of the two sides only, which the ledger "
        "settles; their questions differ in wording.",
    )
