"""Pictures for slides and a card to share: each figure of the page with its finding as a title, at 1920 × 1080."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detente.brief.content import BriefContent
from detente.show.figures import FONT, INK, MUTED, WIDE, Figure, figure_svg, fold
from detente.show.words import date_words

SLIDE = (1920, 1080)
CARD = (1200, 630)
ACCENT = "#17406d"


def slide_files(content: BriefContent) -> dict[str, bytes]:
    """A PNG for every figure of the page, and one card for the whole briefing, by file name.

    Parameters
    ----------
    content : BriefContent
    """
    figures = [block for block in content.on_page if isinstance(block, Figure)]
    files = {f"slides/{figure.name}.png": _png(_slide(figure, content)) for figure in figures}
    files["slides/card.png"] = _png(_card(content))
    return files


def _png(svg: str) -> bytes:
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=1.0, ppi=72))


def _slide(figure: Figure, content: BriefContent) -> str:
    wide, tall = SLIDE
    margin = 90
    title = fold(figure.title, wide - 2 * margin, size=44, lines=3, bold=True)
    subtitle = fold(figure.subtitle, wide - 2 * margin, size=26, lines=2) if figure.subtitle else []
    y = 130
    parts = [_texts(title, margin, y, 44, INK, bold=True)]
    y += 56 * len(title) - 12
    parts.append(_texts(subtitle, margin, y, 26, MUTED))
    y += 36 * len(subtitle) + 10
    parts.append(_fitted(figure, (margin, y, wide - 2 * margin, tall - y - 100)))
    parts.append(_texts([_source(content)], margin, tall - 40, 22, MUTED))
    return _framed(parts, SLIDE)


def _card(content: BriefContent) -> str:
    wide, tall = CARD
    margin = 70
    heading = fold(content.heading, wide - 2 * margin, size=54, lines=3, bold=True)
    answer = fold(content.summary_sentences[0].text, wide - 2 * margin, size=34, lines=5)
    y = 130
    parts = [_texts(heading, margin, y, 54, INK, bold=True)]
    y += 66 * len(heading) + 10
    parts.append(_texts(answer, margin, y, 34, ACCENT))
    parts.append(_texts([_source(content)], margin, tall - 40, 24, MUTED))
    return _framed(parts, CARD)


def _source(content: BriefContent) -> str:
    return f"Détente · {content.title}, as of {date_words(content.asof)}"


def _fitted(figure: Figure, box: tuple[float, float, float, float]) -> str:
    """The figure as large as its box allows, from the left."""
    x, y, wide, tall = box
    svg = figure_svg(figure, WIDE)
    match = re.search(r'viewBox="([^"]+)"', svg)
    assert match is not None
    _, _, own_wide, own_tall = (float(part) for part in match[1].split())
    scale = min(wide / own_wide, tall / own_tall)
    size = f'x="{x}" y="{y:.2f}" width="{own_wide * scale:.2f}" height="{own_tall * scale:.2f}"'
    return svg.replace("<svg ", f"<svg {size} ", 1)


def _texts(lines: Sequence[str], x: float, y: float, size: float, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return "".join(
        f'<text x="{x}" y="{y + k * size * 1.25:.2f}" font-family="{FONT}" font-size="{size}" fill="{colour}"{weight}>{_escaped(line)}</text>'
        for k, line in enumerate(lines)
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _framed(parts: Sequence[str], size: tuple[int, int]) -> str:
    wide, tall = size
    ground = f'<rect width="{wide}" height="{tall}" fill="#ffffff"/><rect width="{wide}" height="14" fill="{ACCENT}"/>'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{tall}" viewBox="0 0 {wide} {tall}">'
    )
    return f"{head}{ground}{''.join(parts)}</svg>"
