"""Random worlds under bans, caps, floors and large wedges: what is called a success satisfies everything, codes are true.

`DETENTE_BAN_WORLDS=2000` draws that many worlds; eighty are drawn otherwise.
"""

from __future__ import annotations

import collections
import math
import os

import numpy as np
from ban_judge import Limit, faults, ground_of
from random_world import random_world
from slow_extensions import Nests

from detente.core import RESULTS
from detente.equilibrium import Model, Newton, Policy, Structure, solve
from detente.equilibrium.controls import QuantityControl
from detente.world.wedges import Wedges

WORLDS = int(os.environ.get("DETENTE_BAN_WORLDS", "80"))
MOST_WITHOUT = 0.15
"""Largest share of scenarios in which neither an equilibrium nor a reason on paper against one is found."""


def draw_policy(draw, economy):
    """Wedges up to several hundred per cent, some flows banned outright."""
    N, _, S = economy.flows.shape
    tariff, iceberg, tax = np.array(economy.tariff), np.ones((N, N, S)), np.zeros((N, N, S))
    if draw.random() < 0.5:
        some = draw.random((N, N, S)) < draw.choice([0.1, 0.5, 1.0])
        tariff += some * draw.uniform(0, draw.choice([0.5, 4.0, 9.0]), (N, N, S))
    if draw.random() < 0.3:
        iceberg *= np.exp(draw.uniform(-0.3, draw.choice([0.5, 1.5]), (N, N, S)))
    if draw.random() < 0.3:
        tax += (draw.random((N, N, S)) < 0.4) * draw.uniform(-0.3, draw.choice([0.5, 2.0]), (N, N, S))
    home = np.arange(N)
    tariff[home, home], iceberg[home, home], tax[home, home] = 0, 1, 0
    if draw.random() < 0.15:  # bans as wedges, now and then at home
        banned = draw.random((N, N, S)) < draw.choice([0.05, 0.2])
        banned[home, home] &= draw.random((N, S)) < 0.2
        iceberg[banned] = np.inf
    return Wedges(tariff, iceberg, tax)


def draw_cells(draw, economy, taken):
    """Flows of one control: a flow, a country's exports, imports or both, a sector of everybody, or flows at random."""
    N, _, S = economy.flows.shape
    cells = np.zeros((N, N, S), dtype=bool)
    kind = draw.choice(["flow", "exports", "imports", "embargo", "sector", "random"])
    n, i, s = draw.integers(N), draw.integers(N), draw.integers(S)
    if kind == "flow":
        cells[n, i, s] = True
    if kind in ("exports", "embargo"):
        cells[:, n] = True
    if kind in ("imports", "embargo"):
        cells[n] = True
    if kind == "sector":
        cells[:, i, s] = True
    if kind == "random":
        cells |= draw.random((N, N, S)) < draw.choice([0.1, 0.3, 0.6])
    cells[np.arange(N), np.arange(N)] = False
    return cells & ~taken


def draw_limits(draw, economy):
    taken, limits = np.zeros(economy.flows.shape, dtype=bool), []
    for number in range(draw.integers(1, 4)):
        cells = draw_cells(draw, economy, taken)
        if not (economy.flows[cells] > 0).any():
            continue
        taken |= cells
        kind = draw.choice(["ban", "cap", "floor"], p=[0.5, 0.3, 0.2])
        limit = 0.0 if kind == "ban" else float(draw.choice([0.02, 0.3, 0.8, 1.2]))
        if kind == "floor":
            limit = float(draw.choice([0.5, 1.1, 2.0, 8.0]))
        rent = str(draw.choice(["exporter", "importer", "destroyed"]))
        limits.append(Limit(f"{kind}{number}", cells, limit, kind == "floor", rent))
    return limits


