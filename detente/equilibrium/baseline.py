"""What every solve on one economy shares: the implicit derivatives at a point, and the base year's inverses.

The derivatives follow from the implicit function theorem. With prices ``p`` (log) solving the price system at log factor
prices ``v``, and expenditures ``X`` solving the linear expenditure system at ``(v, p)``,

    (I − B) dp = Γ dv,        B[(n,s),(i,r)] = π'[n,i,s] g'[i,r,s],       Γ[(n,s),·] = π'[n,i,s] γ'[i,s]
    (I − A) dX = (dT at fixed X) dv,    T(X) = Σ_s g' Y(X) + α' I(X)

(shares of cost where there are profits) and the clearing residual of every factor market but one is differentiated
through both. The last equation is the numeraire: world factor income is constant.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from detente.core import BalanceError
from detente.equilibrium.bans import severed
from detente.equilibrium.numeraires import Numeraires
from detente.equilibrium.structure import Structure, Technology
from detente.world.economy import Array, Economy, Wedges


@dataclass(frozen=True)
class FactorDerivatives:
    """Derivatives with respect to log factor prices at one point, prices and expenditures following.

    Attributes
    ----------
    log_price : array [country × sector, factor]
        d log price / d log factor price; a factor is a country's, or a country's in a sector when not mobile.
    expenditure : array [country × sector, factor]
        d expenditure / d log factor price, in the unit of expenditure.
    residual : array [factor, factor]
        d clearing residual / d log factor price; the dropped row is that of the numeraire.
    price_inverse, expenditure_inverse : array [country, sector, sector]
        Inverses of the country blocks of ``I − B`` and ``I − A``.
    level : array [country, sector]
        Expenditure at the point.
    gap : array [factor]
        Clearing residual at the point; the dropped entry is that of the numeraire.
    """

    log_price: Array
    expenditure: Array
    residual: Array
    price_inverse: Array
    expenditure_inverse: Array
    level: Array
    gap: Array


DENSE_UNKNOWNS = 1500
"""Systems up to this size are inverted whole when they have about as many right-hand sides as unknowns."""


class _System:
    """A linear system ``(I − K) x = b`` over country-sector cells, solved by country blocks with iteration.

    Most of what an economy buys it makes, so the blocks leave little to iterate over; nothing of the size
    (country × sector)² is built, unless it is small and the right-hand sides are of that size themselves.
    """

    def __init__(self, blocks: Array, apply: Callable[[Array], Array]) -> None:
        self.inverse: Array = np.asarray(np.linalg.inv(np.eye(blocks.shape[1]) - blocks), dtype=np.float64)
        self.apply = apply
        self.whole: Array | None = None

    def solve(self, right: Array) -> Array:
        """Solve for right-hand sides [country, sector, column]."""
        unknowns = right.shape[0] * right.shape[1]
        if self.whole is None and unknowns <= min(DENSE_UNKNOWNS, 2 * right.shape[2]):
            cells = np.eye(unknowns).reshape(*right.shape[:2], unknowns)
            matrix = (cells - self.apply(cells)).reshape(unknowns, unknowns)
            self.whole = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
        found = self._first(right)
        size = max(float(np.abs(found).max()), 1e-300)
        for _ in range(1000 if self.whole is None else 2):  # the whole inverse leaves rounding errors only
            gap = right + self.apply(found) - found
            found = found + self._first(gap)
            if not float(np.abs(gap).max()) > 1e-15 * size:
                break
        return np.asarray(found)

    def _first(self, right: Array) -> Array:
        """Solve with what has been inverted: the whole system or its country blocks."""
        if self.whole is None:
            return np.asarray(np.matmul(self.inverse, right))
        return (self.whole @ right.reshape(len(self.whole), -1)).reshape(right.shape)


def factor_derivatives(
    technology: Technology,
    *,
    shares: Array,
    tariff: Array,
    export_tax: Array,
    deficit: Array,
    log_factor: Array,
    log_price: Array,
) -> FactorDerivatives:
    """Solve for expenditures at given factor prices and prices, and differentiate everything by log factor prices.

    Parameters
    ----------
    technology : Technology
    shares : array [importer, exporter, sector]
        Trade shares at the point.
    tariff, export_tax : array [importer, exporter, sector], fraction
    deficit : array [country], million USD
    log_factor : array [country] or [country, sector]
    log_price : array [country, sector]

    Returns
    -------
    FactorDerivatives

    Raises
    ------
    numpy.linalg.LinAlgError
        When a system is singular: no equilibrium near this point.
    """
    economy = technology.economy
    N, S = economy.va_share.shape
    size, count = N * S, log_factor.size
    theta = economy.trade_elasticity
    here = np.arange(N)
    log_cost = technology.log_cost(log_factor, log_price)
    paid, g = technology.shares(log_factor, log_price, log_cost)
    alpha, _ = technology.final(log_price)
    keeps = 1 - technology.profit_share
    va_in_cost, inputs_in_cost = paid / keeps, g / keeps[:, None, :]

    # which factor each sector of a country uses: [country, sector, factor]
    uses = np.zeros((N, S, count))
    if technology.mobile:
        uses[here, :, here] = 1.0
    else:
        uses.reshape(size, count)[np.arange(size), np.arange(size)] = 1.0

    by_sector = np.ascontiguousarray(shares.transpose(2, 0, 1))

    def bought(cost: Array) -> Array:
        """Σ_i shares[n,i,s] · cost[i,s,d]."""
        return np.asarray(np.matmul(by_sector, cost.transpose(1, 0, 2)).transpose(1, 0, 2))

    prices = _System(
        shares[here, here][:, :, None] * inputs_in_cost.transpose(0, 2, 1),
        lambda dp: bought(np.matmul(inputs_in_cost.transpose(0, 2, 1), dp)),
    )
    dp = prices.solve(bought(va_in_cost[..., None] * uses))
    dcost = np.matmul(inputs_in_cost.transpose(0, 2, 1), dp) + va_in_cost[..., None] * uses

    # shares of spending that reach the producer, the importer's treasury, and the exporter's treasury and owners
    to_producer = shares / ((1 + tariff) * (1 + export_tax))
    to_importer = shares * tariff / (1 + tariff)
    to_exporter = to_producer * (export_tax + technology.profit_share)
    total, asked = technology.earnings(log_factor)

    made = np.ascontiguousarray(to_producer.transpose(2, 1, 0))
    owned = np.ascontiguousarray(to_exporter.transpose(2, 1, 0))
    duties = to_importer.sum(1)

    def respent(dX: Array) -> Array:
        """Spending that follows from spending [n, s, d]: on inputs of what is sold, and out of duties, taxes and profits."""
        sold = np.matmul(made, dX.transpose(1, 0, 2)).transpose(1, 0, 2)
        income = (duties[..., None] * dX).sum(1)
        if owned.any():
            income = income + np.matmul(owned, dX.transpose(1, 0, 2)).sum(0)
        return np.asarray(np.matmul(g, sold) + alpha[..., None] * income[:, None, :])

    at_home = duties + to_exporter[here, here]
    spending = _System(
        g * to_producer[here, here][:, None, :] + alpha[:, :, None] * at_home[:, None, :],
        respent,
    )
    autonomous = alpha * (total + deficit)[:, None]
    expenditure = spending.solve(autonomous[..., None])[..., 0]
    output = np.einsum("nis,ns->is", to_producer, expenditure)
    spent = expenditure[:, None, :] * theta

    def moved(part: Array, over: str) -> Array:
        """Derivative of Σ part·X at fixed X: shares move by θ (dp of the importer − dcost of the exporter)."""
        weight = np.ascontiguousarray((part * spent).transpose(2, 0, 1))  # [s, n, i]
        by_importer = weight.sum(2).T[..., None] * dp
        by_exporter = weight.sum(1).T[..., None] * dcost
        if over == "is":
            into = np.matmul(weight.transpose(0, 2, 1), dp.transpose(1, 0, 2)).transpose(1, 0, 2)
            return np.asarray(into - by_exporter)
        if over == "n":
            return np.asarray(by_importer.sum(1) - np.matmul(weight, dcost.transpose(1, 0, 2)).sum(0))
        into = np.matmul(weight.transpose(0, 2, 1), dp.transpose(1, 0, 2)).sum(0)
        return np.asarray(into - by_exporter.sum(1))

    output_fixed = moved(to_producer, "is")
    income_fixed = moved(to_importer, "n") + moved(to_exporter, "i")
    earned = np.einsum("ns,nsd->nd", asked if not technology.mobile else np.zeros((N, S)), uses)
    if technology.mobile:
        earned[here, here] = total
    income_fixed += earned
    right = np.matmul(g, output_fixed) + alpha[:, :, None] * income_fixed[:, None, :]
    paid_moves = np.zeros((N, S, 1))
    if technology.moves_inputs:
        paid_moves, inputs_move = _nest_moves(
            technology, g * output[:, None, :], inputs_in_cost, uses, dp, dcost
        )
        right += inputs_move
    if technology.structure.sigma_final != 1:
        income = np.einsum("nis,ns->n", to_importer, expenditure) + np.einsum(
            "nis,ns->i", to_exporter, expenditure
        )
        basket = np.einsum("ns,nsd->nd", alpha, dp)
        substitution = (1 - technology.structure.sigma_final) * (dp - basket[:, None, :])
        right += (alpha * (income + total + deficit)[:, None])[..., None] * substitution

    dX = spending.solve(right)
    doutput = output_fixed + np.matmul(made, dX.transpose(1, 0, 2)).transpose(1, 0, 2)
    payments = paid * output
    dpayments = paid[..., None] * doutput + payments[..., None] * paid_moves
    if technology.mobile:
        gap = payments.sum(1) / total - 1
        residual = dpayments.sum(1) / total[:, None]
        residual[here, here] -= gap + 1
    else:
        active = asked > 0
        unit = np.where(active, asked, 1.0)
        gap = np.where(active, payments / unit - 1, 0.0)
        kappa = technology.structure.mobility
        dasked = kappa * uses + (1 - kappa) * (earned / total[:, None])[:, None, :]
        residual = np.where(
            active[..., None], dpayments / unit[..., None] - (gap + 1)[..., None] * dasked, uses
        ).reshape(size, count)
        gap = gap.reshape(size)
    units = Numeraires.of(technology)
    residual[units.dropped] = units.over_countries(earned)
    gap[units.dropped] = units.gap(total)
    return FactorDerivatives(
        dp.reshape(size, count),
        dX.reshape(size, count),
        residual,
        prices.inverse,
        spending.inverse,
        expenditure,
        gap,
    )


def _nest_moves(
    technology: Technology, bought: Array, inputs_in_cost: Array, uses: Array, dp: Array, dcost: Array
) -> tuple[Array, Array]:
    """Moves of the factor share (log, [n, s, d]) and of inputs bought ([n, r, d]) as nests substitute.

    `bought` is g'·Y by slot [n, r, s].
    """
    s = technology.structure
    materials = inputs_in_cost.sum(1)
    weight = np.divide(
        inputs_in_cost,
        materials[:, None, :],
        out=np.zeros_like(inputs_in_cost),
        where=materials[:, None, :] > 0,
    )
    dmaterials = np.matmul(weight.transpose(0, 2, 1), dp)
    paid_moves = (1 - s.sigma_value_added) * (uses - dcost)
    common = (1 - s.sigma_value_added) * (dmaterials - dcost) - (1 - s.sigma_materials) * dmaterials
    sold = bought.sum(2)[..., None]
    moves = np.matmul(bought, common) + (1 - s.sigma_materials) * sold * dp
    chosen = technology.critical > 0
    if chosen.any():
        inside = weight * chosen[:, None]
        whole = inside.sum(1)
        inside = np.divide(inside, whole[:, None, :], out=np.zeros_like(inside), where=whole[:, None, :] > 0)
        composite = np.matmul(bought, np.matmul(inside.transpose(0, 2, 1), dp))
        # their slot's price is the composite's, and within it they substitute at σ_K
        extra = (s.sigma_materials - s.sigma_critical) * (sold * dp - composite)
        moves += np.where(chosen[:, None], extra, 0.0)
    return paid_moves, moves


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
    price_by_factor, expenditure_by_factor : array [factor, country × sector]
        Transposed derivatives; spending in units of `scale`.
    factor_inverse : array [factor, factor]
        Transposed inverse of the clearing derivative.
    pull, to_producer : array [sector, importer, exporter]
        Trade shares, and what of them reaches the producer, laid out as the sweeps read them.
    """

    technology: Technology
    scale: Array
    price_inverse: npt.NDArray[np.float32]
    expenditure_inverse: npt.NDArray[np.float32]
    price_by_factor: npt.NDArray[np.float32]
    expenditure_by_factor: npt.NDArray[np.float32]
    factor_inverse: Array
    pull: Array
    to_producer: Array
    cut: dict[bytes, Baseline] = field(default_factory=dict)
    """The same for trade that bans have cut, the last few that were asked for, by `Severed.pattern`."""


