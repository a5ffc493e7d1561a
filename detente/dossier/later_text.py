"""Texts that tell of what came later than the first day on which they are shown.

The act, the title and the note of a measure have no day of their own: they are read from its announcement on. What came
later belongs to the dated value, the outcome or the delivery that brought it, whose text goes with it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detente.dossier.dossier import Dossier
from detente.dossier.held import Objection
from detente.dossier.timeline import known_day

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH = "|".join(MONTHS)
_NAMED_DAYS = re.compile(
    r"\b(?=[0-9JFMASOND])(?:"  # where no day can begin, nothing else is tried
    r"(?P<iso>[12]\d{3}-[01]\d-[0-3]\d\b)"
    r"|(?P<iso_month>[12]\d{3}-(?:0[1-9]|1[0-2])\b(?!-))"
    rf"|(?:(?P<day>[0-3]?\d) )?(?P<month>(?:{_MONTH})\b)(?: (?:of )?(?P<year>[12]\d{{3}})\b)?"
    r"|(?P<act>[12]\d{3}/\d{2,5}\b)"
    r"|(?P<span>(?:19|20)(?P<from>\d\d)[-–](?:19|20)?(?P<to>\d\d)\b(?![-/\d]))"
    r"|(?P<whole>(?<![-/.,\d])(?:19|20)\d\d\b(?![-/%]|[.,]\d)))"
)
_SPEAKS_OF_DAYS = re.compile(rf"\d{{4}}|{_MONTH}")
FILED = dt.timedelta(days=7)
"""A notice can be cited by its number some days before the journal that prints it is dated."""
_NUMBER = re.compile(r"\b(?:[12]\d{3}/\d{2,5}|\d{5})\b")


@dataclass(frozen=True)
class Shown:
    """A text of the record, and the first day on which it is shown."""

    kind: str
    key: str
    label: str
    day: dt.date
    text: str


@dataclass(frozen=True)
class Named:
    """A day, month or year that a text names, as first and last day of it."""

    words: str
    first: dt.date
    last: dt.date


def named_days(text: str, shown: dt.date) -> Iterator[Named]:
    """Every day, month, year and numbered act that a text names.

    Parameters
    ----------
    text : str
    shown : date
        Day on which it is read: a day without a year is one of that day's year; a month without a day and a year is
        nothing.

    Examples
    --------
    >>> [named.words for named in named_days("From 30 October 2024, Regulation 2024/2754", dt.date(2024, 7, 4))]
    ['30 October 2024', '2024/2754']
    """
    for match in _NAMED_DAYS.finditer(text):
        parts = match.groupdict()
        if parts["month"] and not parts["day"] and not parts["year"]:
            continue
        try:
            first, last = _first_and_last(parts, shown)
        except ValueError:
            continue  # 31 June is no day
        yield Named(match[0], first, last)


def _first_and_last(parts: Mapping[str, str | None], shown: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of what one match names."""
    if parts["iso"]:
        day = dt.date.fromisoformat(parts["iso"])
        return day, day
    if parts["month"] and parts["day"]:
        day = dt.date(int(parts["year"] or shown.year), MONTHS.index(parts["month"]) + 1, int(parts["day"]))
        return day, day
    if parts["month"] or parts["iso_month"]:
        first = dt.date.fromisoformat(
            f"{parts['iso_month']}-01"
            if parts["iso_month"]
            else f"{parts['year']}-{MONTHS.index(parts['month'] or '') + 1:02}-01"
        )
        return first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    year = int((parts["act"] or parts["span"] or parts["whole"] or "")[:4])
    if parts["span"]:
        year += (int(parts["to"] or 0) - int(parts["from"] or 0)) % 100
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def undated_texts(dossier: Dossier) -> Iterator[Shown]:
    """Texts that are shown from the announcement of their entry on."""
    for key, measure in dossier.measures.items():
        day = max(measure.announced, min(known_day(measure, value) for value in measure.values))
        for label in ("title", "act", "condition", "note"):
            yield Shown("measure", key, f"its {label}", day, getattr(measure, label))
        scope = dossier.scopes.get(key)
        if scope is not None:
            yield Shown("scope", key, "what it binds", day, scope.what)
    for key, clock in dossier.clocks.items():
        for label in ("title", "on_firing", "note"):
            yield Shown("clock", key, f"its {label}", clock.known, getattr(clock, label))
    for key, meeting in dossier.rounds.items():
        yield Shown("round", key, "its title", meeting.known, f"{meeting.title} {meeting.place}")


