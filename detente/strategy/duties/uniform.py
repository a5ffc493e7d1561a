"""One duty a country: by Lashkaripour's (2021) sufficient statistic, and as exact mutual best replies.

His first-order condition (equation 14) for a country that charges every partner and sector the same,

    1/t[n] = Σ_s θ[s] Σ_i≠n r[i,n,s] (1 − π'[i,n,s])          r: shares of its exports, π': its shares of buyers' spending

holds other countries' wages still, so that its fixed point is near the mutual best replies and not at them. Those are settled
with the exact slope of real income by the own duty: without inputs an equilibrium is a system in wages and incomes, whose
derivatives by every duty cost one factorisation of twice as many numbers as there are countries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, SolveError
from detente.equilibrium import Anderson, Equilibrium, solve
from detente.strategy.duties.game import DutyGame
from detente.world import Array

RULES = ("formula", "best reply")
MAX_ROUNDS = 60
MEMORY = 8
HIGHEST_BY_FORMULA = 1.0
"""The response of exports that the formula divides by is taken as 1 at least, as he does: no duty above 100 %."""
TRANSFER_DRIVEN = 0.02
"""Log points of duty from which on it is said that lending drives it."""
LEVELS = (0.0, 0.5, 2.0, 5.0)
"""Deviations that every player tries, as multiples of its duty, besides the bounds of the game."""


@dataclass(frozen=True, eq=False)
class UniformDuties:
    """Duties of a game in which every player sets one.

    Attributes
    ----------
    game : DutyGame
    rule : {"formula", "best reply"}
    duties : array [player], fraction
    value : Equilibrium
        At these duties.
    gap : float
        Largest distance from the rule, log(1 + duty).
    rounds : int
        Equilibria solved.
    """

    game: DutyGame
    rule: str
    duties: Array
    value: Equilibrium
    gap: float
    rounds: int

    @property
    def by_duty(self) -> Array:
        """The same duties in the order in which the game numbers them [duty]."""
        rates = np.empty(self.game.count)
        rates[_places(self.game)] = self.duties
        return rates


def _places(game: DutyGame) -> Array:
    """Position of the duty of each player [player].

    Raises
    ------
    InputError
        For a game in which a player sets more duties than one, or wants other than real income.
    """
    others = game.is_tax.any() or game.wants is not None or not (game.weights == 1).all()
    if game.count != len(game.players) or others:
        raise InputError(
            f"{game.count} duties are set by {len(game.players)} players, or these want more than real income",
            hint='one duty for each player: duty_game(model, by="partner", mfn=True), without weights or preferences',
        )
    return np.array([int(np.flatnonzero(game.owner == n)[0]) for n in game.countries])


def formula_duties(game: DutyGame, value: Equilibrium) -> Array:
    """Duties that the sufficient statistic gives at an equilibrium [player], fractions.

    Parameters
    ----------
    game : DutyGame
        One duty for each player.
    value : Equilibrium

    Raises
    ------
    InputError
        When a player sets more duties than one.
    """
    _places(game)
    abroad = ~np.eye(len(value.economy.labels.countries), dtype=bool)[:, :, None]
    sales = np.where(abroad, value.flows_new, 0.0)
    theta = value.economy.trade_elasticity
    response = (sales * (1 - value.trade_shares_new) * theta).sum((0, 2))
    exports = np.maximum(sales.sum((0, 2)), np.finfo(np.float64).tiny)
    return np.asarray(1 / np.maximum(response / exports, HIGHEST_BY_FORMULA))[game.countries]


def takes_own_slopes(game: DutyGame) -> bool:
    """Whether `own_slopes` has the slopes of a game: one duty a player, real income, no inputs, the core's structure."""
    return (
        game.count == len(game.players)
        and not game.is_tax.any()
        and game.wants is None
        and bool((game.weights == 1).all())
        and not game.economy.input_shares.any()
        and not game.wedges.export_tax.any()
        and game.model.structure.is_core
        and game.model.responses is None
    )


def own_slopes(game: DutyGame, value: Equilibrium) -> Array:
    """Derivative of each player's log real income by its own log(1 + duty) [player], exact.

    Raises
    ------
    InputError
        When sectors buy inputs or the structure is not the core's: `DutyGame.slopes` differentiates those.
    """
    income, price = _income_and_price(game, value)
    return income - price


