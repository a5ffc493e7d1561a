"""Average duties of the two sides on each other along the calendar: a period that is chosen, with the acts that moved them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from detente.app.drawing import DrawnView
from detente.core import Column, DateError, Table, known, known_each
from detente.dossier import acts_of
from detente.show import build, make
from detente.show.figures import Event, country_name

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.app.state import PageState
    from detente.core import Cell
    from detente.dossier import Dossier

BACK: Final = dt.timedelta(days=365)
AHEAD: Final = dt.timedelta(days=30)
FARTHEST: Final = dt.timedelta(days=730)
"""Days after the record's own that the law can be read for."""
MARKED: Final = 6
"""Acts that are named in the picture: those that moved an average most."""
NOTICED: Final = 0.5
"""Points of an average duty below which an act is not named in the picture."""
LONGEST_LABEL: Final = 52


@dataclass(frozen=True)
class ShownPeriod:
    """Days between which the path is shown, and those between which it could be."""

    since: dt.date
    until: dt.date
    first: dt.date
    last: dt.date


def period_of(state: PageState, record: Dossier, acts: Sequence[dt.date]) -> ShownPeriod:
    """The period that a state asks for, else a year back and a month ahead.

    Raises
    ------
    DateError
        For a period that ends before it begins, and one that the record cannot answer for.
    """
    first = min([*acts, record.asof - BACK])
    last = record.asof + FARTHEST
    since = dt.date.fromisoformat(state.since) if state.since else record.asof - BACK
    until = dt.date.fromisoformat(state.until) if state.until else max(record.asof + AHEAD, since + AHEAD)
    if since >= until:
        raise DateError(
            f"the period begins on {since} and ends on {until}", where="since", hint="an earlier first day"
        )
    if since < first or until > last:
        raise DateError(
            f"the record has duties from {first} to {last}",
            where="since" if since < first else "until",
            hint="a period between them",
        )
    return ShownPeriod(since, until, first, last)


def duty_path_drawn(answer: PageAnswer, laboratory: Laboratory) -> DrawnView:
    """The averages of a period, day by day on which an act changed one, with the acts marked.

    Raises
    ------
    DateError
        As `period_of`.
    """
    record = answer.dossier
    first, second = answer.parties
    acts = acts_of(record, answer.parties)
    period = period_of(answer.state, record, list(acts))
    days = sorted(
        {period.since, *(day for day in acts if period.since <= day <= period.until)}
        | ({record.asof} if period.since <= record.asof <= period.until else set())
    )
    pairs = ((first, second), (second, first))
    averages = [_averages(answer, laboratory, pair, days) for pair in pairs]
    rows: list[tuple[Cell, ...]] = [
        (
            day.isoformat(),
            "known" if day <= record.asof else "scheduled",
            *(average[n] for average in averages),
            ", ".join(acts.get(day, ())),
        )
        for n, day in enumerate(days)
    ]
    table = Table(
        "duty_path",
        f"Average duties of {country_name(first)} and {country_name(second)} on each other, as known on {record.asof}",
        (
            Column("date", "Date", kind="date"),
            Column("known", "Known or scheduled"),
            Column(f"{first}_on_{second}", f"{first} on {second}", "%", "number", 1),
            Column(f"{second}_on_{first}", f"{second} on {first}", "%", "number", 1),
            Column("measures", "Duties that change"),
        ),
        tuple(rows),
        note="Statutory, all layers, weighted by the imports of the base year. A rate holds until the next date; later than the "
        "day of the record it is what was scheduled if nobody acts.",
    )
    figure = make(
        "duty-averages",
        dates=days,
        rates={
            pair: [float(value or 0.0) / 100 for value in average]
            for pair, average in zip(pairs, averages, strict=True)
        },
        asof=min(record.asof, period.until),
        concept=f"by law, all layers, weighted by imports of {answer.economy.year}",
        events=_marks(record, days, averages, acts),
        end=period.until,
    )
    alt = figure.alt.replace("as known on", f"from {period.since} to {period.until}, as known on", 1)
    return DrawnView(table, replace(figure, alt=alt))


def _averages(
    answer: PageAnswer, laboratory: Laboratory, pair: tuple[str, str], days: Sequence[dt.date]
) -> list[float | None]:
    """Average duty of one side on the other on some days, percent: read once a day of a record."""
    record, state = answer.dossier, answer.state
    read = laboratory.made.get_or(("duty days", state.case, record.asof, pair), dict)
    assert isinstance(read, dict)
    new = [day for day in days if day not in read]
    if new:
        economy = laboratory.model(replace(state, elasticities=""), "long").economy
        table = build(
            "duty-path", dossier=record, economy=economy, importer=pair[0], exporter=pair[1], dates=new
        )
        read.update(zip(new, table.column("average"), strict=True))
    return [read[day] for day in days]


def _marks(
    record: Dossier,
    days: Sequence[dt.date],
    averages: Sequence[Sequence[float | None]],
    acts: dict[dt.date, list[str]],
) -> list[Event]:
    """The acts that moved an average most, by the title of the first duty they changed."""
    moves = known_each(
        {
            later: max(abs(known(average[n + 1] or 0.0) - known(average[n] or 0.0)) for average in averages)
            for n, (_, later) in enumerate(itertools.pairwise(days))
            if later in acts
        }
    )
    largest = sorted(moves, key=lambda day: (-moves[day], day))[:MARKED]
    return [Event(day, _short(record, acts[day])) for day in sorted(largest) if moves[day] >= NOTICED]


def _short(record: Dossier, names: Sequence[str]) -> str:
    title = record.measures[names[0]].title
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    most = LONGEST_LABEL - len(more)
    return (title if len(title) <= most else f"{title[: most - 1].rstrip(' ,')}…") + more


@dataclass(frozen=True)
class Brush:
    """The strip on which a period is chosen.

    Attributes
    ----------
    period : ShownPeriod
    marks : tuple of (float, str)
        Acts: where on the strip, in thousandths, and the day.
    years : tuple of (float, int)
        Where years begin.
    band : tuple of (float, float)
        Where the chosen period begins, and how long it is.
    ready : tuple of (title, since, until)
        Periods that are one step away.
    """

    period: ShownPeriod
    marks: tuple[tuple[float, str], ...]
    years: tuple[tuple[float, int], ...]
    band: tuple[float, float]
    ready: tuple[tuple[str, str, str], ...]


def brush_of(answer: PageAnswer, laboratory: Laboratory) -> Brush:
    """What the strip shows; for a period that cannot be, the one that is shown without asking."""
    record = answer.dossier
    acts = acts_of(record, answer.parties)
    try:
        period = period_of(answer.state, record, list(acts))
    except DateError:
        period = period_of(replace(answer.state, since="", until=""), record, list(acts))
    last = min(period.last, max([*acts, record.asof + AHEAD, period.until]))
    whole = max((last - period.first).days, 1)

    def place(day: dt.date) -> float:
        return round(1000 * (day - period.first).days / whole, 1)

    years = range(period.first.year + 1, last.year + 1)
    ready = [
        ("All", period.first, last),
        ("A year back", record.asof - BACK, record.asof + AHEAD),
        ("Three months back", record.asof - dt.timedelta(days=92), record.asof + AHEAD),
        ("Ahead", record.asof, record.asof + BACK),
    ]
    return Brush(
        replace(period, last=last),
        tuple((place(day), day.isoformat()) for day in acts if day <= last),
        tuple((place(dt.date(year, 1, 1)), year) for year in years),
        (place(period.since), round(place(period.until) - place(period.since), 1)),
        tuple((title, since.isoformat(), until.isoformat()) for title, since, until in ready),
    )
