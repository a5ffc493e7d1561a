"""The plain path of the documentation solves the model of the command line, and no default chooses another."""

from __future__ import annotations

import inspect
import json
import re
import textwrap

import pytest

from detente.cases import Standoff
from detente.dossier import load_dossier
from detente.equilibrium import Model, solve
from detente.policy import load_scenario, wedges_at
from detente.policy.enacted import wedges_and_footprints
from detente.world import load_world


@pytest.fixture(scope="module")
def outcome():
    return Standoff.load("busan-2025").solve("talks-fail")["talks-fail"]


def income(value, code):
    return 100 * (float(value.real_income_hat[value.economy.labels.country(code)]) - 1)


def test_one_scenario_is_what_the_command_line_solves(outcome, capsys):
    from detente.cli.main import app

    app(args=["run", "talks-fail", "--countries", "USA,CHN,MEX", "--format", "json"], standalone_mode=False)
    printed = capsys.readouterr().out
    rows = {row["country"]: row for row in json.loads(printed)[0]["rows"] if row["measure"] == "level"}
    for code in ("USA", "CHN", "MEX"):
        assert income(outcome.value, code) == pytest.approx(
            rows[code]["real_income_pct"], abs=1e-6
        )  # seven digits are printed
    assert income(outcome.value, "CHN") == pytest.approx(-0.5013, abs=5e-5)
    assert outcome.bindings
    assert outcome.solution.result.ok


def test_costs_in_place_of_quantities_are_another_model_and_must_be_asked_for(outcome):
    world, record, scenario = load_world(), load_dossier(), load_scenario("talks-fail")
    for made in (wedges_at, wedges_and_footprints):
        assert inspect.signature(made).parameters["quantities"].default is inspect.Parameter.empty
        with pytest.raises(TypeError, match="quantities"):
            made(world, record, scenario)
    priced = solve(Model(world), wedges_at(world, record, scenario, quantities=False)).value
    assert income(priced, "CHN") == pytest.approx(-0.5029, abs=5e-5)
    assert income(priced, "CHN") < income(outcome.value, "CHN") - 1e-3


def test_the_readme_solves_a_scenario_in_one_call(repository, outcome, capsys):
    text = (repository / "README.md").read_text(encoding="utf-8")
    code = textwrap.dedent(re.search(r"```python\n(.*?)```", text, re.S)[1])
    exec(compile(code, "README.md", "exec"), {})
    said = capsys.readouterr().out
    assert said.strip() == f"successful {income(outcome.value, 'USA'):.3f} % of real income"
    assert said in text
