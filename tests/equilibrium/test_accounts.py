"""Accounts add up to the last digits, in every structure and on worlds drawn at random, and mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from detente.cases.horizons import horizon
from detente.cases.runs import prepare_cases, run_cases
from detente.core import InputError, SolveError
from detente.dossier import load_dossier
from detente.equilibrium import Model, Policy, Structure, solve
from detente.equilibrium.controls import QuantityControl
from detente.equilibrium.explain.accounts import EXACT, Shift, index_weights, log_mean
from detente.equilibrium.explain.attribute import Move, integrated_gradients, shapley
from detente.equilibrium.explain.targets import KINDS, account, target
from detente.equilibrium.gradients.derivatives import gradients
from detente.policy import load_scenario
from detente.world import Wedges, load_world, toy
from tests.crosscheck.random_world import random_world, shock

STATE = ("prices", "wages", "real_wages", "revenue", "duty_pre", "duty_post")


def structures(economy):
    first, *_, last = economy.labels.sectors
    nests = {
        "sigma_value_added": 0.4,
        "sigma_materials": 0.2,
        "sigma_critical": 0.1,
        "critical": (first, last),
    }
    return {
        "core": Structure(),
        "nests": Structure(**nests),
        "immobile": Structure(**nests, sigma_final=0.8, mobility=1.5),
        "profits": Structure(sigma_final=1.3, profit_share=np.minimum(0.1, 0.5 * economy.va_share)),
    }


def names(economy, *, path=False):
    """Every kind of result, for the first country; results of a path only when asked for."""
    home, other, *_ = economy.labels.countries
    sector = economy.labels.sectors[1]
    made = [f"{home}.{kind}" for kind in STATE]
    made += [f"{home}.output.{sector}", f"{home}.employment.{sector}"]
    made += [f"{home}.duty_pre.{other}", f"{home}.duty_post.{other}", f"flow.{home}.{other}"]
    if path:
        made += [f"{home}.{kind}" for kind in KINDS if kind in ("real_income", "equivalent_variation")]
        made += [f"{home}.terms_of_trade", f"{home}.volume_of_trade"]
    return made


def exact(found, unit):
    """Whether an account adds up: to 1e-9 of its parts, or to the noise of the solver where next to nothing moves."""
    noise = {"log": 1e-12, "fraction": 1e-14, "USD mn": 1e-13}[unit]
    return abs(found.gap) <= EXACT * found.size + noise * max(1.0, abs(found.total))


@pytest.mark.parametrize("kind", ["core", "nests", "immobile", "profits"])
@pytest.mark.parametrize("seed", range(4))
def test_accounts_add_up_on_random_worlds(kind, seed):
    world = random_world(5, 4, seed, zeros=0.1 * seed)
    structure = structures(world)[kind]
    before = solve(Model(world, structure), shock(world, "up", seed)).value
    for step in ("mixed", "ban"):
        shift = Shift(before, solve(Model(world, structure), shock(world, step, seed + 1)).value)
        for name in names(world):
            goal, found = target(name, world), account(name, shift)
            moved = goal.value(shift.after) - goal.value(shift.before)
            assert found.total == pytest.approx(moved, rel=1e-9, abs=1e-12), name
            assert found.size > 0 or "duty_pre" in name, name
            assert exact(found, goal.unit), (name, found.gap, found.size)


@pytest.mark.parametrize("kind", ["core", "nests", "immobile", "profits"])
def test_accounts_of_the_path_add_up(kind):
    world = toy()
    structure = structures(world)[kind]
    ends = [Wedges.of(world, tariff=k * world.tariff) for k in (1, 3)]
    shift = Shift(*(solve(Model(world, structure), one).value for one in ends))
    for name in names(world, path=True):
        assert exact(account(name, shift), target(name, world).unit), name


def war(world):
    """Moves of every kind, one of them held by a control."""
    draw = np.random.default_rng(2)
    off = ~np.eye(len(world.labels.countries), dtype=bool)[:, :, None]
    zero = np.zeros_like(world.tariff)

    def some(size):
        return np.where(off, size * draw.random(zero.shape), 0.0)

    return [
        Move("duties", some(0.3), zero, zero),
        Move("costs", zero, some(0.2), zero),
        Move("control", some(0.1), zero, some(0.1), held=True),
    ]


def moved(world, moves, share=1.0):
    return Wedges(
        world.tariff + share * sum(move.tariff for move in moves),
        np.exp(share * sum(move.log_iceberg for move in moves)),
        share * sum(move.export_tax for move in moves),
    )


@pytest.mark.parametrize("kind", ["core", "nests", "immobile", "profits"])
def test_differentials_against_central_differences(kind):
    """The derivative along a direction of every result that has a value."""
    world = toy()
    structure, moves, step = structures(world)[kind], war(world), 1e-5
    held = moves[2].tariff, moves[2].export_tax
    here, up, down = (
        solve(Model(world, structure), moved(world, moves, share)).value
        for share in (0.5, 0.5 + step, 0.5 - step)
    )
    for name in (*names(world), "USA.equivalent_variation", "USA.rents"):
        goal = target(name, world)
        (slope,) = gradients(here, [goal.output(here, held)])
        found = sum(
            float((getattr(slope, key) * getattr(move, key)).sum())
            for move in moves
            for key in ("tariff", "log_iceberg", "export_tax")
        )
        expected = (goal.value(up, held) - goal.value(down, held)) / (2 * step)
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-7), name


@pytest.mark.parametrize("name", ["usa.terms_of_trade", "usa.volume_of_trade", "usa.rents", "usa.duty_post"])
def test_results_that_are_new_are_attributed_to_measures(name):
    world = toy()
    moves, start = war(world), Wedges.unchanged(world)
    goal = target(name, world)
    found = integrated_gradients(Model(world), start, moved(world, moves), moves, goal)
    assert abs(found.gap) <= 1e-8 * max(1.0, sum(map(abs, found.parts)))
    ends = solve(Model(world), start).value, solve(Model(world), moved(world, moves)).value
    held = moves[2].tariff, moves[2].export_tax
    assert found.total == pytest.approx(account(name, Shift(*ends, held_after=held)).total, rel=1e-7)
    if goal.along is None:
        assert shapley(Model(world), start, moves, goal).total == pytest.approx(found.total, rel=1e-9)
    else:
        with pytest.raises(InputError, match="result of the path"):
            shapley(Model(world), start, moves, goal)


def test_rents_of_a_cap_are_those_the_control_reports():
    world = toy()
    cap = QuantityControl.on(
        world, "cap", importers=("USA",), exporters=("CHN",), sectors=("PARTS",), limit=0.6, rent="exporter"
    )
    found = solve(Model(world), Policy(world, Wedges.unchanged(world), (cap,)))
    held = found.value.wedges.tariff - world.tariff, found.value.wedges.export_tax
    shift = Shift(solve(Model(world), Wedges.unchanged(world)).value, found.value, held_after=held)
    made = account("chn.rents", shift)
    assert made.total == pytest.approx(found.bindings["cap"].rent_usd, rel=1e-9)
    assert exact(made, "USD mn")
    with pytest.raises(InputError, match="leaves USA a rent"):
        account("usa.rents", shift)


def test_a_ban_has_accounts_but_no_path():
    world = toy()
    ban = np.ones_like(world.tariff)
    ban[0, 1, 1] = np.exp(120.0)
    there = Wedges.of(world, iceberg_hat=ban)
    shift = Shift(solve(Model(world), Wedges.unchanged(world)).value, solve(Model(world), there).value)
    for name in names(world):
        assert exact(account(name, shift), target(name, world).unit), name
    with pytest.raises(SolveError):
        account("usa.real_income", shift)


def test_a_duty_alone_raises_prices_by_itself_and_moves_them_by_factors():
    """In a partial change, with factor prices next to still, the direct part is duty times what is bought abroad."""
    world = toy()
    small = world.tariff.copy()
    small[0, 1] += 1e-6
    shift = Shift(*(solve(Model(world), Wedges.of(world, tariff=one)).value for one in (world.tariff, small)))
    found = account("usa.prices", shift)
    direct = (
        world.final_shares[0] * world.trade_shares[0, 1] * np.log((1 + small) / (1 + world.tariff))[0, 1]
    ).sum()
    assert found.parts["own_duties"].sum() == pytest.approx(direct, rel=1e-5)
    assert found.parts["own_duties_in_inputs"].sum() > 0
    assert found.parts["other_duties"].sum() == 0


def test_a_logarithmic_mean_is_one():
    ratio = np.array([1.0, 1 + 1e-12, 3.0, 1e-300])
    before = np.full(4, 2.0)
    mean = log_mean(before, np.log(ratio))
    assert mean[0] == 2.0
    assert mean[2] == pytest.approx(4 / np.log(3))
    assert (mean * np.log(ratio))[3] == pytest.approx(-2.0)
    share, change = np.array([0.2, 0.8]), np.array([0.3, -0.1])
    weights = index_weights(share, change - np.log((share * np.exp(change)).sum()), 0)
    assert weights.sum() == pytest.approx(1)


def test_two_equilibria_of_different_structures_have_no_account():
    world = toy()
    values = [
        solve(Model(world, one), Wedges.unchanged(world)).value
        for one in (Structure(), Structure(sigma_final=0.5))
    ]
    with pytest.raises(InputError, match="different economies or structures"):
        Shift(*values)


@pytest.mark.parametrize("name", ["long", "short"])
def test_accounts_of_the_shipped_case_add_up(name):
    """To 1e-9 of the parts, every kind of result, both horizons, against the base year and against what is in force."""
    world, structure = horizon(name, load_world())
    cases = prepare_cases(world, load_dossier(), [load_scenario(one) for one in ("standing", "talks-fail")])
    standing, fails = (one.value for one in run_cases(Model(world, structure), cases).values())
    base = solve(Model(world, structure), Wedges.unchanged(world)).value
    for shift in (Shift(base, standing), Shift(standing, fails)):
        for code in ("USA", "CHN", "MEX"):
            sector, partner = "C26", "JPN"
            wanted = [f"{code}.{kind}" for kind in (*STATE, "real_income", "equivalent_variation")]
            wanted += [f"{code}.output.{sector}", f"{code}.employment.{sector}"]
            wanted += [f"{code}.duty_post.{partner}", f"flow.{code}.{partner}"]
            for one in wanted:
                found = account(one, shift)
                assert abs(found.gap) <= EXACT * found.size, (one, found.gap, found.size)
