"""Nash duties: every player's duties are best for its government given everybody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.equilibrium import Equilibrium
from detente.strategy.duties.game import DutyGame
from detente.strategy.duties.search import ROUGH, Found, ascend, climb, curvature, relax, scan
from detente.world import Array

MAX_ROUNDS = 12
MAX_JUMPS = 4
TOLERANCE = 1e-7
"""First-order conditions, in log(1 + duty)."""
REGRET = 1e-6
"""Welfare a deviation may add before it is taken and the search goes on."""


@dataclass(frozen=True, eq=False)
class NashDuties:
    """A Nash equilibrium in duties, and what was checked about it.

    Attributes
    ----------
    game : DutyGame
    duties : array [duty], fraction
    value : Equilibrium
        At these duties.
    before : Equilibrium
        At the duties as they stand.
    gap : float
        Largest first-order condition left over all players, in log(1 + duty).
    promise : float
        What moving along these conditions would add to log welfare, summed over players, to first order.
    regret : mapping
        By player that was verified: welfare that the best deviation found would add, a ratio less one; zero when none
        helps.
    curvature : mapping
        By player that was verified: largest eigenvalue of the second derivative (see `duties_search.curvature`).
    at_bound : mapping
        By player: duties at a bound.
    jumps : tuple of str
        Players whose large deviations were taken on the way, in order.
    rounds : int
        Rounds of best responses that were needed besides the joint relaxation.
    evaluations : int
        Equilibria solved and differentiated in the search.
    deviations : int
        Deviations tried, one equilibrium each.
    start : str
        Where the search began.
    """

    game: DutyGame
    duties: Array
    value: Equilibrium
    before: Equilibrium
    gap: float
    promise: float
    regret: Mapping[str, float]
    curvature: Mapping[str, float]
    at_bound: Mapping[str, int]
    jumps: tuple[str, ...]
    rounds: int
    evaluations: int
    deviations: int
    start: str

    @property
    def largest_regret(self) -> float:
        """Largest regret over players; not a number when not verified."""
        return max(self.regret.values()) if self.regret else float("nan")

    @property
    def found(self) -> str:
        """What was found, in words."""
        if not self.regret:
            return "a point where first-order conditions hold; not verified"
        worst = self.largest_regret
        missing = len(self.game.players) - len(self.regret)
        if missing and worst <= 1e-5:
            return f"a point where first-order conditions hold; {missing} of the players' deviations were not searched"
        if worst > 1e-5:
            return f"not an equilibrium: a deviation adds {100 * worst:.2g} % to a player's welfare"
        if all(value < 0 for value in self.curvature.values()):
            return "a Nash equilibrium: second-order conditions hold and no deviation searched adds welfare"
        return (
            "a Nash equilibrium as far as deviations were searched; second-order conditions are flat or fail"
        )

    @property
    def welfare_change(self) -> Array:
        """Change of every player's government welfare against the duties as they stand [player], ratio less one."""
        return np.asarray(np.expm1(self.game.welfare(self.value) - self.game.welfare(self.before)))


def settle_duties(game: DutyGame, duties: Array, tolerance: float) -> tuple[Found, int]:
    """Relax all first-order conditions together; where that stalls, rounds of best responses bring it nearer.

    Returns
    -------
    found : Found
    rounds : int
        Rounds of best responses.
    """
    settled = relax(game, duties, game.players, tolerance=tolerance)
    spent, rounds = settled.evaluations, 0
    if settled.gap > 1e-2:  # the relaxation went nowhere: start the rounds where we were asked to
        settled = Found(duties, settled.gap, settled.promise, spent)
    while settled.gap > tolerance and settled.promise > 1e-13 and rounds < MAX_ROUNDS:
        rounds += 1
        point = settled.duties
        for code in game.players:
            step = climb(game, point, code, tolerance=ROUGH)
            point, spent = step.duties, spent + step.evaluations
        settled = relax(game, point, game.players, tolerance=tolerance, max_evaluations=60)
        spent += settled.evaluations
        if settled.gap > 1e-2 and settled.promise > 1e-9:
            settled = Found(point, settled.gap, settled.promise, 0)
    return Found(settled.duties, settled.gap, settled.promise, spent), rounds


