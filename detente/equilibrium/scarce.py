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
from collections.abc import Callable
from dataclasses import dataclass, field
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


class ScarceMoves(NamedTuple):
    """How markets of scarce goods answer, arrays [lane, good, ..]."""

    slopes: Array
    """Derivative of clearing, in logarithms, by log factor prices [.., exporter, exporter]."""
    passed: Array
    """Of log prices by log factor prices [.., importer, exporter]."""
    selling: Array
    """Of log sales by log prices [.., exporter, importer]."""
    shares: Array
    """Of exporters' sales [.., importer, exporter]."""


class ScarceMarkets(NamedTuple):
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
    ) -> ScarceMarkets:
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

    def moves(self, alive: npt.NDArray[np.bool_]) -> ScarceMoves:
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
        return ScarceMoves(slopes, passed, selling, shares)


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
    known : dict
        Which limits bound when derivatives were last taken, and these.
    """

    sectors: Index
    alive: npt.NDArray[np.bool_]
    seen: Single
    known: dict[str, tuple[npt.NDArray[np.bool_], Single, Bound | None]] = field(default_factory=dict)

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
        before = ScarceMarkets(
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
        markets: Callable[[], ScarceMarkets],
        clearing: Array,
        factor_step: Array,
        volumes: Volumes | None,
        log_wedge: Array,
        wedge_step: Array,
        near: bool,
    ) -> None:
        """Correct steps of log factor prices and log wedges in place.

        Parameters
        ----------
        markets : function to ScarceMarkets
            Where the sweep stands.
        clearing, factor_step : array [lane, country × sector]
        volumes : Volumes, optional
            What limits are on.
        log_wedge, wedge_step : array [lane, control]
            Where the wedges stand, and their steps each on its own.
        near : bool
            So near the end that derivatives do not change any more: those of a sweep before serve, if the same limits bind.
        """
        lanes, N = len(factor_step), self.alive.shape[1]
        laid = factor_step.reshape(lanes, N, -1)
        first = laid.transpose(0, 2, 1)[:, self.sectors]
        gap = clearing.reshape(lanes, N, -1).transpose(0, 2, 1)[:, self.sectors]
        due = np.matmul(self.seen, first[..., None])[..., 0]
        due += np.where(self.alive, gap - np.log(np.maximum(1 + gap, LEAST_SALES)), 0.0)
        binds = np.zeros(0, dtype=bool) if volumes is None else volumes.binding(log_wedge + wedge_step)
        known = self.known.get("last") if near else None
        if known is None or not np.array_equal(known[0], binds):
            matrix, bound = self._derivatives(markets(), volumes, binds)
            known = binds, _inverse(matrix) if near else matrix, bound
            if near:
                self.known["last"] = known
        _, kept, bound = known
        through = _times if near else _solved  # an inverse pays where it is kept
        if bound is None or volumes is None:
            move = through(kept, due)
        else:
            over = bound.over(volumes, log_wedge)
            both = through(kept, np.concatenate([due, -over], -1))
            move = both[..., :N]
            bound.write(both[..., N:], log_wedge, wedge_step)
        change = np.clip(np.nan_to_num(move - first), -MOST_APART, MOST_APART)
        laid[:, :, self.sectors] += change.transpose(0, 2, 1)

    def _derivatives(
        self, markets: ScarceMarkets, volumes: Volumes | None, binds: npt.NDArray[np.bool_]
    ) -> tuple[Single, Bound | None]:
        """Derivatives [lane, good, row, row], factor prices first, and the limits that are in them."""
        moves = markets.moves(self.alive)
        if volumes is None or not binds.any():
            return moves.slopes.astype(np.float32), None
        bound = Bound.of(volumes, binds, moves.slopes.shape[1])
        return bound.derivatives(volumes, markets, moves).astype(np.float32), bound


class Volumes(NamedTuple):
    """What the flows under limits are where a sweep stands, by entry of `Limits`."""

    limits: Limits
    good: Index
    """Good of an entry, by its position among the scarce ones."""
    shipped: Array
    """Shares of base-year flows of the control."""

    @property
    def key(self) -> Index:
        """Scenario and control of an entry as one number."""
        return np.asarray(self.limits.lane * self.limits.width + self.limits.slot)

    @property
    def whole(self) -> Array:
        """Volumes [scenario × control]."""
        return np.asarray(np.bincount(self.key, self.shipped, self.limits.sign.size), dtype=np.float64)

    @classmethod
    def at(
        cls, sectors: Index, shock: Shock, seen: MarketLook, reaching: Array, limits: Limits | None
    ) -> Volumes | None:
        """Where a sweep stands; None without limits."""
        if limits is None:
            return None
        supplied = limits.lane, limits.exporter, limits.sector
        spent = limits.lane, limits.importer, limits.sector
        drawn = seen.weight[supplied] / seen.total[spent] * reaching[spent]
        shipped = shock.to_producer[limits.cells] * drawn / limits.base * np.exp(-seen.log_cost[supplied])
        return cls(limits, np.searchsorted(sectors, limits.sector), shipped)

    def binding(self, target: Array) -> npt.NDArray[np.bool_]:
        """Limits whose wedges are on their way to be above nil [scenario × control]; none on several goods, which move on their own."""
        size = self.limits.sign.size
        first, last = np.full(size, len(self.good)), np.full(size, -1)
        np.minimum.at(first, self.key, self.good)
        np.maximum.at(last, self.key, self.good)
        return np.asarray((first == last) & (self.whole > 0) & (target.ravel() > 0))


@dataclass(frozen=True, eq=False)
class Bound:
    """Limits that bind, by good: each lane's own are numbered within the good, and columns beyond them are empty.

    Attributes
    ----------
    lane, slot, good, column : array [limit]
        Scenario and control, and where they are laid.
    inside : array [entry] of bool
        Flows of these limits.
    where : array [entry inside]
        Columns of their limits.
    shape : (int, int, int)
        Lanes, goods and columns.
    """

    lane: Index
    slot: Index
    good: Index
    column: Index
    inside: npt.NDArray[np.bool_]
    where: Index
    shape: tuple[int, int, int]

    @classmethod
    def of(cls, volumes: Volumes, binds: npt.NDArray[np.bool_], goods: int) -> Bound:
        """Lay out the limits that bind [scenario × control]."""
        limits, key = volumes.limits, volumes.key
        lane, slot = np.divmod(np.flatnonzero(binds), limits.width)
        good = np.zeros(binds.size, dtype=np.int64)
        good[key] = volumes.good
        of_good = lane * goods + good[binds]
        order = np.argsort(of_good, kind="stable")
        column = np.empty_like(order)
        column[order] = np.arange(len(order)) - np.searchsorted(of_good[order], of_good[order])
        position = np.zeros(binds.size, dtype=np.int64)
        position[binds] = column
        inside = binds[key]
        shape = (len(limits.sign), goods, int(column.max()) + 1)
        return cls(lane, slot, good[binds], column, inside, position[key[inside]], shape)

    def over(self, volumes: Volumes, log_wedge: Array) -> Array:
        """How far they are on the wrong side of their limits, log points [lane, good, column]."""
        limits, at = volumes.limits, (self.lane, self.slot)
        volume = volumes.whole.reshape(limits.sign.shape)[at]
        over = np.zeros(self.shape)
        beyond = np.log(volume) - limits.wasted[at] * log_wedge[at] - limits.log_limit[at]
        over[self.lane, self.good, self.column] = limits.sign[at] * beyond
        return over

    def write(self, steps: Array, log_wedge: Array, wedge_step: Array) -> None:
        """Put steps [lane, good, column] in the place of those that wedges would take each on its own."""
        at = self.lane, self.slot
        step = np.nan_to_num(steps[self.lane, self.good, self.column])
        wedge_step[at] = np.clip(np.maximum(step, -log_wedge[at]), -LONGEST, LONGEST)

    def derivatives(self, volumes: Volumes, markets: ScarceMarkets, moves: ScarceMoves) -> Array:
        """Derivatives of clearing and of `over` by log factor prices and log wedges [lane, good, row, row]."""
        limits, inside, where = volumes.limits, self.inside, self.where
        lanes, goods, columns = self.shape
        N = moves.slopes.shape[-1]
        lane, slot, importer, exporter = (
            array[inside] for array in (limits.lane, limits.slot, limits.importer, limits.exporter)
        )
        at, sign = (lane, volumes.good[inside]), limits.sign[lane, slot]
        cell = (*at, importer, exporter)
        part = volumes.shipped[inside] / volumes.whole[volumes.key[inside]] * sign
        wedged = (limits.theta[inside] + limits.paid[inside]) * sign
        raises = _laid((lanes, goods, N, columns), (*at, importer, where), markets.bought[cell] * sign)
        holds = _laid(raises.shape, (*at, exporter, where), moves.shares[cell] * wedged)
        shape = (lanes, goods, columns, N)
        bought = _laid(shape, (*at, where, importer), part) * markets.answer[:, :, None, :]
        costs = _laid(shape, (*at, where, exporter), part)
        costs *= ((1 + markets.theta) * markets.factor)[:, :, None, :]
        whole = np.empty((lanes, goods, N + columns, N + columns))
        whole[..., :N, :N] = moves.slopes
        whole[..., :N, N:] = np.matmul(moves.selling, raises) - holds
        whole[..., N:, :N] = np.matmul(bought, moves.passed) - costs
        own = np.matmul(bought, raises)
        own -= _laid(self.shape, (*at, where), part * wedged)[..., None] * np.eye(columns)
        free = np.ones(self.shape)  # columns without a limit stay
        free[self.lane, self.good, self.column] = -(limits.wasted * limits.sign)[self.lane, self.slot]
        whole[..., N:, N:] = own + free[..., None] * np.eye(columns)
        return whole


def _inverse(matrix: Single) -> Single:
    """Inverses [.., row, column]; nil where one has none."""
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.zeros(matrix.shape, dtype=np.float32)


def _solved(matrix: Single, vector: Array) -> Array:
    """Products [.., row] of the inverses of matrices and vectors; nil where one has none."""
    try:
        solved = np.linalg.solve(matrix, vector.astype(np.float32)[..., None])[..., 0]
    except np.linalg.LinAlgError:
        return np.zeros(vector.shape)
    return np.asarray(solved, dtype=np.float64)


def _times(matrix: Single, vector: Array) -> Array:
    """Products [.., row] of matrices and vectors."""
    return np.asarray(np.matvec(matrix, vector.astype(np.float32)), dtype=np.float64)


def _laid(shape: tuple[int, ...], at: tuple[Index, ...], values: Array) -> Array:
    """Sums of values by position."""
    sums = np.bincount(np.ravel_multi_index(at, shape), values, math.prod(shape))
    return np.asarray(sums, dtype=np.float64).reshape(shape)
