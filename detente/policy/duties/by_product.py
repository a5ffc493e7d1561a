"""Duties by six-digit product: every partner and every product on one day, from the same measures as the sector duties.

For the importer of the shipped tables every eight-digit tariff line is stacked by itself (lists, general rate, ceilings) and a six-digit
product takes the plain mean of its lines. For every other importer a product pays what its sector pays, but for duties by
HS code, the lists that are known by six digits and the ordinary duties that the record states; `tiers` says which of the two each
authority is, and every cell that is a sector average says so.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError, LabelError, Labels, MeasurePlace, suggestion
from detente.policy.duties import product_ranges
from detente.policy.duties.cells import (
    EVERYTHING,
    MFN,
    Bools,
    Ints,
    cells,
    fits,
    importer_of_cells,
    product_tables,
)
from detente.policy.duties.ordinary import Ordinary, check_ordinary, ordinary_duties
from detente.policy.duties.product_data import LineRows, ProductTable, line_rows, products
from detente.policy.duties.reach import ProductReach, reach_of, stacked
from detente.policy.duties.stacking import SectorRows, check_targets, is_duty, partner_rates, stack
from detente.world import Array, Economy, frozen

if TYPE_CHECKING:
    from detente.dossier import Dossier, MeasureState

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
    averages : mapping of authority to (array, array) [exporter, product] of bool
        Where its rate is, or holds, the average of the product's sector, and where it holds what is known of the product itself.
        An authority left out has no averages.
    by_use : frozenset of str
        Authorities one of whose lists holds goods for one use only.
    labels : Labels
        Of the economy, for the names.
    ranges : callable, optional
        Makes `spread`; called when it is asked for.
    ordinary : Ordinary, optional
        Duties before any measure as the record states them; None where every tariff line is known.
    """

    date: dt.date
    asof: dt.date
    importer: str
    exporters: tuple[str, ...]
    table: ProductTable
    authorities: tuple[str, ...]
    rates: Array
    averages: Mapping[str, tuple[Bools, Bools]]
    by_use: frozenset[str] = frozenset()
    labels: Labels = field(default_factory=lambda: Labels((), ()))
    ranges: Callable[[], product_ranges.Spread] | None = field(default=None, repr=False)
    ordinary: Ordinary | None = field(default=None, repr=False)

    @functools.cached_property
    def spread(self) -> product_ranges.Spread | None:
        """Between what and what each duty lies, and why; None where nobody can say."""
        return self.ranges() if self.ranges is not None else None

    @functools.cached_property
    def tiers(self) -> Mapping[str, str]:
        """Over all products "exact", "exact but for use", "sector" or "exact and sector", by authority."""
        return {name: self.tier(name) for name in self.authorities}

    def tier(self, authority: str, of: Sequence[int] | None = None) -> str:
        """Whether an authority's rates rest on products, are averages of sectors, or in part each, over some products."""
        if authority in self.averages:
            average, own = (where[:, of] if of is not None else where for where in self.averages[authority])
            if average.any():
                alone = not own.any() and bool(
                    average[
                        self.rates[self.authorities.index(authority)][:, slice(None) if of is None else of]
                        != 0
                    ].all()
                )
                return BY_SECTOR if alone else EXACT_AND_SECTOR
        return BUT_FOR_USE if authority in self.by_use else EXACT

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
    check_ordinary(dossier, sorted(known))
    for state in states:
        check_targets(state.measure, (*state.measure.targets, *state.by_target), known)
    listed = [state for state in states if not (state.products.sectors or state.products.codes)]
    by_share = [
        state for state in states if (state.products.sectors or state.products.codes) and state.in_force
    ]
    lines = _Lines(rows, _chosen(exporters, table.partners))
    layers = {MFN: np.asarray(rows.base), **stack(rows, listed)}
    duties = {name: lines.mean(rate) for name, rate in layers.items() if name == MFN or rate.any()}
    by_list = {name: rate != 0 for name, rate in duties.items()}
    reached = [_of_share(lines, state, listed, dossier) for state in by_share]
    shape = duties[MFN].shape
    for name, rate in stacked(reached, shape).items():
        duties[name] = duties.get(name, np.zeros(shape)) + rate

    def ranges() -> product_ranges.Spread:
        spread = product_ranges.of_lines(rows, listed, lines.partners, lines.order, lines.starts)
        product_ranges.add_reached(spread, reached)
        return spread

    by_use = {s.measure.authority for s in listed if {*product_tables().by_use} & {*s.products.lists}}
    by_use |= {s.measure.authority for s in listed if by_use & {*s.measure.excluded_by} and s.in_force}
    return ProductDuties(
        date,
        dossier.asof,
        importer_of_cells(),
        tuple(table.partners[p] for p in lines.partners),
        _only(table, lines.partners),
        tuple(duties),
        frozen(np.stack(list(duties.values()))),
        _averages(reached, by_list),
        frozenset(by_use),
        dataclasses.replace(
            economy.labels,
            country_names={
                **economy.labels.country_names,
                **dict(zip(table.partners, table.partner_names, strict=True)),
            },
        ),
        ranges,
    )


