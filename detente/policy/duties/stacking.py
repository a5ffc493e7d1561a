"""Stacking: which duties meet on one product, which replace each other, and what they add up to.

Rules, in this order, for every product row:

1. A measure in force charges its rate on the covered share; for the targets named in `ceiling` the rate is what is
   left of its value above the base duty, ``max(0, value − base)``.
2. A measure is not charged where an authority that its `excluded_by` names has a measure in force. Where both cover
   a row only in part, they cover the same goods as far as they can: what is left is the difference of the shares.
3. Within an authority, measures that combine by ``max`` give their largest rate and the others are added to it.
4. Authorities add up, on top of the base duty.

The rows are product cells for the importer of the shipped product tables (`CellRows`) and exporter-by-sector for everybody
else (`SectorRows`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from detente.core import InputError, LabelError, MeasurePlace, UnitError, suggestion
from detente.dossier import Instrument, Measure, Products, Status, TradeLine, hint_for_part
from detente.policy.duties.cells import EVERYTHING, Bools, Cells, Ints, cells, check_list, importer_of_cells
from detente.policy.duties.codes import CodeShares
from detente.policy.duties.layering import Charge, layers
from detente.policy.duties.membership import partner_shares
from detente.world import Array, Economy, frozen, goods_sectors

if TYPE_CHECKING:
    from detente.dossier import MeasureState


Charged = dict[tuple[object, ...], tuple[object, Charge]]
"""What measures charge on some rows, by all of their states that it follows from. The state is kept beside it, so that no other
measure or scope comes to the place in memory by which its own are known: days and scenarios of one record share most charges."""
Stacked = dict[tuple[int, ...], tuple[list[Charge], dict[str, Array]]]
_KEPT = 256
_KEPT_STACKS = 8


class Rows(Protocol):
    """Product rows on which duties are charged."""

    @property
    def codes(self) -> tuple[tuple[str, ...], ...]:
        """Names each partner answers to, most specific first."""

    @property
    def partner(self) -> Ints:
        """Partner [row], position in `codes`."""

    @property
    def base(self) -> Array:
        """Duty before any measure [row], fraction."""

    def coverage(self, products: Products, *, where: str, among: Bools | None = None) -> Array:
        """Covered share [row] of a scope; of the partners in `among` [partner] only, where that saves work."""


def _without_charged(rows: CellRows | SectorRows) -> dict[str, Any]:
    """What is copied or sent of rows: what was worked out is known by places in this process's memory, which mean others elsewhere."""
    return {**vars(rows), "charged": {}, "stacked": {}}


@dataclass(frozen=True, eq=False)
class CellRows:
    """Product cells as rows: what the United States charges.

    Parameters
    ----------
    cells : Cells
    trade : tuple of TradeLine
        What the record says of the importer's trade by product: what part of its product a national line is.
    charged, stacked : dict
        What was worked out already.
    """

    cells: Cells
    trade: tuple[TradeLine, ...] = ()
    charged: Charged = field(default_factory=dict, init=False, repr=False)
    stacked: Stacked = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return _without_charged(self)

    @functools.cached_property
    def codes(self) -> tuple[tuple[str, ...], ...]:
        """Partner code first, then its region."""
        return tuple(
            (partner,) if partner == region else (partner, region)
            for partner, region in zip(self.cells.partners, self.cells.regions, strict=True)
        )

    @property
    def partner(self) -> Ints:
        """Partner [row]."""
        return self.cells.partner

    @property
    def base(self) -> Array:
        """Base duty [row]."""
        return self.cells.base

    def coverage(self, products: Products, *, where: str, among: Bools | None = None) -> Array:
        """Covered share [row]; what codes cover of a partner's sector falls alike on all its cells."""
        if not products.codes and not products.excluded_codes:
            return self.cells.coverage(products, where=where)
        rest = products.model_copy(update={"codes": (), "excluded_codes": ()})
        place = (self.cells.partner, self.cells.sector)
        named = bool(rest.lists or rest.sectors)
        covered = self.cells.coverage(rest, where=where) if named else np.zeros(len(self.base))
        if named and products.excluded_codes:
            off = Products(codes=products.excluded_codes)
            covered = covered * (1 - self._by_code(off, where, among)[place])
        by_code = self._by_code(products, where, among)[place]
        for name in products.excluded:
            by_code = by_code * (1 - self.cells.membership(name, where=where))
        return np.maximum(covered, by_code)

    def _by_code(self, products: Products, where: str, among: Bools | None) -> Array:
        """Covered share [partner, sector] of codes."""
        return partner_shares(products, self.trade, self.codes, where=where, among=among)


_CELL_ROWS: dict[tuple[int, ...], CellRows] = {}
_KEPT_ROWS = 8


