"""Many solves on worlds, structures and shocks drawn from a seed, each judged by equations written out here.

`judge` recomputes every equation of an answer in plain NumPy from factor prices, prices and spending. It takes nothing from
the engine but those three arrays: a solution that the engine calls successful and that misses one of these equations, or
is no economy (negative prices, spending or incomes), is *wrong*, whatever its own residuals say.

Run as a script it does ten thousand: ``.venv/bin/python tests/identities/robust_worlds.py 10000``.
"""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crosscheck"))

from random_world import SHOCKS, random_world, shock

from detente.equilibrium import CLOSURES, Model, Structure, solve
from detente.world import Economy, Wedges

A_WORLD = 25
TOLERANCE = 1e-8
KINDS = (*SHOCKS, "none", "wall", "embargo", "prohibitive")


@dataclass
class Tally:
    """What came of the solves."""

    solves: int = 0
    codes: Counter = field(default_factory=Counter)
    failures: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    largest_gap: float = 0.0
    seconds: float = 0.0


def drawn_structure(draw, economy: Economy) -> Structure:
    """The core half of the time; else nests, mobility and markups, each present or not."""
    if draw.random() < 0.5:
        return Structure()
    N, S = economy.va_share.shape

    def maybe(value, default):
        return value if draw.random() < 0.6 else default

    sigma = [float(maybe(draw.uniform(0.05, 2.5), 1.0)) for _ in range(4)]
    chosen = tuple(code for code in economy.labels.sectors if draw.random() < 0.4)
    mobility = float(maybe(1 + draw.gamma(1.5, 1.0) + 0.02, math.inf))
    profit = maybe(draw.uniform(0, 0.2, (N, S)), 0.0)
    return Structure(sigma[0], sigma[1], sigma[2], chosen, sigma[3], mobility, profit)


def drawn_shock(draw, economy: Economy, kind: str) -> Wedges:
    """A shock of a named kind; three that are extreme besides those of `random_world`."""
    seed = int(draw.integers(1_000_000))
    if kind in (*SHOCKS, "none"):
        return shock(economy, kind, seed)
    N = len(economy.labels.countries)
    tariff, iceberg = np.array(economy.tariff), np.ones_like(economy.tariff)
    n, i = draw.choice(N, 2, replace=False)
    if kind == "wall":  # one importer against everybody
        tariff[n] += 5
    elif (
        kind == "embargo" and N > 2
    ):  # two stop trading with each other; alone in the world, they could not live
        iceberg[n, i], iceberg[i, n] = 1e6, 1e6
    else:  # duties so high that nothing passes, on single cells
        tariff[draw.random(tariff.shape) < 0.1] = 1e4
    here = np.arange(N)
    tariff[here, here] = 0
    return Wedges(tariff, iceberg, np.zeros_like(tariff))


def ces(weight, log_price, sigma, axis):
    """Log index of calibrated CES along an axis; zero where there is no weight."""
    total = weight.sum(axis)
    if sigma == 1:
        return (weight * log_price).sum(axis) / np.where(total > 0, total, 1)
    inside = (weight * np.exp((1 - sigma) * log_price)).sum(axis)
    ratio = np.where(total > 0, inside / np.where(total > 0, total, 1), 1)
    return np.log(ratio) / (1 - sigma)


def cost_side(economy: Economy, structure: Structure, log_v, log_p):
    """Log unit cost, share of cost paid to factors, and to inputs: nests from the inside out."""
    N, S = economy.va_share.shape
    profit = np.broadcast_to(np.asarray(structure.profit_share, float), (N, S))
    of_factor = (economy.va_share - profit) / (1 - profit)
    bought = economy.input_shares / (1 - profit)[:, None, :]
    chosen = np.array([code in structure.critical for code in economy.labels.sectors])
    supplier = np.broadcast_to(log_p[:, :, None], (N, S, S))
    inside = np.where(chosen[None, :, None], bought, 0)
    composite = ces(inside, supplier, structure.sigma_critical, 1)
    slot = np.where(chosen[None, :, None], composite[:, None, :], supplier)
    materials = ces(bought, slot, structure.sigma_materials, 1)
    pair = np.stack([of_factor, bought.sum(1)])
    cost = ces(pair, np.stack([log_v, materials]), structure.sigma_value_added, 0)
    up = (1 - structure.sigma_value_added) * (materials - cost)[:, None, :]
    middle = (1 - structure.sigma_materials) * (slot - materials[:, None, :])
    down = np.where(
        chosen[None, :, None], (1 - structure.sigma_critical) * (supplier - composite[:, None, :]), 0
    )
    factor = of_factor * np.exp((1 - structure.sigma_value_added) * (log_v - cost))
    return cost, factor, bought * np.exp(up + middle + down), profit


