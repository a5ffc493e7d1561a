"""Compose a briefing: what was found, written section by section. Every number comes from a table of the registry.

What it says is decided by the data: the reference is the first scenario of the dossier's ladder, the sentences are
written from the solved values, and the lists of what is assumed are read from the grades of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from detente.brief import record_sections, sections
from detente.brief.colophon import (
    assumed,
    brief_limits,
    brief_method,
    citations,
    limits,
    method,
    not_yet_told,
    stamp,
)
from detente.brief.content import BriefContent, Section
from detente.brief.findings import Findings, solve_findings
from detente.brief.lead import everyone_figure, lead_figure
from detente.brief.outlook_section import outlook_section
from detente.brief.strategy_section import strategy_section
from detente.brief.summary import ahead, key_numbers, lead_words, question, record_sentence, sentences, terms
from detente.core import Helpers
from detente.show import build
from detente.show.figures import draw_ahead
from detente.show.tables import evidence

if TYPE_CHECKING:
    from detente.core import Table
    from detente.dossier import Dossier
    from detente.world import Economy


@dataclass(frozen=True)
class Part:
    """One part of the page.

    Parameters
    ----------
    id : str
        Anchor of its section.
    needs : tuple of str
        What it is written from: ``record``, ``world``, ``futures``, ``outcomes``, ``game``, ``draws``.
    write : function of Findings
        Its section; None where there is nothing to say.
    """

    id: str
    needs: tuple[str, ...]
    write: Callable[[Findings], Section | None]


PARTS: Final = (
    Part("outcomes", ("outcomes", "draws"), sections.outcome_section),
    Part("certainty", ("outcomes", "draws"), sections.certainty_section),
    Part("standing", ("record", "world"), record_sections.standing_section),
    Part("duties", ("record", "world"), record_sections.duty_section),
    Part("outlook", ("record", "world", "futures"), outlook_section),
    Part("diversion", ("outcomes", "draws"), sections.diversion_section),
    Part("sectors", ("outcomes", "draws"), sections.sector_section),
    Part("leverage", ("record", "game"), strategy_section),
    Part("disagreements", ("record",), record_sections.conflict_section),
    Part("others", ("record",), record_sections.comparison_section),
)
"""The parts of a briefing, in the order of the page."""


def _subtitle(dossier: Dossier) -> str:
    """What the page tells, which is less where no reports were read."""
    if dossier.conflicts:
        return "Where things stand, what each outcome of the talks would cost whom, and where the reports disagree"
    return "Where things stand, and what each outcome of the talks would cost whom"


def _tables(findings: Findings) -> tuple[Table, ...]:
    """Tables that are in the data alone."""
    return (
        findings.averages,
        build("countries", outcomes=findings.outcomes, against=findings.reference),
        build("pair", outcomes=findings.outcomes, parties=findings.parties),
    )


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
    paths: int = 20_000,
    helpers: Helpers | None = None,
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
        With leverage and deals, when the dossier declares a game.
    paths : int
        Simulated futures behind the odds of what may come, told where such odds have a score; 0 leaves them out.
    helpers : Helpers, optional
        Processes that solve some of it while this one does the rest; the content does not depend on them.

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
    ...     load_dossier("busan-2025"), load_world("world-2024"), scenarios=("standing", "talks-fail"), draws=0, strategy=False, paths=0
    ... )
    >>> content.asof.isoformat(), len(content.sections) > 4
    ('2025-10-28', True)
    """
    helpers = helpers or Helpers(1)
    findings = solve_findings(
        dossier,
        economy,
        scenarios=scenarios,
        source=source,
        closure=closure,
        parties=parties,
        sets=sets,
        horizon=horizon,
        keep_elasticities=keep_elasticities,
        paths=paths,
        seed=seed,
        helpers=helpers,
    )
    drawing = findings.begin_draws(draws, seed, helpers)
    findings = replace(findings, along=findings.begin_along(helpers))
    parts = [part for part in PARTS if strategy or "game" not in part.needs]
    with draw_ahead() as draw:
        soon = [part for part in parts if "draws" not in part.needs]
        soon.sort(key=lambda part: "futures" in part.needs)  # last, so that a helper has time for them
        written = {part.id: part.write(findings) for part in soon}
        draw((everyone_figure(findings), findings.diversion_figure, findings.sector_figure))
        draw(block for section in written.values() if section for block in (*section.blocks, *section.behind))
        findings = findings.with_draws(draws, seed, drawing)
        written |= {part.id: part.write(findings) for part in parts if "draws" in part.needs}
        content = _content(findings, [section for part in parts if (section := written[part.id])], closure)
        draw(content.everything)
    return content


def _content(findings: Findings, sections: Sequence[Section], closure: str) -> BriefContent:
    """The briefing around its sections."""
    dossier = findings.dossier
    return BriefContent(
        title=dossier.title,
        question=question(findings),
        terms=tuple(terms(findings)),
        lead=lead_figure(findings),
        beside=tuple(lead_words(findings)),
        ahead=ahead(findings),
        chances=findings.likely.clocks,
        chance_score=findings.likely.clock_score,
        brief_method=brief_method(findings),
        brief_limits=brief_limits(findings),
        subtitle=_subtitle(dossier),
        asof=dossier.asof,
        dossier_title=record_sentence(dossier),
        summary_sentences=tuple(sentences(findings)),
        key_numbers=tuple(key_numbers(findings)),
        sections=tuple(sections),
        method=method(dossier, findings.economy, findings.outcomes, closure),
        limits=(*not_yet_told(dossier, findings.later), *limits(findings)),
        assumed=assumed(dossier, findings.economy, findings.outcomes),
        sources=evidence.sources(dossier),
        stamp=stamp(findings, closure),
        citations=citations(findings),
        tables=_tables(findings),
    )
