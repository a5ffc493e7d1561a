"""What a page says to type: the command gives the numbers of the page, and so does the Python."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shlex

import pytest

from detente.app.views import VIEWS
from detente.cli.main import main

SET = "base=standing&set.usa-2025-fentanyl-china=0.1"
CHEAP = [
    "countries",
    "sectors",
    "prices",
    "revenue",
    "wages",
    "employment",
    "pair",
    "measures",
    "intervals",
    "due",
    "scores",
    "clocks",
    "ledger",
    "sources",
]
"""Views whose file the command writes, byte for byte; the others are told the same way, and take longer."""


@pytest.fixture
def typed(capsys):
    """What a command prints as CSV."""

    def type_in(command: str) -> str:
        with pytest.raises(SystemExit) as done:
            main([*shlex.split(command)[1:], "--format", "csv"])
        assert done.value.code == 0
        return capsys.readouterr().out

    return type_in


def told(reader, target: str) -> tuple[list[str], str]:
    """The commands and the Python of a page."""
    parts = [
        html.unescape(part) for part in re.findall(r"<pre><code>([^<]*)</code>", reader.get(target).text)
    ]
    return [part for part in parts if part.startswith("detente ")], next(
        (part for part in parts if "import detente" in part), ""
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def same(one: str, other: str) -> bool:
    """The same number, with a digit fewer in one table where it is next to nothing."""
    return float(one) == pytest.approx(float(other), rel=1e-6)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr("detente.app.ranges.DRAWS", 2)


@pytest.mark.parametrize(
    ("view", "query"),
    [("countries", SET), ("sectors", "base=standing&horizon=short&set.usa-2025-fentanyl-china=0.1")],
)
def test_files_of_a_setting_have_the_bytes_of_the_command_on_the_page(reader, typed, view, query):
    (command,), _ = told(reader, f"/busan-2025/{view}?{query}")
    assert "--set usa-2025-fentanyl-china=0.1" in command
    assert reader.get(f"/busan-2025/{view}.csv?{query}").text == typed(command)


def test_every_view_says_a_command_and_python_that_give_its_numbers(reader, typed, few, capsys):
    for view in CHEAP:
        page = reader.get(f"/eu-ev/{view}.csv").text
        (command,), python = told(reader, f"/eu-ev/{view}")
        assert typed(command) == page, command
        exec(python, {})
        assert capsys.readouterr().out.rstrip() == page.rstrip(), python


def test_views_drawn_of_several_tables_have_the_numbers_of_their_commands(reader, typed):
    (command,), _ = told(reader, "/eu-ev/map")
    changes = {row["country"]: row for row in rows(typed(command)) if row["measure"] == "delta"}
    for row in rows(reader.get("/eu-ev/map.csv").text):
        assert same(row["real_income_pct"], changes[row["code"]]["real_income_pct"])
    there, back = told(reader, "/eu-ev/path")[0]
    averages = [{row["date"]: row["average"] for row in rows(typed(command))} for command in (there, back)]
    for row in rows(reader.get("/eu-ev/path.csv").text):
        assert row["EU27_on_CHN"] == averages[0][row["date"]]
        assert row["CHN_on_EU27"] == averages[1][row["date"]]
    query = "?base=standing&kept=base%3Descalation"
    commands = told(reader, f"/eu-ev/beside{query}")[0]
    assert len(commands) == 2
    changes = {row["country"]: row for row in rows(typed(commands[1])) if row["measure"] == "delta"}
    for row in rows(reader.get(f"/eu-ev/beside.csv{query}").text):
        assert same(row["kept_real_income_pct"], changes[row["country"]]["real_income_pct"])


def test_the_command_of_the_deals_marks_the_setting_as_the_page_does(reader, typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # it writes the picture as well
    (command,), _ = told(reader, "/eu-ev/deals")
    page = reader.get("/eu-ev/deals.csv").text
    assert "This setting: " in page
    assert typed(command) == page
    assert (tmp_path / "deals.svg").exists()


def test_every_view_has_a_command_and_python(laboratory):
    """Of the long ones as well: their words alone, nothing is computed."""
    from detente.app import read_state
    from detente.app.telling import view_commands, view_python

    for query in ("", SET, "cut=CHN:rare-earths:0.3", "base=standing&left.chn-2025-soybean-halt=0.5"):
        answer = laboratory.answers([read_state("busan-2025", query)])[0]
        for view in VIEWS.values():
            commands = view_commands(view, answer, laboratory, "busan-2025", None)
            assert commands, view.name
            assert all(command.startswith("detente ") for command in commands)
            compile(view_python(view, answer, "busan-2025", None), view.name, "exec")


def test_intervals_are_told_below_the_large_numbers_where_they_were_drawn(reader, few):
    body = json.loads(reader.get("/eu-ev/intervals/numbers").body)
    drawn = rows(reader.get("/eu-ev/intervals.csv").text)  # waits for the draws
    assert "intervals" in body or body["whole"] in (0, 4)
    told_then = json.loads(reader.get("/eu-ev/intervals/numbers").body)["intervals"]
    row = next(row for row in drawn if (row["country"], row["metric"]) == ("EU27", "real_income_pct"))
    ends = [f"{float(row[end]):+.2f}".replace("-", "−").replace("+0.00", "0.00") for end in ("low", "high")]
    assert told_then["EU27.long"].replace("+0.00", "0.00") in (f"{ends[0]} to {ends[1]} %", "")
    page = reader.get("/eu-ev/intervals").text
    assert f'data-interval="EU27.long">{told_then["EU27.long"]}<' in page
    # no other page depends on what was computed before it: its own module asks
    other = reader.get("/eu-ev/countries").text
    assert 'data-interval="EU27.long"><' in other
    assert 'data-ranges="/eu-ev/intervals/numbers"' in other
    assert reader.get("/eu-ev/intervals.svg").text.count("<path") > 10
