"""Damage to files: bytes, tokens, lines, cells, archives. The same seed gives the same damage."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Sequence

NUMBERS = (
    b"0", b"-0", b"-1", b"1", b"0.1", b"25", b"100", b"4000", b"1e-9", b"1e9", b"1e300", b"1e999", b"-1e999", b"nan", b"NaN",
    b"inf", b"-Infinity", b".inf", b".nan", b"1_0", b"0x10", b"0o7", b"1,5", b"1e", b"--1", b"+1", b"\xc2\xb2",
    b"\xd9\xa3", b"9" * 25, b"9" * 400, b"9" * 5000, b"2147483648", b"9223372036854775808", b"true", b"null", b"''",
    b"\"nan\"", b"\"1_0\"", b"'inf'", b"1:30",
)  # fmt: skip
DAYS = (
    b"0001-01-01", b"9999-12-31", b"2025-02-30", b"2025-00-10", b"2025-10-00", b"20251028", b"2025-W44-2", b"0000-01-01",
    b"10000-01-01", b"2025-10-28T00:00:00", b"'2025-10-28'", b"'9999-12-31'", b"'1761609600'", b"1900-01-01", b"2199-12-31",
    b"October 0", b"Oct. 31, 9999", b"January 1, 0001", b"99999999999 days ago", b"in 999999 years", b"Sept. 31",
    b"\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa5-10-28", b"the 0th of May 2025", b"00/00/0000", b"end of 9999", b"late 0000", b"next week",
)  # fmt: skip
WORDS = (
    b"", b" ", b"~", b"null", b"[", b"]", b"{}", b"[]", b"[[[", b"[" * 200, b"{" * 200, b"{a: " * 40, b"&a", b"*a", b"!!python/object:os.system",
    b"- ", b"? ", b": ", b"# ", b"'", b'"', b"\\", b"|", b">", b"%", b"@", b"`", b"=1+1", b"+1", b"-1", b"@SUM(A1)", b"\t", b"\r",
    b"\x00", b"\x1b[31m", b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xa8", b"[bold]x[/bold]", b"<script>", b"../../etc/passwd", b"/dev/zero", b"CON", b"a" * 300, b"b" * 200_000, b"\n", b"\r\n", b"\n\n",
    b"---\n", b"...\n", b",", b",,", b";", b"USA", b"CHN", b"all", b"ROW", b"USA_C26", b"true", b"false", b"yes",
    b"set", b"add", b"id", b"fraction", b"<!--", b"<![CDATA[", b"&#x110000;", b"&#0;", b"&nbsp;" * 40, b"<p>" * 300, b"charset=utf-7", b"charset=idna",
    b"\xe2\x88\x92", b"\xc2\xbd", b"__proto__", b"$(id)", b"%s%n", b"{0.__class__}",
)  # fmt: skip
_NUMBER = re.compile(rb"(?<![\w.])[-+]?\d[\d.]*(?:[eE][-+]?\d+)?(?![\w.])")
_DAY = re.compile(rb"\d{4}-\d{2}-\d{2}|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}")
_TOKEN = re.compile(rb"[A-Za-z_][\w-]*|\S")

Rng = random.Random
Change = Callable[[Rng, bytes, Sequence[bytes]], bytes]


def _spot(rng: Rng, content: bytes) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((0, 1, 2, 4, 16, 64)))


def _flip(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    data = bytearray(content or b"\x00")
    for _ in range(rng.choice((1, 1, 2, 8))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _byte(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    data = bytearray(content or b"\x00")
    data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _drop(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _spot(rng, content)
    return content[:start] + content[end:]


def _insert(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _spot(rng, content)
    return (
        content[:start] + rng.choice(WORDS + NUMBERS + DAYS) + content[end if rng.random() < 0.5 else start :]
    )


def _cut(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _lines(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    k, m = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(5):
        case 0:
            del lines[k]
        case 1:
            lines.insert(m, lines[k])
        case 2:
            lines[k], lines[m] = lines[m], lines[k]
        case 3:
            lines[k] = rng.choice((b" ", b"  ", b"\t")) + lines[k]
        case _:
            lines[k] = lines[k].lstrip()
    return b"".join(lines)


def _of(pattern: re.Pattern[bytes], values: Sequence[bytes]) -> Change:
    def change(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
        places = list(pattern.finditer(content))
        if not places:
            return _insert(rng, content, others)
        place = rng.choice(places)
        return content[: place.start()] + rng.choice(values) + content[place.end() :]

    return change


def _sign(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    """Flip the sign of one number, or of all of them."""
    places = list(_NUMBER.finditer(content))
    if not places:
        return _flip(rng, content, others)
    if rng.random() < 0.3:
        return _NUMBER.sub(lambda m: m[0][1:] if m[0].startswith(b"-") else b"-" + m[0], content)
    place = rng.choice(places)
    return content[: place.start()] + b"-" + content[place.start() :]


def _swap_tokens(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    """One token becomes another of the same file."""
    tokens = list(_TOKEN.finditer(content))
    if len(tokens) < 2:
        return _insert(rng, content, others)
    first, second = rng.choice(tokens), rng.choice(tokens)
    return content[: first.start()] + second[0] + content[first.end() :]


def _cell(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    """One cell of one line is dropped, doubled or replaced."""
    lines = content.split(b"\n")
    k = rng.randrange(len(lines))
    cells = lines[k].split(b",")
    c = rng.randrange(len(cells))
    match rng.randrange(4):
        case 0:
            del cells[c]
        case 1:
            cells.insert(c, cells[c])
        case 2:
            cells[c] = rng.choice(NUMBERS + WORDS)
        case _:
            cells[c] = b'"' + cells[c]
    lines[k] = b",".join(cells)
    return b"\n".join(lines)


def _splice(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    if not others:
        return _drop(rng, content, others)
    other = rng.choice(others)
    start, end = _spot(rng, other)
    here = rng.randrange(len(content) + 1)
    return content[:here] + other[start : max(end, start + 40)] + content[here:]


def _recode(rng: Rng, content: bytes, others: Sequence[bytes]) -> bytes:
    text = content.decode("utf-8", "replace")
    match rng.randrange(5):
        case 0:
            return b"\xef\xbb\xbf" + content
        case 1:
            return text.encode("utf-16")
        case 2:
            return content.replace(b"\n", rng.choice((b"\r", b"\r\n", b"\n\n")))
        case 3:
            return text.encode("cp1252", "replace")
        case _:
            return content * rng.choice((2, 3))


CHANGES: tuple[Change, ...] = (
    _flip, _byte, _drop, _insert, _insert, _cut, _lines, _lines, _of(_NUMBER, NUMBERS), _of(_NUMBER, NUMBERS), _of(_DAY, DAYS),
    _of(_DAY, DAYS), _of(_TOKEN, WORDS), _of(_TOKEN, NUMBERS + DAYS), _sign, _swap_tokens, _swap_tokens, _cell, _cell, _splice, _recode,
)  # fmt: skip


def damaged(rng: Rng, content: bytes, others: Sequence[bytes] = ()) -> bytes:
    """A file with one to three changes.

    Parameters
    ----------
    rng : random.Random
    content : bytes
    others : sequence of bytes
        Other files of the same kind, pieces of which may be pasted in.
    """
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        content = rng.choice(CHANGES)(rng, content, others)
    return content


HEADERS = (
    b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }",
    b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    b"{'descr': '<f8', 'fortran_order': True, 'shape': (3, 3, 3), }",
    b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
    b"{'descr': '<U9', 'fortran_order': False, 'shape': (3,), }",
    b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,), }",
    b"{'descr': '<f8', 'fortran_order': False, 'shape': (True, 3), }",
    b"{'descr': '<f8', 'fortran_order': False, 'shape': (), }",
    b"{'descr': '<V99999999999', 'fortran_order': False, 'shape': (3,), }",
    b"{'descr': '<m8', 'fortran_order': False, 'shape': (3,), }",
    b"[[[",
    b"[" * 5000,
    b"{" * 100,
    b"",
    b"\xff" * 20,
)
"""Headers of arrays that lie, or are none."""


def _member(rng: Rng, content: bytes) -> bytes:
    """Damage to one array of an archive."""
    match rng.randrange(5):
        case 0 | 1:
            header = rng.choice(HEADERS).ljust(118) + b"\n"
            return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content[128:]
        case 2:
            data = bytearray(content)
            for _ in range(rng.choice((1, 2, 8))):
                place = 128 + 8 * rng.randrange(max(1, (len(data) - 128) // 8))
                value = rng.choice(
                    (float("nan"), float("inf"), -1.0, 0.0, 1e300, -1e-300, 4000.0, 1e-9, 25.0)
                )
                data[place : place + 8] = struct.pack("<d", value)
            return bytes(data)
        case 3:
            values = bytearray(content)
            for place in range(135, len(values), 8):  # the sign of every number
                values[place] ^= 0x80
            return bytes(values)
        case _:
            return damaged(rng, content)


def damaged_archive(rng: Rng, content: bytes, others: Sequence[bytes] = ()) -> bytes:
    """An ``.npz`` with damage to its bytes, to one of its arrays, to its list of arrays, or far too much in it."""
    kind = rng.randrange(8)
    if kind < 3:
        return damaged(rng, content, others)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    k = rng.randrange(len(members))
    name, data = members[k]
    if kind == 3:
        members[k] = (
            rng.choice(("../" + name, name.upper(), "x.npy", name[:-4], "\u202e" + name, "a" * 300)),
            data,
        )
    elif kind == 4:
        members[k] = (name, data[:128] + bytes(rng.choice((10, 1 << 16, 1 << 25))))
    else:
        members[k] = (name, _member(rng, data))
    if rng.random() < 0.1:
        del members[k]
    out = io.BytesIO()
    how = rng.choice(
        (zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, how)
    result = out.getvalue()
    if rng.random() < 0.15:  # a directory that claims other sizes than are there
        at = result.rfind(b"PK\x01\x02")
        if at >= 0:
            result = result[: at + 24] + struct.pack("<I", rng.choice((0, 1, 0xFFFFFFF0))) + result[at + 28 :]
    return result
