"""Duties by six-digit product: they add up to the sector duties, codes are checked, answers are exact where lists are."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from detente.core import InputError, LabelError, sha256_file
from detente.dossier import Dossier, FrozenDict, Products, load_dossier
from detente.policy.duties.bill import bill_table, two_days_table
from detente.policy.duties.by_product import product_duties
from detente.policy.duties.by_product_tables import partner_table, product_table
from detente.policy.duties.cells import cells
from detente.policy.duties.day import duty_stack, sector_layers
from detente.policy.duties.product_data import ProductTable, load_products, products
from detente.world import Economy, load_world, toy

DATA = Path(__file__).resolve().parents[2] / "detente" / "policy" / "duties" / "data"
HINDSIGHT = dt.date(2026, 7, 25)
DAYS = ("2018-10-15", "2025-04-20", "2025-10-20", "2026-03-01", "2026-07-25")


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world()


@pytest.fixture(scope="module")
def record() -> Dossier:
    return load_dossier("busan-2025", asof=HINDSIGHT)


@pytest.mark.parametrize("day", DAYS)
def test_products_weighted_by_trade_give_the_sector_duties(world: Economy, record: Dossier, day: str) -> None:
    """Two roads to one number: cells of 2024 summed by list, and products stacked line by line."""
    date = dt.date.fromisoformat(day)
    found = product_duties(world, record, date=date)
    table = found.table
    for region in ("CHN", "EU27", "CAN", "ASEAN"):
        stacked = duty_stack(world, record, date=date, importer="USA", exporter=region)
        mine = [p for p, code in enumerate(table.regions) if code == region]
        for s, code in enumerate(table.sectors):
            inside = np.ix_(mine, np.flatnonzero(table.sector == s))
            weight = table.value[inside]
            if weight.sum() > 1:
                mean = float((found.total[inside] * weight).sum() / weight.sum())
                assert mean == pytest.approx(float(stacked.total[world.labels.sector(code)]), abs=2e-5), (
                    region,
                    code,
                )


def test_the_table_belongs_to_the_cells(world: Economy) -> None:
    table = products()
    assert table.sectors == cells().sectors
    assert table.partners == cells().partners
    goods = cells().imports.sum() - cells().unallocated.sum()
    assert table.value.sum() == pytest.approx(goods, rel=2e-3)
    assert len(table.codes) > 5000
    assert (DATA / "us_products.npz").stat().st_size < 1_500_000


@pytest.mark.parametrize(
    ("product", "exporter", "rate", "day"),
    [
        ("950300", "CHN", 0.30, "2025-10-20"),  # toys: no general duty, no Section 301
        ("950300", "CHN", 0.20, "2025-11-12"),
        ("950300", "CHN", 1.45, "2025-04-20"),
        ("950300", "VNM", 0.20, "2025-10-20"),
        ("851713", "CHN", 0.20, "2025-10-20"),  # phones: outside the reciprocal duty
        ("870360", "CHN", 1.475, "2025-10-20"),  # electric cars: 2.5 + 100 + 20 + 25
    ],
)
def test_duties_one_can_add_up_by_hand(
    world: Economy, record: Dossier, product: str, exporter: str, rate: float, day: str
) -> None:
    found = product_duties(world, record, date=dt.date.fromisoformat(day), exporters=[exporter])
    assert found.total[0, found.table.find(product)[0]] == pytest.approx(rate, abs=1e-6)


def test_chinese_lists_are_exact_where_they_are_known(world: Economy, record: Dossier) -> None:
    found = product_duties(world, record, date=dt.date(2025, 10, 20), importer="CHN", exporters=["USA"])
    answer = found.authorities.index("china-fentanyl-response")
    rate = {
        code: found.rates[answer, 0, found.table.find(code)[0]] for code in ("120190", "100199", "850511")
    }
    assert rate["120190"] == pytest.approx(0.10)  # soybeans
    assert rate["100199"] == pytest.approx(0.15)  # wheat
    assert rate["850511"] == 0
    assert found.tiers["china-reciprocal-response"] == "exact"
    assert [found.tier("mfn", found.table.find(code)) for code in ("850511", "120190")] == ["sector", "exact"]
    after = product_duties(world, record, date=dt.date(2025, 11, 12), importer="CHN", exporters=["USA"])
    soy = found.table.find("120190")[0]
    assert found.total[0, soy] - after.total[0, soy] == pytest.approx(0.10)


def test_the_measures_sector_shares_agree_with_its_products(world: Economy, record: Dossier) -> None:
    """What the list charges by product is what the record's sector shares charge, over US exports of 2024."""
    share, exports = products().answers["china-2025-march-lists"]
    measure = record.measures["china-2025-march-lists"]
    n, i = world.labels.country("CHN"), world.labels.country("USA")
    place = products().sectors
    for code, covered in measure.products.sectors.items():
        mine = products().sector == place.index(code)
        listed = float((share * exports)[mine].sum())
        if listed > 50:
            flow = float(world.flows[n, i, world.labels.sector(code)])
            assert min(1.0, listed / flow) == pytest.approx(covered, rel=0.12), code


