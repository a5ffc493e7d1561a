"""What duties are used for, and elastic supply: their limits are the core, and equations written apart hold."""

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
from detente.equilibrium.explain import (
    Move,
    Shift,
    account,
    decompose_path,
    integrated_gradients,
    target,
)
from detente.equilibrium.gradients import gradients, real_income, tariff_revenue
from detente.equilibrium.implicit import factor_derivatives
from detente.equilibrium.newton import solve_prices
from detente.equilibrium.revenue import Budget
from detente.equilibrium.structure import Technology
from detente.world import Wedges, toy

WORLD = toy()
COUNTRIES = WORLD.labels.countries
CHN, USA = WORLD.labels.country("CHN"), WORLD.labels.country("USA")
WAR = Policy.unchanged(WORLD, "war").duty("USA", "all").add_points(0.2).duty("CHN", "USA").add_points(0.2)
MIXED = {"revenue_saved": 0.5, "revenue_cut": 0.3, "marginal_cost_of_funds": 1.4, "labour_supply": 0.4}
STRUCTURES = {
    "saved": Structure(revenue_saved=1.0),
    "cut": Structure(revenue_cut=1.0, marginal_cost_of_funds=1.3),
    "supply": Structure(labour_supply=0.5),
    "all": Structure(**MIXED),
    "all, slow": Structure(mobility=1.5, **MIXED),
    "all, nests and floor": Structure(
        mobility=1.5,
        wage_floor=0.995,
        sigma_value_added=0.5,
        sigma_materials=0.3,
        sigma_final=0.7,
        profit_share=0.03,
        **MIXED,
    ),
}


def solved(structure, policy=WAR, world=WORLD):
    return solve(Model(world, structure), policy).value


def plain_gaps(value, saved, cut, funds, elasticity):
    """Residuals of the core's plain equations with saved revenue, other taxes cut and elastic supply, one wage a country."""
    economy, wedges, wage = value.economy, value.wedges, value.wage_hat
    kappa_hat = model.trade_cost_hat(economy.tariff, wedges.tariff, wedges.iceberg_hat, wedges.export_tax)
    cost = model.cost_hat(wage, value.price_hat, economy.va_share, economy.input_shares)
    price = model.price_hat(economy.trade_shares, kappa_hat, cost, economy.trade_elasticity)
    shares = model.trade_shares_new(economy.trade_shares, kappa_hat, cost, price, economy.trade_elasticity)
    output = model.output_new(shares, wedges.tariff, wedges.export_tax, value.expenditure_new)
    revenue = model.tariff_revenue_new(shares, wedges.tariff, value.expenditure_new)
    basket = model.consumer_price_hat(price, economy.final_shares)
    more = revenue - economy.tariff_revenue
    count = len(wage)
    deficit = np.array(value.deficit_new)
    for n in range(count):
        others = np.arange(count) != n
        deficit[n] -= saved * more[n]
        deficit[others] += saved * more[n] * economy.value_added[others] / economy.value_added[others].sum()
    earned = wage * economy.value_added * (wage / basket) ** elasticity + (funds - 1) * cut * more
    spending = model.expenditure_new(
        economy.input_shares, output, economy.final_shares, earned + revenue + deficit
    )
    imports = value.flows_new.sum((1, 2)) - value.flows_new.sum((0, 2))
    return {
        "prices": np.abs(np.log(price / value.price_hat)).max(),
        "spending": np.abs(spending / value.expenditure_new - 1).max(),
        "factors": np.abs((economy.va_share * output).sum(1) / earned - 1).max(),
        "numeraire": abs((wage * economy.value_added).sum() / economy.value_added.sum() - 1),
        "trade balance": np.abs(imports - deficit).max() / economy.value_added.sum(),
        "what is told of it": np.abs(value.borrowed_new - deficit).max() / economy.value_added.sum(),
    }