def draw_structure(draw, economy):
    """The package's structure and the judge's nests that mean the same."""
    if draw.random() < 0.5:
        return Structure(), Nests()
    S = len(economy.labels.sectors)
    sigma = [float(x) for x in draw.uniform(0.3, 1.6, 3)]
    mobility = float(draw.choice([math.inf, 1.3, 3.0]))
    chosen = tuple(range(min(2, S))) if draw.random() < 0.3 else ()
    codes = tuple(economy.labels.sectors[r] for r in chosen)
    structure = Structure(sigma[0], sigma[1], 0.4, codes, sigma[2], mobility)
    return structure, Nests(sigma[0], sigma[1], 0.4, chosen, sigma[2], mobility)


def scenarios(seed):
    """One world, and what is asked of it."""
    draw = np.random.default_rng(seed)
    economy = random_world(
        int(draw.integers(2, 6)),
        int(draw.integers(1, 4)),
        seed=seed,
        zeros=float(draw.choice([0.0, 0.2, 0.5])),
        elasticities=(1.0, 28.0) if draw.random() < 0.2 else (1.5, 8.0),
    )
    structure, nests = draw_structure(draw, economy)
    closure = str(draw.choice(["share", "zero"]))
    wedges, limits = draw_policy(draw, economy), draw_limits(draw, economy)
    return economy, structure, nests, closure, wedges, limits


def answered(seed, solver=None):
    """What the package makes of a random scenario."""
    economy, structure, _, closure, wedges, limits = scenarios(seed)
    controls = [
        QuantityControl(one.name, one.cells, one.limit, "floor" if one.floor else "cap", one.rent)
        for one in limits
    ]
    return solve(
        Model(economy, structure, closure, solver),
        Policy(economy, wedges, tuple(controls)),
        throw=False,
    )


def judged(seed):
    """Code of a random scenario, and what is wrong with it."""
    economy, _, nests, closure, wedges, limits = scenarios(seed)
    solution = answered(seed)
    code = solution.result
    banned = np.isinf(wedges.iceberg_hat)
    for one in limits:
        if one.limit == 0:
            banned |= one.cells
    deficit = economy.deficit if closure == "share" else np.zeros_like(economy.deficit)
    ground = ground_of(economy, banned, deficit)
    wrong = []
    if (code is RESULTS.no_supplier) != bool(ground.missing):
        wrong.append(f"the judge misses {ground.missing}")
    if code is RESULTS.no_supplier:
        labels = economy.labels
        wrong += [
            f"{n}, {s} is not named"
            for n, s in ground.missing
            if f"{labels.countries[n]} of {labels.sectors[s]}" not in solution.note
        ]
    if (code is RESULTS.no_equilibrium) != bool(ground.idle and not ground.missing):
        wrong.append(f"the judge finds {ground.idle} without work")
    if code.ok:
        sizes = {
            name: 0.0 if math.isinf(b.log_wedge) else b.log_wedge for name, b in solution.bindings.items()
        }
        wrong += faults(economy, wedges, limits, nests, deficit, solution.value, sizes, ground)
        wrong += [name for name, b in solution.bindings.items() if np.isnan([b.volume_hat, b.rent_usd]).any()]
    if code is RESULTS.control_violated and (not limits or not solution.note):
        wrong.append("no limit is named that does not hold")
    return code, wrong, solution


def test_random_worlds_under_bans_caps_floors_and_wedges():
    codes, wrong = collections.Counter(), {}
    for seed in range(WORLDS):
        code, faulty, _ = judged(seed)
        codes[code.name] += 1
        if faulty:
            wrong[seed] = (code.name, faulty)
    print(dict(codes))
    assert not wrong
    unsettled = sum(
        count
        for name, count in codes.items()
        if not (RESULTS[name].ok or name in ("no_supplier", "no_equilibrium"))
    )
    assert unsettled <= MOST_WITHOUT * WORLDS, dict(codes)


def test_a_market_that_shrinks_is_judged_by_its_own_size():
    """In this world the largest market of the base year, the dropped one, shrinks to 1e-4: rounding of the others shows in it."""
    code, wrong, solution = judged(1742)
    assert code.ok
    assert not wrong
    assert abs(solution.stats["walras"]) < 1e-11
    assert answered(1742, Newton(robust=False)).result is RESULTS.walras_violated
