"""More of what is read off an equilibrium: employment, wages, prices, flows, money raised, average duties.

Each function returns one table with units. Levels are against the base year; with `against` they are against another
outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.cases import WORLD
from detente.core import Cell, Column, InputError, LabelError, Labels, Table, suggestion
from detente.show.tables.metrics import assumptions
from detente.world import Array, flows_abroad, goods_sectors

if TYPE_CHECKING:
    from detente.cases import Outcome
    from detente.equilibrium import Equilibrium

OUTCOME = Column("outcome", "Outcome")
COUNTRY = Column("country", "Country")
SECTOR = Column("sector", "Sector")
NAME = Column("name", "Name")


def country_column(outcomes: Mapping[str, Outcome]) -> Column:
    """A column of countries with their names, for tables whose `name` is another's."""
    labels = next(iter(outcomes.values())).value.economy.labels
    return Column("country", "Country", names=labels.country_names)


def number_column(key: str, label: str, unit: str, digits: int = 2) -> Column:
    """A column of numbers."""
    return Column(key, label, unit, "number", digits)


def shown(
    outcomes: Mapping[str, Outcome], against: str | None
) -> tuple[list[tuple[str, Equilibrium]], Equilibrium | None, str]:
    """Outcomes to show, the equilibrium they are compared with, and the note that says so."""
    if against is not None and against not in outcomes:
        raise LabelError(f"unknown outcome `{against}`", hint=suggestion(against, outcomes))
    first = next(iter(outcomes.values()))
    kept = [(name, outcome.value) for name, outcome in outcomes.items() if name != against]
    if not kept:
        raise InputError(
            f"there is nothing to compare with `{against}`", hint="give another scenario beside it"
        )
    what = f"`{against}`" if against else f"the {first.value.economy.year} base year"
    note = f"Against {what}. {assumptions(first, *outcomes.values())}"
    return kept, outcomes[against].value if against else None, note


def chosen(
    outcomes: Mapping[str, Outcome], countries: Sequence[str], *, world: bool = False
) -> tuple[str, ...]:
    """Codes asked for, or every country's; unknown ones raise `LabelError`, and so does the world's where there is none."""
    labels = next(iter(outcomes.values())).value.economy.labels
    for code in countries:
        if not (world and code == WORLD):
            labels.country(code)
    return tuple(countries) or labels.countries


def _name(labels: Labels, code: str) -> str:
    return "World" if code == WORLD else labels.country_name(code)


def employment_shares(value: Equilibrium) -> Array:
    """Share of a country's workers in each sector [country, sector].

    Workers follow earnings: with free mobility there is one wage, and with limited mobility everybody who chooses a sector
    expects the same income (Galle, Rodríguez-Clare and Yi 2023), so shares of workers are shares of factor income.
    """
    earned = value.sector_earnings_new
    return np.asarray(earned / earned.sum(1, keepdims=True))


def employment_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str] = (), *, against: str | None = None
) -> Table:
    """Where people work under each outcome: share of workers by sector, and its change."""
    kept, reference, note = shown(outcomes, against)
    rows: list[tuple[Cell, ...]] = []
    for name, value in kept:
        labels = value.economy.labels
        base = value.technology.base_earnings()
        before = base / base.sum(1, keepdims=True) if reference is None else employment_shares(reference)
        now = employment_shares(value)
        for code in chosen(outcomes, countries):
            n = labels.country(code)
            for s, sector in enumerate(labels.sectors):
                if before[n, s] > 0:
                    rows.append(
                        (
                            name,
                            code,
                            sector,
                            labels.sector_name(sector),
                            100 * float(before[n, s]),
                            100 * float(now[n, s]),
                            100 * float(now[n, s] - before[n, s]),
                            100 * float(now[n, s] / before[n, s] - 1),
                        )
                    )
    return Table(
        "employment",
        "Employment by sector",
        (
            OUTCOME,
            country_column(outcomes),
            SECTOR,
            NAME,
            number_column("employment_share_pct", "Share of workers before", "%", 3),
            number_column("employment_share_new_pct", "Share of workers", "%", 3),
            number_column("employment_share_pp", "Difference", "points", 3),
            number_column("employment_pct", "Workers in the sector", "%"),
        ),
        tuple(rows),
        note="Factor use, as shares of a country's; `--table jobs` has employment in all. " + note,
    )


def _factor_prices(value: Equilibrium) -> Array:
    """Price of a unit of the factor [country, sector], ratio to the base year."""
    price = value.factor_price_hat
    shape = value.economy.va_share.shape
    return np.asarray(np.broadcast_to(price[:, None], shape) if price.ndim == 1 else price)


