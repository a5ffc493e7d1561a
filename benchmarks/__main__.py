"""Measure: one solve, batches, cold commands, the whole briefing. Timings are the best of several repeats."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from benchmarks import draws, duties, engine, intake, ledger, paths, tables
from benchmarks.engine import best
from benchmarks.machine import machine
from detente.core import Column, Table, write_atomic
from detente.dossier import audit, load_dossier
from detente.policy.duties.day import added_duties, duty_stack
from detente.world import load_world

OUT = Path("out") / "bench.json"


def command(*words: str, repeats: int = 5) -> tuple[float, float]:
    """Median wall time in seconds and peak memory in MB of a command in a process of its own."""
    walls, peaks = [], []
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    watch = (
        "import resource, subprocess, sys, time; start = time.perf_counter();"
        "done = subprocess.run(sys.argv[1:], capture_output=True, check=True);"
        "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    for _ in range(repeats + 1):  # the first one fills the byte-code cache and is not counted
        done = subprocess.run(
            [sys.executable, "-c", watch, sys.executable, "-m", "detente.cli.main", *words],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        wall, peak = map(float, done.stdout.split())
        walls.append(wall)
        peaks.append(peak / 1024)
    return statistics.median(walls[1:]), max(peaks)


def main() -> None:
    economy, dossier = load_world(), load_dossier()
    rows: list[tuple[str, float, str, float | None, str]] = []

    def row(what: str, value: float, unit: str, target: float | None = None, note: str = "") -> None:
        rows.append((what, value, unit, target, note))
        print(f"  {what}: {value:,.3g} {unit}", file=sys.stderr)

    engine.measure(row)
    paths.measure(row)
    draws.measure(row)
    day = dossier.asof
    row(
        "duty stack, USA on CHN",
        best(lambda: duty_stack(economy, dossier, date=day, importer="USA", exporter="CHN")),
        "ms",
        30.0,
    )
    row("added duties, every pair", best(lambda: added_duties(economy, dossier, day)), "ms", 100.0)
    ledger.measure(best, row)
    intake.measure(best, row)
    duties.measure(row)
    tables.measure(row)
    row("load the dossier", best(load_dossier, 5), "ms")
    row("load and audit the dossier", best(lambda: audit(load_dossier()), 5), "ms", 500.0)
    row("memory of this process so far", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    with tempfile.TemporaryDirectory() as folder:
        wall, peak = command("run", "talks-fail", "-o", f"{folder}/run.csv")
        row("cold `detente run`", wall, "s", 1.0)
        row("  its peak memory", peak, "MB")
        wall, peak = command("brief", "busan-2025", "-o", f"{folder}/brief", repeats=3)
        row("cold `detente brief`", wall, "s", 6.0)
        row("  its peak memory", peak, "MB")

    measured = machine()
    table = Table(
        "bench",
        "Benchmarks",
        (
            Column("what", "What"),
            Column("value", "Measured", "", "number", 2),
            Column("unit", "Unit"),
            Column("target", "Target", "", "number", 0),
            Column("note", "Note"),
        ),
        tuple(rows),
        note=f"{measured['machine']['processor']}, {measured['machine']['cores']} cores, one thread; commit {measured['commit']}.",
        meta=measured,
    )
    print(table.to_markdown())
    write_atomic(OUT, table.to_json())
    print(f"wrote {OUT}", file=sys.stderr)


if __name__ == "__main__":
    main()
