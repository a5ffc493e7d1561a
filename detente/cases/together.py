"""Dates of a path solved together, stocks that run down from one to the next among the unknowns.

Stocks are all that links dates. So every date is a lane of one batch (`detente.equilibrium.lanes`), and after each sweep the
stocks that earlier dates leave are counted again: what a date takes is given to none after it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from detente.cases.backstops import STOCKS, has_stocks
from detente.cases.holdings import Holdings
from detente.cases.parting import Rates, alike, pace, parted
from detente.equilibrium import (
    Equilibrium,
    Lane,
    LaneStart,
    Newton,
    QuantityControl,
    Solution,
    Structure,
    solve_lanes,
)
from detente.world import Array, Economy, Wedges

Setting = Callable[[float], tuple[Economy, Structure]]
"""Economy and structure by the months that have passed at the middle of a period."""

Law = Callable[[float], tuple[Wedges, Sequence[QuantityControl]]]
"""Wedges and controls that hold so many months on."""

STEERING = (5.0, 36.0)
"""Months after which the inverses are taken that steer the dates of a path, each by the nearest: two serve the first month and the
last quarter."""
EARLY = 12
"""Periods of a path solved at once before the others: much is short in them, and those after begin where they end."""
ROUNDING = 1e-9
"""Distance of what stocks give in a period solved ahead from what they are found to hold, as far as that is rounding."""
MOST_SWEEPS = 120
"""Dates in which much is short take their time, and cost little beside the others."""


def steering_date(months: float) -> float:
    """Which of `STEERING` is nearest to a date, in logarithms.

    Examples
    --------
    >>> steering_date(0.5), steering_date(60.0)
    (5.0, 36.0)
    """
    return min(STEERING, key=lambda date: abs(math.log(max(months, 1e-9) / date)))


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
        caps = {control.name: control for lane in lanes for control in lane.controls if control.kind == "cap"}
        self.first = np.array([held.worth(cap)[at] for cap in caps.values()]).reshape(-1, len(self.base))
        """Held of every cap at the first date [cap, cell], million USD a month of base-year spending times months."""
        names = [{control.name for control in lane.controls} for lane in lanes]
        self.there = np.array([[[name in some] for name in caps] for some in names])
        """Whether a cap is in force at a date [date, cap, 1]."""
        self.met = np.zeros((len(lanes), len(self.base)))
        self.parted = np.zeros_like(self.met)
        """Share that goes in a month of what is left, as prices stand."""
        self.given = np.zeros_like(self.met)
        """What stocks could give when it was asked last, share of base-year use."""

    @property
    def any(self) -> bool:
        """Whether anything is held."""
        return bool(self.first.any())

    def capacity(self, lanes: npt.NDArray[np.int64], met: Array) -> Array:
        """What stocks can give at these dates [lane, cell], share of base-year use, when they give `met` at them."""
        self.met[lanes], could = met, self.given[lanes]
        self.parted[lanes] = np.divide(met, could, out=np.zeros_like(met), where=could > 0)
        rates, left = np.zeros_like(self.met), self.first
        for k, length in enumerate(self.months):
            held, spent = (left * self.there[k]).sum(0), self.base * length
            rates[k] = held / spent * pace(np.minimum(self.parted[k], 1.0), length)
            part = np.divide(self.met[k] * spent, held, out=np.zeros_like(held), where=held > 0)
            left = left * (1 - np.minimum(part, 1.0) * self.there[k])
        self.given[lanes] = rates[lanes]
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
    closure: str | Array,
    solver: Newton | None,
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
    closure : str or array [country], million USD
    solver : Newton, optional
    """
    link = None
    if any(control.kind == "cap" for lane in lanes for control in lane.controls):
        if not has_stocks(lanes[0].structure.backstop):
            return []  # without a step for it a stock widens its cap: dates one after the other
        link = RunningDown(lanes, months, held)
    linked = link if link is not None and link.any else None
    solver = replace(solver or Newton(), max_steps=MOST_SWEEPS)
    return solve_lanes(lanes, like, closure=closure, solver=solver, link=linked) or []


def unprepared(at: Setting) -> Setting:
    """A setting that lends no inverses, which a date solved with others has no use for; the same one where it knows none."""
    bare: Setting = getattr(at, "bare", at)
    return bare


def solve_ahead(
    first: float,
    months: Sequence[float],
    law: Law,
    held: Holdings,
    at: Setting,
    closure: str | Array,
    solver: Newton | None,
    last: Solution[Equilibrium] | None,
) -> dict[int, Solution[Equilibrium]]:
    """Periods from a month on solved at once, by position: those that were found."""
    bare, lanes = unprepared(at), list[Lane]()
    middles = first + np.cumsum(months) - np.array(months) / 2
    for middle in middles:
        here, structure = bare(float(middle))
        wedges, controls = law(float(middle))
        kept = (control for control in controls if control.is_floor or math.isfinite(held.months(control)))
        lanes.append(Lane(here, structure, wedges, tuple(kept)))
    if last is not None and alike(last.value.structure, lanes[0].structure):
        near = LaneStart.of(last)
        lanes = [replace(lane, start=near) for lane in lanes]
    like = bare(steering_date(float(np.sqrt(middles[0] * middles[-1]))))
    solutions = solve_dates(lanes, months, held, like, closure, solver)
    return {k: solution for k, solution in enumerate(solutions) if solution.result.ok}


def gives(value: Equilibrium, rates: Rates, months: float) -> bool:
    """Whether the stocks of an equilibrium give as much as is held, over a period of so many months."""
    backstop = value.structure.backstop
    if backstop is None or not has_stocks(backstop):
        return not rates
    labels = value.economy.labels
    given = backstop.capacity[backstop.steps.index(STOCKS)]
    cells = [
        (labels.countries[n], labels.sectors[s])
        for n, s in zip(backstop.importer, backstop.sector, strict=True)
    ]
    asked = np.array([rates.get(cell, 0.0) for cell in cells])
    if months != 1:
        shares = parted(value)
        asked = asked * pace(np.array([shares.get(cell, 0.0) for cell in cells]), months)
    return bool(np.abs(given - asked).max(initial=0.0) < ROUNDING)
