"""Preferences under which what was chosen is nearest to best: the inverse of a game, as a set of weights and not a point.

Of each decision the side knew its options and what each was worth motive by motive (`detente.strategy.motives`). With weights θ
and precision λ it takes option k with probability exp(λ u_k) / Σ exp(λ u), u = Σ_m θ_m · worth_m: McFadden's (1974) logit, whose
likelihood, less a ridge towards published weights, Σ (θ_m − published_m)² / 2 spread_m², is maximised inside bounds. A few dozen
decisions do not pin ten weights down, so the answer is the *set* of all weights that fit about as well: objective within `WITHIN`
of the best. It is explored by hit-and-run (Smith 1984), then pushed outwards along each weight.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from detente.core import InputError
from detente.strategy.motives import Choice, MotiveFile
from detente.world import Array, frozen

WITHIN = 2.0
"""Log points of the objective by which weights of the set may lie below the best: two standard errors in one direction."""
FEWEST = 4
"""Decisions of a side below which nothing is inferred."""
CHAINS, ROUNDS, PUSHES, HALVINGS, KEPT = 40, 32, 20, 10, 192


@dataclass(frozen=True, eq=False)
class Stacked:
    """Decisions of one side as one array, for many weights at once.

    Attributes
    ----------
    worth : array [decision, option, motive]
        Against the option taken; rows beyond a decision's options are masked.
    open : bool array [decision, option]
    """

    worth: Array
    open: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, decisions: Sequence[Choice]) -> Stacked:
        """Stack decisions of one side."""
        most = max(len(each.options) for each in decisions)
        worth = np.zeros((len(decisions), most, decisions[0].worth.shape[1]))
        inside = np.zeros((len(decisions), most), dtype=bool)
        for d, each in enumerate(decisions):
            worth[d, : len(each.options)] = each.worth - each.worth[0]
            inside[d, : len(each.options)] = True
        return cls(frozen(worth), inside)

    def log_chance(self, theta: Array, precision: Array) -> Array:
        """Log probability of what was taken [..., decision], for weights [..., motive] and precisions [...]."""
        worth, first, which = self._flat
        odds = theta @ worth.T
        odds *= np.asarray(precision)[..., None]
        top = np.maximum.reduceat(odds, first, axis=-1)
        odds -= top[..., which]
        np.exp(odds, out=odds)
        return np.asarray(-(top + np.log(np.add.reduceat(odds, first, axis=-1))))

    @cached_property
    def _flat(self) -> tuple[Array, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Worth of the options there are, below each other [row, motive]; each decision's first row; each row's decision."""
        counts = self.open.sum(1)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        return np.ascontiguousarray(self.worth[self.open]), first, np.repeat(np.arange(len(counts)), counts)

    def regret(self, theta: Array) -> Array:
        """Gain of the best option over the one taken [..., decision], billion USD a year."""
        return np.asarray(np.where(self.open, self._gain(theta), -np.inf).max(-1))

    def _gain(self, theta: Array) -> Array:
        """Worth of every option over the one taken [..., decision, option]."""
        count, most, motives = self.worth.shape
        flat = theta @ self.worth.reshape(-1, motives).T
        return np.array(flat.reshape(*theta.shape[:-1], count, most))


@dataclass(frozen=True, eq=False)
class Inferred:
    """What one side's choices say of its weights.

    Attributes
    ----------
    player : str
    motives : tuple of str
    decisions : tuple of str
        Those that were fitted.
    best : array [motive]
        Weights of the best objective.
    precision : float
        Log odds a billion USD a year.
    log_likelihood, published, chance : float
        Of the fitted decisions: at the best weights; at the published ones with the precision that suits them; when every option is
        as likely.
    members : array [member, motive]
        Weights that fit about as well, the best first, then the least and the most of every motive.
    precisions : array [member]
    """

    player: str
    motives: tuple[str, ...]
    decisions: tuple[str, ...]
    best: Array
    precision: float
    log_likelihood: float
    published: float
    chance: float
    members: Array
    precisions: Array

    @property
    def times_chance(self) -> float:
        """How many times as likely as chance what was done is under the best weights; geometric mean over decisions."""
        return float(np.exp((self.log_likelihood - self.chance) / len(self.decisions)))

    def ends(self, motive: str) -> tuple[float, float]:
        """Least and most of a weight in the set."""
        values = self.members[:, self.motives.index(motive)]
        return float(values.min()), float(values.max())

    def end(self, motive: str, *, most: bool) -> Array:
        """The member of the set in which a motive counts least or most."""
        k = self.motives.index(motive)
        return frozen(self.members[1 + 2 * k + most])


