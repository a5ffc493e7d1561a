"""The first year beside what was measured and published: pass-through at the border, prices, output, jobs.

Published figures are of the duties of 2025 as a whole (Budget Lab) and of 2018 (pass-through). Nothing is tuned to them: duties
are saved because budget offices say so, the wage floor is the literature's, and a floor of one is its upper end.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detente.cases import Options, Standoff, model_at, prepare_cases, solve_cases
from detente.equilibrium import Equilibrium, Model, solve
from detente.validation.bounds import war
from detente.validation.checks import Check, beside
from detente.world import Economy, goods_sectors

GROUP = "First year"
PASS_THROUGH = "Amiti, Redding and Weinstein (2019), NBER w25672 / CEPR DP13564: a duty of 10 % raises prices paid by 9.95 % (2018)"
BUDGET_LAB = "Budget Lab at Yale, 4 September 2025, all duties of 2025"
POINTS = 0.2
"""Duty added to goods, the size of the duties of 2018 and 2019."""
DUTIES_SAVED = "duties are saved by the treasury, as budget offices count them"
UPPER = "no wage in dollars may fall: the upper end of wage floors; with 0.98 it is nearly nil after twelve months"


def pass_through(value: Equilibrium, importer: str, exporter: str) -> float:
    """Share of added duties that prices paid by an importer take, weighted with base-year trade; 1 where exporters keep theirs."""
    economy, goods = value.economy, goods_sectors(value.economy)
    n, i = economy.labels.country(importer), economy.labels.country(exporter)
    weight = economy.flows[n, i, goods]
    duty = np.log1p(value.wedges.tariff[n, i, goods]) - np.log1p(economy.tariff[n, i, goods])
    producer = np.log(value.cost_hat[i, goods])
    return float(1 + (weight @ producer) / (weight @ duty))


def pass_through_checks(world: Economy) -> list[Check]:
    """Twenty points on China's goods, and on everybody's, with duties saved and given to households."""
    at_year = model_at("short", world)
    economy, checks = at_year.economy, []
    for use, structure in (
        ("saved", at_year.structure),
        ("rebated", Options(revenue="rebate").on(at_year.structure, economy)),
    ):
        for whose, elsewhere in (("China's goods", 0.0), ("everybody's goods", POINTS)):
            wedges = war(economy, POINTS, 0.0, elsewhere, 0.0)
            value = solve(Model(economy, structure), wedges).value
            checks.append(
                beside(
                    GROUP,
                    f"Pass-through at the American border, 20 points on {whose}, duties {use}",
                    pass_through(value, "USA", "CHN"),
                    0.995,
                    source=PASS_THROUGH,
                    unit="share",
                    note="of the price in dollars; theirs is relative to goods without duties, which takes out what moves all prices",
                )
            )
    return checks


def budget_lab_checks() -> list[Check]:
    """The standing duties after a year: output, prices and unemployment of the United States."""
    standoff = Standoff.load()
    model = standoff.model("short")
    cases = prepare_cases(model.economy, standoff.dossier, [standoff.scenario("standing")])
    floor = replace(model, structure=Options(wage_floor={"USA": 1.0}).on(model.structure, model.economy))
    values = [solve_cases(which, cases)[0][0].value for which in (model, floor)]
    n = model.economy.labels.country("USA")
    checks = []
    for value, closing, note in (
        (values[0], "", DUTIES_SAVED),
        (values[1], ", wage floor of one", f"{DUTIES_SAVED}; {UPPER}"),
    ):
        for what, ours, theirs in (
            ("output", value.gdp_volume_hat, -0.5),
            ("consumer prices", value.consumer_price_hat, 1.7),
        ):
            checks.append(
                beside(
                    GROUP,
                    f"United States, {what}, standing duties{closing}",
                    100 * float(ours[n] - 1),
                    theirs,
                    source=BUDGET_LAB,
                    note=note,
                )
            )
    checks.append(
        beside(
            GROUP,
            "United States, unemployment, standing duties, wage floor of one",
            100 * float(values[1].unemployment[n]),
            0.7,
            source=f"{BUDGET_LAB}: by the end of 2026 (0.3 by the end of 2025)",
            unit="points",
            note=UPPER,
        )
    )
    return checks


def first_year_checks(world: Economy) -> list[Check]:
    """Every line of this module."""
    return [*pass_through_checks(world), *budget_lab_checks()]
