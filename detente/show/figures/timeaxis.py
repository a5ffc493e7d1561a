"""Days on an axis, the same on every machine whatever its time zone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from detente.show.figures.theme import MUTED

Day = dt.date | str


def as_day(value: Day) -> dt.date:
    """Read a day given as a date or as ISO text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def milliseconds(value: Day) -> int:
    """Milliseconds since 1970 of the day's start in universal time: what the chart library counts in."""
    return (as_day(value) - dt.date(1970, 1, 1)).days * 86_400_000


def _ticks(start: dt.date, end: dt.date, room: float) -> tuple[list[int], bool]:
    # First days of months when there are enough of them, else every first, eleventh and twenty-first.
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if months <= 4 and room >= 3 * months:
        days = (start + dt.timedelta(days=k) for k in range((end - start).days + 1))
        return [milliseconds(day) for day in days if day.day in (1, 11, 21)], True
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120) if months / s <= room or s == 120)
    ticks = []
    year, month = start.year, start.month
    while (first := dt.date(year, month, 1)) <= end:
        whole_years = step <= 12 or (year - start.year) % (step // 12) == 0
        if first >= start and (month - 1) % step == 0 and whole_years:
            ticks.append(milliseconds(first))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return ticks, False


def time_axis(start: dt.date, end: dt.date, pixels: tuple[float, float]) -> dict[str, Any]:
    """Horizontal encoding of days between two days, drawn between two pixel positions; the year stands below January."""
    ticks, days = _ticks(start, end, (pixels[1] - pixels[0]) / 34)
    pattern = "%-d %b" if days else "%b"
    january = f"(utcmonth(datum.value) == 0 && utcdate(datum.value) == 1 || datum.value == {ticks[0] if ticks else 0})"
    month = f"utcFormat(datum.value, '{pattern}')"
    return {
        "type": "temporal",
        "scale": {
            "type": "utc",
            "domain": [milliseconds(start), milliseconds(end)],
            "range": list(pixels),
            "nice": False,
        },
        "axis": {
            "title": None,
            "values": ticks,
            "labelExpr": f"{january} ? [{month}, utcFormat(datum.value, '%Y')] : {month}",
            "grid": False,
            "tickSize": 4,
            "labelFontSize": 11,
            "labelColor": MUTED,
            "labelFlush": False,
        },
    }
