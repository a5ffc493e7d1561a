"""The data sheet: where the numbers come from, what was done to them, how far they moved, what is weak."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from detente.core import Column, Table, sha256_file
from detente.world import Economy
from detente.world.carve.disaggregation import carved
from detente.world.carve.specification import FOLDER, shipped_chokepoints
from detente.world.known_facts import benchmarks
from world_build.balance import EXPORT_CAP, FINAL_WEIGHT
from world_build.duties import FOOD_CAP
from world_build.inputs import REGIONS, G, N
from world_build.trade import (
    BALANCE_TARGETS,
    FLOOR_TO_CUBE,
    GOODS_GROWTH,
    GOODS_TARGETS,
    MARGIN_FLOOR,
    MARGIN_SHARE,
    TAIWAN_TO_CUSTOMS,
    TRANSIT_CAP,
    TRANSIT_SLACK,
)


@dataclass(frozen=True)
class Report:
    """What the build did, in numbers."""

    input_hashes: Mapping[str, str]
    moved: Mapping[str, np.ndarray]
    balances_before: np.ndarray
    output_prior: np.ndarray
    final_prior: np.ndarray
    export_caps: np.ndarray
    va_to_gdp: float
    growth: float
    food_factor: float
    mainland_share: float
    valuation: str = "customs"


SOURCES = (
    ("icio2022/", "OECD Inter-Country Input-Output tables, extended edition, cube 2011–2022 (81 economies, 28 sectors), with the bilateral tariffs of Teti (2024), Global Tariff Database; distributed with Lashkaripour (2021), J. Int. Econ. 131",
     ("oecd-icio", "teti")),
    ("icio2020_coef/", "OECD ICIO 2023 edition, year 2020: coefficients of 77 economies and 45 sectors, as processed in matthew-murillo/trade_simulator",
     ("oecd-icio",)),
    ("liberation2025/", "CEPII BACI HS22 V202501, 2023 (Gaulier and Zignago 2010), in the replication package of Ignatenko, Lashkaripour, Macedoni and Simonovska (2025)",
     ("cepii-baci",)),
    ("us_imports_2024/", "US Census Bureau, imports for consumption and calculated duties 2024, through tradewartracker/trade-war-redux-2025 (M. Waugh)",
     ("census", "tracker-redux")),
    ("gdp_2022_2024.csv", "World Bank, World Development Indicators (March 2025); 2024 typed for 70 economies, 2023 × 1.03 for the others",
     ("world-bank",)),
    ("uschina2017/", "US–China trade-war model data 2017 (ECON7115 teaching data): applied duties and the additions of 2018–19",
     ("econ7115",)),
    ("wiod2011/", "World Input-Output Database, 2013 release, year 2011 (Timmer et al. 2015)", ("wiod",)),
    ("elasticities.csv", "Trade elasticities typed from the tables of eleven papers; citations in elasticities.csv", ("papers",)),
    ("crosswalks/", "Sector and country maps written for this project", ("own",)),
)  # fmt: skip
"""Folder of the inputs, citation, and the ids of its terms in scripts/data_sources.yaml."""
TERMS = yaml.safe_load((Path(__file__).resolve().parents[1] / "data_sources.yaml").read_text(encoding="utf-8"))["sources"]  # fmt: skip


def licence(ids: tuple[str, ...]) -> str:
    """Return the terms of the sources named, as their publishers state them."""
    return "; ".join(f"{TERMS[name]['publisher']}: {TERMS[name]['licence']}" for name in ids)


WEAKNESSES = (
    "Levels mix years and sources: ICIO 2022, BACI 2023, Census 2024, GDP 2024 partly typed. By sector nothing but US imports is newer than 2022.",
    "Goods are at customs values, output at basic prices: goods trade weighs 15–25 % more in output than in the OECD tables.",
    "Services by group rest on WIOD 2011 shares; read the totals, not the pairs.",
    "Inputs are not source-specific: every user of a product buys it in the country's average mix.",
    "The rest of the world is a residual; the OECD tables lack Iran, Iraq, Kuwait, Venezuela and Ecuador as economies.",
    "Duties outside the United States and the US–China pair are simple averages of 2021 in 16 groups; later trade agreements and sanctions are missing.",
    "China's duty on the United States is statutory, without the exclusions China grants: an upper bound of what is collected.",
    "About 5 % of trade between regions is filled in because the BACI file lacks the pair; most for Taiwan, South Korea and Viet Nam.",
    "Imports of returned goods (HS chapters 98–99, 125 bn) are spread over sectors, which lowers collected rates slightly; electricity imports are left out.",
    "US duties are collected rates: preferences and exclusions used are inside, anti-dumping duties are not.",
    "Viet Nam, Taiwan and Switzerland–Norway needed the largest repairs (table below).",
    "Fontagné, Guimbard and Orefice estimate the elasticity of trade to duties; it is used as θ as in the source package. If their trade values exclude the duty, θ is smaller by one: set `fgo-sigma`.",
    "Sizes, users and recipes of the chokepoint sectors are mostly assumed; each such number is flagged in its specification.",
)  # fmt: skip


def assumed_numbers(report: Report) -> list[dict[str, object]]:
    """Every number that was typed rather than read."""
    return [
        {"what": "growth of world goods trade 2023 → 2024", "value": GOODS_GROWTH},
        {
            "what": "customs value over basic price where BACI has no pair of the two regions (Taiwan)",
            "value": TAIWAN_TO_CUSTOMS,
        },
        {
            "what": "floor of a region pair's goods total, share of its basic-price total of 2022",
            "value": FLOOR_TO_CUBE,
        },
        {
            "what": "share of customs value above basic price taken out of traded services",
            "value": MARGIN_SHARE,
        },
        {"what": "floor of trade-and-transport services of a pair, share of prior", "value": MARGIN_FLOOR},
        {"what": "balances of goods and services fitted, million USD", "value": BALANCE_TARGETS},
        {"what": "goods balances fitted, million USD", "value": GOODS_TARGETS},
        {
            "what": "exports over 1.25 × output prior above which goods count as transit",
            "value": TRANSIT_CAP,
            "slack": TRANSIT_SLACK,
        },
        {"what": "exports at most this share of output", "value": EXPORT_CAP},
        {"what": "trust in final-demand priors relative to output priors", "value": FINAL_WEIGHT},
        {
            "what": "cap on duties on food, drinks, tobacco where only the tariff file speaks",
            "value": FOOD_CAP,
        },
        {"what": "elasticity of services", "value": 4.0},
    ]


def method(report: Report) -> list[str]:
    """The steps, in order."""
    return [
        "Aggregate the OECD cube of 2022 to 21 regions; trade inside a region becomes sales at home.",
        "Technology: OECD coefficients of 2020 at 45 sectors, weighted with output of 2020, aggregated to 26 sectors.",
        f"Value added 2024 = GDP 2024 × {report.va_to_gdp:.4f}, the world's ratio of value added at basic prices to GDP in 2020.",
        f"Goods: sector mix of 2022 × BACI pair totals of 2023 × {GOODS_GROWTH}; US imports are Census 2024 by partner and sector, chapters 98–99 spread in proportion, small partners from BACI.",
        "Missing pairs: the BACI file has no Taiwan and nothing among a group of countries (Korea, Viet Nam, Russia, Poland, the Philippines, Argentina, …). They take the cube of 2022 times the ratio of BACI to cube of the same two regions.",
        f"Services: cube of 2022 × {report.growth:.4f} (world nominal growth), four groups by WIOD 2011 shares, less the margins now inside customs values.",
        "Fit: least Kullback–Leibler change of goods, then services, to known balances; US imports and US exports to China stay as measured.",
        "Transit: exports a hub's output cannot carry are booked from its suppliers to its customers; balances do not change.",
        "Duties: US collected 2024; China on the United States pre-war applied rate plus the 2018–19 additions, times the mainland's share of imports (Hong Kong levies none); all others Teti 2021 weighted with flows of 2022.",
        f"Food duties: simple applied averages of the US–China data for six importers, elsewhere the tariff file × {report.food_factor:.2f} (median ratio), at most {FOOD_CAP:.0%}.",
        f"Balance: per region, the output nearest to the 2022 structure grown to 2024 that keeps value added, leaves final demand positive and exports at most {EXPORT_CAP:.0%} of output.",
        "Round: flows to 1,000 USD, duties to 1e-7, coefficients to 1e-8; everything else is derived, so every identity holds exactly.",
        *(
            [
                "Carve out the chokepoint sectors (concepts/chokepoints): each is a part of its parent's trade, users and inputs, so the parents are unchanged to the cent.",
            ]
            if report.valuation == "customs"
            else []
        ),
    ]


def movement(economy: Economy, report: Report) -> Table:
    """How far each region's data were moved to balance."""
    off = economy.flows * ~np.eye(N, dtype=bool)[:, :, None]
    exports = off.sum((0, 2))
    steps = np.stack(list(report.moved.values()))
    final_prior = report.final_prior * (economy.final_demand.sum(1) / report.final_prior.sum(1))[:, None]
    output = 50 * np.abs(economy.output - report.output_prior).sum(1) / report.output_prior.sum(1)
    final = 50 * np.abs(economy.final_demand - final_prior).sum(1) / final_prior.sum(1)
    rows = tuple(
        (
            REGIONS[code],
            float(economy.value_added[n] / 1e6),
            float(off[:, n, :G].sum() / 1e3),
            float(off[n, :, :G].sum() / 1e3),
            float(report.balances_before[n] / 1e3),
            float(-economy.deficit[n] / 1e3),
            *(float(100 * steps[k, n] / exports[n]) for k in range(len(steps))),
            float(output[n]),
            float(final[n]),
        )
        for n, code in enumerate(REGIONS)
    )
    return Table(
        "world-movement",
        "What balancing moved, by region",
        (
            Column("region", "Region"),
            Column("value_added", "Value added", "USD tn", "number", 2),
            Column("exports", "Goods exports", "USD bn", "number", 0),
            Column("imports", "Goods imports", "USD bn", "number", 0),
            Column("balance_before", "Balance in the data", "USD bn", "number", 0),
            Column("balance", "Balance here", "USD bn", "number", 0),
            Column("filled", "Missing pairs filled", "% of exports", "number", 1),
            Column("goods", "Goods fitted", "% of exports", "number", 1),
            Column("services", "Services fitted", "% of exports", "number", 1),
            Column("transit", "Transit given back", "% of exports", "number", 1),
            Column("output", "Output moved", "%", "number", 1),
            Column("final", "Final demand moved", "%", "number", 1),
        ),
        rows,
        note="Moved output and final demand: half the sum of absolute differences to the prior, over the prior.",
    )


