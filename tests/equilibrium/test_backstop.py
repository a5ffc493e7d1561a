"""The way out of a shortage: its limits, its accounts, its price, and the same equilibrium found without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from detente.core import RESULTS, InputError, UnitError
from detente.equilibrium import Model, Newton, Policy, QuantityControl, Structure, residuals, solve
from detente.equilibrium.backstop import MOST, Backstop, Step
from detente.equilibrium.gradients import derivatives
from detente.equilibrium.quantity_search import BatchSetting, by_newton
from detente.world import Wedges, toy

WORLD = toy().with_elasticities(0.1 * toy().trade_elasticity, "a tenth: a shortage is felt")
SHORT = Structure(
    sigma_value_added=0.4,
    sigma_materials=0.1,
    sigma_critical=0.05,
    critical=("PARTS",),
    sigma_final=0.8,
    mobility=1.05,
)
LADDER = (Step("thrift", 0.1, 1.2, 1.5), Step("stop", 1.0, 1.3, 4.0, stops=True))


def with_ladder(structure: Structure = SHORT, *steps: Step, economy=WORLD) -> Structure:
    schedules = {(code, "PARTS"): steps or LADDER for code in economy.labels.countries}
    return replace(structure, backstop=Backstop.of(economy, schedules))


def cut(share: float, **how) -> Policy:
    sellers = [code for code in WORLD.labels.countries if code != "USA"]
    how = {"importers": "USA", "exporters": sellers, "sectors": "PARTS", "share": share, **how}
    return Policy.unchanged(WORLD).limit("cut", **how)


def test_a_schedule_without_capacity_changes_no_bit():
    plain = solve(Model(WORLD, SHORT), cut(0.5)).value
    none = solve(Model(WORLD, with_ladder(SHORT, Step("none", 0.0, 1.1, 2.0))), cut(0.5)).value
    assert np.array_equal(plain.price_hat, none.price_hat)
    assert np.array_equal(plain.real_income_hat, none.real_income_hat)


@pytest.mark.parametrize("structure", [Structure(), SHORT])
def test_a_schedule_that_nobody_needs_changes_nothing(structure):
    duties = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.1)
    plain = solve(Model(WORLD, structure), duties).value
    idle = solve(Model(WORLD, with_ladder(structure, Step("far", 1.0, 50.0, 60.0))), duties).value
    assert not idle.outside_new.any()
    assert np.abs(plain.price_hat / idle.price_hat - 1).max() < 1e-12


def test_it_comes_to_the_plain_model_as_its_capacity_shrinks():
    plain = solve(Model(WORLD, SHORT), cut(0.5)).value.real_income_hat
    gaps = []
    for capacity in (1e-2, 1e-3):
        structure = with_ladder(SHORT, Step("thrift", capacity, 1.01, 1.5))
        gaps.append(np.abs(solve(Model(WORLD, structure), cut(0.5)).value.real_income_hat - plain).max())
    assert 0 < gaps[1] < 0.15 * gaps[0]


@pytest.mark.parametrize("rent", ["exporter", "importer", "destroyed"])
@pytest.mark.parametrize("share", [0.1, 0.07, 0.0])
@pytest.mark.parametrize(
    "structure", [Structure(mobility=2.0), SHORT, Structure(mobility=2.0, wage_floor=0.999)]
)
def test_the_same_equilibrium_without_it(structure, share, rent):
    """A duty on every supplier, at home too, with trade costs that take it back, buys as much less from each and pays the same.

    ``1 + t = 1/(1 − b)`` with ``d_hat = 1 − b`` leaves every price alone, and hands a share b of spending to households.
    """
    solution = solve(Model(WORLD, with_ladder(structure)), cut(share, rent=rent))
    value = solution.value
    outside = (value.outside_new / value.expenditure_new)[:, None, :]
    assert outside.max() > 0.01
    wedges = Wedges(
        (1 + value.wedges.tariff) / (1 - outside) - 1,
        value.wedges.iceberg_hat * (1 - outside),
        value.wedges.export_tax,
    )
    other = solve(Model(WORLD, structure), wedges).value
    assert np.abs(other.price_hat / value.price_hat - 1).max() < 1e-9
    assert np.abs(other.expenditure_new / value.expenditure_new - 1).max() < 1e-9
    assert np.abs(other.output_new / value.output_new - 1).max() < 1e-9
    spent = value.income_new + value.backstop_cost_new
    assert np.abs(other.income_new / spent - 1).max() < 1e-9


@settings(max_examples=25, deadline=None)
@given(
    share=st.one_of(st.just(0.0), st.floats(0.001, 0.9)),
    capacity=st.floats(0.01, 0.3),
    first=st.floats(1.0, 2.0),
    length=st.floats(1.2, 10.0),
    mobility=st.sampled_from((1.05, 2.0, float("inf"))),
)
def test_markets_clear_and_the_accounts_add_up(share, capacity, first, length, mobility):
    steps = (Step("thrift", capacity, first, first * length), Step("stop", 1.0, 1.5, 6.0, stops=True))
    structure = with_ladder(replace(SHORT, mobility=mobility), *steps)
    solution = solve(Model(WORLD, structure), cut(share))
    value = solution.value
    assert solution.stats["max_residual"] < 1e-10
    assert abs(float(solution.stats["walras"])) < 1e-9
    assert value.price_hat[:, WORLD.labels.sector("PARTS")].max() < 12
    # what is spent is what is bought: in the market or outside it
    inputs = value.technology.bought(np.log(value.price_hat), np.log(value.cost_hat), value.output_new)
    spent = (value.expenditure_new - inputs).sum(1)
    assert np.allclose(spent, value.income_new + value.backstop_cost_new, rtol=1e-9)
    # trade balances are those of the closure
    border = value.flows_new
    assert np.allclose(border.sum((1, 2)) - border.sum((0, 2)), value.deficit_new, atol=1e-6 * border.sum())


def test_resources_are_the_area_under_the_schedule():
    backstop = with_ladder().backstop
    assert backstop is not None
    for x in (0.0, 0.1, 0.3, 0.5, 2.0):
        grid = np.linspace(0.0, x, 200_001)
        met = backstop.met(np.repeat(grid[:, None], len(backstop.base), 1))
        middle = np.exp((grid[1:] + grid[:-1]) / 2)[:, None, None]
        area = backstop.base * (np.diff(met, axis=0) * middle).sum(0)
        found = backstop.resources(np.full(len(backstop.base), x))
        assert np.allclose(area, found, rtol=1e-6, atol=1e-3)


def test_a_good_without_a_price_has_one_where_its_buyers_have_a_way_out():
    """Alone, a country's parts would take more parts to make than come out; a schedule keeps their price finite."""
    rigid = Structure(sigma_value_added=0.02, sigma_materials=0.02, sigma_final=0.8, mobility=1.05)
    world = WORLD.with_elasticities(np.full(len(WORLD.labels.sectors), 0.25), "a quarter")
    sellers = [code for code in world.labels.countries if code != "MEX"]
    ban = Policy.unchanged(world).limit(
        "ban", importers="MEX", exporters=sellers, sectors="PARTS", share=0.0, rent="destroyed"
    )
    without = solve(Model(world, rigid), ban, throw=False)
    assert without.result is RESULTS.no_equilibrium
    structure = with_ladder(rigid, Step("stop", 1.0, 1.5, 200.0, stops=True), economy=world)
    found = solve(Model(world, structure), ban)
    assert found.result is RESULTS.successful
    # nearly all of it is got outside, at the schedule's price: one solver's point, judged by the plain equations
    n, s = world.labels.country("MEX"), world.labels.sector("PARTS")
    value = found.value
    assert value.outside_new[n, s] == pytest.approx(MOST * value.expenditure_new[n, s], rel=1e-9)
    assert 1.5 < value.price_hat[n, s] < 200


