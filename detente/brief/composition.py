"""Compose a briefing from the record and the solved outcomes. Every number comes from a table made here.

What it says is decided by the data: the reference is the first scenario of the dossier's ladder, the sentences are
written from the solved values, and the lists of what is assumed are read from the grades of the record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from detente.brief import sections
from detente.brief.content import BriefContent, Citation, KeyNumber, Paragraph, Section, TableBlock
from detente.brief.sections import TODAY
from detente.brief.strategy_section import strategy_section
from detente.cases import sides_in
from detente.core import InputError, Stamp, Table
from detente.dossier import age
from detente.show import build, make
from detente.show.figures import charts, draw_ahead
from detente.show.tables import evidence, findings, horizons, intervals
from detente.show.words import (
    SMALL_QUARREL,
    Sentence,
    both_sides_sentence,
    clock_sentence,
    percent_range,
    ranking_sentence,
)

if TYPE_CHECKING:
    from detente.cases import Outcome
    from detente.dossier import Dossier
    from detente.outlook import Draws
    from detente.world import Economy


def compose(
    dossier: Dossier,
    economy: Economy,
    *,
    scenarios: Sequence[str] | None = None,
    source: str = "",
    closure: str = "share",
    parties: tuple[str, str] | None = None,
    sets: Sequence[str] | None = None,
    horizon: str = "long",
    keep_elasticities: bool = False,
    draws: int = 24,
    seed: int = 1,
    strategy: bool = True,
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
    source : str
        Where the dossier came from (id or folder), for its scenarios.
    closure : str
    parties : (str, str), optional
        The two sides, as codes of the economy; those of the record when left out (`cases.sides_in`).
    sets : sequence of str, optional
        Elasticity sets of the sensitivity table; all shipped ones when left out.
    horizon : str
        Horizon of the headline; short and long run stand side by side whatever it is.
    keep_elasticities : bool
        The headline keeps the economy's elasticities instead of taking those of its horizon.
    draws : int
        Drawn parameters behind the intervals of the headline's horizon, a third as many (8 at least) at the other; 0 leaves them out.
    seed : int
        Of the draws.
    strategy : bool
        With leverage and deals, from the small game of the dossier when it declares one.

    Returns
    -------
    BriefContent

    Raises
    ------
    InputError
        When there are fewer than two outcomes to compare, or the record or the economy has no two sides.
    SolveError
        When an outcome has no equilibrium.

    Examples
    --------
    >>> from detente import load_dossier, load_world
    >>> content = compose(
    ...     load_dossier("busan-2025"), load_world("world-2024"), scenarios=("standing", "talks-fail"), draws=0, strategy=False
    ... )
    >>> content.asof.isoformat(), len(content.sections) > 4
    ('2025-10-28', True)
    """
    from detente.cases import model_at, prepare_cases, run_cases
    from detente.policy import load_scenario, shipped_scenarios, tellable, waiting
    from detente.world import elasticity_sets, set_horizon

    names = (
        list(scenarios)
        if scenarios is not None
        else list(shipped_scenarios(source or dossier.id, dossier.asof))
    )
    told = [load_scenario(name, dossier=source or dossier.id) for name in names]
    chosen, later = tellable(dossier, told, source)
    if len(chosen) < 2:
        raise InputError(
            f"the dossier `{dossier.id}` has {len(names)} scenarios"
            + (f", of which {len(chosen)} could be told on {dossier.asof}" if later else ""),
            hint="a briefing compares at least two, the reference and another"
            + (f"; {waiting(later, dossier.asof)}" if later else ""),
        )
    parties = parties or sides_in(dossier, economy)
    own = economy
    model = model_at(horizon, own, closure=closure, keep_elasticities=keep_elasticities)
    economy = model.economy
    cases = prepare_cases(economy, dossier, chosen)
    outcomes = run_cases(model, cases)
    words = model.structure.horizon
    reference, featured, *_ = outcomes
    every = findings.sensitivity(
        economy, outcomes, reference, parties, tuple(sets) if sets is not None else tuple(elasticity_sets())
    )
    # a range is over sets of one horizon; the others are in the table only
    spread = {
        name: found for name, found in every.items() if name != findings.OWN and set_horizon(name) == horizon
    }
    spread = spread or every
    rows = findings.outcome_rows(economy, outcomes, reference, parties, spread)
    interval = f"range over {len(spread)} {words.replace(chr(32), chr(45))} sets of elasticities"
    at = horizons.side_by_side(own, horizon, model)
    both = horizons.solve_horizons(cases, known={horizon: outcomes}, at=at)
    averages = build("averages-of-sides", dossier=dossier, economy=economy, parties=parties)
    duty_part = sections.duty_section(dossier, economy, parties, averages)
    strategic: tuple[Section, ...] = ()
    if strategy:
        strategic = strategy_section(dossier, model, source=source)
    outcome_figure = make(
        "outcomes",
        rows=rows,
        standing=TODAY,
        concept=f"{words}; bars: headline elasticities, whiskers: {interval}",
        interval=interval,
        title=_compared(rows[0], parties).text,
    )
    clock_rows = evidence.clock_rows(dossier)
    pct, usd, third_trade = make(
        "third-trade", outcome=outcomes[featured], against=outcomes[reference], parties=parties
    )
    diversion_figure = make(
        "third-countries",
        real_income_pct=pct,
        value_usd=usd,
        outcome=outcomes[featured].scenario.title,
        standing=TODAY,
        concept=words,
        names={code: economy.labels.country_name(code) for code in pct},
    )
    standing = sections.standing_section(dossier, parties, averages, clock_rows)
    blocks = [block for section in (*strategic, duty_part, standing) for block in section.blocks]
    draw_ahead((outcome_figure, diversion_figure, *blocks))
    drawn: dict[str, Draws] = {}
    if draws:
        drawn = intervals.draw_headlines(
            {horizon: model, **at},
            cases,
            horizon,
            parties,
            draws=draws,
            seed=seed,
        )
    mine = drawn.get(horizon)
    beside = build(
        "horizons",
        economy=economy,
        found=both,
        reference=reference,
        parties=parties,
        spread=spread,
        headline=horizon,
        drawn=drawn,
    )
    worst, best = (
        pick(rows, key=lambda row: row.value_usd[parties[0]] + row.value_usd[parties[1]])
        for pick in (min, max)
    )
    summary = [_compared(row, parties, "outcomes") for row in rows[:2]]
    summary.append(
        _spread_sentence(
            rows[0], parties, f"{len(spread)} {words.replace(chr(32), chr(45))} sets of elasticities"
        )
    )
    bands = intervals.draw_bands(mine, reference, parties) if mine else {}
    if mine:
        summary.append(intervals.drawn_sentence(mine, bands, featured, rows[0].outcome, parties))
    summary.append(ranking_sentence(usd, rows[0].outcome, table="diversion"))
    if clock_rows:
        # the truce matters more than what fires first: lead with the next legal expiry
        soonest = next((row for row in clock_rows if row.kind == "legal_expiry"), clock_rows[0])
        said_clock = clock_sentence(soonest.title, soonest.fires, dossier.asof).citing(soonest.source)
        if soonest.kind == "legal_expiry":
            said_clock = replace(
                said_clock, text=said_clock.text.replace("The next clock:", "The next legal expiry:")
            )
        summary.append(said_clock)
    if old := age(dossier):
        summary.append(Sentence(old))
    said = intervals.draw_words(bands, len(mine.values)) if mine else ({}, {})
    third_says = [ranking_sentence(usd, rows[0].outcome, pct=pct, table="diversion")]
    if mine:
        third_trade = build(
            "third-trade-drawn", table=third_trade, found=mine, key=featured, reference=reference
        )
        third_says.append(intervals.third_party_sentence(third_trade, usd, len(mine.values)))
    drivers = (
        make(
            "drivers-of-sides",
            found=mine,
            key=featured,
            title=rows[0].outcome,
            reference=reference,
            parties=parties,
        )
        if mine
        else None
    )
    key_numbers = _key_numbers(rows, parties, averages, interval, words, said)
    stamp = _stamp(dossier, economy, outcomes, closure, words, seed if mine else None)
    return BriefContent(
        title=dossier.title,
        subtitle="Where things stand, what each outcome of the talks would cost whom, and where the reports disagree",
        asof=dossier.asof,
        dossier_title=(
            f"The record behind it holds {len(dossier.measures)} measures, {len(dossier.clocks)} clocks and "
            + (
                f"{len(dossier.claims)} claims of {len(dossier.documents)} reports, each with its source."
                if dossier.documents
                else f"{len(dossier.rounds)} rounds of talks, each with its source."
            )
        ),
        summary_sentences=tuple(summary),
        key_numbers=key_numbers,
        sections=(
            sections.outcome_section(
                dossier.asof,
                economy,
                outcomes,
                reference,
                parties,
                rows,
                outcome_figure,
                every,
                best.outcome,
                worst.outcome,
                beside,
                horizons.horizon_sentence(economy, both, reference, featured, parties),
                drivers,
            ),
            standing,
            duty_part,
            Section(
                "diversion",
                "Who gains and who loses elsewhere",
                (
                    Paragraph(tuple(third_says)),
                    diversion_figure,
                    TableBlock(third_trade, folded=True),
                ),
            ),
            sections.sector_section(
                outcomes,
                reference,
                featured,
                parties,
                build("sector-intervals", found=mine, key=featured, reference=reference, parties=parties)
                if mine
                else None,
            ),
            *strategic,
            *((sections.conflict_section(dossier),) if dossier.documents else ()),
            *sections.comparison_section(dossier),
        ),
        method=sections.method(dossier, economy, outcomes, closure),
        limits=(*sections.not_yet_told(dossier, later), *sections.limits(economy)),
        assumed=sections.assumed(dossier, economy, outcomes),
        sources=evidence.sources(dossier),
        stamp=stamp,
        citations=tuple(
            Citation(str(row["key"]), str(row["reference"]))
            for row in build("citations", dossier=dossier, economy=economy, source_ids=()).records()
            if row["kind"] != "record"
        ),
        tables=(
            averages,
            build("countries", outcomes=outcomes, against=reference),
            build("pair", outcomes=outcomes, parties=parties),
        ),
    )


