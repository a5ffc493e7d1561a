"""The sweep of a batch: one look at markets, one step by the whole derivative of the base year (`steering`)."""

from __future__ import annotations

import numpy as np

from detente.equilibrium.shock import Shock, SparseShock
from detente.equilibrium.steering import Steering
from detente.equilibrium.sweep import Sweep
from detente.world import Array


class WholeSweep(Sweep):
    """The map with one look a sweep, steered by the whole derivative of the base year."""

    light = True

    def __init__(self, sweep: Sweep, steered: Steering) -> None:
        super().__init__(sweep.economy, sweep.base, sweep.deficit)
        self.steered = steered

    def __call__(self, shock: Shock | SparseShock, point: Array) -> tuple[Array, Array]:
        """Step [scenario, unknown] and the largest residual [scenario] at a point."""
        log_factor, log_price, expenditure = self.split(point)
        F, size, limits = self.factors, log_price[0].size, shock.limits
        log_wedge = point[:, F + 2 * size :]
        if limits is not None:
            limits.drive(log_wedge, shock.pull, shock.to_producer, shock.to_exporter)
        # what a wedge does to prices is steered with them: beside one another they would take half as many sweeps more
        seen = self.look(shock, log_factor, log_price, expenditure, log_wedge)
        price_gap = self.price_gap(seen.total, log_price, expenditure)
        spending_gap = (seen.wanted - expenditure) / self.base.scale
        paid = self.technology.paid(log_factor, seen.log_cost)
        clearing = self.clearing(paid, seen.output, seen.earnings)
        step = np.empty_like(point)
        worst = self.steered.step(clearing, price_gap, spending_gap, out=step)
        if seen.wedge_step is not None:
            step[:, F + 2 * size :], unmet = seen.wedge_step
            worst = np.maximum(worst, unmet.max(1))
        return step, worst
