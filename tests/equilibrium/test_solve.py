"""Codes, errors and the ladder of methods of the solver."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.cases.horizons import horizon
from detente.core import RESULTS, BalanceError, InputError, LabelError, Labels, SolveError, UnitError
from detente.equilibrium import Model, Newton, Structure, rebase, residuals, solve
from detente.equilibrium.baseline import CORE, prepare
from detente.equilibrium.explain import decompose_welfare
from detente.equilibrium.implicit import factor_derivatives
from detente.equilibrium.newton import solve_prices
from detente.equilibrium.plain_residuals import GATE
from detente.equilibrium.robust import point_of, solve_robustly, sweep_in_stages
from detente.equilibrium.structure import Technology
from detente.world import Economy, Wedges, load_world, toy


@pytest.fixture(scope="module")
def economy():
    return toy()


def war(economy, size):
    tariff = np.array(economy.tariff)
    tariff[0, 1] += size
    tariff[1, 0] += size
    return Wedges.of(economy, tariff=tariff)


def test_residuals_are_reported_and_below_the_gate(economy):
    solution = solve(Model(economy), war(economy, 0.5))
    assert solution.result is RESULTS.successful
    assert solution.stats["max_residual"] < GATE
    assert abs(solution.stats["walras"]) < GATE
    assert solution.stats["dropped"] == economy.labels.countries[int(economy.value_added.argmax())]
    assert residuals(solution.value)["max_residual"] == solution.stats["max_residual"]


@pytest.mark.parametrize("closure", ["share", "fixed", "zero"])
def test_closures(economy, closure):
    value = solve(Model(economy, closure=closure), war(economy, 0.2)).value
    expected = np.zeros_like(economy.deficit) if closure == "zero" else economy.deficit
    np.testing.assert_allclose(value.flows_new.sum((1, 2)) - value.flows_new.sum((0, 2)), expected, atol=1e-4)


def test_unknown_closure(economy):
    with pytest.raises(InputError, match="unknown closure"):
        solve(Model(economy, closure="open"), Wedges.unchanged(economy))


def test_wedges_of_another_shape(economy):
    world = load_world()
    with pytest.raises(InputError, match="shape"):
        solve(Model(economy), Wedges.unchanged(world))


@pytest.mark.parametrize(
    ("name", "bad"), [("tariff", -1.0), ("tariff", np.nan), ("iceberg_hat", 0.0), ("export_tax", -2.0)]
)
def test_a_wedge_that_cannot_be_priced_names_its_cell(economy, name, bad):
    base = Wedges.unchanged(economy)
    arrays = {key: np.array(getattr(base, key)) for key in ("tariff", "iceberg_hat", "export_tax")}
    arrays[name][0, 1, 2] = bad
    cell = f"{name}\\[{economy.labels.countries[0]}, {economy.labels.countries[1]}, {economy.labels.sectors[2]}\\]"
    with pytest.raises(UnitError, match=cell):
        solve(Model(economy), Wedges(**arrays))


def test_a_scenario_that_fails_does_not_stop_the_others(economy):
    """One step is not enough for a large shock: the code says so and its neighbours are solved."""
    solver = Newton(max_steps=1, robust=False)
    wedges = [Wedges.unchanged(economy), war(economy, 2.0), Wedges.unchanged(economy)]
    codes = [solution.result for solution in solve(Model(economy, solver=solver), wedges, throw=False)]
    assert codes == [RESULTS.no_shock, RESULTS.max_steps_reached, RESULTS.no_shock]


def test_failure_raises_with_its_solution(economy):
    with pytest.raises(SolveError, match="ran out of steps") as caught:
        solve(Model(economy, solver=Newton(max_steps=1, robust=False)), war(economy, 2.0))
    assert caught.value.exit_code == 3
    assert caught.value.solution.result is RESULTS.max_steps_reached
    assert caught.value.solution.stats["max_residual"] > GATE


def test_a_shock_without_solution_has_a_code(economy):
    """A country forbidden every import cannot run the deficit its closure prescribes."""
    n = int(np.argmax(economy.deficit))
    cost = np.ones_like(economy.flows)
    cost[n] = 1e200
    cost[n, n] = 1.0
    solution = solve(Model(economy), Wedges.of(economy, iceberg_hat=cost), throw=False)
    assert not solution.result.ok


def test_economies_that_do_not_trade_are_refused():
    flows = np.zeros((2, 2, 1))
    flows[0, 0], flows[1, 1] = 1e6, 2e6
    alone = Economy(
        "two islands",
        2024,
        Labels(("AAA", "BBB"), ("goods",)),
        flows,
        np.zeros_like(flows),
        np.ones((2, 1)),
        np.zeros((2, 1, 1)),
        np.array([4.0]),
        "assumed",
    )
    with pytest.raises(BalanceError, match="relative wages"):
        solve(Model(alone), Wedges.unchanged(alone))


@pytest.mark.parametrize("size", [0.5, 5.0, 50.0])
def test_the_two_methods_agree(economy, size):
    wedges = war(economy, size)
    quick = solve(Model(economy), wedges).value
    point, _ = solve_robustly(economy, wedges, economy.deficit, Newton(), CORE)
    np.testing.assert_allclose(np.exp(point[: len(quick.wage_hat)]), quick.wage_hat, rtol=1e-10)


def test_large_shocks_on_the_shipped_world_solve():
    world = load_world()
    usa, chn = world.labels.country("USA"), world.labels.country("CHN")
    for size in (1.45, 5.0):
        tariff = np.array(world.tariff)
        tariff[usa, chn] += size
        tariff[chn, usa] += size
        assert solve(Model(world), Wedges.of(world, tariff=tariff)).result is RESULTS.successful
    ban = np.ones_like(world.flows)
    ban[usa, chn] = ban[chn, usa] = 1e30
    value = solve(Model(world), Wedges.of(world, iceberg_hat=ban)).value
    assert value.flows_new[usa, chn].max() < 1e-6


def structures(economy):
    first, second, third, *_ = economy.labels.sectors
    profit = np.minimum(0.1, 0.5 * economy.va_share)
    return {
        "core": Structure(),
        "final": Structure(sigma_final=0.5),
        "value added": Structure(sigma_value_added=0.4),
        "materials": Structure(sigma_materials=0.2),
        "critical": Structure(sigma_critical=0.05, sigma_materials=0.5, critical=(second, third)),
        "mobility": Structure(mobility=1.2),
        "profits": Structure(profit_share=profit),
        "all": Structure(
            sigma_value_added=0.3,
            sigma_materials=0.3,
            sigma_critical=0.05,
            critical=(first, third),
            sigma_final=0.7,
            mobility=1.5,
            profit_share=profit,
        ),
    }


STRUCTURES = tuple(structures(toy()))


@pytest.mark.parametrize("name", STRUCTURES)
def test_implicit_derivatives_against_finite_differences(economy, name):
    """Clearing residual by log factor price, away from the base year: central differences of the exactly solved systems."""
    technology = Technology.of(economy, structures(economy)[name])
    N, S = economy.va_share.shape
    draw = np.random.default_rng(0)
    off = ~np.eye(N, dtype=bool)[:, :, None]
    tariff = economy.tariff + off * draw.uniform(0, 0.3, economy.tariff.shape)
    tax = off * draw.uniform(0, 0.1, tariff.shape)
    kappa = (1 + tariff) / (1 + economy.tariff) * (1 + tax)
    pull = economy.trade_shares * kappa**-economy.trade_elasticity

    def at(log_factor):
        log_price, shares = solve_prices(technology, pull, log_factor, np.zeros((N, S)))
        return factor_derivatives(
            technology,
            shares=shares,
            tariff=tariff,
            export_tax=tax,
            deficit=economy.deficit,
            log_factor=log_factor,
            log_price=log_price,
        )

    point = draw.normal(0, 0.1, N if technology.mobile else (N, S))
    analytic, step = at(point).residual, 1e-5
    for direction in range(point.size):
        move = step * np.eye(point.size)[direction].reshape(point.shape)
        numeric = (at(point + move).gap - at(point - move).gap) / (2 * step)
        np.testing.assert_allclose(analytic[:, direction], numeric, atol=2e-8)


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_structure_solves_and_leaves_no_change_alone(economy, name):
    structure = structures(economy)[name]
    assert solve(Model(economy, structure), Wedges.unchanged(economy)).result is RESULTS.no_shock
    for size in (0.3, 1.5, 5.0):
        solution = solve(Model(economy, structure, solver=Newton(robust=False)), war(economy, size))
        assert solution.result is RESULTS.successful
        value = solution.value
        spent = value.expenditure_new.sum(1) - value.income_new
        inputs = ((1 - value.structure.profit_share) * value.output_new).sum(
            1
        ) - value.sector_earnings_new.sum(1)
        np.testing.assert_allclose(spent, inputs, rtol=1e-9)
        earned = value.wage_hat * (
            economy.va_share * economy.output - structure.profit_share * economy.output
        ).sum(1)
        np.testing.assert_allclose(value.sector_earnings_new.sum(1), earned, rtol=1e-9)


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_two_methods_agree_in_every_structure(economy, name):
    structure = structures(economy)[name]
    quick = solve(Model(economy, structure), war(economy, 1.0)).value
    point, _ = solve_robustly(economy, war(economy, 1.0), economy.deficit, Newton(), structure)
    np.testing.assert_allclose(
        np.exp(point[: quick.factor_price_hat.size]), quick.factor_price_hat.ravel(), rtol=1e-9
    )


@pytest.mark.parametrize(
    ("near", "rate"),
    [
        (lambda e: Structure(sigma_final=1 + e), 1.0),
        (lambda e: Structure(sigma_value_added=1 + e), 1.0),
        (lambda e: Structure(sigma_materials=1 + e), 1.0),
        (lambda e: Structure(sigma_critical=1 + e, critical=toy().labels.sectors[:2]), 1.0),
        (lambda e: Structure(profit_share=e), 1.0),
        (lambda e: Structure(mobility=1 / e), 1.0),
    ],
)
def test_each_extension_reduces_to_the_core_at_its_limit(economy, near, rate):
    """The distance from the core falls in proportion to the distance from the limit, and is nil at the limit."""
    wedges = war(economy, 0.5)
    core = solve(Model(economy), wedges).value.real_income_hat
    gaps = [
        np.abs(solve(Model(economy, near(e)), wedges).value.real_income_hat - core).max()
        for e in (1e-2, 1e-4)
    ]
    assert gaps[1] < gaps[0] * 0.02
    assert gaps[1] < 1e-5
    at_limit = Structure(sigma_final=1.0, critical=economy.labels.sectors[:1], profit_share=0.0)
    assert np.array_equal(solve(Model(economy, at_limit), wedges).value.real_income_hat, core)


def test_factors_that_cannot_move_earn_by_sector(economy):
    """Near κ = 1 a duty moves earnings between sectors that free mobility equalises."""
    value = solve(Model(economy, Structure(mobility=1.05)), war(economy, 0.5)).value
    spread = np.ptp(np.log(value.factor_price_hat), axis=1)
    assert spread.max() > 0.01
    assert value.factor_price_hat.shape == economy.va_share.shape


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ({"sigma_final": -1.0}, UnitError),
        ({"mobility": 1.0}, UnitError),
        ({"critical": ("C99",)}, LabelError),
        ({"profit_share": 0.99}, InputError),
    ],
)
def test_a_structure_that_makes_no_sense(economy, keys, error):
    with pytest.raises(error):
        solve(Model(economy, Structure(**keys)), Wedges.unchanged(economy))


def test_deficits_of_ones_own(economy):
    own = 0.5 * economy.deficit
    value = solve(Model(economy, closure=own), Wedges.unchanged(economy)).value
    np.testing.assert_allclose(value.flows_new.sum((1, 2)) - value.flows_new.sum((0, 2)), own, atol=1e-4)
    with pytest.raises(InputError, match="not to zero"):
        solve(Model(economy, closure=own + 1e6), Wedges.unchanged(economy))


def test_preparing_twice_inverts_once(economy):
    assert prepare(economy).price_inverse is prepare(economy).price_inverse


def test_rebase_refuses_export_taxes(economy):
    tax = np.zeros_like(economy.tariff)
    tax[0, 1] = 0.1
    taxed = solve(Model(economy), Wedges(economy.tariff, np.ones_like(tax), tax)).value
    assert taxed.export_tax_revenue_new[1] > 0
    with pytest.raises(InputError, match="export taxes"):
        rebase(taxed, "no")


def test_decomposition_needs_its_own_baseline(economy):
    value = solve(Model(economy), war(economy, 0.1)).value
    with pytest.raises(InputError, match="another economy"):
        decompose_welfare(load_world(), value)


def nested(economy):
    return Structure(0.4, 0.3, 0.1, economy.labels.sectors[:1], 0.8, 1.2)


@pytest.mark.parametrize("size", [0.0, 0.3, 3.0])
@pytest.mark.parametrize("structure", [CORE, Structure(0.4, 0.3, 0.1, (), 0.8, 1.2)])
def test_a_start_changes_the_way_and_not_the_end(economy, size, structure):
    near = solve(Model(economy, structure), war(economy, 0.31)).value
    cold = solve(Model(economy, structure), war(economy, size))
    warm = solve(Model(economy, structure), war(economy, size), start=near)
    assert warm.result is cold.result
    np.testing.assert_allclose(warm.value.real_income_hat, cold.value.real_income_hat, rtol=1e-11)
    np.testing.assert_allclose(warm.value.price_hat, cold.value.price_hat, rtol=1e-10)


def test_a_start_nearby_saves_sweeps(economy):
    near = solve(Model(economy), war(economy, 0.5)).value
    cold, warm = (solve(Model(economy), war(economy, 0.501), start=start) for start in (None, near))
    assert warm.stats["num_steps"] < cold.stats["num_steps"]
    again = solve(Model(economy), war(economy, 0.5), start=near)
    assert again.stats["num_steps"] == 1


def test_a_start_of_another_economy_or_structure_is_refused(economy):
    value = solve(Model(economy), war(economy, 0.5)).value
    with pytest.raises(InputError, match="shapes"):
        solve(Model(load_world()), Wedges.unchanged(load_world()), start=value)
    with pytest.raises(InputError, match="same economy and structure"):
        solve(Model(economy, nested(economy)), war(economy, 0.5), start=value)


@pytest.mark.parametrize("mobility", [1.2, float("inf")])
@pytest.mark.parametrize("method", ["newton", "sweeps", "sweeps from a start"])
def test_every_method_in_stages_arrives_where_the_sweeps_do(economy, method, mobility):
    structure = dataclasses.replace(nested(economy), mobility=mobility)
    base = Wedges.unchanged(economy)
    wedges = Wedges(war(economy, 2.0).tariff, 1.2 * base.iceberg_hat, base.export_tax + 0.3)
    direct = solve(Model(economy, structure), wedges).value
    asked = (economy, wedges, economy.deficit, Newton(), structure)
    if method == "newton":
        point, steps = solve_robustly(*asked)
    elif method == "sweeps":
        point, steps = sweep_in_stages(*asked)
    else:
        point, steps = sweep_in_stages(*asked, solve(Model(economy, structure), war(economy, 0.4)).value)
    assert steps > 1
    np.testing.assert_allclose(point, point_of(direct), atol=1e-9)


def test_a_ban_too_large_for_one_sweep_is_reached_in_stages():
    """Nine tenths of the world's magnets gone within a year: the sweeps get there in stages, Newton is not needed."""
    economy, structure = horizon("short", load_world(), ways_out=False)
    base = Wedges.unchanged(economy)
    iceberg = np.array(base.iceberg_hat)
    others = [n for n, code in enumerate(economy.labels.countries) if code != "CHN"]
    magnets, china = economy.labels.sector("MAG"), economy.labels.country("CHN")
    iceberg[others, china, magnets] = np.exp(200.0)
    model = Model(
        economy, structure, solver=Newton(seconds=np.inf)
    )  # a busy machine is slow, and the work is the same
    solution = solve(model, Wedges(base.tariff, iceberg, base.export_tax))
    assert solution.stats["method"] == "stages"
    assert residuals(solution.value)["max_residual"] < GATE
    assert solution.value.flow_volume_hat[others, china, magnets].max() < 1e-12
