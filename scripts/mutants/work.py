"""The work of a run, shared out among processes: tracing the tests, judging the mutants."""

from __future__ import annotations

import hashlib
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import judge
from operators import Mutant
from rooms import FOLDER, REPOSITORY, modules

Trace = dict[str, dict[str, Any]]
"""By test: `seconds`, whether it `passed`, and the `lines` of each module that it reaches."""


def _digest(paths: list[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def _helpers(test: str) -> list[Path]:
    """Files beside a test that it may read: modules of its folder that are no tests themselves."""
    folder = (REPOSITORY / test).parent
    return [path for path in sorted(folder.glob("*.py")) if not path.name.startswith("test_")]


def _trace_files(targets: dict[str, Path]) -> None:
    """Trace some test files, collected together, each run in a child of its own."""
    files = {str(REPOSITORY / name): name for name in modules()}

    def work(items: list[Any], watch: judge.Watch) -> None:
        for test, target in targets.items():
            mine = [item for item in items if item.nodeid.startswith(f"{test}::")]
            _, found = judge.in_child(
                lambda mine=mine: judge.traced(mine, files, watch), seconds=10 * judge.TRACED
            )
            found = found or {}
            reached = {name for entry in found.values() for name in entry["lines"]}
            state = {name: _digest([REPOSITORY / name]) for name in sorted(reached)}
            target.write_text(json.dumps({"modules": state, "tests": found}), encoding="utf-8")

    judge.collect(list(targets), work)


def _current(path: Path) -> bool:
    """Whether a trace is there and none of the modules it reaches has changed since."""
    if not path.exists():
        return False
    kept = json.loads(path.read_text(encoding="utf-8"))["modules"]
    return all(
        (REPOSITORY / name).exists() and _digest([REPOSITORY / name]) == digest
        for name, digest in kept.items()
    )


def trace(workers: int, tests: list[str]) -> Trace:
    """Which test reaches which line of which module; kept until the test file or a module changes."""
    store = FOLDER / "trace"
    store.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, Path] = {}
    for test in tests:
        key = hashlib.sha256(f"{test}{_digest([REPOSITORY / test, *_helpers(test)])}".encode())
        wanted[test] = store / f"{key.hexdigest()[:32]}.json"
    missing = [test for test, path in wanted.items() if not _current(path)]
    if missing:
        print(f"tracing {len(missing)} test files", file=sys.stderr, flush=True)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        parts = [{test: wanted[test] for test in missing[k::workers]} for k in range(workers)]
        list(pool.map(_trace_files, [part for part in parts if part]))
    every: Trace = {}
    for path in wanted.values():
        every |= json.loads(path.read_text(encoding="utf-8"))["tests"]
    return every


def _share(task: tuple[str, list[Mutant], Trace]) -> list[tuple[Mutant, int, str]]:
    """One worker's part of a module's mutants."""
    module, share, seen = task
    source = (REPOSITORY / module).read_text(encoding="utf-8")
    seconds = {name: float(entry["seconds"]) for name, entry in seen.items()}
    results: list[tuple[Mutant, int, str]] = []

    def work(items: list[Any], watch: judge.Watch) -> None:
        known = [item for item in items if item.nodeid in seen and seen[item.nodeid]["passed"]]
        known = judge.ordered(known, seconds)
        live = judge.functions(str(REPOSITORY / module))
        for mutant in share:
            direct = [item for item in known if mutant.line in seen[item.nodeid]["lines"].get(module, ())]
            names = {item.nodeid.partition("::")[0] for item in direct}
            rest = [
                item
                for item in known
                if item.nodeid.partition("::")[0] in names
                and mutant.line not in seen[item.nodeid]["lines"].get(module, ())
            ]
            if not direct:  # a line of several: the module's own tests
                rest = [item for item in known if module in seen[item.nodeid]["lines"]]
            stages = [judge.within(direct, seconds), judge.within(rest, seconds)]
            results.append((mutant, *judge.judged(source, mutant, stages, seconds, live, watch)))

    inside = [mutant for mutant in share if mutant.inside]
    outside = [mutant for mutant in share if not mutant.inside]
    reaching = {name: entry for name, entry in seen.items() if module in entry["lines"] and entry["passed"]}
    for mutant in outside:
        names = sorted(reaching, key=lambda name: seconds[name])
        kept, used = [], 0.0
        for name in names:
            used += seconds[name]
            if kept and used > 2 * judge.ENOUGH:
                break
            kept.append(name)
        results.append((mutant, *judge.anew(source, mutant, kept, used)))
    share = inside
    files = sorted({name.partition("::")[0] for name in reaching})
    if share and files:
        judge.collect(files, work)
    else:
        results += [(mutant, judge.SURVIVED, "no test reaches the module") for mutant in share]
    return results


def score(module: str, chosen: list[Mutant], seen: Trace, workers: int) -> list[tuple[Mutant, int, str]]:
    """Judge some mutants of a module."""
    parts = [chosen[k::workers] for k in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return [
            one for part in pool.map(_share, [(module, part, seen) for part in parts if part]) for one in part
        ]
