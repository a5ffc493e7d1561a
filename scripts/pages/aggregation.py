"""Compare "aggregate the solution" with "solve the aggregate" and write docs/concepts/aggregation.md with its figure.

    .venv/bin/python scripts/pages/aggregation.py

The shipped outcomes are solved on the shipped world and on coarser ones made from it; the coarse wedges are the fine ones
averaged with base-year trade, so both sides see the same policy. What differs is what a coarse world cannot know.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.core import Column, Table, write_atomic
from detente.dossier import load_dossier
from detente.equilibrium import Model, solve
from detente.policy import load_scenario, shipped_scenarios, wedges_at
from detente.world import Economy, Wedges, aggregate, load_world
from detente.world.carve import carved

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "concepts" / "aggregation.md"
FIGURE = REPOSITORY / "docs" / "assets" / "aggregation.svg"
ASOF = dt.date(2025, 10, 28)
SHOWN = ("USA", "CHN")

SECTORS_10 = {
    **dict.fromkeys(("A01_02", "A03", "SOY"), "FARM"),
    **dict.fromkeys(("B05_06", "B07_08", "B09", "C19"), "FUEL"),
    "C10T12": "FOOD",
    "C13T15": "TEXT",
    **dict.fromkeys(("C20", "C21", "C22", "REE", "BAM"), "CHEM"),
    **dict.fromkeys(("C23", "C24", "C25", "MAG"), "METAL"),
    **dict.fromkeys(("C26", "C27", "CHP", "BAT"), "ELEC"),
    **dict.fromkeys(("C28", "C29", "C30", "TOL"), "MACH"),
    **dict.fromkeys(("C16", "C17_18", "C31T33"), "OTHER"),
    **dict.fromkeys(("UTC", "TRT", "BUS", "PUB"), "SERV"),
}
COUNTRIES_8 = {
    **dict.fromkeys(("JPN", "KOR", "TWN"), "EASIA"),
    **dict.fromkeys(("IND", "IDN", "VNM", "ASEAN"), "SASIA"),
    **dict.fromkeys(("CAN", "MEX"), "NAFTA2"),
    **dict.fromkeys(("GBR", "EFTA", "TUR"), "EUR2"),
    **dict.fromkeys(("BRA", "LATAM", "ANZ", "RUS", "MENA", "ROW"), "ROW"),
}


@dataclass(frozen=True)
class Coarse:
    """One coarser world, and why one would want it."""

    name: str
    countries: Mapping[str, str]
    sectors: Mapping[str, str]


def coarse_worlds(economy: Economy) -> tuple[Coarse, ...]:
    """The aggregations compared, finest first."""
    return (
        Coarse("chokepoints merged", {}, carved(economy)),
        Coarse("10 sectors", {}, SECTORS_10),
        Coarse("8 economies", COUNTRIES_8, {}),
        Coarse("8 economies, 10 sectors", COUNTRIES_8, SECTORS_10),
    )


def coarse_wedges(economy: Economy, small: Economy, wedges: Wedges, coarse: Coarse) -> Wedges:
    """Average the wedges of the fine world with its base-year flows.

    The coarse duty moves by the mean of the fine ones' movement, so no policy is no policy. Where nothing is traded the
    coarse base stays.
    """
    labels = economy.labels
    n = [small.labels.country(coarse.countries.get(code, code)) for code in labels.countries]
    s = [small.labels.sector(coarse.sectors.get(code, code)) for code in labels.sectors]
    where = np.ix_(n, n, s)

    def mean(values: np.ndarray) -> np.ndarray:
        total, weight = np.zeros(small.flows.shape), np.zeros(small.flows.shape)
        np.add.at(total, where, values * economy.flows)
        np.add.at(weight, where, economy.flows)
        return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)

    home = np.eye(len(small.labels.countries), dtype=bool)[:, :, None]
    moved = np.where(home, 0.0, mean(wedges.tariff - economy.tariff))
    return Wedges(
        small.tariff + moved, 1 + mean(wedges.iceberg_hat - 1), np.maximum(mean(wedges.export_tax), 0.0)
    )


@dataclass(frozen=True)
class Row:
    """One outcome on one coarse world, percent; for the fine solution the same economies are added up."""

    world: str
    size: str
    outcome: str
    aggregated: Mapping[str, float]
    solved: Mapping[str, float]


def _real_income(economy: Economy, hats: np.ndarray) -> dict[str, float]:
    """Percent change by shown country and for the world (income-weighted)."""
    found = {code: 100 * float(hats[economy.labels.country(code)] - 1) for code in SHOWN}
    found["WORLD"] = 100 * float((hats * economy.income).sum() / economy.income.sum() - 1)
    return found


def compare() -> tuple[Row, ...]:
    """Solve every shipped outcome on every world."""
    economy = load_world()
    dossier = load_dossier("busan-2025", asof=ASOF)
    names = shipped_scenarios(asof=load_dossier().asof)
    scenarios = [load_scenario(name) for name in names]
    wedges = [wedges_at(economy, dossier, scenario, quantities=False) for scenario in scenarios]
    fine = [solution.value for solution in solve(Model(economy), wedges)]
    rows = []
    for coarse in coarse_worlds(economy):
        small = aggregate(economy, coarse.countries, coarse.sectors)
        small = dataclasses.replace(small, name=coarse.name)
        made = [coarse_wedges(economy, small, one, coarse) for one in wedges]
        solved = [solution.value for solution in solve(Model(small), made)]
        size = f"{len(small.labels.countries)} × {len(small.labels.sectors)}"
        for scenario, mine, theirs in zip(scenarios, fine, solved, strict=True):
            rows.append(
                Row(
                    coarse.name,
                    size,
                    scenario.title,
                    _real_income(economy, mine.real_income_hat),
                    _real_income(small, theirs.real_income_hat),
                )
            )
    return tuple(rows)


def table(rows: tuple[Row, ...]) -> Table:
    """Both answers side by side."""
    codes = (*SHOWN, "WORLD")
    names = {"USA": "USA", "CHN": "CHN", "WORLD": "World"}
    return Table(
        "aggregation",
        "Real income, percent: the solution aggregated, and the aggregate solved",
        (
            Column("world", "Coarse world"),
            Column("outcome", "Outcome"),
            *(
                Column(f"{code.lower()}_{key}", f"{names[code]}, {label}", "%", "number", 3)
                for code in codes
                for key, label in (("aggregated", "fine"), ("solved", "coarse"))
            ),
        ),
        tuple(
            (
                f"{row.world} ({row.size})",
                row.outcome,
                *(value for code in codes for value in (row.aggregated[code], row.solved[code])),
            )
            for row in rows
        ),
        note="fine: solved on the shipped world, then added up. coarse: solved on the coarse world.",
    )


def figure(rows: tuple[Row, ...]) -> str:
    """Draw both answers for the two sides, one panel a coarse world."""
    import vl_convert

    from detente.show.figures.theme import look, vega_config

    values = [
        {
            "world": f"{row.world} ({row.size})",
            "outcome": row.outcome,
            "country": code,
            "how": how,
            "pct": round(pct, 6),
        }
        for row in rows
        for code in SHOWN
        for how, pct in (("fine solution", row.aggregated[code]), ("coarse world solved", row.solved[code]))
    ]
    colour = {
        "field": "country",
        "scale": {"domain": list(SHOWN), "range": [look("country", code).colour for code in SHOWN]},
        "title": None,
    }
    y = {"field": "outcome", "type": "nominal", "sort": None, "title": None}
    x = {"field": "pct", "type": "quantitative", "title": "real income, %"}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "config": vega_config(),
        "data": {"values": values},
        "facet": {"field": "world", "sort": list(dict.fromkeys(value["world"] for value in values)), "title": None, "columns": 2},
        "columns": 2,
        "spec": {
            "width": 250,
            "height": {"step": 26},
            "layer": [
                {"mark": {"type": "line", "strokeWidth": 1}, "encoding": {"x": x, "y": y, "detail": {"field": "country"}, "color": colour, "detail2": {"field": "outcome"}}},
                {"mark": {"type": "point", "size": 60, "filled": False}, "encoding": {"x": x, "y": y, "color": colour, "shape": {"field": "how", "title": None, "scale": {"domain": ["fine solution", "coarse world solved"], "range": ["circle", "cross"]}}}},
            ],
        },
    }  # fmt: skip
    layers = spec["spec"]["layer"]  # type: ignore[index]
    layers[0]["encoding"].pop("detail2")
    layers[0]["encoding"]["detail"] = [{"field": "country"}, {"field": "outcome"}]
    spec["facet"].pop("columns")  # type: ignore[attr-defined]
    drawn = str(vl_convert.vegalite_to_svg(spec))
    # The last digits of a float may differ between machines.
    return re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", drawn)


def page(rows: tuple[Row, ...]) -> str:
    """Render the page."""

    def largest(world: str) -> str:
        mine = [row for row in rows if row.world == world]
        gap = max(abs(row.solved[c] - row.aggregated[c]) for row in mine for c in SHOWN)
        scale = max(abs(row.aggregated[c]) for row in mine for c in SHOWN)
        return f"{gap:.3f} points, where the largest change is {scale:.3f} %"

    worlds = list(dict.fromkeys((row.world, row.size) for row in rows))
    return f"""<!-- Written by scripts/pages/aggregation.py; do not edit. -->