@pytest.mark.parametrize("seed", range(8))
def test_equations_written_apart_hold(seed):
    world = random_world(countries=4, sectors=3, seed=seed, zeros=0.1)
    draw = np.random.default_rng(seed)
    tariff = world.tariff + 0.5 * draw.random(world.tariff.shape) * (draw.random(world.tariff.shape) < 0.5)
    tariff[np.arange(4), np.arange(4)] = 0
    saved, cut = draw.uniform(0, 0.5, 2)
    funds, elasticity = draw.uniform(1, 1.5), draw.uniform(0, 1)
    structure = Structure(
        revenue_saved=saved, revenue_cut=cut, marginal_cost_of_funds=funds, labour_supply=elasticity
    )
    value = solve(Model(world, structure), Wedges.of(world, tariff=tariff)).value
    for what, gap in plain_gaps(value, saved, cut, funds, elasticity).items():
        assert gap < 1e-9, what


def test_who_saves_spends_less_and_the_others_more():
    kept, saved = solved(Structure()), solved(STRUCTURES["saved"])
    assert saved.household_spending_hat[USA] < kept.real_income_hat[USA] - 0.005
    assert saved.household_spending_hat[CHN] > kept.real_income_hat[CHN]
    # what is saved is not lost, but the terms of trade are no longer bought with it
    assert saved.household_spending_hat[USA] < saved.real_income_hat[USA] < kept.real_income_hat[USA]
    np.testing.assert_array_equal(kept.household_spending_hat, kept.real_income_hat)
    assert saved.saved_new.sum() == pytest.approx(saved.lent_new.sum(), rel=1e-12)
    assert saved.wage_hat[USA] < kept.wage_hat[USA]


def test_a_tax_that_is_cut_brings_forth_factors_and_elastic_supply_follows_real_wages():
    cut, supply = solved(STRUCTURES["cut"]), solved(STRUCTURES["supply"])
    more = 0.3 * (cut.tariff_revenue_new - WORLD.tariff_revenue)
    np.testing.assert_allclose(
        (cut.factor_supply_hat - 1) * cut.wage_hat * WORLD.value_added, more, rtol=1e-9
    )
    np.testing.assert_allclose(supply.factor_supply_hat, supply.real_wage_hat**0.5, rtol=1e-12)


@pytest.mark.parametrize(
    "limit",
    [
        {"revenue_saved": 0.0, "revenue_cut": 0.0, "labour_supply": 0.0},
        {"revenue_cut": 1.0, "marginal_cost_of_funds": 1.0},
        {"revenue_saved": np.zeros(len(COUNTRIES)), "labour_supply": np.zeros(len(COUNTRIES))},
    ],
    ids=["nothing", "a tax that distorts nothing", "arrays"],
)
def test_at_the_limit_it_is_the_core_to_the_last_bit(limit):
    structure = Structure(**limit)
    assert structure.is_core
    np.testing.assert_array_equal(solved(structure).real_income_hat, solved(Structure()).real_income_hat)


@pytest.mark.parametrize("name", ["revenue_saved", "labour_supply"])
def test_the_core_is_approached_in_proportion(name):
    core = solved(Structure()).real_income_hat
    far, near = (solved(Structure(**{name: size})).real_income_hat - core for size in (1e-2, 1e-4))
    np.testing.assert_allclose(near * 100, far, rtol=0.02)


