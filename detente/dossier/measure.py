"""The record's own objects: measures with dated values, clocks, rounds, documents, claims, conflicts.

They are read from YAML with unknown keys refused, and are frozen: nothing downstream can edit the record.
Two clocks run everywhere: `date` is the day a policy is evaluated, `asof` is what was known.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from detente.dossier.bands import BANDS, POSSIBLE, Doubt, doubts_on
from detente.dossier.base import (
    Field,
    Frozen as Frozen,
    Grade as Grade,
    HsCode as HsCode,
    Instrument as Instrument,
    Slug as Slug,
    Status as Status,
    model_validator,
)
from detente.dossier.effect import Effect


class Products(Frozen):
    """Which products a measure covers.

    Named product lists (`lists` minus `excluded`), resolved against the product cells of the world; `codes` of the
    Harmonized System (minus `excluded_codes`), for any importer; or `sectors`: the covered share of each sector's trade.
    Where a duty falls on a part of the value only (the metal in a machine), `shares` says which part, by list.
    """

    lists: tuple[Slug, ...] = ()
    excluded: tuple[Slug, ...] = ()
    shares: Mapping[Slug, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)
    sectors: Mapping[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    codes: tuple[HsCode, ...] = ()
    """Products by HS code, in quotes: chapters (2 digits), headings (4), products (6), national lines (8 or 10). Inside their
    sector they are weighed by the record's `trade.yaml`, else by the shipped table of products; outputs say by which."""
    excluded_codes: tuple[HsCode, ...] = ()
    """Codes taken off again."""

    @property
    def named(self) -> bool:
        """Whether any products are named, in whatever way."""
        return bool(self.lists or self.sectors or self.codes)

    @model_validator(mode="after")
    def _shares_of_lists(self) -> Products:
        stray = sorted(set(self.shares) - set(self.lists))
        if stray:
            raise ValueError(
                f"a share of `{stray[0]}`, which is not among `lists`: add it there, or drop the share"
            )
        return self


class FirmRate(Frozen):
    """The rate of one firm, or of a group of firms."""

    firm: str
    """Firm or group, in words: a name, `other cooperating firms`, `all others`."""
    rate: float
    """Its rate, in the measure's unit."""
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    """Its share of the covered trade; one entry may leave it out and takes the rest."""


class DatedValue(Frozen):
    """One value of a measure from a day on, with the source it rests on.

    The value of a measure on `date` as known on `asof` is the entry with the latest `from` not after `date` among
    those with `known` not after `asof` (ties: the latest `known`). When `date` has reached its `until`, the entry has
    run out and the status is `then` (by default: suspended and announced become in force, in force lapses).
    """

    from_: dt.date = Field(alias="from")
    until: dt.date | None = None
    then: Status | None = None
    value: float | None = None
    by_target: Mapping[str, float] = Field(default_factory=dict)
    by_firm: tuple[FirmRate, ...] = ()
    """Rates by firm or group of one target: `value` is then their average, weighed by their shares, and may be left out."""
    shares_from: str = ""
    """What the shares of `by_firm` rest on, in words; shown with the average."""
    ceiling: tuple[str, ...] = ()
    """Targets for which the value is a ceiling on the most-favoured-nation duty plus this one."""
    status: Status
    known: dt.date | None = None
    """Day the value became public; the measure's `announced` day when left out."""
    source: Slug
    place: str = ""
    """Where in the source: page, section, line."""
    grade: Grade
    products: Products | None = None
    """Replaces the measure's product scope from this day on."""
    effect: Effect | None = None
    """Replaces the measure's effect from this day on: what was delivered under it in its own days."""
    note: str = ""
    extraordinary: bool = False
    """True states that a value outside the plausible band of its unit is meant, such as a duty of 300 percent."""

    @model_validator(mode="after")
    def _average_of_firms(self) -> DatedValue:
        if self.by_firm:
            average = _average(self.by_firm)
            if self.value is not None and abs(self.value - average) > 5e-4:
                raise ValueError(
                    f"`value` {self.value:g} is not the average of `by_firm`, {average:.4f}: leave it out, or correct the shares"
                )
            self.__dict__["value"] = average  # frozen for everybody else
        return self


