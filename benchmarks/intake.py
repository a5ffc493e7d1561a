"""Speed of the intake: one report from its file to the text of a draft."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from detente.dossier import load_dossier
from detente.intake.draft import draft_yaml, make_draft
from detente.intake.extraction import extract
from detente.intake.read import read_article

Row = Callable[[str, float, str, float | None, str], None]
Best = Callable[[Callable[[], object], int], float]

REPORTS = Path(__file__).resolve().parents[1] / "tests" / "intake" / "intake_reports"


def measure(best: Best, row: Row) -> None:
    """Measure and report through `row(what, value, unit, target, note)`; `best` gives the shortest run in ms."""
    ledger = load_dossier()

    def draft(path: Path) -> str:
        return draft_yaml(make_draft([extract(read_article(path), ledger)], ledger))

    files = [path for path in sorted(REPORTS.iterdir()) if path.suffix in (".txt", ".html", ".md")]
    times = [best(functools.partial(draft, path), 5) for path in files]
    mean = sum(times) / len(times)
    row(
        "ingest a report, file to draft",
        max(times),
        "ms",
        1000.0,
        f"slowest of {len(files)}, mean {mean:.0f} ms",
    )
