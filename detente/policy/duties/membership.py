"""Which six-digit products codes cover, and what part of each sector's imports that is in the shipped table of products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.dossier import Products, TradeLine
from detente.policy.duties.cells import Bools
from detente.policy.duties.codes import (
    NOTHING,
    OWN,
    PART,
    SIX,
    WHOLE,
    Basis,
    lines_with,
    under,
    untaken,
    widest,
)
from detente.policy.duties.product_data import products as product_table
from detente.world import Array

Names = Sequence[Sequence[str]]
"""Codes each partner answers to, most specific first."""


def membership(
    products: Products, trade: Sequence[TradeLine], partners: Names, *, where: str
) -> tuple[Array, Bools]:
    """Covered share of the shipped products by codes, and where that share is not known.

    A national line covers the part of its six-digit product that the record's trade with the partner says; without it all of
    the product is counted, and the second array is true.

    Parameters
    ----------
    products : Products
    trade : sequence of TradeLine
        Of the importer.
    partners : sequence of sequence of str
        Codes each exporter answers to, most specific first.
    where : str
        Named in errors.

    Returns
    -------
    (array [partner, product], array [partner, product] of bool)
    """
    shape = (len(partners), len(product_table().codes))
    if not any(len(code) > SIX for code in (*products.codes, *products.excluded_codes)):
        share, unknown = _covered(products, {}, where)
        return np.broadcast_to(share, shape), np.broadcast_to(unknown, shape)
    shares, unknowns = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    for p, names in enumerate(partners):
        value = {line.code: line.value for line in lines_with(trade, names)}
        shares[p], unknowns[p] = _covered(products, value, where)
    return shares, unknowns


def _covered(products: Products, value: dict[str, float], where: str) -> tuple[Array, Bools]:
    """Covered share [product] and where it is not known, by the trade of one pair."""
    size = len(product_table().codes)
    share, unknown = np.zeros(size), np.zeros(size, dtype=np.bool_)

    def part(line: str) -> float | None:
        whole = value.get(line[:SIX], 0.0)
        return value[line] / whole if line in value and whole > 0 else None

    for code in widest(products.codes):
        inside = under(code, where)
        if len(code) <= SIX:
            share[inside] = 1.0
            continue
        known = part(code)
        share[inside] = np.minimum(1.0, share[inside] + (1.0 if known is None else known))
        unknown[inside] |= known is None
    for code in products.excluded_codes:
        inside = under(code, where)
        if len(code) <= SIX:
            share[inside] = 0.0
            continue
        known = part(code)
        share[inside] = np.maximum(0.0, share[inside] - (known or 0.0))
        unknown[inside] |= known is None
    return share, unknown & (share > 0)


def partner_shares(
    products: Products, trade: Sequence[TradeLine], partners: Names, *, where: str, among: Bools | None = None
) -> Array:
    """Covered share [partner, sector] of codes in the shipped table of products, by its own imports of 2024.

    Parameters
    ----------
    products : Products
    trade : sequence of TradeLine
        Of the importer; it says what part of its product a national line is, and nothing else.
    partners : sequence of sequence of str
        Codes each partner of the table answers to.
    where : str
        Named in errors.
    among : array [partner] of bool, optional
        Partners that count; all when left out.

    Raises
    ------
    LabelError
        For a code without products.
    InputError
        For a national line that is taken off although its trade is not known.
    """
    table = product_table()
    for line in (code for code in products.excluded_codes if len(code) > SIX):
        unknown = membership(Products(codes=(line,)), trade, partners, where=where)[1]
        if (unknown & (table.value > 0))[slice(None) if among is None else among].any():
            raise untaken(line, where)
    inside = membership(products, trade, partners, where=where)[0]
    size = len(table.sectors)

    def by_sector(value: Array) -> Array:
        return np.stack([np.bincount(table.sector, weights=row, minlength=size) for row in value])

    whole, mine = by_sector(table.value), by_sector(table.value * inside)
    return np.divide(mine, whole, out=np.zeros(whole.shape), where=whole > 0)


def cell_basis(products: Products, trade: Sequence[TradeLine], names: Sequence[str]) -> Basis:
    """On what the share of codes in the product cells rests, for one partner."""
    lines = {line.code: line for line in lines_with(trade, names)}
    basis = Basis(frozenset({OWN}))
    for code in (*widest(products.codes), *products.excluded_codes):
        if len(code) > SIX:
            known = code in lines and code[:SIX] in lines and lines[code[:SIX]].value > 0
            basis |= Basis(frozenset({PART}), (lines[code].source,)) if known else Basis(frozenset({WHOLE}))
    return basis if products.codes else NOTHING
