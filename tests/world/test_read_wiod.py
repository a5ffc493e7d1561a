"""WIOD tables in their three layouts."""

from __future__ import annotations

from pathlib import Path

import pytest
from published_tables import (
    Bilateral,
    random_bilateral,
    write_wiod_2016,
    write_wiod_long,
    write_wiod_wide,
)

from detente.core import InputError, LabelError, SchemaError, UnitError
from detente.world.read.wiod import read_wiod

COUNTRIES = ("AUS", "ROM", "RoW")
SECTORS = ("c1", "c2", "c3")


@pytest.fixture(scope="module")
def table() -> Bilateral:
    return random_bilateral(COUNTRIES, SECTORS, 7)


def assert_read(path: Path, table: Bilateral, sectors: tuple[str, ...] = SECTORS) -> None:
    found = read_wiod(path)
    assert found.year == 2011
    assert found.labels.countries == ("AUS", "ROU", "ROW")
    assert found.labels.sectors == sectors
    for name, wanted in (("flows", table.flows), ("inputs", table.inputs), ("final", table.final_demand)):
        assert getattr(found, name) == pytest.approx(wanted, rel=1e-9, abs=1e-6), name


def test_wide(tmp_path: Path, table: Bilateral) -> None:
    assert_read(write_wiod_wide(tmp_path / "wiot2011.csv", table), table)


def test_wide_parquet(tmp_path: Path, table: Bilateral) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = write_wiod_wide(tmp_path / "wiot2011.csv", table)
    pandas.read_csv(path).to_parquet(tmp_path / "wiot2011.parquet")
    assert_read(tmp_path / "wiot2011.parquet", table)


def test_long(tmp_path: Path, table: Bilateral) -> None:
    assert_read(write_wiod_long(tmp_path / "long_2011.csv", table), table)


def test_release_of_2016(tmp_path: Path) -> None:
    table = random_bilateral(COUNTRIES, tuple(f"r{k}" for k in range(1, 57)), 8)
    assert_read(write_wiod_2016(tmp_path / "wiot_2011.csv", table, 2011), table, table.sectors)


def test_a_folder_with_one_table(tmp_path: Path, table: Bilateral) -> None:
    write_wiod_wide(tmp_path / "wiod2011.csv", table)
    assert_read(tmp_path, table)
    write_wiod_wide(tmp_path / "wiod2010.csv", table)
    with pytest.raises(InputError, match="2 WIOD tables"):
        read_wiod(tmp_path)


def test_wrong_cells_are_named(tmp_path: Path, table: Bilateral) -> None:
    path = write_wiod_long(tmp_path / "long_2011.csv", table)
    text = path.read_text()
    first = text.splitlines()[1]
    path.write_text(text.replace(first, "AUS,c1,AUS,c1,x", 1))
    with pytest.raises(SchemaError, match="not a number") as error:
        read_wiod(path)
    assert "long_2011.csv:2: AUS|c1 → AUS|c1" in str(error.value)
    path.write_text(text.replace(first, first + "\n" + first, 1))
    with pytest.raises(SchemaError, match="already"):
        read_wiod(path)
    path.write_text(text.replace(first, "AUS,c1,AUS,c1,1e15", 1))
    with pytest.raises(UnitError, match="more than any economy"):
        read_wiod(path)


def test_labels_of_another_form(tmp_path: Path, table: Bilateral) -> None:
    path = write_wiod_wide(tmp_path / "wiot2011.csv", table)
    path.write_text(path.read_text().replace("AUS|c2", "AUSc2", 1))
    with pytest.raises(LabelError, match="AUSc2"):
        read_wiod(path)


def test_parquet_that_is_none(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "wiod2011.parquet").write_bytes(b"PAR1 and nothing behind it")
    with pytest.raises(InputError, match="no readable parquet"):
        read_wiod(tmp_path / "wiod2011.parquet")
    with pytest.raises(InputError, match="no such file"):
        read_wiod(tmp_path / "wiod2012.parquet")
