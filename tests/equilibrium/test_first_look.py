"""Where wages have floors the sweeps go on for longer before what costs more takes over; what is found is the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detente.equilibrium import Model, Newton, Policy, Structure, solve
from detente.equilibrium.ladder import STEPS_AT_FLOORS, first_look
from detente.world import toy

WORLD = toy()
FLOORED = Structure(mobility=1.5, wage_floor=1.0, horizon="short run")


def test_floors_give_the_sweeps_more_steps_and_nothing_else_does():
    assert first_look(Newton(), FLOORED, WORLD).max_steps == STEPS_AT_FLOORS * Newton().max_steps
    assert first_look(Newton(), Structure(mobility=1.5, horizon="short run"), WORLD) == Newton()
    quick = Newton(robust=False)
    assert first_look(quick, FLOORED, WORLD) == quick


def test_what_more_sweeps_find_is_what_the_ladder_finds():
    war = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.3)
    whole = solve(Model(WORLD, FLOORED), war)
    needed = whole.stats["num_steps"]
    few = Newton(max_steps=int(np.ceil(needed / STEPS_AT_FLOORS)) + 1)
    patient = solve(Model(WORLD, FLOORED, solver=few), war)
    assert few.max_steps < needed
    assert (patient.stats["method"], patient.stats["num_steps"]) == ("sweep", needed)
    climbed = solve(Model(WORLD, FLOORED, solver=replace(few, max_steps=1 + needed // 8)), war)
    assert climbed.stats["method"] != "sweep"
    assert climbed.value.real_income_hat == pytest.approx(patient.value.real_income_hat, abs=1e-9)
