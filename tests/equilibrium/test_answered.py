"""Responses as part of a model: solved, differentiated, limited and split like any other equilibrium."""

from __future__ import annotations

import numpy as np
import pytest

from detente.core import InputError
from detente.equilibrium import (
    Answered,
    Model,
    Policy,
    Responses,
    Structure,
    model,
    shocked,
    solve,
    solve_responses,
)
from detente.equilibrium.explain import Shift, decompose_path
from detente.equilibrium.gradients import consumer_price, gradients, real_income
from detente.equilibrium.gradients.derivatives import output_volume
from detente.equilibrium.gradients.readings import employment, wage
from detente.world import Wedges, toy

WORLD = toy()
WAR = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.25)
ALL = Responses(
    scale=np.array([0.0, 0.1, 0.15, 0.05]),
    labour_supply=0.4,
    relief=0.7,
    deficits="country share",
    sharing=("USA", "MEX", "EU27"),
    productivity=np.full((5, 4), 1.02),
    population=np.array([1.0, 1.1, 1.0, 1.0, 1.0]),
)
IMMOBILE = Structure(
    sigma_value_added=0.5, sigma_materials=0.4, sigma_final=0.9, mobility=2.5, wage_floor=0.9
)


@pytest.fixture(scope="module")
def value():
    return solve(Model(WORLD, responses=ALL), WAR).value


def test_it_is_the_answer_read_as_an_equilibrium(value):
    answer = solve_responses(Model(WORLD), WAR, ALL)
    assert isinstance(value, Answered)
    assert (value.real_income_hat == answer.value.real_income_hat).all()
    assert (value.wedges.iceberg_hat == WAR.wedges.iceberg_hat).all()
    assert value.flows_new == pytest.approx(answer.value.flows_new, rel=1e-13)
    assert value.productivity_hat == pytest.approx(1.02 * answer.productivity_hat, rel=1e-12)
    assert value.income_new == pytest.approx(answer.value.income_new, rel=1e-12)
    # the plain equations at true costs, with productivity written out
    wages = value.wage_hat
    costs = (
        model.cost_hat(wages, value.price_hat, WORLD.va_share, WORLD.input_shares) / value.productivity_hat
    )
    assert value.cost_hat == pytest.approx(costs, rel=1e-12)
    kappa = model.trade_cost_hat(
        WORLD.tariff, WAR.wedges.tariff, WAR.wedges.iceberg_hat, WAR.wedges.export_tax
    )
    prices = model.price_hat(WORLD.trade_shares, kappa, costs, WORLD.trade_elasticity)
    assert value.price_hat == pytest.approx(prices, rel=1e-11)
    assert Model.behind(value).responses is ALL
    assert solve(Model(WORLD, responses=Responses()), WAR).value.responses is None


def test_derivatives_of_any_output_are_finite_differences(value):
    readings = [
        real_income(value, "CHN"),
        consumer_price(value, "USA"),
        output_volume(value, "USA", "GOODS"),
        employment(value, "CHN", "PARTS"),
    ]
    slopes = [slope.tariff[0, 1, 2] for slope in gradients(value, readings)]
    ends = []
    for sign in (1, -1):
        tariff = np.array(WAR.wedges.tariff)
        tariff[0, 1, 2] += sign * 1e-4
        there = solve(Model(WORLD, responses=ALL), Wedges.of(WORLD, tariff=tariff)).value
        earned = there.sector_earnings_new
        ends.append(
            [
                np.log(there.real_income_hat[1]),
                np.log(there.consumer_price_hat[0]),
                np.log(there.output_volume_hat[0, 2]),
                np.log(earned[1, 1] / earned[1].sum()),
            ]
        )
    assert np.subtract(*ends) / 2e-4 == pytest.approx(slopes, rel=2e-6)
    with pytest.raises(InputError, match="wages and `labour_supply` of responses"):
        wage(value, "USA")


def test_channels_have_one_for_what_answers(value):
    path = decompose_path(Model.behind(value), Wedges.unchanged(WORLD), WAR.wedges)
    assert np.abs(path.gap).max() < 1e-9
    assert np.abs(path.parts["answers"]).max() > 1e-4
    with pytest.raises(InputError, match="accounts without a path and responses"):
        Shift(value, value)


