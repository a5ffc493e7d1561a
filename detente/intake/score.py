"""Score what is found against labels made by hand: precision and recall by kind.

Matching, exactly: an item and a label are of one kind, stand on the same line, share at least half of the shorter one's
characters, and have the same value (a label may allow several). Each item and each label counts once, longest overlap
first. Actors and places are labelled once a report, so their place does not count, only their value. An item that
matches a label marked optional (``kind?``) counts neither way; everything else that is found counts as wrong.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.core import Column, InputError, SchemaError, Table
from detente.dossier import Dossier
from detente.intake.article import Item
from detente.intake.extraction import Extraction
from detente.intake.statements import Statement

KINDS = ("measure", "date", "amount", "quotation", "actor", "event", "place")
"""Kinds that are scored, the first four with targets."""

TARGETS = ("measure", "date", "amount", "quotation")
MIN_PRECISION = 0.8
MIN_RECALL = 0.5
_ONCE = ("actor", "place")


@dataclass(frozen=True)
class Label:
    """One true item of a report, by place; its words are not carried."""

    document: str
    kind: str
    optional: bool
    line: int
    start: int
    end: int
    span_sha256: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Tally:
    """Right, wrongly found, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right; None when nothing was found."""
        reported = self.right + self.wrong
        return self.right / reported if reported else None

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found; None when nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else None


def read_labels(path: Path) -> list[Label]:
    """Labels from a CSV file: document, kind, line, start, end, span_sha256, values (with spaces between).

    Raises
    ------
    SchemaError
        When a row does not have that form.
    """
    labels = []
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            try:
                kind = row["kind"]
                place = (int(row["line"]), int(row["start"]), int(row["end"]))
                values = _values(row["values"])
                document, digest = row["document"], row["span_sha256"]
            except (KeyError, TypeError, ValueError) as error:
                raise SchemaError(
                    f"not a label: {error}", file=path.name, line=number, hint="compare the other rows"
                ) from error
            labels.append(Label(document, kind.rstrip("?"), kind.endswith("?"), *place, digest, values))
    return labels


def _values(text: str) -> tuple[str, ...]:
    """Values of a label; an amount has spaces inside, so alternatives of those are not supported."""
    return (text,)


def labels_from_words(
    text: str, source: str, document: str, *, sets: Mapping[str, str] | None = None
) -> list[Label]:
    """Labels written as ``kind|line|words|value``, for reports whose words may be shown.

    Parameters
    ----------
    text : str
        One label a line; ``#`` opens a comment. A fifth field gives the words at which the span ends.
    source : str
        The report.
    document : str
        Its id.
    sets : mapping, optional
        Names that stand for several values.

    Raises
    ------
    InputError
        When the words are not on the line.
    """
    lines = source.split("\n")
    labels = []
    for row in text.splitlines():
        if not row.strip() or row.startswith("#"):
            continue
        kind, number, words, value, *closing = row.split("|")
        line = lines[int(number) - 1]
        start = line.find(words)
        if start < 0:
            raise InputError(f"“{words}” is not on line {number}", where=document, hint="correct the label")
        end = start + len(words)
        if closing:
            end = line.find(closing[0], end)
            end = end if end >= 0 else len(line)
        digest = hashlib.sha256(line[start:end].encode("utf-8")).hexdigest()[:16]
        for name, meant in (sets or {}).items():
            value = value.replace(name, meant)
        labels.append(
            Label(document, kind.rstrip("?"), kind.endswith("?"), int(number), start, end, digest, (value,))
        )
    return labels


def same_value(kind: str, value: str, wanted: Sequence[str]) -> bool:
    """Whether a value is one that a label allows.

    Examples
    --------
    >>> same_value("quotation", "combs", ["anonymous combs"]), same_value("amount", "2 year", ["1 year"])
    (True, False)
    """
    if kind in ("amount", "date"):
        return value in wanted
    return any(value in option.split() or option == "*" for option in wanted)


def _overlap(item: Item, label: Label) -> int:
    if item.kind in _ONCE:
        return 1
    if item.line != label.line:
        return 0
    shared = min(item.end, label.end) - max(item.start, label.start)
    return shared if shared * 2 >= min(item.end - item.start, label.end - label.start) else 0


def tally(items: Sequence[Item], labels: Sequence[Label]) -> dict[str, Tally]:
    """Count right, wrong and missed by kind for one report."""
    result = {}
    for kind in KINDS:
        reported = [item for item in items if item.kind == kind]
        wanted = [label for label in labels if label.kind == kind]
        pairs = [
            (not label.optional, _overlap(item, label), -i, -j)
            for i, item in enumerate(reported)
            for j, label in enumerate(wanted)
            if _overlap(item, label) > 0 and same_value(kind, item.value, label.values)
        ]
        used_items: set[int] = set()
        used_labels: set[int] = set()
        passed = 0
        for firm, _, i, j in sorted(pairs, reverse=True):
            if -i in used_items or (-j in used_labels and firm):
                continue
            used_items.add(-i)
            used_labels.add(-j)
            passed += not firm
        right = sum(not wanted[j].optional for j in used_labels)
        wrong = len(reported) - len(used_items)
        missed = sum(not label.optional for label in wanted) - right
        result[kind] = Tally(right, wrong, missed)
    return result


def total(tallies: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """Sum of several reports' counts."""
    summed = dict.fromkeys(KINDS, Tally())
    for counts in tallies:
        for kind, count in counts.items():
            summed[kind] = summed[kind] + count
    return summed


