"""Thousands of solves, none wrong; and what every structure beyond the core must satisfy too."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from robust_worlds import cost_side, judge, run
from test_equilibrium import one_sector_worlds, shocked, worlds

from detente.core import Labels
from detente.equilibrium import Model, Structure, solve
from detente.world import Economy, Wedges, load_world, toy

GATE = 1e-9
relaxed = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def hundredths(low: int, high: int):
    return st.integers(low, high).map(lambda number: number / 100)


structures = st.builds(
    Structure,
    sigma_value_added=hundredths(10, 250),
    sigma_materials=hundredths(10, 250),
    sigma_critical=hundredths(5, 150),
    critical=st.sampled_from([(), ("s0",)]),
    sigma_final=hundredths(20, 300),
    mobility=st.sampled_from([1.05, 1.5, 4.0, float("inf")]),
    profit_share=st.sampled_from([0.0, 0.1]),
)


def with_arrays(economy: Economy, **arrays) -> Economy:
    return dataclasses.replace(economy, name="made from " + economy.name, **arrays)


# Thousands of solves


def test_two_thousand_solves_none_wrong():
    """`python tests/identities/robust_worlds.py 10000` does ten thousand."""
    tally = run(2000, seed=20251121)
    assert tally.solves == 2000
    assert [case for case in tally.wrong if case[-1] != "income not positive"] == []
    assert tally.largest_gap < 1e-9
    # the core has an equilibrium wherever deficits do not take more than a country earns
    core = [case for case in tally.failures if case[3].is_core and case[2] == "zero"]
    assert core == []
    assert len(tally.failures) < 0.01 * tally.solves
    assert {"successful", "no_shock"} <= set(tally.codes)
    assert sum(tally.codes.values()) == tally.solves


def test_an_income_below_zero_is_no_equilibrium():
    """C0 lends 14 % of what it earns, fixed in money; after +500 points it earns less than that."""
    from random_world import random_world, shock

    economy = random_world(2, 2, seed=111)
    solution = solve(Model(economy), shock(economy, "mixed", 11), throw=False)
    assert not (solution.result.ok and (solution.value.income_new <= 0).any())


def test_the_judge_finds_what_is_wrong():
    """A price, a quantity or a factor price off by a millionth is found; so is a wrong structure."""
    economy = toy()
    structure = Structure(0.5, 0.4, 0.1, economy.labels.sectors[:2], 0.7, 1.5, 0.05)
    value = solve(Model(economy, structure), shocked(economy, 1, 0.5)).value
    assert judge(value)[0] < GATE
    for name in ("price_hat", "expenditure_new", "factor_price_hat"):
        array = np.array(getattr(value, name))
        array[0, 0] *= 1 + 1e-6
        assert judge(dataclasses.replace(value, **{name: array}))[0] > 1e-8
    other = dataclasses.replace(structure, sigma_materials=0.41)
    assert judge(dataclasses.replace(value, structure=other))[0] > 1e-8


def test_an_elasticity_next_to_one_is_solved_like_one():
    from random_world import random_world

    economy = random_world(2, 3, seed=3, zeros=0.1)
    structure = Structure(sigma_value_added=0.99999, mobility=1.05)
    assert solve(Model(economy, structure), shocked(economy, 0, 0.3), throw=False).result.ok


# Extremes


@pytest.mark.parametrize("points", [5.0, 100.0])
def test_five_hundred_points_and_more_on_the_shipped_world(points):
    world = load_world()
    usa, china = world.labels.country("USA"), world.labels.country("CHN")
    tariff = np.array(world.tariff)
    tariff[usa, china] += points
    tariff[china, usa] += points
    for structure in (Structure(), Structure(0.5, 0.2, sigma_final=0.9, mobility=1.5)):
        solution = solve(Model(world, structure), Wedges.of(world, tariff=tariff))
        gap, senseless = judge(solution.value)
        assert gap < GATE
        assert not senseless


def test_bans_and_walls_on_the_shipped_world():
    """No trade at all between two countries; and one country behind a wall against everybody."""
    world = load_world()
    usa, china = world.labels.country("USA"), world.labels.country("CHN")
    iceberg = np.ones_like(world.tariff)
    iceberg[usa, china] = iceberg[china, usa] = 1e8
    tariff = np.array(world.tariff)
    tariff[usa] += 5
    tariff[usa, usa] = 0
    embargo, wall = solve(
        Model(world), [Wedges.of(world, iceberg_hat=iceberg), Wedges.of(world, tariff=tariff)], throw=False
    )
    for solution in (embargo, wall):
        assert solution.result.ok
        assert judge(solution.value)[0] < GATE
    assert embargo.value.flows_new[usa, china].sum() < 1e-3 * world.flows[usa, china].sum()


# Beyond the core


@relaxed
@given(worlds, structures, st.integers(0, 100))
def test_markets_clear_and_incomes_are_spent(economy, structure, seed):
    solution = solve(Model(economy, structure), shocked(economy, seed, 0.5))
    gap, _ = judge(solution.value)
    assert gap < GATE
    assert abs(solution.stats["walras"]) < GATE


@relaxed
@given(worlds, structures)
def test_no_change_gives_no_change(economy, structure):
    solution = solve(Model(economy, structure), Wedges.unchanged(economy))
    assert solution.result.name == "no_shock"
    assert np.abs(solution.value.real_income_hat - 1).max() < 1e-12


@relaxed
@given(worlds, structures, st.integers(0, 100), st.floats(0.01, 100))
def test_units_do_not_matter(economy, structure, seed, factor):
    wedges = shocked(economy, seed, 0.5)
    one = solve(Model(economy, structure), wedges).value
    other = solve(Model(with_arrays(economy, flows=factor * economy.flows), structure), wedges).value
    np.testing.assert_allclose(one.real_income_hat, other.real_income_hat, rtol=GATE)


@relaxed
@given(worlds, structures, st.integers(0, 100))
def test_order_of_countries_and_sectors_does_not_matter(economy, structure, seed):
    draw = np.random.default_rng(seed)
    N, S = economy.va_share.shape
    n, s = draw.permutation(N), draw.permutation(S)
    labels = Labels(
        tuple(economy.labels.countries[k] for k in n), tuple(economy.labels.sectors[k] for k in s)
    )
    trade, cells = np.ix_(n, n, s), np.ix_(n, s)
    turned = with_arrays(
        economy,
        labels=labels,
        flows=economy.flows[trade],
        tariff=economy.tariff[trade],
        va_share=economy.va_share[cells],
        input_shares=economy.input_shares[np.ix_(n, s, s)],
        trade_elasticity=economy.trade_elasticity[s],
    )
    wedges = shocked(economy, seed, 0.5)
    there = Wedges(wedges.tariff[trade], wedges.iceberg_hat[trade], wedges.export_tax[trade])
    one = solve(Model(economy, structure), wedges).value
    other = solve(Model(turned, structure), there).value
    np.testing.assert_allclose(one.real_income_hat[n], other.real_income_hat, rtol=GATE)
    np.testing.assert_allclose(one.price_hat[cells], other.price_hat, rtol=GATE)


@relaxed
@given(worlds, structures, st.integers(0, 100))
def test_there_and_back(economy, structure, seed):
    """From the new year's own shares of cost the shock undone leads back: CES is the same function from any point."""
    there = solve(Model(economy, structure), shocked(economy, seed, 0.5)).value
    moved = moved_economy(there)
    back = solve(Model(moved, structure), Wedges.of(moved, tariff=economy.tariff)).value
    np.testing.assert_allclose(there.real_income_hat * back.real_income_hat, 1, rtol=GATE)
    traded = economy.expenditure > 0
    np.testing.assert_allclose((there.price_hat * back.price_hat)[traded], 1, rtol=GATE)


