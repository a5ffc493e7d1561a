"""Jobs, wages and prices in dollars, output, and what is done with duties: what a first year feels like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Table
from detente.show.tables.results import (
    COUNTRY,
    NAME,
    OUTCOME,
    SECTOR,
    chosen,
    country_column,
    number_column,
    shown,
)
from detente.world import Array, people_of

if TYPE_CHECKING:
    from detente.cases import Outcome
    from detente.equilibrium import Equilibrium

ANCHOR = (
    "Dollars: world value added at base-year employment is held in dollars, as the nominal anchor; exchange rates are part of the "
    "change. "
)


def employment_hat(value: Equilibrium) -> Array:
    """People who work [country], ratio to the base year: those who offer themselves, less the unemployed."""
    return np.asarray(value.factor_supply_hat * (1 - value.unemployment))


def jobs_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str] = (), *, against: str | None = None
) -> Table:
    """Output, income, prices and wages in dollars, jobs and unemployment of each economy."""
    kept, reference, note = shown(outcomes, against)
    rows: list[tuple[Cell, ...]] = []
    for name, value in kept:
        labels = value.economy.labels
        before = None if reference is None else _readings(reference)
        now = _readings(value)
        for code in chosen(outcomes, countries):
            n = labels.country(code)
            at = {
                key: (float(level[n]), 1.0 if before is None else float(before[key][n]))
                for key, level in now.items()
            }
            saved = value.saved_new - (0.0 if reference is None else reference.saved_new)
            idle = value.unemployment - (0.0 if reference is None else reference.unemployment)
            rows.append(
                (
                    name,
                    code,
                    labels.country_name(code),
                    *(100 * (new / old - 1) for new, old in at.values()),
                    100 * float(np.round(idle[n], 12)),
                    float(saved[n]) / 1e3,
                    *_people(value, code, {key: new - old for key, (new, old) in at.items()}),
                )
            )
    return Table(
        "jobs",
        "Output, jobs, and wages and prices in dollars",
        (
            OUTCOME,
            COUNTRY,
            NAME,
            number_column("gdp_pct", "Output (real GDP)", "%"),
            number_column("real_income_pct", "Real income", "%"),
            number_column("household_spending_pct", "What households can buy", "%"),
            number_column("consumer_price_pct", "Consumer prices", "%"),
            number_column("nominal_wage_pct", "Wages", "%"),
            number_column("jobs_pct", "Jobs", "%"),
            number_column("unemployment_pp", "Unemployment", "points"),
            number_column("saved_usd_bn", "Duties saved by the treasury", "USD bn"),
            number_column("jobs_thousand", "Jobs", "thousand", 0),
            number_column("household_usd", "What households can buy, mean of all", "USD", 0),
            number_column("median_household_usd", "What the median household can buy", "USD", 0),
        ),
        tuple(rows),
        note="Real income counts duties that are saved, households do not have them to spend. Output is at base-year prices and "
        "leaves out the terms of trade. Unemployment is on top of the base year's, and nil without a wage floor. "
        + ANCHOR
        + _counted(outcomes)
        + note,
    )


def _people(value: Equilibrium, code: str, moved: Mapping[str, float]) -> tuple[Cell, Cell, Cell]:
    """Thousands of jobs, and dollars a year of all households and of the median one; empty where nobody counted.

    Counts and dollars are those of the base year times what moved of it, as equivalent variations are: differences of levels.
    """
    people = people_of(value.economy).get(code)
    if people is None:
        return None, None, None
    income = 1e3 * float(value.economy.income[value.economy.labels.country(code)])
    households, buys = people.households_thousand.value, moved["households"]
    return (
        moved["jobs"] * people.employed_thousand.value,
        buys * income / households,
        buys * people.median_household_income_usd.value,
    )


def _counted(outcomes: Mapping[str, Outcome]) -> str:
    """Whose jobs and households are counted, by whom, and what that assumes."""
    said = [
        f"{code}: {people.employed_thousand.value:,.0f} thousand jobs ({people.employed_thousand.what}; "
        f"{people.employed_thousand.source.split(':')[0]}), {people.households_thousand.value:,.0f} thousand households "
        f"({people.households_thousand.source.split(',')[0]}), the median one with {people.median_household_income_usd.value:,.0f} "
        f"dollars ({people.median_household_income_usd.what}; {people.median_household_income_usd.source.split(',')[0]})"
        for code, people in people_of(next(iter(outcomes.values())).value.economy).items()
    ]
    if not said:
        return ""
    return (
        f"Counts: {'; '.join(said)}; the others' are not among the data. The mean of all shares out the whole economy's income, government "
        "included; the median household is taken to gain and lose as all do. "
    )


def _readings(value: Equilibrium) -> dict[str, Array]:
    """Ratios to the base year, in the order of the columns."""
    jobs = employment_hat(value)
    return {
        "gdp": value.gdp_volume_hat,
        "income": value.real_income_hat,
        "households": value.household_spending_hat,
        "prices": value.consumer_price_hat,
        "wages": value.wage_hat / (1 - value.unemployment),
        "jobs": jobs,
    }


def unemployment_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str] = (), *, against: str | None = None
) -> Table:
    """People who work in each sector, and those who would at its wage and do not."""
    kept, reference, note = shown(outcomes, against)
    rows: list[tuple[Cell, ...]] = []
    for name, value in kept:
        labels = value.economy.labels
        before = None if reference is None else _by_sector(reference)
        working, idle, wage = _by_sector(value)
        for code in chosen(outcomes, countries):
            n = labels.country(code)
            for s, sector in enumerate(labels.sectors):
                if not value.economy.value_added[n] > 0 or not np.isfinite(working[n, s]):
                    continue
                rows.append(
                    (
                        name,
                        code,
                        sector,
                        labels.sector_name(sector),
                        100 * float(working[n, s] / (1.0 if before is None else before[0][n, s]) - 1),
                        100 * float(np.round(idle[n, s] - (0.0 if before is None else before[1][n, s]), 12)),
                        100 * float(wage[n, s] / (1.0 if before is None else before[2][n, s]) - 1),
                    )
                )
    return Table(
        "unemployment",
        "Jobs and unemployment by sector",
        (
            OUTCOME,
            country_column(outcomes),
            SECTOR,
            NAME,
            number_column("jobs_pct", "Jobs", "%"),
            number_column("unemployment_pp", "Without work, of those who look for it there", "points"),
            number_column("nominal_wage_pct", "Wage in dollars", "%"),
        ),
        tuple(rows),
        note="Unemployment is on top of the base year's, and nil without a wage floor (`--wage-floor`); with free mobility everybody "
        "in a country runs the same risk. " + ANCHOR + note,
    )


def _by_sector(value: Equilibrium) -> tuple[Array, Array, Array]:
    """People at work [country, sector], ratio to the base year; share without work; wage in dollars, ratio."""
    shape = value.economy.va_share.shape
    base = value.technology.base_earnings()
    before = base / base.sum(1, keepdims=True)
    now = value.workers_share_new * value.factor_supply_hat[:, None]
    working = np.divide(now, before, out=np.full(shape, np.nan), where=before > 0)

    def laid_out(level: Array) -> Array:
        return np.asarray(np.broadcast_to(level[:, None], shape) if level.ndim == 1 else level)

    return working, 1 - laid_out(value.employment_rate), laid_out(value.nominal_wage_hat)
