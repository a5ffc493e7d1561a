"""Political weights that make observed duties optimal (Ossa 2014, section II.C): the first-order conditions read backwards.

Government welfare is linear in the weights, so at given duties the first-order conditions are linear equations in them.
Duties set without cooperation are observed up to their level only: a constant is added to all of them, and the constant is
found together with the weights.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, SolveError
from detente.equilibrium import Equilibrium
from detente.equilibrium.gradients import Output, gradients
from detente.strategy.duties.game import DutyGame
from detente.strategy.duties.optimum import Optimum, optimal_duties
from detente.strategy.duties.search import Mask, per_curvature
from detente.strategy.duties.wants import earned_by_sector, price_index
from detente.world import Array, frozen


@dataclass(frozen=True, eq=False)
class Calibration:
    """Political weights of one player, and how well observed duties are optimal under them.

    Attributes
    ----------
    player : str
    weights : array [sector]
        λ, mean one over the sectors that set duties tell about; one elsewhere.
    shift : float
        Constant added to the observed duties, a fraction.
    misfit : float
        Root mean square of the steps in log(1 + duty) that first-order conditions still ask for at the shifted duties.
    game : DutyGame
        The game with these weights.
    optimum : Optimum or None
        The player's optimal duties under the weights, searched from the shifted duties.
    target : array [duty]
        Observed duties plus the shift.
    """

    player: str
    weights: Array
    shift: float
    misfit: float
    game: DutyGame
    optimum: Optimum | None
    target: Array


def sector_slopes(game: DutyGame, value: Equilibrium, player: str) -> tuple[Array, Array, Array]:
    """Income of each sector of a player, and its derivatives, and those of the price index, by log(1 + duty).

    Returns
    -------
    income : array [sector], million USD
    slope : array [sector, duty]
    index : array [duty]
    """
    n = value.economy.labels.country(player)
    wages, profits = (
        value.sector_earnings_new[n],
        value.technology.profit_share[n] * value.output_new[n],
    )
    paid = wages.sum()
    rest = value.income_new[n] - (wages + profits).sum()
    share = wages / paid
    outputs = []
    for s, unit in enumerate(np.eye(len(wages))):
        # the rest of income belongs to the sector by its share in wages, which moves with all of them
        by_earnings = unit - share[s] + rest / paid * (unit - share[s])
        income = np.zeros(len(value.price_hat))
        income[n] = share[s]
        parts = earned_by_sector(value, n, by_earnings, unit - share[s])
        outputs.append(Output(f"income[{player}, {s}]", income=income, **parts))
    prices, by_income = price_index(value, n)
    outputs.append(Output(f"price index[{player}]", price=prices, income=by_income))
    derivatives = gradients(value, outputs)
    by_duty = 1 + value.wedges.tariff
    slope = np.stack([game.gather(derivative.tariff * by_duty) for derivative in derivatives])
    return wages + profits + share * rest, slope[:-1], slope[-1]


def _fit(game: DutyGame, player: str, duties: Array, told: Mask) -> tuple[Array, float]:
    """Weights [sector] that come nearest to making duties stationary, and the misfit."""
    from scipy.optimize import nnls

    mine = game.of(player)
    value = game.solve(duties)
    income, slope, index = sector_slopes(game, value, player)
    total = value.income_new[value.economy.labels.country(player)]
    conditions = (slope - income[:, None] * index)[:, mine].T
    conditions = per_curvature(conditions, total * game.scale(value)[mine][:, None])
    # weights of one where nothing is told; mean one elsewhere, as a heavy equation
    known = conditions[:, ~told].sum(1)
    heavy = 1e4 * np.abs(conditions).max()
    left = np.vstack([conditions[:, told], np.full(int(told.sum()), heavy / told.sum())])
    weights = np.ones(len(told))
    weights[told], _ = nnls(left, np.append(-known, heavy), maxiter=100 * len(told))
    misfit = conditions @ weights * total / (income * weights).sum()
    return weights, float(np.sqrt((misfit**2).mean()))


def calibrate_weights(
    game: DutyGame,
    player: str,
    observed: Array,
    *,
    shift: float | None = None,
    largest_shift: float = 2.0,
    verify: bool = True,
) -> Calibration:
    """Find political weights under which observed duties are best for the government, up to their common level.

    Parameters
    ----------
    game : DutyGame
        Its weights are not used. One duty for each sector (``mfn=True``) determines the weights; a duty for each partner
        and sector over-determines them, and the nearest are found.
    player : str
    observed : array [duty], fraction
        Duties set without cooperation: the player's are used, the others hold.
    shift : float, optional
        Constant added to the player's duties; found with the weights when left out.
    largest_shift : float
        Where the search for the constant ends.
    verify : bool
        Search the optimum under the weights found, from the shifted duties.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        For a game of export taxes.
    SolveError
        When no shift gives weights.

    Notes
    -----
    Weights differ from Ossa's where his are fitted to the optimal duties a search returns; both solve the same conditions.
    """
    from scipy.optimize import minimize_scalar

    if game.is_tax.any():
        raise InputError("export taxes tell no weights", where=player, hint='a game with levies="duties"')
    mine = game.of(player)
    n = game.economy.labels.country(player)
    told = np.zeros(len(game.economy.labels.sectors), dtype=bool)
    told[np.unique(np.argwhere(game.group[n] >= 0)[:, 1])] = True

    def shifted(amount: float) -> Array:
        return np.where(mine, np.clip(observed + amount, game.lowest, game.highest), observed)

    def misfit(amount: float) -> float:
        return _fit(game, player, shifted(amount), told)[1]

    if shift is None:
        trials = np.linspace(-float(observed[mine].mean()) / 2, largest_shift, 15)
        misfits = np.array([misfit(amount) for amount in trials])
        if not np.isfinite(misfits).any():
            raise SolveError("no level of the observed duties gives political weights", where=player)
        k = int(np.nanargmin(misfits))
        bracket = (float(trials[max(k - 1, 0)]), float(trials[min(k + 1, len(trials) - 1)]))
        shift = float(minimize_scalar(misfit, bounds=bracket, method="bounded", options={"xatol": 1e-5}).x)
    weights, left = _fit(game, player, shifted(shift), told)
    every = np.array(game.weights)
    every[n] = weights
    weighted = dataclasses.replace(game, weights=frozen(every), wants=None)
    target = shifted(shift)
    optimum = (
        optimal_duties(weighted, player, given=target, starts=["standing"], deviations=True)
        if verify
        else None
    )
    return Calibration(player, frozen(weights), shift, left, weighted, optimum, target)
