"""What each side could give, by what it costs the giver and what the other side gains."""

from __future__ import annotations

from collections.abc import Sequence

from detente.core import Cell, Column, Table, known
from detente.show.tables.strategy import BN, GAME_DIGITS, money_column, names_of_economies
from detente.show.words.words import joined
from detente.strategy import Game, gifts

FREE = 1e-3
"""Million USD a year below which a concession costs nothing."""


def concession_table(game: Game, players: Sequence[str] = ()) -> Table:
    """Every change of one own measure from which the others gain, the cheapest for what it gives first.

    Parameters
    ----------
    game : Game
        Solved whole, or around the standing state.
    players : sequence of str
        Whose concessions; all players when none is named.

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
        Column("gain_per_dollar", "Gain for each dollar", "ratio", "number", 2, significant=GAME_DIGITS - 1),
        Column("kind", "Kind"),
    )
    note = (
        "Each change alone, everything else as it stands; a negative cost is a gain of the giver, who then needs no return (`pays "
        f"alone`). A year, dollars of the base year. Preferences: {game.preferences.title.lower()}; {game.horizon}."
    )
    return Table("concessions", "What each side could give, cheapest first", columns, tuple(rows), note)
