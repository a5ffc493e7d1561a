"""Build the shipped table of six-digit products from ../shared/data.

    .venv/bin/python scripts/build_products.py [--shared ../shared] [--out detente/world/data]

The product cells (``build_cells.py``) sum imports over products no measure tells apart. This table keeps the products:
every eight-digit tariff line with its general duty and its product lists, US imports of 2024 by six-digit product and
partner with the duty collected, and the six-digit lists of answers to US duties. Writes ``us_products.npz`` and its
data sheet. Run it again whenever ``build_cells.py`` changes the sectors or the lists. Needs pandas and pyarrow.
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import build_cells
import numpy as np
import pandas as pd

from detente.core import sha256_bytes, sha256_file, write_atomic

REPOSITORY = Path(__file__).resolve().parents[1]
ANSWERS = "tariffs2025/retaliation_lists_on_us_mar2025.csv.gz"
CHINA_MEASURE, CHINA_FULL_RATE = "china-2025-march-lists", 15.0
"""The measure that the Chinese lists of March 2025 belong to, and its rate, of which a line's is a share."""


def tariff_lines(data: Path, products: list[str]) -> dict[str, np.ndarray]:
    """Eight-digit lines: product, general duty and the combination of lists each stands on."""
    lines, names = build_cells.line_flags(data)
    missing = sorted(set(products) - set(lines.hs6))
    filler = pd.DataFrame({"hs6": missing, "hts8": [f"{code}00" for code in missing], "mfn": 0.0})
    lines = pd.concat([lines, filler], ignore_index=True)
    lines[names] = lines[names].eq(True)
    lines = lines[lines.hs6.isin(products)].sort_values("hts8")
    signatures, signature = np.unique(lines[names].to_numpy(dtype=bool), axis=0, return_inverse=True)
    place = {code: i for i, code in enumerate(products)}
    return {
        "lists": np.array(names),
        "signatures": signatures,
        "line_product": lines.hs6.map(place).to_numpy(dtype=np.int16),
        "line_mfn": lines.mfn.to_numpy(dtype=np.float32),
        "line_signature": signature.reshape(-1).astype(np.int16),
    }


def answers(data: Path, products: list[str]) -> dict[str, np.ndarray]:
    """Six-digit lines of the Chinese lists of March 2025, with their share of the measure's rate."""
    table = pd.read_csv(data / ANSWERS, dtype={"hs6": str})
    china = table[(table.retaliator == "CHN") & table.hs6.isin(products)]
    place = {code: i for i, code in enumerate(products)}
    return {
        "answer_measure": np.array([CHINA_MEASURE] * len(china)),
        "answer_product": china.hs6.map(place).to_numpy(dtype=np.int16),
        "answer_share": (china.added_tariff_pct / CHINA_FULL_RATE).to_numpy(dtype=np.float32),
        "answer_exports": (china.us_exports_2024_usd / 1e6).to_numpy(dtype=np.float32),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "detente" / "policy" / "duties" / "data")
    args = parser.parse_args()
    data = args.shared / "data"
    trade, partners = build_cells.imports(data)
    trade = trade[trade.sector != ""]
    lines, _ = build_cells.line_flags(data)
    sector = pd.read_csv(data / build_cells.INPUTS["hs6_to_sectors"], dtype=str).set_index("hs6").icio45
    sector = sector[sector.isin(build_cells.GOODS)].to_dict()
    sector |= dict(
        zip(trade.hs6, trade.sector, strict=True)
    )  # whatever build_cells makes of a traded product
    listed = {code for code in set(lines.hs6) | set(trade.hs6) if code in sector and code[:2] < "98"}
    products = sorted(listed)
    place = {code: i for i, code in enumerate(products)}
    order = partners.iso3.tolist()
    trade = trade[(trade.imports_usd > 0) & trade.hs6.isin(listed)]
    trade = trade.groupby(["iso3", "hs6"], as_index=False)[["imports_usd", "duty_usd"]].sum()
    trade = trade.assign(p=trade.iso3.map(order.index), h=trade.hs6.map(place)).sort_values(["p", "h"])
    preferential = np.array([code in build_cells.PREFERENTIAL for code in order])
    collected = (trade.duty_usd / trade.imports_usd).to_numpy()
    arrays = {
        "hs6": np.array([int(code) for code in products], dtype=np.int32),
        "sectors": np.array(build_cells.GOODS),
        "sector": np.array([build_cells.GOODS.index(sector[code]) for code in products], dtype=np.int8),
        "partners": np.array(order),
        "partner_names": partners.name.to_numpy(dtype=str),
        "regions": partners.region.to_numpy(dtype=str),
        "preferential": preferential,
        "trade_partner": trade.p.to_numpy(dtype=np.int8),
        "trade_product": trade.h.to_numpy(dtype=np.int16),
        "trade_value": (trade.imports_usd / 1e6).to_numpy(dtype=np.float32),
        "trade_collected": np.round(collected, 5).astype(np.float32),
        **tariff_lines(data, products),
        **answers(data, products),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    content = buffer.getvalue()
    write_atomic(args.out / "us_products.npz", content)
    inputs = {
        name: build_cells.INPUTS[name]
        for name in (
            "us_imports_2024_hs6", "us_hts8_tariff_components", "hs6_to_sectors", "icio81_to_region21",
            "census_country_codes", "partners",
        )
    } | {"answers": ANSWERS}  # fmt: skip
    sheet = {
        "name": "us_products",
        "title": "Tariff lines with their product lists, US imports 2024 by six-digit product and partner, answers to US duties",
        "year": 2024,
        "sha256": sha256_bytes(content),
        "units": "million USD, customs value, imports for consumption; rates are fractions",
        "built_by": "scripts/build_products.py",
        "licence": "US Census trade and tariff schedule: public domain; tracker list files: MIT",
        "sources": [
            {"id": "data-census-2024", "title": "US Census Bureau, imports for consumption and calculated duties 2024, read from tradewartracker/trade-war-redux-2025", "licence": "public domain (data), MIT (repository)"},
            {"id": "data-tracker-redux", "title": "tradewartracker/trade-war-redux-2025, tariff lists and retaliation lists, snapshot of 2026-07-23", "licence": "MIT"},
            {"id": "data-budget-lab", "title": "Budget Lab at Yale, tariff-rate-tracker and Tariff-ETRs, line rates and HS-to-sector map", "licence": "MIT"},
        ],
        "inputs": {path: sha256_file(data / path) for path in inputs.values()},
        "inputs_of_the_repository": {
            build_cells.LISTS_232.relative_to(REPOSITORY).as_posix(): sha256_file(build_cells.LISTS_232)
        },
        "assumptions": [
            "The duty of a six-digit product is the plain mean over its eight-digit lines: no finer values at hand (assumed).",
            "Lists, general rates and preferential partners as in us_product_cells.",
            "A product of a preferential partner without trade in 2024 is given the general rate (assumed).",
            "Products of the import statistics that the tariff schedule does not have stand on no list, general rate zero.",
        ],
    }  # fmt: skip
    write_atomic(
        args.out / "us_products.datapackage.json", json.dumps(sheet, indent=1, ensure_ascii=False) + "\n"
    )
    print(
        f"{len(products)} products, {len(arrays['line_mfn'])} lines, {len(trade)} flows, {len(content):,} bytes"
    )


if __name__ == "__main__":
    main()
