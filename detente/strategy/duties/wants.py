"""What a government that sets duties wants, and how it depends on an equilibrium: levels, and partial derivatives.

Two objectives. With political weights λ alone it is Ossa's (2014): the income earned in each sector, weighted, over the price
index, where duties and the deficit belong to the sectors by their shares in wages. With a set of preferences it is the
payoff of the package game,

    G[n] = Σ_s λ[n, s] · real income earned in s + revenue weight · duties collected + deficit and export taxes
           − ρ[n] · G_rival,

so that a set of preferences means the same to duties as to packages. `security` belongs to the rungs of package actions,
which stand still while duties move: it adds a constant, nothing here. With unit weights both are real income.

Incomes of sectors follow the cost shares at the new prices, so nests and factors that do not move at once are no exception.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.core import InputError, LabelError, suggestion
from detente.equilibrium import Equilibrium
from detente.equilibrium.gradients import Output, consumer_price, tariff_revenue
from detente.strategy.preferences import Preferences
from detente.world import Array, Economy, frozen

Index = npt.NDArray[np.int64]
FLOOR = 0.1
"""Payoff, in base-year incomes, below which its logarithm goes on as a straight line: a rival's gain weighed against a small
income can carry it below zero, and a search must get back from there."""


@dataclass(frozen=True, eq=False)
class Wants:
    """Weights besides the political ones, by country.

    Attributes
    ----------
    title : str
        What the set of preferences calls itself.
    revenue : array [country]
        Worth of a dollar of duties collected.
    relative : array [country]
        Weight ρ on the rival's payoff, taken off.
    rival : array of int [country]
        Position of the rival; −1 where there is none.
    """

    title: str
    revenue: Array
    relative: Array
    rival: Index


def wants_of(preferences: Preferences, economy: Economy, players: Sequence[str]) -> tuple[Array, Wants]:
    """Resolve a set of preferences for the players of a game of duties.

    The rival is the one the set names; else the other player when there are two; else the other one that the set names
    weights for.

    Parameters
    ----------
    preferences : Preferences
    economy : Economy
    players : sequence of str

    Returns
    -------
    weights : array [country, sector]
        Political weights λ, mean one; one for who does not play.
    wants : Wants

    Raises
    ------
    LabelError
        For a sector or a rival the economy does not have.
    InputError
        When a rival's gains are weighed, but who the rival is cannot be told.

    Examples
    --------
    >>> from detente.world import toy
    >>> one = Preferences(id="x", title="X", source="", grade="assumed", players={"USA": {"relative": 0.5}})
    >>> _, wants = wants_of(one, toy(), ["USA", "CHN"])
    >>> toy().labels.countries[wants.rival[toy().labels.country("USA")]]
    'CHN'
    """
    labels = economy.labels
    weights = np.ones(economy.va_share.shape)
    revenue, relative = np.ones(len(labels.countries)), np.zeros(len(labels.countries))
    rival = np.full(len(labels.countries), -1, dtype=np.int64)
    for code in players:
        n, mine = labels.country(code), preferences.of(code)
        weights[n] = preferences.lambdas(code, labels.sectors)
        if mine.transfers != 1 or (mine.relative and mine.relative_to == "income"):
            raise InputError(
                f"`{preferences.id}` weighs transfers or the rival's income, which searches of duties do not",
                where=f"preferences {preferences.id}: {code}",
                hint="leave out `transfers` and `relative_to`; games weigh both",
            )
        revenue[n], relative[n] = mine.revenue, mine.relative
        if mine.rival and mine.rival not in labels.countries:
            raise LabelError(
                f"the rival `{mine.rival}` is no country of {economy.name}",
                where=f"preferences {preferences.id}: {code}",
                hint=suggestion(mine.rival, labels.countries),
            )
        known = labels.countries if mine.rival else players if len(players) == 2 else [*preferences.players]
        against = preferences.rival(code, known)
        if against is not None:
            rival[n] = labels.country(against)
            weights[rival[n]] = preferences.lambdas(against, labels.sectors)
            revenue[rival[n]] = preferences.of(against).revenue
    return frozen(weights), Wants(preferences.title, frozen(revenue), frozen(relative), rival)


def combine(name: str, outputs: Sequence[Output], factors: Sequence[float] | Array) -> Output:
    """Weighted sum of outputs: its partial derivatives are those of the parts.

    Examples
    --------
    >>> both = combine("both", [Output("a", income=1.0), Output("b", income=2.0)], [1.0, 10.0])
    >>> float(both.income)
    21.0
    """
    fields = [field.name for field in dataclasses.fields(Output) if field.name != "name"]
    sums = {
        field: sum(
            (
                float(w) * np.asarray(getattr(output, field))
                for w, output in zip(factors, outputs, strict=True)
            ),
            start=np.float64(0.0),
        )
        for field in fields
    }
    return Output(name, **sums)


def earned_by_sector(value: Equilibrium, n: int, by_earnings: Array, by_profit: Array) -> dict[str, Array]:
    """Partial derivatives of Σ_s (a_s · factor earnings of s + b_s · profits of s) in one country.

    Parameters
    ----------
    value : Equilibrium
    n : int
        Position of the country.
    by_earnings, by_profit : array [sector]
        a and b.

    Returns
    -------
    dict of array
        ``sales`` and ``cost`` [country, sector], ``factor`` in the shape of the factor prices: fields of `Output`. Factor
        earnings are the paid share of sales, which moves with factor price and cost where value added can be substituted.
    """
    technology = value.technology
    sales, cost = np.zeros_like(value.price_hat), np.zeros_like(value.price_hat)
    factor = np.zeros_like(value.factor_price_hat)
    paid = value.sector_earnings_new[n]
    output = value.output_new[n]
    share = np.divide(paid, output, out=np.zeros_like(paid), where=output > 0)
    sales[n] = by_earnings * share + by_profit * technology.profit_share[n]
    if technology.moves_inputs:
        moved = (1 - technology.structure.sigma_value_added) * by_earnings * paid
        cost[n] = -moved
        moves_wage = technology.moves_wage(np.log(value.factor_price_hat))  # nowhere below a wage floor
        by_factor = moved if isinstance(moves_wage, float) else moved * moves_wage[n]
        factor[n] = by_factor.sum() if technology.mobile else by_factor
    return {"sales": sales, "cost": cost, "factor": factor}


def price_index(value: Equilibrium, n: int) -> tuple[Array, Array]:
    """Partial derivatives of a country's log price index by log prices [country, sector] and by incomes [country]."""
    index = consumer_price(value, value.economy.labels.countries[n])
    return np.asarray(index.price), np.asarray(index.income)


