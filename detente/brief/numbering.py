"""Where everything of a briefing stands: which page, which number, which anchor; so that every number leads to its table."""

from __future__ import annotations

from dataclasses import dataclass

from detente.brief.content import Block, BriefContent, ClockBlock, ConflictBlock, MeasureBlock, TableBlock
from detente.brief.tables import block_table
from detente.show.figures import Figure

INDEX, ANNEX = "index.html", "annex.html"


@dataclass(frozen=True)
class Place:
    """Where a table is read.

    Parameters
    ----------
    page : str
        File of the page, or of the data where no page shows the table.
    anchor : str
        On the page; empty for a file.
    label : str
        What the place is called ("Table A3").
    """

    page: str
    anchor: str
    label: str

    def href(self, page: str) -> str:
        """The address of the place as seen from a page."""
        if not self.anchor:
            return self.page
        return f"#{self.anchor}" if page == self.page else f"{self.page}#{self.anchor}"

    @property
    def short(self) -> str:
        """Its mark behind a sentence."""
        kind, _, number = self.label.partition(" ")
        return f"{kind[:3]}.\u00a0{number}" if number else "data"


def places(content: BriefContent) -> dict[str, Place]:
    """The place of every table by its name; a table that is on the page and in the annex is read in the annex.

    Parameters
    ----------
    content : BriefContent
    """
    read: dict[str, Place] = {
        table.name: Place(f"data/{table.name}.csv", "", "data") for table in content.tables
    }
    for page, prefix, blocks in ((INDEX, "", content.on_page), (ANNEX, "A", content.in_annex)):
        counts = {"Figure": 0, "Table": 0}
        for block in blocks:
            kind = kind_of(block)
            if not kind:
                continue
            counts[kind] += 1
            table = block_table(block, content.asof)
            if table is not None:
                read[table.name] = Place(page, anchor_of(block), f"{kind} {prefix}{counts[kind]}")
    return read


def kind_of(block: Block) -> str:
    """How a block is counted; empty where it has no number."""
    if isinstance(block, Figure):
        return "Figure"
    return "Table" if isinstance(block, TableBlock | MeasureBlock | ClockBlock | ConflictBlock) else ""


def anchor_of(block: Block) -> str:
    """The anchor of a figure or a table."""
    if isinstance(block, Figure):
        return f"figure-{block.name}"
    if isinstance(block, TableBlock):
        return f"table-{block.table.name}"
    if isinstance(block, MeasureBlock | ClockBlock | ConflictBlock):
        return f"table-{block.name}"
    return ""


COMMANDS = {
    "outcomes": "detente compare {reference} {featured}",
    "levels": "detente compare {reference} {featured}",
    "headline": "detente run {others} --against {reference} --table horizons",
    "horizons": "detente run {others} --against {reference} --table horizons",
    "map": "detente compare {reference} {featured} --countries all",
    "diversion": "detente run {featured} --against {reference} --table diversion",
    "third_trade": "detente run {featured} --against {reference} --table diversion",
    "sectors": "detente run {featured} --against {reference} --table sectors",
    "pair": "detente run {featured} --table pair",
    "averages": "detente duties --table averages",
    "duties_by_authority": "detente duties",
    "clocks": "detente clocks",
    "outlook": "detente outlook",
    "outlook-clocks": "detente outlook --table clocks",
    "outlook-duty": "detente outlook --table duty --horizon 365",
    "odds-scores": "detente score",
    "clocks_ahead": "detente clocks",
    "measures": "detente measures",
    "measures-moving": "detente measures",
    "timeline": "detente measures",
    "conflicts": "detente claims --conflicts",
    "leverage": "detente leverage --table levers",
    "explained-lead": "detente leverage --table preferences",
    "leverage-ladder": "detente leverage --table levers",
    "deal-space": "detente deals --table space",
    "deal-space-points": "detente deals --table space",
    "swaps": "detente deals --table swaps",
    "expected-swaps": "detente deals --table expected",
}
"""The command that prints a table, by its name."""


def command_of(name: str, content: BriefContent) -> str:
    """The command that prints the numbers of a table; empty where none does."""
    names = list(content.stamp.solver)
    if name not in COMMANDS or len(names) < 2:
        return ""
    dossier, day = content.stamp.dossier, content.stamp.asof
    said = COMMANDS[name].format(reference=names[0], featured=names[1], others=" ".join(names[1:]))
    return f"{said} --dossier {dossier} --asof {day}" if dossier else said