def test_other_importers_pay_by_sector(world: Economy, record: Dossier) -> None:
    found = product_duties(world, record, date=dt.date(2025, 10, 20), importer="BRA")
    assert "BRA" not in found.exporters
    assert set(found.tiers.values()) <= {"sector", "exact"}
    base, layers = sector_layers(world, record, dt.date(2025, 10, 20), "BRA")
    assert layers == {}
    sector = world.labels.sector(found.table.sectors[found.table.sector[0]])
    assert found.total[0, 0] == base[world.labels.country(found.exporters[0]), sector]
    with pytest.raises(InputError, match="product cells"):
        sector_layers(world, record, dt.date(2025, 10, 20), "USA")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("999999", "near it"),
        ("8505111", "850511"),
        ("85o511", "6"),
        ("", "6"),
        ("8", "chapter"),
        ("850599x", "digits"),
    ],
)
def test_a_code_that_matches_nothing(code: str, words: str) -> None:
    with pytest.raises(LabelError, match=words):
        products().find(code)


def test_codes_of_two_four_and_six_digits_nest() -> None:
    table = products()
    chapter, heading, product = (set(table.find(code)) for code in ("85", "8505", "8505.11"))
    assert product < heading < chapter


def test_an_american_duty_by_sector_shares_reaches_its_products(world: Economy, record: Dossier) -> None:
    old = record.measures["usa-2025-fentanyl-china"]
    duty = old.model_copy(
        update={"id": "shares", "authority": "ieepa-other", "products": Products(sectors={"A03": 0.5})}
    )
    changed = dataclasses.replace(record, measures=FrozenDict({**record.measures, "shares": duty}))
    date = dt.date(2025, 10, 20)
    found, plain = (product_duties(world, one, date=date, exporters=["CHN"]) for one in (changed, record))
    fish = found.table.sector == found.table.sectors.index("A03")
    assert np.allclose((found.total - plain.total)[0, fish], 0.10)
    assert np.allclose((found.total - plain.total)[0, ~fish], 0)
    assert found.tier("ieepa-other", np.flatnonzero(fish).tolist()) == "sector"
    assert (
        product_table(found, "030111").shown()[0][3 + found.authorities.index("ieepa-other")]
        == "10.0 (sector average)"
    )
    stacked = duty_stack(world, changed, date=date, importer="USA", exporter="CHN")
    both = duty_stack(world, record, date=date, importer="USA", exporter="CHN")
    place = world.labels.sector("A03")
    assert float(stacked.total[place] - both.total[place]) == pytest.approx(0.10)
    bent = duty.model_copy(update={"excluded_by": ("section-232",)})
    with pytest.raises(InputError, match="sector shares"):
        product_duties(
            world,
            dataclasses.replace(record, measures=FrozenDict({**record.measures, "shares": bent})),
            date=date,
        )


