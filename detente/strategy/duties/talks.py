"""Cooperative duties: efficient, and with equal gains for every player from where the talks begin (Ossa 2014)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError
from detente.equilibrium import Equilibrium
from detente.strategy.duties.game import DutyGame
from detente.strategy.duties.nash import starting_duties
from detente.strategy.duties.search import UNIT, per_curvature, size_of
from detente.world import Array

EQUAL = 1e-7
"""Largest difference of log gains between players."""
SETTLED = 1e-8
"""What another round may add to the common log gain."""
MAX_ROUNDS = 30
STIFFEST = 2000.0


@dataclass(frozen=True, eq=False)
class TalksDuties:
    """Efficient duties that give every player the same gain.

    Attributes
    ----------
    game : DutyGame
    duties : array [duty], fraction
    value, before : Equilibrium
        At these duties, and where the talks begin.
    gain : float
        Change of every player's government welfare, a ratio less one: the smallest over players.
    spread : float
        Largest difference of gains between players.
    shares : array [player]
        Weights in the sum of log welfare that these duties maximise: what a unit of each player's welfare is worth.
    slack : float
        Promise left in the first-order conditions of that sum, log welfare.
    peaks : mapping
        Gain found from every start; more than one says that the efficient duties are not unique.
    evaluations : int
        Equilibria solved and differentiated.
    rounds : int
        Updates of the weights, over every start.
    """

    game: DutyGame
    duties: Array
    value: Equilibrium
    before: Equilibrium
    gain: float
    spread: float
    shares: Array
    slack: float
    peaks: Mapping[str, float]
    evaluations: int
    rounds: int

    @property
    def welfare_change(self) -> Array:
        """Change of every player's government welfare against where the talks began [player], ratio less one."""
        return np.asarray(np.expm1(self.game.welfare(self.value) - self.game.welfare(self.before)))


def cooperative_duties(
    game: DutyGame,
    *,
    origin: Array | None = None,
    starts: Sequence[str] = ("origin", "zero"),
    stiffness: float = 20.0,
) -> TalksDuties:
    """Find efficient duties with equal gains for every player, measured from the duties where the talks begin.

    A weighted sum of log welfare is climbed over all duties together, with a penalty on unequal gains; the weights move
    until gains are equal (the method of multipliers). At the end no player can gain without another's loss, among duties
    within the bounds and near these. With political weights there are several such ends: the best one met is returned.

    Parameters
    ----------
    game : DutyGame
        Every player's duties; ``bounds=(0, …)`` rules out import subsidies, as in Ossa.
    origin : array [duty], fraction, optional
        Duties that hold if the talks fail; those standing when left out.
    starts : sequence of str
        Where searches begin, of ``origin``, ``standing``, ``zero``, ``half``, ``double``.
    stiffness : float
        Weight of the penalty in the first round; it changes the path, not the end.

    Returns
    -------
    TalksDuties

    Raises
    ------
    InputError
        Without a start, or with an unknown one.

    Examples
    --------
    >>> from detente.strategy.duties.game import duty_game
    >>> from detente.equilibrium import Model
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    >>> talks = cooperative_duties(game)
    >>> talks.gain > 0, talks.spread < 1e-6
    (True, True)
    """
    if not starts:
        raise InputError("no start to search from", hint="such as starts=['origin']")
    given = game.standing() if origin is None else np.asarray(origin, dtype=np.float64)
    before = game.unmoved() if origin is None else game.solve(given)
    base = game.welfare(before)
    peaks: dict[str, float] = {}
    spent, rounds, top = 0, 0, -np.inf
    duties, shares = given, np.full(len(base), 1 / len(base))
    for start in starts:
        begin = given if start == "origin" else starting_duties(game, start)
        agreed, weights, count, updates = _equalise(
            game, np.clip(begin, game.lowest, game.highest), base, stiffness
        )
        spent, rounds = spent + count, rounds + updates
        gain = float((game.welfare(game.solve(agreed)) - base).min())
        peaks[start] = float(np.expm1(gain))
        if gain > top:
            duties, shares, top = agreed, weights, gain
    value = game.solve(duties)
    gains = game.welfare(value) - base
    return TalksDuties(
        game=game,
        duties=duties,
        value=value,
        before=before,
        gain=float(np.expm1(gains.min())),
        spread=float(np.ptp(np.expm1(gains))),
        shares=shares,
        slack=_slack(game, value, duties, shares),
        peaks=peaks,
        evaluations=spent,
        rounds=rounds,
    )


def _equalise(game: DutyGame, duties: Array, base: Array, stiffness: float) -> tuple[Array, Array, int, int]:
    """Method of multipliers from one start: duties, weights, evaluations, rounds."""
    shares = np.full(len(base), 1 / len(base))
    spent, previous, before, rounds = 0, -np.inf, np.inf, 0
    while rounds < MAX_ROUNDS:
        rounds += 1
        duties, gains, count = _climb_together(game, duties, base, shares, stiffness)
        spent += count
        apart = gains - gains.mean()
        spread = float(np.ptp(gains))
        shares = shares - stiffness * apart
        if spread < EQUAL and abs(gains.mean() - previous) < SETTLED:
            break
        if spread > 0.3 * before:  # equality comes too slowly at this price
            stiffness = min(2 * stiffness, STIFFEST)
        previous, before = float(gains.mean()), spread
    return duties, shares, spent, rounds


def _climb_together(
    game: DutyGame, duties: Array, base: Array, shares: Array, stiffness: float
) -> tuple[Array, Array, int]:
    """Climb the weighted sum of log gains, less the penalty on differences between them."""
    from scipy.optimize import minimize

    scale = size_of(game.scale(game.solve(duties)))
    count = 0

    def loss(point: Array) -> tuple[float, Array]:
        nonlocal count
        count += 1
        value = game.solve(np.expm1(point / scale))
        gains = game.welfare(value) - base
        apart = gains - gains.mean()
        _, slope = game.weighted(value, shares - stiffness * apart)
        level = (shares * gains).sum() - stiffness / 2 * (apart**2).sum()
        return -UNIT * float(level), -UNIT * slope / scale

    bounds = list(zip(np.log1p(game.lowest) * scale, np.log1p(game.highest) * scale, strict=True))
    options = {"maxfun": 400, "maxiter": 400, "maxcor": 30, "ftol": 1e-8, "gtol": 1e-5}
    result = minimize(
        loss, np.log1p(duties) * scale, jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    reached = np.clip(np.expm1(result.x / scale), game.lowest, game.highest)
    return reached, game.welfare(game.solve(reached)) - base, count


def _slack(game: DutyGame, value: Equilibrium, duties: Array, shares: Array) -> float:
    """Promise left in the first-order conditions of the weighted sum."""
    _, slope = game.weighted(value, shares)
    here, low, high = np.log1p(duties), np.log1p(game.lowest), np.log1p(game.highest)
    curvature = game.scale(value)
    newton = per_curvature(slope, curvature)
    newton = np.where(
        (curvature == 0) & (slope != 0), np.copysign(np.inf, slope), newton
    )  # as far as the bound
    step = np.clip(here + newton, low, high) - here
    return float((slope * step).sum())
