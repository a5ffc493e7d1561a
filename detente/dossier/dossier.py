"""The frozen record of one standoff, as known on one day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, TypeVar

from detente.core import LabelError, StaleError, suggestion
from detente.dossier.bands import PARAMETER_BANDS, POSSIBLE_PARAMETER, Doubt, doubts_on
from detente.dossier.base import BeforeValidator, Field
from detente.dossier.measure import (
    Claim,
    Clock,
    Conflict,
    Document,
    Frozen,
    Grade,
    Measure,
    Round,
    Slug,
    Source,
)
from detente.dossier.scope import Delivery, Expectation, Scope, Snapshot
from detente.dossier.timeline import MeasureState, held_in_base, resolve

if TYPE_CHECKING:
    from detente.dossier.authorities import StackingRule
    from detente.dossier.exposures import Aid, Exposure
    from detente.dossier.scope import OrdinaryDuty, TradeLine
    from detente.dossier.vocabulary import Authority

V = TypeVar("V")

__all__ = ["Actor", "Dossier", "DossierHead", "FrozenDict", "MeasureState", "Parameter"]


class Actor(Frozen):
    """Who acts or speaks: an economy, an agency, a person, a firm."""

    id: Slug
    name: str
    kind: Literal["economy", "agency", "person", "firm", "organisation"]
    side: str = ""
    """Economy the actor belongs to or speaks for; empty for outsiders."""
    region: str = ""
    """For an economy: the label under which a world carries it (an aggregate when it is not on its own)."""
    role: str = ""
    claims: tuple[Slug, ...] = ()
    """Claims that introduce the actor."""
    note: str = ""


class Parameter(Frozen):
    """A reference number with its concept, unit and source."""

    id: Slug
    title: str
    kind: Literal["share", "trade", "tariff_average", "estimate", "observation", "conversion"]
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    concept: str = ""
    """What exactly is measured: two numbers under one name are often two concepts."""
    period: str = ""
    source: Slug
    place: str = ""
    grade: Grade
    known: dt.date
    """Day it was public."""
    note: str = ""
    extraordinary: bool = False
    """True states that a value outside the plausible band of its unit is meant."""

    def doubts(self) -> Iterator[Doubt]:
        """A value or an end of its interval outside the band of the unit, and a value outside its own interval."""
        band = PARAMETER_BANDS.get(self.unit, POSSIBLE_PARAMETER)
        for key, number in (("value", self.value), ("low", self.low), ("high", self.high)):
            yield from doubts_on((key,), number, self.unit, band, POSSIBLE_PARAMETER, self.extraordinary)
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            what = f"{self.value:g} outside {low:g} to {high:g}"
            yield Doubt(("value",), what, "correct the value or its interval", rule="interval")


class EarlierName(Frozen):
    """What the record is called on an as-of day before its title could have been known."""

    until: dt.date
    """First day on which the title itself could have been written."""
    title: str
    """What the record is called until then."""
    summary: str
    """What it says of itself until then."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class DossierHead(Frozen):
    """What dossier.yaml says about the record as a whole."""

    id: Slug
    title: str
    summary: str
    vintage: dt.date
    """Day the record was last checked against its sources."""
    asof: dt.date
    """Day whose knowledge is shown when nobody asks for another."""
    parties: tuple[Slug, ...] = ()
    """Who the record is about, as ids of actors that are economies or blocs: two or more, the headline pair first. Left out,
    the two economies with the most measures between them."""
    begins: dt.date | None = None
    """First day the record answers for, though nothing may have been done by then; the first announcement when left out."""
    earlier: Annotated[tuple[EarlierName, ...], BeforeValidator(_listed)] = ()
    """Titles and summaries for earlier as-of days, in the order of their days; one alone need not be a list."""
    fresh_days: Annotated[int, Field(ge=1, le=36_500)] = 180
    """Days after the vintage, or after an entry was last checked, beyond which the record no longer answers."""
    entries: Mapping[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """Number of entries expected in a file, by file name: finds a file cut off between two entries."""


class FrozenDict(dict[str, V]):
    """A dictionary nobody can change: the record is evidence."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a dossier cannot be changed; edit its files and load it again")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenDict, (dict(self),))


@dataclass(frozen=True, eq=False)
class Dossier:
    """Everything known about one standoff on the day `asof`; nothing known later can be reached from here.

    Parameters
    ----------
    id, title, summary : str
    vintage : date
        Day the record was last checked.
    asof : date
        What was known.
    sources, documents, actors, measures, clocks, rounds, claims, conflicts, parameters : dict
        Entries by id, unchangeable.
    content_hash : str
        SHA-256 over all files of the folder (of the whole record, whatever `asof` is).
    scopes, deliveries, expectations, snapshot : dict
        What controls bind, what was delivered on pledges, and what the audit holds the record against.
    authorities, stacking, trade, ordinary : dict
        The record's own authorities and stacking rules, before those that come with the package; its table of trade by product,
        and the ordinary duties it states by product.
    exposures, aid : dict
        Who depends on the other side, and what governments pay to those who are hit.
    earlier : tuple of EarlierName
        Of the whole record: its names on earlier as-of days, in the order of their days.
    fresh_days : int
        Days after the vintage beyond which the record no longer answers (`require_fresh`).
    parties : tuple of str
        Declared parties, the headline pair first; empty when the record does not say (`parties_of`).
    begins : date, optional
        First day the record answers for; its first announcement when left out.
    recorded : dict
        Measures as recorded, where a scenario changed them: what the base year held does not depend on what is decided.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> dossier = load_dossier("busan-2025")
    >>> dossier.asof.isoformat()
    '2025-10-28'
    """

    id: str
    title: str
    summary: str
    vintage: dt.date
    asof: dt.date
    sources: dict[str, Source]
    documents: dict[str, Document]
    actors: dict[str, Actor]
    measures: dict[str, Measure]
    clocks: dict[str, Clock]
    rounds: dict[str, Round]
    claims: dict[str, Claim]
    conflicts: dict[str, Conflict]
    parameters: dict[str, Parameter]
    content_hash: str
    scopes: dict[str, Scope] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    expectations: dict[str, Expectation] = field(default_factory=dict)
    snapshot: dict[str, Snapshot] = field(default_factory=dict)
    authorities: dict[str, Authority] = field(default_factory=dict)
    stacking: dict[str, StackingRule] = field(default_factory=dict)
    trade: dict[str, TradeLine] = field(default_factory=dict)
    ordinary: dict[str, OrdinaryDuty] = field(default_factory=dict)
    exposures: dict[str, Exposure] = field(default_factory=dict)
    aid: dict[str, Aid] = field(default_factory=dict)
    earlier: tuple[EarlierName, ...] = ()
    fresh_days: int = 180
    parties: tuple[str, ...] = ()
    begins: dt.date | None = None
    recorded: dict[str, Measure] = field(default_factory=dict)

    def measure(self, measure_id: str) -> Measure:
        """Return one measure by id; `LabelError` with the nearest id when there is none."""
        return find(self.measures, measure_id, "measure", self.asof)

    def trade_of(self, importer: str) -> tuple[TradeLine, ...]:
        """Return what the record says of an importer's trade by product, with whomever."""
        return tuple(line for line in self.trade.values() if line.importer == importer)

    def state(self, measure_id: str, date: dt.date) -> MeasureState:
        """State of one measure on a day, as known on `asof`.

        Raises
        ------
        LabelError
            When no measure has this id.
        DateError
            When it was not announced by that day.
        """
        return resolve(self.measure(measure_id), date, self.asof)

    def base_states(self, day: dt.date) -> dict[str, MeasureState]:
        """States that the data of a base year hold, on its last day: a measure's `in_base` where it says so.

        What was announced after that day is in no such data, whatever it says of another base year.
        """
        held = {}
        for key, changed in self.measures.items():
            measure = self.recorded.get(key, changed)
            if measure.announced > day or measure.in_base == 0:
                continue
            held[key] = held_in_base(measure, day, self.asof)
        return held

    def states(self, date: dt.date) -> dict[str, MeasureState]:
        """State of every measure announced by a day, in the order of the record."""
        return {
            key: resolve(measure, date, self.asof)
            for key, measure in self.measures.items()
            if measure.announced <= date
        }


def require_fresh(dossier: Dossier, day: dt.date, what: str) -> None:
    """Refuse a day that the record, last checked on its vintage, can say nothing about.

    Parameters
    ----------
    dossier : Dossier
    day : date
        Of what is asked.
    what : str
        What the day is, for the message: an as-of day, the day of a scenario.

    Raises
    ------
    StaleError
        When the day lies more than `fresh_days` after the vintage.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> require_fresh(load_dossier(), dt.date(2026, 12, 1), "as-of day")
    >>> require_fresh(load_dossier(), dt.date(2030, 1, 1), "as-of day")
    Traceback (most recent call last):
    ...
    detente.core.errors.StaleError: busan-2025: as-of day 2030-01-01 lies 1256 days after the record was last checked (2026-07-25)
      hint: ask for 2027-01-21 at the latest; or check the record against its sources and set a later `vintage` in dossier.yaml
    """
    last = dossier.vintage + dt.timedelta(days=dossier.fresh_days)
    if day > last:
        raise StaleError(
            f"{what} {day} lies {(day - dossier.vintage).days} days after the record was last checked ({dossier.vintage})",
            where=dossier.id,
            hint=f"ask for {last} at the latest; or check the record against its sources and set a later `vintage` in dossier.yaml",
        )


def age(dossier: Dossier) -> str:
    """Say how old the record is on an as-of day after it was last checked; empty on the days it covers.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> age(load_dossier("busan-2025", asof=dt.date(2026, 8, 1)))
    'The record was last checked on 2026-07-25, 7 days before 2026-08-01; what became public since is not in it.'
    """
    days = (dossier.asof - dossier.vintage).days
    if days < 1:
        return ""
    return (
        f"The record was last checked on {dossier.vintage}, {days} {'day' if days == 1 else 'days'} before {dossier.asof}; "
        "what became public since is not in it."
    )


def find(entries: Mapping[str, V], key: str, kind: str, asof: dt.date | None = None) -> V:
    """Look an entry up by id, or say which id comes nearest."""
    try:
        return entries[key]
    except KeyError:
        known = f" (as known on {asof})" if asof else ""
        raise LabelError(f"no {kind} `{key}`{known}", hint=suggestion(key, entries)) from None


def by_id(entries: Iterable[Any]) -> FrozenDict[Any]:
    """Index entries by their id, keeping their order."""
    return FrozenDict({entry.id: entry for entry in entries})