CORE = Structure()
MOST_CUT = 8
_prepared: weakref.WeakKeyDictionary[Economy, weakref.WeakKeyDictionary[Structure, Baseline]] = (
    weakref.WeakKeyDictionary()
)


def prepare(economy: Economy, structure: Structure = CORE) -> Baseline:
    """Compute, once per economy and structure, the inverses that steer every solve on them.

    A memo keyed on the (immutable) economy and structure: nothing a caller can see depends on whether it was filled.

    Raises
    ------
    BalanceError
        When relative wages are not determined, as when some economies trade with none of the others.
    """
    of_economy = _prepared.setdefault(economy, weakref.WeakKeyDictionary())
    known = of_economy.get(structure)
    if known is not None:
        return known
    technology = Technology.of(economy, structure)
    try:
        if not _linked(economy):
            raise np.linalg.LinAlgError
        made = _inverses(technology)
    except np.linalg.LinAlgError:
        raise BalanceError(
            "relative wages are not determined: some economies trade only among themselves",
            where=economy.name,
            hint="aggregate the economies without trade into a neighbour, or leave them out",
        ) from None
    of_economy[structure] = made
    return made


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
    known = whole.cut.get(cut.pattern)
    if known is None:
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
        whole.cut[cut.pattern] = known
    return known


