"""Named horizons: what they set, where it comes from, and that every result says which it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from detente.cases.horizons import (
    HORIZONS,
    critical_sectors,
    horizon,
    horizon_sentence,
    horizon_table,
    named_horizon,
)
from detente.cases.runs import run_scenarios
from detente.core import LabelError
from detente.dossier import load_dossier
from detente.equilibrium import Model, Structure, solve
from detente.policy import load_scenario
from detente.show.tables.metrics import assumptions
from detente.world import Wedges, load_world, toy


def test_the_long_run_is_the_core_and_keeps_the_elasticities():
    economy, structure = horizon("long", toy())
    assert structure.is_core
    assert np.array_equal(economy.trade_elasticity, toy().trade_elasticity)


def test_more_time_lets_everything_adjust_more():
    world = load_world()
    made = [horizon(name, world) for name in HORIZONS]
    theta = [economy.trade_elasticity.mean() for economy, _ in made]
    kappa = [structure.mobility for _, structure in made]
    nests = [(s.sigma_value_added, s.sigma_materials, s.sigma_critical, s.sigma_final) for _, s in made]
    assert theta == sorted(theta)
    assert len(set(theta)) == 3
    assert kappa == sorted(kappa)
    assert kappa[0] > 1
    assert math.isinf(kappa[-1])
    assert nests == sorted(nests)


def test_every_parameter_has_a_grade_and_a_source():
    rows = list(horizon_table().records())
    assert len(rows) == 3 * 7
    for row in rows:
        assert row["grade"] in ("official", "reported", "inferred", "assumed")
        assert len(str(row["source"])) > 15


def test_critical_sectors_of_any_world():
    codes, why = critical_sectors(load_world())
    assert codes
    assert set(codes) <= set(load_world().labels.sectors)
    assert why
    world = toy()
    _, structure = horizon("impact", world)
    assert structure.critical == ("PARTS",)
    assert "PARTS" in structure.source


def test_a_world_without_known_sectors_scales_its_own_elasticities():
    economy, _ = horizon("short", toy())
    assert np.allclose(economy.trade_elasticity, 0.2 * toy().trade_elasticity)
    assert "times 0.2 (assumed" in economy.elasticity_source


def test_asked_for_elasticities_are_kept():
    economy, structure = horizon("short", toy(), keep_elasticities=True)
    assert np.array_equal(economy.trade_elasticity, toy().trade_elasticity)
    assert not structure.is_core


def test_an_unknown_horizon_offers_the_nearest():
    with pytest.raises(LabelError, match="shrot") as found:
        named_horizon("shrot")
    assert "`short`" in str(found.value)


@pytest.mark.parametrize("name", HORIZONS)
def test_every_horizon_solves_and_is_named_with_the_result(name):
    economy, structure = horizon(name, load_world())
    found = run_scenarios(Model(economy, structure), load_dossier(), [load_scenario("decoupling")])
    said = assumptions(found["decoupling"])
    assert f"Horizon: {structure.horizon} (" in said
    assert found["decoupling"].solution.stats["max_residual"] < 1e-10


def test_a_horizon_at_its_limit_is_the_core():
    """The short run with every elasticity at one and factors free is the long run of the same elasticities."""
    economy, _ = horizon("short", toy())
    shock = Wedges.of(economy, tariff=3 * economy.tariff)
    limit = Structure(1.0, 1.0, 1.0, ("PARTS",), 1.0)
    assert (
        horizon_sentence(limit)
        == "Horizon: long run (factors move freely between sectors). Duties go to households."
    )
    there, core = (solve(Model(economy, s), shock).value for s in (limit, Structure()))
    assert abs(there.real_income_hat - core.real_income_hat).max() < 1e-12
