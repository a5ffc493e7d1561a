"""Properties every equilibrium must have, in worlds drawn at random."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crosscheck"))

from random_world import random_world

from detente.core import Labels
from detente.equilibrium import Model, Newton, rebase, solve
from detente.equilibrium.explain import decompose_welfare
from detente.world import Economy, Wedges, load_world, toy

GATE = 1e-9
worlds = st.builds(
    random_world,
    countries=st.integers(2, 5),
    sectors=st.integers(1, 4),
    seed=st.integers(0, 10_000),
    zeros=st.just(0.1),
)
one_sector_worlds = st.builds(
    random_world,
    countries=st.integers(2, 5),
    sectors=st.just(1),
    seed=st.integers(0, 10_000),
    zeros=st.just(0.0),
)
relaxed = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shocked(economy: Economy, seed: int, size: float) -> Wedges:
    draw = np.random.default_rng(seed)
    tariff = economy.tariff + size * draw.random(economy.tariff.shape) * (
        draw.random(economy.tariff.shape) < 0.5
    )
    here = np.arange(len(economy.labels.countries))
    tariff[here, here] = 0
    return Wedges.of(economy, tariff=tariff)


@relaxed
@given(worlds)
def test_no_change_gives_no_change(economy):
    solution = solve(Model(economy), Wedges.unchanged(economy))
    assert solution.result.name == "no_shock"
    for hat in (solution.value.real_income_hat, solution.value.wage_hat, solution.value.price_hat):
        assert np.abs(hat - 1).max() < 1e-12


def test_no_change_on_the_shipped_world():
    economy = load_world()
    solution = solve(Model(economy), Wedges.unchanged(economy))
    assert np.abs(solution.value.real_income_hat - 1).max() < 1e-12


@relaxed
@given(worlds, st.integers(0, 100), st.sampled_from([0.1, 0.5, 2.0, 5.0]))
def test_every_market_clears_and_incomes_are_spent(economy, seed, size):
    solution = solve(Model(economy), shocked(economy, seed, size), throw=False)
    value = solution.value
    if solution.result.name == "income_negative":  # a closure that lends more than a country earns then
        assert (value.income_new <= 0).any()
        assert solve(Model(economy, closure="zero"), shocked(economy, seed, size)).result.ok
        return
    assert solution.result.ok
    wage_bill = value.wage_hat * economy.value_added
    np.testing.assert_allclose((economy.va_share * value.output_new).sum(1), wage_bill, rtol=GATE)
    np.testing.assert_allclose(wage_bill.sum(), economy.value_added.sum(), rtol=GATE)
    final = value.expenditure_new - np.einsum("nrs,ns->nr", economy.input_shares, value.output_new)
    np.testing.assert_allclose(final.sum(1), value.income_new, rtol=GATE)
    imports = value.flows_new.sum((1, 2)) - value.flows_new.sum((0, 2))
    np.testing.assert_allclose(imports, value.deficit_new, atol=GATE * economy.value_added.sum())
    spends = economy.expenditure > 0
    np.testing.assert_allclose(value.trade_shares_new.sum(1)[spends], 1, rtol=GATE)


@relaxed
@given(worlds, st.integers(0, 100))
def test_there_and_back(economy, seed):
    """A shock undone from the new baseline returns every price to where it was."""
    there = solve(Model(economy), shocked(economy, seed, 0.5)).value
    moved = rebase(there, "moved")
    back = solve(Model(moved), Wedges.of(moved, tariff=economy.tariff)).value
    np.testing.assert_allclose(there.real_income_hat * back.real_income_hat, 1, rtol=GATE)
    np.testing.assert_allclose(there.price_hat * back.price_hat, 1, rtol=GATE)


@relaxed
@given(worlds, st.integers(0, 100), st.floats(0.01, 100))
def test_units_do_not_matter(economy, seed, factor):
    wedges = shocked(economy, seed, 0.5)
    scaled = Economy(
        "scaled",
        economy.year,
        economy.labels,
        factor * economy.flows,
        economy.tariff,
        economy.va_share,
        economy.input_shares,
        economy.trade_elasticity,
        economy.elasticity_source,
    )
    one, other = solve(Model(economy), wedges).value, solve(Model(scaled), wedges).value
    np.testing.assert_allclose(one.real_income_hat, other.real_income_hat, rtol=GATE)


@relaxed
@given(worlds, st.integers(0, 100))
def test_order_of_countries_does_not_matter(economy, seed):
    order = np.random.default_rng(seed).permutation(len(economy.labels.countries))
    labels = Labels(tuple(economy.labels.countries[n] for n in order), economy.labels.sectors)
    both = np.ix_(order, order)
    turned = Economy(
        "turned",
        economy.year,
        labels,
        economy.flows[both],
        economy.tariff[both],
        economy.va_share[order],
        economy.input_shares[order],
        economy.trade_elasticity,
        economy.elasticity_source,
    )
    wedges = shocked(economy, seed, 1.0)
    one = solve(Model(economy), wedges).value
    other = solve(Model(turned), Wedges.of(turned, tariff=wedges.tariff[both])).value
    np.testing.assert_allclose(one.real_income_hat[order], other.real_income_hat, rtol=GATE)


def one_sector_world(theta: float = 4.0) -> Economy:
    """Balanced trade, no duties, no inputs: the world of the closed-form formulas."""
    weight = np.array([[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.2, 0.1, 0.7]])
    size = np.array([1.0, 2.0, 0.5])
    for _ in range(2000):  # find sizes at which every country's sales equal its spending
        size = (weight * size[:, None]).sum(0)
    flows = (weight * size[:, None])[:, :, None] * 1e6
    return Economy(
        "one-sector",
        2024,
        Labels(("AAA", "BBB", "CCC"), ("goods",)),
        flows,
        np.zeros_like(flows),
        np.ones((3, 1)),
        np.zeros((3, 1, 1)),
        np.array([theta]),
        "assumed, for a test",
    )


@pytest.mark.parametrize("theta", [0.8, 4.0, 12.0])
def test_welfare_is_the_home_share_formula(theta):
    """Arkolakis, Costinot and Rodríguez-Clare (2012): real income changes by (home share hat)^(−1/θ)."""
    economy = one_sector_world(theta)
    cost = np.ones_like(economy.flows)
    cost[0, 1] = 1.4
    cost[2, 0] = 0.8
    value = solve(Model(economy), Wedges.of(economy, iceberg_hat=cost)).value
    home = np.array([value.trade_shares_new[n, n, 0] / economy.trade_shares[n, n, 0] for n in range(3)])
    np.testing.assert_allclose(value.real_income_hat, home ** (-1 / theta), rtol=1e-9)


def test_autarky_formula():
    """Prohibitive trade costs take real income to (home share)^(1/θ)."""
    economy = one_sector_world()
    cost = np.where(np.eye(3, dtype=bool)[:, :, None], 1.0, 1e6)
    value = solve(
        Model(economy, solver=Newton(robust=True)), Wedges.of(economy, iceberg_hat=cost), throw=False
    ).value
    home = np.array([economy.trade_shares[n, n, 0] for n in range(3)])
    np.testing.assert_allclose(value.real_income_hat, home ** (1 / 4.0), rtol=1e-6)


@relaxed
@given(one_sector_worlds, st.integers(0, 100))
def test_a_duty_of_ones_own_lowers_the_share_bought_abroad(economy, seed):
    """With one sector; with several, costlier inputs can hurt the home industry more than the duty protects it."""
    draw = np.random.default_rng(seed)
    n, i = draw.choice(len(economy.labels.countries), 2, replace=False)
    tariff = np.array(economy.tariff)
    tariff[n, i] += 0.3
    value = solve(Model(economy), Wedges.of(economy, tariff=tariff)).value
    bought = economy.trade_shares[n, i] > 0
    assert (value.trade_shares_new[n, i] <= economy.trade_shares[n, i] * (1 + 1e-12))[bought].all()


def test_small_shocks_agree_with_the_first_order_formula():
    economy = toy()
    gaps = []
    for size in (1e-2, 1e-3):
        value = solve(Model(economy), Wedges.of(economy, tariff=economy.tariff * (1 + size))).value
        gaps.append(np.abs(decompose_welfare(economy, value).total - (value.real_income_hat - 1)).max())
    assert gaps[1] < gaps[0] / 50  # second order: a tenth of the shock leaves a hundredth of the gap


def test_a_batch_is_its_scenarios_one_by_one():
    economy = load_world()
    wedges = [shocked(economy, seed, size) for seed, size in ((1, 0.1), (2, 1.0), (3, 5.0), (4, 0.0))]
    for one, other in zip(solve(Model(economy), wedges, throw=False), wedges, strict=True):
        np.testing.assert_allclose(
            one.value.real_income_hat, solve(Model(economy), other).value.real_income_hat, rtol=1e-10
        )
