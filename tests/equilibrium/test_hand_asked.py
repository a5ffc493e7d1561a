"""What is asked of a solve and how answers are labelled: policies, advice, the plain equations, attribution; by hand."""

from __future__ import annotations

import functools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hand_world import WORLD, shock

from detente.core import RESULTS, InputError, LabelError, SolveError, UnitError
from detente.equilibrium import Model, Newton, Policy, Structure, entry, model, solve
from detente.equilibrium.advice import how_far, what_to_try
from detente.equilibrium.explain import attribute
from detente.equilibrium.explain.attribute import (
    Attribution,
    Move,
    Target,
    chebyshev,
    cost_rates,
    integrated_gradients,
    joined_moves,
    path_wedges,
    shapley,
    shapley_of,
    shapley_weights,
    solve_path,
)
from detente.equilibrium.explain.targets import target
from detente.equilibrium.gradients import Output
from detente.equilibrium.labelled import NAMES, Labelled, labelled_result
from detente.equilibrium.policy import cells_of
from detente.equilibrium.solution import Equilibrium, Solution
from detente.world import Wedges, toy

TOY = toy()
USA, CHN, EU, MEX, ROW = range(5)
FARM, PARTS, GOODS, SERV = range(4)
START = Policy.unchanged(TOY)


# ---- policies ------------------------------------------------------------------------------------------------------------


def test_cells_of_names() -> None:
    def found(*names):
        return sorted(map(tuple, np.argwhere(cells_of(TOY, *names)).tolist()))

    assert found("USA", "CHN", "PARTS") == [(USA, CHN, PARTS)]
    assert found(["USA", "MEX"], ("CHN", "USA"), ["PARTS", "SERV"]) == sorted(
        (n, i, s) for n, i in ((USA, CHN), (MEX, USA), (MEX, CHN)) for s in (PARTS, SERV)
    )
    assert found("all", "CHN", "FARM") == [(n, CHN, FARM) for n in (USA, EU, MEX, ROW)]
    assert found("USA", "all", "goods") == [
        (USA, i, s) for i in (CHN, EU, MEX, ROW) for s in (FARM, PARTS, GOODS)
    ]
    assert found("USA", "CHN", "all") == [(USA, CHN, s) for s in range(4)]
    with pytest.raises(InputError, match="buyers and sellers are the same country"):
        cells_of(TOY, "USA", "USA", "all")
    with pytest.raises(LabelError, match="PART"):
        cells_of(TOY, "USA", "CHN", "PART")


@pytest.mark.parametrize("verb", ["duty", "export_tax", "trade_cost"])
def test_instruments_rate_by_rate(verb) -> None:
    def rates(policy):
        wedges = policy.wedges
        return {"duty": wedges.tariff, "export_tax": wedges.export_tax, "trade_cost": wedges.iceberg_hat - 1}[
            verb
        ]

    def choose(policy):
        return (
            policy.export_tax("CHN", "USA", "PARTS")
            if verb == "export_tax"
            else getattr(policy, verb)("USA", "CHN", "PARTS")
        )

    at, others = (USA, CHN, PARTS), np.ones(TOY.flows.shape, dtype=bool)
    others[at] = False
    base = rates(START)
    first = choose(START).impose(0.25)
    assert rates(first)[at] == pytest.approx(0.25, abs=1e-15)
    assert choose(first).rates[at] == pytest.approx(0.25, abs=1e-15)
    for policy, rate in (
        (choose(first).add_points(0.1), 0.35),
        (choose(first).add_points(-0.1), 0.15),
        (choose(first).scale(2), 0.5),
        (choose(first).scale(0), 0.0),
        (choose(first).remove(), 0.0),
        (choose(first).impose(0), 0.0),
        (first, 0.25),
    ):
        assert rates(policy)[at] == pytest.approx(rate, abs=1e-14)
        assert rates(policy)[others] == pytest.approx(base[others], abs=1e-15)
    for bad in (-0.01, math.nan, math.inf):
        with pytest.raises(UnitError, match="the rate is"):
            choose(START).impose(bad)
        with pytest.raises(UnitError, match="the rate is"):
            choose(START).scale(bad)
    with pytest.raises(UnitError, match="the rate is"):
        choose(START).add_points(math.nan)


