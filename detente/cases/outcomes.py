"""What each outcome of a standoff does to every economy."""

from __future__ import annotations

from dataclasses import dataclass, field

from detente.equilibrium import Equilibrium, Solution
from detente.policy import Footprint, Scenario, Timing
from detente.world import Wedges


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
    timing : Timing or None
        Clocks that the scenario's date lets fire, with what each snaps back to, and what the scenario holds
        (`timing.lets`, `timing.held`); None for an outcome that was not made from a record.
    """

    scenario: Scenario
    wedges: Wedges
    footprints: tuple[Footprint, ...]
    solution: Solution[Equilibrium]
    timing: Timing | None = field(default=None, kw_only=True)

    @property
    def value(self) -> Equilibrium:
        """The equilibrium."""
        return self.solution.value
