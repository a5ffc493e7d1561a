"""Measure: reading a report and drafting its claims."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from detente.dossier import load_dossier
from detente.dossier.intake import draft_yaml, extract, make_draft, read_article

REPORTS = Path(__file__).resolve().parents[1] / "tests" / "dossier" / "intake_reports"


def intake_rows(
    best: Callable[..., float], row: Callable[..., None], reports: Path = REPORTS
) -> None:
    """Add rows: from file to draft, the slowest and the mean of our own reports."""
    ledger = load_dossier()

    def draft(path: Path) -> str:
        return draft_yaml(make_draft([extract(read_article(path), ledger)], ledger))

    files = [path for path in sorted(reports.glob("*.*")) if path.suffix in (".txt", ".html", ".md")]
    times = [best(lambda path=path: draft(path), 5) for path in files]
    row("ingest one report, file to draft", max(times), "ms", 1000.0, f"slowest of {len(files)}; mean {sum(times) / len(times):.0f} ms")
