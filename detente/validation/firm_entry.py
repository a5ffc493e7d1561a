"""A one-sector economy with firms that enter, economies of scale and taxes on labour: that of a study we compare with.

The equations of Ignatenko, Lashkaripour, Macedoni and Simonovska (2025, "Making America Great Again?", section on general
equilibrium), written anew from the paper and checked against its published replication code. Without entry, scale and elastic
labour they are our core model with one sector and no inputs, which a test holds to 1e-8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root

from detente.core import SolveError
from detente.world import Array, Economy

CLOSE = 1e-9
"""Largest residual of an equation, relative."""


@dataclass(frozen=True)
class FirmEntry:
    """What the study assumes beside trade data.

    Parameters
    ----------
    margin : mapping of country to float
        Share of what foreigners sell in a country that pays factors of that country (ν); ``others`` for all not named.
    scale : float
        Elasticity of productivity to the size of the labour force (ψ).
    dispersion : float
        Of firms (θ): with the margin it sets how far a duty moves the choice to sell abroad, whose elasticity is that of trade
        times ``φ = (1 + 1/θ)/(1 − ν) − 1/θ``.
    labour_supply : float
        Elasticity of labour to the real wage after tax (κ); duties replace taxes on labour.
    """

    margin: Mapping[str, float]
    scale: float
    dispersion: float
    labour_supply: float

    def margins(self, codes: tuple[str, ...]) -> Array:
        """Margins [country]."""
        return np.array([self.margin.get(code, self.margin.get("others", 0.0)) for code in codes])


@dataclass(frozen=True, eq=False)
class EntryOutcome:
    """Changes [country], ratios to the base year: real income, prices, labour, and income less the cost of work."""

    real_income_hat: Array
    consumer_price_hat: Array
    labour_hat: Array
    welfare_hat: Array


def _balanced(economy: Economy, margin: Array) -> tuple[Array, Array, Array]:
    """Flows [exporter, importer], spending and factor income, with sales at home that fit output and the margins.

    Output is value added of the economy; what its residents spend beyond it is the net of factor services across borders.
    """
    flows = np.array(economy.flows[:, :, 0].T)
    np.fill_diagonal(flows, 0.0)
    output = economy.value_added
    beyond = (1 - margin) * (flows.sum(0) - ((1 - margin)[:, None] * flows).sum(1))
    np.fill_diagonal(flows, np.maximum(output + beyond - flows.sum(0), 0.0))
    spending = flows.sum(0)
    earned = ((1 - margin)[:, None] * flows).sum(1) + margin * spending
    return flows, spending, earned


def solve_entry(economy: Economy, tariff: Array, entry: FirmEntry) -> EntryOutcome:
    """Solve the study's equations for duties on an economy of one sector without inputs.

    Parameters
    ----------
    economy : Economy
    tariff : array [importer, exporter, sector], fraction
        The new duties; those of the base year are taken as nil.
    entry : FirmEntry

    Returns
    -------
    EntryOutcome

    Raises
    ------
    SolveError
        When no solution is found.
    """
    margin = entry.margins(economy.labels.countries)
    flows, spending, earned = _balanced(economy, margin)
    theta, supply = float(economy.trade_elasticity[0]), entry.labour_supply
    duty, count = np.array(tariff[:, :, 0].T), len(spending)
    power = 1 / entry.dispersion
    reach = (1 + power) / (1 - margin) - power
    share, beyond = flows / spending, spending - earned

    def parts(unknown: Array) -> tuple[Array, ...]:
        wage, spent, labour = np.exp(unknown.reshape(3, count))
        weight = share * ((wage / labour**entry.scale) ** -theta)[:, None] * (1 + duty) ** (-theta * reach)
        total = weight.sum(0)
        price = (spent / wage) ** (1 - reach) * total ** (-1 / theta)
        paid = weight / total * spent * spending
        revenue = (paid * duty / (1 + duty)).sum(0)
        sales = paid / (1 + duty)
        factor_income = wage * labour * earned
        return wage, spent, labour, price, revenue, sales, factor_income

    def residuals(unknown: Array) -> Array:
        wage, spent, labour, price, revenue, sales, factor_income = parts(unknown)
        clearing = ((1 - margin)[:, None] * sales).sum(1) + margin * sales.sum(0) - factor_income
        clearing /= earned
        clearing[-1] = ((price - 1) * spending).sum() / spending.sum()  # the numeraire
        budget = revenue + factor_income + beyond * factor_income.sum() / earned.sum() - spent * spending
        untaxed = 1 / (1 - revenue / factor_income)
        offered = np.log(labour) - supply * np.log(untaxed * wage / price)
        return np.concatenate([clearing, budget / spending, offered])

    answer = root(residuals, np.zeros(3 * count), method="hybr", options={"xtol": 1e-13})
    if not np.abs(answer.fun).max() < CLOSE:
        raise SolveError(
            f"the study's equations are off by {np.abs(answer.fun).max():.0e}",
            where=economy.name,
            hint="lower duties, or take the bridge from its second step",
        )
    wage, spent, labour, price, revenue, _, factor_income = parts(answer.x)
    # income less what work costs those who do it, in the constant-elasticity form of the paper
    kept = 1 - revenue / factor_income
    weight = spending / (spending - supply * kept * earned / (1 + supply))
    welfare = weight * spent / price + (1 - weight) * wage * labour / price
    return EntryOutcome(spent / price, price, labour, welfare)
