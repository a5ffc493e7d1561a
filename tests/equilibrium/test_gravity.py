"""The one-sector family: its limits are the core, its derivatives those of finite differences, its accounts close."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.core import InputError, Labels, UnitError
from detente.equilibrium import GravityStructure, GravityWorld, Model, solve, solve_gravity
from detente.equilibrium.gravity.steps import factored, whole
from detente.equilibrium.gravity.system import Point
from detente.world import Economy, Wedges

CODES = ("AAA", "BBB", "CCC", "DDD")


def economy(inputs: float) -> Economy:
    flows = np.array([[80.0, 3, 5, 1], [4, 60, 6, 2], [2, 7, 90, 3], [1, 2, 2, 30]])[:, :, None]
    tariff = np.array([[0, 0.05, 0.02, 0.0], [0.1, 0, 0.03, 0], [0, 0.2, 0, 0.1], [0.07, 0, 0.01, 0]])
    return Economy(
        "four",
        2024,
        Labels(CODES, ("ALL",)),
        flows,
        tariff[:, :, None],
        np.full((4, 1), 1 - inputs),
        np.full((4, 1, 1), inputs),
        np.array([4.0]),
        "assumed",
    )


def shocked(world: Economy) -> np.ndarray:
    tariff = np.array(world.tariff[:, :, 0])
    tariff[0, 1:] += 0.25
    tariff[2, 0] = 0.4
    return tariff


def full(inputs: float) -> GravityWorld:
    """Every feature at once, by country where it can be."""
    world = economy(0.0)
    structure = GravityStructure(
        4.0,
        pass_through=np.array([1.1, 0.8, 1.2, 1.0]),
        scale=0.15,
        margin=np.array([0.1, 0.2, 0.05, 0.15]),
        labour_supply=np.array([0.5, 0.3, 0.8, 0.5]),
        relief=np.array([1.0, 0.5, 0.0, 1.0]),
        value_added_share=1 - inputs,
    )
    return GravityWorld(CODES, world.flows[:, :, 0], world.tariff[:, :, 0], structure)


@pytest.mark.parametrize("inputs", [0.0, 0.55])
def test_its_limit_is_the_core(inputs):
    world = economy(inputs)
    tariff = shocked(world)
    core = solve(Model(world), Wedges.of(world, tariff=tariff[:, :, None])).value
    (ours,) = solve_gravity(GravityWorld.of(world), [tariff])
    assert ours.wage_hat == pytest.approx(core.wage_hat, abs=1e-12)
    assert ours.price_hat == pytest.approx(core.price_hat[:, 0], abs=1e-12)
    assert ours.real_income_hat == pytest.approx(core.real_income_hat, abs=1e-12)
    assert ours.welfare_hat == pytest.approx(core.real_income_hat, abs=1e-12)
    assert ours.flows_new / core.flows_new[:, :, 0] == pytest.approx(1, abs=1e-11)
    assert ours.world.transfer == pytest.approx(core.deficit_new, abs=1e-9)


@pytest.mark.parametrize(
    ("held", "option"),
    [
        ({"labour_supply": 0.6}, {"scale": 0.2}),
        ({}, {"pass_through": 1.2}),
        ({}, {"margin": 0.2}),
        ({"relief": 1.0}, {"labour_supply": 0.6}),
        ({"labour_supply": 0.6}, {"relief": 1.0}),
    ],
)
def test_every_option_moves_the_answer_and_fades_in_proportion(held, option):
    world = economy(0.0)
    base = GravityStructure(4.0, **held)

    def at(share: float) -> np.ndarray:
        changed = {
            name: getattr(base, name) + share * (value - getattr(base, name))
            for name, value in option.items()
        }
        structure = dataclasses.replace(base, **changed)
        flows = GravityWorld(CODES, world.flows[:, :, 0], world.tariff[:, :, 0], structure)
        return np.log(solve_gravity(flows, [shocked(world)])[0].real_income_hat)

    core, whole_way, near, nearer = at(0.0), at(1.0), at(2e-4), at(1e-4)
    assert np.abs(whole_way - core).max() > 1e-4
    assert (near - core) / (nearer - core) == pytest.approx(2, rel=5e-3)


@pytest.mark.parametrize("inputs", [0.0, 0.4])
def test_accounts_close(inputs):
    world = full(inputs)
    assert abs(world.transfer.sum()) < 1e-11 * world.value_added.sum()
    (value,) = solve_gravity(world, [shocked(economy(0.0))])
    sold = ((1 - world.by_country("margin"))[:, None] * value.flows_new).sum(0)
    margins = world.by_country("margin") * value.flows_new.sum(1)
    beta = world.by_country("value_added_share")
    assert value.earned_new == pytest.approx(beta * sold + margins, rel=1e-10)
    income = value.earned_new + value.tariff_revenue_new + (1 - beta) * sold + world.transfer
    assert value.expenditure_new == pytest.approx(income, rel=1e-10)
    assert value.tariff_revenue_new == pytest.approx((value.flows_new * value.tariff).sum(1), rel=1e-10)
    assert value.earned_new.sum() == pytest.approx(world.value_added.sum(), rel=1e-11)
    (same,) = solve_gravity(world, [world.tariff])
    assert np.abs(same.point.log_hat).max() < 1e-12


def test_relief_raises_the_supply_of_labour_and_units_of_money_do_not_matter():
    world = full(0.0)
    tariff = shocked(economy(0.0))
    gift = dataclasses.replace(world, structure=dataclasses.replace(world.structure, relief=0.0))
    relieved, given = (solve_gravity(each, [tariff])[0] for each in (world, gift))
    assert relieved.labour_hat[0] > given.labour_hat[0]
    assert relieved.welfare_hat[0] > given.welfare_hat[0]
    (thousands,) = solve_gravity(dataclasses.replace(world, flows=1e3 * world.flows), [tariff])
    assert thousands.welfare_hat == pytest.approx(relieved.welfare_hat, abs=1e-12)


@pytest.mark.parametrize("inputs", [0.0, 0.4])
def test_derivatives_of_the_equations_and_of_real_income_are_those_of_finite_differences(inputs):
    world = full(inputs)
    tariff = shocked(economy(0.0))
    (value,) = solve_gravity(world, [tariff])
    point, count = value.point, len(CODES)
    step = 1e-6
    matrix = whole(point)
    for column in range(4 * count):
        moved = np.zeros(4 * count)
        moved[column] = step
        ends = [
            Point.at(world, point.log_duty, point.log_hat + sign * moved.reshape(4, count)).closed()
            for sign in (1, -1)
        ]
        assert (ends[0] - ends[1]).ravel() / (2 * step) == pytest.approx(matrix[:, column], abs=1e-8)
    slope = value.slope("BBB")
    for cell in ((1, 0), (1, 2), (0, 1), (2, 3)):
        ends = []
        for sign in (1, -1):
            moved = np.array(tariff)
            moved[cell] = (1 + tariff[cell]) * np.exp(sign * 1e-5) - 1
            ends.append(float(np.log(solve_gravity(world, [moved])[0].real_income_hat[1])))
        assert (ends[0] - ends[1]) / 2e-5 == pytest.approx(slope[cell], abs=1e-8)


def test_elimination_takes_the_same_step_as_the_whole_system():
    world = full(0.0)
    rng = np.random.default_rng(3)
    point = Point.at(world, np.log1p(shocked(economy(0.0))), 0.05 * rng.normal(size=(4, 4)))
    closed = point.closed()
    assert whole(point) @ factored(point)(closed).ravel() == pytest.approx(-closed.ravel(), abs=1e-13)


def test_what_makes_no_sense_is_refused_with_the_next_step():
    world = full(0.0)
    with pytest.raises(InputError, match="do not add to zero"):
        solve_gravity(world, [world.tariff], transfer=np.array([1.0, 0, 0, 0]))
    with pytest.raises(InputError, match="another shape"):
        solve_gravity(world, [np.zeros((3, 3))])
    with pytest.raises(UnitError, match="margin"):
        GravityStructure(4.0, margin=1.5)
    with pytest.raises(InputError, match="pass_through has shape"):
        dataclasses.replace(world, structure=GravityStructure(4.0, pass_through=np.ones(3)))
    with pytest.raises(InputError, match="sells nothing"):
        GravityWorld(("A", "B"), np.array([[1.0, 0], [1, 0]]), np.zeros((2, 2)), GravityStructure(4.0))
    with pytest.raises(InputError, match="`EEE`"):
        world.position("EEE")
