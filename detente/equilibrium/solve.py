"""Solve for the counterfactual equilibrium: accelerated sweeps over all scenarios at once, exact Newton where they fail.

A scenario that the sweeps of `sweep` do not settle is solved again by `robust.solve_robustly`: exact implicit Newton, in
stages of the shock if need be. Convergence is declared on the residuals of the plain equations in `model`, never on the
size of a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from detente.core import RESULTS, InputError, SolveError, UnitError
from detente.equilibrium.bans import Ground
from detente.equilibrium.baseline import CORE, Baseline, prepare, prepare_for
from detente.equilibrium.lanes import alone, between, chunks, one_of, taken
from detente.equilibrium.residuals import GATE, chunk_residuals
from detente.equilibrium.robust import point_of, solve_robustly, sweep_in_stages, without_price
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.structure import Structure, Technology
from detente.equilibrium.sweep import Newton, deficits, sweep_chunk
from detente.world.economy import Array, Economy, Wedges, frozen


def check_wedges(economy: Economy, wedges: Wedges) -> None:
    """Refuse wedges that cannot be priced, naming the worst cell, before any numerics.

    Raises
    ------
    InputError
        When the arrays do not have the economy's shape.
    UnitError
        For values that are not finite, duties or export taxes at or below −100 %, and trade costs at or below zero. An
        infinite trade cost is a ban.
    """
    if wedges.tariff.shape[-3:] != economy.flows.shape:
        raise InputError(
            f"wedges have shape {wedges.tariff.shape}, the economy {economy.flows.shape}",
            where=economy.name,
            hint="build wedges from this economy: Wedges.unchanged(economy)",
        )
    labels = economy.labels
    for name, values, bad in (
        ("tariff", wedges.tariff, ~(np.isfinite(wedges.tariff) & (wedges.tariff > -1))),
        ("export_tax", wedges.export_tax, ~(np.isfinite(wedges.export_tax) & (wedges.export_tax > -1))),
        ("iceberg_hat", wedges.iceberg_hat, ~(wedges.iceberg_hat > 0)),
    ):
        if bad.any():
            *_, n, i, s = np.argwhere(bad)[0]
            cell = f"{name}[{labels.countries[n]}, {labels.countries[i]}, {labels.sectors[s]}]"
            value = values[tuple(np.argwhere(bad)[0])]
            raise UnitError(
                f"{cell} is {value}",
                where=economy.name,
                hint="duties and taxes are fractions above -1 (0.25 is 25 %), trade-cost changes positive ratios (inf is a ban)",
            )


def finish(
    technology: Technology,
    wedges: Wedges,
    closure: str,
    deficit: Array,
    points: Array,
    steps: npt.NDArray[np.int64],
    solver: Newton,
    method: str,
    ground: Ground | None = None,
) -> list[Solution[Equilibrium]]:
    """Turn points into Solutions, each judged by the residuals of the plain equations; `ground` is what bans left of trade."""
    economy = technology.economy
    N, S = economy.va_share.shape
    count, factors = len(points), points.shape[1] - 2 * N * S
    factor_hat = np.exp(points[:, :factors])
    factor_hat = frozen(factor_hat if technology.mobile else factor_hat.reshape(count, N, S))
    price_hat = frozen(np.exp(points[:, factors : factors + N * S]).reshape(count, N, S))
    scale = prepare(economy, technology.structure).scale
    expenditure = frozen(points[:, factors + N * S :].reshape(count, N, S) * scale)
    deficit = frozen(deficit)
    with np.errstate(all="ignore"):  # points that left the numbers have residuals that are none
        judged, shares = chunk_residuals(technology, wedges, deficit, factor_hat, price_hat, expenditure)
    solutions = []
    for k, residual in enumerate(judged):
        stats: dict[str, float | int | str] = dict(residual)
        worst, walras = float(stats["max_residual"]), float(stats["walras"])
        if not (np.isfinite(worst) and np.isfinite(walras)):
            result = RESULTS.nonfinite
            stats["max_residual"] = float("inf")
        elif worst > GATE:
            if worst > 1:
                result = RESULTS.diverged
            elif steps[k] >= solver.max_steps:
                result = RESULTS.max_steps_reached
            else:
                result = RESULTS.residual_too_large
        elif abs(walras) > 1e3 * GATE:
            result = RESULTS.walras_violated
        elif float(stats["lowest_income"]) <= 0:
            result = RESULTS.income_negative
        else:
            result = RESULTS.successful
        value = Equilibrium(
            economy=economy,
            wedges=one_of(wedges, k),
            structure=technology.structure,
            closure=closure,
            factor_price_hat=factor_hat[k],
            price_hat=price_hat[k],
            expenditure_new=expenditure[k],
            deficit_new=deficit,
        )
        value.__dict__["trade_shares_new"] = frozen(shares[k])  # the cached property, computed already
        if ground is not None:
            value.__dict__["technology"] = technology
            stats |= {"parts": ground.parts} | ({"note": ground.note} if ground.note else {})
        if result.ok and _unchanged(economy, value.wedges, deficit):
            result = RESULTS.no_shock
        solutions.append(Solution(value, result, {"num_steps": int(steps[k]), "method": method, **stats}))
    return solutions


def refused(
    economy: Economy,
    structure: Structure,
    closure: str,
    ground: Ground,
    code: RESULTS | None = None,
    said: str = "",
) -> Solution[Equilibrium] | None:
    """Code of a scenario that has no equilibrium whatever prices do, with the base year's numbers.

    None when bans leave nothing that says so and no other `code` is given.
    """
    said = said or ground.failure
    if not said:
        return None
    technology = prepare(economy, structure).technology
    factors = economy.va_share.shape[:1] if technology.mobile else economy.va_share.shape
    value = Equilibrium(
        economy=economy,
        wedges=ground.wedges,
        structure=structure,
        closure=closure,
        factor_price_hat=frozen(np.ones(factors)),
        price_hat=frozen(np.ones(economy.va_share.shape)),
        expenditure_new=economy.expenditure,
        deficit_new=frozen(ground.deficit),
    )
    code = code or (RESULTS.no_supplier if ground.missing else RESULTS.no_equilibrium)
    stats: dict[str, float | int | str] = {
        "num_steps": 0,
        "method": "none",
        "parts": ground.parts,
        "note": said,
    }
    for name in ("max", "clearing", "price", "expenditure"):
        stats[f"{name}_residual"] = float("inf")
    return Solution(value, code, {**stats, "walras": float("inf")})


def begin(economy: Economy, structure: Structure, start: Equilibrium) -> Array:
    """Point of a start.

    Raises
    ------
    InputError
        When its unknowns are not those of the economy and structure.
    """
    technology = prepare(economy, structure).technology
    N, S = economy.va_share.shape
    shapes = (start.factor_price_hat.shape, start.price_hat.shape)
    if shapes != ((N,) if technology.mobile else (N, S), (N, S)):
        raise InputError(
            f"the start has factor prices and prices of shapes {shapes}",
            where=economy.name,
            hint="start from an equilibrium of the same economy and structure",
        )
    return point_of(start)


def _unchanged(economy: Economy, wedges: Wedges, deficit: Array) -> bool:
    """Whether the wedges are the base year's own and the closure leaves deficits as they are."""
    return (
        np.array_equal(deficit, economy.deficit)
        and np.array_equal(wedges.tariff, economy.tariff)
        and bool((wedges.iceberg_hat == 1).all())
        and not wedges.export_tax.any()
    )


