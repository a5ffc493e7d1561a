"""A small dossier in a folder, to be broken one file at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_case import FILES


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Write the small dossier; keyword-like overrides replace whole files, None leaves one out."""

    def write(overrides: dict[str, str | bytes | None] | None = None) -> Path:
        for name, text in {**FILES, **(overrides or {})}.items():
            if text is None:
                continue
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write
