"""`detente validate`: published tables, closed forms and identities, solved again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.options import FormatOption, OutOption
from detente.cli.output import emit, progress, usage
from detente.cli.terminal import note


def validate(
    shared: Annotated[
        Path | None,
        typer.Option(
            "--shared",
            help="Folder with the raw replication data (data/ and golden/).",
            show_default="./shared or ../shared, if there",
        ),
    ] = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Solve published tables, closed forms and identities again, beside the published figures; exits with 4 when one is missed."""
    from detente.show import build
    from detente.validation import STUDIES, find_shared, run_checks

    with usage():
        folder = find_shared(shared)
    with progress(5 + len(STUDIES), "solving published tables again") as step:
        checks = run_checks(folder, step=lambda _: step())
    emit(build("validation", checks=checks), style, out)
    missed = [check for check in checks if check.failed]
    for check in missed:
        note(f"missed: {check.group}: {check.what}")
    if missed:
        raise typer.Exit(4)
