"""Between the verbs and the rooms: load what a verb needs and ask the room for its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cli.aliases import called, closure_in_codes, plain
from detente.cli.options import DEFAULT_DOSSIER
from detente.cli.output import parse_day, progress, usage
from detente.cli.records import load_record, say_firing
from detente.cli.settings import set_by_hand
from detente.cli.worlds import economy_for, of_own_world
from detente.core import DateError, InputError, LabelError, Table, suggestion

if TYPE_CHECKING:
    import datetime as dt

    from detente.cases import Case, Options, Outcome
    from detente.dossier import Dossier
    from detente.equilibrium import Model, Newton
    from detente.policy import Scenario
    from detente.world import Economy


@dataclass(frozen=True, eq=False)
class Prepared:
    """What verbs that solve scenarios start from."""

    model: Model
    dossier: Dossier
    cases: tuple[Case, ...]
    source: str = DEFAULT_DOSSIER
    """Where the record and its scenarios come from: id or folder."""
    reference: str | None = None
    """Id of the scenario that the others are held against, however it was named."""

    @property
    def economy(self) -> Economy:
        """At the horizon."""
        return self.model.economy


def solve_prepared(ready: Prepared, world: str | None, solver: Newton | None = None) -> Mapping[str, Outcome]:
    """Solve what `prepare_named` loaded."""
    from detente.cases import run_cases

    with of_own_world(world), progress(None, "solving"):
        return run_cases(replace(ready.model, solver=solver), ready.cases)


def prepare_named(
    names: Sequence[str],
    dossier: str,
    asof: str | None,
    elasticities: str | None,
    closure: str,
    *,
    world: str | None = None,
    horizon: str = "long",
    hold: bool | tuple[str, ...] = False,
    settings: Sequence[str] = (),
    against: str | None = None,
    options: Options | None = None,
) -> Prepared:
    """Load what a solve of named scenarios needs: the economy at a horizon, the record, the wedges and controls.

    Says on standard error which clocks the scenarios' dates let fire; `hold` holds all of them (True) or some. `settings` are
    measures set on the command line, in every scenario but the one named `against`; `options` what is set beside the horizon.
    """
    from detente.cases import closure_in, model_at, prepare_cases
    from detente.policy import check_hold

    with usage():
        day = parse_day(asof, "--asof") if asof else None
    scenarios = [named_scenario(name, dossier) for name in dict.fromkeys(names)]
    days = {scenario.asof for scenario in scenarios if scenario.asof} | ({day} if day else set())
    if len(days) > 1:
        with usage():
            raise InputError(
                "the scenarios are read as of different days: " + ", ".join(sorted(map(str, days))),
                where="--asof",
                hint="take `asof` out of the scenario files, or give the same --asof",
            )
    source = scenarios[0].dossier if dossier == DEFAULT_DOSSIER else dossier
    record = load_record(source, next(iter(days), None))
    scenarios = _tellable(record, scenarios, source)
    reference = (
        scenarios[list(dict.fromkeys(names)).index(against)].id
        if against is not None and against in names
        else None
    )
    with usage():
        scenarios = set_by_hand(scenarios, settings, record, reference)
        check_hold(record, () if isinstance(hold, bool) else hold, "--hold")
        economy, keep = economy_for(world, elasticities), elasticities is not None
        closing = closure_in(closure_in_codes(closure, economy), economy)
        model = model_at(horizon, economy, closure=closing, keep_elasticities=keep, options=options)
    with of_own_world(world):
        cases = prepare_cases(model.economy, record, scenarios, hold_clocks=hold)
    say_firing(cases)
    return Prepared(model, record, cases, source, reference)


def _tellable(record: Dossier, scenarios: Sequence[Scenario], source: str) -> list[Scenario]:
    """Scenarios as they could be told on the record's day.

    Raises
    ------
    DateError
        When one puts measures into force that had not been announced, with the day from which on it can be told.
    """
    from detente.policy import tellable

    kept, later = tellable(record, scenarios, source)
    if later:
        with usage():
            raise DateError(
                f"`{later[0].scenario}` puts measures into force that nobody had announced by {record.asof}",
                where="--asof",
                hint=f"--asof {later[0].since} or later; `detente scenarios --asof {record.asof}` says which could be told",
            )
    return list(kept)


def untold(record: Dossier, dossier: str) -> str:
    """Which shipped scenarios could not be told on the record's day; empty when all could."""
    from detente.policy import load_scenario, shipped_scenarios, tellable, waiting_words

    names = shipped_scenarios(dossier, record.asof)
    _, later = tellable(record, [load_scenario(name, dossier=dossier) for name in names], dossier)
    return waiting_words(later, record.asof) if later else ""


