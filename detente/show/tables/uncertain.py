"""How far a single result moves with what is uncertain: its interval, and what drives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.cases import BASE_YEAR
from detente.core import Cell, Column, Table, known_all
from detente.show.tables.channels import scales, units
from detente.world import Array, Economy, goods_sectors

if TYPE_CHECKING:
    from detente.equilibrium.explain import Target
    from detente.outlook import Draws, Fit


def shown_changes(goal: Target, change: float, drawn: Array) -> tuple[float, Array, str]:
    """Change of a result and its draws in the unit it is shown in: per cent, USD bn or points."""
    unit = units(goal)[1]
    if goal.unit == "log":
        return 100 * float(np.expm1(change)), 100 * np.expm1(drawn), unit
    factor = scales(goal.unit, change)[1]
    return factor * change, factor * drawn, unit


def result_tables(draws: Draws, goal: Target, later: str, earlier: str, against: str) -> list[Table]:
    """Interval of one explained result, and the parameters that drive it.

    Parameters
    ----------
    draws : Draws
        With the result kept and both outcomes drawn.
    goal : Target
    later, earlier : str
        Ids of the outcomes.
    against : str
        The earlier one, in words.
    """
    from detente.outlook import Band, drawn_words, linear_fit, result_changes

    change, drawn = result_changes(draws, goal.name, later, earlier)
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
        note=f"{len(values)} quasi-random draws, seed {draws.seed}, of {drawn_words(draws)}; Error of the ends: standard error of "
        "the 5 and 95 % points, the larger. `detente run --table uncertainty --draws 2` lists what is drawn and how its spread "
        "is known.",
    )
    if len(values) < 2 * len(draws.parameters):  # too few to tell parameters apart
        return [interval]
    fit = linear_fit(draws, drawn)
    return [
        interval,
        driver_rows("explain_drivers", f"What drives the uncertainty of {goal.name}", [("", fit)]),
    ]


OF_TABLE = {
    "sectors": ("output.{s}",),
    "employment": ("employment.{s}",),
    "wages": ("wages", "real_wages"),
    "prices": ("prices",),
    "revenue": ("revenue", "rents"),
    "duties": ("duty_pre", "duty_post"),
    "welfare": ("real_income", "terms_of_trade", "volume_of_trade"),
}
"""Results of a country that a table of `detente run` shows."""


def results_of(
    economy: Economy, table: str, countries: Sequence[str], *, controlled: bool
) -> tuple[str, ...]:
    """Names of the results behind a table of `detente run`, for some countries.

    Parameters
    ----------
    economy : Economy
    table : str
        A key of `OF_TABLE`, ``flows`` or ``pair``.
    countries : sequence of str
        Two for ``pair``.
    controlled : bool
        Whether there are quantity controls: without, nobody has rents.

    Examples
    --------
    >>> from detente.world import toy
    >>> results_of(toy(), "wages", ("USA",), controlled=False)
    ('USA.wages', 'USA.real_wages')
    """
    labels = economy.labels
    if table in ("flows", "pair"):
        goods = goods_sectors(economy)
        names = []
        for n, importer in enumerate(labels.countries):
            for i, exporter in enumerate(labels.countries):
                here = {importer, exporter} & set(countries)
                there = n != i and economy.flows[n, i, goods].any()
                if there and (here if table == "flows" else len(here) == 2):
                    names.append(f"flow.{importer}.{exporter}")
                    if table == "pair":
                        names += [f"{importer}.duty_pre.{exporter}", f"{importer}.duty_post.{exporter}"]
        return tuple(names)
    names = []
    for code in countries:
        for form in OF_TABLE[table]:
            if form == "rents" and not controlled:
                continue
            if "{s}" not in form:
                names.append(f"{code}.{form}")
                continue
            sold = economy.output[labels.country(code)] > 0
            names += [
                f"{code}." + form.format(s=s)
                for s, is_sold in zip(labels.sectors, sold, strict=True)
                if is_sold
            ]
    return tuple(names)


def results_table(draws: Draws, reference: str, table: str) -> Table:
    """Intervals of every result kept, of every outcome but the reference, against it."""
    from detente.equilibrium.explain import target
    from detente.outlook import Band, interval_note, result_changes

    rows: list[tuple[Cell, ...]] = []
    for outcome in draws.outcomes:
        if outcome == reference:
            continue
        for name in draws.results:
            change, drawn = result_changes(draws, name, outcome, reference)
            central, values, unit = shown_changes(target(name, draws.economy), change, drawn)
            band = Band.of(values)
            ends = (float(end) for end in (band.low, band.median, band.high, band.error))
            rows.append((outcome, name, unit, central, *ends))
    return Table(
        "intervals",
        f"{table.capitalize()} with intervals: 5 to 95 % of {len(draws.values)} draws",
        (
            Column("outcome", "Outcome"),
            Column("result", "Result"),
            Column("unit", "Unit"),
            Column("central", "Central", "", "number", 3),
            Column("low", "5 %", "", "number", 3),
            Column("median", "Median", "", "number", 3),
            Column("high", "95 %", "", "number", 3),
            Column("end_error", "Error of the ends", "", "number", 3),
        ),
        tuple(rows),
        note=f"Changes against {f'`{reference}`' if reference != BASE_YEAR else 'the base year'}. {interval_note(draws)}",
    )


def driver_rows(name: str, title: str, fits: list[tuple[str, Fit]]) -> Table:
    """Parameters by the variance they explain in a linear fit, the largest first; one block a result."""
    rows: list[tuple[Cell, ...]] = []
    for of, fit in fits:
        order = np.argsort(-np.array(known_all(fit.shares.tolist())), kind="stable")
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
