"""`detente leverage`, `deals` and `game`: who holds what over whom, which swaps beat no deal, what the two would do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    FormatOption,
    OutOption,
    PictureOption,
)
from detente.cli.output import emit, note, parse_day, progress, reporting, usage
from detente.cli.worlds import WorldOption, economy_for, of_own_world
from detente.core import InputError, LabelError, suggestion, write_atomic

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.show.figures import Figure
    from detente.strategy.games import GameSpec
    from detente.strategy.payoff import PayoffTensor
    from detente.strategy.preferences import PreferenceFile, Preferences
    from detente.world.economy import Economy

GameOption = Annotated[
    str | None, typer.Option("--game", help="A game of the dossier, or a file.", show_default="the first")
]
ReducedOption = Annotated[
    bool, typer.Option("--reduced", help="The small game of the briefing: seconds instead of a minute.")
]
PreferencesOption = Annotated[
    str | None, typer.Option("--preferences", help="A set of preferences.", show_default="the file's default")
]
PreferenceFileOption = Annotated[
    Path | None,
    typer.Option(
        "--preference-file", help="Preferences of one's own.", show_default="those shipped with the game"
    ),
]
HorizonOption = Annotated[str, typer.Option("--horizon", help="impact, short or long.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Processes.", show_default="one a core", min=1)
]
CacheOption = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder in which solves are kept.", show_default="the user's cache"),
]
ElasticitiesOption = Annotated[
    str | None,
    typer.Option(
        "--elasticities", help="Set of trade elasticities.", show_default="those of the horizon's world"
    ),
]


def _read(
    dossier: str, asof: str | None, game: str | None, *, reduced: bool
) -> tuple[Dossier, GameSpec, str]:
    from detente.dossier import load_dossier
    from detente.strategy.games import load_game

    with usage():
        day = parse_day(asof, "--asof") if asof else None
        record = load_dossier(dossier, asof=day)
        spec = load_game(game, dossier=dossier)
        if reduced:
            if not spec.reduced:
                raise InputError(
                    f"the game `{spec.id}` declares no small game",
                    where="--reduced",
                    hint="add `reduced:` to its file",
                )
            spec = spec.small()
    return record, spec, dossier


def _preferences(spec: GameSpec, file: Path | None, name: str | None) -> tuple[PreferenceFile, Preferences]:
    from detente.strategy.preferences import load_preferences

    with usage():
        known = load_preferences(file, game=spec.id)
        return known, known.named(name)


def _world(world: str | None, elasticities: str | None, horizon: str) -> tuple[Economy, Economy, object]:
    """The economy, the same at the horizon, and the horizon's structure."""
    from detente.equilibrium.horizons import horizon as set_horizon

    with usage():
        economy = economy_for(world, elasticities)
        at, structure = set_horizon(horizon, economy, keep_elasticities=elasticities is not None)
    return economy, at, structure


def _tensor(
    record: Dossier,
    spec: GameSpec,
    source: str,
    at: Economy,
    structure: object,
    workers: int | None,
    cache: Path | None,
    world: str | None,
) -> PayoffTensor:
    from detente.equilibrium.structure import Structure
    from detente.strategy.payoff import payoff_tensor
    from detente.strategy.store import cache_folder
    from detente.world.scenario import load_scenario

    assert isinstance(structure, Structure)
    threats = [load_scenario(name, dossier=source) for name in spec.threats if name != "standing"]
    with reporting("solving profiles") as report, of_own_world(world):
        made = payoff_tensor(
            at,
            record,
            spec,
            scenarios=threats,
            structure=structure,
            cache=cache or cache_folder(),
            workers=workers or os.cpu_count(),
            report=report,
        )
    note(
        f"{spec.title}: {made.index.size:,} joint profiles, {made.solves:,} exact solves, {structure.horizon}"
    )
    return made


def _draw(figure: Figure, path: Path) -> None:
    from detente.show.figures import figure_svg

    svg = figure_svg(figure)
    write_atomic(path, svg + "\n")
    write_atomic(path.with_suffix(".csv"), figure.table.to_csv())
    note(f"wrote {path} and {path.with_suffix('.csv')}")


