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
from detente.equilibrium.factored import Factored
from detente.equilibrium.implicit import DENSE_UNKNOWNS, Numeraires, nest_moves
from detente.equilibrium.structure import Technology
from detente.world import Array

Single = npt.NDArray[np.float32]
BATCH = 128
"""Scenarios of one call from which inverting the whole derivative pays."""
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
        too_large = base.scale.size > DENSE_UNKNOWNS or isinstance(base.factor_inverse, Factored)
        if too_large or technology.severed is not None:
            return None
        inverse = _by_country(_inverse(base, np.asarray(base.factor_inverse)), base.scale.shape)
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


def _inverse(base: Baseline, factor_inverse: Array) -> Single:
    """Minus the inverse of the derivative at the base year [residual, unknown]."""
    size, factors = base.scale.size, len(factor_inverse)
    by_price, by_spending, bought = _derivatives(base.technology)
    unit = base.scale.reshape(-1)
    itself = np.eye(size)
    prices = np.linalg.inv((itself - bought).astype(np.float32))
    spending = np.linalg.inv((itself - by_spending[0] / unit[:, None] * unit).astype(np.float32))
    both = np.zeros(
        (2 * size, 2 * size), dtype=np.float32
    )  # (I − J)⁻¹ of prices and spending, factor prices held
    both[:size, :size], both[size:, size:] = prices, spending
    both[size:, :size] = spending @ ((by_price[0] / unit[:, None]).astype(np.float32) @ prices)
    clears = np.concatenate([by_price[1], by_spending[1] * unit], 1).astype(np.float32)
    follow = base.by_factor.T
    whole = np.zeros((factors + 2 * size,) * 2, dtype=np.float32)
    whole[:factors, :factors] = -factor_inverse.T
    whole[:factors, factors:] = -factor_inverse.T.astype(np.float32) @ (clears @ both)
    whole[factors:, factors:] = both
    whole[factors:] += follow @ whole[:factors]
    return np.ascontiguousarray(whole.T)


def _derivatives(technology: Technology) -> tuple[tuple[Array, Array], tuple[Array, Array], Array]:
    """Derivatives of spending wanted and of clearing by log prices and by spending, and ``B``; flat over cells."""
    economy = technology.economy
    N, S = economy.va_share.shape
    size, theta, here = N * S, economy.trade_elasticity, np.arange(N)
    cells = np.arange(S)
    sold = economy.trade_shares / (1 + economy.tariff)
    duty = economy.trade_shares - sold
    spent = economy.expenditure
    by_user = technology.inputs_in_cost.transpose(0, 2, 1)
    bought = np.einsum("nis,irs->nsir", economy.trade_shares, technology.inputs_in_cost).reshape(size, size)

    # output [exporter, sector] by spending and, at fixed spending, by prices: shares follow the price that costs make
    output_by_spending = np.zeros((N, S, N, S))
    output_by_spending[:, cells, :, cells] = sold.transpose(2, 1, 0)
    asks = (
        bought.reshape(N, S, size).transpose(1, 0, 2) * (theta * spent).T[..., None]
    )  # [sector, importer, price]
    output_by_price = np.matmul(sold.transpose(2, 1, 0), asks).transpose(1, 0, 2).reshape(N, S, N, S)
    output_by_price[here, :, here, :] -= (theta * economy.output)[:, :, None] * by_user
    # duties [importer] by the same
    duties_by_price = (duty.sum(1).T[..., None] * asks).sum(0).reshape(N, N, S)
    by_cost = np.matmul((theta * duty * spent[:, None]).transpose(1, 0, 2), by_user)
    duties_by_price -= by_cost.transpose(1, 0, 2)
    duties_by_spending = np.zeros((N, N, S))
    duties_by_spending[here, here] = duty.sum(1)

    by_price = _wanted(technology, output_by_price, duties_by_price)
    by_spending = _wanted(technology, output_by_spending, duties_by_spending)
    by_price += _at_home(technology)
    paid_moves = None
    if technology.moves_inputs:
        moves = np.eye(size).reshape(N, S, size)
        used, nobody = economy.input_shares * economy.output[:, None], np.zeros((N, S, 1))
        costs = np.matmul(by_user, moves)
        paid_moves, inputs = nest_moves(technology, used, technology.inputs_in_cost, nobody, moves, costs)
        by_price += inputs.reshape(size, size)

    # clearing by factor market; those of the numeraires follow factor prices alone
    earned = technology.base_earnings()
    unit = earned.sum(1)[:, None] if technology.mobile else np.where(technology.earning, earned, np.inf)
    shares = (technology.factor_share / unit)[..., None]
    clears_by_price = shares * output_by_price.reshape(N, S, size)
    if paid_moves is not None:
        clears_by_price += shares * economy.output[..., None] * paid_moves
    clearing = []
    for each in (clears_by_price, shares * output_by_spending.reshape(N, S, size)):
        markets = each.sum(1) if technology.mobile else each.reshape(size, size)
        markets[Numeraires.of(technology).dropped] = 0.0
        clearing.append(markets)
    return (by_price, clearing[0]), (by_spending, clearing[1]), bought


def _wanted(technology: Technology, output: Array, duties: Array) -> Array:
    """Spending [cell, column] that follows from moves of output and of duties, columns over cells."""
    size = technology.economy.va_share.size
    income, sold = duties.reshape(len(duties), size), output.reshape(*output.shape[:2], size)
    if technology.budget.moved is not None:
        income = income + technology.budget.moved.T @ income
    income = income + np.einsum("ns,nsd->nd", technology.profit_share, sold)
    spending = np.matmul(technology.economy.input_shares, sold)
    return np.asarray(spending + technology.chosen_shares[:, :, None] * income[:, None, :]).reshape(
        size, size
    )


def _at_home(technology: Technology) -> Array:
    """Moves of households' spending [cell, cell] with their own prices: substitution, and what minima cost."""
    economy, alpha = technology.economy, technology.chosen_shares
    N, S = alpha.shape
    here = np.arange(N)
    least = np.zeros((N, S)) if technology.least is None else technology.least
    beyond = (1 - technology.structure.sigma_final) * (economy.final_demand - least)
    moves = np.zeros((N, S, N, S))
    # what is dearer leaves less to be divided by the shares
    moves[here, :, here, :] = -beyond[:, :, None] * alpha[:, None, :] - alpha[:, :, None] * least[:, None, :]
    flat = moves.reshape(N * S, N * S)
    flat[range(N * S), range(N * S)] += (beyond + least).reshape(-1)
    return np.asarray(flat)
