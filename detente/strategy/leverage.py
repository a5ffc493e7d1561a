"""Leverage: what each measure does to the rival and to the side that uses it, and what the one costs of the other.

Harm is taken between a gentle and a harsh rung of every action, as a Shapley value: the average over every order in which
the actions could be taken, which shares the whole harm out without a remainder. It is read from the tensor, so it is exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError, SolveError
from detente.equilibrium import Model, Structure
from detente.strategy.caps import controls_for, rationing, solve_capped, with_limits
from detente.strategy.games import GameSpec, Profile, part_at
from detente.strategy.payoff import Game
from detente.strategy.profiles import profile_wedges
from detente.world import Array, Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier

NOTHING = 1e-6
"""Million USD a year below which a measure is said to do nothing."""


@dataclass(frozen=True)
class Lever:
    """One measure as a lever; money in million USD a year, harm positive.

    Attributes
    ----------
    action, player, title : str
        ``side:PLAYER`` for all of a side's actions together.
    gentle, harsh : str
        Rungs it is taken between.
    harm_target, harm_self : float
        To the other players, and to the player itself; negative self-harm is a gain.
    alone_target, alone_self : float
        The same when it is the only action taken, everything else gentle.
    others : mapping of country to float
        Harm to third regions.
    """

    action: str
    player: str
    title: str
    gentle: str
    harsh: str
    harm_target: float
    harm_self: float
    alone_target: float
    alone_self: float
    others: Mapping[str, float]

    @property
    def ratio(self) -> float | None:
        """Harm to the target for a dollar of one's own; None when it costs nothing or does nothing."""
        return (
            self.harm_target / self.harm_self
            if self.harm_self > NOTHING and self.harm_target > NOTHING
            else None
        )

    @property
    def pays_from(self) -> float | None:
        """Weight on the rival's loss from which the measure pays: what a dollar of the rival's loss must be worth."""
        return self.harm_self / self.harm_target if self.harm_target > NOTHING else None


def shapley_of_switches(values: Array, count: int) -> Array:
    """Shapley values of `count` switches from what every set of them is worth.

    Parameters
    ----------
    values : array [..., 2, 2, …]
        Worth with each of the last `count` switches off (0) or on (1).
    count : int

    Returns
    -------
    array [count, ...]
        They sum to the worth of all less that of none.

    Examples
    --------
    >>> shapley_of_switches(np.array([[0.0, 1.0], [2.0, 5.0]]), 2).tolist()
    [3.0, 2.0]
    """
    if count == 0:
        return np.zeros((0, *values.shape))
    if values.shape[-count:] != (2,) * count:
        raise InputError("every switch needs two positions", where="shapley", hint="shape [..., 2, 2, …]")
    lead = values.ndim - count
    size = np.zeros((2,) * (count - 1), dtype=int)
    for k in range(count - 1):
        size = size + np.arange(2).reshape([-1 if j == k else 1 for j in range(count - 1)])
    table = np.array(
        [math.factorial(s) * math.factorial(count - 1 - s) / math.factorial(count) for s in range(count)]
    )
    weight = table[size] if count > 1 else np.ones(())
    axes = tuple(range(lead, lead + count - 1))
    return np.stack(
        [((values.take(1, lead + k) - values.take(0, lead + k)) * weight).sum(axes) for k in range(count)]
    )


def extremes(game: Game) -> tuple[Profile, Profile]:
    """Gentlest and harshest profile: every action on the rung best, and worst, for the other players, the rest standing.

    An action that moves nobody else keeps its standing rung in both.
    """
    gentle, harsh = [], []
    for a, action in enumerate(game.actions):
        others = [k for k, code in enumerate(game.players) if code != action.player] or [0]
        place: list[slice | int] = [0] * len(game.actions)
        place[a] = slice(None)
        worth = part_at(game.payoffs, slice(None), *place)[others].sum(0)
        still = worth.max() - worth.min() <= NOTHING
        gentle.append(0 if still else int(worth.argmax()))
        harsh.append(0 if still else int(worth.argmin()))
    return tuple(gentle), tuple(harsh)


