"""Folders that are replaced as a whole: at each moment the earlier version or the new one is in place.

The new version is made beside its place and the two are exchanged in one step of the system (Linux and macOS have one).
Where that cannot be (another system, a file system without it, a place that is a mount point or the folder somebody works
in), the new version is made inside the place and declared complete in one step, then its files are moved up one by one;
a run that is killed while it moves them leaves the declared version, and the next to look (`finish_folder`) moves the rest.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from detente.core.errors import InputError
from detente.core.files import lock, new_folder, reserve, sync_folder

NEXT = ".detente-next"
"""Inside a place that cannot be exchanged: a complete version whose files are being moved up."""
_LIST = "files.json"


def write_folder(place: str | os.PathLike[str], files: Mapping[str, bytes], *, keep: bool = False) -> Path:
    """Put files into a folder so that all of them are of one version at each moment, whenever the process ends.

    Parameters
    ----------
    place : path-like
        The folder; made when it is not there.
    files : mapping of str to bytes
        Content by name relative to the folder, parts of a name separated by ``/``.
    keep : bool
        Leave other files in the folder as they are; otherwise they go.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        When the place cannot be written; what was there is as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as base:
    ...     first = write_folder(base + "/x", {"a.txt": b"1", "data/b.txt": b"1"})
    ...     second = write_folder(base + "/x", {"a.txt": b"2"})
    ...     sorted(path.name for path in second.iterdir())
    ['a.txt']
    """
    folder = Path(place).resolve()  # a link to a folder stays, what it leads to is replaced
    try:
        finish_folder(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not (folder.exists() and _lived_in(folder)) and _exchanged_whole(folder, files, keep=keep):
            return Path(place)
        _write_inside(folder, files, keep=keep)
    except OSError as error:
        raise InputError(
            f"cannot write there: {error.strerror or error}",
            where=str(place),
            hint="choose another folder with -o",
        ) from error
    return Path(place)


def finish_folder(place: str | os.PathLike[str]) -> None:
    """Complete a version that a killed run declared and did not finish moving; nothing to do in almost every case.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    folder = Path(place)
    with _claimed(folder / NEXT) as mine:
        if mine:
            _move_up(folder)
    with _claimed(folder / f"{NEXT}.part") as mine:
        if mine:
            shutil.rmtree(folder / f"{NEXT}.part")


@contextlib.contextmanager
def _claimed(folder: Path) -> Iterator[bool]:
    """Lock a folder; False when it is not there or a process that lives works in it."""
    if not folder.is_dir():
        yield False
        return
    handle = _opened(folder)
    try:
        yield lock(handle) and folder.is_dir()
    finally:
        os.close(handle)


def _opened(folder: Path) -> int:
    try:
        return os.open(folder, os.O_RDONLY)
    except PermissionError:  # a system that does not open folders: there is nothing to lock
        return os.open(os.devnull, os.O_RDONLY)


def _lived_in(folder: Path) -> bool:
    """Whether a folder must stay the same one: a mount point, or this process works in it."""
    with contextlib.suppress(OSError):
        return os.path.ismount(folder) or Path.cwd().is_relative_to(folder.resolve())
    return False


def _exchanged_whole(folder: Path, files: Mapping[str, bytes], *, keep: bool) -> bool:
    """Make the new version beside the folder and exchange the two; False when they cannot be exchanged."""
    try:
        handle, workshop = reserve(folder, new_folder)
    except OSError:
        if folder.exists():
            return False  # its parent cannot be written, itself perhaps
        raise
    try:
        fresh = workshop / "new"
        fresh.mkdir()
        _write_files(fresh, files)
        if not folder.exists():
            fresh.rename(folder)
        else:
            fresh.chmod(folder.stat().st_mode & 0o7777)
            if keep:
                _take_over(folder, fresh)
            if not _exchange(fresh, folder):
                return False
        sync_folder(folder.parent)
        return True
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
        os.close(handle)


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    for path, _, _ in os.walk(folder):
        sync_folder(Path(path))


def _take_over(old: Path, fresh: Path) -> None:
    """Give the new version the files of the old one that it does not replace: the same files, under a second name."""
    for path, folders, names in os.walk(old):
        below = fresh / Path(path).relative_to(old)
        below.mkdir(exist_ok=True)
        for name in [*names, *(folder for folder in folders if (Path(path) / folder).is_symlink())]:
            source, target = Path(path) / name, below / name
            if target.exists() or target.is_symlink():
                continue
            try:
                os.link(source, target, follow_symlinks=False)
            except (OSError, NotImplementedError):
                shutil.copy2(source, target, follow_symlinks=False)


def _files_in(folder: Path) -> set[str]:
    """Names of the files in a folder and below it, but those of a declared version."""
    return {
        (Path(path) / name).relative_to(folder).as_posix()
        for path, _, names in os.walk(folder)
        for name in names
        if not Path(path).relative_to(folder).as_posix().startswith(NEXT)
    }


def _write_inside(folder: Path, files: Mapping[str, bytes], *, keep: bool) -> None:
    """Make the new version inside the folder, declare it complete, move its files up."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{NEXT}.part"
    part.mkdir()
    with _claimed(part):
        _declare_and_move(folder, part, files, keep=keep)


def _declare_and_move(folder: Path, part: Path, files: Mapping[str, bytes], *, keep: bool) -> None:
    gone = [] if keep else sorted(_files_in(folder) - set(files))
    _write_files(part, {f"files/{name}": content for name, content in files.items()})
    _write_files(part, {_LIST: json.dumps({"files": sorted(files), "gone": gone}).encode()})
    part.rename(folder / NEXT)
    sync_folder(folder)
    _move_up(folder)


def _move_up(folder: Path) -> None:
    """Move the files of a declared version into place; may be begun again at any point."""
    declared = folder / NEXT
    try:
        said = json.loads((declared / _LIST).read_text("utf-8"))
        names = [_inside(folder, name) for name in said["files"]]
        gone = [_inside(folder, name) for name in said["gone"]]
    except (OSError, ValueError, KeyError, TypeError):
        shutil.rmtree(declared)  # its list is the last of it to go: every file is in place
        return
    for name in names:
        source, target = declared / "files" / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
        for above in (folder / name).parents:
            if above == folder:
                break
            with contextlib.suppress(OSError):  # not empty: it holds files of this version
                above.rmdir()
    for path, _, _ in os.walk(folder):
        sync_folder(Path(path))
    shutil.rmtree(declared / "files", ignore_errors=True)
    shutil.rmtree(declared)


def _inside(folder: Path, name: object) -> str:
    """A name of a list, which a stranger may have written: it must lie in the folder."""
    if not isinstance(name, str) or not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise ValueError(name)
    return name


Swap = Callable[[bytes, bytes], int]


@functools.cache
def _system_exchange() -> Swap | None:
    """The system's exchange of two names in one step; None where there is none."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
    except (OSError, TypeError):  # pragma: no cover - Windows
        return None
    here = -2 if sys.platform == "darwin" else -100  # AT_FDCWD
    for name in ("renameat2", "renameatx_np"):
        call = getattr(library, name, None)
        if call is not None:
            call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
            call.restype = ctypes.c_int
            return functools.partial(_swap, call, here)
    return None


def _swap(call: Callable[..., int], here: int, first: bytes, second: bytes) -> int:
    return call(here, first, here, second, 2)  # RENAME_EXCHANGE, on macOS RENAME_SWAP


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders in one step of the system; False when it cannot."""
    swap = _system_exchange()
    return swap is not None and swap(os.fsencode(first), os.fsencode(second)) == 0
