"""What changed since an earlier briefing: measures, clocks, duties and outcomes, before and now."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from detente.core import Column, Table
from detente.show.figures.theme import STATUSES, country_name
from detente.show.words.words import date_words, number

Rows = Sequence[Mapping[str, str]]
"""Rows of a data file of a briefing, as text."""
NOTICED = {"outcomes": 0.005, "averages": 0.05}
"""Percent, or points, from which a number is said to have changed."""


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise than it was: its kind, what it is, and how it read before and reads now."""

    kind: str
    what: str
    before: str
    now: str


def differences(earlier: Mapping[str, Rows], now: Mapping[str, Rows]) -> tuple[Difference, ...]:
    """What differs between the data files of two briefings.

    Parameters
    ----------
    earlier, now : mapping of table to rows
        Of ``measures``, ``clocks``, ``averages`` and ``outcomes``, those that are there in both.

    Returns
    -------
    tuple of Difference
        Measures first, then clocks, duties and outcomes, each in the order of the later briefing.

    Examples
    --------
    >>> old = {"clocks": [{"id": "a", "title": "The truce ends", "fires": "2025-11-10"}]}
    >>> new = {"clocks": [{"id": "a", "title": "The truce ends", "fires": "2026-11-10"}]}
    >>> differences(old, new)[0].now.replace("\\xa0", " ")
    '10 November 2026'
    """
    listed: list[Difference] = []
    for table, write in (
        ("measures", _measures),
        ("clocks", _clocks),
        ("averages", _averages),
        ("outcomes", _outcomes),
    ):
        if table in earlier and table in now:
            listed += write(earlier[table], now[table])
    return tuple(listed)


def _measures(earlier: Rows, now: Rows) -> Iterator[Difference]:
    before = {row.get("id", ""): row for row in earlier}
    for row in now:
        old = before.pop(row["id"], None)
        reads = [_state(entry) if entry else "not on record" for entry in (old, row)]
        if reads[0] != reads[1]:
            yield Difference("measure", row["title"], *reads)
    for row in before.values():
        yield Difference("measure", row.get("title", ""), _state(row), "not on record")


def _state(row: Mapping[str, str]) -> str:
    status = row.get("status", "")
    name = STATUSES[status].name.lower() if status in STATUSES else status
    value = row.get("value", "")
    return f"{name}, {value}" if value else name


def _clocks(earlier: Rows, now: Rows) -> Iterator[Difference]:
    before = {row.get("id", ""): row for row in earlier}
    for row in now:
        old = before.pop(row["id"], None)
        reads = ["not ahead" if old is None else _day(old.get("fires", "")), _day(row["fires"])]
        if reads[0] != reads[1]:
            yield Difference("clock", row["title"], *reads)
    for row in before.values():
        yield Difference("clock", row.get("title", ""), _day(row.get("fires", "")), "no longer ahead")


def _day(text: str) -> str:
    try:
        return date_words(text)
    except ValueError:
        return text


def _averages(earlier: Rows, now: Rows) -> Iterator[Difference]:
    key = ("importer", "exporter", "key")
    before = {tuple(row.get(name, "") for name in key): row for row in earlier}
    for row in now:
        old = before.get(tuple(row.get(name, "") for name in key))
        rates = [_number(entry.get("average_pct", "")) if entry else None for entry in (old, row)]
        if old and None not in rates and _apart(rates, NOTICED["averages"]):
            who, whom = (country_name(row[name], in_sentence=True) for name in ("importer", "exporter"))
            what = f"Average duty of {who} on {whom} ({row.get('concept', '')[:1].lower()}{row.get('concept', '')[1:]})"
            yield Difference("duty", what, *(f"{number(rate or 0.0, 1)}\u00a0%" for rate in rates))


def _outcomes(earlier: Rows, now: Rows) -> Iterator[Difference]:
    key = ("outcome", "country")
    before = {tuple(row.get(name, "") for name in key): row for row in earlier}
    for row in now:
        old = before.get(tuple(row.get(name, "") for name in key))
        changes = [_number(entry.get("real_income_pct", "")) if entry else None for entry in (old, row)]
        what = f"Real income, {row['country']}, “{row['outcome']}”"
        if old is None:
            yield Difference(
                "outcome", what, "not told", f"{number(changes[1] or 0.0, 2, signed=True)}\u00a0%"
            )
        elif None not in changes and _apart(changes, NOTICED["outcomes"]):
            yield Difference(
                "outcome", what, *(f"{number(change or 0.0, 2, signed=True)}\u00a0%" for change in changes)
            )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _apart(pair: Sequence[float | None], least: float) -> bool:
    first, second = (value or 0.0 for value in pair)
    return abs(first - second) >= least


def since_table(changes: Sequence[Difference], day: str) -> Table:
    """The differences as a table.

    Parameters
    ----------
    changes : sequence of Difference
    day : str
        ISO day of the earlier briefing.
    """
    return Table(
        "since",
        f"What changed since {_day(day)}",
        (Column("kind", "Kind"), Column("what", "What"), Column("before", "Before"), Column("now", "Now")),
        tuple((change.kind, change.what, change.before, change.now) for change in changes),
    )
