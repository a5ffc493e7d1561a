"""Caliendo and Parro (2015), "Estimates of the Trade and Welfare Effects of NAFTA", Review of Economic Studies 82(1).

What the published exercise needs beyond reading files, and why:

* Trade is net of duties. Sales at home are output less exports; in 26 cells exports exceed output, and there output
  is raised to exports.
* The input table is a share of materials. Its columns sum to one only to about 1e-6, so they are normalised; without
  it, clearing of labour and balance of trade are not the same condition.
* Spending less inputs is negative in 185 cells. The authors set those final shares to zero and rescale the rest.
  The data are then no equilibrium of the model. `reconciled_economy` is: it keeps trade shares, duties, technology,
  final shares and value added, and lets spending and deficits be what these imply.
* Two stages. The baseline holds the duties of 1993 and sets every deficit to zero; the counterfactual moves the
  duties of Canada, Mexico and the United States on one another to those of 2005. Everything is reported between
  the two stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.core import Labels
from detente.equilibrium import Equilibrium, Model, solve
from detente.validation.raw import cube, frame
from detente.validation.reconcile import economy_from_shares
from detente.world import Array, Economy, Wedges

BLOC = ("MEX", "CAN", "USA")
SOURCE = "Caliendo and Parro (2015), table 1, 99 % sample; 8.22 where there is no estimate"


@dataclass(frozen=True, eq=False)
class CleanedData:
    """The authors' data after their own cleaning, million USD of 1993.

    Attributes
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
        return np.asarray((self.flows * (1 + self.tariff_1993)).sum(1))

    @property
    def trade_shares(self) -> Array:
        """Shares of exporters in spending [importer, exporter, sector], duty paid."""
        return self.flows * (1 + self.tariff_1993) / self.expenditure[:, None, :]

    @property
    def value_added(self) -> Array:
        """Value added [country], million USD."""
        return np.asarray((self.va_share * self.flows.sum(0)).sum(1))

    @property
    def deficit(self) -> Array:
        """Imports less exports [country], million USD."""
        return np.asarray(self.flows.sum((1, 2)) - self.flows.sum((0, 2)))


def read_inputs(shared: Path) -> CleanedData:
    """Read and clean the data as the authors do (see the notes at the top of this module).

    Parameters
    ----------
    shared : Path
        Folder that holds ``data/cp2015``.
    """
    folder = shared / "data" / "cp2015"
    countries, sectors = frame(folder / "countries.csv"), frame(folder / "sectors_theta.csv")
    labels = Labels(
        tuple(countries["iso3"]),
        tuple(sectors["sector"]),
        dict(zip(countries["iso3"], countries["name"], strict=True)),
        dict(zip(sectors["sector"], sectors["name"], strict=True)),
    )
    N, S = len(labels.countries), len(labels.sectors)
    country = {code: position for position, code in enumerate(labels.countries)}
    sector = {code: position for position, code in enumerate(labels.sectors)}
    trade = frame(folder / "trade_tariff.parquet")
    flows, before, after = (
        cube(trade, column, labels.countries, labels.sectors)
        for column in ("trade_musd", "tariff_1993_pct", "tariff_2005_pct")
    )

    table = frame(folder / "country_sector.parquet")
    cells = (table["country"].map(country), table["sector"].map(sector))
    gross_output, va_share = np.zeros((N, S)), np.zeros((N, S))
    gross_output[cells] = table["gross_output_musd"]
    va_share[cells] = table["va_share"]

    inputs = frame(folder / "io_coefficients.parquet")
    materials = np.zeros((N, S, S))
    materials[
        inputs["country"].map(country), inputs["input_sector"].map(sector), inputs["using_sector"].map(sector)
    ] = inputs["share_of_materials"]
    total = materials.sum(1, keepdims=True)
    materials = np.divide(materials, total, out=np.zeros_like(materials), where=total > 0)

    exports = flows.sum(0)
    output = np.maximum(gross_output, exports)
    flows[np.arange(N), np.arange(N)] = output - exports
    tariff = before / 100
    input_shares = materials * (1 - va_share)[:, None, :]
    final = np.maximum((flows * (1 + tariff)).sum(1) - np.einsum("nrs,ns->nr", input_shares, output), 0)
    return CleanedData(
        labels=labels,
        flows=flows,
        tariff_1993=tariff,
        tariff_2005=after / 100,
        va_share=va_share,
        input_shares=input_shares,
        final_shares=final / final.sum(1, keepdims=True),
        trade_elasticity=sectors["theta"].to_numpy(dtype=np.float64),
    )


def bloc_tariff(inputs: CleanedData) -> Array:
    """Duties of 1993, those of the three members on one another moved to 2005."""
    tariff = inputs.tariff_1993.copy()
    members = [inputs.labels.country(code) for code in BLOC]
    for importer in members:
        for exporter in members:
            tariff[importer, exporter] = inputs.tariff_2005[importer, exporter]
    return tariff


def economy_of(inputs: CleanedData, flows: Array, tariff: Array, name: str) -> Economy:
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


def reconciled_economy(inputs: CleanedData) -> Economy:
    """The economy with the data's shares and value added, and the deficits that these imply."""
    return economy_from_shares(
        name="cp2015-reconciled",
        year=1993,
        labels=inputs.labels,
        trade_shares=inputs.trade_shares,
        tariff=inputs.tariff_1993,
        va_share=inputs.va_share,
        input_shares=inputs.input_shares,
        final_shares=inputs.final_shares,
        value_added=inputs.value_added,
        trade_elasticity=inputs.trade_elasticity,
        elasticity_source=SOURCE,
    )


def purged_economy(inputs: CleanedData) -> tuple[Economy, Equilibrium]:
    """First stage of the published exercise: deficits set to zero; and the equilibrium that leads there."""
    reconciled = reconciled_economy(inputs)
    purge = solve(Model(reconciled, closure="zero"), Wedges.unchanged(reconciled)).value
    return economy_of(inputs, purge.flows_new, inputs.tariff_1993, "cp2015-baseline"), purge


def baseline_with_deficits(inputs: CleanedData) -> Economy:
    """The first stage with the deficits of the data kept, in units of world value added.

    They are not those of `reconciled_economy`: from there, deficits are set to the data's, as in the variant of the
    authors' package (an equilibrium with clipped final shares and the data's deficits).
    """
    reconciled = reconciled_economy(inputs)
    moved = solve(Model(reconciled, closure=inputs.deficit), Wedges.unchanged(reconciled)).value
    return economy_of(inputs, moved.flows_new, inputs.tariff_1993, "cp2015-with-deficits")
