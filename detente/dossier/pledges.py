"""Purchase pledges as objects one can evaluate on a day: promised, delivered, and how late.

A value that holds for a period is one promise; one that holds for several years is a promise in each of them. What was
delivered is counted in `deliveries.yaml`, each count with the day it was known.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from detente.core import Cell, Column, InputError, Table
from detente.dossier.dossier import Dossier
from detente.dossier.measure import Instrument, Measure, Status
from detente.dossier.scope import Delivery


@dataclass(frozen=True)
class Tranche:
    """One period of a pledge, on one day.

    Parameters
    ----------
    measure : Measure
    start, due : date
        Period: counted from `start`, to be reached before `due`.
    pledged : float
        In the pledge's unit, within the period.
    delivered : float or None
        Last count known; None when nobody counted.
    counted : date or None
        Day of that count.
    reached : date or None
        Day on which the pledge was met.
    on : date
        Day of evaluation.
    source : str
        Of the pledge.
    """

    measure: Measure
    start: dt.date
    due: dt.date
    pledged: float
    delivered: float | None
    counted: dt.date | None
    reached: dt.date | None
    on: dt.date
    source: str

    @property
    def elapsed(self) -> float:
        """Share of the period that has passed."""
        return min(1.0, max(0.0, (self.on - self.start).days / (self.due - self.start).days))

    @property
    def state(self) -> str:
        """met, met late, late, open, or not begun."""
        if self.reached is not None:
            return "met" if self.reached < self.due else "met late"
        if self.on >= self.due:
            return "late"
        return "open" if self.on >= self.start else "not begun"

    @property
    def slip_days(self) -> int | None:
        """Days past the last day of the period until it was met, or until today when it was not; None while it runs."""
        last = self.due - dt.timedelta(days=1)
        if self.reached is not None:
            return max(0, (self.reached - last).days)
        return (self.on - last).days if self.on >= self.due else None


def pledges_at(dossier: Dossier, date: dt.date) -> tuple[Tranche, ...]:
    """Every period of every purchase pledge, with what was delivered by a day as known on the record's day.

    A value that holds for several years is promised in each of them: one period a calendar year.
    """
    tranches: list[Tranche] = []
    for measure in dossier.measures.values():
        if measure.instrument is not Instrument.purchase_pledge or measure.announced > date:
            continue
        periods: dict[tuple[dt.date, dt.date], tuple[float, str]] = {}
        for entry in measure.values:
            if (
                entry.value is None
                or entry.until is None
                or entry.status not in (Status.in_force, Status.announced)
            ):
                continue
            start = entry.from_
            while start < entry.until:
                end = min(entry.until, dt.date(start.year + 1, 1, 1))
                periods[start, end] = (entry.value, entry.source)
                start = end
        for (start, end), (pledged, source) in sorted(periods.items()):
            counts = [
                d
                for d in dossier.deliveries.values()
                if d.pledge == measure.id and d.since == start and d.date <= date
            ]
            tranches.append(_tranche(measure, start, end, pledged, source, counts, date))
    return tuple(tranches)


def _tranche(
    measure: Measure,
    start: dt.date,
    end: dt.date,
    pledged: float,
    source: str,
    counts: list[Delivery],
    date: dt.date,
) -> Tranche:
    last = max(counts, key=lambda d: d.date, default=None)
    met = min((d.date for d in counts if d.delivered >= pledged), default=None)
    return Tranche(
        measure,
        start,
        end,
        pledged,
        last.delivered if last else None,
        last.date if last else None,
        met,
        date,
        source,
    )


def pledge_table(dossier: Dossier, date: dt.date) -> Table:
    """Pledges on a day: promised, delivered, how far time and purchases have come, and the slip.

    Raises
    ------
    InputError
        When the record has no purchase pledge announced by that day.
    """
    pledges = [
        m
        for m in dossier.measures.values()
        if m.instrument is Instrument.purchase_pledge and m.announced <= date
    ]
    if not pledges:
        raise InputError(f"no pledge was announced by {date}", where=dossier.id, hint="ask for a later day")
    columns = (
        Column("id", "Pledge"),
        Column("title", "Title"),
        Column("start", "From", kind="date"),
        Column("due", "Before", kind="date"),
        Column("pledged", "Pledged", kind="number", digits=0),
        Column("unit", "Unit"),
        Column("delivered", "Delivered", kind="number", digits=0),
        Column("counted", "Counted on", kind="date"),
        Column("delivered_pct", "Delivered", "%", "number", 0),
        Column("elapsed_pct", "Time passed", "%", "number", 0),
        Column("state", "State"),
        Column("slip_days", "Slip", "days", "number", 0),
        Column("source", "Source"),
        Column("note", "Note"),
    )
    rows: list[tuple[Cell, ...]] = []
    tranches = pledges_at(dossier, date)
    for measure in pledges:
        mine = [tranche for tranche in tranches if tranche.measure.id == measure.id]
        unit = measure.unit.replace("_per_year", "").replace("usd_mn", "USD mn").replace("_", " ")
        for tranche in mine:
            share = None if tranche.delivered is None else 100 * tranche.delivered / tranche.pledged
            rows.append(
                (
                    measure.id,
                    measure.title,
                    tranche.start.isoformat(),
                    tranche.due.isoformat(),
                    tranche.pledged,
                    unit,
                    tranche.delivered,
                    tranche.counted.isoformat() if tranche.counted else None,
                    share,
                    100 * tranche.elapsed,
                    tranche.state,
                    tranche.slip_days,
                    tranche.source,
                    "" if tranche.delivered is not None else "nobody counted",
                )
            )
        if not mine:
            state = dossier.state(measure.id, date)
            empty: list[Cell] = [None] * 8
            rows.append((measure.id, measure.title, *empty, "no amount", None, state.source, state.note))
    return Table(
        "pledges", f"Purchase pledges on {date}", columns, tuple(rows), f"As known on {dossier.asof}."
    )
