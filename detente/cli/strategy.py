"""`detente leverage` and `deals`: who holds what over whom, and which swaps beat no deal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from detente.cli.leads import DRAWS, LeadDrawsOption, MovesLead, check_lead_draws, deal_moves, lever_moves
from detente.cli.marking import MarkOption, marked_points
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    FormatOption,
    OutOption,
    PictureOption,
    refuse_idle,
)
from detente.cli.output import draw, emit, progress, usage
from detente.cli.playing import (
    ALL_SETS,
    CacheOption,
    ClusterOption,
    ControlsOption,
    ElasticitiesOption,
    GameOption,
    HorizonOption,
    NoCacheOption,
    PreferenceFileOption,
    PreferencesOption,
    ReducedOption,
    WorkersOption,
    asked_sides,
    asked_threat,
    headed,
    known_table,
    read_game,
    read_sets,
    refuse_all,
    where,
    whole_or_near,
    world_at,
)
from detente.cli.settings import SetOption
from detente.cli.terminal import say
from detente.cli.worlds import WorldOption
from detente.core import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.dossier import Dossier
    from detente.equilibrium import Model
    from detente.strategy import Game, GameSpec, PayoffTensor, Preferences, Profile, Swap, Wanted
    from detente.world import Economy

Value = TypeVar("Value")
OF_DEALS = (
    "expected", "concessions", "horizons", "swaps", "space", "payments", "sensitivity", "preferences", "points"
)  # fmt: skip
OF_ALL_PROFILES = ("space", "points", "payments", "sensitivity", "all")
"""Tables of deals that rest on every joint profile."""
SWAPS = 20
"""Swaps listed, where no other number is asked for."""


def leverage(
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="levers (each measure alone, from today), shares (of the harm of everything together; solves the whole "
            "game), horizons, substitution, preferences, threats (what each is worth before it is carried out: a what-if) or all.",
        ),
    ] = "levers",
    game: GameOption = None,
    reduced: ReducedOption = False,
    preferences: PreferencesOption = None,
    preference_file: PreferenceFileOption = None,
    horizon: HorizonOption = "long",
    draws: LeadDrawsOption = DRAWS,
    picture: PictureOption = None,
    controls: ControlsOption = "stated",
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say what each measure costs the other side, its own side and everybody else, and at which horizon."""
    from detente.show import build, make
    from detente.show.figures import lever_sentences
    from detente.show.words import plain_levers_sentence, standing_sentences, wanted_sentences
    from detente.strategy import leverage as room, shares_of, standing_verdicts

    known_table(table, ("levers", "shares", "horizons", "substitution", "preferences", "threats"))
    refuse_all(preferences)
    leads = check_lead_draws(draws, table, ("levers", "all"), controls)
    record, spec, source = read_game(dossier, asof, game, reduced=reduced)
    economy, model = world_at(world, elasticities, horizon)
    wanted = read_sets(record, spec, economy, preference_file, preferences)
    known, chosen = wanted.file, wanted.leading
    on, whole = where(workers, cluster), table in ("shares", "all")
    asked = record, spec, source, model, controls
    tensor = whole_or_near(whole, asked, known, world, on, cache, no_cache=no_cache)
    play = tensor.game(chosen)
    levers = room.leverage_of(play)
    span = low, high = room.extremes(play)
    plain = () if wanted.beside is None else tensor.game(wanted.beside)
    beside = room.leverage_of(plain, gentle=low, harsh=high) if plain else ()
    stands = standing_verdicts(tensor, record, wanted) or None
    concept = f"{play.horizon}; {chosen.title.lower()}"
    held = f"{concept[0].upper()}{concept[1:]}."
    tables = []
    if table in ("levers", "all"):
        tables.append(build("leverage", levers=levers, note=held, beside=beside, stands=stands))
    if table in ("shares", "all"):
        shared = shares_of(plain, gentle=low, harsh=high) if plain else ()
        tables.append(build("leverage-shares", levers=shares_of(play), note=held, beside=shared))
    if table in ("preferences", "all"):
        tables += _levers_by_set(tensor, wanted, span)
    tables += _reaches(table, asked, economy, span)
    if table in ("threats", "all"):
        tables.append(build("threats", levers=levers, beside=beside))
    for sentence in (
        *lever_sentences(levers),
        *plain_levers_sentence(levers, beside),
        *wanted_sentences(wanted),
        *standing_sentences(stands or {}, {action.id: action.title for action in spec.actions}),
    ):
        say(sentence.text)
    if leads:
        lead = MovesLead(record, spec, model, horizon, economy, draws, world, elasticities is not None)
        lead.say(lever_moves(levers, spec, span), "leverage")
    if picture is not None:
        draw(make("leverage-ladder", levers=levers, concept=concept), picture)
    emit(headed(tables, reduced=reduced), style, out)


