"""Write a draft of claims and possible conflicts for a person to accept. It never overwrites, and holds no article text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.core import (
    Cell,
    Column,
    InputError,
    Table,
    is_file,
    is_there,
    package_version,
    sha256_bytes,
    write_atomic,
)
from detente.dossier import Dossier
from detente.intake.article import Article
from detente.intake.chains import Kinship, chains_of
from detente.intake.conflicts import PossibleConflict, find_conflicts
from detente.intake.extraction import Extraction
from detente.intake.statements import Statement, find_statements
from detente.intake.text import slug


@dataclass(frozen=True)
class Draft:
    """Reports with their statements, the stories behind them, and possible conflicts."""

    dossier: Dossier
    reports: tuple[Extraction, ...]
    statements: tuple[tuple[Statement, ...], ...]
    chains: tuple[int, ...]
    kinships: tuple[Kinship, ...]
    conflicts: tuple[PossibleConflict, ...]

    def report_id(self, number: int) -> str:
        """Id of a report: the ledger's when it has the very file, else made of its hash."""
        digest = self.reports[number].article.sha256
        known = next((d.id for d in self.dossier.documents.values() if d.sha256 == digest), None)
        return known or f"report-{digest[:8]}"

    def chain_id(self, number: int) -> str:
        """Id of the story behind a report."""
        digest = self.reports[number].article.sha256
        known = next((d.chain for d in self.dossier.documents.values() if d.sha256 == digest), None)
        return known or f"story-{self.reports[self.chains[number]].article.sha256[:8]}"


def make_draft(reports: Sequence[Extraction], dossier: Dossier) -> Draft:
    """Put together what was found in some reports.

    Parameters
    ----------
    reports : sequence of Extraction
    dossier : Dossier
        Ledger they were matched against.
    """
    chains, kinships = chains_of(reports)
    return Draft(
        dossier,
        tuple(reports),
        tuple(tuple(find_statements(report, dossier)) for report in reports),
        tuple(chains),
        tuple(kinships),
        tuple(find_conflicts(reports, dossier)),
    )


def draft_entries(draft: Draft) -> dict[str, list[dict[str, Any]]]:
    """Plain values of a draft: documents, claims (each in the record's own form), notes, candidates, conflicts."""
    documents, claims, notes, candidates = [], [], [], []
    for number, report in enumerate(draft.reports):
        article, key = report.article, draft.report_id(number)
        documents.append(
            {
                "id": key,
                "file": article.name,
                "title": "",
                "publisher": article.publisher or "unknown",
                "date": report.day.day.isoformat(),
                "date_note": _day_note(report),
                "chain": draft.chain_id(number),
                "stance": "",
                "sha256": article.sha256,
                "lines": article.lines,
            }
        )
        for position, statement in enumerate(draft.statements[number], start=1):
            claim = f"{key}-{position:03d}"
            claims.append(_claim_row(claim, key, article, statement))
            notes.append(_note(claim, key, statement, draft.dossier))
        for item in report.of("candidate"):
            detail = item.detail
            candidates.append(
                {
                    "document": key,
                    "line": item.line,
                    "start": item.start,
                    "end": item.end,
                    "actor": detail["actor"],
                    "target": detail["target"],
                    "rates": list(detail["rates"]),
                    "why": item.rule,
                }
            )
    return {
        "documents": documents,
        "claims": claims,
        "notes": notes,
        "candidates": candidates,
        "conflicts": [
            _conflict_row(position, conflict, draft)
            for position, conflict in enumerate(draft.conflicts, start=1)
        ],
    }


def _day_note(report: Extraction) -> str:
    day = report.day
    span = "" if day.earliest == day.latest else f", {day.earliest} to {day.latest} possible"
    return f"{day.rule}{span}"


