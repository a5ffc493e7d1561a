"""Compose a briefing from the record and the solved outcomes. Every number comes from a table made here.

What it says is decided by the data: the reference is the first scenario of the dossier's ladder, the sentences are
written from the solved values, and the lists of what is assumed are read from the grades of the record.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.brief import evidence, findings
from detente.brief.content import (
    Block,
    BriefContent,
    Bullets,
    Citation,
    ClockBlock,
    ConflictBlock,
    KeyNumber,
    MeasureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from detente.core import Column, InputError, Stamp, Table
from detente.dossier import Grade, Status
from detente.show import charts, metrics
from detente.show.citations import citation_table
from detente.show.lifelines import timeline
from detente.show.sentences import (
    Sentence,
    both_sides_sentence,
    change_sentence,
    clock_sentence,
    date_words,
    duty_sentence,
    number,
    percent,
    ranking_sentence,
    sector_sentence,
)
from detente.show.timelines import clocks as clock_figure
from detente.show.timelines import duty_path as duty_figure

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.equilibrium.outcomes import Outcome
    from detente.world.economy import Economy

PARTIES = ("USA", "CHN")
TODAY = "what is in force today"
HORIZON = "long run"


def compose(
    dossier: Dossier,
    economy: Economy,
    *,
    scenarios: Sequence[str] | None = None,
    closure: str = "share",
    parties: tuple[str, str] = PARTIES,
    sets: Sequence[str] | None = None,
) -> BriefContent:
    """Solve a dossier's outcomes and write the briefing's content.

    Parameters
    ----------
    dossier : Dossier
        The record as known on its as-of day.
    economy : Economy
        Baseline, with the elasticities of the headline.
    scenarios : sequence of str, optional
        Scenario ids or files, the reference first; the dossier's ladder when left out.
    closure : str
    parties : (str, str)
        The two sides.
    sets : sequence of str, optional
        Elasticity sets of the sensitivity table; all shipped ones when left out.

    Returns
    -------
    BriefContent

    Raises
    ------
    InputError
        When there are fewer than two outcomes to compare.
    SolveError
        When an outcome has no equilibrium.
    """
    from detente.equilibrium.outcomes import solve_scenarios
    from detente.world import elasticity_sets, load_scenario, shipped_scenarios

    names = list(scenarios) if scenarios is not None else list(shipped_scenarios(dossier.id))
    if len(names) < 2:
        raise InputError(
            f"the dossier `{dossier.id}` has {len(names)} scenarios", hint="a briefing compares at least two: the reference and another"
        )
    chosen = [load_scenario(name, dossier=dossier.id) for name in names]
    outcomes = solve_scenarios(economy, dossier, chosen, closure=closure)
    reference, featured = list(outcomes)[0], list(outcomes)[1]
    spread = findings.sensitivity(
        economy, outcomes, reference, parties, tuple(sets) if sets is not None else tuple(elasticity_sets())
    )
    rows = findings.outcome_rows(economy, outcomes, reference, parties, spread)
    interval = f"range over {len(spread)} published sets of elasticities"
    outcome_figure = charts.outcomes(
        rows,
        standing=TODAY,
        concept=f"{HORIZON}; bars: headline elasticities, whiskers: {interval}",
        interval=interval,
    )
    clock_rows = evidence.clock_rows(dossier)
    averages = _averages(dossier, economy, parties)
    pct, usd, third_trade = findings.third_parties(outcomes[featured], outcomes[reference], parties)
    diversion_figure = charts.third_countries(
        pct,
        usd,
        outcome=outcomes[featured].scenario.title,
        standing=TODAY,
        concept=HORIZON,
        names={code: economy.labels.country_name(code) for code in pct},
    )
    worst, best = (pick(rows, key=lambda row: row.value_usd[parties[0]] + row.value_usd[parties[1]]) for pick in (min, max))
    summary = [
        both_sides_sentence(row.outcome, *(row.real_income_pct[code] for code in parties), against=TODAY, table="outcomes")
        for row in (rows[0], rows[1] if len(rows) > 1 else rows[0])
    ]
    summary.append(_spread_sentence(rows[0], parties, len(spread)))
    summary.append(ranking_sentence(usd, rows[0].outcome, table="diversion"))
    if clock_rows:
        # the truce matters more than what fires first: lead with the next legal expiry
        soonest = next((row for row in clock_rows if row.kind == "legal_expiry"), clock_rows[0])
        summary.append(clock_sentence(soonest.title, soonest.fires, dossier.asof).citing(soonest.source))
    key_numbers = _key_numbers(rows, parties, averages, interval)
    stamp = _stamp(dossier, economy, outcomes, closure)
    return BriefContent(
        title=dossier.title,
        subtitle="Where things stand, what each outcome of the talks would cost whom, and where the reports disagree",
        asof=dossier.asof,
        dossier_title=(
            f"The record behind it holds {len(dossier.measures)} measures, {len(dossier.clocks)} clocks and "
            f"{len(dossier.claims)} claims of {len(dossier.documents)} reports, each with its source."
        ),
        summary_sentences=tuple(summary),
        key_numbers=key_numbers,
        sections=(
            _outcome_section(economy, outcomes, reference, parties, rows, outcome_figure, spread, best.outcome, worst.outcome),
            _standing_section(dossier, parties, averages, clock_rows),
            _duty_section(dossier, economy, parties, averages),
            Section(
                "diversion",
                "Who gains and who loses elsewhere",
                (
                    Paragraph((ranking_sentence(usd, rows[0].outcome, pct=pct, table="diversion"),)),
                    diversion_figure,
                    TableBlock(third_trade, folded=True),
                ),
            ),
            _sector_section(outcomes, reference, featured, parties),
            _conflict_section(dossier),
            *_comparison_section(dossier),
        ),
        method=_method(dossier, economy, outcomes, closure),
        limits=_limits(economy),
        assumed=_assumed(dossier, economy, outcomes),
        sources=evidence.sources(dossier),
        stamp=stamp,
        citations=tuple(
            Citation(str(row["key"]), str(row["reference"]))
            for row in citation_table(dossier, economy, ()).records()
            if row["kind"] != "record"
        ),
        tables=(averages, metrics.country_table(outcomes, against=reference), metrics.pair_table(outcomes, parties)),
    )


def _averages(dossier: Dossier, economy: Economy, parties: tuple[str, str]) -> Table:
    """Average duties of each side on the other on the record's day, every concept, beside what was published."""
    from detente.world.duties import duty_stack

    rows = []
    for importer, exporter in (parties, parties[::-1]):
        stacked = duty_stack(economy, dossier, date=dossier.asof, importer=importer, exporter=exporter)
        for key, average in stacked.averages.items():
            rows.append(
                (
                    importer,
                    exporter,
                    key,
                    average.concept,
                    100 * average.value,
                    None if average.published is None else 100 * average.published,
                    average.published_source,
                    average.note,
                )
            )
    return Table(
        "averages",
        "One duty, several averages",
        (
            Column("importer", "Importer"),
            Column("exporter", "Exporter"),
            Column("key", "Key"),
            Column("concept", "Concept"),
            Column("average_pct", "Ours", "%", "number", 1),
            Column("published_pct", "Published", "%", "number", 1),
            Column("published_source", "Source"),
            Column("note", "Why they differ"),
        ),
        tuple(rows),
        note="Averages of the same duties under different weights and bases must not be mixed; each is named by its concept.",
    )


