"""Verbs that list what a record holds: `detente scenarios`, `measures`, `clocks` and `claims`; compact unless asked in full."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.compact import FullOption
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    FormatOption,
    OutOption,
    PictureOption,
    refuse_idle,
)
from detente.cli.output import SUFFIXES, Format, emit, parse_day, progress, usage
from detente.cli.records import open_record


def scenarios(
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    full: FullOption = False,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List the scenarios that come with a dossier, and which of them could be told on an earlier day."""
    from detente.cli.tables import scenario_table

    with usage():
        listing = scenario_table(dossier, parse_day(asof, "--asof") if asof else None)
    emit(listing, style, out, full=full)


def measures(
    at: Annotated[
        str | None,
        typer.Option("--at", help="Day on which the measures are read.", show_default="the as-of day"),
    ] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Only this actor's.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Only those with this status.")] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="The sources of the record instead of its measures.")
    ] = False,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    full: FullOption = False,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List measures with their status and value on a day, and the source of each."""
    from detente.cli.tables import measures_on

    record = open_record(dossier, asof)
    if sources:
        from detente.show import build
        from detente.show.tables import evidence

        refuse_idle("with --sources", at=at is not None, actor=bool(actor), status=bool(status))
        emit(build("sources", sources=evidence.sources(record)), style, out, full=full)
        return
    with usage():
        day = parse_day(at, "--at") if at else record.asof
        listing = measures_on(record, day, actor=actor, status=status)
    emit(listing, style, out, full=full)


def clocks(
    start: Annotated[
        str | None, typer.Option("--from", help="First day to list.", show_default="the as-of day")
    ] = None,
    cost: Annotated[
        bool, typer.Option("--cost/--no-cost", help="Solve for what each clock is worth to both sides.")
    ] = True,
    ics: Annotated[
        Path | None, typer.Option("--ics", help="Also write the clocks to this calendar file.")
    ] = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    full: FullOption = False,
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List what fires when, unless somebody acts: what it snaps back to, and what is at stake."""
    from detente.cli.ledger import clock_tables

    record = open_record(dossier, asof)
    with usage():
        day = parse_day(start, "--from") if start else record.asof
    with progress(None, "solving what each clock is worth"):
        tables = clock_tables(record, day, cost, ics, picture)
    emit(tables, style, out, full=full)


def claims(
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="What the reports disagree on, side by side.")
    ] = False,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    full: FullOption = False,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List what the reports claim, with the place in the text; or their contradictions."""
    from detente.cli.tables import some_report
    from detente.show import build, make

    record = open_record(dossier, asof)
    with usage():
        some_report(record)
    wanted = style or (Format.table if out is None else SUFFIXES.get(out.suffix.lower(), Format.csv))
    flat = wanted in (Format.csv, Format.json)
    if conflicts and wanted is Format.table and not full:
        lists = [build(name, dossier=record) for name in ("conflict-overview", "conflict-list")]
        emit(lists, style, out, full=False)
    elif conflicts and not flat:
        emit(make("conflict-sheets", dossier=record), style, out)
    else:
        emit(build("conflicts" if conflicts else "claims", dossier=record), style, out, full=full)