def share_preparation(economy: Economy, structure: Structure, like: tuple[Economy, Structure]) -> None:
    """Let an economy be steered by the inverses of a near one: they only steer, the residuals judge what is found.

    Parameters
    ----------
    economy : Economy
        The same base year as in `like`, with other elasticities.
    structure : Structure
    like : (Economy, Structure)
        Prepared already, or prepared now.
    """
    borrowed = replace(prepare(*like), technology=Technology.of(economy, structure))
    _prepared.setdefault(economy, weakref.WeakKeyDictionary()).setdefault(structure, borrowed)


def own_preparation(economy: Economy, structure: Structure) -> None:
    """Give up inverses that `share_preparation` lent, where they steer too badly: the economy's own are computed anew."""
    _prepared.get(economy, weakref.WeakKeyDictionary()).pop(structure, None)
    prepare(economy, structure)


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
    at_base = factor_derivatives(
        technology,
        shares=economy.trade_shares if shares is None else shares,
        tariff=economy.tariff,
        export_tax=np.zeros_like(economy.tariff),
        deficit=economy.deficit,
        log_factor=np.zeros(N if technology.mobile else (N, S)),
        log_price=np.zeros((N, S)),
    )
    scale = np.where(economy.expenditure > 0, economy.expenditure, 1.0)
    flat = scale.reshape(-1)
    return Baseline(
        technology=technology,
        scale=scale,
        price_inverse=_steering(at_base.price_inverse),
        expenditure_inverse=_steering(at_base.expenditure_inverse * scale[:, None, :] / scale[:, :, None]),
        price_by_factor=np.ascontiguousarray(at_base.log_price.T, dtype=np.float32),
        expenditure_by_factor=np.ascontiguousarray((at_base.expenditure / flat[:, None]).T, dtype=np.float32),
        factor_inverse=np.ascontiguousarray(np.linalg.inv(at_base.residual).T),
        pull=np.ascontiguousarray(economy.trade_shares.transpose(2, 0, 1)),
        to_producer=np.ascontiguousarray((economy.trade_shares / (1 + economy.tariff)).transpose(2, 0, 1)),
    )
