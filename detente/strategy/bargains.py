"""Bargaining over points: the exact Pareto frontier, Nash's and Kalai and Smorodinsky's points, with lotteries.

A lottery over profiles stands for alternation, side payments in kind, or a coin: it fills the gaps between profiles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.core import InputError, SolveError, known_all
from detente.world import Array, frozen

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Lottery:
    """A mixture of points.

    Attributes
    ----------
    points : tuple of int
        Positions of the points it mixes, the likeliest first.
    weights : tuple of float
        Their probabilities.
    payoffs : array [player]
        Expected.
    """

    points: tuple[int, ...]
    weights: tuple[float, ...]
    payoffs: Array


def pareto_front(points: Array) -> Ints:
    """Positions of the points that no other point beats for everybody.

    Parameters
    ----------
    points : array [point, player]

    Returns
    -------
    array of int
        Best for the first player first; of equal points the first.

    Examples
    --------
    >>> pareto_front(np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 1.0], [1.0, 1.0]])).tolist()
    [2, 1]
    """
    players = points.shape[1]
    order = np.lexsort((np.arange(len(points)), *(-points[:, p] for p in reversed(range(players)))))
    if players == 2:
        second = points[order, 1]
        best = np.concatenate([[-np.inf], np.maximum.accumulate(second)[:-1]])
        return np.asarray(order[second > best], dtype=np.int64)
    kept: list[int] = []
    front = np.empty((0, players))
    for place in order:
        if not (front >= points[place]).all(1).any():
            kept.append(int(place))
            front = np.vstack([front, points[place]])
    return np.array(kept, dtype=np.int64)


def better_than(points: Array, threat: Array, *, margin: float = 0.0) -> npt.NDArray[np.bool_]:
    """Which points [point] give every player more than the threat point [player] by more than `margin`."""
    return np.asarray((points > threat + margin).all(1))


def _candidates(points: Array, threat: Array, where: str) -> tuple[Ints, Array, float]:
    """Front of the points, as gains over the threat in units of the largest gain; refused when nothing gains."""
    front = pareto_front(points)
    gains = points[front] - threat
    scale = float(gains.max(initial=0.0))
    if scale <= 0:
        raise InputError(
            "no point beats the threat point", where=where, hint="there is nothing to bargain over"
        )
    return front, gains / scale, scale


def _lottery(points: Array, front: Ints, weights: Array) -> Lottery:
    chosen = [
        k for k in np.argsort(-np.array(known_all(weights.tolist())), kind="stable") if weights[k] > 1e-9
    ]
    kept = weights[chosen] / weights[chosen].sum()
    places = tuple(int(front[k]) for k in chosen)
    return Lottery(places, tuple(float(w) for w in kept), frozen(kept @ points[list(places)]))


def nash_point(points: Array, threat: Array, *, tolerance: float = 1e-12) -> Lottery:
    """Nash's bargaining point over lotteries: the largest product of gains over the threat point.

    Solved on the frontier by adding, to the points already mixed, the one along which the product still rises (fully
    corrective Frank-Wolfe), until no point is left.

    Raises
    ------
    InputError
        When no lottery gives everybody more than the threat point.
    SolveError
        When the gap does not close.

    Examples
    --------
    >>> found = nash_point(np.array([[2.0, 0.0], [0.0, 2.0]]), np.zeros(2))
    >>> found.weights, found.payoffs.tolist()
    ((0.5, 0.5), [1.0, 1.0])
    """
    front, gains, _ = _candidates(points, threat, "nash_point")
    weights = _interior(gains)
    for _ in range(200):
        value = weights @ gains
        slope = gains @ (1 / value)
        entering = int(slope.argmax())
        if slope[entering] - len(threat) <= tolerance * len(threat):
            return _lottery(points, front, weights)
        active = sorted({*np.flatnonzero(weights > 0).tolist(), entering})
        better = _corrective(gains[active], weights[active])
        moved = np.zeros_like(weights)
        moved[active] = better
        if (moved @ gains <= 0).any() or np.log(moved @ gains).sum() <= np.log(value).sum() + 1e-16:
            if slope[entering] - len(threat) <= 1e-8:
                return _lottery(points, front, weights)
            break
        weights = moved
    if len(threat) == 2:
        return _lottery(points, front, _on_edges(gains))
    raise SolveError(
        "Nash's point was not found to tolerance", where="nash_point", hint="rescale the payoffs"
    )


def _interior(gains: Array) -> Array:
    """A lottery with gains for everybody: a point that has them, else the largest smallest gain by linear programme."""
    count, players = gains.shape
    least = gains.min(1)
    if least.max() > 0:
        return np.asarray(np.arange(count) == least.argmax(), dtype=np.float64)
    if players == 2:
        largest, weights = _best_pair(gains, np.array([1.0, -1.0]), lambda expected: expected.min(1))
        if largest <= 0:
            raise _nothing("no lottery gives every player more than the threat point")
        return weights
    from scipy.optimize import linprog

    optimum = linprog(
        np.append(np.zeros(count), -1.0),
        A_ub=np.hstack([-gains.T, np.ones((players, 1))]),
        b_ub=np.zeros(players),
        A_eq=np.append(np.ones(count), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
        method="highs",
    )
    if not optimum.success or optimum.x[-1] <= 0:
        raise _nothing("no lottery gives every player more than the threat point")
    weights = np.maximum(optimum.x[:-1], 0.0)
    return np.asarray(weights / weights.sum())


def _nothing(what: str, where: str = "nash_point") -> InputError:
    return InputError(what, where=where, hint="there is nothing to bargain over")


def _best_pair(gains: Array, line: Array, value: Callable[[Array], Array]) -> tuple[float, Array]:
    """Best lottery of two players for a value that is linear on either side of a line through the threat point.

    Such a value is largest over all lotteries at a point, or where the edge between two points crosses the line: ten lines
    instead of a linear programme and the library that solves it.

    Parameters
    ----------
    gains : array [point, 2]
    line : array [2]
        Its normal.
    value : callable of array [lottery, 2] to array [lottery]
        Of expected gains.

    Returns
    -------
    (float, array [point])
        The value and the weights.
    """
    side = gains @ line
    first, second = np.nonzero((side[:, None] > 0) & (side < 0))
    share = side[second] / (side[second] - side[first])
    crossing = share[:, None] * gains[first] + (1 - share)[:, None] * gains[second]
    values = np.asarray(value(np.concatenate([gains, crossing])))
    best = int(values.argmax())
    weights = np.zeros(len(gains))
    if best < len(gains):
        weights[best] = 1.0
    else:
        edge = best - len(gains)
        weights[first[edge]], weights[second[edge]] = share[edge], 1 - share[edge]
    return float(values[best]), weights


NOT_BELOW = -1e-12
"""A gain from here on is not below the threat point, in units of the largest gain: what rounding leaves of nil on a crossing."""


def _smorodinsky_of_two(gains: Array) -> tuple[Array, Array] | None:
    """Weights of Kalai and Smorodinsky's point of two players, and what each could hope for; None when there is none."""
    hope = np.empty(2)
    for p in (0, 1):
        hope[p], _ = _best_pair(
            gains,
            np.eye(2)[1 - p],
            lambda expected, p=p: np.where(expected.min(1) >= NOT_BELOW, expected[:, p], -np.inf),  # type: ignore[misc]
        )
    if not np.isfinite(hope).all():
        return None
    hope = np.maximum(hope, 0.0)
    if not hope.any():
        return None

    def share(expected: Array) -> Array:
        """Smallest share of what was hoped for; who can hope for nothing is not to lose."""
        shares = np.where(expected >= NOT_BELOW, np.inf, -np.inf)
        np.divide(expected, hope, out=shares, where=hope > 0)
        return np.asarray(shares.min(1))

    _, weights = _best_pair(gains, np.array([hope[1], -hope[0]]), share)
    return weights, hope


