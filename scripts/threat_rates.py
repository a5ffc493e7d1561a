"""Make the small table of how threats of sanctions ended, from the TIES data: ``python scripts/threat_rates.py EPISODES.csv``.

The input is the stored copy of TIES v4 (Morgan, Bapat and Kobayashi 2014), one row an episode, with the columns ``threat``,
``imposition``, ``start``, ``imposed``, ``end``, ``primary_sender_cow``, ``target_cow`` and ``issue1`` to ``issue3``. It is not shipped;
the table of counts is. Same input, same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY)]

from detente.core import sha256_file, write_atomic  # noqa: E402

TARGET = REPOSITORY / "detente" / "campaign" / "data" / "threats.csv"
TRADE = "13.0"
"""TIES code of the issue trade practices."""
Row = dict[str, str]


def on_trade(row: Row) -> bool:
    """Whether trade practices are among the issues."""
    return TRADE in (row["issue1"], row["issue2"], row["issue3"])


GROUPS: tuple[tuple[str, str, Callable[[Row], bool]], ...] = (
    ("all", "All threats, 1945 to 2005", lambda row: True),
    ("trade", "Threats over trade practices", on_trade),
    ("other", "Threats over anything else", lambda row: not on_trade(row)),
    ("long", "Threats that took more than 180 days to be settled", lambda row: (days(row) or 0) > 180),
    ("short", "Threats that were settled within 180 days", lambda row: (days(row) or 999) <= 180),
)


def days(row: Row) -> int | None:
    """Days from a threat until it was carried out or ended; None where a day is missing."""
    last = row["imposed"] if row["imposition"] == "1.0" else row["end"]
    if not (row["start"] and last):
        return None
    return (dt.date.fromisoformat(last) - dt.date.fromisoformat(row["start"])).days


def main() -> None:
    """Write the table."""
    source = Path(sys.argv[1])
    with source.open(encoding="utf-8", newline="") as lines:
        threats = [row for row in csv.DictReader(lines) if row["threat"] == "1.0"]
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(
        ["group", "title", "threats", "carried_out", "median_days_to_settle", "source", "sha256_of_source"]
    )
    for name, title, belongs in GROUPS:
        rows = [row for row in threats if belongs(row)]
        carried = sum(row["imposition"] == "1.0" for row in rows)
        settled = [lag for row in rows if (lag := days(row)) is not None and lag >= 0]
        out.writerow(
            [
                name,
                title,
                len(rows),
                carried,
                round(statistics.median(settled)),
                "TIES v4",
                sha256_file(source)[:16],
            ]
        )
    write_atomic(TARGET, text.getvalue())
    print(text.getvalue(), end="")


if __name__ == "__main__":
    main()
