"""What every verb says about its record and about the dates of its scenarios, on standard error."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from printed import rows

import detente as package
from detente.dossier import audit, load_dossier
from detente.dossier.audit_record import errors

LATE = """
id: late
title: Controls suspended, fees kept
dossier: busan-2025
date: 2025-11-10
set:
  chn-2025-ann57-elements: {status: suspended}
"""


@pytest.fixture
def late(tmp_path):
    path = tmp_path / "late.yaml"
    path.write_text(LATE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """The shipped record with a target nobody knows: an error of the audit that loading lets through."""
    folder = tmp_path_factory.mktemp("record") / "wrong"
    shutil.copytree(Path(package.__file__).parent / "dossier" / "data" / "busan-2025", folder)
    path = folder / "measures" / "us_other.yaml"
    text = path.read_text(encoding="utf-8")
    known = "targets: [CHN]\n  instrument: entity_listing"
    assert known in text
    path.write_text(text.replace(known, known.replace("CHN", "CHX"), 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("measures", "--dossier"),
        ("run", "standing", "--countries", "USA", "--dossier"),
        ("compare", "standing", "talks-fail", "--countries", "USA", "--dossier"),
        ("clocks", "--no-cost", "--dossier"),
        ("controls", "--dossier"),
        ("scenarios", "--asof", "2025-10-28", "--dossier"),
    ],
)
def test_a_record_with_errors_says_so_once_in_every_verb(detente, wrong, words):
    code, out, err = detente(*words, wrong)
    count = errors(load_dossier(wrong))
    assert code == 0
    assert count
    many = f"{count} errors" if count > 1 else "1 error"
    line = f"note: the record has {many}: detente audit {wrong} --asof 2025-10-28"
    assert err.splitlines().count(line) == 1
    assert "detente audit" not in out


def test_the_count_is_what_the_audit_says(detente, wrong):
    code, out, _ = detente("audit", wrong, "--asof", "2025-10-28", "--format", "csv")
    assert code == 4
    assert sum(row["severity"] == "error" for row in rows(out)) == errors(load_dossier(wrong))


def test_a_clean_record_says_nothing(detente):
    assert errors(load_dossier()) == 0
    assert [one for one in audit(load_dossier()) if one.severity == "error"] == []
    _, _, err = detente("measures")
    assert err == ""


def test_run_says_what_the_date_lets_fire_and_holds_it(detente, late):
    code, out, err = detente("run", late, "--against", "standing", "--countries", "USA", "--format", "csv")
    assert code == 0
    assert "note: `late` is read on 2025-11-10; since 2025-10-28, nobody acting:" in err
    assert "clock-truce-2 fires" in err
    assert "usa-2025-reciprocal-china-24: suspended (24 %) → in force (24 %)" in err
    (lapsed,) = [row for row in rows(out) if row["measure"] == "delta"]
    _, out, err = detente(
        "run", late, "--against", "standing", "--countries", "USA", "--format", "csv", "--hold-clocks"
    )
    (held,) = [row for row in rows(out) if row["measure"] == "delta"]
    assert "fires" not in err
    assert "`late` holds" in err
    assert float(lapsed["equivalent_variation_usd_bn"]) < -10
    assert abs(float(held["equivalent_variation_usd_bn"])) < 1


def test_one_clock_is_held_by_its_name(detente, late):
    _, out, err = detente("run", late, "--table", "clocks", "--hold", "clock-truce-2", "--format", "csv")
    states = {row["measure"]: row["state"] for row in rows(out) if row["clock"] == "clock-truce-2"}
    assert set(states.values()) == {"held"}
    assert "`late` holds clock-truce-2 (2025-11-10)" in err
    code, _, err = detente("run", late, "--hold", "clock-truce")
    assert code == 2
    assert "did you mean `clock-truce-2`?" in err
    _, _, err = detente("run", late, "--hold", "clock-busan", "--table", "clocks")
    assert "`clock-busan` changes nothing" in err


def test_the_note_travels_with_the_table(detente, late):
    _, out, err = detente(
        "compare", "standing", late, "--countries", "USA", "--format", "json", "--draws", "2"
    )
    assert "lets fire what nobody holds" in out
    assert err.count("is read on 2025-11-10") == 1  # though scenarios are prepared twice
    _, out, err = detente(
        "explain", "usa.real_income", late, "--against", "standing", "--table", "sources", "--format", "csv"
    )
    fired = [row["says"] for row in rows(out) if row["what"] == "clock that fires"]
    assert any(says.startswith("clock-truce-2, 2025-11-10: ") for says in fired)
    assert "clock-truce-2 fires" in err


def test_a_date_beyond_the_record_is_said(detente, tmp_path):
    path = tmp_path / "far.yaml"
    path.write_text("id: far\ntitle: Far\ndossier: phase-one-2018\ndate: 2017-01-01\n", encoding="utf-8")
    code, _, err = detente("run", path, "--dossier", "phase-one-2018", "--countries", "USA")
    assert code == 0
    assert "note: `far`: 2017-01-01 is before the first day of the record, 2017-08-18" in err
    assert dt.date(2017, 8, 18) == min(
        one.announced for one in load_dossier("phase-one-2018").measures.values()
    )
