"""Tables of play: what pays whatever the other side does, and where nobody would move alone. Money is billion USD a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.core import Cell, Column, Table, known
from detente.show.tables.strategy import BN, money_column, names_of_economies
from detente.strategy import Game, Profile, Quantal, RungDominance, StrategicForm, regret
from detente.world import Array


def dominance_table(
    dominance: Sequence[RungDominance],
    name: str,
    titles: Mapping[str, str] | None = None,
    *,
    beside: Sequence[RungDominance] = (),
) -> Table:
    """For every action, the rung its player prefers whatever the others do, in plain income too where that is `beside`.

    `titles` are those of the actions.
    """
    plain = {rung.action: (rung.best, 100 * rung.share) for rung in beside}
    rows: list[tuple[Cell, ...]] = [
        (
            rung.player,
            rung.action,
            rung.best,
            100 * rung.share,
            rung.margin / BN,
            "yes" if rung.always else "no",
            *(plain[rung.action] if plain else ()),
        )
        for rung in dominance
    ]
    columns = (
        Column("player", "Side", names=names_of_economies()),
        Column("action", "Action", names=titles or {}),
        Column("best", "Best rung"),
        Column("best_share", "In this share of cases", "%", "number", 1),
        money_column("margin", "Smallest advantage"),
        Column("always", "Dominant"),
        *(
            (
                Column("best_plain", "Best rung, plain income"),
                Column("best_share_plain", "in this share", "%", "number", 1),
            )
            if plain
            else ()
        ),
    )
    note = f"Over every combination of all other actions of both sides. Preferences: {name}."
    return Table("dominance", "What pays whatever the other side does", columns, tuple(rows), note)


def equilibrium_table(
    game: Game,
    form: StrategicForm,
    pure: Sequence[Profile],
    quantal: Quantal | None,
    *,
    count: int = 5,
    beside: Game | None = None,
) -> Table:
    """Pure equilibria, and the likeliest strategies of the logit equilibrium; with what each gives in plain income (`beside`)."""
    rows: list[tuple[Cell, ...]] = []
    plain = None if beside is None else _gains_over(form, beside)
    lost = regret(form)
    still = tuple(
        mine.index(tuple(0 for _ in game.own(code)))
        for code, mine in zip(form.players, form.rungs, strict=True)
    )
    named = [("standing", still), *((f"pure {number}", place) for number, place in enumerate(pure, start=1))]
    for name, place in named:
        for p, code in enumerate(form.players):
            payoff = float(form.payoffs[(p, *place)] - game.at(game.standing)[p])
            missed = float(lost[(p, *place)])
            there = () if plain is None else (float(plain[(p, *place)]) / BN,)
            rows.append((name, code, form.strategies[p][place[p]], 100.0, payoff / BN, *there, missed / BN))
    if quantal is not None:
        expected, plainly = _expected(form.payoffs, quantal), None
        if plain is not None:
            plainly = _expected(plain, quantal)
        for p, code in enumerate(form.players):
            mix = quantal.mixes[p]
            worth = form.payoffs[p]
            for q in reversed([q for q in range(len(form.players)) if q != p]):
                worth = np.tensordot(worth, quantal.mixes[q], axes=(q, 0))
            for k in sorted(range(len(mix)), key=lambda k: (-known(float(mix[k])), k))[:count]:
                gain = float(expected[p] - game.at(game.standing)[p])
                rows.append(
                    (
                        f"logit {BN * quantal.precision:g}",
                        code,
                        form.strategies[p][k],
                        100 * float(mix[k]),
                        gain / BN,
                        *(() if plainly is None else (float(plainly[p]) / BN,)),
                        float(worth.max() - worth[k]) / BN,
                    )
                )
    columns = (
        Column("equilibrium", "Equilibrium"),
        Column("player", "Side", names=names_of_economies()),
        Column("strategy", "Strategy"),
        Column("probability", "Probability", "%", "number", 1),
        money_column("payoff", "Expected payoff"),
        *(() if plain is None else (money_column("payoff_plain", "The same in plain income"),)),
        money_column("regret", "Regret"),
    )
    note = (
        "Payoff against the standing state. Regret: what the side's best strategy would add to the one named, the other playing as it does "
        "there. Logit: quantal response on the principal branch, followed from uniform play; the "
        "number is its precision, log odds for a billion USD a year. Actions that move no payoff are left out."
    )
    return Table("equilibria", "What the two sides would do", columns, tuple(rows), note)


def _expected(payoffs: Array, quantal: Quantal) -> Array:
    """Payoff of every player [player] where all mix."""
    for mix in reversed(quantal.mixes):
        payoffs = payoffs @ mix
    return payoffs


def _gains_over(form: StrategicForm, game: Game) -> Array:
    """What every joint strategy gives each player in another game of the same profiles [player, *strategies], against what stands."""
    place: list[Any] = [0] * len(game.actions)
    for q, (code, mine) in enumerate(zip(form.players, form.rungs, strict=True)):
        axis = [-1 if k == q else 1 for k in range(len(form.players))]
        for position, action in enumerate(game.own(code)):
            place[action] = np.reshape([rungs[position] for rungs in mine], axis)
    at: Any = (slice(None), *place)
    return np.asarray(game.payoffs[at] - game.at(game.standing).reshape(-1, *[1] * len(form.players)))
