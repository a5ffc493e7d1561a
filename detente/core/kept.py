"""Values kept between runs: what took long to read is found again by the hash of what it was read from.

One file of JSON a value, behind the hash of its own content: a file that is damaged, cut off or of an earlier form is as good as
none. Nothing in it can run. Whether anything is kept, and where, says ``DETENTE_CACHE``.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from detente.core.errors import InputError
from detente.core.files import sha256_bytes, write_atomic

MARK = b"detente kept, sha256 "
"""How a file begins; the hash of the rest of it follows, then a new line."""
MOST = 128
"""Values of a kind that are kept; the oldest go first."""
OFF = ("off", "none", "0")
"""What `DETENTE_CACHE` says where nothing is to be kept."""


def cache_folder() -> Path | None:
    """Where things are kept between runs: ``$DETENTE_CACHE``, else ``$XDG_CACHE_HOME/detente``, else ``~/.cache/detente``.

    Returns
    -------
    Path or None
        None where ``DETENTE_CACHE`` is ``off`` (also ``none`` or ``0``), or nobody knows the user's folder.
    """
    own = os.environ.get("DETENTE_CACHE")
    if own:
        return None if own.lower() in OFF else Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "detente"
    except RuntimeError:  # no home
        return None


@functools.cache
def files_key(paths: Iterable[Path]) -> str:
    """SHA-256 over some files with their names: what was made by this code is not taken for what other code would make.

    Parameters
    ----------
    paths : tuple of Path
        Read once a process, as the code that runs is.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def recall(kind: str, key: str) -> Any:
    """What was kept under a key, as plain values of JSON; None when there is nothing, or nothing that can be believed."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        if not _ours(folder / kind):
            return None
        head, _, content = (folder / kind / f"{key}.json").read_bytes().partition(b"\n")
        return json.loads(content) if head == MARK + sha256_bytes(content).encode() else None
    except (OSError, ValueError, RecursionError):
        return None


def _ours(folder: Path) -> bool:
    """Whether nobody but us could have written there, where the system knows users."""
    state = folder.stat()
    return not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not state.st_mode & 0o022)


def keep(kind: str, key: str, value: Any) -> None:
    """Keep a value that JSON can hold under a key; where that cannot be done, nothing is kept and nothing is said."""
    folder = cache_folder()
    if folder is None:
        return
    folder = folder / kind
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    with contextlib.suppress(OSError, InputError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(
            folder / f"{key}.json", MARK + sha256_bytes(content).encode() + b"\n" + content, durable=False
        )
        present = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        for path in present[:-MOST]:
            path.unlink(missing_ok=True)
