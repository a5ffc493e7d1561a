"""A small world that has every part: deficits, duties, profits, a good without a maker here and without a buyer there."""

from __future__ import annotations

import numpy as np

from detente.core import Labels
from detente.equilibrium import Structure
from detente.world import Economy, Wedges


def world() -> Economy:
    """Three countries, three goods; A makes no Z, B buys no Y abroad, C uses none of X as an input."""
    draw = np.random.default_rng(12)
    flows = draw.uniform(5, 15, (3, 3, 3))
    flows[range(3), range(3)] = draw.uniform(60, 90, (3, 3))
    flows[:, 0, 2] = 0.0  # A makes no Z
    flows[1, [0, 2], 1] = 0.0  # B buys its Y at home
    tariff = draw.uniform(0.02, 0.2, (3, 3, 3))
    tariff[range(3), range(3)] = 0
    inputs = draw.uniform(0.05, 0.2, (3, 3, 3))
    inputs[2, 0, :] = 0.0
    return Economy(
        name="hand",
        year=2020,
        labels=Labels(("A", "B", "C"), ("X", "Y", "Z")),
        flows=flows,
        tariff=tariff,
        va_share=1 - inputs.sum(1),
        input_shares=inputs,
        trade_elasticity=np.array([3.0, 5.0, 8.0]),
        elasticity_source="made up",
    )


WORLD = world()
PROFIT = np.array([[0.05, 0.1, 0.02], [0.0, 0.08, 0.04], [0.06, 0.03, 0.1]])
STRUCTURES = {
    "core": Structure(),
    "profits": Structure(profit_share=PROFIT),
    "value added": Structure(sigma_value_added=0.4),
    "materials": Structure(sigma_materials=0.3),
    "critical": Structure(sigma_materials=0.6, sigma_critical=0.2, critical=("Y", "Z")),
    "critical only": Structure(sigma_critical=0.2, critical=("Y", "Z")),
    "final": Structure(sigma_final=0.6),
    "immobile": Structure(mobility=1.7),
    "all": Structure(
        sigma_value_added=0.5,
        sigma_materials=0.4,
        sigma_critical=0.15,
        critical=("X", "Z"),
        sigma_final=1.6,
        mobility=2.5,
        profit_share=PROFIT,
    ),
}


def shock(size: float = 0.3) -> Wedges:
    """Duties, trade costs and export taxes of every size."""
    draw = np.random.default_rng(3)
    shape = WORLD.flows.shape
    tariff = WORLD.tariff + draw.uniform(0, size, shape)
    cost = np.exp(draw.uniform(-size, size, shape))
    tax = draw.uniform(0, size / 2, shape)
    for array, nil in ((tariff, 0), (cost, 1), (tax, 0)):
        array[range(3), range(3)] = nil
    return Wedges(tariff, cost, tax)
