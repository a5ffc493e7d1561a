"""Solve for the counterfactual equilibrium: a quasi-Newton sweep over all scenarios at once, exact Newton where it fails.

One *sweep* takes a Newton step on prices, then on expenditures, then on wages, each with the base year's implicit
derivatives (`baseline.prepare`). Its fixed point is the equilibrium whatever those derivatives are; they only decide how
fast it is reached. Anderson acceleration over the sweeps supplies what the base year's derivatives miss, so that a solve
costs about a dozen sweeps of array arithmetic and no factorisation. A scenario the sweeps do not settle is solved again
by `robust.solve_robustly`: exact implicit Newton, in stages of the shock if need be.

Convergence is declared on the residuals of the plain equations in `model`, never on the size of a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.core import RESULTS, InputError, SolveError, UnitError
from detente.equilibrium import model
from detente.equilibrium.baseline import Baseline, prepare
from detente.equilibrium.solution import Equilibrium, Solution
from detente.world.economy import Array, Economy, Wedges, frozen

Closure = Literal["share", "fixed", "zero"]
CLOSURES: dict[str, str] = {
    "share": "each country's deficit is a fixed share of world value added",
    "fixed": "each country's deficit is fixed in the numeraire (world value added)",
    "zero": "no country runs a deficit",
}
"""With world value added as numeraire the first two are the same condition; both names are understood."""

CHUNK = 16
"""Scenarios solved together: more fall out of the processor's cache, fewer waste its width."""


@dataclass(frozen=True)
class Newton:
    """Settings of the solver.

    Parameters
    ----------
    rtol : float
        Largest residual accepted: relative for clearing and expenditure, log points for prices.
    max_steps : int
        Sweeps before the robust method takes over.
    memory : int
        Earlier sweeps that Anderson acceleration combines.
    robust : bool
        Whether scenarios the sweeps do not settle are solved again by exact Newton in stages.
    """

    rtol: float = 1e-11
    max_steps: int = 60
    memory: int = 6
    robust: bool = True


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


def deficits(economy: Economy, closure: str) -> Array:
    """Deficits [country] under a closure, million USD in the numeraire; unknown names raise `InputError`."""
    if closure not in CLOSURES:
        raise InputError(f"unknown closure `{closure}`", hint="one of: " + ", ".join(CLOSURES))
    return np.zeros_like(economy.deficit) if closure == "zero" else economy.deficit


@dataclass
class _Shock:
    """Arrays of a chunk of scenarios that stay the same over its sweeps; leading axis scenario."""

    pull: Array  # π · kappa_hat^−θ
    to_producer: Array  # 1/((1+t')(1+x'))
    to_exporter: Array | None  # x'/((1+x')(1+t')), None when nobody taxes exports

    @classmethod
    def of(cls, economy: Economy, wedges: Wedges) -> _Shock:
        log_kappa = (
            np.log(wedges.iceberg_hat) + np.log1p(wedges.tariff) - np.log1p(economy.tariff) + np.log1p(wedges.export_tax)
        )
        duty = 1 / (1 + wedges.tariff)
        taxed = bool(wedges.export_tax.any())
        return cls(
            pull=economy.trade_shares * np.exp(-economy.trade_elasticity * log_kappa),
            to_producer=duty / (1 + wedges.export_tax) if taxed else duty,
            to_exporter=wedges.export_tax * duty / (1 + wedges.export_tax) if taxed else None,
        )

    def keep(self, lanes: Array) -> _Shock:
        return _Shock(
            self.pull[lanes],
            self.to_producer[lanes],
            None if self.to_exporter is None else self.to_exporter[lanes],
        )