def test_shocks_are_those_of_wedges():
    productivity, population = np.full((5, 4), 0.97), np.array([1.0, 1.2, 1.0, 1.0, 1.0])
    given = shocked(WORLD, WAR.wedges, productivity=productivity, population=population)
    other = solve(Model(WORLD), given).value
    same = solve(
        Model(WORLD, responses=Responses(productivity=productivity, population=population)), WAR
    ).value
    assert same.real_income_hat == pytest.approx(other.real_income_hat, abs=1e-11)
    assert same.wage_hat * population == pytest.approx(other.wage_hat, abs=1e-11)
    assert same.factor_supply_hat == pytest.approx(population)


@pytest.mark.parametrize(
    "responses",
    [Responses(sharing=("USA", "MEX", "EU27")), Responses(sharing=("USA", "MEX"), deficits="country share")],
)
def test_burdens_and_deficits_go_with_factors_that_do_not_move(responses):
    def at(size):
        wedges = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.25 + size).wedges
        return solve(Model(WORLD, IMMOBILE, responses=responses), wedges).value

    value = at(0.0)
    members = [WORLD.labels.country(code) for code in responses.sharing]
    assert np.ptp(value.real_income_hat[members]) < 1e-10
    # with its deficits given it is an equilibrium of the plain model
    plain = solve(Model(WORLD, IMMOBILE, np.array(value.deficit_new)), WAR).value
    assert plain.real_income_hat == pytest.approx(value.real_income_hat, abs=1e-10)
    rest = np.setdiff1d(np.arange(5), members)
    moved = (value.deficit_new / (value.wage_hat * WORLD.value_added) - WORLD.deficit / WORLD.value_added)[
        rest
    ]
    if responses.deficits == "country share":
        assert np.ptp(moved) < 1e-10
    (slope,) = gradients(value, [real_income(value, "CHN")])
    charged = (WAR.wedges.tariff != WORLD.tariff) * slope.tariff
    ends = [np.log(at(size).real_income_hat[1]) for size in (1e-4, -1e-4)]
    assert (ends[0] - ends[1]) / 2e-4 == pytest.approx(charged.sum(), rel=1e-5)


def test_limits_are_on_goods_whatever_answers():
    cap = WAR.limit("cap", importers="USA", exporters=["CHN", "MEX"], sectors=["PARTS", "GOODS"], share=0.4)
    held = solve(Model(WORLD, responses=ALL), cap)
    control, volume = cap.controls[0], WORLD.flows * held.value.flow_volume_hat
    assert volume[control.cells].sum() / WORLD.flows[control.cells].sum() == pytest.approx(0.4, abs=1e-8)
    assert held.bindings["cap"].volume_hat == pytest.approx(0.4, abs=1e-8)
    assert held.bindings["cap"].log_wedge > 0
    # the wedge found, written into the policy as the tax that it is
    explicit = Wedges(WAR.wedges.tariff, WAR.wedges.iceberg_hat, held.value.wedges.export_tax)
    same = solve(Model(WORLD, responses=ALL), explicit).value
    assert same.real_income_hat == pytest.approx(held.value.real_income_hat, abs=1e-8)


def test_bans_go_with_everything_but_payments_across_parts():
    ban = WAR.limit("ban", importers="USA", exporters="CHN", sectors="PARTS", share=0.0)
    gone = solve(Model(WORLD, responses=ALL), ban).value
    assert gone.flows_new[0, 1, 1] == 0
    cost = np.array(WORLD.flows * 0 + 1)
    cost[0, 1, 1] = np.inf
    same = solve_responses(Model(WORLD), Wedges(WAR.wedges.tariff, cost, WAR.wedges.export_tax), ALL).value
    assert gone.real_income_hat == pytest.approx(same.real_income_hat, abs=1e-10)
    alone = np.ones_like(cost)
    alone[0, 1:] = alone[1:, 0] = np.inf
    with pytest.raises(InputError, match="cut trade into parts and deficits or shared burdens"):
        solve(Model(WORLD, responses=Responses(sharing=("USA", "MEX"))), Wedges.of(WORLD, iceberg_hat=alone))


def test_a_failure_keeps_its_code():
    wild = Model(WORLD, responses=Responses(scale=50.0))
    failed, *_ = solve(wild, [WAR], throw=False)
    assert not failed.result.ok
