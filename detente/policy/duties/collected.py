"""Statutory against collected: what the law charges on all US imports, and what customs took in, month by month.

The two differ for good reasons (goods shipped before a step, exclusions, content rules, trade that moved away, evasion),
so the gap is shown and never closed by a factor.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, DateError, Table
from detente.policy.duties.cells import cells, importer_of_cells
from detente.policy.duties.stacking import CellRows, stack
from detente.world import Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier

PUBLISHED_AFTER = dt.timedelta(days=40)
"""Days from the end of a month to its figures (assumed): later months are hidden under an as-of day."""
FIRST = "2024-12"
"""First month shown: the last of the base year."""


@dataclass(frozen=True)
class Month:
    """One month: duties and imports in million USD, and the tracker's statutory rates where it gives them."""

    month: str
    duties: float
    imports: float
    statutory_2024_weights: float | None
    statutory_own_weights: float | None

    @property
    def collected(self) -> float:
        """Duties over imports, fraction."""
        return self.duties / self.imports

    @property
    def middle(self) -> dt.date:
        """Fifteenth day."""
        return dt.date.fromisoformat(f"{self.month}-15")

    @property
    def known(self) -> dt.date:
        """Day from which the figures are taken as public."""
        following = (self.middle.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        return following - dt.timedelta(days=1) + PUBLISHED_AFTER


@functools.cache
def months() -> tuple[Month, ...]:
    """Every month since January 2018; read once."""
    path = Path(__file__).parent / "data" / "us_collected_monthly.csv"

    def rate(text: str) -> float | None:
        return float(text) if text else None

    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Month(
                row["month"],
                float(row["duties_musd"]),
                float(row["imports_musd"]),
                rate(row["statutory_2024_weights"]),
                rate(row["statutory_own_weights"]),
            )
            for row in csv.DictReader(stream)
        )


def statutory_average(economy: Economy, dossier: Dossier, date: dt.date) -> float:
    """Statutory duty on all US imports on a day, weighted by imports of 2024, fraction.

    Goods that belong to no sector count at no duty.
    """
    table = cells()
    importer = importer_of_cells()
    economy.labels.country(importer)
    states = [state for state in dossier.states(date).values() if state.measure.actor == importer]
    rates = table.base + sum(stack(CellRows(table), states).values(), np.zeros(len(table.value)))
    return float((rates * table.value).sum() / table.imports.sum())


def collected_table(economy: Economy, dossier: Dossier, *, first: str = FIRST) -> Table:
    """Statutory and collected average of all US imports by month, as known on the record's day.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
    first : str
        First month, ``2018-01`` or later.

    Returns
    -------
    Table
        Rates in percent; the gap is collected less our statutory rate, in points.

    Raises
    ------
    DateError
        When nothing had been published by the as-of day.
    """
    shown = [month for month in months() if month.month >= first and month.known <= dossier.asof]
    if not shown:
        raise DateError(
            f"no month from {first} on was published by {dossier.asof}",
            where="collected",
            hint=f"the figures of {first} are taken as public 40 days after its end",
        )
    rows: list[tuple[Cell, ...]] = []
    for month in shown:
        ours = statutory_average(economy, dossier, month.middle)
        rows.append(
            (
                month.month,
                100 * ours,
                None if month.statutory_2024_weights is None else 100 * month.statutory_2024_weights,
                None if month.statutory_own_weights is None else 100 * month.statutory_own_weights,
                100 * month.collected,
                100 * (month.collected - ours),
                month.duties / 1e3,
            )
        )
    who = economy.labels.country_name(importer_of_cells())
    columns = (
        Column("month", "Month"),
        Column("statutory", "Statutory, Détente", "%", "number", 1),
        Column("tracker", "Statutory, tracker, weights of 2024", "%", "number", 1),
        Column("tracker_own", "Statutory, tracker, own weights", "%", "number", 1),
        Column("collected", "Collected", "%", "number", 1),
        Column("gap", "Collected less statutory", "points", "number", 1),
        Column("duties", "Duties", "USD bn", "number", 1),
    )
    note = (
        "All imports; ours on the fifteenth day, weights of 2024. Collected lies below: goods already at sea, exclusions, "
        "content rules, preferences used more, trade that moved away. Tracker: Budget Lab at Yale (S59, S60). "
        f"Months published by {dossier.asof} (40 days after their end, assumed)."
    )
    return Table("collected", f"Duty due and duty collected, {who}", columns, tuple(rows), note)
