"""Expressions of time in a sentence, with the tense of their clause. `dates` says which days they mean."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from detente.intake.tables import table

Tense = Literal["past", "ahead", "unclear"]

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|sixty|ninety)"
_SPAN = r"(?:hour|day|week|month|year|quarter)"
_LEAD = r"(?:(?:on|by|before|after|until|till|from|since|through|starting|to|for)\s+)?"


@dataclass(frozen=True)
class Expression:
    """Words about time in a sentence, not yet resolved."""

    start: int
    end: int
    rule: str
    parts: dict[str, str]
    tense: Tense


# In order of precedence: a later pattern does not look inside what an earlier one has taken.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"),
    (
        "end of",
        rf"(?:(?:by|before|until|at|towards?)\s+)?the end of (?:the (?P<u>week|month|year)|(?P<mo>{_MONTH})(?:\s+(?P<y2>\d{{4}}))?|(?P<y>\d{{4}}))",
    ),
    (
        "month and day",
        rf"{_LEAD}(?:(?:{_WEEKDAY}),?\s+)?(?P<mo>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|%|\.\d)"
        rf"(?:\s*[-–]\s*(?P<d2>\d{{1,2}}))?(?:,?\s+(?P<y>\d{{4}}))?",
    ),
    (
        "day and month",
        rf"{_LEAD}(?:(?:{_WEEKDAY}),?\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*[-–]\s*(?P<d2>\d{{1,2}}))?(?:\s+of)?\s+(?P<mo>{_MONTH})(?:,?\s+(?P<y>\d{{4}}))?",
    ),
    (
        "part of month",
        rf"(?P<p>[Ee]arly|[Mm]id-?|[Ll]ate)[\s-]*(?:in\s+)?(?P<mo>{_MONTH})(?:,?\s+(?P<y>\d{{4}}))?",
    ),
    (
        "part of year",
        r"(?P<p>[Ee]arly|[Mm]id-?|[Ll]ate)[\s-]*(?:in\s+)?(?:(?P<y>20\d{2}|19\d{2})|(?P<w>next|this|last) year)",
    ),
    (
        "weekday",
        rf"{_LEAD}(?:(?P<w>[Ll]ast|[Nn]ext|[Tt]his(?: past| coming)?|[Ll]ater|[Ee]arlier)\s+)?(?:on\s+)?(?P<wd>{_WEEKDAY})s?\b(?:\s+(?:morning|afternoon|evening|night))?",
    ),
    (
        "weekend",
        r"(?:[Oo]ver |[Dd]uring )?(?P<w>[Ll]ast|[Nn]ext|[Tt]his(?: past| coming)?|[Tt]he(?: past| coming)?)\s+weekend",
    ),
    (
        "calendar period",
        r"(?:(?P<p>[Ee]arlier|[Ll]ater)\s+)?(?P<w>[Ll]ast|[Nn]ext|[Tt]his(?: coming)?)\s+(?P<u>week|month|year|quarter)\b",
    ),
    (
        "day word",
        r"\b(?P<w>[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight|[Tt]his (?:morning|afternoon|evening))\b",
    ),
    (
        "relative",
        rf"(?:(?:[Jj]ust|[Oo]nly|[Bb]arely|[Ll]ess than|[Mm]ore than|[Aa]bout)\s+)?(?:(?P<n>(?i:{_COUNT}|few|several|many))\s+)?"
        rf"(?<![\w-])(?P<u>{_SPAN})s?\s+(?P<w>after|before|earlier|later|ahead of|prior to)\b",
    ),
    ("ago", rf"(?P<n>{_COUNT}|few|several)\s+(?P<u>{_SPAN})s?\s+ago\b"),
    (
        "in so long",
        rf"(?P<w>[Ww]ithin|[Ii]n)\s+(?:the next\s+)?(?P<n>{_COUNT})\s+(?P<u>day|week|month)s?\b(?!\s+(?:of|to))",
    ),
    (
        "month and year",
        rf"(?:[Ii]n |[Ss]ince |[Bb]y |[Uu]ntil |[Ff]rom )?(?P<mo>{_MONTH})\s+(?:of\s+)?(?P<y>(?:19|20)\d{{2}})\b",
    ),
    (
        "month",
        rf"(?P<w>[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Tt]hrough|[Ff]rom|[Ll]ast|[Nn]ext|[Tt]his|[Bb]efore|[Oo]f)\s+(?P<mo>{_MONTH})\b(?!\s+(?:\d|[A-Z]))",
    ),
    (
        "year",
        r"(?P<w>[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Tt]hrough|[Dd]uring|[Ff]rom)\s+(?P<y>(?:19|20)\d{2})\b(?![\d,.]*\s*(?:percent|per cent|%|tons?|tonnes))",
    ),
)


@functools.cache
def _time_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((rule, re.compile(rf"(?<![\w$€£¥-])(?:{pattern})")) for rule, pattern in _PATTERNS)


@functools.cache
def _cues() -> dict[str, Tense]:
    words = table("calendar")
    cues: dict[str, Tense] = dict.fromkeys(map(str, words["past"]), "past")
    cues.update(dict.fromkeys(map(str, words["ahead"]), "ahead"))
    cues.update(dict.fromkeys(map(str, words["neither"]), "unclear"))
    return cues


def find_expressions(text: str) -> list[Expression]:
    """Expressions of time in a sentence, in order.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> text = "It was set on Oct. 9 that they will meet next week."
    >>> [(e.rule, text[e.start : e.end], e.tense) for e in find_expressions(text)]
    [('month and day', 'on Oct. 9', 'past'), ('calendar period', 'next week', 'ahead')]
    """
    taken = bytearray(len(text))
    expressions = []
    for rule, pattern in _time_patterns():
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]) or not _plausible(rule, match):
                continue
            taken[start:end] = b"\x01" * (end - start)
            parts = {key: value for key, value in match.groupdict().items() if value}
            expressions.append(Expression(start, end, rule, parts, tense_at(text, start, end)))
    return sorted(expressions, key=lambda e: e.start)


def _plausible(rule: str, match: re.Match[str]) -> bool:
    if rule == "relative" and match.group("n"):
        word = match.group("n").lower()
        return bool(re.fullmatch(rf"{_COUNT}|few|several|many", word))
    if rule in ("month and day", "day and month"):
        return int(match.group("d")) <= 39
    return True


def tense_at(text: str, start: int, end: int) -> Tense:
    """Tense of the clause around an expression: the nearest telling verb, those before it first.

    Examples
    --------
    >>> text = "Officials confirmed Thursday that the two will meet."
    >>> tense_at(text, 20, 28)
    'past'
    """
    before = re.split(r"[;:—]| but | while ", text[:start])[-1]
    words = re.findall(r"[\w’'$€£¥%.-]*\w", before)[-12:]
    opening = re.match(r"[\w’'-]+", text[start:])
    first = opening.group().lower() if opening else ""
    if first in ("until", "till", "by"):
        return "ahead"
    for position in range(len(words) - 1, -1, -1):
        following = words[position + 1] if position + 1 < len(words) else first
        cue = _cue(words[position], following)
        if cue != "unclear":
            return cue
    after = re.split(r"[;:—]", text[end:])[0]
    for word in re.findall(r"[\w’'-]+", after)[:12]:
        cue = _cue(word, "")
        if cue != "unclear" and word.lower() != "to":
            return cue
    return "unclear"


def _cue(word: str, following: str) -> Tense:
    small = word.lower().replace("’", "'")
    if (
        small == "to"
        and following
        and not re.fullmatch(r"(?!(?:the|a|an|its|their|his|her)$)[a-z-]+", following)
    ):
        return "unclear"  # “rose to 20%”, “to the end”: no infinitive
    if small == "set" and following not in ("to", "for", ""):
        return "past"
    known = _cues().get(small)
    if known:
        return known
    return "past" if re.fullmatch(r"[a-z]{2,}ed", small) else "unclear"
