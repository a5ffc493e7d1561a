"""Steps of scarce goods: where a ladder or a limit stands, factor prices and log wedges move together, as these make them.

The inverses that steer a sweep know no ladders and no limits: to them a producer who may not sell more still sells more as it
gets cheaper, and one whose rivals may not sell is one among many. So in the markets of these goods, taken one by one, the step
of the inverses is corrected. With ``F0`` the derivative of a market's clearing by its producers' factor prices as the inverses
see it, and ``F`` the same where the sweep stands, with what limits and ladders do to it, the step ``δ0`` becomes

    [F    F_m] [δ ]   [F0 δ0 + (gap − ln(1 + gap))]        clearing by producer, in logarithms
    [V_v  V_m] [δm] = [                      −over]        limits that bind

``F0 δ0`` is what is to be made up for in the market, moves of all other markets counted. Prices of the good and spending on it
follow factor prices and wedges, all else held. Single precision is enough: it steers, and the residuals say where.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from detente.equilibrium.baseline import Baseline
from detente.equilibrium.limits import LONGEST, Limits
from detente.equilibrium.shock import Shock
from detente.world import Array

if TYPE_CHECKING:
    from detente.equilibrium.sweep import MarketLook

Single = npt.NDArray[np.float32]
Index = npt.NDArray[np.int64]
MOST_APART = 1.0
"""Largest correction of a step of a log factor price."""
LEAST_SALES = 1e-3
"""Sales over what they would have to be, below which logarithms are those of this share: a market that is empty says no more."""


class Moves(NamedTuple):
    """How markets of scarce goods answer, arrays [lane, good, ..]."""

    slopes: Array
    """Derivative of clearing, in logarithms, by log factor prices [.., exporter, exporter]."""
    passed: Array
    """Of log prices by log factor prices [.., importer, exporter]."""
    selling: Array
    """Of log sales by log prices [.., exporter, importer]."""
    shares: Array
    """Of exporters' sales [.., importer, exporter]."""


class Markets(NamedTuple):
    """Markets of scarce goods where a sweep stands, or of the base year: arrays [lane, good, ..]."""

    bought: Array
    """Shares of importers' spending [.., importer, exporter]."""
    sales: Array
    """Sales, million USD, laid out the same."""
    theta: Array
    """Trade elasticities [lane, good, 1]."""
    answer: Array
    """How far sellers' shares of what is bought, and what is bought of them, rise with the log price of the good [.., importer]."""
    factor: Array
    """Shares of factors in cost [.., exporter]."""
    employed: Array
    """Shares of a country's factor earnings [.., exporter]."""
    mobility: Array
    """κ [lane, 1, 1]."""
    apart: Array
    """One less the elasticity of substitution between factors and inputs [lane, 1, 1]."""

    @classmethod
    def at(
        cls,
        sectors: Index,
        shock: Shock,
        seen: MarketLook,
        reaching: tuple[Array, Array | None],
        factor: Array,
        parameters: tuple[Array, Array, Array, Array],
    ) -> Markets:
        """Where a sweep stands.

        Parameters
        ----------
        sectors : array [good]
        shock : Shock
        seen : MarketLook
        reaching : (array, array or None)
            Spending that reaches suppliers, and by how much its logarithm falls as the log price rises.
        factor : array [lane, country, sector]
            Shares of factors in cost.
        parameters : tuple of array
            Trade elasticities [lane, good, 1], those of substitution between critical inputs and between factors and inputs, and
            mobility [lane, 1, 1].
        """

        def by_good(array: Array) -> Array:
            return np.asarray(array.transpose(0, 2, 1)[:, sectors])

        theta, sigma_critical, sigma_factors, mobility = parameters
        asked = seen.earnings[1]
        drawn = by_good(seen.weight)[:, :, None, :] / by_good(seen.total)[..., None]
        answer = theta + 1 - sigma_critical  # spending on one of several critical inputs falls less than it
        if reaching[1] is not None:
            answer = answer - by_good(reaching[1])
        return cls(
            shock.pull[:, sectors] * drawn,
            shock.to_producer[:, sectors] * drawn * by_good(reaching[0])[..., None],
            theta,
            answer,
            by_good(factor),
            by_good(asked / asked.sum(-1, keepdims=True)),
            mobility,
            1 - sigma_factors,
        )

    def moves(self, alive: npt.NDArray[np.bool_]) -> Moves:
        """How they answer to factor prices; of those who produce nothing these stay."""
        whole = self.sales.sum(-2, keepdims=True)
        shares = np.divide(self.sales, whole, out=np.zeros_like(self.sales), where=whole > 0)
        passed = self.bought * self.factor[..., None, :]
        selling = (shares * self.answer[..., None]).swapaxes(-1, -2)
        slopes = np.matmul(selling, passed)
        here = np.arange(slopes.shape[-1])
        own = self.apart * (1 - self.factor) - self.theta * self.factor
        slopes[..., here, here] += own - self.mobility - (1 - self.mobility) * self.employed
        slopes *= alive[:, :, None] & alive[:, None, :]
        slopes[..., here, here] += ~alive
        return Moves(slopes, passed, selling, shares)


