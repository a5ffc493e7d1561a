"""Optimal duties of one government while the others keep theirs, and how sure one can be that they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError
from detente.strategy.duties_game import DutyGame
from detente.strategy.duties_search import Found, ascend, curvature, scan
from detente.world.economy import Array

STARTS = ("standing", "half", "double")
"""Where searches begin: duties as they stand, all at 50 %, all at 200 %."""
WORTH = 1e-8
"""Log welfare a deviation must add to count."""
MAX_JUMPS = 6


@dataclass(frozen=True, eq=False)
class Optimum:
    """Optimal duties of one player.

    Attributes
    ----------
    game : DutyGame
        The player's alone, unless everybody's duties were given.
    player : str
    duties : array [duty], fraction
        Its optimal duties (and everybody else's as given).
    gain : float
        Change of its government's welfare against the duties given, a ratio less one.
    gap : float
        Largest first-order condition left, in log(1 + duty).
    curvature : float
        Largest eigenvalue of the second derivative in units of the curvature to expect; below zero is a maximum.
    at_bound : int
        Duties at a bound.
    peaks : mapping
        Gain found from every start, before deviations were searched.
    jumps : int
        Deviations of whole sectors or partners that were taken before none helped.
    evaluations : int
        Equilibria solved and differentiated.
    deviations : int
        Deviations tried, one equilibrium each.
    """

    game: DutyGame
    player: str
    duties: Array
    gain: float
    gap: float
    curvature: float
    at_bound: int
    peaks: Mapping[str, float]
    jumps: int
    evaluations: int
    deviations: int

    @property
    def is_maximum(self) -> bool:
        """Whether first and second-order conditions hold."""
        return self.gap < 1e-4 and self.curvature < 0

    @property
    def several_peaks(self) -> bool:
        """Whether searches from different starts ended at different welfare."""
        found = [*self.peaks.values(), self.gain]
        return max(found) - min(found) > WORTH


def begin(game: DutyGame, duties: Array, mover: str, start: str) -> Array:
    """Duties from which a search starts.

    Raises
    ------
    InputError
        For a start with no such name.
    """
    levels = {"zero": 0.0, "half": 0.5, "double": 2.0}
    if start == "standing":
        return duties
    if start not in levels:
        raise InputError(f"unknown start `{start}`", hint="one of: standing, " + ", ".join(levels))
    return np.where(game.of(mover), np.clip(levels[start], game.lower, game.upper), duties)


def optimal_duties(
    game: DutyGame,
    player: str,
    *,
    given: Array | None = None,
    starts: Sequence[str] = STARTS,
    deviations: bool = True,
) -> Optimum:
    """Find the duties of one player that are best for its government while the others keep theirs.

    Parameters
    ----------
    game : DutyGame
    player : str
    given : array [duty], fraction, optional
        Everybody's duties in the game, the player's own to start from; when left out, all others' are as they stand.
    starts : sequence of str
        Where to search from, of ``standing``, ``zero``, ``half``, ``double``. The best end is kept.
    deviations : bool
        Try large moves of whole sectors and partners at the end, and climb again from any that helps.

    Returns
    -------
    Optimum

    Raises
    ------
    LabelError
        When the player sets no duty in this game.

    Examples
    --------
    >>> from detente.strategy.duties_game import duty_game
    >>> from detente.world import toy
    >>> game = duty_game(toy(), ["USA"], by="partner", mfn=True)
    >>> best = optimal_duties(game, "USA", starts=["standing"])
    >>> best.gain > 0, best.is_maximum
    (True, True)
    """
    if not starts:
        raise InputError("no start to search from", hint="such as starts=['standing']")
    game.of(player)  # says so when the player has none
    if given is None:
        game = game.alone(player)
        duties, first = game.standing(), game.unmoved()
    else:
        duties, first = given, game.solve(given)
    duties = np.clip(duties, game.lower, game.upper)
    place = game.players.index(player)
    before = game.welfare(first)[place]

    def welfare(found: Found) -> float:
        return float(game.welfare(game.solve(found.duties))[place])

    spent, tried, jumps = 0, 0, 0
    peaks: dict[str, float] = {}
    best, top = Found(duties, np.inf, np.inf, 0), -np.inf
    for start in starts:
        found = ascend(game, begin(game, duties, player, start), player)
        spent += found.evaluations
        level = welfare(found)
        peaks[start] = float(np.expm1(level - before))
        if level > top:
            best, top = found, level
    while deviations and jumps <= MAX_JUMPS:
        trial, gain, count = scan(game, best.duties, player)
        tried += count
        if gain <= WORTH:
            break
        jumps += 1
        best = ascend(game, trial, player)
        spent += best.evaluations
    mine = game.of(player)
    bound = (best.duties <= game.lower) | (best.duties >= game.upper)
    return Optimum(
        game=game,
        player=player,
        duties=best.duties,
        gain=float(np.expm1(welfare(best) - before)),
        gap=best.gap,
        curvature=curvature(game, best.duties, player),
        at_bound=int((bound & mine).sum()),
        peaks=peaks,
        jumps=jumps,
        evaluations=spent,
        deviations=tried,
    )
