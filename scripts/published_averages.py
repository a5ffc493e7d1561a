"""Write detente/policy/duties/data/published_averages.csv: what others published under each concept of average, and from when.

    .venv/bin/python scripts/published_averages.py [--shared ../shared]

The tracker's path is read from ../shared/data; the few figures of PIIE and the press are typed here with their source
(ids of the dossier's register). Days are those of the publisher, also where its dating is known to be off.
Needs pandas.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from detente.core import write_atomic

REPOSITORY = Path(__file__).resolve().parents[1]
TRACKER = "S19: tradewartracker/trade-war-redux-2025, country-by-time.csv"
PARTNERS = ("CHN", "EU27", "CAN", "MEX")
LAST = "2026-07-24"
"""Later rows of the tracker are announcements."""

PIIE_CONCEPTS = ("fixed_2017_bilateral", "fixed_2017_world", "published_base_plus_headline")
PIIE = (
    ("USA", "CHN", "2025-01-01", "2025-02-04", 0.208, "S9b: PIIE, Bown, 20 January 2025"),
    ("USA", "CHN", "2025-05-03", "2025-05-14", 1.265, "S9b: PIIE, Bown, early May 2025"),
    ("USA", "CHN", "2025-05-14", "2025-06-04", 0.511, "S9b: PIIE, Bown, after 14 May 2025"),
    ("USA", "CHN", "2025-09-25", "2025-11-10", 0.576, "S17: PIIE, Bown, version of 25 September 2025"),
    ("USA", "CHN", "2025-11-10", "2026-01-01", 0.475, "S9d: PIIE, Bown, reported December 2025"),
    (
        "CHN",
        "USA",
        "2025-01-01",
        "2025-02-10",
        0.212,
        "S17: PIIE, Bown, derived: 32.6 less the steps of 2025",
    ),
    ("CHN", "USA", "2025-05-14", "2025-11-10", 0.326, "S17: PIIE, Bown, version of 25 September 2025"),
)
PIIE_2018 = (
    ("USA", "CHN", "2018-01-01", "2018-02-07", 0.031, "S9: PIIE, Bown, January 2018"),
    ("USA", "CHN", "2018-09-24", "2019-05-10", 0.12, "S9: PIIE, Bown, 24 September 2018 to June 2019"),
    ("USA", "CHN", "2019-09-01", "2020-02-14", 0.21, "S9: PIIE, Bown, September to December 2019"),
    ("USA", "CHN", "2020-02-14", "2021-01-01", 0.193, "S9a: PIIE, Bown, 14 February 2020"),
    ("CHN", "USA", "2018-01-01", "2018-04-02", 0.08, "S9: PIIE, Bown, January 2018"),
    ("CHN", "USA", "2018-09-24", "2019-01-01", 0.183, "S9: PIIE, Bown, 24 September 2018"),
    ("CHN", "USA", "2019-01-01", "2019-06-01", 0.165, "S9: PIIE, Bown, to June 2019"),
    ("CHN", "USA", "2019-09-01", "2020-02-14", 0.211, "S9: PIIE, Bown, September to December 2019"),
    ("CHN", "USA", "2020-02-14", "2021-01-01", 0.203, "S9a: PIIE, Bown, 14 February 2020"),
)
"""Points of 2018-20: for the concepts with fixed weights only, the other one starts from January 2025."""
OTHERS = (
    ("headline_2025", "USA", "CHN", "2025-04-10", "2025-05-14", 1.45, "S11: AP timeline, 145 %"),
    ("headline_2025", "USA", "CHN", "2025-05-14", "2025-11-10", 0.30, "S15: CBS News, 30 %"),
    ("import_weighted_2024", "USA", "CHN", "2026-02-01", "2026-02-20", 0.368, "S45: The Asset, March 2026"),
    ("import_weighted_2024", "USA", "CHN", "2026-02-24", "2026-03-10", 0.269, "S45: The Asset, March 2026"),
)


def table(data: Path) -> pd.DataFrame:
    """All published averages, one row a concept, pair and period."""
    path = pd.read_csv(data / "tariffs2025/us_tariff_path_by_partner.csv", dtype={"cty_code": str})
    rows = []
    for code in PARTNERS:
        mine = path[(path.iso3 == code) & (path.date_from < LAST)].sort_values("date_from")
        ends = [*mine.date_from.tolist()[1:], LAST]
        for begin, end, rate in zip(mine.date_from, ends, mine.total_tariff_pct, strict=True):
            rows.append(("collected_base_plus_added", "USA", code, begin, end, round(rate / 100, 5), TRACKER))
    rows += [(concept, *row) for row in PIIE for concept in PIIE_CONCEPTS]
    rows += [(concept, *row) for row in PIIE_2018 for concept in PIIE_CONCEPTS[:2]]
    rows += OTHERS
    return pd.DataFrame(rows, columns=["concept", "importer", "exporter", "from", "until", "value", "source"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    found = table(parser.parse_args().shared / "data")
    write_atomic(REPOSITORY / "detente/policy/duties/data/published_averages.csv", found.to_csv(index=False))
    print(f"{len(found)} rows")


if __name__ == "__main__":
    main()
