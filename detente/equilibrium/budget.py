"""How much work one scenario may take before its search is given up, and what it has taken.

Work is counted in sweeps of the core model, so that the same input ends at the same place on every machine. What a step
costs in that unit was measured on the shipped world (21 countries, 33 sectors): a sweep moves every factor price, a step
of exact Newton differentiates everything by every one of them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detente.core import checkpoint

if TYPE_CHECKING:
    from detente.equilibrium.solution import Equilibrium, Solution

BUDGET = 10_000.0
"""Sweeps that one scenario may take: about four seconds on the shipped world, one core."""
SECONDS = 60.0
"""The second guard, for worlds so large that a single step is long; the shipped world never meets it."""
PRICE_ITERATION = 0.25
"""One iteration on the price system, in sweeps."""


def sweep_cost(factors: int) -> float:
    """Work of one sweep with so many factor prices: every residual is met by a move of each of them."""
    return 1 + factors / 150


def newton_cost(factors: int, iterations: int) -> float:
    """Work of one evaluation of all derivatives by so many factor prices, with so many iterations on the systems behind it."""
    return (factors + iterations) / 2


def work_of(solution: Solution[Equilibrium]) -> float:
    """Work of a solve: what its search noted, or its sweeps where it needed no search."""
    stats = solution.stats
    return float(
        stats.get("work", float(stats["num_steps"]) * sweep_cost(solution.value.factor_price_hat.size))
    )


@dataclass
class Meter:
    """Work and time that a search has taken, against what it may take.

    Attributes
    ----------
    budget : float
        Work allowed, in sweeps.
    seconds : float
        Time allowed.
    spent : float
        Work taken.
    reached : float
        How far the search came, as a share of the way from its start to the shock, in logarithms.

    Examples
    --------
    >>> meter = Meter(100.0, 60.0)
    >>> meter.charge(99.0)
    >>> meter.ended
    ''
    >>> meter.charge(1.0)
    >>> meter.ended
    'budget'
    """

    budget: float
    seconds: float
    spent: float = 0.0
    reached: float = 0.0
    began: float = field(default_factory=time.perf_counter)

    def charge(self, work: float) -> None:
        """Count work that was done."""
        checkpoint()
        self.spent += work

    @property
    def ended(self) -> str:
        """What has run out: ``budget``, ``seconds`` or nothing."""
        if self.spent >= self.budget:
            return "budget"
        return "seconds" if self.elapsed >= self.seconds else ""

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> tuple[float, float]:
        """Work and seconds that are left."""
        return max(self.budget - self.spent, 0.0), max(self.seconds - self.elapsed, 0.0)

    def part(self, share: float) -> Meter:
        """A meter for a share of the work that is left; its work is to be charged to this one."""
        work, seconds = self.left
        return Meter(share * work, share * seconds)
