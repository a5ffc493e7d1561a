"""Leverage: what each measure does to the rival and to the side that uses it, and what the one costs of the other.

Harm is taken between a gentle and a harsh rung of every action. *A lever* is the measure alone, everything else as it stands
today: a number that does not depend on which other measures a game happens to list, and needs a solve a rung. Its part of the
harm of everything together is another question (`shares`). Both are read from solved profiles, so they are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import SolveError
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
TOGETHER = "All measures together"


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
        To the other players, and to the player itself; negative self-harm is a gain. Of the measure alone, everything else
        as it stands (`leverage_of`), or its share of the harm of everything together (`shares_of`).
    alone_target, alone_self : float, optional
        Beside a share: when it is the only action taken, everything else gentle.
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
    alone_target: float | None
    alone_self: float | None
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
    """Every action as a lever, alone and with everything else as it stands; then each side's measures together.

    Parameters
    ----------
    game : Game
        Solved whole, or around the standing state (`near.near_tensor`).
    gentle, harsh : Profile, optional
        Rungs to take the actions between; `extremes` when left out.

    Returns
    -------
    tuple of Lever
        In the order of the actions; the sides last. An action that cannot move is a lever of zero.

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
    third, everything = everybody(game)

    def harm(actions: Sequence[int]) -> Array:
        ends = [tuple(end[a] if a in actions else 0 for a in range(len(game.actions))) for end in (low, high)]
        lost = part_at(everything, slice(None), *ends[1]) - part_at(everything, slice(None), *ends[0])
        if np.isnan(lost).any():
            game.solved("leverage_of")
        return lost

    levers = [
        lever_between(
            game, third, action.id, action.player, action.title, low[a], high[a], harm([a]), None, a
        )
        for a, action in enumerate(game.actions)
    ]
    sides = [
        lever_between(
            game, third, f"side:{code}", code, TOGETHER, None, None, harm(game.own(code)), None, None
        )
        for code in game.players
    ]
    return (*levers, *sides)


def everybody(game: Game) -> tuple[list[str], Array]:
    """Third regions, and payoffs of the players above their real incomes."""
    third = [] if game.real_income_usd is None else [c for c in game.countries if c not in game.players]
    if not third or game.real_income_usd is None:
        return [], game.payoffs
    rows = [game.countries.index(code) for code in third]
    return third, np.concatenate([game.payoffs, game.real_income_usd[rows]])


def lever_between(
    game: Game,
    third: Sequence[str],
    name: str,
    player: str,
    title: str,
    low: int | None,
    high: int | None,
    share: Array,
    alone: Array | None,
    action: int | None,
) -> Lever:
    """One action (None: several) between two of its rungs, from what it changes for everybody."""
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
        alone_target=None if alone is None else float(-alone[others].sum()) + 0.0,
        alone_self=None if alone is None else float(-alone[own]) + 0.0,
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
