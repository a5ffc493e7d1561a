"""One registry of the colour and the name of everything that is drawn or listed: countries and statuses; authorities are data.

Colours are told apart by people with any of the common colour-vision deficiencies and stay apart in greyscale (their
lightness differs); colour never stands alone: a label, a shape or a text goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from detente.core import LabelError, suggestion
from detente.dossier import authority_of

if TYPE_CHECKING:
    from detente.dossier import Authority

INK = "#1c2530"
MUTED = "#55606d"
RULE = "#c9d0d8"
GRID = "#e4e8ec"
GAIN = "#1f6f78"
LOSS = "#b5431a"
FONT = "Arial, Liberation Sans, Helvetica, sans-serif"


@dataclass(frozen=True)
class Look:
    """How one thing is named and drawn.

    Parameters
    ----------
    name : str
        Name to show in labels and tables.
    colour : str
        Hexadecimal colour.
    in_sentence : str
        Name inside running text, with its article; `name` when left out.
    short : str
        Name where there is little room; `name` when left out.
    shape : str
        Vega-Lite point shape that goes with the colour.
    """

    name: str
    colour: str
    in_sentence: str = ""
    short: str = ""
    shape: str = "circle"

    @property
    def sentence_name(self) -> str:
        """Name for running text."""
        return self.in_sentence or self.name

    @property
    def short_name(self) -> str:
        """Name for narrow places."""
        return self.short or self.name


_REST = "#8793a0"

COUNTRIES: Mapping[str, Look] = MappingProxyType(
    {
        "USA": Look("United States", "#17406d", "the United States", "US"),
        "CHN": Look("China", "#b5431a", shape="square"),
        "REST": Look("Everyone else", _REST, "everyone else", "Others", shape="triangle-up"),
        "WORLD": Look("World", "#3d4650", "the world", shape="diamond"),
        "EU27": Look("European Union", "#2f6690", "the European Union", "EU"),
        "JPN": Look("Japan", "#7d5a86"),
        "KOR": Look("Korea", "#3a7d6b"),
        "TWN": Look("Taiwan", "#8c6d1f"),
        "IND": Look("India", "#c27c1d"),
        "GBR": Look("United Kingdom", "#4a5d8f", "the United Kingdom", "UK"),
        "CAN": Look("Canada", "#94475e"),
        "MEX": Look("Mexico", "#2d7a3f"),
        "BRA": Look("Brazil", "#6a8f2f"),
        "ANZ": Look("Australia and New Zealand", "#5f7fa8", short="Australia, NZ"),
        "RUS": Look("Russia", "#6b4f3a"),
        "IDN": Look("Indonesia", "#a0522d"),
        "VNM": Look("Viet Nam", "#a83246"),
        "TUR": Look("Türkiye", "#806a9c"),
        "EFTA": Look("EFTA", "#4f8a9c"),
        "ASEAN": Look("Other ASEAN", "#3f8f8f", "the other ASEAN members"),
        "MENA": Look("Middle East and North Africa", "#b08d3c", "the Middle East and North Africa", "MENA"),
        "LATAM": Look("Other Latin America", "#5d9c59", "the rest of Latin America", "Latin America"),
        "ROW": Look("Rest of the world", _REST, "the rest of the world", "Rest of world"),
    }
)
"""Regions of the shipped world, and the two groups ``REST`` (all but the two sides) and ``WORLD``."""

STATUSES: Mapping[str, Look] = MappingProxyType(
    {
        "in_force": Look("In force", "#1c2530"),
        "announced": Look("Announced", "#b5431a", shape="diamond"),
        "suspended": Look("Suspended", "#6b7683", shape="square"),
        "lapsed": Look("Lapsed", "#8793a0", shape="cross"),
        "repealed": Look("Repealed", "#8793a0", shape="cross"),
        "withdrawn": Look("Withdrawn", "#8793a0", shape="cross"),
        "void": Look("Void", "#8793a0", shape="cross"),
    }
)
"""What a measure is on a day, as in `detente.dossier.measure.Status`."""

GRADES: Mapping[str, str] = MappingProxyType(
    {
        "official": "official text",
        "reported": "reported",
        "inferred": "inferred",
        "assumed": "assumed",
    }
)

_REGISTRIES: Mapping[str, Mapping[str, Look]] = MappingProxyType({"country": COUNTRIES, "status": STATUSES})


def authority_look(code: str, own: Mapping[str, Authority] | None = None) -> Look:
    """Colour and name of a legal authority, from the record's own descriptions or the package's.

    Parameters
    ----------
    code : str
        Its switch name. One that nobody described is called by it, in a neutral colour.
    own : mapping of id to Authority, optional
        Those of the record.

    Examples
    --------
    >>> authority_look("section-122").name, authority_look("river-treaty").name
    ('Section 122', 'River treaty')
    """
    entry = authority_of(code, own)
    return Look(entry.name, entry.colour, entry.in_sentence, entry.short)


def look(kind: str, code: str) -> Look:
    """Colour and name of one thing; of an authority, see `authority_look`.

    Parameters
    ----------
    kind : {"country", "status"}
        Which registry.
    code : str
        Its code.

    Raises
    ------
    LabelError
        When the registry has no entry of that name; nothing is ever drawn in a default colour.

    Examples
    --------
    >>> look("country", "CHN").name
    'China'
    """
    if kind not in _REGISTRIES:
        raise LabelError(
            f"unknown registry `{kind}`",
            where="detente.show.figures.theme",
            hint=suggestion(kind, _REGISTRIES),
        )
    entries = _REGISTRIES[kind]
    if code not in entries:
        raise LabelError(
            f"no colour for {kind} `{code}`",
            where="detente.show.figures.theme",
            hint=f"{suggestion(code, entries)}; or give it an entry in the registry",
        )
    return entries[code]


def check_colours(kind: str, codes: Iterable[str]) -> None:
    """Check that everything about to be drawn has a colour and a name.

    Parameters
    ----------
    kind : {"country", "status"}
        Which registry.
    codes : iterable of str
        What is about to be drawn.

    Raises
    ------
    LabelError
        Naming the first code without an entry.
    """
    for code in codes:
        look(kind, code)


def country_name(code: str, *, in_sentence: bool = False, short: bool = False) -> str:
    """Name of a country; a code that the registry does not know (a toy world's) is shown as itself.

    Examples
    --------
    >>> country_name("USA", in_sentence=True), country_name("USA", short=True), country_name("Home")
    ('the United States', 'US', 'Home')
    """
    entry = COUNTRIES.get(code)
    if entry is None:
        return code
    if in_sentence:
        return entry.sentence_name
    return entry.short_name if short else entry.name


def vega_config() -> dict[str, Any]:
    """Vega-Lite configuration of every chart: one font, dark text, quiet rules, no frame."""
    text = {
        "labelColor": INK,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        "aria": False,
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **text,
            "domainColor": RULE,
            "tickColor": RULE,
            "gridColor": GRID,
            "labelPadding": 5,
            "titlePadding": 8,
        },
        "legend": {**text, "symbolSize": 110, "rowPadding": 4},
        "text": {"color": INK, "fontSize": 12},
        "rule": {"color": RULE},
    }
