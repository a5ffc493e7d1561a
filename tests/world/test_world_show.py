"""Tables of a world, and the published facts beside it."""

import numpy as np
import pytest

from detente.core import LabelError
from detente.world import benchmarks, country_table, duty_table, load_world, sector_table, toy
from detente.world.known_facts import BENCHMARKS


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda item: item.what)
def test_the_shipped_world_is_near_what_is_published(benchmark) -> None:
    assert abs(benchmark.gap(load_world())) <= benchmark.within, benchmark.ours(load_world())


def test_a_gap_is_measured_from_the_nearer_end() -> None:
    economy = load_world()
    item = next(item for item in BENCHMARKS if item.what == "US goods imports from China")
    assert item.gap(economy) == 0
    double = type(economy)(
        "double", 2024, economy.labels, economy.flows * 2, economy.tariff, economy.va_share, economy.input_shares,
        economy.trade_elasticity, "x",
    )  # fmt: skip
    assert item.gap(double) == pytest.approx(2 * 435.32 / 438.9 - 1, abs=1e-3)


def test_benchmarks_page_is_fresh(repository) -> None:
    page = (repository / "docs" / "world-benchmarks.md").read_text(encoding="utf-8")
    assert benchmarks(load_world()).to_markdown() in page


def test_data_sheet_page_names_the_shipped_file(repository) -> None:
    page = (repository / "docs" / "data-sheet.md").read_text(encoding="utf-8")
    assert str(load_world().provenance["sha256"]) in page


def test_country_table_adds_up() -> None:
    economy = toy()
    table = country_table(economy)
    assert sum(table.column("balance_usd_bn")) == pytest.approx(0, abs=1e-9)
    assert sum(table.column("exports_usd_bn")) == pytest.approx(sum(table.column("imports_usd_bn")))
    revenue = np.array(table.column("duty_levied_pct")) * np.array(table.column("imports_usd_bn")) * 10
    assert revenue == pytest.approx(economy.tariff_revenue)


def test_sector_table_has_the_elasticities() -> None:
    economy = load_world()
    table = sector_table(economy)
    assert table.column("trade_elasticity") == economy.trade_elasticity.tolist()
    assert economy.elasticity_source in table.note
    by_code = dict(zip(table.column("code"), table.column("duty_pct"), strict=True))
    assert by_code["BUS"] == 0 < by_code["C13T15"]


def test_duty_table() -> None:
    economy = load_world()
    table = duty_table(economy, "USA", "CHN")
    assert "United States" in table.title
    assert sum(table.column("imports_usd_bn")[:-4]) == pytest.approx(435.3, abs=0.1)
    with pytest.raises(LabelError):
        duty_table(economy, "USA", "CHINA")
