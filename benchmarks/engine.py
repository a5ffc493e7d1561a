"""Speed of the engine: one solve, batches, processes, derivatives, controls, large tables, growth with size."""

from __future__ import annotations

import os
import pickle
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.reference import dense_newton, path_plainly, solve_plainly
from detente.cases.cuts import read_cut
from detente.cases.horizons import horizon
from detente.cases.stocks import Period, by_horizon, path_with_stocks
from detente.core import Labels
from detente.equilibrium import Model, Newton, Policy, Structure, solve
from detente.equilibrium.baseline import prepare
from detente.equilibrium.controls import QuantityControl
from detente.equilibrium.gradients import gradients, real_income
from detente.equilibrium.steering import Steering
from detente.world import Economy, Wedges, load_world

Row = Callable[..., None]


def best(run: Callable[[], object], repeats: int = 7) -> float:
    """Shortest of several runs, milliseconds, after one to warm up."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def synthetic(countries: int, sectors: int, seed: int = 0) -> Economy:
    """A balanced world of a given size: lognormal sizes, home bias, dense inputs, small duties."""
    draw = np.random.default_rng(seed)
    N, S = countries, sectors
    size = np.exp(draw.normal(0, 1.2, N))
    weight = draw.lognormal(0, 1, (N, N, S)) * size[None, :, None]
    here = np.arange(N)
    weight[here, here] = weight.sum(1) * draw.uniform(2, 8, (N, S))
    shares = weight / weight.sum(1, keepdims=True)
    va = draw.uniform(0.35, 0.65, (N, S))
    inputs = draw.dirichlet(np.full(S, 0.5), (N, S)).transpose(0, 2, 1) * (1 - va)[:, None, :]
    final = draw.dirichlet(np.ones(S), N)
    tariff = draw.uniform(0, 0.1, (N, N, S))
    tariff[here, here] = 0
    income = 1e6 * size
    spending = final * income[:, None]
    for _ in range(500):
        output = np.einsum("nis,ns->is", shares / (1 + tariff), spending)
        new = np.einsum("nrs,ns->nr", inputs, output) + final * income[:, None]
        if np.abs(new - spending).max() < 1e-14 * spending.max():
            break
        spending = new
    labels = Labels(tuple(f"C{n}" for n in range(N)), tuple(f"S{s}" for s in range(S)))
    flows = shares / (1 + tariff) * spending[:, None, :]
    return Economy(
        f"synthetic-{N}x{S}", 2024, labels, flows, tariff, va, inputs, draw.uniform(2, 8, S), "synthetic"
    )


def hub_war(economy: Economy) -> Wedges:
    """The first economy raises duties by 25 points on all, they answer with 20; two others raise 100 on each other."""
    tariff = np.array(economy.tariff)
    tariff[0, 1:] += 0.25
    tariff[1:, 0] += 0.20
    tariff[2, 3] += 1.0
    tariff[3, 2] += 1.0
    return Wedges.of(economy, tariff=tariff)


def random_wedges(economy: Economy, count: int, seed: int = 0) -> Wedges:
    """Duties raised by up to 60 points on a third of the pairs, by sector."""
    draw = np.random.default_rng(seed)
    tariff = np.repeat(economy.tariff[None], count, 0)
    tariff = tariff + draw.uniform(0, 0.6, tariff.shape) * (draw.random((*tariff.shape[:3], 1)) < 0.3)
    here = np.arange(len(economy.labels.countries))
    tariff[:, here, here] = 0
    return Wedges(tariff, np.ones_like(tariff), np.zeros_like(tariff))


def few_wars(economy: Economy, count: int, pairs: int, seed: int = 0) -> Wedges:
    """Duties raised by up to 60 points on some pairs drawn anew for each scenario, by sector."""
    draw = np.random.default_rng(seed)
    N, S = economy.va_share.shape
    tariff = np.repeat(economy.tariff[None], count, 0)
    for k in range(count):
        for _ in range(pairs):
            importer, exporter = draw.choice(N, 2, replace=False)
            tariff[k, importer, exporter] += draw.uniform(0, 0.6, S)
    return Wedges(tariff, np.ones_like(tariff), np.zeros_like(tariff))


def game_policies(economy: Economy, count: int, *, limited: bool = False, seed: int = 0) -> list[Policy]:
    """Profiles of a game: duties of the first countries on each other at one of four heights, exports of chips at one of three."""
    draw = np.random.default_rng(seed)
    policies = []
    for _ in range(count):
        tariff = np.array(economy.tariff)
        for importer, exporter in ((0, 1), (1, 0), (0, 2), (2, 0), (3, 1), (1, 3)):
            tariff[importer, exporter] += draw.choice([0.0, 0.1, 0.25, 0.5])
        policy = Policy(economy, Wedges.of(economy, tariff=tariff))
        if limited:
            share = float(draw.choice([0.3, 0.6, 0.9]))
            policy = policy.limit("chips", importers="USA", exporters="CHN", sectors="C26", share=share)
        policies.append(policy)
    return policies


_world: Economy | None = None


def chunk(seed: int, count: int = 64) -> tuple[float, bool, int]:
    """Solve scenarios made from a seed, in a process that keeps its world; largest residual, all solved, peak memory in MB."""
    global _world
    if _world is None:
        _world = load_world()
    solved = solve(Model(_world), random_wedges(_world, count, seed), throw=False)
    worst = max(float(solution.stats["max_residual"]) for solution in solved)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return worst, all(solution.result.ok for solution in solved), peak


def many(scenarios: int = 10_000, processes: int = 2) -> tuple[float, float, bool, int]:
    """Seconds, largest residual, all solved and largest memory of a process for many scenarios."""
    start = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        found = list(pool.map(chunk, range(-(-scenarios // 64))))
    took = time.perf_counter() - start
    return took, max(f[0] for f in found), all(f[1] for f in found), max(f[2] for f in found)


def growth(row: Row) -> None:
    """Fit how the time of a solve grows with the number of countries and of sectors."""
    for name, sizes in (
        ("countries", [(n, 26) for n in (10, 20, 40, 80)]),
        ("sectors", [(21, s) for s in (12, 25, 50, 100)]),
    ):
        times = []
        for N, S in sizes:
            economy = synthetic(N, S)
            wedges = hub_war(economy)
            times.append(best(lambda e=economy, w=wedges: solve(Model(e), w), 5))  # type: ignore[misc]
        x = np.log([size[0] if name == "countries" else size[1] for size in sizes])
        slope = np.polyfit(x[1:], np.log(times)[1:], 1)[0]
        shown = ", ".join(f"{time:.1f}" for time in times)
        row(f"growth with {name}: exponent", float(slope), "", None, f"ms at {sizes}: {shown}")


def measure(row: Row) -> None:
    """Every engine row of the benchmark."""
    economy = load_world()
    N, S = economy.va_share.shape
    usa, chn = economy.labels.country("USA"), economy.labels.country("CHN")
    tariff = np.array(economy.tariff)
    tariff[usa, chn] += 1.0
    tariff[chn, usa] += 0.5
    wedges = Wedges.of(economy, tariff=tariff)
    solution = solve(Model(economy), wedges)
    one = best(lambda: solve(Model(economy), wedges), 30)
    note = f"residual {float(solution.stats['max_residual']):.0e}, {solution.stats['num_steps']} sweeps"
    row(f"one solve {N}x{S}, warm", one, "ms", 3.0, note)
    one_by_one = Model(economy, solver=Newton(whole=True))
    note = f"{solve(one_by_one, wedges).stats['num_steps']} sweeps"
    row("  by the whole derivative", best(lambda: solve(one_by_one, wedges), 30), "ms", 1.6, note)
    dense = best(lambda: dense_newton(economy, wedges), 2)
    gap = np.abs(dense_newton(economy, wedges) - solution.value.real_income_hat).max()
    row("  plain dense Newton", dense, "ms", None, f"largest difference {gap:.0e}")
    row("  ratio", dense / one, "times")
    plain = best(lambda: solve_plainly(economy, wedges), 1)
    row("  SciPy hybr on wages", plain, "ms")
    row("  ratio", plain / one, "times")

    def fresh() -> None:
        prepare(economy.with_elasticities(economy.trade_elasticity, "again"))

    row("set-up, once per economy", best(fresh, 3), "ms")
    batch = random_wedges(economy, 192)
    row(
        "batch of 192 random trade wars",
        192e3 / best(lambda: solve(Model(economy), batch, throw=False), 3),
        "solves/s",
        2200,
        "one core, at least",
    )
    for pairs in (2, 6, 20):
        wars = few_wars(economy, 192, pairs)
        row(
            f"batch of 192 wars on {pairs} pairs",
            192e3 / best(lambda w=wars: solve(Model(economy), w, throw=False), 3),  # type: ignore[misc]
            "solves/s",
            2200,
            "one core, at least",
        )
    for limited in (False, True):
        profiles = game_policies(economy, 192, limited=limited)
        row(
            f"batch of 192 profiles of a game{', limited' if limited else ''}",
            192e3 / best(lambda p=profiles: solve(Model(economy), p, throw=False), 3),  # type: ignore[misc]
            "solves/s",
            2200,
            "one core, at least",
        )
    row("  whole derivative, once per economy", best(lambda: Steering.of(prepare(economy)), 3), "ms")
    row("  a solution pickled", len(pickle.dumps(solution)) / 1e6, "MB")
    value = solution.value
    row(
        "all derivatives of one country's real income",
        best(lambda: gradients(value, [real_income(value, "USA")])),
        "ms",
        20.0,
    )
    cap = QuantityControl.on(economy, "cap", importers=["USA"], exporters=["CHN"], sectors=["C26"], limit=0.5)
    row(
        "solve under a binding cap",
        best(lambda: solve(Model(economy), Policy(economy, wedges, (cap,))), 3),
        "ms",
    )
    nests = Structure(sigma_value_added=0.5, sigma_materials=0.3, sigma_final=0.8, mobility=1.5)
    row("solve with nests and immobile factors", best(lambda: solve(Model(economy, nests), wedges)), "ms")
    for size, target in (((77, 45), 20.0), ((81, 50), 40.0)):
        large = synthetic(*size)
        start = time.perf_counter()
        prepare(large)
        setup = time.perf_counter() - start
        war = hub_war(large)
        row(
            f"one solve {size[0]}x{size[1]}, warm",
            best(lambda e=large, w=war: solve(Model(e), w), 5),
            "ms",
            target,
            f"set-up {setup:.2f} s",
        )  # type: ignore[misc]
    stocks(row)
    nafta(row)
    took, worst, solved, peak = many()
    row(
        "10,000 scenarios, two processes",
        took,
        "s",
        15.0,
        f"largest residual {worst:.0e}, all solved: {solved}",
    )
    row("  peak memory of a process", peak, "MB", 600)
    growth(row)


def stocks(row: Row, months: int = 8) -> None:
    """A path of a cut that stocks delay, beside every month solved on its own by a root finder over whole solves."""
    economy = load_world()
    wedges, at = Wedges.unchanged(economy), by_horizon(economy)
    cut = read_cut(economy, "CHN:rare-earths:0.5")

    def path() -> tuple[Period, ...]:
        return path_with_stocks(economy, wedges, [cut], {cut.name: 1.2}, [1] * months, structure_by_month=at)

    found = path()
    mine = best(path, 3)
    start = time.perf_counter()
    plain = path_plainly(wedges, cut, 1.2, months, at)
    plainly = 1e3 * (time.perf_counter() - start)
    gap = max(
        float(np.abs(period.value.real_income_hat - hat).max())
        for period, (_, hat) in zip(found, plain, strict=True)
    )
    row(f"{months} months of a cut that stocks delay, {len(economy.labels.countries)}x33", mine, "ms", 3000.0)
    row("  each month on its own, root finder", plainly, "ms", None, f"largest difference {gap:.0e}")
    row("  ratio", plainly / mine, "times")
    for name in ("long", "short", "impact"):
        world, structure = horizon(name, economy)
        cap = read_cut(world, "CHN:C26:0.5:USA")
        floor = QuantityControl.on(
            world, "floor", importers=["CHN"], exporters=["USA"], sectors=["SOY"], limit=1.3, kind="floor"
        )
        still = Wedges.unchanged(world)

        def both(world=world, structure=structure, cap=cap, floor=floor, still=still):  # type: ignore[no-untyped-def]
            return solve(
                Model(world, structure),
                Policy(
                    world,
                    still,
                    (
                        cap,
                        floor,
                    ),
                ),
            )

        row(f"solve under a cap and a floor, {name}", best(both, 3), "ms", 150.0)


def nafta(row: Row) -> None:
    """The NAFTA counterfactual of Caliendo and Parro from its baseline, where the raw data are at hand."""
    shared = Path(__file__).resolve().parents[2] / "shared"
    if not (shared / "data" / "cp2015").is_dir():
        return
    from detente.validation import cp2015

    inputs = cp2015.read_inputs(shared)
    base, _ = cp2015.purged_economy(inputs)
    wedges = Wedges.of(base, tariff=cp2015.bloc_tariff(inputs))
    found = solve(Model(base, closure="zero"), wedges)
    took = best(lambda: solve(Model(base, closure="zero"), wedges), 10)
    row(
        "NAFTA counterfactual 31x40, warm",
        took,
        "ms",
        15.0,
        f"residual {float(found.stats['max_residual']):.0e}",
    )


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    measure(
        lambda what, value, unit="", target=None, note="": print(
            f"{what}: {value:.3g} {unit} ({target}) {note}"
        )
    )
