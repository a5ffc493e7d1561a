"""Studies of very many scenarios: made where they are solved, reduced where they arise, kept chunk by chunk.

A scenario follows from its number and the seed alone, and chunks are cut by number. So the numbers do not depend on where a
chunk is solved, in which order, or on how often a study was broken off.
"""

from __future__ import annotations

import functools
import hashlib
import json
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.core import (
    RESULTS,
    InputError,
    LabelError,
    Remote,
    Where,
    code_key,
    load_chunk,
    save_chunk,
    stream,
    suggestion,
    write_atomic,
)
from detente.equilibrium.entry import solve
from detente.equilibrium.foresight import Foresight
from detente.equilibrium.policy import Policy, cells_of, rate_of
from detente.equilibrium.solution import Equilibrium, Solution
from detente.equilibrium.steering import BATCH
from detente.equilibrium.study_content import add_content
from detente.equilibrium.sweep import Newton
from detente.equilibrium.world_model import Model
from detente.world import Array, Economy, Wedges

FORMAT = 1
SHEET = "study.json"
"""What a folder of a study says of itself; the chunks lie beside it, a thousand a folder."""
CODE = "code"
ROOMS = ("core", "world", "equilibrium")
"""Rooms whose code and data a solve follows from."""

Make = Callable[[Economy, int, np.random.Generator], Policy | Wedges]
Reduce = Callable[[Solution[Equilibrium]], Mapping[str, npt.ArrayLike]]


def real_incomes(solution: Solution[Equilibrium]) -> dict[str, Array]:
    """Change of real income by country: what is kept of a scenario where nothing else is asked for."""
    return {"real_income_hat": solution.value.real_income_hat}


@dataclass(frozen=True, eq=False)
class DutyPoints:
    """Scenarios as a table: points of duty added on the same few flows, a row a scenario.

    Parameters
    ----------
    flows : sequence of (importers, exporters, sectors)
        As `Policy.duty` takes them.
    points : array [scenario, flow]
        Fractions: 0.1 adds ten points.

    Examples
    --------
    >>> from detente.world import toy
    >>> tens = DutyPoints([("USA", "CHN", "goods")], np.array([[0.0], [0.1]]))
    >>> [round(float((tens(toy(), k, np.random.default_rng()).wedges.tariff - toy().tariff).max()), 6) for k in (0, 1)]
    [0.0, 0.1]
    """

    flows: Sequence[tuple[str, str, str]]
    points: Array

    def __call__(self, economy: Economy, index: int, random: np.random.Generator) -> Policy:
        """The policy of one row."""
        tariff = np.array(economy.tariff)
        for flow, points in zip(self.flows, self.points[index], strict=True):
            tariff[_cells_of(economy, flow)] += rate_of(points, negative=True)
        return Policy(economy, Wedges.of(economy, tariff=tariff), (), f"scenario {index}")


_cells: weakref.WeakKeyDictionary[Economy, dict[str, npt.NDArray[np.bool_]]] = weakref.WeakKeyDictionary()
"""Flows of tables of duties, found by name once."""


def _cells_of(economy: Economy, flow: tuple[str, str, str]) -> npt.NDArray[np.bool_]:
    known = _cells.setdefault(economy, {})
    if repr(flow) not in known:
        known[repr(flow)] = cells_of(economy, *flow)
    return known[repr(flow)]


