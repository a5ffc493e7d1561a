"""What a record is held against: stacking rules, expected authorities, a snapshot of its last day, what moves nothing.

Each check yields (rule, kind of entry, id, what, hint); `audit` turns them into findings.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from detente.dossier.authorities import mismatches
from detente.dossier.dossier import Dossier
from detente.dossier.measure import DatedValue, Instrument, Measure, Status
from detente.dossier.scope import Expectation
from detente.dossier.timeline import RUNS_OUT_AS, MeasureState, known_day
from detente.dossier.vocabulary import UNITS_OF, authorities_of

Objection = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Replayed:
    """One measure after every act up to a day was carried out in order."""

    status: Status
    value: float | None


def replay(dossier: Dossier, date: dt.date) -> dict[str, Replayed]:
    """Start from nothing, carry out every act up to a day in order, and return what stands.

    Written apart from the rule that reads a measure backwards from a day (`timeline.resolve`): both must agree.

    Parameters
    ----------
    dossier : Dossier
    date : date

    Returns
    -------
    dict of measure id to Replayed
        Measures announced by the day.
    """
    acts: list[tuple[dt.date, int, dt.date, int, str, DatedValue]] = []
    for key, measure in dossier.measures.items():
        if measure.announced > date:
            continue
        for position, entry in enumerate(measure.values):
            known = known_day(measure, entry)
            if known > dossier.asof:
                continue
            acts.append((entry.from_, 1, known, position, key, entry))
            if entry.until is not None:
                acts.append((entry.until, 0, known, position, key, entry))
    standing: dict[str, Replayed] = {}
    decided: dict[str, DatedValue] = {}
    first: dict[str, tuple[dt.date, dt.date, int, DatedValue]] = {}
    for day, begins, known, position, key, entry in sorted(acts, key=lambda act: act[:4]):
        if begins and (key not in first or (day, known, position) < first[key][:3]):
            first[key] = (day, known, position, entry)
        if day > date:
            continue
        if begins:
            before = standing.get(key)
            value = entry.value if entry.value is not None or entry.by_target else None
            if value is None and not entry.by_target and before is not None:
                value = before.value
            standing[key], decided[key] = Replayed(entry.status, value), entry
        elif decided.get(key) is entry:
            ended = entry.then or RUNS_OUT_AS.get(entry.status, entry.status)
            standing[key] = Replayed(ended, standing[key].value)
    for key, (_, _, _, entry) in first.items():
        standing.setdefault(key, Replayed(Status.announced, entry.value))
    return {key: standing[key] for key in dossier.measures if key in standing}


def stacking(dossier: Dossier) -> Iterator[Objection]:
    """Duties whose own stacking differs from the rules of their authority."""
    for measure in dossier.measures.values():
        if measure.authority in authorities_of(dossier):
            for what in mismatches(measure, dossier):
                hint = "correct `excluded_by` or `combine`, or the rule in stacking.yaml"
                yield "stacking-mismatch", "measure", measure.id, what, hint


def charged(
    dossier: Dossier, expected: Expectation, states: Mapping[str, MeasureState] | None = None
) -> float:
    """Rate of an authority on all goods of one exporter on a day: the largest among `max`, plus the others.

    `states` are those of the day, where they are known already.
    """
    largest, added = 0.0, 0.0
    for state in (dossier.states(expected.date) if states is None else states).values():
        measure = state.measure
        if (
            measure.authority != expected.authority
            or measure.actor != expected.importer
            or measure.instrument is not Instrument.tariff
            or not state.in_force
            or not state.covers(expected.exporter)
        ):
            continue
        rate = state.rate_for(expected.exporter)
        if measure.combine == "max":
            largest = max(largest, rate)
        else:
            added += rate
    return largest + added


def expectations(dossier: Dossier) -> Iterator[Objection]:
    """Authorities that should charge on a day and do not, or the other way round."""
    by_day: dict[dt.date, dict[str, MeasureState]] = {}
    for key, expected in dossier.expectations.items():
        if expected.date not in by_day:
            by_day[expected.date] = dossier.states(expected.date)
        rate = charged(dossier, expected, by_day[expected.date])
        where = f"{expected.authority} of {expected.importer} on {expected.exporter}, {expected.date}"
        hint = "correct the measures, or the expectation"
        if expected.active and rate == 0:
            yield "expected-authority", "expectation", key, f"{where}: expected active, but zero", hint
        elif not expected.active and rate != 0:
            yield (
                "expected-authority",
                "expectation",
                key,
                f"{where}: expected zero, but {100 * rate:g} %",
                hint,
            )
        elif expected.active and not (expected.low or 0.0) <= rate <= (
            expected.high if expected.high is not None else float("inf")
        ):
            band = f"{100 * (expected.low or 0):g} to {100 * (expected.high or 0):g} %"
            yield (
                "expected-authority",
                "expectation",
                key,
                f"{where}: {100 * rate:g} %, expected {band}",
                hint,
            )


def _one_value(value: float | None, written: float | None, *, averaged: bool) -> bool:
    """Whether a value is the one written down: the same number, or an average over firms to the ten digits it is written with."""
    if value is None or written is None or not averaged:
        return value == written
    return math.isclose(value, written, rel_tol=1e-9, abs_tol=1e-12)


def snapshot(dossier: Dossier) -> Iterator[Objection]:
    """Round trip: every act in order gives the states of the day, and those of the snapshot written down for it."""
    days = {entry.on for entry in dossier.snapshot.values()} | {dossier.asof}
    for day in sorted(days):
        if day == dt.date.max:
            continue
        states = dossier.states(day)
        again = replay(dossier, day)
        for key, state in states.items():
            replayed = again[key]
            if (replayed.status, replayed.value) != (state.status, state.value):
                what = f"on {day}: {_say(replayed.status, replayed.value)} after every act, {_say(state.status, state.value)} by the rule"
                yield "snapshot-differs", "measure", key, what, "the entries cannot be put into one order"
        written = {key: entry for key, entry in dossier.snapshot.items() if entry.on == day}
        if not written:
            continue
        for key, entry in written.items():
            replayed = again[key]
            averaged = key in states and bool(states[key].by_firm)
            if replayed.status is not entry.status or not _one_value(
                replayed.value, entry.value, averaged=averaged
            ):
                what = f"on {day}: {_say(replayed.status, replayed.value)} after every act, {_say(entry.status, entry.value)} in the snapshot"
                yield (
                    "snapshot-differs",
                    "measure",
                    key,
                    what,
                    "correct the measure, or write the snapshot again",
                )
        for key in states:
            if key not in written:
                yield (
                    "snapshot-differs",
                    "measure",
                    key,
                    f"not in the snapshot of {day}",
                    "write the snapshot again",
                )


def _say(status: Status, value: float | None) -> str:
    words = status.value.replace("_", " ")
    return words if value is None else f"{words} at {value:g}"


def moves_something(measure: Measure) -> bool:
    """Whether a measure can move a result: it is a duty with a rate, or has a trade-cost equivalent."""
    duty = measure.instrument is Instrument.tariff and measure.unit == "fraction"
    return duty or measure.has_effect


def inert(dossier: Dossier) -> Iterator[Objection]:
    """Measures that cannot move a result and do not say so, or say so and can."""
    for key, measure in dossier.measures.items():
        if measure.unit not in UNITS_OF[measure.instrument]:
            continue  # another rule speaks
        if not moves_something(measure) and not measure.inert:
            what = "no duty and no trade-cost equivalent: it moves no result and does not say so"
            yield "inert-unflagged", "measure", key, what, "add `inert: true`, or an `effect`"
        elif measure.inert and measure.has_effect:
            what = "flagged inert, but has a trade-cost equivalent"
            yield "inert-but-moves", "measure", key, what, "take the flag or the effect away"


def scopes(dossier: Dossier) -> Iterator[Objection]:
    """Controls that do not say what they bind."""
    if not dossier.scopes:
        return
    for key, measure in dossier.measures.items():
        if measure.unit == "fraction" or measure.instrument is Instrument.tariff:
            continue
        if key not in dossier.scopes:
            yield (
                "no-scope",
                "measure",
                key,
                "does not say what it binds and what ends it",
                "add it to scopes.yaml",
            )


CHECKS = (stacking, expectations, snapshot, inert, scopes)
"""Every check, in the order of the rules."""