def test_wanting_more_than_a_schedule_may_give_is_no_equilibrium():
    """At a higher price than the schedule's, buyers would get more outside than all but the last of what they spend."""
    rigid = Structure(sigma_value_added=0.02, sigma_materials=0.02, sigma_final=0.8, mobility=1.05)
    value = solve(
        Model(WORLD, with_ladder(rigid, Step("all", 3.0, 1.01, 1.5))), cut(0.05, rent="destroyed")
    ).value
    n, s = WORLD.labels.country("USA"), WORLD.labels.sector("PARTS")
    assert value.outside_new[n, s] < MOST * value.expenditure_new[n, s]
    assert residuals(value)["price_residual"] < 1e-10
    wider = replace(value.structure.backstop, capacity=100 * value.structure.backstop.capacity)
    greedy = replace(value, structure=replace(value.structure, backstop=wider))
    assert residuals(greedy)["price_residual"] > 1


def test_the_lowest_income_is_what_is_left_to_enjoy():
    steps = (Step("stop", 1.0, 2.0, 40.0, stops=True),)
    how = {"importers": "MEX", "exporters": ["USA", "CHN", "EU27", "ROW"], "rent": "destroyed"}
    value = solve(Model(WORLD, with_ladder(SHORT, *steps)), cut(0.02, **how)).value
    left, cost = value.income_new / WORLD.income, value.backstop_cost_new
    assert left.argmin() == cost.argmax() == WORLD.labels.country("MEX")
    assert cost.max() > 0.01 * value.income_new[cost.argmax()]
    assert residuals(value)["lowest_income"] == pytest.approx(left.min(), rel=1e-12)


