"""The sections of a briefing that tell of outcomes: each a finding, written from what was found, with the annex behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from detente.brief.content import Block, Bullets, Paragraph, Section, TableBlock
from detente.brief.findings import TODAY
from detente.brief.lead import everyone_figure
from detente.brief.summary import first_year, nine_in_ten_sentence, revenue_use, spread_sentence
from detente.core import known, known_each
from detente.show import build, make
from detente.show.figures import country_name
from detente.show.tables import (
    branch_sentence,
    findings as changes,
    firing_words,
    intervals,
    own_duty_sentences,
)
from detente.show.words import (
    Sentence,
    cardinal,
    change_sentence,
    date_words,
    joined,
    lower_first,
    ranking_sentence,
)

if TYPE_CHECKING:
    from detente.brief.findings import Findings
    from detente.cases import Outcome
    from detente.core import Table


def outcome_section(findings: Findings) -> Section:
    """What each outcome costs whom."""
    economy, outcomes, parties = findings.economy, findings.outcomes, findings.parties
    reference = findings.reference
    others = [outcome for key, outcome in outcomes.items() if key not in (reference, findings.featured)]
    asof = findings.dossier.asof
    compared = [findings.compared(row, "outcomes") for row in findings.rows[1:2]]
    in_all = [] if findings.in_all is None else [findings.in_all]
    blocks: list[Block] = [Paragraph((first_year(findings), revenue_use(findings), *in_all, *compared))]
    if others:
        blocks.append(Bullets(tuple(_story(outcome, asof) for outcome in others)))
    says, behind = _ways(findings)
    return Section(
        "outcomes",
        _ranked_title(findings),
        (*blocks, *says),
        (
            Paragraph((findings.contrast,)),
            findings.outcome_figure,
            *_costs(findings),
            *behind,
            TableBlock(
                build("levels", economy=economy, outcomes=outcomes, reference=reference, parties=parties)
            ),
            *_fires(outcomes),
            TableBlock(build("pair", outcomes=outcomes, parties=parties)),
        ),
        label="Outcomes",
    )


def _ranked_title(findings: Findings) -> str:
    """Which outcome is best and which is worst for both sides together."""
    first, second = findings.parties
    worth = known_each({row.outcome: row.value_usd[first] + row.value_usd[second] for row in findings.rows})
    best, worst = max(worth, key=worth.__getitem__), min(worth, key=worth.__getitem__)
    if len(worth) == 1:
        verb = "costs" if worth[best] < 0 else "is worth something to"
        return f"“{best}” {verb} the two sides together"
    if worth[best] <= 0:
        return f"Every outcome costs the two sides; “{worst}” costs them most"
    return f"For the two sides together “{best}” is best and “{worst}” worst"


def _story(outcome: Outcome, asof: dt.date) -> Sentence:
    """What an outcome is, and when."""
    scenario = outcome.scenario
    story = scenario.story.strip() or firing_words(outcome.timing)
    return Sentence(f"{scenario.title}, on {date_words(scenario.on(asof))}: {story}".strip())


def _fires(outcomes: Mapping[str, Outcome]) -> list[Block]:
    """Which clocks the date of each outcome lets fire."""
    said = [(outcome.scenario.title, firing_words(outcome.timing)) for outcome in outcomes.values()]
    items = tuple(Sentence(f"{title}: {words}") for title, words in said if words)
    return [Bullets(items)] if items else []


def _costs(findings: Findings) -> tuple[Paragraph, ...]:
    """What every outcome costs both sides and everyone else."""
    first, second = findings.parties
    return tuple(
        Paragraph(
            tuple(
                change_sentence(
                    code,
                    row.real_income_pct[code],
                    row.value_usd[code],
                    "" if position else row.outcome,
                    against="" if position else TODAY,
                    table="outcomes",
                )
                for position, code in enumerate((first, second, changes.REST))
            )
        )
        for row in findings.rows
    )


def _ways(findings: Findings) -> tuple[list[Block], list[Block]]:
    """How far the featured outcome turns on what nobody knows, and where a party's own duties decide what it loses."""
    owed = build(
        "own-duties",
        outcomes=findings.outcomes,
        featured=findings.featured,
        reference=findings.reference,
        parties=findings.parties,
    )
    says: list[Block] = []
    behind: list[Block] = []
    if findings.tree is not None:
        says.append(Paragraph((branch_sentence(findings.tree, findings.parties),)))
        behind.append(TableBlock(build("branches", tree=findings.tree, parties=findings.parties)))
    if owed.rows:
        says.append(Paragraph(own_duty_sentences(owed)))
        behind.append(TableBlock(owed))
    return says, behind


