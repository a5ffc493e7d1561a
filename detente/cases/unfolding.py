"""A scenario along time: months in the first year, quarters to five years, and the long run, under the law of each day.

Every date is an equilibrium of its own at what has adjusted by then (`adjustment`), under the measures in force on that day,
with the stocks that earlier dates have left. Nobody foresees anything: dates are linked by stocks and by the time that has
passed since the first day, and by nothing else.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from detente.cases.adjustment import adjusting
from detente.cases.case import told_apart
from detente.cases.holdings import HeldByFigures, Holdings
from detente.cases.horizons import horizon
from detente.cases.laws import DAYS_A_MONTH, LawOfDays, Still
from detente.cases.option_words import revenue_words
from detente.cases.options import Options
from detente.cases.stocks import Period, walk
from detente.cases.time_settings import time_setting
from detente.cases.together import Law
from detente.core import Cell, Column, Table, UnitError
from detente.equilibrium import Equilibrium, Model, Newton, Policy, Structure, solve
from detente.policy import Scenario
from detente.world import Array, Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier

DATES: tuple[float, ...] = (1.0,) * 12 + (3.0,) * 16
"""Lengths of the periods of a path, months: months in the first year, quarters to the fifth."""


@dataclass(frozen=True, eq=False)
class Unfolding:
    """A policy along time.

    Attributes
    ----------
    periods : tuple of Period
    long : Equilibrium
        When everything has adjusted: the core model, under the law of the last day.
    first_day : date or None
        None for a policy without days.
    """

    periods: tuple[Period, ...]
    long: Equilibrium
    first_day: dt.date | None = None

    def day(self, period: Period) -> dt.date | None:
        """First day of a period."""
        if self.first_day is None:
            return None
        return self.first_day + dt.timedelta(days=round(period.start * DAYS_A_MONTH))

    def gains(self) -> Array:
        """Change of real income of each period [period, country], fraction."""
        return np.array([period.value.real_income_hat - 1 for period in self.periods])

    def first_year(self) -> Array:
        """Mean change of real income over the first twelve months [country], fraction.

        Raises
        ------
        UnitError
            When the path is shorter than a year.
        """
        starts = np.array([period.start for period in self.periods])
        lengths = np.array([period.months for period in self.periods])
        inside = np.clip(12.0 - starts, 0.0, lengths)
        if inside.sum() < 12 - 1e-9:
            raise UnitError(
                f"the path has {lengths.sum():g} months", where="first year", hint="solve at least twelve"
            )
        return np.asarray(inside @ self.gains() / 12)

    def discounted(self, rate: float | None = None) -> Array:
        """Sum of all gains from the first day on, later years discounted [country], million USD of the base year.

        Each period counts at its own length; from the end of the path on the long run holds for ever.

        Parameters
        ----------
        rate : float, optional
            A year, compounded continuously at ``ln(1 + rate)``; the shipped one (`time_table`) when left out.

        Raises
        ------
        UnitError
            For a rate that is not above zero.
        """
        rate = time_setting("discount") if rate is None else rate
        if not rate > 0:
            raise UnitError(f"the rate is {rate}", where="discount", hint="above 0, such as 0.03")
        force = np.log1p(rate)
        starts = np.array([period.start for period in self.periods]) / 12
        ends = starts + np.array([period.months for period in self.periods]) / 12
        weights = (np.exp(-force * starts) - np.exp(-force * ends)) / force
        income = self.long.economy.income
        after = np.exp(-force * ends[-1]) / force
        return np.asarray((weights @ self.gains() + after * (self.long.real_income_hat - 1)) * income)


@functools.lru_cache(maxsize=4)
def _long_run(economy: Economy, keep_elasticities: bool) -> tuple[Economy, Structure]:
    """The long run of an economy: one object, so that it is prepared once for all paths."""
    return horizon("long", economy, keep_elasticities=keep_elasticities)


def unfold(
    economy: Economy,
    law: Law | Policy,
    *,
    dates: Sequence[float] = DATES,
    stocks: bool = True,
    closure: str | Array = "share",
    keep_elasticities: bool = False,
    first_day: dt.date | None = None,
    solver: Newton | None = None,
    options: Options | None = None,
) -> Unfolding:
    """Solve a policy along time.

    Parameters
    ----------
    economy : Economy
        With its long-run elasticities.
    law : Policy, or function of months to (Wedges, sequence of QuantityControl)
        What holds all along, or what holds so many months after the first day.
    dates : sequence of float
        Lengths of the periods, months.
    stocks : bool
        Whether buyers hold what the world's figures say at the start.
    closure : str or array [country], million USD
    keep_elasticities : bool
        Keep the economy's own elasticities at every date.
    first_day : date, optional
    solver : Newton, optional
    options : Options, optional
        What duties are used for, wage floors a year, elastic supply; in the long run nothing keeps wages up.

    Raises
    ------
    SolveError
        When a date has no equilibrium.
    UnitError
        For lengths that make no sense.

    Examples
    --------
    >>> from detente.equilibrium import Policy
    >>> from detente.world import toy
    >>> war = Policy.unchanged(toy()).duty("USA", "CHN").add_points(0.25)
    >>> path = unfold(toy(), war)
    >>> len(path.periods), path.first_year().shape
    (28, (5,))
    """
    first = None if first_day is None else [first_day]
    (path,) = _unfold_each(economy, [law], first, dates, stocks, closure, keep_elasticities, solver, options)
    return path


def _unfold_each(
    economy: Economy,
    laws: Sequence[Law | Policy],
    first_days: Sequence[dt.date | None] | None,
    dates: Sequence[float],
    stocks: bool,
    closure: str | Array,
    keep_elasticities: bool,
    solver: Newton | None,
    options: Options | None,
) -> tuple[Unfolding, ...]:
    """`unfold` for several policies: they share what every date needs to be solved, and their long runs are one batch."""
    if not dates or not all(np.isfinite(length) and length > 0 for length in dates):
        raise UnitError(
            f"periods are {list(dates)}", where="dates", hint="lengths in months, such as [1] * 12"
        )
    setting = adjusting(economy, keep_elasticities=keep_elasticities, options=options)
    core, structure = _long_run(economy, keep_elasticities)
    if options is not None:
        structure = replace(options, wage_floor=None).on(structure, core)
    of_periods, last = [], []
    for law in laws:
        at_months: Law = Still(law.wedges, law.controls) if isinstance(law, Policy) else law
        held = HeldByFigures(economy) if stocks else Holdings(economy, {})
        of_periods.append(walk(economy, at_months, held, dates, setting, closure, solver, together=True))
        wedges, controls = at_months(float(sum(dates)))
        last.append(Policy(core, wedges, tuple(controls)))
    long = solve(Model(core, structure, closure, solver=solver), last)
    days = first_days or [None] * len(of_periods)
    return tuple(
        Unfolding(periods, solution.value, day)
        for periods, solution, day in zip(of_periods, long, days, strict=True)
    )


def unfold_scenario(
    economy: Economy,
    dossier: Dossier,
    scenario: Scenario,
    *,
    dates: Sequence[float] = DATES,
    hold_clocks: bool | Sequence[str] = False,
    closure: str | Array = "share",
    keep_elasticities: bool = False,
    stocks: bool = True,
    solver: Newton | None = None,
    options: Options | None = None,
) -> Unfolding:
    """Solve a scenario along time from its date on: measures begin and end on their days, as far as the record reaches.

    After the last day the record answers for, its law stays.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        Loaded with the `asof` the scenario asks for.
    scenario : Scenario
    dates, closure, keep_elasticities, stocks, solver, options
        As in `unfold`.
    hold_clocks : bool or sequence of str
        What would change by itself and does not, as in `run_scenarios`.

    Raises
    ------
    SolveError
        When a date has no equilibrium.

    Examples
    --------
    >>> from detente.cases import Standoff
    >>> standoff = Standoff.load()
    >>> path = unfold_scenario(standoff.world, standoff.dossier, standoff.scenario("standing"), dates=(6.0, 6.0))
    >>> path.first_day.isoformat(), len(path.periods)
    ('2025-10-28', 2)
    """
    paths = unfold_scenarios(
        economy,
        dossier,
        [scenario],
        dates=dates,
        hold_clocks=hold_clocks,
        closure=closure,
        keep_elasticities=keep_elasticities,
        stocks=stocks,
        solver=solver,
        options=options,
    )
    return paths[scenario.id]


def unfold_scenarios(
    economy: Economy,
    dossier: Dossier,
    scenarios: Sequence[Scenario],
    *,
    dates: Sequence[float] = DATES,
    hold_clocks: bool | Sequence[str] = False,
    closure: str | Array = "share",
    keep_elasticities: bool = False,
    stocks: bool = True,
    solver: Newton | None = None,
    options: Options | None = None,
) -> Mapping[str, Unfolding]:
    """Solve several scenarios along time, as `unfold_scenario` does one; by scenario id, in the order given.

    Parameters
    ----------
    economy, dossier, dates, hold_clocks, closure, keep_elasticities, stocks, solver, options
        As in `unfold_scenario`.
    scenarios : sequence of Scenario

    Raises
    ------
    SolveError
        When a date has no equilibrium.
    InputError
        When two different scenarios have one id.

    See Also
    --------
    detente.cases.Standoff.unfold : the same from the names of scenarios.
    """
    told_apart(scenarios)
    laws = [LawOfDays(economy, dossier, scenario, hold_clocks) for scenario in scenarios]
    days = [law.first_day for law in laws]
    paths = _unfold_each(economy, laws, days, dates, stocks, closure, keep_elasticities, solver, options)
    return {scenario.id: path for scenario, path in zip(scenarios, paths, strict=True)}


def unfolding_table(path: Unfolding, countries: Sequence[str]) -> Table:
    """Real income and consumer prices at every date, one row a date and country; the long run last."""
    rows: list[tuple[Cell, ...]] = []
    for period in path.periods:
        day = path.day(period)
        rows += _rows(
            period.start,
            period.start + period.months,
            "" if day is None else day.isoformat(),
            period.value,
            countries,
        )
    rows += _rows(None, None, "", path.long, countries)
    return Table(
        "unfolding",
        "What happens along time",
        (
            Column("from_month", "From month", "month", "number", 1),
            Column("to_month", "To month", "month", "number", 1),
            Column("from_day", "From day"),
            Column("country", "Country"),
            Column("real_income_pct", "Real income", "%", "number", 3),
            Column("equivalent_variation_usd_bn", "Equivalent variation", "USD bn a year", "number", 1),
            Column("consumer_price_pct", "Consumer prices", "%", "number", 2),
        ),
        tuple(rows),
        note="Against the base year, at yearly rates; the last rows are the long run (the core model). Dates are linked by stocks "
        f"and by the time that has passed; nobody foresees anything. {_uses(path)}",
    )


def _rows(
    start: float | None, end: float | None, day: str, value: Equilibrium, countries: Sequence[str]
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for code in countries:
        n = value.economy.labels.country(code)
        rows.append(
            (
                start,
                end,
                day,
                code,
                100 * float(value.real_income_hat[n] - 1),
                float(value.equivalent_variation_usd[n]) / 1e3,
                100 * float(value.consumer_price_hat[n] - 1),
            )
        )
    return rows


def summary_table(path: Unfolding, countries: Sequence[str], rate: float | None = None) -> Table:
    """First year, fifth year, long run and discounted sum of each country."""
    rows: list[tuple[Cell, ...]] = []
    rate = time_setting("discount") if rate is None else rate
    first, last, sums = path.first_year(), path.gains()[-1], path.discounted(rate)
    force = float(np.log1p(rate))
    for code in countries:
        n = path.long.economy.labels.country(code)
        income = float(path.long.economy.income[n])
        long = float(path.long.real_income_hat[n] - 1)
        rows.append(
            (
                code,
                100 * float(first[n]),
                100 * float(last[n]),
                100 * long,
                float(first[n]) * income / 1e3,
                long * income / 1e3,
                float(sums[n]) / 1e3,
                100 * float(sums[n]) * force / income,
            )
        )
    end = path.periods[-1].start + path.periods[-1].months
    return Table(
        "summary",
        "The first year and the long run",
        (
            Column("country", "Country"),
            Column("first_year_pct", "First year", "%", "number", 3),
            Column("last_date_pct", "Last date", "%", "number", 3),
            Column("long_run_pct", "Long run", "%", "number", 3),
            Column("first_year_usd_bn", "First year", "USD bn", "number", 1),
            Column("long_run_usd_bn", "Long run", "USD bn a year", "number", 1),
            Column("discounted_usd_bn", "Discounted sum", "USD bn", "number", 0),
            Column("discounted_pct", "The same as a steady change", "% a year", "number", 3),
        ),
        tuple(rows),
        note=f"Real income against the base year. First year: mean of its months. Last date: up to month {end:g}. Discounted sum: "
        f"all years from the first day on, {100 * rate:g} % a year (assumed), the long run from month {end:g} on for ever. {_uses(path)}",
    )


def _uses(path: Unfolding) -> str:
    """Say under which law every date is, and what duties are used for at the start of a path and in the long run."""
    first, last = (revenue_words(value.structure) for value in (path.periods[0].value, path.long))
    law = (
        "Every date is under the law of its day, nobody acting: what runs out or comes into force on the way counts, in the long "
        "run as well, unless clocks are held. "
        if path.first_day is not None
        else ""
    )
    return law + (
        f"Duties are {first} all along."
        if first == last
        else f"Duties are {first} at first and {last} in the long run."
    )
