"""The Peterson Institute's points since 2018 beside ours: one fixed-weight average, three ways to weigh within a sector.

The published average weighs products by trade of 2017, which is not at hand by product. Two readings of ours bracket
what those weights can do: within a sector either the imports of 2024 (after the goods under the highest duties had
left) or every six-digit product the same. Between sectors both use the exporter's sales to the world in 2017.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Column, Table
from detente.core.table import Cell
from detente.world.averages import published_averages
from detente.world.cells import IMPORTER, cells
from detente.world.economy import Economy
from detente.world.products import product_duties

if TYPE_CHECKING:
    from detente.dossier import Dossier

CONCEPT = "fixed_2017_world"
WITHIN_A_POINT = "within one point"
BRACKETED = "between our two readings: the weights within sectors decide, and those of 2017 are not at hand"
SHORT_LIST = (
    "the list of metal goods under Section 232 at hand is short: 191 lines, without primary metal and without the "
    "appliances and machines added in summer 2025; with the lists of 2026 in its place ours would be 55.7 in September "
    "2025; two points are not resolved"
)
REASONS = {("USA", "2025-09-25"): SHORT_LIST, ("USA", "2025-11-10"): SHORT_LIST}
"""Why a point lies outside both readings by more than one."""


def product_average(economy: Economy, dossier: Dossier, date: dt.date, exporter: str = "CHN") -> float:
    """US duty on an exporter, sectors weighted by its sales to the world in 2017, products in a sector alike; fraction."""
    found = product_duties(economy, dossier, date=date, importer=IMPORTER, exporters=[exporter])
    weights = cells().weights_2017[f"{IMPORTER}<{exporter}:world"]
    size = len(found.table.sectors)
    count = np.bincount(found.table.sector, minlength=size)
    total = np.bincount(found.table.sector, weights=found.total[0], minlength=size)
    mean = np.divide(total, count, out=np.zeros(size), where=count > 0)
    return float((mean * weights).sum() / weights.sum())


def published_table(economy: Economy, dossier: Dossier) -> Table:
    """Every published point known on the record's day beside ours, with the gap and what explains it.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier

    Returns
    -------
    Table
        Percent. ``gap`` is the published value less the nearer of ours, in points; ``inside`` says whether it lies
        between them.
    """
    from detente.world.duties import duty_stack

    rows: list[tuple[Cell, ...]] = []
    points = sorted(published_averages(), key=lambda point: (point.importer != IMPORTER, point.begin))
    for point in points:
        if point.concept != CONCEPT or point.begin > dossier.asof:
            continue
        day = point.begin
        stacked = duty_stack(economy, dossier, date=day, importer=point.importer, exporter=point.exporter)
        by_value = 100 * stacked.averages[CONCEPT].value
        alike = 100 * product_average(economy, dossier, day) if point.importer == IMPORTER else None
        ours = [by_value] if alike is None else [by_value, alike]
        published = 100 * point.value
        gap = min((published - one for one in ours), key=abs)
        inside = min(ours) <= published <= max(ours)
        if abs(gap) <= 1:
            reason = WITHIN_A_POINT
        elif inside:
            reason = BRACKETED
        else:
            reason = REASONS.get((point.importer, point.begin.isoformat()), "not explained")
        rows.append(
            (
                point.importer,
                point.exporter,
                point.begin.isoformat(),
                published,
                by_value,
                alike,
                gap,
                "yes" if inside else "no",
                reason,
                point.source,
            )
        )
    columns = (
        Column("importer", "Importer", names=economy.labels.country_names),
        Column("exporter", "Exporter", names=economy.labels.country_names),
        Column("from", "From", kind="date"),
        Column("published", "Published", "%", "number", 1),
        Column("by_value", "Imports of 2024 within sectors", "%", "number", 1),
        Column("alike", "Products alike within sectors", "%", "number", 1),
        Column("gap", "Published less the nearer", "points", "number", 1),
        Column("inside", "Between the two"),
        Column("reason", "What explains it"),
        Column("source", "Source"),
    )
    note = "Sectors weighted by the exporter's sales to the world in 2017. Chinese duties are known by sector only."
    return Table("published", "Published averages since 2018 beside ours", columns, tuple(rows), note)
