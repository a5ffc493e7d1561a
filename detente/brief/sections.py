"""The sections of a briefing: each written from what was found, with its heading, sentences, tables and figures."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from detente.brief import evidence as calendar
from detente.brief.content import (
    Block,
    Bullets,
    ClockBlock,
    ConflictBlock,
    MeasureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from detente.brief.findings import TODAY
from detente.core import known_each
from detente.dossier import age
from detente.show import build, make
from detente.show.figures import Figure, country_name
from detente.show.tables import (
    branch_sentence,
    evidence,
    findings as changes,
    firing_words,
    intervals,
    own_duty_sentences,
)
from detente.show.words import (
    Sentence,
    change_sentence,
    date_words,
    duty_sentence,
    number,
    percent,
    ranking_sentence,
)

if TYPE_CHECKING:
    from detente.brief.findings import Findings
    from detente.cases import Outcome


def outcome_section(findings: Findings) -> Section:
    """What each outcome costs whom."""
    economy, outcomes, reference, parties = (
        findings.economy,
        findings.outcomes,
        findings.reference,
        findings.parties,
    )
    beside = build(
        "horizons",
        economy=economy,
        outcomes_by_horizon=findings.both,
        reference=reference,
        parties=parties,
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
        reference=reference,
        parties=parties,
    )
    stories = tuple(_story(outcome, findings.dossier.asof) for outcome in outcomes.values())
    pair = build("pair", outcomes=outcomes, parties=parties)
    return Section(
        "outcomes",
        "What each outcome costs whom",
        (
            Paragraph(
                (
                    Sentence(
                        "Each outcome is a set of measures on a day, solved as an equilibrium of the world economy."
                    ),
                )
            ),
            Bullets(stories),
            findings.outcome_figure,
            *_costs(findings),
            *_ways(findings),
            TableBlock(
                build("levels", economy=economy, outcomes=outcomes, reference=reference, parties=parties)
            ),
            Paragraph((findings.contrast,)),
            TableBlock(beside),
            *((TableBlock(drivers, folded=True),) if drivers else ()),
            TableBlock(pair, folded=True),
            TableBlock(
                build("sensitivity", changes_by_set=findings.every, outcomes=outcomes, reference=reference),
                folded=True,
            ),
        ),
    )


def _story(outcome: Outcome, asof: dt.date) -> Sentence:
    """What an outcome is, when, and which clocks its date lets fire."""
    scenario = outcome.scenario
    return Sentence(
        f"{scenario.title}, on {date_words(scenario.on(asof))}: {scenario.story} {firing_words(outcome.timing)}".strip()
    )


def _costs(findings: Findings) -> tuple[Paragraph, ...]:
    """What the worst and the best outcome cost both sides and everyone else."""
    first, second = findings.parties
    worst, best = (
        pick(findings.rows, key=lambda row: row.value_usd[first] + row.value_usd[second]).outcome
        for pick in (min, max)
    )
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
        if row.outcome in (best, worst)
    )


def _ways(findings: Findings) -> tuple[Block, ...]:
    """How far the featured outcome turns on what nobody knows, and where a party's own duties decide what it loses."""
    owed = build(
        "own-duties",
        outcomes=findings.outcomes,
        featured=findings.featured,
        reference=findings.reference,
        parties=findings.parties,
    )
    blocks: list[Block] = []
    if owed.rows:
        blocks = [Paragraph(own_duty_sentences(owed)), TableBlock(owed, folded=True)]
    if findings.tree is not None:
        blocks += [
            Paragraph((branch_sentence(findings.tree, findings.parties),)),
            TableBlock(build("branches", tree=findings.tree, parties=findings.parties), folded=True),
        ]
    return tuple(blocks)


NOTHING_YET = "Nothing is recorded yet. The duties below are those of the base year; every outcome is its scenario's alone."


def standing_section(findings: Findings) -> Section:
    """Where things stand: duties, lives of measures, clocks, rounds, ledger."""
    dossier, parties = findings.dossier, findings.parties
    start, end = calendar.first_shown(dossier, parties), dt.date(dossier.asof.year, 12, 31)
    duty = duty_sentence(
        parties[0],
        parties[1],
        findings.average(parties[0]) / 100,
        "statutory, all layers, weighted by 2024 imports",
        dossier.asof,
        other_rate=findings.average(parties[1]) / 100,
        table="averages",
    )
    lives = calendar.spans(dossier, parties, start, end)
    earlier = any(calendar.before(measure, parties, start) for measure in dossier.measures.values())
    old = age(dossier)
    blocks: list[Block] = [Paragraph((duty, Sentence(old)) if old else (duty,))]
    if not dossier.measures:
        return Section("standing", "Where things stand", (Paragraph((Sentence(NOTHING_YET), duty)),))
    if lives:
        blocks.append(
            make(
                "timeline",
                spans=lives,
                asof=dossier.asof,
                start=start,
                end=end,
                since=start if earlier else None,
            )
        )
    blocks.append(ClockBlock(findings.clocks))
    blocks += [
        TableBlock(build("rounds", dossier=dossier)),
        MeasureBlock(evidence.measure_rows(dossier, parties)),
    ]
    return Section("standing", "Where things stand", tuple(blocks))


def duty_section(findings: Findings) -> Section:
    """The path of duties and their averages."""
    return Section(
        "duties",
        "The path of duties",
        (
            _path_of_duties(findings),
            TableBlock(
                findings.averages,
                columns=(
                    "importer",
                    "exporter",
                    "concept",
                    "average_pct",
                    "published_pct",
                    "published_source",
                ),
            ),
            _sector_duties(findings),
        ),
    )


