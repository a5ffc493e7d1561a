"""Nests, imperfect mobility and markups a second time: from three scalar functions, differentiated, in plain loops.

The package writes out the shares of a nested CES by hand. Here nothing is written out: the unit cost c(v, P), the price
of the final basket e(P) and the factor aggregate Φ(v) are evaluated as numbers, and every share is the derivative that
theory says it is, taken by a complex step (exact to rounding, no step size to choose):

* Shephard's lemma: the share of cost that buys input r is ∂ln c / ∂ln P_r, and of the factor ∂ln c / ∂ln v;
* Roy and Shephard for homothetic demand: the final share of r is ∂ln e / ∂ln P_r;
* the supply of efficiency units to sector s, and so its share of factor income, is ∂ln Φ / ∂ln v_s.

Markups are constant, so prices move with costs, and a fixed share of sales goes to households. The system of factor
prices, prices and spending is handed to SciPy's `hybr`. Nothing is imported from `detente.equilibrium`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.optimize
from slow_model import Base, Cube, Matrix, cube, table, trade_cost_hat

from detente.world.economy import Economy
from detente.world.wedges import Wedges

Array = npt.NDArray[np.float64]
STEP = 1e-30
Number = complex | float


@dataclass(frozen=True)
class Nests:
    """Elasticities of substitution, mobility, and profits as a share of sales by country and sector."""

    value_added: float = 1.0
    materials: float = 1.0
    critical: float = 1.0
    chosen: tuple[int, ...] = ()
    final: float = 1.0
    mobility: float = math.inf
    profit: tuple[tuple[float, ...], ...] | None = None


@dataclass
class SlowExtended:
    """The answer; names and axes as in the package's `Equilibrium`."""

    wage_hat: Array
    factor_price_hat: Array
    price_hat: Array
    consumer_price_hat: Array
    trade_shares_new: Array
    expenditure_new: Array
    output_new: Array
    income_new: Array
    real_income_hat: Array
    tariff_revenue_new: Array
    flows_new: Array
    sector_earnings_new: Array
    profit_new: Array
    residual: float


def ces(weights: Sequence[float], prices: Sequence[Number], sigma: float) -> Number:
    """Calibrated CES index: one at base prices when weights sum to one."""
    total: Number = 1.0 if sigma == 1 else 0.0
    for weight, price in zip(weights, prices, strict=True):
        if weight == 0:
            continue
        total = total * price**weight if sigma == 1 else total + weight * price ** (1 - sigma)
    return total if sigma == 1 else total ** (1 / (1 - sigma))


def elasticities(function: Callable[[list[Number]], Number], at: list[float]) -> list[float]:
    """∂ln f / ∂ln x of every argument by a complex step."""
    found = []
    for position, value in enumerate(at):
        moved: list[Number] = list(at)
        moved[position] = complex(value, value * STEP)
        result = function(moved)
        found.append(complex(result).imag / STEP / complex(result).real)
    return found


class Structured:
    """Cost, demand and factor supply of one economy under a set of nests."""

    def __init__(self, base: Base, nests: Nests) -> None:
        self.base, self.nests = base, nests
        self.profit = [list(row) for row in nests.profit] if nests.profit else table(base.N, base.S)
        self.earned = table(base.N, base.S)
        for n in range(base.N):
            for s in range(base.S):
                self.earned[n][s] = (base.gamma[n][s] - self.profit[n][s]) * base.output[n][s]
        self.factor_income = [sum(row) for row in self.earned]
        self.mobile = math.isinf(nests.mobility)

    def cost(self, n: int, s: int, arguments: list[Number]) -> Number:
        """Unit cost of country n in sector s; arguments are its factor price, then all input prices there."""
        factor, prices = arguments[0], arguments[1:]
        spent = 1 - self.profit[n][s]
        of_factor = (self.base.gamma[n][s] - self.profit[n][s]) / spent
        bought = [self.base.inputs[n][r][s] / spent for r in range(self.base.S)]
        of_materials = sum(bought)
        if of_materials == 0:
            return factor
        inside = [bought[r] for r in self.nests.chosen]
        weights = [bought[r] / of_materials for r in range(self.base.S) if r not in self.nests.chosen]
        paid = [prices[r] for r in range(self.base.S) if r not in self.nests.chosen]
        if sum(inside) > 0:
            share = [weight / sum(inside) for weight in inside]
            weights.append(sum(inside) / of_materials)
            paid.append(ces(share, [prices[r] for r in self.nests.chosen], self.nests.critical))
        materials = ces(weights, paid, self.nests.materials)
        return ces([of_factor, of_materials], [factor, materials], self.nests.value_added)

    def cost_shares(self, n: int, s: int, factor: float, prices: list[float]) -> list[float]:
        """Shares of cost: the factor's, then every input's."""
        return elasticities(lambda x: self.cost(n, s, x), [factor, *prices])

    def basket(self, n: int, prices: list[Number]) -> Number:
        """Price of the final basket."""
        return ces(self.base.final[n], prices, self.nests.final)

    def aggregate(self, n: int, factors: list[Number]) -> Number:
        """Φ_hat: factor income of a country over its base from factor prices by sector."""
        total: Number = 0.0
        for s in range(self.base.S):
            if self.earned[n][s] > 0:
                total += self.earned[n][s] / self.factor_income[n] * factors[s] ** self.nests.mobility
        return total ** (1 / self.nests.mobility)

    def supply(self, n: int, factors: list[float]) -> list[float]:
        """Factor earnings asked by sector [s]; all of them in one entry when factors move freely."""
        if self.mobile:
            return [factors[0] * self.factor_income[n]]
        share = elasticities(lambda x: self.aggregate(n, x), factors)
        income = complex(self.aggregate(n, list(factors))).real * self.factor_income[n]
        return [income * part for part in share]


