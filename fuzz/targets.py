"""Every parser, with a well-formed input to damage and a way to read it."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.core import sha256_bytes
from detente.core.days import FIRST_DAY, LAST_DAY
from fuzz import parquets
from fuzz.mutate import damaged, damaged_archive

SEEDS = Path(__file__).parent / "seeds"
Files = dict[str, bytes]


@dataclass(frozen=True)
class Target:
    """One parser.

    Parameters
    ----------
    name : str
    seeds : sequence of callables
        Each gives the files of a well-formed input.
    read : callable
        Reads the files in a folder; what it returns is searched for numbers that are not finite.
    damage : callable
        From a generator of random numbers and the files to the damaged files.
    seconds : float
        Reading that takes longer is a finding.
    """

    name: str
    seeds: Sequence[Callable[[], Files]]
    read: Callable[[Path], object]
    damage: Callable[[random.Random, Files], Files]
    seconds: float = 10.0


def _folder(path: Path, *names: str) -> Callable[[], Files]:
    @functools.cache
    def files() -> Files:
        found = [path / name for name in names] or sorted(p for p in path.rglob("*") if p.is_file())
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in found}

    return files


def _seed(name: str) -> Callable[[], Files]:
    return _folder(SEEDS / name)


def _package(kind: str, year: int) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        from detente.world.read import build_world, read_source

        path = folder / "wiot1984.parquet" if kind == "wiod" else folder
        table = read_source(f"{kind}:{path}", year=year)
        own = "source" if table.trade_elasticity is not None else "4"
        return build_world(table, elasticities=own).economy

    return read


def _report_seed(name: str) -> Callable[[], Files]:
    return _folder(SEEDS / "report", name)


def any_file(rng: random.Random, files: Files) -> Files:
    """Damage one of the files; now and then lose one."""
    name = rng.choice(sorted(files))
    if len(files) > 1 and rng.random() < 0.02:
        return {key: value for key, value in files.items() if key != name}
    return {**files, name: damaged(rng, files[name], tuple(files.values()))}


def a_world(rng: random.Random, files: Files) -> Files:
    """Damage the arrays or the sheet of a world; the sheet vouches for the damaged arrays half of the time."""
    arrays = next(name for name in sorted(files) if name.endswith(".npz"))
    sheet = next(name for name in sorted(files) if name.endswith(".json"))
    if rng.random() < 0.35:
        return {**files, sheet: damaged(rng, files[sheet])}
    content = damaged_archive(rng, files[arrays])
    made = {**files, arrays: content}
    if rng.random() < 0.7:
        made[sheet] = files[sheet].replace(
            sha256_bytes(files[arrays]).encode(), sha256_bytes(content).encode()
        )
    return made


def _yaml(folder: Path) -> object:
    from detente.dossier.yaml_reader import read_yaml

    return read_yaml(next(iter(sorted(folder.rglob("*.yaml"))))).data


def _dossier(folder: Path) -> object:
    from detente.dossier import load_dossier
    from detente.dossier.audit_record import audit

    record = load_dossier(folder)
    audit(record)
    return [record, record.states(record.asof)]


@functools.cache
def _toy() -> Any:
    from detente.world import toy

    return toy()


@functools.cache
def _shipped() -> tuple[Any, Any]:
    from detente.dossier import load_dossier
    from detente.world import load_world

    return load_world(), load_dossier()


def _scenario(folder: Path) -> object:
    from detente.policy import apply_scenario, load_scenario

    scenario = load_scenario(folder / "own.yaml")
    record = _shipped()[1]
    return [scenario, apply_scenario(record, scenario).states(scenario.on(record.asof))]


def _hand(folder: Path) -> object:
    from detente.policy import load_scenario, wedges_at

    scenario = load_scenario(folder / "hand.yaml")
    return [scenario, wedges_at(_toy(), _shipped()[1], scenario, quantities=False)]


def _game(folder: Path) -> object:
    from detente.strategy.games import load_game

    spec = load_game(folder / "small.yaml")
    return [spec, spec.scenario(tuple(0 for _ in spec.actions)), spec.small()]


def _world(folder: Path) -> object:
    from detente.world import load_world

    return load_world(folder)


def _carve(folder: Path) -> object:
    from detente.world import load_world
    from detente.world.carve import disaggregate, load_disaggregation

    spec = load_disaggregation(folder / "soybeans.yaml")
    return [spec, disaggregate(load_world("world-2024-26"), spec)]


def _built(kind: str, file: str = "") -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        from detente.world.read import build_world

        return build_world(f"{kind}:{folder / file}", elasticities="4").economy

    return read


def _exiobase(folder: Path) -> object:
    from detente.world.read import build_world

    return build_world(f"exiobase:{folder}", year=1980, elasticities="4", exchange=1.2).economy


@functools.cache
def _table() -> Any:
    from detente.world.read.sources import read_source

    return read_source(f"long:{SEEDS / 'long'}")


def _maps(folder: Path) -> object:
    from detente.world.read import build_world

    return build_world(
        _table(), regions=folder / "regions.csv", sectors=folder / "sectors.csv", elasticities="4"
    ).economy


def _tariffs(folder: Path) -> object:
    from detente.world.read import build_world

    return build_world(_table(), tariffs=folder / "tariffs.csv", elasticities="4").economy


def _elasticities(folder: Path) -> object:
    from detente.world.read import build_world

    return build_world(_table(), elasticities=str(folder / "theta.csv")).economy


def _report(folder: Path) -> object:
    """Read a report; for most of them the day is given, since working it out takes half a second."""
    from detente.dossier.yaml_reader import parse_yaml
    from detente.intake.draft import draft_yaml, make_draft
    from detente.intake.extraction import extract
    from detente.intake.read import read_article

    record = _shipped()[1]
    path = next(p for p in sorted(folder.iterdir()) if p.is_file())
    size = path.stat().st_size
    given = None if size % 8 == 0 else (FIRST_DAY, LAST_DAY, record.asof)[size % 3]
    draft = make_draft([extract(read_article(path), record, day=given)], record)
    return parse_yaml(draft_yaml(draft).encode()).data


def shipped_text(*parts: str) -> Callable[[], Files]:
    """A file that comes with the package, under its own name."""
    import detente.world

    path = Path(detente.world.__file__).parent.parent.joinpath(*parts)
    return _folder(path.parent, path.name)


def targets() -> tuple[Target, ...]:
    """Every parser of files."""
    import detente.dossier

    data = Path(detente.dossier.__file__).parent / "data"
    return (
        Target("yaml", (_seed("scenario"), _seed("hand"), _seed("game")), _yaml, any_file),
        Target("dossier", (_seed("dossier"), _seed("dossier"), _record(data / "phase-one-2018")), _dossier, any_file),
        Target("scenario", (_seed("scenario"),), _scenario, any_file),
        Target("game", (_seed("game"),), _game, any_file),
        Target("hand duties", (_seed("hand"),), _hand, any_file),
        Target("world", (_seed("world"),), _world, a_world),
        Target("commodity", (shipped_text("world", "data", "chokepoints", "soybeans.yaml"),), _carve, any_file),
        Target("table long", (_seed("long"),), _built("long"), any_file),
        Target("table icio", (_seed("icio"),), _built("icio", "1980_SML.csv"), any_file),
        Target("table wiod", (_seed("wiod"),), _built("wiod", "wiot1984.csv"), any_file),
        Target("table exiobase", (_seed("exiobase"),), _exiobase, any_file),
        Target("table wiod-long", (_seed("wiod-long"),), _built("wiod", "wiot_1981.csv"), any_file),
        Target("table cp", (_seed("cp"),), _built("cp"), any_file),
        *(_packages() if parquets.there() else ()),
        Target("maps", (_seed("maps"),), _maps, any_file),
        Target("duties csv", (_seed("tariffs"),), _tariffs, any_file),
        Target("elasticities csv", (_seed("elasticities"),), _elasticities, any_file),
        Target("report html", (_report_seed("fee.html"),), _report, any_file),
        Target("report text", (_report_seed("talks.txt"),), _report, any_file),
        Target("report markdown", (_report_seed("chips.md"),), _report, any_file),
    )  # fmt: skip


def _packages() -> tuple[Target, ...]:
    """Readers of parquet, which need pyarrow."""
    return (
        Target("table ossa", (parquets.ossa,), _package("ossa", 1980), parquets.a_package),
        Target("table uschina", (parquets.uschina,), _package("uschina", 2017), parquets.a_package),
        Target("table cp-parquet", (parquets.cp,), _package("cp", 1993), parquets.a_package),
        Target("table oecd-cube", (parquets.cube,), _package("oecd-cube", 2022), parquets.a_package),
        Target("table wiod-parquet", (parquets.wiod,), _package("wiod", 1984), parquets.a_package),
    )


def _record(path: Path) -> Callable[[], Files]:
    @functools.cache
    def files() -> Files:
        found = [*path.glob("*.yaml"), *path.glob("measures/*.yaml")]
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(found)}

    return files
