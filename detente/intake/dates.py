"""Expressions of time resolved against the day of the report, never silently repaired.

Finding (`expressions`) and resolving are apart, because the day of a report may have to be worked out from its own
expressions.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from detente.core import FIRST_DAY, LAST_DAY
from detente.intake.expressions import Expression, Tense, find_expressions
from detente.intake.tables import table

__all__ = ["Expression", "Resolution", "find_expressions", "resolve_expression"]


@dataclass(frozen=True)
class Resolution:
    """What an expression means when the report is of a certain day.

    `value` is a day, ``start/end`` for a span of days, ``impossible`` or ``relative`` (to something that happened).
    """

    value: str
    first: dt.date | None
    last: dt.date | None
    rule: str
    confidence: float
    note: str = ""


def resolve_expression(expression: Expression, today: dt.date) -> Resolution:
    """Say which days an expression means in a report of a certain day.

    Parameters
    ----------
    expression : Expression
    today : date
        Day of the report.

    Returns
    -------
    Resolution
        With the rule used, a confidence and, where something is odd, a note: an impossible day keeps the value
        ``impossible`` and names the likely correction.

    Examples
    --------
    >>> [expression] = find_expressions("The summit runs from Sept. 31 to November.")[:1]
    >>> resolve_expression(expression, dt.date(2025, 10, 14)).note
    'September has 30 days; probably 2025-10-31, or 2025-09-30'
    """
    strange = [
        key
        for key in ("y", "y2")
        if expression.parts.get(key) and not _in_calendar(int(expression.parts[key]))
    ]
    if strange:
        resolution = Resolution(
            "impossible", None, None, "no such year", 0.9, "no year of the calendar of records"
        )
    else:
        resolution = _RESOLVERS[expression.rule](expression, today)
    return replace(
        resolution, rule=f"{expression.rule}: {resolution.rule}" if resolution.rule else expression.rule
    )


def _single_day(day: dt.date, rule: str, confidence: float, note: str = "") -> Resolution:
    return Resolution(day.isoformat(), day, day, rule, confidence, note)


def _span(first: dt.date, last: dt.date, rule: str, confidence: float, note: str = "") -> Resolution:
    value = first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"
    return Resolution(value, first, last, rule, confidence, note)


def _month(text: str) -> int:
    return ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"].index(
        text[:3].lower()
    ) + 1


def _end_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _in_calendar(year: int) -> bool:
    return FIRST_DAY.year <= year <= LAST_DAY.year


def _iso(e: Expression, today: dt.date) -> Resolution:
    return _calendar_day(int(e.parts["y"]), int(e.parts["m"]), int(e.parts["d"]), e, today, given=True)


def _calendar_day(
    year: int, month: int, day: int, e: Expression, today: dt.date, *, given: bool
) -> Resolution:
    try:
        first_day = dt.date(year, month, day)
    except ValueError:
        return _impossible(year, month, day, e, today)
    if "d2" in e.parts:
        try:
            return _span(first_day, dt.date(year, month, int(e.parts["d2"])), "from day to day", 0.9)
        except ValueError:
            return _impossible(year, month, int(e.parts["d2"]), e, today)
    note = ""
    if not given and e.tense == "ahead" and first_day < today:
        note = f"announced as still to come, yet before {today.isoformat()}"
    rule = "year given" if given else "nearest year"
    return _single_day(first_day, rule, 0.99 if given else (0.6 if note else 0.93), note)


def _impossible(year: int, month: int, day: int, e: Expression, today: dt.date) -> Resolution:
    if not (1 <= month <= 12 and _in_calendar(year)):
        return Resolution("impossible", None, None, "no such month", 0.9, "no such month")
    last = _end_of_month(year, month)
    options = []
    for months in (1, -1):
        shifted = (month - 1 + months) % 12 + 1
        other = year + (month - 1 + months) // 12
        if 1 <= day <= calendar.monthrange(other, shifted)[1]:
            options.append(dt.date(other, shifted, day))
    ahead = [option for option in options if option >= today]
    first = ahead if e.tense != "past" else [option for option in options if option <= today]
    ordered = list(dict.fromkeys([*first[:1], last, *options]))[:2]
    name = calendar.month_name[month]
    note = f"{name} has {last.day} days; probably {', or '.join(day_.isoformat() for day_ in ordered)}"
    if day < 1:
        note = f"{name} has no day {day}"
    return Resolution("impossible", None, None, "no such day", 0.95, note)


def _month_day(e: Expression, today: dt.date) -> Resolution:
    month, day = _month(e.parts["mo"]), int(e.parts["d"])
    if "y" in e.parts:
        return _calendar_day(int(e.parts["y"]), month, day, e, today, given=True)
    return _calendar_day(
        _nearest_year(month, max(min(day, 28), 1), e.tense, today), month, day, e, today, given=False
    )


def _nearest_year(month: int, day: int, tense: Tense, today: dt.date) -> int:
    """Year in which a month lies nearest, leaning to the tense by two months."""
    lean = dt.timedelta(days={"past": -120, "ahead": 60, "unclear": 0}[tense])
    middle = today + lean
    return min(
        (middle.year + k for k in (-1, 0, 1)), key=lambda year: abs(dt.date(year, month, day) - middle)
    )


def _part_of_month(e: Expression, today: dt.date) -> Resolution:
    month = _month(e.parts["mo"])
    year = int(e.parts["y"]) if "y" in e.parts else _nearest_year(month, 15, e.tense, today)
    part = e.parts["p"].lower().rstrip("-")
    days = {"early": (1, 10), "mid": (11, 20), "late": (21, calendar.monthrange(year, month)[1])}[part]
    return _span(dt.date(year, month, days[0]), dt.date(year, month, days[1]), "a third of it", 0.8)


def _part_of_year(e: Expression, today: dt.date) -> Resolution:
    shift = {"next": 1, "this": 0, "last": -1}.get(e.parts.get("w", ""), 0)
    year = int(e.parts["y"]) if "y" in e.parts else today.year + shift
    first, last = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}[e.parts["p"].lower().rstrip("-")]
    return _span(dt.date(year, first, 1), _end_of_month(year, last), "a third of it", 0.75)


def _weekday(e: Expression, today: dt.date) -> Resolution:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    wanted = names.index(e.parts["wd"][:3].lower())
    word = e.parts.get("w", "").lower()
    back = (today.weekday() - wanted) % 7
    ahead = (wanted - today.weekday()) % 7
    if word == "last":
        return _single_day(today - dt.timedelta(days=back or 7), "the last before the report", 0.85)
    if word == "next":
        return _single_day(today + dt.timedelta(days=ahead or 7), "the next after the report", 0.75)
    if word in ("later", "earlier") and back == 0:
        return _single_day(today, "day of the report", 0.9)
    if word.startswith("this"):
        past = "past" in word or (e.tense == "past" and "coming" not in word)
        return _single_day(
            today - dt.timedelta(days=back) if past else today + dt.timedelta(days=ahead), "this week's", 0.8
        )
    if e.tense == "ahead":
        return _single_day(today + dt.timedelta(days=ahead or 7), "still to come", 0.85)
    rule = (
        "reported, so the last up to the report"
        if e.tense == "past"
        else "no telling verb, taken as reported"
    )
    return _single_day(today - dt.timedelta(days=back), rule, 0.9 if e.tense == "past" else 0.55)


def _weekend(e: Expression, today: dt.date) -> Resolution:
    word = e.parts["w"].lower()
    this_saturday = today + dt.timedelta(days=5 - today.weekday())
    coming = word.startswith(("next", "this")) or "coming" in word or (word == "the" and e.tense == "ahead")
    if "past" in word or (word.startswith("this") and e.tense == "past"):
        coming = False
    shift = 0
    if (not coming and today.weekday() < 5) or word == "last":
        shift = -7
    elif word == "next":
        shift = 7
    saturday = this_saturday + dt.timedelta(days=shift)
    return _span(saturday, saturday + dt.timedelta(days=1), "Saturday and Sunday", 0.9)


def _period(e: Expression, today: dt.date) -> Resolution:
    shift = {"last": -1, "next": 1}.get(e.parts["w"].lower().split()[0], 0)
    unit = e.parts["u"]
    rule, sure = "the whole of it", 0.9
    if "p" in e.parts:
        rule, sure = f"the whole of it, {e.parts['p'].lower()} than the report", 0.85
    if unit == "week":
        monday = today - dt.timedelta(days=today.weekday() - 7 * shift)
        return _span(monday, monday + dt.timedelta(days=6), rule, sure)
    if unit == "year":
        year = today.year + shift
        return _span(dt.date(year, 1, 1), dt.date(year, 12, 31), rule, sure)
    step = 3 if unit == "quarter" else 1
    index = (today.year * 12 + today.month - 1) // step * step + step * shift
    first = dt.date(index // 12, index % 12 + 1, 1)
    last_index = index + step - 1
    return _span(first, _end_of_month(last_index // 12, last_index % 12 + 1), rule, sure)


def _day_word(e: Expression, today: dt.date) -> Resolution:
    shift = {"yesterday": -1, "tomorrow": 1}.get(e.parts["w"].lower(), 0)
    return _single_day(today + dt.timedelta(days=shift), "counted from the report", 0.9)


def _relative(e: Expression, today: dt.date) -> Resolution:
    return Resolution("relative", None, None, f"counted from something that happened ({e.parts['w']})", 0.8)


def _number(word: str) -> int | None:
    value = table("calendar")["numbers"].get(word.lower())
    return int(word) if word.isdigit() else value


def _shift(today: dt.date, count: int, unit: str) -> dt.date:
    if unit in ("hour", "day", "week"):
        return today + dt.timedelta(days={"hour": 0, "day": 1, "week": 7}[unit] * count)
    months = today.year * 12 + today.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = months // 12, months % 12 + 1
    if not _in_calendar(year):
        return today
    return dt.date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def _ago(e: Expression, today: dt.date) -> Resolution:
    count = _number(e.parts["n"])
    if count is None:
        return Resolution("relative", None, None, "no number", 0.5)
    return _single_day(_shift(today, -count, e.parts["u"]), "counted back from the report", 0.75)


def _in_so_long(e: Expression, today: dt.date) -> Resolution:
    count = _number(e.parts["n"]) or 1
    return _single_day(_shift(today, count, e.parts["u"]), "counted on from the report", 0.75)


def _end_of(e: Expression, today: dt.date) -> Resolution:
    if "y" in e.parts:
        return _single_day(dt.date(int(e.parts["y"]), 12, 31), "last day of the year", 0.9)
    if "mo" in e.parts:
        month = _month(e.parts["mo"])
        year = int(e.parts.get("y2", 0)) or _nearest_year(month, 28, e.tense, today)
        return _single_day(_end_of_month(year, month), "last day of the month", 0.9)
    if e.parts["u"] == "week":
        return _single_day(today + dt.timedelta(days=6 - today.weekday()), "Sunday", 0.7)
    if e.parts["u"] == "month":
        return _single_day(_end_of_month(today.year, today.month), "last day of the month", 0.9)
    return _single_day(dt.date(today.year, 12, 31), "last day of the year", 0.9)


def _month_year(e: Expression, today: dt.date) -> Resolution:
    year, month = int(e.parts["y"]), _month(e.parts["mo"])
    return _span(dt.date(year, month, 1), _end_of_month(year, month), "year given", 0.97)


def _month_alone(e: Expression, today: dt.date) -> Resolution:
    month, word = _month(e.parts["mo"]), e.parts["w"].lower()
    tense: Tense = {"since": "past", "last": "past", "next": "ahead", "by": "ahead", "until": "ahead"}.get(
        word, e.tense
    )  # type: ignore[assignment]
    year = today.year
    first = dt.date(year, month, 1)
    if tense != "ahead" and first > today:
        first = dt.date(year - 1, month, 1)
    elif tense == "ahead" and _end_of_month(year, month) < today:
        first = dt.date(year + 1, month, 1)
    rule = "the last of that name" if first <= today else "the next of that name"
    return _span(first, _end_of_month(first.year, month), rule, 0.85)


def _whole_year(e: Expression, today: dt.date) -> Resolution:
    year = int(e.parts["y"])
    return _span(dt.date(year, 1, 1), dt.date(year, 12, 31), "the whole of it", 0.9)


_RESOLVERS: dict[str, Callable[[Expression, dt.date], Resolution]] = {
    "iso": _iso,
    "end of": _end_of,
    "month and day": _month_day,
    "day and month": _month_day,
    "part of month": _part_of_month,
    "part of year": _part_of_year,
    "weekday": _weekday,
    "weekend": _weekend,
    "calendar period": _period,
    "day word": _day_word,
    "relative": _relative,
    "ago": _ago,
    "in so long": _in_so_long,
    "month and year": _month_year,
    "month": _month_alone,
    "year": _whole_year,
}
