"""The exact welfare decomposition: its parts add up, and each is what small steps of the published formula make of it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crosscheck"))

from random_world import SHOCKS, random_world, shock

from detente.core import SolveError
from detente.equilibrium import Model, Structure, rebase, solve
from detente.equilibrium.explain import decompose_welfare
from detente.equilibrium.explain.attribute import chebyshev
from detente.validation.path import PARTS, integrate_welfare
from detente.world import Wedges, toy

STRUCTURES = {
    "core": Structure(),
    "nests": Structure(0.4, 0.3, 0.05, ("s0", "s1"), 0.6),
    "immobile": Structure(mobility=1.3),
    "markups": Structure(profit_share=0.1),
    "all": Structure(0.4, 0.3, 0.05, ("s0", "s1"), 0.6, 1.3, 0.1),
}


@pytest.fixture(scope="module")
def economy():
    return random_world(4, 3, seed=3, deficits=0.1)


@pytest.mark.parametrize("kind", [kind for kind in SHOCKS if kind != "ban"])
@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_parts_add_up_to_the_exact_change(economy, kind, structure):
    wedges = shock(economy, kind, 3)
    parts = integrate_welfare(Model(economy, structure), wedges)
    exact = np.log(solve(Model(economy, structure), wedges).value.real_income_hat)
    assert np.abs(exact).max() > 1e-3
    np.testing.assert_allclose(parts.log_real_income_hat, exact, rtol=0, atol=1e-10)
    np.testing.assert_allclose(parts.total, exact, rtol=0, atol=1e-8)


def test_parts_that_should_be_there_are(economy):
    """Each part appears with its own cause and not without."""
    alone = {
        "up": {"terms_of_trade", "volume_of_trade"},
        "iceberg": {"terms_of_trade", "volume_of_trade", "trade_costs"},
        "export_tax": {"terms_of_trade", "volume_of_trade", "taxed_exports"},
    }
    for kind, expected in alone.items():
        parts = integrate_welfare(Model(economy), shock(economy, kind, 3))
        there = {name for name in PARTS if np.abs(getattr(parts, name)).max() > 1e-6}
        assert there == expected
    with_profits = integrate_welfare(Model(economy, STRUCTURES["markups"]), shock(economy, "up", 3))
    assert np.abs(with_profits.profit_shifting).max() > 1e-6
    purged = integrate_welfare(Model(economy, closure="zero"), Wedges.unchanged(economy))
    assert np.abs(purged.transfers).max() > 1e-3


def test_parts_are_the_limit_of_small_steps_of_the_published_formula():
    """Step by step from each new base year; halving the steps halves the distance."""
    economy = toy()
    tariff = 3 * np.array(economy.tariff)
    exact = integrate_welfare(Model(economy), Wedges.of(economy, tariff=tariff))

    def steps(count):
        here, terms, volume = economy, 0.0, 0.0
        path = np.log1p(tariff) - np.log1p(economy.tariff)
        for k in range(1, count + 1):
            target = np.expm1(np.log1p(economy.tariff) + path * k / count)
            value = solve(Model(here), Wedges.of(here, tariff=target)).value
            made = decompose_welfare(here, value)
            terms, volume = terms + made.terms_of_trade, volume + made.volume_of_trade
            here = rebase(value, "step")
        return terms, volume

    gaps = []
    for count in (16, 32):
        terms, volume = steps(count)
        gaps.append(
            max(np.abs(terms - exact.terms_of_trade).max(), np.abs(volume - exact.volume_of_trade).max())
        )
    assert gaps[1] < 5e-4
    assert gaps[0] / gaps[1] == pytest.approx(2, rel=0.2)


def test_a_path_without_end_says_so(economy):
    with pytest.raises(SolveError, match="path integral"):
        integrate_welfare(Model(economy), shock(economy, "ban", 3), most_points=10)


@pytest.mark.parametrize("count", [4, 16, 64])
def test_chebyshev_points_differentiate_and_integrate_polynomials(count):
    points, weights, derivative = chebyshev(count)
    assert points[0] == 0
    assert points[-1] == 1
    np.testing.assert_allclose(derivative @ points**4, 4 * points**3, rtol=0, atol=1e-11)
    assert weights @ points**4 == pytest.approx(0.2, rel=1e-13)
