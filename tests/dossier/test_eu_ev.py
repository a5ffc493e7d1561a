"""The third case: it loads, audits clean, charges by maker, solves, plays, and briefs about its own parties."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from detente.brief import build_brief, compose
from detente.cases import run_scenarios, sides_in
from detente.dossier import Dossier, Status, audit, load_dossier, shipped_dossiers
from detente.equilibrium import Model
from detente.policy import load_scenario, shipped_scenarios
from detente.policy.duties.day import added_duties
from detente.strategy import load_game, load_preferences
from detente.world import Economy, load_world

CASE = "eu-ev-2024"
VINTAGE = dt.date(2026, 4, 1)
PORK_DAYS = (dt.date(2025, 9, 9), dt.date(2025, 9, 10), dt.date(2025, 12, 17))
DAYS = [
    dt.date.fromisoformat(day)
    for day in ("2023-10-04", "2024-07-05", "2024-11-01", "2025-09-10", "2026-02-13")
]


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world()


@pytest.fixture(scope="module")
def record() -> Dossier:
    return load_dossier(CASE)


def cars(world: Economy, record: Dossier, day: dt.date) -> float:
    added = added_duties(world, record, day)
    place = world.labels.country("EU27"), world.labels.country("CHN"), world.labels.sectors.index("C29")
    return float(added[place])


def test_it_is_shipped_and_clean(record: Dossier) -> None:
    assert CASE in shipped_dossiers()
    for one in (record, *(load_dossier(CASE, asof=day) for day in (*DAYS, VINTAGE))):
        assert [found for found in audit(one) if found.severity != "note"] == []


def test_it_has_three_parties_and_a_headline_pair(record: Dossier, world: Economy) -> None:
    assert record.parties == ("EU27", "CHN", "USA")
    assert sides_in(record, world) == ("EU27", "CHN")
    assert {"EU27", "CHN", "USA"} <= {measure.actor for measure in record.measures.values()}


def test_the_duty_is_charged_by_maker(record: Dossier, world: Economy) -> None:
    state = record.state("eu-2024-bev-duty", dt.date(2024, 11, 1))
    assert {firm.firm: firm.rate for firm in state.by_firm} == {
        "BYD": 0.17,
        "Geely": 0.188,
        "SAIC": 0.353,
        "Tesla": 0.078,
        "other cooperating firms": 0.207,
        "all others": 0.353,
    }
    average = 0.10 * 0.17 + 0.20 * 0.188 + 0.22 * 0.353 + 0.25 * 0.078 + 0.21 * 0.207 + 0.02 * 0.353
    assert state.value == pytest.approx(average, abs=1e-12)
    share = (
        10486
        / world.flows[
            world.labels.country("EU27"), world.labels.country("CHN"), world.labels.sectors.index("C29")
        ]
    )
    assert cars(world, record, dt.date(2024, 11, 1)) == pytest.approx(average * share, rel=1e-9)


def test_duties_follow_the_days(record: Dossier, world: Economy) -> None:
    assert cars(world, record, dt.date(2024, 7, 4)) == 0
    assert cars(world, record, dt.date(2024, 8, 1)) > cars(world, record, dt.date(2024, 11, 1)) > 0
    place = world.labels.country("CHN"), world.labels.country("EU27"), world.labels.sectors.index("C10T12")
    eve, deposit, final = (
        float(added_duties(world, record, dt.date.fromisoformat(day))[place])
        for day in ("2025-09-09", "2025-09-10", "2025-12-17")
    )
    assert eve < final < deposit  # on the eve food pays for brandy only
    pork = {day: record.state("chn-2025-pork-duty", day) for day in PORK_DAYS}
    assert [state.in_force for state in pork.values()] == [False, True, True]
    assert [state.value for state in list(pork.values())[1:]] == pytest.approx(
        [0.9 * 0.20 + 0.1 * 0.624, 0.9 * 0.098 + 0.1 * 0.198], abs=1e-12
    )
    early = load_dossier(CASE, asof=dt.date(2024, 10, 1))
    assert early.state("eu-2024-bev-duty", dt.date(2024, 11, 6)).status is Status.lapsed
    assert "chn-2025-pork-duty" not in early.measures


def test_nothing_later_is_told() -> None:
    early = load_dossier(CASE, asof=dt.date(2024, 10, 1))
    told = (early.title, early.summary, *early.measures.values(), *early.clocks.values())
    told += (*early.rounds.values(), *early.scopes.values(), *early.parameters.values())
    text = " ".join(str(entry) for entry in told)
    for later in ("2024/2754", "Tavascan", "0.353", "27.7", "Guidance", "Panel set up", "DS630", "DS631"):
        assert later not in text
    whole = load_dossier(CASE, asof=VINTAGE)
    text = " ".join(str(entry) for entry in (*whole.measures.values(), *whole.rounds.values()))
    for later in ("2024/2754", "Tavascan", "0.353", "27.7", "Guidance", "Panel set up", "DS630", "DS631"):
        assert later in text  # the words are those of the record


def test_averages_over_makers_are_inferred_and_their_acts_reported() -> None:
    """Rates of the act, shares that nobody counted: the average is no official number, and the act was read in notes."""
    whole = load_dossier(CASE, asof=VINTAGE)
    values = [value for measure in whole.measures.values() for value in measure.values]
    assert {value.grade.value for value in values if value.by_firm} == {"inferred", "assumed"}
    official = {value.source for value in values if value.grade.value == "official"}
    assert official == {"W1"}


def test_the_ladder_solves(record: Dossier, world: Economy) -> None:
    names = shipped_scenarios(CASE, record.asof)
    assert names == ("standing", "escalation", "undertakings", "settlement", "no-duties")
    outcomes = run_scenarios(Model(world), record, [load_scenario(name, dossier=CASE) for name in names])
    europe, china = (world.labels.country(code) for code in ("EU27", "CHN"))
    income = {name: one.value.real_income_hat for name, one in outcomes.items()}
    assert income["escalation"][europe] < income["standing"][europe]
    assert income["standing"][china] < income["undertakings"][china] < income["no-duties"][china]
    # a minimum price that lets in as many cars as the duty hands its revenue to the makers
    assert income["undertakings"][europe] < income["standing"][europe]
    place = europe, china, world.labels.sectors.index("C29")
    volumes = {name: float(one.value.flow_volume_hat[place]) for name, one in outcomes.items()}
    assert volumes["undertakings"] == pytest.approx(volumes["standing"], rel=5e-3)


@pytest.mark.parametrize("day", DAYS[:-1])
def test_every_day_has_two_outcomes(day: dt.date) -> None:
    assert len(shipped_scenarios(CASE, day)) >= 2


def test_the_game_is_about_them(record: Dossier) -> None:
    game = load_game(dossier=CASE, asof=record.asof)
    assert game.players == ("EU27", "CHN")
    assert set(game.measures) <= set(record.measures)
    assert load_preferences(game=game.id).named().id == "plain"


def test_the_briefing_names_its_own_parties(record: Dossier, world: Economy, tmp_path: Path) -> None:
    content = compose(record, world, source=CASE, sets=("fgo", "cp"), draws=0)
    said = " ".join(sentence.text for sentence in content.summary_sentences)
    assert "European Union" in said
    assert "China" in said
    assert "United States" not in said
    assert "Average duty of the European Union on goods from China today" in {
        key.label for key in content.key_numbers
    }
    assert all("United States" not in key.label for key in content.key_numbers)
    page = build_brief(content, tmp_path).index.read_text(encoding="utf-8")
    assert "both sides better off" in page
    assert "battery cars" in page
