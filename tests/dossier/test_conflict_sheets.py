"""Contradictions side by side: change over time kept apart, wire stories counted once, altered quotations flagged."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from detente.cli.main import main
from detente.dossier import Dossier, chains, load_dossier
from detente.dossier.conflict_sheets import KINDS, REAL, overview, sheet, sheets


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return load_dossier("busan-2025")


def test_all_topics_of_the_facts_are_conflicts(shared: Path, dossier: Dossier) -> None:
    text = (shared / "facts" / "seed_claims.md").read_text(encoding="utf-8")
    topics = re.findall(r"^\| (B\d+) \|", text, re.MULTILINE)
    assert len(topics) == 27
    assert len(dossier.conflicts) >= len(topics)


def test_change_over_time_is_not_counted_as_disagreement(dossier: Dossier) -> None:
    assert "change_over_time" not in REAL
    changed = [c for c in dossier.conflicts.values() if c.kind == "change_over_time"]
    assert changed
    for conflict in changed:
        days = {
            dossier.documents[dossier.claims[key].document].date
            for reading in conflict.readings
            for key in reading.claims
        }
        assert len(days) > 1, conflict.id  # nothing changes within one day
    rows = {row["kind"]: row for row in overview(dossier).records()}
    assert rows[KINDS["change_over_time"]]["count"] == len(changed)
    assert rows[KINDS["change_over_time"]]["real"] == "no"
    assert sum(int(row["count"] or 0) for row in rows.values()) == len(dossier.conflicts)


def test_two_rewrites_of_one_wire_story_count_once(dossier: Dossier) -> None:
    for conflict in dossier.conflicts.values():
        made = sheet(dossier, conflict)
        counted = next(row for row in made.rows if row[0] == "independent observations")
        for position, reading in enumerate(conflict.readings, start=1):
            assert counted[position] == str(len(chains(dossier, reading.claims)))
    combs = next(c for c in dossier.conflicts.values() if c.id == "economic-war")
    row = next(row for row in sheet(dossier, combs).rows if row[0] == "independent observations")
    assert set(row[1:]) == {"1"}


def test_altered_quotations_are_flagged_on_their_sheet(dossier: Dossier) -> None:
    flagged = set()
    for conflict in dossier.conflicts.values():
        verdicts = next(row for row in sheet(dossier, conflict).rows if row[0] == "verdict")
        if any("altered quote" in str(cell) for cell in verdicts):
            flagged.add(conflict.id)
    altered = {claim.id for claim in dossier.claims.values() if claim.verdict == "altered_quote"}
    expected = {
        c.id
        for c in dossier.conflicts.values()
        if any(altered & set(reading.claims) for reading in c.readings)
    }
    assert flagged == expected
    assert len(flagged) >= 3


def test_every_sheet_says_what_is_taken_and_why(dossier: Dossier) -> None:
    made = sheets(dossier)
    assert len(made) == len(dossier.conflicts) + 1
    for table in made[1:]:
        assert "Taken: " in table.note
        assert "Why: " in table.note
        assert "Basis: " in table.note
        assert len(table.columns) >= 2


def test_later_evidence_shows_only_with_hindsight(dossier: Dossier) -> None:
    assert not any("Later:" in table.note for table in sheets(dossier))
    whole = load_dossier("busan-2025", asof=dt.date(2026, 7, 25))
    assert any("Later:" in table.note for table in sheets(whole))


def test_the_verb_shows_sheets_to_people_and_rows_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    printed = {}
    for style in ("md", "table", "csv"):
        with pytest.raises(SystemExit):
            main(["claims", "--conflicts", *(["--full"] if style == "table" else []), "-f", style])
        printed[style] = capsys.readouterr().out
    assert printed["md"].count("| Reading 1 |") == 28
    assert "Reading 2" in printed["table"]
    assert printed["csv"].startswith("id,question,kind,reading,")
