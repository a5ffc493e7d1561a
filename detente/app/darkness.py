"""Pictures in the dark: a style inside them that turns the lightness of every colour about where the reader's system is dark.

Lightness is reversed and hue kept, so what stood apart by lightness still does, in grey too; on paper the picture stays as it is.
"""

from __future__ import annotations

import functools
import re
from typing import Final

GROUND: Final = "#12171d"
"""Ground of the page in the dark, and so of a picture's white."""
_GROUND_LIGHTNESS: Final = 0.2018
_LIGHTEST: Final = 0.975
"""Lightness (OKLab) that black turns into."""
LINES: Final = 0.7
"""Of text and lines: what has the lightness of the middle can be read on the dark ground."""
PLANES: Final = 1.0
"""Of planes, which text stands on."""
_COLOUR = re.compile(r'\b(fill|stroke)="(#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3}|white|black)"')
_NAMED: Final = {"white": "#ffffff", "black": "#000000"}
_MAKE_LIGHT: Final = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566), (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
_TO_LAB: Final = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099), (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip
_FROM_LAB: Final = ((1.0, 0.3963377774, 0.2158037573), (1.0, -0.1055613458, -0.0638541728), (1.0, -0.0894841775, -1.2914855480))  # fmt: skip
_TO_RGB: Final = ((4.0767416621, -3.3077115913, 0.2309699292), (-1.2684380046, 2.6097574011, -0.3413193965), (-0.0041960863, -0.7034186147, 1.7076147010))  # fmt: skip

Triple = tuple[float, float, float]


def _times(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    a, b, c = (sum(x * y for x, y in zip(row, vector, strict=True)) for row in matrix)
    return a, b, c


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _part(light: float) -> int:
    light = min(1.0, max(0.0, light))
    share = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * share)


@functools.lru_cache(maxsize=512)
def in_the_dark(colour: str, lift: float = LINES) -> str:
    """A colour with its lightness reversed between the dark ground and nearly white; hue and chroma of OKLab (Ottosson 2020).

    Parameters
    ----------
    colour : str
    lift : float
        Power of the reversed lightness: below one, colours of the middle are lifted.

    Examples
    --------
    >>> in_the_dark("#ffffff"), in_the_dark("#fff") == in_the_dark("white")
    ('#12171d', True)
    >>> in_the_dark("#1c2530")  # ink
    '#bcc8d6'
    """
    text = _NAMED.get(colour, colour).lstrip("#")
    text = "".join(2 * sign for sign in text) if len(text) == 3 else text
    red, green, blue = (_linear(int(text[n : n + 2], 16)) for n in (0, 2, 4))
    if text.casefold() == "ffffff":
        return GROUND
    cones = _times(_MAKE_LIGHT, (red, green, blue))
    lightness, a, b = _times(_TO_LAB, (cones[0] ** (1 / 3), cones[1] ** (1 / 3), cones[2] ** (1 / 3)))
    turned = _GROUND_LIGHTNESS + (_LIGHTEST - _GROUND_LIGHTNESS) * max(0.0, 1 - lightness) ** lift
    roots = _times(_FROM_LAB, (turned, a, b))
    return "#" + "".join(
        f"{_part(light):02x}" for light in _times(_TO_RGB, (roots[0] ** 3, roots[1] ** 3, roots[2] ** 3))
    )


def with_dark(svg: str) -> str:
    """A picture that has its own colours in the light and on paper, and turned ones on a dark screen.

    Examples
    --------
    >>> text = with_dark('<svg viewBox="0 0 1 1"><rect fill="#fff"/><rect fill="#fff" stroke="black"/></svg>')
    >>> text.count("[fill="), text.count("[stroke="), text.index("<style>") == text.index(">") + 1
    (2, 1, True)
    """
    colours = dict.fromkeys(_COLOUR.findall(svg))
    rules = "".join(
        f'[stroke="{colour}"]{{stroke:{in_the_dark(colour)}}}'
        if where == "stroke"
        else f'[fill="{colour}"]{{fill:{in_the_dark(colour, PLANES)}}}text[fill="{colour}"]{{fill:{in_the_dark(colour)}}}'
        for where, colour in colours
    )
    style = f"<style>@media screen and (prefers-color-scheme:dark){{svg{{background:none!important}}{rules}}}</style>"
    head, mark, rest = svg.partition(">")
    return f"{head}{mark}{style}{rest}"
