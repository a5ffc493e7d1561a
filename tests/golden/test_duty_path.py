"""Duties beside published paths: the tracker's, the sector table of US duties on China, the lists of China and Canada.

Tolerances are those with which the figures are known to agree; every gap above a point has its explanation in
docs/duty-path.md, and the emulation of the tracker's conventions must close it.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import gzip
import importlib.util
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from detente.dossier import Dossier, load_dossier
from detente.policy.duties.cells import cells
from detente.policy.duties.day import duty_path, duty_stack
from detente.policy.duties.stacking import CellRows, stack
from detente.world import Economy, load_world

HINDSIGHT = dt.date(2026, 7, 25)


def script(repository: Path, name: str) -> ModuleType:
    pytest.importorskip("pandas", reason="scripts need pandas")
    spec = importlib.util.spec_from_file_location(f"scripts_{name}", repository / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world()


@pytest.fixture(scope="module")
def record() -> Dossier:
    return load_dossier("busan-2025", asof=HINDSIGHT)


@pytest.fixture(scope="module")
def comparison(repository: Path) -> ModuleType:
    return script(repository, "pages/duty_path")


@pytest.fixture(scope="module")
def tracked(comparison: ModuleType, record: Dossier) -> Dossier:
    """The record with the metal goods of the tracker, which holds 191 lines where the law names a thousand."""
    return dataclasses.replace(record, measures={**record.measures, **comparison.tracker_metals(record)})


def test_path_on_china_agrees_with_the_tracker_once_its_conventions_are_put_in(
    comparison: ModuleType, shared: Path
) -> None:
    rows = list(comparison.china_table(shared / "data").records())
    assert len(rows) == len(comparison.STEPS) > 15
    for row in rows:
        # Equal weights of the lines inside a product leave up to 0.6 points; at 125 % they leave three.
        limit = 3.0 if row["day"] == "2025-04-12" else 0.7
        assert abs(row["left"]) < limit, row
        assert row["explained"] + row["left"] == pytest.approx(row["gap"])
    calm = [row for row in rows if row["day"] > "2025-05-01"]
    assert max(abs(row["gap"]) for row in calm) < 3.5
    explained = [row for row in rows if abs(row["gap"]) > 1]
    assert all(abs(row["left"]) < max(0.61, 0.25 * abs(row["gap"])) for row in explained)
    rest = [abs(row["left"]) for row in rows if row["day"] != "2025-04-12"]
    assert sum(rest) / len(rest) < 0.3


def test_emulation_changes_what_it_says(comparison: ModuleType, record: Dossier, tracked: Dossier) -> None:
    copy = comparison.emulate(record)
    day = dt.date(2025, 10, 20)
    for changed in (record, tracked):
        assert comparison.added_by_partner(copy, day)["CHN"] != pytest.approx(
            comparison.added_by_partner(changed, day)["CHN"], abs=0.2
        )
    assert comparison.added_by_partner(copy, day)["JPN"] == pytest.approx(
        comparison.added_by_partner(tracked, day)["JPN"]
    )
    assert record.measures["usa-2025-fentanyl-china"].excluded_by == ()


@pytest.mark.parametrize(
    ("step", "day", "tolerance", "known_gaps"),
    [
        # Gaps larger than the tolerance are named, with their sign; docs/duty-path.md says why.
        ("2025-03-12", "2025-03-12", 1.0, {"CAN": -1.6}),
        ("2025-11-14", "2025-11-20", 2.0, {"GBR": -3.6}),
        ("2026-02-20", "2026-02-21", 1.2, {}),
        ("2026-02-24", "2026-02-24", 1.8, {}),
    ],
)
def test_path_of_other_partners(
    comparison: ModuleType,
    shared: Path,
    tracked: Dossier,
    step: str,
    day: str,
    tolerance: float,
    known_gaps: dict[str, float],
) -> None:
    tracker = comparison.tracker_path(shared / "data")[step]
    ours = comparison.added_by_partner(tracked, dt.date.fromisoformat(day))
    table = cells()
    # Chapters 98-99 pay nothing here: Hong Kong (half of it returned goods) and a few small partners lie lower for that.
    loose = dict(zip(table.partners, table.unallocated / table.imports, strict=True))
    compared = [code for code in table.partners if loose[code] < 0.1]
    assert len(compared) > 35
    gaps = {code: ours[code] - float(tracker[code]) for code in compared}
    if (
        step == "2025-11-14"
    ):  # South Africa: bullion of platinum and gold, on which the lists of November differ
        known_gaps = known_gaps | {"ZAF": gaps["ZAF"]}
        assert 0 < gaps["ZAF"] < 3
    wide = {code: gap for code, gap in gaps.items() if abs(gap) > tolerance}
    assert set(wide) == set(known_gaps), wide
    for code, gap in known_gaps.items():
        assert gaps[code] == pytest.approx(gap, abs=0.3)


def test_calibrated_partners_hit_their_target(comparison: ModuleType, shared: Path) -> None:
    before = load_dossier("busan-2025", asof=dt.date(2025, 10, 28))
    before = dataclasses.replace(before, measures={**before.measures, **comparison.tracker_metals(before)})
    ours = comparison.added_by_partner(before, dt.date(2025, 10, 20))
    with (shared / "data/us_tariff_path.csv").open(encoding="utf-8") as stream:
        row = next(row for row in csv.DictReader(stream) if row["date_from"] == "2025-10-14")
    assert ours["CAN"] == pytest.approx(float(row["canada_added_pp"]), abs=0.01)
    assert ours["MEX"] == pytest.approx(float(row["mexico_added_pp"]), abs=0.01)


def china_by_authority(shared: Path, day: str) -> dict[str, float]:
    with (shared / "data/tariffs2025/us_on_china_by_sector_authority.csv").open(encoding="utf-8") as stream:
        row = next(
            row for row in csv.DictReader(stream) if row["date_from"] == day and row["icio28"] == "ALL"
        )
    return {
        key: float(row[f"{key}_pct"])
        for key in ("mfn", "s301", "ieepa_fentanyl", "ieepa_reciprocal", "s232", "s122", "total")
    }


NAMES = {
    "mfn": "mfn", "s301": "section-301", "ieepa_fentanyl": "ieepa-fentanyl", "ieepa_reciprocal": "ieepa-reciprocal",
    "s232": "section-232", "s122": "section-122",
}  # fmt: skip


@pytest.mark.parametrize(("theirs", "day"), [
    ("2025-01-01", "2025-01-02"), ("2025-03-04", "2025-03-04"), ("2025-03-12", "2025-03-12"), ("2025-05-14", "2025-05-14"),
    ("2025-06-04", "2025-06-04"), ("2025-08-01", "2025-08-01"), ("2025-11-10", "2025-11-10"), ("2026-02-24", "2026-02-24"),
])  # fmt: skip
def test_layers_on_china_agree_with_the_ten_digit_calculation(
    shared: Path, tracked: Dossier, world: Economy, theirs: str, day: str
) -> None:
    """The other calculation uses ten-digit lists; ours spreads over eight digits. Layers agree within a point.

    Its metal lists are those of the tracker.
    """
    expected = china_by_authority(shared, theirs)
    stacked = duty_stack(world, tracked, date=dt.date.fromisoformat(day), importer="USA", exporter="CHN")
    parts = dict(zip(stacked.authorities, 100 * stacked.weighted(), strict=True))
    for key, name in NAMES.items():
        assert parts.get(name, 0.0) == pytest.approx(expected[key], abs=0.7), (key, expected)
    assert 100 * stacked.averages["import_weighted_2024"].value == pytest.approx(expected["total"], abs=1.1)


def test_peak_of_10_april(shared: Path, tracked: Dossier, record: Dossier, world: Economy) -> None:
    """112 % in the ten-digit calculation, 116 % here: two differences, both checked.

    There car parts are under Section 232 already (in law from 3 May), and medicines pay the reciprocal duty (in law they
    are in Annex II). With the parts moved and medicines left aside the two agree. Both have the tracker's metal goods at
    full value; on their metal content alone more of their value is under the 125 %.
    """
    day = dt.date(2025, 4, 10)
    peak = duty_stack(world, tracked, date=day, importer="USA", exporter="CHN")
    assert china_by_authority(shared, "2025-04-10")["total"] == pytest.approx(112.2, abs=0.1)
    assert 100 * peak.averages["import_weighted_2024"].value == pytest.approx(115.9, abs=0.5)
    law = duty_stack(world, record, date=day, importer="USA", exporter="CHN").averages["import_weighted_2024"]
    assert 0.5 < 100 * (law.value - peak.averages["import_weighted_2024"].value) < 1.5
    parts = record.measures["usa-2025-232-auto-parts"]
    early = (parts.values[0].model_copy(update={"from_": dt.date(2025, 4, 3)}), *parts.values[1:])
    moved = dataclasses.replace(
        tracked, measures={**tracked.measures, parts.id: parts.model_copy(update={"values": early})}
    )
    ours = duty_stack(world, moved, date=day, importer="USA", exporter="CHN")
    with (shared / "data/tariffs2025/us_on_china_by_sector_authority.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["date_from"] == "2025-04-10"]
    value = {row["icio28"]: float(row["imports_2024_usd"]) for row in rows}
    duty = {row["icio28"]: float(row["total_pct"]) * value[row["icio28"]] for row in rows}
    theirs = (duty["ALL"] - duty["C21"]) / (value["ALL"] - value["C21"])
    medicines = world.labels.sector("C21")
    rest = np.delete(ours.total * ours.weights, medicines).sum()
    left = np.delete(ours.weights, medicines).sum() + ours.unallocated
    assert 100 * rest / left == pytest.approx(theirs, abs=1.5)


def test_average_on_china_over_the_year(tracked: Dossier, record: Dossier, world: Economy) -> None:
    """On the tracker's metal goods; those of the law move it by less than half a point."""
    days = ["2025-01-02", "2025-03-05", "2025-05-14", "2025-10-20", "2025-11-20", "2026-02-21", "2026-02-24"]
    path, law = (
        duty_path(one, world, "USA", "CHN", [dt.date.fromisoformat(day) for day in days])
        for one in (tracked, record)
    )
    more = [a - b for a, b in zip(law.column("average"), path.column("average"), strict=True)]
    assert all(-0.5 < points < 0.5 for points in more)
    assert more[-1] > 0.1
    assert path.column("average") == pytest.approx([12.9, 32, 41, 43, 33, 18, 24], abs=1.0)


