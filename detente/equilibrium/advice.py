"""What a failed search says: how far it came, and what to try, tried cheaply where that is possible."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from detente.core import RESULTS
from detente.equilibrium.plain_residuals import GATE
from detente.equilibrium.solution import Solution
from detente.equilibrium.sweep import Newton

QUICK = Newton(budget=1_000.0, seconds=2.0)
"""What it may cost to find out whether another closure works: a quarter of a second on the shipped world."""
SUBSIDY = -0.2
"""A duty or tax below this is a subsidy large enough to be the cause."""
PAGE = "the docs page `it-does-not-converge`"


def how_far(solution: Solution[Any]) -> str:
    """Say how far a search came, in a clause.

    Examples
    --------
    >>> how_far(Solution(None, RESULTS.gave_up, {"max_residual": 0.5, "reached": 0.25, "work": 2e4, "ended": "budget"}))
    '25.0 % of the way to the shock, in logarithms, largest residual 5e-01, its budget of 20,000 sweeps used up'
    """
    stats = solution.stats
    said = []
    searched = solution.result is RESULTS.gave_up  # with the other codes a point was found, and is what it is
    if searched and "reached" in stats:
        said.append(f"{100 * float(stats['reached']):.1f} % of the way to the shock, in logarithms")
    said.append(f"largest residual {float(stats['max_residual']):.0e}")
    ended = {
        "budget": f"its budget of {float(stats.get('work', 0)):,.0f} sweeps used up",
        "seconds": "its time used up",
        "stages": "no smaller stage could be solved",
        "derivatives": "volumes have no derivative there",
    }
    if searched and stats.get("ended") in ended:
        said.append(ended[str(stats["ended"])])
    return ", ".join(said)


def what_to_try(
    solution: Solution[Any], closure: object, works: Callable[[str], bool], *, limits: Collection[str] = ()
) -> str:
    """Say what to try after a failure, for the hint of an error.

    Parameters
    ----------
    solution : Solution
        The one that failed.
    closure : str or array
        The closure it was asked under.
    works : function of a closure to bool
        Whether the same scenario has an equilibrium under it, found out within `QUICK`.
    limits : collection of {"cap", "floor"}
        Kinds of the quantity controls in force.
    """
    if solution.result in (RESULTS.max_steps_reached, RESULTS.walras_violated):
        return f"see {PAGE}; `throw=False` returns the unfinished solution"
    more = "`--budget`, or Newton(budget=…), allows more work"
    stats = solution.stats
    sweeps_alone = stats.get("method") == "sweep" and float(stats.get("max_residual", 0)) > GATE
    if stats.get("ended") == "budget" and sweeps_alone:
        return f"try: {more}: the first sweeps were broken off. See {PAGE}; `throw=False` returns the unfinished solution"
    said = []
    wedges = getattr(solution.value, "wedges", None)
    floor = solution.result is RESULTS.floor_unreached  # its subsidy is not the user's own
    if not floor and wedges is not None and min(wedges.tariff.min(), wedges.export_tax.min()) < SUBSIDY:
        said.append("smaller subsidies: duties below zero are paid out of a country's income")
    if closure != "zero" if isinstance(closure, str) else True:
        if works("zero"):
            said.append("closure `zero` has an equilibrium here: no country lends or borrows")
        elif solution.result is RESULTS.income_negative:
            said.append("closure `zero` was tried and does not help")
    elif solution.result is RESULTS.income_negative:
        said.append("no closure helps where nobody lends or borrows")
    structure = getattr(solution.value, "structure", None)
    if structure is not None and not structure.is_core:
        said.append("a longer horizon lets more adjust")
    if "cap" in limits:
        said.append("a smaller cut, which leaves a larger share")
    if "floor" in limits:
        said.append("a lower floor")
    if not limits:
        said.append("a smaller shock")
    if solution.result is RESULTS.gave_up and solution.stats.get("ended") in ("budget", "seconds"):
        said.append(more)
    return "try: " + "; ".join(said) + f". See {PAGE}; `throw=False` returns the unfinished solution"
