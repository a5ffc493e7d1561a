"""`--set`, tables for other programs, completion."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

from detente.cli.completion import Shell, script, verbs_of
from detente.cli.main import _command
from detente.cli.settings import read_setting, set_by_hand
from detente.core import Column, InputError, LabelError, Table
from detente.dossier import Status, load_dossier
from detente.policy import load_scenario
from detente.show import as_parquet, as_workbook

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# --set


def test_a_measure_is_set_without_a_file(detente, tmp_path):
    words = ("--countries", "US,China", "-f", "csv")
    code, out, _ = detente(
        "run", "standing", "--set", "usa-fentanyl-china=10%", "--against", "standing", *words
    )
    assert code == 0
    by_hand = rows(out)
    assert {row["outcome"] for row in by_hand} == {"standing-set", "standing"}
    path = tmp_path / "own.yaml"
    path.write_text(
        "id: own\ntitle: Own\ndossier: busan-2025\nset:\n  usa-2025-fentanyl-china: {value: 0.10}\n",
        encoding="utf-8",
    )
    from_file = rows(detente("run", path, "--against", "standing", *words)[1])
    assert [list(row.values())[1:] for row in by_hand] == [list(row.values())[1:] for row in from_file]
    assert float(by_hand[0]["real_income_pct"]) != float(by_hand[-2]["real_income_pct"])


@pytest.mark.parametrize(
    ("text", "name", "status", "value"),
    [
        ("usa-2025-fentanyl-china=0.6", "usa-2025-fentanyl-china", Status.in_force, 0.6),
        ("usa-2025-fentanyl-china = 60 %", "usa-2025-fentanyl-china", Status.in_force, 0.6),
        ("usa-2025-fentanyl-china=off", "usa-2025-fentanyl-china", Status.repealed, None),
        ("chn-2025-soybean-halt=suspended", "chn-2025-soybean-halt", Status.suspended, None),
        ("fentanyl-china=in_force", "usa-2025-fentanyl-china", Status.in_force, None),
    ],
)
def test_values_and_statuses_are_read(text, name, status, value):
    found, setting = read_setting(text, load_dossier())
    assert (found, setting.status) == (name, status)
    assert setting.value == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("usa-2025-fentanyl-china", InputError, "sets nothing"),
        ("usa-2025-fentanyl-china=much", InputError, "neither a value nor a status"),
        ("us-fentanyl=0.1", LabelError, "means 3 measures"),
        ("usa-2025-fentanil-chine=0.1", LabelError, "usa-2025-fentanyl-china"),
    ],
)
def test_what_sets_nothing_is_refused(text, error, says):
    with pytest.raises(error, match=says):
        read_setting(text, load_dossier())


def test_an_impossible_value_is_a_slip_on_the_command_line(detente):
    code, _, err = detente("run", "standing", "--set", "usa-fentanyl-china=60", "--countries", "US")
    assert code == 1
    assert "6,000 %" in err


def test_what_is_set_by_hand_is_explained_by_measure(detente):
    words = ("standing", "--set", "usa-fentanyl-china=10%", "--against", "standing", "-f", "csv")
    whole = next(row for row in rows(detente("run", *words)[1]) if row["measure"] == "delta")
    code, out, _ = detente("explain", "usa.real_income", *words, "--table", "measures")
    assert code == 0
    parts = {row["part"]: float(row["contribution_usd_bn"]) for row in rows(out)}
    assert parts["usa-2025-fentanyl-china"] > 0
    assert parts.pop("total") == pytest.approx(float(whole["equivalent_variation_usd_bn"]), abs=1e-6)
    assert sum(parts.values()) == pytest.approx(float(whole["equivalent_variation_usd_bn"]), abs=1e-4)


# Files for other programs

TABLE = Table(
    "t/1",
    "Two rows",
    (Column("who", "Who"), Column("x", "X", "%", "number", 1)),
    (("USA", -0.04), ("=1+1 & <b>", None)),
    "A note.",
)


def cells(path, sheet=1):
    with zipfile.ZipFile(path) as archive:
        tree = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))
    return {cell.get("r"): (cell.get("t"), "".join(cell.itertext())) for cell in tree.iter(f"{SHEET}c")}


def test_a_workbook_holds_numbers_as_numbers_and_text_as_text(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(as_workbook([TABLE, TABLE]))
    assert cells(path) == cells(path, 2)
    assert cells(path) == {
        "A1": ("inlineStr", "Who"),
        "B1": ("inlineStr", "X [%]"),
        "A2": ("inlineStr", "USA"),
        "B2": (None, "-0.04"),
        "A3": ("inlineStr", "=1+1 & <b>"),
        "A5": ("inlineStr", "A note."),
    }
    assert as_workbook([TABLE, TABLE]) == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        names = [
            sheet.get("name")
            for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        ]
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    assert names == ["t 1", "t 1 2"]


def test_parquet_keeps_numbers_and_the_note(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    path.write_bytes(as_parquet(TABLE, "t.parquet"))
    found = parquet.read_table(path)
    assert found.to_pylist() == [{"who": "USA", "x": -0.04}, {"who": "=1+1 & <b>", "x": None}]
    assert found.schema.metadata[b"note"] == b"A note."


def test_without_the_library_parquet_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(InputError, match="pip install pyarrow"):
        as_parquet(TABLE, "t.parquet")


def test_the_ending_decides(detente, tmp_path):
    for name in ("x.xlsx", "x.parquet", "x.ipynb"):
        code, out, err = detente("measures", "-o", tmp_path / name)
        assert (code, out) == (0, "")
        assert f"wrote {tmp_path / name}" in err
    code, _, err = detente("measures", "-o", tmp_path / "x.ods")
    assert code == 2
    assert ".xlsx, .parquet or .ipynb" in err


# Completion


def test_every_verb_and_option_can_be_completed():
    verbs = verbs_of(_command())
    assert "--set" in verbs["run"][1]
    assert "show" in verbs["world"][1]
    assert "--countries" in verbs["world show"][1]
    for shell in Shell:
        text = script(shell, verbs, {"run": ("standing",)})
        for name in verbs:
            assert name.split()[-1] in text, (shell, name)


def test_bash_completes_verbs_options_and_ids(detente, tmp_path):
    code, out, _ = detente("completion", "bash")
    assert code == 0
    path = tmp_path / "completion.bash"
    path.write_text(out, encoding="utf-8")

    def complete(*words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in words)
        program = f"source {path}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _detente; echo ${{COMPREPLY[*]}}"
        return subprocess.run(
            ["bash", "-c", program], capture_output=True, text=True, check=True
        ).stdout.split()

    assert complete("detente", "ru") == ["run", "rupture"]
    assert complete("detente", "run", "stand") == ["standing"]
    assert complete("detente", "run", "standing", "--se") == ["--seed", "--set"]
    assert complete("detente", "world", "sh") == ["show"]
    assert complete("detente", "world", "show", "--co") == ["--countries", "--count"]
    assert complete("detente", "nothing", "") == []


def test_a_measure_without_a_size_is_said_to_move_nothing(capsys):
    record = load_dossier()
    standing = [load_scenario("standing")]
    set_by_hand(standing, ["chip-controls=off", "fentanyl-china=off", "port-fee=off"], record, None)
    said = capsys.readouterr().err
    assert said.count("moves nothing in the model") == 1
    assert "`usa-2022-chip-controls`" in said


def test_duties_answer_what_a_threat_and_two_days_cost(detente):
    code, out, _ = detente("duties", "--bill", "threat-100", "--at", "2025-11-01", "--top", "5", "-f", "csv")
    assert code == 0
    assert len(rows(out)) == 6
    code, out, _ = detente(
        "duties", "--product", "850760", "--at", "2025-04-20", "--then", "2025-10-28", "-f", "csv"
    )
    assert code == 0
    assert rows(out)[-1]["authority"] == "total"
    code, _, err = detente("duties", "--then", "2025-10-28")
    assert code == 2
    assert "--product" in err
