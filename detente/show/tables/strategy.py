"""Tables of the strategy room: levers, deals, equilibria. Money is billion USD a year of the base year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from detente.core import Cell, Column, Table
from detente.show.figures.theme import countries, country_name
from detente.show.words.words import joined
from detente.strategy import (
    DealSpace,
    Game,
    Lottery,
    Payment,
    Profile,
    Swap,
    Verdict,
)

BN = 1e3
_YES = {True: "yes", False: "no"}
GAME_DIGITS = 5
"""Known digits of money in a game: differences of differences of incomes."""


def names_of_economies() -> dict[str, str]:
    """Names of economies by code, for cells that hold codes."""
    return {code: look.name for code, look in countries().items()}


def money_column(key: str, label: str) -> Column:
    """Column of billion USD a year."""
    return Column(key, label, "USD bn", "number", 2, significant=GAME_DIGITS)


def moves_in_words(game: Game, profile: Profile, *, since: Profile | None = None) -> str:
    """Say what a profile changes against the standing state (or another): one clause a player.

    Examples
    --------
    >>> from detente.strategy.games import load_game
    >>> from detente.strategy.payoff import Game
    >>> import numpy as np
    >>> spec = load_game("busan-2025").small()
    >>> game = Game(spec.players, spec.actions, np.zeros((2, *spec.shape)))
    >>> moves_in_words(game, spec.profile({"usa-fentanyl": "10", "chn-soybeans": "off"}))
    'the United States halves the fentanyl duty; China buys American soybeans again'
    """
    before = since or game.standing
    parts = []
    for code in game.players:
        done = [
            action.rungs[r].does
            for action, r, was in zip(game.actions, profile, before, strict=True)
            if action.player == code and r != was
        ]
        if done:
            parts.append(f"{country_name(code, in_sentence=True)} {joined(done)}")
    return "; ".join(parts) or "nothing changes"


def lottery_words(game: Game, lottery: Lottery | None) -> str:
    """A lottery over profiles in words."""
    if lottery is None:
        return "nothing beats it"
    said = []
    for point, weight in zip(lottery.points, lottery.weights, strict=True):
        shape = game.payoffs.shape[1:]
        profile = []
        for size in reversed(shape):
            point, r = divmod(point, size)
            profile.append(r)
        words = moves_in_words(game, tuple(reversed(profile)))
        said.append(words if len(lottery.points) == 1 else f"{100 * weight:.0f} %: {words}")
    return " | ".join(said)


def space_table(
    games: Mapping[str, tuple[Game, Sequence[DealSpace]]], names: Mapping[str, str] | None = None
) -> Table:
    """Deal space under each set of preferences and threat point; `names` are those of the threat points."""
    players = next(iter(games.values()))[0].players
    rows: list[tuple[Cell, ...]] = []
    for name, (game, spaces) in games.items():
        for space in spaces:
            gains = space.nash.payoffs if space.nash else None
            kalai = space.kalai.payoffs if space.kalai else None
            rows.append(
                (
                    name,
                    space.threat,
                    len(space.gains),
                    space.better,
                    100 * space.share,
                    len(space.front),
                    *((float(v) / BN for v in gains) if gains is not None else (None for _ in players)),
                    *((float(v) / BN for v in kalai) if kalai is not None else (None for _ in players)),
                    lottery_words(game, space.nash),
                )
            )
    columns = (
        Column("preferences", "Preferences", names=_titles(game for game, _ in games.values())),
        Column("threat", "No deal means", names=names or {}),
        Column("profiles", "Profiles", "count", "number", 0),
        Column("better", "Better for all", "count", "number", 0),
        Column("better_share", "Share", "%", "number", 1),
        Column("front_size", "On the frontier", "count", "number", 0),
        *(
            money_column(f"nash_{code.lower()}", f"Nash, {country_name(code, short=True)}")
            for code in players
        ),
        *(
            money_column(f"kalai_{code.lower()}", f"Kalai-Smorodinsky, {country_name(code, short=True)}")
            for code in players
        ),
        Column("nash_words", "Nash point"),
    )
    note = "Gains over no deal; lotteries over profiles allowed. Every profile is an exact solve."
    return Table("deal-space", "What can be had by agreement", columns, tuple(rows), note)


def _titles(games: Iterable[Game]) -> dict[str, str]:
    """Titles of the sets of preferences by their ids."""
    return {game.preferences.id: game.preferences.title for game in games}


def plain_gains(beside: Game | None, profile: Profile) -> tuple[Cell, ...]:
    """What a profile gives each side in plain income, against the standing state; nothing where that is not beside."""
    if beside is None:
        return ()
    return tuple(float(gain) / BN for gain in beside.at(profile) - beside.at(beside.standing))


def plain_columns(beside: object, players: Sequence[str], label: str = "Plain income") -> tuple[Column, ...]:
    """A column of plain income a side, where it is shown beside."""
    if not beside:
        return ()
    return tuple(
        money_column(f"plain_{code.lower()}", f"{label}, {country_name(code, short=True)}")
        for code in players
    )


def swap_table(game: Game, swaps: Sequence[Swap], *, beside: Game | None = None) -> Table:
    """Swaps in words, with the gains of both (in plain income too, where `beside` is that game) and what each part costs alone."""
    players = game.players
    rows: list[tuple[Cell, ...]] = []
    for swap in swaps:
        words = [joined([game.actions[a].rungs[r].does for a, r in gift.changes]) for gift in swap.gifts]
        rows.append(
            (
                *words,
                *(gain / BN for gain in swap.gains),
                *plain_gains(beside, swap.profile),
                *(gift.cost / BN for gift in swap.gifts),
                swap.kind,
                swap.size,
            )
        )
    columns = (
        *(Column(f"gives_{code.lower()}", f"{country_name(code)} …") for code in players),
        *(
            money_column(f"gain_{code.lower()}", f"Gain, {country_name(code, short=True)}")
            for code in players
        ),
        *plain_columns(beside, players),
        *(
            money_column(f"cost_{code.lower()}", f"Cost of its part, {country_name(code, short=True)}")
            for code in players
        ),
        Column("kind", "Kind"),
        Column("size", "Changes", "count", "number", 0),
    )
    note = (
        "Against the standing state. `swap`: somebody loses by its own part and is made whole by the other's. `pays alone`: "
        f"every part pays its giver without any return. Preferences: {game.preferences.title.lower()}; {game.horizon}."
    )
    return Table("swaps", "The smallest swaps that leave both better off", columns, tuple(rows), note)


def verdict_table(
    verdicts: Mapping[str, Sequence[Verdict]],
    players: Sequence[str],
    *,
    by: str = "preferences",
    names: Mapping[str, str] | None = None,
    beside: Mapping[str, Sequence[Verdict]] | None = None,
) -> Table:
    """Exchanges the reports expect, under every set of preferences (`names`: titles), or at every horizon (``by="horizon"``).

    `beside`: the same verdicts in plain income.
    """
    horizons = by == "horizon"
    rows: list[tuple[Cell, ...]] = []
    for name, judged in verdicts.items():
        for k, verdict in enumerate(judged):
            rows.append(
                (
                    verdict.exchange.title,
                    name,
                    *(gain / BN for gain in verdict.gains),
                    *(gain / BN for gain in (beside[name][k].gains if beside else ())),
                    *(gain / BN for gain in verdict.without),
                    verdict_words(verdict, players),
                    *verdict.break_even,
                    ", ".join(verdict.exchange.claims),
                )
            )
    columns = (
        Column("exchange", "Exchange"),
        Column("horizon", "Horizon") if horizons else Column("preferences", "Preferences", names=names or {}),
        *(
            money_column(f"gain_{code.lower()}", f"Gain, {country_name(code, short=True)}")
            for code in players
        ),
        *plain_columns(beside, players),
        *(
            money_column(f"own_{code.lower()}", f"Own part, {country_name(code, short=True)}")
            for code in players
        ),
        Column("verdict", "Verdict"),
        *(
            Column(
                f"refuses_{code.lower()}",
                f"{country_name(code, short=True)} refuses above",
                "weight",
                "number",
                2,
                significant=GAME_DIGITS - 1,
            )
            for code in players
        ),
        Column("claims", "Claims"),
    )
    note = (
        "Gain of each side by the exchange, against what it averts; own part alone: what a side's own change gives it without "
        "the other's. Refuses above: weight on the rival's gain in a side's objective from which it would say no, all else as in the set."
    )
    name = "expected-horizons" if horizons else "expected-swaps"
    title = "Exchanges that are expected" + (", at each horizon" if horizons else "")
    return Table(name, title, columns, tuple(rows), note)


def verdict_words(verdict: Verdict, players: Sequence[str]) -> str:
    """Whether both sides want an exchange."""
    if verdict.rational:
        least = min(verdict.without)
        free = ", each also by its own part alone" if least > 1e-3 else ", at no cost to either"
        return "both gain" + ("" if least < -1e-3 else free)
    losers = [country_name(code) for code, gain in zip(players, verdict.gains, strict=True) if gain < -1e-3]
    return f"{joined(losers)} would lose" if losers else "somebody gains nothing"


def payment_table(
    game: Game,
    payments: Mapping[str, Sequence[Payment]],
    *,
    beside: Mapping[str, Sequence[Payment]] | None = None,
) -> Table:
    """What each side would have to be paid to accept the other's favourite; `beside`: the same in plain income."""
    rows: list[tuple[Cell, ...]] = [
        (
            threat,
            payment.player,
            payment.other,
            payment.needed / BN,
            payment.gain_other / BN,
            _YES[payment.affordable],
            moves_in_words(game, payment.favourite),
            *(
                (beside[threat][k].needed / BN, moves_in_words(game, beside[threat][k].favourite))
                if beside
                else ()
            ),
        )
        for threat, many in payments.items()
        for k, payment in enumerate(many)
    ]
    columns = (
        Column("threat", "No deal means"),
        Column("player", "Side", names=names_of_economies()),
        Column("other", "Whose favourite", names=names_of_economies()),
        money_column("payment", "Payment needed"),
        money_column("gain_other", "The other's gain"),
        Column("affordable", "The other could pay"),
        Column("favourite", "Favourite"),
        *(
            (
                money_column("payment_plain", "Payment, plain income"),
                Column("favourite_plain", "Favourite, plain income"),
            )
            if beside
            else ()
        ),
    )
    note = f"Preferences: {game.preferences.title.lower()}; {game.horizon}. No payment: the favourite beats no deal anyway."
    return Table("payments", "What each side would have to be paid", columns, tuple(rows), note)
