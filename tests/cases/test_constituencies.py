"""Constituencies: wage bills that add up, exposures of a record, concessions one by one, and aid that moves nobody but its payers."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pytest

import detente.dossier
from detente.cases import (
    Case,
    concessions,
    constituencies_of,
    exposed_by,
    model_at,
    prepare_cases,
    run_cases,
    wage_bills,
)
from detente.cli.main import main
from detente.core import LabelError, SchemaError
from detente.dossier import Exposure, errors, load_dossier
from detente.equilibrium import Model
from detente.policy import Compensation, Scenario, aid_of_record, compensation_paid, load_scenario
from detente.show import build
from detente.show.tables import constituency_sentences, lobby_sentences
from detente.world import Wedges, load_world, toy

PAIR = ("USA", "CHN")
AID = Compensation(country="USA", sectors=("FARM", "PARTS"), usd_bn=3.0)


@pytest.fixture(scope="module")
def toy_outcomes():
    world = toy()
    tariff = np.array(world.tariff)
    tariff[0, 1] += 0.5
    helped = Scenario(id="war", title="War", dossier="toy", compensation=(AID,))
    still = Case(Scenario(id="standing", title="Standing", dossier="toy"), Wedges.unchanged(world))
    war = Case(helped, Wedges.of(world, tariff=tariff))
    alone = Case(
        helped.model_copy(update={"id": "alone", "compensation": ()}), Wedges.of(world, tariff=tariff)
    )
    return run_cases(Model(world), [still, war, alone])


@pytest.fixture(scope="module")
def given_up():
    record, model = load_dossier(), model_at("short", load_world())
    standing = load_scenario("standing")
    wanted = ("chn-2025-soybean-halt", "chn-2025-qualcomm-probe", "usa-2025-threat-100")
    outcomes = run_cases(model, prepare_cases(model.economy, record, [standing]))
    return record, outcomes["standing"], concessions(model, record, standing, wanted)


def exposure(**changed):
    body = {
        "id": "e",
        "name": "A firm",
        "kind": "firm",
        "side": "USA",
        "partner": "CHN",
        "channel": "sells",
        "sectors": ["PARTS"],
        "value": 0.4,
        "concept": "c",
        "period": "2024",
        "known": dt.date(2025, 1, 1),
        "source": "s",
        "grade": "assumed",
    }
    return Exposure.model_validate({**body, **changed})


def test_wage_bills_are_real_factor_income(toy_outcomes):
    value = toy_outcomes["war"].value
    bills = wage_bills(value)
    assert np.allclose(bills.sum(1), value.economy.value_added * value.wage_hat / value.consumer_price_hat)
    for code in PAIR:
        listed = constituencies_of(toy_outcomes["war"], toy_outcomes["standing"], [code], PAIR)
        n = value.economy.labels.country(code)
        before = wage_bills(toy_outcomes["standing"].value)[n].sum()
        assert sum(each.change for each in listed) == pytest.approx(bills[n].sum() - before, rel=1e-9)
        assert sum(each.beyond for each in listed) == pytest.approx(0.0, abs=1e-6 * before)
        assert [each.beyond for each in listed] == sorted(each.beyond for each in listed)


def test_aid_moves_no_price_and_reaches_whom_it_names(toy_outcomes):
    with_aid, without = toy_outcomes["war"], toy_outcomes["alone"]
    assert np.array_equal(with_aid.value.price_hat, without.value.price_hat)
    listed = constituencies_of(with_aid, toy_outcomes["standing"], PAIR, PAIR)
    paid = {each.sector: each.compensation for each in listed if each.country == "USA"}
    assert paid["FARM"] > 0
    assert paid["PARTS"] > 0
    assert paid["SERV"] == 0
    assert sum(paid.values()) == pytest.approx(3000.0)
    earned = {
        sector: wage_bills(toy_outcomes["standing"].value)[0, toy().labels.sector(sector)] for sector in paid
    }
    assert paid["FARM"] / paid["PARTS"] == pytest.approx(earned["FARM"] / earned["PARTS"], rel=1e-6)
    assert all(each.left == each.change + each.compensation for each in listed)
    assert not any(each.compensation for each in listed if each.country == "CHN")


def test_compensation_names_what_the_world_has():
    with pytest.raises(LabelError, match="compensation, line 1"):
        compensation_paid(toy(), [Compensation(country="USA", sectors=("FRAM",), usd_bn=1)], where="s")


def test_what_is_at_stake_by_channel(toy_outcomes):
    holders = {
        "sells": exposure(),
        "buys": exposure(channel="buys"),
        "place": exposure(kind="place", channel="produces", value=0.25),
        "people": exposure(kind="place", channel="employs", value=120),
        "there": exposure(through="presence"),
        "elsewhere": exposure(sectors=["TULIPS"]),
    }
    war, still = toy_outcomes["war"], toy_outcomes["standing"]
    at_stake = dict(zip(list(holders)[:5], exposed_by(war, still, holders), strict=True))
    parts, value = toy().labels.sector("PARTS"), war.value
    sold = value.flows_new[1, 0, parts] / toy().flows[1, 0, parts] - 1
    assert at_stake["sells"].change == pytest.approx(100 * sold)
    assert at_stake["sells"].of_all == pytest.approx(40 * sold)
    duty = 1 + value.wedges.tariff[0, 1, parts]
    price = value.cost_hat[1, parts] * duty / (1 + toy().tariff[0, 1, parts])
    assert at_stake["buys"].change == pytest.approx(100 * (price - 1))
    bills = wage_bills(value)[0, parts] - wage_bills(still.value)[0, parts]
    assert at_stake["place"].money == pytest.approx(0.25 * bills)
    assert at_stake["people"].money is None
    assert at_stake["people"].change is not None
    assert at_stake["there"].change is None


def test_a_concession_is_the_standing_state_without_one_measure(given_up):
    record, standing, solved = given_up
    # the threat is not in force, so that nobody can give it up
    assert [each.measure for each in solved] == ["chn-2025-soybean-halt", "chn-2025-qualcomm-probe"]
    halt, probe = solved
    listed = constituencies_of(halt.outcome, standing, ["USA"], PAIR)
    assert listed[-1].sector == "SOY"
    assert "Illinois" in {holder.name for holder in halt.holders}
    assert np.allclose(probe.outcome.value.real_income_hat, standing.value.real_income_hat, atol=1e-9)
    said = lobby_sentences(solved, standing, record, PAIR)
    assert "soybeans in the United States gains" in said[0].text
    assert "Iowa" in said[0].text
    assert "no size" in said[1].text
    assert "Qualcomm" in said[1].text
    cells = {
        cell
        for row in build("lobbies", given_up=solved, reference=standing, dossier=record, parties=PAIR).rows
        for cell in row
    }
    assert set(said[0].values) <= cells


def test_sentences_are_of_the_table(toy_outcomes):
    war, still = toy_outcomes["war"], toy_outcomes["standing"]
    said = constituency_sentences(war, still, PAIR)
    table = build(
        "constituencies", outcomes=toy_outcomes, countries=PAIR, parties=PAIR, against="standing", top=0
    )
    cells = {cell for row in table.rows for cell in row}
    assert all(set(sentence.values) <= cells for sentence in said)
    assert "Aid of" in said[-1].text
    assert "real income is the same" in said[-1].text


def test_the_record_names_sources_and_hides_what_was_not_known():
    record = load_dossier()
    assert not errors(record)
    assert {each.channel for each in record.exposures.values()} >= {"sells", "produces", "employs"}
    assert record.exposures["qualcomm-revenue"].grade == "assumed"
    assert record.aid == {}
    assert aid_of_record(record, load_world()) == ()
    later = load_dossier(asof=dt.date(2025, 12, 10))
    (line,) = aid_of_record(later, load_world())
    assert (line.country, line.usd_bn) == ("USA", 12.0)
    early = load_dossier(asof=dt.date(2025, 2, 10))
    assert "soybeans-iowa" in early.exposures
    assert early.exposures["soybeans-iowa"].levers == ()
    shares = [each for each in record.exposures.values() if each.channel == "produces"]
    assert 0.8 < sum(each.value for each in shares) < 1


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("value: 0.521", "value: 52.1", SchemaError),
        ("levers: [chn-2025-soybean-halt,", "levers: [chn-2025-soybean-hlat,", LabelError),
        ("source: S22", "source: S2222", LabelError),
        ("kind: producers", "kind: growers", SchemaError),
    ],
)
def test_a_damaged_exposure_is_refused_with_its_line(tmp_path, old, new, kind):
    folder = tmp_path / "case"
    shutil.copytree(Path(detente.dossier.__file__).parent / "data" / "busan-2025", folder)
    path = folder / "exposures.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(kind, match=r"exposures\.yaml"):
        load_dossier(folder)


def test_the_verb_prints_who_depends_on_whom(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["constituencies", "--table", "exposures", "--format", "csv"])
    assert stopped.value.code == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["name"] for row in rows} >= {"Iowa", "Michigan", "ASML", "Tesla"}
    with pytest.raises(SystemExit) as stopped:
        main(["constituencies", "talks-fail", "--aid", "USA:SOY", "--horizon", "long"])
    assert stopped.value.code == 2
    assert "--aid" in capsys.readouterr().err
