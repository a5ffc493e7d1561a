"""What scenarios do to trade, laid out for the sweeps: in full, or as what they move of the base year's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from detente.equilibrium.anderson import Lanes
from detente.equilibrium.baseline import Baseline
from detente.equilibrium.limits import Limits
from detente.world import Array, Economy, Wedges, repeats, unrepeated

SPARSE = 5
"""A batch that moves fewer than one in so many pairs of countries is laid out as what it moves."""
SMALL = 8
"""Largest group of rows that is added up row by row."""


class Moved(NamedTuple):
    """Pairs of countries whose trade costs scenarios move; arrays [row, sector]. The others trade as in the base year."""

    key: npt.NDArray[np.int64]
    """Scenario × importer × exporter of each row, ascending."""
    pull: Array
    """π · kappa_hat^−θ."""
    to_producer: Array
    """The same times 1/((1+t')(1+x'))."""
    to_exporter: Array | None
    """The same times x'/((1+x')(1+t')): the exporter's tax; None when nobody taxes exports."""

    @classmethod
    def of(
        cls,
        economy: Economy,
        wedges: Wedges,
        pairs: npt.NDArray[np.bool_],
        limits: Limits | None,
        by_lane: Array | None = None,
    ) -> Moved:
        """Pairs that wedges with a leading scenario axis move [scenario, importer, exporter], and those of taxes and limits.

        `by_lane` as in `Shock.of`.
        """
        cost, no_tax = economy.nothing_added  # as most policies leave them
        taxes = limits is not None and limits.taxes_exports
        if not taxes and not repeats(wedges.export_tax, no_tax):
            taxes = bool(unrepeated(wedges.export_tax).any())
        tax = wedges.export_tax if taxes else None
        N, S = economy.va_share.shape
        pairs = pairs.copy()
        if tax is not None:
            pairs |= (unrepeated(tax) != 0).any(-1)
        if limits is not None:
            pairs[limits.lane, limits.importer, limits.exporter] = True
        key = np.flatnonzero(pairs)
        lane, pair = np.divmod(key, N * N)
        importer, exporter = np.divmod(pair, N)

        def of_rows(array: Array) -> Array:
            return np.asarray(array[lane, importer, exporter])

        factor = of_rows(wedges.tariff)
        factor += 1
        before = economy.tariff.reshape(-1, S)[pair]
        before += 1
        kappa_hat = factor / before
        if not repeats(wedges.iceberg_hat, cost):
            kappa_hat *= of_rows(wedges.iceberg_hat)
        if tax is not None:
            taxed = of_rows(tax)
            kappa_hat *= 1 + taxed
            factor *= 1 + taxed
        theta = economy.trade_elasticity if by_lane is None else by_lane[lane]
        power = np.log(
            kappa_hat, out=kappa_hat
        )  # these arrays are large: what is worked out in place costs half
        power *= -theta
        pull = np.exp(power, out=power)
        pull *= economy.trade_shares.reshape(-1, S)[pair]
        net = pull / factor
        return cls(key, pull, net, None if tax is None else net * taxed)


def _over_exporters(pull: Array, weight: Array) -> Array:
    """Σ_i pull[b,s,n,i] · weight[b,i,s] as [b,n,s]: one matrix-vector product a sector."""
    return np.asarray(np.matvec(pull, weight.transpose(0, 2, 1)).transpose(0, 2, 1))


def _over_importers(pull: Array, spending: Array) -> Array:
    """Σ_n pull[b,s,n,i] · spending[b,n,s] as [b,i,s]."""
    return np.asarray(np.vecmat(spending.transpose(0, 2, 1), pull).transpose(0, 2, 1))


@dataclass
class Shock:
    """Arrays of a chunk of scenarios that stay the same over its sweeps, laid out [scenario, sector, importer, exporter]."""

    both: Array
    """π · kappa_hat^−θ, and the same times 1/((1+t')(1+x')), what reaches the producer, one below the other by importer."""
    to_exporter: Array | None
    """The same times x'/((1+x')(1+t')): the exporter's tax; None when nobody taxes exports."""
    limits: Limits | None
    """Controls whose wedges the sweeps find."""

    @property
    def pull(self) -> Array:
        """π · kappa_hat^−θ."""
        return self.both[:, :, : self.both.shape[-1]]

    @property
    def to_producer(self) -> Array:
        """The same times 1/((1+t')(1+x')): what reaches the producer."""
        return self.both[:, :, self.both.shape[-1] :]

    @classmethod
    def of(cls, base: Baseline, wedges: Wedges, limits: Limits | None, by_lane: Array | None = None) -> Shock:
        """Lay out wedges with a leading scenario axis; `by_lane`: elasticities of each scenario [lane, sector]."""
        economy = base.technology.economy
        pairs = wedges.pairs_unlike(Wedges.unchanged(economy))
        moved = Moved.of(economy, wedges, pairs, limits, by_lane)
        return cls.of_moved(base, len(wedges.tariff), moved, limits)

    @classmethod
    def of_moved(cls, base: Baseline, lanes: int, moved: Moved, limits: Limits | None) -> Shock:
        """Lay out what so many scenarios move."""
        S, N, _ = base.pull.shape
        lane, pair = np.divmod(moved.key, N * N)
        both = np.empty((lanes, S, 2 * N, N))
        both[:, :, :N], both[:, :, N:] = base.pull, base.to_producer
        flat = both.reshape(lanes, S, -1)
        flat[lane, :, pair], flat[lane, :, N * N + pair] = moved.pull, moved.to_producer
        to_exporter = None
        if moved.to_exporter is not None:
            to_exporter = np.zeros((lanes, S, N, N))
            to_exporter.reshape(lanes, S, -1)[lane, :, pair] = moved.to_exporter
        return cls(both, to_exporter, limits)

    def pulled(self, weight: Array) -> Array:
        """Σ_i of what exporters of weight ``cost_hat^−θ`` [lane, exporter, sector] pull [lane, importer, sector]."""
        return _over_exporters(self.pull, weight)

    def drawn(self, weight: Array) -> tuple[Array, Array]:
        """`pulled`, and what of it reaches producers."""
        drawn, N = _over_exporters(self.both, weight), weight.shape[1]
        return drawn[:, :N], drawn[:, N:]

    def sold(self, per_pull: Array) -> Array:
        """Σ_n of what reaches producers [lane, exporter, sector], per weight, from spending per pull [lane, importer, sector]."""
        return _over_importers(self.to_producer, per_pull)

    def taxed(self, weight: Array) -> Array:
        """What exporters tax of what importers draw [lane, importer, sector]."""
        assert self.to_exporter is not None
        return _over_exporters(self.to_exporter, weight)

    def taxes(self, per_pull: Array) -> Array:
        """The same by exporter [lane, exporter, sector], per weight."""
        assert self.to_exporter is not None
        return _over_importers(self.to_exporter, per_pull)

    def keep(self, lanes: Lanes) -> Shock:
        """Only these scenarios."""
        return Shock(
            self.both[lanes],
            None if self.to_exporter is None else self.to_exporter[lanes],
            None if self.limits is None else self.limits.keep(lanes),
        )


class _Groups:
    """Rows that belong together: their sums are added where they belong."""

    def __init__(self, whose: npt.NDArray[np.int64]) -> None:
        order = np.argsort(whose, kind="stable")
        ordered = whose[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        targets, sizes = ordered[starts], np.diff(starts, append=len(ordered))
        small = sizes <= SMALL
        layers = range(int(sizes[small].max(initial=0)))
        self.layers = [
            (targets[some], order[starts[some] + k]) for k in layers for some in [small & (sizes > k)]
        ]
        """The first rows of small groups, the second ones, and so on: many sums of few rows are slow."""
        self.large = order[np.repeat(~small, sizes)]
        self.starts = np.cumsum(sizes[~small]) - sizes[~small]
        self.targets = targets[~small]

    def add(self, rows: Array, to: Array) -> None:
        """Add rows [row, sector] to `to` [lane, country, sector]."""
        flat = to.reshape(-1, to.shape[2])  # a view: what is added to lies in one piece
        for targets, some in self.layers:
            flat[targets] += rows[some]
        if len(self.starts):
            flat[self.targets] += np.add.reduceat(rows[self.large], self.starts, axis=0)


class SparseShock:
    """`Shock` where scenarios move few pairs: products with the base year's trade over the whole batch, and what differs.

    Arrays `pull`, `to_producer` and `to_exporter` are [row, sector], as in `Moved`.
    """

    def __init__(self, base: Baseline, lanes: int, moved: Moved, limits: Limits | None) -> None:
        self.base, self.lanes, self.key = base, lanes, moved.key
        self.pull, self.to_producer, self.to_exporter = moved.pull, moved.to_producer, moved.to_exporter
        S, N, _ = base.pull.shape
        self.lane, pair = np.divmod(moved.key, N * N)
        self.importer, self.exporter = np.divmod(pair, N)
        self.by_importer = _Groups(self.lane * N + self.importer)
        self.by_exporter = _Groups(self.lane * N + self.exporter)
        self.still = [array.reshape(S, -1).T[pair] for array in (base.pull, base.to_producer)]
        self.limits = limits
        if limits is not None:
            asked = (limits.lane * N + limits.importer) * N + limits.exporter
            self.limits = replace(limits, rows=np.searchsorted(moved.key, asked))

    def drawn(self, weight: Array) -> tuple[Array, Array]:
        """As `Shock.drawn`."""
        by_sector, rows = np.ascontiguousarray(weight.transpose(2, 0, 1)), weight[self.lane, self.exporter]
        drawn = []
        for still, array, moved in zip(
            (self.base.pull, self.base.to_producer), self.still, (self.pull, self.to_producer), strict=True
        ):
            there = np.ascontiguousarray(np.matmul(by_sector, still.transpose(0, 2, 1)).transpose(1, 2, 0))
            self.by_importer.add((moved - array) * rows, there)
            drawn.append(there)
        return drawn[0], drawn[1]

    def pulled(self, weight: Array) -> Array:
        """As `Shock.pulled`."""
        return self.drawn(weight)[0]

    def sold(self, per_pull: Array) -> Array:
        """As `Shock.sold`."""
        by_sector = np.ascontiguousarray(per_pull.transpose(2, 0, 1))
        sold = np.ascontiguousarray(np.matmul(by_sector, self.base.to_producer).transpose(1, 2, 0))
        self.by_exporter.add((self.to_producer - self.still[1]) * per_pull[self.lane, self.importer], sold)
        return sold

    def taxed(self, weight: Array) -> Array:
        """As `Shock.taxed`."""
        assert self.to_exporter is not None
        taxed = np.zeros(weight.shape)
        self.by_importer.add(self.to_exporter * weight[self.lane, self.exporter], taxed)
        return taxed

    def taxes(self, per_pull: Array) -> Array:
        """As `Shock.taxes`."""
        assert self.to_exporter is not None
        taxes = np.zeros(per_pull.shape)
        self.by_exporter.add(self.to_exporter * per_pull[self.lane, self.importer], taxes)
        return taxes

    def keep(self, lanes: Lanes) -> SparseShock:
        """Only these scenarios."""
        N = self.base.pull.shape[1]
        kept, number = lanes[self.lane], np.cumsum(lanes) - 1
        key = number[self.lane[kept]] * N * N + self.key[kept] % (N * N)
        tax = None if self.to_exporter is None else self.to_exporter[kept]
        moved = Moved(key, self.pull[kept], self.to_producer[kept], tax)
        limits = None if self.limits is None else self.limits.keep(lanes)
        return SparseShock(self.base, int(lanes.sum()), moved, limits)


def laid_out(base: Baseline, wedges: Wedges, limits: Limits | None) -> Shock | SparseShock:
    """Wedges with a leading scenario axis, laid out in full only where they move too many pairs for the other way, or are one."""
    if len(wedges.tariff) == 1:
        return Shock.of(base, wedges, limits)
    economy = base.technology.economy
    most, pairs = wedges.told_apart(economy)
    moved = Moved.of(economy, wedges, pairs, limits)
    base = _where_most_trade(base, most)
    lanes, N = len(wedges.tariff), base.pull.shape[1]
    if SPARSE * len(moved.key) > lanes * N * N:
        return Shock.of_moved(base, lanes, moved, limits)
    return SparseShock(base, lanes, moved, limits)


def _where_most_trade(base: Baseline, most: Wedges) -> Baseline:
    """The inverses of the base year, with the trade of a scenario that is like most others; its export taxes are not in it."""
    economy = base.technology.economy
    if most.tariff is economy.tariff:
        return base
    factor = 1 + most.tariff
    kappa_hat = factor / (1 + economy.tariff) * most.iceberg_hat
    pull = economy.trade_shares * np.exp(-economy.trade_elasticity * np.log(kappa_hat))
    laid = [np.ascontiguousarray(array.transpose(2, 0, 1)) for array in (pull, pull / factor)]
    return replace(base, pull=laid[0], to_producer=laid[1])
