"""Verbs that ask why: `detente explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.aliases import result_in_codes
from detente.cli.draws import check_draws
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    ClosureOption,
    DossierOption,
    DrawsOption,
    FormatOption,
    HorizonOption,
    OutOption,
    PictureOption,
    SeedOption,
    refuse_idle,
)
from detente.cli.output import emit, progress, usage
from detente.cli.pictures import draw_parts
from detente.cli.records import HoldClocksOption, HoldOption, to_hold
from detente.cli.settings import SetOption
from detente.cli.worlds import WorldOption
from detente.core import InputError, LabelError, Table, suggestion


def explain(
    result: Annotated[
        str,
        typer.Argument(
            help="What to explain: usa.real_income (or equivalent_variation, prices, wages, real_wages, revenue, rents, "
            "duty_pre, duty_post, terms_of_trade, volume_of_trade), usa.output.C26, usa.employment.C26, usa.duty_post.CHN, "
            "flow.USA.CHN[.C26]."
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
    table: Annotated[
        str,
        typer.Option(
            "--table", help="all, measures, channels or sources; with --draws also interval or drivers."
        ),
    ] = "all",
    horizon: HorizonOption = "long",
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    world: WorldOption = None,
    elasticities: Annotated[
        str | None,
        typer.Option("--elasticities", help="Set of trade elasticities.", show_default="the horizon's own"),
    ] = None,
    closure: ClosureOption = "share",
    draws: DrawsOption = 0,
    seed: SeedOption = 1,
    settings: SetOption = None,
    hold_clocks: HoldClocksOption = False,
    hold: HoldOption = None,
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say why a number is what it is: its parts by measure and by channel, what it rests on, and how sure it is."""
    from detente.cli.tables import prepare_named
    from detente.show import make

    check_draws(draws)
    refuse_idle("without --draws", seed=seed != 1 and not draws)
    if "." in scenario and "." not in result and not scenario.endswith((".yaml", ".yml")):
        with usage():
            raise InputError(
                "the result comes before the scenario",
                where="explain",
                hint=f"detente explain {scenario} {result}",
            )
    names = [scenario, *([against] if against else [])]
    if len(set(names)) < len(names) and not settings:
        with usage():
            raise InputError(
                "the scenario is explained against itself", where="--against", hint="name another scenario"
            )
    ready = prepare_named(
        names,
        dossier,
        asof,
        elasticities,
        closure,
        world=world,
        horizon=horizon,
        hold=to_hold(hold_clocks, hold),
        settings=settings or (),
        against=against,
    )
    with usage(), progress(None, "explaining"):
        tables = make(
            "explain-measures",
            model=ready.model,
            dossier=ready.dossier,
            name=result_in_codes(result, ready.economy),
            case=ready.cases[0],
            reference=ready.cases[1] if against else None,
            method=method,
            draws=draws,
            seed=seed,
        )
        if picture is not None:
            draw_parts(tables, picture)
        if table != "all":
            tables = [part for part in tables if part.name == f"explain_{table}"] or _missing(table, tables)
    emit(tables, style, out)


def _missing(table: str, tables: list[Table]) -> list[Table]:
    """Refuse a table that was not made."""
    there = ["all", *(part.name.removeprefix("explain_") for part in tables)]
    raise LabelError(f"no table `{table}`", where="--table", hint=suggestion(table, there))
