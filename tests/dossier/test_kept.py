"""Records and files kept between runs: the same as if read anew, and nothing that is damaged is believed."""

from __future__ import annotations

import dataclasses
import json
import os
import sys

import pytest

from detente.core import SchemaError, kept as store
from detente.core.kept import MARK, MOST, cache_folder, keep, recall
from detente.dossier import errors, load, load_dossier, read_record, read_yaml
from detente.dossier.kept import errors_kept, load_kept, save_kept


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """A cache of its own, used by this test as it is outside the tests."""
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "recall", recall)
    monkeypatch.setattr(store, "keep", keep)
    monkeypatch.setattr(load, "_PARSED", {})
    return tmp_path / "cache"


def folder_of(name):
    return load.folder_of(name)


def fresh(name, monkeypatch):
    """Read a record as another process would."""
    monkeypatch.setattr(load, "_PARSED", {})
    return read_record(folder_of(name))


def same(first, second):
    assert first[1] == second[1]
    for field in dataclasses.fields(first[0]):
        before, after = getattr(first[0], field.name), getattr(second[0], field.name)
        assert type(before) is type(after)
        assert before == after
        assert repr(before) == repr(after)
        if isinstance(before, dict):
            assert list(before) == list(after)
            given = [[entry.model_fields_set for entry in group.values()] for group in (before, after)]
            assert given[0] == given[1]


def test_a_record_comes_back_as_it_was_read_and_without_reading(cache, monkeypatch):
    read = fresh("phase-one-2018", monkeypatch)
    files = list((cache / "records").glob("*.json"))
    assert len(files) == 1
    with monkeypatch.context() as patch:
        patch.setattr(load, "_parsed", None)
        again = fresh("phase-one-2018", monkeypatch)
    same(read, again)
    with pytest.raises(TypeError, match="cannot be changed"):
        again[0].measures.clear()
    measure = next(iter(again[0].measures.values()))
    with pytest.raises(ValueError, match="frozen"):
        measure.title = "another"
    assert measure.model_copy(update={"title": "x"}).title == "x"

    whole = files[0].read_bytes()
    body = json.loads(whole.partition(b"\n")[2])
    forged = json.dumps({**body, "classes": [["os", "system", []], *body["classes"][1:]]}).encode()
    damages = (
        whole[:-20],
        b"",
        whole.replace(b"2018", b"2019", 1),
        MARK + store.sha256_bytes(forged).encode() + b"\n" + forged,
        MARK + store.sha256_bytes(b"[1]").encode() + b"\n[1]",
    )
    for damaged in damages:
        files[0].write_bytes(damaged)
        same(read, fresh("phase-one-2018", monkeypatch))
        assert files[0].read_bytes() == whole


def test_what_others_can_write_is_not_believed_and_what_cannot_be_kept_is_not(cache, tmp_path, monkeypatch):
    keep("kind", "key", [1.5, "ü", None])
    assert recall("kind", "key") == [1.5, "ü", None]
    (cache / "kind").chmod(0o777)
    assert recall("kind", "key") is None or not hasattr(os, "getuid")
    (cache / "kind").chmod(0o700)
    for number in range(MOST + 3):
        keep("kind", f"n{number}", number)
    assert len(list((cache / "kind").iterdir())) == MOST
    save_kept("kind", "odd", {"a": object()})
    assert load_kept("kind", "odd") is None
    save_kept("kind", "both", ([1], (2,)))
    assert load_kept("kind", "both") is None
    (tmp_path / "file").write_text("")
    for nowhere in (str(tmp_path / "file"), "off"):
        monkeypatch.setenv("DETENTE_CACHE", nowhere)
        keep("kind", "key", 1)
        assert recall("kind", "key") is None
    assert cache_folder() is None


def test_a_file_comes_back_with_its_places_and_its_faults_stay(cache, tmp_path, monkeypatch):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("- id: a\n  on: 2025-10-30\n  d: {x: [1, 2.0, true, null]}\n")
    bad.write_text("a: 1\na: 2\n")
    first, second = read_yaml(good), read_yaml(good, name="other.yaml")
    assert second == dataclasses.replace(first, name="other.yaml")
    assert type(second.data[0]["d"]["x"][1]) is float
    assert len(list((cache / "yaml").iterdir())) == 1
    for _ in range(2):
        with pytest.raises(SchemaError, match=r"bad\.yaml"):
            read_yaml(bad)
    record = load_dossier("phase-one-2018")
    assert errors_kept(record) == errors_kept(record) == errors(record)
    assert list((cache / "errors").iterdir())


def test_code_that_reads_otherwise_finds_nothing_old(cache, monkeypatch):
    from detente.dossier.kept import key_of

    before = key_of("record", b"x")
    monkeypatch.setattr(store, "files_key", lambda paths: "other code")
    assert key_of("record", b"x") != before
    assert key_of("a", "b") != key_of("ab", "")
    assert "pickle" not in vars(sys.modules["detente.dossier.kept"])