def test_no_region_is_left_without_a_duty_it_pays(record: Dossier) -> None:
    table = cells()
    day = dt.date(2025, 10, 20)
    found = stack(CellRows(table), [s for s in record.states(day).values() if s.measure.actor == "USA"])
    added = np.bincount(table.partner, weights=sum(found.values()) * table.value) / table.imports
    low = {code for code, average in zip(table.partners, added, strict=True) if average < 0.004}
    assert low <= {
        "IRQ",
        "RUS",
        "KWT",
        "DZA",
        "NGA",
        "AGO",
    }  # crude oil is in Annex II; Russia is not on the lists


def test_pages_and_tables_are_fresh(
    comparison: ModuleType, repository: Path, shared: Path, world: Economy
) -> None:
    text = comparison.PAGE.read_text(encoding="utf-8")
    assert text == comparison.page(shared / "data", world), "run scripts/pages/duty_path.py"
    published = script(repository, "published_averages").table(shared / "data").to_csv(index=False)
    file = repository / "detente/policy/duties/data/published_averages.csv"
    assert file.read_text(encoding="utf-8") == published, "run scripts/published_averages.py"


def test_covered_shares_of_the_record_are_those_computed_from_the_lists(
    repository: Path, shared: Path, record: Dossier
) -> None:
    computed = script(repository, "list_coverage").coverage(shared / "data")
    for key, shares in computed.items():
        name, _, day = key.partition(" ")
        measure = record.measures[name]
        entry = next(
            (v.products for v in measure.values if v.products and v.from_.isoformat() == day),
            measure.products,
        )
        assert entry is not None
        written = dict(entry.sectors)
        assert set(written) == set(shares), key
        for sector, share in shares.items():
            assert written[sector] == pytest.approx(share, abs=0.02), (
                key,
                sector,
            )  # the world may be rebuilt slightly


