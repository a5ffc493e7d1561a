"""The two pictures that carry a briefing: every outcome for both sides, and who gains and loses over all economies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detente.brief.findings import TODAY
from detente.core import known, known_each
from detente.show import make
from detente.show.figures import Figure, HorizonChange, country_name
from detente.show.tables import findings as changes, intervals
from detente.show.words import enough_digits, joined

if TYPE_CHECKING:
    from detente.brief.findings import Findings

NOTICED = 0.005
"""Percent of real income below which a change is nought."""


def lead_figure(findings: Findings) -> Figure:
    """Every outcome for both sides, after one year and in the long run, with intervals."""
    bands = {
        name: intervals.draw_bands(draws, findings.reference, findings.parties)
        for name, draws in findings.drawn.items()
    }
    members = changes.groups(findings.economy, findings.parties)
    titles = {key: outcome.scenario.title for key, outcome in findings.outcomes.items()}
    over_sets = {row.outcome: row for row in findings.rows}
    marks = []
    for key, title in titles.items():
        if key == findings.reference:
            continue
        for code in findings.parties:
            for horizon, solved in findings.both.items():
                hats = [solved[name].value.real_income_hat for name in (key, findings.reference)]
                pct = changes.income_changes(findings.economy, hats[0], hats[1], members)[code].pct
                low = high = None
                if horizon in bands:
                    low, high = bands[horizon][key][code].low, bands[horizon][key][code].high
                elif not bands and horizon == findings.headline:
                    row = over_sets[title]
                    low = row.low_pct[code] if row.low_pct else None
                    high = row.high_pct[code] if row.high_pct else None
                marks.append(HorizonChange(title, code, horizon == "long", pct, low, high))
    figure: Figure = make(
        "headline", changes=marks, title=_whole(marks), standing=TODAY, interval=_interval_words(findings)
    )
    return figure


def _interval_words(findings: Findings) -> str:
    """What the lines of the picture are."""
    if not findings.drawn:
        return findings.interval
    when = {"short": "for the first year", "long": "for the long run"}
    counts = [
        f"{len(draws.values)} draws {when.get(name, 'at the horizon of the headline')}"
        for name, draws in findings.drawn.items()
    ]
    return f"where nine in ten of {joined(counts)} lie"


def _whole(marks: Sequence[HorizonChange]) -> str:
    """The answer of the whole picture: which outcomes cost both sides, which help both, at either horizon."""
    least = 0.5 * 10.0 ** -enough_digits(mark.pct for mark in marks)
    groups: dict[str, list[str]] = {"costs": [], "helps": [], "splits": [], "little": []}
    for outcome in dict.fromkeys(mark.outcome for mark in marks):
        own = [mark for mark in marks if mark.outcome == outcome]
        size = [known(mark.pct) for mark in own]
        sides = [
            [known(mark.pct) for mark in own if mark.side == side]
            for side in dict.fromkeys(m.side for m in own)
        ]
        split = [1 if min(values) >= least else -1 if max(values) <= -least else 0 for values in sides]
        kind = (
            "costs"
            if max(size) <= -least
            else "helps"
            if min(size) >= least
            else "splits"
            if sorted(split) == [-1, 1]
            else "little"
        )
        groups[kind].append(f"“{outcome}”")
    words = {
        "costs": ("costs both sides", "cost both sides"),
        "helps": ("helps both", "help both"),
        "splits": ("helps one side and costs the other", "help one side and cost the other"),
        "little": ("does little to one of them", "do little to one of them"),
    }
    said = [f"{joined(names)} {words[kind][len(names) > 1]}" for kind, names in groups.items() if names]
    return f"{'; '.join(said)}, in the first year and in the long run."


def everyone_figure(findings: Findings) -> Figure:
    """Who gains and who loses under the featured outcome, over all economies."""
    labels = findings.economy.labels
    members = {code: [n] for n, code in enumerate(labels.countries)}
    hats = [findings.outcomes[key].value.real_income_hat for key in (findings.featured, findings.reference)]
    change = changes.income_changes(findings.economy, hats[0], hats[1], members)
    pct = {code: each.pct for code, each in change.items()}
    size = known_each(pct)
    most, least = (pick(size, key=lambda code: (size[code], code)) for pick in (max, min))

    def named(code: str) -> str:
        return country_name(code, in_sentence=True, otherwise=labels.country_name(code))

    said = [
        f"{named(code)} {verb} most"
        for verb, code, there in (
            ("loses", least, size[least] <= -NOTICED),
            ("gains", most, size[most] >= NOTICED),
        )
        if there
    ]
    title = (
        f"Measured by their income {joined(said)}."
        if said
        else "No economy gains or loses anything to speak of."
    )
    figure: Figure = make(
        "map",
        real_income_pct=pct,
        value_usd={code: each.usd for code, each in change.items()},
        outcome=findings.title,
        standing=TODAY,
        title=title,
        concept=findings.horizon_words,
        names={code: labels.country_name(code) for code in labels.countries},
    )
    return figure
