"""CORE: labels, units, errors, result codes, stamps and small pure helpers.

Comes in: nothing of ours. Goes out: the vocabulary every other room speaks.
Never does: import another room, read a dossier, or solve anything.
"""

from detente.core.errors import (
    BalanceError,
    DateError,
    DetenteError,
    EvidenceError,
    InputError,
    LabelError,
    SchemaError,
    SolveError,
    StaleError,
    UnitError,
)
from detente.core.files import sha256_bytes, sha256_file, write_atomic
from detente.core.labels import Labels
from detente.core.nearest import nearest, suggestion
from detente.core.results import RESULTS
from detente.core.stamp import Stamp
from detente.core.table import Column, Table

__all__ = [
    "RESULTS",
    "BalanceError",
    "Column",
    "DateError",
    "DetenteError",
    "EvidenceError",
    "InputError",
    "LabelError",
    "Labels",
    "SchemaError",
    "SolveError",
    "StaleError",
    "Stamp",
    "Table",
    "UnitError",
    "nearest",
    "sha256_bytes",
    "sha256_file",
    "suggestion",
    "write_atomic",
]