def test_unknown_partners_and_other_worlds(world: Economy, record: Dossier) -> None:
    with pytest.raises(LabelError, match="VNM"):
        product_duties(world, record, date=dt.date(2025, 10, 20), exporters=["VMN"])
    with pytest.raises((InputError, LabelError)):
        product_duties(toy(), record, date=dt.date(2025, 10, 20), importer=toy().labels.countries[0])


def test_the_tables(world: Economy, record: Dossier) -> None:
    found = product_duties(world, record, date=dt.date(2025, 10, 20))
    by_partner = {row["exporter"]: row for row in partner_table(found).records()}
    assert len(by_partner) == 50
    assert by_partner["CHN"]["weighted"] == pytest.approx(45.5, abs=1.0)
    one = list(product_table(found, "850511").records())
    assert len(one) == 50
    assert {row["hs6"] for row in one} == {"850511"}
    chinese = next(row for row in one if row["exporter"] == "CHN")
    parts = sum(float(chinese[name] or 0) for name in found.authorities)
    assert chinese["total"] == pytest.approx(parts, abs=1e-5)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    for name in ("us_products.npz", "us_products.datapackage.json"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    assert len(load_products(tmp_path).codes) == len(products().codes)
    (tmp_path / "us_products.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match="data sheet"):
        load_products(tmp_path)
    (tmp_path / "us_products.npz").unlink()
    with pytest.raises(InputError, match="no such file"):
        load_products(tmp_path)
    with pytest.raises(InputError, match="missing"):
        ProductTable.from_arrays({})


def test_the_data_sheet_names_its_inputs(shared: Path) -> None:
    sheet = json.loads((DATA / "us_products.datapackage.json").read_text(encoding="utf-8"))
    assert sheet["inputs"]
    for path, digest in sheet["inputs"].items():
        assert sha256_file(shared / "data" / path) == digest


# Between what and what


def test_a_rate_that_depends_on_use_is_given_as_a_range(record: Dossier, world: Economy) -> None:
    """Lithium batteries pay Section 232 as automobile parts, and the reciprocal duty otherwise; nobody can tell from the line."""
    found = product_duties(world, record, date=dt.date(2025, 10, 28), exporters=["CHN"])
    table = product_table(found, "850760")
    row = next(iter(table.records()))
    assert (round(row["low"], 1), round(row["high"], 1)) == (40.9, 55.9)
    assert "automobile parts, or not" in row["depends_on"]
    assert table.note.startswith("Between 40.9 and 55.9 %")
    assert found.tiers["section-232"] == "exact but for use"
    toys = next(iter(product_table(found, "950300").records()))
    assert toys["low"] == toys["high"] == toys["total"]
    assert toys["depends_on"] == ""


def test_the_total_lies_between_its_bounds(record: Dossier, world: Economy) -> None:
    for importer, exporter in (("USA", "CHN"), ("USA", "CAN"), ("CHN", "USA")):
        found = product_duties(
            world, record, date=dt.date(2025, 4, 20), importer=importer, exporters=[exporter]
        )
        assert found.spread is not None
        assert (found.spread.low <= found.total + 1e-9).all()
        assert (found.spread.high >= found.total - 1e-9).all()
        open_ = found.spread.high - found.spread.low > 1e-9
        said = np.array([bool(found.spread.why(0, h)) for h in range(len(found.table.codes))])
        assert said[open_[0]].all()


def test_a_sector_average_says_so_in_its_cell(record: Dossier, world: Economy) -> None:
    found = product_duties(world, record, date=dt.date(2025, 10, 28), importer="CHN", exporters=["USA"])
    table = product_table(found, "850760")
    shown = dict(zip([column.key for column in table.columns], table.shown()[0], strict=True))
    assert shown["mfn"].endswith("(sector average)")
    assert "(" not in shown["china-reciprocal-response"]
    assert "sector average" not in table.to_csv().splitlines()[1].split(",")[5]


def test_metal_in_a_machine_says_on_what_part_of_it_the_duty_falls(record: Dossier, world: Economy) -> None:
    found = product_duties(world, record, date=dt.date(2025, 10, 28), exporters=["CHN"])
    row = next(iter(product_table(found, "841810").records()))
    assert row["depends_on"].endswith("50 % on 25 % of the value")


# What a measure would cost, and two days


def test_the_bill_of_a_threat_ranks_products_and_adds_up(record: Dossier, world: Economy) -> None:
    known = load_dossier("busan-2025")
    bill = bill_table(
        world, known, measure="usa-2025-threat-100", date=dt.date(2025, 11, 1), exporter="CHN", top=10_000
    )
    rows = list(bill.records())
    lines, total = rows[:-1], rows[-1]
    bills = [row["bill"] for row in lines]
    assert all(one >= other * (1 - 1e-9) for one, other in itertools.pairwise(bills))
    assert lines[0]["hs6"] == "851713"  # telephones
    assert sum(bills) == pytest.approx(total["bill"], rel=1e-9)
    table = products()
    imports = table.value[table.partners.index("CHN")]
    assert total["imports"] == pytest.approx(imports.sum())
    assert total["bill"] == pytest.approx(imports.sum(), rel=1e-9)  # a hundred points on everything
    assert lines[0]["with_it"] - lines[0]["without"] == pytest.approx(100)
    few = bill_table(
        world, known, measure="usa-2025-threat-100", date=dt.date(2025, 11, 1), exporter="CHN", top=5
    )
    assert [row["hs6"] for row in few.records()] == [row["hs6"] for row in rows[:5]] + ["all"]


def test_the_bill_of_a_duty_in_force_is_what_it_adds(record: Dossier, world: Economy) -> None:
    known = load_dossier("busan-2025")
    day = dt.date(2025, 10, 28)
    bill = bill_table(world, known, measure="usa-2025-fentanyl-china", date=day, exporter="CHN")
    total = list(bill.records())[-1]
    found = product_duties(world, known, date=day, exporters=["CHN"])
    k = found.authorities.index("ieepa-fentanyl")
    assert found.value is not None
    assert total["bill"] == pytest.approx(float((found.rates[k, 0] * found.value[0]).sum()), rel=1e-9)


def test_a_bill_needs_a_duty_and_trade_by_product(record: Dossier, world: Economy) -> None:
    known, day = load_dossier("busan-2025"), dt.date(2025, 10, 28)
    with pytest.raises(InputError, match="is no duty"):
        bill_table(world, known, measure="chn-2025-soybean-halt", date=day, exporter="USA")
    with pytest.raises(InputError, match="is not known by product"):
        bill_table(world, known, measure="china-2018-response", date=day, exporter="USA")
    with pytest.raises(LabelError):
        bill_table(world, known, measure="nothing", date=day, exporter="CHN")


def test_a_product_on_two_days(record: Dossier, world: Economy) -> None:
    first, second = (
        product_duties(world, record, date=day, exporters=["CHN"])
        for day in (dt.date(2025, 4, 20), dt.date(2025, 10, 28))
    )
    rows = {row["authority"]: row for row in two_days_table(first, second, "950300").records()}
    assert rows["ieepa-reciprocal"]["first"] == pytest.approx(125)
    assert rows["ieepa-reciprocal"]["change"] == pytest.approx(-115)
    parts = sum(row["second"] for name, row in rows.items() if name != "total")
    assert parts == pytest.approx(rows["total"]["second"])
    assert "mfn" not in rows  # toys are free: what charges nothing on both days is left out
    battery = two_days_table(first, second, "850760")
    said = [text for text, row in zip(battery.shown(), battery.rows, strict=True) if row[1] == "section-232"]
    assert said[0][3] == "25.0 (depends on its use)"
    cells_of = list(battery.records())[-1]
    assert "40.9 to 55.9 %" in cells_of["depends_on"]