@dataclass(frozen=True, eq=False)
class _Lines:
    """Tariff lines of some partners, sorted by product."""

    rows: LineRows
    partners: list[int]

    @functools.cached_property
    def order(self) -> Ints:
        """Lines by product."""
        return np.argsort(self.rows.table.line_product, kind="stable")

    @functools.cached_property
    def starts(self) -> Ints:
        """Where each product begins among them."""
        return np.concatenate([[0], np.cumsum(self.count)[:-1]])

    @functools.cached_property
    def count(self) -> Ints:
        """Lines of each product."""
        return np.bincount(self.rows.table.line_product, minlength=len(self.rows.table.codes))

    def mean(self, values: Array) -> Array:
        """Plain mean over the lines of each product [partner, product] of something known by row."""
        place = self.rows.row_of_line[self.partners][:, self.order]
        return np.asarray(np.add.reduceat(values[place], self.starts, axis=1) / self.count)


def _averages(reached: Sequence[ProductReach], known: Mapping[str, Bools]) -> dict[str, tuple[Bools, Bools]]:
    """By authority where its rate holds a sector's average, and where something known of the product itself."""
    averages: dict[str, tuple[Bools, Bools]] = {}
    authority = {reach.state.measure.id: reach.state.measure.authority for reach in reached}
    for name in dict.fromkeys(authority.values()):
        mine = [reach for reach in reached if reach.state.measure.authority == name]
        kept_off = {other for reach in mine for other in reach.state.measure.excluded_by}
        off = [r.charged & r.average for r in reached if r.state.measure.authority in kept_off]
        average = np.logical_or.reduce([reach.charged & reach.average for reach in mine] + off)
        own = np.logical_or.reduce([reach.charged & ~reach.average for reach in mine])
        averages[name] = average, own | known[name] if name in known else own
    return averages


def _of_share(
    lines: _Lines, state: MeasureState, listed: Sequence[MeasureState], dossier: Dossier
) -> ProductReach:
    """Reach of a measure by codes or sector shares into the products of the shipped table."""
    table, scope, measure = lines.rows.table, state.products, state.measure
    met = [other.measure for other in listed if other.in_force]
    largest = measure.combine == "max" and any(other.authority == measure.authority for other in met)
    if (
        scope.lists
        or scope.excluded
        or measure.excluded_by
        or largest
        or any(measure.authority in o.excluded_by for o in met)
    ):
        raise InputError(
            "a duty by codes or sector shares that also names lists, or gives way to another, or another to it, has no six-digit products",
            where=MeasurePlace(measure.id),
            hint="give `products.lists` alone, or ask by sector",
        )
    for code in scope.sectors:
        if code not in table.sectors:
            raise LabelError(
                f"unknown goods sector `{code}`",
                where=MeasurePlace(measure.id),
                hint=suggestion(code, table.sectors),
            )
    rates, capped = (values[lines.partners] for values in partner_rates(state, lines.rows))
    rate = np.repeat(rates[:, None], len(table.codes), axis=1)
    if capped.any():
        by_row = partner_rates(state, lines.rows)[0][lines.rows.partner]
        under = lines.mean(np.maximum(0.0, by_row - lines.rows.base))
        rate = np.where(capped[:, None] > 0, under, rate)
    share = np.array([scope.sectors.get(code, 0.0) for code in table.sectors])[table.sector]
    return reach_of(
        state,
        np.broadcast_to(share, rate.shape),
        None,
        rate,
        dossier.trade_of(measure.actor),
        [lines.rows.codes[p] for p in lines.partners],
    )


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
    """Sector duties spread over products, but for codes, lists known by six digits and recorded ordinary duties."""
    from detente.policy.duties.day import sector_layers

    table, labels = products(), economy.labels
    countries = [code for code in labels.countries if code != importer]
    names = [countries[k] for k in _chosen(exporters, countries)]
    place = np.array([labels.country(code) for code in names])
    sector = np.array([labels.sector(code) for code in table.sectors])[table.sector]
    states = [state for state in dossier.states(date).values() if state.measure.actor == importer]
    check_ordinary(dossier, labels.countries)
    base, _ = sector_layers(economy, dossier, date, importer, without=[state.measure.id for state in states])
    ordinary = ordinary_duties(dossier, importer, names, date, base[place][:, sector])
    trade = dossier.trade_of(importer)
    rows = SectorRows(economy, importer, np.zeros(economy.flows[0].size), trade)
    shape = ordinary.rate.shape

    def reach(state: MeasureState) -> ProductReach:
        rates, capped = (values[place] for values in partner_rates(state, rows))
        rate = np.repeat(rates[:, None], shape[1], axis=1)
        rate = np.where(capped[:, None] > 0, np.maximum(0.0, rate - ordinary.rate), rate)
        rest = state.products.model_copy(update={"codes": (), "excluded_codes": ()})
        alone = bool(state.products.codes) and not rest.named
        if alone:  # what is taken off codes is looked at all the same
            rest = rest.model_copy(update={"lists": (EVERYTHING,)})
        by_sector = rows.coverage(rest, where=MeasurePlace(state.measure.id))
        share = np.zeros(shape) if alone else by_sector.reshape(base.shape)[place][:, sector]
        listed = table.answers.get(state.measure.id)
        return reach_of(
            state, share, None if listed is None else listed[0], rate, trade, [(name,) for name in names]
        )

    reached = [reach(state) for state in states if state.in_force and is_duty(state.measure)]
    duties = {MFN: ordinary.rate, **stacked(reached, shape)}
    authorities = tuple(name for name, rate in duties.items() if name == MFN or rate.any())
    averages = {MFN: (~ordinary.recorded, ordinary.recorded), **_averages(reached, {})}
    return ProductDuties(
        date,
        dossier.asof,
        importer,
        tuple(names),
        table,
        authorities,
        frozen(np.stack([duties[name] for name in authorities])),
        averages,
        labels=labels,
        ranges=lambda: product_ranges.of_sectors(ordinary, reached),
        ordinary=ordinary,
    )
