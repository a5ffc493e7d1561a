"""Solve a published study again from its raw tables and lay every figure beside ours.

    .venv/bin/python scripts/replicate.py liberation2025 [--shared ../shared]

The studies are those of `detente validate`, one at a time; the exit status is 4 when a figure is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from detente.show.tables.validation import validation_table
from detente.validation import cp2015_tables, kite, lashkaripour2021, liberation2025, ossa2014, war2018
from detente.validation.checks import Check

STUDIES: dict[str, Callable[[Path], list[Check]]] = {
    "caliendo-parro2015": cp2015_tables.cp2015_checks,
    "ossa2014": ossa2014.ossa_checks,
    "kite": lambda _: kite.kite_checks(),
    "lashkaripour2021": lashkaripour2021.lashkaripour_checks,
    "liberation2025": liberation2025.liberation_checks,
    "war2018": war2018.war_checks,
}


def main() -> None:
    """Run one study and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", choices=sorted(STUDIES))
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    options = parser.parse_args()
    if not (options.shared / "data").is_dir():
        sys.exit(f"no raw tables in {options.shared}: name their folder with --shared")
    begun = time.perf_counter()
    checks = STUDIES[options.study](options.shared)
    print(validation_table(checks).to_markdown())
    print(f"{len(checks)} rows in {time.perf_counter() - begun:.1f} s", file=sys.stderr)
    sys.exit(4 if any(check.failed for check in checks) else 0)


if __name__ == "__main__":
    main()
