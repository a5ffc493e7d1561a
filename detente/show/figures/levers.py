"""The ladder of leverage: what each measure costs the other side and its own, and the sentences beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from detente.core import Column, InputError, Table, known
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import Bar, Heading, row_chart, text_width
from detente.show.figures.theme import country_name, look
from detente.show.tables.strategy import BN, money_column
from detente.show.words.sentences import Sentence
from detente.show.words.words import NBSP, lower_first, money, number
from detente.strategy import Lever

QUIET = "#b9c1ca"


def lever_sentences(levers: Sequence[Lever], *, table: str = "leverage") -> tuple[Sentence, ...]:
    """What an official would say of each side's strongest measure: harm, cost, who else is hurt."""
    sentences: list[Sentence] = []
    for code in dict.fromkeys(lever.player for lever in levers):
        sentences += _of_side(levers, code, table)
    return (*sentences, *_furthest(levers, table))


def _moving_others(levers: Sequence[Lever], code: str) -> list[Lever]:
    """Measures of a side that harm the other."""
    return [
        lv
        for lv in levers
        if lv.player == code and not lv.action.startswith("side:") and lv.harm_target > 0.5
    ]


def strongest_levers(levers: Sequence[Lever]) -> tuple[Lever, ...]:
    """The measure of each side that hurts the other most, as the sentences name it; none of a side that moves nobody."""
    sides = [_moving_others(levers, code) for code in dict.fromkeys(lever.player for lever in levers)]
    return tuple(max(mine, key=lambda lever: known(lever.harm_target)) for mine in sides if mine)


def _of_side(levers: Sequence[Lever], code: str, table: str) -> list[Sentence]:
    """A side's strongest lever, one that gains it something, and its cheapest."""
    mine = _moving_others(levers, code)
    rival = next((lv.player for lv in levers if lv.player != code), "")
    who = country_name(code, in_sentence=True)
    whom = country_name(rival, in_sentence=True) or "the others"
    if not mine:
        return [Sentence(f"No measure of {who} moves {whom} in this model.", (), table)]
    best = max(mine, key=lambda lever: known(lever.harm_target))
    sentences = [_strongest(best, who, whom, table)]
    # a cap whose rent stays at home can gain its owner something: cheaper than any lever that has a price
    free = max(
        (lv for lv in mine if lv.harm_self < -0.5 and lv is not best),
        key=lambda lv: known(lv.harm_target),
        default=None,
    )
    if free is not None:
        sentences.append(
            Sentence(
                f"“{free.title}” ({_rungs(free)}) costs {whom} {money(free.harm_target)} and gains {who} {money(-free.harm_self)}.",
                (free.harm_target / BN, -free.harm_self / BN),
                table,
            )
        )
    cheap = max(
        (lv for lv in mine if lv.ratio is not None), key=lambda lv: known(lv.ratio or 0.0), default=None
    )
    if cheap is not None and cheap.ratio is not None and cheap is not best:
        sentences.append(
            Sentence(
                f"Its cheapest lever{'' if free is None else ' that has a price'} is “{lower_first(cheap.title)}” ({_rungs(cheap)}): ${number(cheap.ratio, 2)} of harm for each dollar of its own, "
                f"but only {money(cheap.harm_target)} in all.",
                (cheap.ratio, cheap.harm_target / BN),
                table,
            )
        )
    return sentences


def _rungs(lever: Lever) -> str:
    """From where to where: a rival may be hurt by the end of a measure as by the measure."""
    return f"{lever.gentle} to {lever.harsh}"


def _strongest(best: Lever, who: str, whom: str, table: str) -> Sentence:
    """What a side's strongest lever does to the other, and what it costs or gains its owner."""
    values = [best.harm_target / BN, best.harm_self / BN]
    text = (
        f"Of what {who} can do, “{lower_first(best.title)}” ({_rungs(best)}) hurts {whom} most: "
        f"{money(best.harm_target)} a year"
    )
    if best.harm_self > 0.5:
        pays = best.pays_from or 0.0
        values.append(pays)
        text += (
            f". It costs {who} {money(best.harm_self)}, so it pays only if a dollar lost by {whom} is worth "
            f"${number(pays, 2)} at home."
        )
    elif best.harm_self < -0.5:
        text += f", and it gains {who} {money(-best.harm_self)}."
    else:
        text += f", and it moves {who} by less than $1{NBSP}million."
    return Sentence(text, tuple(values), table)


