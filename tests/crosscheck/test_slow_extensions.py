"""The production solver against a slow second implementation of nests, imperfect mobility and markups."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from random_world import random_world, shock
from slow_extensions import Nests, ces, elasticities, solve_extended
from slow_model import solve_slowly

from detente.equilibrium import Model, Structure, solve
from detente.world import toy
from detente.world.wedges import Wedges

AGREEMENT = 1e-9
WORLDS = {
    "toy": toy,
    "2x1": lambda: random_world(2, 1, seed=1),
    "3x2": lambda: random_world(3, 2, seed=2, zeros=0.4),
    "4x3": lambda: random_world(4, 3, seed=3, deficits=0.25),
}
CASES = {
    "value added against materials": Nests(value_added=0.3),
    "value added, elastic": Nests(value_added=2.5),
    "inputs against each other": Nests(materials=0.2),
    "critical inputs": Nests(materials=0.5, critical=0.05, chosen=(0, 1)),
    "critical inputs alone": Nests(critical=0.05, chosen=(0, 1)),
    "final demand": Nests(final=0.4),
    "final demand, elastic": Nests(final=3.0),
    "nearly no mobility": Nests(mobility=1.05),
    "some mobility": Nests(mobility=1.5),
    "fixed proportions": Nests(value_added=0.0, materials=0.0, final=0.0),
    "profits": Nests(profit=((0.1,),)),
    "everything": Nests(0.4, 0.3, 0.05, (0, 1), 0.6, 1.4, ((0.08,),)),
}


def case(economy, name):
    """Nests and the package's structure that should mean the same, with profits of differing sectors."""
    nests = CASES[name]
    N, S = economy.va_share.shape
    chosen = tuple(r for r in nests.chosen if r < S)
    profit = (
        0.0 if nests.profit is None else nests.profit[0][0] * (1 + np.arange(N * S).reshape(N, S) / (N * S))
    )
    nests = dataclasses.replace(
        nests, chosen=chosen, profit=None if nests.profit is None else tuple(map(tuple, profit.tolist()))
    )
    structure = Structure(
        sigma_value_added=nests.value_added,
        sigma_materials=nests.materials,
        sigma_critical=nests.critical,
        critical=tuple(economy.labels.sectors[r] for r in chosen),
        sigma_final=nests.final,
        mobility=nests.mobility,
        profit_share=profit,
    )
    return nests, structure


def assert_same(economy, one, other, tolerance=AGREEMENT):
    """Hats and shares absolutely, money against world value added."""
    traded = economy.expenditure > 0
    for name in ("real_income_hat", "wage_hat", "consumer_price_hat"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=tolerance, err_msg=name)
    np.testing.assert_allclose(one.price_hat[traded], other.price_hat[traded], rtol=tolerance)
    makes = economy.output > 0
    of_factor = makes if other.factor_price_hat.ndim == 2 else slice(None)
    np.testing.assert_allclose(
        one.factor_price_hat[of_factor], other.factor_price_hat[of_factor], rtol=tolerance
    )
    unit = economy.value_added.sum()
    money = ("expenditure_new", "output_new", "income_new", "tariff_revenue_new", "flows_new")
    for name in (*money, "sector_earnings_new", "profit_new"):
        np.testing.assert_allclose(
            getattr(one, name) / unit, getattr(other, name) / unit, rtol=0, atol=tolerance, err_msg=name
        )


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("world", WORLDS)
def test_production_solver_agrees(world, name):
    economy = WORLDS[world]()
    nests, structure = case(economy, name)
    wedges = shock(economy, "mixed", seed=21)
    mine = solve_extended(economy, wedges, nests)
    assert np.abs(mine.real_income_hat - 1).max() > 1e-4, "the shock moved nothing"
    assert_same(economy, solve(Model(economy, structure), wedges).value, mine)


@pytest.mark.parametrize("kind", ["up", "free", "iceberg", "export_tax", "ban"])
@pytest.mark.parametrize("closure", ["share", "zero"])
def test_production_solver_agrees_on_every_shock(kind, closure):
    economy = random_world(3, 3, seed=14)
    nests, structure = case(economy, "everything")
    wedges = shock(economy, kind, seed=22)
    mine = solve_extended(economy, wedges, nests, closure=closure)
    assert_same(economy, solve(Model(economy, structure, closure), wedges).value, mine)


@pytest.mark.parametrize("seed", range(12))
def test_production_solver_agrees_on_structures_drawn_at_random(seed):
    draw = np.random.default_rng(seed)
    economy = random_world(int(draw.integers(2, 5)), int(draw.integers(2, 4)), seed=100 + seed)
    S = len(economy.labels.sectors)
    chosen = tuple(int(r) for r in np.flatnonzero(draw.random(S) < 0.5))
    sigma = [float(x) for x in draw.uniform(0, 2.5, 4)]
    mobility = float(draw.choice([math.inf, 1.2, 2.0, 6.0]))
    profit = draw.uniform(0, 0.2, economy.va_share.shape)
    nests = Nests(
        sigma[0], sigma[1], sigma[2], chosen, sigma[3], mobility, tuple(map(tuple, profit.tolist()))
    )
    codes = tuple(economy.labels.sectors[r] for r in chosen)
    structure = Structure(sigma[0], sigma[1], sigma[2], codes, sigma[3], mobility, profit)
    # no +500 points here: among complements they can leave a country that lacks an input with no equilibrium at all
    wedges = shock(economy, ("up", "down", "free", "iceberg", "export_tax")[seed % 5], seed)
    assert_same(
        economy, solve(Model(economy, structure), wedges).value, solve_extended(economy, wedges, nests)
    )


def test_where_complements_leave_no_equilibrium_both_say_so():
    """Country C0 makes nothing of s1, meets +500 points and buys its inputs in fixed proportions."""
    economy = random_world(2, 2, seed=111)
    wedges = shock(economy, "mixed", 11)
    structure = Structure(sigma_value_added=0.05, sigma_materials=0.05, sigma_final=0.05)
    solution = solve(Model(economy, structure, "zero"), wedges, throw=False)
    assert not solution.result.ok
    with pytest.raises(AssertionError, match="markets are off"):
        solve_extended(economy, wedges, Nests(0.05, 0.05, final=0.05), closure="zero")


def test_at_the_core_the_two_slow_models_are_one():
    economy = random_world(3, 3, seed=15)
    wedges = shock(economy, "mixed", seed=3)
    one, other = solve_extended(economy, wedges, Nests()), solve_slowly(economy, wedges)
    np.testing.assert_allclose(one.real_income_hat, other.real_income_hat, rtol=1e-11)
    np.testing.assert_allclose(one.flows_new, other.flows_new, rtol=0, atol=1e-11 * economy.value_added.sum())


def test_no_shock_changes_nothing_under_any_structure():
    economy = random_world(3, 3, seed=16)
    nests, _ = case(economy, "everything")
    still = solve_extended(economy, Wedges.unchanged(economy), nests)
    np.testing.assert_allclose(still.real_income_hat, 1, rtol=1e-11)
    np.testing.assert_allclose(still.factor_price_hat, 1, rtol=1e-11)


def test_the_complex_step_is_a_derivative():
    """Against the closed form of a CES share: weight · (price / index)^(1−σ)."""
    weights, prices, sigma = [0.2, 0.5, 0.3], [1.3, 0.7, 2.0], 0.4
    index = ces(weights, prices, sigma)
    closed = [w * (p / index) ** (1 - sigma) for w, p in zip(weights, prices, strict=True)]
    np.testing.assert_allclose(elasticities(lambda x: ces(weights, x, sigma), prices), closed, rtol=1e-14)
