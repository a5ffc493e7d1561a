"""Results as partial derivatives, for the adjoint: what `derivatives` does not have and `targets` explains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from detente.core import InputError
from detente.equilibrium.gradients.derivatives import consumed_shares, real_income, remains
from detente.equilibrium.gradients.outputs import Output
from detente.equilibrium.solution import Equilibrium
from detente.world import Array


def consumer_price(equilibrium: Equilibrium, country: str) -> Output:
    """Log price of a country's final basket: log income less log real income."""
    n = equilibrium.economy.labels.country(country)
    weights = consumed_shares(equilibrium)
    price, income = np.zeros_like(weights), np.zeros(len(weights))
    price[n] = weights[n]
    if equilibrium.technology.least is not None:  # the basket moves with income
        income[n] = 1 / equilibrium.income_new[n] - 1 / equilibrium.valued_income_new[n]
    return Output(f"prices[{country}]", price=price, income=income)


def equivalent_variation(equilibrium: Equilibrium, country: str) -> Output:
    """Equivalent variation of a country, million USD: base income times real income."""
    n = equilibrium.economy.labels.country(country)
    reading = real_income(equilibrium, country)
    worth = equilibrium.economy.income[n] * equilibrium.real_income_hat[n]
    return replace(
        reading,
        name=f"equivalent_variation[{country}]",
        price=worth * np.asarray(reading.price),
        income=worth * np.asarray(reading.income),
    )


def wage(equilibrium: Equilibrium, country: str) -> Output:
    """Log factor income of a country: its wage when factors move freely.

    Raises
    ------
    InputError
        Where labour answers beside prices, or earns a part where goods are sold: what a head earns is then not read off prices.
    """
    answers = equilibrium.responses
    for name in ("labour_supply", "margin"):
        if answers is not None and np.any(getattr(answers, name)):
            raise InputError(
                f"derivatives of wages and `{name}` of responses do not go together",
                where=f"wages[{country}]",
                hint="ask for real income, or state labour supply in the structure",
            )
    return _earnings(equilibrium, country)


def _earnings(equilibrium: Equilibrium, country: str) -> Output:
    """Log earnings of a country's factor at base supply."""
    n = equilibrium.economy.labels.country(country)
    seed = np.zeros_like(equilibrium.factor_price_hat)
    if equilibrium.technology.mobile:
        seed[n] = 1.0
    else:
        total, asked = equilibrium.technology.earnings(np.log(equilibrium.factor_price_hat))
        seed[n] = asked[n] / total[n]
    return Output(f"wages[{country}]", factor=seed)


def real_wage(equilibrium: Equilibrium, country: str) -> Output:
    """Log wage over the price of the final basket."""
    index = consumer_price(equilibrium, country)
    price, income = np.asarray(index.price), np.asarray(index.income)
    return replace(wage(equilibrium, country), name=f"real_wages[{country}]", price=-price, income=-income)


def employment(equilibrium: Equilibrium, country: str, sector: str) -> Output:
    """Log share of a country's factor income that a sector earns."""
    labels, technology = equilibrium.economy.labels, equilibrium.technology
    n, s = labels.country(country), labels.sector(sector)
    name = f"employment[{country}, {sector}]"
    remains(float(equilibrium.sector_earnings_new[n, s]), name)
    factor = -np.asarray(_earnings(equilibrium, country).factor)
    if not technology.mobile:
        factor = factor * technology.structure.mobility
        factor[n, s] += technology.structure.mobility
        return Output(name, factor=factor)
    power = 1 - technology.structure.sigma_value_added
    sales, cost = np.zeros_like(equilibrium.price_hat), np.zeros_like(equilibrium.price_hat)
    if (
        technology.structure.moves_supply
    ):  # what all sectors earn is more than their wage: the sum of what each does
        earned = equilibrium.sector_earnings_new[n]
        weight = np.eye(len(earned))[s] - earned / earned.sum()
        sales[n] = np.divide(
            weight, equilibrium.output_new[n], out=np.zeros_like(weight), where=equilibrium.output_new[n] > 0
        )
        cost[n] = -power * weight
        return Output(name, factor=np.zeros_like(factor), sales=sales, cost=cost)
    factor[n] += power * _moves_wage(equilibrium, n)
    sales[n, s], cost[n, s] = 1 / equilibrium.output_new[n, s], -power
    return Output(name, factor=factor, sales=sales, cost=cost)


