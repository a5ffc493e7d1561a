"""Headline results of an equilibrium: what is printed of every economy, and what draws keep."""

from __future__ import annotations

import numpy as np

from detente.equilibrium import Equilibrium
from detente.world import Array, flows_abroad

WORLD = "WORLD"
MONEY = "USD bn"
HEADLINES = {
    "real_income_pct": ("Real income", "%", 3),
    "equivalent_variation_usd_bn": ("Equivalent variation", MONEY, 1),
    "consumer_price_pct": ("Consumer prices", "%", 2),
    "wage_pct": ("Wages", "%", 2),
    "tariff_revenue_usd_bn": ("Duties collected", MONEY, 1),
    "exports_pct": ("Exports", "%", 2),
    "imports_pct": ("Imports", "%", 2),
}
"""Name, unit and decimals of each; per cent against the base year."""


def headlines(value: Equilibrium) -> Array:
    """Headlines of every country and, last, of the world [metric, country + 1], in the units of `HEADLINES`.

    The world's real income is the sum of equivalent variations over base income; its price is the income-weighted mean of
    logarithms; its wage is the numeraire.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> headlines(solve(Model(world), Wedges.unchanged(world)).value).shape
    (7, 6)
    """
    economy = value.economy
    flows, flows_new = flows_abroad(economy), flows_abroad(economy, value.flows_new)
    exports, exports_new = flows.sum((0, 2)), flows_new.sum((0, 2))
    imports, imports_new = flows.sum((1, 2)), flows_new.sum((1, 2))
    # the world as one: money sums are added up, its price is the spending-weighted mean of logarithms
    weight = economy.income / economy.income.sum()
    world_price = float(np.exp((weight * np.log(value.consumer_price_hat)).sum()))
    ev = value.equivalent_variation_usd
    table = np.stack(
        [
            100 * (value.real_income_hat - 1),
            ev / 1e3,
            100 * (value.consumer_price_hat - 1),
            100 * (value.wage_hat - 1),
            value.tariff_revenue_new / 1e3,
            100 * (exports_new / exports - 1),
            100 * (imports_new / imports - 1),
        ]
    )
    world = [
        100 * ev.sum() / economy.income.sum(),
        ev.sum() / 1e3,
        100 * (world_price - 1),
        0.0,
        value.tariff_revenue_new.sum() / 1e3,
        100 * (exports_new.sum() / exports.sum() - 1),
        100 * (imports_new.sum() / imports.sum() - 1),
    ]
    return np.concatenate([table, np.array(world)[:, None]], axis=1)


def headline_differences(levels: Array, base: Array) -> Array:
    """Headlines against another outcome [.., metric, country]: ratios for per cent, differences for money."""
    differences = 100 * ((1 + levels / 100) / (1 + base / 100) - 1)
    for metric, (_, unit, _) in enumerate(HEADLINES.values()):
        if unit == MONEY:
            differences[..., metric, :] = (levels - base)[..., metric, :]
    return np.asarray(differences)
