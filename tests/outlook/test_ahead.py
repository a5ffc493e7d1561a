"""Outlook, baselines, backtest, registered questions: nothing later is known, nothing registered is changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from detente.campaign import Act, Fate, Ledger, chronology, estimate, shipped_rules, simulate
from detente.core import EvidenceError, InputError, Remote
from detente.dossier.asof import known_by
from detente.outlook import (
    answers,
    backtest,
    backtest_csv,
    climatology,
    human_forecasts,
    human_scores,
    kept_backtest,
    kept_file,
    ladder_scores,
    look_ahead,
    persistence,
    read_questions,
    register_questions,
    schedule,
    summit_odds,
    sweep_devices,
)
from detente.outlook.rolling import rung_odds

DAY = dt.date(2025, 10, 12)
LAST = dt.date(2026, 7, 25)
HORIZONS = (14, 30, 90)


@pytest.fixture(scope="module")
def ahead(record):
    return look_ahead(chronology(record, DAY), horizons=HORIZONS, paths=1000, seed=1)


def test_a_world_without_clocks_is_the_climatology(record):
    """Moves at one rate and nothing else: a simulated century's climatology is the forecast from any day of it."""
    chron = dataclasses.replace(
        chronology(record, DAY),
        clocks=(),
        meetings=(),
        duty=np.zeros(2),
        controls=np.zeros(2, dtype=np.int64),
        gap=np.zeros(2),
    )
    odds = estimate(chronology(record, DAY))
    rates = dict.fromkeys(odds.gammas, (1e-9, 1e9)) | dict.fromkeys(
        ("trigger.truce", "trigger.open"), (1e6, 6e7)
    )
    shares = {
        **odds.betas,
        "at_once": (1e6, 1e-6),
        "control": (1e6, 1e-6),
        "breach": (1e-6, 1e6),
        "answer": (1e-6, 1e6),
    }
    odds = dataclasses.replace(odds, gammas=rates, betas=shares)
    days = 40_000
    century = simulate(chron, odds, days=days, paths=1, seed=7, clocks=False, meetings=False)
    past = dataclasses.replace(century.ledger, day=(century.ledger.day - days).astype(np.int32))
    lived = dataclasses.replace(chron, ledger=past)
    forecast = rung_odds(lived, odds, HORIZONS, 4000, 3, clocks=False, meetings=False)
    often = climatology(lived, HORIZONS)
    worse = shipped_rules().rung("escalation")
    exact = [1 - np.exp(-horizon / 60) for horizon in HORIZONS]
    for k in range(len(HORIZONS)):
        assert forecast[k, worse] == pytest.approx(exact[k], abs=0.03)
        assert often[k, worse] == pytest.approx(exact[k], abs=0.06)


def test_the_schedule_believes_what_is_announced(record):
    rules = shipped_rules()
    before = schedule(chronology(record, dt.date(2025, 10, 12)), [30])[0]
    assert rules.rungs[int(before.argmax())] == "decoupling"  # the threat of 100 points, on its day
    after = schedule(chronology(record, dt.date(2025, 11, 6)), [14])[0]
    assert rules.rungs[int(after.argmax())] == "narrow"  # the cuts agreed in Busan, on theirs
    signing = schedule(chronology(record, dt.date(2020, 1, 3)), [14])[0]
    assert rules.rungs[int(signing.argmax())] == "broad"
    still = persistence(chronology(record, DAY), [14])[0]
    assert rules.rungs[int(still.argmax())] == "status-quo"
    for share in (before, after, signing, still):
        assert share.sum() == pytest.approx(1.0)


def test_nothing_later_enters_an_outlook(record, ahead):
    parts = tuple(
        dataclasses.replace(part, dossier=known_by(part.dossier, DAY), _turns={}) for part in record.parts
    )
    cut = look_ahead(
        chronology(dataclasses.replace(record, parts=parts), DAY), horizons=HORIZONS, paths=1000, seed=1
    )
    assert cut.ladder == ahead.ladder
    assert cut.clocks == ahead.clocks
    assert cut.information == ahead.information
    for name, share in cut.baselines.items():
        assert share.tobytes() == ahead.baselines[name].tobytes()


def test_an_outlook_adds_up(record, ahead):
    for chances in ahead.ladder:
        assert sum(chance.value for chance in chances) == pytest.approx(1.0)
        assert all(0 <= chance.low <= chance.value <= chance.high <= 1 for chance in chances)
    for each in ahead.clocks:
        whole = (each.carried, each.put_off, each.dropped, each.live)
        assert sum(chance.value for chance in whole) == pytest.approx(1.0)
    told = np.sum([ahead.information[key] for key in ahead.information], axis=0)
    assert told.sum() == pytest.approx(1.0)
    direct = rung_odds(ahead.chron, ahead.odds, [ahead.horizon], 1000, 1)[0]
    assert told == pytest.approx(direct, abs=1e-12)  # told everything: the forecast itself
    name = "clock-threat-100"
    forced = look_ahead(ahead.chron, horizons=HORIZONS, paths=500, seed=1, what_if={name: Fate.carried})
    worse = shipped_rules().rung("decoupling")
    assert forced.ladder[1][worse].value > 0.5 > 2 * ahead.ladder[1][worse].value
    assert all(each.carried.value > 0.99 for each in forced.clocks if each.clock.id == name)
    assert forced.information == {}
    assert summit_odds(ahead, dt.date(2025, 12, 31)).value > summit_odds(ahead, dt.date(2025, 10, 14)).value


