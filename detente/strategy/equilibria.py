"""What rational players would do on a payoff tensor: pure equilibria, dominance, regret, and logit quantal response.

A player's strategy is one rung for each of its own actions. Where several equilibria exist, the one on the principal branch
of the logit correspondence is reported: the path that starts at uniform play and is followed as precision rises, through
its turning points.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.core import InputError, SolveError
from detente.strategy.games import Profile
from detente.strategy.payoff import Game
from detente.world import Array, frozen

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class StrategicForm:
    """Players, their strategies, and payoffs [player, strategy_0, strategy_1, …].

    Attributes
    ----------
    players : tuple of str
    strategies : tuple of tuple of str
        Names, by player.
    payoffs : array
    rungs : tuple of tuple of Profile
        For a form made from a game: rungs of the player's own actions, by strategy.
    """

    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    payoffs: Array
    rungs: tuple[tuple[Profile, ...], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "payoffs", frozen(self.payoffs))
        expected = (len(self.players), *(len(mine) for mine in self.strategies))
        if self.payoffs.shape != expected:
            raise InputError(
                f"payoffs have shape {self.payoffs.shape}, the strategies {expected}",
                where="strategic form",
                hint="axes are [player, strategy_0, strategy_1, …]",
            )


@dataclass(frozen=True, eq=False)
class Quantal:
    """A logit quantal response equilibrium.

    Attributes
    ----------
    precision : float
        λ: log odds for one unit of payoff.
    mixes : tuple of array [strategy]
        Probabilities, by player.
    steps : int
        Steps of the path from uniform play.
    residual : float
        Largest gap of a log-odds equation.
    """

    precision: float
    mixes: tuple[Array, ...]
    steps: int
    residual: float


def strategic_form(game: Game) -> StrategicForm:
    """Put each player's own actions together into strategies.

    Actions that move nobody's payoff are no choice: they stay on their standing rung and do not show. Payoffs are in the
    units of the game.
    """
    order: list[int] = []
    sizes: list[int] = []
    rungs, names, payoffs = [], [], game.payoffs
    for a, action in enumerate(game.actions):
        idle = bool((payoffs == payoffs.take([0], a + 1)).all())
        payoffs = payoffs.take([0], a + 1) if idle else payoffs
        sizes.append(1 if idle else len(action.rungs))
    for code in game.players:
        mine = game.own(code)
        order += mine
        own = list(itertools.product(*(range(sizes[a]) for a in mine)))
        rungs.append(tuple(own))
        shown = [a for a in mine if sizes[a] > 1]
        names.append(
            tuple(
                ", ".join(
                    f"{game.actions[a].id}={game.actions[a].rungs[strategy[mine.index(a)]].id}" for a in shown
                )
                or "nothing"
                for strategy in own
            )
        )
    moved = np.transpose(payoffs, (0, *(a + 1 for a in order)))
    return StrategicForm(
        game.players,
        tuple(names),
        moved.reshape((len(game.players), *(len(strategies) for strategies in rungs))),
        tuple(rungs),
    )


def regret(form: StrategicForm) -> Array:
    """Gain from each player's best deviation at every profile [player, strategy_0, …], in units of payoff."""
    return np.stack(
        [form.payoffs[p].max(axis=p, keepdims=True) - form.payoffs[p] for p in range(len(form.players))]
    )


def pure_equilibria(form: StrategicForm, *, epsilon: float = 0.0) -> list[Profile]:
    """Profiles from which nobody gains more than `epsilon` by a deviation of its own.

    Examples
    --------
    >>> dilemma = np.array([[[2.0, 0.0], [3.0, 1.0]], [[2.0, 3.0], [0.0, 1.0]]])
    >>> pure_equilibria(StrategicForm(("A", "B"), (("c", "d"), ("c", "d")), dilemma))
    [(1, 1)]
    """
    calm = (regret(form) <= epsilon).all(0)
    return [tuple(int(k) for k in place) for place in np.argwhere(calm)]


