"""`detente run` and `detente compare`: scenarios solved, and what they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from detente.cli.draws import check_draws
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    BudgetOption,
    ClosureOption,
    CountriesOption,
    DossierOption,
    DrawsOption,
    DrawWorkersOption,
    ElasticitiesOption,
    FormatOption,
    HorizonOption,
    MinimumOption,
    OptionsOption,
    OutOption,
    PictureOption,
    RevenueOption,
    SeedOption,
    SupplyOption,
    WageFloorOption,
    beside,
    refuse_idle,
    solver_of,
)
from detente.cli.output import emit, usage
from detente.cli.playing import ClusterOption
from detente.cli.records import HoldClocksOption, HoldOption, to_hold
from detente.cli.settings import SetOption
from detente.cli.worlds import WorldOption, codes_in
from detente.core import InputError

OF_NO_COUNTRY = ("measures", "quantities", "clocks", "uncertainty")
"""Tables of `detente run` that show no economies to choose among."""


def run(
    scenario: Annotated[list[str], typer.Argument(help="Scenario ids or files; `a+b` compounds.")],
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    against: Annotated[
        str | None, typer.Option("--against", help="Also give differences from this scenario.")
    ] = None,
    table: Annotated[
        str,
        typer.Option(
            "--table",
            help="countries, sectors, pair, diversion, diverted (by sector), measures, employment, wages, prices, flows, "
            "revenue, accounts (emissions, rents), duties, welfare, jobs, unemployment, quantities, clocks, horizons (first year, long "
            "run and the sum along time) or branches (every way an outcome can come about); "
            "with --draws most of them with intervals, and drivers or uncertainty.",
        ),
    ] = "countries",
    countries: CountriesOption = "",
    world: WorldOption = None,
    horizon: HorizonOption = "long",
    elasticities: ElasticitiesOption = None,
    closure: ClosureOption = "share",
    revenue: RevenueOption = None,
    wage_floor: WageFloorOption = None,
    labour_supply: SupplyOption = None,
    minimum_consumption: MinimumOption = None,
    options_file: OptionsOption = None,
    budget: BudgetOption = None,
    draws: DrawsOption = 0,
    seed: SeedOption = 1,
    workers: DrawWorkersOption = 1,
    cluster: ClusterOption = None,
    hold_clocks: HoldClocksOption = False,
    hold: HoldOption = None,
    settings: SetOption = None,
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Solve scenarios and print what they do."""
    from detente.cases import sides_in
    from detente.cli.both import BOTH, branch_tables, horizon_tables
    from detente.cli.pictures import draw_outcomes
    from detente.cli.tables import outcome_tables, prepare_named, solve_prepared
    from detente.cli.whose import economies_shown, say_findings, with_the_others

    names = [*scenario, *([against] if against and against not in scenario else [])]
    _refuse_itself(names, against, settings)
    codes = codes_in(countries, world)
    holds = to_hold(hold_clocks, hold)
    options = beside(revenue, wage_floor, labour_supply, minimum_consumption, options_file, world)
    check_draws(draws)
    if draws:
        keeping = "with --draws, which keep the default"
        refuse_idle(keeping, budget=budget is not None, picture=picture is not None)
    else:
        refuse_idle("without --draws", seed=seed != 1, workers=workers != 1, cluster=cluster is not None)
    refuse_idle(
        f"on the table {table}, which has both horizons",
        horizon=horizon != "long" and table in BOTH,
        budget=budget is not None and table in BOTH,
        picture=picture is not None and table in BOTH,
    )
    refuse_idle(f"on the table {table}", countries=bool(countries) and table in OF_NO_COUNTRY)
    from detente.cli.draws import Asked, Drawing, drawn_tables

    drawing = Drawing(draws, seed, workers, cluster) if draws else None
    if drawing and table not in BOTH:
        asked = Asked(
            dossier, asof, elasticities, closure, world, horizon, holds, options, tuple(settings or ())
        )
        emit(drawn_tables(names, table, codes, against, asked, drawing), style, out)
        return
    ready = prepare_named(
        names,
        dossier,
        asof,
        elasticities,
        closure,
        world=world,
        horizon=horizon,
        hold=holds,
        settings=settings or (),
        against=against,
        options=options,
    )
    if table in BOTH:
        make = branch_tables if table == "branches" else horizon_tables
        emit(make(ready, against, codes, world, elasticities, holds, options, drawing), style, out)
        return
    outcomes = solve_prepared(ready, world, solver_of(budget))
    with usage():
        shown = economies_shown(codes, countries, table, ready)
        tables = outcome_tables(
            outcomes, table, shown, ready.reference, lambda: sides_in(ready.dossier, ready.economy)
        )
    say_findings(ready, outcomes, ready.reference)
    if picture is not None:
        draw_outcomes(outcomes, codes, picture, reference=ready.reference)
    emit(with_the_others(tables, shown, countries), style, out)


