"""Tables of leverage: each measure alone, its share of the harm of everything together, and at every horizon.

Money is billion USD a year of the base year.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from detente.core import Cell, Column, Table, known
from detente.show.tables.strategy import BN, GAME_DIGITS, money_column, names_of_economies
from detente.strategy import Lever, Reach


def lever_table(levers: Sequence[Lever], *, note: str = "") -> Table:
    """Every measure as a lever alone, each side's strongest first, then each side as a whole."""
    text = (
        "Loss of payoff when the measure alone goes from its gentle to its harsh rung, everything else as it stands. Negative "
        f"harm is a gain; {_PRICES} A year, dollars of the base year. {note}"
    )
    title = "Who can hurt whom, and at what cost to itself"
    return _lever_rows(levers, "leverage", title, text.strip())


def share_table(levers: Sequence[Lever], *, note: str = "") -> Table:
    """What part of the harm of everything together each measure is answerable for, beside the measure by itself."""
    text = (
        "Loss of payoff from the gentle to the harsh rung of every measure together, shared out: Shapley value over every order "
        "of the measures of both sides, so that the measures add up to the whole; `alone` is the measure by itself, all else "
        f"gentle. Negative harm is a gain; {_PRICES} A year, dollars of the base year. {note}"
    )
    title = "What part of the harm of everything together each measure is answerable for"
    return _lever_rows(levers, "leverage-shares", title, text.strip())


_PRICES = (
    "ratio: harm to the rival for each dollar of one's own; pays at: what a dollar of the rival's loss must be worth at home "
    "for the measure to pay."
)


def _lever_rows(levers: Sequence[Lever], name: str, title: str, note: str) -> Table:
    """Levers as a table; with the columns of a measure by itself where they are known."""
    ordered = sorted(
        levers,
        key=lambda lever: (
            lever.action.startswith("side:"),
            lever.player != levers[0].player,
            -known(lever.harm_target),
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for lever in ordered:
        worst = max(sorted(lever.others), key=lambda code: known(lever.others[code]), default=None)
        by_itself = (
            ()
            if lever.alone_target is None or lever.alone_self is None
            else (lever.alone_target / BN, lever.alone_self / BN)
        )
        rows.append(
            (
                lever.player,
                lever.title,
                lever.gentle,
                lever.harsh,
                lever.harm_target / BN,
                lever.harm_self / BN,
                lever.ratio,
                lever.pays_from,
                *by_itself,
                worst if worst and lever.others[worst] > 0.5 else "",
                lever.others[worst] / BN if worst else None,
                math.fsum(lever.others.values()) / BN if lever.others else None,
                lever.action,
            )
        )
    alone = levers[0].alone_target is not None
    columns = (
        Column("player", "Side", names=names_of_economies()),
        Column("measure", "Measure"),
        Column("gentle", "From"),
        Column("harsh", "To"),
        money_column("harm_target", "Harm to rival"),
        money_column("harm_self", "Harm to itself"),
        Column("ratio", "Ratio", "ratio", "number", 2, significant=GAME_DIGITS - 1),
        Column("pays_from", "Pays at", "USD", "number", 2, significant=GAME_DIGITS - 1),
        *(
            (money_column("alone_target", "Alone, rival"), money_column("alone_self", "Alone, itself"))
            if alone
            else ()
        ),
        Column("hit_most", "Hit most", names=names_of_economies()),
        money_column("harm_third", "Its harm"),
        money_column("harm_others", "All others"),
        Column("action", "Action"),
    )
    return Table(name, title, columns, tuple(rows), note)


def reach_table(reached: Sequence[Reach], *, name: str = "leverage-horizons", title: str = "") -> Table:
    """Measures taken alone from the standing state, at several horizons or speeds of substitution."""
    settings = list(dict.fromkeys(measure.horizon for measure in reached))
    rows: list[tuple[Cell, ...]] = []
    for action in dict.fromkeys(measure.action for measure in reached):
        mine = {measure.horizon: measure for measure in reached if measure.action == action}
        for setting in settings:
            effect = mine[setting]
            ratio = (
                effect.harm_target / effect.harm_self if effect.harm_self > 0 < effect.harm_target else None
            )
            rows.append(
                (
                    effect.player,
                    effect.title,
                    setting,
                    effect.harm_target / BN,
                    effect.harm_self / BN,
                    ratio,
                    action,
                )
            )
    columns = (
        Column("player", "Side", names=names_of_economies()),
        Column("measure", "Measure"),
        Column("horizon", "Horizon"),
        money_column("harm_target", "Harm to rival"),
        money_column("harm_self", "Harm to itself"),
        Column("ratio", "Ratio", "ratio", "number", 2, significant=GAME_DIGITS - 1),
        Column("action", "Action"),
    )
    note = (
        "Real income, gentle rung less harsh rung, this measure alone, everything else as it stands. Negative "
        "harm is a gain."
    )
    return Table(name, title or "Leverage at each horizon", columns, tuple(rows), note)