class ExtendedMarket:
    """Equilibrium conditions under one policy. Factor prices are [n][0] when mobile, else [n][s]."""

    def __init__(self, economy: Economy, wedges: Wedges, nests: Nests, closure: str) -> None:
        self.base = Base(economy)
        self.side = Structured(self.base, nests)
        self.kappa = trade_cost_hat(self.base, wedges)
        self.duty, self.tax = wedges.tariff.tolist(), wedges.export_tax.tolist()
        self.deficit = self.base.deficits(closure)

    def factor(self, v: Matrix, n: int, s: int) -> float:
        """Factor price that sector s of country n pays."""
        return v[n][0] if self.side.mobile else v[n][s]

    def trade(self, v: Matrix, P: Matrix) -> tuple[Cube, Matrix]:
        """Shares of exporters in spending, and price indices."""
        N, S, theta = self.base.N, self.base.S, self.base.theta
        cost = table(N, S)
        for i in range(N):
            for s in range(S):
                cost[i][s] = complex(self.side.cost(i, s, [self.factor(v, i, s), *P[i]])).real
        shares, index = cube(N, S), table(N, S, 1.0)
        for n in range(N):
            for s in range(S):
                pull = [0.0] * N
                for i in range(N):
                    if self.base.shares[n][i][s] > 0:
                        pull[i] = self.base.shares[n][i][s] * (self.kappa[n][i][s] * cost[i][s]) ** -theta[s]
                if sum(pull) > 0:
                    index[n][s] = sum(pull) ** (-1 / theta[s])
                    for i in range(N):
                        shares[n][i][s] = pull[i] / sum(pull)
        return shares, index

    def accounts(self, v: Matrix, P: Matrix, shares: Cube, X: Matrix) -> dict[str, list[float] | Matrix]:
        """Output, incomes, payments to factors and the spending all this calls for."""
        N, S = self.base.N, self.base.S
        output, duties, taxes = table(N, S), [0.0] * N, [0.0] * N
        for n in range(N):
            for i in range(N):
                for s in range(S):
                    border = shares[n][i][s] * X[n][s] / (1 + self.duty[n][i][s])
                    producer = border / (1 + self.tax[n][i][s])
                    duties[n] += border * self.duty[n][i][s]
                    taxes[i] += producer * self.tax[n][i][s]
                    output[i][s] += producer
        wanted, paid, profit, income = table(N, S), table(N, S), [0.0] * N, [0.0] * N
        for n in range(N):
            profit[n] = sum(self.side.profit[n][s] * output[n][s] for s in range(S))
            income[n] = sum(self.side.supply(n, v[n])) + profit[n] + duties[n] + taxes[n] + self.deficit[n]
            final = elasticities(lambda x, n=n: self.side.basket(n, x), P[n])
            for r in range(S):
                wanted[n][r] += final[r] * income[n]
            for s in range(S):
                cost = (1 - self.side.profit[n][s]) * output[n][s]
                share = self.side.cost_shares(n, s, self.factor(v, n, s), P[n])
                paid[n][s] = share[0] * cost
                for r in range(S):
                    wanted[n][r] += share[1 + r] * cost
        return {
            "output": output,
            "duties": duties,
            "profit": profit,
            "income": income,
            "paid": paid,
            "wanted": wanted,
        }

    def gaps(self, v: Matrix, P: Matrix, X: Matrix) -> tuple[list[float], list[float], float]:
        """Relative gaps of factor markets, of prices and spending, and of the numeraire."""
        N, S = self.base.N, self.base.S
        shares, index = self.trade(v, P)
        found = self.accounts(v, P, shares, X)
        markets, rest, world = [], [], 0.0
        for n in range(N):
            asked = self.side.supply(n, v[n])
            world += sum(asked)
            if self.side.mobile:
                markets.append(sum(found["paid"][n]) / asked[0] - 1)
            else:
                markets += [
                    found["paid"][n][s] / asked[s] - 1 for s in range(S) if self.side.earned[n][s] > 0
                ]
            rest += [math.log(index[n][s] / P[n][s]) for s in range(S)]
            rest += [
                (found["wanted"][n][s] - X[n][s]) / self.base.spending[n][s]
                for s in range(S)
                if self.base.spending[n][s] > 0
            ]
        return markets, rest, world / sum(self.side.factor_income) - 1


