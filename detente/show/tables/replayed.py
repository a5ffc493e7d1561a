"""Tables of who answered whom: each move of a record, what the rules of answers said of it before, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from detente.core import Cell, Column, Table
from detente.show.tables.scored import AHEAD, METHODS, ahead_cells

if TYPE_CHECKING:
    from detente.outlook import MethodScore, ReplayedMove

FORMS = {True: "control", False: "duty"}


def answered_moves_table(moves: Sequence[ReplayedMove], record: str, sides: Sequence[str]) -> Table:
    """Every move, what the rules said of its answer from the day before, and the answer that came.

    Parameters
    ----------
    moves : sequence of ReplayedMove
    record : str
    sides : sequence of str
        The two parties, in the order of the chronology.
    """
    within = [
        said.ratio[0] <= each.answer.ratio <= said.ratio[2]
        for each in moves
        for said in (each.said["model"],)
        if each.answer is not None and each.answer.ratio is not None
    ]
    sized = (
        f" {sum(within)} of {len(within)} duties answered with duties lay within 5 to 95 percent of what was said."
        if within
        else ""
    )
    return Table(
        "answered-moves",
        f"Who answered whom, and what the rules said: {record}",
        (
            Column("date", "Day", kind="date"),
            Column("player", "Move of"),
            Column("form", "Form"),
            Column("duty", "Duty", "points", "number", 1),
            Column("said", "Answer said", "%", "number", 0),
            Column("answered", "Answered"),
            Column("days_said", "Days said", "days", "number", 1),
            Column("days", "Days", "days", "number", 0),
            Column("in_kind_said", "In kind said", "%", "number", 0),
            Column("in_kind", "In kind"),
            Column("answer_said", "Duty said", "points", "number", 1),
            Column("answer", "Duty of the answer", "points", "number", 1),
        ),
        tuple(_row(each, sides) for each in moves),
        note="A move is what one side does within three days; the other side answers within a week or not at all. Said: with what was known "
        "the day before, the rules estimated there from the pair's own moves and priors; days and duty (a median, times the duty that "
        f"is answered) if an answer comes.{sized} Duties are averages over the other side's goods. Of two moves on one day "
        "the record does not say which came first: neither side is learnt to have begun, and no proportion of sizes.",
    )


def _row(each: ReplayedMove, sides: Sequence[str]) -> tuple[Cell, ...]:
    said, answer, duty = each.said["model"], each.answer, not each.move.control
    reply = answer.move if answer is not None else None
    return (
        each.date.isoformat(),
        sides[each.move.side],
        FORMS[each.move.control],
        100 * each.move.size if duty else None,
        100 * said.answered,
        ("yes" if answer is not None else "no") if each.closed else "open",
        float(said.days @ range(len(said.days))),
        answer.lag if answer is not None else None,
        100 * said.in_kind,
        ("yes" if answer.in_kind else "no") if answer is not None else None,
        100 * each.move.size * said.ratio[1] if duty else None,
        100 * reply.size if reply is not None and not reply.control else None,
    )


def answer_scores_table(rows: Sequence[MethodScore], record: str, asof: Any) -> Table:
    """How good what the rules said of answers has been, beside the priors alone and even odds."""
    return Table(
        "answer-scores",
        f"How good the rules of answers have been: {record}, settled by {asof}",
        (
            Column("subject", "What was said"),
            Column("method", "Method", names=METHODS),
            Column("moves", "Moves", "count", "number", 0),
            Column("blocks", "Blocks", "count", "number", 0),
            Column("log", "Log", "logarithm", "number", 3),
            Column("brier", "Brier", "score", "number", 3),
            *AHEAD,
        ),
        tuple(
            (
                row.subject,
                row.method,
                row.forecasts,
                row.blocks,
                row.mean["log"],
                row.mean["brier"],
                *ahead_cells(row),
            )
            for row in rows
        ),
        note="Lower is better. All but the first are scored where an answer came. The priors are those of the forecast without this pair's own "
        "record; even: every alternative alike. From and to: 5 to 95 percent under a bootstrap of blocks of 120 days. That the rules have "
        "these parts was chosen knowing the record.",
    )
