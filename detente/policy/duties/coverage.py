"""How much trade each duty covers, and how well the products it names are known.

Tiers, best first: `exact` (lists by tariff line, or every good), `prefix` (lists made from heading prefixes), `code` (codes
of the Harmonized System, weighed as the duty's remark says), `sector` (a share of each sector's trade) and `unresolved` (no product scope that the world can read).
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, MeasurePlace, Table
from detente.dossier import Instrument, Measure, economy_names
from detente.policy.duties.cells import cells, importer_of_cells, product_tables
from detente.policy.duties.product_data import products
from detente.policy.duties.stacking import CellRows, SectorRows, partner_rates
from detente.world import Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier, MeasureState, TradeLine

TIERS = ("exact", "prefix", "code", "sector", "unresolved")


def tier(measure: Measure, state: MeasureState) -> str:
    """Tier of a duty's product scope."""
    scope = state.products
    if measure.unit != "fraction" or not scope.named:
        return "unresolved"
    if scope.codes and not scope.sectors:
        return "code"
    if measure.id in products().answers:
        return "exact"
    if scope.sectors:
        return "sector"
    return "prefix" if set(product_tables().by_heading) & {*scope.lists, *scope.excluded} else "exact"


def covered_trade(economy: Economy, state: MeasureState, trade: tuple[TradeLine, ...] = ()) -> float:
    """Trade of the base year that a duty covers, million USD, whatever its status."""
    measure = state.measure
    labels = economy.labels
    scope = state.products
    if measure.unit != "fraction" or not scope.named:
        return 0.0
    where = MeasurePlace(measure.id)
    if measure.actor == importer_of_cells():
        own = CellRows(cells(), trade)
        charged = partner_rates(state, own)[0] != 0
        covered = own.coverage(state.products, where=where, among=charged) * charged[own.partner]
        return float((covered * own.cells.value).sum())
    n = labels.country(measure.actor)
    flows = economy.flows[n].reshape(-1)
    covers = np.array([i != n and state.covers(code) for i, code in enumerate(labels.countries)])
    rows = SectorRows(economy, measure.actor, np.zeros(len(flows)), trade)
    share = rows.coverage(scope, where=where, among=covers)
    return float((flows * share * np.repeat(covers, len(labels.sectors))).sum())


def coverage_table(economy: Economy, dossier: Dossier, date: dt.date) -> Table:
    """Duties announced by a day, with the trade each covers by tier, and a total for each tier.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
    date : date

    Returns
    -------
    Table
        Trade of the base year; goods under several duties count under each.
    """
    rows: list[tuple[Cell, ...]] = []
    totals = dict.fromkeys(TIERS, 0.0)
    counts = dict.fromkeys(TIERS, 0)
    for key, state in dossier.states(date).items():
        if state.measure.instrument is not Instrument.tariff:
            continue
        name = tier(state.measure, state)
        value = covered_trade(economy, state, dossier.trade_of(state.measure.actor)) / 1e3
        totals[name] += value
        counts[name] += 1
        rows.append(
            (key, state.measure.title, state.measure.actor, state.status.value.replace("_", " "), name, value)
        )
    whole = math.fsum(totals.values())
    for name in TIERS:
        if name == "code" and not counts[name]:
            continue
        share = f"{counts[name]} duties, {100 * totals[name] / whole if whole else 0:.0f} % of the value"
        rows.append((f"all: {name}", "", "", share, name, totals[name]))
    columns = (
        Column("id", "Duty"),
        Column("title", "Title"),
        Column("actor", "Actor", names=economy_names(dossier)),
        Column("status", "Status"),
        Column("tier", "Products known by"),
        Column("trade", "Trade covered", "USD bn", "number", 1),
    )
    note = (
        "Trade of the base year; goods under several duties count under each. "
        "exact: tariff lines or every good; prefix: headings; code: HS codes; sector: shares; unresolved: no scope the world can read."
    )
    return Table("coverage", f"Trade covered by duties, {date}", columns, tuple(rows), note)
