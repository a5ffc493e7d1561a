"""Addresses of a state: of every view, of the files, of the ways back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from detente.app.state import PageState, pairs_of


@dataclass(frozen=True)
class Links:
    """Addresses of a state: of every view, of the files, of the ways back."""

    state: PageState
    view: str
    root: str = ""

    def to(self, view: str = "", ending: str = "", **changes: Any) -> str:
        """Address of a view of the state, perhaps as a file, perhaps with something otherwise."""
        if view not in ("", self.view):
            changes.setdefault("find", "")  # words that were looked for here are not looked for there
        moved = {name: value for name, value in changes.items() if value != getattr(self.state, name)}
        state = replace(self.state, **moved) if moved else self.state
        query = state.query
        return f"{self.root}/{state.case}/{view or self.view}{ending}" + (f"?{query}" if query else "")

    def pairs(self, *without: str) -> list[tuple[str, str]]:
        """Keys and values of the state but for some: what a form of a view carries along."""
        return [pair for pair in pairs_of(self.state.query) if pair[0] not in without]

    @property
    def undo(self) -> str:
        """Address of the setting before."""
        return f"{self.root}/{self.state.case}/{self.view}?{self.state.was}" if self.state.was else ""