def _on_edges(gains: Array) -> Array:
    """Best lottery of two players exactly: on every edge between two points the product of gains is a parabola.

    In the plane the largest product over all lotteries lies on an edge, so this settles what the general method leaves
    open where many points nearly share a line.
    """
    first, second = (half.ravel() for half in np.meshgrid(np.arange(len(gains)), np.arange(len(gains))))
    start, step = gains[second], gains[first] - gains[second]
    bend = step[:, 0] * step[:, 1]
    best = -(start[:, 0] * step[:, 1] + start[:, 1] * step[:, 0]) / np.where(bend < 0, 2 * bend, -1.0)
    share = np.where(
        bend < 0, np.clip(best, 0.0, 1.0), 1.0
    )  # without a bend the better end is another pair's
    reached = start + share[:, None] * step
    product = np.where((reached > 0).all(1), reached[:, 0] * reached[:, 1], -np.inf)
    k = int(product.argmax())
    weights = np.zeros(len(gains))
    weights[second[k]] = 1 - share[k]
    weights[first[k]] += share[k]
    return weights


ROUNDING = 1e-11
"""A step from here on that is no shorter than the one before is rounding."""


def _corrective(gains: Array, start: Array) -> Array:
    """Best mixture of a few points: active-set Newton on the log of the product."""
    weights = start.copy()
    weights[weights == 0] = 1e-3
    weights /= weights.sum()
    free, before = np.ones(len(weights), dtype=bool), np.inf
    for _ in range(200):
        value = weights @ gains
        slope = gains @ (1 / value)
        mine = gains[free]
        hessian = -(mine / value**2) @ mine.T
        size = int(free.sum())
        system = np.zeros((size + 1, size + 1))
        system[:size, :size] = hessian - 1e-14 * np.eye(size)
        system[:size, -1] = system[-1, :size] = 1.0
        step = np.zeros_like(weights)
        step[free] = np.linalg.lstsq(system, np.append(-slope[free], 0.0), rcond=None)[0][:size]
        moved = abs(step).max()
        if moved < 1e-15 or (moved < ROUNDING and moved >= before):
            return np.asarray(weights)
        before = moved
        down = step < 0
        limit = float((weights[down] / -step[down]).min(initial=np.inf))
        length = min(1.0, limit)
        while length > 1e-18 and (
            ((weights + length * step) @ gains <= 0).any()
            or np.log((weights + length * step) @ gains).sum() < np.log(value).sum() - 1e-15
        ):
            length /= 2
        weights = np.maximum(weights + length * step, 0.0)
        if length == limit:
            free &= weights > 1e-15
            weights[~free] = 0.0
        weights /= weights.sum()
        if length <= 1e-18:
            break
    return np.asarray(weights)


