"""Dates of a path solved together, stocks that run down from one to the next among the unknowns.

Stocks are all that links dates. So every date is a lane of one batch (`detente.equilibrium.lanes`), and after each sweep the
stocks that earlier dates leave are counted again: what a date takes is given to none after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from detente.cases.backstops import STOCKS
from detente.cases.holdings import Holdings
from detente.equilibrium import Equilibrium, Lane, Newton, Solution, Structure, solve_lanes
from detente.world import Array, Economy

STEERING = 24.0
"""Months after which the inverses are taken that steer every date of a path: they serve the first month and the last quarter."""
MOST_SWEEPS = 120
"""Dates in which much is short take their time, and cost little beside the others."""


class RunningDown:
    """How stocks pass from date to date, at the cells of the ladders: the `Link` of a path.

    Parameters
    ----------
    lanes : sequence of Lane
        The dates in order.
    months : sequence of float
        Their lengths.
    held : Holdings
        What is held at the first; not changed.
    """

    def __init__(self, lanes: Sequence[Lane], months: Sequence[float], held: Holdings) -> None:
        backstop = lanes[0].structure.backstop
        assert backstop is not None
        at = (backstop.importer, backstop.sector)
        self.row, self.base, self.months = backstop.steps.index(STOCKS), backstop.base, months
        self.caps = [[one.name for one in lane.controls if one.kind == "cap"] for lane in lanes]
        self.first: dict[str, Array] = {}
        """Held of every cap at the first date [cell], million USD a month of base-year spending times months."""
        for lane in lanes:
            for control in lane.controls:
                if control.kind == "cap" and control.name not in self.first:
                    self.first[control.name] = held.worth(control)[at]
        self.met = np.zeros((len(lanes), len(self.base)))

    @property
    def any(self) -> bool:
        """Whether anything is held."""
        return any(bool(amount.any()) for amount in self.first.values())

    def capacity(self, lanes: npt.NDArray[np.int64], met: Array) -> Array:
        """What stocks can give at these dates [lane, cell], share of base-year use, when they give `met` at them."""
        self.met[lanes] = met
        rates, left = np.zeros_like(self.met), dict(self.first)
        for k, length in enumerate(self.months):
            held = np.zeros_like(self.base)
            for name in self.caps[k]:
                held = held + left[name]
            spent = self.base * length
            rates[k] = held / spent
            kept = 1 - np.divide(self.met[k] * spent, held, out=np.zeros_like(held), where=held > 0)
            for name in self.caps[k]:
                left[name] = left[name] * np.maximum(kept, 0.0)
        return rates[lanes]

    def waits(self, lanes: npt.NDArray[np.int64], worst: Array) -> Array:
        """Largest of `worst` over the dates before each that are not settled."""
        before = np.zeros_like(worst)
        before[1:] = np.maximum.accumulate(worst)[:-1]
        return before


def solve_dates(
    lanes: Sequence[Lane],
    months: Sequence[float],
    held: Holdings,
    like: tuple[Economy, Structure],
    closure: str,
    solver: Newton | None,
    start: Solution[Equilibrium] | None = None,
) -> list[Solution[Equilibrium]]:
    """Dates of a path at once; none where they cannot be solved so (`solve_lanes`).

    Parameters
    ----------
    lanes : sequence of Lane
        The dates in order, with the controls that limit deliveries there.
    months : sequence of float
        Their lengths.
    held : Holdings
        What is held at the first; not changed.
    like : (Economy, Structure)
        Whose inverses steer.
    closure : str
    solver : Newton, optional
    start : Solution, optional
        Of a date before, where the search begins.
    """
    link = None
    if any(one.kind == "cap" for lane in lanes for one in lane.controls):
        if lanes[0].structure.backstop is None:
            return []  # without a ladder a stock widens its cap: dates one after the other
        link = RunningDown(lanes, months, held)
    linked = link if link is not None and link.any else None
    solver = replace(solver or Newton(), max_steps=MOST_SWEEPS)
    return solve_lanes(lanes, like, closure=closure, solver=solver, link=linked, start=start) or []
