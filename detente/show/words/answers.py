"""Sentences that open a briefing: the answer that can be said aloud, and what its words mean."""

from __future__ import annotations

from collections.abc import Mapping

from detente.core import InputError, known
from detente.show.figures.theme import country_name
from detente.show.words.sentences import SMALL_QUARREL, Sentence
from detente.show.words.words import PERCENT_TOLERANCE, enough_digits, joined, money, percent


def answer_sentence(
    outcome: str,
    amounts_usd: Mapping[str, float],
    changes_pct: Mapping[str, float],
    *,
    when: str = "",
    table: str = "",
) -> Sentence:
    """Say in one sentence what an outcome does to each of two sides, in money first and as shares behind.

    Parameters
    ----------
    outcome : str
        Title of the outcome.
    amounts_usd : mapping of country code to million USD a year
        The two sides, in the order they are named.
    changes_pct : mapping of country code to percent
        The same as shares of real income.
    when : str
        The horizon in words ("in the long run").
    table : str
        Table the numbers stand in.

    Raises
    ------
    InputError
        When there are not two sides.

    Examples
    --------
    >>> answer_sentence("No deal", {"USA": -80_300.0, "CHN": -20_900.0}, {"USA": -0.29, "CHN": -0.12}).text.replace("\\xa0", " ")
    '“No deal” would leave the United States $80.3 billion a year poorer and China $20.9 billion (0.29 and 0.12 percent of real income).'
    >>> answer_sentence("Pause", {"USA": 900.0, "CHN": -400.0}, {"USA": 0.003, "CHN": -0.002}).text.replace("\\xa0", " ")
    '“Pause” would leave the United States $900 million a year richer and China $400 million poorer (less than 0.05 percent of real income each).'
    """
    if len(amounts_usd) != 2:
        raise InputError(
            f"there are {len(amounts_usd)} sides, two are compared", hint="give one amount a side"
        )
    values = tuple(amounts_usd.values())
    shares = tuple(changes_pct[code] for code in amounts_usd)
    words = [_side(code, value) for code, value in amounts_usd.items()]
    behind = f", {when}" if when else ""
    if all(abs(value) <= 0.5 for value in values):
        who = joined([country_name(code, in_sentence=True) for code in amounts_usd])
        return Sentence(f"“{outcome}” would leave {who} where they are{behind}.", (), table)
    (first, _, how), (second, amount, other) = words
    tail = amount if how == other else f"{amount} {other}".strip()
    text = f"“{outcome}” would leave {first} {_yearly(words[0])} and {second} {tail}{behind} ({_shares(shares)})."
    small = max(abs(share) for share in shares) < SMALL_QUARREL
    said = (*(value / 1e3 for value in values), *(() if small else shares))
    return Sentence(text, said, table)


def _side(code: str, value_usd: float) -> tuple[str, str, str]:
    """Who, how much, and which way."""
    who = country_name(code, in_sentence=True)
    if abs(value_usd) <= 0.5:
        return who, "where it is", ""
    return who, money(abs(value_usd)), "poorer" if value_usd < 0 else "richer"


def _yearly(side: tuple[str, str, str]) -> str:
    _, amount, how = side
    return f"{amount} a year {how}" if how else amount


def _shares(shares: tuple[float, ...]) -> str:
    """Shares of real income without signs: the direction has been said."""
    if max(abs(share) for share in shares) < SMALL_QUARREL:
        return f"less than {SMALL_QUARREL:.2f}\u00a0percent of real income each"
    digits = enough_digits(shares)
    first, second = (
        f"{abs(share):.{digits}f}" if abs(share) >= PERCENT_TOLERANCE else "less than 0.01"
        for share in shares
    )
    return f"{first} and {second}\u00a0percent of real income"


def reversed_order(income_pct: Mapping[str, float], output_pct: Mapping[str, float]) -> bool:
    """Whether output, as printed, ranks two sides the other way round than real income does.

    Parameters
    ----------
    income_pct, output_pct : mapping of country code to percent
        The two sides in both.

    Examples
    --------
    >>> reversed_order({"USA": -0.42, "CHN": -0.47}, {"USA": -0.40, "CHN": -0.04})
    True
    >>> reversed_order({"USA": -0.42, "CHN": -0.47}, {"USA": -0.40, "CHN": -0.43})
    False
    >>> reversed_order({"USA": -0.42, "CHN": -0.47}, {"USA": -0.401, "CHN": -0.403})
    False
    """
    apart = []
    for pct in (income_pct, output_pct):
        digits = enough_digits(pct.values(), most=3)
        first, second = (round(known(pct[code]), digits) for code in income_pct)
        apart.append(first - second)
    return apart[0] * apart[1] < 0


