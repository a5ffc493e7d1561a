"""Scenarios solved at a horizon, with the caps, bans and floors they name: what verbs and briefings run.

Caps and floors that measures state, and a scenario's own ``quantities``, become `QuantityControl` whose wedges the solve
finds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from detente.core import InputError, LabelError, SolveError
from detente.equilibrium.advice import QUICK, how_far, what_to_try
from detente.equilibrium.baseline import CORE, share_preparation
from detente.equilibrium.controls import Binding, QuantityControl
from detente.equilibrium.outcomes import Outcome
from detente.equilibrium.quantities import solve_batch_with_controls
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import Newton
from detente.world.economy import Array, Economy, Wedges
from detente.world.firing import Timing, timing
from detente.world.limits import limits_at
from detente.world.quantity_limits import QuantityLimit
from detente.world.scenario import Footprint, Scenario, wedges_and_footprints
from detente.world.stacking import goods_sectors

if TYPE_CHECKING:
    from detente.dossier import Dossier


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario made ready to be solved: its wedges, what each measure moves, and its quantity controls.

    Attributes
    ----------
    scenario : Scenario
    wedges : Wedges
        Besides the controls.
    footprints : tuple of Footprint
    controls : tuple of QuantityControl
        Those its measures state, and those of its own file.
    reasons : mapping of control name to str
        Why, in words.
    timing : Timing or None
        Clocks that the scenario's date lets fire, and what it holds.
    """

    scenario: Scenario
    wedges: Wedges
    footprints: tuple[Footprint, ...] = ()
    controls: tuple[QuantityControl, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    timing: Timing | None = None


@dataclass(frozen=True, eq=False)
class ControlledOutcome(Outcome):
    """An outcome with its quantity controls and what each of them does.

    Attributes
    ----------
    controls : tuple of QuantityControl
    bindings : mapping of control name to Binding
    reasons : mapping of control name to str
    """

    controls: tuple[QuantityControl, ...] = ()
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """The case that was solved."""
        return Case(self.scenario, self.wedges, self.footprints, self.controls, self.reasons, self.timing)

    @property
    def asked(self) -> Wedges:
        """Wedges with what enforces its controls, without the bans that only follow from them (`detente.equilibrium.bans`)."""
        solved = self.value.wedges
        banned = np.isinf(self.wedges.iceberg_hat)
        for control in self.controls:
            if control.limit == 0:
                banned |= control.cells
        follows = np.isinf(solved.iceberg_hat) & ~banned
        if not follows.any():
            return solved
        return Wedges(
            solved.tariff, np.where(follows, self.wedges.iceberg_hat, solved.iceberg_hat), solved.export_tax
        )

    @property
    def held(self) -> tuple[Array, Array]:
        """What its controls add to duties and to export taxes."""
        return held_wedges(self.wedges, self.value, self.controls)


def held_wedges(
    policy: Wedges, value: Equilibrium, controls: Sequence[QuantityControl]
) -> tuple[Array, Array]:
    """What controls add to duties and to export taxes ``[importer, exporter, sector]``: the wedges that earn rents.

    Parameters
    ----------
    policy : Wedges
        Without the controls.
    value : Equilibrium
        Under them.
    controls : sequence of QuantityControl
    """
    cells = np.zeros(policy.tariff.shape, dtype=bool)
    for control in controls:
        cells |= control.cells
    return (
        np.where(cells, value.wedges.tariff - policy.tariff, 0.0),
        np.where(cells, value.wedges.export_tax - policy.export_tax, 0.0),
    )


def controls_of(economy: Economy, limits: Sequence[QuantityLimit], where: str) -> tuple[QuantityControl, ...]:
    """Quantity controls of a scenario on an economy.

    Raises
    ------
    LabelError
        For a country or sector the economy does not have, naming the control.
    InputError
        For a control that joins no two countries.
    """
    labels = economy.labels
    made = []
    for limit in limits:
        here = f"{where}: quantities: {limit.name}"
        goods = tuple(labels.sectors[s] for s in goods_sectors(economy))
        try:
            control = QuantityControl.on(
                economy,
                limit.name,
                importers=labels.countries if limit.importers == ("all",) else limit.importers,
                exporters=labels.countries if limit.exporters == ("all",) else limit.exporters,
                sectors=goods if limit.sectors == ("all",) else limit.sectors,
                limit=limit.limit,
                kind=limit.kind,
                rent=limit.rent,
            )
        except LabelError as error:
            raise LabelError(error.what, where=here, hint=error.hint) from None
        if not control.cells.any():
            raise InputError(
                "buyers and sellers are the same country",
                where=here,
                hint="a control binds trade between countries",
            )
        made.append(control)
    return tuple(made)


BASE_YEAR = "base year"


def base_case(economy: Economy, like: Case) -> Case:
    """A case that changes nothing: the base year, to take differences from.

    Examples
    --------
    >>> from detente.world import Scenario, Wedges, toy
    >>> world = toy()
    >>> war = Case(Scenario(id="war", title="War", dossier="toy"), Wedges.of(world, tariff=2 * world.tariff))
    >>> base_case(world, war).scenario.id
    'base year'
    """
    still = like.scenario.model_copy(update={"id": BASE_YEAR, "title": "Base year", "quantities": ()})
    return Case(still, Wedges.unchanged(economy))


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
    >>> from detente.world import load_scenario, load_world
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
    >>> from detente.equilibrium.horizons import horizon
    >>> from detente.world import load_scenario, load_world
    >>> economy, structure = horizon("short", load_world())
    >>> found = run_scenarios(economy, load_dossier(), [load_scenario("talks-fail")], structure=structure)
    >>> found["talks-fail"].value.structure.horizon
    'short run'
    """
    cases = prepare_cases(economy, dossier, scenarios, hold_clocks=hold_clocks)
    return run_cases(economy, cases, closure=closure, structure=structure, solver=solver, throw=throw)
