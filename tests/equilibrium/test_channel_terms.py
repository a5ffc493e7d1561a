"""Each channel of real income against its own sentence, cell by cell, for a small change of every kind of wedge."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from detente.core import SolveError
from detente.equilibrium import Model, Structure, solve
from detente.equilibrium.explain.attribute import Move, integrated_gradients
from detente.equilibrium.explain.channels import CHANNELS, decompose_path
from detente.equilibrium.explain.targets import target
from detente.world import Wedges, toy

WORLD = toy()
N, S = WORLD.output.shape
STEP = 1e-3


def wedges(step: float) -> Wedges:
    """Duties, trade costs and export taxes abroad, all of them moved by `step`."""
    draw = np.random.default_rng(5)
    off = ~np.eye(N, dtype=bool)[:, :, None]
    first, second, third, tax = (np.where(off, draw.random(WORLD.tariff.shape), 0.0) for _ in range(4))
    return Wedges(WORLD.tariff + 0.1 + step * first, np.exp(step * second), 0.05 * tax + step * third * off)


@pytest.mark.parametrize(
    "structure",
    [
        Structure(),
        Structure(sigma_final=0.8, mobility=1.5, profit_share=0.05),
        Structure(sigma_materials=0.3, sigma_critical=0.1, critical=("PARTS",), profit_share=0.1),
    ],
    ids=["core", "profits and immobile", "nests"],
)
@pytest.mark.parametrize("closure", ["share", "fixed"])
def test_every_channel_is_what_its_sentence_says(structure: Structure, closure: str) -> None:
    start, end = wedges(0.0), wedges(STEP)
    found = decompose_path(Model(WORLD, structure, closure=closure), start, end)
    old, new = (solve(Model(WORLD, structure, closure), one).value for one in (start, end))

    def mean(name: str) -> np.ndarray:
        return (getattr(old, name) + getattr(new, name)) / 2

    def grew(name: str) -> np.ndarray:
        return getattr(new, name) - getattr(old, name)

    flow, income, output = mean("flows_new"), mean("income_new"), mean("output_new")
    duty, tax = (start.tariff + end.tariff) / 2, (start.export_tax + end.export_tax) / 2
    cost = np.log(new.cost_hat / old.cost_hat)
    at_border = cost[None] + np.log((1 + end.export_tax) / (1 + start.export_tax))
    iceberg = np.log(end.iceberg_hat / start.iceberg_hat)
    producer_old = old.flows_new / (1 + start.export_tax)
    producer_new = new.flows_new / (1 + end.export_tax)
    expected = {name: np.zeros(N) for name in CHANNELS}
    with_partner = np.zeros((N, N))
    for n in range(N):
        for i in range(N):
            for s in range(S):
                if i != n:
                    with_partner[n, i] += (
                        flow[i, n, s] * at_border[i, n, s] - flow[n, i, s] * at_border[n, i, s]
                    )
                expected["trade_costs"][n] -= flow[n, i, s] * iceberg[n, i, s]
                dearer = at_border[n, i, s] + iceberg[n, i, s]
                expected["volume_of_trade"][n] += duty[n, i, s] * (
                    grew("flows_new")[n, i, s] - flow[n, i, s] * dearer
                )
                sold = (producer_old[i, n, s] + producer_new[i, n, s]) / 2
                expected["taxed_exports"][n] += tax[i, n, s] * (
                    producer_new[i, n, s] - producer_old[i, n, s] - sold * cost[n, s]
                )
        profit = old.technology.profit_share[n]
        expected["profits"][n] = (profit * (grew("output_new")[n] - output[n] * cost[n])).sum()
    expected["terms_of_trade"] = with_partner.sum(1)
    expected["transfers"] = grew("deficit_new")
    for name, parts in found.parts.items():
        size = np.abs(expected[name] / income).max()
        assert parts == pytest.approx(expected[name] / income, abs=1e-4 * size + 1e-11), name
    scale = income[:, None]
    assert found.terms_with == pytest.approx(with_partner / scale, abs=1e-8)
    assert found.volume_with.sum(1) == pytest.approx(found.parts["volume_of_trade"], abs=1e-14)
    assert np.abs(found.gap).max() < 1e-10
    assert found.points == 9  # the first points are enough
    moved = [name for name in CHANNELS if np.abs(expected[name]).max() > 0]
    assert len(moved) >= (5 if structure.sigma_final != 1 or structure.critical else 4)


def test_terms_of_trade_of_all_partners_cancel() -> None:
    """What one country's exports gain in price, its buyers' imports lose."""
    found = decompose_path(Model(WORLD, closure="share"), wedges(0.0), wedges(0.2))
    income = solve(Model(WORLD, closure="share"), wedges(0.0)).value.income_new
    gains = found.terms_with * income[:, None]
    # At the incomes of one end alone the two sides of a pair cancel to first order only.
    assert np.abs(gains + gains.T).max() < 0.1 * np.abs(gains).max()


def moves(start: Wedges, end: Wedges) -> list[Move]:
    zero = np.zeros_like(start.tariff)
    return [
        Move("duties", end.tariff - start.tariff, zero, zero),
        Move("costs", zero, np.log(end.iceberg_hat / start.iceberg_hat), zero),
        Move("taxes", zero, zero, end.export_tax - start.export_tax),
    ]


@pytest.mark.parametrize("name", ["usa.real_income", "usa.revenue"])
def test_a_path_has_as_few_points_as_its_parts_need(name: str) -> None:
    start, goal = wedges(0.0), target(name, WORLD)
    for step, few in ((1e-3, True), (3.0, False)):
        end = wedges(step)
        found = integrated_gradients(Model(WORLD), start, end, moves(start, end), goal)
        assert (found.points == 9) == few
        assert abs(found.gap) <= 1e-8 * sum(map(abs, found.parts)) + 1e-12


@pytest.mark.parametrize("name", ["usa.real_income", "usa.equivalent_variation"])
def test_parts_that_nearly_add_up_are_taken_and_others_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two points only: judged by the size of the parts, or by one log point or million where they are smaller."""
    room = sys.modules[integrated_gradients.__module__]
    start, end, goal = wedges(0.0), wedges(0.3), target(name, WORLD)
    for key, value in (("SIZES", (2,)), ("TIGHT", 0.0), ("NOISE", 0.0), ("COMPLETE", 1.0)):
        monkeypatch.setattr(room, key, value)
    found = integrated_gradients(Model(WORLD), start, end, moves(start, end), goal)
    size = max(1.0, sum(map(abs, found.parts)))
    assert (size > 10) == (name == "usa.equivalent_variation")
    assert abs(found.gap) > 1e-9
    monkeypatch.setattr(room, "COMPLETE", 1.01 * abs(found.gap) / size)
    assert integrated_gradients(Model(WORLD), start, end, moves(start, end), goal).parts == found.parts
    monkeypatch.setattr(room, "COMPLETE", 0.99 * abs(found.gap) / size)
    with pytest.raises(SolveError, match="miss the whole"):
        integrated_gradients(Model(WORLD), start, end, moves(start, end), goal)