def output_ranks(income_pct: Mapping[str, float], output_pct: Mapping[str, float]) -> str:
    """Clause that follows what two sides' real income does: output, where it ranks them the other way round; else empty.

    Examples
    --------
    >>> output_ranks({"USA": -0.42, "CHN": -0.47}, {"USA": -0.40, "CHN": -0.04}).replace("\xa0", " ")
    '; the order of output is the reverse, −0.40 and −0.04 percent'
    >>> output_ranks({"USA": -0.42, "CHN": -0.47}, {"USA": -0.40, "CHN": -0.43})
    ''
    """
    if not reversed_order(income_pct, output_pct):
        return ""
    places = enough_digits(output_pct.values(), most=3)
    *before, after = (percent(pct, places, signed=True) for pct in output_pct.values())
    bare = [said.removesuffix("percent").rstrip() for said in before]
    return f"; the order of output is the reverse, {joined([*bare, after])}"


def output_order_sentence(
    income_pct: Mapping[str, float], output_pct: Mapping[str, float], *, table: str = ""
) -> Sentence | None:
    """Say that output ranks the two sides the other way round in the first year, and why it can; None where it does not.

    Examples
    --------
    >>> said = output_order_sentence({"USA": -0.42, "CHN": -0.47}, {"USA": -0.40, "CHN": -0.04})
    >>> said.text.replace("\xa0", " ")
    'In the first year output changes by −0.40 percent in the United States and −0.04 percent in China, the reverse of the order of real income: output leaves out the prices of what is bought and sold abroad.'
    """
    if not reversed_order(income_pct, output_pct):
        return None
    text = (
        f"In the first year output changes by {joined(_changes(output_pct))}, the reverse of the order of real income: "
        "output leaves out the prices of what is bought and sold abroad."
    )
    return Sentence(text, tuple(output_pct.values()), table)


def _changes(pct: Mapping[str, float], digits: int | None = None) -> list[str]:
    """The change of each side, with its sign."""
    digits = enough_digits(pct.values(), most=3) if digits is None else digits
    return [
        f"{percent(change, digits if digits > 2 else None, signed=True)} in {country_name(code, in_sentence=True)}"
        for code, change in pct.items()
    ]


def first_year_sentence(
    outcome: str,
    first_pct: Mapping[str, float],
    last_pct: Mapping[str, float],
    *,
    output_pct: Mapping[str, float] | None = None,
    table: str = "",
) -> Sentence:
    """Say what an outcome does to each side in the first year, and whether that is more than in the long run.

    Parameters
    ----------
    outcome : str
        Title of the outcome.
    first_pct, last_pct : mapping of country code to percent
        Real income in the first year and in the long run.
    output_pct : mapping of country code to percent, optional
        Output in the first year, told where it ranks the sides the other way round.
    table : str
        Table the numbers stand in.

    Examples
    --------
    >>> income = {"USA": -0.42, "CHN": -0.47}, {"USA": -0.29, "CHN": -0.12}
    >>> first_year_sentence("No deal", *income).text.replace("\xa0", " ")
    'In the first year “No deal” changes real income by −0.42 percent in the United States and −0.47 percent in China, more than in the long run.'
    >>> first_year_sentence("No deal", *income, output_pct={"USA": -0.40, "CHN": -0.04}).text.replace("\xa0", " ").partition("; ")[2]
    'the order of output is the reverse, −0.40 and −0.04 percent.'
    """
    digits = enough_digits((*first_pct.values(), *last_pct.values()), most=3)
    sizes = [(abs(known(first_pct[code])), abs(known(last_pct[code]))) for code in first_pct]
    same = [round(a, digits) == round(b, digits) for a, b in sizes]
    larger = [a > b for a, b in sizes]
    if all(same):
        tail = "the same as in the long run"
    elif all(larger):
        tail = "more than in the long run"
    elif not any(larger):
        tail = "less than in the long run"
    else:
        who = [
            country_name(code, in_sentence=True) for code, more in zip(first_pct, larger, strict=True) if more
        ]
        tail = f"more than in the long run in {joined(who)} alone"
    values = tuple(first_pct.values())
    if output_pct is not None and (clause := output_ranks(first_pct, output_pct)):
        tail += clause
        values += tuple(output_pct.values())
    text = (
        f"In the first year “{outcome}” changes real income by {joined(_changes(first_pct, digits))}, {tail}."
    )
    return Sentence(text, values, table)


def interval_sentence(
    outcome: str, ends: Mapping[str, tuple[float, float]], over: str, *, table: str = ""
) -> Sentence:
    """Say from where to where an outcome moves the real income of each side, over what.

    Examples
    --------
    >>> interval_sentence("No deal", {"USA": (-0.4, -0.1)}, "In nine of ten trials").text.replace("\\xa0", " ")
    'In nine of ten trials “No deal” changes real income in the United States by −0.40 to −0.10 percent.'
    """
    digits = enough_digits([end for pair in ends.values() for end in pair], most=3)
    parts = []
    for code, (low, high) in ends.items():
        low_words, high_words = (percent(end, digits, signed=True) for end in (low, high))
        if low_words == high_words:
            said = low_words
        elif low_words.startswith("less") or high_words.startswith("less"):
            said = f"{low_words} to {high_words}"
        else:
            said = f"{low_words.removesuffix('percent').rstrip()} to {high_words}"
        parts.append(f"in {country_name(code, in_sentence=True)} by {said}")
    values = tuple(end for pair in ends.values() for end in pair)
    return Sentence(f"{over} “{outcome}” changes real income {joined(parts)}.", values, table)