def _path_of_duties(findings: Findings) -> Figure:
    """Average duty of each side on the other along the year, as known, and a month ahead."""
    dossier, parties = findings.dossier, findings.parties
    start = calendar.first_shown(dossier, parties)
    horizon = dossier.asof + dt.timedelta(days=30)
    days = {start, dossier.asof}
    for measure in dossier.measures.values():
        if measure.unit == "fraction":
            for value in measure.values:
                days |= {
                    day for day in (value.from_, value.until) if day is not None and start <= day <= horizon
                }
    ordered = sorted(days)
    rates = {
        pair: [
            float(row["average"] or 0) / 100
            for row in build(
                "duty-path",
                dossier=dossier,
                economy=findings.economy,
                importer=pair[0],
                exporter=pair[1],
                dates=ordered,
            ).records()
        ]
        for pair in (parties, parties[::-1])
    }
    figure: Figure = make(
        "duty-averages",
        dates=ordered,
        rates=rates,
        asof=dossier.asof,
        concept="statutory, all layers, weighted by 2024 imports; dashed: what the law provides, as known",
        events=calendar.events(dossier, start),
        end=horizon,
    )
    return figure


def _sector_duties(findings: Findings) -> Figure:
    """Duties of the first side on the second in the sectors it buys most of, by authority."""
    from detente.policy.duties import duty_stack

    dossier, parties = findings.dossier, findings.parties
    stack = duty_stack(findings.economy, dossier, date=dossier.asof, importer=parties[0], exporter=parties[1])
    by_sector = {
        stack.sector_names.get(code, code): {
            name: float(stack.rates[a, s])
            for a, name in enumerate(stack.authorities)
            if stack.rates[a, s] > 0
        }
        for s, code in enumerate(stack.sectors)
        if stack.weights[s] > 0
    }
    largest = sorted(
        (float(weight), stack.sector_names.get(code, code))
        for code, weight in zip(stack.sectors, stack.weights, strict=True)
        if weight > 0
    )[-12:]
    shown = {name: by_sector[name] for _, name in reversed(largest)}
    figure: Figure = make(
        "duties-by-authority",
        rates=shown,
        importer=parties[0],
        exporter=parties[1],
        day=dossier.asof.isoformat(),
        title=_range_title(shown, parties),
        own=dossier.authorities,
        remark=". ".join((*stack.remarks, "")).strip(),
    )
    return figure


def _range_title(shown: Mapping[str, Mapping[str, float]], parties: tuple[str, str]) -> str:
    """Say from where to where duties run among the sectors drawn."""
    total = known_each({name: 100 * math.fsum(rates.values()) for name, rates in shown.items()})
    low, high = min(total, key=total.__getitem__), max(total, key=total.__getitem__)
    importer, exporter = (country_name(code, in_sentence=True) for code in parties)
    return (
        f"Among the {len(shown)} sectors in which {importer} buys most from {exporter}, duties run from "
        f"{percent(total[low], 1)} ({low[:1].lower() + low[1:]}) to {percent(total[high], 1)} ({high[:1].lower() + high[1:]})."
    )


def diversion_section(findings: Findings) -> Section:
    """Who gains and who loses elsewhere."""
    pct, usd, table = findings.third
    says = [ranking_sentence(usd, findings.title, pct=pct, table="diversion")]
    if findings.draws:
        table = build(
            "third-trade-drawn",
            table=table,
            draws=findings.draws,
            key=findings.featured,
            reference=findings.reference,
        )
        says.append(intervals.third_party_sentence(table, usd, len(findings.draws.values)))
    return Section(
        "diversion",
        "Who gains and who loses elsewhere",
        (Paragraph(tuple(says)), findings.diversion_figure, TableBlock(table, folded=True)),
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
    sentences = tuple(changes.sector_money_sentence(code, rows, findings.title) for code in parties)
    said = tuple(
        intervals.sector_interval_sentence(
            drawn, code, [pick(own, key=lambda row: row.value_usd).sector for pick in (min, max)]
        )
        for code in parties
        if drawn and (own := [row for row in rows if row.country == code])
    )
    return Section(
        "sectors",
        "Which sectors are hit",
        (
            Bullets((*sentences, *said)),
            findings.sector_figure,
            *((TableBlock(drawn, folded=True),) if drawn else ()),
        ),
    )


def conflict_section(findings: Findings) -> Section | None:
    """What the reports disagree on; nothing without reports."""
    dossier = findings.dossier
    if not dossier.documents:
        return None
    cards = evidence.conflict_cards(dossier)
    chains = {document.chain for document in dossier.documents.values()}
    counted = build("evidence-counts", dossier=dossier)
    lead = Sentence(
        f"The {number(len(dossier.documents), 0)} reports descend from {number(len(chains), 0)} independent chains and make "
        f"{number(len(dossier.claims), 0)} claims on record; they contradict each other, or the facts, on {number(len(cards), 0)} matters.",
        (len(dossier.documents), len(chains), len(dossier.claims), len(cards)),
        "evidence_counts",
    )
    return Section(
        "disagreements",
        "What the reports disagree on",
        (Paragraph((lead,)), ConflictBlock(cards), TableBlock(counted, folded=True)),
    )


def comparison_section(findings: Findings) -> Section | None:
    """What other models say; nothing when the record holds no estimate."""
    table = make("estimates", dossier=findings.dossier)
    if table is None:
        return None
    lead = Sentence(
        "Published estimates of neighbouring scenarios, as they were known on the day of this briefing. They disagree with each "
        "other and with ours for reasons of horizon, use of revenue and speed of substitution; nothing here was tuned to them."
    )
    return Section("others", "What other models say", (Paragraph((lead,)), TableBlock(table)))
