"""The Peterson Institute's points since 2018 beside ours: one fixed-weight average, three ways to weigh within a sector.

The published average weighs products by trade of 2017, which is not at hand by product. Between sectors ours uses the
exporter's sales to the world in 2017; within a sector the products are weighed by US imports of 2024 from the exporter
(after the goods under the highest duties had left), by US imports of 2024 from everybody (which a duty on one partner
moves little), or all alike. The second is the nearest to the published concept, and the gap is taken to it. What two
readings of the law would add is computed, not guessed: the record is changed and run again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, Table
from detente.dossier import FrozenDict, Measure, Products
from detente.policy.duties.averages import published_averages, published_basis
from detente.policy.duties.by_product import product_duties
from detente.policy.duties.cells import Bools, cells, importer_of_cells
from detente.policy.duties.product_data import LineRows, products
from detente.policy.duties.stacking import stack
from detente.world import Array, Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier

CONCEPT = "fixed_2017_world"
WITHIN_A_POINT = "within one point"


def product_average(
    economy: Economy, dossier: Dossier, date: dt.date, exporter: str = "", *, weights: Array | None = None
) -> float:
    """Duty of the product tables' importer on an exporter by product, sectors weighted by its sales to the world in 2017.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
    date : date
    exporter : str
        The one of the explained pair when left out.
    weights : array [product], optional
        Of the products within their sector; all alike when left out.

    Returns
    -------
    float, fraction

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.world import load_world
    >>> day = dt.date(2025, 10, 20)
    >>> 0.4 < product_average(load_world(), load_dossier("busan-2025"), day, weights=world_imports()) < 0.7
    True
    """
    importer, exporter = importer_of_cells(), exporter or published_basis().explained.exporter
    duties = product_duties(economy, dossier, date=date, importer=importer, exporters=[exporter])
    between = cells().weights_2017[f"{importer}<{exporter}:world"]
    size = len(duties.table.sectors)
    within = np.ones(len(duties.table.sector)) if weights is None else weights
    count = np.bincount(duties.table.sector, weights=within, minlength=size)
    total = np.bincount(duties.table.sector, weights=duties.total[0] * within, minlength=size)
    mean = np.divide(total, count, out=np.zeros(size), where=count > 0)
    return float((mean * between).sum() / between.sum())


def world_imports() -> Array:
    """US imports of 2024 from everybody [product], million USD: product weights that a duty on one partner moves little."""
    return np.asarray(products().value.sum(0))


def at_full_value(measure: Measure) -> Measure:
    """A duty on the metal in a good, charged on the whole of it."""

    def whole(scope: Products) -> Products:
        return scope.model_copy(update={"shares": FrozenDict()})

    values = tuple(
        value if value.products is None else value.model_copy(update={"products": whole(value.products)})
        for value in measure.values
    )
    return measure.model_copy(update={"products": whole(measure.products), "values": values})


def changed(dossier: Dossier, authority: str, change: Callable[[Measure], Measure]) -> Dossier:
    """The record with every measure of an authority changed."""
    measures = {
        key: change(measure) if measure.authority == authority else measure
        for key, measure in dossier.measures.items()
    }
    return dataclasses.replace(dossier, measures=FrozenDict(measures))


def altered_average(dossier: Dossier, date: dt.date, signatures: Bools, weights: Array) -> float:
    """Duty of the explained pair, percent, with every tariff line on the product lists given; weighed like `product_average`.

    Parameters
    ----------
    dossier : Dossier
    date : date
    signatures : array [line, list] of bool
    weights : array [product]
    """
    table = products()
    importer, exporter = importer_of_cells(), published_basis().explained.exporter
    lines = np.arange(len(signatures))
    rows = LineRows(
        dataclasses.replace(table, signatures=signatures, line_signature=lines),
        partner=np.full(len(lines), table.partners.index(exporter)),
        signature=lines,
        base=table.line_mfn,
        row_of_line=lines[None],
    )
    states = [state for state in dossier.states(date).values() if state.measure.actor == importer]
    duty = rows.base + sum(stack(rows, states).values(), np.zeros(len(lines)))
    between = cells().weights_2017[f"{importer}<{exporter}:world"]
    within = (weights / np.maximum(1, np.bincount(table.line_product, minlength=len(table.codes))))[
        table.line_product
    ]
    sector = table.sector[table.line_product]
    size = len(table.sectors)
    count = np.bincount(sector, weights=within, minlength=size)
    total = np.bincount(sector, weights=duty * within, minlength=size)
    mean = np.divide(total, count, out=np.zeros(size), where=count > 0)
    return float(100 * (mean * between).sum() / between.sum())


def six_digit_metals() -> Bools:
    """Lists of every line [line, list] if a six-digit product is under Section 232 as soon as one of its lines is."""
    table = products()
    signatures = table.signatures[table.line_signature].copy()
    for i, name in enumerate(table.lists):
        if name.startswith(published_basis().explained.metal_lists):
            listed = np.bincount(table.line_product, weights=signatures[:, i], minlength=len(table.codes)) > 0
            signatures[:, i] = listed[table.line_product]
    return signatures


def metals_before_2024() -> Bools:
    """Lists of every line [line, list] if no metal good had been in the 25 % class of Section 301 before September 2024.

    The review of 2024 raised metal goods of list 4A into it; which of them is not at hand, so all are moved: a bound.
    """
    table = products()
    signatures = table.signatures[table.line_signature].copy()
    of = published_basis().explained
    metal = np.array([code[:2] in of.metal_chapters for code in table.codes])[table.line_product]
    high, low = table.lists.index(of.higher_class), table.lists.index(of.lower_class)
    moved = metal & signatures[:, high]
    signatures[moved, high], signatures[moved, low] = False, True
    return signatures


def parts_of_gap(economy: Economy, dossier: Dossier, date: dt.date, gap: float) -> dict[str, float]:
    """What the gap to a published point is made of, in points; the parts add up to the gap.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
    date : date
    gap : float, points
        Published less ours, products weighed by imports from everybody.

    Returns
    -------
    dict of str to float
        Since 2025: the gap of January 2025 carried on; what charging metal goods on their full value would add to ours;
        what counting a six-digit product when one of its lines is listed would add then. Before: what the classes of
        Section 301, which are those of 2025, put too high at most. Last what is left.
    """
    weights, of = world_imports(), published_basis().explained
    pair = published_basis().pair(importer_of_cells(), of.exporter)
    assert pair is not None
    ours = 100 * product_average(economy, dossier, date, weights=weights)
    if date < of.review:
        parts = {
            "Section 301 classes of 2025, at most": altered_average(
                dossier, date, metals_before_2024(), weights
            )
            - ours
        }
    else:
        base = 100 * product_average(economy, dossier, of.chart_january, weights=weights)
        full = changed(dossier, of.metals, at_full_value)
        by_value = 100 * product_average(economy, full, date, weights=weights)
        parts = {
            "carried from January 2025": 100 * pair.base - base,
            "metal goods on their full value": by_value - ours,
            "six-digit products with one listed line in full": altered_average(
                full, date, six_digit_metals(), weights
            )
            - by_value,
        }
    return {**parts, "left": gap - math.fsum(parts.values())}


def published_table(economy: Economy, dossier: Dossier) -> Table:
    """Every published point known on the record's day beside ours, with the gap and what explains it.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier

    Returns
    -------
    Table
        Percent. ``gap`` is the published value less ours by ``from_all`` (by ``by_value`` for other importers), in points;
        ``inside`` says whether it lies between the lowest and the highest of ours.
    """
    from detente.policy.duties.day import duty_stack

    rows: list[tuple[Cell, ...]] = []
    home, of = importer_of_cells(), published_basis().explained
    points = sorted(published_averages(), key=lambda point: (point.importer != home, point.begin))
    for point in points:
        if point.concept != CONCEPT or point.begin > dossier.asof:
            continue
        day = point.begin
        stacked = duty_stack(economy, dossier, date=day, importer=point.importer, exporter=point.exporter)
        by_value = 100 * stacked.averages[CONCEPT].value
        mine = point.importer == home
        from_all = 100 * product_average(economy, dossier, day, weights=world_imports()) if mine else None
        alike = 100 * product_average(economy, dossier, day) if mine else None
        ours = [average for average in (by_value, from_all, alike) if average is not None]
        published = 100 * point.value
        gap = published - (by_value if from_all is None else from_all)
        reason = WITHIN_A_POINT if abs(gap) <= 1 else "not explained"
        if abs(gap) > 1 and mine:
            parts = parts_of_gap(economy, dossier, day, gap)
            reason = "; ".join(f"{name} {part:+.1f}" for name, part in parts.items())
            reason += of.peak_note if day == of.peak else ""
        rows.append(
            (
                point.importer,
                point.exporter,
                day.isoformat(),
                published,
                by_value,
                from_all,
                alike,
                gap,
                "yes" if min(ours) <= published <= max(ours) else "no",
                reason,
                point.source,
            )
        )
    columns = (
        Column("importer", "Importer", names=economy.labels.country_names),
        Column("exporter", "Exporter", names=economy.labels.country_names),
        Column("from", "From", kind="date"),
        Column("published", "Published", "%", "number", 1),
        Column("by_value", "Imports from the exporter", "%", "number", 1),
        Column("from_all", "Imports from all", "%", "number", 1),
        Column("alike", "Products alike", "%", "number", 1),
        Column("gap", "Published less ours", "points", "number", 1),
        Column("inside", "Between ours"),
        Column("reason", "What explains it, points"),
        Column("source", "Source"),
    )
    note = (
        "Sectors weighted by the exporter's sales to the world in 2017, products within them by imports of 2024 "
        f"({home}) or alike; "
        "the gap is to imports from all. Duties of other importers are known by sector only. Parts of a gap are ours run again under "
        "another reading; that the publisher reads so is not known."
    )
    return Table("published", "Published averages since 2018 beside ours", columns, tuple(rows), note)
