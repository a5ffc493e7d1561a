"""Two outcomes side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.core import Cell, Column, Table, known_each
from detente.show.tables.metrics import country_outcome_table

if TYPE_CHECKING:
    from detente.cases import Outcome


def comparison_table(outcomes: Mapping[str, Outcome], countries: Sequence[str] = ()) -> Table:
    """Real income and equivalent variation: the second of two outcomes less the first, and each as a level.

    Parameters
    ----------
    outcomes : mapping of id to Outcome
        Exactly two.
    countries : sequence of str
        Codes to keep; all and the world when empty.

    Returns
    -------
    Table
        One row a country, the largest difference in either direction first.
    """
    first, second = outcomes
    long = country_outcome_table(
        {second: outcomes[second], first: outcomes[first]}, against=first, countries=countries or None
    )
    by_country: dict[tuple[str, str], dict[str, Cell]] = {}
    for row in long.records():
        by_country.setdefault((str(row["country"]), str(row["name"])), {})[
            f"{row['outcome']}/{row['measure']}"
        ] = None
        for metric in ("real_income_pct", "equivalent_variation_usd_bn"):
            by_country[(str(row["country"]), str(row["name"]))][
                f"{row['outcome']}/{row['measure']}/{metric}"
            ] = row[metric]

    def cell(values: Mapping[str, Cell], outcome: str, measure: str, metric: str) -> float:
        return float(values[f"{outcome}/{measure}/{metric}"] or 0.0)

    rows = [
        (
            code,
            name,
            cell(values, second, "delta", "real_income_pct"),
            cell(values, second, "delta", "equivalent_variation_usd_bn"),
            cell(values, first, "level", "real_income_pct"),
            cell(values, second, "level", "real_income_pct"),
            cell(values, first, "level", "equivalent_variation_usd_bn"),
            cell(values, second, "level", "equivalent_variation_usd_bn"),
        )
        for (code, name), values in by_country.items()
    ]
    ranks = known_each({row[0]: abs(row[3]) for row in rows})
    rows.sort(key=lambda row: (row[0] == "WORLD", -ranks[row[0]], row[0]))
    return Table(
        "comparison",
        f"{outcomes[second].scenario.title} against {outcomes[first].scenario.title}",
        (
            Column("country", "Country"),
            Column("name", "Name"),
            Column("delta_real_income_pct", "Real income, difference", "%", "number", 3),
            Column("delta_equivalent_variation_usd_bn", "EV, difference", "USD bn", "number", 1),
            Column("first_real_income_pct", f"Real income, {first}", "%", "number", 3),
            Column("second_real_income_pct", f"Real income, {second}", "%", "number", 3),
            Column("first_equivalent_variation_usd_bn", f"EV, {first}", "USD bn", "number", 1),
            Column("second_equivalent_variation_usd_bn", f"EV, {second}", "USD bn", "number", 1),
        ),
        tuple(rows),
        note=long.note.replace("level:", "Levels:").replace(
            f"; delta: against `{first}`", f"; difference: `{second}` over `{first}`"
        ),
    )
