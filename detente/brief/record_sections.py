"""The sections of a briefing that tell of the record: what moves, the path of duties, contradictions, other models."""

from __future__ import annotations

import datetime as dt
import math
import re
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
from detente.core import known_each
from detente.dossier import age
from detente.show import build, make
from detente.show.figures import ClockDot, Figure, country_name
from detente.show.tables import ClockRow, ConflictCard, MeasureRow, evidence, rates_of_largest
from detente.show.words import (
    Sentence,
    cardinal,
    count_words,
    counted,
    duty_sentence,
    number,
    percent,
)
from detente.validation import beside_estimates

if TYPE_CHECKING:
    from detente.brief.findings import Findings

NOTHING_YET = "Nothing is recorded yet. The duties below are those of the base year; every outcome is its scenario's alone."
MOVING_DAYS = 30
"""Days before and after the as-of day within which a measure that changes is on the page."""
LEGAL = ("legal_expiry", "threat_deadline", "entry_into_force")
"""Kinds of clocks that move a duty or a control."""
MOST_MOVING, MOST_CLOCKS, MATTER = 9, 7, 3
"""Measures, clocks and contradictions on the page; the annex has all."""
LATELY = 1
"""Of the measures, at least as many that changed, where there are."""


def _duty(findings: Findings) -> Sentence:
    """Where the average duties of both sides stand."""
    parties = findings.parties
    return duty_sentence(
        parties[0],
        parties[1],
        findings.average(parties[0]) / 100,
        f"by law, all layers, weighted by imports of {findings.economy.year}",
        findings.dossier.asof,
        other_rate=findings.average(parties[1]) / 100,
        table="averages",
    )


def standing_section(findings: Findings) -> Section:
    """Where things stand: what changed and what is coming; the lives of all measures, clocks and rounds behind."""
    dossier, parties = findings.dossier, findings.parties
    if not dossier.measures:
        return Section(
            "standing",
            "Nothing is recorded yet",
            (Paragraph((Sentence(NOTHING_YET), _duty(findings))),),
            label="Where it stands",
        )
    rows = evidence.measure_rows(dossier, parties)
    moving = changing(rows, dossier.asof)
    old = age(dossier)
    blocks: list[Block] = [Paragraph((Sentence(old),))] if old else []
    if findings.clocks:
        blocks.append(_calendar(findings.clocks[:MOST_CLOCKS], dossier.asof))
    if moving:
        blocks.append(
            MeasureBlock(moving, name="measures-moving", title="What changed lately and what is coming")
        )
    behind: list[Block] = [*_lives(findings)]
    if findings.clocks:
        behind.append(ClockBlock(findings.clocks))
    behind += [TableBlock(build("rounds", dossier=dossier))] if dossier.rounds else []
    behind.append(MeasureBlock(rows, title="Every measure and its status"))
    return Section(
        "standing", _moving_title(rows, dossier.asof), tuple(blocks), tuple(behind), "What is next"
    )


def _near(row: MeasureRow, asof: dt.date) -> tuple[bool, bool]:
    """Whether a measure changed lately, and whether it is due to."""
    since = (asof - dt.date.fromisoformat(row.since)).days
    until = (dt.date.fromisoformat(row.until) - asof).days if row.until else -1
    return 0 <= since <= MOVING_DAYS, 0 <= until <= MOVING_DAYS


def changing(rows: tuple[MeasureRow, ...], asof: dt.date) -> tuple[MeasureRow, ...]:
    """Measures that are about to change or did lately: what is due first, then the latest."""
    near = [row for row in rows if any(_near(row, asof))]
    near.sort(key=lambda row: (not _near(row, asof)[1], row.until if _near(row, asof)[1] else "", row.id))
    latest = sorted(
        (row for row in near if not _near(row, asof)[1]), key=lambda row: (row.since, row.id), reverse=True
    )
    due = [row for row in near if _near(row, asof)[1]]
    coming = due[: MOST_MOVING - min(len(latest), LATELY)]
    return tuple((*coming, *latest)[:MOST_MOVING])


def _moving_title(rows: tuple[MeasureRow, ...], asof: dt.date) -> str:
    """How many measures changed lately, and how many are due to."""
    lately, due = (sum(_near(row, asof)[k] for row in rows) for k in (0, 1))
    if not lately and not due:
        return (
            f"No measure changed in the last {MOVING_DAYS} days, and none is due to in the next {MOVING_DAYS}"
        )
    past = (
        f"{count_words(lately, 'measure') if lately else 'no measure'} changed in the last {MOVING_DAYS} days"
    )
    self = "itself" if due == 1 else "themselves"
    ahead = f"{cardinal(due)} will change by {self}" if due else "none is due to"
    return f"{past[0].upper()}{past[1:]}; {ahead} in the next {MOVING_DAYS}"


def _calendar(clocks: tuple[ClockRow, ...], asof: dt.date) -> Figure:
    """The clocks ahead along the calendar, each with what it does."""
    figure: Figure = make(
        "clock-marks",
        rows=[ClockDot(row.title, row.fires, row.on_firing) for row in clocks],
        asof=asof,
        title=f"Unless somebody acts, the first of {count_words(len(clocks), 'clock')} ahead fires in "
        f"{counted(evidence.days_left(clocks[0].fires, asof), 'day')}, the last in "
        f"{counted(evidence.days_left(clocks[-1].fires, asof), 'day')}."
        if len(clocks) > 1
        else "",
    )
    return figure


