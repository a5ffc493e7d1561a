"""What a briefing says of itself: how its numbers were made, what it cannot say, what nobody sourced, and its stamp."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.brief.content import Citation, Paragraph
from detente.core import Stamp
from detente.dossier import Grade, Status
from detente.show import build
from detente.show.figures import country_name
from detente.show.tables import horizons
from detente.show.words import Sentence, joined

if TYPE_CHECKING:
    from detente.brief.findings import Findings
    from detente.cases import Outcome
    from detente.dossier import Dossier
    from detente.policy import NotYet
    from detente.world import Economy


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
    from detente.cases import revenue_words
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
                    f"Their change since the end of {economy.year} is added to the duties of the base year; other measures enter as "
                    "trade-cost equivalents."
                ),
            )
        ),
        Paragraph(
            (
                Sentence(
                    f"The equilibrium is that of Caliendo and Parro (2015) in exact changes, on {economy.name}: "
                    f"{len(economy.labels.countries)} economies, {len(economy.labels.sectors)} sectors with input-output links, "
                    f"duties collected and {revenue_words(first.value.structure)}. "
                    f"Horizon: {horizons.structure_words(first.value.structure)}. "
                    f"Closure: {CLOSURES[closure]}. Elasticities: {economy.elasticity_source}."
                ),
                Sentence(
                    f"Every market of every outcome clears: result “{first.solution.result.name}”, every relative residual below {GATE:.0e}. "
                    "Real income is income over the price of the final basket; equivalent variation is its change in money of the base year."
                ),
            )
        ),
    )


def brief_method(findings: Findings) -> tuple[Sentence, ...]:
    """How the numbers were made, in four sentences."""
    economy = findings.economy
    where = f"{len(economy.labels.countries)} economies and {len(economy.labels.sectors)} sectors that buy from each other"
    return (
        Sentence(
            f"The record says which measures apply on a day, and each authority’s rules how they add up to a duty; {where} then answer in an "
            f"exact model of world trade, calibrated to {economy.year}."
        ),
        Sentence(
            "The model finds the prices at which every market clears again after the duties change; what a country’s income then buys is "
            "compared with what it buys under the measures in force."
        ),
        Sentence(
            "In the first year firms hardly find other suppliers and workers hardly move; in the long run both do."
        ),
    )


def brief_limits(findings: Findings) -> tuple[str, ...]:
    """The limits that a reader of the page should know."""
    return (
        "No recession on the way: in these figures everybody stays employed, and nobody panics.",
        "Controls count as quantities where the record states one, and as small assumed costs elsewhere; stocks that buyers hold are in the sum along time alone.",
        _of_odds(findings),
        *not_yet_told(findings.dossier, findings.later),
    )


def _of_odds(findings: Findings) -> str:
    """What odds say, or why there are none."""
    if findings.likely.outlook is None:
        return "No odds are given: no forecast of this record has been scored yet."
    return "Odds are of kinds of courses and of clocks, read off the calendar; no outcome of Figure 1 has odds of its own."


def not_yet_told(dossier: Dossier, later: Sequence[NotYet]) -> tuple[str, ...]:
    """Outcomes of the record that nobody could have told on its day, without saying what they are."""
    if not later:
        return ()
    names = joined([f"“{untold.scenario}”" for untold in later])
    return (f"Left out, for they rest on measures that had not been announced by {dossier.asof}: {names}.",)


def limits(findings: Findings) -> tuple[str, ...]:
    """What they cannot say."""
    weaknesses = findings.economy.provenance.get("weaknesses", ())
    own = (
        "No unemployment unless a wage floor is asked for: the one-year figures say how far trade and factors can adjust by "
        "then, not what a recession on the way would cost.",
        "Controls, halts of purchases and pledges that state a quantity bind as quantities, at sizes taken over from observed "
        "deliveries; other controls are small trade costs of assumed size. Stocks are in the sum along time alone (`detente path`): at a "
        "horizon a cap on magnets makes them dearer at once, where buyers who hold stocks feel it as these run down.",
        _of_odds(findings),
    )
    return (*own, *(map(str, weaknesses) if isinstance(weaknesses, (list, tuple)) else ()))


def assumed(dossier: Dossier, economy: Economy, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """What nobody sourced, read from the grades of the record and of the numbers about time."""
    from detente.cases import assumed_settings

    texts: list[str] = []
    for outcome in outcomes.values():
        texts += [f"{outcome.scenario.title}: {text}" for text in outcome.scenario.assumed]
    for state in dossier.states(dossier.asof).values():
        measure = state.measure
        if state.effect is not None and state.effect.grade is Grade.assumed:
            texts.append(f"Trade-cost equivalent of “{measure.title}”: {state.effect.derivation.strip()}")
        if state.grade is Grade.assumed and state.status in (Status.in_force, Status.suspended):
            texts.append(
                f"“{measure.title}”: its value or date has no source, grade “assumed” ({measure.id})."
            )
    assumed = economy.provenance.get("assumed", ())
    if isinstance(assumed, (list, tuple)):
        for item in assumed:
            if isinstance(item, dict):
                value = item.get("value")
                shown = "; ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
                texts.append(f"Baseline: {item.get('what')} = {shown}")
    return tuple(dict.fromkeys((*texts, *assumed_settings())))


def citations(findings: Findings) -> tuple[Citation, ...]:
    """What to cite: data, elasticities, methods; the sources of the record have a list of their own."""
    table = build("citations", dossier=findings.dossier, economy=findings.economy, source_ids=())
    return tuple(
        Citation(str(row["key"]), str(row["reference"])) for row in table.records() if row["kind"] != "record"
    )


def stamp(findings: Findings, closure: str) -> Stamp:
    """What made the briefing, from what, and how well it was solved."""
    from detente.cases import BESIDE_A_HORIZON, answers_sentence, labour_sentence, revenue_sentence
    from detente.equilibrium import CLOSURES, GATE

    dossier, economy = findings.dossier, findings.economy
    digest = hashlib.sha256(dossier.content_hash.encode())
    digest.update(economy.elasticity_source.encode())
    digest.update(economy.trade_elasticity.tobytes())
    structure = findings.model.structure
    for name in BESIDE_A_HORIZON:
        digest.update(np.asarray(getattr(structure, name), dtype=np.float64).tobytes())
    for outcome in findings.outcomes.values():
        digest.update(outcome.scenario.model_dump_json().encode())
    own = [
        f"{name}: {labour_sentence(outcome.value.structure)} {answers_sentence(outcome.value)}".strip()
        for name, outcome in findings.outcomes.items()
        if outcome.scenario.options is not None
    ]
    return Stamp(
        dossier=dossier.id,
        vintage=dossier.vintage.isoformat(),
        asof=dossier.asof.isoformat(),
        data_hash=economy.data_hash,
        parameters_hash=digest.hexdigest(),
        elasticity_source=economy.elasticity_source,
        horizon=findings.horizon_words,
        closure=CLOSURES[closure],
        revenue=revenue_sentence(structure),
        labour=" ".join([labour_sentence(structure), *own]),
        seed=findings.seed if findings.draws else findings.likely.seed if findings.likely.outlook else None,
        solver={
            name: f"{outcome.solution.result.name}, every residual below {GATE:.0e}"
            for name, outcome in findings.outcomes.items()
        },
    )
