"""What simulated futures cost each side, by day: exact equilibria on a grid of duties, read between its nodes.

Nothing is solved inside a path. A grid of both sides' average added duties is solved once, with the measures of the as-of day in it and
changes spread evenly over goods; what packages of controls cost is solved with all that are known in force and with none. A path
is steps: between two acts nothing changes, so the cost of a year is a sum over acts, not over days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.core import Cell, Column, InputError, Table
from detente.equilibrium import Model, Policy, solve
from detente.policy import Scenario, Setting, wedges_at
from detente.world import Economy, Wedges, goods_sectors

if TYPE_CHECKING:
    from detente.campaign.calendar import Chronology
    from detente.campaign.futures import Futures
    from detente.dossier import Dossier

Floats = NDArray[np.float64]
YEAR = 365.0
BN = 1e3
NODES = (0.0, 0.07, 0.15, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4)
"""Average added duties of the grid that is solved, fractions; beyond the last the edge's slope goes on."""
FINE = 0.02
"""Between the nodes a cubic spline through the solved ones is laid out on so fine a grid, and read linearly."""
LOW, HIGH = 5.0, 95.0
"""Percentiles of the range."""


@dataclass(frozen=True, eq=False)
class CostSurface:
    """Real income of both sides by both sides' duties and controls.

    Attributes
    ----------
    sides : (str, str)
    first, second : array [node]
        Average added duties of each side, fractions.
    income : array [side, node, node]
        Real income against the base year, million USD a year, with the controls of the as-of day.
    per_control : array [side, side]
        Change of the row's real income for one more package of the column's controls in force, million USD a year.
    duty, controls : array [side]
        Of the as-of day.
    horizon : str
    """

    sides: tuple[str, str]
    first: Floats
    second: Floats
    income: Floats
    per_control: Floats
    duty: Floats
    controls: Floats
    horizon: str

    def at(self, duty: Floats, controls: Floats | None = None) -> Floats:
        """Real income [..., side] at duties [..., side] and packages of controls [..., side], million USD a year."""
        places, weights = [], []
        for nodes, values in ((self.first, duty[..., 0]), (self.second, duty[..., 1])):
            left = np.clip(np.searchsorted(nodes, values, side="right") - 1, 0, len(nodes) - 2)
            places.append(left)
            weights.append((values - nodes[left]) / (nodes[left + 1] - nodes[left]))
        (i, j), (u, v) = places, weights
        grid = np.moveaxis(self.income, 0, -1)
        u, v = u[..., None], v[..., None]
        income = (
            grid[i, j] * (1 - u) * (1 - v)
            + grid[i + 1, j] * u * (1 - v)
            + grid[i, j + 1] * (1 - u) * v
            + grid[i + 1, j + 1] * u * v
        )
        if controls is not None:
            income = income + (controls - self.controls) @ self.per_control.T
        return np.asarray(income)


def cost_surface(
    model: Model,
    record: Dossier,
    sides: tuple[str, str],
    duty: Sequence[float],
    packages: Sequence[Sequence[Sequence[str]]],
    *,
    nodes: Sequence[float] = NODES,
) -> CostSurface:
    """Solve the grid around the record's as-of day.

    Parameters
    ----------
    model : Model
        At a horizon; a year ahead asks for the first year (``model_at("short", economy)``).
    record : Dossier
    sides : (str, str)
    duty : sequence of float
        Average duty that each side has added on the other's goods, a fraction: where on the grid the record stands.
    packages : sequence of sequence of packages of measure ids
        By side, the packages of controls that are known.
    nodes : sequence of float
        Of each axis.

    Raises
    ------
    SolveError
        When a node has no equilibrium.
    """
    economy = model.economy
    n = [economy.labels.country(code) for code in sides]
    base = _standing(model, record)
    axes = [np.unique(np.append(np.asarray(nodes, float), level)) for level in duty]
    goods = goods_sectors(economy)
    policies = [
        shifted_policy(economy, base, goods, n, (a - duty[0], b - duty[1])) for a in axes[0] for b in axes[1]
    ]
    solved = solve(model, policies, throw=True)
    income = np.array([each.value.equivalent_variation_usd[n] for each in solved])
    income = np.moveaxis(income.reshape(len(axes[0]), len(axes[1]), 2), -1, 0)
    axes, income = _refined(axes, income)
    effect, count = _controls(model, record, packages, n)
    return CostSurface(
        sides, axes[0], axes[1], income, effect, np.asarray(duty, float), count, model.structure.horizon
    )


