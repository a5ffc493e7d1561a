"""Between what and what the duty on a six-digit product lies, and why it is not one number.

A six-digit product may hold tariff lines that pay differently; a list may hold a good only for one use (automobile parts); a
rate may depend on the maker; a duty may be known as a share of a sector, of which a product pays all or nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from detente.core import MeasurePlace
from detente.policy.duties.cells import MFN, Bools, Ints, product_lists, product_tables
from detente.policy.duties.ordinary import Ordinary
from detente.policy.duties.product_data import LineRows
from detente.policy.duties.reach import ProductReach, bounds
from detente.policy.duties.stacking import partner_rates, stack
from detente.world import Array

if TYPE_CHECKING:
    from detente.dossier import MeasureState

NOTICED = 1e-9


@dataclass(eq=False)
class Spread:
    """Lowest and highest duty on each product, and what it depends on.

    Parameters
    ----------
    low, high : array [exporter, product], fraction
    reasons : list of (str, array [exporter, product] of bool)
        In words, with where each applies.
    marks : list of (authority, str, array [exporter, product] of bool)
        What is to be read beside the rate of one authority, with where.
    """

    low: Array
    high: Array
    reasons: list[tuple[str, Bools]] = field(default_factory=list)
    marks: list[tuple[str, str, Bools]] = field(default_factory=list)

    def note(self, why: str, where: Bools) -> None:
        """Say what the duty depends on, where it does."""
        if where.any():
            self.reasons.append((why, np.broadcast_to(where, self.low.shape)))

    def mark(self, authority: str, words: str, where: Bools) -> None:
        """Say something beside the rate of an authority, where it applies."""
        if where.any():
            self.marks.append((authority, words, np.broadcast_to(where, self.low.shape)))

    def why(self, exporter: int, product: int) -> str:
        """What the duty on one product depends on; empty when it is one number."""
        return "; ".join(dict.fromkeys(words for words, where in self.reasons if where[exporter, product]))

    def beside(self, authority: str, exporter: int, product: int) -> str:
        """What is to be read beside the rate of an authority on one product; empty for a rate that is the product's own."""
        said = [words for name, words, where in self.marks if name == authority and where[exporter, product]]
        return "; ".join(dict.fromkeys(said))


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

    def over(lines: Array, how: np.ufunc) -> Array:
        return np.asarray(how.reduceat(lines, starts, axis=1))

    def total(layers: dict[str, Array]) -> Array:
        return np.asarray((rows.base + sum(layers.values(), np.zeros(len(rows.base))))[place])

    layers = stack(rows, states)
    charged = total(layers)
    spread = Spread(over(charged, np.minimum), over(charged, np.maximum))
    spread.note("its tariff lines pay differently", spread.high - spread.low > NOTICED)
    for state in states:
        if state.in_force and state.products.shares:
            _note_content(spread, rows, state, place, over)
    for name in product_tables().by_use:
        if not any(name in state.products.lists for state in states if state.in_force):
            continue
        signatures = rows.table.signatures.copy()
        signatures[:, rows.table.lists.index(name)] = False
        without = dataclasses.replace(rows, table=dataclasses.replace(rows.table, signatures=signatures))
        other = stack(without, states)
        lines = total(other)
        spread.low = np.minimum(spread.low, over(lines, np.minimum))
        spread.high = np.maximum(spread.high, over(lines, np.maximum))
        differs = over(np.abs(lines - charged), np.maximum) > NOTICED
        spread.note(f"its use ({product_lists()[name]}, or not), in shares that are not known", differs)
        for authority, rates in layers.items():
            moved = over(np.abs(other[authority] - rates)[place], np.maximum) > NOTICED
            spread.mark(authority, "depends on its use", moved)
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
    where = MeasurePlace(state.measure.id)
    covered = rows.coverage(state.products, where=where) * (rates != 0)[rows.partner]
    share = over(covered[place], np.maximum)
    for part in np.unique(np.round(share[(share > 0) & (share < 1)], 6)):
        words = f"{state.measure.title}: {100 * rates.max():.0f} % on {100 * part:.0f} % of the value"
        spread.note(words, np.abs(share - part) < 1e-6)


def add_reached(spread: Spread, reached: Sequence[ProductReach]) -> None:
    """Put duties by codes or by shares of sectors on top, and say beside each rate what stands for what."""
    low, high = bounds(reached, spread.low.shape)
    spread.low, spread.high = spread.low + low, spread.high + high
    for reach in reached:
        for why, where in reach.words():
            spread.note(why, where)
        for words, where in reach.parts():
            spread.mark(reach.state.measure.authority, words, where)


def of_sectors(ordinary: Ordinary, reached: Sequence[ProductReach]) -> Spread:
    """Bounds for an importer whose products are no tariff lines: its ordinary duties, and the duties on top.

    Parameters
    ----------
    ordinary : Ordinary
    reached : sequence of ProductReach
        Duties in force.
    """
    spread = Spread(ordinary.low.copy(), ordinary.high.copy())
    spread.note(f"{MFN}: the average of its sector", ~ordinary.recorded)
    spread.note(
        f"{MFN}: its tariff lines pay differently", ordinary.recorded & (ordinary.low < ordinary.high)
    )
    spread.mark(MFN, "ordinary duty of the line", ordinary.recorded)
    add_reached(spread, reached)
    return spread
