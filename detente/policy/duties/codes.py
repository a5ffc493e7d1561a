"""Products by code of the Harmonized System, for any importer: what share of each sector's imports they are, and by what weights.

Inside a sector products are weighed, best first, by the record's own table of trade (`trade.yaml`) over the world's flow; by
the imports of the shipped table of products, for the importer it belongs to; or, for everybody else, by that importer's
imports from all partners, which is an assumption. Every use says which of the three it was. The product cells are cut by the
shipped table and are weighed by it alone (`detente/policy/duties/membership.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, LabelError, suggestion
from detente.dossier import Products, TradeLine
from detente.policy.duties.cells import Bools, importer_of_cells
from detente.policy.duties.product_data import products as product_table
from detente.world import Array, Economy

SIX = 6
RECORD, OWN, BORROWED, PART, WHOLE = "record", "own", "borrowed", "part", "whole"


@dataclass(frozen=True)
class Basis:
    """On what the weight of products inside their sector rests."""

    kinds: frozenset[str]
    sources: tuple[str, ...] = ()

    def __or__(self, other: Basis) -> Basis:
        return Basis(self.kinds | other.kinds, tuple(dict.fromkeys((*self.sources, *other.sources))))

    def words(self) -> str:
        """In words."""
        who = importer_of_cells()
        said = {
            RECORD: f"the record's trade by product ({', '.join(self.sources)}) over the sector's imports in the world",
            OWN: f"{who} imports of 2024 by product",
            BORROWED: f"products weighed inside their sector as in {who} imports of 2024 from everybody (assumed)",
            PART: f"national lines as parts of their product by the record's trade ({', '.join(self.sources)})",
            WHOLE: "national lines without trade as their whole six-digit product",
        }
        return "; ".join(words for kind, words in said.items() if kind in self.kinds)


NOTHING = Basis(frozenset())


def under(code: str, where: str) -> Bools:
    """Which products of the shipped table [product] stand under a code; a national line counts as its six-digit product.

    Parameters
    ----------
    code : str
    where : str
        Named in errors: the measure, the line of trade.

    Raises
    ------
    LabelError
        When there is no such product, with the nearest code.
    """
    digits = code[:SIX]
    inside = _under(digits)
    if not inside.any():
        options = sorted({product[: len(digits)] for product in product_table().codes})
        raise LabelError(f"no goods product `{digits}`", where=where, hint=suggestion(digits, options))
    return inside


@functools.lru_cache(maxsize=4096)
def _under(digits: str) -> Bools:
    inside = np.array([product.startswith(digits) for product in product_table().codes])
    inside.setflags(write=False)
    return inside


def lines_with(trade: Iterable[TradeLine], names: Sequence[str]) -> tuple[TradeLine, ...]:
    """Lines of trade with a partner, by the first of its names that has any; else those with everybody.

    Parameters
    ----------
    trade : iterable of TradeLine
        Of one importer.
    names : sequence of str
        Codes the partner answers to, most specific first.
    """
    lines = list(trade)
    for name in (*names, "all"):
        if chosen := tuple(line for line in lines if line.exporter == name):
            return chosen
    return ()


def less(inside: Bools, excluded: Sequence[str], where: str) -> Bools:
    """Products without the excluded codes; a national line cannot be taken off without its trade."""
    for name in excluded:
        if len(name) > SIX:
            raise untaken(name, where)
        inside = inside & ~under(name, where)
    return inside


def untaken(line: str, where: str) -> InputError:
    """Say that a national line cannot be taken off its product."""
    return InputError(
        f"the national line `{line}` cannot be taken off: its trade is not known",
        where=where,
        hint="give its trade and that of its product in trade.yaml",
    )


def spread_over_products(line: TradeLine) -> Array:
    """Value [product] of a trade line, million USD: a wider code's as its products weigh in imports from everybody."""
    inside, weights = under(line.code, f"trade {line.id}"), product_table().value.sum(0)
    weights = weights if weights[inside].sum() > 0 else np.ones(len(weights))
    parts = np.where(inside, weights, 0.0)
    return np.asarray(line.value * parts / parts.sum())


def widest(codes: Iterable[str]) -> tuple[str, ...]:
    """Codes without those that stand under another of them."""
    kept: list[str] = []
    for code in sorted(set(codes), key=lambda digits: (len(digits), digits)):
        if not any(code.startswith(other) for other in kept):
            kept.append(code)
    return tuple(kept)


