"""Files: written whole or not at all, and named by their content."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Mapping
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


def write_atomic(path: str | os.PathLike[str], content: str | bytes, *, durable: bool = True) -> Path:
    """Write a file so that a reader sees the old content or the new, never half of it.

    What earlier runs that were killed left beside the file is removed.

    Parameters
    ----------
    path : path-like
        Where to; missing parent folders are made.
    content : str or bytes
        Text is written as UTF-8 with ``\\n`` line ends.
    durable : bool
        Wait until the content is on the disk, so that a power cut leaves the old content or the new as well. Not worth
        its time for what can be made again, such as a cache.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    InputError
        When the place cannot be written.
    """
    return write_together({Path(path): content}, durable=durable)[0]


def write_together(contents: Mapping[Path, str | bytes], *, durable: bool = True) -> tuple[Path, ...]:
    """Write files that belong together: each whole or not at all, and none before all of them lie ready.

    Parameters
    ----------
    contents : mapping of path to str or bytes
        Put in place in this order, one directly after the other.
    durable : bool
        As for `write_atomic`.

    Returns
    -------
    tuple of Path

    Raises
    ------
    InputError
        When a place cannot be written; the files that were there are as they were.
    """
    ready: list[tuple[int, Path, Path]] = []
    target = Path()
    # Halves of surrogate pairs (a name of a file that is no UTF-8) are no characters: they are written as \\udcXX.
    whole = {
        path: content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        for path, content in contents.items()
    }
    into = {path for path in whole if is_device(path)}
    for path in into:
        write_into(path, whole[path])
    try:
        for target, data in whole.items():
            if target in into:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = reserve(target, _new_file)
            ready.append((handle, name, target))
            _write_through(handle, data, durable=durable)
        for _, name, target in ready:
            name.replace(target)
        if durable:
            for folder in {path.parent for _, _, path in ready}:
                sync_folder(folder)
    except OSError as error:
        raise InputError(
            f"cannot write there: {error.strerror or error}",
            where=str(target),
            hint="choose another place with -o",
        ) from error
    finally:
        for handle, name, _ in ready:
            with contextlib.suppress(OSError):
                name.unlink()
            os.close(handle)
    return tuple(contents)


def _write_through(handle: int, data: bytes, *, durable: bool) -> None:
    with os.fdopen(os.dup(handle), "wb") as stream:
        stream.write(data)
        stream.flush()
        umask = os.umask(0)
        os.umask(umask)
        if hasattr(os, "fchmod"):
            os.fchmod(handle, 0o666 & ~umask)
        if durable:
            os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system knows how to."""
    with contextlib.suppress(OSError):  # not every system opens folders, not every file system syncs them
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_PART = ".part"


def reserve(target: Path, make: Callable[[Path, str], tuple[int, Path]]) -> tuple[int, Path]:
    """Make a file or folder beside `target` to work in, and remove those that killed runs left there.

    Parameters
    ----------
    target : Path
        What will be replaced; its folder must be there.
    make : callable of (folder, prefix)
        Makes the new one; returns an open handle and the path.

    Returns
    -------
    handle, path
        As made. Whoever holds the handle is alive: it carries a lock that the system drops with its process.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    prefix = f".{target.name[:60]}."
    for left in [*target.parent.iterdir()]:
        if left.name.startswith(prefix) and left.name.endswith(_PART):
            _remove_abandoned(left)
    while True:
        handle, path = make(target.parent, prefix)
        if lock(handle) and path.exists():
            return handle, path
        os.close(handle)  # another run took it for one that was left, before it was locked


def _new_file(folder: Path, prefix: str) -> tuple[int, Path]:
    handle, name = tempfile.mkstemp(dir=folder, prefix=prefix, suffix=_PART)
    return handle, Path(name)


def new_folder(folder: Path, prefix: str) -> tuple[int, Path]:
    """Make a folder for `reserve`."""
    path = Path(tempfile.mkdtemp(dir=folder, prefix=prefix, suffix=_PART))
    try:
        return os.open(path, os.O_RDONLY), path
    except FileNotFoundError:  # taken for one that was left: `reserve` looks and tries again
        return os.open(folder, os.O_RDONLY), path
    except PermissionError:  # a system that does not open folders: there is nothing to lock
        return os.open(os.devnull, os.O_RDONLY), path


def lock(handle: int) -> bool:
    """Lock an open file or folder for this process; True as well where there are no locks."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


_OLD = 3600.0
"""Seconds after which something left behind is nobody's where the system has no locks."""


def _remove_abandoned(left: Path) -> None:
    """Remove what a killed run left, unless its process lives."""
    with contextlib.suppress(OSError):
        try:
            import fcntl  # noqa: F401
        except ImportError:  # pragma: no cover - Windows
            if time.time() - left.stat().st_mtime < _OLD:
                return
        handle = os.open(left, os.O_RDONLY)
        try:
            if lock(handle):
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink()
        finally:
            os.close(handle)


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