def leverage_of(
    game: Game, *, gentle: Profile | None = None, harsh: Profile | None = None
) -> tuple[Lever, ...]:
    """Every action as a lever, then each side as a whole.

    Parameters
    ----------
    game : Game
    gentle, harsh : Profile, optional
        Rungs to take the actions between; `extremes` when left out.

    Returns
    -------
    tuple of Lever
        In the order of the actions; the sides, as two steps in either order, last. An action that cannot move is a
        lever of zero.

    Examples
    --------
    >>> import numpy as np
    >>> from detente.strategy.games import Action, Rung
    >>> from detente.strategy.payoff import Game
    >>> rungs = tuple(Rung(id=name, title=name, does=f"the duty is {name}") for name in ("on", "off"))
    >>> duties = tuple(Action(id=f"{side}-duty", player=side, title="Duty", rungs=rungs) for side in ("A", "B"))
    >>> payoffs = np.array([[[-1.0, 2.0], [-3.0, 0.0]], [[-1.0, -3.0], [2.0, 0.0]]])  # million USD a year
    >>> game = Game(("A", "B"), duties, payoffs)
    >>> [(lever.action, lever.harm_target, lever.harm_self) for lever in leverage_of(game)[:2]]
    [('A-duty', 3.0, -2.0), ('B-duty', 3.0, -2.0)]
    """
    low, high = extremes(game)
    low, high = gentle or low, harsh or high
    everything = game.payoffs
    third = [] if game.real_income_usd is None else [c for c in game.countries if c not in game.players]
    if third:
        assert game.real_income_usd is not None
        rows = [game.countries.index(code) for code in third]
        everything = np.concatenate([everything, game.real_income_usd[rows]])
    moving = [a for a in range(len(game.actions)) if low[a] != high[a]]
    corners = everything
    for a in range(len(game.actions)):
        axis = a + 1
        pick = [low[a], high[a]] if a in moving else [low[a]]
        corners = corners.take(pick, axis)
    corners = corners.reshape((len(everything), *(2 for _ in moving)))
    shares = shapley_of_switches(corners, len(moving))
    none = part_at(corners, slice(None), *(0 for _ in moving))
    levers = []
    for a, action in enumerate(game.actions):
        if a in moving:
            k = moving.index(a)
            alone = part_at(corners, slice(None), *(int(j == k) for j in range(len(moving)))) - none
            levers.append(
                _lever(
                    game, third, action.id, action.player, action.title, low[a], high[a], shares[k], alone, a
                )
            )
        else:
            zero = np.zeros(len(everything))
            levers.append(
                _lever(game, third, action.id, action.player, action.title, low[a], high[a], zero, zero, a)
            )
    return (*levers, *_sides(game, third, corners, moving))


def _sides(game: Game, third: Sequence[str], corners: Array, moving: Sequence[int]) -> list[Lever]:
    """Each side's actions taken as one step."""
    count = len(game.players)
    blocks = np.empty((len(corners), *(2,) * count))
    for number in np.ndindex(*(2,) * count):
        place = tuple(number[game.players.index(game.actions[a].player)] for a in moving)
        blocks[(slice(None), *number)] = part_at(corners, slice(None), *place)
    shares = shapley_of_switches(blocks, count)
    none = part_at(blocks, slice(None), *(0 for _ in range(count)))
    return [
        _lever(
            game,
            third,
            f"side:{code}",
            code,
            "All measures together",
            None,
            None,
            shares[p],
            part_at(blocks, slice(None), *(int(q == p) for q in range(count))) - none,
            None,
        )
        for p, code in enumerate(game.players)
    ]


def _lever(
    game: Game,
    third: Sequence[str],
    name: str,
    player: str,
    title: str,
    low: int | None,
    high: int | None,
    share: Array,
    alone: Array,
    action: int | None,
) -> Lever:
    own = game.players.index(player)
    others = [p for p in range(len(game.players)) if p != own]
    rungs = game.actions[action].rungs if action is not None else ()
    return Lever(
        action=name,
        player=player,
        title=title,
        gentle=rungs[low].title if rungs and low is not None else "gentlest",
        harsh=rungs[high].title if rungs and high is not None else "harshest",
        harm_target=float(-share[others].sum()) + 0.0,
        harm_self=float(-share[own]) + 0.0,
        alone_target=float(-alone[others].sum()) + 0.0,
        alone_self=float(-alone[own]) + 0.0,
        others={code: float(-share[len(game.players) + k]) + 0.0 for k, code in enumerate(third)},
    )


