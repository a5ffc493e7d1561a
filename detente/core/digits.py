"""Digits that are known: what is printed, written and sorted by is the same on every processor.

An equilibrium is solved to the last digits a computer's numbers have, and those last digits depend on the processor: its
kernels of linear algebra add in another order. The noise is about 1e-15 of the income behind a number, so a gain of a
thousandth of income carries a relative noise of 1e-12, a small one more. A rounded number still differs between processors
when it lies within the noise of a boundary between two roundings: at ten digits that befell one in a hundred numbers of a
briefing, at the digits kept here about one in a million.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

DIGITS = 7
"""Significant digits of a number in a file."""
RESIDUAL = 1e-10
"""Residuals below are told as below this."""
_FIRST = 15
"""A number is rounded to as many digits first: what is meant as 0.15 must not lie beside the boundary it lies on."""

Key = TypeVar("Key")


def known(value: float, digits: int = DIGITS, *, unit: float = 0.0) -> float:
    """A number without the digits that are noise.

    Parameters
    ----------
    value : float
    digits : int
        Significant digits kept.
    unit : float
        A power of ten; no place below it is kept.

    Returns
    -------
    float
        Infinities and what is no number are returned as they are; minus zero is zero.

    Examples
    --------
    >>> known(0.2851234567891), known(80.61819626364824), known(-3e-17, unit=1e-8)
    (0.2851235, 80.6182, 0.0)
    >>> known(0.15, 1) == known(0.45 - 0.3, 1)  # 0.15 and 0.15000000000000002
    True
    """
    if not value or not math.isfinite(value):
        return value + 0.0 if math.isfinite(value) else value
    value = float(f"{value:.{_FIRST - 1}e}")
    places = digits - 1 - math.floor(math.log10(abs(value)))
    if unit:
        places = min(places, -round(math.log10(unit)))
    return round(value, places) + 0.0


def unit_of(values: Sequence[float], depth: int = DIGITS + 1) -> float:
    """The last decimal place that is known in a column of numbers of one kind: a power of ten, zero when all are zero.

    Parameters
    ----------
    values : sequence of float
    depth : int
        Places it lies below the leading digit of the largest.

    Examples
    --------
    >>> unit_of([320.0, -4.5, 1e-14])
    1e-06
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    largest = float(f"{largest:.9e}")  # 99.99999999999999 has the scale of 100
    return 10.0 ** (math.floor(math.log10(largest)) - depth) if largest else 0.0


def known_all(values: Sequence[float], digits: int = DIGITS) -> list[float]:
    """Numbers of one kind without the digits that are noise: to sort by, with the name to break ties.

    Examples
    --------
    >>> known_all([1.0, 1e-17, 0.123456789])
    [1.0, 0.0, 0.1234568]
    """
    unit = unit_of(values)
    return [known(float(value), digits, unit=unit) for value in values]


def known_each(values: Mapping[Key, float], digits: int = DIGITS) -> dict[Key, float]:
    """`known_all` of the values of a mapping."""
    return dict(zip(values, known_all(list(values.values()), digits), strict=True))


def bound(residual: float) -> str:
    """How large a residual is, in words that do not depend on the processor.

    Examples
    --------
    >>> bound(3.3e-16), bound(2e-7)
    ('below 1e-10', 'below 1e-06')
    """
    if not math.isfinite(residual):
        return "unknown"
    least = max(abs(residual), RESIDUAL / 2)
    return f"below {10.0 ** (math.floor(math.log10(least)) + 1):.0e}"
