"""Gallium, germanium and the package of October beside the published ends."""

from __future__ import annotations

import numpy as np
import pytest

from detente.cases import Standoff
from detente.validation.minerals import SPECIFICATION, gallium_checks, october_checks
from detente.world.carve import disaggregate, load_disaggregation


@pytest.fixture(scope="module")
def standoff():
    return Standoff.load()


def test_gallium_and_germanium_are_carved_out_of_metals_that_stay_the_same(standoff):
    world = standoff.world
    finer = disaggregate(world, load_disaggregation(SPECIFICATION))
    old, new = world.labels.sector("C24"), [finer.labels.sector(code) for code in ("C24", "GAG")]
    assert finer.flows[:, :, new].sum(2) == pytest.approx(world.flows[:, :, old], abs=1e-6)
    china = finer.labels.country("CHN")
    assert finer.output[china, new[1]] / finer.output[:, new[1]].sum() == pytest.approx(0.81)


def test_a_stop_costs_billions_and_less_once_a_year_has_passed(standoff):
    checks = gallium_checks(standoff.world, standoff.dossier.parameters["gallium-germanium-stop-loss"])
    lost = {check.what: check for check in checks}
    assert len(lost) == 4
    ours = {name: -check.ours for name, check in lost.items()}
    assert all(0.1 < loss < 9.0 for loss in ours.values())
    assert [check.verdict for check in checks].count(
        "agrees"
    ) == 1  # the others lie below the range, and say so
    assert checks[0].ours < checks[2].ours
    assert checks[1].ours < checks[3].ours


def test_the_package_lies_between_the_ends_and_nearer_to_the_survey(standoff):
    taken, tight = october_checks(standoff)
    assert taken.published == tight.published == pytest.approx(-0.01 * float(usa_income(standoff)) / 1e3)
    assert tight.published < tight.ours < taken.ours < 0
    assert np.abs(tight.ours) < 10
    assert {taken.verdict, tight.verdict} == {"differs"}


def usa_income(standoff):
    return standoff.world.income[standoff.world.labels.country("USA")]
