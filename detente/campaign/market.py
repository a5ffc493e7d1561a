"""What a market made of the steps of a standoff: an event study, its move for a change in odds, and odds read back from a move.

An event's abnormal move is the sum of the returns in its window less the mean return of the days before, whose spread gives its
standard error (MacKinlay 1997, the constant-mean model). A market that knew the odds moves by the surprise: κ is the regression of
abnormal moves on surprises through the origin, weighted by their variances. A price series may come with terms that forbid passing it
on, so that only estimates are shipped (``data/market.yaml``, made by ``scripts/market_events.py``).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detente.core import Column, InputError, LabelError, Table, suggestion
from detente.dossier import Field, Frozen

WINDOW = (0, 1)
"""Trading days of an event, from the first on or after it became public."""
BEFORE = (120, 11)
"""Trading days before an event from which on, and up to which, returns are ordinary."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Abnormal moves around events.

    Attributes
    ----------
    days : tuple of date
        Of the events that lie inside the series.
    moves : array [event]
        In the unit of the series' changes, over the window.
    errors : array [event]
        Standard errors.
    kept : tuple of int
        Positions of these events among those asked for.
    """

    days: tuple[dt.date, ...]
    moves: NDArray[np.float64]
    errors: NDArray[np.float64]
    kept: tuple[int, ...]


def abnormal_moves(
    dates: Sequence[dt.date],
    changes: NDArray[np.float64],
    events: Sequence[dt.date],
    *,
    window: tuple[int, int] = WINDOW,
    before: tuple[int, int] = BEFORE,
) -> Moves:
    """Abnormal moves around events.

    Parameters
    ----------
    dates : sequence of date
        Trading days, ascending.
    changes : array [day]
        Change from the trading day before: percent of an index, points of a volatility.
    events : sequence of date
        Days on which something became public; one without trading counts for the next that has it.
    window, before : (int, int)
        Trading days from the event; trading days back from it.

    Returns
    -------
    Moves
        Events too near the ends of the series are left out.

    Examples
    --------
    >>> import datetime as dt
    >>> days = [dt.date(2020, 1, 1) + dt.timedelta(days=k) for k in range(200)]
    >>> changes = np.tile([0.5, -0.5], 100); changes[150] = -3.0
    >>> abnormal_moves(days, changes, [days[150]], window=(0, 0)).moves.tolist()
    [-3.0]
    """
    if len(dates) != len(changes):
        raise InputError(
            f"{len(dates)} days and {len(changes)} changes", where="abnormal_moves", hint="one change a day"
        )
    calendar = np.array([day.toordinal() for day in dates])
    rows = []
    for number, event in enumerate(events):
        at = int(np.searchsorted(calendar, event.toordinal()))
        first, last = at + window[0], at + window[1]
        if at >= len(dates) or last >= len(dates) or at - before[0] < 0:
            continue
        usual = changes[at - before[0] : at - before[1] + 1]
        length = last - first + 1
        move = float(changes[first : last + 1].sum() - length * usual.mean())
        error = float(usual.std(ddof=1)) * math.sqrt(length + length**2 / len(usual))
        rows.append((number, event, move, error))
    return Moves(
        tuple(row[1] for row in rows),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        tuple(row[0] for row in rows),
    )


class MarketMove(Frozen):
    """What one market made of surprises.

    Attributes
    ----------
    kappa, error : float
        Abnormal move for a surprise of one (an escalation nobody expected), and its standard error, in `unit`.
    events, r2 : int, float
        Events it rests on, and the share of the weighted variance of their moves that surprises account for.
    harder, easier : float
        Mean abnormal moves at hardening and at easing steps, each with its standard error.
    worst : float
        κ farthest from `kappa` when one event is left out.
    """

    id: str
    title: str
    unit: str
    first: dt.date
    last: dt.date
    kappa: float
    error: float = Field(gt=0)
    events: int = Field(gt=2)
    r2: float
    harder: float
    harder_error: float
    harder_events: int
    easier: float
    easier_error: float
    easier_events: int
    worst: float
    source: str


class MarketFile(Frozen):
    """Shipped estimates: of which events, in which window."""

    id: str
    dossier: str
    window: tuple[int, int]
    before: tuple[int, int]
    surprise: str
    series: tuple[MarketMove, ...]

    def named(self, name: str | None = None) -> MarketMove:
        """One series; the first when left out; `LabelError` with the nearest name when there is none."""
        by_id = {each.id: each for each in self.series}
        wanted = name or self.series[0].id
        if wanted not in by_id:
            raise LabelError(f"no series `{wanted}`", where="--series", hint=suggestion(wanted, by_id))
        return by_id[wanted]


def kappa_of(moves: Moves, surprises: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """κ with its standard error, the share of variance explained, and κ without the event that matters most.

    Parameters
    ----------
    moves : Moves
    surprises : array [event]
        Of the same events: what happened less its odds, hardening above zero.

    Notes
    -----
    The standard error is the larger of that of weighted least squares and its heteroskedasticity-robust form (HC3).
    """
    if len(surprises) != len(moves.moves) or len(surprises) < 3:
        raise InputError(
            f"{len(moves.moves)} moves and {len(surprises)} surprises",
            where="kappa_of",
            hint="three events or more, one surprise each",
        )
    weight = 1 / moves.errors**2
    load = float((weight * surprises**2).sum())
    if load == 0:
        raise InputError("nothing was a surprise", where="kappa_of", hint="give odds below one")
    kappa = float((weight * surprises * moves.moves).sum() / load)
    left = moves.moves - kappa * surprises
    lever = weight * surprises**2 / load
    robust = math.sqrt(float(((weight * surprises * left / (1 - lever)) ** 2).sum())) / load
    without = (load * kappa - weight * surprises * moves.moves) / (load - weight * surprises**2)
    explained = 1 - float((weight * left**2).sum() / (weight * moves.moves**2).sum())
    return kappa, max(robust, load**-0.5), explained, float(without[np.abs(without - kappa).argmax()])


def implied_odds(before: float, move: float, series: MarketMove) -> tuple[float, float, float]:
    """Odds of an escalation after a market move, with the range that the error of κ leaves: what the move says was learned.

    Parameters
    ----------
    before : float
        Odds before the move, a fraction.
    move : float
        Abnormal move in the unit of the series.
    series : MarketMove

    Returns
    -------
    (float, float, float)
        Best, least, most; within zero and one. Least and most by κ two standard errors off (Fieller's bounds are wider where κ is
        hardly told from zero: then nothing is said, and the range is all of it).

    Examples
    --------
    >>> file = shipped_market()
    >>> odds, least, most = implied_odds(0.2, file.named().kappa / 2, file.named())
    >>> round(odds, 3), least <= odds <= most
    (0.7, True)
    """
    if not 0 <= before <= 1:
        raise InputError(f"odds of {before:g}", where="--before", hint="give a fraction between 0 and 1")
    ends = (series.kappa - 2 * series.error, series.kappa + 2 * series.error)
    best = float(np.clip(before + move / series.kappa, 0, 1))
    if ends[0] * ends[1] <= 0:
        return best, 0.0, 1.0
    changes = sorted(move / end for end in ends)
    return best, *(float(np.clip(before + change, 0, 1)) for change in changes)  # type: ignore[return-value]


def shipped_market(dossier: str = "busan-2025") -> MarketFile:
    """Shipped estimates for a record.

    Raises
    ------
    LabelError
        When there are none.
    """
    from detente.core import is_file
    from detente.dossier import read_yaml, validate

    path = Path(__file__).resolve().parent / "data" / f"market-{Path(dossier).name}.yaml"
    if not is_file(path):
        raise LabelError(
            f"no estimates of markets come with `{Path(dossier).name}`",
            where="market",
            hint="scripts/market_events.py makes them from a daily series",
        )
    file = read_yaml(path)
    return validate(MarketFile, file.data, file, ())


def market_table(file: MarketFile, asof: dt.date | None = None) -> Table:
    """What markets made of the steps of a standoff.

    Parameters
    ----------
    file : MarketFile
    asof : date, optional
        Estimates that rest on later events are left out.
    """
    rows = tuple(
        (
            each.title,
            "%" if each.unit == "percent" else each.unit,
            each.harder,
            each.harder_error,
            each.harder_events,
            each.easier,
            each.easier_error,
            each.easier_events,
            each.kappa,
            each.error,
            each.worst,
            100 * each.r2,
            each.last.isoformat(),
        )
        for each in file.series
        if asof is None or each.last <= asof
    )
    return Table(
        "market",
        "What markets made of the steps",
        (
            Column("series", "Market"),
            Column("unit", "In"),
            Column("harder", "Hardening", "", "number", 2, significant=3),
            Column("harder_error", "±", "", "number", 2, significant=2),
            Column("harder_events", "events", "count", "number", 0),
            Column("easier", "Easing", "", "number", 2, significant=3),
            Column("easier_error", "±", "", "number", 2, significant=2),
            Column("easier_events", "events", "count", "number", 0),
            Column("kappa", "For a full surprise", "", "number", 2, significant=3),
            Column("kappa_error", "±", "", "number", 2, significant=2),
            Column("kappa_worst", "without the event that matters most", "", "number", 2, significant=3),
            Column("r2", "Explained", "%", "number", 0, significant=2),
            Column("last", "Events to", kind="date"),
        ),
        rows,
        f"Abnormal moves over trading days {file.window[0]} to {file.window[1]} of each step, against the mean of days −{file.before[0]} "
        f"to −{file.before[1]}; ± one standard error. {file.surprise}",
    )
