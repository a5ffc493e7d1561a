"""Fixtures every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from solved_once import solved_once as solved_once

REPOSITORY = Path(__file__).resolve().parents[1]
LONGEST = (
    "docs/test_docs.py",
    "web/test_busan_brief.py",
    "cli/test_cli_engine.py",
    "supply/test_wheel.py",
    "equilibrium/test_explain.py",
    "cli/test_ends.py",
    "cli/test_days.py",
    "cli/test_kernels.py",
    "equilibrium/test_budget.py",
    "crash/test_kills.py",
    "strategy/test_duty_wants.py",
    "cli/test_no_leak.py",
    "cli/test_cli_nash.py",
    "identities/test_robust.py",
    "web/test_brief_parts.py",
    "app/test_browser.py",
)
"""Files that take longest, in that order: begun first, no core waits at the end for another to finish one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take longest come first (with `--no-loadscope-reorder`, which keeps the order), the others as they were."""
    places = {REPOSITORY / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def no_width_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as they are without a terminal, whatever the caller's shell exports."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of raw inputs beside a developer's checkout; users do not have it."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(
            "../shared is not beside this checkout: raw inputs are only on developers' machines and CI"
        )
    return folder
