"""BRIEF: one self-contained page with its data.

Comes in: `BriefContent` — sentences, key numbers, sections of figures, tables, measures, clocks and conflicts, sources,
stamp. Goes out: a folder with ``index.html``, ``data/*.csv``, ``figures/*.svg`` and ``manifest.json``.
Never does: compute a result, choose a number, reach the network, or leave a half-written folder.
"""

from detente.brief.build import BriefResult, build_brief
from detente.brief.compose import compose
from detente.brief.content import (
    BriefContent,
    Bullets,
    Citation,
    ClockBlock,
    ClockRow,
    ConflictBlock,
    ConflictCard,
    KeyNumber,
    MeasureBlock,
    MeasureRow,
    Paragraph,
    ReadingText,
    Section,
    Source,
    Subheading,
    TableBlock,
)

__all__ = [
    "BriefContent",
    "BriefResult",
    "Bullets",
    "Citation",
    "ClockBlock",
    "ClockRow",
    "ConflictBlock",
    "ConflictCard",
    "KeyNumber",
    "MeasureBlock",
    "MeasureRow",
    "Paragraph",
    "ReadingText",
    "Section",
    "Source",
    "Subheading",
    "TableBlock",
    "build_brief",
    "compose",
]
