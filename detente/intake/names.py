"""Who and where: persons, agencies, organisations, firms, economies and places, from word lists and a few patterns.

A surname alone means the person of that surname who was named in full in the same report, else the one of the ledger.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detente.dossier import Actor
from detente.intake.article import Article, ArticleSentence, Item
from detente.intake.geography import economy_entries, economy_words, place_words
from detente.intake.tables import phrases, table
from detente.intake.text import slug

_WORD = r"[A-ZÀ-Þ][\w’'‑-]*[\w]"
_PERSON = rf"(?:{_WORD}|[A-Z]\.)(?:\s(?:[A-Z]\.|(?:van der|van|von|de la|de|al|bin)\s{_WORD}|{_WORD})){{1,3}}"
_SAID = (
    r"(?:said|says|told|added|adds|noted|notes|warned|warns|argued|argues|wrote|writes|believes|thinks|explained|stated"
    r"|suggested|predicted|stressed|described|called|posted|insisted|announced|reaffirmed)"
)


@dataclass(frozen=True)
class Mention:
    """A name in a sentence. `id` is the ledger's where it has the name, else made from the words."""

    id: str
    kind: str
    sentence: int
    start: int
    end: int
    text: str
    side: str = ""
    sure: float = 0.9


def without_possessive(words: str) -> str:
    """Name without a possessive ending."""
    return re.sub(r"(?:[’']s|[’'])$", "", words.strip())


def surname(actor: Actor) -> str:
    """Word by which a person is called the second time."""
    parts = actor.name.split()
    family_first = table("economies").get(actor.side, {}).get("family_first") and len(parts) == 2
    return parts[0] if family_first else parts[-1]


