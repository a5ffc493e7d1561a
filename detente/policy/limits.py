"""Caps and floors that a scenario's measures state, beside those of its own file, with those that meet on a flow joined."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from detente.core import ENFORCEMENT, LimitKind, MeasurePlace
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
        effect = state.effect
        was = name in before and before[name].status is Status.in_force
        if effect is not None and state.status is Status.in_force and not was:
            limits += effect_limits(economy, applied.measures[name], at_value(effect, state.value))
    return (*join_limits(limits), *scenario.quantities)


def effect_limits(economy: Economy, measure: Measure, effect: Effect) -> tuple[QuantityLimit, ...]:
    """Caps and floors of a measure while it is in force, one a sector; named after the measure and the sector.

    Targets with a cap of their own (`Effect.left_for`) have one each beside that of the others.

    Raises
    ------
    LabelError
        For an actor, target or sector the economy does not have.
    """
    labels, where = economy.labels, MeasurePlace(measure.id)
    actor = members(economy, (measure.actor,), where)[0]
    excluded = members(economy, measure.except_targets, where) if measure.except_targets else []
    targets = [n for n in members(economy, measure.targets, where) if n != actor and n not in excluded]
    partners, own = tuple(labels.countries[n] for n in targets), (labels.countries[actor],)
    single = {
        labels.countries[n]: shares
        for target, shares in effect.left_for.items()
        for n in members(economy, (target,), where)
        if n in targets
    }
    limits: list[QuantityLimit] = []
    say = partial(_stated, measure, effect, own[0])
    for way, back in (("actor_exports", ""), ("actor_imports", ".imports" if effect.flows == "both" else "")):
        if effect.flows not in (way, "both"):
            continue

        def between(others: tuple[str, ...], way: str = way) -> tuple[tuple[str, ...], tuple[str, ...]]:
            return (others, own) if way == "actor_exports" else (own, others)

        for code, share in effect.left.items():
            alone = {target for target, shares in single.items() if code in shares}
            rest = tuple(partner for partner in partners if partner not in alone)
            if rest:
                limits.append(say("cap", f"{code}{back}", code, share, *between(rest)))
        for target, shares in single.items():
            for code, share in shares.items():
                limits.append(say("cap", f"{code}.{target}{back}", code, share, *between((target,))))
        for code, share in effect.least.items():
            limits.append(say("floor", f"{code}{back}", code, share, *between(partners)))
    return tuple(limits)


def _stated(
    measure: Measure,
    effect: Effect,
    actor: str,
    kind: LimitKind,
    name: str,
    code: str,
    share: float,
    importers: tuple[str, ...],
    exporters: tuple[str, ...],
) -> QuantityLimit:
    """One limit of a measure on one sector."""
    low, high = (effect.low.get(code), effect.high.get(code)) if kind == "cap" else (None, None)
    ranged = low is None if high is None else low is not None and low <= share <= high
    # every number and name comes from an entry that was checked
    build = QuantityLimit.model_construct if ranged and importers and exporters else QuantityLimit
    return build(
        name=f"{measure.id}.{name}",
        importers=importers,
        exporters=exporters,
        sectors=(code,),
        limit=share,
        low=low,
        high=high,
        drawn_with=f"controls of {actor}",
        kind=kind,
        rent=ENFORCEMENT[kind, effect.rent].rent_to,
        reason=measure.title,
    )


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
        product, ends = _joint_limit(own)
        blocks = _blocks(flows)
        for k, (importers, exporters) in enumerate(blocks):
            update = {
                "name": "+".join(names) + (f".{k + 1}" if len(blocks) > 1 else ""),
                "importers": importers,
                "exporters": exporters,
                "limit": product,
                "reason": "; ".join(dict.fromkeys(limit.reason for limit in own)),
                **ends,
            }
            joined.append(own[0].model_copy(update=update))
    return tuple(joined)


def _joint_limit(own: Sequence[QuantityLimit]) -> tuple[float, dict[str, float | None]]:
    """Limit of what meets on some flows, and its range: products of caps and of their ends; the highest floor."""
    if own[0].is_floor:
        return max(limit.limit for limit in own), {}
    product = math.prod(limit.limit for limit in own)
    if all(limit.low is None for limit in own):
        return product, {}
    lows = [limit.limit if limit.low is None else limit.low for limit in own]
    highs = [limit.limit if limit.high is None else limit.high for limit in own]
    return product, {"low": math.prod(lows), "high": math.prod(highs)}


def _blocks(flows: Sequence[tuple[str, str, str]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Importers and exporters of flows of one sector: as few blocks of all with all as importers of like exporters make."""
    sellers: dict[str, list[str]] = {}
    for importer, exporter, _ in flows:
        sellers.setdefault(importer, []).append(exporter)
    alike: dict[tuple[str, ...], list[str]] = {}
    for importer, exporters in sellers.items():
        alike.setdefault(tuple(exporters), []).append(importer)
    return [(tuple(importers), exporters) for exporters, importers in alike.items()]
