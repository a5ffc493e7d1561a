"""An outcome in every way it can come about, under drawn parameters: an interval for each branch, and over all of them.

Branches have no odds here: the range over branches and draws runs from the lowest low end to the highest high end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.cases import HEADLINES, Branched
from detente.core import Cell, Column, Table, Where
from detente.equilibrium import Model
from detente.outlook.draws import Draws, draw_outcomes
from detente.outlook.intervals import Band, drawn_words

_INCOME = list(HEADLINES).index("real_income_pct")
_WHEN = {"impact": "months", "short": "first year", "long": "long run"}


@dataclass(frozen=True, eq=False)
class DrawnBranches:
    """Branches of an outcome under draws.

    Attributes
    ----------
    tree : Branched
    draws : mapping of horizon to Draws
        Of the reference and of every branch, in this order.
    """

    tree: Branched
    draws: Mapping[str, Draws]

    def band(self, horizon: str, party: str) -> Band:
        """Real income of a party against the reference [branch], percent: fifth to 95th percentile of the draws."""
        drawn = self.draws[horizon]
        _, values = drawn.against(self.tree.reference)
        return Band.of(values[:, 1:, _INCOME, drawn.economy.labels.country(party)])

    def span(self, horizon: str, party: str) -> tuple[float, float]:
        """Lowest and highest end over all branches, percent."""
        band = self.band(horizon, party)
        return float(np.min(band.low)), float(np.max(band.high))


def draw_branches(
    tree: Branched,
    models: Mapping[str, Model],
    *,
    draws: int,
    seed: int = 1,
    on: Where | None = None,
    report: Callable[[int, int], None] | None = None,
) -> DrawnBranches:
    """Solve the reference and every branch of an outcome under the same draws, at every horizon.

    Parameters
    ----------
    tree : Branched
    models : mapping of horizon to Model
        Those it was solved on.
    draws, seed, on, report
        As in `draw_outcomes`; `report` starts again with each horizon.

    Raises
    ------
    InputError
        For fewer than two draws.
    SolveError
        As from `draw_outcomes`.
    """
    return DrawnBranches(
        tree,
        {
            horizon: draw_outcomes(model, tree.cases, draws=draws, seed=seed, on=on, report=report)
            for horizon, model in models.items()
        },
    )


def branch_intervals_table(drawn: DrawnBranches, parties: Sequence[str]) -> Table:
    """Every branch with its interval at every horizon; last, the range over all branches and draws.

    Parameters
    ----------
    drawn : DrawnBranches
    parties : sequence of str
        Codes of the economy.
    """
    tree = drawn.tree
    bands = {(party, horizon): drawn.band(horizon, party) for party in parties for horizon in drawn.draws}
    columns = [Column("branch", f"Branch of {tree.scenario.id}"), Column("standing", "Standing")]
    for party, horizon in bands:
        name = next(iter(drawn.draws.values())).economy.labels.country_name(party)
        columns += [
            Column(f"{party}_{horizon}_{end}_pct", f"{name}, {_WHEN[horizon]}, {words}", "%", "number", 2)
            for end, words in (("low", "5th percentile"), ("high", "95th percentile"))
        ]
    rows: list[tuple[Cell, ...]] = []
    for k, branch in enumerate(tree.branches):
        standing = [
            word for word, true in (("as told", branch.told), ("likeliest", branch.likeliest)) if true
        ]
        ends = [float(end[k]) for band in bands.values() for end in (band.low, band.high)]
        rows.append(
            (branch.scenario.id.removeprefix(tree.scenario.id) or "(none)", ", ".join(standing), *ends)
        )
    spans = [end for party, horizon in bands for end in drawn.span(horizon, party)]
    rows.append(("all branches", "", *spans))
    first = next(iter(drawn.draws.values()))
    return Table(
        "branch-intervals",
        f"“{tree.scenario.title}” in every way it can come about, with intervals",
        tuple(columns),
        tuple(rows),
        note=f"Change of real income against `{tree.reference}` at the same horizon; {len(first.values)} draws of {drawn_words(first)}, "
        f"seed {first.seed}, the same for every branch. All branches: the lowest low end and the highest high end; branches have no odds "
        f"here. Likeliest as the record stands on {tree.dossier.asof}.",
    )
