"""`detente game`: what the two sides would do without an agreement, and the game as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.leads import DRAWS, LeadDrawsOption, MovesLead, check_lead_draws, equilibrium_moves
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    DossierOption,
    FormatOption,
    OutOption,
    refuse_idle,
)
from detente.cli.output import emit, usage
from detente.cli.playing import (
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
    headed,
    known_table,
    read_game,
    read_sets,
    refuse_all,
    tensor_for,
    where,
    world_at,
)
from detente.cli.terminal import note, say
from detente.cli.worlds import WorldOption
from detente.core import InputError, Table, write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.strategy import Game, PayoffTensor, Preferences, RungDominance

PRECISION = 1.0
"""Log odds for a billion USD a year, where nothing else is asked for."""


def game_verb(
    table: Annotated[str, typer.Option("--table", help="equilibria, dominance, preferences or all.")] = "all",
    precision: Annotated[
        float,
        typer.Option(
            "--precision",
            help="Of the logit equilibrium: log odds for a billion USD a year; 0 leaves it out.",
            min=0,
        ),
    ] = PRECISION,
    export: Annotated[
        Path | None, typer.Option("--export", help="Also write the game to this .nfg or .efg file.")
    ] = None,
    game: GameOption = None,
    reduced: ReducedOption = False,
    preferences: PreferencesOption = None,
    preference_file: PreferenceFileOption = None,
    horizon: HorizonOption = "long",
    draws: LeadDrawsOption = DRAWS,
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
    """Say what the two sides would do without an agreement: equilibria, dominance, quantal response; export the game."""
    from detente.show import build
    from detente.show.tables import game_sentences
    from detente.show.words import wanted_sentences, whole_sentences
    from detente.strategy import efg_text, equilibria as room, known_form, nfg_text, whole_verdicts

    known_table(table, ("equilibria", "dominance", "preferences"))
    refuse_all(preferences)
    leads = check_lead_draws(draws, table, ("equilibria", "all"), controls)
    refuse_idle(
        "on the table dominance, which has no play with errors",
        precision=precision != PRECISION and table == "dominance",
    )
    with usage():
        if export is not None and export.suffix not in (".nfg", ".efg"):
            raise InputError(
                f"the ending `{export.suffix}` is no format of a game",
                where="--export",
                hint="use .nfg or .efg",
            )
    record, spec, source = read_game(dossier, asof, game, reduced=reduced)
    economy, model = world_at(world, elasticities, horizon)
    wanted = read_sets(record, spec, economy, preference_file, preferences)
    known, chosen = wanted.file, wanted.leading
    on = where(workers, cluster)
    tensor = tensor_for(record, spec, source, model, controls, on, cache, world, no_cache=no_cache)
    play = tensor.game(chosen)
    form = room.strategic_form(play)
    pure, dominance = room.pure_equilibria(form, epsilon=1e-3), room.dominant_rungs(play)
    quantal = (
        room.logit_quantal(form, precision / 1e3) if precision and table in ("equilibria", "all") else None
    )
    plain = None if wanted.beside is None else tensor.game(wanted.beside)
    for sentence in (
        *game_sentences(play, form, pure, quantal, dominance),
        *wanted_sentences(wanted),
        *whole_sentences(whole_verdicts(tensor, record, wanted)),
    ):
        say(sentence.text)
    if leads:
        lead = MovesLead(record, spec, model, horizon, economy, draws, world, elasticities is not None)
        lead.say(equilibrium_moves(play, form, pure), "equilibria")
    tables = []
    if table in ("equilibria", "all"):
        tables.append(build("equilibria", game=play, form=form, pure=pure, quantal=quantal, beside=plain))
        if plain is not None and table == "equilibria":
            tables.append(_by_preferences(tensor, wanted.shown, precision))
    if table in ("dominance", "all"):
        tables.append(_dominance(play, dominance, plain))
    if table in ("preferences", "all"):
        tables.append(_by_preferences(tensor, known.sets, precision))
    if export is not None:
        text = (nfg_text if export.suffix == ".nfg" else efg_text)(known_form(form), title=spec.title)
        write_atomic(export, text)
        note(f"wrote {export}")
    emit(headed(tables, reduced=reduced), style, out)


def _dominance(play: Game, dominance: Sequence[RungDominance], plain: Game | None) -> Table:
    """What pays whatever the other side does, in plain income too where that is beside."""
    from detente.show import build
    from detente.strategy import equilibria as room

    return build(
        "dominance",
        dominance=dominance,
        name=play.preferences.title.lower(),
        titles={action.id: action.title for action in play.actions},
        beside=room.dominant_rungs(plain) if plain is not None else (),
    )


def _by_preferences(tensor: PayoffTensor, sets: Sequence[Preferences], precision: float) -> Table:
    """What the two sides would do under each of several sets of preferences."""
    from detente.show import build
    from detente.strategy import equilibria as room

    played = {}
    for preference_set in sets:
        other = tensor.game(preference_set)
        shape = room.strategic_form(other)
        reply = room.logit_quantal(shape, precision / 1e3) if precision else None
        played[preference_set.id] = (other, shape, room.pure_equilibria(shape, epsilon=1e-3), reply)
    return build("equilibria-by-preferences", played=played)
