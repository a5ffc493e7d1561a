"""Demand at home that changes for reasons of its own: a surplus of a country that nobody's duty has made.

What a country no longer spends at home it sells abroad. A path or a solve takes the shifted balances as its closure; what duties do
and what the shift does can so be told apart.
"""

from __future__ import annotations

import numpy as np

from detente.core import InputError, UnitError, suggestion
from detente.equilibrium import CLOSURES, Equilibrium
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


def closure_in(text: str, economy: Economy) -> str | Array:
    """Read a closure: a name, or a surplus that grows for reasons of its own, as ``CHN=198`` in billion USD.

    Parameters
    ----------
    text : str
    economy : Economy

    Returns
    -------
    str or array [country], million USD
        What `detente.equilibrium.Model` takes.

    Raises
    ------
    InputError
        For an unknown name, with the nearest one.
    LabelError, UnitError
        As `shifted_balances`.

    Examples
    --------
    >>> from detente.world import toy
    >>> closure_in("zero", toy()), closure_in("CHN=0.01", toy()).shape
    ('zero', (5,))
    """
    country, mark, amount = text.partition("=")
    if not mark:
        if text not in CLOSURES:
            raise InputError(
                f"unknown closure `{text}`",
                where="--closure",
                hint=suggestion(text, CLOSURES) + "; or ECONOMY=BILLIONS, a surplus that grows",
            )
        return text
    try:
        billions = float(amount)
    except ValueError:
        raise UnitError(
            f"`{text}` names no amount", where="--closure", hint=f"ECONOMY=BILLIONS, such as {country}=198"
        ) from None
    return shifted_balances(economy, country, 1e3 * billions)


def closure_words(value: Equilibrium) -> str:
    """What a closure says, for a note; of deficits that were given, whose surplus moves most.

    Parameters
    ----------
    value : Equilibrium

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> model = Model(world, closure=shifted_balances(world, "CHN", 2500.0))
    >>> closure_words(solve(model, Wedges.unchanged(world)).value)
    "the base year's deficits, but for a surplus of China USD 2.5 billion larger, which the others' deficits match"
    """
    if value.closure in CLOSURES:
        return CLOSURES[value.closure]
    economy = value.economy
    larger = economy.deficit - value.deficit_new
    n = int(np.argmax(np.abs(larger)))
    size = f"USD {abs(larger[n]) / 1e3:.1f} billion {'larger' if larger[n] > 0 else 'smaller'}"
    name = economy.labels.country_name(economy.labels.countries[n])
    return f"the base year's deficits, but for a surplus of {name} {size}, which the others' deficits match"
