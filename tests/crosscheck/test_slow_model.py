"""The production solver against a slow second implementation; the slow one against itself and against theory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from random_world import SHOCKS, random_world, shock
from slow_model import CLOSURES, solve_in_levels, solve_slowly

from detente.core import Labels
from detente.equilibrium import Model, Newton, solve
from detente.world import check, toy
from detente.world.economy import Economy
from detente.world.wedges import Wedges

AGREEMENT = 1e-9
WORLDS = {
    "toy": toy,
    "2x1": lambda: random_world(2, 1, seed=1),
    "3x2": lambda: random_world(3, 2, seed=2, zeros=0.4),
    "4x3": lambda: random_world(4, 3, seed=3),
    "5x4": lambda: random_world(5, 4, seed=4, deficits=0.25),
    "balanced": lambda: random_world(3, 3, seed=5, deficits=0),
    "empty-market": lambda: random_world(4, 3, seed=9, empty_market=True),
    "elastic": lambda: random_world(3, 3, seed=6, elasticities=(15, 50)),
    "inelastic": lambda: random_world(3, 3, seed=7, elasticities=(0.3, 1.5)),
}


@pytest.fixture(scope="module", params=WORLDS)
def world(request):
    return WORLDS[request.param]()


def assert_same(economy, one, other, tolerance=AGREEMENT):
    """Compare every field two solutions share: hats and shares absolutely, money against world value added."""
    traded = economy.expenditure > 0
    hats = {
        "real_income_hat": slice(None),
        "wage_hat": slice(None),
        "price_hat": traded,
        "trade_shares_new": np.broadcast_to(traded[:, None, :], economy.flows.shape),
    }
    for name, where in hats.items():
        np.testing.assert_allclose(
            getattr(one, name)[where],
            getattr(other, name)[where],
            rtol=tolerance,
            atol=tolerance,
            err_msg=name,
        )
    unit = economy.value_added.sum()
    for name in ("expenditure_new", "output_new", "income_new", "tariff_revenue_new", "flows_new"):
        np.testing.assert_allclose(
            getattr(one, name) / unit, getattr(other, name) / unit, rtol=0, atol=tolerance, err_msg=name
        )


# The production solver


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("kind", SHOCKS)
def test_production_solver_agrees(world, kind, closure):
    wedges = shock(world, kind, seed=11)
    mine = solve_slowly(world, wedges, closure=closure)
    theirs = solve(Model(world, closure=closure, solver=Newton()), wedges).value
    assert np.abs(mine.wage_hat - 1).max() > 1e-6, "the shock moved nothing: the comparison would be empty"
    assert_same(world, theirs, mine)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    countries=st.integers(2, 5),
    sectors=st.integers(1, 4),
    seed=st.integers(0, 10_000),
    zeros=st.sampled_from([0.0, 0.2, 0.5]),
    deficits=st.sampled_from([0.0, 0.1, 0.3]),
    kind=st.sampled_from(SHOCKS),
    closure=st.sampled_from(CLOSURES),
)
def test_production_solver_agrees_on_any_world(countries, sectors, seed, zeros, deficits, kind, closure):
    economy = random_world(countries, sectors, seed, zeros=zeros, deficits=deficits)
    wedges = shock(economy, kind, seed)
    assert_same(
        economy,
        solve(Model(economy, closure=closure), wedges).value,
        solve_slowly(economy, wedges, closure=closure),
    )


@pytest.mark.parametrize("points", [1.45, 5.0, 20.0])
def test_production_solver_agrees_on_a_standoff(points):
    """Two countries at once, each at +points on everything the other sells: far from the base year."""
    economy = toy()
    tariff = economy.tariff.copy()
    tariff[0, 1] += points
    tariff[1, 0] += points
    wedges = Wedges.of(economy, tariff=tariff)
    assert_same(economy, solve(Model(economy), wedges).value, solve_slowly(economy, wedges))


def test_production_solver_agrees_with_levels():
    economy = random_world(3, 2, seed=8)
    wedges = shock(economy, "mixed", seed=8)
    _, levels = solve_in_levels(economy, wedges, closure="zero")
    assert_same(economy, solve(Model(economy, closure="zero"), wedges).value, levels)


# The slow model itself


def test_random_worlds_balance(world):
    check(world)
    assert (world.final_demand > -1e-9 * world.expenditure.max()).all()
    if world.name.startswith("random"):
        assert np.abs(world.deficit.sum()) < 1e-9 * world.value_added.sum()


def test_random_worlds_have_what_they_promise():
    economy = random_world(5, 4, seed=4, deficits=0.25)
    assert (economy.flows == 0).mean() > 0.05
    assert (economy.output[0, -1] == 0).all()
    assert np.abs(economy.deficit / economy.value_added).max() > 0.02
    assert economy.tariff.max() > 0.2
    assert random_world(4, 3, seed=9, empty_market=True).expenditure[-1, 0] == 0
    assert np.abs(random_world(3, 3, seed=5, deficits=0).deficit).max() < 1e-8 * economy.value_added.sum()


@pytest.mark.parametrize("kind", SHOCKS)
def test_two_slow_methods_agree(kind):
    for economy in (toy(), random_world(3, 3, seed=12)):
        wedges = shock(economy, kind, seed=3)
        stacked = solve_slowly(economy, wedges, method="stacked")
        sweeps = solve_slowly(economy, wedges, method="tatonnement")
        assert_same(economy, stacked, sweeps, 1e-11)


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("kind", ["up", "free", "mixed"])
def test_hats_are_ratios_of_levels(kind, closure):
    """Technology backed out in random units, both equilibria found from an arbitrary start."""
    economy = random_world(3, 3, seed=13)
    wedges = shock(economy, kind, seed=4)
    base, new = solve_in_levels(economy, wedges, closure=closure, units_seed=5)
    np.testing.assert_allclose(base.wage_hat, 1, rtol=1e-10)
    np.testing.assert_allclose(base.price_hat, 1, rtol=1e-10)
    np.testing.assert_allclose(base.flows_new, economy.flows, rtol=0, atol=1e-10 * economy.value_added.sum())
    assert_same(economy, solve_slowly(economy, wedges, closure=closure), new, 1e-10)


def test_no_shock_changes_nothing(world):
    still = solve_slowly(world, Wedges.unchanged(world))
    for hat in (still.wage_hat, still.price_hat, still.real_income_hat):
        np.testing.assert_allclose(hat, 1, rtol=1e-12)
    np.testing.assert_allclose(still.flows_new, world.flows, rtol=0, atol=1e-12 * world.value_added.sum())


@pytest.mark.parametrize("closure", CLOSURES)
def test_accounts_of_the_new_year_close(world, closure):
    """Trade balances at border prices, export taxes included; spending equals income plus inputs."""
    wedges = shock(world, "mixed", seed=6)
    new = solve_slowly(world, wedges, closure=closure)
    unit = world.value_added.sum()
    deficit = new.flows_new.sum((1, 2)) - new.flows_new.sum((0, 2))
    expected = np.zeros_like(deficit) if closure == "zero" else world.deficit
    np.testing.assert_allclose(deficit / unit, expected / unit, rtol=0, atol=1e-11)
    assert (new.wage_hat * world.value_added).sum() == pytest.approx(unit, rel=1e-12)
    earned = (world.va_share * new.output_new).sum(1)
    parts = earned + new.tariff_revenue_new + new.export_tax_revenue_new + expected
    np.testing.assert_allclose(parts / unit, new.income_new / unit, rtol=0, atol=1e-11)
    inputs = np.einsum("nrs,ns->nr", world.input_shares, new.output_new)
    final = new.income_new[:, None] * world.final_shares
    np.testing.assert_allclose((inputs + final) / unit, new.expenditure_new / unit, rtol=0, atol=1e-11)


def test_share_and_fixed_are_one_closure_when_world_value_added_is_the_numeraire(world):
    wedges = shock(world, "up", seed=7)
    one, other = (solve_slowly(world, wedges, closure=closure) for closure in ("share", "fixed"))
    assert_same(world, one, other, 1e-12)


def test_units_of_money_do_not_matter():
    economy = toy()
    wedges = shock(economy, "mixed", seed=8)
    thousand = Economy(
        name="toy in billion",
        year=economy.year,
        labels=economy.labels,
        flows=economy.flows / 1000,
        tariff=economy.tariff,
        va_share=economy.va_share,
        input_shares=economy.input_shares,
        trade_elasticity=economy.trade_elasticity,
        elasticity_source=economy.elasticity_source,
    )
    million, billion = solve_slowly(economy, wedges), solve_slowly(thousand, wedges)
    np.testing.assert_allclose(million.real_income_hat, billion.real_income_hat, rtol=1e-11)
    np.testing.assert_allclose(million.income_new, 1000 * billion.income_new, rtol=1e-11)


def test_gains_from_trade_formula():
    """One sector, no inputs, no duties, balanced: real income is the home share to the power −1/θ."""
    theta = 4.0
    flows = np.array([[[80.0], [15.0], [5.0]], [[12.0], [60.0], [8.0]], [[8.0], [5.0], [37.0]]])
    economy = Economy(
        name="one sector",
        year=2024,
        labels=Labels(("A", "B", "C"), ("all",)),
        flows=flows,
        tariff=np.zeros((3, 3, 1)),
        va_share=np.ones((3, 1)),
        input_shares=np.zeros((3, 1, 1)),
        trade_elasticity=np.array([theta]),
        elasticity_source="assumed",
    )
    assert np.abs(economy.deficit).max() == 0
    wedges = shock(economy, "iceberg", seed=9)
    new = solve_slowly(economy, wedges)
    home = np.arange(3)
    gained = (new.trade_shares_new[home, home, 0] / economy.trade_shares[home, home, 0]) ** (-1 / theta)
    np.testing.assert_allclose(new.real_income_hat, gained, rtol=1e-11)
    np.testing.assert_allclose(solve(Model(economy), wedges).value.real_income_hat, gained, rtol=AGREEMENT)


def test_a_uniform_export_tax_equals_a_uniform_duty():
    """Lerner: with trade in balance and no duties, taxing all exports at 20 % does what a 20 % duty on all imports does."""
    world = random_world(3, 2, seed=10, deficits=0, duties=0)
    foreign = 1 - np.eye(3)[:, :, None] * np.ones((3, 3, 2))
    duty, tax = np.zeros((3, 3, 2)), np.zeros((3, 3, 2))
    duty[1] = 0.2 * foreign[1]
    tax[:, 1] = 0.2 * foreign[:, 1]
    imports = solve_slowly(world, Wedges(duty, np.ones((3, 3, 2)), np.zeros((3, 3, 2))), closure="zero")
    exports = solve_slowly(world, Wedges(np.zeros((3, 3, 2)), np.ones((3, 3, 2)), tax), closure="zero")
    assert np.abs(imports.real_income_hat - 1).max() > 1e-4
    np.testing.assert_allclose(imports.real_income_hat, exports.real_income_hat, rtol=1e-11)
    np.testing.assert_allclose(imports.trade_shares_new, exports.trade_shares_new, rtol=0, atol=1e-11)


def test_the_slow_model_refuses_what_does_not_clear():
    economy = toy()
    wedges = Wedges.of(economy, tariff=np.where(economy.tariff > 0, np.nan, economy.tariff))
    with pytest.raises(AssertionError):
        solve_slowly(economy, wedges, method="tatonnement")
