"""Ignatenko, Lashkaripour, Macedoni and Simonovska (2025): the duties of 2 April 2025 on 194 economies, one sector.

Their economy in our terms (`detente.equilibrium.gravity`): a trade elasticity of 4; firms' entry makes costs fall with
employment (ψ = 0.67/4); the labour of the market where a good is sold earns a margin ν of its value, so that deficits move;
labour answers its real wage after tax with an elasticity of one half, and duties lower the tax on labour.

What a replication has to know:

* margins are those of the **destination**: what producers get for a sale is net of the margin of where it is sold, both when
  the base year is put together and in labour's market;
* sales at home are what a country spends less its imports, and spending is GDP plus a transfer that follows from margins; where
  this is negative (entrepôts) sales at home are nil and spending and GDP are taken anew from trade, after which transfers add
  to zero;
* margins solve two averages, 12 % abroad and 26 % in the United States, over aggregates whose spending adds imports less what
  sales to the region are worth net of *its* margin;
* prices are relative to the average weighted by spending (with inputs of goods: wages weighted by GDP).

Their balanced trade with the United States sets transfers that do not add to zero; `solve_gravity` refuses them, and those rows
are left out.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.equilibrium import GravityEquilibrium, GravityStructure, GravityWorld, solve_gravity
from detente.validation.checks import Check, beside, gate
from detente.validation.liberation_figures import (
    BEST_WITH_INPUTS,
    DUTIES,
    MAPS,
    OUTCOMES,
    PRINTED,
    WORLD,
)
from detente.validation.raw import frame
from detente.world import Array, frozen

GROUP = "Ignatenko and others 2025"
CITATION = "Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), JIE 157, 104138"
ELASTICITY, SUPPLY, ENTRY, LABOUR_IN_COST = 4.0, 0.5, 0.67, 0.49
EXACT = 1e-5
SHARE_ABROAD, SHARE_US = 0.12, 0.26
FLOOR = 0.10
STOPPED = 0.126
"""Where the authors' search for the best duty with inputs ended: every figure of theirs is met there, and more is gained beyond."""
MISSED = ("CZE", "SVK")
"""Members of the EU that the authors' list of it lacks, so that their averages leave them out."""


@dataclass(frozen=True, eq=False)
class Liberation:
    """Their world, and the duties of their scenarios.

    Attributes
    ----------
    world : GravityWorld
        The main model.
    announced : array [importer, exporter], fraction
        Duties of 2 April 2025, at least 10 %.
    of_union : array of bool [country]
        Members of the EU as the authors list them.
    gdp : array [country], million USD
    """

    world: GravityWorld
    announced: Array
    of_union: Array
    gdp: Array

    @property
    def usa(self) -> int:
        """Place of the United States."""
        return self.world.position("USA")

    def structure(self, **changed: object) -> GravityWorld:
        """Return the same trade under another structure."""
        return dataclasses.replace(
            self.world,
            structure=dataclasses.replace(self.world.structure, **changed),  # type: ignore[arg-type]
        )


def margins(flows: Array, gdp: Array, usa: int) -> Array:
    """Margins abroad and in the United States that give firms' overhead its two observed averages [2].

    Parameters
    ----------
    flows : array [importer, exporter]
        Trade, without sales at home.
    gdp : array [country]
    usa : int
    """
    from scipy.optimize import root

    region = np.zeros((2, len(gdp)))
    region[0], region[0, usa], region[1, usa] = 1.0, 0.0, 1.0
    trade, size = region @ flows @ region.T, region @ gdp

    def gap(margin: Array) -> Array:
        spending = size + (1 - margin) * (trade.sum(1) - trade.T @ (1 - margin))
        bought = np.array([trade[0, 1], trade[1, 0]])
        sold_home = (spending - bought) / (spending - bought + bought[::-1])
        average = sold_home * margin + (1 - sold_home) * margin[::-1]
        return np.asarray(average - [SHARE_ABROAD, SHARE_US])

    return np.asarray(root(gap, np.array([0.1, 0.24]), tol=1e-14).x)


