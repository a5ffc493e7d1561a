"""The plain reference: the same equilibrium by nested fixed points and SciPy's dense root finder, as a textbook would."""

from __future__ import annotations

import numpy as np
import scipy.optimize

from detente.cases.stocks import Setting
from detente.equilibrium import Model, model, solve
from detente.equilibrium.controls import QuantityControl
from detente.world.economy import Array, Economy
from detente.world.wedges import Wedges


def solve_plainly(economy: Economy, wedges: Wedges, tolerance: float = 1e-10) -> Array:
    """Real income changes [country]; excess demand for factors by `hybr` with finite differences, prices iterated inside,
    expenditures by one dense linear solve per evaluation."""
    N, S = economy.va_share.shape
    kappa = model.trade_cost_hat(economy.tariff, wedges.tariff, wedges.iceberg_hat, wedges.export_tax)
    state: dict[str, Array] = {}

    def excess(free: Array) -> Array:
        log_wage = np.append(free, 0.0)
        wage = np.exp(log_wage)
        wage *= economy.value_added.sum() / (wage * economy.value_added).sum()
        price = np.ones((N, S))
        for _ in range(1000):
            cost = model.cost_hat(wage, price, economy.va_share, economy.input_shares)
            new = model.price_hat(economy.trade_shares, kappa, cost, economy.trade_elasticity)
            gap = np.abs(np.log(new / price)).max()
            price = new
            if gap < 1e-13:
                break
        shares = model.trade_shares_new(economy.trade_shares, kappa, cost, price, economy.trade_elasticity)
        net = shares / ((1 + wedges.tariff) * (1 + wedges.export_tax))
        system = np.einsum("nrs,mns->nrms", economy.input_shares, net)
        duty = (shares * wedges.tariff / (1 + wedges.tariff)).sum(1)
        here = np.arange(N)
        system[here, :, here, :] += economy.final_shares[:, :, None] * duty[:, None, :]
        right = economy.final_shares * (wage * economy.value_added + economy.deficit)[:, None]
        spending = np.linalg.solve(np.eye(N * S) - system.reshape(N * S, N * S), right.ravel()).reshape(N, S)
        output = np.einsum("nis,ns->is", net, spending)
        income = wage * economy.value_added + economy.deficit + (duty * spending).sum(1)
        state["real"] = income / economy.income / model.consumer_price_hat(price, economy.final_shares)
        return np.asarray(model.clearing_residual(output, economy.va_share, wage, economy.value_added)[:-1])

    found = scipy.optimize.root(excess, np.zeros(N - 1), method="hybr", options={"xtol": tolerance})
    if np.abs(excess(found.x)).max() > 1e-8:
        raise RuntimeError("the reference did not converge")
    return state["real"]


def dense_newton(economy: Economy, wedges: Wedges, tolerance: float = 1e-11) -> Array:
    """Real income changes [country] by Newton on wages, every inner system and every derivative by dense linear algebra."""
    N, S = economy.va_share.shape
    size = N * S
    theta, gamma, g, alpha = (
        economy.trade_elasticity,
        economy.va_share,
        economy.input_shares,
        economy.final_shares,
    )
    kappa = model.trade_cost_hat(economy.tariff, wedges.tariff, wedges.iceberg_hat, wedges.export_tax)
    log_wage, price, here = np.zeros(N), np.ones((N, S)), np.arange(N)
    for _ in range(50):
        wage = np.exp(log_wage)
        for _ in range(1000):
            cost = model.cost_hat(wage, price, gamma, g)
            new = model.price_hat(economy.trade_shares, kappa, cost, theta)
            gap = np.abs(np.log(new / price)).max()
            price = new
            if gap < 1e-14:
                break
        shares = model.trade_shares_new(economy.trade_shares, kappa, cost, price, theta)
        net = shares / ((1 + wedges.tariff) * (1 + wedges.export_tax))
        duty = shares * wedges.tariff / (1 + wedges.tariff)
        system = np.einsum("nrs,mns->nrms", g, net)
        system[here, :, here, :] += alpha[:, :, None] * duty.sum(1)[:, None, :]
        inverse = np.linalg.inv(np.eye(size) - system.reshape(size, size))
        bill = wage * economy.value_added
        spending = (inverse @ (alpha * (bill + economy.deficit)[:, None]).ravel()).reshape(N, S)
        output = np.einsum("nis,ns->is", net, spending)
        residual = (gamma * output).sum(1) / bill - 1
        residual[-1] = bill.sum() / economy.value_added.sum() - 1
        if np.abs(residual).max() < tolerance:
            break
        matrix = np.einsum("nis,irs->nsir", shares, g).reshape(size, size)
        dp = np.linalg.solve(
            np.eye(size) - matrix, (shares * gamma).transpose(0, 2, 1).reshape(size, N)
        ).reshape(N, S, N)
        dcost = np.einsum("nrs,nrd->nsd", g, dp)
        dcost[here, :, here] += gamma
        weight = net * spending[:, None, :] * theta
        doutput = np.einsum("nis,nsd->isd", weight, dp) - np.einsum("nis,isd->isd", weight, dcost)
        weight = duty * spending[:, None, :] * theta
        dincome = np.einsum("nis,nsd->nd", weight, dp) - np.einsum("nis,isd->nd", weight, dcost)
        dincome[here, here] += bill
        right = np.einsum("nrs,nsd->nrd", g, doutput) + alpha[:, :, None] * dincome[:, None, :]
        dspending = (inverse @ right.reshape(size, N)).reshape(N, S, N)
        doutput = doutput + np.einsum("nis,nsd->isd", net, dspending)
        slope = np.einsum("ns,nsd->nd", gamma, doutput) / bill[:, None]
        slope[here, here] -= (gamma * output).sum(1) / bill
        slope[-1] = bill / economy.value_added.sum()
        log_wage = log_wage + np.linalg.solve(slope, -residual)
    income = bill + economy.deficit + (duty.sum(1) * spending).sum(1)
    return np.asarray(income / economy.income / model.consumer_price_hat(price, alpha))


def path_plainly(
    wedges: Wedges, control: QuantityControl, stock: float, months: int, at: Setting
) -> list[tuple[float, Array]]:
    """Volume used and real income changes of every month under one cap with a stock: each month on its own, the export tax
    that makes the cap hold by a root finder over whole solves, each from the base year."""
    found = []
    for month in range(months):
        economy, structure = at(month + 0.5)
        base = np.where(control.cells, economy.flows, 0.0)

        def used(log_wedge: float) -> tuple[float, Array]:
            tax = np.array(wedges.export_tax)
            tax[control.cells] = (1 + tax[control.cells]) * np.exp(log_wedge) - 1
            value = solve(Model(economy, structure), Wedges(wedges.tariff, wedges.iceberg_hat, tax)).value  # noqa: B023
            volume = float((base * value.flow_volume_hat).sum() / base.sum())  # noqa: B023
            return volume, np.array(value.real_income_hat)

        available = control.limit + stock
        answer = used(0.0)
        if answer[0] > available:
            high = 1.0
            while used(high)[0] > available:
                high *= 2
            answer = used(
                scipy.optimize.brentq(lambda x: np.log(used(x)[0] / available), 0.0, high, xtol=1e-11)  # noqa: B023
            )
            stock = 0.0
        else:
            stock -= max(answer[0] - control.limit, 0.0)
        found.append(answer)
    return found
