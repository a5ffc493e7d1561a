"""Solve for the counterfactual equilibrium: accelerated sweeps over all scenarios at once, exact Newton where they fail.

A scenario that the sweeps of `sweep` do not settle is solved again by `robust.solve_robustly`: exact implicit Newton, in
stages of the shock if need be. Convergence is declared on the residuals of the plain equations in `model`, never on the
size of a step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detente.core import RESULTS, InputError, SolveError, UnitError
from detente.equilibrium import model
from detente.equilibrium.baseline import prepare
from detente.equilibrium.robust import solve_robustly
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.sweep import Newton, deficits, sweep_chunk
from detente.world.economy import Array, Economy, Wedges, frozen

CHUNK = 16
"""Scenarios solved together: more fall out of the processor's cache, fewer waste its width."""


GATE = 1e-10
"""No result is called an equilibrium above this residual, whatever `rtol` asks for."""


def check_wedges(economy: Economy, wedges: Wedges) -> None:
    """Refuse wedges that cannot be priced, naming the worst cell, before any numerics.

    Raises
    ------
    InputError
        When the arrays do not have the economy's shape.
    UnitError
        For values that are not finite, duties or export taxes at or below −100 %, and trade costs at or below zero.
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
        ("iceberg_hat", wedges.iceberg_hat, ~(np.isfinite(wedges.iceberg_hat) & (wedges.iceberg_hat > 0))),
    ):
        if bad.any():
            *_, n, i, s = np.argwhere(bad)[0]
            cell = f"{name}[{labels.countries[n]}, {labels.countries[i]}, {labels.sectors[s]}]"
            value = values[tuple(np.argwhere(bad)[0])]
            raise UnitError(
                f"{cell} is {value}",
                where=economy.name,
                hint="duties and taxes are fractions above -1 (0.25 is 25 %), trade-cost changes are positive ratios",
            )


def residuals(equilibrium: Equilibrium) -> dict[str, float | str]:
    """Residuals of the plain equations of `model` at an equilibrium.

    Returns
    -------
    dict
        ``clearing_residual`` (largest, every market but the dropped one), ``price_residual``, ``expenditure_residual``,
        ``numeraire_residual``, ``walras`` (the dropped market's), ``max_residual`` (largest of the first four), ``dropped``.
    """
    wedges = equilibrium.wedges
    one = Wedges(wedges.tariff[None], wedges.iceberg_hat[None], wedges.export_tax[None])
    return _residuals(
        equilibrium.economy,
        one,
        equilibrium.deficit_new,
        equilibrium.wage_hat[None],
        equilibrium.price_hat[None],
        equilibrium.expenditure_new[None],
    )[0]


def _residuals(
    economy: Economy, wedges: Wedges, deficit: Array, wage_hat: Array, price_hat: Array, expenditure: Array
) -> list[dict[str, float | str]]:
    """`residuals` of a chunk of scenarios (leading axis), by the equations of `model` and nothing of the sweep's."""
    kappa_hat = model.trade_cost_hat(economy.tariff, wedges.tariff, wedges.iceberg_hat, wedges.export_tax)
    cost_hat = model.cost_hat(wage_hat, price_hat, economy.va_share, economy.input_shares)
    price = model.price_hat(economy.trade_shares, kappa_hat, cost_hat, economy.trade_elasticity)
    shares = model.trade_shares_new(
        economy.trade_shares, kappa_hat, cost_hat, price_hat, economy.trade_elasticity
    )
    output = model.output_new(shares, wedges.tariff, wedges.export_tax, expenditure)
    income = model.income_new(
        wage_hat,
        economy.value_added,
        model.tariff_revenue_new(shares, wedges.tariff, expenditure),
        model.export_tax_revenue_new(shares, wedges.tariff, wedges.export_tax, expenditure),
        deficit,
    )
    wanted = model.expenditure_new(economy.input_shares, output, economy.final_shares, income)
    clearing = model.clearing_residual(output, economy.va_share, wage_hat, economy.value_added)
    scale = np.where(economy.expenditure > 0, economy.expenditure, 1.0)
    parts = {
        "clearing_residual": np.abs(clearing[:, :-1]).max(1, initial=0.0),
        "price_residual": np.abs(np.log(price / price_hat)).max((1, 2)),
        "expenditure_residual": (np.abs(wanted - expenditure) / scale).max((1, 2)),
        "numeraire_residual": np.abs((wage_hat * economy.value_added).sum(1) / economy.value_added.sum() - 1),
    }
    parts["max_residual"] = np.max(list(parts.values()), axis=0)
    parts["walras"] = clearing[:, -1]
    dropped = economy.labels.countries[-1]
    return [
        {**{name: float(values[k]) for name, values in parts.items()}, "dropped": dropped}
        for k in range(len(wage_hat))
    ]


def _finish(
    economy: Economy,
    wedges: Wedges,
    closure: str,
    points: Array,
    steps: npt.NDArray[np.int64],
    solver: Newton,
    method: str,
) -> list[Solution[Equilibrium]]:
    """Turn points into Solutions, each judged by the residuals of the plain equations."""
    N, S = economy.va_share.shape
    count = len(points)
    wage_hat = frozen(np.exp(points[:, :N]))
    price_hat = frozen(np.exp(points[:, N : N + N * S]).reshape(count, N, S))
    expenditure = frozen(points[:, N + N * S :].reshape(count, N, S) * prepare(economy).scale)
    deficit = frozen(deficits(economy, closure))
    with np.errstate(all="ignore"):  # points that left the numbers have residuals that are none
        found = _residuals(economy, wedges, deficit, wage_hat, price_hat, expenditure)
    solutions = []
    for k, stats in enumerate(found):
        worst, walras = float(stats["max_residual"]), float(stats["walras"])
        if not (np.isfinite(worst) and np.isfinite(walras)):
            result = RESULTS.nonfinite
            stats["max_residual"] = float("inf")
        elif worst > GATE:
            result = RESULTS.max_steps_reached if steps[k] >= solver.max_steps else RESULTS.residual_too_large
        elif abs(walras) > 1e3 * GATE:
            result = RESULTS.walras_violated
        else:
            result = RESULTS.successful
        value = Equilibrium(
            economy, _at(wedges, k), closure, wage_hat[k], price_hat[k], expenditure[k], deficit
        )
        if result.ok and _unchanged(economy, value.wedges, closure):
            result = RESULTS.no_shock
        solutions.append(Solution(value, result, {"num_steps": int(steps[k]), "method": method, **stats}))
    return solutions


def _unchanged(economy: Economy, wedges: Wedges, closure: str) -> bool:
    """Whether the wedges are the base year's own and the closure leaves deficits as they are."""
    return (
        closure != "zero"
        and np.array_equal(wedges.tariff, economy.tariff)
        and bool((wedges.iceberg_hat == 1).all())
        and not wedges.export_tax.any()
    )


def _at(wedges: Wedges, index: int) -> Wedges:
    return Wedges(wedges.tariff[index], wedges.iceberg_hat[index], wedges.export_tax[index])


def solve_batch(
    economy: Economy,
    wedges: Wedges | Sequence[Wedges],
    *,
    closure: str = "share",
    solver: Newton | None = None,
    throw: bool = False,
) -> tuple[Solution[Equilibrium], ...]:
    """Solve many scenarios on one economy; a scenario that fails carries its code and never stops the others.

    Parameters
    ----------
    economy : Economy
        The baseline they share.
    wedges : Wedges with a leading scenario axis, or sequence of Wedges
    closure : {"share", "fixed", "zero"}
        How deficits are determined; see `CLOSURES`.
    solver : Newton, optional
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
    deficits(economy, closure)

    solutions: list[Solution[Equilibrium]] = []
    for first in range(0, len(stacked.tariff), CHUNK):
        part = Wedges(
            *(a[first : first + CHUNK] for a in (stacked.tariff, stacked.iceberg_hat, stacked.export_tax))
        )
        points, steps = sweep_chunk(economy, part, closure, solver)
        for index, found in enumerate(_finish(economy, part, closure, points, steps, solver, "sweep")):
            solution = found
            if not solution.result.ok and solver.robust:
                point, count = solve_robustly(economy, solution.value.wedges, closure, solver)
                alone = Wedges(
                    *(a[index : index + 1] for a in (part.tariff, part.iceberg_hat, part.export_tax))
                )
                again = np.array([count])
                solution = _finish(economy, alone, closure, point[None], again, solver, "newton")[0]
            if throw and not solution.result.ok:
                worst = solution.stats["max_residual"]
                raise SolveError(
                    f"scenario {first + index}: {solution.result.value} (largest residual {worst:.1e})",
                    where=economy.name,
                    hint="see the docs page `it-does-not-converge`; `throw=False` returns the unfinished solution",
                    solution=solution,
                )
            solutions.append(solution)
    return tuple(solutions)


def solve(
    economy: Economy,
    wedges: Wedges,
    *,
    closure: str = "share",
    solver: Newton | None = None,
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
    closure : {"share", "fixed", "zero"}
        How deficits are determined; see `CLOSURES`.
    solver : Newton, optional
        Tolerance and limits.
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
    stacked = Wedges(wedges.tariff[None], wedges.iceberg_hat[None], wedges.export_tax[None])
    return solve_batch(economy, stacked, closure=closure, solver=solver, throw=throw)[0]


def rebase(equilibrium: Equilibrium, name: str) -> Economy:
    """Turn an equilibrium into the baseline of further experiments, as when deficits are purged first.

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
    import dataclasses

    return dataclasses.replace(
        equilibrium.economy, name=name, flows=equilibrium.flows_new, tariff=equilibrium.wedges.tariff
    )
