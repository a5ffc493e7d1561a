"""Models, budgets, prices without end and cases that are run: by hand."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest
from hand_world import STRUCTURES, WORLD, shock

from detente.cases.case import Case
from detente.cases.runs import run_cases
from detente.cases.standoff import Standoff
from detente.core import RESULTS, InputError, SolveError, UnitError
from detente.equilibrium import CLOSURES, Model, Newton, Structure, solve
from detente.equilibrium.baseline import prepare
from detente.equilibrium.budget import BUDGET, SECONDS, Meter, newton_cost, sweep_cost, work_of
from detente.equilibrium.controls import QuantityControl
from detente.equilibrium.endless import without_price
from detente.equilibrium.newton import ENDLESS
from detente.policy import Scenario
from detente.world import Wedges, toy

PLAIN = Wedges.unchanged(WORLD)


# ---- models --------------------------------------------------------------------------------------------------------------


def test_a_model_in_words_and_its_closures() -> None:
    own = np.array([1.0, 2.0, -3.0])
    plain, balanced, given = Model(WORLD), Model(WORLD, closure="zero"), Model(WORLD, closure=own)
    assert repr(plain) == "<Model hand (2020): 3 countries, 3 sectors; long run; closure share>"
    assert repr(given).endswith("closure own>")
    assert [one.closure_name for one in (plain, balanced, given)] == ["share", "zero", "own"]
    assert [one.closure_words for one in (plain, balanced, given)] == [
        CLOSURES["share"],
        CLOSURES["zero"],
        "deficits of one's own",
    ]
    assert plain.deficit.tolist() == WORLD.deficit.tolist()
    assert balanced.deficit.tolist() == [0, 0, 0]
    assert given.deficit.tolist() == own.tolist()
    assert plain.labels is WORLD.labels
    assert plain.prepared.factor_inverse is prepare(WORLD).factor_inverse
    with pytest.raises(InputError, match="unknown closure"):
        Model(WORLD, closure="open")
    with pytest.raises(InputError, match="not to zero"):
        Model(WORLD, closure=np.array([1.0, 0.0, 0.0]))
    assert plain.under("zero").closure == "zero"
    assert plain.under("zero").economy is WORLD
    other = Model(WORLD, STRUCTURES["all"], "zero").on(toy())
    assert (other.economy.name, other.structure, other.closure) == (toy().name, STRUCTURES["all"], "zero")


# ---- budgets -------------------------------------------------------------------------------------------------------------


def test_what_a_search_costs() -> None:
    assert sweep_cost(0) == 1
    assert sweep_cost(300) == 3
    assert newton_cost(20, 10) == 15
    value = SimpleNamespace(factor_price_hat=np.ones((3, 50)))
    assert work_of(SimpleNamespace(stats={"num_steps": 7}, value=value)) == pytest.approx(7 * 2)
    assert work_of(SimpleNamespace(stats={"num_steps": 7, "work": 3.0}, value=value)) == 3.0


def test_a_meter_runs_out_of_work_first_and_then_of_time(monkeypatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    meter = Meter(10.0, 5.0, began=100.0)
    assert (meter.ended, meter.left, meter.elapsed) == ("", (10.0, 5.0), 0.0)
    meter.charge(4.0)
    now[0] = 102.0
    assert (meter.spent, meter.left, meter.elapsed) == (4.0, (6.0, 3.0), 2.0)
    part = meter.part(0.5)
    assert (part.budget, part.seconds, part.spent, part.reached) == (3.0, 1.5, 0.0, 0.0)
    now[0] = 105.0
    assert meter.ended == "seconds"
    assert meter.left == (6.0, 0.0)
    meter.charge(5.99)
    assert meter.ended == "seconds"
    meter.charge(0.01)
    assert meter.ended == "budget"
    meter.charge(5.0)
    assert meter.left == (0.0, 0.0)


@pytest.mark.parametrize("name", ["budget", "seconds"])
def test_a_solver_may_take_something(name) -> None:
    for bad in (0.0, -1.0, np.nan):
        with pytest.raises(UnitError, match=name):
            Newton(**{name: bad})
    Newton(**{name: 1e-9})
    Newton(**{name: np.inf})
    assert (Newton().budget, Newton().seconds) == (BUDGET, SECONDS)


# ---- prices without end ----------------------------------------------------------------------------------------------------


def test_a_good_that_takes_more_of_itself_than_comes_out() -> None:
    """Y of A is made with Y at fixed proportions; dear enough, a unit takes more than a unit."""
    rigid = Structure(sigma_value_added=0.0, sigma_materials=0.0, mobility=2.0)
    technology = prepare(WORLD, rigid).technology
    assert without_price(technology, shock()) is None
    assert without_price(technology, PLAIN) is None
    cost = np.ones_like(WORLD.flows)
    cost[:, :, 1] = 40.0
    dear = Wedges.of(WORLD, iceberg_hat=cost)
    buyer, good = without_price(technology, dear)
    assert buyer in WORLD.labels.countries
    assert good in WORLD.labels.sectors
    # the one whose price grows fastest: iterated from base prices until one is beyond every number
    price = np.zeros((3, 3))
    theta = WORLD.trade_elasticity
    pull = WORLD.trade_shares * cost**-theta
    with np.errstate(all="ignore"):
        while price.max() < ENDLESS:
            weight = np.exp(-theta * technology.log_cost(np.zeros((3, 3)), price))
            price = -np.log(np.einsum("nis,is->ns", pull, weight)) / theta
    n, s = np.unravel_index(int(price.argmax()), price.shape)
    assert (buyer, good) == (WORLD.labels.countries[n], WORLD.labels.sectors[s])
    assert without_price(prepare(WORLD, Structure()).technology, dear) is None
    free = Structure(sigma_value_added=0.0, sigma_materials=0.0)
    assert without_price(prepare(WORLD, free).technology, dear) == (buyer, good)
    found = solve(Model(WORLD, rigid), dear, throw=False)
    assert found.result is RESULTS.no_equilibrium
    assert f"No finite price of {good} to {buyer}" in found.note


# ---- cases that are run ----------------------------------------------------------------------------------------------------


TOY = toy()


def a_case(name, size=0.2, controls=()):
    tariff = np.array(TOY.tariff)
    tariff[0, 1] += size
    wedges = Wedges.of(TOY, tariff=tariff)
    return Case(
        Scenario(id=name, title=name, dossier="toy"), wedges, controls=controls, reasons={"cap": "why"}
    )


def test_outcomes_by_scenario_in_the_order_given() -> None:
    cap = QuantityControl.on(TOY, "cap", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], limit=0.1)
    cases = [a_case("b"), a_case("a", 0.4, (cap,))]
    found = run_cases(Model(TOY), cases)
    assert list(found) == ["b", "a"]
    for case in cases:
        made = found[case.scenario.id]
        assert made.scenario is case.scenario
        assert made.wedges is case.wedges
        assert made.controls == case.controls
        assert made.reasons == {"cap": "why"}
        assert made.timing is None
        assert made.value is made.solution.value
    assert dict(found["b"].bindings) == {}
    assert found["a"].bindings["cap"].volume_hat == pytest.approx(0.1, abs=1e-9)


def test_the_first_case_without_an_equilibrium_is_named() -> None:
    quick = Model(TOY, solver=Newton(max_steps=1, robust=False))
    cases = [a_case("still", 0.0), a_case("war", 3.0), a_case("worse", 5.0)]
    with pytest.raises(SolveError, match="scenario `war`") as caught:
        run_cases(quick, cases)
    assert caught.value.solution.result is RESULTS.max_steps_reached
    assert f"{TOY.name}, long run" in str(caught.value)
    found = run_cases(quick, cases, throw=False)
    assert [one.solution.result.ok for one in found.values()] == [True, False, False]


def test_a_standoff_in_a_line(monkeypatch) -> None:
    record = SimpleNamespace(id="r", asof="2025-01-01")
    for names, told in (
        (("a", "b", "c"), "a, b, …"),
        (("a", "b"), "a, b"),
        (("a",), "a"),
        ((), "none"),
    ):
        monkeypatch.setattr(Standoff, "scenarios", property(lambda self, names=names: names))
        line = repr(Standoff(record, TOY, ("USA", "CHN"), "r"))
        assert line == f"<Standoff r as of 2025-01-01 on {TOY.name}: USA, CHN; outcomes {told}>"


def test_deficits_of_ones_own_are_told_apart_in_the_key():
    own = np.zeros(len(WORLD.labels.countries))
    other = own.copy()
    other[:2] = 1.0, -1.0
    assert Model(WORLD, closure="zero").closure_key == "zero"
    keys = {Model(WORLD, closure=deficit).closure_key for deficit in (own, other)}
    assert len(keys) == 2
    assert all(key.startswith("own ") for key in keys)
