"""SOLVE: an economy and the wedges of a policy become a counterfactual equilibrium.

Comes in: `Economy`, `Wedges`. Goes out: `Solution[Equilibrium]`. Never does: read files, know what a measure is, round.
"""

from detente.equilibrium.decompose import WelfareParts, decompose_welfare
from detente.equilibrium.derivatives import Gradient, Output, gradients, real_income
from detente.equilibrium.experiments import solve_scenario
from detente.equilibrium.residuals import residuals
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.solve import rebase, solve, solve_batch
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import CLOSURES, Newton

__all__ = [
    "CLOSURES",
    "Equilibrium",
    "Gradient",
    "Newton",
    "Output",
    "Solution",
    "Structure",
    "WelfareParts",
    "decompose_welfare",
    "gradients",
    "real_income",
    "rebase",
    "residuals",
    "solve",
    "solve_batch",
    "solve_scenario",
]
