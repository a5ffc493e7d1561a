"""Speed of draws of parameters: of a scenario, of one that sets options of its own, and each solved cold on its own."""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.paths import spent
from detente.cases import Case, model_at, prepare_cases, solve_cases
from detente.dossier import load_dossier
from detente.equilibrium import Model
from detente.outlook import draw_outcomes, points, uncertain_parameters
from detente.outlook.prior import apply_draw
from detente.policy import ModelOptions, load_scenario
from detente.world import load_world

Row = Callable[..., None]
COUNT, COLD, MANY = 64, 4, 512


def with_floor(case: Case) -> Case:
    """The case with a wage floor that its scenario sets."""
    options = ModelOptions(wage_floor=0.98)
    return replace(case, scenario=case.scenario.model_copy(update={"options": options}))


def each_cold(model: Model, cases: Sequence[Case]) -> None:
    """Solve a few draws on economies of which nothing is known."""
    parameters = uncertain_parameters(model)
    for normals in points(COLD, len(parameters), seed=1):
        drawn, _ = apply_draw(model, parameters, np.asarray(normals))
        solve_cases(drawn, cases, throw=True)


def measure(row: Row) -> None:
    """Every row about draws."""
    economy, dossier, scenario = load_world(), load_dossier(), load_scenario("talks-fail")
    for horizon, target in (("long", 4.0), ("short", None)):
        model = model_at(horizon, economy)
        plain = prepare_cases(model.economy, dossier, [scenario])
        own = tuple(with_floor(case) for case in plain)
        for what, cases, goal in (("", plain, target), (" with a wage floor of its own", own, None)):
            took = spent(lambda cases=cases, model=model: draw_outcomes(model, cases, draws=COUNT), 2) / COUNT  # type: ignore[misc]
            row(f"a draw of a scenario{what}, {horizon} run", took, "ms", goal, "processor time")
        took = spent(lambda plain=plain, model=model: each_cold(model, plain), 1) / COLD  # type: ignore[misc]
        row("  cold on an economy of its own", took, "ms", None, "processor time")
    model = model_at("impact", economy)
    cases = prepare_cases(model.economy, dossier, [scenario])
    took = spent(lambda: draw_outcomes(model, cases, draws=COUNT), 1) / COUNT
    row("a draw of a scenario, on impact", took, "ms", None, "processor time")
    model = model_at("long", economy)
    cases = prepare_cases(model.economy, dossier, [scenario])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    draw_outcomes(model, cases, draws=MANY)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    row(f"  peak memory that {MANY} draws add", (after - before) / 1024, "MB", 10.0)
