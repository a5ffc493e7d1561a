"""What stands costs each side, solved exactly for each state of a played standoff: one solve a state, none in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detente.campaign.costs import control_effects, shifted_policy, standing_wedges
from detente.equilibrium import Model, solve
from detente.world import goods_sectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.campaign.calendar import Chronology
    from detente.campaign.course import Pricer
    from detente.campaign.played import Pair

DIGITS = 1
"""Decimals of a million dollars that a campaign keeps: beyond them machines may differ."""


def controls_effect(chron: Chronology, model: Model) -> tuple[Pair, Pair]:
    """Change of each side's real income for one more package of each side's controls [side, side], million USD a year.

    Raises
    ------
    SolveError
        When a state has no equilibrium.
    """
    effect = control_effects(chron, model)
    return (
        (round(float(effect[0, 0]), DIGITS), round(float(effect[0, 1]), DIGITS)),
        (round(float(effect[1, 0]), DIGITS), round(float(effect[1, 1]), DIGITS)),
    )


def level_costs(chron: Chronology, model: Model, effect: Sequence[Pair] | None = None) -> Pricer:
    """What duties and packages of controls cost each side, a year: exact at each state that is asked for.

    Parameters
    ----------
    chron : Chronology
        Of the day a campaign begins: its measures are in the equilibrium, changes of duties are spread evenly over goods.
    model : Model
        ``model_at("short", economy)`` for a campaign of about a year.
    effect : sequence of (float, float), optional
        As `controls_effect` gives it; solved when left out.

    Returns
    -------
    callable
        From both sides' added duties and packages of controls to both sides' losses at a year's rate, million USD.
    """
    economy = model.economy
    n = [economy.labels.country(code) for code in chron.sides]
    base, goods = standing_wedges(chron, model), goods_sectors(economy)
    more = np.array(effect if effect is not None else controls_effect(chron, model))
    solved: dict[Pair, np.ndarray] = {}

    def price(duty: Pair, controls: Pair) -> Pair:
        key = (round(duty[0], 9), round(duty[1], 9))
        if key not in solved:
            shift = [duty[k] - float(chron.duty[k]) for k in (0, 1)]
            solution = solve(model, shifted_policy(economy, base, goods, n, shift), throw=True)
            solved[key] = solution.value.equivalent_variation_usd[n]
        income = solved[key] + more @ (np.array(controls) - chron.controls)
        return round(-float(income[0]), DIGITS), round(-float(income[1]), DIGITS)

    return price
