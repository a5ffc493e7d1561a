"""Scenarios solved at a horizon, with the caps, bans and floors they name: what verbs and briefings run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from detente.cases.case import Case, ControlledOutcome, controls_of
from detente.core import SolveError
from detente.equilibrium import (
    CORE,
    QUICK,
    Binding,
    Equilibrium,
    Newton,
    Solution,
    Structure,
    how_far,
    share_preparation,
    solve_batch_with_controls,
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
    """
    made = []
    for scenario in (one.holding(hold_clocks) for one in scenarios):
        limits = limits_at(economy, dossier, scenario)
        made.append(
            Case(
                scenario,
                *wedges_and_footprints(economy, dossier, scenario, quantities=True),
                controls_of(economy, limits, scenario.id),
                {limit.name: limit.reason for limit in limits},
                timing(dossier, scenario),
            )
        )
    return tuple(made)


def solve_cases(
    economy: Economy,
    cases: Sequence[Case],
    *,
    closure: str = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    throw: bool = False,
) -> list[tuple[Solution[Equilibrium], Mapping[str, Binding]]]:
    """Solve cases in one batch, with their controls; codes are kept, nothing is raised unless `throw` is set."""
    found = solve_batch_with_controls(
        economy,
        [case.wedges for case in cases],
        [case.controls for case in cases],
        closure=closure,
        structure=structure,
        solver=solver,
        throw=throw,
    )
    return [(one.solution, one.bindings) for one in found]


def run_cases(
    economy: Economy,
    cases: Sequence[Case],
    *,
    closure: str = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    throw: bool = True,
) -> Mapping[str, ControlledOutcome]:
    """Solve cases and return their outcomes by scenario id, in the order given.

    Raises
    ------
    SolveError
        For the first case without an equilibrium, when `throw` is set.
    """
    solved = solve_cases(economy, cases, closure=closure, structure=structure, solver=solver)
    outcomes = {}

    def works(case: Case, other: str) -> bool:
        again = solve_cases(economy, [case], closure=other, structure=structure, solver=QUICK)
        return again[0][0].result.ok

    for case, (solution, bindings) in zip(cases, solved, strict=True):
        if throw and not solution.result.ok:
            raise SolveError(
                f"scenario `{case.scenario.id}`: {solution.message} ({how_far(solution)})",
                where=f"{economy.name}, {structure.horizon}",
                hint=what_to_try(
                    solution,
                    closure,
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


def steered_like(economy: Economy, structure: Structure, like: tuple[Economy, Structure]) -> Economy:
    """A copy of an economy that solves by the inverses of a near one, where its own would cost more than the solve.

    The copy is new and the caller's alone: what is lent to it cannot be met by anybody else who solves on `economy`, in
    another thread or later. The inverses only steer, the residuals judge what is found; where they steer too badly, solve
    on `economy` itself.

    Parameters
    ----------
    economy : Economy
        The same base year as in `like`, with other elasticities.
    structure : Structure
    like : (Economy, Structure)
        Prepared already, or prepared now.

    Returns
    -------
    Economy

    Examples
    --------
    >>> from detente.equilibrium import solve
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> other = world.with_elasticities(1.1 * world.trade_elasticity, "ten percent more")
    >>> copy = steered_like(other, CORE, (world, CORE))
    >>> war = Wedges.of(other, tariff=2 * other.tariff)
    >>> bool(abs(solve(copy, war).value.price_hat - solve(other, war).value.price_hat).max() < 1e-9)
    True
    """
    copy = dataclasses.replace(economy)
    share_preparation(copy, structure, like)
    return copy


def solve_scenario(
    economy: Economy,
    dossier: Dossier,
    scenario: Scenario,
    *,
    closure: str = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    throw: bool = True,
) -> ControlledOutcome:
    """Solve one scenario as the command line and the briefing do: its duties and costs, and the quantities it states.

    Parameters
    ----------
    economy : Economy
        With the elasticities of the horizon: ``economy, structure = horizon("short", economy)``.
    dossier : Dossier
        Loaded with the `asof` the scenario asks for.
    scenario : Scenario
    closure : str
    structure : Structure
    solver : Newton, optional
    throw : bool
        Raise `SolveError` when there is no equilibrium; ``False`` returns its code.

    Returns
    -------
    ControlledOutcome
        `value` is the equilibrium, `solution` has its code and residuals, `bindings` what each control does.

    Raises
    ------
    SolveError
        When there is no equilibrium and `throw` is set.

    See Also
    --------
    run_scenarios : several at once, faster.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.policy import load_scenario
    >>> from detente.world import load_world
    >>> world = load_world()
    >>> outcome = solve_scenario(world, load_dossier(), load_scenario("talks-fail"))
    >>> outcome.solution.result.name
    'successful'
    >>> f"{100 * (outcome.value.real_income_hat[world.labels.country('CHN')] - 1):.3f} %"
    '-0.498 %'
    """
    (outcome,) = run_scenarios(
        economy, dossier, [scenario], closure=closure, structure=structure, solver=solver, throw=throw
    ).values()
    return outcome


def run_scenarios(
    economy: Economy,
    dossier: Dossier,
    scenarios: Sequence[Scenario],
    *,
    closure: str = "share",
    structure: Structure = CORE,
    solver: Newton | None = None,
    throw: bool = True,
    hold_clocks: bool | Sequence[str] = False,
) -> Mapping[str, ControlledOutcome]:
    """Solve scenarios of one dossier on one economy at a horizon, with their quantity controls.

    Parameters
    ----------
    economy : Economy
        With the elasticities of the horizon: ``economy, structure = horizon("short", economy)``.
    dossier : Dossier
        Loaded with the `asof` the scenarios ask for.
    scenarios : sequence of Scenario
    closure : str
    structure : Structure
    solver : Newton, optional
    throw : bool
        Raise `SolveError` for the first scenario without an equilibrium; ``False`` returns its code.
    hold_clocks : bool or sequence of str
        Hold everything (True), or these clocks and measures, that would change by itself between the record's as-of day and
        a scenario's date.

    Returns
    -------
    mapping of scenario id to ControlledOutcome
        In the order given; each one's `timing` lists the clocks that its date lets fire.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.cases.horizons import horizon
    >>> from detente.policy import load_scenario
    >>> from detente.world import load_world
    >>> economy, structure = horizon("short", load_world())
    >>> found = run_scenarios(economy, load_dossier(), [load_scenario("talks-fail")], structure=structure)
    >>> found["talks-fail"].value.structure.horizon
    'short run'
    """
    cases = prepare_cases(economy, dossier, scenarios, hold_clocks=hold_clocks)
    return run_cases(economy, cases, closure=closure, structure=structure, solver=solver, throw=throw)
