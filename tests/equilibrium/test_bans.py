"""Bans: flows that stop, buyers without a supplier, autarky, trade in parts, sectors without a buyer, and paths to a ban."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.optimize

from detente.cases.horizons import horizon
from detente.core import RESULTS, InputError, SolveError
from detente.equilibrium import Model, Policy, Structure, solve
from detente.equilibrium.bans import _unpaid, costs_between, severed
from detente.equilibrium.controls import Binding, QuantityControl, breach
from detente.equilibrium.explain.accounts import Shift
from detente.equilibrium.explain.attribute import Move, integrated_gradients, joined_moves, shapley
from detente.equilibrium.explain.channels import decompose_path
from detente.equilibrium.explain.targets import account, target
from detente.equilibrium.gradients.derivatives import flow_volume, gradients, output_volume, real_income
from detente.equilibrium.plain_residuals import residuals
from detente.world import Wedges, load_world, toy
from detente.world.economy import Economy

IMMOBILE = Structure(sigma_value_added=0.6, sigma_materials=0.4, sigma_final=0.8, mobility=2.0)


def banned(economy: Economy, *cells: object, tariff: object = None) -> Wedges:
    """Wedges of the base year with some flows banned, sales at home apart from those named by two equal countries."""
    iceberg = np.ones_like(economy.flows)
    for cell in cells:
        iceberg[cell] = np.inf
    home = np.arange(len(iceberg))
    iceberg[home, home] = 1
    return Wedges.of(economy, tariff=tariff, iceberg_hat=iceberg)


def embargo(economy: Economy, code: str, *, exports: bool = True, imports: bool = True) -> Wedges:
    n = economy.labels.country(code)
    return banned(economy, *([(slice(None), n)] if exports else []), *([n] if imports else []))


def ban(economy: Economy, importers, exporters, sectors=None, name="ban") -> QuantityControl:
    return QuantityControl.on(
        economy,
        name,
        importers=importers,
        exporters=exporters,
        sectors=sectors or economy.labels.sectors,
        limit=0.0,
    )


def autarky(economy: Economy, code: str) -> float:
    """Real income in autarky by the closed form: prices from home shares through the input-output chain, no revenue, no deficit."""
    n = economy.labels.country(code)
    home = economy.trade_shares[n, n]
    used = np.where(economy.expenditure[n] > 0, home, 1.0)
    chain = np.eye(len(home)) - economy.input_shares[n].T
    log_price = np.linalg.solve(chain, -np.log(used) / economy.trade_elasticity)
    return float(economy.value_added[n] / economy.income[n] * np.exp(-economy.final_shares[n] @ log_price))


# --- the shipped world ------------------------------------------------------------------------------------------


def test_nobody_buys_from_china():
    world = load_world()
    others = [code for code in world.labels.countries if code != "CHN"]
    stop = ban(world, others, ["CHN"])
    found = solve(Model(world), Policy(world, Wedges.unchanged(world), (stop,)))
    assert found.bindings["ban"].volume_hat == 0
    assert (found.value.trade_shares_new[stop.cells] == 0).all()
    n = world.labels.country("CHN")
    # China lends under the closure; who sells nothing can lend nothing, and buys nothing either
    assert found.value.real_income_hat[n] == pytest.approx(autarky(world, "CHN"), rel=1e-9)
    assert "CHN may buy abroad but not sell" in found.note
    assert found.stats["parts"] == 2
    assert found.value.deficit_new[n] == 0
    assert found.value.deficit_new.sum() == pytest.approx(0, abs=1e-9 * world.value_added.sum())


@pytest.mark.parametrize("closure", ["share", "zero"])
def test_an_embargo_of_the_united_states_is_autarky(closure):
    world = load_world()
    solution = solve(Model(world, closure=closure), embargo(world, "USA"))
    n = world.labels.country("USA")
    assert solution.value.real_income_hat[n] == pytest.approx(autarky(world, "USA"), rel=1e-9)
    assert "USA" in solution.note
    assert "autarky" in solution.note
    assert solution.value.flows_new[n].sum() == solution.value.flows_new[n, n].sum()
    assert not np.isnan(solution.value.real_income_hat).any()


@pytest.mark.parametrize("name", ["long", "short", "impact"])
def test_magnets_into_korea_have_no_supplier(name):
    economy, structure = horizon(name, load_world())
    others = [code for code in economy.labels.countries if code != "KOR"]
    stop = ban(economy, ["KOR"], others, ["MAG"])
    found = solve(Model(economy, structure), Policy(economy, Wedges.unchanged(economy), (stop,)), throw=False)
    assert found.result is RESULTS.no_supplier
    assert "KOR of MAG" in found.note
    assert found.stats["num_steps"] == 0
    with pytest.raises(SolveError, match="KOR of MAG"):
        solve(Model(economy, structure), Policy(economy, Wedges.unchanged(economy), (stop,)))


def test_what_takes_more_of_itself_than_comes_out_has_no_price():
    """Within months nothing replaces the chips and magnets of others: prices are infinite, and that is found at once."""
    economy, structure = horizon("impact", load_world())
    solution = solve(Model(economy, structure), embargo(economy, "USA"), throw=False)
    assert solution.result is RESULTS.no_equilibrium
    assert "No finite price" in solution.note
    assert "impact" in solution.note


# --- autarky and parts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["USA", "CHN", "MEX"])
def test_autarky_is_the_closed_form(code):
    economy = toy()
    value = solve(Model(economy), embargo(economy, code)).value
    assert value.real_income_hat[economy.labels.country(code)] == pytest.approx(
        autarky(economy, code), rel=1e-11
    )


def test_who_may_not_sell_and_borrows_nothing_buys_nothing():
    economy = toy()
    whole = solve(Model(economy, closure="zero"), embargo(economy, "MEX")).value
    for one_way in ({"imports": False}, {"exports": False}):
        solution = solve(Model(economy, closure="zero"), embargo(economy, "MEX", **one_way))
        np.testing.assert_allclose(solution.value.real_income_hat, whole.real_income_hat, rtol=1e-10)
        assert "MEX may" in solution.note
        banned_too = np.isinf(solution.value.wedges.iceberg_hat)
        n = economy.labels.country("MEX")
        assert banned_too[n, :n].all()
        assert banned_too[:n, n].all()


def test_who_may_not_sell_but_borrows_buys_what_it_borrows():
    economy = toy()
    n = economy.labels.country("USA")
    assert economy.deficit[n] > 0
    value = solve(Model(economy), embargo(economy, "USA", imports=False)).value
    imports = value.flows_new[n].sum() - value.flows_new[n, n].sum()
    assert imports == pytest.approx(economy.deficit[n], rel=1e-9)
    assert value.deficit_new[n] == economy.deficit[n]


@pytest.mark.parametrize(
    ("world", "side", "structure"),
    [
        (load_world, ("USA", "EU27", "JPN", "GBR", "CAN", "MEX", "KOR", "EFTA"), Structure()),
        (toy, ("USA", "MEX"), IMMOBILE),
    ],
    ids=["shipped", "toy, immobile"],
)
def test_trade_in_two_parts(world, side, structure):
    economy = world()
    west = [economy.labels.country(code) for code in side]
    east = [n for n in range(len(economy.labels.countries)) if n not in west]
    wedges = banned(economy, np.ix_(west, east), np.ix_(east, west))
    solution = solve(Model(economy, structure), wedges)
    value = solution.value
    assert solution.stats["parts"] == 2
    for part in (west, east):
        assert value.deficit_new[part].sum() == pytest.approx(0, abs=1e-9 * economy.value_added.sum())
        earned = (value.wage_hat * economy.value_added)[part].sum()
        assert earned == pytest.approx(economy.value_added[part].sum(), rel=1e-10)
        spread = (economy.deficit - value.deficit_new)[part] / economy.value_added[part]
        assert np.ptp(spread) < 1e-12
    found = residuals(value)
    assert found["max_residual"] < 1e-10
    assert abs(found["walras"]) < 1e-9
    assert "Trade falls into parts" in solution.note


def test_derivatives_where_trade_is_in_parts():
    """Against central differences; nothing that is banned matters."""
    economy = toy()
    wedges = embargo(economy, "MEX")
    value = solve(Model(economy), wedges).value
    labels = economy.labels
    outputs = [
        real_income(value, "USA"),
        real_income(value, "MEX"),
        output_volume(value, "CHN", labels.sectors[0]),
    ]
    found = gradients(value, outputs)
    for slope in found:
        assert all(np.isfinite(array).all() for array in (slope.tariff, slope.export_tax, slope.log_iceberg))
        assert not slope.log_iceberg[np.isinf(wedges.iceberg_hat)].any()
    step = 1e-5
    usa, chn = labels.country("USA"), labels.country("CHN")

    def at(size):
        tariff = np.array(wedges.tariff)
        tariff[usa, chn, 1] += size
        there = solve(Model(economy), Wedges(tariff, wedges.iceberg_hat, wedges.export_tax)).value
        mex = labels.country("MEX")
        return np.array(
            [
                math.log(there.real_income_hat[usa]),
                math.log(there.real_income_hat[mex]),
                math.log(there.output_volume_hat[chn, 0]),
            ]
        )

    central = (at(step) - at(-step)) / (2 * step)
    np.testing.assert_allclose([slope.tariff[usa, chn, 1] for slope in found], central, rtol=1e-6, atol=1e-9)
    with pytest.raises(InputError, match="nothing is left"):
        flow_volume(value, "USA", "MEX", labels.sectors[1])


def test_links_that_money_can_cross_are_those_of_hoffmans_theorem():
    """No group is cut off exactly when flows that are positive on every link balance: the latter by linear programming."""
    draw = np.random.default_rng(4)
    settled = 0
    for _ in range(200):
        N = int(draw.integers(2, 6))
        links = draw.random((N, N)) < draw.uniform(0.15, 0.6)
        np.fill_diagonal(links, False)
        part = np.zeros(N, dtype=np.int64)
        if severed_graph(links):
            continue
        deficit = draw.normal(0, 1, N) * draw.choice([0, 1])
        deficit -= deficit.mean()
        edges = np.argwhere(links)
        balance = np.zeros((N, len(edges) + 1))
        for k, (n, i) in enumerate(edges):
            balance[n, k] += 1
            balance[i, k] -= 1
        above = np.hstack([-np.eye(len(edges)), np.ones((len(edges), 1))])
        cost = np.zeros(len(edges) + 1)
        cost[-1] = -1
        best = scipy.optimize.linprog(
            cost, above, np.zeros(len(edges)), balance, deficit, [(0, None)] * len(edges) + [(None, 1)]
        )
        feasible = best.status == 0 and -best.fun > 1e-9
        assert (_unpaid(links, part, deficit, np.ones(N)) is None) == feasible
        settled += feasible
    assert 20 < settled < 180


def severed_graph(links) -> bool:
    """Whether links fall into parts."""
    reach = np.eye(len(links), dtype=bool) | links | links.T
    for _ in range(len(links)):
        reach = (reach.astype(float) @ reach) > 0
    return not reach.all()


# --- sectors without a buyer ------------------------------------------------------------------------------------


def test_a_sector_without_a_buyer_loses_its_factor():
    economy = toy()
    i, s = economy.labels.country("CHN"), 1
    iceberg = np.ones_like(economy.flows)
    iceberg[:, i, s] = np.inf
    wedges = Wedges.of(economy, iceberg_hat=iceberg)
    for structure in (Structure(), IMMOBILE):
        solution = solve(Model(economy, structure), wedges)
        value = solution.value
        assert solution.result is RESULTS.successful
        assert value.output_new[i, s] == 0
        assert value.sector_earnings_new[i, s] == 0
        assert residuals(value)["max_residual"] < 1e-10
        assert np.isfinite(value.real_income_hat).all()
        paid = value.sector_earnings_new.sum(1)
        np.testing.assert_allclose(paid, value.wage_hat * economy.value_added, rtol=1e-9)
    cut = severed(economy, wedges, mobile=False)
    assert cut is not None
    assert cut.closed.sum() == 1
    assert not cut.part.any()
    assert severed(economy, wedges, mobile=True) is None
    with pytest.raises(InputError, match="nothing is left"):
        target("chn.output.PARTS", economy).value(value)


@pytest.mark.parametrize("structure", [Structure(), IMMOBILE], ids=["core", "immobile"])
def test_a_country_that_may_sell_nothing_to_anybody(structure):
    economy = toy()
    iceberg = np.ones_like(economy.flows)
    iceberg[:, 0] = np.inf
    solution = solve(Model(economy, structure), Wedges.of(economy, iceberg_hat=iceberg), throw=False)
    assert solution.result in (RESULTS.no_equilibrium, RESULTS.no_supplier)
    assert economy.labels.countries[0] in solution.note
    assert not solution.result.ok


# --- batches and verification -----------------------------------------------------------------------------------


def test_a_batch_keeps_its_order():
    """Plain scenarios, embargoes and impossible ones side by side are what they are alone."""
    economy = toy()
    nothing = np.ones_like(economy.flows)
    nothing[0, :, 1] = np.inf
    every = [
        Wedges.of(economy, tariff=2 * economy.tariff),
        embargo(economy, "MEX"),
        Wedges.of(economy, iceberg_hat=nothing),
        Wedges.unchanged(economy),
        banned(economy, (0, 1, 1)),
        embargo(economy, "USA"),
    ]
    batch = solve(Model(economy), every, throw=False)
    for one, wedges in zip(batch, every, strict=True):
        alone = solve(Model(economy), wedges, throw=False)
        assert one.result is alone.result
        np.testing.assert_allclose(one.value.real_income_hat, alone.value.real_income_hat, rtol=1e-9)
    assert [one.result.name for one in batch] == [
        "successful",
        "successful",
        "no_supplier",
        "no_shock",
        "successful",
        "successful",
    ]
    with pytest.raises(SolveError, match=f"scenario 2.*{economy.labels.countries[0]} of"):
        solve(Model(economy), every)
    stop = ban(economy, ["USA"], ["CHN"])
    cap = QuantityControl.on(
        economy, "cap", importers=["CHN"], exporters=["USA"], sectors=economy.labels.sectors[:2], limit=0.4
    )
    held = solve(
        Model(economy),
        [
            Policy(economy, wedges, tuple(controls))
            for wedges, controls in zip(every, [[], [cap], [stop], [cap, stop], [stop], [stop]], strict=True)
        ],
        throw=False,
    )
    assert [one.result.name for one in held][2] == "no_supplier"
    for k in (1, 3):
        assert held[k].bindings["cap"].volume_hat == pytest.approx(0.4, rel=1e-8)
    for k in (3, 4, 5):
        assert held[k].bindings["ban"].volume_hat == 0


def test_floors_that_no_price_reaches_say_so():
    economy = toy()
    floor = QuantityControl.on(
        economy,
        "floor",
        importers=["CHN"],
        exporters=["USA"],
        sectors=economy.labels.sectors[:1],
        limit=1e4,
        kind="floor",
    )
    found = solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (floor,)), throw=False)
    assert found.result is RESULTS.floor_unreached
    assert "`floor`" in found.note
    assert "no subsidy" in found.note
    closed = solve(Model(economy), Policy(economy, embargo(economy, "USA"), (floor,)), throw=False)
    assert closed.result is RESULTS.control_violated
    assert "banned or cut off" in closed.note


@pytest.mark.parametrize(
    ("kind", "limit", "volume", "wedge", "holds"),
    [
        ("cap", 0.5, 0.5 + 0.9e-8, 1.0, True),
        ("cap", 0.5, 0.5 + 1.1e-8, 1.0, False),
        ("cap", 0.5, 0.4, 0.0, True),
        ("cap", 0.5, 0.4, 1e-7, False),
        ("cap", 0.5, 0.4, -0.1, False),
        ("cap", 0.5, float("nan"), 0.0, False),
        ("floor", 0.5, 0.5 - 0.9e-8, 1.0, True),
        ("floor", 0.5, 0.5 - 1.1e-8, 1.0, False),
        ("floor", 0.5, 0.6, 0.0, True),
        ("floor", 0.5, 0.6, 1.0, False),
        ("floor", 20.0, 20.0 - 1.9e-7, 1.0, True),
        ("floor", 20.0, 20.0 - 2.1e-7, 1.0, False),
        ("cap", 0.0, 0.0, float("inf"), True),
        ("cap", 0.0, 1e-300, float("inf"), False),
    ],
)
def test_a_control_is_judged_by_its_own_statement(kind, limit, volume, wedge, holds):
    economy = toy()
    cells = np.zeros(economy.flows.shape, dtype=bool)
    control = QuantityControl("c", cells, limit, kind)
    assert (breach(control, Binding(wedge, volume, 0.0)) == "") == holds


# --- explanations -----------------------------------------------------------------------------------------------


def moves_between(start: Wedges, end: Wedges) -> list[Move]:
    """A duty and two bans as moves of their own."""
    from detente.equilibrium.bans import log_ratio

    change = log_ratio(end.iceberg_hat, start.iceberg_hat)
    zero = np.zeros_like(change)
    first = np.where(np.arange(change.shape[2]) == 1, change, 0.0)
    rest = np.where(np.arange(change.shape[2]) == 1, 0.0, change)
    return [
        Move("duty", end.tariff - start.tariff, zero, zero),
        Move("ban of parts", zero, first, zero),
        Move("other bans", zero, rest, zero),
    ]


@pytest.mark.parametrize("structure", [Structure(), IMMOBILE], ids=["core", "immobile"])
@pytest.mark.parametrize("way", ["into", "out of"])
def test_a_ban_is_explained_exactly(structure, way):
    economy = toy()
    tariff = np.array(economy.tariff)
    tariff[0, 2] += 0.2
    ends = [Wedges.unchanged(economy), banned(economy, (0, 1), tariff=tariff)]
    start, end = ends if way == "into" else ends[::-1]
    moves = moves_between(start, end)
    goal = target("usa.real_income", economy)
    values = [solve(Model(economy, structure), one).value for one in (start, end)]
    whole = goal.value(values[1]) - goal.value(values[0])
    along = integrated_gradients(Model(economy, structure), start, end, moves, goal)
    groups = shapley(Model(economy, structure), start, moves, goal)
    for made in (along, groups):
        assert made.total == pytest.approx(whole, abs=1e-11)
        assert abs(made.gap) < 1e-9
        assert all(np.isfinite(made.parts))
        assert np.sign(made.parts[1]) == (
            -1 if way == "into" else 1
        )  # the ban itself costs, lifting it gains
    shift = Shift(*values)
    for name in (
        "usa.prices",
        "chn.wages",
        "usa.revenue",
        "usa.duty_post",
        "chn.output.PARTS",
        "chn.employment.PARTS",
    ):
        found = account(name, shift)
        assert abs(found.gap) < 1e-9 * max(found.size, 1), name
        parts = sum(float(part.sum()) for part in found.parts.values())
        assert np.isfinite(parts)
    prices = account("usa.prices", shift).parts["trade_costs"].sum()
    assert np.sign(prices) == (1 if way == "into" else -1)
    assert abs(decompose_path(Model(economy, structure), start, end).gap).max() < 1e-9
    with pytest.raises(InputError, match="nothing is left"):
        account("flow.USA.CHN.PARTS", shift)


def test_where_bans_leave_no_common_numeraire_a_path_is_refused():
    economy = toy()
    start, end = Wedges.unchanged(economy), embargo(economy, "MEX")
    goal = target("usa.real_income", economy)
    moves = moves_between(start, end)
    with pytest.raises(SolveError, match="share no numeraire"):
        integrated_gradients(Model(economy), start, end, moves, goal)
    with pytest.raises(SolveError, match="share no numeraire"):
        decompose_path(Model(economy), start, end)
    made = shapley(Model(economy), start, moves, goal)
    value = solve(Model(economy), end).value
    assert made.total == pytest.approx(goal.value(value), abs=1e-11)
    assert abs(made.gap) < 1e-12


def test_moves_join_in_any_order():
    """What a ban hides comes back when it is lifted; a ban on both sides stays."""
    economy = toy()
    hidden = np.full_like(economy.flows, 1.3)
    iceberg = np.array(hidden)
    iceberg[0, 1] = np.inf
    start = Wedges.of(economy, iceberg_hat=iceberg)
    zero, lift, again = np.zeros_like(hidden), np.zeros_like(hidden), np.zeros_like(hidden)
    lift[0, 1], again[0, 1, 1] = -np.inf, np.inf
    moves = [Move("lift", zero, lift, zero), Move("again", zero, again, zero)]
    assert np.array_equal(joined_moves(start, moves[:1], hidden).iceberg_hat, hidden)
    assert np.isinf(joined_moves(start, moves[1:], hidden).iceberg_hat[0, 1]).all()
    both = joined_moves(start, moves[::-1], hidden).iceberg_hat
    assert np.isinf(both[0, 1, 1])
    assert both[0, 1, 0] == 1.3


def test_costs_on_the_way_to_a_ban():
    theta = np.array([4.0])
    first, last = np.array([[2.0], [np.inf], [3.0], [np.inf]]), np.array([[np.inf], [5.0], [1.0], [np.inf]])
    assert np.array_equal(costs_between(first, last, 0.0, theta), first)
    assert np.array_equal(costs_between(first, last, 1.0, theta), last)
    left = costs_between(first, last, 0.5, theta)[:, 0] ** -4.0
    assert left == pytest.approx([2.0**-4 / 16, 5.0**-4 / 16, 3.0**-2, 0.0])
