"""`python -m fuzz`: damage inputs, read them, and count what is not refused in our own words."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from detente.core import Pool, Where, run
from fuzz.oracle import Finding, judge
from fuzz.targets import Files, Target, targets

COUNT = 3000
PART = 250
"""Inputs that a process takes at a time."""
OUT = Path("out") / "fuzz"


@dataclass
class Report:
    """What became of the damaged inputs of one parser."""

    name: str
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[int, Finding, Files]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def tried(self) -> int:
        """Inputs tried."""
        return sum(self.outcomes.values())


def damaged_input(target: Target, number: int) -> Files:
    """Input `number` of a parser: the same files every time."""
    rng = random.Random(f"{target.name} {number}")
    return target.damage(rng, target.seeds[number % len(target.seeds)]())


def fuzz(target: Target, *, count: int = COUNT, seconds: float = 1e9, first: int = 0) -> Report:
    """Damage and read until `count` inputs are done or the time is up."""
    report = Report(target.name)
    start = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="detente-fuzz-"))
    try:
        for number in range(first, first + count):
            if time.monotonic() - start > seconds:
                break
            files = damaged_input(target, number)
            place = folder / "input"
            write(place, files)
            outcome, finding = judge(lambda place=place: target.read(place), seconds=target.seconds)  # type: ignore[misc]
            report.outcomes[outcome] += 1
            if finding is not None:
                report.findings.append((number, finding, files))
            shutil.rmtree(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.seconds = time.monotonic() - start
    return report


def every_target() -> list[Target]:
    """All there is to damage: the parsers, and the command line."""
    from fuzz.commands import command_target

    return [*targets(), command_target()]


def part(seconds: float, asked: tuple[str, int, int]) -> Report:
    """Some of the inputs of one parser: of this name, the first, how many."""
    os.environ.setdefault("DETENTE_CACHE", "off")  # every file that parses would be kept
    limit_memory()
    name, first, count = asked
    (target,) = (each for each in every_target() if each.name == name)
    return fuzz(target, count=count, seconds=seconds, first=first)


def spread(name: str, *, count: int, seconds: float, first: int, on: Where) -> Report:
    """`fuzz` in parts of `PART` inputs, wherever they are done: the same report."""
    parts = [(name, k, min(PART, first + count - k)) for k in range(first, first + count, PART)]
    whole = Report(name)
    start = time.monotonic()
    by_name = importlib.import_module(
        "fuzz.__main__"
    ).part  # ours may be of `__main__`, which no other process knows
    for report in run(by_name, seconds, parts, on=on):
        whole.outcomes += report.outcomes
        whole.findings += report.findings
    whole.seconds = time.monotonic() - start
    return whole


def write(folder: Path, files: Files) -> None:
    """Put files into a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def show(report: Report) -> None:
    """One line a parser, then its findings by place."""
    counts = report.outcomes
    print(
        f"{report.name:18} {report.tried:6,} tried  {counts['refused']:6,} refused  {counts['read']:6,} read  "
        f"{counts['finding']:5,} findings  {report.seconds:6.1f} s",
        flush=True,
    )
    grouped = Counter((finding.what, finding.place) for _, finding, _ in report.findings)
    for (what, place), times in grouped.most_common(12):
        number = next(k for k, f, _ in report.findings if (f.what, f.place) == (what, place))
        print(f"    {times:5} × {what} at {place}  (input {number})")


def keep(reports: list[Report]) -> None:
    """Write the first input of every kind of finding into a folder, with its trace."""
    shutil.rmtree(OUT, ignore_errors=True)
    for report in reports:
        seen = set()
        for number, finding, files in report.findings:
            if (finding.what, finding.place) in seen:
                continue
            seen.add((finding.what, finding.place))
            folder = OUT / report.name.replace(" ", "-") / str(number)
            write(folder / "input", files)
            (folder / "trace.txt").write_text(
                f"{finding.what} {finding.place}\n{finding.trace}", encoding="utf-8"
            )
    OUT.mkdir(parents=True, exist_ok=True)
    told = [
        {"parser": r.name, "tried": r.tried, **dict(r.outcomes), "seconds": round(r.seconds, 1)}
        for r in reports
    ]
    (OUT / "report.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def limit_memory(gigabytes: int = 6) -> None:
    """An input that asks for more is a finding (`MemoryError`), not the end of the machine."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (gigabytes << 30, gigabytes << 30))


def main(words: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="inputs a parser (%(default)s)")
    parser.add_argument("--seconds", type=float, default=240.0, help="at most so long a parser (%(default)g)")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument(
        "--parser", action="append", help="only parsers whose name holds this; may be repeated"
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        help="processes (%(default)s); each part has the seconds of a parser",
    )
    given = parser.parse_args(words)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("DETENTE_CACHE", "off")  # every file that parses would be kept
    limit_memory()
    chosen = [
        target
        for target in every_target()
        if not given.parser or any(part in target.name for part in given.parser)
    ]
    reports = []
    for target in chosen:
        bounds = {"count": given.count, "seconds": given.seconds, "first": given.first}
        reports.append(
            fuzz(target, **bounds)
            if given.workers == 1
            else spread(target.name, **bounds, on=Pool(given.workers))
        )
        show(reports[-1])
    keep(reports)
    findings = sum(len(report.findings) for report in reports)
    print(f"{sum(r.tried for r in reports):,} inputs, {findings:,} findings; {OUT}/report.json")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
