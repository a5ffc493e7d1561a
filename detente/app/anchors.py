"""Entries of the record point at each other, both ways: measures, clocks, claims, conflicts and sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.app.links import Links
    from detente.core import Cell
    from detente.dossier import Dossier

LONGEST: Final = 2_000
"""Characters of a cell in which entries are looked for."""
MOST: Final = 12
"""Entries of one kind that point at another, shown one by one."""
KINDS: Final = {
    "ledger": "Measures",
    "clocks": "Clocks",
    "claims": "Claims",
    "conflicts": "Conflicts",
    "sources": "Sources",
}
"""Views of the record, and how their entries are called."""


def pointers(record: Dossier) -> Iterator[tuple[str, str, str]]:
    """Who points at whom: the view and the id of an entry, and the id that it names."""
    for name, measure in record.measures.items():
        for source in dict.fromkeys(value.source for value in measure.values):
            yield "ledger", name, source
    for name, clock in record.clocks.items():
        for target in (*clock.measures, clock.source):
            yield "clocks", name, target
    for name, claim in record.claims.items():
        for target in claim.measures:
            yield "claims", name, target
    for name, conflict in record.conflicts.items():
        for target in dict.fromkeys(claim for reading in conflict.readings for claim in reading.claims):
            yield "conflicts", name, target
        if conflict.source is not None:
            yield "conflicts", name, conflict.source


def pointed_at(record: Dossier) -> Mapping[str, Mapping[str, list[str]]]:
    """Of every id that an entry names: which entries do, by view."""
    back: dict[str, dict[str, list[str]]] = {}
    for view, name, target in pointers(record):
        back.setdefault(target, {}).setdefault(view, []).append(name)
    return back


@dataclass(frozen=True)
class Pointing:
    """Entries of one kind that name an entry.

    Attributes
    ----------
    title : str
        What they are.
    entries : list of (id, address)
        The first of them.
    more : int
        How many are left out.
    all : str
        Address where all of them stand.
    """

    title: str
    entries: list[tuple[str, str]]
    more: int
    all: str


@dataclass(frozen=True)
class Anchors:
    """Where an id of the record is told, and who points at it."""

    answer: PageAnswer
    links: Links
    laboratory: Laboratory

    def of(self, cell: Cell) -> list[tuple[str, str]]:
        """Parts of a cell with where each leads; empty where none is an id of the record.

        A part may be a control of a measure (``MEASURE.SECTOR``), and several may be joined by a plus sign.
        """
        if not isinstance(cell, str) or not cell or len(cell) > LONGEST:
            return []
        parts = [(part, self._where(part)) for part in cell.split(", ")]
        return parts if any(where for _, where in parts) else []

    def _where(self, name: str) -> str:
        own = name if name in self._views else name.partition("+")[0].partition(".")[0]
        if own in self._views:
            return f"{self._address[self._views[own]]}#{own}"
        if name in self.answer.dossier.documents:
            return self.links.to("claims", find=name)
        return ""

    @cached_property
    def _views(self) -> Mapping[str, str]:
        """Every id of the record, and the view that tells it."""
        record = self.answer.dossier
        kinds: dict[str, Mapping[str, object]] = {
            "sources": record.sources,
            "conflicts": record.conflicts,
            "claims": record.claims,
            # clocks that have fired are told by no view
            "clocks": {name: clock for name, clock in record.clocks.items() if clock.fires >= record.asof},
            "ledger": record.measures,
        }
        return {name: view for view, entries in kinds.items() for name in entries}

    @cached_property
    def _address(self) -> Mapping[str, str]:
        # an entry is found whatever was looked for
        return {view: self.links.to(view, find="", was="") for view in KINDS}

    def is_entry(self, cell: Cell) -> bool:
        """Whether a first cell names an entry of the record: its row can be pointed at."""
        return isinstance(cell, str) and cell in self._views

    def back(self, cell: Cell) -> list[Pointing]:
        """Who points at an entry."""
        record, state = self.answer.dossier, self.answer.state
        known = self.laboratory.made.get_or(
            ("pointed at", state.case, record.asof), lambda: pointed_at(record)
        )
        assert isinstance(known, dict)
        told = {
            view: [name for name in names if name in self._views]
            for view, names in known.get(cell, {}).items()
        }
        return [
            Pointing(
                KINDS[view],
                [(name, f"{self._address[view]}#{name}") for name in names[:MOST]],
                len(names) - MOST,
                self.links.to(view, find=str(cell), was=""),
            )
            for view, names in told.items()
            if names
        ]
