"""What a briefing says, as typed values. The page is filled from these and from nothing else.

Every number comes from a table: a `KeyNumber` and a `Sentence` name the table they were read from, and `check_content`
refuses one that is not there. Every source that is cited is in the list of sources.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from detente.core import Stamp, Table
from detente.show.figures import Figure
from detente.show.tables import ClockRow, ConflictCard, MeasureRow, ReadingText, SourceText
from detente.show.words import Sentence

__all__ = [
    "BriefContent",
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
    "SourceText",
    "Subheading",
    "TableBlock",
]


@dataclass(frozen=True)
class KeyNumber:
    """One of the three or four numbers at the top.

    Parameters
    ----------
    label : str
        What it is, in a few words.
    value : float
        In `unit`, exactly as in the table.
    unit : str
        ``%``, ``USD bn``, ``days`` …
    table : str
        Name of the table the value stands in.
    note : str
        Concept: of what, against what, short or long run.
    digits : int
        Decimals shown.
    signed : bool
        Whether a plus sign is shown.
    low, high : float, optional
        Interval, in `unit`; both stand in the table too.
    interval : str
        What the interval is ("90 % of 400 draws").
    share : float, optional
        The same in percent, shown in brackets; it stands in the table too.
    """

    label: str
    value: float
    unit: str
    table: str
    note: str = ""
    digits: int = 1
    signed: bool = True
    low: float | None = None
    high: float | None = None
    interval: str = ""
    share: float | None = None


@dataclass(frozen=True)
class Paragraph:
    """Sentences that belong together."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Bullets:
    """A list, one sentence or more a point."""

    items: tuple[Sentence, ...]


@dataclass(frozen=True)
class Subheading:
    """A heading below the section's own."""

    text: str


@dataclass(frozen=True)
class TableBlock:
    """A table shown in the page (a figure brings its own).

    Parameters
    ----------
    table : Table
    folded : bool
        Behind a "show the table" line instead of open; in print it is open.
    columns : tuple of str
        Keys of the columns to show, in order; all of them when empty. The file keeps every column.
    """

    table: Table
    folded: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeasureBlock:
    """The ledger: measures by side, each with its status and source. Written as ``data/NAME.csv``."""

    rows: tuple[MeasureRow, ...]
    name: str = "measures"
    title: str = "Measures and their status"


@dataclass(frozen=True)
class ClockBlock:
    """Clocks ahead, soonest first. Written as ``data/NAME.csv``."""

    rows: tuple[ClockRow, ...]
    name: str = "clocks"
    title: str = "Clocks ahead"


@dataclass(frozen=True)
class ConflictBlock:
    """What the reports disagree on. Written as ``data/NAME.csv``."""

    cards: tuple[ConflictCard, ...]
    name: str = "conflicts"
    title: str = "What the reports disagree on"


Block = Paragraph | Bullets | Subheading | TableBlock | Figure | MeasureBlock | ClockBlock | ConflictBlock


@dataclass(frozen=True)
class Section:
    """A part of the briefing: what the page says of a matter, and what stands behind it in the annex.

    Parameters
    ----------
    id : str
        Anchor, on the page and in the annex.
    title : str
        Heading: a finding.
    blocks : tuple of blocks
        On the page.
    behind : tuple of blocks
        In the annex.
    label : str
        Its line in the contents and its heading in the annex; `title` when left out.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    behind: tuple[Block, ...] = ()
    label: str = ""

    @property
    def short(self) -> str:
        """What it is about, in a word or two."""
        return self.label or self.title


@dataclass(frozen=True)
class Citation:
    """A work or data set to cite: `key` is its anchor, `text` the reference as it should be printed."""

    key: str
    text: str


@dataclass(frozen=True)
class BriefContent:
    """Everything a briefing says.

    Parameters
    ----------
    title : str
        Title without the date; the page adds "as of …" to it.
    asof : date
        What was known.
    dossier_title : str
        The case.
    summary_sentences : tuple of Sentence
        The finding, written from numbers: the first is the answer that the page opens with; the others stand in its sections.
    key_numbers : tuple of KeyNumber
        Three or four.
    sections : tuple of Section
        In reading order: where things stand, what the reports disagree on, what each outcome costs, who gains from
        diversion, which sectors are hit, the duty path.
    method : tuple of Paragraph
        How the numbers were made.
    limits, assumed : tuple of str
        What the method cannot say; what nobody sourced.
    sources : tuple of Source
    stamp : Stamp
    citations : tuple of Citation
        What to cite: data, elasticities, methods.
    tables : tuple of Table
        Tables that are not shown but that key numbers or sentences were read from.
    subtitle : str
        One line below the title.
    question : str
        What the page answers; its heading. `title` when left out.
    terms : tuple of Sentence
        What the words of the answer mean, set below it.
    lead : Figure, optional
        The picture of the first screen.
    beside : tuple of Sentence
        What stands beside the picture, below the key numbers.
    ahead : tuple of ClockRow
        What happens next, on the first screen.
    brief_method : tuple of Sentence
        How the numbers were made, in a few sentences; `method` stands in the annex.
    brief_limits : tuple of str
        The limits that the page itself names.
    chances : mapping of clock id to Sentence
        How likely a clock of `ahead` is to be carried out.
    chance_score : Sentence, optional
        How good such odds have been; without it, no odds are told.
    """

    title: str
    asof: dt.date
    dossier_title: str
    summary_sentences: tuple[Sentence, ...]
    key_numbers: tuple[KeyNumber, ...]
    sections: tuple[Section, ...]
    method: tuple[Paragraph, ...]
    limits: tuple[str, ...]
    assumed: tuple[str, ...]
    sources: tuple[SourceText, ...]
    stamp: Stamp
    citations: tuple[Citation, ...] = ()
    tables: tuple[Table, ...] = ()
    subtitle: str = ""
    question: str = ""
    terms: tuple[Sentence, ...] = ()
    lead: Figure | None = None
    beside: tuple[Sentence, ...] = ()
    ahead: tuple[ClockRow, ...] = ()
    brief_method: tuple[Sentence, ...] = ()
    brief_limits: tuple[str, ...] = ()
    chances: Mapping[str, Sentence] = field(default_factory=dict)
    chance_score: Sentence | None = None

    @property
    def heading(self) -> str:
        """The question that the page answers, or its title."""
        return self.question or self.title

    @property
    def on_page(self) -> tuple[Block, ...]:
        """Every block of the page, in order."""
        lead = () if self.lead is None else (self.lead,)
        return (*lead, *(block for section in self.sections for block in section.blocks))

    @property
    def in_annex(self) -> tuple[Block, ...]:
        """Every block of the annex, in order."""
        return tuple(block for section in self.sections for block in section.behind)

    @property
    def everything(self) -> tuple[Block, ...]:
        """Every block, those of the page first."""
        return (*self.on_page, *self.in_annex)
