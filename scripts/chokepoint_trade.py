"""Print what the US customs data say about the sectors of the chokepoint specifications.

    .venv/bin/python scripts/chokepoint_trade.py [--shared ../shared]

For every sector of detente/world/data/chokepoints/*.yaml: imports of 2024 by region, million USD, and the duty collected
on them, over the HS codes the sector holds. The specifications carry these numbers; a test compares them.
Needs pandas and pyarrow.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "scripts")]

from build_cells import imports  # noqa: E402

from detente.world.carve.specification import load_disaggregation, shipped_chokepoints  # noqa: E402

LEAST = 0.5
"""Flows below this many million USD are left to the general rule."""


def us_trade(data: Path, products: dict[str, tuple[str, ...]]) -> dict[str, dict[str, tuple[float, float]]]:
    """US imports (million USD, rounded) and collected duty (fraction) by sector code and region."""
    trade, partners = imports(data)
    region = partners.set_index("iso3").region
    trade = trade.assign(region=trade.iso3.map(region))
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for code, prefixes in products.items():
        mine = (
            trade[trade.hs6.str.startswith(prefixes)].groupby("region")[["imports_usd", "duty_usd"]].sum()
            / 1e6
        )
        mine = mine[mine.imports_usd >= LEAST].sort_values("imports_usd", ascending=False)
        found[code] = {
            str(name): (round(float(row.imports_usd), 1), round(float(row.duty_usd / row.imports_usd), 4))
            for name, row in mine.iterrows()
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    data = parser.parse_args().shared / "data"
    products = {
        carve.code: carve.products
        for name in shipped_chokepoints()
        for carve in load_disaggregation(name).sectors
    }
    for code, by_region in us_trade(data, products).items():
        print(f"{code}:")
        print(f"  usd_mn: {{{', '.join(f'{name}: {value}' for name, (value, _) in by_region.items())}}}")
        print(f"  rates: {{{', '.join(f'{name}: {rate}' for name, (_, rate) in by_region.items())}}}")


if __name__ == "__main__":
    main()
