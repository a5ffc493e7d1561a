"""What answers beside prices: named limits, conditions met, exact derivatives, and the one-sector family as a second look."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detente.core import InputError, Labels, UnitError
from detente.equilibrium import (
    GravityStructure,
    GravityWorld,
    Model,
    Policy,
    Responses,
    Structure,
    shocked,
    solve,
    solve_gravity,
    solve_responses,
)
from detente.equilibrium.gradients import gradients, real_income
from detente.world import Economy, Wedges, toy

EVERYTHING = Responses(
    scale=np.array([0.0, 0.1, 0.15, 0.05]),
    labour_supply=np.array([0.5, 0.2, 0.5, 0.5, 0.3]),
    relief=0.7,
    deficits="country share",
    sharing=("USA", "MEX", "EU27"),
)


@pytest.fixture(scope="module")
def model():
    return Model(toy())


@pytest.fixture(scope="module")
def war(model):
    return Policy.unchanged(model.economy).duty("USA", "CHN").add_points(0.25).wedges


@pytest.fixture(scope="module")
def core(model, war):
    return solve(model, war).value


@pytest.fixture(scope="module")
def everything(model, war):
    return solve_responses(model, war, EVERYTHING)


def test_without_responses_it_is_the_core_to_the_last_bit(model, war, core):
    found = solve_responses(model, war, Responses())
    assert (found.value.real_income_hat == core.real_income_hat).all()
    assert (found.value.flows_new == core.flows_new).all()
    assert found.rounds == 1
    assert (
        found.gradient(real_income(core, "USA")).tariff
        == gradients(core, [real_income(core, "USA")])[0].tariff
    ).all()


def test_a_search_begins_where_it_is_told(model, war):
    """At the equilibrium itself nothing is left to do; from anywhere else the same is found."""
    answering = replace(model, responses=EVERYTHING)
    cold = solve(answering, war)
    again = solve(answering, war, start=cold)
    assert cold.stats["rounds"] > 3
    assert again.stats["rounds"] == 1
    for start in (again.value, solve(model, war), solve(replace(model, responses=Responses(scale=0.1)), war)):
        warm = solve(answering, war, start=start).value
        assert warm.real_income_hat == pytest.approx(cold.value.real_income_hat, abs=1e-10)


@pytest.mark.parametrize(
    ("held", "name", "value"),
    [({}, "scale", 0.15), ({}, "labour_supply", 0.5), ({"labour_supply": 0.5}, "relief", 1.0)],
)
def test_each_fades_in_proportion(model, war, held, name, value):
    def at(share):
        found = solve_responses(model, war, Responses(**{**held, name: share * value}))
        return np.log(found.value.real_income_hat)

    base, far, near, nearer = at(0.0), at(1.0), at(2e-4), at(1e-4)
    assert np.abs(far - base).max() > 1e-5
    assert (near - base) / (nearer - base) == pytest.approx(2, rel=2e-2)


def test_nothing_answers_where_nothing_happens(model):
    still = solve_responses(model, Wedges.unchanged(model.economy), EVERYTHING)
    assert np.abs(still.state).max() < 1e-12
    assert still.value.real_income_hat == pytest.approx(1, abs=1e-12)


def test_conditions_are_met_as_they_are_stated(model, everything):
    value, economy = everything.value, model.economy
    wage = value.wage_hat
    size = value.output_new / economy.output / wage[:, None] * everything.labour_hat[:, None]
    assert everything.productivity_hat == pytest.approx(size ** np.asarray(EVERYTHING.scale), abs=1e-10)
    earned = wage * economy.value_added
    relief = 1 - 0.7 * (value.tariff_revenue_new - economy.tariff_revenue) / earned
    kappa = np.asarray(EVERYTHING.labour_supply)
    real = wage / everything.labour_hat / value.consumer_price_hat / relief
    assert everything.labour_hat == pytest.approx(real**kappa, abs=1e-10)
    shared = value.real_income_hat[[economy.labels.country(code) for code in EVERYTHING.sharing]]
    assert np.ptp(shared) < 1e-10
    assert abs(everything.transfer.sum()) < 1e-6
    assert not everything.transfer[[1, 4]].any()
    of_income = (value.deficit_new - everything.transfer) / earned
    moved = of_income - economy.deficit / economy.value_added
    assert moved == pytest.approx(moved[0], abs=1e-10)  # one common share spreads what is left over
    assert abs(value.deficit_new.sum()) < 1e-6


@pytest.mark.parametrize(
    "responses",
    [
        Responses(labour_supply=0.5, relief=1.0),
        Responses(sharing=("USA", "MEX")),
        EVERYTHING,
    ],
)
def test_derivatives_are_those_of_finite_differences(model, war, responses):
    found = solve_responses(model, war, responses)
    slope = found.gradient(real_income(found.value, "CHN")).tariff
    for cell in ((0, 1, 2), (4, 1, 2))[: 2 if responses is EVERYTHING else 1]:
        ends = []
        for sign in (1, -1):
            tariff = np.array(war.tariff)
            tariff[cell] += sign * 1e-4
            there = solve_responses(model, Wedges.of(model.economy, tariff=tariff), responses)
            ends.append(float(np.log(there.value.real_income_hat[1])))
        assert (ends[0] - ends[1]) / 2e-4 == pytest.approx(slope[cell], rel=1e-6)


def one_sector() -> Economy:
    flows = np.array([[80.0, 3, 5, 1], [4, 60, 6, 2], [2, 7, 90, 3], [1, 2, 2, 30]])[:, :, None]
    labels = Labels(("AAA", "BBB", "CCC", "DDD"), ("ALL",))
    return Economy(
        "four",
        2024,
        labels,
        flows,
        np.zeros_like(flows),
        np.ones((4, 1)),
        np.zeros((4, 1, 1)),
        np.array([4.0]),
        "assumed",
    )


def test_the_one_sector_family_says_the_same():
    economy = one_sector()
    duty = np.zeros((4, 4))
    duty[0, 1:], duty[2, 0] = 0.3, 0.2
    structure = GravityStructure(4.0, scale=0.15, labour_supply=0.5, relief=1.0)
    world = GravityWorld(economy.labels.countries, economy.flows[:, :, 0], np.zeros((4, 4)), structure)
    even = world.transfer * 0
    (other,) = solve_gravity(world, [duty], transfer=even)
    (before,) = solve_gravity(world, [0 * duty], transfer=even)
    balanced = Model(economy, closure="zero")
    responses = Responses(scale=0.15, labour_supply=0.5, relief=1.0)
    ours = solve_responses(balanced, Wedges.of(economy, tariff=duty[:, :, None]), responses)
    begun = solve_responses(balanced, Wedges.unchanged(economy), responses)
    assert ours.labour_hat / begun.labour_hat == pytest.approx(
        other.labour_hat / before.labour_hat, abs=1e-10
    )
    ratio = ours.value.real_income_hat / begun.value.real_income_hat
    assert ratio == pytest.approx(other.real_income_hat / before.real_income_hat, abs=1e-10)


def test_labour_supply_is_that_of_the_structure(war):
    world = toy()
    ours = solve_responses(Model(world, closure="zero"), war, Responses(labour_supply=0.4)).value
    theirs = solve(Model(world, Structure(labour_supply=0.4), "zero"), war).value
    assert ours.real_income_hat == pytest.approx(theirs.real_income_hat, abs=1e-10)


def test_shocks_to_productivity_and_population():
    world = one_sector()
    model, still = Model(world, closure="zero"), Wedges.unchanged(world)
    base = solve(model, still).value.real_income_hat
    better = solve(model, shocked(world, still, productivity=np.full((4, 1), 1.1))).value
    more = solve(model, shocked(world, still, population=np.full(4, 1.1))).value
    assert better.real_income_hat / base == pytest.approx(1.1, abs=1e-10)
    assert more.real_income_hat / base == pytest.approx(1.1, abs=1e-10)
    assert shocked(world, still).iceberg_hat == pytest.approx(1, abs=0)
    one = np.array([1.0, 1.2, 1.0, 1.0])
    alone = solve(model, shocked(world, still, population=one)).value.real_income_hat / base
    assert 1 < alone[1] < 1.2  # terms of trade turn against who grows
    assert (alone[[0, 2, 3]] > 1).all()


def test_what_does_not_fit_is_refused(model, war):
    with pytest.raises(UnitError, match="scale is outside"):
        Responses(scale=-0.1)
    with pytest.raises(InputError, match="no rule for deficits"):
        Responses(deficits="gone")
    with pytest.raises(InputError, match="two countries or more"):
        Responses(sharing=("USA",))
    for structure, responses, pair in (
        ({"mobility": 2.0}, {"scale": 0.1}, "scale and factors that do not move freely"),
        (
            {"sigma_value_added": 0.5},
            {"labour_supply": 0.1},
            "labour_supply of responses and a `sigma_value_added`",
        ),
        ({"wage_floor": 0.9}, {"population": 1.1}, "population and a `wage_floor`"),
        ({"labour_supply": 0.5}, {"scale": 0.1}, "scale and `labour_supply` of the structure"),
        (
            {"revenue_saved": 0.5},
            {"deficits": "country share"},
            "deficits by country share and duties that are saved",
        ),
    ):
        with pytest.raises(InputError, match=pair):
            solve_responses(Model(toy(), Structure(**structure)), war, Responses(**responses))
    with pytest.raises(InputError, match="scale has shape"):
        solve_responses(model, war, Responses(scale=np.ones(3)))
    with pytest.raises(UnitError, match="ratio of population"):
        Responses(population=0.0)
    with pytest.raises(UnitError, match="ratio of population"):
        shocked(model.economy, war, population=np.zeros(5))
