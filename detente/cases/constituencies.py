"""Who bears an outcome: what sectors pay to those who work and invest in them, and the firms and places a record names.

What a sector pays is its **wage bill**: all factor income, wages and profits together, over consumer prices. No head is counted, for want
of a public count by sector of the world; where the record has one, of a place, it says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.cases.runs import prepare_cases, run_cases
from detente.core import SolveError
from detente.dossier import Status
from detente.policy import Scenario, Setting, apply_scenario, compensation_paid
from detente.world import Array, Economy

if TYPE_CHECKING:
    from detente.cases.case import ControlledOutcome
    from detente.cases.outcomes import Outcome
    from detente.dossier import Dossier, Exposure
    from detente.equilibrium import Equilibrium, Model
    from detente.policy import Compensation

NOTHING_SOLD = 1e-3
"""Million USD a year up to which nothing is sold: there is no change in percent."""


def wage_bills(value: Equilibrium) -> Array:
    """Factor income by sector over consumer prices [country, sector], million USD of the base year.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> still = solve(Model(toy()), Wedges.unchanged(toy())).value
    >>> bool(abs(wage_bills(still).sum(1) / toy().value_added - 1).max() < 1e-9)
    True
    """
    return np.asarray(value.sector_earnings_new / value.consumer_price_hat[:, None])


@dataclass(frozen=True)
class Constituency:
    """One sector of one country under an outcome; money in million USD a year.

    Attributes
    ----------
    country, sector : str
    before : float
        Wage bill under the reference.
    change : float
        What the outcome adds to it.
    compensation : float
        What its producers get from the treasury.
    sells_to_other : float
        Share of its output that goes to the other party in the base year; nought for third economies.
    average : float
        Change of all wage bills of the country together, a fraction.
    """

    country: str
    sector: str
    before: float
    change: float
    compensation: float
    sells_to_other: float
    average: float

    @property
    def beyond(self) -> float:
        """Change beyond what the country's average sector gains or loses: what sets it apart from everybody else."""
        return self.change - self.before * self.average

    @property
    def pct(self) -> float:
        """Change in percent of the wage bill before."""
        return 100 * self.change / self.before

    @property
    def left(self) -> float:
        """Change with the compensation."""
        return self.change + self.compensation


def _other(country: str, parties: Sequence[str]) -> str | None:
    others = [code for code in parties if code != country]
    return others[0] if country in parties and others else None


def _reference_bills(economy: Economy, reference: Outcome | None) -> Array:
    return economy.va_share * economy.output if reference is None else wage_bills(reference.value)


def constituencies_of(
    outcome: Outcome,
    reference: Outcome | None,
    countries: Sequence[str],
    parties: Sequence[str],
    aid: Sequence[Compensation] = (),
) -> tuple[Constituency, ...]:
    """Every sector of some countries, those that lose most beyond their country's average first.

    Parameters
    ----------
    outcome : Outcome
    reference : Outcome, optional
        What it is compared with; the base year when left out.
    countries : sequence of str
    parties : sequence of str
        Sides of the record: a sector's sales to the other one are shown.
    aid : sequence of Compensation
        Paid whatever the outcome, beside the scenario's own.
    """
    value = outcome.value
    economy, labels = value.economy, value.economy.labels
    before = _reference_bills(economy, reference)
    change = wage_bills(value) - before
    paid = compensation_paid(economy, (*aid, *outcome.scenario.compensation), where=outcome.scenario.id)
    listed = []
    for code in countries:
        n, other = labels.country(code), _other(code, parties)
        average = float(change[n].sum() / before[n].sum())
        for s, sector in enumerate(labels.sectors):
            if before[n, s] <= 0:
                continue
            sold = economy.flows[labels.country(other), n, s] / economy.output[n, s] if other else 0.0
            figures = (before[n, s], change[n, s], paid[n, s], sold, average)
            listed.append(Constituency(code, sector, *(float(figure) for figure in figures)))
    return tuple(sorted(listed, key=lambda each: (list(countries).index(each.country), each.beyond)))


@dataclass(frozen=True)
class Exposed:
    """What an outcome does to somebody the record names.

    Attributes
    ----------
    exposure : Exposure
    change : float, optional
        Percent: of its sales to the other side, of what it pays for the inputs, or of its sector's wage bill; None where goods
        do not cross between the two, so that no duty touches them, or nothing is sold under the reference.
    of_all : float, optional
        Percent of all its revenue or cost: the share times the change.
    money : float, optional
        Million USD, for a share of what its side makes.
    """

    exposure: Exposure
    change: float | None
    of_all: float | None
    money: float | None


