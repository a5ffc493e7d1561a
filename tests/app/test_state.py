"""The state is the address: one state, one address; what is wrong is named."""

from __future__ import annotations

import pytest
from helpers.table_materials import cases
from hypothesis import given, settings, strategies as st

from detente.app import PageState, read_state
from detente.app.changes import changes_of_income
from detente.app.setting import (
    as_file,
    file_name,
    scenario_of,
    setting_lines,
    setting_of,
    solve_options,
    standoff_lines,
    state_command,
)
from detente.cases import run_cases
from detente.core import DetenteError, InputError, LabelError
from detente.dossier import load_dossier
from detente.equilibrium import Model
from detente.policy import load_scenario
from detente.world import load_world, toy

NAMES = st.sampled_from(["usa-2025-fentanyl-china", "chn-2025-port-fee", "a", "b.c+d"])
VALUES = st.one_of(
    st.sampled_from(["off", "suspended", "in_force", "10%", "1e-3"]),
    st.floats(0, 5).map(lambda x: f"{x:.6f}"),
)


@given(
    st.dictionaries(NAMES, VALUES, max_size=4),
    st.sampled_from(["", "short", "impact", "long"]),
    st.sampled_from(["", "fixed", "share"]),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_a_state_has_one_address_and_the_address_gives_it_back(sets, horizon, closure, twice):
    pairs = [f"set.{name.replace('+', '%2B')}={value.replace('%', '%25')}" for name, value in sets.items()]
    pairs += [f"horizon={horizon}", f"closure={closure}"]
    state = read_state("x", "&".join(pairs))
    assert read_state("x", state.query) == state
    assert read_state("x", state.query).query == state.query
    assert read_state("x", "&".join(reversed(pairs))) == state
    assert "horizon=long" not in state.query
    assert "closure=share" not in state.query
    assert PageState("x", was=state.query).before in (state, None)


@given(st.text(max_size=60))
@settings(max_examples=50, deadline=None)
def test_any_query_is_a_state_or_an_error_of_ours(query):
    try:
        state = read_state("x", query)
    except DetenteError:
        return
    assert read_state("x", state.query) == state


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("horizn=short", "did you mean `horizon`"),
        ("horizon=shrt", "did you mean `short`"),
        ("closure=shares", "did you mean `share`"),
        ("asof=2025-13-01", "2025-13-01"),
        ("set.a=offf", "neither a value nor a status"),
        ("set.a=nan", "neither a value nor a status"),
        ("set.a=1&set.a=2", "given twice"),
        ("set.a=1&left.a=0.5", "a share is left of it"),
        ("left.a=1.5", "a share of 1.5 cannot be left"),
        ("base=../../etc", "is no name"),
        ("set.a b=1", "is no measure"),
        ("&".join(f"set.m{n}=1" for n in range(201)), "201 measures"),
        ("base=" + "a" * 20_000, "characters"),
    ],
)
def test_what_is_wrong_is_named(query, words):
    with pytest.raises(InputError) as told:
        read_state("x", query)
    assert words in str(told.value)


def test_a_nested_setting_does_not_nest_further():
    inner = PageState("x", base="a", was="base=b").query
    state = read_state("x", PageState("x", base="c", was=inner).query)
    assert state.was == "base=a"


def test_measures_are_checked_against_the_record_of_the_day(laboratory):
    state = read_state("busan-2025", "set.usa-2025-fentanyl-chin=0.1")
    with pytest.raises(LabelError, match="did you mean `usa-2025-fentanyl-china`"):
        laboratory.filled(state)
    with pytest.raises(LabelError, match="did you mean `talks-fail`"):
        laboratory.filled(read_state("busan-2025", "base=talk-fail"))


def test_the_file_of_a_setting_gives_the_same_numbers(laboratory, tmp_path):
    from detente import Standoff

    query = "base=standing&set.usa-2025-fentanyl-china=0.05&left.chn-2025-soybean-halt=0.4"
    answer = laboratory.answers([read_state("busan-2025", query)])[0]
    path = tmp_path / file_name(answer.scenario)
    path.write_text(as_file(answer.scenario), encoding="utf-8")
    again = load_scenario(path)
    assert again.model_dump() == answer.scenario.model_dump()
    standoff = Standoff(answer.dossier, laboratory.economy(), answer.parties, "busan-2025")
    outcome = standoff.solve(again)[again.id]
    mine = answer.chosen[answer.setting].value.real_income_hat
    assert abs(outcome.value.real_income_hat - mine).max() < 1e-9