def _average(firms: tuple[FirmRate, ...]) -> float:
    """Average rate of firms weighed by their shares of trade; refuses shares that are not the whole of it."""
    given = math.fsum(firm.share for firm in firms if firm.share is not None)
    open_ = sum(firm.share is None for firm in firms)
    if open_ > 1:
        raise ValueError("more than one firm of `by_firm` without a share: only one can take the rest")
    if given > 1 + 5e-3 or (not open_ and given < 1 - 5e-3):
        raise ValueError(f"the shares of `by_firm` add up to {given:g}, not to 1")
    rest = max(0.0, 1 - given)
    whole = given + (rest if open_ else 0.0)
    return math.fsum(firm.rate * (rest if firm.share is None else firm.share) for firm in firms) / whole


class Measure(Frozen):
    """One measure: who does what to whom on which products, with dated values."""

    id: Slug
    title: str
    actor: str
    targets: tuple[str, ...]
    """Country codes, or ``all``."""
    except_targets: tuple[str, ...] = ()
    instrument: Instrument
    authority: Slug
    """Legal authority; the switch name (`disable: [ieepa-fentanyl]`)."""
    act: str = ""
    issue: Literal[
        "tariffs",
        "minerals",
        "technology",
        "shipping",
        "agriculture",
        "firms",
        "fentanyl",
        "platforms",
        "security",
    ]
    unit: Literal[
        "fraction",
        "cny_per_net_ton",
        "usd_per_net_ton",
        "tonnes_per_year",
        "usd_mn_per_year",
        "share",
        "none",
    ]
    announced: dt.date
    products: Products = Field(default_factory=Products)
    values: tuple[DatedValue, ...] = Field(min_length=1)
    excluded_by: tuple[Slug, ...] = ()
    """Authorities that keep this duty off the products they cover (mutual exclusion of stacking)."""
    combine: Literal["add", "max"] = "add"
    """How it combines with others of the same authority on the same product."""
    effect: Effect | None = None
    condition: str = ""
    """For a threat: what would call it off."""
    discretionary: bool = True
    """Whether the actor can give it back in talks."""
    mechanisms: tuple[Annotated[str, Field(pattern=r"^(M\d{1,2}b?|[TQFSE])$")], ...] = ()
    reported_in: tuple[Slug, ...] = ()
    """Claims of the reports that speak of it."""
    in_base: float | None = None
    """Value that the data of the base year hold already. Left out, it is the value on the last day of the base year, if the
    measure was in force then. State it where that is wrong: 0 for a duty that began so late in the year that collected
    duties hardly hold it, or that is younger than the schedule which the data take the importer's duties from; the share of
    the year times the rate for one that began within it; and the value then for a record read as of a day before the base
    year. A parameter of the data, not news, so it is shown under every as-of day."""
    inert: bool = False
    """Moves no result of the model, and is known to: no duty and no trade-cost equivalent, or one without trade."""
    last_checked: dt.date
    note: str = ""

    @model_validator(mode="after")
    def _firms_of_one_target(self) -> Measure:
        if (len(self.targets) != 1 or self.targets == ("all",)) and any(v.by_firm for v in self.values):
            raise ValueError("rates `by_firm` are those of one target's firms: write one measure a target")
        return self

    def doubts(self) -> Iterator[Doubt]:
        """Values outside the band of the measure's unit, and what its effect doubts."""
        band, possible = BANDS[self.unit], POSSIBLE[self.unit]
        for i, value in enumerate(self.values):
            at = ("values", i)
            numbers: list[tuple[tuple[str | int, ...], float | None]] = [
                ((*at, "by_firm", k, "rate"), firm.rate) for k, firm in enumerate(value.by_firm)
            ]
            numbers.append(((*at, "value"), value.value))
            numbers += [((*at, "by_target", target), number) for target, number in value.by_target.items()]
            for path, number in numbers:
                yield from doubts_on(path, number, self.unit, band, possible, value.extraordinary)
        stated = any(value.extraordinary for value in self.values)
        # zero is in no band of fees and tonnages, and means here that the base year holds nothing of it
        yield from doubts_on(("in_base",), self.in_base or None, self.unit, band, possible, stated)
        for path, effect in self.effects():
            per_value = (*path, "per_value")
            yield from doubts_on(per_value, effect.per_value, self.unit, band, possible, stated)
            yield from (doubt.below(*path) for doubt in effect.doubts())

    @property
    def has_effect(self) -> bool:
        """Whether it does anything to trade besides a duty, on any day."""
        return any(True for _ in self.effects())

    def effects(self) -> Iterator[tuple[tuple[str | int, ...], Effect]]:
        """Its effect and those of its dated values, each with its place in the entry."""
        if self.effect is not None:
            yield ("effect",), self.effect
        for i, value in enumerate(self.values):
            if value.effect is not None:
                yield ("values", i, "effect"), value.effect