def _average(averages: Table, importer: str, key: str = "import_weighted_2024") -> float:
    for row in averages.records():
        if row["importer"] == importer and row["key"] == key:
            return float(row["average_pct"] or 0.0)
    raise InputError(f"no average `{key}` for {importer}")


def _spread_sentence(row: charts.OutcomeRow, parties: tuple[str, str], count: int) -> Sentence:
    """Say how far the featured outcome moves with the elasticities."""
    from detente.show.theme import country_name

    assert row.low_pct is not None
    assert row.high_pct is not None
    parts, values = [], []
    for code in parties:
        low, high = row.low_pct[code], row.high_pct[code]
        parts.append(f"{country_name(code, in_sentence=True)} from {percent(low, signed=True)} to {percent(high, signed=True)}")
        values += [low, high]
    text = f"Over {count} published sets of elasticities, “{row.outcome}” moves {' and '.join(parts)}."
    return Sentence(text, tuple(values), "outcomes")


def _key_numbers(
    rows: Sequence[charts.OutcomeRow], parties: tuple[str, str], averages: Table, interval: str
) -> tuple[KeyNumber, ...]:
    from detente.show.theme import country_name

    first = rows[0]
    assert first.low_pct is not None
    assert first.high_pct is not None
    made = [
        KeyNumber(
            f"Average duty of {country_name(parties[0], in_sentence=True)} on goods from {country_name(parties[1], in_sentence=True)}",
            _average(averages, parties[0]),
            "%",
            "averages",
            "statutory, weighted by 2024 imports; no published average shares every detail of this concept",
            signed=False,
        )
    ]
    made += [
        KeyNumber(
            f"Real income of {country_name(code, in_sentence=True)}, “{first.outcome}”",
            first.real_income_pct[code],
            "%",
            "outcomes",
            f"against {TODAY}, {HORIZON}",
            digits=2,
            low=first.low_pct[code],
            high=first.high_pct[code],
            interval=interval,
        )
        for code in parties
    ]
    if len(rows) > 1:
        second = rows[1]
        assert second.low_pct is not None
        assert second.high_pct is not None
        made.append(
            KeyNumber(
                f"Real income of {country_name(parties[0], in_sentence=True)}, “{second.outcome}”",
                second.real_income_pct[parties[0]],
                "%",
                "outcomes",
                f"against {TODAY}, {HORIZON}",
                digits=2,
                low=second.low_pct[parties[0]],
                high=second.high_pct[parties[0]],
                interval=interval,
            )
        )
    return tuple(made)


