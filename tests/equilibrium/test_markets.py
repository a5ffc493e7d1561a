"""Margins of markets and pass-through of duties in several sectors: limits, a slow second look, accounts, derivatives."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.optimize import root

from detente.core import InputError, UnitError
from detente.equilibrium import (
    Backstop,
    GravityStructure,
    GravityWorld,
    Model,
    Policy,
    Responses,
    Step,
    Structure,
    shock_slopes,
    solve,
    solve_gravity,
)
from detente.equilibrium.explain import decompose_path
from detente.equilibrium.gradients import gradients, real_income, tariff_revenue
from detente.equilibrium.gradients.derivatives import flow_volume, output_volume
from detente.equilibrium.gradients.readings import wage
from detente.world import Wedges, aggregate, toy

WORLD = toy()
RNG = np.random.default_rng(5)
MARGIN = RNG.uniform(0.0, 0.25, (5, 4))
PASS = RNG.uniform(0.8, 1.3, (5, 4))
BOTH = Responses(margin=MARGIN, pass_through=PASS)
ALL = dataclasses.replace(
    BOTH,
    scale=np.array([0.0, 0.1, 0.15, 0.05]),
    labour_supply=0.4,
    relief=0.7,
    deficits="country share",
    sharing=("USA", "MEX"),
    population=np.array([1.0, 1.1, 1.0, 1.0, 1.0]),
)
WAR = Policy.unchanged(WORLD).duty("USA", "CHN").add_points(0.25).wedges


@pytest.fixture(scope="module")
def core():
    return solve(Model(WORLD), WAR).value


@pytest.fixture(scope="module")
def both():
    return solve(Model(WORLD, responses=BOTH), WAR).value


def test_without_either_it_is_the_core_to_the_last_bit(core):
    same = solve(Model(WORLD, responses=Responses(margin=0.0, pass_through=1.0)), WAR).value
    assert (same.real_income_hat == core.real_income_hat).all()
    # through the margins' own path, at margins of nothing, it is the core to rounding
    nearly = Responses(margin=1e-300 + np.zeros((5, 4)), pass_through=1 + 1e-15)
    there = solve(Model(WORLD, responses=nearly), WAR).value
    for name in ("real_income_hat", "wage_hat", "price_hat", "output_volume_hat", "gdp_volume_hat"):
        assert getattr(there, name) == pytest.approx(getattr(core, name), abs=1e-10), name
    assert there.flows_new == pytest.approx(core.flows_new, rel=1e-10)


@pytest.mark.parametrize("option", [{"margin": 0.2}, {"pass_through": 0.3}])
def test_each_fades_in_proportion(core, option):
    ((name, value),) = option.items()
    neutral = 1.0 if name == "pass_through" else 0.0

    def at(share):
        answers = Responses(**{name: neutral + share * value})
        return np.log(solve(Model(WORLD, responses=answers), WAR).value.real_income_hat)

    base, far, near, nearer = np.log(core.real_income_hat), at(1.0), at(2e-4), at(1e-4)
    assert np.abs(far - base).max() > 1e-5
    assert (near - base) / (nearer - base) == pytest.approx(2, rel=2e-2)


@pytest.mark.parametrize("relief", [0.0, np.array([1.0, 0.5, 0.0, 1.0])], ids=["gift", "relief"])
def test_with_one_sector_it_is_the_one_sector_family(relief):
    flows = np.array([[80.0, 3, 5, 1], [4, 60, 6, 2], [2, 7, 90, 3], [1, 2, 2, 30]])
    tariff = np.array([[0, 0.05, 0.02, 0.0], [0.1, 0, 0.03, 0], [0, 0.2, 0, 0.1], [0.07, 0, 0.01, 0]])
    tariff = tariff * (not np.any(relief))  # added duties are told in money: there, of another anchor
    codes = ("AAA", "BBB", "CCC", "DDD")
    one = aggregate(WORLD, {"ROW": "CHN"}, dict.fromkeys(WORLD.labels.sectors, "ALL"))
    economy = dataclasses.replace(
        one,
        labels=dataclasses.replace(one.labels, countries=codes, country_names=None),
        flows=flows[:, :, None],
        tariff=tariff[:, :, None],
        va_share=np.full((4, 1), 0.45),
        input_shares=np.full((4, 1, 1), 0.55),
        trade_elasticity=np.array([4.0]),
    )
    margin, bends = np.array([0.1, 0.2, 0.05, 0.15]), np.array([1.1, 0.8, 1.2, 1.0])
    labour = np.array([0.5, 0.3, 0.8, 0.5])
    structure = GravityStructure(
        4.0, bends, margin=margin, labour_supply=labour, relief=relief, value_added_share=0.45
    )
    world = GravityWorld(codes, flows, tariff, structure)
    duty = np.array(tariff)
    duty[0, 1:] += 0.25
    duty[2, 0] = 0.4
    answers = Responses(
        margin=margin[:, None], pass_through=bends[:, None], labour_supply=labour, relief=relief
    )
    ours = solve(Model(economy, responses=answers), Wedges.of(economy, tariff=duty[:, :, None])).value
    assert ours.economy.value_added == pytest.approx(world.value_added)
    # theirs holds what all workers earn, ours what those earn who make goods: transfers are stated in the same money
    earned = ours.wage_hat * ours.factor_supply_hat * world.value_added
    (theirs,) = solve_gravity(world, [duty], transfer=world.transfer * world.value_added.sum() / earned.sum())
    assert ours.real_income_hat == pytest.approx(theirs.real_income_hat, abs=1e-10)
    assert ours.factor_supply_hat == pytest.approx(theirs.labour_hat, abs=1e-10)
    ratio = world.value_added.sum() / earned.sum()
    assert ratio * ours.wage_hat == pytest.approx(theirs.wage_hat, abs=1e-10)
    assert ratio * ours.flows_new[:, :, 0] == pytest.approx(theirs.flows_new, rel=1e-9)
    assert ratio * ours.tariff_revenue_new == pytest.approx(theirs.tariff_revenue_new, rel=1e-9)


def slow(tariff, closure):
    """The equations in levels, written with loops and solved by SciPy: nothing of the engine's."""
    F, t, g, theta = WORLD.flows, WORLD.tariff, WORLD.input_shares, WORLD.trade_elasticity
    N, S = WORLD.va_share.shape
    X = (F * (1 + t)).sum(1)
    Y = np.array(
        [[sum((1 - MARGIN[n, s]) * F[n, i, s] for n in range(N)) for s in range(S)] for i in range(N)]
    )
    making = np.array([sum(WORLD.va_share[n, s] * Y[n, s] for s in range(S)) for n in range(N)])
    selling = np.array([sum(MARGIN[n, s] * F[n, :, s].sum() for s in range(S)) for n in range(N)])
    final = np.array(
        [[X[n, r] - sum(g[n, r, s] * Y[n, s] for s in range(S)) for r in range(S)] for n in range(N)]
    )
    paid = (1 - MARGIN)[:, None, :] * F
    deficit = closure * (paid.sum((1, 2)) - paid.sum((0, 2)))

    def equilibrium(point):
        w, p, x = (
            np.exp(point[:N]),
            np.exp(point[N : N + N * S]).reshape(N, S),
            np.exp(point[N + N * S :]).reshape(N, S),
        )
        spent = X * x
        gaps, share = [], np.zeros((N, N, S))
        cost = np.array(
            [
                [
                    w[i] ** WORLD.va_share[i, s] * np.prod([p[i, r] ** g[i, r, s] for r in range(S)])
                    for s in range(S)
                ]
                for i in range(N)
            ]
        )
        for n in range(N):
            for s in range(S):
                pulls = np.array(
                    [
                        F[n, i, s]
                        * (1 + t[n, i, s])
                        / X[n, s]
                        * cost[i, s] ** -theta[s]
                        * ((1 + tariff[n, i, s]) / (1 + t[n, i, s])) ** (-theta[s] * PASS[n, s])
                        for i in range(N)
                    ]
                )
                share[n, :, s] = pulls / pulls.sum()
                price = (x[n, s] / w[n]) ** (1 - PASS[n, s]) * pulls.sum() ** (-1 / theta[s])
                gaps.append(np.log(price / p[n, s]))
        bought = share * spent[:, None] / (1 + tariff)
        made = ((1 - MARGIN)[:, None, :] * bought).sum(0)
        kept = (MARGIN[:, None, :] * bought).sum((1, 2))
        earned = w * (making + selling)
        gaps += list(((WORLD.va_share * made).sum(1) + kept - earned) / making)
        duties = (tariff * bought).sum((1, 2))
        income = earned + duties + deficit
        demanded = np.einsum("nrs,ns->nr", g, made) + final / final.sum(1, keepdims=True) * income[:, None]
        gaps += list(np.log(demanded / spent).ravel())
        # the numeraire takes the place of one market: what makes goods earns the same in the world
        gaps[N * S] = ((WORLD.va_share * made).sum() - making.sum()) / making.sum()
        return np.array(gaps), (income, final, p)

    found = root(lambda point: equilibrium(point)[0], np.zeros(N + 2 * N * S), method="hybr", tol=1e-13)
    residual, (income, final, p) = equilibrium(found.x)
    assert np.abs(residual).max() < 1e-10
    weight = final / final.sum(1, keepdims=True)
    return income / final.sum(1) / np.exp((weight * np.log(p)).sum(1)), np.exp(found.x[:N])


