"""Controls as quantities in the package game: caps and floors on flows instead of the trade costs that stand for them.

A cost makes a flow dearer and leaves no rent; a cap holds its volume, whatever the duties do, and somebody earns the
difference between cost and price. Either the record states the quantity (`Effect.left`, `Effect.least`), as every other command
takes it; or a cap is made to leave what the record's cost leaves in the standing state: then cost and cap differ in the rent,
and in what happens when other things change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from detente.cases import controls_of
from detente.core import LabelError, Rent, suggestion
from detente.dossier import Effect, Instrument, Measure, Status
from detente.equilibrium import (
    Equilibrium,
    Model,
    Policy,
    QuantityControl,
    Solution,
    solve,
)
from detente.policy import (
    QuantityLimit,
    Scenario,
    apply_scenario,
    as_costs_only,
    at_value,
    effect_hat,
    effect_limits,
    join_limits,
    refuse_model_options,
    wedges_at,
)
from detente.strategy.games import GameSpec, Profile
from detente.strategy.profiles import ProfileWedges
from detente.world import Array, Economy, Wedges

if TYPE_CHECKING:
    from detente.dossier import Dossier

CONTROLS = ("costs", "stated", "equivalent")
"""Every control a cost; a quantity where the record states one; a cap for every control, at the volume its cost leaves."""
KINDS = (Instrument.export_control, Instrument.entity_listing, Instrument.purchase_halt)
"""Instruments that ration; port fees are prices."""


@dataclass(frozen=True, eq=False)
class Rationing:
    """Which measures are quantities, and what they leave.

    Attributes
    ----------
    measures : mapping of measure to Effect
        Its effect with its quantities: `left` as a share of `level`, and `least`.
    level : array [importer, exporter, sector], optional
        Volume that the flows would have without any of these measures, million USD at base-year prices; the base year's
        when None.
    """

    measures: Mapping[str, Effect] = field(default_factory=dict)
    level: Array | None = None

    def in_force(self, dossier: Dossier, scenario: Scenario) -> dict[str, Effect]:
        """Measures of these that bind in a scenario, with their effect at their value there."""
        applied, day = apply_scenario(dossier, scenario), scenario.on(dossier.asof)
        binding = {}
        for name, effect in self.measures.items():
            state = applied.state(name, day)
            if state.status is Status.in_force:
                own = effect
                if (
                    self.level is None and state.effect is not None
                ):  # as stated on the day, the rent as chosen
                    own = state.effect.model_copy(update={"rent": effect.rent})
                binding[name] = at_value(own, state.value)
        return binding


def rationing(
    model: Model,
    dossier: Dossier,
    spec: GameSpec,
    controls: str,
    *,
    rent: Rent | Literal["stated"] = "stated",
) -> Rationing:
    """Say which measures are quantities in a game, and what they leave.

    Parameters
    ----------
    model : Model
        On which an equivalent volume is found, in the standing state with the measure in force.
    dossier : Dossier
    spec : GameSpec
    controls : {"costs", "stated", "equivalent"}
        See `CONTROLS`.
    rent : {"stated", "exporter", "importer", "destroyed"}
        Who keeps the rent of caps; ``stated`` is what the record says of the measure.

    Returns
    -------
    Rationing
        Measures in force in the base year are in its data and stay out.

    Raises
    ------
    LabelError
        For an unknown choice.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.equilibrium import Model
    >>> from detente.strategy.games import load_game
    >>> from detente.world import load_world
    >>> found = rationing(Model(load_world()), load_dossier(), load_game(), "stated")
    >>> dict(found.measures["chn-2025-soybean-halt"].left)
    {'SOY': 0.0}
    """
    if controls not in CONTROLS:
        raise LabelError(
            f"unknown choice of controls `{controls}`", where="controls", hint=suggestion(controls, CONTROLS)
        )
    before = dossier.base_states(model.economy.base_day)
    played = {name for action in spec.actions for rung in action.rungs for name in rung.set}
    chosen: dict[str, Effect] = {}
    for name, measure in dossier.measures.items():
        effect = measure.effect or next((own for _, own in measure.effects()), None)
        if effect is None or (name in before and before[name].status is Status.in_force):
            continue
        keeps = {} if rent == "stated" else {"rent": rent}
        if controls == "stated" and any(own.has_quantities for _, own in measure.effects()):
            chosen[name] = effect.model_copy(update=keeps)
        elif controls == "equivalent" and name in played and measure.instrument in KINDS:
            costs = {code: cost for code, cost in effect.ad_valorem.items() if code != "all"}
            if costs:
                chosen[name] = as_costs_only(effect).model_copy(update={**keeps, "ad_valorem": costs})
    if controls != "equivalent" or not chosen:
        return Rationing(chosen)
    return _equivalent(model, dossier, spec, chosen)


def _equivalent(model: Model, dossier: Dossier, spec: GameSpec, chosen: Mapping[str, Effect]) -> Rationing:
    """Volumes of the standing state without any of the measures, and what each by itself leaves of them."""
    economy, there = model.economy, spec.scenario((0,) * len(spec.actions))
    hats = {
        name: _hat(economy, dossier.measures[name], effect, whole=True) for name, effect in chosen.items()
    }
    bare = wedges_at(economy, dossier, there, quantities=False)
    free = bare.iceberg_hat
    for name in Rationing(chosen).in_force(dossier, there):
        free = free / hats[name]
    every = [np.ones_like(free), *hats.values()]
    cases = [Wedges(bare.tariff, free * hat, bare.export_tax) for hat in every]
    solutions = solve(model, cases)
    # what arrives of what is shipped
    level, *each = (
        economy.flows * solution.value.flow_volume_hat / hat
        for solution, hat in zip(solutions, every, strict=True)
    )
    rationed = {}
    for (name, effect), volume in zip(chosen.items(), each, strict=True):
        left = {}
        for code in effect.ad_valorem:
            s = economy.labels.sector(code)
            cells = hats[name][:, :, s] != 1
            left[code] = float(volume[cells, s].sum() / level[cells, s].sum())
        rationed[name] = effect.model_copy(update={"left": left})
    return Rationing(rationed, level)


def _hat(economy: Economy, measure: Measure, effect: Effect, *, whole: bool) -> Array:
    """Cost that quantities stand in for; with `whole`, that of every sector, third parties left out."""
    if whole:
        return effect_hat(economy, measure, effect.model_copy(update={"spread": 0.0, "content": None}))
    return effect_hat(economy, measure, effect) / effect_hat(economy, measure, as_costs_only(effect))


def _stands_for(economy: Economy, dossier: Dossier, rules: Rationing, held: Mapping[str, Effect]) -> Array:
    product = np.ones_like(economy.flows)
    for name, effect in held.items():
        product = product * _hat(economy, dossier.measures[name], effect, whole=rules.level is not None)
    return product


def _limits(economy: Economy, dossier: Dossier, held: Mapping[str, Effect]) -> tuple[QuantityLimit, ...]:
    return tuple(
        limit
        for name, effect in held.items()
        for limit in effect_limits(economy, dossier.measures[name], effect)
    )


def with_limits(
    wedges: ProfileWedges, economy: Economy, dossier: Dossier, spec: GameSpec, rules: Rationing
) -> ProfileWedges:
    """Take the costs that quantities stand in for out of the parts of all profiles, and put the quantities in.

    Parameters
    ----------
    wedges : ProfileWedges
        As `profile_wedges` makes them, every control a cost.
    economy, dossier, spec
        As for `payoff_tensor`.
    rules : Rationing

    Returns
    -------
    ProfileWedges
        Its `limits` says which caps and floors a profile has.
    """
    if not rules.measures:
        return wedges
    zero: Profile = (0,) * len(spec.actions)
    standing = rules.in_force(dossier, spec.scenario(zero))
    played: set[str] = set()
    costs, limits, classes = dict(wedges.costs), {}, list(wedges.classes)
    for a, action in enumerate(spec.actions):
        mine = {name for rung in action.rungs for name in rung.set} & set(rules.measures)
        if not mine:
            continue
        played |= mine
        held = []
        for r in range(len(action.rungs)):
            there = rules.in_force(dossier, spec.scenario((*zero[:a], r, *zero[a + 1 :])))
            held.append({name: effect for name, effect in there.items() if name in mine})
        stood = [_stands_for(economy, dossier, rules, effects) for effects in held]
        ratio = costs.get(a, np.ones((len(held), *economy.flows.shape)))
        costs[a] = np.stack([ratio[r] * stood[0] / cost for r, cost in enumerate(stood)])
        limits[a] = tuple(_limits(economy, dossier, effects) for effects in held)
        same = [(int(classes[a][r]), limits[a][r]) for r in range(len(held))]
        classes[a] = np.array([same.index(alike) for alike in same], dtype=np.int64)
    return dataclasses.replace(
        wedges,
        iceberg_hat=wedges.iceberg_hat / _stands_for(economy, dossier, rules, standing),
        costs=costs,
        by_action=limits,
        always=_limits(economy, dossier, {k: v for k, v in standing.items() if k not in played}),
        classes=tuple(classes),
        level=rules.level,
    )


def controls_for(
    economy: Economy, limits: Sequence[QuantityLimit], level: Array | None = None
) -> tuple[QuantityControl, ...]:
    """Controls of some limits, those that meet on a flow joined; `level` as in `Rationing`."""
    controls = controls_of(economy, join_limits(limits), "game") if limits else ()
    if level is None:
        return controls
    flows = economy.flows
    return tuple(
        dataclasses.replace(
            control, limit=control.limit * float(level[control.cells].sum() / flows[control.cells].sum())
        )
        for control in controls
    )


def scenario_with_limits(
    economy: Economy, dossier: Dossier, scenario: Scenario, rules: Rationing
) -> tuple[Wedges, tuple[QuantityControl, ...]]:
    """Wedges of a scenario without the costs that quantities stand in for, and the controls."""
    refuse_model_options(scenario, "limits of a game")
    held = rules.in_force(dossier, scenario)
    wedges = wedges_at(economy, dossier, scenario, quantities=False)
    iceberg = wedges.iceberg_hat / _stands_for(economy, dossier, rules, held)
    own = controls_for(economy, _limits(economy, dossier, held), rules.level)
    return Wedges(wedges.tariff, iceberg, wedges.export_tax), own


def solve_capped(
    model: Model, wedges: Wedges, caps: Sequence[Sequence[QuantityControl]]
) -> list[Solution[Equilibrium]]:
    """Solve wedges with a leading axis, some under caps; a failure keeps its code, nothing is raised."""
    policies = [
        Policy(model.economy, each, tuple(controls))
        for each, controls in zip(wedges.each(), caps, strict=True)
    ]
    return list(solve(model, policies, throw=False))
