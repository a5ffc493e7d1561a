"""The score that odds have had, in words; and which odds may be told: those that have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.core import Cell, Column, Table
from detente.outlook import clock_scores, ladder_scores

if TYPE_CHECKING:
    from detente.outlook import Backtest, DeviceSweep, MethodScore, Outlook

METHODS = {
    "model": "Détente",
    "schedule": "what is announced happens",
    "climatology": "how often it came about so far",
    "persistence": "nothing happens",
    "other episodes": "share of other threats",
    "human": "what markets and crowds said",
    "even": "even odds",
    "priors": "the same without this pair's own record",
}
HUMAN_NOTE = (
    "Lower is better. Prices and our odds of the same day on the same settled questions, few of them and on fewer events. A record holds a "
    "planned meeting from the day it was entered with, which can be later than prices knew of it: low odds for want of a plan are "
    "ignorance, not insight, even where they score well."
)
NO_ODDS = (
    "No odds are told: a probability has a score or it is not printed, and no forecast of `{record}` has been scored by this day. "
    "A later day may have some; of a record of your own, `detente score --dossier FOLDER --keep` makes forecasts again from its past."
)
"""What is said where odds would stand."""


AHEAD = (
    Column("ahead", "Détente less this, log", "logarithm", "number", 3),
    Column("low", "from", "logarithm", "number", 2),
    Column("high", "to", "logarithm", "number", 2),
)
"""Columns of how far the model is ahead of a method, with bounds."""


def ahead_cells(row: MethodScore) -> tuple[Cell, ...]:
    """Cells of `AHEAD`: empty for the model itself."""
    return (None, None, None) if row.method == "model" else (row.ahead, row.low, row.high)


def settled_horizons(test: Backtest | None) -> set[int]:
    """Horizons over which some forecast has been settled by the day."""
    return {forecast.horizon for forecast in test.ladder if forecast.outcome >= 0} if test else set()


def scored_horizon(test: Backtest | None, horizon: int) -> int | None:
    """The horizon whose score speaks for one: itself, or the next longer one that has been scored by the day."""
    return min((days for days in settled_horizons(test) if days >= horizon), default=None)


def is_scored(test: Backtest | None, horizon: int) -> bool:
    """Whether odds over a horizon may be told: forecasts over it, or over a longer one, have been scored by the day."""
    return scored_horizon(test, horizon) is not None


def scored_words(test: Backtest | None, horizon: int) -> str:
    """The score that forecasts over a horizon have had by the day, in words."""
    horizon = scored_horizon(test, horizon) or horizon
    rows = scores_over(test, horizon) if test is not None else {}
    if not rows:
        return f"No forecast over {horizon} days has been scored by this day, so nobody knows how good such odds are."
    model, climate, plan, still = (rows[name] for name in ("model", "climatology", "schedule", "persistence"))
    best = min((climate, plan, still), key=lambda row: row.mean["log"])
    beaten = "" if model.mean["log"] < best.mean["log"] else f"; “{METHODS[best.method]}” did better"
    return (
        f"Such forecasts over {horizon} days have had a mean log score of {model.mean['log']:.2f} in {model.forecasts} cases "
        f"({model.blocks} blocks of 120 days); climatology {climate.mean['log']:.2f}, the schedule {plan.mean['log']:.2f}, persistence {still.mean['log']:.2f}{beaten}; lower is "
        "better, and the structure was chosen knowing the record."
    )


def scores_over(test: Backtest, horizon: int) -> dict[str, MethodScore]:
    """Scores of forecasts over a horizon, by method."""
    return {row.method: row for row in ladder_scores(test) if row.subject == str(horizon)}


def clock_words(test: Backtest | None) -> str:
    """The score that odds of clocks have had, in words."""
    scored = [row for row in clock_scores(test) if row.method != "schedule"] if test is not None else []
    if not scored:
        return "No odds of clocks have been scored by this day."
    said = [
        f"{'threats' if row.subject == 'threat' else 'suspensions'} {row.mean['log']:.2f} in {row.forecasts} cases"
        for row in scored
        if row.method == "model"
    ]
    other = [f"{row.mean['log']:.2f}" for row in scored if row.method == "other episodes"]
    return (
        f"Such odds have had mean log scores of {' and '.join(said)}; the share of other threats alone {' and '.join(other)}; lower is "
        "better."
    )


def what_if_table(outlook: Outlook, swept: DeviceSweep, test: Backtest | None = None) -> Table:
    """The ladder's odds under each setting of what no record tells apart, beside the forecast.

    Parameters
    ----------
    outlook : Outlook
    swept : DeviceSweep
        Of the same chronology.
    test : Backtest, optional
    """
    names = outlook.chron.record.rules.rungs
    rows: list[tuple[Cell, ...]] = [
        (
            device.title if device else "The forecast itself",
            value if device else None,
            *(100 * float(share) for share in odds),
        )
        for (device, value), odds in zip(swept.settings, swept.odds, strict=True)
    ]
    return Table(
        "outlook-what-ifs",
        f"What-ifs over {swept.horizon} days, as known on {outlook.chron.asof}",
        (
            Column("device", "What if"),
            Column("value", "Value", "factor", "number", 1),
            *(Column(name.replace("-", "_"), name, "%", "number", 0) for name in names),
        ),
        tuple(rows),
        note="Swept, never fitted: no record tells these apart, so that no row but the first has a score, and none enters the forecast. Every row has "
        f"the luck of the first, {swept.paths:,} futures, seed {swept.seed}. {scored_words(test, swept.horizon)}",
    )
