"""Branches of an outcome under draws: the same draws for each, and the range over all of them."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.table_materials import tree

from detente.cases import headlines
from detente.equilibrium import Model
from detente.outlook import branch_intervals_table, draw_branches, draw_outcomes
from detente.world import toy


def test_branches_have_intervals_and_one_range():
    branched, models = tree(), {"long": Model(toy())}
    drawn = draw_branches(branched, models, draws=4)
    usa = models["long"].economy.labels.country("USA")
    for horizon in drawn.draws:
        band = drawn.band(horizon, "USA")
        low, high = drawn.span(horizon, "USA")
        assert (low, high) == (band.low.min(), band.high.max())
        assert np.all(band.low <= band.high)
        alone = draw_outcomes(models[horizon], branched.cases[:2], draws=4)
        _, values = alone.against(branched.reference)
        assert values[:, 1, 0, usa] == pytest.approx(
            drawn.draws[horizon].against(branched.reference)[1][:, 1, 0, usa], abs=1e-7
        )
    solved = branched.outcomes["long"][branched.branches[0].scenario.id].value
    assert drawn.draws["long"].central[1] == pytest.approx(headlines(solved), abs=1e-6)
    table = branch_intervals_table(drawn, ("USA", "CHN"))
    assert [row["branch"] for row in table.records()][-1] == "all branches"
    assert len(table.rows) == len(branched.branches) + 1
    # every cell again from the draws, one branch at a time
    rows = list(table.records())[:-1]
    assert [(row["branch"], row["standing"]) for row in rows] == [
        ("(none)", "as told, likeliest"),
        ("+answer", ""),
    ]
    ratios = drawn.draws["long"].against(branched.reference)[1]
    for k, row in enumerate(rows):
        for party in ("USA", "CHN"):
            drawn_here = ratios[:, 1 + k, 0, models["long"].economy.labels.country(party)]
            ends = np.quantile(drawn_here, [0.05, 0.95])
            assert [row[f"{party}_long_{end}_pct"] for end in ("low", "high")] == pytest.approx(
                ends, rel=1e-9
            )
