"""Read ``.npz`` archives from anywhere: nothing is believed before it is measured.

An archive is a zip of arrays, each with a header that claims a type and a shape. A hostile or damaged one claims terabytes,
holds objects that run code when they are loaded, or packs a gigabyte into a kilobyte. Here the headers are matched
against one strict form, types against a list, and sizes against the bytes that are there, before any memory is taken.
"""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from detente.core.errors import InputError

LARGEST = 512 * 1024 * 1024
"""Bytes of all arrays of an archive together; the largest shipped one has four million."""
MOST = 64
"""Arrays in an archive."""
_HEADER = re.compile(
    r"\{'descr': '([<>|=]?)([a-zA-Z])(\d{0,4})', 'fortran_order': (True|False), 'shape': \(((?:\d{1,12}, ?)*(?:\d{1,12})?,?)\),? *\}\s*\Z"
)
_MAGIC = b"\x93NUMPY"
NUMBERS, NUMBERS_AND_TEXT = "fiub", "fiubUS"
"""Kinds of NumPy types that may be read: numbers and booleans, or texts as well. Objects never are."""


def read_arrays(
    content: bytes,
    *,
    where: str,
    wanted: Sequence[str] = (),
    kinds: str = NUMBERS,
    limit: int = LARGEST,
) -> Mapping[str, npt.NDArray[np.generic]]:
    """Arrays of an ``.npz``, by name.

    Parameters
    ----------
    content : bytes
        The whole file.
    where : str
        Its name, for messages.
    wanted : sequence of str
        Arrays that must be there; others are then left unread. Left out: all of them.
    kinds : str
        Kinds of types that are read (`numpy.dtype.kind`).
    limit : int, bytes
        Most that all arrays together may take.

    Raises
    ------
    InputError
        No zip, a damaged one, an array missing, more or larger arrays than allowed, an array of another type, a header that is none or
        claims another size than is there.
    """
    if not content.startswith(b"PK"):
        raise _error("this is not an .npz file (a zip of arrays)", where)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return dict(_archive_arrays(archive, where, wanted, kinds, limit))
    except zipfile.BadZipFile as error:
        cut = not zipfile.is_zipfile(io.BytesIO(content))
        what = "the file is cut short: its end is missing" if cut else f"the archive is damaged ({error})"
        raise _error(what, where) from None
    except (
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        struct.error,
    ) as error:
        if isinstance(error, InputError):
            raise
        raise _error(f"the archive is damaged ({error})", where) from None


def _error(what: str, where: str) -> InputError:
    return InputError(what, where=where, hint="copy it again, reinstall or rebuild it")


def _archive_arrays(
    archive: zipfile.ZipFile, where: str, wanted: Sequence[str], kinds: str, limit: int
) -> Iterator[tuple[str, npt.NDArray[np.generic]]]:
    members = archive.infolist()
    if len(members) > MOST:
        raise _error(f"{len(members)} arrays in one file, {MOST} are allowed", where)
    claimed = sum(member.file_size for member in members)
    if claimed > limit:
        raise _error(f"its arrays claim {claimed:,} bytes, {limit:,} are allowed", where)
    inside = {member.filename.removesuffix(".npy") for member in members}
    missing = [name for name in wanted if name not in inside]
    if missing:
        raise _error(f"the file lacks the array(s) {', '.join(missing)}, it is another archive", where)
    seen: set[str] = set()
    for member in members:
        name = member.filename.removesuffix(".npy")
        if name in seen:
            raise _error(f"the array `{name[:60]}` is in it twice", where)
        seen.add(name)
        if wanted and name not in wanted:
            continue
        if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _error(f"the array `{name[:60]}` is packed in a way that arrays are not", where)
        with archive.open(member) as stream:
            data = stream.read(member.file_size + 1)  # never more than it claims
        yield name, parse_array(data, where=f"{where}: {name[:60]}", kinds=kinds)


def parse_array(data: bytes, *, where: str, kinds: str = NUMBERS) -> npt.NDArray[np.generic]:
    """One array from the bytes of an ``.npy``.

    Raises
    ------
    InputError
        A header that is none, a type that is not allowed, a claimed size that is not there.

    Examples
    --------
    >>> import io
    >>> stream = io.BytesIO()
    >>> np.save(stream, np.eye(2))
    >>> parse_array(stream.getvalue(), where="eye").tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    width = {b"\x01\x00": 2, b"\x02\x00": 4, b"\x03\x00": 4}.get(data[6:8], 0)
    if not data.startswith(_MAGIC) or not width or len(data) < 8 + width:
        raise _error("this is not an array (.npy)", where)
    length = int.from_bytes(data[8 : 8 + width], "little")
    header = data[8 + width : 8 + width + min(length, 4096)]
    form = _HEADER.match(header.decode("latin-1"))
    if form is None or length > 4096:
        raise _error("the header of the array is damaged, or of a type that is not read", where)
    order, letter, size, fortran, shape_text = form.groups()
    try:
        dtype = np.dtype(f"{order}{letter}{size}")
    except TypeError:
        raise _error(f"`{letter}{size}` is no type of an array", where) from None
    if dtype.kind not in kinds or dtype.itemsize == 0:
        raise _error(f"the array holds `{dtype}`, which is not read", where)
    shape = tuple(int(part) for part in shape_text.split(",") if part.strip())
    needed, there = math.prod(shape) * dtype.itemsize, len(data) - 8 - width - length
    if len(shape) > 8 or needed != there:
        raise _error(f"the header claims {needed:,} bytes, there are {max(there, 0):,}", where)
    values = np.frombuffer(data, dtype=dtype, offset=8 + width + length, count=math.prod(shape))
    return values.reshape(shape, order="F" if fortran == "True" else "C")
