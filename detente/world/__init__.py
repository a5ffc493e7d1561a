"""ECONOMY: one baseline year as labelled arrays that balance.

Comes in: shipped tables, or your own.
Goes out: a checked `Economy`, and the `Wedges` of a policy.
Never does: solve anything.
"""

from detente.world.aggregate import aggregate
from detente.world.benchmarks import benchmarks
from detente.world.carving import Disaggregation, assumption_table, load_disaggregation, shipped_chokepoints
from detente.world.check import check
from detente.world.disaggregate import carved, disaggregate, merge_carved
from detente.world.economy import Economy, Wedges
from detente.world.elasticities import (
    elasticity_set,
    elasticity_sets,
    elasticity_table,
    with_elasticity_set,
)
from detente.world.load import load_world, shipped_worlds
from detente.world.read.build import WorldReport, build_world
from detente.world.save import save_world
from detente.world.scenario import Scenario, apply_scenario, load_scenario, shipped_scenarios, wedges_at
from detente.world.show import country_table, duty_table, sector_table
from detente.world.toy import toy

__all__ = [
    "Disaggregation",
    "Economy",
    "Scenario",
    "Wedges",
    "WorldReport",
    "aggregate",
    "apply_scenario",
    "assumption_table",
    "benchmarks",
    "build_world",
    "carved",
    "check",
    "country_table",
    "disaggregate",
    "duty_table",
    "elasticity_set",
    "elasticity_sets",
    "elasticity_table",
    "load_disaggregation",
    "load_scenario",
    "load_world",
    "merge_carved",
    "save_world",
    "sector_table",
    "shipped_chokepoints",
    "shipped_scenarios",
    "shipped_worlds",
    "toy",
    "wedges_at",
    "with_elasticity_set",
]
