"""What was known: strip from a record everything that became public after a day.

Free text is part of the record too, so every text that tells of an outcome sits in a field with a day of its own
(`outcome`, `hindsight_note`, `later`, the note of a dated value) and goes with it. The number of a trade-cost
equivalent is a parameter of the record, not news: it stays, while a derivation that uses later facts is hidden.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

from detente.core import DateError
from detente.dossier.dossier import Dossier, FrozenDict, by_id
from detente.dossier.effect import Effect
from detente.dossier.measure import Claim, Clock, Conflict, Measure, Round, Source
from detente.dossier.scope import Scope
from detente.dossier.timeline import known_day


def known_by(record: Dossier, asof: dt.date) -> Dossier:
    """Return the record as it could have been written on `asof`.

    Parameters
    ----------
    record : Dossier
        With everything in it.
    asof : date

    Raises
    ------
    DateError
        When the record has measures but none was known by then.
    """
    documents = [d for d in record.documents.values() if d.date <= asof]
    shown = {d.id for d in documents}
    claims = [c for c in record.claims.values() if c.document in shown]
    claim_ids = {c.id for c in claims}
    measures = [_measure(m, asof, claim_ids) for m in record.measures.values() if _announced(m, asof)]
    first = record.begins or min((m.announced for m in record.measures.values()), default=asof)
    if not measures and asof < first:
        raise DateError(f"nothing was known on {asof}", where=record.id, hint=f"the record starts on {first}")
    measure_ids = {m.id for m in measures}
    earlier = [name for name in record.earlier if asof < name.until]
    name = min(earlier, key=lambda earlier_name: earlier_name.until) if earlier else record
    stripped = replace(
        record,
        asof=asof,
        title=name.title,
        summary=name.summary,
        earlier=(),
        documents=by_id(documents),
        actors=by_id(_update(a, claims=_keep(a.claims, claim_ids)) for a in record.actors.values()),
        measures=by_id(measures),
        clocks=by_id(_clock(c, asof, measure_ids) for c in record.clocks.values() if c.known <= asof),
        rounds=by_id(_round(r, asof) for r in record.rounds.values() if r.known <= asof),
        claims=by_id(_claim(c, asof, measure_ids) for c in claims),
        conflicts=by_id(
            _conflict(c, asof)
            for c in record.conflicts.values()
            if all(claim in claim_ids for reading in c.readings for claim in reading.claims)
        ),
        parameters=by_id(p for p in record.parameters.values() if p.known <= asof),
        scopes=by_id(_scope(s, record, asof) for s in record.scopes.values() if s.id in measure_ids),
        deliveries=by_id(
            d for d in record.deliveries.values() if d.known <= asof and d.pledge in measure_ids
        ),
        expectations=by_id(e for e in record.expectations.values() if e.known <= asof),
        snapshot=by_id(s for s in record.snapshot.values() if s.on <= asof and s.id in measure_ids),
        exposures=by_id(
            _update(e, levers=_keep(e.levers, measure_ids))
            for e in record.exposures.values()
            if e.known <= asof
        ),
        aid=by_id(a for a in record.aid.values() if a.known <= asof),
        ordinary=by_id(o for o in record.ordinary.values() if (o.known or o.from_) <= asof),
        stacking=by_id(r for r in record.stacking.values() if r.known is None or r.known <= asof),
    )
    named = {m.authority for m in measures} | {r.authority for r in stripped.stacking.values()}
    named |= {name for m in measures for name in m.excluded_by}
    stripped = replace(stripped, authorities=by_id(a for a in record.authorities.values() if a.id in named))
    cited = set(cited_sources(stripped))
    sources = FrozenDict(
        {
            s.id: _source(s, asof)
            for s in record.sources.values()
            if s.id in cited or s.standing or _public(s, asof)
        }
    )
    return replace(stripped, sources=sources)


def cited_sources(record: Dossier) -> Iterable[str]:
    """Every source id that some entry of the record cites."""
    for measure in record.measures.values():
        yield from (value.source for value in measure.values)
        yield from (effect.source for _, effect in measure.effects())
    groups: tuple[dict[str, Any], ...] = (
        record.clocks,
        record.rounds,
        record.parameters,
        record.scopes,
        record.deliveries,
        record.expectations,
        record.trade,
        record.ordinary,
        record.exposures,
        record.aid,
    )
    for group in groups:
        yield from (entry.source for entry in group.values())
    yield from (conflict.source for conflict in record.conflicts.values() if conflict.source)


def _update(entry: Any, **changes: Any) -> Any:
    """Copy with changes, only when something changes."""
    different = {key: new for key, new in changes.items() if getattr(entry, key) != new}
    return entry.model_copy(update=different) if different else entry


def _keep(ids: tuple[str, ...], allowed: Container[str]) -> tuple[str, ...]:
    return tuple(key for key in ids if key in allowed)


def _announced(measure: Measure, asof: dt.date) -> bool:
    return measure.announced <= asof and any(known_day(measure, value) <= asof for value in measure.values)


def _measure(measure: Measure, asof: dt.date, claims: Container[str]) -> Any:
    values = tuple(
        _update(value, effect=_effect(value.effect, asof))
        for value in measure.values
        if known_day(measure, value) <= asof
    )
    effect = _effect(measure.effect, asof)
    return _update(measure, values=values, effect=effect, reported_in=_keep(measure.reported_in, claims))


def _effect(effect: Effect | None, asof: dt.date) -> Any:
    """The effect, its derivation hidden where it uses later facts."""
    if effect is None or effect.known is None or effect.known <= asof:
        return effect
    hidden = f"Uses facts up to {effect.known}; hidden under this as-of day."
    return _update(effect, derivation=hidden, known=None)


def _clock(clock: Clock, asof: dt.date, measures: Container[str]) -> Any:
    called_off = clock.superseded if clock.superseded and clock.superseded <= asof else None
    return _update(clock, superseded=called_off, measures=_keep(clock.measures, measures))


def _round(meeting: Round, asof: dt.date) -> Any:
    if (meeting.outcome_known or meeting.end) <= asof:
        return meeting
    return _update(meeting, outcome="", outcome_known=None, outcome_source=None)


def _claim(claim: Claim, asof: dt.date, measures: Container[str]) -> Any:
    kept = _update(claim, measures=_keep(claim.measures, measures))
    if claim.hindsight_known and claim.hindsight_known <= asof:
        return kept
    # Open, like any forecast whose outcome is still to come: an empty field would tell which ones were settled later.
    return _update(kept, hindsight="open" if claim.hindsight else "", hindsight_known=None, hindsight_note="")


def _conflict(conflict: Conflict, asof: dt.date) -> Any:
    if conflict.later_known and conflict.later_known <= asof:
        return conflict
    return _update(conflict, later="", later_known=None)


def _scope(scope: Scope, record: Dossier, asof: dt.date) -> Any:
    """Hide what a scope says with later facts; what it binds stays."""
    if (scope.known or record.measures[scope.id].announced) <= asof:
        return scope
    return _update(scope, ends="", note="", known=None)


def _public(source: Source, asof: dt.date) -> bool:
    return source.date is None or source.date <= asof


def _source(source: Source, asof: dt.date) -> Any:
    """Hide the title of a later source, and a note that speaks of later items."""
    if source.standing:
        return source if _complete(source, asof) else _update(source, note="")
    if not _public(source, asof):
        title = f"Item of {source.date}, later than the as-of day (title withheld)"
        return _update(source, title=title, note="")
    return source if _complete(source, asof) else _update(source, note="")


def _complete(source: Source, asof: dt.date) -> bool:
    last = source.last or source.date
    return last is None or last <= asof
