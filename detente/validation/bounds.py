"""The standoff of 2025 beside published estimates: sign, and size within a factor of two, with what explains the gap.

Nothing is tuned: the horizons are those of `detente.cases.horizons`, every parameter with its source. The studies
disagree among themselves because of horizon, use of the revenue and speed of substitution; a figure of ours stands beside
the study whose horizon it shares.
"""

from __future__ import annotations

import numpy as np

from detente.cases import Options, horizon
from detente.equilibrium import Equilibrium, Model, Policy, QuantityControl, solve
from detente.validation.checks import Check, beside
from detente.validation.war2018 import bilateral_trade_pct
from detente.world import Economy, Wedges, goods_sectors, load_world, with_elasticity_set

GROUP = "Standoff of 2025"
IGNATENKO = "Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), table 8"
KIEL = "Kiel Institute, 30 April 2025: 145 and 125, US 10 on the rest, one year"
USGS = "USGS Open-File Report 2024-1057: stop of gallium and germanium, range 1.7 to 9.0"
LONG = (
    "both long run with θ = 4; in ours sectors buy inputs from each other, so that a duty raises the costs of the importer's "
    "own producers, and the base is 2024 with the duties of 2018-19 in it; `detente bridge` walks from theirs to ours"
)
SHORT = (
    "theirs lets output fall below capacity; ours keeps factors employed, and treasuries save what duties bring. Theirs is GDP; "
    "ours counts the terms of trade and what is saved: the next two lines do not; `detente bridge kiel` walks from theirs to ours"
)
OUTPUT = "real GDP, which leaves out the terms of trade; all factors stay employed"
HOUSEHOLDS = "what households can buy while treasuries save what duties bring"
GIVEN = (
    "the same with duties given to households: their spending raises wages at home and makes imports cheaper"
)
PARENT = (
    "no sector holds gallium or germanium: this is their parent, a far larger trade. The model cannot say what a stop of so "
    "small an input does downstream"
)
ANALOGUE = "another mineral, carved out as a sector: shows what little substitution makes of a small input, and that years undo it"


def war(
    world: Economy, us_on_china: float, china_on_us: float, us_on_rest: float, rest_on_us: float
) -> Wedges:
    """Points of duty on all goods, on top of the base year."""
    usa, chn = world.labels.country("USA"), world.labels.country("CHN")
    goods, tariff = goods_sectors(world), np.array(world.tariff)
    added = np.zeros(tariff.shape[:2])
    added[usa, :], added[:, usa] = us_on_rest, rest_on_us
    added[usa, chn], added[chn, usa], added[usa, usa] = us_on_china, china_on_us, 0
    tariff[:, :, goods] += added[:, :, None]
    return Wedges.of(world, tariff=tariff)


def _pair_outcomes(world: Economy, value: Equilibrium) -> tuple[float, float, float]:
    """Real income of the two and their goods trade, percent."""
    usa, chn = world.labels.country("USA"), world.labels.country("CHN")
    goods = goods_sectors(world)
    income = 100 * (value.real_income_hat - 1)
    return float(income[usa]), float(income[chn]), bilateral_trade_pct(world, value, usa, chn, goods)


def long_run_checks(world: Economy) -> list[Check]:
    """Two cases of a long-run gravity model."""
    economy = with_elasticity_set(world, "u4")
    checks = []
    for case, points, (us, china) in (("case 2", 0.54, (-0.09, -0.67)), ("case 3", 1.08, (-0.29, -0.79))):
        value = solve(Model(economy), war(economy, points, points, 0.10, 0.10)).value
        ours = _pair_outcomes(economy, value)
        for code, mine, theirs in (("United States", ours[0], us), ("China", ours[1], china)):
            what = f"{code}, real income, {100 * points:.0f} both ways, 10 with others, long run"
            checks.append(beside(GROUP, what, mine, theirs, source=f"{IGNATENKO}, {case}", note=LONG))
    return checks


def one_year_checks(world: Economy) -> list[Check]:
    """145 and 125 for a year, and the trade of the two in the long run."""
    economy, structure = horizon("short", world)
    wedges = war(economy, 1.45, 1.25, 0.10, 0.0)
    value = solve(Model(economy, structure), wedges).value
    given = solve(Model(economy, Options(revenue="rebate").on(structure, economy)), wedges).value
    checks = []
    ours = _pair_outcomes(economy, value)
    for code, name, mine, theirs in (
        ("USA", "United States", ours[0], -1.6),
        ("CHN", "China", ours[1], -0.7),
    ):
        n, what = economy.labels.country(code), "145 and 125, one year"
        lines = (
            ("real income", mine, SHORT),
            ("output", 100 * float(value.gdp_volume_hat[n] - 1), OUTPUT),
            ("what households can buy", 100 * float(value.household_spending_hat[n] - 1), HOUSEHOLDS),
            ("real income, duties rebated", 100 * float(given.real_income_hat[n] - 1), GIVEN),
        )
        checks += [
            beside(GROUP, f"{name}, {measure}, {what}", ours_pct, theirs, source=KIEL, note=note)
            for measure, ours_pct, note in lines
        ]
    later, free = horizon("long", world)
    long_run = solve(Model(later, free), war(later, 1.45, 1.25, 0.10, 0.0)).value
    what = "Goods trade of the two, 145 and 125"
    note = "one elasticity at every level of trade: at extreme duties too much of it goes"
    return [
        *checks,
        beside(GROUP, f"{what}, one year", ours[2], -50.0, source=KIEL, note=note),
        beside(
            GROUP,
            f"{what}, long run",
            _pair_outcomes(later, long_run)[2],
            -70.0,
            source=f"{KIEL}: beyond −70 %",
            note=note,
        ),
    ]


def mineral_bounds(world: Economy) -> list[Check]:
    """A stop of gallium and germanium, as far as the sectors go."""
    checks = []
    cases = [("short", "C24", 0.0, "Chinese basic metals stopped, one year", PARENT)]
    if "REE" in world.labels.sectors:
        cases.append(("impact", "REE", 0.05, "Chinese rare earths cut by 95 %, first months", ANALOGUE))
        cases.append(("long", "REE", 0.0, "Chinese rare earths stopped, long run", ANALOGUE))
    for name, sector, limit, title, note in cases:
        economy, structure = horizon(name, world)
        control = QuantityControl.on(
            economy,
            "stop",
            importers=["USA"],
            exporters=["CHN"],
            sectors=[sector],
            limit=limit,
            rent="destroyed",
        )
        value = solve(Model(economy, structure), Policy(economy, Wedges.unchanged(economy), (control,))).value
        change = float(value.equivalent_variation_usd[economy.labels.country("USA")]) / 1000
        what = f"United States, {title}"
        checks.append(
            beside(GROUP, what, change, -3.4, source=USGS, unit="USD bn a year", note=note, comparable=False)
        )
    return checks


def standoff_checks() -> list[Check]:
    """Every line of this module."""
    world = load_world()
    return [*long_run_checks(world), *one_year_checks(world), *mineral_bounds(world)]
