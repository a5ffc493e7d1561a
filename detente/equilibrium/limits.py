"""Caps and floors inside the sweeps: the wedges that enforce them are unknowns beside prices, wages and spending.

With ``m ≥ 0`` the log wedge of a control, every sweep moves it to ``max(0, m + over/ε)``: `over` is how far the volume is
on the wrong side of its limit (log points) and ``ε = 1 + θ(1 − share)`` how far one unit of the wedge moves it, the rest of
the economy held. Its fixed points are the complementarity conditions ``m ≥ 0 ⟂ −over ≥ 0``. A slack control has ``m = 0``
exactly and changes no digit of the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from detente.world import Array, Economy, Wedges

if TYPE_CHECKING:
    from detente.equilibrium.controls import QuantityControl

Index = npt.NDArray[np.int64]
LONGEST = 1.5
"""Longest step of a log wedge: a volume is nearly log-linear in its wedge, longer steps overshoot."""


@dataclass
class Limits:
    """Controls of a chunk of scenarios. Arrays are by entry, a bound flow of one scenario, but for the first three.

    Attributes
    ----------
    log_limit : array [scenario, control]
        Logarithm of the limit; infinite where a scenario has fewer controls.
    sign : array [scenario, control]
        1 for a cap, −1 for a floor.
    wasted : array [scenario, control]
        1 where the rent is destroyed: what arrives is less than what was shipped.
    lane, slot, sector, importer, exporter : array [entry]
        Scenario, control and flow.
    market : array [entry]
        Number of the importer's market that entries of one control share.
    base : array [entry]
        Base-year flows of the control, million USD.
    theta, factor, tax : array [entry]
        Trade elasticity; one plus duty times one plus export tax; export tax, both without the control.
    pull : array [entry]
        Trade share times ``kappa_hat^−θ`` without the control.
    paid, taxed : array [entry]
        1 where the wedge comes out of what reaches the producer, and where it is the exporter's tax.
    """

    log_limit: Array
    sign: Array
    wasted: Array
    lane: Index
    slot: Index
    sector: Index
    importer: Index
    exporter: Index
    market: Index
    base: Array
    theta: Array
    factor: Array
    tax: Array
    pull: Array
    paid: Array
    taxed: Array
    rows: Index | None = None
    """Rows of the flows, where trade is laid out [row, sector] (`shock.SparseShock`)."""

    @property
    def cells(self) -> tuple[Index, ...]:
        """Positions of the flows in the arrays of a shock: [scenario, sector, importer, exporter], or [row, sector]."""
        if self.rows is not None:
            return self.rows, self.sector
        return self.lane, self.sector, self.importer, self.exporter

    @classmethod
    def of(
        cls,
        economy: Economy,
        wedges: Wedges,
        controls: Sequence[Sequence[QuantityControl]],
        by_lane: Array | None = None,
    ) -> Limits | None:
        """Lay out the controls of a chunk; None when no scenario has any that a wedge enforces.

        Parameters
        ----------
        economy : Economy
        wedges : Wedges
            With a leading scenario axis, bans in place already.
        controls : sequence [scenario] of sequence of QuantityControl
            Without bans.
        by_lane : array [scenario, sector], optional
            Trade elasticities of each scenario's own; those of the economy when left out.
        """
        width = max((len(own) for own in controls), default=0)
        if not width:
            return None
        lanes, (_, N, S) = len(controls), economy.flows.shape
        log_limit, sign, wasted = (np.full((lanes, width), fill) for fill in (np.inf, 1.0, 0.0))
        placed = [
            (row, column, control) for row, own in enumerate(controls) for column, control in enumerate(own)
        ]
        rows, columns = np.array([each[:2] for each in placed]).T
        hows = [control.enforcement for _, _, control in placed]
        log_limit[rows, columns] = np.log([control.limit for _, _, control in placed])
        sign[rows, columns] = [how.sign for how in hows]
        wasted[rows, columns] = [how.wasted for how in hows]
        flows, sizes = zip(*(control.traded_flows(economy) for _, _, control in placed), strict=True)
        counts = [len(n) for n, _, _ in flows]
        importer, exporter, sector = np.concatenate(flows, 1)
        lane, slot = np.repeat(rows, counts), np.repeat(columns, counts)
        number = ((lane * width + slot) * N + importer) * S + sector
        base, taxed = np.repeat([sizes, [how.lever == "export_tax" for how in hows]], counts, 1)
        paid = 1 - wasted[lane, slot]
        at, flow = (lane, importer, exporter, sector), (importer, exporter, sector)
        if by_lane is None:
            theta = np.broadcast_to(economy.trade_elasticity, economy.flows.shape)[flow]
        else:
            theta = by_lane[lane, sector]
        tax = wedges.export_tax[at]
        factor = (1 + wedges.tariff[at]) * (1 + tax)
        kappa_hat = factor / (1 + economy.tariff[flow]) * wedges.iceberg_hat[at]
        return cls(
            log_limit=log_limit,
            sign=sign,
            wasted=wasted,
            lane=lane,
            slot=slot,
            sector=sector,
            importer=importer,
            exporter=exporter,
            market=np.unique(number, return_inverse=True)[1],
            base=base,
            theta=theta,
            factor=factor,
            tax=tax,
            pull=economy.trade_shares[flow] * np.exp(-theta * np.log(kappa_hat)),
            paid=paid,
            taxed=taxed,
        )

    @property
    def width(self) -> int:
        """Largest number of controls of a scenario."""
        return int(self.sign.shape[1])

    @property
    def taxes_exports(self) -> bool:
        """Whether some rent goes to an exporter."""
        return bool(self.taxed.any())

    def keep(self, lanes: npt.NDArray[np.bool_]) -> Limits:
        """Only these scenarios."""
        kept = lanes[self.lane]
        number = np.cumsum(lanes) - 1
        names = "slot sector importer exporter market base theta factor tax pull paid taxed"
        entries = {name: getattr(self, name)[kept] for name in names.split()}
        return replace(
            self,
            log_limit=self.log_limit[lanes],
            sign=self.sign[lanes],
            wasted=self.wasted[lanes],
            lane=number[self.lane[kept]],
            rows=None if self.rows is None else self.rows[kept],
            **entries,
        )

    def drive(self, log_wedge: Array, pull: Array, to_producer: Array, to_exporter: Array | None) -> None:
        """Write what the bound flows pull, and whom it reaches, at these log wedges [scenario, control] into the arrays."""
        at = self.cells
        wedge = (self.sign * log_wedge)[self.lane, self.slot]
        pull[at] = self.pull * np.exp(-self.theta * wedge)
        to_producer[at] = pull[at] / self.factor * np.exp(-self.paid * wedge)
        if to_exporter is not None:
            to_exporter[at] = to_producer[at] * ((1 + self.tax) * np.exp(self.taxed * wedge) - 1)

    def step_first(
        self,
        log_wedge: Array,
        trade: tuple[Array, Array, Array | None],
        markets: tuple[Array, Array, Array, Array, Array, Array | None],
    ) -> tuple[Array, Array]:
        """`step`, and trade and what exporters pull moved to where it leads, in place.

        Parameters
        ----------
        log_wedge : array [scenario, control]
        trade : (pull, to_producer, to_exporter)
            As in `drive`, at these log wedges.
        markets : (weight, log_cost, total, reached, expenditure, yielding)
            As in `step`; `reached` is what of `total` reaches producers.
        """
        weight, log_cost, total, reached, expenditure, yielding = markets
        at, supplied = self.cells, (self.lane, self.exporter, self.sector)
        taken, unmet = self.step(
            log_wedge, trade[0], trade[1], weight, log_cost, total, expenditure, yielding
        )
        before = [array[at] for array in trade[:2]]
        self.drive(log_wedge + taken, *trade)
        spent = (self.lane, self.importer, self.sector)
        for sums, array, old in zip((total, reached), trade[:2], before, strict=True):
            np.add.at(sums, spent, (array[at] - old) * weight[supplied])
        return taken, unmet

    def step(
        self,
        log_wedge: Array,
        pull: Array,
        to_producer: Array,
        weight: Array,
        log_cost: Array,
        total: Array,
        expenditure: Array,
        yielding: Array | None = None,
    ) -> tuple[Array, Array]:
        """Step of the log wedges, and how far each control is from its conditions [scenario, control].

        Parameters
        ----------
        log_wedge : array [scenario, control]
        pull, to_producer : array [scenario, sector, importer, exporter]
        weight, log_cost : array [scenario, exporter, sector]
            ``cost_hat^−θ`` and log cost.
        total, expenditure : array [scenario, importer, sector]
            Σ_i of what the exporters pull, and spending that reaches them.
        yielding : array [scenario, importer, sector], optional
            By how much the logarithm of that spending falls as the log price rises; nil when left out.
        """
        at = self.cells
        supplied, spent = (self.lane, self.exporter, self.sector), (self.lane, self.importer, self.sector)
        key, shape = self.lane * self.width + self.slot, log_wedge.shape
        drawn = weight[supplied] / total[spent]
        part = to_producer[at] * drawn * expenditure[spent] / self.base * np.exp(-log_cost[supplied])
        shipped = np.bincount(key, part, log_wedge.size).reshape(shape)
        # a market the control holds alone answers by 1 to its wedge, one with many rivals by 1 + θ
        held = np.bincount(self.market, pull[at] * drawn)[self.market]
        answer = 1 + self.theta * (1 - held)
        if yielding is not None:  # a backstop answers to the price, which the wedge moves by what it holds
            answer = answer + held * yielding[spent]
        moved = np.bincount(key, part * answer, log_wedge.size).reshape(shape)
        there = shipped > 0
        volume = np.log(np.where(there, shipped, 1.0)) - self.wasted * log_wedge
        over = np.where(there, self.sign * (volume - self.log_limit), -1e3 * self.sign)
        slope = np.where(there, moved / np.where(there, shipped, 1.0), 1.0)
        target = np.maximum(log_wedge + over / slope, 0.0)
        step = np.clip(target - log_wedge, -LONGEST, LONGEST)
        return step, np.abs(np.minimum(log_wedge, -over))
