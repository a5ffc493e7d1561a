"""The shipped table of six-digit products: tariff lines, trade, answer lists; and its lines as rows for stacking.

Built by ``scripts/build_products.py``. Lines that agree in partner, lists and base duty are one row, so that every
partner and every line can be stacked at once.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.core import InputError, LabelError, nearest
from detente.dossier import Products
from detente.policy.duties.cells import EVERYTHING, Bools, Ints, cells, check_list, product_tables
from detente.world import Array, frozen, load_described

NAME = "us_products"


@dataclass(frozen=True, eq=False)
class ProductTable:
    """Tariff lines, trade and answer lists by six-digit product.

    Parameters
    ----------
    codes : tuple of str
        Six-digit products of the Harmonized System, in order.
    sectors : tuple of str
    sector : array [product], position in `sectors`
    partners, partner_names, regions : tuple of str
        Of the United States, as in the product cells.
    preferential : array [partner] of bool
    lists : tuple of str
    signatures : array [signature, list] of bool
    line_product, line_signature : array [line], position
    line_mfn : array [line], fraction
    value, collected : array [partner, product]
        US imports of 2024 in million USD, and duty collected over value.
    answers : mapping of measure id to (array [product] of share, array [product] of US exports in million USD)
        Six-digit lists of measures that the record carries as sector shares; the share is of the measure's rate.
    """

    codes: tuple[str, ...]
    sectors: tuple[str, ...]
    sector: Ints
    partners: tuple[str, ...]
    partner_names: tuple[str, ...]
    regions: tuple[str, ...]
    preferential: Bools
    lists: tuple[str, ...]
    signatures: Bools
    line_product: Ints
    line_signature: Ints
    line_mfn: Array
    value: Array
    collected: Array
    answers: Mapping[str, tuple[Array, Array]]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> ProductTable:
        """Make the table from the arrays of the shipped file; `InputError` names a missing one."""
        try:
            partners = tuple(str(code) for code in arrays["partners"])
            shape = (len(partners), len(arrays["hs6"]))
            value, collected = np.zeros(shape), np.zeros(shape)
            place = (arrays["trade_partner"].astype(np.int64), arrays["trade_product"].astype(np.int64))
            value[place], collected[place] = arrays["trade_value"], arrays["trade_collected"]
            answers: dict[str, tuple[Array, Array]] = {}
            for measure in np.unique(arrays["answer_measure"]):
                mine = arrays["answer_measure"] == measure
                share, exports = np.zeros(shape[1]), np.zeros(shape[1])
                listed = arrays["answer_product"][mine].astype(np.int64)
                share[listed] = arrays["answer_share"][mine]
                exports[listed] = arrays["answer_exports"][mine]
                answers[str(measure)] = (frozen(share), frozen(exports))
            return cls(
                codes=tuple(f"{code:06d}" for code in arrays["hs6"]),
                sectors=tuple(str(code) for code in arrays["sectors"]),
                sector=arrays["sector"].astype(np.int64),
                partners=partners,
                partner_names=tuple(str(name) for name in arrays["partner_names"]),
                regions=tuple(str(code) for code in arrays["regions"]),
                preferential=arrays["preferential"].astype(np.bool_),
                lists=tuple(str(name) for name in arrays["lists"]),
                signatures=arrays["signatures"].astype(np.bool_),
                line_product=arrays["line_product"].astype(np.int64),
                line_signature=arrays["line_signature"].astype(np.int64),
                line_mfn=frozen(arrays["line_mfn"].astype(np.float64)),
                value=frozen(value),
                collected=frozen(collected),
                answers=answers,
            )
        except KeyError as error:
            raise InputError(
                f"array {error} is missing", where=NAME, hint="rebuild it with scripts/build_products.py"
            ) from error

    @functools.cached_property
    def index(self) -> Mapping[str, int]:
        """Position of every product."""
        return {code: i for i, code in enumerate(self.codes)}

    def find(self, code: str) -> list[int]:
        """Positions of the products under a code of two, four or six digits.

        Raises
        ------
        LabelError
            For anything that is not two, four or six digits, or that no product starts with; the nearest one is named.
        """
        digits = code.replace(".", "").replace(" ", "")
        if not digits.isdigit() or len(digits) not in (2, 4, 6):
            hint = (
                "write the chapter (2 digits), the heading (4) or the product (6), such as 85, 8505 or 850511"
            )
            if digits.isdigit() and len(digits) > 6:
                hint = f"the table ends at six digits: `{digits[:6]}`"
            raise LabelError(f"`{code}` is no product code of six digits", where="product", hint=hint)
        positions = [i for i, known in enumerate(self.codes) if known.startswith(digits)]
        if not positions:
            options = sorted({known[: len(digits)] for known in self.codes})
            same = [known for known in options if known[:-1] == digits[:-1]]
            close = nearest(digits, same or options, count=3)
            hint = f"near it: {', '.join(close)}" if close else "codes are those of the Harmonized System"
            raise LabelError(f"no goods product `{code}`", where="product", hint=hint)
        return positions


def load_products(folder: Path) -> ProductTable:
    """Read the product table and its data sheet from a folder, and check one against the other.

    Raises
    ------
    InputError
        When a file is missing, damaged, or not the one the data sheet describes.
    """
    return load_described(folder, NAME, ProductTable.from_arrays, built_by="scripts/build_products.py")


@functools.cache
def products() -> ProductTable:
    """Return the shipped product table; read once.

    Examples
    --------
    >>> products().codes[products().find("850511")[0]]
    '850511'
    """
    return load_products(Path(__file__).parent / "data")


@dataclass(frozen=True, eq=False)
class LineRows:
    """Tariff lines of the United States as rows, equal ones (same partner, lists and base duty) taken once.

    Parameters
    ----------
    table : ProductTable
    partner, signature : array [row], position
    base : array [row], fraction
    row_of_line : array [partner, line], position of its row
    """

    table: ProductTable
    partner: Ints
    signature: Ints
    base: Array
    row_of_line: Ints

    @functools.cached_property
    def codes(self) -> tuple[tuple[str, ...], ...]:
        """Partner code first, then its region."""
        pairs = zip(self.table.partners, self.table.regions, strict=True)
        return tuple((partner,) if partner == region else (partner, region) for partner, region in pairs)

    def coverage(self, products: Products, *, where: str, among: Bools | None = None) -> Array:
        """Covered share [row] of a scope."""
        if not products.lists:
            raise InputError(
                "a duty by sector shares has no six-digit products here",
                where=where,
                hint="give `products.lists` or `products.codes`",
            )
        covered = np.zeros(len(self.base))
        for name in products.lists:
            covered = np.maximum(covered, products.shares.get(name, 1.0) * self._membership(name, where))
        for name in products.excluded:
            covered = covered * (1 - self._membership(name, where))
        return covered

    def _membership(self, name: str, where: str) -> Array:
        check_list(name, where=where)
        if name == EVERYTHING:
            return np.ones(len(self.base))
        if name == product_tables().preference:
            return np.asarray(cells().usmca[self.partner])
        by_signature = self.table.signatures[:, self.table.lists.index(name)].astype(np.float64)
        return np.asarray(by_signature[self.signature])


@functools.cache
def line_rows() -> LineRows:
    """Rows of the shipped product table; made once."""
    table = products()
    number = len(table.signatures)
    base = np.broadcast_to(table.line_mfn, (len(table.partners), len(table.line_mfn))).copy()
    for p in np.flatnonzero(table.preferential):
        paid = np.where(table.value[p] > 0, table.collected[p], np.nan)[table.line_product]
        base[p] = np.where(np.isnan(paid), table.line_mfn, paid)
    values, rank = np.unique(base, return_inverse=True)
    key = np.arange(len(table.partners))[:, None] * number + table.line_signature[None]
    pair = key * len(values) + rank.reshape(key.shape)
    rows, inverse = np.unique(pair.reshape(-1), return_inverse=True)
    key_of_row = rows // len(values)
    return LineRows(
        table,
        partner=key_of_row // number,
        signature=key_of_row % number,
        base=frozen(values[rows % len(values)]),
        row_of_line=inverse.reshape(key.shape),
    )