def judge(value) -> tuple[float, str]:
    """Largest relative gap of any equation, and what is senseless about the answer (nothing, usually)."""
    economy, structure, wedges = value.economy, value.structure, value.wedges
    S = economy.va_share.shape[1]
    P, X, D = value.price_hat, value.expenditure_new, value.deficit_new
    mobile = math.isinf(structure.mobility)
    v = np.repeat(value.factor_price_hat[:, None], S, 1) if mobile else value.factor_price_hat
    if not (np.isfinite(P).all() and np.isfinite(X).all() and np.isfinite(v).all()):
        return math.inf, "not finite"
    if not ((P > 0).all() and (v > 0).all()):
        return math.inf, "prices not positive"
    theta = economy.trade_elasticity
    spent = economy.expenditure
    share = economy.flows * (1 + economy.tariff) / np.where(spent > 0, spent, 1)[:, None, :]
    cost, to_factor, to_input, profit = cost_side(economy, structure, np.log(v), np.log(P))
    kappa = (np.log(wedges.iceberg_hat) + np.log1p(wedges.tariff) - np.log1p(economy.tariff)) + np.log1p(
        wedges.export_tax
    )
    pull = share * np.exp(-theta * (kappa + cost[None]))
    total = pull.sum(1)
    buys = spent > 0
    index = np.where(buys, np.where(buys, total, 1) ** (-1 / theta), 1)
    new_share = pull / np.where(buys, total, 1)[:, None, :]
    border = new_share * X[:, None, :] / (1 + wedges.tariff)
    producer = border / (1 + wedges.export_tax)
    output = producer.sum(0)
    base = (economy.va_share - profit) * economy.flows.sum(0)
    whole = base.sum(1)
    if mobile:
        asked = v[:, 0] * whole
        paid = (to_factor * (1 - profit) * output).sum(1)
        market, income = paid / asked - 1, asked
    else:
        weight = base / whole[:, None] * v**structure.mobility
        phi = weight.sum(1) ** (1 / structure.mobility)
        asked = weight * (phi ** (1 - structure.mobility) * whole)[:, None]
        active = base > 0
        paid = to_factor * (1 - profit) * output
        market = np.where(active, paid / np.where(active, asked, 1) - 1, 0)
        income = phi * whole
    revenue = (wedges.tariff * border).sum((1, 2)) + (wedges.export_tax * producer).sum((0, 2))
    income = income + revenue + (profit * output).sum(1) + D
    alpha = spent - np.einsum("nrs,ns->nr", economy.input_shares, economy.flows.sum(0))
    alpha = alpha / alpha.sum(1, keepdims=True)
    basket = ces(alpha, np.log(P), structure.sigma_final, 1)
    final = alpha * np.exp((1 - structure.sigma_final) * (np.log(P) - basket[:, None]))
    wanted = np.einsum("nrs,ns->nr", to_input, (1 - profit) * output) + final * income[:, None]
    trade = border.sum((1, 2)) - border.sum((0, 2)) - D
    gaps = (
        np.abs(market).max(),
        np.abs(np.log(index / P))[buys].max(),
        (np.abs(wanted - X) / np.where(buys, spent, 1)).max(),
        np.abs(trade).max() / whole.sum(),
        np.abs(value.real_income_hat - income / economy.income / np.exp(basket)).max(),
    )
    senseless = "income not positive" if (income <= 0).any() else ""
    return float(max(gaps)), senseless


def run(count: int, seed: int = 0, *, structures: bool = True) -> Tally:
    """Solve `count` scenarios and judge every one.

    Parameters
    ----------
    count : int
    seed : int
    structures : bool
        Also beyond the core.
    """
    tally, draw = Tally(), np.random.default_rng(seed)
    while tally.solves < count:
        N, S = int(draw.integers(2, 7)), int(draw.integers(1, 6))
        big = N > 2 and S > 2
        economy = random_world(
            N,
            S,
            seed=int(draw.integers(1_000_000)),
            deficits=float(draw.choice([0.0, 0.05, 0.2])),
            zeros=float(draw.choice([0.0, 0.2, 0.5])),
            elasticities=((1.5, 8.0), (0.4, 2.0), (4.0, 30.0))[int(draw.integers(3))],
            empty_market=big and draw.random() < 0.2,
        )
        structure = drawn_structure(draw, economy) if structures else Structure()
        closure = sorted(CLOSURES)[int(draw.integers(len(CLOSURES)))]
        kinds = [KINDS[int(draw.integers(len(KINDS)))] for _ in range(min(A_WORLD, count - tally.solves))]
        wedges = [drawn_shock(draw, economy, kind) for kind in kinds]
        start = time.perf_counter()
        solutions = solve(Model(economy, structure, closure), wedges, throw=False)
        tally.seconds += time.perf_counter() - start
        for kind, solution in zip(kinds, solutions, strict=True):
            tally.solves += 1
            tally.codes[solution.result.name] += 1
            what = (economy.name, kind, closure, structure)
            if not solution.result.ok:
                tally.failures.append((*what, solution.result.name))
                continue
            gap, senseless = judge(solution.value)
            if gap > TOLERANCE or senseless:
                tally.wrong.append((*what, gap, senseless))
            else:
                tally.largest_gap = max(tally.largest_gap, gap)
    return tally


def main() -> None:
    """Report on as many solves as asked for."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    tally = run(count, seed)
    print(f"{tally.solves} solves in {tally.seconds:.1f} s; codes {dict(tally.codes)}")
    print(f"wrong: {len(tally.wrong)}; largest gap of those called successful: {tally.largest_gap:.1e}")
    for name, kind, closure, structure, gap, senseless in tally.wrong[:20]:
        print(
            "  wrong:",
            name,
            kind,
            closure,
            "core" if structure.is_core else structure,
            f"{gap:.1e}",
            senseless,
        )
    kinds = Counter(
        (kind, closure, structure.is_core, code) for _, kind, closure, structure, code in tally.failures
    )
    for what, times in kinds.most_common(20):
        print("  failed:", *what, times)
    sys.exit(1 if tally.wrong else 0)


if __name__ == "__main__":
    main()
