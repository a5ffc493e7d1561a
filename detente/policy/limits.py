"""Caps and floors that a scenario's measures state, beside those of its own file, with those that meet on a flow joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.core import ENFORCEMENT, LimitKind
from detente.dossier import Effect, Measure, Status
from detente.policy.effects import at_value, members
from detente.policy.enacted import apply_scenario
from detente.policy.quantity import QuantityLimit
from detente.policy.scenario import Scenario
from detente.world import Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier


def limits_at(economy: Economy, dossier: Dossier, scenario: Scenario) -> tuple[QuantityLimit, ...]:
    """Caps and floors in a scenario: those its measures state while they are in force, then those of its own file.

    Where caps of measures meet on a flow they are joined (`join_limits`). Measures in force on the base day are in the
    base year's volumes already.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
    scenario : Scenario

    Returns
    -------
    tuple of QuantityLimit
    """
    if not scenario.record:
        return scenario.quantities
    applied = apply_scenario(dossier, scenario)
    before = dossier.base_states(economy.base_day)
    limits: list[QuantityLimit] = []
    for name, state in applied.states(scenario.on(dossier.asof)).items():
        effect = applied.measures[name].effect
        was = name in before and before[name].status is Status.in_force
        if effect is not None and state.status is Status.in_force and not was:
            limits += effect_limits(economy, applied.measures[name], at_value(effect, state.value))
    return (*join_limits(limits), *scenario.quantities)


def effect_limits(economy: Economy, measure: Measure, effect: Effect) -> tuple[QuantityLimit, ...]:
    """Caps and floors of a measure while it is in force, one a sector; named after the measure and the sector.

    Raises
    ------
    LabelError
        For an actor, target or sector the economy does not have.
    """
    labels, where = economy.labels, f"measure {measure.id}"
    actor = members(economy, (measure.actor,), where)[0]
    excluded = members(economy, measure.except_targets, where) if measure.except_targets else []
    targets = [n for n in members(economy, measure.targets, where) if n != actor and n not in excluded]
    partners, own = tuple(labels.countries[n] for n in targets), (labels.countries[actor],)
    limits = []
    stated: tuple[tuple[LimitKind, Mapping[str, float]], ...] = (
        ("cap", effect.left),
        ("floor", effect.least),
    )
    for kind, shares in stated:
        for code, share in shares.items():
            for way, buyers, sellers in (("actor_exports", partners, own), ("actor_imports", own, partners)):
                if effect.flows not in (way, "both"):
                    continue
                limits.append(
                    QuantityLimit(
                        name=f"{measure.id}.{code}"
                        + (".imports" if effect.flows == "both" and buyers == own else ""),
                        importers=buyers,
                        exporters=sellers,
                        sectors=(code,),
                        limit=share,
                        kind=kind,
                        rent=ENFORCEMENT[kind, effect.rent].rent_to,
                        reason=measure.title,
                    )
                )
    return tuple(limits)


def join_limits(limits: Sequence[QuantityLimit]) -> tuple[QuantityLimit, ...]:
    """Join caps that meet on a flow: each leaves its share of what the other leaves.

    Parameters
    ----------
    limits : sequence of QuantityLimit
        Of one seller or one buyer and one sector each, as measures make them.

    Returns
    -------
    tuple of QuantityLimit
        None of them on a flow of another. Caps on the same flows become one, with the product of their limits; where one is
        on some of another's flows, those flows get a cap with the product and the other keeps the rest. A floor takes its
        flows out of caps: state buyers get their licences.
    """
    pieces: dict[tuple[str, str, str], list[QuantityLimit]] = {}
    for limit in limits:
        for importer in limit.importers:
            for exporter in limit.exporters:
                pieces.setdefault((importer, exporter, limit.sectors[0]), []).append(limit)
    together: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}
    for flow, own in pieces.items():
        floors = [limit for limit in own if limit.is_floor]
        together.setdefault(tuple(limit.name for limit in floors or own), []).append(flow)
    by_name = {limit.name: limit for limit in limits}
    joined = []
    for names, flows in together.items():
        own = [by_name[name] for name in names]
        if own[0].is_floor:
            product = max(limit.limit for limit in own)
        else:
            product = 1.0
            for limit in own:
                product *= limit.limit
        joined.append(
            own[0].model_copy(
                update={
                    "name": "+".join(names),
                    "importers": tuple(dict.fromkeys(flow[0] for flow in flows)),
                    "exporters": tuple(dict.fromkeys(flow[1] for flow in flows)),
                    "limit": product,
                    "reason": "; ".join(dict.fromkeys(limit.reason for limit in own)),
                }
            )
        )
    return tuple(joined)
