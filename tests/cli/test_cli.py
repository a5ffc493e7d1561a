"""The command line as a person meets it: what it prints, where, and how it fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from printed import rows

VERBS = ("brief", "run", "compare", "scenarios", "measures", "duties", "clocks", "claims", "check", "cite")
TRANSCRIPTS = Path(__file__).parent / "transcripts"

SEVEN_DIGITS = 3 * 5e-7
"""Largest error, as a part of the largest, when one number of a file is compared with the difference of two."""


def test_bare_says_what_is_in_the_box_and_what_to_do_next(detente):
    code, out, _ = detente()
    assert code == 0
    assert "as of 2025-10-28" in out
    for verb in ("brief", "run", "compare", "duties", "measures", "clocks", "claims", "check"):
        assert f"detente {verb}" in out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(detente, verb):
    code, out, _ = detente(verb, "--help")
    assert code == 0
    assert "Usage: detente" in out


def test_version(detente):
    assert detente("--version")[1].strip()[0].isdigit()


def test_run_gives_every_country_and_the_world(detente):
    code, out, err = detente("run", "talks-fail", "--countries", "all", "--format", "csv")
    found = rows(out)
    assert code == 0
    assert err == ""
    assert len(found) == 22
    assert {row["measure"] for row in found} == {"level"}


def test_run_against_another_outcome_gives_differences(detente):
    _, out, _ = detente("run", "talks-fail", "--against", "standing", "--countries", "USA,CHN", "-f", "csv")
    found = {
        (row["outcome"], row["country"], row["measure"]): float(row["equivalent_variation_usd_bn"])
        for row in rows(out)
    }
    for code in ("USA", "CHN"):
        delta = found["talks-fail", code, "delta"]
        later, earlier = found["talks-fail", code, "level"], found["standing", code, "level"]
        assert delta == pytest.approx(later - earlier, abs=SEVEN_DIGITS * max(abs(later), abs(earlier)))
        assert delta < 0


@pytest.mark.parametrize("table", ["countries", "sectors", "pair", "diversion", "measures"])
def test_every_table_of_run(detente, table):
    code, out, _ = detente("run", "narrow-deal", "--against", "standing", "--table", table, "-f", "csv")
    assert code == 0
    assert len(rows(out)) > 1


def test_compounds(detente, tmp_path):
    """A scenario of one's own added to a shipped one: both sets hold."""
    own = tmp_path / "own.yaml"
    own.write_text(
        "id: own\ntitle: No ship fee\ndossier: busan-2025\ndate: 2025-11-08\nset:\n  usa-2025-ship-fee: {status: suspended}\n"
    )
    code, out, _ = detente("run", f"talks-fail+{own}", "-f", "csv", "--table", "measures")
    assert code == 0
    status = {row["measure"]: row["status"] for row in rows(out)}
    assert status["usa-2025-ship-fee"] == "suspended"
    assert status["usa-2025-threat-100"] == "in_force"


def test_compare_is_the_difference_of_the_two(detente):
    _, out, _ = detente("compare", "standing", "january-2025", "-f", "csv")
    for row in rows(out):
        first, second = (float(row[f"{which}_equivalent_variation_usd_bn"]) for which in ("first", "second"))
        assert float(row["delta_equivalent_variation_usd_bn"]) == pytest.approx(
            second - first, abs=SEVEN_DIGITS * max(abs(first), abs(second))
        )


def test_json_and_markdown(detente):
    (body,) = json.loads(detente("clocks", "--format", "json")[1])  # a list, of one table too
    assert body["columns"][0].keys() == {"key", "label", "unit"}
    assert detente("clocks", "--format", "md")[1].startswith("**")


def test_the_ending_of_a_file_says_the_format(detente, tmp_path):
    target = tmp_path / "deep" / "m.csv"
    code, out, err = detente("measures", "-o", str(target))
    assert (code, out) == (0, "")
    assert str(target) in err
    assert len(rows(target.read_text())) > 40
    assert [p.name for p in target.parent.iterdir()] == ["m.csv"]  # nothing half-written beside it


