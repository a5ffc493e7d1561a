"""Chinese exports of 2025 by destination: what was observed, less a stated trend, beside duties and a larger surplus at home.

Observed growth holds three things: the trend that was there before, what China no longer spends at home and sells abroad (its surplus
grew by a fifth), and what duties divert. The model knows the last two, and each is shown.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from detente.cases import Standoff, Unfolding, shifted_balances, unfold_scenario
from detente.validation.checks import Check, Verdict
from detente.world import goods_sectors

GROUP = "Diversion in 2025"
LATE = dt.date(2026, 1, 20)
"""Day by which the year's trade had been published."""
SOURCE = "S32 and S33: China's customs, 14 January 2026"
DESTINATIONS = (
    ("United States", "china-exports-us-growth-2025", ("USA",), ""),
    (
        "ASEAN",
        "china-exports-asean-2025",
        ("ASEAN", "VNM", "IDN"),
        "ASEAN itself sells less to the United States under the American duties on it, so it buys fewer Chinese parts; goods that are "
        "sold on to the United States through it are not in the model",
    ),
    ("European Union", "china-exports-eu-2025", ("EU27",), ""),
    (
        "Africa",
        "china-exports-africa-2025",
        ("ROW",),
        "ours is the rest of the world, of which Africa is a part",
    ),
)
"""Name, observed growth in the record, economies of the shipped world, note."""


def exports_pct(path: Unfolding, seller: str, buyers: tuple[str, ...]) -> float:
    """Change of a country's goods exports to some others over the periods of a path, by value, percent.

    Parameters
    ----------
    path : Unfolding
    seller : str
    buyers : tuple of str
    """
    economy = path.long.economy
    labels, goods = economy.labels, goods_sectors(economy)
    i, rows = labels.country(seller), [labels.country(code) for code in buyers]
    before = economy.flows[rows][:, i, goods].sum()
    months = np.array([period.months for period in path.periods])
    after = [period.value.flows_new[rows][:, i, goods].sum() for period in path.periods]
    return 100 * float(months @ after / months.sum() / before - 1)


def growth(what: str, ours: float, observed: float, *, note: str) -> Check:
    """One line: agrees when ours has the sign of the observed figure and is within a factor of two.

    Examples
    --------
    >>> growth("exports", 2.5, 2.5, note="").verdict, growth("exports", -0.5, 7.5, note="").verdict
    ('agrees', 'differs')
    """
    near = ours * observed > 0 and 0.5 <= ours / observed <= 2
    verdict: Verdict = "agrees" if near else "differs"
    return Check(GROUP, what, SOURCE, "%", verdict, observed, ours, cells=1, note=note)


def diversion_checks() -> list[Check]:
    """Every destination: the duties of 2025 alone, with the surplus, and with the substitution of the long run within the year."""
    standoff = Standoff.load(asof=LATE)
    parameters, world = standoff.dossier.parameters, standoff.world
    trend = float(parameters["china-exports-trend"].value)
    surplus, rate = (float(parameters[f"china-surplus-{what}2025"].value) for what in ("", "growth-"))
    larger = 1e3 * surplus * rate / (1 + rate)
    shifted = shifted_balances(world, "CHN", larger)
    year = standoff.scenario("standing").model_copy(update={"date": dt.date(2025, 1, 1)})
    paths = {
        name: unfold_scenario(
            world, standoff.dossier, year, dates=(1.0,) * 12, closure=closure, keep_elasticities=at_once
        )
        for name, closure, at_once in (
            ("duties alone", "fixed", False),
            ("duties and a larger surplus", shifted, False),
            ("both, and buyers change seller at once", shifted, True),
        )
    }
    checks = []
    for name, key, buyers, note in DESTINATIONS:
        observed = 100 * (float(parameters[key].value) - trend)
        said = f"observed {100 * float(parameters[key].value):+.1f} % less a trend of {100 * trend:.1f} (growth of 2024, assumed)"
        checks += [
            growth(
                f"China's exports to {'the ' if name[0] in 'UE' else ''}{name} in 2025, less trend; ours: {what}",
                exports_pct(path, "CHN", buyers),
                observed,
                note="; ".join(filter(None, (said, note))),
            )
            for what, path in paths.items()
        ]
    return checks
