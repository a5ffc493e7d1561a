"""Pictures of a world: how large its countries are and how their trade balances, and what another world changes."""

from __future__ import annotations

from detente.core import Cell, Column, Table
from detente.show.figures.figures import NARROW, WIDE, Figure
from detente.show.figures.rows import Bar, Heading, row_chart, text_width
from detente.show.figures.theme import countries, country_name, look
from detente.show.words.words import number, percent
from detente.world import Economy

_PLAIN = "#5b6b7a"
"""Colour of a country that the registry does not know."""
_SHOWN = 15


def _colour(code: str) -> str:
    return look("country", code).colour if code in countries() else _PLAIN


def _name(economy: Economy, code: str, width: int) -> str:
    known = country_name(code, short=width < 500)
    return known if known != code else economy.labels.country_name(code)


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
    table = Table(
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

    share_of_world = {codes[n]: 100 * float(economy.value_added[n]) / world for n in order}
    balance = {codes[n]: -100 * float(economy.deficit[n] / economy.value_added[n]) for n in order}

    def spec(width: int) -> dict[str, object]:
        # Both panels are percentages: they share one scale.
        drawn: list[Heading | Bar] = []
        for heading, values, money in (
            ("Value added, percent of the world (billion USD)", share_of_world, economy.value_added / 1e3),
            ("Trade balance, percent of value added (billion USD)", balance, -economy.deficit / 1e3),
        ):
            drawn.append(Heading(heading))
            for n in order:
                value = values[codes[n]]
                text = f"{number(value, 1)}% ({number(float(money[n]), 0)})"
                drawn.append(Bar(_name(economy, codes[n], width), value, text, _colour(codes[n])))
        return row_chart(
            drawn, width, label_width=max(text_width(_name(economy, codes[n], width)) for n in order) + 14
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
        spec(WIDE),
        table,
        note=f"{len(codes)} countries × {len(economy.labels.sectors)} sectors, {economy.year}; goods and services, before duty.",
        subtitle="Percent; billion USD in brackets",
        narrow=spec(NARROW),
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

    def spec(width: int) -> dict[str, object]:
        drawn: list[Heading | Bar] = []
        for heading, values, money in (
            ("Value added, difference in percent", growth, None),
            ("Trade balance, difference in percent of value added (billion USD)", relative, shift),
        ):
            drawn.append(Heading(heading))
            for code in order:
                text = number(values[code], 1, signed=True) + "%"
                text += "" if money is None else f" ({number(money[code], 0, signed=True)})"
                drawn.append(Bar(_name(first, code, width), values[code], text, _colour(code)))
        return row_chart(
            drawn, width, label_width=max(text_width(_name(first, code, width)) for code in order) + 14
        )

    most = max(order, key=lambda code: abs(growth[code]))
    said = "; ".join(
        f"{code} {number(growth[code], 1)} percent and {number(shift[code], 1)} billion" for code in order
    )
    return Figure(
        "worlds",
        f"{_name(first, most, WIDE)} differs most: value added by {percent(growth[most], signed=True)}.",
        f"Bars of differences between {second.name} and {first.name}: {said}.",
        spec(WIDE),
        table,
        note=f"{second.name} ({second.year}) less {first.name} ({first.year}).",
        subtitle=f"{second.name} against {first.name}",
        narrow=spec(NARROW),
    )
