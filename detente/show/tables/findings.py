"""What outcomes do to two sides and everyone else: levels, changes, their spread over elasticities, diversion, sectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, LabelError, Table, known
from detente.equilibrium import Model
from detente.show.figures import OutcomeRow, SectorRow, country_name
from detente.show.tables.metrics import diversion_table
from detente.show.words import NBSP, Sentence, enough_digits, lower_first, money, percent
from detente.world import Array, Economy, flows_abroad, goods_sectors

if TYPE_CHECKING:
    from detente.cases import ControlledOutcome, Outcome

REST = "REST"


@dataclass(frozen=True)
class IncomeChange:
    """Real income of a group under an outcome against the reference: percent, and million USD a year."""

    pct: float
    usd: float


def groups(economy: Economy, parties: Sequence[str]) -> dict[str, list[int]]:
    """Positions of each party and of everyone else."""
    labels = economy.labels
    members = {code: [labels.country(code)] for code in parties}
    members[REST] = [n for n, code in enumerate(labels.countries) if code not in parties]
    return members


def income_changes(
    economy: Economy, hat: Array, reference: Array, members: Mapping[str, Sequence[int]]
) -> dict[str, IncomeChange]:
    """Real income of groups under `hat` against `reference` (both against the base year, [country]).

    The percentage of a group is its equivalent variation over its real income under the reference.
    """
    usd = (hat - reference) * economy.income
    return {
        code: IncomeChange(
            100 * float(usd[list(rows)].sum() / (reference * economy.income)[list(rows)].sum()),
            float(usd[list(rows)].sum()),
        )
        for code, rows in members.items()
    }


def output_changes(
    economy: Economy, hat: Array, reference: Array, members: Mapping[str, Sequence[int]]
) -> dict[str, float]:
    """Output (real GDP) of groups under `hat` against `reference`, percent; both `gdp_volume_hat`, against the base year, [country].

    The output of a group is the sum of its members' at base-year prices.
    """
    traded = flows_abroad(economy)
    produced = economy.final_demand.sum(1) + traded.sum((0, 2)) - traded.sum((1, 2))
    return {
        code: 100
        * float(((hat - reference) * produced)[list(rows)].sum() / (reference * produced)[list(rows)].sum())
        for code, rows in members.items()
    }


OWN = "own"
"""Name of the economy's own elasticities, where no published set fits its sectors."""


def sensitivity(
    economy: Economy,
    outcomes: Mapping[str, ControlledOutcome],
    reference: str,
    parties: Sequence[str],
    sets: Sequence[str],
) -> dict[str, dict[str, dict[str, IncomeChange]]]:
    """Solve every outcome again under each set of elasticities: set -> outcome -> group -> change.

    A set that has no sector for the economy's is left out; when none is left, the economy's own elasticities stand alone.
    """
    from detente.cases import run_cases, steered_like
    from detente.world import with_elasticity_set

    members = groups(economy, parties)
    cases = [outcome.case for outcome in outcomes.values()]
    model = Model.behind(outcomes[reference].value)
    by_set: dict[str, dict[str, dict[str, IncomeChange]]] = {}
    for name in sets:
        try:
            other = steered_like(model.on(with_elasticity_set(economy, name)), model)
        except LabelError:  # another world's sectors
            continue
        solved = run_cases(other, cases)
        hats = {key: solved[key].value.real_income_hat for key in outcomes}
        by_set[name] = {
            key: income_changes(other.economy, hats[key], hats[reference], members) for key in outcomes
        }
    if not by_set:
        hats = {key: outcome.value.real_income_hat for key, outcome in outcomes.items()}
        by_set[OWN] = {key: income_changes(economy, hats[key], hats[reference], members) for key in outcomes}
    return by_set


def sensitivity_table(
    changes_by_set: Mapping[str, Mapping[str, Mapping[str, IncomeChange]]],
    outcomes: Mapping[str, Outcome],
    reference: str,
) -> Table:
    """One row a set and outcome: real income of each side and of the rest, percent against the reference."""
    from detente.world import elasticity_sets

    groups_shown = list(next(iter(next(iter(changes_by_set.values())).values())))
    return Table(
        "sensitivity",
        "The same outcomes under other published elasticities",
        (
            Column("elasticities", "Elasticities", names={**elasticity_sets(), OWN: "those of the world"}),
            Column("outcome", "Outcome"),
            *(
                Column(
                    f"{code.lower()}_real_income_pct",
                    "Everyone else" if code == REST else country_name(code),
                    "%",
                    "number",
                    3,
                )
                for code in groups_shown
            ),
        ),
        tuple(
            (name, outcomes[key].scenario.title, *(rows[key][code].pct for code in groups_shown))
            for name, rows in changes_by_set.items()
            for key in rows
            if key != reference
        ),
        note=f"Real income against “{outcomes[reference].scenario.title}”. Each row is an exact solve.",
    )


