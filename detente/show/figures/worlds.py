"""Pictures of a world: how large its countries are and how their trade balances, and what another world changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detente.core import Cell, Column, Table
from detente.show.figures.figures import NARROW, WIDE, Figure
from detente.show.figures.rows import Bar, Heading, row_chart, text_width
from detente.show.figures.theme import countries, country_name, look
from detente.show.words.words import number, percent
from detente.world import Array, Economy

_PLAIN = "#5b6b7a"
"""Colour of a country that the registry does not know."""
_SHOWN = 15


def _colour(code: str) -> str:
    return look("country", code).colour if code in countries() else _PLAIN


def _name(economy: Economy, code: str, width: int) -> str:
    known = country_name(code, short=width < 500)
    return known if known != code else economy.labels.country_name(code)


Panel = tuple[str, Mapping[str, float], Mapping[str, str]]
"""A heading, and the length and the text of the bar of each country."""


def _panels(economy: Economy, panels: Sequence[Panel], width: int) -> dict[str, object]:
    """Bars of the same countries below several headings."""
    drawn: list[Heading | Bar] = []
    for heading, values, texts in panels:
        drawn.append(Heading(heading))
        for code, value in values.items():
            drawn.append(Bar(_name(economy, code, width), value, texts[code], _colour(code)))
    codes = panels[0][1]
    return row_chart(
        drawn, width, label_width=max(text_width(_name(economy, code, width)) for code in codes) + 14
    )


def world_figure(economy: Economy) -> Figure:
    """Draw value added and trade balance of the largest countries of a world.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    Figure
    """
    codes = economy.labels.countries
    order = sorted(range(len(codes)), key=lambda n: (-economy.value_added[n], codes[n]))[:_SHOWN]
    world = float(economy.value_added.sum())
    largest = codes[order[0]]
    share = 100 * float(economy.value_added[order[0]]) / world
    share_of_world = {codes[n]: 100 * float(economy.value_added[n]) / world for n in order}
    balance = {codes[n]: -100 * float(economy.deficit[n] / economy.value_added[n]) for n in order}

    def texts(values: Mapping[str, float], money: Array) -> dict[str, str]:
        return {codes[n]: f"{number(values[codes[n]], 1)}% ({number(float(money[n]), 0)})" for n in order}

    panels = (  # both are percentages: they share one scale
        (
            "Value added, percent of the world (billion USD)",
            share_of_world,
            texts(share_of_world, economy.value_added / 1e3),
        ),
        (
            "Trade balance, percent of value added (billion USD)",
            balance,
            texts(balance, -economy.deficit / 1e3),
        ),
    )

    said = "; ".join(
        f"{economy.labels.country_name(codes[n])} {number(float(economy.value_added[n]) / 1e3, 0)} and "
        f"{number(-float(economy.deficit[n]) / 1e3, 0)}"
        for n in order
    )
    title = (
        f"{_name(economy, largest, WIDE)} makes {percent(share)} of what the world of {economy.name} earns."
    )
    return Figure(
        "world",
        title,
        f"Bars of value added and of the trade balance, billion USD: {said}.",
        _panels(economy, panels, WIDE),
        _largest(economy, order),
        note=f"{len(codes)} countries × {len(economy.labels.sectors)} sectors, {economy.year}; goods and services, before duty.",
        subtitle="Percent; billion USD in brackets",
        narrow=_panels(economy, panels, NARROW),
    )


def _largest(economy: Economy, order: Sequence[int]) -> Table:
    """The countries drawn, with their value added and balance in money."""
    codes, world = economy.labels.countries, float(economy.value_added.sum())
    rows: list[tuple[Cell, ...]] = [
        (
            codes[n],
            economy.labels.country_name(codes[n]),
            float(economy.value_added[n]) / 1e3,
            100 * float(economy.value_added[n]) / world,
            -float(economy.deficit[n]) / 1e3,
        )
        for n in order
    ]
    return Table(
        "world",
        f"Largest countries of {economy.name}",
        (
            Column("code", "Code"),
            Column("country", "Country"),
            Column("value_added_usd_bn", "Value added", "USD bn", "number", 0),
            Column("share_pct", "Share of the world", "%", "number", 1),
            Column("balance_usd_bn", "Trade balance", "USD bn", "number", 0),
        ),
        tuple(rows),
    )


def comparison_figure(first: Economy, second: Economy) -> Figure:
    """Draw how value added and balances of the countries both worlds have differ.

    Parameters
    ----------
    first, second : Economy

    Returns
    -------
    Figure
    """
    labels = first.labels
    common = [code for code in labels.countries if code in second.labels.countries]
    order = sorted(common, key=lambda code: (-first.value_added[labels.country(code)], code))[:_SHOWN]
    growth = {
        code: 100
        * (
            float(second.value_added[second.labels.country(code)] / first.value_added[labels.country(code)])
            - 1
        )
        for code in order
    }
    shift = {
        code: float(first.deficit[labels.country(code)] - second.deficit[second.labels.country(code)]) / 1e3
        for code in order
    }
    relative = {code: 1e5 * shift[code] / float(first.value_added[labels.country(code)]) for code in order}
    rows: list[tuple[Cell, ...]] = [
        (code, labels.country_name(code), growth[code], relative[code], shift[code]) for code in order
    ]
    table = Table(
        "worlds",
        f"{second.name} against {first.name}",
        (
            Column("code", "Code"),
            Column("country", "Country"),
            Column("value_added_pct", "Value added", "%", "number", 1),
            Column("balance_pct", "Trade balance", "% of value added", "number", 1),
            Column("balance_usd_bn", "Trade balance", "USD bn", "number", 1),
        ),
        tuple(rows),
    )

    grown = {code: f"{number(growth[code], 1, signed=True)}%" for code in order}
    moved = {
        code: f"{number(relative[code], 1, signed=True)}% ({number(shift[code], 0, signed=True)})"
        for code in order
    }
    panels = (
        ("Value added, difference in percent", growth, grown),
        ("Trade balance, difference in percent of value added (billion USD)", relative, moved),
    )

    most = max(order, key=lambda code: abs(growth[code]))
    said = "; ".join(
        f"{code} {number(growth[code], 1)} percent and {number(shift[code], 1)} billion" for code in order
    )
    return Figure(
        "worlds",
        f"{_name(first, most, WIDE)} differs most: value added by {percent(growth[most], signed=True)}.",
        f"Bars of differences between {second.name} and {first.name}: {said}.",
        _panels(first, panels, WIDE),
        table,
        note=f"{second.name} ({second.year}) less {first.name} ({first.year}).",
        subtitle=f"{second.name} against {first.name}",
        narrow=_panels(first, panels, NARROW),
    )
