"""Draws of the one-sector family: around their medians, the same for a seed, and those of the core with one sector."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.core import InputError, SolveError
from detente.equilibrium import GravityStructure, GravityWorld, solve_gravity
from detente.outlook import draw_gravity, gravity_interval_table, gravity_parameters
from detente.outlook.gravity import drawn_world

FLOWS = np.array([[80.0, 3, 5], [4, 60, 6], [2, 7, 90]])
DUTY = np.array([[0, 0.25, 0.25], [0, 0, 0], [0.4, 0, 0]])
FULL = GravityStructure(
    4.0,
    pass_through=np.array([1.1, 0.8, 1.0]),
    scale=0.1,
    margin=np.array([0.1, 0.0, 0.2]),
    labour_supply=0.5,
    relief=1.0,
)
WORLD = GravityWorld(("AAA", "BBB", "CCC"), FLOWS, np.zeros((3, 3)), FULL)


def test_every_parameter_that_is_there_is_drawn_and_moves_the_answer():
    names = [parameter.name for parameter in gravity_parameters(WORLD)]
    assert names == ["trade_elasticity", "pass_through", "scale", "margin", "labour_supply"]
    core = dataclasses.replace(WORLD, structure=GravityStructure(4.0))
    assert [parameter.name for parameter in gravity_parameters(core)] == ["trade_elasticity"]
    drawn = draw_gravity(WORLD, [DUTY, 0 * DUTY], draws=8, seed=3)
    low, high = drawn.interval()
    assert (low[0] < high[0]).all()
    assert ((low[0] < drawn.central[0]) & (drawn.central[0] < high[0])).all()
    assert drawn.values[:, 1] == pytest.approx(1, abs=1e-10)
    # each draw is the world at its own parameters
    one = drawn_world(WORLD, drawn.parameters, drawn.normals[5])
    assert drawn.values[5, 0] == pytest.approx(solve_gravity(one, [DUTY])[0].welfare_hat, abs=1e-12)
    assert one.structure.trade_elasticity == pytest.approx(4 * np.exp(0.34 * drawn.normals[5, 0]))
    assert one.structure.margin[1] == 0
    assert one.structure.pass_through[2] == 1
    assert one.structure.relief == 1.0
    medians = drawn_world(WORLD, drawn.parameters, np.zeros(5))
    assert solve_gravity(medians, [DUTY])[0].welfare_hat == pytest.approx(drawn.central[0], abs=1e-12)
    again = draw_gravity(WORLD, [DUTY], draws=8, seed=3)
    assert (again.values[:, 0] == drawn.values[:, 0]).all()
    table = gravity_interval_table(drawn, ["war", "peace"])
    assert table.rows[0][:2] == ("war", "AAA")
    assert table.rows[0][2] == pytest.approx(100 * (drawn.central[0, 0] - 1))
    assert "8 draws of trade_elasticity" in table.note


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(InputError, match="1 draw cannot make an interval"):
        draw_gravity(WORLD, [DUTY], draws=1)
    with pytest.raises(SolveError, match="draw 3 of 4"):
        draw_gravity(WORLD, [20 * DUTY], draws=4, seed=1)
