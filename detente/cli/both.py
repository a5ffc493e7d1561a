"""Tables of `detente run` that hold the first year and the long run together: every way an outcome can come about, and headlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from detente.cli.output import progress, reporting, usage
from detente.cli.tables import named_scenario
from detente.cli.terminal import say
from detente.cli.worlds import economy_for, of_own_world
from detente.core import InputError, SolveError, Table

if TYPE_CHECKING:
    from detente.cases import Case, Options
    from detente.cli.draws import Drawing
    from detente.cli.tables import Prepared
    from detente.equilibrium import Model
    from detente.policy import Scenario

BOTH = ("branches", "horizons")
"""Tables that have both horizons."""


def reference_of(ready: Prepared, against: str | None) -> Scenario:
    """The scenario that changes are taken from: the one named, else the first of the record's ladder."""
    from detente.policy import shipped_scenarios

    for case in ready.cases:
        if case.scenario.id == ready.reference:
            return case.scenario
    first = ready.cases[0].scenario.id
    name = against or next(iter(shipped_scenarios(ready.source, ready.dossier.asof)), first)
    return named_scenario(name, ready.source)


def models_of_both(
    ready: Prepared, world: str | None, elasticities: str | None, options: Options | None
) -> dict[str, Model]:
    """Models of the first year and the long run."""
    from detente.cases import model_at

    economy, keep = economy_for(world, elasticities), elasticities is not None
    return {
        horizon: model_at(
            horizon, economy, closure=ready.model.closure, keep_elasticities=keep, options=options
        )
        for horizon in ("short", "long")
    }


def branch_tables(
    ready: Prepared,
    against: str | None,
    countries: Sequence[str],
    world: str | None,
    elasticities: str | None,
    hold: bool | tuple[str, ...],
    options: Options | None = None,
    drawing: Drawing | None = None,
) -> list[Table]:
    """Each scenario in every way it can come about, in the first year and the long run; with draws, its interval.

    Changes are against the scenario named by `against`; else against the first of the record's ladder.
    """
    from detente.cases import sides_in, solve_branches
    from detente.outlook import draw_branches
    from detente.show import build
    from detente.show.tables import branch_sentence

    reference = reference_of(ready, against)
    models = models_of_both(ready, world, elasticities, options)
    parties = countries or sides_in(ready.dossier, ready.economy)
    with of_own_world(world), progress(None, "solving"):
        trees = [
            solve_branches(models, ready.dossier, case.scenario, reference, hold_clocks=hold)
            for case in ready.cases
            if case.scenario.id != reference.id
        ]
    for tree in trees:
        say(branch_sentence(tree, parties).text, piped=False)
    if drawing is None:
        return [build("branches", tree=tree, parties=parties) for tree in trees]
    with usage():
        drawing.check()
    with of_own_world(world), reporting("solving draws of branches") as report:
        drawn = [
            draw_branches(tree, models, draws=drawing.draws, seed=drawing.seed, on=drawing.on, report=report)
            for tree in trees
        ]
    return [build("branch-intervals", drawn=drawn_tree, parties=parties) for drawn_tree in drawn]


def horizon_tables(
    ready: Prepared,
    against: str | None,
    countries: Sequence[str],
    world: str | None,
    elasticities: str | None,
    hold: bool | tuple[str, ...],
    options: Options | None = None,
    drawing: Drawing | None = None,
) -> list[Table]:
    """Each scenario in the first year and the long run with the sum along time; with draws, its intervals, as the briefing has them.

    Changes are against the scenario named by `against`; else against the first of the record's ladder.

    Raises
    ------
    InputError
        When there is nothing but the reference.
    """
    from detente.cases import prepare_cases, sides_in
    from detente.show import build
    from detente.show.tables import horizons, intervals

    reference = reference_of(ready, against)
    told = {case.scenario.id: case for case in ready.cases}
    before = told.pop(reference.id, None)
    if not told:
        with usage():
            raise InputError(
                f"`{reference.id}` is what changes are taken from",
                where="--table horizons",
                hint="name another scenario, or another reference with --against",
            )
    parties = countries or sides_in(ready.dossier, ready.economy)
    models = models_of_both(ready, world, elasticities, options)
    with of_own_world(world), progress(None, "solving"):
        if before is None:
            (before,) = prepare_cases(ready.economy, ready.dossier, [reference], hold_clocks=hold)
        cases = (before, *told.values())
        solved = horizons.solve_horizons(cases, known={}, at=models)
        sums = _sums(ready, cases, models["long"], parties, hold, elasticities is not None, options)
    for key in told:
        say(
            horizons.first_year_of(models["long"].economy, solved, reference.id, key, parties).text,
            piped=False,
        )
    drawn = {}
    if drawing is not None:
        with usage():
            drawing.check()
        with of_own_world(world), progress(None, "solving draws"):
            drawn = intervals.draw_headlines(
                models, cases, "long", parties, draws=drawing.draws, seed=drawing.seed, on=drawing.on
            )
    return [
        _filled(
            build(
                "horizons",
                economy=models["long"].economy,
                outcomes_by_horizon=solved,
                reference=reference.id,
                parties=parties,
                spread={},
                headline="long",
                drawn=drawn,
                sums=sums,
            )
        )
    ]


def _filled(table: Table) -> Table:
    """The table without columns that hold nothing: those of draws and of sets of elasticities that nobody asked for."""
    kept = [k for k in range(len(table.columns)) if any(row[k] is not None for row in table.rows)]
    return replace(
        table,
        columns=tuple(table.columns[k] for k in kept),
        rows=tuple(tuple(row[k] for k in kept) for row in table.rows),
    )


def _sums(
    ready: Prepared,
    cases: Sequence[Case],
    long: Model,
    parties: Sequence[str],
    hold: bool | tuple[str, ...],
    keep: bool,
    options: Options | None,
) -> Mapping[str, Mapping[str, float]]:
    """What each scenario is worth along time, USD bn; nothing where a date cannot be solved, or more than prices answers."""
    from detente.cases import unfold_scenarios
    from detente.show.tables import horizons

    if options is not None and options.respond:
        return {}
    try:
        paths = unfold_scenarios(
            long.economy,
            ready.dossier,
            [case.scenario for case in cases],
            dates=horizons.PATH,
            hold_clocks=hold,
            closure=long.closure,
            keep_elasticities=keep,
            options=options,
        )
    except SolveError:
        return {}
    return horizons.discounted_sums(paths, parties)
