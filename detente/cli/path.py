"""`detente path`: a scenario or a cut along time, with the stocks that delay it. It parses, calls the rooms and prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.aliases import cut_in_codes, sectors_in
from detente.cli.along import (
    along_table,
    cut_and_whole,
    held_at_the_start,
    law_along,
    monthly_table,
    path_start,
)
from detente.cli.draws import Drawing
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    BudgetOption,
    ClosureOption,
    DossierOption,
    DrawsOption,
    DrawWorkersOption,
    FormatOption,
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
from detente.cli.output import draw, emit, progress, usage
from detente.cli.playing import ClusterOption
from detente.cli.records import HoldClocksOption, HoldOption, to_hold
from detente.cli.terminal import say
from detente.cli.worlds import WorldOption, codes_in
from detente.core import RENTS, InputError, LabelError, UnitError, suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.core import Rent
    from detente.equilibrium import QuantityControl
    from detente.show.words import Sentence

TABLES = ("months", "losses", "output", "stocks")
ALONG = ("summary", "dates")
"""Tables of the whole path: months, quarters to five years, the long run."""
MONTHS, STEP = 12.0, 1.0
MOST_MONTHS = 240.0


def _rent(name: str) -> Rent:
    if name not in RENTS:
        raise LabelError(f"no rent `{name}`", where="--rent", hint=suggestion(name, RENTS))
    return name


def _periods(months: float, step: float) -> tuple[float, ...]:
    if not 0 < months <= MOST_MONTHS:
        raise UnitError(
            f"the path has {months:g} months",
            where="--months",
            hint=f"more than 0, at most {MOST_MONTHS:g}",
        )
    if not 0 < step <= months:
        raise UnitError(
            f"a period has {step:g} months", where="--step", hint="more than 0, at most the whole path"
        )
    whole = int(months / step + 1e-9)
    rest = months - whole * step
    return (*[step] * whole, *([rest] if rest > 1e-9 else []))


def _which(table: str | None, *, whole: bool, drawn: bool) -> str:
    """The table asked for; else that of the whole path, or of its months."""
    table = table or ("summary" if whole else "months")
    if drawn and table not in ALONG:
        raise LabelError(f"`{table}` has no draws", where="--table", hint=suggestion(table, ALONG))
    return table


def _check_cut(cuts: Sequence[QuantityControl], *, whole: bool) -> None:
    """Refuse what only a whole path takes, and a path month by month on which nothing is cut."""
    if whole:
        raise InputError(
            "what is set beside the horizon (duties, wages, labour, demand) is set on whole paths",
            where="path",
            hint="add --table summary or --table dates",
        )
    if not cuts:
        raise InputError(
            "nothing is cut",
            where="path",
            hint="add --cut CHN:rare-earths:0.3, or name a scenario with caps or bans (`quantities:`, or measures in force)",
        )


def _say_path(sentences: Sequence[Sentence]) -> None:
    """Say what a cut does month by month, and on a terminal where the first year stands beside the long run."""
    for sentence in sentences:
        say(sentence.text)
    say("The first year, the long run and the sum along time: --table summary", piped=False)


def path(
    scenario: Annotated[
        str | None,
        typer.Argument(
            help="Scenario id or file whose duties hold all along, and whose caps and bans are cuts; the base year when left out."
        ),
    ] = None,
    cut: Annotated[
        list[str] | None,
        typer.Option(
            "--cut",
            help="EXPORTERS:SECTORS:SHARE[:IMPORTERS], the share of the base year that is left; may be given again. "
            "CHN:rare-earths:0.3 leaves 30 % of China's rare earths and magnets to all others.",
        ),
    ] = None,
    rent: Annotated[
        str,
        typer.Option(
            "--rent",
            help="Who keeps the difference between cost and price under a --cut: destroyed (nobody: goods lost "
            "on the way, which the exporter makes and is paid for), exporter or importer.",
        ),
    ] = "destroyed",
    stock: Annotated[
        list[str] | None,
        typer.Option(
            "--stock",
            help="MONTHS of base-year use that buyers hold at the start, or CUT=MONTHS for one cut.",
            show_default="the world's own figures",
        ),
    ] = None,
    months: Annotated[float, typer.Option("--months", help="Length of the path.")] = MONTHS,
    step: Annotated[float, typer.Option("--step", help="Months of a period.")] = STEP,
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            help="summary (first year, long run, discounted sum), dates (months, quarters to five years, long run); of a cut "
            "months, losses (who loses what), output (by sector), stocks (what is held) or all.",
            show_default="months where something is cut, else summary",
        ),
    ] = None,
    countries: Annotated[
        str,
        typer.Option(
            "--countries",
            help="Codes to show month by month, with commas between.",
            show_default="the sides of the record and who is hit hardest",
        ),
    ] = "",
    sectors: Annotated[
        str,
        typer.Option(
            "--sectors",
            help="Sectors of --table output, in codes or words with commas between, such as cars.",
            show_default="all",
        ),
    ] = "",
    picture: PictureOption = None,
    dossier: DossierOption = DEFAULT_DOSSIER,
    asof: AsofOption = None,
    world: WorldOption = None,
    elasticities: Annotated[
        str | None,
        typer.Option(
            "--elasticities", help="Set of trade elasticities.", show_default="those of each horizon"
        ),
    ] = None,
    closure: ClosureOption = "share",
    revenue: RevenueOption = None,
    wage_floor: WageFloorOption = None,
    labour_supply: SupplyOption = None,
    minimum_consumption: MinimumOption = None,
    options_file: OptionsOption = None,
    budget: BudgetOption = None,
    hold_clocks: HoldClocksOption = False,
    hold: HoldOption = None,
    draws: DrawsOption = 0,
    seed: SeedOption = 1,
    workers: DrawWorkersOption = 1,
    cluster: ClusterOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say what a scenario or a cut of deliveries does along time, and to whom, while stocks run down."""
    from detente.cases import read_cut
    from detente.show import build, make
    from detente.show.tables import stocks as show

    with usage():
        every = (*ALONG, *TABLES, "all")
        if table is not None and table not in every:
            raise LabelError(f"no table `{table}`", where="--table", hint=suggestion(table, every))
        kept = _rent(rent)
        lengths = _periods(months, step)
    solver, keep, holds = solver_of(budget), elasticities is not None, to_hold(hold_clocks, hold)
    options = beside(revenue, wage_floor, labour_supply, minimum_consumption, options_file, world)
    start = path_start(scenario, dossier, asof, elasticities, closure, world, holds)
    economy = start.economy
    with usage():
        added = tuple(read_cut(economy, cut_in_codes(text, economy), rent=kept) for text in cut or ())
        cuts = (*start.caps, *added)
        story = start.scenario is not None and not cuts
        table = _which(table, whole=bool(draws) or story, drawn=bool(draws))
        chosen = list(codes_in(countries, world))
        for code in chosen:
            economy.labels.country(code)
        of_sectors = sectors_in(sectors, economy.labels)
    refuse_idle("without --cut", rent=rent != "destroyed" and not cut)
    if not draws:
        refuse_idle("without --draws", seed=seed != 1, workers=workers != 1, cluster=cluster is not None)
    refuse_idle("with --draws", budget=budget is not None and draws != 0)
    if table in ALONG:
        refuse_idle(
            f"on the table {table}; --table months takes it",
            stock=bool(stock),
            months=months != MONTHS,
            step=step != STEP,
        )
        law, shown = law_along(start, added, holds), start.shown(chosen)
        along = Drawing(draws, seed, workers, cluster), start.closure, keep, solver, options
        rows, figure = along_table(economy, law, table, shown, *along)
        if picture is not None:
            draw(figure(), picture)
        emit(rows, style, out)
        return
    with usage():
        _check_cut(cuts, whole=options is not None)
        held = held_at_the_start(economy, cuts, stock or ())
    with progress(None, "solving month by month"):
        cut_path, without = cut_and_whole(start, cuts, held, lengths, keep, start.closure, solver)
    losses = build("path-losses", path=cut_path, without=without, controls=cuts)
    shown = start.shown(chosen, str(losses.column("country")[0]))  # the country hit hardest comes first there
    monthly = monthly_table(cut_path, cuts, shown, held)
    sentences = show.path_sentences(cut_path, without, cuts)
    _say_path(sentences[:-1] if picture is not None else sentences)  # the last is the picture's title
    if picture is not None:
        draw(make("path-months", path=cut_path, without=without, controls=cuts, countries=shown), picture)
    tables = {
        "months": monthly,
        "losses": losses,
        "output": build("path-output", path=cut_path, without=without, countries=shown, sectors=of_sectors),
        "stocks": build("path-stocks", held=held),
    }
    emit(list(tables.values()) if table == "all" else tables[table], style, out)
