"""The build: its solvers on problems with known answers, and the same bytes again from the same inputs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from detente.world import load_world

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def _scripts_on_path():
    pytest.importorskip("pandas", reason="the world build needs pandas (development dependency)")
    pytest.importorskip("pyarrow", reason="the world build needs pyarrow (development dependency)")
    sys.path.insert(0, str(REPOSITORY / "scripts"))
    yield
    sys.path.remove(str(REPOSITORY / "scripts"))


def test_rebuilding_reproduces_the_shipped_file(shared: Path, tmp_path: Path) -> None:
    import build_world

    build_world.main(["--inputs", str(shared / "data"), "--out", str(tmp_path)])
    for name in (
        "detente/world/data/world-2024.npz",
        "detente/world/data/world-2024.datapackage.json",
        "detente/world/data/world-2024-26.datapackage.json",
        "detente/world/data/elasticities.csv",
        "docs/data-sheet.md",
        "docs/world-benchmarks.md",
    ):
        assert (tmp_path / name).read_bytes() == (REPOSITORY / name).read_bytes(), name


def test_the_world_at_basic_prices_balances_and_trades_less(shared: Path, tmp_path: Path) -> None:
    import build_world

    build_world.main(["--inputs", str(shared / "data"), "--out", str(tmp_path), "--valuation", "basic"])
    basic = load_world(tmp_path / "detente/world/data/world-2024-basic.npz")  # loading checks every identity
    customs = load_world("world-2024-26")
    assert basic.provenance["valuation"] == "basic"
    assert customs.provenance["valuation"] == "customs"
    assert basic.labels == customs.labels
    off = ~np.eye(21, dtype=bool)
    goods = [(world.flows[off][:, :22]).sum() for world in (basic, customs)]
    assert 0.75 < goods[0] / goods[1] < 0.95
    np.testing.assert_allclose(basic.value_added, customs.value_added, rtol=1e-6)
    known = (customs.flows[0, :, :22] > 10) & off[0][
        :, None
    ]  # duties are rates: valuation does not touch them
    np.testing.assert_allclose(basic.tariff[0, :, :22][known], customs.tariff[0, :, :22][known], atol=1e-6)


def test_constrained_least_squares_projects_on_a_simplex() -> None:
    from world_build.balance import constrained_least_squares

    # The point of {x ≥ 0, Σx = 1} nearest to (1, 0.6, −1) is (0.7, 0.3, 0).
    x = constrained_least_squares(
        np.eye(3), np.array([1.0, 0.6, -1.0]), np.eye(3), np.zeros(3), np.ones(3), 1.0
    )
    assert x == pytest.approx([0.7, 0.3, 0.0], abs=1e-12)


def test_constrained_least_squares_says_when_nothing_fits() -> None:
    from world_build.balance import constrained_least_squares

    assert constrained_least_squares(np.eye(2), np.zeros(2), np.eye(2), np.ones(2), np.ones(2), 1.0) is None


def test_a_balanced_region_stays_where_it_is() -> None:
    from world_build.balance import balance_region

    inputs = np.array([[0.2, 0.1], [0.1, 0.3]])
    output, exports, imports = np.array([100.0, 200.0]), np.array([30.0, 20.0]), np.array([25.0, 40.0])
    va = 1 - inputs.sum(0)
    final = output - inputs @ output - exports + imports
    result = balance_region(inputs, va, float(va @ output), exports, imports, output, final)
    assert result.output == pytest.approx(output)
    assert result.final_demand == pytest.approx(final)


def test_exports_are_kept_under_the_cap() -> None:
    from world_build.balance import EXPORT_CAP, balance_region

    inputs = np.array([[0.2, 0.1], [0.1, 0.3]])
    exports, imports = np.array([98.0, 20.0]), np.array([60.0, 40.0])
    va = 1 - inputs.sum(0)
    prior = np.array([100.0, 200.0])
    result = balance_region(inputs, va, float(va @ prior), exports, imports, prior, np.array([20.0, 150.0]))
    assert (exports / result.output).max() <= EXPORT_CAP
    assert va @ result.output == pytest.approx(va @ prior)
    assert result.final_demand.min() > 0


def test_fitted_balances_are_met_and_fixed_pairs_kept() -> None:
    from world_build.inputs import N
    from world_build.trade import fit_balances

    flows = np.random.default_rng(1).uniform(1, 100, (N, N, 3)) * ~np.eye(N, dtype=bool)[:, :, None]
    fixed = np.zeros((N, N), dtype=bool)
    fixed[0] = True
    fitted = fit_balances(flows, {"USA": -50.0, "CHN": 200.0}, fixed)
    balance = fitted.sum((0, 2)) - fitted.sum((1, 2))
    assert balance[:2] == pytest.approx([-50.0, 200.0], abs=1e-5)
    assert (fitted[0] == flows[0]).all()
    untouched = np.ix_(range(2, N), range(2, N))
    assert fitted[untouched] == pytest.approx(flows[untouched])


def test_giving_transit_back_keeps_every_balance() -> None:
    from world_build.inputs import G, N, S
    from world_build.trade import reroute_transit

    flows = np.random.default_rng(2).uniform(1, 10, (N, N, S)) * ~np.eye(N, dtype=bool)[:, :, None]
    cube = np.ones((N, N, G + 1)) * 1e6
    cube[:, 5] = 1.0  # Taiwan makes next to nothing: what it ships is in transit
    result = reroute_transit(flows, cube, 1.0)
    assert result.min() >= 0
    assert result[:, 5].sum() < flows[:, 5].sum()
    assert result[0] == pytest.approx(flows[0])  # American imports are by origin already
    assert result.sum((0, 2)) - result.sum((1, 2)) == pytest.approx(flows.sum((0, 2)) - flows.sum((1, 2)))
    importers = [n for n in range(N) if n != 5]
    assert result[importers].sum((1, 2)) == pytest.approx(flows[importers].sum((1, 2)))
    assert np.einsum("nns->ns", result).max() == 0