@dataclass(frozen=True, eq=False)
class Scarce:
    """Goods with a ladder or a limit, and their markets as the inverses that steer see them.

    Attributes
    ----------
    sectors : array [good]
    alive : array [good, country]
        Who produces.
    seen : array [good, country, country]
        Derivative of clearing by log factor prices in the base year.
    """

    sectors: Index
    alive: npt.NDArray[np.bool_]
    seen: Single

    @classmethod
    def of(cls, base: Baseline, limits: Limits | None) -> Scarce | None:
        """Goods that are scarce; None without any, and where factors move freely or wages have floors."""
        technology = base.technology
        economy, structure = technology.economy, technology.structure
        parts = [] if structure.backstop is None else [structure.backstop.sector]
        parts += [] if limits is None else [limits.sector]
        if not parts or technology.mobile or technology.log_floor is not None:
            return None
        sectors = np.unique(np.concatenate(parts))
        trade = economy.trade_shares.transpose(2, 0, 1)[sectors]
        sales = trade / (1 + economy.tariff.transpose(2, 0, 1)[sectors])
        theta, earned = base.theta[sectors], technology.base_earnings()
        alive = technology.earning.T[sectors]
        sigma_factors, sigma_critical, mobility = base.nests
        before = Markets(
            trade[None],
            (sales * economy.expenditure.T[sectors][..., None])[None],
            theta[None, :, None],
            (theta + 1 - sigma_critical)[None, :, None],
            technology.va_in_cost.T[sectors][None],
            (earned / earned.sum(1, keepdims=True)).T[sectors][None],
            np.full((1, 1, 1), mobility),
            np.full((1, 1, 1), 1 - sigma_factors),
        )
        return cls(sectors, alive, before.moves(alive).slopes[0].astype(np.float32))

    def mend(
        self,
        markets: Markets,
        clearing: Array,
        factor_step: Array,
        limits: Limits | None,
        log_wedge: Array,
        wedge_step: Array,
        log_cost: Array,
    ) -> None:
        """Correct steps of log factor prices and log wedges in place.

        Parameters
        ----------
        markets : Markets
            Where the sweep stands.
        clearing, factor_step : array [lane, country × sector]
        limits : Limits, optional
        log_wedge, wedge_step : array [lane, control]
            Where the wedges stand, and their steps each on its own.
        log_cost : array [lane, country, sector]
        """
        lanes, N = len(factor_step), self.alive.shape[1]
        laid = factor_step.reshape(lanes, N, -1)
        first = laid.transpose(0, 2, 1)[:, self.sectors]
        gap = clearing.reshape(lanes, N, -1).transpose(0, 2, 1)[:, self.sectors]
        due = np.matmul(self.seen, first[..., None])[..., 0]
        due += np.where(self.alive, gap - np.log(np.maximum(1 + gap, LEAST_SALES)), 0.0)
        moves = markets.moves(self.alive)
        bound = None
        if limits is not None:
            bound = Bound.of(self.sectors, markets, moves, limits, log_wedge, wedge_step, log_cost)
        move = (
            _solved(moves.slopes, due)
            if bound is None
            else bound.solve(moves.slopes, due, log_wedge, wedge_step)
        )
        change = np.clip(np.nan_to_num(move - first), -MOST_APART, MOST_APART)
        laid[:, :, self.sectors] += change.transpose(0, 2, 1)


