"""A second implementation of the equilibrium, slow on purpose: plain loops, no algebra taken from the package.

Nothing here reads a derived property of `Economy`; spending, shares, incomes and deficits are summed again from flows.
Three ways to the same equilibrium, none of them the production method:

* ``stacked``: wages, prices and spending of all markets handed to SciPy's `hybr` as one system;
* ``tatonnement``: wages follow excess demand for labour; prices and spending by Gauss-Seidel sweeps;
* `solve_in_levels`: no hats at all. Technology is backed out of the base year in arbitrary units, and the base and the
  new equilibrium are both found in levels from an arbitrary start. Changes are then ratios of two solutions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.optimize

from detente.world.economy import Economy
from detente.world.wedges import Wedges

Array = npt.NDArray[np.float64]
Matrix = list[list[float]]
Cube = list[list[list[float]]]
CLOSURES = ("share", "fixed", "zero")
GATE = 1e-12


@dataclass
class SlowEquilibrium:
    """The answer, as arrays; names and axes as in the package's `Equilibrium`.

    `flows_new` is at the border: before duty, with the exporter's tax. `residual` is the largest relative gap over all
    labour markets (none dropped), prices and spending.
    """

    wage_hat: Array
    price_hat: Array
    trade_shares_new: Array
    expenditure_new: Array
    output_new: Array
    income_new: Array
    real_income_hat: Array
    tariff_revenue_new: Array
    export_tax_revenue_new: Array
    flows_new: Array
    deficit_new: Array
    residual: float


class Base:
    """The base year as nested lists, every total summed here."""

    def __init__(self, economy: Economy) -> None:
        flows, duty = economy.flows.tolist(), economy.tariff.tolist()
        self.N, self.S = N, S = len(flows), len(flows[0][0])
        self.theta = economy.trade_elasticity.tolist()
        self.gamma = economy.va_share.tolist()
        self.inputs = economy.input_shares.tolist()
        self.duty = duty
        self.spending = table(N, S)
        self.output = table(N, S)
        for n in range(N):
            for i in range(N):
                for s in range(S):
                    self.spending[n][s] += flows[n][i][s] * (1 + duty[n][i][s])
                    self.output[i][s] += flows[n][i][s]
        self.shares = cube(N, S)
        self.deficit, revenue = [0.0] * N, [0.0] * N
        for n in range(N):
            for i in range(N):
                for s in range(S):
                    if self.spending[n][s] > 0:
                        self.shares[n][i][s] = flows[n][i][s] * (1 + duty[n][i][s]) / self.spending[n][s]
                    revenue[n] += flows[n][i][s] * duty[n][i][s]
                    self.deficit[n] += flows[n][i][s]
                    self.deficit[i] -= flows[n][i][s]
        self.value_added = [sum(self.gamma[n][s] * self.output[n][s] for s in range(S)) for n in range(N)]
        self.income = [self.value_added[n] + revenue[n] + self.deficit[n] for n in range(N)]
        self.final = table(N, S)
        for n in range(N):
            bought = [
                self.spending[n][r] - sum(self.inputs[n][r][s] * self.output[n][s] for s in range(S))
                for r in range(S)
            ]
            self.final[n] = [amount / sum(bought) for amount in bought]

    def deficits(self, closure: str) -> list[float]:
        """Deficits after the shock, in the numeraire (world value added keeps its base level)."""
        if closure == "zero":
            return [0.0] * self.N
        if closure == "fixed":
            return list(self.deficit)
        if closure == "share":
            world = sum(self.value_added)
            world_new = world  # the numeraire
            return [self.deficit[n] / world * world_new for n in range(self.N)]
        raise ValueError(f"unknown closure `{closure}`")


def table(N: int, S: int, value: float = 0.0) -> Matrix:
    """Nested list [country][sector]."""
    return [[value] * S for _ in range(N)]


def cube(N: int, S: int, value: float = 0.0) -> Cube:
    """Nested list [importer][exporter][sector]."""
    return [[[value] * S for _ in range(N)] for _ in range(N)]


class Market:
    """Equilibrium conditions of one world under one policy, for weights a[n,i,s] in units of the caller.

    With base shares as weights and changes of trade cost as costs, unknowns are hats; with technology levels as
    weights and trade costs in levels, unknowns are levels. The conditions are the same:

        c[i,s] = w[i]^γ Π_r P[i,r]^g        P[n,s] = ( Σ_i a (κ c[i,s])^-θ )^(-1/θ)
        π[n,i,s] = a (κ c[i,s])^-θ / Σ_j …
    """

    def __init__(
        self, base: Base, weights: Cube, trade_cost: Cube, wedges: Wedges, labour: list[float], closure: str
    ) -> None:
        self.base, self.weights, self.trade_cost, self.labour = base, weights, trade_cost, labour
        self.duty, self.tax = wedges.tariff.tolist(), wedges.export_tax.tolist()
        self.deficit = base.deficits(closure)
        self.world = sum(base.value_added)

    def cost(self, wages: list[float], prices: Matrix, i: int, s: int) -> float:
        """Unit cost of country i in sector s."""
        c = wages[i] ** self.base.gamma[i][s]
        for r in range(self.base.S):
            c *= prices[i][r] ** self.base.inputs[i][r][s]
        return c

    def price(self, wages: list[float], prices: Matrix, n: int, s: int) -> float:
        """Price index of buyer n in sector s at current input prices; unchanged where nothing is bought."""
        total = 0.0
        for i in range(self.base.N):
            if self.weights[n][i][s] > 0:
                cost = self.trade_cost[n][i][s] * self.cost(wages, prices, i, s)
                total += self.weights[n][i][s] * cost ** -self.base.theta[s]
        return total ** (-1 / self.base.theta[s]) if total > 0 else 1.0

    def shares(self, wages: list[float], prices: Matrix) -> Cube:
        """Shares of exporters in spending, duty paid."""
        N, S = self.base.N, self.base.S
        result = cube(N, S)
        unit = [[self.cost(wages, prices, i, s) for s in range(S)] for i in range(N)]
        for n in range(N):
            for s in range(S):
                attraction = [
                    self.weights[n][i][s] * (self.trade_cost[n][i][s] * unit[i][s]) ** -self.base.theta[s]
                    if self.weights[n][i][s] > 0
                    else 0.0
                    for i in range(N)
                ]
                total = sum(attraction)
                for i in range(N):
                    result[n][i][s] = attraction[i] / total if total > 0 else 0.0
        return result

    def output(self, shares: Cube, spending: Matrix) -> Matrix:
        """Output at producer prices: what buyers pay, less duty, less the exporter's own tax."""
        result = table(self.base.N, self.base.S)
        for n in range(self.base.N):
            for i in range(self.base.N):
                for s in range(self.base.S):
                    paid = shares[n][i][s] * spending[n][s]
                    result[i][s] += paid / (1 + self.duty[n][i][s]) / (1 + self.tax[n][i][s])
        return result

    def revenue(self, shares: Cube, spending: Matrix) -> tuple[list[float], list[float]]:
        """Duties by importer (on the border value) and export taxes by exporter (on the producer value)."""
        duties, taxes = [0.0] * self.base.N, [0.0] * self.base.N
        for n in range(self.base.N):
            for i in range(self.base.N):
                for s in range(self.base.S):
                    border = shares[n][i][s] * spending[n][s] / (1 + self.duty[n][i][s])
                    duties[n] += self.duty[n][i][s] * border
                    taxes[i] += self.tax[n][i][s] * border / (1 + self.tax[n][i][s])
        return duties, taxes

    def incomes(self, wages: list[float], shares: Cube, spending: Matrix) -> list[float]:
        """Wages paid, plus both revenues, plus the deficit."""
        duties, taxes = self.revenue(shares, spending)
        return [
            wages[n] * self.labour[n] + duties[n] + taxes[n] + self.deficit[n] for n in range(self.base.N)
        ]

    def demand(self, wages: list[float], shares: Cube, spending: Matrix) -> Matrix:
        """Spending that current spending calls for: inputs of the output it induces, and final demand."""
        output, income = self.output(shares, spending), self.incomes(wages, shares, spending)
        if not all(math.isfinite(amount) for amount in income):
            raise AssertionError(f"incomes are not finite: {income}")
        result = table(self.base.N, self.base.S)
        for n in range(self.base.N):
            for r in range(self.base.S):
                result[n][r] = self.base.final[n][r] * income[n]
                for s in range(self.base.S):
                    result[n][r] += self.base.inputs[n][r][s] * output[n][s]
        return result

    def excess_labour(self, wages: list[float], shares: Cube, spending: Matrix) -> list[float]:
        """Relative excess demand for labour in every country."""
        output = self.output(shares, spending)
        return [
            sum(self.base.gamma[n][s] * output[n][s] for s in range(self.base.S))
            / (wages[n] * self.labour[n])
            - 1
            for n in range(self.base.N)
        ]

    def residual(self, wages: list[float], prices: Matrix, spending: Matrix) -> float:
        """Largest relative gap of labour (every country), prices, spending and the numeraire."""
        shares = self.shares(wages, prices)
        wanted = self.demand(wages, shares, spending)
        gaps = [abs(gap) for gap in self.excess_labour(wages, shares, spending)]
        gaps.append(abs(sum(w * size for w, size in zip(wages, self.labour, strict=True)) / self.world - 1))
        for n in range(self.base.N):
            for s in range(self.base.S):
                gaps.append(abs(self.price(wages, prices, n, s) / prices[n][s] - 1))
                if spending[n][s] > 0:
                    gaps.append(abs(wanted[n][s] / spending[n][s] - 1))
        return max(gaps)

    def normalised(self, wages: list[float]) -> list[float]:
        """Wages scaled so that world value added has its base level."""
        total = sum(w * size for w, size in zip(wages, self.labour, strict=True))
        return [w * self.world / total for w in wages]

    def find_prices(self, wages: list[float], prices: Matrix) -> Matrix:
        """Gauss-Seidel on prices: each new price is used at once."""
        prices = [list(row) for row in prices]
        for _ in range(20_000):
            largest = 0.0
            for n in range(self.base.N):
                for s in range(self.base.S):
                    new = self.price(wages, prices, n, s)
                    if not math.isfinite(new):
                        raise AssertionError(f"the price of sector {s} in country {n} is {new}")
                    largest = max(largest, abs(new / prices[n][s] - 1))
                    prices[n][s] = new
            if largest < 2e-15:
                break
        return prices

    def find_spending(self, wages: list[float], shares: Cube, spending: Matrix) -> Matrix:
        """Repeat spending -> output and income -> spending until it stands still."""
        for _ in range(20_000):
            new = self.demand(wages, shares, spending)
            largest = max(
                abs(new[n][s] - spending[n][s]) for n in range(self.base.N) for s in range(self.base.S)
            )
            spending = new
            if largest < 2e-15 * max(max(row) for row in spending):
                break
        return spending

    def tatonnement(
        self, wages: list[float], prices: Matrix, spending: Matrix, *, speed: float = 0.4
    ) -> tuple[list[float], Matrix, Matrix]:
        """Raise wages where labour is short; slow down whenever the largest shortage grows."""
        wages, last = self.normalised(wages), math.inf
        for _ in range(20_000):
            prices = self.find_prices(wages, prices)
            shares = self.shares(wages, prices)
            spending = self.find_spending(wages, shares, spending)
            excess = self.excess_labour(wages, shares, spending)
            largest = max(abs(gap) for gap in excess)
            if largest < GATE / 4:
                break
            if largest > 1.02 * last:
                speed = max(0.7 * speed, 0.01)
            last = largest
            wages = self.normalised([w * (1 + speed * gap) for w, gap in zip(wages, excess, strict=True)])
        return wages, prices, spending

    def stacked(
        self, wages: list[float], prices: Matrix, spending: Matrix
    ) -> tuple[list[float], Matrix, Matrix]:
        """Everything unknown in one vector: log wages, log prices, spending over its start."""
        N, S = self.base.N, self.base.S
        bought = [(n, s) for n in range(N) for s in range(S) if spending[n][s] > 0]
        start = [list(row) for row in spending]

        def unpack(unknown: Array) -> tuple[list[float], Matrix, Matrix]:
            parts = unknown.tolist()
            w = [math.exp(x) for x in parts[:N]]
            P = [[math.exp(parts[N + n * S + s]) for s in range(S)] for n in range(N)]
            X = table(N, S)
            for position, (n, s) in enumerate(bought):
                X[n][s] = parts[N + N * S + position] * start[n][s]
            return w, P, X

        def gaps(unknown: Array) -> list[float]:
            w, P, X = unpack(unknown)
            shares = self.shares(w, P)
            wanted = self.demand(w, shares, X)
            result = self.excess_labour(w, shares, X)
            result[-1] = sum(wage * size for wage, size in zip(w, self.labour, strict=True)) / self.world - 1
            result += [math.log(self.price(w, P, n, s) / P[n][s]) for n in range(N) for s in range(S)]
            result += [(wanted[n][s] - X[n][s]) / start[n][s] for n, s in bought]
            return result

        unknown = np.array(
            [math.log(w) for w in wages] + [math.log(P) for row in prices for P in row] + [1.0] * len(bought)
        )
        found = scipy.optimize.root(gaps, unknown, method="hybr", options={"xtol": 1e-15, "maxfev": 20_000})
        return unpack(found.x)


