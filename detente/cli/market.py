"""`detente market`: what markets made of the steps of a standoff, and odds read back from a move. It calls the room and prints."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from detente.cli.options import DEFAULT_DOSSIER, AsofOption, DossierOption, FormatOption, OutOption
from detente.cli.output import emit, parse_day, usage
from detente.cli.records import load_record
from detente.cli.terminal import note, say
from detente.core import InputError, UnitError


def market(
    move: Annotated[
        float | None,
        typer.Option(
            "--move",
            help="A move of the market beyond the usual, to read odds from: percent (log points), or points of the VIX.",
        ),
    ] = None,
    before: Annotated[
        float | None,
        typer.Option("--before", help="Odds of an escalation before it, a fraction.", min=0, max=1),
    ] = None,
    series: Annotated[
        str | None, typer.Option("--series", help="sp500 or vix.", show_default="the first")
    ] = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say how far markets moved at the record's steps, how much a full surprise moves them, and which odds a move implies."""
    from detente.campaign import implied_odds, shipped_market
    from detente.show import build

    with usage():
        record = load_record(dossier, parse_day(asof, "--asof") if asof else None)
        if (move is None) != (before is None):
            raise InputError(
                "a move is read from odds before it", where="--move", hint="give --move and --before together"
            )
        if move is not None and not math.isfinite(move):
            raise UnitError(f"a move of {move:g}", where="--move", hint="a finite number, such as -2")
        file = shipped_market(record.id)
        chosen = file.named(series)
        day = record.asof
        if chosen.last > day and asof:
            raise InputError(
                f"the estimates rest on events up to {chosen.last}, later than {day}",
                where="--asof",
                hint=f"--asof {chosen.last}, or a later day",
            )
        if chosen.last > day:
            day = chosen.last
            note(
                f"note: as of {day}, of the last event the estimates rest on: the record stands on {record.asof}"
            )
        table = build("market", file=file, asof=day)
        if move is not None and before is not None:
            odds, least, most = implied_odds(before, move, chosen)
            say(
                f"From {before:.0%} before, a move of {move:+g} implies {odds:.0%}, between {least:.0%} and {most:.0%}"
            )
    emit([table], style, out)