def _moves_wage(equilibrium: Equilibrium, n: int) -> float:
    """Whether a country's factor price moves what employers pay, as 1 or 0, where factors move freely: not below its floor."""
    moves = equilibrium.technology.moves_wage(np.log(equilibrium.factor_price_hat))
    return moves if isinstance(moves, float) else float(moves[n, 0])


def flow(equilibrium: Equilibrium, name: str, cells: npt.NDArray[np.bool_]) -> Output:
    """Log volume, at base-year prices, of some flows together."""
    share = np.where(cells, equilibrium.economy.flows, 0.0) * equilibrium.flow_volume_hat
    share = share / remains(float(share.sum()), name)
    spent = equilibrium.trade_shares_new * equilibrium.purchases_new[:, None, :]
    cell = np.divide(share, spent, out=np.zeros_like(share), where=share > 0)
    return Output(
        name,
        cell=cell,
        cost=-share.sum(0),
        tariff=-share / (1 + equilibrium.wedges.tariff),
        export_tax=-share / (1 + equilibrium.wedges.export_tax),
    )


def average_duty(equilibrium: Equilibrium, name: str, cells: npt.NDArray[np.bool_]) -> Output:
    """Average duty on some flows, on the trade it leaves, a fraction."""
    duty = equilibrium.wedges.tariff
    border = np.where(cells, equilibrium.flows_new, 0.0)
    whole = remains(float(border.sum()), name)
    mean = (border * duty).sum() / whole
    return Output(
        name,
        cell=np.where(cells, (duty - mean) / (1 + duty) / whole, 0.0),
        tariff=border * (1 + mean) / (1 + duty) / whole,
    )


def rents(equilibrium: Equilibrium, country: str, tariff: Array, export_tax: Array) -> Output:
    """Rents of a country at given wedges of quantity controls, million USD."""
    n = equilibrium.economy.labels.country(country)
    wedges = equilibrium.wedges
    worth = np.zeros_like(wedges.tariff)
    worth[n] += tariff[n]
    worth[:, n] += export_tax[:, n] / (1 + wedges.export_tax[:, n])
    tax = np.zeros_like(worth)
    tax[:, n] = -(equilibrium.flows_new * export_tax)[:, n] / (1 + wedges.export_tax[:, n]) ** 2
    duty = 1 + wedges.tariff
    return Output(
        f"rents[{country}]", cell=worth / duty, tariff=-equilibrium.flows_new * worth / duty, export_tax=tax
    )


def terms_of_trade(equilibrium: Equilibrium, country: str) -> Output:
    """Change of export prices less that of import prices, in log points of real income: a form, not a function."""
    n = equilibrium.economy.labels.country(country)
    traded = equilibrium.flows_new * _abroad(equilibrium) / equilibrium.valued_income_new[n]
    signed = np.zeros_like(traded)
    signed[:, n] += traded[:, n]
    signed[n] -= traded[n]
    return Output(
        f"terms_of_trade[{country}]",
        cost=signed.sum(0),
        export_tax=signed / (1 + equilibrium.wedges.export_tax),
    )


def volume_of_trade(equilibrium: Equilibrium, country: str) -> Output:
    """Duties times the change in the volume of imports, in log points of real income: a form, not a function."""
    n = equilibrium.economy.labels.country(country)
    wedges = equilibrium.wedges
    worth = np.zeros_like(wedges.tariff)
    worth[n] = wedges.tariff[n] / equilibrium.valued_income_new[n]
    bought = worth * equilibrium.flows_new
    return Output(
        f"volume_of_trade[{country}]",
        cell=worth / (1 + wedges.tariff),
        tariff=-bought / (1 + wedges.tariff),
        cost=-bought.sum(0),
        export_tax=-bought / (1 + wedges.export_tax),
        log_iceberg=-bought,
    )


def _abroad(equilibrium: Equilibrium) -> npt.NDArray[np.bool_]:
    return ~np.eye(len(equilibrium.economy.labels.countries), dtype=bool)[:, :, None]
