"""Draws of parameters solved a few at a time: every case of each a lane of a batch, begun at the solution without a draw.

Draws that are not reached from there follow their parameters from the middle in steps, all of them together, then begin at solved
neighbours, and last are solved on their own, with everything that a single solve tries. One that has no equilibrium says so and stops no other.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.cases import Case, optioned, solve_cases, steered_like
from detente.core import SolveError
from detente.equilibrium import (
    Equilibrium,
    Lane,
    LaneStart,
    Model,
    Newton,
    Solution,
    Structure,
    can_share,
    solve_lanes,
)
from detente.outlook.drawn_options import drawn_case
from detente.outlook.prior import Uncertain, apply_draw, drawn_limits
from detente.world import Array, Economy, Wedges

Place = tuple[int, int]
"""Draw of a chunk, and case."""

PATIENCE = 40
"""Sweeps after which a draw is looked for step by step: of those that need more, most do not settle at all."""
NEIGHBOURS = 3
"""Solved draws that one which is not reached from the middle begins at in turn, the nearest first."""
STRIDE, SHORTEST, MOST_STRIDES = 0.25, 0.02, 16
"""First and shortest step on the way of parameters from the middle to a draw, as parts of it, and how many are tried."""


@dataclass(frozen=True, eq=False)
class DrawTask:
    """What every draw has in common: it is sent to the workers once.

    Attributes
    ----------
    model : Model
        At the middle of the draws.
    cases : tuple of Case
    parameters : tuple of Uncertain
    results : tuple of str
        Results to keep besides the headlines.
    reference : str, optional
        Id of the case that results of a path start from.
    starts : tuple of LaneStart
        Where the search for each case begins: its solution in the middle; the base year when left out.
    """

    model: Model
    cases: tuple[Case, ...]
    parameters: tuple[Uncertain, ...]
    results: tuple[str, ...] = ()
    reference: str | None = None
    starts: tuple[LaneStart, ...] = ()

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

    @property
    def in_batches(self) -> bool:
        """Whether draws can be lanes of a batch: such lanes do not answer."""
        return not any(model.answers for model, _ in self.groups)

    @property
    def middle(self) -> Array:
        """Standard normals [1, parameter] of the draw in the middle."""
        return np.zeros((1, len(self.parameters)))

    def begun(self, middle: DrawnModel | None = None) -> DrawTask:
        """The same with starts at the middle, which is solved unless given; as it is where that has no equilibrium, or draws are
        no batch."""
        if not self.in_batches:
            return self
        try:
            middle = middle or solve_middle(self)
        except SolveError:
            return self
        task = replace(self, starts=tuple(LaneStart.of(solution) for solution in middle.solutions))
        task.__dict__["groups"] = self.groups  # and with them what was prepared for these models
        return task


@dataclass(frozen=True, eq=False)
class DrawnModel:
    """The model of one draw, with the cases whose effects are of its size; `solutions` once there are any."""

    model: Model
    cases: tuple[Case, ...]
    solutions: tuple[Solution[Equilibrium], ...] = ()

    @classmethod
    def of(cls, task: DrawTask, normals: Array) -> DrawnModel:
        """Set one draw [parameter]."""
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


def solve_drawn(task: DrawTask, normals: Array) -> list[DrawnModel | SolveError]:
    """Solve some draws [draw, parameter] with one another; the error of one says that a case of it has no equilibrium.

    Cases that set options of the model are batches of their own: lanes of a batch share what has no parameters.
    """
    drawn = [DrawnModel.of(task, row) for row in normals]
    solved: dict[Place, Solution[Equilibrium]] = {}
    if task.in_batches:
        for model, positions in task.groups:
            solved |= _Batch(task, model, positions, normals, drawn).solve()
    results: list[DrawnModel | SolveError] = []
    for k, draw in enumerate(drawn):
        own = [solved[k, position] for position in range(len(task.cases)) if (k, position) in solved]
        if len(own) == len(task.cases):
            results.append(replace(draw, solutions=tuple(own)))
            continue
        try:
            results.append(solve_alone(task, normals[k]))
        except SolveError as error:
            results.append(error)
    return results


@dataclass(frozen=True, eq=False)
class _Way:
    """How far the parameters of a draw have been moved from the middle, as parts of the way, and what was found there."""

    last: LaneStart
    there: float = 0.0
    stride: float = STRIDE
    before: tuple[LaneStart, float] | None = None

    @property
    def ahead(self) -> float:
        """Where it is tried next."""
        return min(self.there + self.stride, 1.0)

    @property
    def start(self) -> LaneStart:
        """Straight on from what was found at the last two places."""
        if self.before is None:
            return self.last
        first, there = self.before
        return self.last.beyond(first, (self.ahead - self.there) / (self.there - there))

    def after(self, solution: Solution[Equilibrium] | None) -> _Way:
        """The way from what was found ahead; a shorter step where nothing was."""
        if solution is None:
            return replace(self, stride=self.stride / 2)
        return _Way(LaneStart.of(solution), self.ahead, 1.5 * self.stride, (self.last, self.there))


@dataclass(frozen=True, eq=False)
class _Batch:
    """Cases of some draws that share a model but for its parameters."""

    task: DrawTask
    model: Model
    positions: tuple[int, ...]
    normals: Array
    drawn: Sequence[DrawnModel]

    def solve(self) -> dict[Place, Solution[Equilibrium]]:
        """Those that have a solution that was reached."""
        lanes = {
            (k, position): self._lane(draw, position)
            for k, draw in enumerate(self.drawn)
            for position in self.positions
        }
        left = {place: lane for place, lane in lanes.items() if can_share(lane, self._like)}
        solved = self._solved(left)
        solved |= self._followed([place for place in left if place not in solved])
        if not solved:  # none at all where the way is closed
            return solved
        for rank in range(NEIGHBOURS):
            left = {place: lane for place, lane in left.items() if place not in solved}
            if not left:
                break
            near = self._near(solved, rank)
            begun = {place: replace(lane, start=near(place) or lane.start) for place, lane in left.items()}
            solved |= self._solved(begun, patient=True)
        return solved

    @property
    def _like(self) -> tuple[Economy, Structure]:
        return self.model.economy, self.model.structure

    def _lane(self, draw: DrawnModel, position: int) -> Lane:
        """A case on the model of a draw as a lane."""
        case = draw.cases[position]
        structure = optioned(draw.model, case.scenario).structure
        start = self.task.starts[position] if self.task.starts else None
        return Lane(draw.model.economy, structure, case.wedges, tuple(case.controls), start)

    def _solved(
        self, lanes: Mapping[Place, Lane], *, patient: bool = False
    ) -> dict[Place, Solution[Equilibrium]]:
        """Lanes that the sweeps settle, within `PATIENCE` unless `patient`."""
        model, solver = self.model, self.model.solver or Newton()
        if not patient:
            solver = replace(solver, max_steps=min(solver.max_steps, PATIENCE))
        solutions = solve_lanes(list(lanes.values()), self._like, closure=model.closure, solver=solver)
        together = zip(lanes, solutions or (), strict=solutions is not None)
        return {place: solution for place, solution in together if solution.result.ok}

    def _near(
        self, solved: Mapping[Place, Solution[Equilibrium]], rank: int
    ) -> Callable[[Place], LaneStart | None]:
        """Of a draw, the solution of the same case at the one of given rank among its solved neighbours."""

        def near(place: Place) -> LaneStart | None:
            k, position = place
            others = [other for other, case in solved if case == position]
            far = [float(((self.normals[other] - self.normals[k]) ** 2).sum()) for other in others]
            order = np.argsort(far, kind="stable")
            return LaneStart.of(solved[others[order[rank]], position]) if rank < len(others) else None

        return near

    def _followed(self, places: Sequence[Place]) -> dict[Place, Solution[Equilibrium]]:
        """Draws reached from the middle, the parameters of each moved in steps of its own; without those where that ends before it."""
        if not self.task.starts:
            return {}
        reached: dict[Place, Solution[Equilibrium]] = {}
        ways = {place: _Way(self.task.starts[place[1]]) for place in places}
        for _ in range(MOST_STRIDES):
            lanes = {}
            for (k, position), way in ways.items():
                draw = DrawnModel.of(self.task, way.ahead * self.normals[k])
                lane = replace(self._lane(draw, position), start=way.start)
                if can_share(lane, self._like):
                    lanes[k, position] = lane
            solved = self._solved(lanes) if lanes else {}
            reached |= {place: solution for place, solution in solved.items() if ways[place].ahead == 1.0}
            ways = {
                place: way.after(solved.get(place)) for place, way in ways.items() if place not in reached
            }
            ways = {place: way for place, way in ways.items() if way.stride >= SHORTEST}
            if not ways:
                break
        return reached


def solve_alone(task: DrawTask, normals: Array) -> DrawnModel:
    """Solve every case of one draw [parameter], one by one; the model is the one they were solved on.

    Raises
    ------
    SolveError
        When a case has no equilibrium.
    """
    model = task.model
    draw = DrawnModel.of(task, normals)  # an economy to which nothing was lent
    solved: dict[int, Solution[Equilibrium]] = {}
    for like, positions in task.groups:
        own = optioned(draw.model, draw.cases[positions[0]].scenario)
        cases = [_without_options(draw.cases[position]) for position in positions]
        quick = replace(model.solver or Newton(), robust=False)
        tried = solve_cases(replace(steered_like(own, like), solver=quick), cases)
        if not all(solution.result.ok for solution, _ in tried):  # too far away to be steered by what is lent
            tried = solve_cases(own, cases)
        solved |= {position: solution for position, (solution, _) in zip(positions, tried, strict=True)}
    return _checked(task, replace(draw, model=steered_like(draw.model, model)), solved)


def solve_middle(task: DrawTask) -> DrawnModel:
    """Solve every case in the middle of the draws, on the models that their groups share.

    Raises
    ------
    SolveError
        When a case has no equilibrium.
    """
    draw = DrawnModel.of(task, task.middle[0])
    solved: dict[int, Solution[Equilibrium]] = {}
    for model, positions in task.groups:
        cases = [_without_options(draw.cases[position]) for position in positions]
        there = solve_cases(model, cases)
        solved |= {position: solution for position, (solution, _) in zip(positions, there, strict=True)}
    return _checked(task, replace(draw, model=task.model), solved)


def _without_options(case: Case) -> Case:
    """A case for a model that has its options already."""
    return replace(case, scenario=case.scenario.model_copy(update={"options": None}))


def _checked(task: DrawTask, draw: DrawnModel, solved: Mapping[int, Solution[Equilibrium]]) -> DrawnModel:
    """A draw with its solutions by case.

    Raises
    ------
    SolveError
        When a case has no equilibrium.
    """
    solutions = tuple(solved[position] for position in range(len(task.cases)))
    for case, solution in zip(draw.cases, solutions, strict=True):
        if not solution.result.ok:
            raise SolveError(
                f"scenario `{case.scenario.id}` under a draw: {solution.message}",
                where=f"{task.model.economy.name}, {task.model.structure.horizon}",
                hint="another seed, or milder scenarios; the docs page `it-does-not-converge` says what to try",
                solution=solution,
            )
    return replace(draw, solutions=solutions)
