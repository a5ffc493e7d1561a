"""Which sectors of an economy were carved out of which."""

from __future__ import annotations

from collections.abc import Mapping

from detente.world.economy import Economy


def carved(economy: Economy) -> dict[str, str]:
    """Sector → sector it was carved out of, for every carved sector of an economy."""
    parents = economy.provenance.get("carved", {})
    codes = economy.labels.sectors
    return {c: p for c, p in parents.items() if c in codes} if isinstance(parents, Mapping) else {}
