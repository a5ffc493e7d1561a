"""The boundary to files, arrays, days and text of somebody else's: what is refused, how it is said, what comes through."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.core import Column, DateError, InputError, LabelError, Labels, SchemaError, Table, write_atomic
from detente.core.arrays import NUMBERS_AND_TEXT, parse_array, read_arrays
from detente.core.days import FIRST_DAY, LAST_DAY, parse_day
from detente.core.plain import STEERING, UNPRINTABLE, csv_cell, from_csv_cell, markdown_cell
from detente.core.reading import (
    csv_rows,
    is_file,
    is_folder,
    is_there,
    read_bytes,
    read_json,
    read_text,
    readable_file,
)

LONG = "x" * 5000


# -- files ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [LONG, "a\x00b", "\udcff", "", "no/such/place"])
def test_a_name_no_file_has_is_no_file_and_no_error(name):
    assert not is_file(name)
    assert not is_folder(name) or name == ""
    assert not is_there(name) or name == ""


@pytest.mark.parametrize(
    ("name", "what"), [(LONG, "longer than"), ("a\x00b", "no file can have"), ("nothing.csv", "no such file")]
)
def test_such_a_name_is_refused_with_words(name, what):
    with pytest.raises(InputError, match=what):
        readable_file(name)


def test_a_pipe_a_device_and_a_folder_are_refused_at_once(tmp_path):
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)  # opening it for reading would wait for ever
    for path, what in ((pipe, "a pipe"), ("/dev/zero", "a device"), (tmp_path, "a folder")):
        with pytest.raises(InputError, match=f"this is {what}, a report is wanted"):
            read_bytes(path, limit=10, expected="a report")


def test_never_more_than_the_limit_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", limit=5) == b"12345"
    with pytest.raises(InputError, match="limit of 4"):
        read_bytes(tmp_path / "a", limit=4)


def test_text_names_the_line_of_a_byte_that_is_none(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\ntwo \xff\n")
    with pytest.raises(InputError, match=r"a.txt:2: byte 0xff is not UTF-8"):
        read_text(tmp_path / "a.txt", limit=100)


def test_a_nearby_name_is_offered(tmp_path):
    (tmp_path / "theta.csv").write_text("x")
    with pytest.raises(InputError, match=r"did you mean `theta.csv`"):
        readable_file(tmp_path / "thetas.csv")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[" * 100_000, "nested too deep"),
        ('{"a": 1, "a": 2}', "given twice"),
        ('{"a": NaN}', "no finite number"),
        ('{"a": 1e999}', "no finite number"),
        (f'{{"a": {"9" * 5000}}}', "5,000 digits"),
        ('{"a": "\\ud800"}', "surrogate"),
        ("{", "in line 1"),
    ],
)
def test_json_is_read_strictly(tmp_path, text, what):
    (tmp_path / "sheet.json").write_text(text)
    with pytest.raises(InputError, match=what):
        read_json(tmp_path / "sheet.json")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"a,{'b' * 200_000}\n", "longer than 131,072"),
        ('a,"b\nc\n', "no row of a CSV"),
        ('a,"b"c\n', "no row of a CSV"),
    ],
)
def test_a_csv_no_one_can_read_is_refused_with_its_line(text, what):
    with pytest.raises(SchemaError, match=what) as told:
        list(csv_rows(io.StringIO("x,y\n" + text), file="t.csv"))
    assert told.value.file == "t.csv"
    assert told.value.line >= 2


def test_a_device_is_written_into_and_never_replaced(tmp_path):
    before = Path("/dev/null").stat().st_rdev
    write_atomic("/dev/null", "text")
    assert Path("/dev/null").stat().st_rdev == before
    with pytest.raises(InputError, match="cannot write there: No space"):
        write_atomic("/dev/full", "text")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="nobody reads from this pipe"):
        write_atomic(tmp_path / "pipe", "text")
    write_atomic(tmp_path / "a", "half \udcff")
    assert (tmp_path / "a").read_bytes() == b"half \\udcff"


# -- arrays --------------------------------------------------------------------------------------------------------------


def npy(header: bytes, body: bytes = b"") -> bytes:
    line = header.ljust(100) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(line)) + line + body


def npz(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return out.getvalue()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f8", ">f4", "<i8", "|u1", "|b1", "<U5"])
def test_arrays_come_through_as_numpy_wrote_them(order, dtype):
    array = np.asarray(np.arange(12).reshape(3, 4) % 2, dtype=dtype, order=order)
    out = io.BytesIO()
    np.savez_compressed(out, a=array, empty=np.zeros(0), one=np.array(3.0))
    found = read_arrays(out.getvalue(), where="t.npz", kinds=NUMBERS_AND_TEXT)
    assert found["a"].dtype == array.dtype
    assert (found["a"] == array).all()
    assert found["empty"].shape == (0,)
    assert found["one"].shape == ()


@pytest.mark.parametrize(
    ("header", "what"),
    [
        (
            b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }",
            "claims 8,000,000,000,000 bytes",
        ),
        (b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "not read"),
        (b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", "header"),
        (b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "header"),
        (b"{'descr': '<f8', 'fortran_order': False, 'shape': __import__('os'), }", "header"),
        (b"[[[", "header"),
        (b"[" * 90, "header"),
    ],
)
def test_a_header_that_lies_takes_no_memory_and_runs_nothing(header, what):
    with pytest.raises(InputError, match=what):
        read_arrays(npz(a=npy(header, bytes(8))), where="t.npz")


def test_an_archive_is_measured_before_it_is_unpacked():
    bomb = npz(a=npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (9,), }", bytes(1 << 20)))
    assert len(bomb) < 4000
    with pytest.raises(InputError, match="claim"):
        read_arrays(bomb, where="t.npz", limit=1 << 16)
    with pytest.raises(InputError, match="65 arrays"):
        read_arrays(npz(**{f"a{k}": b"" for k in range(65)}), where="t.npz")
    for content, what in ((b"", "not an .npz"), (b"PK\x03\x04", "cut short"), (bomb[:-30], "cut short")):
        with pytest.raises(InputError, match=what):
            read_arrays(content, where="t.npz")
    with pytest.raises(InputError, match="lacks the array"):
        read_arrays(bomb, where="t.npz", wanted=("b",))
    with pytest.raises(InputError, match="not an array"):
        parse_array(b"\x93NUMPY\x09\x00", where="a")


# -- days ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-30",
        "20251028",
        "2025-W44-2",
        "2025-10-28T00:00",
        "٢٠٢٥-١٠-٢٨",
        "",
        "October 0",
        "2025-10-00",
        "²025-10-28",
    ],
)
def test_there_is_one_way_to_write_a_day(text):
    with pytest.raises(DateError, match="not a day of the calendar"):
        parse_day(text, where="--at")


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_refused(text):
    with pytest.raises(DateError, match="outside the calendar"):
        parse_day(text, where="--at")


def test_the_first_and_the_last_day_are_days():
    for day in (FIRST_DAY, LAST_DAY, dt.date(2024, 2, 29)):
        assert parse_day(day.isoformat(), where=None) == day


@pytest.mark.parametrize(
    "words",
    [
        "October 0",
        "Oct. 00, 2025",
        "0 November",
        "Sept. 31",
        "January 1, 0001",
        "December 31, 9999",
        "the end of 9999",
        "late October 0000",
    ],
)
@pytest.mark.parametrize("today", [FIRST_DAY, dt.date(2025, 10, 28), LAST_DAY])
def test_a_report_may_name_days_that_are_none(words, today):
    from detente.intake.dates import resolve_expression
    from detente.intake.expressions import find_expressions

    for expression in find_expressions(f"It will begin on {words}, officials said; it ends in 999 weeks."):
        found = resolve_expression(expression, today)
        assert found.value == "impossible" or found.first is not None


# -- text ----------------------------------------------------------------------------------------------------------------

NASTY = st.text(
    alphabet=st.sampled_from([*"=+-@'\"\t\r\n,;|ab01 .e\\u", *map(chr, STEERING), "＝", "é", "中"]),
    max_size=12,
)


@given(NASTY)
def test_a_cell_of_a_csv_is_harmless_and_can_be_had_back(text):
    cell = csv_cell(text)
    assert from_csv_cell(cell) == text
    assert not any(ord(c) in UNPRINTABLE for c in cell)
    if cell.lstrip(" ")[:1] in tuple("=+-@\t＝"):
        float(cell)  # a sign opens a number and nothing else


@given(st.lists(NASTY, min_size=1, max_size=4))
def test_what_a_table_writes_is_had_back_from_csv_and_json(texts):
    table = Table(
        "t",
        "Title \x1b[31m",
        (Column("a", "A"), Column("b", "B", "", "number")),
        tuple((t, -0.5) for t in texts),
    )
    rows = list(csv.reader(io.StringIO(table.to_csv(), newline="")))
    assert [from_csv_cell(row[0]) for row in rows[1:]] == texts
    assert {row[1] for row in rows[1:]} == {"-0.5"}  # a negative number stays one
    body = table.to_json()
    assert [row["a"] for row in json.loads(body)["rows"]] == texts
    for text in (table.to_csv(), body, table.to_markdown()):
        assert not any(ord(c) in UNPRINTABLE for c in text)


def test_markdown_holds_no_markup_and_no_formula():
    cells = {
        "=1+1": "'=1+1",
        "-x": "'-x",
        "<script>": r"\<script>",
        "[a](b)": r"[a]\(b)",
        "a\u202eb": "a\\u202eb",
        "a|b": r"a\|b",
    }
    for text, shown in cells.items():
        assert markdown_cell(text) == shown
    table = Table(
        "t", "<b>T</b>", (Column("a", "A", "", "number", 1),), ((-0.5,),), note="[n](http://x) \x1b[1m"
    )
    text = table.to_markdown()
    assert "| -0.5 |" in text
    assert "<b>" not in text.replace(r"\<b>", "")
    assert "](" not in text
    assert "\x1b" not in text


def test_a_terminal_is_not_steered_by_a_title_or_a_name():
    from detente.cli.layout import as_text

    columns = (Column("a", "A\x1b[2J", names={"X": "Name \u202e\x1b]8;;http://x\x07"}), Column("b", "B"))
    text = as_text(
        Table("t", "[bold]T[/bold]\u2066", columns, (("X", "[red]r\x9b31m"),), note="\x1b[0m"), width=90
    )
    assert "[bold]T[/bold]" in text  # shown, not obeyed
    assert "[red]r" in text
    assert not any(ord(c) in UNPRINTABLE for c in text)


@pytest.mark.parametrize("code", ["", "=USA", "@x", "a,b", " USA", "U\u202eSA", "x" * 61, "a\nb"])
def test_a_code_is_one_word_that_no_reader_computes(code):
    with pytest.raises(LabelError, match="no country code"):
        Labels((code,), ("G",))
