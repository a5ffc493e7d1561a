"""What a control binds, what was delivered on a pledge, and what a record is held against.

These entries speak of a measure whose dated values stand elsewhere; they add what a value cannot say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from detente.dossier.bands import BANDS, POSSIBLE, Doubt, doubts_on
from detente.dossier.base import Field, field_validator
from detente.dossier.measure import Frozen, Grade, HsCode, Slug, Status


class Threshold(Frozen):
    """Share above which a control binds: of foreign content in a good, or of ownership in a firm."""

    kind: Literal["content", "ownership"]
    """Share of what."""
    value: Annotated[float, Field(gt=0, le=1)]
    """Fraction: 0.001 is 0.1 %."""
    of: str
    """Share of what in what, in words."""


class Scope(Frozen):
    """What a measure that is no duty binds, and what ends it. Its id is that of the measure."""

    id: Slug
    binds: Literal["goods", "technology", "firms", "ships", "purchases", "platform", "supply"]
    """What kind of thing it binds."""
    what: str
    """The goods, techniques, ships or purchases it binds, in words."""
    firms: tuple[str, ...] = ()
    """Firms it names; empty when it names none or too many."""
    threshold: Threshold | None = None
    """From which share on it binds (see Threshold)."""
    reach: Literal["own_trade", "third_country_goods", "third_country_firms", "ships_anywhere", "own_market"]
    """Whether it stops at the actor's own trade and market or reaches goods, firms or ships of third countries."""
    ends: str
    """What would end it: a day, a condition, an act."""
    known: dt.date | None = None
    """Day of the latest fact used here; the measure's `announced` day when left out."""
    source: Slug
    grade: Grade
    note: str = ""


class Delivery(Frozen):
    """What had been delivered on a pledge by a day."""

    id: Slug
    pledge: Slug
    """The measure."""
    since: dt.date
    """Day from which is counted: the `from` of the pledge's entry."""
    date: dt.date
    """Day on which the count was reached."""
    delivered: Annotated[float, Field(ge=0)]
    """Counted since `since`, in the pledge's unit without its `a year`."""
    known: dt.date
    source: Slug
    grade: Grade
    note: str = ""
    extraordinary: bool = False
    """True states that a count above the plausible band of the unit is meant."""


class TradeLine(Frozen):
    """Trade in one product: what measures by product are weighed with inside their sector. A parameter of the record, shown
    under every as-of day.
    """

    id: Slug
    importer: str
    """Code of the economy that imports."""
    exporter: str
    """Code of the economy that exports, or ``all`` for imports from everybody."""
    code: HsCode
    """Chapter (2 digits), heading (4) or product (6) of the Harmonized System, or a national line (8 or 10); in quotes."""
    value: Annotated[float, Field(ge=0, le=1e8)]
    """Imports in a year, million USD; three times the goods trade of the world at most."""
    year: Annotated[int, Field(ge=1900, le=2200)]
    """Year of the value; take the world's base year where you can."""
    sector: str = ""
    """Sector of the world to which it belongs; left out, that of the product in the shipped table of products."""
    source: Slug
    grade: Grade
    note: str = ""


class OrdinaryDuty(Frozen):
    """What an importer charges on a product before any measure: the line of its tariff schedule, as far as the record has it."""

    id: Slug
    importer: str
    """Code of the economy that charges."""
    exporters: Annotated[tuple[str, ...], Field(min_length=1)]
    """Codes of the economies whose goods pay it, or ``all``. Partners under a preference pay something else: name the others."""
    code: HsCode
    """Chapter (2 digits), heading (4) or product (6) of the Harmonized System, in quotes; the longest code that holds a product
    counts."""
    rate: float
    """Ad valorem duty, a fraction: 0.10 is 10 %."""
    low: float | None = None
    """Lowest rate of the national lines under the code, where they differ."""
    high: float | None = None
    """Highest rate of the national lines under the code, where they differ."""
    from_: dt.date = Field(alias="from")
    """First day for which the rate is recorded."""
    until: dt.date | None = None
    """First day on which it no longer holds, for a rate that ends."""
    known: dt.date | None = None
    """Day it was public; its first day when left out."""
    source: Slug
    place: str = ""
    """Where in the source."""
    grade: Grade
    note: str = ""
    extraordinary: bool = False
    """True states that a duty above 150 percent is meant."""

    @field_validator("code")
    @classmethod
    def _no_national_line(cls, code: str) -> str:
        if len(code) > 6:
            raise ValueError(
                "a national line: give the rate of its six-digit product, with `low` and `high` where its lines differ"
            )
        return code

    def doubts(self) -> Iterator[Doubt]:
        """A rate outside the plausible band, one outside its own range, and days that run backwards."""
        for key, number in (("rate", self.rate), ("low", self.low), ("high", self.high)):
            yield from doubts_on(
                (key,),
                number,
                "fraction",
                BANDS["fraction"],
                (0.0, POSSIBLE["fraction"][1]),
                self.extraordinary,
            )
        low, high = self.bounds
        if not low <= self.rate <= high:
            yield Doubt(
                ("rate",),
                f"{self.rate:g} outside {low:g} to {high:g}",
                "correct the rate or its range",
                rule="interval",
            )
        if self.until is not None and self.until <= self.from_:
            yield Doubt(
                ("until",),
                f"`until` {self.until} is not after `from` {self.from_}",
                "correct one of the two",
                rule="interval",
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest rate of its lines."""
        return (self.rate if self.low is None else self.low, self.rate if self.high is None else self.high)

    def holds(self, exporter: str, date: dt.date) -> bool:
        """Whether an exporter's goods pay it on a day."""
        on = self.from_ <= date and (self.until is None or date < self.until)
        return on and ("all" in self.exporters or exporter in self.exporters)


class Expectation(Frozen):
    """An authority that must, or must not, charge on a day: what the record is held against."""

    id: Slug
    authority: Slug
    """Authority looked at."""
    importer: str
    """Code of the economy that charges."""
    exporter: str
    """Code of the economy that is charged."""
    date: dt.date
    """Day on which it is looked at."""
    active: bool
    """Whether it must charge (true) or must not (false)."""
    low: float | None = None
    """Lower end of the band, as a fraction; zero when left out."""
    high: float | None = None
    """Upper end: the band holds the authority's largest rate, plus those that add to it."""
    known: dt.date
    source: Slug
    note: str = ""
    extraordinary: bool = False
    """True states that rates above 150 percent are meant."""

    def doubts(self) -> Iterator[Doubt]:
        """Ends of the band that no rate comes near, or that run backwards."""
        band, possible = BANDS["fraction"], POSSIBLE["fraction"]
        for key, number in (("low", self.low), ("high", self.high)):
            yield from doubts_on((key,), number, "fraction", band, possible, self.extraordinary)
        if self.high is not None and self.high < (self.low or 0.0):
            what = f"`high` is {self.high:g}, below `low`, {self.low or 0.0:g}"
            yield Doubt(("high",), what, "correct one of the two", rule="interval")


class Snapshot(Frozen):
    """State of one measure on a day, written down apart from its history. Its id is that of the measure."""

    id: Slug
    on: dt.date
    """Day of the state."""
    status: Status
    """What the measure was."""
    value: float | None = None
    """Its value; left out when it has none of its own."""
    extraordinary: bool = False
    """True states that a value outside the plausible band of the unit is meant."""