def undominated(form: StrategicForm, *, margin: float = 0.0) -> tuple[tuple[int, ...], ...]:
    """Strategies left when those strictly worse than another pure one, whatever the others do, are struck out in turn.

    Parameters
    ----------
    form : StrategicForm
    margin : float
        By how much worse, in units of payoff.

    Returns
    -------
    tuple of tuple of int
        By player; the result does not depend on the order.
    """
    left = [list(range(len(mine))) for mine in form.strategies]
    while True:
        struck = False
        for p in range(len(form.players)):
            payoff = form.payoffs[p][np.ix_(*left)]
            rows = np.moveaxis(payoff, p, 0).reshape(len(left[p]), -1)
            keep = [k for k, row in enumerate(rows) if not (rows > row + margin).all(1).any()]
            if len(keep) < len(left[p]):
                left[p] = [left[p][k] for k in keep]
                struck = True
        if not struck:
            return tuple(tuple(mine) for mine in left)


@dataclass(frozen=True)
class RungDominance:
    """An action whose best rung for its own player does not depend on anything else, or does."""

    action: str
    player: str
    best: str
    always: bool
    share: float
    margin: float


def dominant_rungs(game: Game) -> tuple[RungDominance, ...]:
    """For every action, the rung its player prefers most often over what everybody else (and itself elsewhere) does.

    `share` is the fraction of those cases, `margin` the smallest advantage over the second-best rung in them.
    """
    dominance = []
    for a, action in enumerate(game.actions):
        if len(action.rungs) < 2:
            continue
        rows = np.moveaxis(game.payoffs[game.players.index(action.player)], a, 0)
        rows = rows.reshape(len(action.rungs), -1)
        best = rows.argmax(0)
        counts = np.bincount(best, minlength=len(action.rungs))
        winner = int(counts.argmax())
        ranked = np.sort(rows[:, best == winner], axis=0)
        share = float(counts[winner] / counts.sum())
        margin = float((ranked[-1] - ranked[-2]).min())
        dominance.append(
            RungDominance(action.id, action.player, action.rungs[winner].title, share == 1.0, share, margin)
        )
    return tuple(dominance)


def logit_quantal(
    form: StrategicForm, precision: float, *, tolerance: float = 1e-10, max_steps: int = 5000
) -> Quantal:
    """Follow the principal branch of the logit correspondence from uniform play up to a precision.

    The log odds ``log p[s] − log p[0] = λ (u[s] − u[0])`` are followed by arc length in (log p, λ) with Newton
    corrections, so that the path is not lost where it turns back.

    Parameters
    ----------
    form : StrategicForm
    precision : float
        λ, in log odds for one unit of payoff.
    tolerance : float
        Of the log-odds equations.

    Returns
    -------
    Quantal
        The point where the branch first reaches λ.

    Raises
    ------
    SolveError
        When the path is not followed to λ within `max_steps`.

    References
    ----------
    Turocy (2005), Games and Economic Behavior 51(2).

    Examples
    --------
    >>> pennies = np.array([[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]])
    >>> found = logit_quantal(StrategicForm(("A", "B"), (("h", "t"), ("h", "t")), pennies), 3.0)
    >>> found.mixes[0].tolist()
    [0.5, 0.5]
    """
    if not (np.isfinite(precision) and precision >= 0):
        raise InputError(
            f"precision is {precision}", where="logit_quantal", hint="give a number of 0 or more"
        )
    scale = float(np.ptp(form.payoffs)) or 1.0
    path = _Branch(form, scale)
    target = precision * scale
    point = np.append(path.uniform(), 0.0)
    if target == 0:
        return Quantal(0.0, path.mixes(point), 0, 0.0)
    tangent = path.tangent(point, np.append(np.zeros(len(point) - 1), 1.0))
    length, steps = 0.05, 0
    while steps < max_steps:
        steps += 1
        guess = point + length * tangent
        if guess[-1] >= target:  # land on λ itself
            step = (target - point[-1]) / tangent[-1]
            landed = path.correct(point + step * tangent, tangent, tolerance, fixed=target)
            if landed is not None:
                gap = float(abs(path.gap(landed)).max())
                return Quantal(precision, path.mixes(landed), steps, gap)
        moved = path.correct(guess, tangent, tolerance)
        if moved is None or moved[-1] >= target * 1.5 + 1:
            length /= 2
            if length < 1e-9:
                break
            continue
        next_tangent = path.tangent(moved, tangent)
        if next_tangent @ tangent < 0.9 and length > 1e-5:
            length /= 2
            continue
        point, tangent = moved, next_tangent
        length = min(length * 1.3, 2.0 + 0.2 * abs(float(point[-1])))
    raise SolveError(
        f"the principal branch was followed to λ = {point[-1] / scale:.3g} only",
        where="logit_quantal",
        hint="ask for a lower precision, or rescale the payoffs",
    )