@dataclass(frozen=True, eq=False)
class _Search:
    """The objective of one side and the box it is searched in; a point is (log precision, weights)."""

    choices: Stacked
    at: Array
    spread: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, decisions: Sequence[Choice], file: MotiveFile) -> _Search:
        bounds = [file.bounds(motive) for motive in file.motives]
        ends = (file.precision.low, file.precision.high)
        return cls(
            Stacked.of(decisions),
            np.array([each.at for each in bounds]),
            np.array([each.spread for each in bounds]),
            np.array([np.log(ends[0]), *(each.low for each in bounds)]),
            np.array([np.log(ends[1]), *(each.high for each in bounds)]),
        )

    def value(self, points: Array) -> Array:
        """Penalised log likelihood of points [..., 1 + motive]."""
        theta = points[..., 1:]
        likelihood = self.choices.log_chance(theta, np.exp(points[..., 0])).sum(-1)
        return np.asarray(likelihood - 0.5 * (((theta - self.at) / self.spread) ** 2).sum(-1))

    def gradient(self, point: Array) -> Array:
        """Of `value` at one point, in closed form."""
        theta, precision = point[1:], np.exp(point[0])
        gain = self.choices.worth @ theta
        odds = np.where(self.choices.open, precision * gain, -np.inf)
        chance = np.exp(odds - odds.max(1, keepdims=True))
        chance /= chance.sum(1, keepdims=True)
        mean = np.einsum("do,dom->m", chance, self.choices.worth)
        return np.array(
            [
                -precision * float((chance * gain).sum()),
                *(-precision * mean - (theta - self.at) / self.spread**2),
            ]
        )

    def climb(self, start: Array) -> Array:
        """The best point near a start: BFGS inside the box, bound by bound."""
        point, value = start, float(self.value(start))
        inverse = np.eye(len(start))
        slope = self.gradient(point)
        for _ in range(400):
            stuck = ((point <= self.low) & (slope < 0)) | ((point >= self.high) & (slope > 0))
            free = ~stuck
            step = np.zeros_like(point)
            step[free] = inverse[np.ix_(free, free)] @ slope[free]
            if step @ slope <= 0:
                inverse, step = np.eye(len(point)), np.where(free, slope, 0.0)
            length, moved, better = 1.0, point, value
            while length > 1e-12:
                moved = np.clip(point + length * step, self.low, self.high)
                better = float(self.value(moved))
                if better > value + 1e-4 * float(slope @ (moved - point)):
                    break
                length /= 2
            if length <= 1e-12 or better - value < 1e-12:
                break
            new = self.gradient(moved)
            ds, dg = moved - point, slope - new
            if (rho := float(ds @ dg)) > 1e-14:
                left = np.eye(len(point)) - np.outer(ds, dg) / rho
                inverse = left @ inverse @ left.T + np.outer(ds, ds) / rho
            point, value, slope = moved, better, new
        return point

    def best(self, *, starts: int = 7) -> Array:
        """The best point there is, climbed to from the published weights at several precisions."""
        starting = [
            np.clip(np.append(log, self.at), self.low, self.high)
            for log in np.linspace(self.low[0], self.high[0], starts)
        ]
        return max((self.climb(start) for start in starting), key=lambda point: float(self.value(point)))

    def reach(self, points: Array, direction: Array, floor: float) -> Array:
        """How far one can go from points of the set along directions and stay in it, by halving [...]."""
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(direction > 0, (self.high - points) / direction, (self.low - points) / direction)
        far = np.where(direction == 0, np.inf, room).min(-1)
        near = np.zeros_like(far)
        whole = self.value(points + far[..., None] * direction) >= floor
        ends = far.copy()
        for _ in range(HALVINGS):
            middle = (near + ends) / 2
            inside = self.value(points + middle[..., None] * direction) >= floor
            near, ends = np.where(inside, middle, near), np.where(inside, ends, middle)
        return np.asarray(np.where(whole, far, near))


def explain_choices(decisions: Sequence[Choice], file: MotiveFile, player: str, *, seed: int = 0) -> Inferred:
    """Infer one side's weights.

    Parameters
    ----------
    decisions : sequence of Choice
        Of any side; the others' are left out.
    file : MotiveFile
    player : str
    seed : int
        Of the exploration of the set; the best weights do not depend on it.

    Returns
    -------
    Inferred

    Raises
    ------
    InputError
        When the side made fewer than `FEWEST` decisions.
    """
    mine = [each for each in decisions if each.player == player]
    if len(mine) < FEWEST:
        raise InputError(
            f"{player} made {len(mine)} decisions: too few to say what it wants",
            where=f"motives {file.id}",
            hint=f"{FEWEST} are needed; a later --asof knows more",
        )
    search = _Search.of(mine, file)
    scale = np.append(0.5, search.spread)
    best = search.best()
    logs = np.linspace(search.low[0], search.high[0], 60)
    bare = search.choices.log_chance(np.repeat(search.at[None], len(logs), 0), np.exp(logs)).sum(-1)
    members = _members(search, best, scale, np.random.default_rng(seed))
    return Inferred(
        player,
        file.motives,
        tuple(each.id for each in mine),
        frozen(best[1:]),
        float(np.exp(best[0])),
        float(search.choices.log_chance(best[1:], np.exp(best[0])).sum()),
        float(bare.max()),
        float(-np.log(search.choices.open.sum(1)).sum()),
        frozen(members[:, 1:]),
        frozen(np.exp(members[:, 0])),
    )


