"""Whose numbers a table over economies shows: those asked for; else the sides of the record and the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from detente.cli.terminal import say
from detente.core import InputError, Table

if TYPE_CHECKING:
    from detente.cases import Outcome
    from detente.cli.tables import Prepared

EVERY = "all"
FEW = ("countries", "comparison")
"""Tables that show the sides and the world unless asked for more."""


def economies_shown(codes: tuple[str, ...], countries: str, table: str, ready: Prepared) -> tuple[str, ...]:
    """Codes of the economies of a table; nothing stands for all of them and the world.

    Parameters
    ----------
    codes : tuple of str
        As asked for, in codes.
    countries : str
        As asked for; empty when nothing was, ``all`` for all.
    table : str
    ready : Prepared
        Its record says who the sides are.
    """
    from detente.cases import sides_in

    if table not in FEW:
        return codes
    if countries.strip().casefold() == EVERY:
        return ()
    if codes:
        return codes
    try:
        return (*sides_in(ready.dossier, ready.economy), "WORLD")
    except InputError:  # a world of one's own that has no such sides
        return ()


def say_difference(ready: Prepared, outcomes: Mapping[str, Outcome]) -> None:
    """Say on a terminal what the second outcome does to the sides of the record, compared with the first."""
    from detente.cases import sides_in
    from detente.show.words import both_sides_sentence

    before, after = outcomes.values()
    try:
        sides = sides_in(ready.dossier, ready.economy)
    except InputError:
        return
    place = {code: ready.economy.labels.country(code) for code in sides}
    hat = after.value.real_income_hat / before.value.real_income_hat
    gain = after.value.equivalent_variation_usd - before.value.equivalent_variation_usd
    sentence = both_sides_sentence(
        after.scenario.title,
        {code: 100 * float(hat[n] - 1) for code, n in place.items()},
        against=f"“{before.scenario.title}”",
        amounts={code: float(gain[n]) for code, n in place.items()},
    )
    say(sentence.text, piped=False)


def with_the_others(tables: list[Table], shown: tuple[str, ...], countries: str) -> list[Table]:
    """Tables whose note says how to see the other economies, where nobody was asked for and some are left out."""
    if countries.strip() or not shown:
        return tables
    return [
        replace(table, note=f"{table.note} Every economy: --countries {EVERY}.".strip())
        if table.name in FEW
        else table
        for table in tables
    ]