def cell_rows(trade: tuple[TradeLine, ...]) -> CellRows:
    """The product cells as rows under one record's trade, always the same object."""
    key = tuple(map(id, (cells(), *trade)))
    rows = _CELL_ROWS.get(key)
    if rows is None:
        rows = CellRows(cells(), trade)
        if len(_CELL_ROWS) >= _KEPT_ROWS:
            _CELL_ROWS.clear()
        _CELL_ROWS[key] = rows
    return rows


@dataclass(frozen=True, eq=False)
class SectorRows:
    """Exporter-by-sector rows of one importer without product cells.

    Parameters
    ----------
    economy : Economy
    importer : str
    base : array [exporter·sector], fraction
    trade : tuple of TradeLine
        What the record says of the importer's trade by product, for measures by HS code.
    charged, stacked : dict
        What was worked out already.
    """

    economy: Economy
    importer: str
    base: Array
    trade: tuple[TradeLine, ...] = ()
    charged: Charged = field(default_factory=dict, init=False, repr=False)
    stacked: Stacked = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return _without_charged(self)

    @functools.cached_property
    def codes(self) -> tuple[tuple[str, ...], ...]:
        """Every country of the economy, the importer too (nothing targets it)."""
        return tuple((code,) for code in self.economy.labels.countries)

    @functools.cached_property
    def partner(self) -> Ints:
        """Exporter [row]."""
        labels = self.economy.labels
        return np.repeat(np.arange(len(labels.countries)), len(labels.sectors))

    def coverage(self, products: Products, *, where: str, among: Bools | None = None) -> Array:
        """Covered share [row]; product lists other than ``all`` describe another importer's goods and are refused."""
        labels = self.economy.labels
        if not products.named:
            raise InputError(
                "a tariff without products", where=where, hint="write `products: {lists: [all]}`"
            )
        for name in (*products.lists, *products.excluded):
            check_list(name, where=where)
            if name != EVERYTHING:
                raise InputError(
                    f"product list `{name}` describes {importer_of_cells()} imports of the default world, not those of {self.importer} in `{self.economy.name}`",
                    where=where,
                    hint="give `products.codes`, or `products.sectors`: the covered share of each sector's trade",
                )
        shares = np.zeros(len(labels.sectors))
        if EVERYTHING in products.lists:
            shares[goods_sectors(economy=self.economy)] = 1.0
        for code, share in products.sectors.items():
            try:
                position = labels.sector(code)
            except LabelError as error:
                raise LabelError(error.what, where=where, hint=error.hint) from None
            shares[position] = max(shares[position], share)
        if EVERYTHING in products.excluded:
            shares[:] = 0.0
        every = np.tile(shares, (len(labels.countries), 1))
        if products.codes or products.excluded_codes:
            every = self._by_code(products, every, where, among)
        return every.reshape(-1)

    def _by_code(self, products: Products, every: Array, where: str, among: Bools | None) -> Array:
        """Covered share [exporter, sector] with what codes add and take off."""
        shares = CodeShares(self.economy, self.importer, self.trade)
        off = Products(codes=products.excluded_codes)
        for i, code in enumerate(self.economy.labels.countries):
            if code == self.importer or (among is not None and not among[i]):
                continue
            if products.excluded_codes and every[i].any():
                every[i] *= 1 - shares.of(off, code, where=where)[0]
            if products.codes and EVERYTHING not in products.excluded:
                every[i] = np.maximum(every[i], shares.of(products, code, where=where)[0])
        return every


_SECTOR_ROWS: dict[tuple[int, ...], tuple[tuple[object, ...], SectorRows]] = {}
"""Rows of importers, by the identity of all that they follow from, which is kept beside them."""
_KEPT_IMPORTERS = 64


def importer_rows(
    economy: Economy, importer: str, trade: tuple[TradeLine, ...], before: Iterable[MeasureState]
) -> SectorRows:
    """The sectors of an importer as rows at the duty before any measure, always the same object.

    The data hold the whole duty of the base year. What measures charged on the base day, `before`, is taken off; never below
    zero, where a measure claims more than the data show.
    """
    mine = [state for state in before if state.measure.actor == importer]
    # other elasticities, same duties
    basis = (economy.labels, economy.flows, economy.tariff, *trade, None, *mine)
    key = (economy.labels.country(importer), *map(id, basis))
    known = _SECTOR_ROWS.get(key)
    if known is None:
        inside = economy.tariff[economy.labels.country(importer)].reshape(-1)
        layers = sum(
            stack(SectorRows(economy, importer, inside, trade), mine).values(), np.zeros(len(inside))
        )
        rows = SectorRows(economy, importer, frozen(np.maximum(0.0, inside - layers)), trade)
        if len(_SECTOR_ROWS) >= _KEPT_IMPORTERS:
            _SECTOR_ROWS.clear()
        known = _SECTOR_ROWS[key] = basis, rows
    return known[1]