def solve_slowly(
    economy: Economy, wedges: Wedges, *, closure: str = "share", method: str = "stacked"
) -> SlowEquilibrium:
    """Solve the counterfactual in changes by a slow, plain method.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
    closure : {"share", "fixed", "zero"}
    method : {"stacked", "tatonnement"}

    Returns
    -------
    SlowEquilibrium

    Raises
    ------
    AssertionError
        When some market does not clear to 1e-11.
    """
    base = Base(economy)
    N, S = base.N, base.S
    market = Market(base, base.shares, trade_cost_hat(base, wedges), wedges, base.value_added, closure)
    start = ([1.0] * N, table(N, S, 1.0), [list(row) for row in base.spending])
    wages, prices, spending = getattr(market, method)(*start)
    if method == "stacked":
        # `hybr` stops a few digits early: a handful of sweeps finishes what it left.
        wages, prices, spending = market.tatonnement(wages, prices, spending)
    return answer(market, wages, prices, spending, prices_old=table(N, S, 1.0), wages_old=[1.0] * N)


def solve_in_levels(
    economy: Economy, wedges: Wedges, *, closure: str = "share", units_seed: int = 0
) -> tuple[SlowEquilibrium, SlowEquilibrium]:
    """Solve an Eaton-Kortum economy in levels before and after the policy.

    Units are arbitrary: base wages and base prices are drawn at random. Labour is value added over the wage, and the
    technology-and-distance weight of each pair is what makes base shares come out at those prices:

        a[n,i,s] = π P^-θ ((1+t) c)^θ

    Both equilibria are then searched from wages of one per unit of world value added and prices of one, so that the
    base year is found, not assumed. The base is solved with the base year's own deficits.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
    closure : {"share", "fixed", "zero"}
    units_seed : int

    Returns
    -------
    base, new : SlowEquilibrium
        Hats in `new` are ratios of the two solutions; hats in `base` compare it with the units it was built on, so
        they are one when technology was backed out correctly.
    """
    base = Base(economy)
    N, S = base.N, base.S
    draw = np.random.default_rng(units_seed)
    wages_unit = np.exp(draw.normal(0, 1, N)).tolist()
    prices_unit = np.exp(draw.normal(0, 1, (N, S))).tolist()
    for n in range(N):
        for s in range(S):
            if base.spending[n][s] <= 0:
                prices_unit[n][s] = 1.0
    labour = [base.value_added[n] / wages_unit[n] for n in range(N)]
    unchanged = Wedges.unchanged(economy)
    blank = Market(base, base.shares, cube(N, S, 1.0), unchanged, labour, "share")
    weights, cost_old, cost_new = cube(N, S), cube(N, S), cube(N, S)
    duty, tax, iceberg = wedges.tariff.tolist(), wedges.export_tax.tolist(), wedges.iceberg_hat.tolist()
    for n in range(N):
        for i in range(N):
            for s in range(S):
                unit = blank.cost(wages_unit, prices_unit, i, s)
                cost_old[n][i][s] = 1 + base.duty[n][i][s]
                cost_new[n][i][s] = iceberg[n][i][s] * (1 + tax[n][i][s]) * (1 + duty[n][i][s])
                weights[n][i][s] = (
                    base.shares[n][i][s] * (cost_old[n][i][s] * unit / prices_unit[n][s]) ** base.theta[s]
                )
    start_wages = [sum(base.value_added) / sum(labour)] * N
    start_spending = [[1.0 if base.spending[n][s] > 0 else 0.0 for s in range(S)] for n in range(N)]
    before = Market(base, weights, cost_old, unchanged, labour, "share")
    old = before.tatonnement(start_wages, table(N, S, 1.0), start_spending)
    after = Market(base, weights, cost_new, wedges, labour, closure)
    new = after.tatonnement(start_wages, table(N, S, 1.0), start_spending)
    return (
        answer(before, *old, prices_old=prices_unit, wages_old=wages_unit),
        answer(after, *new, prices_old=old[1], wages_old=old[0]),
    )


