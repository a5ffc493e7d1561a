"""Searches for duties: climbing one government's welfare, relaxing first-order conditions, scanning for deviations.

Every search counts in log(1 + duty). Duties on thick and thin trade are put on one footing by the size of the own second
derivative to expect (`DutyGame.scale`), so that thin trade converges as fast as thick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.equilibrium import Anderson, Equilibrium
from detente.strategy.duties.game import DutyGame
from detente.world import Array

Mask = npt.NDArray[np.bool_]
UNIT = 1e4
"""Log welfare is climbed in hundredths of a percent."""
MEMORY = 15
LADDER = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Levels a deviation search tries for a whole sector or a whole partner."""


@dataclass(frozen=True, eq=False)
class Found:
    """Where a search ended.

    Attributes
    ----------
    duties : array [duty], fraction
    gap : float
        Largest first-order condition left, as the step in log(1 + duty) it asks for; duties at a bound that want to go
        further ask for none.
    promise : float
        What those steps would add to log welfare, to first order and summed over governments.
    evaluations : int
        Equilibria solved and differentiated.
    """

    duties: Array
    gap: float
    promise: float
    evaluations: int


def per_curvature(slope: Array, curvature: Array) -> Array:
    """Slopes over the curvatures to expect (`DutyGame.scale`): steps in log(1 + duty).

    None of a duty on flows that are gone, as under a ban: it moves nothing, and has neither.

    Examples
    --------
    >>> per_curvature(np.array([0.5, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.25, 0.0]
    """
    shape = np.broadcast_shapes(slope.shape, curvature.shape)
    return np.divide(slope, curvature, out=np.zeros(shape), where=np.broadcast_to(curvature > 0, shape))


def size_of(curvature: Array) -> Array:
    """Square roots of the curvatures to expect, those of flows as good as gone raised: the unit in which duties are climbed.

    Examples
    --------
    >>> size_of(np.array([4.0, 0.0])).tolist(), size_of(np.zeros(2)).tolist()
    ([2.0, 2e-06], [1.0, 1.0])
    """
    root = np.sqrt(curvature)
    return np.maximum(root, 1e-6 * root.max()) if root.any() else np.ones_like(root)


def relax(
    game: DutyGame,
    duties: Array,
    movers: Sequence[str],
    *,
    tolerance: float = 1e-7,
    max_evaluations: int = 80,
) -> Found:
    """Drive the first-order conditions of several governments to zero together, each with respect to its own duties.

    Accelerated steps from the adjoint; the duty at which a bound holds stays there while its slope points outwards. Ends at
    a stationary point, which need not be a maximum; and without convergence, which `gap` shows, at the best point met.

    Parameters
    ----------
    game : DutyGame
    duties : array [duty], fraction
        Start.
    movers : sequence of str
        Governments whose duties move.
    tolerance : float
        Gap at which to stop.
    max_evaluations : int
    """
    low, high = np.log1p(game.lowest), np.log1p(game.highest)
    places = np.array([game.economy.labels.country(code) for code in movers])
    mine = game.owner[None, :] == places[:, None]
    moves = np.flatnonzero(mine.any(0))
    rows = mine[:, moves].argmax(0)
    point = np.clip(np.log1p(duties), low, high)
    best = Found(np.expm1(point), np.inf, np.inf, 0)
    history, held = Anderson(1, len(moves), MEMORY), np.zeros(len(moves), dtype=bool)
    since = 0
    last = point
    for count in range(1, max_evaluations + 1):
        value = game.solve(np.expm1(point)) if count == 1 else _solve_or_none(game, np.expm1(point))
        if value is None:  # half the way back, where what was learnt may not apply
            point = (point + last) / 2
            history, since = Anderson(1, len(moves), MEMORY), since + 1
            if since > 12:
                break
            continue
        last = point
        _, slopes = game.slopes(value, movers)
        slope = slopes[rows, moves]
        here = point[moves]
        step = np.clip(here + per_curvature(slope, game.scale(value)[moves]), low[moves], high[moves]) - here
        gap, promise = float(np.abs(step).max()), float((slope * step).sum())
        since += 1
        if promise < best.promise:
            best, since = Found(np.expm1(point), gap, promise, count), 0
        if gap < tolerance:
            return Found(np.expm1(point), gap, promise, count)
        if since > 12:
            break
        at_bound = (step == 0) & ((here == low[moves]) | (here == high[moves]))
        if (at_bound != held).any():  # other conditions bind now: what was learnt no longer applies
            history, held = Anderson(1, len(moves), MEMORY), at_bound
        point = point.copy()
        ahead = history.advance(here[None], np.clip(step, -0.5, 0.5)[None])[0]
        point[moves] = np.clip(ahead, low[moves], high[moves])
    return Found(best.duties, best.gap, best.promise, count)


