"""Everything that is found in one report, put together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from detente.dossier import Dossier
from detente.intake.amounts import amount_items
from detente.intake.article import Article, Item
from detente.intake.dates import resolve_expression
from detente.intake.day import ReportDay, report_day
from detente.intake.events import event_items
from detente.intake.expressions import find_expressions
from detente.intake.geography import find_places
from detente.intake.measures import measure_items
from detente.intake.names import Mention, Names, actor_items
from detente.intake.quotes import quote_items


@dataclass(frozen=True)
class Extraction:
    """A report with its day and everything found in it, in the order of the text."""

    article: Article
    day: ReportDay
    items: tuple[Item, ...]
    mentions: tuple[Mention, ...]

    def of(self, *kinds: str) -> list[Item]:
        """Items of some kinds."""
        return [item for item in self.items if item.kind in kinds]


def extract(article: Article, dossier: Dossier, *, day: dt.date | None = None) -> Extraction:
    """Find what a report says.

    Parameters
    ----------
    article : Article
    dossier : Dossier
        Ledger to match against; its actors are known by name.
    day : date, optional
        Day of the report, when the user knows it.

    Returns
    -------
    Extraction
    """
    mentions = Names(dossier.actors.values()).find(article)
    when = report_day(article, dossier, mentions, given=day)
    items = [
        *date_items(article, when.day),
        *amount_items(article),
        *quote_items(article, mentions),
        *actor_items(article, mentions),
        *find_places(article, ((m.sentence, m.start, m.end) for m in mentions)),
        *event_items(article, dossier, when.day),
        *measure_items(article, dossier, mentions, when.day),
    ]
    items.sort(key=lambda item: (item.line, item.start, item.end, item.kind))
    return Extraction(article, when, tuple(items), tuple(mentions))


def date_items(article: Article, today: dt.date) -> list[Item]:
    """Expressions of time in the title and the body, and the printed day of publication."""
    items = []
    if article.published is not None and article.published_at is not None:
        line, start, end = article.place(*article.published_at)
        words = article.source[slice(*article.published_at)]
        value = article.published.isoformat()
        items.append(
            Item("date", line, start, end, words, value, article.published_rule, 0.95, -1, (-1, 0, 0))
        )
    for sentence in article.sentences:
        for e in find_expressions(sentence.text):
            resolution = resolve_expression(e, today)
            items.append(
                article.item(
                    "date",
                    sentence,
                    e.start,
                    e.end,
                    resolution.value,
                    resolution.rule,
                    resolution.confidence,
                    note=resolution.note,
                    tense=e.tense,
                )
            )
    return items