def test_a_slow_solve_of_the_equations_says_the_same(both):
    real, wages = slow(WAR.tariff, 1.0)
    assert both.real_income_hat == pytest.approx(real, abs=1e-9)
    assert both.wage_hat == pytest.approx(wages, abs=1e-9)


def end(duty, responses=ALL, population=None):
    tariff = np.array(WAR.tariff)
    tariff[0, 1, 2] += duty
    return solve(Model(WORLD, responses=responses), Wedges.of(WORLD, tariff=tariff)).value


def test_derivatives_are_those_of_finite_differences():
    value = end(0.0)
    readings = [
        real_income(value, "CHN"),
        tariff_revenue(value, "USA"),
        flow_volume(value, "USA", "CHN", "GOODS"),
    ]
    slopes = [slope.tariff[0, 1, 2] for slope in gradients(value, readings)]
    ends = [
        [
            np.log(there.real_income_hat[1]),
            there.tariff_revenue_new[0],
            np.log(there.flow_volume_hat[0, 1, 2]),
        ]
        for there in (end(1e-4), end(-1e-4))
    ]
    assert np.subtract(*ends) / 2e-4 == pytest.approx(slopes, rel=1e-6)


def test_accounts_close(both):
    value, world = end(0.0), WORLD
    bought = value.flows_new
    made, kept = (bought * (1 - MARGIN)[:, None]).sum(0), (bought * MARGIN[:, None]).sum((1, 2))
    assert value.output_new == pytest.approx(made, rel=1e-10)
    assert value.margins_new == pytest.approx(kept, rel=1e-10)
    earned = (world.va_share * made).sum(1) + kept
    assert value.wage_hat * value.factor_supply_hat * value.economy.value_added == pytest.approx(
        earned, rel=1e-9
    )
    assert value.tariff_revenue_new == pytest.approx((bought * WAR.tariff).sum((1, 2)), rel=1e-10)
    assert value.income_new == pytest.approx(earned + value.tariff_revenue_new + value.deficit_new, rel=1e-9)
    spent = np.einsum("nrs,ns->nr", world.input_shares, made).sum(1) + value.income_new
    assert value.expenditure_new.sum(1) == pytest.approx(spent, rel=1e-9)
    assert value.economy.income == pytest.approx(value.economy.final_demand.sum(1), rel=1e-12)
    assert (value.wedges.tariff == WAR.tariff).all()
    assert (value.wedges.iceberg_hat == 1).all()
    assert Model.behind(value).economy.output == pytest.approx(world.output)
    still = solve(Model(world, responses=BOTH), Wedges.unchanged(world)).value
    for name in ("real_income_hat", "output_volume_hat", "flow_volume_hat", "gdp_volume_hat", "wage_hat"):
        assert getattr(still, name) == pytest.approx(1, abs=1e-11), name


