"""Downward nominal wage rigidity: floors hold, what is unemployed follows, and without a floor nothing changes."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crosscheck"))

from random_world import random_world

from detente.core import InputError, UnitError
from detente.equilibrium import Model, Policy, Structure, model, solve
from detente.equilibrium.explain import decompose_path
from detente.equilibrium.gradients import gradients, readings, real_income
from detente.equilibrium.implicit import factor_derivatives
from detente.equilibrium.newton import solve_prices
from detente.equilibrium.structure import Technology
from detente.world import Wedges, toy

WORLD = toy()
CHN, USA = WORLD.labels.country("CHN"), WORLD.labels.country("USA")
WAR = Policy.unchanged(WORLD, "war").duty("USA", "CHN").add_points(0.5)
STRUCTURES = {
    "free": Structure(wage_floor=1.0),
    "slow": Structure(mobility=1.5, wage_floor=1.0),
    "nests": Structure(
        mobility=1.5, wage_floor=0.995, sigma_value_added=0.5, sigma_materials=0.3, sigma_final=0.7
    ),
}


def solved(structure, policy=WAR, world=WORLD):
    return solve(Model(world, structure), policy).value


def plain_gaps(value, floor):
    """Residuals of the economy with unemployment, in wages and employment, by the plain equations of one wage a country."""
    economy, wedges = value.economy, value.wedges
    wage, employed = value.nominal_wage_hat, value.employment_rate
    kappa_hat = model.trade_cost_hat(economy.tariff, wedges.tariff, wedges.iceberg_hat, wedges.export_tax)
    cost = model.cost_hat(wage, value.price_hat, economy.va_share, economy.input_shares)
    price = model.price_hat(economy.trade_shares, kappa_hat, cost, economy.trade_elasticity)
    shares = model.trade_shares_new(economy.trade_shares, kappa_hat, cost, price, economy.trade_elasticity)
    output = model.output_new(shares, wedges.tariff, wedges.export_tax, value.expenditure_new)
    revenue = model.tariff_revenue_new(shares, wedges.tariff, value.expenditure_new)
    income = model.income_new(wage * employed, economy.value_added, revenue, 0.0, value.deficit_new)
    spending = model.expenditure_new(economy.input_shares, output, economy.final_shares, income)
    hired = (economy.va_share * output).sum(1) / (wage * economy.value_added)
    return {
        "prices": np.abs(np.log(price / value.price_hat)).max(),
        "spending": np.abs(spending / value.expenditure_new - 1).max(),
        "labour": np.abs(hired - employed).max(),
        "floor": np.maximum(floor - wage, 0).max(),
        "one of the two binds": np.abs((wage - floor) * (1 - employed)).max(),
        "nobody works twice": np.maximum(employed - 1, 0).max(),
        "anchor": abs((wage * employed * economy.value_added).sum() / economy.value_added.sum() - 1),
    }


@pytest.mark.parametrize("seed", range(12))
def test_the_floor_holds_by_equations_written_apart(seed):
    world = random_world(countries=4, sectors=3, seed=seed, zeros=0.1)
    draw = np.random.default_rng(seed)
    tariff = world.tariff + 0.5 * draw.random(world.tariff.shape) * (draw.random(world.tariff.shape) < 0.5)
    tariff[np.arange(4), np.arange(4)] = 0
    floor = draw.uniform(0.97, 1.0, 4) * (draw.random(4) < 0.75)
    value = solve(Model(world, Structure(wage_floor=floor)), Wedges.of(world, tariff=tariff)).value
    for what, gap in plain_gaps(value, floor).items():
        assert gap < 1e-9, what


def test_some_of_those_floors_bind_and_some_do_not():
    value = solved(STRUCTURES["free"])
    assert value.unemployment[CHN] > 0.05
    assert value.nominal_wage_hat[CHN] == 1
    assert np.abs(np.delete(value.unemployment, CHN)).max() < 1e-12


@pytest.mark.parametrize("structure", [Structure(), Structure(mobility=1.5)], ids=["free", "slow"])
def test_a_floor_below_every_wage_changes_no_digit(structure):
    low = dataclasses.replace(structure, wage_floor=0.5)
    before, after = solved(structure), solved(low)
    np.testing.assert_allclose(after.real_income_hat, before.real_income_hat, rtol=1e-11)
    np.testing.assert_array_equal(after.unemployment.round(12), 0)
    assert Structure(wage_floor=0.0).is_core
    assert not low.is_core


def test_with_slow_factors_floors_hold_sector_by_sector():
    value = solved(STRUCTURES["slow"])
    assert (value.nominal_wage_hat >= 1 - 1e-12).all()
    assert (value.employment_rate <= 1 + 1e-12).all()
    idle = value.employment_rate < 1 - 1e-9
    assert idle.any()
    np.testing.assert_allclose(value.nominal_wage_hat[idle], 1)
    np.testing.assert_allclose(value.workers_share_new.sum(1) + value.unemployment, 1, rtol=1e-13)
    assert value.unemployment[CHN] > value.unemployment[USA]


@pytest.mark.parametrize("name", STRUCTURES)
def test_derivatives_are_those_of_finite_differences(name):
    structure, size = STRUCTURES[name], 1e-5
    value = solved(structure)
    by_duty = gradients(value, [real_income(value, code) for code in ("CHN", "USA", "MEX")])
    for sector in ("PARTS", "GOODS"):
        k = WORLD.labels.sector(sector)
        up, down = (
            solved(structure, WAR.duty("USA", "CHN", sectors=sector).add_points(step))
            for step in (size, -size)
        )
        slope = np.log(up.real_income_hat / down.real_income_hat) / (2 * size)
        for gradient, code in zip(by_duty, ("CHN", "USA", "MEX"), strict=True):
            assert gradient.tariff[USA, CHN, k] == pytest.approx(
                slope[WORLD.labels.country(code)], rel=2e-6, abs=1e-9
            )


@pytest.mark.parametrize("mobility", [np.inf, 1.5])
def test_a_sectors_share_of_earnings_follows_what_employers_pay(mobility):
    structure, size, s = Structure(sigma_value_added=0.5, wage_floor=1.0, mobility=mobility), 1e-5, 1
    value = solved(structure)
    assert value.unemployment[CHN] > 0.01
    slope = gradients(value, [readings.employment(value, "CHN", "PARTS")])[0].tariff[USA, CHN, s]
    shares = []
    for step in (size, -size):
        after = solved(structure, WAR.duty("USA", "CHN", sectors="PARTS").add_points(step))
        shares.append(np.log(after.sector_earnings_new[CHN, s] / after.sector_earnings_new[CHN].sum()))
    assert slope == pytest.approx((shares[0] - shares[1]) / (2 * size), rel=1e-5)


@pytest.mark.parametrize("name", STRUCTURES)
def test_implicit_derivatives_are_those_of_finite_differences(name):
    structure = STRUCTURES[name]
    value = solved(structure)
    technology = Technology.of(WORLD, structure)
    kappa_hat = model.trade_cost_hat(
        WORLD.tariff, value.wedges.tariff, value.wedges.iceberg_hat, value.wedges.export_tax
    )
    pull = WORLD.trade_shares * kappa_hat**-WORLD.trade_elasticity

    def at(log_factor):
        log_price, shares = solve_prices(technology, pull, log_factor, np.log(value.price_hat))
        return factor_derivatives(
            technology,
            shares=shares,
            tariff=value.wedges.tariff,
            export_tax=value.wedges.export_tax,
            deficit=value.deficit_new,
            log_factor=log_factor,
            log_price=log_price,
        )

    here, size = np.log(value.factor_price_hat), 1e-6
    exact = at(here).residual
    for factor in range(here.size):
        if abs(here.flat[factor]) < 1e-4:
            continue  # too near the floor's kink for a difference
        step = np.zeros(here.size)
        step[factor] = size
        up, down = (at(here + sign * step.reshape(here.shape)).gap for sign in (1, -1))
        np.testing.assert_allclose(exact[:, factor], (up - down) / (2 * size), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", STRUCTURES)
def test_channels_add_up_with_employment_among_them(name):
    parts = decompose_path(Model(WORLD, STRUCTURES[name]), Wedges.unchanged(WORLD), WAR.wedges)
    assert np.abs(parts.gap).max() < 1e-9
    assert parts.parts["employment"][CHN] < -0.01
    without = dataclasses.replace(STRUCTURES[name], wage_floor=0.0)
    assert (
        "employment" not in decompose_path(Model(WORLD, without), Wedges.unchanged(WORLD), WAR.wedges).parts
    )


def test_floors_by_country_leave_the_others_free():
    floor = np.zeros(len(WORLD.labels.countries))
    floor[CHN] = 1.0
    value = solved(Structure(mobility=1.5, wage_floor=floor))
    assert value.unemployment[CHN] > 0.01
    assert np.abs(np.delete(value.unemployment, CHN)).max() < 1e-12


def test_bad_floors_are_refused():
    for bad in (-0.1, 1.1, np.nan):
        with pytest.raises(UnitError, match="outside 0 to 1"):
            Structure(wage_floor=bad)
    with pytest.raises(InputError, match="shape"):
        solve(Model(WORLD, Structure(wage_floor=np.ones(3))), WAR)
    with pytest.raises(InputError, match="shape"):
        solve(Model(WORLD, Structure(wage_floor=np.ones(WORLD.va_share.shape))), WAR)
