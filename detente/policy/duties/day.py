"""Duties on a day: measures of the record turned into rates by sector, authority by authority.

For the importer of the shipped product tables the rates come from product cells; for everybody else from the sector shares
the measures carry, or from their products by HS code. What the base year's data already hold cancels in `added_duties`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, DateError, InputError, LabelError, Table, suggestion
from detente.policy.duties.averages import CONCEPTS, Average, AverageBasis, averages
from detente.policy.duties.cells import MFN, cells, cells_by_flow, fits, importer_of_cells, product_lists
from detente.policy.duties.remarks import remarks
from detente.policy.duties.stacking import (
    CellRows,
    Rows,
    SectorRows,
    cell_rows,
    check_duties,
    importer_rows,
    is_duty,
    stack,
)
from detente.policy.duties.tables import concept_table, stack_table
from detente.world import Array, Economy, frozen, goods_sectors

if TYPE_CHECKING:
    from detente.dossier import Dossier, MeasureState

__all__ = [
    "Average",
    "DutyStack",
    "added_duties",
    "check_duties",
    "concept_table",
    "duty_path",
    "duty_stack",
    "product_lists",
    "sector_layers",
    "stack_table",
]

WEIGHTED = "import_weighted_2024"


@dataclass(frozen=True, eq=False)
class DutyStack:
    """Everything one importer charges one exporter on one day.

    Parameters
    ----------
    date, asof : date
        Day evaluated, and day whose knowledge was used.
    importer, exporter : str
    sectors : tuple of str
    authorities : tuple of str
        ``mfn`` first: the duty before any measure.
    rates : array [authority, sector], fraction
        Weighted by the value of imports within the sector.
    weights : array [sector], million USD
        Imports of the base year.
    unallocated : float, million USD
        Imports that belong to no sector (chapters 98 and 99, electricity); no duty is counted on them.
    averages : mapping of concept to Average
    remarks : tuple of str
        On what the rates of single duties rest: by what products are weighed, the range over firms.
    sector_names, country_names : mapping of str to str
    """

    date: dt.date
    asof: dt.date
    importer: str
    exporter: str
    sectors: tuple[str, ...]
    authorities: tuple[str, ...]
    rates: Array
    weights: Array
    unallocated: float
    averages: Mapping[str, Average]
    sector_names: Mapping[str, str] = field(default_factory=dict)
    country_names: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> Array:
        """Sum over authorities [sector], fraction."""
        return frozen(self.rates.sum(0))

    def weighted(self) -> Array:
        """Import-weighted rate of every authority [authority], fraction, over all imports."""
        return frozen((self.rates * self.weights).sum(1) / (self.weights.sum() + self.unallocated))


@dataclass(frozen=True, eq=False)
class _Day:
    """One importer's duties on one day, on its rows."""

    rows: Rows
    by_authority: dict[str, Array]

    @property
    def added(self) -> Array:
        """Sum over authorities [row]."""
        zero = np.zeros(len(self.rows.base))
        return zero + sum(self.by_authority.values(), zero)


def _states(dossier: Dossier, date: dt.date) -> list[MeasureState]:
    if not isinstance(date, dt.date) or isinstance(date, dt.datetime):
        raise DateError(
            f"date must be a day, not {date!r}", where="duties", hint="datetime.date(2025, 10, 20)"
        )
    return list(dossier.states(date).values())


def _base(economy: Economy, dossier: Dossier) -> list[MeasureState]:
    """What the data of the base year hold already."""
    return list(dossier.base_states(economy.base_day).values())


def _stacked_day(economy: Economy, dossier: Dossier, states: Sequence[MeasureState], importer: str) -> _Day:
    """Stack what one importer charges everybody, given the measures' states on the day."""
    mine = [state for state in states if state.measure.actor == importer]
    trade, by_cell = dossier.trade_of(importer), importer == importer_of_cells() and fits(economy, cells())
    rows = cell_rows(trade) if by_cell else importer_rows(economy, importer, trade, _base(economy, dossier))
    return _Day(rows, stack(rows, mine))


