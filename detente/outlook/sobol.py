"""What drives a result: Sobol' indices of groups of parameters, from Saltelli's design.

The first-order index of a group is the share of the variance it explains alone; the total index adds every interaction it
takes part in (Saltelli and others 2010; Jansen's estimator for the total).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from detente.cases import HEADLINES, Case
from detente.core import Cell, Column, LabelError, SolveError, Table, Where, known_all, suggestion
from detente.equilibrium import Model
from detente.outlook.drawn_batches import DrawTask
from detente.outlook.draws import Draws, counting, drawn_parameters, solve_draws
from detente.outlook.prior import points
from detente.world import Array


@dataclass(frozen=True, eq=False)
class Drivers:
    """Sobol' indices of every headline.

    Attributes
    ----------
    groups : tuple of str
    first, total : array [group, ...]
        Shares of the variance.
    first_error, total_error : array [group, ...]
        Their standard errors.
    draws : Draws
        The two independent samples the design starts from.
    """

    groups: tuple[str, ...]
    first: Array
    total: Array
    first_error: Array
    total_error: Array
    draws: Draws


class SobolIndices(NamedTuple):
    """Indices of groups of inputs, and the outputs they come from.

    `first` and `total` are arrays [group, ...], zero where the output does not vary, with their standard errors beside
    them; `values` [2 × draw, ...] is the model at the two samples.
    """

    first: Array
    total: Array
    first_error: Array
    total_error: Array
    values: Array
    rows: npt.NDArray[np.bool_]


def _share(parts: Array, spread: Array) -> tuple[Array, Array]:
    """Ratio of two means over draws [draw, ...] and its standard error by linearisation, zero where nothing varies."""
    variance = spread.mean(axis=0)
    safe = np.where(variance > 0, variance, 1.0)
    ratio = np.where(variance > 0, parts.mean(axis=0) / safe, 0.0)
    influence = np.where(variance > 0, (parts - ratio * spread) / safe, 0.0)
    return ratio, influence.std(axis=0) / np.sqrt(len(parts))


def sobol_indices(
    model: Callable[[Array], Array], members: Sequence[Sequence[int]], normals: Array
) -> SobolIndices:
    """First-order and total indices of groups of inputs.

    Parameters
    ----------
    model : function of array [point, dimension] to array [point, ...]
        Not-a-number where it has no value: the draws that such a point belongs to are left out.
    members : sequence of sequences of int
        Columns of each group.
    normals : array [draw, 2 × dimension]
        Two independent samples side by side.

    Raises
    ------
    SolveError
        When fewer than two draws have all of their values.

    Returns
    -------
    SobolIndices
        Standard errors are those of independent draws: of points that fill the space evenly they are, if anything, large.

    Examples
    --------
    >>> z = points(256, 4, seed=1)
    >>> found = sobol_indices(lambda x: 2 * x[:, 0] + x[:, 1], [[0], [1]], z)
    >>> bool(abs(found.first[0] - 0.8) < 0.05), bool(abs(found.total[1] - 0.2) < 0.05)
    (True, True)
    >>> bool(found.total_error.max() < 0.1)
    True
    """
    dimensions = normals.shape[1] // 2
    a, b = normals[:, :dimensions], normals[:, dimensions:]
    mixed = []
    for columns in members:
        swapped = a.copy()
        swapped[:, list(columns)] = b[:, list(columns)]
        mixed.append(swapped)
    everything = model(np.concatenate([a, b, *mixed]))
    by_sample = everything.reshape(len(members) + 2, len(normals), *everything.shape[1:])
    there = np.asarray(~np.isnan(by_sample).any(axis=(0, *range(2, by_sample.ndim))))
    if there.sum() < 2:
        raise SolveError(
            f"{there.sum()} of {len(there)} draws have all of their values",
            where="draws",
            hint="more draws, milder scenarios or another horizon",
        )
    at_a, at_b, *at_mixed = by_sample[:, there]
    samples = np.concatenate([at_a, at_b])
    middle = samples.mean(axis=0)
    spread = ((at_a - middle) ** 2 + (at_b - middle) ** 2) / 2
    first, total = [], []
    for mixed_values in at_mixed:
        first.append(_share((at_b - middle) * (mixed_values - at_a), spread))
        total.append(_share((at_a - mixed_values) ** 2 / 2, spread))
    (alone, alone_error), (whole, whole_error) = (
        map(np.stack, zip(*each, strict=True)) for each in (first, total)
    )
    return SobolIndices(alone, whole, alone_error, whole_error, samples, there)


def drivers(
    model: Model,
    cases: Sequence[Case],
    *,
    draws: int,
    seed: int = 1,
    against: str | None = None,
    nests: bool = True,
    on: Where | None = None,
    report: Callable[[int, int], None] | None = None,
) -> Drivers:
    """Sobol' indices of what drives the headlines of cases: ``draws × (groups + 2)`` solves of each.

    Parameters
    ----------
    model : Model
    cases : sequence of Case
    draws : int
        Rows of each of the two samples.
    seed : int
    against : str, optional
        Id of the case that differences are taken from; the base year when left out.
    nests, on, report
        As in `draw_outcomes`.

    Returns
    -------
    Drivers
    """
    parameters = drawn_parameters(model, cases, nests=nests)
    groups = tuple(dict.fromkeys(p.group for p in parameters))
    members = [[k for k, p in enumerate(parameters) if p.group == group] for group in groups]
    normals = points(draws, 2 * len(parameters), seed)
    names = tuple(case.scenario.id for case in cases)
    step = counting(report, draws * (len(groups) + 2))

    task = DrawTask(model, tuple(cases), parameters).begun()

    def wrapped(values: Array, rows: Array) -> Draws:
        none = np.zeros((len(values), len(cases), 0))
        return Draws(
            model, parameters, names, values.mean(0), values, seed, rows, (), none[0], none, tuple(unsolved)
        )

    unsolved: list[str] = []

    def drawn(rows: Array) -> Array:
        values, _, said = solve_draws(task, rows, on=on, step=step)
        unsolved.extend(filter(None, said))
        return values if against is None else wrapped(values, rows).against(against)[1]

    shares = sobol_indices(drawn, members, normals)
    samples = np.concatenate(np.split(normals[shares.rows], 2, axis=1))
    return Drivers(groups, *shares[:4], wrapped(shares.values, samples))


def driver_table(
    indices: Drivers, countries: Sequence[str], *, metric: str = "real_income_pct", against: str | None = None
) -> Table:
    """Shares of the variance of one headline, largest first.

    Raises
    ------
    LabelError
        For an unknown metric or country.
    """
    if metric not in HEADLINES:
        raise LabelError(f"no metric `{metric}`", hint=suggestion(metric, HEADLINES))
    shares = (indices.first, indices.first_error, indices.total, indices.total_error)
    m, labels = list(HEADLINES).index(metric), indices.draws.economy.labels
    rows: list[tuple[Cell, ...]] = []
    for position, name in enumerate(indices.draws.outcomes):
        if name == against:
            continue
        for code in countries:
            n = labels.country(code)
            ranks = known_all(indices.total[:, position, m, n].tolist())
            order = sorted(range(len(indices.groups)), key=lambda k: -ranks[k])
            rows += [
                (
                    name,
                    code,
                    indices.groups[k],
                    *(100 * float(share[k, position, m, n]) for share in shares),
                )
                for k in order
            ]
    count = len(indices.draws.values) // 2
    return Table(
        "drivers",
        f"What drives the uncertainty of: {HEADLINES[metric][0].lower()}",
        (
            Column("outcome", "Outcome"),
            Column("country", "Country", names=labels.country_names),
            Column("group", "Driver"),
            Column("first_pct", "Variance it explains alone", "%", "number", 1),
            Column("first_error_pct", "± standard error", "points", "number", 1),
            Column("total_pct", "with interactions", "%", "number", 1),
            Column("total_error_pct", "± standard error", "points", "number", 1),
        ),
        tuple(rows),
        note=f"Sobol' indices from {count} × {len(indices.groups) + 2} solves, seed {indices.draws.seed}; an "
        f"index may come out below zero, or alone above with interactions, within its sampling error. Against {f'`{against}`' if against else 'the base year'}. "
        f"Horizon: {indices.draws.structure.horizon}.",
    )