def government(value: Equilibrium, country: str, weights: Array) -> tuple[float, Output]:
    """Log welfare of a government with political weights (Ossa 2014), and its partial derivatives.

    Parameters
    ----------
    value : Equilibrium
    country : str
    weights : array [country, sector]
        λ; only ratios within a country matter.

    Returns
    -------
    welfare : float
        Log of Σ_s λ_s · income earned in s, over the change of the price index.
    output : Output
        To give to `gradients`.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> value = solve(Model(toy()), Wedges.unchanged(toy())).value
    >>> level, _ = government(value, "USA", np.ones(toy().va_share.shape))
    >>> bool(np.isclose(level, np.log(toy().income[toy().labels.country("USA")])))
    True
    """
    n = value.economy.labels.country(country)
    weight, whole = weights[n], value.income_new[n]
    name = f"government[{country}]"
    prices, by_income = price_index(value, n)
    index, income = -prices, -by_income
    level = -np.log(value.consumer_price_hat[n])
    if (weight == weight[0]).all():
        income[n] += 1 / whole
        return float(np.log(weight[0] * whole) + level), Output(name, price=index, income=income)
    wages = value.sector_earnings_new[n]
    profits = value.technology.profit_share[n] * value.output_new[n]
    paid = wages.sum()
    rest = whole - (wages + profits).sum()
    mean = (weight * wages).sum() / paid
    total = (weight * (wages + profits)).sum() + mean * rest
    apart = (weight - mean) / total
    income[n] += mean / total
    parts = earned_by_sector(value, n, apart * (1 + rest / paid), apart)
    return float(np.log(total) + level), Output(name, price=index, income=income, **parts)