def _levers_by_set(tensor: PayoffTensor, wanted: Wanted, span: tuple[Profile, Profile]) -> list[Table]:
    """Levers under every set of preferences, between the same rungs; and how well what leads explains what was done."""
    from detente.show import build
    from detente.strategy import leverage_of

    levers_by_set = {
        each.id: leverage_of(tensor.game(each), gentle=span[0], harsh=span[1]) for each in wanted.file.sets
    }
    tables = [build("leverage-by-preferences", levers_by_set=levers_by_set)]
    return [*tables, build("explained-lead", wanted=wanted)] if wanted.explained else tables


def _reaches(
    table: str,
    asked: tuple[Dossier, GameSpec, str, Model, str],
    economy: Economy,
    span: tuple[Profile, Profile],
) -> list[Table]:
    """What measures do at each horizon, and as substitution rises."""
    from detente.show import build
    from detente.strategy import leverage as room

    record, spec, _, _, controls = asked
    tables = []
    if table in ("horizons", "all"):
        settings = room.horizons(economy)
        with progress(None, "solving at each horizon"):
            reached = room.reach(economy, record, spec, settings, span=span, controls=controls)
        tables.append(build("leverage-horizons", reached=reached))
    if table in ("substitution", "all"):
        settings = room.substitution(economy)
        with progress(None, "solving as substitution rises"):
            reached = room.reach(economy, record, spec, settings, span=span, controls=controls)
        title = "Leverage as substitution rises"
        tables.append(
            build("leverage-substitution", reached=reached, name="leverage-substitution", title=title)
        )
    return tables