def _standing(model: Model, record: Dossier) -> Wedges:
    """Duties and costs of the measures in force on the record's day."""
    scenario = Scenario(id="standing", title="standing", dossier=record.id)
    return wedges_at(model.economy, record, scenario, quantities=False)


def shifted_policy(
    economy: Economy, base: Wedges, goods: Sequence[int], n: Sequence[int], shift: Sequence[float]
) -> Policy:
    """A policy with both sides' duties on the other's goods shifted evenly, none below zero."""
    tariff = base.tariff.copy()
    for k in (0, 1):
        row = tariff[n[k], n[1 - k]]
        row[goods] = np.maximum(row[goods] + shift[k], 0.0)
    return Policy(economy, Wedges(tariff, base.iceberg_hat, base.export_tax))


def _refined(axes: list[Floats], income: Floats) -> tuple[list[Floats], Floats]:
    """The grid laid out finely by a cubic spline along each axis; solved nodes keep their values."""
    from scipy.interpolate import CubicSpline

    fine = [np.unique(np.append(np.arange(nodes[0], nodes[-1], FINE), nodes)) for nodes in axes]
    for axis in (0, 1):
        income = CubicSpline(axes[axis], income, axis=axis + 1, bc_type="natural")(fine[axis])
    return fine, np.asarray(income)


def _controls(
    model: Model, record: Dossier, packages: Sequence[Sequence[Sequence[str]]], n: Sequence[int]
) -> tuple[Floats, Floats]:
    """Effect of one more package of each side's controls, and how many are in force."""
    from detente.dossier import Status

    states = record.states(record.asof)
    effect, count = np.zeros((2, 2)), np.zeros(2)
    for side, mine in enumerate(packages):
        count[side] = sum(
            any(states[name].in_force for name in package if name in states) for package in mine
        )
        names = [name for package in mine for name in package if name in record.measures]
        if not names:
            continue
        incomes = []
        for status in (Status.repealed, Status.in_force):
            scenario = Scenario(
                id="controls",
                title="controls",
                dossier=record.id,
                set={name: Setting(status=status) for name in names},
            )
            wedges = wedges_at(model.economy, record, scenario, quantities=False)
            solution = solve(model, Policy(model.economy, wedges), throw=True)
            incomes.append(solution.value.equivalent_variation_usd[list(n)])
        effect[:, side] = (incomes[1] - incomes[0]) / len(mine)
    return effect, count


@dataclass(frozen=True, eq=False)
class PathCosts:
    """What futures cost, million USD.

    Attributes
    ----------
    sides : (str, str)
    total : array [path, side]
        Over the whole window, against the base year: losses above zero.
    change : array [path, side]
        The same against what stands on the as-of day, had it stayed.
    by_day : array [day, side]
        Expected loss of each day at a year's rate, as-of day first.
    days : int
    horizon : str
    """

    sides: tuple[str, str]
    total: Floats
    change: Floats
    by_day: Floats
    days: int
    horizon: str

    def expected(self) -> Floats:
        """Mean over futures [side]."""
        return np.asarray(self.total.mean(0))

    def range(self) -> Floats:
        """Percentiles `LOW` and `HIGH` over futures [end, side]."""
        return np.asarray(np.percentile(self.total, [LOW, HIGH], axis=0))


def cost_of_futures(futures: Futures, surface: CostSurface) -> PathCosts:
    """Cost of every simulated future to each side.

    Parameters
    ----------
    futures : Futures
    surface : CostSurface
        Of the same sides and as-of day.

    Raises
    ------
    InputError
        When the sides differ.
    """
    if futures.sides != surface.sides:
        raise InputError(
            f"futures of {', '.join(futures.sides)}, a grid of {', '.join(surface.sides)}",
            where="cost_of_futures",
            hint="make the grid for the parties of the simulation, in their order",
        )
    ledger, paths = futures.ledger, futures.paths
    first = np.searchsorted(ledger.path, np.arange(paths + 1))
    starts = first[:-1]
    change = np.cumsum(np.column_stack([ledger.duty, ledger.controls]), axis=0)
    before = np.vstack([np.zeros((1, 4)), change])[starts]
    level = change - np.repeat(before, np.diff(first), axis=0)
    start = np.concatenate([futures.start_duty, futures.start_controls]).astype(np.float64)
    level = level + start
    ends = np.append(ledger.day[1:], futures.days + 1)
    last = first[1:] - 1
    ends[last[np.diff(first) > 0]] = futures.days + 1
    standing = -surface.at(start[:2], start[2:])
    loss = -surface.at(level[:, :2], level[:, 2:]) if len(ledger) else np.zeros((0, 2))
    held = (ends - ledger.day)[:, None] / YEAR
    total = np.zeros((paths, 2))
    for side in (0, 1):
        total[:, side] = np.bincount(
            ledger.path, weights=((loss - standing) * held)[:, side], minlength=paths
        )
    base = standing * futures.days / YEAR
    return PathCosts(
        futures.sides,
        total + base,
        total,
        _by_day(futures, loss, standing, first),
        futures.days,
        surface.horizon,
    )


