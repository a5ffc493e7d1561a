"""What a measure that is no duty does to trade: a cost, a cap or a floor, with its range and how far it reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from detente.core import Rent
from detente.dossier.bands import (
    COST_BAND,
    POSSIBLE_COST,
    POSSIBLE_SHARE,
    SHARE_BAND,
    Doubt,
    doubts_on,
)
from detente.dossier.base import Field, Frozen, Grade, Slug, model_validator

Share = Annotated[float, Field(ge=0)]
Part = Annotated[float, Field(gt=0, le=1)]


class Content(Frozen):
    """Reach of a control through content: what third countries make with the controlled inputs needs a licence too."""

    inputs: Annotated[Mapping[str, Part], Field(min_length=1)]
    """By sector code: the part of the actor's exports of it that is listed."""
    cost: Annotated[float, Field(gt=0)]
    """Cost of a licence, as a fraction of the value of the listed content."""


class Effect(Frozen):
    """What a measure that is not a duty does to trade while it is in force: a cost, a cap, or a floor.

    Where it states a quantity for a sector (`left`, `left_for`, `least`), outcomes are solved with that quantity; `ad_valorem` of
    the same sector is the cost that stands for it where only prices can be used (screening, `--controls costs` of the games).
    """

    flows: Literal["actor_exports", "actor_imports", "both"]
    """Exports from the actor to its targets, imports of the actor from its targets, or both."""
    ad_valorem: Mapping[str, Share] = Field(default_factory=dict)
    """By sector code, or ``all``, ``goods`` or ``services``: extra cost as a fraction of the value shipped."""
    left: Mapping[str, Share] = Field(default_factory=dict)
    """By sector code: the most that passes, as a share of the base year's volume of all its flows; 0 is a ban."""
    left_for: Mapping[str, Mapping[str, Share]] = Field(default_factory=dict)
    """By target, then by sector code: the most that passes to or from that target, in place of `left`."""
    low: Mapping[str, Share] = Field(default_factory=dict)
    """By sector code: lower end of the range of what passes, at 5 percent; draws move between the ends. None where left out."""
    high: Mapping[str, Share] = Field(default_factory=dict)
    """By sector code: upper end of that range, at 95 percent."""
    through: Mapping[str, Share] = Field(default_factory=dict)
    """By sector code: extra cost on third countries' sales to the targets, as a fraction of the value shipped: of goods of the
    actor that they sell on, or make with its inputs, its technology, or in its firms' plants."""
    content: Content | None = None
    """Reach through content; the measure's value is the threshold."""
    least: Mapping[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """By sector code: the least that is bought, as a share of the base year's volume (pledges kept by state buyers)."""
    rent: Rent = "destroyed"
    """Who keeps the difference between cost and price under `left`: licences sold or used at home, import licences, queues."""
    per_value: Annotated[float, Field(gt=0)] | None = None
    """Value of the measure that the costs and `least` belong to; at another value they change in proportion (port-fee
    steps, tonnages)."""
    spread: float = Field(default=0.0, ge=0)
    """Same cost on flows to or from countries that are not targets, as a share of the above (extraterritorial reach)."""
    source: Slug
    grade: Grade
    derivation: str
    """How the number was arrived at, step by step."""
    known: dt.date | None = None
    """Day of the latest fact the derivation uses: under an earlier as-of day its text is hidden. The number is a
    parameter of the record and stays."""
    extraordinary: bool = False
    """True states that costs above 400 percent, or shares above 5, are meant."""

    @property
    def capped(self) -> set[str]:
        """Sectors with a cap for all targets or for some."""
        return {*self.left, *(code for shares in self.left_for.values() for code in shares)}

    @property
    def has_quantities(self) -> bool:
        """Whether it states a cap or a floor."""
        return bool(self.capped or self.least)

    @property
    def sectors(self) -> set[str]:
        """Every sector it names."""
        inputs = set() if self.content is None else set(self.content.inputs)
        return {*self.ad_valorem, *self.through, *self.capped, *self.least, *inputs}

    @model_validator(mode="after")
    def _does_something(self) -> Effect:
        if not (self.ad_valorem or self.has_quantities or self.content or self.through):
            raise ValueError(
                "an effect needs `ad_valorem`, `left`, `left_for`, `least`, `through` or `content`"
            )
        for code in self.capped:
            if code in self.least:
                raise ValueError(f"sector {code} has both a cap (`left`) and a floor (`least`)")
        return self

    @model_validator(mode="after")
    def _ranges(self) -> Effect:
        for code in {*self.low, *self.high}:
            shares = [shares[code] for shares in (self.left, *self.left_for.values()) if code in shares]
            if not shares:
                raise ValueError(f"a range of sector {code}, which has no `left`")
            if code not in self.low or code not in self.high:
                raise ValueError(f"the range of sector {code} needs both `low` and `high`")
            if self.low[code] > min(shares) or self.high[code] < max(shares):
                raise ValueError(
                    f"the range of sector {code}, {self.low[code]:g} to {self.high[code]:g}, does not hold what is left"
                )
        return self

    def doubts(self) -> Iterator[Doubt]:
        """Costs above 400 percent, shares above five times the base year, a `spread` above one."""
        costs = [
            ((key, code), cost)
            for key in ("ad_valorem", "through")
            for code, cost in getattr(self, key).items()
        ]
        if self.content is not None:
            costs.append((("content", "cost"), self.content.cost))
        for path, cost in costs:
            yield from doubts_on(path, cost, "fraction", COST_BAND, POSSIBLE_COST, self.extraordinary)
        for key in ("left", "least", "low", "high"):
            for code, share in getattr(self, key).items():
                yield from doubts_on(
                    (key, code), share, "share", SHARE_BAND, POSSIBLE_SHARE, self.extraordinary
                )
        for target, shares in self.left_for.items():
            for code, share in shares.items():
                yield from doubts_on(
                    ("left_for", target, code),
                    share,
                    "share",
                    SHARE_BAND,
                    POSSIBLE_SHARE,
                    self.extraordinary,
                )
        yield from doubts_on(
            ("spread",), self.spread, "share", (0.0, 1.0), POSSIBLE_SHARE, self.extraordinary
        )
