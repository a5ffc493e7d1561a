"""Chinese exports of 2025 by destination: what was observed, less the trend of each, beside a walk of solved steps.

Observed growth holds three things: the trend that was there before, what China no longer spends at home and sells abroad (its surplus
grew by a fifth), and what duties divert. The model knows the last two. The trend is each destination's own, of the ten years to the last
of the table (`scripts/build_exports_trend.py`); its range is that of all windows of at least five years, and none of it is chosen to fit.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.cases import Law, LawOfDays, Standoff, Unfolding, shifted_balances, unfold
from detente.validation.checks import Check, Verdict
from detente.world import Economy, Wedges, goods_sectors

GROUP = "Diversion in 2025"
LATE = dt.date(2026, 1, 20)
"""Day by which the year's trade had been published."""
SOURCE = "S32 and S33: China's customs, 14 January 2026; trend: OECD ICIO, 2012 to 2022"
TABLE = Path(__file__).parent / "data" / "exports-trend.csv"
DESTINATIONS = (
    ("the United States", "USA", "china-exports-us-growth-2025", ("USA",), ""),
    (
        "ASEAN",
        "ASEAN",
        "china-exports-asean-2025",
        ("ASEAN", "VNM", "IDN"),
        "goods that are sold on to the United States through it are not in the model",
    ),
    ("the European Union", "EU27", "china-exports-eu-2025", ("EU27",), ""),
    (
        "Africa",
        "AFRICA",
        "china-exports-africa-2025",
        ("ROW",),
        "ours is the rest of the world, of which Africa is a part",
    ),
)
"""Name, row of the table of trends, observed growth in the record, economies of the shipped world, note."""


@dataclass(frozen=True)
class Trend:
    """Growth a year before the duties, fractions: of ten years, and the lowest and highest of all windows of at least five."""

    trend: float
    low: float
    high: float
    years: str


def trends() -> dict[str, Trend]:
    """Growth of China's goods exports before the duties, by destination.

    Examples
    --------
    >>> trends()["ASEAN"].trend, trends()["ASEAN"].years
    (0.1077, '2012 to 2022')
    """
    rows = csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines())
    return {
        row["destination"]: Trend(
            float(row["trend"]), float(row["low"]), float(row["high"]), f"{row['from']} to {row['to']}"
        )
        for row in rows
    }


def only_between(law: Law, economy: Economy, first: str, second: str) -> Law:
    """Return a law in which only duties and trade costs of two economies on each other change, without limits on quantities.

    Parameters
    ----------
    law : function of months to (Wedges, sequence of QuantityControl)
    economy : Economy
    first, second : str
    """
    a, b = economy.labels.country(first), economy.labels.country(second)
    still = Wedges.unchanged(economy)

    def pair(months: float) -> tuple[Wedges, tuple[()]]:
        wedges, _ = law(months)
        parts = []
        for base, moved in (
            (still.tariff, wedges.tariff),
            (still.iceberg_hat, wedges.iceberg_hat),
            (still.export_tax, wedges.export_tax),
        ):
            part = np.array(base)
            for n, i in ((a, b), (b, a)):
                part[n, i] = moved[n, i]
            parts.append(part)
        return Wedges(*parts), ()

    return pair


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


def solved_steps(standoff: Standoff) -> dict[str, Unfolding]:
    """The year 2025 month by month, one thing added at a time.

    Parameters
    ----------
    standoff : Standoff
        Loaded as of a day on which the year's surplus was known.
    """
    parameters, world = standoff.dossier.parameters, standoff.world
    surplus, rate = (float(parameters[f"china-surplus-{what}2025"].value) for what in ("", "growth-"))
    shifted = shifted_balances(world, "CHN", 1e3 * surplus * rate / (1 + rate))
    year = standoff.scenario("standing").model_copy(update={"date": dt.date(2025, 1, 1)})
    law = LawOfDays(world, standoff.dossier, year)
    pair = only_between(law, world, "USA", "CHN")
    return {
        name: unfold(world, rules, dates=(1.0,) * 12, closure=closure, keep_elasticities=at_once)
        for name, rules, closure, at_once in (
            ("duties of the two on each other", pair, "fixed", False),
            ("all duties", law, "fixed", False),
            ("and a larger surplus of China", law, shifted, False),
            ("and buyers change seller at once", law, shifted, True),
        )
    }


def diversion_checks() -> list[Check]:
    """Every destination: the walk from the duties of the two sides to the substitution of the long run within the year."""
    standoff = Standoff.load(asof=LATE)
    parameters, before = standoff.dossier.parameters, trends()
    common = float(parameters["china-exports-trend"].value)
    paths = solved_steps(standoff)
    checks = []
    for name, row, key, buyers, note in DESTINATIONS:
        grown, own = float(parameters[key].value), before[row]
        observed = 100 * (grown - own.trend)
        said = (
            f"observed {100 * grown:+.1f} % less the trend of {own.years}, {100 * own.trend:+.1f} ({100 * own.low:.1f} to "
            f"{100 * own.high:.1f}), leaves {observed:+.1f} ({100 * (grown - own.high):+.1f} to {100 * (grown - own.low):+.1f}); "
            f"less the growth of all exports in 2024 ({100 * common:.1f}, assumed for each) it leaves {100 * (grown - common):+.1f}"
        )
        steps = {what: exports_pct(path, "CHN", buyers) for what, path in paths.items()}
        for k, (what, ours) in enumerate(steps.items()):
            own_note = (said, note) if k == 0 else (f"unexplained: {observed - ours:+.1f} points",)
            checks.append(
                growth(
                    f"China's exports to {name} in 2025, less trend; ours: {what}",
                    ours,
                    observed,
                    note="; ".join(filter(None, own_note)),
                )
            )
    return checks
