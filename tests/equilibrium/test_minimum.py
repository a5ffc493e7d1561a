"""Minimum consumption: the core without it, an independent solve in levels with it, exact derivatives, welfare as utility says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, root

from detente.core import RESULTS, InputError, UnitError
from detente.equilibrium import (
    Backstop,
    Lane,
    Model,
    Newton,
    Policy,
    Step,
    Structure,
    can_share,
    minimum_of,
    rebase,
    solve,
)
from detente.equilibrium.explain import Shift, decompose_path
from detente.equilibrium.explain.accounts import price_account
from detente.equilibrium.gradients import consumer_price, gradients, real_income
from detente.strategy.duties.wants import government
from detente.world import Wedges, toy

WORLD = toy()
SHARE = np.array([0.6, 0.2, 0.1, 0.3])
WAR = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.4).wedges


def solved(**settings):
    return solve(Model(WORLD, Structure(**settings)), WAR).value


@pytest.fixture(scope="module")
def value():
    return solved(minimum_consumption=SHARE)


def test_without_minima_it_is_the_core():
    core, none = solved(), solved(minimum_consumption=np.zeros(4))
    assert none.structure.is_core
    assert (none.real_income_hat == core.real_income_hat).all()
    small = solved(minimum_consumption=1e-15)
    assert not small.structure.is_core
    assert small.real_income_hat == pytest.approx(core.real_income_hat, abs=1e-12)
    moved = [
        solved(minimum_consumption=size * SHARE).real_income_hat - core.real_income_hat
        for size in (2e-4, 1e-4)
    ]
    assert moved[0] / moved[1] == pytest.approx(2, rel=1e-2)


def levels(unknown: np.ndarray, share: np.ndarray):
    """The equations in plain levels: gaps of wages, prices and spending; nothing of the package but the data."""
    N, S = WORLD.va_share.shape
    wage, price, spending = (
        np.exp(unknown[:N]),
        np.exp(unknown[N : -N * S]).reshape(N, S),
        np.exp(unknown[-N * S :]).reshape(N, S),
    )
    gaps, output, duties = [], np.zeros((N, S)), np.zeros(N)
    cost = np.array(
        [
            [
                wage[i] ** WORLD.va_share[i, s] * np.prod(price[i] ** WORLD.input_shares[i, :, s])
                for s in range(S)
            ]
            for i in range(N)
        ]
    )
    for s in range(S):
        theta = WORLD.trade_elasticity[s]
        for n in range(N):
            pull = np.array(
                [
                    WORLD.trade_shares[n, i, s]
                    * (cost[i, s] * (1 + WAR.tariff[n, i, s]) / (1 + WORLD.tariff[n, i, s])) ** -theta
                    for i in range(N)
                ]
            )
            gaps.append(np.log(pull.sum() ** (-1 / theta) / price[n, s]))
            bought = pull / pull.sum() * spending[n, s] / (1 + WAR.tariff[n, :, s])
            output[:, s] += bought
            duties[n] += (bought * WAR.tariff[n, :, s]).sum()
    final = np.zeros((N, S))
    for n in range(N):
        before = WORLD.final_demand[n]
        volume = share * before  # at prices of one
        beyond = (before - volume) / (before - volume).sum()
        income = wage[n] * WORLD.value_added[n] + duties[n] + WORLD.deficit[n]
        final[n] = price[n] * volume + beyond * (income - price[n] @ volume)
        gaps += list((WORLD.input_shares[n] @ output[n] + final[n]) / spending[n] - 1)
    earned = (WORLD.va_share * output).sum(1) / (wage * WORLD.value_added) - 1
    earned[0] = wage @ WORLD.value_added / WORLD.value_added.sum() - 1
    return np.array([*gaps, *earned]), wage, price, final


def test_an_independent_solve_in_levels_agrees(value):
    start = np.concatenate([np.zeros(25), np.log(WORLD.expenditure).ravel()])
    other = root(lambda x: levels(x, SHARE)[0], start, tol=1e-13)
    gaps, wage, price, final = levels(other.x, SHARE)
    assert np.abs(gaps).max() < 1e-11
    assert value.wage_hat == pytest.approx(wage, abs=1e-10)
    assert value.price_hat == pytest.approx(price, abs=1e-10)
    n = 0
    before = WORLD.final_demand[n]
    volume = SHARE * before
    beyond = (before - volume) / (before - volume).sum()

    def utility(quantity):
        return float((beyond * np.log(quantity - volume)).sum())

    def at_base_prices(money):
        return utility(volume + beyond * (money - volume.sum()))

    now = utility(final[n] / price[n])
    worth = brentq(lambda money: at_base_prices(money) - now, 0.5 * before.sum(), 2 * before.sum(), xtol=1e-9)
    assert value.equivalent_variation_usd[n] == pytest.approx(worth - before.sum(), abs=1e-5)
    assert value.income_new / WORLD.income / value.consumer_price_hat == pytest.approx(
        value.real_income_hat, abs=1e-14
    )
    # budget shares move: necessities take more where income falls short of prices
    core = solved()
    log_price = np.log(value.price_hat)
    share = value.technology.demanded(log_price, value.technology.final(log_price)[0], value.spending_new)
    assert np.abs(share / value.spending_new[:, None] - WORLD.final_shares).max() > 1e-4
    assert np.abs(value.real_income_hat - core.real_income_hat).max() > 1e-6


@pytest.mark.parametrize(
    "settings",
    [{}, {"sigma_final": 0.6, "mobility": 2.5, "labour_supply": 0.3, "revenue_saved": 0.5}],
)
def test_derivatives_are_finite_differences(settings):
    structure = Structure(minimum_consumption=SHARE, **settings)
    value = solve(Model(WORLD, structure), WAR).value
    readings = [
        real_income(value, "USA"),
        consumer_price(value, "CHN"),
        government(value, "USA", np.ones((5, 4)))[1],
    ]
    slopes = [slope.tariff[0, 1, 2] for slope in gradients(value, readings)]
    ends = []
    for sign in (1, -1):
        tariff = np.array(WAR.tariff)
        tariff[0, 1, 2] += sign * 1e-4
        there = solve(Model(WORLD, structure), Wedges.of(WORLD, tariff=tariff)).value
        ends.append(
            [
                np.log(there.real_income_hat[0]),
                np.log(there.consumer_price_hat[1]),
                government(there, "USA", np.ones((5, 4)))[0],
            ]
        )
    assert np.subtract(*ends) / 2e-4 == pytest.approx(slopes, rel=1e-6)


def test_a_backstop_and_minima_work_together():
    economy = WORLD.with_elasticities(0.1 * WORLD.trade_elasticity, "a tenth: a shortage is felt")
    steps = (Step("thrift", 0.1, 1.2, 1.5), Step("stop", 1.0, 1.3, 4.0, stops=True))
    ladders = Backstop.of(economy, {(code, "PARTS"): steps for code in economy.labels.countries})
    structure = Structure(sigma_final=0.8, backstop=ladders, minimum_consumption=SHARE)
    cost = np.ones_like(WORLD.flows)
    cost[0, :, 1] = 1.8

    def at(size):
        moved = cost.copy()
        moved[0, 1, 1] *= np.exp(size)
        return solve(Model(economy, structure), Wedges.of(economy, iceberg_hat=moved)).value

    value = at(0.0)
    assert value.outside_new[0, 1] > 0
    (slope,) = gradients(value, [real_income(value, "USA")])
    ends = [np.log(at(size).real_income_hat[0]) for size in (1e-4, -1e-4)]
    assert (ends[0] - ends[1]) / 2e-4 == pytest.approx(slope.log_iceberg[0, 1, 1], rel=1e-5)


def test_exact_newton_finds_the_same(value):
    model = Model(WORLD, Structure(minimum_consumption=SHARE), solver=Newton(max_steps=2))
    other = solve(model, WAR)
    assert other.stats["method"] != "sweep"
    assert other.value.price_hat == pytest.approx(value.price_hat, abs=1e-10)


def test_channels_add_up_and_one_basket_is_refused(value):
    model = Model.behind(value)
    path = decompose_path(model, Wedges.unchanged(WORLD), WAR)
    assert np.abs(path.gap).max() < 1e-10
    base = solve(model, Wedges.unchanged(WORLD)).value
    with pytest.raises(InputError, match="minimum consumption it changes with income"):
        price_account(Shift(base, value), "USA")
    with pytest.raises(InputError, match="minimum consumption is a share of one base year"):
        rebase(value, "moved")
    lane = Lane(WORLD, Structure(sigma_value_added=0.5, sigma_materials=0.5, sigma_final=0.9), WAR)
    other = Structure(sigma_value_added=0.5, sigma_materials=0.5, sigma_final=0.9, minimum_consumption=SHARE)
    assert not can_share(lane, (WORLD, other))


def test_minima_that_cannot_be_paid_are_no_success():
    poor = np.array(WAR.iceberg_hat)
    poor[0] = 3.0
    outcome = solve(
        Model(WORLD, Structure(minimum_consumption=0.97)), Wedges.of(WORLD, iceberg_hat=poor), throw=False
    )
    assert not outcome.result.ok
    assert solve(Model(WORLD), Wedges.of(WORLD, iceberg_hat=poor)).result is RESULTS.successful


def test_income_elasticities_make_minima():
    share = minimum_of(WORLD, SHARE + 0.5, frisch=2.5)
    before = WORLD.final_demand
    beyond = (1 - share) * before
    implied = beyond / beyond.sum(1, keepdims=True) / WORLD.final_shares
    wanted = (SHARE + 0.5) / (WORLD.final_shares @ (SHARE + 0.5))[:, None]
    assert implied == pytest.approx(wanted, abs=1e-12)
    assert before.sum(1) / beyond.sum(1) == pytest.approx(2.5)
    with pytest.raises(UnitError, match="is above frisch"):
        minimum_of(WORLD, np.array([0.1, 0.1, 0.1, 3.0]), frisch=1.5)
    with pytest.raises(UnitError, match="frisch is not above 1"):
        minimum_of(WORLD, SHARE, frisch=1.0)
    with pytest.raises(InputError, match="have shape"):
        minimum_of(WORLD, np.ones(3), frisch=2.0)


def test_what_is_no_share_is_refused():
    with pytest.raises(UnitError, match="minimum_consumption is outside"):
        Structure(minimum_consumption=1.2)
    with pytest.raises(InputError, match="has shape"):
        solved(minimum_consumption=np.full(3, 0.1))
    with pytest.raises(InputError, match="all that USA spends"):
        solved(minimum_consumption=1.0)
