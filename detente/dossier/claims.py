"""The record as tables: claims, conflicts, clocks, measures on a day; and the check of claim places.

Two reports that descend from one wire story are one observation: every count here counts chains, not reports.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path

from detente.core import Column, InputError, Table, is_file, is_folder, read_bytes, sha256_bytes
from detente.dossier.dossier import Dossier
from detente.dossier.measure import Claim
from detente.dossier.timeline import MeasureState

_LARGEST_REPORT = 32 * 1024 * 1024
_UNITS = {
    "cny_per_net_ton": "CNY per net ton",
    "usd_per_net_ton": "USD per net ton",
    "tonnes_per_year": "t a year",
    "usd_mn_per_year": "USD mn a year",
    "share": "%",
    "fraction": "%",
    "none": "",
}


def claims_table(dossier: Dossier, *, document: str | None = None, verdict: str | None = None) -> Table:
    """Every claim with its place and verdict.

    Parameters
    ----------
    dossier : Dossier
    document, verdict : str, optional
        Keep only those of one report, or with one verdict.

    Raises
    ------
    InputError
        When the filter matches nothing.
    """
    kept = [
        claim
        for claim in dossier.claims.values()
        if document in (None, claim.document) and verdict in (None, claim.verdict)
    ]
    if not kept and (document or verdict):
        raise InputError(
            f"no claim matches document={document!r}, verdict={verdict!r}",
            where=dossier.id,
            hint=f"documents: {', '.join(dossier.documents)}",
        )
    columns = (
        Column("id", "Claim"),
        Column("document", "Report"),
        Column("line", "Line", "line", "number", 0),
        Column("kind", "Kind"),
        Column("speaker", "Speaker"),
        Column("says", "Says"),
        Column("verdict", "Verdict"),
        Column("verdict_note", "Why"),
        Column("measures", "Measures"),
        Column("mechanisms", "Mechanisms"),
        Column("hindsight", "Came of it"),
        Column("hindsight_note", "What happened"),
    )
    rows = tuple(
        (
            c.id,
            c.document,
            c.line,
            c.kind,
            dossier.actors[c.speaker].name if c.speaker else "",
            c.says,
            c.verdict.replace("_", " "),
            c.verdict_note,
            ", ".join(c.measures),
            ", ".join(c.mechanisms),
            c.hindsight,
            c.hindsight_note,
        )
        for c in kept
    )
    return Table(
        "claims", "What the reports say", columns, rows, f"In our own words; as known on {dossier.asof}."
    )


def chains(dossier: Dossier, claims: Iterable[str]) -> set[str]:
    """Wire stories behind some claims: the number of independent observations is the number of these."""
    return {dossier.documents[dossier.claims[key].document].chain for key in claims}


def conflict_table(dossier: Dossier) -> Table:
    """Conflicts side by side: one row a reading, with the reading that the record takes.

    Returns
    -------
    Table
        `independent_observations` counts the wire stories behind a reading, `observations_in_all` those behind the
        whole conflict.
    """
    columns = (
        Column("id", "Conflict"),
        Column("question", "Question"),
        Column("kind", "Kind"),
        Column("reading", "Reading"),
        Column("claims", "Claims"),
        Column("reports", "Reports"),
        Column("independent_observations", "Independent observations", "count", "number", 0),
        Column("observations_in_all", "In the whole conflict", "count", "number", 0),
        Column("reading_taken", "Reading taken"),
        Column("why", "Why"),
        Column("basis", "Basis"),
        Column("source", "Source"),
        Column("later", "Later"),
    )
    rows = []
    for conflict in dossier.conflicts.values():
        total = chains(dossier, (key for reading in conflict.readings for key in reading.claims))
        for reading in conflict.readings:
            reports = dict.fromkeys(dossier.claims[key].document for key in reading.claims)
            rows.append(
                (
                    conflict.id,
                    conflict.question,
                    conflict.kind.replace("_", " "),
                    reading.says,
                    ", ".join(reading.claims),
                    ", ".join(reports),
                    len(chains(dossier, reading.claims)),
                    len(total),
                    conflict.reading_taken,
                    conflict.why,
                    conflict.basis.replace("_", " "),
                    conflict.source or "",
                    conflict.later,
                )
            )
    note = "Reports that descend from one wire story count as one observation."
    return Table("conflicts", "Where the reports contradict each other", columns, tuple(rows), note)


def clock_table(dossier: Dossier, from_date: dt.date) -> Table:
    """Clocks that fire on or after a day, soonest first.

    Parameters
    ----------
    dossier : Dossier
    from_date : date

    Returns
    -------
    Table
        A clock that was called off by the dossier's `asof` says so under `state`.
    """
    columns = (
        Column("id", "Clock"),
        Column("title", "What"),
        Column("fires", "Fires", kind="date"),
        Column("days", "Days left", "days", "number", 0),
        Column("kind", "Kind"),
        Column("state", "State"),
        Column("on_firing", "On firing"),
        Column("measures", "Measures"),
        Column("source", "Source"),
        Column("grade", "Grade"),
        Column("note", "Note"),
    )
    coming = sorted(
        (c for c in dossier.clocks.values() if c.fires >= from_date), key=lambda c: (c.fires, c.id)
    )
    rows = tuple(
        (
            c.id,
            c.title,
            c.fires.isoformat(),
            (c.fires - from_date).days,
            c.kind.replace("_", " "),
            f"called off {c.superseded}" if c.superseded else "running",
            c.on_firing,
            ", ".join(c.measures),
            c.source,
            c.grade.value,
            c.note,
        )
        for c in coming
    )
    return Table("clocks", f"Clocks from {from_date}", columns, rows, f"As known on {dossier.asof}.")


def economy_names(dossier: Dossier) -> dict[str, str]:
    """Names of the economies of a record by the codes that its measures use."""
    return {key: actor.name for key, actor in dossier.actors.items() if actor.kind == "economy"}


def measure_table(dossier: Dossier, date: dt.date) -> Table:
    """Every measure announced by a day, with its state on that day.

    Returns
    -------
    Table
        `value` is in the `unit` beside it, rates in percent; `shown` is the value as a person reads it.
    """
    columns = (
        Column("id", "Measure"),
        Column("title", "Title"),
        Column("actor", "Actor", names=economy_names(dossier)),
        Column("targets", "Targets", names=economy_names(dossier)),
        Column("status", "Status"),
        Column("shown", "Value"),
        Column("value", "Value in the unit", "", "number", 4),
        Column("unit", "Unit"),
        Column("since", "Since", kind="date"),
        Column("until", "Until", kind="date"),
        Column("authority", "Authority"),
        Column("issue", "Issue"),
        Column("source", "Source"),
        Column("grade", "Grade"),
        Column("note", "Note"),
    )
    rows = tuple(
        (
            key,
            state.measure.title,
            state.measure.actor,
            ", ".join(state.measure.targets),
            state.status.value.replace("_", " "),
            show_value(state),
            None if state.value is None else state.value * _factor(state.measure.unit),
            _UNITS[state.measure.unit],
            state.since.isoformat(),
            state.until.isoformat() if state.until else None,
            state.measure.authority,
            state.measure.issue,
            state.source,
            state.grade.value,
            state.note,
        )
        for key, state in dossier.states(date).items()
    )
    return Table("measures", f"Measures on {date}", columns, rows, f"As known on {dossier.asof}.")


def _factor(unit: str) -> float:
    """What a value in a measure's own unit is multiplied by where people read it: shares and rates are shown in percent."""
    return 100 if unit in ("fraction", "share") else 1


