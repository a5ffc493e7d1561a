"""EVIDENCE: what was done, when, by whom, says which source.

Comes in: YAML files. Goes out: a frozen `Dossier`. Never does: economics.
"""

from detente.dossier.audit import audit, audit_table, coverage_by_grade, refuse_stale
from detente.dossier.audit_rules import RULES, Finding
from detente.dossier.claims import (
    chains,
    claims_table,
    clock_table,
    conflict_table,
    measure_table,
    show_value,
    verify_places,
)
from detente.dossier.dossier import Actor, Dossier, FrozenDict, MeasureState, Parameter, require_fresh
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
    "RULES",
    "Actor",
    "Claim",
    "Clock",
    "Conflict",
    "DatedValue",
    "Document",
    "Dossier",
    "Effect",
    "Finding",
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
    "audit",
    "audit_table",
    "chains",
    "claims_table",
    "clock_table",
    "conflict_table",
    "coverage_by_grade",
    "load_dossier",
    "measure_table",
    "refuse_stale",
    "require_fresh",
    "shipped_dossiers",
    "show_value",
    "verify_places",
]
