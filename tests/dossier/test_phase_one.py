"""The second record: it loads, audits clean, evaluates duties, solves and briefs like the first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from detente.dossier import Dossier, Status, audit, coverage_by_grade, load_dossier, shipped_dossiers
from detente.equilibrium import Model
from detente.policy import live, load_scenario, shipped_scenarios, tellable
from detente.policy.duties.day import added_duties, duty_stack
from detente.world import Economy, load_world

ROOT = Path(__file__).parents[2]
VINTAGE = dt.date(2026, 7, 25)


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world()


@pytest.fixture(scope="module")
def record() -> Dossier:
    return load_dossier("phase-one-2018", asof=VINTAGE)


def test_it_is_shipped_and_clean(record: Dossier) -> None:
    assert "phase-one-2018" in shipped_dossiers()
    assert {finding.severity for finding in audit(record)} <= {"note"}
    assert {finding.severity for finding in audit(load_dossier("phase-one-2018"))} <= {"note"}


def test_most_of_it_is_read_in_a_source(record: Dossier) -> None:
    whole = next(row for row in coverage_by_grade(record).records() if row["kind"] == "all")
    assert float(whole["sourced_pct"] or 0) > 90
    said = (ROOT / "docs/concepts/ledger.md").read_text(encoding="utf-8")
    assert f"{whole['entries']} graded\nentries, {whole['assumed']} of them assumed" in said


def test_it_is_read_three_days_before_the_deadline() -> None:
    dossier = load_dossier("phase-one-2018")
    assert dossier.asof == dt.date(2019, 12, 12)
    states = dossier.states(dt.date(2019, 12, 15))
    assert states["usa-2019-list-4b"].status is Status.in_force
    assert dossier.clocks["clock-list-4b"].superseded is None
    assert "china-2020-phase-one-purchases" not in dossier.measures
    assert "announcement-2019-12" not in dossier.rounds
    after = load_dossier("phase-one-2018", asof=dt.date(2019, 12, 16))
    assert after.state("usa-2019-list-4b", dt.date(2019, 12, 15)).status is Status.suspended


@pytest.mark.parametrize(
    ("importer", "day", "concept", "published", "within"),
    [
        ("USA", "2018-03-01", "fixed_2017_world", 0.031, 0.001),
        ("CHN", "2018-10-15", "fixed_2017_world", 0.183, 0.006),
        ("CHN", "2019-03-15", "fixed_2017_world", 0.165, 0.005),
        ("CHN", "2019-10-15", "fixed_2017_world", 0.211, 0.01),
        ("CHN", "2020-03-01", "fixed_2017_world", 0.203, 0.01),
    ],
)
def test_averages_of_the_time(
    world: Economy, record: Dossier, importer: str, day: str, concept: str, published: float, within: float
) -> None:
    exporter = "CHN" if importer == "USA" else "USA"
    stacked = duty_stack(world, record, date=dt.date.fromisoformat(day), importer=importer, exporter=exporter)
    assert stacked.averages[concept].value == pytest.approx(published, abs=within)


def test_american_steps_rise_and_fall(world: Economy, record: Dossier) -> None:
    days = ("2018-07-05", "2018-07-06", "2018-09-24", "2019-05-10", "2019-09-01", "2020-02-14")
    found = [
        duty_stack(world, record, date=dt.date.fromisoformat(day), importer="USA", exporter="CHN")
        .averages["import_weighted_2024"]
        .value
        for day in days
    ]
    assert found[:5] == sorted(found[:5])
    assert found[5] < found[4]


@pytest.mark.parametrize("asof", ["2018-10-01", "2019-12-12", "2026-07-25"])
def test_what_the_data_hold_does_not_depend_on_the_as_of_day(world: Economy, asof: str) -> None:
    """The base year is 2024: its data hold the duties of Phase One, whatever was known when the record is read."""
    dossier = load_dossier("phase-one-2018", asof=dt.date.fromisoformat(asof))
    held = {key: state.value for key, state in dossier.base_states(world.base_day).items() if state.value}
    assert held.get("usa-2018-lists-1-3") == 0.25
    if asof >= "2019-08-01":
        assert held["usa-2019-list-4a"] == 0.075
    assert "usa-2019-list-4b" not in held
    day = dt.date(2020, 3, 1)
    if asof == "2026-07-25":
        added = added_duties(world, dossier, day)
        n, i = world.labels.country("USA"), world.labels.country("CHN")
        assert np.abs(added[n, i]).max() < 1e-12  # the American side of Phase One is the base year's


def test_before_the_first_list_duties_are_lower_than_in_the_data(world: Economy, record: Dossier) -> None:
    added = added_duties(world, record, dt.date(2018, 7, 1))
    n, i = world.labels.country("USA"), world.labels.country("CHN")
    assert (added[n, i] <= 1e-12).all()
    assert added[n, i].min() < -0.1
    assert (world.tariff + added >= -1e-15).all()


def test_the_ladder_solves_in_order_of_pain(world: Economy) -> None:
    from detente.cases.runs import run_scenarios

    dossier = load_dossier("phase-one-2018")
    names = shipped_scenarios("phase-one-2018", dossier.asof)
    assert names == ("standing", "talks-fail", "phase-one", "january-2018")
    outcomes = run_scenarios(
        Model(world), dossier, [load_scenario(name, dossier=dossier.id) for name in names]
    )
    china = world.labels.country("CHN")
    income = {name: float(outcome.value.real_income_hat[china]) for name, outcome in outcomes.items()}
    assert income["talks-fail"] < income["standing"] < income["phase-one"] < income["january-2018"]


def test_the_briefing_is_written(world: Economy, tmp_path: Path) -> None:
    from detente.brief import build_brief, compose

    dossier = load_dossier("phase-one-2018")
    content = compose(dossier, world, sets=("fgo", "cp"))
    page = build_brief(content, tmp_path).index.read_text(encoding="utf-8")
    assert "Phase One" in page
    assert "0 reports" not in page
    assert "Measures of 2019 on the trade of 2024" in page
    assert "rounds of talks" in page
    for later in ("Signature of Phase One", "76.7 billion", "fentanyl"):
        assert later not in page


def test_every_day_of_the_two_years_has_its_outcomes(record: Dossier) -> None:
    scenarios = {name: load_scenario(name, dossier=record.id) for name in shipped_scenarios(record.id)}
    day = dt.date(2018, 1, 1)
    while day <= dt.date(2020, 12, 31):
        found = [name for name, one in scenarios.items() if live(one.told, day)]
        assert len(found) >= 2, day
        assert found[0] == "standing"
        day += dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "worst"),
    [
        ("2018-01-15", "quarter-on-all"),
        ("2018-12-02", "list-three-rises"),
        ("2019-05-20", "rest-at-25"),
        ("2020-02-14", "quarter-on-all"),
    ],
)
def test_outcomes_of_a_day_solve(world: Economy, day: str, worst: str) -> None:
    from detente.cases.runs import run_scenarios

    dossier = load_dossier("phase-one-2018", asof=dt.date.fromisoformat(day))
    told, later = tellable(
        dossier,
        [load_scenario(name, dossier=dossier.id) for name in shipped_scenarios(dossier.id, dossier.asof)],
    )
    assert later == ()
    outcomes = run_scenarios(Model(world), dossier, told)
    china = world.labels.country("CHN")
    income = [float(outcome.value.real_income_hat[china]) for outcome in outcomes.values()]
    assert list(outcomes) == [scenario.id for scenario in told]
    assert told[0].id == "standing"
    assert told[1].id == worst
    assert income[1] < income[0]


def test_the_measures_of_both_sides_are_there(record: Dossier) -> None:
    lists = {
        "usa-2018-lists-1-3",
        "usa-2019-list-4a",
        "usa-2019-list-4b",
        "usa-2018-232-steel",
        "usa-2018-232-aluminium",
    }
    answers = {"china-2018-response", "china-2018-steel-answer", "china-2018-general-cuts", "china-2018-cars"}
    assert lists | answers <= set(record.measures)
    assert {"buenos-aires", "osaka", "washington-2019-10", "signature-2020-01"} <= set(record.rounds)
    promised, made = record.parameters["purchases-promised"].value, record.parameters["purchases-made"].value
    assert made / promised == pytest.approx(record.parameters["purchases-share"].value, abs=0.006)
    assert record.state("china-2020-phase-one-purchases", dt.date(2021, 6, 1)).value == pytest.approx(
        200000 - 76700
    )
