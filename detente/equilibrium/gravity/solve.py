"""Solve the one-sector family by Newton's method with exact derivatives, and differentiate what comes of it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, SolveError
from detente.equilibrium.gravity.steps import Step, factored, whole
from detente.equilibrium.gravity.system import LABOUR, PRICE, SPENDING, WAGE, Point
from detente.equilibrium.gravity.world import GravityWorld
from detente.world import Array, frozen

GATE = 1e-11
STEPS = 60
LONGEST = 1.0
"""Log points that one step may move an unknown."""
HALVINGS = 12
SERVES = 0.1
"""Derivatives of an earlier point serve while a step leaves at most this share of the residual."""


@dataclass(frozen=True, eq=False)
class GravityEquilibrium:
    """A counterfactual of the one-sector family. Levels are million USD with world earnings of labour held.

    Attributes
    ----------
    world : GravityWorld
    tariff : array [importer, exporter], fraction
    point : Point
        The solved equations.

    Examples
    --------
    >>> import numpy as np
    >>> from detente.equilibrium.gravity.world import GravityStructure
    >>> world = GravityWorld(("A", "B"), np.array([[8.0, 1.0], [1.0, 9.0]]), np.zeros((2, 2)), GravityStructure(4.0))
    >>> duty = np.array([[0.0, 0.1], [0.0, 0.0]])
    >>> (after,) = solve_gravity(world, [duty])
    >>> bool(after.welfare_hat[0] > 1 > after.welfare_hat[1])
    True
    """

    world: GravityWorld
    tariff: Array
    point: Point

    @property
    def wage_hat(self) -> Array:
        """Wages [country], ratio."""
        return np.asarray(np.exp(self.point.log_hat[WAGE]))

    @property
    def labour_hat(self) -> Array:
        """Labour employed [country], ratio."""
        return np.asarray(np.exp(self.point.log_hat[LABOUR]))

    @property
    def price_hat(self) -> Array:
        """Prices of what is bought [country], ratio, in the numeraire."""
        return np.asarray(np.exp(self.point.log_hat[PRICE]))

    @property
    def expenditure_new(self) -> Array:
        """Spending [country], million USD, duty paid."""
        return self.point.spent

    @property
    def earned_new(self) -> Array:
        """What labour earns [country], million USD."""
        return self.point.earned

    @property
    def tariff_revenue_new(self) -> Array:
        """Duties [country], million USD."""
        return self.point.duties

    @property
    def flows_new(self) -> Array:
        """Sales before duty [importer, exporter], million USD."""
        return self.point.sales

    @functools.cached_property
    def real_income_hat(self) -> Array:
        """Income over prices [country], ratio; leisure not counted."""
        income = self.point.earned + self.point.duties + self.point.transfer
        base = self.world.value_added + self.world.duties + self.world.transfer
        return frozen(income / base / self.price_hat)

    @functools.cached_property
    def leisure_weight(self) -> Array:
        """δ [country]: weight of real income in welfare; 1 where the supply of labour is fixed.

        ``C/(C − κ/(1+κ) (1−τ) Y)`` with C income of the base year and τ duties that relieve the tax on labour, over earnings
        (Ignatenko et al. 2025, equation 13).
        """
        world = self.world
        base = world.value_added + world.duties + world.transfer
        kappa = world.by_country("labour_supply")
        kept = 1 - world.by_country("relief") * self.point.duties / self.point.earned
        return frozen(base / (base - kappa / (1 + kappa) * kept * world.value_added))

    @functools.cached_property
    def welfare_hat(self) -> Array:
        """Consumption less the cost of the labour it takes [country], ratio: real income where supply is fixed."""
        weight, real_wage = self.leisure_weight, np.exp(self.point.log_hat[WAGE] - self.point.log_hat[PRICE])
        return frozen(weight * self.real_income_hat + (1 - weight) * real_wage * self.labour_hat)

    def slope(self, country: str) -> Array:
        """Derivative of a country's log real income by every ``log(1 + duty)`` [importer, exporter], by the adjoint.

        Parameters
        ----------
        country : str

        Raises
        ------
        InputError
            For an unknown country.
        """
        n, point = self.world.position(country), self.point
        income = point.earned[n] + point.duties[n] + point.transfer[n]
        count = len(self.world.countries)
        by_unknown = np.zeros((4, count))
        # duties are spending less what is bought before duty, which follows costs: the same algebra as the equations'
        bought = point.sales[n].sum()
        beta = self.world.by_country("value_added_share")
        scale, eps = self.world.structure.scale, self.world.structure.trade_elasticity
        by_cost = -eps * (bought * point.shares[n] - point.sales[n]) / income
        by_unknown[WAGE] = by_cost * (beta - scale * (1 - beta))
        by_unknown[PRICE] = by_cost * (1 - beta) * (1 + scale)
        by_unknown[LABOUR] = -by_cost * scale
        by_unknown[[WAGE, LABOUR], n] += point.earned[n] / income
        by_unknown[SPENDING, n] += point.duties[n] / income
        by_unknown[PRICE, n] -= 1
        multiplier = np.asarray(np.linalg.solve(whole(point).T, by_unknown.ravel())).reshape(4, count)
        slope = -point.by_duty(multiplier)
        power = eps * self.world.by_country("pass_through")[n]
        slope[n] -= (power * (bought * point.shares[n] - point.sales[n]) - point.sales[n]) / income
        return slope


def _newton(world: GravityWorld, log_duty: Array, transfer: Array, start: Array) -> Point:
    """Newton's method: derivatives are used again while they cut the residual well, steps halved where they do not help."""
    point = Point.at(world, log_duty, start, transfer)
    closed = point.closed()
    direction: Step | None = None
    for _ in range(STEPS):
        size = float(np.abs(closed).max())
        if size < GATE:
            return point
        fresh = direction is None
        direction = direction or factored(point)
        step = direction(closed)
        step *= min(1.0, LONGEST / float(np.abs(step).max()))
        for _ in range(HALVINGS if fresh else 1):
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                trial = Point.at(world, log_duty, point.log_hat + step, transfer)
                ahead = trial.closed()
            left = float(np.abs(ahead).max())
            if np.isfinite(left) and left < max(size, GATE):
                point, closed = trial, ahead
                break
            step = step / 2
        else:
            if fresh:
                break
            left = size
        if left > SERVES * size:
            direction = None
    raise SolveError(
        f"the markets of a one-sector world do not clear: residual {np.abs(closed).max():.1e}",
        where=world.countries[int(np.abs(closed).max(0).argmax())],
        hint="a smaller duty, a smaller scale, or transfers that countries can pay",
    )


