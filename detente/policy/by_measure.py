"""What each measure contributes to the change of wedges between two states of the world.

Duties of one importer displace one another (one authority gives way to another, the larger of two counts), so measures do
not simply add up. A measure's contribution is the mean of two changes: leaving it out of the later state, and putting it
into the earlier one. Where measures displace one another the contributions miss the whole by a remainder, which is kept as
a row of its own; trade-cost equivalents multiply, so their logarithms add up exactly.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.dossier import DatedValue, FrozenDict, Grade, Measure, Status
from detente.policy.duties.stacking import is_duty
from detente.policy.enacted import apply_scenario, wedges_at
from detente.policy.model_options import refuse_model_options
from detente.policy.scenario import Scenario
from detente.world import Array, Economy, Wedges, frozen

if TYPE_CHECKING:
    from detente.dossier import Dossier, MeasureState

STACKING = "stacking"
BY_HAND = "by-hand"


@dataclass(frozen=True, eq=False)
class Contribution:
    """Part of a change of wedges that one measure makes.

    Attributes
    ----------
    name : str
        Id of the measure; ``stacking`` for what measures displace of each other, ``by-hand`` for a scenario's `tariffs` and `carbon`.
    title : str
    tariff, log_iceberg, export_tax : array [importer, exporter, sector]
        Changes of the duty, of the logarithm of the trade cost, and of the export tax.
    grade, source, derivation : str
        How the measure's value or trade-cost equivalent is known.
    """

    name: str
    title: str
    tariff: Array
    log_iceberg: Array
    export_tax: Array
    grade: str = ""
    source: str = ""
    derivation: str = ""

    @property
    def moves(self) -> bool:
        """Whether it changes anything."""
        return bool(self.tariff.any() or self.log_iceberg.any() or self.export_tax.any())


@dataclass(frozen=True, eq=False)
class _State:
    """A record, the day it is read on, and the states of its measures that day."""

    record: Dossier
    day: dt.date
    states: Mapping[str, MeasureState]


def _state(dossier: Dossier, scenario: Scenario) -> _State:
    applied = apply_scenario(dossier, scenario)
    day = scenario.on(dossier.asof)
    return _State(applied, day, applied.states(day))


def _reference_on(economy: Economy, dossier: Dossier, reference: Scenario | None, day: dt.date) -> _State:
    """The state of the reference carried to another day: a measure is entered into it as if nothing else had moved."""
    if reference is None:
        record = dossier
        states: Mapping[str, MeasureState] = dossier.base_states(economy.base_day)
    else:
        own = _state(dossier, reference)
        record, states = own.record, own.states
    held = {
        name: _as_in(measure, day, states.get(name), record.asof) for name, measure in record.measures.items()
    }
    return _State(dataclasses.replace(record, measures=FrozenDict(held)), day, states)


def _binds_alike(first: MeasureState | None, second: MeasureState | None) -> bool:
    """Whether a measure binds alike in two states; out of force is alike whatever the reason."""
    live = [state for state in (first, second) if state is not None and state.status is Status.in_force]
    if len(live) < 2:
        return not live
    a, b = live
    first_terms, second_terms = (
        (state.value, dict(state.by_target), state.ceiling, state.products, state.effect) for state in (a, b)
    )
    return first_terms == second_terms


def _as_in(measure: Measure, day: dt.date, state: MeasureState | None, known: dt.date) -> Measure:
    """The measure with one value from `day` on: that of another state, or void."""
    if state is None:
        entry = DatedValue(
            **{"from": day}, status=Status.void, known=known, source="scenario", grade=Grade.assumed
        )
    else:
        entry = DatedValue(
            **{"from": day},
            status=state.status,
            value=state.value,
            by_target=state.by_target,
            by_firm=state.by_firm,
            shares_from=state.shares_from,
            ceiling=state.ceiling,
            products=state.products,
            effect=state.effect,
            known=known,
            source=state.source,
            grade=state.grade,
        )
    kept = tuple(value for value in measure.values if value.from_ < day)
    return measure.model_copy(update={"values": (*kept, entry)})


def _wedges_on(economy: Economy, record: Dossier, day: dt.date) -> Wedges:
    """Wedges of a record on a day, with nothing set."""
    scenario = Scenario(id="contribution", title="contribution", dossier=record.id, date=day)
    return wedges_at(economy, record, scenario, quantities=True)


def _wedges(economy: Economy, state: _State, measure: str, other: _State) -> Wedges:
    """Wedges of a state in which one measure is as in another state."""
    source = state.record.measures.get(measure) or other.record.measures[measure]
    changed = _as_in(source, state.day, other.states.get(measure), state.record.asof)
    record = dataclasses.replace(
        state.record, measures=FrozenDict({**state.record.measures, measure: changed})
    )
    return _wedges_on(economy, record, state.day)


def contributions(
    economy: Economy, dossier: Dossier, scenario: Scenario, reference: Scenario | None = None
) -> tuple[Contribution, ...]:
    """Split the change of wedges from a reference to a scenario among measures.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        The record, as both scenarios read it.
    scenario : Scenario
    reference : Scenario, optional
        The base year when left out.

    Returns
    -------
    tuple of Contribution
        One a measure that moves anything, in the record's order; then duties set by hand and the stacking remainder when
        there are any. They add up to the change of wedges exactly. Quantity controls are not among them.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.policy import load_scenario
    >>> from detente.world import load_world
    >>> parts = contributions(load_world(), load_dossier(), load_scenario("talks-fail"), load_scenario("standing"))
    >>> "usa-2025-threat-100" in [part.name for part in parts]
    True
    """
    refuse_model_options(scenario, "parts by measure")
    full = wedges_at(economy, dossier, scenario, quantities=True)
    start = Wedges.unchanged(economy)
    if reference is not None:
        start = wedges_at(economy, dossier, reference, quantities=True)
    change = (
        full.tariff - start.tariff,
        np.log(full.iceberg_hat / start.iceberg_hat),
        full.export_tax - start.export_tax,
    )
    parts: list[Contribution] = []
    if scenario.record and (reference is None or reference.record):
        parts = _by_measure(economy, dossier, scenario, reference)
    hand = _by_hand(economy, dossier, scenario, full)
    if reference is not None:
        hand = hand - _by_hand(economy, dossier, reference, start)
    if np.abs(hand).max() > 1e-15:
        zero = np.zeros_like(hand)
        parts.append(
            Contribution(
                BY_HAND, "Duties set by hand in the scenario", frozen(hand), zero, zero, "assumed", "scenario"
            )
        )
    rest = [
        whole - sum((getattr(part, key) for part in parts), np.zeros_like(whole))
        for whole, key in zip(change, ("tariff", "log_iceberg", "export_tax"), strict=True)
    ]
    if max(float(np.abs(part).max()) for part in rest) > 1e-13:
        parts.append(
            Contribution(
                STACKING,
                "Measures displacing one another",
                frozen(rest[0]),
                frozen(rest[1]),
                frozen(rest[2]),
                derivation="what single measures leave of the whole",
            )
        )
    return tuple(parts)


def _by_hand(economy: Economy, dossier: Dossier, scenario: Scenario, whole: Wedges) -> Array:
    if not (scenario.tariffs or scenario.carbon):
        return np.zeros_like(whole.tariff)
    bare = scenario.model_copy(update={"tariffs": (), "carbon": ()})
    without = wedges_at(economy, dossier, bare, quantities=True)
    return np.asarray(whole.tariff - without.tariff)


def _by_measure(
    economy: Economy, dossier: Dossier, scenario: Scenario, reference: Scenario | None
) -> list[Contribution]:
    later = _state(dossier, scenario)
    earlier = _reference_on(economy, dossier, reference, later.day)
    whole_later = _wedges_on(economy, later.record, later.day)
    whole_earlier = _wedges_on(economy, earlier.record, earlier.day)
    parts = []
    for name, measure in later.record.measures.items():
        if not measure.has_effect and not is_duty(measure):
            continue
        now, before = later.states.get(name), earlier.states.get(name)
        if _binds_alike(now, before):
            continue
        without = _wedges(economy, later, name, earlier)
        with_it = _wedges(economy, earlier, name, later)
        iceberg = np.log(whole_later.iceberg_hat / without.iceberg_hat)
        iceberg = iceberg + np.log(with_it.iceberg_hat / whole_earlier.iceberg_hat)
        tariff = whole_later.tariff - without.tariff + with_it.tariff - whole_earlier.tariff
        part = Contribution(
            name,
            measure.title,
            frozen(tariff / 2),
            frozen(iceberg / 2),
            np.zeros_like(tariff),
            *_known(measure, now or before),
        )
        if part.moves:
            parts.append(part)
    return parts


def _known(measure: Measure, state: MeasureState | None) -> tuple[str, str, str]:
    """Grade, source and derivation of what a measure puts into the model."""
    effect = measure.effect if state is None else state.effect
    if effect is not None:
        return effect.grade.value, effect.source, effect.derivation.strip()
    if state is None:
        return "", "", ""
    return state.grade.value, state.source, "statutory rate on the products covered"
