"""Between what and what the duty on a six-digit product lies, and why it is not one number.

A six-digit product may hold tariff lines that pay differently; a list may hold a good only for one use (automobile parts); a
rate may depend on the maker; a duty may be known as a share of a sector, of which a product pays all or nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.policy.duties.cells import MFN, Bools, Ints, product_lists, product_tables
from detente.policy.duties.codes import membership
from detente.policy.duties.product_data import LineRows, ProductTable
from detente.policy.duties.stacking import SectorRows, is_duty, partner_rates, stack
from detente.world import Array

if TYPE_CHECKING:
    from detente.dossier import Dossier, MeasureState

NOTICED = 1e-9


@dataclass(eq=False)
class Spread:
    """Lowest and highest duty on each product, and what it depends on.

    Parameters
    ----------
    low, high : array [exporter, product], fraction
    reasons : list of (str, array [exporter, product] of bool)
        In words, with where each applies.
    """

    low: Array
    high: Array
    reasons: list[tuple[str, Bools]]

    def note(self, why: str, where: Bools) -> None:
        """Say what the duty depends on, where it does."""
        if where.any():
            self.reasons.append((why, np.broadcast_to(where, self.low.shape)))

    def why(self, exporter: int, product: int) -> str:
        """What the duty on one product depends on; empty when it is one number."""
        return "; ".join(dict.fromkeys(words for words, where in self.reasons if where[exporter, product]))


def of_lines(
    rows: LineRows, states: Iterable[MeasureState], partners: list[int], order: Ints, starts: Ints
) -> Spread:
    """Bounds over the tariff lines of each product, and with or without the lists that depend on use.

    Parameters
    ----------
    rows : LineRows
    states : iterable of MeasureState
        Duties that name lists.
    partners : list of int
        Positions of the exporters.
    order, starts : array of int
        Lines sorted by product, and where each product begins among them.
    """
    states = list(states)
    place = rows.row_of_line[partners][:, order]

    def total(of: LineRows) -> Array:
        zero = np.asarray(of.base)
        return np.asarray((zero + sum(stack(of, states).values(), np.zeros(len(zero))))[place])

    def over(lines: Array, how: np.ufunc) -> Array:
        return np.asarray(how.reduceat(lines, starts, axis=1))

    charged = total(rows)
    low, high = over(charged, np.minimum), over(charged, np.maximum)
    spread = Spread(low, high, [])
    spread.note("its tariff lines pay differently", high - low > NOTICED)
    for state in states:
        if state.in_force and state.products.shares:
            _note_content(spread, rows, state, place, over)
    for name in product_tables().by_use:
        if not any(name in state.products.lists for state in states if state.in_force):
            continue
        signatures = rows.table.signatures.copy()
        signatures[:, rows.table.lists.index(name)] = False
        other = total(dataclasses.replace(rows, table=dataclasses.replace(rows.table, signatures=signatures)))
        differs = over(np.abs(other - charged), np.maximum) > NOTICED
        spread.low = np.minimum(spread.low, over(other, np.minimum))
        spread.high = np.maximum(spread.high, over(other, np.maximum))
        spread.note(f"its use ({product_lists()[name]}, or not)", differs)
    return spread


def _note_content(
    spread: Spread,
    rows: LineRows,
    state: MeasureState,
    place: Ints,
    over: Callable[[Array, np.ufunc], Array],
) -> None:
    """Say where a duty falls on a part of the value only, such as the metal in a machine, and on which part."""
    rates = partner_rates(state, rows)[0]
    covered = rows.coverage(state.products, where=f"measure {state.measure.id}") * (rates != 0)[rows.partner]
    share = over(covered[place], np.maximum)
    for part in np.unique(np.round(share[(share > 0) & (share < 1)], 6)):
        words = f"{state.measure.title}: {100 * rates.max():.0f} % on {100 * part:.0f} % of the value"
        spread.note(words, np.abs(share - part) < 1e-6)


def add_shared(
    spread: Spread, table: ProductTable, state: MeasureState, rates: Array, dossier: Dossier
) -> None:
    """Put the bounds of a duty by codes, or by shares of sectors, on top.

    Parameters
    ----------
    spread : Spread
    table : ProductTable
    state : MeasureState
    rates : array [exporter], fraction
    dossier : Dossier
        For its trade by product.
    """
    scope, title = state.products, state.measure.title
    if scope.codes:
        mine = [line for line in dossier.trade.values() if line.importer == state.measure.actor]
        share, unknown = membership(scope, mine, where=f"measure {state.measure.id}")
        partly = unknown | ((share > 0) & (share < 1))
        why = f"{title}: on a part of it only"
    else:
        share = np.array([scope.sectors.get(code, 0.0) for code in table.sectors])[table.sector]
        partly = (share > 0) & (share < 1)
        why = f"{title}: on a part of its sector, all or nothing of it"
    add_bounds(spread, state, rates, np.where(partly, 0.0, share), np.where(share > 0, 1.0, 0.0), why)


def add_bounds(
    spread: Spread, state: MeasureState, rates: Array, least: Array, most: Array, why: str
) -> None:
    """Put on top a duty that falls on between `least` and `most` [product] of a product, at the rates of its makers."""
    low = high = rates[:, None]
    if state.by_firm:
        firms = [firm.rate for firm in state.by_firm]
        charged = (rates != 0)[:, None]
        low, high = charged * min(firms), charged * max(firms)
        spread.note(f"{state.measure.title}: the maker", charged & (most > 0)[None])
    spread.note(why, (least < most)[None] & (high > 0))
    spread.low = spread.low + low * least[None]
    spread.high = spread.high + high * most[None]


def of_sectors(
    rows: SectorRows, states: Iterable[MeasureState], base: Array, place: Ints, sector: Ints
) -> Spread:
    """Bounds of duties known by sector: a product pays all of a duty on a part of its sector, or nothing.

    Parameters
    ----------
    rows : SectorRows
    states : iterable of MeasureState
        Duties of the importer known by sector.
    base : array [exporter, product], fraction
        Ordinary duty, the average of each sector.
    place, sector : array of int
        Positions of the exporters among the economy's countries, and of each product's sector.
    """
    spread = Spread(base.copy(), base.copy(), [])
    spread.note(f"{MFN}: the average of its sector", np.ones((1, len(sector)), dtype=np.bool_))
    shape = (len(rows.economy.labels.countries), len(rows.economy.labels.sectors))
    for state in states:
        if not (is_duty(state.measure) and state.in_force):
            continue
        rates = partner_rates(state, rows)[0]
        covered = rows.coverage(state.products, where=f"measure {state.measure.id}", among=rates != 0)
        share = covered.reshape(shape)[place][:, sector]
        mine = rates[place]
        whole = (share >= 1) & (not state.measure.excluded_by) & (state.measure.combine == "add")
        low, high = np.where(whole, mine[:, None], 0.0), np.where(share > 0, mine[:, None], 0.0)
        if state.by_firm:
            firms = [firm.rate for firm in state.by_firm]
            low = np.where(low > 0, min(firms), 0.0)
            high = np.where(high > 0, max(firms), 0.0)
            spread.note(f"{state.measure.title}: the maker", high > 0)
        spread.note(
            f"{state.measure.title}: on a part of its sector, all or nothing of it", (share > 0) & ~whole
        )
        spread.low, spread.high = spread.low + low, spread.high + high
    return spread
