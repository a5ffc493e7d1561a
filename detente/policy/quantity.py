"""Limits on quantities as a scenario file writes them: caps, bans and floors on the volume of trade flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from detente.core import LimitKind, Rent
from detente.dossier import POSSIBLE_SHARE, SHARE_BAND, Doubt, Field, Frozen, Slug, doubts_on, model_validator


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
    low: Annotated[float, Field(ge=0)] | None = None
    """Lower end of the range of the limit, at 5 percent: draws move between the ends."""
    high: Annotated[float, Field(ge=0)] | None = None
    """Upper end of that range, at 95 percent."""
    drawn_with: str = ""
    """Limits of one name here are drawn together, all at one place of their ranges; alone by its own name when left out."""
    extraordinary: bool = False
    """True states that a limit above five times the base year's volume is meant."""

    @property
    def is_floor(self) -> bool:
        """Whether it binds from below."""
        return self.kind == "floor"

    @model_validator(mode="after")
    def _range(self) -> QuantityLimit:
        if (self.low is None) != (self.high is None):
            raise ValueError("the range of a limit needs both `low` and `high`")
        if self.low is not None and self.high is not None and not self.low <= self.limit <= self.high:
            raise ValueError(
                f"the range {self.low:g} to {self.high:g} does not hold the limit {self.limit:g}"
            )
        return self

    def doubts(self) -> Iterator[Doubt]:
        """A limit above five times the base year's volume: nearly always percent taken for a share."""
        return doubts_on(("limit",), self.limit, "share", SHARE_BAND, POSSIBLE_SHARE, self.extraordinary)
