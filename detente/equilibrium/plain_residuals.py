"""How far a point is from an equilibrium, by the plain equations of `model` and nothing of the solver's own arithmetic."""

from __future__ import annotations

import numpy as np

from detente.equilibrium import model
from detente.equilibrium.backstop import MOST
from detente.equilibrium.implicit import Numeraires
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.structure import Technology
from detente.world import Array, Economy, Wedges, repeats

GATE = 1e-10
"""No result is called an equilibrium above this residual, whatever `rtol` asks for."""
WALRAS_GATE = 1e-8
"""The same for the market that is dropped, relative to itself: rounding of all others adds up there, and of files of nine digits."""


def residuals(equilibrium: Equilibrium) -> dict[str, float | str]:
    """Residuals of the plain equations at an equilibrium.

    Returns
    -------
    dict
        ``clearing_residual`` (largest, every factor market but the dropped one), ``price_residual``,
        ``expenditure_residual``, ``numeraire_residual``, ``walras`` (the dropped market's), ``max_residual`` (largest of
        the first four), ``lowest_income`` (smallest ratio of a country's income, beyond minima, to that of the base year), ``dropped`` (its
        country, or country/sector).
    """
    wedges = equilibrium.wedges
    stacked = Wedges(wedges.tariff[None], wedges.iceberg_hat[None], wedges.export_tax[None])
    return chunk_residuals(
        equilibrium.technology,
        stacked,
        equilibrium.deficit_new,
        equilibrium.factor_price_hat[None],
        equilibrium.price_hat[None],
        equilibrium.expenditure_new[None],
    )[0][0]


def chunk_residuals(
    technology: Technology,
    wedges: Wedges,
    deficit: Array,
    factor_hat: Array,
    price_hat: Array,
    expenditure: Array,
) -> tuple[list[dict[str, float | str]], dict[str, Array]]:
    """`residuals` of a chunk of scenarios (leading axis), and what they were judged at, by the names `Equilibrium` has for it."""
    economy = technology.economy
    log_factor, log_price = np.log(factor_hat), np.log(price_hat)
    core = technology.structure.is_core
    if core:
        cost_hat = model.cost_hat(factor_hat, price_hat, economy.va_share, economy.input_shares)
        paid, inputs, final = economy.va_share, economy.input_shares, economy.final_shares
        log_basket = np.zeros(())  # asked for by none of what the core leaves out
    else:
        log_cost = technology.log_cost(log_factor, log_price)
        cost_hat = np.exp(log_cost)
        paid, inputs = technology.shares(log_factor, log_price, log_cost)
        final, log_basket = technology.final(log_price)
    basket_hat = np.exp(log_basket)
    outside, wanted_outside = _outside(technology, price_hat, basket_hat, expenditure)
    reaching = expenditure - outside
    shares = _shares(economy, wedges, cost_hat, price_hat)
    # the price equation holds where shares add up to one: P_hat of the equation is price_hat · (Σ_i π')^(−1/θ)
    spends = economy.expenditure > 0
    added = np.where(spends, np.vecmat(np.ones(shares.shape[-2]), shares), 1.0)
    price_gap = np.abs(np.log(added)) / economy.trade_elasticity
    if technology.structure.backstop is not None:
        # or the schedule sets the price: all but the last of spending goes there, and suppliers ask for more
        full = np.log(
            np.divide(wanted_outside, MOST * expenditure, out=np.ones_like(outside), where=outside > 0)
        )
        sets = (wanted_outside > 0.5 * expenditure) & (np.abs(full) < price_gap) & (added < 1)
        # elsewhere suppliers set it, and no more than that part may be wanted outside
        price_gap = np.where(sets, np.abs(full), np.maximum(price_gap, full))
        shares = np.where(sets[..., None, :], shares / added[..., None, :], shares)
    flows = model.flows_new(shares, wedges.tariff, reaching)
    nobody = repeats(wedges.export_tax, economy.nothing_added[1])  # taxes exports, said in one number
    export_tax = np.zeros((1, 1, 1)) if nobody else wedges.export_tax
    output = model.output_of_flows(flows, export_tax)
    earned, asked = technology.earnings(log_factor)
    duties = model.duties_on_flows(flows, wedges.tariff)
    supply, transfers = _used(technology, basket_hat, earned, duties)
    taxes = model.export_taxes_on_flows(flows, export_tax)
    income = model.income_new(
        np.ones(()),
        earned * supply + np.vecdot(technology.profit_share, output) + transfers,
        duties,
        taxes,
        deficit + (expenditure - reaching).sum(-1),
    )
    least = 0.0 if technology.least is None else technology.least * price_hat
    beyond = income if technology.least is None else income - np.sum(least, -1)
    wanted = model.expenditure_new(inputs, output, final, beyond) + least
    if technology.mobile:
        clearing = (paid * output).sum(-1) / (earned * supply) - 1
    else:
        active, asked = technology.earning, asked * np.asarray(supply)[..., None]
        clearing = np.where(active, paid * output / np.where(active, asked, 1.0) - 1, 0.0).reshape(
            len(output), -1
        )
    units = Numeraires.of(technology)
    drop = units.dropped
    dropped = np.zeros(clearing.shape[1], dtype=bool)
    dropped[drop] = True
    scale = np.where(spends, economy.expenditure, 1.0)
    parts = {
        "clearing_residual": np.abs(np.where(dropped, 0.0, clearing)).max(1),
        "price_residual": price_gap.max((1, 2)),
        "expenditure_residual": (np.abs(wanted - expenditure) / scale).max((1, 2)),
        "numeraire_residual": np.abs(units.gap(earned)).max(1),
    }
    parts["max_residual"] = np.maximum.reduce(list(parts.values()))
    parts["walras"] = clearing[:, drop[0]] if len(drop) == 1 else np.abs(clearing[:, drop]).max(1)
    enjoyed = beyond - _used_up(technology, log_price, log_basket, expenditure) if outside.any() else beyond
    base = economy.income if technology.least is None else economy.income - technology.least.sum(1)
    parts["lowest_income"] = (enjoyed / base).min(1)
    name = ", ".join(dropped_name(economy, technology, int(market)) for market in drop)
    stats: list[dict[str, float | str]] = [
        {**{key: float(values[k]) for key, values in parts.items()}, "dropped": name}
        for k in range(len(factor_hat))
    ]
    levels = {
        "trade_shares_new": shares,
        "output_new": output,
        "tariff_revenue_new": duties,
        "export_tax_revenue_new": taxes,
        "cost_hat": cost_hat,
    }
    if core:
        basket_hat = model.consumer_price_hat(price_hat, final)
        levels |= {
            "wage_hat": earned / technology.base_earnings().sum(1),
            "sector_earnings_new": paid * output,
            "income_new": income,
            "marginal_price_hat": basket_hat,
            "consumer_price_hat": basket_hat,
            "real_income_hat": model.real_income_hat(income, economy.income, basket_hat),
        }
    return stats, levels


