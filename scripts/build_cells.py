"""Build the shipped product cells from ../shared/data.

    .venv/bin/python scripts/build_cells.py [--shared ../shared] [--out detente/world/data]

US imports of 2024 by six-digit product and partner are joined with the flags of the eight-digit tariff lines and
summed into cells that no measure tells apart: partner x sector x membership of product lists. Writes
``us_product_cells.npz`` and its data sheet ``us_product_cells.datapackage.json``. Needs pandas and pyarrow.

The value of a six-digit product is spread equally over its eight-digit lines (no finer values at hand): assumed.
The share of Canadian and Mexican trade that enters free under USMCA is one number a partner, chosen so that the
added duty of mid-October 2025 equals the tracker's (`calibrate`): inferred.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from detente.core import sha256_bytes, sha256_file, write_atomic
from detente.dossier import Dossier, Products
from detente.dossier.measure import Measure
from detente.world import load_world
from detente.world.carve import carved, load_disaggregation, shipped_chokepoints

REPOSITORY = Path(__file__).resolve().parents[1]
GOODS = (
    "A01_02",
    "A03",
    "B05_06",
    "B07_08",
    "B09",
    "C10T12",
    "C13T15",
    "C16",
    "C17_18",
    "C19",
    "C20",
    "C21",
    "C22",
    "C23",
    "C24",
    "C25",
    "C26",
    "C27",
    "C28",
    "C29",
    "C30",
    "C31T33",
    "MAG",
    "REE",
    "CHP",
    "TOL",
    "BAT",
    "BAM",
    "SOY",
)
"""Goods sectors of the shipped world; the last seven are carved out of others by HS code (chokepoint specifications)."""
PARTNER_OF_REGION = {"EU27": "EU27"}
"""Partners that are a region already and so are missing from the country map."""

# Partners whose goods mostly enter below the most-favoured-nation rate (free-trade agreements, AGOA): their base duty
# is the rate collected in 2024. From memory: assumed.
PREFERENTIAL = frozenset(
    [
        "CAN",
        "MEX",
        "KOR",
        "AUS",
        "ISR",
        "SGP",
        "CHL",
        "COL",
        "PER",
        "CRI",
        "DOM",
        "GTM",
        "HND",
        "NIC",
        "SLV",
        "AGO",
        "NGA",
        "ZAF",
    ]
)

# Lists that no input file carries, by HS prefix, from memory: assumed. Energy of Canada under the fentanyl order, and
# the main lines of the annex to the Brazil order of 30 July 2025 (about 43 % of Brazil's sales were left untouched).
CANADA_ENERGY = (
    "2701",
    "2702",
    "2703",
    "2704",
    "2705",
    "2708",
    "2709",
    "2710",
    "2711",
    "2712",
    "2713",
    "2714",
    "2715",
    "284410",
    "284420",
)
BRAZIL_EXEMPT = (
    "080121", "080122", "200911", "200912", "200919", "200891", "2501", "2503", "2504", "2505", "2506", "2507", "2508", "2510",
    "2516", "2520", "2524", "2525", "2529", "2530", "2601", "2602", "2603", "2604", "2605", "2606", "2607", "2608", "2609", "2610",
    "2611", "2612", "2613", "2614", "2615", "2616", "2617", "2701", "2702", "2703", "2704", "2705", "2707", "2708", "2709", "2710",
    "2711", "2712", "2713", "2714", "280461", "280469", "281820", "31", "4403", "470200", "4703", "4704", "560721", "6802", "7106",
    "7107", "7108", "7110", "7112", "7118", "7201", "720211", "720230", "720241", "720260", "720293", "8001", "8110", "840710",
    "840910", "841111", "841112", "841121", "841122", "841191", "8801", "8802", "8804", "8805", "8806", "8807", "880330", "401130",
)  # fmt: skip
CLASS_2025 = {"85076000": 0.075}
"""Section 301 class of 2025 where the input has none though the goods were listed: lithium batteries outside cars stood on
list 4A at 7.5 % until 2026 (from memory: assumed)."""
LISTS_232 = REPOSITORY / "scripts" / "lists" / "section_232.csv"
"""Goods under Section 232 by HS prefix: the list each stands on, its first day, and where that was read. Codes of ten digits
are taken for their whole eight-digit line."""
LONGER = {"s232-steel": "s232-steel-2018", "s232-aluminium": "s232-aluminium-2018"}
"""Lists that hold an earlier one too."""
AUTOS = ("8703", "8704")
"""Headings of the automobile proclamation that are vehicles; the rest of its list is parts."""

INPUTS = {
    "us_imports_2024_hs6": "us_imports_2024/us_imports_2024_hs6.parquet",
    "us_hts8_tariff_components": "tariffs2025/us_hts8_tariff_components.parquet",
    "hs6_to_sectors": "crosswalks/hs6_to_sectors.csv.gz",
    "icio81_to_region21": "crosswalks/icio81_to_region21_suggested.csv",
    "census_country_codes": "crosswalks/census_country_codes.csv",
    "partners": "us_imports_2024/partners.csv",
    "us_tariff_path": "us_tariff_path.csv",
    "uschina2017": "uschina2017/trade_tariff.parquet",
    "trade_cube": "icio2022/trade_cube_2011_2022.parquet",
}


def section_232() -> dict[str, tuple[str, ...]]:
    """Return the eight-digit prefixes of every list of `LISTS_232`."""
    table = pd.read_csv(LISTS_232, dtype=str)
    return {str(name): tuple(sorted(set(group.prefix.str[:8]))) for name, group in table.groupby("list")}


def line_flags(data: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return the eight-digit lines with one boolean column for each product list."""
    lines = pd.read_parquet(data / INPUTS["us_hts8_tariff_components"])
    lines["hs6"] = lines.hts8.str[:6]
    siblings = lines.groupby("hs6").mfn_rate.transform("mean")
    lines["mfn"] = lines.mfn_rate.fillna(siblings).fillna(0.0)
    for line, rate in CLASS_2025.items():
        lines.loc[lines.hts8 == line, "s301_china_2025"] = rate
    for year in ("2025", "2026"):
        for rate in (0.075, 0.25, 0.5, 1.0):
            name = f"s301-{rate * 100:g}" if year == "2025" else f"s301-2026-{rate * 100:g}"
            lines[name] = np.isclose(lines[f"s301_china_{year}"], rate)
    direct = {
        "ieepa-exempt-apr2025": "ieepa_exempt_apr2025",
        "ieepa-exempt-electronics": "ieepa_exempt_electronics",
        "ieepa-exempt-nov2025": "ieepa_exempt_nov2025",
        "s232-copper": "s232_copper",
        "s122-exempt": "s122_exempt_2026",
        "s232-metals-2026-50": "metals_annex_1a_2026",
        "s232-metals-2026-25": "metals_annex_1b_2026",
    }
    for name, column in direct.items():
        lines[name] = lines[column] == 1
    lines["s232-tracker"] = (lines.s232_steel == 1) | (lines.s232_aluminum == 1)
    # The tracker's list counts circuit boards in full: a tenth of all imports from Taiwan. Its own path does not.
    lines.loc[lines.hts8.str.startswith("847330"), "s232-tracker"] = False
    listed = section_232()
    for name, prefixes in listed.items():
        lines[name] = lines.hts8.str.startswith(prefixes)
    for name, earlier in LONGER.items():
        lines[name] |= lines[earlier]
    vehicle = lines.hts8.str.startswith(AUTOS)
    lines["s232-autos"] = (lines.s232_auto == 1) & vehicle
    lines["s232-auto-parts"] = (lines.s232_auto == 1) & ~vehicle
    lines["canada-energy"] = lines.hts8.str.startswith(CANADA_ENERGY)
    lines["brazil-40-exempt"] = lines.hts8.str.startswith(BRAZIL_EXEMPT)
    lines["mfn-15-and-above"] = lines.mfn >= 0.15
    names = sorted(
        [
            *direct,
            *listed,
            "s232-tracker",
            "s232-autos",
            "s232-auto-parts",
            "canada-energy",
            "brazil-40-exempt",
            "mfn-15-and-above",
        ]
        + [column for column in lines.columns if column.startswith("s301-")]
    )
    return lines[["hs6", "hts8", "mfn", *names]], names


