"""Events named in a report: meetings, rounds of talks, calls, tours and the like, with the ledger's round where one fits."""

from __future__ import annotations

import datetime as dt
import functools
import re

from detente.dossier import Dossier, Round, codes_of
from detente.intake.article import Article, ArticleSentence, Item
from detente.intake.dates import resolve_expression
from detente.intake.expressions import find_expressions
from detente.intake.geography import economy_words, place_words

_LEADERS = r"(?:leaders?|presidents?|Trump|Xi|heads of (?:state|government)|prime ministers?|premiers?)"
_SORTS: tuple[tuple[str, str], ...] = (
    ("summit", r"\bsummits?\b"),
    ("summit", rf"\b{_LEADERS}[’']?s?\b[^.;]{{0,50}}?\b(?:meet(?:s|ing)?|met|encounter)\b(?!\s+reporters)"),
    (
        "summit",
        r"\b(?:face-to-face|side|bilateral|high-stakes)\s(?:meeting|encounter)\b|\bmeeting (?:with|between)\s(?:President|Trump|Xi)",
    ),
    (
        "round",
        r"\b(?:rounds?|session)\s(?:\w+\s){0,2}?of\s(?:\w+\s){0,2}(?:talks|negotiations|consultations)\b",
    ),
    (
        "round",
        r"\b(?:trade|bilateral|tough|tariff|working-level|ministerial)\s(?:talks|negotiations|consultations)\b",
    ),
    ("round", r"\btalks\b|\bnegotiations with\b"),
    ("round", r"\b(?:officials|negotiators|delegations|envoys|ministers)\smet\b|\bscheduled to meet\b"),
    ("call", r"\b(?:a|phone|telephone|video)\scall\b(?:\swith)?"),
    ("tour", r"\b(?:\w+\s)?tour\b(?!\w)"),
    ("visit", r"\b(?:state|official|planned|upcoming)\s(?:visit|trip)\b"),
    ("drill", r"\b(?:\w+\s)?(?:drills?|military exercises?|war games)\b"),
    ("interview", r"\binterview\s(?:with|on)\b"),
    ("briefing", r"\b(?:a|press|news|regular|daily)\s(?:briefing|conference)\b"),
    ("rally", r"\brall(?:y|ies)\s(?:in|at|on)\b|\ba rally\b"),
    ("acquisition", r"\b(?:acquisition|takeover|merger)\sof\b"),
    ("meeting", r"\b(?:the|a|this|last|next|[A-Z]\w+)\s(?:\w+\s){0,2}?(?:meeting|encounter)\b"),
)


@functools.cache
def _event_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sort, re.compile(pattern)) for sort, pattern in _SORTS)


def round_of(text: str, dossier: Dossier) -> list[tuple[Round, bool]]:
    """Rounds of the ledger whose place a text names, with whether the very place (not only its country) is named."""
    places = place_words()
    economies = {code for code, _ in economy_words(text)} - set(codes_of(dossier))
    rounds = []
    for meeting in dossier.rounds.values():
        exact = bool(re.search(rf"\b{re.escape(meeting.place)}\b", text))
        code = places.get(meeting.place, ("", ""))[1]
        if exact or code in economies:
            rounds.append((meeting, exact))
    return rounds


def event_items(article: Article, dossier: Dossier, today: dt.date) -> list[Item]:
    """Events of the title and the body (value: the sort of event), each sort once a sentence.

    Parameters
    ----------
    article : Article
    dossier : Dossier
    today : date
        Day of the report.
    """
    items = []
    for sentence in article.sentences:
        seen: set[str] = set()
        taken = bytearray(len(sentence.text))
        for sort, pattern in _event_patterns():
            for match in pattern.finditer(sentence.text):
                if any(taken[match.start() : match.end()]):
                    continue
                taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
                named = "summit" if sort == "meeting" and _about_leaders(article, sentence) else sort
                if named in seen or (named == "meeting" and "summit" in seen):
                    continue
                seen.add(named)
                known = _ledger_round(sentence.text, dossier, today)
                items.append(
                    article.item("event", sentence, *match.span(), named, "named event", 0.75, round=known)
                )
    return items


def _about_leaders(article: Article, sentence: ArticleSentence) -> bool:
    near = article.sentences[max(0, sentence.number - 2) : sentence.number + 1]
    return any(
        re.search(_LEADERS, neighbour.text) or "summit" in neighbour.text.lower() for neighbour in near
    )


def _ledger_round(text: str, dossier: Dossier, today: dt.date) -> str:
    """Id of the round that a sentence means by its place and day; empty when none fits."""
    days = [resolve_expression(e, today) for e in find_expressions(text)]
    for meeting, exact in sorted(round_of(text, dossier), key=lambda pair: not pair[1]):
        fits = any(d.first and d.last and d.first <= meeting.end and meeting.start <= d.last for d in days)
        if fits or (exact and not any(d.first for d in days)):
            return meeting.id
    return ""
