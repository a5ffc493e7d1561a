"""A duty stack as tables: sector by authority, and its averages beside the published ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from detente.core import Cell, Column, Table

if TYPE_CHECKING:
    from detente.policy.duties.day import DutyStack


def _parties(stacked: DutyStack) -> str:
    """Who charges whom, by name and code."""
    named = Column("country", "Country", names=stacked.country_names)
    return f"{named.show(stacked.importer)} on {named.show(stacked.exporter)}"


def stack_table(stacked: DutyStack) -> Table:
    """Sector by authority in percent, with a total row and the weights.

    Parameters
    ----------
    stacked : DutyStack

    Returns
    -------
    Table
        Goods sectors with imports; the last row is weighted over all imports.
    """
    columns = (
        Column("sector", "Sector"),
        Column("name", "Name"),
        *(Column(name, name, "%", "number", 1) for name in stacked.authorities),
        Column("total", "Total", "%", "number", 1),
        Column("imports", "Imports of the base year", "USD bn", "number", 1),
    )
    rows: list[tuple[Cell, ...]] = []
    for s, code in enumerate(stacked.sectors):
        if stacked.weights[s] >= 0.05:  # shadow cells of a dollar carry rates, not trade
            shares = [float(100 * rate) for rate in stacked.rates[:, s]]
            rows.append(
                (
                    code,
                    stacked.sector_names.get(code, code),
                    *shares,
                    math.fsum(shares),
                    float(stacked.weights[s] / 1e3),
                )
            )
    if stacked.unallocated > 0:
        nothing = [0.0] * len(stacked.authorities)
        rows.append(("–", "In no sector (chapters 98-99)", *nothing, 0.0, stacked.unallocated / 1e3))
    overall = [float(100 * rate) for rate in stacked.weighted()]
    value = float(stacked.weights.sum() + stacked.unallocated) / 1e3
    rows.append(("all", "All imports", *overall, math.fsum(overall), value))
    return Table(
        name=f"duties_{stacked.importer}_on_{stacked.exporter}_{stacked.date}",
        title=f"Duties of {_parties(stacked)}, {stacked.date}",
        columns=columns,
        rows=tuple(rows),
        note=". ".join(
            (
                f"Statutory rates, weighted by imports of the base year; known on {stacked.asof}",
                *stacked.remarks,
            )
        )
        + ".",
    )


def concept_table(stacked: DutyStack) -> Table:
    """The averages of a stack side by side with what was published under the same concept."""
    columns = (
        Column("concept", "Concept"),
        Column("value", "Détente", "%", "number", 1),
        Column("published", "Published", "%", "number", 1),
        Column("gap", "Difference", "points", "number", 1),
        Column("weights", "Weights"),
        Column("published_source", "Source"),
        Column("note", "Note"),
    )
    rows = []
    for name, average in stacked.averages.items():
        published = None if average.published is None else 100 * average.published
        gap = None if published is None else 100 * average.value - published
        rows.append(
            (
                name,
                100 * average.value,
                published,
                gap,
                average.weights,
                average.published_source,
                average.note,
            )
        )
    return Table(
        name=f"averages_{stacked.importer}_on_{stacked.exporter}_{stacked.date}",
        title=f"Average duty of {_parties(stacked)}, {stacked.date}, by concept",
        columns=columns,
        rows=tuple(rows),
        note="One duty, several averages: they differ in weights and in what they count, not in the measures.",
    )
