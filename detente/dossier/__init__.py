"""EVIDENCE: what was done, when, by whom, says which source.

Comes in: YAML files. Goes out: a frozen `Dossier`. Never does: economics.
"""

from detente.dossier.dossier import Actor, Dossier, FrozenDict, MeasureState, Parameter
from detente.dossier.load import load_dossier, shipped_dossiers
from detente.dossier.measure import (
    Claim,
    Clock,
    Conflict,
    DatedValue,
    Document,
    Effect,
    Grade,
    Instrument,
    Measure,
    Products,
    Reading,
    Round,
    Source,
    Status,
)

__all__ = [
    "Actor",
    "Claim",
    "Clock",
    "Conflict",
    "DatedValue",
    "Document",
    "Dossier",
    "Effect",
    "FrozenDict",
    "Grade",
    "Instrument",
    "Measure",
    "MeasureState",
    "Parameter",
    "Products",
    "Reading",
    "Round",
    "Source",
    "Status",
    "load_dossier",
    "shipped_dossiers",
]
