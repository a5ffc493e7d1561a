"""The game around the state as it stands: some hundred solves that answer what one measure, or one exchange, does.

A lever alone, an exchange of one measure a side and the exchanges that somebody expects are read from few profiles of the
whole game. Solved by themselves they are the same numbers, within a second, so that a page and the command line need no
smaller game to be quick.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detente.equilibrium import Model
from detente.policy import Scenario
from detente.strategy.games import GameSpec, Profile
from detente.strategy.leverage import extremes
from detente.strategy.payoff import PayoffTensor, payoff_tensor, prepare_game
from detente.strategy.preferences import PLAIN, Preferences
from detente.strategy.solves import Parts

if TYPE_CHECKING:
    from detente.dossier import Dossier


def single_moves(spec: GameSpec) -> list[Profile]:
    """The standing profile, then every rung of every action alone.

    Examples
    --------
    >>> from detente.strategy.games import load_game
    >>> len(single_moves(load_game("busan-2025"))) == 1 + sum(size - 1 for size in load_game("busan-2025").shape)
    True
    """
    moves = [(a, r) for a, size in enumerate(spec.shape) for r in range(1, size)]
    return [_moved(spec, ()), *(_moved(spec, (move,)) for move in moves)]


def near_profiles(spec: GameSpec) -> list[Profile]:
    """Single moves, one move each of two sides, and what the expected exchanges are judged by."""
    moves = [(a, r) for a, size in enumerate(spec.shape) for r in range(1, size)]
    profiles = dict.fromkeys(single_moves(spec))
    for first, second in itertools.combinations(moves, 2):
        if spec.actions[first[0]].player != spec.actions[second[0]].player:
            profiles[_moved(spec, (first, second))] = None
    for exchange in spec.expected:
        before = spec.profile(exchange.instead_of)
        after = spec.profile({**exchange.instead_of, **exchange.moves})
        profiles |= dict.fromkeys((before, after))
        for code in spec.players:
            profiles[
                tuple(
                    after[a] if action.player == code else before[a] for a, action in enumerate(spec.actions)
                )
            ] = None
    return list(profiles)


def near_tensor(
    model: Model,
    dossier: Dossier,
    spec: GameSpec,
    *,
    preferences: Sequence[Preferences] = (PLAIN,),
    scenarios: Sequence[Scenario] = (),
    controls: str = "stated",
) -> PayoffTensor:
    """Solve a game around the standing state; payoffs elsewhere are NaN.

    Parameters
    ----------
    model, dossier, spec, scenarios, controls
        As for `payoff_tensor`.
    preferences : sequence of Preferences
        Under which the gentlest and the harshest rungs of a side are found, which are solved together too.

    Returns
    -------
    PayoffTensor
        Enough for `leverage_of`, `smallest_swaps` of one measure a side, and `judge`.

    Raises
    ------
    LabelError, SolveError
        As `payoff_tensor` does.

    Examples
    --------
    >>> from detente import load_dossier, load_game, load_world, model_at
    >>> game = load_game("busan-2025")
    >>> tensor = near_tensor(model_at("long", load_world("world-2024")), load_dossier("busan-2025"), game)
    >>> tensor.solves < 100 < tensor.index.size
    True
    """
    ready = prepare_game(model, dossier, spec, controls)
    first = payoff_tensor(model, dossier, spec, controls=controls, only=single_moves(spec), prepared=ready)
    together: dict[Profile, None] = {}
    for end in (end for chosen in preferences for end in extremes(first.game(chosen))):
        for code in spec.players:
            own = [(a, end[a]) for a, action in enumerate(spec.actions) if action.player == code]
            together[_moved(spec, own)] = None
    wanted = [profile for profile in (*near_profiles(spec), *together) if first.index[profile] < 0]
    wanted = wanted or single_moves(spec)[:1]  # a game of one side has nothing else
    rest = payoff_tensor(
        model, dossier, spec, scenarios=scenarios, controls=controls, only=wanted, prepared=ready
    )
    later = np.where(rest.index < 0, -1, rest.index + first.solves)
    parts = Parts(
        **{
            name: np.concatenate([rows, getattr(rest.parts, name)])
            for name, rows in vars(first.parts).items()
        }
    )
    return replace(rest, parts=parts, index=np.where(first.index < 0, later, first.index))


def _moved(spec: GameSpec, moves: Sequence[tuple[int, int]]) -> Profile:
    """The standing profile with some actions on other rungs."""
    rungs = [0] * len(spec.actions)
    for action, rung in moves:
        rungs[action] = rung
    return tuple(rungs)
