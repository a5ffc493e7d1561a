"""Which reader reads which kind of source, by ``KIND:PATH``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from detente.core import InputError, UnitError, is_file, suggestion
from detente.world.read.cp_text import read_cp_folder
from detente.world.read.exiobase import read_exiobase
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
    "icio": (read_icio, "OECD inter-country input–output table, CSV or zip"),
    "wiod": (read_wiod, "World Input-Output Database, CSV or parquet"),
    "exiobase": (read_exiobase, "EXIOBASE 3, the zip archive or folder of one year; million EUR"),
    "long": (read_long_folder, "folder of plain CSV files with a world.yaml"),
    "gdp": (read_trade_gdp_folder, "folder with trade between countries and their GDP alone: one sector"),
    "cp": (_read_cp, "folder in the text layout of Caliendo and Parro (2015)"),
    "oecd-cube": (_with_default(read_cube_folder), "OECD cube 2011–2022 with the technology of 2020"),
    "uschina": (_with_default(read_uschina_folder), "US–China model data of 2017"),
    "ossa": (_with_default(read_ossa_folder), "data of Ossa (2014)"),
}
"""Kinds of sources ``detente world build --from KIND:PATH`` takes: reader and description."""
CURRENCIES = {"exiobase": "EUR"}
"""Kinds that are not in USD."""


def read_source(source: str, *, year: int | None = None, exchange: float | None = None) -> SourceTable:
    """Read a table by ``KIND:PATH``.

    Parameters
    ----------
    source : str
        Such as ``icio:2020_SML.csv``.
    year : int, optional
        Where the file does not say it, or to choose one of several.
    exchange : float, USD per unit of the table's currency, optional
        For tables in another currency (`exiobase`), which want it; refused for the others.

    Returns
    -------
    SourceTable

    Raises
    ------
    InputError
        Unknown kind; whatever the reader refuses.
    UnitError
        An exchange rate that is no rate, or for a table in USD.
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
    if exchange is None:
        return READERS[kind][0](path, year=year)
    if kind not in CURRENCIES:
        raise UnitError(
            f"tables of kind `{kind}` are in USD", where="--exchange", hint="leave the exchange rate out"
        )
    if not 1e-6 <= exchange <= 1e3:
        raise UnitError(
            f"{exchange:g} is no exchange rate",
            where="--exchange",
            hint=f"USD per {CURRENCIES[kind]}, such as 1.05",
        )
    return READERS[kind][0](path, year=year, usd_per_unit=exchange)
