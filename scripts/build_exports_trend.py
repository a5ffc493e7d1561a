"""Derive the growth of China's goods exports by destination before 2025 from ../shared/data/icio2022.

    .venv/bin/python scripts/build_exports_trend.py [--shared ../shared] [--out detente/validation/data]

Data sheet
----------
What: growth a year of goods exports, by value in dollars: over the ten years to the last year of the table (``trend``), and the
lowest and the highest over all windows of at least five years (``low``, ``high``), fractions.
Source: OECD Inter-Country Input-Output tables, 2011 to 2022, goods (every sector but services), basic prices.
Done here: mainland China as the exporter; ASEAN its ten members; the European Union its 27; Africa the eleven economies of the table
(Angola, Cameroon, Congo, Côte d'Ivoire, Egypt, Morocco, Nigeria, São Tomé, Senegal, South Africa, Tunisia); the world without China and
Hong Kong. The windows are all there are: none was chosen.
Weak points: the table ends in 2022, two years before the duties; the long windows hold the pandemic's boom and the duties of 2018.
Nothing here is a model's result.
"""

from __future__ import annotations

import argparse
import csv
import io
from itertools import combinations
from pathlib import Path

from detente.core import write_atomic
from detente.validation.raw import frame

REPOSITORY = Path(__file__).resolve().parents[1]
YEARS = range(2011, 2023)
TEN, SHORTEST = 10, 5
HOME = {"CHN", "HKG"}
ASEAN = {"BRN", "IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM"}
AFRICA = {"AGO", "CIV", "CMR", "COD", "EGY", "MAR", "NGA", "SEN", "STP", "TUN", "ZAF"}


def destinations(shared: Path) -> dict[str, set[str]]:
    """Economies of each destination."""
    regions = frame(shared / "data" / "crosswalks" / "icio81_to_region21_suggested.csv")
    listed = {row.iso3: row.region21.split(" ")[0] for row in regions.itertuples()}
    return {
        "USA": {"USA"},
        "ASEAN": ASEAN,
        "EU27": {code for code, region in listed.items() if region == "EU27"},
        "AFRICA": AFRICA,
        "WORLD": set(listed) - HOME,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "detente" / "validation" / "data")
    args = parser.parse_args()
    cube = frame(args.shared / "data" / "icio2022" / "trade_cube_2011_2022.parquet")
    goods = cube[(cube.origin == "CHN") & (cube.sector != "SERV")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["destination", "trend", "low", "high", "from", "to"])
    for name, codes in destinations(args.shared).items():
        sold = goods[goods.destination.isin(codes)]
        total = {year: float(sold[f"musd_{year}"].astype(float).sum()) for year in YEARS}
        rate = {
            (start, end): (total[end] / total[start]) ** (1 / (end - start)) - 1
            for start, end in combinations(YEARS, 2)
            if end - start >= SHORTEST
        }
        window = YEARS[-1] - TEN, YEARS[-1]
        figures = rate[window], min(rate.values()), max(rate.values())
        writer.writerow([name, *(f"{figure:.4f}" for figure in figures), *window])
    write_atomic(args.out / "exports-trend.csv", out.getvalue())
    print(out.getvalue())


if __name__ == "__main__":
    main()
