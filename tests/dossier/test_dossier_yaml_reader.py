"""The reader accepts a small safe part of YAML and says on which line it stopped."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from detente.core import DateError, DetenteError, InputError, SchemaError
from detente.dossier.yaml_reader import MAX_BYTES, key_text, parse_yaml, read_yaml


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"", 1, "empty"),
        (b" \n \n", 1, "empty"),
        (b"# only a comment\n", 1, "nothing but comments"),
        (b"just text\n", 1, "list or a mapping"),
        (b"a: 1\nb: [1,\n", 2, "ends too early"),
        (b"a: 1\nb: 'text\n", 2, "ends too early"),
        (b"a: 1\nb: 2\na: 3\n", 3, "appears twice"),
        (b"a: &x [1]\nb: *x\n", 2, "alias"),
        (b"a: 1\nb: !!python/object/apply:os.system [x]\n", 2, "tag"),
        (b"a: !local x\n", 1, "tag"),
        (b"a: 1\n---\nb: 2\n", 2, "second document"),
        (b"? [1]\n: 2\n", 1, "key must be plain text"),
        (b"a: b: c\n", 1, "not valid YAML"),
        (b"a:\n  - b\n c: 1\n", 3, "not valid YAML"),
        (b"a: 1\nb: \x00\n", 2, "U+0000"),
        (b"a: 1\nb: caf\xe9\n", 2, "not UTF-8"),
        (b"\xff\xfea\x00", 1, "not UTF-8"),
        (b"a: .inf\n", 1, "finite"),
        (b"a: .NaN\n", 1, "finite"),
        (b"a: 1e999\n", 1, "too large"),
        (b"a: " + b"1" * 5000, 1, "too many digits"),
        (b"[" * 100_000, 1, "levels deep"),
        (b"- " * 5_000, 1, "levels deep"),
    ],
)
def test_refusals_name_the_line(raw: bytes, line: int, words: str) -> None:
    with pytest.raises(SchemaError, match=r"bad\.yaml") as caught:
        parse_yaml(raw, name="bad.yaml")
    assert caught.value.line == line
    assert words in caught.value.what
    assert caught.value.hint


def test_a_day_that_does_not_exist_is_a_date_error_with_its_line() -> None:
    with pytest.raises(DateError, match=r"2025-09-31.*calendar") as caught:
        parse_yaml(b"- id: apec\n  from: 2025-09-31\n", name="clocks.yaml")
    assert caught.value.where == "clocks.yaml:2: [0].from"


def test_scalars_follow_yaml_1_2() -> None:
    data = parse_yaml(
        b"country: NO\nyes: on\noff: y\nquoted: '2025-10-28'\nday: 2025-10-28\nrate: .5\nscore: -1e-3\nn: 007\n"
        b"empty:\nt: true\nunder: 1_000\nclock: 12:30\n"
    ).data
    assert data == {
        "country": "NO",
        "yes": "on",
        "off": "y",
        "quoted": "2025-10-28",
        "day": dt.date(2025, 10, 28),
        "rate": 0.5,
        "score": -0.001,
        "n": 7,
        "empty": None,
        "t": True,
        "under": "1_000",
        "clock": "12:30",
    }


def test_places_point_to_keys_and_items() -> None:
    file = parse_yaml(b"- id: a\n  values:\n    - {from: 1, to: 2}\n    - {from: 3}\n", name="m.yaml")
    assert file.places[0, "values"] == (2, 3)
    assert file.places[0, "values", 0, "to"] == (3, 17)
    assert file.places[0, "values", 1] == (4, 7)
    assert file.where((0, "values", 1, "missing")) == "m.yaml:4: [0].values[1].missing"
    assert key_text((0, "a", "b", 1)) == "[0].a.b[1]"


def test_size_limit_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="more bytes than the limit"):
        parse_yaml(b"a: 1\n" * (MAX_BYTES // 5 + 1))
    large = tmp_path / "large.yaml"
    large.write_bytes(b"a" * 101)
    with pytest.raises(SchemaError, match="limit of 100"):
        read_yaml(large, max_bytes=100)
    with pytest.raises(InputError, match="no such file"):
        read_yaml(tmp_path / "absent.yaml")


def test_billion_laughs_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    with pytest.raises(SchemaError, match="alias"):
        parse_yaml("\n".join(lines).encode())


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise_anything_else(raw: bytes) -> None:
    try:
        file = parse_yaml(raw, name="fuzz.yaml")
    except DetenteError as error:
        assert "fuzz.yaml" in str(error)  # noqa: PT017
    else:
        assert isinstance(file.data, (dict, list))


@given(st.text(alphabet="ab:-[]{}&*!#'\"|> \n\t0123456789.,?%@~", max_size=120))
def test_text_of_yaml_marks_never_raises_anything_else(text: str) -> None:
    try:
        parse_yaml(text.encode(), name="fuzz.yaml")
    except DetenteError as error:
        assert "fuzz.yaml" in str(error)  # noqa: PT017
