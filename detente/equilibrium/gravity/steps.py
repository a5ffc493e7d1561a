"""Newton steps of the one-sector family: the linear system behind them, factored once and used while it serves."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np

from detente.equilibrium.gravity.system import LABOUR, PRICE, SPENDING, WAGE, Point
from detente.world import Array

Step = Callable[[Array], Array]
"""From residuals [4, country] to a step of the unknowns [4, country]."""


def whole(point: Point) -> Array:
    """Return all derivatives as one matrix [4·country, 4·country]."""
    blocks = point.jacobian()
    return np.block([[blocks[row, column] for column in range(4)] for row in range(4)])


def factored(point: Point) -> Step:
    """Factor the derivatives at a point; without roundabout inputs spending and prices are eliminated first, exactly."""
    if (point.world.by_country("value_added_share") == 1).all():
        return _without_inputs(point)
    solve = _factored(whole(point))
    return lambda closed: solve(-closed.ravel()).reshape(closed.shape)


SMALL = 400
"""Unknowns up to which a step multiplies by the inverse: that costs less than to load a library that factors."""


def _factored(matrix: Array) -> Callable[[Array], Array]:
    """From right-hand sides to solutions of a linear system."""
    if len(matrix) <= SMALL:
        with contextlib.suppress(np.linalg.LinAlgError):
            inverse = np.linalg.inv(matrix)
            return lambda right: np.asarray(inverse @ right)
    from scipy.linalg import lu_factor, lu_solve

    factors = lu_factor(matrix, overwrite_a=True, check_finite=False)
    return lambda right: np.asarray(lu_solve(factors, right, check_finite=False))


def _without_inputs(point: Point) -> Step:
    """Eliminate what each country settles alone: spending answers to costs and earnings, prices to costs and spending."""
    world, structure = point.world, point.world.structure
    margin, phi, kappa, relief = (
        world.by_country(name) for name in ("margin", "pass_through", "labour_supply", "relief")
    )
    eps, psi, drop = structure.trade_elasticity, structure.scale, point.dropped
    here = np.arange(len(margin))
    weighted = (1 - margin)[:, None] * point.sales
    bought = point.spent - point.duties
    of_bought = eps * (bought[:, None] * point.shares - point.sales)  # by log costs
    # spending: (earned + duties + transfer − spent), its own slope is −bought
    spent_by_cost, spent_by_earned = -of_bought / bought[:, None], point.earned / bought
    market = weighted.T / world.value_added[:, None]
    market[here, here] += margin * bought / world.value_added
    by_cost = eps * (weighted.T @ point.shares) + margin[:, None] * of_bought
    by_cost[here, here] -= eps * weighted.sum(0)
    by_cost /= world.value_added[:, None]
    by_cost += market @ spent_by_cost
    earned = market * spent_by_earned[None]
    earned[here, here] -= point.earned / world.value_added
    price_by_cost = point.shares + (1 - phi)[:, None] * spent_by_cost
    slack = 1 - point.relieved
    by_duties = -kappa * relief / (point.earned * slack)
    supply = kappa[:, None] * price_by_cost - by_duties[:, None] * of_bought
    supply += (by_duties * point.duties)[:, None] * spent_by_cost
    own = (by_duties * point.duties + kappa * (1 - phi)) * spent_by_earned + kappa * point.relieved / slack
    count = len(margin)
    matrix = np.empty((2 * count, 2 * count))
    matrix[:count, :count] = by_cost + earned
    matrix[:count, count:] = earned - psi * by_cost
    matrix[count:, :count] = supply
    matrix[count:, count:] = -psi * supply
    matrix[count + here, here] += own - kappa * (2 - phi)
    matrix[count + here, count + here] += own + 1
    matrix[drop, :count] = matrix[drop, count:] = point.earned / world.value_added.sum()
    solve = _factored(matrix)

    def step(closed: Array) -> Array:
        spent_0 = closed[SPENDING] * world.expenditure / bought
        price_0 = (1 - phi) * spent_0 - closed[PRICE]
        right = np.empty((2, count))
        right[0] = -closed[WAGE] - market @ spent_0
        right[0, drop] = -closed[WAGE, drop]
        right[1] = -closed[LABOUR] - by_duties * point.duties * spent_0 - kappa * price_0
        wage, labour = solve(right.ravel()).reshape(2, count)
        cost = wage - psi * labour
        spent = spent_0 + spent_by_cost @ cost + spent_by_earned * (wage + labour)
        price = price_0 + point.shares @ cost + (1 - phi) * (spent - spent_0 - wage)
        return np.stack([wage, labour, spent, price])

    return step
