"""Derivatives of any output with respect to every duty, export tax and trade cost: what to differentiate, and the call.

The method is in `adjoint`: one transposed solve an output, to tolerance, whatever the number of instruments.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.core import RESULTS, InputError, SolveError
from detente.equilibrium.anderson import Anderson
from detente.equilibrium.gradients.adjoint import Adjoint
from detente.equilibrium.gradients.outputs import Gradient, Multipliers, Output, OwnGradient
from detente.equilibrium.solution import Equilibrium
from detente.world import Array

TOLERANCE = 1e-12
MAX_STEPS = 200


def real_income(equilibrium: Equilibrium, country: str) -> Output:
    """Log real income of a country."""
    n = equilibrium.economy.labels.country(country)
    weights = consumed_shares(equilibrium)
    price, income = np.zeros_like(weights), np.zeros(len(weights))
    price[n], income[n] = -weights[n], 1 / equilibrium.valued_income_new[n]
    return Output(f"real_income[{country}]", price=price, income=income)


def consumed_shares(equilibrium: Equilibrium) -> Array:
    """By how much log real income falls with each log price [country, sector]: final shares, where demand is homothetic."""
    log_price = np.log(equilibrium.price_hat)
    final, _ = equilibrium.technology.final(log_price)
    if equilibrium.technology.least is None:
        return final
    bought = equilibrium.technology.demanded(log_price, final, equilibrium.income_new)
    return np.asarray(bought / equilibrium.valued_income_new[:, None])


def price(equilibrium: Equilibrium, country: str, sector: str) -> Output:
    """Log price of a sector to a country's buyers."""
    seed = np.zeros_like(equilibrium.price_hat)
    labels = equilibrium.economy.labels
    seed[labels.country(country), labels.sector(sector)] = 1.0
    return Output(f"price[{country}, {sector}]", price=seed)


def remains(level: float, name: str) -> float:
    """A level whose logarithm is asked for.

    Raises
    ------
    InputError
        When bans have left nothing of it.
    """
    if not level > 0:
        raise InputError(
            f"nothing is left of `{name}`, and nothing has no logarithm",
            where="derivatives and explanations",
            hint="a ban stops it altogether: ask for what remains, such as real income or prices",
        )
    return level


def output_volume(equilibrium: Equilibrium, country: str, sector: str) -> Output:
    """Log volume of a sector's output."""
    labels = equilibrium.economy.labels
    i, s = labels.country(country), labels.sector(sector)
    remains(float(equilibrium.output_new[i, s]), f"output[{country}, {sector}]")
    sales, cost = np.zeros_like(equilibrium.price_hat), np.zeros_like(equilibrium.price_hat)
    sales[i, s], cost[i, s] = 1 / equilibrium.output_new[i, s], -1.0
    return Output(f"output_volume[{country}, {sector}]", sales=sales, cost=cost)


def flow_volume(equilibrium: Equilibrium, importer: str, exporter: str, sector: str) -> Output:
    """Log volume of a flow."""
    labels = equilibrium.economy.labels
    n, i, s = labels.country(importer), labels.country(exporter), labels.sector(sector)
    spent = equilibrium.trade_shares_new[n, i, s] * equilibrium.purchases_new[n, s]
    remains(float(spent), f"flow_volume[{importer}, {exporter}, {sector}]")
    cell, tariff, tax = (np.zeros_like(equilibrium.wedges.tariff) for _ in range(3))
    cost = np.zeros_like(equilibrium.price_hat)
    cell[n, i, s], cost[i, s] = 1 / spent, -1.0
    tariff[n, i, s] = -1 / (1 + equilibrium.wedges.tariff[n, i, s])
    tax[n, i, s] = -1 / (1 + equilibrium.wedges.export_tax[n, i, s])
    name = f"flow_volume[{importer}, {exporter}, {sector}]"
    return Output(name, cell=cell, cost=cost, tariff=tariff, export_tax=tax)


def tariff_revenue(equilibrium: Equilibrium, country: str) -> Output:
    """Duties collected by a country, million USD."""
    n = equilibrium.economy.labels.country(country)
    duty = equilibrium.wedges.tariff
    cell, tariff = np.zeros_like(duty), np.zeros_like(duty)
    cell[n] = duty[n] / (1 + duty[n])
    tariff[n] = equilibrium.trade_shares_new[n] * equilibrium.purchases_new[n] / (1 + duty[n]) ** 2
    return Output(f"tariff_revenue[{country}]", cell=cell, tariff=tariff)


