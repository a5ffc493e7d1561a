"""The one boundary to files that somebody else wrote: what is opened, how much of it, and what is said when it is not.

Everything a user can name by its path is read through here. Only regular files are opened (a pipe or a device may never
end), never more than a limit is read, and every failure of the file system or of a decoder is an `InputError` that names
the file.
"""

from __future__ import annotations

import codecs
import csv
import errno
import json
import math
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from detente.core.errors import InputError, SchemaError
from detente.core.spelling import suggestion

PathLike = str | os.PathLike[str]
LARGEST_SHEET = 32 * 1024 * 1024
"""Bytes of a JSON data sheet that are read; the largest shipped one has a thousandth."""
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EBADF)


def name_of(path: object, longest: int = 120) -> str:
    """A path for a message: what cannot be printed is escaped, what is too long is shortened in the middle.

    Examples
    --------
    >>> name_of("a\\x00b")
    'a\\\\x00b'
    """
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(path))
    return text if len(text) <= longest else f"{text[: longest - 40]}…{text[-39:]}"


def _mode(path: PathLike) -> int | None:
    """Mode of what lies there; None for nothing, and for a name that no file can have."""
    try:
        return Path(path).stat().st_mode
    except (
        OSError,
        ValueError,
    ):  # ValueError: a null byte; OSError: absent, too long, no permission on the way
        return None


def is_folder(path: PathLike) -> bool:
    """Whether there is a folder of that name. Never raises, whatever the name is.

    Examples
    --------
    >>> is_folder("."), is_folder("x" * 5000), is_folder("a\\x00b")
    (True, False, False)
    """
    mode = _mode(path)
    return mode is not None and stat.S_ISDIR(mode)


def is_file(path: PathLike) -> bool:
    """Whether there is a regular file of that name. Never raises, whatever the name is."""
    mode = _mode(path)
    return mode is not None and stat.S_ISREG(mode)


def is_there(path: PathLike) -> bool:
    """Whether anything of that name is there, be it a file, a folder or a device. Never raises."""
    return _mode(path) is not None


def readable_file(path: PathLike, *, expected: str = "a file", hint: str | None = None) -> Path:
    """Return the path of a regular file, or say what is there instead.

    Parameters
    ----------
    path : path-like
    expected : str
        What the file should be, for the message.
    hint : str, optional
        Next step where there is no such file; the nearest name of the folder when left out.

    Raises
    ------
    InputError
        Nothing there, a folder, a pipe, a socket or a device, a name that no file can have, a folder on the way that may
        not be entered.
    """
    where = name_of(path)
    try:
        given = Path(path)
        mode = given.stat().st_mode
    except (TypeError, ValueError) as error:  # no path, or a null byte in it
        raise InputError(
            f"no file can have this name ({error})", where=where, hint="check the path"
        ) from None
    except OSError as error:
        if error.errno in _ABSENT:
            raise InputError(
                "there is no such file", where=where, hint=hint or _nearest_file(given)
            ) from None
        raise unreadable(error, where) from None
    if stat.S_ISDIR(mode):
        raise InputError(f"this is a folder, {expected} is wanted", where=where, hint="give the file inside")
    for test, what in _KINDS:
        if test(mode):
            raise InputError(
                f"this is {what}, {expected} is wanted",
                where=where,
                hint="a pipe or a device may never end: write its content into a file and give that",
            )
    return given


def _nearest_file(path: Path) -> str:
    """Nearest name in the folder of a file that is not there."""
    try:
        names = sorted(p.name for p in path.parent.iterdir())[:2000] if is_folder(path.parent) else []
    except OSError:
        names = []
    return suggestion(path.name[:80], names) if names else "check the path"


def unreadable(error: OSError, where: str) -> InputError:
    """What the operating system refused, as an error of ours."""
    if error.errno == errno.ENAMETOOLONG:
        return InputError("the name is longer than a file's name can be", where=where, hint="check the path")
    return InputError(
        f"cannot read it: {error.strerror or error}",
        where=where,
        hint="check the path and its permissions",
    )


