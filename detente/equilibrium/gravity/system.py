"""The equations of the one-sector family in changes, with their exact derivatives.

Unknown are logs of wages, labour, spending and prices, ``[4, country]``. With ``λ`` shares of spending, ``x`` sales before
duty, ``R`` duties, ``Y`` what labour earns and ``T`` transfers, hats new over old:

    a[j]   = β w + (1−β) p − ψ((1−β)(w − p) + l)                                log unit cost, entry included
    λ'     ∝ λ exp(−ε a[j]) ((1+t')/(1+t))^(−ε φ[i])
    Y w l  = Σ_i β (1−ν[i]) x'[i,j] + ν[j] Σ_k x'[j,k]                            labour's market
    E'     = Y w l + R' + (1−β) Σ_i (1−ν[i]) x'[i,j] + T                          spending
    l      = κ (w − p − log(1 − r (R' − R)/(Y w l)))                              supply, with tax relief
    p      = (1−φ)(E' − w) − log(Σ_j λ exp(−ε a[j]) …) / ε                        price: market size moves entry
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.equilibrium.gravity.world import GravityWorld
from detente.world import Array

WAGE, LABOUR, SPENDING, PRICE = range(4)


@dataclass(frozen=True, eq=False)
class Point:
    """The equations evaluated at one set of unknowns and duties.

    Attributes
    ----------
    world : GravityWorld
    log_duty : array [importer, exporter]
        log(1 + t').
    log_hat : array [4, country]
        Unknowns.
    transfer : array [country], million USD
    residual : array [4, country]
        Labour's market over value added, supply in logs, spending over spending, price in logs.
    shares, sales : array [importer, exporter]
        λ' and x'.
    """

    world: GravityWorld
    log_duty: Array
    log_hat: Array
    transfer: Array
    residual: Array
    shares: Array
    sales: Array
    spent: Array
    earned: Array
    duties: Array
    relieved: Array

    @classmethod
    def at(cls, world: GravityWorld, log_duty: Array, log_hat: Array, transfer: Array | None = None) -> Point:
        """Evaluate the equations."""
        structure = world.structure
        beta, margin, phi = (
            world.by_country(name) for name in ("value_added_share", "margin", "pass_through")
        )
        w, labour, spending, price = log_hat
        transfer = world.transfer if transfer is None else transfer
        cost = beta * w + (1 - beta) * price - structure.scale * ((1 - beta) * (w - price) + labour)
        moved = log_duty - np.log1p(world.tariff)
        pull = world.shares * np.exp(-structure.trade_elasticity * (cost + phi[:, None] * moved))
        total = pull.sum(1)
        shares = pull / total[:, None]
        spent = world.expenditure * np.exp(spending)
        before = shares * np.exp(-log_duty)
        sales = before * spent[:, None]
        bought = sales.sum(1)
        duties = spent - bought
        sold = ((1 - margin)[:, None] * sales).sum(0)
        earned = world.value_added * np.exp(w + labour)
        relieved = world.by_country("relief") * (duties - world.duties) / earned
        kappa = world.by_country("labour_supply")
        residual = np.stack(
            [
                (beta * sold + margin * bought - earned) / world.value_added,
                labour - kappa * (w - price - np.log1p(-relieved)),
                (earned + duties + (1 - beta) * sold + transfer - spent) / world.expenditure,
                price - (1 - phi) * (spending - w) + np.log(total) / structure.trade_elasticity,
            ]
        )
        return cls(
            world, log_duty, log_hat, transfer, residual, shares, sales, spent, earned, duties, relieved
        )

    @property
    def dropped(self) -> int:
        """Labour market that the others imply: the largest."""
        return int(np.argmax(self.world.value_added))

    def closed(self) -> Array:
        """Return the residuals with the numeraire (world earnings of labour) in the dropped market's place [4, country]."""
        closed = self.residual.copy()
        whole = self.world.value_added.sum()
        closed[WAGE, self.dropped] = self.earned.sum() / whole - 1
        return closed

    def jacobian(self) -> dict[tuple[int, int], Array]:
        """Return derivatives of `closed` by the unknowns: {(equation, unknown): array [country, country]}."""
        world, structure = self.world, self.world.structure
        beta, margin, phi, kappa, relief = (
            world.by_country(name)
            for name in ("value_added_share", "margin", "pass_through", "labour_supply", "relief")
        )
        eps, count = structure.trade_elasticity, len(beta)
        weighted = (1 - margin)[:, None] * self.sales
        sold, bought = weighted.sum(0), self.sales.sum(1)
        # by log costs [country, exporter]
        total_a = -eps * self.shares
        bought_a = eps * (bought[:, None] * self.shares - self.sales)
        sold_a = eps * (weighted.T @ self.shares - np.diag(sold))
        by_cost = {
            WAGE: (beta[:, None] * sold_a + margin[:, None] * bought_a) / world.value_added[:, None],
            SPENDING: ((1 - beta)[:, None] * sold_a - bought_a) / world.expenditure[:, None],
            LABOUR: np.zeros((count, count)),
            PRICE: total_a / eps,
        }
        slack = 1 - self.relieved
        by_duties = -kappa * relief / (self.earned * slack)  # of supply, by duties collected
        by_cost[LABOUR] = -by_duties[:, None] * bought_a
        carries = {
            WAGE: beta - structure.scale * (1 - beta),
            PRICE: (1 - beta) * (1 + structure.scale),
            LABOUR: np.full(count, -structure.scale),
        }
        blocks = {
            (row, column): by_cost[row] * weight[None]
            for row in by_cost
            for column, weight in carries.items()
        }
        blocks |= {(row, SPENDING): np.zeros((count, count)) for row in by_cost}
        here = np.arange(count)
        by_spending = beta[:, None] * weighted.T
        by_spending[here, here] += margin * bought
        blocks[WAGE, SPENDING] = by_spending / world.value_added[:, None]
        own = (1 - beta)[:, None] * weighted.T
        own[here, here] += self.duties - self.spent
        blocks[SPENDING, SPENDING] = own / world.expenditure[:, None]
        blocks[LABOUR, SPENDING][here, here] = by_duties * self.duties
        blocks[PRICE, SPENDING][here, here] = phi - 1
        on_diagonal = {
            (WAGE, WAGE): -self.earned / world.value_added,
            (WAGE, LABOUR): -self.earned / world.value_added,
            (SPENDING, WAGE): self.earned / world.expenditure,
            (SPENDING, LABOUR): self.earned / world.expenditure,
            (LABOUR, WAGE): kappa * (self.relieved / slack - 1),
            (LABOUR, LABOUR): 1 + kappa * self.relieved / slack,
            (LABOUR, PRICE): kappa,
            (PRICE, WAGE): 1 - phi,
            (PRICE, PRICE): np.ones(count),
        }
        for at, values in on_diagonal.items():
            blocks[at][here, here] += values
        weights = self.earned / world.value_added.sum()
        for column in range(4):
            blocks[WAGE, column][self.dropped] = weights if column in (WAGE, LABOUR) else 0.0
        return blocks

    def by_duty(self, multiplier: Array) -> Array:
        """Return ``multiplier · ∂closed/∂log(1 + t')`` [importer, exporter], for multipliers [4, country]."""
        world, structure = self.world, self.world.structure
        beta, margin, phi = (
            world.by_country(name) for name in ("value_added_share", "margin", "pass_through")
        )
        power = (structure.trade_elasticity * phi)[:, None]
        market = multiplier[WAGE].copy()
        market[self.dropped] = 0.0
        of_sold = beta * market / world.value_added + (1 - beta) * multiplier[SPENDING] / world.expenditure
        weighted = (1 - margin)[:, None] * self.sales
        valued = weighted * of_sold[None]
        bought = self.sales.sum(1)[:, None]
        bought_t = power * (bought * self.shares - self.sales) - self.sales
        slack = 1 - self.relieved
        of_bought = (
            margin * market / world.value_added
            - multiplier[SPENDING] / world.expenditure
            + multiplier[LABOUR]
            * world.by_country("labour_supply")
            * world.by_country("relief")
            / (self.earned * slack)
        )
        return np.asarray(
            power * (valued.sum(1)[:, None] * self.shares - valued)
            - valued
            + of_bought[:, None] * bought_t
            - multiplier[PRICE][:, None] * phi[:, None] * self.shares
        )
