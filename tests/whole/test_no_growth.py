"""What is kept for later solves dies with the economies and structures it was made from."""

from __future__ import annotations

import dataclasses
import gc
import weakref

import numpy as np
import pytest

from detente.cases.case import Case
from detente.equilibrium import Model, Structure, baseline as preparations, solve
from detente.equilibrium.baseline import prepare
from detente.outlook.draws import draw_outcomes
from detente.policy import Scenario
from detente.show.figures.figures import _drawing
from detente.world import Economy, Wedges, toy

CONTAINERS = (Economy, Structure, Wedges)


def living():
    gc.collect()
    kinds = [type(one) for one in gc.get_objects() if isinstance(one, CONTAINERS)]
    return {kind: kinds.count(kind) for kind in CONTAINERS}


def test_two_hundred_draws_leave_nothing_behind():
    world = toy()
    case = Case(
        Scenario(id="triple", title="Triple", dossier="toy"), Wedges.of(world, tariff=3 * world.tariff)
    )
    structure = Structure(sigma_final=0.8, mobility=2.0)
    draw_outcomes(Model(world, structure), [case], draws=2, seed=1)
    before, prepared = living(), len(preparations._prepared)
    draw_outcomes(Model(world, structure), [case], draws=200, seed=2)
    assert living() == before
    assert len(preparations._prepared) == prepared


@pytest.mark.parametrize("structure", [Structure(), Structure(sigma_materials=0.5, mobility=2.0)])
def test_a_prepared_economy_dies_at_once(structure):
    """Without a collection of cycles: a server must not wait for one while megabytes pile up."""
    gc.collect()
    gc.disable()
    try:
        world = dataclasses.replace(toy(), name="short-lived")
        own = dataclasses.replace(structure)
        value = solve(Model(world, own), Wedges.of(world, tariff=2 * world.tariff)).value
        kept = prepare(world, own)
        seen = [weakref.ref(one) for one in (world, own, kept.technology)]
        del world, own, value, kept
        assert [one() for one in seen] == [None, None, None]
    finally:
        gc.enable()


def test_a_structure_dies_while_its_economy_lives():
    world = toy()
    structure = Structure(sigma_final=0.7)
    prepare(world, structure)
    held = preparations._prepared[world]
    count, seen = len(held), weakref.ref(structure)
    del structure
    gc.collect()
    assert seen() is None
    assert len(held) == count - 1


def test_what_is_kept_is_used_again():
    world = toy()
    assert prepare(world).factor_inverse is prepare(world).factor_inverse
    first, again = prepare(world).technology, prepare(world).technology
    assert first.economy is again.economy is world
    assert first._by_user is again._by_user
    assert np.array_equal(first.factor_share, again.factor_share)


def test_the_cache_of_drawings_is_bounded():
    assert _drawing.cache_info().maxsize == 256
