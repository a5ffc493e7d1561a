"""Read the raw tables and put them on Détente's axes. Nothing is estimated here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from detente.core import sha256_file

REGIONS = {
    "USA": "United States",
    "CHN": "China (with Hong Kong)",
    "EU27": "EU 27",
    "JPN": "Japan",
    "KOR": "South Korea",
    "TWN": "Taiwan",
    "IND": "India",
    "GBR": "United Kingdom",
    "CAN": "Canada",
    "MEX": "Mexico",
    "BRA": "Brazil",
    "ANZ": "Australia and New Zealand",
    "RUS": "Russia",
    "IDN": "Indonesia",
    "VNM": "Viet Nam",
    "TUR": "Türkiye",
    "EFTA": "Switzerland, Norway, Iceland",
    "ASEAN": "Rest of ASEAN",
    "MENA": "Middle East and North Africa",
    "LATAM": "Rest of Latin America",
    "ROW": "Rest of the world",
}
GOODS = {
    "A01_02": "Crops, livestock, forestry",
    "A03": "Fishing",
    "B05_06": "Coal, oil and gas",
    "B07_08": "Metal ores and minerals",
    "B09": "Mining support",
    "C10T12": "Food, drinks, tobacco",
    "C13T15": "Textiles, clothing, leather",
    "C16": "Wood products",
    "C17_18": "Paper and printing",
    "C19": "Refined petroleum",
    "C20": "Chemicals",
    "C21": "Pharmaceuticals",
    "C22": "Rubber and plastics",
    "C23": "Glass, cement, ceramics",
    "C24": "Basic metals",
    "C25": "Metal products",
    "C26": "Computers and electronics",
    "C27": "Electrical equipment",
    "C28": "Machinery",
    "C29": "Motor vehicles",
    "C30": "Ships, trains, aircraft",
    "C31T33": "Furniture, toys, other manufacturing",
}
SERVICES = {
    "UTC": "Utilities and construction",
    "TRT": "Trade, transport, hotels",
    "BUS": "Business, finance, information",
    "PUB": "Public and personal services, housing",
}
SECTORS = {**GOODS, **SERVICES}
SERVICE_MEMBERS = {
    "UTC": ("D", "E", "F"),
    "TRT": ("G", "H49", "H50", "H51", "H52", "H53", "I"),
    "BUS": ("J58T60", "J61", "J62_63", "K", "M", "N"),
    "PUB": ("L", "O", "P", "Q", "R", "S", "T"),
}
WIOD_SERVICES = {
    "UTC": (16, 17),
    "TRT": tuple(range(18, 26)),
    "BUS": (26, 27, 29),
    "PUB": (28, *range(30, 35)),
}
CUBE_TO_SECTOR = {
    "A01": "A01_02", "A02": "A01_02", "B05": "B05_06", "B06": "B05_06", "B07": "B07_08", "B08": "B07_08",
    "C24A": "C24", "C24B": "C24", "C301": "C30", "C302T309": "C30",
}  # fmt: skip
N, S, G = len(REGIONS), len(SECTORS), len(GOODS)
GOODS_AXIS, SERVICES_AXIS = slice(0, G), slice(G, S)


@dataclass
class Inputs:
    """The raw folder, and a ledger of every file read from it with its hash."""

    root: Path
    hashes: dict[str, str] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Path of an input; its hash enters the ledger."""
        path = self.root / name
        self.hashes[name] = sha256_file(path)
        return path

    def csv(self, name: str, **options: object) -> pd.DataFrame:
        """Read a CSV; `NA` is a country code, not a missing value."""
        return pd.read_csv(self.path(name), keep_default_na=False, **options)

    def parquet(self, name: str) -> pd.DataFrame:
        """Read a parquet file with plain text columns."""
        frame = pd.read_parquet(self.path(name))
        for column in frame.columns:
            if isinstance(frame[column].dtype, pd.CategoricalDtype):
                frame[column] = frame[column].astype(str)
        return frame

    def region_of(self) -> dict[str, str]:
        """ISO-3 → region; what is not listed belongs to the rest of the world."""
        table = self.csv("crosswalks/icio81_to_region21_suggested.csv")
        return dict(zip(table.iso3, table.region21, strict=True))


def place(index: list[str], codes: pd.Series) -> np.ndarray:
    """Positions of codes in a list; an unknown code is an error."""
    positions = pd.Index(index).get_indexer(codes)
    if (positions < 0).any():
        raise KeyError(f"not in the list: {sorted(set(codes[positions < 0]))[:5]}")
    return positions


def load_cube(inputs: Inputs, year: int) -> tuple[list[str], np.ndarray]:
    """Return countries and the OECD cube [importer, exporter, 22 goods + services], million USD at basic prices."""
    frame = inputs.parquet("icio2022/trade_cube_2011_2022.parquet")
    countries = inputs.csv("icio2022/countries.csv").iso3.tolist()
    sector = frame.sector.map(lambda code: CUBE_TO_SECTOR.get(code, code))
    cube = np.zeros((len(countries), len(countries), G + 1))
    where = (
        place(countries, frame.destination),
        place(countries, frame.origin),
        place([*GOODS, "SERV"], sector),
    )
    np.add.at(cube, where, frame[f"musd_{year}"].to_numpy(float))
    return countries, cube