def test_a_search_ends_where_the_last_of_a_good_has_no_derivative():
    """Where the schedule sets the price, volumes have a kink: a code for that scenario, no error that stops a batch."""
    rigid = Structure(sigma_value_added=0.02, sigma_materials=0.02, sigma_final=0.8, mobility=1.05)
    structure = with_ladder(rigid, Step("stop", 1.0, 1.5, 20.0, stops=True), economy=WORLD)
    sellers = [code for code in WORLD.labels.countries if code != "MEX"]
    iceberg = np.ones_like(WORLD.flows)
    n, s = WORLD.labels.country("MEX"), WORLD.labels.sector("PARTS")
    iceberg[n, :, s] = 1e5
    held = QuantityControl.on(
        WORLD, "held", importers=["USA"], exporters=sellers[1:], sectors=["GOODS"], limit=0.5
    )
    setting = BatchSetting(WORLD, structure, "share", Newton())
    searched = by_newton(setting, Wedges.of(WORLD, iceberg_hat=iceberg), [held], None)
    value = searched.solution.value
    assert value.outside_new[n, s] == pytest.approx(MOST * value.expenditure_new[n, s], rel=1e-9)
    assert searched.solution.result is RESULTS.gave_up
    with pytest.raises(InputError, match="no derivative"):
        derivatives.gradients(value, [derivatives.real_income(value, "USA")])


def test_a_dearer_way_out_costs_more():
    losses = []
    for full in (2.0, 4.0, 8.0):
        steps = (Step("stop", 1.0, 1.3, full, stops=True),)
        value = solve(Model(WORLD, with_ladder(SHORT, *steps)), cut(0.1)).value
        losses.append(1 - float(value.real_income_hat[WORLD.labels.country("USA")]))
    assert 0 < losses[0] < losses[1] < losses[2]


FLOORED = (replace(SHORT, wage_floor=1.0), replace(SHORT, mobility=float("inf"), wage_floor=1.0))