def named_scenario(name: str, dossier: str) -> Scenario:
    """Load a scenario; an id that is not known is a slip on the command line, a file that is wrong is not."""
    from detente.policy import load_scenario

    if any(Path(part).suffix in (".yaml", ".yml") for part in name.split("+")):
        return load_scenario(name, dossier=dossier)
    with usage():
        return load_scenario(name, dossier=dossier)


def outcome_tables(
    outcomes: Mapping[str, Outcome],
    which: str,
    countries: Sequence[str],
    reference: str | None,
    sides: Callable[[], tuple[str, str]],
) -> list[Table]:
    """One of the tables of `detente run`; `sides` says whom a table about two is about when nobody is named.

    `reference` is the id of the outcome that differences are taken from.
    """
    from detente.show import build
    from detente.show.tables import noted

    shown = {name: outcome for name, outcome in outcomes.items() if name != reference} or dict(outcomes)
    every: dict[str, object] = {"outcomes": outcomes, "countries": countries, "against": reference}

    def of_sides() -> dict[str, object]:
        return {**every, "countries": countries or sides()}

    kinds = {
        "countries": lambda: [build("countries", **every)],
        "sectors": lambda: [build("sectors", **of_sides())],
        "pair": lambda: [build("pair", outcomes=outcomes, parties=_pair(countries, sides))],
        "diversion": lambda: [
            _diversion(outcomes, outcome, lambda: _pair(countries, sides), reference)
            for outcome in shown.values()
        ],
        "diverted": lambda: [
            build(
                "diverted",
                outcome=outcome,
                parties=sides(),
                against=_reference(outcomes, reference, "diverted"),
                countries=countries,
            )
            for outcome in shown.values()
        ],
        "measures": lambda: [build("footprints", outcome=outcome) for outcome in shown.values()],
        "employment": lambda: [build("employment", **of_sides())],
        "wages": lambda: [build("wages", **every)],
        "prices": lambda: [build("prices", **of_sides())],
        "flows": lambda: [build("flows", **every)],
        "revenue": lambda: [build("revenue", **every)],
        "accounts": lambda: [build("accounts", outcomes=outcomes, countries=countries)],
        "duties": lambda: [build("effective-duties", outcomes=outcomes, countries=countries)],
        "welfare": lambda: [build("welfare", **every)],
        "jobs": lambda: [build("jobs", **every)],
        "unemployment": lambda: [build("unemployment", **of_sides())],
        "quantities": lambda: [build("quantities", outcomes=outcomes)],
        "clocks": lambda: [build("firing", timed=outcomes.values())],
    }
    if which not in kinds:
        raise LabelError(f"no table `{which}`", where="--table", hint=suggestion(which, kinds))
    tables = kinds[which]()
    return tables if which == "clocks" else noted(tables, outcomes.values())


