"""Random worlds that balance: for cross-checks and for properties that must hold in every world."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detente.core import Labels
from detente.world.economy import Economy
from detente.world.wedges import Wedges

Array = npt.NDArray[np.float64]
# Million USD: about world income of 2024, so that a check of magnitudes has nothing to object.
WORLD = 1.1e8


def random_world(
    countries: int = 4,
    sectors: int = 3,
    seed: int = 0,
    *,
    deficits: float = 0.1,
    duties: float = 0.3,
    zeros: float = 0.2,
    elasticities: tuple[float, float] = (1.5, 8.0),
    empty_market: bool = False,
) -> Economy:
    """Draw an economy whose accounts hold by construction.

    Shares, duties, technology and the *incomes spent* are drawn; spending and flows follow from one linear system,
    value added and deficits from the flows. Nothing is clipped: any positive incomes give non-negative flows and
    non-negative final demand, and deficits that sum to zero.

    Parameters
    ----------
    countries, sectors : int
        Sizes.
    seed : int
        The same seed gives the same world.
    deficits : float
        Spread of spent income around the one that balances trade; 0 gives balanced trade.
    duties : float, fraction
        Largest base-year duty; about a quarter of the cells are free of duty.
    zeros : float, share
        Share of foreign cells with no trade at all, and of final shares that are zero. The first country always makes
        nothing of the last sector (there are exporters with no output); sales at home are otherwise positive.
    elasticities : tuple of float
        Range of θ.
    empty_market : bool
        Whether the last country neither uses nor consumes the first sector (spending exactly zero) though it may
        sell it abroad. Needs three countries and three sectors: in less, somebody can be left with nothing to sell
        and the world has no equilibrium.

    Returns
    -------
    Economy

    Raises
    ------
    ValueError
        When an empty market is asked of a world too small for it.
    """
    if empty_market and min(countries, sectors) < 3:
        raise ValueError("an empty market needs three countries and three sectors")
    draw = np.random.default_rng(seed)
    N, S = countries, sectors
    weights = np.exp(draw.normal(0, 1, (1, N, S)) + draw.normal(0, 0.7, (N, N, S)))
    dropped = draw.random((N, N, S)) < zeros
    dropped[np.arange(N), (np.arange(N) + 1) % N] = (
        False  # a ring of trade keeps every pair of economies linked
    )
    weights[dropped] = 0
    for n in range(N):
        weights[n, n] = np.exp(draw.normal(1.5, 0.7, S)) * (1 + weights[n].sum(0))
    if S > 1 and N > 1:
        weights[:, 0, -1] = 0
        weights[0, 1, -1] = max(weights[0, 1, -1], 1.0)  # somebody else must sell it to the first country
    shares = weights / weights.sum(1, keepdims=True)

    tariff = draw.uniform(0, duties, (N, N, S)) * (draw.random((N, N, S)) > 0.25)
    tariff[np.arange(N), np.arange(N)] = 0
    va_share = draw.uniform(0.25, 0.75, (N, S))
    inputs = draw.gamma(0.7, 1.0, (N, S, S)) + 1e-3
    final = draw.gamma(0.9, 1.0, (N, S)) * (draw.random((N, S)) > zeros) + 1e-9
    final[:, 0] += 0.1
    if empty_market:
        inputs[-1, 0], final[-1, 0] = 0, 0
        final[-1, -1] += 0.1
    final[final < 1e-6] = 0
    inputs = inputs / inputs.sum(1, keepdims=True) * (1 - va_share)[:, None, :]
    final = final / final.sum(1, keepdims=True)

    net = shares / (1 + tariff)
    system = np.einsum("nrs,mns->nrms", inputs, net).reshape(N * S, N * S)
    demand = np.zeros((N, S, N))
    demand[np.arange(N), :, np.arange(N)] = final
    spent = np.linalg.solve(np.eye(N * S) - system, demand.reshape(N * S, N)).reshape(N, S, N)
    if empty_market:
        spent[-1, 0] = 0
    earned = np.einsum("is,nis,nsk->ik", va_share, net, spent) + np.einsum(
        "nis,nis,nsk->nk", tariff, net, spent
    )
    income = np.exp(draw.normal(0, 0.5, N))
    for _ in range(500):
        income = earned @ income
        income = income / income.sum()
    income = income * np.exp(draw.normal(0, 1, N) * deficits) * WORLD
    return Economy(
        name=f"random-{N}x{S}-{seed}",
        year=2024,
        labels=Labels(tuple(f"C{n}" for n in range(N)), tuple(f"s{s}" for s in range(S))),
        flows=net * (spent @ income)[:, None, :],
        tariff=tariff,
        va_share=va_share,
        input_shares=inputs,
        trade_elasticity=draw.uniform(*elasticities, S),
        elasticity_source="drawn at random",
    )


SHOCKS = ("up", "down", "free", "iceberg", "export_tax", "ban", "mixed")


def shock(economy: Economy, kind: str, seed: int = 0) -> Wedges:
    """Draw a policy of a named kind.

    Parameters
    ----------
    economy : Economy
    kind : str
        ``none``; ``up`` and ``down``: duties of one importer (all importers halve for ``down``); ``free``: every
        duty removed; ``iceberg``: trade costs up and down by up to a quarter; ``export_tax``: one country taxes its
        exports, another subsidises them; ``ban``: +500 points by one importer on one exporter; ``mixed``: all of them.
    seed : int

    Returns
    -------
    Wedges
    """
    draw = np.random.default_rng(seed + 1000)
    N, _, S = economy.flows.shape
    tariff, iceberg = economy.tariff.copy(), np.ones((N, N, S))
    export_tax = np.zeros((N, N, S))
    importer, exporter = draw.choice(N, 2, replace=False)
    if kind not in ("none", *SHOCKS):
        raise ValueError(f"unknown shock `{kind}`")
    if kind in ("up", "mixed"):
        tariff[importer] += draw.uniform(0, 0.6, (N, S))
    if kind == "down":
        tariff *= 0.5
    if kind == "free":
        tariff *= 0
    if kind in ("iceberg", "mixed"):
        iceberg *= draw.uniform(0.8, 1.25, (N, N, S))
    if kind in ("export_tax", "mixed"):
        export_tax[:, exporter] = draw.uniform(0, 0.4, (N, S))
        export_tax[:, importer] = -0.1
    if kind in ("ban", "mixed"):
        tariff[importer, exporter] += 5
    home = np.arange(N)
    tariff[home, home], iceberg[home, home], export_tax[home, home] = 0, 1, 0
    return Wedges(tariff, iceberg, export_tax)
