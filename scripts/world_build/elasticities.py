"""Trade elasticities of the literature on Détente's sectors."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import numpy as np

from world_build.inputs import CUBE_TO_SECTOR, GOODS, SECTORS, SERVICES, Inputs

SERVICE_ELASTICITY = (
    4.0  # assumed: no set estimates all services; the one FGO figure (8.35) is for personal services only
)
CP_CAP = 20.0  # Caliendo and Parro's petroleum estimate is 64.85; no counterfactual should hang on it
CP_TRANSPORT = 8.22  # their own replacement for motor vehicles and other transport (estimates 1.84 and 0.39)
DEFAULT = "fgo"
LEAST = 0.5  # no elasticity falls below this when one is taken off (assumed)

FGO_CODES = {
    "A01_02": "C01T05", "A03": "C01T05", "B05_06": "C10T14", "B07_08": "C10T14", "B09": "C10T14", "C10T12": "C15T16",
    "C13T15": "C17T19", "C16": "C20", "C17_18": "C21T22", "C19": "C23", "C20": "C24", "C21": "C24", "C22": "C25",
    "C23": "C26", "C24": "C27", "C25": "C28", "C26": "C30T33X", "C27": "C31", "C28": "C29", "C29": "C34", "C30": "C35",
    "C31T33": "C36T37",
}  # fmt: skip
CP_CODES = {
    "A01_02": ("01-05",), "A03": ("01-05",), "B05_06": ("10-14",), "B07_08": ("10-14",), "B09": ("10-14",),
    "C10T12": ("15-16",), "C13T15": ("17-19",), "C16": ("20",), "C17_18": ("21-22",), "C19": ("23",), "C20": ("24",),
    "C21": ("24",), "C22": ("25",), "C23": ("26",), "C24": ("27",), "C25": ("28",), "C26": ("30", "32", "33"),
    "C27": ("31",), "C28": ("29",), "C29": (), "C30": (), "C31T33": ("36-37",),
}  # fmt: skip
LL_LABELS = {
    "A01_02": "Agriculture and Mining", "A03": "Agriculture and Mining", "B05_06": "Agriculture and Mining",
    "B07_08": "Agriculture and Mining", "B09": "Agriculture and Mining", "C10T12": "Food",
    "C13T15": "Textiles, Leather, Footwear", "C16": "Wood", "C17_18": "Paper", "C19": "Petroleum", "C20": "Chemicals",
    "C21": "Chemicals", "C22": "Rubber and Plastic", "C23": "Minerals", "C24": "Basic and Fabricated Metals",
    "C25": "Basic and Fabricated Metals", "C26": "Electrical and Optical Equipment",
    "C27": "Electrical and Optical Equipment", "C28": "Machinery", "C29": "Transport Equipment",
    "C30": "Transport Equipment", "C31T33": "N.E.C. and Recycling",
}  # fmt: skip


BLPN = {
    "blpn-1y": (0.8, "at one year"),
    "blpn-10y": (2.0, "at ten years"),
}
BLPN_CITATION = "Boehm, Levchenko & Pandalai-Nayar (2023), Am. Econ. Rev. 113(4)"


def build_elasticities(
    inputs: Inputs, carved: Mapping[str, str] | None = None
) -> tuple[str, np.ndarray, str]:
    """Return all sets as CSV text, and the default set [sector of the 26] with its citation.

    A carved sector has its parent's elasticity in every set.
    """
    native = inputs.csv("elasticities.csv")
    grouped = inputs.csv("icio2022/sectors_elasticities.csv")
    grouped = grouped.assign(good=grouped.sector.map(lambda code: CUBE_TO_SECTOR.get(code, code)))
    citation = native.drop_duplicates("source").set_index("source").citation

    def values(source: str, key: str) -> dict[str, float]:
        rows = native[native.source == source]
        return dict(zip(rows[key], rows.epsilon.astype(float), strict=True))

    fgo, cp, ll = values("FGO", "native_code"), values("CP", "native_code"), values("LL", "native_label")
    sets: dict[str, tuple[dict[str, float], str]] = {
        "fgo": ({good: fgo[code] for good, code in FGO_CODES.items()}, citation["FGO"]),
        "cp": (
            {
                good: min(float(np.mean([cp[code] for code in codes])), CP_CAP) if codes else CP_TRANSPORT
                for good, codes in CP_CODES.items()
            },
            f"{citation['CP']}; capped at {CP_CAP:g}, transport equipment {CP_TRANSPORT} as in their own data",
        ),
        "ll": ({good: ll[label] for good, label in LL_LABELS.items()}, citation["LL"]),
    }
    for name, column in {"gyy": "GYY", "shap": "Shap", "bsy": "BSY"}.items():
        means = grouped.groupby("good")[f"eps_{column}"].mean()
        sets[name] = (
            {good: float(means[good]) for good in GOODS},
            f"{citation[column]}; through 16 sector groups",
        )
    sets["u4"] = (
        dict.fromkeys(GOODS, 4.0),
        "Uniform 4, the customary round number (Simonovska and Waugh 2014)",
    )
    sets["fgo-sigma"] = (
        {good: max(value - 1, LEAST) for good, value in sets["fgo"][0].items()},
        f"{citation['FGO']}; read as an elasticity of substitution, θ = σ − 1",
    )
    for name, (value, when) in BLPN.items():
        sets[name] = (
            dict.fromkeys(GOODS, value),
            f"{BLPN_CITATION}, about {value:g} {when}, one number for all goods",
        )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["set", "horizon", "sector", "trade_elasticity", "citation"])
    parents = carved or {}
    for name, (by_good, source) in sets.items():
        # A set for one horizon says so for services too: nobody would call 4 a one-year elasticity.
        service = BLPN[name][0] if name in BLPN else SERVICE_ELASTICITY
        text = f"{source}; services {service:g} (assumed)"
        horizon = "short" if name == "blpn-1y" else "long"
        for sector in (*SECTORS, *parents):
            home = sector
            while home in parents:
                home = parents[home]
            theta = service if home in SERVICES else by_good[home]
            writer.writerow([name, horizon, sector, repr(round(theta, 6)), text])
    default, source = sets[DEFAULT]
    theta = np.array(
        [SERVICE_ELASTICITY if sector in SERVICES else round(default[sector], 6) for sector in SECTORS]
    )
    return out.getvalue(), theta, f"{source}; services {SERVICE_ELASTICITY:g} (assumed)"
