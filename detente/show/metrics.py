"""What is read off an equilibrium: functions that return tables carrying their own names, units and concepts.

Levels are against the base year; deltas are against another outcome (the standing state, unless said otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Column, LabelError, Table, suggestion
from detente.core.table import Cell
from detente.world.economy import Array
from detente.world.stacking import goods_sectors

if TYPE_CHECKING:
    from detente.equilibrium import Equilibrium
    from detente.equilibrium.outcomes import Outcome

WORLD = "WORLD"


def assumptions(outcome: Outcome) -> str:
    """Write the horizon, closure and elasticity source of an outcome: no result is printed without them."""
    from detente.equilibrium import CLOSURES
    from detente.equilibrium.horizons import horizon_sentence
    from detente.equilibrium.residuals import GATE

    value = outcome.value
    return (
        f"{horizon_sentence(value.structure)} Closure: {CLOSURES[value.closure]}. "
        f"Elasticities: {value.economy.elasticity_source}. "
        f"Baseline: {value.economy.name} ({value.economy.year}). {_vintage(outcome)}"
        f"Solver: {outcome.solution.result.name}, every residual below {GATE:.0e}."
    )


def _vintage(outcome: Outcome) -> str:
    """Say that measures of one time are solved on the trade of another, where they are years apart."""
    day, base = outcome.scenario.date, outcome.value.economy.year
    if day is None or abs(day.year - base) <= 2:
        return ""
    return f"Measures of {day.year} on the trade of {base}: what they would do there, not a replay of {day.year}. "


def goods_trade(equilibrium: Equilibrium, importer: str, exporter: str) -> tuple[float, float]:
    """Goods flow before duty from exporter to importer: base year and new, million USD."""
    labels, goods = equilibrium.economy.labels, goods_sectors(equilibrium.economy)
    n, i = labels.country(importer), labels.country(exporter)
    return (
        float(equilibrium.economy.flows[n, i, goods].sum()),
        float(equilibrium.flows_new[n, i, goods].sum()),
    )


def effective_duty(equilibrium: Equilibrium, importer: str, exporter: str) -> tuple[float, float, float]:
    """Average duty on goods of one country: base year, new on base-year trade (pre), new on new trade (post); fractions."""
    economy, goods = equilibrium.economy, goods_sectors(equilibrium.economy)
    n, i = economy.labels.country(importer), economy.labels.country(exporter)
    flows, flows_new = economy.flows[n, i, goods], equilibrium.flows_new[n, i, goods]
    old, new = economy.tariff[n, i, goods], equilibrium.wedges.tariff[n, i, goods]

    def mean(rate: Array, weight: Array) -> float:
        return float((rate * weight).sum() / weight.sum()) if weight.sum() > 0 else 0.0

    return mean(old, flows), mean(new, flows), mean(new, flows_new)


COUNTRY_COLUMNS = (
    Column("outcome", "Outcome"),
    Column("country", "Country"),
    Column("name", "Name"),
    Column("measure", "Measure"),
    Column("real_income_pct", "Real income", "%", "number", 3),
    Column("equivalent_variation_usd_bn", "Equivalent variation", "USD bn", "number", 1),
    Column("consumer_price_pct", "Consumer prices", "%", "number", 2),
    Column("wage_pct", "Wages", "%", "number", 2),
    Column("tariff_revenue_usd_bn", "Duties collected", "USD bn", "number", 1),
    Column("exports_pct", "Exports", "%", "number", 2),
    Column("imports_pct", "Imports", "%", "number", 2),
)


def _country_levels(value: Equilibrium) -> Array:
    """Rows [country + world, metric] of `COUNTRY_COLUMNS`, against the base year."""
    economy = value.economy
    off = ~np.eye(len(economy.labels.countries), dtype=bool)[:, :, None]
    flows, flows_new = economy.flows * off, value.flows_new * off
    exports, exports_new = flows.sum((0, 2)), flows_new.sum((0, 2))
    imports, imports_new = flows.sum((1, 2)), flows_new.sum((1, 2))
    # the world as one: money sums are added up, its price is the spending-weighted mean of logarithms
    weight = economy.income / economy.income.sum()
    world_price = float(np.exp((weight * np.log(value.consumer_price_hat)).sum()))
    ev = value.equivalent_variation_usd
    table = np.stack(
        [
            100 * (value.real_income_hat - 1),
            ev / 1e3,
            100 * (value.consumer_price_hat - 1),
            100 * (value.wage_hat - 1),
            value.tariff_revenue_new / 1e3,
            100 * (exports_new / exports - 1),
            100 * (imports_new / imports - 1),
        ],
        axis=1,
    )
    world = [
        100 * ev.sum() / economy.income.sum(),
        ev.sum() / 1e3,
        100 * (world_price - 1),
        0.0,
        value.tariff_revenue_new.sum() / 1e3,
        100 * (exports_new.sum() / exports.sum() - 1),
        100 * (imports_new.sum() / imports.sum() - 1),
    ]
    return np.vstack([table, world])


def country_table(
    outcomes: Mapping[str, Outcome], *, against: str | None = None, countries: Sequence[str] | None = None
) -> Table:
    """What each outcome does to each economy and the world.

    Parameters
    ----------
    outcomes : mapping of id to Outcome
    against : str, optional
        Id of the outcome that deltas are taken from; without it only levels are given.
    countries : sequence of str, optional
        Codes to keep; all, with a row for the world, when left out.

    Returns
    -------
    Table
        One row an outcome, country and measure (``level`` against the base year, ``delta`` against `against`).
        A delta in per cent is the ratio of the two equilibria; duties and equivalent variation are differences.

    Raises
    ------
    LabelError
        For an `against` or a country that is not there.
    """
    first = next(iter(outcomes.values()))
    labels = first.value.economy.labels
    if against is not None and against not in outcomes:
        raise LabelError(f"unknown outcome `{against}`", hint=suggestion(against, outcomes))
    for code in countries or ():
        if code != WORLD:
            labels.country(code)
    codes = (*labels.countries, WORLD)
    wanted = set(countries) if countries else set(codes)
    reference = _country_levels(outcomes[against].value) if against else None
    differences = [1, 4]  # columns in money: subtracted, not divided
    rows: list[tuple[Cell, ...]] = []
    for name, outcome in outcomes.items():
        level = _country_levels(outcome.value)
        parts = [("level", level)]
        if reference is not None and name != against:
            delta = 100 * ((1 + level / 100) / (1 + reference / 100) - 1)
            delta[:, differences] = (level - reference)[:, differences]
            parts.append(("delta", delta))
        for measure, block in parts:
            for position, code in enumerate(codes):
                if code in wanted:
                    shown = "World" if code == WORLD else labels.country_name(code)
                    rows.append((name, code, shown, measure, *map(float, block[position])))
    what = f"; delta: against `{against}`" if against else ""
    return Table(
        "countries",
        "What each outcome does to each economy",
        COUNTRY_COLUMNS,
        tuple(rows),
        note=f"level: against the {first.value.economy.year} base year{what}. {assumptions(first)}",
    )


def sector_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str], *, against: str | None = None
) -> Table:
    """Output by sector of some countries under each outcome, against the base year or another outcome.

    Parameters
    ----------
    outcomes : mapping of id to Outcome
    countries : sequence of str
    against : str, optional
        Id of the outcome to compare with; the base year when left out.

    Returns
    -------
    Table
        Output volume in per cent and at base-year prices in USD billion; price of the sector's output in per cent.
    """
    first = next(iter(outcomes.values()))
    economy = first.value.economy
    labels = economy.labels
    rows: list[tuple[Cell, ...]] = []
    for name, outcome in outcomes.items():
        if name == against:
            continue
        reference = outcomes[against].value if against else None
        value = outcome.value
        for code in countries:
            n = labels.country(code)
            for s, sector in enumerate(labels.sectors):
                base = float(economy.output[n, s])
                hat, before = float(value.output_volume_hat[n, s]), 1.0
                cost, cost_before = float(value.cost_hat[n, s]), 1.0
                if reference is not None:
                    before, cost_before = (
                        float(reference.output_volume_hat[n, s]),
                        float(reference.cost_hat[n, s]),
                    )
                rows.append(
                    (
                        name,
                        code,
                        sector,
                        labels.sector_name(sector),
                        100 * (hat / before - 1),
                        base * (hat - before) / 1e3,
                        100 * (cost / cost_before - 1),
                        base / 1e3,
                    )
                )
    return Table(
        "sectors",
        "Output by sector",
        (
            Column("outcome", "Outcome"),
            Column("country", "Country"),
            Column("sector", "Sector"),
            Column("name", "Name"),
            Column("output_volume_pct", "Output volume", "%", "number", 2),
            Column("output_usd_bn", "Output at base-year prices", "USD bn", "number", 2),
            Column("cost_pct", "Producer price", "%", "number", 2),
            Column("base_output_usd_bn", "Output in the base year", "USD bn", "number", 1),
        ),
        tuple(rows),
        note=f"Against {f'`{against}`' if against else f'the {economy.year} base year'}. {assumptions(first)}",
    )


def pair_table(outcomes: Mapping[str, Outcome], parties: tuple[str, str]) -> Table:
    """Goods trade and duties between two parties, both directions, under each outcome."""
    first = next(iter(outcomes.values()))
    rows: list[tuple[Cell, ...]] = []
    for name, outcome in outcomes.items():
        for importer, exporter in (parties, parties[::-1]):
            base, new = goods_trade(outcome.value, importer, exporter)
            duty, pre, post = effective_duty(outcome.value, importer, exporter)
            rows.append(
                (
                    name,
                    importer,
                    exporter,
                    base / 1e3,
                    new / 1e3,
                    100 * (new / base - 1),
                    100 * duty,
                    100 * pre,
                    100 * post,
                )
            )
    return Table(
        "pair",
        f"Goods trade and duties between {parties[0]} and {parties[1]}",
        (
            Column("outcome", "Outcome"),
            Column("importer", "Importer"),
            Column("exporter", "Exporter"),
            Column("base_usd_bn", "Base year", "USD bn", "number", 1),
            Column("new_usd_bn", "New", "USD bn", "number", 1),
            Column("change_pct", "Change", "%", "number", 1),
            Column("duty_base_pct", "Duty, base year", "%", "number", 1),
            Column("duty_pre_pct", "Duty, before substitution", "%", "number", 1),
            Column("duty_post_pct", "Duty, after substitution", "%", "number", 1),
        ),
        tuple(rows),
        note=(
            "Flows before duty. Before substitution: new duties on base-year trade; after: on the trade they leave. "
            "The model starts from what was collected in 2024 and adds what the law has changed since: below statutory averages. "
            + assumptions(first)
        ),
    )


def diversion_table(outcome: Outcome, parties: tuple[str, str], *, against: Outcome) -> Table:
    """Third economies when two parties fall out or make up: what they sell to each and buy from each, against an outcome.

    Parameters
    ----------
    outcome, against : Outcome
    parties : (str, str)

    Returns
    -------
    Table
        One row a third economy, the largest gain first.
    """
    economy = outcome.value.economy
    labels, goods = economy.labels, goods_sectors(economy)
    first, second = (labels.country(code) for code in parties)
    change = (outcome.value.flows_new - against.value.flows_new)[:, :, goods].sum(2) / 1e3
    rows = []
    for n, code in enumerate(labels.countries):
        if n in (first, second):
            continue
        hat = outcome.value.real_income_hat[n] / against.value.real_income_hat[n]
        ev = (outcome.value.equivalent_variation_usd[n] - against.value.equivalent_variation_usd[n]) / 1e3
        rows.append(
            (
                code,
                labels.country_name(code),
                float(ev),
                100 * float(hat - 1),
                float(change[first, n]),
                float(change[second, n]),
                float(change[n, first]),
                float(change[n, second]),
            )
        )
    rows.sort(key=lambda row: (-row[2], row[0]))
    a, b = parties
    return Table(
        "diversion",
        "Third economies",
        (
            Column("country", "Country"),
            Column("name", "Name"),
            Column("equivalent_variation_usd_bn", "Equivalent variation", "USD bn", "number", 2),
            Column("real_income_pct", "Real income", "%", "number", 3),
            Column("exports_to_first_usd_bn", f"Goods sold to {a}", "USD bn", "number", 1),
            Column("exports_to_second_usd_bn", f"Goods sold to {b}", "USD bn", "number", 1),
            Column("imports_from_first_usd_bn", f"Goods bought from {a}", "USD bn", "number", 1),
            Column("imports_from_second_usd_bn", f"Goods bought from {b}", "USD bn", "number", 1),
        ),
        tuple(rows),
        note=f"`{outcome.scenario.id}` against `{against.scenario.id}`. {assumptions(outcome)}",
    )


def footprint_table(outcome: Outcome) -> Table:
    """Each measure of an outcome: whether it moves the model, and why not."""
    return Table(
        "footprints",
        f"What moves the model in `{outcome.scenario.id}`",
        (
            Column("measure", "Measure"),
            Column("status", "Status"),
            Column("moves", "Moves"),
            Column("reason", "Why not"),
        ),
        tuple((f.measure, f.status, "yes" if f.moves else "no", f.reason) for f in outcome.footprints),
        note="Base-year layers and measures that bind no trade flow move nothing by themselves.",
    )