def sector_layers(
    economy: Economy, dossier: Dossier, date: dt.date, importer: str, *, without: Sequence[str] = ()
) -> tuple[Array, dict[str, Array]]:
    """Duty before any measure and what each authority adds, for an importer without product cells.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
    date : date
    importer : str
        Any country but the one the product cells belong to.
    without : sequence of str
        Measures to leave out on the day (they still count in what the base year holds).

    Returns
    -------
    (array [exporter, sector], dict of authority to array [exporter, sector]), fraction

    Raises
    ------
    InputError
        For the importer of the product cells.
    LabelError
        For a measure that names an unknown country, product list or sector.
    """
    states = _states(dossier, date)
    check_duties(economy, states)
    day = _stacked_day(
        economy, dossier, [state for state in states if state.measure.id not in without], importer
    )
    if not isinstance(day.rows, SectorRows):
        raise InputError(
            f"{importer} has product cells", where="sector_layers", hint="use duty_stack or product_duties"
        )
    shape = (len(economy.labels.countries), len(economy.labels.sectors))
    return day.rows.base.reshape(shape), {
        name: rates.reshape(shape) for name, rates in day.by_authority.items()
    }


def _by_flow(economy: Economy, day: _Day, values: Array) -> Array:
    """Weighted mean [exporter, sector] of a quantity on the rows of one importer; zero where nothing is recorded."""
    labels = economy.labels
    N, S = len(labels.countries), len(labels.sectors)
    if isinstance(day.rows, SectorRows):
        return values.reshape(N, S)
    table = cells()
    place, value = cells_by_flow(table, labels.countries, labels.sectors)
    total = np.bincount(place, weights=table.value * values, minlength=N * S)
    return np.divide(total, value, out=np.zeros(N * S), where=value > 0).reshape(N, S)


def base_layer(economy: Economy, dossier: Dossier, state: MeasureState) -> Array:
    """What one measure charges by itself on a day [exporter, sector], fraction; as much as the base year's rows know."""
    day = _stacked_day(economy, dossier, [state], state.measure.actor)
    return _by_flow(economy, day, day.added)


def added_duties(economy: Economy, dossier: Dossier, date: dt.date) -> Array:
    """Duties of a day on top of those of the base year, ``stack(date) − stack(2024-12-31)``.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        Read as of its own day.
    date : date
        Day the policy is evaluated.

    Returns
    -------
    array [importer, exporter, sector], fraction
        Zero where no measure says otherwise; never so negative that the base duty would fall below zero.

    Raises
    ------
    LabelError
        When a duty names an unknown country, product list or sector.
    InputError
        When a measure names a product list of the United States and the economy is not the one the cells belong to.
    """
    now, before = _states(dossier, date), _base(economy, dossier)
    check_duties(economy, now)
    added = np.zeros_like(economy.flows)
    actors = {state.measure.actor for state in (*now, *before) if is_duty(state.measure)}
    for actor in sorted(actors):
        n = economy.labels.country(actor)
        added[n] = _added_by(economy, dossier, now, before, actor)
        added[n, n] = 0.0
    return frozen(np.maximum(added, -economy.tariff))


_ADDED: dict[tuple[int, ...], tuple[tuple[object, ...], Array]] = {}
"""What importers added, by the identity of all that it follows from, which is kept beside it: scenarios of one record
change few measures, so that most importers charge the same in most of them."""
_KEPT = 512


def _added_by(
    economy: Economy,
    dossier: Dossier,
    now: Sequence[MeasureState],
    before: Sequence[MeasureState],
    importer: str,
) -> Array:
    """Duties of one importer on a day on top of those of the base year [exporter, sector]."""
    mine = [[state for state in states if state.measure.actor == importer] for states in (now, before)]
    data = (economy.labels, economy.flows, economy.tariff)  # other elasticities, same duties
    basis = (*data, *dossier.trade_of(importer), *mine[0], None, *mine[1])
    key = tuple(map(id, basis))
    known = _ADDED.get(key)
    if known is None:
        later, earlier = (_stacked_day(economy, dossier, states, importer) for states in mine)
        if len(_ADDED) >= _KEPT:
            _ADDED.clear()
        known = _ADDED[key] = basis, frozen(_by_flow(economy, later, later.added - earlier.added))
    return known[1]


