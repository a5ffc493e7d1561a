"""Duties by six-digit product: every partner and every product on one day, from the same measures as the sector duties.

For the importer of the shipped tables every eight-digit tariff line is stacked by itself (lists, general rate, ceilings) and a six-digit
product takes the plain mean of its lines. For every other importer a product pays what its sector pays, but for duties by
HS code and the lists that are known by six digits; `tier` says which of the two each authority is.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, InputError, LabelError, Labels, MeasurePlace, Table, suggestion
from detente.policy.duties import product_ranges
from detente.policy.duties.cells import MFN, cells, importer_of_cells, product_tables
from detente.policy.duties.codes import membership
from detente.policy.duties.product_data import LineRows, ProductTable, line_rows, load_products, products
from detente.policy.duties.stacking import SectorRows, check_targets, is_duty, partner_rates, stack
from detente.world import Array, Economy, frozen

if TYPE_CHECKING:
    from detente.dossier import Dossier, MeasureState

__all__ = [
    "ProductDuties",
    "ProductTable",
    "line_rows",
    "load_products",
    "partner_table",
    "product_duties",
    "product_table",
    "products",
]

EXACT, BY_SECTOR, EXACT_AND_SECTOR = "exact", "sector", "exact and sector"
BUT_FOR_USE = "exact but for use"


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
    tiers : mapping of authority to "exact", "exact but for use", "sector" or "exact and sector"
        Whether the rate rests on product lists (one of which may hold a good for one use only), is the mean of the product's
        sector, or in part each.
    labels : Labels
        Of the economy, for the names.
    spread : Spread, optional
        Between what and what each duty lies, and why.
    """

    date: dt.date
    asof: dt.date
    importer: str
    exporters: tuple[str, ...]
    table: ProductTable
    authorities: tuple[str, ...]
    rates: Array
    tiers: Mapping[str, str]
    labels: Labels = field(default_factory=lambda: Labels((), ()))
    spread: product_ranges.Spread | None = None

    @functools.cached_property
    def total(self) -> Array:
        """Sum over authorities [exporter, product], fraction."""
        return frozen(self.rates.sum(0))

    @functools.cached_property
    def value(self) -> Array | None:
        """US imports of 2024 [exporter, product], million USD; None for other importers."""
        return self.table.value if self.importer == importer_of_cells() else None


def product_duties(
    economy: Economy,
    dossier: Dossier,
    *,
    date: dt.date,
    importer: str = "",
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
        The one of the shipped table of products when left out.
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
    importer = importer or importer_of_cells()
    economy.labels.country(importer)
    if importer == importer_of_cells():
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
    from detente.policy.duties.day import fits

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
        if state.measure.actor == importer_of_cells() and is_duty(state.measure)
    ]
    known = {*economy.labels.countries, *table.partners}
    for state in states:
        check_targets(state.measure, (*state.measure.targets, *state.by_target), known)
    listed = [state for state in states if not (state.products.sectors or state.products.codes)]
    by_share = [
        state for state in states if (state.products.sectors or state.products.codes) and state.in_force
    ]
    by_authority = {MFN: np.asarray(rows.base), **stack(rows, listed)}
    kept = _chosen(exporters, table.partners)
    lines = np.bincount(table.line_product, minlength=len(table.codes))
    order = np.argsort(table.line_product, kind="stable")
    starts = np.concatenate([[0], np.cumsum(lines)[:-1]])
    place = rows.row_of_line[kept][:, order]
    names = tuple(name for name, rate in by_authority.items() if name == MFN or rate.any())
    rates = np.stack([np.add.reduceat(by_authority[name][place], starts, axis=1) / lines for name in names])
    duties = dict(zip(names, rates, strict=True))
    by_use = {s.measure.authority for s in listed if {*product_tables().by_use} & {*s.products.lists}}
    tiers = {name: BUT_FOR_USE if name in by_use else EXACT for name in names}
    spread = product_ranges.of_lines(rows, listed, kept, order, starts)
    for state in by_share:
        product_ranges.add_shared(spread, table, state, partner_rates(state, rows)[0][kept], dossier)
        authority = state.measure.authority
        own = BY_SECTOR if state.products.sectors else EXACT
        tiers[authority] = EXACT_AND_SECTOR if tiers.get(authority, own) != own else own
        duties[authority] = duties.get(authority, 0.0) + _shared(rows, state, dossier)[kept]
    return ProductDuties(
        date,
        dossier.asof,
        importer_of_cells(),
        tuple(table.partners[p] for p in kept),
        _only(table, kept),
        tuple(duties),
        frozen(np.stack(list(duties.values()))),
        tiers,
        _naming_partners(economy.labels, table),
        spread,
    )


