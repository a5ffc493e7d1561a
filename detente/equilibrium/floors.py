"""Lower bounds set on an economy: the wages that may be paid, and what households consume whatever it costs.

Minimum consumption makes demand non-homothetic (Geary 1950, Stone 1954). With volumes ``q`` that households buy first, ``β`` their
shares of what is left and ``I`` income,

    final spending[n,s] = q[n,s] price_hat[n,s] + β[n,s] (I′[n] − Σ_r q[n,r] price_hat[n,r])
    real_income_hat[n]  = ( Σ_s q[n,s] + (I′ − Σ q price_hat)/P̂ ) / I        P̂: price of the basket with shares β

The second line is the income that would buy today's utility at base-year prices, over the base year's: equivalent variation is
``(real_income_hat − 1) I`` exactly. Where σ_F is not one, β moves as that of a CES basket does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError, UnitError
from detente.world import Array, Economy, frozen

if TYPE_CHECKING:
    from detente.equilibrium.structure import Structure


def check_minimum(given: float | Array) -> None:
    """Refuse shares of consumption that are none.

    Raises
    ------
    UnitError
        With the range.
    """
    share = np.asarray(given, dtype=np.float64)
    if not (np.isfinite(share).all() and (share >= 0).all() and (share <= 1).all()):
        raise UnitError(
            "a minimum_consumption is outside 0 to 1",
            where="structure",
            hint="a share of the base year's final consumption of a sector: 0.6 for food, 0 for none",
        )


def least_consumption(economy: Economy, structure: Structure) -> Array | None:
    """Minimum consumption at base-year prices [country, sector], million USD; None without any.

    Raises
    ------
    InputError
        For shares of another shape, and where they leave a country nothing to choose.
    """
    share = np.asarray(structure.minimum_consumption, dtype=np.float64)
    if not share.any():
        return None
    N, S = economy.va_share.shape
    if share.shape not in ((), (S,), (N, S)):
        raise InputError(
            f"minimum_consumption has shape {share.shape}",
            where="structure",
            hint=f"one number, one for each of the {S} sectors, or one a country and sector {(N, S)}",
        )
    demand = np.maximum(economy.final_demand, 0.0)
    least = share * demand
    bound = least.sum(1) >= (1 - 1e-9) * economy.income
    if bound.any():
        raise InputError(
            f"minimum consumption is all that {economy.labels.countries[int(np.argmax(bound))]} spends",
            where="structure",
            hint="leave something to choose: shares below one",
        )
    return frozen(least)


def minimum_of(economy: Economy, income_elasticity: Array, *, frisch: float) -> Array:
    """Return minimum consumption as a share, from income elasticities of demand.

    Parameters
    ----------
    economy : Economy
    income_elasticity : array [sector] or [country, sector]
        Of demand; scaled for each country so that its mean over final spending is one (Engel aggregation).
    frisch : float
        Income over what is left beyond minima, above 1: Frisch's (1959) parameter without its sign; 2 is a middle value of his.

    Returns
    -------
    array [country, sector], share
        ``1 − elasticity / frisch``.

    Raises
    ------
    InputError, UnitError
        For another shape, a parameter at or below 1, and an elasticity above it: no minimum makes one.

    Examples
    --------
    >>> from detente.world import toy
    >>> share = minimum_of(toy(), np.array([0.5, 1.0, 1.1, 1.2]), frisch=2.0)
    >>> share.shape, bool((share[:, 0] > share[:, 3]).all())
    ((5, 4), True)
    """
    N, S = economy.va_share.shape
    elasticity = np.asarray(income_elasticity, dtype=np.float64)
    if elasticity.shape not in ((S,), (N, S)):
        raise InputError(
            f"income elasticities have shape {elasticity.shape}",
            where=economy.name,
            hint=f"one for each of the {S} sectors, or one a country and sector {(N, S)}",
        )
    if not (np.isfinite(elasticity).all() and (elasticity >= 0).all() and 1 < frisch < math.inf):
        raise UnitError(
            "an income elasticity is below 0, or frisch is not above 1",
            where=economy.name,
            hint="0.5 for food, 1.2 for services; frisch=2",
        )
    mean = (economy.final_shares * elasticity).sum(1, keepdims=True)
    share = 1 - elasticity / mean / frisch
    wrong = (share < -1e-12) & (economy.final_shares > 0)
    if wrong.any():
        n, s = np.argwhere(wrong)[0]
        raise UnitError(
            f"the income elasticity of {economy.labels.sectors[s]} in {economy.labels.countries[n]} is above frisch",
            where=economy.name,
            hint=f"a minimum makes elasticities up to {frisch:g} (means of one): a larger frisch",
        )
    return np.asarray(np.clip(share, 0.0, 1.0))


def log_floor(economy: Economy, structure: Structure) -> Array | None:
    """Log of the lowest factor prices in the shape of the factor prices; None without any.

    Raises
    ------
    InputError
        When the floor is of another shape, or by sector where one factor price holds for all.
    """
    floor = np.asarray(structure.wage_floor, dtype=np.float64)
    if not floor.any():
        return None
    N, S = economy.va_share.shape
    mobile = math.isinf(structure.mobility)
    if floor.shape == (N,) and not mobile:
        floor = floor[:, None]
    try:
        whole = np.broadcast_to(floor, (N,) if mobile else (N, S))
    except ValueError:
        raise InputError(
            f"the wage floor has shape {floor.shape}",
            where="structure",
            hint="one number, or one a country; one a country and sector where factors do not move freely",
        ) from None
    with np.errstate(divide="ignore"):
        return frozen(np.log(whole))