@dataclass(frozen=True)
class Reach:
    """One measure taken alone from the standing state, at one horizon; million USD a year, harm positive."""

    action: str
    player: str
    title: str
    gentle: str
    harsh: str
    horizon: str
    harm_target: float
    harm_self: float


def reach(
    economy: Economy,
    dossier: Dossier,
    spec: GameSpec,
    settings: Mapping[str, Model],
    *,
    span: tuple[Profile, Profile],
    controls: str = "stated",
) -> tuple[Reach, ...]:
    """What every measure does when it alone moves, at several horizons or speeds of substitution.

    Parameters
    ----------
    economy, dossier, spec
        As for `payoff_tensor`; `economy` gives the wedges.
    settings : mapping of name to Model
        As `horizons` and `substitution` make them.
    span : (Profile, Profile)
        Gentle and harsh rung of every action (`extremes`); the others stand as the record has them.
    controls : {"costs", "stated", "equivalent"}
        As for `payoff_tensor`: a cost hardly stops a flow where nobody can substitute, a cap does.

    Returns
    -------
    tuple of Reach
        Real income (unit weights), by action and setting; actions that do not move are left out.

    Raises
    ------
    SolveError
        When a profile has no equilibrium at a horizon.
    """
    parts = profile_wedges(economy, dossier, spec)
    low, high = span
    moving = [a for a in range(len(spec.actions)) if parts.classes[a][low[a]] != parts.classes[a][high[a]]]
    profiles: list[Profile] = []
    for a in moving:
        for rung in (low[a], high[a]):
            profiles.append(tuple(rung if k == a else 0 for k in range(len(spec.actions))))
    reaches = []
    for name, model in settings.items():
        world = model.economy
        rules = rationing(model, dossier, spec, controls)
        here = with_limits(parts, world, dossier, spec, rules)
        solved = solve_capped(
            model,
            here.wedges(profiles),
            [controls_for(world, here.limits(profile), here.level) for profile in profiles],
        )
        for profile, solution in zip(profiles, solved, strict=True):
            if not solution.result.ok:
                names = ", ".join(
                    f"{action.id}={action.rungs[r].id}"
                    for action, r in zip(spec.actions, profile, strict=True)
                    if r
                )
                raise SolveError(
                    f"{names or 'the standing state'}, {name}: {solution.message}",
                    where=world.name,
                    hint="the docs page `it-does-not-converge` says what to try",
                    solution=solution,
                )
        values = np.array([solution.value.equivalent_variation_usd for solution in solved])
        for k, a in enumerate(moving):
            action = spec.actions[a]
            harm = values[2 * k] - values[2 * k + 1]
            own = economy.labels.country(action.player)
            rivals = [economy.labels.country(code) for code in spec.players if code != action.player]
            reaches.append(
                Reach(
                    action.id,
                    action.player,
                    action.title,
                    action.rungs[low[a]].title,
                    action.rungs[high[a]].title,
                    name,
                    float(harm[rivals].sum()),
                    float(harm[own]),
                )
            )
    return tuple(reaches)


def horizons(economy: Economy, names: Sequence[str] | None = None) -> dict[str, Model]:
    """The model of an economy at every horizon, for `reach`."""
    from detente.cases import HORIZONS, model_at

    return {name: model_at(name, economy) for name in (names or HORIZONS)}


def substitution(economy: Economy, scales: Sequence[float] = (0.25, 0.5, 1.0, 2.0)) -> dict[str, Model]:
    """Models of an economy with its trade elasticities at several multiples: how leverage decays as substitution rises."""
    return {
        f"elasticities x {scale:g}": Model(
            economy.with_elasticities(
                economy.trade_elasticity * scale, f"{economy.elasticity_source}, times {scale:g}"
            ),
            Structure(horizon=f"elasticities x {scale:g}"),
        )
        for scale in scales
    }
