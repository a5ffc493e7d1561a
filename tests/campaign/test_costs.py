"""Costs of futures against a day-by-day sum, the grid against exact solves, and pain as a covariate on simulated truth."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest

from detente.campaign import (
    CostSurface,
    Futures,
    Ledger,
    cost_of_futures,
    cost_surface,
    cost_table,
)
from detente.campaign.ledger import NO_CLOCK, Act
from detente.cases import Standoff
from detente.core import InputError
from detente.dossier import load_dossier
from detente.equilibrium import Model, Policy, solve
from detente.policy import Scenario, wedges_at
from detente.world import Wedges, goods_sectors, load_world

SIDES = ("USA", "CHN")


@cache
def surface() -> CostSurface:
    rng = np.random.default_rng(4)
    nodes = np.linspace(0, 1.4, 15)
    income = -np.cumsum(np.cumsum(rng.random((2, 15, 15)), axis=1), axis=2) * 100
    effect = np.array([[-500.0, -120.0], [-400.0, -150.0]])
    return CostSurface(
        SIDES, nodes, nodes, income, effect, np.array([0.3, 0.2]), np.array([4.0, 8.0]), "short run"
    )


def futures(paths: int, days: int, seed: int) -> Futures:
    rng = np.random.default_rng(seed)
    rows = []
    for path in range(paths):
        for _ in range(int(rng.integers(0, 7))):
            duty = tuple(float(x) for x in rng.uniform(-0.02, 0.2, 2))
            controls = tuple(int(x) for x in rng.integers(-1, 2, 2))
            rows.append((path, int(rng.integers(1, days + 1)), int(Act.step), 0, NO_CLOCK, duty, controls))
    return Futures(
        dt.date(2025, 10, 28),
        days,
        seed,
        SIDES,
        (),
        paths,
        np.array([0.3, 0.2]),
        np.array([4, 8]),
        Ledger.of(rows),
        np.zeros((paths, 0), dtype=np.int8),
        np.zeros((paths, 0), dtype=np.int32),
    )


def test_a_sum_over_acts_is_the_sum_over_days() -> None:
    played = futures(40, 120, 1)
    costs = cost_of_futures(played, surface())
    daily = -surface().at(played.duty_by_day(), played.controls_by_day())
    np.testing.assert_allclose(costs.total, daily[:, 1:].sum(1) / 365, rtol=1e-11)
    np.testing.assert_allclose(costs.by_day, daily.mean(0), rtol=1e-11)
    standing = daily[0, 0]
    np.testing.assert_allclose(costs.total - costs.change, np.tile(standing * 120 / 365, (40, 1)), rtol=1e-12)


def test_where_nothing_happens_the_cost_is_what_stands() -> None:
    still = cost_of_futures(futures(3, 1, 0), surface())
    quiet = futures(3, 365, 0)
    quiet = Futures(*(Ledger.empty() if name == "ledger" else value for name, value in vars(quiet).items()))
    costs = cost_of_futures(quiet, surface())
    standing = -surface().at(np.array([0.3, 0.2]))
    assert costs.total.tolist() == [standing.tolist()] * 3
    assert not costs.change.any()
    assert still.by_day.shape == (2, 2)
    row = cost_table(costs).rows[0]
    assert row[1] == row[2] == row[3] == row[4]


def test_another_order_of_sides_is_refused() -> None:
    turned = Futures(
        *(SIDES[::-1] if name == "sides" else value for name, value in vars(futures(2, 5, 0)).items())
    )
    with pytest.raises(InputError, match="grid"):
        cost_of_futures(turned, surface())


def test_the_grid_holds_its_solves_and_lies_near_exact_ones_between() -> None:
    record = load_dossier("busan-2025")
    economy = load_world("world-2024")
    model = Model(economy)
    duty = (0.2, 0.1)
    grid = cost_surface(
        model, record, SIDES, duty, [[], [("chn-2025-rare-earth-licensing",)]], nodes=(0.0, 0.3, 0.6, 1.0)
    )
    n = [economy.labels.country(code) for code in SIDES]
    base = wedges_at(economy, record, Scenario(id="s", title="s", dossier=record.id), quantities=False)
    points = np.array([[0.2, 0.1], [0.0, 0.7], [0.31, 0.44], [0.83, 0.05]])
    exact = []
    for levels in points:
        tariff = base.tariff.copy()
        for k in (0, 1):
            row = tariff[n[k], n[1 - k]]
            goods = goods_sectors(economy)
            row[goods] = np.maximum(row[goods] + levels[k] - duty[k], 0.0)
        solved = solve(model, Policy(economy, Wedges(tariff, base.iceberg_hat, base.export_tax)))
        exact.append(solved.value.equivalent_variation_usd[n])
    read = grid.at(points)
    np.testing.assert_allclose(read[:1], exact[:1], rtol=1e-7)
    size = np.abs(exact).max()
    assert np.abs(read - np.array(exact)).max() < 0.02 * size
    assert grid.controls.tolist() == [0.0, 1.0]
    assert grid.per_control[0, 1] < 0  # what China withholds hurts the United States
    assert not grid.per_control[:, 0].any()


def test_controls_as_costs_are_near_controls_as_quantities():
    """The two figures of the page `outlook` for what stood on 28 October 2025, in the first year."""
    standoff = Standoff.load("busan-2025")
    model = standoff.model("short")
    places = [model.economy.labels.country(code) for code in standoff.parties]
    scenario = standoff.scenario("standing")
    wedges = wedges_at(model.economy, standoff.dossier, scenario, quantities=False)
    policies = [Policy(model.economy, wedges), standoff.policy(scenario)]
    as_costs, exact = (-each.value.equivalent_variation_usd[places] / 1e3 for each in solve(model, policies))
    assert as_costs == pytest.approx([6.7, 38.1], abs=0.05)
    assert exact == pytest.approx([6.4, 37.9], abs=0.05)
