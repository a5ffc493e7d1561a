"""Sweep a chunk of scenarios until each has settled or given up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from detente.core import checkpoint
from detente.equilibrium.anderson import Anderson
from detente.equilibrium.baseline import Baseline, prepare
from detente.equilibrium.foresight import Foresight
from detente.equilibrium.limits import Limits
from detente.equilibrium.shock import Shock, SparseShock, laid_out
from detente.equilibrium.steering import steering
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import Newton, Sweep
from detente.equilibrium.whole import WholeSweep
from detente.world import Array, Economy, Wedges, frozen

MEMORY, MOST = 5, 30
"""Earlier sweeps combined, and sweeps at most, with the whole derivative: it leaves less to combine."""

LOST = 1e6
"""Residual from which no sweep comes back."""


def base_point(economy: Economy, structure: Structure) -> Array:
    """The base year as a point of the sweeps: log factor prices and log prices of zero, expenditures of one."""
    base = prepare(economy, structure)
    known: Array | None = base.whole.get("point")
    if known is None:
        count = base.factor_inverse.shape[0] + economy.expenditure.size
        known = np.concatenate([np.zeros(count), np.where(economy.expenditure > 0, 1.0, 0.0).ravel()])
        base.whole["point"] = known = frozen(known)
    return known


def sweep_chunk(
    economy: Economy,
    wedges: Wedges,
    deficit: Array,
    solver: Newton,
    structure: Structure,
    limits: Limits | None = None,
    start: Array | None = None,
    base: Baseline | None = None,
    foresight: Foresight | None = None,
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Sweep a chunk of scenarios.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
        With a leading scenario axis.
    deficit : array [country], million USD
    solver : Newton
    structure : Structure
    limits : Limits, optional
        Caps and floors on top of the wedges.
    start : array [unknown] or [scenario, unknown], optional
        Where the scenarios begin, log wedges of the limits last; the base year when left out.
    base : Baseline, optional
        Inverses that steer, and the parts into which the bans of all of these scenarios cut trade (`prepare_for`).
    foresight : Foresight, optional
        Where so many scenarios are to be swept, these with others, that the whole derivative pays (`whole`): what was learned
        from the others, which began at `start` too. A scenario that does not settle so is swept again without it.

    Returns
    -------
    points : array [scenario, unknown]
        Log factor prices, log prices, expenditures over base expenditures, and log wedges of the limits; not-a-number where
        the sweeps left the numbers.
    steps : array [scenario]
        Sweeps each scenario took.
    """
    base = base or prepare(economy, structure)
    sweep = Sweep(economy, base, deficit)
    lanes, width = len(wedges.tariff), 0 if limits is None else limits.width
    if start is None:
        start = base_point(economy, structure)
        if width:
            start = np.concatenate([start, np.zeros(width)])
    point = start[None] if start.ndim == 1 else start
    if len(point) != lanes:
        point = np.repeat(point, lanes, 0)
    steered = steering(base) if solver.whole or foresight is not None else None
    if steered is None:
        return settle_lanes(sweep, Shock.of(base, wedges, limits), point, solver)
    shock = laid_out(base, wedges, limits)
    quick = replace(solver, max_steps=min(solver.max_steps, MOST), memory=min(solver.memory, MEMORY))
    points, steps = settle_lanes(WholeSweep(sweep, steered), shock, point, quick, foresight)
    left = (steps == quick.max_steps) | ~np.isfinite(points).all(1)
    if left.any():
        some = Wedges(*(array[left] for array in (wedges.tariff, wedges.iceberg_hat, wedges.export_tax)))
        full = Shock.of(base, some, None if limits is None else limits.keep(left))
        points[left], steps[left] = settle_lanes(sweep, full, point[left], solver)
    return points, steps


def settle_lanes(
    sweep: Sweep,
    shock: Shock | SparseShock,
    point: Array,
    solver: Newton,
    foresight: Foresight | None = None,
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Sweep from points [scenario, unknown] until every scenario has settled or given up; as `sweep_chunk`."""
    lanes, points = len(point), np.full_like(point, np.nan)
    active, steps_taken = np.arange(lanes), np.full(lanes, solver.max_steps)
    open_ = np.ones(lanes, dtype=bool)  # lanes of the current arrays that are not settled yet
    history = Anderson(lanes, point.shape[1], solver.memory, single=sweep.light)
    with np.errstate(all="ignore"):  # a scenario that leaves the numbers is caught by its residual
        for count in range(1, solver.max_steps + 1):
            checkpoint()
            step, worst = sweep(shock, point)
            if count == 1:
                begun, first = point, step
            point = history.advance(point, step)
            if count == 1 and foresight is not None:
                point = _foretold(foresight, point, step, sweep.limited_from)
            if np.minimum.reduce(worst) >= solver.rtol and np.maximum.reduce(worst) <= LOST:
                continue  # nobody has settled or left the numbers
            # the step taken at a point with residual r lands near r², so it is taken once more after the last look
            done = worst < solver.rtol
            ended = open_ & (done | ~np.isfinite(worst) | (worst > LOST))
            if ended.any():
                good = ended & done
                points[active[good]] = point[good]
                steps_taken[active[ended]] = count
                open_ &= ~ended
                if not open_.any():
                    break
                if open_.sum() <= 0.6 * len(open_):  # settled scenarios ride along until dropping them pays
                    active, point = active[open_], point[open_]
                    sweep, shock = sweep.keep(open_), shock.keep(open_)
                    history.keep(open_)
                    open_ = open_[open_]
    if foresight is not None:  # before those that gave up are put with the others
        foresight.learn(first, points - begun - first)
    points[active[open_]] = point[open_]
    return points, steps_taken


def _foretold(foresight: Foresight, point: Array, step: Array, limited: int) -> Array:
    """Points after the first step, and what is known of the rest of the way; log wedges of limits stay at nil or more."""
    left = foresight.ahead(step)
    if left is None:
        return point
    there = point + left
    there[:, limited:] = np.maximum(there[:, limited:], 0.0)
    # one that comes from nowhere near keeps its plain step
    return np.where(np.isfinite(there).all(1, keepdims=True), there, point)
