"""Contradictions as a person reads them: one small table each, the readings side by side, the one taken and why below.

Change over time is not disagreement: the sheets come in groups, and the overview counts each kind by itself.
"""

from __future__ import annotations

from detente.core import Cell, Column, Table
from detente.dossier.claims import chains
from detente.dossier.dossier import Dossier
from detente.dossier.measure import Conflict

KINDS = {
    "disagreement": "The reports disagree",
    "error": "A report errs",
    "wording": "Same matter, other words",
    "change_over_time": "No disagreement: the matter changed between the reports",
    "concept": "No disagreement: each means another concept",
}
"""Kinds of conflict in the order in which they are shown."""
REAL = ("disagreement", "error")


def overview(dossier: Dossier) -> Table:
    """Number of contradictions by kind, and how many of them rest on more than one wire story.

    Returns
    -------
    Table
    """
    rows: list[tuple[Cell, ...]] = []
    for kind, words in KINDS.items():
        mine = [conflict for conflict in dossier.conflicts.values() if conflict.kind == kind]
        several = sum(len(_stories(dossier, conflict)) > 1 for conflict in mine)
        altered = sum(_altered(dossier, conflict) for conflict in mine)
        rows.append((words, len(mine), several, altered, "yes" if kind in REAL else "no"))
    columns = (
        Column("kind", "Kind"),
        Column("count", "Matters", "count", "number", 0),
        Column("several", "Over several wire stories", "count", "number", 0),
        Column("altered", "With an altered quotation", "count", "number", 0),
        Column("real", "A contradiction"),
    )
    note = f"Reports that descend from one wire story are one observation. As known on {dossier.asof}."
    return Table("conflict_overview", "Where the reports part", columns, tuple(rows), note)


def conflict_list(dossier: Dossier) -> Table:
    """Contradictions, one a row: what each is about, of what kind, on how many wire stories it rests, and the reading taken.

    Parameters
    ----------
    dossier : Dossier

    Returns
    -------
    Table

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> record = load_dossier("busan-2025")
    >>> len(conflict_list(record)) == len(record.conflicts)
    True
    """
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            conflict.id,
            conflict.kind.replace("_", " "),
            conflict.question,
            len(conflict.readings),
            len(_stories(dossier, conflict)),
            conflict.reading_taken.strip(),
        )
        for conflict in _in_order(dossier)
    )
    columns = (
        Column("id", "Conflict"),
        Column("kind", "Kind"),
        Column("question", "Question"),
        Column("readings", "Readings", "count", "number", 0),
        Column("observations", "Wire stories", "count", "number", 0),
        Column("reading_taken", "Reading taken"),
    )
    return Table("conflict_list", "Where the reports part, one by one", columns, rows)


def _in_order(dossier: Dossier) -> list[Conflict]:
    """Contradictions in the order in which their kinds are shown."""
    order = list(KINDS)
    return sorted(dossier.conflicts.values(), key=lambda conflict: order.index(conflict.kind))


def _stories(dossier: Dossier, conflict: Conflict) -> set[str]:
    return chains(dossier, (key for reading in conflict.readings for key in reading.claims))


def _altered(dossier: Dossier, conflict: Conflict) -> bool:
    keys = [key for reading in conflict.readings for key in reading.claims]
    return any(dossier.claims[key].verdict == "altered_quote" for key in keys)


def sheet(dossier: Dossier, conflict: Conflict) -> Table:
    """One contradiction: a column a reading, the reading taken and why in the note.

    Parameters
    ----------
    dossier : Dossier
    conflict : Conflict

    Returns
    -------
    Table
    """
    says: list[Cell] = ["says"]
    places: list[Cell] = ["where"]
    dates: list[Cell] = ["dated"]
    verdicts: list[Cell] = ["verdict"]
    counts: list[Cell] = ["independent observations"]
    for reading in conflict.readings:
        claims = [dossier.claims[key] for key in reading.claims]
        documents = dict.fromkeys(claim.document for claim in claims)
        says.append(reading.says)
        places.append(", ".join(f"{claim.document}:L{claim.line}" for claim in claims))
        dates.append(", ".join(sorted({dossier.documents[key].date.isoformat() for key in documents})))
        verdicts.append(", ".join(dict.fromkeys(claim.verdict.replace("_", " ") for claim in claims)))
        counts.append(str(len(chains(dossier, reading.claims))))
    columns = (
        Column("what", ""),
        *(Column(f"reading_{n}", f"Reading {n}") for n in range(1, len(conflict.readings) + 1)),
    )
    told = [f"Taken: {conflict.reading_taken.strip()}", f"Why: {conflict.why.strip()}"]
    told.append(
        f"Basis: {conflict.basis.replace('_', ' ')}" + (f" ({conflict.source})" if conflict.source else "")
    )
    if conflict.later:
        told.append(f"Later: {conflict.later.strip()}")
    note = " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in told)
    title = f"{conflict.question} [{conflict.id}; {conflict.kind.replace('_', ' ')}]"
    rows = (tuple(says), tuple(places), tuple(dates), tuple(verdicts), tuple(counts))
    return Table(f"conflict-{conflict.id}", title, columns, rows, note)


def sheets(dossier: Dossier) -> list[Table]:
    """The overview and one sheet a contradiction, grouped by kind.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> dossier = load_dossier("busan-2025")
    >>> len(sheets(dossier)) == len(dossier.conflicts) + 1
    True
    """
    return [overview(dossier), *(sheet(dossier, conflict) for conflict in _in_order(dossier))]