def solve_extended(economy: Economy, wedges: Wedges, nests: Nests, *, closure: str = "share") -> SlowExtended:
    """Solve the counterfactual with nests, imperfect mobility and markups by a slow, plain method.

    Raises
    ------
    AssertionError
        When some market does not clear to 1e-11.
    """
    market = ExtendedMarket(economy, wedges, nests, closure)
    base, side = market.base, market.side
    N, S = base.N, base.S
    moving = [
        (n, s)
        for n in range(N)
        for s in (range(1) if side.mobile else range(S))
        if side.mobile or side.earned[n][s] > 0
    ]
    bought = [(n, s) for n in range(N) for s in range(S) if base.spending[n][s] > 0]

    def unpack(unknown: Array) -> tuple[Matrix, Matrix, Matrix]:
        parts = unknown.tolist()
        v, P, X = table(N, 1 if side.mobile else S, 1.0), table(N, S, 1.0), table(N, S)
        for position, (n, s) in enumerate(moving):
            v[n][s] = math.exp(parts[position])
        parts = parts[len(moving) :]
        for n in range(N):
            for s in range(S):
                P[n][s] = math.exp(parts[n * S + s])
        for position, (n, s) in enumerate(bought):
            X[n][s] = parts[N * S + position] * base.spending[n][s]
        return v, P, X

    def gaps(unknown: Array) -> list[float]:
        markets, rest, world = market.gaps(*unpack(unknown))
        return [*markets[:-1], world, *rest]

    unknown = np.concatenate([np.zeros(len(moving) + N * S), np.ones(len(bought))])
    unknown = scipy.optimize.root(gaps, unknown, method="hybr", options={"xtol": 1e-15, "maxfev": 20_000}).x
    markets, rest, world = market.gaps(*unpack(unknown))
    residual = max(map(abs, [*markets, *rest, world]))
    if not residual < 1e-11:
        raise AssertionError(f"markets are off by {residual:.1e}")
    return _answer(market, *unpack(unknown), residual)


def _answer(market: ExtendedMarket, v: Matrix, P: Matrix, X: Matrix, residual: float) -> SlowExtended:
    side, base = market.side, market.base
    shares, _ = market.trade(v, P)
    found = market.accounts(v, P, shares, X)
    basket = [complex(side.basket(n, list(P[n]))).real for n in range(base.N)]
    # profits are a part of what `Base` counts as value added, so its base income holds them
    real = [found["income"][n] / base.income[n] / basket[n] for n in range(base.N)]
    flows = np.array(shares) * np.array(X)[:, None, :] / (1 + np.array(market.duty))
    return SlowExtended(
        wage_hat=np.array([sum(side.supply(n, v[n])) / side.factor_income[n] for n in range(base.N)]),
        factor_price_hat=np.array(v)[:, 0] if side.mobile else np.array(v),
        price_hat=np.array(P),
        consumer_price_hat=np.array(basket),
        trade_shares_new=np.array(shares),
        expenditure_new=np.array(X),
        output_new=np.array(found["output"]),
        income_new=np.array(found["income"]),
        real_income_hat=np.array(real),
        tariff_revenue_new=np.array(found["duties"]),
        flows_new=flows,
        sector_earnings_new=np.array(found["paid"]),
        profit_new=np.array(found["profit"]),
        residual=residual,
    )
