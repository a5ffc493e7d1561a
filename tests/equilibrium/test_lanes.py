"""Lanes: what steers scenarios that have parameters of their own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.equilibrium import Lane, LaneStart, Structure, lanes, solve_lanes
from detente.equilibrium.baseline import prepare
from detente.world import Wedges, toy

WORLD = toy()
STRUCTURE = Structure(sigma_value_added=0.5, sigma_materials=0.2, sigma_final=0.9)
WAR = Wedges.of(WORLD, tariff=4 * WORLD.tariff)


def other_worlds(*factors: float):
    return [WORLD.with_elasticities(factor * WORLD.trade_elasticity, f"times {factor}") for factor in factors]


def test_clearing_is_as_steep_as_the_elasticities_of_a_lane_make_it():
    """Against the slopes of each economy's own inverses: nearer than those of the base year."""
    base = prepare(WORLD, STRUCTURE)
    others = other_worlds(0.6, 1.0, 1.8)
    theta = np.stack([other.trade_elasticity for other in others])[:, None]
    steeper = lanes._steeper(base, theta)
    np.testing.assert_array_equal(steeper[1], 1.0)
    slopes = np.diag(np.linalg.inv(base.factor_inverse))
    for other, factor in zip(others, steeper, strict=True):
        own = np.diag(np.linalg.inv(prepare(other, STRUCTURE).factor_inverse))
        free = factor != 1
        assert free.sum() == (0 if other is others[1] else len(WORLD.labels.countries) - 1)
        assert (np.abs(slopes * factor / own - 1)[free] < 0.5 * np.abs(slopes / own - 1)[free]).all()
    assert lanes._steeper(prepare(WORLD, dataclasses.replace(STRUCTURE, mobility=1.5)), theta) is None


def test_the_slopes_of_lanes_spare_sweeps_and_move_no_result(monkeypatch):
    batch = [Lane(other, STRUCTURE, WAR) for other in other_worlds(0.5, 0.7, 1.5, 2.0)]

    def solved():
        solutions = solve_lanes(batch, (WORLD, STRUCTURE))
        assert all(solution.result.ok for solution in solutions)
        return solutions

    with_slopes = solved()
    monkeypatch.setattr(lanes, "_steeper", lambda *_: None)
    without = solved()
    sweeps = [sum(each.stats["num_steps"] for each in some) for some in (with_slopes, without)]
    assert sweeps[0] < sweeps[1]
    for one, other in zip(with_slopes, without, strict=True):
        np.testing.assert_allclose(one.value.price_hat, other.value.price_hat, rtol=1e-11)


def test_a_start_lies_straight_on_from_two_others():
    first = LaneStart(np.zeros(2), {"cap": 0.3, "slack": 0.2, "ban": np.inf})
    second = LaneStart(np.array([1.0, -2.0]), {"cap": 0.5, "slack": 0.05, "ban": np.inf})
    ahead = second.beyond(first, 0.5)
    np.testing.assert_array_equal(ahead.point, [1.5, -3.0])
    assert ahead.log_wedges == {"cap": pytest.approx(0.6), "slack": 0.0, "ban": np.inf}
