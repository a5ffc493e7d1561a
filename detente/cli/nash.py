"""`detente nash`: duties that are best for whoever sets them. It parses, calls the strategy room and prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import ClosureOption, ElasticitiesOption, FormatOption, OutOption
from detente.cli.output import emit, note, progress, usage
from detente.cli.worlds import WorldOption, economy_for
from detente.core import InputError, LabelError, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.core import Table
    from detente.strategy.duties import DutyGame
    from detente.world import Economy
    from detente.world.economy import Array

KINDS = ("war", "alone", "talks")
TABLES = ("welfare", "duties", "both")


def political_weights(economy: Economy, name: str, players: Sequence[str]) -> Array:
    """Political weights [country, sector] of a set of preferences.

    Raises
    ------
    LabelError
        For a set that does not exist.
    InputError
        For a set with weights on revenue, a rival's gain or security: duties are searched under political weights only.
    """
    import numpy as np

    from detente.strategy.preferences import load_preferences

    own = Path(name)
    chosen = (
        load_preferences(own).named() if own.suffix in (".yaml", ".yml") else load_preferences().named(name)
    )
    weights = np.ones(economy.va_share.shape)
    for code in players:
        wants = chosen.of(code)
        if wants.revenue != 1 or wants.relative or wants.security:
            raise InputError(
                f"the set `{chosen.id}` has more than political weights for {code}",
                where="--preferences",
                hint="duties are searched under political weights only: choose such a set, as `plain` or `political`",
            )
        weights[economy.labels.country(code)] = chosen.lambdas(code, economy.labels.sectors)
    return weights


def solved_tables(game: DutyGame, kind: str, start: str, verify: bool) -> list[Table]:
    """Search the duties asked for and lay them out."""
    from detente.strategy import duties

    if kind == "alone":
        found = []
        for code in game.players:
            note(f"{code} alone: {int(game.of(code).sum())} duties")
            found.append(
                duties.optimal_duties(game, code, starts=["standing", "half", "double"], deviations=verify)
            )
        return duties.optimum_tables(game, found)
    if kind == "talks":
        return duties.talks_tables(duties.cooperative_duties(game))
    return duties.nash_tables(duties.nash_duties(game, start=start, verify=verify))


def nash(
    players: Annotated[
        str,
        typer.Option(
            "--players", help="Codes of who sets duties, with commas between; `all` for every country."
        ),
    ] = "USA,CHN",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="war (Nash duties), alone (optimal duties of each while the others keep theirs) or talks (cooperative duties).",
        ),
    ] = "war",
    by: Annotated[
        str,
        typer.Option(
            "--by", help="partner (one duty for each partner) or sector (for each partner and sector)."
        ),
    ] = "partner",
    mfn: Annotated[bool, typer.Option("--mfn", help="The same duty for every partner.")] = False,
    on: Annotated[str, typer.Option("--on", help="Who is charged: players (each other) or all.")] = "players",
    sectors: Annotated[
        str,
        typer.Option(
            "--sectors", help="Codes of the sectors charged, with commas between.", show_default="all goods"
        ),
    ] = "",
    highest: Annotated[float, typer.Option("--highest", help="Largest duty allowed, percent.")] = 1000.0,
    preferences: Annotated[
        str,
        typer.Option(
            "--preferences",
            help="Set of preferences of the shipped case, or a file of one's own; political weights.",
        ),
    ] = "plain",
    start: Annotated[
        str,
        typer.Option(
            "--start", help="Where the search for war duties begins: standing, zero, half or double."
        ),
    ] = "standing",
    verify: Annotated[
        bool,
        typer.Option("--verify/--no-verify", help="Search deviations and check second-order conditions."),
    ] = True,
    table: Annotated[str, typer.Option("--table", help="welfare, duties or both.")] = "both",
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    closure: ClosureOption = "share",
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Find duties that are best for whoever sets them: in a trade war, alone, or agreed in talks."""
    from detente.strategy.duties import duty_game

    with usage():
        for option, given, allowed in (("--kind", kind, KINDS), ("--table", table, TABLES)):
            if given not in allowed:
                raise LabelError(f"no choice `{given}`", where=option, hint=suggestion(given, allowed))
        if not 0 < highest <= 100_000:
            raise InputError(
                f"the largest duty is {highest:g} %",
                where="--highest",
                hint="a percentage above zero, such as 200",
            )
    economy = economy_for(world, elasticities)
    with usage():
        codes = [code.strip() for code in players.split(",") if code.strip()]
        chosen = list(economy.labels.countries) if codes == ["all"] else codes
        weights = political_weights(economy, preferences, chosen)
        game = duty_game(
            economy,
            chosen,
            by=by,
            mfn=mfn,
            on=on,
            sectors=[code.strip() for code in sectors.split(",") if code.strip()] or None,
            weights=weights,
            closure=closure,
            bounds=(0.0, highest / 100),
        )
        with progress(None, "searching duties"):
            made = solved_tables(game, kind, start, verify)
    emit(made if table == "both" else made[TABLES.index(table)], style, out)
