"""How far a duty in force reaches into each six-digit product, where products are not tariff lines: all, nothing, or not known.

A duty by HS code falls on its products. A duty known as a share of a sector falls on all of a product or on nothing of it; the
share stands for it. The bounds of a total are found by stacking the least and the most that each duty can charge.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import MeasurePlace
from detente.dossier import Products
from detente.policy.duties.cells import EVERYTHING, Bools
from detente.policy.duties.layering import Charge, layers
from detente.policy.duties.membership import Names, membership
from detente.world import Array

if TYPE_CHECKING:
    from detente.dossier import MeasureState, TradeLine


@dataclass(frozen=True, eq=False)
class ProductReach:
    """One duty in force on the products of some exporters.

    Parameters
    ----------
    state : MeasureState
    rate : array [exporter, product], fraction
        Its rate; for a ceiling what is left of it above the base duty.
    share : array [exporter, product]
        What part of the product it falls on: known, or the share of the product's sector.
    least, most : array [exporter, product]
        Between what and what the part lies.
    average : array [exporter, product] of bool
        Where `share` is that of the sector.
    """

    state: MeasureState
    rate: Array
    share: Array
    least: Array
    most: Array
    average: Bools

    @property
    def charged(self) -> Bools:
        """Where it charges anything, or may [exporter, product]."""
        return np.asarray((self.rate != 0) & (self.most > 0))

    @functools.cached_property
    def firms(self) -> tuple[Array, Array]:
        """Lowest and highest rate of its makers [exporter, product], fraction; its rate where it does not depend on them."""
        if not self.state.by_firm:
            return self.rate, self.rate
        rates = [firm.rate for firm in self.state.by_firm]
        charged = self.rate != 0
        return charged * min(rates), charged * max(rates)

    def words(self) -> list[tuple[str, Bools]]:
        """What its charge on a product depends on, in words, with where that is."""
        title, open_ = self.state.measure.title, self.charged & (self.least < self.most)
        said = [(f"{title}: the maker", self.charged & (self.firms[0] < self.firms[1]))]
        said.append((f"{title}: on a part of its sector, all or nothing of it", open_ & self.average))
        parted = open_ & ~self.average
        said.append((f"{title}: on a part of it that is not known", parted & (self.share >= 1)))
        return [*said, *((f"{title}: {words}", where) for words, where in self.parts(parted))]

    def parts(self, where: Bools | None = None) -> list[tuple[str, Bools]]:
        """Rate and share of the product in words, where it falls on a known part of it only."""
        where = self.charged & (self.least < self.most) & ~self.average if where is None else where
        where = where & (self.share < 1)
        pairs = np.stack([self.rate[where], self.share[where]], axis=-1).round(6)
        return [
            (
                f"{100 * rate:.1f} % on {100 * share:.0f} % of it",
                where & np.isclose(self.rate, rate, atol=1e-6) & np.isclose(self.share, share, atol=1e-6),
            )
            for rate, share in np.unique(pairs, axis=0)
        ]


def reach_of(
    state: MeasureState,
    by_sector: Array,
    listed: Array | None,
    rate: Array,
    trade: Sequence[TradeLine],
    partners: Names,
) -> ProductReach:
    """How far a duty reaches into the products of some exporters.

    Parameters
    ----------
    state : MeasureState
    by_sector : array [exporter, product]
        Share of the product's sector that it covers by `sectors` or by every good; zero where it names codes alone.
    listed : array [product], optional
        Covered share where the products of the measure are known by six digits beside the record.
    rate : array [exporter, product], fraction
    trade : sequence of TradeLine
        Of the importer.
    partners : sequence of sequence of str
        Codes each exporter answers to.
    """
    scope, where = state.products, MeasurePlace(state.measure.id)
    if EVERYTHING in scope.excluded:
        nothing = np.zeros(rate.shape)
        return ProductReach(state, rate, nothing, nothing, nothing, nothing > 0)
    if listed is not None:
        share = np.broadcast_to(listed, rate.shape)
        parted = (share > 0) & (share < 1)
        return ProductReach(
            state, rate, share, np.where(parted, 0.0, share), (share > 0).astype(np.float64), parted & False
        )
    average = (by_sector > 0) & (by_sector < 1)
    share, least, most = by_sector, (by_sector >= 1).astype(np.float64), (by_sector > 0).astype(np.float64)
    if scope.excluded_codes and by_sector.any():
        off, unknown = membership(Products(codes=scope.excluded_codes), trade, partners, where=where)
        off = np.where(unknown, 0.0, off)
        share, average = share * (1 - off), average & (off < 1)
        least, most = least * ((off == 0) & ~unknown), most * (off < 1)
    if scope.codes:
        part, unknown = membership(scope, trade, partners, where=where)
        parted = unknown | ((part > 0) & (part < 1))
        average = average & (part < share)
        share = np.maximum(share, part)
        least = np.maximum(least, np.where(parted, 0.0, part))
        most = np.maximum(most, (part > 0) * 1.0)
    return ProductReach(state, rate, share, least, most, average)


def stacked(reached: Sequence[ProductReach], shape: tuple[int, ...]) -> dict[str, Array]:
    """Duty by authority [exporter, product], fraction, with the shares that are shown."""
    return layers(
        [Charge(r.state.measure, r.rate, np.where(r.rate != 0, r.share, 0.0)) for r in reached], shape
    )


def bounds(reached: Sequence[ProductReach], shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Lowest and highest sum of duties over what is not known [exporter, product], fraction.

    What keeps a duty off is taken at its most for the lowest sum and at its least for the highest, so the bounds hold whatever
    goods meet; they need not be reached.
    """
    reaching: dict[str, tuple[Array, Array]] = {}
    for r in reached:
        least, most = (np.where(r.rate != 0, part, 0.0) for part in (r.least, r.most))
        held = reaching.get(r.state.measure.authority, (np.zeros(shape), np.zeros(shape)))
        reaching[r.state.measure.authority] = np.maximum(held[0], least), np.maximum(held[1], most)
    ends: list[list[Charge]] = [[], []]
    for r in reached:
        others = [reaching[name] for name in r.state.measure.excluded_by if name in reaching]
        off_least, off_most = (
            functools.reduce(np.maximum, (pair[end] for pair in others), np.zeros(shape)) for end in (0, 1)
        )
        covers = np.maximum(0.0, r.least - off_most), np.maximum(0.0, r.most - off_least)
        corners = np.stack([rate * part for rate in r.firms for part in covers])
        alone = r.state.measure.model_copy(update={"excluded_by": ()})
        for charges, value in zip(ends, (corners.min(0), corners.max(0)), strict=True):
            charges.append(Charge(alone, value, np.ones(shape)))
    low, high = (sum(layers(charges, shape).values(), np.zeros(shape)) for charges in ends)
    return np.asarray(low), np.asarray(high)
