"""Exact implicit Newton on factor prices, with the price system iterated inside: the last resort of `robust`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from detente.equilibrium.bans import Mask
from detente.equilibrium.budget import PRICE_ITERATION, Meter, newton_cost
from detente.equilibrium.implicit import Numeraires, factor_derivatives
from detente.equilibrium.structure import Structure, Technology
from detente.world import Array, Economy, Wedges

MAX_NEWTON = 40
LONGEST = 0.5
"""Longest step of a log factor price."""
BOLD, MOST_BOLD = 6.0, 30
"""Longest step of each log factor price, and steps at most, of the first attempt."""
PROGRESS, MOST_IDLE = 0.8, 6
"""An attempt ends after so many steps none of which left less than this share of the least gap before."""
ASTRAY = 1e3
"""It ends where the gap is so many times the least before."""


@dataclass(frozen=True)
class Stage:
    """Where Newton stands: log factor prices, log prices, expenditures."""

    log_factor: Array
    log_price: Array
    expenditure: Array


def split(point: Array, economy: Economy, structure: Structure) -> tuple[Array, Array]:
    """Log factor prices and log prices of a point."""
    N, S = economy.va_share.shape
    shape = (N,) if math.isinf(structure.mobility) else (N, S)
    return point[: -2 * N * S].reshape(shape), point[-2 * N * S : -N * S].reshape(N, S)


ENDLESS = 300.0
"""Log price beyond which there is none."""


def log_trade_cost(economy: Economy, wedges: Wedges) -> Array:
    """Change of log trade costs, duties and taxes with them [importer, exporter, sector]; infinite where banned."""
    duty = np.log1p(wedges.tariff) - np.log1p(economy.tariff)
    return np.asarray(np.log(wedges.iceberg_hat) + duty + np.log1p(wedges.export_tax))


def solve_prices(
    technology: Technology,
    pull: Array,
    log_factor: Array,
    log_price: Array,
    meter: Meter | None = None,
    held: Mask | None = None,
) -> tuple[Array, Array]:
    """Iterate on the price system, a contraction at the rate of the input shares; returns log prices and shares.

    Where `held` is set [country, sector] prices stay as they are.
    """
    economy = technology.economy
    theta, spends = economy.trade_elasticity, economy.expenditure > 0
    shares = pull
    for _ in range(3000):
        weight = np.exp(-theta * technology.log_cost(log_factor, log_price))
        total = np.where(spends, np.einsum("nis,is->ns", pull, weight), 1.0)
        new = -np.log(total) / theta
        if held is not None:
            new = np.where(held, log_price, new)
        gap = np.abs(new - log_price).max()
        log_price = new
        if meter is not None:
            meter.charge(PRICE_ITERATION)
        shares = pull * weight[None] / total[:, None, :]
        if not gap > 1e-15 or not log_price.max() < ENDLESS:
            break
    return log_price, shares


def newton(
    technology: Technology,
    wedges: Wedges,
    deficit: Array,
    start: Stage,
    rtol: float,
    meter: Meter,
    *,
    bold: bool = False,
    units: Numeraires | None = None,
) -> tuple[Stage | None, int]:
    """Newton from a starting point; the point reached, or ``None`` when it does not get there, and the steps taken.

    `bold`: on the logarithm of demand over supply, which is far straighter in log factor prices than the gap, by long steps,
    each factor price held back on its own: those of a few small markets may have a long way to go.
    """
    economy = technology.economy
    pull = economy.trade_shares * np.exp(-economy.trade_elasticity * log_trade_cost(economy, wedges))
    log_factor, log_price = start.log_factor, start.log_price
    best, best_stage, least, idle = np.inf, None, np.inf, 0
    longest, most = (BOLD, MOST_BOLD) if bold else (LONGEST, MAX_NEWTON)
    for step in range(1, most + 1):
        log_price, shares = solve_prices(technology, pull, log_factor, log_price, meter)
        if not np.isfinite(log_price).all() or log_price.max() > ENDLESS or meter.ended:
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
                units=units,
            )
            gap = at.gap
            if bold:
                gap = np.where(gap > -1, (1 + gap) * np.log1p(gap), gap)
            move = np.linalg.solve(at.residual, -gap).reshape(log_factor.shape)
        except np.linalg.LinAlgError:
            return None, step
        meter.charge(newton_cost(log_factor.size, at.iterations))
        worst = float(np.abs(at.gap).max())
        if not np.isfinite(worst) or not np.isfinite(move).all():
            return None, step
        if worst < best:
            best, best_stage = worst, Stage(log_factor, log_price, at.level)
        # the first steps are asked for more: of a small shock, whose gap is small from the start, they are the answer
        if best < (rtol if step > 3 else 0.01 * rtol):
            return best_stage, step
        idle = 0 if worst < PROGRESS * least else idle + 1
        if idle == 0:
            least = worst
        elif idle >= MOST_IDLE or worst > ASTRAY * least:
            return (best_stage if best < rtol else None), step
        if bold:
            log_factor = log_factor + np.clip(move, -longest, longest)
        else:
            log_factor = log_factor + move * min(1.0, longest / max(float(np.abs(move).max()), 1e-300))
    return (best_stage if best < rtol else None), most
