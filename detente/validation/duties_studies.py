"""Published studies of optimal and Nash duties, set up as games of ours: Ossa (2014) and Lashkaripour (2021).

The raw data are held by developers only; `shared` is the folder that has them.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from detente.core import Labels
from detente.equilibrium import Equilibrium, Model, Structure, rebase, solve
from detente.strategy.duties import DutyGame, duty_game
from detente.validation.ossa2014 import Study, median_tariff, read_study, study_outcomes
from detente.validation.raw import frame
from detente.world import Array, Economy, Wedges

HIGHEST = 10.0
"""Ossa stops his search at duties of 1000 %."""


def ossa_game(study: Study, panel: str, *, mfn: bool = False) -> DutyGame:
    """Ossa's game: seven regions set duties on every partner and sector.

    Parameters
    ----------
    study : Study
        From `detente.validation.ossa2014.read_study`.
    panel : {"bas", "pol"}
        Without and with political weights.
    mfn : bool
        One duty for every partner.
    """
    return duty_game(
        Model(study.base, study.structure, "zero"),
        by="sector",
        mfn=mfn,
        weights=study.weights[panel],
        bounds=(0.0, HIGHEST),
    )


def stored_duties(study: Study, game: DutyGame, name: str) -> Array:
    """His stored duties under one of the names in ``ossa_tariffs.csv``, as duties of the game [duty]."""
    tariff = study.tariffs[name]
    cells = game.gather(np.ones_like(tariff))
    return np.asarray(np.clip(game.gather(tariff) / cells, game.lower, game.upper))


def weighted_duty(study: Study, tariff: Array) -> Array:
    """Import-weighted duty [importer], percent, with factual imports as weights."""
    weight = np.array(study.base.flows)
    here = np.arange(len(weight))
    weight[here, here] = 0
    return np.asarray(100 * (weight * tariff).sum((1, 2)) / weight.sum((1, 2)))


def outcome_changes(
    study: Study, panel: str, value: Equilibrium, before: Equilibrium | None = None
) -> dict[str, Array]:
    """His outcomes [region], percent, against the factual duties or against another equilibrium."""
    after = study_outcomes(study, value, study.weights[panel])
    after["median_tariff"] = median_tariff(value.wedges.tariff)
    if before is None:
        return after
    first = study_outcomes(study, before, study.weights[panel])
    ratio = {
        name: 100 * ((1 + after[name] / 100) / (1 + first[name] / 100) - 1)
        for name in ("gov_welfare", "welfare", "profit")
    }
    wage_hat = value.wage_hat / before.wage_hat
    return {**ratio, "wage": np.asarray(100 * (wage_hat - wage_hat.mean()))}


def ossa_study(shared: Path) -> Study:
    """His world, purged of trade imbalances."""
    return read_study(shared)


def with_sigma(study: Study, sigma: Array, weights: Array | None = None) -> Study:
    """His world under other elasticities of substitution [sector], purged again, and other political weights."""
    raw = study.raw.with_elasticities(sigma - 1, study.raw.elasticity_source)
    structure = Structure(profit_share=1 / sigma, source=study.structure.source)
    purge = solve(Model(raw, structure, "zero"), Wedges.unchanged(raw)).value
    politics = study.weights["pol"] if weights is None else weights
    return dataclasses.replace(
        study,
        raw=raw,
        purge=purge,
        base=rebase(purge, study.base.name),
        structure=structure,
        weights={**study.weights, "pol": politics},
    )


def icio_world(shared: Path, *, elasticities: str = "U4", duty_paid: bool = False) -> Economy:
    """World of Lashkaripour (2021) on the OECD tables of 2022: 81 economies, 28 sectors, no inputs.

    Parameters
    ----------
    shared : Path
    elasticities : str
        Set of trade elasticities: ``U4`` (four everywhere), ``IS``, ``CP``, ``FGO``, ``LL``, ``GYY``, ``Shap``, ``BSY``.
    duty_paid : bool
        Read the table as he does: as spending, duties included, with a million USD added to sales of every sector at home so that none
        is nil. Otherwise the table is what it says, basic prices.
    """
    folder = shared / "data" / "icio2022"
    countries, sectors = frame(folder / "countries.csv"), frame(folder / "sectors_elasticities.csv")
    labels = Labels(tuple(countries["iso3"]), tuple(sectors["sector"]))
    N, S = len(labels.countries), len(labels.sectors)
    place = {code: k for k, code in enumerate(labels.countries)}
    line = {code: k for k, code in enumerate(labels.sectors)}
    trade = frame(folder / "trade_cube_2022.parquet")
    flows = np.zeros((N, N, S))
    flows[trade["destination"].map(place), trade["origin"].map(place), trade["sector"].map(line)] = trade[
        "musd_2022"
    ]
    rates = frame(folder / "tariffs_teti_16sec.parquet")
    by_group = {}
    for code, rows in rates.groupby("wiod16", observed=True):
        cell = np.zeros((N, N))
        cell[rows["importer"].map(place), rows["exporter"].map(place)] = rows["tariff_2021"]
        by_group[str(code)] = cell
    tariff = np.zeros((N, N, S))
    for k, row in sectors.iterrows():
        if int(row["is_goods"]):
            tariff[:, :, k] = by_group[str(row["wiod16"])]
    here = np.arange(N)
    tariff[here, here] = 0
    if duty_paid:
        flows[here, here] += 1.0
        flows /= 1 + tariff
    return Economy(
        name="icio2022",
        year=2022,
        labels=labels,
        flows=flows,
        tariff=tariff,
        va_share=np.ones((N, S)),
        input_shares=np.zeros((N, S, S)),
        trade_elasticity=sectors[f"eps_{elasticities}"].to_numpy(dtype=np.float64),
        elasticity_source=f"set {elasticities} of sectors_elasticities.csv",
    )


def uniform_game(economy: Economy, *, services: bool = False, closure: str = "share") -> DutyGame:
    """Every country sets one duty on all goods of all partners, or with `services` on everything (Lashkaripour 2021)."""
    charged = [code for code in economy.labels.sectors if services or code != "SERV"]
    model = Model(economy, closure=closure)
    return duty_game(model, by="partner", mfn=True, sectors=charged, bounds=(0.0, 5.0))
