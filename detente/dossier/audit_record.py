"""Go through a record and report what a careful reader would object to.

Loading already refuses what is malformed, points to nothing, or cannot be meant: a value outside the plausible band of its
unit that does not state it (`extraordinary: true`). The audit looks at sense: days that do not fit, extraordinary values,
grades better than their source, labels nobody knows, clocks on which nothing happens.
`RULES` lists every rule with its severity; `error` means that the record should not be used before it is put right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from detente.core import Column, StaleError, Table
from detente.dossier.asof import cited_sources
from detente.dossier.audit_measures import MEASURE_RULES, check_sources, doubtful
from detente.dossier.audit_rules import RULES, Finding
from detente.dossier.dossier import Dossier
from detente.dossier.held import CHECKS
from detente.dossier.later_text import later_text
from detente.dossier.measure import Clock, Grade, Measure
from detente.dossier.source_days import source_days
from detente.dossier.timeline import resolve

LAG_DAYS = 31
"""A source may be this much later than the day its value was public."""


def audit(
    dossier: Dossier,
    *,
    today: dt.date | None = None,
    max_age_days: int | None = None,
    lag_days: int = LAG_DAYS,
) -> list[Finding]:
    """Report everything the rules find, worst first.

    Parameters
    ----------
    dossier : Dossier
        Load it with `asof` at its vintage to audit the whole record.
    today : date, optional
        Day from which staleness counts; the dossier's vintage when left out.
    max_age_days : int, optional
        An entry checked longer ago is stale; the record's own `fresh_days` when left out.
    lag_days : int
        A source may be this much later than the day its value was public.

    Returns
    -------
    list of Finding

    Examples
    --------
    >>> from detente.dossier import audit, load_dossier
    >>> [finding for finding in audit(load_dossier("busan-2025")) if finding.severity == "error"]
    []
    """
    limit = max_age_days or dossier.fresh_days
    findings = _findings(dossier, today or dossier.vintage, limit, lag_days)
    findings += [Finding(*objection) for objection in later_text(dossier)]
    findings += _uncited(dossier)
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: (order[finding.severity], list(RULES).index(finding.rule)))


def _uncited(dossier: Dossier) -> list[Finding]:
    """Sources that nothing rests on; asked of the whole record alone, for on an earlier day what cites them may be unknown."""
    if dossier.asof < dossier.vintage:
        return []
    cited = set(cited_sources(dossier)) | set(dossier.documents)
    return [
        Finding(
            "uncited-source",
            "source",
            source.id,
            "nothing in the record cites it",
            "cite it where it is what a value rests on, mark it `background: true`, or take it out",
        )
        for source in dossier.sources.values()
        if source.id not in cited and not source.background
    ]


def _findings(dossier: Dossier, today: dt.date, limit: int, lag_days: int) -> list[Finding]:
    """What every rule finds but those that read the texts, none of which is an error."""
    findings: list[Finding] = []
    for measure in dossier.measures.values():
        for rule in MEASURE_RULES:
            findings += rule(dossier, measure)
        findings += _stale(measure, today, limit)
    findings += [Finding(*objection) for objection in source_days(dossier, dt.timedelta(days=lag_days))]
    for clock in dossier.clocks.values():
        findings += _clock(dossier, clock)
    findings += _other_entries(dossier)
    for check in CHECKS:
        findings += [Finding(*objection) for objection in check(dossier)]
    return findings


def errors(dossier: Dossier) -> int:
    """Number of errors the audit finds, as known on the record's day: cheap enough to ask before every use of a record.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> errors(load_dossier())
    0
    """
    findings = _findings(dossier, dossier.vintage, dossier.fresh_days, LAG_DAYS)
    return sum(finding.severity == "error" for finding in findings)


def refuse_stale(dossier: Dossier, *, today: dt.date | None = None, max_age_days: int | None = None) -> None:
    """Refuse a record of which an entry was last checked too long ago.

    Parameters
    ----------
    dossier : Dossier
    today : date, optional
        Day from which staleness counts; the dossier's vintage when left out.
    max_age_days : int, optional
        The record's own `fresh_days` when left out.

    Raises
    ------
    StaleError
        Naming the entry checked longest ago.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> refuse_stale(load_dossier("busan-2025"))
    """
    limit, day = max_age_days or dossier.fresh_days, today or dossier.vintage
    old = [measure for measure in dossier.measures.values() if (day - measure.last_checked).days > limit]
    if old:
        worst = min(old, key=lambda measure: measure.last_checked)
        raise StaleError(
            f"{len(old)} of {len(dossier.measures)} measures were last checked more than {limit} days before {day}, "
            f"`{worst.id}` on {worst.last_checked}",
            where=dossier.id,
            hint="check them against their sources and update `last_checked`; `detente audit --table stale` lists them",
        )


def audit_table(findings: Iterable[Finding]) -> Table:
    """Findings as a table: severity, rule, entry, what, hint."""
    columns = (
        Column("severity", "Severity"),
        Column("rule", "Rule"),
        Column("kind", "Kind"),
        Column("id", "Entry"),
        Column("what", "Finding"),
        Column("hint", "Next step"),
    )
    rows = tuple((f.severity, f.rule, f.kind, f.id, f.what, f.hint) for f in findings)
    return Table("audit", "Audit of the record", columns, rows, "" if rows else "Nothing to object to.")


def coverage_by_grade(dossier: Dossier) -> Table:
    """How the values of the record are known: counts by kind of entry and grade.

    Returns
    -------
    Table
        One row a kind of entry and a last one for all; `sourced_pct` is the share that is not merely assumed.
    """
    grades: dict[str, list[Grade]] = {
        "values of measures": [value.grade for m in dossier.measures.values() for value in m.values],
        "trade-cost equivalents": [
            effect.grade for m in dossier.measures.values() for _, effect in m.effects()
        ],
        "clocks": [clock.grade for clock in dossier.clocks.values()],
        "rounds": [meeting.grade for meeting in dossier.rounds.values()],
        "parameters": [parameter.grade for parameter in dossier.parameters.values()],
        "exposures": [entry.grade for entry in dossier.exposures.values()],
    }
    grades["all"] = [grade for group in list(grades.values()) for grade in group]
    columns = (
        Column("kind", "Kind of entry"),
        *(Column(grade.value, grade.value.capitalize(), "count", "number", 0) for grade in Grade),
        Column("entries", "Entries", "count", "number", 0),
        Column("sourced_pct", "Not merely assumed", "%", "number", 0),
    )
    rows = tuple(
        (
            kind,
            *(group.count(grade) for grade in Grade),
            len(group),
            100 * (1 - group.count(Grade.assumed) / len(group)) if group else None,
        )
        for kind, group in grades.items()
    )
    note = f"As known on {dossier.asof}; official, reported and inferred values name a source that was read."
    return Table("coverage_by_grade", "How the record's values are known", columns, rows, note)


def _stale(measure: Measure, today: dt.date, limit: int) -> Iterator[Finding]:
    age = (today - measure.last_checked).days
    if age > limit:
        what = f"last checked {measure.last_checked}, {age} days before {today}"
        yield Finding(
            "stale", "measure", measure.id, what, "check it against its sources and update `last_checked`"
        )


def _clock(dossier: Dossier, clock: Clock) -> Iterator[Finding]:
    if not clock.since <= clock.fires or not clock.known <= clock.fires:
        what = f"since {clock.since}, known {clock.known}, fires {clock.fires}"
        yield Finding(
            "days-out-of-order", "clock", clock.id, what, "a clock is known and starts before it fires"
        )
    if clock.superseded is not None and clock.superseded > clock.fires:
        what = f"called off on {clock.superseded}, after it fired on {clock.fires}"
        yield Finding("days-out-of-order", "clock", clock.id, what, "correct one of the two days")
    yield from check_sources(dossier, "clock", clock.id, [("it", clock.source, clock.grade)])
    if clock.kind not in ("legal_expiry", "threat_deadline", "entry_into_force"):
        return
    last = clock.superseded - dt.timedelta(days=1) if clock.superseded else dossier.asof
    for key in clock.measures:
        measure = dossier.measures[key]
        if not any(_moves(measure, clock.fires, asof) for asof in {clock.known, last}):
            what = f"`{key}` is the same on {clock.fires} as on the day before"
            yield Finding(
                "silent-clock", "clock", clock.id, what, "correct the day, or the measure's entries"
            )


def _moves(measure: Measure, day: dt.date, asof: dt.date) -> bool:
    """Whether a measure changes on a day, as known then."""
    before = day - dt.timedelta(days=1)
    if asof < measure.announced or before < measure.announced:
        return False
    before_state, after_state = resolve(measure, before, asof), resolve(measure, day, asof)
    return (before_state.status, before_state.value, before_state.by_target) != (
        after_state.status,
        after_state.value,
        after_state.by_target,
    )


def _other_entries(dossier: Dossier) -> Iterator[Finding]:
    for meeting in dossier.rounds.values():
        if meeting.end < meeting.start:
            what = f"ends on {meeting.end}, before it starts on {meeting.start}"
            yield Finding("days-out-of-order", "round", meeting.id, what, "correct one of the two days")
        yield from check_sources(dossier, "round", meeting.id, [("it", meeting.source, meeting.grade)])
    for parameter in dossier.parameters.values():
        yield from check_sources(
            dossier, "parameter", parameter.id, [("it", parameter.source, parameter.grade)]
        )
        yield from doubtful(parameter, "parameter", parameter.id)
    for kind, group in (
        ("scope", dossier.scopes),
        ("delivery", dossier.deliveries),
        ("trade line", dossier.trade),
        ("exposure", dossier.exposures),
        ("aid", dossier.aid),
    ):
        for entry in group.values():
            yield from check_sources(dossier, kind, entry.id, [("it", entry.source, entry.grade)])
    for exposure in dossier.exposures.values():
        yield from doubtful(exposure, "exposure", exposure.id)
    for expectation in dossier.expectations.values():
        yield from doubtful(expectation, "expectation", expectation.id)
    explained = {key for c in dossier.conflicts.values() for reading in c.readings for key in reading.claims}
    whole = {claim.document for claim in dossier.claims.values()} == set(dossier.documents)
    for claim in dossier.claims.values():
        if whole and claim.verdict in ("wrong", "altered_quote") and claim.id not in explained:
            what = f"judged {claim.verdict.replace('_', ' ')}, in no conflict"
            yield Finding("fault-without-conflict", "claim", claim.id, what, "add it to conflicts.yaml")
