"""The front door: names that load on demand, policies in labels, one solve, results with their labels."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import detente
from detente import Model, Policy, Standoff, labelled_result, load_world, solve, toy
from detente.core import InputError, LabelError, SolveError, UnitError
from detente.equilibrium import Newton
from detente.equilibrium.controls import QuantityControl
from detente.equilibrium.solver import solve_batch
from detente.world import Wedges, goods_sectors

WORLD = toy()
LABELS = WORLD.labels


def at(code):
    return LABELS.country(code)


def test_every_name_is_there_and_none_is_loaded_before_it_is_used():
    assert len(detente.__all__) <= 32
    for name in detente.__all__:
        assert getattr(detente, name) is not None
    code = "import detente, sys; print([m for m in ('numpy', 'scipy', 'pandas') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
    with pytest.raises(AttributeError, match="did you mean `Standoff`"):
        detente.Standof  # noqa: B018


def test_duties_are_set_by_label_and_nothing_else_moves():
    before = Policy.unchanged(WORLD)
    after = before.duty("USA", ("CHN", "MEX"), sectors="PARTS").add_points(0.25)
    expected = np.array(WORLD.tariff)
    for code in ("CHN", "MEX"):
        expected[at("USA"), at(code), LABELS.sector("PARTS")] += 0.25
    np.testing.assert_array_equal(after.wedges.tariff, expected)
    np.testing.assert_array_equal(before.wedges.tariff, WORLD.tariff)
    imposed = before.duty("USA", "CHN", sectors="PARTS").impose(0.4)
    assert imposed.wedges.tariff[at("USA"), at("CHN"), LABELS.sector("PARTS")] == 0.4
    doubled = imposed.duty("USA", "CHN", sectors="PARTS").scale(2)
    assert doubled.wedges.tariff[at("USA"), at("CHN"), LABELS.sector("PARTS")] == 0.8
    gone = doubled.duty("USA", "CHN", sectors="PARTS").remove()
    assert gone.wedges.tariff[at("USA"), at("CHN"), LABELS.sector("PARTS")] == 0


def test_goods_leave_services_and_sales_at_home_alone():
    everywhere = Policy.unchanged(WORLD).duty("all").add_points(0.1).wedges.tariff - WORLD.tariff
    goods = np.zeros(len(LABELS.sectors), dtype=bool)
    goods[list(goods_sectors(WORLD))] = True
    assert not everywhere[:, :, ~goods].any()
    assert not everywhere[range(len(everywhere)), range(len(everywhere))].any()
    abroad = ~np.eye(len(everywhere), dtype=bool)
    np.testing.assert_allclose(everywhere[abroad][:, goods], 0.1)


def test_costs_and_export_taxes_have_the_same_verbs():
    policy = Policy.unchanged(WORLD).trade_cost("USA", "CHN", "PARTS").add_points(0.2)
    assert policy.wedges.iceberg_hat[at("USA"), at("CHN"), LABELS.sector("PARTS")] == pytest.approx(1.2)
    policy = policy.export_tax("CHN", "USA", "PARTS").impose(0.3)
    assert policy.wedges.export_tax[at("USA"), at("CHN"), LABELS.sector("PARTS")] == 0.3
    assert np.count_nonzero(policy.wedges.export_tax) == 1
    assert repr(policy) == "<Policy base year: 1 trade cost changed, 1 export tax changed>"


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda p: p.duty("USS"), LabelError, "USA"),
        (lambda p: p.duty("USA", sectors="PART"), LabelError, "PARTS"),
        (lambda p: p.duty("USA", "USA"), InputError, "the same country"),
        (lambda p: p.duty("USA", "CHN").impose(-0.1), UnitError, "fractions"),
        (lambda p: p.duty("USA", "CHN").impose(float("nan")), UnitError, "fractions"),
    ],
)
def test_what_has_no_sense_is_refused_with_the_next_step(make, error, told):
    with pytest.raises(error) as caught:
        make(Policy.unchanged(WORLD))
    assert told in str(caught.value)


def test_one_solve_is_the_batch_is_the_engine():
    war = Policy.unchanged(WORLD, "war").duty("USA", "CHN").add_points(0.25)
    model = Model(WORLD, closure="zero")
    alone = solve(model, war)
    together = solve(model, [war, war.duty("CHN", "USA").add_points(0.25)])
    engine = solve_batch(WORLD, [war.wedges], closure="zero")[0]
    np.testing.assert_array_equal(alone.value.price_hat, engine.value.price_hat)
    np.testing.assert_allclose(together[0].value.price_hat, alone.value.price_hat, rtol=1e-11)
    assert together[1].value.real_income_hat[at("USA")] < alone.value.real_income_hat[at("USA")]
    np.testing.assert_allclose(
        solve(model, war, start=together[1].value).value.price_hat, alone.value.price_hat, rtol=1e-9
    )


def test_limits_are_part_of_a_policy_and_what_they_do_of_its_solution():
    policy = Policy.unchanged(WORLD).limit(
        "parts", importers="USA", exporters="CHN", sectors="PARTS", share=0.5, rent="importer"
    )
    solution = solve(Model(WORLD), policy)
    assert solution.bindings["parts"].volume_hat == pytest.approx(0.5, rel=1e-9)
    control = QuantityControl.on(
        WORLD, "parts", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], limit=0.5, rent="importer"
    )
    same = solve(Model(WORLD), Policy(WORLD, Wedges.unchanged(WORLD), (control,)))
    np.testing.assert_array_equal(solution.value.price_hat, same.value.price_hat)
    again = solve(Model(WORLD), policy, start=solution)
    np.testing.assert_allclose(again.value.price_hat, solution.value.price_hat, rtol=1e-9)


def test_a_policy_of_another_world_and_a_failure_are_told():
    with pytest.raises(InputError, match="another world"):
        solve(Model(load_world()), Policy.unchanged(WORLD))
    war = Policy.unchanged(WORLD).duty("all").add_points(3.0)
    hurried = Model(WORLD, solver=Newton(max_steps=1, robust=False))
    assert not solve(hurried, war, throw=False).result.ok
    with pytest.raises(SolveError):
        solve(hurried, war)
    with pytest.raises(InputError, match="closure"):
        Model(WORLD, closure="shares")


def test_results_carry_their_labels():
    value = solve(Model(WORLD), Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.25)).value
    flows = labelled_result(value, "flows_new")
    assert flows["USA", "CHN", "PARTS"] == value.flows_new[at("USA"), at("CHN"), LABELS.sector("PARTS")]
    np.testing.assert_array_equal(flows["USA", "CHN"], value.flows_new[at("USA"), at("CHN")])
    assert "<td>USA</td>" in flows._repr_html_()
    with pytest.raises(LabelError, match="real_income_hat"):
        labelled_result(value, "real_income")
    with pytest.raises(LabelError, match="axes"):
        flows["USA", "CHN", "PARTS", "PARTS"]
    pandas = pytest.importorskip("pandas")
    series = flows.to_pandas()
    assert isinstance(series, pandas.Series)
    assert series.index.names == ["importer", "exporter", "sector"]
    assert series["USA", "CHN", "PARTS"] == flows["USA", "CHN", "PARTS"]


def test_what_is_printed_of_a_world_and_a_result_is_short():
    world = load_world()
    solution = solve(Model(world), Policy.unchanged(world, "war").duty("USA", "CHN").add_points(0.25))
    for thing in (world, solution, solution.value, Wedges.unchanged(world), Model(world)):
        assert repr(thing).startswith("<")
        assert len(repr(thing)) < 200


def test_a_standoff_solves_the_outcomes_of_its_record():
    standoff = Standoff.load("busan-2025")
    assert {"standing", "talks-fail"} <= set(standoff.scenarios)
    policy = standoff.policy("talks-fail")
    assert policy.controls
    whole = standoff.solve("talks-fail")["talks-fail"]
    by_hand = solve(standoff.model("long"), policy)
    np.testing.assert_allclose(by_hand.value.real_income_hat, whole.value.real_income_hat, rtol=1e-12)
    with pytest.raises(LabelError):
        standoff.scenario("talk-fails")
