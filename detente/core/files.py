"""Files: written whole or not at all, and named by their content."""

from __future__ import annotations

import contextlib
import hashlib
import os
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
    data = content.encode("utf-8") if isinstance(content, str) else content
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