def read_bytes(
    path: PathLike, *, limit: int, expected: str = "a file", name: str | None = None, cut: bool = False
) -> bytes:
    """Read a regular file, never more than a limit.

    Parameters
    ----------
    path : path-like
    limit : int, bytes
        A larger file is refused after so many bytes, whatever size it claims.
    expected : str
        What it should be, for messages.
    name : str, optional
        What to call it in messages; its path when left out.
    cut : bool
        Return the first `limit` bytes of a larger file instead of refusing it: for a reader that refuses it itself.

    Raises
    ------
    InputError
    """
    file = readable_file(path, expected=expected)
    try:
        with file.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise unreadable(error, name or name_of(path)) from error
    if len(content) > limit and cut:
        return content[:limit]
    if len(content) > limit:
        raise InputError(
            f"the file has more bytes than the limit of {limit:,}",
            where=name or name_of(path),
            hint=f"{expected} is far smaller: check that this is the right file",
        )
    return content


def read_text(path: PathLike, *, limit: int, expected: str = "a text file", name: str | None = None) -> str:
    """Read a regular file as UTF-8, with or without a byte-order mark.

    Raises
    ------
    InputError
        As `read_bytes`, and for bytes that are not UTF-8, with the line.
    """
    content = read_bytes(path, limit=limit, expected=expected, name=name)
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            where=f"{name or name_of(path)}:{line}",
            hint="save the file as UTF-8",
        ) from None


def open_lines(path: PathLike, *, expected: str = "a CSV file") -> TextIO:
    """Open a regular file as UTF-8 text to go through line by line.

    Raises
    ------
    InputError
    """
    file = readable_file(path, expected=expected)
    try:
        return file.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise unreadable(error, name_of(path)) from error


def csv_rows(lines: Iterable[str], *, file: str, first: int = 1) -> Iterator[list[str]]:
    """Cells of the rows of a CSV.

    Parameters
    ----------
    lines : iterable of str
    file : str
        Named in errors.
    first : int
        Number of the first line in its file.

    Raises
    ------
    SchemaError
        A cell too long to be one, a null byte, a quote that is never closed: with the row.
    """
    rows = csv.reader(lines, strict=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            what = str(error)
            if "field larger" in what:
                what = f"a cell is longer than {csv.field_size_limit():,} characters"
            raise SchemaError(
                f"no row of a CSV: {what}",
                file=file,
                line=first + max(rows.line_num - 1, 0),
                hint="a quote that is never closed swallows the rows below it; check the quotes of this row",
            ) from None
        yield row


def read_json(path: PathLike, *, expected: str = "a data sheet", limit: int = LARGEST_SHEET) -> Any:
    """Read a JSON file strictly.

    Refused, beside what is no JSON: a key given twice (the first would be lost), NaN and infinite numbers, numbers of
    hundreds of digits, thousands of levels, half of a surrogate pair.

    Raises
    ------
    InputError
    """
    text = read_text(path, limit=limit, expected=expected)
    name = Path(path).name

    def complaint(what: str) -> InputError:
        return InputError(
            f"this is not the JSON of {expected}: {what}", where=name_of(name), hint="reinstall or rebuild it"
        )

    def number(digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            raise complaint(f"{digits[:40]} is no finite number")
        return value

    def whole(digits: str) -> int:
        if len(digits) > 40:
            raise complaint(f"a number of {len(digits):,} digits")
        return int(digits)

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for key, value in pairs:
            if key in entries:
                raise complaint(f"the key `{name_of(key, 40)}` is given twice")
            entries[key] = value
        return entries

    try:
        data = json.loads(
            text, parse_float=number, parse_int=whole, parse_constant=number, object_pairs_hook=mapping
        )
    except json.JSONDecodeError as error:
        raise complaint(f"{error.msg} in line {error.lineno}") from None
    except RecursionError:
        raise complaint("it is nested too deep") from None
    if "\\u" in text and _broken(data):
        raise complaint("half of a surrogate pair, which is no character")
    return data


def _broken(data: Any) -> bool:
    """Whether a text anywhere in plain data cannot be written as UTF-8."""
    return any("\ud800" <= c <= "\udfff" for c in json.dumps(data, ensure_ascii=False))
