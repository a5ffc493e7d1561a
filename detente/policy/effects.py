"""Trade-cost equivalents of measures that are not duties."""

from __future__ import annotations

import numpy as np

from detente.core import LabelError, MeasurePlace
from detente.dossier import Effect, Measure
from detente.world import Array, Economy, countries_named, sectors_named


def members(economy: Economy, codes: tuple[str, ...], where: str) -> list[int]:
    """Positions of target codes; `all` is every country."""
    try:
        return countries_named(economy, codes)
    except LabelError as error:
        raise LabelError(error.what, where=where, hint=error.hint) from None


def at_value(effect: Effect, value: float | None) -> Effect:
    """An effect at a value of its measure: costs and floors change in proportion where it says which value they belong to."""
    if effect.per_value is None or value is None or value == effect.per_value:
        return effect
    scale = value / effect.per_value
    return effect.model_copy(
        update={
            "ad_valorem": {code: cost * scale for code, cost in effect.ad_valorem.items()},
            "least": {code: share * scale for code, share in effect.least.items()},
        }
    )


def as_costs_only(effect: Effect) -> Effect:
    """What is left of an effect where its quantities are solved as such: the costs of its other sectors."""
    rest = {
        code: cost for code, cost in effect.ad_valorem.items() if code not in {**effect.left, **effect.least}
    }
    return effect.model_copy(update={"ad_valorem": rest, "left": {}, "least": {}})


def effect_hat(economy: Economy, measure: Measure, effect: Effect) -> Array:
    """Trade-cost factor [importer, exporter, sector] of a non-tariff measure while it is in force.

    Raises
    ------
    LabelError
        For an actor, target or sector the economy does not have.
    """
    labels = economy.labels
    where = MeasurePlace(measure.id)
    actor = members(economy, (measure.actor,), where)[0]
    targets = [n for n in members(economy, measure.targets, where) if n != actor]
    excluded = set(members(economy, measure.except_targets, where)) if measure.except_targets else set()
    targets = [n for n in targets if n not in excluded]
    others = [n for n in range(len(labels.countries)) if n != actor and n not in targets]
    cost = np.zeros(len(labels.sectors))
    for code, rate in effect.ad_valorem.items():
        try:
            cost[sectors_named(economy, code)] = rate
        except LabelError as error:
            raise LabelError(error.what, where=MeasurePlace(measure.id, "effect"), hint=error.hint) from None
    hat = np.ones_like(economy.flows)
    for partners, share in ((targets, 1.0), (others, effect.spread)):
        if not share:
            continue
        if effect.flows in ("actor_exports", "both"):
            hat[partners, actor, :] *= 1 + share * cost
        if effect.flows in ("actor_imports", "both"):
            hat[actor, partners, :] *= 1 + share * cost
    return hat
