"""Solves kept on disk by the content they follow from, so that a broken run goes on where it stopped.

The key is a hash over the economy's arrays, the record, the game, the structure, the settings of the solver and all code and
shipped data that payoffs can follow from: when any of these changes, nothing old is found. Files are written whole or not at
all and carry a hash of their content; one that is damaged is solved again.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.core import code_key
from detente.equilibrium import Model, Newton
from detente.strategy.games import GameSpec

if TYPE_CHECKING:
    from detente.dossier import Dossier

FORMAT = 2


ARRAYS = (
    "profit_share",
    "wage_floor",
    "revenue_saved",
    "revenue_cut",
    "labour_supply",
    "minimum_consumption",
)
"""Settings of a structure that may be one number a country or sector."""


def content_key(model: Model, dossier: Dossier, spec: GameSpec, *, controls: str = "costs") -> str:
    """SHA-256 over everything the payoffs follow from."""
    digest = hashlib.sha256(f"payoffs {FORMAT}\0".encode())
    digest.update(model.economy.data_hash.encode())
    digest.update(f"{dossier.id} {dossier.asof}\0".encode())
    for name in sorted(dossier.measures):
        digest.update(dossier.measures[name].model_dump_json().encode())
    rungs = [[rung.model_dump_json(include={"set"}) for rung in action.rungs] for action in spec.actions]
    digest.update(repr((spec.players, rungs, model.closure_key, controls, model.solver or Newton())).encode())
    parts = {
        name: value for name, value in vars(model.structure).items() if name not in ("horizon", "source")
    }
    for name in sorted(parts):
        digest.update(name.encode())
        digest.update(np.asarray(parts[name]).tobytes() if name in ARRAYS else repr(parts[name]).encode())
    if model.responses is not None:
        for name, answer in sorted(vars(model.responses).items()):
            digest.update(name.encode())
            held = isinstance(answer, str) or name == "sharing"
            digest.update(repr(answer).encode() if held else np.asarray(answer, dtype=float).tobytes())
    digest.update(dossier.content_hash.encode())
    digest.update(engine_key().encode())
    return digest.hexdigest()


PACKAGE = Path(__file__).resolve().parents[1]
ROOMS = ("core", "dossier", "world", "policy", "equilibrium", "cases", "strategy")
"""Rooms whose code and data payoffs can follow from; those behind them only read payoffs."""


@functools.cache
def engine_key(package: Path = PACKAGE) -> str:
    """SHA-256 over every file of `ROOMS`, with its name: code and shipped data, none left out by hand.

    Read once a process, as the code that runs is: some milliseconds for some megabytes.
    """
    return code_key(package, ROOMS)
