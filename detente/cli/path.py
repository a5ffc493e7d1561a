"""`detente path`: a scenario or a cut along time, with the stocks that delay it. It parses, calls the rooms and prints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.aliases import cut_in_codes, sectors_in
from detente.cli.draws import Drawing
from detente.cli.options import (
    DEFAULT_DOSSIER,
    AsofOption,
    BudgetOption,
    ClosureOption,
    DossierOption,
    DrawsOption,
    FormatOption,
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
from detente.cli.output import draw, emit, progress, reporting, usage
from detente.cli.records import HoldClocksOption, HoldOption, open_record, to_hold
from detente.cli.terminal import say
from detente.cli.worlds import WorldOption, codes_in, economy_for
from detente.core import RENTS, InputError, LabelError, UnitError, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.cases import LawOfDays, Options, Period, Still
    from detente.core import Rent, Table
    from detente.dossier import Dossier
    from detente.equilibrium import Newton, QuantityControl
    from detente.policy import Scenario
    from detente.show.figures import Figure
    from detente.show.tables import Held
    from detente.world import Economy, Wedges

TABLES = ("months", "losses", "output", "stocks")
ALONG = ("summary", "dates")
"""Tables of the whole path: months, quarters to five years, the long run."""
MONTHS, STEP = 12.0, 1.0
MOST_MONTHS = 240.0
STATED = "given on the command line"
FIGURES = "figures of the world"


def held_at_the_start(economy: Economy, controls: Sequence[QuantityControl], stated: Sequence[str]) -> Held:
    """Months held of every control: as stated, else by the world's own figures.

    Raises
    ------
    LabelError
        For a stock of a control that does not exist.
    UnitError
        For a stock that is no number of months.
    """
    from detente.world import stock_of_flows

    names = [control.name for control in controls]
    given: dict[str, float] = {}
    for text in stated:
        name, mark, months = text.rpartition("=")
        where = f"--stock {text}"
        if mark and name not in names:
            raise LabelError(f"no cut or control `{name}`", where=where, hint=suggestion(name, names))
        try:
            amount = float(months)
        except ValueError:
            amount = float("nan")
        if not amount >= 0:
            raise UnitError(
                f"the stock is `{months}`",
                where=where,
                hint="months of base-year use, 0 or more, such as --stock 2 or --stock CHN:rare-earths=2; inf never runs out",
            )
        given.update({name: amount} if mark else dict.fromkeys(names, amount))
    held: dict[str, tuple[float, str, tuple[object, ...]]] = {}
    for control in controls:
        if control.name in given:
            held[control.name] = (given[control.name], STATED, ())
        else:
            months_held, figures = stock_of_flows(economy, control.cells)
            held[control.name] = (months_held, FIGURES if figures else "no figure: none held", figures)
    return held  # type: ignore[return-value]


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


@dataclass(frozen=True)
class _Start:
    """What a path starts from: the record, an economy with its own elasticities, the policy of a scenario, and it; or none."""

    record: Dossier
    economy: Economy
    wedges: Wedges
    controls: tuple[QuantityControl, ...] = ()
    scenario: Scenario | None = None

    @property
    def floors(self) -> tuple[QuantityControl, ...]:
        """Controls that nothing delays."""
        return tuple(control for control in self.controls if control.is_floor)

    @property
    def caps(self) -> tuple[QuantityControl, ...]:
        """Controls that stocks delay."""
        return tuple(control for control in self.controls if not control.is_floor)

    def shown(self, chosen: Sequence[str], *others: str) -> list[str]:
        """Countries of the tables: those chosen, else the sides of the record and some others."""
        from detente.dossier import codes_of

        codes = dict.fromkeys((*codes_of(self.record), *others))
        return list(chosen) or [code for code in codes if code in self.economy.labels.countries]


def _start(
    scenario: str | None,
    dossier: str,
    asof: str | None,
    elasticities: str | None,
    closure: str,
    world: str | None,
    hold: bool | tuple[str, ...],
) -> _Start:
    from detente.cli.tables import prepare_named
    from detente.equilibrium import CLOSURES
    from detente.world import Wedges

    if scenario is not None:
        ready = prepare_named([scenario], dossier, asof, elasticities, closure, world=world, hold=hold)
        case = ready.cases[0]
        return _Start(ready.dossier, ready.economy, case.wedges, case.controls, case.scenario)
    with usage():
        if closure not in CLOSURES:
            raise InputError(
                f"unknown closure `{closure}`", where="--closure", hint=suggestion(closure, CLOSURES)
            )
    record = open_record(dossier, asof)
    economy = economy_for(world, elasticities)
    return _Start(record, economy, Wedges.unchanged(economy))


def _law(
    start: _Start, cuts: tuple[QuantityControl, ...], holds: bool | tuple[str, ...]
) -> LawOfDays | Still:
    """What holds on every day: a scenario's measures as they begin and end, or the base year's; with cuts on top."""
    from detente.cases import LawOfDays, Still

    if start.scenario is None:
        return Still(start.wedges, cuts)
    return LawOfDays(start.economy, start.record, start.scenario, holds, cuts)


def _cut_and_whole(
    start: _Start,
    cuts: tuple[QuantityControl, ...],
    held: Held,
    lengths: Sequence[float],
    *,
    keep: bool,
    closure: str,
    solver: Newton | None,
) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The same periods with the cuts, as stocks run down, and without them."""
    from detente.cases import by_horizon, figures_of, path_with_stocks

    economy = start.economy
    own = {control.name: figures_of(economy, control) for control in cuts}
    stocks = {name: own[name] if who == FIGURES else amount for name, (amount, who, _) in held.items()}
    walk = partial(
        path_with_stocks,
        economy,
        start.wedges,
        structure_by_month=by_horizon(economy, keep_elasticities=keep),
        closure=closure,
        solver=solver,
    )
    return (
        walk((*start.floors, *cuts), stocks, lengths),
        walk(start.floors, {}, lengths),
    )


