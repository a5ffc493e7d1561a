"""Solve for the counterfactual equilibrium: accelerated sweeps over all scenarios at once, exact Newton where they fail.

A scenario that the sweeps of `sweep` do not settle climbs the ladder of rescue (`ladder.SHOCKS`): in stages of the
shock, and by exact implicit Newton, within the budget of the solver. Convergence is declared on the residuals of the plain equations in `model`, never on the
size of a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from detente.core import RESULTS, InputError, SolveError
from detente.equilibrium.advice import QUICK, how_far, what_to_try
from detente.equilibrium.bans import Ground
from detente.equilibrium.baseline import CORE, Baseline, prepare, prepare_for
from detente.equilibrium.endless import without_price
from detente.equilibrium.foresight import Foresight
from detente.equilibrium.judged import (
    alone,
    check_each,
    check_wedges,
    chunks,
    finish,
    part_of,
    refused,
    starting_point,
    take,
)
from detente.equilibrium.ladder import Climb, first_look, rescue, used_up
from detente.equilibrium.settle import sweep_chunk
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.steering import BATCH
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import Newton, deficits
from detente.world import Array, Economy, Wedges


def solve_batch(
    economy: Economy,
    wedges: Wedges | Sequence[Wedges],
    *,
    closure: str | Array = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    start: Equilibrium | None = None,
    foresight: Foresight | None = None,
    throw: bool = False,
) -> tuple[Solution[Equilibrium], ...]:
    """Solve many scenarios on one economy; a scenario that fails carries its code and never stops the others.

    Behind `detente.equilibrium.solve`, which is what other rooms call.

    Parameters
    ----------
    economy : Economy
        The baseline they share.
    wedges : Wedges with a leading scenario axis, or sequence of Wedges
    closure : {"share", "fixed", "zero"} or array [country]
        How deficits are determined; see `CLOSURES`. An array gives them in million USD, summing to zero.
    structure : Structure
        Nests, mobility of factors and markups; the core model when left out.
    solver : Newton, optional
    start : Equilibrium, optional
        Of the same economy and structure, near what is looked for: the search begins there instead of in the base year.
        What is found does not depend on it, nor does failure: a scenario not reached from there is tried from the base year.
    foresight : Foresight, optional
        As in `solve`.
    throw : bool
        Raise `SolveError` for the first scenario that fails.

    Returns
    -------
    tuple of Solution
        In the order given.

    Raises
    ------
    InputError, UnitError
        Before any numerics, for wedges that do not fit or cannot be priced.
    SolveError
        Only with ``throw=True``.

    Examples
    --------
    >>> from detente.world import toy, Wedges
    >>> economy = toy()
    >>> doubled = Wedges.of(economy, tariff=2 * economy.tariff)
    >>> [s.result.name for s in solve_batch(economy, [Wedges.unchanged(economy), doubled])]
    ['no_shock', 'successful']
    """
    solver = solver or Newton()
    first = first_look(solver, structure, economy)
    if not isinstance(wedges, Wedges) and not wedges:
        return ()
    stacked = _stacked(economy, wedges)
    deficit = deficits(economy, closure)
    named = closure if isinstance(closure, str) else "own"
    begun = None if start is None else starting_point(economy, structure, start)
    rescued = _Rescued(economy, structure, named, solver, start)

    def works(wedges: Wedges, other: str) -> bool:
        again = solve_batch(economy, wedges, closure=other, structure=structure, solver=QUICK)
        return again[0].result.ok

    many = foresight is not None or len(stacked.tariff) >= BATCH
    whole = (foresight or Foresight()) if many else None
    solutions: dict[int, Solution[Equilibrium]] = {}
    for lanes, ground in chunks(economy, structure, stacked, deficit):
        if ground is None:
            part, lent, base = take(stacked, lanes), deficit, prepare(economy, structure)
        else:
            without = refused(economy, structure, named, ground)
            if without is not None:
                solutions[lanes[0]] = without
                continue
            part, lent = alone(ground.wedges), ground.deficit
            base = prepare_for(economy, structure, ground.wedges)
        own = whole if ground is None or not many else Foresight()
        if own is not None:
            own.expect([()] * len(part.tariff))  # it may have seen limits in another call
        points, steps = sweep_chunk(economy, part, lent, first, structure, None, begun, base, own)
        for index, solution in enumerate(
            finish(base.technology, part, named, lent, points, steps, first, "sweep", ground)
        ):
            if not solution.result.ok and solver.robust:
                solution = rescued(part_of(part, index, index + 1), lent, base, ground, solution)
            solutions[lanes[index]] = solution
        if throw and not all(solutions[lane].result.ok for lane in lanes):
            break
    for lane in sorted(solutions):
        solution = solutions[lane]
        if throw and not solution.result.ok:
            raise SolveError(
                f"scenario {lane}: {solution.message} ({how_far(solution)})",
                where=economy.name,
                hint=what_to_try(solution, closure, partial(works, take(stacked, [lane]))),
                solution=solution,
            )
    return tuple(solutions[lane] for lane in range(len(solutions)))


def _stacked(economy: Economy, wedges: Wedges | Sequence[Wedges]) -> Wedges:
    """Wedges of all scenarios with a leading axis, each looked at before they are put together."""
    if isinstance(wedges, Wedges):
        stacked = wedges
        check_wedges(economy, stacked)
    else:
        check_each(economy, wedges)
        stacked = Wedges.together(wedges)
    if stacked.tariff.ndim != 4:
        raise InputError("a batch needs a leading scenario axis", hint="`solve` takes one scenario as it is")
    return stacked


@dataclass(frozen=True, eq=False)
class _Rescued:
    """What a batch gives to the rescue of those of its scenarios that the sweeps left unsolved."""

    economy: Economy
    structure: Structure
    closure: str
    solver: Newton
    start: Equilibrium | None

    def __call__(
        self,
        wedges: Wedges,
        deficit: Array,
        base: Baseline,
        ground: Ground | None,
        swept: Solution[Equilibrium],
    ) -> Solution[Equilibrium]:
        """Climb the ladder with one scenario, or say that nothing is left for it, or which good can have no price."""
        ended = used_up(swept, self.solver)
        if ended is not None:
            return ended
        asked, technology = wedges[0], base.technology
        endless = without_price(technology, asked)
        if endless:
            buyer, good = endless
            said = (
                f"No finite price of {good} to {buyer}: with what is left to buy, making it takes more of it, through its inputs, "
                f"than comes out ({self.structure.horizon}). {'' if ground is None else ground.note}"
            )
            there = Ground(asked, deficit) if ground is None else ground
            code = RESULTS.no_equilibrium
            without = refused(self.economy, self.structure, self.closure, there, code, said.strip())
            assert without is not None
            return without

        def judged(method: str, point: Array, count: int) -> Solution[Equilibrium]:
            steps = np.array([count])
            return finish(
                technology, wedges, self.closure, deficit, point[None], steps, self.solver, method, ground
            )[0]

        return rescue(
            Climb(
                self.economy,
                asked,
                deficit,
                self.solver,
                self.structure,
                self.start,
                judged,
                ground is not None,
            )
        )


def rebase(equilibrium: Equilibrium, name: str) -> Economy:
    """Turn an equilibrium into the baseline of further experiments, as when deficits are purged first.

    Flows, duties and the shares of cost that its prices brought about become the base year's.

    Parameters
    ----------
    equilibrium : Equilibrium
        One without export taxes.
    name : str
        Name of the new economy.

    Returns
    -------
    Economy

    Raises
    ------
    InputError
        With export taxes, what a backstop gives outside the market, or minimum consumption: a base year has none.
    """
    if equilibrium.wedges.export_tax.any():
        raise InputError("an equilibrium with export taxes cannot be a baseline", hint="remove them first")
    if equilibrium.outside_new.any():
        raise InputError(
            "what is got outside the market is in no table, so this cannot be a baseline",
            hint="solve without a backstop first",
        )
    technology = equilibrium.technology
    if technology.least is not None:
        raise InputError(
            "minimum consumption is a share of one base year, and of another it is another share",
            where=equilibrium.economy.name,
            hint="make the new baseline without minima, and set them on it",
        )
    logs = (np.log(equilibrium.factor_price_hat), np.log(equilibrium.price_hat), np.log(equilibrium.cost_hat))
    paid, inputs = technology.shares(*logs)
    return replace(
        equilibrium.economy,
        name=name,
        flows=equilibrium.flows_new,
        tariff=equilibrium.wedges.tariff,
        va_share=paid + technology.profit_share,
        input_shares=inputs,
    )
