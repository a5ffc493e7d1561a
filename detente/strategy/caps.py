"""Controls as quantities in the package game: a cap on a flow instead of the trade cost that stands for it.

A cost makes a flow dearer and leaves no rent; a cap holds its volume, whatever the duties do, and somebody earns the
difference between cost and price. Either the record states what is left of the flow (`Effect.left`), or a cap is made to leave
what the record's cost leaves in the standing state: then the two differ in the rent, and in what happens when other things change.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from detente.core import InputError, LabelError, suggestion
from detente.dossier.measure import Instrument, Measure, Status
from detente.equilibrium.baseline import CORE
from detente.equilibrium.controls import QuantityControl, Rent
from detente.equilibrium.quantities import solve_batch_with_controls
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.solve import solve_batch
from detente.equilibrium.structure import Structure
from detente.strategy.games import GameSpec, Profile
from detente.strategy.profiles import ProfileWedges
from detente.world.economy import Array, Economy, Wedges
from detente.world.effects import at_value, effect_hat
from detente.world.scenario import BASE_DAY, Scenario, apply_scenario, wedges_at

if TYPE_CHECKING:
    from detente.dossier import Dossier

CONTROLS = ("costs", "stated", "equivalent")
"""Every control a cost; a cap where the record states a quantity; a cap for every control, at the volume its cost leaves."""
KINDS = (Instrument.export_control, Instrument.entity_listing, Instrument.purchase_halt)
"""Instruments that ration; port fees are prices."""


@dataclass(frozen=True, eq=False)
class Cap(QuantityControl):
    """A cap that knows the volume its flows would have without it.

    Attributes
    ----------
    level : float
        Ratio to the base year's volume; caps on the same flows are joined by what each leaves of it.
    """

    level: float = 1.0


@dataclass(frozen=True, eq=False)
class CapRule:
    """A measure as quantities.

    Attributes
    ----------
    measure : str
    hat : array [importer, exporter, sector]
        Trade-cost factor that the caps stand in for; one elsewhere.
    caps : tuple of Cap
        One a sector.
    """

    measure: str
    hat: Array
    caps: tuple[Cap, ...]


def cap_rules(
    economy: Economy,
    dossier: Dossier,
    spec: GameSpec,
    controls: str,
    *,
    rent: Rent | Literal["stated"] = "stated",
    closure: str = "share",
    structure: Structure = CORE,
) -> tuple[CapRule, ...]:
    """Say which measures of a game are caps, and at what volume.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
    spec : GameSpec
    controls : {"costs", "stated", "equivalent"}
        See `CONTROLS`.
    rent : {"stated", "exporter", "importer", "destroyed"}
        Who keeps the rent; ``stated`` is what the record says of the measure.
    closure : str
    structure : Structure
        Under which an equivalent volume is found, in the standing state with the measure in force.

    Returns
    -------
    tuple of CapRule
        Measures in force in the base year are in its data and stay out.

    Raises
    ------
    LabelError
        For an unknown choice.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.strategy.games import load_game
    >>> from detente.world import load_world
    >>> (rule,) = cap_rules(load_world(), load_dossier(), load_game(), "stated")
    >>> rule.measure, rule.caps[0].limit
    ('chn-2025-soybean-halt', 0.02)
    """
    if controls not in CONTROLS:
        raise LabelError(
            f"unknown choice of controls `{controls}`", where="controls", hint=suggestion(controls, CONTROLS)
        )
    if controls == "costs":
        return ()
    before = dossier.base_states(BASE_DAY)
    played = {name for action in spec.actions for rung in action.rungs for name in rung.set}
    rules = []
    for name, measure in dossier.measures.items():
        if measure.effect is None or (name in before and before[name].status is Status.in_force):
            continue
        effect = measure.effect
        if controls == "equivalent" and name in played and measure.instrument in KINDS:
            sectors = tuple(code for code in effect.ad_valorem if code != "all")
        else:
            sectors = tuple(effect.left) if controls == "stated" else ()
        if sectors:
            rules.append((measure, sectors))
    parts = [_flows(economy, measure, sectors) for measure, sectors in rules]
    # volumes of the standing state without any of these controls, then with each by itself (what arrives)
    volumes = [economy.flows] * (1 + len(rules))
    if controls == "equivalent":
        there = spec.scenario((0,) * len(spec.actions))
        applied, bare = apply_scenario(dossier, there), wedges_at(economy, dossier, there)
        hats = [np.ones_like(economy.flows), *(hat for _, hat in parts)]
        free = bare.iceberg_hat / math.prod(
            hat
            for (measure, _), (_, hat) in zip(rules, parts, strict=True)
            if applied.state(measure.id, dossier.asof).status is Status.in_force
        )
        cases = [Wedges(bare.tariff, free * hat, bare.export_tax) for hat in hats]
        found = solve_batch(economy, cases, structure=structure, closure=closure, throw=True)
        volumes = [
            economy.flows * one.value.flow_volume_hat / hat for one, hat in zip(found, hats, strict=True)
        ]
    made = []
    for (measure, sectors), (cells, hat), volume in zip(rules, parts, volumes[1:], strict=True):
        assert measure.effect is not None
        keeps = measure.effect.rent if rent == "stated" else rent
        caps = []
        for code in sectors:
            mine = np.zeros_like(cells)
            s = economy.labels.sector(code)
            mine[:, :, s] = cells[:, :, s]
            level, limit = (float(v[mine].sum() / economy.flows[mine].sum()) for v in (volumes[0], volume))
            if controls == "stated":
                limit = measure.effect.left[code]
            caps.append(Cap(f"{measure.id}/{code}", mine, limit, "cap", keeps, level))
        made.append(CapRule(measure.id, hat, tuple(caps)))
    return tuple(made)


def _flows(economy: Economy, measure: Measure, sectors: Sequence[str]) -> tuple[np.ndarray, Array]:
    """Flows between a measure's actor and its targets in some sectors, and the cost it puts on them."""
    assert measure.effect is not None
    effect = measure.effect.model_copy(
        update={"spread": 0.0, "ad_valorem": {code: measure.effect.ad_valorem[code] for code in sectors}}
    )
    value = next((one.value for one in reversed(measure.values) if one.value is not None), None)
    hat = effect_hat(economy, measure, at_value(effect, value))
    cells = (hat != 1) & (economy.flows > 0)
    return cells, np.where(cells, hat, 1.0)


