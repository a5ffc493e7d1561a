"""Opening a record for a verb: what is wrong with it is said once, on standard error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import parse_day, usage
from detente.cli.terminal import once

if TYPE_CHECKING:
    from detente.cases import Case
    from detente.dossier import Dossier

HoldClocksOption = Annotated[
    bool,
    typer.Option(
        "--hold-clocks", help="Hold everything that would change by itself before a scenario's date."
    ),
]
HoldOption = Annotated[
    list[str] | None,
    typer.Option(
        "--hold",
        help="Hold this clock or measure (see `detente clocks`); may be given again.",
        show_default="none",
    ),
]


def to_hold(every: bool, names: Sequence[str] | None) -> bool | tuple[str, ...]:
    """What --hold-clocks and --hold ask to hold."""
    return every or tuple(dict.fromkeys(names or ()))


def open_record(name: str, asof: str | None) -> Dossier:
    """Load a record for a verb; a wrong id or day is a slip on the command line, a wrong file is not."""
    from pathlib import Path

    from detente.dossier import load_dossier

    with usage():
        day = parse_day(asof, "--asof") if asof else None
        record = None if Path(name).is_dir() else load_dossier(name, asof=day)
    return say_errors(record or load_dossier(name, asof=day), name)


def load_record(name: str, day: dt.date | None) -> Dossier:
    """Load a record as of a day, and say what is wrong with it."""
    from detente.dossier import load_dossier

    return say_errors(load_dossier(name, asof=day), name)


def say_errors(record: Dossier, name: str) -> Dossier:
    """Say in one line how many errors the audit finds in a record, as known on its day."""
    from detente.dossier import age, errors_kept

    if old := age(record):
        once(f"note: {old}")
    if count := errors_kept(record):
        many = f"{count} errors" if count > 1 else "1 error"
        once(f"note: the record has {many}: detente audit {name} --asof {record.asof}")
    return record


def say_firing(cases: Sequence[Case]) -> None:
    """Say which clocks the dates of scenarios let fire, what each snaps back to, and what is held in vain."""
    from detente.show.tables import firing_lines

    for case in cases:
        if lines := firing_lines(case):
            once("\n".join(lines))
    idle = [set(case.timing.idle) for case in cases if case.timing is not None]
    for name in sorted(set.intersection(*idle)) if idle else ():
        once(f"note: `{name}` changes nothing between the as-of day and the scenario's date: nothing to hold")
