"""The war of 2018–19 on data of 2017: what our model says, beside what was estimated from the data of the war itself.

Seven regions, 44 sectors (22 of goods), the additions of the fifth wave between the United States and China only. The
studies named differ in everything but the subject, so they are laid side by side without a gate: sign, and size within a
factor of two. Their figures are from memory where `memory` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.core import Labels
from detente.equilibrium import Equilibrium, Model, solve
from detente.validation.checks import Check, beside
from detente.validation.raw import cube, frame
from detente.validation.reconcile import economy_from_shares
from detente.world import Array, Economy, Wedges

GROUP = "War of 2018-19"
FGKK = "Fajgelbaum, Goldberg, Kennedy and Khandelwal (2020), QJE 135(1), abstract (memory: assumed)"
IMF = "IMF, January 2019 (WSJ): 25 % on all goods of both, US GDP −0.3 to −0.6 %"
EMPTY = 0.01
"""Million USD that stand for no trade in the file."""


@dataclass(frozen=True, eq=False)
class War:
    """The world of 2017, and the duties after it.

    Attributes
    ----------
    economy : Economy
    tariff : array [importer, exporter, sector]
        With the additions.
    """

    economy: Economy
    tariff: Array

    @property
    def pair(self) -> tuple[int, int]:
        """Positions of the United States and China."""
        return self.economy.labels.country("USA"), self.economy.labels.country("CHN")


def read_war(shared: Path) -> War:
    """Read ``data/uschina2017`` and reconcile it (final shares as stated, deficits as they imply)."""
    folder = shared / "data" / "uschina2017"
    trade, cells = frame(folder / "trade_tariff.parquet"), frame(folder / "region_sector.csv")
    inputs, sectors = frame(folder / "io_shares.parquet"), frame(folder / "sectors_elasticities.csv")
    labels = Labels(tuple(dict.fromkeys(trade["importer"])), tuple(sectors["sector"]))
    N, S = len(labels.countries), len(labels.sectors)
    country = {code: n for n, code in enumerate(labels.countries)}
    sector = {code: s for s, code in enumerate(labels.sectors)}

    def placed(column: str) -> Array:
        array = np.zeros((N, S))
        array[cells["region"].map(country), cells["sector"].map(sector)] = cells[column]
        return array

    flows, tariff, of_us, of_china = (
        cube(trade, column, labels.countries, labels.sectors)
        for column in ("trade_musd", "tariff_prewar_2017", "add_tariff_us_on_chn", "add_tariff_chn_on_us")
    )
    here = np.arange(N)
    at_home = flows[here, here]
    flows[flows <= EMPTY] = 0
    flows[here, here] = at_home
    tariff[here, here] = 0
    va_share, final = placed("va_share"), placed("final_share")
    materials = np.zeros((N, S, S))
    materials[
        inputs["region"].map(country), inputs["input_sector"].map(sector), inputs["using_sector"].map(sector)
    ] = inputs["share_of_materials"]
    materials /= materials.sum(1, keepdims=True)
    spent = (flows * (1 + tariff)).sum(1, keepdims=True)
    economy = economy_from_shares(
        name="uschina2017",
        year=2017,
        labels=labels,
        trade_shares=flows * (1 + tariff) / spent,
        tariff=tariff,
        va_share=va_share,
        input_shares=materials * (1 - va_share)[:, None, :],
        final_shares=final / final.sum(1, keepdims=True),
        value_added=(va_share * flows.sum(0)).sum(1),
        trade_elasticity=sectors["theta"].to_numpy(dtype=np.float64),
        elasticity_source="as stored with the data (sectors_elasticities.csv)",
    )
    return War(economy, tariff + of_us + of_china)


def bilateral_trade_pct(
    economy: Economy, value: Equilibrium, country: int, partner: int, goods: Sequence[int]
) -> float:
    """Change of goods trade between two countries, both ways, percent."""

    def both(flows: Array) -> float:
        return float(flows[country, partner, goods].sum() + flows[partner, country, goods].sum())

    return 100 * (both(value.flows_new) / both(economy.flows) - 1)


def war_checks(shared: Path) -> list[Check]:
    """Welfare of the two, and their trade, beside the literature."""
    war = read_war(shared)
    economy, (usa, chn) = war.economy, war.pair
    value = solve(Model(economy), Wedges.of(economy, tariff=war.tariff)).value
    goods = np.flatnonzero((economy.tariff + war.tariff).sum((0, 1)) > 0).tolist()
    all_25 = np.array(economy.tariff)
    all_25[usa, chn, goods] += 0.25
    all_25[chn, usa, goods] += 0.25
    hypothetical = solve(Model(economy), Wedges.of(economy, tariff=all_25)).value
    us, china = (100 * float(value.real_income_hat[n] - 1) for n in (usa, chn))
    between = bilateral_trade_pct(economy, value, usa, chn, goods)
    return [
        beside(
            GROUP,
            "United States, real income, duties as imposed",
            us,
            -0.04,
            source=FGKK,
            note="theirs: short run from event studies, all partners and steel; ours: long run, these two only, in which "
            f"China loses {-china:.2f} % and their goods trade changes by {between:.0f} %",
        ),
        beside(
            GROUP,
            "United States, real income, 25 points on all goods",
            100 * float(hypothetical.real_income_hat[usa] - 1),
            -0.45,
            source=IMF,
            note="midpoint; theirs: several models, with confidence and demand effects in the first years",
        ),
    ]
