"""Archives as publishers ship them: read without unpacking, the same as what they hold, and bounded."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from published_tables import Bilateral, random_bilateral, write_exiobase, write_icio

from detente.core import InputError
from detente.world.read import packed, read_exiobase, read_icio
from detente.world.read.matrix import MatrixSum
from detente.world.read.packed import archive_files

COUNTRIES = ("USA", "CHN", "MEX", "ROW")
SECTORS = ("A01", "A02", "C302T309", "J58T60")
SPLIT = {"CHN": ("CN1", "CN2"), "MEX": ("MX1", "MX2")}


@pytest.fixture(scope="module")
def table() -> Bilateral:
    return random_bilateral(COUNTRIES, SECTORS, 4)


@pytest.fixture(scope="module")
def oecd(tmp_path_factory: pytest.TempPathFactory, table: Bilateral) -> Path:
    """The 2025 edition as the OECD ships it: several years in one archive, China and Mexico split by type of firm."""
    folder = tmp_path_factory.mktemp("oecd")
    other = random_bilateral(COUNTRIES, SECTORS, 9)
    with zipfile.ZipFile(folder / "2021-2022.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(write_icio(folder / "2021.csv", other, split=SPLIT), "2021.csv")
        archive.write(write_icio(folder / "2022.csv", table, split=SPLIT), "2022.csv")
        archive.writestr("ReadMe_ICIO.txt", "not a table")
    return folder / "2021-2022.zip"


def test_a_year_of_an_oecd_archive(oecd: Path, table: Bilateral) -> None:
    read = read_icio(oecd, year=2022)
    assert (read.year, read.labels.countries, read.labels.sectors) == (2022, COUNTRIES, SECTORS)
    for name, wanted in (("flows", table.flows), ("inputs", table.inputs), ("final", table.final_demand)):
        assert getattr(read, name) == pytest.approx(wanted, rel=1e-9, abs=1e-6), name
    assert [file["path"] for file in read.files] == ["2021-2022.zip"]
    with pytest.raises(InputError, match=r"2 \.csv files") as error:
        read_icio(oecd)
    assert "2021.csv, 2022.csv" in str(error.value.hint)
    with pytest.raises(InputError, match=r"no \.csv files of 1995"):
        read_icio(oecd, year=1995)


def test_one_table_in_an_archive_needs_no_year(tmp_path: Path, table: Bilateral) -> None:
    path = tmp_path / "any.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(write_icio(tmp_path / "2022_SML.csv", table), "ICIO/2022_SML.csv")
    read = read_icio(path)
    assert read.year == 2022
    assert read.flows == pytest.approx(table.flows, rel=1e-9, abs=1e-6)


@pytest.fixture(scope="module")
def exiobase(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of EXIOBASE and, beside it, the same as it is shipped."""
    root = tmp_path_factory.mktemp("exiobase")
    folder = write_exiobase(
        root / "IOT_2011_ixi", random_bilateral(("AT", "US", "WA"), ("Rice", "Gas", "Post"), 11)
    )
    zipped(root / "IOT_2011_ixi.zip", folder, "IOT_2011_ixi/")
    return folder


