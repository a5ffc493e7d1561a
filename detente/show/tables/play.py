"""Games in words: what pays whatever the other side does, where nobody would move alone, what exchanges and duties bring."""

from __future__ import annotations

from collections.abc import Sequence

from detente.core import Table, known
from detente.show.figures.theme import country_name
from detente.show.tables.strategy import BN, moves_in_words
from detente.show.words import Sentence, cardinal, joined, money, number, percent
from detente.strategy import Game, Profile, Quantal, RungDominance, StrategicForm, Verdict, regret

SMALL = 0.5
"""Million USD: a smaller difference is none."""


def gain_words(value_usd: float) -> str:
    """Say a change of somebody's payoff, million USD, as a gain or a loss of a size, never a gain below zero.

    Examples
    --------
    >>> [gain_words(x).replace(chr(160), " ") for x in (2100.0, -2100.0, 0.2)]
    ['gains $2.1 billion a year', 'loses $2.1 billion a year', 'neither gains nor loses']
    """
    if abs(value_usd) < SMALL:
        return "neither gains nor loses"
    return f"{'gains' if value_usd > 0 else 'loses'} {money(abs(value_usd))} a year"


def game_sentences(
    game: Game,
    form: StrategicForm,
    pure: Sequence[Profile],
    quantal: Quantal | None,
    dominance: Sequence[RungDominance],
) -> tuple[Sentence, ...]:
    """What was found in a game, in plain sentences.

    Parameters
    ----------
    game : Game
    form : StrategicForm
        Of the game.
    pure : sequence of Profile
        Its pure equilibria: a strategy of each player, by position in the form.
    quantal : Quantal or None
        Its logit equilibrium, where one is wanted.
    dominance : sequence of RungDominance

    Returns
    -------
    tuple of Sentence
        What pays each side whatever else is done; the equilibrium against the standing state, and what each side would gain by
        leaving that alone; the likeliest play with errors.
    """
    said = [_dominance_sentence(game, code, dominance) for code in game.players]
    said.append(_equilibrium_sentence(game, form, pure))
    said.append(_standing_sentence(game, form))
    if quantal is not None:
        said.append(_quantal_sentence(game, form, quantal))
    return tuple(sentence for sentence in said if sentence is not None)


def _dominance_sentence(game: Game, code: str, dominance: Sequence[RungDominance]) -> Sentence | None:
    """What a player does best whatever everybody does elsewhere, and where that depends."""
    actions = {action.id: action for action in game.actions}
    settled, open_to = [], []
    for rung in dominance:
        if rung.player != code or (rung.margin < SMALL and rung.always):
            continue  # an action that moves nobody's payoff is no choice
        action = actions[rung.action]
        if rung.always:
            settled.append(next(step.does for step in action.rungs if step.title == rung.best))
        else:
            open_to.append((action.title, rung.best, 100 * rung.share))
    if not settled and not open_to:
        return None
    who = country_name(code, in_sentence=True)
    parts = []
    if settled:
        other = "any other choice is" if len(settled) == 1 else "every other choice in these is"
        parts.append(f"whatever else is done, {who} does best when it {joined(settled)}: {other} dominated")
    if open_to:
        cases = [
            f"“{title}” (“{best}” is best in {percent(share, 0)} of cases)" for title, best, share in open_to
        ]
        head = "what is best" if settled else f"what is best for {who}"
        parts.append(f"{head} depends on the rest in {joined(cases)}")
    text = "; ".join(parts)
    return Sentence(f"{text[0].upper()}{text[1:]}.", tuple(share for *_, share in open_to), "dominance")


def joint_profile(game: Game, form: StrategicForm, place: Sequence[int]) -> Profile:
    """Rungs of every action at a strategy of each player."""
    rungs = [0] * len(game.actions)
    for code, mine, at in zip(form.players, form.rungs, place, strict=True):
        for action, rung in zip(game.own(code), mine[at], strict=True):
            rungs[action] = rung
    return tuple(rungs)


def _equilibrium_sentence(game: Game, form: StrategicForm, pure: Sequence[Profile]) -> Sentence:
    """Which outcome nobody leaves alone, and who prefers it to the standing state."""
    wants = game.preferences.title.lower()
    if not pure:
        return Sentence(
            f"No outcome is an equilibrium ({wants}): from each of them somebody gains by moving alone.",
            (),
            "equilibria",
        )
    place = pure[0]
    gains = {
        code: float(form.payoffs[(p, *place)] - game.at(game.standing)[p])
        for p, code in enumerate(form.players)
    }
    words = moves_in_words(game, joint_profile(game, form, place))
    many = (
        "One outcome is an equilibrium"
        if len(pure) == 1
        else f"{cardinal(len(pure)).capitalize()} outcomes are equilibria"
    )
    first = "" if len(pure) == 1 else "; the first"
    changes = [f"{country_name(code, in_sentence=True)} {gain_words(value)}" for code, value in gains.items()]
    return Sentence(
        f"{many}, where nobody gains by moving alone ({wants}){first}: {words}. Against the standing state {joined(changes)}: "
        f"{_preferring(gains)}.",
        tuple(value / BN for value in gains.values()),
        "equilibria",
    )


def _preferring(gains: dict[str, float]) -> str:
    """Who prefers what they would do to the standing state."""
    sides = {
        "it": [code for code, gain in gains.items() if gain >= SMALL],
        "the standing state": [code for code, gain in gains.items() if gain <= -SMALL],
    }
    parts = []
    for what, codes in sides.items():
        if len(codes) == len(gains) == 2:
            parts.append(f"both prefer {what}")
        elif codes:
            who = joined([country_name(code, in_sentence=True) for code in codes])
            parts.append(f"{who} prefer{'s' if len(codes) == 1 else ''} {what}")
    return ", ".join(parts) or "nobody prefers one to the other"


