"""Demand at home that changes for reasons of its own: a surplus of a country that nobody's duty has made.

What a country no longer spends at home it sells abroad. A path or a solve takes the shifted balances as its closure; what duties do
and what the shift does can so be told apart.
"""

from __future__ import annotations

import numpy as np

from detente.core import UnitError
from detente.world import Array, Economy, frozen


def shifted_balances(economy: Economy, country: str, surplus_usd: float) -> Array:
    """Deficits of the base year when one country spends less at home and sells that much more abroad than it buys [country].

    Parameters
    ----------
    economy : Economy
    country : str
    surplus_usd : float
        By how much its surplus is larger, million USD; below zero for a smaller one. The others' deficits grow in proportion to their
        incomes.

    Returns
    -------
    array [country], million USD
        A closure of `detente.equilibrium.Model` and of `unfold`.

    Raises
    ------
    LabelError
        For a country the economy does not have.
    UnitError
        For an amount that is no number, or as large as its income.

    Examples
    --------
    >>> from detente.world import toy
    >>> balances = shifted_balances(toy(), "CHN", 10.0)
    >>> bool(abs(balances.sum()) < 1e-9), round(float(toy().deficit[1] - balances[1]), 6)
    (True, 10.0)
    """
    n = economy.labels.country(country)
    if not (np.isfinite(surplus_usd) and abs(surplus_usd) < economy.income[n]):
        raise UnitError(
            f"the surplus grows by {surplus_usd:g} million",
            where=country,
            hint=f"million USD, less than its income of {economy.income[n]:,.0f}",
        )
    part = np.array(economy.income)
    part[n] = 0.0
    change = surplus_usd * part / part.sum()
    change[n] = -surplus_usd
    return frozen(economy.deficit + change)
