"""Which libraries our code asks for while something runs, whether or not they were loaded before."""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest


@contextlib.contextmanager
def asked_for(*libraries: str) -> Iterator[list[tuple[str, str]]]:
    """Collect (library, module of ours) for every import of these libraries by our code."""
    asked: list[tuple[str, str]] = []
    load = builtins.__import__

    def noted(name: str, *rest: Any, **named: Any) -> Any:
        caller = (rest[0] if rest else named.get("globals")) or {}
        ours = str(caller.get("__name__", ""))
        if name.partition(".")[0] in libraries and ours.startswith("detente"):
            asked.append((name, ours))
        return load(name, *rest, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "__import__", noted)
        yield asked
