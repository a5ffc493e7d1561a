"""Numbers, money, days and counts as words: the only place where a figure is rounded for prose."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence

from detente.core import InputError, known

MINUS = "\u2212"
THIN = "\u202f"
"""Narrow space that does not break a line."""
NBSP = "\u00a0"
PERCENT_TOLERANCE = 0.005
"""Percent; a smaller change is said to be less than 0.01 percent, never "zero" and never with a sign."""

_CARDINALS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def number(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Write a number with a true minus sign and grouped thousands; a zero after rounding has no sign.

    Examples
    --------
    >>> number(-1234.56, 1), number(0.04, 1, signed=True), number(2.5, 1, signed=True)
    ('−1,234.6', '0.0', '+2.5')
    """
    if not math.isfinite(value):
        raise InputError(f"`{value}` cannot be written in a sentence", hint="check the result it comes from")
    text = f"{abs(value):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def enough_digits(values: Iterable[float], least: int = 2, most: int = 4) -> int:
    """Decimals at which the largest of some numbers shows five units of its last place or more, between `least` and `most`.

    Examples
    --------
    >>> enough_digits([-0.29, 0.01]), enough_digits([-0.0085, 0.0002]), enough_digits([0.0])
    (2, 3, 2)
    """
    largest = known(max((abs(value) for value in values), default=0.0))
    digits = least
    while largest > 0 and digits < most and largest * 10**digits < 5:
        digits += 1
    return digits


def percent(pct: float, digits: int | None = None, *, signed: bool = False) -> str:
    """Write a figure that is already in percent, for prose; tiny ones as "less than 0.01 percent".

    Examples
    --------
    >>> [percent(x).replace(NBSP, " ") for x in (0.456, 12.34, -0.001)]
    ['0.46 percent', '12.3 percent', 'less than 0.01 percent']
    >>> percent(-0.456, signed=True).replace(NBSP, " "), percent(-0.0021, 3, signed=True).replace(NBSP, " ")
    ('−0.46 percent', '−0.002 percent')
    """
    smallest = 10.0 ** -max(digits or 2, 2)
    if abs(pct) < smallest / 2 and pct != 0:
        return f"less than {smallest:.{max(digits or 2, 2)}f}{NBSP}percent"
    places = digits if digits is not None else (2 if abs(pct) < 9.995 else 1)
    return f"{number(pct, places, signed=signed)}{NBSP}percent"


def shown_amount(value: float, digits: int) -> str:
    """Write a change for a chart: with its sign; what rounds to nought as less than one unit of the last place.

    Examples
    --------
    >>> shown_amount(-12.34, 1), shown_amount(0.02, 1), shown_amount(0.0, 1)
    ('−12.3', '<0.1', '0')
    """
    if value == 0:
        return "0"
    text = number(value, digits, signed=True)
    return text if text.strip("0.") else f"<{10.0**-digits:.{digits}f}"


def shown_percent(pct: float, digits: int) -> str:
    """Write a change in percent for a chart, as `shown_amount`.

    Examples
    --------
    >>> shown_percent(0.456, 2), shown_percent(-0.001, 2)
    ('+0.46%', '<0.01%')
    """
    return f"{shown_amount(pct, digits)}%"


def percent_range(low: float, high: float) -> str:
    """Write a range of signed percentages; once only when both ends read the same, with more decimals where both are small.

    Examples
    --------
    >>> [percent_range(*ends).replace(NBSP, " ") for ends in ((-0.4, 0.2), (-0.0114, -0.0112), (-0.001, 0.002))]
    ['−0.40 percent to +0.20 percent', '−0.011 percent', '−0.001 percent to +0.002 percent']
    >>> percent_range(-0.33, 0.0001).replace(NBSP, " ")
    '−0.33 percent to 0 percent'
    """
    digits = enough_digits((low, high), most=3)
    places = digits if digits > 2 else None
    first, last = percent(low, places, signed=True), percent(high, places, signed=True)
    if first == last:
        return first
    nil = f"0{NBSP}percent"
    return " to ".join(nil if text.startswith("less") else text for text in (first, last))


