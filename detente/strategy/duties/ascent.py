"""Climbing a landscape within bounds: projected quasi-Newton steps that survive points without a solution.

The first step of every climb is the one that the curvatures to expect ask for; what they miss is learnt on the way (limited
memory, on the instruments that are free). A trial point without a solution is a bad point: the step is cut to a quarter,
and the next ones are no longer to begin with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.strategy.duties.landscape import Landscape, Survey
from detente.world import Array

Mask = npt.NDArray[np.bool_]
MEMORY = 20
LONGEST = 1.0
"""Log points that an instrument moves in one step at most."""
CUTS = 12
"""Times a step is shortened before the climb ends where it is."""
EDGE = 24
"""Points without a solution that a climb meets before it ends where it is: payoff rises to the edge of what has one."""
NOISE = 1e-11
"""Differences of log welfare that are rounding: below them the slopes say where to go."""


@dataclass(frozen=True, eq=False)
class Ascent:
    """Where a climb ended.

    Attributes
    ----------
    point : array [instrument]
        x = log(1 + rate).
    look : Survey
        What is seen there.
    gap : float
        Largest step that first-order conditions still ask for, within the bounds.
    evaluations : int
        Equilibria solved; each with a solution was differentiated.
    unsolved : int
        Trial points on the way that had no solution.
    """

    point: Array
    look: Survey
    gap: float
    evaluations: int
    unsolved: int


def wanted_step(ground: Landscape, point: Array, look: Survey) -> Array:
    """Step that the first-order conditions ask for with the curvatures to expect, within the bounds [instrument].

    Zero everywhere is the condition of Karush, Kuhn and Tucker: no slope inside the bounds, none but outwards at them.
    """
    return np.asarray(np.clip(point + look.slope / look.scale, ground.lower, ground.upper) - point)


def first_order_gap(ground: Landscape, point: Array, look: Survey) -> float:
    """Largest of the wanted steps, in log(1 + rate)."""
    return float(np.abs(wanted_step(ground, point, look)).max())


def held(ground: Landscape, point: Array, slope: Array) -> Mask:
    """Instruments at a bound whose slope points outwards [instrument]."""
    low, high = point <= ground.lower + 1e-12, point >= ground.upper - 1e-12
    return np.asarray((low & (slope <= 0)) | (high & (slope >= 0)))


def climb_from(
    ground: Landscape, start: Array, *, tolerance: float = 1e-7, max_evaluations: int = 150
) -> Ascent | None:
    """Climb from a point to where first-order conditions hold; None where the start itself has no solution.

    Parameters
    ----------
    ground : Landscape
    start : array [instrument]
        x = log(1 + rate).
    tolerance : float
        Gap at which to stop.
    max_evaluations : int

    Returns
    -------
    Ascent or None
    """
    point = np.clip(start, ground.lower, ground.upper)
    (look,) = ground.look([point])
    if look is None:
        return None
    count, unsolved = 1, 0
    pairs: list[tuple[Array, Array]] = []
    longest = LONGEST
    while count < max_evaluations and unsolved < EDGE and first_order_gap(ground, point, look) >= tolerance:
        step = _direction(ground, point, look, pairs)
        length = min(1.0, longest / float(np.abs(step).max()))
        for _ in range(CUTS):
            trial = np.clip(point + length * step, ground.lower, ground.upper)
            (there,) = ground.look([trial])
            count += 1
            if there is not None and _better((point, look), (trial, there)):
                pairs = [*pairs, (trial - point, look.slope - there.slope)][-MEMORY:]
                point, look = trial, there
                longest = min(2 * longest, LONGEST)
                break
            length /= 4
            if there is None:
                unsolved, longest = unsolved + 1, length * float(np.abs(step).max())
        else:
            if not pairs:
                break
            pairs = []  # what was learnt does not hold here: once more by what is expected
    return Ascent(point, look, first_order_gap(ground, point, look), count, unsolved)


def _better(old: tuple[Array, Survey], new: tuple[Array, Survey]) -> bool:
    """Whether a step rises by a fair part of what it promised; where that is rounding, by the slopes at both ends."""
    step = new[0] - old[0]
    promise = float(old[1].slope @ step)
    gain = new[1].level - old[1].level
    if promise <= NOISE:
        gain = float((old[1].slope + new[1].slope) @ step) / 2
    return gain >= 1e-4 * promise


def _direction(ground: Landscape, point: Array, look: Survey, pairs: Sequence[tuple[Array, Array]]) -> Array:
    """Quasi-Newton step on the instruments that are free [instrument]: two loops over the last steps, uphill in any case."""
    free = ~held(ground, point, look.slope)
    scale, ahead = look.scale[free], look.slope[free].copy()
    used = [(moved[free], bent[free]) for moved, bent in pairs]
    used = [(moved, bent) for moved, bent in used if moved @ bent > 1e-10 * (moved * scale) @ moved > 0]
    shares = []
    for moved, bent in reversed(used):
        share = (moved @ ahead) / (moved @ bent)
        shares.append(share)
        ahead = ahead - share * bent
    ahead = ahead / scale
    if used:  # curvature met on the last step, over the one expected
        moved, bent = used[-1]
        ahead = ahead * (moved @ bent) / (bent / scale @ bent)
    for (moved, bent), share in zip(used, reversed(shares), strict=True):
        ahead = ahead + (share - (bent @ ahead) / (moved @ bent)) * moved
    step = np.zeros_like(look.slope)
    step[free] = ahead if ahead @ look.slope[free] > 0 else look.slope[free] / scale
    return step