def membership(codes: list[str], region_of: dict[str, str]) -> np.ndarray:
    """Return the 0/1 matrix [code, region]."""
    matrix = np.zeros((len(codes), N))
    matrix[np.arange(len(codes)), [list(REGIONS).index(region_of.get(code, "ROW")) for code in codes]] = 1
    return matrix


def to_regions(cube: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Add up a cube [importer, exporter, sector] over the members of each region."""
    return np.einsum("nis,na,ib->abs", cube, member, member, optimize=True)


def gdp(inputs: Inputs, year: int, region_of: dict[str, str]) -> np.ndarray:
    """GDP by region, million current USD."""
    frame = inputs.csv("gdp_2022_2024.csv")
    member = membership(frame.iso3.tolist(), region_of)
    return member.T @ frame[f"gdp_{year}_usd"].astype(float).to_numpy() / 1e6


def national_pairs(inputs: Inputs, codes: list[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """Goods trade 2023 between the cube's economies [importer, exporter], million USD (nan where the file has no entry),
    and the whole table. What is not an economy of the cube is in neither row nor column."""
    frame = inputs.parquet("liberation2025/trade_2023.parquet")
    inside = frame[frame.importer.isin(codes) & frame.exporter.isin(codes)]
    pairs = np.full((len(codes), len(codes)), np.nan)
    pairs[place(codes, inside.importer), place(codes, inside.exporter)] = (
        inside.trade_kusd.to_numpy(float) / 1e3
    )
    return pairs, frame


def add_small_economies(
    totals: np.ndarray, frame: pd.DataFrame, codes: list[str], region_of: dict[str, str]
) -> None:
    """Add, in place, trade with economies the cube does not have to the region totals [importer, exporter]."""
    rest = frame[~(frame.importer.isin(codes) & frame.exporter.isin(codes))]
    importer = place(list(REGIONS), rest.importer.map(region_of).fillna("ROW"))
    exporter = place(list(REGIONS), rest.exporter.map(region_of).fillna("ROW"))
    np.add.at(totals, (importer, exporter), rest.trade_kusd.to_numpy(float) / 1e3)


def census(inputs: Inputs, region_of: dict[str, str]) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """US imports of 2024.

    Returns
    -------
    imports, duties : array [exporter, good], million USD
    unallocated : array [exporter], million USD
        HS chapters 98 and 99: returned and low-value goods without a sector.
    partners : list of str
        ISO-3 codes (and EU27) of the partners the file knows.
    """
    frame = inputs.csv("us_imports_2024/us_imports_2024_icio28.csv", dtype={"cty_code": str})
    frame = frame[frame.cty_code != "4359"]  # Slovakia is in the EU27 aggregate as well
    region = frame.iso3.map({**region_of, "EU27": "EU27"}).fillna("ROW")
    frame = frame.assign(
        exporter=place(list(REGIONS), region), sector=frame.icio28.map(lambda c: CUBE_TO_SECTOR.get(c, c))
    )
    allocated = frame[~frame.icio28.isin(["HS98_99", "SERV"])]
    imports, duties, unallocated = np.zeros((N, G)), np.zeros((N, G)), np.zeros(N)
    where = (allocated.exporter.to_numpy(), place(list(GOODS), allocated.sector))
    np.add.at(imports, where, allocated.imports_usd.to_numpy(float) / 1e6)
    np.add.at(duties, where, allocated.duty_usd.to_numpy(float) / 1e6)
    rest = frame[frame.icio28 == "HS98_99"]
    np.add.at(unallocated, rest.exporter.to_numpy(), rest.imports_usd.to_numpy(float) / 1e6)
    return imports, duties, unallocated, sorted(set(frame.iso3))


def wiod_services(inputs: Inputs, region_of: dict[str, str]) -> np.ndarray:
    """Service flows 2011 between regions [importer, exporter, service group], million USD; zero where WIOD has no country."""
    table = inputs.parquet("wiod2011/wiod2011.parquet")
    codes = table.country.drop_duplicates().tolist()
    intermediate = table.iloc[:, 2 : 2 + 1435].to_numpy(float).reshape(41, 35, 41, 35).sum(3)
    final = table.iloc[:, 2 + 1435 : 2 + 1640].to_numpy(float).reshape(41, 35, 41, 5).sum(3)
    by_pair = (intermediate + final).transpose(2, 0, 1)  # [importer, exporter, sector]
    groups = np.stack([by_pair[:, :, list(members)].sum(2) for members in WIOD_SERVICES.values()], axis=2)
    member = membership([{"ROM": "ROU", "RoW": "ROW"}.get(code, code) for code in codes], region_of)
    return to_regions(groups, member)
