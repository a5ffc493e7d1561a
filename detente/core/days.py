"""The one reader of days, and the calendar that everything keeps to."""

from __future__ import annotations

import datetime as dt
import re

from detente.core.errors import DateError

FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""Days a record, an option or a report may name. Between them every sum of a day and some years is a day again."""
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
HINT = "write year-month-day, such as 2025-10-28"


def calendar_day(year: int, month: int, day: int) -> dt.date | None:
    """A day of the calendar between `FIRST_DAY` and `LAST_DAY`; None when there is no such day.

    Examples
    --------
    >>> calendar_day(2025, 9, 31) is None, calendar_day(2025, 10, 0) is None, calendar_day(9999, 1, 1) is None
    (True, True, True)
    """
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def parse_day(text: str, *, where: str | None, hint: str = HINT) -> dt.date:
    """Read one day, written year-month-day and in no other way.

    Parameters
    ----------
    text : str
    where : str, optional
        The option, or file, line and key.
    hint : str

    Raises
    ------
    DateError
        Not a day, a day that does not exist, or one outside `FIRST_DAY` to `LAST_DAY`.

    Examples
    --------
    >>> parse_day("2025-10-28", where="--at")
    datetime.date(2025, 10, 28)
    """
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    parts = _DAY.fullmatch(text.strip())
    if parts is None:
        raise DateError(f"`{shown}` is not a day of the calendar (not a day)", where=where, hint=hint)
    year, month, day = (int(part) for part in parts.groups())
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise DateError(
            f"`{shown}` is outside the calendar of records, {FIRST_DAY.year} to {LAST_DAY.year}",
            where=where,
            hint="leave the day out where it stands for always or never",
        )
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise DateError(f"`{shown}` is not a day of the calendar ({error})", where=where, hint=hint) from None