def test_command_and_python_say_the_setting():
    state = PageState(
        "x", base="talks-fail", against="standing", set=(("m", "off"), ("n", "0.1")), asof="2025-10-20"
    )
    scenario = load_scenario("talks-fail")
    command = state_command(state, scenario, "countries", "busan-2025", None)
    assert command == (
        "detente run talks-fail --set m=off --set n=0.1 --against standing --countries all --asof 2025-10-20"
    )
    text = "\n".join(setting_lines(state, scenario))
    compile(text, "setting", "exec")
    assert "Setting(value=0.1)" in text
    assert "Status.repealed" in text
    assert setting_of("in_force").status.value == "in_force"
    assert (
        solve_options(PageState("x", closure="zero", elasticities="cp"))
        == ", closure='zero', elasticities='cp'"
    )
    assert "".join(standoff_lines(PageState("x"), "busan-2025", None)).startswith("import detente")
    dated = standoff_lines(state, "busan-2025", "own")
    assert dated[0] == "from datetime import date"
    assert dated[-1].endswith("('busan-2025', asof=date.fromisoformat('2025-10-20'), world='own')")
    plain = PageState("busan-2025", base="standing", against="standing", economy="MEX")
    assert (
        state_command(plain, load_scenario("standing"), "sectors", "busan-2025", None)
        == "detente run standing --table sectors --countries MEX"
    )
    assert "--countries" not in state_command(plain, load_scenario("standing"), "pair", "busan-2025", None)


@pytest.mark.parametrize("share", ["0.01", "0.9"])
def test_a_share_that_is_set_is_exact_and_its_file_loads(share, tmp_path):
    """The record's range, 0.07 to 0.62 of magnets, is of its own number and not of one that somebody chose."""
    record, economy, base = load_dossier("busan-2025"), load_world(), load_scenario("standing")
    fentanyl, licences = "usa-2025-fentanyl-china", "chn-2025-rare-earth-licensing"
    own = (("usa-2025-affiliates-rule", "in_force"), (fentanyl, "0.05"))
    state = PageState("busan-2025", base="standing", against="standing", set=own, left=((licences, share),))
    scenario = scenario_of(state, record, economy, base)
    named = {name: record.measures[name].title for name in (fentanyl, licences)}
    assert scenario.title.endswith(
        f": in force; {named[fentanyl]}: 5 %; {named[licences]}: {100 * float(share):g} % left)"
    )
    assert {limit.limit for limit in scenario.quantities} == {float(share)}
    assert all(limit.low is limit.high is None and not limit.is_floor for limit in scenario.quantities)
    path = tmp_path / file_name(scenario)
    path.write_text(as_file(scenario), encoding="utf-8")
    again = load_scenario(path)
    assert again.quantities == scenario.quantities
    assert again.set == scenario.set
    assert scenario_of(PageState("busan-2025", base="standing"), record, economy, base) is base
    no_share = PageState("busan-2025", base="standing", left=((fentanyl, "0.4"),))
    with pytest.raises(InputError, match="leaves no share of trade") as error:
        scenario_of(no_share, record, economy, base)
    assert licences in error.value.hint
    assert fentanyl not in error.value.hint.partition(", ")[2]


def test_changes_are_against_the_reference_and_of_the_reference_against_the_base_year():
    solved = run_cases(Model(toy()), cases())
    war, standing = solved["war"], solved["standing"]
    share, money = changes_of_income(war, standing)
    for n, code in enumerate(toy().labels.countries):
        ratio = war.value.real_income_hat[n] / standing.value.real_income_hat[n]
        assert share[n] == pytest.approx(100 * (ratio - 1), rel=1e-6, abs=1e-9), code
        more = war.value.equivalent_variation_usd[n] - standing.value.equivalent_variation_usd[n]
        assert money[n] == pytest.approx(more / 1e3, rel=1e-6, abs=1e-9)
    level, _ = changes_of_income(standing, standing)
    assert level[0] == pytest.approx(100 * (standing.value.real_income_hat[0] - 1), rel=1e-6, abs=1e-9)