def test_the_kept_backtest_is_what_comes_out_again(record):
    """One origin forecast again gives the kept rows, digit by digit; outcomes are those of the record."""
    origin = dt.date(2019, 8, 22)
    kept = kept_file("busan-2025").read_text(encoding="utf-8").splitlines()
    made = []
    with ThreadPoolExecutor(2) as executor:  # in another's pool: the same, and told as it comes
        test = backtest(record, days=[origin], on=Remote(executor), step=lambda: made.append(1))
    assert made == [1]
    fresh = backtest_csv(test, record.rules.rungs).splitlines()
    assert set(fresh) <= set(kept)
    assert len(fresh) > 16


def test_scores_by_a_day_know_no_more_than_the_day(record):
    early, late = (kept_backtest(record, day) for day in (dt.date(2019, 6, 1), LAST))
    assert early is not None
    assert late is not None
    assert max(forecast.origin for forecast in early.ladder) <= dt.date(2019, 6, 1)
    closed = [forecast for forecast in early.ladder if forecast.outcome >= 0]
    assert all(f.origin + dt.timedelta(days=f.horizon) <= dt.date(2019, 6, 1) for f in closed)
    rows = {(row.subject, row.method): row for row in ladder_scores(late)}
    for horizon in ("14", "30", "90"):
        ours = rows[horizon, "model"].mean["log"]
        assert all(
            ours < rows[horizon, other].mean["log"] for other in ("schedule", "climatology", "persistence")
        )
    assert kept_backtest(record, LAST, path=kept_file("nowhere")) is None


def test_questions_are_registered_once_and_never_changed(record, ahead, tmp_path):
    path = tmp_path / "registered.jsonl"
    fresh = register_questions(ahead, path)
    read = read_questions(path)
    assert list(read) == fresh
    assert [question.number for question in read] == list(range(1, len(read) + 1))
    with pytest.raises(InputError, match="registered as of 2025-10-12 already"):
        register_questions(ahead, path)
    settled = answers(read, chronology(record, LAST))
    by_subject = {(each.question.kind, each.question.subject): each for each in settled}
    assert by_subject["ladder", "30"].answer == "narrow"
    threat = by_subject["clock", "clock-threat-100"]
    assert threat.answer == "not"
    assert threat.log == pytest.approx(-np.log(threat.question.odds["not"]))
    assert all(each.answer is None for each in answers(read, chronology(record, DAY)))
    lines = path.read_text(encoding="utf-8").splitlines()
    for broken in (
        [lines[0].replace("0.", "0.9", 1), *lines[1:]],
        lines[1:],
        [lines[1], lines[0], *lines[2:]],
        ["nonsense"],
    ):
        path.write_text("\n".join(broken) + "\n", encoding="utf-8")
        with pytest.raises(EvidenceError, match="changed, left out or moved"):
            read_questions(path)
    with pytest.raises(InputError, match="no registered questions"):
        read_questions(tmp_path / "none.jsonl")


def test_the_shipped_questions_are_whole_and_of_the_last_day():
    shipped = read_questions()
    assert {question.asof for question in shipped if question.number <= 6} == {LAST}
    assert {question.subject for question in shipped if question.kind == "ladder"} >= {
        "14",
        "30",
        "90",
        "365",
    }


def test_prices_resolved_later_are_open():
    day = dt.date(2026, 3, 10)
    prices = human_forecasts("busan-2025", day)
    assert prices
    assert all(price.date <= day for price in prices)
    assert any(price.resolved is None for price in prices)
    assert all(price.log is None for price in prices if price.resolved is None)
    done = human_forecasts("busan-2025", LAST)
    wrong = next(price for price in done if price.probability == 0.94)
    assert wrong.log == pytest.approx(-np.log(0.06))


def test_an_empty_past_is_no_past(record):
    chron = dataclasses.replace(chronology(record, DAY), ledger=Ledger.empty(), clocks=(), meetings=())
    share = climatology(chron, [30])[0]
    assert share == pytest.approx(np.full(len(share), 1 / len(share)))
    assert Act.summit not in chron.ledger.act


def test_human_prices_are_scored_on_the_questions_that_both_answered():
    prices = human_forecasts("busan-2025", LAST)
    asked = [price for price in prices if price.subject == "meeting" and price.resolved is not None]
    perfect = {price.key: float(bool(price.resolved)) for price in asked}
    rows = {row.method: row for row in human_scores(prices, perfect)}
    assert rows["human"].forecasts == len(asked)
    assert rows["human"].mean["log"] == pytest.approx(np.mean([price.log for price in asked]), abs=2e-3)
    assert rows["model"].mean["brier"] < 1e-4
    assert rows["human"].ahead < 0  # the model, told the answers, is ahead
    assert rows["even"].mean["log"] == pytest.approx(np.log(2), abs=1e-2)
    assert human_scores(prices, {}) == ()


def test_what_ifs_move_the_odds_and_the_forecast_stays(record):
    """Each device moves the ladder the way its words say, and the first row is the forecast, to the bit."""
    chron = chronology(record, dt.date(2025, 11, 6))  # cuts are agreed, a truce holds
    swept = sweep_devices(chron, horizon=30, paths=2000, seed=2)
    direct = rung_odds(chron, estimate(chron), [30], 2000, 2)[0]
    assert swept.odds[0].tobytes() == direct.tobytes()
    assert swept.odds.sum(axis=1) == pytest.approx(1.0)
    rung = shipped_rules().rung
    by_name = {(device.name, value): k for k, (device, value) in enumerate(swept.settings) if device}
    slipped = [swept.odds[by_name["slipping", value], rung("narrow")] for value in (0.9, 0.7, 0.5)]
    assert slipped[0] > slipped[1] > slipped[2]
    assert swept.odds[by_name["answered", 2.0], rung("escalation")] > direct[rung("escalation")]
