"""Three years of high duties beside a dynamic model with wages that do not fall: real income, wages, and who works where.

Rodríguez-Clare, Ulate and Vásquez (2025) publish directions for sectors and sizes for the United States. Their duties are
those on Mexico, Canada and China, the announcement of April 2025, and the answers; here sizes in points stand for them, with
China answering or with everybody, and nothing is tuned.
"""

from __future__ import annotations

import numpy as np

from detente.cases import Options, adjusting
from detente.equilibrium import Equilibrium, Model, solve
from detente.validation.bounds import war
from detente.validation.checks import Check, beside
from detente.world import Array, Economy, Wedges, goods_sectors

GROUP = "Three years"
SOURCE = (
    "Rodríguez-Clare, Ulate and Vásquez (2025), The 2025 trade war, CEP DP 2103 and the authors' VoxEU column"
)
ON_CHINA, ON_OTHERS = 0.54, 0.20
"""Points of duty on goods of China and of all others: the announcement of April 2025, with what China had before it; rounded."""
MONTHS = 36.0
"""The last year of their high duties is 2028."""
FARMS, MINES = ("A01_02", "A03", "SOY"), ("B05_06", "B07_08", "B09", "REE")
CLOSURES = (
    "after 36 months; duties saved, wages in dollars fall by 2 % a year at most, labour answers real wages with 0.25; "
    "duties are 54 points on China and 20 on others (assumed sizes); theirs redistributes revenue among states and knows them apart"
)
DIRECTION = f"{CLOSURES}; they print a direction only: 1 is up, -1 is down"


def _jobs(value: Equilibrium) -> Array:
    """Workers by sector of every country, as shares of those there were [country, sector]."""
    return np.asarray(value.workers_share_new * value.factor_supply_hat[:, None])


def reallocation_checks(world: Economy) -> list[Check]:
    """Real income, real wages and jobs by kind of sector, with China answering and with everybody."""
    options = Options(revenue="saved", wage_floor=0.98, labour_supply=0.25)
    economy, structure = adjusting(world, options=options)(MONTHS)
    model = Model(economy, structure)
    n, sectors = economy.labels.country("USA"), economy.labels.sectors
    goods = [sectors[s] for s in goods_sectors(economy)]
    kinds = {
        "manufacturing": ([code for code in goods if code not in (*FARMS, *MINES)], 1.0),
        "farms": ([code for code in goods if code in FARMS], -1.0),
        "services": ([code for code in sectors if code not in goods], -1.0),
    }
    base = _jobs(solve(model, Wedges.unchanged(economy)).value)[n]
    checks = []
    for whose, answer in (("China answers", 0.0), ("everybody answers", ON_OTHERS)):
        value = solve(model, war(economy, ON_CHINA, ON_CHINA, ON_OTHERS, answer)).value
        wage = value.wage_hat[n] / value.consumer_price_hat[n]
        for what, ours, theirs in (
            ("real income", value.real_income_hat[n], -1.0),
            ("real wages", wage, -1.4),
        ):
            told = f"United States, {what}, duties of 2025 for three years, {whose}"
            checks.append(beside(GROUP, told, 100 * float(ours - 1), theirs, source=SOURCE, note=CLOSURES))
        now = _jobs(value)[n]
        for kind, (codes, theirs) in kinds.items():
            places = [economy.labels.sector(code) for code in codes]
            change = 100 * float(now[places].sum() / base[places].sum() - 1)
            checks.append(
                beside(
                    GROUP,
                    f"United States, direction of jobs in {kind}, duties of 2025 for three years, {whose}",
                    float(np.sign(change)),
                    theirs,
                    source=SOURCE,
                    unit="direction",
                    note=f"{DIRECTION}; ours changes by {change:.1f} %",
                )
            )
    return checks
