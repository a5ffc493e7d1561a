"""Emissions and rents as accounts, and a carbon duty as an instrument."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crosscheck"))

from random_world import random_world

from detente.core import InputError, LabelError, UnitError
from detente.equilibrium import Emissions, Model, carbon_duties, rents_new, solve
from detente.equilibrium.gradients import Output, gradients, real_income
from detente.equilibrium.gradients.derivatives import output_volume
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
    assert rents_new(value, np.ones(share.shape)) == pytest.approx(value.sector_earnings_new)
    for cell in (-0.1, 1.1, np.nan):
        share[0, 1] = cell
        with pytest.raises(UnitError, match="share of rents"):
            rents_new(value, share)


def test_a_sector_that_makes_nothing_emits_nothing():
    idle = random_world(countries=3, sectors=3, seed=2, zeros=0.4)
    none = idle.output == 0
    assert none.any()
    tonnes = np.where(none, 0.0, 1e-3 * idle.output)  # small outputs too have an intensity
    emitted = Emissions(idle, tonnes)
    assert emitted.intensity == pytest.approx(np.where(none, 0.0, 1e-3))
    tonnes[none] = 1.0
    with pytest.raises(InputError, match="makes nothing emits"):
        Emissions(idle, tonnes)


def test_what_makes_no_sense_is_refused(world, emitted):
    with pytest.raises(InputError, match="shape"):
        Emissions(world, np.ones(3))
    with pytest.raises(UnitError, match="negative or missing"):
        Emissions(world, -emitted.tonnes)
    for cell in (-1.0, np.nan, np.inf):
        one = emitted.tonnes.copy()
        one[1, 1] = cell
        with pytest.raises(UnitError, match="negative or missing"):
            Emissions(world, one)
    with pytest.raises(ValueError, match="read-only"):
        emitted.tonnes[0, 0] = 1.0
    with pytest.raises(UnitError, match="carbon price"):
        carbon_duties(emitted, -1.0, ["EU27"])
    with pytest.raises(LabelError, match="EU28"):
        carbon_duties(emitted, 1.0, ["EU28"])


def test_the_derivative_by_a_price_of_carbon_is_that_of_finite_differences(world, emitted):
    model, n = Model(world), world.labels.country("EU27")

    def at(price):
        return solve(model, carbon_duties(emitted, price, ["EU27"])).value

    value = at(80.0)
    by_price = (value.wedges.tariff - world.tariff) / 80.0
    outputs = [
        real_income(value, "EU27"),
        *(output_volume(value, "CHN", code) for code in world.labels.sectors),
    ]
    income, *volumes = ((slope.tariff * by_price).sum() for slope in gradients(value, outputs))
    ends = [at(price) for price in (80.5, 79.5)]
    assert np.log(ends[0].real_income_hat[n] / ends[1].real_income_hat[n]) == pytest.approx(income, rel=1e-5)
    china = world.labels.country("CHN")
    moved = (emitted.new(ends[0]) - emitted.new(ends[1]))[china]
    assert moved == pytest.approx(emitted.new(value)[china] * volumes, rel=1e-5)


def test_rents_have_the_derivative_of_earnings(world):
    share, n = np.full(world.va_share.shape, 0.3), world.labels.country("USA")

    def at(duty):
        tariff = np.array(world.tariff)
        tariff[n, world.labels.country("CHN"), 1] += duty
        return solve(Model(world), Wedges.of(world, tariff=tariff)).value

    value = at(0.2)
    (slope,) = gradients(value, [Output("sales", sales=np.eye(4)[1] * (np.arange(5) == n)[:, None])])
    by_duty = 0.3 * world.va_share[n, 1] * slope.tariff[n, world.labels.country("CHN"), 1]
    ends = [rents_new(at(duty), share)[n, 1] for duty in (0.2 + 1e-4, 0.2 - 1e-4)]
    assert (ends[0] - ends[1]) / 2e-4 == pytest.approx(by_duty, rel=1e-6)