@pytest.mark.parametrize("name", STRUCTURES)
def test_derivatives_are_those_of_finite_differences(name):
    structure, size = STRUCTURES[name], 1e-5
    value = solved(structure)
    outputs = [real_income(value, code) for code in ("CHN", "USA", "MEX")] + [tariff_revenue(value, "USA")]
    by_duty = gradients(value, outputs)
    k = WORLD.labels.sector("PARTS")
    up, down = (
        solved(structure, WAR.duty("USA", "CHN", sectors="PARTS").add_points(step)) for step in (size, -size)
    )
    slope = np.log(up.real_income_hat / down.real_income_hat) / (2 * size)
    collected = (up.tariff_revenue_new[USA] - down.tariff_revenue_new[USA]) / (2 * size)
    for gradient, code in zip(by_duty, ("CHN", "USA", "MEX"), strict=False):
        exact = slope[WORLD.labels.country(code)]
        assert gradient.tariff[USA, CHN, k] == pytest.approx(exact, rel=2e-6, abs=1e-9)
    assert by_duty[3].tariff[USA, CHN, k] == pytest.approx(collected, rel=2e-6)


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
    middle = at(here)
    assert np.abs(middle.gap).max() < 1e-9
    for factor in range(here.size):
        if abs(here.flat[factor] - np.log(0.995)) < 1e-4:
            continue  # too near the floor's kink for a difference
        step = np.zeros(here.size)
        step[factor] = size
        up, down = (at(here + sign * step.reshape(here.shape)).gap for sign in (1, -1))
        np.testing.assert_allclose(middle.residual[:, factor], (up - down) / (2 * size), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", STRUCTURES)
def test_channels_add_up_with_savings_and_supply_among_them(name):
    parts = decompose_path(Model(WORLD, STRUCTURES[name]), Wedges.unchanged(WORLD), WAR.wedges)
    assert np.abs(parts.gap).max() < 1e-8  # what is promised where a floor bends the path
    if "saved" in name:
        assert parts.parts["savings"][USA] != 0


def test_what_makes_no_sense_is_refused():
    for bad in (
        {"revenue_saved": 1.1},
        {"revenue_cut": -0.1},
        {"revenue_saved": 0.7, "revenue_cut": 0.7},
        {"marginal_cost_of_funds": 0.9},
        {"labour_supply": -1.0},
        *({"revenue_saved": np.array([0.1, cell])} for cell in (1.1, -0.1, np.nan)),
        *({"labour_supply": np.array([0.1, cell])} for cell in (-0.1, np.nan, np.inf)),
    ):
        with pytest.raises(UnitError):
            Structure(**bad)
    with pytest.raises(InputError, match="countries"):
        solve(Model(WORLD, Structure(revenue_saved=np.ones(3))), WAR)


def test_who_saves_lends_to_the_others_by_their_earnings():
    """What a million of more duties moves, country by country, with loops; beside lanes that move none."""
    earned, count = WORLD.value_added, len(COUNTRIES)
    saved, cut = np.zeros(count), np.zeros(count)
    saved[USA], cut[CHN] = 0.6, 0.5
    parts = np.zeros((2, count), dtype=bool)  # bans have cut the world in two; the last country is alone
    parts[0, :-1], parts[1, -1] = True, True
    saved[-1] = 0.9
    structure = Structure(revenue_saved=saved, revenue_cut=cut, marginal_cost_of_funds=1.4)
    budget = Budget.of(WORLD, structure, earned, parts)
    others = [n for n in range(count - 1) if n != USA]
    more = np.arange(1.0, count + 1)
    want = np.zeros(count)
    want[USA] -= 0.6 * more[USA]
    for n in others:
        want[n] += 0.6 * more[USA] * earned[n] / sum(earned[k] for k in others)
    want[CHN] += 0.4 * 0.5 * more[CHN]
    np.testing.assert_allclose(
        budget.income_moves(WORLD.tariff_revenue + more), want, rtol=1e-9, atol=1e-9 * more.max()
    )
    still = Budget.of(WORLD, Structure(), earned, None)
    assert isinstance(still.income_moves(more), float)
    assert still.income_moves(more) == 0
    assert not still.moves_supply
    assert budget.moves_supply
    one = np.where(np.arange(count) == USA, 0.2, 0.0)
    assert Budget.of(WORLD, Structure(labour_supply=one), earned, None).moves_supply
    assert Budget.of(WORLD, Structure(revenue_saved=one), earned, None).moved is not None
    cuts_alone = Structure(revenue_cut=one, marginal_cost_of_funds=1.4)
    assert Budget.of(WORLD, cuts_alone, earned, None).moved[USA, USA] == pytest.approx(0.4 * 0.2)
    lanes = Budget.stacked([still, budget])
    moves = lanes.income_moves(WORLD.tariff_revenue + np.stack([more, more]))
    np.testing.assert_allclose(moves, [0 * want, want], rtol=1e-9, atol=1e-9 * more.max())
    kept = lanes.keep(np.array([False, True]))
    np.testing.assert_array_equal(kept.income_moves(WORLD.tariff_revenue + more[None]), moves[1:])
    assert Budget.stacked([still, still]).keep(np.array([True, False])).moved is None


def test_bans_that_cut_a_country_off_leave_its_duties_at_home():
    alone = COUNTRIES[-1]
    policy = Policy.unchanged(WORLD, "cut off").duty("USA", "CHN").add_points(0.3)
    iceberg = np.ones(WORLD.flows.shape)
    n = WORLD.labels.country(alone)
    iceberg[n], iceberg[:, n] = np.inf, np.inf
    iceberg[n, n] = 1
    wedges = dataclasses.replace(policy.wedges, iceberg_hat=iceberg)
    value = solve(Model(WORLD, STRUCTURES["saved"]), wedges).value
    assert value.saved_new[n] == value.lent_new[n] == 0
    assert value.borrowed_new[n] == 0
    assert value.borrowed_new.sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", ["all", "all, slow"])
@pytest.mark.parametrize("what", ["wages", "employment.PARTS", "revenue", "real_income"])
def test_accounts_and_attributions_add_up(name, what):
    before, after = solved(STRUCTURES[name], Policy.unchanged(WORLD)), solved(STRUCTURES[name])
    told = account(f"usa.{what}", Shift(before, after))
    assert abs(told.gap) < 1e-8 * told.size
    change = Move("all", after.wedges.tariff - WORLD.tariff, 0 * WORLD.tariff, 0 * WORLD.tariff)
    follows = integrated_gradients(
        Model(WORLD, STRUCTURES[name]), before.wedges, after.wedges, [change], target(f"usa.{what}", WORLD)
    )
    assert abs(follows.gap) < 1e-8 * max(1, abs(follows.total))


def test_draws_vary_labour_and_taxes_where_a_structure_has_them():
    from detente.outlook.prior import apply_draw, uncertain_parameters

    model = Model(WORLD, STRUCTURES["all, nests and floor"])
    parameters = uncertain_parameters(model)
    drawn = {one.name for one in parameters if one.group == "labour and taxes"}
    assert drawn == {"wage_floor", "labour_supply", "marginal_cost_of_funds"}
    assert "labour_supply" not in {one.name for one in uncertain_parameters(Model(WORLD))}
    here, _ = apply_draw(model, parameters, np.zeros(len(parameters)))
    high, _ = apply_draw(model, parameters, np.ones(len(parameters)))
    more = np.exp(0.5)
    assert here.structure.wage_floor == pytest.approx(0.995)
    assert high.structure.wage_floor == pytest.approx(1 - 0.005 * more)
    assert high.structure.labour_supply == pytest.approx(0.4 * more)
    assert high.structure.marginal_cost_of_funds == pytest.approx(1 + 0.4 * more)
    assert high.structure.mobility == pytest.approx(1 + 0.5 * more)
    assert high.structure.sigma_materials == pytest.approx(0.3 * np.exp(0.3))
    some = Structure(labour_supply=np.where(np.arange(len(COUNTRIES)) == 0, 0.2, 0.0))
    assert "labour_supply" in {one.name for one in uncertain_parameters(Model(WORLD, some))}
    assert high.structure.revenue_saved == 0.5


def test_options_beside_a_horizon_say_what_they_are():
    from detente.cases import Options, model_at, revenue_sentence
    from detente.core import LabelError

    shipped = model_at("short", WORLD).structure
    assert shipped.revenue_saved == 1
    assert "saved by the treasury" in revenue_sentence(shipped)
    given = model_at("short", WORLD, options=Options(revenue="rebate")).structure
    assert revenue_sentence(given) == "Duties go to households."
    cut = model_at("long", WORLD, options=Options(revenue="tax-cut", wage_floor={"USA": 0.98})).structure
    assert "marginal cost of funds 1.3" in revenue_sentence(cut)
    assert "wage floor 0.98 in USA" in cut.source
    np.testing.assert_allclose(Options(wage_floor=0.98).after(24).wage_floor, 0.98**2)
    assert Options(labour_supply=0.2).on(Structure(), WORLD).moves_supply
    with pytest.raises(LabelError, match="rebait"):
        Options(revenue="rebait").on(Structure(), WORLD)
    with pytest.raises(LabelError, match="USB"):
        Options(wage_floor={"USB": 0.98}).on(Structure(), WORLD)


def test_output_leaves_out_the_terms_of_trade():
    """A duty that makes imports cheaper raises real income, never output at given prices."""
    policy = Policy.unchanged(WORLD).duty("USA", "all").add_points(0.05)
    value = solved(Structure(), policy)
    assert value.real_income_hat[USA] > 1 > value.gdp_volume_hat[USA]
    still = solved(STRUCTURES["all, slow"], Policy.unchanged(WORLD))
    np.testing.assert_allclose(still.gdp_volume_hat, 1, rtol=1e-12)
