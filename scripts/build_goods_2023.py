"""Derive the small shipped table of goods trade and output of 2023 from ../shared/data/liberation2025.

    .venv/bin/python scripts/build_goods_2023.py [--shared ../shared] [--out detente/validation/data]

Data sheet
----------
What: goods trade between regions (importer, exporter) and gross domestic product (rows of kind ``gdp``), million USD, 2023.
Sources: CEPII BACI HS22, version 202501 (trade, exporter's value, reconciled); World Bank, World Development Indicators, March
2025 (output, latest year, mostly 2023), both as the replication package of Ignatenko, Lashkaripour, Macedoni and Simonovska
(2025) holds them for 194 economies.
Done here: regions of the shipped world; trade inside a region left out, since it is sales at home there; rounded to a tenth of
a million.
Weak points: Taiwan is in neither source, so the table has 20 regions; goods only; no sales at home, which whoever uses the table
derives from output. Nothing here is a model's result.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections import defaultdict
from pathlib import Path

from detente.core import write_atomic
from detente.validation.raw import frame
from detente.world import load_world

REPOSITORY = Path(__file__).resolve().parents[1]
REST = "ROW"


def regions_of(shared: Path) -> dict[str, str]:
    """Region of each economy of the package."""
    crosswalk = frame(shared / "data" / "crosswalks" / "icio81_to_region21_suggested.csv")
    listed = {row.iso3: row.region21.split(" ")[0] for row in crosswalk.itertuples()}
    countries = frame(shared / "data" / "liberation2025" / "countries.csv")
    return {
        row.iso3: listed.get(row.iso3, "EU27" if str(row.eu27) in ("1", "True", "true") else REST)
        for row in countries.itertuples()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "detente" / "validation" / "data")
    args = parser.parse_args()
    region, folder = regions_of(args.shared), args.shared / "data" / "liberation2025"
    trade: dict[tuple[str, str], float] = defaultdict(float)
    for row in frame(folder / "trade_2023.parquet").itertuples():
        pair = region[row.importer], region[row.exporter]
        if pair[0] != pair[1]:
            trade[pair] += row.trade_kusd / 1e3
    gdp: dict[str, float] = defaultdict(float)
    for row in frame(folder / "countries.csv").itertuples():
        gdp[region[row.iso3]] += row.gdp_usd / 1e6
    codes = [code for code in load_world().labels.countries if code in gdp]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["kind", "importer", "exporter", "usd_mn"])
    writer.writerows(["gdp", code, "", f"{gdp[code]:.1f}"] for code in codes)
    writer.writerows(
        ["trade", importer, exporter, f"{trade[importer, exporter]:.1f}"]
        for importer in codes
        for exporter in codes
        if importer != exporter
    )
    write_atomic(args.out / "goods-2023.csv", out.getvalue())
    print(len(codes), "regions")


if __name__ == "__main__":
    main()