def imports(data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return imports with their sector ("" for what no sector takes), and the partners."""
    trade = pd.read_parquet(data / INPUTS["us_imports_2024_hs6"])
    for column in ("cty_code", "iso3", "hs6"):
        trade[column] = trade[column].astype(str)
    trade = trade[trade.cty_code != "4359"]  # Slovakia is inside EU27 already
    sector = pd.read_csv(data / INPUTS["hs6_to_sectors"], dtype=str).set_index("hs6").icio45
    trade["sector"] = trade.hs6.map(sector).where(lambda s: s.isin(GOODS), "")
    trade.loc[trade.hs6.str[:2].isin(["98", "99"]), "sector"] = ""
    trade["sector"] = carved_sectors(trade.hs6, trade.sector)
    region = (
        pd.read_csv(data / INPUTS["icio81_to_region21"], keep_default_na=False)
        .set_index("iso3")
        .region21.to_dict()
    )
    fallback = pd.read_csv(data / INPUTS["census_country_codes"], dtype=str, keep_default_na=False)
    fallback_region = dict(zip(fallback.iso3, fallback.region21_suggested, strict=True))
    names = (
        pd.read_csv(data / INPUTS["partners"], dtype=str, keep_default_na=False)
        .set_index("iso3")
        .name.str.title()
    )
    total = (
        trade.groupby("iso3")[["imports_usd", "duty_usd"]].sum().sort_values("imports_usd", ascending=False)
    )
    partners = total.reset_index()
    partners["name"] = partners.iso3.map(names)
    partners["region"] = [
        PARTNER_OF_REGION.get(code) or region.get(code) or fallback_region.get(code) or "ROW"
        for code in partners.iso3
    ]
    loose = trade[trade.sector == ""].groupby("iso3").imports_usd.sum()
    partners["unallocated"] = partners.iso3.map(loose).fillna(0.0)
    return trade, partners


def carved_sectors(hs6: pd.Series, sector: pd.Series) -> pd.Series:
    """Replace the sector of products that a chokepoint specification carves out of it."""
    result = sector.copy()
    for name in shipped_chokepoints():
        for carve in load_disaggregation(name).sectors:
            mine = hs6.str.startswith(carve.products)
            strays = sorted(set(hs6[mine & ~sector.isin([carve.parent, ""])]))
            if strays:
                raise ValueError(f"{carve.code}: {strays} belong to another sector than {carve.parent}")
            result[mine] = carve.code
    return result


def make_cells(trade: pd.DataFrame, lines: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return one row a cell: partner, sector, list flags, value, duty at the general rate, duty collected, lines."""
    per_product = lines.groupby("hs6").hts8.transform("size")
    joined = trade[trade.sector != ""].merge(lines.assign(spread=1.0 / per_product), on="hs6", how="left")
    joined["line"] = joined.hts8.notna().astype(float)
    joined["spread"] = joined.spread.fillna(1.0)
    joined["mfn"] = joined.mfn.fillna(0.0)
    joined[names] = joined[names].eq(True)
    joined["value"] = joined.imports_usd * joined.spread
    joined["mfn_duty"] = joined.value * joined.mfn
    joined["duty"] = joined.duty_usd * joined.spread
    columns = ["value", "mfn_duty", "duty", "line"]
    cells = joined.groupby(["iso3", "sector", *names], observed=True)[columns].sum().reset_index()
    return cells[cells.value > 0]


def fill_empty(cells: pd.DataFrame, partners: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Add a shadow cell of one dollar where a region sells nothing of a sector, with the mix of all US imports.

    Without it a duty on everything would read zero there; its weight in any average is nil.
    """
    region = cells.iso3.map(partners.set_index("iso3").region)
    have = set(zip(region, cells.sector, strict=True))
    mix = cells.groupby(["sector", *names], observed=True)[["value", "mfn_duty"]].sum().reset_index()
    shadows = []
    for code in sorted(set(partners.region)):
        leader = partners[partners.region == code].iso3.iloc[0]
        for sector in sorted(set(mix.sector)):
            if (code, sector) not in have:
                part = mix[mix.sector == sector].copy()
                scale = 1.0 / part.value.sum()
                part[["value", "mfn_duty"]] *= scale
                shadows.append(part.assign(iso3=leader, duty=part.mfn_duty, line=0.0))
    return pd.concat([cells, *shadows], ignore_index=True)


def weights_2017(data: Path) -> dict[str, np.ndarray]:
    """Return goods trade of 2017 by sector, million USD: bilateral, and each side's exports to the world."""
    bilateral = pd.read_parquet(data / INPUTS["uschina2017"])
    cube = pd.read_parquet(
        data / INPUTS["trade_cube"], columns=["origin", "destination", "sector", "musd_2017"]
    )
    merge = {"A01": "A01_02", "A02": "A01_02", "B05": "B05_06", "B06": "B05_06", "B07": "B07_08", "B08": "B07_08",
             "C24A": "C24", "C24B": "C24", "C301": "C30", "C302T309": "C30"}  # fmt: skip
    cube["sector"] = cube.sector.astype(str).map(lambda s: merge.get(s, s))
    home = {"CHN": {"CHN", "HKG"}, "USA": {"USA"}}
    out = {}
    for importer, exporter in (("USA", "CHN"), ("CHN", "USA")):
        pair = (
            bilateral[(bilateral.importer == importer) & (bilateral.exporter == exporter)]
            .set_index("sector")
            .trade_musd
        )
        out[f"{importer}<{exporter}:bilateral"] = pair.reindex(list(GOODS)).fillna(0.0).to_numpy()
        sold = (
            cube[(cube.origin == exporter) & ~cube.destination.isin(home[exporter])]
            .groupby("sector")
            .musd_2017.sum()
        )
        out[f"{importer}<{exporter}:world"] = sold.reindex(list(GOODS)).fillna(0.0).to_numpy(dtype=float)
    return {key: split_carved(key, values) for key, values in out.items()}


def split_carved(key: str, values: np.ndarray) -> np.ndarray:
    """Give carved sectors their part of the parent's trade of 2017, by the shipped world's proportions of 2024 (assumed)."""
    economy = load_world()
    labels = economy.labels
    importer, exporter = key.split(":")[0].split("<")
    n, i = labels.country(importer), labels.country(exporter)
    abroad = [k for k in range(len(labels.countries)) if k != i]
    rows = [n] if key.endswith(":bilateral") else abroad
    trade = economy.flows[rows, i].sum(0)
    result = values.copy()
    parents = carved(economy)
    for parent in sorted(set(parents.values())):
        family = [parent, *(code for code, home in parents.items() if home == parent)]
        sizes = np.array([trade[labels.sector(code)] for code in family])
        whole = values[GOODS.index(parent)]
        for code, size in zip(family, sizes, strict=True):
            result[GOODS.index(code)] = whole * size / sizes.sum()
    return result


def pack(
    cells: pd.DataFrame, partners: pd.DataFrame, names: list[str], data: Path, usmca: dict[str, float]
) -> dict[str, np.ndarray]:
    """Return the arrays of the shipped file."""
    order = partners.iso3.tolist()
    cells = cells.assign(p=cells.iso3.map(order.index), s=cells.sector.map(GOODS.index)).sort_values(
        ["p", "s", *names]
    )
    signatures, index = np.unique(cells[names].to_numpy(dtype=bool), axis=0, return_inverse=True)
    value = cells.value.to_numpy()
    weights = weights_2017(data)
    return {
        "partners": np.array(order),
        "partner_names": partners.name.to_numpy(dtype=str),
        "regions": partners.region.to_numpy(dtype=str),
        "sectors": np.array(GOODS),
        "lists": np.array(names),
        "partner": cells.p.to_numpy(dtype=np.int16),
        "sector": cells.s.to_numpy(dtype=np.int8),
        "signature": index.reshape(-1).astype(np.int16),
        "signatures": signatures,
        "value": value / 1e6,
        "mfn": (cells.mfn_duty.to_numpy() / value).round(6),
        "collected": (cells.duty.to_numpy() / value).round(6),
        "lines": cells.line.to_numpy(dtype=np.int16),
        "partner_imports": partners.imports_usd.to_numpy() / 1e6,
        "partner_duty": partners.duty_usd.to_numpy() / 1e6,
        "partner_unallocated": partners.unallocated.to_numpy() / 1e6,
        "preferential": partners.iso3.isin(PREFERENTIAL).to_numpy(),
        "usmca": np.array([usmca.get(code, 0.0) for code in order]),
        "weights_2017_keys": np.array(list(weights)),
        "weights_2017": np.array(list(weights.values())),
    }


def write(arrays: dict[str, np.ndarray], data: Path, out: Path, extra: dict[str, Any]) -> None:
    """Write the arrays and the data sheet."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    content = buffer.getvalue()
    write_atomic(out / "us_product_cells.npz", content)
    sheet = {
        "name": "us_product_cells",
        "title": "US imports 2024 by partner, sector and membership of tariff product lists",
        "year": 2024,
        "sha256": sha256_bytes(content),
        "units": "million USD, customs value, imports for consumption; rates are fractions",
        "built_by": "scripts/build_cells.py",
        "licence": "US Census trade and tariff schedule: public domain; tracker list files: MIT",
        "sources": [
            {"id": "data-census-2024", "title": "US Census Bureau, imports for consumption and calculated duties 2024, read from tradewartracker/trade-war-redux-2025", "licence": "public domain (data), MIT (repository)"},
            {"id": "data-tracker-redux", "title": "tradewartracker/trade-war-redux-2025, tariff lists and country path, snapshot of 2026-07-23", "licence": "MIT"},
            {"id": "data-budget-lab", "title": "Budget Lab at Yale, tariff-rate-tracker and Tariff-ETRs, line rates and HS-to-sector map", "licence": "MIT"},
            {"id": "data-icio-2017", "title": "OECD Inter-Country Input-Output tables, flows of 2017 (weights only), and US-China 2017 teaching data", "licence": "OECD Terms and Conditions (data); teaching data: no licence found"},
        ],
        "inputs": {path: sha256_file(data / path) for path in INPUTS.values()},
        "inputs_of_the_repository": {LISTS_232.relative_to(REPOSITORY).as_posix(): sha256_file(LISTS_232)},
        "assumptions": [
            "The value of a six-digit product is spread equally over its eight-digit lines (assumed).",
            "Goods under Section 232 stand on the lists of scripts/lists/section_232.csv; a code of ten digits counts for its whole eight-digit line (assumed). Which part of the value pays is said by the measures.",
            "Lithium batteries (8507.60) are put into the 7.5 % class of Section 301 for 2025, where the input has no duty (assumed).",
            "Specific duties count as zero in the general rate; lines without a rate take the mean of their six-digit product (assumed).",
            "Lists are all-or-nothing on the eight-digit line; no Section 301 exclusions (simplified).",
            "Partners under a preference are given the rate collected in 2024 as base duty (assumed list of partners).",
            "canada-energy and brazil-40-exempt are HS prefixes from memory (assumed).",
            "Chapters 98-99, electricity and the like belong to no goods sector: `partner_unallocated` (kept in totals at no duty).",
            "The Section 301 classes of 2025 stand for the end of 2024 too; the step of 1 January 2025 on a few lines is not separated.",
            "Carved sectors (magnets, rare earths, chips, tools, batteries, battery materials, soybeans) hold the HS codes of their specifications; their trade of 2017 is the parent's, split as in 2024.",
            "Where a region sells nothing of a sector, a shadow cell of one dollar carries the mix of all US imports.",
        ],
        **extra,
    }  # fmt: skip
    write_atomic(
        out / "us_product_cells.datapackage.json", json.dumps(sheet, indent=1, ensure_ascii=False) + "\n"
    )


def tracker_metals(dossier: Dossier) -> dict[str, Measure]:
    """Return the metal duties of the record on the goods of the tracker's lists, at full value, and nothing before 2025.

    Whatever is compared with the tracker or fitted to it must charge the goods that it charges.
    """
    measures = dossier.measures
    metals = measures["usa-2025-232-steel-aluminium"]
    tracked = Products(lists=("s232-tracker",))
    values = tuple(value.model_copy(update={"products": None}) for value in metals.values)
    changed = [metals.model_copy(update={"products": tracked, "values": values})]
    copper = measures.get("usa-2025-232-copper")  # not yet there under an early as-of day
    if copper is not None:
        changed.append(copper.model_copy(update={"products": Products(lists=copper.products.lists)}))
    changed += [
        old.model_copy(
            update={"values": tuple(v.model_copy(update={"value": 0.0, "by_target": {}}) for v in old.values)}
        )
        for old in (measures["usa-2018-232-steel"], measures["usa-2018-232-aluminium"])
    ]
    return {measure.id: measure for measure in changed}


def calibrate(arrays: dict[str, np.ndarray], data: Path, dossier_name: str) -> dict[str, dict[str, float]]:
    """Find the share of Canadian and Mexican trade entering free under USMCA that gives the tracker's October 2025.

    The added average falls linearly in the share, so two evaluations of the engine give it. Metal goods are those of the
    tracker: with the goods of the law in their place the share would make up for what the tracker leaves out.
    """
    from detente.dossier import load_dossier
    from detente.policy.duties.cells import Cells
    from detente.policy.duties.stacking import CellRows, stack

    path = pd.read_csv(data / INPUTS["us_tariff_path"]).set_index("date_from").loc["2025-10-14"]
    target = {"CAN": path.canada_added_pp / 100, "MEX": path.mexico_added_pp / 100}
    dossier = load_dossier(dossier_name, asof=dt.date(2025, 10, 28))
    dossier = dataclasses.replace(dossier, measures=dossier.measures | tracker_metals(dossier))
    states = [s for s in dossier.states(dt.date(2025, 10, 20)).values() if s.measure.actor == "USA"]

    def added(share: float) -> dict[str, float]:
        trial = arrays | {"usmca": np.full(len(arrays["partners"]), share)}
        cells = Cells.from_arrays(trial)
        rates = sum(stack(CellRows(cells), states).values())
        return {
            code: float((rates * cells.value)[cells.partner == i].sum() / arrays["partner_imports"][i])
            for i, code in enumerate(cells.partners)
        }

    none, full = added(0.0), added(1.0)
    result = {}
    for code, wanted in target.items():
        share = (none[code] - wanted) / (none[code] - full[code])
        result[code] = {
            "share": round(share, 4),
            "target": round(wanted, 5),
            "without": none[code],
            "all_free": full[code],
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "detente" / "policy" / "duties" / "data")
    parser.add_argument(
        "--dossier", default="busan-2025", help="record whose measures calibrate the USMCA share"
    )
    args = parser.parse_args()
    data = args.shared / "data"
    lines, names = line_flags(data)
    trade, partners = imports(data)
    cells = fill_empty(make_cells(trade, lines, names), partners, names)
    arrays = pack(cells, partners, names, data, {})
    calibrated = calibrate(arrays, data, args.dossier)
    print(json.dumps(calibrated, indent=1))
    arrays = pack(cells, partners, names, data, {code: row["share"] for code, row in calibrated.items()})
    write(arrays, data, args.out, {"calibration": {"usmca": calibrated, "grade": "inferred"}})
    size = (args.out / "us_product_cells.npz").stat().st_size
    print(f"{len(arrays['value'])} cells, {len(arrays['signatures'])} signatures, {size:,} bytes")


if __name__ == "__main__":
    main()
