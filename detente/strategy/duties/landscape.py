"""What one player gets from the rates it sets itself, everything else held: the ground that replies are searched and judged on.

Rates count as x = log(1 + rate). Where a point has no equilibrium the level is not-a-number and there is no slope: a bad
point, never an end of the search.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.core import InputError, SolveError
from detente.equilibrium import Equilibrium
from detente.equilibrium.gradients import Output, gradients
from detente.strategy.duties.game import DutyGame
from detente.strategy.duties.uniform import own_slopes, takes_own_slopes
from detente.strategy.duties.wants import price_index
from detente.world import Array

Index = npt.NDArray[np.int64]
NEAR = 0.1
"""Log points from the last look within which the next ones begin at its equilibrium."""


@dataclass(frozen=True, eq=False)
class Survey:
    """What is seen at one point of a landscape.

    Attributes
    ----------
    level : float
        Payoff, log welfare.
    slope : array [instrument]
        Its derivatives by x.
    scale : array [instrument]
        Size of the own second derivative to expect here, above zero.
    """

    level: float
    slope: Array
    scale: Array


@dataclass(frozen=True, eq=False)
class Landscape:
    """A player's payoff over its own instruments.

    Attributes
    ----------
    player : str
    names : tuple of str
        One an instrument, such as ``duty CHN MANUF`` or ``export tax CHN``.
    lower, upper : array [instrument]
        Bounds of x.
    levels : function of points to array [point]
        Payoff (log welfare); not-a-number where a point has no solution.
    look : function of points to list of Survey
        Payoff and its derivatives; None where a point has no solution.
    blocks : tuple of array of int
        Instruments that are moved together in large moves.
    owed : function of a point to array [instrument], optional
        The part of the derivatives that is owed to what the player lends or borrows at a fixed sum.
    without : function to Landscape, optional
        The same player's where nobody lends or borrows; left out where nobody does.
    """

    player: str
    names: tuple[str, ...]
    lower: Array
    upper: Array
    levels: Callable[[Sequence[Array]], Array]
    look: Callable[[Sequence[Array]], list[Survey | None]]
    blocks: tuple[Index, ...] = ()
    owed: Callable[[Array], Array] | None = None
    without: Callable[[], Landscape] | None = None

    def __post_init__(self) -> None:
        shapes = {self.lower.shape, self.upper.shape, (len(self.names),)}
        if len(shapes) > 1 or not (self.lower <= self.upper).all():
            raise InputError(
                "bounds and names of the instruments do not go together",
                where=self.player,
                hint="one of each an instrument, lower bounds below upper ones",
            )


class _Sight:
    """What a player sees at points of its landscape; the next look begins at the last one where it is near."""

    def __init__(self, game: DutyGame, player: str, whole: Callable[[Array], Array]) -> None:
        self.game, self.player, self.whole = game, player, whole
        self.mine, self.place = np.flatnonzero(game.of(player)), game.players.index(player)
        self.alone = takes_own_slopes(game)
        self.multipliers: dict[str, Array] = {}
        self.last: tuple[Array, Equilibrium] | None = None

    def look(self, points: Sequence[Array]) -> list[Survey | None]:
        """Payoff and its derivatives at some points."""
        start = None
        if self.last is not None:
            point, value = self.last
            start = value if max(float(np.abs(other - point).max()) for other in points) < NEAR else None
        values = self.game.try_many([self.whole(point) for point in points], start)
        solved = [pair for pair in zip(points, values, strict=True) if pair[1] is not None]
        if solved:
            self.last = solved[0]  # type: ignore[assignment]
        return [None if value is None else self.survey(value) for value in values]

    def survey(self, value: Equilibrium) -> Survey | None:
        """Payoff and its derivatives at an equilibrium; None where it has none."""
        game, mine = self.game, self.mine
        response = game.scale(value)[mine]
        if self.alone:
            slope = own_slopes(game, value)[[self.place]]
            return Survey(float(game.welfare(value)[self.place]), slope, response)
        try:
            level, slope = game.own_slopes(value, [self.player], self.multipliers)
        except SolveError:  # an equilibrium without derivatives cannot be climbed on from
            return None
        # of flows as good as gone nothing is known: they count as the thinnest that matters
        scale = np.maximum(response, 1e-12 * response.max()) if response.any() else np.ones(len(mine))
        return Survey(float(level[0]), slope[mine], scale)


def landscape_of(game: DutyGame, duties: Array, player: str) -> Landscape:
    """Lay out what a player of a game of duties gets from its own rates while the others' stay.

    Parameters
    ----------
    game : DutyGame
        Duties, export taxes or both, with any objective.
    duties : array [duty], fraction
        Everybody's.
    player : str

    Returns
    -------
    Landscape

    Raises
    ------
    LabelError
        When the player sets nothing in this game.

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.strategy.duties.game import duty_game
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players", levies="both")
    >>> ground = landscape_of(game, game.standing(), "USA")
    >>> ground.names
    ('duty CHN', 'export tax CHN')
    """
    mine = np.flatnonzero(game.of(player))
    place = game.players.index(player)
    number = {int(duty): k for k, duty in enumerate(mine)}

    def whole(point: Array) -> Array:
        rates = np.array(duties, dtype=np.float64)
        rates[mine] = np.clip(np.expm1(point), game.lowest[mine], game.highest[mine])
        return rates

    def levels(points: Sequence[Array]) -> Array:
        values = game.try_many([whole(point) for point in points])
        return np.array([np.nan if value is None else game.welfare(value)[place] for value in values])

    def owed(point: Array) -> Array:
        value, n = game.solve(whole(point)), int(game.countries[place])
        by_price, by_income = price_index(value, n)
        (gradient,) = gradients(value, [Output("price index", price=by_price, income=by_income)])
        by_duty = game.gathered(gradient, value.wedges)[mine]
        return np.asarray(-value.deficit_new[n] / value.income_new[n] * by_duty)

    def without() -> Landscape:
        return landscape_of(dataclasses.replace(game, model=game.model.under("zero")), duties, player)

    lends = game.model.closure_name != "zero" and bool(game.economy.deficit.any())
    return Landscape(
        player,
        instrument_names(game, player),
        np.log1p(game.lowest[mine]),
        np.log1p(game.highest[mine]),
        levels,
        _Sight(game, player, whole).look,
        tuple(np.array([number[int(duty)] for duty in block]) for block in blocks_of(game, player)),
        owed if lends else None,
        without if lends else None,
    )


def instrument_names(game: DutyGame, player: str) -> tuple[str, ...]:
    """Names of what a player sets: duty or export tax, then the partner and the sector where it depends on them.

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.strategy.duties.game import duty_game
    >>> from detente.world import toy
    >>> instrument_names(duty_game(Model(toy()), ["USA"], by="sector", mfn=True), "USA")[0]
    'duty FARM'
    """
    labels, n = game.economy.labels, game.economy.labels.country(player)
    names = np.full(game.count, "", dtype=object)
    for levy, group in (("duty", game.group[n]), ("export tax", game.taxes[:, n])):
        for k, s in np.argwhere(group >= 0):
            parts = [levy]
            parts += [] if game.mfn else [labels.countries[k]]
            parts += [labels.sectors[s]] if game.by == "sector" else []
            names[group[k, s]] = " ".join(parts)
    return tuple(str(name) for name in names[game.of(player)])


def blocks_of(game: DutyGame, mover: str) -> list[Index]:
    """What of a government's is moved together in large moves: every sector's, every partner's, all its duties; taxes alike."""
    n = game.economy.labels.country(mover)
    blocks: list[Index] = []
    for group in (game.group[n], game.taxes[:, n]):
        by_sector, by_partner = list(group.T), list(group)
        for inside in (*by_sector, *by_partner, group):
            block = np.unique(inside[inside >= 0])
            if len(block) and not any(np.array_equal(block, other) for other in blocks):
                blocks.append(block)
    return blocks
