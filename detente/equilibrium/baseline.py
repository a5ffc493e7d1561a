"""What every solve on one economy shares: the base year's inverses, kept for as long as the economy and structure live."""

from __future__ import annotations

import math
import weakref
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.core import BalanceError
from detente.equilibrium.bans import severed
from detente.equilibrium.factored import Factored
from detente.equilibrium.implicit import DENSE_UNKNOWNS, factor_derivatives
from detente.equilibrium.structure import Structure, Technology
from detente.world import Array, Economy, Wedges, check_sound


@dataclass(frozen=True)
class Baseline:
    """The base year's inverses, computed once per economy and structure and shared by every scenario.

    Attributes
    ----------
    technology : Technology
        The structure set on the economy.
    scale : array [country, sector]
        Base expenditure, the unit in which the solver counts spending (one where there is none).
    price_inverse, expenditure_inverse : array [country, sector, sector]
        Inverses of the country blocks, transposed for right multiplication; spending in units of `scale`. Single
        precision, as those of the next line: they only steer.
    by_factor : array [factor, 2 × country × sector]
        Transposed derivatives of log prices, then of spending in units of `scale`.
    factor_inverse : array [factor, factor] or Factored
        Transposed inverse of the clearing derivative; its factors where there are very many factor markets.
    pull, to_producer : array [sector, importer, exporter]
        Trade shares, and what of them reaches the producer, laid out as the sweeps read them.
    """

    technology: Technology
    scale: Array
    price_inverse: npt.NDArray[np.float32]
    expenditure_inverse: npt.NDArray[np.float32]
    by_factor: npt.NDArray[np.float32]
    factor_inverse: Array | Factored
    pull: Array
    to_producer: Array
    theta: Array
    """Trade elasticities that the inverses are of: another economy's, where they are lent."""
    nests: tuple[float, float, float]
    """Elasticities between factors and inputs and between critical inputs, and mobility, of the same."""
    cut: dict[bytes, _Kept] = field(default_factory=dict)
    """The same for trade that bans have cut, the last few that were asked for, by `Severed.pattern`."""
    whole: dict[str, Any] = field(default_factory=dict)
    """What follows from these and the technology, once it was asked for: the inverse of the whole derivative that batches are
    steered by (`whole`), and what every solve asks of them."""

    @property
    def price_by_factor(self) -> npt.NDArray[np.float32]:
        """Of `by_factor`, what is of log prices [factor, country × sector]."""
        return self.by_factor[:, : self.scale.size]

    @property
    def expenditure_by_factor(self) -> npt.NDArray[np.float32]:
        """Of `by_factor`, what is of spending [factor, country × sector]."""
        return self.by_factor[:, self.scale.size :]

    def in_single(self) -> Baseline:
        """With the inverse of the clearing derivative in single precision too: half of it to read at every sweep."""
        if isinstance(self.factor_inverse, Factored):
            return self
        if "single" not in self.whole:
            self.whole["single"] = self.factor_inverse.astype(np.float32)
        return replace(self, factor_inverse=self.whole["single"])


@dataclass(frozen=True)
class _Kept:
    """What is kept of a baseline: its arrays, and nothing that holds the economy or the structure, or neither would die."""

    technology: dict[str, Any]
    inverses: dict[str, Any]

    @classmethod
    def of(cls, technology: Technology, baseline: Baseline) -> _Kept:
        arrays = technology.shared()
        return cls(arrays, {name: value for name, value in vars(baseline).items() if name != "technology"})

    def at(self, economy: Economy, structure: Structure) -> Baseline:
        # asked several times a solve: the constructor would cost a per cent of it
        baseline = Baseline.__new__(Baseline)
        technology = Technology.from_shared(economy, structure, self.technology)
        # budgets follow from the structure, and what bans leave of trade is shared by structures
        budgets = self.inverses["whole"].setdefault("budgets", weakref.WeakKeyDictionary())
        budget = budgets.get(structure)
        if budget is None:
            budget = budgets[structure] = technology.budget
        technology.__dict__["budget"] = budget
        baseline.__dict__.update(self.inverses, technology=technology)
        return baseline


CORE = Structure()
MOST_CUT = 8
_prepared: weakref.WeakKeyDictionary[Economy, weakref.WeakKeyDictionary[Structure, _Kept]] = (
    weakref.WeakKeyDictionary()
)


def prepare(economy: Economy, structure: Structure = CORE) -> Baseline:
    """Compute, once per economy and structure, the inverses that steer every solve on them.

    A memo keyed on the (immutable) economy and structure: nothing a caller can see depends on whether it was filled, and
    it lives as long as they do.

    Raises
    ------
    BalanceError, UnitError
        When the economy is none (`check_sound`), or relative wages are not determined, as when some economies trade with
        none of the others.
    """
    of_economy = _prepared.setdefault(economy, weakref.WeakKeyDictionary())
    known = of_economy.get(structure)
    if known is not None:
        return known.at(economy, structure)
    check_sound(economy)
    technology = Technology.of(economy, structure)
    try:
        if not _linked(economy):
            raise np.linalg.LinAlgError
        baseline = _inverses(technology)
    except np.linalg.LinAlgError:
        raise BalanceError(
            "relative wages are not determined: some economies trade only among themselves",
            where=economy.name,
            hint="aggregate the economies without trade into a neighbour, or leave them out",
        ) from None
    of_economy[structure] = _Kept.of(technology, baseline)
    return baseline


