"""Attribute a change between two equilibria to the parts of a policy, and to economic channels; everything adds up.

Two attributions to parts of the wedges: **integrated gradients** (the derivative along the straight path from the reference
to the scenario, times each part of the change, integrated) and the **Shapley value** (a part's marginal effect averaged
over every order of entering). Both are free of an order and add up to the whole. The channels are the exact differential
of real income integrated along the same path, so they add up too, where the published formula is first-order.

The path is straight in duties, export taxes and logarithms of trade costs; a ban fades in (`bans.costs_between`), so that the
derivative along it is finite and its end is the ban itself. It is integrated on Chebyshev points, doubled
until the parts add up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, SolveError
from detente.equilibrium.bans import costs_between, log_costs, one_piece
from detente.equilibrium.entry import solve
from detente.equilibrium.gradients.derivatives import gradients
from detente.equilibrium.gradients.outputs import Output
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.world_model import Model
from detente.world import Array, Wedges

COMPLETE = 1e-8
"""Largest gap between the parts and the whole, relative to the larger of one and the sum of the parts' sizes."""
TIGHT = 1e-9
"""Gap at which no more points are taken, relative to the sum of the parts' sizes."""
NOISE = 1e-12
"""Gap that is the solver's own, relative to the larger of one and the sum of the parts' sizes."""
SIZES = (8, 16, 32, 64)


Held = tuple[Array, Array] | None
"""What quantity controls add to duties and to export taxes at an equilibrium; ``None`` when there are none."""


@dataclass(frozen=True, eq=False)
class Target:
    """A number read off an equilibrium, with its derivative: what is explained.

    Attributes
    ----------
    name : str
    unit : str
        ``log`` for the logarithm of a ratio, ``USD mn`` for money, ``fraction`` for a rate.
    level : function of (Equilibrium, Held) to float
        For a result that is only defined along a path (terms of trade), zero everywhere; `along` has its change.
    partials : function of (Equilibrium, Held) to Output
        Its differential, for `gradients`.
    along : function of (equilibria, weights, slope) to float, optional
        The change of a result of the path, from equilibria at its Chebyshev points.
    held : function of (equilibrium, change of tariff, change of export tax) to float, optional
        Its derivative by the wedges of quantity controls that come on top of what they do to trade: rents.
    """

    name: str
    unit: str
    level: Callable[[Equilibrium, Held], float]
    partials: Callable[[Equilibrium, Held], Output]
    along: Callable[[tuple[Equilibrium, ...], Array, Array], float] | None = None
    held: Callable[[Equilibrium, Array, Array], float] | None = None

    def value(self, equilibrium: Equilibrium, held: Held = None) -> float:
        """Read it off an equilibrium."""
        return self.level(equilibrium, held)

    def output(self, equilibrium: Equilibrium, held: Held = None) -> Output:
        """Its partial derivatives at an equilibrium."""
        return self.partials(equilibrium, held)


@dataclass(frozen=True, eq=False)
class Move:
    """A part of a change of wedges: changes of the duty, of the log trade cost and of the export tax.

    A log trade cost of ``inf`` puts a ban, one of ``-inf`` lifts it. `held` marks what enforces a quantity control: its wedge earns a rent.
    """

    name: str
    tariff: Array
    log_iceberg: Array
    export_tax: Array
    held: bool = False


@dataclass(frozen=True)
class Attribution:
    """Parts of a change.

    Attributes
    ----------
    method : str
        ``integrated gradients`` or ``Shapley value``.
    parts : tuple of float
        One a move, in the target's unit.
    total : float
        The change itself.
    points : int
        Equilibria solved.
    """

    method: str
    parts: tuple[float, ...]
    total: float
    points: int

    @property
    def gap(self) -> float:
        """What the parts miss of the whole."""
        return self.total - math.fsum(self.parts)


def chebyshev(size: int) -> tuple[Array, Array, Array]:
    """Points on [0, 1], weights of the integral, and the matrix that differentiates values at the points.

    Examples
    --------
    >>> points, weights, slope = chebyshev(8)
    >>> bool(abs(weights @ points**3 - 1 / 4) < 1e-14), bool(abs(slope @ points**3 - 3 * points**2).max() < 1e-12)
    (True, True)
    """
    k = np.arange(size + 1)
    x = np.cos(np.pi * k / size)
    edge = np.where((k == 0) | (k == size), 2.0, 1.0) * (-1.0) ** k
    gap = x[:, None] - x[None] + np.eye(size + 1)
    slope = np.outer(edge, 1 / edge) / gap
    slope -= np.diag(slope.sum(1))
    even = np.arange(0, size + 1, 2)
    moments = np.cos(np.pi * np.outer(k, even) / size)
    half = np.where((even == 0) | (even == size), 0.5, 1.0)
    weights = (moments * (half / (1 - even**2.0))).sum(1) * 2 / size
    weights *= np.where((k == 0) | (k == size), 0.5, 1.0)
    order = slice(None, None, -1)
    return (1 + x[order]) / 2, weights[order], 2 * slope[order, order]