def test_a_policy_in_a_line() -> None:
    assert repr(START) == "<Policy base year: nothing changed>"
    one = START.duty("USA", "CHN", "PARTS").add_points(0.1).called("war")
    assert repr(one) == "<Policy war: 1 duty changed>"
    two = one.export_tax("CHN", "USA").impose(0.1).trade_cost("USA", "CHN", "PARTS").impose(0.1)
    assert repr(two) == "<Policy war: 1 duty changed, 1 trade cost changed, 3 export taxes changed>"
    more = one.duty("USA", "CHN").add_points(0.2).export_tax("CHN", "USA", "PARTS").impose(0.1)
    more = more.trade_cost("USA", "CHN").impose(0.2)
    assert repr(more) == "<Policy war: 3 duties changed, 3 trade costs changed, 1 export tax changed>"
    names = {"importers": "USA", "exporters": "CHN", "sectors": "PARTS"}
    capped = START.limit("a", share=0.5, **names)
    assert repr(capped) == "<Policy base year: 1 limit>"
    assert repr(capped.limit("b", share=0.5, kind="floor", **names)) == "<Policy base year: 2 limits>"
    (first,) = capped.controls
    assert (first.name, first.limit, first.kind, first.rent) == ("a", 0.5, "cap", "exporter")
    assert np.argwhere(first.cells).tolist() == [[USA, CHN, PARTS]]


# ---- the one way in ------------------------------------------------------------------------------------------------------


def test_one_or_many_with_or_without_limits() -> None:
    duties = START.duty("USA", "CHN").add_points(0.25)
    capped = duties.limit("cap", importers="USA", exporters="CHN", sectors="PARTS", share=0.2)
    here = Model(TOY)
    alone = [solve(here, one) for one in (duties, capped)]
    assert all(isinstance(one, Solution) for one in alone)
    assert isinstance(solve(here, duties.wedges), Solution)
    both = solve(here, [duties, capped])
    assert isinstance(both, tuple)
    for one, other in zip(both, alone, strict=True):
        assert one.value.real_income_hat == pytest.approx(other.value.real_income_hat, abs=1e-11)
    assert dict(both[0].bindings) == {}
    assert both[1].bindings["cap"].volume_hat == pytest.approx(0.2, abs=1e-9)
    stacked = Wedges(
        *(
            np.stack([getattr(w, name) for w in (START.wedges, duties.wedges)])
            for name in ("tariff", "iceberg_hat", "export_tax")
        )
    )
    many = solve(here, stacked)
    assert [one.result.name for one in many] == ["no_shock", "successful"]
    assert many[1].value.real_income_hat == pytest.approx(alone[0].value.real_income_hat, abs=1e-12)
    assert solve(here, []) == ()
    with pytest.raises(InputError, match="speaks of another world"):
        solve(Model(WORLD), duties)
    with pytest.raises(InputError, match="speaks of another world"):
        solve(Model(WORLD), [Policy.unchanged(WORLD), capped])


def test_what_a_start_lends(monkeypatch) -> None:
    duties = START.duty("USA", "CHN").add_points(0.25)
    capped = duties.limit("cap", importers="USA", exporters="CHN", sectors="PARTS", share=0.2)
    found = solve(Model(TOY), capped)
    seen = []
    real = entry.solve_batch_with_controls
    monkeypatch.setattr(
        entry,
        "solve_batch_with_controls",
        lambda *args, start, **keys: seen.append(start) or real(*args, start=start, **keys),
    )
    solve(Model(TOY), capped, start=found)
    solve(Model(TOY), capped, start=found.value)
    solve(Model(TOY), capped)
    assert seen[0].value is found.value
    assert dict(seen[0].bindings) == dict(found.bindings)
    assert seen[1].value is found.value
    assert dict(seen[1].bindings) == {}
    assert seen[2] is None
    near = [solve(Model(TOY), duties, start=one) for one in (found, found.value, None)]
    assert near[0].stats["num_steps"] == near[1].stats["num_steps"]
    assert near[0].value.price_hat == pytest.approx(near[2].value.price_hat, abs=1e-10)


