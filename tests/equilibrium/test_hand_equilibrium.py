"""An equilibrium read cell by cell, the nests by small steps, the base year's derivatives, sweeps and acceleration by hand."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hand_world import PROFIT, STRUCTURES, WORLD, shock

from detente.core import InputError, UnitError
from detente.equilibrium import Model, Newton, Structure, solve
from detente.equilibrium.anderson import Anderson
from detente.equilibrium.bans import Severed
from detente.equilibrium.baseline import prepare
from detente.equilibrium.cell_systems import CellSystem
from detente.equilibrium.controls import Binding
from detente.equilibrium.implicit import Numeraires, factor_derivatives
from detente.equilibrium.model import trade_cost_hat
from detente.equilibrium.plain_residuals import residuals
from detente.equilibrium.settle import base_point, sweep_chunk
from detente.equilibrium.shock import Shock
from detente.equilibrium.solution import Solution
from detente.equilibrium.structure import Technology
from detente.equilibrium.sweep import Sweep, deficits
from detente.world import Wedges

N = S = 3
CELLS = [(n, i, s) for n in range(3) for i in range(3) for s in range(3)]
EACH = pytest.mark.parametrize("name", STRUCTURES)


# ---- nests -------------------------------------------------------------------------------------------------------------


def prices(mobile: bool, seed: int = 1):
    draw = np.random.default_rng(seed)
    return draw.uniform(-0.4, 0.4, (N,) if mobile else (N, S)), draw.uniform(-0.4, 0.4, (N, S))


def ces(shares, logs, sigma):
    """Log price of a nest whose shares add up to one."""
    shares, logs = np.asarray(shares), np.asarray(logs)
    if sigma == 1:
        return float(shares @ logs)
    return float(np.log(shares @ np.exp((1 - sigma) * logs)) / (1 - sigma))


@EACH
def test_unit_cost_nest_by_nest(name: str) -> None:
    structure = STRUCTURES[name]
    technology = Technology.of(WORLD, structure)
    factor, price = prices(technology.mobile)
    cost = technology.log_cost(factor, price)
    profit = np.broadcast_to(structure.profit_share, (N, S))
    critical = [code in structure.critical for code in WORLD.labels.sectors]
    for n in range(N):
        for s in range(S):
            paid = (WORLD.va_share[n, s] - profit[n, s]) / (1 - profit[n, s])
            inputs = WORLD.input_shares[n, :, s] / (1 - profit[n, s])
            whole = inputs.sum()
            assert paid + whole == pytest.approx(1, abs=1e-12)
            logs, shares = [], []
            for r in range(S):
                if not critical[r]:
                    logs.append(price[n, r])
                    shares.append(inputs[r] / whole)
            inner = sum(inputs[r] for r in range(S) if critical[r])
            if inner > 0:
                logs.append(
                    ces(
                        [inputs[r] / inner for r in range(S) if critical[r]],
                        [price[n, r] for r in range(S) if critical[r]],
                        structure.sigma_critical,
                    )
                )
                shares.append(inner / whole)
            materials = ces(shares, logs, structure.sigma_materials)
            own = factor[n] if technology.mobile else factor[n, s]
            expected = ces([paid, 1 - paid], [own, materials], structure.sigma_value_added)
            assert cost[n, s] == pytest.approx(expected, abs=1e-13)


@EACH
def test_shares_are_the_slopes_of_cost(name: str) -> None:
    """Shephard: what a price adds to cost is its share; and what is bought follows from the shares."""
    technology = Technology.of(WORLD, STRUCTURES[name])
    factor, price = prices(technology.mobile)
    cost = technology.log_cost(factor, price)
    paid, inputs = technology.shares(factor, price, cost)
    keeps = 1 - technology.profit_share
    step = 1e-6
    for r in range(S):
        moved = np.where(np.arange(S) == r, step, 0.0)
        slope = (technology.log_cost(factor, price + moved) - technology.log_cost(factor, price - moved)) / (
            2 * step
        )
        assert inputs[:, r, :] / keeps == pytest.approx(slope, abs=1e-9)
    slope = (technology.log_cost(factor + step, price) - technology.log_cost(factor - step, price)) / (
        2 * step
    )
    assert paid / keeps == pytest.approx(slope, abs=1e-9)
    assert paid == pytest.approx(technology.paid(factor, cost), abs=1e-15)
    assert paid + inputs.sum(1) == pytest.approx(keeps, abs=1e-12)
    output = np.random.default_rng(2).uniform(10, 50, (N, S))
    assert technology.bought(price, cost, output) == pytest.approx(
        np.einsum("nrs,ns->nr", inputs, output), rel=1e-12
    )


@EACH
def test_the_base_year_is_where_nothing_has_moved(name: str) -> None:
    structure = STRUCTURES[name]
    technology = Technology.of(WORLD, structure)
    nil = (np.zeros((N,) if technology.mobile else (N, S)), np.zeros((N, S)))
    assert technology.log_cost(*nil) == pytest.approx(np.zeros((N, S)), abs=1e-15)
    paid, inputs = technology.shares(*nil, np.zeros((N, S)))
    assert paid == pytest.approx(WORLD.va_share - technology.profit_share, abs=1e-15)
    assert inputs == pytest.approx(WORLD.input_shares, abs=1e-15)
    alpha, index = technology.final(nil[1])
    assert alpha == pytest.approx(WORLD.final_shares, abs=1e-15)
    assert index == pytest.approx(np.zeros(N), abs=1e-15)
    total, asked = technology.earnings(nil[0])
    earned = technology.factor_share * WORLD.output
    assert total == pytest.approx(earned.sum(1), rel=1e-14)
    assert asked == pytest.approx(earned.sum(1) if technology.mobile else earned, rel=1e-13)
    assert technology.base_earnings() == pytest.approx(earned, rel=1e-15)
    assert technology.earning.tolist() == (earned > 0).tolist()
    assert not technology.earning[0, 2]


@EACH
def test_the_final_basket(name: str) -> None:
    structure = STRUCTURES[name]
    technology = Technology.of(WORLD, structure)
    price = prices(True)[1]
    alpha, index = technology.final(price)
    for n in range(N):
        assert index[n] == pytest.approx(
            ces(WORLD.final_shares[n], price[n], structure.sigma_final), abs=1e-13
        )
        power = np.exp((1 - structure.sigma_final) * (price[n] - index[n]))
        assert alpha[n] == pytest.approx(WORLD.final_shares[n] * power, rel=1e-12)
    assert alpha.sum(1) == pytest.approx(np.ones(N), abs=1e-13)


def test_what_factors_earn_where_they_move_and_where_not() -> None:
    free, slow = (Technology.of(WORLD, STRUCTURES[name]) for name in ("core", "immobile"))
    factor = np.array([0.1, -0.2, 0.3])
    total, asked = free.earnings(factor)
    assert total == pytest.approx(np.exp(factor) * WORLD.value_added, rel=1e-13)
    assert (asked == total).all()
    by_sector = prices(False)[0]
    total, asked = slow.earnings(by_sector)
    kappa, base = 1.7, WORLD.va_share * WORLD.output
    for n in range(N):
        share = base[n] / base[n].sum()
        phi = (share @ np.exp(kappa * by_sector[n])) ** (1 / kappa)
        assert total[n] == pytest.approx(phi * base[n].sum(), rel=1e-12)
        expected = share * np.exp(kappa * by_sector[n]) * phi ** (1 - kappa) * base[n].sum()
        assert asked[n] == pytest.approx(expected, rel=1e-12)
    assert asked.sum(1) == pytest.approx(total, rel=1e-13)


def test_a_sector_that_bans_have_closed_employs_nobody() -> None:
    closed = np.zeros((N, S), dtype=bool)
    closed[1, 0] = True
    cut = Severed(np.zeros(N, dtype=np.int64), closed)
    technology = Technology.of(WORLD, STRUCTURES["immobile"], cut)
    earned = WORLD.va_share * WORLD.output
    assert technology.earning.tolist() == ((earned > 0) & ~closed).tolist()
    factor = prices(False)[0]
    total, asked = technology.earnings(factor)
    share = np.where(closed, 0.0, earned) / earned.sum(1, keepdims=True)
    phi = (share * np.exp(1.7 * factor)).sum(1) ** (1 / 1.7)
    assert total == pytest.approx(phi * earned.sum(1), rel=1e-12)
    assert asked[1, 0] == 0
    assert asked.sum(1) == pytest.approx(total, rel=1e-12)
    assert Numeraires.of(technology).dropped[0] != 3


def test_which_structure_is_the_core() -> None:
    assert Structure().is_core
    assert Structure(sigma_critical=0.3).is_core  # of nothing
    assert Structure(critical=("X",)).is_core
    assert Structure(mobility=5_000.1).is_core
    assert not Structure(mobility=5_000.0).is_core
    for name in STRUCTURES:
        assert STRUCTURES[name].is_core == (name == "core")
    assert not Structure(sigma_critical=0.3, critical=("X",)).is_core
    moves = {name: Technology.of(WORLD, one).moves_inputs for name, one in STRUCTURES.items()}
    assert {name for name, does in moves.items() if does} == {
        "value added",
        "materials",
        "critical",
        "critical only",
        "all",
    }
    assert not Technology.of(WORLD, Structure(sigma_critical=0.3)).moves_inputs


def test_structures_that_are_none() -> None:
    for name in ("sigma_value_added", "sigma_materials", "sigma_critical", "sigma_final"):
        Structure(**{name: 0.0})
        for bad in (-0.1, np.nan, np.inf):
            with pytest.raises(UnitError, match=name):
                Structure(**{name: bad})
    for bad in (1.0, 0.5, -2.0, np.nan):
        with pytest.raises(UnitError, match="mobility"):
            Structure(mobility=bad)
    for bad in (
        -0.1,
        1.1,
        np.nan,
        np.array([0.5, -0.1, 1.0]),
        np.array([0.5, 1.1, 0.0]),
        np.array([0.5, np.nan, 0.0]),
    ):
        with pytest.raises(UnitError, match="a wage floor is outside 0 to 1"):
            Structure(wage_floor=bad)
    for good in (0.0, 1.0, np.array([0.0, 0.5, 1.0])):
        assert Structure(wage_floor=good).is_core == (not np.any(good))
    for bad in (-0.01, WORLD.va_share + 1e-9, 1.0):
        with pytest.raises(InputError, match="profits exceed value added"):
            Technology.of(WORLD, Structure(profit_share=bad))
    whole = Technology.of(WORLD, Structure(profit_share=WORLD.va_share))
    assert not whole.factor_share.any()


# ---- derivatives in factor prices --------------------------------------------------------------------------------------


def state(structure, factor, wedges, deficit):
    """Prices, spending and gaps of the factor markets at given factor prices, by plain iteration."""
    technology = Technology.of(WORLD, structure)
    theta = WORLD.trade_elasticity
    kappa = trade_cost_hat(WORLD.tariff, wedges.tariff, wedges.iceberg_hat, wedges.export_tax)
    price = np.zeros((N, S))
    before = None
    while before is None or np.abs(price - before).max() > 1e-15:
        cost, before = technology.log_cost(factor, price), price
        weight = WORLD.trade_shares * (kappa * np.exp(cost)[None]) ** -theta
        price = -np.log(weight.sum(1)) / theta
    cost = technology.log_cost(factor, price)
    shares = weight / weight.sum(1, keepdims=True)
    paid, inputs = technology.shares(factor, price, cost)
    alpha, _ = technology.final(price)
    total, asked = technology.earnings(factor)
    to_producer = shares / ((1 + wedges.tariff) * (1 + wedges.export_tax))
    spending = np.array(WORLD.expenditure)
    last = None
    while last is None or np.abs(spending - last).max() > 1e-13 * spending.max():
        last = spending
        output = np.einsum("nis,ns->is", to_producer, spending)
        income = total + deficit + (technology.profit_share * output).sum(1)
        income = income + np.einsum("nis,ns->n", shares * wedges.tariff / (1 + wedges.tariff), spending)
        income = income + np.einsum("nis,ns->i", to_producer * wedges.export_tax, spending)
        spending = np.einsum("nrs,ns->nr", inputs, output) + alpha * income[:, None]
    output = np.einsum("nis,ns->is", to_producer, spending)
    if technology.mobile:
        gap = (paid * output).sum(1) / total - 1
    else:
        gap = np.where(technology.earning, paid * output / np.where(asked > 0, asked, 1) - 1, 0.0).ravel()
    gap[Numeraires.of(technology).dropped[0]] = total.sum() / technology.base_earnings().sum() - 1
    return price, spending, gap, shares


@EACH
def test_everything_by_factor_prices_as_small_steps_say(name: str) -> None:
    structure, wedges, deficit = STRUCTURES[name], shock(), WORLD.deficit
    technology = Technology.of(WORLD, structure)
    factor = 0.5 * prices(technology.mobile, 7)[0]
    price, spending, gap, shares = state(structure, factor, wedges, deficit)
    found = factor_derivatives(
        technology,
        shares=shares,
        tariff=wedges.tariff,
        export_tax=wedges.export_tax,
        deficit=deficit,
        log_factor=factor,
        log_price=price,
    )
    assert found.level == pytest.approx(spending, rel=1e-11)
    assert found.gap == pytest.approx(gap, abs=1e-11)
    step = 1e-5
    for k in range(factor.size):
        moved = np.where(np.arange(factor.size) == k, step, 0.0).reshape(factor.shape)
        up, down = (state(structure, factor + way * moved, wedges, deficit) for way in (1, -1))
        slopes = [(a - b) / (2 * step) for a, b in zip(up[:3], down[:3], strict=True)]
        assert found.log_price[:, k] == pytest.approx(slopes[0].ravel(), abs=1e-8)
        assert found.expenditure[:, k] == pytest.approx(slopes[1].ravel(), abs=1e-6)
        earning = technology.earning.ravel() if not technology.mobile else np.ones(N, dtype=bool)
        assert found.residual[earning, k] == pytest.approx(slopes[2][earning], abs=1e-7)


@EACH
def test_numeraires_are_the_largest_markets_and_keep_world_income(name: str) -> None:
    technology = Technology.of(WORLD, STRUCTURES[name])
    units = Numeraires.of(technology)
    earned = technology.base_earnings()
    sizes = earned.sum(1) if technology.mobile else earned.ravel()
    assert units.dropped.tolist() == [int(sizes.argmax())]
    assert units.world.tolist() == pytest.approx([earned.sum()])
    assert units.gap(1.1 * earned.sum(1)) == pytest.approx([0.1])
    assert units.over_countries(np.array([[1.0], [2.0], [3.0]])) == pytest.approx(6 / earned.sum())


@pytest.mark.parametrize(
    ("coupling", "columns", "iterations"),
    [
        (0.01, 1, range(3, 12)),  # the blocks leave little
        (0.97, 1, range(402, 404)),  # a hundred iterations, then the whole is inverted, and corrected once
        (0.97, 3, range(150, 151)),  # right-hand sides of the size of the system: solved whole at once
    ],
)
def test_systems_are_solved_by_blocks_or_whole(coupling, columns, iterations) -> None:
    """Two countries of two sectors; what couples the countries decides how far their blocks lead."""
    kernel = np.zeros((4, 4))
    kernel[:2, :2] = [[0.1, 0.2], [0.05, 0.1]]
    kernel[2:, 2:] = [[0.2, 0.0], [0.1, 0.1]]
    kernel[:2, 2:] = coupling * np.array([[0.6, 0.1], [0.1, 0.7]])
    kernel[2:, :2] = coupling * np.array([[0.7, 0.1], [0.0, 0.8]])
    blocks = np.stack([kernel[:2, :2], kernel[2:, 2:]])

    def apply(cells):
        return (kernel @ cells.reshape(4, -1)).reshape(cells.shape)

    system = CellSystem(blocks, apply)
    for right in (np.random.default_rng(k).normal(size=(2, 2, columns)) for k in range(2)):
        before = system.iterations
        found = system.solve(right)
        assert found.reshape(4, -1) == pytest.approx(
            np.linalg.solve(np.eye(4) - kernel, right.reshape(4, -1)), rel=1e-11, abs=1e-11
        )
        if right[0, 0, 0] == np.random.default_rng(0).normal():
            assert system.iterations - before in iterations
    if system.whole is not None:  # inverted once
        assert system.iterations < 410


# ---- sweeps ------------------------------------------------------------------------------------------------------------


@EACH
def test_a_sweep_near_the_base_year_leaves_little(name: str) -> None:
    """One sweep takes nine tenths of the way at least: its inverses, by country, are those of the base year."""
    structure = STRUCTURES[name]
    base = prepare(WORLD, structure)
    wedges = Wedges.unchanged(WORLD)
    one = Wedges(wedges.tariff[None], wedges.iceberg_hat[None], wedges.export_tax[None])
    sweep, laid = Sweep(WORLD, base, WORLD.deficit), Shock.of(base, one, None)
    at = base_point(WORLD, structure)
    step, worst = sweep(laid, at[None])
    assert np.abs(step).max() < 1e-13
    assert worst[0] < 1e-13
    draw = np.random.default_rng(0).normal(size=at.size)
    if not base.technology.mobile:  # sectors that employ nobody have no price of theirs to find
        draw[: N * S][~base.technology.earning.ravel()] = 0
    for size in (1e-5, 1e-3):
        step, worst = sweep(laid, (at + size * draw)[None])
        left = size * draw + step[0]
        assert np.abs(left).max() < 0.1 * np.abs(size * draw).max()
        assert 0.1 * size < worst[0] < 30 * size


@EACH
def test_a_sweep_says_how_far_the_worst_market_is_off(name: str) -> None:
    """Where prices and spending are those of some factor prices, what is left is the gap of the factor markets."""
    structure, wedges = STRUCTURES[name], shock()
    base = prepare(WORLD, structure)
    factor = 0.5 * prices(base.technology.mobile, 7)[0]
    price, spending, gap, _ = state(structure, factor, wedges, WORLD.deficit)
    one = Wedges(wedges.tariff[None], wedges.iceberg_hat[None], wedges.export_tax[None])
    at = np.concatenate([factor.ravel(), price.ravel(), (spending / base.scale).ravel()])
    _, worst = Sweep(WORLD, base, WORLD.deficit)(Shock.of(base, one, None), at[None])
    assert worst[0] == pytest.approx(np.abs(gap).max(), rel=1e-6)


def test_a_good_that_nobody_buys_stands_at_nothing() -> None:
    flows, inputs = np.array(WORLD.flows), np.array(WORLD.input_shares)
    flows[2, :, 1] = inputs[2, 1] = 0.0
    world = dataclasses.replace(
        WORLD, flows=flows, input_shares=inputs, va_share=1 - inputs.sum(1), name="less"
    )
    at = base_point(world, Structure())
    assert at[:12].tolist() == [0.0] * 12
    assert at[12:].tolist() == [1.0] * 7 + [0.0] + [1.0]
    value = solve(Model(world), shock()).value
    assert value.price_hat[2, 1] == 1.0
    assert value.expenditure_new[2, 1] == 0.0


@EACH
def test_the_fixed_point_of_sweeps_is_the_equilibrium(name: str) -> None:
    structure, wedges = STRUCTURES[name], shock()
    found = solve(Model(WORLD, structure), wedges)
    assert found.stats["method"] == "sweep"
    assert found.value.deficit_new == pytest.approx(WORLD.deficit)
    plain = residuals(found.value)
    assert plain["max_residual"] < 1e-11
    assert abs(plain["walras"]) < 1e-11
    base = prepare(WORLD, structure)
    one = Wedges(wedges.tariff[None], wedges.iceberg_hat[None], wedges.export_tax[None])
    at = np.concatenate(
        [
            np.log(found.value.factor_price_hat).ravel(),
            np.log(found.value.price_hat).ravel(),
            (found.value.expenditure_new / base.scale).ravel(),
        ]
    )
    step, worst = Sweep(WORLD, base, WORLD.deficit)(Shock.of(base, one, None), at[None])
    assert np.abs(step).max() < 1e-10
    assert worst[0] < 1e-11


STEPS = {"core": 9, "profits": 9, "value added": 9, "materials": 9, "critical": 9, "critical only": 9}


@EACH
def test_sweeps_are_few(name: str) -> None:
    solver = Newton(robust=False)
    found = solve(Model(WORLD, STRUCTURES[name], solver=solver), shock(0.1))
    assert found.stats["num_steps"] <= STEPS.get(name, 10)


def test_what_a_scenario_pulls_cell_by_cell() -> None:
    """Scenarios that move nothing, duties, costs, taxes: every cell by its own formula."""
    base = prepare(WORLD, Structure())
    plain, full = Wedges.unchanged(WORLD), shock()
    only = [
        plain,
        full,
        Wedges(full.tariff, plain.iceberg_hat, plain.export_tax),
        Wedges(plain.tariff, full.iceberg_hat, plain.export_tax),
        Wedges(plain.tariff, plain.iceberg_hat, full.export_tax),
    ]
    single = np.array(plain.tariff)
    single[0, 1, 2] += 0.1
    only.append(Wedges(single, plain.iceberg_hat, plain.export_tax))
    for some in (only, [only[0], only[2], only[3], only[5]]):
        stacked = Wedges(
            *(np.stack([getattr(w, a) for w in some]) for a in ("tariff", "iceberg_hat", "export_tax"))
        )
        laid = Shock.of(base, stacked, None)
        taxed = any(w.export_tax.any() for w in some)
        assert (laid.to_exporter is not None) == taxed
        for k, w in enumerate(some):
            for n, i, s in CELLS:
                t, x = w.tariff[n, i, s], w.export_tax[n, i, s]
                hat = (1 + t) / (1 + WORLD.tariff[n, i, s]) * (1 + x) * w.iceberg_hat[n, i, s]
                pull = WORLD.trade_shares[n, i, s] * hat ** -WORLD.trade_elasticity[s]
                assert laid.pull[k, s, n, i] == pytest.approx(pull, rel=1e-12)
                assert laid.to_producer[k, s, n, i] == pytest.approx(pull / (1 + t) / (1 + x), rel=1e-12)
                if taxed:
                    assert laid.to_exporter[k, s, n, i] == pytest.approx(
                        pull / (1 + t) / (1 + x) * x, rel=1e-12
                    )
    kept = laid.keep(np.array([False, True, False, True]))
    assert (kept.pull == laid.pull[[1, 3]]).all()
    assert (kept.to_producer == laid.to_producer[[1, 3]]).all()
    assert kept.to_exporter is None


def test_scenarios_swept_together_are_what_they_are_alone() -> None:
    """Large and small shocks settle at different sweeps; one that is not given time enough keeps where it is."""
    some = [Wedges.unchanged(WORLD), shock(0.6), shock(0.01), shock(0.3), Wedges.unchanged(WORLD)]
    stacked = Wedges(
        *(np.stack([getattr(w, a) for w in some]) for a in ("tariff", "iceberg_hat", "export_tax"))
    )
    points, steps = sweep_chunk(WORLD, stacked, WORLD.deficit, Newton(), Structure())
    assert steps[0] == steps[4] == 1
    assert 1 < steps[2] < steps[3] < steps[1] < 20
    for k, w in enumerate(some):
        one = Wedges(w.tariff[None], w.iceberg_hat[None], w.export_tax[None])
        alone, taken = sweep_chunk(WORLD, one, WORLD.deficit, Newton(), Structure())
        assert taken[0] == steps[k]
        assert points[k] == pytest.approx(alone[0], abs=1e-11)
    short, taken = sweep_chunk(WORLD, stacked, WORLD.deficit, Newton(max_steps=4), Structure())
    assert taken.tolist() == [1, 4, 4, 4, 1]
    assert short[2] == pytest.approx(points[2], abs=1e-4)
    assert 1e-9 < np.abs(short[3] - points[3]).max() < 0.1 < 4 < steps[2]
    begun, taken = sweep_chunk(WORLD, stacked, WORLD.deficit, Newton(), Structure(), None, points)
    assert taken.tolist() == [1] * 5
    assert begun == pytest.approx(points, abs=1e-10)
    begun, taken = sweep_chunk(WORLD, stacked, WORLD.deficit, Newton(), Structure(), None, points[1])
    assert taken[1] == 1
    assert begun == pytest.approx(points, abs=1e-10)
    lost = np.array(points)
    lost[0, 0] = np.nan
    begun, taken = sweep_chunk(WORLD, stacked, WORLD.deficit, Newton(), Structure(), None, lost)
    assert np.isnan(begun[0]).all()
    assert begun[1:] == pytest.approx(points[1:], abs=1e-10)
    assert taken[0] == 1


@pytest.mark.parametrize("most", [1, 3])
def test_as_many_sweeps_as_are_allowed(monkeypatch, most) -> None:
    looks = []
    plain = Sweep.__call__
    monkeypatch.setattr(Sweep, "__call__", lambda self, *rest: looks.append(1) or plain(self, *rest))
    one = Wedges(*(getattr(shock(), name)[None] for name in ("tariff", "iceberg_hat", "export_tax")))
    _, taken = sweep_chunk(WORLD, one, WORLD.deficit, Newton(max_steps=most), Structure())
    assert (len(looks), taken.tolist()) == (most, [most])


@pytest.mark.parametrize(("unknowns", "memory"), [(4, 8), (6, 3)])
def test_acceleration_is_the_least_squares_mix_of_what_was_seen(unknowns, memory) -> None:
    draw = np.random.default_rng(unknowns)
    maps = [(0.4 * draw.normal(size=(unknowns, unknowns)), draw.normal(size=unknowns)) for _ in range(3)]
    history = Anderson(3, unknowns, memory)
    points = draw.normal(size=(3, unknowns))
    seen = [[] for _ in range(3)]
    lanes = [0, 1, 2]
    for count in range(9):
        steps = np.stack([maps[k][0] @ points[j] + maps[k][1] - points[j] for j, k in enumerate(lanes)])
        after = history.advance(points, steps)
        for j, k in enumerate(lanes):
            seen[k].append((points[j], steps[j]))
            known = seen[k][-memory - 1 :]
            change = np.array([b[1] - a[1] for a, b in itertools.pairwise(known)])
            moved = np.array([b[0] - a[0] for a, b in itertools.pairwise(known)])
            expected = points[j] + steps[j]
            if len(change) and np.linalg.matrix_rank(change, tol=1e-6) == len(change):
                mix = np.linalg.lstsq(change.T, steps[j], rcond=None)[0]
                expected = expected - mix @ (moved + change)
                assert after[j] == pytest.approx(expected, rel=1e-5, abs=1e-5)
            elif not len(change):
                assert after[j] == pytest.approx(expected, rel=1e-12)
        points = after
        if count == 2:  # one is dropped
            history.keep(np.array([True, False, True]))
            points, lanes = points[[0, 2]], [0, 2]
    if memory >= unknowns:  # a linear map is solved once all its directions are known
        for j, k in enumerate(lanes):
            assert points[j] == pytest.approx(
                np.linalg.solve(np.eye(unknowns) - maps[k][0], maps[k][1]), abs=1e-6
            )


def test_deficits_of_each_closure() -> None:
    assert deficits(WORLD, "share").tolist() == deficits(WORLD, "fixed").tolist() == WORLD.deficit.tolist()
    assert deficits(WORLD, "zero").tolist() == [0, 0, 0]
    world = WORLD.value_added.sum()
    own = np.array([1.0, 2.0, -3.0])
    assert deficits(WORLD, own).tolist() == own.tolist()
    deficits(WORLD, own + np.array([0.9e-9 * world, 0, 0]))
    for sign in (1, -1):
        with pytest.raises(InputError, match="not to zero"):
            deficits(WORLD, own + np.array([sign * 1.1e-9 * world, 0, 0]))
    for bad in (np.zeros(2), np.array([np.nan, 0, 0]), np.array([np.inf, -np.inf, 0])):
        with pytest.raises(InputError, match="deficits have shape"):
            deficits(WORLD, bad)
    with pytest.raises(InputError, match="unknown closure"):
        deficits(WORLD, "open")


# ---- an equilibrium, read ------------------------------------------------------------------------------------------------


@EACH
def test_every_reading_cell_by_cell(name: str) -> None:
    structure, wedges = STRUCTURES[name], shock()
    value = solve(Model(WORLD, structure), wedges).value
    profit = np.broadcast_to(structure.profit_share, (N, S))
    technology = Technology.of(WORLD, structure)
    price, cost = (
        np.log(value.price_hat),
        technology.log_cost(np.log(value.factor_price_hat), np.log(value.price_hat)),
    )
    assert np.log(value.cost_hat) == pytest.approx(cost, abs=1e-13)
    t, x, d = wedges.tariff, wedges.export_tax, wedges.iceberg_hat
    output, duties, taxes = np.zeros((N, S)), np.zeros(N), np.zeros(N)
    for n, i, s in CELLS:
        kappa = d[n, i, s] * (1 + t[n, i, s]) / (1 + WORLD.tariff[n, i, s]) * (1 + x[n, i, s])
        share = WORLD.trade_shares[n, i, s] * (kappa * value.cost_hat[i, s] / value.price_hat[n, s]) ** (
            -WORLD.trade_elasticity[s]
        )
        assert value.trade_shares_new[n, i, s] == pytest.approx(share, rel=1e-11)
        spent = share * value.expenditure_new[n, s]
        border = spent / (1 + t[n, i, s])
        assert value.flows_new[n, i, s] == pytest.approx(border, rel=1e-11)
        producer = border / (1 + x[n, i, s])
        output[i, s] += producer
        duties[n] += spent - border
        taxes[i] += border - producer
        base = WORLD.flows[n, i, s]
        volume = producer / value.cost_hat[i, s] / base if base > 0 else 1.0
        assert value.flow_volume_hat[n, i, s] == pytest.approx(volume, rel=1e-11)
    assert value.output_new == pytest.approx(output, rel=1e-11)
    assert value.tariff_revenue_new == pytest.approx(duties, rel=1e-11)
    assert value.export_tax_revenue_new == pytest.approx(taxes, rel=1e-11)
    base = WORLD.output
    made = output / value.cost_hat / np.where(base > 0, base, 1)
    assert value.output_volume_hat == pytest.approx(np.where(base > 0, made, 1.0), rel=1e-11)
    paid = technology.paid(np.log(value.factor_price_hat), cost) * output
    assert value.sector_earnings_new == pytest.approx(paid, rel=1e-11)
    earned, _ = technology.earnings(np.log(value.factor_price_hat))
    assert value.wage_hat == pytest.approx(earned / technology.base_earnings().sum(1), rel=1e-12)
    assert paid.sum(1) == pytest.approx(earned, rel=1e-9)
    assert value.profit_new == pytest.approx((profit * output).sum(1), rel=1e-12)
    income = earned + duties + taxes + value.deficit_new + (profit * output).sum(1)
    assert value.income_new == pytest.approx(income, rel=1e-11)
    index = technology.final(price)[1]
    assert value.consumer_price_hat == pytest.approx(np.exp(index), rel=1e-12)
    real = income / WORLD.income / np.exp(index)
    assert value.real_income_hat == pytest.approx(real, rel=1e-11)
    assert value.equivalent_variation_usd == pytest.approx((real - 1) * WORLD.income, rel=1e-9, abs=1e-9)
    assert value.real_wage_hat == pytest.approx(value.wage_hat / np.exp(index), rel=1e-12)


@EACH
def test_workers_and_what_is_read_without_a_way_out(name: str) -> None:
    value = solve(Model(WORLD, STRUCTURES[name]), shock()).value
    technology = value.technology
    base = technology.base_earnings()
    if technology.mobile:
        weight = value.sector_earnings_new
    else:
        weight = base * np.array(value.factor_price_hat) ** STRUCTURES[name].mobility
    assert value.workers_share_new == pytest.approx(weight / weight.sum(1, keepdims=True), rel=1e-12)
    assert value.unemployment == pytest.approx(np.zeros(N), abs=1e-14)
    assert value.nominal_wage_hat.tolist() == value.factor_price_hat.tolist()
    assert (value.employment_rate == 1).all()
    assert value.outside_new.tolist() == np.zeros((N, S)).tolist()
    assert value.purchases_new is value.expenditure_new
    assert value.backstop_cost_new.tolist() == [0.0] * N
    fresh = dataclasses.replace(value)  # nothing known but its unknowns
    assert fresh.trade_shares_new == pytest.approx(value.trade_shares_new, rel=1e-11)
    assert fresh.income_new == pytest.approx(value.income_new, rel=1e-11)


def test_a_world_of_less_than_a_million_is_the_same() -> None:
    """Ratios do not depend on the unit, even where every flow is a fraction of one."""
    small = dataclasses.replace(WORLD, flows=WORLD.flows / 1e4, name="small")
    for structure in (STRUCTURES["core"], STRUCTURES["all"]):
        one, other = (solve(Model(world, structure), shock()).value for world in (WORLD, small))
        for name in (
            "output_volume_hat",
            "flow_volume_hat",
            "real_income_hat",
            "price_hat",
            "factor_price_hat",
        ):
            assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-9)
        assert 1e4 * other.flows_new == pytest.approx(one.flows_new, rel=1e-9)
        assert residuals(other)["max_residual"] < 1e-10


def test_a_solution_in_a_line() -> None:
    found = solve(Model(WORLD), shock())
    steps = found.stats["num_steps"]
    line = f"<Solution successful in {steps} steps: <Equilibrium of hand: 3 countries, 3 sectors; long run; closure share>>"
    assert repr(found) == line
    bound = dataclasses.replace(found, bindings={"a": Binding(0.0, 1.0, 0.0), "b": Binding(0.0, 1.0, 0.0)})
    assert repr(bound).startswith(f"<Solution successful in {steps} steps; 2 limits: <")
    bare = Solution(found.value, found.result, {})
    assert repr(bare).startswith("<Solution successful in 0 steps: ")
    assert bare.note == ""
    assert bare.message == found.result.value
    said = Solution(found.value, found.result, {"note": "Note."})
    assert (said.note, said.message) == ("Note.", f"{found.result.value} Note.")


def test_profits_are_what_they_were_given_as() -> None:
    assert Technology.of(WORLD, STRUCTURES["profits"]).profit_share.tolist() == PROFIT.tolist()
    by_sector = Technology.of(WORLD, Structure(profit_share=np.array([0.0, 0.1, 0.2])))
    assert by_sector.profit_share.tolist() == [[0.0, 0.1, 0.2]] * 3
