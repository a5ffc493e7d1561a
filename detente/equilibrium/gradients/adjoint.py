"""Derivatives of any output with respect to every instrument, by the adjoint of the implicit function theorem.

At an equilibrium three systems hold in (log factor prices v, log prices p, expenditures X): prices ``f(p, v) = p``,
spending ``T(X, p, v) = X`` and clearing ``R(X, p, v) = 0``. For an output O the multipliers (λ_p, λ_X, μ) of the
transposed system

    λ_X = ∂O/∂X + Tₓᵀ λ_X + Rₓᵀ μ
    λ_p = ∂O/∂p + T_pᵀ λ_X + R_pᵀ μ + f_pᵀ λ_p
    0   = ∂O/∂v + T_vᵀ λ_X + R_vᵀ μ + f_vᵀ λ_p

give ``dO/dz = ∂O/∂z + f_zᵀ λ_p + T_zᵀ λ_X + R_zᵀ μ`` for every duty, export tax and trade cost z at the price of one
solve. The system is solved to tolerance with the base year's inverses as preconditioner and the same acceleration as
the equilibrium itself; several outputs are solved together.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.equilibrium.baseline import prepare_for
from detente.equilibrium.gradients.outputs import Gradient, Multipliers, Output, OwnGradient
from detente.equilibrium.gradients.outside import Outside
from detente.equilibrium.implicit import Numeraires
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.sweep import steer
from detente.world import Array, frozen


@dataclass(frozen=True, eq=False)
class _Worths:
    """What a unit is worth to the Lagrangian, by output k.

    Attributes
    ----------
    sales : array [k, country, sector]
    income, duties : array [k, country]
        Of income, and of duties collected.
    spent : array [k, country, sector]
        Of an importer's spending, over those it buys from.
    """

    sales: Array
    income: Array
    duties: Array
    spent: Array


class Adjoint:
    """The transposed system at one equilibrium, over several outputs at once (leading axis: output)."""

    def __init__(self, equilibrium: Equilibrium, outputs: Sequence[Output]) -> None:
        economy, wedges = equilibrium.economy, equilibrium.wedges
        technology = equilibrium.technology
        self.technology, self.theta = technology, economy.trade_elasticity
        self.base = prepare_for(economy, equilibrium.structure, wedges)
        self.N, self.S = economy.va_share.shape
        N, S, K = self.N, self.S, len(outputs)
        log_factor, log_price = np.log(equilibrium.factor_price_hat), np.log(equilibrium.price_hat)
        self.paid, self.inputs = technology.shares(log_factor, log_price, np.log(equilibrium.cost_hat))
        self.final, log_basket = technology.final(log_price)
        keeps = 1 - technology.profit_share
        self.va_in_cost, self.inputs_in_cost = self.paid / keeps, self.inputs / keeps[:, None, :]
        self.moves_wage = technology.moves_wage(log_factor)
        self.budget = technology.budget
        self.anchor, offered, _ = technology.offered(log_factor, log_basket)
        _, self.total, self.asked = technology.offered(log_factor, log_basket, equilibrium.tariff_revenue_new)
        self.offered = offered
        """What factors earn but for what duties free of other taxes."""
        self.units = Numeraires.of(technology)
        self.spent, self.sales = equilibrium.purchases_new, equilibrium.output_new
        self.committed = technology.committed(log_price)
        self.income = equilibrium.spending_new + equilibrium.backstop_cost_new
        if self.committed is not None:  # what shares divide is income beyond minima
            self.income = self.income - self.committed.sum(1)
        self.outside = Outside.of(equilibrium)
        self.shares = equilibrium.trade_shares_new
        self.to_producer = 1 / ((1 + wedges.tariff) * (1 + wedges.export_tax))
        self.to_importer = wedges.tariff / (1 + wedges.tariff)
        self.to_owner = self.to_producer * (wedges.export_tax + technology.profit_share)
        self.wedges = wedges
        self.p_producer = _by_sector(self.shares * self.to_producer)
        self.p_owner = _by_sector(self.shares * self.to_owner)
        self.p_duties = _by_sector(self.shares * self.to_importer)
        self.p_shares = _by_sector(self.shares)
        self.p_importer = (self.shares * self.to_importer).sum(1)
        self.bought = _gather(self.p_producer, self.spent[None])
        self.owned = _gather(self.p_owner, self.spent[None])

        def seeds(name: str, shape: tuple[int, ...]) -> Array:
            return np.stack(
                [np.broadcast_to(np.asarray(getattr(output, name), dtype=float), shape) for output in outputs]
            )

        self.o_price, self.o_spending, self.o_cost, self.o_sales = (
            seeds(name, (N, S)) for name in ("price", "spending", "cost", "sales")
        )
        self.o_income = seeds("income", (N,))
        self.o_factor = seeds("factor", log_factor.shape).reshape(K, -1)
        self.o_tariff, self.o_tax, self.o_iceberg = (
            seeds(name, (N, N, S)) for name in ("tariff", "export_tax", "log_iceberg")
        )
        cell = seeds("cell", (N, N, S))
        self.o_cell = cell if cell.any() else None
        # weights that a unit of sales has in the clearing residuals
        self.asked_active = np.asarray(True) if technology.mobile else self.asked > 0
        if technology.mobile:
            self.r_sales = self.paid / self.total[:, None]
        else:
            unit = np.where(self.asked > 0, self.asked, 1.0)
            self.r_sales = np.where(self.asked > 0, self.paid / unit, 0.0)

    @functools.cached_property
    def owns(self) -> bool:
        """Whether some spending reaches exporters' treasuries or owners."""
        return bool(self.p_owner.any())

    # --- parts -------------------------------------------------------------------------------------------------
    def _clearing(self, mu: Array) -> Array:
        """Multipliers of the clearing equations by country and sector [k, n, s]; none on the dropped market's."""
        kept = mu.copy()
        kept[:, self.units.dropped] = 0.0
        return np.asarray(kept[:, :, None] if self.technology.mobile else kept.reshape(-1, self.N, self.S))

    def _weights(self, mu: Array, spending: Array) -> tuple[Array, Array]:
        """Worth of a unit of sales [k, i, s] and of income [k, n] to the Lagrangian."""
        sales = np.matmul(spending.transpose(1, 0, 2), self.inputs).transpose(1, 0, 2)
        sales = sales + self._clearing(mu) * self.r_sales + self.o_sales
        return sales, (spending * self.final).sum(-1) + self.o_income

    def _duties(self, mu: Array, income: Array) -> Array:
        """Worth of a unit of duties collected [k, n]: what its uses add to incomes, and to the supply of factors."""
        if self.budget.moved is None:
            return income
        spent = income - self.o_income  # what is saved is income all the same
        worth = income + spent @ self.budget.moved.T + self.budget.cut * self.o_income
        clearing = np.where(self.asked_active, self._clearing(mu), 0.0).sum(-1)
        return np.asarray(worth - self.budget.cut * clearing / self.total)

    def _by_importer(self, sales: Array, income: Array, duties: Array) -> Array:
        """Σ_i share · worth of a unit spent there [k, n, s]."""
        worth = _contract(self.p_producer, sales) + self.p_importer * duties[..., None]
        if self.owns:
            worth = worth + _contract(self.p_owner, np.broadcast_to(income[..., None], sales.shape))
        if self.o_cell is not None:
            worth = worth + (self.shares * self.o_cell).sum(2)
        return np.asarray(worth)

    def _by_exporter(self, sales: Array, income: Array, duties: Array) -> Array:
        """Σ_n spending · worth of a unit spent here [k, i, s]."""
        spent = self.spent
        worth = self.bought * sales
        if self.owns:
            worth = worth + self.owned * income[..., None]
        importer = spent * duties[..., None]
        worth = worth + _gather(self.p_duties, importer)
        if self.o_cell is not None:
            worth = worth + (self.shares * spent[:, None, :] * self.o_cell).sum(1)
        return np.asarray(worth)

    def worths(self, mu: Array, spending: Array) -> _Worths:
        """What units of sales, income, duties and spending are worth with these multipliers."""
        sales, income = self._weights(mu, spending)
        duties = self._duties(mu, income)
        return _Worths(sales, income, duties, self._by_importer(sales, income, duties))

    def channels(self, mu: Array, spending: Array, price: Array, worths: _Worths) -> tuple[Array, Array]:
        """Coefficients on log unit cost [k, i, s] and on log price other than through cost [k, n, s]."""
        sales, income, duties, unit = worths.sales, worths.income, worths.duties, worths.spent
        on_price = self.o_price + self.theta * self.spent * unit
        on_cost = (
            self.o_cost
            + _gather(self.p_shares, price)
            - self.theta * self._by_exporter(sales, income, duties)
        )
        if self.budget.elasticity.any():  # a dearer basket calls forth less of the factor
            on_price = on_price - (self._supply(mu, income) * self.budget.elasticity)[..., None] * self.final
        if self.outside is not None:
            worth = income[..., None] - unit
            on_price = on_price + self.outside.on_price(worth, self.o_income, self.final)
        if self.committed is not None:
            relative = spending - (spending * self.final).sum(-1, keepdims=True)
            on_price = on_price + self.committed * relative
        structure = self.technology.structure
        if structure.sigma_final != 1:
            moved = spending * self.final * self.income[:, None]
            on_price = on_price + (1 - structure.sigma_final) * (
                moved - self.final * moved.sum(-1, keepdims=True)
            )
        if self.technology.moves_inputs:
            nest_price, nest_cost = self._nests(mu, spending)
            on_price, on_cost = on_price + nest_price, on_cost + nest_cost
        return on_cost, on_price

    def _supply(self, mu: Array, income: Array) -> Array:
        """Worth of the log supply of factors [k, n] that real factor prices call forth."""
        clearing = np.where(self.asked_active, self._clearing(mu), 0.0).sum(-1)
        return np.asarray(self.offered * (income - clearing / self.total))

    def _nests(self, mu: Array, spending: Array) -> tuple[Array, Array]:
        """What substitution in the nests adds: coefficients on log price [k, n, r] and on log cost [k, n, s]."""
        s = self.technology.structure
        bought = self.inputs * self.sales[:, None, :]
        worth = spending[..., None] * bought
        column = worth.sum(2)
        materials = self.inputs_in_cost.sum(1)
        safe = np.where(materials > 0, materials, 1.0)
        weight = self.inputs_in_cost / safe[:, None, :]
        on_materials = (s.sigma_materials - s.sigma_value_added) * column
        payments = self._clearing(mu) * self.r_sales * self.sales
        on_cost = -(1 - s.sigma_value_added) * (column + payments)
        on_price = (1 - s.sigma_materials) * worth.sum(3)
        on_price = on_price + np.matmul(on_materials.transpose(1, 0, 2), weight.transpose(0, 2, 1)).transpose(
            1, 0, 2
        )
        chosen = self.technology.critical > 0
        if chosen.any():
            inside = weight * chosen[:, None]
            whole = inside.sum(1)
            inside = inside / np.where(whole > 0, whole, 1.0)[:, None, :]
            critical = worth * chosen[:, None]
            extra = s.sigma_materials - s.sigma_critical
            back = np.matmul(critical.sum(2).transpose(1, 0, 2), inside.transpose(0, 2, 1)).transpose(1, 0, 2)
            on_price = on_price + extra * (critical.sum(3) - back)
        return on_price, on_cost

    # --- residuals of the transposed system -----------------------------------------------------------------------
    def spending_gap(self, spending: Array, worths: _Worths) -> Array:
        """Residual of the multipliers of spending [k, n, s]."""
        return np.asarray(self.o_spending + worths.spent - spending)

    def price_gap(self, price: Array, on_cost: Array, on_price: Array) -> Array:
        """Residual of the multipliers of prices [k, n, s]."""
        through = np.matmul(on_cost.transpose(1, 0, 2), self.inputs_in_cost.transpose(0, 2, 1)).transpose(
            1, 0, 2
        )
        return np.asarray(on_price + through - price)

    def factor_gap(self, mu: Array, income: Array, on_cost: Array) -> Array:
        """Residual of the multipliers of clearing [k, factor]; `income` is what a unit of income is worth."""
        technology, K = self.technology, len(mu)
        direct = on_cost * self.va_in_cost
        clearing = self._clearing(mu)
        if technology.moves_inputs:
            sigma = technology.structure.sigma_value_added
            direct = direct + (1 - sigma) * clearing * self.r_sales * self.sales
        direct = (
            direct * self.moves_wage
        )  # below its floor a factor price moves neither cost nor its own share of it
        # by the log mean factor price: at base supply, and through supply
        mean = self._supply(mu, income) * (1 + self.budget.elasticity)
        if technology.mobile:
            gap = direct.sum(-1) + mean
            earned = self.anchor
        else:
            kappa = technology.structure.mobility
            share = self.asked / self.total[:, None]
            active = clearing * self.asked_active
            gap = direct - kappa * (active - share * active.sum(-1, keepdims=True))
            gap = gap + mean[..., None] * share
            earned = share * self.anchor[:, None]
        gap = gap.reshape(K, -1) + self.o_factor
        # each country's factors count in the numeraire of its part
        unit = (mu[:, self.units.dropped] / self.units.world) @ self.units.members
        return np.asarray(gap + (unit.reshape(K, self.N, *(1,) * (earned.ndim - 1)) * earned).reshape(K, -1))

    def sweep(self, point: Array) -> tuple[Array, Array]:
        """Step towards the multipliers, and the largest residual relative to the output's own size [output]."""
        N, S, base = self.N, self.S, self.base
        K, F = len(point), self.base.factor_inverse.shape[0]
        mu, spending = point[:, :F], point[:, F : F + N * S].reshape(K, N, S) / base.scale
        price = point[:, F + N * S :].reshape(K, N, S)
        worths = self.worths(mu, spending)
        on_cost, on_price = self.channels(mu, spending, price, worths)
        spending_gap = self.spending_gap(spending, worths)
        price_gap = self.price_gap(price, on_cost, on_price)
        gap = self.factor_gap(mu, worths.income, on_cost)
        worst = np.maximum(np.abs(gap).max(1), np.abs(price_gap).max((1, 2)))
        worst = np.maximum(worst, np.abs(spending_gap * base.scale).max((1, 2)))
        gap = gap + price_gap.reshape(K, -1).astype(np.float32) @ base.price_by_factor.T
        spent = (spending_gap * base.scale).reshape(K, -1).astype(np.float32)
        gap = gap + spent @ base.expenditure_by_factor.T
        new_mu = mu - gap @ base.factor_inverse.T
        step = steer(
            self.spending_gap(spending, self.worths(new_mu, spending)) * base.scale,
            base.expenditure_inverse.transpose(0, 2, 1),
        )
        new_spending = spending + step.reshape(K, N, S) / base.scale
        channels = self.channels(new_mu, new_spending, price, self.worths(new_mu, new_spending))
        step_price = steer(self.price_gap(price, *channels), base.price_inverse.transpose(0, 2, 1))
        return np.concatenate([new_mu - mu, step, step_price], axis=1), worst

    def gradient(self, index: int, mu: Array, spending: Array, price: Array, name: str) -> Gradient:
        """Derivatives of one output by every instrument from its multipliers."""
        everybody = slice(None)
        log_cost, by_duty, by_tax, income = self._instruments(
            index, (mu, spending, price), everybody, everybody
        )
        return Gradient(
            name,
            tariff=frozen(by_duty + self.o_tariff[index]),
            export_tax=frozen(by_tax + self.o_tax[index]),
            log_iceberg=frozen(log_cost + self.o_iceberg[index]),
            deficit=frozen(income),
        )

    def own(self, index: int, multipliers: Multipliers, country: int, name: str) -> OwnGradient:
        """Derivatives of one output by the duties and the export taxes of one country alone."""
        here, everybody = slice(country, country + 1), slice(None)
        _, by_duty, _, _ = self._instruments(index, multipliers, here, everybody)
        _, _, by_tax, _ = self._instruments(index, multipliers, everybody, here)
        return OwnGradient(
            name,
            country,
            frozen(by_duty[0] + self.o_tariff[index, country]),
            frozen(by_tax[:, 0] + self.o_tax[index, :, country]),
        )

    def _instruments(
        self, index: int, multipliers: Multipliers, importers: slice, exporters: slice
    ) -> tuple[Array, Array, Array, Array]:
        """Derivatives by log trade cost, duty and export tax [importer, exporter, sector], and the worth of income [country]."""
        mu, spending, price = multipliers
        sales, income = self._weights(mu, spending)
        duties = self._duties(mu, income)[index]
        sales, income = sales[index], income[index]
        cut = (importers, exporters)
        shares, to_producer = self.shares[cut], self.to_producer[cut]
        spent = shares * self.spent[importers, None, :]
        export_tax = self.wedges.export_tax[cut]
        duty, tax = 1 + self.wedges.tariff[cut], 1 + export_tax
        profit = np.broadcast_to(self.technology.profit_share, self.spent.shape)[exporters]
        exporter, importer = income[None, exporters, None], duties[importers, None, None]
        producer = sales[None, exporters] + exporter * profit[None]
        worth = to_producer * producer + self.to_importer[cut] * importer
        worth = worth + to_producer * export_tax * exporter
        if self.o_cell is not None:
            worth = worth + self.o_cell[index][cut]
        log_cost = shares * price[index][importers, None, :] - self.theta * spent * worth
        by_duty = -to_producer / duty * (producer + export_tax * exporter) + importer / duty**2
        by_tax = -to_producer / tax * producer + to_producer / tax * exporter
        return log_cost, log_cost / duty + spent * by_duty, log_cost / tax + spent * by_tax, income


def _by_sector(array: Array) -> Array:
    """Lay [importer, exporter, sector] out as [sector, importer, exporter]."""
    return np.ascontiguousarray(array.transpose(2, 0, 1))


def _contract(matrix: Array, vector: Array) -> Array:
    """Σ_i matrix[s,n,i] · vector[k,i,s] as [k,n,s]."""
    return np.asarray(np.matmul(matrix, vector.transpose(2, 1, 0)).transpose(2, 1, 0))


def _gather(matrix: Array, vector: Array) -> Array:
    """Σ_n matrix[s,n,i] · vector[k,n,s] as [k,i,s]."""
    return np.asarray(np.matmul(matrix.transpose(0, 2, 1), vector.transpose(2, 1, 0)).transpose(2, 1, 0))
