"""Whether what a player charges is a best reply, whatever and however much it sets: duties, export taxes, by sector, by partner.

First-order conditions are those of Karush, Kuhn and Tucker, with exact slopes and the bounds that hold; the second-order
condition is read from eigenvalues on what is free; and the reply is held against points scattered over all that is allowed,
the most promising of which are climbed from. What was not or could not be checked is said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.core import MOST_DIMENSIONS, InputError, sobol
from detente.strategy.duties.ascent import Ascent, climb_from, first_order_gap, held
from detente.strategy.duties.game import DutyGame
from detente.strategy.duties.judged_reply import STATIONARY, JudgedReply, Transfers
from detente.strategy.duties.landscape import Landscape, Survey, landscape_of
from detente.strategy.duties.optimum import WORTH
from detente.strategy.duties.second_order import Curvature, curvature_of
from detente.world import Array, frozen

STRICT = 1e-6
"""Multiplier of a bound, in units of the curvature to expect, from which on it holds strictly."""
NEAR = 0.5
"""Log points within which half of the points are scattered; the other half lies anywhere within the bounds."""
MOVED_TO = (0.5,)
"""Rates, besides both bounds, to which whole sectors and partners are moved."""


def judge_reply(
    ground: Landscape,
    rates: Array,
    *,
    scatter: int = 32,
    climbs: int = 2,
    seed: int = 1,
    transfers: bool = True,
) -> JudgedReply:
    """Judge a player's rates against its landscape: conditions of first and second order, points far away, transfers.

    Parameters
    ----------
    ground : Landscape
    rates : array [instrument], fraction
    scatter : int
        Points scattered (Sobol' points), half of them near; also the switch of the global check: none at 0.
    climbs : int
        Far points that are climbed from, the best first; besides the best one near, the best large move when it gains, both
        ways along the direction in which payoff bends least where that is no peak, and the point itself when conditions fail.
    seed : int
        Of the scattered points.
    transfers : bool
        Climb once more where nobody lends or borrows.

    Returns
    -------
    JudgedReply
        A trial point without a solution counts as a bad one; a reply that itself has none is unchecked, and says so.

    Raises
    ------
    InputError
        When there is not one rate for each instrument.

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.strategy.duties import duty_game, optimal_duties
    >>> from detente.world import toy
    >>> best = optimal_duties(duty_game(Model(toy()), ["USA"], by="sector", mfn=True), "USA", starts=["standing"])
    >>> judged = judge_reply(landscape_of(best.game, best.duties, "USA"), best.duties)
    >>> judged.kind, judged.holds
    ('interior', True)
    """
    if np.shape(rates) != ground.lower.shape or scatter < 0:
        raise InputError(
            f"{np.size(rates)} rates for {len(ground.names)} instruments, {scatter} points to scatter",
            where=ground.player,
            hint="one rate for each of `names`, and no points or more",
        )
    point = np.clip(np.log1p(rates), ground.lower, ground.upper)
    (look,) = ground.look([point])
    if look is None:
        return JudgedReply(
            ground.player,
            ground.names,
            frozen(rates),
            reason="the duties themselves have no equilibrium",
        )
    bound = held(ground, point, look.slope)
    strictly = bound & (np.abs(look.slope) > STRICT * look.scale)
    curvature, spent = curvature_of(ground, point, look, ~strictly)
    search = _Search(ground, point, look)
    if scatter:
        search.far_and_wide(curvature, scatter, climbs, seed)
    gain = 0.0 if search.best is None else max(search.best.look.level - look.level, 0.0)
    better = search.best.point if search.best is not None and gain >= WORTH else None
    return JudgedReply(
        ground.player,
        ground.names,
        frozen(np.asarray(rates, dtype=np.float64)),
        float(look.scale @ point / look.scale.sum()),
        "",
        first_order_gap(ground, point, look),
        frozen(np.where(bound, np.abs(look.slope), 0.0)),
        bound & (look.slope <= 0) & (point <= ground.lower + 1e-12),
        bound & (point >= ground.upper - 1e-12),
        curvature,
        float(np.expm1(gain)) if scatter else float("nan"),
        frozen(np.expm1(point if better is None else better)),
        search.peaks,
        search.trials,
        search.unsolved,
        1 + spent + search.evaluations,
        _transfers(ground, point, look, better) if transfers and ground.without is not None else None,
    )


class _Search:
    """The global check of one reply, and what it cost."""

    def __init__(self, ground: Landscape, point: Array, look: Survey) -> None:
        self.ground, self.point, self.look = ground, point, look
        self.trials = self.unsolved = self.evaluations = 0
        self.ends: list[Ascent] = []

    @property
    def best(self) -> Ascent | None:
        """The highest end."""
        return max(self.ends, key=lambda end: end.look.level, default=None)

    @property
    def peaks(self) -> int:
        """Ends of different height, the point judged included."""
        heights: list[float] = [self.look.level]
        for end in self.ends:
            if all(abs(end.look.level - height) > WORTH for height in heights):
                heights.append(end.look.level)
        return len(heights)

    def far_and_wide(self, curvature: Curvature, scatter: int, climbs: int, seed: int) -> None:
        """Try points near and far and large moves, and climb from the most promising ones."""
        near, wide = scattered(self.ground, self.point, scatter, seed)
        moves = large_moves(self.ground, self.point)
        points = [*near, *wide, *moves]
        levels = self.ground.levels(points)
        self.trials += len(points)
        self.evaluations += len(points)
        self.unsolved += int(np.isnan(levels).sum())
        order = np.where(np.isnan(levels), -np.inf, levels)
        starts: list[Array] = []
        groups = ((0, len(near), 1), (len(near), len(near) + len(wide), climbs))
        for first, last, count in groups:
            ranked = first + np.argsort(-order[first:last], kind="stable")[:count]
            starts += [points[k] for k in ranked if np.isfinite(order[k])]
        if moves:
            k = len(near) + len(wide) + int(order[len(near) + len(wide) :].argmax())
            starts += [points[k]] if order[k] > self.look.level + WORTH else []
        if curvature.kind in ("saddle", "minimum", "flat"):
            starts += [self.point + sign * NEAR / 2 * curvature.direction for sign in (1, -1)]
        if first_order_gap(self.ground, self.point, self.look) > STATIONARY:
            starts.append(self.point)
        for start in starts:
            self.climb(start)

    def climb(self, start: Array) -> None:
        """Climb from a start, and keep the end where there is one."""
        end = climb_from(self.ground, start, tolerance=1e-6)
        if end is None:
            self.unsolved, self.evaluations = self.unsolved + 1, self.evaluations + 1
            return
        self.unsolved, self.evaluations = self.unsolved + end.unsolved, self.evaluations + end.evaluations
        self.ends.append(end)


def scattered(ground: Landscape, point: Array, count: int, seed: int) -> tuple[list[Array], list[Array]]:
    """Scatter points near a point, and anywhere within the bounds: Sobol' points, independent ones beyond their dimensions."""
    size = len(point)
    generator = np.random.default_rng(seed)
    half = (count + 1) // 2
    share = generator.random((2 * half, size))
    first = min(size, MOST_DIMENSIONS)
    share[:, :first] = sobol(2 * half, first, generator)
    near = np.clip(point + NEAR * (2 * share[:half] - 1), ground.lower, ground.upper)
    wide = ground.lower + share[half:] * (ground.upper - ground.lower)
    return list(near), list(wide)[: count - half]


def large_moves(ground: Landscape, point: Array) -> list[Array]:
    """Points with a whole block at a bound or at one of `MOVED_TO`, everything else as it is."""
    moves: list[Array] = []
    for block in ground.blocks:
        levels = [np.full(len(block), np.log1p(level)) for level in MOVED_TO]
        for level in (ground.lower[block], ground.upper[block], *levels):
            trial = point.copy()
            trial[block] = np.clip(level, ground.lower[block], ground.upper[block])
            if not np.array_equal(trial, point) and not any(np.array_equal(trial, other) for other in moves):
                moves.append(trial)
    return moves


def _transfers(ground: Landscape, point: Array, look: Survey, better: Array | None) -> Transfers:
    """What is owed to lending and borrowing, and what is left without."""
    assert ground.without is not None
    weight = look.scale / look.scale.sum()
    owed = 0.0 if ground.owed is None else float(ground.owed(point).sum() / look.scale.sum())
    even = ground.without()
    end = climb_from(even, point, tolerance=1e-5)
    after = float("nan") if end is None else float(weight @ end.point)
    gain = float("nan")
    if better is not None:
        before, there = even.levels([point, better])
        gain = float(np.expm1(there - before))
    return Transfers(owed, float(weight @ point), after, gain)


def judge_replies(
    game: DutyGame,
    duties: Array,
    players: Sequence[str] | None = None,
    *,
    scatter: int = 32,
    climbs: int = 2,
    seed: int = 1,
    transfers: bool = True,
) -> tuple[JudgedReply, ...]:
    """Judge what every player of a game of duties charges, given what the others do.

    Parameters
    ----------
    game : DutyGame
        Duties, export taxes or both; any number for each player, any objective.
    duties : array [duty], fraction
        Everybody's.
    players : sequence of str, optional
        All when left out.
    scatter, climbs, seed, transfers
        See `judge_reply`.

    Returns
    -------
    tuple of JudgedReply

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.strategy.duties import duty_game, nash_duties
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    >>> war = nash_duties(game, verify=False)
    >>> [reply.kind for reply in judge_replies(game, war.duties)]
    ['interior', 'interior']
    """
    duties = np.asarray(duties, dtype=np.float64)
    return tuple(
        judge_reply(
            landscape_of(game, duties, code),
            duties[game.of(code)],
            scatter=scatter,
            climbs=climbs,
            seed=seed,
            transfers=transfers,
        )
        for code in (game.players if players is None else players)
    )
