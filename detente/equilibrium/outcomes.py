"""What each outcome of a standoff does to every economy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.equilibrium.solution import Equilibrium, Solution
from detente.world.economy import Wedges
from detente.world.scenario import Footprint, Scenario

if TYPE_CHECKING:
    pass


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
