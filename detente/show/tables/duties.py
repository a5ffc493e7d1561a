"""The duties of one country on another, sector by sector, stacked by legal authority."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from detente.core import Column, InputError, Table, known_each
from detente.show.figures.figures import NARROW, WIDE, Figure, in_short
from detente.show.figures.rows import Segment, Stack, row_chart, text_width
from detente.show.figures.theme import Look, authority_look, country_name
from detente.show.words.words import date_words, lower_first, number, percent

if TYPE_CHECKING:
    from detente.dossier import Authority
    from detente.policy.duties import DutyStack


def rates_of_largest(stack: DutyStack, count: int = 12) -> dict[str, dict[str, float]]:
    """Rates by authority, fractions, of the sectors in which an importer buys most, the largest first; by the name of the sector."""
    names = [stack.sector_names.get(code, code) for code in stack.sectors]
    largest = sorted((float(weight), s) for s, weight in enumerate(stack.weights) if weight > 0)[-count:]
    return {
        names[s]: {
            name: float(stack.rates[a, s])
            for a, name in enumerate(stack.authorities)
            if stack.rates[a, s] > 0
        }
        for _, s in reversed(largest)
    }


def duties_by_authority(
    rates: Mapping[str, Mapping[str, float]],
    *,
    importer: str,
    exporter: str,
    day: str,
    concept: str = "import-weighted within the sector, trade of the base year",
    title: str = "",
    name: str = "duties_by_authority",
    own: Mapping[str, Authority] | None = None,
    remark: str = "",
) -> Figure:
    """Stack the duties of every authority, sector by sector.

    Parameters
    ----------
    rates : mapping of sector name to (mapping of authority slug to fraction)
        Value-weighted rate of each authority within the sector.
    importer, exporter : str
        Country codes.
    day : str
        ISO day.
    own : mapping of id to Authority, optional
        Authorities of the record; the others are looked up among those of the package.
    remark : str
        On what single duties rest; added to the note.
    """
    authorities = [
        a
        for a in dict.fromkeys(a for row in rates.values() for a in row)
        if any(row.get(a, 0.0) > 0 for row in rates.values())
    ]
    if not authorities:
        raise InputError("every duty is zero", hint="choose another day or another pair of countries")
    looks = {a: authority_look(a, own) for a in authorities}
    total = known_each({sector: math.fsum(row.values()) for sector, row in rates.items()})
    ranked = sorted(rates, key=lambda sector: (-total[sector], sector))
    pair = (
        f"{country_name(importer, in_sentence=True)} on goods from {country_name(exporter, in_sentence=True)}"
    )
    columns = [Column("sector", "Sector"), Column("total", "All duties", "%", "number", 1)]
    columns += [Column(a.replace("-", "_"), looks[a].name, "%", "number", 1) for a in authorities]
    table = Table(
        name,
        f"Duties of {pair} on {date_words(day)}",
        tuple(columns),
        tuple((s, 100 * total[s], *(100 * rates[s].get(a, 0.0) for a in authorities)) for s in ranked),
        f"Average duty {concept}.",
    )
    top, bottom = ranked[0], ranked[-1]
    finding = title or (
        f"The duties of {pair} run from {percent(100 * total[bottom], 1)} ({lower_first(bottom)}) to {percent(100 * total[top], 1)} ({lower_first(top)})."
    )
    alt = in_short(f"Stacked bars of the duties by authority of {pair}, {date_words(day)}. {finding}")
    return Figure(
        name,
        finding,
        alt,
        _spec(rates, ranked, looks, WIDE),
        table,
        note=f"Average duty {concept}. {remark}".strip(),
        subtitle=f"Average duty by authority on {date_words(day)}, percent",
        narrow=_spec(rates, ranked, looks, NARROW),
    )


def _spec(
    rates: Mapping[str, Mapping[str, float]], ranked: Sequence[str], looks: Mapping[str, Look], width: int
) -> dict[str, object]:
    stacks = []
    for sector in ranked:
        pieces, end = [], 0.0
        for a in looks:
            rate = 100 * rates[sector].get(a, 0.0)
            if rate > 0:
                pieces.append(Segment(end, end + rate, looks[a].colour, number(rate, 0)))
                end += rate
        stacks.append(Stack(sector, tuple(pieces) or (Segment(0.0, 0.0, "#ffffff"),), f"{number(end, 1)}%"))
    entries = list(looks.values())
    legend = [(entry.short_name if width < 500 else entry.name, entry.colour) for entry in entries]
    labels = min(max(text_width(s) for s in ranked) + 14, 230 if width > 500 else 118)
    return row_chart(stacks, width, label_width=labels, legend=legend)
