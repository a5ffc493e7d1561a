"""Clocks on a calendar: months as they hang on a wall, and beside each what fires in it and what that would do."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.core import Cell, Table


@dataclass(frozen=True)
class Day:
    """A day of a month: its number, None outside the month, and the clocks that fire on it."""

    number: int | None
    iso: str
    clocks: int


@dataclass(frozen=True)
class Firing:
    """A clock: its row of the table, and what it would cost each side, where that was computed."""

    row: dict[str, Cell]
    costs: tuple[tuple[str, str], ...]

    @property
    def is_off(self) -> bool:
        """Whether it was called off."""
        return str(self.row["state"]) != "running"


@dataclass(frozen=True)
class CalendarMonth:
    """A month with its weeks, from Monday on, and what fires in it."""

    title: str
    weeks: tuple[tuple[Day, ...], ...]
    firings: tuple[Firing, ...]


def months_of(table: Table) -> tuple[CalendarMonth, ...]:
    """The months in which a clock of a table fires.

    Parameters
    ----------
    table : Table
        Of clocks, with or without what is at stake.

    Examples
    --------
    >>> from detente.core import Column, Table
    >>> table = Table("clocks", "Clocks", (Column("id", "Clock"), Column("fires", "Fires"), Column("state", "State")),
    ...               (("a", "2025-11-01", "running"), ("b", "2026-02-03", "running")))
    >>> [(month.title, len(month.weeks), len(month.firings)) for month in months_of(table)]
    [('November 2025', 5, 1), ('February 2026', 5, 1)]
    """
    stakes = [column for column in table.columns if column.key.startswith("cost_")]
    by_month: dict[tuple[int, int], list[Firing]] = {}
    for row in table.records():
        day = dt.date.fromisoformat(str(row["fires"]))
        costs = tuple(
            (f"{column.label} [{column.unit}]", column.show(row[column.key]).replace("-", "−", 1))
            for column in stakes
            if row[column.key] is not None
        )
        by_month.setdefault((day.year, day.month), []).append(Firing(dict(row), costs))
    return tuple(_month(year, month, firings) for (year, month), firings in sorted(by_month.items()))


def _month(year: int, month: int, firings: list[Firing]) -> CalendarMonth:
    def day(date: dt.date) -> Day:
        iso = date.isoformat()
        if date.month != month:
            return Day(None, iso, 0)
        return Day(date.day, iso, sum(firing.row["fires"] == iso for firing in firings))

    weeks = calendar.Calendar().monthdatescalendar(year, month)
    title = f"{calendar.month_name[month]} {year}"
    return CalendarMonth(title, tuple(tuple(day(date) for date in week) for week in weeks), tuple(firings))
