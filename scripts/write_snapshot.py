"""Write snapshot.yaml of a dossier: the state of every measure on the record's vintage, for the audit's round trip.

    .venv/bin/python scripts/write_snapshot.py busan-2025

Run it after a change of the measures was checked against its sources, and read the difference before keeping it.
"""

from __future__ import annotations

import argparse

from detente.core import write_atomic
from detente.dossier import load_dossier
from detente.dossier.held import replay
from detente.dossier.load import folder_of, read_record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dossier")
    folder = folder_of(parser.parse_args().dossier)
    record, _ = read_record(folder)
    day = record.vintage
    lines = [
        f"# State of every measure on {day}, the day the record was last checked. Written by scripts/write_snapshot.py;",
        "# the audit carries out every act in order and must arrive here.",
    ]
    for key, one in replay(load_dossier(folder, asof=day), day).items():
        value = "" if one.value is None else f", value: {one.value:.10g}"
        lines.append(f"- {{id: {key}, on: {day}, status: {one.status.value}{value}}}")
    write_atomic(folder / "snapshot.yaml", "\n".join(lines) + "\n")
    print(f"{len(lines) - 2} measures")


if __name__ == "__main__":
    main()
