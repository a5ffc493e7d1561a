"""Plant small faults in the engine, one at a time, and see whether a test notices: ``python scripts/mutants --help``."""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import time
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
sys.dont_write_bytecode = True

import judge  # noqa: E402
from operators import mutants  # noqa: E402
from rooms import EQUIVALENT, FOLDER, REPOSITORY, SCORES, modules, test_files  # noqa: E402
from work import score, trace  # noqa: E402

SAMPLE, SEED = 40, 2025
COLUMNS = ("module", "mutants", "tried", "equivalent", "killed", "survived", "score_pct", "seed")


def equivalents() -> dict[tuple[str, str, str, str, int], str]:
    """Mutants that change no result, with the reason."""
    if not EQUIVALENT.exists():
        return {}
    with EQUIVALENT.open(encoding="utf-8", newline="") as stream:
        return {
            (row["module"], row["place"], row["code"], row["change"], int(row["order"])): row["why"]
            for row in csv.DictReader(stream)
        }


def _record(rows: dict[str, dict[str, Any]]) -> None:
    with SCORES.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[module] for module in modules() if module in rows)


def _recorded() -> dict[str, dict[str, Any]]:
    if not SCORES.exists():
        return {}
    with SCORES.open(encoding="utf-8", newline="") as stream:
        return {row["module"]: row for row in csv.DictReader(stream)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python scripts/mutants", description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="parts of the modules' paths; all of the mutated rooms when left out"
    )
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"mutants a module, by chance ({SAMPLE})")
    parser.add_argument("--all", action="store_true", help="every mutant of the modules")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the sample ({SEED})")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--record", action="store_true", help="write the scores into scores.csv")
    parser.add_argument("--tests", nargs="*", default=[], help="only these test files judge")
    options = parser.parse_args()
    os.chdir(REPOSITORY)
    seen = trace(options.workers, options.tests or test_files())
    excused = equivalents()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for module in modules(tuple(options.names)):
        start = time.monotonic()
        every = mutants(module, (REPOSITORY / module).read_text(encoding="utf-8"))
        draw = random.Random(f"{options.seed} {module}")
        chosen = every if options.all else draw.sample(every, min(options.sample, len(every)))
        tried = [mutant for mutant in chosen if mutant.key not in excused]
        results = score(module, tried, seen, options.workers)
        alive = sorted((m for m, end, _ in results if end == judge.SURVIVED), key=lambda m: m.line)
        killed = len(tried) - len(alive)
        pct = 100 * killed / len(tried) if tried else 100.0
        row = dict(
            zip(
                COLUMNS,
                (
                    module,
                    len(every),
                    len(chosen),
                    len(chosen) - len(tried),
                    killed,
                    len(alive),
                    f"{pct:.1f}",
                    "all" if options.all else options.seed,
                ),
                strict=True,
            )
        )
        print(
            f"{module}: {killed} of {len(tried)} noticed ({pct:.1f} %), {time.monotonic() - start:.0f} s",
            flush=True,
        )
        report = [f"{m.module}:{m.line} {m.place}: {m.change} [{m.order}] | {m.code}" for m in alive]
        for line in report:
            print(f"  {line}", flush=True)
        (FOLDER / f"{module.replace('/', '-')}.txt").write_text("\n".join(report) + "\n", encoding="utf-8")
        if options.record:
            _record(_recorded() | {module: row})  # read anew: another run may have written meanwhile
    return 0


if __name__ == "__main__":
    sys.exit(main())