def path_wedges(start: Wedges, end: Wedges, share: float, theta: Array) -> Wedges:
    """Wedges on the path, `share` of the way from start to end, at trade elasticities `theta` [sector]."""
    if share == 0:
        return start
    if share == 1:
        return end
    return Wedges(
        start.tariff + share * (end.tariff - start.tariff),
        costs_between(start.iceberg_hat, end.iceberg_hat, share, theta),
        start.export_tax + share * (end.export_tax - start.export_tax),
    )


def solve_path(model: Model, start: Wedges, end: Wedges, size: int) -> tuple[Equilibrium, ...]:
    """Equilibria of a model at the Chebyshev points of the path.

    Raises
    ------
    SolveError
        When one of them has no equilibrium, or bans cut trade into parts at an end: there is no common numeraire on the way.
    """
    if not one_piece(model.economy, start, end):
        raise SolveError(
            "bans cut trade into parts that share no numeraire: no path leads there",
            where=model.economy.name,
            hint="Shapley values need no path: up to ten measures with `--method shapley`; or leave a small share of trade",
        )
    points, _, _ = chebyshev(size)
    theta = model.economy.trade_elasticity
    solved = solve(model, [path_wedges(start, end, float(share), theta) for share in points])
    return tuple(solution.value for solution in solved)


def _worth(slope: Array, change: Array) -> float:
    return float(np.vdot(slope, change))


def _plus(start: Held, moves: Sequence[Move], share: float = 1.0) -> Held:
    """What controls add once these moves are made, or a share of them."""
    held = [move for move in moves if move.held]
    if start is None and not held:
        return None
    zero = np.zeros_like(moves[0].tariff)
    tariff, tax = start if start is not None else (zero, zero)
    return (
        tariff + share * sum((move.tariff for move in held), zero),
        tax + share * sum((move.export_tax for move in held), zero),
    )


def integrated_gradients(
    model: Model,
    start: Wedges,
    end: Wedges,
    moves: Sequence[Move],
    target: Target,
    *,
    held: Held = None,
) -> Attribution:
    """Attribute the change of a target to moves by the derivative along the straight path.

    Parameters
    ----------
    model : Model
    start, end : Wedges
    moves : sequence of Move
        Together they lead from start to end.
    target : Target
    held : (array, array), optional
        What quantity controls add to duties and export taxes at the start.

    Returns
    -------
    Attribution
        Adds up to `TIGHT` where the finest points reach it, to `COMPLETE` always.

    Raises
    ------
    SolveError
        When the path has no equilibrium somewhere, bans cut trade into parts, or the parts do not add up with the finest
        points.
    """
    for size in SIZES:
        values = solve_path(model, start, end, size)
        points, weights, derivative = chebyshev(size)
        parts = np.zeros(len(moves))
        rates = cost_rates(start, end, moves, points, model.economy.trade_elasticity)
        for at, (value, weight, share) in enumerate(zip(values, weights, points, strict=True)):
            (slope,) = gradients(value, [target.output(value, _plus(held, moves, float(share)))])
            parts += weight * np.array(
                [
                    _worth(slope.tariff, move.tariff)
                    + _worth(slope.log_iceberg, rates[k][at])
                    + _worth(slope.export_tax, move.export_tax)
                    + (target.held(value, move.tariff, move.export_tax) if target.held and move.held else 0.0)
                    for k, move in enumerate(moves)
                ]
            )
        if target.along is None:
            total = target.value(values[-1], _plus(held, moves)) - target.value(values[0], held)
        else:
            total = target.along(values, weights, derivative)
        attribution = Attribution("integrated gradients", tuple(map(float, parts)), total, len(values))
        size_of = float(np.abs(parts).sum())
        if abs(attribution.gap) <= TIGHT * size_of + NOISE * max(1.0, size_of):
            return attribution
    if abs(attribution.gap) <= COMPLETE * max(1.0, size_of):
        return attribution
    raise SolveError(
        f"the parts of `{target.name}` miss the whole by {attribution.gap:.1e}",
        where=model.economy.name,
        hint="the change is too large to integrate along: explain up to ten measures, whose Shapley value needs no path",
    )


