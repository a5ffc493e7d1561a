"""Pages about the world that scripts write: fresh, and the figure with them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module", autouse=True)
def _scripts_on_path(repository: Path):
    sys.path.insert(0, str(repository / "scripts"))
    yield
    sys.path.remove(str(repository / "scripts"))


def test_the_aggregation_page_is_fresh() -> None:
    aggregation = importlib.import_module("pages.aggregation")
    rows = aggregation.compare()
    assert aggregation.PAGE.read_text(encoding="utf-8") == aggregation.page(rows), (
        "run scripts/pages/aggregation.py"
    )
    assert aggregation.FIGURE.read_text(encoding="utf-8").startswith("<svg")


def test_no_policy_is_no_policy_on_the_coarse_world() -> None:
    from detente.world import Wedges, aggregate, load_world

    aggregation = importlib.import_module("pages.aggregation")
    economy = load_world()
    still = Wedges.unchanged(economy)
    for coarse in aggregation.coarse_worlds(economy):
        small = aggregate(economy, coarse.countries, coarse.sectors)
        made = aggregation.coarse_wedges(economy, small, still, coarse)
        assert (made.tariff == small.tariff).all()
        assert (made.iceberg_hat == 1).all()


def test_the_chokepoint_page_is_fresh() -> None:
    pytest.importorskip("pandas", reason="the page's script reads the build's, which needs pandas")
    chokepoints = importlib.import_module("pages.chokepoints")
    assert chokepoints.PAGE.read_text(encoding="utf-8") == chokepoints.page(), (
        "run scripts/pages/chokepoints.py"
    )


def test_the_specification_on_the_chokepoint_page_works(repository: Path, tmp_path: Path) -> None:
    from detente.world import check, load_world
    from detente.world.carve import disaggregate

    page = (repository / "docs" / "concepts" / "chokepoints.md").read_text(encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    finer = disaggregate(load_world(), path)
    check(finer)
    assert "GAL" in finer.labels.sectors


def test_the_elasticity_page_has_today_s_numbers(repository: Path) -> None:
    """The table of the two readings of the default set, recomputed."""
    import datetime as dt

    from detente.dossier import load_dossier
    from detente.equilibrium import Model, solve
    from detente.policy import load_scenario, wedges_at
    from detente.world import load_world, with_elasticity_set

    page = (repository / "docs" / "concepts" / "elasticities.md").read_text(encoding="utf-8")
    economy = load_world()
    dossier = load_dossier("busan-2025", asof=dt.date(2025, 10, 28))
    scenarios = [load_scenario(name) for name in ("standing", "talks-fail", "decoupling")]
    wedges = [wedges_at(economy, dossier, scenario, quantities=False) for scenario in scenarios]
    hats = {
        name: [
            s.value.real_income_hat
            for s in solve(Model(with_elasticity_set(economy, name)), wedges, throw=False)
        ]
        for name in ("fgo", "fgo-sigma")
    }
    for k, scenario in enumerate(scenarios):
        row = [100 * float(hats[name][k][n] - 1) for n in (0, 1) for name in ("fgo", "fgo-sigma")]
        told = " | ".join(f"{value:.3f}".replace("-", "−") for value in row)
        assert f"| {scenario.title} | {told} |" in page