def _compared(row: charts.OutcomeRow, parties: Sequence[str], table: str = "") -> Sentence:
    """Set what an outcome does to the two sides beside each other."""
    sides = {code: row.real_income_pct[code] for code in parties}
    amounts = {code: row.value_usd[code] for code in parties}
    return both_sides_sentence(row.outcome, sides, against=TODAY, table=table, amounts=amounts)


def _spread_sentence(row: charts.OutcomeRow, parties: tuple[str, str], over: str) -> Sentence:
    """Say how far the featured outcome moves with the elasticities."""
    from detente.show.figures import country_name

    assert row.low_pct is not None
    assert row.high_pct is not None
    parts, values = [], []
    for code in parties:
        low, high = row.low_pct[code], row.high_pct[code]
        parts.append(f"in {country_name(code, in_sentence=True)} by {percent_range(low, high)}")
        values += [low, high]
    text = f"Over {over}, “{row.outcome}” changes real income {' and '.join(parts)}."
    return Sentence(text, tuple(values), "outcomes")


def _key_numbers(
    rows: Sequence[charts.OutcomeRow],
    parties: tuple[str, str],
    averages: Table,
    interval: str,
    words: str,
    said: tuple[Mapping[str, str], Mapping[str, str]],
) -> tuple[KeyNumber, ...]:
    from detente.show.figures import country_name

    first = rows[0]
    made = [
        KeyNumber(
            f"Average duty of {country_name(parties[0], in_sentence=True)} on goods from {country_name(parties[1], in_sentence=True)}",
            sections.average(averages, parties[0]),
            "%",
            "averages",
            "statutory, weighted by 2024 imports; no published average shares every detail of this concept",
            signed=False,
        )
    ]
    small = max(abs(first.real_income_pct[code]) for code in parties) < SMALL_QUARREL
    made += [
        _income_number(first, code, f"{words}{said[0].get(code, '')}", interval, small) for code in parties
    ]
    if len(rows) > 1:
        made.append(
            _income_number(rows[1], parties[0], f"{words}{said[1].get(parties[0], '')}", interval, small)
        )
    return tuple(made)


def _income_number(row: charts.OutcomeRow, code: str, note: str, interval: str, small: bool) -> KeyNumber:
    """Real income of a side under an outcome; in money where every share would read as nought."""
    from detente.show.figures import country_name

    assert row.low_pct is not None
    assert row.high_pct is not None
    share = row.real_income_pct[code]
    return KeyNumber(
        f"Real income of {country_name(code, in_sentence=True)}, “{row.outcome}”",
        row.value_usd[code] / 1e3 if small else share,
        "USD bn a year" if small else "%",
        "outcomes",
        f"against {TODAY}, {note}",
        digits=1 if small else 2,
        low=None if small else row.low_pct[code],
        high=None if small else row.high_pct[code],
        interval="" if small else interval,
    )


def _stamp(
    dossier: Dossier,
    economy: Economy,
    outcomes: Mapping[str, Outcome],
    closure: str,
    words: str,
    seed: int | None,
) -> Stamp:
    from detente.equilibrium import CLOSURES, GATE

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
        horizon=words,
        closure=CLOSURES[closure],
        seed=seed,
        solver={
            name: f"{outcome.solution.result.name}, every residual below {GATE:.0e}"
            for name, outcome in outcomes.items()
        },
    )