def _outcome_section(
    economy: Economy,
    outcomes: Mapping[str, Outcome],
    reference: str,
    parties: tuple[str, str],
    rows: Sequence[charts.OutcomeRow],
    figure: Block,
    spread: Mapping[str, Mapping[str, Mapping[str, findings.Change]]],
    best: str,
    worst: str,
) -> Section:
    stories = tuple(
        Sentence(f"{outcome.scenario.title}, on {date_words(outcome.scenario.date)}: {outcome.scenario.story}")
        for outcome in outcomes.values()
    )
    costs = tuple(
        change_sentence(code, row.real_income_pct[code], row.value_usd[code], row.outcome, against=TODAY, table="outcomes")
        for row in rows
        if row.outcome in (best, worst)
        for code in (*parties, findings.REST)
    )
    pair = metrics.pair_table(outcomes, parties)
    return Section(
        "outcomes",
        "What each outcome costs whom",
        (
            Paragraph((Sentence("Each outcome is a set of measures on a day, solved as an equilibrium of the world economy."),)),
            Bullets(stories),
            figure,
            Paragraph(costs),
            TableBlock(findings.levels_table(economy, outcomes, reference, parties)),
            TableBlock(pair, folded=True),
            TableBlock(findings.sensitivity_table(spread, outcomes, reference), folded=True),
        ),
    )


def _standing_section(
    dossier: Dossier, parties: tuple[str, str], averages: Table, clock_rows: tuple[evidence.ClockRow, ...]
) -> Section:
    start, end = dt.date(dossier.asof.year, 1, 1), dt.date(dossier.asof.year, 12, 31)
    duty = duty_sentence(
        parties[0],
        parties[1],
        _average(averages, parties[0]) / 100,
        "statutory, all layers, weighted by 2024 imports",
        dossier.asof,
        other_rate=_average(averages, parties[1]) / 100,
        table="averages",
    )
    lives = evidence.spans(dossier, parties, start, end)
    blocks: list[Block] = [Paragraph((duty,))]
    if lives:
        blocks.append(timeline(lives, asof=dossier.asof, start=start, end=end))
    blocks.append(ClockBlock(clock_rows))
    dots = evidence.clock_dots(clock_rows, dossier.asof + dt.timedelta(days=60))
    if dots:
        blocks.append(clock_figure(dots, asof=dossier.asof))
    blocks += [
        TableBlock(evidence.rounds_table(dossier)),
        MeasureBlock(evidence.measure_rows(dossier, parties)),
    ]
    return Section("standing", "Where things stand", tuple(blocks))


def _duty_section(dossier: Dossier, economy: Economy, parties: tuple[str, str], averages: Table) -> Section:
    from detente.world.duties import duty_path, duty_stack

    start = dt.date(dossier.asof.year, 1, 1)
    horizon = dossier.asof + dt.timedelta(days=30)
    days = {start, dossier.asof}
    for measure in dossier.measures.values():
        if measure.unit == "fraction":
            for value in measure.values:
                days |= {day for day in (value.from_, value.until) if day is not None and start <= day <= horizon}
    ordered = sorted(days)
    rates = {
        pair: [float(row["average"] or 0) / 100 for row in duty_path(dossier, economy, *pair, ordered).records()]
        for pair in (parties, parties[::-1])
    }
    path = duty_figure(
        ordered,
        rates,
        asof=dossier.asof,
        concept="statutory, all layers, weighted by 2024 imports; dashed: what the law provides, as known",
        events=evidence.events(dossier, start),
        end=horizon,
    )
    stack = duty_stack(economy, dossier, date=dossier.asof, importer=parties[0], exporter=parties[1])
    by_sector = {
        stack.sector_names.get(code, code): {
            name: float(stack.rates[a, s]) for a, name in enumerate(stack.authorities) if stack.rates[a, s] > 0
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
            TableBlock(averages),
            charts.duties_by_authority(
                shown, importer=parties[0], exporter=parties[1], day=dossier.asof.isoformat()
            ),
        ),
    )


