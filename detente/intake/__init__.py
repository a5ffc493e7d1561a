"""INTAKE: from news text to a draft of claims, by rules.

Comes in: a report as text, Markdown or HTML, and a ledger. Goes out: a draft for a person to accept, with the place of
every statement in the file. Never does: change the record, keep article text, fetch or run anything.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.intake.article import (
        Article as Article,
        ArticleSentence as ArticleSentence,
        Block as Block,
        Item as Item,
    )
    from detente.intake.draft import (
        Draft as Draft,
        conflicts_table as conflicts_table,
        draft_summary_table as draft_summary_table,
        draft_yaml as draft_yaml,
        items_table as items_table,
        keep_copy as keep_copy,
        make_draft as make_draft,
        write_draft as write_draft,
    )
    from detente.intake.extraction import Extraction as Extraction, extract as extract
    from detente.intake.read import read_article as read_article, read_report as read_report
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "article": "Article ArticleSentence Block Item",
            "draft": "Draft conflicts_table draft_yaml items_table keep_copy make_draft draft_summary_table write_draft",
            "extraction": "Extraction extract",
            "read": "read_article read_report",
        },
    )