def certainty_section(findings: Findings) -> Section:
    """How sure the answer is, and what it hangs on."""
    beside = build(
        "horizons",
        economy=findings.economy,
        outcomes_by_horizon=findings.both,
        reference=findings.reference,
        parties=findings.parties,
        spread=findings.spread,
        headline=findings.headline,
        drawn=findings.drawn,
        sums=findings.sums,
    )
    drivers = findings.draws and make(
        "drivers-of-sides",
        draws=findings.draws,
        key=findings.featured,
        title=findings.title,
        reference=findings.reference,
        parties=findings.parties,
    )
    sensitivity = build(
        "sensitivity",
        changes_by_set=findings.every,
        outcomes=findings.outcomes,
        reference=findings.reference,
    )
    return Section(
        "certainty",
        _sure_title(findings),
        (Paragraph(tuple(_how_sure(findings))),),
        (
            TableBlock(beside),
            *_exactly(findings),
            *((TableBlock(drivers),) if drivers else ()),
            TableBlock(sensitivity),
        ),
        label="How sure",
    )


def _how_sure(findings: Findings) -> list[Sentence]:
    """What is unknown, from where to where the answer moves with it, and what is left out."""
    says = [
        Sentence(
            "The largest unknowns are elasticities: how easily buyers turn from one supplier to another."
        ),
        spread_sentence(findings),
    ]
    if findings.draws:
        says += [
            Sentence(
                "The draws vary these, how easily firms replace one input by another, and the effects of measures that nobody has measured."
            ),
            nine_in_ten_sentence(findings),
        ]
    says.append(
        Sentence(
            "They leave out what no model of trade holds: a recession on the way, a panic, inputs that cannot be had at any price."
        )
    )
    return says


def _exactly(findings: Findings) -> tuple[Paragraph, ...]:
    """The interval with the error of its ends and the names of what was drawn, for the annex."""
    if not findings.draws:
        return ()
    said = intervals.drawn_sentence(
        findings.draws, findings.bands, findings.featured, findings.title, findings.parties
    )
    return (Paragraph((said,)),)


def _sure_title(findings: Findings) -> str:
    """Whether the direction is the same everywhere in the ranges of both sides."""
    row = findings.rows[0]
    assert row.low_pct is not None
    assert row.high_pct is not None
    ends = [(row.low_pct[code], row.high_pct[code]) for code in findings.parties]
    if findings.draws:
        bands = findings.bands[findings.featured]
        ends += [(bands[code].low, bands[code].high) for code in findings.parties]
    if all(known(low) > 0 or known(high) < 0 for low, high in ends):
        return "The direction is the same in every trial; the size is not"
    return "Not even the direction is the same in every trial"


def diversion_section(findings: Findings) -> Section:
    """Who gains and who loses elsewhere."""
    pct, usd, table = findings.third
    behind: list[Block] = []
    if findings.draws:
        table = build(
            "third-trade-drawn",
            table=table,
            draws=findings.draws,
            key=findings.featured,
            reference=findings.reference,
        )
        count = len(findings.draws.values)
        behind.append(Paragraph((intervals.third_party_sentence(table, usd, count),)))
    ranking = ranking_sentence(usd, findings.title, pct=pct, table="diversion")
    return Section(
        "diversion",
        _elsewhere_title(findings, usd),
        (Paragraph((ranking,)), everyone_figure(findings)),
        (findings.diversion_figure, *behind, TableBlock(table)),
        label="Everyone else",
    )


def _elsewhere_title(findings: Findings, usd: Mapping[str, float]) -> str:
    """How many of the others gain and lose: of the same numbers as the ranking."""
    size = known_each(usd)
    gain, lose = (sum(sign * value >= 0.5 for value in size.values()) for sign in (1, -1))
    said = [f"{cardinal(count)} {verb}" for count, verb in ((gain, "gain"), (lose, "lose")) if count]
    return (
        f"Of the {cardinal(len(size))} other economies {joined(said)}"
        if said
        else "The other economies hardly notice"
    )


def sector_section(findings: Findings) -> Section:
    """Which sectors are hit."""
    parties = findings.parties
    drawn = findings.draws and build(
        "sector-intervals",
        draws=findings.draws,
        key=findings.featured,
        reference=findings.reference,
        parties=parties,
    )
    rows = findings.sectors
    said = _sector_intervals(findings, drawn) if drawn else ()
    sides = tuple(changes.sector_money_sentence(code, rows, findings.title) for code in parties)
    return Section(
        "sectors",
        _sector_title(findings),
        (findings.sector_figure,),
        (
            Bullets((*sides, *said)),
            *((TableBlock(drawn),) if drawn else ()),
        ),
        label="Sectors",
    )


def _sector_intervals(findings: Findings, drawn: Table) -> tuple[Sentence, ...]:
    """The intervals of the sectors that lose and gain most on each side."""
    said = []
    for code in findings.parties:
        if own := [row for row in findings.sectors if row.country == code]:
            ends = [pick(own, key=lambda row: row.value_usd).sector for pick in (min, max)]
            said.append(intervals.sector_interval_sentence(drawn, code, ends))
    return tuple(said)


def _sector_title(findings: Findings) -> str:
    """The sector of each side that loses most."""
    words = []
    for code in findings.parties:
        own = {row.sector: row.value_usd for row in findings.sectors if row.country == code}
        size = known_each(own)
        worst = min(size, key=lambda name: (size[name], name), default="")
        if worst and size[worst] < -0.5:
            words.append(f"{lower_first(worst)} in {country_name(code, in_sentence=True)}")
    return (
        f"Hit hardest: {joined(words)}" if words else "No sector of either side loses as much as $1 million"
    )
