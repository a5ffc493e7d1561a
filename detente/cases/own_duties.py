"""What an outcome owes to a party's own duties: the outcome solved again with those of another outcome."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detente.cases.case import ControlledOutcome
from detente.equilibrium import Equilibrium, Model, Policy, Solution, solve


def with_duties_of(
    outcome: ControlledOutcome, other: ControlledOutcome, importer: str, exporter: str
) -> Solution[Equilibrium]:
    """Solve an outcome once more, with the duties of one country on another taken from another outcome.

    Parameters
    ----------
    outcome, other : ControlledOutcome
        On one economy.
    importer, exporter : str
        Whose duties on whom.

    Returns
    -------
    Solution of Equilibrium
        At the outcome's own horizon and closure, with its own limits on quantities.

    Examples
    --------
    >>> from detente import Standoff
    >>> outcomes = Standoff.load("busan-2025").solve("talks-fail", "decoupling")
    >>> high = with_duties_of(outcomes["decoupling"], outcomes["talks-fail"], "USA", "CHN")
    >>> high.result.name
    'successful'
    """
    economy = outcome.value.economy
    n, i = economy.labels.country(importer), economy.labels.country(exporter)
    tariff = np.array(outcome.wedges.tariff)
    tariff[n, i] = other.wedges.tariff[n, i]
    policy = Policy(
        economy, replace(outcome.wedges, tariff=tariff), outcome.controls, f"{outcome.scenario.id} otherwise"
    )
    return solve(Model.behind(outcome.value), policy)