def trade_cost_hat(base: Base, wedges: Wedges) -> Cube:
    """Change of the cost between producer and buyer: iceberg × duty × export tax (none in the base year)."""
    duty, tax, iceberg = wedges.tariff.tolist(), wedges.export_tax.tolist(), wedges.iceberg_hat.tolist()
    result = cube(base.N, base.S)
    for n in range(base.N):
        for i in range(base.N):
            for s in range(base.S):
                power = (1 + duty[n][i][s]) / (1 + base.duty[n][i][s])
                result[n][i][s] = iceberg[n][i][s] * power * (1 + tax[n][i][s])
    return result


def answer(
    market: Market,
    wages: list[float],
    prices: Matrix,
    spending: Matrix,
    *,
    prices_old: Matrix,
    wages_old: list[float],
) -> SlowEquilibrium:
    """Collect a solution; refuse it when a market does not clear."""
    base = market.base
    N, S = base.N, base.S
    residual = market.residual(wages, prices, spending)
    if not residual < 10 * GATE:
        raise AssertionError(f"the slow model did not converge: residual {residual:.1e}")
    shares = market.shares(wages, prices)
    income = market.incomes(wages, shares, spending)
    duties, taxes = market.revenue(shares, spending)
    real, flows = [0.0] * N, cube(N, S)
    for n in range(N):
        index = 1.0
        for s in range(S):
            index *= (prices[n][s] / prices_old[n][s]) ** base.final[n][s]
            for i in range(N):
                flows[n][i][s] = shares[n][i][s] * spending[n][s] / (1 + market.duty[n][i][s])
        real[n] = income[n] / base.income[n] / index
    return SlowEquilibrium(
        wage_hat=np.array(wages) / np.array(wages_old),
        price_hat=np.array(prices) / np.array(prices_old),
        trade_shares_new=np.array(shares),
        expenditure_new=np.array(spending),
        output_new=np.array(market.output(shares, spending)),
        income_new=np.array(income),
        real_income_hat=np.array(real),
        tariff_revenue_new=np.array(duties),
        export_tax_revenue_new=np.array(taxes),
        flows_new=np.array(flows),
        deficit_new=np.array(market.deficit),
        residual=residual,
    )
