"""Small Markdown helpers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

HEADER = "<!-- Written by scripts/pages; do not edit. -->"


def cell(text: str) -> str:
    """Text on one line of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    lines += ["| " + " | ".join(cell(entry) for entry in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def page(title: str, lead: str, parts: Iterable[str]) -> str:
    """A generated page."""
    return "\n".join([HEADER, f"# {title}\n\n{lead}\n", *(part.rstrip() + "\n" for part in parts)])
