"""Duties by six-digit product: every partner and every product on one day, from the same measures as the sector duties.

For the United States every eight-digit tariff line is stacked by itself (lists, general rate, ceilings) and a six-digit
product takes the plain mean of its lines. For every other importer a product pays what its sector pays, but for the
lists that are known by six digits (China's of March 2025); `tier` says which of the two each authority is.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from detente.core import Column, InputError, LabelError, Table, nearest, sha256_bytes, suggestion
from detente.core.table import Cell
from detente.dossier.measure import Products
from detente.world.cells import EVERYTHING, IMPORTER, PREFERENCE, Bools, Ints, cells, check_list
from detente.world.economy import Array, Economy, frozen
from detente.world.stacking import check_targets, is_duty, partner_rates, stack

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.dossier.timeline import MeasureState

NAME = "us_products"
MFN = "mfn"
EXACT, BY_SECTOR, EXACT_AND_SECTOR = "exact", "sector", "exact and sector"


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
        found = [i for i, known in enumerate(self.codes) if known.startswith(digits)]
        if not found:
            options = sorted({known[: len(digits)] for known in self.codes})
            same = [known for known in options if known[:-1] == digits[:-1]]
            close = nearest(digits, same or options, count=3)
            hint = f"near it: {', '.join(close)}" if close else "codes are those of the Harmonized System"
            raise LabelError(f"no goods product `{code}`", where="product", hint=hint)
        return found


def load_products(folder: Path) -> ProductTable:
    """Read the product table and its data sheet from a folder, and check one against the other.

    Raises
    ------
    InputError
        When a file is missing, damaged, or not the one the data sheet describes.
    """
    path, sheet_path = folder / f"{NAME}.npz", folder / f"{NAME}.datapackage.json"
    try:
        content = path.read_bytes()
        sheet = json.loads(sheet_path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"cannot read it: {error}", where=NAME, hint="install Détente again") from error
    if sha256_bytes(content) != sheet.get("sha256"):
        raise InputError(
            "the file is not the one its data sheet describes",
            where=path.name,
            hint="restore it, or rebuild both with scripts/build_products.py",
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return ProductTable.from_arrays({name: arrays[name] for name in arrays.files})
    except (ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"cannot read it: {error}", where=path.name, hint="install Détente again") from error


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

    def coverage(self, products: Products, *, where: str) -> Array:
        """Covered share [row] of a scope."""
        if not products.lists:
            raise InputError(
                "a duty by sector shares has no six-digit products here",
                where=where,
                hint="give `products.lists` for duties of the United States",
            )
        covered = np.zeros(len(self.base))
        for name in products.lists:
            covered = np.maximum(covered, self._membership(name, where))
        for name in products.excluded:
            covered = covered * (1 - self._membership(name, where))
        return covered

    def _membership(self, name: str, where: str) -> Array:
        check_list(name, where=where)
        if name == EVERYTHING:
            return np.ones(len(self.base))
        if name == PREFERENCE:
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


@dataclass(frozen=True, eq=False)
class ProductDuties:
    """Duties of one importer by partner and six-digit product on one day.

    Parameters
    ----------
    date, asof : date
    importer : str
    exporters : tuple of str
        Partners of the product table for the United States; countries of the economy for others.
    table : ProductTable
    authorities : tuple of str
        ``mfn`` first.
    rates : array [authority, exporter, product], fraction
    tiers : mapping of authority to "exact", "sector" or "exact and sector"
        Whether the rate rests on product lists, is the mean of the product's sector, or in part each.
    """

    date: dt.date
    asof: dt.date
    importer: str
    exporters: tuple[str, ...]
    table: ProductTable
    authorities: tuple[str, ...]
    rates: Array
    tiers: Mapping[str, str]

    @functools.cached_property
    def total(self) -> Array:
        """Sum over authorities [exporter, product], fraction."""
        return frozen(self.rates.sum(0))

    @functools.cached_property
    def value(self) -> Array | None:
        """US imports of 2024 [exporter, product], million USD; None for other importers."""
        return self.table.value if self.importer == IMPORTER else None


def product_duties(
    economy: Economy,
    dossier: Dossier,
    *,
    date: dt.date,
    importer: str = IMPORTER,
    exporters: Sequence[str] | None = None,
) -> ProductDuties:
    """Duties of one importer on every six-digit product, by partner and authority.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        Read as of its own day.
    date : date
        Day the policy is evaluated.
    importer : str
    exporters : sequence of str, optional
        Partners to keep; all when left out.

    Returns
    -------
    ProductDuties

    Raises
    ------
    LabelError
        For an unknown country, with the nearest one.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.world import load_world
    >>> day = dt.date(2025, 10, 20)
    >>> found = product_duties(load_world(), load_dossier(), date=day, exporters=["CHN"])
    >>> round(float(found.total[0, found.table.find("950300")[0]]), 3)  # toys: exempt from Section 301
    0.3
    """
    economy.labels.country(importer)
    if importer == IMPORTER:
        return _of_lines(economy, dossier, date, exporters)
    return _of_sectors(economy, dossier, date, importer, exporters)


def _chosen(exporters: Sequence[str] | None, known: Sequence[str]) -> list[int]:
    if exporters is None:
        return list(range(len(known)))
    for code in exporters:
        if code not in known:
            raise LabelError(f"no partner `{code}`", where="exporter", hint=suggestion(code, known))
    return [known.index(code) for code in exporters]


def _of_lines(
    economy: Economy, dossier: Dossier, date: dt.date, exporters: Sequence[str] | None
) -> ProductDuties:
    from detente.world.duties import fits

    rows = line_rows()
    table = rows.table
    if not fits(economy, cells()) or tuple(table.sectors) != cells().sectors:
        raise InputError(
            "the product table does not belong to this world",
            where=economy.name,
            hint="use the default world, or rebuild both with scripts/build_cells.py and scripts/build_products.py",
        )
    states = [
        state
        for state in dossier.states(date).values()
        if state.measure.actor == IMPORTER and is_duty(state.measure)
    ]
    known = {*economy.labels.countries, *table.partners}
    for state in states:
        check_targets(state.measure, (*state.measure.targets, *state.by_target), known)
    listed = [state for state in states if not state.products.sectors]
    by_share = [state for state in states if state.products.sectors and state.in_force]
    by_authority = {MFN: np.asarray(rows.base), **stack(rows, listed)}
    kept = _chosen(exporters, table.partners)
    lines = np.bincount(table.line_product, minlength=len(table.codes))
    order = np.argsort(table.line_product, kind="stable")
    starts = np.concatenate([[0], np.cumsum(lines)[:-1]])
    place = rows.row_of_line[kept][:, order]
    names = tuple(name for name, rate in by_authority.items() if name == MFN or rate.any())
    rates = np.stack([np.add.reduceat(by_authority[name][place], starts, axis=1) / lines for name in names])
    found = dict(zip(names, rates, strict=True))
    tiers = dict.fromkeys(names, EXACT)
    for state in by_share:
        authority = state.measure.authority
        tiers[authority] = EXACT_AND_SECTOR if authority in found else BY_SECTOR
        found[authority] = found.get(authority, 0.0) + _shared(rows, state)[kept]
    return ProductDuties(
        date,
        dossier.asof,
        IMPORTER,
        tuple(table.partners[p] for p in kept),
        _only(table, kept),
        tuple(found),
        frozen(np.stack(list(found.values()))),
        tiers,
    )


def _shared(rows: LineRows, state: MeasureState) -> Array:
    """Duty [partner, product] of a measure known by sector shares only: every product of a sector pays the share."""
    if state.products.lists or state.measure.excluded_by:
        raise InputError(
            "a duty by sector shares that also names lists, or gives way to another, has no six-digit products",
            where=f"measure {state.measure.id}",
            hint="give `products.lists` alone, or ask by sector",
        )
    table = rows.table
    share = np.array([state.products.sectors.get(code, 0.0) for code in table.sectors])[table.sector]
    return np.asarray(partner_rates(state, rows)[0][:, None] * share[None])


def _only(table: ProductTable, partners: list[int]) -> ProductTable:
    """The table with some partners only."""
    import dataclasses

    return dataclasses.replace(
        table,
        partners=tuple(table.partners[p] for p in partners),
        partner_names=tuple(table.partner_names[p] for p in partners),
        regions=tuple(table.regions[p] for p in partners),
        preferential=table.preferential[partners],
        value=table.value[partners],
        collected=table.collected[partners],
    )


def _of_sectors(
    economy: Economy, dossier: Dossier, date: dt.date, importer: str, exporters: Sequence[str] | None
) -> ProductDuties:
    """Sector duties spread over products, but for lists known by six digits."""
    from detente.world.duties import sector_layers

    table = products()
    labels = economy.labels
    countries = [code for code in labels.countries if code != importer]
    kept = _chosen(exporters, countries)
    names = [countries[k] for k in kept]
    place = np.array([labels.country(code) for code in names])
    sector = np.array([labels.sector(code) for code in table.sectors])[table.sector]
    known = {
        state.measure.id: state
        for state in dossier.states(date).values()
        if state.measure.id in table.answers and state.in_force and state.measure.actor == importer
    }
    base, layers = sector_layers(economy, dossier, date, importer, without=tuple(known))
    found = {MFN: base[place][:, sector]}
    found |= {name: rates[place][:, sector] for name, rates in layers.items()}
    tiers = {MFN: BY_SECTOR}
    for name, rates in layers.items():
        even = np.allclose(rates[:, sector], rates[:, sector[:1]])
        tiers[name] = EXACT if even else BY_SECTOR
    for key, state in known.items():
        share, _ = table.answers[key]
        authority = state.measure.authority
        extra = np.array([state.rate_for(code) if state.covers(code) else 0.0 for code in names])
        exact = extra[:, None] * share[None]
        tiers[authority] = EXACT if authority not in found else EXACT_AND_SECTOR
        found[authority] = found.get(authority, np.zeros(exact.shape)) + exact
    authorities = tuple(name for name, rate in found.items() if name == MFN or rate.any())
    rates = frozen(np.stack([found[name] for name in authorities]))
    return ProductDuties(date, dossier.asof, importer, tuple(names), table, authorities, rates, tiers)


def product_table(duties: ProductDuties, code: str = "") -> Table:
    """Products of one exporter, or every exporter for the products under a code.

    Parameters
    ----------
    duties : ProductDuties
    code : str
        Two, four or six digits; every product when empty.

    Returns
    -------
    Table
        One row an exporter and product, percent by authority; with US imports of 2024 where they are known.
    """
    table = duties.table
    chosen = table.find(code) if code else list(range(len(table.codes)))
    value = duties.value
    columns = [
        Column("hs6", "Product"),
        Column("sector", "Sector"),
        Column("exporter", "Exporter"),
        *(Column(name, name, "%", "number", 1) for name in duties.authorities),
        Column("total", "Total", "%", "number", 1),
    ]
    if value is not None:
        columns.append(Column("imports", "US imports 2024", "USD mn", "number", 1))
    rows: list[tuple[Cell, ...]] = []
    for h in chosen:
        for e, exporter in enumerate(duties.exporters):
            shares = [round(100 * float(rate), 6) for rate in duties.rates[:, e, h]]
            cells_: list[Cell] = [table.codes[h], table.sectors[table.sector[h]], exporter, *shares]
            cells_.append(round(100 * float(duties.total[e, h]), 6))
            if value is not None:
                cells_.append(round(float(value[e, h]), 3))
            rows.append(tuple(cells_))
    tiers = "; ".join(f"{name}: {duties.tiers[name]}" for name in duties.authorities)
    return Table(
        f"duties_{duties.importer}_by_hs6_{duties.date}",
        f"Duties of {duties.importer} by six-digit product, {duties.date}",
        tuple(columns),
        tuple(rows),
        f"Plain mean over the tariff lines of a product. Rests on: {tiers}. Known on {duties.asof}.",
    )


def partner_table(duties: ProductDuties) -> Table:
    """One row an exporter: averages over all products, and the highest duty.

    Returns
    -------
    Table
        ``weighted`` over imports of 2024 in goods sectors (United States only), ``simple`` over all products.
    """
    value = duties.value
    columns = [
        Column("exporter", "Exporter"),
        Column("simple", "Simple average", "%", "number", 1),
        Column("highest", "Highest", "%", "number", 1),
        Column("highest_product", "On product"),
        Column("products", "Products", kind="number", digits=0),
    ]
    if value is not None:
        columns[1:1] = [
            Column("weighted", "Import-weighted", "%", "number", 1),
            Column("imports", "Imports 2024", "USD bn", "number", 1),
        ]
    rows: list[tuple[Cell, ...]] = []
    for e, exporter in enumerate(duties.exporters):
        total = duties.total[e]
        top = int(total.argmax())
        row: list[Cell] = [exporter]
        if value is not None:
            weight = value[e]
            mean = 100 * float((total * weight).sum() / weight.sum()) if weight.sum() > 0 else None
            row += [mean, float(weight.sum() / 1e3)]
        row += [100 * float(total.mean()), 100 * float(total[top]), duties.table.codes[top], len(total)]
        rows.append(tuple(row))
    return Table(
        f"duties_{duties.importer}_by_partner_{duties.date}",
        f"Duties of {duties.importer} on every partner over six-digit products, {duties.date}",
        tuple(columns),
        tuple(rows),
        f"Goods of chapters 1 to 97; statutory; known on {duties.asof}.",
    )