def prepare_for(economy: Economy, structure: Structure, wedges: Wedges) -> Baseline:
    """`prepare` for one scenario's wedges: where bans cut trade into parts or close sectors, the inverses of what is left.

    They are those of the base year's technology at the shares that remain, each part with its numeraire.

    Raises
    ------
    BalanceError
        As `prepare`.
    """
    whole = prepare(economy, structure)
    cut = severed(economy, wedges, mobile=whole.technology.mobile)
    if cut is None:
        return whole
    kept = whole.cut.get(cut.pattern)
    if kept is None:
        technology = replace(whole.technology, severed=cut)
        left = np.where(np.isfinite(wedges.iceberg_hat), economy.trade_shares, 0.0)
        total = left.sum(1, keepdims=True)
        left = np.divide(left, total, out=np.zeros_like(left), where=total > 0)
        try:
            inverses = _inverses(technology, left)
        except np.linalg.LinAlgError:
            return replace(whole, technology=technology)
        known = replace(inverses, pull=whole.pull, to_producer=whole.to_producer)
        if len(whole.cut) >= MOST_CUT:
            whole.cut.pop(next(iter(whole.cut)))
        kept = whole.cut[cut.pattern] = _Kept.of(technology, known)
    return kept.at(economy, structure)


def share_preparation(economy: Economy, structure: Structure, like: tuple[Economy, Structure]) -> None:
    """Let an economy be steered by the inverses of a near one: they only steer, the residuals judge what is found.

    Where factors move freely on one side only there is nothing to lend, and nothing is done.

    Parameters
    ----------
    economy : Economy
        The same base year as in `like`, with other elasticities.
    structure : Structure
    like : (Economy, Structure)
        Prepared already, or prepared now.

    Raises
    ------
    BalanceError, UnitError
        As from `prepare`, for either economy.
    """
    lent = prepare(*like)
    check_sound(economy, like[0])
    technology = Technology.of(economy, structure)
    if technology.mobile != lent.technology.mobile:
        return
    # trade that bans cut is kept with the technology it was cut in
    own = replace(lent, whole={})
    if not _same_arrays(technology, lent.technology):
        own = replace(own, cut={})
    _prepared.setdefault(economy, weakref.WeakKeyDictionary()).setdefault(
        structure, _Kept.of(technology, own)
    )


def _same_arrays(technology: Technology, other: Technology) -> bool:
    """Whether two structures set on one base year give the same arrays, as when they differ in elasticities alone."""
    first, second = (
        (
            each.critical,
            each.profit_share,
            () if each.log_floor is None else each.log_floor,
            () if each.least is None else each.least,
        )
        for each in (technology, other)
    )
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def lend_preparation(economy: Economy, structure: Structure, like: tuple[Economy, Structure]) -> None:
    """`share_preparation` where nothing differs but elasticities, mobility and capacities: the arrays are shared too.

    Nothing is lent where factors move freely on one side only.

    Raises
    ------
    BalanceError, UnitError
        As from `prepare`, for either economy.
    """
    prepare(*like)
    check_sound(economy, like[0])
    if math.isinf(structure.mobility) != math.isinf(like[1].mobility):
        return
    of_economy = _prepared.setdefault(economy, weakref.WeakKeyDictionary())
    kept = _prepared[like[0]][like[1]]
    of_economy.setdefault(structure, replace(kept, inverses={**kept.inverses, "whole": {}}))


def _linked(economy: Economy) -> bool:
    """Whether trade links every economy with every other, through others if need be."""
    traded = economy.flows.sum(2) > 0
    traded |= traded.T
    reached = np.zeros(len(traded), dtype=bool)
    reached[0] = True
    for _ in range(len(traded)):
        reached = reached | traded[reached].any(0)
    return bool(reached.all())


def _steering(inverse: Array) -> npt.NDArray[np.float32]:
    """Transpose the blocks of an inverse for right multiplication, in single precision."""
    return np.ascontiguousarray(inverse.transpose(0, 2, 1), dtype=np.float32)


def _inverses(technology: Technology, shares: Array | None = None) -> Baseline:
    """Inverses at the base year's prices, and at its trade shares unless others are given."""
    economy = technology.economy
    N, S = economy.va_share.shape
    structure, large = technology.structure, not technology.mobile and N * S > DENSE_UNKNOWNS
    at_base = factor_derivatives(
        technology,
        shares=economy.trade_shares if shares is None else shares,
        tariff=economy.tariff,
        export_tax=np.zeros_like(economy.tariff),
        deficit=economy.deficit,
        log_factor=np.zeros(N if technology.mobile else (N, S)),
        log_price=np.zeros((N, S)),
        rough=large,
    )
    scale = np.where(economy.expenditure > 0, economy.expenditure, 1.0)
    flat = scale.reshape(-1)
    return Baseline(
        technology=technology,
        scale=scale,
        price_inverse=_steering(at_base.price_inverse),
        expenditure_inverse=_steering(at_base.expenditure_inverse * scale[:, None, :] / scale[:, :, None]),
        by_factor=np.ascontiguousarray(
            np.concatenate([at_base.log_price, at_base.expenditure / flat[:, None]]).T, dtype=np.float32
        ),
        factor_inverse=Factored.of(at_base.residual)
        if large
        else np.ascontiguousarray(np.linalg.inv(at_base.residual).T),
        pull=np.ascontiguousarray(economy.trade_shares.transpose(2, 0, 1)),
        to_producer=np.ascontiguousarray((economy.trade_shares / (1 + economy.tariff)).transpose(2, 0, 1)),
        theta=economy.trade_elasticity,
        nests=(structure.sigma_value_added, structure.sigma_critical, structure.mobility),
    )