def _known(name: str, tables: tuple[str, ...]) -> None:
    with usage():
        if name not in (*tables, "all"):
            raise LabelError(f"no table `{name}`", where="--table", hint=suggestion(name, (*tables, "all")))


def leverage(
    table: Annotated[str, typer.Option("--table", help="levers, horizons, substitution or all.")] = "levers",
    game: GameOption = None,
    reduced: ReducedOption = False,
    preferences: PreferencesOption = None,
    preference_file: PreferenceFileOption = None,
    horizon: HorizonOption = "long",
    picture: PictureOption = None,
    workers: WorkersOption = None,
    cache: CacheOption = None,
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say what each measure costs the other side, its own side and everybody else, and at which horizon."""
    from detente.show.deal_space import ladder_figure, lever_sentences
    from detente.show.strategy import lever_table, reach_table
    from detente.strategy import leverage as levers

    _known(table, ("levers", "horizons", "substitution"))
    record, spec, source = _read(dossier, asof, game, reduced=reduced)
    _, chosen = _preferences(spec, preference_file, preferences)
    economy, at, structure = _world(world, elasticities, horizon)
    made = _tensor(record, spec, source, at, structure, workers, cache, world)
    play = made.game(chosen)
    found = levers.leverage_of(play)
    concept = f"{play.horizon}; {chosen.title.lower()}"
    tables = []
    if table in ("levers", "all"):
        tables.append(lever_table(found, note=f"{concept[0].upper()}{concept[1:]}."))
    span = levers.extremes(play)
    if table in ("horizons", "all"):
        settings = levers.horizons(economy)
        with progress(None, "solving at each horizon"):
            tables.append(reach_table(levers.reach(economy, record, spec, settings, span=span)))
    if table in ("substitution", "all"):
        with progress(None, "solving as substitution rises"):
            reached = levers.reach(economy, record, spec, levers.substitution(economy), span=span)
        title = "Leverage as substitution rises"
        tables.append(reach_table(reached, name="leverage-substitution", title=title))
    for sentence in lever_sentences(found):
        note(sentence.text)
    if picture is not None:
        _draw(ladder_figure(found, concept=concept), picture)
    emit(tables, style, out)


def deals(
    table: Annotated[
        str, typer.Option("--table", help="expected, horizons, swaps, space, payments, preferences or all.")
    ] = "expected",
    threat: Annotated[
        str | None,
        typer.Option(
            "--threat", help="What no deal means, for the picture.", show_default="the game's first"
        ),
    ] = None,
    most: Annotated[
        int, typer.Option("--most", help="Measures each side may change in a swap.", min=1, max=3)
    ] = 1,
    count: Annotated[int, typer.Option("--count", help="Swaps to list.", min=1)] = 20,
    game: GameOption = None,
    reduced: ReducedOption = False,
    preferences: PreferencesOption = None,
    preference_file: PreferenceFileOption = None,
    horizon: HorizonOption = "long",
    picture: PictureOption = None,
    workers: WorkersOption = None,
    cache: CacheOption = None,
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say which exchanges beat no deal for both, under which weights, and what a side would have to be paid."""
    from detente.show import strategy as show
    from detente.show.deal_space import deal_figure, space_sentence, swap_sentence
    from detente.strategy import deals as room
    from detente.strategy.leverage import horizons
    from detente.strategy.preferences import preference_table
    from detente.world.scenario import load_scenario

    _known(table, ("expected", "horizons", "swaps", "space", "payments", "preferences"))
    record, spec, source = _read(dossier, asof, game, reduced=reduced)
    known, chosen = _preferences(spec, preference_file, preferences)
    with usage():
        point = threat or spec.threats[0]
        if point not in spec.threats:
            raise LabelError(
                f"no threat point `{point}`", where="--threat", hint=suggestion(point, spec.threats)
            )
    economy, at, structure = _world(world, elasticities, horizon)
    made = _tensor(record, spec, source, at, structure, workers, cache, world)
    play = made.game(chosen)
    sets = {chosen.id: chosen} if preferences else {one.id: one for one in known.sets}
    games = {name: made.game(one) for name, one in sets.items()}
    names = {name: load_scenario(name, dossier=source).title for name in spec.threats}
    tables = []
    if table in ("expected", "all"):
        judged = {name: room.judge(one, spec.expected, spec.threats) for name, one in games.items()}
        tables.append(
            show.verdict_table(judged, spec.players, names={one.id: one.title for one in known.sets})
        )
    if table in ("horizons", "all"):
        with progress(None, "solving at each horizon"):
            later = room.judge_at(economy, record, spec, horizons(economy), chosen)
        tables.append(show.verdict_table(later, spec.players, by="horizon"))
    swaps = room.smallest_swaps(play, most=most, count=count)
    if table in ("swaps", "all"):
        tables.append(show.swap_table(play, swaps))
    if table in ("space", "all"):
        spaces = {
            name: (one, [room.deal_space(one, name) for name in spec.threats]) for name, one in games.items()
        }
        tables.append(show.space_table(spaces, names))
    if table in ("payments", "all"):
        tables.append(show.payment_table(play, {name: room.payments(play, name) for name in spec.threats}))
    if table in ("preferences", "all"):
        tables.append(preference_table(known))
    space = room.deal_space(play, point)
    note(space_sentence(play, space, name=names[point]).text)
    if swaps:
        note(swap_sentence(play, swaps[0]).text)
    if picture is not None:
        concept = f"{play.horizon}; {chosen.title.lower()}; {len(space.gains):,} profiles"
        _draw(deal_figure(play, space, threats=names, concept=concept), picture)
    emit(tables, style, out)


def game_verb(
    table: Annotated[str, typer.Option("--table", help="equilibria, dominance or all.")] = "all",
    precision: Annotated[
        float,
        typer.Option(
            "--precision",
            help="Of the logit equilibrium: log odds for a billion USD a year; 0 leaves it out.",
            min=0,
        ),
    ] = 1.0,
    export: Annotated[
        Path | None, typer.Option("--export", help="Also write the game to this .nfg or .efg file.")
    ] = None,
    game: GameOption = None,
    reduced: ReducedOption = False,
    preferences: PreferencesOption = None,
    preference_file: PreferenceFileOption = None,
    horizon: HorizonOption = "long",
    workers: WorkersOption = None,
    cache: CacheOption = None,
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say what the two sides would do without an agreement: equilibria, dominance, quantal response; export the game."""
    from detente.show.strategy import dominance_table, equilibrium_table
    from detente.strategy import equilibria as room
    from detente.strategy.export import efg_text, nfg_text

    _known(table, ("equilibria", "dominance"))
    with usage():
        if export is not None and export.suffix not in (".nfg", ".efg"):
            raise InputError(
                f"the ending `{export.suffix}` is no format of a game",
                where="--export",
                hint="use .nfg or .efg",
            )
    record, spec, source = _read(dossier, asof, game, reduced=reduced)
    _, chosen = _preferences(spec, preference_file, preferences)
    _, at, structure = _world(world, elasticities, horizon)
    play = _tensor(record, spec, source, at, structure, workers, cache, world).game(chosen)
    form = room.strategic_form(play)
    tables = []
    if table in ("equilibria", "all"):
        quantal = room.logit_quantal(form, precision / 1e3) if precision else None
        pure = room.pure_equilibria(form, epsilon=1e-3)
        if not pure:
            note("no pure equilibrium")
        tables.append(equilibrium_table(play, form, pure, quantal))
    if table in ("dominance", "all"):
        tables.append(
            dominance_table(
                room.dominant_rungs(play), chosen.title.lower(), {one.id: one.title for one in spec.actions}
            )
        )
    if export is not None:
        text = (nfg_text if export.suffix == ".nfg" else efg_text)(form, title=spec.title)
        write_atomic(export, text)
        note(f"wrote {export}")
    emit(tables, style, out)
