"""The audit of a record with everything the rooms above the dossier add: trade covered, and measures that move nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from detente.core import Cell, Column, DetenteError, Table, is_folder
from detente.dossier import (
    RULES,
    Finding,
    Status,
    audit,
    audit_table,
    coverage_by_grade,
    known_day,
    load_dossier,
    moves_something,
    refuse_stale,
)

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.world import Economy

TABLES = ("findings", "rules", "grades", "dates", "stale", "trade", "all")
MOVES = 1e-10
"""Smallest change of a real income that counts as a result, relative."""
MALFORMED = "malformed"


def load_whole(name: str, asof: dt.date | None) -> Dossier:
    """Load a record as of a day, or the whole of it with hindsight: as of its vintage."""
    if asof is not None:
        return load_dossier(name, asof=asof)
    return load_dossier(name, asof=load_dossier(name).vintage)


def audit_tables(
    name: str,
    asof: dt.date | None,
    which: str,
    *,
    today: dt.date | None = None,
    max_age_days: int | None = None,
    solve: bool = False,
    strict: bool = False,
) -> tuple[list[Table], int]:
    """Tables of `detente audit` and the number of errors.

    Parameters
    ----------
    name : str
        Id or folder.
    asof : date, optional
        The record's vintage when left out.
    which : str
        One of `TABLES`.
    today : date, optional
    max_age_days : int, optional
        The record's own `fresh_days` when left out.
    solve : bool
        Remove every measure in turn and solve.
    strict : bool
        Refuse a record with stale entries instead of warning.

    Returns
    -------
    (list of Table, int)

    Raises
    ------
    DetenteError
        When the record cannot be loaded at all.
    StaleError
        With `strict`, when an entry was last checked too long ago.
    """
    dossier = load_whole(name, asof)
    if strict:
        refuse_stale(dossier, today=today, max_age_days=max_age_days)
    findings = audit(dossier, today=today, max_age_days=max_age_days)
    world = None
    if solve or which in ("trade", "all"):
        from detente.world import load_world

        world = load_world()
    if solve:
        assert world is not None
        findings += inert_findings(world, dossier)
    errors = sum(finding.severity == "error" for finding in findings)
    tables: list[Table] = []
    if which in ("findings", "all"):
        tables.append(audit_table(findings))
    if which in ("rules", "all"):
        tables.append(rules_table(findings))
    if which in ("grades", "all"):
        tables.append(coverage_by_grade(dossier))
    if which in ("dates", "all"):
        tables.append(dates_table(dossier))
    if which in ("stale", "all"):
        tables.append(stale_table(dossier, today or dossier.vintage, max_age_days or dossier.fresh_days))
    if which in ("trade", "all"):
        from detente.policy.duties import coverage_table

        assert world is not None
        tables.append(coverage_table(world, dossier, dossier.asof))
    return tables, errors


def malformed_table(error: DetenteError) -> Table:
    """A record that cannot be loaded, as one finding."""
    columns = audit_table([]).columns
    row = ("error", MALFORMED, "file", error.where or "", error.what, error.hint or "")
    return Table(
        "audit",
        "Audit of the record",
        columns,
        (row,),
        "The record cannot be read; nothing else was checked.",
    )


def rules_table(findings: list[Finding]) -> Table:
    """Every rule with its severity, what it objects to, and how often it did."""
    counts = {rule: sum(finding.rule == rule for finding in findings) for rule in RULES}
    rows: list[tuple[Cell, ...]] = [
        (
            "error",
            MALFORMED,
            "unknown or doubled key, missing source, day that does not exist, name of nothing",
            0,
        )
    ]
    rows += [(severity, rule, words, counts[rule]) for rule, (severity, words) in RULES.items()]
    columns = (
        Column("severity", "Severity"),
        Column("rule", "Rule"),
        Column("objects_to", "Objects to"),
        Column("found", "Found", "count", "number", 0),
    )
    return Table("audit_rules", "Rules of the audit", columns, tuple(rows), "malformed: found on loading.")


def dates_table(dossier: Dossier) -> Table:
    """Values that take effect before their text was public, and by how many days."""
    rows: list[tuple[Cell, ...]] = []
    for key, measure in dossier.measures.items():
        for value in measure.values:
            known = known_day(measure, value)
            if value.from_ < known:
                rows.append(
                    (
                        key,
                        value.from_.isoformat(),
                        known.isoformat(),
                        (known - value.from_).days,
                        value.status.value.replace("_", " "),
                        value.source,
                        value.grade.value,
                        value.note,
                    )
                )
    rows.sort(key=lambda row: -int(row[3] or 0))
    columns = (
        Column("id", "Measure"),
        Column("from", "From", kind="date"),
        Column("known", "Text", kind="date"),
        Column("days", "Days before", "days", "number", 0),
        Column("status", "Status"),
        Column("source", "Source"),
        Column("grade", "Grade"),
        Column("note", "Note"),
    )
    return Table("audit_dates", "Values dated before their text", columns, tuple(rows))


def stale_table(dossier: Dossier, today: dt.date, max_age_days: int) -> Table:
    """Age of every measure's last check, oldest first, against the limit."""
    rows = [
        (
            key,
            measure.last_checked.isoformat(),
            (today - measure.last_checked).days,
            "stale" if (today - measure.last_checked).days > max_age_days else "fresh",
        )
        for key, measure in dossier.measures.items()
    ]
    rows.sort(key=lambda row: (-int(row[2]), str(row[0])))
    columns = (
        Column("id", "Measure"),
        Column("last_checked", "Last checked", kind="date"),
        Column("age", "Age", "days", "number", 0),
        Column("state", "State"),
    )
    note = f"On {today}; stale after {max_age_days} days."
    return Table("audit_stale", "When entries were last checked", columns, tuple(rows), note)


