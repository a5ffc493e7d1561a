"""Reach of controls into third countries, effects that change on a day, and limits that draws move."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from pydantic import ValidationError

from detente.cases.case import Case, controls_of
from detente.core import LabelError
from detente.dossier import Effect, load_dossier
from detente.equilibrium import Model
from detente.outlook import draw_outcomes
from detente.outlook.prior import drawn_limits, limit_parameters
from detente.policy import Scenario, contributions, load_scenario, wedges_at
from detente.policy.effects import as_costs_only, at_value, effect_hat
from detente.world import Wedges, content_shares, toy

WORLD = toy()
MEASURE = load_dossier().measures["chn-2025-ann61-overseas"]
BASE = {
    "flows": "actor_exports",
    "source": "model-assumption",
    "grade": "assumed",
    "derivation": "for a test",
}
USA, CHN, EU, PARTS, CARS = (
    *(WORLD.labels.country(code) for code in ("USA", "CHN", "EU27")),
    WORLD.labels.sector("PARTS"),
    WORLD.labels.sector("GOODS"),
)


def test_sales_through_third_countries_bear_their_own_cost():
    aimed = MEASURE.model_copy(update={"targets": ("USA",)})
    effect = Effect(left={"PARTS": 0.5}, through={"PARTS": 0.06}, **BASE)
    for kept in (effect, as_costs_only(effect)):
        hat = effect_hat(WORLD, aimed, kept)
        assert hat[USA, EU, PARTS] == pytest.approx(1.06)
        assert hat[USA, CHN, PARTS] == hat[USA, USA, PARTS] == hat[EU, USA, PARTS] == 1
        assert (np.delete(hat, PARTS, axis=2) == 1).all()


def test_content_above_the_threshold_bears_a_licence_in_proportion():
    shares = content_shares(WORLD, "CHN", "PARTS")
    reached = shares[[n for n in range(len(shares)) if n != CHN]]
    threshold = float(np.sort(np.delete(reached, PARTS, axis=1).ravel())[-3])
    effect = Effect(content={"inputs": {"PARTS": 0.5}, "cost": 0.2}, **BASE)
    hat = effect_hat(WORLD, MEASURE, effect, threshold / 2)
    pairs = ((n, i) for n in (USA, EU) for i in range(5) if i not in (n, CHN))
    n, i = next((n, i) for n, i in pairs if shares[i, CARS] >= threshold)
    assert hat[n, i, CARS] == pytest.approx(1 + 0.2 * 0.5 * shares[i, CARS])
    here = np.arange(5)
    assert (hat[here, here] == 1).all()  # at home nobody asks
    assert (hat[:, CHN] == 1).all()  # what it sells itself has licences of its own
    assert (hat[..., PARTS] == 1).all()
    assert (effect_hat(WORLD, MEASURE, effect, 1.1) == 1).all()
    assert (hat > 1).sum() >= 3
    with pytest.raises(LabelError, match="PRTS"):
        effect_hat(WORLD, MEASURE, Effect(content={"inputs": {"PRTS": 0.5}, "cost": 0.2}, **BASE))
    with pytest.raises(ValidationError, match="greater than 0"):
        Effect(content={"inputs": {"PARTS": 0.5}, "cost": 0}, **BASE)


def test_a_cost_through_third_countries_follows_the_value():
    effect = Effect(through={"PARTS": 0.02}, per_value=50, **BASE)
    assert at_value(effect, 100).through == {"PARTS": 0.04}


def test_contributions_add_up_where_an_effect_changes_on_a_day(world_2024):
    """From the summer to Busan the April licences change what they leave and what they cost, and stay in force."""
    record = load_dossier(asof=dt.date(2025, 12, 20))
    days = {
        day: load_scenario("standing").model_copy(update={"date": dt.date(2025, *day)})
        for day in ((6, 1), (12, 1))
    }
    parts = contributions(world_2024, record, days[12, 1], days[6, 1])
    whole = [wedges_at(world_2024, record, scenario, quantities=True) for scenario in days.values()]
    moved = np.log(whole[1].iceberg_hat / whole[0].iceberg_hat)
    assert sum(part.log_iceberg for part in parts) == pytest.approx(moved, abs=1e-12)


@pytest.fixture(scope="module")
def world_2024():
    from detente.world import load_world

    return load_world()


def capped(**keys):
    quantity = {
        "name": "parts",
        "importers": ("USA",),
        "exporters": ("CHN",),
        "sectors": ("PARTS",),
        "limit": 0.8,
        **keys,
    }
    scenario = Scenario(id="capped", title="Capped", dossier="toy", quantities=(quantity,))
    return Case(scenario, Wedges.unchanged(WORLD), controls=controls_of(WORLD, scenario.quantities, "capped"))


def test_limits_are_drawn_inside_their_ranges():
    case = capped(low=0.3, high=1.0)
    drawn = draw_outcomes(Model(WORLD), [case], draws=8, seed=1, nests=False)
    assert drawn.parameters[-1].name == "parts"
    place = drawn.normals[:, -1]
    order = np.argsort(place)
    (control,) = case.controls
    limits = np.array([control.at(float(z)).limit for z in place])
    assert np.ptp(limits) > 0.3
    assert 0.3 <= limits.min() <= limits.max() <= 1.0
    assert (np.diff(limits[order]) >= 0).all()
    fixed = draw_outcomes(Model(WORLD), [capped()], draws=8, seed=1, nests=False)
    assert [p.name for p in fixed.parameters] == [p.name for p in drawn.parameters[:-1]]
    assert np.array_equal(drawn.central, fixed.central)
    tightest = int(np.argmin(limits))  # solved again at the limit of the draw
    again = dataclasses.replace(
        case, controls=drawn_limits(case.controls, drawn.parameters, drawn.normals[tightest])
    )
    assert again.controls[0].limit == limits[tightest]
    assert drawn.values[tightest, 0, 0, USA] < 0


def test_controls_of_one_name_are_drawn_together():
    first, second = (
        capped(low=0.3, high=1.0, drawn_with="controls of CHN", name=name).controls[0] for name in "ab"
    )
    (parameter,) = limit_parameters([first, second])
    assert parameter.name == "controls of CHN"
    low = drawn_limits([first, second], [parameter], np.array([-1.645]))
    assert [control.limit for control in low] == pytest.approx([0.3, 0.3])


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"low": 0.3}, "needs both"),
        ({"low": 0.9, "high": 1.0}, "does not hold"),
        ({"low": -1.0, "high": 1.0}, "0"),
    ],
)
def test_ranges_that_make_no_sense(keys, says):
    with pytest.raises(ValidationError, match=says):
        capped(**keys)
