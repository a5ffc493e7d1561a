"""Files: written whole or not at all, and named by their content."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from detente.core.errors import InputError


def sha256_bytes(content: bytes) -> str:
    """Hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: str | os.PathLike[str]) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def write_atomic(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write a file so that a reader sees the old content or the new, never half of it.

    Parameters
    ----------
    path : path-like
        Where to; missing parent folders are made.
    content : str or bytes
        Text is written as UTF-8 with ``\\n`` line ends.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    InputError
        When the place cannot be written.
    """
    target = Path(path)
    # Halves of surrogate pairs (a name of a file that is no UTF-8) are no characters: they are written as \\udcXX.
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    if is_device(target):
        return write_into(target, data)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise InputError(
            f"cannot write there: {error.strerror or error}",
            where=str(target),
            hint="choose another place with -o",
        ) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(target)
    except OSError as error:
        raise InputError(
            f"cannot write there: {error.strerror or error}",
            where=str(target),
            hint="choose another place with -o",
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
    return target


def is_device(path: Path) -> bool:
    """Whether a device or a pipe of this name is there (``/dev/stdout``): it is written into, never replaced by a file.

    Examples
    --------
    >>> is_device(Path("/dev/null"))
    True
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def write_into(path: Path, data: bytes) -> Path:
    """Write bytes into a device or a pipe.

    Raises
    ------
    InputError
        When it does not take them.
    """
    try:
        # A pipe nobody reads would hold us up for ever: without waiting it is refused at once.
        handle = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
        if hasattr(os, "set_blocking"):
            os.set_blocking(handle, True)
        with os.fdopen(handle, "wb", buffering=0) as stream:
            rest = memoryview(data)
            while rest:
                rest = rest[stream.write(rest) or 0 :]
    except BrokenPipeError:
        raise
    except OSError as error:
        what = "nobody reads from this pipe" if error.errno == errno.ENXIO else error.strerror or str(error)
        raise InputError(
            f"cannot write there: {what}",
            where=str(path),
            hint="choose another place with -o",
        ) from error
    return path
