"""Adjoint derivatives against central differences of the solved equilibrium, in every structure and for every instrument."""

from __future__ import annotations

import numpy as np
import pytest

from detente.equilibrium import Model, Structure, solve
from detente.equilibrium.gradients import derivatives as adjoint
from detente.world import Wedges, load_world, toy

CELLS = ((0, 1, 2), (1, 0, 0), (2, 3, 1), (0, 2, 1))


def structures(economy):
    profit = np.minimum(0.1, 0.5 * economy.va_share)
    first, _, third, *_ = economy.labels.sectors
    nests = {
        "sigma_value_added": 0.3,
        "sigma_materials": 0.3,
        "sigma_critical": 0.05,
        "critical": (first, third),
    }
    return {
        "core": Structure(),
        "nests": Structure(**nests),
        "final": Structure(sigma_final=0.6),
        "mobility": Structure(mobility=1.5),
        "profits": Structure(profit_share=profit),
        "all": Structure(**nests, sigma_final=0.7, mobility=1.5, profit_share=profit),
    }


def war(economy):
    draw = np.random.default_rng(1)
    off = ~np.eye(len(economy.labels.countries), dtype=bool)[:, :, None]
    tariff = economy.tariff + off * draw.uniform(0, 0.4, economy.tariff.shape)
    tax = off * draw.uniform(0, 0.1, tariff.shape)
    iceberg = np.where(off, np.exp(draw.normal(0, 0.1, tariff.shape)), 1.0)
    return {"tariff": tariff, "iceberg_hat": iceberg, "export_tax": tax}


def outputs(value):
    countries, sectors = value.economy.labels.countries, value.economy.labels.sectors
    return [
        adjoint.real_income(value, countries[0]),
        adjoint.real_income(value, countries[3]),
        adjoint.price(value, countries[1], sectors[1]),
        adjoint.output_volume(value, countries[2], sectors[0]),
        adjoint.flow_volume(value, countries[0], countries[1], sectors[2]),
        adjoint.tariff_revenue(value, countries[0]),
    ]


def readings(value):
    volume = value.flows_new / (1 + value.wedges.export_tax) / value.cost_hat[None]
    return np.array(
        [
            np.log(value.real_income_hat[0]),
            np.log(value.real_income_hat[3]),
            np.log(value.price_hat[1, 1]),
            np.log(value.output_new[2, 0] / value.cost_hat[2, 0]),
            np.log(volume[0, 1, 2]),
            value.tariff_revenue_new[0],
        ]
    )


@pytest.mark.parametrize("name", tuple(structures(toy())))
def test_against_central_differences(name):
    economy = toy()
    structure = structures(economy)[name]
    arrays = war(economy)
    value = solve(Model(economy, structure), Wedges(**arrays)).value
    found = adjoint.gradients(value, outputs(value))
    step = 2e-5
    for key, attribute in (
        ("tariff", "tariff"),
        ("export_tax", "export_tax"),
        ("iceberg_hat", "log_iceberg"),
    ):
        for cell in CELLS:
            sides = []
            for sign in (1, -1):
                moved = {other: np.array(array) for other, array in arrays.items()}
                if key == "iceberg_hat":
                    moved[key][cell] *= np.exp(sign * step)
                else:
                    moved[key][cell] += sign * step
                sides.append(readings(solve(Model(economy, structure), Wedges(**moved)).value))
            numeric = (sides[0] - sides[1]) / (2 * step)
            analytic = np.array([getattr(gradient, attribute)[cell] for gradient in found])
            np.testing.assert_allclose(analytic, numeric, rtol=2e-6, atol=2e-8)


def test_on_the_shipped_world_one_country_at_a_time_is_all_together():
    economy = load_world()
    value = solve(Model(economy), Wedges.unchanged(economy)).value
    together = adjoint.gradients(value, [adjoint.real_income(value, code) for code in ("USA", "CHN", "VNM")])
    alone = adjoint.gradients(value, [adjoint.real_income(value, "CHN")])[0]
    np.testing.assert_allclose(together[1].tariff, alone.tariff, atol=1e-12)


def test_a_direction_is_the_sum_of_its_cells():
    """The derivative along a whole policy is what a small step of that policy does."""
    economy = load_world()
    usa, chn = economy.labels.country("USA"), economy.labels.country("CHN")
    direction = np.zeros_like(economy.tariff)
    direction[usa, chn] = 1.0
    value = solve(Model(economy), Wedges.unchanged(economy)).value
    gradient = adjoint.gradients(value, [adjoint.real_income(value, "USA")])[0]
    step = 1e-4
    up, down = (
        solve(
            Model(economy), Wedges.of(economy, tariff=economy.tariff + sign * step * direction)
        ).value.real_income_hat[usa]
        for sign in (1, -1)
    )
    numeric = (np.log(up) - np.log(down)) / (2 * step)
    assert (gradient.tariff * direction).sum() == pytest.approx(numeric, rel=1e-5)


def test_no_outputs_no_gradients():
    economy = toy()
    assert adjoint.gradients(solve(Model(economy), Wedges.unchanged(economy)).value, []) == ()
