"""Worlds from trade and GDP alone, and from frames with labels; and imbalances purged with an account."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detente.core import InputError, LabelError, SchemaError, UnitError
from detente.equilibrium import purge_deficits
from detente.world import toy
from detente.world.read import build_world, read_source, table_of_frames

PAIRS = {
    "importer": ["A", "A", "B", "C"],
    "exporter": ["B", "C", "A", "A"],
    "value": [30.0, 20.0, 25.0, 40.0],
    "tariff": [5, 0, 10, None],
}
GDP = {"country": ["A", "B", "C"], "value": [0.2, 0.1, 0.01]}
SAID = {"name": "three", "year": 1900, "unit": "million USD"}


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_csv", ".csv").replace("_yaml", ".yaml")).write_text(text)
    return folder


def test_trade_and_gdp_make_one_sector_with_sales_at_home_by_difference():
    table = table_of_frames(PAIRS, gdp=GDP, gdp_unit="billion USD", tariff_unit="percent", **SAID)
    assert table.labels.sectors == ("ALL",)
    assert table.flows[:, :, 0].tolist() == [[135, 30, 20], [25, 70, 0], [40, 0, 0]]
    assert table.tariff is not None
    assert table.tariff[0, 1, 0] == pytest.approx(0.05)
    report = build_world(table, elasticities="4")
    assert report.economy.value_added == pytest.approx([200, 100, 20])
    # C sells 20 abroad and makes 10: an entrepôt, raised to its exports, and the report says so
    assert any("1 of 3 countries" in note and "C by 10" in note for note in report.notes)


def test_inputs_follow_from_sales_over_gdp():
    table = table_of_frames(
        PAIRS, gdp=GDP, gdp_unit="billion USD", sales_over_gdp=2.0, tariff_unit="percent", **SAID
    )
    economy = build_world(table, elasticities="4").economy
    assert economy.value_added == pytest.approx([200, 100, 10])
    assert economy.va_share[:, 0] == pytest.approx(0.5)


def test_a_folder_says_the_same(tmp_path):
    folder = write(
        tmp_path / "three",
        world_yaml="name: three\nyear: 1900\nunit: thousand USD\ngdp_unit: billion USD\ntariff_unit: percent\ncountries:\n  A: Alpha\n",
        trade_csv="importer,exporter,value,tariff\nA,B,30000,5\nA,C,20000,0\nB,A,25000,10\nC,A,40000,\n",
        gdp_csv="country,value\nA,0.2\nB,0.1\nC,0.01\n",
    )
    table = read_source(f"gdp:{folder}")
    frames = table_of_frames(PAIRS, gdp=GDP, gdp_unit="billion USD", tariff_unit="percent", **SAID)
    assert table.flows == pytest.approx(frames.flows)
    assert table.duties == pytest.approx(frames.duties)
    assert table.labels.country_name("A") == "Alpha"
    assert [file["path"] for file in table.files] == ["world.yaml", "trade.csv", "gdp.csv"]


def frames_of(economy):
    codes, sectors = economy.labels.countries, economy.labels.sectors
    cells = [(n, i, s) for n in range(5) for i in range(5) for s in range(4)]
    trade = {
        "importer": [codes[n] for n, _, _ in cells],
        "exporter": [codes[i] for _, i, _ in cells],
        "sector": [sectors[s] for _, _, s in cells],
        "value": [economy.flows[cell] * 1e3 for cell in cells],
        "tariff": [economy.tariff[cell] for cell in cells],
    }
    used = economy.input_shares * economy.output[:, None, :]
    uses = [(n, r, s) for n in range(5) for r in range(4) for s in range(4)]
    inputs = {
        "country": [codes[n] for n, _, _ in uses],
        "supplier": [sectors[r] for _, r, _ in uses],
        "user": [sectors[s] for _, _, s in uses],
        "value": [used[cell] * 1e3 for cell in uses],
    }
    return trade, inputs


def test_frames_with_labels_make_the_world_they_came_from():
    pandas = pytest.importorskip("pandas")
    economy = toy()
    trade, inputs = (pandas.DataFrame(frame) for frame in frames_of(economy))
    table = table_of_frames(
        trade, inputs=inputs, name="again", year=2024, unit="thousand USD", uses="duty paid"
    )
    again = build_world(table, elasticities="4").economy
    assert again.flows == pytest.approx(economy.flows, rel=1e-9)
    assert again.va_share == pytest.approx(economy.va_share, abs=1e-9)
    assert again.tariff == pytest.approx(economy.tariff)


@pytest.mark.parametrize(
    ("trade", "gdp", "error", "said"),
    [
        ({**PAIRS, "importer": ["A", "A", "B", "A"]}, GDP, InputError, "at home"),
        ({**PAIRS, "importer": ["A", "A", "B", "D"]}, GDP, LabelError, "`D` has trade and no GDP"),
        (PAIRS, {"country": ["A", "B", "C", "D"], "value": [1, 1, 1, 1]}, LabelError, "GDP and no trade"),
        (PAIRS, {**GDP, "value": [0.2, -0.1, 0.1]}, InputError, "negative value"),
        (PAIRS, {**GDP, "value": [0.2, 0.0, 0.1]}, UnitError, "GDP of `B`"),
        ({**PAIRS, "value": [30, "x", 25, 40]}, GDP, InputError, "x"),
        ({**PAIRS, "importer": ["A", "A", "A", "C"], "exporter": ["B", "C", "C", "A"]}, GDP, LabelError, "already"),
        ({k: v for k, v in PAIRS.items() if k != "value"}, GDP, SchemaError, "`value` is missing"),
        ({**PAIRS, "note": [1, 2, 3, 4]}, GDP, SchemaError, "unknown column"),
    ],
)  # fmt: skip
def test_frames_that_cannot_be_meant_are_refused_with_row_and_cell(trade, gdp, error, said):
    with pytest.raises(error, match=said):
        table_of_frames(trade, gdp=gdp, **SAID)


def test_units_and_choices_are_asked_for():
    with pytest.raises(UnitError, match="unknown unit"):
        table_of_frames(PAIRS, gdp=GDP, name="x", year=1900, unit="euros")
    with pytest.raises(UnitError, match="sales_over_gdp"):
        table_of_frames(PAIRS, gdp=GDP, sales_over_gdp=0.5, **SAID)
    with pytest.raises(InputError, match="GDP alone"):
        table_of_frames(PAIRS, gdp=GDP, inputs=PAIRS, **SAID)
    with pytest.raises(InputError, match="tariff_unit"):
        table_of_frames(PAIRS, gdp=GDP, tariff_unit="points", **SAID)


def test_a_purge_says_what_moved():
    world = toy()
    purged = purge_deficits(world)
    assert np.abs(purged.economy.deficit).max() < 1e-4
    assert purged.economy.tariff == pytest.approx(world.tariff)
    rows = list(purged.moved.records())
    assert rows[0]["country"] == world.labels.countries[int(np.abs(world.deficit).argmax())]
    assert sum(float(row["deficit_usd_bn"]) for row in rows) == pytest.approx(0, abs=1e-6)
    assert max(abs(float(row["wage_pct"])) for row in rows) > 0.1
