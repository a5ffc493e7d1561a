"""The section of a briefing that tells what may come: the ladder and the fan of duties, with the score such odds have had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.brief.content import Paragraph, Section, TableBlock
from detente.brief.likely import HORIZON
from detente.show import build, make
from detente.show.tables import likeliest_words
from detente.show.words import Sentence, number

if TYPE_CHECKING:
    from detente.brief.findings import Findings
    from detente.brief.likely import Likely


def outlook_section(findings: Findings) -> Section | None:
    """What may come, how likely, and how good such odds have been; nothing where they have no score."""
    likely = findings.likely
    ahead, scores = likely.outlook, likely.scores
    if ahead is None or scores is None:
        return None
    return Section(
        "outlook",
        likeliest_words(ahead),
        (
            Paragraph((_how(likely), *_scored(likely))),
            make("outlook-figure", outlook=ahead, test=likely.test),
            make("outlook-duty-figure", outlook=ahead, test=likely.test),
        ),
        (
            TableBlock(
                build("outlook-clocks", outlook=ahead, test=likely.test),
                columns=(
                    "title",
                    "side",
                    "kind",
                    "due",
                    "carried",
                    "carried_low",
                    "carried_high",
                    "put_off",
                    "dropped",
                    "live",
                ),
            ),
            TableBlock(
                scores,
                columns=(
                    "of",
                    "what",
                    "forecasts",
                    "blocks",
                    "log",
                    "given",
                    "given_before",
                    "given_schedule",
                ),
            ),
        ),
        label="Outlook",
    )


def _how(likely: Likely) -> Sentence:
    """Where the odds come from."""
    assert likely.outlook is not None
    return Sentence(
        f"The odds are shares of {likely.outlook.futures.paths:,} courses played forward from the calendar as known, with the habits of this pair and of "
        "a thousand other threats."
    )


def _scored(likely: Likely) -> list[Sentence]:
    """How good odds of the ladder have been at the horizon, and at the longest."""
    row = likely.score(str(HORIZON))
    values = tuple(row[key] for key in ("forecasts", "given", "given_before", "given_schedule"))
    count, given, before, schedule = (number(value, 0) for value in values)
    says = [
        Sentence(
            f"Put to the test over {count} earlier forecasts of {HORIZON} days, they typically gave what then happened {given} percent; taking "
            f"announcements at their word would have given {schedule}, how often it came before {before}.",
            values,
            "odds-scores",
        )
    ]
    assert likely.outlook is not None
    longest = max(likely.outlook.horizons)
    if longest > HORIZON and (far := likely.score(str(longest))):
        ends = (far["given"], far["given_before"])
        better = round(ends[0]) > round(ends[1])
        verdict = "are better than the past alone" if better else "have been no better than the past alone"
        says.append(Sentence(f"Over {longest} days they {verdict}.", ends, "odds-scores"))
    return says
