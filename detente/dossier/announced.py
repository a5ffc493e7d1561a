"""When everything in a record was announced: names and days alone, of the whole record, whatever day it is read as of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.dossier.load import folder_of, read_record


@dataclass(frozen=True)
class Announcements:
    """Index of a record by announcement: which names it will ever know, and since when.

    It holds no value, title or source, so nothing of what came later can be told from it but that it came.

    Parameters
    ----------
    measures : mapping of str to date
        Day on which each measure was announced, by id.
    authorities : frozenset of str
        Legal authorities of the measures.
    clocks : frozenset of str
        Ids of the clocks.
    """

    measures: Mapping[str, dt.date]
    authorities: frozenset[str]
    clocks: frozenset[str]

    def since(self, measures: Iterable[str]) -> dt.date | None:
        """First day on which all of some measures were announced; None for none at all.

        Raises
        ------
        KeyError
            For a measure the record never knows.
        """
        return max((self.measures[name] for name in measures), default=None)


def announcements(name_or_path: str | Path) -> Announcements:
    """Index a record by announcement.

    Parameters
    ----------
    name_or_path : str or path-like
        Id of a shipped dossier, or a folder of the same layout.

    Returns
    -------
    Announcements

    Raises
    ------
    DetenteError
        As `load_dossier`, when the record cannot be read.

    Examples
    --------
    >>> announcements("busan-2025").since(["usa-2025-threat-100"]).isoformat()
    '2025-10-10'
    """
    record, _ = read_record(folder_of(name_or_path))
    return Announcements(
        {name: measure.announced for name, measure in record.measures.items()},
        frozenset(measure.authority for measure in record.measures.values()),
        frozenset(record.clocks),
    )
