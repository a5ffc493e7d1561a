"""Write docs/concepts/chokepoints.md: how sectors are carved out, what is data and what is assumed, what hangs on it.

.venv/bin/python scripts/pages/chokepoints.py
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "scripts")]

from build_world import CHOKEPOINTS  # noqa: E402

from detente.core import BalanceError, Column, Table, write_atomic  # noqa: E402
from detente.core.table import Cell  # noqa: E402
from detente.dossier import load_dossier  # noqa: E402
from detente.equilibrium import Model, solve  # noqa: E402
from detente.policy import load_scenario, wedges_at  # noqa: E402
from detente.world import Economy, load_world  # noqa: E402
from detente.world.carve import (  # noqa: E402
    Disaggregation,
    assumption_table,
    carved,
    disaggregate,
    load_disaggregation,
    merge_carved,
)

PAGE = REPOSITORY / "docs" / "concepts" / "chokepoints.md"
ASOF = dt.date(2025, 10, 28)
OUTCOMES = ("standing", "decoupling")
FACTORS = (0.75, 1.5)


def resized(spec: Disaggregation, code: str, factor: float) -> Disaggregation:
    """The specification with one sector's world size multiplied; stated flows stay."""
    sectors = tuple(
        carve.model_copy(
            update={"size": carve.size.model_copy(update={"usd_mn": carve.size.usd_mn * factor})}
        )
        if carve.code == code
        else carve
        for carve in spec.sectors
    )
    return spec.model_copy(update={"sectors": sectors})


def variant(base: Economy, code: str | None, factor: float) -> Economy:
    """The shipped world with one sector's size changed."""
    for name in CHOKEPOINTS:
        spec = load_disaggregation(name)
        base = disaggregate(base, resized(spec, code, factor) if code else spec)
    return base


def sensitivity() -> Table:
    """Real income under two outcomes when the assumed size of one sector is wrong."""
    shipped = load_world()
    base = merge_carved(shipped, name=shipped.name)
    dossier = load_dossier("busan-2025", asof=ASOF)
    scenarios = [load_scenario(name) for name in OUTCOMES]

    def answer(economy: Economy) -> list[float]:
        wedges = [wedges_at(economy, dossier, scenario, quantities=False) for scenario in scenarios]
        hats = [s.value.real_income_hat for s in solve(Model(economy), wedges)]
        return [100 * float(hat[economy.labels.country(c)] - 1) for hat in hats for c in ("USA", "CHN")]

    rows: list[tuple[Cell, ...]] = [("as shipped", *answer(shipped))]
    for code in (code for code in shipped.labels.sectors if code in carved(shipped)):
        for factor in FACTORS:
            try:
                found: list[Cell] = list(answer(variant(base, code, factor)))
            except BalanceError:
                found = [None] * 4
            rows.append((f"{code} × {factor:g}", *found))
    return Table(
        "chokepoint-sensitivity",
        "If the assumed size of a sector is a quarter smaller or half larger: real income against 2024",
        (
            Column("variant", "World"),
            *(
                Column(f"{code}_{name}", f"{code.upper()}, {load_scenario(name).title}", "%", "number", 3)
                for name in OUTCOMES
                for code in ("usa", "chn")
            ),
        ),
        tuple(rows),
        note="Empty: not feasible with the flows and shares that are stated.",
    )


def sizes(economy: Economy) -> Table:
    """What was carved."""
    labels, rows = economy.labels, []
    for code in (code for code in labels.sectors if code in carved(economy)):
        s, p = labels.sector(code), labels.sector(carved(economy)[code])
        made, whole = economy.output[:, s], economy.output[:, s].sum() + economy.output[:, p].sum()
        us, cn = labels.country("USA"), labels.country("CHN")
        traded = made.sum() - np.trace(economy.flows[:, :, s])
        bought = economy.flows[us, :, s].sum() - economy.flows[us, us, s]
        cells: tuple[Cell, ...] = (
            f"{labels.sector_name(code)} (`{code}`)", f"`{carved(economy)[code]}`", float(made.sum() / 1e3),
            float(100 * made.sum() / whole), float(traded / 1e3), float(100 * made[cn] / made.sum()),
            float(100 * economy.flows[us, cn, s] / bought) if bought > 0 else None,
        )  # fmt: skip
        rows.append(cells)
    return Table(
        "chokepoint-sizes",
        "The carved sectors of the shipped world",
        (
            Column("sector", "Sector"),
            Column("parent", "Parent"),
            Column("output", "World output", "USD bn", "number", 1),
            Column("share", "Of the parent and its other parts", "%", "number", 2),
            Column("traded", "Traded between regions", "USD bn", "number", 1),
            Column("china", "Made in China", "%", "number", 0),
            Column("us_china", "Of US imports, from China", "%", "number", 0),
        ),
        tuple(rows),
    )