def _check_cut(cuts: Sequence[QuantityControl], *, whole: bool) -> None:
    """Refuse what only a whole path takes, and a path month by month on which nothing is cut."""
    if whole:
        raise InputError(
            "what duties are used for, wage floors and labour supply are set on whole paths",
            where="path",
            hint="add --table summary or --table dates",
        )
    if not cuts:
        raise InputError(
            "nothing is cut",
            where="path",
            hint="add --cut CHN:rare-earths:0.3, or name a scenario with caps or bans (`quantities:`, or measures in force)",
        )


def _monthly(
    path: Sequence[Period], cuts: Sequence[QuantityControl], shown: Sequence[str], held: Held
) -> Table:
    """What happens month by month, with a note on what is held at the start."""
    from detente.show import build
    from detente.show.tables import stocks as show

    said = "; ".join(
        f"{name} {amount:.2g} months ({', '.join(filter(None, (who, show.grade_of(figures))))})"
        for name, (amount, who, figures) in held.items()
    )
    table = build("stocks", path=path, controls=cuts, countries=shown)
    return replace(table, note=f"{table.note} Held at the start: {said}.")


def _along(
    economy: Economy,
    law: LawOfDays | Still,
    table: str,
    shown: Sequence[str],
    drawing: Drawing,
    closure: str,
    keep: bool,
    solver: Newton | None,
    options: Options | None,
) -> tuple[Table, Callable[[], Figure]]:
    """A table of the whole path, with intervals where draws are asked for, and what makes its picture."""
    from detente.cases import unfold
    from detente.outlook import draw_path
    from detente.show import build, make

    with progress(None, "solving day by day"):
        along = unfold(
            economy,
            law,
            closure=closure,
            keep_elasticities=keep,
            first_day=law.first_day,
            solver=solver,
            options=options,
        )
    if not drawing.draws:
        name = "summary" if table == "summary" else "unfolding"
        return build(name, path=along, countries=shown), lambda: make(
            "path-along", path=along, countries=shown
        )
    with usage():
        drawing.check()
    with reporting("solving draws of the path") as report:
        drawn = draw_path(
            economy,
            law,
            along,
            draws=drawing.draws,
            seed=drawing.seed,
            closure=closure,
            keep_elasticities=keep,
            on=drawing.on,
            report=report,
            options=options,
        )
    name = "path-intervals" if table == "summary" else "path-band"
    return build(name, drawn=drawn, countries=shown), lambda: make(
        "path-along", path=along, countries=shown, drawn=drawn
    )


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
            help="Who keeps the difference between cost and price under a --cut: destroyed (nobody), exporter or importer.",
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
    budget: BudgetOption = None,
    hold_clocks: HoldClocksOption = False,
    hold: HoldOption = None,
    draws: DrawsOption = 0,
    seed: SeedOption = 1,
    workers: Annotated[
        int,
        typer.Option("--workers", help="Processes that share the draws; the result does not depend on it."),
    ] = 1,
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
    holds, options = to_hold(hold_clocks, hold), beside(revenue, wage_floor, labour_supply)
    start = _start(scenario, dossier, asof, elasticities, closure, world, holds)
    economy = start.economy
    with usage():
        added = tuple(read_cut(economy, cut_in_codes(text, economy), rent=kept) for text in cut or ())
        cuts = (*start.caps, *added)
        table = table or ("summary" if draws or (start.scenario is not None and not cuts) else "months")
        if draws and table not in ALONG:
            raise LabelError(f"`{table}` has no draws", where="--table", hint=suggestion(table, ALONG))
        chosen = list(codes_in(countries, world))
        for code in chosen:
            economy.labels.country(code)
        of_sectors = sectors_in(sectors, economy.labels)
    solver, keep = solver_of(budget), elasticities is not None
    refuse_idle("without --cut", rent=rent != "destroyed" and not cut)
    refuse_idle("without --draws", seed=seed != 1 and not draws, workers=workers != 1 and not draws)
    refuse_idle("with --draws", budget=budget is not None and draws != 0)
    if table in ALONG:
        refuse_idle(
            f"on the table {table}; --table months takes it",
            stock=bool(stock),
            months=months != MONTHS,
            step=step != STEP,
        )
        law, shown = _law(start, added, holds), start.shown(chosen)
        drawing = Drawing(draws, seed, workers)
        made, figure = _along(economy, law, table, shown, drawing, closure, keep, solver, options)
        if picture is not None:
            draw(figure(), picture)
        emit(made, style, out)
        return
    with usage():
        _check_cut(cuts, whole=options is not None)
        held = held_at_the_start(economy, cuts, stock or ())
    with progress(None, "solving month by month"):
        cut_path, without = _cut_and_whole(
            start, cuts, held, lengths, keep=keep, closure=closure, solver=solver
        )
    losses = build("path-losses", path=cut_path, without=without, controls=cuts)
    shown = start.shown(chosen, str(losses.column("country")[0]))  # the country hit hardest comes first there
    monthly = _monthly(cut_path, cuts, shown, held)
    sentences = show.path_sentences(cut_path, without, cuts)
    for sentence in sentences[:-1] if picture is not None else sentences:  # the last is the picture's title
        say(sentence.text)
    if picture is not None:
        draw(make("path-months", path=cut_path, without=without, controls=cuts, countries=shown), picture)
    tables = {
        "months": monthly,
        "losses": losses,
        "output": build("path-output", path=cut_path, without=without, countries=shown, sectors=of_sectors),
        "stocks": build("path-stocks", held=held),
    }
    emit(list(tables.values()) if table == "all" else tables[table], style, out)
