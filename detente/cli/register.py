"""`detente data`: what data come with Détente, from where and on what terms, and whether they are whole."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.compact import FullOption
from detente.cli.options import FormatOption, OutOption, refuse_idle
from detente.cli.output import emit, usage
from detente.cli.terminal import note
from detente.core import LabelError, suggestion


def data(
    table: Annotated[str, typer.Option("--table", help="files or sources.")] = "files",
    check: Annotated[
        bool, typer.Option("--check", help="Compare the installed files with their hashes instead.")
    ] = False,
    full: FullOption = False,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List the data files that come with Détente, with sources, licences and hashes."""
    from detente.core import check_register
    from detente.show import build

    if check:
        refuse_idle("with --check", table=table != "files", format=style is not None, out=out is not None)
        note(f"{check_register()} data files are as registered")
        return
    kinds = ("files", "sources")
    with usage():
        if table not in kinds:
            raise LabelError(f"no table `{table}`", where="--table", hint=suggestion(table, kinds))
    emit(build(f"data-{table}"), style, out, full=full)