def own_payoff(value: Equilibrium, n: int, weights: Array, revenue: float) -> tuple[float, Output]:
    """What a player wants without a rival, against the base year, and its partial derivatives; million USD a year.

    The same sum of parts as the payoff of the package game (`preferences.weigh`).

    Parameters
    ----------
    value : Equilibrium
    n : int
        Position of the country.
    weights : array [country, sector]
        Political weights λ.
    revenue : float
        Worth of a dollar of duties collected.
    """
    economy, technology = value.economy, value.technology
    extra, profit = weights[n] - 1, technology.profit_share[n]
    above = (extra * (value.sector_earnings_new[n] + profit * value.output_new[n])).sum()
    above += (revenue - 1) * value.tariff_revenue_new[n]
    before = (extra * (technology.base_earnings()[n] + profit * economy.output[n])).sum()
    before += (revenue - 1) * economy.tariff_revenue[n] + economy.income[n]
    level = (value.income_new[n] + above) / value.consumer_price_hat[n]
    real = 1 / value.consumer_price_hat[n]
    prices, by_income = price_index(value, n)
    income = -level * by_income
    income[n] += real
    name = f"payoff[{economy.labels.countries[n]}]"
    mine = Output(name, price=-level * prices, income=income)
    parts = [mine, Output(name, **earned_by_sector(value, n, extra * real, extra * real))]
    worth = [1.0, 1.0]
    if revenue != 1:
        parts.append(tariff_revenue(value, economy.labels.countries[n]))
        worth.append((revenue - 1) * real)
    return float(level - before), combine(name, parts, worth)


def payoff(value: Equilibrium, country: str, weights: Array, wants: Wants) -> tuple[float, Output]:
    """Log payoff of a government under a set of preferences, and its partial derivatives.

    Parameters
    ----------
    value : Equilibrium
    country : str
    weights : array [country, sector]
        Political weights λ.
    wants : Wants

    Returns
    -------
    welfare : float
        Log of one plus the payoff G against the base year in base-year incomes; below `FLOOR` the tangent there. With
        unit weights it is the log of the change of real income.
    output : Output
        To give to `gradients`.

    Notes
    -----
    The rival's payoff inside is without its own ρ, as in the package game, so that the two do not chase each other.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.strategy.preferences import PLAIN
    >>> from detente.world import Wedges, toy
    >>> weights, wants = wants_of(PLAIN, toy(), ["USA", "CHN"])
    >>> value = solve(Model(toy()), Wedges.unchanged(toy())).value
    >>> abs(payoff(value, "USA", weights, wants)[0]) < 1e-9
    True
    """
    n = value.economy.labels.country(country)
    gain, output = own_payoff(value, n, weights, float(wants.revenue[n]))
    rho, rival = float(wants.relative[n]), int(wants.rival[n])
    if rho and rival >= 0:
        theirs, other = own_payoff(value, rival, weights, float(wants.revenue[rival]))
        gain, output = gain - rho * theirs, combine(output.name, [output, other], [1.0, -rho])
    whole = value.economy.income[n]
    ratio = 1 + gain / whole
    inside = max(ratio, FLOOR)
    return float(np.log(inside) + (ratio - inside) / inside), combine(
        f"payoff[{country}]", [output], [1 / (inside * whole)]
    )
