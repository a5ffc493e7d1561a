"""Batches steered by the whole derivative of the base year: the derivative against differences, answers against solves alone."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from detente.core import InputError
from detente.equilibrium import BATCH, Model, Policy, Structure, settle, solve, steering as steering_module
from detente.equilibrium.baseline import CORE, prepare
from detente.equilibrium.foresight import Foresight
from detente.equilibrium.judged import alone
from detente.equilibrium.limits import Limits
from detente.equilibrium.settle import base_point, sweep_chunk
from detente.equilibrium.shock import Shock, SparseShock, laid_out
from detente.equilibrium.steering import Steering, steering
from detente.equilibrium.sweep import Newton, Sweep
from detente.world import Wedges, toy

WORLD = toy()
STRUCTURES = {
    "core": Structure(),
    "nests": Structure(
        sigma_value_added=0.5, sigma_materials=0.3, sigma_critical=0.2, critical=("PARTS",), sigma_final=0.8
    ),
    "immobile": Structure(mobility=1.5, sigma_value_added=0.7, profit_share=0.05),
    "minima": Structure(minimum_consumption=0.3, revenue_saved=0.4, sigma_final=0.6),
}


def gaps(sweep: Sweep, shock: Shock, points: np.ndarray) -> np.ndarray:
    """Residuals of clearing, prices and spending, flat, as the batch sees them."""
    log_factor, log_price, expenditure = sweep.split(points)
    seen = sweep.look(shock, log_factor, log_price, expenditure)
    paid = sweep.technology.paid(log_factor, seen.log_cost)
    parts = (
        sweep.clearing(paid, seen.output, seen.earnings),
        sweep.price_gap(seen.total, log_price, expenditure),
        (seen.wanted - expenditure) / sweep.base.scale,
    )
    return np.concatenate([part.reshape(len(points), -1) for part in parts], 1)


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_whole_inverse_is_that_of_differences(name) -> None:
    structure = STRUCTURES[name]
    base, point = prepare(WORLD, structure), base_point(WORLD, structure)
    sweep = Sweep(WORLD, base, WORLD.deficit)
    still = Shock.of(base, alone(Wedges.unchanged(WORLD)), None).both
    many = Shock(np.repeat(still, 2 * len(point), 0), None, None)
    moves = 1e-5 * np.concatenate([np.eye(len(point)), -np.eye(len(point))])
    seen = gaps(sweep, many, point + moves)
    derivative = (seen[: len(point)] - seen[len(point) :]) / 2e-5  # [unknown, residual]
    inverse = steering_module._inverse(
        base, np.asarray(base.factor_inverse)
    )  # [residual, unknown], of minus the step
    assert np.abs(derivative @ inverse + np.eye(len(point))).max() < 2e-4


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_sweep_of_one_scenario_is_that_of_it_among_others(name) -> None:
    structure = STRUCTURES[name]
    base, point = prepare(WORLD, structure), base_point(WORLD, structure)
    tariffs = WORLD.tariff + np.random.default_rng(5).uniform(0, 0.3, (3, *WORLD.tariff.shape))
    sweep, shock = Sweep(WORLD, base, WORLD.deficit), Shock.of(base, Wedges.of(WORLD, tariff=tariffs), None)
    points = point + 0.01 * np.random.default_rng(6).normal(size=(3, len(point)))
    before = points.copy()
    steps, worst = sweep(shock, points)
    assert np.array_equal(points, before)
    for lane in range(3):
        step, gap = sweep(shock.keep(np.arange(3) == lane), points[lane : lane + 1])
        assert gap[0] == pytest.approx(worst[lane], rel=1e-6)  # steps before are in single precision
        assert step[0] == pytest.approx(steps[lane], abs=1e-6 * np.abs(steps[lane]).max())


def test_steps_are_those_of_the_inverse_where_all_directions_are_kept(monkeypatch) -> None:
    monkeypatch.setattr(steering_module, "RANK", 45)
    base = prepare(WORLD, CORE)
    N, S = base.scale.shape
    steered, inverse = Steering.of(base), steering_module._inverse(base, np.asarray(base.factor_inverse))
    assert steered is not None
    draw = np.random.default_rng(3).normal(size=(7, N + 2 * N * S))
    out = np.zeros((7, N + 2 * N * S + 2))
    parts = draw[:, :N], draw[:, N : N + N * S].reshape(7, N, S), draw[:, N + N * S :].reshape(7, N, S)
    worst = steered.step(*parts, out=out)
    assert out[:, :-2] == pytest.approx(draw @ inverse, rel=1e-4, abs=1e-4)
    assert not out[:, -2:].any()  # wedges of limits are stepped by themselves
    assert worst == pytest.approx(np.abs(draw).max(1), rel=1e-6)


def policies(seed: int) -> list[Policy]:
    """Batches of duties, taxes, limits, and a ban."""
    draw = np.random.default_rng(seed)
    shape = WORLD.tariff.shape
    abroad = ~np.eye(shape[0], dtype=bool)[:, :, None]
    asked = []
    for k in range(BATCH):
        moved = abroad & (draw.random(shape) < 0.4)
        tariff = WORLD.tariff + np.where(moved, draw.uniform(0, 1.0, shape), 0)
        iceberg = np.where(moved, draw.uniform(0.8, 1.3, shape), 1.0)
        tax = np.where(moved, draw.uniform(0, 0.3, shape), 0) * (k % 3 == 0)
        policy = Policy(WORLD, Wedges(tariff, iceberg, tax))
        if k % 2:
            policy = policy.limit(
                "parts", importers="USA", exporters="CHN", sectors="PARTS", share=draw.uniform(0.1, 1.2)
            )
        if k % 8 == 0:
            policy = policy.limit("none", importers="USA", exporters="CHN", sectors="FARM", share=0.0)
        if k % 8 == 1:
            policy = policy.limit(
                "more", importers="CHN", exporters="USA", sectors="FARM", share=1.1, kind="floor"
            )
        asked.append(policy)
    return asked


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(list(STRUCTURES)), limited=st.booleans())
def test_a_batch_gives_what_each_scenario_gives_alone(seed, name, limited) -> None:
    model, asked = Model(WORLD, STRUCTURES[name]), policies(seed)
    if not limited:
        asked = [dataclasses.replace(policy, controls=()) for policy in asked]
    together = solve(model, asked, throw=False)
    for k in range(0, BATCH, 7):
        by_itself = solve(model, asked[k], throw=False)
        assert together[k].result is by_itself.result
        if by_itself.result.ok:
            assert together[k].stats["max_residual"] < 1e-10
            assert together[k].value.real_income_hat == pytest.approx(
                by_itself.value.real_income_hat, rel=1e-11
            )


def test_what_the_whole_derivative_does_not_settle_is_swept_without_it(monkeypatch) -> None:
    base = prepare(WORLD, CORE)
    steered = steering(base)
    assert steered is not None
    assert steering(prepare(WORLD, CORE)) is steered
    tariff = np.stack([WORLD.tariff + np.where(WORLD.flows > 0, k / 10, 0) for k in range(4)])
    wedges = Wedges(tariff, np.ones_like(tariff), np.zeros_like(tariff))
    args = WORLD, wedges, WORLD.deficit, Newton(), CORE
    plain, steps = sweep_chunk(*args)
    wrong = dataclasses.replace(steered, blocks=-steered.blocks)
    monkeypatch.setattr(settle, "steering", lambda _: wrong)
    points, taken = sweep_chunk(*args, foresight=Foresight())
    assert (points[1:] == plain[1:]).all()
    assert (taken[1:] == steps[1:]).all()


def test_a_solution_is_sent_without_what_can_be_worked_out() -> None:
    asked = policies(1)[3]
    solution = solve(Model(WORLD), asked, throw=False)
    incomes = solution.value.real_income_hat, solution.value.trade_shares_new
    sent = pickle.dumps(solution)
    assert len(sent) < len(pickle.dumps(WORLD)) + 3 * 8 * WORLD.flows.size + 8_000
    back = pickle.loads(sent)
    assert "technology" not in vars(back.value)
    assert (back.value.real_income_hat == incomes[0]).all()
    assert back.value.trade_shares_new == pytest.approx(incomes[1], rel=1e-14)
    for name in ("tariff", "iceberg_hat", "export_tax"):
        there, here = getattr(back.value.wedges, name), getattr(solution.value.wedges, name)
        assert (there == here).all()
        assert not there.flags.writeable
    banned = Wedges.of(WORLD, iceberg_hat=np.full(WORLD.flows.shape, np.inf))
    assert np.isinf(pickle.loads(pickle.dumps(banned)).iceberg_hat).all()


def test_how_a_table_lies_in_memory_changes_nothing():
    """The same economy with its arrays in Fortran's order has the same equilibrium under trade costs and duties."""
    world = toy()
    turned = dataclasses.replace(
        world,
        **{
            name: np.asfortranarray(getattr(world, name))
            for name in ("flows", "tariff", "va_share", "input_shares")
        },
    )
    wedges = Wedges.unchanged(world)
    cost = wedges.iceberg_hat.copy()
    cost[0, 1], cost[1, 0] = 1.3, 1.2
    moved = dataclasses.replace(wedges, tariff=wedges.tariff + (cost - 1) / 2, iceberg_hat=cost)
    (first,), (second,) = (solve(Model(each), [moved]) for each in (world, turned))
    assert second.value.real_income_hat == pytest.approx(first.value.real_income_hat, abs=1e-11)


