"""What is read off an equilibrium: functions that return tables carrying their own names, units and concepts.

Levels are against the base year; deltas are against another outcome (the standing state, unless said otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.cases import HEADLINES, WORLD, headline_differences, headlines
from detente.core import Cell, Column, LabelError, Table, known_each, suggestion
from detente.show.words import joined, percent
from detente.world import Array, goods_sectors

if TYPE_CHECKING:
    from detente.cases import Outcome
    from detente.equilibrium import Equilibrium


def assumptions(outcome: Outcome, *others: Outcome) -> str:
    """Write the horizon, closure and elasticity source of an outcome: no result is printed without them.

    What bans did to trade as a whole, and who gains by not selling, is said of it and of every other outcome shown beside it.
    """
    from detente.cases import answers_sentence, closure_words, horizon_sentence
    from detente.equilibrium import GATE

    value = outcome.value
    notes = {
        case.scenario.id: " ".join(
            filter(None, (case.solution.note, _gains_without_exports(case), _own_options(case, outcome)))
        )
        for case in (outcome, *others)
    }
    return (
        f"{horizon_sentence(value.structure)} {answers_sentence(value)}{' ' * (value.responses is not None)}"
        f"Closure: {closure_words(value)}. "
        f"Elasticities: {value.economy.elasticity_source}. "
        f"Baseline: {value.economy.name} ({value.economy.year}). {vintage_words(outcome)}"
        f"Solver: {outcome.solution.result.name}, every residual below {GATE:.0e}."
        + "".join(f" `{name}`: {said}" for name, said in notes.items() if said)
    )


def _own_options(case: Outcome, first: Outcome) -> str:
    """Say what a scenario's own settings make of the model, where that is not what the note begins with."""
    from detente.cases import answers_sentence, horizon_sentence

    settings = case.scenario.options
    if settings is None or case is first:
        return ""
    return f"{horizon_sentence(case.value.structure)} {answers_sentence(case.value)}".strip()


GAIN = 5e-4
"""Real income that whose exports are banned must gain for it to be said, a fraction: what a table shows as 0.1 %."""


def _gains_without_exports(outcome: Outcome) -> str:
    """Say of every country that gains real income though nobody abroad may buy some good of its: doubtful, and why."""
    from detente.equilibrium import no_exports

    value = outcome.value
    if not (outcome.solution.result.ok and np.isinf(value.wedges.iceberg_hat).any()):
        return ""
    from detente.show.figures.theme import country_name

    economy, gain = value.economy, value.real_income_hat - 1
    stopped, said = no_exports(economy, value.wedges), []
    for n in np.flatnonzero(stopped.any(1) & (gain > GAIN)):
        goods = joined([economy.labels.sectors[s] for s in np.flatnonzero(stopped[n])])
        who = country_name(economy.labels.countries[n])
        said.append(
            f"{who} gains {percent(100 * float(gain[n]))} of real income though nobody abroad may buy its {goods}. That is "
            "doubtful: what it makes of them at home earns so much more only while nobody else draws on stocks or builds "
            "capacity, and neither is counted here."
        )
    return " ".join(said)


def vintage_words(outcome: Outcome) -> str:
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
    *(Column(key, words, unit, "number", digits) for key, (words, unit, digits) in HEADLINES.items()),
)


def country_outcome_table(
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
    reference = headlines(outcomes[against].value) if against else None
    rows: list[tuple[Cell, ...]] = []
    for name, outcome in outcomes.items():
        level = headlines(outcome.value)
        parts = [("level", level)]
        if reference is not None and name != against:  # what is asked first: the difference
            parts.insert(0, ("delta", headline_differences(level, reference)))
        for measure, block in parts:
            for position, code in enumerate(codes):
                if code in wanted:
                    shown = "World" if code == WORLD else labels.country_name(code)
                    rows.append((name, code, shown, measure, *map(float, block[:, position])))
    what = f"; delta: against `{against}`" if against else ""
    return Table(
        "countries",
        "What each outcome does to each economy",
        COUNTRY_COLUMNS,
        tuple(rows),
        note=f"level: against the {first.value.economy.year} base year{what}. {assumptions(first, *outcomes.values())}",
    )


def sector_outcome_table(
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
            Column("country", "Country", names=economy.labels.country_names),
            Column("sector", "Sector"),
            Column("name", "Name"),
            Column("output_volume_pct", "Output volume", "%", "number", 2),
            Column("output_usd_bn", "Output at base-year prices", "USD bn", "number", 2),
            Column("cost_pct", "Producer price", "%", "number", 2),
            Column("base_output_usd_bn", "Output in the base year", "USD bn", "number", 1),
        ),
        tuple(rows),
        note=f"Against {f'`{against}`' if against else f'the {economy.year} base year'}. {assumptions(first, *outcomes.values())}",
    )


def pair_table(outcomes: Mapping[str, Outcome], parties: tuple[str, str]) -> Table:
    """Goods trade and duties between two parties, both directions, under each outcome."""
    first = next(iter(outcomes.values()))
    names = first.value.economy.labels.country_names
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
        f"Goods trade and duties between {' and '.join(names.get(code, code) for code in parties)}",
        (
            Column(
                "outcome",
                "Outcome",
                names={name: outcome.scenario.title for name, outcome in outcomes.items()},
            ),
            Column("importer", "Importer", names=names),
            Column("exporter", "Exporter", names=names),
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
            f"The model starts from what was collected in {first.value.economy.year} and adds what the law has changed since: below statutory averages. "
            + assumptions(first, *outcomes.values())
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
    size = known_each({row[0]: row[2] for row in rows})
    rows.sort(key=lambda row: (-size[row[0]], row[0]))
    from detente.show.figures.theme import country_name

    a, b = (country_name(code, short=True) for code in parties)
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
        note=f"`{outcome.scenario.id}` against `{against.scenario.id}`. {assumptions(outcome, against)}",
    )


def footprint_table(outcome: Outcome) -> Table:
    """Each measure of an outcome: whether it moves the model, and why not."""
    return Table(
        "footprints",
        f"What moves the model in `{outcome.scenario.id}`",
        (
            Column("measure", "Measure"),
            Column("title", "Title"),
            Column("status", "Status"),
            Column("moves", "Moves"),
            Column("reason", "Why not"),
        ),
        tuple(
            (f.measure, f.title, f.status, "yes" if f.moves else "no", f.reason) for f in outcome.footprints
        ),
        note="Base-year layers and measures that bind no trade flow move nothing by themselves.",
    )
