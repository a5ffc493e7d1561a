"""The implicit derivatives of prices, spending and market clearing with respect to factor prices, at one point.

The derivatives follow from the implicit function theorem. With prices ``p`` (log) solving the price system at log factor
prices ``v``, and expenditures ``X`` solving the linear expenditure system at ``(v, p)``,

    (I − B) dp = Γ dv,        B[(n,s),(i,r)] = π'[n,i,s] g'[i,r,s],       Γ[(n,s),·] = π'[n,i,s] γ'[i,s]
    (I − A) dX = (dT at fixed X) dv,    T(X) = Σ_s g' Y(X) + α' I(X)

(shares of cost where there are profits) and the clearing residual of every factor market but one is differentiated
through both. The last equation is the numeraire: world factor income is constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.equilibrium.cell_systems import DENSE_UNKNOWNS as DENSE_UNKNOWNS, CellSystem
from detente.equilibrium.structure import Technology
from detente.world import Array


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
    iterations : int
        Iterations that solving the price and expenditure systems took.
    """

    log_price: Array
    expenditure: Array
    residual: Array
    price_inverse: Array
    expenditure_inverse: Array
    level: Array
    gap: Array
    iterations: int


ROUGH = 1e-3
"""Gap, relative to the largest number of a solution, at which one that only steers is good enough."""


@dataclass(frozen=True, eq=False)
class Numeraires:
    """Numeraires: one, or one for each part into which bans have cut trade.

    Attributes
    ----------
    dropped : int array [part]
        Positions of the factor markets whose equations give way to them: the largest of each part. What rounding leaves of
        all others adds up there, and is least in relation to it.
    members : array [part, country]
        One where a country is of the part.
    world : array [part], million USD
        Base-year factor income of each part, which it keeps.
    """

    dropped: npt.NDArray[np.int64]
    members: Array
    world: Array

    @classmethod
    def of(cls, technology: Technology, sizes: Array | None = None) -> Numeraires:
        """Numeraires of an economy.

        Parameters
        ----------
        technology : Technology
        sizes : array [country] or [country, sector], million USD, optional
            Earnings by factor market that say which is the largest; those of the base year when left out.
        """
        earned = technology.base_earnings()
        severed = technology.severed
        members = np.ones((1, len(earned)), dtype=bool) if severed is None else severed.members
        if sizes is None:
            sizes = earned.sum(1) if technology.mobile else np.where(technology.earning, earned, -np.inf)
        apart = members if technology.mobile else members[:, :, None]
        if severed is None:
            dropped, world = np.array([sizes.argmax()]), np.array([earned.sum()])
        else:
            dropped = np.where(apart, sizes, -np.inf).reshape(len(members), -1).argmax(1)
            world = np.array([earned[inside].sum() for inside in members])
        return cls(dropped, members.astype(np.float64), world)

    def gap(self, earned: Array) -> Array:
        """How far factor incomes [.., country] are from the numeraires, relative [.., part]."""
        gap = earned @ self.members.T
        gap /= self.world
        gap -= 1
        return np.asarray(gap)

    def over_countries(self, moves: Array) -> Array:
        """Moves of factor incomes [country, column] as moves of the numeraires, relative [part, column]."""
        if len(self.world) == 1:
            return np.asarray(moves.sum(0, keepdims=True) / self.world)
        return np.asarray(self.members @ moves / self.world[:, None])