def moved_economy(value) -> Economy:
    """The counterfactual as a base year of its own: flows, duties and shares of cost as they have become."""
    economy, output = value.economy, value.output_new
    profit = np.broadcast_to(np.asarray(value.structure.profit_share, float), output.shape)
    paid = np.divide(
        value.sector_earnings_new, output, out=np.array(economy.va_share - profit), where=output > 0
    )
    scale = (1 - profit - paid) / np.where(economy.va_share < 1, 1 - economy.va_share, 1)
    inputs = economy.input_shares * scale[:, None, :]
    if not value.structure.is_core:
        v = value.factor_price_hat
        v = np.repeat(v[:, None], output.shape[1], 1) if v.ndim == 1 else v
        _, _, of_cost, _ = cost_side(economy, value.structure, np.log(v), np.log(value.price_hat))
        inputs = of_cost * (1 - profit)[:, None, :]
        paid = 1 - profit - inputs.sum(1)
    return with_arrays(
        economy,
        flows=value.flows_new,
        tariff=value.wedges.tariff,
        va_share=paid + profit,
        input_shares=inputs,
    )


@relaxed
@given(worlds, structures, st.integers(0, 100))
def test_a_transfer_of_nothing_and_named_deficits_are_the_closures(economy, structure, seed):
    """Deficits of one's own that equal a closure's give that closure's answer: the numeraire is factor income."""
    wedges = shocked(economy, seed, 0.3)
    for closure, deficit in (("share", np.array(economy.deficit)), ("zero", np.zeros_like(economy.deficit))):
        one = solve(Model(economy, structure, closure), wedges).value
        other = solve(Model(economy, structure, deficit), wedges).value
        np.testing.assert_allclose(one.real_income_hat, other.real_income_hat, rtol=GATE)