def zipped(path: Path, folder: Path, inside: str, **more: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("Z.txt", "Y.txt", "x.txt", "unit.txt"):
            archive.write(folder / name, inside + name)
        archive.writestr(inside + "satellite/unit.txt", "of something else")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a name that stands twice
            for name, text in more.items():
                archive.writestr(name, text)
    return path


def test_an_exiobase_archive_is_its_folder(exiobase: Path, tmp_path: Path) -> None:
    plain, packed_one = (
        read_exiobase(exiobase, usd_per_unit=1.25),
        read_exiobase(exiobase.with_suffix(".zip"), usd_per_unit=1.25),
    )
    assert packed_one.year == 2011
    for name in ("flows", "inputs", "final"):
        assert (getattr(plain, name) == getattr(packed_one, name)).all(), name
    assert plain.labels == packed_one.labels
    assert [file["path"] for file in packed_one.files] == ["IOT_2011_ixi.zip"]
    # a name that points outside is only a name
    outside = zipped(tmp_path / "IOT_2012_ixi.zip", exiobase, "../../up/")
    read = read_exiobase(outside, usd_per_unit=1.25)
    assert (read.flows == plain.flows).all()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["IOT_2012_ixi.zip"]
    assert not (tmp_path.parent.parent / "up").exists()


def test_an_archive_cut_short_or_damaged_says_so(exiobase: Path, tmp_path: Path) -> None:
    whole = exiobase.with_suffix(".zip").read_bytes()
    short = tmp_path / "IOT_2011_ixi.zip"
    short.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cannot be opened") as error:
        read_exiobase(short, usd_per_unit=1.0)
    assert "cut short" in str(error.value.hint)
    broken = bytearray(whole)
    broken[200:240] = bytes(40)
    short.write_bytes(bytes(broken))
    with pytest.raises(InputError, match="cannot be unpacked to its end") as error:
        read_exiobase(short, usd_per_unit=1.0)
    assert "Z.txt: after line" in str(error.value)


def test_what_an_archive_could_do_is_bounded(
    exiobase: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "2022.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2022.csv", "0" * 4_000_000)
    with pytest.raises(InputError, match=r"1,0.. times what it has packed"):
        read_icio(bomb)
    path = exiobase.with_suffix(".zip")
    with monkeypatch.context() as patch:
        patch.setattr(packed, "LARGEST_FILE", 500)
        with pytest.raises(InputError, match="would have 0 million bytes"):
            read_exiobase(path, usd_per_unit=1.0)
    with monkeypatch.context() as patch:
        patch.setattr(packed, "LONGEST_LINE", 40)
        with pytest.raises(InputError, match="has no end"):
            read_exiobase(path, usd_per_unit=1.0)
    with monkeypatch.context() as patch:
        patch.setattr(packed, "MOST_FILES", 3)
        with pytest.raises(InputError, match="lists 5 files"):
            read_exiobase(path, usd_per_unit=1.0)
    entry = archive_files(path)["IOT_2011_ixi/Z.txt"]
    entry.flag_bits |= 1
    with pytest.raises(InputError, match="password"):
        packed.packed(path, entry)


def test_archives_of_something_else(exiobase: Path, tmp_path: Path) -> None:
    path = tmp_path / "IOT_2011_ixi.zip"
    for more, words in (
        ({"other/Z.txt": "again"}, "2 folders of the archive"),
        ({"IOT/Z.txt": "again"}, "a file twice"),
    ):
        zipped(path, exiobase, "IOT/", **more)
        with pytest.raises(InputError, match=words):
            read_exiobase(path, usd_per_unit=1.0)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/Z.txt", "x")
        archive.writestr("a/y.txt", "x")
    with pytest.raises(InputError, match=r"no Y\.txt beside Z\.txt"):
        read_exiobase(path, usd_per_unit=1.0)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme", "x")
    with pytest.raises(InputError, match=r"no folder of the archive has a Z\.txt"):
        read_exiobase(path, usd_per_unit=1.0)


def test_rows_are_taken_as_they_are_unpacked(exiobase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more than a block of rows is held, so memory does not grow with the length of a table."""
    read, ahead = [0], []
    lines, add = packed.Packed.lines, MatrixSum.add

    def counted(self: packed.Packed) -> Iterator[bytes]:
        for line in lines(self):
            read[0] += self.name == "Z.txt"
            yield line

    def added(self: MatrixSum, *row: object) -> None:
        ahead.append(read[0] - len(ahead))
        add(self, *row)

    monkeypatch.setattr(packed.Packed, "lines", counted)
    monkeypatch.setattr(MatrixSum, "add", added)
    monkeypatch.setattr("detente.world.read.exiobase.BLOCK", 2)
    read_exiobase(exiobase.with_suffix(".zip"), usd_per_unit=1.0)
    assert len(ahead) == 9
    assert max(ahead) <= 2 + 4  # two of a block, three of headings, one that is looked at first