class _Branch:
    """The log-odds equations of a form with payoffs divided by their range."""

    def __init__(self, form: StrategicForm, scale: float) -> None:
        self.payoffs = form.payoffs / scale
        self.sizes = [len(mine) for mine in form.strategies]
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)])

    def uniform(self) -> Array:
        return np.concatenate([np.full(size, -np.log(size)) for size in self.sizes])

    def mixes(self, point: Array) -> tuple[Array, ...]:
        chances = [np.exp(point[a:b]) for a, b in itertools.pairwise(self.starts)]
        return tuple(frozen(mix / mix.sum()) for mix in chances)

    def _expected(self, p: int, mixes: Sequence[Array], keep: Sequence[int]) -> Array:
        """Payoff of player p over the strategies of `keep`, the others mixing."""
        out = self.payoffs[p]
        for q in reversed(range(len(self.sizes))):
            if q not in keep:
                out = np.tensordot(out, mixes[q], axes=(q, 0))
        return np.asarray(out)

    def gap(self, point: Array) -> Array:
        """Equations: total probability of each player, then log odds against its first strategy."""
        mixes = [np.exp(point[a:b]) for a, b in itertools.pairwise(self.starts)]
        rows = []
        for p, (a, b) in enumerate(itertools.pairwise(self.starts)):
            u, log = self._expected(p, mixes, [p]), point[a:b]
            rows.append(np.append(mixes[p].sum() - 1, (log[1:] - log[0]) - point[-1] * (u[1:] - u[0])))
        return np.concatenate(rows)

    def jacobian(self, point: Array) -> Array:
        total = self.starts[-1]
        mixes = [np.exp(point[a:b]) for a, b in itertools.pairwise(self.starts)]
        out = np.zeros((total, total + 1))
        for p, (a, b) in enumerate(itertools.pairwise(self.starts)):
            out[a, a:b] = mixes[p]
            rows = np.arange(a + 1, b)
            out[rows, rows] = 1.0
            out[rows, a] = -1.0
            u = self._expected(p, mixes, [p])
            out[rows, -1] = -(u[1:] - u[0])
            for q, (c, d) in enumerate(itertools.pairwise(self.starts)):
                if q != p:
                    both = self._expected(p, mixes, [p, q])
                    both = both if p < q else both.T
                    out[a + 1 : b, c:d] = -point[-1] * (both[1:] - both[0]) * mixes[q]
        return out

    def tangent(self, point: Array, ahead: Array) -> Array:
        """Unit direction of the path that goes on `ahead`."""
        matrix = np.vstack([self.jacobian(point), ahead])
        direction = np.linalg.solve(matrix, np.append(np.zeros(len(point) - 1), 1.0))
        return np.asarray(direction / np.linalg.norm(direction))

    def correct(
        self, guess: Array, tangent: Array, tolerance: float, *, fixed: float | None = None
    ) -> Array | None:
        """Newton back to the path, across the tangent, or at a given λ; None when it does not settle."""
        point = guess.copy()
        last = tangent if fixed is None else np.append(np.zeros(len(point) - 1), 1.0)
        if fixed is not None:
            point[-1] = fixed
        for _ in range(12):
            gap = self.gap(point)
            if abs(gap).max() <= tolerance:
                return point
            try:
                step = np.linalg.solve(np.vstack([self.jacobian(point), last]), np.append(gap, 0.0))
            except np.linalg.LinAlgError:
                return None
            point = point - step
            if not np.isfinite(point).all() or (point[:-1] > 5).any():
                return None
        return None
