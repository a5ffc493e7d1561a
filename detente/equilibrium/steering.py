"""The base year's whole derivative, inverted once and applied to a batch at once: blocks by country and a part of low rank.

The sweeps of `sweep` step price by price block, then spending, then wages, and look at prices twice for it. A batch pays for
better: the derivative ``J`` of all residuals by all unknowns of the base year,

    r_p = p̂(v, p) − p        ∂p: B − I                    B[(n,s),(i,r)] = π[n,i,s] g'[i,r,s]
    r_X = T(p, X) − X        ∂X: A − I,  ∂p: D            with prices moving shares at fixed spending
    r_v = market clearing    ∂X: C_X,  ∂p: C_p

is eliminated block by block, as in `implicit`. Its inverse is that of each country's own unknowns with a remainder that a few
dozen directions carry: what passes between countries. So a step costs one look at the residuals and two thin products over the
batch. Single precision is enough: it steers, and the residuals, in double precision, say where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.equilibrium.baseline import Baseline
from detente.equilibrium.implicit import DENSE_UNKNOWNS, Numeraires, nest_moves
from detente.equilibrium.structure import Technology
from detente.world import Array

Single = npt.NDArray[np.float32]
WORTH = 64
"""Scenarios of a batch from which inverting the whole derivative is paid back."""
RANK = 48
"""Directions in which what passes between countries is kept; more save no sweep."""
SPARE = 8
"""Directions more that the search for them draws (Halko, Martinsson and Tropp 2011)."""


@dataclass(frozen=True, eq=False)
class Steering:
    """Minus the inverse derivative of the base year, for right multiplication, unknowns country by country.

    Attributes
    ----------
    blocks : array [country, unknown of the country, the same]
        Each country's own: its factor prices, its prices, its expenditures.
    into, out : array [country × unknown, rank], [rank, country × unknown]
        What passes between countries.
    """

    blocks: Single
    into: Single
    out: Single

    @classmethod
    def of(cls, base: Baseline) -> Steering | None:
        """Steering by the base year; None where the system is too large to be inverted whole, or bans have cut it."""
        technology = base.technology
        if base.scale.size > DENSE_UNKNOWNS or technology.severed is not None:
            return None
        inverse = _by_country(_inverse(base), base.scale.shape)
        blocks = np.empty((len(base.scale), *(len(inverse) // len(base.scale),) * 2), dtype=np.float32)
        width = blocks.shape[1]
        for n, block in enumerate(blocks):
            own = slice(n * width, (n + 1) * width)
            block[:] = inverse[own, own]
            inverse[own, own] = 0
        draws = np.random.default_rng(0).standard_normal((len(inverse), RANK + SPARE), dtype=np.float32)
        into, _ = np.linalg.qr(inverse @ draws)
        into, _ = np.linalg.qr(inverse @ (into.T @ inverse).T)  # once more: singular values fall slowly
        return cls(blocks, np.ascontiguousarray(into), (into.T @ inverse)[:])

    def step(self, clearing: Array, price_gap: Array, spending_gap: Array, out: Array) -> Array:
        """Write steps of factor prices, prices and spending from their residuals into `out` [lane, unknown].

        Parameters
        ----------
        clearing : array [lane, factor]
        price_gap, spending_gap : array [lane, country, sector]
            Spending in units of the base year's.
        out : array [lane, unknown]

        Returns
        -------
        array [lane]
            The largest residual.
        """
        lanes, N, S = price_gap.shape
        own = self.blocks.shape[1] - 2 * S
        gap = np.empty((lanes, *self.blocks.shape[:2]), dtype=np.float32)
        gap[:, :, :own] = clearing.reshape(lanes, N, own)
        gap[:, :, own : own + S] = price_gap
        gap[:, :, own + S :] = spending_gap
        step = ((gap.reshape(lanes, -1) @ self.into) @ self.out).reshape(gap.shape)
        step += np.matmul(gap.transpose(1, 0, 2), self.blocks).transpose(1, 0, 2)
        first = 0
        for part in (step[:, :, :own], step[:, :, own : own + S], step[:, :, own + S :]):
            width = N * part.shape[2]
            out[:, first : first + width].reshape(part.shape)[:] = part
            first += width
        return np.asarray(np.abs(gap).max((1, 2)), dtype=np.float64)


def steering(base: Baseline) -> Steering | None:
    """`Steering.of`, computed once for as long as the baseline is kept."""
    if "whole" not in base.whole:
        base.whole["whole"] = Steering.of(base)
    kept: Steering | None = base.whole["whole"]
    return kept


def _by_country(matrix: Single, shape: tuple[int, int]) -> Single:
    """Put rows and columns (factor prices, prices, expenditures) in the order of countries."""
    N, size = shape[0], shape[0] * shape[1]
    parts = np.split(np.arange(len(matrix)), [len(matrix) - 2 * size, len(matrix) - size])
    order = np.concatenate([part.reshape(N, -1) for part in parts], 1).ravel()
    return np.asarray(matrix[np.ix_(order, order)])


def _inverse(base: Baseline) -> Single:
    """Minus the inverse of the derivative at the base year [residual, unknown]."""
    size, factors = base.scale.size, len(base.factor_inverse)
    by_price, by_spending, bought = _derivatives(base.technology)
    unit = base.scale.reshape(-1)
    one = np.eye(size)
    prices = np.linalg.inv((one - bought).astype(np.float32))
    spending = np.linalg.inv((one - by_spending[0] / unit[:, None] * unit).astype(np.float32))
    both = np.zeros(
        (2 * size, 2 * size), dtype=np.float32
    )  # (I − J)⁻¹ of prices and spending, factor prices held
    both[:size, :size], both[size:, size:] = prices, spending
    both[size:, :size] = spending @ ((by_price[0] / unit[:, None]).astype(np.float32) @ prices)
    clears = np.concatenate([by_price[1], by_spending[1] * unit], 1).astype(np.float32)
    follow = np.concatenate([base.price_by_factor, base.expenditure_by_factor], 1).T
    whole = np.zeros((factors + 2 * size,) * 2, dtype=np.float32)
    whole[:factors, :factors] = -base.factor_inverse.T
    whole[:factors, factors:] = -base.factor_inverse.T.astype(np.float32) @ (clears @ both)
    whole[factors:, factors:] = both
    whole[factors:] += follow @ whole[:factors]
    return np.ascontiguousarray(whole.T)


def _derivatives(technology: Technology) -> tuple[tuple[Array, Array], tuple[Array, Array], Array]:
    """Derivatives of spending wanted and of clearing by log prices and by spending, and ``B``; flat over cells."""
    economy, structure = technology.economy, technology.structure
    N, S = economy.va_share.shape
    size, theta, here = N * S, economy.trade_elasticity, np.arange(N)
    cells = np.arange(S)
    cost, g, alpha = technology.inputs_in_cost, economy.input_shares, technology.chosen_shares
    sold = economy.trade_shares / (1 + economy.tariff)
    duty = economy.trade_shares - sold
    spent = economy.expenditure
    by_user = cost.transpose(0, 2, 1)
    bought = np.einsum("nis,irs->nsir", economy.trade_shares, cost).reshape(size, size)

    # output [exporter, sector] by spending and, at fixed spending, by prices: shares follow the price that costs make
    output_by_spending = np.zeros((N, S, N, S))
    output_by_spending[:, cells, :, cells] = sold.transpose(2, 1, 0)
    asks = (
        bought.reshape(N, S, size).transpose(1, 0, 2) * (theta * spent).T[..., None]
    )  # [sector, importer, price]
    output_by_price = np.matmul(sold.transpose(2, 1, 0), asks).transpose(1, 0, 2).reshape(N, S, N, S)
    output_by_price[here, :, here, :] -= (theta * economy.output)[:, :, None] * by_user
    # duties [importer] by the same
    collected = (duty.sum(1).T[..., None] * asks).sum(0).reshape(N, N, S)
    collected -= np.matmul((theta * duty * spent[:, None]).transpose(1, 0, 2), by_user).transpose(1, 0, 2)
    revenue = np.zeros((N, N, S))
    revenue[here, here] = duty.sum(1)

    def wanted(output: Array, duties: Array) -> Array:
        """Spending that follows from output and duties, flat."""
        income = duties.reshape(N, size)
        if technology.budget.moved is not None:
            income = income + technology.budget.moved.T @ income
        laid = output.reshape(N, S, size)
        income = income + np.einsum("ns,nsd->nd", technology.profit_share, laid)
        return np.asarray(np.matmul(g, laid) + alpha[:, :, None] * income[:, None, :]).reshape(size, size)

    of_price, of_spending = wanted(output_by_price, collected), wanted(output_by_spending, revenue)
    moves, paid_moves = np.eye(size).reshape(N, S, size), None
    final = economy.final_demand if technology.least is None else economy.final_demand - technology.least
    if technology.moves_inputs:
        dcost = np.matmul(by_user, moves)
        paid_moves, inputs = nest_moves(
            technology, g * economy.output[:, None], cost, np.zeros((N, S, 1)), moves, dcost
        )
        of_price += inputs.reshape(size, size)
    at_home = np.zeros((N, S, N, S))
    basket = (1 - structure.sigma_final) * final[:, :, None] * alpha[:, None, :]
    if technology.least is not None:  # what is dearer leaves less to be divided by the shares
        basket = basket + alpha[:, :, None] * technology.least[:, None, :]
    at_home[here, :, here, :] = -basket
    at_home.reshape(size, size)[range(size), range(size)] += (
        (1 - structure.sigma_final) * final + (0 if technology.least is None else technology.least)
    ).reshape(-1)
    of_price += at_home.reshape(size, size)

    # clearing by factor market; those of the numeraires follow factor prices alone
    paid, earned = technology.factor_share, technology.base_earnings()
    unit = earned.sum(1)[:, None] if technology.mobile else np.where(technology.earning, earned, np.inf)
    shares = (paid / unit)[..., None]
    cleared = shares * output_by_price.reshape(N, S, size)
    if paid_moves is not None:
        cleared += shares * economy.output[..., None] * paid_moves
    clearing = [cleared, shares * output_by_spending.reshape(N, S, size)]
    clearing = [each.sum(1) if technology.mobile else each.reshape(size, size) for each in clearing]
    for each in clearing:
        each[Numeraires.of(technology).dropped] = 0.0
    return (of_price, clearing[0]), (of_spending, clearing[1]), bought
