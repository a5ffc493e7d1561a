"""Table 2 of Caliendo and Parro (2015), and what surrounds it, laid beside our solver's answer.

Nominal changes in the stored results are in a normalisation of their own, and the first-order formula is not free of it.
One factor is taken from the stored nominal wages; that this *one* number fits all 31 countries is itself a check. The
figures as printed are met in our own numeraire, with nothing borrowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.core import Labels
from detente.equilibrium import Equilibrium, Model, solve
from detente.validation.checks import Check, gate
from detente.validation.cp2015 import (
    BLOC,
    CleanedData,
    baseline_with_deficits,
    bloc_tariff,
    purged_economy,
    read_inputs,
)
from detente.validation.raw import golden_rows
from detente.world import Array, Economy, Wedges

GROUP = "Caliendo and Parro 2015"
CITATION = "Caliendo and Parro (2015), REStud 82(1)"
UNROUNDED = 1e-5
PRINTED = 0.005
BLOC_TRADE = 1e-3


@dataclass(frozen=True, eq=False)
class FirstOrder:
    """The published welfare formula [country], fractions of base income."""

    terms_of_trade: Array
    volume_of_trade: Array


def first_order_welfare(
    base: Economy, wage_hat: Array, price_hat: Array, flows_new: Array, scale: float = 1.0
) -> FirstOrder:
    """Evaluate equation 17 of the paper with finite changes in place of differentials, from wages and prices alone.

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
    """Country name -> column -> number; cells the authors left empty are absent."""
    return {
        row["country"]: {key: float(cell) for key, cell in row.items() if key != "country" and cell}
        for row in golden_rows(path)
    }


def golden_column(golden: Mapping[str, Mapping[str, float]], labels: Labels, column: str) -> Array:
    """One column of a golden file [country], in the order of the labels; NaN where the authors left it empty."""
    return np.array([golden[labels.country_name(code)].get(column, np.nan) for code in labels.countries])


@dataclass(frozen=True, eq=False)
class Experiment:
    """Two stages and what the files say about them.

    Attributes
    ----------
    inputs : Inputs
    base : Economy
        First stage.
    value : Equilibrium
        Second stage, measured from the first.
    golden : mapping
        Country name -> column -> percent.
    """

    inputs: CleanedData
    base: Economy
    value: Equilibrium
    golden: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, inputs: CleanedData, base: Economy, path: Path, closure: str) -> Experiment:
        """Solve the second stage."""
        wedges = Wedges.of(base, tariff=bloc_tariff(inputs))
        return cls(inputs, base, solve(Model(base, closure=closure), wedges).value, read_golden(path))

    def column(self, name: str) -> Array:
        """A stored column [country]."""
        return golden_column(self.golden, self.inputs.labels, name)

    @property
    def consumer_price_hat(self) -> Array:
        """Price of the final basket, with the authors' final shares [country]."""
        return np.asarray(np.prod(self.value.price_hat**self.inputs.final_shares, axis=1))

    @property
    def real_wage(self) -> Array:
        """Change of the real wage [country], fraction."""
        return np.asarray(self.value.wage_hat / self.consumer_price_hat - 1)

    @property
    def scale(self) -> float:
        """Their normalisation over ours: one factor for every nominal change."""
        return float(np.mean(self.column("nominal_wage_hat") / self.value.wage_hat))

    def parts(self, scale: float = 1.0) -> FirstOrder:
        """First-order parts in the normalisation given."""
        value = self.value
        return first_order_welfare(self.base, value.wage_hat, value.price_hat, value.flows_new, scale)


def experiment_checks(experiment: Experiment, title: str, source: str) -> list[Check]:
    """Every stored column, all 31 countries, unrounded."""
    value, scale = experiment.value, experiment.scale
    parts = experiment.parts(scale)
    columns = {
        "welfare, first order": ("welfare", parts.terms_of_trade + parts.volume_of_trade),
        "terms of trade, first order": ("terms_of_trade", parts.terms_of_trade),
        "volume of trade, first order": ("volume_of_trade", parts.volume_of_trade),
        "real wage": ("real_wage", experiment.real_wage),
        "real income, exact": ("exact_real_income", value.real_income_hat - 1),
    }
    return [
        gate(GROUP, f"{title}: {what}", 100 * ours, experiment.column(column), UNROUNDED, source=source)
        for what, (column, ours) in columns.items()
    ]


def printed_checks(experiment: Experiment) -> list[Check]:
    """What the paper prints for the three members, in our own numeraire: nothing borrowed from stored results."""
    parts, checks = experiment.parts(), []
    columns = {
        "welfare": parts.terms_of_trade + parts.volume_of_trade,
        "terms_of_trade": parts.terms_of_trade,
        "volume_of_trade": parts.volume_of_trade,
        "real_wage": experiment.real_wage,
    }
    for code in BLOC:
        n = experiment.inputs.labels.country(code)
        for name, ours in columns.items():
            printed = float(experiment.column(f"published_{name}")[n])
            checks.append(
                gate(
                    GROUP,
                    f"NAFTA, {experiment.inputs.labels.country_name(code)}: {name.replace('_', ' ')}",
                    100 * ours[n],
                    printed,
                    PRINTED,
                    source=f"{CITATION}, table 2",
                    printed=True,
                )
            )
    return checks


def bloc_trade_checks(experiment: Experiment, path: Path) -> list[Check]:
    """Growth of trade inside the bloc, before duty, in the authors' normalisation."""
    golden, labels = read_golden(path), experiment.inputs.labels
    flows, flows_new, checks = experiment.base.flows, experiment.value.flows_new, []
    for code in BLOC:
        n = labels.country(code)
        others = [labels.country(other) for other in BLOC if other != code]
        expected = golden[labels.country_name(code)]
        growth = {
            "imports": flows_new[n][others].sum() / flows[n][others].sum(),
            "exports": flows_new[others, n].sum() / flows[others, n].sum(),
        }
        for what, hat in growth.items():
            checks.append(
                gate(
                    GROUP,
                    f"NAFTA, {labels.country_name(code)}: {what} inside the bloc",
                    100 * (experiment.scale * hat - 1),
                    expected[f"intra_bloc_{what}"],
                    BLOC_TRADE,
                    source=f"{CITATION}, abstract (imports)",
                    published=expected["published_intra_bloc_trade"] if what == "imports" else None,
                )
            )
    return checks


def published_experiment(shared: Path) -> Experiment:
    """The published exercise: deficits purged, then NAFTA."""
    inputs = read_inputs(shared)
    base, _ = purged_economy(inputs)
    return Experiment.of(inputs, base, shared / "golden" / "cp2015_table2.csv", "zero")


def cp2015_checks(shared: Path) -> list[Check]:
    """Table 2 for all countries, with and without deficits, and trade inside the bloc."""
    published = published_experiment(shared)
    inputs, golden = published.inputs, shared / "golden"
    kept = Experiment.of(inputs, baseline_with_deficits(inputs), golden / "cp2015_with_deficits.csv", "fixed")
    return [
        *printed_checks(published),
        *experiment_checks(published, "NAFTA, 31 countries", f"{CITATION}, table 2, unrounded"),
        *experiment_checks(kept, "NAFTA with deficits kept, 31 countries", "the authors' data and model"),
        *bloc_trade_checks(published, golden / "cp2015_bloc_trade.csv"),
    ]