def _furthest(levers: Sequence[Lever], table: str) -> tuple[Sentence, ...]:
    """The measure that hurts a third country most, where one is hurt at all."""
    hit = [
        (code, harm, lv)
        for lv in levers
        if not lv.action.startswith("side:")
        for code, harm in lv.others.items()
    ]
    if not hit:
        return ()
    code, harm, lever = max(hit, key=lambda effect: known(effect[1]))
    if not harm > 0.5:
        return ()
    text = (
        f"Outside the two, “{lower_first(lever.title)}” of {country_name(lever.player, in_sentence=True)} reaches furthest "
        f"({_rungs(lever)}): it costs {country_name(code, in_sentence=True)} {money(harm)} a year."
    )
    return (Sentence(text, (harm / BN,), table),)


def moving(levers: Sequence[Lever]) -> list[Lever]:
    """Single measures that move either side by more than half a million USD a year: what a ladder is drawn of."""
    return [
        lever
        for lever in levers
        if not lever.action.startswith("side:") and max(abs(lever.harm_target), abs(lever.harm_self)) > 0.5
    ]


def ladder_figure(levers: Sequence[Lever], *, concept: str, name: str = "leverage-ladder") -> Figure:
    """Draw every measure's harm to the other side above what it costs its own.

    Parameters
    ----------
    levers : sequence of Lever
    concept : str
        Horizon and preferences; printed below the title.

    Raises
    ------
    InputError
        When no measure moves anything.
    """
    shown = moving(levers)
    if not shown:
        raise InputError(
            "no measure moves anything", where="ladder_figure", hint="there is no leverage to draw"
        )
    players = list(dict.fromkeys(lv.player for lv in shown))
    ordered = sorted(shown, key=lambda lv: (players.index(lv.player), -known(lv.harm_target)))
    table = Table(
        name,
        "The ladder of leverage",
        (
            Column("player", "Side"),
            Column("measure", "Measure"),
            Column("gentle", "From"),
            Column("harsh", "To"),
            money_column("harm_target", "Harm to the other side"),
            money_column("harm_self", "Harm to itself"),
        ),
        tuple(
            (country_name(lv.player), lv.title, lv.gentle, lv.harsh, lv.harm_target / BN, lv.harm_self / BN)
            for lv in ordered
        ),
        "Each measure alone, everything else as it stands; negative harm is a gain.",
    )

    def spec(width: int) -> dict[str, Any]:
        rows: list[Heading | Bar] = []
        for code in players:
            rows.append(Heading(f"{country_name(code)}: harm to the other side, and to itself (grey)"))
            for lv in (lever for lever in ordered if lever.player == code):
                colour = look("country", code).colour
                rows.append(Bar(lv.title, lv.harm_target / BN, _bn(lv.harm_target), colour))
                rows.append(Bar("", lv.harm_self / BN, _bn(lv.harm_self), QUIET))
        labels = min(max(text_width(lv.title) for lv in ordered) + 14, 200 if width > 500 else 118)
        return row_chart(rows, width, label_width=labels)

    title = lever_sentences(levers)[0].text.split(". It costs")[0].rstrip(".") + "."
    return Figure(
        name,
        title,
        in_short(
            f"Bars of harm by measure, in pairs: to the other side, and below it in grey to the side that uses it. {title}"
        ),
        spec(WIDE),
        table,
        note="Loss of payoff from the gentle to the harsh rung of a measure alone, everything else as it stands.",
        subtitle=f"Billion USD a year; {concept}",
        narrow=spec(NARROW),
    )


def _bn(value_usd: float) -> str:
    return f"{number(value_usd / BN, 2, signed=False)} bn"
