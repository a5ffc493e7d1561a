"""Printing: tables to stdout or a file, everything else to stderr."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.compact import compact, is_list
from detente.cli.layout import as_text
from detente.cli.terminal import note, show, take_said
from detente.core import (
    TYPED,
    DetenteError,
    InputError,
    StaleError,
    Table,
    days,
    write_atomic,
    write_together,
)
from detente.show import TABLE_FILES

if TYPE_CHECKING:
    from detente.show.figures import Figure


class Format(StrEnum):
    """How a table is written."""

    table = "table"
    csv = "csv"
    json = "json"
    md = "md"


SUFFIXES = {".csv": Format.csv, ".json": Format.json, ".md": Format.md, ".txt": Format.table}


@contextlib.contextmanager
def usage() -> Iterator[None]:
    """Mark errors about what was typed on the command line: they exit with 2; a stale record keeps its own code."""
    try:
        yield
    except StaleError:
        raise
    except DetenteError as error:
        error.exit_code = 2
        raise


def parse_day(text: str, option: str) -> dt.date:
    """Read an ISO day from an option.

    Raises
    ------
    DateError
        When there is no such day, saying why, with the option's name.

    Examples
    --------
    >>> parse_day("2025-10-28", "--at")
    datetime.date(2025, 10, 28)
    """
    return days.parse_day(text, where=option)


PIPED_WIDTH = 100
"""Characters in a line of a table that goes into a pipe or a file, unless `COLUMNS` says otherwise."""


def table_width() -> int:
    """Characters in a line: those of the terminal; in a pipe or a file what `COLUMNS` says, or `PIPED_WIDTH`."""
    if sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, 20)
    given = os.environ.get("COLUMNS", "")
    plain = given.isascii() and given.isdigit() and len(given) <= 5  # `²` is a digit, too, and no number
    return max(int(given), 20) if plain and int(given) else PIPED_WIDTH


def render(table: Table, style: Format, *, listed: bool = False) -> str:
    """Table as text in one of the formats; `listed`: a compact list, see `as_text`."""
    if style is Format.csv:
        return table.to_csv()
    if style is Format.json:
        return table.to_json()
    if style is Format.md:
        return table.to_markdown()
    return as_text(table, width=table_width(), listed=listed)


def check_ending(out: Path | None, style: Format | None) -> None:
    """Refuse a file whose ending says no format when none was asked for.

    Raises
    ------
    InputError
        With the endings there are.
    """
    if out is None or style is not None or out.suffix.lower() in (*SUFFIXES, *TABLE_FILES):
        return
    with usage():
        raise InputError(
            f"the ending `{out.suffix}` says no format",
            where=str(out),
            hint="end it in .csv, .json, .md, .txt, .xlsx, .parquet or .ipynb; or add --format table, csv, json or md",
        )


PICTURES = (".svg", ".png")


def check_picture(path: Path | None) -> Path | None:
    """Refuse a picture whose ending is neither SVG nor PNG.

    Raises
    ------
    InputError
        With the endings there are.
    """
    if path is not None and path.suffix.lower() not in PICTURES:
        with usage():
            raise InputError(
                f"the ending `{path.suffix}` is no format of a picture",
                where=str(path),
                hint="end it in .svg or .png",
            )
    return path


def check_apart(out: Path | None, picture: Path | None) -> None:
    """Refuse a table and a picture that would be written into one file: the table behind a picture is put beside it.

    Raises
    ------
    InputError
        Where the table would take the place of the picture, or of the table behind it.
    """
    if out is None or picture is None:
        return
    if out.absolute() in (picture.absolute(), picture.with_suffix(".csv").absolute()):
        with usage():
            raise InputError(
                "the picture and the table behind it are written there",
                where=f"--out {out}",
                hint="give one of the two another name",
            )


def emit(tables: Table | list[Table], style: Format | None, out: Path | None, *, full: bool = True) -> None:
    """Print tables, or write them to a file whose suffix decides the format when none was asked for.

    Of several tables CSV and Parquet hold the first, and a note says so. Without `full` the text of a list is compact.
    """
    many = tables if isinstance(tables, list) else [tables]
    check_ending(out, style)
    if out is not None and style is None and out.suffix.lower() in TABLE_FILES:
        _for_others(many, out)
        return
    if out is not None and style is None:
        style = SUFFIXES[out.suffix.lower()]
    style = style or Format.table
    short = style is Format.table and not full
    if short:
        many = [compact(table) for table in many]
    if style is Format.csv and len(many) > 1:
        many = many[:1]
        note("CSV holds one table: the first is written; ask for the others by name")
    if style is Format.json:  # one shape, for one table as for many
        body = "[\n" + ",\n".join(table.to_json().rstrip("\n") for table in many) + "\n]\n"
    elif out is None and style is Format.table and sys.stdout.isatty():
        coloured = "NO_COLOR" not in os.environ
        body = take_said() + "\n".join(
            as_text(table, width=table_width(), colour=coloured, listed=short and is_list(table))
            for table in many
        )
        show(_in_its_characters(body, style))
        return
    else:
        body = "\n".join(render(table, style, listed=short and is_list(table)) for table in many)
    if out is None:
        sys.stdout.write(_in_its_characters(body, style))
    else:
        say_new_folder(out)
        write_atomic(out, body)
        note(f"wrote {out}")


def say_new_folder(file: Path) -> None:
    """Say which folder will be there that was not, before a file is written into it."""
    if not file.parent.exists():
        note(f"new folder {file.parent}")


def _for_others(tables: list[Table], out: Path) -> None:
    """Write tables as a workbook or a notebook, or the first as Parquet."""
    from detente.show import as_notebook, as_parquet, as_workbook

    body: str | bytes
    if out.suffix.lower() == ".xlsx":
        body = as_workbook(tables)
    elif out.suffix.lower() == ".ipynb":
        body = as_notebook(tables)
    else:
        if len(tables) > 1:
            note("Parquet holds one table: the first is written; ask for the others by name")
        with usage():
            body = as_parquet(tables[0], str(out))
    say_new_folder(out)
    write_atomic(out, body)
    note(f"wrote {out}")


def _in_its_characters(body: str, style: Format) -> str:
    """A text for standard output: where that knows few characters, lines and dashes of a table become plain ones, and a
    note says how the rest is written. Data keep every character, escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        body.encode(encoding)
    except LookupError:
        return body
    except UnicodeEncodeError:
        note(
            f"note: standard output is {encoding}; what it has no characters for is written as \\uXXXX, "
            "-o FILE writes UTF-8"
        )
        return body.translate(TYPED) if style in (Format.table, Format.md) else body
    return body


@contextlib.contextmanager
def progress(total: int | None, what: str) -> Iterator[Callable[[], None]]:
    """Show a progress bar on stderr when somebody watches; yields a function to call after each step.

    Parameters
    ----------
    total : int or None
        Steps; None for work of unknown length, which shows that it goes on, and for how long.
    what : str
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


@contextlib.contextmanager
def reporting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar fed with (done, all)."""
    shown = 0
    with progress(100, what) as step:

        def report(done: int, whole: int) -> None:
            nonlocal shown
            while shown < 100 * done // max(whole, 1):
                step()
                shown += 1

        yield report


def draw(figure: Figure, path: Path) -> None:
    """Write a picture as a file of its own, SVG or PNG by its ending, with the table behind it beside it, and say its title."""
    from detente.show.figures import figure_png, figure_svg

    picture = figure_png(figure) if path.suffix.lower() == ".png" else figure_svg(figure) + "\n"
    say_new_folder(path)
    write_together({path: picture, path.with_suffix(".csv"): figure.table.to_csv()})
    note(figure.title)
    note(f"wrote {path} and {path.with_suffix('.csv')}")