def is_duty(measure: Measure) -> bool:
    """Whether a measure is an ad valorem duty, the only kind that stacks."""
    return measure.instrument is Instrument.tariff and measure.unit == "fraction"


def check_targets(measure: Measure, names: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a target that is no country of the economy and no partner of the cells."""
    valid = set(known)
    for name in names:
        if name != "all" and name not in valid:
            raise LabelError(
                f"unknown country `{name}`",
                where=MeasurePlace(measure.id),
                hint=hint_for_part(name) or suggestion(name, sorted(valid)),
            )


def check_duties(economy: Economy, states: Iterable[MeasureState]) -> None:
    """Check that every duty names actors, targets, lists and sectors that exist.

    Raises
    ------
    LabelError
        With the measure and the nearest valid name.
    """
    known = {*economy.labels.countries, *cells().partners}
    for state in states:
        measure = state.measure
        if not is_duty(measure):
            continue
        where = MeasurePlace(measure.id)
        check_targets(measure, (measure.actor,), economy.labels.countries)
        check_targets(
            measure, (*measure.targets, *measure.except_targets, *state.by_target, *state.ceiling), known
        )
        for name in (*state.products.lists, *state.products.excluded):
            check_list(name, where=where)
        for code in state.products.sectors:
            if code not in economy.labels.sectors:
                raise LabelError(
                    f"unknown sector `{code}`", where=where, hint=suggestion(code, economy.labels.sectors)
                )


def partner_rates(state: MeasureState, rows: Rows) -> tuple[Array, Array]:
    """Rate and ceiling flag [partner] of one measure: a target's own value, else its region's, else the common one."""
    measure = state.measure
    rates = np.zeros(len(rows.codes))
    capped = np.zeros(len(rows.codes))
    targets, excepted = set(measure.targets), {measure.actor, *measure.except_targets}
    everyone = "all" in targets
    for i, names in enumerate(rows.codes):
        if not excepted.isdisjoint(names) or (not everyone and targets.isdisjoint(names)):
            continue
        own = next((name for name in names if name in state.by_target), None)
        rates[i] = state.by_target[own] if own is not None else (state.value or 0.0)
        capped[i] = any(name in state.ceiling for name in names)
    if (rates <= -1).any() or not np.isfinite(rates).all():
        raise UnitError(
            "a duty at or below -100 %",
            where=MeasurePlace(measure.id),
            hint="rates are fractions: 0.25 is 25 %",
        )
    return rates, capped


def charges(rows: Rows, states: Iterable[MeasureState]) -> list[Charge]:
    """Rates [row] of every duty in force, before mutual exclusion."""
    known: Charged = rows.charged if isinstance(rows, CellRows | SectorRows) else {}
    charged = []
    for state in states:
        if state.status is not Status.in_force or not is_duty(state.measure):
            continue
        targets = tuple(state.by_target.items())
        key = (id(state.measure), id(state.products), state.value, targets, state.ceiling)
        if key not in known:
            if len(known) >= _KEPT:
                known.clear()
            known[key] = state, _charge(rows, state)
        charged.append(known[key][1])
    return charged


def _charge(rows: Rows, state: MeasureState) -> Charge:
    """Rate and covered share [row] of one duty in force."""
    rates, capped = partner_rates(state, rows)
    covered = rows.coverage(state.products, where=MeasurePlace(state.measure.id), among=rates != 0)
    by_row = rates[rows.partner]
    covered = np.where(by_row != 0, covered, 0.0)
    if capped.any():
        under = np.maximum(0.0, by_row - rows.base)
        by_row = np.where(capped[rows.partner] > 0, under, by_row)
    return Charge(state.measure, frozen(by_row), frozen(covered))


def stack(rows: Rows, states: Iterable[MeasureState]) -> dict[str, Array]:
    """Duty by authority on every row, on top of the base duty.

    Parameters
    ----------
    rows : Rows
    states : iterable of MeasureState
        Measures of one importer on one day.

    Returns
    -------
    dict of str to array [row], fraction
        By authority, in the order in which the measures come.

    Raises
    ------
    LabelError
        For an unknown product list, sector or country.
    UnitError
        For a duty at or below -100 %.
    """
    charged, shape = charges(rows, states), (len(rows.base),)
    if not isinstance(rows, CellRows | SectorRows):
        return layers(charged, shape)
    # a path asks for one stack day after day, and for that of the base year at each of them
    known, key = rows.stacked, tuple(map(id, charged))
    stacked = known.pop(key, None)
    if stacked is None:
        stacked = charged, {name: frozen(duty) for name, duty in layers(charged, shape).items()}
        if len(known) >= _KEPT_STACKS:
            known.pop(next(iter(known)))
    known[key] = stacked
    return dict(stacked[1])
