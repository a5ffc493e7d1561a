"""Read a shipped world: arrays from an ``.npz``, everything said about them from its data sheet."""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import InputError, Labels, sha256_bytes, suggestion
from detente.core.folders import finish_folder
from detente.world.check import check
from detente.world.economy import Array, Economy

DATA = Path(__file__).parent / "data"
ARRAYS = ("flows", "tariff", "va_share", "input_shares", "trade_elasticity")


def shipped_worlds() -> tuple[str, ...]:
    """Names of the worlds that come with Détente, in alphabetical order."""
    suffix = ".datapackage.json"
    sheets = sorted(DATA.glob(f"*{suffix}"))
    # Other data sheets lie in the same folder; those of worlds name countries.
    return tuple(
        path.name.removesuffix(suffix)
        for path in sheets
        if not {"countries", "derived_from"}.isdisjoint(_read_sheet(path))
    )


def load_world(name: str | os.PathLike[str] = "world-2024") -> Economy:
    """Load a world and verify it.

    Parameters
    ----------
    name : str or path-like
        Name of a shipped world; or the path of a folder that `save_world` wrote, of its ``.npz``, or of its
        ``.datapackage.json``.

    Returns
    -------
    Economy
        Balanced; `provenance` holds the data sheet.

    Raises
    ------
    InputError
        Unknown name, missing or damaged file, content that is not the one the data sheet describes.
    BalanceError
        When the arrays do not satisfy the accounting identities.

    Examples
    --------
    >>> economy = load_world()
    >>> len(economy.labels.countries), len(economy.labels.sectors), economy.year
    (21, 33, 2024)
    """
    arrays_path, sheet_path = _paths(name)
    sheet = _read_sheet(sheet_path)
    if "derived_from" in sheet:
        return _derived(sheet)
    arrays = _read_arrays(arrays_path, str(_entry(sheet, "sha256", sheet_path)))
    labels = Labels(
        tuple(_entry(sheet, "countries", sheet_path)),
        tuple(_entry(sheet, "sectors", sheet_path)),
        dict(sheet["countries"]),
        dict(sheet["sectors"]),
    )
    economy = Economy(
        name=str(_entry(sheet, "name", sheet_path)),
        year=int(_entry(sheet, "year", sheet_path)),
        labels=labels,
        elasticity_source=str(_entry(sheet, "elasticity_source", sheet_path)),
        provenance=sheet,
        **arrays,
    )
    check(economy)
    return economy


def _derived(sheet: Mapping[str, Any]) -> Economy:
    """Make a world that is another one with its carved sectors merged."""
    from detente.world.disaggregate import merge_carved

    economy = merge_carved(load_world(str(sheet["derived_from"])), name=str(sheet["name"]))
    check(economy)
    return economy


def _paths(name: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Find the two files of a world."""
    given = Path(name)
    if given.is_dir() or given.is_file():
        with contextlib.suppress(OSError):  # what cannot be completed is told by its hash
            finish_folder(given if given.is_dir() else given.parent)
    if given.is_dir():
        given = _only_world(given)
    elif given.name.endswith(".datapackage.json"):
        given = given.with_name(given.name.removesuffix(".datapackage.json") + ".npz")
    if given.suffix == ".npz":
        if not given.is_file():
            raise InputError(
                "there is no such file", where=str(given), hint="give the path of a world's .npz"
            )
        sheet = given.with_name(given.stem + ".datapackage.json")
        if not sheet.is_file():
            raise InputError(
                "its data sheet is missing", where=str(given), hint=f"put {sheet.name} beside it"
            )
        return given, sheet
    if str(name) not in shipped_worlds():
        if os.sep in str(name):
            raise InputError(
                "there is no such folder or file",
                where=str(name),
                hint="give a folder that `detente world build` wrote, or a shipped world",
            )
        raise InputError(f"unknown world `{name}`", hint=suggestion(str(name), shipped_worlds()))
    arrays, sheet = DATA / f"{name}.npz", DATA / f"{name}.datapackage.json"
    if not arrays.is_file() and "derived_from" not in _read_sheet(sheet):
        raise InputError(
            "the arrays of this world are missing",
            where=arrays.name,
            hint="reinstall, or run scripts/build_world.py",
        )
    return arrays, sheet


def _only_world(folder: Path) -> Path:
    """The one world in a folder."""
    found = sorted(folder.glob("*.datapackage.json"))
    if len(found) != 1:
        raise InputError(
            f"the folder holds {len(found)} worlds, one is wanted",
            where=str(folder),
            hint="give the path of the .npz" if found else "`detente world build -o FOLDER` writes one",
        )
    return found[0].with_name(found[0].name.removesuffix(".datapackage.json") + ".npz")


def _read_sheet(path: Path) -> Mapping[str, Any]:
    """Read the data sheet."""
    try:
        sheet = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(
            f"the data sheet is not JSON: {error}", where=path.name, hint="reinstall or rebuild it"
        ) from error
    if not isinstance(sheet, dict):
        raise InputError(
            "the data sheet is not a JSON object", where=path.name, hint="reinstall or rebuild it"
        )
    return sheet


def _entry(sheet: Mapping[str, Any], key: str, path: Path) -> Any:
    """Return an entry the data sheet must have."""
    if key not in sheet:
        raise InputError(
            f"the data sheet has no `{key}`", where=path.name, hint="rebuild it with scripts/build_world.py"
        )
    return sheet[key]


def _read_arrays(path: Path, expected: str) -> dict[str, Array]:
    """Read the arrays; say which of the possible damages it is before trusting a byte."""
    content = path.read_bytes()
    if not content.startswith(b"PK"):
        raise InputError(
            "this is not an .npz file (a zip of arrays)", where=path.name, hint="reinstall or rebuild it"
        )
    if not zipfile.is_zipfile(BytesIO(content)):
        raise InputError(
            "the file is cut short: its end is missing", where=path.name, hint="copy or install it again"
        )
    with zipfile.ZipFile(BytesIO(content)) as archive:
        inside = {entry.removesuffix(".npy") for entry in archive.namelist()}
    missing = [array for array in ARRAYS if array not in inside]
    if missing:
        raise InputError(
            f"the file lacks the array(s) {', '.join(missing)}",
            where=path.name,
            hint="it is another zip than a world: rebuild it with scripts/build_world.py",
        )
    if sha256_bytes(content) != expected:
        raise InputError(
            "the file is not the one its data sheet describes (SHA-256 differs)",
            where=path.name,
            hint="take both files from one build: scripts/build_world.py writes the pair",
        )
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        return {array: np.asarray(stored[array], dtype=np.float64) for array in ARRAYS}
