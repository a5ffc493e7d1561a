"""Minerals beside the Geological Survey and Oxford Economics: a stop of gallium and germanium, and the package of October 2025.

The two published ends lie a hundredfold apart: the Survey counts what users of two minerals lose, Oxford reads the package as a
snarl of whole supply chains. Ours are set beside both, and the notes say what separates them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from detente.cases import Standoff, horizon, prepare_cases, solve_cases
from detente.dossier import Parameter, Status
from detente.equilibrium import Model, Policy, QuantityControl, solve
from detente.policy import Scenario, Setting
from detente.validation.checks import Check, Verdict
from detente.validation.shortages import GROUP
from detente.world import Economy, Wedges
from detente.world.carve import disaggregate, load_disaggregation

SPECIFICATION = Path(__file__).parent / "data" / "gallium-germanium.yaml"
USGS = "USGS Open-File Report 2024-1057: Chinese gallium and germanium stopped, range 1.7 to 9.0"
OXFORD = "Oxford Economics, 15 October 2025: −1 point of growth over two years, as in the supply snarls of the early 2020s"
CARVED = (
    "carved out of basic metals on assumed sizes; theirs lets users lose what they make within the year, ours lets them thrift, "
    "recycle, buy elsewhere and stop the least worth first, and what stops works elsewhere"
)
PACKAGE = (
    "ours: six notices on top of the April licences, factors stay employed, buyers have a way out; theirs is no account of the "
    "goods but a comparison with 2021 and 2022, when chips and ships were short as well"
)
OCTOBER, CHINESE = "chn-2025-ann", "controls of CHN"
LOW_END = 2.0
"""Standard deviations at which limits are at the low ends of their ranges: beyond all of them."""


def inside(
    what: str, ours: float, published: float, ends: tuple[float, float], *, source: str, note: str
) -> Check:
    """One line in billions of dollars a year: agrees when ours is inside the published range.

    Examples
    --------
    >>> inside("a loss", -2.0, -3.4, (-9.0, -1.7), source="", note="").verdict
    'agrees'
    >>> inside("a loss", -1.0, -3.4, (-9.0, -1.7), source="", note="").verdict
    'differs'
    """
    verdict: Verdict = "agrees" if ends[0] <= ours <= ends[1] else "differs"
    return Check(GROUP, what, source, "USD bn a year", verdict, published, ours, cells=1, note=note)


def gallium_checks(world: Economy, published: Parameter) -> list[Check]:
    """China's sales of gallium and germanium to all stopped, in the first months and over a year.

    Parameters
    ----------
    world : Economy
        One with basic metals and chips as sectors.
    published : Parameter
        The Survey's loss and its range, USD bn.
    """
    finer = disaggregate(world, load_disaggregation(SPECIFICATION))
    labels, loss = finer.labels, float(published.value)
    ends = (-float(published.high or loss), -float(published.low or loss))
    n = labels.country("USA")
    buyers = [code for code in labels.countries if code != "CHN"]
    checks = []
    for name, when in (("impact", "first months"), ("short", "one year")):
        economy, structure = horizon(name, finer)
        stop = QuantityControl.on(
            economy, "stop", importers=buyers, exporters=["CHN"], sectors=["GAG"], limit=0.0, rent="destroyed"
        )
        value = solve(Model(economy, structure), Policy(economy, Wedges.unchanged(economy), (stop,))).value
        for measure, ours in (
            ("output", float(value.gdp_volume_hat[n] - 1) * float(economy.income[n])),
            ("real income", float(value.equivalent_variation_usd[n])),
        ):
            what = f"United States, {measure}, gallium and germanium stopped, {when}"
            checks.append(inside(what, ours / 1e3, -loss, ends, source=USGS, note=CARVED))
    return checks


def october_checks(standoff: Standoff) -> list[Check]:
    """The six notices of 9 October in force for a year, at what is taken and at the low end of the ranges, beside both ends."""
    day = dt.date(2025, 11, 8)
    notices = [name for name in standoff.dossier.measures if name.startswith(OCTOBER)]
    bare = Scenario(
        id="bare", title="April licences alone", dossier=standoff.dossier.id, date=day, hold_clocks=True
    )
    force = Setting(status=Status.in_force)
    package = bare.model_copy(update={"id": "package", "set": dict.fromkeys(notices, force)})
    world, labels = standoff.world, standoff.world.labels
    alone, central = prepare_cases(world, standoff.dossier, [bare, package])
    low = tuple(
        control.at(-LOW_END) if control.drawn_with == CHINESE else control for control in central.controls
    )
    tight = replace(central, controls=low)
    values = [
        solution.value
        for solution, _ in solve_cases(standoff.model("short"), [alone, central, tight], throw=True)
    ]
    n = labels.country("USA")
    share = float(standoff.dossier.parameters["oxford-us-growth"].value)
    oxford = share * float(world.income[n]) / 1e3
    checks = []
    for value, what in zip(values[1:], ("as taken", "deliveries as in May 2025"), strict=True):
        ours = float(value.equivalent_variation_usd[n] - values[0].equivalent_variation_usd[n]) / 1e3
        title = f"United States, real income, package of 9 October {what}, one year"
        verdict: Verdict = "agrees" if 0.5 <= ours / oxford <= 2 else "differs"
        checks.append(
            Check(GROUP, title, OXFORD, "USD bn a year", verdict, oxford, ours, cells=1, note=PACKAGE)
        )
    return checks


def mineral_checks() -> list[Check]:
    """Every line of this module."""
    standoff = Standoff.load()
    loss = standoff.dossier.parameters["gallium-germanium-stop-loss"]
    return [*gallium_checks(standoff.world, loss), *october_checks(standoff)]
