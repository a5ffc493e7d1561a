"""Quotations with their speakers; quoted terms (“progress”) kept apart from statements.

Quotation marks are matched over a whole paragraph, since a quotation may run over sentences; marks inside a quotation
are nested and stay part of it. The speaker is looked for after the quotation, before it, and then further back.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from detente.intake.article import Article, ArticleSentence, Item
from detente.intake.geography import economy_words
from detente.intake.names import Mention
from detente.intake.tables import table

_OPEN = '“„«"'
_TERM_WORDS = 3
"""A quotation of at most so many words is a term unless a verb of speech brings it."""


@dataclass(frozen=True)
class MarkedSpan:
    """Characters [start, end) of a block between quotation marks (marks not included)."""

    block: int
    start: int
    end: int
    nested: bool = False
    closed: bool = True


def find_marks(text: str) -> list[tuple[int, int, bool]]:
    """Spans between quotation marks in a paragraph: start, end, and whether the closing mark was there.

    A double mark opens a quotation; it ends at its closing mark, at two single closing marks (a common typesetting
    accident), or, without either, at the end of the paragraph (a quotation that goes on in the next one).

    Examples
    --------
    >>> text = "He is in “‘deal mode,’’’ she said. “Wait.”"
    >>> [text[a:b] for a, b, _ in find_marks(text)]
    ['‘deal mode,’', 'Wait.']
    """
    spans, position = [], 0
    while position < len(text):
        start = next((i for i in range(position, len(text)) if text[i] in _OPEN), -1)
        if start < 0:
            break
        mark = text[start]
        end, after = _closing_mark(text, start, mark)
        if end < 0:
            straight = mark == '"'
            if not straight or text.count('"', start) == 1:
                spans.append((start + 1, len(text), False))
            break
        spans.append((start + 1, end, True))
        position = after
    return spans


def _closing_mark(text: str, start: int, mark: str) -> tuple[int, int]:
    """End of a quotation and where to go on; -1 when it is not closed."""
    closing = {"“": "”", "„": "“”", "«": "»", '"': '"'}[mark]
    limit = next((i for i in range(start + 1, len(text)) if text[i] in closing), -1)
    if mark == "“":
        again = text.find("“", start + 1)
        double = re.compile("[’']{2,3}").search(text, start + 1, limit if limit >= 0 else len(text))
        if double and (limit < 0 or (0 <= again < limit)):
            return double.end() - 2, double.end()
        if 0 <= again < limit and double is None:
            return -1, -1
    return (limit, limit + 1) if limit >= 0 else (-1, -1)


@functools.cache
def _verbs() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    lists = table("speech")
    said = "|".join(lists["said"])
    called = "|".join(lists["called"])
    nameless = "|".join(lists["nameless"])
    return (
        re.compile(rf"\b(?:{said})\b|\baccording to\b", re.IGNORECASE),
        re.compile(rf"\b(?:{called})\b", re.IGNORECASE),
        re.compile(rf"\b(?:{nameless})\b", re.IGNORECASE),
    )


@dataclass(frozen=True)
class _Speaker:
    id: str
    rule: str
    sure: float
    words: str = ""


def quote_items(article: Article, mentions: Sequence[Mention]) -> list[Item]:
    """Quotations (kind ``quotation``, value: the speaker) and quoted terms (kind ``term``).

    Parameters
    ----------
    article : Article
    mentions : sequence of Mention
        Names found in it.

    Returns
    -------
    list of Item
        `value` is the speaker's id, ``anonymous`` for somebody without a name, ``unknown`` when nobody was found.
        `detail` has the speaker's words, whether it is a whole statement, and the quotations nested in it.
    """
    items: list[Item] = []
    last = _Speaker("unknown", "", 0.0)
    by_block = _by_block(article, mentions)
    for number, block in enumerate(article.blocks):
        if block.kind not in ("body", "title"):
            continue
        previous_end = 0
        spans = find_marks(block.text)
        for position, (start, end, closed) in enumerate(spans):
            if end <= start:
                continue
            words = block.text[start:end].strip()
            sentence = _sentence_at(article, number, start)
            if sentence is None or not words:
                continue
            following = spans[position + 1][0] - 1 if position + 1 < len(spans) else len(block.text)
            frame = _Frame(block.text, start, end, previous_end, following, by_block.get(number, ()))
            speaker = _attributed(frame, last, sentence)
            previous_end = end
            item = _make(article, sentence, frame, speaker, closed)
            items.append(item)
            if item.kind == "quotation" and speaker.id != "unknown":
                last = speaker
        named = [mention for mention in by_block.get(number, ()) if mention.kind == "person"]
        if (
            not spans
            and named
            and re.search(r"\b(?:said|says|told|added|noted|believes|wrote)\b", block.text)
        ):
            last = _Speaker(named[0].id, "named in the paragraph before", 0.6, named[0].text)
    return items


@dataclass(frozen=True)
class _Frame:
    """A quotation in its paragraph, with the ends of its neighbours and the names in the paragraph."""

    text: str
    start: int
    end: int
    floor: int
    ceiling: int
    mentions: Sequence[Mention]

    @property
    def before(self) -> str:
        return self.text[self.floor : self.start - 1]

    @property
    def after(self) -> str:
        return self.text[self.end + 1 : self.ceiling]

    def names(self, start: int, end: int) -> list[Mention]:
        return [m for m in self.mentions if start <= m.start and m.end <= end]


def _make(
    article: Article, sentence: ArticleSentence, frame: _Frame, speaker: _Speaker, closed: bool
) -> Item:
    words = frame.text[frame.start : frame.end].strip()
    count = len(re.findall(r"\w+", words))
    brought = speaker.rule not in ("", "goes on", "named in the paragraph before")
    whole = count > _TERM_WORDS or bool(re.search(r"[.!?]$", words) and words[:1].isupper())
    so_called = bool(re.search(r"\bso-called\s$", frame.before))
    is_term = count == 1 or (not whole and not brought) or so_called
    start, end = frame.start - sentence.start, frame.end - sentence.start
    nested = re.findall(r"[‘']([^‘’']{2,80})[,.]?[’']", words)
    return article.item(
        "term" if is_term else "quotation",
        sentence,
        start,
        end,
        speaker.id,
        speaker.rule or "nobody found",
        speaker.sure if closed else speaker.sure * 0.7,
        speaker=speaker.words,
        whole=whole,
        nested=tuple(nested) if "‘" in words or re.search(r"(?<!\w)'\w", words) else (),
        closed=closed,
    )


def _attributed(frame: _Frame, last: _Speaker, sentence: ArticleSentence) -> _Speaker:
    """Who says it: the verb right after, the clause before, the rest of the paragraph, the last speaker."""
    runs_on = bool(re.match(r"[a-zà-þ]", frame.text[frame.start : frame.start + 1]))
    for look in (_speaker_before, _speaker_after) if runs_on else (_speaker_after, _speaker_before):
        speaker = look(frame, last)
        if speaker:
            return speaker
    if last.id != "unknown" and _goes_on(frame):
        return _Speaker(last.id, "goes on", 0.75, last.words)
    return _Speaker("unknown", "", 0.2)


def _goes_on(frame: _Frame) -> bool:
    """Whether a quotation without a verb of its own carries on the last speaker's."""
    gap = frame.before.strip()
    return frame.floor > 0 or not gap or len(gap) < 4


