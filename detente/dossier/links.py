"""Cross-references of a record: every id that is named must be there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from detente.core import DateError, LabelError, SchemaError, suggestion
from detente.dossier.authorities import StackingRule
from detente.dossier.bands import BANDS, POSSIBLE, doubts_on
from detente.dossier.dossier import Dossier
from detente.dossier.form import refusal
from detente.dossier.measure import Claim, DatedValue, Measure
from detente.dossier.scope import Delivery, Snapshot
from detente.dossier.vocabulary import authorities_of
from detente.dossier.yaml_reader import KeyPath, YamlFile

Places = dict[tuple[str, str], tuple[YamlFile, KeyPath]]
"""By (kind, id): the file and the place in it."""

Link = tuple[KeyPath, str, str]
"""Place inside the entry, kind pointed to, id."""


LINKED = (
    "measures",
    "clocks",
    "rounds",
    "claims",
    "conflicts",
    "parameters",
    "actors",
    "scopes",
    "deliveries",
    "expectations",
    "snapshot",
    "stacking",
    "trade",
    "ordinary",
    "exposures",
    "aid",
)
"""Kinds of entries that point to others."""
SOURCED = (
    "clocks",
    "rounds",
    "parameters",
    "scopes",
    "deliveries",
    "expectations",
    "trade",
    "ordinary",
    "exposures",
    "aid",
)
"""Kinds of entries that rest on one source."""


def check_links(record: Dossier, places: Places) -> None:
    """Check every reference between entries, and the order of days inside them.

    Raises
    ------
    LabelError
        A reference to nothing, with the nearest id, the file and the line.
    SchemaError
        A claim beyond the end of its document, or an outcome of a forecast without the day it was known.
    DateError
        Days that run backwards inside one entry.
    SchemaError
        A count or a state outside the plausible band of its measure's unit.
    """
    for kind in LINKED:
        group: Mapping[str, Any] = getattr(record, kind)
        for key, entry in group.items():
            file, path = places[kind, key]
            for inside, target_kind, target in _links(kind, entry):
                known: Mapping[str, Any] = getattr(record, target_kind)
                if target not in known:
                    raise LabelError(
                        f"no {target_kind[:-1]} `{target}` (named by `{key}`)",
                        where=file.where(path + inside),
                        hint=suggestion(target, known),
                    )
            if isinstance(entry, Measure):
                _check_days(entry, file, path)
            if isinstance(entry, Claim):
                _check_claim(entry, record, file, path)
            if isinstance(entry, (Delivery, Snapshot)):
                _check_number(entry, record, file, path)
            if isinstance(entry, StackingRule):
                _check_authorities(entry, record, file, path)


def _links(kind: str, entry: Any) -> Iterable[Link]:
    if kind == "measures":
        yield ("actor",), "actors", entry.actor
        for i, value in enumerate(entry.values):
            yield ("values", i, "source"), "sources", value.source
        for path, effect in entry.effects():
            yield (*path, "source"), "sources", effect.source
        yield from ((("reported_in", i), "claims", key) for i, key in enumerate(entry.reported_in))
    if kind in ("scopes", "snapshot"):
        yield ("id",), "measures", entry.id
    if kind == "exposures":
        yield ("side",), "actors", entry.side
        yield ("partner",), "actors", entry.partner
        if entry.actor:
            yield ("actor",), "actors", entry.actor
        yield from ((("levers", i), "measures", key) for i, key in enumerate(entry.levers))
    if kind == "aid":
        yield ("payer",), "actors", entry.payer
    if kind == "deliveries":
        yield ("pledge",), "measures", entry.pledge
    if kind in SOURCED or (kind == "conflicts" and entry.source):
        yield ("source",), "sources", entry.source
    if kind == "rounds" and entry.outcome_source:
        yield ("outcome_source",), "sources", entry.outcome_source
    if kind in ("clocks", "claims"):
        yield from ((("measures", i), "measures", key) for i, key in enumerate(entry.measures))
    if kind == "claims":
        yield ("document",), "documents", entry.document
        if entry.speaker:
            yield ("speaker",), "actors", entry.speaker
    if kind == "actors":
        yield from ((("claims", i), "claims", key) for i, key in enumerate(entry.claims))
        if entry.side:
            yield ("side",), "actors", entry.side
    if kind == "conflicts":
        for i, reading in enumerate(entry.readings):
            yield from ((("readings", i, "claims", j), "claims", key) for j, key in enumerate(reading.claims))


def _check_authorities(rule: StackingRule, record: Dossier, file: YamlFile, path: KeyPath) -> None:
    known = authorities_of(record)
    for key, name in (("authority", rule.authority), *(("gives_way_to", name) for name in rule.gives_way_to)):
        if name not in known:
            raise LabelError(
                f"unknown authority `{name}` in rule `{rule.id}`",
                where=file.where((*path, key)),
                hint=f"{suggestion(name, sorted(known))}; or describe it in authorities.yaml",
            )


def _check_days(measure: Measure, file: YamlFile, path: KeyPath) -> None:
    for i, value in enumerate(measure.values):
        if value.until is not None and value.until <= value.from_:
            raise DateError(
                f"`until` {value.until} is not after `from` {value.from_} in `{measure.id}`",
                where=file.where((*path, "values", i, "until")),
                hint="`until` is the first day on which the value no longer holds",
            )
        _check_known(measure, value, file, (*path, "values", i))


def _check_known(measure: Measure, value: DatedValue, file: YamlFile, path: KeyPath) -> None:
    if value.known is not None and value.known < measure.announced:
        raise DateError(
            f"a value of `{measure.id}` is known on {value.known}, before the measure was announced ({measure.announced})",
            where=file.where((*path, "known")),
            hint="correct `known` or `announced`",
        )


def _check_number(entry: Delivery | Snapshot, record: Dossier, file: YamlFile, path: KeyPath) -> None:
    """Refuse a number that cannot be meant in the unit of the measure it speaks of."""
    measure = record.measures[entry.pledge if isinstance(entry, Delivery) else entry.id]
    (low, high), possible = BANDS[measure.unit], POSSIBLE[measure.unit]
    if isinstance(entry, Delivery):  # a count may begin at nothing
        key, number, low = "delivered", entry.delivered, 0.0
    else:
        key, number = "value", entry.value  # type: ignore[assignment]
    for doubt in doubts_on((key,), number, measure.unit, (low, high), possible, entry.extraordinary):
        if not doubt.stated:
            raise refusal(doubt, file, path, entry.id)


def _check_claim(claim: Claim, record: Dossier, file: YamlFile, path: KeyPath) -> None:
    lines = record.documents[claim.document].lines
    if claim.line > lines or claim.end <= claim.start:
        raise SchemaError(
            f"the place of `{claim.id}` is not in its document ({lines} lines)",
            file=file.name,
            line=file.place((*path, "line"))[0],
            key="line",
            hint="count lines from 1 and characters from 0; `end` is behind the last one",
        )
    if claim.hindsight not in ("", "open") and claim.hindsight_known is None:
        raise SchemaError(
            f"`{claim.id}` tells an outcome without the day it was known",
            file=file.name,
            line=file.place((*path, "hindsight"))[0],
            key="hindsight_known",
            hint="add `hindsight_known: YYYY-MM-DD`, or the outcome would leak into earlier days",
        )
