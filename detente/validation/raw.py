"""Readers of raw files that only developers hold: nothing is read at import, and pandas only when it is needed."""

from __future__ import annotations

import csv
import importlib
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import InputError
from detente.world import Array


def find_shared(given: Path | None = None) -> Path | None:
    """Folder with ``data/`` and ``golden/``: the one given, else one named ``shared`` here or beside here.

    Raises
    ------
    InputError
        When a folder was given that does not hold them.
    """
    if given is not None:
        if (given / "data").is_dir() and (given / "golden").is_dir():
            return given
        raise InputError(
            f"`{given}` holds no replication data",
            where="--shared",
            hint="the folder must contain data/ and golden/; leave the option out to run what needs neither",
        )
    for place in (Path("shared"), Path("..") / "shared"):
        if (place / "data" / "cp2015").is_dir() and (place / "golden").is_dir():
            return place
    return None


def frame(path: Path) -> Any:
    """Read a Parquet or CSV file with pandas; ``NA`` in a CSV stays text.

    Raises
    ------
    InputError
        Without pandas and pyarrow, or without the file.
    """
    try:
        pandas: Any = importlib.import_module("pandas")
        importlib.import_module("pyarrow")
    except ImportError:
        raise InputError(
            "the raw data need pandas and pyarrow", where=str(path), hint='pip install "detente[dev]"'
        ) from None
    if not path.exists():
        raise InputError(
            "a file of the replication data is missing",
            where=str(path),
            hint="see its README for what it holds",
        )
    if path.suffix == ".parquet":
        return pandas.read_parquet(path)
    return pandas.read_csv(path, keep_default_na=False)


def cube(table: Any, column: str, countries: tuple[str, ...], sectors: tuple[str, ...]) -> Array:
    """Long table with `importer`, `exporter`, `sector` to an array [importer, exporter, sector]; absent cells zero.

    Raises
    ------
    InputError
        When a row names a country or sector that is not in the lists.
    """
    place = {code: position for position, code in enumerate(countries)}
    line = {code: position for position, code in enumerate(sectors)}
    where = (table["importer"].map(place), table["exporter"].map(place), table["sector"].map(line))
    if any(index.isna().any() for index in where):
        raise InputError(
            f"`{column}` has rows outside the lists of countries and sectors", hint="check the codes"
        )
    array = np.zeros((len(countries), len(countries), len(sectors)))
    array[tuple(index.astype(int) for index in where)] = table[column]
    return array


def golden_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a golden file; its comment lines start with ``#``.

    Raises
    ------
    InputError
        When the file is absent.
    """
    if not path.exists():
        raise InputError("a golden file is missing", where=str(path), hint="it belongs beside the raw data")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))
