"""Fixtures every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from solved_once import solved_once as solved_once

from detente.core import kept

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def nothing_read_from_earlier_runs() -> Iterator[None]:
    """Records and files are read and checked as if for the first time, and nothing of them is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "recall", lambda kind, key: None)
        patch.setattr(kept, "keep", lambda kind, key, value: None)
        yield


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
