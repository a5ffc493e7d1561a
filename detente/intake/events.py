"""Events named in a report: meetings, rounds of talks, calls, tours and the like, with the ledger's round where one fits."""

from __future__ import annotations

import datetime as dt
import functools
import re

from detente.dossier import Dossier, Round, codes_of
from detente.intake.article import Article, Item, Sentence
from detente.intake.dates import resolve
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
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sort, re.compile(pattern)) for sort, pattern in _SORTS)


def round_of(text: str, dossier: Dossier) -> list[tuple[Round, bool]]:
    """Rounds of the ledger whose place a text names, with whether the very place (not only its country) is named."""
    places = place_words()
    economies = {code for code, _ in economy_words(text)} - set(codes_of(dossier))
    found = []
    for one in dossier.rounds.values():
        exact = bool(re.search(rf"\b{re.escape(one.place)}\b", text))
        code = places.get(one.place, ("", ""))[1]
        if exact or code in economies:
            found.append((one, exact))
    return found


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
        for sort, pattern in _compiled():
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


def _about_leaders(article: Article, sentence: Sentence) -> bool:
    near = article.sentences[max(0, sentence.number - 2) : sentence.number + 1]
    return any(re.search(_LEADERS, one.text) or "summit" in one.text.lower() for one in near)


def _ledger_round(text: str, dossier: Dossier, today: dt.date) -> str:
    """Id of the round that a sentence means by its place and day; empty when none fits."""
    days = [resolve(e, today) for e in find_expressions(text)]
    for one, exact in sorted(round_of(text, dossier), key=lambda pair: not pair[1]):
        fits = any(d.first and d.last and d.first <= one.end and one.start <= d.last for d in days)
        if fits or (exact and not any(d.first for d in days)):
            return one.id
    return ""