def _solve_or_none(game: DutyGame, duties: Array) -> Equilibrium | None:
    """Equilibrium at these duties, or None where none is found with the work of a trial."""
    return game.try_many([duties])[0]


def climb(
    game: DutyGame, duties: Array, mover: str, *, max_evaluations: int = 400, precision: float = 1e-9
) -> Found:
    """Climb one government's welfare over its own duties by L-BFGS-B; never ends below where it starts.

    Parameters
    ----------
    game : DutyGame
    duties : array [duty], fraction
        Start; the others' duties stay.
    mover : str
    max_evaluations : int
    precision : float
        Improvement at which to stop, hundredths of a percent of welfare.
    """
    from scipy.optimize import minimize

    mine = game.of(mover)
    full = np.clip(duties, game.lowest, game.highest)
    scale = size_of(game.scale(game.solve(full))[mine])
    count = 0
    start = 0.0
    last: tuple[Array, float] | None = None  # where an equilibrium was last found, and the loss there

    def loss(point: Array) -> tuple[float, Array]:
        nonlocal count, start, last
        count += 1
        full[mine] = np.expm1(point / scale)
        value = game.solve(full) if last is None else _solve_or_none(game, full)
        if value is None:  # a bowl around the last point: the line search interpolates and steps back
            assert last is not None
            way = point - last[0]
            steep = (1 + abs(last[1])) / max(float(way @ way), 1e-300)
            return last[1] + steep * float(way @ way), 2 * steep * way
        level, slope = game.slopes(value, [mover])
        if count == 1:
            start = float(level[0])
        last = (point.copy(), -UNIT * (float(level[0]) - start))
        return last[1], -UNIT * slope[0][mine] / scale

    low, high = game.lowest[mine], game.highest[mine]
    bounds = list(zip(np.log1p(low) * scale, np.log1p(high) * scale, strict=True))
    result = minimize(
        loss,
        np.log1p(full[mine]) * scale,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={
            "maxfun": max_evaluations,
            "maxiter": max_evaluations,
            "maxcor": 25,
            "ftol": precision,
            "gtol": 1e-5,
        },
    )
    end = full.copy()
    # the bounds come back through a logarithm: rounding must not carry a duty past them
    end[mine] = np.clip(np.expm1(result.x / scale), low, high)
    if _solve_or_none(game, end) is None:  # the search ended beyond what can be solved
        assert last is not None
        end[mine] = np.clip(np.expm1(last[0] / scale), low, high)
    gap, promise = first_order(game, end, mover)
    return Found(end, gap, promise, count)


def first_order(game: DutyGame, duties: Array, mover: str) -> tuple[float, float]:
    """Largest step the first-order conditions of one government ask for, and what the steps promise."""
    mine = game.of(mover)
    low, high = np.log1p(game.lowest[mine]), np.log1p(game.highest[mine])
    value = game.solve(duties)
    _, slopes = game.slopes(value, [mover])
    here, slope = np.log1p(duties[mine]), slopes[0][mine]
    step = np.clip(here + per_curvature(slope, game.scale(value)[mine]), low, high) - here
    return float(np.abs(step).max()), float((slope * step).sum())


