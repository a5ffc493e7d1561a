"""How sure the large numbers are: intervals over draws of what the model cannot know, as `detente run --draws` gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from detente.app.laboratory import BESIDE
from detente.show import build
from detente.show.words import number

if TYPE_CHECKING:
    from detente.app.jobs import Report
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.core import Table

DRAWS: Final = 24
"""Draws behind an interval: as many as behind those of a briefing."""
SEED: Final = 1
SAID: Final = f"Ranges: nine of ten of {DRAWS} draws of what the model cannot know."
_SHARE: Final = "real_income_pct"


def interval_tables(
    answer: PageAnswer, laboratory: Laboratory, *, at_once: bool = False
) -> Mapping[str, Table]:
    """Headlines of the setting with their intervals, at the horizons of the large numbers and of the tables.

    Parameters
    ----------
    answer : PageAnswer
    laboratory : Laboratory
    at_once : bool
        Whether they are begun when first asked for; otherwise when it is told to.

    Returns
    -------
    mapping of horizon to Table

    Raises
    ------
    Unfinished
        Until they are there.
    SolveError
        When a draw has no equilibrium.
    """
    state = answer.state
    horizons = tuple(dict.fromkeys((*reversed(BESIDE), state.horizon)))
    compared = answer.reference != answer.setting
    asked = {}
    for horizon in horizons:
        own = laboratory.model(state, horizon)
        model = own.on(replace(own.economy))  # nobody else's while the page goes on solving
        asked[horizon] = (model, [outcome.case for outcome in answer.outcomes[horizon].values()])

    def solve(report: Report) -> Mapping[str, Table]:
        from detente.outlook import draw_outcomes

        tables = {}
        for n, (horizon, (model, cases)) in enumerate(asked.items()):
            drawn = draw_outcomes(
                model,
                cases,
                draws=DRAWS,
                seed=SEED,
                report=lambda done, _, n=n: report(n * DRAWS + done, len(asked) * DRAWS),  # type: ignore[misc]
            )
            reference = cases[-1].scenario.id if compared else None
            tables[horizon] = build("intervals", draws=drawn, against=reference, countries=())
        return tables

    key = ("ranges", state.question, state.against, horizons)
    made_tables = laboratory.jobs.result(key, f"Intervals: {DRAWS} draws", solve, at_once=at_once)
    assert isinstance(made_tables, dict)
    return made_tables


def intervals_drawn(answer: PageAnswer, laboratory: Laboratory) -> Table:
    """Every headline of every economy with its interval, at the horizon of the tables."""
    return interval_tables(answer, laboratory)[answer.state.horizon]


def interval_words(tables: Mapping[str, Table], code: str, horizon: str) -> str:
    """The interval of an economy's change of real income, as it stands below its large number."""
    for row in tables[horizon].records():
        if row["country"] == code and row["metric"] == _SHARE:
            low, high = row["low"], row["high"]
            assert isinstance(low, float)
            assert isinstance(high, float)
            return f"{number(low, 2, signed=True)} to {number(high, 2, signed=True)} %"
    return ""


def told_intervals(answer: PageAnswer, laboratory: Laboratory) -> dict[str, str]:
    """Intervals of the large numbers by ``CODE.HORIZON``, begun when first asked for.

    Raises
    ------
    Unfinished
        Until they are there.
    """
    tables = interval_tables(answer, laboratory, at_once=True)
    return {
        f"{code}.{horizon}": interval_words(tables, code, horizon)
        for code in answer.parties
        for horizon in BESIDE
    }
