"""Loading refuses what is malformed or points to nothing, and says where."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from small_case import FILES, edited

from detente.core import DateError, DetenteError, InputError, LabelError, SchemaError
from detente.dossier import load_dossier, shipped_dossiers

Small = Callable[..., Path]


def test_the_small_dossier_loads(small: Small) -> None:
    dossier = load_dossier(small())
    assert dossier.id == "small"
    assert list(dossier.measures) == ["duty"]
    assert dossier.measures["duty"].reported_in == ("c1",)
    assert len(dossier.content_hash) == 64


@pytest.mark.parametrize(
    ("overrides", "error", "where", "words"),
    [
        (
            edited("measures/duties.yaml", "issue:", "isue:"),
            SchemaError,
            "duties.yaml:7",
            "did you mean `issue`",
        ),
        (
            edited("measures/duties.yaml", "grade: official", "grad: official"),
            SchemaError,
            "duties.yaml:13",
            "did you mean `grade`",
        ),
        (
            edited("measures/duties.yaml", "actor: USA", "actor: US"),
            LabelError,
            "duties.yaml:3",
            "did you mean `USA`",
        ),
        (
            edited("measures/duties.yaml", "source: S2", "source: S22"),
            LabelError,
            "duties.yaml:14",
            "did you mean `S2`",
        ),
        (edited("measures/duties.yaml", "[c1]", "[c11]"), LabelError, "duties.yaml:11", "did you mean `c1`"),
        (edited("claims.yaml", "[duty]", "[dutie]"), LabelError, "claims.yaml:9", "did you mean `duty`"),
        (
            edited("claims.yaml", "document: report", "document: rapport"),
            LabelError,
            "claims.yaml:2",
            "did you mean",
        ),
        (
            edited("measures/duties.yaml", "tariff", "tarif"),
            SchemaError,
            "duties.yaml:5",
            "did you mean `tariff`",
        ),
        (
            edited("measures/duties.yaml", "value: 0.10", "value: ten"),
            SchemaError,
            "duties.yaml:13",
            "number",
        ),
        (
            edited("measures/duties.yaml", "value: 0.10", "value: true"),
            SchemaError,
            "duties.yaml:13",
            "true/false",
        ),
        (edited("measures/duties.yaml", "2025-02-01", "2025-02-30"), DateError, "duties.yaml:13", "calendar"),
        (edited("measures/duties.yaml", "2025-02-01", "soon"), DateError, "duties.yaml:13", "not a day"),
        (edited("measures/duties.yaml", "2025-02-01", "20250201"), DateError, "duties.yaml:13", "not a day"),
        (
            edited("measures/duties.yaml", "until: 2026-11-10", "until: 2025-11-10"),
            DateError,
            "duties.yaml:14",
            "until",
        ),
        (
            edited("measures/duties.yaml", "known: 2025-11-02", "known: 2024-11-02"),
            DateError,
            "duties.yaml:14",
            "before",
        ),
        (
            edited("measures/duties.yaml", "  unit: fraction\n", ""),
            SchemaError,
            "duties.yaml:1",
            "`unit` is missing",
        ),
        (edited("claims.yaml", "line: 1", "line: 4"), SchemaError, "claims.yaml:3", "not in its document"),
        (
            edited("claims.yaml", 'verdict: "true"', 'verdict: "true"\n  hindsight: hit'),
            SchemaError,
            "claims.yaml:11",
            "outcome",
        ),
        ({"clocks.yaml": "- just text\n"}, SchemaError, "clocks.yaml:1", "mapping of keys"),
        ({"clocks.yaml": "id: a\n"}, SchemaError, "clocks.yaml:1", "list of entries"),
        ({"clocks.yaml": ""}, SchemaError, "clocks.yaml:1", "empty"),
        ({"clocks.yaml": "{}\n"}, SchemaError, "clocks.yaml:1", "list of entries"),
        ({"clock.yaml": "[]\n"}, SchemaError, "clock.yaml", "did you mean `clocks.yaml`"),
        ({"clocks.yml": "[]\n"}, SchemaError, "clocks.yml", "rename it"),
        ({"sources.yaml": None}, SchemaError, "sources.yaml", "missing"),
        ({"dossier.yaml": "- id: small\n"}, SchemaError, "dossier.yaml:1", "mapping of keys"),
        ({"measures/more.yaml": FILES["measures/duties.yaml"]}, SchemaError, "more.yaml:1", "duties.yaml:1"),
        (
            {"dossier.yaml": FILES["dossier.yaml"] + "entries: {claims.yaml: 2}\n"},
            SchemaError,
            "claims.yaml:1",
            "1 entries where dossier.yaml expects 2",
        ),
        (
            {"dossier.yaml": FILES["dossier.yaml"] + "entries: {claim.yaml: 1}\n"},
            LabelError,
            "dossier.yaml:6",
            "did you mean `claims.yaml`",
        ),
    ],
)
def test_each_fault_has_its_own_message(
    small: Small, overrides: dict[str, str], error: type[DetenteError], where: str, words: str
) -> None:
    with pytest.raises(error) as caught:
        load_dossier(small(overrides))
    assert where in str(caught.value)
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_file_cut_off_inside_its_last_entry_says_so(small: Small) -> None:
    folder = small()
    file = folder / "measures" / "duties.yaml"
    text = file.read_text()
    file.write_text(text[: text.index("announced") - 3])
    with pytest.raises(SchemaError, match="ends in the middle of its last entry"):
        load_dossier(folder)
    file.write_text(text[: text.index("grade: official")])
    with pytest.raises(SchemaError, match="ends too early"):
        load_dossier(folder)


def test_names_and_paths(small: Small, tmp_path: Path) -> None:
    assert "busan-2025" in shipped_dossiers()
    with pytest.raises(LabelError, match="did you mean `busan-2025`"):
        load_dossier("busan-2024")
    with pytest.raises(LabelError):
        load_dossier(tmp_path / "nowhere")
    with pytest.raises(LabelError):
        load_dossier("nul\0l")
    with pytest.raises(InputError):
        load_dossier(7)  # type: ignore[arg-type]
    with pytest.raises(DateError):
        load_dossier(small(), asof="2025-10-28")  # type: ignore[arg-type]
    with pytest.raises(DateError, match="the record starts on 2025-01-02"):
        load_dossier(small(), asof=dt.date(2024, 1, 1))


def test_the_record_cannot_be_changed(small: Small) -> None:
    dossier = load_dossier(small())
    with pytest.raises(TypeError, match="cannot be changed"):
        dossier.measures["x"] = dossier.measures["duty"]
    with pytest.raises(TypeError, match="cannot be changed"):
        dossier.measures.clear()
    with pytest.raises(AttributeError):
        dossier.id = "other"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(dossier)).measures == dossier.measures


def test_the_hash_is_of_content_not_of_place(small: Small, tmp_path: Path) -> None:
    first = load_dossier(small()).content_hash
    assert load_dossier(small(), asof=dt.date(2025, 3, 1)).content_hash == first
    changed = small(edited("claims.yaml", "A duty is coming", "A duty is going"))
    assert load_dossier(changed).content_hash != first


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(raw=st.binary(max_size=200), name=st.sampled_from(sorted(FILES)), at=st.integers(0, 400))
def test_damaged_files_raise_only_our_errors(small: Small, raw: bytes, name: str, at: int) -> None:
    folder = small()
    path = folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + raw + whole[at + len(raw) :])
    try:
        load_dossier(folder)
    except DetenteError as error:
        assert str(error)  # noqa: PT017
