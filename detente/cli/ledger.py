"""Verbs of the ledger: audit, controls, pledges. They parse, call the room and print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.compact import FullOption
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    FormatOption,
    OutOption,
    refuse_idle,
)
from detente.cli.output import emit, parse_day, progress, usage
from detente.cli.records import load_record
from detente.cli.terminal import note
from detente.core import DateError, InputError, LabelError, Table, suggestion, write_atomic

if TYPE_CHECKING:
    import datetime as dt

    from detente.dossier import Dossier

At = Annotated[str | None, typer.Option("--at", help="Day of evaluation.", show_default="the as-of day")]


def _record(name: str, asof: str | None, at: str | None):  # type: ignore[no-untyped-def]
    with usage():
        known = parse_day(asof, "--asof") if asof else None
    record = load_record(name, known)
    with usage():
        return record, parse_day(at, "--at") if at else record.asof


def controls(
    at: At = None,
    table: Annotated[
        str, typer.Option("--table", help="controls, or fees: port fees converted to a cost of trade.")
    ] = "controls",
    actor: Annotated[str | None, typer.Option("--actor", help="Only this actor's.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Only those with this status.")] = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    full: FullOption = False,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List controls, fees and listings on a day: what each binds, since when, and what ends it."""
    from detente.cli.tables import filtered
    from detente.show import build

    record, day = _record(dossier, asof, at)
    with usage():
        if table not in ("controls", "fees"):
            raise LabelError(
                f"no table `{table}`", where="--table", hint=suggestion(table, ("controls", "fees"))
            )
        if table == "fees":
            refuse_idle("on the table fees", actor=actor is not None, status=status is not None)
            shown = build("port-fees", dossier=record, date=day)
        else:
            shown = filtered(build("controls", dossier=record, date=day), actor=actor, status=status)
    emit(shown, style, out, full=full)


def pledges(
    at: At = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    full: FullOption = False,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List purchase pledges on a day: promised, delivered, and how late."""
    from detente.show import build

    record, day = _record(dossier, asof, at)
    with usage():
        shown = build("pledges", dossier=record, date=day)
    emit(shown, style, out, full=full)


def audit(
    dossier: Annotated[
        str, typer.Argument(help="A shipped dossier's id, or a folder of one.")
    ] = DEFAULT_DOSSIER,
    asof: Annotated[
        str | None,
        typer.Option("--asof", help="What was known on this day.", show_default="the whole record"),
    ] = None,
    table: Annotated[
        str, typer.Option("--table", help="findings, rules, grades, dates, stale, trade, or all.")
    ] = "findings",
    today: Annotated[
        str | None,
        typer.Option("--today", help="Day from which staleness counts.", show_default="the record's vintage"),
    ] = None,
    max_age: Annotated[
        int | None,
        typer.Option(
            "--max-age",
            help="Days after which an entry counts as stale.",
            min=1,
            show_default="the record's `fresh_days`",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a record with stale entries instead of warning.")
    ] = False,
    solve: Annotated[
        bool,
        typer.Option("--solve", help="Also remove every measure in turn and solve: who moves no result?"),
    ] = False,
    full: FullOption = False,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Hold a record against its rules; exits with 4 when one of them is broken."""
    from detente.show import build
    from detente.show.tables import TABLES, audit_tables, is_record

    with usage():
        known = parse_day(asof, "--asof") if asof else None
        day = parse_day(today, "--today") if today else None
        if table not in TABLES:
            raise LabelError(f"no table `{table}`", where="--table", hint=suggestion(table, TABLES))
    shown: Table | list[Table]
    try:
        with progress(None, "auditing"):
            shown, errors = audit_tables(
                dossier, known, table, today=day, max_age_days=max_age, solve=solve, strict=strict
            )
    except InputError as error:
        if not is_record(dossier):
            raise
        shown, errors = build("audit-malformed", error=error), 1
    emit(shown, style, out, full=full)
    if errors:
        note(f"{errors} error{'s' if errors > 1 else ''}: put the record right before using it")
        raise typer.Exit(4)


def clock_tables(
    dossier: Dossier, day: dt.date, cost: bool, ics: Path | None, picture: Path | None = None
) -> Table:
    """Clocks from a day on with their stakes; written to a calendar file too, and drawn, when one is named."""
    from detente.dossier import parties_of
    from detente.show import build
    from detente.show.tables import calendar_details, costs

    last = max((clock.fires for clock in dossier.clocks.values()), default=None)
    if last is None or last < day:
        with usage():
            raise DateError(
                f"no clock fires on {day} or later",
                where="--from",
                hint=f"the last one known on {dossier.asof} fires on {last}"
                if last
                else "the record has no clocks",
            )
    stakes = None
    parties: tuple[str, ...] = ()
    if cost:
        from detente.world import load_world

        parties = parties_of(dossier)
        coming = [clock for clock in dossier.clocks.values() if clock.fires >= day]
        stakes = costs(dossier, load_world(), coming, parties)
    if ics is not None:
        from detente.dossier import calendar

        write_atomic(ics, calendar(dossier, day, calendar_details(dossier, stakes)).encode())
        note(f"wrote {ics}")
    if picture is not None:
        from detente.cli.pictures import draw_clocks

        draw_clocks(dossier, day, picture)
    return build("clocks", dossier=dossier, from_date=day, stakes=stakes, parties=parties)