def deals(
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="expected, concessions (what each side could give, cheapest first), horizons, swaps, space, payments, "
            "sensitivity, preferences or all; points (of the picture, with --mark's).",
        ),
    ] = "expected",
    threat: Annotated[
        str | None,
        typer.Option(
            "--threat", help="What no deal means, for the picture.", show_default="the game's first"
        ),
    ] = None,
    side: Annotated[
        str | None, typer.Option("--side", help="Whose concessions.", show_default="both sides'")
    ] = None,
    mark: MarkOption = None,
    settings: SetOption = None,
    most: Annotated[
        int, typer.Option("--most", help="Measures each side may change in a swap.", min=1, max=3)
    ] = 1,
    count: Annotated[int, typer.Option("--count", help="Swaps to list.", min=1)] = SWAPS,
    game: GameOption = None,
    reduced: ReducedOption = False,
    preferences: PreferencesOption = None,
    preference_file: PreferenceFileOption = None,
    horizon: HorizonOption = "long",
    draws: LeadDrawsOption = DRAWS,
    picture: PictureOption = None,
    controls: ControlsOption = "stated",
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    cache: CacheOption = None,
    no_cache: NoCacheOption = False,
    world: WorldOption = None,
    elasticities: ElasticitiesOption = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say which exchanges beat no deal for both, under which weights, and what a side would have to be paid."""
    from detente.show import build, make
    from detente.show.figures import space_sentence, swap_sentence
    from detente.show.words import wanted_sentences
    from detente.strategy import deals as room

    known_table(table, OF_DEALS)
    leads = check_lead_draws(draws, table, ("expected", "all"), controls)
    record, spec, source = read_game(dossier, asof, game, reduced=reduced)
    with usage():
        point, sides = asked_threat(threat, spec), asked_sides(side, spec, world)
        marked, names = marked_points(mark, settings or (), spec.threats, record, source)
    whole = table in OF_ALL_PROFILES or picture is not None or most > 1
    _refuse_unread(table, side=bool(side), threat=bool(threat) and not whole, count=count != SWAPS)
    refuse_idle(f"on the table {table} without a picture", mark=mark is not None and not whole)
    economy, model = world_at(world, elasticities, horizon)
    wanted = read_sets(record, spec, economy, preference_file, preferences)
    known, chosen = wanted.file, wanted.leading
    asked, on = (record, spec, source, model, controls), where(workers, cluster)
    tensor = whole_or_near(whole, asked, known, world, on, cache, no_cache=no_cache, marked=marked)
    play = tensor.game(chosen)
    plain = None if wanted.beside is None else tensor.game(wanted.beside)
    games = {each.id: tensor.game(each) for each in _sets(wanted, preferences)}
    tables = []
    if table in ("expected", "all"):
        tables.append(_expected(games, spec, wanted))
        _say_expected(play, plain, spec)
        if leads:
            lead = MovesLead(record, spec, model, horizon, economy, draws, world, elasticities is not None)
            lead.say(deal_moves(play, spec), "expected-swaps")
    if table in ("concessions", "all"):
        tables.append(build("concessions", game=play, players=sides, beside=plain))
    if table in ("horizons", "all"):
        tables.append(_expected_later(record, spec, economy, wanted, controls))
    swaps = room.smallest_swaps(play, most=most, count=count)
    if table in ("swaps", "all"):
        tables.append(_swaps(wanted, play, plain, swaps, most, count))
    if table in ("space", "all"):
        tables.append(_spaces(games, spec, names))
    if table in ("payments", "all"):
        tables.append(_payments(play, plain, spec))
    if table in ("sensitivity", "all"):
        every = games if plain is None else {each.id: tensor.game(each) for each in known.sets}
        tables.append(_bargains(every, spec, most))
    if table in ("preferences", "all"):
        tables.append(build("preferences", preferences=known))
    space = room.deal_space(play, point) if whole else None
    for sentence in (
        *([space_sentence(play, space, name=names[point])] if space is not None else []),
        *(swap_sentence(play, swap) for swap in swaps[:1]),
        *wanted_sentences(wanted),
    ):
        say(sentence.text)
    if space is not None and (picture is not None or table == "points"):
        concept = f"{play.horizon}; {chosen.title.lower()}; {len(space.gains):,} profiles"
        figure = make("deal-space-points", game=play, space=space, threats=names, concept=concept)
        draw(figure, picture) if picture is not None else None
        tables += [figure.table] if table == "points" else []
    emit(headed(tables, reduced=reduced), style, out)


def _spaces(games: Mapping[str, Game], spec: GameSpec, names: Mapping[str, str]) -> Table:
    """What can be had by agreement from each threat point, under every set of preferences."""
    from detente.show import build
    from detente.strategy import deals as room

    spaces = {
        name: (each, [room.deal_space(each, at) for at in spec.threats]) for name, each in games.items()
    }
    return build("deal-space", games=spaces, names=names)


def _swaps(
    wanted: Wanted, play: Game, plain: Game | None, swaps: Sequence[Swap], most: int, count: int
) -> Table:
    """The smallest swaps with plain income beside; those of plain income where there are no others, which is said."""
    from detente.show import build
    from detente.show.words import cardinal, no_swap_sentence
    from detente.strategy import smallest_swaps

    if swaps or plain is None:
        if not swaps:
            say(
                f"No swap in which each side changes at most {cardinal(most)} measure{'s' * (most > 1)} leaves both better off; "
                f"--most {most + 1} looks further."
            )
        return build("swaps", game=play, swaps=swaps, beside=plain)
    less = smallest_swaps(plain, most=most)
    say(no_swap_sentence(wanted, len(less)).text)
    return build("swaps", game=plain, swaps=less[:count])


def _refuse_unread(table: str, *, side: bool, threat: bool, count: bool) -> None:
    """Refuse what a table of deals does not read."""
    refuse_idle(
        f"on the table {table}",
        side=side and table not in ("concessions", "all"),
        threat=threat,
        count=count and table not in ("swaps", "all"),
    )


def _payments(play: Game, plain: Game | None, spec: GameSpec) -> Table:
    """What each side would have to be paid, in plain income too where that is beside."""
    from detente.show import build
    from detente.strategy import payments

    paid = [{name: payments(each, name) for name in spec.threats} for each in (play, plain) if each]
    return build("payments", game=play, payments=paid[0], beside=_second(paid))


def _expected_later(
    record: Dossier, spec: GameSpec, economy: Economy, wanted: Wanted, controls: str
) -> Table:
    """What the expected exchanges are worth at each horizon, in plain income too where that is beside."""
    from detente.show import build
    from detente.strategy import horizons, judge_under

    with progress(None, "solving at each horizon"):
        later = judge_under(record, spec, horizons(economy), wanted.shown, controls=controls)
    return build(
        "expected-horizons", verdicts=later[0], players=spec.players, by="horizon", beside=_second(later)
    )


def _second(values: Sequence[Value]) -> Value | None:
    """What is shown beside the first; None where nothing is."""
    return values[1] if len(values) > 1 else None


def _say_expected(play: Game, plain: Game | None, spec: GameSpec) -> None:
    """Say by how many of the exchanges that the reports expect everybody gains, in plain income too where that is beside."""
    from detente.show.tables import expected_sentence
    from detente.strategy import judge

    for game in (play, plain) if spec.expected else ():
        if game is not None:
            verdicts = judge(game, spec.expected, spec.threats)
            say(expected_sentence(verdicts, spec.players, game.preferences.title).text)


def _sets(wanted: Wanted, name: str | None) -> tuple[Preferences, ...]:
    """What leads with plain income beside it; every set where all are asked for, or none is and plain income leads."""
    every = name == ALL_SETS or (name is None and wanted.beside is None)
    return wanted.file.sets if every else wanted.shown


def _expected(games: Mapping[str, Game], spec: GameSpec, wanted: Wanted) -> Table:
    """Exchanges the reports expect, under every set of preferences."""
    from detente.show import build
    from detente.strategy import judge

    return build(
        "expected-swaps",
        verdicts={name: judge(weighed, spec.expected, spec.threats) for name, weighed in games.items()},
        players=spec.players,
        names={preference_set.id: preference_set.title for preference_set in wanted.file.sets},
    )


def _bargains(games: Mapping[str, Game], spec: GameSpec, most: int) -> Table:
    """Smallest swaps and payments, under every set of preferences."""
    from detente.show import build
    from detente.strategy import deals as room

    bargains = {
        name: (
            weighed,
            room.smallest_swaps(weighed, most=most),
            {threat: room.payments(weighed, threat) for threat in spec.threats},
        )
        for name, weighed in games.items()
    }
    return build("bargains-by-preferences", bargains=bargains)
