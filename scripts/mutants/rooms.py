"""Which modules are mutated, and which tests may judge them."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "out" / "mutants"
"""Where the trace and the full list of survivors of a run are written; not kept in the repository."""
HERE = Path(__file__).resolve().parent
SCORES = HERE / "scores.csv"
EQUIVALENT = HERE / "equivalent.csv"
PATTERNS = (
    "detente/show/words/words.py",
    "detente/show/words/sentences.py",
    "detente/dossier/asof.py",
    "detente/dossier/timeline.py",
    "detente/dossier/authorities.py",
    "detente/policy/duties/day.py",
    "detente/policy/duties/stacking.py",
    "detente/policy/duties/averages.py",
    "detente/strategy/*.py",
    "detente/strategy/duties/*.py",
    "detente/cases/*.py",
    "detente/equilibrium/*.py",
    "detente/equilibrium/explain/*.py",
    "detente/equilibrium/gradients/*.py",
    "detente/outlook/branching.py",
    "detente/outlook/prior.py",
    "detente/app/changes.py",
    "detente/app/setting.py",
)
LEFT_OUT = ("tests/cli/", "tests/docs/", "tests/golden/", "tests/web/")
"""What no fault is to be left to: whole texts and published figures, which only say that something differs, and tests that
look at the package from another process and see no mutant."""


def modules(names: tuple[str, ...] = ()) -> list[str]:
    """Paths of the modules to mutate, from the repository; all, or those whose path contains one of the names."""
    every = [
        path.relative_to(REPOSITORY).as_posix()
        for pattern in PATTERNS
        for path in sorted(REPOSITORY.glob(pattern))
        if path.name != "__init__.py"
    ]
    return [path for path in every if not names or any(name in path for name in names)]


def test_files() -> list[str]:
    """Paths of the test files that may judge, from the repository."""
    every = [
        path.relative_to(REPOSITORY).as_posix() for path in sorted((REPOSITORY / "tests").rglob("test_*.py"))
    ]
    return [path for path in every if not path.startswith(LEFT_OUT)]
