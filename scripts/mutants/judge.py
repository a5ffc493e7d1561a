"""The part that runs inside pytest: which test reaches which line, and which test notices a fault.

Tests are collected once. Everything is then done in children made by fork, so that no fault, cache or fixture outlives
its mutant. A fault in the body of a function is planted by exchanging code objects, which reaches every place that has
imported the function; one outside of functions by a child that imports the package anew (`anew`).
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from operators import Mutant, planted
from rooms import REPOSITORY

ENOUGH = 8.0
"""Seconds of tests, fastest first, that a mutant meets at each of its two stages."""
TRACED = 60.0
"""Seconds of processor time after which the tests of a file that are still to be traced are no judges."""
LEARNT = 3000
"""Lines run in one function by one test after which it is no longer watched: tracing a hot loop teaches nothing new."""
LATE = ("scipy.optimize", "scipy.linalg", "scipy.sparse.linalg", "scipy.interpolate")
"""What functions of the package import when they are called: imported once here, not by every child."""
KILLED, SURVIVED, ENDLESS = 1, 0, 2
MEMORY = 8 * 2**30


class Watch:
    """Records whether a test failed, and how long each took."""

    def __init__(self) -> None:
        self.failed = ""
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed = report.nodeid


def in_child(work: Callable[[], Any], *, seconds: float) -> tuple[int, Any]:
    """Run `work` in a child with a limit on processor time; its status and what it returned (None when it died)."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        pid = os.fork()
        if pid == 0:
            status = 3
            with contextlib.suppress(BaseException):
                os.setpgid(0, 0)
                limit = int(seconds) + 1
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 2))
                signal.signal(signal.SIGXCPU, signal.SIG_DFL)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(int(6 * seconds) + 30)
                null = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(null, stream)
                os.environ["DETENTE_CACHE"] = str(Path(folder) / "cache")
                answer.write_text(json.dumps(work()), encoding="utf-8")
                status = 0
            os._exit(status)
        _, status = os.waitpid(pid, 0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        text = answer.read_text(encoding="utf-8") if answer.exists() else ""
    return status, json.loads(text) if text else None


def run(items: Sequence[pytest.Item], watch: Watch, *, stop: bool) -> None:
    """Run tests in the order given; `stop` at the first that fails."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if stop and watch.failed:
            return


# Which test reaches which line


def traced(items: Sequence[pytest.Item], files: dict[str, str], watch: Watch) -> dict[str, Any]:
    """Run the tests of one file; lines of the modules each reaches, whether it passed, and processor seconds.

    What runs while fixtures of the whole file are made counts for every test of the file.
    """
    reached: set[tuple[str, int]] = set()
    events: dict[types.CodeType, int] = {}

    def lines(frame: types.FrameType, event: str, _: Any) -> Any:
        reached.add((files[frame.f_code.co_filename], frame.f_lineno))
        events[frame.f_code] += 1
        if events[frame.f_code] > LEARNT:
            frame.f_trace_lines = False
        return lines

    def calls(frame: types.FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in files or events.setdefault(code, 0) > LEARNT:
            return None
        reached.add((files[code.co_filename], frame.f_lineno))
        return lines

    found: dict[str, Any] = {}
    begun = time.process_time()
    for item, following in zip(items, [*items[1:], None], strict=True):
        if time.process_time() - begun > TRACED:
            break
        reached.clear()
        events.clear()
        watch.failed = ""
        start = time.process_time()
        sys.settrace(calls)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        finally:
            sys.settrace(None)
        by_file: dict[str, list[int]] = {}
        for name, line in sorted(reached):
            by_file.setdefault(name, []).append(line)
        found[item.nodeid] = {
            "seconds": time.process_time() - start,
            "passed": not watch.failed,
            "lines": by_file,
        }
    return found


# Planting a fault


def functions(path: str) -> dict[tuple[str, int], list[types.FunctionType]]:
    """Live functions that come from a file, by qualified name and first line."""
    found: dict[tuple[str, int], list[types.FunctionType]] = {}
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType and thing.__code__.co_filename == path:
            found.setdefault((thing.__code__.co_qualname, thing.__code__.co_firstlineno), []).append(thing)
    return found


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def plant(tree: ast.Module, path: str, live: dict[tuple[str, int], list[types.FunctionType]]) -> int:
    """Exchange the code of every live function that differs; how many were."""
    count = 0
    for code in _codes(compile(tree, path, "exec")):
        for function in live.get((code.co_qualname, code.co_firstlineno), ()):
            if function.__code__ != code and len(function.__code__.co_freevars) == len(code.co_freevars):
                function.__code__ = code
                count += 1
    return count


def ordered(items: Sequence[pytest.Item], seconds: dict[str, float]) -> list[pytest.Item]:
    """Fastest files first, fastest tests first within each."""
    total: dict[str, float] = {}
    for item in items:
        name = item.nodeid.partition("::")[0]
        total[name] = total.get(name, 0.0) + min(seconds.get(item.nodeid, 0.0), 5.0)
    return sorted(
        items,
        key=lambda item: (
            total[item.nodeid.partition("::")[0]],
            item.nodeid.partition("::")[0],
            seconds.get(item.nodeid, 0.0),
        ),
    )


def within(items: Sequence[pytest.Item], seconds: dict[str, float]) -> list[pytest.Item]:
    """The first tests whose time together is bearable."""
    kept: list[pytest.Item] = []
    used = 0.0
    for item in items:
        used += seconds.get(item.nodeid, 0.0)
        if kept and used > ENOUGH:
            break
        kept.append(item)
    return kept


class Judge:
    """Takes pytest's place once the tests are collected."""

    def __init__(self, work: Callable[[list[pytest.Item], Watch], None]) -> None:
        self.work = work
        self.watch = Watch()

    def pytest_configure(self, config: pytest.Config) -> None:
        from hypothesis import HealthCheck, settings

        settings.register_profile(
            "mutants", database=None, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
        )
        settings.load_profile("mutants")
        config.pluginmanager.register(self.watch)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for name in LATE:
            importlib.import_module(name)
        self.work(list(session.items), self.watch)
        return True


def collect(files: Sequence[str], work: Callable[[list[pytest.Item], Watch], None]) -> None:
    """Collect the tests of some files, then do `work` with them."""
    folder = tempfile.mkdtemp(prefix="mutants-")
    options = ["-q", "-p", "no:cacheprovider", "--capture=sys", f"--basetemp={folder}/tests", "--no-header"]
    try:
        ended = pytest.main(
            [*options, "--rootdir", str(REPOSITORY), *(str(REPOSITORY / name) for name in files)],
            plugins=[Judge(work)],
        )
        if ended in (
            pytest.ExitCode.INTERRUPTED,
            pytest.ExitCode.INTERNAL_ERROR,
            pytest.ExitCode.USAGE_ERROR,
        ):
            # without its tests every mutant would count as a survivor
            raise SystemExit(f"mutants: tests could not be collected: {', '.join(files)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judged(
    source: str,
    mutant: Mutant,
    stages: Sequence[Sequence[pytest.Item]],
    seconds: dict[str, float],
    live: dict[tuple[str, int], list[types.FunctionType]],
    watch: Watch,
) -> tuple[int, str]:
    """What becomes of a mutant in the body of a function, and the test that noticed it."""
    path = str(REPOSITORY / mutant.module)
    tree = planted(source, mutant)
    budget = sum(seconds.get(item.nodeid, 0.0) for stage in stages for item in stage)

    def work() -> list[Any]:
        if plant(tree, path, live) == 0:
            return [SURVIVED, "nothing live to change"]
        for stage in stages:
            if stage:
                run(stage, watch, stop=True)
            if watch.failed:
                return [KILLED, watch.failed]
        return [SURVIVED, ""]

    status, answer = in_child(work, seconds=3 * budget + 15)
    if answer is None:
        return ENDLESS, f"ended by status {status}"
    return int(answer[0]), str(answer[1])


class _Finder:
    """Imports one module from a tree of ours."""

    def __init__(self, name: str, code: types.CodeType) -> None:
        self.name, self.code = name, code

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        from importlib.machinery import ModuleSpec

        if name != self.name:
            return None
        spec = ModuleSpec(name, self, origin=self.code.co_filename)  # type: ignore[arg-type]
        spec.has_location = True
        return spec

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        exec(self.code, module.__dict__)


def anew(source: str, mutant: Mutant, tests: Sequence[str], seconds: float) -> tuple[int, str]:
    """The same for a fault outside of functions: the package is imported anew in a child, with the fault in it."""
    path = str(REPOSITORY / mutant.module)
    tree = planted(source, mutant)
    name = mutant.module.removesuffix(".py").replace("/", ".")

    def work() -> list[Any]:
        sys.meta_path.insert(0, _Finder(name, compile(tree, path, "exec")))
        watch = Watch()
        options = ["-q", "-x", "-p", "no:cacheprovider", "--capture=sys", "--no-header", "--rootdir"]
        with tempfile.TemporaryDirectory() as folder:
            code = pytest.main(
                [*options, str(REPOSITORY), f"--basetemp={folder}/tests", *tests], plugins=[watch]
            )
        return [SURVIVED if int(code) == 0 else KILLED, watch.failed]

    status, answer = in_child(work, seconds=3 * seconds + 30)
    if answer is None:
        return ENDLESS, f"ended by status {status}"
    return int(answer[0]), str(answer[1])
