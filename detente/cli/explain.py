"""Verbs that ask why: `detente explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import Format, emit, usage
from detente.cli.worlds import WorldOption


def explain(
    result: Annotated[
        str,
        typer.Argument(
            help="What to explain: usa.real_income, usa.prices, usa.revenue, usa.output.C26, flow.USA.CHN[.C26]."
        ),
    ],
    scenario: Annotated[str, typer.Argument(help="Scenario id or file; `a+b` compounds.")] = "standing",
    against: Annotated[
        str | None,
        typer.Option("--against", help="What it is compared with.", show_default="the base year"),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="How effects are shared among measures: auto (Shapley up to ten measures), gradients or shapley.",
        ),
    ] = "auto",
    horizon: Annotated[
        str,
        typer.Option("--horizon", help="How much time to adjust: impact (months), short (one year) or long."),
    ] = "long",
    dossier: Annotated[
        str, typer.Option("--dossier", help="A shipped dossier's id, or a folder of one.")
    ] = "busan-2025",
    asof: Annotated[
        str | None,
        typer.Option("--asof", help="What was known on this day.", show_default="the dossier's own day"),
    ] = None,
    world: WorldOption = None,
    elasticities: Annotated[
        str | None,
        typer.Option("--elasticities", help="Set of trade elasticities.", show_default="the horizon's own"),
    ] = None,
    closure: Annotated[
        str, typer.Option("--closure", help="How deficits are determined: share, fixed, zero.")
    ] = "share",
    style: Annotated[
        Format | None, typer.Option("--format", "-f", help="How to write tables.", show_default="table")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write to this file instead of stdout.")
    ] = None,
) -> None:
    """Say why a number is what it is: its parts by measure and by channel, and what it rests on."""
    from detente.cli.tables import prepare_named
    from detente.show.explain import explain as made

    names = [scenario, *([against] if against else [])]
    if len(set(names)) < len(names):
        from detente.core import InputError

        with usage():
            raise InputError(
                "the scenario is explained against itself", where="--against", hint="name another scenario"
            )
    ready = prepare_named(names, dossier, asof, elasticities, closure, world=world, horizon=horizon)
    with usage():
        tables = made(
            ready.economy,
            ready.dossier,
            result,
            *ready.cases,
            closure=closure,
            structure=ready.structure,
            method=method,
        )
    emit(tables, style, out)
