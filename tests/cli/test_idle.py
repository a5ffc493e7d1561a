"""An option that a verb would not read is refused, never passed over in silence."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from asked_for import asked_for

from detente.cli.main import main

IDLE = [
    ("run talks-fail --seed 3", "--seed"),
    ("run talks-fail --workers 2", "--workers"),
    ("score --workers 2", "--workers"),
    ("score --table human --cluster tcp://nowhere:1", "--cluster"),
    ("run talks-fail --draws 8 --budget 100", "--budget"),
    ("run talks-fail --table measures --countries USA", "--countries"),
    ("run talks-fail --table branches --horizon short", "--horizon"),
    ("compare standing talks-fail --seed 3", "--seed"),
    ("compare standing talks-fail --workers 2", "--workers"),
    ("path talks-fail --table summary --cluster tcp://nowhere:1", "--cluster"),
    ("explain usa.real_income --seed 3", "--seed"),
    ("brief --draws 0 --seed 3", "--seed"),
    ("path --table summary --cut CHN:rare-earths:0.3 --stock 2", "--stock"),
    ("path talks-fail --table dates --months 6", "--months"),
    ("path talks-fail --rent exporter", "--rent"),
    ("path talks-fail --table summary --seed 3", "--seed"),
    ("duties --bill usa-2025-threat-100 --table published", "--table"),
    ("duties --bill usa-2025-threat-100 --product 85", "--product"),
    ("duties --bill usa-2025-threat-100 --importer CHN", "--importer"),
    ("duties --product 850760 --top 3", "--top"),
    ("duties --product 850760 --then 2026-03-01 --all-partners", "--all-partners"),
    ("duties --product 850760 --table averages", "--table"),
    ("duties --all-partners --exporter CHN", "--exporter"),
    ("duties --table stacking --at 2025-10-01", "--at"),
    ("duties --product 850760 --picture x.svg", "--picture"),
    ("duties --table stacking --picture x.svg", "--picture"),
    ("controls --table fees --actor USA", "--actor"),
    ("game --table dominance --precision 2", "--precision"),
    ("nash --kind alone --start half", "--start"),
    ("nash --kind talks --start half", "--start"),
    ("nash --kind talks --no-verify", "--no-verify"),
    ("deals --side China", "--side"),
    ("deals --threat talks-fail", "--threat"),
    ("deals --count 3", "--count"),
    ("data --check --table sources", "--table"),
    ("check busan-2025 --dossier eu-ev-2024", "--dossier"),
    ("world show --table sizes --count 3", "--count"),
    ("world show --table sectors --countries USA", "--countries"),
    ("world disaggregate --name finer", "--name"),
]


@pytest.mark.parametrize(("words", "option"), IDLE)
def test_an_option_without_effect_is_refused(words, option, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert f"error: {option}: it has no effect " in said.err
    assert said.out == ""


@pytest.mark.parametrize("who", ["US", "usa", "United States"])
def test_a_filter_understands_what_an_economy_is_called(who, capsys):
    with pytest.raises(SystemExit):
        main(["controls", "--actor", who, "--format", "json"])
    assert '"actor": "USA"' in capsys.readouterr().out


def test_a_filter_takes_an_id_with_dashes(capsys):
    from detente.cli.tables import filtered
    from detente.core import Column, Table

    table = Table("t", "T", (Column("actor", "Actor"),), (("usa-commerce",), ("chn-mofcom",)))
    assert filtered(table, actor="usa-commerce").rows == (("usa-commerce",),)
    assert filtered(table, actor="USA Commerce").rows == (("usa-commerce",),)


def test_the_reference_is_the_scenario_named_whatever_its_file_is_called(tmp_path, capsys):
    """A file whose id is another than its name is what differences are taken from, and is not set by hand."""
    import json

    path = tmp_path / "mine.yaml"
    path.write_text(
        "id: other-id\ntitle: Mine\nstory: As it stands.\ndossier: busan-2025\n", encoding="utf-8"
    )
    words = [
        "run",
        str(path),
        "narrow-deal",
        "--against",
        str(path),
        "--countries",
        "USA",
        "--format",
        "json",
    ]
    for more, other in (([], "narrow-deal"), (["--set", "usa-fentanyl-china=10%"], "narrow-deal-set")):
        with pytest.raises(SystemExit):
            main([*words, *more])
        rows = json.loads(capsys.readouterr().out)[0]["rows"]
        assert {(row["outcome"], row["measure"]) for row in rows} == {
            ("other-id", "level"),
            (other, "level"),
            (other, "delta"),
        }


def test_the_command_line_loads_no_network_and_no_numbers_before_a_verb_asks():
    source = "import sys, detente.cli.main; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout
    for name in (
        "urllib.request",
        "http.client",
        "ssl",
        "numpy",
        "scipy",
        "pydantic",
        "rich.table",
        "vl_convert",
    ):
        assert f"'{name}'" not in loaded


def test_help_and_a_run_ask_for_nothing_that_they_do_not_need(capsys, repository):
    for words, needless in (
        (["--help"], ("scipy", "numpy", "rich", "multiprocessing")),
        (
            ["run", "standing", "-f", "table"],
            ("scipy", "rich", "altair", "vl_convert", "jinja2", "multiprocessing"),
        ),
    ):
        with asked_for(*needless) as asked, pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0
        assert capsys.readouterr().out
        assert asked == []
    with asked_for("json") as asked:
        exec("import json", {"__name__": "detente.example"})  # the net catches what it is cast for
    assert asked == [("json", "detente.example")]
    for path in (repository / "detente").rglob("*.py"):
        assert not re.search(r"^(?:from|import) scipy", path.read_text(encoding="utf-8"), re.M), path


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("leverage -o levers.docx", "end it in .csv"),
        ("validate --out checks", "end it in .csv"),
        ("path talks-fail --table months --picture path.pdf", "end it in .svg or .png"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_solved(words, hint, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "the ending `" in said
    assert hint in said


def test_a_format_allows_any_ending_wherever_it_stands(tmp_path, capsys):
    for place, words in enumerate((["-f", "csv", "-o"], ["-o"])):
        file = tmp_path / f"{place}.dat"
        with pytest.raises(SystemExit) as ended:
            main(["data", "--table", "sources", *words, str(file), *(["-f", "csv"] if place else [])])
        assert ended.value.code == 0
        assert file.read_text("utf-8").startswith("source,")
    folder = tmp_path / "maps.csv"
    folder.write_text("code,group\nCAN,NAFTA\nMEX,NAFTA\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["world", "aggregate", "--regions", str(folder), "-o", str(tmp_path / "coarse")])
    assert ended.value.code == 0
