"""Exact implicit Newton with the shock taken in stages: slower, for scenarios the sweeps do not settle."""

from __future__ import annotations

import numpy as np

from detente.equilibrium.baseline import prepare, wage_derivatives
from detente.equilibrium.solve import Newton, deficits
from detente.world.economy import Array, Economy, Wedges


def solve_robustly(economy: Economy, wedges: Wedges, closure: str, solver: Newton) -> tuple[Array, int]:
    """Newton on log wages with prices and expenditures solved inside, along a path from the base year to the shock.

    The path scales the logarithms of all wedges by λ from 0 to 1; a stage that fails is halved, up to 1/256.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
        One scenario.
    closure : str
    solver : Newton
        Gives the tolerance.

    Returns
    -------
    point : array
        Log wages, log prices and scaled expenditures; not-a-number when no stage could be made.
    steps : int
        Newton steps in all.
    """
    N, S = economy.expenditure.shape
    log_kappa = {
        "tariff": np.log1p(wedges.tariff) - np.log1p(economy.tariff),
        "iceberg": np.log(wedges.iceberg_hat),
        "export": np.log1p(wedges.export_tax),
    }
    deficit = economy.deficit + 0.0
    goal = deficits(economy, closure)
    log_wage, log_price = np.zeros(N), np.zeros((N, S))
    expenditure = np.array(economy.expenditure)
    reached, stage, steps = 0.0, 1.0, 0
    while reached < 1.0:
        target = min(1.0, reached + stage)
        staged = Wedges(
            np.expm1(np.log1p(economy.tariff) + target * log_kappa["tariff"]) if target < 1 else wedges.tariff,
            np.exp(target * log_kappa["iceberg"]) if target < 1 else wedges.iceberg_hat,
            np.expm1(target * log_kappa["export"]) if target < 1 else wedges.export_tax,
        )
        with np.errstate(all="ignore"):
            ok, made = _newton(
                economy, staged, (1 - target) * deficit + target * goal, log_wage, log_price, solver.rtol
            )
        steps += made[3]
        if ok:
            log_wage, log_price, expenditure = made[:3]
            reached = target
            stage = min(2 * stage, 1.0)
        else:
            stage /= 2
            if stage < 1 / 256:
                return np.full(N + 2 * N * S, np.nan), steps
    point = np.concatenate([log_wage, log_price.ravel(), (expenditure / prepare(economy).scale).ravel()])
    return point, steps


def _newton(
    economy: Economy, wedges: Wedges, deficit: Array, log_wage: Array, log_price: Array, rtol: float
) -> tuple[bool, tuple[Array, Array, Array, int]]:
    """Newton from a starting point; returns whether it converged and (log wage, log price, expenditure, steps)."""
    N, S = economy.expenditure.shape
    gamma, theta, alpha = economy.va_share, economy.trade_elasticity, economy.final_shares
    log_kappa = (
        np.log(wedges.iceberg_hat) + np.log1p(wedges.tariff) - np.log1p(economy.tariff) + np.log1p(wedges.export_tax)
    )
    pull = economy.trade_shares * np.exp(-theta * log_kappa)
    spends = economy.expenditure > 0
    to_producer_rate = 1 / ((1 + wedges.tariff) * (1 + wedges.export_tax))
    world = economy.value_added.sum()
    best = np.inf
    expenditure = np.array(economy.expenditure)
    for step in range(1, 41):
        shares = None
        for _ in range(2000):  # the price system is a contraction at the rate of the input shares
            log_cost = gamma * log_wage[:, None] + np.einsum("nr,nrs->ns", log_price, economy.input_shares)
            weight = np.exp(-theta * log_cost)
            total = np.where(spends, np.einsum("nis,is->ns", pull, weight), 1.0)
            new = -np.log(total) / theta
            gap = np.abs(new - log_price).max()
            log_price = new
            shares = pull * weight[None] / total[:, None, :]
            if not gap > 1e-14:
                break
        if shares is None or not np.isfinite(log_price).all():
            return False, (log_wage, log_price, expenditure, step)
        # expenditures: a linear system, solved with the same matrix the derivatives need
        probe = wage_derivatives(
            economy,
            shares=shares,
            tariff=wedges.tariff,
            export_tax=wedges.export_tax,
            expenditure=expenditure,
            log_wage=log_wage,
        )
        wage_bill = np.exp(log_wage) * economy.value_added
        right = alpha * (wage_bill + deficit)[:, None]
        expenditure = (probe.expenditure_inverse @ right.ravel()).reshape(N, S)
        output = np.einsum("nis,ns->is", shares * to_producer_rate, expenditure)
        residual = (gamma * output).sum(1) / wage_bill - 1
        residual[-1] = wage_bill.sum() / world - 1
        worst = np.abs(residual).max()
        if not np.isfinite(worst) or worst > 1e8 or (step > 8 and worst > 2 * best):
            return False, (log_wage, log_price, expenditure, step)
        best = min(best, worst)
        if worst < 0.1 * rtol or (worst < 10 * rtol and worst >= 0.5 * best and step > 6):
            return True, (log_wage, log_price, expenditure, step)
        slope = wage_derivatives(
            economy,
            shares=shares,
            tariff=wedges.tariff,
            export_tax=wedges.export_tax,
            expenditure=expenditure,
            log_wage=log_wage,
        )
        move = np.linalg.solve(slope.residual, -residual)
        move *= min(1.0, 0.5 / max(np.abs(move).max(), 1e-300))
        log_wage = log_wage + move
        log_price = log_price + (slope.log_price @ move).reshape(N, S)
    return worst < 10 * rtol, (log_wage, log_price, expenditure, step)


__all__ = ["solve_robustly"]