def duty_pass_through(margin: Array, of_firms: float = 1.0) -> Array:
    """φ [country]: what firms pass on, and the exit of firms from markets that duties shrink."""
    shape = ELASTICITY / ENTRY
    return np.asarray(of_firms + (1 + shape) / ((1 - margin) * shape) - 1 / shape - 1)


def read_liberation(shared: Path) -> Liberation:
    """Read trade, GDP and duties, and put their base year together.

    Parameters
    ----------
    shared : Path
        Folder with ``data/liberation2025``.

    Raises
    ------
    InputError
        Without the files, or what reads them.
    """
    folder = shared / "data" / "liberation2025"
    table, trade = frame(folder / "countries.csv"), frame(folder / "trade_2023.parquet")
    codes = tuple(table["iso3"])
    place = {code: k for k, code in enumerate(codes)}
    flows = np.zeros((len(codes), len(codes)))
    flows[trade["importer"].map(place), trade["exporter"].map(place)] = trade["trade_kusd"] / 1e3
    gdp, usa = table["gdp_usd"].to_numpy(dtype=np.float64) / 1e6, place["USA"]
    abroad, at_home = margins(flows, gdp, usa)
    margin = np.full(len(codes), abroad)
    margin[usa] = at_home
    net = (1 - margin)[:, None] * flows
    spending = gdp + (1 - margin) * (flows.sum(1) - net.sum(0))
    here = np.arange(len(codes))
    flows[here, here] = np.maximum(spending - flows.sum(1), 0.0)
    structure = GravityStructure(
        ELASTICITY,
        pass_through=duty_pass_through(margin),
        scale=ENTRY / ELASTICITY,
        margin=margin,
        labour_supply=SUPPLY,
        relief=1.0,
    )
    duties = np.zeros_like(flows)
    duties[usa] = np.maximum(table["us_applied_tariff_apr2025"].to_numpy(dtype=np.float64), FLOOR)
    duties[usa, usa] = 0.0
    world = GravityWorld(codes, flows, np.zeros_like(flows), structure)
    union = (table["eu27"] == 1) & ~table["iso3"].isin(MISSED)
    return Liberation(world, frozen(duties), union.to_numpy(), frozen(gdp))


def optimal_duty(study: Liberation, spending: Array) -> float:
    """Their sufficient statistic for the duty that is best for the United States, from base-year shares."""
    world, usa = study.world, study.usa
    margin, phi = world.by_country("margin"), world.by_country("pass_through")
    sales = (1 - margin) * world.flows[:, usa] * (1 - world.shares[:, usa])
    sales[usa] = 0.0
    abroad = (1 - margin[usa]) * (spending[usa] - world.flows[usa, usa])
    return float(1 / ((1 + ELASTICITY * sales.sum() / abroad) * phi[usa] - 1))


def retaliation(study: Liberation) -> Array:
    """Their best answer of every country to the United States, from a world of two regions [country]."""
    world, usa = study.world, study.usa
    region = np.zeros((2, len(world.countries)))
    region[0], region[0, usa], region[1, usa] = 1.0, 0.0, 1.0
    trade, size = region @ world.flows @ region.T, region @ world.value_added
    margin = np.array([np.delete(world.by_country("margin"), usa)[0], world.by_country("margin")[usa]])
    share = trade / trade.sum(1, keepdims=True)
    sold = (1 - margin[1]) * trade[1, 0] * (1 - share[1, 0])
    response = sold / ((1 - margin[0]) * (size[0] - trade[0, 0]))
    return np.asarray(1 / ((1 + response * ELASTICITY) * world.by_country("pass_through") - 1))


def war_duties(study: Liberation, mine: Array, theirs: Array) -> Array:
    """Duties [importer, exporter] with American duties on every country and every country's on the United States."""
    usa = study.usa
    duties = np.zeros_like(study.announced)
    duties[usa], duties[:, usa] = mine, theirs
    duties[usa, usa] = 0.0
    return duties


