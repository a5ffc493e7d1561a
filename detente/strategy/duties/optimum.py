"""Optimal duties of one government while the others keep theirs, and how sure one can be that they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, SolveError
from detente.strategy.duties.game import DutyGame
from detente.strategy.duties.search import Found, ascend, curvature, scan
from detente.world import Array

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
    at_bound, at_bound_above : int
        Duties at a bound, and at the upper one.
    peaks : mapping
        Gain found from every start, before deviations were searched.
    jumps : int
        Deviations of whole sectors or partners that were taken before none helped.
    evaluations : int
        Equilibria solved and differentiated.
    deviations : int
        Deviations tried, one equilibrium each.
    unsolved : tuple of str
        Starts from which there is no equilibrium to search from.
    gain_without_transfers : float
        What the same duties add when no country lends or borrows (closure ``zero``, before and after), a ratio less one;
        the gain itself where the closure is ``zero`` already, not-a-number where that has no equilibrium.
    """

    game: DutyGame
    player: str
    duties: Array
    gain: float
    gap: float
    curvature: float
    at_bound: int
    at_bound_above: int
    peaks: Mapping[str, float]
    jumps: int
    evaluations: int
    deviations: int
    unsolved: tuple[str, ...]
    gain_without_transfers: float

    @property
    def driven_by_transfers(self) -> bool:
        """Whether less than half of the gain is left when no country lends or borrows.

        A deficit fixed in the numeraire is a transfer whose worth in goods moves with wages and prices: a duty on a lender's
        goods makes it deliver ever more of them for the same sum, until its income is gone. An optimum that lives off this
        says more about the closure than about trade.
        """
        return self.gain > WORTH and not self.gain_without_transfers >= self.gain / 2

    @property
    def caution(self) -> str:
        """What to hold against the optimum, in sentences; empty when there is nothing."""
        said = []
        if self.at_bound_above:
            said.append(
                f"{self.player}: {self.at_bound_above} of its duties sit on the upper bound of {100 * self.game.upper:g} %; "
                "with a wider one they would go on."
            )
        if self.at_bound - self.at_bound_above:
            said.append(
                f"{self.player}: {self.at_bound - self.at_bound_above} of its duties sit on the lower bound of "
                f"{100 * self.game.lower:g} %."
            )
        if self.driven_by_transfers:
            without = self.gain_without_transfers
            left = "have no equilibrium" if np.isnan(without) else f"would add {100 * without:.3f} %"
            said.append(
                f"{self.player}: the gain of {100 * self.gain:.3f} % is driven by deficits that the closure fixes: without "
                f"lending and borrowing the same duties {left}. Closure `zero` shows what trade alone asks for."
            )
        if self.unsolved:
            said.append(f"{self.player}: no equilibrium to start from: {', '.join(self.unsolved)}.")
        return " ".join(said)

    @property
    def is_maximum(self) -> bool:
        """Whether first and second-order conditions hold."""
        return self.gap < 1e-4 and self.curvature < 0

    @property
    def several_peaks(self) -> bool:
        """Whether searches from different starts ended at different welfare."""
        gains = [*self.peaks.values(), self.gain]
        return max(gains) - min(gains) > WORTH


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
    return np.where(game.of(mover), np.clip(levels[start], game.lowest, game.highest), duties)


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
    SolveError
        When the duties given have no equilibrium, or no start has one. A trial point without one is stepped back from.

    Examples
    --------
    >>> from detente.strategy.duties.game import duty_game
    >>> from detente.equilibrium import Model
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA"], by="partner", mfn=True)
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
    duties = np.clip(duties, game.lowest, game.highest)
    place = game.players.index(player)
    before = game.welfare(first)[place]

    def welfare(reached: Found) -> float:
        return float(game.welfare(game.solve(reached.duties))[place])

    ends, unsolved = _climb(game, duties, player, starts)
    levels = {start: welfare(reached) for start, reached in ends.items()}
    best = ends[max(levels, key=lambda start: levels[start])]  # the first of equals
    spent, tried, jumps = sum(reached.evaluations for reached in ends.values()), 0, 0
    while deviations and jumps <= MAX_JUMPS:
        trial, gain, count = scan(game, best.duties, player)
        tried += count
        if gain <= WORTH:
            break
        jumps += 1
        best = ascend(game, trial, player)
        spent += best.evaluations
    mine = game.of(player)
    above = best.duties >= game.highest
    bound = (best.duties <= game.lowest) | above
    gain = float(np.expm1(welfare(best) - before))
    return Optimum(
        game=game,
        player=player,
        duties=best.duties,
        gain=gain,
        gap=best.gap,
        curvature=curvature(game, best.duties, player),
        at_bound=int((bound & mine).sum()),
        at_bound_above=int((above & mine).sum()),
        peaks={start: float(np.expm1(level - before)) for start, level in levels.items()},
        jumps=jumps,
        evaluations=spent,
        deviations=tried,
        unsolved=unsolved,
        gain_without_transfers=_without_transfers(game, duties, best.duties, place, gain),
    )


def _climb(
    game: DutyGame, duties: Array, player: str, starts: Sequence[str]
) -> tuple[dict[str, Found], tuple[str, ...]]:
    """Where the search ends from each start, and the starts that have no equilibrium; one of them at least must have one."""
    ends: dict[str, Found] = {}
    unsolved: list[str] = []
    for start in starts:
        try:
            ends[start] = ascend(game, begin(game, duties, player, start), player)
        except SolveError:
            unsolved.append(start)
            if len(unsolved) == len(starts):
                raise
    return ends, tuple(unsolved)


def _without_transfers(game: DutyGame, before: Array, after: Array, place: int, gain: float) -> float:
    """Gain of moving a player's duties when no country lends or borrows, a ratio less one; not-a-number where unsolved."""
    if game.model.closure_name == "zero":
        return gain
    first, last = dataclasses.replace(game, model=game.model.under("zero")).try_many([before, after])
    if first is None or last is None:
        return float("nan")
    return float(np.expm1(game.welfare(last)[place] - game.welfare(first)[place]))
