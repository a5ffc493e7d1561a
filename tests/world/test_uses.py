"""Sourcing by use: with one mix the model as it was, with two the equations by use."""

from __future__ import annotations

import numpy as np
import pytest

from detente.core import BalanceError, InputError
from detente.equilibrium import Model, solve
from detente.equilibrium.gradients import gradients, real_income
from detente.world import Wedges, check, split_uses, toy


@pytest.fixture(scope="module")
def world():
    return toy()


@pytest.fixture(scope="module")
def demanded(world):
    return world.trade_shares * world.final_demand[:, None] / (1 + world.tariff)


@pytest.fixture(scope="module")
def war(world):
    tariff = np.array(world.tariff)
    usa, chn = world.labels.country("USA"), world.labels.country("CHN")
    tariff[usa, chn] += 0.25
    return tariff


def doubled(array):
    return np.concatenate([array, array], axis=-1)


def test_with_one_mix_it_is_the_model_as_it_was(world, demanded, war):
    by_use = split_uses(world, demanded)
    check(by_use)
    core = solve(Model(world), Wedges.of(world, tariff=war)).value
    value = solve(Model(by_use), Wedges.of(by_use, tariff=doubled(war))).value
    assert value.wage_hat == pytest.approx(core.wage_hat, abs=1e-12)
    assert value.real_income_hat == pytest.approx(core.real_income_hat, abs=1e-12)
    assert value.price_hat == pytest.approx(doubled(core.price_hat), abs=1e-12)
    together = value.flows_new[:, :, :4] + value.flows_new[:, :, 4:]
    assert together == pytest.approx(core.flows_new, rel=1e-9, abs=1e-9)
    usa = core.economy.labels.country("USA")
    slope = gradients(core, [real_income(core, "USA")])[0].tariff
    by_cell = gradients(value, [real_income(value, "USA")])[0].tariff
    assert by_cell[:, :, :4] + by_cell[:, :, 4:] == pytest.approx(slope, abs=1e-10)
    assert usa == 0


def test_two_mixes_keep_trade_technology_and_accounts(world, demanded, war):
    rng = np.random.default_rng(2)
    by_use = split_uses(world, demanded * rng.uniform(0.7, 1.3, demanded.shape))
    check(by_use)
    assert by_use.flows[:, :, :4] + by_use.flows[:, :, 4:] == pytest.approx(world.flows, rel=1e-9)
    assert by_use.deficit == pytest.approx(world.deficit)
    assert by_use.value_added == pytest.approx(world.value_added)
    assert by_use.final_demand[:, :4] == pytest.approx(world.final_demand, rel=1e-9)
    assert by_use.final_demand[:, 4:] == pytest.approx(0, abs=1e-6 * world.expenditure.max())
    value = solve(Model(by_use), Wedges.of(by_use, tariff=doubled(war))).value
    assert value.cost_hat[:, :4] == pytest.approx(value.cost_hat[:, 4:], rel=1e-12)
    core = solve(Model(world), Wedges.of(world, tariff=war)).value
    assert np.abs(value.real_income_hat - core.real_income_hat).max() > 1e-6
    # a duty on inputs alone leaves final goods of the same origin alone but for wages and costs
    inputs = doubled(np.array(world.tariff))
    inputs[0, 1, 4:] += 0.25
    after = solve(Model(by_use), Wedges.of(by_use, tariff=inputs)).value
    fell = after.flows_new[0, 1] / by_use.flows[0, 1] - 1
    assert (fell[4:7] < fell[:3] - 0.1).all()


def test_what_does_not_fit_is_refused_with_the_cell(world, demanded):
    with pytest.raises(InputError, match="another shape"):
        split_uses(world, demanded[:, :, :2])
    lost = np.array(demanded)
    lost[1, :, 2] = 0
    with pytest.raises(InputError, match="CHN for GOODS has no origin"):
        split_uses(world, lost)
    skewed = np.array(demanded)
    skewed[0, 1, 2] *= 1e3
    with pytest.raises(BalanceError, match="final users of USA would buy"):
        split_uses(world, skewed)