def cost_rates(start: Wedges, end: Wedges, moves: Sequence[Move], points: Array, theta: Array) -> list[Array]:
    """What each move adds to the derivative of log trade costs at points of the path, [point, importer, exporter, sector] each.

    Where a ban begins or ends it is the ban that moves the flow, and all of it: what else changes the cost of a flow that
    stops does not matter at the end. Moves that put or lift one and the same ban share it.
    """
    fading = np.isinf(start.iceberg_hat) != np.isinf(end.iceberg_hat)
    open_ = np.isfinite(start.iceberg_hat) & np.isfinite(end.iceberg_hat)
    if open_.all():
        return [np.broadcast_to(move.log_iceberg, (len(points), *open_.shape)) for move in moves]
    whole = log_costs(start.iceberg_hat, end.iceberg_hat, points, theta)
    sign = np.where(np.isinf(end.iceberg_hat), np.inf, -np.inf)
    claims = [fading & (move.log_iceberg == sign) for move in moves]
    count = np.maximum(np.sum(claims, axis=0), 1)
    return [
        np.where(open_, move.log_iceberg, np.where(mine, whole / count, 0.0))
        for move, mine in zip(moves, claims, strict=True)
    ]


def joined_moves(start: Wedges, moves: Sequence[Move], beneath: Array | None = None) -> Wedges:
    """Wedges after some moves, whatever their order.

    Parameters
    ----------
    start : Wedges
    moves : sequence of Move
    beneath : array [importer, exporter, sector], optional
        Trade costs that the bans of the start hide and that hold once these are lifted; one when left out.
    """
    zero = np.zeros_like(start.tariff)
    hidden = np.isinf(start.iceberg_hat)
    bans = hidden + sum(
        (np.isposinf(move.log_iceberg) * 1 - np.isneginf(move.log_iceberg) for move in moves), 0
    )
    open_ = np.where(hidden, 1.0 if beneath is None else beneath, start.iceberg_hat)
    added = sum((np.where(np.isfinite(move.log_iceberg), move.log_iceberg, 0.0) for move in moves), zero)
    return Wedges(
        start.tariff + sum((move.tariff for move in moves), zero),
        np.where(bans > 0, np.inf, open_ * np.exp(added)),
        start.export_tax + sum((move.export_tax for move in moves), zero),
    )


def shapley_weights(players: int) -> Array:
    """Weight of a marginal effect by the size of the group joined [size]: |S|! (n−|S|−1)! / n!."""
    return np.array(
        [
            math.factorial(size) * math.factorial(players - size - 1) / math.factorial(players)
            for size in range(players)
        ]
    )


def shapley_of(worth: Array) -> Array:
    """Shapley values from the worth of every group [2^players], groups numbered by the bits of their members.

    Examples
    --------
    >>> shapley_of(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [2.0, 3.0]
    """
    players = int(np.log2(len(worth)))
    groups = np.arange(len(worth))
    size = np.array([int(group).bit_count() for group in groups])
    weights = shapley_weights(players)
    values = np.zeros(players)
    for k in range(players):
        outside = groups[(groups >> k) & 1 == 0]
        values[k] = (weights[size[outside]] * (worth[outside | (1 << k)] - worth[outside])).sum()
    return values


def shapley(
    model: Model,
    start: Wedges,
    moves: Sequence[Move],
    target: Target,
    *,
    held: Held = None,
    beneath: Array | None = None,
) -> Attribution:
    """Attribute the change of a target to moves by their Shapley value: 2^moves exact solves.

    Parameters
    ----------
    model : Model
    start : Wedges
    moves : sequence of Move
    target : Target
    held : (array, array), optional
        As in `integrated_gradients`.
    beneath : array [importer, exporter, sector], optional
        As in `joined_moves`.

    Raises
    ------
    InputError
        For a result of the path, whose change depends on the order.
    SolveError
        When a group of moves has no equilibrium.
    """
    if target.along is not None:
        raise InputError(
            f"`{target.name}` is a result of the path, not of where it ends",
            where="--method shapley",
            hint="`--method gradients` attributes it along the straight path",
        )
    wedges, added = [], []
    for group in range(2 ** len(moves)):
        chosen = [move for k, move in enumerate(moves) if group >> k & 1]
        added.append(_plus(held, chosen) if chosen else held)
        wedges.append(joined_moves(start, chosen, beneath))
    solved = solve(model, wedges)
    worth = np.array(
        [target.value(solution.value, extra) for solution, extra in zip(solved, added, strict=True)]
    )
    parts = shapley_of(worth)
    return Attribution("Shapley value", tuple(map(float, parts)), float(worth[-1] - worth[0]), len(worth))
