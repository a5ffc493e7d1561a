"""For scenarios the sweeps do not settle: the shock taken in stages, by sweeps first and then by exact implicit Newton.

A path leads from a start (the base year, or an equilibrium nearby) to the scenario: the logarithms of all wedges (of a ban
the share that is left), and deficits when they change, move along a line. Each stage begins where the ones before it point
to; one that fails is halved. A `budget.Meter` counts the work and ends a search that has no end of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detente.equilibrium.bans import costs_between
from detente.equilibrium.baseline import prepare, prepare_for
from detente.equilibrium.budget import Meter, sweep_cost
from detente.equilibrium.implicit import Numeraires
from detente.equilibrium.newton import Stage, newton, split
from detente.equilibrium.settle import base_point, sweep_chunk
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.structure import Structure, Technology
from detente.equilibrium.sweep import Newton
from detente.world import Array, Economy, Wedges

SMALLEST_STAGE = 1 / 256

Reach = Callable[[Wedges, Array, Array], tuple[Array | None, int]]
"""From wedges, deficits and a first point to the point of the equilibrium there, if it is found, and the steps taken."""


def point_of(equilibrium: Equilibrium) -> Array:
    """An equilibrium as a point of the sweeps: log factor prices, log prices, expenditures over base expenditures."""
    scale = prepare(equilibrium.economy, equilibrium.structure).scale
    parts = (
        np.log(equilibrium.factor_price_hat),
        np.log(equilibrium.price_hat),
        equilibrium.expenditure_new / scale,
    )
    return np.concatenate([part.ravel() for part in parts])


def in_own_units(point: Array, technology: Technology) -> Array:
    """A point with the factor prices, prices and spending of every part into which trade falls in its own numeraire."""
    log_factor, log_price = split(point, technology.economy, technology.structure)
    units = Numeraires.of(technology)
    shift = np.log1p(units.gap(technology.earnings(log_factor)[0])) @ units.members
    factor = log_factor - shift.reshape(-1, *(1,) * (log_factor.ndim - 1))
    spending = point[-log_price.size :].reshape(log_price.shape) * np.exp(-shift)[:, None]
    return np.concatenate([factor.ravel(), (log_price - shift[:, None]).ravel(), spending.ravel()])


def _along(start: Equilibrium | None, economy: Economy, structure: Structure) -> tuple[Array, Wedges, Array]:
    """Point, wedges and deficits at the beginning of a path."""
    if start is None:
        return base_point(economy, structure), Wedges.unchanged(economy), economy.deficit
    return point_of(start), start.wedges, start.deficit_new


def _follow(
    begin: tuple[Array, Wedges, Array],
    wedges: Wedges,
    deficit: Array,
    reach: Reach,
    stage: float,
    meter: Meter,
    theta: Array,
    further: tuple[Array, float] | None = None,
) -> tuple[Array, int]:
    """Follow the path from the beginning to `wedges`, by a first stage of this length, as far as it leads.

    `further` is a point of the path and its share of the way, where that is known already.
    """
    here, first, lent = begin
    reached = 0.0
    if further is not None:
        here, reached = further

    def between(of: Array, to: Array, share: float) -> Array:
        """The logarithms of two arrays of factors joined by a line."""
        return np.asarray(np.exp((1 - share) * np.log(of) + share * np.log(to)))

    steps, slope = 0, np.zeros_like(here)
    while reached < 1.0:
        target = min(1.0, reached + stage)
        staged = wedges
        if target < 1:
            staged = Wedges(
                between(1 + first.tariff, 1 + wedges.tariff, target) - 1,
                costs_between(first.iceberg_hat, wedges.iceberg_hat, target, theta),
                between(1 + first.export_tax, 1 + wedges.export_tax, target) - 1,
            )
        with np.errstate(all="ignore"):  # a stage that leaves the numbers is caught and halved
            point, count = reach(
                staged, (1 - target) * lent + target * deficit, here + slope * (target - reached)
            )
        steps += count
        if point is not None:
            slope = (point - here) / (target - reached)
            here, reached, stage = point, target, min(2 * stage, 1.0)
            meter.reached = reached
        else:
            stage /= 2
            if stage < SMALLEST_STAGE:
                break
        if meter.ended:
            break
    return here, steps


def sweep_in_stages(
    economy: Economy,
    wedges: Wedges,
    deficit: Array,
    solver: Newton,
    structure: Structure,
    start: Equilibrium | None = None,
    meter: Meter | None = None,
) -> tuple[Array, int]:
    """Sweeps of `sweep_chunk` along a path from the start to the shock, in stages down to 1/256 of the way.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
        One scenario.
    deficit : array [country], million USD
    solver : Newton
    structure : Structure
    start : Equilibrium, optional
        On the same economy and structure; the base year when left out.
    meter : Meter, optional
        What it may take, and where it notes how far it came; one of the solver's budget when left out.

    Returns
    -------
    point : array
        Log factor prices, log prices and scaled expenditures, at the end of the last stage that was made.
    steps : int
        Sweeps in all.
    """
    meter = meter or Meter(solver.budget, solver.seconds)
    cost = sweep_cost(prepare(economy, structure).factor_inverse.shape[0])

    def reach(staged: Wedges, lent: Array, point: Array) -> tuple[Array | None, int]:
        base = prepare_for(economy, structure, staged)
        alone = Wedges(staged.tariff[None], staged.iceberg_hat[None], staged.export_tax[None])
        points, steps = sweep_chunk(economy, alone, lent, solver, structure, None, point, base)
        meter.charge(cost * float(steps[0]))
        settled = steps[0] < solver.max_steps and np.isfinite(points[0]).all()
        return (points[0] if settled else None), int(steps[0])

    theta = economy.trade_elasticity
    return _follow(_along(start, economy, structure), wedges, deficit, reach, 0.5, meter, theta)


def solve_robustly(
    economy: Economy,
    wedges: Wedges,
    deficit: Array,
    solver: Newton,
    structure: Structure,
    meter: Meter | None = None,
    further: tuple[Array, float] | None = None,
) -> tuple[Array, int]:
    """Newton on log factor prices with prices and expenditures solved inside, at once or in stages down to 1/256 of the way.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
        One scenario.
    deficit : array [country], million USD
    solver : Newton
        Gives the tolerance.
    structure : Structure
    meter : Meter, optional
        What it may take, and where it notes how far it came; one of the solver's budget when left out.
    further : (array, float), optional
        A point of the path and its share of the way, where stages begin if Newton does not get there at once.

    Returns
    -------
    point : array
        Log factor prices, log prices and scaled expenditures, at the end of the last stage that was made.
    steps : int
        Newton steps in all.
    """
    meter = meter or Meter(solver.budget, solver.seconds)
    base = prepare(economy, structure)

    def reach(
        staged: Wedges, lent: Array, point: Array, ways: tuple[bool, ...] = (True, False)
    ) -> tuple[Array | None, int]:
        technology = prepare_for(economy, structure, staged).technology
        if technology.severed is not None:
            point = in_own_units(point, technology)
        log_factor, log_price = split(point, economy, structure)
        first, steps = Stage(log_factor, log_price, economy.expenditure), 0
        for bold in ways:  # long steps first: they get there in a third of the time, or not at all
            end, count = newton(technology, staged, lent, first, solver.rtol, meter, bold=bold)
            steps += count
            if end is not None:
                break
        else:
            return None, steps
        spending = end.expenditure / base.scale
        return np.concatenate([end.log_factor.ravel(), end.log_price.ravel(), spending.ravel()]), steps

    begin, theta = _along(None, economy, structure), economy.trade_elasticity
    with np.errstate(all="ignore"):
        solved, steps = reach(wedges, deficit, begin[0], (True, False) if further is None else (True,))
    if solved is not None:
        meter.reached = 1.0
        return solved, steps
    if meter.ended:
        return (begin if further is None else further)[0], steps
    left = 1.0 if further is None else 1 - further[1]
    point, more = _follow(begin, wedges, deficit, reach, left / 2, meter, theta, further)
    return point, steps + more


def polish(
    technology: Technology, wedges: Wedges, deficit: Array, point: Array, meter: Meter, rtol: float
) -> tuple[Array, int] | None:
    """Solve again from a point whose dropped market has shrunk so far that the rounding of all others shows in it.

    The market that is largest at the point is dropped instead.

    Parameters
    ----------
    technology : Technology
    wedges : Wedges
        One scenario.
    deficit : array [country], million USD
    point : array
        Log factor prices, log prices and scaled expenditures.
    meter : Meter
    rtol : float

    Returns
    -------
    (array, int) or None
        The point where every other market clears, and Newton's steps; None when it is not found.
    """
    economy = technology.economy
    log_factor, log_price = split(point, economy, technology.structure)
    _, asked = technology.earnings(log_factor)
    units = Numeraires.of(
        technology, np.where(technology.earning, asked, -np.inf) if asked.ndim > 1 else asked
    )
    first = Stage(log_factor, log_price, economy.expenditure)
    with np.errstate(all="ignore"):
        end, count = newton(technology, wedges, deficit, first, rtol, meter, units=units)
    if end is None:
        return None
    spending = end.expenditure / prepare(economy, technology.structure).scale
    return np.concatenate([end.log_factor.ravel(), end.log_price.ravel(), spending.ravel()]), count
