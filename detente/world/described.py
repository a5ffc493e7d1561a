"""Arrays of the product beside the data sheet that describes them: read only when one matches the other."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from detente.core import InputError, sha256_bytes

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
    try:
        content = arrays_path.read_bytes()
        sheet = json.loads(sheet_path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"cannot read it: {error}", where=name, hint="install Détente again") from error
    if sha256_bytes(content) != sheet.get("sha256"):
        raise InputError(
            "the file is not the one its data sheet describes",
            where=arrays_path.name,
            hint=f"restore it, or rebuild both with {built_by}",
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return make({array: arrays[array] for array in arrays.files})
    except (ValueError, zipfile.BadZipFile) as error:
        raise InputError(
            f"cannot read it: {error}", where=arrays_path.name, hint="install Détente again"
        ) from error
