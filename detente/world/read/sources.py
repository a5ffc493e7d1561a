"""Which reader reads which kind of source, by ``KIND:PATH``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from detente.core import InputError, is_file, suggestion
from detente.world.read.cp_text import read_cp_folder
from detente.world.read.folders import (
    read_cp_parquet_folder,
    read_cube_folder,
    read_ossa_folder,
    read_uschina_folder,
)
from detente.world.read.icio import read_icio
from detente.world.read.long_csv import read_long_folder
from detente.world.read.table import SourceTable
from detente.world.read.trade_gdp import read_trade_gdp_folder
from detente.world.read.wiod import read_wiod


def _read_cp(path: str | Path, *, year: int | None = None) -> SourceTable:
    chosen = {} if year is None else {"year": year}
    stored = is_file(Path(path) / "trade_tariff.parquet")
    return read_cp_parquet_folder(path, **chosen) if stored else read_cp_folder(path, **chosen)


def _with_default(reader: Callable[..., SourceTable]) -> Callable[..., SourceTable]:
    def read(path: str | Path, *, year: int | None = None) -> SourceTable:
        return reader(path) if year is None else reader(path, year=year)

    return read


READERS: dict[str, tuple[Callable[..., SourceTable], str]] = {
    "icio": (read_icio, "OECD inter-country input–output table, CSV"),
    "wiod": (read_wiod, "World Input-Output Database, CSV or parquet"),
    "long": (read_long_folder, "folder of plain CSV files with a world.yaml"),
    "gdp": (read_trade_gdp_folder, "folder with trade between countries and their GDP alone: one sector"),
    "cp": (_read_cp, "folder in the text layout of Caliendo and Parro (2015)"),
    "oecd-cube": (_with_default(read_cube_folder), "OECD cube 2011–2022 with the technology of 2020"),
    "uschina": (_with_default(read_uschina_folder), "US–China model data of 2017"),
    "ossa": (_with_default(read_ossa_folder), "data of Ossa (2014)"),
}
"""Kinds of sources ``detente world build --from KIND:PATH`` takes: reader and description."""


def read_source(source: str, *, year: int | None = None) -> SourceTable:
    """Read a table by ``KIND:PATH``.

    Parameters
    ----------
    source : str
        Such as ``icio:2020_SML.csv``.
    year : int, optional
        Where the file does not say it, or to choose one of several.

    Returns
    -------
    SourceTable

    Raises
    ------
    InputError
        Unknown kind; whatever the reader refuses.
    """
    kind, colon, path = source.partition(":")
    if not colon or kind not in READERS:
        raise InputError(
            f"`{source}` is not KIND:PATH",
            where="--from",
            hint=f"{suggestion(kind, READERS)} such as icio:2020.csv",
        )
    if year is not None and not 1900 <= year <= 2199:
        raise InputError(f"{year} is no year of a table", where="--year", hint="such as 2020")
    return READERS[kind][0](path, year=year)
