"""Controls as quantities in the package game: the same as costs where they must be, and exact caps where they are not."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from strategy_games import duel

from detente.core import InputError, LabelError
from detente.dossier import load_dossier
from detente.dossier.dossier import FrozenDict
from detente.dossier.measure import Effect
from detente.equilibrium.controls import QuantityControl
from detente.equilibrium.quantities import solve_with_controls
from detente.strategy.caps import Cap, cap_rules, join, with_caps
from detente.strategy.games import load_game
from detente.strategy.payoff import payoff_tensor
from detente.strategy.profiles import profile_wedges
from detente.strategy.solves import parts_of
from detente.world import load_world
from detente.world.scenario import wedges_at


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
    assert cap_rules(economy, dossier, spec, "stated") == ()
    costs, caps = (payoff_tensor(economy, dossier, spec, controls=how) for how in ("costs", "stated"))
    assert (costs.game().payoffs == caps.game().payoffs).all()


def test_an_equivalent_cap_that_wastes_its_rent_is_the_cost_itself_when_it_stands_alone():
    economy, dossier, spec = duel()
    costs = payoff_tensor(economy, dossier, spec)
    caps = payoff_tensor(economy, dossier, spec, controls="equivalent", rent="destroyed")
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
        rent: payoff_tensor(economy, dossier, spec, controls="equivalent", rent=rent).game().at(profile)
        for rent in ("exporter", "importer", "destroyed")
    }
    assert found["exporter"][0] > max(found["importer"][0], found["destroyed"][0])
    assert found["importer"][1] > max(found["exporter"][1], found["destroyed"][1])


@pytest.mark.parametrize("rent", ["exporter", "importer", "destroyed"])
def test_every_profile_equals_its_own_solve_under_caps(rent):
    economy, dossier, spec = stated(0.6, rent)
    tensor = payoff_tensor(economy, dossier, spec, controls="stated")
    cells = np.zeros(economy.flows.shape, dtype=bool)
    cells[1, 0, 0] = True
    a = spec.action("a-control")
    for profile in itertools.islice(itertools.product(*(range(k) for k in spec.shape)), 0, None, 7):
        scenario = spec.scenario(profile)
        wedges, caps = wedges_at(economy, dossier, scenario), []
        if profile[a]:
            caps = [QuantityControl("cap", cells, 0.6, "cap", rent)]
            wedges = dataclasses.replace(wedges, iceberg_hat=np.where(cells, 1.0, wedges.iceberg_hat))
        solved = solve_with_controls(economy, wedges, caps).solution
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
    tensor = payoff_tensor(economy, dossier, spec, controls="stated")
    game, a = tensor.game(), spec.action("a-control")
    # abroad's duties cut the flow below the limit: the control makes no difference there
    duties = [int(action.id in ("b-duty", "b-more")) for action in spec.actions]
    with_control = list(duties)
    with_control[a] = 1
    assert game.at(tuple(duties)) == pytest.approx(game.at(tuple(with_control)), abs=1e-6)


def test_caps_on_one_flow_are_joined_and_rents_must_agree():
    cells = np.zeros((2, 2, 2), dtype=bool)
    cells[0, 1, 0] = True
    other = np.zeros_like(cells)
    other[1, 0, 1] = True
    made = join(
        [
            Cap("a", cells, 0.5),
            Cap("b", other, 0.7),
            Cap("c", cells, 0.8),
        ]
    )
    assert [(one.name, round(one.limit, 12)) for one in made] == [("a+c", 0.4), ("b", 0.7)]
    # each leaves half and four fifths of a flow that stands at a half already
    (made,) = join([Cap("a", cells, 0.25, level=0.5), Cap("c", cells, 0.4, level=0.5)])
    assert made.limit == pytest.approx(0.2)
    with pytest.raises(InputError, match="rent"):
        join([Cap("a", cells, 0.5), Cap("c", cells, 0.8, "cap", "importer")])


def test_the_shipped_record_states_what_the_halt_leaves_and_the_cap_holds_it_there():
    economy, dossier = load_world(), load_dossier()
    spec = load_game()
    rules = cap_rules(economy, dossier, spec, "stated")
    assert [rule.measure for rule in rules] == ["chn-2025-soybean-halt"]
    parts = with_caps(profile_wedges(economy, dossier, spec), dossier, spec, rules)
    a = spec.action("chn-soybeans")
    halted, bought = spec.profile({}), spec.profile({"chn-soybeans": "off"})
    assert [cap.limit for cap in parts.controls(halted)] == [0.02]
    assert parts.controls(bought) == ()
    usa, chn, soy = economy.labels.country("USA"), economy.labels.country("CHN"), economy.labels.sector("SOY")
    old = profile_wedges(economy, dossier, spec)
    for profile in (halted, bought):
        was, now = (one.wedges([profile]) for one in (old, parts))
        assert now.iceberg_hat[0, chn, usa, soy] == pytest.approx(
            was.iceberg_hat[0, chn, usa, soy] / (3.27 if profile == halted else 1.0)
        )
        elsewhere = np.ones(economy.flows.shape, dtype=bool)
        elsewhere[chn, usa, soy] = False
        np.testing.assert_allclose(now.iceberg_hat[0][elsewhere], was.iceberg_hat[0][elsewhere], rtol=1e-14)
        assert (now.tariff == was.tariff).all()
    small = spec.restrict(
        {action.id: [action.rungs[0].id] for action in spec.actions if action.id != "chn-soybeans"}
    )
    game = payoff_tensor(economy, dossier, small, controls="stated").game()
    cost = payoff_tensor(economy, dossier, small).game()
    assert game.payoffs[(slice(None), *(int(k == a) for k in range(14)))] == pytest.approx(
        cost.payoffs[(slice(None), *(int(k == a) for k in range(14)))], abs=1e-4
    )
    # while the halt holds, the buyers' rent makes it cheaper for China than the cost says
    assert game.at(game.standing)[1] > cost.at(cost.standing)[1] + 100


def test_choices_and_statements_are_checked():
    economy, dossier, spec = duel()
    with pytest.raises(LabelError, match="equivalent"):
        cap_rules(economy, dossier, spec, "equivalant")
    with pytest.raises(ValueError, match="on which no cost is"):
        Effect(
            flows="actor_exports",
            ad_valorem={"X": 0.1},
            left={"Y": 0.5},
            source="memo",
            grade="assumed",
            derivation="made up",
        )
