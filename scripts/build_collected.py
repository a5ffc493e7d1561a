"""Derive the small shipped table of customs duties collected by month from ../shared/data.

    .venv/bin/python scripts/build_collected.py [--shared ../shared] [--out detente/world/data]

Joins Treasury duties over Census imports by month (2018 on) with the statutory rates of the same months on fixed 2024
weights and on the month's own trade, as far as the tracker gives them. Standard library only.
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

from detente.core import write_atomic

REPOSITORY = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "detente" / "policy" / "duties" / "data")
    args = parser.parse_args()
    folder = args.shared / "data" / "tariffs2025"
    with (folder / "us_etr_statutory_vs_realized_monthly.csv").open(encoding="utf-8") as stream:
        statutory = {row["year_month"]: row for row in csv.DictReader(stream)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["month", "duties_musd", "imports_musd", "statutory_2024_weights", "statutory_own_weights"]
    )
    with (folder / "us_customs_duties_monthly.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            month = row["date"][:7]
            if month < "2018-01":
                continue
            known = statutory.get(month)
            writer.writerow(
                [
                    month,
                    row["customs_duties_musd"],
                    row["imports_value_musd"],
                    f"{float(known['stat_true_2024']):.5f}" if known else "",
                    f"{float(known['m_stat_obs']):.5f}" if known else "",
                ]
            )
    write_atomic(args.out / "us_collected_monthly.csv", out.getvalue())
    print(len(out.getvalue().splitlines()) - 1, "months")


if __name__ == "__main__":
    main()
