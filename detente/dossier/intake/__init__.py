"""INTAKE: from news text to a draft of claims, by rules.

Comes in: a report as text, Markdown or HTML, and a ledger. Goes out: a draft for a person to accept, with the place of
every statement in the file. Never does: change the record, keep article text, fetch or run anything.
"""

from detente.dossier.intake.article import Article, Block, Item, Sentence
from detente.dossier.intake.draft import (
    Draft,
    conflicts_table,
    draft_yaml,
    items_table,
    keep_copy,
    make_draft,
    summary_table,
    write_draft,
)
from detente.dossier.intake.extract import Extraction, extract
from detente.dossier.intake.read import read_article

__all__ = [
    "Article",
    "Block",
    "Draft",
    "Extraction",
    "Item",
    "Sentence",
    "conflicts_table",
    "draft_yaml",
    "extract",
    "items_table",
    "keep_copy",
    "make_draft",
    "read_article",
    "summary_table",
    "write_draft",
]
