"""Economies and places by their names: a capital may be a government or a town."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from detente.intake.article import Article, ArticleSentence, Item
from detente.intake.tables import table
from detente.intake.text import slug


@functools.cache
def economy_entries() -> dict[str, tuple[str, str]]:
    """Words for economies: code, and whether a name, an adjective or a capital."""
    entries: dict[str, tuple[str, str]] = {}
    for code, words in table("economies").items():
        for kind in ("names", "adjectives", "capitals"):
            for word in words[kind]:
                entries.setdefault(word.lower(), (code, kind))
    return entries


@functools.cache
def _economy_pattern() -> re.Pattern[str]:
    words = sorted(economy_entries(), key=len, reverse=True)
    alternatives = "|".join(
        re.escape(word) if "." not in word else re.escape(word.rstrip(".")) + r"\.?"
        for word in words
        if word != "us"
    )
    return re.compile(rf"(?<![\w.])(?:(?i:{alternatives})|US)(?![\w])")


def economy_words(text: str) -> list[tuple[str, tuple[int, int, str]]]:
    """Economies named in a text, by code, with place and sort of word.

    Examples
    --------
    >>> [(code, kind) for code, (_, _, kind) in economy_words("Beijing’s curbs on US firms")]
    [('CHN', 'capitals'), ('USA', 'names')]
    """
    economies = []
    for match in _economy_pattern().finditer(text):
        words = match.group()
        if not words[0].isupper() and words.lower() != "the bloc":
            continue
        entry = economy_entries().get(words.lower()) or economy_entries().get(words.lower() + ".")
        entry = entry or economy_entries().get(words.lower().rstrip("."))
        if entry:
            economies.append((entry[0], (match.start(), match.end(), entry[1])))
    return economies


@functools.cache
def place_words() -> dict[str, tuple[str, str]]:
    """Places by their name: identifier and economy."""
    places = {word: (slug(word), code) for code, words in table("places").items() for word in words}
    for code, words in table("economies").items():
        for word in words["capitals"]:
            places.setdefault(word, (slug(word), code))
    return places


@functools.cache
def _place_pattern() -> re.Pattern[str]:
    names = sorted(place_words(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])")


_AT = re.compile(
    r"(?:\b(?:[Ii]n|[Nn]ear|[Aa]t|[Oo]utside|[Aa]round|across|within|inside|to visit|visit to|trip to|stop in|arrive in)\s"
    r"(?:(?:downtown|central|nearby)\s)?|(?:,|\band)\s)$"
)


def find_places(article: Article, named: Iterable[tuple[int, int, int]]) -> list[Item]:
    """Places in the title and the body: each once, where it first stands.

    A capital is a place when a preposition or the dateline says so, otherwise its government; a country is a place after
    such a preposition, when no organisation's name holds it.

    Parameters
    ----------
    article : Article
    named : iterable of (sentence, start, end)
        Where other names stand.
    """
    places: dict[str, Item] = {}
    in_names: dict[int, list[tuple[int, int]]] = {}
    for number, start, end in named:
        in_names.setdefault(number, []).append((start, end))
    capitals = {word for words in table("economies").values() for word in words["capitals"]}
    for sentence in article.sentences:
        text = sentence.text
        spans = in_names.get(sentence.number, [])
        dateline = article.dateline if article.dateline and text.startswith(article.dateline) else ""
        if dateline and sentence.start == 0:
            _dateline_places(article, sentence, dateline, places)
        for match in _place_pattern().finditer(text):
            inside = any(a <= match.start() < b for a, b in spans)
            key, code = place_words()[match.group()]
            if inside or match.start() < len(dateline):
                continue
            owned = text[match.end() : match.end() + 2] in ("’s", "'s")
            if match.group() in capitals and (owned or not _located(text, match.start())):
                continue
            places.setdefault(
                key, article.item("place", sentence, *match.span(), key, "named place", 0.9, economy=code)
            )
        for code, (start, end, kind) in economy_words(text):
            inside = any(a <= start < b for a, b in spans) or start < len(dateline)
            if kind != "names" or inside or table("economies")[code].get("never_a_place"):
                continue
            here = re.search(r"\b(?:in|near|visit to|trip to|stop in|talks in|tour of)\s$", text[:start])
            if here and not re.match(r"[’']s", text[end:]):
                key = slug(table("economies")[code]["names"][0])
                if (
                    table("economies")[code].get("place_of_meetings_only")
                    and here.group().strip() == "in"
                    and not re.search(
                        r"\b(?:meet\w*|talks|summit|visit|stop|arriv\w+|held)\b[^,;]{0,60}$", text[:start]
                    )
                ):
                    continue
                places.setdefault(
                    key,
                    article.item(
                        "place", sentence, start, end, key, "country after a preposition", 0.7, economy=code
                    ),
                )
    return list(places.values())


def _located(text: str, start: int) -> bool:
    """Whether what stands before a capital makes it a place; after a comma only in a list of places."""
    here = _AT.search(text[:start])
    if here is None:
        return False
    if here.group().strip() in (",", "and"):
        before = text[:start].rstrip(" ,")
        before = re.sub(r",?\s?and$", "", before)
        return any(before.endswith(name) and _AT.search(before[: -len(name)]) for name in place_words())
    return True


def _dateline_places(
    article: Article, sentence: ArticleSentence, dateline: str, places: dict[str, Item]
) -> None:
    position = 0
    lookup = {word.lower(): value for word, value in place_words().items()}
    for part in dateline.split(","):
        word = part.strip()
        start = dateline.index(word, position)
        key, code = lookup.get(word.lower(), (slug(word), ""))
        item = article.item("place", sentence, start, start + len(word), key, "dateline", 0.95, economy=code)
        places.setdefault(key, item)
        position = start + len(word)
