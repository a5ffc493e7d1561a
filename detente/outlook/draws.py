"""Scenarios solved again under drawn parameters: quasi-Monte Carlo, the same bytes for the same seed.

Each draw is an economy of its own, solved from the base year with a few others in one batch. The batches are the same
wherever they are solved, so that neither the number of workers nor the order of the work leaves a trace in the result.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.cases import (
    Case,
    headline_differences,
    headlines,
    held_wedges,
    optioned,
    solve_cases,
    steered_like,
)
from detente.core import InputError, LabelError, SolveError, Where, run, suggestion
from detente.equilibrium import (
    Equilibrium,
    Lane,
    Model,
    Newton,
    Solution,
    Structure,
    any_ban,
    can_share,
    solve_lanes,
)
from detente.equilibrium.explain import chebyshev, solve_path, target
from detente.outlook.drawn_options import drawn_case, option_parameters
from detente.outlook.prior import (
    Uncertain,
    apply_draw,
    drawn_limits,
    limit_parameters,
    points,
    uncertain_parameters,
)
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


@dataclass(frozen=True, eq=False)
class DrawTask:
    """What every draw has in common: it is sent to the workers once."""

    model: Model
    cases: tuple[Case, ...]
    parameters: tuple[Uncertain, ...]
    results: tuple[str, ...] = ()
    reference: str | None = None

    @functools.cached_property
    def groups(self) -> tuple[tuple[Model, tuple[int, ...]], ...]:
        """Models that cases are solved on, with the positions of these: those that set the same options share one."""
        alike: list[list[int]] = []
        for position, case in enumerate(self.cases):
            for group in alike:
                if self.cases[group[0]].scenario.options == case.scenario.options:
                    group.append(position)
                    break
            else:
                alike.append([position])
        return tuple((optioned(self.model, self.cases[group[0]].scenario), tuple(group)) for group in alike)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The model of one draw, with the cases whose effects are of its size."""

    model: Model
    cases: tuple[Case, ...]

    @classmethod
    def of(cls, task: DrawTask, normals: Array) -> _Drawn:
        model, scale = apply_draw(task.model, task.parameters, normals)
        return cls(
            model,
            tuple(
                replace(
                    drawn_case(case, task.parameters, normals.tolist()),
                    wedges=_scaled(case.wedges, scale),
                    controls=drawn_limits(case.controls, task.parameters, normals),
                )
                for case in task.cases
            ),
        )


def _scaled(wedges: Wedges, scale: float) -> Wedges:
    """Wedges with the logarithms of trade costs times a scale; themselves where no cost moves."""
    moved = wedges.iceberg_hat != 1
    if not moved.any():
        return wedges
    iceberg_hat = np.array(wedges.iceberg_hat)
    iceberg_hat[moved] **= scale
    return Wedges(wedges.tariff, iceberg_hat, wedges.export_tax)


def _together(task: DrawTask, drawn: Sequence[_Drawn]) -> list[list[Solution[Equilibrium]] | None]:
    """Every case of some draws in one batch, by draw; None for a draw that has to be solved alone.

    Cases that set options of the model are batches of their own: lanes of a batch share what has no parameters.
    """
    if any(model.answers for model, _ in task.groups):
        return [None] * len(drawn)  # lanes of a batch do not answer
    settled: list[dict[int, Solution[Equilibrium]]] = [{} for _ in drawn]
    for model, positions in task.groups:
        like = (model.economy, model.structure)
        lanes = {
            (k, position): _lane(draw.model, draw.cases[position])
            for k, draw in enumerate(drawn)
            for position in positions
        }
        fit = {place: lane for place, lane in lanes.items() if can_share(lane, like)}
        solutions = solve_lanes(list(fit.values()), like, closure=model.closure, solver=model.solver) or []
        for (k, position), solution in zip(
            fit, solutions, strict=False
        ):  # none at all where the way is closed
            if solution.result.ok:
                settled[k][position] = solution
    whole = range(len(task.cases))
    return [[some[k] for k in whole] if len(some) == len(whole) else None for some in settled]