def _members(search: _Search, best: Array, scale: Array, rng: np.random.Generator) -> Array:
    """Points of the set: the best, the least and the most of each weight, then points from all over it."""
    floor, size = float(search.value(best)) - WITHIN, len(best)
    free = np.flatnonzero(search.high > search.low)

    def directions(count: int) -> Array:
        drawn = np.zeros((count, size))
        drawn[:, free] = rng.standard_normal((count, len(free))) * scale[free]
        alone, axis = rng.random(count) < 0.3, free[rng.integers(0, len(free), count)]
        drawn[alone] = np.where(np.arange(size) == axis[alone, None], scale, 0.0)
        return drawn

    points, inside = np.repeat(best[None], CHAINS, 0), []
    for _ in range(ROUNDS):
        along = directions(CHAINS)
        ahead, behind = search.reach(points, along, floor), search.reach(points, -along, floor)
        step = rng.random(CHAINS) * (ahead + behind) - behind
        moved = points + step[:, None] * along
        points = np.where((search.value(moved) >= floor)[:, None], moved, points)
        inside.append(points)
    spread = np.concatenate(inside)
    goals = [(k, sign) for k in range(1, size) for sign in (-1.0, 1.0)]
    starts = [spread[np.argsort(-sign * spread[:, k], kind="stable")[:7]] for k, sign in goals]
    pushed = np.concatenate([np.vstack([best[None], start]) for start in starts])
    towards = np.repeat([k for k, _ in goals], 8), np.repeat([sign for _, sign in goals], 8)
    for _ in range(PUSHES):
        along = directions(len(pushed))
        along *= np.where(along[np.arange(len(pushed)), towards[0]] * towards[1] < 0, -1.0, 1.0)[:, None]
        pushed = pushed + 0.95 * search.reach(pushed, along, floor)[:, None] * along
    ends = [
        group[np.argmax(sign * group[:, k])]
        for (k, sign), group in zip(goals, pushed.reshape(len(goals), 8, size), strict=True)
    ]
    picked = spread[rng.choice(len(spread), KEPT, replace=False)]
    return np.vstack([best[None], *ends, picked])


def best_weights(decisions: Sequence[Choice], file: MotiveFile) -> tuple[Array, Array]:
    """The weights [motive] and the precision under which decisions of one side are likeliest, without the set around them."""
    best = _Search.of(decisions, file).best(starts=3)
    return best[1:], np.exp(best[0])


@dataclass(frozen=True)
class ChoiceVerdict:
    """How one decision looks under plain income, under the best weights and under all of the set.

    Attributes
    ----------
    decision, player : str
    day : date
    joint : bool
    options : int
    fitted : bool
        Whether the weights were inferred from it too.
    plain : float
        Regret with real income alone, billion USD a year.
    best, least, most : float
        Regret under the best weights, and its least and most in the set.
    chance, lowest, highest : float
        Probability of what was taken, and its range in the set.
    rather : str
        The option that plain income would take.
    """

    decision: str
    player: str
    day: dt.date
    joint: bool
    options: int
    fitted: bool
    plain: float
    best: float
    least: float
    most: float
    chance: float
    lowest: float
    highest: float
    rather: str

    @property
    def explained(self) -> bool:
        """Whether some weights of the set make what was taken the best option."""
        return self.least <= 1e-9


def judge_choices(decisions: Sequence[Choice], explained: Inferred) -> tuple[ChoiceVerdict, ...]:
    """Say of a side's decisions, fitted or not, how far they were from best.

    Parameters
    ----------
    decisions : sequence of Choice
    explained : Inferred

    Returns
    -------
    tuple of ChoiceVerdict
        Of this side's decisions, in order.
    """
    mine = [each for each in decisions if each.player == explained.player]
    if not mine:
        return ()
    choices = Stacked.of(mine)
    regret = np.maximum(choices.regret(explained.members), 0.0)
    chance = np.exp(choices.log_chance(explained.members, explained.precisions))
    return tuple(
        ChoiceVerdict(
            decision=each.id,
            player=each.player,
            day=each.day,
            joint=each.joint,
            options=len(each.options),
            fitted=each.id in explained.decisions,
            plain=float(each.income.max() - each.income[0]),
            best=float(regret[0, d]),
            least=float(regret[:, d].min()),
            most=float(regret[:, d].max()),
            chance=float(chance[0, d]),
            lowest=float(chance[:, d].min()),
            highest=float(chance[:, d].max()),
            rather=each.options[int(each.income.argmax())],
        )
        for d, each in enumerate(mine)
    )
