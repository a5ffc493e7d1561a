"""Reading a world from its two files, and every way they can be damaged."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from detente.core import BalanceError, InputError, sha256_bytes, sha256_file
from detente.world import load_world, shipped_worlds
from detente.world.load import DATA

SHEET = "world-2024.datapackage.json"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("world-2024.npz", SHEET):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    return tmp_path / "world-2024.npz"


def rewrite(path: Path, arrays: dict[str, np.ndarray], *, rehash: bool = True) -> None:
    """Write other arrays into a copied world, with or without the data sheet agreeing."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    path.write_bytes(out.getvalue())
    if rehash:
        sheet = json.loads(path.with_name(SHEET).read_text(encoding="utf-8"))
        sheet["sha256"] = sha256_bytes(out.getvalue())
        path.with_name(SHEET).write_text(json.dumps(sheet), encoding="utf-8")


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as stored:
        return dict(stored)


def test_the_shipped_world() -> None:
    economy = load_world()
    assert (len(economy.labels.countries), len(economy.labels.sectors), economy.year) == (21, 33, 2024)
    assert economy.labels.countries[:3] == ("USA", "CHN", "EU27")
    assert economy.labels.country_name("EU27") == "EU 27"
    assert economy.labels.sector_name("C26") == "Computers and electronics"
    assert economy.data_hash == economy.provenance["data_hash"]
    assert "world-2024" in shipped_worlds()


def test_the_data_sheet_says_what_it_must() -> None:
    sheet = load_world().provenance
    for key in ("title", "sources", "inputs", "method", "assumed", "weaknesses", "moved", "resources"):
        assert sheet[key]
    assert all(source["citation"] and source["licence"] for source in sheet["sources"])
    assert all(len(entry["sha256"]) == 64 for entry in sheet["inputs"])
    assert len(sheet["moved"]) == 21
    assert (DATA / "world-2024.npz").stat().st_size < 1_000_000


def test_a_path_works_too(copy: Path) -> None:
    assert load_world(copy).data_hash == load_world().data_hash


def test_unknown_name() -> None:
    with pytest.raises(InputError, match="unknown world") as caught:
        load_world("world-2042")
    assert "world-2024" in str(caught.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_world(tmp_path / "nothing.npz")


def test_no_data_sheet(copy: Path) -> None:
    copy.with_name(SHEET).unlink()
    with pytest.raises(InputError, match="data sheet is missing"):
        load_world(copy)


@pytest.mark.parametrize("text", ["{", "[]"])
def test_data_sheet_is_not_an_object(copy: Path, text: str) -> None:
    copy.with_name(SHEET).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="is not"):
        load_world(copy)


@pytest.mark.parametrize("key", ["sha256", "countries", "sectors", "year", "name", "elasticity_source"])
def test_data_sheet_lacks_an_entry(copy: Path, key: str) -> None:
    sheet = json.loads(copy.with_name(SHEET).read_text(encoding="utf-8"))
    del sheet[key]
    copy.with_name(SHEET).write_text(json.dumps(sheet), encoding="utf-8")
    with pytest.raises(InputError, match=f"has no `{key}`"):
        load_world(copy)


def test_truncated(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:50_000])
    with pytest.raises(InputError, match="cut short"):
        load_world(copy)


def test_not_a_zip(copy: Path) -> None:
    copy.write_bytes(b"country,sector\nUSA,C26\n")
    with pytest.raises(InputError, match=r"not an \.npz"):
        load_world(copy)


def test_another_zip(copy: Path) -> None:
    with zipfile.ZipFile(copy, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match="SHA-256"):
        load_world(copy)
    sheet = copy.with_name(SHEET)
    told = json.loads(sheet.read_text(encoding="utf-8"))
    sheet.write_text(json.dumps({**told, "sha256": sha256_file(copy)}), encoding="utf-8")
    with pytest.raises(InputError, match="lacks the array"):
        load_world(copy)


def test_missing_array(copy: Path) -> None:
    arrays = arrays_of(copy)
    del arrays["tariff"]
    rewrite(copy, arrays)
    with pytest.raises(InputError, match=r"lacks the array\(s\) tariff"):
        load_world(copy)


def test_other_content(copy: Path) -> None:
    arrays = arrays_of(copy)
    arrays["tariff"] = arrays["tariff"] * 2
    rewrite(copy, arrays, rehash=False)
    with pytest.raises(InputError, match="SHA-256 differs"):
        load_world(copy)


def test_content_that_does_not_balance(copy: Path) -> None:
    arrays = arrays_of(copy)
    arrays["va_share"] = arrays["va_share"] * 0.99
    rewrite(copy, arrays)
    with pytest.raises(BalanceError, match="value-added share"):
        load_world(copy)


def test_wrong_shape(copy: Path) -> None:
    arrays = arrays_of(copy)
    arrays["va_share"] = arrays["va_share"].T
    rewrite(copy, arrays)
    with pytest.raises(InputError, match="has shape"):
        load_world(copy)
