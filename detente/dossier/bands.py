"""Whether a number of a record can be meant: plausible bands by unit, and how an extraordinary value is stated.

A number outside its band is nearly always in another unit than its key says: percent for a fraction, tonnes for million
tonnes. Reading a file refuses it. Where such a number is meant, the entry says so with ``extraordinary: true``; then it
may be anything its unit can hold at all, and the audit lists it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass

Band = tuple[float, float]

BANDS: dict[str, Band] = {
    "fraction": (0.0, 1.5),
    "cny_per_net_ton": (1.0, 5000.0),
    "usd_per_net_ton": (1.0, 500.0),
    "tonnes_per_year": (1e3, 2e8),
    "usd_mn_per_year": (1e2, 1e6),
    "share": (0.0, 1.0),
    "none": (0.0, 0.0),
}
"""Lowest and highest plausible value by unit; duties above 150 percent are nearly always percent taken for fractions."""

POSSIBLE: dict[str, Band] = {
    "fraction": (0.0, 100.0),
    "cny_per_net_ton": (0.0, 1e6),
    "usd_per_net_ton": (0.0, 1e6),
    "tonnes_per_year": (0.0, 1e11),
    "usd_mn_per_year": (0.0, 1e8),
    "share": (0.0, 1.0),
    "none": (0.0, 0.0),
}
"""What a value stated as extraordinary may be: no duty is negative or above 10,000 percent, no share above one."""

COST_BAND, POSSIBLE_COST = (0.0, 4.0), (0.0, 100.0)
"""Trade-cost equivalents, as a fraction of the value shipped; a halt of one product can come near the first limit."""

SHARE_BAND, POSSIBLE_SHARE = (0.0, 5.0), (0.0, 1000.0)
"""Quantities as a share of the base year's volume."""

PARAMETER_BANDS: dict[str, Band] = {
    "fraction": (-1.5, 1.5),
    "USD bn": (-2e5, 2e5),
    "USD mn": (-2e8, 2e8),
}
"""Reference numbers by unit; world output is about 1e5 USD bn."""

POSSIBLE_PARAMETER: Band = (-1e15, 1e15)

FRACTIONS = "rates are fractions: 0.25 is 25 %"
SHARES = "shares are fractions: 0.25 is 25 %"
HINTS = {
    "fraction": FRACTIONS,
    "share": SHARES,
    "none": "a measure without a unit has no value: leave it out",
}


@dataclass(frozen=True)
class Doubt:
    """A number outside the plausible band of its unit.

    Parameters
    ----------
    path : tuple of str and int
        Keys and list positions inside the entry.
    what : str
    hint : str
    stated : bool
        Whether the entry states that the value is extraordinary, and its unit can hold it.
    rule : str
        The audit's rule.
    """

    path: tuple[str | int, ...]
    what: str
    hint: str
    stated: bool = False
    rule: str = "implausible-value"

    def below(self, *path: str | int) -> Doubt:
        """The same doubt, seen from an entry that holds this one."""
        return dataclasses.replace(self, path=(*path, *self.path))


def doubts_on(
    path: tuple[str | int, ...],
    number: float | None,
    unit: str,
    band: Band,
    possible: Band,
    extraordinary: bool,
) -> Iterator[Doubt]:
    """Doubt a number outside the band of its unit.

    Parameters
    ----------
    path : tuple of str and int
        Where it stands in its entry.
    number : float, optional
        Nothing is doubted about one that is left out.
    unit : str
    band, possible : (float, float)
        Plausible values; values that the unit can hold at all.
    extraordinary : bool
        Whether the entry states that the value is meant.

    Examples
    --------
    >>> [doubt] = doubts_on(("value",), 25, "fraction", BANDS["fraction"], POSSIBLE["fraction"], False)
    >>> doubt.what, doubt.stated
    ('25 is 2,500 %, outside 0 to 1.5', False)
    >>> next(doubts_on(("value",), 1e308, "fraction", BANDS["fraction"], POSSIBLE["fraction"], False)).what
    '1e+308 is outside 0 to 1.5'
    >>> list(doubts_on(("value",), 0.25, "fraction", BANDS["fraction"], POSSIBLE["fraction"], False))
    []
    """
    if number is None or band[0] <= number <= band[1]:
        return
    can_be = possible[0] <= number <= possible[1]
    low, high = band if can_be or not extraordinary else possible
    if unit not in ("fraction", "share"):
        shown = f"{number:g} {unit} is"
    elif math.isfinite(100 * number):
        shown = f"{number:g} is {100 * number:,.6g} %,"
    else:  # a number like 1e308 is one, its percentage none
        shown = f"{number:g} is"
    what = f"{shown} outside {low:g} to {high:g}"
    hint = HINTS.get(unit, f"check the unit, {unit}")
    if can_be:
        hint += "; a value that is meant to lie outside states it: `extraordinary: true`"
    elif extraordinary:
        hint += "; an extraordinary value has to lie within these limits too"
    yield Doubt(path, what, hint, stated=can_be and extraordinary)
