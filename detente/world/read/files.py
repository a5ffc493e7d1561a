"""Open the text files other people publish; say exactly what is wrong with one that cannot be read.

UTF-8 with or without a byte-order mark, any line ends, comma between cells. Every complaint names file, line and cell.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from detente.core import (
    InputError,
    LabelError,
    SchemaError,
    UnitError,
    csv_rows,
    open_lines,
    readable_file,
    suggestion,
    unreadable,
)
from detente.world.numbers import LARGEST, check_theta, parse_number
from detente.world.read.packed import Packed, Source

__all__ = [
    "LARGEST", "UNITS", "check_delimiter", "check_doubled", "check_text", "check_theta", "lines_of", "million_usd",
    "open_text", "parse_number", "ragged", "read_long", "unit_factor",
]  # fmt: skip
SMALLEST = 1e-9
"""Million USD. Less than a tenth of a cent counts as nothing."""
UNITS = {"USD": 1e-6, "thousand USD": 1e-3, "million USD": 1.0, "billion USD": 1e3}
"""Units values may be given in, and what makes million USD of them."""

_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "unpack it, or save the sheet as CSV, and give that file"),
    (b"PK\x05\x06", "an empty zip archive", "download it again"),
    (b"\x1f\x8b", "gzip-compressed", "unpack it with gunzip and give the file inside"),
    (b"PAR1", "a parquet file", "save it as CSV, or use a reader that takes parquet (wiod:)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV"),
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
    (b"%PDF", "a PDF", "give the table, not the paper"),
)  # fmt: skip


def check_text(path: Source, *, expected: str = "a CSV file") -> None:
    """Refuse what is no readable text file, and say what it is instead.

    Parameters
    ----------
    path : Path
    expected : str
        What the file should be, for the message.

    Raises
    ------
    InputError
        No such file, a folder, a pipe or a device, an empty file, a zip, a workbook, parquet, UTF-16, other binary content.
    """
    if isinstance(path, Packed):
        head = next(path.lines(), b"")[:4096]
    else:
        readable_file(path, expected=expected)
        try:
            with path.open("rb") as stream:
                head = stream.read(4096)
        except OSError as error:
            raise unreadable(error, str(path)) from error
    if not head.strip():
        raise InputError("the file is empty", where=str(path), hint="download or export it again")
    for magic, what, hint in _MAGIC:
        if head.startswith(magic):
            raise InputError(f"this is {what}, not {expected}", where=str(path), hint=hint)
    if b"\x00" in head:
        raise InputError(f"this is a binary file, not {expected}", where=str(path), hint="export it as CSV")
    if head.lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise InputError(
            f"this is a web page, not {expected}",
            where=str(path),
            hint="the download went to an error or log-in page",
        )


def open_text(path: Path) -> TextIO:
    """Open a checked file as text."""
    check_text(path)
    return open_lines(path)


def lines_of(path: Source) -> Iterator[tuple[int, str]]:
    """Number (from 1) and text of every line that is not blank.

    Raises
    ------
    InputError
        Bytes that are not UTF-8, with the line.
    """
    if isinstance(path, Packed):
        yield from _lines_packed(path)
        return
    line_number = 0
    with open_text(path) as stream:
        try:
            for line_number, line in enumerate(stream, 1):
                text = line.rstrip("\r\n")
                if text.strip():
                    yield line_number, text
        except UnicodeDecodeError as error:
            raise InputError(
                f"bytes that are not UTF-8 ({error.reason})",
                where=f"{path.name}: after line {line_number}",
                hint="save the file as UTF-8",
            ) from None


def _lines_packed(path: Packed) -> Iterator[tuple[int, str]]:
    """`lines_of` a file inside an archive."""
    check_text(path)
    for line_number, line in enumerate(path.lines(), 1):
        try:
            text = (line.removeprefix(codecs.BOM_UTF8) if line_number == 1 else line).decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"bytes that are not UTF-8 ({error.reason})",
                where=f"{path.name}:{line_number}",
                hint="save the file as UTF-8",
            ) from None
        if text.strip():
            yield line_number, text.rstrip("\r\n")


def check_delimiter(header: str, path: Source) -> None:
    """Refuse a header whose cells are not separated by commas."""
    if header.count(",") >= 1:
        return
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (" ", "blanks")):
        if header.count(mark) >= 1:
            raise SchemaError(
                f"the cells are separated by {name}, not by commas",
                file=path.name,
                line=1,
                hint="export it again with commas between cells and a point as decimal mark",
            )
    raise SchemaError(
        "the first line has a single cell",
        file=path.name,
        line=1,
        hint="the first line names the columns, with commas between them",
    )


def check_doubled(names: Sequence[str], path: Source, kind: str) -> None:
    """Refuse a label that occurs twice, naming both places."""
    seen: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if name in seen:
            raise LabelError(
                f"{kind} `{name}` occurs twice, as number {seen[name]} and {position}",
                where=f"{path.name}:1",
                hint="rename or drop one of them",
            )
        seen[name] = position


def million_usd(value: float, factor: float, *, where: str) -> float:
    """Million USD from a value and its unit; nothing below a tenth of a cent, an error beyond any economy.

    Raises
    ------
    UnitError
        Larger than `LARGEST`.
    """
    result = value * factor
    if abs(result) > LARGEST:
        raise UnitError(
            f"{result:.3g} million USD is more than any economy has",
            where=where,
            hint="the unit is wrong: declare it (" + ", ".join(UNITS) + ")",
        )
    return 0.0 if abs(result) < SMALLEST else result


def unit_factor(unit: str, *, where: str) -> float:
    """What makes million USD of a unit.

    Examples
    --------
    >>> unit_factor("thousand USD", where="world.yaml")
    0.001
    """
    if unit not in UNITS:
        raise UnitError(f"unknown unit `{unit}`", where=where, hint=suggestion(unit, UNITS))
    return UNITS[unit]


def read_long(
    path: Path, required: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Read a long CSV: one row a cell, columns by name and in any order.

    Parameters
    ----------
    path : Path
    required, optional : sequence of str
        Columns wanted; other columns are refused, since a misspelt optional one would be lost.

    Yields
    ------
    line : int
    cells : tuple of str
        Required columns, then the optional ones, empty where the file has no such column.

    Raises
    ------
    SchemaError
        Missing, unknown or doubled columns, a wrong delimiter, a ragged row, a file that ends within a row.
    """
    rows = csv_rows((text for _, text in lines_of(path)), file=path.name)
    numbers = (line for line, _ in lines_of(path))
    header = [cell.strip() for cell in next(rows, [])]
    next(numbers, None)
    if not header:
        raise InputError("the file is empty", where=str(path), hint="download or export it again")
    if len(header) == 1 and len(required) > 1:
        check_delimiter(header[0], path)
    check_doubled(header, path, "column")
    known = (*required, *optional)
    for name in header:
        if name not in known:
            raise SchemaError(
                f"unknown column `{name}`", file=path.name, line=1, hint=suggestion(name, known)
            )
    missing = [name for name in required if name not in header]
    if missing:
        raise SchemaError(
            f"column(s) {', '.join(missing)} are missing",
            file=path.name,
            line=1,
            hint="columns: " + ",".join(known),
        )
    places = [header.index(name) if name in header else -1 for name in known]
    empty = True
    for line, row in zip(numbers, rows, strict=False):
        if len(row) != len(header):
            raise ragged(path, line, len(row), len(header), last=next(rows, None) is None)
        empty = False
        yield line, tuple(row[place].strip() if place >= 0 else "" for place in places)
    if empty:
        raise InputError("the file has a header and nothing else", where=path.name, hint="export it again")


def ragged(path: Source, line: int, cells: int, expected: int, *, last: bool) -> SchemaError:
    """Error for a row with the wrong number of cells; in the last row it is a file cut short."""
    if last and cells < expected:
        return SchemaError(
            f"the file is cut short: its last row has {cells} of {expected} cells",
            file=path.name,
            line=line,
            hint="download or copy it again",
        )
    return SchemaError(
        f"the row has {cells} cells, the header {expected}",
        file=path.name,
        line=line,
        hint="a comma inside a cell needs quotes; a missing cell needs its comma",
    )