def _naming_partners(labels: Labels, table: ProductTable) -> Labels:
    """Labels of a world that also name the partners of the product table."""
    partners = dict(zip(table.partners, table.partner_names, strict=True))
    return dataclasses.replace(labels, country_names={**labels.country_names, **partners})


def _shared(rows: LineRows, state: MeasureState, dossier: Dossier) -> Array:
    """Duty [partner, product] of a measure by codes, or by sector shares: every product of a sector pays the share."""
    if state.products.lists or state.measure.excluded_by:
        raise InputError(
            "a duty by codes or sector shares that also names lists, or gives way to another, has no six-digit products",
            where=MeasurePlace(state.measure.id),
            hint="give `products.lists` alone, or ask by sector",
        )
    table = rows.table
    share = np.array([state.products.sectors.get(code, 0.0) for code in table.sectors])[table.sector]
    if state.products.codes:
        share = np.maximum(share, _covered_by_codes(state, dossier))
    return np.asarray(partner_rates(state, rows)[0][:, None] * share[None])


def _covered_by_codes(state: MeasureState, dossier: Dossier) -> Array:
    """Covered share [product] of a measure by codes."""
    mine = [line for line in dossier.trade.values() if line.importer == state.measure.actor]
    return membership(state.products, mine, where=MeasurePlace(state.measure.id))[0]


def _by_codes_alone(state: MeasureState) -> bool:
    """Whether a duty in force is by codes and nothing else, so that each product is charged or is not."""
    scope = state.products
    alone = bool(scope.codes) and not (scope.lists or scope.sectors or state.measure.excluded_by)
    return alone and state.in_force and is_duty(state.measure)


def _only(table: ProductTable, partners: list[int]) -> ProductTable:
    """The table with some partners only."""
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
    from detente.policy.duties.day import sector_layers

    table = products()
    labels = economy.labels
    countries = [code for code in labels.countries if code != importer]
    kept = _chosen(exporters, countries)
    names = [countries[k] for k in kept]
    place = np.array([labels.country(code) for code in names])
    sector = np.array([labels.sector(code) for code in table.sectors])[table.sector]
    mine = {k: state for k, state in dossier.states(date).items() if state.measure.actor == importer}
    known = {k: state for k, state in mine.items() if k in table.answers and state.in_force}
    coded = {k: state for k, state in mine.items() if k not in known and _by_codes_alone(state)}
    base, layers = sector_layers(economy, dossier, date, importer, without=(*known, *coded))
    duties = {MFN: base[place][:, sector]}
    duties |= {name: rates[place][:, sector] for name, rates in layers.items()}
    tiers = {MFN: BY_SECTOR}
    for name, rates in layers.items():
        even = np.allclose(rates[:, sector], rates[:, sector[:1]])
        tiers[name] = EXACT if even else BY_SECTOR
    rest = [state for key, state in mine.items() if key not in known and key not in coded]
    rows = SectorRows(economy, importer, np.zeros(economy.flows[0].size), tuple(dossier.trade.values()))
    spread = product_ranges.of_sectors(rows, rest, duties[MFN], place, sector)
    for key, state in (known | coded).items():
        share = table.answers[key][0] if key in known else _covered_by_codes(state, dossier)
        authority = state.measure.authority
        extra = np.array([state.rate_for(code) if state.covers(code) else 0.0 for code in names])
        exact = extra[:, None] * share[None]
        if key in coded:
            product_ranges.add_shared(spread, table, state, extra, dossier)
        else:
            partly, why = (share > 0) & (share < 1), f"{state.measure.title}: on a part of it only"
            least, most = np.where(partly, 0.0, share), (share > 0).astype(np.float64)
            product_ranges.add_bounds(spread, state, extra, least, most, why)
        tiers[authority] = EXACT if authority not in duties else EXACT_AND_SECTOR
        duties[authority] = duties.get(authority, np.zeros(exact.shape)) + exact
    authorities = tuple(name for name, rate in duties.items() if name == MFN or rate.any())
    rates = frozen(np.stack([duties[name] for name in authorities]))
    return ProductDuties(
        date, dossier.asof, importer, tuple(names), table, authorities, rates, tiers, labels, spread
    )