def test_limits_that_step_first_leave_trade_where_their_step_leads() -> None:
    asked = [policies(3)[k] for k in (1, 3, 9, 11)]
    wedges = Wedges.together([policy.wedges for policy in asked])
    base, limits = prepare(WORLD, CORE), Limits.of(WORLD, wedges, [policy.controls for policy in asked])
    assert limits is not None
    sweep = Sweep(WORLD, base, WORLD.deficit)
    point = np.repeat(base_point(WORLD, CORE)[None], len(asked), 0)
    point *= np.random.default_rng(1).uniform(0.9, 1.1, point.shape)
    log_factor, log_price, expenditure = sweep.split(point)
    log_wedge = np.random.default_rng(2).uniform(0, 0.3, (len(asked), limits.width))
    for lay in (laid_out, Shock.of):
        shock, moved = lay(base, wedges, limits), lay(base, wedges, limits)
        for each in (shock, moved):
            each.limits.drive(log_wedge, each.pull, each.to_producer, each.to_exporter)
        first = sweep.look(shock, log_factor, log_price, expenditure, log_wedge)
        step, _ = first.wedge_step
        assert np.abs(step).max() > 0.01
        moved.limits.drive(log_wedge + step, moved.pull, moved.to_producer, moved.to_exporter)
        there = sweep.look(moved, log_factor, log_price, expenditure)
        for name in ("total", "output", "wanted"):
            assert getattr(first, name) == pytest.approx(getattr(there, name), rel=1e-13), name