def score_table(name: str, title: str, counts: Mapping[str, Tally], note: str = "") -> Table:
    """Counts with precision and recall, one row a kind."""
    columns = (
        Column("kind", "Kind"),
        Column("there", "There", kind="number", digits=0),
        Column("right", "Right", kind="number", digits=0),
        Column("wrong", "Wrongly found", kind="number", digits=0),
        Column("missed", "Missed", kind="number", digits=0),
        Column("precision", "Precision", kind="number", digits=2),
        Column("recall", "Recall", kind="number", digits=2),
    )
    rows = tuple(
        (kind, c.right + c.missed, c.right, c.wrong, c.missed, c.precision, c.recall)
        for kind, c in counts.items()
    )
    return Table(name, title, columns, rows, note)


def statement_table(
    drafted: Mapping[str, Sequence[Statement]], dossier: Dossier, *, name: str = "statements"
) -> Table:
    """How many of the ledger's statements a draft covers, by kind.

    A statement is covered when one drafted claim takes in at least half of its characters, of the same kind when one
    of those has its kind, and its measure is matched when one of those names one of its measures.

    Parameters
    ----------
    drafted : mapping of document id to drafted statements
    dossier : Dossier
        Its claims are the statements to be found.
    """
    counts: dict[str, Counter[str]] = {}
    for claim in dossier.claims.values():
        if claim.document not in drafted:
            continue
        count = counts.setdefault(claim.kind, Counter())
        over = [
            statement
            for statement in drafted[claim.document]
            if statement.line == claim.line
            and 2 * (min(statement.end, claim.end) - max(statement.start, claim.start))
            >= claim.end - claim.start
        ]
        named = {measure for statement in over for measure in statement.measures}
        count["there"] += 1
        count["covered"] += bool(over)
        count["kind"] += any(statement.kind == claim.kind for statement in over)
        count["with"] += bool(claim.measures)
        count["matched"] += bool(named & set(claim.measures))
    columns = (
        Column("kind", "Kind"),
        Column("there", "Statements", kind="number", digits=0),
        Column("covered", "Covered by a drafted claim", kind="number", digits=0),
        Column("same_kind", "Of the same kind", kind="number", digits=0),
        Column("with_measures", "With measures", kind="number", digits=0),
        Column("matched", "Measure matched", kind="number", digits=0),
    )
    order = ("actor", "measure", "event", "clock", "dependency", "claim", "forecast", "mechanism")
    sums = sum(counts.values(), Counter())
    rows = tuple(
        (kind, c["there"], c["covered"], c["kind"], c["with"], c["matched"])
        for kind, c in [*((k, counts[k]) for k in order if k in counts), ("all", sums)]
    )
    return Table(name, "Statements of the record covered by the draft", columns, rows)


def score_reports(extractions: Mapping[str, Extraction], labels: Sequence[Label]) -> dict[str, Tally]:
    """Counts over several reports, by document id."""
    return total(
        tally(extraction.items, [label for label in labels if label.document == key])
        for key, extraction in extractions.items()
    )
