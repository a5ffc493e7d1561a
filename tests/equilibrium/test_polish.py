"""Newton with the largest market dropped goes on from a point near the equilibrium and ends there, with free and slow factors."""

from __future__ import annotations

import numpy as np
import pytest

from detente.equilibrium import Model, Policy, Structure, solve
from detente.equilibrium.baseline import prepare
from detente.equilibrium.budget import Meter
from detente.equilibrium.robust import polish
from detente.world import toy

WORLD = toy()
WAR = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.3)


@pytest.mark.parametrize("structure", [Structure(), Structure(mobility=1.5)], ids=["free", "slow"])
def test_it_ends_in_the_equilibrium(structure):
    value = solve(Model(WORLD, structure), WAR).value
    base = prepare(WORLD, structure)
    near = 1e-3 * np.cos(np.arange(value.factor_price_hat.size)).reshape(value.factor_price_hat.shape)
    point = np.concatenate(
        [
            (np.log(value.factor_price_hat) + near).ravel(),
            np.log(value.price_hat).ravel(),
            (value.expenditure_new / base.scale).ravel(),
        ]
    )
    ended = polish(base.technology, WAR.wedges, value.deficit_new, point, Meter(1e6, 60.0), 1e-11)
    assert ended is not None
    there, steps = ended
    assert steps > 0
    size = value.factor_price_hat.size
    np.testing.assert_allclose(there[:size], np.log(value.factor_price_hat).ravel(), atol=1e-10)
    np.testing.assert_allclose(there[-value.price_hat.size :], point[-value.price_hat.size :], rtol=1e-9)
