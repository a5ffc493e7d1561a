"""Exact implicit Newton with the shock taken in stages: slower, for scenarios the sweeps do not settle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.equilibrium.baseline import factor_derivatives, prepare
from detente.equilibrium.structure import Structure, Technology
from detente.equilibrium.sweep import Newton
from detente.world.economy import Array, Economy, Wedges

MAX_NEWTON = 40
SMALLEST_STAGE = 1 / 256


@dataclass(frozen=True)
class _Stage:
    """Where Newton stands: log factor prices, log prices, expenditures."""

    log_factor: Array
    log_price: Array
    expenditure: Array


def solve_robustly(
    economy: Economy, wedges: Wedges, deficit: Array, solver: Newton, structure: Structure
) -> tuple[Array, int]:
    """Newton on log factor prices with prices and expenditures solved inside, along a path from the base year to the shock.

    The path scales the logarithms of all wedges by a factor from 0 to 1 (and deficits likewise, when they change); a stage
    that fails is halved, down to 1/256 of the shock.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
        One scenario.
    deficit : array [country], million USD
    solver : Newton
        Gives the tolerance.
    structure : Structure

    Returns
    -------
    point : array
        Log factor prices, log prices and scaled expenditures; not-a-number when no stage could be made.
    steps : int
        Newton steps in all.
    """
    base = prepare(economy, structure)
    N, S = economy.va_share.shape
    duty = np.log1p(wedges.tariff) - np.log1p(economy.tariff)
    start = np.zeros(N if base.technology.mobile else (N, S))
    here = _Stage(start, np.zeros((N, S)), economy.expenditure)
    reached, stage, steps = 0.0, 1.0, 0
    while reached < 1.0:
        target = min(1.0, reached + stage)
        staged = wedges
        if target < 1:
            staged = Wedges(
                np.expm1(np.log1p(economy.tariff) + target * duty),
                wedges.iceberg_hat**target,
                (1 + wedges.export_tax) ** target - 1,
            )
        with np.errstate(all="ignore"):  # a stage that leaves the numbers is caught and halved
            made, count = _newton(
                base.technology, staged, (1 - target) * economy.deficit + target * deficit, here, solver.rtol
            )
        steps += count
        if made is not None:
            here, reached, stage = made, target, min(2 * stage, 1.0)
        else:
            stage /= 2
            if stage < SMALLEST_STAGE:
                return np.full(start.size + 2 * N * S, np.nan), steps
    spending = here.expenditure / base.scale
    return np.concatenate([here.log_factor.ravel(), here.log_price.ravel(), spending.ravel()]), steps


def _solve_prices(
    technology: Technology, pull: Array, log_factor: Array, log_price: Array
) -> tuple[Array, Array]:
    """Iterate on the price system, a contraction at the rate of the input shares; returns log prices and shares."""
    economy = technology.economy
    theta, spends = economy.trade_elasticity, economy.expenditure > 0
    shares = pull
    for _ in range(3000):
        weight = np.exp(-theta * technology.log_cost(log_factor, log_price))
        total = np.where(spends, np.einsum("nis,is->ns", pull, weight), 1.0)
        new = -np.log(total) / theta
        gap = np.abs(new - log_price).max()
        log_price = new
        shares = pull * weight[None] / total[:, None, :]
        if not gap > 1e-15:
            break
    return log_price, shares


def _newton(
    technology: Technology, wedges: Wedges, deficit: Array, start: _Stage, rtol: float
) -> tuple[_Stage | None, int]:
    """Newton from a starting point; the point reached, or ``None`` when it does not get there, and the steps taken."""
    economy = technology.economy
    log_kappa = (
        np.log(wedges.iceberg_hat)
        + np.log1p(wedges.tariff)
        - np.log1p(economy.tariff)
        + np.log1p(wedges.export_tax)
    )
    pull = economy.trade_shares * np.exp(-economy.trade_elasticity * log_kappa)
    log_factor, log_price = start.log_factor, start.log_price
    best, best_stage = np.inf, None
    for step in range(1, MAX_NEWTON + 1):
        log_price, shares = _solve_prices(technology, pull, log_factor, log_price)
        if not np.isfinite(log_price).all():
            return None, step
        try:
            at = factor_derivatives(
                technology,
                shares=shares,
                tariff=wedges.tariff,
                export_tax=wedges.export_tax,
                deficit=deficit,
                log_factor=log_factor,
                log_price=log_price,
            )
            move = np.linalg.solve(at.residual, -at.gap).reshape(log_factor.shape)
        except np.linalg.LinAlgError:
            return None, step
        worst = float(np.abs(at.gap).max())
        if not np.isfinite(worst) or not np.isfinite(move).all():
            return None, step
        if worst < best:
            best, best_stage = worst, _Stage(log_factor, log_price, at.level)
        if worst < 0.01 * rtol:
            return best_stage, step
        if step > 3 and worst >= best and best < rtol:  # rounding has the last word
            return best_stage, step
        log_factor = log_factor + move * min(1.0, 0.5 / max(float(np.abs(move).max()), 1e-300))
    return (best_stage if best < rtol else None), MAX_NEWTON
