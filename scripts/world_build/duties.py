"""Duties of the base year [importer, exporter, sector], fractions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from world_build.inputs import GOODS, REGIONS, G, Inputs, N, S, place

# The 16 groups of the tariff file, by good.
GROUP_OF = {
    "A01_02": "w01", "A03": "w01", "B05_06": "w02", "B07_08": "w02", "B09": "w02", "C10T12": "w03", "C13T15": "w04",
    "C16": "w05", "C17_18": "w05", "C19": "w06", "C20": "w07", "C21": "w07", "C22": "w08", "C23": "w08", "C24": "w09",
    "C25": "w10", "C26": "w11", "C27": "w12", "C28": "w13", "C29": "w14", "C30": "w14", "C31T33": "w15",
}  # fmt: skip
US_CHINA_REGIONS = {"USA": "USA", "CHN": "CHN", "EU27": "EU", "JPN": "JPN", "IND": "IND", "BRA": "BRA"}
FOOD = list(GOODS).index("C10T12")
FOOD_CAP = (
    0.35  # no region's average duty on food, drinks and tobacco of a partner is let above this (assumed)
)
USA, CHN = 0, 1


def build_duties(
    inputs: Inputs,
    codes: list[str],
    cube_2022: np.ndarray,
    member: np.ndarray,
    us_rate: np.ndarray,
    us_imports: np.ndarray,
) -> tuple[np.ndarray, dict[str, float]]:
    """Assemble the duties; returns them with the figures the data sheet reports."""
    national = _national(inputs, codes)
    table = inputs.parquet("uschina2017/trade_tariff.parquet")
    national[:, :, FOOD], food_factor = _food(table, codes, member, national[:, :, FOOD])
    duties = _average(national, cube_2022[:, :, :G], member)

    mainland = _mainland_share(codes, cube_2022[:, :, :G], member)
    war = table[(table.importer == "CHN") & (table.exporter == "USA")].set_index("sector").loc[list(GOODS)]
    statutory = (war.tariff_prewar_2017 + war.add_tariff_chn_on_us).to_numpy(float)
    duties[CHN, USA] = statutory * mainland[USA]

    seen = us_imports > 1.0  # million USD; below it a collected rate is noise
    by_sector = (us_rate * us_imports).sum(0) / np.maximum(us_imports.sum(0), 1e-9)
    duties[USA] = np.where(seen, us_rate, by_sector[None, :])
    result = np.zeros((N, N, S))
    result[:, :, :G] = np.round(duties, 7)
    result[np.arange(N), np.arange(N)] = 0
    return result, {"food_factor": food_factor, "mainland_share_us": float(mainland[USA].mean())}


def _national(inputs: Inputs, codes: list[str]) -> np.ndarray:
    """Duties of 2021 between economies [importer, exporter, good]; nan where the file knows nothing of the country.

    Pairs absent from the file are zero in both its years: free trade. Hong Kong levies none. The file has no rest of
    the world: it takes the average of its region's known members, as importer and as exporter.
    """
    frame = inputs.parquet("icio2022/tariffs_teti_16sec.parquet")
    groups = sorted(set(frame.wiod16))
    by_group = np.zeros((len(codes), len(codes), len(groups)))
    where = (place(codes, frame.importer), place(codes, frame.exporter), place(groups, frame.wiod16))
    by_group[where] = frame.tariff_2021.to_numpy(float)
    national = by_group[:, :, [groups.index(GROUP_OF[good]) for good in GOODS]]
    row = codes.index("ROW")
    national[row] = np.nan
    national[:, row] = np.nan
    return national


def _average(national: np.ndarray, flows: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Average duties of economies to regions with the flows of 2022 as weights; unknown economies take the average of
    the known ones in their region."""
    known = ~np.isnan(national)
    # A sliver on every pair, so that a cell without trade still gets the average of its members' duties.
    weights = (flows + 1e-6) * ~np.eye(len(flows), dtype=bool)[:, :, None] * known
    duty = np.einsum("nis,na,ib->abs", np.nan_to_num(national) * weights, member, member, optimize=True)
    base = np.einsum("nis,na,ib->abs", weights, member, member, optimize=True)
    return np.divide(duty, base, out=np.zeros_like(duty), where=base > 0)


def _mainland_share(codes: list[str], flows: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Share [exporter, good] of mainland China in the imports of China with Hong Kong, a free port."""
    mainland, hong_kong = (
        np.einsum("is,ib->bs", flows[codes.index(code)], member) for code in ("CHN", "HKG")
    )
    total = mainland + hong_kong
    return np.divide(mainland, total, out=np.ones_like(total), where=total > 0)


def _food(
    table: pd.DataFrame, codes: list[str], member: np.ndarray, listed: np.ndarray
) -> tuple[np.ndarray, float]:
    """Duties on food, drinks and tobacco [importer, exporter].

    The tariff file weighs tobacco as much as all food and drinks together. Importers the US–China model data know take
    their simple applied average there, unless the file says the pair trades freely; everyone else's listed rate is
    scaled by the median ratio of the two sources and held below `FOOD_CAP`.
    """
    applied = table[table.sector == "C10T12"].pivot(
        index="importer", columns="exporter", values="tariff_prewar_2017"
    )
    regions = list(REGIONS)
    names = [US_CHINA_REGIONS.get(regions[int(row.argmax())], "ROW") for row in member]
    result, ratios = listed.copy(), []
    for n, importer in enumerate(names):
        if importer == "ROW":
            continue
        for i, exporter in enumerate(names):
            if importer != exporter and listed[n, i] > 0:
                ratios.append(float(applied.loc[importer, exporter]) / listed[n, i])
                result[n, i] = min(listed[n, i], float(applied.loc[importer, exporter]))
    factor = float(np.median(ratios))
    others = np.array([name == "ROW" for name in names])
    result[others] = np.minimum(listed[others] * factor, FOOD_CAP)
    return result, factor
