"""Controls as quantities in the package game: the same as costs where they must be, and exact caps where they are not."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from strategy_games import duel

from detente.cases.runs import prepare_cases
from detente.core import LabelError
from detente.dossier import load_dossier
from detente.dossier.dossier import FrozenDict
from detente.equilibrium import Model, Policy, solve
from detente.equilibrium.controls import QuantityControl
from detente.policy.enacted import wedges_at
from detente.policy.quantity import QuantityLimit
from detente.strategy.caps import controls_for, rationing, with_limits
from detente.strategy.games import load_game
from detente.strategy.payoff import payoff_tensor
from detente.strategy.profiles import profile_wedges
from detente.strategy.solves import parts_of
from detente.world import load_world


def stated(left=0.6, rent="exporter"):
    """The duel with a stated quantity on the first side's control."""
    economy, dossier, spec = duel()
    measures = dict(dossier.measures)
    one = measures["aaa-control"]
    measures["aaa-control"] = one.model_copy(
        update={"effect": one.effect.model_copy(update={"left": {"X": left}, "rent": rent})}
    )
    return economy, dataclasses.replace(dossier, measures=FrozenDict(measures)), spec


def test_nothing_changes_where_no_quantity_is_stated():
    economy, dossier, spec = duel()
    assert not rationing(Model(economy), dossier, spec, "stated").measures
    costs, caps = (payoff_tensor(Model(economy), dossier, spec, controls=how) for how in ("costs", "stated"))
    assert (costs.game().payoffs == caps.game().payoffs).all()


def test_an_equivalent_cap_that_wastes_its_rent_is_the_cost_itself_when_it_stands_alone():
    economy, dossier, spec = duel()
    costs = payoff_tensor(Model(economy), dossier, spec, controls="costs")
    caps = payoff_tensor(Model(economy), dossier, spec, controls="equivalent", rent="destroyed")
    for name in ("a-control", "b-control"):
        profile = tuple(int(action.id == name) for action in spec.actions)
        assert costs.game().at(profile) == pytest.approx(caps.game().at(profile), abs=1e-6)
        assert abs(costs.game().at(profile)).max() > 0.1
    # beside duties the cap stays where the cost would let the flow fall further
    both = tuple(int(action.id in ("a-control", "b-more")) for action in spec.actions)
    assert abs(costs.game().at(both) - caps.game().at(both)).max() > 1e-3


def test_who_keeps_the_rent_is_better_off_by_it():
    economy, dossier, spec = duel()
    profile = tuple(int(action.id == "a-control") for action in spec.actions)
    found = {
        rent: payoff_tensor(Model(economy), dossier, spec, controls="equivalent", rent=rent)
        .game()
        .at(profile)
        for rent in ("exporter", "importer", "destroyed")
    }
    assert found["exporter"][0] > max(found["importer"][0], found["destroyed"][0])
    assert found["importer"][1] > max(found["exporter"][1], found["destroyed"][1])


@pytest.mark.parametrize("rent", ["exporter", "importer", "destroyed"])
def test_every_profile_equals_its_own_solve_under_caps(rent):
    economy, dossier, spec = stated(0.6, rent)
    tensor = payoff_tensor(Model(economy), dossier, spec, controls="stated")
    cells = np.zeros(economy.flows.shape, dtype=bool)
    cells[1, 0, 0] = True
    a = spec.action("a-control")
    for profile in itertools.islice(itertools.product(*(range(k) for k in spec.shape)), 0, None, 7):
        scenario = spec.scenario(profile)
        wedges, caps = wedges_at(economy, dossier, scenario, quantities=False), []
        if profile[a]:
            caps = [QuantityControl("cap", cells, 0.6, "cap", rent)]
            wedges = dataclasses.replace(wedges, iceberg_hat=np.where(cells, 1.0, wedges.iceberg_hat))
        solved = solve(Model(economy), Policy(economy, wedges, tuple(caps)))
        parts = parts_of([solved], (0, 1))
        number = tensor.index[profile]
        np.testing.assert_allclose(tensor.parts.real_income_usd[number], parts.real_income_usd[0], atol=1e-6)
        np.testing.assert_allclose(tensor.parts.transfers[number], parts.transfers[0], atol=1e-6)
        if profile[a]:
            volume = solved.value.flow_volume_hat[1, 0, 0]
            shipped = volume * (solved.value.wedges.iceberg_hat[1, 0, 0] ** -1 if rent == "destroyed" else 1)
            assert shipped <= 0.6 + 1e-8