def test_limits_are_on_goods_and_bans_go_with_them(both):
    everything = Model(WORLD, responses=ALL)
    cap = Policy(WORLD, WAR).limit(
        "cap", importers="USA", exporters=["CHN", "MEX"], sectors=["PARTS", "GOODS"], share=0.4
    )
    held = solve(everything, cap)
    volume, cells = WORLD.flows * held.value.flow_volume_hat, cap.controls[0].cells
    assert volume[cells].sum() / WORLD.flows[cells].sum() == pytest.approx(0.4, abs=1e-8)
    assert held.bindings["cap"].volume_hat == pytest.approx(0.4, abs=1e-8)
    # the wedge found, written into the policy as the tax that it is
    explicit = Wedges(WAR.tariff, WAR.iceberg_hat, held.value.wedges.export_tax)
    same = solve(everything, explicit).value
    assert same.real_income_hat == pytest.approx(held.value.real_income_hat, abs=1e-8)
    taxed = explicit.export_tax / (1 + explicit.export_tax) * same.flows_new
    assert same.export_tax_revenue_new == pytest.approx((taxed * (1 - MARGIN)[:, None]).sum((0, 2)), rel=1e-9)
    ban = Policy.unchanged(WORLD).limit("ban", importers="USA", exporters="CHN", sectors="PARTS", share=0.0)
    gone = solve(Model(WORLD, responses=BOTH), ban).value
    assert gone.flows_new[0, 1, 1] == 0
    assert gone.real_income_hat[0] < 1