class Clock(Frozen):
    """A date on which something fires unless somebody acts."""

    id: Slug
    title: str
    fires: dt.date
    since: dt.date
    known: dt.date
    kind: Literal["legal_expiry", "threat_deadline", "entry_into_force", "meeting", "pledge", "political"]
    on_firing: str
    measures: tuple[Slug, ...] = ()
    source: Slug
    grade: Grade
    superseded: dt.date | None = None
    """Day on which it was called off or replaced."""
    note: str = ""


class Round(Frozen):
    """A meeting of the two sides."""

    id: Slug
    title: str
    place: str
    start: dt.date
    end: dt.date
    known: dt.date
    level: Literal["leaders", "ministers", "officials"]
    signing: bool = False
    """Announced as the day on which an agreement is to be signed; a fact of the day it became known, not of the outcome."""
    outcome: str
    """What it moved, in one sentence; empty when it had not happened as of the record."""
    outcome_known: dt.date | None = None
    outcome_source: Slug | None = None
    """Source of the outcome, where it is another than that of the meeting."""
    source: Slug
    grade: Grade


class Source(Frozen):
    """Something a value rests on."""

    id: Slug
    title: str
    publisher: str
    date: dt.date | None = None
    quality: Literal["A", "B", "C", "D"]
    """A official or primary, B established news or research, C re-host or aggregator of B, D low quality."""
    last: dt.date | None = None
    """Day of the last item, when the source is a collection; `date` is that of the first."""
    standing: bool = False
    """A reference work kept up to date (tracker, law, chart): it may found values older than itself, and its title
    tells nothing of what came later, so it is shown under every as-of day."""
    background: bool = False
    """Read for the background or as a collection of which single items are cited: nothing need rest on it."""
    note: str = ""


class Document(Frozen):
    """One of the reports: described and hashed, its text never shipped."""

    id: Slug
    file: str
    title: str
    publisher: str
    date: dt.date
    date_note: str = ""
    chain: Slug
    """Wire story it descends from; two documents of one chain are one observation."""
    stance: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    lines: Annotated[int, Field(ge=0, le=10_000_000)]


class Claim(Frozen):
    """One checkable statement of a report, in our own words, with its exact place."""

    id: Slug
    document: Slug
    line: Annotated[int, Field(ge=1, le=10_000_000)]
    start: Annotated[int, Field(ge=0, le=100_000_000)]
    end: Annotated[int, Field(ge=1, le=100_000_000)]
    """Character span [start, end) within the line."""
    span_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """First 16 hexadecimal digits of the SHA-256 of the span, to check the place without carrying the text."""
    says: str
    kind: Literal["actor", "measure", "event", "clock", "dependency", "claim", "forecast", "mechanism"]
    speaker: str = ""
    measures: tuple[Slug, ...] = ()
    mechanisms: tuple[str, ...] = ()
    verdict: Literal[
        "true", "true_as_reported", "wrong", "altered_quote", "simplified", "judgement", "unverified"
    ]
    verdict_note: str = ""
    hindsight: Literal["", "hit", "miss", "partly", "exceeded", "untested", "open"] = ""
    """For a forecast: what came of it; under an as-of day before the outcome it reads ``open``."""
    hindsight_known: dt.date | None = None
    """Day from which the outcome could be seen; required with `hindsight` other than empty or open."""
    hindsight_note: str = ""
    """What happened; hidden together with `hindsight`."""


class Reading(Frozen):
    """What one or more claims say about a disputed matter."""

    claims: tuple[Slug, ...] = Field(min_length=1)
    says: str


class Conflict(Frozen):
    """Claims about the same thing that cannot all be right, side by side, with the reading we take."""

    id: Slug
    question: str
    kind: Literal["disagreement", "error", "wording", "change_over_time", "concept"]
    readings: tuple[Reading, ...] = Field(min_length=1)
    reading_taken: str
    why: str
    basis: Literal["outside_source", "logic", "inside_the_reports", "unresolved"]
    source: Slug | None = None
    later: str = ""
    """What later events added to the matter; hidden until `later_known`."""
    later_known: dt.date | None = None
