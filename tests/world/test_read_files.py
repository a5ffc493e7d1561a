"""Files that cannot be read: each says what it is, where, and what to do."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from detente.core import InputError, LabelError, SchemaError, UnitError
from detente.world.numbers import parse_number
from detente.world.read.files import check_text, million_usd, read_long, unit_factor
from detente.world.read.icio import read_icio
from detente.world.read.sources import read_source
from detente.world.read.wiod import read_wiod

LONG = "country,sector,value\nUSA,A,1\nCHN,A,2\n"


def long_rows(path: Path, text: str | bytes) -> list[tuple[int, tuple[str, ...]]]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_long(path, ("country", "sector", "value")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n  \n", "empty"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        (b"PAR1abc", "parquet"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0abc", "Excel"),
        (b"a,b\x00c\n", "binary"),
        (b"<!DOCTYPE html><html>", "web page"),
    ],
)
def test_what_is_no_csv_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "2020.csv"
    path.write_bytes(content)
    for reader in (read_icio, read_wiod):
        with pytest.raises(InputError, match=words) as error:
            reader(path)
        assert "2020.csv" in str(error.value)
        assert error.value.hint


def test_a_zip_where_a_csv_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "2020.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2020_SML.csv", LONG)
    with pytest.raises(InputError, match="zip archive") as error:
        read_wiod(path)
    assert "unpack" in str(error.value.hint)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "icio_2020.csv").write_text(LONG)
    with pytest.raises(InputError, match="no such file") as error:
        check_text(tmp_path / "icio_2O20.csv")
    assert "icio_2020.csv" in str(error.value.hint)
    with pytest.raises(InputError, match="folder"):
        check_text(tmp_path)


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="UTF-8"):
        long_rows(tmp_path / "x.csv", LONG.encode() + b"C\xf4te,A,1\n")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    plain = long_rows(tmp_path / "x.csv", LONG)
    marked = long_rows(tmp_path / "y.csv", b"\xef\xbb\xbf" + LONG.replace("\n", "\r\n").encode())
    assert marked == plain


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_a_wrong_delimiter_is_named(tmp_path: Path, mark: str, name: str) -> None:
    with pytest.raises(SchemaError, match=name) as error:
        long_rows(tmp_path / "x.csv", LONG.replace(",", mark))
    assert error.value.line == 1


def test_columns(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="value") as error:
        long_rows(tmp_path / "x.csv", "country,sector\nUSA,A\n")
    assert "missing" in error.value.what
    with pytest.raises(SchemaError, match="unknown column `valu`") as error:
        long_rows(tmp_path / "x.csv", LONG.replace("value", "valu"))
    assert "`value`" in str(error.value.hint)
    with pytest.raises(LabelError, match="`sector` occurs twice"):
        long_rows(tmp_path / "x.csv", "country,sector,sector,value\nUSA,A,B,1\n")
    with pytest.raises(InputError, match="header and nothing else"):
        long_rows(tmp_path / "x.csv", "country,sector,value\n")


def test_columns_in_any_order(tmp_path: Path) -> None:
    assert long_rows(tmp_path / "x.csv", "value,country,sector\n1,USA,A\n") == [(2, ("USA", "A", "1"))]


def test_ragged_and_cut_rows_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="the row has 4 cells") as error:
        long_rows(tmp_path / "x.csv", LONG.replace("USA,A,1", "USA,A,1,9"))
    assert error.value.line == 2
    with pytest.raises(SchemaError, match="cut short") as error:
        long_rows(tmp_path / "x.csv", LONG[:-3])
    assert error.value.line == 3


@pytest.mark.parametrize("text", ["", "nan", "NA", "..", "inf", "-inf"])
def test_cells_without_a_number(text: str) -> None:
    with pytest.raises(UnitError) as error:
        parse_number(text, file="x.csv", line=7, cell="USA_A → CHN_B")
    assert str(error.value.where) == "x.csv:7: USA_A → CHN_B"


@pytest.mark.parametrize("text", ["1,5", "1 000", "12 %", "abc", "1.2.3"])
def test_cells_that_are_no_numbers(text: str) -> None:
    with pytest.raises(SchemaError) as error:
        parse_number(text, file="x.csv", line=7, cell="USA_A")
    assert (error.value.line, error.value.key) == (7, "USA_A")


def test_magnitudes() -> None:
    assert million_usd(1e-12, 1.0, where="x") == 0.0
    assert million_usd(5.0, 1e3, where="x") == 5e3
    with pytest.raises(UnitError, match="more than any economy"):
        million_usd(1e10, 1e3, where="x.csv:2")


def test_units() -> None:
    assert unit_factor("billion USD", where="x") == 1e3
    with pytest.raises(UnitError, match="unknown unit") as error:
        unit_factor("milion USD", where="world.yaml")
    assert "million USD" in str(error.value.hint)


def test_a_source_names_its_kind() -> None:
    with pytest.raises(InputError, match="KIND:PATH") as error:
        read_source("iciox:2020.csv")
    assert "`icio`" in str(error.value.hint)
    with pytest.raises(InputError, match="KIND:PATH"):
        read_source("2020.csv")
