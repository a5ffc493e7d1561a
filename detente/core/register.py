"""The register of shipped data files: their sources, the terms of each, and the hash of each file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from detente.core.errors import InputError
from detente.core.files import sha256_file

ROOT = Path(__file__).resolve().parents[1]
"""The installed package."""
REGISTER = ROOT / "datapackage.json"
"""The register itself, written by ``scripts/write_register.py``."""


def data_files(root: Path = ROOT) -> tuple[str, ...]:
    """Names of the files in folders called `data` under `root`, with slashes, sorted.

    Examples
    --------
    >>> "world/data/world-2024.npz" in data_files()
    True
    """
    files = (
        path.relative_to(root)
        for path in root.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and not path.name.startswith(".")
    )
    return tuple(sorted(path.as_posix() for path in files if "data" in path.parts[:-1]))


def read_register() -> dict[str, Any]:
    """Read the register: `sources` by id, `resources` one a file, `bases` of what is known about terms."""
    content: dict[str, Any] = json.loads(REGISTER.read_text(encoding="utf-8"))
    return content


def check_register(root: Path = ROOT) -> int:
    """Compare the installed data files with the register.

    Parameters
    ----------
    root : Path
        The package to check.

    Returns
    -------
    int
        Files that are as registered: all of them.

    Raises
    ------
    InputError
        When a file is missing, is not in the register, or has another content.

    Examples
    --------
    >>> check_register() > 50
    True
    """
    registered = {entry["path"]: entry["hash"] for entry in read_register()["resources"]}
    present = data_files(root)
    for name in sorted({*registered, *present}):
        if name not in present:
            problem = "is in the register of data and not installed"
        elif name not in registered:
            problem = "is installed and not in the register of data"
        elif f"sha256:{sha256_file(root / name)}" != registered[name]:
            problem = "is not the file the register of data describes"
        else:
            continue
        raise InputError(
            f"`{name}` {problem}",
            where=str(root / name),
            hint="install Détente again; in a checkout run make register",
        )
    return len(present)
