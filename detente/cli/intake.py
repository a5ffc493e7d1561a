"""`detente ingest`: news text in, a draft of claims out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.options import DEFAULT_DOSSIER, FormatOption
from detente.cli.output import emit, parse_day, usage
from detente.cli.terminal import note
from detente.core import InputError, is_there


def ingest(
    files: Annotated[list[str], typer.Argument(help="Reports (.txt, .html, .md); `-` reads standard input.")],
    dossier: Annotated[
        str,
        typer.Option(
            "--dossier", help="Ledger to match against: a shipped dossier's id, or a folder of one."
        ),
    ] = DEFAULT_DOSSIER,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Draft to write; an existing file is never overwritten.")
    ] = Path("draft.yaml"),
    date: Annotated[
        str | None,
        typer.Option(
            "--date",
            help="Day of the report, when the page does not print it.",
            show_default="found in the text",
        ),
    ] = None,
    table: Annotated[str, typer.Option("--table", help="summary, conflicts, items, or all.")] = "summary",
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Also store a copy of each report, under its hash, in this folder."),
    ] = None,
    style: FormatOption = None,
) -> None:
    """Read news reports and write a draft of claims and possible conflicts, for a person to accept."""
    from detente.cli.records import load_record
    from detente.intake import (
        extract,
        keep_copy,
        make_draft,
        read_report,
        write_draft,
    )
    from detente.show import build

    tables = {"summary": "intake", "conflicts": "possible-conflicts", "items": "items"}
    with usage():
        if table not in (*tables, "all"):
            raise InputError(f"no table `{table}`", where="--table", hint="summary, conflicts, items, or all")
        if is_there(out):
            raise InputError(
                "is there already, and a draft is never overwritten",
                where=str(out),
                hint="name another file with -o",
            )
        day = parse_day(date, "--date") if date else None
    record = load_record(dossier, None)
    reports = []
    for name in files:
        article, content = read_report(name)
        for warning in article.warnings:
            note(f"{article.name}: {warning}")
        reports.append(extract(article, record, day=day))
        if keep is not None:
            note(f"kept {keep_copy(article, content, keep)}; leave it out of version control")
    draft = make_draft(reports, record)
    emit([build(name, draft=draft) for key, name in tables.items() if table in (key, "all")], style, None)
    note(f"wrote {write_draft(draft, out)}; fill in `says` and set each verdict")