def transfer_slopes(game: DutyGame, value: Equilibrium) -> Array:
    """The part of `own_slopes` that is owed to what a country lends or borrows [player].

    A deficit that the closure fixes in the numeraire is worth less where the duty makes the country dearer. For who lends it is the
    other way round: a duty makes it cheaper to pay, and may pay for that reason alone.
    """
    _, price = _income_and_price(game, value)
    mine = game.countries
    return np.asarray(-value.deficit_new[mine] / value.income_new[mine] * price)


def _income_and_price(game: DutyGame, value: Equilibrium) -> tuple[Array, Array]:
    """Derivatives of each player's log income and log price of its basket by its own log(1 + duty) [player]."""
    economy = value.economy
    plain = value.structure.is_core and value.responses is None
    if economy.input_shares.any() or not plain or value.wedges.export_tax.any():
        raise InputError(
            "sectors buy inputs, or the structure is not the core's",
            where=economy.name,
            hint="`nash_duties` takes any game",
        )
    theta, share, sales = economy.trade_elasticity, value.trade_shares_new, value.flows_new
    alpha, income = economy.final_shares, value.income_new
    wages = value.wage_hat * economy.value_added
    count = len(wages)
    here = np.arange(count)
    bought = sales.sum(1)
    weighted = sales * theta
    # markets of labour by wages and incomes, then incomes by the same
    by_wage = np.einsum("nis,njs->ij", weighted, share, optimize=True)
    by_wage[here, here] -= weighted.sum((0, 2)) + wages
    by_income = sales.sum(2).T.copy()
    duties_by_wage = weighted.sum(2) - np.einsum("ns,njs->nj", bought * theta, share)
    own = value.tariff_revenue_new
    matrix = np.block([[by_wage, by_income], [duties_by_wage, np.diag(own - income)]])
    matrix[here + count, here] += wages
    drop = int(np.argmax(wages))
    matrix[drop] = 0.0
    matrix[drop, :count] = wages
    charged = (game.group >= 0)[game.countries].astype(np.float64)
    mine = game.countries
    raised = (share[mine] * charged).sum(1)  # of the price index, by sector
    moved = -sales[mine] * (theta * (charged - raised[:, None]) + charged)
    right = np.zeros((2 * count, len(mine)))
    right[:count] = -moved.sum(2).T
    right[count + mine, np.arange(len(mine))] = moved.sum((1, 2))
    right[drop] = 0.0
    answer = np.linalg.solve(matrix, right)
    wage, earned = answer[:count], answer[count:]
    basket = np.einsum("ns,njs->nj", alpha, share)[mine]
    price = (basket * wage.T).sum(1) + (alpha[mine] * raised).sum(1)
    return np.asarray(earned[mine, np.arange(len(mine))]), np.asarray(price)


def uniform_duties(
    game: DutyGame, rule: str = "best reply", *, start: Array | float = 0.25, tolerance: float = 1e-9
) -> UniformDuties:
    """Find the duties at which every player's follows a rule: his formula, or its own best reply.

    Parameters
    ----------
    game : DutyGame
        One duty for each player; for best replies in a world without inputs.
    rule : {"formula", "best reply"}
    start : float or array [player], fraction
    tolerance : float
        Largest distance from the rule, log(1 + duty).

    Returns
    -------
    UniformDuties

    Raises
    ------
    InputError
        For an unknown rule, or a game it cannot take.
    SolveError
        When the search does not settle.

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.strategy.duties.game import duty_game
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), by="partner", mfn=True)
    >>> settled = uniform_duties(game, "formula")
    >>> bool((settled.duties > 0.1).all())
    True
    """
    if rule not in RULES:
        raise InputError(f"`{rule}` is no rule", hint="one of: " + ", ".join(RULES))
    places, low, high = _places(game), np.log1p(game.lower), np.log1p(game.upper)
    point = np.clip(np.log1p(np.broadcast_to(np.asarray(start, dtype=np.float64), (game.count,))), low, high)
    history, value = Anderson(1, game.count, MEMORY), None
    for rounds in range(1, MAX_ROUNDS + 1):
        duties = np.empty(game.count)
        duties[places] = np.expm1(point)
        value = solve(game.model, game.set_to(duties), start=value).value
        if rule == "formula":
            asked = np.log1p(formula_duties(game, value))
        else:
            asked = point + np.clip(own_slopes(game, value) / game.scale(value)[places], -0.3, 0.3)
        step = np.clip(asked, low, high) - point
        gap = float(np.abs(step).max())
        if gap < tolerance:
            return UniformDuties(game, rule, np.expm1(point), value, gap, rounds)
        point = np.clip(history.advance(point[None], step[None])[0], low, high)
    raise SolveError(
        f"duties do not settle: {gap:.1e} from the rule after {MAX_ROUNDS} rounds",
        where=game.economy.name,
        hint="another `start`; `nash_duties` takes rounds of best responses instead",
    )