@dataclass(frozen=True, eq=False)
class Scenarios:
    """What every chunk has in common: it is sent to each worker once."""

    model: Model
    make: Make
    reduce: Reduce
    count: int
    seed: int
    chunk: int
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def numbers(self) -> range:
        """Numbers of the chunks."""
        return range(-(-self.count // self.chunk))

    def size(self, number: int) -> int:
        """Scenarios of a chunk."""
        return min(self.chunk, self.count - number * self.chunk)

    def shapes_of(self, number: int) -> dict[str, tuple[int, ...]]:
        """Shapes of the arrays of a chunk."""
        return {name: (self.size(number), *shape) for name, shape in self.shapes.items()} | {
            CODE: (self.size(number),)
        }


def scenario(study: Scenarios, index: int) -> Policy | Wedges:
    """The scenario of a number, with random numbers that are its own."""
    return study.make(study.model.economy, index, np.random.default_rng([study.seed, index]))


def solve_numbered(study: Scenarios, number: int) -> dict[str, Array]:
    """Make, solve and reduce the scenarios of one chunk; the same bytes whoever does it."""
    first, size = number * study.chunk, study.size(number)
    arrays = {name: np.full(shape, np.nan) for name, shape in study.shapes_of(number).items()}
    positions = {code: position for position, code in enumerate(RESULTS)}
    foresight = Foresight() if size >= BATCH else None
    for begin in range(0, size, BATCH):
        rows = range(begin, min(begin + BATCH, size))
        policies = [scenario(study, first + row) for row in rows]
        solutions = solve(study.model, policies, foresight=foresight, throw=False)
        for row, solution in zip(rows, solutions, strict=True):
            arrays[CODE][row] = positions[solution.result]
            if solution.result.ok:
                for name, values in study.reduce(solution).items():
                    arrays[name][row] = values
        del solutions, solution  # each holds the arrays of all of them, half a megabyte a scenario
    return arrays


@dataclass(frozen=True, eq=False)
class Many:
    """What came of a study.

    Attributes
    ----------
    study : Scenarios
    folder : Path or None
        Where the chunks are kept; without one they are held here.
    """

    study: Scenarios
    folder: Path | None = None
    held: Mapping[int, dict[str, Array]] = field(default_factory=dict, repr=False)

    def chunks(self) -> Iterator[tuple[int, dict[str, Array]]]:
        """Number of the first scenario and arrays of every chunk, in order; one chunk is in memory at a time.

        Raises
        ------
        InputError
            When a chunk was damaged or removed since the study was solved.
        """
        for number in self.study.numbers:
            arrays = self.held.get(number)
            if arrays is None and self.folder is not None:
                arrays = load_chunk(place(self.folder, number), self.study.shapes_of(number))
            if arrays is None:
                raise InputError(
                    f"chunk {number} is missing or damaged",
                    where=str(self.folder),
                    hint="call solve_many again: it solves what is missing",
                )
            yield number * self.study.chunk, arrays

    def column(self, name: str) -> Array:
        """One result of every scenario [scenario, …]: as large as it is, so only where it fits into memory.

        Raises
        ------
        LabelError
            For a result that was not kept.
        """
        names = [*self.study.shapes, CODE]
        if name not in names:
            raise LabelError(f"no result `{name}` was kept", where="solve_many", hint=suggestion(name, names))
        return np.concatenate([arrays[name] for _, arrays in self.chunks()])

    def failures(self) -> dict[int, str]:
        """Scenarios without an equilibrium, by number, with the result code; their rows are not numbers."""
        codes = list(RESULTS)
        return {
            first + int(row): codes[int(arrays[CODE][row])].name
            for first, arrays in self.chunks()
            for row in range(len(arrays[CODE]))
            if not codes[int(arrays[CODE][row])].ok
        }


def solve_many(
    economy: Economy | Model,
    make: Make,
    count: int,
    *,
    reduce: Reduce = real_incomes,
    executor: Executor | Where | None = None,
    folder: str | Path | None = None,
    seed: int = 1,
    chunk: int = 512,
    report: Callable[[int, int], None] | None = None,
) -> Many:
    """Solve any number of scenarios, each made and reduced where it is solved; memory does not grow with their number.

    Parameters
    ----------
    economy : Economy or Model
    make : callable
        ``make(economy, index, random)`` gives the `Policy` or `Wedges` of scenario ``index``; `random` is a generator of that
        scenario alone. A function of a module, or an object such as `DutyPoints`: it is sent to the workers.
    count : int
        Scenarios. A study may be prolonged: with a folder and a larger number, what was solved is kept. What `make` holds is
        part of the study: a `DutyPoints` with more points is another one.
    reduce : callable
        ``reduce(solution)`` gives the numbers to keep by name: scalars or arrays of one shape. It sees equilibria only.
    executor : concurrent.futures.Executor, Local, Pool, Remote or Cluster, optional
        Where it is done (`detente.core.work`); here, when left out. The result does not depend on it.
    folder : path-like, optional
        Where every chunk is kept as it comes: whole or not at all, with the hash of its content. A study that was broken off
        goes on from there, and a damaged chunk is solved again. Left out: results are held in memory.
    seed : int
        Of the random numbers.
    chunk : int
        Scenarios a worker takes at a time, and a file holds.
    report : callable, optional
        Called with (done, all) as chunks come.

    Returns
    -------
    Many

    Raises
    ------
    InputError
        For a number below one, a folder that holds another study or cannot be written, and what `reduce` returns when it is no
        numbers by name. What `make` raises is raised on.

    Examples
    --------
    >>> from detente.world import toy
    >>> def more(economy, index, random):
    ...     return Policy.unchanged(economy).duty("USA", "CHN").add_points(random.uniform(0, 0.5))
    >>> solve_many(toy(), more, 20).column("real_income_hat").shape
    (20, 5)
    """
    model = economy if isinstance(economy, Model) else Model(economy)
    for value, name in ((count, "count"), (chunk, "chunk")):
        if value < 1:
            raise InputError(f"{name} is {value}", where="solve_many", hint="1 or more")
    study = Scenarios(model, make, reduce, count, seed, chunk, _shapes(model, reduce))
    on = Remote(executor) if isinstance(executor, Executor) else executor
    root = None if folder is None else Path(folder)
    missing: Sequence[int] = study.numbers
    if root is not None:
        take_up(root, study)
        missing = [k for k in study.numbers if load_chunk(place(root, k), study.shapes_of(k)) is None]
    held: dict[int, dict[str, Array]] = {}
    done = count - sum(map(study.size, missing))
    tell = report or (lambda now, whole: None)
    tell(done, count)
    for number, arrays in stream(solve_numbered, study, missing, on=on):
        if root is None:
            held[number] = arrays
        else:
            save_chunk(place(root, number), arrays)
        done += study.size(number)
        tell(done, count)
    return Many(study, root, held)


def _shapes(model: Model, reduce: Reduce) -> dict[str, tuple[int, ...]]:
    """Shapes of what is kept of one scenario, read off the base year."""
    kept = reduce(solve(model, Policy.unchanged(model.economy)))
    if not isinstance(kept, Mapping) or not kept or CODE in kept:
        raise InputError(
            f"`reduce` returned {type(kept).__name__}",
            where="solve_many",
            hint=f"a mapping of names to numbers or arrays, none called `{CODE}`",
        )
    try:
        return {str(name): np.shape(np.asarray(values, dtype=float)) for name, values in kept.items()}
    except (TypeError, ValueError) as error:
        raise InputError(
            f"`reduce` returned what is no number: {error}", where="solve_many", hint="keep numbers only"
        ) from error


def place(folder: Path, number: int) -> Path:
    """File of a chunk: a thousand a folder, since the systems of files are slow with more."""
    return folder / f"{number // 1000:06d}" / f"{number % 1000:03d}.solves"


def take_up(folder: Path, study: Scenarios) -> None:
    """Take a folder for a study, or take it up again.

    Raises
    ------
    InputError
        When it holds another study, or cannot be written.
    """
    sheet = folder / SHEET
    key = study_key(study)
    said = {
        "format": FORMAT,
        "key": key,
        "economy": study.model.economy.name,
        "make": _name(study.make),
        "reduce": _name(study.reduce),
        "seed": study.seed,
        "chunk": study.chunk,
        "arrays": {name: list(shape) for name, shape in study.shapes.items()},
    }
    try:
        before = json.loads(sheet.read_text("utf-8"))
    except FileNotFoundError:
        before = None
    except (OSError, ValueError):
        before = {}
    if before is None:
        write_atomic(sheet, json.dumps(said, indent=1) + "\n")
    elif not isinstance(before, dict) or before.get("key") != key:
        known = before if isinstance(before, dict) else {}
        differ = [name for name in said if name != "key" and known.get(name) != said[name]]
        what = f"differs in {', '.join(differ)}" if differ else "other data, functions or version of Détente"
        raise InputError(
            f"this folder holds another study: {what}", where=str(sheet), hint="name another folder"
        )


def study_key(study: Scenarios) -> str:
    """SHA-256 over everything the numbers follow from; not over how many there are."""
    model, digest = study.model, hashlib.sha256(f"study {FORMAT}\0".encode())
    parts = (
        model.economy.data_hash,
        {name: value for name, value in vars(model.structure).items() if name not in ("horizon", "source")},
        model.closure_key,
        model.solver or Newton(),
        model.responses,
        study.make,
        study.reduce,
        study.seed,
        study.chunk,
        {name: list(shape) for name, shape in study.shapes.items()},
        code_key(Path(__file__).resolve().parents[1], ROOMS),
    )
    for part in parts:
        add_content(digest, part)
    return digest.hexdigest()


def _name(work: Any) -> str:
    inner = work.func if isinstance(work, functools.partial) else work
    return str(getattr(inner, "__qualname__", type(inner).__qualname__))