def kalai_smorodinsky(points: Array, threat: Array) -> tuple[Lottery, Array]:
    """Kalai and Smorodinsky's point over lotteries: everybody gets the same share of the best it could hope for.

    Returns
    -------
    (Lottery, array [player])
        The point, and the best each player could hope for among lotteries that leave nobody below the threat point.

    Raises
    ------
    InputError
        When no point beats the threat point.

    Examples
    --------
    >>> found, hope = kalai_smorodinsky(np.array([[2.0, 0.0], [0.0, 1.0]]), np.zeros(2))
    >>> found.payoffs.round(9).tolist(), hope.tolist()
    ([1.0, 0.5], [2.0, 1.0])
    """
    front, gains, scale = _candidates(points, threat, "kalai_smorodinsky")
    count, players = gains.shape
    if players == 2:
        if (settled := _smorodinsky_of_two(gains)) is None:
            raise _nothing("every lottery leaves somebody below the threat point", "kalai_smorodinsky")
        return _lottery(points, front, settled[0]), frozen(settled[1] * scale + threat)
    from scipy.optimize import linprog

    hope = np.empty(players)
    for p in range(players):
        best = linprog(
            -gains[:, p],
            A_ub=-gains.T,
            b_ub=np.zeros(players),
            A_eq=np.ones((1, count)),
            b_eq=[1.0],
            bounds=[(0, None)] * count,
            method="highs",
        )
        if not best.success:
            raise _nothing("every lottery leaves somebody below the threat point", "kalai_smorodinsky")
        hope[p] = -best.fun
    optimum = linprog(
        np.append(np.zeros(count), -1.0),
        A_ub=np.hstack([-gains.T, hope[:, None]]),
        b_ub=np.zeros(players),
        A_eq=np.append(np.ones(count), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
        method="highs",
    )
    if not optimum.success:
        raise SolveError("the linear programme failed", where="kalai_smorodinsky", hint="rescale the payoffs")
    return _lottery(points, front, np.maximum(optimum.x[:-1], 0.0)), frozen(hope * scale + threat)