# Aggregation

`detente.world.aggregation(economy, country_map, sector_map)` merges countries and sectors. Values add up exactly: trade, output,
duties collected between economies that stay apart, value added, inputs. Rates become averages:

| What | Average |
| --- | --- |
| duties | by imports before duty (plain mean where nothing is traded) |
| inputs and value-added shares | by output of the using sector (plain mean where nothing is made) |
| trade elasticities | by the world's spending on the sector |

Two things are lost. Trade between countries that merge becomes sales at home and bears no duty any more, so what was collected
there goes (final demand falls by it, and where a product has too little final demand, inputs do). And sectors that merge share
one elasticity, one technology and one duty.

## Aggregate the solution, or solve the aggregate?

Both are legitimate; they are not the same. Here the shipped outcomes are solved on the shipped world and added up (`fine`), and
solved again on coarser worlds whose duties and costs are the fine ones averaged with base-year trade (`coarse`).

![Real income of the United States and China under every shipped outcome: circles from the fine solution, crosses from the
coarse world solved](../assets/aggregation.svg)

{table(rows).to_markdown()}

The largest gap for the two sides: {"; ".join(f"**{name}** ({size}) {largest(name)}" for name, size in worlds)}.

Why they differ:

- **Averaging duties hides their spread.** The loss from a duty grows with its square; an average duty on a merged sector loses
  less than a high one on half of it and none on the other. What base-year trade weighs most is also what shrinks most.
- **Merged exporters cannot take trade from each other.** With Viet Nam and the rest of Asia merged, trade diversion among them is
  a sale at home.
- **Merged sectors have one elasticity**, by spending: a small sector with a low one (fuel, farm goods) disappears in its parent.
- **A stop is not an average.** A halt of soybeans is a prohibitive cost on one product; averaged into crops it becomes a moderate
  cost on everything, and then nothing stops. That is why chokepoints are sectors of their own.

Solve fine and add up whenever the fine world is at hand. Coarse worlds are for speed in large games and for teaching; the gap
above is what they cost.
"""


def main() -> None:
    """Write the page and the figure."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    rows = compare()
    write_atomic(PAGE, page(rows))
    write_atomic(FIGURE, figure(rows))
    print(table(rows).to_markdown())


if __name__ == "__main__":
    main()
