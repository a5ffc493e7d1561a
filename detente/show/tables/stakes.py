"""Clocks with what is at stake: what each one changes in the ledger, and what that change would cost both sides.

The cost of a clock is the standing state of the record's day solved twice, as it is and with only what this clock
changes. It says what the day is worth by itself, not what the other side would answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.core import Cell, Column, Table
from detente.dossier import Change, Clock, changes, running
from detente.equilibrium import Model
from detente.policy import Scenario, Setting
from detente.show.figures.theme import country_name

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.world import Economy

LEGAL = ("legal_expiry", "entry_into_force")
"""Kinds that the law carries out; every other kind is a decision, a meeting or a promise."""


def firing(dossier: Dossier, clock: Clock) -> Scenario | None:
    """The standing state with only what a clock changes; None when that moves no result."""
    moved = changes(dossier, clock)
    if all(change.after.measure.inert for change in moved):
        return None
    settings = {
        change.measure: Setting(status=change.after.status, value=change.after.value) for change in moved
    }
    return Scenario(id=clock.id, title=clock.title, dossier=dossier.id, date=dossier.asof, set=settings)


def eve(dossier: Dossier, clock: Clock) -> Scenario:
    """The standing state with the clock's measures as they are on the eve of its day."""
    settings = {
        change.measure: Setting(status=change.before.status, value=change.before.value)
        for change in changes(dossier, clock)
    }
    title = f"Eve of: {clock.title}"
    return Scenario(id=f"{clock.id}-eve", title=title, dossier=dossier.id, date=dossier.asof, set=settings)


def costs(
    dossier: Dossier,
    economy: Economy,
    clocks: Sequence[Clock],
    parties: Sequence[str],
    *,
    closure: str = "share",
) -> dict[str, dict[str, float]]:
    """Equivalent variation of each clock's firing by party, billion USD a year, long run.

    Parameters
    ----------
    dossier : Dossier
    economy : Economy
    clocks : sequence of Clock
    parties : sequence of str
        Countries of the economy.
    closure : str

    Returns
    -------
    dict of clock id to dict of party to float
        Only clocks that change something; negative is a loss.

    Raises
    ------
    LabelError
        For a party the economy does not have.
    SolveError
        When one of the states has no equilibrium.
    """
    from detente.cases import prepare_cases, solve_cases

    place = {code: economy.labels.country(code) for code in parties}
    moved = [clock for clock in clocks if firing(dossier, clock) is not None]
    if not moved:
        return {}
    scenarios = []
    for clock in moved:
        fired = firing(dossier, clock)
        assert fired is not None
        scenarios += [eve(dossier, clock), fired]
    cases = prepare_cases(economy, dossier, scenarios)
    solved = [
        solution.value.equivalent_variation_usd
        for solution, _ in solve_cases(Model(economy, closure=closure), cases, throw=True)
    ]
    return {
        clock.id: {code: float(solved[2 * k + 1][n] - solved[2 * k][n]) / 1e3 for code, n in place.items()}
        for k, clock in enumerate(moved)
    }


def stakes_table(
    dossier: Dossier,
    from_date: dt.date,
    stakes: Mapping[str, Mapping[str, float]] | None = None,
    parties: Sequence[str] = (),
) -> Table:
    """Clocks that fire on or after a day: when, by law or by decision, what each snaps back to, what it costs whom.

    Parameters
    ----------
    dossier : Dossier
    from_date : date
    stakes : mapping from `costs`, optional
    parties : sequence of str
        One column of cost each.

    Returns
    -------
    Table
    """
    columns = [
        Column("id", "Clock"),
        Column("title", "What"),
        Column("fires", "Fires", kind="date"),
        Column("days", "Days left", "days", "number", 0),
        Column("kind", "Kind"),
        Column("by", "Fires by"),
        Column("state", "State"),
        Column("on_firing", "On firing"),
        Column("changes", "In the ledger"),
        *(
            Column(
                f"cost_{code.lower()}", f"At stake, {country_name(code, short=True)}", "USD bn", "number", 1
            )
            for code in parties
        ),
        Column("measures", "Measures"),
        Column("source", "Source"),
        Column("grade", "Grade"),
        Column("note", "Note"),
    ]
    rows: list[tuple[Cell, ...]] = []
    coming = (clock for clock in dossier.clocks.values() if clock.fires >= from_date)
    for clock in sorted(coming, key=lambda clock: (clock.fires, clock.id)):
        moved = changes(dossier, clock)
        cost = (stakes or {}).get(clock.id, {})
        rows.append(
            (
                clock.id,
                clock.title,
                clock.fires.isoformat(),
                (clock.fires - from_date).days,
                clock.kind.replace("_", " "),
                "law" if clock.kind in LEGAL else "decision",
                "running" if running(dossier, clock) else f"called off {clock.superseded}",
                clock.on_firing.strip(),
                "; ".join(change.words() for change in moved),
                *(cost.get(code) for code in parties),
                ", ".join(clock.measures),
                clock.source,
                clock.grade.value,
                clock.note.strip(),
            )
        )
    note = f"As known on {dossier.asof}. In the ledger: state on the eve and on the day, nobody acting."
    if parties:
        note += (
            " At stake: equivalent variation a year, long run, of what the clock changes and nothing else on the"
            f" standing state of {dossier.asof}; the other side's answer is not in it."
        )
    return Table("clocks", f"Clocks from {from_date}", tuple(columns), tuple(rows), note)


def calendar_details(
    dossier: Dossier, stakes: Mapping[str, Mapping[str, float]] | None = None
) -> dict[str, tuple[str, ...]]:
    """Lines for the calendar: what each clock changes and what it costs."""
    details: dict[str, tuple[str, ...]] = {}
    for key, clock in dossier.clocks.items():
        lines = [change.words() for change in changes(dossier, clock)]
        for code, value in (stakes or {}).get(key, {}).items():
            lines.append(f"At stake for {code}: {value:+.1f} billion USD a year, long run")
        details[key] = tuple(lines)
    return details


__all__ = [
    "Change",
    "calendar_details",
    "changes",
    "costs",
    "eve",
    "firing",
    "stakes_table",
]
