"""The judgement on every player's reply as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.core import Cell, Column, Table
from detente.strategy.duties.game import DutyGame
from detente.strategy.duties.judged_reply import JudgedReply
from detente.strategy.duties.optimal import setting_said, wanted_said


def reply_tables(game: DutyGame, replies: Sequence[JudgedReply]) -> list[Table]:
    """One row a player: what its reply is, the bounds that hold, the eigenvalues, and what a better point would add.

    Parameters
    ----------
    game : DutyGame
    replies : sequence of JudgedReply
        Of `judge_replies`.

    Returns
    -------
    list of Table

    Examples
    --------
    >>> from detente.equilibrium import Model
    >>> from detente.strategy.duties import duty_game, judge_replies, nash_duties
    >>> from detente.world import toy
    >>> game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    >>> (table,) = reply_tables(game, judge_replies(game, nash_duties(game, verify=False).duties))
    >>> [row[1] for row in table.rows]
    ['interior', 'interior']
    """
    rows = [_row(reply) for reply in replies]
    holding = sum(reply.holds for reply in replies)
    driven = [reply.player for reply in replies if reply.transfers is not None and reply.transfers.driven]
    said = f"{holding} of {len(replies)} are best replies as far as was searched. "
    if driven:
        said += f"Driven by transfers: {', '.join(driven)}. "
    note = (
        f"{said}A corner holds at a bound, a saddle and a minimum at no best reply; eigenvalues of the second derivative are in "
        "units of the curvature to expect, on what no bound holds (below zero everywhere is a peak). Gain is what the best point "
        "found would add: points are scattered near and far, whole sectors and partners moved, and the most promising climbed "
        "from. The mean rate weighs what is set by its curvature to expect; without transfers it is where the search ends when "
        "no country lends or borrows."
    )
    columns = (
        Column("player", "Player", names=game.economy.labels.country_names),
        Column("kind", "Kind"),
        Column("instruments", "Rates set", "count", "number", 0),
        Column("at_lowest", "At the lowest allowed", "count", "number", 0),
        Column("at_highest", "At the highest allowed", "count", "number", 0),
        Column("mean_pct", "Mean rate", "%", "number", 1),
        Column("mean_without_pct", "Mean rate without transfers", "%", "number", 1),
        Column("eigenvalue_lowest", "Lowest eigenvalue", "ratio", "number", 3),
        Column("eigenvalue_highest", "Highest eigenvalue", "ratio", "number", 3),
        Column("gain_pct", "Gain of a better point", "%", "number", 6),
        Column("peaks", "Peaks met", "count", "number", 0),
        Column("tried", "Points tried", "count", "number", 0),
        Column("unsolved", "Without an equilibrium", "count", "number", 0),
        Column("verdict", "Verdict"),
    )
    return [
        Table(
            "replies",
            "Whether what each player charges is its best reply",
            columns,
            tuple(rows),
            f"{note} {wanted_said(game)} {setting_said(game)}",
            {"found": said.strip()},
        )
    ]


def _row(reply: JudgedReply) -> tuple[Cell, ...]:
    values, moved = reply.curvature.eigenvalues, reply.transfers
    without = None if moved is None else _known(100 * np.expm1(moved.mean_without))
    return (
        reply.player,
        reply.kind,
        len(reply.names),
        int(reply.at_lowest.sum()),
        int(reply.at_highest.sum()),
        _known(100 * np.expm1(reply.mean)),
        without,
        float(values[0]) if len(values) else None,
        float(values[-1]) if len(values) else None,
        _known(100 * reply.gain),
        reply.peaks,
        reply.trials,
        reply.unsolved,
        reply.said,
    )


def _known(value: float) -> float | None:
    """A number, or nothing where there is none."""
    return float(value) if np.isfinite(value) else None