def _sector_section(outcomes: Mapping[str, Outcome], reference: str, featured: str, parties: tuple[str, str]) -> Section:
    rows = findings.sector_rows(outcomes[featured], outcomes[reference], parties)
    title = outcomes[featured].scenario.title
    sentences = tuple(
        sector_sentence(
            code,
            {row.sector: row.output_pct for row in rows if row.country == code},
            title,
            values_usd={row.sector: row.value_usd for row in rows if row.country == code},
            table="sectors",
        )
        for code in parties
    )
    return Section(
        "sectors",
        "Which sectors are hit",
        (Bullets(sentences), charts.sectors_hit(rows, outcome=title, standing=TODAY, concept=HORIZON)),
    )


def _conflict_section(dossier: Dossier) -> Section:
    cards = evidence.conflict_cards(dossier)
    chains = {document.chain for document in dossier.documents.values()}
    counted = Table(
        "evidence_counts",
        "What the record holds",
        (Column("what", "What"), Column("count", "Count", "", "number", 0)),
        (
            ("reports", len(dossier.documents)),
            ("independent chains", len(chains)),
            ("claims", len(dossier.claims)),
            ("contradictions", len(cards)),
        ),
    )
    lead = Sentence(
        f"The {number(len(dossier.documents), 0)} reports descend from {number(len(chains), 0)} independent chains and make "
        f"{number(len(dossier.claims), 0)} claims on record; they contradict each other, or the facts, on {number(len(cards), 0)} matters.",
        (len(dossier.documents), len(chains), len(dossier.claims), len(cards)),
        "evidence_counts",
    )
    return Section("disagreements", "What the reports disagree on", (Paragraph((lead,)), ConflictBlock(cards), TableBlock(counted, folded=True)))


def _comparison_section(dossier: Dossier) -> tuple[Section, ...]:
    table = evidence.estimates_table(dossier)
    if table is None:
        return ()
    lead = Sentence(
        "Published estimates of neighbouring scenarios, as they were known on the day of this briefing. They disagree with each "
        "other and with ours for reasons of horizon, use of revenue and speed of substitution; nothing here was tuned to them."
    )
    return (Section("others", "What other models say", (Paragraph((lead,)), TableBlock(table))),)


def _method(dossier: Dossier, economy: Economy, outcomes: Mapping[str, Outcome], closure: str) -> tuple[Paragraph, ...]:
    from detente.equilibrium import CLOSURES
    from detente.equilibrium.solve import GATE

    first = next(iter(outcomes.values()))
    return (
        Paragraph(
            (
                Sentence(
                    "Duties are read from the ledger of measures on a day, as known on the as-of day, and stacked by the rules of "
                    "each authority on product cells of American imports in 2024 (partner, sector, membership of product lists)."
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
                    f"duties collected and given back to households. Horizon: {HORIZON}, factors move freely between sectors. "
                    f"Closure: {CLOSURES[closure]}. Elasticities: {economy.elasticity_source}."
                ),
                Sentence(
                    f"Every market of every outcome clears: result “{first.solution.result.name}”, every relative residual below {GATE:.0e}. "
                    "Real income is income over the price of the final basket; equivalent variation is its change in money of the base year."
                ),
            )
        ),
    )


def _limits(economy: Economy) -> tuple[str, ...]:
    weaknesses = economy.provenance.get("weaknesses", ())
    own = (
        "Long run only: no unemployment, no stocks, no adjustment path. One-year losses can be several times larger.",
        "Export controls enter as small trade costs, not as quantities: a missing magnet that stops an assembly line is not in these numbers. "
        "The chokepoint losses of other studies (see what other models say) come on top.",
        "Purchase pledges and boycotts are not yet quantities; the soybean halt is a trade cost.",
        "No probabilities are given: the record does not support a scored forecast yet.",
    )
    return (*own, *(str(item) for item in weaknesses if isinstance(weaknesses, (list, tuple))))


def _assumed(dossier: Dossier, economy: Economy, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
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


def _stamp(dossier: Dossier, economy: Economy, outcomes: Mapping[str, Outcome], closure: str) -> Stamp:
    from detente.equilibrium import CLOSURES

    digest = hashlib.sha256(dossier.content_hash.encode())
    digest.update(economy.elasticity_source.encode())
    digest.update(economy.trade_elasticity.tobytes())
    for outcome in outcomes.values():
        digest.update(outcome.scenario.model_dump_json().encode())
    return Stamp(
        dossier=dossier.id,
        vintage=dossier.vintage.isoformat(),
        asof=dossier.asof.isoformat(),
        data_hash=economy.data_hash,
        parameters_hash=digest.hexdigest(),
        elasticity_source=economy.elasticity_source,
        horizon=HORIZON,
        closure=CLOSURES[closure],
        seed=None,
        solver={
            name: f"{outcome.solution.result.name}, {outcome.solution.stats['num_steps']} steps, residual below 1e-10"
            for name, outcome in outcomes.items()
        },
    )