@dataclass(frozen=True)
class JudgedDuty:
    """What a player's duty is, beside all it could do.

    Attributes
    ----------
    player : str
    slope : float
        Of log real income by the own log(1 + duty); zero at a best reply inside the bounds.
    curvature : float
        Second derivative over the one to expect (`DutyGame.scale`): below zero is a maximum.
    gain : float
        What the best of the duties tried would add to real income, a ratio less one; zero or less when none helps.
    best : float
        That duty, fraction.
    corner : str
        ``lowest`` or ``highest`` where the duty is at a bound of the game, else nothing.
    transfer : float
        What the part of the first-order condition that is owed to lending or borrowing (`transfer_slopes`) adds to the duty,
        log(1 + duty), everything else the same.
    unsolved : int
        Duties tried that have no equilibrium.
    """

    player: str
    slope: float
    curvature: float
    gain: float
    best: float
    corner: str
    transfer: float
    unsolved: int

    @property
    def said(self) -> str:
        """What the duty is, in words: a best reply or not, at a corner, owed to transfers."""
        parts = ["a best reply" if self.holds else f"not a best reply: {100 * self.best:.0f} % gains more"]
        if self.corner:
            parts.append(f"at the {self.corner} duty allowed")
        if self.transfer > TRANSFER_DRIVEN:
            parts.append("partly owed to what the country lends")
        if self.unsolved:
            parts.append(f"{self.unsolved} of the duties tried have no equilibrium")
        return ", ".join(parts)

    @property
    def holds(self) -> bool:
        """Whether it is a best reply as far as was searched."""
        return self.gain < 1e-9 and (bool(self.corner) or (abs(self.slope) < 1e-8 and self.curvature < 0))


def judge_duties(
    settled: UniformDuties, players: Sequence[str] | None = None, levels: Sequence[float] = LEVELS
) -> tuple[JudgedDuty, ...]:
    """Second-order and global checks of every player's duty: slopes on both sides, and duties far away.

    Duties that have no equilibrium are counted and left out.

    Parameters
    ----------
    settled : UniformDuties
    players : sequence of str, optional
        All when left out.
    levels : sequence of float
        Multiples of the duty that are tried.
    """
    game, places = settled.game, _places(settled.game)
    base = np.empty(game.count)
    base[places] = settled.duties
    scale = game.scale(settled.value)[places]
    slopes = own_slopes(game, settled.value)
    transfers = transfer_slopes(game, settled.value) / scale
    judged = []
    for code in game.players if players is None else players:
        k = game.players.index(code)
        n, duty = int(game.countries[k]), float(settled.duties[k])
        nearby = np.expm1(np.log1p(duty) + np.array([1e-3, -1e-3]))
        tried = [*nearby, *(level * duty for level in levels), game.lower, game.upper]
        trials = []
        for level in tried:
            trial = base.copy()
            trial[places[k]] = np.clip(level, game.lower, game.upper)
            trials.append(trial)
        values = game.try_many(trials)
        here = float(settled.value.real_income_hat[n])
        gains = np.array(
            [-np.inf if value is None else float(value.real_income_hat[n]) / here - 1 for value in values]
        )
        ends = [None if value is None else float(own_slopes(game, value)[k]) for value in values[:2]]
        apart = float(np.log1p(trials[0][places[k]]) - np.log1p(trials[1][places[k]]))  # less next to a bound
        bend = float("nan") if None in ends else (ends[0] - ends[1]) / apart / float(scale[k])  # type: ignore[operator]
        best = int(gains[2:].argmax()) + 2
        corner = "lowest" if duty <= game.lower + 1e-9 else "highest" if duty >= game.upper - 1e-9 else ""
        unsolved = sum(value is None for value in values)
        gain, at = float(gains[best]), float(trials[best][places[k]])
        judged.append(
            JudgedDuty(code, float(slopes[k]), bend, gain, at, corner, float(transfers[k]), unsolved)
        )
    return tuple(judged)