def _standing_sentence(game: Game, form: StrategicForm) -> Sentence:
    """What each side would gain if it alone left the standing state."""
    still = tuple(
        mine.index(tuple(0 for _ in game.own(code)))
        for code, mine in zip(form.players, form.rungs, strict=True)
    )
    lost = regret(form)
    missed = {code: float(lost[(p, *still)]) for p, code in enumerate(form.players)}
    moving = {code: gain for code, gain in missed.items() if gain >= SMALL}
    if not moving:
        return Sentence(
            "The standing state is an equilibrium: nobody gains by leaving it alone.", (), "equilibria"
        )
    first, *others = ((country_name(code, in_sentence=True), money(gain)) for code, gain in moving.items())
    gains = joined([f"{first[0]} would gain {first[1]}", *(f"{who} {gain}" for who, gain in others)])
    return Sentence(
        f"The standing state is no equilibrium: by moving alone {gains} a year.",
        tuple(gain / BN for gain in moving.values()),
        "equilibria",
    )


def _quantal_sentence(game: Game, form: StrategicForm, quantal: Quantal) -> Sentence:
    """What each side is likeliest to do when better choices are likelier but none is sure."""
    parts, odds = [], []
    for code, mix, mine in zip(form.players, quantal.mixes, form.rungs, strict=True):
        k = min(range(len(mix)), key=lambda k: (-known(float(mix[k])), k))
        profile = [0] * len(game.actions)
        for action, rung in zip(game.own(code), mine[k], strict=True):
            profile[action] = rung
        words = moves_in_words(game, tuple(profile))
        if words == "nothing changes":
            words = f"{country_name(code, in_sentence=True)} changes nothing"
        odds.append(100 * float(mix[k]))
        parts.append(f"{words} ({percent(odds[-1], 0)})")
    return Sentence(
        f"Where better choices are likelier and none is sure (logit, {BN * quantal.precision:g} log odds for a billion USD a year), "
        f"the likeliest play is: {'; '.join(parts)}.",
        tuple(odds),
        "equilibria",
    )


def best_verdict(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The exchange that gives both sides together most among those by which everybody gains; None where there is none."""
    good = [verdict for verdict in verdicts if verdict.rational]
    return max(good, key=lambda verdict: known(float(sum(verdict.gains))), default=None)


def expected_sentence(verdicts: Sequence[Verdict], players: Sequence[str], wants: str) -> Sentence:
    """Say by how many of the exchanges that are expected everybody gains, and by which most.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Under one set of preferences.
    players : sequence of str
        Codes, in the order of a verdict's gains.
    wants : str
        Title of the set.

    Returns
    -------
    Sentence
    """
    good = [verdict for verdict in verdicts if verdict.rational]
    if not good:
        return Sentence(
            f"By none of the exchanges that are expected everybody gains ({wants.lower()}).",
            (),
            "expected-swaps",
        )
    count = "every one" if len(good) == len(verdicts) else cardinal(len(good))
    total = f"the {cardinal(len(verdicts))} exchanges" if len(verdicts) > 1 else "the exchanges"
    head = f"By {count} of {total} that are expected everybody gains ({wants.lower()})"
    best = best_verdict(good)
    assert best is not None
    shares = [
        f"{country_name(code, in_sentence=True)} {gain_words(gain)}"
        for code, gain in zip(players, best.gains, strict=True)
    ]
    return Sentence(
        f"{head}; together most by “{best.exchange.title}”: {joined(shares)}.",
        tuple(gain / BN for gain in best.gains),
        "expected-swaps",
    )


SETTING = {
    "war": "Where each sets the duties that are best for it against the others’",
    "alone": "Where one alone sets the duties that are best for it and nobody answers",
    "talks": "Where duties are agreed in talks",
}
"""How a game of duties is played, by kind."""


def duties_sentence(welfare: Table, kind: str) -> Sentence:
    """Say what each player would charge in a game of duties, and what it gains or loses by it.

    Parameters
    ----------
    welfare : Table
        Of `nash_tables`, `optimum_tables` or `talks_tables`: the first.
    kind : {"war", "alone", "talks"}

    Returns
    -------
    Sentence

    Examples
    --------
    >>> from detente.core import Column
    >>> keys = ("player", "duty_before_pct", "duty_after_pct", "real_income_pct")
    >>> table = Table("nash-welfare", "", tuple(Column(key, key) for key in keys), (("USA", 10.7, 7.8, -0.07),))
    >>> duties_sentence(table, "talks").text.replace(chr(160), " ")
    'Where duties are agreed in talks, the United States charges 7.8 percent (10.7 before) and loses 0.07 percent of real income.'
    """
    parts, values = [], []
    for row in welfare.records():
        before, after, income = (
            float(row[key] or 0.0) for key in ("duty_before_pct", "duty_after_pct", "real_income_pct")
        )
        moved = "moves real income by " if abs(income) < 0.005 else "gains " if income > 0 else "loses "
        tail = "" if moved.startswith("moves") else " of real income"
        parts.append(
            f"{country_name(str(row['player']), in_sentence=True)} charges {percent(after, 1)} ({number(before, 1)} before) and "
            f"{moved}{percent(abs(income))}{tail}"
        )
        values += [before, after, income]
    return Sentence(f"{SETTING[kind]}, {'; '.join(parts)}.", tuple(values), welfare.name)
