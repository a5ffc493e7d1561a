"""Units of what is printed and written: the one vocabulary, for every table of every verb.

Rates and shares are fractions in code and in the files of a record, and percent in every table, whatever it is written as; a
difference of two percentages is in points. A column of numbers names its unit, or stands beside a column ``unit`` that names it
row by row.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "%": "percent: 25 is a quarter; a change is the ratio less one",
        "% a year": "percent of each year",
        "% of base use": "percent of what buyers used a month in the base year",
        "% of base volume": "percent of the volume of the base year",
        "% of spending": "percent of what a country spends on the sector",
        "% of those who offer themselves": "percent of the supply of a factor",
        "% of a country's factor": "percent of the whole of a factor in a country",
        "% of output": "percent of what a sector makes",
        "% of value added": "percent of a country's value added",
        "points": "difference of two percentages",
        "log points": "a hundred times the difference of two logarithms",
        "USD bn": "billion dollars (USD); of flows, a year's; of changes, at prices of the base year",
        "USD bn a year": "billion dollars (USD) in each year",
        "USD mn": "million dollars (USD)",
        "USD mn a year": "million dollars (USD) in each year",
        "USD tn": "trillion dollars (USD)",
        "USD": "dollars (USD)",
        "USD per net ton": "dollars (USD) for a ship's net ton",
        "CNY per net ton": "yuan for a ship's net ton",
        "tonnes": "metric tons",
        "t a year": "metric tons a year",
        "months of base use": "what buyers used in that many months of the base year",
        "month": "months from the start, which is 0",
        "days": "days",
        "year": "calendar year",
        "bytes": "bytes of a file",
        "thousand": "thousands, of what the row counts",
        "count": "how many; the heading does not say it",
        "rank": "place in an order, 1 the first",
        "line": "line of a text, 1 the first",
        "number": "a pure number, as its source gives it",
        "ratio": "one number over another of its unit",
        "factor": "what a number is multiplied by",
        "score": "score of forecasts, as its name says; lower is better",
        "logarithm": "difference of natural logarithms: 0.1 is about a tenth",
        "elasticity": "percent of change for one percent",
        "weight": "weight on somebody else's gain, one's own having one",
    }
)
"""Every unit of a table, with what it means."""
PURE: Final = frozenset(
    [
        "month",
        "days",
        "year",
        "bytes",
        "count",
        "rank",
        "line",
        "number",
        "ratio",
        "factor",
        "logarithm",
        "score",
        "elasticity",
        "score",
        "weight",
    ]
)
"""Units of numbers that no other number of a table is to be laid beside: each column keeps the digits it has."""


def unit_said(unit: str, label: str) -> str:
    """Unit as a heading says it: empty for a count, and where the label names it already.

    Examples
    --------
    >>> unit_said("%", "5 %"), unit_said("days", "Days left"), unit_said("count", "Profiles"), unit_said("days", "Slip")
    ('%', '', '', 'days')
    """
    if unit == "count":
        return ""
    word = "log" if unit == "logarithm" else unit.rstrip("s")
    return "" if unit in PURE and word in label.lower() else unit