def scenarios(study: Liberation) -> dict[str, tuple[GravityWorld, Array]]:
    """Every scenario that one sector allows: its world, and its duties."""
    main, announced = study.world, study.announced[study.usa]
    best = np.full(len(announced), optimal_duty(study, main.expenditure))
    in_war = np.full(len(announced), optimal_duty(study, main.value_added))
    answer = retaliation(study)
    margin = main.by_country("margin")

    def truce(on_china: float) -> Array:
        duties = np.full(len(announced), FLOOR)
        duties[main.position("CHN")] = on_china
        return war_duties(study, duties, duties)

    flows = np.array(main.flows)
    here = np.arange(len(flows))
    flows[here, here] /= LABOUR_IN_COST
    inputs = dataclasses.replace(
        main,
        flows=flows,
        structure=dataclasses.replace(main.structure, value_added_share=LABOUR_IN_COST),
    )
    reciprocal = war_duties(study, announced, announced)
    china = float(announced[main.position("CHN")])
    return {
        "USTR": (main, study.announced),
        "optimal": (main, war_duties(study, best, 0 * best)),
        "USTR, optimal retaliation": (main, war_duties(study, announced, answer)),
        "USTR, reciprocal retaliation": (main, reciprocal),
        "optimal, optimal retaliation": (main, war_duties(study, in_war, answer)),
        "war with China, 54": (main, truce(china)),
        "war with China, 108": (main, truce(2 * china)),
        "USTR, lump-sum rebate": (study.structure(relief=0.0), study.announced),
        "incomplete pass-through": (
            study.structure(pass_through=duty_pass_through(margin, 0.25)),
            study.announced,
        ),
        "Eaton, Kortum and Krugman": (study.structure(margin=0.0, pass_through=1.0), study.announced),
        "elasticity of 8": (study.structure(trade_elasticity=2 * ELASTICITY), study.announced),
        "inputs, USTR": (inputs, study.announced),
        "inputs, 12.6 % on everybody": (inputs, war_duties(study, 0 * best + STOPPED, 0 * best)),
        "inputs, reciprocal retaliation": (inputs, reciprocal),
    }


def solved(study: Liberation) -> dict[str, GravityEquilibrium]:
    """Every scenario, solved."""
    return {name: solve_gravity(world, [duties])[0] for name, (world, duties) in scenarios(study).items()}


def study_row_table(value: GravityEquilibrium) -> Array:
    """Their seven outcomes [country, outcome]: `OUTCOMES` in per cent, then duties over base-year spending, a share."""
    world = value.world
    if (world.by_country("value_added_share") == 1).all():
        weight, index = world.expenditure, value.price_hat
    else:
        weight, index = world.value_added, value.wage_hat
    unit = (index * weight).sum() / weight.sum()
    before, after = np.array(world.flows), np.array(value.flows_new)
    deficit, deficit_new = (flows.sum(1) - flows.sum(0) for flows in (before, after / unit))
    here = np.arange(len(before))
    before[here, here] = after[here, here] = 0.0
    exports, imports = (
        after.sum(axis) / value.earned_new / (before.sum(axis) / world.value_added) - 1 for axis in (0, 1)
    )
    changes = (
        value.welfare_hat - 1,
        (deficit_new - deficit) / np.abs(deficit),
        exports,
        imports,
        value.labour_hat - 1,
        value.price_hat / unit - 1,
    )
    share = value.tariff_revenue_new / unit / world.expenditure
    return np.stack([*(100 * change for change in changes), share], axis=1)


def world_totals(value: GravityEquilibrium) -> tuple[float, float]:
    """World trade (duty paid) over GDP, and world employment, changes in per cent."""
    world, abroad = value.world, ~np.eye(len(value.world.countries), dtype=bool)
    trade = (value.flows_new * (1 + value.tariff))[abroad].sum() / world.flows[abroad].sum()
    size = world.value_added.sum()
    employment = (world.value_added * (value.labour_hat - 1)).sum() / size
    return float(100 * (trade * size / value.earned_new.sum() - 1)), float(100 * employment)


def row_of(study: Liberation, value: GravityEquilibrium, who: str) -> Array:
    """Outcomes of an economy, of the EU, or of everybody but the United States [outcome]; averages weighted by spending."""
    table = study_row_table(value)
    if who not in ("EU", "non-US"):
        return np.asarray(table[study.world.position(who)])
    chosen = study.of_union if who == "EU" else np.arange(len(table)) != study.usa
    weight = value.world.expenditure[chosen]
    return np.asarray((weight[:, None] * table[chosen]).sum(0) / weight.sum())


