"""Outcomes that can come about in several ways: which branches there are, which is likeliest when, and what each one does."""

from __future__ import annotations

import datetime as dt

import pytest

from detente import Standoff
from detente.cases import prepare_cases, run_cases, solve_branches, with_duties_of
from detente.core import InputError, LabelError, SchemaError
from detente.dossier import load_dossier
from detente.policy import Scenario, branches, load_scenario
from detente.show.tables import branch_sentence, branch_table, own_duty_sentences, own_duty_table

FORK = {
    "id": "answer",
    "title": "Is it answered?",
    "ways": [
        {"id": "silence", "title": "no answer"},
        {
            "id": "mirror",
            "title": "an answer in kind",
            "date": dt.date(2025, 11, 20),
            "tariffs": [{"importer": "CHN", "exporter": "USA", "add": 0.5}],
        },
    ],
    "likeliest": [{"since": dt.date(2025, 10, 20), "way": "mirror", "why": "it did before"}],
}


def scenario(**keys):
    base = {"id": "own", "title": "Own", "dossier": "busan-2025", "date": dt.date(2025, 11, 8)}
    return Scenario.model_validate({**base, "forks": [FORK], **keys})


@pytest.fixture(scope="module")
def standoff():
    return Standoff.load("busan-2025")


@pytest.fixture(scope="module")
def tree(standoff):
    models = {name: standoff.model(name) for name in ("short", "long")}
    return solve_branches(
        models, standoff.dossier, standoff.scenario("talks-fail"), standoff.scenario("standing")
    )


def test_a_branch_is_the_scenario_with_the_way_s_changes(standoff):
    told, other = branches(scenario(), standoff.dossier)
    assert (told.scenario.id, told.told, told.likeliest) == ("own", True, False)
    assert (other.scenario.id, other.told, other.likeliest) == ("own+mirror", False, True)
    assert other.scenario.date == dt.date(2025, 11, 20)
    assert not other.scenario.forks
    assert told.scenario.tariffs == ()
    assert len(other.scenario.tariffs) == 1


def test_the_likeliest_way_follows_the_day():
    early = load_dossier(asof=dt.date(2025, 10, 15))
    assert [branch.scenario.id for branch in branches(scenario(), early) if branch.likeliest] == ["own"]
    by_day = {
        day: next(
            branch.scenario.id
            for branch in branches(load_scenario("talks-fail"), load_dossier(asof=day))
            if branch.likeliest
        )
        for day in (dt.date(2025, 10, 25), dt.date(2025, 10, 26))
    }
    assert by_day == {
        dt.date(2025, 10, 25): "talks-fail+truce-ends",
        dt.date(2025, 10, 26): "talks-fail+called-off+truce-ends",
    }


def test_a_way_that_needs_another_is_told_with_it_alone(tree):
    ids = [branch.scenario.id for branch in tree.branches]
    assert len(ids) == len(set(ids)) == 12
    assert not any("called-off" in name and "mirrored" in name for name in ids)


def test_a_branch_named_on_the_command_line_is_the_branch_of_the_tree(standoff, tree):
    named = standoff.scenario("talks-fail+mirrored+truce-ends")
    branch = next(branch for branch in tree.branches if branch.scenario.id == named.id)
    cases = prepare_cases(standoff.world, standoff.dossier, [named])
    alone = run_cases(standoff.model("long"), cases)[named.id].value.real_income_hat
    together = tree.outcomes["long"][branch.scenario.id].value.real_income_hat
    assert alone == pytest.approx(together, abs=1e-12)


def test_the_reach_is_over_every_branch(standoff, tree):
    for party in standoff.parties:
        low, high = tree.span("long", party)
        every = [tree.change(branch, "long", party) for branch in tree.branches]
        assert (low, high) == (min(every), max(every))
        assert low < tree.change(tree.likeliest, "long", party) < high


def test_table_and_sentence_say_the_likeliest(standoff, tree):
    table = branch_table(tree, standoff.parties)
    assert [row["branch"] for row in table.records() if "likeliest" in str(row["standing"])] == [
        "+called-off+truce-ends"
    ]
    said = branch_sentence(tree, standoff.parties).text
    assert "12 ways" in said
    assert "stay called off" in said
    assert "S15" in table.note


