"""How fast holders part with stocks: of what is left, in a month the share that the price makes worth while, whatever the period.

The step for stocks of a ladder says which share ``w`` of what is left goes in a month at a price. Over a period of ``m`` months at
one price, ``1 − (1 − w)^m`` of what is held at its start goes: a period of half a year is six months, not one draw. The mean over
the period is what its equilibrium can use a month,

    held / m · (1 − (1 − w)^m)  =  capacity · w,      capacity = held / m · pace(w, m)

so the capacity is a function of the price, found with the equilibrium. In a month the pace is one, and nothing has to be found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from detente.cases.backstops import STOCKS
from detente.core import RESULTS, SolveError
from detente.equilibrium import (
    Equilibrium,
    Model,
    Newton,
    Policy,
    Solution,
    Structure,
    share_preparation,
    solve,
)
from detente.world import Array, Economy, frozen

Rates = Mapping[tuple[str, str], float]
"""What stocks can give, share of base-year use by (country, sector)."""

SAME = 1e-10
"""Relative distance of a capacity from what its own equilibrium makes it, as far as that is rounding."""
MOST_ROUNDS = 60
MISSED = 1e-8
"""Relative distance that is no rounding: a pace that its own equilibrium does not make."""


def pace(parted: Array, months: float) -> Array:
    """How much more stocks give over a period than the share `parted` of them that goes in a month.

    Parameters
    ----------
    parted : array
        Share of what is left that goes in a month, 0 to 1.
    months : float

    Examples
    --------
    >>> pace(np.array([0.0, 0.5, 1.0]), 2.0).tolist(), pace(np.array([0.3]), 1.0).tolist()
    ([2.0, 1.5, 1.0], [1.0])
    """
    if months == 1:
        return np.ones_like(parted)
    with np.errstate(divide="ignore"):  # all of it goes: nothing is left, whose logarithm is -inf
        gone = -np.expm1(months * np.log1p(-parted))
    return np.divide(gone, parted, out=np.full_like(parted, months), where=parted > 0)


def parted(value: Equilibrium) -> dict[tuple[str, str], float]:
    """Share of what stocks can give that they do give, by (country, sector) of those that can give something."""
    backstop = value.structure.backstop
    assert backstop is not None
    logs = np.log(value.price_hat), np.log(value.marginal_price_hat)
    row, labels = backstop.steps.index(STOCKS), value.economy.labels
    met, can = backstop.met_of(*logs, value.expenditure_new)[0][row], backstop.capacity[row]
    cells = zip(backstop.importer, backstop.sector, met, can, strict=True)
    return {
        (labels.countries[n], labels.sectors[s]): float(given / most)
        for n, s, given, most in cells
        if most > 0
    }


def at_own_pace(
    solved: Callable[[Rates, Solution[Equilibrium] | None], Solution[Equilibrium]],
    rates: Rates,
    months: float,
    near: Solution[Equilibrium] | None,
) -> Solution[Equilibrium]:
    """The equilibrium of a period whose stocks give at the pace that its own prices make.

    Parameters
    ----------
    solved : function of rates and a solution nearby to Solution
    rates : mapping of (country, sector) to float
        What is held over the length of the period.
    months : float
        The period's length.
    near : Solution, optional
        Where the first search begins.

    Raises
    ------
    SolveError
        When no pace is found that its own equilibrium makes.
    """
    if months == 1 or not rates:
        return solved(rates, near)
    cells = list(rates)
    held = np.array([rates[cell] for cell in cells])
    low, high = sorted((1.0, months))
    factor, solution = np.ones_like(held), near
    before: tuple[Array, Array] | None = None
    miss = np.zeros_like(held)
    for _ in range(MOST_ROUNDS):
        solution = solved(dict(zip(cells, (held * factor).tolist(), strict=True)), solution)
        shares = parted(solution.value)
        asked = pace(np.array([shares[cell] for cell in cells]), months)
        miss = asked - factor
        if np.abs(miss).max(initial=0.0) < SAME:
            break
        step = miss
        if before is not None:  # a secant of each cell: they hardly depend on one another
            moved, slope = factor - before[0], before[1] - miss
            step = np.where(np.abs(slope) > 1e-300, miss * moved / np.where(slope == 0, 1.0, slope), miss)
            step = np.where(np.isfinite(step) & (step * miss > 0), step, miss)
        before = factor, miss
        factor = np.clip(factor + step, low, high)
    assert solution is not None
    if not np.abs(miss).max(initial=0.0) <= MISSED:
        raise SolveError(
            f"no pace of stocks is found that its own prices make ({np.abs(miss).max():.0e} off)",
            where=solution.value.economy.name,
            hint="shorter periods",
            solution=replace(solution, result=RESULTS.max_steps_reached),
        )
    return solution


def with_stocks(economy: Economy, structure: Structure, rates: Rates) -> Structure:
    """A structure whose buyers can draw on stocks at these rates, steered like the one without.

    Examples
    --------
    >>> from detente.equilibrium import CORE
    >>> from detente.world import toy
    >>> with_stocks(toy(), CORE, {}) is CORE
    True
    """
    if not rates:
        return structure
    backstop = structure.backstop
    assert backstop is not None
    capacity, labels = np.array(backstop.capacity), economy.labels
    row = backstop.steps.index(STOCKS)
    for cell, (n, s) in enumerate(zip(backstop.importer, backstop.sector, strict=True)):
        capacity[row, cell] = rates.get((labels.countries[n], labels.sectors[s]), 0.0)
    stocked = replace(structure, backstop=replace(backstop, capacity=frozen(capacity)))
    share_preparation(economy, stocked, (economy, structure))
    return stocked


def alike(structure: Structure, other: Structure) -> bool:
    """Whether an equilibrium of one structure can be a start for the other: factors move freely in both, or in neither."""
    return math.isinf(structure.mobility) == math.isinf(other.mobility)


def solved_at_rates(
    economy: Economy,
    structure: Structure,
    policy: Policy,
    closure: str | Array,
    solver: Newton | None,
    steered: bool,
    rates: Rates,
    last: Solution[Equilibrium] | None,
) -> Solution[Equilibrium]:
    """Solve a period at these rates of stocks; one steered by the inverses of another date that does not get there is steered by its own.

    Parameters
    ----------
    economy, structure, policy, closure, solver
        As of a `Model`, without what is held.
    steered : bool
        Whether the inverses at hand are of another date.
    rates : mapping of (country, sector) to float
    last : Solution, optional
        Of the period before: where the search begins, if factors are as free there.

    Raises
    ------
    SolveError
        When there is no equilibrium.
    """
    model = Model(economy, with_stocks(economy, structure, rates), closure, solver=solver)
    near = last if last is not None and alike(last.value.structure, model.structure) else None
    if steered:
        quick = replace(model, solver=replace(model.solver or Newton(), robust=False))
        solution = solve(quick, policy, start=near, throw=False)
        if solution.result.ok:
            return solution
        model = model.on(replace(model.economy))  # a copy, of which no inverses are known
    return solve(model, policy, start=near)
