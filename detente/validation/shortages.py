"""Shortages of 2018 and 2025 beside what was observed: one figure was fitted, the others are tests.

Observed figures are parameters of the shipped record, each with its source and grade; some are from memory and say so.
A line agrees within a factor of two.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from detente.cases import adjusting, figures_of, horizon, path_with_stocks
from detente.dossier import Dossier, load_dossier
from detente.equilibrium import Model, Policy, QuantityControl, solve
from detente.validation.checks import Check
from detente.world import Economy, Wedges

GROUP = "Shortages of 2018 and 2025"
LATE = dt.date(2026, 1, 20)
"""Day by which all that is compared had been published."""
MAGNETS = "S53: May 2025, 93 % less to the United States; European prices six times China's"
BEANS = (
    "market reports of autumn 2018, from memory: Brazilian beans up to a quarter dearer than American ones"
)


def tonnes(record: Dossier, whom: str, period: str) -> float:
    """Magnets from China in a month of 2025 (``2025-05``) or in the mean month of 2024, tonnes, as the record has them.

    Examples
    --------
    >>> tonnes(load_dossier(asof=LATE), "us", "2025-05")
    46.0
    """
    return float(record.parameters[f"magnets-{whom}-{period}"].value)


def may_2025(record: Dossier) -> tuple[float, float]:
    """What China delivered in May 2025 to the United States and to all others, shares of the mean month of 2024."""
    usa, usual = tonnes(record, "us", "2025-05"), tonnes(record, "us", "2024")
    others = tonnes(record, "world", "2025-05") - usa
    return usa / usual, others / (tonnes(record, "world", "2024") - usual)


def beside_twice(
    what: str, ours: float, published: float, *, source: str, unit: str, note: str = ""
) -> Check:
    """One line: agrees when ours has the sign of the published figure and is within a factor of two.

    Examples
    --------
    >>> beside_twice("a price", 5.0, 6.0, source="", unit="times").verdict
    'agrees'
    >>> beside_twice("a price", 2.0, 6.0, source="", unit="times").verdict
    'differs'
    """
    near = ours * published > 0 and 0.5 <= ours / published <= 2
    return Check(GROUP, what, source, unit, "agrees" if near else "differs", published, ours, note=note)


def magnets_of(
    world: Economy, left_usa: float, left_others: float
) -> tuple[QuantityControl, QuantityControl]:
    """China's deliveries of magnets to the United States and to all others, shares of the base year's."""
    others = [code for code in world.labels.countries if code not in ("USA", "CHN")]
    return (
        QuantityControl.on(
            world,
            "usa",
            importers=["USA"],
            exporters=["CHN"],
            sectors=["MAG"],
            limit=left_usa,
            rent="destroyed",
        ),
        QuantityControl.on(
            world,
            "others",
            importers=others,
            exporters=["CHN"],
            sectors=["MAG"],
            limit=left_others,
            rent="destroyed",
        ),
    )


def shortage_checks(world: Economy) -> list[Check]:
    """Magnets in May 2025 and soybeans when China stops buying American ones.

    Parameters
    ----------
    world : Economy
        One with magnets and soybeans as sectors; others give no line.
    """
    labels = world.labels
    if not {"MAG", "SOY"} <= set(labels.sectors) or not {"USA", "CHN", "EU27", "BRA"} <= set(
        labels.countries
    ):
        return []
    record = load_dossier(asof=LATE)
    controls = magnets_of(world, *may_2025(record))
    held = {control.name: figures_of(world, control) for control in controls}
    (may,) = path_with_stocks(
        world, Wedges.unchanged(world), controls, held, (1,), structure_by_month=adjusting(world)
    )
    magnets = labels.sector("MAG")
    price = may.value.price_hat[:, magnets] / may.value.price_hat[labels.country("CHN"), magnets]
    checks = [
        beside_twice(
            "Magnets, price in Europe over China's, May 2025 (fitted)",
            float(price[labels.country("EU27")]),
            float(record.parameters["magnet-price-europe"].value),
            source=MAGNETS,
            unit="times",
            note="the top of the ladder and its first stop are set by this line",
        )
    ]
    economy, structure = horizon("short", world)
    stop = QuantityControl.on(
        economy, "beans", importers=["CHN"], exporters=["USA"], sectors=["SOY"], limit=0.0
    )
    value = solve(Model(economy, structure), Policy(economy, Wedges.unchanged(economy), (stop,))).value
    beans, china = labels.sector("SOY"), labels.country("CHN")
    cost = value.cost_hat[:, beans]
    premium = 100 * float(cost[labels.country("BRA")] / cost[labels.country("USA")] - 1)
    bill = np.delete(value.flows_new[china, :, beans], china).sum()
    before = np.delete(world.flows[china, :, beans], china).sum()
    return [
        *checks,
        beside_twice(
            "Soybeans, Brazilian over American price when China stops buying American ones, one year",
            premium,
            100 * float(record.parameters["soybean-premium-2018"].value),
            source=BEANS,
            unit="%",
            note="a year, when harvests and fields have begun to answer; theirs is the peak of some weeks",
        ),
        Check(
            GROUP,
            "Soybeans, China's import bill when it stops buying American ones, one year",
            "China's customs, from memory: the bill of 2018 was within a tenth of that of 2017",
            "%",
            "agrees" if abs(bill / before - 1) <= 0.2 else "differs",
            0.0,
            100 * float(bill / before - 1),
            note="agrees within twice the tenth",
        ),
    ]
