"""From bytes to text, within bounds: what is not a report is refused with a reason, never guessed at."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import BinaryIO

from detente.core import InputError, is_folder, name_of, readable_file, unreadable

MAX_BYTES = 32 * 1024 * 1024
"""Largest file that is opened; a page with its scripts is far smaller."""

MAX_TEXT = 100_000
"""Most characters of text in a report, once markup and scripts are gone: twice a long magazine piece."""

_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive (or an office document, which is one)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ\x00", "xz-compressed"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"\x28\xb5\x2f\xfd", "zstandard-compressed"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
)


def read_report_bytes(path: Path) -> bytes:
    """Read a file, never more than the limit.

    Raises
    ------
    InputError
        When it is not there, not a file, empty of permission, or larger than `MAX_BYTES`.
    """
    if is_folder(path):
        raise InputError("is a folder, not a report", where=str(path), hint=f"name its files: {path}/*.txt")
    readable_file(path, expected="a report")
    try:
        with path.open("rb") as stream:
            return read_stream(stream, name_of(path))
    except OSError as error:
        raise unreadable(error, name_of(path)) from error


def read_stream(stream: BinaryIO, name: str) -> bytes:
    """Read a stream, never more than the limit.

    Raises
    ------
    InputError
        When there is more than `MAX_BYTES`.
    """
    try:
        content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(error, name) from error
    if len(content) > MAX_BYTES:
        raise InputError(
            f"is larger than {MAX_BYTES // 1024**2} MB, which no news report is; nothing was read from it",
            where=name,
            hint="save the text of the report alone",
        )
    return content


def decode(content: bytes, name: str) -> tuple[str, str, list[str]]:
    """Decode the bytes of a report.

    A byte-order mark decides first, then UTF-8, then the encoding that an HTML page declares, then Windows-1252. Bytes
    that fit none of these become U+FFFD, with a warning.

    Parameters
    ----------
    content : bytes
    name : str
        For messages.

    Returns
    -------
    text, encoding, warnings

    Raises
    ------
    InputError
        When the content is an archive, an image, a program or other binary data, or has no text.
    """
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise InputError(
                f"is {what}, not text; it was not opened",
                where=name,
                hint="unpack or export it as text or HTML first",
            )
    if not content.strip():
        raise InputError("is empty", where=name, hint="give a report with text")
    text, encoding = _decoded_text(content)
    warnings: list[str] = []
    nulls = text.count("\x00")
    control = nulls + len(re.findall(r"[\x01-\x08\x0b\x0e-\x1f]", text))
    broken = text.count("\ufffd")
    if control + broken > max(24, 0.05 * len(text)) or control + broken > 0.4 * len(text):
        raise InputError(
            f"is binary data, not text ({control:,} control characters and {broken:,} undecodable bytes "
            f"in {len(text):,})",
            where=name,
            hint="export it as text or HTML first",
        )
    if nulls:
        warnings.append(f"{nulls:,} null bytes were passed over")
    if broken:
        warnings.append(f"{broken:,} bytes are not valid {encoding} and read as \ufffd")
    if encoding not in ("utf-8", "utf-8-sig"):
        warnings.append(f"decoded as {encoding}")
    return text, encoding, warnings


def _decoded_text(content: bytes) -> tuple[str, str]:
    marks = (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    )
    for mark, encoding in marks:
        if content.startswith(mark):
            return content.decode(encoding, "replace"), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    declared = re.search(rb"""charset\s*=\s*["']?([A-Za-z0-9_-]{3,20})""", content[:4096])
    candidates = [declared.group(1).decode("ascii")] if declared else []
    for encoding in (*candidates, "cp1252"):
        try:
            text = content.decode(encoding)
        except (LookupError, ValueError):  # unknown name, or bytes it does not know
            continue
        except (
            Exception
        ):  # some codecs of the standard library turn bytes into bytes and complain in other ways
            continue
        if isinstance(text, str) and not _mostly_utf8(content):
            return text, encoding.lower()
    return content.decode("utf-8", "replace"), "utf-8"


def _mostly_utf8(content: bytes) -> bool:
    """Whether most bytes above ASCII form valid UTF-8: then a stray byte is an error, not another encoding."""
    high = sum(len(run) for run in re.findall(rb"[\x80-\xff]+", content))
    wrong = content.decode("utf-8", "replace").count("\ufffd")
    return wrong < 0.2 * high
