"""Immobile factors in very many markets: inverses that are rough and factored steer to the same equilibrium as exact ones."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.equilibrium import Model, Structure, baseline, cell_systems, solve
from detente.equilibrium.baseline import prepare
from detente.equilibrium.factored import Factored
from detente.equilibrium.gradients import gradients, real_income
from detente.world import Wedges, toy

STRUCTURES = (
    Structure(mobility=1.5),
    Structure(
        mobility=1.1,
        sigma_value_added=0.5,
        sigma_materials=0.2,
        sigma_final=0.8,
        labour_supply=0.3,
        minimum_consumption=0.1,
        profit_share=0.1,
    ),
)


def wedges_of(economy):
    draw = np.random.default_rng(3)
    start = Wedges.unchanged(economy)
    return dataclasses.replace(
        start, tariff=start.tariff + 0.2 * draw.random(start.tariff.shape) * (start.tariff > 0)
    )


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_same_equilibrium_and_the_same_derivatives(structure, monkeypatch):
    outcomes = []
    for rough in (False, True):
        economy = dataclasses.replace(toy())  # a copy, of which no inverses are known
        if rough:
            monkeypatch.setattr(baseline, "DENSE_UNKNOWNS", 0)
            monkeypatch.setattr(cell_systems, "DENSE_UNKNOWNS", 0)
        solution = solve(Model(economy, structure), wedges_of(economy))
        assert solution.result.ok
        assert isinstance(prepare(economy, structure).factor_inverse, Factored) is rough
        value = solution.value
        slope = gradients(value, [real_income(value, economy.labels.countries[0])])[0]
        outcomes.append((value.real_income_hat, value.expenditure_new, slope.tariff, slope.log_iceberg))
    for exact, ours in zip(*outcomes, strict=True):
        np.testing.assert_allclose(ours, exact, rtol=1e-9, atol=1e-9 * np.abs(exact).max())


def test_factors_multiply_as_the_inverse_does():
    matrix = np.random.default_rng(1).normal(size=(30, 30)) + 8 * np.eye(30)
    rows = np.random.default_rng(2).normal(size=(4, 30))
    kept = Factored.of(matrix.copy())
    assert (kept.shape, len(kept)) == ((30, 30), 30)
    for ours, exact in (
        (kept, np.linalg.inv(matrix).T),
        (kept.T, np.linalg.inv(matrix)),
        (kept.T.T, np.linalg.inv(matrix).T),
    ):
        np.testing.assert_allclose(rows @ ours, rows @ exact, atol=2e-6)
        np.testing.assert_allclose(rows[0] @ ours, rows[0] @ exact, atol=2e-6)
    for singular in (np.zeros((3, 3)), np.full((3, 3), np.nan)):
        with pytest.raises(np.linalg.LinAlgError):
            Factored.of(singular)
