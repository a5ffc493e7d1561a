"""The state is the address: one state, one address; what is wrong is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from detente.app import PageState, read_state
from detente.app.setting import as_file, file_name
from detente.core import DetenteError, InputError, LabelError
from detente.policy import load_scenario

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
