"""Paths along time under drawn parameters: a band for every date, the first year, the long run and the discounted sum.

Elasticities, nests, mobility and effects of measures are drawn as at a horizon (`prior`), the same factor at every date; what a
path rests on besides, from its ranges (`detente.cases.path_ranges`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from detente.cases import (
    DATES,
    MONTHS,
    Dated,
    Law,
    Options,
    Unfolding,
    Variation,
    adjusting,
    path_ranges,
    unfold_varied,
)
from detente.core import Cell, Column, Local, Table, Where, run
from detente.equilibrium import Model
from detente.outlook.draws import counting
from detente.outlook.intervals import Band
from detente.outlook.prior import (
    NESTS,
    Uncertain,
    drawn_limits,
    limit_parameters,
    points,
    theta_factors,
    uncertain_parameters,
)
from detente.world import Array, Economy

CHUNK = 4
"""Draws a process takes at a time."""


@dataclass(frozen=True, eq=False)
class PathDraws:
    """A path under every draw.

    Attributes
    ----------
    central : Unfolding
        At the shipped values.
    parameters : tuple of Uncertain
    gains : array [draw, period, country]
        Change of real income, fraction.
    long : array [draw, country]
        The same in the long run.
    first_year : array [draw, country]
    discounted : array [draw, country], million USD
    """

    central: Unfolding
    parameters: tuple[Uncertain, ...]
    gains: Array
    long: Array
    first_year: Array
    discounted: Array


@dataclass(frozen=True, eq=False)
class PathTask:
    """What every draw has in common: it is sent to the workers once."""

    economy: Economy
    law: Dated
    parameters: tuple[Uncertain, ...]
    closure: str | Array
    keep_elasticities: bool
    rate: float | None
    options: Options | None = None


def path_parameters(economy: Economy, *, keep_elasticities: bool = False) -> tuple[Uncertain, ...]:
    """Parameters that are drawn for a path.

    Examples
    --------
    >>> from detente.world import toy
    >>> [one.name for one in path_parameters(toy())][-3:]
    ['ways around', 'lead time of new capacity', 'stocks held']
    """
    year = adjusting(economy, keep_elasticities=keep_elasticities)(MONTHS["short"])
    ranges = (
        Uncertain(stated.name, "time and shortage", stated.sd, stated.grade, stated.source)
        for stated in path_ranges()
    )
    return (*uncertain_parameters(Model(*year)), *ranges)


def _variation(task: PathTask, normals: Array) -> tuple[Variation, float]:
    """The variation of one draw [dimension], and the scale of effects."""
    factor = {p.name: math.exp(p.sd * float(z)) for p, z in zip(task.parameters, normals, strict=True)}
    variation = Variation(
        theta_factors(task.economy, factor),
        {name: factor[name] for name in NESTS if name in factor},
        factor.get("mobility", 1.0),
        {stated.name: factor[stated.name] for stated in path_ranges()},
    )
    return variation, factor["effects"]


def _several(task: PathTask, normals: Array) -> list[tuple[Array, Array, Array, Array]]:
    """Gains, long run, first year and discounted sum of some draws [draw, dimension]."""
    solved = []
    for row in normals:
        variation, scale = _variation(task, row)
        path = unfold_varied(
            task.economy,
            task.law.scaled(scale).limited(partial(drawn_limits, parameters=task.parameters, normals=row)),
            variation,
            closure=task.closure,
            keep_elasticities=task.keep_elasticities,
            options=task.options,
        )
        solved.append(
            (path.gains(), path.long.real_income_hat - 1, path.first_year(), path.discounted(task.rate))
        )
    return solved


def draw_path(
    economy: Economy,
    law: Law,
    central: Unfolding,
    *,
    draws: int,
    seed: int = 1,
    dates: Sequence[float] = DATES,
    closure: str | Array = "share",
    keep_elasticities: bool = False,
    rate: float | None = None,
    on: Where | None = None,
    report: Callable[[int, int], None] | None = None,
    options: Options | None = None,
) -> PathDraws:
    """Solve a path under drawn parameters.

    Parameters
    ----------
    economy : Economy
    law : function of months to (Wedges, sequence of QuantityControl)
    central : Unfolding
        The path at the shipped values.
    draws : int
        How many; powers of two fill the space most evenly.
    seed : int
        The same seed gives the same bytes.
    dates : sequence of float
        Lengths of the periods, months: those of `central`.
    closure : str or array [country], million USD
    keep_elasticities : bool
    rate : float
        Of the discounted sum.
    on : Local, Pool or Remote, optional
        Where it is solved; here, when left out.
    report : callable, optional
        Called with (done, all) as draws are solved.
    options : Options, optional
        As in `detente.cases.unfold`; the same in every draw.

    Raises
    ------
    InputError
        For fewer than two draws.
    SolveError
        When a date of a draw has no equilibrium.

    Examples
    --------
    >>> from detente.cases import Still, unfold
    >>> from detente.equilibrium import Policy
    >>> from detente.world import toy
    >>> war = Policy.unchanged(toy()).duty("USA", "CHN").add_points(0.25)
    >>> path = unfold(toy(), war, dates=(6.0, 6.0))
    >>> drawn = draw_path(toy(), Still(war.wedges), path, draws=4, dates=(6.0, 6.0))
    >>> drawn.gains.shape, drawn.first_year.shape
    ((4, 2, 5), (4, 5))
    """
    dated = Dated.of(law, dates)
    limits = limit_parameters(control for _, controls in dated.laws for control in controls)
    parameters = (*path_parameters(economy, keep_elasticities=keep_elasticities), *limits)
    normals = points(draws, len(parameters), seed)
    task = PathTask(economy, dated, parameters, closure, keep_elasticities, rate, options)
    step = counting(report, draws)

    def count(_: int, solved: list[tuple[Array, Array, Array, Array]]) -> None:
        for _draw in solved if step is not None else ():
            assert step is not None
            step()

    size = CHUNK if on is not None and not isinstance(on, Local) else 1
    chunks = [normals[first : first + size] for first in range(0, draws, size)]
    solved = [draw for part in run(_several, task, chunks, on=on, arrived=count) for draw in part]
    gains, long, first_year, discounted = (np.stack(values) for values in zip(*solved, strict=True))
    return PathDraws(central, parameters, gains, long, first_year, discounted)


def path_intervals_table(drawn: PathDraws, countries: Sequence[str]) -> Table:
    """First year, last date, long run and discounted sum of each country, with the interval of the draws."""
    path = drawn.central
    rows: list[tuple[Cell, ...]] = []
    labels = path.long.economy.labels
    end = path.periods[-1].start + path.periods[-1].months
    headlines = (
        ("first year", "%", 100 * path.first_year(), 100 * drawn.first_year),
        (f"months to {end:g}", "%", 100 * path.gains()[-1], 100 * drawn.gains[:, -1]),
        ("long run", "%", 100 * (path.long.real_income_hat - 1), 100 * drawn.long),
        ("discounted sum", "USD bn", path.discounted() / 1e3, drawn.discounted / 1e3),
    )
    for code in countries:
        n = labels.country(code)
        for name, unit, value, values in headlines:
            rows.append((code, name, unit, *_ends(float(value[n]), values[:, n])))
    return Table(
        "path-intervals",
        "The first year and the long run, with intervals",
        (Column("country", "Country"), Column("when", "When"), Column("unit", "Unit"), *_END_COLUMNS),
        tuple(rows),
        note=_note(drawn),
    )


def path_band_table(drawn: PathDraws, countries: Sequence[str]) -> Table:
    """Real income at every date with the interval of the draws, one row a date and country; the long run last."""
    path = drawn.central
    labels, gains = path.long.economy.labels, path.gains()
    rows: list[tuple[Cell, ...]] = []
    for k, period in enumerate(path.periods):
        day = path.day(period)
        for code in countries:
            n = labels.country(code)
            when = (period.start, period.start + period.months, "" if day is None else day.isoformat())
            rows.append((*when, code, *_ends(100 * float(gains[k, n]), 100 * drawn.gains[:, k, n])))
    for code in countries:
        n = labels.country(code)
        central = 100 * float(path.long.real_income_hat[n] - 1)
        rows.append((None, None, "", code, *_ends(central, 100 * drawn.long[:, n])))
    return Table(
        "path-band",
        "What happens along time, with intervals",
        (
            Column("from_month", "From month", "month", "number", 1),
            Column("to_month", "To month", "month", "number", 1),
            Column("from_day", "From day"),
            Column("country", "Country"),
            *(replace(column, unit="%") for column in _END_COLUMNS),
        ),
        tuple(rows),
        note=_note(drawn),
    )


_END_COLUMNS = (
    Column("central", "Central", "", "number", 3),
    Column("low", "5th percentile", "", "number", 3),
    Column("median", "Median", "", "number", 3),
    Column("high", "95th percentile", "", "number", 3),
    Column("end_error", "Standard error of the ends", "", "number", 3),
)


def _ends(central: float, values: Array) -> tuple[float, ...]:
    band = Band.of(values)
    return (central, float(band.low), float(band.median), float(band.high), float(band.error))


def _note(drawn: PathDraws) -> str:
    groups = dict.fromkeys(parameter.group.split(":")[0] for parameter in drawn.parameters)
    names = ", ".join(p.name for p in drawn.parameters if p.group == "time and shortage")
    return (
        f"Real income against the base year, at yearly rates, per cent; {len(drawn.gains)} draws of {', '.join(groups)} ({names}). "
        "Central: at the shipped values. One draw has the same factors at every date."
    )