class Names:
    """Finds names; built once from the ledger's actors and the word lists.

    Parameters
    ----------
    actors : iterable of Actor
        The ledger's.
    """

    def __init__(self, actors: Iterable[Actor] = ()) -> None:
        self._named: dict[str, tuple[str, str, str]] = {}
        self._persons: dict[str, Actor] = {}
        lists = table("names")
        for kind in ("agencies", "organisations"):
            for key, entry in lists[kind].items():
                for word in entry["words"]:
                    self._named[word.lower()] = (key, kind, entry.get("side", ""))
        for word in lists["firms"]:
            self._named[word.lower()] = (slug(word), "firm", "")
        for actor in actors:
            if actor.kind == "economy":
                continue
            words = [part.strip(" )") for part in actor.name.split("(")]
            if actor.kind == "person":
                if "named" not in actor.name.lower():  # “Unnamed US official” is nobody's name
                    self._persons[actor.name.lower()] = actor
                continue
            for word in words:
                if word[:1].isupper() and not word.startswith("The "):
                    self._named[word.lower()] = (actor.id, actor.kind, actor.side)
        self._pattern = phrases(tuple(self._named), re.IGNORECASE)
        self._full = phrases(tuple(self._persons) or ("\0",), re.IGNORECASE)

    def find(self, article: Article) -> list[Mention]:
        """Every mention of a person, agency, organisation or firm, in order.

        Parameters
        ----------
        article : Article
        """
        mentions: list[Mention] = []
        introduced: dict[str, tuple[str, str]] = {}
        for sentence in article.sentences:
            taken = bytearray(len(sentence.text))
            in_sentence = [
                *self._listed(sentence, taken),
                *self._known_persons(sentence, taken),
                *_organisations(sentence, taken),
                *_persons(sentence, taken),
            ]
            for mention in in_sentence:
                if mention.kind == "person":
                    for word in self._short(mention):
                        introduced.setdefault(word, (mention.id, mention.side))
            in_sentence += self._surnames(sentence, taken, introduced)
            mentions += sorted(in_sentence, key=lambda m: m.start)
        return mentions

    def _short(self, mention: Mention) -> list[str]:
        actor = self._persons.get(re.sub(r"[\s‑-]+", " ", mention.text.lower()))
        return [surname(actor)] if actor else [mention.text.split()[-1], *mention.text.split()[:1]]

    def _listed(self, sentence: ArticleSentence, taken: bytearray) -> list[Mention]:
        mentions = []
        for match in self._pattern.finditer(sentence.text):
            words = match.group()
            entry = self._named.get(re.sub(r"[\s‑–]+", " ", words.lower())) or self._named.get(words.lower())
            entry = (
                entry
                or self._named.get(words.lower().rstrip("s"))
                or self._named.get(re.sub(r"es$", "", words.lower()))
            )
            if entry is None or any(taken[match.start() : match.end()]):
                continue
            key, kind, side = entry
            if kind not in ("agencies", "agency") and not words[0].isupper():
                continue
            if words.islower() and kind not in ("agencies", "agency"):
                continue
            if kind in ("agencies", "agency") and _other_country(sentence.text[: match.start()], side, words):
                continue
            if len(words) <= 5 and words.upper() != words and words.lower() == words:
                continue
            _take(taken, match.start(), match.end())
            mentions.append(Mention(key, kind, sentence.number, match.start(), match.end(), words, side))
        return mentions

    def _known_persons(self, sentence: ArticleSentence, taken: bytearray) -> list[Mention]:
        mentions = []
        for match in self._full.finditer(sentence.text):
            actor = self._persons.get(re.sub(r"[\s‑–-]+", " ", match.group().lower()))
            if actor and not any(taken[match.start() : match.end()]) and match.group()[0].isupper():
                _take(taken, match.start(), match.end())
                mentions.append(
                    Mention(
                        actor.id,
                        "person",
                        sentence.number,
                        match.start(),
                        match.end(),
                        match.group(),
                        actor.side,
                        0.98,
                    )
                )
        return mentions

    def _surnames(
        self, sentence: ArticleSentence, taken: bytearray, introduced: dict[str, tuple[str, str]]
    ) -> list[Mention]:
        ledger: dict[str, list[Actor]] = {}
        not_names = set(table("names")["not_names"])
        for actor in self._persons.values():
            ledger.setdefault(surname(actor), []).append(actor)
        mentions = []
        for match in re.finditer(r"[A-ZÀ-Þ][\w-]+", sentence.text):
            parts = [(match.start(), match.end(), match.group())]
            if "-" in match.group():  # “Xi-Trump”
                halves, position = match.group().split("-"), match.start()
                parts = []
                for half in halves:
                    parts.append((position, position + len(half), half))
                    position += len(half) + 1
            for start, end, word in parts:
                if any(taken[start:end]) or word in not_names:
                    continue
                if word in introduced:
                    key, side, sure = *introduced[word], 0.9
                elif len(ledger.get(word, ())) == 1:
                    key, side, sure = ledger[word][0].id, ledger[word][0].side, 0.7
                else:
                    continue
                _take(taken, start, end)
                mentions.append(Mention(key, "person", sentence.number, start, end, word, side, sure))
        return mentions