def test_a_cap_that_does_not_bind_costs_nothing():
    economy, dossier, spec = stated(1.0)
    tensor = payoff_tensor(Model(economy), dossier, spec, controls="stated")
    game, a = tensor.game(), spec.action("a-control")
    # abroad's duties cut the flow below the limit: the control makes no difference there
    duties = [int(action.id in ("b-duty", "b-more")) for action in spec.actions]
    with_control = list(duties)
    with_control[a] = 1
    assert game.at(tuple(duties)) == pytest.approx(game.at(tuple(with_control)), abs=1e-6)


def test_caps_that_meet_are_joined_by_what_each_leaves_of_the_level():
    economy, _, _ = duel()
    limits = [
        QuantityLimit(name=name, importers=("BBB",), exporters=("AAA",), sectors=("X",), limit=limit)
        for name, limit in (("a", 0.5), ("b", 0.8))
    ]
    (made,) = controls_for(economy, limits)
    assert (made.name, made.limit) == ("a+b", pytest.approx(0.4))
    # the flow stands at half of the base year's volume without either
    (made,) = controls_for(economy, limits, economy.flows / 2)
    assert made.limit == pytest.approx(0.2)


def test_stated_quantities_are_those_every_other_command_solves():
    economy, dossier, spec = load_world(), load_dossier(), load_game()
    rules = rationing(Model(economy), dossier, spec, "stated")
    assert {"chn-2025-soybean-halt", "chn-2025-ann61-overseas"} <= set(rules.measures)
    parts = with_limits(profile_wedges(economy, dossier, spec), economy, dossier, spec, rules)
    draw = np.random.default_rng(5)
    for _ in range(6):
        profile = tuple(int(draw.integers(size)) for size in spec.shape)
        (case,) = prepare_cases(economy, dossier, [spec.scenario(profile)])
        made = parts.wedges([profile])
        np.testing.assert_allclose(made.tariff[0], case.wedges.tariff, atol=1e-12)
        np.testing.assert_allclose(made.iceberg_hat[0], case.wedges.iceberg_hat, rtol=1e-12)
        ours = {one.name: one for one in controls_for(economy, parts.limits(profile), parts.level)}
        theirs = {one.name: one for one in case.controls}
        named = {frozenset(name.split("+")): one for name, one in ours.items()}
        assert set(named) == {frozenset(name.split("+")) for name in theirs}
        for name, one in theirs.items():
            mine = named[frozenset(name.split("+"))]
            assert (mine.cells == one.cells).all()
            assert (mine.limit, mine.kind, mine.rent) == (pytest.approx(one.limit), one.kind, one.rent)


def test_the_halt_is_a_ban_and_its_end_is_the_end_of_it():
    economy, record, spec = load_world(), load_dossier(), load_game()
    small = spec.restrict(
        {action.id: [action.rungs[0].id] for action in spec.actions if action.id != "chn-soybeans"}
    )
    # nothing else that stands is a quantity
    free = {
        name: measure.model_copy(
            update={
                "effect": None,
                "values": tuple(value.model_copy(update={"effect": None}) for value in measure.values),
            }
        )
        for name, measure in record.measures.items()
        if name in ("chn-2025-rare-earth-licensing", "usa-2025-affiliates-rule")
    }
    dossier = dataclasses.replace(record, measures=FrozenDict({**record.measures, **free}))
    game = payoff_tensor(Model(economy), dossier, small, controls="stated").game()
    cost = payoff_tensor(Model(economy), dossier, small, controls="costs").game()
    bought = small.profile({"chn-soybeans": "off"})
    assert game.at(bought) == pytest.approx(cost.at(bought), abs=1e-4)
    assert abs(game.at(game.standing) - cost.at(cost.standing)).max() > 10


def test_choices_and_statements_are_checked():
    economy, dossier, spec = duel()
    with pytest.raises(LabelError, match="equivalent"):
        rationing(Model(economy), dossier, spec, "equivalant")
