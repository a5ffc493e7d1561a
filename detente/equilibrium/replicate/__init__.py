"""Published tables, closed forms and identities, solved again with the production solver.

Comes in: nothing but, optionally, the folder of raw replication data. Goes out: `Check` lines, and the exact welfare
decomposition `integrate_welfare`. Never does: ship raw data, tune anything to a published figure.
"""

from detente.equilibrium.replicate.checks import Check
from detente.equilibrium.replicate.path import PathParts, integrate_welfare
from detente.equilibrium.replicate.raw import find_shared
from detente.equilibrium.replicate.suite import run_checks

__all__ = ["Check", "PathParts", "find_shared", "integrate_welfare", "run_checks"]
