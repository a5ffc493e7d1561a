"""What `detente path` starts from, solves and lays out; the verb itself parses and prints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detente.cli.aliases import closure_in_codes
from detente.cli.draws import Drawing
from detente.cli.output import progress, reporting, usage
from detente.cli.records import open_record
from detente.cli.worlds import economy_for
from detente.core import LabelError, UnitError, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.cases import LawOfDays, Options, Period, Still
    from detente.core import Table
    from detente.dossier import Dossier
    from detente.equilibrium import Newton, QuantityControl
    from detente.policy import Scenario
    from detente.show.figures import Figure
    from detente.show.tables import Held
    from detente.world import Array, Economy, Wedges

STATED = "given on the command line"


def held_at_the_start(economy: Economy, controls: Sequence[QuantityControl], stated: Sequence[str]) -> Held:
    """Months held of every control: as stated, else by the world's own figures.

    Raises
    ------
    LabelError
        For a stock of a control that does not exist.
    UnitError
        For a stock that is no number of months.
    """
    from detente.cases import held_by_figures

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
    known = held_by_figures(economy, controls)
    return {
        name: (given[name], STATED, ()) if name in given else by_figures for name, by_figures in known.items()
    }


@dataclass(frozen=True)
class PathStart:
    """What a path starts from: the record, an economy with its own elasticities, the policy of a scenario, and it; or none."""

    record: Dossier
    economy: Economy
    wedges: Wedges
    controls: tuple[QuantityControl, ...] = ()
    scenario: Scenario | None = None
    closure: str | Array = "share"

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


def path_start(
    scenario: str | None,
    dossier: str,
    asof: str | None,
    elasticities: str | None,
    closure: str,
    world: str | None,
    hold: bool | tuple[str, ...],
) -> PathStart:
    """Load what a path starts from: of a scenario, else the base year of a world with its record."""
    from detente.cases import closure_in
    from detente.cli.tables import prepare_named
    from detente.policy import refuse_model_options
    from detente.world import Wedges

    if scenario is not None:
        ready = prepare_named([scenario], dossier, asof, elasticities, closure, world=world, hold=hold)
        case = ready.cases[0]
        refuse_model_options(case.scenario, "a path along dates")
        return PathStart(
            ready.dossier, ready.economy, case.wedges, case.controls, case.scenario, ready.model.closure
        )
    record = open_record(dossier, asof)
    economy = economy_for(world, elasticities)
    with usage():
        closing = closure_in(closure_in_codes(closure, economy), economy)
    return PathStart(record, economy, Wedges.unchanged(economy), closure=closing)


def law_along(
    start: PathStart, cuts: tuple[QuantityControl, ...], holds: bool | tuple[str, ...]
) -> LawOfDays | Still:
    """What holds on every day: a scenario's measures as they begin and end, or the base year's; with cuts on top."""
    from detente.cases import LawOfDays, Still

    if start.scenario is None:
        return Still(start.wedges, cuts)
    return LawOfDays(start.economy, start.record, start.scenario, holds, cuts)


def cut_and_whole(
    start: PathStart,
    cuts: tuple[QuantityControl, ...],
    held: Held,
    lengths: Sequence[float],
    keep: bool,
    closure: str | Array,
    solver: Newton | None,
) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The same periods with the cuts, as stocks run down, and without them."""
    from detente.cases import path_and_without

    return path_and_without(
        start.economy,
        start.wedges,
        start.floors,
        cuts,
        held,
        lengths,
        keep_elasticities=keep,
        closure=closure,
        solver=solver,
    )


def monthly_table(
    path: Sequence[Period], cuts: Sequence[QuantityControl], shown: Sequence[str], held: Held
) -> Table:
    """What happens month by month, with a note on what is held at the start."""
    from detente.show import build
    from detente.show.tables import stocks as show

    table = build("stocks", path=path, controls=cuts, countries=shown)
    return show.with_held(table, held)


def along_table(
    economy: Economy,
    law: LawOfDays | Still,
    table: str,
    shown: Sequence[str],
    drawing: Drawing,
    closure: str | Array,
    keep: bool,
    solver: Newton | None,
    options: Options | None,
) -> tuple[Table, Callable[[], Figure]]:
    """A table of the whole path, with intervals where draws are asked for, and what makes its picture."""
    from detente.cases import closure_words, unfold
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
    said = (
        "" if isinstance(closure, str) and closure == "share" else f" Closure: {closure_words(along.long)}."
    )
    if not drawing.draws:
        name = "summary" if table == "summary" else "unfolding"
        return _noted(build(name, path=along, countries=shown), said), lambda: make(
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
    return _noted(build(name, drawn=drawn, countries=shown), said), lambda: make(
        "path-along", path=along, countries=shown, drawn=drawn
    )


def _noted(table: Table, said: str) -> Table:
    """The table with something more said below it."""
    return replace(table, note=table.note + said)
