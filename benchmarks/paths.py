"""Speed of paths along time: one package, the whole ladder, and every date of the package cold on its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from detente.cases import LawOfDays, Standoff, Unfolding
from detente.equilibrium import Model, Policy, solve

Row = Callable[..., None]


def spent(run: Callable[[], object], repeats: int = 3) -> float:
    """Least processor time of several runs, milliseconds, after one to warm up: neighbours on the machine count for less."""
    run()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return 1e3 * min(times)


def each_cold(standoff: Standoff, name: str, path: Unfolding) -> float:
    """Solve every date of a path on its own, on an economy that nothing is known of; largest difference of real income."""
    law, gap = LawOfDays(standoff.world, standoff.dossier, standoff.scenario(name)), 0.0
    for period in path.periods:
        wedges, controls = law(period.start + period.months / 2)
        limits = [
            control
            for control in controls
            if control.is_floor or np.isfinite(period.draws[control.name].left)
        ]
        own = replace(period.value.economy)
        alone = solve(Model(own, period.value.structure), Policy(own, wedges, tuple(limits))).value
        gap = max(gap, float(np.abs(alone.real_income_hat - period.value.real_income_hat).max()))
    return gap


def measure(row: Row) -> None:
    """Every row about paths."""
    standoff = Standoff.load()
    name = "talks-fail"
    one = spent(lambda: standoff.unfold(name))
    row("a path of months and quarters, 29 dates, warm", one, "ms", 500.0, "processor time")
    ladder = spent(standoff.unfold, 2)
    row(f"  the whole ladder, {len(standoff.scenarios)} paths", ladder, "ms", 2000.0, "processor time")
    start = time.process_time()
    gap = each_cold(standoff, name, standoff.unfold(name)[name])
    cold = 1e3 * (time.process_time() - start) - one
    row("  its dates each cold", cold, "ms", None, f"largest difference {gap:.0e}")
    row("  ratio", cold / one, "times")