def test_failures_are_raised_unless_they_are_not_to_be() -> None:
    quick = Model(TOY, solver=Newton(max_steps=1, robust=False))
    war = START.duty("USA", "CHN").add_points(2.0)
    capped = war.limit("cap", importers="USA", exporters="CHN", sectors="PARTS", share=0.2)
    for policy in (war, capped):
        with pytest.raises(SolveError):
            solve(quick, policy)
        assert not solve(quick, policy, throw=False).result.ok


# ---- advice --------------------------------------------------------------------------------------------------------------


def failed(code=RESULTS.gave_up, value=None, **stats):
    return Solution(value, code, {"max_residual": 0.5, **stats})


def test_how_far_a_search_came() -> None:
    assert how_far(failed()) == "largest residual 5e-01"
    far = failed(reached=0.123, work=12345.0, ended="budget")
    assert how_far(far) == (
        "12.3 % of the way to the shock, in logarithms, largest residual 5e-01, its budget of 12,345 sweeps used up"
    )
    assert how_far(failed(ended="budget")).endswith(", its budget of 0 sweeps used up")
    assert how_far(failed(ended="seconds")).endswith(", its time used up")
    assert how_far(failed(ended="stages")).endswith(", no smaller stage could be solved")
    assert how_far(failed(ended="derivatives")).endswith(", volumes have no derivative there")
    assert how_far(failed(ended="else")) == "largest residual 5e-01"
    assert how_far(failed(RESULTS.diverged, reached=0.5, ended="budget")) == "largest residual 5e-01"


def test_what_to_try_in_each_case() -> None:
    end = ". See the docs page `it-does-not-converge`; `throw=False` returns the unfinished solution"

    def tried(solution, closure="share", helps=False, **keys):
        asked = []
        text = what_to_try(solution, closure, lambda other: asked.append(other) or helps, **keys)
        return text.removesuffix(end), asked

    for code in (RESULTS.max_steps_reached, RESULTS.walras_violated):
        assert tried(failed(code)) == (
            "see the docs page `it-does-not-converge`; `throw=False` returns the unfinished solution",
            [],
        )
    zero = "closure `zero` has an equilibrium here: no country lends or borrows"
    assert tried(failed(), helps=True) == (f"try: {zero}; a smaller shock", ["zero"])
    assert tried(failed(), np.zeros(3), helps=True) == (f"try: {zero}; a smaller shock", ["zero"])
    assert tried(failed()) == ("try: a smaller shock", ["zero"])
    minus = failed(RESULTS.income_negative)
    assert tried(minus) == ("try: closure `zero` was tried and does not help; a smaller shock", ["zero"])
    assert tried(minus, helps=True) == (f"try: {zero}; a smaller shock", ["zero"])
    assert tried(minus, "zero") == (
        "try: no closure helps where nobody lends or borrows; a smaller shock",
        [],
    )
    assert tried(failed(), "zero") == ("try: a smaller shock", [])
    assert tried(failed(), "zero", limits={"cap"})[0] == "try: a smaller cut, which leaves a larger share"
    assert tried(failed(), "zero", limits={"floor"})[0] == "try: a lower floor"
    both = "try: a smaller cut, which leaves a larger share; a lower floor"
    assert tried(failed(), "zero", limits={"floor", "cap"})[0] == both
    more = "try: a smaller shock; `--budget`, or Newton(budget=…), allows more work"
    for ended in ("budget", "seconds"):
        assert tried(failed(ended=ended), "zero")[0] == more
        assert tried(failed(RESULTS.diverged, ended=ended), "zero")[0] == "try: a smaller shock"
    assert tried(failed(ended="stages"), "zero")[0] == "try: a smaller shock"
    subsidy = "smaller subsidies: duties below zero are paid out of a country's income"
    for duty, tax, said in ((-0.21, 0.0, True), (0.0, -0.21, True), (-0.2, -0.2, False), (0.3, 0.1, False)):
        wedges = SimpleNamespace(tariff=np.array([duty, 0.5]), export_tax=np.array([tax, 0.5]))
        value = SimpleNamespace(wedges=wedges)
        assert (subsidy in tried(failed(value=value), "zero")[0]) == said
        assert subsidy not in tried(failed(RESULTS.floor_unreached, value=value), "zero")[0]
    for structure, said in ((Structure(), False), (Structure(mobility=2.0), True)):
        value = SimpleNamespace(structure=structure)
        assert ("a longer horizon lets more adjust" in tried(failed(value=value), "zero")[0]) == said


