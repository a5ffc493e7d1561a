"""The quasi-Newton sweep over many scenarios at once, with Anderson acceleration.

One *sweep* takes a Newton step on prices, then on expenditures, then on wages, each with the base year's implicit
derivatives (`baseline.prepare`). Its fixed point is the equilibrium whatever those derivatives are; they only decide how
fast it is reached. Anderson acceleration over the sweeps supplies what the base year's derivatives miss, so that a solve
costs about a dozen sweeps of array arithmetic and no factorisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from detente.core import InputError
from detente.equilibrium.baseline import Baseline, prepare
from detente.world.economy import Array, Economy, Wedges

Closure = Literal["share", "fixed", "zero"]
CLOSURES: dict[str, str] = {
    "share": "each country's deficit is a fixed share of world value added",
    "fixed": "each country's deficit is fixed in the numeraire (world value added)",
    "zero": "no country runs a deficit",
}
"""With world value added as numeraire the first two are the same condition; both names are understood."""


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
            np.log(wedges.iceberg_hat)
            + np.log1p(wedges.tariff)
            - np.log1p(economy.tariff)
            + np.log1p(wedges.export_tax)
        )
        duty = 1 / (1 + wedges.tariff)
        taxed = bool(wedges.export_tax.any())
        return cls(
            pull=economy.trade_shares * np.exp(-economy.trade_elasticity * log_kappa),
            to_producer=duty / (1 + wedges.export_tax) if taxed else duty,
            to_exporter=wedges.export_tax * duty / (1 + wedges.export_tax) if taxed else None,
        )

    def keep(self, lanes: npt.NDArray[np.bool_]) -> _Shock:
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
        wanted = (
            np.matmul(economy.input_shares, output[..., None])[..., 0]
            + economy.final_shares * income[..., None]
        )
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

    def keep(self, lanes: npt.NDArray[np.bool_]) -> None:
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


def sweep_chunk(economy: Economy, wedges: Wedges, closure: str, solver: Newton) -> tuple[Array, Array]:
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
