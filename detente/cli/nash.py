"""`detente nash`: duties that are best for whoever sets them. It parses, calls the strategy room and prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.aliases import economies, named_in, sector_called
from detente.cli.options import (
    DEFAULT_DOSSIER,
    ClosureOption,
    ElasticitiesOption,
    FormatOption,
    HorizonOption,
    OutOption,
    refuse_idle,
)
from detente.cli.output import emit, progress, usage
from detente.cli.terminal import note, say
from detente.cli.worlds import WorldOption, economy_for
from detente.core import InputError, LabelError, Table, suggestion

if TYPE_CHECKING:
    from detente.strategy import PreferenceFile, Preferences
    from detente.strategy.duties import DutyGame

KINDS = ("war", "alone", "talks")
STANDING = "standing"
TABLES = ("welfare", "duties", "both", "preferences", "replies")


def read_preferences(name: str) -> PreferenceFile:
    """Read a set of the shipped case by name, or a file of one's own, its default first.

    Raises
    ------
    LabelError
        For a set that does not exist.
    """
    from detente.strategy import load_preferences

    own = Path(name)
    if own.suffix in (".yaml", ".yml"):
        return load_preferences(own)
    known = load_preferences()
    return known.model_copy(update={"default": known.named(name).id})


def solved_tables(game: DutyGame, kind: str, start: str, verify: bool) -> list[Table]:
    """Search the duties asked for and lay them out."""
    from detente.show import make
    from detente.strategy.duties import cooperative_duties, nash_duties, optimal_duties

    if kind == "alone":
        optima = []
        for code in game.players:
            note(f"{code} alone: {int(game.of(code).sum())} duties")
            optima.append(
                optimal_duties(game, code, starts=["standing", "half", "double"], deviations=verify)
            )
        tables = make("optimal-welfare", game=game, optima=optima)
    elif kind == "talks":
        tables = make("talks-welfare", talks=cooperative_duties(game))
    else:
        tables = make("nash-welfare", war=nash_duties(game, start=start, verify=verify))
    return list(tables)


def judged_tables(game: DutyGame, kind: str, start: str) -> list[Table]:
    """Search the duties asked for and judge what every player charges."""
    from detente.show import make
    from detente.strategy.duties import judge_replies, nash_duties, optimal_duties

    if kind == "war":
        replies = list(judge_replies(game, nash_duties(game, start=start, verify=False).duties))
    else:
        replies = []
        for code in game.players:
            best = optimal_duties(game, code)
            replies += judge_replies(best.game, best.duties)
    return list(make("replies", game=game, replies=replies))


def _check_choices(kind: str, table: str, highest: float) -> None:
    """Refuse a kind, a table or a largest duty that there is not."""
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


def _refuse_unread(kind: str, start: str, table: str, *, verify: bool) -> None:
    """Refuse what a kind of game, or a table, does not read."""
    refuse_idle(
        f"on --kind {kind}: talks begin at the standing duties, and what each does alone is searched from three places",
        start=start != STANDING and kind != "war",
    )
    refuse_idle(
        "on --kind talks, where nobody deviates from what was agreed",
        no_verify=not verify and kind == "talks",
    )
    refuse_idle("on --table replies, which judges every player", no_verify=not verify and table == "replies")
    if table == "replies" and kind == "talks":
        with usage():
            raise InputError(
                "nobody replies in talks", where="--table replies", hint="--kind war, or --kind alone"
            )


def nash(
    players: Annotated[
        str,
        typer.Option(
            "--players",
            help="Codes of who sets duties, with commas between; `all` for every country.",
            show_default="the two sides of the shipped record",
        ),
    ] = "",
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
    levies: Annotated[
        str, typer.Option("--levies", help="What is set: duties, export-taxes or both.")
    ] = "duties",
    sectors: Annotated[
        str,
        typer.Option(
            "--sectors",
            help="Sectors charged, in codes or words with commas between.",
            show_default="all goods",
        ),
    ] = "",
    highest: Annotated[
        float, typer.Option("--highest", help="Largest duty and export tax allowed, percent.")
    ] = 1000.0,
    preferences: Annotated[
        str,
        typer.Option(
            "--preferences",
            help="Set of preferences of the shipped case, or a file of one's own: political weights, revenue, a rival's gains.",
        ),
    ] = "plain",
    start: Annotated[
        str,
        typer.Option(
            "--start", help="Where the search for war duties begins: standing, zero, half or double."
        ),
    ] = STANDING,
    verify: Annotated[
        bool,
        typer.Option("--verify/--no-verify", help="Search deviations and check second-order conditions."),
    ] = True,
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="welfare, duties, both, preferences (welfare under every set of preferences), or replies (whether what each "
            "charges is its best reply).",
        ),
    ] = "both",
    horizon: HorizonOption = "long",
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    closure: ClosureOption = "share",
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Find duties that are best for whoever sets them: in a trade war, alone, or agreed in talks."""
    from detente.cases import closure_in, model_at, sides_in
    from detente.dossier import load_dossier
    from detente.show import build
    from detente.show.tables import duties_sentence
    from detente.strategy.duties import duty_game, starting_duties

    _check_choices(kind, table, highest)
    _refuse_unread(kind, start, table, verify=verify)
    with usage():
        economy, keep = economy_for(world, elasticities), elasticities is not None
        model = model_at(horizon, economy, closure=closure_in(closure, economy), keep_elasticities=keep)
        codes = list(economies(players, economy.labels.countries, economy.labels.country_names))
        chosen = list(model.labels.countries) if codes == ["all"] else codes
        chosen = chosen or list(sides_in(load_dossier(DEFAULT_DOSSIER), economy))
        known = read_preferences(preferences)
        charged = [sector_called(word, economy.labels) for word in named_in(sectors)]
        wanted = known.sets if table == "preferences" else (known.named(),)

        def play(preference_set: Preferences) -> DutyGame:
            return duty_game(
                model,
                chosen,
                by=by,
                mfn=mfn,
                on=on,
                sectors=charged or None,
                preferences=preference_set,
                bounds=(0.0, highest / 100),
                levies=levies,
                tax_bounds=(0.0, highest / 100),
            )

        games = {preference_set.id: play(preference_set) for preference_set in wanted}
        starting_duties(
            games[wanted[0].id], start
        )  # an unknown start is a slip, said before anything is solved
    if len(wanted) == 1 and any(wanted[0].of(code).security for code in chosen):
        note("security weights belong to the switches of `detente deals`, which stand still here")
    if table == "replies":
        with progress(None, "judging replies"):
            judged = judged_tables(games[wanted[0].id], kind, start)
        emit(judged, style, out)
        return
    with progress(None, "searching duties"):
        tables_by_set = {name: solved_tables(game, kind, start, verify) for name, game in games.items()}
    if table == "preferences":
        shown: Table | list[Table] = build(
            "welfare-by-preferences", tables={name: tables[0] for name, tables in tables_by_set.items()}
        )
    else:
        (shown,) = tables_by_set.values()
        say(duties_sentence(shown[0], kind).text)
    emit(shown if isinstance(shown, Table) or table == "both" else shown[TABLES.index(table)], style, out)
