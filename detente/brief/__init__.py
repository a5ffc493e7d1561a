"""BRIEF: one self-contained page with its annex and its data.

Comes in: `BriefContent` — sentences, key numbers, sections of figures, tables, measures, clocks and conflicts, sources,
stamp. Goes out: a folder with ``index.html``, ``annex.html``, ``data/*.csv``, ``figures/*.svg`` and ``manifest.json``.
Never does: compute a result, choose a number, reach the network, or leave a half-written folder.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.brief.build import (
        BriefResult as BriefResult,
        Formats as Formats,
        build_brief as build_brief,
        check_place as check_place,
    )
    from detente.brief.composition import compose as compose
    from detente.brief.content import (
        BriefContent as BriefContent,
        Bullets as Bullets,
        Citation as Citation,
        ClockBlock as ClockBlock,
        ClockRow as ClockRow,
        ConflictBlock as ConflictBlock,
        ConflictCard as ConflictCard,
        KeyNumber as KeyNumber,
        MeasureBlock as MeasureBlock,
        MeasureRow as MeasureRow,
        Paragraph as Paragraph,
        ReadingText as ReadingText,
        Section as Section,
        SourceText as SourceText,
        Subheading as Subheading,
        TableBlock as TableBlock,
    )
    from detente.brief.printing import check_printing as check_printing
    from detente.brief.since import held_against as held_against
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "build": "BriefResult Formats build_brief check_place",
            "composition": "compose",
            "content": "BriefContent Bullets Citation ClockBlock ClockRow ConflictBlock ConflictCard KeyNumber MeasureBlock MeasureRow Paragraph ReadingText Section SourceText Subheading TableBlock",
            "printing": "check_printing",
            "since": "held_against",
        },
    )