def _refuse_itself(names: Sequence[str], against: str | None, settings: Sequence[str] | None) -> None:
    """Refuse an outcome that is held against itself alone, with nothing set."""
    if set(names) == {against} and not settings:
        with usage():
            raise InputError(
                f"`{against}` is held against itself",
                where="--against",
                hint="name another scenario, or --set",
            )


def compare(
    first: Annotated[str, typer.Argument(help="Scenario.")],
    second: Annotated[str, typer.Argument(help="Scenario to compare it with.")],
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    countries: CountriesOption = "",
    world: WorldOption = None,
    horizon: HorizonOption = "long",
    elasticities: ElasticitiesOption = None,
    closure: ClosureOption = "share",
    revenue: RevenueOption = None,
    wage_floor: WageFloorOption = None,
    labour_supply: SupplyOption = None,
    minimum_consumption: MinimumOption = None,
    options_file: OptionsOption = None,
    budget: BudgetOption = None,
    draws: DrawsOption = 0,
    seed: SeedOption = 1,
    workers: DrawWorkersOption = 1,
    cluster: ClusterOption = None,
    hold_clocks: HoldClocksOption = False,
    hold: HoldOption = None,
    settings: SetOption = None,
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Put two scenarios side by side: the difference, then each as a level."""
    from detente.cli.draws import Asked, Drawing, drawn_tables
    from detente.cli.pictures import draw_outcomes
    from detente.cli.tables import comparison_table, prepare_named, solve_prepared
    from detente.cli.whose import economies_shown, say_findings, with_the_others

    check_draws(draws)
    holds = to_hold(hold_clocks, hold)
    options = beside(revenue, wage_floor, labour_supply, minimum_consumption, options_file, world)
    drawing = Drawing(draws, seed, workers, cluster)
    if draws:
        with usage():
            drawing.check()
    else:
        refuse_idle("without --draws", seed=seed != 1, workers=workers != 1, cluster=cluster is not None)
    ready = prepare_named(
        [first, second],
        dossier,
        asof,
        elasticities,
        closure,
        world=world,
        horizon=horizon,
        hold=holds,
        settings=settings or (),
        against=first,
        options=options,
    )
    outcomes = solve_prepared(ready, world, solver_of(budget))
    if settings:  # what is set stands before what it is held against
        outcomes = dict(reversed(list(outcomes.items())))
    codes = codes_in(countries, world)
    with usage():
        shown = economies_shown(codes, countries, "comparison", ready)
        tables = with_the_others([comparison_table(outcomes, shown)], shown, countries)
        say_findings(ready, outcomes, next(iter(outcomes)))
    if picture is not None:
        draw_outcomes(outcomes, codes, picture, reference=None)
    if draws:
        asked = Asked(
            dossier, asof, elasticities, closure, world, horizon, holds, options, tuple(settings or ())
        )
        tables += drawn_tables([first, second], "intervals", codes, first, asked, drawing)
    emit(tables, style, out)
