"""How far a single result moves with what is uncertain: its interval, and what drives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detente.core import Column, Table
from detente.core.table import Cell
from detente.show.channels import scales, units
from detente.world.economy import Array

if TYPE_CHECKING:
    from detente.equilibrium.attribute import Target
    from detente.outlook import Draws
    from detente.outlook.intervals import Fit


def shown_changes(goal: Target, change: float, drawn: Array) -> tuple[float, Array, str]:
    """Change of a result and its draws in the unit it is shown in: per cent, USD bn or points."""
    unit = units(goal)[1]
    if goal.unit == "log":
        return 100 * float(np.expm1(change)), 100 * np.expm1(drawn), unit
    factor = scales(goal.unit, change)[1]
    return factor * change, factor * drawn, unit


def result_tables(found: Draws, goal: Target, later: str, earlier: str, against: str) -> list[Table]:
    """Interval of one explained result, and the parameters that drive it.

    Parameters
    ----------
    found : Draws
        With the result kept and both outcomes drawn.
    goal : Target
    later, earlier : str
        Ids of the outcomes.
    against : str
        The earlier one, in words.
    """
    from detente.outlook.intervals import Band, drawn_words, linear_fit, result_changes

    change, drawn = result_changes(found, goal.name, later, earlier)
    central, values, unit = shown_changes(goal, change, drawn)
    band = Band.of(values)
    interval = Table(
        "explain_interval",
        f"{goal.name} with its interval: `{later}` against {against}",
        (
            Column("result", "Result"),
            Column("unit", "Unit"),
            Column("central", "Central", "", "number", 4),
            Column("low", "5 %", "", "number", 4),
            Column("median", "Median", "", "number", 4),
            Column("high", "95 %", "", "number", 4),
            Column("end_error", "Error of the ends", "", "number", 4),
        ),
        (
            (
                goal.name,
                unit,
                central,
                *(float(end) for end in (band.low, band.median, band.high, band.error)),
            ),
        ),
        note=f"{len(values)} quasi-random draws, seed {found.seed}, of {drawn_words(found)}; Error of the ends: standard error of "
        "the 5 and 95 % points, the larger. `detente run --table uncertainty --draws 2` lists what is drawn and how its spread "
        "is known.",
    )
    if len(values) < 2 * len(found.parameters):  # too few to tell parameters apart
        return [interval]
    fit = linear_fit(found, drawn)
    return [
        interval,
        driver_rows("explain_drivers", f"What drives the uncertainty of {goal.name}", [("", fit)]),
    ]


def driver_rows(name: str, title: str, fits: list[tuple[str, Fit]]) -> Table:
    """Parameters by the variance they explain in a linear fit, the largest first; one block a result."""
    rows: list[tuple[Cell, ...]] = []
    for of, fit in fits:
        order = np.argsort(-fit.shares, kind="stable")
        rows += [(of, fit.names[k], fit.groups[k], 100 * float(fit.shares[k])) for k in map(int, order)]
    columns: tuple[Column, ...] = (
        Column("result", "Result"),
        Column("parameter", "Parameter"),
        Column("group", "Driver"),
        Column("first_pct", "Variance it explains alone", "%", "number", 1),
    )
    if not any(of for of, _ in fits):
        columns, rows = columns[1:], [row[1:] for row in rows]
    least = min(fit.explained for _, fit in fits)
    return Table(
        name,
        title,
        columns,
        tuple(rows),
        note="First-order Sobol' indices of the least-squares fit on the draws, which explains "
        f"{'at least ' if len(fits) > 1 else ''}{100 * least:.0f} % of the variance; "
        "`detente run --table drivers --draws N` needs no linearity.",
    )