def day_in_force(dossier: Dossier, key: str) -> dt.date | None:
    """Latest day up to the record's own on which a measure is in force; None when there is none."""
    measure = dossier.measures[key]
    days = {dossier.asof, measure.announced}
    for value in measure.values:
        days |= {value.from_} | ({value.until, value.until - dt.timedelta(days=1)} if value.until else set())
        days.add(value.from_ - dt.timedelta(days=1))
    for day in sorted((day for day in days if measure.announced <= day <= dossier.asof), reverse=True):
        if dossier.state(key, day).status is Status.in_force:
            return day
    return None


def inert_findings(economy: Economy, dossier: Dossier) -> list[Finding]:
    """Remove every measure in turn on the last day it was in force, solve, and report those that move no real income.

    A measure that never was in force (a withdrawn threat) is put in force instead.
    """
    import numpy as np

    from detente.cases import prepare_cases, solve_cases
    from detente.equilibrium import Model
    from detente.policy import Scenario, Setting

    findings: list[Finding] = []
    trials: list[tuple[str, int, int]] = []
    scenarios: list[Scenario] = []
    plain: dict[dt.date, int] = {}
    for key, measure in dossier.measures.items():
        if not moves_something(measure):
            continue
        day = day_in_force(dossier, key)
        on = day or max(dossier.asof, measure.announced)
        if on not in plain:
            plain[on] = len(scenarios)
            scenarios.append(Scenario(id=f"as-is-{on}", title="", dossier=dossier.id, date=on))
        status = Status.void if day else Status.in_force
        changed = Scenario(
            id=f"without-{key}", title="", dossier=dossier.id, date=on, set={key: Setting(status=status)}
        )
        trials.append((key, plain[on], len(scenarios)))
        scenarios.append(changed)
    cases = prepare_cases(economy, dossier, scenarios)
    solved = [
        solution.value.real_income_hat for solution, _ in solve_cases(Model(economy), cases, throw=True)
    ]
    for key, before, after in trials:
        moved = float(np.abs(solved[after] - solved[before]).max())
        flagged = dossier.measures[key].inert
        if moved <= MOVES and not flagged:
            what = "its removal moves no real income anywhere"
            findings.append(
                Finding("inert-unflagged", "measure", key, what, "add `inert: true`, or correct its scope")
            )
        elif moved > MOVES and flagged:
            what = f"flagged inert, but its removal moves a real income by {moved:.1e}"
            findings.append(Finding("inert-but-moves", "measure", key, what, "take the flag away"))
    return findings


def is_record(name: str) -> bool:
    """Whether there is a record of this name to audit: a shipped id, or a folder."""
    from detente.dossier import shipped_dossiers

    return name in shipped_dossiers() or is_folder(name)
