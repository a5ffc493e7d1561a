"""From a table to a world: maps, duties, elasticities, the report, and the files written."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from published_tables import random_bilateral, write_icio

from detente.core import BalanceError, InputError, LabelError, SchemaError, UnitError
from detente.equilibrium import Model, solve
from detente.world import Wedges, aggregate, check, load_world, toy
from detente.world.balance import AS_PUBLISHED, balance_region
from detente.world.read.build import build_world
from detente.world.read.icio import read_icio
from detente.world.read.long_csv import read_long_folder, write_long_folder
from detente.world.read.maps import aggregate_table, read_map
from detente.world.read.table import SourceTable
from detente.world.save import pack, save_world

COUNTRIES, SECTORS = ("USA", "CHN", "MEX", "ROW"), ("A01", "C26", "H49")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> SourceTable:
    folder = tmp_path_factory.mktemp("icio")
    return read_icio(write_icio(folder / "1900.csv", random_bilateral(COUNTRIES, SECTORS, 11, stocks=False)))


@pytest.fixture
def maps(tmp_path: Path) -> tuple[Path, Path]:
    regions, sectors = tmp_path / "regions.csv", tmp_path / "sectors.csv"
    regions.write_text(
        "code,group,name\nCHN,CHN,China\nUSA,NAM,North America\nMEX,NAM,\nROW,ROW,\nATL,ROW,\n"
    )
    sectors.write_text("code,group\nC26,GOODS\nA01,GOODS\nH49,SERV\n")
    return regions, sectors


def test_groups_stand_in_the_order_of_the_map_and_values_add_up(
    table: SourceTable, maps: tuple[Path, Path]
) -> None:
    report = build_world(table, regions=maps[0], sectors=maps[1], elasticities="4")
    economy = report.economy
    assert economy.labels.countries == ("CHN", "NAM", "ROW")
    assert economy.labels.sectors == ("GOODS", "SERV")
    assert economy.labels.country_name("NAM") == "North America"
    assert economy.flows.sum() == pytest.approx(table.flows.sum())
    assert economy.flows[1, 0, 0] == pytest.approx(table.flows[[0, 2], 1][:, :2].sum())
    assert any("ATL" in note for note in report.notes)
    assert check(economy)


def test_aggregating_the_table_is_aggregating_the_world(table: SourceTable, maps: tuple[Path, Path]) -> None:
    """Without duties both ways give the same arrays."""
    small = build_world(table, regions=maps[0], sectors=maps[1], elasticities="4").economy
    large = build_world(table, elasticities="4").economy
    other = aggregate(large, {"USA": "NAM", "MEX": "NAM"}, {"A01": "GOODS", "C26": "GOODS", "H49": "SERV"})
    order = [other.labels.country(code) for code in small.labels.countries]
    assert small.flows == pytest.approx(other.flows[np.ix_(order, order)])
    assert small.input_shares == pytest.approx(other.input_shares[order])


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("code,group\nUSA,A\nCHN,B\n", LabelError, ("MEX, ROW", "not in the map")),
        ("code,group\nUSA,A\nUSA,B\n", LabelError, ("map.csv:3", "`USA` stands twice")),
        ("code,group\nUSA,\n", SchemaError, ("map.csv:2", "empty")),
        ("code,region\nUSA,A\n", SchemaError, ("map.csv:1", "`region`", "group")),
        ("code,group,name\nUSA,A,x\nCHN,A,y\n", LabelError, ("two names",)),
        ("", InputError, ("empty",)),
    ],
)
def test_maps_refused(
    table: SourceTable, tmp_path: Path, text: str, kind: type[InputError], words: tuple[str, ...]
) -> None:
    path = tmp_path / "map.csv"
    path.write_text(text)
    with pytest.raises(kind) as error:
        build_world(table, regions=path, elasticities="4")
    for word in words:
        assert word in str(error.value), word


def test_duties_are_averaged_by_trade_and_dropped_inside_a_region(
    table: SourceTable, maps: tuple[Path, Path]
) -> None:
    tariff = np.zeros_like(table.flows)
    tariff[1, 0], tariff[1, 2], tariff[0, 2] = 0.1, 0.3, 0.5
    merged, _ = aggregate_table(dataclasses.replace(table, tariff=tariff), read_map(maps[0]), None)
    one, two = table.flows[1, 0], table.flows[1, 2]
    assert merged.duties[0, 1] == pytest.approx((0.1 * one + 0.3 * two) / (one + two))
    assert merged.duties[1, 1].tolist() == [0, 0, 0]


def test_duties_from_a_file(table: SourceTable, maps: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "duties.csv"
    path.write_text("importer,exporter,sector,tariff\nUSA,CHN,all,0.2\nCHN,USA,C26,0.1\n")
    economy = build_world(table, tariffs=path, elasticities="4").economy
    assert economy.tariff[0, 1].tolist() == [0.2, 0.2, 0.2]
    assert economy.tariff[1, 0].tolist() == [0, 0.1, 0]
    assert check(economy)
    assert "duties.csv" in json.dumps(economy.provenance["inputs"])
    path.write_text("importer,exporter,sector,tariff\nNAM,CHN,all,0.2\n")
    assert build_world(table, regions=maps[0], tariffs=path, elasticities="4").economy.tariff[1, 0, 0] == 0.2


@pytest.mark.parametrize(
    ("row", "kind", "word"),
    [
        ("USA,CHM,all,0.2", LabelError, "`CHN`"),
        ("USA,CHN,all,25", UnitError, "0.25 is 25 %"),
        ("USA,USA,all,0.2", UnitError, "sales at home"),
        ("USA,CHN,all,x", SchemaError, "not a number"),
    ],
)
def test_duties_refused(
    table: SourceTable, tmp_path: Path, row: str, kind: type[InputError], word: str
) -> None:
    path = tmp_path / "duties.csv"
    path.write_text(f"importer,exporter,sector,tariff\n{row}\n")
    with pytest.raises(kind) as error:
        build_world(table, tariffs=path, elasticities="4")
    assert word in str(error.value)
    assert "duties.csv:2" in str(error.value)


def test_elasticities(table: SourceTable, tmp_path: Path) -> None:
    def theta(choice: str) -> list[float]:
        return build_world(table, elasticities=choice).economy.trade_elasticity.tolist()

    assert theta("2.5") == [2.5, 2.5, 2.5]
    assert theta("u4") == [4, 4, 4]
    assert len(set(theta("fgo"))) > 1
    path = tmp_path / "theta.csv"
    path.write_text("sector,trade_elasticity\nH49,2\nA01,5\nC26,7\n")
    assert theta(str(path)) == [5, 7, 2]
    path.write_text("sector,trade_elasticity\nH49,2\n")
    with pytest.raises(SchemaError, match="A01, C26"):
        theta(str(path))
    path.write_text("sector,trade_elasticity\nH50,2\n")
    with pytest.raises(LabelError, match="H50"):
        theta(str(path))
    with pytest.raises(LabelError, match="no elasticities of its own"):
        theta("source")
    with pytest.raises(LabelError) as error:
        theta("fgoo")
    assert "`fgo`" in str(error.value)
    with pytest.raises(UnitError, match="-4"):
        theta("-4")


def test_sectors_without_elasticity_say_what_to_do() -> None:
    economy = toy()
    table = SourceTable(
        "mine",
        1900,
        economy.labels,
        economy.flows,
        np.asarray(economy.input_shares * economy.output[:, None, :]),
        economy.output,
    )
    with pytest.raises(LabelError) as error:
        build_world(table)
    assert "FARM" in str(error.value)
    assert "--elasticities 4" in str(error.value)


def test_a_table_without_gaps_does_not_move(table: SourceTable) -> None:
    report = build_world(table, elasticities="4")
    assert set(report.moved.column("country")) == {"World"}
    assert max(float(x or 0) for x in report.moved.column("moved_pct")) < 1e-9
    assert len(report.cells) == 0


def test_moves_are_reported_where_they_are(table: SourceTable) -> None:
    """Final demand of one cell is off: the country, the part and the cell are named, and others stay."""
    assert table.final is not None
    final = np.array(table.final)
    final[2, 1] *= 1.5
    report = build_world(dataclasses.replace(table, final=final), elasticities="4")
    assert set(report.moved.column("country")) == {"World", "MEX"}
    first = next(row for row in report.cells.records() if row["part"] == "final demand")
    assert first["country"] == "MEX"
    assert first["before_usd_bn"] == pytest.approx(final[2, 1] / 1e3)
    world = next(row for row in report.moved.records() if row["part"] == "imports")
    assert world["moved_usd_bn"] == 0
    before = (table.output - table.inputs.sum(1)).sum(1)
    assert report.economy.value_added == pytest.approx(before)


def test_the_move_is_the_smallest(table: SourceTable) -> None:
    """No other output that closes the accounts of the country is nearer to the priors."""
    assert table.final is not None
    final = np.array(table.final)
    final[2] *= (1.3, 0.9, 1.1)
    economy = build_world(dataclasses.replace(table, final=final), elasticities="4").economy
    shares = table.inputs[2] / table.output[2]
    va = 1 - shares.sum(0)
    exports = table.flows[:, 2].sum(0) - table.flows[2, 2]
    imports = table.flows[2].sum(0) - table.flows[2, 2]
    prior = final[2] * (va @ table.output[2] - (exports - imports).sum()) / final[2].sum()

    def cost(output: np.ndarray) -> float:
        left = output - shares @ output - exports + imports
        return float(
            ((output - table.output[2]) ** 2 / table.output[2]).sum()
            + 0.5 * ((left - prior) ** 2 / prior).sum()
        )

    found = economy.output[2]
    rng = np.random.default_rng(0)
    for _ in range(200):
        step = rng.normal(size=3) * table.output[2] * 10 ** rng.uniform(-6, -1)
        step -= va * (va @ step) / (va @ va)
        other = found + step
        if (other >= exports).all() and (other - shares @ other - exports + imports >= 0).all():
            assert cost(other) >= cost(found) * (1 - 1e-9)


def test_a_country_that_earns_less_than_it_exports() -> None:
    with pytest.raises(BalanceError, match="nothing is left to spend") as error:
        balance_region(
            np.zeros((2, 2)), np.ones(2), 10.0, np.full(2, 20.0), np.ones(2), np.full(2, 5.0), np.ones(2),
            limits=AS_PUBLISHED, name="HKG",
        )  # fmt: skip
    assert error.value.where == "HKG"


def test_what_is_not_made_at_home_stays_so() -> None:
    shares = np.array([[0.1, 0.2], [0.3, 0.1]])
    result = balance_region(
        shares, 1 - shares.sum(0), 60.0, np.zeros(2), np.array([0.0, 40.0]), np.array([100.0, 0.0]), np.array([80.0, 5.0]),
        limits=AS_PUBLISHED,
    )  # fmt: skip
    assert result.output == pytest.approx([100, 0])
    assert result.final_demand == pytest.approx([90, 10])


def test_a_single_sector() -> None:
    result = balance_region(
        np.array([[0.5]]), np.array([0.5]), 50.0, np.array([10.0]), np.array([20.0]), np.array([90.0]), np.array([70.0]),
        limits=AS_PUBLISHED,
    )  # fmt: skip
    assert result.output == pytest.approx([100])
    assert result.final_demand == pytest.approx([60])


def test_industries_that_use_more_than_they_make(table: SourceTable) -> None:
    inputs = np.array(table.inputs)
    inputs[0, :, 0] *= 1.5 * table.output[0, 0] / inputs[0, :, 0].sum()
    report = build_world(dataclasses.replace(table, inputs=inputs, final=None), elasticities="4", max_gap=5)
    assert any("use more than they make" in note and "USA, A01" in note for note in report.notes)
    assert report.economy.va_share[0, 0] == pytest.approx(0, abs=1e-9)


def test_saved_worlds_are_read_back(tmp_path: Path) -> None:
    economy = toy()
    folder = save_world(economy, tmp_path / "toy")
    for path in (folder, folder / "toy.npz", folder / "toy.datapackage.json"):
        again = load_world(path)
        assert again.data_hash == economy.data_hash
        assert again.labels == economy.labels
        assert again.elasticity_source == economy.elasticity_source
    assert pack(economy) == pack(load_world(folder))


def test_the_report_is_written_beside_the_world(table: SourceTable, tmp_path: Path) -> None:
    report = build_world(table, elasticities="4", name="mine")
    save_world(report.economy, tmp_path, report)
    assert {path.name for path in tmp_path.iterdir()} == {
        "mine.npz",
        "mine.datapackage.json",
        "moved.csv",
        "moved-cells.csv",
        "report.md",
    }
    sheet = json.loads((tmp_path / "mine.datapackage.json").read_text())
    assert sheet["sources"][0]["licence"].startswith("free with attribution")
    assert sheet["inputs"][0]["path"] == "1900.csv"
    assert str(tmp_path) not in json.dumps(sheet)
    assert "How far mine had to move" in (tmp_path / "report.md").read_text()


def test_folders_that_hold_no_world_or_two(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds 0 worlds") as error:
        load_world(tmp_path)
    assert "world build" in str(error.value.hint)
    save_world(toy(), tmp_path)
    save_world(dataclasses.replace(toy(), name="other"), tmp_path)
    with pytest.raises(InputError, match="holds 2 worlds"):
        load_world(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        load_world(tmp_path / "nowhere")


def test_a_built_world_solves(tmp_path: Path) -> None:
    write_long_folder(toy(), tmp_path)
    economy = build_world(read_long_folder(tmp_path), elasticities="4").economy
    assert solve(Model(economy), Wedges.unchanged(economy)).value.real_income_hat == pytest.approx(
        np.ones(5), abs=1e-12
    )
    tariff = np.array(economy.tariff)
    tariff[0, 1] += 0.1
    changed = solve(Model(economy), Wedges.of(economy, tariff=tariff))
    assert changed.result.ok
    assert changed.value.real_income_hat[1] < 1