# ---- labels --------------------------------------------------------------------------------------------------------------


def test_every_array_of_an_equilibrium_can_be_asked_for() -> None:
    value = solve(Model(toy()), Wedges.unchanged(toy())).value
    read = {name for name, part in vars(Equilibrium).items() if isinstance(part, functools.cached_property)}
    arrays = {name for name in read | set(vars(value)) if isinstance(getattr(value, name), np.ndarray)}
    assert arrays == set(NAMES)
    for name in arrays:
        labelled_result(value, name)


def test_answers_by_label() -> None:
    value = solve(Model(TOY), START.duty("USA", "CHN").add_points(0.25)).value
    income, flows = labelled_result(value), labelled_result(value, "flows_new")
    assert (income.name, income.unit, income.axes) == ("real_income_hat", "ratio", ("country",))
    assert repr(flows) == "<flows_new [importer: 5, exporter: 5, sector: 4], million USD>"
    assert income["CHN"] == value.real_income_hat[CHN]
    assert isinstance(income["CHN"], float)
    assert flows["USA", "CHN", "PARTS"] == value.flows_new[USA, CHN, PARTS]
    assert flows["USA", "CHN"].tolist() == value.flows_new[USA, CHN].tolist()
    assert labelled_result(value, "price_hat")["CHN", "GOODS"] == value.price_hat[CHN, GOODS]
    with pytest.raises(LabelError, match="2 labels for 1 axes"):
        income["USA", "CHN"]
    with pytest.raises(LabelError, match="GOOD"):
        flows["USA", "CHN", "GOOD"]
    with pytest.raises(LabelError, match="an equilibrium has no `prices`"):
        labelled_result(value, "prices")
    assert flows.along("sector") == TOY.labels.sectors
    assert flows.along("exporter") == TOY.labels.countries
    page = flows._repr_html_()
    assert page.count("<tr><td>") == 40
    assert "<p>60 more values</p>" in page
    assert "<th>importer</th><th>exporter</th><th>sector</th><th>million USD</th>" in page
    small = income._repr_html_()
    assert small.count("<tr><td>") == 5
    assert "more values" not in small
    assert f"{value.real_income_hat[CHN]:.6g}" in small
    forty = Labelled("x", "u", np.zeros((5, 4)), ("country", "sector"), TOY.labels)._repr_html_()
    assert forty.count("<tr><td>") == 20
    assert "more values" not in forty


def test_what_is_given_to_pandas_and_xarray(monkeypatch) -> None:
    """Whether or not the libraries are there: the labels, values and names they are handed."""
    library = SimpleNamespace(
        Index=lambda labels, name: ("index", tuple(labels), name),
        MultiIndex=SimpleNamespace(
            from_product=lambda labels, names: ("product", tuple(labels), tuple(names))
        ),
        Series=lambda values, index, name: (values, index, name),
        DataArray=lambda values, coords, dims, name, attrs: (values, coords, dims, name, attrs),
    )
    monkeypatch.setattr("detente.equilibrium.labelled._library", lambda name: library)
    value = solve(Model(TOY), START.duty("USA", "CHN").add_points(0.25)).value
    countries, sectors = TOY.labels.countries, TOY.labels.sectors
    values, index, name = labelled_result(value).to_pandas()
    assert values.tolist() == value.real_income_hat.tolist()
    assert (index, name) == (("index", countries, "country"), "real_income_hat")
    flows = labelled_result(value, "flows_new")
    axes = ("importer", "exporter", "sector")
    values, index, name = flows.to_pandas()
    assert values.tolist() == value.flows_new.ravel().tolist()
    assert (index, name) == (("product", (countries, countries, sectors), axes), "flows_new")
    values, coords, dims, name, attrs = flows.to_xarray()
    assert values.tolist() == value.flows_new.tolist()
    assert coords == dict(zip(axes, map(list, (countries, countries, sectors)), strict=True))
    assert (dims, name, attrs) == (axes, "flows_new", {"unit": "million USD"})


