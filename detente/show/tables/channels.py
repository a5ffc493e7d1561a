"""A result by channel, from its exact account."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Cell, Column, SolveError, Table, known_all

if TYPE_CHECKING:
    from detente.cases import ControlledOutcome
    from detente.equilibrium.explain import Account, Shift, Target

MOST = 5
"""Partners or sectors of a channel that are named; the others are one row. Terms of trade name everybody."""
_UNITS = {"log": ("log points", "%"), "USD mn": ("USD bn", "USD bn"), "fraction": ("points", "points")}


def scales(unit: str, total: float) -> tuple[float, float]:
    """Factors from a result's unit to its first column (log points, USD bn, points) and to what is shown (per cent).

    Examples
    --------
    >>> scales("USD mn", 5000.0), scales("fraction", 0.1)
    ((0.001, 0.001), (100.0, 100.0))
    """
    if unit == "log":
        return 100.0, 100 * float(np.expm1(total) / total if total else 1.0)
    return (1e-3, 1e-3) if unit == "USD mn" else (100.0, 100.0)


def units(goal: Target) -> tuple[str, str]:
    """Names of the two units a result is shown in."""
    return _UNITS[goal.unit]


def _named(split: Account, channel: str) -> list[tuple[str, float]]:
    """Details of a channel, the largest first, what is left of them last; none where it is not split."""
    values = split.parts[channel]
    if len(values) != len(split.details):
        return []
    ranks = np.array(known_all(np.abs(values).tolist()))
    order = [int(k) for k in np.argsort(-ranks, kind="stable") if values[k]]
    named = order if channel == "terms_of_trade" else order[:MOST]
    rows = [(split.details[k], float(values[k])) for k in named]
    if len(named) < len(order):
        rows.append(("others", math.fsum(values[k] for k in order[MOST:])))
    return rows


def channel_table(goal: Target, shift: Shift, later: ControlledOutcome, against: str) -> list[Table]:
    """The channels of a result and, of each, the partners or sectors that make it.

    Parameters
    ----------
    goal : Target
    shift : Shift
        From the reference to the scenario.
    later : ControlledOutcome
    against : str
        The reference, in words.

    Returns
    -------
    list of Table
        One, or none when the account needs a path and bans leave none to integrate along.
    """
    from detente.equilibrium.explain import account

    try:
        split = account(goal.name, shift)
    except SolveError:
        if any(control.is_ban for control in later.controls):
            return []
        raise
    first, second = scales(goal.unit, split.total)
    rows: list[tuple[Cell, ...]] = []
    for channel in split.parts:
        value = float(np.sum(split.parts[channel]))
        rows.append((channel, split.words[channel], "", first * value, second * value))
        rows += [
            (channel, "of which", code, first * part, second * part) for code, part in _named(split, channel)
        ]
    rows.append(("total", "The change itself", "", first * split.total, second * split.total))
    units_of = units(goal)
    return [
        Table(
            "explain_channels",
            f"{goal.name} by channel: `{later.scenario.id}` against {against}",
            (
                Column("channel", "Channel"),
                Column("what", "What it is"),
                Column(split.by, split.by.capitalize()),
                Column("contribution", "Contribution", units_of[0], "number", 4),
                Column("contribution_shown", "Contribution", units_of[1], "number", 4),
            ),
            tuple(rows),
            note=f"How it is split: {split.equation}. The channels miss the whole by {abs(split.gap):.0e}"
            + (f" {goal.unit}." if goal.unit == "USD mn" else "."),
        )
    ]
