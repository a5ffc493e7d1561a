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
WITH_WORLD = ("countries", "comparison", "revenue", "flows", "duties")
"""Tables that show the sides and the world unless asked for more."""
OF_SIDES = ("wages", "welfare", "jobs")
"""Tables that show the sides alone: the world has no wage of its own, for its value added is the unit of money."""
MADE = {"duties": "effective_duties"}
"""Names of tables that are asked for by another."""


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

    if table not in (*WITH_WORLD, *OF_SIDES):
        return codes
    if countries.strip().casefold() == EVERY:
        return ()
    if codes:
        return codes
    try:
        return (*sides_in(ready.dossier, ready.economy), *(("WORLD",) if table in WITH_WORLD else ()))
    except InputError:  # a world of one's own that has no such sides
        return ()


def say_findings(ready: Prepared, outcomes: Mapping[str, Outcome], reference: str | None) -> None:
    """Say on a terminal what each outcome does to the sides of the record, compared with one of them or the base year.

    Parameters
    ----------
    ready : Prepared
        Its record says who the sides are.
    outcomes : mapping of id to Outcome
    reference : str, optional
        Id of the outcome that the others are held against; the base year where there is none.
    """
    from detente.cases import revenue_words, sides_in
    from detente.show.words import both_sides_sentence, output_ranks

    try:
        sides = sides_in(ready.dossier, ready.economy)
    except InputError:  # a world of one's own that has no such sides
        return
    place = {code: ready.economy.labels.country(code) for code in sides}
    before = outcomes[reference] if reference else None
    than = f"“{before.scenario.title}”" if before else f"the base year {ready.economy.year}"
    for name, after in outcomes.items():
        if name == reference:
            continue
        hat, gain = after.value.real_income_hat, after.value.equivalent_variation_usd
        if before:
            hat, gain = hat / before.value.real_income_hat, gain - before.value.equivalent_variation_usd
        volume = after.value.gdp_volume_hat / (before.value.gdp_volume_hat if before else 1.0)
        income, output = (
            {code: 100 * float(ratio[n] - 1) for code, n in place.items()} for ratio in (hat, volume)
        )
        sentence = both_sides_sentence(
            after.scenario.title,
            income,
            against=than,
            amounts={code: float(gain[n]) for code, n in place.items()},
        )
        used = f"Duties are {revenue_words(after.value.structure)}."
        say(f"{sentence.text.removesuffix('.')}{output_ranks(income, output)}. {used}", piped=False)
    if reference:
        others = " ".join(name for name in outcomes if name != reference)
        say(
            f"First year, long run and the sum along time: detente run {others} --against {reference} --table horizons",
            piped=False,
        )


def with_the_others(tables: list[Table], shown: tuple[str, ...], countries: str) -> list[Table]:
    """Tables whose note says how to see the other economies, where nobody was asked for and some are left out."""
    if countries.strip() or not shown:
        return tables
    few = {MADE.get(name, name) for name in (*WITH_WORLD, *OF_SIDES)}
    return [
        replace(table, note=f"{table.note} Every economy: --countries {EVERY}.".strip())
        if table.name in few
        else table
        for table in tables
    ]
