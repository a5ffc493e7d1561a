"""Scenarios: sets of measures on a date, applied to the record and turned into wedges."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from detente.core import DateError, LabelError
from detente.dossier import Status, load_dossier, shipped_dossiers
from detente.dossier.asof import known_by
from detente.dossier.held import moves_something
from detente.dossier.load import folder_of, read_record
from detente.dossier.measure import Effect
from detente.policy import load_scenario, shipped_scenarios, tellable, wedges_at
from detente.policy.effects import effect_hat
from detente.policy.enacted import apply_scenario, wedges_and_footprints
from detente.policy.scenario import Scenario
from detente.policy.settings import Setting
from detente.world import load_world


@pytest.fixture(scope="module")
def dossier():
    return load_dossier("busan-2025")


@pytest.fixture(scope="module")
def economy():
    return load_world()


def scenario(**keys):
    return Scenario(
        **{"id": "own", "title": "Own", "dossier": "busan-2025", "date": dt.date(2025, 11, 8), **keys}
    )


def test_the_ladder_is_the_five_outcomes():
    told = shipped_scenarios(asof=dt.date(2025, 10, 28))
    assert told == ("standing", "talks-fail", "narrow-deal", "january-2025", "decoupling")


def test_a_scenario_without_settings_is_the_record(dossier):
    applied = apply_scenario(dossier, load_scenario("standing"))
    assert applied.measures == dossier.measures


def test_a_setting_holds_from_its_day_and_not_before(dossier):
    own = scenario(set={"usa-2025-threat-100": Setting(status=Status.in_force, value=1.0)})
    applied = apply_scenario(dossier, own)
    assert applied.state("usa-2025-threat-100", dt.date(2025, 11, 8)).status is Status.in_force
    assert applied.state("usa-2025-threat-100", dt.date(2025, 10, 27)).status is Status.withdrawn
    assert dossier.state("usa-2025-threat-100", dt.date(2025, 11, 8)).status is Status.withdrawn


def test_the_threat_adds_its_points(dossier, economy):
    without = wedges_at(economy, dossier, scenario(), quantities=False)
    own = scenario(set={"usa-2025-threat-100": Setting(status=Status.in_force, value=1.0)})
    added = wedges_at(economy, dossier, own, quantities=False).tariff - without.tariff
    usa, chn = economy.labels.country("USA"), economy.labels.country("CHN")
    flows = economy.flows[usa, chn]
    # on everything but what belongs to no sector (chapters 98 and 99)
    assert 0.95 < (added[usa, chn] * flows).sum() / flows[added[usa, chn] > 0].sum() <= 1.0 + 1e-12
    others = np.delete(added, usa, axis=0)
    assert np.abs(others).max() == 0


def test_disabling_an_authority_removes_its_duties(dossier, economy):
    usa, chn = economy.labels.country("USA"), economy.labels.country("CHN")
    full = wedges_at(economy, dossier, scenario(), quantities=False).tariff[usa, chn]
    bare = wedges_at(economy, dossier, scenario(disable=("ieepa-fentanyl",)), quantities=False).tariff[
        usa, chn
    ]
    goods = full > 0
    assert ((full - bare)[goods] <= 0.2 + 1e-12).all()
    assert (full - bare)[goods].max() > 0.19


def test_removal_undoes_what_two_parties_did_since_a_day(dossier):
    applied = apply_scenario(dossier, load_scenario("january-2025"))
    states = applied.states(dt.date(2025, 11, 10))
    for name in ("usa-2025-fentanyl-china", "china-2025-reciprocal-usa", "chn-2025-port-fee"):
        assert states[name].status is Status.repealed
    for name in ("usa-2018-section-301-25", "china-2018-response", "usa-2025-india-25"):
        assert states[name].status is Status.in_force


def test_unknown_names_are_answered_with_the_nearest(dossier):
    with pytest.raises(LabelError, match="usa-2025-threat-10`") as caught:
        apply_scenario(dossier, scenario(set={"usa-2025-threat-10": Setting()}))
    assert "usa-2025-threat-100" in str(caught.value)
    with pytest.raises(LabelError) as caught:
        apply_scenario(dossier, scenario(disable=("section-31",)))
    assert "section-301" in str(caught.value)
    with pytest.raises(LabelError) as caught:
        load_scenario("decouple")
    assert "decoupling" in str(caught.value)


def test_another_day_of_knowledge_is_refused(dossier):
    with pytest.raises(DateError, match="as of 2025-11-12"):
        apply_scenario(dossier, scenario(asof=dt.date(2025, 11, 12)))


def test_compounds_take_the_later_day_and_the_last_word():
    both = load_scenario("talks-fail+narrow-deal")
    assert both.id == "talks-fail+narrow-deal"
    assert both.date == dt.date(2025, 11, 10)
    assert both.set["chn-2025-ann57-elements"].status is Status.suspended
    assert both.set["usa-2025-threat-100"].status is Status.withdrawn
    turned = load_scenario("narrow-deal+talks-fail")
    assert turned.date == both.date
    assert turned.set["usa-2025-threat-100"].status is Status.in_force


def test_effects_fall_on_the_flows_they_name(dossier, economy):
    measure = dossier.measures["chn-2025-ann57-elements"]
    base = {"source": "model-assumption", "grade": "assumed", "derivation": "for a test"}
    usa, chn, mex = (economy.labels.country(code) for code in ("USA", "CHN", "MEX"))
    targeted = measure.model_copy(update={"targets": ("USA",)})
    effect = Effect(flows="actor_exports", ad_valorem={"C20": 0.1}, spread=0.5, **base)
    hat = effect_hat(economy, targeted, effect)
    s = economy.labels.sector("C20")
    assert hat[usa, chn, s] == pytest.approx(1.1)
    assert hat[mex, chn, s] == pytest.approx(1.05)
    assert hat[chn, usa, s] == 1
    assert (np.delete(hat, s, axis=2) == 1).all()
    both = effect_hat(economy, targeted, Effect(flows="both", ad_valorem={"goods": 0.1}, **base))
    assert both[chn, usa, s] == pytest.approx(1.1)
    services = economy.labels.sector("BUS")
    assert both[usa, chn, services] == 1


def test_an_effect_on_a_sector_that_does_not_exist(dossier, economy):
    measure = dossier.measures["chn-2025-ann57-elements"]
    effect = Effect(
        flows="both",
        ad_valorem={"C99": 0.1},
        source="model-assumption",
        grade="assumed",
        derivation="for a test",
    )
    with pytest.raises(LabelError, match="C99"):
        effect_hat(economy, measure, effect)


def test_what_moves_nothing_says_why(dossier, economy):
    _, footprints = wedges_and_footprints(economy, dossier, load_scenario("talks-fail"), quantities=True)
    by_name = {item.measure: item for item in footprints}
    assert by_name["usa-2025-threat-100"].moves
    assert by_name["usa-2025-reciprocal-china-24"].reason == "suspended on 2025-11-08"
    assert by_name["usa-2018-section-301-25"].reason == "in the base year already"
    assert not by_name["usa-2025-de-minimis"].moves
    assert all(item.reason for item in footprints if not item.moves)


def test_every_shipped_scenario_moves_something_of_its_own(dossier, economy):
    """No setting of a shipped scenario is inert against the record by itself on that day."""
    seen = set()
    for name in shipped_scenarios(asof=dossier.asof):
        wedges = wedges_at(economy, dossier, load_scenario(name), quantities=False)
        seen.add((wedges.tariff.tobytes(), wedges.iceberg_hat.tobytes()))
    assert len(seen) == len(shipped_scenarios(asof=dossier.asof))


@pytest.mark.parametrize("name", shipped_dossiers())
def test_on_the_first_day_of_each_window_no_two_shipped_scenarios_are_the_same(name):
    """What is charged, capped or held at least, as far as it moves a result; nothing is solved."""

    def binding(record, scenario):
        applied, day = apply_scenario(record, scenario), scenario.date or record.asof
        states = [
            (key, state.value, dict(state.by_target), state.products)
            for key, state in applied.states(day).items()
            if state.in_force and moves_something(state.measure)
        ]
        return repr((states, scenario.tariffs, scenario.quantities))

    told = {one: load_scenario(one, dossier=name) for one in shipped_scenarios(name)}
    whole, _ = read_record(folder_of(name))
    first = whole.begins or min(measure.announced for measure in whole.measures.values())
    days = {window.since or first for scenario in told.values() for window in scenario.told}
    assert len(days) >= 4
    for day in sorted(days):
        record = known_by(whole, day)
        kept, _ = tellable(record, [told[one] for one in shipped_scenarios(name, day)])
        seen = {}
        for scenario in kept:
            same = seen.setdefault(binding(record, scenario), scenario.id)
            assert same == scenario.id, day
        assert len(seen) >= 2, day


def test_places_of_values_are_those_under_their_mapping():
    from detente.dossier.yaml_reader import parse_yaml
    from detente.policy import places_of_values, setting_places

    raw = (
        b"set:\n  one: {status: in_force, value: 0.1}\n  two: {status: repealed}\n"
        b"value: 3\nactions:\n  - set:\n      one: {value: 0.2}\n"
    )
    file = parse_yaml(raw, name="own.yaml")
    assert places_of_values(file) == {
        ("set",): {"one": "own.yaml:2: set.one.value"},
        ("actions", 0, "set"): {"one": "own.yaml:7: actions[0].set.one.value"},
    }
    assert setting_places(file, ("set",)) == {"one": "own.yaml:2: set.one.value"}
    assert setting_places(file, ("actions", 0, "set"), ("actions", 1, "set")) == {
        "one": "own.yaml:7: actions[0].set.one.value"
    }
    assert setting_places(file, ("nothing",)) == {}