def best_deviation(game: DutyGame, duties: Array, player: str) -> tuple[Array, float, int]:
    """Search a player's deviations: from where it stands by climbing, and by large moves that are then climbed.

    Returns
    -------
    duties : array [duty]
    gain : float
        Log welfare it adds, zero or more.
    count : int
        Equilibria solved.
    """
    place = game.players.index(player)
    here = game.welfare(game.solve(duties))[place]
    trial, _, tried = scan(game, duties, player)
    best, gain = duties, 0.0
    for start in (duties, trial):
        climbed = climb(game, start, player, tolerance=ROUGH)
        tried += climbed.evaluations
        added = float(game.welfare(game.solve(climbed.duties))[place] - here)
        if added > gain:
            best, gain = climbed.duties, added
    return best, gain, tried


def nash_duties(
    game: DutyGame,
    *,
    start: Array | str = "standing",
    tolerance: float = TOLERANCE,
    verify: bool | Sequence[str] = True,
    jump: bool = True,
) -> NashDuties:
    """Find Nash duties of every player in a game.

    The first-order conditions of all players are relaxed together with slopes from the adjoint, at the price of one
    equilibrium and one transposed solve a step. The end is verified by searching every player's deviations and by the sign
    of its second derivative; a deviation that helps is taken, and the search goes on from there.

    Parameters
    ----------
    game : DutyGame
    start : array [duty], fraction, or {"standing", "zero", "half", "double"}
        With political weights there can be several equilibria; the start says which is looked for first.
    tolerance : float
        First-order conditions, in log(1 + duty).
    verify : bool or sequence of str
        Search deviations and check second-order conditions: of every player, of none, or of those named.
    jump : bool
        Take deviations that help. Without it the stationary point nearest the start is reported with its regret.

    Returns
    -------
    NashDuties

    Examples
    --------
    >>> from detente.strategy.duties.game import duty_game
    >>> from detente.equilibrium import Model
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    >>> war = nash_duties(game)
    >>> war.largest_regret < 1e-5
    True
    """
    named = start if isinstance(start, str) else "given"
    point = starting_duties(game, start)
    before = game.unmoved()
    settled, rounds = settle_duties(game, np.clip(point, game.lowest, game.highest), tolerance)
    spent, tried = settled.evaluations, 0
    jumps: list[str] = []
    regret: dict[str, float] = {}
    checked = tuple(game.players if verify is True else verify or ())
    while checked:
        deviations = {code: best_deviation(game, settled.duties, code) for code in checked}
        tried += sum(count for _, _, count in deviations.values())
        regret = {code: float(np.expm1(gain)) for code, (_, gain, _) in deviations.items()}
        worst = max(regret, key=lambda code: regret[code])
        if regret[worst] <= REGRET or not jump or len(jumps) >= MAX_JUMPS:
            break
        jumps.append(worst)
        better = ascend(game, deviations[worst][0], worst)
        settled, more = settle_duties(game, better.duties, tolerance)
        spent, rounds = spent + better.evaluations + settled.evaluations, rounds + more
    bound = (settled.duties <= game.lowest) | (settled.duties >= game.highest)
    return NashDuties(
        game=game,
        duties=settled.duties,
        value=game.solve(settled.duties),
        before=before,
        gap=settled.gap,
        promise=settled.promise,
        regret=regret,
        curvature={code: curvature(game, settled.duties, code) for code in checked},
        at_bound={code: int((bound & game.of(code)).sum()) for code in game.players},
        jumps=tuple(jumps),
        rounds=rounds,
        evaluations=spent,
        deviations=tried,
        start=named,
    )


def starting_duties(game: DutyGame, start: Array | str) -> Array:
    """Duties a search starts from, by name or as given."""
    from detente.strategy.duties.optimum import begin

    point = game.standing()
    if not isinstance(start, str):
        return np.asarray(start, dtype=np.float64)
    for code in game.players:
        point = begin(game, point, code, start)
    return point
