"""`detente world aggregate` and `disaggregate`: a coarser or a finer world from one that is there."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import FormatOption, refuse_idle
from detente.cli.output import emit, note, usage
from detente.core import InputError, LabelError, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.world import Economy

FolderOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder to write the world into.", show_default="only look"),
]
NewNameOption = Annotated[
    str | None, typer.Option("--name", help="Name of the new world.", show_default="made from the old one's")
]


def _written(economy: Economy, folder: Path | None) -> None:
    """Check a new world and write it, or say that nothing was written."""
    from detente.world import check, save_world

    check(economy)
    if folder is None:
        note(f"{economy.name}: every accounting identity holds; nothing written, add -o FOLDER to keep it")
        return
    save_world(economy, folder)
    note(f"wrote {folder}; use it with --world {folder}")


def aggregate(
    world: Annotated[str, typer.Argument(help="A shipped world, or the path of one's own.")] = "world-2024",
    regions: Annotated[
        Path | None, typer.Option("--regions", help="CSV code,group[,name]: which country goes where.")
    ] = None,
    sectors: Annotated[
        Path | None, typer.Option("--sectors", help="CSV code,group[,name]: which sector goes where.")
    ] = None,
    name: NewNameOption = None,
    out: FolderOption = None,
    style: FormatOption = None,
) -> None:
    """Merge countries or sectors of a world; values add up exactly, what the maps do not name stays as it is."""
    from detente.show import make
    from detente.world import aggregate as merge, load_world
    from detente.world.read import read_map

    with usage():
        if regions is None and sectors is None:
            raise InputError(
                "nothing says what goes together",
                where="world aggregate",
                hint="--regions or --sectors with a CSV of code,group such as `CAN,NAFTA`",
            )
        economy = load_world(world)
        maps = [None if path is None else read_map(path) for path in (regions, sectors)]
        for group_map, codes, kind in zip(
            maps, (economy.labels.countries, economy.labels.sectors), ("country", "sector"), strict=True
        ):
            if group_map is not None:
                _check_codes(group_map.groups, codes, kind, group_map.origin)
        country_map, sector_map = maps
        coarse = merge(
            economy,
            None if country_map is None else country_map.groups,
            None if sector_map is None else sector_map.groups,
            country_names=None if country_map is None else country_map.names,
            sector_names=None if sector_map is None else sector_map.names,
            name=name or f"{economy.name}-merged",
        )
    _written(coarse, out)
    emit(make("worlds", first=economy, second=coarse), style, None)


def _check_codes(groups: Mapping[str, str], codes: tuple[str, ...], kind: str, origin: str) -> None:
    for code in groups:
        if code not in codes:
            raise LabelError(f"the world has no {kind} `{code}`", where=origin, hint=suggestion(code, codes))


def disaggregate(
    specification: Annotated[
        str | None,
        typer.Argument(
            help="A shipped specification, or a YAML file of one's own; left out, the shipped ones are listed."
        ),
    ] = None,
    world: Annotated[
        str, typer.Option("--world", help="A shipped world, or the path of one's own.")
    ] = "world-2024-26",
    name: NewNameOption = None,
    out: FolderOption = None,
    style: FormatOption = None,
) -> None:
    """Carve finer sectors out of a world, such as soybeans out of crops; added up they give the old world again."""
    from detente.show import build
    from detente.world import load_world
    from detente.world.carve import disaggregate as carve, load_disaggregation

    if specification is None:
        refuse_idle("without a specification", name=name is not None, out=out is not None)
        emit(build("specifications"), style, None)
        return
    with usage():
        economy = load_world(world)
        if not specification.endswith((".yaml", ".yml")):
            load_disaggregation(specification)  # an unknown id is a slip on the command line
    spec = load_disaggregation(specification)
    taken = [sector.code for sector in spec.sectors if sector.code in economy.labels.sectors]
    if taken:
        with usage():
            raise InputError(
                f"the world has the sector `{taken[0]}` already",
                where=f"--world {world}",
                hint="start from a world without it, such as world-2024-26",
            )
    finer = carve(economy, spec)
    finer = dataclasses.replace(finer, name=name or f"{economy.name}-{spec.id}")
    _written(finer, out)
    for sector in spec.sectors:
        s = finer.labels.sector(sector.code)
        note(
            f"{sector.name} ({sector.code}) out of {sector.parent}: {finer.output[:, s].sum() / 1e3:,.1f} billion USD of output"
        )
    emit(build("chokepoint", spec=spec), style, None)
