"""Scenarios solved together: what each outcome of a standoff does to every economy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.core import SolveError
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.solve import solve_batch
from detente.equilibrium.sweep import Newton
from detente.world.economy import Economy, Wedges
from detente.world.scenario import Footprint, Scenario, wedges_and_footprints

if TYPE_CHECKING:
    from detente.dossier import Dossier


@dataclass(frozen=True, eq=False)
class Outcome:
    """One scenario, the wedges it makes and the equilibrium that answers them.

    Attributes
    ----------
    scenario : Scenario
    wedges : Wedges
    footprints : tuple of Footprint
        What each measure moves, or why it moves nothing.
    solution : Solution of Equilibrium
    """

    scenario: Scenario
    wedges: Wedges
    footprints: tuple[Footprint, ...]
    solution: Solution[Equilibrium]

    @property
    def value(self) -> Equilibrium:
        """The equilibrium."""
        return self.solution.value


def solve_scenarios(
    economy: Economy,
    dossier: Dossier,
    scenarios: Sequence[Scenario],
    *,
    closure: str = "share",
    solver: Newton | None = None,
    throw: bool = True,
) -> Mapping[str, Outcome]:
    """Solve scenarios of one dossier on one economy, in one batch.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        Loaded with the `asof` the scenarios ask for.
    scenarios : sequence of Scenario
    closure : str
    solver : Newton, optional
    throw : bool
        Raise `SolveError` for the first scenario without an equilibrium; ``False`` returns its code.

    Returns
    -------
    mapping of scenario id to Outcome
        In the order given.
    """
    made = [wedges_and_footprints(economy, dossier, scenario) for scenario in scenarios]
    solutions = solve_batch(economy, [wedges for wedges, _ in made], closure=closure, solver=solver)
    outcomes = {
        scenario.id: Outcome(scenario, wedges, footprints, solution)
        for scenario, (wedges, footprints), solution in zip(scenarios, made, solutions, strict=True)
    }
    for name, outcome in outcomes.items():
        if throw and not outcome.solution.result.ok:
            raise SolveError(
                f"scenario `{name}`: {outcome.solution.result.value}",
                where=economy.name,
                hint="the docs page `it-does-not-converge` says what to try; `throw=False` keeps the other outcomes",
                solution=outcome.solution,
            )
    return outcomes
