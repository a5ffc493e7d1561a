"""What the verbs of the strategy room share: their options, the game they read, the tensor they solve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import refuse_idle
from detente.cli.output import parse_day, progress, reporting, usage
from detente.cli.records import load_record
from detente.cli.terminal import note
from detente.cli.worlds import code_in, economy_for, of_own_world
from detente.core import InputError, LabelError, Table, suggestion

if TYPE_CHECKING:
    from detente.core import Cluster, Pool
    from detente.dossier import Dossier
    from detente.equilibrium import Model
    from detente.policy import Scenario
    from detente.strategy import GameSpec, PayoffTensor, PreferenceFile, Wanted
    from detente.world import Economy

GameOption = Annotated[
    str | None, typer.Option("--game", help="A game of the dossier, or a file.", show_default="the first")
]
ReducedOption = Annotated[
    bool, typer.Option("--reduced", help="The small game that the file declares, instead of the whole one.")
]
PreferencesOption = Annotated[
    str | None,
    typer.Option(
        "--preferences",
        help="A set of preferences (plain: real income only), or all (deals).",
        show_default="explained, where choices say what is wanted; else the file's default",
    ),
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
ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Solve on the workers of a Dask scheduler at this address (tcp://host:8786); the result does not depend on it.",
    ),
]
CacheOption = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder in which solves are kept.", show_default="the user's cache"),
]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Solve everything again and keep nothing.", show_default=False)
]
ControlsOption = Annotated[
    str,
    typer.Option(
        "--controls",
        help="Controls as quantities where the record states them (stated), all as costs, or all as caps of the volume "
        "their cost leaves (equivalent).",
    ),
]
ElasticitiesOption = Annotated[
    str | None,
    typer.Option(
        "--elasticities", help="Set of trade elasticities.", show_default="those of the horizon's world"
    ),
]

ALL_SETS = "all"
"""Asks for every set of preferences where one leads and the others can be shown."""
HOW = {"costs": "; every control a cost", "stated": "", "equivalent": "; every control a cap"}
"""What the line about a solve says of its controls."""


def read_game(
    dossier: str, asof: str | None, game: str | None, *, reduced: bool
) -> tuple[Dossier, GameSpec, str]:
    """Read the record and its game, small when asked for."""
    from detente.strategy import load_game

    with usage():
        day = parse_day(asof, "--asof") if asof else None
        record = load_record(dossier, day)
        spec = load_game(game, dossier=dossier, asof=record.asof)
        if reduced:
            if not spec.reduced:
                raise InputError(
                    f"the game `{spec.id}` declares no small game",
                    where="--reduced",
                    hint="add `reduced:` to its file",
                )
            spec = spec.small().model_copy(update={"title": f"{spec.title} (reduced game)"})
    return record, spec, dossier


def read_sets(
    record: Dossier, spec: GameSpec, economy: Economy, file: Path | None, name: str | None
) -> Wanted:
    """Read the sets of preferences as known on the record's day, what leads and what stands beside it.

    Preferences that explain what was chosen lead where they can be inferred and no other set or file is asked for.
    """
    from detente.strategy import Wanted, load_preferences, wanted_in

    with usage():
        known = load_preferences(file, game=spec.id).known_by(record.asof)
        name = None if name == ALL_SETS else name
        if file is not None:
            return Wanted(known, known.named(name))
        with progress(None, "reading what the sides want from what they chose"):
            return wanted_in(record, spec, known, name, sectors=economy.labels.sectors)


def refuse_all(name: str | None) -> None:
    """Refuse to lead with every set at once, where one must lead."""
    if name == ALL_SETS:
        with usage():
            raise InputError(
                "one set of preferences must lead",
                where="--preferences",
                hint="name one; `--table preferences` has them all",
            )


def world_at(world: str | None, elasticities: str | None, horizon: str) -> tuple[Economy, Model]:
    """The economy, and the model of it at the horizon."""
    from detente.cases import model_at

    with usage():
        economy = economy_for(world, elasticities)
        return economy, model_at(horizon, economy, keep_elasticities=elasticities is not None)


def where(workers: int | None, cluster: str | None) -> Pool | Cluster:
    """Where it is solved: in processes of this machine, or on a cluster.

    Raises
    ------
    InputError
        When both are named.
    """
    from detente.core import Cluster, Pool

    if cluster is None:
        return Pool(workers)
    with usage():
        if workers is not None:
            raise InputError(
                "a cluster has workers of its own", where="--workers", hint="leave it out with --cluster"
            )
    return Cluster(cluster)


def tensor_for(
    record: Dossier,
    spec: GameSpec,
    source: str,
    model: Model,
    controls: str,
    on: Pool | Cluster,
    cache: Path | None,
    world: str | None,
    *,
    no_cache: bool = False,
    marked: Sequence[Scenario] = (),
) -> PayoffTensor:
    """Solve every joint profile and what is marked, with a progress bar, kept in the cache unless told not to."""
    from detente.core import cache_folder
    from detente.strategy import payoff_tensor

    if no_cache and cache is not None:
        with usage():
            raise InputError(
                "solves are to be kept and not to be kept", where="--no-cache", hint="leave out --cache"
            )
    check_controls(controls)
    with reporting("solving profiles") as report, of_own_world(world):
        tensor = payoff_tensor(
            model,
            record,
            spec,
            scenarios=[*threats_of(spec, source), *marked],
            controls=controls,
            cache=None if no_cache else cache or cache_folder(),
            notice=lambda text: note(f"note: {text}"),
            on=on,
            report=report,
        )
    from detente.cases import revenue_words

    note(
        f"{spec.title}: {tensor.index.size:,} joint profiles, {tensor.solves:,} exact solves, {model.structure.horizon}, duties {revenue_words(model.structure)}{HOW[controls]}"
    )
    return tensor


def whole_or_near(
    whole: bool,
    asked: tuple[Dossier, GameSpec, str, Model, str],
    known: PreferenceFile,
    world: str | None,
    on: Pool | Cluster,
    cache: Path | None,
    *,
    no_cache: bool,
    marked: Sequence[Scenario] = (),
) -> PayoffTensor:
    """The whole game with what is marked beside it, or the part of it around the state as it stands, which is solved here."""
    from detente.core import Cluster

    if whole:
        return tensor_for(*asked, on, cache, world, no_cache=no_cache, marked=marked)
    refuse_idle("where the whole game is not solved", cluster=isinstance(on, Cluster))
    return near_for(*asked, known, world)


def near_for(
    record: Dossier,
    spec: GameSpec,
    source: str,
    model: Model,
    controls: str,
    known: PreferenceFile,
    world: str | None,
) -> PayoffTensor:
    """Solve the game around the standing state: what one measure or one exchange does, within seconds."""
    from detente.cases import revenue_words
    from detente.strategy import near_tensor

    check_controls(controls)
    with progress(None, "solving around the standing state"), of_own_world(world):
        tensor = near_tensor(
            model,
            record,
            spec,
            preferences=known.sets,
            scenarios=threats_of(spec, source),
            controls=controls,
        )
    note(
        f"{spec.title}: {tensor.solves:,} exact solves around the standing state, {model.structure.horizon}, duties {revenue_words(model.structure)}{HOW[controls]}"
    )
    return tensor


def threats_of(spec: GameSpec, source: str) -> list[Scenario]:
    """Scenarios that say what happens without a deal."""
    from detente.policy import load_scenario

    return [load_scenario(name, dossier=source) for name in spec.threats if name != "standing"]


def check_controls(controls: str) -> None:
    """Refuse a choice of controls that there is none of."""
    from detente.strategy import CONTROLS

    if controls not in CONTROLS:
        with usage():
            raise LabelError(
                f"no choice `{controls}`", where="--controls", hint=suggestion(controls, CONTROLS)
            )


def headed(tables: Sequence[Table], *, reduced: bool) -> list[Table]:
    """Tables with the reduced game in their heading, where it was asked for."""
    return [replace(table, title=f"{table.title} (reduced game)") if reduced else table for table in tables]


def known_table(name: str, tables: tuple[str, ...]) -> None:
    """Refuse the name of a table there is none of."""
    with usage():
        if name not in (*tables, "all"):
            raise LabelError(f"no table `{name}`", where="--table", hint=suggestion(name, (*tables, "all")))


def asked_threat(name: str | None, spec: GameSpec) -> str:
    """The threat point asked for; else the first of the game.

    Raises
    ------
    LabelError
        For one that the game does not have.
    """
    point = name or spec.threats[0]
    if point not in spec.threats:
        raise LabelError(f"no threat point `{point}`", where="--threat", hint=suggestion(point, spec.threats))
    return point


def asked_sides(side: str | None, spec: GameSpec, world: str | None) -> tuple[str, ...]:
    """The side asked for, in its code or a word; else both.

    Raises
    ------
    LabelError
        For one that plays no part.
    """
    sides = (code_in(side, world) or "",) if side else tuple(spec.players)
    if not set(sides) <= set(spec.players):
        raise LabelError(
            f"`{side}` plays no part in the game", where="--side", hint=suggestion(side or "", spec.players)
        )
    return sides
