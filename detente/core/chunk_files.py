"""Chunks of results kept on disk: one file each, whole or not at all, believed only when its hash is that of what it holds."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.core.files import sha256_bytes, write_atomic

MARK = b"detente solves, sha256 "
"""How a file begins; the hash of the rest of it follows, then a new line."""


def save_chunk(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write arrays into one file behind the SHA-256 of what follows, whole or not at all.

    Raises
    ------
    InputError
        When the place cannot be written.
    """
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    content = stream.getvalue()
    write_atomic(path, MARK + sha256_bytes(content).encode() + b"\n" + content, durable=False)


def load_chunk(
    path: Path, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, npt.NDArray[np.float64]] | None:
    """Read arrays of these shapes; None when the file is missing, damaged or holds something else."""
    try:
        head, _, content = path.read_bytes().partition(b"\n")
        if head != MARK + sha256_bytes(content).encode():
            return None
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in shapes}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if any(arrays[name].shape != shape for name, shape in shapes.items()):
        return None
    return arrays


def code_key(package: Path, rooms: tuple[str, ...]) -> str:
    """SHA-256 over every file of some rooms, with its name: code and shipped data, none left out by hand."""
    digest = hashlib.sha256()
    for room in rooms:
        for path in sorted((package / room).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(package).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