def _claim_row(key: str, document: str, article: Article, statement: Statement) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "id": key,
        "document": document,
        "line": statement.line,
        "start": statement.start,
        "end": statement.end,
        "span_sha256": article.span_sha256(statement.line, statement.start, statement.end),
        "says": "",
        "kind": statement.kind,
    }
    if statement.speaker:
        claim["speaker"] = statement.speaker
    if statement.measures:
        claim["measures"] = list(statement.measures)
    claim["verdict"] = "unverified"
    return claim


def _note(key: str, document: str, statement: Statement, dossier: Dossier) -> dict[str, Any]:
    values = [
        {
            "kind": item.kind,
            "value": item.value,
            "line": item.line,
            "start": item.start,
            "end": item.end,
            # Reasons may quote a word of the report: only the kind of rule is written down.
            "rule": "points" if item.kind == "measure" else item.rule,
            "confidence": item.confidence,
            **(
                {"matches": [list(match) for match in item.detail["matches"]]}
                if item.kind == "measure"
                else {}
            ),
        }
        for item in statement.items
    ]
    note: dict[str, Any] = {"claim": key, "draft": True, "paraphrase": statement.paraphrase, "values": values}
    known = [
        claim.id
        for claim in dossier.claims.values()
        if claim.document == document
        and claim.line == statement.line
        and min(claim.end, statement.end) - max(claim.start, statement.start)
        >= 0.5 * (claim.end - claim.start)
    ]
    if known:
        note["in_ledger"] = known
    return note


def _conflict_row(position: int, conflict: PossibleConflict, draft: Draft) -> dict[str, Any]:
    return {
        "id": f"possible-{position:03d}",
        "kind": conflict.kind,
        "question": conflict.question,
        "sides": [
            {
                "document": draft.report_id(s.report),
                "line": s.line,
                "start": s.start,
                "end": s.end,
                "value": s.value,
            }
            for s in conflict.sides
        ],
        "ledger": conflict.ledger,
        "why": conflict.why,
        "confidence": conflict.confidence,
        "independent_observations": len({draft.chains[s.report] for s in conflict.sides}),
    }


def draft_yaml(draft: Draft) -> str:
    """A draft as YAML text.

    The entries under ``claims`` have the form of the record's claims.yaml; ``says`` is empty, for a person to fill in.
    """
    entries = draft_entries(draft)
    lines = [
        "# Draft made by rules, for a person to accept: fill in `says` in your own words, set `verdict`, strike out what is",
        "# wrong, then move the entries of `documents` and `claims` into the record. Places count lines from 1 and characters",
        "# from 0; no text of a report is in here. `paraphrase` is made of the ledger's words and extracted values.",
        "draft: true",
        f"dossier: {json.dumps(draft.dossier.id)}",
        f"made_by: {json.dumps('detente ' + package_version())}",
    ]
    for key, rows in entries.items():
        lines.append(f"{key}:" if rows else f"{key}: []")
        for row in rows:
            lines += _entry_lines(row)
    return "\n".join(lines) + "\n"


def _entry_lines(row: dict[str, Any]) -> Iterator[str]:
    mark = "- "
    for key, value in row.items():
        plain = (
            re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) if isinstance(value, str) and key == "date" else None
        )
        text = value if plain else json.dumps(value, ensure_ascii=False)
        yield f"{mark}{key}: {text}"
        mark = "  "


def write_draft(draft: Draft, path: Path) -> Path:
    """Write a draft to a new file.

    Raises
    ------
    InputError
        When there is a file already: a draft may hold a person's work.
    """
    if is_there(path):
        raise InputError(
            "is there already, and a draft is never overwritten",
            where=str(path),
            hint="name another file with -o",
        )
    return write_atomic(path, draft_yaml(draft))


