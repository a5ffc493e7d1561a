"""`detente campaign`: one move a call, kept in a file; no odds without a score."""

from __future__ import annotations

import csv
import functools
import io
import json

import pytest

from detente.cli import campaign as verb


@pytest.fixture(autouse=True)
def few_futures_of_one_record(monkeypatch):
    """A record is read once a test, and few futures are drawn: what is tested is the verb."""
    monkeypatch.setattr(verb, "pair_record", functools.cache(verb.pair_record))
    monkeypatch.setattr(verb, "PATHS", 200)


def rows(out):
    return list(csv.DictReader(io.StringIO(out)))


def test_a_campaign_from_its_beginning_to_a_replay(detente, tmp_path):
    file, fork = tmp_path / "new" / "a.jsonl", tmp_path / "b.jsonl"
    code, out, said = detente(
        "campaign",
        "start",
        file,
        "--asof",
        "2025-10-28",
        "--side",
        "US",
        "--no-costs",
        "--table",
        "standing",
        "-f",
        "csv",
    )
    assert code == 0
    assert f"new folder {file.parent}" in said
    assert [row["played"] for row in rows(out)] == ["by hand", "by rule"]
    first = file.read_bytes()
    code, out, said = detente(
        "campaign", "act", file, "step", "--duty", "20%", "--try", "--table", "odds", "-f", "csv"
    )
    assert code == 0
    assert "nothing is kept" in said
    assert file.read_bytes() == first
    odds = rows(out)
    assert odds[0]["player"] == "CHN"  # the other side first
    assert all(0 <= float(row["within_14"]) <= float(row["within_90"]) <= 100 for row in odds)
    code, out, _ = detente(
        "campaign", "act", file, "prolong", "--clock", "clock-truce-2", "--table", "log", "-f", "csv"
    )
    assert code == 0
    assert rows(out)[0]["act"] == "an offer to prolong"
    code, out, _ = detente(
        "campaign", "wait", file, "--until", "2025-11-05", "--table", "clocks", "-f", "json"
    )
    assert code == 0
    agreed = next(
        row for row in json.loads(out)[0]["rows"] if row["player"] == "both" and "cut" in row["clock"]
    )
    assert agreed["usa_duty"] < 0
    assert agreed["yours"] == "comes into force by itself"
    truce = next(row for row in json.loads(out)[0]["rows"] if "truce" in row["clock"])
    assert truce["usa_duty"] < truce["chn_duty"]  # each side's own, never their sum
    code, _, said = detente(
        "campaign", "branch", file, fork, "--on", "2025-10-29", "--table", "log", "-f", "csv"
    )
    assert code == 0
    code, _, _ = detente("campaign", "next", fork, "--table", "log", "-f", "csv")
    assert code == 0
    code, out, said = detente("campaign", "replay", file, "-f", "csv")
    assert code == 0
    assert "the same course" in said
    garbled = tmp_path / "garbled.jsonl"
    garbled.write_bytes(b"\x00\xff\xfe")
    for words, hint in (
        (("start", file), "another name"),
        (("start", tmp_path), "is a folder"),
        (("show", garbled), "is not UTF-8"),
        (("wait", file, "--days", "99999999999"), "1098 at most"),
        (("act", file, "step", "--duty", "ten"), "0.10 or 10%"),
        (("act", file, "step", "--duty", "5000%"), "did you mean 50%? from 0% to 500%"),
        (("show", tmp_path / "none.jsonl"), "start FILE"),
        (("show", file, "--table", "odd"), "odds"),
    ):
        code, _, said = detente("campaign", *words)
        assert code == 2, words
        assert hint in said


def test_no_odds_without_a_score(detente, tmp_path):
    """A record whose forecasts were never scored shows clocks and meetings, says why, and what to do."""
    file = tmp_path / "a.jsonl"
    early = ("--asof", "2018-04-10")  # no forecast of it was settled
    code, out, _ = detente("outlook", *early, "--paths", "100", "-f", "csv")
    assert code == 0
    assert {row["probability"] + row["schedule"] for row in rows(out)} == {""}
    code, out, _ = detente("outlook", *early, "--paths", "100", "--table", "clocks", "-f", "json")
    content = json.loads(out)[0]
    assert all(
        row["carried"] is None and row["due"]
        for row in content["rows"]
        if row["kind"] != "threat without a day"
    )
    assert "detente score --dossier FOLDER --keep" in content["note"]
    code, _, said = detente("outlook", *early, "--paths", "100", "--table", "what-ifs")
    assert code == 2
    assert "--keep" in said
    code, out, _ = detente("campaign", "start", file, *early, "--no-costs", "--table", "day", "-f", "json")
    assert code == 0
    tables = {table["name"]: table for table in json.loads(out)}
    assert tables["campaign-odds"]["rows"] == []
    assert all(row["carried"] is None for row in tables["campaign-clocks"]["rows"])
    code, _, said = detente("score", "--keep")
    assert code == 2
    assert "--again" in said


def test_what_markets_made_is_told_by_default_and_refused_on_a_day_before_it(detente):
    code, out, said = detente("market", "--format", "csv")
    assert code == 0
    assert {next(iter(row.values())) for row in rows(out)} == {"S&P 500", "VIX"}
    assert "of the last event the estimates rest on" in said
    code, out, said = detente("market", "--asof", "2025-10-20")
    assert code == 2
    assert "--asof 2025-10-30, or a later day" in said
