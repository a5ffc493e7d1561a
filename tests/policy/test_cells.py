"""Product cells: what is shipped, how scopes resolve, what is refused."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

import detente.policy.duties
from detente.core import InputError, LabelError, sha256_file
from detente.dossier import load_dossier
from detente.dossier.measure import Grade, Products
from detente.policy.duties.cells import Cells, cells, load_cells, product_lists

DATA = Path(detente.policy.duties.__file__).parent / "data"


@pytest.fixture(scope="module")
def table() -> Cells:
    return cells()


def test_cells_hold_all_us_imports(table: Cells) -> None:
    by_partner = np.bincount(table.partner, weights=table.value, minlength=len(table.partners))
    np.testing.assert_allclose(by_partner + table.unallocated, table.imports, rtol=1e-7)
    assert table.imports.sum() == pytest.approx(
        3_208_820, rel=1e-4
    )  # README of the data: 3,208.8 bn without Slovakia
    assert "SVK" not in table.partners
    assert len(table.value) > 5000


def test_collected_duty_adds_up(table: Cells) -> None:
    china = table.partners.index("CHN")
    assert table.duty[china] / table.imports[china] == pytest.approx(0.10866, abs=1e-5)
    in_cells = np.bincount(
        table.partner, weights=table.collected * table.value, minlength=len(table.partners)
    )
    assert (in_cells <= table.duty * 1.0001 + 1).all()
    assert in_cells[china] > 0.97 * table.duty[china]


def test_hong_kong_is_a_partner_of_its_own_inside_china(table: Cells) -> None:
    assert table.regions[table.partners.index("HKG")] == "CHN"
    assert table.regions[table.partners.index("EU27")] == "EU27"


def test_every_region_but_the_importer_has_a_cell_in_every_goods_sector(table: Cells) -> None:
    region = np.array(table.regions)[table.partner]
    for code in set(table.regions):
        have = {table.sectors[s] for s in table.sector[region == code]}
        assert have == set(table.sectors) - {"B09"}, code


def test_classes_and_lists_that_exclude_each_other(table: Cells) -> None:
    for prefix in ("s301-", "s301-2026-"):
        classes = [table.members[f"{prefix}{rate}"].astype(int) for rate in ("7.5", "25", "50", "100")]
        assert max(sum(classes)) == 1
    assert not (table.members["s232-autos"] & table.members["s232-auto-parts"]).any()
    vehicles = {table.sectors[s] for s in table.sector[table.members["s232-autos"]]}
    assert vehicles == {"C29"}


def test_every_list_has_a_description_and_trade(table: Cells) -> None:
    assert set(product_lists()) == set(table.members) | {"all", "usmca"}
    for name in table.members:
        assert table.value[table.members[name]].sum() > 0, name


def test_usmca_is_a_calibrated_share_of_two_partners(table: Cells) -> None:
    shares = dict(zip(table.partners, table.usmca, strict=True))
    assert {code for code, share in shares.items() if share} == {"CAN", "MEX"}
    sheet = json.loads((DATA / "us_product_cells.datapackage.json").read_text(encoding="utf-8"))
    for code, row in sheet["calibration"]["usmca"].items():
        assert shares[code] == row["share"]
        assert 0.3 < row["share"] < 0.95
    assert sheet["calibration"]["grade"] == "inferred"


def test_scope_is_union_of_lists_and_sectors_minus_exclusions(table: Cells) -> None:
    steel, exempt = table.members["s232-steel"], table.members["ieepa-exempt-apr2025"]
    covered = table.coverage(
        Products(lists=("s232-steel", "s232-copper"), excluded=("ieepa-exempt-apr2025",)), where="t"
    )
    np.testing.assert_array_equal(covered > 0, (steel | table.members["s232-copper"]) & ~exempt)
    by_sector = table.coverage(Products(sectors={"C29": 0.4}), where="t")
    assert set(np.unique(by_sector)) == {0.0, 0.4}
    assert (table.coverage(Products(lists=("all",)), where="t") == 1).all()
    free = table.coverage(Products(lists=("all",), excluded=("usmca",)), where="t")
    np.testing.assert_allclose(free, 1 - table.usmca[table.partner])


def test_unknown_list_offers_the_nearest(table: Cells) -> None:
    with pytest.raises(LabelError, match="s232-steal") as caught:
        table.coverage(Products(lists=("s232-steal",)), where="measure x")
    assert "s232-steel" in str(caught.value)
    assert "measure x" in str(caught.value)
    with pytest.raises(LabelError, match="did you mean `usmca`"):
        table.coverage(Products(lists=("all",), excluded=("usmcaa",)), where="m")


def test_unknown_sector_and_empty_scope_are_refused(table: Cells) -> None:
    with pytest.raises(LabelError, match="C29"):
        table.coverage(Products(sectors={"C299": 0.5}), where="m")
    with pytest.raises(InputError, match="without products"):
        table.coverage(Products(), where="m")


def test_a_damaged_or_swapped_file_is_refused(tmp_path: Path) -> None:
    for name in ("us_product_cells.npz", "us_product_cells.datapackage.json"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    assert load_cells(tmp_path).partners == cells().partners
    raw = (tmp_path / "us_product_cells.npz").read_bytes()
    (tmp_path / "us_product_cells.npz").write_bytes(raw[:-100])
    with pytest.raises(InputError, match="data sheet"):
        load_cells(tmp_path)
    (tmp_path / "us_product_cells.npz").unlink()
    with pytest.raises(InputError, match="no such file"):
        load_cells(tmp_path)


def test_a_missing_array_is_named() -> None:
    with np.load(DATA / "us_product_cells.npz") as arrays:
        kept = {name: arrays[name] for name in arrays.files if name != "usmca"}
    with pytest.raises(InputError, match="usmca"):
        Cells.from_arrays(kept)


def test_data_sheets_name_the_list_of_the_repository(repository: Path) -> None:
    for name in ("us_product_cells", "us_products"):
        sheet = json.loads((DATA / f"{name}.datapackage.json").read_text(encoding="utf-8"))
        for path, digest in sheet["inputs_of_the_repository"].items():
            assert sha256_file(repository / path) == digest, path


def test_every_list_of_section_232_starts_in_the_record_on_its_own_day(repository: Path) -> None:
    """The days of the list file and those of the measures were written apart: a list binds from its day, not before."""
    with (repository / "scripts/lists/section_232.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    first = {row["list"]: min(r["from"] for r in rows if r["list"] == row["list"]) for row in rows}
    assert set(first) <= set(cells().members)
    assert len({(row["prefix"], row["list"]) for row in rows}) == len(rows) > 600
    assert all(row["prefix"].isdigit() and row["source"] and row["grade"] in list(Grade) for row in rows)
    record = load_dossier("busan-2025", asof=dt.date(2026, 7, 25))
    days = sorted({dt.date.fromisoformat(day) for day in first.values()})
    for name, start in first.items():
        day = dt.date.fromisoformat(start)
        for when, wanted in ((day, True), (day - dt.timedelta(days=1), False)):
            lists = {one for s in record.states(when).values() if s.in_force for one in s.products.lists}
            assert (name in lists) is wanted, (name, when)
    assert days[0] == dt.date(2018, 3, 23)
    assert days[-1] == dt.date(2025, 10, 14)


def test_a_list_with_a_share_covers_that_part_of_the_value() -> None:
    table = cells()
    part = table.coverage(Products(lists=("s232-derivatives",), shares={"s232-derivatives": 0.5}), where="t")
    np.testing.assert_array_equal(part, 0.5 * table.members["s232-derivatives"])
    mixed = Products(lists=("s232-steel", "s232-derivatives"), shares={"s232-derivatives": 0.5})
    np.testing.assert_array_equal(
        table.coverage(mixed, where="t"), np.maximum(part, table.members["s232-steel"])
    )
    with pytest.raises(ValueError, match="not among `lists`"):
        Products(lists=("s232-steel",), shares={"s232-derivatives": 0.5})
    with pytest.raises(ValueError, match="less than or equal to 1"):
        Products(lists=("s232-steel",), shares={"s232-steel": 50})


def test_data_sheet_names_the_inputs_it_was_built_from(shared: Path) -> None:
    sheet = json.loads((DATA / "us_product_cells.datapackage.json").read_text(encoding="utf-8"))
    assert sheet["sha256"] == sha256_file(DATA / "us_product_cells.npz")
    assert all(source["licence"] for source in sheet["sources"])
    for path, digest in sheet["inputs"].items():
        assert sha256_file(shared / "data" / path) == digest, path