def solve_batch(
    economy: Economy,
    wedges: Wedges | Sequence[Wedges],
    *,
    closure: str | Array = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    start: Equilibrium | None = None,
    throw: bool = False,
) -> tuple[Solution[Equilibrium], ...]:
    """Solve many scenarios on one economy; a scenario that fails carries its code and never stops the others.

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
    if isinstance(wedges, Wedges):
        stacked = wedges
    else:
        if not wedges:
            return ()
        for one in wedges:
            check_wedges(economy, one)
        stacked = Wedges(
            np.stack([one.tariff for one in wedges]),
            np.stack([one.iceberg_hat for one in wedges]),
            np.stack([one.export_tax for one in wedges]),
        )
    check_wedges(economy, stacked)
    if stacked.tariff.ndim != 4:
        raise InputError("a batch needs a leading scenario axis", hint="use `solve` for one scenario")
    deficit = deficits(economy, closure)
    named = closure if isinstance(closure, str) else "own"
    begun = None if start is None else begin(economy, structure, start)

    def rescued(
        found: Solution[Equilibrium], alone: Wedges, deficit: Array, base: Baseline, ground: Ground | None
    ) -> Solution[Equilibrium]:
        """Take the shock in stages: by sweeps from the start, by sweeps from the base year, by Newton from the base year."""
        asked = found.value.wedges
        endless = without_price(base.technology, asked)
        if endless:
            buyer, good = endless
            said = (
                f"No finite price of {good} to {buyer}: with what is left to buy, making it takes more of it, through its inputs, "
                f"than comes out ({structure.horizon}). {'' if ground is None else ground.note}"
            )
            there = Ground(asked, deficit) if ground is None else ground
            return refused(economy, structure, named, there, RESULTS.no_equilibrium, said.strip()) or found

        def ended(method: str, point: Array, count: int) -> Solution[Equilibrium]:
            again = np.array([count])
            technology = base.technology
            return finish(technology, alone, named, deficit, point[None], again, solver, method, ground)[0]

        stages = () if ground is not None else (None,) if start is None else (start, None)
        for at in stages:  # trade in parts is no small step from trade in one piece: that is Newton's work
            found = ended("stages", *sweep_in_stages(economy, asked, deficit, solver, structure, at))
            if found.result.ok:
                return found
        return ended("newton", *solve_robustly(economy, asked, deficit, solver, structure))

    solutions: dict[int, Solution[Equilibrium]] = {}
    for lanes, ground in chunks(economy, structure, stacked, deficit):
        if ground is None:
            part, lent, base = taken(stacked, lanes), deficit, prepare(economy, structure)
        else:
            without = refused(economy, structure, named, ground)
            if without is not None:
                solutions[lanes[0]] = without
                continue
            part, lent = alone(ground.wedges), ground.deficit
            base = prepare_for(economy, structure, ground.wedges)
        points, steps = sweep_chunk(economy, part, lent, solver, structure, None, begun, base)
        for index, solution in enumerate(
            finish(base.technology, part, named, lent, points, steps, solver, "sweep", ground)
        ):
            if not solution.result.ok and solver.robust:
                solution = rescued(solution, between(part, index, index + 1), lent, base, ground)
            solutions[lanes[index]] = solution
        if throw and not all(solutions[lane].result.ok for lane in lanes):
            break
    for lane in sorted(solutions):
        solution = solutions[lane]
        if throw and not solution.result.ok:
            raise SolveError(
                f"scenario {lane}: {solution.message} (largest residual {solution.stats['max_residual']:.1e})",
                where=economy.name,
                hint="see the docs page `it-does-not-converge`; `throw=False` returns the unfinished solution",
                solution=solution,
            )
    return tuple(solutions[lane] for lane in range(len(solutions)))


def solve(
    economy: Economy,
    wedges: Wedges,
    *,
    closure: str | Array = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    start: Equilibrium | None = None,
    throw: bool = True,
) -> Solution[Equilibrium]:
    """Find the counterfactual equilibrium in exact hat algebra.

    Every factor market but the reported one clears at the returned wages (`model.clearing_residual`); world value added
    is the numeraire.

    Parameters
    ----------
    economy : Economy
        Baseline.
    wedges : Wedges
        New duties, trade-cost changes and export taxes, ``[importer, exporter, sector]``.
    closure : {"share", "fixed", "zero"} or array [country]
        How deficits are determined; see `CLOSURES`. An array gives them in million USD, summing to zero.
    structure : Structure
        Nests, mobility of factors and markups; the core model when left out.
    solver : Newton, optional
        Tolerance and limits.
    start : Equilibrium, optional
        Where the search begins; see `solve_batch`.
    throw : bool
        Raise `SolveError` on failure (default); ``False`` returns the code.

    Returns
    -------
    Solution of Equilibrium
        ``.result`` is a `RESULTS` member; ``.stats`` holds steps and residuals.

    Raises
    ------
    InputError, UnitError
        Before any numerics.
    SolveError
        When no equilibrium was found and `throw` is set.

    See Also
    --------
    solve_batch : many scenarios at once.
    decompose_welfare : terms of trade and volume of trade.

    References
    ----------
    Caliendo and Parro (2015), Review of Economic Studies 82(1), equations 8-13.

    Examples
    --------
    >>> from detente.world import toy, Wedges
    >>> economy = toy()
    >>> solution = solve(economy, Wedges.unchanged(economy))
    >>> solution.result.name, bool(abs(solution.value.real_income_hat - 1).max() < 1e-12)
    ('no_shock', True)
    """
    return solve_batch(
        economy, alone(wedges), closure=closure, structure=structure, solver=solver, start=start, throw=throw
    )[0]


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
        With export taxes: a base year has none.
    """
    if equilibrium.wedges.export_tax.any():
        raise InputError("an equilibrium with export taxes cannot be a baseline", hint="remove them first")
    technology = equilibrium.technology
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
