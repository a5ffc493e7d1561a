"""Conclusions of the strategy room under every set of preferences, below each other: leverage, play, bargains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detente.core import Cell, Column, Table
from detente.show.tables.strategy import BN, GAME_DIGITS, money_column, moves_in_words
from detente.strategy import NOTHING, Game, Lever, Payment, Profile, Quantal, StrategicForm, Swap


def levers_by_preferences(levers_by_set: Mapping[str, Sequence[Lever]]) -> Table:
    """Every lever under every set of preferences, with its rank among its side's measures.

    Parameters
    ----------
    levers_by_set : mapping of set of preferences to levers
        Taken between the same rungs, so that rows compare one thing.

    Returns
    -------
    Table
        Harm in the payoff of the set: to the rival as the rival weighs it, to oneself as one weighs it.
    """
    rows: list[tuple[Cell, ...]] = []
    moving = {
        lever.action
        for levers in levers_by_set.values()
        for lever in levers
        if max(abs(lever.harm_target), abs(lever.harm_self)) > NOTHING
    }
    for name, levers in levers_by_set.items():
        for lever in (lever for lever in levers if lever.action in moving):
            whole = lever.action.startswith("side:")
            mine = [
                other.harm_target
                for other in levers
                if other.player == lever.player
                and other.action in moving
                and not other.action.startswith("side:")
            ]
            rows.append(
                (
                    name,
                    lever.player,
                    lever.title,
                    None if whole else 1 + sum(harm > lever.harm_target for harm in mine),
                    lever.harm_target / BN,
                    lever.harm_self / BN,
                    lever.ratio,
                    lever.pays_from,
                    lever.action,
                )
            )
    columns = (
        Column("preferences", "Preferences"),
        Column("player", "Side"),
        Column("measure", "Measure"),
        Column("rank", "Rank", "rank", "number", 0),
        money_column("harm_target", "Harm to rival"),
        money_column("harm_self", "Harm to itself"),
        Column("ratio", "Ratio", "ratio", "number", 2, significant=GAME_DIGITS - 1),
        Column("pays_from", "Pays at", "USD", "number", 2, significant=GAME_DIGITS - 1),
        Column("action", "Action"),
    )
    note = (
        "Loss of each side's own payoff under the set, each measure alone and between the same rungs in every set; rank: by harm to the "
        "rival among the side's measures. Measures that move nothing under any set are left out. A rival's payoff is its own, with the "
        "weights and the ρ of the set, so a side that begrudges the other's gain can be hurt by what hurts the other less."
    )
    return Table("leverage-by-preferences", "Leverage, by what the players want", columns, tuple(rows), note)


def play_by_preferences(
    played: Mapping[str, tuple[Game, StrategicForm, Sequence[Profile], Quantal | None]],
) -> Table:
    """What the players would do without an agreement, under every set of preferences.

    Parameters
    ----------
    played : mapping of set of preferences to (game, form, pure equilibria, quantal response)
    """
    rows: list[tuple[Cell, ...]] = []
    for name, (game, form, pure, quantal) in played.items():
        for p, code in enumerate(form.players):
            likely = None if quantal is None else int(quantal.mixes[p].argmax())
            rows.append(
                (
                    name,
                    code,
                    len(pure),
                    form.strategies[p][pure[0][p]] if pure else "none",
                    float(form.payoffs[(p, *pure[0])] - game.at(game.standing)[p]) / BN if pure else None,
                    "" if likely is None else form.strategies[p][likely],
                    None if quantal is None or likely is None else 100 * float(quantal.mixes[p][likely]),
                )
            )
    columns = (
        Column("preferences", "Preferences"),
        Column("player", "Side"),
        Column("equilibria", "Pure equilibria", "count", "number", 0),
        Column("strategy", "In the first"),
        money_column("payoff", "Payoff there"),
        Column("likeliest", "Likeliest in logit play"),
        Column("probability", "Probability", "%", "number", 1),
    )
    note = "Payoff against the standing state. Logit: quantal response on the principal branch."
    return Table(
        "equilibria-by-preferences",
        "What the two sides would do, by what they want",
        columns,
        tuple(rows),
        note,
    )


def bargains_by_preferences(
    bargains: Mapping[str, tuple[Game, Sequence[Swap], Mapping[str, Sequence[Payment]]]],
) -> Table:
    """Smallest swaps, and what each side would have to be paid for the other's favourite, under every set of preferences.

    Parameters
    ----------
    bargains : mapping of set of preferences to (game, swaps, payments by threat point)
        Swaps with the best first.
    """
    players = next(iter(bargains.values()))[0].players
    rows: list[tuple[Cell, ...]] = []
    for name, (game, swaps, payments) in bargains.items():
        best = swaps[0] if swaps else None
        for threat, many in payments.items():
            needed = {payment.player: payment for payment in many}
            rows.append(
                (
                    name,
                    threat,
                    len(swaps),
                    sum(swap.kind == "swap" for swap in swaps),
                    "none" if best is None else moves_in_words(game, best.profile),
                    *(None for _ in players if best is None),
                    *(gain / BN for gain in (best.gains if best is not None else ())),
                    *(needed[code].needed / BN for code in players),
                    *("yes" if needed[code].affordable else "no" for code in players),
                )
            )
    columns = (
        Column("preferences", "Preferences"),
        Column("threat", "No deal means"),
        Column("swaps", "Smallest swaps", "count", "number", 0),
        Column("real_swaps", "Needing a return", "count", "number", 0),
        Column("best", "First of them"),
        *(money_column(f"gain_{code.lower()}", f"Gain, {code}") for code in players),
        *(money_column(f"payment_{code.lower()}", f"To be paid, {code}") for code in players),
        *(Column(f"affordable_{code.lower()}", f"Worth paying {code}") for code in players),
    )
    note = (
        "Swaps: against the standing state, everybody gains. To be paid: what makes a side accept the other's favourite, against "
        "the threat point; zero when the favourite beats it anyway."
    )
    return Table(
        "bargains-by-preferences",
        "Swaps and payments, by what the players want",
        columns,
        tuple(rows),
        note,
    )
