"""From what was found to statements in the record's own form, each with its exact place; a person completes them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from detente.dossier import Dossier
from detente.intake.article import ArticleSentence, Item
from detente.intake.extraction import Extraction
from detente.intake.tables import table

_CUT = re.compile(
    r"\s?[;—–](?=\s)\s?|:\s|,\s(?=(?:and|but|while|with|which|who|as|after|suggesting|signaling|signalling|prompting|adding|in response)\b)"
)
_ORDER = ("clock", "forecast", "dependency", "mechanism")


@dataclass(frozen=True)
class Statement:
    """A statement to be accepted, completed or struck out.

    `kind` is one of the record's; `items` are what was found inside; `paraphrase` is made of the ledger's words and the
    extracted values only.
    """

    kind: str
    line: int
    start: int
    end: int
    speaker: str
    items: tuple[Item, ...]
    paraphrase: str
    measures: tuple[str, ...] = field(default_factory=tuple)


def find_statements(extraction: Extraction, dossier: Dossier) -> list[Statement]:
    """Statements of a report, in order.

    One for each quotation, one for each person or organisation introduced with a role, and one for each clause that
    names a measure, a day on which something fires, an event, an expectation, a dependence or a cause; a sentence with
    none of these becomes one plain claim.

    Parameters
    ----------
    extraction : Extraction
    dossier : Dossier
    """
    statements: list[Statement] = []
    by_sentence: dict[int, list[Item]] = {}
    for item in extraction.items:
        by_sentence.setdefault(item.sentence, []).append(item)
    for sentence in extraction.article.sentences:
        items = by_sentence.get(sentence.number, [])
        statements += _quotations(extraction, sentence, items, dossier)
        statements += _clauses(extraction, sentence, items, dossier)
        statements += _introductions(extraction, sentence, items, dossier)
    unique = {
        (statement.line, statement.start, statement.end, statement.kind): statement
        for statement in statements
    }
    return sorted(unique.values(), key=lambda s: (s.line, s.start, s.end, s.kind))


@functools.cache
def _kinds() -> dict[str, re.Pattern[str]]:
    rules = table("statements")
    return {
        kind: re.compile("|".join(rules[kind]).replace(" |", "|").replace("| ", "|"), re.IGNORECASE)
        for kind in _ORDER
    }


def guess_kind(text: str) -> str:
    """Kind of a statement by its words.

    Examples
    --------
    >>> guess_kind("a deal is likely"), guess_kind("the rule takes effect in May"), guess_kind("they spoke")
    ('forecast', 'clock', 'claim')
    """
    return next((kind for kind in _ORDER if _kinds()[kind].search(text)), "claim")


def _quotations(
    extraction: Extraction, sentence: ArticleSentence, items: list[Item], dossier: Dossier
) -> Iterator[Statement]:
    for item in items:
        if item.kind == "quotation":
            kind = guess_kind(item.text)
            kind = "claim" if kind == "clock" else kind
            yield Statement(
                kind,
                item.line,
                item.start,
                item.end,
                _ledger_actor(item.value, dossier),
                (item,),
                _says(kind, [item], dossier),
            )


def _ledger_actor(value: str, dossier: Dossier) -> str:
    return value if value in dossier.actors else ""


def _clauses(
    extraction: Extraction, sentence: ArticleSentence, items: list[Item], dossier: Dossier
) -> Iterator[Statement]:
    bounds = [0]
    for match in _CUT.finditer(sentence.text):
        bounds += [match.start(), match.end()]
    bounds.append(len(sentence.text))
    article, drafted = extraction.article, 0
    quoted = [(i.at[1] - sentence.start, i.at[2] - sentence.start) for i in items if i.kind == "quotation"]
    speaker = next((_ledger_actor(i.value, dossier) for i in items if i.kind == "quotation"), "")
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        text = sentence.text[start:end]
        if len(text.split()) < 4 or _mostly(start, end, quoted):
            continue
        inside = [i for i in items if start <= i.at[1] - sentence.start < end and i.kind != "quotation"]
        kind = _clause_kind(text, inside)
        if kind == "claim" and drafted:
            continue
        drafted += 1
        place = article.item("", sentence, start, end, "", "", 0.0)
        yield Statement(
            kind,
            place.line,
            place.start,
            place.end,
            speaker,
            tuple(inside),
            _says(kind, inside, dossier),
            _measures(inside),
        )


def _clause_kind(text: str, inside: list[Item]) -> str:
    kinds = {item.kind for item in inside}
    guess = guess_kind(text)
    if "date" in kinds and guess == "clock":
        return "clock"
    if "measure" in kinds:
        return "measure"
    if "event" in kinds and ({"date", "place"} & kinds):
        return "event"
    if guess in ("forecast", "dependency", "mechanism"):
        return guess
    return "event" if "event" in kinds else "claim"


def _mostly(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(min(end, b) - max(start, a) > 0.6 * (end - start) for a, b in spans)


def _introductions(
    extraction: Extraction, sentence: ArticleSentence, items: list[Item], dossier: Dossier
) -> Iterator[Statement]:
    """People with what they are: “Name, director of …” or “Title Name”."""
    roles = "|".join(sorted(map(re.escape, table("names")["roles"]), key=len, reverse=True))
    for item in items:
        if item.kind != "actor" or item.rule != "person":
            continue
        after = item.at[2] - sentence.start
        role = re.match(
            rf",\s(?:(?:a|an|the|another)\s)?(?:[\w’'.-]+\s){{0,6}}?(?:{roles})\b[^,.;“”]*|\sof\s[^,.;“”]+",
            sentence.text[after:],
        )
        if role:
            begin = item.at[1] - sentence.start
            place = extraction.article.item("", sentence, begin, after + role.end(), "", "", 0.0)
            who = _ledger_actor(item.value, dossier)
            says = f"{dossier.actors[who].name}: {dossier.actors[who].role}" if who else "Introduces a person"
            yield Statement("actor", place.line, place.start, place.end, "", (item,), says)


def _measures(items: list[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.value for item in items if item.kind == "measure"))


def _says(kind: str, items: list[Item], dossier: Dossier) -> str:
    """Words of the ledger and extracted values, nothing of the report's own wording."""
    parts = []
    for item in items:
        if item.kind == "measure":
            parts.append(dossier.measures[item.value].title)
        elif item.kind in ("amount", "date"):
            parts.append(item.value)
        elif item.kind == "event":
            parts.append(
                item.value if not item.detail.get("round") else f"{item.value} ({item.detail['round']})"
            )
        elif item.kind == "quotation":
            who = (
                dossier.actors[item.value].name if item.value in dossier.actors else "somebody without a name"
            )
            parts.append(f"words of {who}")
    return f"{kind}: {'; '.join(dict.fromkeys(parts))}" if parts else kind
