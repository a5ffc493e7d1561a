"""Make the shipped extract of human forecasts: ``python scripts/human_forecasts.py CURATED.csv``. Same input, same bytes.

The input is a hand-made selection of ForecastBench (Forecasting Research Institute, CC BY-SA 4.0) and of single prices seen in public
notes; of it the questions are kept that bear on the record and have one probability and a stated day (grades A and C).
"""

from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY)]

from detente.core import write_atomic  # noqa: E402

TARGET = REPOSITORY / "detente" / "outlook" / "data" / "human_forecasts.csv"
HEAD = (
    "record",
    "platform",
    "question",
    "date",
    "probability",
    "subject",
    "by",
    "resolved",
    "resolved_on",
    "grade",
    "source",
)
MEETING = re.compile(r"visits? (China|US)|meet with", re.IGNORECASE)


def main() -> None:
    """Write the extract."""
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(HEAD)
    for row in sorted(rows, key=lambda row: (row["date"], row["question"])):
        if row["grade"] not in "AC" or "/" in row["probability"]:
            continue
        question = re.sub(r" \(\d+\)$", "", row["question"])
        source = "ForecastBench, CC BY-SA 4.0" if row["grade"] == "A" else "single price in a public note"
        meeting = "meeting" if MEETING.search(question) else ""
        by = row["resolution_date"] if meeting else ""
        if meeting and re.search(r"May 31|May\?", question):
            by = "2026-05-31"
        if meeting and "May 15" in question:
            by = "2026-05-15"
        if meeting and "before July (2025)" in question:
            by = "2025-06-30"
        if meeting and "before 2027" in question:
            by = "2026-12-31"
        out.writerow(
            [
                "busan-2025",
                row["platform"],
                question,
                row["date"],
                row["probability"],
                meeting,
                by,
                row["resolved"],
                row["resolution_date"],
                row["grade"],
                source,
            ]
        )
    write_atomic(TARGET, text.getvalue())
    print(text.getvalue(), end="")


if __name__ == "__main__":
    main()
