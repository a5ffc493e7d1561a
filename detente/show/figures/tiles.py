"""A map of gains and losses: one tile an economy, laid out roughly as on a map of the world; the same size for everyone.

Gains are darker than losses at every size and their triangle points up, so that the two are told apart in grey and without
colour. Where an economy lies comes from the registry of economies; one that is not there stands in a row below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detente.core import Column, InputError, Table, known, known_each
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import Row, fold, layer, pixel
from detente.show.figures.theme import INK, country_name, tile_places
from detente.show.words.words import enough_digits, shown_amount, shown_percent

SHADES = {"gains": ("#5f979d", "#1f6f78"), "loses": ("#fae3cf", "#f2b583"), "nought": ("#eef1f4", "#eef1f4")}
"""Light and strong fill by what happens; every fill of a gain is darker than every fill of a loss."""
MARKS = {"gains": "▲", "loses": "▼", "nought": "·"}
STRONG = 0.1
"""Percent of real income from which a change takes the strong fill."""
TINY = 0.5
"""Million USD a year below which nothing has happened."""


def map_figure(
    real_income_pct: Mapping[str, float],
    value_usd: Mapping[str, float],
    *,
    outcome: str,
    standing: str,
    title: str,
    concept: str = "long run",
    names: Mapping[str, str] | None = None,
    name: str = "map",
) -> Figure:
    """Draw who gains and who loses, over all economies.

    Parameters
    ----------
    real_income_pct : mapping of country code to percent
    value_usd : mapping of country code to million USD a year
    outcome, standing, title, concept : str
        Title of the outcome; what it is compared with; the finding; horizon.
    names : mapping of country code to name, optional
        Of economies outside the registry.

    Raises
    ------
    InputError
        When there is no economy.
    """
    if not real_income_pct:
        raise InputError("there is no economy to draw", where="map_figure", hint="give at least one")
    size = known_each(value_usd)
    ranked = sorted(value_usd, key=lambda code: (-size[code], code))
    called = {code: country_name(code, otherwise=(names or {}).get(code, "")) for code in ranked}
    digits = enough_digits(real_income_pct.values())
    amount = enough_digits((value / 1e3 for value in value_usd.values()), least=1, most=3)
    table = _table(
        name, ranked, called, real_income_pct, value_usd, (digits, amount), (outcome, standing, concept)
    )
    tiles = [
        {
            "code": code,
            "name": country_name(code, short=True, otherwise=called[code]),
            "kind": _kind(value_usd[code]),
            "strong": abs(known(real_income_pct[code])) >= STRONG,
            "money": shown_amount(value_usd[code] / 1e3, amount),
            "few": shown_amount(value_usd[code] / 1e3, 0 if abs(value_usd[code]) >= 9_950 else amount),
            "share": shown_percent(real_income_pct[code], digits),
        }
        for code in ranked
    ]
    counts = {kind: sum(tile["kind"] == kind for tile in tiles) for kind in MARKS}
    return Figure(
        name,
        title,
        in_short(
            f"Tiles, one an economy, laid out as on a map: {counts['gains']} gain, {counts['loses']} lose. {title}"
        ),
        _spec(tiles, WIDE),
        table,
        note="Dark with ▲: gains. Light with ▼: loses. Every tile has the same size, whatever the economy’s.",
        subtitle=f"Real income under “{outcome}”, billion USD a year and percent, against {standing}; {concept}",
        narrow=_spec(tiles, NARROW),
    )


def _table(
    name: str,
    ranked: Sequence[str],
    called: Mapping[str, str],
    real_income_pct: Mapping[str, float],
    value_usd: Mapping[str, float],
    shown: tuple[int, int],
    words: tuple[str, str, str],
) -> Table:
    """Every economy with what happens to it; `shown` are decimals of percent and money, `words` outcome, standing, concept."""
    return Table(
        name,
        f"Every economy under “{words[0]}”",
        (
            Column("code", "Code"),
            Column("country", "Economy"),
            Column("change", "What happens"),
            Column("value_usd_bn", "Real income", "USD bn a year", "number", max(shown[1], 2)),
            Column("real_income_pct", "Real income", "%", "number", shown[0]),
        ),
        tuple(
            (
                code,
                called[code],
                _kind(value_usd[code]),
                value_usd[code] / 1e3,
                float(real_income_pct[code]),
            )
            for code in ranked
        ),
        f"Equivalent variation a year; difference from {words[1]}; {words[2]}. “nought”: less than half a million dollars either way.",
    )


def _kind(value_usd: float) -> str:
    return "nought" if abs(known(value_usd)) < TINY else "gains" if value_usd > 0 else "loses"


def _spec(tiles: list[Row], width: int) -> dict[str, Any]:
    narrow = width < 500
    places, columns, rows = tile_places([str(tile["code"]) for tile in tiles])
    plot = width - 12.0
    wide = plot / columns
    tall = 50.0 if narrow else 66.0
    drawn: list[Row] = []
    texts: list[Row] = []
    for tile in tiles:
        column, row = places[str(tile["code"])]
        x, y = column * wide, row * tall
        fill = SHADES[str(tile["kind"])][bool(tile["strong"])]
        tone = "#ffffff" if tile["kind"] == "gains" and tile["strong"] else INK
        drawn.append({"x": x, "x2": x + wide - 3, "y": y, "y2": y + tall - 3, "fill": fill})
        sign = MARKS[str(tile["kind"])]
        said = (
            ((10.5, str(tile["code"]), 13.0), (10.0, f"{sign}{tile['few']}", 31.0))
            if narrow
            else (
                (11.5, fold(str(tile["name"]), wide - 10, size=11.5, lines=1)[0], 15.0),
                (13.0, f"{sign} {tile['money']} bn", 33.0),
                (11.0, str(tile["share"]), 50.0),
            )
        )
        texts += [
            {
                "x": x + (4 if narrow else 7),
                "y": y + down,
                "text": text,
                "size": size,
                "tone": tone,
                "bold": k == 1,
            }
            for k, (size, text, down) in enumerate(said)
        ]
    flat = {"type": "quantitative", "scale": None, "axis": None}
    colour = {"field": "fill", "type": "nominal", "scale": None, "legend": None}
    layers = [
        layer(
            {"type": "rect", "cornerRadius": 3, "stroke": "#c9b8a6", "strokeWidth": 0.6},
            drawn,
            x={**flat, "field": "x"},
            x2={"field": "x2"},
            y=pixel("y"),
            y2={"field": "y2"},
            color=colour,
        )
    ]
    layers += _word_layers(texts)
    return {"width": plot, "height": rows * tall, "layer": layers}


def _word_layers(texts: Sequence[Row]) -> list[dict[str, Any]]:
    """The texts of the tiles, a layer for each size and weight."""
    flat = {"type": "quantitative", "scale": None, "axis": None}
    letters = {"field": "tone", "type": "nominal", "scale": None, "legend": None}
    layers = []
    for size, bold in dict.fromkeys((row["size"], row["bold"]) for row in texts):
        own = [row for row in texts if (row["size"], row["bold"]) == (size, bold)]
        mark = {
            "type": "text",
            "align": "left",
            "baseline": "middle",
            "fontSize": size,
            "fontWeight": "bold" if bold else "normal",
        }
        layers.append(
            layer(
                mark,
                own,
                x={**flat, "field": "x"},
                y=pixel("y"),
                text={"field": "text", "type": "nominal"},
                color=letters,
            )
        )
    return layers