def _take(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\x01" * (end - start)


def _other_country(before: str, side: str, words: str) -> bool:
    """Whether an agency's name follows the adjective of another country (“Japan's foreign ministry”)."""
    if not re.search(r"ministry|department|administration", words, re.IGNORECASE):
        return False
    tail = before[-25:]
    for code, mentions in economy_words(tail):
        if code != side and tail[mentions[1] :].strip(" ’'s") == "":
            return True
    return False


@functools.cache
def _organisation_pattern() -> re.Pattern[str]:
    kinds = "|".join(map(re.escape, table("names")["kinds"]))
    word = r"[A-ZÀ-Þ][\w’'‑-]*"
    link = r"(?:of|for|on|and|&|the)"
    return re.compile(
        rf"(?<![\w])(?:{word}\s){{0,5}}?(?:{kinds})(?:,? LLP)?\b(?:\s(?:{link}\s){{1,2}}{word}(?:\s{word}){{0,3}}(?:\s(?:and|of)\s{word})?)?"
    )


@functools.cache
def _after_role() -> re.Pattern[str]:
    roles = "|".join(sorted(map(re.escape, table("names")["roles"]), key=len, reverse=True))
    before = "|".join(sorted(map(re.escape, table("names")["before"]), key=len, reverse=True))
    word = r"[A-ZÀ-Þ][\w’'‑-]*"
    name = rf"(?P<name>(?:{word})(?:\s(?:&\s)?{word}){{0,3}})"
    return re.compile(
        rf"(?:\b(?:{roles})s?\s(?:(?:at|with|from|for|of)\s(?:the\s)?)|\b(?:{before})s?,?\s|\b[Aa]nalysts at\s|\b[Ee]conomists at\s){name}"
    )


_OPENERS = frozenset(
    [
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "By",
        "For",
        "From",
        "But",
        "And",
        "If",
        "While",
        "When",
        "After",
        "Before",
        "Since",
        "Under",
        "Meanwhile",
        "However",
        "According",
        "Despite",
        "Former",
        "Senior",
        "Both",
        "As",
        "To",
        "Of",
        "With",
    ]
)


def _organisations(sentence: ArticleSentence, taken: bytearray) -> list[Mention]:
    text, mentions = sentence.text, []
    not_names = set(table("names")["not_names"])
    economies = set(economy_entries())
    for pattern, group, sure in ((_organisation_pattern(), 0, 0.8), (_after_role(), "name", 0.7)):
        for match in pattern.finditer(text):
            start, end = match.span(group)
            words = text[start:end].split()
            while words and (words[0] in _OPENERS or (group == "name" and words[0] in not_names)):
                start += len(words[0]) + 1
                words = words[1:]
            name = without_possessive(" ".join(words))
            if (
                not words
                or any(taken[start:end])
                or name.lower() in economies
                or (len(words) == 1 and name in table("names")["kinds"])
            ):
                continue
            if group == "name" and any(without_possessive(word) in not_names for word in words):
                continue
            _take(taken, start, start + len(name))
            mentions.append(
                Mention(slug(name), "organisation", sentence.number, start, start + len(name), name, "", sure)
            )
    return mentions


@functools.cache
def _person_patterns() -> tuple[re.Pattern[str], ...]:
    titles = "|".join(sorted(map(re.escape, table("names")["titles"]), key=len, reverse=True))
    roles = "|".join(sorted(map(re.escape, table("names")["roles"]), key=len, reverse=True))
    forms = (
        rf"\b(?:{titles}),?\s(?P<name>{_PERSON})",
        rf"\b{_SAID}\s(?P<name>{_PERSON})",
        rf"(?P<name>{_PERSON})(?:,[^,.;]{{3,90}},)?\s{_SAID}\b",
        rf"(?P<name>{_PERSON}),\s(?:(?:a|an|the|another|its|his|her)\s)?(?:[\w’'‑.-]+\s){{0,6}}?(?:{roles})\b",
        rf"(?P<name>{_PERSON}),\s(?:who|whose)\b",
        rf"\b[Aa]ccording to\s(?P<name>{_PERSON})(?=[,. ])",
    )
    return tuple(re.compile(pattern) for pattern in forms)


def _persons(sentence: ArticleSentence, taken: bytearray) -> list[Mention]:
    not_names = set(table("names")["not_names"])
    economies = set(economy_entries())
    mentions = []
    for pattern in _person_patterns():
        for match in pattern.finditer(sentence.text):
            start, end = match.span("name")
            words = sentence.text[start:end].split()
            while words and (words[0] in not_names or without_possessive(words[0]).lower() in economies):
                start += len(words[0]) + 1
                words = words[1:]
            while words and (words[-1] in not_names or "’" in words[-1] or "'" in words[-1]):
                words = words[:-1]
            name = " ".join(words)
            if len(words) < 2 or any(taken[start : start + len(name)]) or any(w in not_names for w in words):
                continue
            if name.lower() in economies or name in place_words():
                continue
            _take(taken, start, start + len(name))
            mentions.append(
                Mention(slug(name), "person", sentence.number, start, start + len(name), name, "", 0.8)
            )
    return mentions


def actor_items(article: Article, mentions: Sequence[Mention]) -> list[Item]:
    """One item for each person, agency, organisation or firm, where it is first named."""
    items: dict[str, Item] = {}
    for mention in sorted(mentions, key=lambda m: (m.sentence, m.start)):
        sentence = article.sentences[mention.sentence]
        if mention.id not in items:
            items[mention.id] = article.item(
                "actor",
                sentence,
                mention.start,
                mention.end,
                mention.id,
                mention.kind,
                mention.sure,
                side=mention.side,
            )
    return list(items.values())
