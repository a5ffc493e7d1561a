"""ECONOMY: one baseline year as labelled arrays that balance.

Comes in: shipped tables, or your own.
Goes out: a checked `Economy`, and the `Wedges` of a policy.
Never does: solve anything.
"""

from detente.world.aggregate import aggregate
from detente.world.benchmarks import benchmarks
from detente.world.check import check
from detente.world.economy import Economy, Wedges
from detente.world.elasticities import elasticity_set, elasticity_sets
from detente.world.load import load_world, shipped_worlds
from detente.world.scenario import Scenario, apply_scenario, load_scenario, shipped_scenarios, wedges_at
from detente.world.show import country_table, duty_table, sector_table
from detente.world.toy import toy

__all__ = [
    "Economy",
    "Scenario",
    "Wedges",
    "aggregate",
    "apply_scenario",
    "benchmarks",
    "check",
    "country_table",
    "duty_table",
    "elasticity_set",
    "elasticity_sets",
    "load_scenario",
    "load_world",
    "sector_table",
    "shipped_scenarios",
    "shipped_worlds",
    "toy",
    "wedges_at",
]
