"""What a scenario's date lets happen by itself, in words and as a table; read from `detente.policy.firing`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from detente.core import Cell, Column, Table
from detente.show.words.words import date_words, joined

if TYPE_CHECKING:
    from detente.policy import Fired, Scenario, Timing


class Timed(Protocol):
    """A case or an outcome: a scenario with what its date means."""

    @property
    def scenario(self) -> Scenario:
        """The scenario."""

    @property
    def timing(self) -> Timing | None:
        """What its date means; None when it was not made from a record."""


HOLD = "--hold-clocks, or `hold_clocks: true` in the scenario, keeps what holds on {asof}; --hold {name} keeps one"


def firing_note(timed: Iterable[Timed]) -> str:
    """One sentence a scenario for the note of a table; empty when no date lets anything fire and nothing is held."""
    said = []
    for case in timed:
        when = case.timing
        if when is None:
            continue
        name = case.scenario.id
        if when.lets:
            clocks = joined([f"{fired.name} ({fired.day})" for fired in when.lets])
            said.append(f"The date of `{name}`, {when.date}, lets fire what nobody holds: {clocks}.")
        if when.held:
            said.append(f"`{name}` holds {joined([f'{fired.name} ({fired.day})' for fired in when.held])}.")
        if when.beyond:
            said.append(f"`{name}`: {when.beyond}.")
    return " ".join(said)


def noted(tables: Sequence[Table], timed: Iterable[Timed]) -> list[Table]:
    """Tables whose notes also say which clocks the dates of their scenarios let fire."""
    said = firing_note(timed)
    if not said:
        return list(tables)
    return [replace(table, note=f"{table.note} {said}".strip()) for table in tables]


def firing_lines(case: Timed) -> list[str]:
    """What fires in a scenario and what each snaps back to, line by line, with how to hold it."""
    when = case.timing
    if when is None:
        return []
    lines = []
    if when.beyond:
        lines.append(f"note: `{case.scenario.id}`: {when.beyond}")
    if when.lets:
        lines.append(f"note: `{case.scenario.id}` is read on {when.date}; since {when.asof}, nobody acting:")
        for fired in when.lets:
            what = (
                f"{fired.clock.id} fires ({fired.clock.title})" if fired.clock else "no clock of the record"
            )
            lines.append(f"  {fired.day} {what}")
            lines += [f"    {change.words()}" for change in fired.lets]
        lines.append(f"  hint: {HOLD.format(asof=when.asof, name=when.lets[0].name)}")
    if when.held:
        held = joined([f"{fired.name} ({fired.day})" for fired in when.held])
        lines.append(f"note: `{case.scenario.id}` holds {held}")
    return lines


def firing_words(when: Timing | None) -> str:
    """The same as sentences of a briefing; empty when there is nothing to say."""
    if when is None:
        return ""
    said = []
    if when.lets:
        clocks = joined([_clock_words(fired) for fired in when.lets])
        said.append(f"By then, nobody acting, these have changed by themselves: {clocks}.")
    if when.held:
        held = joined([_clock_words(fired) for fired in when.held])
        said.append(f"Held back, though due by then: {held}.")
    if when.beyond:
        said.append(f"The date lies outside the record: {when.beyond}.")
    return " ".join(said)


def _clock_words(fired: Fired) -> str:
    title = fired.clock.title if fired.clock is not None else fired.changes[0].after.measure.title
    return f"“{title}” ({date_words(fired.day)})"


def firing_table(timed: Iterable[Timed]) -> Table:
    """Every clock between the as-of day and each scenario's date, and every change that no clock names.

    Returns
    -------
    Table
        One row a clock and measure: what it snaps back to, and whether the scenario lets it, holds it or decides itself.
    """
    rows: list[tuple[Cell, ...]] = []
    for case in timed:
        when = case.timing
        for fired in when.fired if when is not None else ():
            clock = fired.clock
            head = (
                case.scenario.id,
                fired.day.isoformat(),
                clock.id if clock else "",
                clock.title if clock else "",
            )
            for change in fired.changes:
                before, after = change.words().removeprefix(f"{change.measure}: ").split(" → ")
                if fired.held:
                    state = "held"
                elif change.measure in fired.settled:
                    state = "decided by the scenario"
                else:
                    state = "moves no result" if change.after.measure.inert else "fires"
                rows.append((*head, change.measure, before, after, state))
            if not fired.changes:
                rows.append((*head, "", "", "", "changes no measure"))
    columns = (
        Column("outcome", "Outcome"),
        Column("day", "Day", kind="date"),
        Column("clock", "Clock"),
        Column("title", "What"),
        Column("measure", "Measure"),
        Column("before", "On the eve"),
        Column("after", "Snaps back to"),
        Column("state", "In the outcome"),
    )
    note = "Between the as-of day and the scenario's date, by the law as known and nobody acting. `hold_clocks` holds them."
    return Table("firing", "What the dates of the scenarios let happen", columns, tuple(rows), note)