@dataclass(frozen=True, eq=False)
class CodeShares:
    """Shares of sectors' imports that codes cover, for one importer.

    Parameters
    ----------
    economy : Economy
    importer : str
    trade : tuple of TradeLine
        What the record says of this importer's trade by product.
    """

    economy: Economy
    importer: str
    trade: tuple[TradeLine, ...] = ()

    def of(self, products: Products, exporter: str, *, where: str) -> tuple[Array, Basis]:
        """Covered share [sector] of an exporter's goods, and by what it is weighed.

        Raises
        ------
        LabelError
            For a code without products, or a trade line of a sector that the world does not have.
        InputError
            When the world's sectors are not those of the table of products and the record gives no trade for a code.
        """
        lines, flow = self._lines(exporter)
        covered = np.zeros(len(self.economy.labels.sectors))
        basis = NOTHING
        for code in widest(products.codes):
            share, rests_on = self._share(code, products.excluded_codes, lines, flow, exporter, where)
            covered, basis = covered + share, basis | rests_on
        return np.minimum(covered, 1.0), basis

    def _lines(self, exporter: str) -> tuple[tuple[TradeLine, ...], Array]:
        """The record's lines for a pair, else those for all exporters, with the flow [sector] they are parts of."""
        labels = self.economy.labels
        n = labels.country(self.importer)
        lines = lines_with(self.trade, (exporter,))
        if lines and lines[0].exporter == exporter:
            return lines, self.economy.flows[n, labels.country(exporter)]
        return lines, self.economy.flows[n].sum(0) - self.economy.flows[n, n]

    def _share(
        self,
        code: str,
        excluded: Sequence[str],
        lines: tuple[TradeLine, ...],
        flow: Array,
        exporter: str,
        where: str,
    ) -> tuple[Array, Basis]:
        """Share [sector] of one code, less what is excluded."""
        inside = {line.code: line for line in lines if line.code.startswith(code)}
        if inside:
            chosen = [inside[name] for name in widest(inside)]
            value = np.zeros(len(flow))
            for line in chosen:
                value = value + self._value(line, excluded, lines, where)
            share = np.divide(value, flow, out=np.zeros(len(flow)), where=flow > 0)
            return np.minimum(share, 1.0), Basis(frozenset({RECORD}), tuple({o.source: 0 for o in chosen}))
        outer = max(
            (o for o in lines if code.startswith(o.code)), key=lambda line: len(line.code), default=None
        )
        taken = tuple(name for name in excluded if name.startswith(code))
        if outer is not None:
            part = self._part(code, taken, outer.code, where)
            value = self._by_sector(outer, where) * part
            share = np.divide(value, flow, out=np.zeros(len(flow)), where=flow > 0)
            return np.minimum(share, 1.0), Basis(frozenset({RECORD, BORROWED}), (outer.source,))
        weights, kind = self._weights(exporter)
        kinds = frozenset({kind, WHOLE} if len(code) > SIX else {kind})
        return self._spread(less(under(code, where), taken, where), weights, where), Basis(kinds)

    def _value(
        self, line: TradeLine, excluded: Sequence[str], lines: tuple[TradeLine, ...], where: str
    ) -> Array:
        """Value [sector] of a line less the excluded codes inside it, million USD."""
        if any(line.code.startswith(name) for name in excluded):
            return np.zeros(len(self.economy.labels.sectors))
        value = self._by_sector(line, where)
        left = 1.0
        for name in widest(name for name in excluded if name.startswith(line.code)):
            known = next((other for other in lines if other.code == name), None)
            if known is not None and line.value > 0:
                left -= known.value / line.value
            else:
                left -= 1 - self._part(line.code, (name,), line.code, where)
        return value * max(0.0, left)

    def _part(self, code: str, excluded: Sequence[str], outer: str, where: str) -> float:
        """What part of a wider code's imports a code is, less what is excluded, by imports from everybody."""
        self._fits(where)
        weights = product_table().value.sum(0)
        whole = float(weights[under(outer, where)].sum())
        mine = float(weights[less(under(code, where), excluded, where)].sum())
        return mine / whole if whole > 0 else 1.0

    def _by_sector(self, line: TradeLine, where: str) -> Array:
        """Value [sector] of a trade line: in its own sector, or spread over those of its products."""
        labels = self.economy.labels
        value = np.zeros(len(labels.sectors))
        if line.sector:
            try:
                value[labels.sector(line.sector)] = line.value
            except LabelError as error:
                raise LabelError(error.what, where=f"trade {line.id}", hint=error.hint) from None
            return value
        self._fits(f"trade {line.id}")
        spread = spread_over_products(line)
        return np.asarray(np.bincount(self._place, weights=spread, minlength=len(value)), dtype=np.float64)

    def _weights(self, exporter: str) -> tuple[Array, str]:
        """Weights [product]: the importer's own where the shipped table has them, else its imports from everybody."""
        table = product_table()
        own = [p for p, code in enumerate(table.partners) if exporter in (code, table.regions[p])]
        if own and self.importer == importer_of_cells():
            return table.value[own].sum(0), OWN
        return table.value.sum(0), BORROWED

    def _spread(self, inside: Bools, weights: Array, where: str) -> Array:
        """Share [sector] of products in their sectors by weights [product]."""
        self._fits(where)
        size = len(self.economy.labels.sectors)
        whole = np.bincount(self._place, weights=weights, minlength=size)
        mine = np.bincount(self._place, weights=weights * inside, minlength=size)
        return np.divide(mine, whole, out=np.zeros(size), where=whole > 0)

    @functools.cached_property
    def _place(self) -> Array:
        """Position among the economy's sectors of every product of the shipped table."""
        table, labels = product_table(), self.economy.labels
        return np.array([labels.sector(code) for code in table.sectors])[table.sector]

    def _fits(self, where: str) -> None:
        labels = self.economy.labels
        if not set(product_table().sectors) <= set(labels.sectors):
            raise InputError(
                f"products by code have no sector in `{self.economy.name}`",
                where=where,
                hint="give their trade with its `sector` in trade.yaml, or `products.sectors` instead of codes",
            )
