"""Arrays of the product beside the data sheet that describes them: read only when one matches the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from detente.core import (
    LARGEST,
    NUMBERS_AND_TEXT,
    InputError,
    read_arrays,
    read_bytes,
    read_json,
    sha256_bytes,
)

Made = TypeVar("Made")


def load_described(
    folder: Path, name: str, make: Callable[[Mapping[str, Any]], Made], *, built_by: str
) -> Made:
    """Read ``NAME.npz`` once its data sheet ``NAME.datapackage.json`` vouches for it, and make something of it.

    Parameters
    ----------
    folder : Path
    name : str
        Of both files, without endings.
    make : callable
        Takes the arrays by name.
    built_by : str
        Script that writes the pair; named in the error.

    Returns
    -------
    object
        What `make` returns.

    Raises
    ------
    InputError
        When a file is missing, damaged, or not the one the data sheet describes.
    """
    arrays_path, sheet_path = folder / f"{name}.npz", folder / f"{name}.datapackage.json"
    content = read_bytes(arrays_path, limit=LARGEST, expected="arrays (.npz)")
    sheet = read_json(sheet_path)
    if not isinstance(sheet, dict) or sha256_bytes(content) != sheet.get("sha256"):
        raise InputError(
            "the file is not the one its data sheet describes",
            where=arrays_path.name,
            hint=f"restore it, or rebuild both with {built_by}",
        )
    return make(read_arrays(content, where=arrays_path.name, kinds=NUMBERS_AND_TEXT))