def _in_force(dossier: Dossier, scenario: Scenario, rules: Sequence[CapRule]) -> set[str]:
    applied, day = apply_scenario(dossier, scenario), scenario.on(dossier.asof)
    return {rule.measure for rule in rules if applied.state(rule.measure, day).status is Status.in_force}


def _product(rules: Sequence[CapRule], names: set[str]) -> Array | float:
    return math.prod((rule.hat for rule in rules if rule.measure in names), start=1.0)


def _caps(rules: Sequence[CapRule], names: set[str]) -> tuple[Cap, ...]:
    return tuple(cap for rule in rules if rule.measure in names for cap in rule.caps)


def with_caps(
    wedges: ProfileWedges, dossier: Dossier, spec: GameSpec, rules: Sequence[CapRule]
) -> ProfileWedges:
    """Take the costs of capped flows out of the parts of all profiles, and put the caps in.

    Parameters
    ----------
    wedges : ProfileWedges
        As `profile_wedges` makes them, every control a cost.
    dossier : Dossier
    spec : GameSpec
    rules : sequence of CapRule

    Returns
    -------
    ProfileWedges
        Its `controls` says which caps a profile has.
    """
    zero: Profile = (0,) * len(spec.actions)
    standing = _in_force(dossier, spec.scenario(zero), rules)
    played: set[str] = set()
    costs, caps, classes = dict(wedges.costs), {}, list(wedges.classes)
    for a, action in enumerate(spec.actions):
        mine = {name for rung in action.rungs for name in rung.set} & {rule.measure for rule in rules}
        if not mine:
            continue
        played |= mine
        held = [
            _in_force(dossier, spec.scenario((*zero[:a], r, *zero[a + 1 :])), rules) & mine
            for r in range(len(action.rungs))
        ]
        if a in costs:
            before = _product(rules, standing & mine)
            costs[a] = np.stack(
                [costs[a][r] * before / _product(rules, names) for r, names in enumerate(held)]
            )
        caps[a] = tuple(_caps(rules, names) for names in held)
        same = [(int(classes[a][r]), frozenset(names)) for r, names in enumerate(held)]
        classes[a] = np.array([same.index(one) for one in same], dtype=np.int64)
    return dataclasses.replace(
        wedges,
        iceberg_hat=wedges.iceberg_hat / _product(rules, standing),
        costs=costs,
        caps=caps,
        always=_caps(rules, standing - played),
        classes=tuple(classes),
    )


def join(caps: Sequence[Cap]) -> tuple[Cap, ...]:
    """Join caps on the very same flows: what each leaves, of what the other leaves."""
    made: list[Cap] = []
    for cap in caps:
        for k, other in enumerate(made):
            if np.array_equal(other.cells, cap.cells):
                if other.rent != cap.rent:
                    raise InputError(
                        f"two caps on one flow give its rent to {other.rent} and {cap.rent}",
                        where=f"{other.name}, {cap.name}",
                        hint="choose who keeps the rent for both",
                    )
                made[k] = dataclasses.replace(
                    other, name=f"{other.name}+{cap.name}", limit=other.limit * cap.limit / other.level
                )
                break
        else:
            made.append(cap)
    return tuple(made)


def scenario_with_caps(
    wedges: Wedges, dossier: Dossier, scenario: Scenario, rules: Sequence[CapRule]
) -> tuple[Wedges, tuple[Cap, ...]]:
    """Wedges of a scenario without the costs of capped flows, and its caps."""
    names = _in_force(dossier, scenario, rules)
    iceberg = wedges.iceberg_hat / _product(rules, names)
    return Wedges(wedges.tariff, iceberg, wedges.export_tax), join(_caps(rules, names))


def solve_capped(
    economy: Economy,
    wedges: Wedges,
    caps: Sequence[Sequence[QuantityControl]],
    *,
    closure: str,
    structure: Structure,
) -> list[Solution[Equilibrium]]:
    """Solve wedges with a leading axis, some under caps; a failure keeps its code, nothing is raised."""

    def one(k: int) -> Wedges:
        return Wedges(wedges.tariff[k], wedges.iceberg_hat[k], wedges.export_tax[k])

    free = [k for k, mine in enumerate(caps) if not mine]
    bound = [k for k, mine in enumerate(caps) if mine]
    if not bound:
        return list(solve_batch(economy, wedges, closure=closure, structure=structure))
    found: dict[int, Solution[Equilibrium]] = {}
    if free:
        batch = solve_batch(economy, [one(k) for k in free], closure=closure, structure=structure)
        found = dict(zip(free, batch, strict=True))
    held = solve_batch_with_controls(
        economy, [one(k) for k in bound], [caps[k] for k in bound], closure=closure, structure=structure
    )
    found.update({k: controlled.solution for k, controlled in zip(bound, held, strict=True)})
    return [found[k] for k in range(len(caps))]
