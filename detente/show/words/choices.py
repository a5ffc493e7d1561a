"""What choices say of preferences, as sentences; and under which preferences a game is read, how well they explain, what nothing does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from detente.core import known
from detente.show.figures.theme import country_name
from detente.show.words.sentences import Sentence
from detente.show.words.words import cardinal, counted, date_words, joined, lower_first, money, number
from detente.strategy import ChoiceVerdict, Lever, Wanted

BEST = 1e-3
"""Regret, billion USD a year, up to which an option was as good as the best."""
BN = 1e3


def explained_by(verdict: ChoiceVerdict) -> str:
    """Under what an option taken was best: plain income, some weights of the set, or nothing."""
    return "plain income" if verdict.plain <= BEST else "the set" if verdict.explained else "nothing"


def choices_sentence(judged: Sequence[ChoiceVerdict]) -> Sentence:
    """Say how many decisions were best under plain income, how many under the set, and how many under nothing.

    Parameters
    ----------
    judged : sequence of ChoiceVerdict
    """
    plain = sum(each.plain <= BEST for each in judged)
    only = sum(each.explained and each.plain > BEST for each in judged)
    nothing = len(judged) - plain - only
    text = (
        f"Of {counted(len(judged), 'decision')}, plain income explains {plain}; weights that fit all of them about equally well "
        f"explain {only} more; nothing here explains the other {nothing}"
    )
    return Sentence(text, (float(plain), float(only), float(nothing)), "explained-decisions")


def wanted_sentences(wanted: Wanted) -> tuple[Sentence, ...]:
    """Say which preferences lead and why, how well they explain what was done, and how much of it nothing explains.

    Parameters
    ----------
    wanted : Wanted

    Returns
    -------
    tuple of Sentence
        None where a set was asked for that was not inferred.
    """
    title = lower_first(wanted.leading.title)
    if not wanted.explained:
        return (Sentence(f"Payoffs are {title}: {wanted.missing}."),) if wanted.missing else ()
    judged, sides = wanted.judged, wanted.sides
    day = wanted.leading.known
    upto = f" up to {date_words(day)}" if day else ""
    whose = {code: country_name(code, in_sentence=True) for code in sides}
    likelier = [each.times_chance for each in sides.values()]
    mine = {code: [each for each in judged if each.player == code] for code in sides}
    best = [math.fsum(each.best for each in mine[code]) / len(mine[code]) for code in sides]
    plain = [math.fsum(each.plain for each in mine[code]) / len(mine[code]) for code in sides]
    times = joined(
        [f"{number(known(x), 1)} times (for {who})" for who, x in zip(whose.values(), likelier, strict=True)]
    )
    missed, plainly = (joined([money(known(BN * x)) for x in values]) for values in (best, plain))
    said = [
        Sentence(
            f"Payoffs are under the set “{wanted.leading.id}” ({title}), inferred from {counted(len(judged), 'decision')}{upto}; plain "
            f"income stands beside it. Its best weights make what was done {times} as likely as chance, with a mean regret of {missed} a "
            f"year; with plain income that is {plainly}.",
            (*likelier, *best, *plain),
            "explained-lead",
        )
    ]
    if wanted.held_out:
        later = {whose[code]: each for code, each in wanted.held_out.items()}
        odds = joined(
            [f"{number(known(each.times_chance), 1)} times (for {who})" for who, each in later.items()]
        )
        blind = foretold_worse(wanted)
        worse = f": worse than chance for {joined(list(blind))}" if blind else ""
        said.append(
            Sentence(
                f"Out of sample: weights of the earlier two thirds make the later {counted(sum(each.judged for each in later.values()), 'decision')} "
                f"{odds} as likely as chance{worse}.",
                tuple(each.times_chance for each in later.values()),
                "explained-lead",
            )
        )
    nothing = {code: sum(explained_by(each) == "nothing" for each in mine[code]) for code in sides}
    if any(nothing.values()):
        whom = joined([f"{cardinal(count)} of {whose[code]}" for code, count in nothing.items() if count])
        said.append(
            Sentence(
                f"Of these decisions nothing explains {whom}: neither plain income nor any weights of the set make what was done best.",
                tuple(float(count) for count in nothing.values() if count),
                "explained-lead",
            )
        )
    return tuple(said)


def standing_sentences(
    stands: Mapping[str, ChoiceVerdict], titles: Mapping[str, str]
) -> tuple[Sentence, ...]:
    """Say which measures stand where nothing in the set would leave them, and which plain income alone explains.

    Parameters
    ----------
    stands : mapping of action to ChoiceVerdict
    titles : mapping of action to its title
    """
    if not stands:
        return ()
    called = {
        name: f"“{lower_first(titles[name])}” of {country_name(each.player, in_sentence=True)}"
        for name, each in stands.items()
    }
    unexplained = [called[name] for name, each in stands.items() if explained_by(each) == "nothing"]
    plainly = [called[name] for name, each in stands.items() if each.plain <= BEST and not each.explained]
    texts = []
    if unexplained:
        texts.append(
            f"Nothing in the set explains where {joined(unexplained)} stand{'s' * (len(unexplained) == 1)}, nor does plain income."
        )
    if plainly:
        texts.append(
            f"Nothing in the set explains where {joined(plainly)} stand{'s' * (len(plainly) == 1)}; plain income does."
        )
    if not texts:
        texts.append("Each measure that moves anything stands where some weights of the set would leave it.")
    return tuple(Sentence(text, (), "leverage") for text in texts)


def whole_sentences(whole: Mapping[str, ChoiceVerdict]) -> tuple[Sentence, ...]:
    """Say for each side whether all it does together is best under some weights of the set, with how much it misses if not.

    Parameters
    ----------
    whole : mapping of player to ChoiceVerdict
    """
    parts, values = [], []
    for code, each in whole.items():
        who = country_name(code, in_sentence=True)
        values.append(each.least)
        parts.append(
            f"some weights of the set make what {who} does the best of its {counted(each.options, 'choice')}"
            if each.explained
            else f"nothing in the set explains what {who} does: it misses at least {money(known(BN * each.least))} a year, and "
            f"{money(known(BN * each.plain))} in plain income"
        )
    text = "; ".join(parts)
    return (Sentence(f"As things stand, {text}.", tuple(values), "equilibria"),) if parts else ()


def no_swap_sentence(wanted: Wanted, count: int) -> Sentence:
    """Say that no swap leaves both better off under what leads, and how many do in plain income.

    Parameters
    ----------
    wanted : Wanted
    count : int
        Swaps in plain income.
    """
    plainly = (
        f"in plain income {cardinal(count)} would, which are listed"
        if count
        else "none would in plain income either"
    )
    return Sentence(
        f"No swap leaves both sides better off under the set “{wanted.leading.id}”; {plainly}.",
    )


def foretold_worse(wanted: Wanted) -> tuple[str, ...]:
    """Sides whose later decisions the weights of their earlier ones make less likely than chance, by name inside a sentence.

    Parameters
    ----------
    wanted : Wanted

    Returns
    -------
    tuple of str
    """
    return tuple(
        country_name(code, in_sentence=True)
        for code, each in wanted.held_out.items()
        if known(each.times_chance) < 1
    )


def plain_levers_sentence(levers: Sequence[Lever], beside: Sequence[Lever]) -> tuple[Sentence, ...]:
    """Say what the strongest measure of each side does in plain income.

    Parameters
    ----------
    levers : sequence of Lever
        Under what leads.
    beside : sequence of Lever
        The same in plain income; nothing is said without.
    """
    plain = {lever.action: lever for lever in beside}
    parts, values = [], []
    for code in dict.fromkeys(lever.player for lever in beside):
        mine = [lever for lever in levers if lever.player == code and not lever.action.startswith("side:")]
        same = plain[max(mine, key=lambda lever: known(lever.harm_target)).action]
        own = known(same.harm_self)
        parts.append(
            f"“{lower_first(same.title)}” costs the other side {money(known(same.harm_target), signed=same.harm_target < 0)} and "
            f"{country_name(code, in_sentence=True)} {money(own, signed=own < 0)}"
        )
        values += [same.harm_target / BN, same.harm_self / BN]
    return (
        (Sentence(f"In plain income, a year, {'; '.join(parts)}.", tuple(values), "leverage"),)
        if parts
        else ()
    )