def _lives(findings: Findings) -> tuple[Figure, ...]:
    """The lives of the measures on the calendar; nothing where there are none."""
    dossier, parties = findings.dossier, findings.parties
    start, end = calendar.first_shown(dossier, parties), dt.date(dossier.asof.year, 12, 31)
    lives = calendar.spans(dossier, parties, start, end)
    if not lives:
        return ()
    earlier = any(calendar.before(measure, parties, start) for measure in dossier.measures.values())
    figure: Figure = make(
        "timeline", spans=lives, asof=dossier.asof, start=start, end=end, since=start if earlier else None
    )
    return (figure,)


def duty_section(findings: Findings) -> Section:
    """The path of duties and their averages."""
    path = _path_of_duties(findings)
    return Section(
        "duties",
        _duty_title(findings, path),
        (path,),
        (
            *((Paragraph((_duty(findings),)),) if findings.dossier.measures else ()),
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
        label="Duties",
    )


def _duty_title(findings: Findings, path: Figure) -> str:
    """Where average duties stand, and where they go if nobody acts."""
    parties = findings.parties
    names = [country_name(code, in_sentence=True) for code in parties]
    now = [number(findings.average(code), 0) for code in parties]
    last = list(path.table.rows[-1])
    then = [number(float(cell or 0.0), 0) for cell in last[2:4]]
    head = f"Average duties stand at {now[0]} percent into {names[0]} and {now[1]} percent into {names[1]}"
    if last[1] != "scheduled" or then == now:
        return head
    return f"{head}; left alone they go to {then[0]} and {then[1]} percent within 30 days"


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
        concept=f"by law, all layers, weighted by imports of {findings.economy.year}",
        events=calendar.events(dossier, start),
        end=horizon,
    )
    return figure


def _sector_duties(findings: Findings) -> Figure:
    """Duties of the first side on the second in the sectors it buys most of, by authority."""
    from detente.policy.duties import duty_stack

    dossier, parties = findings.dossier, findings.parties
    stack = duty_stack(findings.economy, dossier, date=dossier.asof, importer=parties[0], exporter=parties[1])
    shown = rates_of_largest(stack)
    figure: Figure = make(
        "duties-by-authority",
        rates=shown,
        importer=parties[0],
        exporter=parties[1],
        day=dossier.asof.isoformat(),
        concept=f"import-weighted within the sector, {findings.economy.year} trade",
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


def conflict_section(findings: Findings) -> Section | None:
    """What the reports disagree on: the matters that bear on the numbers, and all of them behind; nothing without reports."""
    dossier = findings.dossier
    if not dossier.documents:
        return None
    cards = evidence.conflict_cards(dossier)
    chains = {document.chain for document in dossier.documents.values()}
    lead = Sentence(
        f"The {number(len(dossier.documents), 0)} reports descend from {number(len(chains), 0)} independent chains and make "
        f"{number(len(dossier.claims), 0)} claims on record.",
        (len(dossier.documents), len(chains), len(dossier.claims)),
        "evidence_counts",
    )
    few = bearing(cards, findings)
    items = tuple(
        Sentence(
            f"{card.question} {_readings(card)} Taken: {card.reading_taken}",
            sources=(card.source,) if card.source else (),
        )
        for card in few
    )
    title = (
        f"Reports contradict each other on {cardinal(len(cards))} matters; {cardinal(len(few))} bear on the numbers"
        if cards
        else "The reports contradict each other on nothing"
    )
    return Section(
        "disagreements",
        title,
        (Paragraph((lead,)), *((Bullets(items),) if items else ())),
        (
            *((ConflictBlock(cards),) if cards else ()),
            TableBlock(build("evidence-counts", dossier=dossier)),
        ),
        label="Contradictions",
    )


def _readings(card: ConflictCard) -> str:
    """What the reports say, in a row."""
    says = [reading.says.rstrip(".") for reading in card.readings]
    return f"Reports say: {'; '.join(says)}."


def bearing(cards: tuple[ConflictCard, ...], findings: Findings) -> tuple[ConflictCard, ...]:
    """The contradictions that bear on the numbers: those that ask about a measure that changes, or a legal clock."""
    dossier = findings.dossier
    rows = evidence.measure_rows(dossier, findings.parties)
    titles = [row.title for row in rows if any(_near(row, dossier.asof))]
    titles += [clock.title for clock in findings.clocks if clock.kind in LEGAL]
    known = [_stems(title) for title in titles]

    def weight(card: ConflictCard) -> tuple[int, int]:
        asked = _stems(card.question)
        return (-(card.kind != "wording"), -max((len(asked & stems) for stems in known), default=0))

    ranked = sorted(range(len(cards)), key=lambda k: (weight(cards[k]), k))
    return tuple(cards[k] for k in ranked[:MATTER])


def _stems(text: str) -> set[str]:
    """Beginnings of the words that carry meaning."""
    return {word[:5] for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 3 or word.isdigit()}


def comparison_section(findings: Findings) -> Section | None:
    """What other models say; nothing when the record holds no estimate."""
    table = make("estimates", dossier=findings.dossier, beside=beside_estimates(findings.dossier))
    if table is None:
        return None
    lead = Sentence(
        f"{len(table)} published estimates of neighbouring scenarios were known on the day of this briefing. They disagree with each "
        "other and with ours for reasons of horizon, use of revenue and speed of substitution; nothing here was tuned to them."
    )
    return Section(
        "others",
        "Other models disagree, mostly on how fast trade adjusts",
        (Paragraph((lead,)),),
        (TableBlock(table),),
        label="Other models",
    )
