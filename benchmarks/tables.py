"""Speed and memory of reading and building a world from a table of the OECD's size, 81 × 50 (4,050 × 4,536 cells).

The table is made up: numbers drawn from a pool of texts, so that writing the file does not take longer than reading it.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

COUNTRIES = [f"{a}{b}{c}" for a in "ABCDEFG" for b in "BCDFG" for c in "AEI"][:81]
SECTORS = [f"A{k:02d}" for k in range(50)]
FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")

Row = Callable[[str, float, str, float | None, str], None]
_CHILD = (
    "import resource, sys, time; start = time.perf_counter();"
    "from detente.world import save_world; from detente.world.read import build_world;"
    "report = build_world('icio:' + sys.argv[1], elasticities='4');"
    "save_world(report.economy, sys.argv[2], report);"
    "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def write_table(path: Path) -> Path:
    """Write an ICIO-shaped file whose industries use less than they sell."""
    draw = random.Random(1)
    small = [f"{draw.lognormvariate(-1, 1.5):.9g}" for _ in range(5000)]
    large = [f"{draw.lognormvariate(3, 1):.9g}" for _ in range(5000)]
    buyers = [f"{country}_{item}" for country in COUNTRIES for item in FINAL]
    sellers = [f"{country}_{sector}" for country in COUNTRIES for sector in SECTORS]
    with path.open("w", encoding="utf-8") as stream:
        stream.write(",".join(["V1", *sellers, *buyers]) + "\n")
        for name in sellers:
            stream.write(
                ",".join([name, *draw.choices(small, k=len(sellers)), *draw.choices(large, k=len(buyers))])
            )
            stream.write("\n")
    return path


def measure(row: Row) -> None:
    """Measure in a process of its own and report through `row(what, value, unit, target, note)`."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_table(Path(folder) / "icio_1900.csv")
        size = f"{path.stat().st_size / 1e6:,.0f} MB of CSV, 81 x 50"
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(path), folder + "/world"],
            capture_output=True,
            text=True,
            check=True,
        )
    wall, peak = map(float, done.stdout.split())
    row("read, build and save a table of 81 x 50", wall, "s", 60.0, size)
    row("its peak memory", peak / 1024, "MB", 6144.0, size)


if __name__ == "__main__":
    begun = time.perf_counter()
    measure(
        lambda what, value, unit, target, note: print(
            f"{what}: {value:,.3g} {unit} (target {target:g}; {note})"
        )
    )
    print(
        f"in all {time.perf_counter() - begun:.1f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB here"
    )
