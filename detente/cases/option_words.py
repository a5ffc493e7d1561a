"""What is set beside a horizon, in words: no result is printed without it."""

from __future__ import annotations

import numpy as np

from detente.cases.options import REVENUE_USES
from detente.equilibrium import Equilibrium, Structure
from detente.world import Array


def revenue_sentence(structure: Structure) -> str:
    """Say what is done with duties: no result is printed without it.

    Examples
    --------
    >>> revenue_sentence(Structure())
    'Duties go to households.'
    >>> revenue_sentence(Structure(revenue_cut=1.0, marginal_cost_of_funds=1.3))
    "What duties bring beyond the base year's lowers other taxes (marginal cost of funds 1.3)."
    """
    saved, cut = (np.asarray(share) for share in (structure.revenue_saved, structure.revenue_cut))
    if not saved.any() and not cut.any():
        return REVENUE_USES["rebate"]
    if (saved == 1).all():
        return REVENUE_USES["saved"]
    funds = f" (marginal cost of funds {structure.marginal_cost_of_funds:g})"
    if (cut == 1).all():
        return f"{REVENUE_USES['tax-cut']}{funds}."
    parts = [
        f"{_share(share)} {words}"
        for share, words in ((saved, "is saved by the treasury"), (cut, f"lowers other taxes{funds}"))
        if share.any()
    ]
    return f"Of what duties bring beyond the base year's {' and '.join(parts)}; households get the rest."


def labour_sentence(structure: Structure) -> str:
    """Say what keeps wages up, whether labour supply moves, and what households buy whatever their income.

    Examples
    --------
    >>> labour_sentence(Structure()), labour_sentence(Structure(wage_floor=0.98, labour_supply=0.25))
    ('No wage floor; labour supply is fixed.', 'Wages may fall to 0.98 of the base year; elasticity of labour supply 0.25.')
    """
    floor, supply = np.asarray(structure.wage_floor), np.asarray(structure.labour_supply)
    floors = "No wage floor"
    if floor.any():
        where = "" if floor.all() else " where there is a floor"
        floors = f"Wages may fall to {_span(floor[floor > 0])} of the base year{where}"
    moves = f"elasticity of labour supply {_span(supply)}" if supply.any() else "labour supply is fixed"
    least = np.asarray(structure.minimum_consumption)
    needs = f" Households buy {_span(least)} of the base year's consumption first." if least.any() else ""
    return f"{floors}; {moves}.{needs}"


def answers_sentence(value: Equilibrium) -> str:
    """Say what answered beside prices; empty where nothing did.

    Examples
    --------
    >>> from detente.equilibrium import Model, Responses, solve
    >>> from detente.world import Wedges, toy
    >>> model = Model(toy(), responses=Responses(scale=0.1, sharing=("USA", "MEX")))
    >>> answers_sentence(solve(model, Wedges.unchanged(model.economy)).value)
    'Beside prices: productivity with the size of a sector, elasticity 0.1; USA, MEX share one loss.'
    """
    responses = value.responses
    if responses is None:
        return ""
    said = [
        f"{words} {_span(np.asarray(given, dtype=np.float64))}"
        for words, given in (
            ("productivity with the size of a sector, elasticity", responses.scale),
            ("labour with its real wage after tax, elasticity", responses.labour_supply),
            ("share of added duties that lowers the tax on labour", responses.relief),
            ("share of sales that is earned where they are sold", responses.margin),
        )
        if np.any(given)
    ]
    if np.any(np.asarray(responses.pass_through) != 1):
        bends = np.asarray(responses.pass_through, dtype=np.float64)
        said.append(f"duties pass through to flows by {_span(bends)} of themselves")
    said += [
        f"a shock to {words}, ratios {_span(np.asarray(ratio, dtype=np.float64))}"
        for words, ratio in (("productivity", responses.productivity), ("population", responses.population))
        if np.any(np.asarray(ratio) != 1)
    ]
    if responses.deficits != "closure":
        said.append("deficits are a constant share of each country's income, the rest spread over all")
    if responses.sharing:
        said.append(f"{', '.join(responses.sharing)} share one loss")
    return f"Beside prices: {'; '.join(said)}."


def _span(values: Array) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def revenue_words(structure: Structure) -> str:
    """What is done with duties, in a few words that follow “duties are”.

    Examples
    --------
    >>> revenue_words(Structure(revenue_saved=1.0)), revenue_words(Structure())
    ('saved by the treasury', 'given to households')
    """
    saved, cut = (np.asarray(share) for share in (structure.revenue_saved, structure.revenue_cut))
    if (saved == 1).all():
        return "saved by the treasury"
    if (cut == 1).all():
        return "used to lower other taxes"
    return "partly saved or used to lower other taxes" if saved.any() or cut.any() else "given to households"


def _share(share: Array) -> str:
    low, high = 100 * float(share.min()), 100 * float(share.max())
    return f"{low:.0f} %" if low == high else f"{low:.0f} to {high:.0f} %"
