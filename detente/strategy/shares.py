"""Shares: what part of the harm of everything together each measure is answerable for.

The Shapley value: the average over every order in which the actions could be taken, which shares the whole harm out without
a remainder. It needs every combination of the gentle and the harsh rungs, and so the whole game.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from detente.core import InputError
from detente.strategy.games import Profile, part_at
from detente.strategy.leverage import TOGETHER, Lever, everybody, extremes, lever_between
from detente.strategy.payoff import Game
from detente.world import Array


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


def shares_of(
    game: Game, *, gentle: Profile | None = None, harsh: Profile | None = None
) -> tuple[Lever, ...]:
    """Every action's share of the harm of everything together, then each side's.

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
    >>> [(lever.action, lever.harm_target, lever.harm_self) for lever in shares_of(game)[:2]]
    [('A-duty', 3.0, -2.0), ('B-duty', 3.0, -2.0)]
    """
    low, high = extremes(game)
    low, high = gentle or low, harsh or high
    third, everything = everybody(game.solved("shares_of"))
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
                lever_between(
                    game, third, action.id, action.player, action.title, low[a], high[a], shares[k], alone, a
                )
            )
        else:
            zero = np.zeros(len(everything))
            levers.append(
                lever_between(
                    game, third, action.id, action.player, action.title, low[a], high[a], zero, zero, a
                )
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
        lever_between(
            game,
            third,
            f"side:{code}",
            code,
            TOGETHER,
            None,
            None,
            shares[p],
            part_at(blocks, slice(None), *(int(q == p) for q in range(count))) - none,
            None,
        )
        for p, code in enumerate(game.players)
    ]
