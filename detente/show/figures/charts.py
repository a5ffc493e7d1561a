"""Charts of results: outcomes, third countries and sectors (and duties by authority, from their own module).

Each function takes plain values with labels and returns a `Figure` with its table, a finding for a title and a
description for those who do not see it. Duties arrive as fractions, changes in percent, money in million USD; the
tables show percent and billion USD.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detente.core import Column, InputError, Table, known, known_each
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import Bar, Heading, row_chart, text_width
from detente.show.figures.theme import GAIN, LOSS, check_colours, country_name, look
from detente.show.tables.duties import duties_by_authority
from detente.show.words.sentences import both_sides_sentence, ranking_sentence, sector_sentence
from detente.show.words.words import count_words, enough_digits, number, percent, shown_amount, shown_percent


@dataclass(frozen=True)
class OutcomeRow:
    """Real income under one outcome, against the standing state.

    Parameters
    ----------
    outcome : str
        Name to show.
    real_income_pct : mapping of country code to percent
        Codes are drawn in their order; the shipped case uses ``USA``, ``CHN`` and ``REST``.
    value_usd : mapping of country code to million USD a year
        The same as equivalent variation.
    low_pct, high_pct : mapping of country code to percent, optional
        Interval.
    """

    outcome: str
    real_income_pct: Mapping[str, float]
    value_usd: Mapping[str, float]
    low_pct: Mapping[str, float] | None = None
    high_pct: Mapping[str, float] | None = None


def outcomes(
    rows: Sequence[OutcomeRow],
    *,
    standing: str,
    concept: str = "long run, all else as in the base year",
    title: str = "",
    interval: str = "",
    name: str = "outcomes",
) -> Figure:
    """Draw what each outcome does to real income of the two sides and of everyone else.

    Parameters
    ----------
    rows : sequence of OutcomeRow
        In the order of the ladder, best first.
    standing : str
        What the outcomes are compared with, for running text ("what is in force today").
    concept : str
        Horizon and closure; printed below the title.
    title : str
        The finding; written from the last (worst) outcome when left out.
    interval : str
        What the interval is, when rows carry one.

    Raises
    ------
    LabelError
        When a country has no colour.
    InputError
        When there is no row.
    """
    if not rows:
        raise InputError("there is no outcome to draw", hint="give at least one outcome")
    codes = list(rows[0].real_income_pct)
    check_colours("country", codes)
    digits = enough_digits(pct for row in rows for pct in row.real_income_pct.values())
    banded = all(row.low_pct is not None and row.high_pct is not None for row in rows)
    table = _outcome_table(rows, codes, standing, concept, banded=banded, name=name, interval=interval)
    finding = title or _outcome_title(rows, standing)

    def spec(width: int) -> dict[str, object]:
        drawn: list[Heading | Bar] = []
        for row in rows:
            drawn.append(Heading(row.outcome))
            for code in codes:
                pct = row.real_income_pct[code]
                text = _percent_and_money(pct, row.value_usd[code], width, digits)
                low = row.low_pct[code] if row.low_pct and banded else None
                high = row.high_pct[code] if row.high_pct and banded else None
                label = country_name(code, short=width < 500)
                drawn.append(Bar(label, pct, text, look("country", code).colour, low, high))
        labels = max(text_width(country_name(code, short=width < 500)) for code in codes) + 14
        return row_chart(drawn, width, label_width=labels)

    alt = in_short(
        f"Bars of the change of real income against {standing}, percent, by outcome and economy. {finding}"
    )
    note = f"Difference from {standing}; money is the equivalent variation a year."
    if banded and interval:
        note += f" Thin lines: {interval}."
    return Figure(
        name,
        finding,
        alt,
        spec(WIDE),
        table,
        note=note,
        subtitle=f"Change of real income, percent (billion USD a year in brackets); {concept}",
        narrow=spec(NARROW),
    )


def _outcome_title(rows: Sequence[OutcomeRow], standing: str) -> str:
    worst = min(rows, key=lambda row: (known(math.fsum(row.value_usd.values())), row.outcome))
    sides = {code: pct for code, pct in worst.real_income_pct.items() if code not in ("REST", "WORLD")}
    if len(sides) == 2:
        return both_sides_sentence(worst.outcome, sides, against=standing).text
    code = min(worst.real_income_pct, key=lambda c: known(worst.real_income_pct[c]))
    return f"“{worst.outcome}” moves real income in {country_name(code, in_sentence=True)} by {percent(worst.real_income_pct[code], signed=True)}."


def _outcome_table(
    rows: Sequence[OutcomeRow],
    codes: Sequence[str],
    standing: str,
    concept: str,
    *,
    banded: bool,
    name: str,
    interval: str,
) -> Table:
    digits = enough_digits(pct for row in rows for pct in row.real_income_pct.values())
    columns = [
        Column("outcome", "Outcome"),
        Column("country", "Country"),
        Column("real_income_pct", "Real income", "%", "number", digits),
        Column("value_usd_bn", "Equivalent variation", "USD bn a year", "number", 1),
    ]
    if banded:
        columns += [
            Column("low_pct", "Low", "%", "number", digits),
            Column("high_pct", "High", "%", "number", digits),
        ]
    body = []
    for row in rows:
        for code in codes:
            cells: list[str | float] = [
                row.outcome,
                country_name(code),
                float(row.real_income_pct[code]),
                row.value_usd[code] / 1e3,
            ]
            if banded and row.low_pct is not None and row.high_pct is not None:
                cells += [float(row.low_pct[code]), float(row.high_pct[code])]
            body.append(tuple(cells))
    note = f"Difference from {standing}; {concept}." + (
        f" Low and high: {interval}." if banded and interval else ""
    )
    return Table(name, "What each outcome costs whom", tuple(columns), tuple(body), note)


def third_countries(
    real_income_pct: Mapping[str, float],
    value_usd: Mapping[str, float],
    *,
    outcome: str,
    standing: str,
    concept: str = "long run",
    title: str = "",
    names: Mapping[str, str] | None = None,
    name: str = "diversion",
) -> Figure:
    """Rank third countries by what an outcome does to their real income.

    Parameters
    ----------
    real_income_pct : mapping of country code to percent
    value_usd : mapping of country code to million USD a year
    outcome, standing, concept, title : str
        As in `outcomes`.
    names : mapping of country code to name, optional
        Names of regions outside the registry.
    """
    if not value_usd:
        raise InputError("there is no third country to rank", hint="give at least one")
    size = known_each(value_usd)
    ranked = sorted(value_usd, key=lambda code: (-size[code], code))
    called = {code: country_name(code, otherwise=(names or {}).get(code, "")) for code in ranked}
    share = enough_digits(real_income_pct.values())
    amount = enough_digits((value / 1e3 for value in value_usd.values()), least=1, most=3)
    table = Table(
        name,
        f"Third countries under “{outcome}”",
        (
            Column("country", "Country"),
            Column("value_usd_bn", "Real income", "USD bn a year", "number", max(amount, 2)),
            Column("real_income_pct", "Real income", "%", "number", share),
        ),
        tuple((called[code], value_usd[code] / 1e3, float(real_income_pct[code])) for code in ranked),
        f"Equivalent variation a year; difference from {standing}; {concept}.",
    )

    money = {code: shown_amount(value / 1e3, amount) for code, value in value_usd.items()}
    texts = {code: f"{money[code]} bn  ({shown_percent(real_income_pct[code], share)})" for code in ranked}

    def spec(width: int) -> dict[str, object]:
        bars = [
            Bar(called[code], value_usd[code] / 1e3, text, GAIN if value_usd[code] >= 0 else LOSS)
            for code, text in texts.items()
        ]
        labels = min(max(text_width(bar.label) for bar in bars) + 14, 190 if width > 500 else 104)
        return row_chart(bars, width, label_width=labels)

    finding = title or ranking_sentence(value_usd, outcome).text
    gains = sum(value_usd[code] > 0 for code in ranked)
    alt = in_short(
        f"Bars of {count_words(len(ranked), 'third country', 'third countries')} ranked by change of real income under “{outcome}”, "
        f"in billion USD a year; {gains} above zero. {finding}"
    )
    return Figure(
        name,
        finding,
        alt,
        spec(WIDE),
        table,
        note=f"Equivalent variation a year; difference from {standing}.",
        subtitle=f"Real income of third countries under “{outcome}”, billion USD a year (percent in brackets); {concept}",
        narrow=spec(NARROW),
    )


@dataclass(frozen=True)
class SectorRow:
    """Output of one sector of one country: `sector` is its name, `output_pct` percent, `value_usd` million USD."""

    country: str
    sector: str
    output_pct: float
    value_usd: float


def sectors_hit(
    rows: Sequence[SectorRow],
    *,
    outcome: str,
    standing: str,
    concept: str = "long run",
    title: str = "",
    count: int = 8,
    name: str = "sectors",
) -> Figure:
    """Draw the sectors of each side that an outcome moves most.

    The `count` sectors with the largest change of output in USD are drawn for each country, most negative first; the
    table holds every sector given.
    """
    if not rows:
        raise InputError("there is no sector to draw", hint="give at least one")
    sides = list(dict.fromkeys(row.country for row in rows))
    check_colours("country", sides)
    digits = enough_digits(row.output_pct for row in rows)
    ordered = _by_output(rows, sides)
    table = Table(
        name,
        f"Output by sector under “{outcome}”",
        (
            Column("country", "Country"),
            Column("sector", "Sector"),
            Column("output_pct", "Output", "%", "number", digits),
            Column("value_usd_bn", "Output", "USD bn a year", "number", 2),
        ),
        tuple((country_name(r.country), r.sector, float(r.output_pct), r.value_usd / 1e3) for r in ordered),
        f"Difference from {standing}; {concept}; all sectors given, the chart shows the {count} that move most.",
    )
    shown = {code: _largest(ordered, code, count) for code in sides}

    def spec(width: int) -> dict[str, object]:
        drawn: list[Heading | Bar] = []
        for code in sides:
            drawn.append(Heading(country_name(code)))
            for row in shown[code]:
                text = _percent_and_money(row.output_pct, row.value_usd, width, digits)
                drawn.append(Bar(row.sector, row.output_pct, text, look("country", code).colour))
        labels = min(
            max(text_width(r.sector) for rs in shown.values() for r in rs) + 14, 230 if width > 500 else 118
        )
        return row_chart(drawn, width, label_width=labels)

    first = sides[0]
    finding = title or sector_sentence(first, {r.sector: r.output_pct for r in shown[first]}, outcome).text
    alt = in_short(
        f"Bars of the change of output, percent, in the sectors that “{outcome}” moves most. {finding}"
    )
    return Figure(
        name,
        finding,
        alt,
        spec(WIDE),
        table,
        note=f"Volume of output; difference from {standing}. The {count} sectors of each side with the largest change in USD.",
        subtitle=f"Change of output under “{outcome}”, percent (billion USD a year in brackets); {concept}",
        narrow=spec(NARROW),
    )


def _by_output(rows: Sequence[SectorRow], codes: Sequence[str]) -> list[SectorRow]:
    """Sectors of each country in turn, most negative first."""
    return [
        row
        for code in codes
        for row in sorted(
            (r for r in rows if r.country == code), key=lambda r: (known(r.output_pct), r.sector)
        )
    ]


def _largest(ordered: Sequence[SectorRow], code: str, count: int) -> list[SectorRow]:
    """The sectors of a country with the largest change in USD, in the order given."""
    largest = sorted(
        (r for r in ordered if r.country == code), key=lambda r: (-known(abs(r.value_usd)), r.sector)
    )[:count]
    return [row for row in ordered if row in largest]


def _percent_and_money(pct: float, value_usd: float, width: int, digits: int) -> str:
    """Text at the end of a bar: percent, and on a desk billion USD beside it."""
    return shown_percent(pct, digits) + (
        f"  ({number(value_usd / 1e3, 1, signed=True)} bn)" if width > 500 else ""
    )


__all__ = [
    "OutcomeRow",
    "SectorRow",
    "duties_by_authority",
    "outcomes",
    "sectors_hit",
    "third_countries",
]
