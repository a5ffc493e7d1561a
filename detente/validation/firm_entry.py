"""A one-sector economy with firms that enter, economies of scale and taxes on labour: that of a study we compare with.

The equations of Ignatenko, Lashkaripour, Macedoni and Simonovska (2025, "Making America Great Again?", section on general
equilibrium), solved by `detente.equilibrium.gravity`, whose figures are the authors' to their last digits
(`detente.validation.liberation2025`). Without entry, scale and elastic labour they are our core model with one sector and no inputs,
which a test holds to 1e-8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.equilibrium import GravityStructure, GravityWorld, solve_gravity
from detente.world import Array, Economy


@dataclass(frozen=True)
class FirmEntry:
    """What the study assumes beside trade data.

    Parameters
    ----------
    margin : mapping of country to float
        Share of what is sold in a country that pays factors of that country (ν); ``others`` for all not named.
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


def _with_home_sales(economy: Economy, margin: Array) -> Array:
    """Flows [importer, exporter] with sales at home that fit output and the margins of where goods are sold.

    Output is value added of the economy; what its residents spend beyond it is the net of factor services across borders.
    """
    flows = np.array(economy.flows[:, :, 0])
    here = np.arange(len(flows))
    flows[here, here] = 0.0
    sold = ((1 - margin)[:, None] * flows).sum(0)
    spending = economy.value_added + (1 - margin) * (flows.sum(1) - sold)
    flows[here, here] = np.maximum(spending - flows.sum(1), 0.0)
    return flows


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
        Prices are relative to the average weighted by spending.

    Raises
    ------
    SolveError
        When no solution is found.
    """
    margin = entry.margins(economy.labels.countries)
    power = 1 / entry.dispersion
    structure = GravityStructure(
        float(economy.trade_elasticity[0]),
        pass_through=(1 + power) / (1 - margin) - power,
        scale=entry.scale,
        margin=margin,
        labour_supply=entry.labour_supply,
        relief=1.0,
    )
    flows = _with_home_sales(economy, margin)
    world = GravityWorld(economy.labels.countries, flows, np.zeros_like(flows), structure)
    (value,) = solve_gravity(world, [tariff[:, :, 0]])
    unit = (value.price_hat * world.expenditure).sum() / world.expenditure.sum()
    return EntryOutcome(
        value.real_income_hat, np.asarray(value.price_hat / unit), value.labour_hat, value.welfare_hat
    )
