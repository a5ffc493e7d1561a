"""A batch that was solved once for an explanation is not solved again for the next one of the same scenario."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def solved_once() -> Iterator[None]:
    """Remember the last batches of this module's explanations."""
    scripts = str(Path(__file__).resolve().parents[2] / "scripts")
    if scripts not in sys.path:
        sys.path.insert(0, scripts)
    from pages.once import explanations_once

    with explanations_once():
        yield
