"""Sentences written from numbers. Nobody types a number here.

Each function returns a `Sentence`: its text and the numbers it was written from, so that a page can check that every
one of them stands in a table. Rates arrive as fractions, changes of real income in percent (``_pct``), money in
million USD (``_usd``), exactly as the rest of Détente names them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from detente.core import InputError, known_each
from detente.show.figures.theme import country_name
from detente.show.words.words import (
    NBSP,
    PERCENT_TOLERANCE,
    cardinal,
    date_words,
    joined,
    lower_first,
    money,
    number,
    percent,
)


@dataclass(frozen=True)
class Sentence:
    """A piece of text with the numbers it was written from.

    Parameters
    ----------
    text : str
        One sentence or more, as plain text.
    values : tuple of float
        The numbers it was written from, in the units of their table or a thousandfold or hundredfold of it.
    table : str
        Name of the table they stand in.
    sources : tuple of str
        Ids of the sources it rests on, shown as links behind it.
    """

    text: str
    values: tuple[float, ...] = ()
    table: str = ""
    sources: tuple[str, ...] = ()

    def read_from(self, table: str) -> Sentence:
        """Return the same sentence, its numbers read from the named table."""
        return dataclasses.replace(self, table=table)

    def citing(self, *sources: str) -> Sentence:
        """Return the same sentence resting on these sources."""
        return dataclasses.replace(self, sources=(*self.sources, *sources))


def change_sentence(
    country: str,
    pct: float,
    value_usd: float,
    outcome: str = "",
    *,
    against: str = "",
    low: float | None = None,
    high: float | None = None,
    interval: str = "",
    table: str = "",
) -> Sentence:
    """Say what an outcome does to a country's real income.

    Parameters
    ----------
    country : str
        Country code (or a name of its own).
    pct : float
        Change of real income, percent.
    value_usd : float
        The same as equivalent variation, million USD a year.
    outcome : str
        Name of the outcome; left out where the sentence before has named it.
    against : str
        What it is compared with ("what is in force today").
    low, high : float, optional
        Interval of the change, percent, and `interval` what it is ("90 percent of 400 draws").
    table : str
        Table the numbers stand in.

    Examples
    --------
    >>> change_sentence("CHN", -0.452, -81_300, "No deal").text.replace(NBSP, " ")
    'Under “No deal”, real income in China falls by 0.45 percent ($81.3 billion a year).'
    >>> change_sentence("USA", 0.001, 250, "Pause").text.replace(NBSP, " ")
    'Under “Pause”, real income in the United States hardly changes (less than 0.01 percent).'
    """
    who = country_name(country, in_sentence=True)
    than = f" compared with {against}" if against else ""
    start = f"Under “{outcome}”, real" if outcome else "Real"
    head = f"{start} income {'of' if country in ('REST', 'WORLD') else 'in'} {who}"
    values: tuple[float, ...] = (pct, value_usd)
    if abs(pct) < PERCENT_TOLERANCE:
        return Sentence(f"{head} hardly changes{than} (less than 0.01{NBSP}percent).", values, table)
    verb = "falls" if pct < 0 else "rises"
    band = ""
    if low is not None and high is not None:
        name = f", {interval}" if interval else ""
        band = f"; from {number(low, 2)} to {number(high, 2)}{NBSP}percent{name}"
        values = (*values, low, high)
    text = f"{head} {verb} by {percent(abs(pct))}{than} ({money(abs(value_usd))} a year{band})."
    return Sentence(text, values, table)


SMALL_QUARREL = 0.05
"""Percent of real income below which changes are told as amounts: shares of that size all read as nought."""


def both_sides_sentence(
    outcome: str,
    changes: Mapping[str, float],
    *,
    against: str = "",
    table: str = "",
    amounts: Mapping[str, float] | None = None,
) -> Sentence:
    """Set the two sides' changes of real income beside each other, and say who loses more.

    Parameters
    ----------
    outcome : str
        Title of the outcome.
    changes : mapping of country code to percent
        The two sides, in the order they are named.
    against : str
        What the outcome is compared with; the base year when left out.
    table : str
        Where the numbers are.
    amounts : mapping of country code to million USD a year, optional
        The same as amounts; said in place of shares of income that are all below a twentieth of a percent.

    Raises
    ------
    InputError
        When there are not two sides.

    Examples
    --------
    >>> both_sides_sentence("No deal", {"USA": -0.2, "CHN": -0.4}).text.replace(NBSP, " ")
    '“No deal” costs the United States 0.20 percent and China 0.40 percent of real income: China loses more, twice as large a share.'
    >>> both_sides_sentence("Pause", {"EU27": 0.1, "CHN": -0.05}).text.replace(NBSP, " ")
    '“Pause” adds 0.10 percent to real income in the European Union and costs China 0.05 percent.'
    """
    if len(changes) != 2:
        raise InputError(f"there are {len(changes)} sides, two are compared", hint="give one change a side")
    a, b = (country_name(code, in_sentence=True) for code in changes)
    than = f", compared with {against}" if against else ""
    values = first_pct, second_pct = tuple(changes.values())
    small = [abs(value) < PERCENT_TOLERANCE for value in values]
    name = f"“{outcome}”"
    if amounts is not None and max(abs(value) for value in values) < SMALL_QUARREL:
        return _amounts_sentence(name, dict(zip((a, b), amounts.values(), strict=True)), than, table)
    if all(small):
        return Sentence(f"{name} hardly changes real income in {a} or {b}{than}.", values, table)
    if any(small):
        still, moved, pct = (a, b, second_pct) if small[0] else (b, a, first_pct)
        verb = "loses" if pct < 0 else "gains"
        return Sentence(
            f"Under {name}, {moved} {verb} {percent(abs(pct))} of real income, while {still} hardly notices{than}.",
            values,
            table,
        )
    if first_pct * second_pct < 0:
        (gainer, gain), (loser, loss) = (
            ((a, first_pct), (b, second_pct)) if first_pct > 0 else ((b, second_pct), (a, first_pct))
        )
        return Sentence(
            f"{name} adds {percent(gain)} to real income in {gainer} and costs {loser} {percent(-loss)}{than}.",
            values,
            table,
        )
    verb, word = ("costs", "loses") if first_pct < 0 else ("gives", "gains")
    more, ratio = (
        (a, first_pct / second_pct) if abs(first_pct) > abs(second_pct) else (b, second_pct / first_pct)
    )
    tail = "both shares are about the same" if ratio < 1.1 else f"{more} {word} more, {_share_words(ratio)}"
    return Sentence(
        f"{name} {verb} {a} {percent(abs(first_pct))} and {b} {percent(abs(second_pct))} of real income{than}: {tail}.",
        values,
        table,
    )


def _share_words(ratio: float) -> str:
    if abs(ratio / 2 - 1) <= 0.03:
        return "twice as large a share"
    if ratio > 10:
        return "more than ten times as large a share"
    return f"{f'{ratio:.1f}'.removesuffix('.0')} times as large a share"


def _amounts_sentence(name: str, amounts: Mapping[str, float], than: str, table: str) -> Sentence:
    """What an outcome of a small quarrel does to each side, in money."""
    (a, first), (b, second) = amounts.items()
    said = [f"{'loses' if value < 0 else 'gains'} {money(abs(value))}" for value in (first, second)]
    same = (first < 0) == (second < 0)
    other = money(abs(second)) if same else said[1]
    text = f"Under {name}, {a} {said[0]} a year and {b} {other}{than}; neither is a twentieth of a percent of real income."
    return Sentence(text, (first / 1e3, second / 1e3), table)


def ranking_sentence(
    values_usd: Mapping[str, float],
    outcome: str,
    *,
    count: int = 3,
    pct: Mapping[str, float] | None = None,
    table: str = "",
) -> Sentence:
    """Say which third countries gain most from an outcome, and how many lose.

    Parameters
    ----------
    values_usd : mapping of country code to million USD a year
        Change of real income as equivalent variation.
    outcome : str
        Name of the outcome.
    count : int
        How many to name.
    pct : mapping of country code to percent, optional
        Shown beside the amounts.
    table : str
        Table the numbers stand in.

    Examples
    --------
    >>> ranking_sentence({"MEX": 9000.0, "VNM": 12100.0, "RUS": -20.0}, "No deal").text.replace(NBSP, " ")
    'Under “No deal”, Viet Nam gains most ($12.1 billion a year), followed by Mexico ($9.0 billion); one of the three third economies loses.'
    """
    if not values_usd:
        raise InputError("there is no country to rank", hint="give at least one third country")
    size = known_each(values_usd)
    ranked = sorted(values_usd.items(), key=lambda item: (-size[item[0]], item[0]))
    winners = [item for item in ranked if item[1] >= 0.5][:count]
    losers = [item for item in ranked if item[1] <= -0.5]
    if not winners:
        return _no_winner(losers, outcome, table)

    def amount(code: str, value: float, *, per_year: bool) -> str:
        share = f", {percent(pct[code])}" if pct and code in pct else ""
        return f"({money(value)}{' a year' if per_year else ''}{share})"

    used = [value for _, value in winners] + [pct[code] for code, _ in winners if pct and code in pct]
    first = country_name(winners[0][0], in_sentence=True)
    verb = "gain" if _is_plural(first) else "gains"
    text = f"Under “{outcome}”, {first} {verb} most {amount(*winners[0], per_year=True)}"
    if len(winners) > 1:
        rest = [
            f"{country_name(c, in_sentence=True)} {amount(c, value, per_year=False)}"
            for c, value in winners[1:]
        ]
        text += f", followed by {joined(rest)}"
    if losers:
        lose = "loses" if len(losers) == 1 else "lose"
        text += f"; {cardinal(len(losers))} of the {cardinal(len(ranked))} third economies {lose}"
    elif len(ranked) > len(winners):
        text += "; none loses"
    return Sentence(f"{text}.", tuple(used), table)


def _no_winner(losers: list[tuple[str, float]], outcome: str, table: str) -> Sentence:
    if not losers:
        return Sentence(
            f"Under “{outcome}”, no third country gains or loses as much as $1{NBSP}million.", (), table
        )
    worst, loss = losers[-1]
    who = country_name(worst, in_sentence=True)
    lose = "lose" if _is_plural(who) else "loses"
    return Sentence(
        f"Under “{outcome}”, no third country gains; {who} {lose} most ({money(-loss)} a year).",
        (loss,),
        table,
    )


def _is_plural(name: str) -> bool:
    return name.startswith("the other ") or name.endswith(" countries") or " and " in name


def sector_sentence(
    country: str,
    pct_by_sector: Mapping[str, float],
    outcome: str,
    *,
    values_usd: Mapping[str, float] | None = None,
    table: str = "",
) -> Sentence:
    """Say which sector of a country is hit hardest, and which gains most if one does.

    `pct_by_sector` maps a sector's *name* to the change of its output in percent, `values_usd` to million USD.

    Examples
    --------
    >>> sector_sentence("USA", {"Electronics": -4.2, "Textiles": 1.1}, "No deal").text.replace(NBSP, " ")
    'In the United States, “No deal” hits electronics hardest (output down 4.20 percent) and helps textiles most (up 1.10 percent).'
    """
    if not pct_by_sector:
        raise InputError("there is no sector to rank", hint="give at least one sector")
    size = known_each(pct_by_sector)
    worst = min(size, key=lambda name: (size[name], name))
    best = max(size, key=lambda name: (size[name], name))
    low, high = pct_by_sector[worst], pct_by_sector[best]
    values: list[float] = []

    def amount(name: str) -> str:
        values.append(pct_by_sector[name])
        if values_usd is None:
            return percent(abs(pct_by_sector[name]))
        values.append(values_usd[name])
        return f"{percent(abs(pct_by_sector[name]))}, {money(abs(values_usd[name]))}"

    parts = []
    if low <= -PERCENT_TOLERANCE:
        parts.append(f"hits {lower_first(worst)} hardest (output down {amount(worst)})")
    if high >= PERCENT_TOLERANCE:
        up = "up" if parts else "output up"
        parts.append(f"helps {lower_first(best)} most ({up} {amount(best)})")
    where = country_name(country, in_sentence=True)
    if not parts:
        return Sentence(
            f"In {where}, “{outcome}” moves no sector’s output by as much as 0.01{NBSP}percent.", (), table
        )
    return Sentence(f"In {where}, “{outcome}” {' and '.join(parts)}.", tuple(values), table)


def duty_sentence(
    importer: str,
    exporter: str,
    rate: float,
    concept: str,
    day: dt.date | str,
    *,
    other_rate: float | None = None,
    table: str = "",
) -> Sentence:
    """State an average duty (fractions) on a day, always with its concept; and the other side's when given.

    Examples
    --------
    >>> duty_sentence("USA", "CHN", 0.4123, "import-weighted, 2024 trade", "2025-10-28").text.replace(NBSP, " ")
    'On 28 October 2025 the United States’ average duty on goods from China is 41.2 percent (import-weighted, 2024 trade).'
    """
    a, b = country_name(importer, in_sentence=True), country_name(exporter, in_sentence=True)
    text = f"On {date_words(day)} {_possessive(a)} average duty on goods from {b} is {percent(100 * rate, 1)}"
    values = [100 * rate]
    if other_rate is not None:
        text += f", and {_possessive(b)} on goods from {a} {percent(100 * other_rate, 1)}"
        values.append(100 * other_rate)
    return Sentence(f"{text} ({concept}).", tuple(values), table)


def _possessive(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


_COMMON = ("The", "A", "An", "Another", "First", "Second", "Third", "Fourth", "Fifth")
"""First words of a title that are no part of a name, whatever follows."""


def clock_sentence(title: str, fires: dt.date | str, asof: dt.date | str, *, what: str = "clock") -> Sentence:
    """Say what the next clock is and how many days it leaves.

    Parameters
    ----------
    title : str
        As the record has it; its first word keeps its capital unless it is an article or a number, for it may be a name.
    fires, asof : day
    what : str
        What kind of clock it is the next of.

    Examples
    --------
    >>> clock_sentence("The truce of Geneva lapses", "2025-11-10", "2025-10-28").text.replace(NBSP, " ")
    'The next clock: the truce of Geneva lapses on 10 November 2025, in 13 days.'
    >>> clock_sentence("Chinese notice 61 begins", "2025-10-29", "2025-10-28").text.replace(NBSP, " ")
    'The next clock: Chinese notice 61 begins on 29 October 2025, tomorrow.'
    """
    end = dt.date.fromisoformat(fires) if isinstance(fires, str) else fires
    start = dt.date.fromisoformat(asof) if isinstance(asof, str) else asof
    left = (end - start).days
    if left < 0:
        raise InputError(
            f"the clock `{title}` fired on {end}, before the as-of day {start}", hint="show only clocks ahead"
        )
    when = "today" if left == 0 else "tomorrow" if left == 1 else f"in {left:,}{NBSP}days"
    said = lower_first(title) if title.split(" ")[0] in _COMMON else title
    return Sentence(f"The next {what}: {said} on {date_words(end)}, {when}.")
