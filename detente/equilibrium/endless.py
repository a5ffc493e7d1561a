"""Prices without end: a good that takes more of itself to make, through its inputs, than comes out."""

from __future__ import annotations

import numpy as np

from detente.equilibrium.newton import ENDLESS, log_trade_cost, solve_prices
from detente.equilibrium.structure import Technology
from detente.world import Wedges


def without_price(technology: Technology, wedges: Wedges) -> tuple[str, str] | None:
    """Buyer and good whose price is infinite whatever factors earn; None when every price is finite at base factor prices.

    Where inputs hardly replace one another and little is left of one of them, making a good can take more of it, through its
    inputs, than comes out. The price system is monotone and homogeneous of degree one in factor prices and prices: prices that
    grow without bound at one set of factor prices do so at all of them, and there is no equilibrium. A good with a backstop is
    held at its price: a schedule that gives enough keeps it finite, and what is without end beside it is so whatever it costs.

    Parameters
    ----------
    technology : Technology
    wedges : Wedges
        One scenario.
    """
    if not technology.moves_inputs:  # with Cobb-Douglas technology prices are always finite
        return None
    economy = technology.economy
    pull = economy.trade_shares * np.exp(-economy.trade_elasticity * log_trade_cost(economy, wedges))
    N, S = economy.va_share.shape
    start = np.zeros(N if technology.mobile else (N, S))
    backstop, held = technology.structure.backstop, None
    if backstop is not None:
        held = np.zeros((N, S), dtype=bool)
        held[backstop.importer, backstop.sector] = backstop.capacity.any(0)
    with np.errstate(all="ignore"):
        log_price, _ = solve_prices(technology, pull, start, np.zeros((N, S)), held=held)
    over = ~(log_price < ENDLESS) & (economy.expenditure > 0)
    if not over.any():
        return None
    worst = np.where(over, np.nan_to_num(log_price, nan=np.inf), -np.inf)
    n, s = np.unravel_index(int(worst.argmax()), worst.shape)
    return economy.labels.countries[n], economy.labels.sectors[s]