def _shares(economy: Economy, wedges: Wedges, cost_hat: Array, price_hat: Array) -> Array:
    """Trade shares of scenarios [scenario, n, i, s]; trade costs that most pairs share are worked out once."""
    most, others = wedges.told_apart(economy)
    at = np.nonzero(others)
    _, importer, exporter = at
    cost, tax = (
        each[0, 0] if repeats(array, each) else array[at]  # as most policies leave them
        for array, each in zip((wedges.iceberg_hat, wedges.export_tax), economy.nothing_added, strict=True)
    )
    kappa_hat = np.ones((1, 1, 1))  # the base year's own: powers of it need not be taken
    if most.tariff is not economy.tariff:
        kappa_hat = model.trade_cost_hat(economy.tariff, most.tariff, most.iceberg_hat, most.export_tax)
    kappa_moved = model.trade_cost_hat(economy.tariff[importer, exporter], wedges.tariff[at], cost, tax)
    moved = np.ravel_multi_index(at, others.shape), kappa_moved
    return model.shares_where_moved(
        economy.trade_shares, kappa_hat, moved, cost_hat, price_hat, economy.trade_elasticity
    )


def _used(
    technology: Technology, basket_hat: Array, earned: Array, duties: Array
) -> tuple[Array | float, Array | float]:
    """Supply of factors [.., n], and what savings of duties move between countries: `revenue`, written apart."""
    structure, economy = technology.structure, technology.economy
    if structure.is_core or not (structure.moves_supply or np.any(structure.revenue_saved)):
        return 1.0, 0.0
    base, more = technology.base_earnings().sum(1), duties - economy.tariff_revenue
    supply = (earned / base / basket_hat) ** np.asarray(structure.labour_supply)
    supply = (
        supply + (structure.marginal_cost_of_funds - 1) * np.asarray(structure.revenue_cut) * more / earned
    )
    severed = technology.severed
    same = np.ones((len(base),) * 2, dtype=bool) if severed is None else severed.part[:, None] == severed.part
    others = np.where(
        same & ~np.eye(len(base), dtype=bool), base, 0.0
    )  # whom savings of each reach [saver, country]
    whole = others.sum(1)
    parts = np.divide(others, whole[:, None], out=np.zeros_like(others), where=whole[:, None] > 0)
    saves = np.where(whole > 0, structure.revenue_saved, 0.0) * more
    gets = (saves[..., None] * parts).sum(-2)
    return supply, gets - saves


def _outside(
    technology: Technology, price_hat: Array, basket_hat: Array, expenditure: Array
) -> tuple[Array, Array]:
    """Spending that goes outside the market [.., n, s], and would without a ceiling: the equations of `backstop` written apart."""
    backstop = technology.structure.backstop
    wanted = np.zeros_like(expenditure)
    if backstop is None:
        return wanted, wanted
    at = (..., backstop.importer, backstop.sector)
    price = price_hat[at]
    relative = price / basket_hat[..., backstop.importer]
    met = np.zeros_like(price)
    for capacity, first, full in zip(backstop.capacity, backstop.first, backstop.full, strict=True):
        way = np.log(relative / np.exp(first)) / (full - first)
        part = np.where(way < 0, 0.0, np.where(way > 1, 1.0, 3 * way**2 - 2 * way**3))
        met += capacity * part
    wanted[at] = technology.economy.expenditure[at] * price * met
    return np.minimum(wanted, MOST * expenditure), wanted


def _used_up(technology: Technology, log_price: Array, log_basket: Array, expenditure: Array) -> Array:
    """Resources that a backstop takes out of final baskets [.., n], million USD."""
    backstop = technology.structure.backstop
    assert backstop is not None
    _, resources = backstop.taken(log_price, log_basket, expenditure)
    return np.asarray(backstop.spread(resources.sum(-2), expenditure.shape).sum(-1))


def dropped_name(economy: Economy, technology: Technology, drop: int) -> str:
    """Name of the dropped factor market."""
    if technology.mobile:
        return economy.labels.countries[drop]
    country, sector = divmod(drop, len(economy.labels.sectors))
    return f"{economy.labels.countries[country]}/{economy.labels.sectors[sector]}"
