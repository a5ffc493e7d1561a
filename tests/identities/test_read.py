"""Properties of every reader: what is written in a layout is read back, in any order, with gaps and at any magnitude."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "unit"), str(ROOT / "crosscheck")]

from published_tables import Bilateral, random_bilateral, write_icio, write_wiod_long, write_wiod_wide  # noqa: E402
from random_world import random_world  # noqa: E402

from detente.world import check, load_world  # noqa: E402
from detente.world.read.build import build_world  # noqa: E402
from detente.world.read.cp_text import read_cp_folder  # noqa: E402
from detente.world.read.icio import read_icio  # noqa: E402
from detente.world.read.long_csv import read_long_folder, write_long_folder  # noqa: E402
from detente.world.read.table import SourceTable  # noqa: E402
from detente.world.read.wiod import read_wiod  # noqa: E402
from detente.world.save import save_world  # noqa: E402

SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CODES = ("USA", "CHN", "MEX", "ROW")
SECTORS = ("A01", "C26", "H49", "K")
magnitudes = st.sampled_from([1e-6, 1e-3, 1.0, 1e3, 1e5])
seeds = st.integers(0, 10_000)


@st.composite
def tables(draw: st.DrawFn) -> Bilateral:
    """Tables with missing cells, idle industries, stocks run down, and any magnitude."""
    N, S = draw(st.integers(2, 4)), draw(st.integers(1, 4))
    seed = draw(seeds)
    table = random_bilateral(CODES[:N], SECTORS[:S], seed, stocks=draw(st.booleans()))
    rng = np.random.default_rng(seed)
    factor = draw(magnitudes)
    intermediate = (
        table.intermediate * (rng.random(table.intermediate.shape) > draw(st.floats(0, 0.6))) * factor
    )
    final = table.final * (rng.random(table.final.shape) > draw(st.floats(0, 0.3))) * factor
    final[np.arange(N), :, np.arange(N), 0] = table.final[np.arange(N), :, np.arange(N), 0] * factor + factor
    output = intermediate.sum((2, 3)) + final.sum((2, 3))
    used = intermediate.sum((0, 1))
    # What is left after leaving cells out need not balance: value added is what the sums leave.
    return Bilateral(table.countries, table.sectors, intermediate, final, 0 * used, output - used)


def assert_same(found: SourceTable, table: Bilateral) -> None:
    n = [found.labels.country(code) for code in table.countries]
    s = [found.labels.sector(code) for code in table.sectors]
    scale = np.abs(table.flows).max()
    pairs = (
        (found.flows[np.ix_(n, n, s)], table.flows),
        (found.inputs[np.ix_(n, s, s)], table.inputs),
        (np.asarray(found.final)[np.ix_(n, s)], table.final_demand),
    )
    for read, wanted in pairs:
        assert np.abs(read - wanted).max() <= 2e-9 * scale


@SETTINGS
@given(tables(), st.randoms(use_true_random=False))
def test_icio_round_trip_with_shuffled_rows(table: Bilateral, random: object) -> None:
    rows = np.arange(table.output.size)
    random.shuffle(rows)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        assert_same(read_icio(write_icio(Path(folder) / "1900.csv", table, order=rows)), table)


@SETTINGS
@given(tables())
def test_icio_with_split_economies(table: Bilateral) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_icio(
            Path(folder) / "1900.csv", table, split={"CHN": ("CN1", "CN2"), "MEX": ("MX1", "MX2")}
        )
        assert_same(read_icio(path), table)


@SETTINGS
@given(tables(), st.sampled_from([write_wiod_wide, write_wiod_long]))
def test_wiod_round_trip(table: Bilateral, write: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert_same(read_wiod(write(Path(folder) / "t_1900.csv", table)), table)  # type: ignore[operator]


@SETTINGS
@given(
    seeds,
    st.integers(2, 4),
    st.integers(1, 4),
    st.sampled_from([1e-9, 1e-4, 1.0, 1e3]),
    st.randoms(use_true_random=False),
)
def test_long_round_trip_with_shuffled_rows(seed: int, N: int, S: int, factor: float, random: object) -> None:
    """A random world with duties, deficits and empty cells comes back, rows in any order."""
    import dataclasses

    economy = random_world(N, S, seed)
    economy = dataclasses.replace(economy, year=1900, flows=economy.flows * factor)
    with tempfile.TemporaryDirectory() as name:
        folder = write_long_folder(economy, name)
        for path in folder.glob("*.csv"):
            header, *rows = path.read_text().splitlines()
            random.shuffle(rows)  # type: ignore[attr-defined]
            path.write_text("\n".join([header, *rows]) + "\n")
        again = build_world(read_long_folder(folder), elasticities="4").economy
    assert again.labels == economy.labels
    scale = economy.flows.max()
    assert np.abs(again.flows - economy.flows).max() <= 1e-8 * scale
    made = economy.output > 1e-6 * scale
    assert np.abs((again.va_share - economy.va_share)[made]).max() <= 1e-6
    assert np.array_equal(again.tariff[economy.flows > 0], economy.tariff[economy.flows > 0])
    check(again)


@SETTINGS
@given(tables(), st.floats(0, 0.4))
def test_every_identity_holds_on_everything_built(table: Bilateral, duty: float) -> None:
    """Unbalanced cells, negative stocks, duties: what is built balances to 1e-9, keeps trade, and is read back."""
    import dataclasses

    N = len(table.countries)
    with tempfile.TemporaryDirectory() as folder:
        source = read_icio(write_icio(Path(folder) / "1900.csv", table))
        tariff = (
            duty * np.random.default_rng(0).random(source.flows.shape) * ~np.eye(N, dtype=bool)[:, :, None]
        )
        report = build_world(dataclasses.replace(source, tariff=tariff), elasticities="4", max_gap=10.0)
        economy = report.economy
        check(economy, tolerance=1e-9)
        assert load_world(save_world(economy, Path(folder) / "w")).data_hash == economy.data_hash
    abroad = ~np.eye(N, dtype=bool)
    kept = np.maximum(source.flows, 0)[abroad]
    assert np.abs(economy.flows[abroad] - kept).max() <= 1e-12 * max(float(kept.max()), 1e-300)


@SETTINGS
@given(seeds, st.integers(2, 3), st.integers(2, 4), st.integers(1, 2))
def test_cp_round_trip(seed: int, N: int, S: int, J: int) -> None:
    """Numbers written in the stacked text layout come back on Détente's axes, and balance."""
    rng = np.random.default_rng(seed)
    off = ~np.eye(N, dtype=bool)[:, :, None]
    trade, percent = rng.lognormal(0, 1, (N, N, J)) * 1e7 * off, rng.uniform(0, 30, (N, N, J)) * off
    materials, va = rng.random((N, S, S)), rng.uniform(0.3, 0.8, (N, S))
    output = rng.uniform(1, 2, (N, S)) * 1e11 + 1e3 * np.pad(trade.sum(0), ((0, 0), (0, S - J)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, values in (
            ("xbilat1900", trade.transpose(2, 0, 1).reshape(-1, N)),
            ("tariffs1900", percent.transpose(2, 0, 1).reshape(-1, N)),
            ("IO", materials.reshape(-1, S)),
            ("B", va.T),
            ("GO", output.T),
            ("T", rng.uniform(1, 9, J)),
        ):
            np.savetxt(folder / f"{file}.txt", values, fmt="%.17g")
        for file, count in (("countries", N), ("sectors", S)):
            (folder / f"{file}.csv").write_text(
                "code\n" + "".join(f"{file[0].upper()}{k}\n" for k in range(count))
            )
        table = read_cp_folder(folder, year=1900)
        economy = build_world(table, elasticities="source", max_gap=10.0).economy
    assert table.flows[:, :, :J] * off == pytest.approx(trade / 1e3)
    assert table.duties[:, :, :J] == pytest.approx(percent / 100)
    assert table.output == pytest.approx(output / 1e6)
    check(economy)
