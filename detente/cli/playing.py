"""What the verbs of the strategy room share: their options, the game they read, the tensor they solve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import note, parse_day, reporting, usage
from detente.cli.records import load_record
from detente.cli.worlds import economy_for, of_own_world
from detente.core import InputError, LabelError, Pool, suggestion

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.equilibrium import Model
    from detente.strategy import GameSpec, PayoffTensor, PreferenceFile, Preferences
    from detente.world import Economy

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
            spec = spec.small()
    return record, spec, dossier


def read_sets(spec: GameSpec, file: Path | None, name: str | None) -> tuple[PreferenceFile, Preferences]:
    """Read the sets of preferences, and the one asked for."""
    from detente.strategy import load_preferences

    with usage():
        known = load_preferences(file, game=spec.id)
        return known, known.named(name)


def world_at(world: str | None, elasticities: str | None, horizon: str) -> tuple[Economy, Model]:
    """The economy, and the model of it at the horizon."""
    from detente.cases import model_at

    with usage():
        economy = economy_for(world, elasticities)
        return economy, model_at(horizon, economy, keep_elasticities=elasticities is not None)


def tensor_for(
    record: Dossier,
    spec: GameSpec,
    source: str,
    model: Model,
    controls: str,
    workers: int | None,
    cache: Path | None,
    world: str | None,
    *,
    no_cache: bool = False,
) -> PayoffTensor:
    """Solve every joint profile, with a progress bar, kept in the cache unless told not to."""
    from detente.policy import load_scenario
    from detente.strategy import CONTROLS, cache_folder, payoff_tensor

    if no_cache and cache is not None:
        with usage():
            raise InputError(
                "solves are to be kept and not to be kept", where="--no-cache", hint="leave out --cache"
            )
    if controls not in CONTROLS:
        with usage():
            raise LabelError(
                f"no choice `{controls}`", where="--controls", hint=suggestion(controls, CONTROLS)
            )
    threats = [load_scenario(name, dossier=source) for name in spec.threats if name != "standing"]
    with reporting("solving profiles") as report, of_own_world(world):
        tensor = payoff_tensor(
            model,
            record,
            spec,
            scenarios=threats,
            controls=controls,
            cache=None if no_cache else cache or cache_folder(),
            notice=lambda text: note(f"note: {text}"),
            on=Pool(workers),
            report=report,
        )
    how = {"costs": "; every control a cost", "stated": "", "equivalent": "; every control a cap"}[controls]
    note(
        f"{spec.title}: {tensor.index.size:,} joint profiles, {tensor.solves:,} exact solves, {model.structure.horizon}{how}"
    )
    return tensor


def known_table(name: str, tables: tuple[str, ...]) -> None:
    """Refuse the name of a table there is none of."""
    with usage():
        if name not in (*tables, "all"):
            raise LabelError(f"no table `{name}`", where="--table", hint=suggestion(name, (*tables, "all")))