@relaxed
@given(one_sector_worlds, st.integers(0, 100), st.floats(0.05, 3.0))
def test_a_duty_lowers_the_share_of_what_it_is_on(economy, seed, points):
    """With one sector, mobile factors or not; with several, costlier inputs can hurt the home industry more."""
    foreign = [cell for cell in np.argwhere(economy.flows > 0) if cell[0] != cell[1]]
    n, i, s = foreign[seed % len(foreign)]
    tariff = np.array(economy.tariff)
    tariff[n, i, s] += points
    for structure in (Structure(), Structure(0.5, 0.3, sigma_final=0.8, mobility=1.5)):
        value = solve(Model(economy, structure), Wedges.of(economy, tariff=tariff)).value
        before, after = economy.trade_shares[n, i, s], value.trade_shares_new[n, i, s]
        assert after < before or before > 1 - 1e-9  # who is the only supplier stays it
        assert after <= before * (1 + 1e-12)


# Every country cut in two


def split(economy: Economy, weights: tuple[float, float]) -> Economy:
    """Each country as two that trade freely with each other, and with all others like their parent."""
    N = len(economy.labels.countries)
    names = tuple(f"{code}{half}" for code in economy.labels.countries for half in (1, 2))
    part = np.tile(weights, N)

    def doubled(array, axes):
        for axis in range(axes):
            array = np.repeat(array, 2, axis)
        return array

    return with_arrays(
        economy,
        labels=Labels(names, economy.labels.sectors),
        flows=doubled(economy.flows, 2) * part[:, None, None] * part[None, :, None],
        tariff=doubled(economy.tariff, 2),
        va_share=doubled(economy.va_share, 1),
        input_shares=doubled(economy.input_shares, 1),
    )


def same_as_unsplit(economy, tariff, closure, structure=None):
    structure = structure or Structure()
    whole = solve(Model(economy, structure, closure), Wedges.of(economy, tariff=tariff)).value
    halves = split(economy, (0.3, 0.7))
    twice = np.repeat(np.repeat(tariff, 2, 0), 2, 1)
    solution = solve(Model(halves, structure, closure), Wedges.of(halves, tariff=twice))
    assert solution.result.ok
    assert np.isfinite(solution.value.real_income_hat).all()
    for half in (0, 1):
        np.testing.assert_allclose(solution.value.real_income_hat[half::2], whole.real_income_hat, rtol=GATE)
        np.testing.assert_allclose(solution.value.price_hat[half::2], whole.price_hat, rtol=GATE)


@relaxed
@given(worlds, structures, st.integers(0, 100))
def test_cutting_every_country_in_two_changes_nothing(economy, structure, seed):
    same_as_unsplit(economy, shocked(economy, seed, 0.5).tariff, "share", structure)


def test_nafta_with_every_country_cut_in_two(shared):
    """62 economies by 40 sectors, on which a public code returns not-a-number as its solution."""
    from detente.validation import cp2015

    inputs = cp2015.read_inputs(shared)
    base, _ = cp2015.purged_economy(inputs)
    assert len(split(base, (0.3, 0.7)).labels.countries) == 62
    same_as_unsplit(base, cp2015.bloc_tariff(inputs), "zero")