def test_a_library_that_is_not_there(monkeypatch) -> None:
    import importlib

    def missing(name):
        raise ImportError(name)

    income = labelled_result(solve(Model(TOY), START).value)
    monkeypatch.setattr(importlib, "import_module", missing)
    for verb, name in (("to_pandas", "pandas"), ("to_xarray", "xarray")):
        with pytest.raises(InputError, match=f"{name} is not installed"):
            getattr(income, verb)()


# ---- the plain equations ---------------------------------------------------------------------------------------------------


def test_plain_equations_cell_by_cell() -> None:
    draw = np.random.default_rng(8)
    lead, (N, S) = 2, WORLD.output.shape
    wage, price, cost = (draw.uniform(0.8, 1.2, shape) for shape in ((lead, N), (lead, N, S), (lead, N, S)))
    wedges = [shock(0.2), shock(0.4)]
    tariff, iceberg, tax = (
        np.stack([getattr(w, a) for w in wedges]) for a in ("tariff", "iceberg_hat", "export_tax")
    )
    spending = draw.uniform(50, 100, (lead, N, S))
    theta = WORLD.trade_elasticity
    kappa = model.trade_cost_hat(WORLD.tariff, tariff, iceberg, tax)
    bare = model.trade_cost_hat(WORLD.tariff, tariff, iceberg, np.zeros_like(tax))
    shares = model.trade_shares_new(WORLD.trade_shares, kappa, cost, price, theta)
    unit = model.cost_hat(wage, price, WORLD.va_share, WORLD.input_shares)
    found = model.price_hat(WORLD.trade_shares, kappa, cost, theta)
    output, no_tax = (model.output_new(shares, tariff, x, spending) for x in (tax, np.zeros_like(tax)))
    duties = model.tariff_revenue_new(shares, tariff, spending)
    taxes = model.export_tax_revenue_new(shares, tariff, tax, spending)
    none = model.export_tax_revenue_new(shares, tariff, np.zeros_like(tax), spending)
    assert none.tolist() == [[0.0] * N] * lead
    assert model.export_tax_revenue_new(shares[0], tariff[0], 0 * tax[0], spending[0]).tolist() == [0.0] * N
    income = model.income_new(wage, WORLD.value_added, duties, taxes, WORLD.deficit)
    wanted = model.expenditure_new(WORLD.input_shares, output, WORLD.final_shares, income)
    clearing = model.clearing_residual(output, WORLD.va_share, wage, WORLD.value_added)
    index = model.consumer_price_hat(price, WORLD.final_shares)
    for b in range(lead):
        made, bare_made, revenue, levied = np.zeros((N, S)), np.zeros((N, S)), np.zeros(N), np.zeros(N)
        for n in range(N):
            for i in range(N):
                for s in range(S):
                    t, x = tariff[b, n, i, s], tax[b, n, i, s]
                    k = iceberg[b, n, i, s] * (1 + t) / (1 + WORLD.tariff[n, i, s])
                    assert bare[b, n, i, s] == pytest.approx(k, rel=1e-14)
                    assert kappa[b, n, i, s] == pytest.approx(k * (1 + x), rel=1e-14)
                    share = (
                        WORLD.trade_shares[n, i, s]
                        * (k * (1 + x) * cost[b, i, s] / price[b, n, s]) ** -theta[s]
                    )
                    assert shares[b, n, i, s] == pytest.approx(share, rel=1e-12)
                    spent = share * spending[b, n, s]
                    made[i, s] += spent / (1 + t) / (1 + x)
                    bare_made[i, s] += spent / (1 + t)
                    revenue[n] += spent * t / (1 + t)
                    levied[i] += spent / (1 + t) * x / (1 + x)
        assert output[b] == pytest.approx(made, rel=1e-12)
        assert no_tax[b] == pytest.approx(bare_made, rel=1e-12)
        assert duties[b] == pytest.approx(revenue, rel=1e-12)
        assert taxes[b] == pytest.approx(levied, rel=1e-12)
        for n in range(N):
            assert income[b, n] == pytest.approx(
                wage[b, n] * WORLD.value_added[n] + revenue[n] + levied[n] + WORLD.deficit[n], rel=1e-12
            )
            factors = sum(WORLD.va_share[n, s] * made[n, s] for s in range(S))
            assert clearing[b, n] == pytest.approx(
                factors / (wage[b, n] * WORLD.value_added[n]) - 1, rel=1e-10
            )
            logs = sum(WORLD.final_shares[n, s] * np.log(price[b, n, s]) for s in range(S))
            assert index[b, n] == pytest.approx(np.exp(logs), rel=1e-12)
            for s in range(S):
                own = wage[b, n] ** WORLD.va_share[n, s]
                for r in range(S):
                    own *= price[b, n, r] ** WORLD.input_shares[n, r, s]
                assert unit[b, n, s] == pytest.approx(own, rel=1e-12)
                power = sum(
                    WORLD.trade_shares[n, i, s] * (kappa[b, n, i, s] * cost[b, i, s]) ** -theta[s]
                    for i in range(N)
                )
                assert found[b, n, s] == pytest.approx(power ** (-1 / theta[s]), rel=1e-12)
                inputs = sum(WORLD.input_shares[n, s, u] * made[n, u] for u in range(S))
                assert wanted[b, n, s] == pytest.approx(
                    inputs + WORLD.final_shares[n, s] * income[b, n], rel=1e-12
                )
    real = model.real_income_hat(income, WORLD.income, index)
    assert real == pytest.approx(income / WORLD.income / index, rel=1e-14)
    nothing = np.array(WORLD.trade_shares)
    nothing[0, :, 1] = 0.0
    assert model.price_hat(nothing, kappa, cost, theta)[:, 0, 1].tolist() == [1.0, 1.0]


