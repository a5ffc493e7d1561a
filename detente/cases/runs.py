"""Scenarios solved at a horizon, with the caps, bans and floors they name: what verbs and briefings run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from detente.cases.case import Case, ControlledOutcome, controls_of, told_apart
from detente.cases.options import optioned
from detente.core import SolveError
from detente.equilibrium import (
    QUICK,
    Binding,
    Equilibrium,
    Model,
    Policy,
    Solution,
    how_far,
    share_preparation,
    solve,
    what_to_try,
)
from detente.policy import (
    Scenario,
    limits_at,
    timing,
    wedges_and_footprints,
)
from detente.world import Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier


def prepare_cases(
    economy: Economy,
    dossier: Dossier,
    scenarios: Sequence[Scenario],
    *,
    hold_clocks: bool | Sequence[str] = False,
) -> tuple[Case, ...]:
    """Make scenarios ready to be solved; the same cases serve every horizon and set of elasticities.

    `hold_clocks` holds everything (True), or these clocks and measures, that would change by itself on the way to a
    scenario's date, beside what the scenarios hold themselves.

    Raises
    ------
    InputError
        When two different scenarios have one id.
    """
    told_apart(scenarios)
    cases = []
    for scenario in (written.holding(hold_clocks) for written in scenarios):
        limits = limits_at(economy, dossier, scenario)
        cases.append(
            Case(
                scenario,
                *wedges_and_footprints(economy, dossier, scenario, quantities=True),
                controls_of(economy, limits, scenario.id),
                {limit.name: limit.reason for limit in limits},
                timing(dossier, scenario),
            )
        )
    return tuple(cases)


def solve_cases(
    model: Model, cases: Sequence[Case], *, throw: bool = False
) -> list[tuple[Solution[Equilibrium], Mapping[str, Binding]]]:
    """Solve cases in one batch, with their controls; codes are kept, nothing is raised unless `throw` is set.

    Those that set the same `options`, or none, are solved together, each group on a model of its own.
    """
    groups: list[list[int]] = []
    for position, case in enumerate(cases):
        for group in groups:
            if cases[group[0]].scenario.options == case.scenario.options:
                group.append(position)
                break
        else:
            groups.append([position])
    solutions: dict[int, Solution[Equilibrium]] = {}
    for group in groups:
        policies = [
            Policy(model.economy, cases[k].wedges, cases[k].controls, cases[k].scenario.id) for k in group
        ]
        solved = solve(optioned(model, cases[group[0]].scenario), policies, throw=throw)
        solutions |= dict(zip(group, solved, strict=True))
    return [(solutions[k], solutions[k].bindings) for k in range(len(cases))]


def run_cases(model: Model, cases: Sequence[Case], *, throw: bool = True) -> Mapping[str, ControlledOutcome]:
    """Solve cases and return their outcomes by scenario id, in the order given.

    Raises
    ------
    SolveError
        For the first case without an equilibrium, when `throw` is set.
    """
    outcomes = {}

    def works(case: Case, other: str) -> bool:
        again = solve_cases(replace(model, closure=other, solver=QUICK), [case])
        return again[0][0].result.ok

    for case, (solution, bindings) in zip(cases, solve_cases(model, cases), strict=True):
        if throw and not solution.result.ok:
            raise SolveError(
                f"scenario `{case.scenario.id}`: {solution.message} ({how_far(solution)})",
                where=f"{model.economy.name}, {model.structure.horizon}",
                hint=what_to_try(
                    solution,
                    model.closure,
                    partial(works, case),
                    limits={control.kind for control in case.controls},
                ),
                solution=solution,
            )
        outcomes[case.scenario.id] = ControlledOutcome(
            case.scenario,
            case.wedges,
            case.footprints,
            solution,
            case.controls,
            bindings,
            case.reasons,
            timing=case.timing,
        )
    return outcomes


def steered_like(model: Model, like: Model) -> Model:
    """A model on a copy of its economy that solves by the inverses of a near one, where its own would cost more than the solve.

    The copy is new and the caller's alone: what is lent to it cannot be met by anybody else who solves on the
    economy, in another thread or later. The inverses only steer, the residuals judge what is found; where they steer too badly, solve
    on `model` itself.

    Parameters
    ----------
    model : Model
        The same base year as in `like`, with other elasticities.
    like : Model
        Prepared already, or prepared now.

    Returns
    -------
    Model

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> other = world.with_elasticities(1.1 * world.trade_elasticity, "ten percent more")
    >>> copy = steered_like(Model(other), Model(world))
    >>> war = Wedges.of(other, tariff=2 * other.tariff)
    >>> bool(abs(solve(copy, war).value.price_hat - solve(Model(other), war).value.price_hat).max() < 1e-9)
    True
    """
    copy = replace(model.economy)
    share_preparation(copy, model.structure, (like.economy, like.structure))
    return model.on(copy)


def run_scenarios(
    model: Model,
    dossier: Dossier,
    scenarios: Sequence[Scenario],
    *,
    throw: bool = True,
    hold_clocks: bool | Sequence[str] = False,
) -> Mapping[str, ControlledOutcome]:
    """Solve scenarios of one dossier on a model, with their quantity controls.

    Parameters
    ----------
    model : Model
        Of a horizon: ``model_at("short", economy)``.
    dossier : Dossier
        Loaded with the `asof` the scenarios ask for.
    scenarios : sequence of Scenario
    throw : bool
        Raise `SolveError` for the first scenario without an equilibrium; ``False`` returns its code.
    hold_clocks : bool or sequence of str
        Hold everything (True), or these clocks and measures, that would change by itself between the record's as-of day and
        a scenario's date.

    Returns
    -------
    mapping of scenario id to ControlledOutcome
        In the order given; each one's `timing` lists the clocks that its date lets fire, its `bindings` what each control
        does.

    See Also
    --------
    detente.cases.Standoff.solve : the same from the names of scenarios.

    Examples
    --------
    >>> from detente.cases import model_at
    >>> from detente.dossier import load_dossier
    >>> from detente.policy import load_scenario
    >>> from detente.world import load_world
    >>> model = model_at("short", load_world())
    >>> outcomes = run_scenarios(model, load_dossier(), [load_scenario("talks-fail")])
    >>> outcomes["talks-fail"].value.structure.horizon
    'short run'
    """
    cases = prepare_cases(model.economy, dossier, scenarios, hold_clocks=hold_clocks)
    return run_cases(model, cases, throw=throw)