def test_march_lists_charge_what_the_lists_say(shared: Path, record: Dossier, world: Economy) -> None:
    """Independent of the script: duty on the flows equals rates times listed exports, up to the cap of one."""
    duty: dict[str, float] = defaultdict(float)
    with gzip.open(
        shared / "data/tariffs2025/retaliation_lists_on_us_mar2025.csv.gz", "rt", encoding="utf-8"
    ) as stream:
        for row in csv.DictReader(stream):
            duty[row["retaliator"]] += (
                float(row["added_tariff_pct"]) / 100 * float(row["us_exports_2024_usd"]) / 1e6
            )
    stacked = duty_stack(world, record, date=dt.date(2025, 3, 20), importer="CHN", exporter="USA")
    layer = dict(zip(stacked.authorities, stacked.rates, strict=True))["china-fentanyl-response"]
    energy = [world.labels.sector(code) for code in ("B05_06", "C28", "C29")]
    march = np.delete(layer * stacked.weights, energy).sum()
    assert march == pytest.approx(duty["CHN"], rel=0.01)


def test_rebuilt_cells_are_the_shipped_ones(repository: Path, shared: Path) -> None:
    build = script(repository, "build_cells")
    data = shared / "data"
    lines, names = build.line_flags(data)
    trade, partners = build.imports(data)
    made = build.fill_empty(build.make_cells(trade, lines, names), partners, names)
    shares = dict(zip(cells().partners, cells().usmca, strict=True))
    arrays = build.pack(made, partners, names, data, shares)
    with np.load(repository / "detente/policy/duties/data/us_product_cells.npz") as shipped:
        assert set(shipped.files) == set(arrays)
        for name in shipped.files:
            if arrays[name].dtype.kind in "fc":
                np.testing.assert_allclose(shipped[name], arrays[name], rtol=1e-9, atol=1e-9, err_msg=name)
            else:
                np.testing.assert_array_equal(shipped[name], arrays[name], err_msg=name)
