"""The top of a briefing: the finding in a few sentences, and the three or four numbers beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detente.brief.content import KeyNumber
from detente.brief.findings import TODAY, Findings
from detente.dossier import age
from detente.show.tables import branch_sentence, intervals
from detente.show.words import (
    SMALL_QUARREL,
    Sentence,
    clock_sentence,
    counted,
    enough_digits,
    joined,
    percent_range,
    ranking_sentence,
)

if TYPE_CHECKING:
    from detente.dossier import Dossier


def record_sentence(dossier: Dossier) -> str:
    """Say how much the record behind a briefing holds."""
    held = [(len(dossier.measures), "measure", ""), (len(dossier.clocks), "clock", "")]
    if dossier.documents:
        held.append((len(dossier.claims), "claim", f" of {counted(len(dossier.documents), 'report')}"))
    else:
        held.append((len(dossier.rounds), "round", " of talks"))
    said = joined([counted(count, what) + more for count, what, more in held])
    return f"The record behind it holds {said}, each with its source."


def sentences(findings: Findings) -> Iterator[Sentence]:
    """The finding: outcomes for both sides, how sure, who else gains, what expires next, how old the record is."""
    for position, row in enumerate(findings.rows[:2]):
        yield findings.compared(row, "outcomes")
        if not position:
            yield findings.contrast
            if findings.in_all is not None:
                yield findings.in_all
            if findings.tree is not None:
                yield branch_sentence(findings.tree, findings.parties)
    yield _spread_sentence(findings)
    if findings.draws:
        yield intervals.drawn_sentence(
            findings.draws, findings.bands, findings.featured, findings.title, findings.parties
        )
    yield ranking_sentence(findings.third[1], findings.title, table="diversion")
    if findings.clocks:
        yield _clock_sentence(findings)
    if old := age(findings.dossier):
        yield Sentence(old)


def _clock_sentence(findings: Findings) -> Sentence:
    """The truce matters more than what fires first: lead with the next legal expiry."""
    soonest = next((row for row in findings.clocks if row.kind == "legal_expiry"), findings.clocks[0])
    what = "legal expiry" if soonest.kind == "legal_expiry" else "clock"
    return clock_sentence(soonest.title, soonest.fires, findings.dossier.asof, what=what).citing(
        soonest.source
    )


def _spread_sentence(findings: Findings) -> Sentence:
    """Say how far the featured outcome moves with the elasticities."""
    row = findings.rows[0]
    assert row.low_pct is not None
    assert row.high_pct is not None
    parts, values = [], []
    for position, code in enumerate(findings.parties):
        low, high = row.low_pct[code], row.high_pct[code]
        parts.append(f"in {findings.party(position)} by {percent_range(low, high)}")
        values += [low, high]
    text = f"Over {findings.sets_words}, “{row.outcome}” changes real income {' and '.join(parts)}."
    return Sentence(text, tuple(values), "outcomes")


def key_numbers(findings: Findings) -> Iterator[KeyNumber]:
    """The average duty, the featured outcome for both sides, the next one for the first."""
    drawn = findings.draws
    said = intervals.draw_words(findings.bands, len(drawn.values)) if drawn else ({}, {})
    yield KeyNumber(
        f"Average duty of {findings.party(0)} on goods from {findings.party(1)}",
        findings.average(findings.parties[0]),
        "%",
        "averages",
        "statutory, weighted by 2024 imports; no published average shares every detail of this concept",
        signed=False,
    )
    for position, row, words in ((0, 0, said[0]), (1, 0, said[0]), (0, 1, said[1])):
        if row < len(findings.rows):
            yield _income(findings, position, row, words.get(findings.parties[position], ""))


def _income(findings: Findings, position: int, which: int, words: str) -> KeyNumber:
    """Real income of a side under an outcome, with its range; in money where every share would read as nought.

    `words` are what draws say beside it.
    """
    small = max(abs(findings.rows[0].real_income_pct[party]) for party in findings.parties) < SMALL_QUARREL
    code, row = findings.parties[position], findings.rows[which]
    assert row.low_pct is not None
    assert row.high_pct is not None
    percents = (row.real_income_pct[code], row.low_pct[code], row.high_pct[code])
    return KeyNumber(
        f"Real income of {findings.party(position)}, “{row.outcome}”",
        row.value_usd[code] / 1e3 if small else row.real_income_pct[code],
        "USD bn" if small else "%",
        "outcomes",
        f"{'a year, ' if small else ''}against {TODAY}, {findings.horizon_words}{words}",
        digits=1 if small else enough_digits(percents, most=3),
        low=None if small else row.low_pct[code],
        high=None if small else row.high_pct[code],
        interval="" if small else findings.interval,
    )
