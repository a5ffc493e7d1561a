"""Scenarios solved again under drawn parameters: quasi-Monte Carlo, the same bytes for the same seed.

Each draw is an economy of its own, solved from the base year by itself, so that neither the number of workers nor the order
of the work leaves a trace in the result.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.core import Column, InputError, LabelError, SolveError, Table, suggestion
from detente.core.table import Cell
from detente.equilibrium.baseline import CORE, _prepared, prepare
from detente.equilibrium.experiments import Case, solve_cases
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.structure import Structure, Technology
from detente.outlook.prior import Uncertain, apply_draw, points, uncertain_parameters
from detente.world.economy import Array, Economy, Wedges

METRICS = {
    "real_income_pct": ("Real income", "%"),
    "equivalent_variation_usd_bn": ("Equivalent variation", "USD bn"),
    "consumer_price_pct": ("Consumer prices", "%"),
    "tariff_revenue_usd_bn": ("Duties collected", "USD bn"),
}
"""Headlines that draws are kept of."""
_MONEY = ("equivalent_variation_usd_bn", "tariff_revenue_usd_bn")


def headline(value: Equilibrium) -> Array:
    """Headlines of an equilibrium [metric, country], in the units of `METRICS`."""
    return np.stack(
        [
            100 * (value.real_income_hat - 1),
            value.equivalent_variation_usd / 1e3,
            100 * (value.consumer_price_hat - 1),
            value.tariff_revenue_new / 1e3,
        ]
    )


@dataclass(frozen=True, eq=False)
class Draws:
    """Headlines under every draw.

    Attributes
    ----------
    economy : Economy
    structure : Structure
    parameters : tuple of Uncertain
    outcomes : tuple of str
        Scenario ids.
    central : array [outcome, metric, country]
        At the values of the horizon.
    values : array [draw, outcome, metric, country]
        Against the base year.
    seed : int
    """

    economy: Economy
    structure: Structure
    parameters: tuple[Uncertain, ...]
    outcomes: tuple[str, ...]
    central: Array
    values: Array
    seed: int

    def against(self, reference: str) -> tuple[Array, Array]:
        """Central values and draws of differences from one outcome: ratios for per cent, differences for money.

        Raises
        ------
        LabelError
            For an outcome that was not drawn.
        """
        if reference not in self.outcomes:
            raise LabelError(f"unknown outcome `{reference}`", hint=suggestion(reference, self.outcomes))
        position = self.outcomes.index(reference)

        def less(levels: Array) -> Array:
            base = levels[..., position : position + 1, :, :]
            ratio = 100 * ((1 + levels / 100) / (1 + base / 100) - 1)
            for metric, name in enumerate(METRICS):
                if name in _MONEY:
                    ratio[..., metric, :] = (levels - base)[..., metric, :]
            return np.asarray(ratio)

        return less(self.central), less(self.values)


def _share_preparation(economy: Economy, structure: Structure, like: tuple[Economy, Structure]) -> None:
    """Let a drawn economy be steered by the inverses of the one it was drawn from: they only steer, residuals judge."""
    base = prepare(*like)
    borrowed = replace(base, technology=Technology.of(economy, structure))
    _prepared.setdefault(economy, type(_prepared)()).setdefault(structure, borrowed)  # type: ignore[arg-type]


def _one(
    economy: Economy,
    structure: Structure,
    cases: Sequence[Case],
    closure: str,
    parameters: tuple[Uncertain, ...],
    normals: Array,
) -> Array:
    """Headlines of every case under one draw [outcome, metric, country]."""
    drawn, nests, scale = apply_draw(economy, structure, parameters, normals)
    _share_preparation(drawn, nests, (economy, structure))
    scaled = [
        replace(
            case,
            wedges=Wedges(case.wedges.tariff, case.wedges.iceberg_hat**scale, case.wedges.export_tax),
        )
        for case in cases
    ]
    solved = solve_cases(drawn, scaled, closure=closure, structure=nests)
    for case, (solution, _) in zip(cases, solved, strict=True):
        if not solution.result.ok:
            raise SolveError(
                f"scenario `{case.scenario.id}` under a draw: {solution.result.value}",
                where=f"{economy.name}, {structure.horizon}",
                hint="another seed, or milder scenarios; the docs page `it-does-not-converge` says what to try",
                solution=solution,
            )
    return np.stack([headline(solution.value) for solution, _ in solved])


_shared: dict[str, tuple[Economy, Structure, Sequence[Case], str, tuple[Uncertain, ...]]] = {}


def _start_worker(*task: object) -> None:
    _shared["task"] = task  # type: ignore[assignment]


def _work(normals: Array) -> Array:
    return _one(*_shared["task"], normals)


def solve_draws(
    economy: Economy,
    cases: Sequence[Case],
    normals: Array,
    parameters: tuple[Uncertain, ...],
    *,
    closure: str = "share",
    structure: Structure = CORE,
    workers: int = 1,
    step: Callable[[], None] | None = None,
) -> Array:
    """Headlines under given standard normals [draw, dimension] → [draw, outcome, metric, country]; `step` after each."""
    task = (economy, structure, tuple(cases), closure, parameters)
    if workers <= 1:
        return np.stack(list(_counted((_one(*task, row) for row in normals), step)))
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker, task) as pool:
        return np.stack(list(_counted(pool.map(_work, list(normals), chunksize=8), step)))


def _counted(results: Iterable[Array], step: Callable[[], None] | None) -> Iterator[Array]:
    """Results as they come, with a step after each."""
    for result in results:
        if step is not None:
            step()
        yield result


def counting(report: Callable[[int, int], None] | None, whole: int) -> Callable[[], None] | None:
    """A function to call after each of `whole` steps, which reports (done, all)."""
    if report is None:
        return None
    done = itertools.count(1)
    return lambda: report(min(next(done), whole), whole)


def draw_outcomes(
    economy: Economy,
    cases: Sequence[Case],
    *,
    draws: int,
    seed: int = 1,
    closure: str = "share",
    structure: Structure = CORE,
    nests: bool = True,
    workers: int = 1,
    report: Callable[[int, int], None] | None = None,
) -> Draws:
    """Solve cases under drawn elasticities, nests and effects.

    Parameters
    ----------
    economy : Economy
        At its horizon: medians of the draws.
    cases : sequence of Case
    draws : int
        How many; powers of two fill the space most evenly.
    seed : int
        Of the scrambling: the same seed gives the same bytes.
    closure, structure
        As in `solve`.
    nests : bool
        Whether elasticities of substitution in the nests are drawn too.
    workers : int
        Processes; the result does not depend on it.
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
    >>> from detente.world import Scenario, Wedges, toy
    >>> world = toy()
    >>> case = Case(Scenario(id="triple", title="Triple", dossier="toy"), Wedges.of(world, tariff=3 * world.tariff))
    >>> found = draw_outcomes(world, [case], draws=8, seed=1)
    >>> found.values.shape
    (8, 1, 4, 5)
    """
    if not cases:
        raise InputError("no scenario to draw for", where="draws", hint="give at least one")
    parameters = uncertain_parameters(economy, structure, nests=nests)
    normals = points(draws, len(parameters), seed)
    task = (economy, structure, cases, closure, parameters)
    central = _one(*task, np.zeros(len(parameters)))
    values = solve_draws(
        economy,
        cases,
        normals,
        parameters,
        closure=closure,
        structure=structure,
        workers=workers,
        step=counting(report, draws),
    )
    return Draws(
        economy, structure, parameters, tuple(case.scenario.id for case in cases), central, values, seed
    )


def interval_table(
    found: Draws,
    *,
    against: str | None = None,
    countries: Sequence[str] = (),
    low: float = 5,
    high: float = 95,
) -> Table:
    """Headlines with their intervals.

    Parameters
    ----------
    found : Draws
    against : str, optional
        Id of the outcome that differences are taken from; the base year when left out.
    countries : sequence of str
        Codes to keep; all of them when empty.
    low, high : float
        Percentiles.
    """
    labels = found.economy.labels
    for code in countries:
        labels.country(code)
    central, values = (found.central, found.values) if against is None else found.against(against)
    bands = np.percentile(values, [low, 50, high], axis=0)
    rows: list[tuple[Cell, ...]] = []
    for position, name in enumerate(found.outcomes):
        if name == against:
            continue
        for code in countries or labels.countries:
            n = labels.country(code)
            for metric, (key, (words, unit)) in enumerate(METRICS.items()):
                place = (position, metric, n)
                rows.append(
                    (
                        name,
                        code,
                        labels.country_name(code),
                        key,
                        f"{words} [{unit}]",
                        float(central[place]),
                        *(float(band[place]) for band in bands),
                    )
                )
    what = f"`{against}`" if against else f"the {found.economy.year} base year"
    groups = ", ".join(dict.fromkeys(p.group for p in found.parameters))
    return Table(
        "intervals",
        f"Headlines with intervals: {low:g} to {high:g} % of {len(found.values)} draws",
        (
            Column("outcome", "Outcome"),
            Column("country", "Country"),
            Column("name", "Name"),
            Column("metric", "Metric"),
            Column("metric_name", "What"),
            Column("central", "Central", "", "number", 3),
            Column("low", f"{low:g} %", "", "number", 3),
            Column("median", "Median", "", "number", 3),
            Column("high", f"{high:g} %", "", "number", 3),
        ),
        tuple(rows),
        note=f"Against {what}. {len(found.values)} quasi-random draws, seed {found.seed}, of: {groups}. They vary parameters, "
        f"not the model nor the policy. Central: the values of the horizon. Horizon: {found.structure.horizon} "
        f"({found.structure.source}). Elasticities around: {found.economy.elasticity_source}.",
    )
