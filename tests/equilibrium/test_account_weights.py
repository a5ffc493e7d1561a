"""Weights of accounts against the identities they come from, on a made-up world: quick, one change each."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.equilibrium import Model, Structure, solve
from detente.equilibrium.explain.accounts import Shift, price_account
from detente.world import Wedges, toy
from detente.world.economy import Economy

WORLD = toy()
BY_HAND = dataclasses.replace(
    WORLD,
    input_shares=np.where(np.arange(4) == 0, 0.0, WORLD.input_shares),
    va_share=np.where(np.arange(4) == 0, 1.0, WORLD.va_share),
)
"""The first sector buys no inputs."""
NESTS = {
    "sigma_value_added": 0.4,
    "sigma_materials": 0.2,
    "sigma_critical": 0.6,
    "critical": ("FARM", "PARTS"),
}
STRUCTURES = {
    "core": Structure(),
    "nests": Structure(**NESTS),
    "one critical": Structure(sigma_materials=0.3, sigma_critical=0.1, critical=("PARTS",)),
    "immobile": Structure(**NESTS, sigma_final=0.8, mobility=1.5),
    "profits": Structure(**NESTS, profit_share=0.05),
}


def shift(structure: Structure, world: Economy = WORLD) -> Shift:
    cost = np.ones_like(WORLD.tariff)
    cost[0, 1], cost[2, 1, 1] = 1.3, 2.0
    tax = np.zeros_like(WORLD.tariff)
    tax[2, 0, 1] = 0.1
    ends = (
        Wedges.of(WORLD, tariff=2 * WORLD.tariff),
        Wedges(WORLD.tariff + np.where(WORLD.tariff > 0, 0.4, 0.0), cost, tax),
    )
    return Shift(*(solve(Model(world, structure), wedges).value for wedges in ends))


@pytest.mark.parametrize("world", [WORLD, BY_HAND], ids=["toy", "a sector without inputs"])
@pytest.mark.parametrize("name", STRUCTURES)
def test_a_cost_moves_by_the_weighted_prices_of_what_it_pays(name: str, world: Economy) -> None:
    change = shift(STRUCTURES[name], world)
    factors, inputs = change.cost_weights()
    assert factors + inputs.sum(1) == pytest.approx(np.ones_like(change.cost), abs=1e-12)
    found = factors * change.factor + (inputs * change.price[:, :, None]).sum(1)
    assert np.abs(change.cost).max() > 0.01
    assert found == pytest.approx(change.cost, abs=1e-11)


@pytest.mark.parametrize("name", STRUCTURES)
def test_shares_move_by_their_relative_prices(name: str) -> None:
    change = shift(STRUCTURES[name])
    old, new = change.before.trade_shares_new, change.after.trade_shares_new
    there = old > 0
    assert change.share[there] == pytest.approx(np.log(new[there] / old[there]), abs=1e-10)


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_consumer_price_is_all_of_its_parts_and_each_has_its_sign(name: str) -> None:
    change = shift(STRUCTURES[name])
    for code in WORLD.labels.countries:
        found = price_account(change, code)
        n = WORLD.labels.country(code)
        moved = np.log(change.after.consumer_price_hat[n] / change.before.consumer_price_hat[n])
        assert found.total == pytest.approx(moved, abs=1e-14)
        assert sum(part.sum() for part in found.parts.values()) == pytest.approx(moved, abs=1e-11)
        for key in ("own_duties", "own_duties_in_inputs", "other_duties", "trade_costs", "export_taxes"):
            assert found.parts[key].min() >= 0, key  # every duty rose, so did every cost and the one tax
        assert found.parts["home_factors"][np.arange(len(found.details)) != n].tolist() == [0.0] * (
            len(found.details) - 1
        )
        assert found.parts["foreign_factors"][n] == 0
        assert found.parts["other_duties"][n] == 0


def test_a_world_in_another_unit_moves_alike() -> None:
    """Nothing depends on how many millions are spent."""
    small = dataclasses.replace(WORLD, flows=WORLD.flows * 1e-7)
    whole, tiny = shift(Structure()), shift(Structure(), small)
    for name in ("spending", "share", "price", "cost", "factor"):
        assert getattr(tiny, name) == pytest.approx(getattr(whole, name), abs=1e-9), name
    assert np.abs(whole.spending).max() > 0.01