def ascend(game: DutyGame, duties: Array, mover: str) -> Found:
    """Climb, then sharpen the first-order conditions; the sharper point is kept unless welfare is lower there."""
    rough = climb(game, duties, mover, precision=1e-7)
    sharp = relax(game, rough.duties, [mover], max_evaluations=60)
    spent = rough.evaluations + sharp.evaluations
    place = game.players.index(mover)
    before, after = (game.welfare(value)[place] for value in game.solve_many([rough.duties, sharp.duties]))
    if sharp.gap < 1e-5 and after >= before - 1e-12:
        return Found(sharp.duties, sharp.gap, sharp.promise, spent)
    fine = climb(game, rough.duties, mover)
    return Found(fine.duties, fine.gap, fine.promise, spent + fine.evaluations)


def scan(game: DutyGame, duties: Array, mover: str) -> tuple[Array, float, int]:
    """Try every level of a ladder for each whole sector, and each whole partner, of one government.

    Large moves of many duties at once: what no small step finds.

    Returns
    -------
    duties : array [duty]
        The best deviation met.
    gain : float
        Log welfare it adds; at most zero when none helps.
    count : int
        Deviations tried.
    """
    lowest, highest = game.lowest, game.highest
    trials = []
    for block in blocks_of(game, mover):
        for level in LADDER:
            if (lowest[block] <= level).all() and (level <= highest[block]).all():
                trial = duties.copy()
                trial[block] = level
                trials.append(trial)
    place = game.players.index(mover)
    here = game.welfare(game.solve(duties))[place]
    gains = np.array(
        [-np.inf if value is None else game.welfare(value)[place] - here for value in game.try_many(trials)]
    )
    best = int(gains.argmax())
    return trials[best], float(gains[best]), len(trials)


def blocks_of(game: DutyGame, mover: str) -> list[npt.NDArray[np.int64]]:
    """What of a government's is moved together in large moves: every sector's, every partner's, all its duties; taxes alike."""
    n = game.economy.labels.country(mover)
    blocks: list[npt.NDArray[np.int64]] = []
    for group in (game.group[n], game.taxes[:, n]):
        by_sector, by_partner = list(group.T), list(group)
        for inside in (*by_sector, *by_partner, group):
            block = np.unique(inside[inside >= 0])
            if len(block) and not any(np.array_equal(block, other) for other in blocks):
                blocks.append(block)
    return blocks


def curvature(game: DutyGame, duties: Array, mover: str) -> float:
    """Largest eigenvalue of the second derivative of log welfare by a government's duties away from their bounds.

    In units of the curvature to expect (`DutyGame.scale`): −1 is a peak as sharp as trade volumes suggest, above zero is no
    maximum, not-a-number says that it could not be found. Differences of exact slopes, two equilibria a direction, by Lanczos.
    """
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

    mine = game.of(mover)
    inner = np.flatnonzero(mine & (duties > game.lowest + 1e-9) & (duties < game.highest - 1e-9))
    if not len(inner):
        return -1.0
    scale = size_of(game.scale(game.solve(duties))[inner])

    def times(direction: Array) -> Array:
        ahead = np.ravel(direction) / scale
        step = 1e-3 / max(float(np.abs(ahead).max()), 1e-300)
        slopes = []
        for sign in (1.0, -1.0):
            moved = duties.copy()
            moved[inner] = np.expm1(np.log1p(duties[inner]) + sign * step * ahead)
            value = _solve_or_none(game, moved)
            if value is None:  # at the edge of what has an equilibrium: no curvature can be given
                return np.full(len(inner), np.nan)
            slopes.append(game.slopes(value, [mover])[1][0][inner])
        return np.asarray((slopes[0] - slopes[1]) / (2 * step) / scale)

    if len(inner) <= 12:
        matrix = np.stack([times(column) for column in np.eye(len(inner))])
        if not np.isfinite(matrix).all():
            return float("nan")
        return float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[-1])
    operator = LinearOperator((len(inner), len(inner)), matvec=times, dtype=np.float64)
    start = np.ones(len(inner))
    if not np.isfinite(times(start)).all():
        return float("nan")
    try:
        largest = eigsh(operator, k=1, which="LA", v0=start, tol=1e-2, return_eigenvectors=False, maxiter=40)
    except ArpackError:  # not-a-number met on the way, or no convergence
        return float("nan")
    return float(largest[0])