def test_what_one_call_learned_shortens_the_next() -> None:
    model, random = Model(WORLD), np.random.default_rng(4)
    asked = [
        Policy.unchanged(WORLD).duty("USA", "CHN").add_points(points)
        for points in random.uniform(0, 0.5, 256)
    ]
    foresight = Foresight()
    first, second = (solve(model, asked[k : k + 128], foresight=foresight) for k in (0, 128))
    alone_again = solve(model, asked[128:])
    with pytest.raises(InputError, match="one `Foresight` for each model"):
        solve(Model(WORLD, STRUCTURES["immobile"]), asked[:2], foresight=foresight)
    steps = [np.mean([one.stats["num_steps"] for one in some]) for some in (first, second, alone_again)]
    assert steps[1] < steps[2] - 0.4
    for one, other in zip(second, alone_again, strict=True):
        assert one.value.real_income_hat == pytest.approx(other.value.real_income_hat, rel=1e-11)


def test_what_all_scenarios_share_is_not_copied() -> None:
    war = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.2).wedges
    dearer = Policy.unchanged(WORLD).trade_cost("USA", "CHN").add_points(0.2).wedges
    shared, mixed = Wedges.together([war, war]), Wedges.together([war, dearer])
    assert shared.tariff.base is war.tariff
    assert shared.export_tax.strides[0] == mixed.export_tax.strides[0] == 0
    assert (mixed.iceberg_hat[1] == dearer.iceberg_hat).all()
    base = Wedges.unchanged(WORLD)
    assert [int(pairs.sum()) for pairs in mixed.pairs_unlike(base)] == [1, 1]
    assert (mixed.pairs_unlike(base)[0] == war.pairs_unlike(base)).all()
    with pytest.raises(InputError, match="do not go together"):
        Wedges.together([war, Wedges(*(np.ones((1, 1, 1)),) * 3)])


