"""`detente rupture`: what a rupture between the two parties costs, step by step. It parses, calls the rooms and prints."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.draws import check_draws
from detente.cli.leads import DRAWS, LeadDrawsOption, WithoutLead, both_models
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    ClosureOption,
    DossierOption,
    ElasticitiesOption,
    FormatOption,
    OutOption,
    PictureOption,
)
from detente.cli.output import draw, emit, progress, usage
from detente.cli.terminal import note
from detente.cli.worlds import WorldOption, codes_in, economy_for, of_own_world
from detente.core import InputError, LabelError, UnitError, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.cli.tables import Prepared
    from detente.equilibrium import Model


def _fractions(text: str, option: str, most: float, hint: str) -> tuple[float, ...]:
    """Percentages with commas between, as fractions.

    Raises
    ------
    UnitError
        For what is no number, and one that is not above 0 or is above `most`; both in percent, as typed.
    """
    try:
        numbers = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UnitError(
            f"`{text}` is not a list of numbers",
            where=option,
            hint=f"numbers with commas between: {option} 10,50,100",
        ) from None
    for number in numbers:
        if not (0 < number <= most and math.isfinite(number)):
            raise UnitError(f"`{number:g}` is out of range", where=option, hint=hint)
    return tuple(number / 100 for number in numbers)


def rupture(
    scenario: Annotated[
        str,
        typer.Argument(help="What is cut: a scenario as it stands.", show_default="the first of the ladder"),
    ] = "",
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    between: Annotated[
        str, typer.Option("--between", help="Two codes, with a comma between.", show_default="the parties")
    ] = "",
    cuts: Annotated[
        str, typer.Option("--cuts", help="Shares of every flow that are cut, percent, with commas between.")
    ] = "",
    points: Annotated[str, typer.Option("--points", help="Points of duty added, with commas between.")] = "",
    horizons: Annotated[
        str, typer.Option("--horizons", help="Horizons, with commas between.")
    ] = "impact,short,long",
    draws: LeadDrawsOption = DRAWS,
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    closure: ClosureOption = "share",
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Cut the trade between the parties step by step: where the loss is convex, and where it is not."""
    from detente.cases import CUTS, HORIZONS, POINTS, model_at, rupture as solve_rupture, sides_in
    from detente.cli.tables import prepare_named
    from detente.policy import shipped_scenarios
    from detente.show import build, make
    from detente.show.tables import rupture_sentences

    check_draws(draws)
    with usage():
        wanted = [name.strip() for name in horizons.split(",") if name.strip()]
        for name in wanted:
            if name not in HORIZONS:
                raise LabelError(
                    f"unknown horizon `{name}`", where="--horizons", hint=suggestion(name, list(HORIZONS))
                )
        shares = _fractions(cuts, "--cuts", 100.0, "percent of a flow, above 0 and at most 100") or CUTS
        rates = _fractions(points, "--points", math.inf, "points above 0, such as 25") or POINTS
        name = scenario or next(iter(shipped_scenarios(dossier)), "")
        if not name:
            raise InputError("the dossier has no scenario", hint="name a scenario file")
    ready = prepare_named([name], dossier, asof, elasticities, closure, world=world)
    with usage():
        pair = _pair(codes_in(between, world) or sides_in(ready.dossier, ready.economy))
        economy, keep = economy_for(world, elasticities), elasticities is not None
        models = {
            horizon: model_at(horizon, economy, closure=ready.model.closure, keep_elasticities=keep)
            for horizon in wanted
        }
        with of_own_world(world), progress(None, "solving"):
            ruptures = {
                horizon: solve_rupture(model, ready.cases[0], pair, cuts=shares, points=rates)
                for horizon, model in models.items()
            }
    table = build("rupture", ruptures=ruptures)
    for sentence in rupture_sentences(ruptures, table):
        note(sentence.text)
    if draws:
        _say_end(
            ready,
            {**both_models(ready.model, "long", economy, keep=keep), **models},
            pair,
            draws,
            world,
            keep,
        )
    if picture is not None:
        draw(make("rupture-figure", ruptures=ruptures), Path(picture))
    emit([table], style, out)


def _say_end(
    ready: Prepared,
    models: dict[str, Model],
    pair: tuple[str, str],
    draws: int,
    world: str | None,
    keep: bool,
) -> None:
    """Say what the end of all goods trade between the two costs at both horizons and in all years together."""
    from detente.show.tables import ENDED, lead_of_end, lead_sentence

    at, case = {name: models[name] for name in ("short", "long")}, ready.cases[0]
    with WithoutLead(), of_own_world(world), progress(None, "solving the lead at both horizons"):
        both = lead_of_end(at, ready.dossier, case, pair, keep_elasticities=keep, draws=draws)
        title = f"An end of all goods trade between them, on top of “{case.scenario.title}”,"
        said = lead_sentence(both, case.scenario.id, ENDED, pair, title, usd=False, table="rupture")
        note(said.text)


def _pair(codes: Sequence[str]) -> tuple[str, str]:
    if len(codes) != 2:
        raise InputError(
            "a rupture is between two parties",
            where="--between",
            hint="name two, with a comma between: --between ONE,OTHER",
        )
    return (codes[0], codes[1])
