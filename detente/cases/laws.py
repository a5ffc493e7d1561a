"""What holds on every day of a path: a policy all along, or a scenario's measures as they begin and end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.cases.case import Case
from detente.cases.runs import prepare_cases
from detente.equilibrium import QuantityControl
from detente.policy import Scenario, refuse_model_options
from detente.world import Economy, Wedges

if TYPE_CHECKING:
    from detente.dossier import Dossier

DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, eq=False)
class Still:
    """Wedges and controls that hold all along, on no day."""

    wedges: Wedges
    controls: Sequence[QuantityControl] = ()
    first_day: dt.date | None = None

    def __call__(self, months: float) -> tuple[Wedges, Sequence[QuantityControl]]:
        """The same at any time."""
        return self.wedges, self.controls


class LawOfDays:
    """Wedges and controls of a scenario by the months since its date, each stretch without a change made ready once."""

    def __init__(
        self,
        economy: Economy,
        dossier: Dossier,
        scenario: Scenario,
        hold_clocks: bool | Sequence[str] = False,
        cuts: Sequence[QuantityControl] = (),
    ) -> None:
        self.cuts = tuple(cuts)
        self.economy, self.dossier, self.hold_clocks = economy, dossier, hold_clocks
        self.scenario = scenario
        self.first_day: dt.date | None = scenario.on(dossier.asof)
        self._first = scenario.on(dossier.asof)
        last = dossier.vintage + dt.timedelta(days=dossier.fresh_days)
        self.last_day = max(last, self._first)
        days = {
            day
            for measure in dossier.measures.values()
            for entry in measure.values
            for day in (entry.from_, entry.until)
            if day is not None
        }
        refuse_model_options(self.scenario, "a path along dates")
        self.changes = sorted(day for day in days if day > self._first)
        self._cases: dict[int, Case] = {}

    def __call__(self, months: float) -> tuple[Wedges, Sequence[QuantityControl]]:
        """Wedges and controls so many months after the first day."""
        days = min(months * DAYS_A_MONTH, (self.last_day - self._first).days)
        day = self._first + dt.timedelta(days=int(days))
        stretch = int(
            np.searchsorted([change.toordinal() for change in self.changes], day.toordinal(), "right")
        )
        if stretch not in self._cases:
            dated = self.scenario.model_copy(update={"date": day})
            (self._cases[stretch],) = prepare_cases(
                self.economy, self.dossier, [dated], hold_clocks=self.hold_clocks
            )
        case = self._cases[stretch]
        return case.wedges, (*case.controls, *self.cuts)
