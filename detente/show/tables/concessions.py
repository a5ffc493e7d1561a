"""What each side could give, by what it costs the giver and what the other side gains."""

from __future__ import annotations

from collections.abc import Sequence

from detente.core import Cell, Column, Table, known
from detente.show.tables.strategy import BN, GAME_DIGITS, money_column, names_of_economies
from detente.show.words.words import joined
from detente.strategy import Game, Gift, gifts

FREE = 1e-3
"""Million USD a year below which a concession costs nothing."""


def concession_table(game: Game, players: Sequence[str] = (), *, beside: Game | None = None) -> Table:
    """Every change of one own measure from which the others gain, the cheapest for what it gives first.

    Parameters
    ----------
    game : Game
        Solved whole, or around the standing state.
    players : sequence of str
        Whose concessions; all players when none is named.
    beside : Game, optional
        The same in plain income.

    Returns
    -------
    Table
        Those that pay their giver by themselves first, the most welcome first; then by the others' gain for each dollar.
    """
    rows: list[tuple[Cell, ...]] = []
    for code in players or game.players:
        given = sorted(
            gifts(game, code),
            key=lambda gift: (
                gift.cost > FREE,
                -known(gift.worth / gift.cost) if gift.cost > FREE else -known(gift.worth),
                gift.changes,
            ),
        )
        for rank, gift in enumerate(given, 1):
            rows.append(
                (
                    code,
                    rank,
                    joined([game.actions[a].rungs[r].does for a, r in gift.changes]),
                    gift.cost / BN,
                    gift.worth / BN,
                    *_plain(game, beside, code, gift),
                    gift.worth / gift.cost if gift.cost > FREE else None,
                    "costs" if gift.cost > FREE else "pays alone",
                )
            )
    columns = (
        Column("player", "Side", names=names_of_economies()),
        Column("rank", "Rank", "rank", "number", 0),
        Column("concession", "Concession: the side …"),
        money_column("cost", "Cost to itself"),
        money_column("gain_other", "Gain of the other side"),
        *(
            (
                money_column("cost_plain", "Plain income, cost"),
                money_column("gain_other_plain", "Plain income, other's gain"),
            )
            if beside is not None
            else ()
        ),
        Column("gain_per_dollar", "Gain for each dollar", "ratio", "number", 2, significant=GAME_DIGITS - 1),
        Column("kind", "Kind"),
    )
    note = (
        "Each change alone, everything else as it stands; a negative cost is a gain of the giver, who then needs no return (`pays "
        f"alone`). A year, dollars of the base year. Preferences: {game.preferences.title.lower()}; {game.horizon}."
    )
    return Table("concessions", "What each side could give, cheapest first", columns, tuple(rows), note)


def _plain(game: Game, beside: Game | None, code: str, gift: Gift) -> tuple[Cell, ...]:
    """What a gift costs its giver and gives the others in plain income, where that is beside."""
    if beside is None:
        return ()
    moved = list(game.standing)
    for action, rung in gift.changes:
        moved[action] = rung
    gains = beside.at(tuple(moved)) - beside.at(beside.standing)
    own = game.players.index(code)
    return float(-gains[own]) / BN, float(gains.sum() - gains[own]) / BN