@dataclass(frozen=True, eq=False)
class Bound:
    """Limits that bind, by good: each lane's own are numbered within the good, and columns beyond them are empty.

    Attributes
    ----------
    lane, slot, good, column : array [limit]
        Scenario and control, and where they are laid.
    by_wedge : array [lane, good, exporter, column]
        Moves of clearing with log wedges.
    by_factor : array [lane, good, column, exporter]
        Moves of how far volumes are on the wrong side with log factor prices.
    own : array [lane, good, column, column]
        The same with log wedges.
    over : array [lane, good, column]
        How far they are.
    """

    lane: Index
    slot: Index
    good: Index
    column: Index
    by_wedge: Array
    by_factor: Array
    own: Array
    over: Array

    @classmethod
    def of(
        cls,
        sectors: Index,
        markets: Markets,
        moves: Moves,
        limits: Limits,
        log_wedge: Array,
        wedge_step: Array,
        log_cost: Array,
    ) -> Bound | None:
        """Lay out what binds; None where nothing does."""
        lanes, goods, N = markets.factor.shape
        width = limits.width
        key = limits.lane * width + limits.slot
        good = np.searchsorted(sectors, limits.sector)
        first, last = np.full(lanes * width, goods), np.full(lanes * width, -1)
        np.minimum.at(first, key, good)
        np.maximum.at(last, key, good)
        value = markets.sales[limits.lane, good, limits.importer, limits.exporter]
        shipped = value / limits.base * np.exp(-log_cost[limits.lane, limits.exporter, limits.sector])
        volume = np.bincount(key, shipped, lanes * width)
        # a limit on several goods moves on its own
        binds = (first == last) & (volume > 0) & ((log_wedge + wedge_step).ravel() > 0)
        if not binds.any():
            return None
        lane, slot = np.divmod(np.flatnonzero(binds), width)
        of_good = lane * goods + first[binds]
        order = np.argsort(of_good, kind="stable")
        begins = np.searchsorted(of_good[order], of_good[order])
        column = np.empty_like(order)
        column[order] = np.arange(len(order)) - begins
        columns = int(column.max()) + 1
        position = np.zeros(lanes * width, dtype=np.int64)
        position[binds] = column

        inside = binds[key]
        at = limits.lane[inside], good[inside]
        importer, exporter, key = limits.importer[inside], limits.exporter[inside], key[inside]
        where, sign = position[key], limits.sign.ravel()[key]
        cell = (*at, importer, exporter)
        part = shipped[inside] / volume[key]
        wedged = (limits.theta[inside] + limits.paid[inside]) * sign
        sold = moves.shares[cell]
        raises = _laid((lanes, goods, N, columns), (*at, importer, where), markets.bought[cell] * sign)
        by_wedge = np.matmul(moves.selling, raises)
        by_wedge -= _laid((lanes, goods, N, columns), (*at, exporter, where), sold * wedged)
        shape = (lanes, goods, columns, N)
        bought = _laid(shape, (*at, where, importer), part * sign) * markets.answer[:, :, None, :]
        by_factor = np.matmul(bought, moves.passed)
        costs = (1 + markets.theta) * markets.factor
        by_factor -= _laid(shape, (*at, where, exporter), part * sign) * costs[:, :, None, :]
        own = np.matmul(bought, raises)
        places = lane, first[binds], column
        direct = np.bincount(key, part * wedged * sign, lanes * width)[binds]
        wasted = (limits.wasted * limits.sign).ravel()[binds]
        sign = limits.sign.ravel()[binds]
        diagonal = np.ones((lanes, goods, columns))  # of columns without a limit: they stay
        diagonal[places] = own[(*places, column)] - direct - wasted
        own[:, :, range(columns), range(columns)] = diagonal
        over = np.zeros((lanes, goods, columns))
        beyond = (
            np.log(volume[binds])
            - limits.wasted[lane, slot] * log_wedge[lane, slot]
            - limits.log_limit[lane, slot]
        )
        over[places] = sign * beyond
        return cls(lane, slot, first[binds], column, by_wedge, by_factor, own, over)

    def solve(self, slopes: Array, due: Array, log_wedge: Array, wedge_step: Array) -> Array:
        """Steps of log factor prices [lane, good, exporter]; those of the log wedges that bind are written over their own."""
        N, columns = due.shape[-1], self.over.shape[-1]
        whole = np.empty((*due.shape[:2], N + columns, N + columns), dtype=np.float32)
        whole[..., :N, :N], whole[..., :N, N:] = slopes, self.by_wedge
        whole[..., N:, :N], whole[..., N:, N:] = self.by_factor, self.own
        both = _solved(whole, np.concatenate([due, -self.over], -1))
        at = self.lane, self.slot
        wedge = np.nan_to_num(both[..., N:][self.lane, self.good, self.column])
        target = np.maximum(log_wedge[at] + wedge, 0.0)
        wedge_step[at] = np.clip(target - log_wedge[at], -LONGEST, LONGEST)
        return both[..., :N]


def _solved(matrix: Array, right: Array) -> Array:
    """Solutions of systems [.., row, column] and [.., row], in single precision; nil where one has none."""
    try:
        return np.asarray(
            np.linalg.solve(matrix.astype(np.float32), right[..., None].astype(np.float32))[..., 0]
        )
    except np.linalg.LinAlgError:
        return np.zeros_like(right)


def _laid(shape: tuple[int, ...], at: tuple[Index, ...], values: Array) -> Array:
    """Sums of values by position."""
    sums = np.bincount(np.ravel_multi_index(at, shape), values, math.prod(shape))
    return np.asarray(sums, dtype=np.float64).reshape(shape)
