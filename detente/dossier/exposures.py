"""Who depends on the other side, and what a government pays to those who are hit: firms, places and producers of a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from detente.dossier.bands import Doubt
from detente.dossier.base import Field, Frozen, Grade, Slug

Channel = Literal["sells", "buys", "produces", "employs"]
CHANNELS: dict[str, str] = {
    "sells": "share of its revenue from the other side",
    "buys": "share of its inputs from the other side",
    "produces": "its share of what its side makes in these sectors",
    "employs": "thousand people at work in these sectors",
}
"""What a value of an exposure says."""


class Exposure(Frozen):
    """How far a firm, a place or a group of producers depends on the other side, or on sectors that depend on it."""

    id: Slug
    name: str
    """Who: as one would write it."""
    kind: Literal["firm", "place", "producers"]
    """What it is: a firm, a place such as a state, or producers of something together."""
    actor: Slug | None = None
    """Its entry among the actors, where it has one."""
    side: Slug
    """Economy whose politics it takes part in, an actor."""
    partner: Slug
    """Economy it depends on, an actor."""
    channel: Channel
    """What the value says: ``sells`` and ``buys`` are shares of its revenue and inputs, ``produces`` its share of its side's output
    in the sectors, ``employs`` thousand people."""
    through: Literal["trade", "presence"] = "trade"
    """Whether goods cross between the two, or are sold from plants on the other side or in third countries: then duties between the
    two do not touch them."""
    sectors: Annotated[tuple[str, ...], Field(min_length=1)]
    """Sectors of the world through which it is touched."""
    value: float
    low: float | None = None
    high: float | None = None
    concept: str
    """What exactly is counted."""
    period: str
    levers: tuple[Slug, ...] = ()
    """Measures that it would want ended."""
    known: dt.date
    source: Slug
    grade: Grade
    note: str = ""

    @property
    def is_share(self) -> bool:
        """Whether the value is a fraction."""
        return self.channel != "employs"

    def doubts(self) -> Iterator[Doubt]:
        """A share outside 0 to 1, people below nought or beyond a billion, a value outside its own interval."""
        highest = 1.0 if self.is_share else 1e6
        for key, number in (("value", self.value), ("low", self.low), ("high", self.high)):
            if number is not None and not 0.0 <= number <= highest:
                what = f"{number:g} outside 0 to {highest:g}"
                yield Doubt(
                    (key,), what, "a share is a fraction; people are counted in thousands", rule="interval"
                )
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            what = f"{self.value:g} outside {low:g} to {high:g}"
            yield Doubt(("value",), what, "correct the value or its interval", rule="interval")


class Aid(Frozen):
    """What a government pays to the producers of sectors that a quarrel hits."""

    id: Slug
    payer: Slug
    """Economy that pays, an actor."""
    sectors: Annotated[tuple[str, ...], Field(min_length=1)]
    """Sectors of the world whose producers get it."""
    usd_bn: Annotated[float, Field(gt=0, le=10_000)]
    """Billion USD in all."""
    from_: dt.date = Field(alias="from")
    """Day of the decision."""
    known: dt.date
    source: Slug
    grade: Grade
    note: str = ""
