"""One registry of the colour and the name of everything that is drawn or listed: economies and statuses; authorities are data.

Colours are told apart by people with any of the common colour-vision deficiencies and stay apart in greyscale (their
lightness differs); colour never stands alone: a label, a shape or a text goes with it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from detente.core import LabelError, suggestion
from detente.dossier import authority_of, read_yaml

if TYPE_CHECKING:
    from detente.dossier import Authority

INK = "#1c2530"
MUTED = "#55606d"
RULE = "#c9d0d8"
GRID = "#e4e8ec"
GAIN = "#1f6f78"
LOSS = "#e0905a"
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


@functools.cache
def countries() -> Mapping[str, Look]:
    """How economies are called and drawn: regions of the shipped world, and the groups ``REST`` and ``WORLD``; read once.

    Examples
    --------
    >>> countries()["GBR"].short_name
    'UK'
    """
    drawn = {
        code: {key: value for key, value in entry.items() if key != "tile"}
        for code, entry in _economies()["economies"].items()
    }
    return MappingProxyType({code: Look(**entry) for code, entry in drawn.items()})


def tile_places(codes: Sequence[str]) -> tuple[dict[str, tuple[int, int]], int, int]:
    """Column and row of the tile of each economy, and how many columns and rows that takes; unknown ones stand below.

    Examples
    --------
    >>> tile_places(["HOME", "AWAY"])
    ({'HOME': (0, 0), 'AWAY': (1, 0)}, 4, 1)
    """
    entries = _economies()["economies"]
    placed = {code: tuple(entries[code]["tile"]) for code in codes if "tile" in entries.get(code, {})}
    columns = max((column + 1 for column, _ in placed.values()), default=4)
    first = max((row + 1 for _, row in placed.values()), default=0)
    others = [code for code in codes if code not in placed]
    places: dict[str, tuple[int, int]] = {
        **{code: (int(column), int(row)) for code, (column, row) in placed.items()},
        **{code: (k % columns, first + k // columns) for k, code in enumerate(others)},
    }
    return places, columns, max(row for _, row in places.values()) + 1


@functools.cache
def _economies() -> dict[str, Any]:
    data = read_yaml(Path(__file__).parent / "data" / "economies.yaml").data
    assert isinstance(data, dict)
    return data


def _spare(code: str) -> Look:
    """An economy that the registry does not know: its code, in a colour of its own."""
    spare = _economies()["spare"]
    return Look(
        code, spare[sum(k * byte for k, byte in enumerate(code.encode(), 1)) % len(spare)], shape="square"
    )


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

_KINDS = ("country", "status")


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
        For a kind of thing that has no registry, or a status that does not exist. An economy that is not in the registry
        (another world's) takes its code as its name and one of the spare colours.

    Examples
    --------
    >>> look("country", "CHN").name
    'China'
    """
    if kind not in _KINDS:
        raise LabelError(
            f"unknown registry `{kind}`",
            where="detente.show.figures.theme",
            hint=suggestion(kind, _KINDS),
        )
    if kind == "country":
        return countries().get(code) or _spare(code)
    if code not in STATUSES:
        raise LabelError(
            f"no colour for {kind} `{code}`",
            where="detente.show.figures.theme",
            hint=f"{suggestion(code, STATUSES)}; or give it an entry in the registry",
        )
    return STATUSES[code]


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


def country_name(code: str, *, in_sentence: bool = False, short: bool = False, otherwise: str = "") -> str:
    """Name of a country; one that the registry does not know (a toy world's) is called `otherwise`, or by its code.

    Examples
    --------
    >>> country_name("USA", in_sentence=True), country_name("USA", short=True), country_name("Home")
    ('the United States', 'US', 'Home')
    """
    entry = countries().get(code)
    if entry is None:
        return otherwise or code
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
