"""What was inferred from decisions, kept between runs: it takes longer than the games that are read under it.

The key is a hash over the decisions, the file they were weighed by and the code that fits them: when any of these changes, nothing
old is found. Numbers are kept in full, so that a page has the same bytes whether something was kept or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from detente.core import kept
from detente.strategy import inverse
from detente.strategy.inverse import Inferred, best_weights, explain_choices
from detente.strategy.motives import Choice, MotiveFile
from detente.world import Array, frozen

ARRAYS = ("best", "members", "precisions")
"""What of `Inferred` is an array."""


def kept_explanation(decisions: Sequence[Choice], file: MotiveFile, player: str) -> Inferred:
    """`explain_choices`, from an earlier run where one has inferred the same."""
    mine = [each for each in decisions if each.player == player]
    key = _key("explanation", mine, file)
    body = kept.recall("weights", key)
    try:
        whole = {**body, **{name: frozen(np.array(body[name], dtype=np.float64)) for name in ARRAYS}}
        known = Inferred(**whole)
        return replace(known, motives=tuple(known.motives), decisions=tuple(known.decisions))
    except (TypeError, KeyError, ValueError):  # nothing is kept, or nothing that can be believed
        explained = explain_choices(decisions, file, player)
    values = {field.name: getattr(explained, field.name) for field in fields(explained)}
    kept.keep("weights", key, values | {name: values[name].tolist() for name in ARRAYS})
    return explained


def kept_weights(decisions: Sequence[Choice], file: MotiveFile) -> tuple[Array, float]:
    """`best_weights`, from an earlier run where one has inferred the same."""
    key = _key("weights", decisions, file)
    try:
        theta, precision = kept.recall("weights", key)
        return np.array(theta, dtype=np.float64), float(precision)
    except (TypeError, ValueError):
        fitted, sure = best_weights(decisions, file)
    kept.keep("weights", key, [fitted.tolist(), float(sure)])
    return fitted, float(sure)


def _key(what: str, decisions: Sequence[Choice], file: MotiveFile) -> str:
    walk = (inverse.CHAINS, inverse.ROUNDS, inverse.PUSHES, inverse.KEPT)
    said = [what, kept.files_key((Path(inverse.__file__), Path(__file__))), np.__version__, repr(walk)]
    digest = hashlib.sha256("\0".join((*said, file.model_dump_json())).encode())
    for each in decisions:
        digest.update(f"{each.id}\0{each.player}\0{each.worth.shape}".encode() + each.worth.tobytes())
    return digest.hexdigest()
