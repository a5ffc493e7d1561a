"""The reference on which KITE's R and Julia implementations agree, and the invariants of its tests."""

from __future__ import annotations

import dataclasses

import pytest

from detente.equilibrium import Model, solve
from detente.validation.kite import WAGES, kite_checks, kite_duties, kite_world


def test_its_reference_and_invariants_hold():
    checks = kite_checks()
    assert [check.what for check in checks if check.verdict != "holds"] == []
    assert len(checks) == 13


def test_its_economy_is_read_as_it_is_meant():
    world = kite_world()
    assert world.value_added == pytest.approx([86.36528000853004, 115.9203022550259, 87.27118486490745])
    assert -world.deficit == pytest.approx([-5.19863142400871, -10.313645005739218, 15.512276429747956])
    assert world.final_shares[:, 0] == pytest.approx(
        [0.7939619524074376, 0.49875054428336585, 0.8550471797882864]
    )
    other = dataclasses.replace(world, trade_elasticity=1 / world.trade_elasticity)  # the R package's reading
    name, wedges = next(iter(kite_duties(other).items()))
    assert abs(solve(Model(other), wedges).value.wage_hat - WAGES[name]).max() > 1e-3
