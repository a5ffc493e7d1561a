"""Questions people ask: words for codes, the sides by default, what a terminal gets, tables of differences."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest

from detente.cli import terminal
from detente.cli.aliases import called, cut_in_codes, product, result_in_codes
from detente.cli.questions import questions
from detente.core import Column, LabelError, Table
from detente.show import as_notebook
from detente.world import load_world

TABLE = Table(
    "t",
    "A table",
    (Column("who", "Who"), Column("what", "What", "%", "number", 1)),
    (("a", 1 / 3), ("b", None)),
    "A note.",
)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_help_lists_every_question_with_its_command_on_one_line(detente):
    code, out, _ = detente("--help")
    assert code == 0
    for question, command in questions():
        assert f"$ {command}\n" in out
        assert question.split()[-1] in out


def test_every_question_stands_with_its_command_on_the_page(request):
    page = (request.config.rootpath / "docs" / "how-to" / "questions.md").read_text(encoding="utf-8")
    for _, command in questions():
        assert command in page


# ---- words for codes ---------------------------------------------------------------------------------------------------


def test_words_stand_for_codes_and_a_word_for_several_is_refused_with_all_of_them():
    economy = load_world()
    assert (
        cut_in_codes("china:Magnets+rare-earths:0.3:us+Germany", economy)
        == "CHN:MAG+rare-earths:0.3:USA+EU27"
    )
    assert result_in_codes("us.real_income", economy) == "USA.real_income"
    assert result_in_codes("us.duty_post.china", economy) == "USA.duty_post.CHN"
    assert (product(""), product("cars"), product("8703"), product("gadgets")) == (
        "",
        "8703",
        "8703",
        "gadgets",
    )
    with pytest.raises(LabelError, match="stands for several sectors") as refused:
        called("metals", economy.labels.sectors, "sectors", economy.labels.sector_names)
    assert "C24 (Basic metals), C25 (Metal products)" in str(refused.value)
    assert called("metals", ["C25"], "sectors") == "C25"  # where the world has only one of them


# ---- tables ------------------------------------------------------------------------------------------------------------


def test_the_sides_and_the_world_by_default_everybody_when_asked(detente):
    code, out, err = detente("compare", "standing", "talks-fail", "-f", "csv")
    assert (code, err) == (0, "")
    few = rows(out)
    assert {row["country"] for row in few} == {"USA", "CHN", "WORLD"}
    assert list(few[0])[2].startswith("delta_")  # differences stand before levels
    every = {
        row["country"]: row
        for row in rows(detente("compare", "standing", "talks-fail", "--countries", "all", "-f", "csv")[1])
    }
    assert len(every) == 22
    assert all(every[row["country"]] == row for row in few)
    _, text, _ = detente("run", "talks-fail", "--against", "standing", "--countries", "Japan", "-f", "csv")
    assert [(row["country"], row["measure"]) for row in rows(text)] == [
        ("JPN", "delta"),
        ("JPN", "level"),
        ("JPN", "level"),
    ]


def test_a_measure_set_by_hand_is_compared_with_the_scenario_as_written(detente, tmp_path):
    words = ("--set", "fentanyl-china=33%", "-f", "csv")
    code, out, _ = detente("compare", "standing", "standing", *words, "--picture", tmp_path / "p.svg")
    assert code == 0
    set_here = {row["country"]: row for row in rows(out)}
    assert (tmp_path / "p.svg").read_text().startswith("<svg")
    run = [
        row
        for row in rows(detente("run", "standing", "--against", "standing", *words)[1])
        if row["measure"] == "delta"
    ]
    for row in run:
        assert float(set_here[row["country"]]["delta_real_income_pct"]) == float(row["real_income_pct"])
    assert float(set_here["CHN"]["delta_real_income_pct"]) < 0
    words = ("run", "standing", "--against", "standing", *words, "--countries", "CHN", "--draws", "2")
    drawn = {row["metric"]: row for row in rows(detente(*words)[1])}["real_income_pct"]
    assert drawn["outcome"] == "standing-set"
    assert drawn["central"] == set_here["CHN"]["delta_real_income_pct"]
    assert float(drawn["low"]) < float(drawn["high"])


def test_goods_that_go_elsewhere_add_up_to_the_table_of_third_economies(detente):
    words = ("run", "talks-fail", "--against", "standing", "-f", "csv", "--table")
    received = rows(detente(*words, "diverted", "--countries", "EU")[1])
    assert {row["country"] for row in received} == {"EU27"}
    *sectors, whole = received
    assert whole["sector"] == "all"
    for key in ("received_usd_bn", "from_first_usd_bn", "from_second_usd_bn"):
        assert sum(float(row[key]) for row in sectors) == pytest.approx(float(whole[key]), abs=1e-4)
    assert [float(row["received_usd_bn"]) for row in sectors] == sorted(
        (float(row["received_usd_bn"]) for row in sectors), reverse=True
    )
    (third,) = (row for row in rows(detente(*words, "diversion")[1]) if row["country"] == "EU27")
    assert float(third["imports_from_second_usd_bn"]) == pytest.approx(
        float(whole["from_second_usd_bn"]), rel=1e-4
    )
    code, _, err = detente("run", "talks-fail", "--table", "diverted")
    assert code == 2
    assert "--against" in err


def test_output_along_a_cut_is_of_the_sectors_named(detente):
    words = (
        "path",
        "--cut",
        "China:magnets:0.5",
        "--months",
        "1",
        "--table",
        "output",
        "--countries",
        "US",
        "-f",
        "csv",
    )
    (cars,) = rows(detente(*words, "--sectors", "cars")[1])
    assert (cars["country"], cars["sector"]) == ("USA", "C29")
    assert float(cars["worst_pp"]) <= float(cars["first_pp"]) <= 0
    code, _, err = detente(*words, "--sectors", "carz")
    assert code == 2
    assert "carz" in err


def test_concessions_are_those_of_the_side_asked_for_the_cheapest_first(detente):
    code, out, _ = detente(
        "deals", "--table", "concessions", "--side", "China", "--reduced", "--horizon", "impact", "-f", "csv"
    )
    assert code == 0
    given = rows(out)
    assert {row["player"] for row in given} == {"CHN"}
    kinds = [row["kind"] for row in given]
    assert kinds == sorted(kinds, reverse=True)  # what pays alone stands before what costs
    prices = [float(row["gain_per_dollar"]) for row in given if row["kind"] == "costs"]
    assert prices == sorted(prices, reverse=True)
    assert all(float(row["gain_other"]) > 0 for row in given)
    assert "plays no part" in detente("deals", "--table", "concessions", "--side", "JPN", "--reduced")[2]


@pytest.mark.parametrize("draws", [1, -3])
def test_draws_that_make_no_interval_are_refused_before_anything_is_solved(detente, draws):
    for verb in (
        ("run", "nothing"),
        ("compare", "nothing", "more"),
        ("explain", "usa.prices", "nothing"),
        ("brief", "nothing"),
    ):
        code, _, err = detente(*verb, "--draws", draws)
        assert code == 2
        assert "cannot make an interval" in err
        assert "2 or more" in err


def test_a_picture_of_another_ending_is_refused(detente, tmp_path):
    code, _, err = detente("run", "standing", "--picture", tmp_path / "x.pdf")
    assert code == 2
    assert "end it in .svg or .png" in err
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_holds_every_digit_and_runs():
    body = json.loads(as_notebook([TABLE]))
    assert (body["nbformat"], [cell["cell_type"] for cell in body["cells"]]) == (4, ["markdown", "code"])
    assert "A note." in body["cells"][0]["source"]
    held: dict[str, object] = {}
    exec(body["cells"][1]["source"], held)
    assert held["table_1"] == rows(TABLE.to_csv())


# ---- a terminal --------------------------------------------------------------------------------------------------------


@pytest.fixture
def screen(monkeypatch):
    """A standard output that says it is a terminal of ten lines."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_PAGER", raising=False)
    terminal.begin([])
    return monkeypatch


