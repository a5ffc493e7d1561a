"""`detente check` and `detente cite`: whether everything adds up, and what to cite."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.compact import FullOption
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    ElasticitiesOption,
    FormatOption,
    OutOption,
    refuse_idle,
)
from detente.cli.output import emit, progress, usage
from detente.cli.records import open_record
from detente.cli.worlds import WorldOption, economy_for


def check(
    folder: Annotated[
        str, typer.Argument(help="Dossier to check: its folder, or a shipped id.", show_default="--dossier")
    ] = "",
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    reports: Annotated[
        Path | None,
        typer.Option("--reports", help="Folder of the reports, to verify the places of the claims."),
    ] = None,
    world: WorldOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Check the world's identities, the record, the scenarios and the solver, and say what a dossier of your own still lacks.

    Exits with 4 when something fails.
    """
    from detente.cli.tables import check_table

    refuse_idle(f"beside `{folder}`", dossier=bool(folder) and dossier not in (DEFAULT_DOSSIER, folder))
    dossier = folder or dossier
    record = open_record(dossier, asof)
    with progress(None, "checking"):
        checks, failed = check_table(record, reports, dossier, world)
    emit(checks, style, out)
    if failed:
        raise typer.Exit(4)


def cite(
    scenario: Annotated[str | None, typer.Argument(help="Only what this scenario used.")] = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    full: FullOption = False,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List what to cite: data, elasticities, method, and the sources of the measures used."""
    from detente.cli.tables import citation_table

    record = open_record(dossier, asof)
    with usage():
        citations = citation_table(record, economy_for(world, elasticities), scenario, dossier)
    emit(citations, style, out, full=full)