def outcome_rows(
    economy: Economy,
    outcomes: Mapping[str, Outcome],
    reference: str,
    parties: Sequence[str],
    spread: Mapping[str, Mapping[str, Mapping[str, IncomeChange]]],
) -> tuple[OutcomeRow, ...]:
    """Rows of the outcome chart, with the range over elasticity sets."""
    members = groups(economy, parties)
    base = outcomes[reference].value.real_income_hat
    rows = []
    for key, outcome in outcomes.items():
        if key == reference:
            continue
        change = income_changes(economy, outcome.value.real_income_hat, base, members)
        ranges = {
            code: [rows_[key][code].pct for rows_ in spread.values()] + [change[code].pct] for code in members
        }
        rows.append(
            OutcomeRow(
                outcome.scenario.title,
                {code: c.pct for code, c in change.items()},
                {code: c.usd for code, c in change.items()},
                {code: min(values) for code, values in ranges.items()},
                {code: max(values) for code, values in ranges.items()},
            )
        )
    return tuple(rows)


def levels_table(
    economy: Economy, outcomes: Mapping[str, Outcome], reference: str, parties: Sequence[str]
) -> Table:
    """Each outcome for each side, everyone else and the world: level against the base year, and difference from today."""
    members = {**groups(economy, parties), "WORLD": list(range(len(economy.labels.countries)))}
    ones = np.ones(len(economy.labels.countries))
    base = outcomes[reference].value.real_income_hat
    names = {REST: "Everyone else", "WORLD": "World", **{code: country_name(code) for code in parties}}
    rows: list[tuple[Cell, ...]] = []
    for key, outcome in outcomes.items():
        hat = outcome.value.real_income_hat
        parts = [(f"level, against {economy.year}", income_changes(economy, hat, ones, members))]
        if key != reference:
            parts.append(("difference from today", income_changes(economy, hat, base, members)))
        for measure, by_group in parts:
            cells = [value for code in members for value in (by_group[code].pct, by_group[code].usd / 1e3)]
            rows.append((outcome.scenario.title, measure, *cells))
    share = enough_digits(float(cell) for row in rows for cell in row[2::2] if isinstance(cell, float))
    columns = [
        Column(f"{code.lower()}_{key}", names.get(code, code), unit, "number", digits)
        for code in members
        for key, unit, digits in (
            ("real_income_pct", "%", share),
            ("equivalent_variation_usd_bn", "USD bn", 1),
        )
    ]
    return Table(
        "levels",
        "What each outcome costs whom: real income",
        (Column("outcome", "Outcome"), Column("measure", "Measured as"), *columns),
        tuple(rows),
        note=(
            f"“Today” is “{outcomes[reference].scenario.title}”. Money is equivalent variation in USD of {economy.year}, a year, "
            "in the long run. The file countries.csv holds every economy, with prices, wages, duties collected and trade."
        ),
    )


def third_parties(
    outcome: Outcome, against: Outcome, parties: tuple[str, str]
) -> tuple[dict[str, float], dict[str, float], Table]:
    """Real income of third economies (percent, million USD) and the table of their trade."""
    table = diversion_table(outcome, parties, against=against)
    pct = {str(row["country"]): float(row["real_income_pct"] or 0) for row in table.records()}
    usd = {
        str(row["country"]): 1e3 * float(row["equivalent_variation_usd_bn"] or 0) for row in table.records()
    }
    renamed = Table(
        "third_trade", "Trade of third economies with the two sides", table.columns, table.rows, table.note
    )
    return pct, usd, renamed


def sector_rows(outcome: Outcome, against: Outcome, parties: Sequence[str]) -> tuple[SectorRow, ...]:
    """Output by goods sector of the two sides, against the reference; sectors without output are left out."""
    economy = outcome.value.economy
    rows = []
    for code in parties:
        n = economy.labels.country(code)
        for s in goods_sectors(economy):
            base = float(economy.output[n, s])
            if base <= 0:
                continue
            new, old = (
                float(outcome.value.output_volume_hat[n, s]),
                float(against.value.output_volume_hat[n, s]),
            )
            rows.append(
                SectorRow(
                    code,
                    economy.labels.sector_name(economy.labels.sectors[s]),
                    100 * (new / old - 1),
                    base * (new - old),
                )
            )
    return tuple(rows)


def sector_money_sentence(code: str, rows: Sequence[SectorRow], outcome: str) -> Sentence:
    """Say which sector of a country loses and which gains most, in money: a sector of some millions can double unnoticed."""
    own = sorted(
        (row for row in rows if row.country == code), key=lambda row: (known(row.value_usd), row.sector)
    )
    moved = [
        (verb, row)
        for verb, row, there in (
            (("hits", own[0], own[0].value_usd < -0.5), ("helps", own[-1], own[-1].value_usd > 0.5))
            if own
            else ()
        )
        if there
    ]
    where = country_name(code, in_sentence=True)
    if not moved:
        return Sentence(
            f"In {where}, “{outcome}” moves no sector’s output by as much as $1{NBSP}million a year."
        )
    words = [
        f"{verb} {lower_first(row.sector)} most ({money(abs(row.value_usd))} a year, {percent(row.output_pct, signed=True)})"
        for verb, row in moved
    ]
    values = tuple(value for _, row in moved for value in (row.value_usd, row.output_pct))
    return Sentence(f"In dollars of output, in {where} “{outcome}” {' and '.join(words)}.", values, "sectors")