def percentage_points(value_pp: float, digits: int = 1) -> str:
    """Write a difference of two percentages.

    Examples
    --------
    >>> percentage_points(10.04).replace(NBSP, " "), percentage_points(1, 0).replace(NBSP, " ")
    ('10.0 percentage points', '1 percentage point')
    """
    text = number(value_pp, digits)
    return f"{text} percentage{NBSP}point{'' if text.lstrip(MINUS) == '1' else 's'}"


def money(value_usd: float, *, signed: bool = False) -> str:
    """Write million USD in the largest fitting unit; half a million or less as "less than $1 million".

    Examples
    --------
    >>> [money(x).replace(NBSP, " ") for x in (12345, -999.7, 1_234_000, 0.2, 0)]
    ['$12.3 billion', '−$1.0 billion', '$1.23 trillion', 'less than $1 million', '$0']
    """
    size = abs(value_usd)
    if size == 0:
        return "$0"
    if size <= 0.5:  # would round to nought
        return f"less than $1{NBSP}million"
    if size >= 999_950:
        text = f"${size / 1e6:,.2f}{NBSP}trillion"
    elif size >= 999.5:
        text = f"${size / 1e3:,.{1 if size < 99_950 else 0}f}{NBSP}billion"
    else:
        text = f"${size:,.0f}{NBSP}million"
    return (MINUS if value_usd < 0 else "+" if signed else "") + text


def date_words(day: dt.date | str, *, year: bool = True) -> str:
    """Write a day for prose.

    Examples
    --------
    >>> date_words("2025-10-28").replace(NBSP, " ")
    '28 October 2025'
    """
    value = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return f"{value.day}{NBSP}{_MONTHS[value.month - 1]}" + (f" {value.year}" if year else "")


def cardinal(count: int) -> str:
    """Write a count: words up to twelve, digits above.

    Examples
    --------
    >>> cardinal(3), cardinal(1200)
    ('three', '1,200')
    """
    return _CARDINALS[count] if 0 <= count < len(_CARDINALS) else f"{count:,}"


def count_words(count: int, singular: str, plural: str = "") -> str:
    """Write a count with its noun: words up to twelve, digits above.

    Examples
    --------
    >>> count_words(1, "clock"), count_words(3, "country", "countries"), count_words(40, "measure")
    ('one clock', 'three countries', '40 measures')
    """
    return f"{cardinal(count)} {singular if count == 1 else plural or singular + 's'}"


def counted(count: int, singular: str, plural: str = "") -> str:
    """Write a count in digits with its noun.

    Examples
    --------
    >>> counted(1, "day"), counted(1355, "day"), counted(0, "country", "countries")
    ('1 day', '1,355 days', '0 countries')
    """
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def joined(parts: Sequence[str]) -> str:
    """Join with commas and a final "and".

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def times_as(first: float, second: float) -> str:
    """Compare two sizes of one sign: how `first` stands to `second`.

    Examples
    --------
    >>> times_as(2.02, 1.0), times_as(1.02, 1.0), times_as(0.5, 1.0), times_as(3.44, 1.0)
    ('twice as large as', 'about as large as', 'half as large as', '3.4 times as large as')
    """
    if second == 0 or first * second < 0:
        raise InputError(
            "only two numbers of one sign can be compared in size", hint="say the two directions instead"
        )
    ratio = first / second
    for value, words in (
        (2.0, "twice as large as"),
        (0.5, "half as large as"),
        (1 / 3, "a third as large as"),
    ):
        if abs(ratio / value - 1) <= 0.03:
            return words
    if 0.97 <= ratio < 1.05:  # from 1.05 on it is written 1.1 times
        return "about as large as"
    if ratio < 0.1:
        return "less than a tenth of"
    if ratio < 1:
        return f"{ratio * 100:.0f}{NBSP}percent as large as"
    if ratio > 10:
        return "more than ten times as large as"
    text = f"{ratio:.1f}"
    return f"{text.removesuffix('.0')} times as large as"


def lower_first(name: str) -> str:
    """Write a name so that it reads on in a sentence; names that start with capitals or a proper "A " keep them.

    Examples
    --------
    >>> lower_first("Basic metals"), lower_first("ICT services"), lower_first("R&D")
    ('basic metals', 'ICT services', 'R&D')
    """
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == " " else name
