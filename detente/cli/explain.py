"""Verbs that ask why: `detente explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    ClosureOption,
    DossierOption,
    FormatOption,
    HorizonOption,
    OutOption,
)
from detente.cli.output import emit, progress, usage
from detente.cli.worlds import WorldOption
from detente.core import InputError


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
    horizon: HorizonOption = "long",
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    world: WorldOption = None,
    elasticities: Annotated[
        str | None,
        typer.Option("--elasticities", help="Set of trade elasticities.", show_default="the horizon's own"),
    ] = None,
    closure: ClosureOption = "share",
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say why a number is what it is: its parts by measure and by channel, and what it rests on."""
    from detente.cli.tables import prepare_named
    from detente.show.explain import explain as made

    if "." in scenario and "." not in result and not scenario.endswith((".yaml", ".yml")):
        with usage():
            raise InputError(
                "the result comes before the scenario",
                where="explain",
                hint=f"detente explain {scenario} {result}",
            )
    names = [scenario, *([against] if against else [])]
    if len(set(names)) < len(names):
        with usage():
            raise InputError(
                "the scenario is explained against itself", where="--against", hint="name another scenario"
            )
    ready = prepare_named(names, dossier, asof, elasticities, closure, world=world, horizon=horizon)
    with usage(), progress(None, "explaining"):
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
