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

from detente.core import InputError, LabelError, Labels, suggestion
from detente.dossier import Frozen, Products, Slug, checked_kept, read_yaml, shared_vocabulary
from detente.world import Array, Economy, frozen, load_described

NAME = "us_product_cells"
EVERYTHING = "all"
MFN = "mfn"
"""Name of the duty before any measure among the authorities."""


class ProductTables(Frozen):
    """Whose tariff lines the shipped tables of products hold, and which of their lists are special."""

    importer: str
    """Code of the importer."""
    preference: Slug
    """List whose members are shares of a partner's trade that enters free."""
    by_heading: tuple[Slug, ...]
    """Lists made from heading prefixes instead of a list of tariff lines."""
    by_use: tuple[Slug, ...]
    """Lists that hold a good for one use only: whether it pays cannot be told from its tariff line."""


@functools.cache
def product_tables() -> ProductTables:
    """What the shipped tables of products are about; read once.

    Examples
    --------
    >>> product_tables().preference
    'usmca'
    """
    file = read_yaml(Path(__file__).parent / "data" / "products.yaml")
    return checked_kept(ProductTables, file, (Path(__file__),))


def importer_of_cells() -> str:
    """Code of the importer whose tariff lines the shipped tables hold."""
    return product_tables().importer


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
    return shared_vocabulary().product_lists


def check_list(name: str, *, where: str) -> str:
    """Return the name of a product list; `LabelError` with the nearest one when there is none."""
    if name not in product_lists():
        raise LabelError(
            f"unknown product list `{name}`", where=where, hint=suggestion(name, product_lists())
        )
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
        for name in sorted(cells.members):
            check_list(name, where=NAME)
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
        if name == product_tables().preference:
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


def fits(economy: Economy, table: Cells) -> bool:
    """Whether the regions and goods sectors of the product cells are those of the economy."""
    labels = economy.labels
    return set(table.regions) <= set(labels.countries) and set(table.sectors) <= set(labels.sectors)


def cells_fit(economy: Economy) -> bool:
    """Whether the shipped product cells belong to an economy.

    Examples
    --------
    >>> from detente.world import load_world, toy
    >>> cells_fit(load_world()), cells_fit(toy())
    (True, False)
    """
    return fits(economy, cells())


@functools.lru_cache(maxsize=4)
def cells_by_flow(
    table: Cells, countries: tuple[str, ...], sectors: tuple[str, ...]
) -> tuple[npt.NDArray[np.int64], Array]:
    """Flow that each product cell belongs to, and the trade in the cells of each flow.

    Parameters
    ----------
    table : Cells
    countries, sectors : tuple of str
        Codes of the economy, which has all that the cells name.

    Returns
    -------
    (int array [cell], array [exporter × sector])

    Examples
    --------
    >>> from detente.world import load_world
    >>> labels = load_world().labels
    >>> place, value = cells_by_flow(cells(), labels.countries, labels.sectors)
    >>> len(value) == len(labels.countries) * len(labels.sectors), bool(abs(value.sum() / cells().value.sum() - 1) < 1e-12)
    (True, True)
    """
    labels = Labels(countries, sectors)
    region = np.array([labels.country(code) for code in table.regions])
    sector = np.array([labels.sector(code) for code in table.sectors])
    place = region[table.partner] * len(sectors) + sector[table.sector]
    value = np.bincount(place, weights=table.value, minlength=len(countries) * len(sectors))
    place.flags.writeable = False
    return place, frozen(value)