# ---- attribution -----------------------------------------------------------------------------------------------------------


def test_points_weights_and_slopes_of_a_path() -> None:
    for size in (2, 3, 8, 9, 16):
        points, weights, slope = chebyshev(size)
        assert points[0] == pytest.approx(0, abs=1e-15)
        assert points[-1] == pytest.approx(1, abs=1e-15)
        assert (np.diff(points) > 0).all()
        for power in range(size + 1):
            assert weights @ points**power == pytest.approx(1 / (power + 1), abs=1e-13)
            rate = power * points ** (power - 1) if power else 0 * points
            assert slope @ points**power == pytest.approx(rate, abs=1e-11)


def test_shapley_values_on_paper() -> None:
    assert shapley_weights(1).tolist() == [1.0]
    assert shapley_weights(3).tolist() == pytest.approx([1 / 3, 1 / 6, 1 / 3])
    # gloves: one left (player 0), two right (1, 2); a pair is worth 1
    worth = np.array([float(bool(g & 1) and bool(g & 6)) for g in range(8)])
    assert shapley_of(worth).tolist() == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    draw = np.random.default_rng(0).normal(size=16)
    draw[0] = 0.7
    assert shapley_of(draw).sum() == pytest.approx(draw[15] - draw[0])


BASE = Wedges.unchanged(TOY)
ZERO = np.zeros_like(TOY.flows)


def at(cell, number):
    array = np.zeros_like(TOY.flows)
    array[cell] = number
    return array


def test_wedges_along_a_path() -> None:
    end = Wedges(BASE.tariff + at((0, 1, 1), 0.4), np.exp(at((1, 0, 1), 0.6)), at((2, 1, 1), 0.2))
    theta = TOY.trade_elasticity
    assert path_wedges(BASE, end, 0, theta) is BASE
    assert path_wedges(BASE, end, 1, theta) is end
    part = path_wedges(BASE, end, 0.25, theta)
    assert part.tariff == pytest.approx(BASE.tariff + at((0, 1, 1), 0.1), abs=1e-15)
    assert part.iceberg_hat == pytest.approx(np.exp(at((1, 0, 1), 0.15)), rel=1e-14)
    assert part.export_tax == pytest.approx(at((2, 1, 1), 0.05), abs=1e-15)