def _pair(countries: Sequence[str], sides: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    if not countries:
        return sides()
    if len(countries) != 2:
        raise InputError(
            "this table is about two parties",
            where="--countries",
            hint="name two, with a comma between: --countries ONE,OTHER",
        )
    return (countries[0], countries[1])


def _diversion(
    outcomes: Mapping[str, Outcome],
    outcome: Outcome,
    pair: Callable[[], tuple[str, str]],
    reference: str | None,
) -> Table:
    from detente.show import build

    other = _reference(outcomes, reference, "diversion")
    return build("diversion", outcome=outcome, parties=pair(), against=other)


def _reference(outcomes: Mapping[str, Outcome], reference: str | None, table: str) -> Outcome:
    """The outcome that a table of differences needs."""
    if reference is None:
        raise InputError(
            "diversion is a difference between two outcomes",
            where=f"--table {table}",
            hint="add --against standing",
        )
    return outcomes[reference]


def comparison_table(outcomes: Mapping[str, Outcome], countries: Sequence[str]) -> Table:
    """Two outcomes side by side."""
    from detente.show import build
    from detente.show.tables import noted

    if len(outcomes) != 2:
        raise InputError("the two scenarios are one and the same", hint="compare takes two different ones")
    return noted([build("comparison", outcomes=outcomes, countries=countries)], outcomes.values())[0]


def scenario_table(dossier: str, asof: dt.date | None = None) -> Table:
    """Scenarios shipped with a dossier that are a live question on a day; those that could not be told yet without their story."""
    from detente.show import build
    from detente.show.tables import is_record

    if not is_record(dossier):
        load_record(dossier, None)  # says that there is none, and which there are
    record = load_record(dossier, asof)
    return build("scenarios", source=dossier, dossier=record, sifted=asof is not None)


def filtered(table: Table, **wanted: str | None) -> Table:
    """Keep rows whose column holds the value asked for, or its name; a filter that matches nothing is an error."""
    for key, value in wanted.items():
        if value is None:
            continue
        cells = table.column(key)
        names = next(column for column in table.columns if column.key == key).names
        target = plain(called(value, sorted({str(cell) for cell in cells}), "economies", names))
        keep = [target in {plain(str(cell)), plain(names.get(str(cell), ""))} for cell in cells]
        if not any(keep):
            raise LabelError(
                f"no row has {key} `{value}`",
                where=f"--{key}",
                hint=suggestion(value, sorted({str(cell) for cell in cells})),
            )
        rows = tuple(row for row, kept in zip(table.rows, keep, strict=True) if kept)
        table = Table(table.name, table.title, table.columns, rows, table.note, table.meta)
    return table


def measures_on(record: Dossier, day: dt.date, *, actor: str | None, status: str | None) -> Table:
    """Measures of a day, perhaps of one actor or status; a day before every measure is an error."""
    from detente.show import build

    table = build("measures", dossier=record, date=day)
    if not table.rows:
        first = min((measure.announced for measure in record.measures.values()), default=None)
        raise DateError(
            f"no measure had been announced by {day}",
            where="--at",
            hint=f"the record starts on {first}" if first else "the record has no measures",
        )
    return filtered(table, actor=actor, status=status)


def some_report(record: Dossier) -> None:
    """Refuse to list the claims of a day on which no report had been written."""
    if not record.claims:
        raise DateError(
            f"no report had been written by {record.asof}",
            where="--asof",
            hint="a later day, if the record has claims at all; `detente claims` takes the record's own day",
        )


def check_table(
    dossier: Dossier, reports: Path | None, source: str, world: str | None = None
) -> tuple[Table, bool]:
    """Identities, record, scenarios and solver, one row a check; whether any failed."""
    from detente.show import make

    economy = None if world is None else economy_for(world, None)
    table, failed = make("check", dossier=dossier, reports=reports, source=source, world=economy)
    return table, failed


def citation_table(dossier: Dossier, economy: object, scenario: str | None, source: str) -> Table:
    """What to cite, for everything or for one scenario."""
    from detente.show import build
    from detente.world import Economy

    assert isinstance(economy, Economy)
    if scenario is None:
        return build("citations", dossier=dossier, economy=economy)
    from detente.policy import apply_scenario, wedges_and_footprints

    chosen = named_scenario(scenario, source)
    _, footprints = wedges_and_footprints(economy, dossier, chosen, quantities=True)
    states = apply_scenario(dossier, chosen).states(chosen.on(dossier.asof))
    used = {states[f.measure].source for f in footprints if f.moves}
    used |= {value.source for f in footprints if f.moves for value in dossier.measures[f.measure].values}
    return build("citations", dossier=dossier, economy=economy, source_ids=used)
