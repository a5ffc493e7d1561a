"""The map of gains and losses: the briefing's tiles, of any setting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detente.app.changes import changes_of_income
from detente.app.drawing import DrawnView
from detente.core import known_each
from detente.show import make
from detente.show.figures import STRONG, country_name

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer

NOTICED = 0.005
"""Percent of real income below which nobody is said to gain or lose."""


def map_drawn(answer: PageAnswer, laboratory: Laboratory) -> DrawnView:
    """Who gains and who loses under the setting, over all economies."""
    labels = answer.economy.labels
    setting, reference = answer.chosen[answer.setting], answer.chosen[answer.reference]
    share, money = changes_of_income(setting, reference)
    pct = dict(zip(labels.countries, share, strict=False))  # the last is the world
    usd = {code: 1e3 * value for code, value in zip(labels.countries, money, strict=False)}
    names = {code: labels.country_name(code) for code in labels.countries}
    unset = answer.setting == answer.reference
    figure = make(
        "map",
        real_income_pct=pct,
        value_usd=usd,
        outcome=setting.scenario.title,
        standing="the base year" if unset else f"“{reference.scenario.title}”",
        title=_finding(pct, names),
        concept=f"horizon: {setting.value.structure.horizon}",
        names=names,
    )
    # in the dark the picture's lightness is reversed
    note = figure.note.replace(
        "Dark with ▲: gains. Light with ▼: loses.",
        f"▲: gains. ▼: loses. Stronger of either colour: {STRONG:g} percent or more.",
    )
    return DrawnView(figure.table, replace(figure, note=note))


def _finding(pct: dict[str, float], names: dict[str, str]) -> str:
    """Who loses and who gains most, in a sentence."""
    size = known_each(pct)
    order = sorted(size, key=lambda code: (size[code], code))
    said = [
        f"{country_name(code, in_sentence=True, otherwise=names[code])} {verb} most"
        for verb, code, there in (
            ("loses", order[0], size[order[0]] <= -NOTICED),
            ("gains", order[-1], size[order[-1]] >= NOTICED),
        )
        if there
    ]
    if not said:
        return "No economy gains or loses anything to speak of."
    return f"Measured by their income {' and '.join(said)}."