def wage_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str] = (), *, against: str | None = None
) -> Table:
    """Wages, nominal and real, and how far factor prices move apart between sectors."""
    kept, reference, note = shown(outcomes, against)
    rows: list[tuple[Cell, ...]] = []
    for name, value in kept:
        labels = value.economy.labels
        prices = _factor_prices(value)
        wage, real = value.wage_hat, value.real_wage_hat
        if reference is not None:
            prices = prices / _factor_prices(reference)
            wage, real = wage / reference.wage_hat, real / reference.real_wage_hat
        exists = value.technology.earning
        for code in chosen(outcomes, countries):
            n = labels.country(code)
            inside = np.where(exists[n], prices[n], np.nan)
            low, high = int(np.nanargmin(inside)), int(np.nanargmax(inside))
            apart = float(inside[high] - inside[low]) > 1e-12
            rows.append(
                (
                    name,
                    code,
                    labels.country_name(code),
                    100 * float(wage[n] - 1),
                    100 * float(real[n] - 1),
                    labels.sectors[low] if apart else None,
                    100 * float(inside[low] - 1),
                    labels.sectors[high] if apart else None,
                    100 * float(inside[high] - 1),
                )
            )
    return Table(
        "wages",
        "Wages",
        (
            OUTCOME,
            COUNTRY,
            NAME,
            number_column("wage_pct", "Wages", "%"),
            number_column("real_wage_pct", "Real wages", "%", 3),
            Column("lowest_sector", "Hit hardest"),
            number_column("lowest_factor_price_pct", "Factor price there", "%"),
            Column("highest_sector", "Gains most"),
            number_column("highest_factor_price_pct", "Factor price there", "%"),
        ),
        tuple(rows),
        note="One wage a country where factors move freely. Money is measured in world value added. " + note,
    )


def price_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str] = (), *, against: str | None = None
) -> Table:
    """Prices by sector: what buyers pay, duty included, and what producers ask."""
    kept, reference, note = shown(outcomes, against)
    rows: list[tuple[Cell, ...]] = []
    for name, value in kept:
        labels = value.economy.labels
        price, cost = value.price_hat, value.cost_hat
        if reference is not None:
            price, cost = price / reference.price_hat, cost / reference.cost_hat
        for code in chosen(outcomes, countries):
            n = labels.country(code)
            for s, sector in enumerate(labels.sectors):
                rows.append(
                    (
                        name,
                        code,
                        sector,
                        labels.sector_name(sector),
                        100 * float(price[n, s] - 1),
                        100 * float(cost[n, s] - 1),
                        100 * float(value.economy.final_shares[n, s]),
                    )
                )
    return Table(
        "prices",
        "Prices by sector",
        (
            OUTCOME,
            country_column(outcomes),
            SECTOR,
            NAME,
            number_column("price_pct", "Buyers' price", "%"),
            number_column("cost_pct", "Producer price", "%"),
            number_column("final_share_pct", "Share of final spending, base year", "%"),
        ),
        tuple(rows),
        note="Money is measured in world value added. " + note,
    )


def pair_flow_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str] = (), *, against: str | None = None
) -> Table:
    """Goods trade between every pair of countries, or of those that touch the countries named.

    With the world (`WORLD`) among them: between those named, and of each with all other countries together.
    """
    kept, reference, note = shown(outcomes, against)
    rows: list[tuple[Cell, ...]] = []
    wanted = chosen(outcomes, countries, world=True)
    names = {**country_column(outcomes).names, WORLD: "World"}
    for name, value in kept:
        economy = value.economy
        labels, goods = economy.labels, goods_sectors(economy)
        base = economy.flows[:, :, goods]
        before = (economy.flows if reference is None else reference.flows_new)[:, :, goods].sum(2)
        now = value.flows_new[:, :, goods].sum(2)
        volume = (base * value.flow_volume_hat[:, :, goods]).sum(2)
        earlier = base.sum(2) if reference is None else (base * reference.flow_volume_hat[:, :, goods]).sum(2)
        for importer, exporter, cells in _pairs(labels.countries, wanted):
            old, new, was, is_now = (float(part[cells].sum()) for part in (before, now, earlier, volume))
            if old > 0:
                changes = (100 * (new / old - 1), 100 * (is_now / was - 1))
                rows.append((name, importer, exporter, old / 1e3, new / 1e3, *changes))
    return Table(
        "flows",
        "Goods trade between countries",
        (
            OUTCOME,
            Column("importer", "Importer", names=names),
            Column("exporter", "Exporter", names=names),
            number_column("base_usd_bn", "Before", "USD bn"),
            number_column("new_usd_bn", "New", "USD bn"),
            number_column("change_pct", "Change in value", "%", 1),
            number_column("volume_pct", "Change in volume", "%", 1),
        ),
        tuple(rows),
        note="Value at the border before duty; volume at base-year producer prices. " + note,
    )