def _range_words(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> str:
    """Between what and what the one duty of a table lies, and why; nothing for several or where it is one number."""
    place = {column.key: i for i, column in enumerate(columns)}
    if len(rows) != 1 or rows[0][place["low"]] is None:
        return ""
    low, high = (float(rows[0][place[key]] or 0.0) for key in ("low", "high"))
    why = rows[0][place["depends_on"]]
    if high - low < 0.05:
        return f"Depends on: {why}. " if why else ""
    return f"Between {low:.1f} and {high:.1f} %, which depends on: {why}. "


MARKS = {BY_SECTOR: "sector average", EXACT_AND_SECTOR: "in part sector average"}
"""What a person reads beside a rate that is not the product's own."""


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
        One row an exporter and product, percent by authority; between what and what it lies and why, and imports of 2024 where they are known.
    """
    table = duties.table
    chosen = table.find(code) if code else list(range(len(table.codes)))
    value = duties.value
    columns = [
        Column("hs6", "Product"),
        Column("sector", "Sector", names=duties.labels.sector_names),
        Column("exporter", "Exporter", names=duties.labels.country_names),
        *(
            Column(name, name, "%", "number", 1, mark=MARKS.get(duties.tiers[name], ""))
            for name in duties.authorities
        ),
        Column("total", "Total", "%", "number", 1),
        Column("low", "At least", "%", "number", 1),
        Column("high", "At most", "%", "number", 1),
        Column("depends_on", "Depends on"),
    ]
    spread = duties.spread
    if value is not None:
        columns.append(Column("imports", "Imports 2024", "USD mn", "number", 1))
    rows: list[tuple[Cell, ...]] = []
    for h in chosen:
        for e, exporter in enumerate(duties.exporters):
            shares = [round(100 * float(rate), 6) for rate in duties.rates[:, e, h]]
            cells_: list[Cell] = [table.codes[h], table.sectors[table.sector[h]], exporter, *shares]
            cells_.append(round(100 * float(duties.total[e, h]), 6))
            if spread is None:
                cells_ += [None, None, ""]
            else:
                bounds = (float(spread.low[e, h]), float(spread.high[e, h]))
                cells_ += [*(round(100 * bound, 6) for bound in bounds), spread.why(e, h)]
            if value is not None:
                cells_.append(round(float(value[e, h]), 3))
            rows.append(tuple(cells_))
    tiers = "; ".join(f"{name}: {duties.tiers[name]}" for name in duties.authorities)
    return Table(
        f"duties_{duties.importer}_by_hs6_{duties.date}",
        f"Duties of {duties.labels.country_and_code(duties.importer)} by six-digit product, {duties.date}",
        tuple(columns),
        tuple(rows),
        f"{_range_words(rows, columns)}Plain mean over the tariff lines of a product; a sector average "
        f"stands for a product that may pay more or less. Rests on: {tiers}. Known on {duties.asof}.",
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
        Column("exporter", "Exporter", names=duties.labels.country_names),
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
        f"Duties of {duties.labels.country_and_code(duties.importer)} on every partner over six-digit products, {duties.date}",
        tuple(columns),
        tuple(rows),
        f"Goods of chapters 1 to 97; statutory; known on {duties.asof}.",
    )