def duties(economy: Economy) -> Table:
    """Import-weighted duties on goods, percent, for the pairs most asked about."""
    codes = ("USA", "CHN", "EU27", "JPN", "IND", "MEX", "CAN", "BRA")
    importers = tuple(economy.labels.country(code) for code in codes)

    def rate(n: int, i: int) -> float | None:
        flows = economy.flows[n, i, :G].sum()
        return None if n == i else float(100 * (economy.flows[n, i] * economy.tariff[n, i]).sum() / flows)

    def average(n: int) -> float:
        others = [i for i in range(N) if i != n]
        return float(100 * economy.tariff_revenue[n] / economy.flows[n, others, :G].sum())

    rows = tuple(
        (REGIONS[codes[k]], *(rate(n, i) for i in importers), average(n)) for k, n in enumerate(importers)
    )
    return Table(
        "world-duties",
        "Duties of the base year, by importer (rows) and exporter",
        (
            Column("importer", "Importer"),
            *(Column(code, code, "%", "number", 1) for code in codes),
            Column("all", "All partners", "%", "number", 1),
        ),
        rows,
        note="Import-weighted over goods with this world's flows.",
    )


def carving(economy: Economy) -> dict[str, object]:
    """What the package says about carved sectors: where each came from, and what is said about it."""
    parents = carved(economy)
    if not parents:
        return {}
    return {
        "carved": parents,
        "about_carved": economy.provenance["about_carved"],
        "specifications": [
            {"path": f"chokepoints/{name}.yaml", "sha256": sha256_file(FOLDER / f"{name}.yaml")}
            for name in shipped_chokepoints()
        ],
    }