def test_what_does_not_go_with_them_is_refused(both):
    with pytest.raises(InputError, match="margins or pass-through and factors that do not move freely"):
        solve(Model(WORLD, Structure(mobility=2.0), responses=BOTH), WAR)
    backstop = Backstop.of(WORLD, {("USA", "PARTS"): (Step("thrift", 0.1, 1.2, 1.5),)})
    with pytest.raises(InputError, match="margins or pass-through and a `backstop`"):
        solve(Model(WORLD, Structure(critical=("PARTS",), backstop=backstop), responses=BOTH), WAR)
    with pytest.raises(InputError, match="wages"):
        wage(both, "USA")
    with pytest.raises(UnitError, match="margin is outside"):
        Responses(margin=1.0)
    with pytest.raises(UnitError, match="pass_through is not above 0"):
        Responses(pass_through=0.0)
    with pytest.raises(InputError, match="margin has shape"):
        solve(Model(WORLD, responses=Responses(margin=np.full(5, 0.1))), WAR)


@pytest.mark.parametrize("responses", [None, ALL], ids=["core", "all"])
def test_derivatives_by_shocks_are_those_of_finite_differences(responses):
    def at(productivity=0.0, people=0.0):
        own = responses or Responses()
        ratios, heads = np.ones((5, 4)), np.broadcast_to(own.population, 5).copy()
        ratios[1, 2] *= np.exp(productivity)
        heads[1] *= np.exp(people)
        own = dataclasses.replace(own, productivity=ratios, population=heads)
        return solve(Model(WORLD, responses=own), WAR).value

    value = at()
    readings = [real_income(value, "USA"), output_volume(value, "CHN", "GOODS")]
    slopes = shock_slopes(value, readings[:1] if responses else readings)
    for kind, size in (("productivity", 1e-4), ("people", 1e-4)):
        ends = [at(**{kind: size}), at(**{kind: -size})]
        moved = [
            np.log(ends[0].real_income_hat[0] / ends[1].real_income_hat[0]),
            np.log(ends[0].output_volume_hat[1, 2] / ends[1].output_volume_hat[1, 2]),
        ]
        for slope, change in zip(slopes, moved, strict=False):
            told = slope.productivity[1, 2] if kind == "productivity" else slope.population[1]
            assert change / (2 * size) == pytest.approx(told, rel=1e-6)
    with pytest.raises(InputError, match="population and factors that do not move freely"):
        shock_slopes(solve(Model(WORLD, Structure(mobility=2.0)), WAR).value, readings)


def test_channels_of_real_income_add_up():
    """Exactly, whatever else answers; of a small duty margins lose their share of the volume of sales."""
    start = Wedges.unchanged(WORLD)
    path = decompose_path(Model(WORLD, responses=ALL), start, WAR)
    assert np.abs(path.gap).max() < 1e-11
    assert min(np.abs(path.parts[name]).max() for name in ("margins", "pass_through", "answers")) > 1e-5
    # closed form of a small change: sales valued at base-year prices, the share kept of them, home sales included
    margin, small = (
        np.full((5, 4), 0.2),
        Wedges.of(WORLD, tariff=WORLD.tariff + 1e-5 * (WAR.tariff > WORLD.tariff)),
    )
    kept = Model(WORLD, responses=Responses(margin=margin))
    value, found = solve(kept, small).value, decompose_path(kept, start, small)
    volume = WORLD.flows * (value.flows_new / WORLD.flows / value.cost_hat[None] - 1)
    said = (0.2 * volume).sum((1, 2)) / value.economy.income
    assert found.parts["margins"] == pytest.approx(said, rel=1e-3, abs=1e-12)
    assert "pass_through" not in found.parts
