"""Product cells: US imports of 2024, cut so finely that every measure covers a cell wholly or not at all.

A cell is a partner, a goods sector and one combination of product lists ("steel, on the 25 % list, exempt since April").
Some thousands of them carry all that tariff measures of the United States need to know of ten thousand tariff lines.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.core import InputError, LabelError, suggestion
from detente.dossier import Products
from detente.world import Array, frozen, load_described

NAME = "us_product_cells"
IMPORTER = "USA"
EVERYTHING = "all"
PREFERENCE = "usmca"
CEILING_LIST = "mfn-15-and-above"

LISTS: Mapping[str, str] = {
    EVERYTHING: "every good",
    "s301-7.5": "Section 301 on China, 7.5 % class of 2025",
    "s301-25": "Section 301 on China, 25 % class of 2025",
    "s301-50": "Section 301 on China, 50 % class of 2025",
    "s301-100": "Section 301 on China, 100 % class of 2025",
    "s301-2026-7.5": "Section 301 on China, 7.5 % class from 2026",
    "s301-2026-25": "Section 301 on China, 25 % class from 2026",
    "s301-2026-50": "Section 301 on China, 50 % class from 2026",
    "s301-2026-100": "Section 301 on China, 100 % class from 2026",
    "ieepa-exempt-apr2025": "outside the reciprocal duty since April 2025 (Annex II)",
    "ieepa-exempt-electronics": "phones, computers, chips: outside the reciprocal duty by the notice of 11 April 2025",
    "ieepa-exempt-nov2025": "outside the reciprocal duty since November 2025 (farm goods added)",
    "s232-steel-2018": "Section 232, mill steel of 2018 (HS 7206 to 7306)",
    "s232-aluminium-2018": "Section 232, aluminium of 2018 (HS 7601 to 7609)",
    "s232-steel": "Section 232, mill steel and the goods of chapter 73 added in March 2025: full value",
    "s232-aluminium": "Section 232, aluminium and the goods of chapter 76 added in March and April 2025: full value",
    "s232-metals-aug2025": "Section 232, goods of chapters 72, 73 and 76 added on 18 August 2025: full value",
    "s232-derivatives": "Section 232, goods with steel or aluminium in them, March 2025: metal content",
    "s232-derivatives-jun2025": "Section 232, household appliances added on 23 June 2025: metal content",
    "s232-derivatives-aug2025": "Section 232, goods added on 18 August 2025: metal content",
    "s232-traces": "Section 232, computer parts, March 2025: their little metal",
    "s232-traces-aug2025": "Section 232, goods in cans and bottles added on 18 August 2025: their little metal",
    "s232-beer": "Section 232, beer in cans, April 2025: its can",
    "s232-tracker": "steel and aluminium goods as one tracker lists them (191 lines; to compare with it, not the law)",
    "s232-timber": "Section 232, softwood timber and lumber, October 2025",
    "s232-furniture": "Section 232, upholstered furniture and kitchen cabinets, October 2025",
    "s232-autos": "Section 232, cars and light trucks (HS 8703, 8704)",
    "s232-auto-parts": "Section 232, automobile parts",
    "s232-copper": "Section 232, copper and derivatives",
    "s232-metals-2026-50": "Section 232 metals as of April 2026, 50 % tier",
    "s232-metals-2026-25": "Section 232 metals as of April 2026, 25 % tier",
    "s122-exempt": "outside the Section 122 surcharge of February 2026",
    "canada-energy": "energy products of the Canada fentanyl order",
    "brazil-40-exempt": "annex of the Brazil order of July 2025",
    PREFERENCE: "share of Canadian and Mexican trade that enters free (calibrated)",
    CEILING_LIST: "general duty of 15 % or more",
}
"""Every product list a measure may name, and what it is."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
CoverageKey = tuple[
    tuple[str, ...], tuple[str, ...], tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]
]


def product_lists() -> Mapping[str, str]:
    """Names of all product lists, with what each holds.

    Examples
    --------
    >>> "s232-steel" in product_lists()
    True
    """
    return LISTS


def check_list(name: str, *, where: str) -> str:
    """Return the name of a product list; `LabelError` with the nearest one when there is none."""
    if name not in LISTS:
        raise LabelError(f"unknown product list `{name}`", where=where, hint=suggestion(name, LISTS))
    return name