class _Sweep:
    """The map whose fixed point is the equilibrium, over a chunk of scenarios."""

    def __init__(self, economy: Economy, base: Baseline, deficit: Array) -> None:
        self.economy, self.base, self.deficit = economy, base, deficit
        self.N, self.S = economy.expenditure.shape
        self.spends = economy.expenditure > 0
        self.theta = economy.trade_elasticity
        self.world_va = economy.value_added.sum()

    def prices(self, shock: _Shock, log_wage: Array, log_price: Array) -> tuple[Array, Array, Array]:
        """Price system at given prices: its residual, the exporters' pull and its sum over exporters."""
        economy = self.economy
        log_cost = economy.va_share * log_wage[..., None] + np.matmul(
            log_price[..., None, :], economy.input_shares
        ).reshape(log_price.shape)
        weight = np.exp(-self.theta * log_cost)
        total = np.einsum("bnis,bis->bns", shock.pull, weight)
        total = np.where(self.spends, total, 1.0)
        return -np.log(total) / self.theta - log_price, weight, total

    def __call__(self, shock: _Shock, point: Array) -> tuple[Array, Array]:
        """One sweep. Returns the step [scenario, unknown] and the largest residual [scenario] met on the way."""
        N, S, economy, base = self.N, self.S, self.economy, self.base
        lanes = len(point)
        log_wage = point[:, :N]
        log_price = point[:, N : N + N * S].reshape(lanes, N, S)
        expenditure = point[:, N + N * S :].reshape(lanes, N, S) * base.scale

        price_gap, _, _ = self.prices(shock, log_wage, log_price)
        price_step = price_gap.reshape(lanes, -1) @ base.price_inverse
        log_price = log_price + price_step.reshape(lanes, N, S)

        _, weight, total = self.prices(shock, log_wage, log_price)
        shares = shock.pull * weight[:, None]
        shares /= total[:, :, None]
        to_producer = shares * shock.to_producer
        wage_bill = np.exp(log_wage) * economy.value_added
        output = np.einsum("bnis,bns->bis", to_producer, expenditure)
        # what does not reach a producer is duty, but for the part that exporters tax
        kept = 1 - to_producer.sum(2)
        if shock.to_exporter is None:
            income = wage_bill + self.deficit + (kept * expenditure).sum(-1)
        else:
            taxed = shares * shock.to_exporter
            income = wage_bill + self.deficit + ((kept - taxed.sum(2)) * expenditure).sum(-1)
            income = income + np.einsum("bnis,bns->bi", taxed, expenditure)
        wanted = np.matmul(economy.input_shares, output[..., None])[..., 0] + economy.final_shares * income[..., None]
        spending_gap = (wanted - expenditure) / base.scale
        spending_step = spending_gap.reshape(lanes, -1) @ base.expenditure_inverse
        expenditure = expenditure + spending_step.reshape(lanes, N, S) * base.scale

        output = np.einsum("bnis,bns->bis", to_producer, expenditure)
        clearing = (economy.va_share * output).sum(-1) / wage_bill - 1
        worst = np.maximum(np.abs(clearing[:, :-1]).max(1), np.abs(price_gap).max((1, 2)))
        worst = np.maximum(worst, np.abs(spending_gap).max((1, 2)))
        clearing[:, -1] = wage_bill.sum(1) / self.world_va - 1
        wage_step = -clearing @ base.wage_inverse
        step = np.concatenate(
            [
                wage_step,
                price_step + wage_step @ base.price_by_wage,
                spending_step + wage_step @ base.expenditure_by_wage,
            ],
            axis=1,
        )
        return step, worst


