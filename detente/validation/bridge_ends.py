"""Ours beside the estimates of a record, kept between runs: the two ends of the bridges that lead to them.

They follow from the shipped record, the shipped world, the settings and the code alone. A hash over all of these is the key; numbers
are kept in full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.core import code_key, kept
from detente.validation.bridges import Bridge, BridgeSetting, readings_of, settings_along, shipped_bridges

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
    about = {}
    for bridge in shipped_bridges().values():
        known = [
            k for k, reading in enumerate(bridge.readings) if (reading.estimate or "") in dossier.parameters
        ]
        if bridge.dossier == dossier.id and known:
            about[bridge.id] = bridge, known
    ends = _ends([bridge for bridge, _ in about.values()])
    return {
        bridge.readings[k].estimate or "": (theirs[k], ours[k])
        for (bridge, known), (theirs, ours) in zip(about.values(), ends, strict=True)
        for k in known
    }


def _ends(bridges: Sequence[Bridge]) -> list[tuple[Sequence[float], Sequence[float]]]:
    """What the first and the last setting of bridges give, from an earlier run where one has solved them."""
    asked = [(setting, bridge.readings) for bridge in bridges for setting in _first_and_last(bridge)]
    digest = hashlib.sha256(repr((np.__version__, code_key(Path(__file__).parents[1], ROOMS))).encode())
    for setting, readings in asked:
        digest.update(
            "\0".join([setting.model_dump_json(), *(r.model_dump_json() for r in readings)]).encode()
        )
    values = kept.recall("bridges", digest.hexdigest()) if asked else []
    if values is None:
        values = [readings_of(setting, readings) for setting, readings in asked]
        kept.keep("bridges", digest.hexdigest(), values)
    return list(zip(values[::2], values[1::2], strict=True))


def _first_and_last(bridge: Bridge) -> tuple[BridgeSetting, BridgeSetting]:
    settings = settings_along(bridge)
    return settings[0], settings[-1]
