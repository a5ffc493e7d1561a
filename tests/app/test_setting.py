"""A setting as a scenario, a file, a command and Python, and what it changes, without a page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.table_materials import cases

from detente.app import PageState
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
from detente.core import InputError
from detente.dossier import load_dossier
from detente.equilibrium import Model
from detente.policy import load_scenario
from detente.world import load_world, toy


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
    war, still = solved["war"], solved["standing"]
    level, _ = changes_of_income(war, war)
    share, money = changes_of_income(still, war)
    for n, code in enumerate(toy().labels.countries):
        hat = war.value.real_income_hat[n]
        assert level[n] == pytest.approx(100 * (hat - 1), rel=1e-6, abs=1e-9), code
        assert share[n] == pytest.approx(100 * (still.value.real_income_hat[n] / hat - 1), rel=1e-6, abs=1e-9)
        lost = war.value.equivalent_variation_usd[n] - still.value.equivalent_variation_usd[n]
        assert money[n] == pytest.approx(-lost / 1e3, rel=1e-6, abs=1e-9)
    other = replace(war, scenario=war.scenario.model_copy(update={"id": "named-otherwise"}))
    assert changes_of_income(other, war)[0] == tuple([0.0] * len(share))
    assert level[0] != 0 != share[0]
