"""Verdicts on exchanges that somebody expects: what each is worth to both sides, and from where one would refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError
from detente.strategy.games import Exchange, GameSpec, Profile, part_at
from detente.strategy.payoff import Game, payoff_tensor
from detente.strategy.preferences import Preferences
from detente.world import Array

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.equilibrium import Model

NOTHING_GAINED = 1e-3
"""Million USD a year that count as nothing: residuals of the solves are far smaller."""


@dataclass(frozen=True)
class Verdict:
    """What an exchange somebody expects is worth; million USD a year.

    Attributes
    ----------
    exchange : Exchange
    gains : tuple of float
        By player, against what it is instead of.
    without : tuple of float
        By player: what its own part alone would give it; positive means that it would pay without any return.
    rational : bool
        Whether everybody gains.
    against : mapping of threat point to tuple of float
        Gains of the resulting profile over it, by player.
    break_even : tuple of float or None
        By player: weight on the rival's gain above which it would refuse, everything else as in the game; None when it
        never would.
    """

    exchange: Exchange
    gains: tuple[float, ...]
    without: tuple[float, ...]
    rational: bool
    against: Mapping[str, tuple[float, ...]]
    break_even: tuple[float | None, ...]


def judge(game: Game, exchanges: Sequence[Exchange], threats: Sequence[str] = ("standing",)) -> list[Verdict]:
    """Say of every expected exchange whether both sides gain.

    Raises
    ------
    InputError
        When the game has no declaration to read the exchanges with.
    """
    if game.spec is None:
        raise InputError("the game has no declaration", where="judge", hint="make it from a payoff tensor")
    verdicts = []
    for exchange in exchanges:
        before = game.spec.profile(exchange.instead_of)
        after = game.spec.profile({**exchange.instead_of, **exchange.moves})
        gains = game.at(after) - game.at(before)
        alone = []
        for p, code in enumerate(game.players):
            mixed = tuple(
                after[a] if game.actions[a].player == code else before[a] for a in range(len(game.actions))
            )
            alone.append(float(game.at(mixed)[p] - game.at(before)[p]) + 0.0)
        bare = _without_relative(game, gains, _incomes(game, after) - _incomes(game, before))
        verdicts.append(
            Verdict(
                exchange,
                tuple(float(gain) + 0.0 for gain in gains),
                tuple(alone),
                bool((gains > NOTHING_GAINED).all()),
                {name: tuple(float(v) + 0.0 for v in game.at(after) - game.threat(name)) for name in threats},
                bare,
            )
        )
    return verdicts


def judge_at(
    dossier: Dossier,
    spec: GameSpec,
    settings: Mapping[str, Model],
    preferences: Preferences,
    *,
    controls: str = "stated",
) -> dict[str, list[Verdict]]:
    """Verdicts on the expected exchanges at several horizons: only the profiles they need are solved.

    Parameters
    ----------
    dossier, spec
        As for `payoff_tensor`.
    settings : mapping of name to Model
        As `detente.strategy.leverage.horizons` makes them.
    preferences : Preferences
    controls : {"costs", "stated", "equivalent"}
        As for `payoff_tensor`.

    Raises
    ------
    SolveError
        When a profile has no equilibrium at a horizon.
    """
    (verdicts,) = judge_under(dossier, spec, settings, (preferences,), controls=controls)
    return verdicts


def judge_under(
    dossier: Dossier,
    spec: GameSpec,
    settings: Mapping[str, Model],
    sets: Sequence[Preferences],
    *,
    controls: str = "stated",
) -> list[dict[str, list[Verdict]]]:
    """What `judge_at` says under each of several sets of preferences, from the same solves."""
    verdicts: list[dict[str, list[Verdict]]] = [{name: [] for name in settings} for _ in sets]
    for name, model in settings.items():
        for exchange in spec.expected:
            before, after = (
                spec.profile(exchange.instead_of),
                spec.profile({**exchange.instead_of, **exchange.moves}),
            )
            kept = {
                action.id: list(dict.fromkeys((action.rungs[b].id, action.rungs[a].id)))
                for action, b, a in zip(spec.actions, before, after, strict=True)
            }
            tensor = payoff_tensor(model, dossier, spec.restrict(kept), controls=controls)
            for judged, preferences in zip(verdicts, sets, strict=True):
                judged[name] += judge(tensor.game(preferences), [exchange], ())
    return verdicts


def _incomes(game: Game, profile: Profile) -> Array:
    """Real incomes of the players [player]; payoffs where the game comes from no economy."""
    if game.real_income_usd is None:
        return game.at(profile)
    rows = [game.countries.index(code) for code in game.players]
    return part_at(game.real_income_usd, rows, *profile)


def _without_relative(game: Game, gains: Array, incomes: Array) -> tuple[float | None, ...]:
    """Weight on the rival's gain from which each of two players would refuse, from gains without any such weight."""
    if len(game.players) != 2:
        return (None,) * len(game.players)
    weights = [game.preferences.of(code) for code in game.players]
    rho = [mine.relative * (mine.relative_to == "payoff") for mine in weights]
    bare = np.array(
        [
            gain + mine.relative * (mine.relative_to == "income") * theirs
            for gain, mine, theirs in zip(gains, weights, incomes[::-1], strict=True)
        ]
    )
    # G = w − ρ·w_rival for both: undo it, so that the threshold is on the whole weight
    matrix = np.array([[1.0, -rho[0]], [-rho[1], 1.0]])
    own = np.linalg.solve(matrix, bare) if abs(np.linalg.det(matrix)) > 1e-12 else np.full(2, np.nan)
    rivals = [
        incomes[1 - p] if mine.relative_to == "income" else own[1 - p] for p, mine in enumerate(weights)
    ]
    return tuple(
        float(own[p] / rivals[p])
        if own[p] > 0 and rivals[p] > NOTHING_GAINED
        else (0.0 if own[p] <= 0 else None)
        for p in range(2)
    )