def test_measures_filters(detente):
    _, out, _ = detente(
        "measures", "--at", "2025-04-10", "--actor", "CHN", "--status", "in_force", "-f", "csv"
    )
    found = rows(out)
    assert found
    assert {row["actor"] for row in found} == {"CHN"}


def test_duties_both_directions(detente):
    for importer, exporter in (("USA", "CHN"), ("CHN", "USA")):
        code, out, _ = detente(
            "duties", "--importer", importer, "--exporter", exporter, "--table", "averages", "-f", "json"
        )
        assert code == 0
        assert json.loads(out)[0]["rows"]


def test_claims_and_conflicts(detente):
    assert len(rows(detente("claims", "-f", "csv")[1])) >= 20
    assert len({row["id"] for row in rows(detente("claims", "--conflicts", "-f", "csv")[1])}) >= 6


def test_check_passes(detente):
    code, out, _ = detente("check", "-f", "csv")
    assert code == 0
    assert {row["outcome"] for row in rows(out)} == {"pass"}


def test_cite_one_scenario_is_less_than_everything(detente):
    everything = rows(detente("cite", "-f", "csv")[1])
    one = rows(detente("cite", "talks-fail", "-f", "csv")[1])
    assert {row["kind"] for row in one} >= {"software", "method", "elasticities", "data", "record"}
    assert len(one) < len(everything)


@pytest.mark.parametrize(
    ("words", "code", "says", "hint"),
    [
        (("run",), 2, "no scenario was named", "standing, talks-fail"),
        (("compare", "standing", "--dossier", "busan-2026"), 2, "busan-2026", "busan-2025"),
        (("run", "standing+"), 2, "names no scenario on one side of `+`", "alone it is `standing`"),
        (("run", "talks-fali"), 2, "unknown scenario `talks-fali`", "`talks-fail`"),
        (("run", "talks-fail", "--countries", "USAA"), 2, "unknown country `USAA`", "`USA`"),
        (("run", "talks-fail", "--table", "countrys"), 2, "no table `countrys`", "`countries`"),
        (("run", "talks-fail", "--elasticities", "fog"), 2, "fog", "`fgo`"),
        (("run", "talks-fail", "--closure", "shares"), 2, "unknown closure `shares`", "`share`"),
        (
            ("run", "talks-fail", "--table", "diversion"),
            2,
            "difference between two outcomes",
            "--against standing",
        ),
        (("compare", "standing", "standing"), 2, "one and the same", "two different"),
        (("run", "standing", "--against", "standing"), 2, "`standing` is held against itself", "--set"),
        (("measures", "--at", "2025-09-31"), 2, "`2025-09-31` is not a day", "2025-10-28"),
        (("measures", "--at", "yesterday"), 2, "`yesterday` is not a day", "2025-10-28"),
        (("measures", "--actor", "CHIN"), 2, "no row has actor `CHIN`", "`CHN`"),
        (("duties", "--importer", "CHNN"), 2, "`CHNN`", "`CHN`"),
        (("brief", "busan-2026"), 2, "busan-2026", "busan-2025"),
        (("claims", "--asof", "28 October"), 2, "`28 October` is not a day", "year-month-day"),
        (("constituencies", "standing"), 2, "`standing` is held against itself", "--against another"),
        (("rupture", "--cuts", "10,150"), 2, "`150` is out of range", "percent of a flow"),
        (("rupture", "--points", "-5"), 2, "`-5` is out of range", "points above 0"),
        (("run", "standing", "--set", "soybean-halt=50%"), 1, "moves nothing", "`quantities:`"),
        (("clocks", "--picture", "c.png", "-o", "c.csv"), 2, "written there", "another name"),
        (("clocks", "-o", "c.csv", "--picture", "c.svg"), 2, "written there", "another name"),
        (("clocks", "--from", "2030-01-01"), 2, "no clock fires on 2030-01-01 or later", "2028-04-17"),
        (("market", "--move", "nan", "--before", "0.3"), 2, "a move of nan", "a finite number"),
        (("run", "standing", "--closure", "China=x"), 2, "`CHN=x` names no amount", "CHN=198"),
    ],
)
def test_mistakes_are_named_and_answered(detente, words, code, says, hint):
    found, out, err = detente(*words)
    assert found == code
    assert out == ""
    assert says in err
    assert hint in err
    assert "Traceback" not in err