def test_moves_join() -> None:
    moves = [
        Move("duty", at((0, 1, 1), 0.4), ZERO, ZERO),
        Move("cost", ZERO, at((1, 0, 1), 0.6), ZERO),
        Move("tax", ZERO, at((1, 0, 1), 0.2), at((2, 1, 1), 0.2)),
        Move("ban", ZERO, at((3, 1, 1), np.inf), ZERO),
    ]
    made = joined_moves(BASE, moves)
    assert made.tariff == pytest.approx(BASE.tariff + at((0, 1, 1), 0.4))
    assert made.export_tax == pytest.approx(at((2, 1, 1), 0.2))
    assert np.isinf(made.iceberg_hat[3, 1, 1])
    assert made.iceberg_hat[1, 0, 1] == pytest.approx(np.exp(0.8))
    assert np.isinf(made.iceberg_hat).sum() == 1
    start = Wedges.of(TOY, iceberg_hat=np.where(at((3, 1, 1), 1) > 0, np.inf, 1.1))
    lift = Move("lift", ZERO, at((3, 1, 1), -np.inf), ZERO)
    assert joined_moves(start, [lift]).iceberg_hat[3, 1, 1] == 1.0
    assert joined_moves(start, [lift], np.full_like(ZERO, 1.3)).iceberg_hat[3, 1, 1] == pytest.approx(1.3)
    assert joined_moves(start, [lift, moves[3]]).iceberg_hat[3, 1, 1] == np.inf
    assert joined_moves(start, []).iceberg_hat[3, 1, 1] == np.inf
    assert joined_moves(start, []).iceberg_hat[0, 1, 1] == 1.1


def test_rates_of_costs_by_move() -> None:
    theta, points = TOY.trade_elasticity, np.array([0.25, 0.5])
    cell, other = (3, 1, 1), (1, 0, 1)
    moves = [
        Move("ban", ZERO, at(cell, np.inf), ZERO),
        Move("too", ZERO, at(cell, np.inf) + at(other, 0.3), ZERO),
        Move("cost", ZERO, at(cell, 0.2) + at(other, 0.1), ZERO),
    ]
    end = joined_moves(BASE, moves)
    rates = cost_rates(BASE, end, moves, points, theta)
    whole = 4 / theta[1] / (1 - points)
    assert rates[0][:, 3, 1, 1] == pytest.approx(whole / 2)
    assert rates[1][:, 3, 1, 1] == pytest.approx(whole / 2)
    assert rates[2][:, 3, 1, 1].tolist() == [0, 0]
    assert [one[0][other] for one in rates] == pytest.approx([0.0, 0.3, 0.1])
    back = [Move("lift", ZERO, at(cell, -np.inf), ZERO), Move("cost", ZERO, at(other, 0.3), ZERO)]
    rates = cost_rates(end, joined_moves(end, back), back, points, theta)
    assert rates[0][:, 3, 1, 1] == pytest.approx(-4 / theta[1] / points)
    assert rates[1][:, 3, 1, 1].tolist() == [0, 0]
    plain = cost_rates(BASE, joined_moves(BASE, moves[2:]), moves[2:], points, theta)
    assert plain[0].shape == (2, *ZERO.shape)
    assert plain[0][1] == pytest.approx(moves[2].log_iceberg)


def linear(rate_held=0.0):
    """A result that is the sum of the duties, plus what controls add to duties times a rate."""

    def level(value, held):
        extra = (
            0.0
            if held is None or not rate_held
            else rate_held * float(held[0].sum()) + 3 * float(held[1].sum())
        )
        return float(value.wedges.tariff.sum()) + extra

    return Target(
        "sum",
        "",
        level,
        lambda value, held: Output("sum", tariff=np.ones_like(value.wedges.tariff)),
        held=(lambda value, tariff, tax: rate_held * float(tariff.sum()) + 3 * float(tax.sum()))
        if rate_held
        else None,
    )


def test_parts_by_integration_and_by_shapley_with_what_controls_hold() -> None:
    moves = [
        Move("a", at((0, 1, 1), 0.1), ZERO, ZERO),
        Move("b", at((0, 1, 2), 0.3), ZERO, at((0, 1, 2), 0.05), held=True),
        Move("c", ZERO, at((1, 0, 1), 0.2), ZERO),
    ]
    end = joined_moves(BASE, moves)
    start_held = (at((2, 1, 1), 0.5), at((2, 1, 1), 0.25))
    for held in (None, start_held):
        for goal, parts in ((linear(), [0.1, 0.3, 0.0]), (linear(2.0), [0.1, 0.3 + 0.6 + 0.15, 0.0])):
            for made in (
                integrated_gradients(Model(TOY), BASE, end, moves, goal, held=held),
                shapley(Model(TOY), BASE, moves, goal, held=held),
            ):
                assert made.parts == pytest.approx(parts, abs=1e-12)
                assert made.total == pytest.approx(sum(parts), abs=1e-12)
                assert made.gap == pytest.approx(0, abs=1e-12)
    assert Attribution("m", (0.1, 0.3), 1.0, 2).gap == pytest.approx(0.6)
    assert shapley(Model(TOY), BASE, moves, linear()).points == 8
    assert (
        integrated_gradients(Model(TOY), BASE, joined_moves(BASE, moves[:1]), moves[:1], linear()).points == 9
    )