def _lane(model: Model, case: Case) -> Lane:
    """A case on the model of a draw as a lane of a batch."""
    structure = optioned(model, case.scenario).structure
    return Lane(model.economy, structure, case.wedges, tuple(case.controls))


def _alone(task: DrawTask, normals: Array) -> tuple[Model, list[Solution[Equilibrium]]]:
    """Every case of one draw [dimension], and the model they were solved on.

    Raises
    ------
    SolveError
        When a case has no equilibrium.
    """
    model = task.model
    draw = _Drawn.of(task, normals)  # an economy to which nothing was lent
    at = steered_like(draw.model, model)
    quick = replace(model.solver or Newton(), robust=False)
    solved = solve_cases(replace(at, solver=quick), draw.cases)
    if not all(solution.result.ok for solution, _ in solved):  # too far away to be steered by what is lent
        at = draw.model
        solved = solve_cases(at, draw.cases)
    for case, (solution, _) in zip(draw.cases, solved, strict=True):
        if not solution.result.ok:
            raise SolveError(
                f"scenario `{case.scenario.id}` under a draw: {solution.message}",
                where=f"{model.economy.name}, {model.structure.horizon}",
                hint="another seed, or milder scenarios; the docs page `it-does-not-converge` says what to try",
                solution=solution,
            )
    return at, [solution for solution, _ in solved]


def _several(task: DrawTask, normals: Array) -> list[tuple[Array, Array]]:
    """Headlines [outcome, metric, country + world] and other results [outcome, result] of every case, by draw."""
    drawn = [_Drawn.of(task, row) for row in normals]
    results = []
    for row, draw, solutions in zip(normals, drawn, _together(task, drawn), strict=True):
        at, solved = (draw.model, solutions) if solutions is not None else _alone(task, row)
        values = [solution.value for solution in solved]
        levels = np.stack([headlines(value) for value in values])
        results.append((levels, _read(task, at, draw.cases, values)))
    return results


def _read(task: DrawTask, drawn: Model, cases: Sequence[Case], values: Sequence[Equilibrium]) -> Array:
    """Results other than headlines of every case [outcome, result]; those of a path start from the reference."""
    readings = np.zeros((len(cases), len(task.results)))
    if not task.results:
        return readings
    goals = [target(name, drawn.economy) for name in task.results]
    names = [case.scenario.id for case in cases]
    start = (
        Wedges.unchanged(drawn.economy)
        if task.reference is None
        else values[names.index(task.reference)].wedges
    )
    for position, (case, value) in enumerate(zip(cases, values, strict=True)):
        points: tuple[Equilibrium, ...] = ()
        size = 4 * PATH if any_ban(start) or any_ban(value.wedges) else PATH  # the way to a ban is bent
        _, weights, slope = chebyshev(size)
        if names[position] != task.reference and any(goal.along for goal in goals):
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
) -> tuple[Array, Array]:
    """Solve given standard normals [draw, dimension]; calls `step` for each as it is solved.

    Returns headlines [draw, outcome, metric, country + world] and other results [draw, outcome, result].
    """

    def count(_: int, solved: list[tuple[Array, Array]]) -> None:
        if step is not None:
            for _draw in solved:
                step()

    size = max(FEWEST, LANES // len(task.cases))
    chunks = [normals[first : first + size] for first in range(0, len(normals), size)]
    drawn = [pair for chunk in run(_several, task, chunks, on=on, arrived=count) for pair in chunk]
    return np.stack([pair[0] for pair in drawn]), np.stack([pair[1] for pair in drawn])


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
        When a draw has no equilibrium.

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
        central = np.stack([headlines(value) for value in solved]), _read(task, model, task.cases, solved)
    else:
        (central,) = _several(task, np.zeros((1, len(parameters))))
    values = solve_draws(task, normals, on=on, step=counting(report, draws))
    names = tuple(case.scenario.id for case in cases)
    return Draws(
        model,
        parameters,
        names,
        central[0],
        values[0],
        seed,
        normals,
        task.results,
        central[1],
        values[1],
    )
