"""Tables that say a thing twice, or with the wrong sign, or with a number that cannot be: refused, and the cell is named."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from detente.core import (
    BalanceError,
    DetenteError,
    InputError,
    LabelError,
    SchemaError,
    UnitError,
    sha256_file,
)
from detente.world import check, load_world, save_world, toy
from detente.world.elasticities import read_elasticity_sets
from detente.world.load import DATA
from detente.world.read import build_world
from detente.world.read.long_csv import write_long_folder
from detente.world.read.sources import read_source

SEEDS = Path(__file__).resolve().parents[2] / "fuzz" / "seeds"


@pytest.fixture
def table():
    return read_source(f"long:{SEEDS / 'long'}")


@pytest.fixture
def cp(tmp_path):
    return Path(shutil.copytree(SEEDS / "cp", tmp_path / "cp"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("theta", ["4000", "1e-9", "-4", "0"])
def test_a_number_that_cannot_be_an_elasticity(table, tmp_path, theta):
    with pytest.raises(UnitError, match="--elasticities: a trade elasticity of"):
        build_world(table, elasticities=theta)
    path = tmp_path / "theta.csv"
    path.write_text(f"sector,trade_elasticity\nFARM,4\nPARTS,{theta}\nGOODS,4\nSERV,4\n")
    with pytest.raises(UnitError, match=r"theta.csv:3: PARTS: a trade elasticity of"):
        build_world(table, elasticities=str(path))


@pytest.mark.parametrize("theta", [4000.0, 1e-9])
def test_a_world_with_such_a_number_is_refused_by_sector(theta):
    values = np.array([4.0, 4.0, theta, 4.0])
    with pytest.raises(BalanceError, match="sector GOODS"):
        check(toy().with_elasticities(values, "made up"))


def test_a_doubled_or_missing_row_of_elasticities(table, tmp_path):
    path = tmp_path / "theta.csv"
    path.write_text("sector,trade_elasticity\nFARM,4\nPARTS,5\nFARM,6\nGOODS,4\nSERV,4\n")
    with pytest.raises(LabelError, match=r"theta.csv:4: sector `FARM` stands in line 2"):
        build_world(table, elasticities=str(path))
    path.write_text("sector,trade_elasticity\nFARM,4\nPARTS,5\n")
    with pytest.raises(SchemaError, match="no elasticity for GOODS, SERV"):
        build_world(table, elasticities=str(path))


def test_the_table_of_sets_is_whole(tmp_path):
    whole = (DATA / "elasticities.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "elasticities.csv"
    path.write_text("".join(whole), encoding="utf-8")
    assert read_elasticity_sets(path)["fgo"].by_sector["A03"] == 2.91
    for lines, what in (
        (whole[:-1], "has no elasticity for"),
        ([*whole, whole[-1]], "stands twice"),
        ([whole[0], *whole[2:], whole[1].replace("2.91", "4000")], "a trade elasticity of 4000"),
        (whole[1:], "columns"),
    ):
        path.write_text("".join(lines), encoding="utf-8")
        with pytest.raises(InputError, match=what):
            read_elasticity_sets(path)


def test_a_doubled_row_of_duties(table, tmp_path):
    path = tmp_path / "duties.csv"
    for rows, what in (
        ("USA,CHN,GOODS,0.1\nUSA,CHN,GOODS,0.2\n", r"duties.csv:3: USA, CHN, GOODS stands in line 2"),
        (
            "USA,CHN,GOODS,0.1\nUSA,CHN,all,0.2\n",
            r"duties.csv:3: USA, CHN, all would replace what line 2 says",
        ),
    ):
        path.write_text("importer,exporter,sector,tariff\n" + rows)
        with pytest.raises(LabelError, match=what):
            build_world(table, tariffs=path, elasticities="4")
    path.write_text("importer,exporter,sector,tariff\nUSA,CHN,all,0.2\nUSA,CHN,GOODS,0.1\n")
    build_world(table, tariffs=path, elasticities="4")


@pytest.mark.parametrize("part", ["inputs", "output", "flows"])
def test_a_table_with_its_signs_flipped(table, part):
    flipped = dataclasses.replace(table, **{part: -getattr(table, part)})
    with pytest.raises(BalanceError, match="flipped"):
        build_world(flipped, elasticities="4")


def test_one_flipped_cell_is_named(table):
    inputs = np.array(table.inputs)
    inputs[1, 2, 1] *= -1
    with pytest.raises(BalanceError, match=r"CHN: PARTS uses -.* of GOODS"):
        build_world(dataclasses.replace(table, inputs=inputs), elasticities="4")


def test_the_text_layout_says_which_file_is_wrong(cp):
    edit(cp / "T.txt", "8.1", "")
    with pytest.raises(SchemaError, match=r"T.txt: 1 elasticities for 2 sectors"):
        read_source(f"cp:{cp}")
    edit(cp / "T.txt", "4.5", "4.5\n4000")
    with pytest.raises(UnitError, match=r"T.txt: sector s18: a trade elasticity of 4000"):
        read_source(f"cp:{cp}")


def test_doubled_codes_of_the_text_layout(cp):
    edit(cp / "countries.csv", "MEX,", "USA,")
    with pytest.raises(LabelError, match=r"countries.csv:3: the code `USA` stands twice"):
        read_source(f"cp:{cp}")


def test_flipped_shares_of_the_text_layout(cp):
    text = (cp / "IO.txt").read_text()
    (cp / "IO.txt").write_text(
        "\n".join("\t".join(f"-{cell}" for cell in row.split()) for row in text.splitlines())
    )
    with pytest.raises(UnitError, match=r"IO.txt:1: country USA, input s01, user s01"):
        read_source(f"cp:{cp}")


def test_codes_given_twice_in_a_data_sheet(tmp_path):
    save_world(toy(), tmp_path)
    edit(tmp_path / "toy.datapackage.json", '"CHN": "', '"USA": "')
    with pytest.raises(InputError, match="`USA` is given twice"):
        load_world(tmp_path)


def test_the_hash_is_compared_before_the_archive_is_opened(tmp_path):
    save_world(toy(), tmp_path)
    (tmp_path / "toy.npz").write_bytes(b"PK\x03\x04" + b"[[[" * 100)
    with pytest.raises(InputError, match="SHA-256 differs"):
        load_world(tmp_path)


def test_a_sheet_that_vouches_for_a_damaged_archive(tmp_path):
    save_world(toy(), tmp_path)
    content = (tmp_path / "toy.npz").read_bytes()
    (tmp_path / "toy.npz").write_bytes(content[:400] + bytes(40) + content[440:])
    sheet = tmp_path / "toy.datapackage.json"
    told = json.loads(sheet.read_text(encoding="utf-8"))
    sheet.write_text(json.dumps({**told, "sha256": sha256_file(tmp_path / "toy.npz")}), encoding="utf-8")
    with pytest.raises(DetenteError, match=r"toy.npz"):
        load_world(tmp_path)


def test_only_shipped_worlds_are_derived_from_another(tmp_path):
    sheet = tmp_path / "own.datapackage.json"
    (tmp_path / "own.npz").write_bytes(b"PK")
    sheet.write_text(json.dumps({"name": "own", "derived_from": str(tmp_path)}))
    with pytest.raises(InputError, match="only a shipped world"):
        load_world(tmp_path)  # it would go on for ever


def test_a_world_of_ones_own_still_comes_through(tmp_path):
    write_long_folder(toy(), tmp_path / "long")
    report = build_world(f"long:{tmp_path / 'long'}", elasticities="4")
    assert load_world(save_world(report.economy, tmp_path / "saved")).data_hash == report.economy.data_hash
