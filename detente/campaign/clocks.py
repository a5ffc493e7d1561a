"""Clocks: dated steps that fire unless somebody acts, and threats without a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class LiveClock:
    """A step that is known and has not happened.

    Attributes
    ----------
    id : str
        Of the record's clock where it has one, else made of side and day.
    title : str
    side : int
        Index of the acting side, or `detente.campaign.ledger.BOTH`.
    kind : str
        ``threat`` (dated), ``truce`` (a suspension runs out), ``open`` (a threat without a day), ``cut`` (an easing agreed).
    known, due : date
        Day it became known; day it fires, None without one.
    measures : tuple of str
        Measures that change when it fires.
    duty : (float, float)
        Change of each side's average added duty when it fires, a fraction.
    controls : (int, int)
        Change of each side's packages of controls when it fires.
    """

    id: str
    title: str
    side: int
    kind: str
    known: dt.date
    due: dt.date | None
    measures: tuple[str, ...]
    duty: tuple[float, float]
    controls: tuple[int, int]
