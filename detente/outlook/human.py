"""Human prices: what markets and crowds said on questions near ours, from a small shipped extract with its licence."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path

from detente.core import csv_rows
from detente.outlook.scores import FLOOR

_FILE = Path(__file__).parent / "data" / "human_forecasts.csv"


@dataclass(frozen=True)
class HumanForecast:
    """One price on one day.

    Attributes
    ----------
    record : str
        Record it bears on.
    platform, question : str
    date : date
    probability : float
    subject : str
        ``meeting`` where the ledger can settle it; empty otherwise.
    by : date or None
        Last day of the question.
    resolved : bool or None
    resolved_on : date or None
    grade : str
        A extract of ForecastBench, C a single price seen in a public note.
    """

    record: str
    platform: str
    question: str
    date: dt.date
    probability: float
    subject: str
    by: dt.date | None
    resolved: bool | None
    resolved_on: dt.date | None
    grade: str

    @property
    def key(self) -> str:
        """Platform, question and day."""
        return f"{self.platform}|{self.question}|{self.date}"

    @property
    def log(self) -> float | None:
        """Log score of the price; None while it is open."""
        if self.resolved is None:
            return None
        return -math.log(max(self.probability if self.resolved else 1 - self.probability, FLOOR))


def human_forecasts(record: str, asof: dt.date) -> tuple[HumanForecast, ...]:
    """Prices up to a day on questions near those of a record; what was resolved later is open.

    Examples
    --------
    >>> rows = human_forecasts("busan-2025", dt.date(2026, 7, 25))
    >>> rows[0].resolved_on is None or rows[0].resolved_on <= dt.date(2026, 7, 25)
    True
    """
    with _FILE.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv_rows(lines, file=_FILE.name)
    entries = (dict(zip(head, row, strict=True)) for row in rows)
    return tuple(
        _forecast(entry, asof)
        for entry in entries
        if entry["record"] == record and dt.date.fromisoformat(entry["date"]) <= asof
    )


def _forecast(entry: dict[str, str], asof: dt.date) -> HumanForecast:
    resolved_on = dt.date.fromisoformat(entry["resolved_on"]) if entry["resolved_on"] else None
    settled = resolved_on is not None and resolved_on <= asof
    return HumanForecast(
        entry["record"],
        entry["platform"],
        entry["question"],
        dt.date.fromisoformat(entry["date"]),
        float(entry["probability"]),
        entry["subject"],
        dt.date.fromisoformat(entry["by"]) if entry["by"] else None,
        bool(int(entry["resolved"])) if settled else None,
        resolved_on if settled else None,
        entry["grade"],
    )
