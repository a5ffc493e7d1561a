"""A scenario applied: to a dossier, which gives another dossier; and to an economy, which gives wedges and who caused them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import (
    DateError,
    InputError,
    LabelError,
    suggestion,
)
from detente.dossier import DatedValue, FrozenDict, Grade, Measure, Status, require_fresh
from detente.policy.carbon import carbon_tariff
from detente.policy.duties.stacking import is_duty
from detente.policy.effects import as_costs_only, at_value, effect_hat
from detente.policy.firing import holding
from detente.policy.hand_duties import hand_tariff
from detente.policy.scenario import Scenario
from detente.policy.settings import check_setting
from detente.world import Array, Economy, Wedges, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.dossier import Dossier, MeasureState


def _replaced(measure: Measure, date: dt.date, value: DatedValue) -> Measure:
    """The measure with everything from `date` on replaced by one value."""
    kept = tuple(entry for entry in measure.values if entry.from_ < date)
    return measure.model_copy(update={"values": (*kept, value)})


def apply_scenario(dossier: Dossier, scenario: Scenario) -> Dossier:
    """Return the dossier in which the scenario's settings hold from its date on.

    Raises
    ------
    LabelError
        For a measure, an authority or a held clock that is not in the record; the nearest one is offered.
    UnitError
        For a value that cannot be meant in its measure's unit.
    DateError
        When the scenario's `asof` is not that of the dossier given.
    StaleError
        When the scenario's day lies further beyond the record's vintage than the record answers for.
    """
    if scenario.asof is not None and scenario.asof != dossier.asof:
        raise DateError(
            f"scenario is read as of {scenario.asof}, the dossier was loaded as of {dossier.asof}",
            where=scenario.id,
            hint=f"load_dossier({dossier.id!r}, asof=...) with the scenario's day",
        )
    day = scenario.on(dossier.asof)
    require_fresh(dossier, day, f"the day of `{scenario.id}`,")
    measures = dict(holding(dossier, scenario).measures)
    _check_names(scenario, measures, dossier.asof)
    for name, setting in scenario.set.items():
        check_setting(measures[name], setting, scenario._places.get(name, f"{scenario.id}: set.{name}.value"))

    def entry(measure: Measure, status: Status, value: float | None, why: str) -> DatedValue:
        last = max(measure.values, key=lambda item: (item.from_, item.known or measure.announced))
        return DatedValue.model_construct(  # of parts that were checked
            from_=day,
            value=last.value if value is None else value,
            by_target=last.by_target if value is None else {},
            by_firm=last.by_firm if value is None else (),
            shares_from=last.shares_from,
            ceiling=last.ceiling,
            status=status,
            known=dossier.asof,
            source="scenario",
            grade=Grade.assumed,
            products=last.products,
            effect=next((item.effect for item in measure.values if item.from_ == day and item.effect), None),
            note=why or f"set by scenario {scenario.id}",
        )

    removal = scenario.remove_between
    for name, measure in measures.items():
        if removal and removal.takes(measure):
            measures[name] = _replaced(measure, day, entry(measure, Status.repealed, None, "removed"))
        if measure.authority in scenario.disable:
            measures[name] = _replaced(measure, day, entry(measure, Status.void, None, "disabled"))
    for name, setting in scenario.set.items():
        measure = dossier.measures[name]
        measures[name] = _replaced(
            measure, day, entry(measure, setting.status, setting.value, setting.reason)
        )
    changed = {
        name: dossier.measures[name] for name, new in measures.items() if new is not dossier.measures[name]
    }
    return dataclasses.replace(
        dossier, measures=FrozenDict(measures), recorded=FrozenDict(changed | dossier.recorded)
    )


def _check_names(scenario: Scenario, measures: Mapping[str, Measure], asof: dt.date) -> None:
    """Refuse authorities and measures that the record does not know on the day."""
    authorities = {measure.authority for measure in measures.values()}
    for authority in scenario.disable:
        if authority not in authorities:
            raise LabelError(
                f"no measure has the authority `{authority}`",
                where=f"{scenario.id}: disable",
                hint=suggestion(authority, sorted(authorities)),
            )
    for name in scenario.set:
        if name not in measures:
            raise LabelError(
                f"no measure `{name}` was known on {asof}",
                where=f"{scenario.id}: set",
                hint=suggestion(name, sorted(measures), list_with="detente measures")
                + "; a measure announced later than the as-of day is not there: a later --asof would know it",
            )


@dataclass(frozen=True)
class Footprint:
    """What one measure does to trade in a scenario.

    Attributes
    ----------
    measure : str
    status : str
        On the scenario's date.
    moves : bool
        Whether it changes any wedge against the base year.
    reason : str
        Why it moves nothing, when it does not.
    title : str
        Of the measure.
    """

    measure: str
    status: str
    moves: bool
    reason: str
    title: str = ""


def wedges_at(economy: Economy, dossier: Dossier, scenario: Scenario, *, quantities: bool) -> Wedges:
    """Wedges of a scenario: base-year duties plus what the record adds to them on its date, and trade costs.

    `detente.cases.Standoff.solve` solves a scenario with the quantities that its measures state; wedges alone are a part of it.

    Duties are ``tariff_new = tariff + added_duties``; non-tariff measures in force multiply `iceberg_hat`, and those that
    were in force on the base day already are in the data and divide out.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        The record (unmodified); the scenario is applied to it here.
    scenario : Scenario
    quantities : bool
        Whether the caps and floors that measures state are solved beside these wedges (`limits.limits_at`). If not, the costs that
        stand for caps are in the wedges, and floors are left out: another model, so the choice has no default.

    Returns
    -------
    Wedges
        ``[importer, exporter, sector]``.
    """
    return wedges_and_footprints(economy, dossier, scenario, quantities=quantities)[0]


_HATS: dict[tuple[object, ...], tuple[tuple[object, ...], Array]] = {}
"""Trade-cost factors of measures, by all that they follow from: of arrays and effects the identity, which are kept beside them."""
_KEPT_BYTES = 16_000_000


def _hat(economy: Economy, binding: MeasureState, *, costs_only: bool) -> Array:
    """Trade-cost factor [importer, exporter, sector] of the effect that a measure has in a state."""
    assert binding.effect is not None
    measure = binding.measure
    reach = (measure.id, measure.actor, measure.targets, measure.except_targets)
    basis = (economy.labels, economy.flows, economy.tariff, economy.input_shares, binding.effect)
    key = (*map(id, basis), reach, binding.value, costs_only)
    known = _HATS.get(key)
    if known is None:
        effect = at_value(binding.effect, binding.value)
        if costs_only:
            effect = as_costs_only(effect)
        hat = frozen(effect_hat(economy, measure, effect, binding.value))
        if (len(_HATS) + 1) * hat.nbytes > _KEPT_BYTES:
            _HATS.clear()
        known = _HATS[key] = basis, hat
    return known[1]


def wedges_and_footprints(
    economy: Economy, dossier: Dossier, scenario: Scenario, *, quantities: bool
) -> tuple[Wedges, tuple[Footprint, ...]]:
    """Wedges of a scenario, with what each measure contributes or why it moves nothing; `quantities` as in `wedges_at`."""
    from detente.policy.duties.day import added_duties

    if not scenario.record:
        if scenario.set or scenario.disable or scenario.remove_between:
            raise InputError(
                "`record: false` leaves no measure to set, disable or remove",
                where=scenario.id,
                hint="drop those keys, or `record: false`",
            )
        by_hand = hand_tariff(economy, economy.tariff, scenario.tariffs, where=scenario.id)
        return Wedges.of(economy, tariff=carbon_tariff(economy, by_hand, scenario)), ()
    applied = apply_scenario(dossier, scenario)
    day = scenario.on(dossier.asof)
    states = applied.states(day)
    before = dossier.base_states(economy.base_day)
    iceberg_hat = np.ones_like(economy.flows)
    footprints = []
    for name, state in states.items():
        measure = applied.measures[name]
        in_force = state.status is Status.in_force
        was = name in before and before[name].status is Status.in_force
        if measure.has_effect:
            binding = state if in_force else before.get(name)
            if in_force != was and binding is not None and binding.effect is not None:
                hat = _hat(economy, binding, costs_only=quantities and not was)
                iceberg_hat = iceberg_hat * hat if in_force else iceberg_hat / hat
                footprints.append(Footprint(name, state.status.value, True, "", measure.title))
                continue
            reason = (
                "in force in the base year already"
                if was
                else f"{state.status.value.replace('_', ' ')} on {day}"
            )
        elif is_duty(measure):
            same = was and before[name].value == state.value and before[name].by_target == state.by_target
            if in_force and not same:
                footprints.append(Footprint(name, state.status.value, True, "", measure.title))
                continue
            if was and not in_force:
                footprints.append(
                    Footprint(name, state.status.value, True, "removed from the base year", measure.title)
                )
                continue
            reason = (
                "in the base year already" if same else f"{state.status.value.replace('_', ' ')} on {day}"
            )
        else:
            reason = "binds no trade flow in the model"
        footprints.append(Footprint(name, state.status.value, False, reason, measure.title))
    tariff = economy.tariff + added_duties(economy, applied, day)
    tariff = hand_tariff(economy, tariff, scenario.tariffs, where=scenario.id)
    tariff = carbon_tariff(economy, tariff, scenario)
    return Wedges.of(economy, tariff=tariff, iceberg_hat=iceberg_hat), tuple(footprints)
