"""What a solve returns."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from detente.core import RESULTS
from detente.equilibrium import model
from detente.equilibrium.bans import severed
from detente.equilibrium.lean import Lean
from detente.equilibrium.structure import Structure, Technology
from detente.world import Array, Economy, Wedges, frozen

if TYPE_CHECKING:
    from detente.equilibrium.controls import Binding
    from detente.equilibrium.responses.rules import Responses

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Equilibrium(Lean):
    """A counterfactual equilibrium. Levels are million USD with world value added held at its base value.

    Where bans have cut trade into parts, each part's value added is held: levels of two parts are in different units.

    Attributes
    ----------
    economy : Economy
        The baseline it departs from.
    wedges : Wedges
        The policy it answers, with bans that follow from its own (`detente.equilibrium.bans`).
    closure : str
        How deficits are determined.
    structure : Structure
        Nests, mobility and markups.
    factor_price_hat : array [country], or [country, sector] when factors do not move freely, ratio
        One in sectors that employ nobody, before or since.
    price_hat : array [country, sector], ratio
        Purchasers' price, duty paid.
    expenditure_new : array [country, sector], million USD
        Duty paid.
    deficit_new : array [country], million USD

    Examples
    --------
    >>> from detente import Model, Policy, solve, toy
    >>> world = toy()
    >>> after = solve(Model(world), Policy.unchanged(world).duty("USA", "CHN").add_points(0.25)).value
    >>> after.flows_new.shape == world.flows.shape
    True
    >>> bool(after.flows_new[0, 1].sum() < world.flows[0, 1].sum())
    True
    """

    economy: Economy
    wedges: Wedges
    structure: Structure
    closure: str
    factor_price_hat: Array
    price_hat: Array
    expenditure_new: Array
    deficit_new: Array

    def __repr__(self) -> str:
        N, S = self.economy.va_share.shape
        return f"<Equilibrium of {self.economy.name}: {N} countries, {S} sectors; {self.structure.horizon}; closure {self.closure}>"

    @property
    def responses(self) -> Responses | None:
        """What answered beside prices; nothing unless a model asked for it (`Answered`)."""
        return None

    @functools.cached_property
    def technology(self) -> Technology:
        """The structure set on the economy, and on what bans leave of its trade."""
        cut = severed(self.economy, self.wedges, mobile=math.isinf(self.structure.mobility))
        return Technology.of(self.economy, self.structure, cut)

    @functools.cached_property
    def wage_hat(self) -> Array:
        """Factor income of a country [country], ratio: its wage when factors move freely."""
        earned, _ = self.technology.earnings(np.log(self.factor_price_hat))
        return frozen(earned / self.technology.base_earnings().sum(1))

    @functools.cached_property
    def factor_supply_hat(self) -> Array:
        """Factors a country offers [country], ratio: 1 unless supply is elastic or duties replace other taxes."""
        if not self.structure.moves_supply:
            return frozen(np.ones(len(self.wage_hat)))
        budget = self.technology.budget
        return frozen(
            budget.supply_hat(
                self.wage_hat * budget.earned, np.log(self.marginal_price_hat), self.tariff_revenue_new
            )
        )

    @functools.cached_property
    def saved_new(self) -> Array:
        """Duties beyond those of the base year that a treasury saves [country], million USD; nil where households get all."""
        moved = self.technology.budget.moved
        if moved is None:
            return frozen(np.zeros(len(self.deficit_new)))
        share = self.technology.budget.cut - np.diag(moved)
        return frozen(share * (self.tariff_revenue_new - self.economy.tariff_revenue))

    @functools.cached_property
    def lent_new(self) -> Array:
        """What countries spend of the duties that others save [country], million USD."""
        budget = self.technology.budget
        if budget.moved is None:
            return frozen(np.zeros(len(self.deficit_new)))
        off_diagonal = budget.moved * ~np.eye(len(budget.cut), dtype=bool)
        return frozen((self.tariff_revenue_new - self.economy.tariff_revenue) @ off_diagonal)

    @functools.cached_property
    def borrowed_new(self) -> Array:
        """Trade deficit [country], million USD: that of the closure, less what is saved of duties, plus what others save."""
        return frozen(self.deficit_new - self.saved_new + self.lent_new)

    @functools.cached_property
    def nominal_wage_hat(self) -> Array:
        """What employers pay, ratio, in the shape of the factor prices: these, or the floor where that is higher."""
        if self.technology.log_floor is None:
            return self.factor_price_hat
        return frozen(np.maximum(self.factor_price_hat, np.exp(self.technology.log_floor)))

    @functools.cached_property
    def employment_rate(self) -> Array:
        """Share of those who offer themselves that is employed, in the shape of the factor prices: 1 without a wage floor."""
        return frozen(self.factor_price_hat / self.nominal_wage_hat)

    @functools.cached_property
    def workers_share_new(self) -> Array:
        """Share of a country's factor that is employed in each sector [country, sector]; with `unemployment` they sum to one."""
        technology = self.technology
        if technology.mobile:
            paid = self.sector_earnings_new
            return frozen(paid / paid.sum(1, keepdims=True) * self.employment_rate[:, None])
        base = technology.base_earnings()
        weight = base * np.where(technology.earning, self.factor_price_hat, 0.0) ** (
            technology.structure.mobility
        )
        return frozen(weight / weight.sum(1, keepdims=True) * self.employment_rate)

    @functools.cached_property
    def unemployment(self) -> Array:
        """Share of each country's factor that wage floors leave without work [country]; zero without a floor."""
        if self.technology.log_floor is None:
            return frozen(np.zeros(len(self.deficit_new)))
        return frozen(np.maximum(1 - self.workers_share_new.sum(1), 0.0))

    @functools.cached_property
    def sector_earnings_new(self) -> Array:
        """Factor earnings by sector [country, sector], million USD."""
        paid = self.technology.paid(np.log(self.factor_price_hat), np.log(self.cost_hat))
        return frozen(paid * self.output_new)

    @functools.cached_property
    def profit_new(self) -> Array:
        """Profits that go to a country's households [country], million USD."""
        return frozen((self.technology.profit_share * self.output_new).sum(1))

    @functools.cached_property
    def cost_hat(self) -> Array:
        """Unit cost [country, sector], ratio."""
        return frozen(np.exp(self.technology.log_cost(np.log(self.factor_price_hat), np.log(self.price_hat))))

    @functools.cached_property
    def outside_new(self) -> Array:
        """Spending that a backstop takes out of the market [country, sector], million USD; nil without one."""
        backstop = self.structure.backstop
        if backstop is None:
            return frozen(np.zeros_like(self.expenditure_new))
        logs = np.log(self.price_hat), np.log(self.marginal_price_hat)
        value, _, _ = backstop.bought(*logs, self.expenditure_new)
        return frozen(backstop.spread(value, self.expenditure_new.shape))

    @functools.cached_property
    def purchases_new(self) -> Array:
        """Spending that reaches suppliers [country, sector], million USD, duty paid: all of it without a backstop."""
        return (
            self.expenditure_new
            if self.structure.backstop is None
            else frozen(self.expenditure_new - self.outside_new)
        )

    @functools.cached_property
    def backstop_cost_new(self) -> Array:
        """Resources that a backstop uses up [country], million USD: part of the final basket that nobody enjoys."""
        backstop = self.structure.backstop
        if backstop is None:
            return frozen(np.zeros(len(self.deficit_new)))
        logs = np.log(self.price_hat), np.log(self.marginal_price_hat)
        _, resources = backstop.taken(*logs, self.expenditure_new)
        return frozen(np.bincount(backstop.importer, resources.sum(0), len(self.deficit_new)))

    @functools.cached_property
    def trade_shares_new(self) -> Array:
        """Share of each exporter in spending that reaches suppliers [importer, exporter, sector], duty paid."""
        kappa_hat = model.trade_cost_hat(
            self.economy.tariff, self.wedges.tariff, self.wedges.iceberg_hat, self.wedges.export_tax
        )
        shares = model.trade_shares_new(
            self.economy.trade_shares,
            kappa_hat,
            self.cost_hat,
            self.price_hat,
            self.economy.trade_elasticity,
        )
        if (
            self.structure.backstop is not None
        ):  # where the schedule sets the price, suppliers share what is left
            added = shares.sum(1)
            sets = (self.outside_new > 0.5 * self.expenditure_new) & (added < 1)
            shares = np.where(sets[:, None], shares / np.where(sets, added, 1.0)[:, None], shares)
        return frozen(shares)

    @functools.cached_property
    def flows_new(self) -> Array:
        """Flows [importer, exporter, sector], million USD at the border: export tax paid, import duty not."""
        return frozen(self.trade_shares_new * self.purchases_new[:, None, :] / (1 + self.wedges.tariff))

    @functools.cached_property
    def output_new(self) -> Array:
        """Output [country, sector], million USD at producer prices."""
        return frozen(
            model.output_new(
                self.trade_shares_new, self.wedges.tariff, self.wedges.export_tax, self.purchases_new
            )
        )

    @functools.cached_property
    def tariff_revenue_new(self) -> Array:
        """Duties collected [country], million USD."""
        return frozen(model.tariff_revenue_new(self.trade_shares_new, self.wedges.tariff, self.purchases_new))

    @functools.cached_property
    def export_tax_revenue_new(self) -> Array:
        """Export taxes collected [country], million USD."""
        return frozen(
            model.export_tax_revenue_new(
                self.trade_shares_new, self.wedges.tariff, self.wedges.export_tax, self.purchases_new
            )
        )

    @functools.cached_property
    def income_new(self) -> Array:
        """Income [country], million USD, less what a backstop uses up of it: what is spent on final goods, and what is saved
        of duties, less what is borrowed of others' (`spending_new`)."""
        income = (
            model.income_new(
                self.wage_hat * self.factor_supply_hat,
                self.technology.base_earnings().sum(1),
                self.tariff_revenue_new,
                self.export_tax_revenue_new,
                self.deficit_new,
            )
            + self.profit_new
        )
        if self.structure.backstop is not None:
            income = income + self.outside_new.sum(1) - self.backstop_cost_new
        return frozen(income)

    @functools.cached_property
    def spending_new(self) -> Array:
        """What households spend on final goods [country], million USD: `income_new` unless duties are saved somewhere."""
        if self.technology.budget.moved is None:
            return self.income_new
        return frozen(self.income_new - self.saved_new + self.lent_new)

    @functools.cached_property
    def household_spending_hat(self) -> Array:
        """What households can buy [country], ratio: `spending_new` over the price of the final basket."""
        if self.technology.least is not None:
            return frozen(self._real(self.spending_new))
        return frozen(self.spending_new / self.economy.income / self.consumer_price_hat)

    @functools.cached_property
    def marginal_price_hat(self) -> Array:
        """Price of what is bought beyond minimum consumption [country], ratio: of the final basket where there is none."""
        return frozen(np.exp(self.technology.final(np.log(self.price_hat))[1]))

    @functools.cached_property
    def consumer_price_hat(self) -> Array:
        """Price of the final basket [country], ratio; with minimum consumption the cost of living as well as now (Konüs 1939)."""
        if self.technology.least is not None:
            return frozen(self.income_new / self.economy.income / self.real_income_hat)
        return self.marginal_price_hat

    @functools.cached_property
    def minimum_cost_new(self) -> Array:
        """What minimum consumption costs [country, sector], million USD; nil without any."""
        committed = self.technology.committed(np.log(self.price_hat))
        return frozen(np.zeros_like(self.price_hat) if committed is None else committed)

    def _real(self, money: Array) -> Array:
        """Income that would buy at base-year prices what money buys now, over the base year's [country]; with minima."""
        least = self.technology.least
        assert least is not None
        beyond = (money - self.minimum_cost_new.sum(1)) / self.marginal_price_hat
        return np.asarray((least.sum(1) + beyond) / self.economy.income)

    @functools.cached_property
    def valued_income_new(self) -> Array:
        """Real income in million USD [country], at today's price of what is bought beyond minima: `income_new` without any.

        A million more of income adds its inverse to the logarithm of real income.
        """
        if self.technology.least is None:
            return self.income_new
        return frozen(self.real_income_hat * self.economy.income * self.marginal_price_hat)

    @functools.cached_property
    def real_income_hat(self) -> Array:
        """Welfare [country], ratio: income, what is saved of duties with it, over the price of the final basket.

        With minimum consumption, the income that would buy today's utility at base-year prices, over the base year's.
        """
        if self.technology.least is not None:
            return frozen(self._real(self.income_new))
        return frozen(model.real_income_hat(self.income_new, self.economy.income, self.consumer_price_hat))

    @functools.cached_property
    def real_wage_hat(self) -> Array:
        """Wage over the price of the final basket [country], ratio."""
        return frozen(self.wage_hat / self.consumer_price_hat)

    @functools.cached_property
    def gdp_volume_hat(self) -> Array:
        """Gross domestic product at base-year prices [country], ratio: final demand and exports less imports, in volumes.

        It leaves out the terms of trade, which real income counts: a country that gets its imports for less makes no more.
        """
        economy = self.economy
        abroad = ~np.eye(len(economy.income), dtype=bool)[:, :, None]
        log_price = np.log(self.price_hat)
        final, _ = self.technology.final(log_price)
        bought = (self.technology.demanded(log_price, final, self.spending_new) / self.price_hat).sum(1)
        base = economy.flows * abroad
        sold = base * self.flow_volume_hat
        arrived = np.divide(
            sold, self.wedges.iceberg_hat, out=np.zeros_like(sold), where=np.isfinite(self.wedges.iceberg_hat)
        )
        before = economy.final_demand.sum(1) + base.sum((0, 2)) - base.sum((1, 2))
        return frozen((bought + sold.sum((0, 2)) - arrived.sum((1, 2))) / before)

    @functools.cached_property
    def equivalent_variation_usd(self) -> Array:
        """``(real_income_hat − 1) · income`` [country], million USD of the base year."""
        return frozen((self.real_income_hat - 1) * self.economy.income)

    @functools.cached_property
    def output_volume_hat(self) -> Array:
        """Output at base-year prices [country, sector], ratio; one where the base year has none."""
        base = self.economy.output
        value = np.divide(self.output_new, base, out=np.ones_like(base), where=base > 0)
        return frozen(np.where(base > 0, value / self.cost_hat, 1.0))

    @functools.cached_property
    def flow_volume_hat(self) -> Array:
        """Flows at base-year producer prices [importer, exporter, sector], ratio; one where there were none."""
        base = self.economy.flows
        at_producer = self.flows_new / (1 + self.wedges.export_tax)
        value = np.divide(at_producer, base, out=np.ones_like(base), where=base > 0)
        return frozen(np.where(base > 0, value / self.cost_hat[None, :, :], 1.0))


