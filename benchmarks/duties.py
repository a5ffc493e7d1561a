"""Speed of optimal and Nash duties. The long ones need the developers' data and run when DETENTE_SLOW is set."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from detente.equilibrium import Model, purge_deficits, solve_gravity
from detente.strategy.duties.game import duty_game
from detente.strategy.duties.nash import nash_duties
from detente.strategy.duties.optimum import optimal_duties
from detente.validation.raw import find_shared
from detente.world import load_world

Row = Callable[[str, float, str, float | None, str], None]


def timed(run: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


def measure(row: Row) -> None:
    """Measure and report through `row(what, value, unit, target, note)`; each once, searches and verification apart."""
    game = duty_game(Model(load_world()), ["USA", "CHN"], by="sector", on="players")
    took, war = timed(lambda: nash_duties(game))
    row(
        f"US-China Nash duties, {game.count} of partner and sector, verified",
        took,
        "s",
        1.4,
        f"regret {war.largest_regret:.0e}, {war.evaluations} evaluations and {war.deviations} deviations",  # type: ignore[attr-defined]
    )
    if os.environ.get("DETENTE_SLOW"):
        measure_long(row)


def measure_long(row: Row) -> None:
    from detente.strategy.duties import uniform_duties
    from detente.validation.duties_studies import icio_world, ossa_game, ossa_study, uniform_game
    from detente.validation.liberation2025 import read_liberation, scenarios

    game = duty_game(Model(load_world()), ["USA", "CHN"], by="sector", on="all")
    took, war = timed(lambda: nash_duties(game))
    row(f"same on all partners, {game.count} duties", took, "s", 20.0, f"regret {war.largest_regret:.0e}")  # type: ignore[attr-defined]
    shared = find_shared()
    if shared is None:
        return
    study = ossa_study(shared)
    plain, politics = ossa_game(study, "bas"), ossa_game(study, "pol")
    for name, one in (("no politics", plain), ("politics", politics)):
        each = [
            timed(
                lambda one=one, code=code: optimal_duties(one, code, starts=["standing"], deviations=False)
            )[0]  # type: ignore[misc]
            for code in one.players
        ]
        row(
            f"one optimum of 198 duties, {name}: slowest of 7",
            max(each),
            "s",
            2.0,
            f"fastest {min(each):.1f} s",
        )
        took, war = timed(lambda one=one: nash_duties(one, verify=False))  # type: ignore[misc]
        row(f"7-region Nash, {name}: search", took, "s", 20.0, f"{war.evaluations} evaluations")  # type: ignore[attr-defined]
        took, war = timed(lambda one=one: nash_duties(one))  # type: ignore[misc]
        row(
            f"7-region Nash, {name}: search and verification",
            took,
            "s",
            20.0,
            f"regret {war.largest_regret:.0e}",
        )  # type: ignore[attr-defined]
    uniform = uniform_game(
        purge_deficits(icio_world(shared, duty_paid=True)).economy, services=True, closure="zero"
    )
    for rule, target in (("formula", 1.0), ("best reply", 6.0)):
        took, duties = timed(lambda rule=rule: uniform_duties(uniform, rule))  # type: ignore[misc]
        row(f"one duty a country, 81 x 28: {rule}", took, "s", target, f"gap {duties.gap:.0e}")  # type: ignore[attr-defined]
    study = read_liberation(shared)
    nine = [case for name, case in scenarios(study).items() if "inputs" not in name and "war" not in name]
    took, _ = timed(lambda: [solve_gravity(world, [duty]) for world, duty in nine])
    row(f"one sector, 194 economies, {len(nine)} scenarios", took, "s", 0.5, "each from the base year")
