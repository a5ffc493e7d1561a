"""Scenarios solved again under drawn parameters: quasi-Monte Carlo, the same bytes for the same seed.

Each draw is an economy of its own, solved with a few others in one batch (`drawn_batches`). The batches are the same
wherever they are solved, so that neither the number of workers nor the order of the work leaves a trace in the result.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from detente.cases import HEADLINES, Case, headline_differences, headlines, held_wedges, optioned
from detente.core import InputError, LabelError, SolveError, Where, run, suggestion
from detente.equilibrium import Equilibrium, Model, Structure, any_ban
from detente.equilibrium.explain import Target, chebyshev, solve_path, target
from detente.outlook.drawn_batches import DrawnModel, DrawTask, solve_drawn, solve_middle
from detente.outlook.drawn_options import option_parameters
from detente.outlook.prior import Uncertain, limit_parameters, points, uncertain_parameters
from detente.world import Array, Economy, Wedges

PATH = 8
"""Intervals of the path that results of a path are integrated over in a draw: to a millionth or so."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Headlines under every draw.

    Attributes
    ----------
    model : Model
    parameters : tuple of Uncertain
    outcomes : tuple of str
        Scenario ids.
    central : array [outcome, metric, country + world]
        At the values of the horizon.
    values : array [draw, outcome, metric, country + world]
        `HEADLINES` against the base year.
    seed : int
    normals : array [draw, parameter]
        Where each draw stands.
    results : tuple of str
        Other results kept, by the names of `detente.equilibrium.explain.targets`.
    central_readings, readings : array [outcome, result], [draw, outcome, result]
        In the results' own units.
    unsolved : tuple of str
        What is said of each further draw that has no equilibrium: it is in none of the arrays.
    """

    model: Model
    parameters: tuple[Uncertain, ...]
    outcomes: tuple[str, ...]
    central: Array
    values: Array
    seed: int
    normals: Array
    results: tuple[str, ...]
    central_readings: Array
    readings: Array
    unsolved: tuple[str, ...] = ()

    @property
    def economy(self) -> Economy:
        """At its horizon: medians of the draws."""
        return self.model.economy

    @property
    def structure(self) -> Structure:
        """Of the horizon."""
        return self.model.structure

    def position(self, outcome: str) -> int:
        """Where an outcome stands.

        Raises
        ------
        LabelError
            For an outcome that was not drawn.
        """
        if outcome not in self.outcomes:
            raise LabelError(f"unknown outcome `{outcome}`", hint=suggestion(outcome, self.outcomes))
        return self.outcomes.index(outcome)

    def against(self, reference: str) -> tuple[Array, Array]:
        """Central values and draws of differences from one outcome: ratios for per cent, differences for money.

        Raises
        ------
        LabelError
            For an outcome that was not drawn.
        """
        base = slice(self.position(reference), self.position(reference) + 1)
        return (
            headline_differences(self.central, self.central[base]),
            headline_differences(self.values, self.values[:, base]),
        )


def _several(task: DrawTask, normals: Array) -> list[tuple[Array, Array, str]]:
    """Headlines [outcome, metric, country + world] and other results [outcome, result] of every case, by draw, and nothing said;
    not-a-number of a draw without an equilibrium, and what is said of it."""
    results, goals = [], _goals(task)
    for draw in solve_drawn(task, normals):
        try:
            results.append((*_contracted(task, draw, goals), ""))
        except SolveError as error:
            count, countries = len(task.cases), len(task.model.economy.labels.countries) + 1
            nothing = np.full((count, len(HEADLINES), countries), np.nan)
            results.append((nothing, np.full((count, len(task.results)), np.nan), str(error)))
    return results


def _goals(task: DrawTask) -> list[Target]:
    """Results other than headlines; every draw has the base year they are found in."""
    return [target(name, task.model.economy) for name in task.results]


def _contracted(
    task: DrawTask, draw: DrawnModel | SolveError, goals: Sequence[Target]
) -> tuple[Array, Array]:
    """What is kept of a draw: headlines and other results.

    Raises
    ------
    SolveError
        For one without an equilibrium, of a case or on the path of a result.
    """
    if isinstance(draw, SolveError):
        raise draw
    values = [solution.value for solution in draw.solutions]
    return np.stack([headlines(value) for value in values]), _read(
        task, draw.model, draw.cases, values, goals
    )


def _read(
    task: DrawTask,
    drawn: Model,
    cases: Sequence[Case],
    values: Sequence[Equilibrium],
    goals: Sequence[Target],
) -> Array:
    """Results other than headlines of every case [outcome, result]; those of a path start from the reference."""
    readings = np.zeros((len(cases), len(goals)))
    if not goals:
        return readings
    along = any(goal.along for goal in goals)
    names = [case.scenario.id for case in cases]
    start = (
        Wedges.unchanged(drawn.economy)
        if task.reference is None
        else values[names.index(task.reference)].wedges
    )
    for position, (case, value) in enumerate(zip(cases, values, strict=True)):
        points: tuple[Equilibrium, ...] = ()
        weights = slope = np.zeros(0)
        if along and names[position] != task.reference:
            size = 4 * PATH if any_ban(start) or any_ban(value.wedges) else PATH  # the way to a ban is bent
            _, weights, slope = chebyshev(size)
            points = solve_path(optioned(drawn, case.scenario), start, value.wedges, size)
        for k, goal in enumerate(goals):
            if goal.along is not None:
                readings[position, k] = goal.along(points, weights, slope) if points else 0.0
            else:
                held = held_wedges(case.wedges, value, case.controls) if goal.held else None
                readings[position, k] = goal.value(value, held)
    return readings


FEWEST, LANES = 8, 32
"""Draws that are solved together: at least so many, and as many as make so many scenarios. It is the same wherever they are
solved, since what is solved must not depend on where."""


def solve_draws(
    task: DrawTask, normals: Array, *, on: Where | None = None, step: Callable[[], None] | None = None
) -> tuple[Array, Array, tuple[str, ...]]:
    """Solve given standard normals [draw, dimension]; calls `step` for each as it is solved.

    Returns headlines [draw, outcome, metric, country + world] and other results [draw, outcome, result], not-a-number for draws
    without an equilibrium, and what is said of each of these, empty for the others.
    """

    def count(_: int, solved: list[tuple[Array, Array, str]]) -> None:
        if step is not None:
            for _draw in solved:
                step()

    size = max(FEWEST, LANES // len(task.cases))
    chunks = [normals[first : first + size] for first in range(0, len(normals), size)]
    drawn = [each for chunk in run(_several, task, chunks, on=on, arrived=count) for each in chunk]
    levels, readings, said = zip(*drawn, strict=True)
    return np.stack(levels), np.stack(readings), said


def counting(report: Callable[[int, int], None] | None, whole: int) -> Callable[[], None] | None:
    """A function to call after each of `whole` steps, which reports (done, all)."""
    if report is None:
        return None
    done = itertools.count(1)
    return lambda: report(min(next(done), whole), whole)


def drawn_parameters(model: Model, cases: Sequence[Case], *, nests: bool = True) -> tuple[Uncertain, ...]:
    """Parameters drawn for cases on a model: those of the model, and the ranges of their limits.

    What a scenario sets by its own `options` is drawn too; where that takes constant shares of value added, they are not.
    """
    limits = limit_parameters(control for case in cases for control in case.controls)
    answers = [optioned(model, case.scenario).responses for case in cases]
    constant = any(each is not None and each.takes_constant_shares for each in answers)
    own = uncertain_parameters(model, nests=nests)
    kept = (each for each in own if not (constant and each.name == "sigma_value_added"))
    return (*kept, *option_parameters(model, cases, nests=nests), *limits)


def draw_outcomes(
    model: Model,
    cases: Sequence[Case],
    *,
    draws: int,
    seed: int = 1,
    nests: bool = True,
    on: Where | None = None,
    results: Sequence[str] = (),
    reference: str | None = None,
    solved: Sequence[Equilibrium] = (),
    report: Callable[[int, int], None] | None = None,
) -> Draws:
    """Solve cases under drawn elasticities, nests and effects.

    Parameters
    ----------
    model : Model
        At its horizon: its elasticities and nests are the medians of the draws.
    cases : sequence of Case
    draws : int
        How many; powers of two fill the space most evenly.
    seed : int
        Of the scrambling: the same seed gives the same bytes.
    nests : bool
        Whether elasticities of substitution in the nests are drawn too.
    on : Local, Pool or Remote, optional
        Where it is solved (`detente.core.work`); here, when left out. The result does not depend on it.
    results : sequence of str
        Results to keep besides the headlines, as `detente.equilibrium.explain.targets.target` reads them.
    reference : str, optional
        Id of the case that results of a path (terms of trade) start from; the base year when left out.
    solved : sequence of Equilibrium
        Of the cases on the model itself, in their order, where they are at hand: they are not solved again.
    report : callable, optional
        Called with (done, all) after every draw.

    Returns
    -------
    Draws

    Raises
    ------
    InputError
        For fewer than two draws, or no case.
    SolveError
        When the cases have no equilibrium without a draw, or not under two draws. One without is told by `Draws.unsolved`.

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.policy import Scenario
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> case = Case(Scenario(id="triple", title="Triple", dossier="toy"), Wedges.of(world, tariff=3 * world.tariff))
    >>> found = draw_outcomes(Model(world), [case], draws=8, seed=1)
    >>> found.values.shape
    (8, 1, 7, 6)
    """
    if not cases:
        raise InputError("no scenario to draw for", where="draws", hint="give at least one")
    parameters = drawn_parameters(model, cases, nests=nests)
    normals = points(draws, len(parameters), seed)
    task = DrawTask(model, tuple(cases), parameters, tuple(results), reference)
    if solved:
        task = task.begun()
        central = (
            np.stack([headlines(value) for value in solved]),
            _read(task, model, task.cases, solved, _goals(task)),
        )
    else:
        middle = solve_middle(task)
        central = _contracted(task, middle, _goals(task))
        task = task.begun(middle)
    levels, readings, said = solve_draws(task, normals, on=on, step=counting(report, draws))
    there = np.array([not words for words in said])
    unsolved = tuple(filter(None, said))
    if there.sum() < 2:
        raise SolveError(
            f"{len(unsolved)} of {draws} draws have no equilibrium; the first: {unsolved[0]}",
            where="draws",
            hint="milder scenarios, or another horizon; the docs page `it-does-not-converge` says what to try",
        )
    names = tuple(case.scenario.id for case in cases)
    return Draws(
        model,
        parameters,
        names,
        central[0],
        levels[there],
        seed,
        normals[there],
        task.results,
        central[1],
        readings[there],
        unsolved,
    )
