"""Caps and floors that measures state: which scenario has which, how caps that meet are joined, and what a record may say."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from pydantic import ValidationError

from detente.cases.runs import prepare_cases, run_scenarios, solve_cases
from detente.dossier import load_dossier
from detente.dossier.measure import Effect
from detente.equilibrium import Model, solve
from detente.policy import load_scenario, wedges_at
from detente.policy.limits import join_limits, limits_at
from detente.policy.quantity import QuantityLimit
from detente.world import load_world

WORLD, RECORD = load_world(), load_dossier()


def cap(name, limit, importers=("USA",), exporters=("CHN",), sector="MAG", **keys):
    return QuantityLimit(
        name=name, importers=importers, exporters=exporters, sectors=(sector,), limit=limit, **keys
    )


def by_name(scenario, record=RECORD):
    return {limit.name: limit for limit in limits_at(WORLD, record, load_scenario(scenario))}


def test_the_halt_is_a_ban_while_it_stands():
    halt = by_name("standing")["chn-2025-soybean-halt.SOY"]
    assert (halt.limit, halt.importers, halt.exporters) == (0.0, ("CHN",), ("USA",))
    assert "chn-2025-soybean-halt.SOY" not in by_name("narrow-deal")
    found = run_scenarios(Model(WORLD), RECORD, [load_scenario("standing"), load_scenario("narrow-deal")])
    n, i, s = WORLD.labels.country("CHN"), WORLD.labels.country("USA"), WORLD.labels.sector("SOY")
    assert found["standing"].value.flow_volume_hat[n, i, s] < 1e-9
    assert found["narrow-deal"].value.flow_volume_hat[n, i, s] > 0.3


def test_licences_of_two_notices_on_rare_earths_are_one_cap():
    limits = by_name("talks-fail")
    joint = limits["chn-2025-ann57-elements.REE+chn-2025-ann61-overseas.REE"]
    assert joint.limit == pytest.approx(0.98 * 0.92)
    assert (joint.low, joint.high) == (pytest.approx(0.81 * 0.36), 1.0)
    assert set(joint.importers) == set(WORLD.labels.countries) - {"USA", "CHN"}


def test_the_october_package_counts_on_top_of_what_the_april_licences_leave():
    """Each is calibrated to its own days: their product is what the five months after April left, not its square."""
    standing, failed = by_name("standing"), by_name("talks-fail")
    april = standing["chn-2025-rare-earth-licensing.MAG.USA"]
    assert (april.limit, april.importers, april.rent) == (0.75, ("USA",), "destroyed")
    both = failed["chn-2025-rare-earth-licensing.MAG.USA+chn-2025-ann61-overseas.MAG.USA"]
    tonnes = [RECORD.parameters[f"magnets-us-2025-{month:02}"].value for month in range(5, 10)]
    usual = RECORD.parameters["magnets-us-2024"].value
    assert both.limit == pytest.approx(sum(tonnes) / 5 / usual, abs=0.005)
    assert april.limit == pytest.approx(sum(tonnes[1:]) / 4 / usual, abs=0.005)
    assert april.low < april.limit < april.high
    assert both.drawn_with == "controls of CHN"


@pytest.mark.parametrize(
    ("day", "left"), [((2025, 5, 20), 0.07), ((2025, 8, 11), 0.75), ((2025, 12, 20), 0.94)]
)
def test_what_licences_leave_is_that_of_the_day(day, left):
    record = load_dossier(asof=dt.date(*day))
    name = "chn-2025-rare-earth-licensing.MAG.USA"
    assert by_name("standing", record)[name].limit == left


def test_caps_that_meet_on_a_part_without_a_shape_make_blocks():
    every = ("USA", "EU27", "JPN")
    wide = cap("wide", 0.9, importers=every, exporters=every, low=0.5, high=1.0)
    joined = join_limits([wide, cap("narrow", 0.5, importers=("USA",), exporters=("JPN",))])
    assert {(limit.importers, limit.exporters, limit.limit) for limit in joined} == {
        (("USA",), ("USA", "EU27"), 0.9),
        (("EU27", "JPN"), every, 0.9),
        (("USA",), ("JPN",), 0.45),
    }
    assert len({limit.name for limit in joined}) == 3
    (both,) = [limit for limit in joined if limit.limit == 0.45]
    assert (both.low, both.high) == (0.25, 0.5)


def test_a_pledge_in_force_is_a_floor_in_proportion_to_its_tonnage():
    """12 million tonnes in the last two months of 2025, 25 million in 2026; nothing as of a day before it was known."""
    later = load_dossier(asof=dt.date(2026, 2, 1))
    for day, least in ((dt.date(2025, 12, 1), 0.93 * 12 / 25), (dt.date(2026, 2, 1), 0.93)):
        scenario = load_scenario("standing").model_copy(update={"date": day, "asof": None})
        floor = next(limit for limit in limits_at(WORLD, later, scenario) if limit.kind == "floor")
        assert floor.limit == pytest.approx(least)
        assert floor.rent == "importer"
    assert not [limit for limit in by_name("standing").values() if limit.kind == "floor"]
    bought = run_scenarios(Model(WORLD), later, [scenario])["standing"]
    assert bought.bindings["chn-2025-soybean-pledge.SOY"].volume_hat >= 0.93 - 1e-9


def test_a_capped_flow_bears_no_cost_beside_its_cap():
    scenario = load_scenario("talks-fail")
    priced, held = (wedges_at(WORLD, RECORD, scenario, quantities=q) for q in (False, True))
    usa, chn = WORLD.labels.country("USA"), WORLD.labels.country("CHN")
    moved = priced.iceberg_hat / held.iceberg_hat
    ratio = {code: moved[usa, chn, WORLD.labels.sector(code)] for code in ("MAG", "BAM", "C26", "SOY")}
    assert ratio["MAG"] == pytest.approx(1.2 * 1.1)  # of April and of October
    assert ratio["BAM"] == pytest.approx(1.1)
    assert ratio["C26"] == 1
    assert moved[chn, usa, WORLD.labels.sector("SOY")] == pytest.approx(3.27)
    assert np.array_equal(priced.tariff, held.tariff)


def test_a_batch_of_cases_is_its_cases_one_by_one():
    scenarios = [load_scenario(name) for name in ("standing", "talks-fail", "january-2025", "decoupling")]
    cases = prepare_cases(WORLD, RECORD, scenarios)
    together = solve_cases(Model(WORLD), cases)
    for case, (solution, bindings) in zip(cases, together, strict=True):
        ((alone, same),) = solve_cases(Model(WORLD), [case])
        np.testing.assert_allclose(
            solution.value.real_income_hat, alone.value.real_income_hat, rtol=1e-11, atol=0
        )
        assert bindings.keys() == same.keys()
    free = cases[2]
    assert free.scenario.id == "january-2025"
    np.testing.assert_allclose(
        together[2][0].value.real_income_hat,
        solve(Model(WORLD), free.wedges).value.real_income_hat,
        rtol=1e-11,
    )


def test_caps_that_meet_leave_their_share_of_what_the_other_leaves():
    everybody = ("USA", "JPN", "EU27")
    (joined,) = join_limits([cap("a", 0.5), cap("b", 0.4)])
    assert (joined.name, joined.limit) == ("a+b", pytest.approx(0.2))
    both, rest = sorted(join_limits([cap("all", 0.5, everybody), cap("one", 0.4)]), key=lambda one: one.limit)
    assert (both.name, both.importers, both.limit) == ("all+one", ("USA",), pytest.approx(0.2))
    assert (rest.name, rest.importers, rest.limit) == ("all", ("JPN", "EU27"), 0.5)
    apart = join_limits([cap("a", 0.5), cap("b", 0.4, sector="REE"), cap("c", 0.3, ("JPN",))])
    assert {one.name: one.limit for one in apart} == {"a": 0.5, "b": 0.4, "c": 0.3}


def test_a_floor_takes_its_flows_out_of_a_cap():
    made = join_limits([cap("cap", 0.5, ("USA", "JPN")), cap("floor", 0.9, kind="floor")])
    assert {one.name: (one.kind, one.importers, one.limit) for one in made} == {
        "cap": ("cap", ("JPN",), 0.5),
        "floor": ("floor", ("USA",), 0.9),
    }


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({}, "needs `ad_valorem`, `left`"),
        ({"left": {"SOY": 0.5}, "least": {"SOY": 0.4}}, "both a cap"),
        ({"left": {"SOY": -0.1}}, "greater than or equal to 0"),
        ({"least": {"SOY": 0.0}}, "greater than 0"),
        ({"left": {"SOY": 0.5}, "low": {"SOY": 0.1}}, "needs both"),
        ({"left": {"SOY": 0.5}, "low": {"SOY": 0.6}, "high": {"SOY": 1.0}}, "does not hold"),
        ({"left": {"SOY": 0.5}, "low": {"MAG": 0.6}, "high": {"MAG": 1.0}}, "no `left`"),
    ],
)
def test_effects_that_make_no_sense(keys, says):
    with pytest.raises(ValidationError, match=says):
        Effect(flows="both", source="x", grade="assumed", derivation="x", **keys)


def test_a_limit_is_explained_by_the_source_of_its_measure():
    from detente.show.tables.explanation import explain

    cases = prepare_cases(WORLD, RECORD, [load_scenario("talks-fail"), load_scenario("standing")])
    rows = {row["part"]: row for row in explain(Model(WORLD), RECORD, "usa.output.MAG", *cases)[0].records()}
    magnets = rows["chn-2025-ann61-overseas.MAG"]
    assert magnets["source"] == "S53"
    assert "657 a month" in str(magnets)