def _by_day(futures: Futures, loss: Floats, standing: Floats, first: NDArray[np.int64]) -> Floats:
    """Expected loss of each day [day, side]: what acts add to it, summed up."""
    ledger = futures.ledger
    earlier = np.vstack([standing[None], loss[:-1]]) if len(loss) else loss
    begins = first[:-1][np.diff(first) > 0]
    if len(loss):
        earlier[begins] = standing
    steps = np.zeros((futures.days + 1, 2))
    np.add.at(steps, np.minimum(ledger.day, futures.days), loss - earlier)
    return np.asarray(standing + np.cumsum(steps, axis=0) / futures.paths)


def cost_table(costs: PathCosts) -> Table:
    """Expected cost of the time ahead with its range, and how much of it what stands today would cost by itself.

    Parameters
    ----------
    costs : PathCosts
    """
    rows: list[tuple[Cell, ...]] = []
    low, high = costs.range()
    for k, side in enumerate(costs.sides):
        mine, more = costs.total[:, k], costs.change[:, k]
        rows.append(
            (
                side,
                float(mine.mean()) / BN,
                float(low[k]) / BN,
                float(high[k]) / BN,
                float((mine - more).mean()) / BN,
                float(more.mean()) / BN,
                100 * float((more > 0).mean()),
            )
        )
    return Table(
        "cost-ahead",
        f"What the next {costs.days} days cost each side",
        (
            Column("player", "Side"),
            Column("expected", "Expected", "USD bn", "number", 1, significant=3),
            Column("low", f"{LOW:g} %", "USD bn", "number", 1, significant=3),
            Column("high", f"{HIGH:g} %", "USD bn", "number", 1, significant=3),
            Column("standing", "If nothing changed", "USD bn", "number", 1, significant=3),
            Column("change", "Expected change", "USD bn", "number", 1, significant=3),
            Column("worse", "Futures worse than that", "%", "number", 0, significant=2),
        ),
        tuple(rows),
        f"Real income lost against the base year over the {costs.days} days, {costs.horizon}; range over {len(costs.total):,} simulated "
        "futures, with the parameters of the model held. Changes of duties are spread evenly over goods; controls and halts are what they add "
        "to the cost of trade (`detente run` holds stated quantities exactly, so that its first year differs a little).",
    )


def costs_ahead(chron: Chronology, futures: Futures, model: Model) -> PathCosts:
    """What simulated futures of a day cost each side, from the record alone.

    Parameters
    ----------
    chron : Chronology
        The futures start from it.
    futures : Futures
    model : Model
        ``model_at("short", economy)`` for a year ahead.

    Raises
    ------
    SolveError
        When a node of the grid has no equilibrium.
    """
    return cost_of_futures(futures, surface_of(chron, model))


def surface_of(chron: Chronology, model: Model) -> CostSurface:
    """The cost surface around a day: each counted control of a side is a package, as in the simulation."""
    duty = [float(level) for level in chron.duty]
    return cost_surface(model, chron.record.main.dossier, chron.sides, duty, _packages(chron))


def _packages(chron: Chronology) -> list[list[tuple[str]]]:
    part = chron.record.main
    return [
        [
            (measure.id,)
            for measure in part.counted
            if measure.actor == side and measure.instrument.value in part.rules.controls
        ]
        for side in chron.sides
    ]


def standing_wedges(chron: Chronology, model: Model) -> Wedges:
    """Duties and costs of the measures in force on a chronology's day."""
    return _standing(model, chron.record.main.dossier)


def control_effects(chron: Chronology, model: Model) -> Floats:
    """Change of the row's real income for one more package of the column's controls [side, side], million USD a year."""
    n = [model.economy.labels.country(code) for code in chron.sides]
    return _controls(model, chron.record.main.dossier, _packages(chron), n)[0]
