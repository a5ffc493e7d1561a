"""`detente preferences`: what each side's choices say it wants. It parses, calls the strategy room and prints."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.options import DEFAULT_DOSSIER, AsofOption, DossierOption, FormatOption, OutOption
from detente.cli.output import emit, parse_day, progress, usage
from detente.cli.playing import known_table
from detente.cli.records import load_record
from detente.cli.terminal import say
from detente.core import DateError, InputError


def preferences(
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="weights (what counts, and how firmly), decisions (each one's regret and probability), fit or all.",
        ),
    ] = "weights",
    fitted: Annotated[
        str | None,
        typer.Option(
            "--fitted",
            help="Infer from decisions up to this day only; those since are judged out of sample.",
            show_default="the as-of day",
        ),
    ] = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say what each side's choices tell of what it wants: weights that explain them, how firmly, and what nothing explains."""
    from detente.show import build
    from detente.show.words import choices_sentence
    from detente.strategy import explain_choices, judge_choices, motives_of, read_choices

    known_table(table, ("weights", "decisions", "fit"))
    with usage():
        record = load_record(dossier, parse_day(asof, "--asof") if asof else None)
        through = parse_day(fitted, "--fitted") if fitted else record.asof
        if through > record.asof:
            raise DateError(
                f"{through} lies after the as-of day {record.asof}",
                where="--fitted",
                hint="give --asof as well",
            )
        file = motives_of(record.id)
        if file is None:
            raise InputError(
                f"the record `{record.id}` comes with no motives to infer preferences from",
                where="--dossier",
                hint="a file `motives-DOSSIER.yaml` and a table of choices; docs page `preferences`",
            )
        sample, everything = read_choices(file, through), read_choices(file, record.asof)
        with progress(None, "reading what the sides want from what they chose"):
            explained = {code: explain_choices(sample, file, code) for code in record.parties}
    judged = [verdict for each in explained.values() for verdict in judge_choices(everything, each)]
    judged.sort(key=lambda verdict: (verdict.day, record.parties.index(verdict.player)))
    tables = []
    if table in ("weights", "all"):
        tables.append(build("explained-weights", explained=explained, file=file))
    if table in ("decisions", "all"):
        tables.append(build("explained-decisions", judged=judged))
    if table in ("fit", "all"):
        tables.append(build("explained-fit", explained=explained, judged=judged, weighed=everything))
    say(choices_sentence(judged).text)
    emit(tables, style, out)
