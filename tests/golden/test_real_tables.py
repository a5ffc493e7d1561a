"""Real tables through the readers: totals that their publishers or the files beside them state, and every identity."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from detente.equilibrium import Model, solve
from detente.world import Economy, Wedges, check
from detente.world.read.build import build_world
from detente.world.read.cp_text import read_cp_folder
from detente.world.read.folders import (
    read_cp_parquet_folder,
    read_cube_folder,
    read_ossa_folder,
    read_uschina_folder,
)
from detente.world.read.maps import CodeMap
from detente.world.read.table import SourceTable
from detente.world.read.wiod import read_wiod

pytest.importorskip("pyarrow", reason="the stored tables are parquet (development dependency)")


@pytest.fixture(scope="module")
def data(shared: Path) -> Path:
    return shared / "data"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def largest_move(report: object, part: str) -> float:
    found = [row for row in report.moved.records() if row["country"] == "World" and row["part"] == part]  # type: ignore[attr-defined]
    return float(found[0]["moved_pct"])


def assert_unchanged_solves(economy: Economy) -> None:
    solution = solve(Model(economy), Wedges.unchanged(economy))
    assert solution.value.real_income_hat == pytest.approx(np.ones(len(economy.labels.countries)), abs=1e-12)


@pytest.fixture(scope="module")
def wiod(data: Path) -> SourceTable:
    return read_wiod(data / "wiod2011")


def test_wiod_totals(wiod: SourceTable, data: Path) -> None:
    assert (len(wiod.labels.countries), len(wiod.labels.sectors), wiod.year) == (41, 35, 2011)
    value = (wiod.output - wiod.inputs.sum(1)).sum(1) / 1e6
    assert value.sum() == pytest.approx(69.3, abs=0.1)
    assert value[wiod.labels.country("USA")] == pytest.approx(15.16, abs=0.01)
    assert value[wiod.labels.country("CHN")] == pytest.approx(7.39, abs=0.01)
    assert {"ROU", "ROW"} <= set(wiod.labels.countries)
    assert wiod.final is not None
    for row in rows(data / "wiod2011" / "wiod_countries.csv"):
        n = wiod.labels.country({"ROM": "ROU", "RoW": "ROW"}.get(row["wiod_code"], row["wiod_code"]))
        assert wiod.final[n].sum() == pytest.approx(float(row["final_demand_musd"]), rel=1e-9)
        # The stored cells are cut to whole numbers: a row falls short by at most 108 million.
        assert 0 <= float(row["gross_output_musd"]) - wiod.output[n].sum() <= 35 * 108


def test_wiod_builds(wiod: SourceTable) -> None:
    report = build_world(wiod, elasticities="fgo")
    check(report.economy)
    assert largest_move(report, "output") < 0.05
    assert largest_move(report, "imports") < 0.01
    assert_unchanged_solves(report.economy)
    usa, chn = report.economy.labels.country("USA"), report.economy.labels.country("CHN")
    goods = report.economy.flows[usa, chn, :16].sum() / 1e3
    assert goods == pytest.approx(361, abs=5)


@pytest.fixture(scope="module")
def cube(data: Path) -> SourceTable:
    return read_cube_folder(data)


def test_cube_totals(cube: SourceTable, data: Path) -> None:
    assert (len(cube.labels.countries), len(cube.labels.sectors), cube.year) == (81, 23, 2022)
    assert cube.output.sum() / 1e6 == pytest.approx(199.69, abs=0.01)
    for row in rows(data / "icio2022" / "countries.csv"):
        n = cube.labels.country(row["iso3"])
        assert cube.output[n].sum() == pytest.approx(float(row["gross_output_2022_musd"]), rel=1e-5)
        assert cube.flows[n].sum() == pytest.approx(float(row["expenditure_2022_musd"]), rel=1e-5)
    usa, chn = cube.labels.country("USA"), cube.labels.country("CHN")
    assert cube.flows[usa, chn].sum() / 1e3 == pytest.approx(532, abs=1)
    assert cube.flows[usa, chn, :-1].sum() / 1e3 == pytest.approx(453, abs=1)
    assert np.einsum("nns->", cube.duties) == 0
    assert not cube.duties[:, :, -1].any()


def test_cube_builds_at_21_regions(cube: SourceTable, data: Path) -> None:
    crosswalk = rows(data / "crosswalks" / "icio81_to_region21_suggested.csv")
    regions = CodeMap({row["iso3"]: row["region21"] for row in crosswalk}, {}, "crosswalk")
    report = build_world(cube, regions=regions, elasticities="fgo")
    economy = report.economy
    check(economy)
    assert set(economy.labels.countries) == {row["region21"] for row in crosswalk}
    assert economy.value_added.sum() / 1e6 == pytest.approx(96.5, abs=1.0)
    assert largest_move(report, "output") < 1.5
    assert largest_move(report, "imports") == 0
    assert_unchanged_solves(economy)


def test_cube_builds_whole(cube: SourceTable) -> None:
    report = build_world(cube, elasticities="4")
    check(report.economy)
    assert largest_move(report, "output") < 2.0


def test_uschina(data: Path) -> None:
    table = read_uschina_folder(data / "uschina2017")
    report = build_world(table, elasticities="source")
    economy = report.economy
    check(economy)
    value = dict(zip(economy.labels.countries, economy.value_added / 1e6, strict=True))
    assert [value[code] for code in ("USA", "CHN", "EU")] == pytest.approx([18.8, 11.3, 15.5], abs=0.1)
    usa, chn = economy.labels.country("USA"), economy.labels.country("CHN")
    goods = economy.flows[usa, chn, :22]
    assert (goods * economy.tariff[usa, chn, :22]).sum() / goods.sum() == pytest.approx(0.031, abs=0.001)
    back = economy.flows[chn, usa, :22]
    assert (back * economy.tariff[chn, usa, :22]).sum() / back.sum() == pytest.approx(0.089, abs=0.001)
    assert largest_move(report, "output") < 0.3
    assert_unchanged_solves(economy)


def test_ossa(data: Path) -> None:
    table = read_ossa_folder(data / "ossa2014")
    report = build_world(table, elasticities="source")
    economy = report.economy
    check(economy)
    assert largest_move(report, "output") < 1e-12
    assert (economy.va_share == 1).all()
    assert (economy.trade_elasticity + 1).mean() == pytest.approx(3.42, abs=0.005)
    assert_unchanged_solves(economy)


@pytest.fixture(scope="module")
def cp(data: Path) -> SourceTable:
    return read_cp_parquet_folder(data / "cp2015")


def test_cp_totals(cp: SourceTable, data: Path) -> None:
    assert (len(cp.labels.countries), len(cp.labels.sectors), cp.year) == (31, 40, 1993)
    home = np.einsum("nns->ns", cp.flows)
    assert (home < 0).sum() == 26  # exports exceed output in as many cells
    report = build_world(cp, elasticities="source")
    check(report.economy)
    assert (np.einsum("nns->ns", report.economy.flows) >= 0).all()
    import pyarrow.parquet as parquet

    table = parquet.read_table(data / "cp2015" / "country_sector.parquet").to_pydict()
    stated = dict.fromkeys(cp.labels.countries, 0.0)
    for code, share, value in zip(
        table["country"], table["va_share"], table["gross_output_musd"], strict=True
    ):
        stated[code] += share * value
    assert report.economy.value_added == pytest.approx(np.array(list(stated.values())), rel=1e-6)
    # The authors' own sum holds the output they raise in those 26 cells.
    theirs = sum(float(row["value_added_musd"]) for row in rows(data / "cp2015" / "value_added.csv"))
    assert report.economy.value_added.sum() == pytest.approx(theirs, rel=2e-3)
    assert_unchanged_solves(report.economy)


def test_cp_text_layout_gives_the_same_table(cp: SourceTable, data: Path, tmp_path: Path) -> None:
    """The stored data written as the authors' text files, read by the text reader."""
    folder = data / "cp2015"
    import pyarrow.parquet as parquet

    N, S, J = 31, 40, 20
    off = ~np.eye(N, dtype=bool)[:, :, None]
    other = read_cp_parquet_folder(folder, year=2005)
    for name, values in (
        ("xbilat1993", 1e3 * (cp.flows * off)),
        ("tariffs1993", 100 * cp.duties),
        ("tariffs2005", 100 * other.duties),
    ):
        np.savetxt(
            tmp_path / f"{name}.txt", values[:, :, :J].transpose(2, 0, 1).reshape(J * N, N), fmt="%.17g"
        )
    table = parquet.read_table(folder / "country_sector.parquet").to_pydict()
    io = parquet.read_table(folder / "io_coefficients.parquet").to_pydict()
    country = {code: n for n, code in enumerate(cp.labels.countries)}
    sector = {code: s for s, code in enumerate(cp.labels.sectors)}
    va, output, materials = np.zeros((S, N)), np.zeros((S, N)), np.zeros((N, S, S))
    for code, item, share, value in zip(
        table["country"], table["sector"], table["va_share"], table["gross_output_musd"], strict=True
    ):
        va[sector[item], country[code]], output[sector[item], country[code]] = share, 1e6 * value
    for code, used, user, share in zip(
        io["country"], io["input_sector"], io["using_sector"], io["share_of_materials"], strict=True
    ):
        materials[country[code], sector[used], sector[user]] = share
    np.savetxt(tmp_path / "B.txt", va, fmt="%.17g")
    np.savetxt(tmp_path / "GO.txt", output, fmt="%.17g")
    np.savetxt(tmp_path / "IO.txt", materials.reshape(N * S, S), fmt="%.17g")
    assert cp.trade_elasticity is not None
    np.savetxt(tmp_path / "T.txt", cp.trade_elasticity[:J], fmt="%.17g")
    text = read_cp_folder(tmp_path)
    assert text.labels.countries == cp.labels.countries
    assert text.labels.sectors == cp.labels.sectors
    for name in ("flows", "inputs", "output", "tariff", "trade_elasticity"):
        assert getattr(text, name) == pytest.approx(getattr(cp, name), rel=1e-9, abs=1e-9), name
    assert read_cp_folder(tmp_path, year=2005).duties == pytest.approx(other.duties)
