"""Ignatenko and others (2025): what a replication must not get wrong. The figures themselves are rows of `validate`."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("pandas")

from detente.core import InputError
from detente.equilibrium import solve_gravity
from detente.validation.liberation2025 import read_liberation, study_row_table
from detente.validation.liberation_figures import MAPS


@pytest.fixture(scope="module")
def study(shared):
    return read_liberation(shared)


def test_two_traps_of_a_replication_are_told_apart(study):
    """Margins of the seller instead of the market's miss the authors' figure; so do transfers that do not add to zero."""
    world, figure = study.world, MAPS["USTR"]["USA"][0]
    (right,) = solve_gravity(world, [study.announced])
    assert study_row_table(right)[study.usa, 0] == pytest.approx(figure, abs=1e-9)
    assert abs(world.transfer.sum()) < 1e-9 * world.value_added.sum()
    balanced = world.transfer - (world.flows[:, study.usa] - world.flows[study.usa])
    balanced[study.usa] = 0.0
    assert abs(balanced.sum()) > 1e5
    with pytest.raises(InputError, match="do not add to zero"):
        solve_gravity(world, [study.announced], transfer=balanced)
    ones = np.full(len(world.countries), world.by_country("margin").mean())
    (wrong,) = solve_gravity(study.structure(margin=ones), [study.announced])
    assert abs(study_row_table(wrong)[study.usa, 0] - figure) > 1e-3
