"""Build the shipped world of 2024 from the raw inputs: ``python scripts/build_world.py [--inputs DIR] [--out DIR]``.

Writes ``world-2024.npz`` (goods at customs values, chokepoint sectors carved out), its data sheet, the note from which
``world-2024-26`` is derived, ``elasticities.csv`` and two pages of documentation. Same inputs, same bytes.

``--valuation basic`` builds the same world with goods at basic prices instead, ``world-2024-basic`` (26 sectors: the
chokepoint specifications state customs values), and writes only its two files.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "scripts")]

from world_build import sheet  # noqa: E402
from world_build.balance import balance_region  # noqa: E402
from world_build.duties import build_duties  # noqa: E402
from world_build.elasticities import build_elasticities  # noqa: E402
from world_build.inputs import (  # noqa: E402
    REGIONS,
    SECTORS,
    G,
    Inputs,
    N,
    S,
    gdp,
    load_cube,
    membership,
    to_regions,
    wiod_services,
)
from world_build.technology import build_technology, output_and_final_prior, split_services  # noqa: E402
from world_build.trade import build_trade  # noqa: E402

from detente.core import Labels, sha256_bytes, write_atomic  # noqa: E402
from detente.world import Economy, check  # noqa: E402
from detente.world.carve.disaggregation import carved, disaggregate  # noqa: E402
from detente.world.carve.specification import load_disaggregation  # noqa: E402

NAME, YEAR = "world-2024", 2024
CHOKEPOINTS = ("soybeans", "batteries", "chips", "rare-earths")
"""In this order: each stands right behind the goods, so the last one carved comes first."""


def build(inputs: Inputs, valuation: str = "customs") -> tuple[Economy, sheet.Report]:
    """Build the economy of 26 sectors and the report of what was done."""
    region_of = inputs.region_of()
    codes, cube_2022 = load_cube(inputs, 2022)
    _, cube_2020 = load_cube(inputs, 2020)
    member = membership(codes, region_of)
    regions_2022 = to_regions(cube_2022, member)
    technology = build_technology(inputs, codes, cube_2020, region_of)
    service_shares = split_services(wiod_services(inputs, region_of))
    gdp_2024, gdp_2022 = gdp(inputs, 2024, region_of), gdp(inputs, 2022, region_of)
    value_added = gdp_2024 * technology.va_to_gdp
    growth = float(gdp_2024.sum() / gdp_2022.sum())

    trade = build_trade(inputs, codes, cube_2022, service_shares, growth, region_of, valuation)
    duties, duty_notes = build_duties(
        inputs, codes, cube_2022, member, trade.us_duty_rate, trade.flows[0, :, :G]
    )
    output_prior, final_prior = output_and_final_prior(technology, regions_2022, service_shares, value_added)
    off_diagonal = np.round(trade.flows, 3)
    exports = off_diagonal.sum(0)
    imports = (off_diagonal * (1 + duties)).sum(1)
    balanced = [
        balance_region(
            technology.input_shares[n],
            technology.va_share[n],
            value_added[n],
            exports[n],
            imports[n],
            output_prior[n],
            final_prior[n],
        )
        for n in range(N)
    ]
    flows = off_diagonal.copy()
    for n, region in enumerate(balanced):
        flows[n, n] = np.round(region.output - exports[n], 3)

    _, theta, citation = build_elasticities(inputs)
    economy = Economy(
        name=NAME if valuation == "customs" else f"{NAME}-{valuation}",
        year=YEAR,
        labels=Labels(tuple(REGIONS), tuple(SECTORS), REGIONS, SECTORS),
        flows=flows,
        tariff=duties,
        va_share=technology.va_share,
        input_shares=technology.input_shares,
        trade_elasticity=theta,
        elasticity_source=citation,
    )
    check(economy)
    report = sheet.Report(
        input_hashes=dict(sorted(inputs.hashes.items())),
        moved=trade.moved,
        balances_before=trade.balances_before,
        output_prior=output_prior,
        final_prior=final_prior,
        export_caps=np.array([region.export_cap for region in balanced]),
        va_to_gdp=technology.va_to_gdp,
        growth=growth,
        food_factor=duty_notes["food_factor"],
        mainland_share=duty_notes["mainland_share_us"],
        valuation=valuation,
    )
    return economy, report


def carve(economy: Economy) -> Economy:
    """Carve the chokepoint sectors out of a world of 26 sectors."""
    for name in CHOKEPOINTS:
        economy = disaggregate(economy, load_disaggregation(name))
    check(economy)
    return economy


def pack(economy: Economy) -> bytes:
    """Write the arrays as ``.npz`` bytes that depend on nothing but the arrays."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in ("flows", "tariff", "va_share", "input_shares", "trade_elasticity"):
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(getattr(economy, name)), version=(1, 0), allow_pickle=False
            )
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content.getvalue(), compresslevel=9)
    return out.getvalue()


def main(arguments: list[str] | None = None) -> None:
    """Build and write everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--inputs", type=Path, default=REPOSITORY.parent / "shared" / "data", help="folder of raw inputs"
    )
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="root of the checkout to write into")
    parser.add_argument(
        "--valuation", choices=("customs", "basic"), default="customs", help="price basis of goods trade"
    )
    options = parser.parse_args(arguments)
    inputs = Inputs(options.inputs)
    base, report = build(inputs, options.valuation)
    economy = carve(base) if options.valuation == "customs" else base
    content = pack(economy)
    data = options.out / "detente" / "world" / "data"
    write_atomic(data / f"{economy.name}.npz", content)
    datapackage, page = sheet.write(economy, base, report, sha256_bytes(content), len(content))
    write_atomic(data / f"{economy.name}.datapackage.json", datapackage)
    size = f"{N} regions × {len(economy.labels.sectors)} sectors"
    print(f"{economy.name}: {size}, {len(content) / 1e3:.0f} kB, {sha256_bytes(content)[:12]}")
    if options.valuation != "customs":
        return
    write_atomic(data / f"{NAME}-{S}.datapackage.json", sheet.derived(economy, base))
    write_atomic(data / "elasticities.csv", build_elasticities(inputs, carved(economy))[0])
    write_atomic(options.out / "docs" / "data-sheet.md", page)
    basic, _ = build(inputs, "basic")
    write_atomic(options.out / "docs" / "world-benchmarks.md", sheet.benchmark_page(economy, basic))


if __name__ == "__main__":
    main()
