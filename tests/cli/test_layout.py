"""Tables in a line of a given width: nothing is cut, nothing runs over, codes carry their names."""

from __future__ import annotations

import random
import re

import pytest

from detente.cli import layout
from detente.cli.layout import _line as _drawn, as_text
from detente.cli.main import main
from detente.core import Column, Table

NUMBERS = tuple(Column(f"n{k}", f"Number of things {k}", "USD bn", "number", 1) for k in range(8))
WIDE = Table(
    "wide",
    "Many numbers",
    (Column("same", "Same"), Column("who", "Who"), *NUMBERS),
    tuple(("all", who, *(1000.5 * (k + 1) * (10 * n + 1) for k in range(8))) for n, who in enumerate("ABC")),
)
PROSE = Table(
    "prose",
    "Many words",
    (
        Column("id", "Entry"),
        Column("title", "Title"),
        Column("text", "Text"),
        Column("why", "Why", kind="text"),
    ),
    (("usa-2025-a-long-identifier", "First", "word " * 60, "because " * 30), ("b", "Second", "short", "–")),
)


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("table", [WIDE, PROSE], ids=["wide", "prose"])
def test_nothing_runs_over_and_nothing_is_lost(table, width):
    text = as_text(table, width=width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    for row in table.shown():
        for cell in row:
            for word in cell.replace("–", "").split():  # what is empty is left out of paragraphs
                assert word in words


def test_what_fits_is_one_table_and_nothing_is_lifted():
    text = as_text(WIDE, width=300)
    assert text.splitlines()[2].split()[:2] == ["Same", "Who"]
    assert len([line for line in text.splitlines() if set(line) == {"─"}]) == 1


def test_narrow_numbers_continue_in_blocks_under_the_same_keys():
    text = as_text(WIDE, width=60)
    assert "Same: all" in text
    rules = [line for line in text.splitlines() if line and set(line) == {"─"}]
    assert len(rules) > 1
    assert len(re.findall(r"^A ", text, re.MULTILINE)) == len(rules)


def test_narrow_prose_becomes_a_paragraph_a_row():
    lines = as_text(PROSE, width=60).splitlines()
    assert lines[2] == "usa-2025-a-long-identifier: First"
    assert "b: Second" in lines
    assert not any(line.startswith("  Why: –") for line in lines)  # what is empty is not said


@pytest.mark.parametrize(("columns", "limit"), [("80", 80), ("", 100), ("nonsense", 100), ("200", 200)])
@pytest.mark.parametrize("words", ["clocks --no-cost", "measures", "run talks-fail", "controls", "claims"])
def test_a_pipe_has_a_width(words, columns, limit, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    with pytest.raises(SystemExit):
        main(words.split())
    out = capsys.readouterr().out
    assert 40 < max(map(len, out.splitlines())) <= limit


def test_codes_carry_names_on_the_screen_and_in_a_column_of_files():
    table = Table(
        "t",
        "T",
        (Column("to", "To", names={"USA": "United States", "CHN": "China (with Hong Kong)"}),),
        (("USA, CHN",), ("all",), (None,)),
    )
    assert [row[0] for row in table.shown()] == ["United States (USA), China (CHN)", "all", "–"]
    assert table.to_csv().splitlines() == [
        "to,to_name",
        '"USA, CHN",United States; China (with Hong Kong)',
        "all,all",
        ",",
    ]
    assert '"to_name": "United States; China (with Hong Kong)"' in table.to_json()
    assert next(table.records()) == {"to": "USA, CHN"}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("run talks-fail --table pair", "China (CHN)"),
        ("run talks-fail --table sectors", "United States (USA)"),
        ("run talks-fail --table measures", "Threat of a further 100 % on China"),
        ("measures --actor CHN --full", "China (CHN)"),
        ("controls --full", "United States (USA)"),
        ("duties --table averages", "United States (USA) on China (CHN)"),
        ("duties --product 850511", "Permanent magnets (MAG)"),
        ("audit --table trade", "Fentanyl duty on all goods of China"),
    ],
)
def test_tables_name_what_they_code(words, shown, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main(words.split())
    assert shown in capsys.readouterr().out


def test_the_quick_grid_is_the_one_that_rich_draws(monkeypatch):
    """Random tables at several widths, laid out with and without rich."""
    draw = random.Random(5)
    words = (
        "duty",
        "−0.3",
        "of",
        "exports",
        "x",
        "Viet Nam",
        "a–b",
        "electrical",
        "ÜÉ",
        "國",
        "a  b",
        " lead",
        "long" * 9,
    )

    def text(most):
        return " ".join(draw.choice(words) for _ in range(draw.randint(0, most)))

    calls = []

    def drawn(*asked):
        calls.append(asked)
        return _drawn(*asked)

    quick = 0
    for _ in range(40):
        kinds = [draw.choice(("text", "number")) for _ in range(draw.randint(1, 5))]
        columns = tuple(
            Column(f"c{k}", text(4).strip() or "head", draw.choice(("", "%", "USD bn")), kind, 2)
            for k, kind in enumerate(kinds)
        )
        rows = tuple(
            tuple(text(6) if kind == "text" else round(draw.uniform(-1e4, 1e4), 3) for kind in kinds)
            for _ in range(draw.randint(1, 6))
        )
        table = Table("t", "Title", columns, rows, "Note.")
        for width in (None, 40, 100):
            with monkeypatch.context() as patch:
                patch.setattr(layout, "_line", drawn)
                before = len(calls)
                ours = as_text(table, width=width)
                quick += len(calls) == before
                patch.setattr(layout, "_plain_grid", lambda *args: None)
                assert ours == as_text(table, width=width)
    assert quick > 20