class _Anderson:
    """Anderson acceleration of a fixed-point map, each scenario with a history of its own."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.points: list[Array] = []
        self.steps: list[Array] = []
        self.last: tuple[Array, Array] | None = None

    def keep(self, lanes: Array) -> None:
        self.points = [value[lanes] for value in self.points]
        self.steps = [value[lanes] for value in self.steps]
        if self.last is not None:
            self.last = (self.last[0][lanes], self.last[1][lanes])

    def advance(self, point: Array, step: Array) -> Array:
        """Next point from the current one and the step the map proposes there."""
        if self.last is not None:
            self.points.append(point - self.last[0])
            self.steps.append(step - self.last[1])
            if len(self.steps) > self.memory:
                self.points.pop(0)
                self.steps.pop(0)
        self.last = (point, step)
        if not self.steps:
            return point + step
        change = np.stack(self.steps, axis=1)
        gram = np.matmul(change, change.transpose(0, 2, 1))
        size = len(self.steps)
        # a touch of regularisation keeps nearly collinear histories from blowing up the combination
        gram[:, range(size), range(size)] *= 1 + 1e-13
        gram[:, range(size), range(size)] += 1e-300
        right = np.matmul(change, step[..., None])
        try:
            mix = np.linalg.solve(gram, right)
        except np.linalg.LinAlgError:
            mix = np.stack([np.linalg.lstsq(a, b, rcond=None)[0] for a, b in zip(gram, right, strict=True)])
        moved = np.stack(self.points, axis=1) + change
        return np.asarray(point + step - np.matmul(mix.transpose(0, 2, 1), moved)[:, 0, :])


def _sweep_chunk(economy: Economy, wedges: Wedges, closure: str, solver: Newton) -> tuple[Array, Array]:
    """Sweep a chunk of scenarios; returns the points reached and the number of sweeps each took."""
    base = prepare(economy)
    N, S = economy.expenditure.shape
    sweep = _Sweep(economy, base, deficits(economy, closure))
    shock = _Shock.of(economy, wedges)
    lanes = len(shock.pull)
    start = np.zeros((lanes, N + 2 * N * S))
    start[:, N + N * S :] = np.where(economy.expenditure > 0, 1.0, 0.0).reshape(-1)
    points, steps_taken = start.copy(), np.full(lanes, solver.max_steps)
    active = np.arange(lanes)
    point, history = start, _Anderson(solver.memory)
    with np.errstate(all="ignore"):  # a scenario that leaves the numbers is caught below by its residual
        for count in range(1, solver.max_steps + 1):
            step, worst = sweep(shock, point)
            # the step taken at a point with residual r lands near r², so stop just before the tolerance
            done = worst < solver.rtol
            lost = ~np.isfinite(worst) | (worst > 1e6)
            ended = done | lost
            point = history.advance(point, step)
            if ended.any():
                points[active[ended]] = np.where(done[ended, None], point[ended], np.nan)
                steps_taken[active[ended]] = count
                stay = ~ended
                active, point, shock = active[stay], point[stay], shock.keep(stay)
                history.keep(stay)
                if not len(active):
                    break
        points[active] = point
    return points, steps_taken


def residuals(equilibrium: Equilibrium) -> dict[str, float | str]:
    """Residuals of the plain equations of `model` at an equilibrium.

    Returns
    -------
    dict
        ``clearing_residual`` (largest, every market but the dropped one), ``price_residual``, ``expenditure_residual``,
        ``numeraire_residual``, ``walras`` (the dropped market's), ``max_residual`` (largest of the first four), ``dropped``.
    """
    economy, wedges = equilibrium.economy, equilibrium.wedges
    kappa_hat = model.trade_cost_hat(economy.tariff, wedges.tariff, wedges.iceberg_hat, wedges.export_tax)
    price = model.price_hat(economy.trade_shares, kappa_hat, equilibrium.cost_hat, economy.trade_elasticity)
    wanted = model.expenditure_new(
        economy.input_shares, equilibrium.output_new, economy.final_shares, equilibrium.income_new
    )
    clearing = model.clearing_residual(
        equilibrium.output_new, economy.va_share, equilibrium.wage_hat, economy.value_added
    )
    scale = np.where(economy.expenditure > 0, economy.expenditure, 1.0)
    found: dict[str, float | str] = {
        "clearing_residual": float(np.abs(clearing[:-1]).max(initial=0.0)),
        "price_residual": float(np.abs(np.log(price / equilibrium.price_hat)).max()),
        "expenditure_residual": float((np.abs(wanted - equilibrium.expenditure_new) / scale).max()),
        "numeraire_residual": float(abs((equilibrium.wage_hat * economy.value_added).sum() / economy.value_added.sum() - 1)),
    }
    found["max_residual"] = max(float(value) for value in found.values())
    found["walras"] = float(clearing[-1])
    found["dropped"] = economy.labels.countries[-1]
    return found


def _finish(economy: Economy, wedges: Wedges, closure: str, point: Array, steps: int, solver: Newton) -> Solution[Equilibrium]:
    """Turn a point into a Solution, judged by the residuals of the plain equations."""
    N, S = economy.expenditure.shape
    equilibrium = Equilibrium(
        economy=economy,
        wedges=wedges,
        closure=closure,
        wage_hat=frozen(np.exp(point[:N])),
        price_hat=frozen(np.exp(point[N : N + N * S]).reshape(N, S)),
        expenditure_new=frozen(point[N + N * S :].reshape(N, S) * prepare(economy).scale),
        deficit_new=frozen(deficits(economy, closure)),
    )
    if not np.isfinite(point).all():
        return Solution(equilibrium, RESULTS.nonfinite, {"num_steps": steps, "max_residual": float("inf")})
    with np.errstate(all="ignore"):
        stats: dict[str, float | int | str] = {"num_steps": steps, **residuals(equilibrium)}
    worst = float(stats["max_residual"])
    if not np.isfinite(worst):
        result = RESULTS.nonfinite
    elif worst > GATE:
        result = RESULTS.max_steps_reached if steps >= solver.max_steps else RESULTS.residual_too_large
    elif abs(float(stats["walras"])) > 1e3 * GATE:
        result = RESULTS.walras_violated
    else:
        result = RESULTS.successful
    return Solution(equilibrium, result, stats)


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
        part = Wedges(*(a[first : first + CHUNK] for a in (stacked.tariff, stacked.iceberg_hat, stacked.export_tax)))
        points, steps = _sweep_chunk(economy, part, closure, solver)
        for index, (point, count) in enumerate(zip(points, steps, strict=True)):
            one = _at(part, index)
            solution = _finish(economy, one, closure, point, int(count), solver)
            if not solution.result.ok and solver.robust:
                from detente.equilibrium.robust import solve_robustly

                reached, count = solve_robustly(economy, one, closure, solver)
                solution = _finish(economy, one, closure, reached, count, solver)
                solution = Solution(solution.value, solution.result, {**solution.stats, "method": "newton"})
            elif solution.result.ok and _unchanged(economy, one, closure):
                solution = Solution(solution.value, RESULTS.no_shock, {**solution.stats, "method": "sweep"})
            else:
                solution = Solution(solution.value, solution.result, {**solution.stats, "method": "sweep"})
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
    economy: Economy, wedges: Wedges, *, closure: str = "share", solver: Newton | None = None, throw: bool = True
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