def duty_stack(
    economy: Economy, dossier: Dossier, *, date: dt.date, importer: str, exporter: str
) -> DutyStack:
    """Everything one importer charges one exporter on a day, by authority and sector, with named averages.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        Read as of its own day.
    date : date
        Day the policy is evaluated.
    importer, exporter : str
        Country codes of the economy.

    Returns
    -------
    DutyStack

    Raises
    ------
    LabelError
        For an unknown country, or a measure that names an unknown country, product list or sector.
    InputError
        When importer and exporter are the same.

    Examples
    --------
    >>> import datetime as dt
    >>> from detente import load_dossier, load_world
    >>> stack = duty_stack(
    ...     load_world("world-2024"), load_dossier("busan-2025"), date=dt.date(2025, 10, 28), importer="USA", exporter="CHN"
    ... )
    >>> stack.total.shape == stack.weights.shape  # fractions, by sector
    True
    """
    labels = economy.labels
    n, i = labels.country(importer), labels.country(exporter)
    if n == i:
        raise InputError(
            f"`{importer}` charges itself no duty", where="duty_stack", hint="name two countries"
        )
    states = _states(dossier, date)
    check_duties(economy, states)
    day = _stacked_day(economy, dossier, states, importer)
    before = _stacked_day(economy, dossier, _base(economy, dossier), importer)
    every = {MFN: day.rows.base, **day.by_authority}
    by_sector = {name: _by_flow(economy, day, values)[i] for name, values in every.items()}
    names = tuple(name for name, rates in by_sector.items() if name == MFN or rates.any())
    rates = frozen(np.stack([by_sector[name] for name in names]))
    weights, unallocated = _weights(economy, day, importer, exporter)
    basis = AverageBasis(
        economy=economy,
        states=states,
        rows=day.rows,
        added=day.added,
        added_since=day.added - before.added,
        authorities=names,
        rates=rates,
        weights=weights,
        unallocated=unallocated,
        date=date,
        asof=dossier.asof,
        pair=(importer, exporter),
    )
    return DutyStack(
        date=date,
        asof=dossier.asof,
        importer=importer,
        exporter=exporter,
        sectors=labels.sectors,
        authorities=names,
        rates=rates,
        weights=weights,
        unallocated=unallocated,
        averages=averages(basis),
        sector_names=dict(labels.sector_names),
        country_names=dict(labels.country_names),
        remarks=remarks(economy, dossier, states, importer, exporter),
    )


def _weights(economy: Economy, day: _Day, importer: str, exporter: str) -> tuple[Array, float]:
    """Imports of the base year [sector], million USD, and those in no sector."""
    labels = economy.labels
    weights = np.zeros(len(labels.sectors))
    if isinstance(day.rows, CellRows):
        table = day.rows.cells
        mine = np.array([code == exporter for code in table.regions])
        sector = np.array([labels.sector(code) for code in table.sectors])[table.sector]
        np.add.at(weights, sector, table.value * mine[table.partner])
        return frozen(weights), float(table.unallocated[mine].sum())
    goods = goods_sectors(economy)
    weights[goods] = economy.flows[labels.country(importer), labels.country(exporter)][goods]
    return frozen(weights), 0.0


def duty_path(
    dossier: Dossier,
    economy: Economy,
    importer: str,
    exporter: str,
    dates: Iterable[dt.date],
    concept: str = WEIGHTED,
) -> Table:
    """Average duty of one importer on one exporter over time.

    Parameters
    ----------
    dossier : Dossier
    economy : Economy
    importer, exporter : str
    dates : iterable of date
    concept : str
        Key of `DutyStack.averages`.

    Returns
    -------
    Table
        ``date``, ``average`` in percent and, for the import-weighted concept, one column an authority.

    Raises
    ------
    LabelError
        For a concept that does not exist, with the nearest one, or is not known for this pair.
    """
    if concept not in CONCEPTS:
        raise LabelError(
            f"unknown concept `{concept}`", where="duty_path", hint=suggestion(concept, CONCEPTS)
        )
    stacks = [duty_stack(economy, dossier, date=day, importer=importer, exporter=exporter) for day in dates]
    if not stacks:
        raise InputError("no dates", where="duty_path", hint="give at least one day")
    if concept not in stacks[0].averages:
        raise LabelError(
            f"`{concept}` is not known for {importer} on {exporter}",
            where="duty_path",
            hint=suggestion(concept, stacks[0].averages),
        )
    authorities = (
        list(dict.fromkeys(name for stacked in stacks for name in stacked.authorities))
        if concept == WEIGHTED
        else []
    )
    rows: list[tuple[Cell, ...]] = []
    for stacked in stacks:
        parts = dict(zip(stacked.authorities, stacked.weighted(), strict=True))
        average = 100 * stacked.averages[concept].value
        rows.append(
            (stacked.date.isoformat(), average, *(float(100 * parts.get(name, 0.0)) for name in authorities))
        )
    return Table(
        name=f"duty_path_{importer}_on_{exporter}",
        title=f"Average duty of {importer} on {exporter}",
        columns=(
            Column("date", "Day", kind="date"),
            Column("average", "Average duty", "%", "number", 1),
            *(Column(name, name, "points", "number", 1) for name in authorities),
        ),
        rows=tuple(rows),
        note=f"{CONCEPTS[concept]}; known on {dossier.asof}.",
        meta={"concept": concept, "importer": importer, "exporter": exporter},
    )
