"""Judges a solution under bans, caps, floors and wedges by equations of its own: nothing of `detente.equilibrium` is imported.

The equations are those of `slow_extensions` (plain loops, shares by complex steps). What bans do to trade as a whole is found
by brute force over all groups of countries, where the package reasons on the graph of trade links.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from slow_extensions import ExtendedMarket, Nests

from detente.world.economy import Economy
from detente.world.wedges import Wedges

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
GAP = 1e-8
"""Largest relative gap of a market, a price, spending or a limit."""


@dataclass(frozen=True)
class Limit:
    """A control as the judge reads it; a limit of 0 is a ban."""

    name: str
    cells: Mask
    limit: float
    floor: bool
    rent: str


@dataclass
class Ground:
    """What the judge finds that bans leave of trade."""

    legal: Mask
    part: list[int]
    deficit: Array
    missing: set[tuple[int, int]] = field(default_factory=set)
    idle: set[int] = field(default_factory=set)
    closed: Mask | None = None


def _live(economy: Economy, legal: Mask, final: Array) -> tuple[Mask, Mask]:
    """Legal flows of goods their buyers still use, and sectors with output but no buyer: by repeated crossing out."""
    legal = legal.copy()
    N, _, S = legal.shape
    while True:
        gone = 0
        for n, r in itertools.product(range(N), range(S)):
            used = final[n, r] > 1e-14 or any(
                economy.input_shares[n, r, s] > 0 and legal[:, n, s].any() for s in range(S)
            )
            if not used and legal[n, :, r].any():
                legal[n, :, r] = False
                gone += 1
        if not gone:
            break
    makes = economy.flows.sum(0) > 0
    return legal, makes & ~legal.any(0)


def _parts(links: Mask) -> list[int]:
    part = list(range(len(links)))
    changed = True
    while changed:
        changed = False
        for n, i in itertools.product(range(len(links)), repeat=2):
            if (links[n, i] or links[i, n]) and part[n] != part[i]:
                low, high = sorted((part[n], part[i]))
                part = [low if p == high else p for p in part]
                changed = True
    return part


def ground_of(economy: Economy, banned: Mask, deficit: Array) -> Ground:
    """Read what bans leave of trade and who can pay for what."""
    N, _, S = banned.shape
    spent = (economy.flows * (1 + economy.tariff)).sum(1)
    value_added = (economy.va_share * economy.flows.sum(0)).sum(1)
    bought = np.einsum("nrs,ns->nr", economy.input_shares, economy.flows.sum(0))
    final = spent - bought
    final = final / final.sum(1, keepdims=True)
    legal = (economy.flows > 0) & ~banned
    missing = {(n, s) for n in range(N) for s in range(S) if spent[n, s] > 0 and not legal[n, :, s].any()}
    if missing:
        return Ground(legal, [0] * N, deficit, missing)
    cut = np.zeros((N, N), dtype=bool)
    while True:
        live, closed = _live(economy, legal & ~cut[:, :, None], final)
        links = live.any(2) & ~np.eye(N, dtype=bool)
        part = _parts(links)
        lent = np.array(deficit, dtype=float)
        for p in set(part) if len(set(part)) > 1 else ():
            inside = [n for n in range(N) if part[n] == p]
            left = sum(deficit[n] for n in inside)
            for n in inside:
                lent[n] = (
                    0.0
                    if len(inside) == 1
                    else deficit[n] - left * value_added[n] / value_added[inside].sum()
                )
        worst = None
        for size in range(1, N):
            for group in itertools.combinations(range(N), size):
                other = [n for n in range(N) if n not in group]
                no_way_in = not links[np.ix_(group, other)].any()
                way_out = links[np.ix_(other, group)].any()
                if (
                    no_way_in
                    and way_out
                    and lent[list(group)].sum() >= -1e-12 * value_added[list(group)].sum()
                ):
                    worst = group
                    break
            if worst:
                break
        if worst is None:
            break
        for n, i in itertools.product(range(N), repeat=2):
            if (n in worst) != (i in worst):
                cut[n, i] = True
    legal = legal & ~cut[:, :, None]
    missing = {(n, s) for n in range(N) for s in range(S) if spent[n, s] > 0 and not legal[n, :, s].any()}
    makes = economy.flows.sum(0) > 0
    idle = {n for n in range(N) if makes[n].any() and all(closed[n, s] or not makes[n, s] for s in range(S))}
    return Ground(legal, part, lent, missing, idle, closed)


def in_force(wedges: Wedges, legal: Mask, limits: list[Limit], log_wedges: dict[str, float]) -> Wedges:
    """The wedges that hold once every control has the wedge it is said to have."""
    tariff, tax = np.array(wedges.tariff), np.array(wedges.export_tax)
    iceberg = np.where(legal, wedges.iceberg_hat, np.inf)
    for limit in limits:
        if limit.limit == 0:
            continue
        factor = math.exp(log_wedges[limit.name])
        if limit.floor:
            tariff[limit.cells] = (1 + tariff[limit.cells]) / factor - 1
        elif limit.rent == "exporter":
            tax[limit.cells] = (1 + tax[limit.cells]) * factor - 1
        elif limit.rent == "importer":
            tariff[limit.cells] = (1 + tariff[limit.cells]) * factor - 1
        else:
            iceberg[limit.cells] *= factor
    return Wedges(tariff, iceberg, tax)


def faults(
    economy: Economy,
    wedges: Wedges,
    limits: list[Limit],
    nests: Nests,
    deficit: Array,
    answer: object,
    log_wedges: dict[str, float],
    ground: Ground,
) -> list[str]:
    """Everything in an answer that is called a success and does not hold.

    `answer` has the prices, factor prices, spending, deficits and shares of the package's equilibrium.
    """
    found: list[str] = []
    there = in_force(wedges, ground.legal, limits, log_wedges)
    market = ExtendedMarket(economy, there, nests, "share")
    market.deficit = ground.deficit.tolist()
    side, base = market.side, market.base
    N, S = base.N, base.S
    if ground.closed is not None and not side.mobile:
        for n, s in np.argwhere(ground.closed):
            side.earned[n][s] = 0.0
    v = answer.factor_price_hat.reshape(N, -1).tolist()
    P, X = answer.price_hat.tolist(), answer.expenditure_new.tolist()
    markets, rest, _ = market.gaps(v, P, X)
    worst = max(map(abs, [*markets, *rest]))
    if not worst < GAP:
        found.append(f"markets, prices or spending are off by {worst:.1e}")
    for p in set(ground.part):
        inside = [n for n in range(N) if ground.part[n] == p]
        earned = sum(sum(side.supply(n, v[n])) for n in inside)
        if not abs(earned / sum(side.factor_income[n] for n in inside) - 1) < GAP:
            found.append(f"the numeraire of {inside} is off")
    shares, _ = market.trade(v, P)
    accounts = market.accounts(v, P, shares, X)
    if min(accounts["income"]) <= 0:
        found.append("an income is not positive")
    if not np.abs(np.array(shares) - answer.trade_shares_new).max() < GAP:
        found.append("trade shares are others than prices make them")
    if answer.trade_shares_new[~ground.legal].any():
        found.append("something flows that is banned")
    if not np.abs(answer.deficit_new - ground.deficit).max() < GAP * economy.flows.sum():
        found.append("deficits are not those of the closure")
    basket = [complex(side.basket(n, list(P[n]))).real for n in range(N)]
    # against base income: what is left where income nearly vanishes is a difference of large terms
    income = [accounts["income"][n] / base.income[n] for n in range(N)]
    if not np.allclose(income, answer.real_income_hat * basket, rtol=GAP, atol=GAP):
        found.append("real income is not income over prices")
    border = np.array(shares) * np.array(X)[:, None, :] / (1 + there.tariff)
    trade = border.sum((1, 2)) - border.sum((0, 2))
    if not np.abs(trade - ground.deficit).max() < GAP * economy.flows.sum():
        found.append("trade does not balance at the deficits")
    cost = np.array(
        [[complex(side.cost(i, s, [market.factor(v, i, s), *P[i]])).real for s in range(S)] for i in range(N)]
    )
    volume = border / (1 + there.export_tax) / cost[None]
    return found + broken_limits(economy, volume, limits, log_wedges)


def broken_limits(
    economy: Economy, volume: Array, limits: list[Limit], log_wedges: dict[str, float]
) -> list[str]:
    """Limits that volumes [importer, exporter, sector] at base-year prices do not keep, and wedges without a reason."""
    found = []
    for limit in limits:
        ratio = float(volume[limit.cells].sum() / economy.flows[limit.cells].sum())
        if limit.limit == 0:
            if ratio != 0:
                found.append(f"ban {limit.name}: {ratio}")
            continue
        size = log_wedges[limit.name]
        if not limit.floor and limit.rent == "destroyed":
            ratio *= math.exp(-size)
        slack = GAP * max(1.0, limit.limit)
        over = (limit.limit - ratio) if limit.floor else (ratio - limit.limit)
        if not over <= 1.01 * slack:
            found.append(f"{'floor' if limit.floor else 'cap'} {limit.name}: {ratio} for {limit.limit}")
        if size < 0 or (over < -1.01 * slack and size > 1.01 * GAP):
            found.append(f"{limit.name} costs {size} though slack by {-over}")
    return found
