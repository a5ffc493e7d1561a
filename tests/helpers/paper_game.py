"""A game of duties whose welfare is a formula of ours: every search then has an answer that is worked out on paper."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.core import SolveError
from detente.equilibrium import Model
from detente.strategy.duties.game import DutyGame, duty_game
from detente.world import Array, toy

WORLD = toy()


@dataclass(frozen=True, eq=False, kw_only=True)
class PaperGame(DutyGame):
    """A game of duties in which the "equilibrium" at some duties is the point x = log(1 + duty) itself.

    Attributes
    ----------
    level : function
        Log welfare of every player [player] at x [duty].
    slope : function
        Its derivatives [player, duty].
    size : array [duty]
        What `scale` says.
    there : function
        Whether x has an equilibrium.
    asked, sloped, tried : list
        Points solved, differentiated and tried, in order.
    """

    level: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    size: Array
    there: Callable[[Array], bool] = lambda x: True
    asked: list[Array] = field(default_factory=list)
    sloped: list[Array] = field(default_factory=list)
    tried: list[Array] = field(default_factory=list)

    def solve(self, duties: Array) -> Any:
        point = np.log1p(np.asarray(duties, dtype=np.float64))
        self.asked.append(point)
        if not self.there(point):
            raise SolveError("nothing there", where="paper")
        return point

    def unmoved(self) -> Any:
        return self.solve(self.standing())

    def solve_many(self, duties: Sequence[Array]) -> Any:
        return [self.solve(one) for one in duties]

    def try_many(self, duties: Sequence[Array], start: Any = None) -> Any:
        self.tried.extend(np.log1p(np.asarray(one, dtype=np.float64)) for one in duties)
        return [point if self.there(point) else None for point in self.tried[len(self.tried) - len(duties) :]]

    def welfare(self, value: Any) -> Array:
        return self.level(value)

    def slopes(self, value: Any, players: Sequence[str]) -> tuple[Array, Array]:
        self.sloped.append(value)
        rows = [self.players.index(code) for code in players]
        return self.level(value)[rows], self.slope(value)[rows]

    def own_slopes(self, value: Any, players: Sequence[str], nearby: Any = None) -> tuple[Array, Array]:
        levels, slopes = self.slopes(value, players)
        return levels, np.where([self.of(code) for code in players], slopes, 0.0).sum(0)

    def weighted(self, value: Any, shares: Array) -> tuple[Array, Array]:
        self.sloped.append(value)
        return self.level(value), shares @ self.slope(value)

    def scale(self, value: Any) -> Array:
        return self.size

    def standing(self) -> Array:
        return np.zeros(self.count)


def paper_game(
    level: Callable[[Array], Array],
    slope: Callable[[Array], Array],
    size: Sequence[float],
    *,
    players: Sequence[str] = ("USA", "CHN"),
    there: Callable[[Array], bool] = lambda x: True,
    closure: str = "share",
    **options: Any,
) -> PaperGame:
    """Lay welfare of ours over the duties of a game on the small world."""
    on = "players" if len(players) > 1 else "all"
    game = duty_game(
        Model(WORLD, closure=closure),
        players,
        **{"by": "partner", "on": on, "bounds": (-0.5, 10.0), **options},
    )
    assert game.count == len(size)
    own = {one.name: getattr(game, one.name) for one in dataclasses.fields(game)}
    return PaperGame(**own, level=level, slope=slope, size=np.asarray(size, dtype=np.float64), there=there)


def quadratic(matrices: Array, tops: Array) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Welfare −½ (x − top)' M (x − top) of every player, and its slopes; M [player, duty, duty], top [player, duty]."""

    def level(x: Array) -> Array:
        away = x - tops
        return -np.einsum("pi,pij,pj->p", away, matrices, away) / 2

    def slope(x: Array) -> Array:
        return -np.einsum("pij,pj->pi", (matrices + matrices.transpose(0, 2, 1)) / 2, x - tops)

    return level, slope
