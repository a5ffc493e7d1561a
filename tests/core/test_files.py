"""Files and folders are whole, and hold the digits that are known."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.core import (
    Column,
    InputError,
    Table,
    files as core_files,
    folders,
    load_chunk,
    save_chunk,
    write_atomic,
)
from detente.core.digits import bound, known, known_all, known_each, unit_of
from detente.core.files import write_together
from detente.core.folders import NEXT, finish_folder, write_folder


@given(st.floats(1e-9, 1e9), st.floats(-1, 1))
def test_noise_behind_the_known_digits_is_gone_but_for_boundaries(value, noise):
    other = value * (1 + 1e-13 * noise)
    apart = abs(known(value) - known(other)) / value
    beside = abs(value / 10 ** (math.floor(math.log10(value)) - 6) % 1 - 0.5)
    assert apart == 0 or (apart < 2e-6 and beside < 1e-5)
    assert known(known(value)) == known(value)
    assert abs(known(value) - value) <= 5.001e-7 * value * 10 ** (value < 0)


def test_zeros_scales_and_what_is_no_number():
    assert math.copysign(1, known(-0.0)) == 1
    assert math.copysign(1, known(-1e-12, unit=1e-8)) == 1
    assert known(math.inf) == math.inf
    assert math.isnan(known(math.nan))
    assert unit_of([]) == 0 == unit_of([0.0])
    assert unit_of([99.99999999999999]) == unit_of([100.0]) == 1e-6
    assert known_all([5.0, 3e-16, -2e-16]) == [5.0, 0.0, 0.0]
    assert known_each({"b": 0.1 + 0.2, "a": 0.3}) == {"b": 0.3, "a": 0.3}
    assert bound(0) == bound(4e-16) == bound(7e-13) == "below 1e-10"
    assert bound(math.inf) == "unknown"


def test_a_column_of_noise_is_zero_beside_others_of_its_unit_and_ratios_keep_theirs():
    columns = (
        Column("who", "Who"),
        Column("x", "X", "%", "number"),
        Column("noise", "Noise", "%", "number"),
        Column("ratio", "Ratio", "", "number", significant=4),
        Column("count", "Count", "", "number"),
    )
    table = Table("t", "T", columns, (("A", 1 / 3, 2e-15, 1e-9 / 3, 12345678901),))
    assert table.to_csv().splitlines()[1] == "A,0.3333333,0.0,3.333e-10,12345678901"
    assert json.loads(table.to_json())["rows"][0]["noise"] == 0
    assert table.rows[0][1] == 1 / 3  # in Python every digit stays


def test_a_column_with_units_by_row_is_compared_within_them():
    columns = (Column("value", "Value", "", "number"), Column("unit", "Unit"))
    rows = ((2.0e9, "USD"), (1.0e-9, "USD"), (0.25, "fraction"), (1e-16, "fraction"))
    table = Table("t", "T", columns, rows)
    assert [row["value"] for row in json.loads(table.to_json())["rows"]] == [2e9, 0, 0.25, 0]


def test_a_file_is_written_and_what_killed_runs_left_is_removed(tmp_path):
    (tmp_path / ".a.csv.1234abcd.part").write_text("half")
    (tmp_path / ".b.csv.1234abcd.part").write_text("of another file")
    write_atomic(tmp_path / "a.csv", "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".b.csv.1234abcd.part", "a.csv"]


@pytest.mark.skipif(os.name == "nt", reason="no locks there")
def test_what_a_living_run_writes_is_left_alone(tmp_path):
    handle, part = core_files.reserve(tmp_path / "a.csv", core_files._new_file)
    write_atomic(tmp_path / "a.csv", "mine")
    assert part.exists()
    os.close(handle)
    write_atomic(tmp_path / "a.csv", "mine")
    assert not part.exists()


def test_files_that_belong_together_are_all_written_or_none(tmp_path):
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "a").write_text("old")
    with pytest.raises(InputError, match="cannot write there"):
        write_together({tmp_path / "a": "new", tmp_path / "file" / "b": "new"})
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "file"]


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_is_replaced_and_keeps_what_it_is_told_to(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(folders, "_exchange", lambda first, second: False)
    place = tmp_path / "out" / "brief"
    write_folder(place, {"index.html": b"1", "data/a.csv": b"1", "data/b.csv": b"1"})
    write_folder(place, {"index.html": b"2", "figures/c.svg": b"2"})
    assert _names(place) == {"index.html", "figures/c.svg"}
    assert not (place / "data").exists()
    (place / "mine").mkdir()
    (place / "mine" / "notes.txt").write_text("mine")
    (place / "link").symlink_to("mine")
    write_folder(place, {"index.html": b"3"}, keep=True)
    assert _names(place) == {"index.html", "figures/c.svg", "mine/notes.txt"}
    assert (place / "link").is_symlink()
    assert (place / "index.html").read_bytes() == b"3"
    assert [path.name for path in place.parent.iterdir()] == ["brief"]


def test_a_folder_that_is_a_link_stays_one(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_folder(tmp_path / "link", {"a": b"1"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a").read_bytes() == b"1"


def test_the_folder_one_works_in_stays_the_same_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    write_folder(".", {"a": b"1"})
    write_folder(".", {"b": b"2"})
    assert tmp_path.stat().st_ino == before
    assert _names(tmp_path) == {"b"}


def test_a_declared_version_is_completed_once_and_never_outside_its_folder(tmp_path):
    place, secret = tmp_path / "world", tmp_path / "secret"
    secret.write_text("kept")
    (place / NEXT / "files").mkdir(parents=True)
    (place / NEXT / "files" / "a").write_text("new")
    (place / "a").write_text("old")
    for gone in (["../secret"], [str(secret)]):
        (place / NEXT).mkdir(exist_ok=True)
        (place / NEXT / "files.json").write_text(json.dumps({"files": ["a"], "gone": gone}))
        finish_folder(place)
        assert secret.read_text() == "kept"
        assert not (place / NEXT).exists()


def test_damaged_solves_are_not_read(tmp_path):
    path, arrays = tmp_path / "0.solves", {"x": np.arange(4.0)}
    save_chunk(path, arrays)
    assert load_chunk(path, {"x": (4,)})["x"].tolist() == [0, 1, 2, 3]
    assert load_chunk(path, {"x": (5,)}) is None
    whole = path.read_bytes()
    for k in range(0, len(whole), 7):
        path.write_bytes(whole[:k] + bytes([whole[k] ^ 1]) + whole[k + 1 :])
        assert load_chunk(path, {"x": (4,)}) is None
    path.write_bytes(whole[:-1])
    assert load_chunk(path, {"x": (4,)}) is None


def _names(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
