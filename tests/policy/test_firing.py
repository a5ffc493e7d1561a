"""What a scenario's date lets happen by itself, what it holds, and who says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import example, given, settings, strategies as st

from detente.brief import compose
from detente.brief.content import Bullets
from detente.cases.runs import prepare_cases, run_scenarios
from detente.core import LabelError
from detente.dossier import FrozenDict, Status, load_dossier, shipped_dossiers
from detente.dossier.asof import known_by
from detente.dossier.firing import record_span, turns
from detente.dossier.later_text import planned_days
from detente.dossier.load import folder_of, read_record
from detente.dossier.measure import Clock, DatedValue
from detente.equilibrium import Model
from detente.policy import load_scenario, shipped_scenarios
from detente.policy.enacted import apply_scenario
from detente.policy.firing import timing
from detente.policy.later import tellable
from detente.policy.scenario import Scenario
from detente.policy.settings import Setting, Window
from detente.show.tables.firing import firing_lines, firing_note, firing_table, firing_words, noted
from detente.world import load_world

DAY = dt.timedelta(days=1)
TRUCE = ("usa-2025-reciprocal-china-24", "china-2025-reciprocal-usa-24")


@pytest.fixture(scope="module")
def dossier():
    return load_dossier("busan-2025")


@pytest.fixture(scope="module")
def economy():
    return load_world()


def own(**keys):
    return Scenario(
        **{"id": "own", "title": "Own", "dossier": "busan-2025", "date": dt.date(2025, 11, 10), **keys}
    )


def seen(state):
    return state.status, state.value, dict(state.by_target), state.ceiling, state.products


def test_the_truce_runs_out_on_its_day_and_not_on_the_eve(dossier):
    eve = timing(dossier, own(date=dt.date(2025, 11, 9)))
    assert "clock-truce-2" not in [one.name for one in eve.fired]
    day = timing(dossier, own())
    (truce,) = [one for one in day.lets if one.name == "clock-truce-2"]
    assert truce.day == dt.date(2025, 11, 10)
    assert {one.measure for one in truce.lets} == set(TRUCE)
    for change in truce.lets:
        assert (change.before.status, change.after.status) == (Status.suspended, Status.in_force)
        assert change.after.value == 0.24
        assert change.words().endswith("suspended (24 %) → in force (24 %)")


def test_a_clock_on_the_as_of_day_itself_has_fired_already(dossier):
    on_the_day = load_dossier("busan-2025", asof=dt.date(2025, 10, 30))
    assert "clock-busan" in [one.name for one in timing(dossier, own()).fired]
    assert "clock-busan" not in [one.name for one in timing(on_the_day, own()).fired]


def test_what_the_scenario_decides_itself_does_not_fire(dossier):
    settled = own(set={name: Setting(status=Status.suspended) for name in TRUCE})
    (truce,) = [one for one in timing(dossier, settled).fired if one.name == "clock-truce-2"]
    assert truce.settled == set(TRUCE)
    assert truce.lets == ()
    disabled = timing(dossier, own(disable=("ieepa-reciprocal",)))
    (truce,) = [one for one in disabled.lets if one.name == "clock-truce-2"]
    assert [one.measure for one in truce.lets] == [TRUCE[1]]
    removed = timing(dossier, load_scenario("january-2025"))
    assert removed.lets == ()


def test_shipped_scenarios_let_nothing_fire_that_moves_a_result():
    for name in shipped_dossiers():
        record = load_dossier(name)
        for scenario in shipped_scenarios(name, record.asof):
            assert timing(record, load_scenario(scenario, dossier=name)).lets == ()


@pytest.mark.parametrize("name", shipped_dossiers())
def test_on_its_first_day_a_shipped_scenario_fires_what_its_story_says(name):
    """A scenario that decides something lets no clock of the record fire beside it; one that decides nothing is what fires.

    The day it is solved on had been named by then, as the day of a step or of a deadline, or is the day after one.
    """
    record, firing = read_record(folder_of(name))[0], 0
    for scenario in map(partial(load_scenario, dossier=name), shipped_scenarios(name)):
        for window in scenario.told or (Window(),):
            day = window.since or min(measure.announced for measure in record.measures.values())
            kept, later = tellable(known_by(record, day), [scenario])
            if later:
                day = later[0].since
                kept, _ = tellable(known_by(record, day), [scenario])
            planned = {first for known, first in planned_days(record) if known <= day}
            assert scenario.date is None or {scenario.date, scenario.date - DAY} & planned, (scenario.id, day)
            lets = timing(known_by(record, day), kept[0]).lets
            if scenario.date is not None and not any(
                (scenario.set, scenario.tariffs, scenario.remove_between)
            ):
                assert lets, (scenario.id, day)
                firing += 1
            else:
                clocks = [fired.name for fired in lets if fired.name in record.clocks]
                assert clocks == [], (scenario.id, day)
    assert firing == {"busan-2025": 3, "phase-one-2018": 1}.get(name, 0)


def test_holding_keeps_the_truce(dossier):
    for hold in (True, ("clock-truce-2",), TRUCE):
        held = own(hold_clocks=hold)
        applied = apply_scenario(dossier, held)
        for name in TRUCE:
            assert applied.state(name, held.date).status is Status.suspended
            assert (
                applied.state(name, held.date + DAY).status is Status.in_force
            )  # it waits, it is not repealed
        assert not {one.measure for fired in timing(dossier, held).lets for one in fired.lets} & set(TRUCE)
        assert {one.measure for fired in timing(dossier, held).held for one in fired.own} >= set(TRUCE)
    one = apply_scenario(dossier, own(hold_clocks=(TRUCE[0],)))
    assert one.state(TRUCE[0], dt.date(2025, 11, 10)).status is Status.suspended
    assert one.state(TRUCE[1], dt.date(2025, 11, 10)).status is Status.in_force


def test_a_setting_beats_a_hold(dossier):
    both = own(hold_clocks=True, set={TRUCE[0]: Setting(status=Status.in_force, value=0.5)})
    state = apply_scenario(dossier, both).state(TRUCE[0], both.date)
    assert (state.status, state.value) == (Status.in_force, 0.5)


@given(days=st.integers(-400, 440), held=st.lists(st.integers(0, 40), max_size=4, unique=True))
@example(days=13, held=[])
@example(days=0, held=[])
@example(days=172, held=[0])
@settings(max_examples=60, deadline=None)
def test_on_any_date_what_fires_is_what_differs(dossier, days, held):
    """Read twice: the states of the two days say what changed; the list says the same, and why."""
    clocks = sorted(dossier.clocks)
    date = dossier.asof + days * DAY
    names = tuple(clocks[k % len(clocks)] for k in held)
    free = own(date=date, hold_clocks=names)
    when = timing(dossier, free)
    applied = apply_scenario(dossier, free)
    # nothing is announced between a day of the past and the as-of day that a reader of the past would have
    last = {one.measure: one.after for fired in when.fired if not fired.held for one in fired.changes}
    for key in dossier.measures:
        if dossier.measures[key].announced > date:
            continue
        now = applied.state(key, date)
        if key in last:
            assert seen(now) == seen(last[key])
        elif days >= 0:
            assert seen(now) == seen(dossier.state(key, dossier.asof))
    if days <= 0:
        assert when.fired == ()
    assert all(dossier.asof < fired.day <= date for fired in when.fired)
    # held: as on the as-of day, whatever the date
    still = apply_scenario(dossier, own(date=date, hold_clocks=True))
    for key in dossier.measures:
        if days >= 0:
            assert seen(still.state(key, date)) == seen(dossier.state(key, dossier.asof))
    assert timing(dossier, own(date=date, hold_clocks=True)).lets == ()
    # a held clock changes the measures it names and no others
    named = {key for name in names for key in dossier.clocks[name].measures}
    for key in set(dossier.measures) - named:
        if dossier.measures[key].announced <= date:
            assert applied.state(key, date) == dossier.state(key, date)


def _two_steps(dossier):
    """A duty suspended to 20 November that a threat would bring in force at 60 % on 5 November already."""
    base = {"source": "S1", "grade": "assumed", "known": dt.date(2025, 10, 1)}
    measure = dossier.measures[TRUCE[0]].model_copy(
        update={
            "values": (
                DatedValue(
                    **{"from": dt.date(2025, 10, 1)},
                    until=dt.date(2025, 11, 20),
                    value=0.24,
                    status=Status.suspended,
                    **base,
                ),
                DatedValue(**{"from": dt.date(2025, 11, 5)}, value=0.6, status=Status.in_force, **base),
            )
        }
    )
    clock = {
        "title": "x",
        "since": dt.date(2025, 10, 1),
        "known": dt.date(2025, 10, 1),
        "kind": "legal_expiry",
        "on_firing": "x",
        "measures": (TRUCE[0],),
        "source": "S1",
        "grade": "assumed",
    }
    clocks = {
        "threat": Clock(id="threat", fires=dt.date(2025, 11, 5), **clock),
        "truce": Clock(id="truce", fires=dt.date(2025, 11, 20), **clock),
    }
    return replace(dossier, measures=FrozenDict({TRUCE[0]: measure}), clocks=FrozenDict(clocks))


@pytest.mark.parametrize(
    ("date", "hold", "status", "value", "fires"),
    [
        (dt.date(2025, 11, 4), (), Status.suspended, 0.24, []),
        (dt.date(2025, 11, 5), (), Status.in_force, 0.60, ["threat"]),
        (dt.date(2025, 11, 20), (), Status.in_force, 0.60, ["threat"]),
        (dt.date(2025, 11, 19), ("threat",), Status.suspended, 0.24, []),
        (dt.date(2025, 11, 20), ("threat",), Status.in_force, 0.24, ["truce"]),
        (dt.date(2025, 11, 20), ("truce",), Status.in_force, 0.60, ["threat"]),
        (dt.date(2025, 11, 20), ("threat", "truce"), Status.suspended, 0.24, []),
        (dt.date(2025, 11, 20), True, Status.suspended, 0.24, []),
    ],
)
def test_by_hand_two_clocks_on_one_measure(dossier, date, hold, status, value, fires):
    record = _two_steps(dossier)
    scenario = own(date=date, hold_clocks=hold)
    state = apply_scenario(record, scenario).state(TRUCE[0], date)
    assert (state.status, state.value) == (status, value)
    assert [one.name for one in timing(record, scenario).lets] == fires


def test_a_measure_that_only_begins_on_the_way_stays_announced(dossier):
    held = own(hold_clocks=True)
    applied = apply_scenario(dossier, held)
    assert applied.state("chn-2025-ann57-elements", held.date).status is Status.announced


def test_a_change_that_no_clock_names_is_listed_too(dossier):
    without = replace(dossier, clocks=FrozenDict())
    lets = timing(without, own()).lets
    assert {one.name for one in lets} >= set(TRUCE)
    assert all(one.clock is None for one in lets)
    assert timing(without, own(hold_clocks=True)).lets == ()
    assert {one.name for one in timing(without, own(hold_clocks=True)).held} >= set(TRUCE)


def test_names_to_hold(dossier):
    with pytest.raises(LabelError, match="clock-truce-22") as caught:
        apply_scenario(dossier, own(hold_clocks=("clock-truce-22",)))
    assert "clock-truce-2" in str(caught.value.hint)
    assert timing(dossier, own(hold_clocks=("clock-busan", "clock-truce-2"))).idle == ("clock-busan",)
    both = own(hold_clocks=("clock-truce-2",)).plus(own(id="other", hold_clocks=TRUCE[:1]))
    assert both.hold_clocks == ("clock-truce-2", TRUCE[0])
    assert own(hold_clocks=("clock-truce-2",)).plus(own(id="other", hold_clocks=True)).hold_clocks is True
    assert own().plus(own(id="other")).hold_clocks is False
    assert own().holding(("a", "b")).holding(("b", "c")).hold_clocks == ("a", "b", "c")
    assert own().holding(True).hold_clocks is True
    assert own(hold_clocks=True).holding(()).hold_clocks is True


def test_a_clock_that_was_not_known_yet_needs_no_hold():
    early = load_dossier("busan-2025", asof=dt.date(2025, 7, 1))
    (kept,), later = tellable(early, [own(hold_clocks=("clock-truce-2", "clock-truce-1"), date=None)])
    assert later == ()
    assert kept.hold_clocks == ("clock-truce-1",)


@pytest.mark.parametrize(
    ("date", "words"),
    [(dt.date(2017, 1, 1), "before the first day"), (dt.date(2021, 1, 1), "after the last day"), (None, "")],
)
def test_a_date_outside_the_record_says_so(date, words):
    record = load_dossier("phase-one-2018")
    said = timing(record, own(dossier="phase-one-2018", date=date)).beyond
    assert words in said
    assert bool(said) == bool(words)
    first, last = record_span(record)
    for day, outside in ((first - DAY, True), (first, False), (last, False), (last + DAY, True)):
        assert bool(timing(record, own(dossier="phase-one-2018", date=day)).beyond) is outside


def test_a_scenario_without_the_record_fires_nothing(dossier):
    assert timing(dossier, own(record=False)).fired == ()


def test_outcomes_carry_what_fired(dossier, economy):
    scenarios = [load_scenario("standing"), own()]
    outcomes = run_scenarios(Model(economy), dossier, scenarios)
    assert outcomes["standing"].timing.fired == ()
    assert "clock-truce-2" in [one.name for one in outcomes["own"].timing.lets]
    assert outcomes["own"].case.timing is outcomes["own"].timing
    held = run_scenarios(Model(economy), dossier, scenarios, hold_clocks=True)
    assert held["own"].timing.lets == ()
    usa = economy.labels.country("USA")
    lapse = (
        outcomes["own"].value.equivalent_variation_usd[usa]
        - outcomes["standing"].value.equivalent_variation_usd[usa]
    )
    assert lapse < -10_000  # million USD: the truce lapses
    # with everything held, the wedges are those of the as-of day, and so is the equilibrium
    assert (
        held["own"].value.equivalent_variation_usd == held["standing"].value.equivalent_variation_usd
    ).all()


def test_the_words_come_from_one_list(dossier, economy):
    let, kept = prepare_cases(economy, dossier, [own(), own(id="kept", hold_clocks=("clock-truce-2",))])
    note = firing_note([let, kept])
    assert "The date of `own`, 2025-11-10, lets fire what nobody holds: clock-" in note
    assert "clock-truce-2 (2025-11-10)" in note
    assert "`kept` holds clock-truce-2 (2025-11-10)." in note
    lines = "\n".join(firing_lines(let))
    assert "2025-11-10 clock-truce-2 fires (Second truce (Stockholm) runs out)" in lines
    assert "usa-2025-reciprocal-china-24: suspended (24 %) → in force (24 %)" in lines
    assert "--hold-clocks" in lines
    words = firing_words(let.timing).replace("\N{NO-BREAK SPACE}", " ")
    assert "nobody acting" in words
    assert "“Second truce (Stockholm) runs out” (10 November 2025)" in words
    assert firing_words(kept.timing).count("Held back") == 1
    assert firing_words(None) == firing_note([]) == ""
    rows = list(firing_table([let, kept]).records())
    states = {(row["outcome"], row["measure"]): row["state"] for row in rows}
    assert states["own", TRUCE[0]] == "fires"
    assert states["kept", TRUCE[0]] == "held"
    assert states["own", "chn-2025-entities-april"] == "moves no result"
    truce = next(row for row in rows if row["measure"] == TRUCE[0])
    assert (truce["before"], truce["after"]) == ("suspended (24 %)", "in force (24 %)")
    still = prepare_cases(economy, dossier, [load_scenario("standing")])
    table = firing_table(still)
    assert noted([table], still) == [table]


def test_turns_are_read_the_way_states_are(dossier):
    end = dt.date(2026, 12, 31)
    for change in turns(dossier, dossier.asof, end):
        assert seen(change.before) == seen(dossier.state(change.measure, change.day - DAY))
        assert seen(change.after) == seen(dossier.state(change.measure, change.day))
        assert seen(change.before) != seen(change.after)
    found = {(one.measure, one.day) for one in turns(dossier, dossier.asof, end)}
    day = dossier.asof
    while day < end:  # day by day, without looking at any entry
        day += DAY
        for key in dossier.measures:
            if (seen(dossier.state(key, day)) != seen(dossier.state(key, day - DAY))) != (
                (key, day) in found
            ):
                raise AssertionError((key, day))


def test_the_briefing_says_what_the_date_of_an_outcome_lets_fire(dossier, economy, tmp_path):
    path = tmp_path / "late.yaml"
    path.write_text("id: late\ntitle: Nobody acts\ndossier: busan-2025\ndate: 2025-11-10\n", encoding="utf-8")
    made = compose(
        dossier, economy, scenarios=["standing", str(path)], sets=("fgo",), draws=0, strategy=False
    )
    (outcomes,) = [section for section in made.sections if section.id == "outcomes"]
    (stories,) = [block for block in outcomes.behind if isinstance(block, Bullets)]
    (late,) = (item.text.replace("\N{NO-BREAK SPACE}", " ") for item in stories.items)
    assert late.startswith("Nobody acts: ")
    assert late.split(": ", 1)[1].rstrip(".") in " ".join(term.text for term in made.terms).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "“Second truce (Stockholm) runs out” (10 November 2025)" in late