def printed_check(study: Liberation, name: str, value: GravityEquilibrium) -> Check:
    """Every printed figure of a scenario, to its last digit."""
    ours, theirs, widths = [], [], []
    for who, figures in PRINTED[name].items():
        row = row_of(study, value, who)
        for place, figure in enumerate(figures):
            if figure is not None:
                ours.append(float(row[place]))
                theirs.append(figure)
                widths.append(0.005 if place in (0, 4) else 0.05)
    width = np.array(widths) + 1e-6
    inside = np.abs(np.array(ours) - theirs) / width
    worst = int(inside.argmax())
    check = gate(
        GROUP,
        f"{name[0].upper()}{name[1:]}: every printed figure",
        ours[worst],
        theirs[worst],
        float(width[worst]),
        source=CITATION,
        printed=True,
    )
    return dataclasses.replace(check, cells=len(ours))


def liberation_checks(shared: Path) -> list[Check]:
    """Printed figures of every scenario, and two scenarios for ten economies unrounded."""
    study = read_liberation(shared)
    values = solved(study)
    exact = functools.partial(gate, GROUP, source=f"{CITATION}: the authors' results for figure 1")
    checks = []
    for name, by_country in MAPS.items():
        rows = np.array([row_of(study, values[name], who) for who in by_country])
        theirs = np.array(list(by_country.values()))
        # changes of deficits near zero are huge: compared as shares of themselves
        size = np.maximum(np.abs(theirs), 1.0)
        size[:, [k for k in range(7) if k != 1]] = 1.0
        what = f"{name}: {', '.join(OUTCOMES)}, duties; ten economies unrounded"
        checks.append(exact(what, rows / size, theirs / size, EXACT))
    checks += [printed_check(study, name, values[name]) for name in PRINTED]
    pairs: list[tuple[str, Callable[[GravityEquilibrium], float], float, float, str]] = [
        (f"{name}: American duties over GDP", _duties_of(study), figure, 0.005, "table 3")
        for name, figure in DUTIES.items()
    ]
    for name, (trade, work) in WORLD.items():
        pairs.append((f"{name}: world trade over GDP", lambda v: world_totals(v)[0], trade, 0.05, "table 11"))
        pairs.append((f"{name}: world employment", lambda v: world_totals(v)[1], work, 0.005, "table 11"))
    for what, reading, figure, width, table in pairs:
        ours = reading(values[what.split(":")[0]])
        source = f"{CITATION}, {table}"
        checks.append(
            gate(GROUP, what, ours, figure, width + 1e-6, source=source, published=figure, printed=True)
        )
    return checks + best_duty_checks(study)


def best_duty_checks(study: Liberation) -> list[Check]:
    """The best American duty on everybody with inputs, searched here, beside theirs."""
    from scipy.optimize import minimize_scalar

    world, _ = scenarios(study)["inputs, USTR"]
    nobody = np.zeros(len(world.countries))

    def gain(duty: float) -> float:
        (value,) = solve_gravity(world, [war_duties(study, nobody + duty, nobody)])
        return float(100 * (value.welfare_hat[study.usa] - 1))

    best = minimize_scalar(
        lambda duty: -gain(duty), bounds=(0.02, 0.4), method="bounded", options={"xatol": 1e-3}
    )
    note = f"their search ended at {100 * STOPPED:.1f} %, where ours gives every figure of theirs to its last digit; more is gained beyond"
    pairs = (("duty", round(100 * float(best.x), 1)), ("gain in welfare", -float(best.fun)))
    return [
        beside(
            GROUP,
            f"Best duty on everybody with inputs: {what}",
            ours,
            theirs,
            source=f"{CITATION}, table 4",
            note=note,
        )
        for (what, ours), theirs in zip(pairs, BEST_WITH_INPUTS, strict=True)
    ]


def _duties_of(study: Liberation) -> Callable[[GravityEquilibrium], float]:
    return lambda value: float(100 * study_row_table(value)[study.usa, 6])