def show_value(state: MeasureState) -> str:
    """Write a state's value with its unit, as a person reads it.

    Examples
    --------
    >>> import datetime as dt
    >>> from detente.dossier import load_dossier
    >>> show_value(load_dossier("busan-2025").state("chn-2025-port-fee", dt.date(2025, 10, 28)))
    '400 CNY per net ton'
    """
    unit = state.measure.unit
    factor = _factor(unit)

    def single(value: float) -> str:
        return f"{value * factor:,.10g} {_UNITS[unit]}".strip()

    def span(values: Collection[float]) -> str:
        low, high = min(values), max(values)
        return single(low) if low == high else f"{low * factor:,.10g} to {single(high)}"

    parts = [] if state.value is None else [single(round(state.value, 4) if state.by_firm else state.value)]
    if state.by_firm:
        parts.append(f"by firm {span([firm.rate for firm in state.by_firm])}")
    if state.by_target:
        parts.append(f"by partner {span(state.by_target.values())}")
    return "; ".join(parts)


def verify_places(dossier: Dossier, folder: str | Path) -> Table:
    """Check that every claim stands where the record says, against the reports themselves.

    Parameters
    ----------
    dossier : Dossier
    folder : path-like
        Folder with the report files; they are not part of the package.

    Returns
    -------
    Table
        One row a claim; `result` is ``ok``, ``span differs``, ``outside the line``, ``outside the document``,
        ``document differs`` (its hash is another one) or ``document not found``.

    Raises
    ------
    InputError
        When the folder is not there.
    """
    place = Path(folder)
    if not is_folder(place):
        raise InputError(
            "no such folder", where=str(folder), hint="name the folder that holds the report files"
        )
    texts: dict[str, list[str] | str] = {}
    for document in dossier.documents.values():
        file = place / document.file
        if not is_file(file):
            texts[document.id] = "document not found"
            continue
        raw = read_bytes(file, limit=_LARGEST_REPORT, expected="a report")
        same = sha256_bytes(raw) == document.sha256
        texts[document.id] = raw.decode("utf-8").split("\n") if same else "document differs"
    columns = (
        Column("id", "Claim"),
        Column("document", "Report"),
        Column("line", "Line", "line", "number", 0),
        Column("span", "Characters"),
        Column("result", "Result"),
    )
    rows = tuple(
        (c.id, c.document, c.line, f"{c.start}-{c.end}", _place_result(c, texts[c.document]))
        for c in dossier.claims.values()
    )
    return Table("places", "Places of the claims in the reports", columns, rows, "Compared by hash.")


def _place_result(claim: Claim, text: list[str] | str) -> str:
    if isinstance(text, str):
        return text
    if claim.line > len(text):
        return "outside the document"
    line = text[claim.line - 1]
    if claim.end > len(line):
        return "outside the line"
    digest = hashlib.sha256(line[claim.start : claim.end].encode("utf-8")).hexdigest()
    return "ok" if digest[:16] == claim.span_sha256 else "span differs"
