"""`detente outlook` and `detente score`: what is typed comes back, wrong words get a hint, nothing later is printed."""

from __future__ import annotations

import csv
import io
import json
import re

from test_no_leak import LATER


def test_a_ladder_with_its_score(detente):
    code, out, _ = detente(
        "outlook", "--asof", "2025-10-12", "--horizon", "30", "--paths", "200", "-f", "csv"
    )
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 6
    assert abs(sum(float(row["probability"]) for row in rows) - 100) < 1e-4
    assert all(0 < float(row["log_score"]) < 2 for row in rows)  # no odds without the score they have had


def test_no_later_word_is_printed(detente):
    for day in ("2025-04-08", "2025-10-12"):
        code, out, said = detente(
            "outlook", "--asof", day, "--table", "clocks", "--paths", "100", "-f", "csv"
        )
        assert code == 0
        hits = [pattern for known, pattern in LATER.items() if known > day and re.search(pattern, out + said)]
        assert hits == []


def test_a_clock_taken_as_given(detente):
    words = ("--asof", "2025-10-12", "--horizon", "30", "--paths", "200", "--table", "clocks", "-f", "json")
    code, out, _ = detente("outlook", *words, "--what-if", "clock-threat-100=carried")
    assert code == 0
    rows = {row["clock"]: row for row in json.loads(out)[0]["rows"]}
    assert rows["clock-threat-100"]["carried"] > 98
    code, _, said = detente("outlook", *words, "--what-if", "clock-threat=carried")
    assert code == 2
    assert "clock-threat-100" in said
    both = ("--what-if", "clock-threat-100=carried", "--what-if", "clock-threat-100=dropped")
    code, _, said = detente("outlook", *words, *both)
    assert code == 2
    assert "`clock-threat-100` is taken as settled in two ways" in said
    code, _, said = detente("outlook", *words, "--what-if", "clock-threat-100=kept")
    assert code == 2
    assert "carried" in said
    code, _, said = detente("outlook", "--table", "clock")
    assert code == 2
    assert "clocks" in said


def test_scores_and_questions(detente, tmp_path):
    code, out, _ = detente("score", "--asof", "2025-10-28", "-f", "csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["method"] for row in rows} >= {"model", "schedule", "climatology", "persistence"}
    path = tmp_path / "questions.jsonl"
    code, _, said = detente("score", "--asof", "2026-07-25", "--register", path, "--paths", "200")
    assert code == 0
    assert "registered 6 questions" in said
    code, _, said = detente("score", "--asof", "2026-07-25", "--register", path, "--paths", "200")
    assert code == 2
    code, out, _ = detente("score", "--table", "registered", "--registered", path, "-f", "csv")
    assert code == 0
    assert out.count("open") == 6