def _speaker_after(frame: _Frame, last: _Speaker) -> _Speaker | None:
    """“…,” said Name · “…,” Name said · “…,” he added · “…” according to X."""
    tail = re.split(r"(?<=[a-z\d])[.!?](?:\s|$)|[;“\"]", frame.after)[0][:260]
    said, _, _ = _verbs()
    inside = frame.text[frame.start : frame.end].rstrip(" ’'")
    ends_clause = inside[-1:] in ",!?—–" or frame.after[:1] == ","
    verb = said.search(tail)
    if verb is None or not (ends_clause or inside[-1:] in ",!?."):
        return None
    if verb.start() > 60 and not verb.group().lower().startswith("according"):
        return None
    if (
        inside[-1:] in ".!?"
        and frame.after[:1] == " "
        and re.match(r"\s[A-Z]", frame.after)
        and not inside.endswith(",")
    ):
        return None  # a new sentence begins after it: its verb belongs to what follows
    base = frame.end + 1
    names = frame.names(base, base + len(tail))
    subject = tail[: verb.start()]
    comma = tail.find(",", verb.end())
    first_part = base + (comma if comma >= 0 else len(tail))
    near = (
        [m for m in names if base + verb.start() <= m.start < first_part] if not _has_subject(subject) else []
    )
    before_verb = [m for m in names if m.end - base <= verb.start()]
    chosen = _pick(before_verb) or _pick([m for m in near if m.start - base <= verb.end() + 60])
    return _resolved(chosen, tail, subject or tail[verb.end() :], _referent(frame, last), "verb after it")


def _has_subject(text: str) -> bool:
    return bool(re.search(r"\w", text.replace("and", "")))


