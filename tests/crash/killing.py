"""Kill every verb that writes, at random moments and before each of its steps on the disk, and look at what is left.

``python tests/crash/killing.py WORK COUNT SECONDS SEED [NAME …]`` prints one JSON object a writer; COUNT kills at
random moments, and as many seconds for each of the two ways at most. A process prepares everything,
then a fork of it writes and is killed by SIGKILL; what cannot be written at all is judged by the tests of the verbs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
for folder in ("helpers", "web"):
    sys.path.insert(0, str(TESTS / folder))

Tree = dict[str, bytes]


@dataclasses.dataclass
class Writer:
    """One way to write, in two versions.

    Attributes
    ----------
    write : callable of (folder, version)
        Does it, in this process.
    together : list of tuple of str
        What belongs together: files or folders relative to the folder.
    pieces : bool
        Files that may be of different versions, each whole.
    declared : bool
        Written where folders cannot be exchanged: between two steps the next look completes what a run declared.
    """

    write: Callable[[Path, int], None]
    together: list[str]
    pieces: bool = False
    declared: bool = False


def verb(*words: object) -> None:
    """Run the command line, silently."""
    from detente.cli.main import main

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            main([str(word) for word in words])
        except SystemExit as stop:
            if stop.code:
                raise RuntimeError(f"{words}: {said.getvalue()}") from None


def writers(inputs: Path) -> dict[str, Writer]:
    """Every way in which a verb or a public function writes."""
    from brief_fixture import content
    from strategy_games import duel

    from detente.brief.build import build_brief
    from detente.core import folders, write_atomic
    from detente.equilibrium import Model
    from detente.strategy import solves
    from detente.strategy.equilibria import strategic_form
    from detente.strategy.export import nfg_text
    from detente.strategy.payoff import payoff_tensor
    from detente.world import toy
    from detente.world.read.long_csv import write_long_folder
    from detente.world.save import save_world

    worlds = [dataclasses.replace(toy(), flows=toy().flows * size) for size in (1, 2)]
    saved = [save_world(economy, inputs / f"world{k}") for k, economy in enumerate(worlds)]
    source = write_long_folder(toy(), inputs / "source")
    groups = inputs / "regions.csv"
    groups.write_text("code,group\nMEX,ROW\n")
    wars = []
    for k, rate in enumerate((0.2, 0.3)):
        wars.append(inputs / f"war{k}.yaml")
        wars[k].write_text(
            "id: war\ntitle: War\ndossier: busan-2025\nrecord: false\n"
            f"tariffs:\n  - {{importer: USA, exporter: CHN, add: {rate}}}\n"
        )
    reports = []
    for k in range(2):
        reports.append(inputs / f"report{k}.txt")
        reports[k].write_text(
            f"28 October 2025\n\nThe United States puts a duty of {k + 3} percent on soybeans.\n"
        )
    briefings = [dataclasses.replace(content(), title=f"Version {k}") for k in (0, 1)]
    for k, briefing in enumerate(briefings):
        build_brief(briefing, inputs / f"brief{k}")  # pictures are drawn here: their library cannot be forked
        verb("world", "show", saved[k], "--table", "sizes", "--picture", inputs / f"{k}.svg")
    solves.TASK = 16
    economies = [
        dataclasses.replace(duel()[0], trade_elasticity=duel()[0].trade_elasticity + k) for k in (0, 1)
    ]

    def ingest(folder: Path, k: int) -> None:
        (folder / "draft.yaml").unlink(missing_ok=True)  # a draft is never overwritten
        verb("ingest", reports[k], "-o", folder / "draft.yaml", "--keep", folder / "kept")

    def cache(folder: Path, k: int) -> None:
        _, dossier, spec = duel()
        tensor = payoff_tensor(Model(economies[k]), dossier, spec, cache=folder / "cache")
        write_atomic(folder / "game.nfg", nfg_text(strategic_form(tensor.game())))

    def unexchanged(folder: Path, k: int) -> None:
        folders._exchange = lambda first, second: False
        build_brief(briefings[k], folder / "brief")

    def inside(folder: Path, k: int) -> None:
        (folder / "world").mkdir(exist_ok=True)
        os.chdir(folder / "world")
        save_world(worlds[k], ".")

    return {
        "brief": Writer(lambda folder, k: void(build_brief(briefings[k], folder / "brief")), ["brief"]),
        "brief, no exchange": Writer(unexchanged, ["brief"], declared=True),
        "world build": Writer(
            lambda folder, k: verb(
                "world", "build", "--from", f"long:{source}", "-o", folder / "world", "--elasticities", 4 + k
            ),
            ["world"],
        ),
        "world build -o .": Writer(inside, ["world"], declared=True),
        "world aggregate": Writer(
            lambda folder, k: verb(
                "world", "aggregate", saved[k], "--regions", groups, "-o", folder / "coarse"
            ),
            ["coarse"],
        ),
        "long tables": Writer(
            lambda folder, k: void(write_long_folder(worlds[k], folder / "long")), ["long"]
        ),
        "run -o": Writer(
            lambda folder, k: verb("run", wars[k], "--world", saved[0], "-o", folder / "run.csv"), ["run.csv"]
        ),
        "world show --picture": Writer(
            lambda folder, k: verb(
                "world", "show", saved[k], "--table", "sizes", "--picture", folder / "p.svg"
            ),
            ["p.svg", "p.csv"],
            pieces=True,
        ),
        "clocks --ics": Writer(
            lambda folder, k: verb("clocks", "--asof", f"2025-10-2{7 + k}", "--ics", folder / "c.ics"),
            ["c.ics"],
        ),
        "ingest": Writer(ingest, ["draft.yaml", "kept"], pieces=True),
        "game, its cache and --export": Writer(cache, ["cache", "game.nfg"], pieces=True),
    }


def void(_: object) -> None:
    """Drop a result."""


def tree(folder: Path) -> Tree:
    """Every file below a folder by its name, hidden ones too."""
    return {
        (Path(path) / name).relative_to(folder).as_posix(): (Path(path) / name).read_bytes()
        for path, _, names in os.walk(folder)
        for name in names
    }


def judge(writer: Writer, left: Tree, versions: list[Tree]) -> str:
    """``old``, ``new``, or what is wrong with what a killed run left."""
    seen = {name: data for name, data in left.items() if not name.split("/")[0].startswith(".")}
    if writer.pieces:
        seen = {name: data for name, data in seen.items() if not Path(name).name.startswith(".")}
        for name, data in seen.items():
            if data not in [version.get(name) for version in versions]:
                return f"{name} is not whole"
        return "new" if seen == versions[1] else "old"
    if seen == versions[0]:
        return "old"
    if seen == versions[1]:
        return "new"
    return f"mixed: {sorted(set(seen) ^ set(versions[0]))[:4]}"


DISK = (
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "shutil.rmtree",
    "tempfile.mkstemp",
    "tempfile.mkdtemp",
)


def forked(
    work: Callable[[], None], *, after: float | None = None, step: int | None = None
) -> tuple[bool, float]:
    """Do something in a fork and kill it; whether it was killed, and how long it lived."""
    begun = time.perf_counter()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            if step is not None:
                _die_before(step)
            work()
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the writer failed")
    return os.WIFSIGNALED(status), time.perf_counter() - begun


def _die_before(step: int) -> None:
    from detente.core import folders

    count = 0

    def note() -> None:
        nonlocal count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event: str, args: tuple[object, ...]) -> None:
        if event in DISK or (
            event == "open"
            and len(args) > 2
            and isinstance(args[2], int)
            and args[2] & (os.O_WRONLY | os.O_RDWR)
        ):
            note()

    sync, swap = os.fsync, folders._swap

    def synced(handle: int) -> None:
        note()
        sync(handle)

    def swapped(*args: object) -> int:
        note()
        return swap(*args)  # type: ignore[arg-type]

    os.fsync, folders._swap = synced, swapped
    sys.addaudithook(audit)


def trial(name: str, writer: Writer, work: Path, count: int, seconds: float, seed: int) -> dict[str, object]:
    """Kill one writer before each of its steps on the disk (some of them when time is short) and `count` times at random."""
    from detente.core.folders import finish_folder

    chance, every = random.Random(f"{seed} {name}"), seconds > 60
    adds_up = name.startswith(("game", "ingest"))  # an earlier run's entries stay: begun without one
    first, clean, versions = work / "first", work / "clean", []
    for k in (0, 1):
        clean.mkdir(parents=True, exist_ok=True)
        _, lasted = forked(lambda k=k: writer.write(clean, k))  # type: ignore[misc]
        versions.append(tree(clean))
        if adds_up:
            shutil.rmtree(clean)
        elif k == 0:
            shutil.copytree(clean, first)
    bad: list[str] = []
    kinds = {"old": 0, "new": 0}
    killed = 0
    place = work / "place"

    def one(**how: float | int) -> bool:
        nonlocal killed
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir() if adds_up else shutil.copytree(first, place)
        died, _ = forked(lambda: writer.write(place, 1), **how)  # type: ignore[arg-type]
        killed += died
        if writer.declared:
            for top in writer.together:
                if (place / top).is_dir():
                    finish_folder(place / top)
        found = judge(writer, tree(place), versions)
        if found in kinds:
            kinds[found] += 1
        else:
            bad.append(f"{how}: {found}")
        forked(lambda: writer.write(place, 1))
        after = tree(place)
        if after != versions[1]:
            bad.append(
                f"{how}: the next run left {sorted(set(after) ^ set(versions[1]))[:4] or 'other bytes'}"
            )
        if any(path.name.endswith(".part") for path in place.rglob("*")):
            bad.append(f"{how}: a folder is left")
        return died

    deadline = time.monotonic() + seconds
    for step in (
        range(1, 100_000)
        if every
        else sorted([*chance.sample(range(1, 8), 3), *chance.sample(range(8, 60), 6)])
    ):
        if not one(step=step) or time.monotonic() > deadline:
            break
    at_steps = killed
    deadline = time.monotonic() + seconds
    for _ in range(count):
        one(after=chance.uniform(0, lasted))
        if time.monotonic() > deadline:
            break
    return {
        "writer": name,
        "killed": killed,
        "at steps": at_steps,
        **kinds,
        "seconds": round(lasted, 3),
        "bad": bad,
    }


def main() -> None:
    """See the module."""
    work, count, seconds, seed = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    (work / "inputs").mkdir(parents=True, exist_ok=True)
    for name, writer in writers(work / "inputs").items():
        if len(sys.argv) > 5 and name not in sys.argv[5:]:
            continue
        told = trial(name, writer, work / name.replace(" ", "-"), count, seconds, seed)
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