def test_a_result_whose_parts_never_add_up_is_refused(monkeypatch) -> None:
    wrong = Target("wrong", "", lambda value, held: 2 * float(value.wedges.tariff.sum()), linear().partials)
    moves = [Move("a", at((0, 1, 1), 0.1), ZERO, ZERO)]
    sizes = []
    real = attribute.solve_path
    monkeypatch.setattr(attribute, "solve_path", lambda *a, **k: sizes.append(a[3]) or real(*a, **k))
    with pytest.raises(SolveError, match="the parts of `wrong` miss the whole by"):
        integrated_gradients(Model(TOY), BASE, joined_moves(BASE, moves), moves, wrong)
    assert sizes == [8, 16, 32, 64]
    sizes.clear()
    integrated_gradients(Model(TOY), BASE, joined_moves(BASE, moves), moves, linear())
    assert sizes == [8]


@pytest.mark.parametrize(("size", "gap", "looks"), [(1e-6, 5e-13, 1), (1e-6, 2e-12, 4), (2.0, 1e-9, 1)])
def test_a_gap_of_the_solvers_own_asks_for_no_more_points(monkeypatch, size, gap, looks) -> None:
    """A billionth of the change, or 1e-12 where the change is next to nothing; a hundred millionth at last."""
    cell = (0, 1, 1)
    goal = Target(
        "off",
        "",
        lambda value, held: (
            float(value.wedges.tariff[cell] - BASE.tariff[cell])
            + (gap if value.wedges.tariff[cell] > BASE.tariff[cell] else 0.0)
        ),
        lambda value, held: Output("off", tariff=at(cell, 1.0)),
    )
    sizes = []
    real = attribute.solve_path
    monkeypatch.setattr(attribute, "solve_path", lambda *a, **k: sizes.append(a[3]) or real(*a, **k))
    moves = [Move("a", at(cell, size), ZERO, ZERO)]
    made = integrated_gradients(Model(TOY), BASE, joined_moves(BASE, moves), moves, goal)
    assert len(sizes) == looks
    assert made.gap == pytest.approx(gap, rel=0.1)


def test_results_of_the_path_have_no_shapley_value() -> None:
    path = Target("path", "", linear().level, linear().partials, along=lambda values, weights, slope: 0.1)
    moves = [Move("a", at((0, 1, 1), 0.1), ZERO, ZERO)]
    with pytest.raises(InputError, match="is a result of the path"):
        shapley(Model(TOY), BASE, moves, path)
    assert integrated_gradients(Model(TOY), BASE, joined_moves(BASE, moves), moves, path).total == 0.1


def test_a_real_result_by_both_methods() -> None:
    moves = [
        Move("a", at((0, 1, 1), 0.2), ZERO, ZERO),
        Move("b", at((1, 0, 2), 0.3), at((0, 2, 1), 0.1), at((1, 2, 1), 0.05)),
    ]
    end = joined_moves(BASE, moves)
    goal = target("usa.real_income", TOY)
    values = [solve(Model(TOY), one).value for one in (BASE, end)]
    whole = goal.value(values[1]) - goal.value(values[0])
    along, groups = (
        integrated_gradients(Model(TOY), BASE, end, moves, goal),
        shapley(Model(TOY), BASE, moves, goal),
    )
    for made in (along, groups):
        assert made.total == pytest.approx(whole, abs=1e-12)
        assert abs(made.gap) < 1e-11
    assert along.parts == pytest.approx(groups.parts, rel=0.05)
    first = solve_path(Model(TOY), BASE, end, 8)
    assert len(first) == 9
