"""Tables of leverage: each measure alone, its share of the harm of everything together, and at every horizon.

Money is billion USD a year of the base year.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from detente.core import Cell, Column, Table, known
from detente.show.tables.strategy import BN, GAME_DIGITS, money_column, names_of_economies
from detente.show.words import explained_by
from detente.strategy import ChoiceVerdict, Lever, Reach


def lever_table(
    levers: Sequence[Lever],
    *,
    note: str = "",
    beside: Sequence[Lever] = (),
    stands: Mapping[str, ChoiceVerdict] | None = None,
) -> Table:
    """Every measure as a lever alone, each side's strongest first, then each side as a whole.

    Parameters
    ----------
    levers : sequence of Lever
    note : str
    beside : sequence of Lever
        The same levers between the same rungs in plain income.
    stands : mapping of action to ChoiceVerdict, optional
        Whether what stands is best for its side, and under what.
    """
    text = (
        "Loss of payoff when the measure alone goes from its gentle to its harsh rung, everything else as it stands. Negative "
        f"harm is a gain; {_PRICES} A year, dollars of the base year. {note}"
    )
    title = "Who can hurt whom, and at what cost to itself"
    return _lever_rows(levers, "leverage", title, text.strip(), beside, stands)


def share_table(levers: Sequence[Lever], *, note: str = "", beside: Sequence[Lever] = ()) -> Table:
    """What part of the harm of everything together each measure is answerable for, beside the measure by itself."""
    text = (
        "Loss of payoff from the gentle to the harsh rung of every measure together, shared out: Shapley value over every order "
        "of the measures of both sides, so that the measures add up to the whole; `alone` is the measure by itself, all else "
        f"gentle. Negative harm is a gain; {_PRICES} A year, dollars of the base year. {note}"
    )
    title = "What part of the harm of everything together each measure is answerable for"
    return _lever_rows(levers, "leverage-shares", title, text.strip(), beside)


_PRICES = (
    "ratio: harm to the rival for each dollar of one's own; pays at: what a dollar of the rival's loss must be worth at home "
    "for the measure to pay."
)


_BESIDE = "Plain income: the same in real income alone, between the same rungs."
_STANDS = (
    "Stands, explained by: under what the rung a measure stands on is best for its side, everything else as it stands; the set is "
    "all weights that explain the choices about as well."
)


def _lever_rows(
    levers: Sequence[Lever],
    name: str,
    title: str,
    note: str,
    beside: Sequence[Lever] = (),
    stands: Mapping[str, ChoiceVerdict] | None = None,
) -> Table:
    """Levers as a table; with the columns of a measure by itself, and of plain income beside, where they are known."""
    plain = {lever.action: lever for lever in beside}
    ordered = sorted(
        levers,
        key=lambda lever: (
            lever.action.startswith("side:"),
            lever.player != levers[0].player,
            -known(lever.harm_target),
        ),
    )
    rows = tuple(_lever_row(lever, plain, stands) for lever in ordered)
    columns = _lever_columns(
        alone=levers[0].alone_target is not None, plain=bool(plain), stands=stands is not None
    )
    said = [note, *([_BESIDE] if plain else []), *([] if stands is None else [_STANDS])]
    return Table(name, title, columns, rows, " ".join(said))


def _lever_row(
    lever: Lever, plain: Mapping[str, Lever], stands: Mapping[str, ChoiceVerdict] | None
) -> tuple[Cell, ...]:
    """One lever as a row, with what is known beside it."""
    worst = max(sorted(lever.others), key=lambda code: known(lever.others[code]), default=None)
    by_itself = (
        ()
        if lever.alone_target is None or lever.alone_self is None
        else (lever.alone_target / BN, lever.alone_self / BN)
    )
    same = plain.get(lever.action)
    return (
        lever.player,
        lever.title,
        lever.gentle,
        lever.harsh,
        lever.harm_target / BN,
        lever.harm_self / BN,
        *(() if same is None else (same.harm_target / BN, same.harm_self / BN)),
        *(() if stands is None else (_explained_by(stands, lever.action),)),
        lever.ratio,
        lever.pays_from,
        *by_itself,
        worst if worst and lever.others[worst] > 0.5 else "",
        lever.others[worst] / BN if worst else None,
        math.fsum(lever.others.values()) / BN if lever.others else None,
        lever.action,
    )


def _lever_columns(*, alone: bool, plain: bool, stands: bool) -> tuple[Column, ...]:
    """Columns of levers, with what is known beside them."""
    beside = (
        money_column("plain_target", "Plain income, rival"),
        money_column("plain_self", "Plain income, itself"),
    )
    by_itself = (money_column("alone_target", "Alone, rival"), money_column("alone_self", "Alone, itself"))
    return (
        Column("player", "Side", names=names_of_economies()),
        Column("measure", "Measure"),
        Column("gentle", "From"),
        Column("harsh", "To"),
        money_column("harm_target", "Harm to rival"),
        money_column("harm_self", "Harm to itself"),
        *(beside if plain else ()),
        *((Column("stands", "Stands, explained by"),) if stands else ()),
        Column("ratio", "Ratio", "ratio", "number", 2, significant=GAME_DIGITS - 1),
        Column("pays_from", "Pays at", "USD", "number", 2, significant=GAME_DIGITS - 1),
        *(by_itself if alone else ()),
        Column("hit_most", "Hit most", names=names_of_economies()),
        money_column("harm_third", "Its harm"),
        money_column("harm_others", "All others"),
        Column("action", "Action"),
    )


def _explained_by(stands: Mapping[str, ChoiceVerdict], action: str) -> str:
    """Under what the standing rung of a measure is best; empty for one that moves nothing, or a whole side."""
    return explained_by(stands[action]) if action in stands else ""


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
