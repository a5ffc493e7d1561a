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
from detente.strategy.duties.ascent import climb_from, wanted_step
from detente.strategy.duties.game import DutyGame
from detente.strategy.duties.landscape import blocks_of, landscape_of
from detente.strategy.duties.second_order import curvature_of
from detente.world import Array

Mask = npt.NDArray[np.bool_]
UNIT = 1e4
"""Log welfare is climbed in hundredths of a percent."""
MEMORY = 15
ROUGH = 1e-5
"""Gap at which a climb is handed on to what sharpens it."""
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
    point = np.clip(np.log1p(duties), low, high)
    best = Found(np.expm1(point), np.inf, np.inf, 0)
    history, held = Anderson(1, len(moves), MEMORY), np.zeros(len(moves), dtype=bool)
    since, last = 0, point
    nearby: dict[str, Array] = {}
    seen: Equilibrium | None = None
    for count in range(1, max_evaluations + 1):
        value = game.solve(np.expm1(point)) if count == 1 else _solve_or_none(game, np.expm1(point), seen)
        if value is None:  # half the way back, where what was learnt may not apply
            point = (point + last) / 2
            history, since = Anderson(1, len(moves), MEMORY), since + 1
            if since > 12:
                break
            continue
        last, seen = point, value
        _, slope = game.own_slopes(value, movers, nearby)
        slope = slope[moves]
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


def _solve_or_none(game: DutyGame, duties: Array, start: Equilibrium | None) -> Equilibrium | None:
    """Equilibrium at these duties, looked for from another, or None where none is found with the work of a trial."""
    return game.try_many([duties], start)[0]


def climb(
    game: DutyGame, duties: Array, mover: str, *, max_evaluations: int = 400, tolerance: float = 1e-7
) -> Found:
    """Climb one government's welfare over its own duties; never ends below where it starts (see `ascent`).

    Parameters
    ----------
    game : DutyGame
    duties : array [duty], fraction
        Start; the others' duties stay.
    mover : str
    max_evaluations : int
    tolerance : float
        Gap of the first-order conditions at which to stop, log(1 + duty).

    Raises
    ------
    SolveError
        When the start has no equilibrium.
    """
    mine = game.of(mover)
    full = np.clip(duties, game.lowest, game.highest)
    ground = landscape_of(game, full, mover)
    top = climb_from(ground, np.log1p(full[mine]), tolerance=tolerance, max_evaluations=max_evaluations)
    if top is None:
        gap, promise = first_order(game, full, mover)  # which says so when there is none
        return Found(full, gap, promise, 1)
    # the bounds come back through a logarithm: rounding must not carry a duty past them
    full[mine] = np.clip(np.expm1(top.point), game.lowest[mine], game.highest[mine])
    promise = float(top.look.slope @ wanted_step(ground, top.point, top.look))
    return Found(full, top.gap, promise, top.evaluations)


def first_order(game: DutyGame, duties: Array, mover: str) -> tuple[float, float]:
    """Largest step the first-order conditions of one government ask for, and what the steps promise."""
    mine = game.of(mover)
    low, high = np.log1p(game.lowest[mine]), np.log1p(game.highest[mine])
    value = game.solve(duties)
    _, slopes = game.own_slopes(value, [mover])
    here, slope = np.log1p(duties[mine]), slopes[mine]
    step = np.clip(here + per_curvature(slope, game.scale(value)[mine]), low, high) - here
    return float(np.abs(step).max()), float((slope * step).sum())


def ascend(game: DutyGame, duties: Array, mover: str) -> Found:
    """Climb, then sharpen the first-order conditions; the sharper point is kept unless welfare is lower there."""
    rough = climb(game, duties, mover, tolerance=ROUGH)
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
    standing = game.solve(duties)
    here = game.welfare(standing)[place]
    values = game.try_many(trials, standing)
    gains = np.array([-np.inf if value is None else game.welfare(value)[place] - here for value in values])
    best = int(gains.argmax())
    return trials[best], float(gains[best]), len(trials)


def curvature(game: DutyGame, duties: Array, mover: str) -> float:
    """Largest eigenvalue of the second derivative of log welfare by a government's duties away from their bounds.

    In units of the curvature to expect (`DutyGame.scale`): −1 is a peak as sharp as trade volumes suggest, above zero is no
    maximum, not-a-number says that it could not be found (see `second_order`).
    """
    mine = game.of(mover)
    inner = ((duties > game.lowest + 1e-9) & (duties < game.highest - 1e-9))[mine]
    if not inner.any():
        return -1.0
    ground, point = landscape_of(game, duties, mover), np.log1p(duties[mine])
    (look,) = ground.look([point])
    if look is None:
        return float("nan")
    bent, _ = curvature_of(ground, point, look, inner, ends="top")
    return float("nan") if bent.reason else float(bent.eigenvalues[-1])
