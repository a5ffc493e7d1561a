"""The exact decomposition of published exercises, beside their first-order one."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from detente.equilibrium import Model
from detente.validation import cp2015_tables, ossa2014
from detente.validation.checks import Check, gate
from detente.validation.cp2015 import BLOC, bloc_tariff
from detente.validation.path import integrate_welfare
from detente.world import Wedges

GROUP = "Exact decompositions"
SOURCE = "the envelope formula integrated along the shock"
SUM = 1e-6
"""Largest gap of the sum, in hundredths of a log point: 1e-8 in logs."""


def published_path_checks(shared: Path) -> list[Check]:
    """NAFTA and the trade war of Ossa: parts integrated along the shock add up to the exact change."""
    return [*_nafta(shared), *_war(shared)]


def _nafta(shared: Path) -> list[Check]:
    experiment = cp2015_tables.published_experiment(shared)
    base, first = experiment.base, experiment.parts()
    parts = integrate_welfare(
        Model(base, closure="zero"),
        Wedges.of(base, tariff=bloc_tariff(experiment.inputs)),
        tolerance=1e-9,
    )
    adds_up = functools.partial(gate, GROUP, source=SOURCE, unit="log points")
    checks = [
        adds_up(
            "NAFTA, 31 countries: terms of trade and volume of trade add up",
            100 * parts.total,
            100 * parts.log_real_income_hat,
            SUM,
            note=f"{parts.points} equilibria along the path",
        )
    ]
    for code in BLOC:
        n = base.labels.country(code)
        checks.append(
            adds_up(
                f"NAFTA, {base.labels.country_name(code)}: parts of the exact change",
                100 * float(parts.terms_of_trade[n] + parts.volume_of_trade[n]),
                100 * float(parts.log_real_income_hat[n]),
                SUM,
                note=f"terms of trade {100 * parts.terms_of_trade[n]:.4f} (first order {100 * first.terms_of_trade[n]:.4f}), "
                f"volume of trade {100 * parts.volume_of_trade[n]:.4f} (first order {100 * first.volume_of_trade[n]:.4f})",
            )
        )
    return checks


def _war(shared: Path) -> list[Check]:
    study = ossa2014.read_study(shared)
    parts = integrate_welfare(
        Model(study.base, study.structure, "zero"),
        Wedges.of(study.base, tariff=study.tariffs["nash_bas"]),
    )
    usa = study.base.labels.country("USA")
    return [
        gate(
            GROUP,
            "Ossa's trade war, 7 regions: with profit shifting the parts add up",
            100 * parts.total,
            100 * np.asarray(parts.log_real_income_hat),
            SUM,
            source=SOURCE,
            unit="log points",
            note=f"United States: terms of trade {100 * parts.terms_of_trade[usa]:.3f}, volume "
            f"{100 * parts.volume_of_trade[usa]:.3f}, profit shifting {100 * parts.profit_shifting[usa]:.3f}",
        )
    ]
