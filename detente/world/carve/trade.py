"""Trade of a carved sector: inside its parent's trade, with stated values kept and the rest spread in proportion."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from detente.core import BalanceError, LabelError, suggestion
from detente.world.carve.specification import Amounts, Carve, Shares
from detente.world.economy import Array, Economy

_FIT = 300
_DOLLAR = 6  # decimals of a million USD
_BOUNDS = (1e-6, 1e6)  # no country's pull leaves these: its goal is then out of reach


def fill(seed: Array, cap: Array, total: Array) -> Array:
    """Scale every row of `seed` [row, cell] to its `total`, no cell above its `cap`; what a cap cuts off goes to others.

    Where the caps together are below the total, the caps are returned.

    Examples
    --------
    >>> fill(np.array([[1.0, 1.0, 2.0]]), np.array([[9.0, 1.0, 9.0]]), np.array([7.0])).tolist()
    [[2.0, 1.0, 4.0]]
    """
    seed = np.where(cap > 0, seed, 0.0)
    level = np.divide(cap, seed, out=np.full_like(cap, np.inf), where=seed > 0)
    order = np.argsort(level, axis=1, kind="stable")
    rank = np.take_along_axis(level, order, axis=1)
    capped = np.cumsum(np.take_along_axis(cap, order, axis=1), axis=1)
    # With the k lowest cells at their caps, the rest share what is left: find the first k that is consistent.
    before = np.concatenate([np.zeros((len(seed), 1)), capped[:, :-1]], axis=1)
    open_seed = np.cumsum(np.take_along_axis(seed, order, axis=1)[:, ::-1], axis=1)[:, ::-1]
    scale = np.divide(
        total[:, None] - before, open_seed, out=np.full_like(before, np.inf), where=open_seed > 0
    )
    fits = scale <= rank
    first = np.where(fits.any(1), fits.argmax(1), -1)
    chosen = np.where(first >= 0, scale[np.arange(len(seed)), first], np.inf)
    with np.errstate(invalid="ignore"):
        filled = np.where(seed > 0, np.minimum(cap, seed * chosen[:, None]), 0.0)
    return np.asarray(np.maximum(filled, 0.0))


def by_country(economy: Economy, codes: Iterable[str], where: str) -> list[int]:
    """Positions of countries; `LabelError` with the nearest name."""
    countries = economy.labels.countries
    positions = []
    for code in codes:
        if code not in countries:
            raise LabelError(f"unknown country `{code}`", where=where, hint=suggestion(code, countries))
        positions.append(countries.index(code))
    return positions


def _stated(
    economy: Economy, blocks: tuple[Shares, ...] | tuple[Amounts, ...], where: str
) -> dict[int, float]:
    """Numbers of some blocks by country position."""
    stated: dict[int, float] = {}
    for block in blocks:
        values = block.shares if isinstance(block, Shares) else block.usd_mn
        stated.update(zip(by_country(economy, values, where), values.values(), strict=True))
    return stated


def known_flows(economy: Economy, carve: Carve, p: int, where: str) -> tuple[Array, Array]:
    """Stated flows [importer, exporter], million USD, and which pairs they are."""
    N = len(economy.labels.countries)
    value, known = np.zeros((N, N)), np.zeros((N, N), dtype=bool)
    parent = economy.flows[:, :, p]
    for block in carve.flows:
        n = by_country(economy, (block.importer,), f"{where}: flows")[0]
        for i, amount in zip(
            by_country(economy, block.usd_mn, f"{where}: flows"), block.usd_mn.values(), strict=True
        ):
            value[n, i], known[n, i] = amount, True
        shares = block.share_of_parent
        for i, share in zip(by_country(economy, shares, f"{where}: flows"), shares.values(), strict=True):
            value[n, i], known[n, i] = share * parent[n, i], True
    over = value - parent
    if (over > 1e-9 * np.maximum(value, 1e-300)).any():
        worst = np.unravel_index(int(np.argmax(over)), over.shape)
        importer, exporter = (economy.labels.countries[int(k)] for k in worst)
        raise BalanceError(
            f"a flow of {value[worst]:,.6g} million USD is larger than its parent's",
            where=f"{where}: flows, importer {importer}, exporter {exporter}, parent {carve.parent}",
            hint=f"largest feasible value: {parent[worst]:,.6g} million USD",
        )
    return np.minimum(np.round(value, _DOLLAR), parent), known


def allocate_trade(economy: Economy, carve: Carve, p: int, users: Array, where: str) -> Array:
    """Trade of the new sector [importer, exporter], million USD before duty, sales at home on the diagonal.

    Stated flows and each producer's total are kept; the rest follows the parent's flows, scaled by exporter to its total
    and by importer towards its demand (iterated proportional fitting with a cap on every cell).

    Parameters
    ----------
    economy : Economy
    carve : Carve
    p : int
        Position of the parent.
    users : array [user], shares of world use; final demand last, the new sector last but one
    where : str
        Named in errors.

    Raises
    ------
    BalanceError
        Where the parent's trade cannot hold what is wanted.
    """
    parent = economy.flows[:, :, p]
    fixed, known = known_flows(economy, carve, p, where)
    _check_market_shares(carve, where)
    demand = _demand(economy, carve, p, users, where)
    cap = np.where(known, 0.0, carve.largest_share_of_parent * parent)
    total, home = _wanted_totals(economy, carve, p, fixed, known, cap, where)
    for i, value in home.items():  # sales at home are stated or follow: the rest is sold abroad
        if value > parent[i, i] * (1 + 1e-12):
            _too_large(
                economy, carve, where, f"sales at home in {economy.labels.countries[i]}", value, parent[i, i]
            )
        fixed[i, i], known[i, i], cap[i, i] = min(round(value, _DOLLAR), parent[i, i]), True, 0.0
    rest = _left_to_place(economy, carve, total, fixed, known, cap, where)
    row_goal = demand * total.sum()
    # Seed: the parent's flows, tilted to countries that use the product more than they use the parent.
    tilt = demand / np.maximum(parent.sum(1) / parent.sum(), 1e-300)
    flows = fixed + fill((parent * tilt[:, None]).T, cap.T, rest).T
    left = np.maximum(row_goal - fixed.sum(1), 0.0)
    for _ in range(_FIT):
        open_row = (flows - fixed).sum(1)
        pull = np.divide(left, open_row, out=np.ones_like(left), where=open_row > 0)
        tilt = np.clip(tilt * np.clip(pull, 0.2, 5.0), *_BOUNDS)
        flows = fixed + fill((parent * tilt[:, None]).T, cap.T, rest).T
    return np.minimum(np.round(flows, _DOLLAR), parent)


def _left_to_place(
    economy: Economy, carve: Carve, total: Array, fixed: Array, known: Array, cap: Array, where: str
) -> Array:
    """What each producer [country] still has to sell beside what is stated; refused where its parent cannot hold it."""
    codes = economy.labels.countries
    rest = total - fixed.sum(0)
    for i in map(int, np.flatnonzero(rest > cap.sum(0) * (1 + 1e-12) + 1e-9)):
        at_home = float(fixed[i, i]) if known[i, i] else 0.0  # then the rest must go abroad
        most = float(cap[:, i].sum() + fixed[:, i].sum()) - at_home
        side = "exports of" if known[i, i] else "output of"
        _too_large(economy, carve, where, f"{side} {codes[i]}", float(total[i]) - at_home, most)
    if (rest < -1e-6 - 1e-9 * total).any():
        least = int(np.argmin(rest))
        stated = fixed[:, least].sum()
        raise BalanceError(
            f"stated flows out of {codes[least]} add up to {stated:,.6g} million USD, "
            f"more than its total of {total[least]:,.6g}",
            where=f"{where}: producers, country {codes[least]}",
            hint=f"smallest feasible total: {stated:,.6g} million USD",
        )
    return np.asarray(np.maximum(rest, 0.0))


def _check_market_shares(carve: Carve, where: str) -> None:
    for key, blocks in (("producers", carve.producers), ("consumers", carve.consumers)):
        total = math.fsum(share for block in blocks for share in block.shares.values())
        if total > 1 + 1e-9:
            raise BalanceError(
                f"the shares of {key} add up to {total:.4f}",
                where=f"{where}: {key}",
                hint="they must not exceed 1",
            )


def _demand(economy: Economy, carve: Carve, p: int, users: Array, where: str) -> Array:
    """Share of world spending [country]: stated, or what its using industries are worth."""
    use = np.concatenate(
        [economy.input_shares[:, p, :] * economy.output, np.maximum(economy.final_demand[:, p : p + 1], 0.0)],
        axis=1,
    )
    share = np.delete(users, -2)
    world = use.sum(0)
    potential = (use * np.divide(share, world, out=np.zeros_like(share), where=world > 0)).sum(1)
    stated = _stated(economy, carve.consumers, f"{where}: consumers")
    if potential.sum() <= 0:
        potential = economy.expenditure[:, p].copy()
    free = np.array([n not in stated for n in range(len(potential))])
    left = max(0.0, 1 - math.fsum(stated.values()))
    result = np.where(free, potential, 0.0)
    result = result * (left / result.sum() if result.sum() > 0 else 0.0)
    for n, value in stated.items():
        result[n] = value
    return np.asarray(result / result.sum())


def _wanted_totals(
    economy: Economy, carve: Carve, p: int, fixed: Array, known: Array, cap: Array, where: str
) -> tuple[Array, dict[int, float]]:
    """Output [country] wanted, and the sales at home that are known or follow from it.

    Countries not named share what the named leave, like the parent's output (or exports), and have at least what their
    stated flows need.
    """
    parent = economy.flows[:, :, p]
    at_home = np.diag(parent)
    of_exports = carve.size.of == "exports"
    base = parent.sum(0) - at_home if of_exports else parent.sum(0)
    stated = _stated(economy, carve.producers, f"{where}: producers")
    left = max(0.0, 1 - math.fsum(stated.values()))
    free = np.array([i not in stated for i in range(len(base))])
    pool = base[free].sum()
    share = np.where(free, base * (left / pool if pool > 0 else 0.0), 0.0)
    for i, value in stated.items():
        share[i] = value
    size = share * carve.size.usd_mn
    exports = _stated(economy, carve.exports, f"{where}: exports")
    home = _stated(economy, carve.home_sales, f"{where}: home_sales")
    stated_abroad = fixed.sum(0) - np.diag(fixed)
    if of_exports:
        size = np.where(free, np.maximum(size, stated_abroad), size)
        ratio = np.divide(at_home, base, out=np.zeros_like(base), where=base > 0)
        following = np.minimum(ratio * size, carve.largest_share_of_parent * at_home)
        home = {i: home.get(i, float(fixed[i, i] if known[i, i] else following[i])) for i in range(len(base))}
        return size + np.array([home[i] for i in range(len(base))]), home
    total = np.where(free, np.maximum(size, fixed.sum(0)), size)
    for i, value in exports.items():
        home.setdefault(i, float(total[i] - value))
    for i, value in home.items():
        if value < -1e-9 * total[i]:
            raise BalanceError(
                f"exports of {economy.labels.countries[i]} exceed its output of {total[i]:,.6g} million USD",
                where=f"{where}: exports, country {economy.labels.countries[i]}",
                hint=f"largest feasible value: {total[i]:,.6g} million USD",
            )
    return total, {i: max(0.0, value) for i, value in home.items()}


def _too_large(economy: Economy, carve: Carve, where: str, what: str, wanted: float, most: float) -> None:
    raise BalanceError(
        f"{what}: {wanted:,.6g} million USD wanted, more than its parent has to give",
        where=f"{where}: {what}, parent {carve.parent} of {economy.name}",
        hint=f"largest feasible value: {most:,.6g} million USD",
    )
