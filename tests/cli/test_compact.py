"""Lists are short on the screen and whole in files; `--full` gives every column."""

from __future__ import annotations

import functools
import re

import pytest
import table_materials as materials

from detente.cli.compact import KEPT, MORE, compact
from detente.cli.layout import as_text
from detente.core import Column, Table
from detente.show.registry import build, tables

LISTS = "measures claims conflict-list controls scenarios pledges clocks-listed audit-dates data-files data-sources citations"


@functools.cache
def listed(name):
    return build(name, **materials.of_the_record()[name]())


@pytest.mark.parametrize("name", KEPT)
def test_what_a_list_keeps_are_columns_of_a_registered_table(name):
    keys = [shape.key for entry in tables() if entry.is_named(name) for shape in entry.columns]
    assert keys
    for pattern in KEPT[name]:
        assert any(re.fullmatch(pattern, key.replace("{code}", "USA")) for key in keys), pattern


@pytest.mark.parametrize("name", LISTS.split())
def test_a_list_is_one_table_of_few_lines_a_row(name):
    whole = listed(name)
    short = compact(whole)
    assert len(short.columns) < len(whole.columns)
    assert short.note.endswith(MORE)
    for width in (80, 100):
        text = as_text(short, width=width, listed=True)
        assert max(map(len, text.splitlines())) <= width
        assert not re.search(r"^  \w[\w ]*: ", text, re.MULTILINE)  # no cards
        if len(whole) > 2:
            assert text.count("\n") < as_text(whole, width=width).count("\n")


@pytest.mark.parametrize("words", ["measures", "claims --conflicts"])
def test_the_screen_is_short_and_files_and_pages_hold_every_column(words, detente):
    short, whole, *forms = (
        detente(*words.split(), *more.split())[1]
        for more in ("", "--full", "--format csv", "--format md", "--full --format csv", "--full --format md")
    )
    assert MORE.split()[-1] in short
    assert MORE.split()[-1] not in whole
    assert short.count("\n") < whole.count("\n")
    assert forms[:2] == forms[2:]
    assert "--full" not in "".join(forms)


def test_a_list_in_a_line_too_short_for_it_leaves_out_its_last_columns():
    columns = tuple(Column(key, key.title()) for key in ("id", "title", "status", "shown", "since"))
    table = compact(
        Table("measures", "M", (*columns, Column("note", "Note")), (("an-id" * 5, "word " * 9, *"abcd"),))
    )
    assert [column.key for column in table.columns] == [column.key for column in columns]
    text = as_text(table, width=48, listed=True)
    assert "Title" in text
    assert "Since" not in text
    assert max(map(len, text.splitlines())) <= 48


def test_a_table_that_is_no_list_stays_as_it_is():
    table = Table("countries", "C", (Column("country", "Country"),), (("USA",),))
    assert compact(table) is table