def dated_texts(dossier: Dossier) -> Iterator[Shown]:
    """Texts that go with a day of their own."""
    for key, measure in dossier.measures.items():
        for value in measure.values:
            label, day = f"the value from {value.from_}", known_day(measure, value)
            yield Shown("measure", key, label, day, f"{value.place}. {value.note}. {value.shares_from}")
        for _, effect in measure.effects():
            if effect.known is not None:
                yield Shown("measure", key, "its derivation", effect.known, effect.derivation)
        scope = dossier.scopes.get(key)
        if scope is not None:
            text = f"{scope.ends}. {scope.note}"
            yield Shown("scope", key, "what ends it", scope.known or measure.announced, text)
    for key, meeting in dossier.rounds.items():
        yield Shown("round", key, "its outcome", meeting.outcome_known or meeting.end, meeting.outcome)
    for key, parameter in dossier.parameters.items():
        text = f"{parameter.title}. {parameter.concept}. {parameter.period}. {parameter.note}"
        yield Shown("parameter", key, "its text", parameter.known, text)
    for key, delivery in dossier.deliveries.items():
        yield Shown("delivery", key, "its note", delivery.known, delivery.note)


def planned_days(dossier: Dossier) -> list[tuple[dt.date, dt.date]]:
    """Days of steps, deadlines and meetings, each after the day on which it was known: (known, day)."""
    planned = [
        (known_day(measure, value), day)
        for measure in dossier.measures.values()
        for value in measure.values
        for day in (value.from_, value.until)
        if day is not None
    ]
    planned += [(clock.known, clock.fires) for clock in dossier.clocks.values()]
    planned += [
        (meeting.known, day) for meeting in dossier.rounds.values() for day in (meeting.start, meeting.end)
    ]
    return planned


def _announced(named: Named, shown: dt.date, planned: list[tuple[dt.date, dt.date]]) -> bool:
    """Whether something was planned by then for the days named, or for the day after: a truce to the 9th ends on the 10th."""
    after = named.last + dt.timedelta(days=1)
    return any(known <= shown and named.first <= day <= after for known, day in planned)


def _first_named(dossier: Dossier, dated: list[Shown]) -> dict[str, dt.date]:
    """First day on which a text with a day of its own, or a source, names the number of an act."""
    first: dict[str, dt.date] = {}
    named = [(shown.day, shown.text) for shown in dated]
    named += [(source.date, source.title) for source in dossier.sources.values() if source.date is not None]
    for day, text in named:
        for number in _NUMBER.findall(text):
            first[number] = min(day, first.get(number, day))
    return first


def later_text(dossier: Dossier) -> Iterator[Objection]:
    """Texts that name a day or an act later than the day on which they are first shown, unless it was planned by then.

    Parameters
    ----------
    dossier : Dossier
        With everything in it: load it with `asof` at its vintage.

    Yields
    ------
    tuple of str
        Rule, kind of entry, id, what is wrong, next step.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> list(later_text(load_dossier("phase-one-2018", asof=dt.date(2026, 7, 25))))
    []
    """
    undated, dated = list(undated_texts(dossier)), list(dated_texts(dossier))
    planned, numbers = planned_days(dossier), _first_named(dossier, dated)
    for position, shown in enumerate((*undated, *dated)):
        if not _SPEAKS_OF_DAYS.search(shown.text):
            continue
        later = [
            named.words
            for named in named_days(shown.text, shown.day)
            if named.first > shown.day
            and (shown.label == "its act" or not _announced(named, shown.day, planned))
        ]
        later += [
            number
            for number in _NUMBER.findall(shown.text)
            if position < len(undated)
            and number not in later
            and numbers.get(number, shown.day) > shown.day + FILED
        ]
        for words in later:
            what = f"{shown.label} is shown from {shown.day} on and names {words}"
            hint = "move it to the note of the dated value that it belongs to, or enter the day it was planned for"
            yield "later-text", shown.kind, shown.key, what, hint
