"""Second-order conditions of a reply: eigenvalues of the second derivative on the instruments that are free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.strategy.duties.landscape import Landscape, Survey
from detente.world import Array, frozen

STEP, WIDE = 2e-5, 1e-3
"""Log points by which an instrument is moved to see its slopes move, away from the nearer bound: the thinner, the farther."""
ROUNDING = 1e-12
"""Rounding of a slope: what a wider step keeps small beside the curvature to expect."""
WHOLE = 64
"""Free instruments up to which every eigenvalue is found; of more the two ends, by Lanczos."""
FLAT = 1e-3
"""Curvature, in units of the one to expect, within which a direction is called flat."""

NEIGHBOUR = "a neighbour has no equilibrium, or lies outside the bounds"


@dataclass(frozen=True, eq=False)
class Curvature:
    """Second derivative of a payoff by the free instruments, each in units of the square root of its curvature to expect.

    Attributes
    ----------
    eigenvalues : array, ascending
        −1 is a direction as sharp as trade volumes suggest; above zero payoff rises both ways. All of them, or the two ends
        where more than `WHOLE` instruments are free; empty where none is.
    direction : array [instrument]
        Direction of the largest, in log(1 + rate), its largest entry one; zero where an instrument is held.
    blur : float
        How far the eigenvalues can be trusted: the largest difference of the second derivative from its transpose.
    reason : str
        Why there is no answer; nothing where there is.
    """

    eigenvalues: Array
    direction: Array
    blur: float
    reason: str = ""

    @property
    def flat(self) -> float:
        """Size within which an eigenvalue counts as zero."""
        return max(FLAT, 3 * self.blur)

    @property
    def kind(self) -> str:
        """``maximum``, ``flat``, ``saddle``, ``minimum``, or ``unchecked``."""
        if self.reason:
            return "unchecked"
        if not len(self.eigenvalues) or self.eigenvalues[-1] < -self.flat:
            return "maximum"
        if self.eigenvalues[-1] <= self.flat:
            return "flat"
        return "minimum" if self.eigenvalues[0] > self.flat else "saddle"


def curvature_of(
    ground: Landscape, point: Array, look: Survey, free: npt.NDArray[np.bool_], *, ends: str = "both"
) -> tuple[Curvature, int]:
    """Differentiate slopes by differences on the free instruments.

    Parameters
    ----------
    ground : Landscape
    point : array [instrument]
        Where, and what is seen there (`look`).
    look : Survey
    free : array of bool [instrument]
        Instruments that are not held at a bound.
    ends : {"both", "top"}
        What is found where more than `WHOLE` are free: both ends of the spectrum, or the top alone, in half the time.

    Returns
    -------
    curvature : Curvature
    evaluations : int
    """
    inner = np.flatnonzero(free)
    nothing = np.zeros(len(point))
    if not len(inner):
        return Curvature(np.empty(0), nothing, 0.0), 0
    root = np.sqrt(look.scale[inner])
    if len(inner) > WHOLE:
        return _ends(ground, point, inner, root, ends)
    rises = ground.upper[inner] - point[inner] >= point[inner] - ground.lower[inner]
    steps = np.clip(np.sqrt(ROUNDING / look.scale[inner]), STEP, WIDE)
    shifts = np.where(rises, steps, -steps)
    seen = ground.look(_moved(point, inner, shifts))
    count, missing = len(seen), np.array([there is None for there in seen])
    if missing.any():  # where one side has no equilibrium, the other may
        shifts = np.where(missing, -shifts, shifts)
        again = ground.look(_moved(point, inner[missing], shifts[missing]))
        count += len(again)
        seen = [again.pop(0) if gone else there for there, gone in zip(seen, missing, strict=True)]
    if any(there is None for there in seen):
        return Curvature(np.empty(0), nothing, float("nan"), NEIGHBOUR), count
    slopes = np.stack([there.slope[inner] for there in seen if there is not None])
    matrix = (slopes - look.slope[inner]) / shifts[:, None] / (root * root[:, None])
    blur = float(np.abs(matrix - matrix.T).max())
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    direction = nothing.copy()
    direction[inner] = _longest_is_one(vectors[:, -1] / root)
    return Curvature(frozen(values), frozen(direction), blur), count


def _moved(point: Array, places: npt.NDArray[np.int64], shifts: Array) -> list[Array]:
    """The point with one instrument moved, by instrument."""
    trials = np.repeat(point[None], len(places), axis=0)
    trials[np.arange(len(places)), places] += shifts
    return list(trials)


def _ends(
    ground: Landscape, point: Array, inner: npt.NDArray[np.int64], root: Array, ends: str
) -> tuple[Curvature, int]:
    """Smallest and largest eigenvalue, or the largest alone, by Lanczos, two looks a direction."""
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

    count = 0

    def times(direction: Array) -> Array:
        nonlocal count
        count += 2
        ahead = np.zeros(len(point))
        ahead[inner] = np.ravel(direction) / root
        step = WIDE / max(float(np.abs(ahead).max()), 1e-300)
        up, down = (min(step, room) for room in _room(ground, point, ahead))
        seen = ground.look([point + up * ahead, point - down * ahead])
        if seen[0] is None or seen[1] is None or up + down < step / 10:
            return np.full(len(inner), np.nan)
        return np.asarray((seen[0].slope - seen[1].slope)[inner] / (up + down) / root)

    operator = LinearOperator((len(inner), len(inner)), matvec=times, dtype=np.float64)
    start = np.ones(len(inner))
    nothing = np.zeros(len(point))
    if not np.isfinite(times(start)).all():
        return Curvature(np.empty(0), nothing, float("nan"), NEIGHBOUR), count
    try:
        top, vectors = eigsh(operator, k=1, which="LA", v0=start, tol=1e-2, maxiter=40)
        values = list(top)
        if ends == "both":
            values += list(
                eigsh(operator, k=1, which="SA", v0=start, tol=1e-2, maxiter=40, return_eigenvectors=False)
            )
    except ArpackError:  # not-a-number met on the way, or no convergence
        return Curvature(np.empty(0), nothing, float("nan"), "eigenvalues do not settle"), count
    direction = nothing.copy()
    direction[inner] = _longest_is_one(vectors[:, 0] / root)
    return Curvature(frozen(np.sort(np.array(values))), frozen(direction), 0.0), count


def _room(ground: Landscape, point: Array, ahead: Array) -> tuple[float, float]:
    """How far one can go along a direction and against it without leaving the bounds."""
    size = np.where(ahead != 0, np.abs(ahead), np.inf)
    up = np.where(ahead > 0, ground.upper - point, point - ground.lower) / size
    down = np.where(ahead > 0, point - ground.lower, ground.upper - point) / size
    return float(up[ahead != 0].min()), float(down[ahead != 0].min())


def _longest_is_one(direction: Array) -> Array:
    return np.asarray(direction / direction[np.abs(direction).argmax()])
