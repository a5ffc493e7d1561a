"""Limits on quantities as a scenario file writes them: caps, bans and floors on the volume of trade flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from detente.core import LimitKind, Rent
from detente.dossier import POSSIBLE_SHARE, SHARE_BAND, Doubt, Frozen, Slug, doubts_on


class QuantityLimit(Frozen):
    """A limit on the volume of trade flows: a cap, a ban (a cap of 0) or a floor."""

    name: Slug
    """Name in tables; unique in the scenario."""
    importers: Annotated[tuple[str, ...], Field(min_length=1)]
    """Codes of the buyers; `[all]` is everybody."""
    exporters: Annotated[tuple[str, ...], Field(min_length=1)]
    """Codes of the sellers; `[all]` is everybody."""
    sectors: Annotated[tuple[str, ...], Field(min_length=1)]
    """Sector codes; `goods` is every goods sector, `services` every other, `all` both. Volumes of all the flows named are added up."""
    limit: float = Field(ge=0)
    """Ratio to the volume of the base year: 0.5 is half, 0 is a ban."""
    kind: LimitKind = "cap"
    """Whether the volume may not be above or not below the limit."""
    rent: Rent = "destroyed"
    """Who keeps the rent of a cap: nobody unless stated, queues and licences use it up; a floor is always paid by the importer."""
    reason: str = ""
    """Why, in words."""
    extraordinary: bool = False
    """True states that a limit above five times the base year's volume is meant."""

    @property
    def is_floor(self) -> bool:
        """Whether it binds from below."""
        return self.kind == "floor"

    def doubts(self) -> Iterator[Doubt]:
        """A limit above five times the base year's volume: nearly always percent taken for a share."""
        return doubts_on(("limit",), self.limit, "share", SHARE_BAND, POSSIBLE_SHARE, self.extraordinary)
