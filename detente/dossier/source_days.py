"""Days of sources against the days of what cites them.

A reference work is a source for what is older than itself, so lateness is no fault there; it cannot speak of what came after
its last day either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from detente.dossier.dossier import Dossier
from detente.dossier.held import Objection
from detente.dossier.timeline import known_day


def source_days(dossier: Dossier, lag: dt.timedelta) -> Iterator[Objection]:
    """Sources that are later than what they are cited for, or too early to know it.

    Parameters
    ----------
    dossier : Dossier
    lag : timedelta
        A source may be this much later than the day its value was public.

    Yields
    ------
    tuple of str
        Rule, kind of entry, id, what is wrong, next step.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> list(source_days(load_dossier("busan-2025"), dt.timedelta(days=31)))
    []
    """
    cited: list[tuple[str, str, str, dt.date, str]] = [
        ("measure", measure.id, f"the value from {value.from_}", known_day(measure, value), value.source)
        for measure in dossier.measures.values()
        for value in measure.values
    ]
    cited += [("clock", clock.id, "it", clock.known, clock.source) for clock in dossier.clocks.values()]
    cited += [
        ("round", meeting.id, "it", meeting.known, meeting.source) for meeting in dossier.rounds.values()
    ]
    cited += [
        (
            "round",
            meeting.id,
            "its outcome",
            meeting.outcome_known,
            meeting.outcome_source or meeting.source,
        )
        for meeting in dossier.rounds.values()
        if meeting.outcome_known is not None
    ]
    cited += [
        ("parameter", entry.id, "it", entry.known, entry.source) for entry in dossier.parameters.values()
    ]
    cited += [("exposure", entry.id, "it", entry.known, entry.source) for entry in dossier.exposures.values()]
    cited += [("aid", entry.id, "it", entry.known, entry.source) for entry in dossier.aid.values()]
    cited += [
        ("ordinary duty", entry.id, "it", entry.known or entry.from_, entry.source)
        for entry in dossier.ordinary.values()
    ]
    for kind, key, label, known, source_id in cited:
        source = dossier.sources.get(source_id)
        if source is None or source.date is None:
            continue
        if kind == "measure" and not source.standing and source.date > known + lag:
            what = f"{label} was public on {known}, its source dates from {source.date}"
            yield "late-source", kind, key, what, "cite a source of the time"
        last = source.last or source.date
        if last < known:
            what = f"{label} was public on {known}, its source `{source_id}` ends on {last}"
            yield (
                "source-before-value",
                kind,
                key,
                what,
                "cite a later one, or date the version that was read",
            )