def _pairs(
    codes: Sequence[str], wanted: Sequence[str]
) -> Iterator[tuple[str, str, tuple[Sequence[int], Sequence[int]]]]:
    """Importer, exporter and the cells [importer, exporter] that they are; the world is every country but the other."""
    place = {code: n for n, code in enumerate(codes)}
    world = WORLD in wanted
    for importer in (*codes, WORLD) if world else codes:
        for exporter in (*codes, WORLD) if world else codes:
            named = {importer, exporter}
            if (named <= set(wanted)) if world else (named & set(wanted)):
                buyers = range(len(codes)) if importer == WORLD else (place[importer],)
                sellers = range(len(codes)) if exporter == WORLD else (place[exporter],)
                cells = [(n, i) for n in buyers for i in sellers if n != i]
                if cells:
                    yield importer, exporter, ([n for n, _ in cells], [i for _, i in cells])


def _rents(outcome: Outcome) -> Array:
    """Rents of quantity controls by who keeps them [country], million USD; lost rents are nobody's."""
    from detente.cases import ControlledOutcome
    from detente.equilibrium.explain import rent

    count = len(outcome.value.economy.labels.countries)
    if not isinstance(outcome, ControlledOutcome):
        return np.zeros(count)
    return np.array([rent(outcome.value, *outcome.held, n) for n in range(count)])


def revenue_table(
    outcomes: Mapping[str, Outcome], countries: Sequence[str] = (), *, against: str | None = None
) -> Table:
    """Money raised at borders and earned above cost: duties, export taxes, rents of controls, profits."""
    _, reference, note = shown(outcomes, against)
    rows: list[tuple[Cell, ...]] = []
    for name, outcome in outcomes.items():
        if name == against:
            continue
        value, labels = outcome.value, outcome.value.economy.labels
        rents = _rents(outcome)
        before = (value.economy.tariff_revenue if reference is None else reference.tariff_revenue_new) / 1e3
        for code in chosen(outcomes, countries, world=True):
            whose = slice(None) if code == WORLD else [labels.country(code)]
            duties, earlier = float(value.tariff_revenue_new[whose].sum()) / 1e3, float(before[whose].sum())
            rows.append(
                (
                    name,
                    code,
                    _name(labels, code),
                    earlier,
                    duties,
                    duties - earlier,
                    float(value.export_tax_revenue_new[whose].sum()) / 1e3,
                    float(rents[whose].sum()) / 1e3,
                    float(value.profit_new[whose].sum()) / 1e3,
                    100 * duties * 1e3 / float(value.income_new[whose].sum()),
                )
            )
    return Table(
        "revenue",
        "Revenue, rents and profits",
        (
            OUTCOME,
            COUNTRY,
            NAME,
            number_column("tariff_revenue_before_usd_bn", "Duties before", "USD bn"),
            number_column("tariff_revenue_usd_bn", "Duties collected", "USD bn"),
            number_column("tariff_revenue_change_usd_bn", "Difference", "USD bn"),
            number_column("export_tax_usd_bn", "Export taxes", "USD bn"),
            number_column("rent_usd_bn", "of both, rents of controls", "USD bn"),
            number_column("profit_usd_bn", "Profits", "USD bn"),
            number_column("tariff_revenue_share_pct", "Duties in income", "%"),
        ),
        tuple(rows),
        note="All of it is income of the country, of its households where duties are not saved; a floor's rent is negative: what it costs the budget. "
        + note,
    )


def effective_duty_table(outcomes: Mapping[str, Outcome], countries: Sequence[str] = ()) -> Table:
    """Average duty each country charges on goods from abroad: base year, before and after substitution."""
    first = next(iter(outcomes.values()))
    rows: list[tuple[Cell, ...]] = []
    for name, outcome in outcomes.items():
        value, economy = outcome.value, outcome.value.economy
        goods = goods_sectors(economy)
        old, new = (flows_abroad(economy, flows)[:, :, goods] for flows in (economy.flows, value.flows_new))
        duty, duty_new = economy.tariff[:, :, goods], value.wedges.tariff[:, :, goods]
        for code in chosen(outcomes, countries, world=True):
            n = slice(None) if code == WORLD else [economy.labels.country(code)]
            rows.append(
                (
                    name,
                    code,
                    _name(economy.labels, code),
                    *(
                        100 * float((rate[n] * weight[n]).sum() / weight[n].sum())
                        for rate, weight in ((duty, old), (duty_new, old), (duty_new, new))
                    ),
                )
            )
    return Table(
        "effective_duties",
        "Average duties on goods from abroad",
        (
            OUTCOME,
            COUNTRY,
            NAME,
            number_column("duty_base_pct", "Base year", "%"),
            number_column("duty_pre_pct", "Before substitution", "%"),
            number_column("duty_post_pct", "After substitution", "%"),
        ),
        tuple(rows),
        note="Before substitution: new duties on base-year trade; after: on the trade they leave, which is not always lower. "
        "Duty equivalents of importers' caps are included. " + assumptions(first, *outcomes.values()),
    )
