"""The sections of a briefing, each from the record or the solved outcomes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.brief import evidence as calendar
from detente.brief.content import (
    Block,
    Bullets,
    ClockBlock,
    ClockRow,
    ConflictBlock,
    MeasureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from detente.core import InputError, Table, known_each
from detente.dossier import Grade, Status, age
from detente.show import build, make
from detente.show.figures import charts, country_name
from detente.show.tables import evidence, findings, firing_words, horizons, intervals
from detente.show.words import (
    Sentence,
    change_sentence,
    date_words,
    duty_sentence,
    joined,
    money,
    number,
    percent,
)

if TYPE_CHECKING:
    from detente.cases import Outcome
    from detente.dossier import Dossier
    from detente.policy import NotYet
    from detente.world import Economy

TODAY = "what is in force today"


def average(averages: Table, importer: str, key: str = "import_weighted_2024") -> float:
    """One average of `averages` for an importer, percent."""
    for row in averages.records():
        if row["importer"] == importer and row["key"] == key:
            return float(row["average_pct"] or 0.0)
    raise InputError(f"no average `{key}` for {importer}")


def outcome_section(
    asof: dt.date,
    economy: Economy,
    outcomes: Mapping[str, Outcome],
    reference: str,
    parties: tuple[str, str],
    rows: Sequence[charts.OutcomeRow],
    figure: Block,
    spread: Mapping[str, Mapping[str, Mapping[str, findings.Change]]],
    best: str,
    worst: str,
    beside: Table,
    contrast: Sentence,
    drivers: Table | None,
) -> Section:
    """What each outcome costs whom."""
    stories = tuple(
        Sentence(
            f"{outcome.scenario.title}, on {date_words(outcome.scenario.on(asof))}: {outcome.scenario.story} "
            f"{firing_words(outcome.timing)}".strip()
        )
        for outcome in outcomes.values()
    )
    costs = tuple(
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
                for position, code in enumerate((*parties, findings.REST))
            )
        )
        for row in rows
        if row.outcome in (best, worst)
    )
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
            figure,
            *costs,
            TableBlock(
                build("levels", economy=economy, outcomes=outcomes, reference=reference, parties=parties)
            ),
            Paragraph((contrast,)),
            TableBlock(beside),
            *((TableBlock(drivers, folded=True),) if drivers else ()),
            TableBlock(pair, folded=True),
            TableBlock(
                build("sensitivity", found=spread, outcomes=outcomes, reference=reference), folded=True
            ),
        ),
    )


NOTHING_YET = (
    "Nothing is recorded yet: no measure, no clock, no meeting. The duties below are those of the base year, and every outcome is "
    "one of its scenarios alone."
)


def standing_section(
    dossier: Dossier, parties: tuple[str, str], averages: Table, clock_rows: tuple[ClockRow, ...]
) -> Section:
    """Where things stand: duties, lives of measures, clocks, rounds, ledger."""
    start, end = calendar.first_shown(dossier, parties), dt.date(dossier.asof.year, 12, 31)
    duty = duty_sentence(
        parties[0],
        parties[1],
        average(averages, parties[0]) / 100,
        "statutory, all layers, weighted by 2024 imports",
        dossier.asof,
        other_rate=average(averages, parties[1]) / 100,
        table="averages",
    )
    lives = calendar.spans(dossier, parties, start, end)
    old = age(dossier)
    blocks: list[Block] = [Paragraph((duty, Sentence(old)) if old else (duty,))]
    if not dossier.measures:
        blocks.insert(0, Paragraph((Sentence(NOTHING_YET),)))
        return Section("standing", "Where things stand", tuple(blocks))
    if lives:
        blocks.append(make("timeline", spans=lives, asof=dossier.asof, start=start, end=end))
    blocks.append(ClockBlock(clock_rows))
    blocks += [
        TableBlock(build("rounds", dossier=dossier)),
        MeasureBlock(evidence.measure_rows(dossier, parties)),
    ]
    return Section("standing", "Where things stand", tuple(blocks))


def duty_section(dossier: Dossier, economy: Economy, parties: tuple[str, str], averages: Table) -> Section:
    """The path of duties and their averages."""
    from detente.policy.duties import duty_stack

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
                economy=economy,
                importer=pair[0],
                exporter=pair[1],
                dates=ordered,
            ).records()
        ]
        for pair in (parties, parties[::-1])
    }
    path = make(
        "duty-averages",
        dates=ordered,
        rates=rates,
        asof=dossier.asof,
        concept="statutory, all layers, weighted by 2024 imports; dashed: what the law provides, as known",
        events=calendar.events(dossier, start),
        end=horizon,
    )
    stack = duty_stack(economy, dossier, date=dossier.asof, importer=parties[0], exporter=parties[1])
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
    return Section(
        "duties",
        "The path of duties",
        (
            path,
            TableBlock(
                averages,
                columns=(
                    "importer",
                    "exporter",
                    "concept",
                    "average_pct",
                    "published_pct",
                    "published_source",
                ),
            ),
            make(
                "duties-by-authority",
                rates=shown,
                importer=parties[0],
                exporter=parties[1],
                day=dossier.asof.isoformat(),
                title=_range_title(shown, parties),
                own=dossier.authorities,
                remark=". ".join((*stack.remarks, "")).strip(),
            ),
        ),
    )


def _range_title(shown: Mapping[str, Mapping[str, float]], parties: tuple[str, str]) -> str:
    """Say from where to where duties run among the sectors drawn."""
    total = known_each({name: 100 * math.fsum(rates.values()) for name, rates in shown.items()})
    low, high = min(total, key=total.__getitem__), max(total, key=total.__getitem__)
    importer, exporter = (country_name(code, in_sentence=True) for code in parties)
    return (
        f"Among the {len(shown)} sectors in which {importer} buys most from {exporter}, duties run from "
        f"{percent(total[low], 1)} ({low[:1].lower() + low[1:]}) to {percent(total[high], 1)} ({high[:1].lower() + high[1:]})."
    )


def _sector_money(code: str, rows: Sequence[charts.SectorRow], outcome: str) -> Sentence:
    """Say which sector of a country loses and which gains most, in money: a sector of some millions can double unnoticed."""
    own = [row for row in rows if row.country == code]
    worst, best = (pick(own, key=lambda row: row.value_usd) for pick in (min, max))
    words = [
        f"{verb} {row.sector[:1].lower() + row.sector[1:]} most ({money(abs(row.value_usd))} a year, {percent(row.output_pct, signed=True)})"
        for verb, row, there in (("hits", worst, worst.value_usd < 0), ("helps", best, best.value_usd > 0))
        if there
    ]
    text = (
        f"In dollars of output, in {country_name(code, in_sentence=True)} “{outcome}” {' and '.join(words)}."
    )
    return Sentence(text, (worst.value_usd, worst.output_pct, best.value_usd, best.output_pct), "sectors")


def sector_section(
    outcomes: Mapping[str, Outcome],
    reference: str,
    featured: str,
    parties: tuple[str, str],
    drawn: Table | None,
) -> Section:
    """Which sectors are hit."""
    rows = findings.sector_rows(outcomes[featured], outcomes[reference], parties)
    title = outcomes[featured].scenario.title
    sentences = tuple(_sector_money(code, rows, title) for code in parties)
    said = tuple(
        intervals.sector_sentence(
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
            make(
                "sectors-hit",
                rows=rows,
                outcome=title,
                standing=TODAY,
                concept=outcomes[featured].value.structure.horizon,
                title=sentences[0].text,
            ),
            *((TableBlock(drawn, folded=True),) if drawn else ()),
        ),
    )


def conflict_section(dossier: Dossier) -> Section:
    """What the reports disagree on."""
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


def comparison_section(dossier: Dossier) -> tuple[Section, ...]:
    """What other models say; nothing when the record holds no estimate."""
    table = make("estimates", dossier=dossier)
    if table is None:
        return ()
    lead = Sentence(
        "Published estimates of neighbouring scenarios, as they were known on the day of this briefing. They disagree with each "
        "other and with ours for reasons of horizon, use of revenue and speed of substitution; nothing here was tuned to them."
    )
    return (Section("others", "What other models say", (Paragraph((lead,)), TableBlock(table))),)


def _on_cells(economy: Economy) -> str:
    """Whose duties are stacked on product cells, where they belong to the world."""
    from detente.policy.duties import cells_fit, importer_of_cells

    if not cells_fit(economy):
        return ""
    who = country_name(importer_of_cells(), in_sentence=True)
    return f", those of {who} on product cells of its imports in 2024 (partner, sector, membership of product lists)"


def method(
    dossier: Dossier, economy: Economy, outcomes: Mapping[str, Outcome], closure: str
) -> tuple[Paragraph, ...]:
    """How the numbers were made."""
    from detente.equilibrium import CLOSURES, GATE

    first = next(iter(outcomes.values()))
    return (
        Paragraph(
            (
                Sentence(
                    "Duties are read from the ledger of measures on a day, as known on the as-of day, and stacked by the rules of "
                    f"each authority by sector{_on_cells(economy)}."
                ),
                Sentence(
                    "Their change since the end of 2024 is added to the duties of the base year; other measures enter as "
                    "trade-cost equivalents."
                ),
            )
        ),
        Paragraph(
            (
                Sentence(
                    f"The equilibrium is that of Caliendo and Parro (2015) in exact changes, on {economy.name}: "
                    f"{len(economy.labels.countries)} economies, {len(economy.labels.sectors)} sectors with input-output links, "
                    f"duties collected and given back to households. Horizon: {horizons.structure_words(first.value.structure)}. "
                    f"Closure: {CLOSURES[closure]}. Elasticities: {economy.elasticity_source}."
                ),
                Sentence(
                    f"Every market of every outcome clears: result “{first.solution.result.name}”, every relative residual below {GATE:.0e}. "
                    "Real income is income over the price of the final basket; equivalent variation is its change in money of the base year."
                ),
            )
        ),
    )


def not_yet_told(dossier: Dossier, later: Sequence[NotYet]) -> tuple[str, ...]:
    """Outcomes of the record that nobody could have told on its day, without saying what they are."""
    if not later:
        return ()
    names = joined([f"“{one.scenario}”" for one in later])
    return (f"Left out, for they rest on measures that had not been announced by {dossier.asof}: {names}.",)


def limits(economy: Economy) -> tuple[str, ...]:
    """What they cannot say."""
    weaknesses = economy.provenance.get("weaknesses", ())
    own = (
        "No unemployment and no adjustment path, at any horizon: the one-year figures say how far trade and factors can adjust by "
        "then, not what a recession on the way would cost.",
        "Controls, halts of purchases and pledges that state a quantity bind as quantities, at sizes taken over from observed "
        "deliveries; other controls are small trade costs of assumed size. Stocks are left out: within months a cap on magnets "
        "makes the model's many times dearer, where buyers who hold stocks see a fraction of that.",
        "No probabilities are given: the record does not support a scored forecast yet.",
    )
    return (*own, *(map(str, weaknesses) if isinstance(weaknesses, (list, tuple)) else ()))


def assumed(dossier: Dossier, economy: Economy, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """What nobody sourced, read from the grades of the record."""
    found: list[str] = []
    for outcome in outcomes.values():
        found += [f"{outcome.scenario.title}: {text}" for text in outcome.scenario.assumed]
    for state in dossier.states(dossier.asof).values():
        measure = state.measure
        if measure.effect is not None and measure.effect.grade is Grade.assumed:
            found.append(f"Trade-cost equivalent of “{measure.title}”: {measure.effect.derivation.strip()}")
        if state.grade is Grade.assumed and state.status in (Status.in_force, Status.suspended):
            found.append(f"“{measure.title}”: its value or date is from general knowledge ({measure.id}).")
    assumed = economy.provenance.get("assumed", ())
    if isinstance(assumed, (list, tuple)):
        for item in assumed:
            if isinstance(item, dict):
                value = item.get("value")
                shown = "; ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
                found.append(f"Baseline: {item.get('what')} = {shown}")
    return tuple(dict.fromkeys(found))