def factor_derivatives(
    technology: Technology,
    *,
    shares: Array,
    tariff: Array,
    export_tax: Array,
    deficit: Array,
    log_factor: Array,
    log_price: Array,
    units: Numeraires | None = None,
    rough: bool = False,
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
    units : Numeraires, optional
        Those of the economy (`Numeraires.of`) when left out.
    rough : bool
        In single precision, and solved to `ROUGH`: good enough to steer by, in a third of the memory.

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
    alpha, log_basket = technology.final(log_price)
    keeps = 1 - technology.profit_share
    kind: type[np.float64] = np.float32 if rough else np.float64  # type: ignore[assignment]
    enough = ROUGH if rough else 1e-15
    va_in_cost, inputs_in_cost = (paid / keeps).astype(kind, copy=False), g / keeps[:, None, :]
    in_cost = inputs_in_cost.transpose(0, 2, 1).astype(kind, copy=False)

    uses = _uses(technology, count, kind)
    moves_wage = technology.moves_wage(log_factor)  # a factor price below its floor moves no cost
    pays = uses if isinstance(moves_wage, float) else uses * moves_wage[..., None].astype(kind)

    by_sector = np.ascontiguousarray(shares.transpose(2, 0, 1), dtype=kind)

    def bought(cost: Array) -> Array:
        """Σ_i shares[n,i,s] · cost[i,s,d]."""
        return np.asarray(np.matmul(by_sector, cost.transpose(1, 0, 2)).transpose(1, 0, 2))

    prices = CellSystem(
        shares[here, here][:, :, None].astype(kind, copy=False) * in_cost,
        lambda dp: bought(np.matmul(in_cost, dp)),
        enough=enough,
    )
    dp = prices.solve(bought(va_in_cost[..., None] * pays))
    dcost = np.matmul(in_cost, dp)
    dcost += va_in_cost[..., None] * pays

    # shares of spending that reach the producer, the importer's treasury, and the exporter's treasury and owners
    to_producer = shares / ((1 + tariff) * (1 + export_tax))
    to_importer = shares * tariff / (1 + tariff)
    to_exporter = to_producer * (export_tax + technology.profit_share)
    budget, elasticity = technology.budget, technology.budget.elasticity

    produced = np.ascontiguousarray(to_producer.transpose(2, 1, 0), dtype=kind)
    owned = np.ascontiguousarray(to_exporter.transpose(2, 1, 0), dtype=kind)
    duties = to_importer.sum(1).astype(kind, copy=False)
    g, alpha = g.astype(kind, copy=False), alpha.astype(kind, copy=False)

    def incomes(collected: Array) -> Array:
        """What moves of duties collected [n, d] are worth to incomes."""
        return collected if budget.moved is None else np.asarray(collected + budget.moved.T @ collected)

    def respent(dX: Array) -> Array:
        """Spending that follows from spending [n, s, d]: on inputs of what is sold, and out of duties, taxes and profits."""
        sold = np.matmul(produced, dX.transpose(1, 0, 2)).transpose(1, 0, 2)
        income = incomes(
            np.matmul(duties[:, None, :], dX)[:, 0] if rough else (duties[..., None] * dX).sum(1)
        )
        if owned.any():
            income = income + np.matmul(owned, dX.transpose(1, 0, 2)).sum(0)
        spent = np.matmul(g, sold)
        for n, of_country in enumerate(spent):
            of_country += alpha[n, :, None] * income[n].astype(kind, copy=False)
        return np.asarray(spent)

    kept = 1.0 if budget.moved is None else 1 + np.diag(budget.moved)[:, None]
    at_home = kept * duties + to_exporter[here, here]
    spending = CellSystem(
        (g * to_producer[here, here][:, None, :] + alpha[:, :, None] * at_home[:, None, :]).astype(
            kind, copy=False
        ),
        respent,
        enough=enough,
    )
    # earnings at base supply, at the supply that real factor prices call forth, and with what duties free of other taxes
    anchor, offered, asked = technology.offered(log_factor, log_basket)
    given = offered + deficit - (0.0 if budget.moved is None else budget.base @ budget.moved)
    committed = technology.committed(log_price)
    if committed is not None:  # what is beyond minima is divided by the shares
        given = given - committed.sum(1)
    autonomous = alpha * given[:, None] + (0.0 if committed is None else committed)
    expenditure = spending.solve(autonomous[..., None].astype(kind, copy=False))[..., 0]
    output = np.einsum("nis,ns->is", to_producer, expenditure)
    spent = expenditure[:, None, :] * theta

    def moved(part: Array, over: str) -> Array:
        """Derivative of Σ part·X at fixed X: shares move by θ (dp of the importer − dcost of the exporter)."""
        weight = np.ascontiguousarray((part * spent).transpose(2, 0, 1), dtype=kind)  # [s, n, i]
        if not weight.any():
            return np.zeros((N, S, count) if over == "is" else (N, count), dtype=kind)
        if over == "n":
            by_importer = weight.sum(2).T[..., None] * dp
            return np.asarray(by_importer.sum(1) - np.matmul(weight, dcost.transpose(1, 0, 2)).sum(0))
        into = np.matmul(weight.transpose(0, 2, 1), dp.transpose(1, 0, 2))
        by_exporter = weight.sum(1).T[..., None] * dcost
        if over == "is":
            np.subtract(into.transpose(1, 0, 2), by_exporter, out=by_exporter)
            return np.asarray(by_exporter)
        return np.asarray(into.sum(0) - by_exporter.sum(1))

    output_fixed = moved(to_producer, "is")
    duties_fixed = moved(to_importer, "n")
    income_fixed = incomes(duties_fixed) + moved(to_exporter, "i")
    # log moves of the mean factor price, and of supply
    dmean = np.eye(N) if technology.mobile else np.einsum("ns,nsd->nd", asked / offered[:, None], uses)
    dsupply = np.zeros_like(dmean)
    if elasticity.any():
        dsupply = elasticity[:, None] * (dmean - np.einsum("ns,nsd->nd", alpha, dp))
    doffered = offered[:, None] * (dmean + dsupply)
    income_fixed += doffered
    right = np.matmul(g, output_fixed)
    right += alpha[:, :, None] * income_fixed[:, None, :].astype(kind, copy=False)
    paid_moves = np.zeros((N, S, 1))
    if technology.moves_inputs:
        paid_moves, inputs_move = nest_moves(
            technology,
            (g * output[:, None, :]).astype(kind, copy=False),
            inputs_in_cost.astype(kind, copy=False),
            pays,
            dp,
            dcost,
        )
        right += inputs_move
    if committed is not None:
        dearer = committed[..., None].astype(kind, copy=False) * dp
        right += dearer - alpha[..., None] * dearer.sum(1, keepdims=True)
    if technology.structure.sigma_final != 1:
        income = incomes((duties * expenditure).sum(1)) + np.einsum("nis,ns->i", to_exporter, expenditure)
        basket = np.einsum("ns,nsd->nd", alpha, dp).astype(kind, copy=False)
        substitution = (1 - technology.structure.sigma_final) * (dp - basket[:, None, :])
        right += (alpha * (income + given)[:, None])[..., None].astype(kind, copy=False) * substitution
        del basket, substitution
    dcost = pays = uses = dp  # what they held is large where factors are many, and not needed any more

    dX = spending.solve(right)
    del right
    doutput = np.matmul(produced, dX.transpose(1, 0, 2)).transpose(1, 0, 2)
    doutput += output_fixed
    payments = paid * output
    if rough:
        del output_fixed
    dpayments = paid[..., None].astype(kind, copy=False) * doutput
    dpayments += payments[..., None].astype(kind, copy=False) * paid_moves
    del doutput, paid_moves
    total, dtotal = offered, doffered
    if budget.cut.any():
        total = offered + budget.cut * ((duties * expenditure).sum(1) - budget.base)
        dtotal = doffered + budget.cut[:, None] * (duties_fixed + (duties[..., None] * dX).sum(1))
        if not technology.mobile:
            asked = asked * (total / offered)[:, None]
    if technology.mobile:
        gap = payments.sum(1) / total - 1
        residual = dpayments.sum(1) / total[:, None] - (gap + 1)[:, None] * (dtotal / total[:, None])
    else:
        active = asked > 0
        unit = np.where(active, asked, 1.0)
        gap = np.where(active, payments / unit - 1, 0.0)
        dpayments /= unit[..., None].astype(kind, copy=False)
        kappa, given = technology.structure.mobility, (dtotal / total[:, None]).astype(kind, copy=False)
        uses = _uses(technology, count, kind)
        for n in range(N):
            dasked = kappa * (uses[n] - dmean[n].astype(kind, copy=False)) + given[n]
            dpayments[n] -= (gap[n] + 1)[:, None].astype(kind, copy=False) * dasked
            dpayments[n, ~active[n]] = uses[n, ~active[n]]
        residual = dpayments.reshape(size, count)
        gap = gap.reshape(size)
    units = units or Numeraires.of(technology)
    residual[units.dropped] = units.over_countries(anchor[:, None] * dmean)
    gap[units.dropped] = units.gap(anchor)
    return FactorDerivatives(
        dp.reshape(size, count),
        dX.reshape(size, count),
        residual,
        prices.inverse,
        spending.inverse,
        expenditure,
        gap,
        prices.iterations + spending.iterations,
    )


def _uses(technology: Technology, count: int, kind: type[np.float64]) -> Array:
    """Which of the factors each sector of a country uses [country, sector, factor]: one or zero."""
    N, S = technology.economy.va_share.shape
    uses = np.zeros((N, S, count), dtype=kind)
    if technology.mobile:
        uses[np.arange(N), :, np.arange(N)] = 1.0
    else:
        uses.reshape(N * S, count)[np.arange(N * S), np.arange(N * S)] = 1.0
    return uses


def nest_moves(
    technology: Technology, bought: Array, inputs_in_cost: Array, pays: Array, dp: Array, dcost: Array
) -> tuple[Array, Array]:
    """Moves of the factor share (log, [n, s, d]) and of inputs bought ([n, r, d]) as nests substitute.

    `bought` is g'·Y by slot [n, r, s]; `pays` says which factor price moves the wage of a sector [n, s, d].
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
    paid_moves = (1 - s.sigma_value_added) * (pays - dcost)
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