def solve_gravity(
    world: GravityWorld,
    tariffs: Sequence[Array],
    *,
    transfer: Array | None = None,
    start: GravityEquilibrium | None = None,
) -> tuple[GravityEquilibrium, ...]:
    """Solve a one-sector world under several sets of duties.

    Parameters
    ----------
    world : GravityWorld
    tariffs : sequence of array [importer, exporter], fraction
    transfer : array [country], million USD, optional
        What each country spends beyond its income; those of the base year when left out. Sums to zero.
    start : GravityEquilibrium, optional
        Where the search begins; the base year when left out.

    Returns
    -------
    tuple of GravityEquilibrium

    Raises
    ------
    InputError
        For duties of another shape or at or below -100 %, and for transfers that do not add to zero.
    SolveError
        When markets do not clear.
    """
    if transfer is None:
        transfer = world.transfer
    elif (
        np.shape(transfer) != (len(world.countries),) or abs(transfer.sum()) > 1e-9 * world.value_added.sum()
    ):
        raise InputError(
            "transfers do not add to zero over the world",
            where="transfer",
            hint="what one country gets beyond its income another gives: [country], million USD",
        )
    begin = np.zeros((4, len(world.countries))) if start is None else start.point.log_hat
    solved = []
    for tariff in tariffs:
        if np.shape(tariff) != world.flows.shape or not (np.asarray(tariff) > -1).all():
            raise InputError(
                "duties have another shape than trade, or are at or below -100 %",
                hint="[importer, exporter], fractions",
            )
        point = _newton(world, np.log1p(tariff), transfer, begin)
        solved.append(GravityEquilibrium(world, frozen(np.asarray(tariff)), point))
    return tuple(solved)