@dataclass(frozen=True, eq=False)
class Solution(Generic[Value]):
    """Value, result code and what the solver did.

    Attributes
    ----------
    value : Equilibrium
        The last iterate, an equilibrium only when ``result.ok``.
    result : RESULTS
    stats : mapping
        ``num_steps``, ``max_residual`` (largest of the three below), ``clearing_residual``, ``price_residual``,
        ``expenditure_residual``, ``walras`` (residual of the dropped market), ``dropped`` (its country), ``method``; with bans
        that cut trade into parts ``parts`` (how many). ``note`` where there is more to say: who has no supplier, who is cut
        off, which limit does not hold.
    bindings : mapping of control name to Binding
        What each limit on quantities does.

    Examples
    --------
    >>> from detente import Model, Policy, solve, toy
    >>> world = toy()
    >>> solution = solve(Model(world), Policy.unchanged(world).duty("USA", "CHN").add_points(0.25))
    >>> solution.result.name, solution.stats["max_residual"] < 1e-9
    ('successful', True)
    """

    value: Value
    result: RESULTS
    stats: Mapping[str, float | int | str]
    bindings: Mapping[str, Binding] = field(default_factory=dict)

    def __repr__(self) -> str:
        limits = f"; {len(self.bindings)} limits" if self.bindings else ""
        return (
            f"<Solution {self.result.name} in {self.stats.get('num_steps', 0)} steps{limits}: {self.value!r}>"
        )

    @property
    def note(self) -> str:
        """What bans and limits did, in words; empty when there is nothing to say."""
        return str(self.stats.get("note", ""))

    @property
    def message(self) -> str:
        """What the code means and, where known, whom it is about."""
        return f"{self.result.value} {self.note}".strip()
