"""Trade-cost equivalents of measures that are not duties."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from detente.core import LabelError, MeasurePlace
from detente.dossier import Content, Effect, Measure
from detente.world import Array, Economy, content_shares, countries_named, sectors_named


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
            "through": {code: cost * scale for code, cost in effect.through.items()},
            "least": {code: share * scale for code, share in effect.least.items()},
        }
    )


def as_costs_only(effect: Effect) -> Effect:
    """What is left of an effect where its quantities are solved as such: the costs of its other sectors."""
    stated = effect.capped | set(effect.least)
    rest = {code: cost for code, cost in effect.ad_valorem.items() if code not in stated}
    none: dict[str, float] = {}
    gone = dict.fromkeys(("left", "left_for", "low", "high", "least"), none)
    return effect.model_copy(update={"ad_valorem": rest, **gone})


def effect_hat(economy: Economy, measure: Measure, effect: Effect, threshold: float | None = None) -> Array:
    """Trade-cost factor [importer, exporter, sector] of a non-tariff measure while it is in force.

    Parameters
    ----------
    economy : Economy
    measure : Measure
    effect : Effect
    threshold : float, optional
        Content from which third countries' goods are reached, where the effect reaches through content: the measure's value.

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
    cost, through = (_by_sector(economy, rates, measure.id) for rates in (effect.ad_valorem, effect.through))
    hat = np.ones_like(economy.flows)
    for partners, share in ((targets, 1.0), (others, effect.spread)):
        if not share:
            continue
        if effect.flows in ("actor_exports", "both"):
            hat[partners, actor, :] *= 1 + share * cost
        if effect.flows in ("actor_imports", "both"):
            hat[actor, partners, :] *= 1 + share * cost
    for partner in targets:
        third = [n for n in range(len(labels.countries)) if n not in (actor, partner)]
        hat[partner, third, :] *= 1 + through
    if effect.content is not None:
        hat *= _content_hat(economy, actor, targets, effect.content, threshold or 0.0, where)
    return hat


def _by_sector(economy: Economy, rates: Mapping[str, float], measure: str) -> Array:
    """Rates [sector] from those by code or word."""
    cost = np.zeros(len(economy.labels.sectors))
    for code, rate in rates.items():
        try:
            cost[sectors_named(economy, code)] = rate
        except LabelError as error:
            raise LabelError(error.what, where=MeasurePlace(measure, "effect"), hint=error.hint) from None
    return cost


def _content_hat(
    economy: Economy, actor: int, targets: list[int], content: Content, threshold: float, where: MeasurePlace
) -> Array:
    """Cost of licences on what third countries sell to the targets, in proportion to the listed content above the threshold."""
    labels = economy.labels
    listed = np.zeros((len(labels.countries), len(labels.sectors)))
    inputs = []
    for code, part in content.inputs.items():
        try:
            sector = labels.sector(code)
        except LabelError as error:
            raise LabelError(
                error.what, where=MeasurePlace(where.measure, "effect"), hint=error.hint
            ) from None
        listed += part * content_shares(economy, labels.countries[actor], code)
        inputs.append(sector)
    listed[:, inputs] = 0.0  # the inputs themselves: what third countries pass on is capped, not charged
    listed[actor] = 0.0
    cost = np.where(listed >= threshold, content.cost * np.minimum(listed, 1.0), 0.0)
    hat = np.ones_like(economy.flows)
    hat[targets] = 1 + cost
    here = np.arange(len(labels.countries))
    hat[here, here] = 1.0
    return hat