def test_a_batch_that_left_the_base_year_together_is_laid_out_by_what_differs() -> None:
    random = np.random.default_rng(7)
    dearer = WORLD.tariff + np.where(np.eye(5, dtype=bool)[:, :, None], 0, 0.1)
    tariff = np.repeat(dearer[None], 9, 0)
    iceberg, tax = np.ones_like(tariff), np.zeros_like(tariff)
    tariff[:, 0, 1] += random.uniform(0, 0.4, (9, 4))
    iceberg[3, 2, 0] = 1.4
    iceberg[5, 1, 0, 2] = np.inf
    tax[4, 3, 2] = 0.2
    wedges, base = Wedges(tariff, iceberg, tax), prepare(WORLD, CORE)
    sparse, full = laid_out(base, wedges, None), Shock.of(base, wedges, None)
    assert isinstance(sparse, SparseShock)
    weight, per_pull = random.uniform(0.5, 2, (2, 9, 5, 4))
    for name in ("drawn", "sold", "taxed", "taxes"):
        given = weight if name in ("drawn", "taxed") else per_pull
        here, there = np.array(getattr(sparse, name)(given)), np.array(getattr(full, name)(given))
        assert here == pytest.approx(there, rel=1e-13, abs=1e-15), name
    fewer = random.random(9) < 0.5
    assert np.array(sparse.keep(fewer).drawn(weight[fewer])) == pytest.approx(
        np.array(full.keep(fewer).drawn(weight[fewer])), rel=1e-13
    )


def test_one_beside_many_with_far_cheaper_trade_keeps_its_digits() -> None:
    random = np.random.default_rng(8)
    iceberg = np.full((9, *WORLD.tariff.shape), 0.1)
    iceberg[:, range(5), range(5)] = 1.0
    iceberg[:, 0, 1] *= random.uniform(1, 1.2, (9, 4))
    iceberg[6] = 1.02
    same, none = np.repeat(WORLD.tariff[None], 9, 0), np.zeros_like(iceberg)
    wedges, base = Wedges(same, iceberg, none), prepare(WORLD, CORE)
    weight = random.uniform(0.5, 2, (9, 5, 4))
    here, there = (
        shock.drawn(weight) for shock in (laid_out(base, wedges, None), Shock.of(base, wedges, None))
    )
    assert np.array(here)[:, 6] == pytest.approx(np.array(there)[:, 6], rel=1e-13)


def test_what_was_learned_under_limits_serves_without_them_and_again() -> None:
    model, foresight = Model(WORLD), Foresight()
    limited = [dataclasses.replace(policy, name="") for policy in policies(11)]
    free = [dataclasses.replace(policy, controls=()) for policy in limited]
    for asked in (free, limited, free[:9], limited[3:40], free):
        together = solve(model, asked, foresight=foresight, throw=False)
        for k in (0, len(asked) // 2, len(asked) - 1):
            by_itself = solve(model, asked[k], throw=False)
            assert together[k].result is by_itself.result
            assert together[k].value.real_income_hat == pytest.approx(
                by_itself.value.real_income_hat, rel=1e-11
            )


def test_a_batch_of_no_scenarios_has_no_solutions() -> None:
    nothing = np.zeros((0, *WORLD.flows.shape))
    assert solve(Model(WORLD), Wedges(nothing, nothing + 1, nothing)) == ()
    assert solve(Model(WORLD), Wedges.of(WORLD, tariff=nothing)) == ()
    assert Wedges.of(WORLD, tariff=nothing).each() == ()
