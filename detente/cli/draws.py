"""Between `detente run --draws` and the room of draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.cli.output import reporting, usage
from detente.cli.terminal import note
from detente.core import InputError, LabelError, Table, suggestion

if TYPE_CHECKING:
    from detente.cases import Options
    from detente.cli.tables import Prepared
    from detente.core import Cluster, Pool

OWN = ("intervals", "drivers", "uncertainty")
OF_RESULTS = ("sectors", "employment", "wages", "prices", "flows", "pair", "revenue", "duties", "welfare")
TABLES = (*OWN, *OF_RESULTS)
FEW = 64
"""Draws below which shares of variance are said to be mostly noise."""


@dataclass(frozen=True)
class Asked:
    """What was asked of a verb that solves scenarios: the record and what was known of it, the world, the model."""

    dossier: str
    asof: str | None
    elasticities: str | None
    closure: str
    world: str | None
    horizon: str
    hold: bool | tuple[str, ...]
    options: Options | None = None
    settings: tuple[str, ...] = ()
    """Measures set by hand, in every scenario but the reference."""


@dataclass(frozen=True)
class Drawing:
    """How much is drawn, from which seed, and by how many processes or on which cluster."""

    draws: int
    seed: int
    workers: int = 1
    cluster: str | None = None

    def check(self) -> None:
        """Refuse what makes no interval.

        Raises
        ------
        InputError
            For too few draws or workers.
        """
        if self.draws < 2:
            raise InputError(
                f"{self.draws} draw{'' if self.draws == 1 else 's'} cannot make an interval",
                where="--draws",
                hint="64 or more",
            )
        if self.workers < 1:
            raise InputError(f"{self.workers} workers do nothing", where="--workers", hint="1 or more")
        if self.cluster is not None and self.workers != 1:
            raise InputError(
                "a cluster has workers of its own", where="--workers", hint="leave it out with --cluster"
            )

    @property
    def on(self) -> Pool | Cluster:
        """Where it is solved."""
        from detente.core import Cluster, Pool

        if self.cluster is not None:
            return Cluster(self.cluster)
        return Pool(self.workers, threads=None)


def check_draws(draws: int) -> None:
    """Refuse a number of draws that makes no interval; 0 is none at all.

    Raises
    ------
    InputError
        Below 0, and for one.
    """
    if draws < 0 or draws == 1:
        with usage():
            raise InputError(
                f"{draws} draw{'' if draws == 1 else 's'} cannot make an interval",
                where="--draws",
                hint="2 or more, and 64 or more for ends that stand still; 0 draws none",
            )


def drawn_tables(
    names: Sequence[str],
    table: str,
    countries: Sequence[str],
    against: str | None,
    asked: Asked,
    drawing: Drawing,
) -> list[Table]:
    """One of the tables of `detente run --draws`.

    Parameters
    ----------
    names : sequence of str
        Scenarios.
    table : str
        ``intervals`` (also when ``countries`` is asked for), ``drivers``, ``uncertainty``, or a table of `detente run`
        whose results get intervals.
    countries : sequence of str
    against : str, optional
        Scenario that differences are taken from.
    asked : Asked
    drawing : Drawing

    Raises
    ------
    LabelError
        For another table.
    InputError
        For too few draws or workers.
    """
    from detente.cli.tables import prepare_named
    from detente.cli.whose import EVERY, economies_shown
    from detente.show.tables import noted

    table = "intervals" if table == "countries" else table
    with usage():
        if table not in TABLES:
            raise LabelError(
                f"`{table}` has no draws", where="--table", hint=suggestion(table, TABLES) + " with --draws"
            )
        check_draws(drawing.draws)
        drawing.check()
    if against:  # the reference stands last
        names = [*(name for name in names if name != against), against]
    ready = prepare_named(
        names,
        asked.dossier,
        asked.asof,
        asked.elasticities,
        asked.closure,
        world=asked.world,
        horizon=asked.horizon,
        hold=asked.hold,
        settings=asked.settings,
        against=against,
        options=asked.options,
    )
    with usage():
        for code in countries:
            if code != "WORLD" or table in OF_RESULTS:
                ready.economy.labels.country(code)
        if table == "pair" and countries and len(countries) != 2:
            raise InputError(
                "this table is about two parties",
                where="--countries",
                hint="name two, with a comma between: --countries ONE,OTHER",
            )
    if table == "intervals":  # of whom the table without intervals speaks
        every = EVERY if tuple(countries) == ready.economy.labels.countries else ""
        countries = economies_shown(tuple(countries), every, "countries", ready)
    return noted(_solved(ready, table, countries, against is not None, drawing), ready.cases)


def _solved(
    ready: Prepared,
    table: str,
    countries: Sequence[str],
    compared: bool,
    drawing: Drawing,
) -> list[Table]:
    """Draw, and lay out."""
    from detente.cases import sides_in
    from detente.outlook import draw_outcomes, drivers
    from detente.show import build

    if table == "uncertainty":
        return [build("uncertainty", model=ready.model)]
    reference = ready.cases[-1].scenario.id if compared else None
    if table in OF_RESULTS:
        return [_of_results(ready, table, countries, reference, drawing)]
    if table == "drivers":
        if drawing.draws < FEW:
            note(
                f"note: of {drawing.draws} draws the shares of variance are mostly noise, and may lie outside 0 to 100: {FEW} or more"
            )
        with reporting("solving draws") as report:
            indices = drivers(
                ready.model,
                ready.cases,
                draws=drawing.draws,
                seed=drawing.seed,
                against=reference,
                on=drawing.on,
                report=report,
            )
        return [
            build(
                "drivers",
                indices=indices,
                countries=countries or sides_in(ready.dossier, ready.economy),
                against=reference,
            )
        ]
    with reporting("solving draws") as report:
        drawn = draw_outcomes(
            ready.model,
            ready.cases,
            draws=drawing.draws,
            seed=drawing.seed,
            on=drawing.on,
            report=report,
        )
    return [build("intervals", draws=drawn, against=reference, countries=countries)]


def _of_results(
    ready: Prepared,
    table: str,
    countries: Sequence[str],
    reference: str | None,
    drawing: Drawing,
) -> Table:
    """Draw the results behind a table of `detente run`."""
    from detente.cases import base_case, sides_in
    from detente.outlook import draw_outcomes
    from detente.show import build
    from detente.show.tables import results_of

    cases = ready.cases if reference else (*ready.cases, base_case(ready.economy, ready.cases[0]))
    controlled = any(case.controls for case in cases)
    drawn = draw_outcomes(
        ready.model,
        cases,
        draws=drawing.draws,
        seed=drawing.seed,
        on=drawing.on,
        results=results_of(
            ready.economy,
            table,
            tuple(countries) or sides_in(ready.dossier, ready.economy),
            controlled=controlled,
        ),
        reference=cases[-1].scenario.id,
    )
    return build("drawn-results", draws=drawn, reference=cases[-1].scenario.id, table=table)
