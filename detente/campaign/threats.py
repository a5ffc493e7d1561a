"""How often threats of other episodes were carried out: a small table made from 1,053 threats of 1945 to 2005."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "threats.csv"


@dataclass(frozen=True)
class ThreatRate:
    """One group of threats.

    Attributes
    ----------
    threats, carried_out : int
    """

    threats: int
    carried_out: int

    @property
    def carried(self) -> float:
        """Share that was carried out."""
        return self.carried_out / self.threats


@functools.cache
def threat_rates() -> Mapping[str, ThreatRate]:
    """Rates by group, read once.

    Examples
    --------
    >>> rates = threat_rates()
    >>> rates["all"].threats, round(rates["all"].carried, 2)
    (1053, 0.46)
    """
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["group"]: ThreatRate(int(row["threats"]), int(row["carried_out"]))
            for row in csv.DictReader(lines)
        }
