"""Solve many profiles: chunk by chunk, over processes, kept on disk as they come.

The chunks are fixed by the order of the profiles, so the numbers do not depend on where they are solved
(`detente.core.work`). A process gets the model and the parts of the wedges once, then the number of a chunk at a time.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import RESULTS, InputError, Where, load_chunk, run, save_chunk
from detente.equilibrium import BATCH, Equilibrium, Model, QuantityControl, Solution
from detente.policy import QuantityLimit
from detente.strategy.caps import controls_for, solve_capped
from detente.strategy.games import Profile
from detente.strategy.profiles import ProfileWedges
from detente.world import Array, Economy

TASK = 128
"""Solves a chunk file holds, and a process takes at a time."""
FEW = 2
"""Chunks that are not worth a process of their own."""
POSITIONS = {code: position for position, code in enumerate(RESULTS)}
FOUND = [position for position, code in enumerate(RESULTS) if code.ok]
"""Positions in `RESULTS` of the codes that come with an equilibrium."""
Report = Callable[[int, int], None]
Notice = Callable[[str], object]


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of real income of some solves, million USD of the base year; base-year values taken off.

    Attributes
    ----------
    real_income_usd : array [solve, country]
        Equivalent variation.
    sector_income : array [solve, player, sector]
        Factor earnings and profits by sector over the price index.
    revenue, transfers : array [solve, player]
        Duties collected; deficit, export taxes, and what getting goods outside the market leaves (`detente.equilibrium.Backstop`).
    code : array [solve]
        Position of the result code in `RESULTS`.
    """

    real_income_usd: Array
    sector_income: Array
    revenue: Array
    transfers: Array
    code: Array

    @staticmethod
    def shapes(count: int, countries: int, players: int, sectors: int) -> dict[str, tuple[int, ...]]:
        """Shapes of the arrays."""
        return {
            "real_income_usd": (count, countries),
            "sector_income": (count, players, sectors),
            "revenue": (count, players),
            "transfers": (count, players),
            "code": (count,),
        }


def parts_of(solutions: Sequence[Solution[Equilibrium]], players: Sequence[int]) -> Parts:
    """Read the parts off equilibria of one model."""
    mine, values = list(players), [solution.value for solution in solutions]
    economy, technology = values[0].economy, values[0].technology

    def each(name: str) -> Array:
        return np.array([getattr(value, name) for value in values])

    price, profit = each("consumer_price_hat")[:, mine], technology.profit_share[mine]
    base_sector = technology.base_earnings()[mine] + profit * economy.output[mine]
    earned = each("sector_earnings_new")[:, mine] + profit * each("output_new")[:, mine]
    other = each("deficit_new") + each("export_tax_revenue_new")
    if technology.structure.backstop is not None:
        other = other + each("outside_new").sum(2) - each("backstop_cost_new")
    return Parts(
        each("equivalent_variation_usd"),
        earned / price[:, :, None] - base_sector,
        each("tariff_revenue_new")[:, mine] / price - economy.tariff_revenue[mine],
        other[:, mine] / price - economy.deficit[mine],
        np.array([float(POSITIONS[solution.result]) for solution in solutions]),
    )


@dataclass(frozen=True, eq=False)
class ProfileTask:
    """What a process needs once: the model, the parts of the wedges, the profiles."""

    model: Model
    wedges: ProfileWedges
    profiles: tuple[Profile, ...]
    players: tuple[int, ...]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "controls"}

    @functools.cached_property
    def controls(self) -> Callable[[tuple[QuantityLimit, ...]], tuple[QuantityControl, ...]]:
        """Controls of some limits; profiles that differ in duties only have the same ones."""
        return functools.cache(functools.partial(_controls, self.model.economy, self.wedges.level))


def _controls(
    economy: Economy, level: Array | None, limits: tuple[QuantityLimit, ...]
) -> tuple[QuantityControl, ...]:
    return controls_for(economy, limits, level)


def solve_chunk(job: ProfileTask, number: int) -> dict[str, Array]:
    """Solve one chunk of profiles; the same numbers whoever solves it."""
    chosen = job.profiles[number * TASK : (number + 1) * TASK]

    parts = []
    for first in range(0, len(chosen), BATCH):
        some = chosen[first : first + BATCH]
        solved = solve_capped(
            job.model,
            job.wedges.wedges(some),
            [job.controls(job.wedges.limits(profile)) for profile in some],
        )
        parts.append(parts_of(solved, job.players))
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}


def solve_all(
    task: ProfileTask,
    folder: Path | None,
    on: Where | None = None,
    *,
    report: Report | None = None,
    notice: Notice = warnings.warn,
) -> dict[str, Array]:
    """Every profile of a task, from the cache or solved: arrays of `Parts` by name.

    A chunk in which a profile has no equilibrium is not kept: more work may find one. A cache that cannot be written is left
    alone, and `notice` is told once.
    """
    labels = task.model.labels
    sizes = (len(labels.countries), len(task.players), len(labels.sectors))
    count = len(task.profiles)
    numbers = range(-(-count // TASK))
    chunks: dict[int, dict[str, Array]] = {}
    if folder is not None:
        for k in numbers:
            kept = load_chunk(folder / f"{k:05d}.solves", Parts.shapes(min(TASK, count - k * TASK), *sizes))
            if kept is not None:
                chunks[k] = kept
    done = sum(len(chunk["code"]) for chunk in chunks.values())
    tell = report or (lambda now, whole: None)
    tell(done, count)
    missing = [k for k in numbers if k not in chunks]

    def keep(position: int, chunk: dict[str, Array]) -> None:
        nonlocal folder, done
        if folder is not None and np.isin(chunk["code"], FOUND).all():
            try:
                save_chunk(folder / f"{missing[position]:05d}.solves", chunk)
            except InputError as error:
                notice(f"solves are not kept: {error.what}: {folder}")
                folder = None
        done += len(chunk["code"])
        tell(done, count)

    solved = run(solve_chunk, task, missing, on=on, few=FEW, arrived=keep)
    chunks |= dict(zip(missing, solved, strict=True))
    return {name: np.concatenate([chunks[k][name] for k in numbers]) for name in chunks[0]}