def keep_copy(article: Article, content: bytes, folder: Path) -> Path:
    """Store a copy of a report under its hash; one that is not UTF-8 gets a UTF-8 copy beside it.

    Parameters
    ----------
    article : Article
    content : bytes
        The file as given.
    folder : Path
        Where to; keep it out of version control.

    Returns
    -------
    Path
        The copy.
    """
    stem, suffix = Path(article.name).stem, Path(article.name).suffix or ".txt"
    target = folder / f"{article.sha256[:16]}-{slug(stem)[:60] or 'report'}{suffix}"
    if not (is_file(target) and sha256_bytes(target.read_bytes()) == article.sha256):
        write_atomic(target, content)
    if article.encoding not in ("utf-8", "utf-8-sig") or b"\xef\xbf\xbd" in article.source.encode(
        "utf-8", "replace"
    ):
        write_atomic(target.with_suffix(f".utf8{suffix}"), article.source.encode("utf-8", "replace"))
    return target


def draft_summary_table(draft: Draft) -> Table:
    """One row a report: its day, its story, and how much was found."""
    kinds = ("measure", "date", "amount", "quotation", "actor", "place", "event")
    columns = (
        Column("report", "Report"),
        Column("day", "Day", kind="date"),
        Column("day_rule", "Day from"),
        Column("story", "Story"),
        Column("furniture", "Left aside", "count", "number", 0),
        *(Column(kind, f"{kind.capitalize()}s", "count", "number", 0) for kind in kinds),
        Column("claims", "Claims drafted", "count", "number", 0),
        Column("conflicts", "Possible conflicts", "count", "number", 0),
    )
    rows: list[tuple[Cell, ...]] = []
    for number, report in enumerate(draft.reports):
        aside = sum(
            block.kind in ("furniture", "caption", "note", "byline") for block in report.article.blocks
        )
        touching = sum(any(side.report == number for side in conflict.sides) for conflict in draft.conflicts)
        counts = [len(report.of(kind)) for kind in kinds]
        rows.append(
            (
                report.article.name,
                report.day.day.isoformat(),
                _day_note(report),
                draft.chain_id(number),
                aside,
                *counts,
                len(draft.statements[number]),
                touching,
            )
        )
    stories = len(set(draft.chains))
    pairs = "; ".join(
        f"{draft.reports[k.first].article.name} and {draft.reports[k.second].article.name}: {k.why}"
        for k in draft.kinships
    )
    note = f"{len(rows)} report{'s' if len(rows) > 1 else ''}, {stories} independent." + (
        f" One story: {pairs}." if pairs else ""
    )
    return Table("intake", "What the reports hold", columns, tuple(rows), note)


def conflicts_table(draft: Draft) -> Table:
    """Possible conflicts with their places."""
    columns = (
        Column("kind", "Kind"),
        Column("question", "Question"),
        Column("reports", "Reports say"),
        Column("ledger", "Ledger has"),
        Column("why", "Why"),
        Column("confidence_pct", "Confidence", "%", "number", 0),
    )
    rows = tuple(
        (
            conflict.kind,
            conflict.question,
            "; ".join(f"{draft.reports[s.report].article.name}:{s.line}: {s.value}" for s in conflict.sides),
            conflict.ledger,
            conflict.why,
            100 * conflict.confidence,
        )
        for conflict in draft.conflicts
    )
    return Table(
        "possible_conflicts",
        "Possible conflicts",
        columns,
        rows,
        "Candidates found by rule; a person decides.",
    )


def items_table(draft: Draft) -> Table:
    """Everything found, in the order of the text, with the words and the rule."""
    columns = (
        Column("report", "Report"),
        Column("line", "Line", "line", "number", 0),
        Column("kind", "Kind"),
        Column("value", "Value"),
        Column("words", "Words"),
        Column("rule", "Rule"),
        Column("confidence_pct", "Confidence", "%", "number", 0),
    )
    rows = tuple(
        (report.article.name, item.line, item.kind, item.value, item.text, item.rule, 100 * item.confidence)
        for report in draft.reports
        for item in report.items
    )
    return Table("items", "What was found", columns, rows)
