"""Emissions and rents as accounts, and a carbon duty as an instrument."""

from __future__ import annotations

import numpy as np
import pytest

from detente.core import InputError, LabelError, UnitError
from detente.equilibrium import Emissions, Model, carbon_duties, rents_new, solve
from detente.world import Wedges, toy


@pytest.fixture(scope="module")
def world():
    return toy()


@pytest.fixture(scope="module")
def emitted(world):
    rng = np.random.default_rng(1)
    return Emissions(world, rng.uniform(50, 800, world.output.shape) * world.output)


def test_what_is_embodied_in_final_demand_is_what_is_emitted(world, emitted):
    demanded = np.einsum("ns,nis->is", world.final_demand, world.trade_shares / (1 + world.tariff))
    assert (emitted.embodied() * demanded).sum() == pytest.approx(emitted.tonnes.sum(), rel=1e-10)
    assert (emitted.embodied() >= emitted.intensity).all()


def test_tonnes_follow_volumes_and_a_club_moves_them_abroad(world, emitted):
    model = Model(world)
    still = solve(model, Wedges.unchanged(world)).value
    assert emitted.new(still) == pytest.approx(emitted.tonnes)
    club = carbon_duties(emitted, 100.0, ["EU27"], sectors=["PARTS", "GOODS"])
    after = solve(model, club).value
    volume = after.output_new / world.output / after.cost_hat
    assert emitted.new(after) == pytest.approx(emitted.tonnes * volume)
    assert not (emitted.new(after) == emitted.tonnes).all()


def test_who_is_charged_what(world, emitted):
    eu, usa, chn = (world.labels.country(code) for code in ("EU27", "USA", "CHN"))
    added = carbon_duties(emitted, 80.0, ["EU27", "USA"], exempt=["MEX"]).tariff - world.tariff
    assert added[eu, chn] == pytest.approx(80e-6 * emitted.intensity[chn])
    assert not added[eu, usa].any()
    assert not added[eu, eu].any()
    assert not added[eu, world.labels.country("MEX")].any()
    assert not added[chn].any()
    fuller = carbon_duties(emitted, 80.0, ["EU27", "USA"], embodied=True).tariff - world.tariff
    assert fuller[eu, chn] == pytest.approx(80e-6 * emitted.embodied()[chn])
    # free carbon is the base year to the last bit
    assert (carbon_duties(emitted, 0.0, ["EU27"]).tariff == world.tariff).all()


def test_rents_are_a_share_of_earnings(world):
    share = np.zeros(world.va_share.shape)
    share[:, 0] = 0.3
    value = solve(Model(world), Wedges.unchanged(world)).value
    assert rents_new(value, share)[:, 0] == pytest.approx(0.3 * world.va_share[:, 0] * world.output[:, 0])
    with pytest.raises(UnitError, match="share of rents"):
        rents_new(value, share + 2)


def test_what_makes_no_sense_is_refused(world, emitted):
    with pytest.raises(InputError, match="shape"):
        Emissions(world, np.ones(3))
    with pytest.raises(UnitError, match="negative or missing"):
        Emissions(world, -emitted.tonnes)
    with pytest.raises(UnitError, match="carbon price"):
        carbon_duties(emitted, -1.0, ["EU27"])
    with pytest.raises(LabelError, match="EU28"):
        carbon_duties(emitted, 1.0, ["EU28"])
