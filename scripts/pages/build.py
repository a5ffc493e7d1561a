"""Write what the documentation takes from the code: ``python scripts/pages [--check]``.

Whole pages (reference, rooms), quoted outputs inside hand-written pages and the README, and the printed output at the
end of the examples. The same code and data give the same text. ``--check`` writes nothing and fails when something is stale.
"""

from __future__ import annotations

from pathlib import Path

from pages import api, record, reference
from pages.blocks import comparable, refresh, refresh_example
from pages.once import briefings_once, explanations_once

REPOSITORY = Path(__file__).resolve().parents[2]

GENERATED = {
    "docs/concepts/rooms.md": reference.rooms_page,
    "docs/reference/api.md": api.api_page,
    "docs/reference/cli.md": reference.cli_page,
    "docs/reference/errors.md": reference.errors_page,
    "docs/reference/measures.md": record.measures_page,
    "docs/reference/metrics.md": reference.metrics_page,
    "docs/reference/results.md": reference.results_page,
    "docs/reference/scenario.md": record.scenario_page,
}
"""Pages that are written as a whole."""
BY_OTHERS = (
    "docs/data-sheet.md",
    "docs/world-benchmarks.md",
    "docs/duty-path.md",
    "docs/bridges.md",
    "docs/validation.md",
    "docs/data-licences.md",
)
"""Pages that other scripts write."""


def written_by_hand() -> list[str]:
    """Pages whose marked places are renewed, relative to the repository."""
    found = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    names = [path.relative_to(REPOSITORY).as_posix() for path in found]
    return [name for name in names if name not in GENERATED and name not in BY_OTHERS]


def build() -> dict[str, str]:
    """Text of every file this script writes, by name relative to the repository."""
    with explanations_once(), briefings_once():
        made = {name: write() for name, write in GENERATED.items()}
        for name in written_by_hand():
            made[name] = refresh((REPOSITORY / name).read_text(encoding="utf-8"), record.LISTS)
        for path in sorted((REPOSITORY / "examples").glob("[0-9]*.py")):
            made[path.relative_to(REPOSITORY).as_posix()] = refresh_example(path)
    return made


def stale(made: dict[str, str]) -> list[str]:
    """Names of files that are not as they should be."""
    found = []
    for name, text in made.items():
        path = REPOSITORY / name
        if not path.exists() or comparable(path.read_text(encoding="utf-8")) != comparable(text):
            found.append(name)
    return found