def derived(economy: Economy, base: Economy) -> str:
    """Return the note of the world without carved sectors, which is derived when loaded."""
    return (
        json.dumps(
            {
                "name": f"{economy.name}-{len(base.labels.sectors)}",
                "title": "The world of 2024 without its carved sectors: 21 regions × 26 sectors",
                "derived_from": economy.name,
                "how": "carved sectors merged into their parents (detente.world.carve.disaggregation.merge_carved)",
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    )


def write(economy: Economy, base: Economy, report: Report, sha256: str, size: int) -> tuple[str, str]:
    """Return the datapackage as JSON text and the same as a readable page.

    `base` is the economy before sectors were carved: what balancing moved and its duties are read off it.
    """
    moved = movement(base, report)
    shape = f"{len(economy.labels.countries)} regions × {len(economy.labels.sectors)} sectors"
    package = {
        "name": economy.name,
        "title": f"The world of 2024 for Détente: {shape}",
        "year": economy.year,
        "valuation": report.valuation,
        "unit": "million USD of 2024; rates are fractions",
        "resources": [{"path": f"{economy.name}.npz", "bytes": size, "hash": f"sha256:{sha256}", "arrays": {
            "flows": "[importer, exporter, sector] before duty", "tariff": "[importer, exporter, sector]",
            "va_share": "[country, sector]", "input_shares": "[country, supplier_sector, user_sector]",
            "trade_elasticity": "[sector]"}}],
        "sha256": sha256,
        "data_hash": economy.data_hash,
        "countries": dict(economy.labels.country_names),
        "sectors": dict(economy.labels.sector_names),
        "elasticity_source": economy.elasticity_source,
        **carving(economy),
        "sources": [{"path": path, "citation": citation, "licence": licence(ids)} for path, citation, ids in SOURCES],
        "inputs": [{"path": path, "sha256": digest} for path, digest in report.input_hashes.items()],
        "method": method(report),
        "assumed": assumed_numbers(report),
        "weaknesses": list(WEAKNESSES),
        "moved": [dict(zip([c.key for c in moved.columns], _rounded(row), strict=True)) for row in moved.rows],
        "built_by": "scripts/build_world.py",
    }  # fmt: skip
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n", _page(
        economy, base, report, sha256, size, moved
    )


def _rounded(row: tuple[object, ...]) -> list[object]:
    return [round(cell, 4) if isinstance(cell, float) else cell for cell in row]


def _page(economy: Economy, base: Economy, report: Report, sha256: str, size: int, moved: Table) -> str:
    """Render docs/data-sheet.md."""
    labels = economy.labels
    parts = [
        "<!-- Written by scripts/build_world.py; do not edit. -->",
        "# Data sheet of the shipped world",
        f"`{economy.name}`: {len(labels.countries)} regions × {len(labels.sectors)} sectors, base year {economy.year}, "
        f"million USD, goods at {report.valuation} values. "
        f"{size / 1e3:.0f} kB, SHA-256 `{sha256}`. Load it with `detente.world.load_world()`.",
        "## Sources",
        *(f"- **{path}** {citation}. _{licence(ids)}._" for path, citation, ids in SOURCES),
        "\nThe hash of every input file is in the data package; the terms of every source, and every shipped file with its hash, "
        "are on the page [Data licences](data-licences.md).",
        "## Method",
        *(f"{k}. {step}" for k, step in enumerate(method(report), 1)),
        "## Known weaknesses",
        *(f"- {item}" for item in WEAKNESSES),
        "## Numbers that are assumed",
        "Typed, not read from a source; grade `assumed`.\n",
        *(f"- {item['what']}: {_plain(item['value'])}" for item in assumed_numbers(report)),
        "## How far balancing moved the data",
        moved.to_markdown(),
        "## Duties",
        duties(base).to_markdown(),
        *_carved_part(economy),
        "## Regions and sectors",
        ", ".join(f"{name} (`{code}`)" for code, name in REGIONS.items()) + ".",
        "",
        ", ".join(f"{labels.sector_name(code)} (`{code}`)" for code in labels.sectors) + ".",
    ]
    text = ""
    for part in parts:
        text += (
            ("\n" if part.startswith("#") and text else "")
            + part
            + ("\n\n" if part.startswith("#") else "\n")
        )
    return text


def _carved_part(economy: Economy) -> list[str]:
    """Say which sectors were carved out of which, and how large they are."""
    parents = carved(economy)
    if not parents:
        return []
    labels = economy.labels
    rows = []
    for code in (code for code in labels.sectors if code in parents):
        made = economy.output[:, labels.sector(code)]
        traded = made.sum() - np.trace(economy.flows[:, :, labels.sector(code)])
        first = np.argsort(-made)[:3]
        makers = ", ".join(f"{labels.countries[i]} {made[i] / made.sum():.0%}" for i in first)
        rows.append(
            (f"{labels.sector_name(code)} ({code})", parents[code], made.sum() / 1e3, traded / 1e3, makers)
        )
    table = Table(
        "world-carved",
        "Chokepoint sectors",
        (
            Column("sector", "Sector"),
            Column("parent", "Carved out of"),
            Column("output", "World output", "USD bn", "number", 1),
            Column("traded", "Traded between regions", "USD bn", "number", 1),
            Column("makers", "Largest producers"),
        ),
        tuple(rows),
        note="What is data and what is assumed: concepts/chokepoints. Merging them gives `world-2024-26` back.",
    )
    return ["## Chokepoint sectors", table.to_markdown()]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{code} {amount / 1e3:,.0f} bn" for code, amount in value.items())
    return str(value)


def benchmark_page(economy: Economy, basic: Economy) -> str:
    """Render docs/world-benchmarks.md."""
    return (
        "<!-- Written by scripts/build_world.py; do not edit. -->\n# Is the world plausible?\n\n"
        "Published figures for 2024 beside what the shipped world says. A gap of zero means ours lies in the published range. "
        "`Accepted` is what the source's own uncertainty allows (rounding, revisions, the two sides' books); where only a choice "
        "of the build explains the gap, the last column says so. `Role` tells evidence from construction: a `fitted` figure was "
        "a target of the build and an `input` was read into it, so their agreement proves nothing.\n\n"
        + benchmarks(economy).to_markdown()
        + "\n\n## With goods at basic prices\n\nThe same facts on `world-2024-basic` "
        "(`python scripts/build_world.py --valuation basic`): goods trade without the margins of carriers and traders, so "
        "every customs figure is missed from below. Chokepoint sectors are stated at customs values and are not carved "
        "there.\n\n" + benchmarks(basic).to_markdown()
    )
