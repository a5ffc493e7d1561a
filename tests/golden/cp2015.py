"""Caliendo and Parro (2015), "Estimates of the Trade and Welfare Effects of NAFTA": their data as an `Economy`.

What the published exercise needs beyond reading files, and why:

* Trade is net of duties. Sales at home are output less exports; in 26 cells exports exceed output, and there output
  is raised to exports.
* The input table is a share of materials. Its columns sum to one only to about 1e-6, so they are normalised; without
  it, clearing of labour and balance of trade are not the same condition.
* Spending less inputs is negative in 185 cells. The authors set those final shares to zero and rescale the rest.
  The data are then no equilibrium of the model. `reconciled_economy` is: it keeps trade shares, duties, technology,
  final shares and value added, and lets spending and deficits be what these imply. A counterfactual that sets the
  deficits itself (the purge) cannot tell the two apart, since the base deficits enter nowhere else.
* Two stages. The baseline holds the duties of 1993 and sets every deficit to zero; the counterfactual moves the
  duties of Canada, Mexico and the United States on one another to those of 2005. Everything is reported between
  the two stages.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.optimize

from detente.core import Labels
from detente.world.economy import Economy

Array = npt.NDArray[np.float64]
BLOC = ("MEX", "CAN", "USA")
SOURCE = "Caliendo and Parro (2015), table 1, 99 % sample; 8.22 where there is no estimate"


@dataclass(frozen=True)
class Inputs:
    """The authors' data after their own cleaning, million USD of 1993.

    Parameters
    ----------
    labels : Labels
        31 countries, 40 sectors (20 tradable).
    flows : array [importer, exporter, sector], million USD
        Net of duties; sales at home on the diagonal.
    tariff_1993, tariff_2005 : array [importer, exporter, sector], fraction
    va_share : array [country, sector], share of output
    input_shares : array [country, supplier_sector, user_sector], share of output
    final_shares : array [country, sector], share
        Negative final demand set to zero.
    trade_elasticity : array [sector]
    """

    labels: Labels
    flows: Array
    tariff_1993: Array
    tariff_2005: Array
    va_share: Array
    input_shares: Array
    final_shares: Array
    trade_elasticity: Array

    @property
    def expenditure(self) -> Array:
        """Spending [country, sector], duty paid."""
        return (self.flows * (1 + self.tariff_1993)).sum(1)

    @property
    def trade_shares(self) -> Array:
        """Shares of exporters in spending [importer, exporter, sector], duty paid."""
        return self.flows * (1 + self.tariff_1993) / self.expenditure[:, None, :]

    @property
    def value_added(self) -> Array:
        """Value added [country], million USD."""
        return (self.va_share * self.flows.sum(0)).sum(1)

    @property
    def deficit(self) -> Array:
        """Imports less exports [country], million USD."""
        return self.flows.sum((1, 2)) - self.flows.sum((0, 2))


def read_inputs(shared: Path) -> Inputs:
    """Read and clean the data as the authors do (see the notes at the top of this module).

    Parameters
    ----------
    shared : Path
        Folder that holds ``data/cp2015``.

    Returns
    -------
    Inputs
    """
    folder = shared / "data" / "cp2015"
    countries = pd.read_csv(folder / "countries.csv", keep_default_na=False)
    sectors = pd.read_csv(folder / "sectors_theta.csv")
    labels = Labels(
        tuple(countries["iso3"]),
        tuple(sectors["sector"]),
        dict(zip(countries["iso3"], countries["name"], strict=True)),
        dict(zip(sectors["sector"], sectors["name"], strict=True)),
    )
    N, S = len(labels.countries), len(labels.sectors)
    country = {code: position for position, code in enumerate(labels.countries)}
    sector = {code: position for position, code in enumerate(labels.sectors)}

    trade = pd.read_parquet(folder / "trade_tariff.parquet")
    where = (trade["importer"].map(country), trade["exporter"].map(country), trade["sector"].map(sector))
    cubes = {}
    for column in ("trade_musd", "tariff_1993_pct", "tariff_2005_pct"):
        cubes[column] = np.zeros((N, N, S))
        cubes[column][where] = trade[column]

    table = pd.read_parquet(folder / "country_sector.parquet")
    cells = (table["country"].map(country), table["sector"].map(sector))
    gross_output, va_share = np.zeros((N, S)), np.zeros((N, S))
    gross_output[cells] = table["gross_output_musd"]
    va_share[cells] = table["va_share"]

    inputs = pd.read_parquet(folder / "io_coefficients.parquet")
    materials = np.zeros((N, S, S))
    materials[
        inputs["country"].map(country), inputs["input_sector"].map(sector), inputs["using_sector"].map(sector)
    ] = inputs["share_of_materials"]
    total = materials.sum(1, keepdims=True)
    materials = np.divide(materials, total, out=np.zeros_like(materials), where=total > 0)

    flows = cubes["trade_musd"]
    exports = flows.sum(0)
    output = np.maximum(gross_output, exports)
    flows[np.arange(N), np.arange(N)] = output - exports
    tariff = cubes["tariff_1993_pct"] / 100
    input_shares = materials * (1 - va_share)[:, None, :]
    final = (flows * (1 + tariff)).sum(1) - np.einsum("nrs,ns->nr", input_shares, output)
    final = np.maximum(final, 0)
    return Inputs(
        labels=labels,
        flows=flows,
        tariff_1993=tariff,
        tariff_2005=cubes["tariff_2005_pct"] / 100,
        va_share=va_share,
        input_shares=input_shares,
        final_shares=final / final.sum(1, keepdims=True),
        trade_elasticity=sectors["theta"].to_numpy(dtype=np.float64),
    )


def bloc_tariff(inputs: Inputs) -> Array:
    """Duties of 1993, those of the three members on one another moved to 2005."""
    tariff = inputs.tariff_1993.copy()
    members = [inputs.labels.country(code) for code in BLOC]
    for importer in members:
        for exporter in members:
            tariff[importer, exporter] = inputs.tariff_2005[importer, exporter]
    return tariff


def spending(inputs: Inputs, shares_net: Array, extra: Array | None = None) -> Array:
    """Solve X = g Y + α I for one unit of income in each country.

    Parameters
    ----------
    inputs : Inputs
    shares_net : array [importer, exporter, sector]
        Sales before duty for one unit of spending, duty paid.
    extra : array [country, sector], optional
        Part of spending that returns as income (duties); none when incomes are given as a whole.

    Returns
    -------
    array [country, sector, country]
        Spending of each country and sector for a unit of income in the country on the last axis.
    """
    N, S = inputs.va_share.shape
    system = np.einsum("nrs,mns->nrms", inputs.input_shares, shares_net)
    demand = np.zeros((N, S, N))
    for n in range(N):
        demand[n, :, n] = inputs.final_shares[n]
        if extra is not None:
            system[n, :, n, :] += inputs.final_shares[n][:, None] * extra[n][None, :]
    left = np.eye(N * S) - system.reshape(N * S, N * S)
    return np.linalg.solve(left, demand.reshape(N * S, N)).reshape(N, S, N)


def economy_of(inputs: Inputs, flows: Array, tariff: Array, name: str) -> Economy:
    """Wrap flows and duties with the technology of the data."""
    return Economy(
        name=name,
        year=1993,
        labels=inputs.labels,
        flows=flows,
        tariff=tariff,
        va_share=inputs.va_share,
        input_shares=inputs.input_shares,
        trade_elasticity=inputs.trade_elasticity,
        elasticity_source=SOURCE,
    )


def reconciled_economy(inputs: Inputs) -> Economy:
    """The economy with the data's shares and value added, and the deficits that these imply.

    Incomes are chosen so that value added is the data's: final spending = income, X = g Y + α I, Σ_s γ Y = VA.
    """
    shares = inputs.trade_shares
    net = shares / (1 + inputs.tariff_1993)
    unit = spending(inputs, net)
    earned = np.einsum("is,nis,nsk->ik", inputs.va_share, net, unit)
    income = np.linalg.solve(earned, inputs.value_added)
    return economy_of(inputs, net * (unit @ income)[:, None, :], inputs.tariff_1993, "cp2015-reconciled")


def baseline_with_deficits(inputs: Inputs) -> Economy:
    """The first stage with the deficits of the data kept, in units of world value added.

    Solved here, since the deficits of the data are not those of `reconciled_economy`; so is the
    variant in the authors' package: an equilibrium with clipped final shares and the data's deficits.
    """
    N = len(inputs.labels.countries)
    world = inputs.value_added.sum()
    prices = np.zeros_like(inputs.va_share)

    def evaluate(free: Array) -> tuple[Array, Array]:
        nonlocal prices
        wages = np.append(free, 0.0)
        wages = wages - np.log((np.exp(wages) * inputs.value_added).sum() / world)
        shares, prices = prices_and_shares(inputs, wages, prices)
        net = shares / (1 + inputs.tariff_1993)
        unit = spending(inputs, net, (inputs.tariff_1993 * net).sum(1))
        earnings = np.exp(wages) * inputs.value_added
        flows = net * (unit @ (earnings + inputs.deficit))[:, None, :]
        return (inputs.va_share * flows.sum(0)).sum(1) / earnings - 1, flows

    found = scipy.optimize.root(
        lambda free: evaluate(free)[0][:-1], np.zeros(N - 1), method="hybr", tol=1e-13
    )
    residual, flows = evaluate(found.x)
    if np.abs(residual).max() > 1e-11:
        raise AssertionError(f"labour markets are off by {np.abs(residual).max():.1e}")
    return economy_of(inputs, flows, inputs.tariff_1993, "cp2015-with-deficits")


def prices_and_shares(inputs: Inputs, wages: Array, prices: Array) -> tuple[Array, Array]:
    """Iterate on log prices at given log wages and the duties of 1993.

    Returns
    -------
    shares : array [importer, exporter, sector]
    prices : array [country, sector], log change
    """
    theta, base = inputs.trade_elasticity, inputs.trade_shares
    for _ in range(5000):
        cost = inputs.va_share * wages[:, None] + np.einsum("nrs,nr->ns", inputs.input_shares, prices)
        weights = base * np.exp(-theta * (cost[None, :, :] - prices[:, None, :]))
        step = -np.log(weights.sum(1)) / theta
        prices = prices + step
        if np.abs(step).max() < 1e-15:
            break
    return weights / weights.sum(1, keepdims=True), prices


@dataclass(frozen=True)
class FirstOrder:
    """The published welfare formula, fractions of base income."""

    terms_of_trade: Array
    volume_of_trade: Array


def first_order_welfare(
    base: Economy, wage_hat: Array, price_hat: Array, flows_new: Array, scale: float = 1.0
) -> FirstOrder:
    """Evaluate equation 17 of the paper with finite changes in place of differentials.

    With E = exports, M = imports (both before duty), t the *base* duty and I base income,

        terms of trade  = Σ_s Σ_i [ E[n→i] (ĉ[n] − 1) − M[n←i] (ĉ[i] − 1) ] / I[n]
        volume of trade = Σ_s Σ_i t[n,i] M[n←i] ( M'[n←i] / M[n←i] − ĉ[i] ) / I[n]

    "d ln x" is x̂ − 1, not log x̂: with logarithms Mexico's volume effect would be 0.95 instead of 1.72 %.

    Parameters
    ----------
    base : Economy
        The first stage.
    wage_hat : array [country], price_hat : array [country, sector]
    flows_new : array [importer, exporter, sector], million USD
        Before duty.
    scale : float
        Multiplies every nominal change: the formula is not free of the numeraire.

    Returns
    -------
    FirstOrder
    """
    cost_hat = wage_hat[:, None] ** base.va_share * np.exp(
        np.einsum("nrs,nr->ns", base.input_shares, np.log(price_hat))
    )
    change = scale * cost_hat - 1
    exported = (base.output * change).sum(1)
    imported = np.einsum("nis,is->n", base.flows, change)
    volume = base.tariff * (scale * flows_new - base.flows * (1 + change)[None, :, :])
    return FirstOrder((exported - imported) / base.income, volume.sum((1, 2)) / base.income)


def read_golden(path: Path) -> dict[str, dict[str, float]]:
    """Read a golden file.

    Returns
    -------
    dict
        Country name -> column -> number; cells the authors left empty are absent.
    """
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {
        row["country"]: {key: float(cell) for key, cell in row.items() if key != "country" and cell}
        for row in csv.DictReader(lines)
    }


def golden_column(golden: dict[str, dict[str, float]], labels: Labels, column: str) -> Array:
    """One column of a golden file [country], in the order of the labels; NaN where the authors left it empty."""
    return np.array([golden[labels.country_name(code)].get(column, np.nan) for code in labels.countries])