def gradients(
    equilibrium: Equilibrium, outputs: Sequence[Output], *, tolerance: float = TOLERANCE
) -> tuple[Gradient, ...]:
    """Differentiate outputs with respect to every duty, export tax and trade cost.

    Parameters
    ----------
    equilibrium : Equilibrium
        Solved.
    outputs : sequence of Output
        As made by `real_income`, `price`, `output_volume`, `flow_volume`, `tariff_revenue`.
    tolerance : float
        Largest residual of the transposed system, relative to the output's own partial derivatives. Derivatives that only
        steer a search, whose end is judged by something else, need less than the default.

    Returns
    -------
    tuple of Gradient
        One an output, in order.

    Raises
    ------
    SolveError
        When the transposed system is not solved to the tolerance.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> economy = toy()
    >>> value = solve(Model(economy), Wedges.unchanged(economy)).value
    >>> (slope,) = gradients(value, [real_income(value, "USA")])
    >>> slope.tariff.shape == economy.tariff.shape
    True
    """
    if not outputs:
        return ()
    if equilibrium.responses is not None:
        from detente.equilibrium.responses.answered import (
            answered_gradients,
        )  # which differentiates through here

        return answered_gradients(equilibrium, outputs, tolerance)
    system, multipliers = _settled(equilibrium, outputs, tolerance)
    return tuple(system.gradient(k, *multipliers, output.name) for k, output in enumerate(outputs))


def own_gradients(
    equilibrium: Equilibrium,
    outputs: Sequence[Output],
    countries: Sequence[str],
    *,
    tolerance: float = TOLERANCE,
    nearby: dict[str, Array] | None = None,
) -> tuple[OwnGradient, ...]:
    """Differentiate each output by the duties and export taxes of one country alone: what a game of duties asks for.

    The same numbers as in `gradients`, without those of everybody else's instruments.

    Parameters
    ----------
    equilibrium : Equilibrium
        Solved.
    outputs : sequence of Output
    countries : sequence of str
        One an output.
    tolerance : float
        As in `gradients`.
    nearby : dict, optional
        Multipliers by name of output that were found at an equilibrium nearby, where the search begins; those found here are
        left in it. What is found does not depend on it, to the tolerance.

    Returns
    -------
    tuple of OwnGradient
        One an output, in order.

    Raises
    ------
    SolveError
        When the transposed system is not solved to the tolerance.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> value = solve(Model(toy()), Wedges.unchanged(toy())).value
    >>> (own,) = own_gradients(value, [real_income(value, "USA")], ["USA"])
    >>> (whole,) = gradients(value, [real_income(value, "USA")])
    >>> bool((own.tariff == whole.tariff[own.country]).all())
    True
    """
    places = [equilibrium.economy.labels.country(code) for code in countries]
    if not outputs:
        return ()
    if equilibrium.responses is not None:
        whole = gradients(equilibrium, outputs, tolerance=tolerance)
        return tuple(
            OwnGradient(each.output, n, each.tariff[n], each.export_tax[:, n])
            for each, n in zip(whole, places, strict=True)
        )
    system, multipliers = _settled(equilibrium, outputs, tolerance, nearby)
    return tuple(
        system.own(k, multipliers, n, output.name)
        for k, (output, n) in enumerate(zip(outputs, places, strict=True))
    )


def _settled(
    equilibrium: Equilibrium,
    outputs: Sequence[Output],
    tolerance: float,
    nearby: dict[str, Array] | None = None,
) -> tuple[Adjoint, Multipliers]:
    """Solve the transposed system, from multipliers found nearby where there are any."""
    system = Adjoint(equilibrium, outputs)
    N, S = system.N, system.S
    F = system.base.factor_inverse.shape[0]
    point = np.zeros((len(outputs), F + 2 * N * S))
    # the first look, at zero multipliers, gives each output's own size
    _, size = system.sweep(point)
    size = np.where(size > 0, size, 1.0)
    known = nearby or {}
    for row, output in enumerate(outputs):
        there = known.get(output.name)
        if there is not None and there.shape == point[row].shape:
            point[row] = there
    history = Anderson(len(outputs), point.shape[1], 12)
    worst = size
    for _ in range(MAX_STEPS):
        step, worst = system.sweep(point)
        if (worst <= tolerance * size).all():
            break
        point = history.advance(point, step)
    else:
        raise SolveError(
            f"derivatives not found: {RESULTS.max_steps_reached.value} (residual {float((worst / size).max()):.0e})",
            where=equilibrium.economy.name,
            hint="the equilibrium may be close to one without a derivative; see the docs page `it-does-not-converge`",
        )
    if nearby is not None:
        nearby.update({output.name: point[row] for row, output in enumerate(outputs)})
    mu, spending = point[:, :F], point[:, F : F + N * S].reshape(-1, N, S) / system.base.scale
    return system, (mu, spending, point[:, F + N * S :].reshape(-1, N, S))


__all__ = [
    "Gradient",
    "Output",
    "flow_volume",
    "gradients",
    "output_volume",
    "own_gradients",
    "price",
    "real_income",
    "tariff_revenue",
]