def test_the_pager_is_the_readers_and_never_in_a_pipe(screen):
    screen.setenv("PAGER", "cat")
    assert terminal.pager() == ["cat"]
    for name, value in (("PAGER", ""), ("PAGER", "no-such-pager"), ("PAGER", "'open"), ("NO_PAGER", "1")):
        with pytest.MonkeyPatch.context() as other:
            other.setenv(name, value)
            assert terminal.pager() is None
    assert terminal.begin(["run", "--no-pager", "x"]) == ["run", "x"]
    assert terminal.pager() is None
    terminal.begin([])
    screen.setattr(sys.stdout, "isatty", lambda: False)
    assert terminal.pager() is None


def test_what_is_longer_than_the_screen_goes_through_the_pager(screen, tmp_path):
    shown = tmp_path / "shown"
    screen.setenv("PAGER", f"tee {shown}")
    terminal.show("short\n")
    assert not shown.exists()
    terminal.show("line é\n" * 20)
    assert shown.read_text(encoding="utf-8") == "line é\n" * 20


def test_the_finding_stands_above_the_table_on_a_terminal_and_on_stderr_in_a_pipe(screen, capsys):
    screen.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    terminal.say("It is so.")
    terminal.say("And so.", piped=False)
    assert terminal.take_said() == "It is so.\nAnd so.\n\n"
    assert terminal.take_said() == ""
    screen.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    terminal.say("In a pipe.")
    terminal.say("Not in a pipe.", piped=False)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "In a pipe.\n")
