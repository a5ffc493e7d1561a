"""EVIDENCE: what was done, when, by whom, says which source.

Comes in: YAML files. Goes out: a frozen `Dossier`. Never does: economics.
"""