def exposed_by(
    outcome: Outcome, reference: Outcome | None, exposures: Mapping[str, Exposure]
) -> tuple[Exposed, ...]:
    """What an outcome does to the firms, places and producers of a record; those the world has no sector for are left out."""
    labels = outcome.value.economy.labels
    placed = [
        exposure
        for exposure in exposures.values()
        if set(exposure.sectors) <= set(labels.sectors)
        and {exposure.side, exposure.partner} <= set(labels.countries)
    ]
    return tuple(_exposed(outcome, reference, exposure) for exposure in placed)


def _exposed(outcome: Outcome, reference: Outcome | None, exposure: Exposure) -> Exposed:
    value, economy = outcome.value, outcome.value.economy
    labels = economy.labels
    n, other = labels.country(exposure.side), labels.country(exposure.partner)
    sectors = [labels.sector(code) for code in exposure.sectors]
    if exposure.through == "presence":
        return Exposed(exposure, None, None, None)
    if exposure.channel == "sells":
        before = economy.flows if reference is None else reference.value.flows_new
        sold = float(before[other, n, sectors].sum())
        if sold <= NOTHING_SOLD:
            return Exposed(exposure, None, None, None)
        change = 100 * (float(value.flows_new[other, n, sectors].sum()) / sold - 1)
        return Exposed(exposure, change, exposure.value * change, None)
    if exposure.channel == "buys":
        change = 100 * (
            _delivered(value, n, other, sectors)
            / (1.0 if reference is None else _delivered(reference.value, n, other, sectors))
            - 1
        )
        return Exposed(exposure, change, exposure.value * change, None)
    bills = _reference_bills(economy, reference)[n, sectors].sum()
    added = float(wage_bills(value)[n, sectors].sum() - bills)
    money = exposure.value * added if exposure.channel == "produces" else None
    return Exposed(exposure, 100 * added / float(bills), None, money)


def _delivered(value: Equilibrium, importer: int, exporter: int, sectors: Sequence[int]) -> float:
    """Price of a country's goods as delivered, duty paid, weighted with base-year trade; ratio to the base year."""
    economy, wedges = value.economy, value.wedges
    weight = economy.flows[importer, exporter, sectors]
    price = (
        value.cost_hat[exporter, sectors]
        * wedges.iceberg_hat[importer, exporter, sectors]
        * (1 + wedges.export_tax[importer, exporter, sectors])
        * (1 + wedges.tariff[importer, exporter, sectors])
        / (1 + economy.tariff[importer, exporter, sectors])
    )
    return float(weight @ price / weight.sum())


@dataclass(frozen=True)
class Concession:
    """One measure given up, everything else as it stands.

    Attributes
    ----------
    measure : str
        Its id.
    outcome : ControlledOutcome
        The reference without it.
    holders : tuple of Exposure
        Who of the record would want it ended.
    """

    measure: str
    outcome: ControlledOutcome
    holders: tuple[Exposure, ...]


def concessions(
    model: Model, dossier: Dossier, scenario: Scenario, measures: Sequence[str] = ()
) -> tuple[Concession, ...]:
    """Solve a scenario without one measure after the other.

    Parameters
    ----------
    model : Model
    dossier : Dossier
    scenario : Scenario
        What stands.
    measures : sequence of str
        Those that somebody in the record's exposures wants ended, when left out; measures not in force then are passed over.

    Raises
    ------
    LabelError
        For a measure the record does not have.
    SolveError
        When one of them has no solution.
    """
    wanted = measures or tuple(
        dict.fromkeys(lever for exposure in dossier.exposures.values() for lever in exposure.levers)
    )
    day = scenario.on(dossier.asof)
    standing = apply_scenario(dossier, scenario)
    in_force = [key for key in wanted if _in_force(dossier, standing, key, day)]
    without = [
        scenario.model_copy(
            update={
                "id": f"without-{key}",
                "title": f"{dossier.measures[key].title} ended",
                "set": {
                    **scenario.set,
                    key: Setting.model_validate({"status": "repealed", "reason": "given up"}),
                },
            }
        )
        for key in in_force
    ]
    if not without:
        return ()
    outcomes = run_cases(model, prepare_cases(model.economy, dossier, without), throw=False)
    solved = []
    for key, ended in zip(in_force, without, strict=True):
        outcome = outcomes[ended.id]
        if not outcome.solution.result.ok:
            raise SolveError(
                f"without `{key}`: {outcome.solution.message}", where=scenario.id, solution=outcome.solution
            )
        holders = tuple(each for each in dossier.exposures.values() if key in each.levers)
        solved.append(Concession(key, outcome, holders))
    return tuple(solved)


def _in_force(dossier: Dossier, standing: Dossier, key: str, day: dt.date) -> bool:
    dossier.measure(key)  # says the nearest name when there is none
    measure = standing.measures.get(key)
    return (
        measure is not None
        and measure.announced <= day
        and standing.state(key, day).status is Status.in_force
    )