def test_an_unknown_verb_is_a_usage_error(detente):
    code, _, err = detente("brif")
    assert code == 2
    assert "brief" in err


def test_a_format_that_no_file_ending_says(detente, tmp_path):
    code, _, err = detente("clocks", "-o", str(tmp_path / "clocks.xyz"))
    assert code == 2
    assert "--format" in err


def test_a_place_that_cannot_be_written(detente, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("kept")
    code, _, err = detente("clocks", "-o", str(blocked / "clocks.csv"))
    assert code == 1
    assert "cannot write there" in err
    assert blocked.read_text() == "kept"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id: own\ntitle: [unclosed\n", "own.yaml:"),
        ("id: own\ntitle: t\ndossier: busan-2025\ndate: 2025-09-31\n", "2025-09-31"),
        ("id: own\ntitle: t\ndossier: busan-2025\ndate: 2025-11-08\nsett: {}\n", "unknown key `sett`"),
        (
            "id: own\ntitle: t\ndossier: busan-2025\ndate: 2025-11-08\nset:\n  usa-2025-fentanyl-chin: {value: 0.1}\n",
            "usa-2025-fentanyl-china",
        ),
        (
            "id: own\ntitle: t\ndossier: busan-2025\ndate: 2025-11-08\ndisable: [ieepa-fentanil]\n",
            "ieepa-fentanyl",
        ),
        ("", "own.yaml"),
    ],
)
def test_a_scenario_file_that_is_wrong(detente, tmp_path, text, says):
    own = tmp_path / "own.yaml"
    own.write_text(text)
    code, _, err = detente("run", str(own))
    assert code == 1
    assert says in err
    assert "Traceback" not in err


def test_an_edited_copy_that_kept_its_id_is_not_taken_for_the_shipped_outcome(detente, tmp_path):
    copy = tmp_path / "mine.yaml"
    copy.write_text(
        "id: standing\ntitle: Mine\ndossier: busan-2025\nset: {usa-2025-fentanyl-china: {value: 0.1}}\n"
    )
    for words in (("compare", "standing", str(copy)), ("run", str(copy), "--against", "standing")):
        code, out, err = detente(*words)
        assert (code, out) == (1, "")
        assert "two different scenarios have the id `standing`" in err


def test_scenarios_of_different_days_do_not_mix(detente, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("id: own\ntitle: t\ndossier: busan-2025\ndate: 2025-11-12\nasof: 2025-11-12\n")
    other = tmp_path / "other.yaml"
    other.write_text("id: other\ntitle: t\ndossier: busan-2025\ndate: 2025-11-12\nasof: 2025-10-28\n")
    code, _, err = detente("run", str(own), str(other))
    assert code == 2
    assert "2025-10-28, 2025-11-12" in err


def test_hindsight_changes_the_answer(detente, tmp_path):
    """On 12 November as known then, the truce held; as known on 28 October it had lapsed by law."""
    own = tmp_path / "own.yaml"
    own.write_text("id: own\ntitle: t\ndossier: busan-2025\ndate: 2025-11-12\n")
    pair = {}
    for day in ("2025-10-28", "2025-11-12"):
        _, out, _ = detente("run", str(own), "--asof", day, "--table", "pair", "-f", "csv")
        pair[day] = float(rows(out)[0]["duty_pre_pct"])
    assert pair["2025-10-28"] - pair["2025-11-12"] > 20


def test_a_closed_pipe_is_no_error():
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    command = f"{sys.executable} -m detente.cli.main claims -f csv | head -1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("id,")


def test_importing_is_light():
    """The command line starts without the numerical and drawing libraries."""
    code = "import sys, detente.cli.main; print([m for m in ('numpy', 'scipy', 'altair', 'vl_convert', 'pandas') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", sorted(TRANSCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
def test_transcripts(detente, path):
    """What was printed when the transcript was blessed (`python scripts/bless.py REASON`) is printed today."""
    command, _, expected = path.read_text(encoding="utf-8").partition("\n")
    assert detente(*command.removeprefix("$ detente ").split())[1] == expected
