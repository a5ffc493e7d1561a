"""Backtests as files, and what they say of forecasts as of a day: shipped for the records that come with the package.

A backtest takes a minute, so the forecasts of one are kept: of each origin and horizon the probabilities by method. What happened
is not kept but read again from the record as known on the day that is asked about, so no score knows more than its day.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

from detente.campaign import Chronology, Record, chronology
from detente.core import InputError, csv_rows
from detente.outlook.rolling import Backtest, ClockForecast, Forecast, rungs_reached

DATA = Path(__file__).parent / "data"
DIGITS_KEPT = 4


BESIDE = "backtest.csv"
"""Name of the kept backtest in the folder of a record of one's own."""


def kept_file(record_id: str) -> Path:
    """Where the backtest of a shipped record is kept, or that of a folder of one's own."""
    folder = Path(record_id)
    return folder / BESIDE if folder.is_dir() else DATA / f"backtest-{record_id}.csv"


def backtest_csv(test: Backtest, rungs: tuple[str, ...]) -> str:
    """A backtest as CSV: one row an origin, horizon or clock, and method.

    Columns: ``origin, kind, subject, method``, then a probability for each rung; a clock has the first alone. `subject` is the
    horizon in days, or id and due day of a clock.
    """
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["origin", "kind", "subject", "method", *rungs])
    for forecast in test.ladder:
        for method, shares in forecast.probability.items():
            cells = [f"{share:.{DIGITS_KEPT}f}" for share in shares]
            out.writerow([forecast.origin, "ladder", forecast.horizon, method, *cells])
    for each in test.clocks:
        for method, share in each.probability.items():
            cells = [f"{share:.{DIGITS_KEPT}f}", *[""] * (len(rungs) - 1)]
            out.writerow([each.origin, each.kind, f"{each.clock} {each.due}", method, *cells])
    return text.getvalue()


def kept_backtest(record: Record, asof: dt.date, *, path: Path | None = None) -> Backtest | None:
    """The kept forecasts made by a day, with what happened as known on that day; None when none are kept for the record.

    Parameters
    ----------
    record : Record
        As known on `asof` or later.
    asof : date
    path : Path, optional
        The shipped file when left out.

    Raises
    ------
    InputError
        When the rungs of the file are not those of the record's rules.
    """
    file = path or kept_file(record.main.dossier.id)
    if not file.exists():
        return None
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv_rows(lines, file=file.name))
    rungs = record.rules.rungs
    if tuple(rows[0][4:]) != rungs:
        raise InputError(
            "the rungs of a backtest are not those of the rules", where=file.name, hint=", ".join(rungs)
        )
    return _read(rows[1:], chronology(record, asof))


def _read(rows: list[list[str]], full: Chronology) -> Backtest:
    ladder: dict[tuple[dt.date, int], dict[str, tuple[float, ...]]] = {}
    clocks: dict[tuple[dt.date, str, str], dict[str, float]] = {}
    for origin, kind, subject, method, *shares in rows:
        day = dt.date.fromisoformat(origin)
        if day > full.asof:
            continue
        if kind == "ladder":
            ladder.setdefault((day, int(subject)), {})[method] = tuple(float(x) for x in shares)
        else:
            clocks.setdefault((day, kind, subject), {})[method] = float(shares[0])
    outcome = {}
    for horizon in {horizon for _, horizon in ladder}:
        days = [day for day, other in ladder if other == horizon]
        reached = rungs_reached(full, days, horizon)
        outcome.update({(day, horizon): int(rung) for day, rung in zip(days, reached, strict=True)})
    fates = {(clock.id, clock.kind, clock.due): clock.outcome for clock in full.clocks}
    words = {"carried": 1, "put off": 0, "dropped": 0}
    settled = []
    for (day, kind, subject), shares_of in clocks.items():
        name, due = subject.rsplit(" ", 1)
        fires = dt.date.fromisoformat(due)
        fate = words.get(fates.get((name, kind, fires), "live"), -1)
        settled.append(ClockForecast(day, name, kind, fires, shares_of, fate))
    return Backtest(
        tuple(
            Forecast(day, horizon, shares, outcome[day, horizon]) for (day, horizon), shares in ladder.items()
        ),
        tuple(settled),
    )
