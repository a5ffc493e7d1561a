"""Turn foreign lists on US goods into the share of each sector's trade they cover.

    .venv/bin/python scripts/list_coverage.py [--shared ../shared]

Prints the `sectors:` mappings that the measures of China and Canada in the dossier carry. A share is the value of the
listed US exports of 2024 over the flow of the shipped world, at most one. Where one measure holds two rates, goods at
the lower one count in proportion (10 % beside 15 %: two thirds), so that share times value is the average rate.
Products of the carved sectors count there.
Needs pandas and pyarrow.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "scripts")]

from build_cells import carved_sectors  # noqa: E402

from detente.world import load_world  # noqa: E402
from detente.world.carve import carved  # noqa: E402

METALS = ("72", "73", "76")
"""Chapters of Canada's second list that stayed after 1 September 2025: iron, steel, aluminium (assumed)."""


def shares(listed: pd.Series, importer: str) -> dict[str, float]:
    """Covered share by sector from listed exports (USD) by sector."""
    economy = load_world()
    flows = economy.flows[economy.labels.country(importer), economy.labels.country("USA")]
    found = {}
    for code in economy.labels.sectors:
        value, flow = float(listed.get(code, 0.0)) / 1e6, float(flows[economy.labels.sector(code)])
        if flow > 0 and value / flow > 5e-5:
            found[code] = round(min(1.0, value / flow), 4)
    return found


def coverage(data: Path) -> dict[str, dict[str, float]]:
    """Covered shares of every list, by measure (and day, where the list changed)."""
    lists = pd.read_csv(data / "tariffs2025/retaliation_lists_on_us_mar2025.csv.gz", dtype={"hs6": str})
    sector = pd.read_csv(data / "crosswalks/hs6_to_sectors.csv.gz", dtype=str).set_index("hs6").icio45
    lists["sector"] = carved_sectors(lists.hs6, lists.hs6.map(sector).fillna(""))
    lists["weighted"] = lists.us_exports_2024_usd * lists.added_tariff_pct / 15
    china, canada = lists[lists.retaliator == "CHN"], lists[lists.retaliator == "CAN"]
    first = canada[canada.date_effective == "2025-03-04"]
    both = canada.drop_duplicates("hs6")
    metals = canada[(canada.date_effective == "2025-03-13") & canada.hs6.str[:2].isin(METALS)]
    prewar = pd.read_parquet(data / "uschina2017/trade_tariff.parquet")
    response = (
        prewar[(prewar.exporter == "USA") & (prewar.importer == "CHN")]
        .set_index("sector")
        .add_tariff_chn_on_us
    )
    by_sector = {
        "china-2025-march-lists": (china.groupby("sector").weighted.sum(), "CHN"),
        "canada-2025-march-lists 2025-03-04": (first.groupby("sector").us_exports_2024_usd.sum(), "CAN"),
        "canada-2025-march-lists 2025-03-13": (both.groupby("sector").us_exports_2024_usd.sum(), "CAN"),
        "canada-2025-march-lists 2025-09-01": (metals.groupby("sector").us_exports_2024_usd.sum(), "CAN"),
    }
    found = {name: shares(listed, importer) for name, (listed, importer) in by_sector.items()}
    found["china-2018-response"] = {
        str(s): round(float(rate) / 0.25, 4) for s, rate in response.items() if rate > 0
    }
    # The data of 2017 know no carved sector: it has its parent's share, as it has its parent's duty.
    parents = carved(load_world())
    found["china-2018-response"] |= {code: found["china-2018-response"][parents[code]] for code in parents}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    for name, by_sector in coverage(parser.parse_args().shared / "data").items():
        print(f"{name}:\n  {{{', '.join(f'{code}: {share}' for code, share in by_sector.items())}}}")


if __name__ == "__main__":
    main()
