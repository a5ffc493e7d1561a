"""Trade between regions in 2024, before duty: goods at customs values, services from the OECD cube."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from world_build.inputs import (
    GOODS_AXIS,
    REGIONS,
    SERVICES,
    SERVICES_AXIS,
    G,
    Inputs,
    N,
    S,
    add_small_economies,
    census,
    membership,
    national_pairs,
    to_regions,
)

GOODS_GROWTH = 1.02  # world goods trade in current dollars 2023 → 2024 (typed, grade assumed)
TAIWAN_TO_CUSTOMS = (
    1.20  # customs value over basic price; Taiwan is not in BACI (assumed, the ratio of other pairs)
)
MARGIN_SHARE = 0.8  # part of customs value above basic price that the cube books as traded services (assumed)
MARGIN_FLOOR = (
    0.25  # trade-and-transport services of a pair never fall below this share of their prior (assumed)
)

# Balances of goods and services 2024, million USD. USA: about −920 bn (assessment of the inputs). The others are typed
# from memory of balance-of-payments releases: grade assumed. Regions not named keep what the data give.
# Goods: the rest of the American target is services; Taiwan and much of Viet Nam's trade are missing in the BACI file.
GOODS_TARGETS = {"USA": -1_200e3, "VNM": 25e3, "TWN": 80e3}
BALANCE_TARGETS = {
    "USA": -918e3, "CHN": 560e3, "EU27": 320e3, "JPN": -45e3, "GBR": -45e3, "IND": -100e3, "CAN": -20e3, "ROW": -350e3,
}  # fmt: skip


PATTERN_BAND = (0.6, 1.7)  # a pair's growth against the world's at basic prices stays inside (assumed)
MISSING_BELOW = (
    0.1  # BACI under this share of the cube, where the cube has more than 2 bn, counts as a missing entry
)
FLOOR_TO_CUBE = (
    0.75  # a region pair's customs total is at least this share of its basic-price total of 2022 (assumed)
)


@dataclass(frozen=True)
class Trade:
    """Flows between regions and what was moved to get them."""

    flows: np.ndarray  # [importer, exporter, sector], zero diagonal
    us_duty_rate: np.ndarray  # [exporter, good], fraction, collected
    moved: dict[str, np.ndarray]  # step → million USD moved, by exporter
    balances_before: np.ndarray


def build_trade(
    inputs: Inputs,
    codes: list[str],
    cube_2022: np.ndarray,
    service_shares: np.ndarray,
    growth: float,
    region_of: dict[str, str],
    valuation: str = "customs",
) -> Trade:
    """Put the goods and services flows of 2024 together.

    `cube_2022` is [importer, exporter, goods + services] by economy; `growth` the world's nominal growth 2022 → 2024.
    `valuation` is ``customs`` (what crosses the border, transport and trade margins inside) or ``basic`` (what the
    producer gets: goods at the cube's level, moved by the pattern of customs trade since 2022, margins in services).
    """
    regions_2022 = to_regions(cube_2022, membership(codes, region_of))
    off = ~np.eye(N, dtype=bool)
    basic = regions_2022[:, :, :G] * off[:, :, None]
    totals, countries, filled = goods_totals(inputs, codes, cube_2022, region_of)
    usa = 0
    composition = basic / np.maximum(basic.sum(2, keepdims=True), 1e-9)
    flows = np.zeros((N, N, S))
    flows[:, :, GOODS_AXIS] = composition * totals[:, :, None]

    imports, duties, unallocated, partners = census(inputs, region_of)
    measured = imports * (1 + unallocated / np.maximum(imports.sum(1), 1e-9))[:, None]
    flows[usa, :, GOODS_AXIS] = measured + _small_partners(countries, partners, region_of, composition[usa])
    flows[usa, usa] = 0
    # Over the measured value, chapters 98-99 included: duties in dollars are those collected.
    rate = np.divide(duties, measured, out=np.zeros_like(duties), where=measured > 0)

    if valuation == "basic":
        flows[:, :, GOODS_AXIS] = at_basic_prices(flows[:, :, GOODS_AXIS], basic.sum(2), growth)
    margin = MARGIN_SHARE * np.maximum(flows[:, :, GOODS_AXIS].sum(2) - basic.sum(2) * growth, 0) * off
    if valuation == "basic":
        margin = np.zeros_like(margin)  # the cube's services hold the margins already
    services = regions_2022[:, :, G:] * service_shares * growth * off[:, :, None]
    trade_and_transport = list(SERVICES).index("TRT")
    prior = services[:, :, trade_and_transport]
    services[:, :, trade_and_transport] = np.maximum(prior - margin, MARGIN_FLOOR * prior)
    flows[:, :, SERVICES_AXIS] = services

    before = flows.sum((0, 2)) - flows.sum((1, 2))
    goods = flows[:, :, GOODS_AXIS]
    if valuation == "customs":  # the goods balances wanted are customs values
        goods = fit_balances(goods, GOODS_TARGETS, fixed=_measured_pairs())
    goods_balance = goods.sum((0, 2)) - goods.sum((1, 2))
    targets = {
        code: value - goods_balance[list(REGIONS).index(code)] for code, value in BALANCE_TARGETS.items()
    }
    services = fit_balances(flows[:, :, SERVICES_AXIS], targets, fixed=np.zeros((N, N), dtype=bool))
    fitted = np.concatenate([goods, services], axis=2)
    rerouted = reroute_transit(fitted, regions_2022, growth)
    moved = {
        "goods pairs BACI misses": filled.sum(0),
        "goods fitted to known balances": np.abs(goods - flows[:, :, GOODS_AXIS]).sum((0, 2)),
        "services fitted to known balances": np.abs(services - flows[:, :, SERVICES_AXIS]).sum((0, 2)),
        "goods in transit given back to their origin": np.maximum(fitted - rerouted, 0).sum((0, 2)),
    }
    return Trade(rerouted, rate, moved, before)


def at_basic_prices(customs: np.ndarray, basic_2022: np.ndarray, growth: float) -> np.ndarray:
    """Goods flows [importer, exporter, good] with the pair totals of the cube of 2022, moved as customs trade moved.

    A pair's growth is the world's nominal growth times its customs total over the cube's, relative to the mean of all
    pairs (of US pairs for the United States, whose customs data are of another source), within `PATTERN_BAND`.
    """
    total = customs.sum(2)
    pattern = np.divide(total, basic_2022, out=np.ones_like(total), where=basic_2022 > 0)
    us = np.arange(N) == 0
    for group in (us, ~us):
        pattern[group] /= (pattern * basic_2022)[group].sum() / basic_2022[group].sum()
    level = np.clip(pattern, *PATTERN_BAND) * growth * basic_2022
    return customs * np.divide(level, total, out=np.zeros_like(total), where=total > 0)[:, :, None]


def goods_totals(
    inputs: Inputs, codes: list[str], cube_2022: np.ndarray, region_of: dict[str, str]
) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Goods trade of 2024 between regions [importer, exporter], the BACI table, and what was filled in.

    The BACI file has no Taiwan, and no trade at all among a group of countries (Korea, Viet Nam, Russia, Poland, the
    Philippines, Argentina …). A missing pair takes the cube's value times the ratio of BACI to cube over the pairs of
    the same two regions that are there, or `TAIWAN_TO_CUSTOMS` where none is.
    """
    member = membership(codes, region_of)
    cube = cube_2022[:, :, :G].sum(2)
    np.fill_diagonal(cube, 0)
    pairs, frame = national_pairs(inputs, codes)
    row, russia = codes.index("ROW"), codes.index("RUS")
    near_missing = (pairs < MISSING_BELOW * cube) & (cube > 2_000)
    near_missing[russia] = near_missing[:, russia] = False  # sanctions: those falls are real
    near_missing[codes.index("USA")] = False  # replaced by Census below
    missing = (np.isnan(pairs) | near_missing) & (cube > 0)
    missing[row] = missing[:, row] = False
    there = ~np.isnan(pairs) & ~missing
    known = member.T @ np.where(there, pairs, 0) @ member
    base = member.T @ np.where(there, cube, 0) @ member
    ratio = np.where(base > 0, known / np.maximum(base, 1e-9), TAIWAN_TO_CUSTOMS)
    ratio = np.where(ratio > 0, ratio, TAIWAN_TO_CUSTOMS)
    fill = np.where(missing, cube * (member @ ratio @ member.T), 0)
    filled = member.T @ fill @ member
    totals = known + filled
    add_small_economies(totals, frame, codes, region_of)
    floor = FLOOR_TO_CUBE * member.T @ cube @ member
    floor[list(REGIONS).index("RUS")] = 0
    floor[:, list(REGIONS).index("RUS")] = 0
    filled += np.maximum(floor - totals, 0)
    totals = np.maximum(totals, floor) * GOODS_GROWTH
    np.fill_diagonal(totals, 0)
    np.fill_diagonal(filled, 0)
    return totals, frame, filled


def _small_partners(
    countries: pd.DataFrame, partners: list[str], region_of: dict[str, str], composition: np.ndarray
) -> np.ndarray:
    """US imports [exporter, good] from countries the Census panel leaves out: BACI 2023 grown, with the region's composition."""
    table = countries[countries.importer == "USA"]
    left_out = table[~table.exporter.isin(partners) & (table.exporter.map(region_of) != "EU27")]
    total = np.zeros(N)
    regions = list(REGIONS)
    for exporter, value in zip(left_out.exporter, left_out.trade_kusd, strict=True):
        total[regions.index(region_of.get(exporter, "ROW"))] += float(value) / 1e3 * GOODS_GROWTH
    return composition * total[:, None]


def _measured_pairs() -> np.ndarray:
    """Pairs [importer, exporter] the fit must not touch: all US imports (Census) and Chinese imports from the USA."""
    fixed = np.zeros((N, N), dtype=bool)
    fixed[0, :] = True
    fixed[1, 0] = True
    return fixed


def fit_balances(flows: np.ndarray, targets: dict[str, float], fixed: np.ndarray) -> np.ndarray:
    """Move flows as little as possible (Kullback–Leibler) so that the named regions have the balances wanted.

    The solution of that projection is ``flow · exp(λ[exporter] − λ[importer])`` on free pairs, with λ = 0 for regions
    without a target; Newton finds λ. Every sector of a pair moves in proportion.

    Parameters
    ----------
    flows : array [importer, exporter, sector], million USD
    targets : dict
        Exports minus imports wanted, by region.
    fixed : array [importer, exporter] of bool
        Pairs that keep their value.
    """
    names = [list(REGIONS).index(code) for code in targets]
    wanted = np.array(list(targets.values()))
    pairs = flows.sum(2)
    constant, free = pairs * fixed, pairs * ~fixed
    multiplier = np.zeros(N)
    for _ in range(100):
        scaled = free * np.exp(multiplier[None, :] - multiplier[:, None])
        total = scaled + constant
        gap = (total.sum(0) - total.sum(1))[names] - wanted
        if np.abs(gap).max() < 1e-6:
            break
        jacobian = np.diag((scaled.sum(0) + scaled.sum(1))[names]) - (scaled + scaled.T)[np.ix_(names, names)]
        multiplier[names] -= np.linalg.solve(jacobian, gap)
    else:
        raise RuntimeError("the balances wanted cannot be reached")
    ratio = np.where(fixed, 1.0, np.exp(multiplier[None, :] - multiplier[:, None]))
    return flows * ratio[:, :, None]


TRANSIT_CAP = 0.88  # exports above this share of a generous output prior are goods in transit (assumed)
TRANSIT_SLACK = 1.25


def reroute_transit(flows: np.ndarray, regions_2022: np.ndarray, growth: float) -> np.ndarray:
    """Give re-exports back to the country they came from.

    Customs trade counts goods that pass through a hub twice. Where a hub's exports exceed what its output can carry,
    the excess is booked directly from the hub's own suppliers to its customers. Every country's balance, every
    customer's imports and every supplier's exports stay as they were; only the hub's two sides shrink. American
    imports are by country of origin already and are not touched.
    """
    result = flows.copy()
    output = regions_2022.sum(0)[:, :G] * growth
    for hub in range(N):
        for good in range(G):
            exports = result[:, hub, good].copy()
            excess = exports.sum() - TRANSIT_CAP * TRANSIT_SLACK * output[hub, good]
            exports[0] = 0
            suppliers = result[hub, :, good].copy()
            excess = min(excess, 0.9 * exports.sum(), 0.8 * suppliers.sum())
            if excess <= 0:
                continue
            _give_back(result, hub, good, exports * (excess / exports.sum()), suppliers)
    return result


def _give_back(flows: np.ndarray, hub: int, good: int, parts: np.ndarray, suppliers: np.ndarray) -> None:
    """Book `parts` [importer] of a hub's exports directly from the hub's suppliers; a customer never supplies itself."""
    for customer in np.flatnonzero(parts > 0):
        shares = suppliers.copy()
        shares[customer] = shares[hub] = 0
        if shares.sum() <= 0:
            continue
        amount = np.minimum(parts[customer] * shares / shares.sum(), 0.9 * flows[hub, :, good])
        flows[customer, :, good] += amount
        flows[hub, :, good] -= amount
        flows[customer, hub, good] -= amount.sum()