def test_what_decoupling_owes_to_lower_duties_of_one_s_own_is_held_against_the_model(standoff, tree):
    outcomes = standoff.solve("standing", "talks-fail", "decoupling")
    table = own_duty_table(outcomes, "talks-fail", "standing", standoff.parties)
    (said,) = own_duty_sentences(table)
    there, here, *_, raised = said.values
    again = with_duties_of(outcomes["decoupling"], outcomes["talks-fail"], "USA", "CHN").value
    usa = standoff.world.labels.country("USA")
    standing = outcomes["standing"].value.real_income_hat[usa]
    assert raised == pytest.approx(100 * (again.real_income_hat[usa] / standing - 1), abs=1e-12)
    assert raised < here < there < 0
    seen_from_there = own_duty_table(outcomes, "decoupling", "standing", standoff.parties)
    (said,) = own_duty_sentences(seen_from_there)
    assert said.text.startswith("“Talks fail” costs China less than “Decoupling”")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ways": FORK["ways"][:1]}, "at least 2"),
        ({"ways": [{**FORK["ways"][1]}, FORK["ways"][0]]}, "is what the scenario itself tells"),
        ({"likeliest": [{"way": "miror", "why": "?"}]}, "mirror"),
        (
            {
                "likeliest": [
                    {"way": "mirror", "why": "?"},
                    {"way": "silence", "why": "?", "since": dt.date(2025, 1, 1)},
                ]
            },
            "overlap",
        ),
        ({"ways": [FORK["ways"][0], {**FORK["ways"][1], "needs": "silence"}]}, "no way of an earlier fork"),
    ],
)
def test_a_fork_that_cannot_be_meant_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        scenario(forks=[{**FORK, **change}])


def test_ways_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two ways are called `mirror`"):
        scenario(forks=[FORK, {**FORK, "id": "again"}])


def test_more_branches_than_anybody_reads_are_refused():
    forks = [
        {
            "id": f"f{i}",
            "title": "?",
            "ways": [{"id": f"f{i}-a", "title": "a"}, {"id": f"f{i}-b", "title": "b"}],
        }
        for i in range(8)
    ]
    with pytest.raises(ValueError, match="256 branches"):
        scenario(forks=forks)


def test_a_source_that_is_not_in_the_record_is_named(standoff):
    fork = {**FORK, "likeliest": [{"way": "mirror", "why": "?", "source": "S999"}]}
    with pytest.raises(LabelError, match="unknown source `S999`"):
        branches(scenario(forks=[fork]), standoff.dossier)


def test_ways_whose_outcome_is_known_are_not_solved_again(standoff, monkeypatch):
    from detente.cases import branching

    models = {"long": standoff.model("long")}
    fails, stands = standoff.scenario("talks-fail"), standoff.scenario("standing")
    known = {
        "long": run_cases(models["long"], prepare_cases(standoff.world, standoff.dossier, [stands, fails]))
    }
    whole = solve_branches(models, standoff.dossier, fails, stands)
    asked = []
    run = branching.run_cases
    monkeypatch.setattr(
        branching, "run_cases", lambda model, cases: asked.append(len(cases)) or run(model, cases)
    )
    tree = solve_branches(models, standoff.dossier, fails, stands, solved=known)
    assert asked == [len(whole.cases) - 2]
    assert [case.scenario for case in tree.cases] == [case.scenario for case in whole.cases]
    for name, outcome in whole.outcomes["long"].items():
        again = tree.outcomes["long"][name]
        assert again.scenario == outcome.scenario
        assert again.value.real_income_hat == pytest.approx(outcome.value.real_income_hat, rel=1e-12)
    other = {
        "long": known["long"] | {"talks-fail": known["long"]["standing"]}
    }  # the same name, another scenario
    solve_branches(models, standoff.dossier, fails, stands, solved=other)
    assert asked[-1] == len(whole.cases) - 1
    solve_branches(models, standoff.dossier, fails, stands, solved={"short": known["long"]})
    assert asked[-1] == len(whole.cases)


def test_a_scenario_without_forks_has_no_tree(standoff):
    with pytest.raises(InputError, match="one way only"):
        solve_branches(
            {"long": standoff.model("long")},
            standoff.dossier,
            standoff.scenario("truce-lapses"),
            standoff.scenario("standing"),
        )


def test_a_file_with_a_bad_fork_says_where(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        "id: own\ntitle: Own\ndossier: busan-2025\nforks:\n"
        "  - {id: a, title: b, ways: [{id: c, title: d}, {id: e, title: f, colour: red}]}\n"
    )
    with pytest.raises(SchemaError, match="colour"):
        load_scenario(path)


def test_claims_behind_the_narrow_deal_were_made_by_the_day(standoff):
    import re

    deal = standoff.scenario("narrow-deal")
    named = {
        claim for setting in deal.set.values() for claim in re.findall(r"\((\d{3}-\d+)\)", setting.reason)
    }
    assert len(named) >= 4
    assert named <= set(standoff.dossier.claims)
