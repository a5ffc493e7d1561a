"""Settings of the model beside its horizon: from a file, from a scenario, into solves, draws, notes and keys."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from detente.cases import Case, Options, answers_sentence, model_at, optioned, runs, solve_cases
from detente.core import InputError, LabelError, SchemaError
from detente.equilibrium import Model, Responses, Structure, solve
from detente.outlook import Uncertain, draw_outcomes, uncertain_parameters
from detente.outlook.drawn_options import DRAWN, drawn_case
from detente.outlook.draws import drawn_parameters
from detente.outlook.prior import apply_draw
from detente.policy import ModelOptions, Scenario, read_model_options, refuse_model_options
from detente.world import Wedges, toy

WORLD = toy()
WAR = Wedges.of(WORLD, tariff=3 * WORLD.tariff)
EVERYTHING = """
revenue: rebate
labour_supply: {USA: 0.4}
minimum_consumption: {FARM: 0.5, SERV: 0.1}
scale: {GOODS: 0.1}
relief: 0.5
deficits: country share
sharing: [USA, MEX]
productivity: {CHN: 1.02, USA: {GOODS: 0.98}}
population: {MEX: 1.1}
margin: {SERV: 0.1, USA: {GOODS: 0.2}}
pass_through: {GOODS: 1.2, CHN: 0.9}
"""


@pytest.fixture(scope="module")
def stated(tmp_path_factory):
    path = tmp_path_factory.mktemp("options") / "options.yaml"
    path.write_text(EVERYTHING)
    return read_model_options(path)


def test_a_file_says_everything(stated):
    model = model_at("long", WORLD, options=Options.stated(stated))
    assert model.structure.minimum_consumption.tolist() == [0.5, 0.0, 0.0, 0.1]
    assert not model.structure.moves_supply  # labour is with what answers, where its tax can fall
    answers = model.responses
    assert answers.scale.tolist() == [0, 0, 0.1, 0]
    assert answers.labour_supply[0] == 0.4
    assert (answers.relief, answers.deficits, answers.sharing) == (0.5, "country share", ("USA", "MEX"))
    assert answers.productivity[0].tolist() == [1, 1, 0.98, 1]
    assert answers.productivity[1].tolist() == [1.02] * 4
    assert answers.margin[:2].tolist() == [[0, 0, 0.2, 0.1], [0, 0, 0, 0.1]]
    assert answers.pass_through[:2].tolist() == [[1, 1, 1.2, 1], [0.9] * 4]
    assert answers.population[WORLD.labels.country("MEX")] == 1.1
    value = solve(model, WAR).value
    said = answers_sentence(value)
    for words in (
        "elasticity 0 to 0.1",
        "USA, MEX share one loss",
        "constant share of each country's income",
        "population",
        "earned where they are sold 0 to 0.2",
        "pass through to flows by 0.9 to 1.2 of themselves",
    ):
        assert words in said
    # alone, labour supply is the structure's
    assert model_at("short", WORLD, options=Options(labour_supply=0.2)).structure.moves_supply


def test_what_a_file_says_wrong_is_named(tmp_path):
    for text, words in (
        ("minimun_consumption: 0.3", "did you mean `minimum_consumption`"),
        ("relief: 2", "relief"),
        ("deficits: countryshare", "deficits"),
    ):
        path = tmp_path / "wrong.yaml"
        path.write_text(text)
        with pytest.raises(SchemaError, match=words):
            read_model_options(path)
    for options, words in (
        (Options(minimum_consumption={"FARN": 0.3}), "FARM"),
        (Options(sharing=("USA", "MEC")), "MEX"),
        (Options(productivity={"CHN": {"GODS": 1.1}}), "GOODS"),
        (Options(margin={"GODS": 0.1}), "did you mean `GOODS`"),
    ):
        with pytest.raises(LabelError, match=words):
            model_at("long", WORLD, options=options)
    with pytest.raises(InputError, match="a path along dates and what answers"):
        Options(scale=0.1).after(12)


def test_a_scenario_brings_its_own(stated):
    own = Scenario(id="own", title="Own", dossier="toy", options=stated)
    plain = Scenario(id="plain", title="Plain", dossier="toy")
    model = Model(WORLD)
    (mine, _), (theirs, _) = solve_cases(model, [Case(own, WAR), Case(plain, WAR)])
    direct = solve(model_at("long", WORLD, keep_elasticities=True, options=Options.stated(stated)), WAR).value
    assert mine.value.real_income_hat == pytest.approx(direct.real_income_hat, abs=1e-12)
    assert (theirs.value.real_income_hat == solve(model, WAR).value.real_income_hat).all()
    assert optioned(model, plain) is model
    other = Scenario(
        id="other", title="Other", dossier="toy", options=ModelOptions(scale=0.2, wage_floor=0.9)
    )
    both = own.plus(other).options
    assert (both.scale, both.wage_floor, both.relief) == (0.2, 0.9, 0.5)
    assert own.plus(plain).options == stated
    with pytest.raises(InputError, match="`options` of a scenario and a game"):
        refuse_model_options(own, "a game")
    with pytest.raises(InputError, match="scale and a `wage_floor` do not go together"):
        solve_cases(
            model,
            [
                Case(
                    Scenario(
                        id="x", title="X", dossier="toy", options=ModelOptions(scale=0.2, wage_floor=0.9)
                    ),
                    WAR,
                )
            ],
        )


def test_companions_of_a_scenario_with_options_stay_one_batch(monkeypatch):
    asked = []

    def counted(model, policies, **how):
        asked.append([policy.name for policy in policies])
        return solve(model, policies, **how)

    monkeypatch.setattr(runs, "solve", counted)
    saved, plain = ModelOptions(revenue="saved"), None
    cases = [
        Case(Scenario(id=name, title=name, dossier="toy", options=options), WAR)
        for name, options in (("a", plain), ("b", saved), ("c", plain), ("d", saved.model_copy()))
    ]
    solved = [solution.value.real_income_hat for solution, _ in solve_cases(Model(WORLD), cases)]
    assert asked == [["a", "c"], ["b", "d"]]
    assert (solved[0] == solved[2]).all()
    assert (solved[1] == solved[3]).all()
    assert abs(solved[0] - solved[1]).max() > 1e-5


def test_draws_reach_what_answers_and_what_is_needed(stated):
    model = Model(
        WORLD,
        Structure(minimum_consumption=0.4),
        responses=Responses(scale=0.1, labour_supply=0.3, relief=0.5, margin=0.2, pass_through=0.9),
    )
    parameters = uncertain_parameters(model)
    names = [one.name for one in parameters]
    drawn_answers = ("scale", "labour_supply", "margin", "pass_through")
    assert {"minimum_consumption", *(f"responses: {name}" for name in drawn_answers)} <= set(names)
    assert "sigma_value_added" not in names
    normals = np.zeros(len(names))
    normals[names.index("responses: scale")] = 1.0
    normals[names.index("minimum_consumption")] = 2.0
    normals[[names.index("responses: margin"), names.index("responses: pass_through")]] = 3.0
    drawn, _ = apply_draw(model, parameters, normals)
    assert drawn.responses.scale == pytest.approx(0.1 * np.exp(0.5))
    assert 0.4 < drawn.structure.minimum_consumption < 1
    assert drawn.responses.relief == 0.5
    assert 0.5 < drawn.responses.margin < 0.6  # a share stays one
    assert 0.6 < drawn.responses.pass_through < 0.7
    case = Case(Scenario(id="war", title="War", dossier="toy"), WAR)
    draws = draw_outcomes(model, [case], draws=2, seed=1)
    assert np.ptp(draws.values[:, 0, 0, 0]) > 0
    expected = 100 * (solve(model, WAR).value.real_income_hat[0] - 1)
    assert draws.central[0, 0, 0] == pytest.approx(expected, abs=1e-8)
    own = Case(Scenario(id="own", title="Own", dossier="toy", options=stated), WAR)
    of_scenario = draw_outcomes(Model(WORLD), [own], draws=2, seed=1)
    assert np.isfinite(of_scenario.values).all()
    # what a scenario sets itself is drawn as what a user sets
    options = ModelOptions(scale={"GOODS": 0.1}, labour_supply=0.4, margin=0.2, pass_through=0.9)
    brought = Case(Scenario(id="own", title="Own", dossier="toy", options=options), WAR)
    names = [parameter.name for parameter in drawn_parameters(Model(WORLD), [brought, case])]
    assert {f"responses: {name}" for name in drawn_answers} <= set(names)
    factors = [Uncertain(f"responses: {name}", "", 1.0, "", "") for name in drawn_answers]
    there = drawn_case(brought, factors, [np.log(2.0)] * 4).scenario.options
    assert there.scale["GOODS"] == pytest.approx(0.2)
    assert there.labour_supply == pytest.approx(0.8)
    assert there.margin == pytest.approx(1 / 3)
    assert there.pass_through == pytest.approx(1 - 2 / 11)
    assert drawn_case(case, factors, [0.0] * 4) is case


def test_what_is_stated_as_nothing_switches_off_and_relief_needs_labour():
    onto = Responses(scale=0.15, deficits="country share")
    assert Options(deficits="closure", scale=0.0).responses(WORLD, onto) is None
    assert Options(deficits="closure").responses(WORLD, onto).scale == 0.15
    assert Options(wage_floor=0.98).responses(WORLD, onto) is onto
    with pytest.raises(InputError, match="relieve labour"):
        Options(relief=0.5).responses(WORLD)
    assert Options(relief=0.5).responses(WORLD, Responses(labour_supply=0.3)).relief == 0.5


def test_the_page_of_the_model_says_of_every_option_what_it_has():
    page = (Path(__file__).parents[2] / "docs" / "concepts" / "model.md").read_text(encoding="utf-8")
    matrix = page.partition("## Which option has what")[2].partition("\n## ")[0]
    for name in (*ModelOptions.model_fields, "accounts", "carbon"):
        assert f"`{name}`" in matrix, name
    for name in DRAWN:
        (row,) = (line for line in matrix.splitlines() if re.search(rf"\| [^|]*`{name}`[^|]* \| exact", line))
        assert "yes" in row.split("|")[5], name