@dataclass(frozen=True, eq=False)
class Cells:
    """US imports of 2024 by partner, goods sector and combination of product lists.

    Parameters
    ----------
    partners, partner_names, regions : tuple of str
        Partners by ISO-3 code (``EU27`` is one), names, and the region of the default world each belongs to.
    sectors : tuple of str
        Goods sectors.
    partner, sector : array [cell], position
    members : mapping of list name to array [cell] of bool
    value : array [cell], million USD, customs value
    mfn : array [cell], fraction
        General duty of the tariff schedule; specific duties count as zero.
    collected : array [cell], fraction
        Duty collected in 2024 over value.
    lines : array [cell], number of eight-digit tariff lines with trade
    imports, duty, unallocated : array [partner], million USD
        Imports in all, duty collected on them, and the part no goods sector takes (chapters 98 and 99, electricity).
    preferential : array [partner] of bool
        Partner under a free-trade agreement: its base duty is the collected one.
    usmca : array [partner], share
        Trade that enters free under USMCA.
    weights_2017 : mapping of str to array [sector], million USD
        Goods trade of 2017, ``importer<exporter:bilateral`` and ``…:world`` (exporter's sales to all).
    """

    partners: tuple[str, ...]
    partner_names: tuple[str, ...]
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    partner: Ints
    sector: Ints
    members: Mapping[str, Bools]
    value: Array
    mfn: Array
    collected: Array
    lines: Array
    imports: Array
    duty: Array
    unallocated: Array
    preferential: Bools
    usmca: Array
    weights_2017: Mapping[str, Array]
    _coverage: dict[CoverageKey, Array] = field(default_factory=dict, repr=False)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Cells:
        """Make cells from the arrays of the shipped file.

        Raises
        ------
        InputError
            When an array is missing.
        """
        try:
            signature = arrays["signature"].astype(np.int64)
            by_cell = arrays["signatures"][signature]
            members = {str(name): by_cell[:, i] for i, name in enumerate(arrays["lists"])}
            cells = cls(
                partners=tuple(str(code) for code in arrays["partners"]),
                partner_names=tuple(str(name) for name in arrays["partner_names"]),
                regions=tuple(str(code) for code in arrays["regions"]),
                sectors=tuple(str(code) for code in arrays["sectors"]),
                partner=arrays["partner"].astype(np.int64),
                sector=arrays["sector"].astype(np.int64),
                members=members,
                value=frozen(arrays["value"]),
                mfn=frozen(arrays["mfn"]),
                collected=frozen(arrays["collected"]),
                lines=frozen(arrays["lines"]),
                imports=frozen(arrays["partner_imports"]),
                duty=frozen(arrays["partner_duty"]),
                unallocated=frozen(arrays["partner_unallocated"]),
                preferential=arrays["preferential"].astype(np.bool_),
                usmca=frozen(arrays["usmca"]),
                weights_2017={
                    str(key): frozen(row)
                    for key, row in zip(arrays["weights_2017_keys"], arrays["weights_2017"], strict=True)
                },
            )
        except KeyError as error:
            raise InputError(
                f"array {error} is missing", where=NAME, hint="rebuild it with scripts/build_cells.py"
            ) from error
        unlisted = sorted(set(cells.members) - set(LISTS))
        if unlisted:
            raise LabelError(
                f"unknown product list `{unlisted[0]}`", where=NAME, hint=suggestion(unlisted[0], LISTS)
            )
        return cells

    @functools.cached_property
    def base(self) -> Array:
        """Duty before any measure [cell], fraction: collected under a preference, else the general rate."""
        return frozen(np.where(self.preferential[self.partner], self.collected, self.mfn))

    def membership(self, name: str, *, where: str) -> Array:
        """Covered share [cell] of one product list."""
        check_list(name, where=where)
        if name == EVERYTHING:
            return np.ones(len(self.value))
        if name == PREFERENCE:
            return self.usmca[self.partner]
        return self.members[name].astype(np.float64)

    def coverage(self, products: Products, *, where: str) -> Array:
        """Covered share [cell], 0 to 1, of a measure's scope.

        Parameters
        ----------
        products : Products
            Lists (any of them covers, each with its share of value), sector shares, minus what is excluded.
        where : str
            Named in errors.

        Raises
        ------
        LabelError
            For an unknown list or sector, with the nearest name.
        InputError
            For a scope that covers nothing by construction.
        """
        key = (
            products.lists,
            products.excluded,
            tuple(sorted(products.shares.items())),
            tuple(sorted(products.sectors.items())),
        )
        if key in self._coverage:
            return self._coverage[key]
        if not products.lists and not products.sectors:
            raise InputError(
                "a tariff without products", where=where, hint="write `products: {lists: [all]}`"
            )
        covered = np.zeros(len(self.value))
        for name in products.lists:
            share = products.shares.get(name, 1.0)
            covered = np.maximum(covered, share * self.membership(name, where=where))
        shares = np.zeros(len(self.sectors))
        for code, share in products.sectors.items():
            if code not in self.sectors:
                raise LabelError(
                    f"unknown goods sector `{code}`", where=where, hint=suggestion(code, self.sectors)
                )
            shares[self.sectors.index(code)] = share
        covered = np.maximum(covered, shares[self.sector])
        for name in products.excluded:
            covered = covered * (1 - self.membership(name, where=where))
        self._coverage[key] = frozen(covered)
        return self._coverage[key]


def load_cells(folder: Path) -> Cells:
    """Read cells and their data sheet from a folder, and check one against the other.

    Raises
    ------
    InputError
        When a file is missing, damaged, or not the one the data sheet describes.
    """
    return load_described(folder, NAME, Cells.from_arrays, built_by="scripts/build_cells.py")


@functools.cache
def cells() -> Cells:
    """Return the shipped cells; read once.

    Examples
    --------
    >>> cells().partners[:3]
    ('EU27', 'MEX', 'CHN')
    """
    return load_cells(Path(__file__).parent / "data")