def page() -> str:
    """Render the page."""
    economy = load_world()
    parts = []
    for name in reversed(CHOKEPOINTS):
        spec = load_disaggregation(name)
        sources = "\n".join(f"- `{key}` {title}" for key, title in spec.sources.items())
        parts.append(
            f"### {spec.title}\n\n{spec.summary}\n\n{assumption_table(spec).to_markdown()}\n\n{sources}\n"
        )
    return f"""<!-- Written by scripts/pages/chokepoints.py; do not edit. -->
# Chokepoint sectors

Magnets are six thousandths of a world table's metal products. A control on them is invisible there, and a halt of soybeans
becomes a moderate cost on all crops. So the shipped world has sectors of their own for what is fought over, carved out of their
parents so that the parents are unchanged to the cent: merge them (`detente.world.carve.merge_carved`, or load `world-2024-26`) and every
flow, duty, input and value added is what it was.

{sizes(economy).to_markdown()}

One sector leaves one parent, so a commodity whose chain lies in two industries is two sectors: compounds and magnets, chips and
tools, materials and cells. That is also what makes the chain visible: magnets use compounds, cells use materials.

## How it is done

`detente.world.carve.disaggregation(economy, spec)` carries out a specification, a YAML file anybody can write:

1. **Trade.** Stated flows are taken as they are. Each producer makes its share of the world's size. What is left of it goes where
   the parent's goes, tilted towards countries whose industries use the product, and no cell takes more than 95 % of the parent's
   (`largest_share_of_parent`). Iterated proportional fitting does the arithmetic; producers' totals are exact, buyers' as near as
   they can be.
2. **Duties.** The parent's, unless stated. Stated duties are taken out of what the parent collects: the remainder collects the rest.
3. **Inputs.** The parent's recipe, unless stated; the remainder uses what is left. Where a country's industry uses too little of an
   input to hold the stated share, the specification is refused, or takes what there is (`where_short: scale`).
4. **Users.** Every country's spending goes to the using industries by their shares in the world, in proportion to what they use of
   the parent there; none takes more than 95 % of what it uses of the parent.
5. **Elasticity.** The parent's, unless stated.

A specification that wants more than there is raises `BalanceError`, which names the cell and the largest feasible value. Every
block of numbers names a source and a grade; one of grade `assumed` must say `sensitive: true`. Stocks, import reliance and facts
are carried along in `economy.provenance["about_carved"]`: `detente path` draws on the stocks, no equation uses the others.

On the command line, `detente world disaggregate soybeans -o soy-world` carves, checks and writes a world to use with `--world`;
without a specification it lists the shipped ones. `detente world aggregate soy-world --sectors map.csv -o merged` goes the other
way, by a CSV of `code,group`. In Python:

```python
from detente.world import load_world
from detente.world.carve import disaggregate, load_disaggregation

spec = load_disaggregation("soybeans")  # or the path of your own file
finer = disaggregate(load_world("world-2024-26"), spec)
```

A whole specification:

```yaml
id: my-commodity
title: Gallium
sources: {{memory: "General knowledge, not read in a source"}}
sectors:
- code: GAL
  name: Gallium
  parent: C24
  size: {{usd_mn: 400, source: memory, grade: assumed, sensitive: true}}
  producers:
    - {{shares: {{CHN: 0.98}}, source: memory, grade: assumed, sensitive: true}}
  users:
    - {{shares: {{C26: 0.9}}, source: memory, grade: assumed, sensitive: true}}
```

## What is data and what is assumed

American imports and the duties collected on them are customs data by six-digit product (`scripts/chokepoint_trade.py` prints them
from the data, and a test compares). China's shares of production, its purchases of tools and American soybean sales come from the
facts register. **World sizes, the other producers, the users and the recipes are nobody's statistics: they are assumed**, and
flagged `vary`.

{chr(10).join(parts)}
## What hangs on the assumed sizes

{sensitivity().to_markdown()}

The sides' real income moves by thousandths of a point, because the shipped outcomes are mostly duties on everything. That says
nothing about a full stop of a critical input, whose cost lies in substitution being near zero for months: there the recipe and the
elasticity decide, not the size.

## What is left out

- Mining of rare earths and lithium, graphite, gallium, germanium and antimony stay in their parents.
- Customs codes cannot tell a leading-edge chip: the sector holds all processors and memories.
- Shares of tonnage are used as shares of value.
- Users buy the country's average mix of sources; no user is tied to one supplier.
- The data of 2017 behind the fixed-weight averages know no carved sector; the parent's trade is split as in 2024.
"""


def main() -> None:
    """Write the page."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    write_atomic(PAGE, page())


if __name__ == "__main__":
    main()
