"""The top of a briefing: the question, the answer in one sentence, what its words mean, and the numbers beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detente.brief.content import KeyNumber
from detente.brief.findings import TODAY, Findings
from detente.dossier import age
from detente.show.tables import (
    ClockRow,
    days_left,
    firing_words,
    horizons,
    likeliest_sentence,
    vintage_words,
)
from detente.show.words import (
    SMALL_QUARREL,
    Sentence,
    answer_sentence,
    clock_sentence,
    counted,
    date_words,
    interval_sentence,
    joined,
    output_order_sentence,
    ranking_sentence,
)

if TYPE_CHECKING:
    from detente.dossier import Dossier

NEXT = 4
"""Clocks on the first screen."""


def record_sentence(dossier: Dossier) -> str:
    """Say how much the record behind a briefing holds."""
    held = [(len(dossier.measures), "measure", ""), (len(dossier.clocks), "clock", "")]
    if dossier.documents:
        held.append((len(dossier.claims), "claim", f" of {counted(len(dossier.documents), 'report')}"))
    else:
        held.append((len(dossier.rounds), "round", " of talks"))
    said = joined([counted(count, what) + more for count, what, more in held])
    return f"The record behind it holds {said}, each with its source."


def question(findings: Findings) -> str:
    """What the briefing answers."""
    return f"What would each outcome cost {findings.party(0)} and {findings.party(1)}?"


def opening(findings: Findings) -> Sentence:
    """The answer that can be said aloud: what the featured outcome does to both sides."""
    row = findings.rows[0]
    return answer_sentence(
        row.outcome,
        {code: row.value_usd[code] for code in findings.parties},
        {code: row.real_income_pct[code] for code in findings.parties},
        when=f"in the {findings.horizon_words}" if findings.horizon_words.endswith(" run") else "",
        table="outcomes",
    )


def terms(findings: Findings) -> Iterator[Sentence]:
    """What the words of the answer mean: real income, what it is compared with, the long run, the outcome."""
    outcome = findings.outcomes[findings.featured]
    scenario = outcome.scenario
    on = date_words(scenario.on(findings.dossier.asof))
    story = scenario.story.strip() or firing_words(outcome.timing) or "What the record holds for that day."
    yield Sentence(
        f"Real income is what a country’s income buys. Changes are against {TODAY}; money is dollars of {findings.economy.year} a year. "
        "The long run is five years and more."
    )
    yield Sentence(f"“{scenario.title}” means, on {on}: {story.rstrip('.')}.")
    if findings.tree is not None:
        yield likeliest_sentence(findings.tree, findings.parties)
    elif others := len(findings.rows) - 1:
        yield Sentence(f"The other {'outcome is' if others == 1 else 'outcomes are'} told below.")
    if apart := vintage_words(outcome):
        yield Sentence(apart.strip())


def sentences(findings: Findings) -> Iterator[Sentence]:
    """The finding in a few sentences: the answer, the first year, the best deal, how sure, who else gains, what expires next."""
    yield opening(findings)
    if findings.tree is not None:
        yield likeliest_sentence(findings.tree, findings.parties)
    yield first_year(findings)
    yield revenue_use(findings)
    if len(findings.rows) > 1:
        yield findings.compared(findings.rows[1], "outcomes")
    yield (nine_in_ten_sentence(findings) if findings.draws else spread_sentence(findings))
    yield ranking_sentence(findings.third[1], findings.title, table="diversion")
    if findings.clocks:
        yield _clock_sentence(findings)
    if old := age(findings.dossier):
        yield Sentence(old)


def first_year(findings: Findings) -> Sentence:
    """What the featured outcome does in the first year, against the long run; of output, where its order is the reverse."""
    return horizons.first_year_of(
        findings.economy, findings.both, findings.reference, findings.featured, findings.parties
    )


def revenue_use(findings: Findings) -> Sentence:
    """What duties are used for, which decides what they cost their own side."""
    return horizons.uses_sentence(findings.both, findings.reference)


def lead_words(findings: Findings) -> Iterator[Sentence]:
    """What stands beside the picture of the first screen: the sum along time, output where its order is the reverse, use of duties."""
    if findings.sums:
        yield horizons.sum_sentence(findings.sums[findings.featured])
    income, output = horizons.party_changes(
        findings.economy, findings.both["short"], findings.reference, findings.featured, findings.parties
    )
    order = output_order_sentence(income, output, table="horizons")
    if order is not None:
        yield order
    yield revenue_use(findings)


def _clock_sentence(findings: Findings) -> Sentence:
    """The truce matters more than what fires first: lead with the next legal expiry."""
    soonest = next((row for row in findings.clocks if row.kind == "legal_expiry"), findings.clocks[0])
    what = "legal expiry" if soonest.kind == "legal_expiry" else "clock"
    return clock_sentence(soonest.title, soonest.fires, findings.dossier.asof, what=what).citing(
        soonest.source
    )


def ahead(findings: Findings) -> tuple[ClockRow, ...]:
    """The next clocks, the next legal expiry always among them."""
    rows = findings.clocks
    expiry = next((row for row in rows if row.kind == "legal_expiry"), None)
    first = [row for row in rows if row is not expiry][: NEXT - (expiry is not None)]
    shown = [*first, *([] if expiry is None else [expiry])]
    return tuple(sorted(shown, key=lambda row: (days_left(row.fires, findings.dossier.asof), row.id)))


def spread_sentence(findings: Findings) -> Sentence:
    """Say how far the featured outcome moves with the elasticities."""
    row = findings.rows[0]
    assert row.low_pct is not None
    assert row.high_pct is not None
    ends = {code: (row.low_pct[code], row.high_pct[code]) for code in findings.parties}
    return interval_sentence(row.outcome, ends, f"Over {findings.sets_words},", table="outcomes")


def nine_in_ten_sentence(findings: Findings) -> Sentence:
    """Say from where to where the draws reach: nine in ten of them."""
    bands = findings.bands[findings.featured]
    assert findings.draws is not None
    ends = {code: (bands[code].low, bands[code].high) for code in findings.parties}
    over = f"In nine of ten of {len(findings.draws.values)} draws of what the model cannot know,"
    return interval_sentence(findings.title, ends, over, table="horizons")


def key_numbers(findings: Findings) -> Iterator[KeyNumber]:
    """What the featured outcome is worth to each side, and the average duty of the first."""
    for position in (0, 1):
        yield _income(findings, position)
    yield KeyNumber(
        f"Average duty of {findings.party(0)} on goods from {findings.party(1)} today",
        findings.average(findings.parties[0]),
        "%",
        "averages",
        f"by law, weighted by imports of {findings.economy.year}",
        signed=False,
    )


def _income(findings: Findings, position: int) -> KeyNumber:
    """Real income of a side under the featured outcome in money, with its range where shares can be told from nought."""
    code, row = findings.parties[position], findings.rows[0]
    assert row.low_pct is not None
    assert row.high_pct is not None
    small = max(abs(row.real_income_pct[party]) for party in findings.parties) < SMALL_QUARREL
    billion = row.value_usd[code] / 1e3
    return KeyNumber(
        f"Real income of {findings.party(position)}, “{row.outcome}”",
        billion,
        "USD bn a year",
        "outcomes",
        findings.horizon_words,
        digits=0 if abs(billion) >= 10 else 1 if abs(billion) >= 0.1 else 3,
        share=None if small else row.real_income_pct[code],
    )
