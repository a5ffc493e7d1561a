"""Text files inside a zip archive, read line by line without unpacking: nothing is ever written to disk.

What an archive could do is bounded before and while it is read: how many files it lists, how large one of them says it is, by how
much it was packed, and how long a line may be. A file is chosen by its own name, so where its folder points does not matter.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from detente.core import InputError, is_file, readable_file, suggestion, unreadable

MOST_FILES = 10_000
"""Files an archive may list: EXIOBASE lists some dozens."""
LARGEST_FILE = 8 * 1024**3
"""Bytes a file may have unpacked: a matrix of ten thousand industries has about two thousand million."""
HIGHEST_RATIO = 1_000
"""Times a file may be larger unpacked: text full of zeros packs by a hundred, what is made to overflow by a thousand and more."""
LONGEST_LINE = 16 * 1024**2
"""Bytes of a line: ten thousand columns of twenty digits are two hundred thousand."""
CUT = "the archive is damaged or was cut short: download it again"
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Packed:
    """A text file inside an archive.

    Attributes
    ----------
    archive : Path
    member : str
        Its whole name there.
    """

    archive: Path
    member: str

    @property
    def name(self) -> str:
        """Own name, for messages."""
        return PurePosixPath(self.member).name

    def __str__(self) -> str:
        return f"{self.archive}: {self.member}"

    def lines(self) -> Iterator[bytes]:
        """Lines of the file as bytes, one at a time.

        Raises
        ------
        InputError
            A line too long to be one, more bytes than are allowed, and damage, with the line before.
        """
        count, whole = 0, 0
        try:
            with zipfile.ZipFile(self.archive) as opened, opened.open(self.member) as stream:
                while line := stream.readline(LONGEST_LINE + 1):
                    count, whole = count + 1, whole + len(line)
                    if len(line) > LONGEST_LINE or whole > LARGEST_FILE:
                        raise InputError(
                            "the file is larger than any table: a line or the whole of it has no end",
                            where=f"{self.name}: line {count}",
                            hint="this is no table, whatever its name",
                        )
                    yield line
        except _DAMAGE as error:
            raise InputError(
                f"the file cannot be unpacked to its end ({_said(error)})",
                where=f"{self}: after line {count}",
                hint=CUT,
            ) from None


Source = Path | Packed
"""A text file, on disk or in an archive."""


def is_archive(path: Path) -> bool:
    """Whether a path is a zip archive, by its first bytes."""
    if not is_file(path):
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError as error:
        raise unreadable(error, str(path)) from error


def archive_files(path: Path) -> dict[str, zipfile.ZipInfo]:
    """Files of an archive by their whole names.

    Raises
    ------
    InputError
        A damaged archive, and one that lists too many files or one of them twice.
    """
    readable_file(path, expected="a zip archive")
    try:
        with zipfile.ZipFile(path) as opened:
            listed = [entry for entry in opened.infolist() if not entry.is_dir()]
    except _DAMAGE as error:
        raise InputError(
            f"the archive cannot be opened ({_said(error)})", where=str(path), hint=CUT
        ) from None
    if len(listed) > MOST_FILES:
        raise InputError(
            f"the archive lists {len(listed):,} files",
            where=str(path),
            hint="give the publisher's own archive",
        )
    by_name = {entry.filename: entry for entry in listed}
    if len(by_name) < len(listed):
        raise InputError(
            "the archive has a file twice", where=str(path), hint="give the publisher's own archive"
        )
    return by_name


def packed(path: Path, entry: zipfile.ZipInfo) -> Packed:
    """Choose a file of an archive to be read.

    Raises
    ------
    InputError
        One behind a password, and one too large to be a table.
    """
    where = f"{path.name}: {entry.filename}"
    if entry.flag_bits & 1:
        raise InputError("the file is behind a password", where=where, hint="unpack it and give the folder")
    ratio = entry.file_size / max(entry.compress_size, 1)
    if entry.file_size > LARGEST_FILE or ratio > HIGHEST_RATIO:
        raise InputError(
            f"unpacked the file would have {entry.file_size / 1e6:,.0f} million bytes, {ratio:,.0f} times what it has packed",
            where=where,
            hint="no table packs so; unpack it yourself and give the folder if you trust it",
        )
    return Packed(path, entry.filename)


def packed_beside(path: Path, names: tuple[str, ...]) -> tuple[Packed, ...]:
    """Files of one folder of an archive, found by the first of their names.

    Raises
    ------
    InputError
        When no folder, or more than one, has that file; when another is missing beside it.
    """
    listed = archive_files(path)
    folders = [PurePosixPath(name).parent for name in listed if PurePosixPath(name).name == names[0]]
    if len(folders) != 1:
        what = "no folder" if not folders else f"{len(folders)} folders"
        raise InputError(
            f"{what} of the archive has a {names[0]}",
            where=str(path),
            hint="the archive of one year holds one; give that, or the unpacked folder",
        )
    chosen = []
    for name in names:
        whole = str(folders[0] / name)
        if whole not in listed:
            raise InputError(
                f"the archive has no {name} beside {names[0]}",
                where=str(path),
                hint=suggestion(whole, listed),
            )
        chosen.append(packed(path, listed[whole]))
    return tuple(chosen)


def packed_year(path: Path, ending: str, year: int | None) -> Packed:
    """The one file of an archive with an ending, or the one whose name holds the year.

    Raises
    ------
    InputError
        When there is none, or more than one.
    """
    listed = {name: entry for name, entry in archive_files(path).items() if name.lower().endswith(ending)}
    if year is not None and len(listed) > 1:
        of_year = re.compile(rf"(?<!\d){year}(?!\d)")
        listed = {name: entry for name, entry in listed.items() if of_year.search(PurePosixPath(name).stem)}
    if len(listed) != 1:
        names = ", ".join(sorted(PurePosixPath(name).name for name in listed)[:8])
        raise InputError(
            f"the archive has {len(listed) or 'no'} {ending} files{'' if year is None else f' of {year}'}",
            where=str(path),
            hint=f"say which year with --year: {names}" if names else "give the publisher's own archive",
        )
    ((_, entry),) = listed.items()
    return packed(path, entry)


def _said(error: BaseException) -> str:
    return str(error)[:100] or type(error).__name__
