"""Is an economy one at all? What every solve asks first, once an economy: signs, shares that add up, elasticities in reach.

These checks are cheap and always made; `detente.world.identities` makes the deep ones, on request and to more digits.
"""

from __future__ import annotations

import weakref

import numpy as np
import numpy.typing as npt

from detente.core import BalanceError, UnitError
from detente.world.economy import Array, Economy

GAP = 1e-8
"""Largest gap of cost shares from one, and of final demand below zero relative to spending: rounding, and files of nine digits."""
LEAST_INPUT = 1e-3
"""How far below zero an input share may be: published tables hold such by-products (Caliendo and Parro 2015 has -0.0006)."""
SMALLEST_ELASTICITY, LARGEST_ELASTICITY = 0.01, 500.0
"""Trade elasticities beyond any estimate, a horizon's discount or a draw around them: published ones run from 0.2 to 70."""

_TABLE = ("flows", "tariff", "va_share", "input_shares")
_sound: weakref.WeakSet[Economy] = weakref.WeakSet()


def check_sound(economy: Economy, like: Economy | None = None) -> None:
    """Refuse an economy that is none, naming the worst cell; once an economy is sound it is not looked at again.

    Parameters
    ----------
    economy : Economy
    like : Economy, optional
        One that may be of the same table: where it was looked at, elasticities alone are.

    Raises
    ------
    UnitError
        For flows below zero, base duties at or below −100 %, cost shares below zero, and trade elasticities out of reach.
    BalanceError
        For cost shares that do not add up to one, final demand below zero, and a country without value added or income.

    Examples
    --------
    >>> from detente.world import toy
    >>> check_sound(toy())
    """
    if economy in _sound:
        return
    known = (
        like is not None and like in _sound and all(getattr(economy, n) is getattr(like, n) for n in _TABLE)
    )
    if not known:
        _check_signs(economy)
    _check_elasticities(economy)
    if not known:
        _check_balance(economy)
    _sound.add(economy)


def _cell(economy: Economy, bad: npt.NDArray[np.bool_] | Array, *axes: str) -> tuple[tuple[int, ...], str]:
    """Position and name of the cell where an array is largest."""
    position = tuple(int(index) for index in np.unravel_index(int(np.argmax(bad)), bad.shape))
    names = [
        (economy.labels.countries if axis == "country" else economy.labels.sectors)[index]
        for axis, index in zip(axes, position, strict=True)
    ]
    return position, f"[{', '.join(names)}]"


def _refuse_unit(economy: Economy, name: str, bad: Array, hint: str, *axes: str) -> None:
    """Raise when any entry of `bad`, how far a value is out of bounds, is above zero."""
    if (bad > 0).any():
        position, cell = _cell(economy, bad, *axes)
        raise UnitError(
            f"{name}{cell} is {getattr(economy, name)[position]:g}", where=economy.name, hint=hint
        )


def _check_signs(economy: Economy) -> None:
    flow_axes = ("country", "country", "sector")
    _refuse_unit(economy, "flows", -economy.flows, "sales are 0 or more, million USD", *flow_axes)
    at_most = np.where(economy.tariff <= -1, 1.0 - economy.tariff, 0.0)
    _refuse_unit(economy, "tariff", at_most, "duties are fractions above -1 (0.25 is 25 %)", *flow_axes)
    hint = "shares are fractions of the user's output, 0 or more"
    _refuse_unit(economy, "va_share", -economy.va_share - GAP, hint, "country", "sector")
    _refuse_unit(
        economy, "input_shares", -economy.input_shares - LEAST_INPUT, hint, "country", "sector", "sector"
    )


def _check_elasticities(economy: Economy) -> None:
    theta = economy.trade_elasticity
    beyond = np.maximum(SMALLEST_ELASTICITY / theta, theta / LARGEST_ELASTICITY) - 1
    hint = f"trade elasticities lie between {SMALLEST_ELASTICITY:g} and {LARGEST_ELASTICITY:g}; published ones between 0.2 and 70"
    _refuse_unit(economy, "trade_elasticity", beyond, hint, "sector")


def _check_balance(economy: Economy) -> None:
    sums = economy.va_share + economy.input_shares.sum(1)
    gap = np.abs(sums - 1)
    if gap.max() > GAP:
        position, cell = _cell(economy, gap, "country", "sector")
        raise BalanceError(
            f"value-added and input shares of {cell} add up to {sums[position]:.9g}, not to 1",
            where=economy.name,
            hint="rescale the inputs of that user; `detente.world.identities(economy)` says more",
        )
    spending = np.maximum(economy.expenditure.sum(1), 1e-300)
    short = -economy.final_demand / spending[:, None]
    if short.max() > GAP:
        position, cell = _cell(economy, short, "country", "sector")
        raise BalanceError(
            f"final demand of {cell} is {economy.final_demand[position]:.6g} million USD",
            where=economy.name,
            hint="inputs use more of that product than the country buys: raise its purchases, or cut its input shares",
        )
    for name, values in (("value added", economy.value_added), ("income", economy.income)):
        if not (values > 0).all():
            country = economy.labels.countries[int(np.argmin(values))]
            raise BalanceError(
                f"{name} of {country} is {values.min():.6g} million USD",
                where=economy.name,
                hint="give the country output and value-added shares, or merge it into another one",
            )
