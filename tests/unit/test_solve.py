"""Codes, errors and the ladder of methods of the solver."""

from __future__ import annotations

import numpy as np
import pytest

from detente.core import RESULTS, BalanceError, InputError, Labels, SolveError, UnitError
from detente.equilibrium import Newton, decompose_welfare, rebase, residuals, solve, solve_batch
from detente.equilibrium.baseline import prepare, wage_derivatives
from detente.equilibrium.robust import solve_robustly
from detente.equilibrium.solve import GATE
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
    solution = solve(economy, war(economy, 0.5))
    assert solution.result is RESULTS.successful
    assert solution.stats["max_residual"] < GATE
    assert abs(solution.stats["walras"]) < GATE
    assert solution.stats["dropped"] == economy.labels.countries[-1]
    assert residuals(solution.value)["max_residual"] == solution.stats["max_residual"]


@pytest.mark.parametrize("closure", ["share", "fixed", "zero"])
def test_closures(economy, closure):
    value = solve(economy, war(economy, 0.2), closure=closure).value
    expected = np.zeros_like(economy.deficit) if closure == "zero" else economy.deficit
    np.testing.assert_allclose(value.flows_new.sum((1, 2)) - value.flows_new.sum((0, 2)), expected, atol=1e-4)


def test_unknown_closure(economy):
    with pytest.raises(InputError, match="unknown closure"):
        solve(economy, Wedges.unchanged(economy), closure="open")


def test_wedges_of_another_shape(economy):
    world = load_world()
    with pytest.raises(InputError, match="shape"):
        solve(economy, Wedges.unchanged(world))


@pytest.mark.parametrize(
    ("name", "bad"), [("tariff", -1.0), ("tariff", np.nan), ("iceberg_hat", 0.0), ("export_tax", -2.0)]
)
def test_a_wedge_that_cannot_be_priced_names_its_cell(economy, name, bad):
    base = Wedges.unchanged(economy)
    arrays = {key: np.array(getattr(base, key)) for key in ("tariff", "iceberg_hat", "export_tax")}
    arrays[name][0, 1, 2] = bad
    cell = f"{name}\\[{economy.labels.countries[0]}, {economy.labels.countries[1]}, {economy.labels.sectors[2]}\\]"
    with pytest.raises(UnitError, match=cell):
        solve(economy, Wedges(**arrays))


def test_a_scenario_that_fails_does_not_stop_the_others(economy):
    """One step is not enough for a large shock: the code says so and its neighbours are solved."""
    solver = Newton(max_steps=1, robust=False)
    wedges = [Wedges.unchanged(economy), war(economy, 2.0), Wedges.unchanged(economy)]
    codes = [solution.result for solution in solve_batch(economy, wedges, solver=solver)]
    assert codes == [RESULTS.no_shock, RESULTS.max_steps_reached, RESULTS.no_shock]


def test_failure_raises_with_its_solution(economy):
    with pytest.raises(SolveError, match="ran out of steps") as caught:
        solve(economy, war(economy, 2.0), solver=Newton(max_steps=1, robust=False))
    assert caught.value.exit_code == 3
    assert caught.value.solution.result is RESULTS.max_steps_reached
    assert caught.value.solution.stats["max_residual"] > GATE


def test_a_shock_without_solution_has_a_code(economy):
    """A country forbidden every import cannot run the deficit its closure prescribes."""
    n = int(np.argmax(economy.deficit))
    cost = np.ones_like(economy.flows)
    cost[n] = 1e200
    cost[n, n] = 1.0
    solution = solve(economy, Wedges.of(economy, iceberg_hat=cost), throw=False)
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
        solve(alone, Wedges.unchanged(alone))


@pytest.mark.parametrize("size", [0.5, 5.0, 50.0])
def test_the_two_methods_agree(economy, size):
    wedges = war(economy, size)
    quick = solve(economy, wedges).value
    point, _ = solve_robustly(economy, wedges, "share", Newton())
    np.testing.assert_allclose(np.exp(point[: len(quick.wage_hat)]), quick.wage_hat, rtol=1e-10)


def test_large_shocks_on_the_shipped_world_solve():
    world = load_world()
    usa, chn = world.labels.country("USA"), world.labels.country("CHN")
    for size in (1.45, 5.0):
        tariff = np.array(world.tariff)
        tariff[usa, chn] += size
        tariff[chn, usa] += size
        assert solve(world, Wedges.of(world, tariff=tariff)).result is RESULTS.successful
    ban = np.ones_like(world.flows)
    ban[usa, chn] = ban[chn, usa] = 1e30
    value = solve(world, Wedges.of(world, iceberg_hat=ban)).value
    assert value.flows_new[usa, chn].max() < 1e-6


def test_implicit_derivatives_against_finite_differences(economy):
    """Clearing residual by log wage: central differences of the exactly solved inner systems."""
    N = len(economy.labels.countries)
    shares, tariff, tax = economy.trade_shares, economy.tariff, np.zeros_like(economy.tariff)

    def gap(log_wage):
        price = np.zeros_like(economy.va_share)
        for _ in range(500):
            cost = economy.va_share * log_wage[:, None] + np.einsum("nr,nrs->ns", price, economy.input_shares)
            weight = np.exp(-economy.trade_elasticity * cost)
            price = -np.log(np.einsum("nis,is->ns", shares, weight)) / economy.trade_elasticity
        moved = shares * weight[None] / np.einsum("nis,is->ns", shares, weight)[:, None, :]
        return wage_derivatives(
            economy, shares=moved, tariff=tariff, export_tax=tax, deficit=economy.deficit, log_wage=log_wage
        ).gap

    analytic = wage_derivatives(
        economy, shares=shares, tariff=tariff, export_tax=tax, deficit=economy.deficit, log_wage=np.zeros(N)
    ).residual
    step = 1e-5
    for direction in range(N):
        move = step * np.eye(N)[direction]
        numeric = (gap(move) - gap(-move)) / (2 * step)
        np.testing.assert_allclose(analytic[:, direction], numeric, atol=1e-8)


def test_preparing_twice_is_the_same_object(economy):
    assert prepare(economy) is prepare(economy)


def test_rebase_refuses_export_taxes(economy):
    tax = np.zeros_like(economy.tariff)
    tax[0, 1] = 0.1
    taxed = solve(economy, Wedges(economy.tariff, np.ones_like(tax), tax)).value
    assert taxed.export_tax_revenue_new[1] > 0
    with pytest.raises(InputError, match="export taxes"):
        rebase(taxed, "no")


def test_decomposition_needs_its_own_baseline(economy):
    value = solve(economy, war(economy, 0.1)).value
    with pytest.raises(InputError, match="another economy"):
        decompose_welfare(load_world(), value)