def _speaker_before(frame: _Frame, last: _Speaker) -> _Speaker | None:
    """Name said: “…” · Name called it “…” · in Name's words “…”."""
    head = frame.before.rstrip()
    if re.search(r"[.!?][”’\"]*$", head):
        if frame.floor > 0:
            return None  # the quotation opens a sentence of its own: it goes on from the one before
        head = re.sub(r"[.!?][”’\"]*$", "", head)
    cut = [match.end() for match in re.finditer(r"(?<=[a-z\d”’])[.!?][”’]*\s+(?=[A-Z“])", head)]
    offset = frame.floor + (cut[-1] if cut else 0)
    clause = head[cut[-1] if cut else 0 :]
    said, called, _ = _verbs()
    verbs = [*said.finditer(clause), *called.finditer(clause)]
    if not verbs:
        return None
    verb = max(verbs, key=lambda v: v.start())
    names = frame.names(offset, offset + len(clause))
    if verb.group().lower().startswith("according"):
        return _resolved(
            _pick([m for m in names if m.start - offset >= verb.end()][:1]),
            clause[verb.end() :],
            clause[verb.end() :],
            _referent(frame, last),
            "according to",
        )
    before_verb = [m for m in names if m.end - offset <= verb.start()]
    subject = clause[: verb.start()]
    chosen = _subject(before_verb, subject, offset)
    return _resolved(chosen, clause, subject, _referent(frame, last), "verb before it")


def _subject(names: list[Mention], subject: str, offset: int) -> Mention | None:
    """Subject of the verb: the last name before it, passing over names inside a relative clause or an apposition."""
    if not names:
        return None
    tail = re.split(r"\b(?:while|but|and|after|because|as|that|when)\b|;", subject)[-1]
    floor = offset + len(subject) - len(tail)
    inside = [m for m in names if m.start >= floor]
    pool = inside or names
    persons = [m for m in pool if m.kind == "person"]
    return persons[-1] if persons else pool[-1]


def _referent(frame: _Frame, last: _Speaker) -> _Speaker:
    """Who “he” or “she” is: a person named earlier in the paragraph when it holds no quotation yet, else the last."""
    if frame.floor > 0:
        return last
    persons = [m for m in frame.mentions if m.kind == "person" and m.end < frame.start]
    return _Speaker(persons[-1].id, "", 0.7, persons[-1].text) if persons else last


def _pick(names: list[Mention]) -> Mention | None:
    persons = [m for m in names if m.kind == "person"]
    return persons[0] if persons else (names[0] if names else None)


def _resolved(
    chosen: Mention | None, clause: str, subject: str, last: _Speaker, rule: str
) -> _Speaker | None:
    if re.search(r"\b(?:he|she|they)\b", subject, re.IGNORECASE) and last.id != "unknown":
        pronoun = re.search(r"\b(?:he|she|they)\b", subject, re.IGNORECASE)
        if pronoun and (chosen is None or rule == "verb after it" or chosen.kind != "person"):
            return _Speaker(last.id, f"{rule}, pronoun", 0.75, last.words)
    if chosen is not None:
        return _Speaker(chosen.id, rule, 0.9, chosen.text)
    _, _, nameless = _verbs()
    who = nameless.search(subject) or nameless.search(clause)
    if who:
        return _Speaker(
            "anonymous", f"{rule}, no name", 0.8, clause[max(0, who.start() - 25) : who.end()].strip(" ,")
        )
    economies = economy_words(subject)
    if economies:
        return _Speaker(
            economies[-1][0], f"{rule}, an economy", 0.6, subject[economies[-1][1][0] : economies[-1][1][1]]
        )
    if last.id != "unknown" and re.search(r"\b(?:adding|added|saying|emphasizing|stressing)\b", clause):
        return _Speaker(last.id, f"{rule}, same speaker", 0.6, last.words)
    return None


def _by_block(article: Article, mentions: Sequence[Mention]) -> dict[int, list[Mention]]:
    """Mentions with places within their block."""
    by_block: dict[int, list[Mention]] = {}
    for mention in mentions:
        sentence = article.sentences[mention.sentence]
        shifted = Mention(
            mention.id,
            mention.kind,
            mention.sentence,
            mention.start + sentence.start,
            mention.end + sentence.start,
            mention.text,
            mention.side,
            mention.sure,
        )
        by_block.setdefault(sentence.block, []).append(shifted)
    return by_block


def _sentence_at(article: Article, block: int, start: int) -> ArticleSentence | None:
    for sentence in article.sentences:
        if sentence.block == block and sentence.start <= start < sentence.end:
            return sentence
    return None
