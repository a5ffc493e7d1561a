"""The top of a briefing: the finding in a few sentences, and the three or four numbers beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from detente.brief.content import KeyNumber
from detente.brief.findings import TODAY, Findings
from detente.dossier import age
from detente.show.tables import intervals
from detente.show.words import SMALL_QUARREL, Sentence, clock_sentence, percent_range, ranking_sentence

if TYPE_CHECKING:
    from detente.dossier import Dossier


def record_sentence(dossier: Dossier) -> str:
    """Say how much the record behind a briefing holds."""
    return (
        f"The record behind it holds {len(dossier.measures)} measures, {len(dossier.clocks)} clocks and "
        + (
            f"{len(dossier.claims)} claims of {len(dossier.documents)} reports, each with its source."
            if dossier.documents
            else f"{len(dossier.rounds)} rounds of talks, each with its source."
        )
    )


def sentences(found: Findings) -> Iterator[Sentence]:
    """The finding: outcomes for both sides, how sure, who else gains, what expires next, how old the record is."""
    for row in found.rows[:2]:
        yield found.compared(row, "outcomes")
    yield _spread_sentence(found)
    if found.draws:
        yield intervals.drawn_sentence(found.draws, found.bands, found.featured, found.title, found.parties)
    yield ranking_sentence(found.third[1], found.title, table="diversion")
    if found.clocks:
        yield _clock_sentence(found)
    if old := age(found.dossier):
        yield Sentence(old)


def _clock_sentence(found: Findings) -> Sentence:
    """The truce matters more than what fires first: lead with the next legal expiry."""
    soonest = next((row for row in found.clocks if row.kind == "legal_expiry"), found.clocks[0])
    said = clock_sentence(soonest.title, soonest.fires, found.dossier.asof).citing(soonest.source)
    if soonest.kind != "legal_expiry":
        return said
    return replace(said, text=said.text.replace("The next clock:", "The next legal expiry:"))


def _spread_sentence(found: Findings) -> Sentence:
    """Say how far the featured outcome moves with the elasticities."""
    row = found.rows[0]
    assert row.low_pct is not None
    assert row.high_pct is not None
    parts, values = [], []
    for position, code in enumerate(found.parties):
        low, high = row.low_pct[code], row.high_pct[code]
        parts.append(f"in {found.party(position)} by {percent_range(low, high)}")
        values += [low, high]
    text = f"Over {found.sets_words}, “{row.outcome}” changes real income {' and '.join(parts)}."
    return Sentence(text, tuple(values), "outcomes")


def key_numbers(found: Findings) -> Iterator[KeyNumber]:
    """The average duty, the featured outcome for both sides, the next one for the first."""
    drawn = found.draws
    said = intervals.draw_words(found.bands, len(drawn.values)) if drawn else ({}, {})
    yield KeyNumber(
        f"Average duty of {found.party(0)} on goods from {found.party(1)}",
        found.average(found.parties[0]),
        "%",
        "averages",
        "statutory, weighted by 2024 imports; no published average shares every detail of this concept",
        signed=False,
    )
    for position, row, words in ((0, 0, said[0]), (1, 0, said[0]), (0, 1, said[1])):
        if row < len(found.rows):
            yield _income(found, position, row, words.get(found.parties[position], ""))


def _income(found: Findings, position: int, which: int, words: str) -> KeyNumber:
    """Real income of a side under an outcome, in money where every share would read as nought; `words` are those of draws."""
    code, row = found.parties[position], found.rows[which]
    assert row.low_pct is not None
    assert row.high_pct is not None
    small = max(abs(found.rows[0].real_income_pct[side]) for side in found.parties) < SMALL_QUARREL
    return KeyNumber(
        f"Real income of {found.party(position)}, “{row.outcome}”",
        row.value_usd[code] / 1e3 if small else row.real_income_pct[code],
        "USD bn a year" if small else "%",
        "outcomes",
        f"against {TODAY}, {found.horizon_words}{words}",
        digits=1 if small else 2,
        low=None if small else row.low_pct[code],
        high=None if small else row.high_pct[code],
        interval="" if small else found.interval,
    )