@pytest.mark.parametrize("structure", FLOORED)
def test_wage_floors_hold_beside_a_way_out(structure):
    solution = solve(Model(WORLD, with_ladder(structure)), cut(0.1, rent="destroyed"))
    value = solution.value
    assert solution.stats["max_residual"] < 1e-10
    assert abs(float(solution.stats["walras"])) < 1e-9
    assert value.unemployment.max() > 0.01
    assert value.outside_new[0].sum() > 0.01 * value.expenditure_new[0, 1]
    assert (value.nominal_wage_hat >= 1).all()
    # what is spent is what is bought: in the market or outside it
    inputs = value.technology.bought(np.log(value.price_hat), np.log(value.cost_hat), value.output_new)
    spent = (value.expenditure_new - inputs).sum(1)
    assert np.allclose(spent, value.income_new + value.backstop_cost_new, rtol=1e-9)
    # without a floor wages fall where people were out of work, and all work
    free = solve(Model(WORLD, with_ladder(replace(structure, wage_floor=0.0))), cut(0.1, rent="destroyed"))
    worst = value.unemployment.argmax()
    assert free.value.wage_hat[worst] < 1
    assert not free.value.unemployment.any()


@pytest.mark.parametrize("structure", [SHORT, replace(SHORT, mobility=float("inf")), *FLOORED])
def test_derivatives_are_central_differences(structure):
    model = Model(WORLD, with_ladder(structure))
    base = solve(model, cut(0.4)).value
    assert base.outside_new.any()
    assert base.unemployment.any() == bool(structure.wage_floor)
    outputs = [
        derivatives.real_income(base, "USA"),
        derivatives.real_income(base, "CHN"),
        derivatives.price(base, "USA", "PARTS"),
        derivatives.flow_volume(base, "USA", "CHN", "PARTS"),
        derivatives.tariff_revenue(base, "USA"),
    ]
    labels = WORLD.labels
    n, i, s = labels.country("USA"), labels.country("CHN"), labels.sector("PARTS")

    def read(value):
        return np.array(
            [
                np.log(value.real_income_hat[n]),
                np.log(value.real_income_hat[i]),
                np.log(value.price_hat[n, s]),
                np.log(value.flow_volume_hat[n, i, s]),
                value.tariff_revenue_new[n],
            ]
        )

    found = derivatives.gradients(base, outputs)
    for cell in ((n, i, s), (i, n, 0), (n, 2, s)):
        sides = []
        for step in (1e-4, -1e-4):  # smaller ones show the residual of the solves
            tariff = np.array(base.wedges.tariff)
            tariff[cell] += step
            wedges = Wedges(tariff, base.wedges.iceberg_hat, base.wedges.export_tax)
            sides.append(read(solve(model, wedges, start=base).value))
        slope = (sides[0] - sides[1]) / 2e-4
        for k, gradient in enumerate(found):
            assert gradient.tariff[cell] == pytest.approx(slope[k], rel=2e-5, abs=1e-7), outputs[k].name


@pytest.mark.parametrize(
    "values",
    [(-0.1, 1.0, 2.0), (float("nan"), 1.0, 2.0), (0.1, 0.9, 2.0), (0.1, 2.0, 2.0), (0.1, 1.0, float("inf"))],
)
def test_a_step_without_sense_is_refused(values):
    with pytest.raises(UnitError):
        Step("step", *values)


def test_two_that_differ_never_read_the_same():
    """What is kept on disk of solved games is kept by what a structure reads like."""
    backstop = with_ladder().backstop
    other = replace(backstop, capacity=backstop.capacity * (1 + 1e-15))
    assert repr(backstop) == repr(with_ladder().backstop)
    assert not np.array_equal(backstop.capacity, other.capacity)
    assert repr(backstop) != repr(other)


def test_two_steps_of_one_name_are_refused():
    with pytest.raises(InputError, match="one name"):
        with_ladder(SHORT, Step("thrift", 0.1, 1.1, 2.0), Step("thrift", 0.2, 2.0, 3.0))
