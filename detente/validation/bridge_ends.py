"""Ours beside the estimates of a record, kept between runs: the two ends of the bridges that lead to them.

They follow from the shipped record, the shipped world, the settings and the code alone. A hash over all of these is the key; numbers
are kept in full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.core import code_key, kept

if TYPE_CHECKING:
    from detente.dossier import Dossier

ROOMS = ("cases", "core", "dossier", "equilibrium", "policy", "validation", "world")
"""Code and shipped data that a reading follows from."""


def beside_estimates(dossier: Dossier) -> Mapping[str, tuple[float, float]]:
    """Ours beside the estimates of a record, by the id of the estimate: under the study's closures, and in the end, percent.

    Parameters
    ----------
    dossier : Dossier
        As known on a day: estimates it does not know yet are left out.

    Returns
    -------
    mapping of str to (float, float)
        Empty for a record that no bridge is about.
    """
    # the bridges are among the shipped data that the code's hash is over: they are read when nothing is kept
    said = (
        np.__version__,
        code_key(Path(__file__).parents[1], ROOMS),
        dossier.id,
        sorted(dossier.parameters),
    )
    key = hashlib.sha256(repr(said).encode()).hexdigest()
    rows = kept.recall("bridges", key)
    if rows is None:
        rows = _solved(dossier)
        kept.keep("bridges", key, rows)
    return {name: (theirs, ours) for name, theirs, ours in rows}


def _solved(dossier: Dossier) -> list[tuple[str, float, float]]:
    """Estimates that the record knows, and what the two ends of the bridges to them give."""
    from detente.validation import bridges

    rows = []
    for bridge in bridges.shipped_bridges().values():
        known = [
            k for k, reading in enumerate(bridge.readings) if (reading.estimate or "") in dossier.parameters
        ]
        if bridge.dossier == dossier.id and known:
            along = bridges.settings_along(bridge)
            theirs, ours = (bridges.readings_of(along[place], bridge.readings) for place in (0, -1))
            rows += [(bridge.readings[k].estimate or "", theirs[k], ours[k]) for k in known]
    return rows
