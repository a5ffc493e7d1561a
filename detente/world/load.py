"""Read a shipped world: arrays from an ``.npz``, everything said about them from its data sheet."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import (
    LARGEST,
    InputError,
    Labels,
    SchemaError,
    finish_folder,
    is_file,
    is_folder,
    name_of,
    read_arrays,
    read_bytes,
    read_json,
    sha256_bytes,
    suggestion,
)
from detente.world.economy import Array, Economy
from detente.world.identities import check

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
        return _derived(sheet, sheet_path)
    arrays = _read_arrays(arrays_path, str(_required(sheet, "sha256", sheet_path)))
    countries, sectors = (_names_by_code(sheet, key, sheet_path) for key in ("countries", "sectors"))
    labels = Labels(tuple(countries), tuple(sectors), countries, sectors)
    economy = Economy(
        name=str(_required(sheet, "name", sheet_path)),
        year=_sheet_year(sheet, sheet_path),
        labels=labels,
        elasticity_source=str(_required(sheet, "elasticity_source", sheet_path)),
        provenance=sheet,
        **arrays,
    )
    check(economy)
    return economy


def _names_by_code(sheet: Mapping[str, Any], key: str, path: Path) -> dict[str, str]:
    """Names by code from a data sheet."""
    names = _required(sheet, key, path)
    if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
        raise SchemaError(
            f"`{key}` is no list of codes and names", file=path.name, key=key, hint="rebuild the sheet"
        )
    return names


def _sheet_year(sheet: Mapping[str, Any], path: Path) -> int:
    """Year from a data sheet."""
    year = _required(sheet, "year", path)
    if isinstance(year, bool) or not isinstance(year, int) or not 0 < year < 10_000:
        raise SchemaError(
            f"`{name_of(year, 40)}` is no year", file=path.name, key="year", hint="such as 2024"
        )
    return year


def _derived(sheet: Mapping[str, Any], path: Path) -> Economy:
    """Make a world that is another one with its carved sectors merged; only shipped worlds are made so."""
    from detente.world.carve.disaggregation import merge_carved

    parent = _required(sheet, "derived_from", path)
    if path.parent != DATA or parent not in shipped_worlds() or parent == sheet.get("name"):
        raise InputError(
            "only a shipped world can be derived from another one",
            where=path.name,
            hint="save the world with its arrays: `save_world`, or `detente world aggregate -o FOLDER`",
        )
    economy = merge_carved(load_world(str(parent)), name=str(_required(sheet, "name", path)))
    check(economy)
    return economy


def _paths(name: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Find the two files of a world."""
    given = Path(name)
    if is_folder(given) or is_file(given):
        with contextlib.suppress(OSError):  # what cannot be completed is told by its hash
            finish_folder(given if is_folder(given) else given.parent)
    if is_folder(given):
        given = _only_world(given)
    elif given.name.endswith(".datapackage.json"):
        given = given.with_name(given.name.removesuffix(".datapackage.json") + ".npz")
    if given.suffix == ".npz":
        if not is_file(given):
            raise InputError(
                "there is no such file", where=name_of(given), hint="give the path of a world's .npz"
            )
        sheet = given.with_name(given.stem + ".datapackage.json")
        if not is_file(sheet):
            raise InputError(
                "its data sheet is missing", where=str(given), hint=f"put {sheet.name} beside it"
            )
        return given, sheet
    if str(name) not in shipped_worlds():
        if os.sep in str(name):
            raise InputError(
                "there is no such folder or file",
                where=name_of(name),
                hint="give a folder that `detente world build` wrote, or a shipped world",
            )
        raise InputError(
            f"unknown world `{name_of(name)}`", hint=suggestion(str(name)[:80], shipped_worlds())
        )
    arrays, sheet = DATA / f"{name}.npz", DATA / f"{name}.datapackage.json"
    if not is_file(arrays) and "derived_from" not in _read_sheet(sheet):
        raise InputError(
            "the arrays of this world are missing",
            where=arrays.name,
            hint="reinstall, or run scripts/build_world.py",
        )
    return arrays, sheet


def _only_world(folder: Path) -> Path:
    """The one world in a folder."""
    descriptors = sorted(folder.glob("*.datapackage.json"))
    if len(descriptors) != 1:
        raise InputError(
            f"the folder holds {len(descriptors)} worlds, one is wanted",
            where=str(folder),
            hint="give the path of the .npz" if descriptors else "`detente world build -o FOLDER` writes one",
        )
    return descriptors[0].with_name(descriptors[0].name.removesuffix(".datapackage.json") + ".npz")


def _read_sheet(path: Path) -> Mapping[str, Any]:
    """Read the data sheet."""
    sheet = read_json(path)
    if not isinstance(sheet, dict):
        raise InputError(
            "the data sheet is not a JSON object", where=path.name, hint="reinstall or rebuild it"
        )
    return sheet


def _required(sheet: Mapping[str, Any], key: str, path: Path) -> Any:
    """Return an entry the data sheet must have."""
    if key not in sheet:
        raise InputError(
            f"the data sheet has no `{key}`", where=path.name, hint="rebuild it with scripts/build_world.py"
        )
    return sheet[key]


def _read_arrays(path: Path, expected: str) -> dict[str, Array]:
    """Read the arrays: the hash of the bytes first, then what they are, each bounded by what is there."""
    content = read_bytes(path, limit=LARGEST, expected="the arrays of a world (.npz)")
    if sha256_bytes(content) != expected:
        raise InputError(
            "the file is not the one its data sheet describes (SHA-256 differs)" + _looks(content),
            where=path.name,
            hint="take both files from one build: scripts/build_world.py writes the pair",
        )
    stored = read_arrays(content, where=path.name, wanted=ARRAYS)
    return {array: np.asarray(stored[array], dtype=np.float64) for array in ARRAYS}


def _looks(content: bytes) -> str:
    """What bytes that are not the expected ones look like, without opening them."""
    if not content.startswith(b"PK"):
        return ": this is not an .npz file (a zip of arrays)"
    if b"PK\x05\x06" not in content[-70_000:]:
        return ": it is cut short, its end is missing"
    return ""
